//! What survives: kills while writing, several starts at once, a newer database, a restored backup.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{Arc, Barrier};
use std::thread;

use diesel::connection::SimpleConnection;
use diesel::deserialize::QueryableByName;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};
use marchline::domain::resource::Resource;
use marchline::node::Node;
use marchline::node::clock::{Clock, IdKind};
use marchline::store::check::check;
use marchline::store::connection::{AnyConnection, DatabaseUrl};
use marchline::store::error::StoreError;
use marchline::store::{log, migrate};
use serde_json::{Value, json};

use crate::support::random::{Generator, Random, backend_of, line};
use crate::support::world::{Backend, Database, World, event};
use crate::support::{on_both_databases, program};

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// The column `word` of a query's rows.
fn words(conn: &mut AnyConnection, query: &str) -> Vec<String> {
    let rows: Vec<Word> = match conn {
        AnyConnection::Sqlite(conn) => sql_query(query).load(conn),
        AnyConnection::Postgres(conn) => sql_query(query).load(conn),
    }
    .unwrap_or_else(|error| panic!("{query}: {error}"));
    rows.into_iter().map(|row| row.word).collect()
}

fn number(conn: &mut AnyConnection, query: &str) -> i64 {
    let row: Number = match conn {
        AnyConnection::Sqlite(conn) => sql_query(query).get_result(conn),
        AnyConnection::Postgres(conn) => sql_query(query).get_result(conn),
    }
    .unwrap_or_else(|error| panic!("{query}: {error}"));
    row.number
}

/// Documents with ids of their own, each once, in an order in which they can be put.
fn documents(random: Random, events: usize) -> Vec<String> {
    let mut generator = Generator::new(random);
    let mut lines: Vec<String> = generator.entities().iter().map(line).collect();
    for _ in 0..events {
        // An embargo would hide the event from the comparison.
        let mut event = generator.event();
        event.as_object_mut().expect("members").shift_remove("privacy");
        lines.push(line(&(Resource::Event, event)));
    }
    let timeline = generator.timeline();
    lines.push(line(&(Resource::Timeline, timeline)));
    lines
}

fn import(database: &Database, file: &Path) -> Child {
    let file = file.to_str().expect("a name");
    let mut command = program::command(&database.url, &["import", "--format", "ndjson", file]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program runs")
}

/// All that readers are given, without what tells when it was written.
fn content(database: Database) -> BTreeMap<String, Value> {
    let world = World::with_clock(database, Clock::system());
    let mut content = BTreeMap::new();
    for resource in ["events", "actors", "locations", "sources", "campaigns", "timelines"] {
        let mut target = format!("/v1/{resource}?limit=500");
        if resource == "events" {
            target.push_str("&include=evidence,links,translations");
        }
        let list = world.get(&target).ok();
        assert_eq!(list["page"]["next"], Value::Null);
        for document in list["data"].as_array().expect("a list") {
            let mut document = document.clone();
            assert_eq!(document["revision"], 1, "{document}");
            for name in ["seq", "recorded_at", "created_at"] {
                document.as_object_mut().expect("members").shift_remove(name);
            }
            // Incoming links stand in the order of their subjects' writing, which is that of the file: also after a crash.
            content.insert(document["id"].to_string(), document);
        }
    }
    content
}

/// Waits until PostgreSQL has given up the killed program's sessions: what they had committed stays, the rest is gone.
fn alone(conn: &mut AnyConnection) {
    if matches!(conn, AnyConnection::Postgres(_)) {
        let others = "SELECT count(*) AS number FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()";
        while number(conn, others) > 0 {
            thread::yield_now();
        }
    }
}

fn killed_imports_leave_whole_operations(backend: Backend) {
    let mut random = Random::new();
    let lines = documents(random.fork(), 355);
    let total = i64::try_from(lines.len()).expect("a number");
    let database = Database::new(backend);
    let file = database.dir().join("import.ndjson");
    program::write_lines(&file, lines.iter().cloned());
    let mut conn = database.parsed().connect().expect("the database is there");
    migrate::migrate(&mut conn, Clock::system().id(IdKind::Timed)).expect("an empty database");
    let (mut reached, mut interrupted) = (0, 0);
    for kill in 0..20 {
        // Through the first half of the file, step by step; some kills hit before anything new was written, some later.
        let step = usize::try_from((total / 2 - reached).max(1) / (20 - kill)).expect("a number");
        let target = reached + i64::try_from(random.below(2 * step.max(1))).expect("a number");
        let patience = random.below(40);
        let mut child = import(&database, &file);
        let ended = |child: &mut Child| child.try_wait().expect("a child").is_some();
        while log::head(&mut conn).expect("a head").seq < target && !ended(&mut child) {}
        for _ in 0..patience {
            log::head(&mut conn).expect("a head");
        }
        interrupted += usize::from(!ended(&mut child));
        child.kill().expect("the child is ours");
        child.wait().expect("the child is gone");
        alone(&mut conn);
        let head = log::head(&mut conn).expect("the store opens").seq;
        assert!(migrate::is_current(&mut conn).expect("the store opens"));
        let findings = check(&mut conn).expect("the store can be read");
        assert_eq!(findings.differences, [""; 0], "after {head} operations");
        assert_eq!(
            i64::try_from(findings.operations).expect("a number"),
            head,
            "the log is dense and ends at its head"
        );
        assert!(head >= reached, "committed operations are gone");
        reached = head;
    }
    assert!(interrupted > 0, "no import was killed: the test has missed its moments");
    let output = program::run(&database.url, &["import", "--format", "ndjson", file.to_str().expect("a name")]);
    let (report, errors) = program::words(&output);
    let expected = format!("created {}, corrected 0, unchanged {reached}, refused 0\n", total - reached);
    assert_eq!((report, errors), (expected, String::new()));
    let output = program::run(&database.url, &["check"]);
    assert_eq!(program::words(&output).0, format!("{total} operations, {total} versions, 0 differences\n"));
    let undisturbed = Database::new(backend);
    let output = program::run(&undisturbed.url, &["import", "--format", "ndjson", file.to_str().expect("a name")]);
    assert!(output.status.success(), "{:?}", program::words(&output));
    let (interrupted, undisturbed) = (content(database), content(undisturbed));
    assert_eq!(undisturbed.len(), lines.len());
    assert_eq!(interrupted, undisturbed);
}

#[test]
fn killed_imports_leave_whole_operations_in_sqlite() {
    killed_imports_leave_whole_operations(Backend::Sqlite);
}

#[test]
fn killed_imports_leave_whole_operations_in_postgres() {
    killed_imports_leave_whole_operations(Backend::Postgres);
}

/// The tables of the schema with their columns, read from its source: name, type, and whether it may be null.
fn schema() -> BTreeMap<String, Vec<(String, String, bool)>> {
    let source = include_str!("../../src/store/schema.rs");
    let mut tables = BTreeMap::new();
    for declaration in source.split("diesel::table! {").skip(1) {
        let mut lines = declaration.lines().map(str::trim);
        let name = lines.by_ref().find_map(|line| line.strip_suffix('{')).expect("a table");
        let (name, _) = name.split_once(' ').expect("a name and a key");
        let mut columns = Vec::new();
        let mut renamed = None;
        for line in lines.take_while(|line| *line != "}") {
            if let Some(name) = line.strip_prefix("#[sql_name = \"") {
                renamed = name.strip_suffix("\"]").map(str::to_owned);
            } else if let Some((column, kind)) = line.trim_end_matches(',').split_once(" -> ") {
                let inner = kind.strip_prefix("Nullable<").and_then(|kind| kind.strip_suffix('>'));
                let column = renamed.take().unwrap_or_else(|| column.to_owned());
                columns.push((column, inner.unwrap_or(kind).to_owned(), inner.is_some()));
            }
        }
        tables.insert(name.to_owned(), columns);
    }
    tables
}

on_both_databases! {
    fn an_acknowledged_write_survives_a_power_cut(world: World) {
        let mut conn = world.database.parsed().connect().expect("the database is there");
        match &mut conn {
            AnyConnection::Sqlite(_) => {
                assert_eq!(words(&mut conn, "SELECT journal_mode AS word FROM pragma_journal_mode"), ["wal"]);
                assert_eq!(number(&mut conn, "SELECT synchronous AS number FROM pragma_synchronous"), 2, "FULL");
                assert_eq!(number(&mut conn, "SELECT foreign_keys AS number FROM pragma_foreign_keys"), 1);
            }
            AnyConnection::Postgres(_) => {
                assert_eq!(words(&mut conn, "SELECT current_setting('synchronous_commit') AS word"), ["on"]);
            }
        }
    }

    fn eight_nodes_start_at_once_on_an_empty_database(world: World) {
        let database = Database::new(backend_of(&world));
        let barrier = Arc::new(Barrier::new(8));
        let starts: Vec<_> = (0..8).map(|_| {
            let (url, barrier) = (database.parsed(), Arc::clone(&barrier));
            thread::spawn(move || {
                barrier.wait();
                Node::start(url, Clock::system())
            })
        }).collect();
        let nodes: Vec<Result<Node, StoreError>> = starts.into_iter().map(|start| start.join().expect("no panic")).collect();
        let ids: Vec<_> = nodes.iter().map(|node| node.as_ref().map(|node| node.index.head().dataset_id)).collect();
        assert!(ids.iter().all(|id| id.as_ref().is_ok_and(|id| Some(id) == ids[0].as_ref().ok())), "{ids:?}");
        let mut conn = database.parsed().connect().expect("the database is there");
        assert!(migrate::is_current(&mut conn).expect("it can be asked"));
        assert_eq!(number(&mut conn, "SELECT count(*) AS number FROM dataset"), 1);
    }

    fn a_database_that_a_newer_program_has_migrated_is_refused(world: World) {
        let mut conn = world.database.parsed().connect().expect("the database is there");
        conn.batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')").expect("a row");
        let refused = Node::start(world.database.parsed(), Clock::system()).expect_err("the database is newer");
        assert!(matches!(refused, StoreError::Migration(_)), "{refused}");
        for arguments in [&["migrate"][..], &["serve"], &["import", "--format", "ndjson", "-"]] {
            let output = program::run(&world.database.url, arguments);
            let (_, errors) = program::words(&output);
            assert!(!output.status.success() && errors.contains("newer"), "{arguments:?}: {errors}");
        }
    }

    fn the_schema_and_the_tables_agree(world: World) {
        let mut conn = world.database.parsed().connect().expect("the database is there");
        let tables = match &conn {
            AnyConnection::Sqlite(_) => "SELECT name AS word FROM sqlite_master WHERE type = 'table'",
            AnyConnection::Postgres(_) => "SELECT table_name::text AS word FROM information_schema.tables WHERE table_schema = 'public'",
        };
        let mut found = words(&mut conn, tables);
        found.retain(|name| !name.starts_with("__diesel") && !name.starts_with("sqlite_"));
        found.sort_unstable();
        let schema = schema();
        assert_eq!(found, schema.keys().cloned().collect::<Vec<_>>());
        for (table, columns) in schema {
            let (list, types): (&str, &[(&str, &str)]) = match &conn {
                AnyConnection::Sqlite(_) => (
                    "SELECT name || ' ' || type || CASE WHEN \"notnull\" = 1 OR pk > 0 THEN '' ELSE ' null' END AS word \
                     FROM pragma_table_info('{}') ORDER BY cid",
                    &[("BigInt", "INTEGER"), ("Integer", "INTEGER"), ("SmallInt", "INTEGER"), ("Bool", "INTEGER"),
                        ("Text", "TEXT"), ("Double", "REAL"), ("Moment", "INTEGER"), ("Id", "BLOB")],
                ),
                AnyConnection::Postgres(_) => (
                    "SELECT column_name || ' ' || data_type || CASE is_nullable WHEN 'YES' THEN ' null' ELSE '' END AS word \
                     FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '{}' ORDER BY ordinal_position",
                    &[("BigInt", "bigint"), ("Integer", "integer"), ("SmallInt", "smallint"), ("Bool", "boolean"),
                        ("Text", "text"), ("Double", "double precision"), ("Moment", "timestamp with time zone"), ("Id", "uuid")],
                ),
            };
            let expected: Vec<String> = columns.iter().map(|(name, kind, nullable)| {
                let (_, sql) = types.iter().find(|(known, _)| known == kind).unwrap_or_else(|| panic!("{table}: {kind}"));
                format!("{name} {sql}{}", if *nullable { " null" } else { "" })
            }).collect();
            assert_eq!(words(&mut conn, &list.replace("{}", &table)), expected, "{table}");
            let names: Vec<String> = columns.iter().map(|(name, ..)| format!("\"{name}\"")).collect();
            conn.batch_execute(&format!("SELECT {} FROM {table} LIMIT 0", names.join(", "))).expect("every column is there");
        }
    }

    fn a_restored_backup_begins_an_epoch(world: World) {
        const JUMP: i64 = 1 << 20;
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 12);
        generator.live(&world, 12);
        let seq = world.node.index.head().seq;
        let before = world.get(&format!("/v1/events?limit=500&include=evidence,links&as_of={seq}")).ok();
        let cursor = |list: &str| world.get(list).ok()["page"]["next"].as_str().expect("more").to_owned();
        let lists = ["/v1/events?limit=3", "/v1/events?limit=3&sort=recorded", "/v1/actors?limit=3"];
        let cursors = lists.map(cursor);
        let mut conn = world.database.parsed().connect().expect("the database is there");
        conn.batch_execute("UPDATE dataset SET epoch = epoch + 1, seq = seq + 1048576").expect("a row");
        let newest = (seq + JUMP).to_string();
        let answer = world.get_with("/v1/events?limit=500&include=evidence,links", &[("Min-Revision", &newest)]);
        assert_eq!(answer.header("dataset-revision"), Some(format!("2.{newest}")));
        let after = answer.ok();
        assert_eq!((&after["data"], &after["page"]["total"]), (&before["data"], &before["page"]["total"]));
        assert_eq!(world.get("/v1").ok()["epoch"], 2);
        assert_eq!(world.get("/readyz").status, 200);
        for (list, cursor) in lists.iter().zip(&cursors) {
            let answer = world.get(&format!("{list}&cursor={cursor}"));
            assert_eq!((answer.status, answer.json()["code"].as_str()), (410, Some("cursor_expired")), "{list}");
            assert_eq!(answer.faults()[0].0, "cursor");
        }
        assert_eq!(check(&mut conn).expect("it can be read").differences, [""; 0]);
        for round in 1..4 {
            let document = event("after", json!({"sources": [{"id": "source-0"}]}));
            let id = world.put(Resource::Event, document).id;
            let written = world.get(&format!("/v1/events/{id}")).ok();
            assert_eq!(written["seq"], seq + JUMP + round);
        }
        generator.live(&world, 10);
        assert_eq!(check(&mut conn).expect("it can be read").differences, [""; 0]);
        let then = world.get(&format!("/v1/events?limit=500&include=evidence,links&as_of={seq}")).ok();
        assert_eq!(then["data"], before["data"]);
        assert_eq!(world.get("/readyz").status, 200);
        // A node that starts now knows the same.
        let fresh = Node::start(world.database.parsed(), Clock::system()).expect("the node starts");
        assert_eq!(fresh.index.head(), world.node.index.head());
    }
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |backend: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(backend);
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
            .collect();
        names.sort_unstable();
        names
    };
    assert!(!names("sqlite").is_empty());
    assert_eq!(names("sqlite"), names("postgres"));
}

/// The same file in two parts and in one: numbers do not depend on how often a program starts.
#[test]
fn an_import_that_is_repeated_writes_nothing() {
    let database = Database::new(Backend::Sqlite);
    let file = database.dir().join("import.ndjson");
    program::write_lines(&file, documents(Random::new(), 20));
    let url: DatabaseUrl = database.parsed();
    let mut heads = Vec::new();
    for _ in 0..2 {
        let output = program::run(&database.url, &["import", "--format", "ndjson", file.to_str().expect("a name")]);
        assert!(output.status.success(), "{:?}", program::words(&output));
        heads.push(log::head(&mut url.connect().expect("the database is there")).expect("a head"));
    }
    assert_eq!(heads[0], heads[1]);
}
