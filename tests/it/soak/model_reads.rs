//! What is read at a moment, held against the model.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::model::{Id, Moment};
use crate::support::model_documents::listed;
use crate::support::model_views::{TYPES, sorted};
use crate::support::random::Random;
use crate::support::world::World;

/// A document without what the model does not know: when it was recorded, the bounds of dates, and the ids of links.
fn plain(mut document: Value) -> Value {
    if let Some(members) = document.as_object_mut() {
        members.remove("recorded_at");
        members.remove("created_at");
    }
    if let Some(when) = document.get_mut("when") {
        let edtf = when["start"]["edtf"].take();
        *when = if edtf.is_null() { Value::Null } else { json!({"start": {"edtf": edtf}}) };
    }
    if let Some(Value::Array(links)) = document.get_mut("links").map(Value::take) {
        let without_id = |mut link: Value| {
            link.as_object_mut().expect("a link").remove("id");
            link
        };
        document["links"] = sorted(links.into_iter().map(without_id).collect());
    }
    document
}

/// All items of a list, page by page, and the total that each page told.
fn whole_list(world: &World, target: &str, limit: usize) -> Vec<Value> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let mut page = world.get(&format!("{target}&limit={limit}{cursor}")).ok();
        found.extend(listed(&page, "data").iter().cloned().map(plain));
        let Value::String(next) = page["page"]["next"].take() else {
            assert_eq!(page["page"]["total"], found.len(), "{target}");
            return found;
        };
        cursor = format!("&cursor={next}");
    }
}

/// Holds one document against another, and names the members that differ.
fn assert_same(read: &Value, expected: &Value, what: &str) {
    if read != expected {
        let (read, expected) = (read.as_object().expect("a document"), expected.as_object().expect("a document"));
        let names: BTreeSet<&String> = read.keys().chain(expected.keys()).collect();
        let differ = names.into_iter().filter(|name| read.get(*name) != expected.get(*name));
        let differ: Vec<_> = differ.map(|name| (name, read.get(name), expected.get(name))).collect();
        panic!("{what}, {}: read and expected were {differ:?}", read["id"]);
    }
}

/// Holds what can be read at a moment against the model: all lists, and of the rest a few.
pub fn hold(world: &World, moments: &[Moment], moment: &Moment, random: &mut Random) {
    let at = format!("as_of={}", moment.seq);
    let limit = *random.pick(&[3, 20, 500]);
    let events: Vec<Value> = moment.events(None).into_iter().map(|id| moment.view(id)).collect();
    let read = whole_list(world, &format!("/v1/events?{at}&include=evidence,links"), limit);
    for (read, expected) in read.iter().zip(&events) {
        assert_same(read, expected, &format!("events at {at}"));
    }
    assert_eq!(read.len(), events.len(), "events at {at}");
    for list in ["locations", "actors", "sources", "campaigns", "timelines"] {
        let mut expected: Vec<Value> = moment.there(list).into_iter().map(|id| moment.view(id)).collect();
        expected.sort_by_key(|one| one["slug"].as_str().map(str::to_owned));
        let read = whole_list(world, &format!("/v1/{list}?{at}"), limit);
        for (read, expected) in read.iter().zip(&expected) {
            assert_same(read, expected, &format!("{list} at {at}"));
        }
        assert_eq!(read.len(), expected.len(), "{list} at {at}");
    }
    // What comes later is known to the program, and must not be told before.
    let newest = moments.last().expect("a moment");
    let all: Vec<(&Id, &str)> = newest.known().into_iter().map(|(id, member)| (id, member.list)).collect();
    for _ in 0..6 {
        let (id, list) = *random.pick(&all);
        hold_item(world, moment, id, list, &at);
        hold_filter(world, moment, id, list, &at);
    }
    let filters =
        [("type", random.pick(&TYPES).0), ("has", "links"), ("has", "evidence"), ("country", "US"), ("country", "DE")];
    for filter in filters {
        hold_total(world, moment, filter, &at);
    }
}

/// One member: its document, or what became of it; its history; and of an event its links.
fn hold_item(world: &World, moment: &Moment, id: &str, list: &str, at: &str) {
    let place = format!("/v1/{list}/{id}");
    let include = if list == "events" { "&include=evidence,links" } else { "" };
    let answer = world.get(&format!("{place}?{at}{include}"));
    match moment.ceased(id) {
        None => assert_same(&plain(answer.ok()), &moment.view(id), &format!("{place} at {at}")),
        Some((status, told)) => {
            assert_eq!(answer.status, status, "{place} at {at}: {}", answer.body);
            match status {
                301 => {
                    let expected = format!("/v1/{list}/{}?{at}", told[0]);
                    assert!(answer.header("location").is_some_and(|to| to.starts_with(&expected)), "{answer:?}");
                }
                410 if told.iter().all(|word| answer.body.contains(word)) => {}
                404 => {}
                _ => panic!("{place} at {at}: {} tells nothing of {told:?}", answer.body),
            }
        }
    }
    let history = world.get(&format!("{place}/revisions?{at}"));
    if !moment.members.contains_key(id) {
        assert_eq!(history.status, 404, "{place} at {at}");
        return;
    }
    let mut history = history.ok()["data"].take();
    for version in history.as_array_mut().expect("a list").iter_mut().filter_map(Value::as_object_mut) {
        version.remove("recorded_at");
        version.remove("changes");
    }
    assert_eq!(history, moment.history(id), "{place} at {at}");
    if list == "events" && moment.is_there(id) {
        let links = world.get(&format!("{place}/links?{at}")).ok();
        let node = |node: &Value| json!({"id": node["id"], "type": node["type"], "title": node["title"]});
        let nodes = sorted(listed(&links, "nodes").iter().map(node).collect());
        let edges = sorted(listed(&links, "edges").to_vec());
        assert_eq!(json!({"nodes": nodes, "edges": edges}), moment.neighbourhood(id), "{place} at {at}");
    }
}

/// The events that name a member.
fn hold_filter(world: &World, moment: &Moment, id: &str, list: &str, at: &str) {
    let name = match list {
        "events" => "linked_to",
        "timelines" => return,
        list => list.trim_end_matches('s'),
    };
    hold_total(world, moment, (name, id), at);
    if name == "actor" {
        hold_total(world, moment, ("actor_within", id), at);
    }
}

fn hold_total(world: &World, moment: &Moment, (name, value): (&str, &str), at: &str) {
    let list = world.get(&format!("/v1/events?{at}&{name}={value}&limit=500")).ok();
    let expected = moment.events(Some((name, value)));
    let ids: Vec<&str> = listed(&list, "data").iter().filter_map(|event| event["id"].as_str()).collect();
    assert_eq!(
        (&ids, &list["page"]["total"]),
        (&expected.iter().map(|id| id.as_str()).collect(), &json!(expected.len())),
        "{name}={value} at {at}"
    );
}
