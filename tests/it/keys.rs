//! Keys: made, shown, refused and revoked, on the command line and over HTTP.

use diesel::connection::SimpleConnection;
use marchline::domain::api_key::KeyRequest;
use marchline::domain::instant::Instant;
use marchline::domain::scope::{Scope, Scopes};
use marchline::http::openapi::openapi_text;
use marchline::store::connection::AnyConnection;
use marchline::store::keys;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::support::http::{Answer, send, send_body, send_raw};
use crate::support::paths::every_path;
use crate::support::program::{Served, run, words};
use crate::support::schema::differences;
use crate::support::world::{Backend, Database, World};
use crate::support::{on_both_databases, sql};

/// A database that nobody serves yet.
struct Empty(Database);

impl Empty {
    fn on(backend: Backend) -> Self {
        Self(Database::new(backend))
    }

    /// Runs a command of keys that must succeed.
    fn keys(&self, arguments: &[&str]) -> String {
        let output = run(&self.0.url, &[&["keys"], arguments].concat());
        assert_eq!(output.status.code(), Some(0), "{:?}", words(&output));
        words(&output).0
    }

    /// Makes a key on the command line.
    fn make(&self, arguments: &[&str]) -> String {
        let said = self.keys(&[&["create", "--name", "Desk"], arguments].concat());
        said.lines().last().expect("the key on the last line").to_owned()
    }
}

fn connect(world: &World) -> AnyConnection {
    world.database.parsed().connect().expect("the database is there")
}

/// Makes a key with a scope, and tells its id.
fn make(world: &World, scope: Scope) -> (String, Uuid) {
    let request = KeyRequest {
        name: "Desk".to_owned(),
        scopes: Scopes::new(vec![scope]),
        label: Some("The desk".to_owned()),
        expires_at: None,
    };
    let now = Instant::parse("2026-02-01T00:00:00Z").expect("an instant");
    let (key, secret) = keys::create(&mut connect(world), request, Uuid::now_v7(), now).expect("a key is made");
    (secret.reveal(), key.id)
}

fn bearer(key: &str) -> String {
    format!("Bearer {key}")
}

/// Asks with a key.
fn ask(world: &World, method: &str, target: &str, key: &str) -> Answer {
    world.send(method, target, &[("authorization", bearer(key).as_str())])
}

fn post(world: &World, key: &str, media_type: &str, body: &str) -> Answer {
    let headers = [("authorization", &*bearer(key)), ("content-type", media_type)];
    send_body(world.base(), "POST", "/v1/keys", &headers, body)
}

fn assert_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, &answer.json()["code"]), (status, &json!(code)), "{}", answer.body);
    assert_eq!(answer.header("content-type").as_deref(), Some("application/problem+json"), "{}", answer.body);
}

/// Holds an answer against what the OpenAPI document says of it.
fn assert_described(answer: &Answer, path: &str, method: &str) {
    let document: Value = serde_json::from_str(&openapi_text()).expect("the document is JSON");
    let described = &document["paths"][path][method]["responses"][answer.status.to_string()];
    let schema = &described["content"][answer.header("content-type").expect("a media type")]["schema"];
    assert_eq!(differences(&document, schema, &answer.json()), [""; 0], "{method} {path}: {}", answer.body);
}

const UNKNOWN: &str = "mk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

on_both_databases! {
    fn a_key_made_on_the_command_line_is_accepted_by_a_running_service_until_it_is_revoked(empty: Empty) {
        let served = Served::start(&empty.0.url, &[]);
        let key = empty.make(&["--scope", "write", "--scope", "admin", "--label", "The desk", "--expires", "30"]);
        assert!(key.starts_with("mk_") && key.len() == 46, "{key}");
        let list = || send(&served.base, "GET", "/v1/keys", &[("authorization", bearer(&key).as_str())]);
        let made = &list().ok()["data"][0];
        assert_eq!((&made["scopes"], &made["label"]), (&json!(["write", "admin"]), &json!("The desk")));
        let told = empty.keys(&["list"]);
        let id = made["id"].as_str().expect("an id");
        assert!(told.contains(id) && told.contains("write admin") && told.contains("expires "), "{told}");
        assert!(!told.contains(&key), "{told}");
        empty.keys(&["revoke", id]);
        let refused = list();
        assert_problem(&refused, 401, "unauthorized");
        assert!(refused.body.contains("revoked"), "{}", refused.body);
        assert!(empty.keys(&["list"]).contains("revoked "));
    }

    fn a_key_can_be_made_before_anything_else(empty: Empty) {
        let key = empty.make(&["--scope", "admin"]);
        let served = Served::start(&empty.0.url, &[]);
        assert_eq!(send(&served.base, "GET", "/v1/keys", &[("authorization", bearer(&key).as_str())]).status, 200);
    }

    fn a_command_that_cannot_be_meant_makes_no_key(empty: Empty) {
        for (arguments, code) in [
            (&[][..], 2), (&["create", "--name", "x"], 2), (&["create", "--scope", "write"], 2), (&["revoke"], 2),
            (&["create", "--name", "x", "--scope", "root"], 2), (&["create", "--name", " ", "--scope", "write"], 1),
            (&["create", "--name", "x", "--scope", "write", "--expires", "2020-01-01T00:00:00Z"], 1),
            (&["create", "--name", "x", "--scope", "write", "--expires", "0"], 1),
            (&["create", "--name", "x", "--scope", "write", "--expires", "soon"], 1),
            (&["create", "--name", "x", "--scope", "write", "--label", "a\nb"], 1),
            (&["revoke", "019c1159-7000-7000-8000-00000000dead"], 1), (&["revoke", "x"], 1),
        ] {
            let output = run(&empty.0.url, &[&["keys"], arguments].concat());
            let (said, complained) = words(&output);
            assert_eq!((output.status.code(), said.as_str()), (Some(code), ""), "{arguments:?}: {complained}");
            assert!(!complained.is_empty(), "{arguments:?}");
        }
        assert_eq!(empty.keys(&["list"]), "");
    }

    fn a_key_that_is_not_accepted_is_refused_everywhere_also_where_a_page_is_kept(world: World) {
        let world = world.founded();
        let (revoked, id) = make(&world, Scope::Admin);
        let (expired, _) = make(&world, Scope::Admin);
        keys::revoke(&mut connect(&world), id, Instant::MIN).expect("it is revoked");
        connect(&world).batch_execute("UPDATE api_key SET expires_at = created_at WHERE revoked_at IS NULL").expect("it expires");
        let (good, _) = make(&world, Scope::Write);
        let basic = format!("Basic {good}");
        let unbound = format!("Bearer{good}");
        let padded = bearer(&format!("{good}A"));
        let headers = [bearer(&revoked), bearer(&expired), bearer(UNKNOWN), bearer("garbage"), "Bearer".to_owned(),
            good.clone(), basic, unbound, padded, "x".repeat(10_000)];
        for target in every_path() {
            if ["/healthz", "/readyz"].contains(&target.as_str()) {
                assert_eq!(ask(&world, "GET", &target, UNKNOWN).status, 200, "{target} takes no keys");
                continue;
            }
            assert_eq!([world.get(&target).status, ask(&world, "GET", &target, &good).status], [200; 2], "{target}");
            for header in &headers {
                let answer = world.get_with(&target, &[("authorization", header)]);
                assert_problem(&answer, 401, "unauthorized");
                assert_eq!(answer.faults()[0].0, "Authorization", "{target}");
                let challenge = answer.header("www-authenticate").expect("a challenge");
                assert!(challenge.starts_with("Bearer realm="), "{challenge}");
                assert_eq!(challenge.contains("invalid_token"), header.starts_with("Bearer "), "{header}: {challenge}");
            }
        }
        // Two keys, and bytes that are no text: what no client library sends.
        for raw in [format!("Bearer {good}\r\nAuthorization: Bearer {good}"), "Bearer \u{e9}".to_owned()] {
            let request = format!("GET /v1 HTTP/1.1\r\nHost: test\r\nConnection: close\r\nAuthorization: {raw}\r\n\r\n");
            let answer = send_raw(world.base(), request.as_bytes());
            assert!(answer.starts_with("HTTP/1.1 401 ") && answer.contains("unauthorized"), "{answer}");
        }
    }

    fn a_page_of_a_browser_may_show_a_key_and_see_why_it_is_refused(world: World) {
        let answer = world.get_with("/v1", &[("origin", "https://newsroom.example"), ("authorization", "Bearer x")]);
        assert_problem(&answer, 401, "unauthorized");
        assert_eq!(answer.header("access-control-allow-origin").as_deref(), Some("*"));
        assert!(answer.header("dataset-revision").is_some() && answer.header("request-id").is_some(), "{answer:?}");
    }

    fn a_key_without_the_scope_is_told_which_one_it_lacks(world: World) {
        let (_, id) = make(&world, Scope::Admin);
        for scope in [Scope::Write, Scope::ReadRestricted] {
            let (key, _) = make(&world, scope);
            for (method, target) in [("GET", "/v1/keys".to_owned()), ("GET", format!("/v1/keys/{id}")), ("DELETE", format!("/v1/keys/{id}"))] {
                let answer = ask(&world, method, &target, &key);
                assert_problem(&answer, 403, "insufficient_scope");
                assert!(answer.json()["detail"].as_str().is_some_and(|detail| detail.contains("`admin`")), "{}", answer.body);
                assert!(answer.header("www-authenticate").is_some_and(|challenge| challenge.contains("scope=\"admin\"")), "{answer:?}");
            }
            assert_problem(&post(&world, &key, "application/json", "{}"), 403, "insufficient_scope");
            assert_eq!(ask(&world, "GET", "/v1/events", &key).status, 200);
        }
        for (method, target) in [("GET", "/v1/keys"), ("DELETE", "/v1/keys/1"), ("GET", "/v1/keys/1")] {
            let answer = world.send(method, target, &[]);
            assert_problem(&answer, 401, "unauthorized");
            assert_eq!(answer.header("www-authenticate").as_deref(), Some("Bearer realm=\"marchline\""), "no key was shown");
        }
    }

    fn the_life_of_a_key(world: World) {
        let (admin, _) = make(&world, Scope::Admin);
        let made = post(&world, &admin, "application/json; charset=UTF-8", r#"{"name": "Night desk", "scopes": ["admin", "admin"], "label": null}"#);
        assert_eq!((made.status, made.header("cache-control").as_deref()), (201, Some("private, no-store")), "{}", made.body);
        assert_described(&made, "/v1/keys", "post");
        let target = made.header("location").expect("where it is");
        let mut made = made.json();
        let key = made["key"].take().as_str().expect("the key itself").to_owned();
        made.as_object_mut().expect("members").remove("key");
        assert_eq!((&made["name"], &made["scopes"], &made["expires_at"]), (&json!("Night desk"), &json!(["admin"]), &json!(null)));

        let found = ask(&world, "GET", &target, &key);
        assert_described(&found, "/v1/keys/{id}", "get");
        assert_eq!(found.header("cache-control").as_deref(), Some("private, no-store"));
        assert_eq!(found.ok(), made);
        let list = ask(&world, "GET", "/v1/keys", &key);
        assert_described(&list, "/v1/keys", "get");
        assert_eq!((&list.json()["data"][1], &list.json()["page"]["total"]), (&made, &json!(2)));
        assert!(!list.body.contains("mk_") && !list.body.contains("hash"), "{}", list.body);

        assert_eq!(ask(&world, "DELETE", &target, &admin).status, 204);
        for (method, target) in [("GET", target.as_str()), ("GET", "/v1/events"), ("DELETE", &target)] {
            assert_problem(&ask(&world, method, target, &key), 401, "unauthorized");
        }
        let revoked = ask(&world, "GET", &target, &admin).ok();
        assert!(revoked["revoked_at"].is_string(), "{revoked}");
        assert_eq!(ask(&world, "DELETE", &target, &admin).status, 204);
        assert_eq!(ask(&world, "GET", &target, &admin).ok(), revoked, "it was revoked when it was revoked first");
        for target in ["/v1/keys/019c1159-7000-7000-8000-00000000dead", "/v1/keys/desk"] {
            assert_problem(&ask(&world, "GET", target, &admin), 404, "not_found");
            assert_problem(&ask(&world, "DELETE", target, &admin), 404, "not_found");
        }
    }

    fn a_body_that_cannot_be_read_makes_no_key(world: World) {
        let (admin, _) = make(&world, Scope::Admin);
        let json = "application/json";
        let good = r#"{"name": "x", "scopes": ["write"]}"#;
        let faulty = r#"{"id": "1", "name": "", "scopes": ["root", 1], "label": 7, "expires_at": "2020-01-01T00:00:00Z"}"#;
        let answer = post(&world, &admin, json, faulty);
        assert_problem(&answer, 422, "invalid_document");
        assert_described(&answer, "/v1/keys", "post");
        let expected = [("/name", "empty"), ("/scopes/0", "unknown_code"), ("/scopes/1", "wrong_type"),
            ("/label", "wrong_type"), ("/expires_at", "in_the_past"), ("/id", "unknown_member")];
        assert_eq!(answer.faults(), expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
        for body in ["[]", "null", "3", "\"x\""] {
            assert_eq!(post(&world, &admin, json, body).faults(), [(String::new(), "wrong_type".to_owned())], "{body}");
        }
        let broken = ["", "{", "{\"name\": \"x\",}", "\u{1}", r#"{"name": "x", "name": "y", "scopes": ["write"]}"#, "{} {}"];
        for body in broken.map(str::to_owned).into_iter().chain(["[".repeat(100_000)]) {
            assert_problem(&post(&world, &admin, json, &body), 400, "malformed_json");
        }
        for media_type in ["", "text/plain", "application/merge-patch+json", "application/json; charset=latin1", "json"] {
            assert_problem(&post(&world, &admin, media_type, good), 415, "unsupported_media_type");
        }
        let long = format!("{good}{}", " ".repeat(1 << 20));
        assert_problem(&post(&world, &admin, json, &long), 413, "content_too_large");
        let authorization = bearer(&admin);
        let headers = [("authorization", authorization.as_str()), ("content-type", json), ("content-encoding", "gzip")];
        assert_problem(&send_body(world.base(), "POST", "/v1/keys", &headers, good), 415, "unsupported_media_type");
        let answer = send_body(world.base(), "POST", "/v1/keys?name=x", &headers[..2], good);
        assert_eq!(answer.faults(), [("name".to_owned(), "unknown_parameter".to_owned())]);
        assert_eq!(ask(&world, "GET", "/v1/keys", &admin).ok()["page"]["total"], 1);
    }

    fn a_body_without_a_length_that_is_too_long_is_refused(world: World) {
        let (admin, _) = make(&world, Scope::Admin);
        let head = format!("POST /v1/keys HTTP/1.1\r\nHost: test\r\nConnection: close\r\nAuthorization: Bearer {admin}\r\n\
            Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
        let part = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
        let request = format!("{head}{}0\r\n\r\n", part.repeat(17));
        let answer = send_raw(world.base(), request.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("content_too_large"), "{answer}");
    }

    fn keys_are_listed_page_by_page(world: World) {
        let world = world.founded();
        let (admin, _) = make(&world, Scope::Admin);
        let ids: Vec<Uuid> = (0..6).map(|_| make(&world, Scope::Write).1).collect();
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = ask(&world, "GET", &format!("/v1/keys?limit=2{cursor}"), &admin);
            assert!(page.header("link").is_some_and(|link| link.contains("rel=\"first\"")), "{page:?}");
            let page = page.ok();
            found.extend(page["data"].as_array().expect("a list").iter().map(|key| key["id"].clone()));
            match page["page"]["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(found[1..], ids.iter().map(|id| json!(id)).collect::<Vec<_>>());
        let actors = world.get("/v1/actors?limit=1").ok();
        for cursor in ["x", actors["page"]["next"].as_str().expect("a cursor")] {
            let answer = ask(&world, "GET", &format!("/v1/keys?cursor={cursor}"), &admin);
            assert_eq!((answer.status, answer.faults()[0].0.as_str()), (400, "cursor"), "{cursor}");
        }
    }

    fn keys_are_no_part_of_the_timeline(world: World) {
        let world = world.founded();
        let before = (world.seq(), world.get("/v1/events").body);
        let (admin, _) = make(&world, Scope::Admin);
        assert_eq!(post(&world, &admin, "application/json", r#"{"name": "x", "scopes": ["write"]}"#).status, 201);
        assert_eq!((world.seq(), world.get("/v1/events").body), before);
        assert_eq!(run(&world.database.url, &["check"]).status.code(), Some(0));
        let exported = words(&run(&world.database.url, &["export"])).0;
        assert!(!exported.contains("Desk"), "keys are not exported");
    }

    fn the_database_holds_no_key_but_its_hash(world: World) {
        let (key, _) = make(&world, Scope::Admin);
        let mut conn = connect(&world);
        let (rows, hashes) = match &conn {
            AnyConnection::Sqlite(_) => ("SELECT quote(name) || quote(hash) || quote(scopes) || quote(label) AS word FROM api_key",
                "SELECT lower(hex(hash)) AS word FROM api_key"),
            AnyConnection::Postgres(_) => ("SELECT api_key::text AS word FROM api_key", "SELECT encode(hash, 'hex') AS word FROM api_key"),
        };
        assert!(!sql::words(&mut conn, rows).concat().contains(&key));
        let files = std::fs::read_dir(world.database.dir()).expect("the folder").map(|file| file.expect("a file").path());
        for file in files {
            let bytes = std::fs::read(&file).expect("it can be read");
            assert!(!bytes.windows(key.len()).any(|part| part == key.as_bytes()), "{}", file.display());
        }
        assert_eq!(sql::words(&mut conn, hashes), [data_encoding::HEXLOWER.encode(&Sha256::digest(key))]);
    }

    fn reading_can_be_kept_to_those_who_have_a_key(empty: Empty) {
        let key = empty.make(&["--scope", "read:restricted"]);
        let served = Served::start(&empty.0.url, &["--demo", "--read-access", "keys"]);
        let open = ["/", "/docs", "/docs/", "/docs/index.css", "/openapi.json", "/openapi-3.0.json", "/schemas/events-csv.json", "/healthz", "/readyz"].map(str::to_owned);
        for target in every_path().into_iter().chain(open.clone()).chain(["/nowhere".to_owned()]) {
            let known = send(&served.base, "GET", &target, &[("authorization", bearer(&key).as_str())]).status;
            let unknown = send(&served.base, "GET", &target, &[]);
            if open.contains(&target) {
                assert_eq!(unknown.status, known, "{target} is open");
                assert!(unknown.status < 400, "{target}: {}", unknown.body);
            } else {
                assert_problem(&unknown, 401, "unauthorized");
                assert!([200, 404].contains(&known), "{target}: {known}");
            }
        }
        let preflight = [("origin", "https://newsroom.example"), ("access-control-request-method", "GET"), ("access-control-request-headers", "authorization")];
        assert!(send(&served.base, "OPTIONS", "/v1/events", &preflight).status < 300);
    }

    fn a_path_of_keys_says_what_it_knows(world: World) {
        let id = "019c1159-7000-7000-8000-00000000dead";
        for (target, allow) in [("/v1/keys".to_owned(), "GET, HEAD, POST, OPTIONS"), (format!("/v1/keys/{id}"), "GET, HEAD, DELETE, OPTIONS")] {
            for (method, status) in [("OPTIONS", 204), ("PUT", 405), ("PATCH", 405)] {
                let answer = world.send(method, &target, &[]);
                assert_eq!((answer.status, answer.header("allow").as_deref()), (status, Some(allow)), "{method} {target}");
            }
        }
    }
}
