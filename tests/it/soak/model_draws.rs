//! Members and documents drawn at random, for a story that is told over HTTP and by the model.

use serde_json::{Value, json};

use super::model::Story;
use crate::support::model::Id;
use crate::support::model_views::TYPES;

/// What one event may be to another.
pub const RELATIONS: [&str; 4] = ["follows", "response_to", "part_of", "caused_by"];
/// An id that nothing has.
pub const NOBODY: &str = "019c1159-7000-7000-8000-0000000000ff";

impl Story {
    /// A member of a list: mostly one that is there, sometimes one that was, seldom none at all.
    pub fn any(&mut self, list: &str) -> Id {
        let there: Vec<Id> = self.now.there(list).into_iter().cloned().collect();
        let known = self.now.known().into_iter().filter(|(_, member)| member.list == list);
        let known: Vec<Id> = known.map(|(id, _)| id.clone()).collect();
        match self.random.below(200) {
            0 => NOBODY.to_owned(),
            1..10 if !known.is_empty() => self.random.pick(&known).clone(),
            _ if there.is_empty() => NOBODY.to_owned(),
            _ => self.random.pick(&there).clone(),
        }
    }

    /// Up to so many different members of a list, none of which leads to the same as another.
    pub fn some(&mut self, list: &str, most: usize) -> Vec<Id> {
        let mut chosen: Vec<Id> = Vec::new();
        for _ in 0..self.random.below(most + 1) {
            let id = self.any(list);
            if !chosen.iter().any(|other| self.now.survivor(other) == self.now.survivor(&id)) {
                chosen.push(id);
            }
        }
        chosen
    }

    fn external_ids(&mut self) -> Value {
        let id = self.text("x");
        if self.random.chance(30) { json!([{"scheme": "test", "id": id}]) } else { json!([]) }
    }

    pub fn event(&mut self) -> Value {
        let when = format!("2026-0{}-1{}", self.random.between(1, 3), self.random.below(5));
        let when = if self.random.chance(80) { json!({"start": {"edtf": when}}) } else { Value::Null };
        let mut sources = self.some("sources", 2);
        if sources.is_empty() {
            sources.push(self.any("sources"));
        }
        let named = |ids: Vec<Id>| ids.into_iter().map(|id| json!({"id": id})).collect::<Value>();
        let mut actors = json!([]);
        for id in self.some("actors", 3) {
            let role = *self.random.pick(&["organizer", "target"]);
            actors.as_array_mut().expect("a list").push(json!({"actor": {"id": id}, "role": role}));
        }
        let places = self.some("locations", 2).into_iter().map(|id| json!({"location": {"id": id}})).collect::<Value>();
        let mut links: Vec<Value> = Vec::new();
        for id in self.some("events", 2) {
            if self.random.chance(30) {
                links.push(json!({"relation": self.random.pick(&RELATIONS), "event": {"id": id}}));
            }
        }
        let summary = self.random.chance(30).then(|| self.text("Summary"));
        json!({"type": self.random.pick(&TYPES).0, "title": self.text("Event"), "summary": summary, "when": when,
            "places": places, "actors": actors, "campaigns": named(self.some("campaigns", 1)), "sources": named(sources),
            "evidence": [], "links": links, "external_ids": self.external_ids()})
    }

    /// Locations are of three levels, each in one of the level above or in none.
    pub fn entity(&mut self, list: &str) -> Value {
        let name = self.text(list);
        match list {
            "locations" => {
                let (kind, above) =
                    *self.random.pick(&[("country", ""), ("locality", "country"), ("venue", "locality")]);
                let country = (above.is_empty() && self.random.chance(70)).then(|| *self.random.pick(&["US", "DE"]));
                json!({"name": name, "kind": kind, "parent_id": self.location(above), "country": country, "admin1": null,
                    "point": null, "radius_m": null, "time_zone": null, "external_ids": self.external_ids()})
            }
            "actors" => {
                let parent = self.some("actors", 1).pop();
                json!({"name": name, "kind": self.random.pick(&["union", "police"]), "aliases": [], "parent_id": parent,
                    "external_ids": self.external_ids()})
            }
            "sources" => {
                let monitored = self.some("locations", 2).into_iter().map(|id| {
                    json!({"location": {"id": id}, "from": "2026-01-10", "to": null, "categories": ["demonstration"],
                        "issues": [], "note": null})
                });
                let coverage: Vec<Value> = monitored.collect();
                let publisher = *self.random.pick(&["The Courier", "The Herald", "The Wire"]);
                json!({"publisher": publisher, "title": name, "url": null, "kind": "news", "scale": null, "language": null,
                    "published_at": null, "retrieved_at": null, "archive_url": null, "content_hash": null,
                    "syndicated_from": null, "coverage": coverage})
            }
            "campaigns" => json!({"name": name, "aliases": ["Alias"], "description": null, "when": null}),
            _ => {
                json!({"title": name, "description": null, "language": null, "entries": self.entries(), "query": null,
                    "cover": null})
            }
        }
    }

    pub fn location(&mut self, kind: &str) -> Option<Id> {
        let of_kind =
            self.now.there("locations").into_iter().filter(|id| self.now.members[*id].document["kind"] == kind);
        let of_kind: Vec<Id> = of_kind.cloned().collect();
        (!of_kind.is_empty() && self.random.chance(80)).then(|| self.random.pick(&of_kind).clone())
    }

    fn entries(&mut self) -> Value {
        let mut entries = Vec::new();
        for event in self.some("events", 4) {
            let caption = self.random.chance(50).then(|| self.text("Caption"));
            entries.push(json!({"event_id": event, "caption": caption}));
        }
        entries.into()
    }
}
