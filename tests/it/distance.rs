//! Lists in the order of how far events are away.

use marchline::domain::resource::Resource;
use marchline::domain::scope::Scope;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::lists::{fault, faults, titles};
use crate::support::on_both_databases;
use crate::support::town::{location, rally};
use crate::support::world::{World, event};

fn put(world: &World, title: &str, places: Value) {
    world.put(Resource::Event, event(title, json!({"places": places})));
}

/// A place in a town with a point of its own.
fn at(lat: f64, lon: f64) -> Value {
    json!({"location": {"id": "town"}, "point": {"lat": lat, "lon": lon}})
}

on_both_databases! {
    fn the_nearest_events_come_first_by_their_nearest_place(world: World) {
        let world = world.with_town();
        put(&world, "on the equator", json!([at(0.0, 1.0)]));
        // As many degrees away, and nearer, since the Earth is flatter there.
        put(&world, "on the meridian", json!([at(1.0, 0.0)]));
        put(&world, "on the square", json!([{"location": {"id": "square"}}]));
        put(&world, "far and near", json!([at(50.0, 50.0), at(0.0, 0.5)]));
        put(&world, "nowhere", json!([]));
        put(&world, "in the state", json!([{"location": {"id": "state"}}]));
        put(&world, "on the equator as well", json!([at(0.0, -1.0)]));
        let all = ["far and near", "on the meridian", "on the equator", "on the equator as well", "on the square"];
        assert_eq!(titles(&world, "sort=distance&near=0,0"), all);
        assert_eq!(titles(&world, "sort=distance&near=0,0&radius_m=111000"), all[..2]);
        assert_eq!(titles(&world, "sort=distance&near=0,0&bbox=49,49,51,51"), ["far and near"]);
        assert_eq!(titles(&world, "sort=distance&near=34.05,-118.25")[0], "on the square");
        // Across the antimeridian.
        put(&world, "Fiji", json!([at(-17.0, 178.0)]));
        put(&world, "Samoa", json!([at(-14.0, -172.0)]));
        assert_eq!(titles(&world, "sort=distance&near=-17,-179")[..2], ["Fiji", "Samoa"]);
    }

    fn only_places_that_meet_the_other_filters_are_measured(world: World) {
        let world = world.with_town();
        world.put(Resource::Location, location("village", "locality", Some("state"), json!({})));
        let in_village = |lat: f64, lon: f64| json!({"location": {"id": "village"}, "point": {"lat": lat, "lon": lon}});
        put(&world, "one", json!([at(0.0, 1.0), in_village(0.0, 9.0)]));
        put(&world, "two", json!([at(0.0, 5.0), in_village(0.0, 6.0)]));
        assert_eq!(titles(&world, "sort=distance&near=0,0"), ["one", "two"]);
        assert_eq!(titles(&world, "sort=distance&near=0,0&location=village"), ["two", "one"]);
        assert_eq!(titles(&world, "sort=distance&near=0,0&bbox=2,-1,20,1"), ["two", "one"]);
        let then = world.seq();
        world.put(Resource::Location, location("square", "venue", Some("town"), json!({"point": {"lat": 0.0, "lon": 0.1}})));
        put(&world, "three", json!([{"location": {"id": "square"}}]));
        let first = world.seq();
        assert_eq!(titles(&world, "sort=distance&near=0,0"), ["three", "one", "two"]);
        world.put(Resource::Location, location("square", "venue", Some("town"), json!({"point": {"lat": 0.0, "lon": 7.0}})));
        assert_eq!(titles(&world, "sort=distance&near=0,0"), ["one", "two", "three"]);
        assert_eq!(titles(&world, &format!("sort=distance&near=0,0&as_of={first}")), ["three", "one", "two"]);
        assert_eq!(titles(&world, &format!("sort=distance&near=0,0&as_of={then}")), ["one", "two"]);
    }

    fn whoever_is_given_less_is_told_of_no_nearer_place(world: World) {
        let world = world.with_town();
        world.put(Resource::Location, location("town", "locality", Some("state"), json!({"point": {"lat": 0.0, "lon": 9.0}})));
        let policy = json!({"place": "locality", "reason": "They face prosecution"});
        world.put(Resource::Event, rally(json!({"title": "hidden", "places": [at(0.0, 1.0)], "privacy": policy})));
        put(&world, "open", json!([at(0.0, 5.0)]));
        let insider = Client::of(&world, &[Scope::ReadRestricted]);
        let order = |list: &Value| -> Vec<bool> {
            list["data"].as_array().expect("a list").iter().map(|event| event["title"] == "open").collect()
        };
        let target = "/v1/events?sort=distance&near=0,0";
        assert_eq!(order(&world.get(target).ok()), [true, false]);
        assert_eq!(order(&insider.get(target).0), [false, true]);
        assert_eq!(world.get(&format!("{target}&radius_m=300000")).ok()["page"]["total"], 0);
    }

    fn the_order_by_distance_needs_a_point_and_is_one_of_whole_answers_too(world: World) {
        let world = world.with_town();
        let ask = |query: &str| faults(&world, &format!("/v1/events?{query}"));
        assert_eq!(ask("sort=distance"), [fault("near", "missing")]);
        assert_eq!(ask("sort=distance&near=1"), [fault("near", "invalid_point")]);
        assert_eq!(ask("sort=-distance&near=1,1"), [fault("sort", "unknown_value")]);
        assert_eq!(titles(&world, "sort=distance&near=1,1"), [""; 0]);
        for number in 0..150_u8 {
            put(&world, &format!("{number}"), json!([at(0.0, f64::from(number) * 0.37 % 7.0)]));
        }
        let target = "sort=distance&near=0,0";
        let listed = titles(&world, &format!("{target}&limit=500"));
        let whole = world.get(&format!("/v1/events.geojson?{target}")).ok();
        let features = whole["features"].as_array().expect("a list").iter();
        let features: Vec<_> = features.map(|feature| feature["properties"]["title"].as_str().expect("a text").to_owned()).collect();
        assert_eq!((listed.len(), &listed), (150, &features));
    }
}
