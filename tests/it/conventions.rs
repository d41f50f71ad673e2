//! The conventions of HTTP that every path keeps.

use marchline::domain::resource::Resource;
use serde_json::json;

use crate::support::http::{Answer, send_raw};
use crate::support::on_both_databases;
use crate::support::paths::{RALLY, every_data_path, every_json_path, every_path, filled, public_paths};
use crate::support::town::{self, rally};
use crate::support::world::{World, event};

/// What a HEAD is sent with: the client would decompress the body that is not there.
const PLAIN: &[(&str, &str)] = &[("accept-encoding", "identity")];
const UNKNOWN_ID: &str = "019c1159-7000-7000-8000-00000000dead";

/// Paths of single members, whose validators are strong.
fn items() -> Vec<String> {
    public_paths().filter(|path| path.starts_with("/v1") && path.ends_with("/{id}")).map(filled).collect()
}

fn etag(world: &World, target: &str) -> String {
    let answer = world.get(target);
    assert_eq!(answer.status, 200, "{target}: {}", answer.body);
    answer.header("etag").unwrap_or_else(|| panic!("{target} has no ETag"))
}

/// The targets of a `Link` header by relation.
fn link(answer: &Answer, relation: &str) -> Option<String> {
    let links = answer.header("link")?;
    let wanted = format!("rel=\"{relation}\"");
    let link = links.split(", ").find(|link| link.ends_with(&wanted))?;
    Some(link.trim_start_matches('<').split_once('>')?.0.to_owned())
}

fn assert_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.header("content-type").as_deref(), Some("application/problem+json"), "{}", answer.body);
    let problem = answer.json();
    assert_eq!((&problem["status"], &problem["code"]), (&json!(status), &json!(code)), "{problem}");
    assert!(["type", "title", "detail"].iter().all(|member| problem[member].is_string()), "{problem}");
    assert!(problem["errors"].is_array(), "{problem}");
}

on_both_databases! {
    fn every_answer_names_the_revision_and_the_request(world: World) {
        let world = world.founded();
        let revision = format!("1.{}", world.seq());
        let etag = etag(&world, "/v1/events");
        let targets = every_path().into_iter().chain(["/", "/docs/", "/nowhere", "/v1/events/1", "/v1/events?x=1"].map(str::to_owned));
        let answers = targets.map(|target| (target.clone(), world.get(&target))).chain([
            ("304".to_owned(), world.get_with("/v1/events", &[("if-none-match", etag.as_str())])),
            ("405".to_owned(), world.send("DELETE", "/v1/events", &[])),
            ("406".to_owned(), world.get_with("/v1/events", &[("accept", "text/html")])),
            ("HEAD".to_owned(), world.send("HEAD", "/v1/events", PLAIN)),
        ]);
        for (what, answer) in answers {
            assert_eq!(answer.header("dataset-revision").as_deref(), Some(revision.as_str()), "{what}");
            assert!(answer.header("request-id").is_some_and(|id| id.len() >= 8), "{what}");
        }
        let ids = [world.get("/v1"), world.get("/v1")].map(|answer| answer.header("request-id"));
        assert_ne!(ids[0], ids[1]);
    }

    fn the_revision_follows_each_write(world: World) {
        let world = world.with_source();
        assert_eq!(world.get("/v1/events").header("dataset-revision").as_deref(), Some("1.1"));
        world.put(Resource::Event, event("A rally", json!({})));
        assert_eq!(world.get("/v1/events").header("dataset-revision").as_deref(), Some("1.2"));
    }

    fn a_sane_request_id_comes_back_and_a_hostile_one_does_not(world: World) {
        let long = "x".repeat(101);
        for sane in ["abc-123", "0190.f00:BAR_7"] {
            let answer = world.get_with("/v1", &[("request-id", sane)]);
            assert_eq!(answer.header("request-id").as_deref(), Some(sane));
        }
        for hostile in ["a b", "<script>", "a\"b", "%0d%0aX: y", long.as_str(), ""] {
            let answer = world.get_with("/v1", &[("request-id", hostile)]);
            let id = answer.header("request-id").expect("an id");
            assert!(id != hostile && id.len() <= 100, "{hostile}: {id}");
        }
    }

    fn what_the_client_has_is_not_sent_again(world: World) {
        let world = world.founded();
        for target in every_data_path().into_iter().chain(["/openapi.json".to_owned()]) {
            let tag = etag(&world, &target);
            for known in [tag.clone(), format!("\"else\", {tag}"), "*".to_owned()] {
                let answer = world.get_with(&target, &[("if-none-match", known.as_str())]);
                assert_eq!((answer.status, answer.body.as_str()), (304, ""), "{target} {known}");
                assert_eq!(answer.header("etag"), Some(tag.clone()), "{target}");
            }
            assert_eq!(world.get_with(&target, &[("if-none-match", "\"else\"")]).status, 200, "{target}");
        }
    }

    fn the_validator_of_an_item_is_strong_and_begins_with_its_revision(world: World) {
        let world = world.founded();
        for target in items() {
            let (tag, item) = (etag(&world, &target), world.get(&target).ok());
            let (revision, opaque) = tag.trim_matches('"').split_once('.').unwrap_or_else(|| panic!("{target}: {tag}"));
            assert!(tag.starts_with('"') && tag.ends_with('"') && !opaque.is_empty(), "{target}: {tag}");
            assert_eq!(revision, item["revision"].to_string(), "{target}");
        }
    }

    fn the_validator_of_an_item_follows_its_corrections(world: World) {
        let world = world.with_rally();
        let target = format!("/v1/events/{}", town::RALLY);
        let before = etag(&world, &target);
        world.put(Resource::Event, rally(json!({"title": "A larger rally"})));
        let after = etag(&world, &target);
        assert!(before.starts_with("\"1.") && after.starts_with("\"2."), "{before} {after}");
    }

    fn a_list_keeps_its_validator_until_a_write_touches_it(world: World) {
        let world = world.with_rally();
        let target = "/v1/events?type=rally&include=evidence,links";
        let put = |resource, document| {
            world.put(resource, document);
        };
        let unrelated = |n: u8| {
            let before = etag(&world, target);
            put(Resource::Event, event(&format!("Vigil {n}"), json!({"type": "vigil"})));
            put(Resource::Actor, json!({"slug": format!("bystander-{n}"), "name": "Someone else", "kind": "press"}));
            assert_eq!(etag(&world, target), before, "after unrelated write {n}");
            assert_eq!(world.get_with(target, &[("if-none-match", before.as_str())]).status, 304);
            before
        };
        let mut seen = vec![unrelated(0)];
        let mut touched = |n: u8, what: &str| {
            let tag = unrelated(n);
            assert!(!seen.contains(&tag), "{what} did not change the validator");
            seen.push(tag);
        };
        put(Resource::Event, rally(json!({"summary": "It was loud."})));
        touched(1, "a correction");
        put(Resource::Actor, json!({"slug": "union", "name": "New Union", "kind": "union"}));
        touched(2, "a renamed actor");
        put(Resource::Location, town::location("state", "admin1", Some("land"), json!({"name": "New State"})));
        touched(3, "a renamed place above the event's own");
        put(Resource::Campaign, json!({"slug": "spring", "name": "New Spring"}));
        touched(4, "a renamed campaign");
        put(Resource::Source, json!({"slug": "test-source", "publisher": "The New Test", "kind": "news"}));
        touched(5, "a renamed source");
        put(Resource::Event, event("Another rally", json!({})));
        touched(6, "an event that enters");
        let link = json!([{"relation": "follows", "event": {"id": town::RALLY}}]);
        put(Resource::Event, event("A vigil", json!({"id": town::VIGIL, "type": "vigil", "links": link})));
        touched(7, "a link from another event");
        put(Resource::Event, event("A new title", json!({"id": town::VIGIL, "type": "vigil", "links": link})));
        touched(8, "another title of a linked event");
        world.retract(Resource::Event, town::id(town::RALLY), "Entered twice");
        touched(9, "an event that leaves");
    }

    fn a_list_of_actors_keeps_its_validator_until_a_write_touches_it(world: World) {
        let world = world.with_rally();
        let target = "/v1/actors?kind=union";
        let before = etag(&world, target);
        world.put(Resource::Event, event("A vigil", json!({"type": "vigil"})));
        world.put(Resource::Actor, json!({"slug": "paper", "name": "A paper", "kind": "press"}));
        assert_eq!(etag(&world, target), before);
        world.put(Resource::Actor, json!({"slug": "union", "name": "New Union", "kind": "union"}));
        let renamed = etag(&world, target);
        assert_ne!(renamed, before);
        let part = json!([{"actor": {"id": "union"}, "role": "participant"}]);
        world.put(Resource::Event, event("Another rally", json!({"actors": part})));
        assert_ne!(etag(&world, target), renamed, "its event_count is another one");
    }

    fn head_is_get_without_a_body(world: World) {
        let world = world.founded();
        let targets = ["/", "/docs/", "/docs/index.css", "/nowhere", "/v1/events?limit=2", "/v1/events?x=1"].map(str::to_owned);
        for target in every_path().into_iter().chain(targets) {
            let (get, head) = (world.get_with(&target, PLAIN), world.send("HEAD", &target, PLAIN));
            assert_eq!((head.status, head.body.as_str()), (get.status, ""), "{target}");
            for name in ["content-type", "content-length", "etag", "repr-digest", "link", "cache-control", "vary", "location", "dataset-revision"] {
                // Each request is counted, so that the next answer of this path is another one.
                if (target.as_str(), name) == ("/metrics", "content-length") {
                    continue;
                }
                assert_eq!(head.header(name), get.header(name), "{name} of {target}");
            }
        }
    }

    fn links_lead_through_a_list_and_back(world: World) {
        let world = world.founded();
        for target in ["/v1/events?limit=5&country=US&sort=when", "/v1/actors?limit=6"] {
            let whole = world.get(&target.replace("limit=5", "limit=500").replace("limit=6", "limit=500")).ok();
            let mut page = world.get(target);
            let first = link(&page, "first").expect("a first page");
            assert!(link(&page, "prev").is_none());
            let mut found = page.json()["data"].as_array().expect("a list").clone();
            let mut pages = vec![page.json()["data"].clone()];
            while let Some(next) = link(&page, "next") {
                page = world.get(&next);
                assert_eq!(page.status, 200, "{next}: {}", page.body);
                found.extend(page.json()["data"].as_array().expect("a list").clone());
                pages.push(page.json()["data"].clone());
            }
            assert_eq!(json!(found), whole["data"]);
            for expected in pages.iter().rev().skip(1) {
                page = world.get(&link(&page, "prev").expect("a page before"));
                assert_eq!(&page.json()["data"], expected);
            }
            assert!(link(&page, "prev").is_none());
            assert_eq!(world.get(&first).json()["data"], pages[0]);
        }
    }

    fn any_page_may_read(world: World) {
        let world = world.founded();
        for target in every_data_path().into_iter().chain(["/v1/events?x=1".to_owned(), "/nowhere".to_owned()]) {
            let answer = world.get_with(&target, &[("origin", "https://newsroom.example")]);
            assert_eq!(answer.header("access-control-allow-origin").as_deref(), Some("*"), "{target}");
            let exposed = answer.header("access-control-expose-headers").unwrap_or_default().to_lowercase();
            for name in ["link", "etag", "repr-digest", "unencoded-digest", "dataset-revision", "request-id", "retry-after", "ratelimit"] {
                assert!(exposed.split(',').any(|known| known.trim() == name), "{target} does not expose {name}: {exposed}");
            }
        }
    }

    fn a_preflight_is_answered(world: World) {
        let ask = |method: &'static str, headers: &'static str| {
            world.send("OPTIONS", "/v1/events", &[
                ("origin", "https://newsroom.example"),
                ("access-control-request-method", method),
                ("access-control-request-headers", headers),
            ])
        };
        let answer = ask("DELETE", "authorization, if-match, idempotency-key, content-type");
        let allowed = |name: &str| answer.header(name).unwrap_or_default().to_lowercase();
        assert!(allowed("access-control-allow-methods").contains("delete"), "{answer:?}");
        for name in ["authorization", "if-match", "idempotency-key"] {
            assert!(allowed("access-control-allow-headers").contains(name), "{answer:?}");
        }
        let answer = ask("GET", "if-none-match, min-revision");
        assert!(answer.status == 200 || answer.status == 204, "{}", answer.status);
        assert_eq!(answer.header("access-control-allow-origin").as_deref(), Some("*"));
        let allowed = answer.header("access-control-allow-headers").unwrap_or_default().to_lowercase();
        assert!(allowed == "*" || (allowed.contains("if-none-match") && allowed.contains("min-revision")), "{allowed}");
        assert!(answer.header("access-control-allow-methods").is_some_and(|methods| methods.contains("GET")));
        assert_problem(&ask("TRACE", "if-match"), 400, "refused");
    }

    fn options_are_answered_as_allow_says(world: World) {
        let refused = world.send("TRACE", "/v1/events", &[]);
        for method in refused.header("allow").expect("Allow").split(", ") {
            let answer = world.send(method, "/v1/events", PLAIN);
            // Who writes needs a key.
            let expected = if method == "POST" { 401..402 } else { 200..300 };
            assert!(expected.contains(&answer.status), "{method} is in Allow and answers {}", answer.status);
        }
        assert!(world.send("OPTIONS", "/v1/events", &[]).header("allow").is_some_and(|allow| allow.contains("GET")));
    }

    fn answers_are_compressed_when_asked(world: World) {
        let world = world.founded();
        for coding in ["gzip", "zstd"] {
            let request = format!(
                "GET /v1/events HTTP/1.1\r\nHost: test\r\nAccept-Encoding: {coding}\r\nConnection: close\r\n\r\n"
            );
            let answer = send_raw(world.base(), request.as_bytes()).to_lowercase();
            assert!(answer.starts_with("http/1.1 200") && answer.contains(&format!("\r\ncontent-encoding: {coding}\r\n")));
        }
        let plain = world.get_with("/v1/events", PLAIN);
        assert_eq!((plain.status, plain.header("content-encoding")), (200, None));
    }

    fn caches_are_told_what_an_answer_depends_on(world: World) {
        let world = world.founded();
        for target in every_data_path().into_iter().chain(["/nowhere".to_owned(), "/v1/events?x=1".to_owned()]) {
            let vary = world.get(&target).header("vary").unwrap_or_default().to_lowercase();
            for name in ["authorization", "accept", "accept-encoding"] {
                assert!(vary.split(',').any(|known| known.trim() == name), "{target}: {name} is not in {vary}");
            }
        }
    }

    fn json_is_given_to_whoever_takes_it_and_406_to_others(world: World) {
        let world = world.founded();
        for target in every_json_path() {
            for taken in ["*/*", "application/json", "application/*;q=0.5", "text/html, */*;q=0.1", "APPLICATION/JSON"] {
                let answer = world.get_with(&target, &[("accept", taken)]);
                assert_eq!(answer.status, 200, "{target} as {taken}");
                assert_eq!(answer.header("content-type").as_deref(), Some("application/json"), "{target} as {taken}");
            }
        }
        for target in every_data_path().into_iter().chain(["/openapi.json".to_owned()]) {
            for other in ["text/html", "text/markdown", "application/json;q=0", "image/*, text/plain;q=0.3"] {
                assert_problem(&world.get_with(&target, &[("accept", other)]), 406, "not_acceptable");
            }
        }
    }

    fn a_path_says_which_methods_it_knows(world: World) {
        let world = world.founded();
        for target in every_path() {
            let known = world.send("OPTIONS", &target, &[]).header("allow").expect("Allow");
            assert!(known.contains("GET, HEAD"), "{target}: {known}");
            for method in ["POST", "PUT", "PATCH", "DELETE", "TRACE"] {
                let answer = world.send(method, &target, &[]);
                if known.contains(method) {
                    assert_problem(&answer, 401, "unauthorized");
                } else {
                    assert_problem(&answer, 405, "method_not_allowed");
                    assert_eq!(answer.header("allow"), Some(known.clone()), "{target}");
                }
            }
        }
    }

    fn what_is_not_there_is_a_404(world: World) {
        let world = world.founded();
        let unknown = [
            "/nowhere", "/v1/", "/v1/nothing", "/v2/events", "/v1/events/", "/v1/actors/ice/parts", "/v1/actors/nobody",
            "/v1/locations/atlantis", "/v1/sources/nothing", "/v1/campaigns/nothing", "/v1/timelines/nothing",
            "/v1/events/rally", "/v1/events/0", "/v1/actors/ICE", "/v1/actors/ice%20", "/docs/nothing.js",
        ];
        let by_id = ["events", "actors", "locations", "sources", "campaigns", "timelines"].map(|r| format!("/v1/{r}/{UNKNOWN_ID}"));
        let versions = by_id.clone().map(|item| format!("{item}/revisions"));
        let below = ["links", "revisions/1"].map(|part| format!("/v1/events/{UNKNOWN_ID}/{part}"));
        // The id of an event is not that of an actor.
        let elsewhere = [RALLY.replace("events", "actors")];
        for target in unknown.into_iter().map(str::to_owned).chain(by_id).chain(versions).chain(below).chain(elsewhere) {
            assert_problem(&world.get(&target), 404, "not_found");
        }
    }

    fn a_withdrawn_event_is_gone_with_the_reason(world: World) {
        let world = world.with_rally();
        let (target, before) = (format!("/v1/events/{}", town::RALLY), world.seq());
        assert_eq!(world.get("/v1/actors/union").ok()["event_count"], 1);
        world.retract(Resource::Event, town::id(town::RALLY), "Entered twice");
        for target in [target.clone(), format!("{target}/links")] {
            let answer = world.get(&target);
            assert_problem(&answer, 410, "gone");
            assert!(answer.json()["detail"].as_str().is_some_and(|detail| detail.contains("Entered twice")), "{}", answer.body);
        }
        assert_eq!(world.get("/v1/events?type=rally").ok()["page"]["total"], 0);
        assert_eq!(world.get("/v1/events").ok()["page"]["total"], 1);
        assert_eq!(world.get("/v1").ok()["counts"]["events"], 1);
        for entity in ["/v1/actors/union", "/v1/locations/town", "/v1/campaigns/spring"] {
            assert_eq!(world.get(entity).ok()["event_count"], 0, "{entity}");
        }
        assert_eq!(world.get(&format!("{target}?as_of={before}")).ok()["title"], "A rally on the square");
        assert_eq!(world.get(&format!("/v1/events?as_of={before}")).ok()["page"]["total"], 2);
        assert_eq!(world.get(&format!("/v1?as_of={before}")).ok()["counts"]["events"], 2);
    }

    fn a_withdrawn_event_that_is_put_again_is_restored(world: World) {
        let world = world.with_rally();
        world.retract(Resource::Event, town::id(town::RALLY), "Entered twice");
        world.put(Resource::Event, rally(json!({})));
        let target = format!("/v1/events/{}", town::RALLY);
        assert_eq!(world.get(&target).ok()["revision"], 3);
        let kinds: Vec<_> = world.get(&format!("{target}/revisions")).ok()["data"]
            .as_array().expect("a list").iter().map(|revision| revision["kind"].clone()).collect();
        assert_eq!(kinds, ["created", "retracted", "restored"]);
    }

    fn a_withdrawn_actor_is_gone_and_never_breaks_the_events_that_name_it(world: World) {
        let world = world.with_rally();
        let actor = town::id(world.get("/v1/actors/union").ok()["id"].as_str().expect("an id"));
        let command = marchline::node::operation::Command::Retract { resource: Resource::Actor, id: actor, base: None };
        // Whether it is refused or done, what names the actor must be readable.
        let outcome = world.submit(marchline::node::operation::Operation::one(command));
        for target in ["/v1/events", "/v1/events?include=evidence"].map(str::to_owned).into_iter().chain([format!("/v1/events/{}", town::RALLY)]) {
            let answer = world.get(&target);
            assert_eq!(answer.status, 200, "{target} after {outcome:?}: {}", answer.body);
        }
        if outcome.is_ok() {
            assert_problem(&world.get("/v1/actors/union"), 410, "gone");
            let part = json!([{"actor": {"id": "union"}, "role": "participant"}]);
            let faults = world.refused(Resource::Event, event("Later", json!({"actors": part})));
            assert_eq!(faults, [("/actors/0/actor/id".to_owned(), "unknown_reference")]);
        }
    }

    fn a_revision_that_is_reached_is_answered_at_once(world: World) {
        let world = world.founded();
        let seq = world.seq().to_string();
        for target in every_data_path() {
            assert_eq!(world.get_with(&target, &[("min-revision", seq.as_str())]).status, 200, "{target}");
        }
    }

    fn a_revision_far_ahead_is_a_503_that_says_when_to_try_again(world: World) {
        let answer = world.get_with("/v1/events", &[("min-revision", "1000000"), ("request-id", "mine-1")]);
        assert_problem(&answer, 503, "revision_not_reached");
        assert!(answer.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().is_ok()), "{answer:?}");
        assert_eq!(answer.json()["request_id"], "mine-1");
    }

    fn a_malformed_revision_is_named(world: World) {
        for malformed in ["abc", "-1", "1.5", "+3", "99999999999999999999999"] {
            let answer = world.get_with("/v1/events?x=1", &[("min-revision", malformed)]);
            assert_eq!(answer.status, 400, "{malformed}");
            let faults = answer.faults();
            assert!(faults.contains(&("Min-Revision".into(), "malformed".into())), "{malformed}: {faults:?}");
            assert!(faults.contains(&("x".into(), "unknown_parameter".into())), "{malformed}: {faults:?}");
        }
    }
}
