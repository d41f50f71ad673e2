//! Synthetic documents: accepted like any other, and the same whichever way they go.

use std::collections::HashSet;

use marchline::domain::resource::Resource;
use marchline::generate::Synthetic;
use marchline::import::report::Report;
use marchline::load::{Behalf, Progress, ndjson};
use marchline::metrics::ImportFormat;
use serde_json::Value;

use crate::support::on_both_databases;
use crate::support::program::{run, words};
use crate::support::world::{Backend, Database, World};

/// Databases that nobody serves: one for each way.
struct Two(Database, Database);

impl Two {
    fn on(backend: Backend) -> Self {
        Self(Database::new(backend), Database::new(backend))
    }
}

fn succeeds(database: &Database, arguments: &[&str]) -> String {
    let output = run(&database.url, arguments);
    let (said, complained) = words(&output);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {complained}");
    said
}

on_both_databases! {
    fn every_document_is_accepted_without_a_fault(world: World) {
        let lines = {
            let mut bytes = Vec::new();
            Synthetic::new(1_500, 3).ndjson(&mut bytes).expect("memory can be written");
            bytes
        };
        let load = || {
            let (progress, mut report) = (Progress::new(ImportFormat::Ndjson, None), Report::default());
            ndjson(world.writer(), lines.as_slice(), &Behalf::default(), &progress, &mut report).expect("the store works");
            report
        };
        let report = load();
        assert_eq!((report.unchanged, report.errors), (0, vec![]));
        assert_eq!(report.created, Synthetic::new(1_500, 3).documents());
        assert!((40..120).contains(&report.corrected), "{}", report.corrected);
        assert_eq!(world.get("/v1/events?limit=1").ok()["page"]["total"], 1_500);
        let seen = world.get("/v1/events?limit=500&include=evidence,links,translations").ok();
        for member in ["evidence", "links", "translations", "demands", "tactics", "campaigns", "external_ids"] {
            let empty = |event: &Value| match &event[member] {
                Value::Array(items) => items.is_empty(),
                Value::Object(members) => members.is_empty(),
                _ => true,
            };
            let events = seen["data"].as_array().expect("events");
            assert!(events.iter().any(|event| !empty(event)), "no event has {member}");
        }
        let again = load();
        assert_eq!((again.created, again.errors), (0, vec![]));
    }

    fn written_and_loaded_they_are_what_goes_into_the_database_directly(two: Two) {
        let arguments = ["generate", "--events", "400", "--seed", "5"];
        let said = succeeds(&two.0, &arguments);
        assert!(said.starts_with("created ") && said.trim_end().ends_with("refused 0"), "{said}");
        let lines = succeeds(&two.1, &[&arguments[..], &["--out", "-"]].concat());
        let path = two.1.dir().join("synthetic.ndjson");
        let path = path.to_str().expect("a path of text");
        succeeds(&two.1, &[&arguments[..], &["--out", path]].concat());
        assert_eq!(std::fs::read_to_string(path).expect("the file was written"), lines);
        assert_eq!(succeeds(&two.1, &["import", "--format", "ndjson", path]), said);
        let exported = succeeds(&two.0, &["export"]);
        assert_eq!(exported, succeeds(&two.1, &["export"]));
        assert_eq!(exported.matches(r#"{"resource":"event""#).count(), 400);
        succeeds(&two.0, &["check"]);
        assert!(succeeds(&two.0, &arguments).starts_with("created 0, "), "what is there already is not made again");
    }
}

#[test]
fn every_resource_comes_before_what_names_it() {
    let mut seen = HashSet::new();
    let mut order = Vec::new();
    let world = Synthetic::new(500, 2);
    let checked = world.each(|resource, document| {
        let document: Value = serde_json::from_str(document).map_err(|error| error.to_string())?;
        let id = document["id"].as_str().unwrap_or_default().to_owned();
        let mut named = Vec::new();
        collect_ids(&document, &mut named);
        seen.insert(id);
        order.push(resource);
        named.into_iter().try_for_each(|id| if seen.contains(&id) { Ok(()) } else { Err(format!("{id}: {document}")) })
    });
    assert_eq!(checked, Ok(()));
    order.dedup();
    assert_eq!(order, [Resource::Location, Resource::Actor, Resource::Source, Resource::Campaign, Resource::Event]);
}

/// The ids that stand in a document, except those of evidence and of other collections.
fn collect_ids(value: &Value, ids: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            let named = members.iter().filter(|(name, _)| !matches!(name.as_str(), "evidence" | "external_ids"));
            for (name, value) in named {
                match value {
                    Value::String(id) if matches!(name.as_str(), "id" | "parent_id") => ids.push(id.clone()),
                    _ => collect_ids(value, ids),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_ids(item, ids)),
        _ => {}
    }
}

#[test]
fn nonsense_is_refused() {
    for arguments in [
        &[][..],
        &["--events", "0"],
        &["--events", "-3"],
        &["--events", "many"],
        &["--events", "100000001"],
        &["--events", "5", "--seed", "x"],
        &["--events", "5", "--out"],
        &["--events", "5", "here"],
    ] {
        let output = run("sqlite://unused.db", &[&["generate"], arguments].concat());
        let (said, complained) = words(&output);
        assert_eq!((output.status.code(), said.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(complained.contains("--events") || complained.contains("--seed") || complained.contains("--help"));
    }
    let output = run("sqlite://unused.db", &["generate", "--events", "5", "--out", "/nowhere/at/all"]);
    let (_, complained) = words(&output);
    assert!(output.status.code() == Some(1) && complained.contains("/nowhere/at/all"), "{complained}");
    assert!(!std::path::Path::new("unused.db").exists());
}
