//! Part 1: Core.

use chrono::DateTime;
use marchline::domain::resource::Resource;
use marchline::domain::scope::Scope;
use serde_json::{Value, json};

use super::{COLLECTIONS, EVENTS, GEOJSON, SITE, follow, ids, linked, list, page};
use crate::privacy::{coarse, told_under};
use crate::support::client::Client;
use crate::support::http::send;
use crate::support::lists::{fault, faults};
use crate::support::on_both_databases;
use crate::support::random::{Generator, Random};
use crate::support::town;
use crate::support::world::World;

const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
const OPENAPI: &str = "application/vnd.oai.openapi+json;version=3.0";

/// The description that the landing page leads to.
fn api(world: &World) -> Value {
    let landing = world.get("/ogc").ok();
    let answer = follow(world, &landing, "service-desc");
    assert_eq!(answer.header("content-type").as_deref(), Some(OPENAPI));
    answer.ok()
}

/// How the description has a parameter of the events.
fn parameter(world: &World, name: &str) -> Value {
    let api = api(world);
    let parameters = list(&api["paths"]["/collections/events/items"]["get"]["parameters"]).to_vec();
    parameters.into_iter().find(|parameter| parameter["name"] == name).unwrap_or_else(|| panic!("no {name}"))
}

/// Whether one of the points of a feature lies in a box.
fn lies_in(feature: &Value, [west, south, east, north]: [f64; 4]) -> bool {
    let points = feature["geometry"]["coordinates"].as_array().into_iter().flatten();
    points.map(|point| (point[0].as_f64().expect("a longitude"), point[1].as_f64().expect("a latitude"))).any(
        |(lon, lat)| {
            let between = if west <= east { west <= lon && lon <= east } else { west <= lon || lon <= east };
            between && south <= lat && lat <= north
        },
    )
}

fn instant(text: &Value) -> Option<i64> {
    text.as_str().map(|text| DateTime::parse_from_rfc3339(text).expect("an instant").timestamp_micros())
}

on_both_databases! {
    fn conf_core_root_op_and_root_success(world: World) {
        let world = world.founded();
        for target in ["/ogc", "/ogc/", "/ogc?f=json"] {
            let landing = world.get(target).ok();
            for (rel, media_type) in [
                ("self", "application/json"), ("service-desc", OPENAPI), ("service-doc", "text/html"),
                ("conformance", "application/json"), ("data", "application/json"),
            ] {
                let link = list(&landing["links"]).iter().find(|link| link["rel"] == rel);
                let link = link.unwrap_or_else(|| panic!("no {rel} in {landing}"));
                assert_eq!(link["type"], media_type, "{rel}");
            }
            for rel in ["service-desc", "service-doc", "conformance", "data"] {
                follow(&world, &landing, rel);
            }
        }
    }

    fn conf_core_api_definition_op_and_success(world: World) {
        let api = api(&world);
        assert!(api["openapi"].as_str().is_some_and(|version| version.starts_with("3.0.")), "{}", api["openapi"]);
        assert_eq!(api["servers"], json!([{"url": format!("{SITE}/ogc")}]));
        let mut paths = vec!["/".to_owned(), "/api".to_owned(), "/conformance".to_owned(), "/collections".to_owned()];
        for collection in COLLECTIONS {
            let path = format!("/collections/{collection}");
            paths.extend(["", "/items", "/items/{id}", "/queryables"].map(|below| format!("{path}{below}")));
        }
        let mut described: Vec<&String> = api["paths"].as_object().expect("paths").keys().collect();
        described.sort();
        paths.sort();
        assert_eq!(described, paths.iter().collect::<Vec<_>>());
    }

    fn conf_core_conformance_op_and_success(world: World) {
        let landing = world.get("/ogc").ok();
        let conformance = follow(&world, &landing, "conformance").ok();
        for class in ["core", "geojson", "oas30"] {
            let class = format!("http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{class}");
            assert!(list(&conformance["conformsTo"]).contains(&json!(class)), "{conformance}");
        }
    }

    fn conf_core_query_param_unknown(world: World) {
        let world = world.founded();
        let paths = ["/ogc", "/ogc/conformance", "/ogc/api", "/ogc/collections"];
        let of_collections = COLLECTIONS.iter().flat_map(|id| ["", "/items", "/queryables"].map(|below| format!("/ogc/collections/{id}{below}")));
        for path in paths.map(str::to_owned).into_iter().chain(of_collections) {
            for name in ["unknown", "offset", "token"] {
                assert_eq!(faults(&world, &format!("{path}?{name}=1")), [fault(name, "unknown_parameter")], "{path}");
            }
        }
    }

    fn conf_core_query_param_invalid(world: World) {
        let world = world.founded();
        for (query, name, code) in [
            ("limit=0", "limit", "out_of_range"),
            ("limit=many", "limit", "out_of_range"),
            ("bbox=1,2,3", "bbox", "invalid_bbox"),
            ("bbox=1,2,3,4,5", "bbox", "invalid_bbox"),
            ("bbox=1,2,x,4", "bbox", "invalid_bbox"),
            ("bbox=0,10,0,-10", "bbox", "invalid_bbox"),
            ("bbox=0,0,10,NaN", "bbox", "invalid_bbox"),
            ("datetime=yesterday", "datetime", "invalid_edtf"),
            ("datetime=../..", "datetime", "malformed"),
            ("datetime=2026-02-01T00:00:00Z/2026-01-01T00:00:00Z", "datetime", "from_after_to"),
            ("crs=http://www.opengis.net/def/crs/EPSG/0/3857", "crs", "unknown_value"),
            ("bbox-crs=EPSG:4326", "bbox-crs", "unknown_value"),
            ("cursor=x", "cursor", "invalid_cursor"),
            ("f=gml", "f", "unknown_value"),
        ] {
            for collection in COLLECTIONS {
                let target = format!("/ogc/collections/{collection}/items?{query}");
                assert_eq!(faults(&world, &target), [fault(name, code)], "{target}");
            }
        }
        for (query, name, code) in [
            ("type=ralley", "type", "unknown_value"),
            ("datetime=2026-01-31&from=2026-01-31", "datetime", "conflict"),
            ("filter-lang=ecql", "filter-lang", "unknown_value"),
            ("filter-crs=EPSG:4326", "filter-crs", "unknown_value"),
        ] {
            assert_eq!(faults(&world, &format!("{EVENTS}?{query}")), [fault(name, code)], "{query}");
        }
        // All of them at once.
        let all = faults(&world, &format!("{EVENTS}?limit=0&bbox=1&datetime=never&f=x&more=1"));
        assert_eq!(all.len(), 5, "{all:?}");
    }

    fn conf_core_http_negotiation(world: World) {
        let world = world.founded();
        for (target, media_type) in [("/ogc", "application/json"), (EVENTS, GEOJSON), ("/ogc/api", OPENAPI)] {
            let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
            for accepted in [media_type, "application/json", "*/*", browser] {
                let answer = world.get_with(target, &[("accept", accepted)]);
                assert_eq!((answer.status, answer.header("content-type").as_deref()), (200, Some(media_type)), "{target} {accepted}");
            }
            for refused in ["text/html", "application/gml+xml"] {
                assert_eq!(world.get_with(target, &[("accept", refused)]).status, 406, "{target} {refused}");
                let chosen = world.get_with(&format!("{target}?f=json"), &[("accept", refused)]);
                assert_eq!(chosen.status, 200, "`f` goes before `Accept`");
            }
            assert_eq!(world.get(&format!("{target}?f=html")).status, 406);
            let head = world.send("HEAD", target, &[("accept-encoding", "identity")]);
            assert_eq!((head.status, head.body.as_str()), (200, ""));
            assert_eq!(world.send("POST", target, &[]).status, 405);
        }
        assert_eq!(world.get("/ogc/collections/nothing").status, 404);
        assert_eq!(world.get("/ogc/collections/nothing/items").status, 404);
    }

    fn conf_core_validators(world: World) {
        let world = world.founded();
        let targets = ["/ogc", "/ogc/collections", "/ogc/collections/events", EVENTS, "/ogc/collections/locations/items",
            "/ogc/collections/locations/items/los-angeles", "/ogc/collections/events/queryables", "/ogc/collections/locations/queryables", "/ogc/api"];
        for target in targets {
            let etag = world.get(target).header("etag").unwrap_or_else(|| panic!("{target} has no validator"));
            let again = world.get_with(target, &[("if-none-match", &etag)]);
            assert_eq!((again.status, again.body.as_str()), (304, ""), "{target}");
        }
        let etag = world.get(EVENTS).header("etag").expect("a validator");
        world.put(Resource::Source, json!({"slug": "test-source", "publisher": "The Test", "kind": "news"}));
        assert_eq!(world.get_with(EVENTS, &[("if-none-match", &etag)]).status, 200);
    }

    fn conf_core_crs84(world: World) {
        let world = world.founded();
        let answer = world.get(&format!("{EVENTS}?crs={CRS84}&bbox-crs={CRS84}&bbox=-118.3,34.0,-118.2,34.1"));
        assert_eq!(answer.header("content-crs"), Some(format!("<{CRS84}>")));
        for feature in list(&answer.ok()["features"]) {
            assert_eq!(feature["geometry"]["type"], "MultiPoint");
            assert!(lies_in(feature, [-118.3, 34.0, -118.2, 34.1]), "{feature}");
        }
    }

    fn conf_core_fc_md_op_and_success(world: World) {
        let world = world.founded();
        let landing = world.get("/ogc").ok();
        let collections = follow(&world, &landing, "data").ok();
        assert_eq!(linked(&collections, "self").as_deref(), Some("/ogc/collections"));
        let found: Vec<&Value> = list(&collections["collections"]).iter().map(|collection| &collection["id"]).collect();
        assert_eq!(found, COLLECTIONS.map(Value::from).iter().collect::<Vec<_>>());
        for collection in list(&collections["collections"]) {
            // fc-md-items, fc-md-items-links
            let items = follow(&world, collection, "items");
            assert_eq!(items.header("content-type").as_deref(), Some(GEOJSON));
            let link = list(&collection["links"]).iter().find(|link| link["rel"] == "items").expect("items");
            assert_eq!(link["type"], GEOJSON);
            follow(&world, collection, "alternate");
            assert_eq!(collection["itemType"], "feature");
            assert_eq!(collection["crs"], json!([CRS84]));
            // sfc-md-op, sfc-md-success
            let alone = follow(&world, collection, "self").ok();
            assert_eq!(alone, *collection);
        }
    }

    fn conf_core_fc_md_extent(world: World) {
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 60);
        let extents = world.get("/ogc/collections").ok();
        let extent = |n: usize| extents["collections"][n]["extent"].clone();
        for (number, id) in ["events", "locations"].iter().enumerate() {
            let sides = extent(number)["spatial"]["bbox"][0].clone();
            let sides: Vec<f64> = list(&sides).iter().map(|side| side.as_f64().expect("a number")).collect();
            let sides: [f64; 4] = sides.try_into().expect("four sides");
            let all = page(&world, &format!("/ogc/collections/{id}/items?limit=500"));
            for feature in list(&all["features"]).iter().filter(|feature| !feature["geometry"].is_null()) {
                let points = match feature["geometry"]["type"].as_str() {
                    Some("Point") => json!([feature["geometry"]["coordinates"]]),
                    _ => feature["geometry"]["coordinates"].clone(),
                };
                for point in list(&points) {
                    assert!(lies_in(&json!({"geometry": {"coordinates": [point]}}), sides), "{point} is not in {sides:?}");
                }
            }
        }
        assert!(extent(1).get("temporal").is_none() && extent(2).get("spatial").is_none());
        let interval = extent(0)["temporal"]["interval"][0].clone();
        let (first, last) = (instant(&interval[0]).unwrap_or(i64::MIN), instant(&interval[1]).unwrap_or(i64::MAX));
        let all = page(&world, &format!("{EVENTS}?limit=500"));
        let told = |feature: &Value| Some((instant(&feature["properties"]["start"])?, instant(&feature["properties"]["end"])?));
        for (start, end) in list(&all["features"]).iter().filter_map(told) {
            assert!(first <= end && start <= last, "{start} to {end} is not in {interval}");
        }
    }

    fn conf_core_fc_op_and_fc_response(world: World) {
        let world = world.founded();
        for collection in COLLECTIONS {
            let page = page(&world, &format!("/ogc/collections/{collection}/items"));
            // fc-numberMatched, fc-numberReturned: whole on one page.
            assert_eq!(page["numberMatched"], page["numberReturned"], "{collection}");
            assert_eq!(page["numberMatched"], world.get(&format!("/v1/{collection}")).ok()["page"]["total"]);
            // fc-timeStamp
            let made = instant(&page["timeStamp"]).expect("an instant");
            assert!(made > 1_700_000_000_000_000, "{}", page["timeStamp"]);
        }
    }

    fn conf_core_fc_links_and_fc_rel_type(world: World) {
        let world = world.founded();
        for collection in COLLECTIONS {
            let target = format!("/ogc/collections/{collection}/items?limit=1");
            let page = page(&world, &target);
            assert_eq!(linked(&page, "self"), Some(target.clone()));
            assert!(list(&page["links"]).iter().all(|link| link["type"].is_string()));
            assert_eq!(linked(&page, "collection"), Some(format!("/ogc/collections/{collection}")));
            follow(&world, &page, "alternate");
            let header = world.get(&target).header("link").expect("links");
            assert!(header.contains(&format!("<{SITE}{target}>; rel=\"self\"")), "{header}");
            let has_next = page["numberMatched"].as_u64() > Some(1);
            assert_eq!(header.contains("rel=\"next\""), has_next, "{header}");
            assert_eq!(linked(&page, "next").is_some(), has_next, "{collection}");
        }
    }

    fn conf_core_fc_limit_definition_and_response(world: World) {
        let world = world.founded();
        let limit = parameter(&world, "limit");
        assert_eq!((&limit["in"], &limit["required"]), (&json!("query"), &json!(false)));
        let schema = json!({"type": "integer", "minimum": 1, "maximum": 10_000, "default": 50});
        for (name, value) in schema.as_object().expect("members") {
            assert_eq!(limit["schema"][name], *value, "{name}");
        }
        for collection in COLLECTIONS {
            let of = |limit: &str| page(&world, &format!("/ogc/collections/{collection}/items?limit={limit}"));
            assert_eq!(of("1")["numberReturned"], 1, "{collection}");
            // fc-limit-response-2: more than is given of a page is no fault.
            for many in ["10000", "10001", "4294967296", "99999999999999999999999"] {
                let page = of(many);
                assert_eq!(page["numberReturned"], page["numberMatched"], "{collection}");
            }
        }
    }

    fn conf_core_fc_bbox_definition(world: World) {
        let bbox = parameter(&world, "bbox");
        assert_eq!((&bbox["style"], &bbox["explode"]), (&json!("form"), &json!(false)));
        let schema = &bbox["schema"];
        assert_eq!((&schema["type"], &schema["items"]["type"]), (&json!("array"), &json!("number")));
        assert_eq!((&schema["minItems"], &schema["maxItems"]), (&json!(4), &json!(6)));
    }

    fn conf_core_fc_bbox_response(world: World) {
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 80);
        let all = page(&world, &format!("{EVENTS}?limit=500"));
        let mut found = 0;
        let boxes = [[-180.0, -90.0, 180.0, 90.0], [170.0, -90.0, -60.0, 90.0], [-130.0, 20.0, -60.0, 60.0],
            [-20.0, 30.0, 40.0, 70.0], [0.0, 0.0, 0.0, 0.0]];
        for sides in boxes {
            let [west, south, east, north] = sides;
            let expected: Vec<String> = list(&all["features"]).iter().filter(|feature| lies_in(feature, sides))
                .map(|feature| feature["id"].as_str().expect("an id").to_owned()).collect();
            for bbox in [format!("{west},{south},{east},{north}"), format!("{west},{south},-100,{east},{north},100")] {
                let page = page(&world, &format!("{EVENTS}?limit=500&bbox={bbox}"));
                assert_eq!(ids(&page), expected, "{bbox}");
            }
            found += expected.len();
        }
        assert!(found > 20, "the boxes hold {found}");
    }

    fn conf_core_fc_time_definition(world: World) {
        let datetime = parameter(&world, "datetime");
        assert_eq!((&datetime["in"], &datetime["required"], &datetime["schema"]["type"]), (&json!("query"), &json!(false), &json!("string")));
    }

    fn conf_core_fc_time_response(world: World) {
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 80);
        let all = page(&world, &format!("{EVENTS}?limit=500"));
        let starts = list(&all["features"]).iter().filter_map(|feature| feature["properties"]["start"].as_str());
        let starts: Vec<String> = starts.filter(|start| *start > "1000").map(str::to_owned).collect();
        assert!(starts.len() > 10, "{starts:?}");
        for number in 0..12 {
            let mut ends = [generator.random.pick(&starts).clone(), generator.random.pick(&starts).clone()];
            ends.sort();
            let [first, last] = &ends;
            let interval = match number % 4 {
                0 => first.clone(),
                1 => format!("{first}/{last}"),
                2 => format!("../{last}"),
                _ => format!("{first}/"),
            };
            let edge = |text: &str| instant(&json!(text)).expect("an instant");
            let (from, to) = match number % 4 {
                0 => (edge(first), edge(first)),
                1 => (edge(first), edge(last)),
                2 => (i64::MIN, edge(last)),
                _ => (edge(first), i64::MAX),
            };
            let lies = |feature: &&Value| {
                let of = |name: &str| instant(&feature["properties"][name]);
                of("start").is_some_and(|start| start <= to) && of("end").is_some_and(|end| end >= from)
            };
            let expected: Vec<String> = list(&all["features"]).iter().filter(lies)
                .map(|feature| feature["id"].as_str().expect("an id").to_owned()).collect();
            assert_eq!(ids(&page(&world, &format!("{EVENTS}?limit=500&datetime={interval}"))), expected, "{interval}");
        }
    }

    fn conf_core_f_op_and_f_success(world: World) {
        let world = world.founded();
        for collection in COLLECTIONS {
            let items = format!("/ogc/collections/{collection}/items");
            for listed in list(&page(&world, &items)["features"]) {
                let target = format!("{items}/{}", listed["id"].as_str().expect("an id"));
                let answer = world.get(&target);
                assert_eq!(answer.header("content-type").as_deref(), Some(GEOJSON), "{target}");
                let mut feature = answer.ok();
                // f-links
                assert_eq!(linked(&feature, "self"), Some(target.clone()));
                follow(&world, &feature, "collection");
                let whole = follow(&world, &feature, "alternate").ok();
                assert_eq!(whole["id"], feature["id"]);
                feature.as_object_mut().expect("members").remove("links");
                assert_eq!(feature, *listed, "{target}");
            }
        }
        for nobody in ["019c1159-7000-7000-8000-00000000dead", "nothing", "%00"] {
            assert_eq!(world.get(&format!("{EVENTS}/{nobody}")).status, 404, "{nobody}");
        }
    }

    fn conf_geojson_definition_and_content(world: World) {
        let world = world.founded();
        let all = page(&world, EVENTS);
        let clash = list(&all["features"]).iter().find(|feature| feature["properties"]["type"] == "clash").expect("the clash");
        // Two places, and both are dots.
        assert_eq!(clash["geometry"], json!({"type": "MultiPoint", "coordinates": [[-118.239, 34.0536], [-118.2397, 34.0531]]}));
        assert_eq!(clash["properties"]["place"], "metropolitan-detention-center-los-angeles; edward-r-roybal-federal-building");
        assert_eq!((&clash["properties"]["country"], &clash["properties"]["admin1"]), (&json!("US"), &json!("US-CA")));
        let nationwide = list(&all["features"]).iter().find(|feature| feature["properties"]["place"] == "united-states");
        assert_eq!(nationwide.expect("an event of a country")["geometry"], Value::Null);
        for feature in list(&all["features"]) {
            let properties = feature["properties"].as_object().expect("members");
            assert!(properties.values().all(|value| !value.is_array() && !value.is_object()), "{feature}");
        }
    }

    fn conf_oas30_completeness(world: World) {
        let api = api(&world);
        for (path, item) in api["paths"].as_object().expect("paths") {
            let operation = &item["get"];
            for status in ["200", "400", "406", "429", "500", "503"] {
                assert!(operation["responses"][status].is_object(), "{status} of {path}");
            }
        }
        // Every filter of the list of events can be pushed down.
        let whole = world.get("/openapi.json").ok();
        let names = |parameters: &Value| -> Vec<String> {
            let in_query = list(parameters).iter().filter(|parameter| parameter["in"] == "query");
            in_query.map(|parameter| parameter["name"].as_str().expect("a name").to_owned()).collect()
        };
        let here = names(&api["paths"]["/collections/events/items"]["get"]["parameters"]);
        let there = names(&whole["paths"]["/v1/events/extent"]["get"]["parameters"]);
        let missing = there.iter().filter(|name| *name != "filter_lang" && !here.contains(name));
        let missing: Vec<&String> = missing.collect();
        assert!(missing.is_empty() && there.len() > 25, "{missing:?}");
    }

    fn what_is_hidden_is_no_feature(world: World) {
        let world = world.with_secrets();
        world.put(Resource::Event, told_under(json!({"embargo": true})));
        let target = format!("{EVENTS}/{}", town::RALLY);
        let insider = Client::of(&world, &[Scope::ReadRestricted]);
        assert_eq!(page(&world, EVENTS)["numberMatched"], 1);
        assert_eq!(world.get(&target).status, 404);
        assert_eq!(insider.get(EVENTS).0["numberMatched"], 2);
        assert_eq!(world.get("/ogc/collections/events").ok()["extent"], json!({}));
        assert!(insider.get("/ogc/collections/events").0["extent"]["spatial"].is_object());
        // Told of in part: the place and the words are those of the policy, and no filter finds more.
        world.put(Resource::Event, told_under(coarse()));
        let feature = world.get(&target).ok();
        assert_eq!(feature["geometry"], Value::Null);
        assert_eq!((&feature["properties"]["title"], &feature["properties"]["coarsened"]), (&json!("A gathering"), &json!(true)));
        for query in ["bbox=-119,34,-118,35", "has=point", "filter=geometry+IS+NOT+NULL", "location=square", "external_id=x:secret-42"] {
            assert_eq!(page(&world, &format!("{EVENTS}?{query}"))["numberMatched"], 0, "{query}");
        }
        for target in [target.as_str(), EVENTS, "/ogc/collections", "/ogc/collections/locations/items"] {
            let said = world.get(target).body;
            assert!(!["whistle", "Insider", "secret-42"].iter().any(|word| said.contains(word)), "{target}: {said}");
        }
        let told = send(world.base(), "GET", EVENTS, &[("authorization", insider.authorization())]);
        assert_eq!(told.header("cache-control").as_deref(), Some("private, no-store"));
        assert!(told.body.contains("A whistle is blown"));
    }

    fn what_has_ceased_is_told_as_everywhere(world: World) {
        let world = world.with_rally();
        world.retract(Resource::Event, town::id(town::VIGIL), "It was another day");
        let gone = world.get(&format!("{EVENTS}/{}", town::VIGIL));
        assert_eq!(gone.status, 410, "{}", gone.body);
        assert_eq!(ids(&page(&world, EVENTS)), [town::RALLY]);
    }
}
