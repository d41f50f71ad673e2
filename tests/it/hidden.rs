//! Actors, places, sources and campaigns that only hidden events name: the public is not told that there are such.

use marchline::domain::resource::Resource;
use marchline::domain::scope::Scope;
use marchline::node::operation::{Command, Operation};
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::on_both_databases;
use crate::support::town::{self, location};
use crate::support::world::{World, event};

/// Where something that only the hidden rally names is read.
const HIDDEN: [&str; 4] = ["/v1/locations/cellar", "/v1/actors/cell", "/v1/sources/letter", "/v1/campaigns/plot"];
/// What stands in the town in their place and is nothing.
const NOTHING: [&str; 4] =
    ["/v1/locations/nothing", "/v1/actors/nothing", "/v1/sources/nothing", "/v1/campaigns/nothing"];

impl World {
    /// The town, an event in it, and what nothing public names: it was not made openly.
    fn with_cellar(self) -> Self {
        let world = self.with_town();
        world.put(Resource::Event, town::rally(json!({"id": town::VIGIL, "title": "A vigil"})));
        world.secretly(Resource::Location, location("cellar", "venue", Some("town"), json!({})));
        world.secretly(Resource::Actor, json!({"slug": "cell", "name": "The Cell", "kind": "informal_group"}));
        world.secretly(Resource::Source, json!({"slug": "letter", "publisher": "A letter", "kind": "news"}));
        world.secretly(Resource::Campaign, json!({"slug": "plot", "name": "The Plot"}));
        world
    }

    /// Puts what the public is told of as soon as something public names it.
    fn secretly(&self, resource: Resource, document: Value) {
        let operation = Operation { openly: false, ..Operation::one(Command::Put { resource, document }) };
        self.submit(operation).expect("a good document");
    }
}

/// The rally in the cellar, under a policy.
fn in_the_cellar(policy: Value) -> Value {
    event(
        "A rally in the cellar",
        json!({"id": town::RALLY, "when": {"start": {"edtf": "2026-03-14"}}, "sources": [{"id": "letter"}],
            "places": [{"location": {"id": "cellar"}}], "actors": [{"actor": {"id": "cell"}, "role": "organizer"}],
            "campaigns": [{"id": "plot"}], "privacy": policy}),
    )
}

fn statuses(world: &World, as_of: &str) -> [u16; 4] {
    HIDDEN.map(|target| world.get(&format!("{target}?{as_of}")).status)
}

fn counts(world: &World) -> Value {
    world.get("/v1").ok()["counts"].clone()
}

on_both_databases! {
    fn nobody_is_told_of_what_only_hidden_events_name(world: World) {
        let world = world.with_cellar();
        let before = counts(&world);
        assert_eq!(statuses(&world, ""), [404; 4], "nothing names them yet");
        world.put(Resource::Event, in_the_cellar(json!({"embargo": true})));
        assert_eq!(counts(&world), before);
        for (hidden, nothing) in HIDDEN.into_iter().zip(NOTHING) {
            for below in ["", "/revisions", "/revisions/1"] {
                let (hidden, nothing) = (world.get(&format!("{hidden}{below}")), world.get(&format!("{nothing}{below}")));
                let name = hidden.json()["detail"].as_str().expect("words").split('`').nth(1).expect("a name").to_owned();
                assert_eq!((hidden.status, hidden.body.replace(&name, "nothing")), (404, nothing.body.clone()), "{name}{below}");
            }
            let (list, slug) = hidden.rsplit_once('/').expect("a path");
            for query in ["limit=500".to_owned(), format!("q={slug}"), "q=the".to_owned()] {
                let listed = world.get(&format!("{list}?{query}")).ok()["data"].to_string();
                assert!(!listed.contains(slug), "{list}?{query}");
            }
        }
        for filter in ["location", "actor", "actor_within", "source", "campaign"] {
            let of = |slug: &str| world.get(&format!("/v1/events?{filter}={slug}"));
            let slug = match filter { "location" => "cellar", "source" => "letter", "campaign" => "plot", _ => "cell" };
            assert_eq!((of(slug).status, of(slug).body.replace(slug, "nothing")), (400, of("nothing").body), "{filter}");
        }
        let insider = Client::of(&world, &[Scope::ReadRestricted]);
        for target in HIDDEN {
            assert_eq!(insider.get(target).0["event_count"], 1, "{target}");
        }
    }

    fn what_something_public_names_is_told_of_from_then_on(world: World) {
        let world = world.with_cellar();
        world.put(Resource::Event, in_the_cellar(json!({"embargo": true})));
        let before = world.seq();
        world.put(Resource::Event, event("In the open", json!({"places": [{"location": {"id": "cellar"}}],
            "actors": [{"actor": {"id": "cell"}, "role": "organizer"}], "campaigns": [{"id": "plot"}], "sources": [{"id": "letter"}]})));
        assert_eq!(statuses(&world, ""), [200; 4]);
        assert_eq!(world.get(HIDDEN[0]).ok()["event_count"], 1, "the other one stays hidden");
        assert_eq!(statuses(&world, &format!("as_of={before}")), [404; 4]);
    }

    fn a_policy_takes_what_it_hides_with_it(world: World) {
        let world = world.with_cellar();
        world.put(Resource::Event, in_the_cellar(Value::Null));
        let open = world.seq();
        assert_eq!(statuses(&world, ""), [200; 4]);
        // The coarse place and no sources; actors and campaigns are told.
        world.put(Resource::Event, in_the_cellar(json!({"place": "locality"})));
        for at in [String::new(), format!("as_of={open}")] {
            assert_eq!(statuses(&world, &at), [404, 200, 404, 200], "{at}");
        }
        world.put(Resource::Event, in_the_cellar(json!({"embargo": true})));
        for at in [String::new(), format!("as_of={open}")] {
            assert_eq!(statuses(&world, &at), [404; 4], "{at}");
        }
        // What another event has named stays.
        assert_eq!(world.get("/v1/locations/square").status, 200);
        // Today's policy is none: what was hidden is told, as it was then.
        world.put(Resource::Event, in_the_cellar(Value::Null));
        for at in [String::new(), format!("as_of={open}")] {
            assert_eq!(statuses(&world, &at), [200; 4], "{at}");
        }
    }

    fn what_a_public_thing_is_a_part_of_is_told_of(world: World) {
        let world = world.with_cellar();
        world.secretly(Resource::Location, location("far-land", "country", None, json!({})));
        world.secretly(Resource::Location, location("far-town", "locality", Some("far-land"), json!({})));
        world.secretly(Resource::Location, location("far-hall", "venue", Some("far-town"), json!({})));
        world.secretly(Resource::Location, location("far-shed", "venue", Some("far-town"), json!({})));
        let told = || ["far-land", "far-town", "far-hall", "far-shed"].map(|slug| world.get(&format!("/v1/locations/{slug}")).status);
        assert_eq!(told(), [404; 4]);
        let before = world.seq();
        world.put(Resource::Event, event("Far away", json!({"places": [{"location": {"id": "far-hall"}}]})));
        assert_eq!(told(), [200, 200, 200, 404]);
        assert_eq!(world.get(&format!("/v1/locations/far-land?as_of={before}")).status, 404);
    }

    fn what_takes_in_a_public_thing_is_told_of(world: World) {
        let world = world.with_cellar();
        let id = |slug: &str, world: &World| {
            let insider = Client::of(world, &[Scope::ReadRestricted]);
            town::id(insider.get(&format!("/v1/actors/{slug}")).0["id"].as_str().expect("an id"))
        };
        world.put(Resource::Actor, json!({"slug": "club", "name": "The Club", "kind": "informal_group"}));
        let merge = Command::Merge { resource: Resource::Actor, id: id("club", &world), into: id("cell", &world), base: None };
        world.submit(Operation::one(merge)).expect("both are there");
        let moved = world.get("/v1/actors/club");
        assert_eq!(moved.status, 301, "{}", moved.body);
        assert_eq!(world.get(&moved.header("location").expect("where")).ok()["slug"], "cell");
    }

    fn whoever_may_not_read_the_whole_can_write_nothing_about_it(world: World) {
        let world = world.with_cellar();
        world.put(Resource::Event, in_the_cellar(json!({"embargo": true})));
        let writer = Client::of(&world, &[Scope::Write]);
        let naming = |slug: &str| event("Probing", json!({"places": [{"location": {"id": slug}}]}));
        let (hidden, nothing) = (writer.post("/v1/events", &naming("cellar")), writer.post("/v1/events", &naming("nothing")));
        assert_eq!((hidden.status, hidden.body.replace("cellar", "nothing")), (422, nothing.body));
        let below = |slug: &str| location("vault", "venue", Some(slug), json!({}));
        let (hidden, nothing) = (writer.post("/v1/locations", &below("cellar")), writer.post("/v1/locations", &below("nothing")));
        assert_eq!((hidden.status, hidden.body.replace("cellar", "nothing")), (422, nothing.body));
        for target in HIDDEN {
            let (list, slug) = target.rsplit_once('/').expect("a path");
            let answers = |target: &str| {
                let merge = json!({"into": "union"});
                [writer.patch(target, "*", &json!({"name": "Found"})), writer.put(target, "*", &json!({"name": "Found"})),
                    writer.delete(target, "*"), writer.post(&format!("{target}/restore"), &json!({})),
                    writer.post(&format!("{target}/merge"), &merge)]
            };
            for (hidden, nothing) in answers(target).into_iter().zip(answers(&format!("{list}/nothing"))) {
                assert_eq!((hidden.status, hidden.body.replace(slug, "nothing")), (nothing.status, nothing.body), "{target}");
            }
        }
        let into = |slug: &str| writer.post("/v1/actors/union/merge", &json!({"into": slug}));
        assert_eq!((into("cell").status, into("cell").body.replace("cell", "nothing")), (422, into("nothing").body));
        // What they make themselves they can read, and so can everybody.
        assert_eq!(world.get(&writer.create("/v1/locations", &location("hall", "venue", Some("town"), json!({})))).status, 200);
    }

    fn a_timeline_is_made_for_readers_whoever_makes_it(world: World) {
        let world = world.with_cellar();
        let timeline = json!({"slug": "spring", "title": "Spring", "entries": [{"event_id": town::VIGIL, "caption": null}]});
        world.secretly(Resource::Timeline, timeline);
        assert_eq!(world.get("/v1/timelines/spring").ok()["entries"][0]["event_id"], town::VIGIL);
        assert_eq!(world.get("/v1/timelines").ok()["page"]["total"], 1);
    }

    fn the_feed_tells_of_what_is_named_with_whatever_names_it(world: World) {
        let world = world.with_cellar();
        let told = |after: i64| {
            let feed = world.get(&format!("/v1/changes?after={after}&limit=100")).ok();
            let items = feed["data"].as_array().expect("a list").iter().filter_map(|entry| entry["items"].as_array().cloned());
            let slugs = items.flatten().filter(|item| item["resource"] != "event");
            let mut slugs: Vec<Value> = slugs.map(|item| json!([item["document"]["slug"], item["kind"]])).collect();
            slugs.sort_by_key(Value::to_string);
            slugs
        };
        let prepared = told(0);
        assert!(HIDDEN.iter().all(|path| !prepared.iter().any(|item| path.ends_with(item[0].as_str().expect("a slug")))));
        let before = world.seq();
        world.put(Resource::Event, in_the_cellar(json!({"embargo": true, "reason": null})));
        assert_eq!(told(before), Vec::<Value>::new());
        let before = world.seq();
        world.put(Resource::Event, in_the_cellar(Value::Null));
        assert_eq!(told(before), ["cell", "cellar", "letter", "plot"].map(|slug| json!([slug, "created"])));
    }

    fn what_insiders_prepare_is_told_of_when_it_is_named(world: World) {
        let world = world.with_town();
        let insider = Client::of(&world, &[Scope::Write, Scope::ReadRestricted]);
        let hall = insider.create("/v1/locations", &location("hall", "venue", Some("town"), json!({})));
        assert_eq!((insider.get(&hall).0["slug"].as_str(), world.get(&hall).status), (Some("hall"), 404));
        insider.create("/v1/events", &event("In the hall", json!({"places": [{"location": {"id": "hall"}}]})));
        assert_eq!(world.get(&hall).ok()["event_count"], 1);
    }

    fn no_filter_of_features_finds_them_or_tells_that_they_are(world: World) {
        let world = world.with_cellar();
        world.put(Resource::Event, in_the_cellar(json!({"embargo": true})));
        let insider = Client::of(&world, &[Scope::ReadRestricted]);
        let of = |collection: &str, filter: &str| format!("/ogc/collections/{collection}/items?filter={filter}");
        let id = insider.get("/v1/locations/cellar").0["id"].as_str().expect("an id").to_owned();
        for (collection, filter) in [
            ("locations", "slug='cellar'"),
            ("locations", "location+LIKE+'cel%25'"),
            ("locations", &format!("id='{id}'")),
            ("campaigns", "name='The+Plot'"),
        ] {
            let target = of(collection, filter);
            assert_eq!(world.get(&target).ok()["numberMatched"], 0, "{filter}");
            assert_eq!(insider.get(&target).0["numberMatched"], 1, "{filter}");
        }
        // It is refused as what there never was.
        let refused = |name: &str| world.get(&of("locations", &format!("location='{name}'"))).json()["errors"].to_string();
        assert_eq!(refused("cellar"), refused("nowher").replace("nowher", "cellar"));
        assert_eq!(insider.get(&of("locations", "location='cellar'")).0["numberMatched"], 1);
        // Merged into what is told of, it still does not lend it its name.
        let number = |slug: &str| town::id(insider.get(&format!("/v1/locations/{slug}")).0["id"].as_str().expect("an id"));
        let merge = Command::Merge { resource: Resource::Location, id: number("cellar"), into: number("square"), base: None };
        world.submit(Operation { openly: false, ..Operation::one(merge) }).expect("accepted");
        assert_eq!(world.get(&of("locations", "location+LIKE+'cel%25'")).ok()["numberMatched"], 0);
        assert_eq!(insider.get(&of("locations", "location+LIKE+'cel%25'")).0["numberMatched"], 1);
        world.put(Resource::Event, event("On the square", json!({"places": [{"location": {"id": "square"}}]})));
        let events = "/v1/events?filter=location+LIKE+'cel%25'";
        assert_eq!(world.get(events).ok()["page"]["total"], 0);
        assert!(insider.get(events).0["page"]["total"].as_u64() > Some(0));
    }
}
