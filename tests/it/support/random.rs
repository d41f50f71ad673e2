//! Random but valid documents and corrections of them, from a seed. A test that fails prints its seed; with that in
//! `TEST_SEED` it runs again as it did.

use std::collections::HashSet;

use chrono::{Days, NaiveDate};
use marchline::domain::grounds::Grounds;
use marchline::domain::resource::Resource;
use marchline::domain::vocabulary::{
    ActorKind, ActorRole, Confidence, EventStatus, EventType, LinkRelation, PlaceRole, SourceKind, SourceScale, Stance,
};
use marchline::domain::{count::CountState, size::SizeBasis};
use marchline::node::operation::{Command, Operation};
use serde_json::{Value, json};
use uuid::Uuid;

use marchline::store::connection::DatabaseUrl;

use super::world::{Backend, World};

/// Random numbers (splitmix64), reproducible from their seed.
pub struct Random {
    seed: u64,
    state: u64,
}

impl Random {
    /// Numbers from `TEST_SEED`, else from a fresh seed.
    pub fn new() -> Self {
        let given = std::env::var("TEST_SEED").ok().map(|text| text.parse().expect("TEST_SEED is a number"));
        let seed = given.unwrap_or_else(|| Uuid::new_v4().as_u64_pair().0);
        Self { seed, state: seed }
    }

    /// Numbers that do not disturb this sequence, for another thread or a second source of randomness.
    pub fn fork(&mut self) -> Self {
        Self { seed: self.seed, state: self.number() }
    }

    /// A number of 64 bits.
    pub fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.number() % u64::try_from(n).expect("a number")).expect("a number")
    }

    /// A number within the bounds, both included.
    pub fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// True in so many of a hundred cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// Up to `most` different items.
    pub fn some<T: Clone + PartialEq>(&mut self, items: &[T], most: usize) -> Vec<T> {
        let mut chosen: Vec<T> = Vec::new();
        for _ in 0..self.below(most + 1) {
            let item = self.pick(items).clone();
            if !chosen.contains(&item) {
                chosen.push(item);
            }
        }
        chosen
    }

    /// An id of version 7, from these numbers alone.
    pub fn id(&mut self) -> Uuid {
        let (high, low) = (self.number(), self.number());
        Uuid::from_u64_pair(0x019c_1159_0000_7000 | (high & 0x0000_0000_ffff_0fff), 0x8000_0000_0000_0000 | (low >> 2))
    }
}

impl Drop for Random {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("to run this test as it ran now: TEST_SEED={}", self.seed);
        }
    }
}

/// Which database a world is on.
pub fn backend_of(world: &World) -> Backend {
    match world.database.parsed() {
        DatabaseUrl::Sqlite(_) => Backend::Sqlite,
        DatabaseUrl::Postgres(_) => Backend::Postgres,
    }
}

/// A document as a line of a file to import.
pub fn line((resource, document): &Item) -> String {
    json!({"resource": resource.code(), "document": document}).to_string()
}

/// A document with what it is.
pub type Item = (Resource, Value);

/// Makes documents that refer to each other.
pub struct Generator {
    pub random: Random,
    pub locations: Vec<String>,
    pub actors: Vec<String>,
    pub sources: Vec<String>,
    pub campaigns: Vec<String>,
    /// The events that exist, as they were last put.
    pub events: Vec<Value>,
    /// Events that are withdrawn and could come back.
    withdrawn: Vec<Uuid>,
    entities: Vec<Item>,
    counter: usize,
}

pub const ZONES: [&str; 4] = ["America/Los_Angeles", "Europe/Berlin", "Asia/Kolkata", "America/New_York"];
pub const ISSUES: [&str; 5] = ["immigration", "labour", "housing", "climate", "civil-rights"];
const TYPES: [&str; 8] = ["rally", "march", "strike", "clash", "dispersal_order", "raid", "directive", "statement"];
const WORDS: [&str; 11] = [
    "Plaza",
    "“sí, se puede”",
    "Ñandú",
    "day of action",
    "北京",
    "rally",
    "O’Brien",
    "& <b>",
    "Inmigración",
    "inmigrantes",
    "marching",
];

fn code(random: &mut Random, codes: &[&str]) -> Value {
    Value::from(*random.pick(codes))
}

impl Generator {
    pub fn new(random: Random) -> Self {
        Self {
            random,
            locations: vec![],
            actors: vec![],
            sources: vec![],
            campaigns: vec![],
            events: vec![],
            withdrawn: vec![],
            entities: vec![],
            counter: 0,
        }
    }

    fn text(&mut self) -> String {
        self.counter += 1;
        format!("{} {} {}", self.random.pick(&WORDS), self.random.pick(&WORDS), self.counter)
    }

    fn point(&mut self) -> Value {
        let tenth = |n: usize| f64::from(i32::try_from(n).expect("a small number")) / 10.0;
        let (lat, lon) = (tenth(self.random.below(1_800)) - 90.0, tenth(self.random.below(3_600)) - 180.0);
        json!({"lat": lat, "lon": lon})
    }

    /// A tree of locations, actors with parents, sources and campaigns, in an order in which they can be put.
    pub fn entities(&mut self) -> Vec<Item> {
        let before = self.entities.len();
        for (position, country) in ["US", "DE", "IN", ""].into_iter().enumerate() {
            self.branch(position, country);
        }
        let kinds = ["agency", "police", "union", "informal_group", "organization"];
        for n in 0..8 {
            let slug = format!("actor-{n}");
            let parent = (n > 1 && self.random.chance(60)).then(|| self.random.pick(&self.actors).clone());
            let actor = json!({"id": self.random.id(), "slug": slug, "name": self.text(), "kind": code(&mut self.random, &kinds),
                "aliases": self.random.some(&WORDS, 2), "parent_id": parent,
                "external_ids": [{"scheme": "test", "id": slug}]});
            self.actors.push(slug);
            self.entities.push((Resource::Actor, actor));
        }
        for n in 0..4 {
            let slug = format!("source-{n}");
            let from = (n > 1 && self.random.chance(50)).then(|| self.random.pick(&self.sources).clone());
            let locations = self.locations.clone();
            let monitored = self.random.some(&locations, 2).into_iter();
            let monitored: Vec<Value> = monitored.map(|place| self.monitored(&place)).collect();
            let source = json!({"id": self.random.id(), "slug": slug, "coverage": monitored, "publisher": self.text(),
                "title": self.random.chance(50).then_some("A report"), "url": format!("https://example.org/{n}?a=b&c"),
                "kind": code(&mut self.random, SourceKind::CODES), "scale": code(&mut self.random, SourceScale::CODES), "language": "en",
                "published_at": if self.random.chance(50) { "2026-01-31" } else { "2026-01-31T10:00:00+01:00" },
                "retrieved_at": null, "archive_url": null, "content_hash": "sha256:00", "syndicated_from": from});
            self.sources.push(slug);
            self.entities.push((Resource::Source, source));
        }
        for n in 0..3 {
            let slug = format!("campaign-{n}");
            let campaign = json!({"id": self.random.id(), "slug": slug, "name": self.text(), "aliases": self.random.some(&WORDS, 2),
                "description": self.text(), "when": self.when()});
            self.campaigns.push(slug);
            self.entities.push((Resource::Campaign, campaign));
        }
        self.entities[before..].to_vec()
    }

    fn monitored(&mut self, place: &str) -> Value {
        let from = self.day();
        let to = self.random.chance(50).then(|| self.day().max(from));
        json!({"location": {"id": place}, "from": from, "to": to, "issues": self.random.some(&["labour", "housing"], 1),
            "categories": if self.random.chance(50) { json!(["demonstration", "policing"]) } else { json!([]) },
            "note": self.random.chance(30).then(|| self.text())})
    }

    /// A country and what lies in it.
    fn branch(&mut self, position: usize, country: &str) {
        let zone = ZONES[position];
        let top = format!("country-{position}");
        let code = (!country.is_empty()).then_some(country);
        self.location(&top, "country", None, json!({"country": code, "time_zone": (position == 2).then_some(zone)}));
        for n in 0..2 {
            let admin1 = format!("admin-{position}-{n}");
            let code = code.map(|country| format!("{country}-{n}A"));
            let more = json!({"admin1": code, "time_zone": (n == 0).then_some(zone)});
            self.location(&admin1, "admin1", Some(&top), more);
            let city = format!("city-{position}-{n}");
            self.location(&city, "locality", Some(&admin1), json!({}));
            let venue = format!("venue-{position}-{n}");
            let kind = *self.random.pick(&["venue", "neighbourhood"]);
            self.location(&venue, kind, Some(&city), json!({"radius_m": 50.5}));
        }
    }

    fn location(&mut self, slug: &str, kind: &str, parent: Option<&str>, more: Value) {
        let mut location =
            json!({"id": self.random.id(), "slug": slug, "name": self.text(), "kind": kind, "parent_id": parent});
        if self.random.chance(60) {
            location["point"] = self.point();
        }
        for (name, value) in more.as_object().expect("members") {
            location[name] = value.clone();
        }
        self.locations.push(slug.to_owned());
        self.entities.push((Resource::Location, location));
    }

    fn day(&mut self) -> NaiveDate {
        let first = NaiveDate::from_ymd_opt(2025, 10, 20).expect("a day");
        first + Days::new(u64::try_from(self.random.below(120)).expect("a number"))
    }

    fn when(&mut self) -> Value {
        let day = self.day();
        let later = day + Days::new(u64::try_from(self.random.between(1, 20)).expect("a number"));
        let time = format!("T{:02}:{:02}:00", self.random.below(24), self.random.below(60));
        let zone = self.random.chance(50).then(|| *self.random.pick(&ZONES));
        let month = day.format("%Y-%m");
        let (start, end) = match self.random.below(17) {
            0 => return Value::Null,
            1..4 => (day.to_string(), None),
            4 => (month.to_string(), None),
            5 => (day.format("%Y").to_string(), None),
            6..8 => (format!("{day}{time}"), None),
            8 => (format!("{day}{time}Z"), None),
            9 => (format!("{day}{time}-05:00"), None),
            10 => (format!("{day}{}", self.random.pick(&["?", "~", "%"])), None),
            11 => (format!("{month}{}", self.random.pick(&["?", "~", "%"])), None),
            12 => (format!("[{day}..{later}]"), None),
            13 => (format!("[..{day}]"), Some(later.to_string())),
            14 => (format!("{day}/{later}"), None),
            15 => (day.to_string(), Some(later.to_string())),
            _ => (format!("{day}{time}"), Some(format!("[{later}..]"))),
        };
        let edge = |edtf: String| json!({"edtf": edtf});
        json!({"start": edge(start), "end": end.map(edge), "time_zone": zone})
    }

    fn count(&mut self) -> Value {
        let low = self.random.below(50);
        match self.random.below(6) {
            0 => Value::Null,
            1 => json!({"state": CountState::CODES[0]}),
            2 => json!({"state": "some"}),
            3 => json!({"state": "some", "low": low + 1}),
            4 => json!({"state": "number", "low": low}),
            _ => json!({"state": "number", "low": low, "high": low + 5}),
        }
    }

    fn groups(&mut self) -> Value {
        let mut groups = json!({});
        for name in ["participants", "police", "others", "unspecified"] {
            if self.random.chance(50) {
                groups[name] = self.count();
            }
        }
        groups
    }

    fn size(&mut self) -> Value {
        let low = self.random.below(20_000);
        let mut size = match self.random.below(8) {
            0 => json!({"text": "hundreds of people", "rule": "ccc"}),
            1 => json!({"low": low, "high": low + 100, "best": low + 50}),
            2 => json!({"low": low, "text": "more than that"}),
            3 => json!({"best": low}),
            4 => json!({"high": low}),
            5 => json!({"low": low, "high": low + 100}),
            6 => json!({"high": low + 100, "best": low}),
            _ => json!({"text": "a crowd"}),
        };
        size["basis"] = code(&mut self.random, SizeBasis::CODES);
        size
    }

    fn places(&mut self) -> Vec<Value> {
        let locations = self.locations.clone();
        let mut places = Vec::new();
        for slug in self.random.some(&locations, 3) {
            let mut place = json!({"location": {"id": slug}, "role": code(&mut self.random, PlaceRole::CODES)});
            if self.random.chance(30) {
                place["point"] = self.point();
                place["radius_m"] = json!(self.random.chance(50).then_some(25));
            }
            if self.random.chance(20) {
                place["precision"] = Value::from(*self.random.pick(&["admin1", "admin2", "country", "locality"]));
            }
            places.push(place);
        }
        places
    }

    fn evidence(&mut self) -> Vec<Value> {
        let mut evidence: Vec<Value> = Vec::new();
        for _ in 0..self.random.below(3) {
            let (field, about) = match self.random.below(4) {
                0 => ("actors", Some(self.random.pick(&self.actors).clone())),
                1 => ("places", Some(self.random.pick(&self.locations).clone())),
                2 => ("size", None),
                _ => ("when", None),
            };
            let disputes = evidence.last().filter(|_| self.random.chance(50)).map(|other| other["id"].clone());
            let confidence = self.random.chance(50).then(|| *self.random.pick(Confidence::CODES));
            evidence.push(
                json!({"id": self.random.id(), "source": {"id": self.random.pick(&self.sources)}, "field": field,
                "ref": about.map(|slug| json!({"id": slug})), "value": {"low": 3.5, "list": [1, null, "x"]},
                "quote": self.text(), "locator": self.random.chance(50).then_some("p. 3"), "confidence": confidence,
                "attributed_to": self.random.chance(30).then_some("police"), "disputes": disputes}),
            );
        }
        evidence
    }

    fn links(&mut self, but: &str) -> Vec<Value> {
        let mut links: Vec<Value> = Vec::new();
        for _ in 0..self.random.below(3) {
            if self.events.is_empty() {
                break;
            }
            let other = self.random.pick(&self.events)["id"].clone();
            // One link of a relation between two events; to have one event once is enough.
            if other != but && links.iter().all(|link| link["event"]["id"] != other) {
                links.push(json!({"relation": code(&mut self.random, LinkRelation::CODES), "event": {"id": other},
                    "confidence": self.random.chance(50).then_some("in_part")}));
            }
        }
        links
    }

    fn privacy(&mut self) -> Value {
        let place = self.random.chance(60).then(|| *self.random.pick(&["locality", "admin1", "country"]));
        let time = self.random.chance(50).then(|| *self.random.pick(&["day", "month"]));
        json!({"place": place, "time": time, "embargo": self.random.chance(20), "reason": "Their safety.",
            "public_title": self.random.chance(50).then_some("Something"), "public_summary": null})
    }

    /// Random members of an event: each is there more often than not.
    fn members(&mut self, id: &str) -> Value {
        let (actors, issues) = (self.actors.clone(), self.random.some(&ISSUES, 3));
        let (sources, campaigns) = (self.sources.clone(), self.campaigns.clone());
        let mut sources = self.random.some(&sources, 3);
        if sources.is_empty() {
            sources.push(self.random.pick(&self.sources).clone());
        }
        let named = |slugs: Vec<String>| slugs.into_iter().map(|slug| json!({"id": slug})).collect::<Vec<_>>();
        let event_type = if self.random.chance(80) { &TYPES[..] } else { EventType::CODES };
        let mut participations = Vec::new();
        for slug in self.random.some(&actors, 3) {
            let roles =
                if self.random.chance(70) { &["target", "organizer", "participant"][..] } else { ActorRole::CODES };
            participations.push(json!({"actor": {"id": slug}, "role": code(&mut self.random, roles)}));
        }
        let mut event = json!({"id": id, "type": code(&mut self.random, event_type), "title": self.text(), "sources": named(sources)});
        let mut member = |name: &str, value: Value, keep: bool| {
            if keep {
                event[name] = value;
            }
        };
        let status = code(&mut self.random, EventStatus::CODES);
        member("status", status, self.random.chance(70));
        let when = self.when();
        member("when", when, self.random.chance(90));
        let places = self.places();
        member("places", places.into(), self.random.chance(85));
        member("actors", participations.into(), self.random.chance(85));
        member("issues", issues.into(), self.random.chance(70));
        let campaigns = named(self.random.some(&campaigns, 2));
        member("campaigns", campaigns.into(), self.random.chance(60));
        let tactics = self.random.some(event_type, 2);
        member("tactics", tactics.into(), self.random.chance(50));
        let verification = *self.random.pick(&["confirmed", "disputed", "reported"]);
        member("verification", verification.into(), self.random.chance(30));
        let summary = self.text();
        member("summary", summary.into(), self.random.chance(50));
        let language = *self.random.pick(&["en-US", "es", "de"]);
        member("language", language.into(), self.random.chance(50));
        let translation =
            json!({"es": {"title": self.text(), "summary": null}, "pt-BR": {"title": "x", "summary": self.text()}});
        member("translations", translation, self.random.chance(30));
        let demand = json!({"summary": self.text(), "verbatim": self.random.some(&WORDS, 2), "stance": code(&mut self.random, Stance::CODES)});
        member("demands", json!([demand, {"summary": "more"}]), self.random.chance(30));
        let size = self.size();
        member("size", size, self.random.chance(50));
        let outcomes = json!({"arrests": self.count(), "detained": self.count(), "injuries": self.groups(), "deaths": self.groups(),
            "property_damage": self.random.some(&WORDS, 2), "police_measures": self.random.some(&WORDS, 2)});
        member("outcomes", outcomes, self.random.chance(40));
        let evidence = self.evidence();
        member("evidence", evidence.into(), self.random.chance(50));
        let links = self.links(id);
        member("links", links.into(), self.random.chance(60));
        let privacy = self.privacy();
        member("privacy", privacy, self.random.chance(12));
        event
    }

    /// A new event.
    pub fn event(&mut self) -> Value {
        let id = self.random.id().to_string();
        let mut event = self.members(&id);
        if self.random.chance(60) {
            let external =
                json!([{"scheme": "test", "id": id}, {"scheme": "other", "id": format!("n: {}, 1", self.text())}]);
            event["external_ids"] = external;
        }
        self.events.push(event.clone());
        event
    }

    /// A correction of an event that exists.
    pub fn corrected(&mut self) -> Value {
        let position = self.random.below(self.events.len());
        let mut event = self.events[position].clone();
        let id = event["id"].as_str().expect("an id").to_owned();
        let fresh = self.members(&id);
        // The title is always another one, so that there is something to correct.
        event["title"] = fresh["title"].clone();
        for (name, value) in fresh.as_object().expect("members") {
            if name != "privacy" && self.random.chance(30) {
                event[name] = value.clone();
            }
        }
        // What was linked may have been withdrawn since.
        let alive: HashSet<String> =
            self.events.iter().map(|event| event["id"].as_str().unwrap_or_default().to_owned()).collect();
        if let Some(links) = event["links"].as_array_mut() {
            links.retain(|link| link["event"]["id"].as_str().is_some_and(|id| alive.contains(id)));
        }
        if event["links"].is_null() {
            event.as_object_mut().expect("members").shift_remove("links");
        }
        self.events[position] = event.clone();
        event
    }

    /// An event that exists under another policy, or under none any more.
    pub fn covered(&mut self) -> Value {
        let position = self.random.below(self.events.len());
        let privacy = if self.random.chance(70) { self.privacy() } else { Value::Null };
        let title = self.text();
        let event = &mut self.events[position];
        event["title"] = title.into();
        event["privacy"] = privacy;
        // What it was linked with may have been withdrawn since.
        event["links"] = json!([]);
        let id = event["id"].as_str().unwrap_or_default().to_owned();
        let links = self.links(&id);
        self.events[position]["links"] = links.into();
        self.events[position].clone()
    }

    fn taken(&mut self) -> Value {
        let position = self.random.below(self.events.len());
        self.events.swap_remove(position)
    }

    /// An event to be withdrawn.
    pub fn retracted(&mut self) -> Uuid {
        let event = self.taken();
        // What it is linked with may be withdrawn by then.
        if event["links"].as_array().is_none_or(Vec::is_empty) {
            self.withdrawn.push(id_of(&event));
        }
        id_of(&event)
    }

    /// What becomes of ids: a withdrawn event comes back, one takes in another, or two take the place of one.
    fn lineage(&mut self) -> Command {
        let resource = Resource::Event;
        match self.random.below(3) {
            0 if !self.withdrawn.is_empty() => {
                let position = self.random.below(self.withdrawn.len());
                Command::Restore { resource, id: self.withdrawn.swap_remove(position) }
            }
            1 => {
                let gone = self.taken();
                let alike = |event: &&Value| gone["privacy"].is_null() || event["privacy"] == gone["privacy"];
                match self.events.iter().find(alike) {
                    Some(kept) => Command::Merge { resource, id: id_of(&gone), into: id_of(kept), base: None },
                    None => Command::Retract { resource, id: id_of(&gone), base: None },
                }
            }
            _ => {
                let gone = id_of(&self.taken());
                Command::Split { id: gone, parts: vec![self.event(), self.event()], base: None }
            }
        }
    }

    /// A member that is not an event under another name, or, an actor, below another parent.
    pub fn renamed(&mut self) -> Item {
        let position = self.random.below(self.entities.len());
        let name = self.text();
        let parent = Value::from(format!("actor-{}", self.random.below(2)));
        let (resource, document) = &mut self.entities[position];
        match resource {
            Resource::Source => document["publisher"] = name.into(),
            Resource::Actor if self.random.chance(40) => {
                // Another one, so that there is something to correct.
                let others: Vec<&str> =
                    ActorKind::CODES.iter().copied().filter(|code| document["kind"] != *code).collect();
                document["kind"] = code(&mut self.random, &others);
            }
            Resource::Actor if document["parent_id"].is_string() => {
                document["parent_id"] = parent;
                document["name"] = name.into();
            }
            _ => document["name"] = name.into(),
        }
        // Its slug says which it is, also where the node gave it an id.
        document.as_object_mut().expect("members").shift_remove("id");
        (*resource, document.clone())
    }

    /// A timeline of events that exist, or of a query.
    pub fn timeline(&mut self) -> Value {
        self.counter += 1;
        let (slug, title) = (format!("timeline-{}", self.counter), self.text());
        let mut timeline = json!({"id": self.random.id(), "slug": slug, "title": title, "description": "Some days.", "language": "en"});
        if self.events.is_empty() || self.random.chance(30) {
            timeline["query"] = json!({"type": "rally,!march", "from": "2026-01"});
        } else {
            let entry = |event: &Value| json!({"event_id": event["id"], "caption": "here"});
            timeline["entries"] = self.events.iter().take(4).map(entry).collect();
        }
        timeline
    }

    /// An operation on what exists: mostly a new event or a correction, seldom a withdrawal, a rename or several at once.
    pub fn operation(&mut self) -> Operation {
        let put = |(resource, document)| Command::Put { resource, document };
        let commands = match self.random.below(21) {
            _ if self.events.len() < 3 => vec![put((Resource::Event, self.event()))],
            0..8 => vec![put((Resource::Event, self.event()))],
            8..14 => vec![put((Resource::Event, self.corrected()))],
            14..16 => vec![Command::Retract { resource: Resource::Event, id: self.retracted(), base: None }],
            16 => vec![put((Resource::Timeline, self.timeline()))],
            17 => vec![self.lineage()],
            18 => vec![put((Resource::Event, self.event())), put((Resource::Event, self.event())), put(self.renamed())],
            _ => vec![put(self.renamed())],
        };
        let reason = self.random.chance(40).then(|| self.text());
        let source = self.random.chance(20).then(|| "source-1".to_owned());
        let made_by = self.random.chance(20).then(|| "Desk".to_owned());
        Operation { grounds: Grounds { reason, source, made_by }, ..Operation::of(commands) }
    }

    /// Puts the entities and so many events into a world.
    pub fn fill(&mut self, world: &World, events: usize) {
        for (resource, document) in self.entities() {
            world.put(resource, document);
        }
        for _ in 0..events {
            let event = self.event();
            world.put(Resource::Event, event);
        }
    }

    /// Puts so many events under other policies, which hides earlier versions of them.
    pub fn cover(&mut self, world: &World, events: usize) {
        for _ in 0..events {
            let event = self.covered();
            world.put(Resource::Event, event);
        }
    }

    /// Puts so many events and corrections of events, which change nothing of what was before.
    pub fn go_on(&mut self, world: &World, writes: usize) {
        for _ in 0..writes {
            let event = if self.random.chance(60) { self.event() } else { self.corrected() };
            world.put(Resource::Event, event);
        }
    }

    /// Performs so many operations.
    pub fn live(&mut self, world: &World, operations: usize) {
        for _ in 0..operations {
            let operation = self.operation();
            let outcome = world.submit(operation.clone());
            assert!(outcome.is_ok(), "{outcome:?} for {operation:#?}");
        }
    }
}

fn id_of(event: &Value) -> Uuid {
    event["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}
