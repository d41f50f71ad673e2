//! Events as GeoJSON: whole answers, streamed.

use std::io::Read;

use marchline::domain::resource::Resource;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use crate::support::filters::random_filters;
use crate::support::http::open;
use crate::support::lists::{fault, faults};
use crate::support::on_both_databases;
use crate::support::oracle::Moment;
use crate::support::random::{Generator, Random};
use crate::support::world::{World, event};

const PARTS: &str = "include=evidence,links,translations";

fn features(collection: &Value) -> Vec<Value> {
    collection["features"].as_array().expect("features").clone()
}

/// What RFC 7946 makes of the first place that a document tells.
fn geometry(event: &Value) -> Value {
    match &event["places"][0]["point"] {
        Value::Null => Value::Null,
        point => json!({"type": "Point", "coordinates": [point["lon"], point["lat"]]}),
    }
}

/// All that long events hold: more megabytes than two sockets keep.
const LONG: &str = "/v1/events.geojson?include=translations";

fn with_long_events(world: World) -> World {
    with_so_many(world, 32)
}

fn with_so_many(world: World, events: usize) -> World {
    let world = world.with_source();
    let words = json!({"title": "Long", "summary": "☮".repeat(9_999)});
    let languages = ["ar", "de", "el", "es", "fr", "it", "ja", "ko"];
    let translations: Value =
        languages.iter().map(|tag| ((*tag).to_owned(), words.clone())).collect::<Map<_, _>>().into();
    for number in 0..events {
        world.put(Resource::Event, event(&format!("Event {number}"), json!({"translations": translations})));
    }
    world
}

/// Begins to read the long events, and reads no further than the beginning.
fn begin(world: &World) -> (impl Read + use<>, Vec<u8>) {
    let mut answer = open(world.base(), LONG);
    let mut begin = vec![0; 64];
    answer.read_exact(&mut begin).expect("the beginning");
    (answer, begin)
}

on_both_databases! {
    fn a_collection_holds_what_the_list_holds_in_its_order(world: World) {
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 60);
        let past = world.node.index.head().seq;
        generator.live(&world, 40);
        let moments = [past, world.node.index.head().seq].map(|seq| Moment::read(&world, seq));
        let (mut with_point, mut most) = (0, 0);
        for number in 0..24 {
            let moment = &moments[number % 2];
            // The first questions are about everything, so that answers of several pieces are among them.
            let filters = if number < 4 { Vec::new() } else { random_filters(&mut generator.random, moment) };
            let written = |(name, value): &(&str, String)| format!("&{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC));
            let query: String = filters.iter().map(written).collect();
            let sort = generator.random.pick(&["when", "-when", "size", "-recorded"]);
            let query = format!("{PARTS}&sort={sort}&as_of={}{query}", moment.seq);
            let list = world.get(&format!("/v1/events?limit=500&{query}")).ok();
            let answer = world.get(&format!("/v1/events.geojson?{query}"));
            assert_eq!(answer.header("content-type").as_deref(), Some("application/geo+json"));
            let collection = answer.ok();
            assert_eq!(collection["type"], "FeatureCollection");
            assert_eq!(collection["total"], list["page"]["total"], "{query}");
            assert_eq!(collection["query"], list["query"], "{query}");
            let features = features(&collection);
            let listed = list["data"].as_array().expect("a list");
            assert_eq!(features.len(), listed.len(), "{query}");
            for (feature, event) in features.iter().zip(listed) {
                let expected = json!({"type": "Feature", "id": event["id"], "geometry": geometry(event), "properties": event});
                assert_eq!(*feature, expected, "{query}");
            }
            with_point += features.iter().filter(|feature| !feature["geometry"].is_null()).count();
            most = most.max(features.len());
        }
        assert!(with_point > 10 && most > 40, "{with_point} points, {most} features at most");
    }

    fn what_is_written_while_a_collection_is_read_is_not_in_it(world: World) {
        let world = with_long_events(world);
        let seq = world.node.index.head().seq;
        let expected = world.get(LONG).body;
        let (mut answer, mut whole) = begin(&world);
        // Megabytes do not fit between the two: the rest is read when it is asked for.
        for number in 0..5 {
            world.put(Resource::Event, event(&format!("Later {number}"), json!({})));
        }
        answer.read_to_end(&mut whole).expect("the rest");
        assert!(whole == expected.as_bytes(), "the collection changed while it was read");
        let pinned: Value = serde_json::from_slice(&whole).expect("JSON");
        assert_eq!(pinned["query"]["as_of"], seq);
        assert_eq!(features(&world.get("/v1/events.geojson").ok()).len(), 37);
    }

    fn what_is_hidden_while_a_collection_is_read_is_not_in_the_rest_of_it(world: World) {
        // So many that the last ones are not read before there is room for them.
        let world = with_so_many(world, 90);
        let first = world.get("/v1/events?sort=recorded&limit=1").ok()["data"][0].clone();
        let (mut answer, mut whole) = begin(&world);
        // The first policy there is, on the event that the collection gives last.
        let embargo = json!({"id": first["id"], "privacy": {"embargo": true}});
        world.put(Resource::Event, event("Hidden", embargo));
        answer.read_to_end(&mut whole).expect("the rest");
        let titles: Vec<Value> = features(&serde_json::from_slice(&whole).expect("JSON")).into_iter().map(|feature| feature["properties"]["title"].clone()).collect();
        assert_eq!((first["title"].as_str(), titles.len()), (Some("Event 0"), 89));
        assert!(!titles.contains(&first["title"]), "{titles:?}");
    }

    fn a_collection_has_no_pages_and_only_its_own_form(world: World) {
        let world = world.founded();
        for parameter in ["limit", "cursor", "count"] {
            let target = format!("/v1/events.geojson?{parameter}=1");
            assert_eq!(faults(&world, &target), [fault(parameter, "unknown_parameter")]);
        }
        let refused = world.get_with("/v1/events.geojson", &[("Accept", "text/csv")]);
        assert_eq!(refused.status, 406);
        let empty = world.get("/v1/events.geojson?type=kettle").ok();
        assert_eq!((&empty["features"], &empty["total"]), (&json!([]), &json!(0)));
    }

    fn a_collection_is_sent_again_only_after_a_write(world: World) {
        let world = world.founded();
        let etag = world.get("/v1/events.geojson").header("etag").expect("a validator");
        let again = |world: &World| world.get_with("/v1/events.geojson", &[("If-None-Match", &etag)]).status;
        assert_eq!(again(&world), 304);
        world.put(Resource::Source, json!({"slug": "test-source", "publisher": "The Test", "kind": "news"}));
        world.put(Resource::Event, event("Something else", json!({})));
        assert_eq!(again(&world), 200);
    }

    fn more_exports_at_once_than_a_node_makes_are_asked_to_wait(world: World) {
        let world = with_long_events(world);
        // Nobody reads on, so none of them ends.
        let mut under_way: Vec<_> = (0..8).map(|_| begin(&world)).collect();
        let refused = world.get("/v1/events.geojson");
        assert_eq!((refused.status, refused.header("retry-after").is_some()), (503, true));
        assert_eq!(world.get("/v1/events?limit=1").status, 200);
        // One that is given up makes room.
        under_way.pop();
        let answered = (0..2_000).any(|_| world.get("/v1/events.geojson?type=strike").status == 200);
        assert!(answered, "the turn of an export that was given up is lost");
    }
}
