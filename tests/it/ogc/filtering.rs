//! Part 3: Filtering.

use marchline::query::filter::Property;
use serde_json::{Value, json};

use super::{EVENTS, SITE, follow, page};
use crate::support::lists::{fault, faults};
use crate::support::on_both_databases;
use crate::support::world::World;

const QUERYABLES: &str = "http://www.opengis.net/def/rel/ogc/1.0/queryables";

fn matched(world: &World, query: &str) -> Value {
    page(world, &format!("{EVENTS}?{query}"))["numberMatched"].clone()
}

on_both_databases! {
    fn conf_queryables_get_queryables(world: World) {
        let world = world.founded();
        let collection = world.get("/ogc/collections/events").ok();
        let answer = follow(&world, &collection, QUERYABLES);
        assert_eq!(answer.header("content-type").as_deref(), Some("application/schema+json"));
        let schema = answer.ok();
        assert_eq!(schema["$id"], format!("{SITE}/ogc/collections/events/queryables"));
        assert_eq!((&schema["type"], &schema["additionalProperties"]), (&json!("object"), &json!(false)));
        let properties = schema["properties"].as_object().expect("properties");
        assert_eq!(properties.keys().map(String::as_str).collect::<Vec<_>>(), Property::CODES);
        for (name, property) in properties {
            assert!(property["title"].is_string() && property["description"].is_string(), "{name}");
            // Of geometries the format says what they are.
            assert_eq!(property["type"].is_string(), name != "geometry", "{name}");
        }
        assert_eq!(properties["geometry"]["x-ogc-role"], "primary-geometry");
        assert!(properties["type"]["enum"].as_array().is_some_and(|codes| codes.contains(&json!("rally"))));
        // Whatever is listed can be asked about.
        for name in properties.keys() {
            assert_eq!(world.get(&format!("{EVENTS}?filter={name}+IS+NOT+NULL")).status, 200, "{name}");
        }
    }

    fn conf_features_filter(world: World) {
        let world = world.founded();
        assert_eq!(matched(&world, "filter=type=%27rally%27"), 1);
        assert_eq!(matched(&world, "filter=type=%27rally%27&filter-lang=cql2-text"), 1);
        let json = r#"{"op":"=","args":[{"property":"type"},"rally"]}"#;
        let json = percent_encoding::utf8_percent_encode(json, percent_encoding::NON_ALPHANUMERIC);
        assert_eq!(matched(&world, &format!("filter={json}&filter-lang=cql2-json")), 1);
        assert_eq!(faults(&world, &format!("{EVENTS}?filter={json}")), [fault("filter", "malformed")]);
        assert_eq!(faults(&world, &format!("{EVENTS}?filter_lang=cql2-json")), [fault("filter_lang", "unknown_parameter")]);
        assert_eq!(matched(&world, "filter=NOT+type=%27rally%27&limit=1"), 12);
        let crs = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
        let inside = format!("filter=S_INTERSECTS(geometry,BBOX(-118.3,34,-118.2,34.1))&filter-crs={crs}");
        assert_eq!(matched(&world, &inside), matched(&world, "bbox=-118.3,34,-118.2,34.1"));
        // It holds beside all others.
        assert_eq!(matched(&world, "filter=size+%3E+100&bbox=0,0,1,1"), 0);
        let refused = world.get(&format!("{EVENTS}?filter=titel=%27x%27"));
        assert!(refused.status == 400 && refused.body.contains("unknown_property"), "{}", refused.body);
    }

    fn what_has_one_name_means_one_thing(world: World) {
        let world = world.founded();
        let all = page(&world, EVENTS);
        let features = all["features"].as_array().expect("features");
        for name in ["type", "category", "status", "verification", "country", "admin1", "campaign", "issue"] {
            let values = features.iter().filter_map(|feature| feature["properties"][name].as_str());
            let values: Vec<&str> = values.flat_map(|value| value.split("; ")).collect();
            for value in values {
                let has = |feature: &&Value| feature["properties"][name].as_str().is_some_and(|text| text.split("; ").any(|one| one == value));
                let expected = features.iter().filter(has).count();
                assert_eq!(matched(&world, &format!("{name}={value}")), expected, "{name} {value}");
                assert_eq!(matched(&world, &format!("filter={name}=%27{value}%27")), expected, "{name} {value}");
            }
        }
    }
}
