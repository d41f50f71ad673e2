//! The same operations on SQLite and on PostgreSQL: every answer is the same, byte for byte.

use marchline::domain::resource::Resource;
use marchline::node::operation::{Command, Operation};
use serde_json::{Value, json};

use crate::support::on_both_databases;
use crate::support::random::{Generator, Random, backend_of};
use crate::support::world::{Backend, Database, World, event, fixed_clock};

/// Operations with ids left out where nothing needs them to be known, and some that are refused.
fn operations(generator: &mut Generator) -> Vec<Operation> {
    let put = |resource, document| Operation::one(Command::Put { resource, document });
    let mut operations = Vec::new();
    for (resource, mut document) in generator.entities() {
        if generator.random.chance(50) {
            document.as_object_mut().expect("members").shift_remove("id");
        }
        operations.push(put(resource, document));
    }
    for _ in 0..60 {
        operations.push(generator.operation());
        if generator.random.chance(15) {
            operations
                .push(put(Resource::Event, json!({"type": "riots", "places": [{"location": {"id": "nowhere"}}]})));
        }
    }
    for _ in 0..10 {
        let mut event = generator.event();
        let id = generator.events.pop().expect("the event")["id"].clone();
        // Nothing links to it, so that its id may be the node's own.
        assert_eq!(event.as_object_mut().expect("members").shift_remove("id"), Some(id));
        operations.push(put(Resource::Event, event));
    }
    operations.push(put(Resource::Timeline, generator.timeline()));
    operations
}

fn targets(world: &World, random: &mut Random) -> Vec<String> {
    let head = world.node.index.head().seq;
    let mut targets: Vec<String> = [
        "/v1",
        "/v1?as_of=0",
        "/v1/vocabulary",
        "/openapi.json",
        "/healthz",
        "/readyz",
        "/v1/events?limit=500",
        "/v1/events?limit=500&sort=when&include=evidence,links,translations",
        "/v1/events?limit=3&sort=recorded",
        "/v1/events?limit=500&sort=-recorded&lang=es",
        "/v1/events?limit=7&count=none",
        "/v1/events?type=rally,march&status=!cancelled",
        "/v1/events?category=demonstration&country=US,DE",
        "/v1/events?actor_within=actor-0&role=target",
        "/v1/events?actor=!actor-1&issue=labour,!housing",
        "/v1/events?location=country-1&campaign=campaign-0,campaign-1",
        "/v1/events?admin1=US-0A",
        "/v1/events?from=2025-11&to=2025-12&overlap=definite",
        "/v1/events?from=2025-11-10T00:00:00Z",
        "/v1/events?to=2025-11-30&time_zone=America/Los_Angeles",
        "/v1/events?bbox=-120.5,-60,60,70",
        "/v1/events?bbox=120,-60,-60,70",
        "/v1/actors?limit=500",
        "/v1/actors?kind=police,union&limit=2",
        "/v1/actors?q=nandu",
        "/v1/actors/actor-0",
        "/v1/locations?limit=500",
        "/v1/locations?kind=!venue&limit=5",
        "/v1/locations/venue-0-0",
        "/v1/sources?limit=500",
        "/v1/sources/source-2",
        "/v1/campaigns?limit=500",
        "/v1/campaigns/campaign-1",
        "/v1/timelines?limit=500",
        // Problems.
        "/v1/events?type=riots&from=2026-02-30&limit=0&nonsense=1&bbox=1,2,3",
        "/v1/events?actor=nobody&location=nowhere",
        "/v1/events?as_of=999999",
        "/v1/events?as_of=tomorrow",
        "/v1/events?cursor=xyz",
        "/v1/events/00000000-0000-7000-8000-000000000000",
        "/v1/actors/nobody",
        "/v1/nothing",
    ]
    .map(str::to_owned)
    .into();
    for list in ["/v1/events?limit=4&sort=when", "/v1/events?limit=4&type=!rally", "/v1/actors?limit=3"] {
        let next = world.get(list).ok()["page"]["next"].as_str().expect("more").to_owned();
        targets.push(format!("{list}&cursor={next}"));
        targets.push(format!("{list}&cursor={next}&q=x"));
    }
    for _ in 0..6 {
        let seq = random.below(usize::try_from(head).expect("a number"));
        targets.push(format!("/v1/events?limit=500&as_of={seq}&include=links"));
        targets.push(format!("/v1/events?as_of=2026-02-01T00:00:00.{:03}Z", random.below(150)));
        targets.push(format!("/v1/locations?limit=500&as_of={seq}"));
    }
    let newest = world.get("/v1/events?limit=500&sort=-recorded").ok();
    let events = newest["data"].as_array().expect("a list");
    for _ in 0..8 {
        let id = random.pick(events)["id"].as_str().expect("an id");
        targets.push(format!("/v1/events/{id}?include=evidence,links,translations"));
        targets.push(format!("/v1/events/{id}/revisions"));
        targets.push(format!("/v1/events/{id}/revisions/{}", random.between(1, 3)));
        targets.push(format!("/v1/events/{id}/links?depth={}", random.between(1, 4)));
    }
    // Whatever was there once: some of it is withdrawn or under embargo now.
    for seq in [head / 2, head * 2 / 3, head] {
        let then = world.get(&format!("/v1/events?limit=500&as_of={seq}")).ok();
        for event in then["data"].as_array().expect("a list") {
            targets.push(format!("/v1/events/{}", event["id"].as_str().expect("an id")));
        }
    }
    targets
}

#[test]
fn both_databases_answer_alike() {
    let mut generator = Generator::new(Random::new());
    let operations = operations(&mut generator);
    let worlds =
        [Backend::Sqlite, Backend::Postgres].map(|backend| World::with_clock(Database::new(backend), fixed_clock()));
    for operation in operations {
        let [sqlite, postgres] = worlds.each_ref().map(|world| format!("{:?}", world.submit(operation.clone())));
        assert!(!sqlite.contains("Store("), "{sqlite}");
        assert_eq!(sqlite, postgres, "{operation:?}");
    }
    let targets = targets(&worlds[0], &mut generator.random);
    assert!(targets.len() >= 60);
    for target in targets {
        let [sqlite, postgres] = worlds.each_ref().map(|world| world.get(&target));
        assert_eq!((sqlite.status, &sqlite.body), (postgres.status, &postgres.body), "{target}");
        for header in ["content-type", "etag", "link", "dataset-revision", "cache-control"] {
            assert_eq!(sqlite.header(header), postgres.header(header), "{header} of {target}");
        }
        assert!(sqlite.status < 500, "{target}: {}", sqlite.body);
    }
}

on_both_databases! {
    fn evidence_gets_its_ids_from_the_clock_like_everything_else(world: World) {
        let backend = backend_of(&world);
        let ids = [(); 2].map(|()| {
            let world = World::with_clock(Database::new(backend), fixed_clock()).with_source();
            let evidence = json!([{"source": {"id": "test-source"}, "field": "size", "quote": "hundreds"}]);
            let id = world.put(Resource::Event, event("rally", json!({"evidence": evidence}))).id;
            world.get(&format!("/v1/events/{id}?include=evidence")).ok()["evidence"][0]["id"].clone()
        });
        assert_ne!(ids[0], Value::Null);
        assert_eq!(ids[0], ids[1]);
    }
}
