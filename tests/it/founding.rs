//! The founding timeline, by questions.

use serde_json::Value;

use crate::support::on_both_databases;
use crate::support::world::World;

/// Which of E1 … E13 a list holds, in the order of their numbers.
fn founding_events(world: &World, query: &str) -> Vec<u32> {
    let list = world.get(&format!("/v1/events?limit=500&{query}")).ok();
    let number = |event: &Value| {
        let id = event["external_ids"][0]["id"].as_str().expect("an external id").to_owned();
        id.trim_start_matches('E').parse().expect("a number")
    };
    let mut numbers: Vec<u32> = list["data"].as_array().expect("a list").iter().map(number).collect();
    assert_eq!(list["page"]["total"], numbers.len());
    numbers.sort_unstable();
    numbers
}

on_both_databases! {
    fn loading_twice_changes_nothing(world: World) {
        let world = world.founded();
        let before = world.get("/v1").ok()["seq"].clone();
        let again = world.load_founding();
        assert_eq!((again.created, again.corrected, again.unchanged), (0, 0, 42));
        assert_eq!(world.get("/v1").ok()["seq"], before);
    }

    fn a_clash_at_two_venues_with_what_each_side_did(world: World) {
        let world = world.founded();
        let list = world.get("/v1/events?type=clash&include=evidence").ok();
        assert_eq!(list["page"]["total"], 1);
        let clash = &list["data"][0];
        let places = clash["places"].as_array().expect("a list");
        let slug = |place: &Value| place["location"]["slug"].as_str().unwrap_or_default().to_owned();
        let expected = ["metropolitan-detention-center-los-angeles", "edward-r-roybal-federal-building"];
        assert_eq!(places.iter().map(slug).collect::<Vec<_>>(), expected);
        assert!(places.iter().all(|place| place["precision"] == "venue" && place["point"]["lat"].is_number()));
        assert_eq!(clash["outcomes"]["police_measures"][0], "pepper balls");
        let evidence = clash["evidence"].as_array().expect("a list");
        assert!(!evidence.is_empty() && evidence.iter().all(|item| item["locator"].is_string()));
    }

    fn parts_of_dhs_are_found_within_it(world: World) {
        let world = world.founded();
        assert_eq!(founding_events(&world, "actor_within=dhs"), [4, 8, 10, 13]);
        assert_eq!(founding_events(&world, "actor=dhs"), [8]);
        assert_eq!(founding_events(&world, "actor=ice,cbp"), [4, 8, 10, 13]);
        assert_eq!(founding_events(&world, "actor_within=dhs&role=target"), [4, 10]);
        assert_eq!(founding_events(&world, "actor_within=!dhs&type=rally,clash"), [5]);
    }

    fn los_angeles_holds_its_venues(world: World) {
        let world = world.founded();
        assert_eq!(founding_events(&world, "location=los-angeles"), [3, 4, 5, 6, 7]);
        assert_eq!(founding_events(&world, "admin1=US-CA"), [3, 4, 5, 6, 7, 11, 12]);
        assert_eq!(founding_events(&world, "country=US").len(), 13);
    }

    fn windows_are_possible_or_definite(world: World) {
        let world = world.founded();
        let but_e2 = [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13];
        for window in ["from=2026-01-31&to=2026-01-31", "from=2026-01-31"] {
            assert_eq!(founding_events(&world, &format!("{window}&overlap=definite")), [4, 8, 10]);
            assert_eq!(founding_events(&world, window), but_e2);
        }
        assert_eq!(founding_events(&world, "from=2026-01-30&to=2026-01-30&overlap=definite"), [4]);
    }

    fn the_dispersal_order_leads_to_the_rally(world: World) {
        let world = world.founded();
        let order = world.get("/v1/events?type=dispersal_order").ok()["data"][0]["id"].clone();
        let order = order.as_str().expect("an id");
        let near = world.get(&format!("/v1/events/{order}/links?depth=1")).ok();
        assert_eq!(near["nodes"].as_array().map(Vec::len), Some(2));
        let far = world.get(&format!("/v1/events/{order}/links?depth=2")).ok();
        let types: Vec<_> = far["nodes"].as_array().expect("a list").iter().map(|node| node["type"].clone()).collect();
        assert!(types.contains(&"rally".into()), "{types:?}");
        assert!(far["edges"].as_array().expect("a list").iter().any(|edge| edge["relation"] == "escalation_of"));
    }

    fn spanish_is_given_where_there_is_a_translation(world: World) {
        let world = world.founded();
        let rally = &world.get("/v1/events?type=rally&lang=es").ok()["data"][0];
        assert_eq!(rally["language"], "es");
        assert!(rally["title"].as_str().is_some_and(|title| title.contains("Concentración") || title.contains("Ángeles")), "{}", rally["title"]);
        assert_eq!(world.get("/v1/events?type=rally&lang=fr").ok()["data"][0]["language"], "en");
    }
}
