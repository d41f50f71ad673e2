//! What readers of the model are given at a moment.

use serde_json::{Value, json};

use super::model::{Id, Member, Moment, Standing};
use super::model_documents::listed;

/// What is asked of all events.
pub type Filter<'a> = (&'a str, &'a str);

/// A type and its category.
pub const TYPES: [(&str, &str); 4] =
    [("rally", "demonstration"), ("march", "demonstration"), ("raid", "enforcement"), ("curfew", "policing")];

impl Moment {
    /// The events that match, the newest first, and of one day the one that was created last; those without a day come last.
    pub fn events(&self, filter: Option<Filter<'_>>) -> Vec<&Id> {
        let mut found = self.there("events");
        found.retain(|id| filter.is_none_or(|filter| self.matches(id, filter)));
        let key = |id: &&Id| {
            let event = &self.members[*id];
            (event.document["when"]["start"]["edtf"].as_str(), event.number)
        };
        found.sort_by_key(key);
        found.reverse();
        found
    }

    fn matches(&self, id: &str, (name, value): Filter<'_>) -> bool {
        let event = &self.members[id].document;
        let meant = self.survivor(value);
        let named = |list: &str, pointer: &str| {
            let ids = listed(event, list).iter().map(|item| item.pointer(pointer).and_then(Value::as_str));
            ids.flatten().map(str::to_owned).collect::<Vec<_>>()
        };
        let is_named = |list, pointer| named(list, pointer).iter().any(|id| id == meant);
        match name {
            "type" => event["type"] == value,
            "actor" => is_named("actors", "/actor/id"),
            "source" => is_named("sources", "/id"),
            "campaign" => is_named("campaigns", "/id"),
            "location" => named("places", "/location/id").iter().any(|place| self.line(place).contains(&meant)),
            "actor_within" => named("actors", "/actor/id").iter().any(|actor| self.line(actor).contains(&meant)),
            "country" => named("places", "/location/id").iter().any(|place| self.country(place) == value),
            "linked_to" => meant != id && self.links_of(id).iter().any(|(from, _, to)| *from == meant || *to == meant),
            "has" if value == "links" => !self.links_of(id).is_empty(),
            "has" if value == "evidence" => !listed(event, "evidence").is_empty(),
            _ => panic!("{name} is no filter of the model"),
        }
    }

    /// A member's document as readers are given it: all but the moments at which it was recorded, and of dates the text alone.
    pub fn view(&self, id: &str) -> Value {
        let member = &self.members[id];
        let mut view = member.document.clone();
        view["id"] = json!(id);
        view["revision"] = json!(member.versions.len());
        view["seq"] = json!(member.versions.last().map(|version| version.seq));
        if let Some(slug) = &member.slug {
            view["slug"] = json!(slug);
        }
        let counted = match member.list {
            "events" => {
                self.tell_event(&mut view, id);
                return view;
            }
            "timelines" => {
                let entries = listed(&member.document, "entries").iter();
                let seen = entries.filter(|entry| entry["event_id"].as_str().is_some_and(|id| self.is_there(id)));
                view["entries"] = seen.cloned().collect();
                view["event_count"] = json!(listed(&view, "entries").len());
                return view;
            }
            "locations" => {
                view["path"] = self.path(id);
                view["country"] = self.country(id);
                "location"
            }
            "sources" => {
                for entry in view["coverage"].as_array_mut().expect("a list") {
                    entry["location"] = self.location(entry["location"]["id"].as_str().expect("an id"));
                }
                "source"
            }
            list => list.trim_end_matches('s'),
        };
        // By the id itself, which leads on where there was a merge; members that are there have not ceased.
        view["event_count"] = json!(self.events(Some((counted, id))).len());
        view
    }

    fn tell_event(&self, view: &mut Value, id: &str) {
        let category = TYPES.iter().find(|(code, _)| view["type"] == *code).map(|(_, category)| *category);
        let rest = json!({"category": category, "tactics": [], "status": "happened", "verification_by": "rule",
            "language": null, "issues": [], "demands": [], "size": null, "outcomes": null, "privacy": null});
        for (name, value) in rest.as_object().expect("members") {
            view[name] = value.clone();
        }
        let at = |item: &Value, pointer: &str| item.pointer(pointer).and_then(Value::as_str).expect("an id").to_owned();
        let each = |list: &str, told: &dyn Fn(&Value) -> Value| -> Value {
            listed(&self.members[id].document, list).iter().map(told).collect()
        };
        view["places"] = each("places", &|place| {
            let location = self.location(&at(place, "/location/id"));
            json!({"precision": location["kind"], "location": location, "role": "site", "point": null, "radius_m": null})
        });
        view["actors"] = each(
            "actors",
            &|part| json!({"actor": self.name(&at(part, "/actor/id"), &["name", "kind"]), "role": part["role"]}),
        );
        view["campaigns"] = each("campaigns", &|named| self.name(&at(named, "/id"), &["name"]));
        view["sources"] = each("sources", &|named| self.source(&at(named, "/id")));
        view["evidence"] = each("evidence", &|item| {
            let about = item["ref"]["id"].as_str().map(|id| self.name(id, &["name"]));
            json!({"id": item["id"], "source": self.source(&at(item, "/source/id")), "field": item["field"], "ref": about,
                "value": item["value"], "quote": null, "locator": null, "confidence": null, "attributed_to": null,
                "disputes": null})
        });
        let mut links: Vec<Value> = Vec::new();
        for (subject, relation, object) in self.links_of(id) {
            let (direction, other) = if subject == id { ("outgoing", object) } else { ("incoming", subject) };
            let event = json!({"id": other, "title": self.members[other].document["title"]});
            links.push(json!({"relation": relation, "direction": direction, "event": event, "confidence": null,
                "evidence_id": null}));
        }
        view["links"] = sorted(links);
    }

    /// A member as others name it, whatever became of it since.
    fn name(&self, id: &str, members: &[&str]) -> Value {
        let member = &self.members[id];
        let mut name = json!({"id": id, "slug": member.slug});
        for key in members {
            name[*key] = member.document[*key].clone();
        }
        name
    }

    fn location(&self, id: &str) -> Value {
        let mut location = self.name(id, &["name", "kind"]);
        location["country"] = self.country(id);
        (location["admin1"], location["path"]) = (Value::Null, self.path(id));
        location
    }

    fn source(&self, id: &str) -> Value {
        let source = &self.members[id].document;
        json!({"id": id, "publisher": source["publisher"], "title": source["title"], "url": source["url"]})
    }

    fn path(&self, id: &str) -> Value {
        self.line(id).into_iter().skip(1).rev().map(|id| self.name(id, &["name", "kind"])).collect()
    }

    fn country(&self, id: &str) -> Value {
        let line = self.line(id).into_iter().map(|id| &self.members[id].document["country"]);
        line.into_iter().find(|country| !country.is_null()).cloned().unwrap_or_default()
    }

    /// The neighbourhood of an event: its links and those among the events that it is linked with.
    pub fn neighbourhood(&self, id: &str) -> Value {
        let mut nodes = vec![id];
        nodes.extend(self.links_of(id).into_iter().flat_map(|(subject, _, object)| [subject, object]));
        nodes.sort_unstable();
        nodes.dedup();
        let mut edges = Vec::new();
        for (from, relation, to) in nodes.iter().flat_map(|id| self.links_of(id)) {
            let edge = json!({"from": from, "to": to, "relation": relation, "confidence": null});
            if nodes.contains(&from) && nodes.contains(&to) && !edges.contains(&edge) {
                edges.push(edge);
            }
        }
        let node = |id: &&str| {
            let event = &self.members[*id].document;
            json!({"id": id, "type": event["type"], "title": event["title"]})
        };
        json!({"nodes": sorted(nodes.iter().map(node).collect()), "edges": sorted(edges)})
    }

    /// The history of a member.
    pub fn history(&self, id: &str) -> Value {
        let versions = self.members[id].versions.iter().enumerate();
        let told = versions.map(|(position, version)| {
            json!({"revision": position + 1, "seq": version.seq, "kind": version.kind, "reason": version.reason,
                "source": null, "by": "The desk"})
        });
        told.collect()
    }

    /// What readers are told in the place of a member, if it is not there: the status, and what the answer must hold.
    pub fn ceased<'a>(&'a self, id: &'a str) -> Option<(u16, Vec<&'a str>)> {
        let Some(member) = self.members.get(id) else {
            return Some((404, vec![]));
        };
        match &member.standing {
            Standing::There => None,
            Standing::Withdrawn => Some((410, vec![reason(member)])),
            Standing::Merged(_) => Some((301, vec![self.survivor(id)])),
            Standing::Split(parts) => Some((410, parts.iter().map(|part| self.survivor(part)).collect())),
        }
    }
}

fn reason(member: &Member) -> &str {
    member.versions.last().map_or("", |version| &version.reason)
}

/// A list whose order says nothing.
pub fn sorted(mut items: Vec<Value>) -> Value {
    items.sort_by_key(Value::to_string);
    items.into()
}
