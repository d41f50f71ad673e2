//! Whatever is sent, it is answered: with a problem document that names the fault, and never with a 5xx.

use marchline::http::openapi::openapi_text;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

use crate::support::http::{Answer, send_raw};
use crate::support::on_both_databases;
use crate::support::paths::{every_data_path, every_path};
use crate::support::world::World;

const KILOBYTES: usize = 8_192;

fn assert_named(target: &str, answer: &Answer, parameter: &str, code: &str) {
    let start: String = target.chars().take(200).collect();
    assert_eq!(answer.status, 400, "{start}: {}", answer.body);
    let faults = answer.faults();
    assert!(faults.contains(&(parameter.to_owned(), code.to_owned())), "{start}: {faults:?}");
    assert_eq!(answer.json()["status"], 400, "{start}");
}

/// The status and the body of a raw answer; 0 where the connection was closed without one.
fn read_raw(answer: &str) -> (u16, String) {
    let status = answer.strip_prefix("HTTP/1.1 ").or_else(|| answer.strip_prefix("HTTP/1.0 "));
    let status = status.and_then(|rest| rest.get(..3)).map_or(0, |digits| digits.parse().expect("a status"));
    (status, answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
}

/// Asks for a target that no client library would let pass.
fn get_raw(world: &World, target: &str, headers: &str) -> (u16, String) {
    let request = format!("GET {target} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{headers}\r\n");
    read_raw(&send_raw(world.base(), request.as_bytes()))
}

fn assert_still_serving(world: &World) {
    assert_eq!(world.get("/v1/events?limit=1").status, 200);
}

/// Every query parameter of the document.
fn known_parameters() -> Vec<String> {
    let document: Value = serde_json::from_str(&openapi_text()).expect("JSON");
    let operations = document["paths"].as_object().expect("paths").values().map(|path| &path["get"]);
    let parameters = operations.flat_map(|operation| operation["parameters"].as_array().cloned().unwrap_or_default());
    let in_query = parameters.filter(|parameter| parameter["in"] == "query");
    let mut names: Vec<String> =
        in_query.map(|parameter| parameter["name"].as_str().expect("a name").to_owned()).collect();
    names.sort();
    names.dedup();
    names
}

/// Queries that no path can honour, each with the fault that is named.
fn hopeless_queries() -> Vec<(String, &'static str, &'static str)> {
    let long = "a".repeat(KILOBYTES);
    vec![
        ("x=1".to_owned(), "x", "unknown_parameter"),
        ("x".to_owned(), "x", "unknown_parameter"),
        ("=1".to_owned(), "", "unknown_parameter"),
        ("TYPE=rally".to_owned(), "TYPE", "unknown_parameter"),
        ("type[]=rally".to_owned(), "type[]", "unknown_parameter"),
        ("__proto__=1".to_owned(), "__proto__", "unknown_parameter"),
        ("x=1;drop%20table%20event".to_owned(), "x", "unknown_parameter"),
        ("x=%zz".to_owned(), "x", "invalid_encoding"),
        ("x=5%".to_owned(), "x", "invalid_encoding"),
        ("%zz=1".to_owned(), "%zz", "invalid_encoding"),
        ("x=%C3%28".to_owned(), "x", "invalid_encoding"),
        ("x=%ED%A0%80".to_owned(), "x", "invalid_encoding"),
        ("%ff=1".to_owned(), "%ff", "invalid_encoding"),
        ("x=%00".to_owned(), "x", "control_character"),
        ("x=a%0D%0ASet-Cookie:%20a".to_owned(), "x", "control_character"),
        ("x=1&x=2".to_owned(), "x", "repeated"),
        (format!("x={long}"), "x", "unknown_parameter"),
        (format!("{long}=1"), LONG_NAME, "unknown_parameter"),
        ("as_of=1&as_of=1".to_owned(), "as_of", "repeated"),
        ("as_of=%ff".to_owned(), "as_of", "invalid_encoding"),
        ("as_of=1%00".to_owned(), "as_of", "control_character"),
    ]
}

/// Values that some parameter takes.
const CODES: &str = "([!]?(rally|ice|dhs|los-angeles|US|US-CA|agency|target|happened|evidence|links|exact|none|when|-when|possible),){0,3}rally";

/// A name is repeated to the client so far.
const LONG_NAME: &str =
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

on_both_databases! {
    fn a_repeated_header_is_named(world: World) {
        let twice = [("min-revision", "1"), ("min-revision", "99999999")];
        assert_named("/v1/events", &world.get_with("/v1/events", &twice), "Min-Revision", "repeated");
    }

    fn a_hopeless_query_is_refused_by_every_path_that_gives_data(world: World) {
        let world = world.founded();
        for path in every_data_path().into_iter().chain(["/openapi.json".to_owned()]) {
            for (query, parameter, code) in hopeless_queries() {
                let target = format!("{path}?{query}");
                assert_named(&target, &world.get(&target), parameter, code);
            }
            let many: Vec<_> = (0..300).map(|n| format!("x{n}=1")).collect();
            assert_eq!(world.get(&format!("{path}?{}", many.join("&"))).faults().len(), 300, "{path}");
        }
        assert_still_serving(&world);
    }

    fn a_parameter_that_a_path_about_the_service_does_not_know_is_refused(world: World) {
        for path in ["/healthz", "/readyz", "/metrics"] {
            let target = format!("{path}?x=1");
            assert_named(&target, &world.get(&target), "x", "unknown_parameter");
        }
    }

    fn a_parameter_without_a_value_is_named(world: World) {
        let world = world.founded();
        for name in known_parameters() {
            let path = match name.as_str() {
                "q" | "kind" => "/v1/actors".to_owned(),
                "event" | "state" | "min_score" => "/v1/duplicates".to_owned(),
                "after" => "/v1/changes".to_owned(),
                "depth" => format!("{}/links", crate::support::paths::RALLY),
                "interval" | "group_by" => "/v1/events/histogram".to_owned(),
                "facet" | "facet_limit" | "facet_own" => "/v1/events/facets".to_owned(),
                "bom" => "/v1/events.csv".to_owned(),
                "f" | "crs" | "bbox-crs" | "datetime" | "filter-lang" | "filter-crs" => "/ogc/collections/events/items".to_owned(),
                _ => "/v1/events".to_owned(),
            };
            for query in [format!("{name}="), name.clone()] {
                let target = format!("{path}?{query}");
                assert_named(&target, &world.get(&target), &name, "empty");
            }
        }
    }

    fn values_of_the_wrong_kind_are_named(world: World) {
        let world = world.founded();
        for (query, code) in [
            ("limit=0", "out_of_range"), ("limit=501", "out_of_range"), ("limit=-1", "out_of_range"), ("limit=1.0", "out_of_range"),
            ("limit=1e2", "out_of_range"), ("limit=%2B5", "out_of_range"), ("limit=99999999999999999999", "out_of_range"), ("limit=ten", "out_of_range"),
            ("count=true", "unknown_value"), ("sort=title", "unknown_value"), ("sort=WHEN", "unknown_value"), ("sort=when,recorded", "unknown_value"),
            ("overlap=", "empty"), ("overlap=certain", "unknown_value"), ("include=everything", "unknown_value"), ("include=evidence,", "unknown_value"),
            ("type=Rally", "unknown_value"), ("type=!", "empty_value"), ("type=rally,,march", "empty_value"), ("type=!!rally", "unknown_value"),
            ("category=riots", "unknown_value"), ("status=done", "unknown_value"), ("role=boss", "unknown_value"),
            ("tactic=dance", "unknown_value"), ("tactic=march,!dance", "unknown_value"), ("verification=true", "unknown_value"),
            ("actor_kind=person", "unknown_value"), ("place_precision=exact", "unknown_value"), ("place_precision=venue,point", "unknown_value"),
            ("place_precision=!venue", "unknown_value"), ("has=places", "unknown_value"), ("has=size,", "empty_value"), ("sort=-Size", "unknown_value"),
            ("source=a_b", "malformed"), ("source=nobody", "unknown_reference"), ("linked_to=ice", "malformed"),
            ("linked_to=!019c1159-7000-7000-8000-00000000dead", "unknown_reference"), ("external_id=E4", "malformed"), ("external_id=:E4", "malformed"),
            ("external_id=x:%20", "malformed"), ("size_min=-1", "out_of_range"), ("size_max=many", "out_of_range"), ("size_max=1.5", "out_of_range"),
            ("size_min=9007199254740992", "out_of_range"), ("size_min=2&size_max=1", "min_above_max"),
            ("recorded_since=2026-01", "malformed"), ("recorded_since=2026-02-30", "malformed"), ("recorded_since=2026-01-31T10:00:00+01:00", "malformed"),
            ("country=us", "malformed"), ("country=USA", "malformed"), ("admin1=US", "malformed"), ("admin1=US-ABCD", "malformed"),
            ("id=1", "malformed"), ("id=019c1159700070008000000000000e4", "malformed"), ("id={}", "malformed"), ("actor=a_b", "malformed"), ("actor=-", "malformed"),
            ("location=../etc", "malformed"), ("campaign='%20or%201=1", "malformed"), ("issue=A", "malformed"),
            ("from=yesterday", "invalid_edtf"), ("from=2026-02-30", "invalid_edtf"), ("to=2026-13", "invalid_edtf"), ("from=2026/2027", "interval_in_window"),
            ("time_zone=Mars/Olympus", "unknown_time_zone"), ("bbox=1,2,3", "invalid_bbox"), ("bbox=NaN,NaN,NaN,NaN", "invalid_bbox"),
            ("bbox=1e400,0,1,1", "invalid_bbox"), ("bbox=0,1,0,-1", "invalid_bbox"), ("lang=*", "malformed"), ("lang=%20", "malformed"),
            ("cursor=e30", "invalid_cursor"), ("as_of=-1", "malformed"), ("as_of=1.5", "malformed"), ("as_of=now", "malformed"),
            ("as_of=2026-01-31", "malformed"), ("as_of=10000-01-01T00:00:00Z", "malformed"), ("as_of=18446744073709551616", "malformed"),
        ] {
            let name = query.split('=').next().expect("a name");
            let target = format!("/v1/events?{query}");
            assert_named(&target, &world.get(&target), name, code);
        }
        let later = "/v1/events?from=2027&to=2026";
        assert_named(later, &world.get(later), "from", "from_after_to");
        assert_still_serving(&world);
    }

    fn five_hundred_values_are_taken_and_one_more_is_not(world: World) {
        let world = world.founded();
        let id = "019c1159-7000-7000-8000-0000000000e4";
        for (name, value) in [
            ("id", id), ("type", "rally"), ("category", "policy"), ("status", "happened"), ("actor", "ice"), ("actor_within", "dhs"),
            ("role", "target"), ("location", "los-angeles"), ("country", "US"), ("admin1", "US-CA"), ("campaign", "ice-out"), ("issue", "immigration"),
            ("tactic", "march"), ("verification", "reported"), ("actor_kind", "agency"), ("source", "parriva-2026-01-31"), ("has", "size"), ("linked_to", id),
        ] {
            let values = |count| vec![value; count].join(",");
            let taken = world.get(&format!("/v1/events?{name}={}", values(500)));
            assert_eq!(taken.status, 200, "{name}: {}", taken.body);
            let target = format!("/v1/events?{name}={}", values(501));
            assert_named(&target, &world.get(&target), name, "too_many");
        }
        let unknown: Vec<_> = (0..500).map(|n| format!("nobody-{n}")).collect();
        let answer = world.get(&format!("/v1/events?actor={}", unknown.join(",")));
        assert_eq!((answer.status, answer.faults().len()), (400, 500));
        assert_still_serving(&world);
    }

    fn a_value_of_eight_kilobytes_is_refused_and_not_repeated(world: World) {
        let world = world.founded();
        let long = "a".repeat(KILOBYTES);
        for name in known_parameters() {
            let path = match name.as_str() {
                // Any text may be looked for.
                "q" => continue,
                "kind" => "/v1/actors".to_owned(),
                "after" => "/v1/changes".to_owned(),
                "depth" => format!("{}/links", crate::support::paths::RALLY),
                _ => "/v1/events".to_owned(),
            };
            let answer = world.get(&format!("{path}?{name}={long}"));
            assert_eq!(answer.status, 400, "{name}: {}", answer.body);
            assert_eq!(answer.faults().first().map(|(parameter, _)| parameter.clone()), Some(name.clone()), "{}", answer.body);
            assert!(answer.body.len() < 2_000, "{name}: the answer repeats what was sent");
        }
        assert_eq!(world.get(&format!("/v1/actors?q={long}")).ok()["page"]["total"], 0);
        assert_still_serving(&world);
    }

    fn a_strange_path_is_a_4xx_problem(world: World) {
        let world = world.founded();
        let long = "a".repeat(KILOBYTES);
        let strange = [
            "/v1/events/%00", "/v1/events/%ff", "/v1/events/%C3%28", "/v1/events/%2e%2e", "/v1/events/..", "/v1/../v1/nothing", "/v1/./nothing",
            "/v1/events/..%2f..%2fetc%2fpasswd", "/v1/events/a%2fb", "/v1/events%2f", "/v1%2fevents", "/v1/actors/ice%2f", "/v1/actors/ice%00",
            "/v1/actors/%F0%9F%98%80", "/v1/actors/%25", "/v1/actors/'%20or%201=1--", "/v1/actors/{id}", "/v1/actors/*", "/v1/actors/ice;x=1",
            "//v1/events", "/v1//events", "/V1/events", "/v1/EVENTS", "/%", "/%zz", "/%2e%2e/%2e%2e/etc/passwd", "/docs/../Cargo.toml",
            "/docs/..%2f..%2fCargo.toml", "/docs/%2e%2e/%2e%2e/Cargo.toml", "/docs/%00", "/.env", "/.git/config",
            "/v1/events/019c1159-7000-7000-8000-0000000000e4%20", "/v1/events/%7B019c1159-7000-7000-8000-0000000000e4%7D",
            "/v1/events/019c11597000700080000000000000e4", "/v1/events/urn:uuid:019c1159-7000-7000-8000-0000000000e4",
        ];
        let long_ones = ["/v1/events/", "/v1/actors/", "/docs/", "/"].map(|start| format!("{start}{long}"));
        let deep = format!("/v1{}", "/a".repeat(2_000));
        for target in strange.into_iter().map(str::to_owned).chain(long_ones).chain([deep]) {
            let (status, body) = get_raw(&world, &target, "Accept-Encoding: identity\r\n");
            let start: String = target.chars().take(80).collect();
            assert!((400..500).contains(&status), "{start}: {status} {body}");
            let problem: Value = serde_json::from_str(&body).unwrap_or_else(|_| panic!("{start}: {status} is no problem document: {body:?}"));
            assert!(problem["code"].is_string() && problem["status"] == status, "{start}: {body}");
            assert!(body.len() < 1_000, "{start}: the answer repeats what was sent");
        }
        assert_still_serving(&world);
    }

    fn strange_headers_are_no_fault_of_the_service(world: World) {
        let world = world.founded();
        let long = "a".repeat(KILOBYTES);
        for headers in [
            "Accept: ", "Accept: ,;,=", "Accept: */*;q=NaN", "Accept: application/json;q=1e99", "Accept: \u{e9}", "Accept-Encoding: gzip;q=9, *;q=-1",
            "Accept-Encoding: identity;q=0", "Accept-Encoding: *;q=0", "Accept-Encoding: nonsense", "If-None-Match: \"", "If-None-Match: W/", "If-None-Match: ,,,",
            "If-None-Match: \u{fe}\u{ff}", "Min-Revision: ", "Min-Revision: 1e9", "Min-Revision: 0x10", "Min-Revision: -9223372036854775808",
            "Min-Revision: \u{e9}", "Origin: null", "Origin: ", "Origin: \u{e9}", "Range: bytes=9-1", "Host: a\r\nHost: b", "Cookie: \u{7f}",
            "Content-Type: nonsense", "Forwarded: for=\"", "X-Forwarded-For: ' or 1=1", "Upgrade: h2c\r\nConnection: Upgrade", "Expect: everything",
            "Request-Id: \u{e9}", &format!("X-Long: {long}"), &format!("Accept: {long}"), &format!("If-None-Match: {}", "\"a\",".repeat(2_000)),
            &format!("Request-Id: {long}"), "X-Many: 1\r\n".repeat(60).trim_end(),
        ] {
            let (status, body) = get_raw(&world, "/v1/events", &format!("{headers}\r\n"));
            let start: String = headers.chars().take(60).collect();
            assert!((200..500).contains(&status), "{start}: {status} {body}");
        }
        assert_still_serving(&world);
    }

    fn what_is_not_http_never_becomes_a_5xx(world: World) {
        let huge = format!("GET /v1 HTTP/1.1\r\nHost: test\r\nX-Huge: {}\r\n\r\n", "a".repeat(300_000));
        let long_line = format!("GET /v1/events?x={} HTTP/1.1\r\nHost: test\r\n\r\n", "a".repeat(300_000));
        let many = format!("GET /v1 HTTP/1.1\r\nHost: test\r\n{}\r\n", (0..5_000).map(|n| format!("X-{n}: 1\r\n")).collect::<Vec<_>>().concat());
        let requests: [&[u8]; 22] = [
            b"\r\n\r\n\r\n\x00\x00\x00\r\n\r\n", b"\xff\xfe\xfd\xfc\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
            b"hello\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET / FTP/1.1\r\n\r\n", b"GET  /  HTTP/1.1\r\n\r\n",
            b"GET nowhere HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n", b"GET /\x00 HTTP/1.1\r\nHost: test\r\n\r\n",
            b"GET /v1 HTTP/1.1\r\nHost: test\r\nBad Name: 1\r\n\r\n", b"GET /v1 HTTP/1.1\r\nHost: test\r\n: 1\r\n\r\n",
            b"GET /v1 HTTP/1.1\r\nHost: test\r\nX: a\x00b\r\n\r\n", b"GET /v1 HTTP/1.1\r\nHost: test\r\nX\r\n\r\n",
            b"POST /v1 HTTP/1.1\r\nHost: test\r\nContent-Length: -1\r\n\r\n", b"POST /v1 HTTP/1.1\r\nHost: test\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            b"POST /v1 HTTP/1.1\r\nHost: test\r\nContent-Length: 99999999999999999999999\r\n\r\n",
            b"POST /v1 HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: nonsense\r\n\r\n",
            b"POST /v1 HTTP/1.1\r\nHost: test\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n\r\n",
            huge.as_bytes(), long_line.as_bytes(), many.as_bytes(),
        ];
        for request in requests {
            let start = String::from_utf8_lossy(&request[..request.len().min(80)]).into_owned();
            let (status, body) = read_raw(&send_quietly(&world, request));
            assert!(status == 0 || (400..500).contains(&status), "{start:?}: {status} {body}");
            assert_still_serving(&world);
        }
    }

    fn no_query_is_too_strange(world: World) {
        let world = world.founded();
        let paths: Vec<String> = every_path().into_iter().chain(["/v1/events", "/v1/events", "/v1/actors"].map(str::to_owned)).collect();
        let value = prop_oneof![
            4 => CODES,
            2 => "[0-9]{1,20}",
            2 => "[0-9]{4}(-[0-9]{2}){0,2}[~?%]?",
            2 => "-?[0-9]{1,3}(\\.[0-9])?(,-?[0-9]{1,3}){3}",
            1 => "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|\\+[0-9]{2}:[0-9]{2})",
            3 => "[A-Za-z0-9_-]{0,90}",
            3 => "\\PC{0,20}",
        ].prop_map(|value: String| percent_encoding::utf8_percent_encode(&value, percent_encoding::NON_ALPHANUMERIC).to_string());
        let value = prop_oneof![9 => value, 1 => "(%[0-9a-fA-F]{2}|[a-z,!&=+]){0,12}"];
        let pair = (select(known_parameters()), value).prop_map(|(name, value)| format!("{name}={value}"));
        let query = (select(paths), prop::collection::vec(pair, 0..6));
        let mut runner = TestRunner::new(Config { cases: 300, failure_persistence: None, ..Config::default() });
        let outcome = runner.run(&query, |(path, pairs)| {
            let answer = world.get(&format!("{path}?{}", pairs.join("&")));
            prop_assert!(answer.status == 200 || (400..500).contains(&answer.status), "{}: {}", answer.status, answer.body);
            if answer.status != 200 {
                let media_type = answer.header("content-type").unwrap_or_default();
                prop_assert_eq!(media_type, "application/problem+json");
                let problem = answer.json();
                prop_assert_eq!(&problem["status"], answer.status);
                let named = problem["errors"].as_array().is_some_and(|errors| errors.iter().all(|error| error["parameter"].is_string()));
                prop_assert!(named && problem["code"].is_string() && problem["detail"].is_string(), "{}", problem);
            }
            Ok(())
        });
        outcome.unwrap_or_else(|error| panic!("{error}"));
    }
}

/// Sends what the server may refuse before it has read all of it: a connection that is closed meanwhile is an answer.
fn send_quietly(world: &World, request: &[u8]) -> String {
    use std::io::{Read, Write};
    let address = world.base().trim_start_matches("http://");
    let mut stream = std::net::TcpStream::connect(address).expect("the server listens");
    stream.set_read_timeout(Some(std::time::Duration::from_secs(30))).expect("a timeout");
    if stream.write_all(request).is_err() {
        return String::new();
    }
    // It may wait for more until it knows that there is none.
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}
