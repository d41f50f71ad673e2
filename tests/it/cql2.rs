//! Filters in CQL2.

use marchline::domain::resource::Resource;
use marchline::domain::scope::Scope;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::lists::{fault, titles};
use crate::support::on_both_databases;
use crate::support::town::{VIGIL, location, rally};
use crate::support::world::{World, event};

pub fn written(filter: &str) -> String {
    format!("filter={}", utf8_percent_encode(filter, NON_ALPHANUMERIC))
}

/// The titles of the events that match, in the order of their words.
fn found(world: &World, filter: &str) -> Vec<String> {
    let mut found = titles(world, &written(filter));
    found.sort();
    found
}

/// What is wrong with a filter: the codes, with where each is.
fn wrong(world: &World, filter: &str) -> Vec<(String, usize)> {
    let answer = world.get(&format!("/v1/events?{}", written(filter)));
    assert_eq!(answer.status, 400, "{filter}: {}", answer.body);
    let problem = answer.json();
    let position = |detail: &str| {
        let rest = detail.strip_prefix("At character ").unwrap_or_else(|| panic!("no position: {detail}"));
        rest.split(':').next().expect("a number").parse().expect("a number")
    };
    let read = |fault: &Value| {
        assert_eq!(fault["parameter"], "filter");
        (fault["code"].as_str().expect("a code").to_owned(), position(fault["detail"].as_str().expect("words")))
    };
    problem["errors"].as_array().expect("faults").iter().map(read).collect()
}

impl World {
    /// Four events that have little in common.
    fn with_four(self) -> Self {
        let world = self.with_town();
        let put = |title: &str, more: Value| world.put(Resource::Event, event(title, more));
        world.put(Resource::Actor, json!({"slug": "police", "name": "Police", "kind": "police"}));
        world.put(Resource::Event, rally(json!({"title": "rally", "type": "rally", "tactics": ["march"], "size": {"low": 100, "high": 200, "best": 150},
            "issues": ["housing", "civil-rights"], "outcomes": {"arrests": {"state": "number", "low": 3, "high": 3}},
            "actors": [{"actor": {"id": "union"}, "role": "organizer"}, {"actor": {"id": "police"}, "role": "responder"}]})));
        put(
            "vigil",
            json!({"id": VIGIL, "type": "vigil", "when": {"start": {"edtf": "2026-03-15"}}, "size": {"low": 1000},
            "places": [{"location": {"id": "town"}, "point": {"lat": 1.0, "lon": 1.0}}], "outcomes": {"detained": {"state": "some"}}}),
        );
        put(
            "month",
            json!({"type": "strike", "when": {"start": {"edtf": "2026-03"}}, "places": [{"location": {"id": "state"}}],
            "actors": [{"actor": {"id": "union"}, "role": "participant"}], "size": {"best": 150},
            "outcomes": {"injuries": {"police": {"state": "number", "low": 1}, "others": {"state": "number", "low": 2, "high": 5}}, "deaths": {"police": {"state": "none"}}}}),
        );
        put("undated", json!({"type": "statement", "status": "planned", "when": null}));
        world
    }
}

const NOBODY: [&str; 0] = [];

on_both_databases! {
    fn a_filter_may_be_written_in_lines(world: World) {
        let world = world.with_town();
        world.put(Resource::Event, event("the vigil", json!({"type": "vigil", "places": []})));
        world.put(Resource::Event, event("the march", json!({"type": "march", "places": []})));
        assert_eq!(found(&world, "type = 'vigil'\r\n\tOR\ntype = 'rally'\n"), ["the vigil"]);
        assert_eq!(wrong(&world, "type = 'vigil'\nAND status = 'x'"), [("unknown_value".to_owned(), 29)]);
        assert_eq!(wrong(&world, "type BETWEEN 'a' AND 'b'").len(), 1, "one condition");
    }

    fn conditions_are_joined_and_negated(world: World) {
        let world = world.with_four();
        assert_eq!(found(&world, "type = 'rally'"), ["rally"]);
        assert_eq!(found(&world, "type IN ('rally', 'vigil') OR status = 'planned'"), ["rally", "undated", "vigil"]);
        assert_eq!(found(&world, "type <> 'rally'"), ["month", "undated", "vigil"]);
        assert_eq!(found(&world, "NOT (type = 'rally' OR type = 'vigil')"), ["month", "undated"]);
        assert_eq!(found(&world, "not type in ('rally') and not (size > 500)"), ["month"]);
        assert_eq!(found(&world, "type = 'rally' AND type = 'vigil' OR type = 'strike'"), ["month"], "AND binds closer");
        assert_eq!(found(&world, "type = 'rally' AND (type = 'vigil' OR type = 'strike')"), NOBODY);
        assert_eq!(found(&world, "TRUE").len(), 4);
        assert_eq!(found(&world, "NOT TRUE"), NOBODY);
        // Beside other parameters it narrows.
        assert_eq!(titles(&world, &format!("type=vigil,strike&{}", written("size >= 1000"))), ["vigil"]);
        let list = world.get(&format!("/v1/events?{}", written("type='rally'"))).ok();
        assert_eq!(list["query"]["filter"], "type='rally'");
    }

    fn what_is_not_known_is_neither_so_nor_not(world: World) {
        let world = world.with_four();
        for (filter, is_met) in [
            ("size > 120", vec!["month", "rally", "vigil"]),
            ("NOT size > 120", vec![]),
            ("NOT size > 500", vec!["month", "rally"]),
            ("size IS NULL", vec!["undated"]),
            ("size IS NOT NULL", vec!["month", "rally", "vigil"]),
            ("NOT (size IS NULL)", vec!["month", "rally", "vigil"]),
            ("size > 500 OR size IS NULL", vec!["undated", "vigil"]),
            ("NOT (size > 500 OR type = 'statement')", vec!["month", "rally"]),
            ("NOT (size > 500 AND type = 'statement')", vec!["month", "rally", "vigil"]),
            ("actor = 'union'", vec!["month", "rally"]),
            ("actor <> 'police'", vec!["month"]),
            ("actor IS NULL", vec!["undated", "vigil"]),
            ("tactics <> 'vigil'", vec!["rally"]),
            ("issue IS NOT NULL", vec!["rally"]),
            ("campaign IS NULL", vec!["month", "undated", "vigil"]),
            ("source IS NULL", vec![]),
            ("country IS NULL", vec!["undated"]),
            ("admin1 <> 'US-NY'", vec!["month", "rally", "vigil"]),
            ("location IS NULL", vec!["undated"]),
            ("place_precision IS NOT NULL", vec!["month", "rally", "vigil"]),
            ("geometry IS NULL", vec!["month", "undated"]),
            ("start IS NULL", vec!["undated"]),
            ("when IS NOT NULL", vec!["month", "rally", "vigil"]),
            ("id IS NULL OR has IS NULL OR recorded_at IS NULL", vec![]),
            ("NOT start < DATE('2026-03-01')", vec!["month", "rally", "vigil"]),
        ] {
            assert_eq!(found(&world, filter), is_met, "{filter}");
        }
    }

    fn each_property_is_compared_as_it_is(world: World) {
        let world = world.with_four();
        world.put(Resource::Location, location("other-land", "country", None, json!({"country": "FR"})));
        for (filter, is_met) in [
            (format!("id = '{VIGIL}'"), vec!["vigil"]),
            (format!("id <> '{VIGIL}'"), vec!["month", "rally", "undated"]),
            ("category = 'demonstration'".to_owned(), vec!["month", "rally", "vigil"]),
            ("tactics = 'march'".to_owned(), vec!["rally"]),
            ("actor_within = 'union' AND role = 'responder'".to_owned(), vec!["rally"]),
            ("actor_kind IN ('police', 'military')".to_owned(), vec!["rally"]),
            ("location = 'town'".to_owned(), vec!["rally", "vigil"]),
            ("country = 'US' AND admin1 = 'US-CA'".to_owned(), vec!["month", "rally", "vigil"]),
            ("country LIKE 'F%'".to_owned(), vec![]),
            ("CASEI(country) = CASEI('us')".to_owned(), vec!["month", "rally", "vigil"]),
            ("place_precision = 'venue'".to_owned(), vec!["rally"]),
            ("place_precision >= 'venue'".to_owned(), vec!["rally", "vigil"]),
            ("'locality' > place_precision".to_owned(), vec!["month"]),
            ("campaign = 'spring'".to_owned(), vec!["rally"]),
            ("has = 'arrests'".to_owned(), vec!["rally"]),
            ("NOT has IN ('arrests', 'size')".to_owned(), vec!["undated"]),
            ("size = 150".to_owned(), vec!["month", "rally"]),
            ("size BETWEEN 150 AND 1000".to_owned(), vec!["month", "rally", "vigil"]),
            ("150 < size".to_owned(), vec!["vigil"]),
            ("size_low <= 100.5".to_owned(), vec!["rally"]),
            ("size_high > 9007199254740991".to_owned(), vec!["vigil"]),
            ("size IN (150, -1, 1e3)".to_owned(), vec!["month", "rally", "vigil"]),
            ("arrests = 3 AND injuries IS NULL".to_owned(), vec!["rally"]),
            ("arrests > 3 OR NOT arrests > 3".to_owned(), vec!["rally"]),
            ("injuries >= 3 AND NOT injuries BETWEEN 4 AND 99".to_owned(), vec!["month"]),
            ("deaths = 0".to_owned(), vec!["month"]),
            ("detained <> 0 OR deaths > 0".to_owned(), vec!["vigil"]),
            ("detained IN (1)".to_owned(), vec!["vigil"]),
            ("actor LIKE 'un%'".to_owned(), vec!["month", "rally"]),
            ("actor NOT LIKE 'un%'".to_owned(), vec![]),
            ("actor LIKE 'p_lice'".to_owned(), vec!["rally"]),
            ("ACCENTI(CASEI(actor)) LIKE 'ÙNÏ%'".to_owned(), vec!["month", "rally"]),
            ("location LIKE '%quare'".to_owned(), vec!["rally"]),
            ("issue LIKE 'civil\\_rights' OR issue LIKE 'civil-%'".to_owned(), vec!["rally"]),
            ("type LIKE '%r%' AND type NOT LIKE '%y'".to_owned(), vec!["month"]),
            ("type LIKE 'x%' OR NOT type LIKE 'x%'".to_owned(), vec!["month", "rally", "undated", "vigil"]),
            ("S_INTERSECTS(geometry, POLYGON((0 0,2 0,2 2,0 2,0 0)))".to_owned(), vec!["vigil"]),
            ("S_DISJOINT(POLYGON((0 0,2 0,2 2,0 2,0 0)), geometry)".to_owned(), vec!["rally"]),
            ("S_INTERSECTS(geometry, BBOX(-119, 34, -118, 35))".to_owned(), vec!["rally"]),
            ("S_INTERSECTS(geometry, POINT(1 1))".to_owned(), vec!["vigil"]),
        ] {
            assert_eq!(found(&world, &filter), is_met, "{filter}");
        }
    }

    fn time_is_the_whole_in_which_an_event_may_have_been(world: World) {
        let world = world.with_four();
        // The rally began at 18:00 on the 14th in Los Angeles, 01:00Z on the 15th; the vigil has no zone.
        for (filter, is_met) in [
            ("T_INTERSECTS(when, DATE('2026-03-14'))", vec!["month", "rally"]),
            ("T_INTERSECTS(when, INTERVAL('2026-03-15', '..'))", vec!["month", "vigil"]),
            ("T_DISJOINT(when, DATE('2026-03-14'))", vec!["vigil"]),
            ("T_AFTER(when, DATE('2026-03-14'))", vec!["vigil"]),
            ("T_BEFORE(DATE('2026-03-14'), when)", vec!["vigil"]),
            ("T_BEFORE(when, DATE('2026-03-15'))", vec!["rally"]),
            ("T_DURING(when, INTERVAL('2026-02-01', '2026-03-20'))", vec!["rally", "vigil"]),
            ("T_CONTAINS(when, INTERVAL('2026-03-14', '2026-03-15'))", vec!["month"]),
            ("T_EQUALS(when, DATE('2026-03-15'))", vec!["vigil"]),
            ("T_EQUALS(when, INTERVAL('2026-03-01', '2026-03-31'))", vec!["month"]),
            ("T_STARTS(when, INTERVAL('2026-03-15', '2026-03-16'))", vec!["vigil"]),
            ("T_FINISHES(when, INTERVAL('2026-03-14', '2026-03-15'))", vec!["vigil"]),
            ("T_STARTEDBY(when, DATE('2026-03-01'))", vec!["month"]),
            ("T_FINISHEDBY(when, DATE('2026-03-31'))", vec!["month"]),
            ("T_OVERLAPS(when, INTERVAL('2026-03-10', '2026-04-10'))", vec!["month"]),
            ("T_OVERLAPPEDBY(when, INTERVAL('2026-02-10', '2026-03-10'))", vec!["month"]),
            ("T_MEETS(when, TIMESTAMP('2026-03-15T01:00:00.999999Z')) OR T_METBY(when, TIMESTAMP('2026-03-15T01:00:00Z'))", vec!["rally"]),
            ("start = DATE('2026-03-14')", vec!["rally"]),
            ("start < DATE('2026-03-14')", vec!["month"]),
            ("start > DATE('2026-03-14')", vec!["vigil"]),
            ("start >= TIMESTAMP('2026-03-15T01:00:00Z')", vec!["rally", "vigil"]),
            ("start BETWEEN DATE('2026-03-01') AND DATE('2026-03-14')", vec!["month", "rally"]),
            ("end <= DATE('2026-03-15')", vec!["rally", "vigil"]),
            ("start IN (DATE('2026-03-01'), DATE('2026-03-15'))", vec!["month", "vigil"]),
        ] {
            assert_eq!(found(&world, filter), is_met, "{filter}");
        }
        let in_berlin = |filter: &str| titles(&world, &format!("time_zone=Europe/Berlin&{}", written(filter)));
        assert_eq!(in_berlin("start = DATE('2026-03-14')"), NOBODY, "a zone of the question holds for its filter");
        assert_eq!(in_berlin("start = DATE('2026-03-15')"), ["vigil", "rally"]);
        // Every event was recorded at the same moment, a microsecond behind each other.
        let moment = world.get(&format!("/v1/events/{VIGIL}")).ok()["recorded_at"].as_str().expect("an instant").to_owned();
        assert_eq!(found(&world, &format!("recorded_at = TIMESTAMP('{moment}')")), ["vigil"]);
        assert_eq!(found(&world, &format!("recorded_at < TIMESTAMP('{moment}')")), ["rally"]);
        assert_eq!(found(&world, &format!("recorded_at > TIMESTAMP('{moment}')")), ["month", "undated"]);
        assert_eq!(found(&world, &format!("NOT recorded_at <= TIMESTAMP('{moment}')")), ["month", "undated"]);
        assert_eq!(found(&world, &format!("T_AFTER(recorded_at, DATE('{}'))", &moment[..10])), NOBODY);
        // Since when it is known makes no difference to when it was first told.
        world.put(Resource::Event, event("vigil", json!({"id": VIGIL, "type": "vigil"})));
        for (filter, is_met) in [
            (format!("recorded_at > TIMESTAMP('{moment}')"), vec!["month", "undated", "vigil"]),
            (format!("created_at > TIMESTAMP('{moment}')"), vec!["month", "undated"]),
            (format!("created_at = TIMESTAMP('{moment}')"), vec!["vigil"]),
            (format!("NOT created_at >= TIMESTAMP('{moment}')"), vec!["rally"]),
            (format!("T_INTERSECTS(created_at, INTERVAL('..', '{moment}'))"), vec!["rally", "vigil"]),
            ("created_at < DATE('2000-01-01') OR created_at IS NULL".to_owned(), vec![]),
        ] {
            assert_eq!(found(&world, &filter), is_met, "{filter}");
        }
    }

    fn it_holds_wherever_events_are_asked_for(world: World) {
        let world = world.with_four();
        let filter = written("size > 500 OR type = 'strike'");
        let get = |target: &str| world.get(&format!("{target}{filter}")).ok();
        assert_eq!(get("/v1/events?")["page"]["total"], 2);
        assert_eq!(get("/v1/events.geojson?")["features"].as_array().map(Vec::len), Some(2));
        assert_eq!(get("/v1/events/histogram?interval=year&")["total"], 2);
        assert_eq!(get("/v1/events/facets?facet=type&")["data"][0]["total"], 2);
        assert_eq!(get("/v1/events/extent?")["total"], 2);
        let entries = get("/v1/changes?")["data"].as_array().expect("a list").clone();
        assert_eq!(entries.len(), 2);
        assert!(entries.iter().all(|entry| entry["items"][0]["matched"] == "entered"));
        let before = world.seq();
        world.put(Resource::Event, event("vigil", json!({"id": VIGIL, "type": "vigil", "size": {"low": 10}})));
        let left = get(&format!("/v1/changes?after={before}&"));
        assert_eq!(left["data"][0]["items"][0]["matched"], "left");
        let by_id = written(&format!("id = '{VIGIL}' AND NOT size > 500"));
        let entered = world.get(&format!("/v1/changes?after={before}&{by_id}")).ok();
        assert_eq!(entered["data"][0]["items"][0]["matched"], "entered");
        // A place that moves takes its events along.
        let before = world.seq();
        let point = json!({"point": {"lat": 1.5, "lon": 1.5}});
        world.put(Resource::Location, location("square", "venue", Some("town"), point));
        let around = written("S_INTERSECTS(geometry, BBOX(1.4, 1.4, 1.6, 1.6))");
        let moved = world.get(&format!("/v1/changes?after={before}&{around}")).ok();
        assert_eq!(moved["data"][0]["items"].as_array().expect("a list").iter().filter(|item| item["matched"] == "entered").count(), 1);
        assert_eq!(world.get(&format!("/v1/events?{around}&as_of={before}")).ok()["page"]["total"], 0);
    }

    fn it_may_be_written_in_json(world: World) {
        let world = world.with_four();
        let ask = |filter: &Value| format!("filter_lang=cql2-json&{}", written(&filter.to_string()));
        let town = json!({"type": "Polygon", "coordinates": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]});
        let either = json!({"op": "or", "args": [{"op": "s_intersects", "args": [{"property": "geometry"}, town]},
            {"op": "and", "args": [{"op": "like", "args": [{"op": "casei", "args": [{"property": "actor"}]}, {"op": "casei", "args": ["POL%"]}]},
                {"op": "t_before", "args": [{"property": "when"}, {"date": "2026-03-15"}]}, {"op": "not", "args": [{"op": "isNull", "args": [{"property": "size"}]}]}]}]});
        let mut found = titles(&world, &ask(&either));
        found.sort();
        assert_eq!(found, ["rally", "vigil"]);
        let list = world.get(&format!("/v1/events?{}", ask(&json!({"op": "=", "args": [{"property": "type"}, "rally"]})))).ok();
        assert_eq!((&list["page"]["total"], &list["query"]["filter_lang"]), (&json!(1), &json!("cql2-json")));
        assert_eq!(world.get(&format!("/v1/events/histogram?interval=year&{}", ask(&json!(true)))).ok()["total"], 4);
        assert_eq!(titles(&world, &format!("filter_lang=cql2-text&{}", written("type = 'rally'"))), ["rally"]);
        let admin = Client::of(&world, &[Scope::Admin]);
        let document = json!({"url": "https://example.org/hook", "filter": ask(&either)});
        assert_eq!(admin.send_json("POST", "/v1/webhooks", &[], &document).status, 201);
        // What it means is refused as in text, and named with its pointer.
        let refused = json!({"op": "and", "args": [{"op": "in", "args": [{"property": "type"}, ["rally", "ralley"]]},
            {"op": "=", "args": [{"property": "titel"}, 1]}, {"op": "=", "args": [{"property": "actor"}, "nobody"]}]});
        let answer = world.get(&format!("/v1/events?{}", ask(&refused)));
        let details: Vec<String> = answer.json()["errors"].as_array().expect("faults").iter().map(|fault| fault["detail"].to_string()).collect();
        assert!(answer.status == 400 && details[0].contains("At /args/0/args/1/1: `ralley`"), "{details:?}");
        assert!(details[1].contains("At /args/1/args/0: There is no property `titel`"), "{details:?}");
        let unknown = world.get(&format!("/v1/events?{}", ask(&refused["args"][2])));
        assert!(unknown.status == 400 && unknown.body.contains("At /args/1: There is no actor `nobody`"), "{}", unknown.body);
        for (query, parameter, code) in [
            (format!("filter_lang=cql2-json&{}", written("type = 'rally'")), "filter", "malformed"),
            (format!("filter_lang=ecql&{}", written("type = 'rally'")), "filter_lang", "unknown_value"),
        ] {
            assert_eq!(world.get(&format!("/v1/events?{query}")).faults(), [fault(parameter, code)], "{query}");
        }
    }

    fn subscriptions_take_it_and_say_what_is_wrong_with_it(world: World) {
        let admin = Client::of(&world, &[Scope::Admin]);
        let subscribe = |filter: &str| {
            let document = json!({"url": "https://example.org/hook", "filter": written(filter)});
            admin.send_json("POST", "/v1/webhooks", &[], &document)
        };
        let taken = subscribe("type = 'rally' OR size > 1000");
        assert_eq!((taken.status, &taken.json()["filter"]), (201, &json!(written("type = 'rally' OR size > 1000"))));
        let refused = subscribe("type = 'ralley'");
        assert_eq!(refused.status, 422, "{}", refused.body);
        let [fault] = refused.json()["errors"].as_array().expect("faults").clone().try_into().expect("one fault");
        let detail = fault["detail"].as_str().expect("words");
        assert!(fault["pointer"] == "/filter" && detail.contains("At character 8"), "{fault}");
    }

    fn nothing_hidden_is_found_by_it(world: World) {
        let world = world.with_secrets();
        world.put(Resource::Event, crate::privacy::told_under(crate::privacy::coarse()));
        let insider = Client::of(&world, &[Scope::ReadRestricted]);
        for (filter, public, restricted) in [
            ("location LIKE 'squ%'", 0, 1),
            ("location = 'square' OR location = 'town'", 0, 1),
            ("has = 'evidence'", 0, 1),
            ("source IS NULL", 1, 0),
            ("geometry IS NOT NULL", 0, 1),
            ("T_DURING(when, INTERVAL('2026-03-13', '2026-03-15'))", 0, 1),
        ] {
            let target = format!("/v1/events?type=rally&{}", written(filter));
            let answer = world.get(&target);
            assert_eq!(answer.json()["page"]["total"], public, "{filter}: {}", answer.body);
            assert_eq!(insider.get(&target).0["page"]["total"], restricted, "{filter}");
        }
        assert_eq!(world.get(&format!("/v1/events?{}", written("source LIKE 'hidden%'"))).ok()["page"]["total"], 0);
    }

    fn what_cannot_be_honoured_is_named_with_its_place(world: World) {
        let world = world.with_four();
        for (filter, code, position) in [
            ("type = ", "malformed", 8),
            ("type", "malformed", 5),
            ("type == 'a'", "malformed", 7),
            ("type != 'a'", "malformed", 6),
            ("(type = 'rally'", "malformed", 16),
            ("type = 'rally')", "malformed", 15),
            ("type = 'rally", "malformed", 8),
            ("type = 'rally' AND", "malformed", 19),
            ("type IN ('rally' 'vigil')", "malformed", 18),
            ("type IN ()", "too_many", 9),
            ("é = 1", "unknown_property", 1),
            ("title LIKE '%a%'", "unknown_property", 1),
            ("'é' = titel", "unknown_property", 7),
            ("size + 1 > 2", "unsupported", 6),
            ("size > size_low", "unsupported", 8),
            ("type = \"rally\"", "unsupported", 8),
            ("1 = 1", "unsupported", 1),
            ("type > 'rally'", "unsupported", 1),
            ("type = 5", "wrong_type", 8),
            ("size = 'five'", "wrong_type", 8),
            ("size LIKE '5%'", "wrong_type", 1),
            ("type = 'ralley'", "unknown_value", 8),
            ("type IN ('rally', 'ralley')", "unknown_value", 19),
            ("type = 'rally,march'", "unknown_value", 8),
            ("type = '!rally'", "unknown_value", 8),
            ("country = 'us'", "malformed", 11),
            ("id = '5'", "malformed", 6),
            ("actor = 'nobody'", "unknown_reference", 9),
            ("start > '2026'", "wrong_type", 9),
            ("start > DATE('2026-02-30')", "invalid_edtf", 9),
            ("start > TIMESTAMP('2026-01-01')", "malformed", 9),
            ("T_AFTER(type, DATE('2026-01-01'))", "wrong_type", 1),
            ("T_LATER(when, DATE('2026-01-01'))", "unsupported", 1),
            ("T_DURING(when, INTERVAL('2026-02-01', '2026-01-01'))", "from_after_to", 16),
            ("S_WITHIN(geometry, POINT(1 1))", "unsupported", 1),
            ("S_INTERSECTS(type, POINT(1 1))", "wrong_type", 1),
            ("S_INTERSECTS(geometry, LINESTRING(1 1,2 2))", "unsupported", 24),
            ("S_INTERSECTS(geometry, POLYGON((0 0,4 4,4 0,0 4,0 0)))", "invalid_polygon", 24),
            ("S_INTERSECTS(geometry, POINT(500 1))", "invalid_bbox", 24),
            ("A_CONTAINS(tactics, ('march'))", "unsupported", 1),
            ("foo()", "unsupported", 1),
        ] {
            assert_eq!(wrong(&world, filter), [(code.to_owned(), position)], "{filter}");
        }
        let all = wrong(&world, "foo = 1 OR (size = 'a' AND actor = 'union') OR type IN ('x', 'y')");
        let codes: Vec<&str> = all.iter().map(|(code, _)| code.as_str()).collect();
        assert_eq!(codes, ["unknown_property", "wrong_type", "unknown_value", "unknown_value"], "every fault is told");
        let elsewhere = world.get(&format!("/v1/events/facets?{}", written("foo = 1"))).faults();
        assert_eq!(elsewhere, [fault("filter", "unknown_property")]);
    }

    fn hostile_filters_are_refused_at_once(world: World) {
        let world = world.with_source();
        let code = |filter: &str| wrong(&world, filter).remove(0).0;
        let deep = |times: usize| format!("{}type = 'rally'{}", "(".repeat(times), ")".repeat(times));
        assert_eq!(code(&deep(10_000)), "too_deep");
        assert_eq!(code(&format!("{}type = 'rally'", "NOT ".repeat(8_000))), "too_deep");
        assert_eq!(code(&format!("{}type{} = 'a'", "CASEI(".repeat(2_500), ")".repeat(2_500))), "too_deep");
        assert_eq!(found(&world, &deep(32)), NOBODY);
        assert_eq!(code(&deep(33)), "too_deep");
        assert_eq!(code(&["size > 1"; 101].join(" OR ")), "too_many");
        assert_eq!(code(&format!("type IN ({})", ["'rally'"; 501].join(","))), "too_many");
        assert_eq!(code(&format!("actor LIKE '{}'", "%a".repeat(101))), "too_long");
        assert_eq!(found(&world, &format!("actor LIKE '{}'", "%a".repeat(100))), NOBODY);
        let names = |n: usize| vec!["'a'"; n].join(",");
        assert_eq!(found(&world, &format!("CASEI(actor) IN ({}) OR actor LIKE 'b%'", names(19))), NOBODY);
        assert_eq!(code(&format!("CASEI(actor) IN ({}) OR actor LIKE 'b%'", names(20))), "too_many");
        let numbers = |n: usize| format!("arrests IN ({})", vec!["1"; n].join(","));
        assert_eq!(code(&format!("{} OR {}", numbers(400), numbers(101))), "too_many");
        let nothing_is_left = "x".repeat(40_000);
        assert_eq!(world.get(&format!("/v1/events?filter={nothing_is_left}")).faults()[0].1, "too_long");
    }
}
