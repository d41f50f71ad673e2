//! What survives: several starts at once, a newer database, a restored backup.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Barrier};
use std::thread;

use diesel::Connection as _;
use diesel::connection::SimpleConnection;
use marchline::domain::instant::Instant;
use marchline::domain::resource::Resource;
use marchline::node::Node;
use marchline::node::clock::Clock;
use marchline::store::check::check;
use marchline::store::connection::AnyConnection;
use marchline::store::error::StoreError;
use marchline::store::migrate;
use marchline::store::restores::begin_epoch;
use serde_json::json;

use crate::support::random::{Generator, Random, backend_of};
use crate::support::sql::{number, words};
use crate::support::world::{Database, World, event};
use crate::support::{on_both_databases, program};

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
                        ("Text", "TEXT"), ("Double", "REAL"), ("Moment", "INTEGER"), ("Id", "BLOB"), ("Binary", "BLOB")],
                ),
                AnyConnection::Postgres(_) => (
                    "SELECT column_name || ' ' || data_type || CASE is_nullable WHEN 'YES' THEN ' null' ELSE '' END AS word \
                     FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '{}' ORDER BY ordinal_position",
                    &[("BigInt", "bigint"), ("Integer", "integer"), ("SmallInt", "smallint"), ("Bool", "boolean"),
                        ("Text", "text"), ("Double", "double precision"), ("Moment", "timestamp with time zone"), ("Id", "uuid"), ("Binary", "bytea")],
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
        let begin = |conn: &mut AnyConnection| begin_epoch(conn, None, Instant::MIN);
        conn.transaction::<_, StoreError, _>(begin).expect("an epoch");
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
