//! What documents from outside must be, and how those that are not are refused.

use marchline::domain::resource::Resource;
use marchline::node::operation::{Command, Operation, Refusal};
use serde_json::{Value, json};

use crate::support::on_both_databases;
use crate::support::town::{self, location, rally};
use crate::support::world::{World, event};

fn named(faults: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
    let mut faults: Vec<_> = faults.iter().map(|(pointer, code)| ((*pointer).to_owned(), *code)).collect();
    faults.sort();
    faults
}

/// The faults of a document that must be refused, in the order of their places.
fn faults(world: &World, resource: Resource, document: Value) -> Vec<(String, &'static str)> {
    let before = world.seq();
    let mut faults = world.refused(resource, document);
    faults.sort();
    assert_eq!(world.seq(), before, "a refused document writes nothing");
    faults
}

fn event_faults(world: &World, more: Value) -> Vec<(String, &'static str)> {
    faults(world, Resource::Event, event("A rally", more))
}

on_both_databases! {
    fn a_private_individual_is_never_an_actor(world: World) {
        let document = json!({"slug": "someone", "name": "Someone", "kind": "person"});
        assert_eq!(faults(&world, Resource::Actor, document.clone()), named(&[("/kind", "person_refused")]));
        let refusal = world.submit(Operation::one(Command::Put { resource: Resource::Actor, document })).expect_err("it is refused");
        assert!(refusal.to_string().contains("gets people hurt"), "{refusal}");
        assert_eq!(world.get("/v1/actors/someone").status, 404);
    }

    fn all_faults_of_an_event_are_told_at_once(world: World) {
        let world = world.with_town();
        let document = json!({
            "title": " ", "type": "party", "tactics": ["march", "dance"], "status": "over", "language": "!", "mood": "angry",
            "when": {"start": {"edtf": "2026-13"}, "time_zone": "Mars/Olympus"},
            "places": [{"location": {"id": "atlantis"}, "role": "home"}, {"location": {"id": "square"}, "point": {"lat": 91, "lon": 0}}],
            "actors": [{"actor": {"id": "nobody"}, "role": "organizer"}, {"actor": {"id": "union"}}],
            "issues": ["Not A Slug"], "demands": [{"stance": "for"}], "campaigns": [{"id": "none"}], "sources": [],
            "size": {"low": 10, "high": 5}, "outcomes": {"arrests": {"state": "number"}, "injuries": {"police": 3}},
            "evidence": [{"source": {"id": "test-source"}, "field": "weather"}, {"field": "size"}],
            "links": [{"relation": "follows", "event": {"id": "019c1159-7000-7000-8000-00000000dead"}}],
            "external_ids": [{"scheme": "a:b", "id": "1"}, {"id": "2"}],
            "translations": {"not a tag": {"title": "x"}, "es": {"summary": "x"}}, "privacy": {"place": "street"},
        });
        let found = faults(&world, Resource::Event, document);
        for expected in [
            ("/title", "empty"), ("/type", "unknown_code"), ("/tactics/1", "unknown_code"), ("/status", "unknown_code"),
            ("/language", "invalid_language"), ("/mood", "unknown_member"), ("/when/start/edtf", "invalid_edtf"),
            ("/when/time_zone", "unknown_time_zone"), ("/places/0/location/id", "unknown_reference"), ("/places/0/role", "unknown_code"),
            ("/places/1/point/lat", "out_of_range"), ("/actors/0/actor/id", "unknown_reference"), ("/actors/1/role", "required"),
            ("/issues/0", "invalid_slug"), ("/demands/0/summary", "required"), ("/campaigns/0/id", "unknown_reference"),
            ("/sources", "required"), ("/size/high", "range"), ("/outcomes/injuries/police", "wrong_type"),
            ("/evidence/0/field", "unknown_field"), ("/evidence/1/source", "required"), ("/links/0/event/id", "unknown_reference"),
            ("/external_ids/0/scheme", "invalid_scheme"), ("/external_ids/1/scheme", "required"),
            ("/translations/not a tag", "invalid_language"), ("/translations/es/title", "required"), ("/privacy/place", "unknown_code"),
        ] {
            assert!(found.contains(&(expected.0.to_owned(), expected.1)), "{expected:?} is not in {found:?}");
        }
        assert!(found.iter().any(|(pointer, _)| pointer.starts_with("/outcomes/arrests")), "{found:?}");
        assert_eq!(found.len(), 28, "{found:?}");
    }

    fn one_fault_makes_no_others_up(world: World) {
        let world = world.with_town();
        let whole = json!({
            "tactics": ["march"], "when": {"start": {"edtf": "2026-01-31"}, "end": null}, "places": [{"location": {"id": "square"}}],
            "actors": [{"actor": {"id": "union"}, "role": "organizer"}], "issues": ["labour"], "demands": [{"summary": "pay"}],
            "campaigns": [{"id": "spring"}], "size": {"best": 10}, "outcomes": {"arrests": {"state": "none"}}, "links": [],
            "evidence": [{"id": "019c1159-7000-7000-8000-00000000e001", "source": {"id": "test-source"}, "field": "size", "quote": "ten"}],
            "external_ids": [{"scheme": "a", "id": "1"}], "language": "en", "translations": {}, "privacy": null,
        });
        for (member, broken, pointer, code) in [
            ("when", json!({"start": {"edtf": "soon"}}), "/when/start/edtf", "invalid_edtf"),
            ("when", json!("soon"), "/when", "wrong_type"),
            ("type", json!("party"), "/type", "unknown_code"),
            ("title", json!(7), "/title", "wrong_type"),
            ("evidence", json!([{"id": "7", "source": {"id": "test-source"}, "field": "size", "quote": "ten", "locator": "¶1"}]), "/evidence/0/id", "invalid_id"),
            ("evidence", json!([{"source": {"id": "none"}, "field": "size", "quote": "ten"}]), "/evidence/0/source/id", "unknown_reference"),
            ("places", json!([{"location": {"id": "none"}, "role": "site", "radius_m": 5}]), "/places/0/location/id", "unknown_reference"),
            ("demands", json!([{"verbatim": ["Pay!"], "stance": "for"}]), "/demands/0/summary", "required"),
            ("outcomes", json!({"arrests": {"low": 1, "high": 2}}), "/outcomes/arrests/state", "required"),
            ("links", json!([{"relation": "near", "event": {"id": town::RALLY}}]), "/links/0/relation", "unknown_code"),
            ("size", json!([]), "/size", "wrong_type"),
        ] {
            let mut document = whole.clone();
            document[member] = broken;
            let found: Vec<_> = event_faults(&world, document).into_iter().filter(|(at, _)| at != "/links/0/event/id").collect();
            assert_eq!(found, named(&[(pointer, code)]), "a fault of {member}");
        }
        world.put(Resource::Event, event("A rally", whole));
    }

    fn all_faults_of_the_other_resources_are_told_at_once(world: World) {
        let document = json!({"slug": "Bad Slug", "id": "7", "kind": "club", "aliases": [""], "parent_id": "nobody", "age": 3});
        let expected = [("/aliases/0", "empty"), ("/age", "unknown_member"), ("/id", "invalid_id"), ("/kind", "unknown_code"),
            ("/name", "required"), ("/parent_id", "unknown_reference"), ("/slug", "invalid_slug")];
        assert_eq!(faults(&world, Resource::Actor, document), named(&expected));
        let document = json!({"kind": "city", "country": "usa", "admin1": "California", "point": {"lat": "x"}, "radius_m": -1, "time_zone": "PST9"});
        let expected = [("/admin1", "invalid_code"), ("/country", "invalid_code"), ("/kind", "unknown_code"), ("/name", "required"),
            ("/point/lat", "wrong_type"), ("/point/lon", "required"), ("/radius_m", "out_of_range"), ("/time_zone", "unknown_time_zone")];
        assert_eq!(faults(&world, Resource::Location, document), named(&expected));
        let document = json!({"kind": "blog", "url": "javascript:alert(1)", "scale": "town", "language": "??", "published_at": "yesterday",
            "retrieved_at": "2026-02-30", "archive_url": "ftp://x", "syndicated_from": "none"});
        let expected = [("/archive_url", "invalid_url"), ("/kind", "unknown_code"), ("/language", "invalid_language"),
            ("/published_at", "invalid_date"), ("/publisher", "required"), ("/retrieved_at", "invalid_date"),
            ("/scale", "unknown_code"), ("/syndicated_from", "unknown_reference"), ("/url", "invalid_url")];
        assert_eq!(faults(&world, Resource::Source, document), named(&expected));
        let document = json!({"aliases": "many", "when": {"end": {"edtf": "2026"}}});
        let expected = [("/aliases", "wrong_type"), ("/name", "required"), ("/when/end/edtf", "end_without_start")];
        assert_eq!(faults(&world, Resource::Campaign, document), named(&expected));
        let document = json!({"entries": [{"event_id": town::RALLY}, {"caption": "x"}], "query": {"type": "bogus", "typ": "rally", "a/b": "1"}});
        let expected = [("/entries/0/event_id", "unknown_reference"), ("/entries/1/event_id", "required"), ("/query/a~1b", "unknown_parameter"),
            ("/query/typ", "unknown_parameter"), ("/query/type", "unknown_value"), ("/title", "required")];
        assert_eq!(faults(&world, Resource::Timeline, document), named(&expected));
        for not_an_object in [json!([]), json!("text"), json!(null)] {
            assert!(!faults(&world, Resource::Actor, not_an_object).is_empty());
        }
    }

    fn a_timeline_has_entries_or_a_query(world: World) {
        let world = world.with_rally();
        let document = json!({"title": "Both", "entries": [{"event_id": town::RALLY}], "query": {"type": "rally"}});
        assert_eq!(faults(&world, Resource::Timeline, document), named(&[("/query", "both_given")]));
        world.put(Resource::Timeline, json!({"slug": "rallies", "title": "Rallies", "query": {"type": "rally", "sort": "when"}}));
        assert_eq!(world.get("/v1/timelines/rallies").ok()["query"], json!({"type": "rally", "sort": "when"}));
    }

    fn text_has_no_control_characters_and_an_end(world: World) {
        let world = world.with_source();
        for text in ["a\u{0}b", "a\u{1b}[31m", "a\u{7f}", "a\u{85}b", "a\rb"] {
            assert_eq!(event_faults(&world, json!({"summary": text})), named(&[("/summary", "control_character")]), "{text:?}");
        }
        for (member, most) in [("title", 300), ("summary", 10_000)] {
            world.put(Resource::Event, event("A rally", json!({member: "é".repeat(most)})));
            let pointer = format!("/{member}");
            assert_eq!(event_faults(&world, json!({member: "é".repeat(most + 1)})), named(&[(&pointer, "too_long")]));
        }
        let many: Vec<_> = (0..1_001).map(|n| format!("issue-{n}")).collect();
        assert_eq!(event_faults(&world, json!({"issues": many})), named(&[("/issues", "too_many")]));
        world.put(Resource::Event, event("A rally", json!({"issues": many[..1_000]})));
    }

    fn whatever_json_evidence_holds_is_kept_or_refused_alike(world: World) {
        let world = world.with_source();
        let values = [json!({"a\u{0}": "b\u{0}"}), json!("\u{0}"), json!(1e300), json!(-0.0), json!(u64::MAX), json!("\u{10ffff}\u{fffe}"), json!([[[[]]]])];
        for (position, value) in values.into_iter().enumerate() {
            let id = format!("019c1159-7000-7000-8000-00000000b{position:03}");
            let evidence = json!([{"source": {"id": "test-source"}, "field": "size", "value": value}]);
            let document = event("A rally", json!({"id": id, "evidence": evidence}));
            match world.submit(Operation::one(Command::Put { resource: Resource::Event, document })) {
                Ok(_) => {
                    let kept = world.get(&format!("/v1/events/{id}?include=evidence")).ok();
                    assert_eq!(kept["evidence"][0]["value"], value);
                }
                Err(Refusal::Invalid(faults)) => assert!(faults[0].pointer.starts_with("/evidence/0/value"), "{value}: {faults:?}"),
                Err(other) => panic!("{value}: {other}"),
            }
        }
    }

    fn text_is_normalised_and_trimmed(world: World) {
        let world = world.with_source();
        world.put(Resource::Event, event("  Cafe\u{301} \n", json!({"language": "EN-us"})));
        let event = &world.get("/v1/events").ok()["data"][0];
        assert_eq!((&event["title"], &event["language"]), (&json!("Caf\u{e9}"), &json!("en-US")));
    }

    fn nothing_lies_below_itself(world: World) {
        let world = world.with_town();
        let actor = |slug: &str, parent: Option<&str>| json!({"slug": slug, "name": slug, "kind": "agency", "parent_id": parent});
        for (slug, parent) in [("top", None), ("middle", Some("top")), ("bottom", Some("middle"))] {
            world.put(Resource::Actor, actor(slug, parent));
        }
        for below in ["top", "middle", "bottom"] {
            assert_eq!(faults(&world, Resource::Actor, actor("top", Some(below))), named(&[("/parent_id", "circle")]), "{below}");
        }
        let source = |slug: &str, from: Option<&str>| json!({"slug": slug, "publisher": slug, "kind": "wire", "syndicated_from": from});
        world.put(Resource::Source, source("first", None));
        world.put(Resource::Source, source("second", Some("first")));
        assert_eq!(faults(&world, Resource::Source, source("first", Some("second"))), named(&[("/syndicated_from", "circle")]));
        for (below, code) in [("square", "wrong_level"), ("town", "wrong_level")] {
            let document = location("other", "locality", Some(below), json!({}));
            assert_eq!(faults(&world, Resource::Location, document), named(&[("/parent_id", code)]));
        }
        assert!(!faults(&world, Resource::Location, location("land", "country", Some("square"), json!({}))).is_empty());
        let to_itself = json!([{"relation": "follows", "event": {"id": town::RALLY}}]);
        world.put(Resource::Event, rally(json!({})));
        assert_eq!(faults(&world, Resource::Event, rally(json!({"links": to_itself}))), named(&[("/links/0/event", "self_reference")]));
    }

    fn a_circle_is_seen_within_one_operation(world: World) {
        let actor = |slug: &str, parent: Option<&str>| Command::Put {
            resource: Resource::Actor,
            document: json!({"slug": slug, "name": slug, "kind": "agency", "parent_id": parent}),
        };
        let commands = vec![actor("one", None), actor("two", Some("one")), actor("one", Some("two"))];
        match world.submit(Operation::of(commands)) {
            Err(Refusal::Invalid(faults)) => assert_eq!((faults[0].pointer.as_str(), faults[0].code), ("/2/parent_id", "circle")),
            other => panic!("{other:?}"),
        }
        assert_eq!((world.seq(), world.get("/v1/actors/one").status), (0, 404));
    }

    fn a_location_cannot_be_moved_above_what_lies_below_it(world: World) {
        let world = world.with_town();
        // The square, a venue, lies below the town: as a venue itself the town could not hold it.
        let command = Command::Put { resource: Resource::Location, document: location("town", "venue", Some("state"), json!({})) };
        match world.submit(Operation::one(command)) {
            Err(Refusal::Invalid(faults)) => assert_eq!(faults[0].pointer, "/kind"),
            other => panic!("a venue may not lie below a venue: {other:?}"),
        }
    }

    fn an_external_id_belongs_to_one_member(world: World) {
        let world = world.with_source();
        let with = |id: &str, more: &str, ids: Value| event(more, json!({"id": id, "external_ids": ids}));
        let one = json!([{"scheme": "acled", "id": "1"}]);
        world.put(Resource::Event, with(town::RALLY, "First", one.clone()));
        let taken = named(&[("/external_ids/0", "external_id_taken")]);
        assert_eq!(faults(&world, Resource::Event, with(town::VIGIL, "Second", one.clone())), taken);
        world.put(Resource::Event, with(town::VIGIL, "Second", json!([{"scheme": "ccc", "id": "1"}, {"scheme": "acled", "id": "2"}])));
        // Another resource has ids of its own, and a member keeps its own ids.
        world.put(Resource::Actor, json!({"slug": "union", "name": "Union", "kind": "union", "external_ids": one}));
        world.put(Resource::Event, with(town::RALLY, "First, corrected", one.clone()));
        // What its holder gave up is free.
        world.put(Resource::Event, with(town::RALLY, "First, without", json!([])));
        world.put(Resource::Event, with(town::VIGIL, "Second, with", one));
    }

    fn an_external_id_cannot_be_given_twice_at_once(world: World) {
        let world = world.with_source();
        let ids = json!([{"scheme": "acled", "id": "1"}]);
        let put = |title: &str| Command::Put { resource: Resource::Event, document: event(title, json!({"external_ids": ids})) };
        match world.submit(Operation::of(vec![put("First"), put("Second")])) {
            Err(Refusal::Invalid(faults)) => assert_eq!((faults[0].pointer.as_str(), faults[0].code), ("/1/external_ids/0", "external_id_taken")),
            other => panic!("{other:?}"),
        }
        let twice = json!([{"scheme": "acled", "id": "1"}, {"scheme": "acled", "id": "1"}]);
        let command = Command::Put { resource: Resource::Event, document: event("Both", json!({"external_ids": twice})) };
        match world.submit(Operation::one(command)) {
            Ok(_) => assert_eq!(world.get("/v1/events").ok()["data"][0]["external_ids"], ids, "the same id is kept once"),
            Err(Refusal::Invalid(faults)) => assert_eq!(faults[0].pointer, "/external_ids/1"),
            Err(other) => panic!("{other}"),
        }
    }

    fn the_same_document_again_changes_nothing(world: World) {
        let world = world.with_rally();
        let evidence = json!([{"source": {"id": "test-source"}, "field": "size", "quote": "hundreds"}]);
        let documents = [
            (Resource::Event, rally(json!({"evidence": evidence, "size": {"text": "hundreds", "rule": "ccc"}}))),
            (Resource::Actor, json!({"slug": "party", "name": "Party", "kind": "party", "external_ids": [{"scheme": "a", "id": "1"}]})),
            (Resource::Location, location("hamlet", "locality", Some("state"), json!({"point": {"lat": 1.5, "lon": 2.25}, "radius_m": 100}))),
            (Resource::Source, json!({"slug": "paper", "publisher": "Paper", "kind": "news", "published_at": "2026-01-31"})),
            (Resource::Campaign, json!({"slug": "summer", "name": "Summer", "when": {"start": {"edtf": "2026-06/2026-08"}}})),
            (Resource::Timeline, json!({"slug": "all", "title": "All", "entries": [{"event_id": town::RALLY}]})),
        ];
        for (resource, document) in documents {
            let first = world.put(resource, document.clone());
            let seq = world.seq();
            let second = world.put(resource, document);
            assert_eq!((second.kind, second.id, second.revision), (None, first.id, first.revision), "{resource}");
            assert_eq!(world.seq(), seq, "{resource}");
        }
    }

    fn an_operation_happens_as_a_whole_under_one_number(world: World) {
        let put = |name: &str| Command::Put { resource: Resource::Actor, document: json!({"slug": name, "name": name, "kind": "union"}) };
        let bad = Command::Put { resource: Resource::Actor, document: json!({"slug": "bad", "kind": "person"}) };
        let operation = |commands| Operation::of(commands);
        match world.submit(operation(vec![put("one"), bad, put("two")])) {
            Err(Refusal::Invalid(faults)) => {
                let mut found: Vec<_> = faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect();
                found.sort();
                assert_eq!(found, named(&[("/1/kind", "person_refused"), ("/1/name", "required")]));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!((world.seq(), world.get("/v1/actors").ok()["page"]["total"].clone()), (0, json!(0)));
        let outcome = world.submit(operation(vec![put("one"), put("two")])).expect("two good documents");
        assert_eq!((outcome.seq, world.seq()), (Some(1), 1));
        assert!(world.get("/v1/actors").ok()["data"].as_array().expect("a list").iter().all(|actor| actor["seq"] == 1));
    }

    fn ids_and_slugs_stay_what_they_are(world: World) {
        let world = world.with_rally();
        let actor = json!({"id": town::RALLY, "slug": "odd", "name": "Odd", "kind": "union"});
        assert_eq!(faults(&world, Resource::Actor, actor), named(&[("/id", "id_taken")]));
        let other = json!({"id": "019c1159-7000-7000-8000-00000000c001", "slug": "union", "name": "Another", "kind": "union"});
        assert_eq!(faults(&world, Resource::Actor, other), named(&[("/slug", "slug_taken")]));
        assert_eq!(event_faults(&world, json!({"slug": "rally"})), named(&[("/slug", "unknown_member")]));
        world.put(Resource::Actor, json!({"name": "Łódź & Söhne", "kind": "business"}));
        let slug = world.get("/v1/actors?q=sohne").ok()["data"][0]["slug"].as_str().expect("a slug").to_owned();
        assert_eq!(world.get(&format!("/v1/actors/{slug}")).status, 200);
    }

    fn two_publishers_corroborate_but_not_one_taken_over_by_another(world: World) {
        let world = world.with_source();
        let source = |slug: &str, publisher: &str, from: Option<&str>| {
            world.put(Resource::Source, json!({"slug": slug, "publisher": publisher, "kind": "news", "syndicated_from": from}));
        };
        source("paper", "The Paper", None);
        source("copy", "The Copy", Some("test-source"));
        source("second", "The Test", None);
        let verification = |sources: &[&str], more: Value| {
            let sources: Vec<_> = sources.iter().map(|slug| json!({"id": slug})).collect();
            let mut document = event("A rally", json!({"id": town::RALLY, "sources": sources}));
            document["verification"] = more["verification"].clone();
            world.put(Resource::Event, document);
            let event = world.get(&format!("/v1/events/{}", town::RALLY)).ok();
            [event["verification"].clone(), event["verification_by"].clone()]
        };
        assert_eq!(verification(&["test-source"], json!({})), ["reported", "rule"]);
        assert_eq!(verification(&["test-source", "copy"], json!({})), ["reported", "rule"]);
        assert_eq!(verification(&["test-source", "second"], json!({})), ["reported", "rule"]);
        assert_eq!(verification(&["test-source", "paper"], json!({})), ["corroborated", "rule"]);
        assert_eq!(verification(&["test-source"], json!({"verification": "disputed"})), ["disputed", "editor"]);
    }
}
