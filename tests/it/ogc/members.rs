//! Locations and campaigns as features.

use serde_json::{Value, json};

use super::{ids, linked, list, page};
use crate::support::on_both_databases;
use crate::support::world::World;

const LOCATIONS: &str = "/ogc/collections/locations/items";
const CAMPAIGNS: &str = "/ogc/collections/campaigns/items";

fn slugs(page: &Value) -> Vec<&str> {
    list(&page["features"]).iter().filter_map(|feature| feature["properties"]["slug"].as_str()).collect()
}

on_both_databases! {
    fn locations_are_points_but_for_countries_and_their_divisions(world: World) {
        // Both have points here, which stand for nothing on a map.
        let world = world.with_town();
        let all = page(&world, LOCATIONS);
        assert_eq!(slugs(&all), ["land", "square", "state", "town"]);
        let geometries: Vec<&Value> = list(&all["features"]).iter().map(|feature| &feature["geometry"]).collect();
        let square = json!({"type": "Point", "coordinates": [-118.25, 34.05]});
        assert_eq!(geometries, [&Value::Null, &square, &Value::Null, &Value::Null]);
        assert_eq!(all["features"][1]["properties"]["within"], "land; state; town");
        assert_eq!(slugs(&page(&world, &format!("{LOCATIONS}?bbox=-180,-90,180,90"))), ["square"]);
        assert_eq!(slugs(&page(&world, &format!("{LOCATIONS}?bbox=0,0,1,1"))), [""; 0]);
        // They have no time, so that none is asked of them.
        assert_eq!(page(&world, &format!("{LOCATIONS}?datetime=2020-01-01T00:00:00Z"))["numberMatched"], 4);
        assert_eq!(slugs(&page(&world, &format!("{LOCATIONS}?kind=venue&q=squ"))), ["square"]);
        let extent = world.get("/ogc/collections/locations").ok()["extent"].clone();
        assert_eq!(extent["spatial"]["bbox"], json!([[-118.25, 34.05, -118.25, 34.05]]));
    }

    fn campaigns_have_a_time_and_no_place(world: World) {
        let world = world.founded();
        let all = page(&world, CAMPAIGNS);
        assert_eq!(slugs(&all), ["ice-out"]);
        assert_eq!(all["features"][0]["geometry"], Value::Null);
        for (query, expected) in [
            ("bbox=0,0,1,1", 1), ("datetime=2026-01-01T00:00:00Z", 0), ("datetime=2026-03-01T00:00:00Z", 1), ("datetime=2026-03-01/..", 1),
            ("q=nothing", 0),
        ] {
            assert_eq!(page(&world, &format!("{CAMPAIGNS}?{query}"))["numberMatched"], expected, "{query}");
        }
        let interval = world.get("/ogc/collections/campaigns").ok()["extent"]["temporal"]["interval"][0].clone();
        assert!(interval[0].is_string() && interval[1].is_null(), "{interval}");
    }

    fn their_pages_go_on(world: World) {
        let world = world.founded();
        let mut walked = Vec::new();
        let mut next = Some(format!("{LOCATIONS}?limit=3"));
        while let Some(target) = next {
            let page = page(&world, &target);
            walked.extend(ids(&page));
            next = linked(&page, "next");
        }
        assert_eq!(walked, ids(&page(&world, LOCATIONS)));
        assert_eq!(walked.len(), 10);
    }
}
