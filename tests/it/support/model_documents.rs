//! Documents of the model: what they name, what a survivor takes over, and how names follow.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::model::Id;

/// The lists of a document whose items name one other member each, and where.
const NAMING: [(&str, &str); 7] = [
    ("places", "/location/id"),
    ("actors", "/actor/id"),
    ("campaigns", "/id"),
    ("sources", "/id"),
    ("links", "/event/id"),
    ("entries", "/event_id"),
    ("coverage", "/location/id"),
];

/// A list of a document; nothing where it has none of the name.
pub fn listed<'a>(document: &'a Value, name: &str) -> &'a [Value] {
    document[name].as_array().map_or(&[], Vec::as_slice)
}

fn items<'a>(document: &'a mut Value, name: &str) -> Option<&'a mut Vec<Value>> {
    document.get_mut(name)?.as_array_mut()
}

/// Visits every id by which a document names another member.
pub fn each_reference(document: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    let mut at = |holder: &mut Value, pointer: &str| {
        if let Some(id) = holder.pointer_mut(pointer).filter(|id| !id.is_null()) {
            visit(id);
        }
    };
    at(document, "/parent_id");
    for (name, pointer) in NAMING {
        for item in items(document, name).into_iter().flatten() {
            at(item, pointer);
        }
    }
    for item in items(document, "evidence").into_iter().flatten() {
        at(item, "/source/id");
        at(item, "/ref/id");
    }
}

/// The ids of all that a document names.
pub fn references(document: &Value) -> BTreeSet<Id> {
    let mut found = BTreeSet::new();
    each_reference(&mut document.clone(), &mut |id| {
        found.insert(id.as_str().expect("an id").to_owned());
    });
    found
}

/// Whether a list has an item already; a timeline has an event once, whatever its caption.
fn has(list: &[Value], item: &Value) -> bool {
    let event = item.get("event_id");
    list.iter().any(|other| if event.is_some() { other.get("event_id") == event } else { other == item })
}

/// Names `into` where a document named `gone`: in lists all of them, elsewhere the first.
pub fn hand_over(document: &mut Value, gone: &str, into: &[Id]) {
    for (name, pointer) in NAMING {
        let Some(list) = items(document, name)
            .filter(|list| list.iter().any(|item| item.pointer(pointer).is_some_and(|id| id == gone)))
        else {
            continue;
        };
        let mut followed: Vec<Value> = Vec::new();
        for item in list.iter() {
            let is_gone = item.pointer(pointer).is_some_and(|id| id == gone);
            let own = [item.pointer(pointer).and_then(Value::as_str).expect("an id").to_owned()];
            for id in if is_gone { into } else { own.as_slice() } {
                let mut item = item.clone();
                *item.pointer_mut(pointer).expect("an id") = json!(id);
                if !has(&followed, &item) {
                    followed.push(item);
                }
            }
        }
        *list = followed;
    }
    each_reference(document, &mut |id| {
        if id == gone {
            *id = json!(into[0]);
        }
    });
}

/// What a survivor takes over: sources, evidence, links, entries, coverage, names and ids of other collections. Its own values stay.
pub fn take_in(kept: &mut Value, own: &str, gone: &str, other: &Value) {
    for name in ["sources", "external_ids", "evidence", "links", "entries", "coverage"] {
        let Some(list) = items(kept, name) else { continue };
        for item in listed(other, name) {
            if !has(list, item) {
                list.push(item.clone());
            }
        }
    }
    if let Some(links) = items(kept, "links") {
        links.retain(|link| link["event"]["id"] != own && link["event"]["id"] != gone);
    }
    let name = kept["name"].clone();
    if let Some(aliases) = items(kept, "aliases") {
        for alias in std::iter::once(&other["name"]).chain(listed(other, "aliases")) {
            if *alias != name && !aliases.contains(alias) {
                aliases.push(alias.clone());
            }
        }
        aliases.retain(|alias| *alias != name);
    }
    if kept["parent_id"] == gone {
        kept["parent_id"] = if other["parent_id"] == own { Value::Null } else { other["parent_id"].clone() };
    }
}
