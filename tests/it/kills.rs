//! Imports that are killed at random moments, and run again.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;

use marchline::domain::resource::Resource;
use marchline::node::clock::{Clock, IdKind};
use marchline::store::check::check;
use marchline::store::connection::AnyConnection;
use marchline::store::{log, migrate};
use serde_json::Value;

use crate::support::ccc::{Shape, rows};
use crate::support::program;
use crate::support::random::{Generator, Random, line};
use crate::support::sql::number;
use crate::support::world::{Backend, Database, World};

/// How often an import is killed.
const KILLS: usize = 20;

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

/// A file and its format.
struct Import<'a> {
    format: &'a str,
    file: &'a Path,
}

impl Import<'_> {
    fn arguments(&self) -> [&str; 4] {
        ["import", "--format", self.format, self.file.to_str().expect("a name")]
    }

    fn start(&self, database: &Database) -> Child {
        let mut command = program::command(&database.url, &self.arguments());
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program runs")
    }

    /// Imports to the end and tells the summary.
    fn finish(&self, database: &Database) -> String {
        let output = program::run(&database.url, &self.arguments());
        let (summary, errors) = program::words(&output);
        assert!(output.status.success(), "{errors}");
        summary
    }

    /// Starts the import again and again, and kills each at a random moment. Step by step the moments go through the first
    /// `operations` of it; some kills hit before anything new was written. Tells how many operations were committed.
    fn interrupted(&self, database: &Database, random: &mut Random, operations: i64) -> i64 {
        let mut conn = database.parsed().connect().expect("the database is there");
        migrate::migrate(&mut conn, Clock::system().id(IdKind::Timed)).expect("an empty database");
        let (mut reached, mut interrupted) = (0, 0);
        for kills_left in (1..=KILLS).rev() {
            let step = usize::try_from((operations - reached).max(1)).expect("a number") / kills_left;
            let target = reached + i64::try_from(random.below(2 * step.max(1))).expect("a number");
            let patience = random.below(40);
            let mut child = self.start(database);
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
            assert_whole(&mut conn, head);
            assert!(head >= reached, "committed operations are gone");
            reached = head;
        }
        assert!(interrupted > 0, "no import was killed: the test has missed its moments");
        reached
    }
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

/// The newest operation of a database.
fn head(database: &Database) -> i64 {
    log::head(&mut database.parsed().connect().expect("the database is there")).expect("a head").seq
}

/// Holds that what is stored fits together, and that it is all of the operations up to the newest.
fn assert_whole(conn: &mut AnyConnection, head: i64) {
    assert!(migrate::is_current(conn).expect("the store opens"));
    let findings = check(conn).expect("the store can be read");
    assert_eq!(findings.differences, [""; 0], "after {head} operations");
    let operations = i64::try_from(findings.operations).expect("a number");
    assert_eq!(operations, head, "the log is dense and ends at its head");
}

/// All that readers are given, without what tells when it was written, by resource and id.
fn content(database: Database) -> BTreeMap<(&'static str, String), Value> {
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
            for name in ["seq", "recorded_at", "created_at"] {
                document.as_object_mut().expect("members").shift_remove(name);
            }
            // Ids of links follow from those of events.
            for link in document["links"].as_array_mut().into_iter().flatten() {
                link.as_object_mut().expect("members").shift_remove("id");
            }
            // Incoming links stand in the order of their subjects' writing, which is that of the file: also after a crash.
            let id = document["id"].as_str().expect("an id").to_owned();
            content.insert((resource, id), document);
        }
    }
    content
}

/// The same with names that do not depend on the run in place of ids: slugs, and an event's id in the file.
fn by_names(content: BTreeMap<(&'static str, String), Value>) -> BTreeMap<(&'static str, String), Value> {
    let name = |document: &Value| {
        let name = document.get("slug").or_else(|| document.pointer("/external_ids/0/id"));
        name.and_then(Value::as_str).expect("a name").to_owned()
    };
    let names: HashMap<String, String> = content.iter().map(|((_, id), d)| (id.clone(), name(d))).collect();
    assert_eq!(names.values().collect::<HashSet<_>>().len(), names.len(), "each name is one's own");
    let named = |((resource, id), mut document)| {
        rename(&mut document, &names);
        ((resource, names[&id].clone()), document)
    };
    content.into_iter().map(named).collect()
}

fn rename(value: &mut Value, names: &HashMap<String, String>) {
    match value {
        Value::String(text) => names.get(text).into_iter().for_each(|name| name.clone_into(text)),
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, names)),
        Value::Object(members) => members.values_mut().for_each(|member| rename(member, names)),
        _ => {}
    }
}

fn killed_imports_leave_whole_operations(backend: Backend) {
    let mut random = Random::new();
    let lines = documents(random.fork(), 355);
    let total = i64::try_from(lines.len()).expect("a number");
    let database = Database::new(backend);
    let file = database.dir().join("import.ndjson");
    program::write_lines(&file, lines.iter().cloned());
    let import = Import { format: "ndjson", file: &file };
    let reached = import.interrupted(&database, &mut random, total / 2);
    let expected = format!("created {}, corrected 0, unchanged {reached}, refused 0\n", total - reached);
    assert_eq!(import.finish(&database), expected);
    let output = program::run(&database.url, &["check"]);
    assert_eq!(program::words(&output).0, format!("{total} operations, {total} versions, 0 differences\n"));
    let undisturbed = Database::new(backend);
    import.finish(&undisturbed);
    let (interrupted, undisturbed) = (content(database), content(undisturbed));
    assert_eq!(undisturbed.len(), lines.len());
    assert_eq!(interrupted, undisturbed);
}

fn killed_ccc_imports_lose_nothing_and_take_nothing_twice(backend: Backend) {
    let mut random = Random::new();
    let file = rows(random.number(), 200, Shape::Phase3);
    let (database, undisturbed) = (Database::new(backend), Database::new(backend));
    let path = undisturbed.dir().join("rows.csv");
    std::fs::write(&path, &file.text).expect("the file can be written");
    let import = Import { format: "ccc", file: &path };
    import.finish(&undisturbed);
    let total = head(&undisturbed);
    import.interrupted(&database, &mut random, total);
    let summary = import.finish(&database);
    assert_eq!(head(&database), total, "{summary}");
    assert_whole(&mut database.parsed().connect().expect("the database is there"), total);
    let (interrupted, undisturbed) = (by_names(content(database)), by_names(content(undisturbed)));
    let events = undisturbed.keys().filter(|(resource, _)| *resource == "events").count();
    assert_eq!(u64::try_from(events).expect("a number"), file.events);
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

#[test]
fn killed_ccc_imports_lose_nothing_in_sqlite() {
    killed_ccc_imports_lose_nothing_and_take_nothing_twice(Backend::Sqlite);
}

#[test]
fn killed_ccc_imports_lose_nothing_in_postgres() {
    killed_ccc_imports_lose_nothing_and_take_nothing_twice(Backend::Postgres);
}

/// The same file in two parts and in one: numbers do not depend on how often a program starts.
#[test]
fn an_import_that_is_repeated_writes_nothing() {
    let database = Database::new(Backend::Sqlite);
    let file = database.dir().join("import.ndjson");
    program::write_lines(&file, documents(Random::new(), 20));
    let import = Import { format: "ndjson", file: &file };
    let heads = [(); 2].map(|()| {
        import.finish(&database);
        head(&database)
    });
    assert_eq!(heads[0], heads[1]);
}
