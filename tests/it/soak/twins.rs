//! Two datasets that differ in nothing but what is hidden: in the values that policies keep back, in which events are under an
//! embargo, and in what only these name. Whatever the public asks, both give the same answer, byte for byte.

use diesel::connection::SimpleConnection;
use marchline::domain::resource::Resource;
use marchline::domain::scope::Scope;
use marchline::node::Node;
use marchline::node::operation::{Command, Operation};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::http::Answer;
use crate::support::on_both_databases;
use crate::support::random::{Generator, ISSUES, Random, backend_of};
use crate::support::soak::{progress, times};
use crate::support::world::{Backend, Database, World, because, fixed_clock};

/// The two worlds.
type Twins<T> = [T; 2];

/// What was told in both worlds so far.
struct Story {
    worlds: Twins<World>,
    writers: Twins<Client>,
    generator: Generator,
    random: Random,
    /// Events that the public is given less of than they say, with what it is given of them.
    covered: Vec<Value>,
    /// Events under an embargo: in each world one of its own, which the other does not have.
    embargoed: Vec<Twins<Uuid>>,
    /// Slugs of what only hidden events name, with the resource, in each world one of its own.
    secrets: Vec<(Resource, Twins<String>)>,
    counter: usize,
}

/// An empty world, equal to any other one.
fn plain_world(backend: Backend) -> World {
    let database = Database::new(backend);
    drop(Node::start(database.parsed(), fixed_clock()).expect("the node starts"));
    let id = match backend {
        Backend::Sqlite => "x'019c1159700070008000000000000001'",
        Backend::Postgres => "'019c1159-7000-7000-8000-000000000001'",
    };
    let mut conn = database.parsed().connect().expect("the database is there");
    conn.batch_execute(&format!("UPDATE dataset SET dataset_id = {id}")).expect("there is a dataset");
    World::with_clock(database, fixed_clock())
}

impl Story {
    fn begin(backend: Backend) -> Self {
        let mut random = Random::new();
        let mut generator = Generator::new(random.fork());
        let worlds = [plain_world(backend), plain_world(backend)];
        for (resource, document) in generator.entities() {
            for world in &worlds {
                world.put(resource, document.clone());
            }
        }
        let writers = [0, 1].map(|n| Client::of(&worlds[n], &[Scope::Write]));
        let (covered, embargoed, secrets, counter) = (vec![], vec![], vec![], 0);
        Self { worlds, writers, generator, random, covered, embargoed, secrets, counter }
    }

    fn count(&mut self) -> usize {
        self.counter += 1;
        self.counter
    }

    /// One operation in each world.
    fn submit(&self, operations: Twins<Operation>) {
        for (world, operation) in self.worlds.iter().zip(operations) {
            let outcome = world.submit(operation.clone());
            assert!(outcome.as_ref().is_ok_and(|outcome| outcome.seq.is_some()), "{outcome:?} of {operation:#?}");
        }
    }

    fn alike(&self, operation: &Operation) {
        self.submit([operation.clone(), operation.clone()]);
    }

    fn put(&self, resource: Resource, documents: Twins<Value>) {
        self.submit(documents.map(|document| Operation::one(Command::Put { resource, document })));
    }

    /// Writes something in both worlds: half of it the same, and of the rest the public must not know how it differs.
    fn write(&mut self) {
        match self.random.below(16) {
            0..6 => {
                // It tells of what is wholly public, and of policies under which the two are alike.
                let operation = self.generator.operation();
                self.alike(&operation);
            }
            6..8 => self.cover(),
            8 => self.change_covered(),
            9 => self.withdraw(),
            10 => self.make_secret(),
            11..13 => self.embargo(),
            13 => self.name_hidden(),
            14 => self.change_secret(),
            _ if self.generator.events.is_empty() => self.cover(),
            _ => {
                let document = self.generator.covered();
                self.put(Resource::Event, [document.clone(), document]);
            }
        }
    }

    /// A slug of something that only hidden events name, or that others name too.
    fn secret(&mut self, wanted: Resource, world: usize, or: &str) -> String {
        let of = self.secrets.iter().filter(|(resource, _)| *resource == wanted);
        let all: Vec<String> = of.map(|(_, slugs)| slugs[world].clone()).collect();
        if all.is_empty() || self.random.chance(30) { or.to_owned() } else { self.random.pick(&all).clone() }
    }

    /// What differs of an event that is told coarsely.
    fn hidden_members(&mut self, world: usize) -> Value {
        let n = self.count();
        let source = self.secret(Resource::Source, world, "source-0");
        let place = self.secret(Resource::Location, world, "venue-0-0");
        let day = self.random.between(10, 28);
        let linked = self.embargoed.last().filter(|_| self.random.chance(40)).map(|ids| ids[world]);
        let links: Vec<Value> = linked.iter().map(|id| json!({"relation": "follows", "event": {"id": id}})).collect();
        let evidence =
            json!({"id": self.random.id(), "source": {"id": source}, "field": "title", "quote": format!("quote {n}")});
        let evidence = if self.random.chance(50) { json!([evidence]) } else { json!([]) };
        json!({"title": format!("Hidden {n}"), "summary": format!("Summary {n}"), "sources": [{"id": source}],
            "when": {"start": {"edtf": format!("2026-01-{day}T{:02}:00:00", self.random.below(24))}},
            "places": [{"location": {"id": place}}], "links": links, "evidence": evidence,
            "external_ids": [{"scheme": "hidden", "id": format!("{world}-{n}")}], "demands": [{"summary": format!("demand {n}")}]})
    }

    fn put_covered(&mut self, told: &Value) {
        let documents = [0, 1].map(|world| {
            let mut document = told.clone();
            for (name, value) in self.hidden_members(world).as_object().expect("members") {
                document[name] = value.clone();
            }
            document
        });
        self.put(Resource::Event, documents);
    }

    fn policy(&mut self) -> Value {
        let place = *self.random.pick(&["locality", "admin1", "country"]);
        json!({"place": place, "time": "month", "embargo": self.random.chance(15), "reason": "Their safety.",
            "public_title": self.random.chance(50).then_some("Something")})
    }

    fn cover(&mut self) {
        let issue = *self.random.pick(&ISSUES);
        let told = json!({"id": self.random.id(), "type": "rally", "issues": [issue], "size": {"best": self.random.below(900)},
            "actors": [{"actor": {"id": "actor-1"}, "role": "organizer"}], "privacy": self.policy()});
        self.put_covered(&told);
        self.covered.push(told);
    }

    fn change_covered(&mut self) {
        if self.covered.is_empty() {
            return self.cover();
        }
        let position = self.random.below(self.covered.len());
        let mut told = self.covered[position].clone();
        if self.random.chance(50) {
            told["privacy"] = self.policy();
        }
        self.put_covered(&told);
        self.covered[position] = told;
    }

    /// Why is told of what is told, and of nothing else.
    fn withdraw(&mut self) {
        let resource = Resource::Event;
        if self.random.chance(50) && self.covered.len() > 3 {
            let position = self.random.below(self.covered.len());
            let told = self.covered.swap_remove(position);
            let id = told["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
            let operation = Operation::one(Command::Retract { resource, id, base: None });
            return self.alike(&Operation { grounds: because("It was another one"), ..operation });
        }
        if let Some(ids) = self.embargoed.pop() {
            let n = self.count();
            self.submit([0, 1].map(|world| Operation {
                grounds: because(&format!("Reason {n} of {world}")),
                ..Operation::one(Command::Retract { resource, id: ids[world], base: None })
            }));
        }
    }

    fn make_secret(&mut self) {
        let resource = *self.random.pick(&[Resource::Source, Resource::Location, Resource::Actor, Resource::Campaign]);
        let slugs = [0, 1].map(|world| format!("secret-{world}-{}", self.count()));
        let operations = [0, 1].map(|world| {
            let (slug, id) = (&slugs[world], self.random.id());
            let document = match resource {
                Resource::Source => json!({"id": id, "slug": slug, "publisher": slug, "kind": "news"}),
                Resource::Location => {
                    json!({"id": id, "slug": slug, "name": slug, "kind": "venue", "parent_id": "city-0-0"})
                }
                Resource::Actor => {
                    json!({"id": id, "slug": slug, "name": slug, "kind": "union", "parent_id": "actor-0"})
                }
                _ => json!({"id": id, "slug": slug, "name": slug}),
            };
            Operation { openly: false, ..Operation::one(Command::Put { resource, document }) }
        });
        self.submit(operations);
        self.secrets.push((resource, slugs));
    }

    fn change_secret(&mut self) {
        if self.secrets.is_empty() {
            return self.make_secret();
        }
        let (resource, slugs) = self.random.pick(&self.secrets).clone();
        let n = self.count();
        let documents = slugs.map(|slug| match resource {
            Resource::Source => json!({"slug": slug, "publisher": format!("{slug} {n}"), "kind": "news"}),
            Resource::Location => {
                json!({"slug": slug, "name": format!("{slug} {n}"), "kind": "venue", "parent_id": "city-0-0"})
            }
            Resource::Actor => json!({"slug": slug, "name": format!("{slug} {n}"), "kind": "union"}),
            _ => json!({"slug": slug, "name": format!("{slug} {n}")}),
        });
        self.put(resource, documents);
    }

    fn embargo(&mut self) {
        let ids = [0, 1].map(|_| self.random.id());
        let documents = ids.map(|id| {
            let world = usize::from(id == ids[1]);
            let mut document = self.hidden_members(world);
            document["id"] = json!(id);
            document["type"] = json!(*self.random.pick(&["rally", "march", "raid"]));
            document["actors"] =
                json!([{"actor": {"id": self.secret(Resource::Actor, world, "actor-2")}, "role": "target"}]);
            document["campaigns"] = json!([{"id": self.secret(Resource::Campaign, world, "campaign-0")}]);
            document["privacy"] = json!({"embargo": true, "reason": format!("Reason of {world}")});
            document
        });
        self.put(Resource::Event, documents);
        self.embargoed.push(ids);
    }

    /// Something public that names what is hidden: the public is told of all but that.
    fn name_hidden(&mut self) {
        let Some(hidden) = self.embargoed.last().copied() else {
            return self.embargo();
        };
        let n = self.count();
        if self.random.chance(50) {
            let id = self.random.id();
            let other = self.generator.events.last().map(|event| event["id"].clone());
            let documents = hidden.map(|hidden| {
                let entries: Vec<Value> =
                    other.iter().cloned().chain([json!(hidden)]).map(|id| json!({"event_id": id})).collect();
                json!({"id": id, "slug": format!("list-{n}"), "title": "A list", "entries": entries})
            });
            return self.put(Resource::Timeline, documents);
        }
        let id = self.random.id();
        let documents = hidden.map(|hidden| {
            json!({"id": id, "type": "march", "title": format!("March {n}"), "sources": [{"id": "source-1"}],
                "links": [{"relation": "follows", "event": {"id": hidden}}]})
        });
        self.put(Resource::Event, documents);
    }

    /// Any id: of an event that is public, told coarsely, or hidden in one of the worlds and in the other not there.
    fn any_event(&mut self) -> String {
        let public = self.generator.events.iter().chain(&self.covered).map(|event| event["id"].clone());
        let hidden = self.embargoed.iter().flatten().map(|id| json!(id));
        let all: Vec<Value> = public.chain(hidden).collect();
        let id = if all.is_empty() { json!(Uuid::nil()) } else { self.random.pick(&all).clone() };
        id.as_str().expect("an id").to_owned()
    }

    fn any_entity(&mut self) -> (Resource, String) {
        let open = [
            (Resource::Location, &self.generator.locations),
            (Resource::Actor, &self.generator.actors),
            (Resource::Source, &self.generator.sources),
            (Resource::Campaign, &self.generator.campaigns),
        ];
        let open =
            open.into_iter().flat_map(|(resource, slugs)| slugs.iter().map(move |slug| (resource, slug.clone())));
        let hidden =
            self.secrets.iter().flat_map(|(resource, slugs)| slugs.iter().map(|slug| (*resource, slug.clone())));
        let all: Vec<(Resource, String)> = open.chain(hidden).collect();
        self.random.pick(&all).clone()
    }

    /// A question that the public may ask.
    fn question(&mut self) -> String {
        let include = *self.random.pick(&["", "&include=evidence,links,translations", "&lang=de"]);
        let as_of = if self.random.chance(40) {
            let newest = self.worlds[0].node.index.head().seq;
            let newest = usize::try_from(newest).expect("a number");
            format!("&as_of={}", self.random.between(1, newest))
        } else {
            String::new()
        };
        let (event, (resource, slug)) = (self.any_event(), self.any_entity());
        let list = format!("{resource}s");
        let filter = match self.random.below(16) {
            0 => format!("&{}={slug}", resource.code()),
            1 => format!("&linked_to={event}"),
            2 => format!("&id={event}"),
            3 => "&external_id=hidden:0-1".to_owned(),
            4 => format!("&from=2026-01-{}&to=2026-01-28&overlap=definite", self.random.between(10, 27)),
            5 => format!("&has={}", self.random.pick(&["links", "evidence", "point", "demands", "size"])),
            6 => format!("&place_precision={}", self.random.pick(&["venue", "locality", "admin1", "country"])),
            7 => "&bbox=-180,-90,180,90".to_owned(),
            8 => format!("&actor_within=actor-0&issue={}", self.random.pick(&ISSUES)),
            9 => format!("&verification={}", self.random.pick(&["reported", "corroborated"])),
            10 => format!("&type={}", self.random.pick(&["rally", "march", "!rally"])),
            11..13 => {
                let words =
                    ["hidden", "summary+demand", "secret", "something", "rally+plaza", "quo*", "-hidden", "inmigrante"];
                format!("&q={}", self.random.pick(&words))
            }
            _ => String::new(),
        };
        let by_words = filter.contains("&q=") && !filter.contains("=-") && self.random.chance(50);
        let sort =
            *self.random.pick(&["", "&sort=-when", "&sort=when", "&sort=size", "&sort=recorded", "&sort=-recorded"]);
        let sort = if by_words { "&sort=relevance" } else { sort };
        match self.random.below(13) {
            0..5 => format!("/v1/events?limit={}{include}{as_of}{filter}{sort}", self.random.between(1, 40)),
            5 => {
                let form = self.random.pick(&["geojson", "csv", "ndjson", "ics", "atom", "timelinejs.json", "jsonld"]);
                format!("/v1/events.{form}?{}", format!("{as_of}{filter}").trim_start_matches('&'))
            }
            6 => format!("/v1/events/{event}?{}", format!("{include}{as_of}").trim_start_matches('&')),
            7 => format!("/v1/events/{event}/revisions?{}", as_of.trim_start_matches('&')),
            8 => {
                format!("/v1/events/{event}/revisions/{}?{}", self.random.between(1, 4), as_of.trim_start_matches('&'))
            }
            9 => format!("/v1/events/{event}/links?depth=3{as_of}"),
            10 => format!(
                "/v1/{list}?limit={}{as_of}&q={}",
                self.random.between(1, 60),
                self.random.pick(&["", "secret", "a"])
            ),
            11 => format!(
                "/v1/{list}/{slug}{}?{}",
                self.random.pick(&["", "/revisions", "/revisions/1"]),
                as_of.trim_start_matches('&')
            ),
            _ => {
                let target = *self.random.pick(&[
                    "/v1?",
                    "/v1/timelines?limit=100&",
                    "/v1/duplicates?",
                    "/v1/changes?limit=500&",
                    "/v1/changes?limit=500&type=rally&",
                ]);
                let as_of = if target.contains("duplicates") { "" } else { &as_of };
                format!("{target}{}", as_of.trim_start_matches('&'))
            }
        }
    }

    /// Asks both worlds, along all pages, and once more with the validator.
    fn ask(&mut self) {
        let mut target = self.question();
        loop {
            let [one, other] = self.worlds.each_ref().map(|world| world.get(&target));
            assert_same(&target, &one, &other);
            if let Some(etag) = one.header("etag") {
                let [one, other] =
                    self.worlds.each_ref().map(|world| world.get_with(&target, &[("if-none-match", &etag)]));
                assert_same(&target, &one, &other);
            }
            let list: Value = serde_json::from_str(&one.body).unwrap_or_default();
            let Some(cursor) = list["page"]["next"].as_str() else { return };
            let (first, _) = target.split_once("&cursor=").unwrap_or((&target, ""));
            target = format!("{first}&cursor={cursor}");
        }
    }

    /// Tries to write about what is hidden, which must be refused as if there were nothing.
    fn probe(&mut self) {
        let hidden: Vec<String> = self.embargoed.iter().flatten().map(Uuid::to_string).collect();
        if hidden.is_empty() || self.secrets.is_empty() {
            return;
        }
        let id = self.random.pick(&hidden).clone();
        let (resource, slugs) = self.random.pick(&self.secrets).clone();
        let (target, slug) = (format!("/v1/events/{id}"), slugs[self.random.below(2)].clone());
        let entity = format!("/v1/{resource}s/{slug}");
        let event = |more: Value| {
            let mut event = json!({"type": "rally", "title": "Probe", "sources": [{"id": "source-0"}]});
            event.as_object_mut().expect("members").extend(more.as_object().expect("members").clone());
            event
        };
        let (method, target, headers, body) = match self.random.below(10) {
            0 => ("PATCH", target, vec![("if-match", "*")], json!({"title": "Found"})),
            1 => ("PATCH", target, vec![("if-match", "\"1.1-0\"")], json!({"title": "Found"})),
            2 => ("DELETE", target, vec![("if-match", "*")], Value::Null),
            3 => ("POST", format!("{target}/restore"), vec![("idempotency-key", "probe")], Value::Null),
            4 => ("POST", format!("{target}/merge"), vec![], json!({"into": hidden[0]})),
            5 => {
                ("POST", format!("{target}/evidence"), vec![], json!({"source": {"id": "source-0"}, "field": "title"}))
            }
            6 => (
                "POST",
                "/v1/events".to_owned(),
                vec![],
                event(json!({"links": [{"relation": "follows", "event": {"id": id}}]})),
            ),
            7 => (
                "POST",
                "/v1/events".to_owned(),
                vec![],
                event(match resource {
                    Resource::Source => json!({"sources": [{"id": slug}]}),
                    Resource::Location => json!({"places": [{"location": {"id": slug}}]}),
                    Resource::Actor => json!({"actors": [{"actor": {"id": slug}, "role": "target"}]}),
                    _ => json!({"campaigns": [{"id": slug}]}),
                }),
            ),
            8 => ("PATCH", entity, vec![("if-match", "*")], json!({"name": "Found"})),
            _ => ("POST", format!("{entity}/merge"), vec![], json!({"into": slug})),
        };
        let answers = self.writers.each_ref().map(|writer| match &body {
            Value::Null => writer.send(method, &target, &headers),
            body => writer.send_json(method, &target, &headers, body),
        });
        assert_same(&format!("{method} {target} {body}"), &answers[0], &answers[1]);
        assert!((400..500).contains(&answers[0].status), "{method} {target} {body}: {}", answers[0].body);
    }
}

/// Holds two answers against each other: all of them but the moment and the name of the request.
fn assert_same(asked: &str, one: &Answer, other: &Answer) {
    let headers = |answer: &Answer| {
        let mut headers: Vec<_> = answer.headers.clone();
        headers.retain(|(name, _)| !["date", "request-id", "access-control-expose-headers"].contains(&name.as_str()));
        headers.sort();
        headers
    };
    assert_eq!((one.status, &one.body), (other.status, &other.body), "{asked}");
    assert_eq!(headers(one), headers(other), "{asked}");
}

on_both_databases! {
    fn what_is_hidden_makes_no_difference_to_the_public(world: World) {
        let mut story = Story::begin(backend_of(&world));
        let writes = times(70, 1_500);
        for number in 1..=writes {
            story.write();
            for _ in 0..times(3, 6) {
                story.ask();
            }
            story.probe();
            if number % 100 == 0 {
                progress(|| format!("{number} of {writes} writes"));
            }
        }
        for _ in 0..times(150, 2_000) {
            story.ask();
        }
    }
}
