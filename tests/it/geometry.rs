//! Places near a point and within polygons.

use marchline::domain::resource::Resource;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::support::lists::{fault, faults, titles};
use crate::support::on_both_databases;
use crate::support::world::{World, event};

fn put(world: &World, title: &str, places: Value) {
    world.put(Resource::Event, event(title, json!({"places": places})));
}

/// A place with a point of its own.
fn at(lat: f64, lon: f64) -> Value {
    json!({"location": {"id": "town"}, "point": {"lat": lat, "lon": lon}})
}

fn within(text: &str) -> String {
    format!("within={}", utf8_percent_encode(text, NON_ALPHANUMERIC))
}

/// The titles of the events that match, in the order of their words.
fn found(world: &World, query: &str) -> Vec<String> {
    let mut found = titles(world, query);
    found.sort();
    found
}

const NOBODY: [&str; 0] = [];

on_both_databases! {
    fn a_circle_is_measured_along_the_ellipsoid(world: World) {
        let world = world.with_town();
        put(&world, "one degree east", json!([at(0.0, -179.5)]));
        put(&world, "the pole", json!([at(90.0, 12.0)]));
        put(&world, "the square", json!([{"location": {"id": "square"}}]));
        put(&world, "the land", json!([{"location": {"id": "land"}}]));
        put(&world, "a point for the state", json!([{"location": {"id": "state"}, "precision": "admin1", "point": {"lat": 34.05, "lon": -118.25}}]));
        put(&world, "nowhere", json!([]));
        // A degree of the equator has 111,319.49 metres, across the antimeridian too.
        assert_eq!(found(&world, "near=0,179.5&radius_m=111320"), ["one degree east"]);
        assert_eq!(found(&world, "near=0,179.5&radius_m=111319"), NOBODY);
        assert_eq!(found(&world, "near=90,-100&radius_m=1"), ["the pole"]);
        assert_eq!(found(&world, "near=34.05,-118.25&radius_m=1"), ["the square"], "states are no dots");
        assert_eq!(found(&world, "near=40,-100&radius_m=20037508"), ["one degree east", "the pole", "the square"]);
        let first = world.seq();
        world.put(Resource::Location, crate::support::town::location("square", "venue", Some("town"), json!({"point": {"lat": 35.0, "lon": -118.25}})));
        assert_eq!(found(&world, "near=34.05,-118.25&radius_m=1000"), NOBODY, "the square was somewhere else");
        assert_eq!(found(&world, &format!("near=34.05,-118.25&radius_m=1000&as_of={first}")), ["the square"]);
    }

    fn a_polygon_may_have_holes_and_cross_the_antimeridian(world: World) {
        let world = world.with_town();
        put(&world, "in the ring", json!([at(1.0, 1.0)]));
        put(&world, "in the hole", json!([at(5.0, 5.0)]));
        put(&world, "on the island", json!([at(20.0, 20.0)]));
        put(&world, "Fiji", json!([at(-17.0, 178.0)]));
        put(&world, "Samoa", json!([at(-14.0, -172.0)]));
        put(&world, "the square", json!([{"location": {"id": "square"}}]));
        put(&world, "the state", json!([{"location": {"id": "state"}}]));
        let ring = "POLYGON((0 0,10 0,10 10,0 10,0 0),(3 3,7 3,7 7,3 7,3 3))";
        assert_eq!(found(&world, &within(ring)), ["in the ring"]);
        let several = r#"{"type":"MultiPolygon","coordinates":[[[[0,0],[10,0],[10,10],[0,10],[0,0]]],[[[19,19],[21,19],[20,21],[19,19]]]]}"#;
        assert_eq!(found(&world, &within(several)), ["in the hole", "in the ring", "on the island"]);
        for across in [
            "POLYGON((170 -20,190 -20,190 -10,170 -10,170 -20))",
            "POLYGON((-190 -20,-170 -20,-170 -10,-190 -10,-190 -20))",
            "MULTIPOLYGON(((170 -20,180 -20,180 -10,170 -10,170 -20)),((-180 -20,-170 -20,-170 -10,-180 -10,-180 -20)))",
        ] {
            assert_eq!(found(&world, &within(across)), ["Fiji", "Samoa"], "{across}");
        }
        // The long way round, as its longitudes say.
        assert_eq!(found(&world, &within("POLYGON((170 -20,-170 -20,-170 -10,170 -10,170 -20))")), NOBODY);
        let world_wide = within("POLYGON((-180 -90,180 -90,180 90,-180 90,-180 -90))");
        assert_eq!(found(&world, &world_wide).len(), 6, "states are no dots");
        assert_eq!(world.get(&format!("/v1/events/extent?{}", within(ring))).ok()["bbox"], json!([1.0, 1.0, 1.0, 1.0]));
    }

    fn a_polygon_may_be_written_in_lines(world: World) {
        let world = world.with_town();
        put(&world, "in the ring", json!([at(1.0, 1.0)]));
        for text in ["POLYGON((0 0,\n\t10 0,\r\n10 10, 0 10, 0 0))", "{\n\t\"type\": \"Polygon\",\n\t\"coordinates\": [[[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]]\n}\n"] {
            assert_eq!(found(&world, &within(text)), ["in the ring"], "{text:?}");
        }
        assert_eq!(found(&world, "q=in%0Athe%09ring"), ["in the ring"]);
    }

    fn a_long_question_has_a_head_that_clients_read(world: World) {
        let world = world.with_town();
        for title in ["one", "two", "three"] {
            put(&world, title, json!([at(1.0, 1.0)]));
        }
        let wide = |vertices: i32| {
            let corner = |number| { let turn = std::f64::consts::TAU * f64::from(number) / f64::from(vertices); format!("{:.4} {:.4}", 10.0 * turn.cos(), 10.0 * turn.sin()) };
            within(&format!("POLYGON(({}))", (0..vertices).chain([0]).map(corner).collect::<Vec<_>>().join(",")))
        };
        for (vertices, relations) in [(4, 4), (80, 1), (1_000, 0)] {
            let answer = world.get(&format!("/v1/events?limit=1&{}", wide(vertices)));
            let links = answer.header("link").unwrap_or_default();
            assert!(links.len() < 8_000 && links.matches("rel=").count() >= relations.min(1), "{}", links.len());
            assert_eq!(relations > 0, links.contains("rel=\"next\""), "{vertices}");
            assert!(answer.ok()["page"]["next"].is_string());
        }
    }

    fn all_of_it_is_asked_of_one_place(world: World) {
        let world = world.with_town();
        put(&world, "two places", json!([at(1.0, 1.0), {"location": {"id": "square"}}]));
        let here = "near=1,1&radius_m=1000";
        let there = within("POLYGON((-119 34,-118 34,-118 35,-119 35,-119 34))");
        for (query, is_found) in [
            (here.to_owned(), true),
            (there.clone(), true),
            (format!("{here}&{there}"), false),
            (format!("{there}&location=square"), true),
            (format!("{here}&location=square"), false),
            (format!("{here}&place_precision=point"), true),
            (format!("{there}&place_precision=point"), false),
            (format!("{there}&bbox=0,0,2,2"), false),
            (format!("{here}&bbox=0,0,2,2"), true),
        ] {
            assert_eq!(!found(&world, &query).is_empty(), is_found, "{query}");
        }
        let of_here = world.get(&format!("/v1/events/facets?facet=place_precision&{here}")).ok();
        assert_eq!(of_here["data"][0]["values"], json!([{"value": "point", "id": null, "name": null, "count": 1}]));
    }

    fn what_is_no_area_is_refused_with_all_that_is_wrong(world: World) {
        let world = world.founded();
        let ask = |query: &str| faults(&world, &format!("/v1/events?{query}"));
        for query in ["near=1&radius_m=1", "near=95,0&radius_m=1", "near=0,181&radius_m=1", "near=NaN,0&radius_m=1", "near=a,b&radius_m=1"] {
            assert_eq!(ask(query), [fault("near", "invalid_point")], "{query}");
        }
        assert_eq!(world.get("/v1/events?near=1,1").ok()["page"]["total"], 6, "however far away");
        assert_eq!(ask("radius_m=5"), [fault("near", "missing")]);
        for radius in ["0", "-1", "20037509", "1.5", "far"] {
            assert_eq!(ask(&format!("near=1,1&radius_m={radius}")), [fault("radius_m", "out_of_range")], "{radius}");
        }
        for text in ["POINT(1 2)", "POLYGON((0 0,1 0,1 1,0 0)", "{\"type\":\"Point\"}", "{", "x"] {
            assert_eq!(ask(&within(text)), [fault("within", "malformed")], "{text}");
        }
        let bad = "MULTIPOLYGON(((0 0,1 0,1 1,0 1)),((0 0,1 0,0 0)),((0 0,0 99,1 1,0 0)))";
        assert_eq!(ask(&within(bad)).len(), 3, "every fault is told");
        assert_eq!(ask(&within("POLYGON((0 0,4 4,4 0,0 4,0 0))")), [fault("within", "invalid_polygon")]);
        let long = "0 0,".repeat(10_000);
        assert_eq!(ask(&format!("within=POLYGON(({}0+0))", long.replace(' ', "+"))), [fault("within", "too_many")]);
    }
}
