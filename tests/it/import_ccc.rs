//! Files of the Crowd Counting Consortium, through the command line, asked over HTTP.

use std::collections::BTreeMap;
use std::path::PathBuf;

use marchline::domain::resource::Resource;
use marchline::store::check::check;
use serde_json::{Value, json};

use crate::support::ccc::{Generated, Shape, rows};
use crate::support::world::World;
use crate::support::{on_both_databases, program};

/// Rows of a generated file: enough for several groups, and all known troubles.
const ROWS: usize = 400;

/// Imports a file and tells the report.
fn import(world: &World, file: &Generated, more: &[&str]) -> Value {
    let dir = world.database.dir();
    let (path, report) = (dir.join("rows.csv"), dir.join("report.json"));
    std::fs::write(&path, &file.text).expect("the file can be written");
    let text = |path: &PathBuf| path.display().to_string();
    let (path, report_path) = (text(&path), text(&report));
    let arguments = [&["import", "--format", "ccc", &path, "--report", &report_path], more].concat();
    let output = program::run(&world.database.url, &arguments);
    assert!(output.status.success(), "{:?}", program::words(&output));
    let report = std::fs::read_to_string(&report).expect("there is a report");
    let report: Value = serde_json::from_str(&report).expect("the report is JSON");
    let count = |name: &str| report[name].as_u64().expect("a count");
    let outcomes = ["created", "corrected", "unchanged", "collapsed", "conflicting", "ignored", "refused"];
    assert_eq!(count("lines"), outcomes.map(count).iter().sum::<u64>(), "each record is accounted for once: {report}");
    report
}

/// Waits until the world's node knows what another process wrote.
fn catch_up(world: &World) {
    let mut conn = world.database.parsed().connect().expect("the database is there");
    world.node.index.catch_up(&mut conn).expect("the log can be read");
}

fn total(world: &World, query: &str) -> u64 {
    world.get(&format!("/v1/events?limit=1&{query}")).ok()["page"]["total"].as_u64().expect("a total")
}

/// The figures of a file, as the API tells them.
fn figures(world: &World, by: &BTreeMap<String, u64>, query: impl Fn(&str) -> String) -> BTreeMap<String, u64> {
    by.keys().map(|key| (key.clone(), total(world, &query(key)))).collect()
}

on_both_databases! {
    fn a_messy_file_is_taken_over_to_the_last_row(world: World) {
        for (seed, shape) in [(1, Shape::Phase3), (2, Shape::Compiled)] {
            let world = World::on(crate::support::random::backend_of(&world));
            let file = rows(seed, ROWS, shape);
            let report = import(&world, &file, &[]);
            let expected = [("lines", file.records), ("created", file.events), ("collapsed", file.collapsed),
                ("refused", file.refused), ("joined", file.joined), ("repaired", file.repaired)];
            for (name, count) in expected {
                assert_eq!(report[name], count, "{name} of {shape:?}");
            }
            catch_up(&world);
            assert_eq!(total(&world, ""), file.events);
            assert_eq!(figures(&world, &file.by_state, |state| format!("admin1={state}")), file.by_state);
            assert_eq!(figures(&world, &file.by_type, |kind| format!("type={kind}")), file.by_type);
            assert_eq!(
                figures(&world, &file.by_day, |day| format!("from={day}&to={day}&overlap=definite")),
                file.by_day
            );
            let mut conn = world.database.parsed().connect().expect("the database is there");
            assert_eq!(check(&mut conn).expect("it can be read").differences, [""; 0]);
        }
    }

    fn a_second_run_changes_nothing(world: World) {
        let file = rows(3, 60, Shape::Phase3);
        import(&world, &file, &[]);
        catch_up(&world);
        let seq = world.node.index.head().seq;
        let dry = import(&world, &file, &["--dry-run"]);
        let again = import(&world, &file, &[]);
        for report in [dry, again] {
            assert_eq!((&report["unchanged"], &report["created"]), (&json!(file.events), &json!(0)));
        }
        catch_up(&world);
        assert_eq!(world.node.index.head().seq, seq);
    }

    fn a_dry_run_writes_nothing(world: World) {
        let file = rows(4, 40, Shape::Compiled);
        let report = import(&world, &file, &["--dry-run"]);
        assert_eq!(report["created"], file.events);
        catch_up(&world);
        assert_eq!(world.node.index.head().seq, 0);
    }

    fn a_corrected_row_makes_a_revision_unless_an_editor_was_there(world: World) {
        let header = "date,locality,state,location,title,event_type,size_text,size_low,size_high,size_mean,size_cat,source1";
        let file = |arrests: &str| {
            let row = |title: &str| format!("2026-01-30,Austin,TX,Capitol,{title},rally,{arrests},,,,,https://news.example/1");
            Generated { text: format!("{header}\n{}\n{}\n", row("One"), row("Two")), ..rows(1, 0, Shape::Phase3) }
        };
        let first = import(&world, &file("about 100"), &[]);
        assert_eq!(first["created"], 2, "{first}");
        catch_up(&world);
        let list = world.get("/v1/events?sort=recorded").ok();
        let edited = list["data"][0]["id"].as_str().expect("an id").to_owned();
        let title = list["data"][0]["title"].clone();
        let mut conn = world.database.parsed().connect().expect("the database is there");
        let mut document = None;
        marchline::store::export::newest_documents(&mut conn, Resource::Event, |found| {
            if found.id.to_string() == edited {
                document = marchline::domain::input_form::input_form(&found.content, found.id, None).ok();
            }
            Ok::<_, marchline::store::error::StoreError>(())
        })
        .expect("the store can be read");
        let mut document = document.expect("the event is stored");
        document["summary"] = json!("An editor's words.");
        world.put(Resource::Event, document);
        let second = import(&world, &file("about 200"), &[]);
        assert_eq!((&second["corrected"], &second["conflicting"]), (&json!(1), &json!(1)), "{second}");
        catch_up(&world);
        let kept = world.get(&format!("/v1/events/{edited}")).ok();
        assert_eq!((&kept["summary"], &kept["revision"]), (&json!("An editor's words."), &json!(2)), "{title}");
        let forced = import(&world, &file("about 200"), &["--force"]);
        assert_eq!((&forced["corrected"], &forced["unchanged"]), (&json!(1), &json!(1)), "{forced}");
        catch_up(&world);
        assert_eq!(world.get(&format!("/v1/events/{edited}")).ok()["revision"], 3);
    }

    fn an_export_loads_into_an_empty_database_with_equal_content(world: World) {
        let world = world.founded();
        let lines = |world: &World| {
            let output = program::run(&world.database.url, &["export", "--format", "ndjson"]);
            assert!(output.status.success(), "{:?}", program::words(&output));
            program::words(&output).0
        };
        let exported = lines(&world);
        let path = world.database.dir().join("all.ndjson");
        std::fs::write(&path, &exported).expect("the file can be written");
        let other = World::on(crate::support::random::backend_of(&world));
        let output = program::run(&other.database.url, &["import", "--format", "ndjson", &path.display().to_string()]);
        assert!(output.status.success(), "{:?}", program::words(&output));
        assert_eq!(lines(&other), exported);
    }
}
