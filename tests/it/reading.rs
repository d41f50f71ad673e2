//! What lists and items give: the moment, filters, order, parts, and the other resources.

use data_encoding::BASE64URL_NOPAD;
use marchline::domain::grounds::Grounds;
use marchline::domain::resource::Resource;
use marchline::node::operation::{Command, Operation};
use marchline::view::links::link_id;
use serde_json::{Value, json};

use crate::support::lists::{fault, faults, texts, titles};
use crate::support::on_both_databases;
use crate::support::paths::every_path_with_a_past;
use crate::support::town::{self, location, rally};
use crate::support::world::{World, event};

fn slugs(world: &World, target: &str) -> Vec<String> {
    texts(&world.get(target).ok(), "/slug")
}

/// An event at a point of its own.
fn at(title: &str, lat: f64, lon: f64) -> Value {
    event(title, json!({"places": [{"location": {"id": "square"}, "point": {"lat": lat, "lon": lon}}]}))
}

on_both_databases! {
    fn a_new_name_shows_everywhere_at_once_and_the_old_one_in_the_past(world: World) {
        let world = world.with_rally();
        let evidence = json!([{"source": {"id": "test-source"}, "field": "actors", "ref": {"id": "union"}, "quote": "They came."}]);
        world.put(Resource::Event, rally(json!({"evidence": evidence})));
        let before = world.seq();
        let town_again = json!({"name": "New Town", "time_zone": "America/Los_Angeles"});
        world.put(Resource::Actor, json!({"slug": "union", "name": "New Union", "kind": "union"}));
        world.put(Resource::Location, location("town", "locality", Some("state"), town_again));
        world.put(Resource::Campaign, json!({"slug": "spring", "name": "New Spring"}));
        world.put(Resource::Source, json!({"slug": "test-source", "publisher": "New Test", "kind": "news"}));
        let item = format!("/v1/events/{}?include=evidence&", town::RALLY);
        let list = "/v1/events?type=rally&include=evidence&";
        let (union, town, spring, test) =
            (("New Union", "Old Union"), ("New Town", "town"), ("New Spring", "Spring"), ("New Test", "The Test"));
        let shown = [
            (list, "/data/0/actors/0/actor/name", union),
            (list, "/data/0/places/0/location/path/2/name", town),
            (list, "/data/0/campaigns/0/name", spring),
            (list, "/data/0/sources/0/publisher", test),
            (list, "/data/0/evidence/0/ref/name", union),
            (list, "/data/0/evidence/0/source/publisher", test),
            (&item, "/actors/0/actor/name", union),
            (&item, "/places/0/location/path/2/name", town),
            (&item, "/evidence/0/ref/name", union),
            ("/v1/actors?kind=union&", "/data/0/name", union),
            ("/v1/actors/union?", "/name", union),
            ("/v1/locations/square?", "/path/2/name", town),
            ("/v1/locations?kind=venue&", "/data/0/path/2/name", town),
            ("/v1/campaigns/spring?", "/name", spring),
            ("/v1/sources/test-source?", "/publisher", test),
        ];
        for (target, pointer, (new, old)) in shown {
            let now = target.trim_end_matches(['?', '&']);
            let then = format!("{target}as_of={before}");
            assert_eq!(world.get(now).ok().pointer(pointer), Some(&json!(new)), "{now} {pointer}");
            assert_eq!(world.get(&then).ok().pointer(pointer), Some(&json!(old)), "{then} {pointer}");
        }
        assert_eq!(slugs(&world, "/v1/actors?q=new%20union"), ["union"]);
        assert_eq!(slugs(&world, &format!("/v1/actors?q=new%20union&as_of={before}")), Vec::<String>::new());
    }

    fn a_document_that_was_read_before_has_its_names_of_now_and_of_then(world: World) {
        let world = world.with_rally();
        world.put(Resource::Event, event("Elsewhere", json!({"id": "019c1159-7000-7000-8000-00000000e15e"})));
        let other = || world.get("/v1/events/019c1159-7000-7000-8000-00000000e15e").header("etag");
        let (item, list) = (format!("/v1/events/{}", town::RALLY), "/v1/events?type=rally&actor=union".to_owned());
        let (first, other_before) = (world.seq(), other());
        let mut names = Vec::new();
        for name in ["Second Union", "Third Union"] {
            let validators = [&item, &list].map(|target| world.get(target).header("etag"));
            names.push((world.seq(), world.get(&item).ok()["actors"][0]["actor"]["name"].clone()));
            world.put(Resource::Actor, json!({"slug": "union", "name": name, "kind": "union"}));
            for (target, validator) in [(&item, &validators[0]), (&list, &validators[1])] {
                let answer = world.get_with(target, &[("if-none-match", validator.as_deref().expect("a validator"))]);
                assert_eq!(answer.status, 200, "{target} as {name}");
                assert!(answer.body.contains(name), "{target} as {name}");
            }
            for (seq, name) in names.iter().chain(names.iter().rev()) {
                let then = world.get(&format!("{item}?as_of={seq}")).ok();
                assert_eq!(then["actors"][0]["actor"]["name"], *name, "as of {seq}");
            }
        }
        assert_eq!(names.iter().map(|(_, name)| name).collect::<Vec<_>>(), ["Old Union", "Second Union"]);
        // An event that does not name it is the same as before.
        assert_eq!(other(), other_before);
        assert_eq!(world.get(&format!("{item}?as_of={first}")).ok()["actors"][0]["actor"]["name"], "Old Union");
    }

    fn a_place_has_its_own_point_and_radius_or_both_of_its_location(world: World) {
        let world = world.with_town();
        let (there, here) = (json!({"lat": 34.05, "lon": -118.25}), json!({"lat": 34.1, "lon": -118.3}));
        let square = |radius: Value| {
            world.put(Resource::Location, location("square", "venue", Some("town"), json!({"point": there, "radius_m": radius})));
            world.seq()
        };
        square(json!(80.0));
        let places = json!([
            {"location": {"id": "square"}},
            {"location": {"id": "square"}, "radius_m": 5.0, "role": "origin"},
            {"location": {"id": "square"}, "point": here, "role": "destination"},
            {"location": {"id": "square"}, "point": here, "precision": "country", "role": "area"},
            {"location": {"id": "state"}},
        ]);
        let done = world.put(Resource::Event, event("A march", json!({"places": places})));
        let before = world.seq();
        square(Value::Null);
        let given = |seq: i64| -> Vec<(Value, Value)> {
            let event = world.get(&format!("/v1/events/{}?as_of={seq}", done.id)).ok();
            let places = event["places"].as_array().expect("places");
            places.iter().map(|place| (place["point"].clone(), place["radius_m"].clone())).collect()
        };
        let expected = |by_location: Value| {
            [
                (there.clone(), by_location),
                (there.clone(), json!(5.0)),
                (here.clone(), Value::Null),
                (Value::Null, Value::Null),
                (Value::Null, Value::Null),
            ]
        };
        assert_eq!(given(before), expected(json!(80.0)));
        assert_eq!(given(world.seq()), expected(Value::Null));
    }

    fn every_read_can_be_asked_of_the_past(world: World) {
        let world = world.founded();
        let before = world.seq();
        let read = |target: &str| {
            let answer = world.get(target);
            assert_eq!(answer.status, 200, "{target}: {}", answer.body);
            answer.body
        };
        let asked = |path: String| (read(&format!("{path}?as_of={before}")), path);
        let pages: Vec<_> = every_path_with_a_past().into_iter().map(asked).collect();
        world.put(Resource::Source, json!({"slug": "test-source", "publisher": "The Test", "kind": "news"}));
        let id = "019c1159-7000-7000-8000-0000000000e4";
        world.put(Resource::Event, event("Something else", json!({"id": id})));
        world.put(Resource::Actor, json!({"slug": "ice", "name": "Renamed", "kind": "agency"}));
        world.put(Resource::Location, location("los-angeles", "locality", Some("california"), json!({"name": "Renamed"})));
        world.put(Resource::Source, json!({"slug": "parriva-2026-01-31", "publisher": "Renamed", "kind": "news"}));
        world.put(Resource::Campaign, json!({"slug": "ice-out", "name": "Renamed"}));
        world.put(Resource::Timeline, json!({"slug": "ice-out-los-angeles", "title": "Renamed", "entries": []}));
        world.retract(Resource::Event, town::id("019c1159-7000-7000-8000-0000000000e5"), "Entered twice");
        let mut same = Vec::new();
        for (then, path) in pages {
            assert_eq!(read(&format!("{path}?as_of={before}")), then, "{path}");
            let now = world.get(&path);
            same.extend((now.status == 200 && now.body == then).then_some(path));
        }
        // All but first versions are others by now, so that the past was asked and not the present.
        assert!(same.iter().all(|path| path.ends_with("/revisions/1")), "{same:?}");
    }

    fn the_past_is_named_by_operation_or_by_instant(world: World) {
        let world = world.with_rally();
        let recorded = world.get(&format!("/v1/events/{}", town::RALLY)).ok();
        let (seq, at) = (recorded["seq"].clone(), recorded["recorded_at"].as_str().expect("an instant").to_owned());
        world.put(Resource::Event, rally(json!({"title": "Later"})));
        for moment in [seq.to_string(), at.clone(), at.replace('Z', "%2B00:00")] {
            let list = world.get(&format!("/v1/events?as_of={moment}")).ok();
            assert_eq!(texts(&list, "/title"), ["A rally on the square"], "{moment}");
            assert_eq!(list["query"]["as_of"], seq, "{moment}");
        }
        assert_eq!(world.get("/v1/events?as_of=0").ok()["page"]["total"], 0);
        assert_eq!(world.get("/v1/events?as_of=2000-01-01T00:00:00Z").ok()["query"]["as_of"], 0);
        assert_eq!(world.get(&format!("/v1/events/{}?as_of=1", town::RALLY)).status, 404);
        assert_eq!(world.get("/v1/actors/union?as_of=1").status, 404);
    }

    fn a_past_that_is_still_to_come_is_refused(world: World) {
        let world = world.founded();
        let ahead = format!("{}", world.seq() + 1);
        for path in every_path_with_a_past() {
            for moment in [ahead.as_str(), "9999-12-31T23:59:59Z"] {
                assert_eq!(faults(&world, &format!("{path}?as_of={moment}")), [fault("as_of", "ahead_of_store")]);
            }
            for moment in ["soon", "-1", "1.5", "2026-01-31", "99999999999999999999"] {
                assert_eq!(faults(&world, &format!("{path}?as_of={moment}")), [fault("as_of", "malformed")], "{moment}");
            }
        }
    }

    fn the_vocabulary_has_no_past_and_names_every_fault(world: World) {
        let expected = [fault("as_of", "unknown_parameter"), fault("x", "unknown_parameter")];
        assert_eq!(faults(&world, "/v1/vocabulary?as_of=0&x=1"), expected);
    }

    fn the_total_can_be_left_out(world: World) {
        let world = world.founded();
        for list in ["events", "actors", "locations", "sources", "campaigns", "timelines"] {
            let (with, without) = (world.get(&format!("/v1/{list}?count=exact")).ok(), world.get(&format!("/v1/{list}?count=none")).ok());
            assert!(with["page"]["total"].is_u64(), "{list}");
            assert_eq!(without["page"].get("total"), Some(&Value::Null), "{list}");
            assert_eq!(with["data"], without["data"]);
        }
    }

    fn the_question_is_told_as_it_was_understood(world: World) {
        let world = world.founded();
        let query = "type=rally,!riot&from=2026&overlap=definite&bbox=-119,33,-118,35&actor=ice&sort=when&limit=1";
        let expected = json!({"type": ["rally", "!riot"], "actor": ["ice"], "from": "2026", "overlap": "definite",
            "bbox": "-119,33,-118,35", "sort": "when", "as_of": world.seq()});
        assert_eq!(world.get(&format!("/v1/events?{query}")).ok()["query"], expected);
        assert_eq!(world.get("/v1/events").ok()["query"], json!({"sort": "-when", "as_of": world.seq()}));
        let query = "tactic=march&verification=!disputed&actor_kind=agency,!press&place_precision=locality&source=parriva-2026-01-31\
            &size_min=0&size_max=5000&has=size,!arrests&external_id=marchline-founding:E4&recorded_since=2026-01-31&sort=-size";
        let expected = json!({"tactic": ["march"], "verification": ["!disputed"], "actor_kind": ["agency", "!press"],
            "place_precision": "locality", "source": ["parriva-2026-01-31"], "size_min": 0, "size_max": 5000, "has": ["size", "!arrests"],
            "external_id": "marchline-founding:E4", "recorded_since": "2026-01-31T00:00:00.000000Z", "sort": "-size", "as_of": world.seq()});
        assert_eq!(world.get(&format!("/v1/events?{query}")).ok()["query"], expected);
        let expected = json!({"kind": ["agency", "!police"], "q": "ICE", "as_of": world.seq()});
        assert_eq!(world.get("/v1/actors?kind=agency,!police&q=ICE").ok()["query"], expected);
    }

    fn a_cursor_belongs_to_one_question(world: World) {
        let world = world.founded();
        let next = |target: &str| world.get(target).ok()["page"]["next"].as_str().expect("a next page").to_owned();
        let cursor = next("/v1/events?country=US&limit=3");
        assert_eq!(world.get(&format!("/v1/events?country=US&limit=500&cursor={cursor}")).ok()["data"].as_array().map(Vec::len), Some(10));
        let actors = next("/v1/actors?limit=3");
        for other in [
            format!("/v1/events?cursor={cursor}"),
            format!("/v1/events?country=US&type=!riot&cursor={cursor}"),
            format!("/v1/events?country=US&sort=when&cursor={cursor}"),
            format!("/v1/events?country=US&as_of=1&cursor={cursor}"),
            format!("/v1/actors?q=a&cursor={actors}"),
            format!("/v1/locations?cursor={actors}"),
        ] {
            let answer = world.get(&other);
            assert_eq!(answer.json()["code"], "cursor_mismatch", "{other}");
            assert_eq!((answer.status, answer.faults()), (400, vec![fault("cursor", "cursor_mismatch")]), "{other}");
        }
    }

    fn a_broken_cursor_is_refused(world: World) {
        let world = world.founded();
        let cursor = world.get("/v1/events?limit=3").ok()["page"]["next"].as_str().expect("a next page").to_owned();
        let parts: Value = serde_json::from_slice(&BASE64URL_NOPAD.decode(cursor.as_bytes()).expect("base64url")).expect("JSON");
        let changed = |position: usize, value: Value| {
            let mut parts = parts.clone();
            parts[position] = value;
            BASE64URL_NOPAD.encode(parts.to_string().as_bytes())
        };
        let broken = [
            "abc".to_owned(), "!".to_owned(), cursor[..cursor.len() - 2].to_owned(), cursor.repeat(200), BASE64URL_NOPAD.encode(b"[1,2]"),
            // In an epoch, at an operation and at a place that there never were.
            changed(1, json!(999_999_999)), changed(1, json!(-1)), changed(4, json!("a")), changed(4, json!(null)),
        ];
        for cursor in broken {
            let answer = world.get(&format!("/v1/events?limit=3&cursor={cursor}"));
            assert_eq!((answer.status, answer.faults().len()), (400, 1), "{cursor}: {}", answer.body);
            assert_eq!(answer.faults()[0].0, "cursor");
        }
    }

    fn what_was_not_reported_passes_an_exclusion_and_nothing_else(world: World) {
        let world = world.with_rally();
        let member = |name: &str| world.get(&format!("/v1/{name}")).ok()["id"].as_str().expect("an id").to_owned();
        let (union, town) = (member("actors/union"), member("locations/town"));
        let conditions = [
            "actor=union", "actor_within=union", "role=organizer", "location=land", "country=US", "admin1=US-CA",
            "campaign=spring", "actor_kind=union", "has=actors", "has=place", &format!("actor={union}"), &format!("location={town}"),
        ];
        for condition in conditions {
            assert_eq!(titles(&world, condition), ["A rally on the square"], "{condition}");
            let exclusion = condition.replace('=', "=!");
            assert_eq!(titles(&world, &exclusion), ["A vigil"], "{exclusion}");
        }
        assert_eq!(titles(&world, "issue=!immigration").len(), 2);
        assert_eq!(titles(&world, "from=2026&to=2026"), ["A rally on the square"], "undated events match no window");
    }

    fn an_exclusion_means_that_none_of_several_matches(world: World) {
        let world = world.with_town();
        world.put(Resource::Location, location("hamlet", "locality", Some("state"), json!({})));
        world.put(Resource::Actor, json!({"slug": "party", "name": "Party", "kind": "party"}));
        let places = json!([{"location": {"id": "square"}, "role": "origin"}, {"location": {"id": "hamlet"}, "role": "destination"}]);
        let actors = json!([{"actor": {"id": "union"}, "role": "organizer"}, {"actor": {"id": "party"}, "role": "target"}]);
        world.put(Resource::Event, event("A march", json!({"type": "march", "places": places, "actors": actors})));
        for query in ["location=town", "location=hamlet", "location=town,hamlet", "actor=union&role=organizer", "actor=party,union"] {
            assert_eq!(titles(&world, query), ["A march"], "{query}");
        }
        for query in [
            "location=!hamlet", "location=town,!hamlet", "actor=!party", "actor=union,!party", "role=!target",
            // One participation and one place must meet all conditions at once.
            "actor=union&role=target", "location=hamlet&bbox=-118.3,34,-118.2,34.1",
        ] {
            assert_eq!(titles(&world, query), Vec::<String>::new(), "{query}");
        }
    }

    fn every_fault_of_a_question_is_named_at_once(world: World) {
        let query = "status=bogus&typ=rally&limit=501&sort=up&from=&to=never&bbox=1,2,3&lang=!!&include=all&overlap=maybe\
            &time_zone=Mars&cursor=!&count=some&as_of=soon&category=policy&category=policy&country=xx&role=,x&id=1&issue=A_B\
            &admin1=US&actor=A%20B&campaign=%ff&location=%00&%ff=1";
        let named = faults(&world, &format!("/v1/events?{query}"));
        for expected in [
            ("status", "unknown_value"), ("typ", "unknown_parameter"), ("limit", "out_of_range"), ("sort", "unknown_value"),
            ("from", "empty"), ("to", "invalid_edtf"), ("bbox", "invalid_bbox"), ("lang", "malformed"), ("include", "unknown_value"),
            ("overlap", "unknown_value"), ("time_zone", "unknown_time_zone"), ("cursor", "invalid_cursor"), ("count", "unknown_value"),
            ("as_of", "malformed"), ("category", "repeated"), ("country", "malformed"), ("role", "empty_value"), ("id", "malformed"),
            ("issue", "malformed"), ("admin1", "malformed"), ("actor", "malformed"), ("campaign", "invalid_encoding"),
            ("location", "control_character"), ("%ff", "invalid_encoding"),
        ] {
            assert!(named.contains(&fault(expected.0, expected.1)), "{expected:?} is not in {named:?}");
        }
        assert_eq!(named.len(), 24, "{named:?}");
    }

    fn an_unknown_name_is_named_together_with_the_other_faults(world: World) {
        let expected = [fault("actor", "unknown_reference"), fault("type", "unknown_value")];
        assert_eq!(faults(&world, "/v1/events?type=bogus&actor=nobody"), expected);
    }

    fn a_mistyped_name_is_answered_with_the_one_meant(world: World) {
        let answer = world.get("/v1/events?types=rally");
        assert!(answer.json()["errors"][0]["detail"].as_str().is_some_and(|detail| detail.contains("`type`")), "{}", answer.body);
    }

    fn names_that_nothing_ever_had_are_refused(world: World) {
        let world = world.with_rally();
        let target = "/v1/events?actor=nobody&actor_within=!no-one&location=atlantis&campaign=none,spring&source=rumour,test-source";
        let expected = ["actor", "actor_within", "campaign", "location", "source"].map(|name| fault(name, "unknown_reference"));
        assert_eq!(faults(&world, target), expected);
        let id = "019c1159-7000-7000-8000-00000000dead";
        assert_eq!(faults(&world, &format!("/v1/events?actor={id}")), [fault("actor", "unknown_reference")]);
    }

    fn a_name_from_later_matches_nothing_in_the_past(world: World) {
        let world = world.with_source();
        world.put(Resource::Event, event("A rally", json!({})));
        let before = world.seq();
        let world = world.with_town();
        for condition in ["actor=union", "actor_within=union", "location=town", "campaign=spring"] {
            assert_eq!(titles(&world, &format!("{condition}&as_of={before}")), Vec::<String>::new(), "{condition}");
            let exclusion = condition.replace('=', "=!");
            assert_eq!(titles(&world, &format!("{exclusion}&as_of={before}")), ["A rally"], "{exclusion}");
        }
    }

    fn the_history_tells_field_by_field_what_changed(world: World) {
        let world = world.with_rally();
        let corrected = rally(json!({"title": "A march from the square", "tactics": ["march"],
            "when": {"start": {"edtf": "2026-03-14T19:00:00"}}, "size": {"best": 200, "basis": "press"}}));
        let command = Command::Put { resource: Resource::Event, document: corrected };
        let (reason, by) = (Some("The organizers wrote to us".to_owned()), Some("Desk".to_owned()));
        world.submit(Operation { grounds: Grounds { reason, made_by: by, ..Grounds::default() }, ..Operation::one(command) }).expect("a good document");
        let history = world.get(&format!("/v1/events/{}/revisions", town::RALLY)).ok();
        let [first, second] = history["data"].as_array().expect("a list").as_slice() else { panic!("{history}") };
        assert_eq!((&first["revision"], &first["kind"], &first["changes"]), (&json!(1), &json!("created"), &json!([])));
        assert_eq!([&first["reason"], &first["source"], &first["by"]], [&Value::Null; 3]);
        assert_eq!((&second["revision"], &second["kind"], &second["seq"]), (&json!(2), &json!("corrected"), &json!(world.seq())));
        assert_eq!((&second["reason"], &second["by"]), (&json!("The organizers wrote to us"), &json!("Desk")));
        let changes = second["changes"].as_array().expect("a list");
        let change = |pointer: &str| changes.iter().find(|change| change["pointer"] == pointer);
        let expected = json!({"pointer": "/title", "old": "A rally on the square", "new": "A march from the square"});
        assert_eq!(change("/title"), Some(&expected));
        assert_eq!(change("/tactics"), Some(&json!({"pointer": "/tactics", "old": [], "new": ["march"]})));
        let expected = json!({"pointer": "/when/start/edtf", "old": "2026-03-14T18:00:00", "new": "2026-03-14T19:00:00"});
        assert_eq!(change("/when/start/edtf"), Some(&expected));
        assert!(change("/size").is_some_and(|change| change["old"].is_null() && change["new"]["best"] == 200), "{changes:?}");
        let touched = |pointer: &str| ["/title", "/tactics", "/when/", "/size"].iter().any(|known| pointer.starts_with(known));
        assert!(changes.iter().all(|change| change["pointer"].as_str().is_some_and(touched)), "{changes:?}");
    }

    fn a_rename_is_no_correction_of_the_events(world: World) {
        let world = world.with_rally();
        world.put(Resource::Actor, json!({"slug": "union", "name": "New Union", "kind": "union"}));
        world.put(Resource::Event, rally(json!({"summary": "It was loud."})));
        let history = world.get(&format!("/v1/events/{}/revisions", town::RALLY)).ok();
        let expected = json!([{"pointer": "/summary", "old": null, "new": "It was loud."}]);
        assert_eq!(history["data"][1]["changes"], expected);
    }

    fn the_history_of_the_past_ends_there(world: World) {
        let world = world.with_rally();
        let before = world.seq();
        world.put(Resource::Event, rally(json!({"summary": "It was loud."})));
        let target = format!("/v1/events/{}/revisions", town::RALLY);
        assert_eq!(world.get(&target).ok()["data"].as_array().map(Vec::len), Some(2));
        assert_eq!(world.get(&format!("{target}?as_of={before}")).ok()["data"].as_array().map(Vec::len), Some(1));
    }

    fn names_are_found_without_case_and_accents_also_as_aliases(world: World) {
        let world = world.founded();
        for q in ["cafe", "CAF%C3%89", "Cafe%CC%81", "caf%C3%A9+de"] {
            assert_eq!(slugs(&world, &format!("/v1/actors?q={q}")), ["cafe-de-leche"], "{q}");
        }
        assert_eq!(slugs(&world, "/v1/actors?q=cbp"), ["cbp"], "by alias");
        assert_eq!(slugs(&world, "/v1/actors?q=customs"), slugs(&world, "/v1/actors?q=CUSTOMS"));
        assert_eq!(slugs(&world, "/v1/campaigns?q=shutdown"), ["ice-out"], "by alias");
        assert_eq!(slugs(&world, "/v1/sources?q=parriva"), ["parriva-2026-01-31"], "by publisher");
        assert_eq!(slugs(&world, "/v1/timelines?q=los%20angeles"), ["ice-out-los-angeles"], "by title");
        assert_eq!(slugs(&world, "/v1/locations?q=HIGHLAND"), ["highland-park"]);
        assert_eq!(slugs(&world, "/v1/actors?q=nobody%20at%20all"), Vec::<String>::new());
    }

    fn kinds_and_ids_are_filters_of_the_other_resources(world: World) {
        let world = world.founded();
        assert_eq!(slugs(&world, "/v1/actors?kind=police,business"), ["cafe-de-leche", "lapd"]);
        assert_eq!(slugs(&world, "/v1/actors?kind=!unknown").len(), 11);
        assert_eq!(slugs(&world, "/v1/locations?kind=admin1"), ["california", "minnesota"]);
        assert_eq!(slugs(&world, "/v1/sources?kind=news").len(), 1);
        assert_eq!(slugs(&world, "/v1/sources?kind=!news").len(), 0);
        assert_eq!(slugs(&world, "/v1/actors?id=019c1159-7000-7002-8000-000000000004"), ["lapd"]);
        assert_eq!(faults(&world, "/v1/actors?kind=person"), [fault("kind", "unknown_value")]);
        for list in ["campaigns", "timelines"] {
            assert_eq!(faults(&world, &format!("/v1/{list}?kind=news")), [fault("kind", "unknown_parameter")]);
        }
    }

    fn the_other_resources_are_listed_by_slug(world: World) {
        let world = world.founded();
        for (list, count) in [("actors", 16), ("locations", 10), ("sources", 1), ("campaigns", 1), ("timelines", 1)] {
            let found = slugs(&world, &format!("/v1/{list}"));
            assert!(found.is_sorted() && found.len() == count, "{list}: {found:?}");
            assert_eq!(world.get("/v1").ok()["counts"][list], count);
        }
    }

    fn a_member_is_the_same_by_id_by_slug_and_in_its_list(world: World) {
        let world = world.founded();
        for list in ["actors", "locations", "sources", "campaigns", "timelines"] {
            for member in world.get(&format!("/v1/{list}")).ok()["data"].as_array().expect("a list") {
                for name in ["id", "slug"] {
                    let name = member[name].as_str().expect("a name");
                    assert_eq!(&world.get(&format!("/v1/{list}/{name}")).ok(), member);
                }
            }
        }
        for event in world.get("/v1/events").ok()["data"].as_array().expect("a list") {
            assert_eq!(&world.get(&format!("/v1/events/{}", event["id"].as_str().expect("an id"))).ok(), event);
        }
    }

    fn events_are_counted_once_for_each_that_they_name(world: World) {
        let world = world.founded();
        for (target, count) in [
            ("actors/ice", 4), ("actors/dhs", 1), ("locations/united-states", 13), ("locations/los-angeles", 5),
            ("locations/downtown-los-angeles", 4), ("locations/edward-r-roybal-federal-building", 1),
            ("locations/minnesota", 1), ("sources/parriva-2026-01-31", 13), ("campaigns/ice-out", 3), ("timelines/ice-out-los-angeles", 13),
        ] {
            let (resource, slug) = target.split_once('/').expect("two parts");
            let member = world.get(&format!("/v1/{target}")).ok();
            if let Some(filter) = ["actors", "locations", "campaigns"].iter().find(|name| **name == resource) {
                let filtered = world.get(&format!("/v1/events?{}={slug}", filter.trim_end_matches('s'))).ok();
                assert_eq!(member["event_count"], filtered["page"]["total"], "{target}");
            }
            if target != "campaigns/ice-out" {
                assert_eq!(member["event_count"], count, "{target}");
            }
        }
    }

    fn a_box_holds_points_also_across_the_antimeridian(world: World) {
        let world = world.with_town();
        for (title, lat, lon) in [("West of it", -17.0, 179.9), ("East of it", -17.0, -179.9), ("On it", -17.0, 180.0), ("Far off", -17.0, 10.0)] {
            world.put(Resource::Event, at(title, lat, lon));
        }
        let found = |bbox: &str| {
            let mut found = titles(&world, &format!("bbox={bbox}"));
            found.sort();
            found
        };
        assert_eq!(found("179.5,-18,-179.5,-16"), ["East of it", "On it", "West of it"]);
        assert_eq!(found("-179.95,-18,179.95,-16"), ["East of it", "Far off", "West of it"]);
        assert_eq!(found("9,-18,11,-16"), ["Far off"]);
        assert_eq!(found("10,-17,10,-17"), ["Far off"], "sides are part of the box");
        assert_eq!(found("-180,-90,180,90").len(), 4);
        assert_eq!(found("179.5,-10,-179.5,0"), Vec::<String>::new());
        for malformed in ["1,2,3", "1,2,3,4,5", "a,b,c,d", "0,10,1,5", "-181,0,0,1", "0,0,1,91", "NaN,0,1,1", "0,0,inf,1", ",,,"] {
            assert_eq!(faults(&world, &format!("/v1/events?bbox={malformed}")), [fault("bbox", "invalid_bbox")], "{malformed}");
        }
    }

    fn a_place_has_its_locations_point_but_never_a_countrys(world: World) {
        let world = world.with_town();
        for place in ["square", "land", "state", "town"] {
            world.put(Resource::Event, event(place, json!({"places": [{"location": {"id": place}}]})));
        }
        assert_eq!(titles(&world, "bbox=-180,-90,180,90"), ["square"]);
        let points: Vec<_> = titles(&world, "sort=recorded").into_iter().zip(
            world.get("/v1/events?sort=recorded").ok()["data"].as_array().expect("a list").iter()
                .map(|event| event["places"][0]["point"].is_null()).collect::<Vec<_>>(),
        ).collect();
        let expected = [("square", false), ("land", true), ("state", true), ("town", true)].map(|(place, null)| (place.to_owned(), null));
        assert_eq!(points, expected);
    }

    fn a_countrys_point_stays_out_of_boxes_whatever_precision_is_claimed(world: World) {
        let world = world.with_town();
        let place = json!([{"location": {"id": "land"}, "precision": "locality"}]);
        let document = event("Somewhere in the land", json!({"places": place}));
        // It may be refused; if it is taken, the country's point is still no dot on a map.
        if world.submit(Operation::one(Command::Put { resource: Resource::Event, document })).is_ok() {
            assert_eq!(titles(&world, "bbox=-180,-90,180,90"), Vec::<String>::new());
            assert!(world.get("/v1/events").ok()["data"][0]["places"][0]["point"].is_null());
        }
    }

    fn lists_come_in_the_order_asked_for_undated_events_last(world: World) {
        let world = world.with_source();
        for (title, edtf) in [("undated", None), ("February", Some("2026-02")), ("January", Some("2026-01")), ("ancient", Some("0001"))] {
            world.put(Resource::Event, event(title, json!({"when": {"start": edtf.map(|edtf| json!({"edtf": edtf}))}})));
        }
        assert_eq!(titles(&world, "sort=when"), ["ancient", "January", "February", "undated"]);
        assert_eq!(titles(&world, "sort=-when"), ["February", "January", "ancient", "undated"]);
        assert_eq!(titles(&world, ""), titles(&world, "sort=-when"), "newest first by default");
        assert_eq!(titles(&world, "sort=recorded"), ["undated", "February", "January", "ancient"]);
        assert_eq!(titles(&world, "sort=-recorded"), ["ancient", "January", "February", "undated"]);
    }

    fn a_corrected_event_is_recorded_last(world: World) {
        let world = world.with_rally();
        world.put(Resource::Event, rally(json!({"title": "Corrected"})));
        assert_eq!(titles(&world, "sort=recorded"), ["A vigil", "Corrected"]);
    }

    fn parts_are_there_exactly_when_asked_for(world: World) {
        let world = world.founded();
        let members = |target: &str| {
            let answer = world.get(target).ok();
            let event = answer.pointer("/data/0").unwrap_or(&answer).clone();
            event.as_object().expect("an event").keys().cloned().collect::<Vec<_>>()
        };
        let base = [
            "id", "revision", "seq", "created_at", "recorded_at", "type", "category", "tactics", "status", "verification",
            "verification_by", "title", "summary", "language", "when", "places", "actors", "issues", "demands", "campaigns",
            "sources", "size", "outcomes", "external_ids", "privacy",
        ];
        let parts = ["evidence", "links", "translations"];
        for path in ["/v1/events", crate::support::paths::RALLY] {
            let plain = members(path);
            assert!(plain.len() == base.len() && base.iter().all(|name| plain.iter().any(|m| m == name)), "{plain:?}");
            for wanted in [&parts[0..1], &parts[1..2], &parts[2..3], &parts[0..2], &parts[..]] {
                let mut given = members(&format!("{path}?include={}", wanted.join(",")));
                given.retain(|name| !plain.contains(name));
                given.sort();
                assert_eq!(given, wanted);
            }
        }
    }

    fn every_member_is_there_and_null_where_nothing_was_reported(world: World) {
        let world = world.with_rally();
        let vigil = world.get(&format!("/v1/events/{}?include=evidence,links,translations", town::VIGIL)).ok();
        for null in ["summary", "language", "size", "outcomes", "privacy"] {
            assert_eq!(vigil.get(null), Some(&Value::Null), "{null}");
        }
        for empty in ["tactics", "places", "actors", "issues", "demands", "campaigns", "external_ids", "evidence", "links"] {
            assert_eq!(vigil[empty], json!([]), "{empty}");
        }
        let when = json!({"start": null, "end": null, "precision": null, "approximate": false, "time_zone": null});
        assert_eq!((&vigil["when"], &vigil["translations"]), (&when, &json!({})));
        assert_eq!((&vigil["status"], &vigil["verification"], &vigil["verification_by"]), (&json!("happened"), &json!("reported"), &json!("rule")));
    }

    fn words_come_in_the_language_asked_for_where_there_are_any(world: World) {
        let world = world.with_rally();
        let translations = json!({"es": {"title": "Una concentración"}, "pt-BR": {"title": "Um comício", "summary": "Foi grande."}});
        world.put(Resource::Event, rally(json!({"language": "en", "summary": "It was large.", "translations": translations})));
        let words = |lang: &str| {
            let event = world.get(&format!("/v1/events/{}?lang={lang}", town::RALLY)).ok();
            ["title", "summary", "language"].map(|name| event[name].as_str().map(str::to_owned))
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(words("es"), [some("Una concentración"), None, some("es")]);
        assert_eq!(words("es-MX"), words("es"));
        assert_eq!(words("pt"), [some("Um comício"), some("Foi grande."), some("pt-BR")]);
        for lang in ["en", "fr", "EN-gb"] {
            assert_eq!(words(lang), [some("A rally on the square"), some("It was large."), some("en")], "{lang}");
        }
        let target = format!("/v1/events/{}", town::RALLY);
        assert_eq!(faults(&world, &format!("{target}?lang=not%20a%20tag")), [fault("lang", "malformed")]);
    }

    fn links_are_told_from_both_sides(world: World) {
        let world = world.with_rally();
        let link = json!([{"relation": "response_to", "event": {"id": town::RALLY}, "confidence": "in_part"}]);
        world.put(Resource::Event, event("A vigil", json!({"id": town::VIGIL, "type": "vigil", "links": link})));
        let link = |id: &str| world.get(&format!("/v1/events/{id}?include=links")).ok()["links"].clone();
        let own = link_id(town::id(town::VIGIL), "response_to", town::id(town::RALLY));
        let told = |direction: &str, id: &str, title: &str| json!([{"id": own, "relation": "response_to", "direction": direction,
            "event": {"id": id, "title": title}, "confidence": "in_part", "evidence_id": null}]);
        assert_eq!(link(town::VIGIL), told("outgoing", town::RALLY, "A rally on the square"));
        assert_eq!(link(town::RALLY), told("incoming", town::VIGIL, "A vigil"));
    }

    fn a_circle_of_links_is_walked_once(world: World) {
        let world = world.with_rally();
        let to = |id: &str| json!([{"relation": "follows", "event": {"id": id}}]);
        world.put(Resource::Event, rally(json!({"links": to(town::VIGIL)})));
        world.put(Resource::Event, event("A vigil", json!({"id": town::VIGIL, "type": "vigil", "links": to(town::RALLY)})));
        for depth in [1, 2, 10] {
            let near = world.get(&format!("/v1/events/{}/links?depth={depth}", town::RALLY)).ok();
            assert_eq!((near["nodes"].as_array().map(Vec::len), near["edges"].as_array().map(Vec::len)), (Some(2), Some(2)), "{depth}");
            assert_eq!(near["nodes"][0]["id"], town::RALLY);
        }
        for depth in ["0", "11", "-1", "deep", "1.5"] {
            assert_eq!(faults(&world, &format!("/v1/events/{}/links?depth={depth}", town::RALLY)), [fault("depth", "out_of_range")]);
        }
    }

    fn a_timeline_keeps_its_editors_order(world: World) {
        let world = world.with_rally();
        let entries = json!([{"event_id": town::VIGIL, "caption": "First the vigil"}, {"event_id": town::RALLY}]);
        world.put(Resource::Timeline, json!({"slug": "two", "title": "Two", "entries": entries}));
        let expected = json!([{"event_id": town::VIGIL, "caption": "First the vigil"}, {"event_id": town::RALLY, "caption": null}]);
        assert_eq!(world.get("/v1/timelines/two").ok()["entries"], expected);
        world.retract(Resource::Event, town::id(town::VIGIL), "Entered twice");
        let timeline = world.get("/v1/timelines/two").ok();
        assert_eq!((&timeline["entries"], &timeline["event_count"]), (&json!([expected[1]]), &json!(1)));
    }
}
