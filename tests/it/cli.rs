//! The program as a user runs it: its commands, and what is promised about them.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStderr, Stdio};

use diesel::connection::SimpleConnection;
use marchline::http::openapi::{openapi_30_text, openapi_text};
use marchline::store::connection::DatabaseUrl;
use serde_json::{Value, json};

use crate::support::http::send;
use crate::support::postgres;
use crate::support::program::{Served, command, run, terminate, words, write_lines};
use crate::support::world::{Backend, Database, World};
use crate::support::{ccc, examples, on_both_databases};

/// A database that nobody serves yet.
struct Empty(Database);

impl Empty {
    fn on(backend: Backend) -> Self {
        Self(Database::new(backend))
    }
}

fn get(served: &Served, target: &str) -> Value {
    send(&served.base, "GET", target, &[]).ok()
}

/// A server whose log is read line by line.
struct Logged {
    child: Child,
    log: std::io::Lines<BufReader<ChildStderr>>,
    base: String,
}

impl Logged {
    fn start(database: &Database, arguments: &[&str]) -> Self {
        let mut command = command(&database.url, &["serve"]);
        let mut child = command
            .args(arguments)
            .args(["--bind", "127.0.0.1:0"])
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let mut log = BufReader::new(child.stderr.take().expect("stderr was piped")).lines();
        let line = log.by_ref().map(|line| line.expect("the log is text")).find(|line| line.contains("listening on "));
        let base = line.expect("it listens").split_once("listening on ").expect("an address").1.trim().to_owned();
        let is_ready = |line: std::io::Result<String>| line.expect("the log is text").contains(", at operation ");
        assert!(log.any(is_ready), "the server ended");
        Self { child, log, base }
    }

    /// The next line of the access log.
    fn next_access(&mut self) -> String {
        let mut lines = self.log.by_ref().map(|line| line.expect("the log is text"));
        lines.find(|line| line.contains("access")).expect("the request is logged")
    }
}

impl Drop for Logged {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn wrong_arguments_end_with_2_and_help_with_0() {
    for arguments in [
        &["frobnicate"][..],
        &[],
        &["serve", "--loud"],
        &["serve", "extra"],
        &["import"],
        &["import", "--format", "xml", "-"],
        &["serve", "--bind"],
    ] {
        let output = run("sqlite://unused.db", arguments);
        let (said, complained) = words(&output);
        assert_eq!((output.status.code(), said.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(complained.contains("--help") || complained.contains("Usage"), "{arguments:?}: {complained}");
    }
    for arguments in [&["--help"][..], &["serve", "--help"], &["--version"]] {
        let output = run("sqlite://unused.db", arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(words(&output).0.contains("marchline"), "{arguments:?}");
    }
}

#[test]
fn the_document_can_be_printed_without_a_database() {
    let output = run("nonsense", &["openapi"]);
    assert_eq!((output.status.code(), words(&output).0), (Some(0), openapi_text()));
    let older = run("nonsense", &["openapi", "--version", "3.0"]);
    assert_eq!((older.status.code(), words(&older).0), (Some(0), openapi_30_text()));
    assert_eq!(run("nonsense", &["openapi", "--version", "2.0"]).status.code(), Some(2));
}

#[test]
fn an_address_that_is_taken_is_a_failure_with_words() {
    let holder = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = holder.local_addr().expect("an address").to_string();
    let database = Database::new(Backend::Sqlite);
    let output = run(&database.url, &["serve", "--bind", &address]);
    let (_, said) = words(&output);
    assert!(output.status.code() == Some(1) && said.contains("marchline: "), "{said}");
}

#[test]
fn a_database_out_of_reach_is_a_failure_that_tells_no_password() {
    let holder = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = holder.local_addr().expect("an address").port();
    drop(holder);
    for url in [format!("postgres://user:hunter2@127.0.0.1:{port}/db"), "sqlite:///nowhere/at/all.db".to_owned()] {
        let output = run(&url, &["migrate"]);
        let (_, said) = words(&output);
        assert!(output.status.code() == Some(1) && !said.contains("hunter2") && said.contains("marchline: "), "{said}");
    }
}

#[test]
fn a_service_that_lost_its_database_is_alive_but_not_ready() {
    let world = World::on(Backend::Postgres).founded();
    assert_eq!((world.get("/readyz").status, world.get("/healthz").status), (200, 200));
    let (_, name) = world.database.url.rsplit_once('/').expect("a URL with a database");
    let admin: DatabaseUrl = postgres::admin_url().parse().expect("a database URL");
    admin
        .connect()
        .expect("PostgreSQL is reachable")
        .batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"))
        .expect("it is dropped");
    assert_eq!(world.get("/healthz").status, 200);
    for target in ["/readyz", "/v1/events"] {
        let answer = world.get(target);
        assert_eq!((answer.status, &answer.json()["code"]), (503, &json!("unavailable")), "{target}");
        assert!(!answer.body.contains(name) && answer.json()["request_id"].is_string(), "{}", answer.body);
    }
}

on_both_databases! {
    fn an_import_can_be_tried_before_anything_is_there(empty: Empty) {
        let file = empty.0.dir().join("rows.csv");
        std::fs::write(&file, ccc::rows(4, 40, ccc::Shape::Phase3).text).expect("the folder can be written to");
        let file = file.to_str().expect("a path in UTF-8");
        let output = run(&empty.0.url, &["import", "--format", "ccc", file, "--dry-run"]);
        assert!(output.status.success(), "{:?}", words(&output));
        assert!(words(&output).0.starts_with("nothing was written; it would be:\n"), "{:?}", words(&output));
    }

    fn the_service_stops_when_asked_and_goes_on_later(empty: Empty) {
        let served = Served::start(&empty.0.url, &["--demo"]);
        assert_eq!(get(&served, "/v1/events")["page"]["total"], 13);
        assert_eq!(served.stop(), Some(0));
        let served = Served::start(&empty.0.url, &[]);
        assert_eq!(get(&served, "/v1/events")["page"]["total"], 13);
        assert_eq!(served.stop(), Some(0));
    }

    fn the_demo_is_loaded_once(empty: Empty) {
        let seen: Vec<Value> = (0..2).map(|_| {
            let served = Served::start(&empty.0.url, &["--demo"]);
            assert_eq!(send(&served.base, "GET", "/readyz", &[]).ok()["status"], "ok");
            get(&served, "/v1")
        }).collect();
        assert_eq!((&seen[0]["seq"], &seen[0]["counts"]["events"], &seen[0]["licence"]), (&json!(42), &json!(13), &json!("CC0-1.0")));
        assert_eq!(seen[0], seen[1]);
    }

    fn the_demo_leaves_a_database_with_events_alone(empty: Empty) {
        let lines = [
            json!({"resource": "source", "document": {"slug": "paper", "publisher": "Paper", "kind": "news"}}),
            json!({"resource": "event", "document": {"type": "rally", "title": "Ours", "sources": [{"id": "paper"}]}}),
        ];
        let path = empty.0.dir().join("ours.ndjson");
        write_lines(&path, lines.iter().map(Value::to_string));
        let path = path.to_str().expect("a path of text");
        assert_eq!(run(&empty.0.url, &["import", "--format", "ndjson", path]).status.code(), Some(0));
        let served = Served::start(&empty.0.url, &["--demo"]);
        assert_eq!(get(&served, "/v1/events")["page"]["total"], 1);
    }

    fn the_service_is_alive_and_ready(empty: Empty) {
        let served = Served::start(&empty.0.url, &[]);
        for target in ["/healthz", "/readyz"] {
            let answer = send(&served.base, "GET", target, &[]);
            assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"), "{target}");
            assert_eq!(answer.ok(), json!({"status": "ok"}), "{target}");
        }
    }

    fn the_access_log_holds_no_query_and_no_address(empty: Empty) {
        let mut served = Logged::start(&empty.0, &[]);
        send(&served.base, "GET", "/v1/events?type=rally", &[("request-id", "my-request-1")]).ok();
        let line = served.next_access();
        for shown in ["GET", "/v1/events", "200", "my-request-1", "ms"] {
            assert!(line.contains(shown), "{shown} is not in {line}");
        }
        for hidden in ["rally", "?", "127.0.0.1"] {
            assert!(!line.contains(hidden), "{hidden} is in {line}");
        }
        assert_eq!(send(&served.base, "GET", "/v1/actors/somebody-secret", &[]).status, 404);
        let line = served.next_access();
        assert!(line.contains("/v1/actors/{id}") && line.contains("404") && !line.contains("somebody-secret"), "{line}");
    }

    fn the_access_log_can_hold_more_or_nothing(empty: Empty) {
        let mut served = Logged::start(&empty.0, &["--access-log", "full"]);
        send(&served.base, "GET", "/v1/events?type=rally%0A", &[]);
        let line = served.next_access();
        assert!(line.contains("type=rally") && line.contains("127.0.0.1"), "{line}");
        drop(served);
        let mut served = Logged::start(&empty.0, &["--access-log", "off"]);
        send(&served.base, "GET", "/v1/events?type=rally", &[]).ok();
        terminate(&served.child);
        let rest: Vec<_> = served.log.by_ref().map(|line| line.expect("the log is text")).collect();
        assert!(!rest.iter().any(|line| line.contains("/v1/events")), "{rest:?}");
    }

    fn what_is_imported_is_told_line_by_line(empty: Empty) {
        let path = empty.0.dir().join("lines.ndjson");
        let lines = [
            json!({"resource": "source", "document": {"slug": "paper", "publisher": "Paper", "kind": "news"}}).to_string(),
            String::new(),
            json!({"resource": "actor", "document": {"slug": "someone", "name": "Someone", "kind": "person"}}).to_string(),
            "not json".to_owned(),
            json!({"resource": "protest", "document": {}}).to_string(),
            json!({"resource": "event", "document": {"type": "rally", "title": "Ours", "sources": [{"id": "paper"}], "external_ids": [{"scheme": "a", "id": "1"}]}}).to_string(),
        ];
        write_lines(&path, lines);
        let output = run(&empty.0.url, &["import", "--format", "ndjson", path.to_str().expect("a path of text")]);
        let (said, complained) = words(&output);
        assert_eq!(output.status.code(), Some(1));
        assert!(said.contains("created 2") && said.contains("refused 3"), "{said}");
        for line in ["line 3: /kind", "line 4: not JSON", "line 5: `resource`"] {
            assert!(complained.contains(line), "{line} is not in {complained}");
        }
        let output = run(&empty.0.url, &["check"]);
        assert_eq!((output.status.code(), words(&output).0.trim()), (Some(0), "2 operations, 2 versions, 0 differences"));
    }

    fn the_tables_can_be_brought_up_to_date_twice(empty: Empty) {
        for _ in 0..2 {
            let output = run(&empty.0.url, &["migrate"]);
            assert_eq!(output.status.code(), Some(0), "{:?}", words(&output));
        }
        assert_eq!(run(&empty.0.url, &["check"]).status.code(), Some(0));
    }

    fn whoever_stops_reading_does_not_stop_the_work(empty: Empty) {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let path = empty.0.dir().join("some.ndjson");
        write_lines(&path, [json!({"resource": "actor", "document": {"slug": "union", "name": "Old Union", "kind": "union"}}).to_string()]);
        let arguments = ["import", "--format", "ndjson", path.to_str().expect("a path of text")];
        let mut import = command(&empty.0.url, &arguments);
        let status = import.stdout(writer.try_clone().expect("a pipe")).stderr(writer).status().expect("the program runs");
        assert_eq!(status.code(), Some(0));
    }

    fn a_running_service_shows_what_another_process_imports(empty: Empty) {
        let served = Served::start(&empty.0.url, &["--demo"]);
        let path = empty.0.dir().join("more.ndjson");
        let document = json!({"type": "vigil", "title": "Later", "sources": [{"id": "parriva-2026-01-31"}]});
        write_lines(&path, [json!({"resource": "event", "document": document}).to_string()]);
        assert_eq!(run(&empty.0.url, &["import", "--format", "ndjson", path.to_str().expect("a path of text")]).status.code(), Some(0));
        let answer = send(&served.base, "GET", "/v1/events?type=vigil", &[("min-revision", "43")]);
        assert_eq!(answer.ok()["data"][0]["title"], "Later");
    }
}

on_both_databases! {
    fn the_examples_of_the_readme_work(empty: Empty) {
        let served = Served::start(&empty.0.url, &["--demo"]);
        assert!(examples::try_out(&served.base, ["", ""], "README.md") >= 5, "the README has examples");
    }
}
