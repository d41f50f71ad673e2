//! Filters of locations and campaigns.

use marchline::domain::resource::Resource;
use marchline::node::operation::{Command, Operation};
use marchline::query::filter::members::{CampaignProperty, LocationProperty};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{SITE, follow, ids, linked, list, page};
use crate::support::cql2_json::in_json;
use crate::support::filters_members::random_member_filter;
use crate::support::lists::{fault, faults};
use crate::support::on_both_databases;
use crate::support::oracle_members::member_matches;
use crate::support::random::{Generator, Random};
use crate::support::town::{id, location};
use crate::support::world::{World, because};

const NOTHING: [&str; 0] = [];

/// The address of the features that meet a filter.
fn items(collection: &str, filter: &str) -> String {
    let filter = utf8_percent_encode(filter, NON_ALPHANUMERIC);
    format!("/ogc/collections/{collection}/items?limit=1000&filter={filter}")
}

/// The slugs of those.
fn met(world: &World, collection: &str, filter: &str) -> Vec<String> {
    let page = page(world, &items(collection, filter));
    assert_eq!(page["numberMatched"], list(&page["features"]).len(), "{filter}");
    let slug = |feature: &Value| feature["properties"]["slug"].as_str().expect("a slug").to_owned();
    list(&page["features"]).iter().map(slug).collect()
}

/// What is wrong with a filter: the codes, with what is said of each.
fn wrong(world: &World, target: &str) -> Vec<(String, String)> {
    let answer = world.get(target);
    assert_eq!(answer.status, 400, "{target}: {}", answer.body);
    assert_eq!(answer.header("content-type").as_deref(), Some("application/problem+json"));
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let read = |fault: &Value| {
        assert_eq!(fault["parameter"], "filter", "{fault}");
        (text(&fault["code"]), text(&fault["detail"]))
    };
    list(&answer.json()["errors"]).iter().map(read).collect()
}

impl World {
    /// The town with a café, another country, and campaigns with dates.
    fn with_more(self) -> Self {
        let world = self.with_town();
        let cafe = json!({"name": "Café de la Paix", "point": {"lat": 34.06, "lon": -118.2}, "radius_m": 80,
            "external_ids": [{"scheme": "osm", "id": "n1"}, {"scheme": "geonames", "id": "7"}]});
        world.put(Resource::Location, location("cafe", "venue", Some("town"), cafe));
        let elsewhere = json!({"country": "DE", "time_zone": "Europe/Berlin", "point": {"lat": 51.0, "lon": 10.0}});
        world.put(Resource::Location, location("elsewhere", "country", None, elsewhere));
        let park = json!({"name": "CAFE 100%", "point": {"lat": 52.5, "lon": 13.4}, "radius_m": 500.5});
        world.put(Resource::Location, location("park", "neighbourhood", Some("elsewhere"), park));
        for (slug, when) in [
            ("march", json!({"start": {"edtf": "2026-03"}, "time_zone": "America/Los_Angeles"})),
            ("week", json!({"start": {"edtf": "2026-03-10"}, "end": {"edtf": "2026-03-16"}})),
            ("open", json!({"start": {"edtf": "2026-03-12"}, "end": {"edtf": "[2026-04-01..]"}})),
        ] {
            world
                .put(Resource::Campaign, json!({"slug": slug, "name": slug, "aliases": ["One", "Eins"], "when": when}));
        }
        world
    }
}

on_both_databases! {
    fn each_property_of_a_location_is_compared_as_it_is(world: World) {
        let world = world.with_more();
        let square = world.get("/v1/locations/square").ok()["id"].as_str().expect("an id").to_owned();
        for (filter, expected) in [
            ("TRUE", &["cafe", "elsewhere", "land", "park", "square", "state", "town"][..]),
            ("NOT TRUE", &[]),
            ("slug = 'cafe' OR slug = 'park' AND kind = 'venue'", &["cafe"]),
            ("slug IN ('cafe', 'park', 'none')", &["cafe", "park"]),
            ("kind = 'venue'", &["cafe", "square"]),
            ("kind <> 'venue'", &["elsewhere", "land", "park", "state", "town"]),
            ("kind < 'locality'", &["elsewhere", "land", "state"]),
            ("kind BETWEEN 'locality' AND 'neighbourhood'", &["park", "town"]),
            ("CASEI(kind) IN (CASEI('VENUE'))", &["cafe", "square"]),
            ("kind LIKE '%e%u%'", &["cafe", "park", "square"]),
            ("kind LIKE 'x%'", &[]),
            // Their own, or those of what they lie in.
            ("country = 'US'", &["cafe", "land", "square", "state", "town"]),
            ("NOT country = 'US'", &["elsewhere", "park"]),
            ("country LIKE '_E'", &["elsewhere", "park"]),
            ("admin1 = 'US-CA'", &["cafe", "square", "state", "town"]),
            ("admin1 <> 'US-NY'", &["cafe", "square", "state", "town"]),
            ("admin1 IS NULL", &["elsewhere", "land", "park"]),
            ("time_zone = 'America/Los_Angeles'", &["cafe", "square", "town"]),
            ("time_zone IS NULL", &["land", "state"]),
            ("CASEI(time_zone) LIKE 'europe/%'", &["elsewhere", "park"]),
            // Itself, and all that lies below.
            ("location = 'town'", &["cafe", "square", "town"]),
            ("location IN ('town', 'elsewhere')", &["cafe", "elsewhere", "park", "square", "town"]),
            ("location <> 'state'", &["elsewhere", "land", "park"]),
            ("location LIKE 's%'", &["cafe", "square", "state", "town"]),
            ("CASEI(location) = CASEI('TOWN')", &["cafe", "square", "town"]),
            ("location LIKE 'x%' OR location IS NULL", &[]),
            ("name = 'Café de la Paix'", &["cafe"]),
            ("name LIKE 'Caf%'", &["cafe"]),
            ("CASEI(name) LIKE 'cafe%'", &["park"]),
            ("ACCENTI(name) LIKE 'Caf_ de%'", &["cafe"]),
            ("ACCENTI(CASEI(name)) LIKE ACCENTI(CASEI('CAFÉ%'))", &["cafe", "park"]),
            ("name LIKE '%100\\%'", &["park"]),
            ("radius_m > 80", &["park"]),
            ("radius_m >= 80", &["cafe", "park"]),
            ("NOT radius_m > 80", &["cafe"]),
            ("radius_m BETWEEN 80 AND 500", &["cafe"]),
            ("radius_m IN (80, 500.5)", &["cafe", "park"]),
            ("500 < radius_m", &["park"]),
            ("radius_m IS NULL OR radius_m < 100", &["cafe", "elsewhere", "land", "square", "state", "town"]),
            ("radius_m > 80 AND external_id = 'x'", &[]),
            ("NOT (radius_m > 80 AND external_id = 'x')", &["cafe"]),
            ("external_id = 'geonames:7'", &["cafe"]),
            ("external_id LIKE 'osm:%'", &["cafe"]),
            ("external_id <> 'osm:n1'", &[]),
            ("external_id IS NOT NULL", &["cafe"]),
            ("recorded_at >= DATE('2020-01-01') AND recorded_at IS NOT NULL", &["cafe", "elsewhere", "land", "park", "square", "state", "town"]),
            ("T_BEFORE(recorded_at, DATE('2020-01-01'))", &[]),
            ("geometry IS NULL", &["elsewhere", "land", "state", "town"]),
            ("S_INTERSECTS(geometry, BBOX(-118.3, 34, -118.22, 34.1))", &["square"]),
            ("S_INTERSECTS(BBOX(-119, 33, -118, 35), geometry)", &["cafe", "square"]),
            ("S_INTERSECTS(geometry, BBOX(-180, -90, 180, 90))", &["cafe", "park", "square"]),
            ("S_DISJOINT(geometry, BBOX(-119, 33, -118, 35))", &["park"]),
            ("S_INTERSECTS(geometry, POLYGON((-118.3 34.02, -118.15 34.02, -118.15 34.09, -118.3 34.02)))", &["cafe"]),
            ("S_INTERSECTS(geometry, POINT(13.4 52.5))", &["park"]),
            // The point of what is no dot on a map matches nothing.
            ("S_INTERSECTS(geometry, POINT(10 51))", &[]),
        ] {
            assert_eq!(met(&world, "locations", filter), expected, "{filter}");
        }
        assert_eq!(met(&world, "locations", &format!("id = '{square}'")), ["square"]);
        assert_eq!(met(&world, "locations", &format!("location = '{square}'")), ["square"]);
        // They hold beside all else.
        let beside = items("locations", "location = 'town'");
        for (more, expected) in [("kind=venue", 2), ("bbox=-118.3,34,-118.22,34.1", 1), ("q=paix", 1), ("kind=country", 0)] {
            assert_eq!(page(&world, &format!("{beside}&{more}"))["numberMatched"], expected, "{more}");
        }
    }

    fn each_property_of_a_campaign_is_compared_as_it_is(world: World) {
        let world = world.with_more();
        for (filter, expected) in [
            ("TRUE", &["march", "open", "spring", "week"][..]),
            ("aliases = 'Primavera'", &["spring"]),
            ("aliases <> 'Eins'", &["spring"]),
            ("aliases LIKE 'E%'", &["march", "open", "week"]),
            ("name = 'Spring' OR slug = 'week'", &["spring", "week"]),
            ("start IS NULL", &["spring"]),
            ("when IS NOT NULL AND end IS NOT NULL", &["march", "open", "week"]),
            ("start > DATE('2026-03-01')", &["open", "week"]),
            ("NOT start > DATE('2026-03-10')", &["march", "week"]),
            ("end <= DATE('2026-03')", &["march", "week"]),
            // A date is one of each campaign's own calendar; an instant is not.
            ("end < TIMESTAMP('2026-04-01T06:00:00Z')", &["week"]),
            ("end = DATE('2026-03-31')", &["march"]),
            ("T_INTERSECTS(when, INTERVAL('2026-03-16', '2026-03-17'))", &["march", "open", "week"]),
            ("T_DURING(when, INTERVAL('2026-03', '..'))", &["open", "week"]),
            ("T_DURING(when, INTERVAL('2026-02', '2026-04'))", &["march", "week"]),
            ("T_AFTER(when, DATE('2026-03-11'))", &["open"]),
            ("T_DISJOINT(when, DATE('2026-03-11'))", &["open"]),
            ("T_EQUALS(when, DATE('2026-03'))", &["march"]),
            ("recorded_at < DATE('2020')", &[]),
        ] {
            assert_eq!(met(&world, "campaigns", filter), expected, "{filter}");
        }
    }

    fn what_each_filter_finds_is_what_documents_say(world: World) {
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 4);
        for number in 0..60 {
            if number % 12 == 11 {
                let (resource, document) = generator.renamed();
                world.put(resource, document);
            }
            let newest = world.node.index.head().seq;
            let seq = newest - i64::try_from(generator.random.below(6)).expect("a number");
            for collection in ["locations", "campaigns"] {
                let all = world.get(&format!("/v1/{collection}?limit=500&as_of={seq}")).ok();
                let documents = list(&all["data"]);
                let filter = random_member_filter(&mut generator.random, documents);
                let of = |document: &Value| document["slug"].as_str().expect("a slug").to_owned();
                let mut expected: Vec<String> =
                    documents.iter().filter(|document| member_matches(document, &filter)).map(of).collect();
                expected.sort();
                let found = page(&world, &format!("{}&as_of={seq}", items(collection, &filter)));
                let slug = |feature: &Value| of(&feature["properties"]);
                assert_eq!(list(&found["features"]).iter().map(slug).collect::<Vec<_>>(), expected, "{filter} as of {seq}");
                // And in JSON.
                let json = format!("{}&as_of={seq}&filter-lang=cql2-json", items(collection, &in_json(&filter)));
                assert_eq!(ids(&page(&world, &json)), ids(&found), "{filter}");
            }
        }
    }

    fn a_column_and_what_can_be_asked_under_its_name_mean_the_same(world: World) {
        let world = world.with_more();
        for (collection, properties) in [("locations", LocationProperty::CODES), ("campaigns", CampaignProperty::CODES)] {
            let all = page(&world, &format!("/ogc/collections/{collection}/items"));
            let features = list(&all["features"]);
            for name in properties.iter().filter(|name| features[0]["properties"].get(**name).is_some()) {
                let is_null = |feature: &&Value| feature["properties"][*name].is_null();
                let expected = features.iter().filter(is_null).count();
                assert_eq!(met(&world, collection, &format!("{name} IS NULL")).len(), expected, "{name}");
                for value in features.iter().map(|feature| &feature["properties"][*name]) {
                    let one = |value: &Value| match value {
                        Value::String(text) if ["start", "end", "recorded_at"].contains(name) => Some(format!("TIMESTAMP('{text}')")),
                        Value::String(text) => Some(format!("'{}'", text.split("; ").next().expect("a value"))),
                        Value::Number(number) => Some(number.to_string()),
                        _ => None,
                    };
                    let Some(written) = one(value) else { continue };
                    let has = |feature: &&Value| {
                        let own = &feature["properties"][*name];
                        one(own).as_ref() == Some(&written)
                    };
                    let expected = features.iter().filter(has).count();
                    assert_eq!(met(&world, collection, &format!("{name} = {written}")).len(), expected, "{name} {written}");
                }
            }
        }
    }

    fn queryables_are_what_filters_take(world: World) {
        let world = world.with_more();
        for (collection, codes) in [("locations", LocationProperty::CODES), ("campaigns", CampaignProperty::CODES)] {
            let described = world.get(&format!("/ogc/collections/{collection}")).ok();
            let answer = follow(&world, &described, "http://www.opengis.net/def/rel/ogc/1.0/queryables");
            assert_eq!(answer.header("content-type").as_deref(), Some("application/schema+json"));
            let schema = answer.ok();
            assert_eq!(schema["$id"], format!("{SITE}/ogc/collections/{collection}/queryables"));
            assert_eq!((&schema["title"], &schema["additionalProperties"]), (&described["title"], &json!(false)));
            let properties = schema["properties"].as_object().expect("properties");
            assert_eq!(properties.keys().map(String::as_str).collect::<Vec<_>>(), codes);
            for (name, property) in properties {
                assert!(property["title"].is_string() && property["description"].is_string(), "{name}");
                assert_eq!(property["type"].is_string(), name != "geometry", "{name}");
                let all = met(&world, collection, &format!("{name} IS NULL OR {name} IS NOT NULL"));
                assert_eq!(all, met(&world, collection, "TRUE"), "{name}");
            }
            // Every other member of a feature is refused, with the names of those that there are.
            let all = page(&world, &format!("/ogc/collections/{collection}/items"));
            let members = all["features"][0]["properties"].as_object().expect("members").keys().map(String::as_str);
            for name in members.chain(["titel", "size"]).filter(|name| !codes.contains(name)) {
                let told = format!("At character 1: There is no property `{name}` to filter by. There are: {}.", codes.join(", "));
                let target = items(collection, &format!("{name} IS NULL"));
                assert_eq!(wrong(&world, &target), [("unknown_property".to_owned(), told)], "{collection}");
            }
        }
        let schema = world.get("/ogc/collections/locations/queryables").ok();
        assert_eq!(schema["properties"]["geometry"], json!({"format": "geometry-point", "x-ogc-role": "primary-geometry",
            "title": "geometry", "description": "Points, asked by S_INTERSECTS and S_DISJOINT."}));
        assert_eq!((&schema["properties"]["radius_m"]["type"], &schema["properties"]["kind"]["enum"][0]), (&json!("number"), &json!("country")));
    }

    fn what_cannot_be_asked_is_told_with_its_place(world: World) {
        let world = world.with_more();
        for (collection, filter, code, place) in [
            ("locations", "kind = 'citty'", "unknown_value", 8),
            ("locations", "kind >= 'citty'", "unknown_value", 9),
            ("locations", "country = 'us'", "malformed", 11),
            ("locations", "admin1 = 'California'", "malformed", 10),
            ("locations", "location = 'nowhere'", "unknown_reference", 12),
            ("locations", "location = 'a,b'", "unknown_value", 12),
            ("locations", "id = 'square'", "malformed", 6),
            ("locations", "id LIKE '0%'", "wrong_type", 1),
            ("locations", "CASEI(id) = 'x'", "unsupported", 13),
            ("locations", "name = 3", "wrong_type", 8),
            ("locations", "name > 'a'", "unsupported", 1),
            ("locations", "name = slug", "unsupported", 8),
            ("locations", "radius_m = 'x'", "wrong_type", 12),
            ("locations", "CASEI(radius_m) = 'x'", "wrong_type", 7),
            ("locations", "recorded_at = '2026'", "wrong_type", 15),
            ("locations", "recorded_at = TIMESTAMP('2026')", "malformed", 15),
            ("locations", "T_AFTER(name, DATE('2026'))", "wrong_type", 1),
            ("locations", "T_NEVER(recorded_at, DATE('2026'))", "unsupported", 1),
            ("locations", "geometry = 'x'", "unsupported", 1),
            ("locations", "S_INTERSECTS(name, BBOX(0, 0, 1, 1))", "wrong_type", 1),
            ("locations", "S_INTERSECTS(geometry, BBOX(0, 10, 1, 1))", "invalid_bbox", 24),
            ("locations", "S_WITHIN(geometry, BBOX(0, 0, 1, 1))", "unsupported", 1),
            ("locations", "kind = 'venue' AND", "malformed", 19),
            ("campaigns", "when = DATE('2026')", "unsupported", 1),
            ("campaigns", "S_INTERSECTS(name, POINT(1 1))", "wrong_type", 1),
            ("campaigns", "geometry IS NULL", "unknown_property", 1),
        ] {
            let wrong = wrong(&world, &items(collection, filter));
            let [(told, detail)] = wrong.as_slice() else { panic!("{filter}: {wrong:?}") };
            assert_eq!(told, code, "{filter}: {detail}");
            assert!(detail.starts_with(&format!("At character {place}: ")), "{filter}: {detail}");
        }
        // All at once, and in JSON by pointers.
        let json = json!({"op": "or", "args": [{"op": "=", "args": [{"property": "kind"}, "x"]}, {"op": "=", "args": [{"property": "titel"}, 1]},
            {"op": "=", "args": [{"property": "location"}, "square"]}]});
        let all = wrong(&world, &format!("{}&filter-lang=cql2-json", items("locations", &json.to_string())));
        assert_eq!(all.iter().map(|(code, _)| code.as_str()).collect::<Vec<_>>(), ["unknown_value", "unknown_property"]);
        assert!(all[0].1.starts_with("At /args/0/args/1: ") && all[1].1.starts_with("At /args/1/args/0: "), "{all:?}");
        for collection in ["locations", "campaigns"] {
            let target = format!("/ogc/collections/{collection}/items");
            for (query, name, code) in [
                ("filter-lang=ecql", "filter-lang", "unknown_value"),
                ("filter-crs=EPSG:4326", "filter-crs", "unknown_value"),
                ("filter_lang=cql2-json", "filter_lang", "unknown_parameter"),
                ("filter=", "filter", "empty"),
            ] {
                assert_eq!(faults(&world, &format!("{target}?{query}")), [fault(name, code)], "{query}");
            }
        }
    }

    fn pages_of_a_filter_go_on_and_cursors_belong_to_it(world: World) {
        let world = world.with_more();
        let filter = "filter=country%3D%27US%27";
        let target = format!("/ogc/collections/locations/items?limit=2&{filter}");
        let first = page(&world, &target);
        let next = linked(&first, "next").expect("a second page");
        // What comes meanwhile is on no page of this walk.
        world.put(Resource::Location, location("zoo", "venue", Some("town"), json!({})));
        let second = page(&world, &next);
        let third = page(&world, &linked(&second, "next").expect("a third page"));
        let walked: Vec<String> = [first, second, third.clone()].iter().flat_map(ids).collect();
        assert_eq!(walked.len(), 5);
        assert_eq!((third["numberMatched"].clone(), linked(&third, "next")), (json!(5), None));
        let cursor = next.split("cursor=").nth(1).expect("a cursor");
        for other in ["", "&filter=country%3D%27DE%27", "&filter=TRUE"] {
            let target = format!("/ogc/collections/locations/items?limit=2{other}&cursor={cursor}");
            assert_eq!(faults(&world, &target), [fault("cursor", "cursor_mismatch")], "{other}");
        }
    }

    fn what_was_merged_or_withdrawn_still_says_what_lies_below_it(world: World) {
        let world = world.with_more();
        let before = world.seq();
        world.put(Resource::Location, location("city", "locality", Some("state"), json!({})));
        let number = |slug: &str| id(world.get(&format!("/v1/locations/{slug}")).ok()["id"].as_str().expect("an id"));
        let (town, city) = (number("town"), number("city"));
        let merge = Command::Merge { resource: Resource::Location, id: town, into: city, base: None };
        world.submit(Operation { grounds: because("One and the same"), ..Operation::one(merge) }).expect("accepted");
        for filter in ["location = 'town'", "location = 'city'", "location LIKE 'town%'"] {
            assert_eq!(met(&world, "locations", filter), ["cafe", "city", "square"], "{filter}");
        }
        let then = page(&world, &format!("{}&as_of={before}", items("locations", "location = 'town'")));
        assert_eq!(then["numberMatched"], 3);
        world.retract(Resource::Location, number("square"), "Built over");
        assert_eq!(met(&world, "locations", "location = 'city'"), ["cafe", "city"]);
        // A location that is known, of another time, is no fault.
        assert_eq!(met(&world, "locations", "location = 'square'"), NOTHING);
    }
}
