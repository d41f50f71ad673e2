//! Which version of each event a reader is to be given, read off the log version by version and by nothing else.

use std::collections::BTreeMap;

use marchline::domain::content::Content;
use marchline::domain::event::EventContent;
use marchline::domain::privacy::Clearance;
use marchline::domain::resource::Resource;
use marchline::store::log::{self, Change};
use serde_json::{Value, json};

use super::world::World;

/// What the log holds of events.
pub fn log(world: &World) -> Vec<Change> {
    let mut conn = world.database.parsed().connect().expect("the database is there");
    let mut changes = log::changes(&mut conn, 0, i64::MAX).expect("the log can be read");
    changes.retain(|change| change.resource == Resource::Event);
    changes
}

/// The members by which versions of events are told apart here, by the event.
pub type Told = BTreeMap<String, Value>;

/// What a reader is to be given at an operation.
pub fn told(log: &[Change], seq: i64, clearance: Clearance) -> Told {
    let mut newest: BTreeMap<String, &Change> = BTreeMap::new();
    for change in log.iter().filter(|change| change.seq <= seq) {
        newest.insert(change.id.to_string(), change);
    }
    let told = |(id, version): (String, &Change)| {
        let event = match clearance {
            Clearance::Restricted => whole(version),
            Clearance::Public => public(version),
        };
        let event = event?;
        let start = event.when.start.as_ref().map(|start| start.edtf.clone());
        let locations: Vec<String> = event.places.iter().map(|place| place.location.to_string()).collect();
        Some((id, json!([version.revision, event.title, start, locations, event.evidence.len()])))
    };
    newest.into_iter().filter_map(told).collect()
}

/// The same of what the API gave; nothing may be there twice.
pub fn given(events: &[Value]) -> Told {
    let given = |event: &Value| {
        let locations: Vec<&Value> = list(event, "places").iter().map(|place| &place["location"]["id"]).collect();
        let evidence = list(event, "evidence").len();
        let told = json!([event["revision"], event["title"], event["when"]["start"]["edtf"], locations, evidence]);
        (event["id"].as_str().expect("an id").to_owned(), told)
    };
    let all: Told = events.iter().map(given).collect();
    assert_eq!(all.len(), events.len(), "an event is there twice");
    all
}

fn list<'a>(event: &'a Value, name: &str) -> &'a [Value] {
    event[name].as_array().expect("a list")
}

fn whole(version: &Change) -> Option<&EventContent> {
    content(version.restricted.as_ref().or(version.public.as_ref())?)
}

fn public(version: &Change) -> Option<&EventContent> {
    content(version.public.as_ref()?)
}

fn content<T>(
    (_, document): &(T, marchline::store::document::Document<std::sync::Arc<Content>>),
) -> Option<&EventContent> {
    match &*document.content {
        Content::Event(event) => Some(event),
        _ => None,
    }
}
