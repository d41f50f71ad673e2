//! Events in the words of other vocabularies, and what of each these leave unsaid.

use marchline::domain::resource::Resource;
use marchline::domain::scope::Scope;
use serde_json::{Value, json};

use crate::privacy::{coarse, told_under};
use crate::support::client::Client;
use crate::support::lists::{fault, faults};
use crate::support::on_both_databases;
use crate::support::paths::RALLY;
use crate::support::table;
use crate::support::town;
use crate::support::world::{World, event};

const ALL: &str = "vocab=acled,ccc,plover,cameo";
const SCHEMES: [&str; 4] = ["acled", "ccc", "plover", "cameo"];

/// The whole code of an event in a vocabulary, as the crosswalks write it.
fn code(told: &Value, scheme: &str) -> Value {
    let halves = |first: &str, second: &str| match (&told[first], &told[second]) {
        (Value::String(first), Value::String(second)) => json!(format!("{first}/{second}")),
        (first, _) => first.clone(),
    };
    match scheme {
        "acled" => halves("event_type", "sub_event_type"),
        "ccc" => told["type"].clone(),
        "plover" => halves("event", "mode"),
        _ => told["code"].clone(),
    }
}

/// (field, value) of all that is lost.
fn lost(told: &Value) -> Vec<(String, Option<String>)> {
    let losses = told["loses"].as_array().expect("a list");
    let text = |value: &Value| value.as_str().map(str::to_owned);
    losses.iter().map(|loss| (text(&loss["field"]).expect("a field"), text(&loss["value"]))).collect()
}

fn some(field: &str, value: &str) -> (String, Option<String>) {
    (field.to_owned(), Some(value.to_owned()))
}

fn without_vocabulary(event: &Value) -> Value {
    let mut event = event.clone();
    event.as_object_mut().expect("an event").remove("vocabulary");
    event
}

on_both_databases! {
    fn every_type_has_its_codes_or_says_why_it_has_none(world: World) {
        let world = world.with_town();
        let types = world.get("/v1/vocabulary").ok()["types"].as_array().expect("types").clone();
        let dated = json!({"when": {"start": {"edtf": "2026-01-30"}}, "places": [{"location": {"id": "square"}}]});
        for each in &types {
            let mut document = event(each["type"].as_str().expect("a code"), dated.clone());
            document["type"] = each["type"].clone();
            world.put(Resource::Event, document);
        }
        let listed = world.get(&format!("/v1/events?limit=500&{ALL}")).ok();
        let events: Vec<&Value> = listed["data"].as_array().expect("a list").iter().filter(|one| one["title"] == one["type"]).collect();
        assert_eq!(events.len(), types.len());
        for each in &types {
            let event = events.iter().find(|event| event["type"] == each["type"]).expect("an event of the type");
            for scheme in SCHEMES {
                let (told, entry) = (&event["vocabulary"][scheme], &each["crosswalks"][scheme]);
                assert_eq!(code(told, scheme), entry["code"], "{} in {scheme}", each["type"]);
                let why = told["loses"].as_array().expect("a list").iter().find(|loss| loss["field"] == "type").map_or(Value::Null, |loss| loss["why"].clone());
                assert_eq!(why, entry["loss"], "{} in {scheme}", each["type"]);
            }
        }
    }

    fn what_is_lost_is_that_of_the_very_event(world: World) {
        let world = world.with_town();
        let more = json!({
            "tactics": ["march", "arrests"], "status": "planned", "when": {"start": {"edtf": "2026-02"}},
            "places": [{"location": {"id": "square"}}, {"location": {"id": "town"}}], "issues": ["immigration"],
            "size": {"low": 200, "basis": "organizer"}, "outcomes": {"arrests": {"state": "none"}},
        });
        let id = world.put(Resource::Event, event("Much is said", more)).id;
        let told = world.get(&format!("/v1/events/{id}?{ALL}")).ok()["vocabulary"].clone();
        let of = |scheme: &str| lost(&told[scheme]);
        let rally = some("type", "rally");
        let common = [some("tactics", "march"), some("tactics", "arrests"), some("status", "planned")];
        assert_eq!(of("acled"), [[rally.clone()].as_slice(), &common, &[
            some("places", "town"), some("issues", "immigration"), some("size", "organizer"), some("outcomes", "arrests"),
        ]].concat());
        assert_eq!(told["ccc"]["type"], "rally; march");
        assert_eq!(of("ccc"), [
            some("tactics", "arrests"), some("status", "planned"), some("when", "2026-02"), some("places", "town"),
            some("size", "organizer"), some("size", "200.."),
        ]);
        assert_eq!((&told["plover"]["event"], &told["plover"]["mode"]), (&json!("PROTEST"), &json!("demo")));
        assert_eq!((&told["cameo"]["root"], &told["cameo"]["base"]), (&json!("14"), &json!("141")));
        for scheme in ["plover", "cameo"] {
            assert_eq!(of(scheme), [[rally.clone()].as_slice(), &common, &[
                some("when", "2026-02"), some("places", "town"), some("issues", "immigration"), some("size", "200.."),
                some("outcomes", "arrests"),
            ]].concat());
        }
        let plain = world.put(Resource::Event, event("Little is said", json!({
            "type": "demonstration", "when": {"start": {"edtf": "2026-02-01"}}, "places": [{"location": {"id": "square"}}],
        }))).id;
        let told = world.get(&format!("/v1/events/{plain}?{ALL}")).ok()["vocabulary"].clone();
        assert_eq!(["ccc", "plover", "cameo"].map(|scheme| lost(&told[scheme])), [const { Vec::new() }; 3]);
    }

    fn it_is_there_where_it_is_asked_for_and_nowhere_else(world: World) {
        let world = world.founded();
        let (plain, asked) = (world.get("/v1/events?limit=3"), world.get("/v1/events?limit=3&vocab=cameo,acled,cameo"));
        let (plain_list, list) = (plain.ok(), asked.ok());
        assert_eq!((&list["query"]["vocab"], plain_list["query"].get("vocab")), (&json!(["cameo", "acled"]), None));
        for (with, without) in list["data"].as_array().expect("a list").iter().zip(plain_list["data"].as_array().expect("a list")) {
            assert_eq!((&without_vocabulary(with), without.get("vocabulary")), (without, None));
            let told: Vec<&String> = with["vocabulary"].as_object().expect("vocabularies").keys().collect();
            assert_eq!(told, ["acled", "cameo"]);
        }
        for target in ["/v1/events?limit=3".to_owned(), format!("{RALLY}?lang=en"), "/v1/events.csv?lang=en".to_owned()] {
            let plain = world.get(&target).header("etag").expect("a validator");
            let asked = format!("{target}&vocab=acled");
            let etag = world.get_with(&asked, &[("if-none-match", &plain)]);
            assert_eq!(etag.status, 200, "{target}");
            let etag = etag.header("etag").expect("a validator");
            assert_eq!(world.get_with(&asked, &[("if-none-match", &etag)]).status, 304, "{target}");
            assert_eq!(world.get_with(&format!("{target}&vocab=ccc"), &[("if-none-match", &etag)]).status, 200, "{target}");
        }
        // How events are given is no part of the question, so that a page goes on in other words.
        let next = world.get("/v1/events?limit=3").ok()["page"]["next"].as_str().expect("a next page").to_owned();
        let page = world.get(&format!("/v1/events?limit=3&vocab=plover&cursor={next}")).ok();
        assert!(page["data"][0]["vocabulary"]["plover"]["loses"].is_array(), "{page}");
        let revision = world.get(&format!("{RALLY}/revisions/1?vocab=ccc")).ok();
        assert_eq!(revision["vocabulary"]["ccc"]["type"], "rally; march");
        let feed = world.get("/v1/changes?type=rally&vocab=ccc").ok();
        assert_eq!(feed["data"][0]["items"][0]["document"]["vocabulary"]["ccc"]["type"], "rally; march");
    }

    fn forms_that_hold_documents_or_cells_have_it_and_the_others_refuse(world: World) {
        let world = world.founded();
        let body = |target: &str| {
            let answer = world.get_with(target, &[("accept-encoding", "identity")]);
            assert_eq!(answer.status, 200, "{}", answer.body);
            answer.body
        };
        let listed = world.get(&format!("/v1/events?limit=500&{ALL}")).ok();
        let events = listed["data"].as_array().expect("a list");
        let lines: Vec<Value> = body(&format!("/v1/events.ndjson?{ALL}")).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!(&lines, events);
        let map: Value = serde_json::from_str(&body(&format!("/v1/events.geojson?{ALL}"))).expect("JSON");
        let features: Vec<Value> = map["features"].as_array().expect("features").iter().map(|feature| feature["properties"].clone()).collect();
        assert_eq!((&features, &map["query"]["vocab"]), (events, &json!(SCHEMES)));
        let rows = table::rows(&body(&format!("/v1/events.csv?{ALL}")));
        for (row, event) in rows.iter().zip(events) {
            let told = &event["vocabulary"];
            for (column, value) in [
                ("acled_event_type", &told["acled"]["event_type"]), ("acled_sub_event_type", &told["acled"]["sub_event_type"]),
                ("acled_disorder_type", &told["acled"]["disorder_type"]), ("ccc_type", &told["ccc"]["type"]),
                ("plover_event", &told["plover"]["event"]), ("plover_mode", &told["plover"]["mode"]),
                ("cameo_root", &told["cameo"]["root"]), ("cameo_base", &told["cameo"]["base"]), ("cameo_code", &told["cameo"]["code"]),
            ] {
                assert_eq!(row[column], value.as_str().unwrap_or_default(), "{column}");
            }
            for scheme in SCHEMES {
                let losses = told[scheme]["loses"].as_array().expect("a list");
                assert_eq!(table::list(&row[&format!("{scheme}_loses")]).len(), losses.len());
            }
        }
        let plain = table::records(&body("/v1/events.csv"));
        let one = table::records(&body("/v1/events.csv?vocab=ccc"));
        assert_eq!(one[0], [plain[0].as_slice(), &["ccc_type".to_owned(), "ccc_loses".to_owned()]].concat());
        for target in ["/v1/events.ics", "/v1/events.atom", "/v1/events.timelinejs.json", "/v1/events.jsonld", "/v1/events/facets", "/v1/events/histogram", "/v1/events/extent"] {
            assert_eq!(faults(&world, &format!("{target}?vocab=acled")), [fault("vocab", "unknown_parameter")], "{target}");
        }
        for target in ["/v1/events", "/v1/events.csv", "/v1/events.geojson", "/v1/events.ndjson", RALLY] {
            for (given, code) in [("gdelt", "unknown_value"), ("acled,", "unknown_value"), ("!acled", "unknown_value"), ("ACLED", "unknown_value"), ("", "empty")] {
                assert_eq!(faults(&world, &format!("{target}?vocab={given}")), [fault("vocab", code)], "{target}?vocab={given}");
            }
        }
    }

    fn what_is_hidden_is_not_told_as_a_loss(world: World) {
        let world = world.with_secrets();
        world.put(Resource::Event, told_under(coarse()));
        let insider = Client::of(&world, &[Scope::ReadRestricted]);
        let target = format!("/v1/events/{}?{ALL}", town::RALLY);
        let public = world.get(&target).ok();
        let whole = insider.get(&target).0;
        for event in [&public, &whole] {
            let text = without_vocabulary(event).to_string();
            for scheme in SCHEMES {
                let losses = lost(&event["vocabulary"][scheme]);
                for (field, value) in losses.iter().filter(|(field, _)| !["when", "size", "actors", "outcomes"].contains(&field.as_str())) {
                    let value = value.as_deref().unwrap_or_default();
                    assert!(text.contains(value), "{scheme} tells of {field} {value}, which the reader is not given");
                }
            }
        }
        let names = |event: &Value| event["vocabulary"]["plover"].to_string();
        assert_ne!(names(&public), names(&whole));
        assert!(!public.to_string().contains("square"), "{public}");
    }

    fn an_event_that_is_sent_back_may_say_what_it_is_called_elsewhere(world: World) {
        let world = world.founded();
        let client = Client::of(&world, &[Scope::Write]);
        let (mut document, etag) = client.get(&format!("{RALLY}?vocab=acled,ccc"));
        let (_, plain) = client.get(RALLY);
        assert_ne!(etag, plain);
        document["vocabulary"]["ccc"]["type"] = json!("vigil");
        let refused = client.put(RALLY, &plain, &document);
        assert_eq!((refused.status, refused.faults()), (422, vec![fault("/vocabulary/ccc", "read_only")]));
        document["vocabulary"] = json!("none");
        assert_eq!(client.put(RALLY, &plain, &document).faults(), [fault("/vocabulary", "read_only")]);
        let (mut document, etag) = client.get(&format!("{RALLY}?vocab=acled,ccc"));
        document["title"] = json!("Another title");
        document["type"] = json!("vigil");
        let answer = client.put(RALLY, &etag, &document);
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.json().get("vocabulary"), None);
        let after = world.get(&format!("{RALLY}?vocab=ccc")).ok();
        assert_eq!((&after["title"], &after["vocabulary"]["ccc"]["type"]), (&json!("Another title"), &json!("vigil; march")));
    }
}
