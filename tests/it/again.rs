//! The same question again and again: the answer is given from memory, and must still be that of now.

use std::collections::BTreeMap;

use marchline::domain::resource::Resource;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::support::filters::random_filters;
use crate::support::on_both_databases;
use crate::support::oracle::Moment;
use crate::support::random::{Generator, Random};
use crate::support::town;
use crate::support::world::{World, event};

/// What of a list does not name the operation that it was computed at.
fn content(list: &Value) -> (Value, Value) {
    (list["data"].clone(), list["page"]["total"].clone())
}

on_both_databases! {
    fn the_same_question_is_answered_as_of_now_whatever_is_written(world: World) {
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 50);
        let moment = Moment::read(&world, world.node.index.head().seq);
        let targets: Vec<String> = (0..12)
            .map(|number| {
                let filters = if number < 3 { Vec::new() } else { random_filters(&mut generator.random, &moment) };
                let written = |(name, value): &(&str, String)| format!("&{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC));
                let query: String = filters.iter().map(written).collect();
                format!("/v1/events?limit={}{query}", generator.random.between(1, 6))
            })
            .collect();
        // By target: how often the answer was the one before, and how often another.
        let (mut same, mut other) = (0, 0);
        let mut before: BTreeMap<&String, Value> = BTreeMap::new();
        for _ in 0..25 {
            generator.live(&world, 2);
            let seq = world.node.index.head().seq;
            for target in &targets {
                let given = world.get(target).ok();
                let fresh = world.get(&format!("{target}&as_of={seq}")).ok();
                assert_eq!(content(&given), content(&fresh), "{target} at {seq}");
                let asked = world.get_with(target, &[("min-revision", &seq.to_string())]).ok();
                assert_eq!((content(&asked), &asked["query"]["as_of"]), (content(&fresh), &json!(seq)), "{target}");
                match before.insert(target, given.clone()) {
                    Some(earlier) if content(&earlier) == content(&given) => same += 1,
                    _ => other += 1,
                }
            }
        }
        assert!(same > 20 && other > 20, "{same} answers were the same as before, {other} were others");
    }

    fn a_page_stays_as_it_was_until_a_write_touches_it(world: World) {
        let world = world.with_rally();
        let target = "/v1/events?type=rally&limit=1";
        let first = world.get(target);
        let validator = first.header("etag").expect("a validator");
        let is_known = |world: &World| world.get_with(target, &[("if-none-match", &validator)]).status == 304;
        world.put(Resource::Event, event("A vigil", json!({"type": "vigil"})));
        let again = world.get(target);
        assert_eq!((&again.body, again.header("etag")), (&first.body, first.header("etag")));
        assert_ne!(again.header("dataset-revision"), first.header("dataset-revision"));
        assert_eq!(again.header("link"), first.header("link"));
        assert!(is_known(&world));
        assert_eq!(world.get_with(target, &[("accept", "text/csv")]).status, 406);
        // One more that is on no first page changes the total.
        world.put(Resource::Event, event("Long ago", json!({"type": "rally", "when": {"start": {"edtf": "1848-03-18"}}})));
        assert_eq!(world.get(target).ok()["page"]["total"], 2);
        assert!(!is_known(&world));
        world.put(Resource::Actor, json!({"slug": "union", "name": "Renamed", "kind": "union"}));
        assert_eq!(world.get(target).ok()["data"][0]["actors"][0]["actor"]["name"], "Renamed");
        world.retract(Resource::Event, town::id(town::RALLY), "a duplicate");
        let left = world.get(target).ok();
        assert_eq!((&left["page"]["total"], &left["data"][0]["title"]), (&json!(1), &json!("Long ago")));
    }
}
