//! A random sequence of writes, and a simple model of them: every read at every `seq` is what the model says.
//!
//! Members of all six resources are created, changed, withdrawn, restored, merged and split over HTTP, and so are evidence and
//! links on their own. Whatever is refused must leave nothing behind. What the model leaves out, and other tests hold: privacy
//! policies, zones and bounds of dates (days are told apart, and sorted), points, sizes, outcomes, saved queries, the changes
//! that a history lists field by field, sources that were syndicated, imports, and the moments at which things were recorded.

use std::collections::BTreeMap;

use marchline::domain::scope::Scope;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::http::Answer;
use crate::support::model::{Id, Moment, Verdict};
use crate::support::model_documents::listed;
use crate::support::on_both_databases;
use crate::support::random::Random;
use crate::support::soak::{is_long, progress, times};
use crate::support::world::World;

use super::model_draws::{NOBODY, RELATIONS};
use super::model_reads::hold;

/// The resources that are no events, as often as they are drawn: those of which one lies in another more often.
const DRAWN: [&str; 8] =
    ["locations", "locations", "locations", "actors", "actors", "sources", "campaigns", "timelines"];

/// Whoever writes, and what there must be by now.
pub struct Story {
    client: Client,
    pub random: Random,
    pub now: Moment,
    /// All moments, by their numbers.
    moments: Vec<Moment>,
    /// What was asked for so far, which makes names and reasons that are told apart.
    counter: usize,
    refused: usize,
    kinds: BTreeMap<&'static str, usize>,
}

fn id_of(answer: &Answer) -> Id {
    let place = answer.header("location").unwrap_or_default();
    place.rsplit('/').next().unwrap_or_default().to_owned()
}

impl Story {
    fn begin(world: &World) -> Self {
        let now = Moment::default();
        let mut story = Self {
            client: Client::of(world, &[Scope::Write]),
            random: Random::new(),
            moments: vec![now.clone()],
            now,
            counter: 0,
            refused: 0,
            kinds: BTreeMap::new(),
        };
        for list in ["sources", "locations", "locations", "locations", "actors", "campaigns"] {
            for _ in 0..2 {
                story.create_entity(list);
            }
        }
        for _ in 0..8 {
            story.create_event();
        }
        story
    }

    /// Writes something, or tries to.
    fn write(&mut self) {
        match self.random.below(100) {
            0..19 => self.create_event(),
            19..26 => {
                let list = *self.random.pick(&DRAWN);
                self.create_entity(list);
            }
            26..44 => self.change(),
            44..53 => self.retract(),
            53..61 => self.restore(),
            61..71 => self.merge(),
            71..76 => self.split(),
            76..84 => self.evidence(),
            84..92 => self.link(),
            _ => self.ask_for_nonsense(),
        }
    }

    fn reason(&mut self) -> String {
        self.counter += 1;
        format!("because-{}", self.counter)
    }

    pub fn text(&mut self, what: &str) -> String {
        self.counter += 1;
        format!("{what} {}", self.counter)
    }

    /// Holds an answer against what the model makes of the same request. Where it was accepted, that is the next moment.
    fn settle(&mut self, done: &'static str, status: u16, answer: &Answer, verdict: Verdict) {
        let expected = verdict.as_ref().map_or_else(|refused| *refused, |_| status);
        assert_eq!(answer.status, expected, "{done} behind {}: {}", self.now.seq, answer.body);
        match verdict {
            Ok(next) => {
                *self.kinds.entry(done).or_default() += 1;
                if next.seq > self.now.seq {
                    self.moments.push(next.clone());
                }
                self.now = next;
            }
            Err(_) => self.refused += 1,
        }
        let newest = answer.header("dataset-revision").expect("a revision");
        let (_, newest) = newest.split_once('.').expect("an epoch and an operation");
        assert_eq!(newest, self.now.seq.to_string(), "{done}: {} {}", answer.status, answer.body);
    }

    fn list_of(&self, id: &str) -> &'static str {
        self.now.members.get(id).map_or("events", |member| member.list)
    }

    fn place(&self, id: &str) -> String {
        format!("/v1/{}/{id}", self.list_of(id))
    }

    /// A validator that a member's newest version has, or one that any has.
    fn etag(&mut self, id: &str) -> String {
        if self.random.chance(50) && self.now.is_there(id) {
            self.client.get(&self.place(id)).1
        } else {
            "*".to_owned()
        }
    }

    fn create_event(&mut self) {
        let (reason, document) = (self.reason(), self.event());
        let answer = self.client.post(&format!("/v1/events?reason={reason}"), &document);
        let verdict = self.now.create("events", &id_of(&answer), None, &document, &reason);
        self.settle("created an event", 201, &answer, verdict);
    }

    fn create_entity(&mut self, list: &'static str) {
        let (reason, document) = (self.reason(), self.entity(list));
        let mut sent = document.clone();
        // Some ask for a slug that is taken.
        let slug = format!("slug-{}", if self.random.chance(5) { self.random.below(20) } else { self.counter });
        sent["slug"] = json!(slug);
        let answer = self.client.post(&format!("/v1/{list}?reason={reason}"), &sent);
        let verdict = self.now.create(list, &id_of(&answer), Some(&slug), &document, &reason);
        self.settle("created another member", 201, &answer, verdict);
    }

    /// Sends a patch of some members, or what was read with other members.
    fn change(&mut self) {
        let list = if self.random.chance(50) { "events" } else { *self.random.pick(&DRAWN) };
        let id = self.any(list);
        let list = self.list_of(&id);
        let mut fresh = if list == "events" { self.event() } else { self.entity(list) };
        // Which level a location is of stays, and what lies in what has another test where it would not fit.
        if list == "locations" {
            let parent = self.now.members[&id].document["kind"].clone();
            let above = if parent == "venue" {
                "locality"
            } else if parent == "locality" {
                "country"
            } else {
                ""
            };
            fresh["parent_id"] = json!(self.location(above));
        }
        let names: Vec<String> = fresh.as_object().expect("members").keys().cloned().collect();
        let may_change = |name: &String| !["kind", "evidence", "links", "country"].contains(&name.as_str());
        let names: Vec<String> = names.into_iter().filter(may_change).collect();
        let names = self.random.some(&names, 3);
        let patch: Value = names.iter().map(|name| (name.clone(), fresh[name].clone())).collect();
        let (reason, place, etag) = (self.reason(), self.place(&id), self.etag(&id));
        let target = format!("{place}?reason={reason}");
        let answer = if self.random.chance(50) && self.now.is_there(&id) {
            let mut whole = self.client.get(&place).0;
            for (name, value) in patch.as_object().expect("members") {
                whole[name] = value.clone();
            }
            self.client.put(&target, &etag, &whole)
        } else {
            self.client.patch(&target, &etag, &patch)
        };
        let verdict = self.now.change(&id, &reason, |document| {
            for name in &names {
                document[name] = fresh[name].clone();
            }
        });
        self.settle("changed", 200, &answer, verdict);
    }

    fn any_member(&mut self, events: usize) -> Id {
        let list = if self.random.chance(events) { "events" } else { *self.random.pick(&DRAWN) };
        self.any(list)
    }

    fn retract(&mut self) {
        let id = self.any_member(50);
        let (reason, etag) = (self.reason(), self.etag(&id));
        let answer = self.client.delete(&format!("{}?reason={reason}", self.place(&id)), &etag);
        let verdict = self.now.retract(&id, &reason);
        self.settle("withdrew", 204, &answer, verdict);
    }

    fn restore(&mut self) {
        let withdrawn = self.now.known().into_iter().filter(|(id, _)| !self.now.is_there(id));
        let withdrawn: Vec<Id> = withdrawn.map(|(id, _)| id.clone()).collect();
        let is_any = withdrawn.is_empty() || self.random.chance(10);
        let id = if is_any { self.any_member(50) } else { self.random.pick(&withdrawn).clone() };
        let reason = self.reason();
        let answer = self.client.send("POST", &format!("{}/restore?reason={reason}", self.place(&id)), &[]);
        let verdict = self.now.restore(&id, &reason);
        self.settle("restored", 200, &answer, verdict);
    }

    fn merge(&mut self) {
        let id = self.any_member(50);
        let list = self.list_of(&id);
        let mut into = self.any(list);
        // Of locations only those of one level are merged: what lies in them would not fit otherwise.
        let kind = |id: &str| self.now.members.get(id).map(|member| member.document["kind"].clone());
        if list == "locations" && kind(&id) != kind(&into) {
            into.clone_from(&id);
        }
        let reason = self.reason();
        let answer = self.client.post(&format!("{}/merge?reason={reason}", self.place(&id)), &json!({"into": into}));
        let verdict = self.now.merge(&id, &into, &reason);
        self.settle("merged", 200, &answer, verdict);
    }

    fn split(&mut self) {
        let (id, reason) = (self.any("events"), self.reason());
        let number = self.random.between(1, 3);
        let documents: Vec<Value> = (0..number).map(|_| self.event()).collect();
        let target = format!("{}/split?reason={reason}", self.place(&id));
        let answer = self.client.post(&target, &json!({"parts": documents}));
        let made = if answer.status == 200 { answer.json() } else { Value::Null };
        // Where it was refused any ids do.
        let part = |(number, document)| {
            let given = made["data"][number]["id"].as_str().map(str::to_owned);
            (given.unwrap_or_else(|| format!("part {number}")), document)
        };
        let parts: Vec<(Id, Value)> = documents.into_iter().enumerate().map(part).collect();
        let verdict = self.now.split(&id, &parts, &reason);
        self.settle("split", 200, &answer, verdict);
    }

    /// Adds evidence to an event, changes a piece of it or takes it out.
    fn evidence(&mut self) {
        let (event, reason) = (self.any("events"), self.reason());
        let known = self.now.members.get(&event).map(|event| listed(&event.document, "evidence").to_vec());
        let known = known.filter(|list| !list.is_empty() && self.random.chance(50));
        let target = format!("{}/evidence", self.place(&event));
        let (source, value) = (self.any("sources"), self.text("Value"));
        let about = self.some("actors", 1).pop().map(|id| json!({"id": id}));
        let field = if about.is_some() { "actors" } else { "size" };
        let mut item = json!({"source": {"id": source}, "field": field, "ref": about, "value": value});
        let Some(known) = known else {
            let answer = self.client.post(&format!("{target}?reason={reason}"), &item);
            item["id"] = json!(id_of(&answer));
            let verdict =
                self.now.change(&event, &reason, |event| event["evidence"].as_array_mut().expect("a list").push(item));
            return self.settle("added evidence", 201, &answer, verdict);
        };
        let position = self.random.below(known.len());
        let target = format!("{target}/{}?reason={reason}", known[position]["id"].as_str().expect("an id"));
        let etag = self.etag(&event);
        if self.random.chance(50) {
            let answer = self.client.patch(&target, &etag, &json!({"value": value}));
            let verdict = self.now.change(&event, &reason, |event| event["evidence"][position]["value"] = json!(value));
            self.settle("changed evidence", 200, &answer, verdict);
        } else {
            let answer = self.client.delete(&target, &etag);
            let verdict = self.now.change(&event, &reason, |event| {
                event["evidence"].as_array_mut().expect("a list").remove(position);
            });
            self.settle("took evidence out", 204, &answer, verdict);
        }
    }

    /// Links an event to another, or takes a link away.
    fn link(&mut self) {
        let (event, reason) = (self.any("events"), self.reason());
        let target = format!("{}/links", self.place(&event));
        let known = self.now.members.get(&event).map(|event| listed(&event.document, "links").to_vec());
        let known = known.filter(|list| !list.is_empty() && self.now.is_there(&event) && self.random.chance(40));
        let Some(known) = known else {
            let link = json!({"relation": self.random.pick(&RELATIONS), "event": {"id": self.any("events")}});
            let answer = self.client.post(&format!("{target}?reason={reason}"), &link);
            let verdict =
                self.now.change(&event, &reason, |event| event["links"].as_array_mut().expect("a list").push(link));
            return self.settle("linked", 201, &answer, verdict);
        };
        let link = self.random.pick(&known).clone();
        // A link whose other end cannot be seen has no address.
        let read = self.client.get(&format!("{}?include=links", self.place(&event))).0;
        let of = |link: &Value| json!([link["relation"], link["event"]["id"]]);
        let shown = listed(&read, "links").iter().find(|one| one["direction"] == "outgoing" && of(one) == of(&link));
        let Some(shown) = shown else { return };
        let target = format!("{target}/{}?reason={reason}", shown["id"].as_str().expect("an id"));
        let answer = self.client.delete(&target, "*");
        let verdict = self.now.change(&event, &reason, |event| {
            event["links"].as_array_mut().expect("a list").retain(|one| of(one) != of(&link));
        });
        self.settle("took a link away", 204, &answer, verdict);
    }

    /// What is refused whatever there is.
    fn ask_for_nonsense(&mut self) {
        let list = if self.random.chance(50) { "events" } else { *self.random.pick(&DRAWN) };
        let there: Vec<Id> = self.now.there(list).into_iter().cloned().collect();
        if there.is_empty() {
            return;
        }
        let id: &Id = self.random.pick(&there);
        let place = format!("/v1/{list}/{id}");
        let patch = json!({"title": "Never", "name": "Never"});
        let (status, answer) = match self.random.below(8) {
            0 => (428, self.client.send_json("PATCH", &place, &[], &patch)),
            1 => (428, self.client.send("DELETE", &place, &[])),
            2 => (412, self.client.patch(&place, "\"999.1-0\"", &patch)),
            3 => (412, self.client.delete(&place, "\"999.1-0\"")),
            4 => (412, self.client.put(&place, "\"999.1-0\"", &patch)),
            5 => (422, self.client.patch(&place, "*", &json!({"unknown": 1}))),
            6 => (422, self.client.post(&format!("/v1/{list}"), &json!({"type": "picnic"}))),
            _ => (422, self.client.post(&format!("{place}/merge"), &json!({"into": NOBODY}))),
        };
        self.settle("asked for nonsense", 0, &answer, Err(status));
    }
}

on_both_databases! {
    fn every_read_at_every_moment_is_what_a_simple_model_says(world: World) {
        let mut story = Story::begin(&world);
        let mut reader = story.random.fork();
        let writes = times(120, 2_000);
        for number in 1..=writes {
            story.write();
            // As it is now, and a moment before, while there is more to come.
            if reader.chance(times(10, 5)) {
                hold(&world, &story.moments, &story.now, &mut reader);
                let past = reader.pick(&story.moments);
                hold(&world, &story.moments, past, &mut reader);
            }
            if number % 100 == 0 {
                progress(|| format!("{number} of {writes} writes, {} refused", story.refused));
            }
        }
        let last = story.moments.len() - 1;
        for (seq, moment) in story.moments.iter().enumerate() {
            // A sample, since each is read in many ways; the newest, which most ask for, in any case.
            if seq == last || reader.chance(times(30, 20)) {
                hold(&world, &story.moments, moment, &mut reader);
                progress(|| format!("{seq} of {last} moments"));
            }
        }
        // In a short story chance may leave something out.
        if is_long() {
            assert!(story.refused > writes / 30, "only {} writes were refused", story.refused);
            assert_eq!(story.kinds.len(), 12, "{:?}", story.kinds);
        }
    }
}
