//! What filters of events mean at their edges.

use marchline::domain::resource::Resource;
use marchline::node::operation::{Command, Operation};
use serde_json::{Value, json};

use crate::support::lists::{fault, faults, titles};
use crate::support::on_both_databases;
use crate::support::town::{self, id, location, rally};
use crate::support::world::{World, event};

const NOBODY: [&str; 0] = [];

fn put(world: &World, title: &str, more: Value) {
    world.put(Resource::Event, event(title, more));
}

/// The titles of the events that match, in the order of their words.
fn found(world: &World, query: &str) -> Vec<String> {
    let mut found = titles(world, query);
    found.sort();
    found
}

on_both_databases! {
    fn what_was_in_a_withdrawn_place_is_still_in_what_that_lay_in(world: World) {
        let world = world.with_rally();
        let ids = |slug: &str| id(world.get(&format!("/v1/locations/{slug}")).ok()["id"].as_str().expect("an id"));
        let (square, town) = (ids("square"), ids("town"));
        world.put(Resource::Location, location("city", "locality", Some("state"), json!({})));
        let city = ids("city");
        world.retract(Resource::Location, square, "Built over");
        let count = |slug: &str| world.get(&format!("/v1/locations/{slug}")).ok()["event_count"].clone();
        for query in ["location=town", "location=state", "country=US", "admin1=US-CA"] {
            assert_eq!(titles(&world, query), ["A rally on the square"], "{query}");
        }
        assert_eq!(count("town"), 1);
        // What it lay in leads on, though nothing can be rewritten that was withdrawn.
        let merge = Command::Merge { resource: Resource::Location, id: town, into: city, base: None };
        world.submit(Operation::one(merge)).expect("accepted");
        for query in ["location=town", "location=city", "country=US"] {
            assert_eq!(titles(&world, query), ["A rally on the square"], "{query}");
        }
        assert_eq!(count("city"), 1);
    }

    fn a_size_matches_where_there_may_have_been_so_many(world: World) {
        let world = world.with_source();
        for (title, size) in [
            ("best", json!({"best": 300})),
            ("open", json!({"text": "thousands", "rule": "literal"})),
            ("range", json!({"low": 100, "high": 500, "best": 200})),
            ("up to", json!({"high": 400})),
            ("words", json!({"text": "a crowd"})),
            ("nobody came", json!({"best": 0})),
            ("not told", Value::Null),
        ] {
            put(&world, title, json!({"size": size}));
        }
        for (query, expected) in [
            ("size_min=0", &["best", "nobody came", "open", "range", "up to"][..]),
            ("size_max=9007199254740991", &["best", "nobody came", "open", "range", "up to"]),
            ("size_min=9007199254740991", &["open"]),
            ("size_min=1", &["best", "open", "range", "up to"]),
            ("size_max=0", &["nobody came", "up to"]),
            ("size_min=300&size_max=300", &["best", "range", "up to"]),
            ("size_min=301", &["open", "range", "up to"]),
            ("size_max=299", &["nobody came", "range", "up to"]),
            ("size_min=501&size_max=1999", &[]),
            ("size_min=501&size_max=2000", &["open"]),
            ("has=size", &["best", "nobody came", "open", "range", "up to", "words"]),
            ("has=!size", &["not told"]),
        ] {
            assert_eq!(found(&world, query), expected, "{query}");
        }
        assert_eq!(faults(&world, "/v1/events?size_min=2&size_max=1"), [fault("size_min", "min_above_max")]);
        let order = ["nobody came", "range", "best", "up to", "open", "words", "not told"];
        assert_eq!(titles(&world, "sort=size"), order);
        let backwards = ["open", "up to", "best", "range", "nobody came", "not told", "words"];
        assert_eq!(titles(&world, "sort=-size"), backwards, "without numbers last in both directions");
    }

    fn a_place_lies_where_its_location_lay_at_the_moment_read(world: World) {
        let world = world.with_rally();
        let square = |parent: &str, point: Value| {
            world.put(Resource::Location, location("square", "venue", Some(parent), json!({"point": point})));
            world.seq()
        };
        let nothing = [("bbox=-119,34,-118,35", false), ("bbox=12,52,14,53", false), ("has=point", false)];
        let first = world.seq();
        world.put(Resource::Location, location("elsewhere", "country", None, json!({"country": "DE"})));
        let corrected = square("town", json!({"lat": 52.5, "lon": 13.4}));
        let without = square("town", Value::Null);
        let moved = square("elsewhere", json!({"lat": 52.5, "lon": 13.4}));
        let coded = {
            world.put(Resource::Location, location("elsewhere", "country", None, json!({"country": "AT"})));
            world.seq()
        };
        let within = |country: &str| ["US", "DE", "AT"].map(|code| (format!("country={code}"), code == country));
        let at = |box_number: usize| {
            let mut expected = nothing.map(|(query, is_found)| (query.to_owned(), is_found));
            expected[box_number].1 = true;
            expected[2].1 = true;
            expected
        };
        let nowhere = nothing.map(|(query, is_found)| (query.to_owned(), is_found));
        let moments = [
            (first, at(0), within("US"), "town"),
            (corrected, at(1), within("US"), "town"),
            (without, nowhere, within("US"), "town"),
            (moved, at(1), within("DE"), "elsewhere"),
            (coded, at(1), within("AT"), "elsewhere"),
        ];
        for (seq, points, countries, above) in moments {
            let above = ["town", "state", "elsewhere"].map(|slug| {
                (format!("location={slug}"), slug == above || (slug == "state" && above == "town"))
            });
            for (query, is_found) in points.into_iter().chain(countries).chain(above) {
                let expected = if is_found { &["A rally on the square"][..] } else { &[] };
                assert_eq!(found(&world, &format!("{query}&as_of={seq}")), expected, "{query} as of {seq}");
                if seq == coded {
                    assert_eq!(found(&world, &query), expected, "{query} now");
                }
            }
        }
    }

    fn the_nearest_code_above_a_place_is_the_one_that_counts(world: World) {
        let world = world.with_rally();
        let island = json!({"country": "PR", "admin1": "PR-SJ"});
        world.put(Resource::Location, location("island", "admin1", Some("land"), island));
        world.put(Resource::Location, location("harbour", "venue", Some("island"), json!({})));
        put(&world, "On the island", json!({"places": [{"location": {"id": "harbour"}}]}));
        let rally = "A rally on the square";
        for (query, expected) in [
            ("country=US", &[rally][..]),
            ("country=PR", &["On the island"]),
            ("country=US,PR", &[rally, "On the island"]),
            ("country=PR,!US", &["On the island"]),
            ("country=!US&has=place", &["On the island"]),
            ("admin1=PR-SJ", &["On the island"]),
            ("location=land", &[rally, "On the island"]),
            ("location=land&country=US", &[rally]),
        ] {
            assert_eq!(found(&world, query), expected, "{query}");
        }
    }

    fn somebody_was_arrested_only_where_the_report_says_so(world: World) {
        let world = world.with_source();
        let none = json!({"state": "none"});
        for (title, outcomes) in [
            ("none", json!({"arrests": none, "injuries": {"participants": none}})),
            ("some", json!({"arrests": {"state": "some"}, "injuries": {"participants": none, "police": {"state": "some"}}})),
            ("up to five", json!({"arrests": {"state": "number", "low": 0, "high": 5}})),
            ("not of arrests", json!({"property_damage": ["broken windows"]})),
            ("nothing", Value::Null),
        ] {
            put(&world, title, json!({"outcomes": outcomes}));
        }
        for (query, expected) in [
            ("has=arrests", &["some", "up to five"][..]),
            ("has=!arrests", &["none", "not of arrests", "nothing"]),
            ("has=outcomes,!arrests", &["none", "not of arrests"]),
            ("has=injuries", &["some"]),
            ("has=arrests,property_damage", &["not of arrests", "some", "up to five"]),
            ("has=deaths,detained", &[]),
        ] {
            assert_eq!(found(&world, query), expected, "{query}");
        }
    }

    fn an_external_id_is_one_value_whatever_stands_in_it(world: World) {
        let world = world.with_source();
        let ids = |ids: &[(&str, &str)]| -> Value { ids.iter().map(|(scheme, id)| json!({"scheme": scheme, "id": id})).collect() };
        put(&world, "odd", json!({"external_ids": ids(&[("ccc", "2026-01-31: Plaza, north"), ("x", "!1")])}));
        put(&world, "plain", json!({"external_ids": ids(&[("ccc", "2026-01-31"), ("!x", "1"), ("y", "Ñandú")])}));
        for (query, expected) in [
            ("ccc:2026-01-31:%20Plaza,%20north", &["odd"][..]),
            ("ccc:2026-01-31", &["plain"]),
            ("x:!1", &["odd"]),
            ("!x:1", &["plain"]),
            // The same letters, composed otherwise.
            ("y:N%CC%83andu%CC%81", &["plain"]),
            ("ccc:2026-01-31,x:!1", &[]),
            ("CCC:2026-01-31", &[]),
        ] {
            assert_eq!(found(&world, &format!("external_id={query}")), expected, "{query}");
        }
    }

    fn what_was_recorded_since_an_instant_begins_with_it(world: World) {
        let world = world.with_source();
        put(&world, "first", json!({}));
        put(&world, "second", json!({"id": town::RALLY}));
        let recorded = world.get(&format!("/v1/events/{}", town::RALLY)).ok()["recorded_at"].as_str().expect("an instant").to_owned();
        let before = world.seq();
        put(&world, "third", json!({"id": town::VIGIL}));
        assert_eq!(titles(&world, &format!("recorded_since={recorded}&sort=recorded")), ["second", "third"]);
        assert_eq!(titles(&world, &format!("recorded_since={recorded}&as_of={before}")), ["second"]);
        assert_eq!(titles(&world, &format!("recorded_since={}", &recorded[..10])).len(), 3);
        assert_eq!(titles(&world, "recorded_since=2000-01-01T00:00:00%2B14:00").len(), 3);
        assert_eq!(titles(&world, "recorded_since=9999-12-31"), NOBODY);
        put(&world, "corrected", json!({"id": town::RALLY}));
        let since = format!("recorded_since={recorded}&sort=recorded");
        assert_eq!(titles(&world, &since), ["third", "corrected"], "the version read counts, not the event");
    }

    fn links_are_followed_in_both_directions_as_far_as_both_ends_are_seen(world: World) {
        let world = world.with_rally();
        let follows = |other: &str| json!([{"relation": "follows", "event": {"id": other}}]);
        let march = "019c1159-7000-7000-8000-000000000a03";
        put(&world, "A march", json!({"id": march, "links": follows(town::RALLY)}));
        let linked = world.seq();
        let to = |other: &str| format!("linked_to={other}");
        assert_eq!(titles(&world, &to(town::RALLY)), ["A march"]);
        assert_eq!(titles(&world, &to(march)), ["A rally on the square"]);
        assert_eq!(found(&world, &format!("linked_to={march},{}", town::RALLY)), ["A march", "A rally on the square"]);
        assert_eq!(titles(&world, &format!("linked_to=!{march}&type=rally")), ["A march"]);
        assert_eq!(titles(&world, &to(town::VIGIL)), NOBODY);
        assert_eq!(found(&world, "has=links"), ["A march", "A rally on the square"]);

        put(&world, "A march", json!({"id": march, "links": follows(town::VIGIL)}));
        assert_eq!(titles(&world, &to(town::RALLY)), NOBODY, "what was linked in an earlier version is linked no more");
        assert_eq!(titles(&world, &format!("{}&as_of={linked}", to(town::RALLY))), ["A march"]);
        assert_eq!(titles(&world, &to(town::VIGIL)), ["A march"]);

        world.retract(Resource::Event, id(town::VIGIL), "It was none.");
        assert_eq!(titles(&world, &to(town::VIGIL)), NOBODY, "a withdrawn event is known, and linked with nothing");
        assert_eq!(titles(&world, "has=links"), NOBODY);
        let never = "/v1/events?linked_to=019c1159-7000-7000-8000-00000000dead";
        assert_eq!(faults(&world, never), [fault("linked_to", "unknown_reference")]);
    }

    fn one_place_is_known_so_closely_and_meets_the_rest(world: World) {
        let world = world.with_town();
        world.put(Resource::Location, location("valley", "admin2", Some("state"), json!({})));
        let spot = json!({"location": {"id": "square"}, "point": {"lat": 34.05, "lon": -118.25}});
        put(&world, "two places", json!({"places": [{"location": {"id": "square"}}, {"location": {"id": "valley"}}]}));
        put(&world, "state", json!({"places": [{"location": {"id": "state"}}]}));
        put(&world, "spot", json!({"places": [spot]}));
        put(&world, "nowhere", json!({}));
        for (query, expected) in [
            ("place_precision=country", &["spot", "state", "two places"][..]),
            ("place_precision=admin2", &["spot", "two places"]),
            ("place_precision=venue", &["spot", "two places"]),
            ("place_precision=point", &["spot"]),
            ("location=valley&place_precision=admin2", &["two places"]),
            // The place in the valley is not the one known to the venue.
            ("location=valley&place_precision=locality", &[]),
            ("location=!square&place_precision=country", &["state"]),
            ("has=point", &["spot", "two places"]),
            ("has=place,!point", &["state"]),
        ] {
            assert_eq!(found(&world, query), expected, "{query}");
        }
    }

    fn the_kind_of_an_actor_is_that_of_the_moment_and_of_one_participation(world: World) {
        let world = world.with_town();
        world.put(Resource::Actor, json!({"slug": "guard", "name": "Guard", "kind": "police"}));
        let part = |slug: &str, role: &str| json!({"actor": {"id": slug}, "role": role});
        put(&world, "both", json!({"actors": [part("union", "organizer"), part("guard", "responder")]}));
        put(&world, "none", json!({}));
        let before = world.seq();
        assert_eq!(titles(&world, "actor_kind=police"), ["both"]);
        assert_eq!(titles(&world, "actor_kind=police&role=organizer"), NOBODY);
        assert_eq!(titles(&world, "actor_kind=police,union&actor=union&role=organizer"), ["both"]);
        assert_eq!(titles(&world, "actor=union&actor_kind=!police"), NOBODY, "no participation is excluded");
        assert_eq!(titles(&world, "actor_kind=!police"), ["none"]);
        world.put(Resource::Actor, json!({"slug": "guard", "name": "Guard", "kind": "military"}));
        assert_eq!(titles(&world, "actor_kind=police"), NOBODY);
        assert_eq!(titles(&world, &format!("actor_kind=police&as_of={before}")), ["both"]);
    }

    fn tactics_are_not_the_main_type(world: World) {
        let world = world.with_source();
        put(&world, "rally", json!({"tactics": ["march", "vigil"]}));
        put(&world, "march", json!({"type": "march"}));
        assert_eq!(titles(&world, "tactic=march"), ["rally"]);
        assert_eq!(titles(&world, "tactic=!march"), ["march"]);
        assert_eq!(titles(&world, "tactic=march,!vigil"), NOBODY);
    }

    fn filters_know_nothing_that_a_policy_hides(world: World) {
        let world = world.with_rally();
        world.put(Resource::Source, json!({"slug": "insider", "publisher": "The Insider", "kind": "news"}));
        let more = json!({"sources": [{"id": "insider"}], "external_ids": [{"scheme": "x", "id": "1"}], "summary": "More.",
            "evidence": [{"source": {"id": "insider"}, "field": "when", "quote": "Then."}],
            "links": [{"relation": "follows", "event": {"id": town::VIGIL}}], "size": {"text": "dozens", "rule": "ccc"}});
        let told = ["source=insider", "external_id=x:1", "has=evidence", "has=links&type=rally", "has=external_id", "has=summary",
            "has=point", "place_precision=venue", &format!("linked_to={}", town::VIGIL)];
        let hidden = |policy: Value| {
            let mut document = rally(more.clone());
            document["privacy"] = policy;
            world.put(Resource::Event, document)
        };
        hidden(Value::Null);
        for query in told {
            assert_eq!(titles(&world, query), ["A rally on the square"], "{query}");
        }
        let open = world.seq();
        hidden(json!({"place": "admin1", "public_title": "A gathering"}));
        for query in told {
            assert_eq!(titles(&world, query), NOBODY, "{query}");
            assert_eq!(titles(&world, &format!("{query}&as_of={open}")), NOBODY, "{query}, in the past");
        }
        assert_eq!(titles(&world, "has=size&size_min=24"), ["A gathering"]);
        hidden(json!({"embargo": true}));
        let target = format!("/v1/events?linked_to={}", town::RALLY);
        assert_eq!(faults(&world, &target), [fault("linked_to", "unknown_reference")], "as if there were no such event");
    }
}
