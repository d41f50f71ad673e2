//! A document as readers are given it, edited and sent back, made into one that can be written: what readers are given
//! beside what was written is taken out where it is as it was, and a fault where it is not (`read_only`).

use serde_json::{Map, Value};
use uuid::Uuid;

use super::reference::{ActorRef, LocationRef, NamedRef, SourceRef};
use crate::domain::input::{Fault, pointer_step};
use crate::domain::place::LocationContent;
use crate::domain::resource::{Reference, Resource};
use crate::index::entities::Moment;

/// Members that the service gives every document.
const GIVEN: [&str; 7] = ["id", "revision", "seq", "created_at", "recorded_at", "event_count", "path"];
/// What the service works out of two dates and a zone, and of each date.
const OF_WHEN: [&str; 2] = ["precision", "approximate"];
const OF_DATE: [&str; 2] = ["earliest", "latest"];
/// What readers of an event are not given unless they ask: it stays as it is where a whole document lacks it.
const ON_REQUEST: [&str; 4] = ["evidence", "links", "translations", "privacy"];

/// What a document that was sent is compared with.
pub struct Current<'a> {
    /// The member as a reader is given it, with every part; null for a new one.
    pub view: &'a Value,
    /// The member in the form in which it would be written; null for a new one.
    pub stored: &'a Value,
    /// The names of this moment.
    pub names: Moment<'a>,
}

/// What a document leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// Stays, where readers are not given it unless they ask.
    Stays,
    /// Goes.
    Goes,
}

/// Makes a document that was sent into one that can be written, and tells every member that is the service's to give and not as it
/// gave it: without these it can be read on.
pub fn sent_back(resource: Resource, document: Value, current: &Current<'_>, left_out: LeftOut) -> (Value, Vec<Fault>) {
    let Value::Object(mut members) = document else {
        // The writer says what is wrong with it.
        return (document, Vec::new());
    };
    let is_asked = resource == Resource::Timeline && members.get("query").is_some_and(|query| !query.is_null());
    let mut cleaning = Cleaning { current, left_out, faults: Vec::new() };
    cleaning.given(&mut members, resource);
    for (name, value) in &mut members {
        if name == "entries" && is_asked {
            // A query takes the place of all entries.
            continue;
        }
        if current.view.get(name).is_some_and(|view| view == value) {
            *value = current.stored.get(name).cloned().unwrap_or_default();
        } else {
            let own = std::mem::take(value);
            *value = cleaning.member(name, own);
        }
    }
    // What readers are told of verification by rule is worked out again.
    members.retain(|name, value| !(value.is_null() && name.starts_with("verification")));
    if left_out == LeftOut::Stays && resource == Resource::Event {
        for name in ON_REQUEST {
            if let Some(stored) = current.stored.get(name).filter(|_| !members.contains_key(name)) {
                members.insert(name.to_owned(), stored.clone());
            }
        }
    }
    (Value::Object(members), cleaning.faults)
}

struct Cleaning<'a> {
    current: &'a Current<'a>,
    left_out: LeftOut,
    faults: Vec<Fault>,
}

impl Cleaning<'_> {
    fn read_only(&mut self, pointer: String) {
        let detail = "The service gives this member; it may be left out, or sent back as it was.".to_owned();
        self.faults.push(Fault { pointer, code: "read_only", detail });
    }

    /// Takes out what the service gives the whole document.
    fn given(&mut self, members: &mut Map<String, Value>, resource: Resource) {
        let derived = ["category"].into_iter().filter(|_| resource == Resource::Event);
        // A slug is chosen when a member is created, and never again.
        let chosen = ["slug"].into_iter().filter(|_| !self.current.view.is_null());
        for name in GIVEN.into_iter().chain(derived).chain(chosen) {
            self.take(members, name, self.current.view.get(name), &format!("/{name}"));
        }
        if resource == Resource::Event {
            self.vocabulary(members);
        }
    }

    /// Takes out what the event is called elsewhere: in the vocabularies that a reader asked for.
    fn vocabulary(&mut self, members: &mut Map<String, Value>) {
        match members.remove("vocabulary") {
            None | Some(Value::Null) => {}
            Some(Value::Object(mut told)) => {
                let given = &self.current.view["vocabulary"];
                for name in told.keys().cloned().collect::<Vec<_>>() {
                    self.take(&mut told, &name, given.get(&name), &format!("/vocabulary/{}", pointer_step(&name)));
                }
            }
            Some(_) => self.read_only("/vocabulary".to_owned()),
        }
    }

    /// Takes a member out that must be as the service gave it; null where it gave none.
    fn take(&mut self, members: &mut Map<String, Value>, name: &str, as_given: Option<&Value>, pointer: &str) {
        if let Some(value) = members.remove(name)
            && !value.is_null()
            && Some(&value) != as_given
        {
            self.read_only(pointer.to_owned());
        }
    }

    /// A member of the document that is not as it was.
    fn member(&mut self, name: &str, value: Value) -> Value {
        match (name, value) {
            ("when", Value::Object(when)) => self.when(when),
            ("size", Value::Object(mut size)) => {
                self.take(&mut size, "order", self.current.view.pointer("/size/order"), "/size/order");
                size.into()
            }
            ("privacy", Value::Object(mut policy)) => {
                let given = self.current.view.pointer("/privacy/coarsened");
                let is_notice = policy.contains_key("coarsened");
                self.take(&mut policy, "coarsened", given, "/privacy/coarsened");
                match self.current.stored.get("privacy") {
                    // Readers are told of a policy, and not what it says: that stays.
                    Some(Value::Object(stored)) if is_notice && self.left_out == LeftOut::Stays => {
                        let mut whole = stored.clone();
                        whole.extend(policy);
                        whole.into()
                    }
                    _ => policy.into(),
                }
            }
            ("links", Value::Array(links)) => self.links(links),
            ("entries", Value::Array(entries)) => self.entries(entries),
            ("places" | "actors" | "campaigns" | "sources" | "evidence" | "coverage", Value::Array(items)) => {
                items.into_iter().enumerate().map(|(position, item)| self.item(name, position, item)).collect()
            }
            (_, value) => value,
        }
    }

    fn when(&mut self, mut when: Map<String, Value>) -> Value {
        let view = &self.current.view["when"];
        for name in OF_WHEN {
            self.take(&mut when, name, view.get(name), &format!("/when/{name}"));
        }
        for side in ["start", "end"] {
            if let Some(Value::Object(date)) = when.get_mut(side) {
                for name in OF_DATE {
                    self.take(date, name, view[side].get(name), &format!("/when/{side}/{name}"));
                }
            }
        }
        when.into()
    }

    /// The item of a list as it is stored, where it is as readers are given it.
    fn unchanged(&self, list: &str, item: &Value) -> Option<Value> {
        let position = self.current.view[list].as_array()?.iter().position(|known| known == item)?;
        self.current.stored[list].get(position).cloned()
    }

    fn item(&mut self, list: &str, position: usize, item: Value) -> Value {
        if let Some(stored) = self.unchanged(list, &item) {
            return stored;
        }
        let pointer = format!("/{list}/{position}");
        let Value::Object(mut members) = item else {
            return item;
        };
        match list {
            "campaigns" => return self.reference(members, &[Resource::Campaign], &pointer),
            "sources" => return self.reference(members, &[Resource::Source], &pointer),
            "places" => {
                self.refer(&mut members, "location", &[Resource::Location], &pointer);
                self.leave_to_location(&mut members);
            }
            "coverage" => self.refer(&mut members, "location", &[Resource::Location], &pointer),
            "actors" => self.refer(&mut members, "actor", &[Resource::Actor], &pointer),
            _ => {
                self.refer(&mut members, "source", &[Resource::Source], &pointer);
                self.refer(&mut members, "ref", &[Resource::Actor, Resource::Location], &pointer);
            }
        }
        members.into()
    }

    /// Takes out of a place the point and radius that readers are given of its location.
    fn leave_to_location(&self, place: &mut Map<String, Value>) {
        let id = place.get("location").and_then(|location| location["id"].as_str());
        let Some(id) = id.and_then(|text| self.find(Resource::Location, text)) else {
            return;
        };
        let is = |value: Option<serde_json::Result<Value>>, given: Option<&Value>| {
            value.and_then(Result::ok).as_ref().is_some_and(|value| Some(value) == given)
        };
        let radius = self.current.names.values::<LocationContent>(id).and_then(|(_, location)| location.radius_m);
        let has_own_precision = place.get("precision").is_some_and(|precision| precision == "point");
        if !has_own_precision && is(self.current.names.point_of(id).map(serde_json::to_value), place.get("point")) {
            place.remove("point");
            if is(radius.map(serde_json::to_value), place.get("radius_m")) {
                place.remove("radius_m");
            }
        }
    }

    fn refer(&mut self, members: &mut Map<String, Value>, name: &str, resources: &[Resource], pointer: &str) {
        if let Some(Value::Object(reference)) = members.get_mut(name) {
            let reference = std::mem::take(reference);
            let reference = self.reference(reference, resources, &format!("{pointer}/{name}"));
            members.insert(name.to_owned(), reference);
        }
    }

    /// A reference without what readers are told of that which it names.
    fn reference(&mut self, mut reference: Map<String, Value>, resources: &[Resource], pointer: &str) -> Value {
        let id = reference.get("id").and_then(Value::as_str);
        let named = id
            .and_then(|text| resources.iter().find_map(|resource| self.named(*resource, self.find(*resource, text)?)));
        if let Some(Value::Object(named)) = named {
            for name in named.keys().filter(|name| *name != "id") {
                self.take(&mut reference, name, named.get(name), &format!("{pointer}/{}", pointer_step(name)));
            }
        }
        reference.into()
    }

    fn find(&self, resource: Resource, text: &str) -> Option<Uuid> {
        self.current.names.find(resource, &Reference::parse(resource, text)?)
    }

    /// What readers are told of a member where it is named.
    fn named(&self, resource: Resource, id: Uuid) -> Option<Value> {
        let names = self.current.names;
        let value = match resource {
            Resource::Actor => serde_json::to_value(ActorRef::of(names, id).ok()?),
            Resource::Location => serde_json::to_value(LocationRef::of(names, id).ok()?),
            Resource::Source => serde_json::to_value(SourceRef::of(names, id).ok()?),
            Resource::Campaign => serde_json::to_value(NamedRef::campaign(names, id).ok()?),
            Resource::Event | Resource::Timeline => return None,
        };
        value.ok()
    }

    /// The links that are the event's own; those of others to it must be as they were.
    fn links(&mut self, links: Vec<Value>) -> Value {
        let known =
            |link: &Value| self.current.view["links"].as_array().and_then(|all| all.iter().find(|k| *k == link));
        let mut own = Vec::new();
        let mut changed = Vec::new();
        for (position, link) in links.into_iter().enumerate() {
            let is_incoming = link["direction"] == "incoming";
            match known(&link) {
                Some(_) if is_incoming => {}
                None if is_incoming => changed.push(position),
                _ => own.push(self.own_link(link)),
            }
        }
        for position in changed {
            self.read_only(format!("/links/{position}/direction"));
        }
        // Readers are not given a link whose other end is hidden or withdrawn: who does not see it does not take it away.
        let end = |link: &Value| (link["relation"].clone(), link["event"]["id"].clone());
        let shown: Vec<_> = self.current.view["links"].as_array().into_iter().flatten().map(end).collect();
        let stored = self.current.stored["links"].as_array().into_iter().flatten();
        own.extend(stored.filter(|link| !shown.contains(&end(link))).cloned());
        own.into()
    }

    /// The entries of a timeline, and those of events that are hidden or withdrawn, each behind what it stood behind: who does not see
    /// them does not take them away.
    fn entries(&self, mut entries: Vec<Value>) -> Value {
        let list = |document: &Value| document["entries"].as_array().cloned().unwrap_or_default();
        let place = |list: &[Value], entry: &Value| list.iter().position(|one| one["event_id"] == entry["event_id"]);
        let (shown, stored) = (list(self.current.view), list(self.current.stored));
        for (number, entry) in stored.iter().enumerate() {
            if place(&shown, entry).is_none() && place(&entries, entry).is_none() {
                let before = stored[..number].iter().rev().find_map(|before| place(&entries, before));
                entries.insert(before.map_or(0, |before| before + 1), entry.clone());
            }
        }
        entries.into()
    }

    fn own_link(&self, link: Value) -> Value {
        let Value::Object(mut members) = link else {
            return link;
        };
        members.remove("id");
        members.remove("direction");
        if let Some(Value::Object(event)) = members.get_mut("event") {
            let of = |known: &&Value| known["event"].get("id") == event.get("id");
            let known = self.current.view["links"].as_array().and_then(|all| all.iter().find(of));
            if known.is_some_and(|known| known["event"].get("title") == event.get("title")) {
                event.remove("title");
            }
        }
        members.into()
    }
}
