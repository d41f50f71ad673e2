//! The index in a file: a node that starts with it knows what one knows that has read the whole log, and a file that is not
//! what it should be is no more than lost time.

use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use marchline::domain::privacy::Clearance;
use marchline::domain::resource::Resource;
use marchline::domain::scope::Scope;
use marchline::index::saved::{SavedIndex, Unusable};
use marchline::node::Start;
use marchline::node::clock::Clock;
use marchline::store::connection::AnyConnection;
use marchline::store::log::{self, Head};
use serde_json::json;

use crate::concurrency::Second;
use crate::index::{ask_alike, moments};
use crate::support::client::Client;
use crate::support::http::send;
use crate::support::on_both_databases;
use crate::support::program::{self, Served};
use crate::support::random::{Generator, Random, backend_of};
use crate::support::town;
use crate::support::world::{Database, World, event, serve};

fn file(database: &Database) -> PathBuf {
    database.dir().join("timeline.index")
}

/// Starts a node with the file and stops it, so that the file is as new as the database.
fn save(database: &Database, file: &Path) {
    let start = Start::new(database.parsed(), Clock::system()).expect("the database is there");
    drop(start.finish(Some(SavedIndex::at(file))).expect("the node starts"));
}

/// Why a file is of no use, if it is of none.
fn refused(conn: &mut AnyConnection, head: Head, file: &Path) -> Option<Unusable> {
    SavedIndex::at(file).load(conn, head).err()
}

on_both_databases! {
    fn a_node_with_a_file_answers_like_one_that_read_the_log(world: World) {
        let file = file(&world.database);
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 60);
        generator.live(&world, 60);
        generator.cover(&world, 12);
        save(&world.database, &file);
        let mut conn = world.database.parsed().connect().expect("the database is there");
        let head = log::head(&mut conn).expect("a head");
        assert!(refused(&mut conn, head, &file).is_none(), "{:?}", refused(&mut conn, head, &file));
        let known = SavedIndex::at(&file).load(&mut conn, head).expect("a good file");
        for resource in [Resource::Location, Resource::Actor, Resource::Source, Resource::Campaign] {
            let corrected = world.node.index.read().entities.corrected(resource);
            assert_eq!(known.entities.corrected(resource), corrected, "since when a {resource} is what it is now");
        }
        let saved = Second::with_file(&world.database, Some(&file));
        let before = std::fs::read(&file).expect("it was saved");
        // Both are told of what happens now: here each version is superseded that the file knows as the newest.
        let mut seqs = vec![head.seq];
        for _ in 0..2 {
            generator.live(&world, 60);
            generator.cover(&world, 6);
            seqs.push(world.node.index.head().seq);
        }
        // So much is saved while the node runs.
        while std::fs::read(&file).expect("it is there") == before {}
        // And this one finds out by itself what the file does not know.
        let late = Second::with_file(&world.database, Some(&file));
        let moments = moments(&world, seqs);
        ask_alike(&world, &[&saved.base, &late.base], &mut generator.random, &moments);
        assert_eq!(refused(&mut conn, world.node.index.head(), &file).map(|why| why.to_string()), None);
    }

    fn a_damaged_file_is_not_believed(world: World) {
        let world = world.with_source();
        world.put(Resource::Event, event("rally", json!({"when": {"start": {"edtf": "2026-01-31"}}})));
        let file = file(&world.database);
        save(&world.database, &file);
        let whole = std::fs::read(&file).expect("the file is there");
        let mut conn = world.database.parsed().connect().expect("the database is there");
        let head = log::head(&mut conn).expect("a head");
        assert!(refused(&mut conn, head, &file).is_none());
        for length in (0..whole.len()).rev() {
            std::fs::write(&file, &whole[..length]).expect("the file can be written");
            let why = refused(&mut conn, head, &file);
            assert!(matches!(why, Some(Unusable::Damaged | Unusable::OtherLayout)), "{length}: {why:?}");
        }
        let mut random = Random::new();
        for _ in 0..500 {
            let mut flipped = whole.clone();
            let position = random.below(flipped.len());
            flipped[position] ^= 1 << random.below(8);
            std::fs::write(&file, &flipped).expect("the file can be written");
            let why = refused(&mut conn, head, &file);
            assert!(matches!(why, Some(Unusable::Damaged | Unusable::OtherLayout)), "{position}: {why:?}");
        }
        let longer = [whole.as_slice(), b"\n"].concat();
        std::fs::write(&file, longer).expect("the file can be written");
        assert!(matches!(refused(&mut conn, head, &file), Some(Unusable::Damaged)));
        // The node starts all the same, and writes a good one.
        save(&world.database, &file);
        assert!(refused(&mut conn, head, &file).is_none());
    }

    fn a_file_holds_what_was_redacted_until_it_is_written_behind_that(world: World) {
        let world = world.with_rally();
        let (file, index) = (file(&world.database), &world.node.index);
        let admin = Client::of(&world, &[Scope::Admin]);
        let target = format!("/v1/events/{}/redact", town::RALLY);
        let answer = admin.post(&target, &json!({"text": ["rally"]}));
        assert_eq!(answer.status, 200, "{}", answer.body);
        let (saved, redacted) = (SavedIndex::at(&file), index.head().seq);
        // As where it was redacted when the index had let go of all before, and was about to be saved.
        assert!(saved.save(index, redacted - 1).expect("it can be written"));
        let head = index.head();
        for saved in [saved, SavedIndex::at(&file)] {
            let loaded = saved.load(&mut world.database.parsed().connect().expect("the database is there"), head);
            assert!(loaded.is_ok() && saved.holds_redacted(index));
        }
        let saved = SavedIndex::at(&file);
        saved.remove().expect("it can be removed");
        assert!(saved.save(index, redacted).expect("it can be written") && !saved.holds_redacted(index));
    }

    fn a_file_of_another_log_is_not_believed(world: World) {
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 10);
        let file = file(&world.database);
        save(&world.database, &file);
        let mut conn = world.database.parsed().connect().expect("the database is there");
        let head = log::head(&mut conn).expect("a head");
        assert!(refused(&mut conn, head, &file).is_none());
        // A database that was restored without the operation that the file knows, and one that began an epoch.
        let earlier = Head { seq: head.seq - 1, ..head };
        assert!(matches!(refused(&mut conn, earlier, &file), Some(Unusable::OtherLog(_))));
        let restored = Head { epoch: head.epoch + 1, seq: head.seq + (1 << 20), ..head };
        assert!(matches!(refused(&mut conn, restored, &file), Some(Unusable::OtherDataset)));
        let other = Database::new(backend_of(&world));
        save(&other, &file);
        let mut other = other.parsed().connect().expect("the database is there");
        let empty = log::head(&mut other).expect("a head");
        assert!(matches!(refused(&mut other, empty, &file), Some(Unusable::OtherDataset)));
        // One that was restored to an earlier state without an epoch of its own, and has grown since.
        let later = match &conn {
            AnyConnection::Sqlite(_) => "recorded_at + 1",
            AnyConnection::Postgres(_) => "recorded_at + interval '1 microsecond'",
        };
        let statement = format!("UPDATE operation SET recorded_at = {later} WHERE seq = {}", head.seq);
        conn.batch_execute(&statement).expect("a row");
        assert!(matches!(refused(&mut conn, head, &file), Some(Unusable::OtherLog(_))));
    }

    fn a_node_says_how_far_it_is_before_it_is_ready(world: World) {
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 10);
        let start = Start::new(world.database.parsed(), Clock::system()).expect("the database is there");
        let running = serve(&start.index, &start.lent, &world.database);
        let get = |target: &str| send(&running.base, "GET", target, &[]);
        for target in ["/v1", "/v1/events", "/v1/events?as_of=1", "/v1/actors/nobody", "/readyz"] {
            let answer = get(target);
            let code = answer.json()["code"].clone();
            assert_eq!((answer.status, code.as_str()), (503, Some("not_ready")), "{target}");
            assert_eq!(answer.header("retry-after").as_deref(), Some("1"), "{target}");
        }
        let seq = world.node.index.head().seq;
        let detail = format!("The index has not caught up with the database: 0 of {seq} operations are applied.");
        assert_eq!(get("/readyz").json()["detail"], detail);
        for target in ["/healthz", "/metrics", "/openapi.json", "/v1/vocabulary"] {
            assert_eq!(get(target).status, 200, "{target}");
        }
        let node = start.finish(None).expect("the node starts");
        assert_eq!(get("/readyz").status, 200);
        assert_eq!(get("/v1/events").ok(), world.get("/v1/events").ok());
        drop((running, node));
    }

    fn a_killed_server_leaves_a_whole_file(world: World) {
        let mut random = Random::new();
        let mut generator = Generator::new(random.fork());
        generator.fill(&world, 40);
        let file = file(&world.database);
        let new = file.with_extension("index.new");
        let mut conn = world.database.parsed().connect().expect("the database is there");
        let mut interrupted = 0;
        for _ in 0..15 {
            generator.live(&world, 5);
            let mut served = Served::start(&world.database.url, &["--index-file", file.to_str().expect("a name")]);
            // It saves when it stops; it is killed when it has begun to, or a little later.
            program::terminate(&served.child);
            while !new.exists() && served.child.try_wait().expect("a child").is_none() {}
            for _ in 0..random.below(100) {
                std::thread::yield_now();
            }
            // Where it has stopped already, this does nothing.
            drop(served);
            interrupted += usize::from(new.exists());
            let head = log::head(&mut conn).expect("a head");
            let why = refused(&mut conn, head, &file);
            assert!(matches!(why, None | Some(Unusable::Missing)), "{why:?}");
        }
        assert!(interrupted > 0, "no server was killed while it saved: the test has missed its moments");
        let late = Second::with_file(&world.database, Some(&file));
        let moments = moments(&world, vec![world.node.index.head().seq]);
        ask_alike(&world, &[&late.base], &mut generator.random, &moments);
    }

    fn a_server_that_stops_saves_what_it_knows(world: World) {
        let world = world.founded();
        let file = file(&world.database);
        let path = file.to_str().expect("a name");
        let url = &world.database.url;
        let served = Served::start(url, &["--index-file", path]);
        assert!(served.log.contains("there is none yet"), "{}", served.log);
        assert_eq!(served.stop(), Some(0));
        let written = std::fs::read(&file).expect("it was saved");
        let served = Served::start(url, &["--index-file", path]);
        assert!(!served.log.contains("built anew"), "{}", served.log);
        assert_eq!(send(&served.base, "GET", "/v1/events", &[]).ok(), world.get("/v1/events").ok());
        assert_eq!(served.stop(), Some(0));
        // There was nothing new to save.
        assert_eq!(std::fs::read(&file).expect("it is there"), written);
        std::fs::remove_file(&file).expect("it is there");
        let beside = world.database.dir().join("timeline.db.index");
        assert_eq!(Served::start(url, &["--index-file", "off"]).stop(), Some(0));
        assert!(!file.exists() && !beside.exists());
        // Where it cannot be written nothing is lost but time.
        let nowhere = world.database.dir().join("missing").join("timeline.index");
        assert_eq!(Served::start(url, &["--index-file", nowhere.to_str().expect("a name")]).stop(), Some(0));
        // Unless it is said, it is beside a SQLite file, and a PostgreSQL database has none.
        assert_eq!(Served::start(url, &[]).stop(), Some(0));
        assert_eq!(beside.exists(), url.starts_with("sqlite"));
    }

    fn check_holds_the_index_against_the_store(world: World) {
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 40);
        generator.live(&world, 80);
        let world = world.with_source();
        world.put(Resource::Actor, json!({"slug": "union", "name": "Union", "kind": "union"}));
        world.put(Resource::Location, json!({"slug": "town", "name": "Town", "kind": "locality"}));
        let details = json!({
            "when": {"start": {"edtf": "2026-01-31"}, "time_zone": "UTC"},
            "size": {"best": 4321, "basis": "count"},
            "actors": [{"actor": {"id": "union"}, "role": "organizer"}],
            "places": [{"location": {"id": "town"}, "point": {"lat": 12.5, "lon": 3.25}, "precision": "point"}],
        });
        let id = world.put(Resource::Event, event("march", details)).id;
        let version = world.node.index.read().events.seen_at(id, i64::MAX, Clearance::Public).expect("it is there").version_no;
        let file = file(&world.database);
        save(&world.database, &file);
        let check = |file: &str| {
            let output = program::run(&world.database.url, &["check", "--index-file", file]);
            (output.status.code(), program::words(&output).0)
        };
        let path = file.to_str().expect("a name");
        for file in [path, "off"] {
            let (code, words) = check(file);
            assert!(code == Some(0) && words.ends_with(" 0 differences\n"), "{words}");
        }
        let mut conn = world.database.parsed().connect().expect("the database is there");
        let mut is_told = |old: &str, new: &str, expected: &str| {
            let replace = |old: &str, new: &str| {
                format!("UPDATE document SET body = replace(body, '{old}', '{new}') WHERE version_no = {version}")
            };
            conn.batch_execute(&replace(old, new)).expect("a row");
            let (code, words) = check(path);
            assert!(code == Some(1) && words.lines().any(|line| line == expected), "{expected}: {words}");
            // An index that is built from what stands there now agrees with it: what is left is that the rows do not.
            assert!(!check("off").1.contains("the index"), "{expected}");
            conn.batch_execute(&replace(new, old)).expect("a row");
            assert_eq!(check(path).0, Some(0), "{expected}");
        };
        let differs = |what: &str| format!("version {version}: the index differs from it in its {what}");
        is_told(r#""type":"rally""#, r#""type":"march""#, &differs("terms"));
        is_told("2026-01-31T00:00:00.000000Z", "2026-01-30T23:00:00.000000Z", &differs("start"));
        is_told("2026-01-31T23:59:59.999999Z", "2026-02-01T23:59:59.999999Z", &differs("dates"));
        is_told(r#""best":4321"#, r#""best":4322"#, &differs("size"));
        is_told(r#""lat":12.5"#, r#""lat":12.75"#, &differs("points"));
    }
}
