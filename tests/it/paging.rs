//! Pages that fit together whatever is written meanwhile.

use marchline::domain::resource::Resource;
use marchline::index::order::Sort;
use serde_json::{Value, json};

use crate::support::on_both_databases;
use crate::support::oracle::order;
use crate::support::random::{Generator, Random};
use crate::support::world::{World, event};

/// All orders but the one that needs words.
pub const SORTS: &[&str] = Sort::CODES.split_last().expect("orders").1;
pub const PARTS: &str = "include=evidence,links,translations";

pub fn items(list: &Value) -> &Vec<Value> {
    list["data"].as_array().expect("a list")
}

/// Walks a list from `target` to its end while `meanwhile` happens between the pages, and back to its beginning. Returns
/// the operation it was computed at and what was met on both ways.
fn walk(
    world: &World,
    target: &str,
    random: &mut Random,
    mut meanwhile: impl FnMut(&World),
) -> (i64, Vec<Value>, Vec<Value>, u64) {
    let first = world.get(&format!("{target}&limit={}", random.between(1, 9))).ok();
    let (seq, total) = (first["query"]["as_of"].as_i64().expect("a number"), first["page"]["total"].clone());
    let step = |world: &World, random: &mut Random, cursor: &Value| {
        let cursor = cursor.as_str().expect("a cursor");
        let page = world.get(&format!("{target}&limit={}&cursor={cursor}", random.between(1, 9))).ok();
        assert_eq!(page["query"]["as_of"], seq);
        assert_eq!(page["page"]["total"], total);
        assert!(!items(&page).is_empty(), "an empty page behind a cursor");
        page
    };
    assert_eq!(first["page"]["previous"], Value::Null);
    let mut forward = items(&first).clone();
    let mut page = first;
    while !page["page"]["next"].is_null() {
        meanwhile(world);
        page = step(world, random, &page["page"]["next"]);
        forward.extend(items(&page).iter().cloned());
    }
    let mut backward: Vec<Value> = items(&page).iter().rev().cloned().collect();
    while !page["page"]["previous"].is_null() {
        meanwhile(world);
        page = step(world, random, &page["page"]["previous"]);
        backward.extend(items(&page).iter().rev().cloned());
    }
    backward.reverse();
    (seq, forward, backward, total.as_u64().expect("a total"))
}

on_both_databases! {
    fn pages_hold_each_event_of_their_moment_once(world: World) {
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 40);
        for sort in SORTS {
            let near = if *sort == "distance" { "&near=12.5,179.5" } else { "" };
            let target = format!("/v1/events?sort={sort}{near}&{PARTS}");
            let mut random = generator.random.fork();
            let (seq, forward, backward, total) = walk(&world, &target, &mut random, |world| generator.live(world, 1));
            let whole = world.get(&format!("{target}&limit=500&as_of={seq}")).ok();
            assert!(world.node.index.head().seq > seq, "nothing was written between the pages");
            assert_eq!(whole["page"]["total"], total);
            assert_eq!(&forward, items(&whole), "sort={sort}");
            assert_eq!(&backward, items(&whole), "sort={sort}, backwards");
            if near.is_empty() {
                assert_in_order(items(&whole), sort);
            }
        }
    }

    fn pages_of_a_filtered_list_at_an_earlier_moment_fit_together(world: World) {
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 30);
        let then = world.node.index.head().seq;
        generator.live(&world, 20);
        let target = format!("/v1/events?category=demonstration,policing&as_of={then}");
        let whole = world.get(&format!("{target}&limit=500")).ok();
        let mut random = generator.random.fork();
        let (seq, forward, backward, _) = walk(&world, &target, &mut random, |world| generator.live(world, 1));
        assert_eq!(seq, then);
        assert_eq!((&forward, &backward), (items(&whole), items(&whole)));
    }

    fn pages_of_actors_hold_each_actor_of_their_moment_once(world: World) {
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 10);
        let mut random = generator.random.fork();
        let mut number = 100;
        let (seq, forward, backward, total) = walk(&world, "/v1/actors?kind=!press", &mut random, |world| {
            generator.live(world, 1);
            number -= 7;
            let actor = json!({"slug": format!("actor-{number}-late"), "name": "Late", "kind": "union"});
            world.put(Resource::Actor, actor);
        });
        let whole = world.get(&format!("/v1/actors?kind=!press&limit=500&as_of={seq}")).ok();
        assert_eq!((total, whole["page"]["total"].as_u64()), (8, Some(8)));
        assert_eq!((&forward, &backward), (items(&whole), items(&whole)));
        let slugs: Vec<&str> = forward.iter().filter_map(|actor| actor["slug"].as_str()).collect();
        assert!(slugs.is_sorted(), "{slugs:?}");
    }

    fn a_read_at_a_moment_is_the_same_for_ever(world: World) {
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 15);
        generator.live(&world, 15);
        let seq = world.node.index.head().seq;
        let newest = world.get("/v1/events?sort=-recorded&limit=6").ok();
        let mut targets: Vec<String> = ["events", "actors", "locations", "sources", "campaigns", "timelines"]
            .map(|resource| format!("/v1/{resource}?limit=500&as_of={seq}")).into();
        targets.push(format!("/v1?as_of={seq}"));
        targets.push(format!("/v1/actors/actor-0?as_of={seq}"));
        targets.push(format!("/v1/locations/country-0?as_of={seq}"));
        for event in items(&newest) {
            let id = event["id"].as_str().expect("an id");
            targets.push(format!("/v1/events/{id}?as_of={seq}&{PARTS}"));
            targets.push(format!("/v1/events/{id}/revisions?as_of={seq}"));
            targets.push(format!("/v1/events/{id}/links?depth=3&as_of={seq}"));
        }
        let before: Vec<_> = targets.iter().map(|target| world.get(target)).collect();
        generator.live(&world, 40);
        let mut changed = Vec::new();
        for (target, before) in targets.iter().zip(before) {
            let after = world.get(target);
            if (after.status, &after.body, after.header("etag")) != (before.status, &before.body, before.header("etag")) {
                changed.push(format!("{target}\nwas {}\nis  {}", before.body, after.body));
            }
        }
        assert!(changed.is_empty(), "{}", changed.join("\n"));
    }

    fn an_exclusion_lets_pass_what_reports_nothing(world: World) {
        let world = world.with_source();
        world.put(Resource::Actor, json!({"slug": "police", "name": "Police", "kind": "police"}));
        world.put(Resource::Event, event("bare", json!({})));
        let actors = json!([{"actor": {"id": "police"}, "role": "target"}]);
        world.put(Resource::Event, event("full", json!({"actors": actors, "issues": ["labour"]})));
        for query in ["actor=!police", "role=!target", "issue=!labour", "actor_within=!police", "actor_kind=!police", "has=!actors", "actor=!police&issue=!labour"] {
            let list = world.get(&format!("/v1/events?{query}")).ok();
            assert_eq!(list["data"][0]["title"], "bare", "{query}");
            assert_eq!(list["page"]["total"], 1, "{query}");
        }
    }
}

/// The order, as far as documents tell it.
pub fn assert_in_order(events: &[Value], sort: &str) {
    for pair in events.windows(2) {
        let (a, b) = (&pair[0], &pair[1]);
        assert!(order(sort, a, b).is_le(), "sort={sort}: {a:#} before {b:#}");
    }
}
