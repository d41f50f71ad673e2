//! Files taken over through the command line, and the figures that the API tells of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use marchline::domain::input_form::input_form;
use marchline::domain::resource::Resource;
use marchline::store::write;
use serde_json::{Value, json};

use super::ccc::Generated;
use super::program;
use super::world::World;

/// Writes a file beside a world's database, and tells the arguments that import it and where its report will be.
pub fn arguments(world: &World, file: &Generated) -> (Vec<String>, PathBuf) {
    let dir = world.database.dir();
    let (path, report) = (dir.join("rows.csv"), dir.join("report.json"));
    std::fs::write(&path, &file.text).expect("the file can be written");
    let (path, told) = (path.display().to_string(), report.display().to_string());
    (["import", "--format", "ccc", &path, "--report", &told].map(str::to_owned).to_vec(), report)
}

/// Imports a file and tells the report.
pub fn import(world: &World, file: &Generated, more: &[&str]) -> Value {
    run(world, file, more, 0).0
}

/// Imports a file, which must fail; tells the report and what the program said.
pub fn import_in_vain(world: &World, file: &Generated, more: &[&str]) -> (Value, String) {
    run(world, file, more, 1)
}

fn run(world: &World, file: &Generated, more: &[&str], code: i32) -> (Value, String) {
    let (arguments, report) = arguments(world, file);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).chain(more.iter().copied()).collect();
    let output = program::run(&world.database.url, &arguments);
    assert_eq!(output.status.code(), Some(code), "{:?}", program::words(&output));
    (read_report(&report), program::words(&output).1)
}

/// Imports a file and tells the report, and the most memory in MiB that it took.
pub fn import_measured(world: &World, file: &Generated, more: &[&str]) -> (Value, u64) {
    let (arguments, report) = arguments(world, file);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).chain(more.iter().copied()).collect();
    let (output, memory) = program::run_measured(&world.database.url, &arguments);
    assert!(output.status.success(), "{:?}", program::words(&output));
    (read_report(&report), memory)
}

/// Reads a report, in which each record must be accounted for once.
fn read_report(path: &Path) -> Value {
    let report = std::fs::read_to_string(path).expect("there is a report");
    let report: Value = serde_json::from_str(&report).expect("the report is JSON");
    let count = |name: &str| report[name].as_u64().expect("a count");
    let outcomes = ["created", "corrected", "unchanged", "collapsed", "conflicting", "ignored", "refused"];
    assert_eq!(count("lines"), outcomes.map(count).iter().sum::<u64>(), "each record is accounted for once: {report}");
    report
}

/// Waits until the world's node knows what another process wrote.
pub fn catch_up(world: &World) {
    let mut conn = world.database.parsed().connect().expect("the database is there");
    world.node.index.catch_up(&mut conn).expect("the log can be read");
}

/// How many events a query finds.
pub fn total(world: &World, query: &str) -> u64 {
    world.get(&format!("/v1/events?limit=1&{query}")).ok()["page"]["total"].as_u64().expect("a total")
}

/// Holds that a report is what a correct import of a file into an empty database tells.
pub fn assert_report(report: &Value, file: &Generated) {
    let expected = [
        ("lines", file.records),
        ("created", file.events),
        ("collapsed", file.collapsed),
        ("refused", file.refused),
        ("joined", file.joined),
        ("repaired", file.repaired),
    ];
    for (name, count) in expected {
        assert_eq!(report[name], count, "{name}");
    }
    let errors = report["errors"].as_array().expect("a list");
    let refuses = |error: &&Value| error["column"].as_str().is_none_or(|column| ["date", "state"].contains(&column));
    let refused: BTreeSet<u64> = errors.iter().filter(refuses).filter_map(|error| error["line"].as_u64()).collect();
    assert_eq!(refused, file.refused_lines, "each is told with its line");
}

/// Holds that the API tells the figures of a file.
pub fn assert_figures(world: &World, file: &Generated) {
    let told = |by: &BTreeMap<String, u64>, query: &dyn Fn(&str) -> String| -> BTreeMap<String, u64> {
        by.keys().map(|key| (key.clone(), total(world, &query(key)))).collect()
    };
    assert_eq!(total(world, ""), file.events);
    assert_eq!(told(&file.by_state, &|state| format!("admin1={state}")), file.by_state);
    assert_eq!(told(&file.by_type, &|kind| format!("type={kind}")), file.by_type);
    assert_eq!(told(&file.by_day, &|day| format!("from={day}&to={day}&overlap=definite")), file.by_day);
}

/// Holds that counter-protests, and nothing else, are linked to what they oppose.
pub fn assert_links(world: &World, file: &Generated) {
    assert_eq!(total(world, "has=links"), file.linked);
    let first = "/v1/events?type=counter_protest&has=links&include=links&limit=500";
    let (mut links, mut next) = (0, Some(first.to_owned()));
    while let Some(target) = next {
        let list = world.get(&target).ok();
        let events = list["data"].as_array().expect("a list").iter();
        let found = events.flat_map(|event| event["links"].as_array().expect("links"));
        links += found.filter(|link| link["direction"] == "outgoing").count();
        next = list["page"]["next"].as_str().map(|cursor| format!("{first}&cursor={cursor}"));
    }
    assert_eq!(u64::try_from(links).expect("a number"), file.links);
}

/// Has an editor give an event a summary, and tells the revision that this makes.
pub fn edit(world: &World, id: &str, summary: &str) -> i32 {
    let id = id.parse().expect("an id");
    let mut conn = world.database.parsed().connect().expect("the database is there");
    let newest = write::newest(&mut conn, &[id]).expect("the store can be read").pop().expect("the event is stored");
    let content = newest.content.expect("it has not ceased");
    let mut document = input_form(&content, id, None).expect("it can be sent again");
    document["summary"] = json!(summary);
    world.put(Resource::Event, document).revision
}
