//! Files sent over HTTP: taken over as jobs, one after the other, told by every node.

use std::io::Write as _;
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use marchline::domain::resource::Resource;
use marchline::domain::scope::Scope;
use marchline::load::Options;
use marchline::load::jobs::{Asked, Jobs};
use marchline::metrics::ImportFormat;
use marchline::node::Node;
use marchline::node::clock::Clock;
use marchline::store::import_jobs::{NewJob, create};
use marchline::store::sql_types::{SqlId, SqlInstant};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::ccc::{Shape, rows};
use crate::support::client::{Client, key};
use crate::support::http::{send_body, send_raw};
use crate::support::imports::{assert_figures, assert_report, import, total};
use crate::support::jobs::Sender;
use crate::support::random::backend_of;
use crate::support::sql::words;
use crate::support::world::{Backend, World, event, serve};
use crate::support::{on_both_databases, program};

/// Rows of a file that is longer than all that can be on its way at once.
const MANY: usize = 2_600;

/// Actors, each on a line of its own.
fn actors(count: usize) -> String {
    let line = |number| json!({"resource": "actor", "document": {"slug": format!("union-{number}"), "name": format!("Union {number}"), "kind": "union"}});
    (0..count).map(|number| line(number).to_string() + "\n").collect()
}

/// When the nodes said last that they have the files of their jobs, as one text.
fn beat(world: &World) -> Vec<String> {
    let mut conn = world.database.parsed().connect().expect("the database is there");
    words(&mut conn, "SELECT CAST(max(beat_at) AS TEXT) AS word FROM import_job")
}

/// Waits until the node that runs a job has looked at it from beginning to end.
fn wait_for_a_look(world: &World) {
    for _ in 0..2 {
        let before = beat(world);
        while beat(world) == before {
            std::thread::yield_now();
        }
    }
}

fn execute(world: &World, statement: &str) {
    world.database.parsed().connect().expect("the database is there").batch_execute(statement).expect("it is done");
}

/// Queues a file of documents, and tells where its job is.
fn queued(world: &World, jobs: &Jobs, lines: &str) -> String {
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(lines.as_bytes()).expect("it can be written");
    let (id, now) = (Uuid::now_v7(), SqlInstant(Clock::system().now()));
    let bytes = lines.len() as u64;
    let job = NewJob {
        id: SqlId(id),
        format: "ndjson".to_owned(),
        dry_run: false,
        force: false,
        sync: false,
        state: "queued".to_owned(),
        created_at: now,
        beat_at: now,
        records: 0,
        read_bytes: 0,
        file_bytes: i64::try_from(bytes).expect("a number"),
        key_no: 1,
        idempotency_key: None,
        digest: String::new(),
    };
    let mut conn = world.database.parsed().connect().expect("the database is there");
    create(&mut conn, &job, now.0).expect("the job is new");
    let turn = jobs.turn().expect("a turn");
    let options = Options::default();
    let asked = Asked { id, format: ImportFormat::Ndjson, dry_run: false, options, file, bytes, turn };
    jobs.submit(asked).expect("it is queued");
    format!("/v1/imports/{id}")
}

on_both_databases! {
    fn a_file_is_taken_over_as_a_job_with_the_report_of_the_command_line(world: World) {
        let file = rows(1, 300, Shape::Phase3);
        let sender = Sender::of(&world);
        let answer = sender.post("?format=ccc", &file.text, &[]);
        let begun = answer.json();
        assert_eq!((answer.status, &begun["format"], &begun["dry_run"]), (202, &json!("ccc"), &json!(false)), "{begun}");
        assert!(begun["report"].is_null() || !begun["finished_at"].is_null(), "{begun}");
        assert_eq!(begun["progress"]["file_bytes"], file.text.len());
        let job = sender.ended(&answer.header("location").expect("where the job is"));
        assert_eq!((&job["state"], &job["failure"]), (&json!("done"), &Value::Null));
        assert!(job["created_at"].as_str() <= job["started_at"].as_str() && job["started_at"].as_str() <= job["finished_at"].as_str());
        let progress = json!({"records": file.events, "read_bytes": file.text.len(), "file_bytes": file.text.len()});
        assert_eq!(job["progress"], progress);
        assert_report(&job["report"], &file);
        assert_figures(&world, &file);

        let other = World::on(backend_of(&world));
        assert_eq!(job["report"], import(&other, &file, &[]), "the same as on the command line");

        let list = sender.send("GET", "/v1/imports").ok();
        let mut told = job.clone();
        for member in ["errors", "notices"] {
            assert_ne!(told["report"][member], json!([]));
            told["report"][member] = json!([]);
        }
        assert_eq!((&list["data"], &list["page"]["total"]), (&json!([told]), &json!(1)));
        let metrics = world.get("/metrics").body;
        assert!(metrics.contains(&format!("marchline_import_records{{format=\"ccc\"}} {}", file.events)), "{metrics}");
        let again = sender.import("?format=ccc", &file.text);
        assert_eq!((&again["report"]["unchanged"], &again["report"]["created"]), (&json!(file.events), &json!(0)));
    }

    fn documents_come_in_with_the_same_report(world: World) {
        let sender = Sender::of(&world);
        let file = format!("{}\nnonsense\n{{\"resource\": \"actor\", \"document\": {{\"name\": \"Jane Roe\", \"kind\": \"person\"}}}}\n", actors(2));
        let job = sender.import("?format=ndjson&reason=From%20the%20archive&source=archive", &file);
        let report = &job["report"];
        let counts = ["lines", "created", "corrected", "unchanged", "refused", "errors_total", "retracted"].map(|name| report[name].as_u64().expect("a count"));
        assert_eq!((&job["state"], counts), (&json!("done"), [4, 2, 0, 0, 2, 2, 0]), "{job}");
        let lines: Vec<_> = report["errors"].as_array().expect("a list").iter().map(|error| error["line"].as_u64()).collect();
        assert_eq!(lines, [Some(4), Some(5)]);
        let history = world.get("/v1/actors/union-0/revisions").ok()["data"][0].clone();
        assert_eq!((&history["reason"], &history["source"], &history["by"]), (&json!("From the archive"), &json!("archive"), &json!("The desk")));
    }

    fn a_dry_run_tells_and_writes_nothing(world: World) {
        let file = rows(4, 40, Shape::Compiled);
        let job = Sender::of(&world).import("?format=ccc&dry_run=true", &file.text);
        assert_eq!((&job["state"], &job["dry_run"]), (&json!("done"), &json!(true)));
        assert_eq!((&job["report"]["created"], world.node.index.head().seq), (&json!(file.events), 0));
    }

    fn what_cannot_be_meant_is_refused_before_anything_is_kept(world: World) {
        let sender = Sender::of(&world);
        for (query, faults) in [
            ("", vec![("format", "required")]),
            ("?format=xml", vec![("format", "unknown_value")]),
            ("?format=ccc&dry_run=yes&forse=true", vec![("dry_run", "unknown_value"), ("forse", "unknown_parameter")]),
            ("?format=ndjson&sync=true&force=true", vec![("force", "not_for_format"), ("sync", "not_for_format")]),
            ("?format=acled-deleted&sync=true", vec![("sync", "not_for_format")]),
            ("?format=ndjson&dry_run=true&reason=", vec![("dry_run", "not_for_format"), ("reason", "empty")]),
            ("?format=ccc&as_of=0", vec![("as_of", "unknown_parameter")]),
        ] {
            let answer = sender.post(query, "a,b\n", &[]);
            let expected: Vec<_> = faults.into_iter().map(|(at, code)| (at.to_owned(), code.to_owned())).collect();
            assert_eq!((answer.status, answer.faults()), (400, expected), "{query}");
        }
        assert_eq!(sender.post("?format=ccc", "", &[]).status, 400, "an empty body");
        assert_eq!(sender.post("?format=ccc", "a", &[("content-encoding", "gzip")]).status, 415);
        let key = format!("Bearer {}", key(&world.database, &[Scope::Write]));
        let form = [("authorization", key.as_str()), ("content-type", "multipart/form-data; boundary=x")];
        let answer = send_body(&sender.base, "POST", "/v1/imports?format=ccc", &form, "--x--");
        assert_eq!(answer.status, 415, "{}", answer.body);
        for (method, target) in [("POST", "/v1/imports?format=ccc"), ("GET", "/v1/imports"), ("GET", "/v1/imports/1"), ("DELETE", "/v1/imports/1")] {
            assert_eq!(send_body(&sender.base, method, target, &[], "x").status, 401, "{method} {target}");
            let reader = Sender::with(&world, &[Scope::ReadRestricted]);
            assert_eq!(reader.send(method, target).status, 403, "{method} {target}");
        }
        for target in ["/v1/imports/1", "/v1/imports/019c1159-7000-7007-8000-000000000001"] {
            assert_eq!(sender.send("GET", target).status, 404);
            assert_eq!(sender.send("DELETE", target).status, 404);
        }
        assert_eq!(sender.send("GET", "/v1/imports").ok()["data"], json!([]));
    }

    fn a_file_that_is_too_long_is_refused_announced_or_not(world: World) {
        let key = key(&world.database, &[Scope::Write]);
        let head = format!("POST /v1/imports?format=ccc HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n");
        // Nothing of it is sent.
        let answer = send_raw(world.base(), format!("{head}Content-Length: 1048577\r\n\r\n").as_bytes());
        assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
        // One byte more than a MiB, in pieces.
        let piece = format!("10000\r\n{}\r\n", "x".repeat(0x1_0000));
        let answer = send_raw(world.base(), format!("{head}Transfer-Encoding: chunked\r\n\r\n{}1\r\nx\r\n0\r\n\r\n", piece.repeat(16)).as_bytes());
        assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("content_too_large"), "{answer}");
        assert_eq!(Sender::of(&world).send("GET", "/v1/imports").ok()["data"], json!([]));
    }

    fn a_file_that_is_none_of_its_format_fails_and_says_why(world: World) {
        let job = Sender::of(&world).import("?format=ccc", "name,age\nx,1\n");
        assert_eq!((&job["state"], &job["report"]["lines"]), (&json!("failed"), &json!(0)), "{job}");
        assert!(job["failure"].as_str().is_some_and(|why| why.starts_with("The header lacks date")), "{job}");
    }

    fn one_runs_and_others_wait_and_any_can_be_cancelled_from_any_node(world: World) {
        let other_node = Node::start(world.database.parsed(), Clock::system()).expect("the node starts");
        let other = serve(&other_node.index, &other_node.lent, &world.database);
        let sender = Sender::of(&world);
        let elsewhere = sender.elsewhere(&other.base);
        let lines = actors(MANY);
        // What is committed cannot be applied while somebody reads, so that the first one does not come to its end.
        let reading = world.node.index.read();
        let first = sender.begin("?format=ndjson", &lines);
        let waiting: Vec<String> = (0..4).map(|_| sender.begin("?format=ndjson", &actors(1))).collect();
        let busy = sender.post("?format=ndjson", &actors(1), &[]);
        assert_eq!((busy.status, busy.header("retry-after").as_deref()), (503, Some("30")), "{}", busy.body);
        elsewhere.wait(&first, |job| job["state"] == "running" && job["report"].is_null());

        assert_eq!(elsewhere.job(&waiting[0])["state"], "queued");
        let cancelled = elsewhere.send("DELETE", &waiting[0]);
        assert_eq!((cancelled.status, &cancelled.json()["state"]), (202, &json!("cancelled")), "what waits ends at once");
        assert_eq!(cancelled.json()["report"]["lines"], 0);
        let cancelled = elsewhere.send("DELETE", &first);
        assert_eq!((cancelled.status, &cancelled.json()["state"]), (202, &json!("running")), "{}", cancelled.body);
        wait_for_a_look(&world);
        drop(reading);

        let job = sender.ended(&first);
        let created = job["report"]["created"].as_u64().expect("a count");
        assert_eq!((&job["state"], &job["failure"]), (&json!("cancelled"), &Value::Null));
        assert!(created > 0 && created < MANY as u64, "{job}");
        assert_eq!(job["report"]["lines"], created, "the report says how far");
        assert_eq!(job["progress"]["records"], created);
        for place in &waiting[1..] {
            assert_eq!(sender.ended(place)["state"], "done");
        }
        assert_eq!(world.get("/v1/actors?limit=1").ok()["page"]["total"], created, "what was taken over stays");
        let again = sender.send("DELETE", &first);
        assert_eq!((again.status, &again.json()["state"]), (202, &json!("cancelled")));
        assert_eq!(sender.send("DELETE", &waiting[1]).status, 409, "what has ended cannot be cancelled");
        assert_eq!(sender.import("?format=ndjson", &lines)["report"]["created"], MANY as u64 - created);
    }

    fn jobs_are_told_after_a_restart_and_those_of_a_dead_node_have_failed(world: World) {
        let served = program::Served::start(&world.database.url, &["--import-folder", &world.database.dir().display().to_string()]);
        let sender = Sender::of(&world);
        let elsewhere = sender.elsewhere(&served.base);
        let done = elsewhere.import("?format=ndjson", &actors(3));
        drop(served);
        assert_eq!(sender.job(&format!("/v1/imports/{}", done["id"].as_str().expect("an id"))), done);

        let reading = world.node.index.read();
        let first = sender.begin("?format=ndjson", &actors(MANY));
        sender.wait(&first, |job| job["state"] == "running");
        let waiting = sender.begin("?format=ndjson", &actors(1));
        // As if the node had said nothing for long.
        let long_ago = match backend_of(&world) {
            Backend::Sqlite => "beat_at - 61000000",
            Backend::Postgres => "beat_at - interval '61 seconds'",
        };
        execute(&world, &format!("UPDATE import_job SET beat_at = {long_ago} WHERE finished_at IS NULL"));
        for place in [&first, &waiting] {
            let job = sender.job(place);
            assert_eq!((&job["state"], &job["report"]), (&json!("failed"), &Value::Null), "{job}");
            assert!(job["failure"].as_str().is_some_and(|why| why.contains("interrupted; send it again")), "{job}");
            assert_eq!(sender.send("DELETE", place).status, 409);
        }
        drop(reading);
        // The node was there after all: it stops, and what was given up stays so.
        assert_eq!(sender.import("?format=ndjson", &actors(MANY))["state"], "done");
        for place in [&first, &waiting] {
            assert_eq!(sender.job(place)["state"], "failed");
        }
    }

    fn a_node_that_stops_says_so(world: World) {
        let jobs = Jobs::start(Arc::clone(&world.node.index), Arc::clone(&world.node.lent), world.database.parsed());
        let sender = Sender::of(&world);
        let reading = world.node.index.read();
        let running = queued(&world, &jobs, &actors(MANY));
        sender.wait(&running, |job| job["state"] == "running");
        let waiting = queued(&world, &jobs, &actors(1));
        jobs.stop();
        drop(reading);
        drop(jobs);
        for place in [running, waiting] {
            let job = sender.job(&place);
            assert_eq!(job["state"], "failed", "{job}");
            assert!(job["failure"].as_str().is_some_and(|why| why.starts_with("The service was stopped")), "{job}");
            assert!(job["report"]["created"].as_u64().is_some_and(|created| created < MANY as u64), "{job}");
        }
    }

    fn a_request_that_is_sent_again_is_done_once(world: World) {
        let sender = Sender::of(&world);
        let key = [("idempotency-key", "file-1")];
        let first = sender.post("?format=ndjson", &actors(2), &key);
        let again = sender.post("?format=ndjson", &actors(2), &key);
        assert_eq!((first.status, again.status), (202, 202));
        assert_eq!(first.json()["id"], again.json()["id"]);
        for (query, file) in [("?format=ndjson", actors(3)), ("?format=ndjson&reason=x", actors(2))] {
            let other = sender.post(query, &file, &key);
            assert_eq!((other.status, &other.json()["code"]), (422, &json!("idempotency_key_reused")), "{}", other.body);
        }
        let elsewhere = Sender::of(&world).post("?format=ndjson", &actors(2), &key);
        assert_eq!(elsewhere.status, 202, "another key is another client");
        assert_ne!(elsewhere.json()["id"], first.json()["id"]);
    }

    fn a_key_of_a_file_is_no_other_request_s(world: World) {
        let world = world.with_source();
        let client = Client::of(&world, &[Scope::Write]);
        let place = client.create("/v1/events", &event("A rally", json!({})));
        let send = |key: &str, target: &str, body: &Value| client.send_json("POST", target, &[("idempotency-key", key)], body);
        let actor = json!({"slug": "dockers", "name": "Dockers", "kind": "union"});
        let line = json!({"resource": "actor", "document": actor});
        let file = send("first", "/v1/imports?format=ndjson", &line);
        assert_eq!(file.status, 202, "{}", file.body);
        let evidence = json!({"source": {"id": "test-source"}, "field": "size"});
        for (target, body) in [("/v1/events", event("Another", json!({}))), (&format!("{place}/evidence"), evidence)] {
            let other = send("first", target, &body);
            assert_eq!((other.status, &other.json()["code"]), (422, &json!("idempotency_key_reused")), "{}", other.body);
        }
        assert_eq!(total(&world, ""), 1);
        assert_eq!(send("first", "/v1/imports?format=ndjson", &line).json()["id"], file.json()["id"], "the file itself is known");
        assert_eq!(send("second", "/v1/actors", &json!({"name": "Porters", "kind": "union"})).status, 201);
        let other = send("second", "/v1/imports?format=ndjson", &line);
        assert_eq!((other.status, &other.json()["code"]), (422, &json!("idempotency_key_reused")), "{}", other.body);
    }

    fn what_a_policy_hides_is_not_overwritten_by_those_who_may_not_read_it(world: World) {
        let world = world.with_source();
        let id = "019c1159-7000-7000-8000-0000000000aa";
        world.put(Resource::Event, event("A rally", json!({"id": id, "privacy": {"place": "country", "reason": "safety"}})));
        let line = format!("{}\n", json!({"resource": "event", "document": event("Another", json!({"id": id}))}));
        let refused = Sender::of(&world).import("?format=ndjson", &line);
        assert_eq!(refused["report"]["refused"], 1, "{refused}");
        assert!(refused["report"]["errors"][0]["reason"].as_str().is_some_and(|why| why.contains("read:restricted")));
        assert_eq!(total(&world, ""), 1);
        let taken = Sender::with(&world, &[Scope::Write, Scope::ReadRestricted]).import("?format=ndjson", &line);
        assert_eq!(taken["report"]["corrected"], 1, "{taken}");
    }
}
