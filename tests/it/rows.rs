//! `check`: everything written fits together, and what was tampered with is found.

use diesel::connection::SimpleConnection;
use marchline::domain::resource::Resource;
use marchline::store::check::{check, check_within};
use serde_json::json;

use crate::support::random::{Generator, Random, backend_of};
use crate::support::world::{World, event};
use crate::support::{on_both_databases, program};

/// What `check` finds.
fn findings(world: &World) -> Vec<String> {
    let mut conn = world.database.parsed().connect().expect("the database is there");
    check(&mut conn).expect("the database can be read").differences
}

/// A world of which one event has something in every table.
fn full(world: World) -> World {
    let world = world.with_source();
    world.put(Resource::Location, json!({"slug": "town", "name": "Town", "kind": "locality", "country": "US"}));
    world.put(Resource::Location, json!({"slug": "hall", "name": "Hall", "kind": "venue", "parent_id": "town"}));
    world.put(
        Resource::Source,
        json!({"slug": "monitor", "publisher": "Monitor", "kind": "dataset", "coverage": [
            {"location": {"id": "town"}, "from": "2017-01-01", "to": "2020-12-31", "categories": ["demonstration"], "note": "n"}]}),
    );
    world.put(Resource::Actor, json!({"slug": "union", "name": "Union", "kind": "union", "aliases": ["U"]}));
    world.put(
        Resource::Campaign,
        json!({"slug": "strike", "name": "Strike", "aliases": ["S"], "when": {"start": {"edtf": "2026"}}}),
    );
    let first = world.put(Resource::Event, event("first", json!({}))).id;
    let second = json!({
        "summary": "A summary.", "language": "en", "translations": {"es": {"title": "segunda"}}, "tactics": ["march"],
        "when": {"start": {"edtf": "2026-01-30"}, "end": {"edtf": "2026-01-31"}, "time_zone": "America/Los_Angeles"},
        "places": [{"location": {"id": "hall"}, "point": {"lat": 34.0, "lon": -118.0}, "radius_m": 10}],
        "actors": [{"actor": {"id": "union"}, "role": "organizer"}], "issues": ["labour"],
        "demands": [{"summary": "more", "verbatim": ["now"], "stance": "for"}], "campaigns": [{"id": "strike"}],
        "size": {"low": 10, "high": 20, "best": 15, "basis": "press"},
        "outcomes": {"arrests": {"state": "number", "low": 3}, "police_measures": ["batons"]},
        "evidence": [{"source": {"id": "test-source"}, "field": "size", "quote": "twenty"}],
        "links": [{"relation": "follows", "event": {"id": first}}], "external_ids": [{"scheme": "test", "id": "2"}],
        "privacy": {"place": "locality", "reason": "Their safety.", "public_title": "Something"},
    });
    world.put(Resource::Event, event("second", second));
    world.put(Resource::Event, event("third", json!({"size": {"text": "hundreds", "rule": "ccc"}})));
    world.put(
        Resource::Timeline,
        json!({"slug": "days", "title": "Days", "entries": [{"event_id": first, "caption": "here"}]}),
    );
    assert_eq!(findings(&world), [""; 0]);
    world
}

/// Tampers, each in a transaction of its own that is taken back, and tells which of it `check` does not find.
fn unnoticed(world: &World, tamperings: &[&str]) -> Vec<String> {
    let mut conn = world.database.parsed().connect().expect("the database is there");
    let mut unnoticed = Vec::new();
    for tampering in tamperings {
        conn.batch_execute("BEGIN").expect("a transaction");
        conn.batch_execute(tampering).unwrap_or_else(|error| panic!("{tampering}: {error}"));
        // What cannot be read any more has been noticed as well.
        if check_within(&mut conn).is_ok_and(|findings| findings.differences.is_empty()) {
            unnoticed.push((*tampering).to_owned());
        }
        conn.batch_execute("ROLLBACK").expect("the end of the transaction");
    }
    assert_eq!(findings(world), [""; 0]);
    unnoticed
}

const SECOND: &str = "(SELECT version_no FROM event_version WHERE title = 'second')";

on_both_databases! {
    fn random_documents_are_their_rows(world: World) {
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 60);
        generator.live(&world, 60);
        generator.cover(&world, 20);
        assert_eq!(findings(&world), [""; 0]);
        let output = program::run(&world.database.url, &["check"]);
        let (words, log) = program::words(&output);
        assert!(output.status.success() && words.ends_with(", 0 differences\n"), "{words}{log}");
    }

    fn numbers_are_kept_to_the_last_digit(world: World) {
        let world = world.with_source();
        let mut random = Random::new();
        for number in 0..40 {
            let mut degrees = |range: usize| {
                let tenths = i32::try_from(random.below(20 * range)).expect("a small number");
                f64::from(tenths) / 10.0 - f64::from(i32::try_from(range).expect("a small number"))
            };
            let (lat, lon) = (degrees(90), degrees(180));
            let location = json!({"slug": format!("town-{number}"), "name": "Town", "kind": "locality", "point": {"lat": lat, "lon": lon}});
            world.put(Resource::Location, location);
            let body = world.get(&format!("/v1/locations/town-{number}")).body;
            assert!(body.contains(&format!("\"point\":{{\"lat\":{lat:?},\"lon\":{lon:?}}}")), "{lat:?}, {lon:?} became {body}");
        }
        assert_eq!(findings(&world), [""; 0]);
    }

    fn a_row_that_was_changed_is_found(world: World) {
        let world = full(world);
        let tamperings = [
            "UPDATE event_version SET title = 'x' WHERE title = 'second'",
            "UPDATE event_version SET type = 'march' WHERE title = 'third'",
            "UPDATE event_version SET start_earliest = start_latest WHERE title = 'second'",
            "UPDATE event_place SET lat = 35",
            "UPDATE event_actor SET role = 'target'",
            "UPDATE event_size SET high = 21 WHERE high = 20",
            "UPDATE event_count SET low = 2, high = 2",
            "UPDATE evidence SET value = '1'",
            "UPDATE event_link SET relation = 'part_of'",
            "UPDATE event_privacy SET reason = NULL",
            "UPDATE event_translation SET title = 'x'",
            "UPDATE location_version SET country = 'DE' WHERE country = 'US'",
            "UPDATE location_version SET parent_no = NULL WHERE name = 'Hall'",
            "UPDATE actor_version SET kind = 'party'",
            "UPDATE source_version SET publisher = 'x'",
            "UPDATE source_coverage SET to_day = NULL",
            "UPDATE source_coverage SET categories = '[]'",
            "UPDATE campaign_version SET start_edtf = '2025'",
            "UPDATE timeline_entry SET caption = NULL",
            "UPDATE alias SET name = 'x' WHERE name = 'U'",
            "UPDATE external_id SET id = '3'",
        ];
        assert_eq!(unnoticed(&world, &tamperings), [""; 0]);
    }

    fn a_row_that_is_missing_is_found(world: World) {
        let world = full(world);
        let tables = ["event_tactic", "event_translation", "event_place", "event_actor", "event_issue", "event_demand_words",
            "event_campaign", "event_source", "event_size", "event_count", "event_measure", "evidence", "event_link",
            "event_privacy", "alias", "external_id", "timeline_entry", "source_coverage", "document", "event_version", "location_version"];
        let deletions: Vec<String> = tables.iter().map(|table| format!("DELETE FROM {table}")).collect();
        let deletions: Vec<&str> = deletions.iter().map(String::as_str).collect();
        assert_eq!(unnoticed(&world, &deletions), [""; 0]);
    }

    fn a_document_that_was_changed_is_found(world: World) {
        let world = full(world);
        let second = |audience: u8, change: &str| {
            format!("UPDATE document SET {change} WHERE audience = {audience} AND version_no = {SECOND}")
        };
        let tamperings = [
            "UPDATE document SET body = replace(body, 'third', 'fourth')".to_owned(),
            "UPDATE document SET body = replace(body, 'Union', 'Onion')".to_owned(),
            "UPDATE document SET body = replace(body, '\"revision\":1', '\"revision\":2')".to_owned(),
            "UPDATE document SET body = 'x' WHERE audience = 0".to_owned(),
            second(2, "body = replace(body, 'second', 'other')"),
            format!("DELETE FROM document WHERE audience = 2 AND version_no = {SECOND}"),
            // The index and `/v1/actors/{slug}` give these; they stand in `entity` and `operation` as well.
            "UPDATE document SET body = replace(body, '\"slug\":\"union\"', '\"slug\":\"onion\"')".to_owned(),
            "UPDATE document SET body = replace(body, '\"recorded_at\":\"2', '\"recorded_at\":\"1')".to_owned(),
            "UPDATE document SET body = replace(body, '\"created_at\":\"2', '\"created_at\":\"1')".to_owned(),
            "UPDATE document SET body = replace(body, '{\"id\":\"0', '{\"id\":\"1')".to_owned(),
            // A key places its document among its neighbours.
            "UPDATE document SET key = key - 137438953472".to_owned(),
        ];
        let tamperings: Vec<&str> = tamperings.iter().map(String::as_str).collect();
        assert_eq!(unnoticed(&world, &tamperings), [""; 0]);
    }

    /// The row and the document agree with each other, and still no such event can be written.
    fn two_pieces_of_evidence_with_one_id_are_found(world: World) {
        let world = world.with_source();
        let [first, second] = ["019c1159-7000-7000-8000-00000000e001", "019c1159-7000-7000-8000-00000000e002"];
        let evidence = |id| json!({"id": id, "source": {"id": "test-source"}, "field": "size", "quote": "twenty"});
        world.put(Resource::Event, event("A rally", json!({"evidence": [evidence(first), evidence(second)]})));
        let same = "UPDATE evidence SET id = (SELECT id FROM evidence WHERE position = 0) WHERE position = 1";
        let both = format!("{same}; UPDATE document SET body = replace(body, '{second}', '{first}')");
        let mut conn = world.database.parsed().connect().expect("the database is there");
        conn.batch_execute(&both).expect("the database takes it");
        let found = findings(&world);
        let [only] = found.as_slice() else { panic!("one difference: {found:?}") };
        assert!(only.ends_with(&format!("two pieces of its evidence have the id {first}")), "{only}");
    }

    /// What the public is given must be what the policy makes of the whole: nothing else keeps it in.
    fn a_public_version_that_tells_too_much_is_found(world: World) {
        let world = full(world);
        let tamperings = [
            format!("UPDATE document SET body = replace(body, 'Something', 'At the hall') WHERE audience = 1 AND version_no = {SECOND}"),
            format!("DELETE FROM document WHERE audience = 1 AND version_no = {SECOND}"),
            format!("UPDATE document SET audience = 0 WHERE audience = 2 AND version_no = {SECOND}"),
        ];
        let tamperings: Vec<&str> = tamperings.iter().map(String::as_str).collect();
        assert_eq!(unnoticed(&world, &tamperings), [""; 0]);
    }

    fn numbers_that_do_not_fit_are_found(world: World) {
        let world = full(world);
        let tamperings = [
            "UPDATE dataset SET seq = seq - 1",
            // Nothing restored a backup: the epoch is the first, so that no number may be missing.
            "UPDATE dataset SET seq = seq + 1",
            "UPDATE dataset SET last_version_no = last_version_no + 1",
            "UPDATE version SET seq_to = seq + 1 WHERE no = 1",
            "UPDATE version SET seq = seq + 1 WHERE no = 2",
            "UPDATE version SET kind = 'retracted' WHERE no = 3",
            "UPDATE version SET revision = 2 WHERE no = 3",
            // Instants increase with the numbers.
            "UPDATE operation SET recorded_at = (SELECT recorded_at FROM dataset) WHERE seq = 3",
            "UPDATE entity SET slug = 'onion' WHERE slug = 'union'",
            "INSERT INTO operation (seq, recorded_at) SELECT seq + 1, recorded_at FROM dataset; UPDATE dataset SET seq = seq + 1",
        ];
        assert_eq!(unnoticed(&world, &tamperings), [""; 0]);
    }

    /// References are checked when they are written, and nothing that is referred to may go missing.
    fn an_event_stays_readable_whatever_becomes_of_what_it_names(world: World) {
        for (resource, slug) in [
            (Resource::Actor, "union"),
            (Resource::Location, "hall"),
            (Resource::Location, "town"),
            (Resource::Source, "test-source"),
            (Resource::Campaign, "strike"),
        ] {
            let world = full(World::on(backend_of(&world)));
            let id = world.get(&format!("/v1/{resource}s/{slug}")).ok()["id"].as_str().and_then(|id| id.parse().ok());
            let retract = marchline::node::operation::Command::Retract { resource, id: id.expect("an id"), base: None };
            // Refused, or done: both will do.
            let outcome = world.submit(marchline::node::operation::Operation::one(retract));
            let list = world.get("/v1/events?include=evidence");
            assert_eq!(list.status, 200, "{slug}: {outcome:?}, then {}", list.body);
            for resource in ["actors", "locations", "sources", "campaigns"] {
                assert_eq!(world.get(&format!("/v1/{resource}")).status, 200, "{resource} after {slug}: {outcome:?}");
            }
        }
    }
}
