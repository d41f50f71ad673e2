//! What is counted of events: by time, by value, and what they lie between.

use marchline::domain::resource::Resource;
use marchline::domain::scope::Scope;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::lists::{fault, faults, texts};
use crate::support::on_both_databases;
use crate::support::town::location;
use crate::support::world::{World, event};

const LA: &str = "America/Los_Angeles";

fn put(world: &World, title: &str, more: Value) {
    world.put(Resource::Event, event(title, more));
}

fn dated(edtf: &str) -> Value {
    json!({"when": {"start": {"edtf": edtf}, "time_zone": LA}})
}

/// The buckets, as (start, definite, possible).
fn buckets(world: &World, query: &str) -> Vec<(String, i64, i64)> {
    let answer = world.get(&format!("/v1/events/histogram?{query}")).ok();
    let number = |value: &Value| value.as_i64().expect("a number");
    let bucket = |bucket: &Value| {
        let start = bucket["start"].as_str().expect("a text").to_owned();
        (start, number(&bucket["definite"]), number(&bucket["possible"]))
    };
    answer["data"].as_array().expect("buckets").iter().map(bucket).collect()
}

fn assert_buckets(world: &World, query: &str, expected: &[(&str, i64, i64)]) {
    let found = buckets(world, query);
    let found: Vec<_> = found.iter().map(|(start, sure, perhaps)| (start.as_str(), *sure, *perhaps)).collect();
    assert_eq!(found, expected, "{query}");
}

/// The values of one field, as (value, count).
fn values(answer: &Value, field: &str) -> Vec<(String, i64)> {
    let facets = answer["data"].as_array().expect("facets");
    let facet = facets.iter().find(|facet| facet["field"] == field).unwrap_or_else(|| panic!("no {field}"));
    let value = |value: &Value| {
        (value["value"].as_str().expect("a value").to_owned(), value["count"].as_i64().expect("a count"))
    };
    facet["values"].as_array().expect("values").iter().map(value).collect()
}

fn assert_values(world: &World, query: &str, field: &str, expected: &[(&str, i64)]) {
    let answer = world.get(&format!("/v1/events/facets?facet={field}&{query}")).ok();
    let found = values(&answer, field);
    let found: Vec<_> = found.iter().map(|(value, count)| (value.as_str(), *count)).collect();
    assert_eq!(found, expected, "{query}: {field}");
}

on_both_databases! {
    fn buckets_are_those_of_the_events_own_calendar_or_of_a_zone(world: World) {
        let world = world.with_source();
        put(&world, "on the evening before the clock is set", dated("2026-03-07T23:30:00"));
        put(&world, "on that day", dated("2026-03-08"));
        put(&world, "on the evening after", dated("2026-03-09T21:00:00"));
        let own = [("2026-03-07", 1, 1), ("2026-03-08", 1, 1), ("2026-03-09", 1, 1)];
        assert_buckets(&world, "", &own);
        let zoned = [
            ("2026-03-07T00:00:00-08:00", 1, 1),
            ("2026-03-08T00:00:00-08:00", 1, 1),
            ("2026-03-09T00:00:00-07:00", 1, 1),
        ];
        assert_buckets(&world, &format!("interval=day&time_zone={LA}"), &zoned);
        // In Berlin the first begins on the 8th, the day of Los Angeles lies in two, and the last is on the 10th.
        let abroad = [
            ("2026-03-08T00:00:00+01:00", 1, 2),
            ("2026-03-09T00:00:00+01:00", 0, 1),
            ("2026-03-10T00:00:00+01:00", 1, 1),
        ];
        assert_buckets(&world, "time_zone=Europe/Berlin", &abroad);
        // An instant is of UTC, and so are the buckets then.
        let utc = [("2026-03-08T00:00:00Z", 1, 2), ("2026-03-09T00:00:00Z", 0, 1), ("2026-03-10T00:00:00Z", 1, 1)];
        assert_buckets(&world, "from=2026-03-08T00:00:00Z", &utc);
        for (interval, start) in [("week", "2026-03-02"), ("month", "2026-03-01"), ("year", "2026-01-01")] {
            assert_eq!(buckets(&world, &format!("interval={interval}"))[0].0, start);
        }
    }

    fn hours_that_a_clock_shows_twice_are_two(world: World) {
        let world = world.with_source();
        put(&world, "in the first of them", dated("2026-11-01T08:15:00Z"));
        put(&world, "in the second", dated("2026-11-01T09:15:00Z"));
        let query = format!("interval=hour&time_zone={LA}&from=2026-11-01T00:00:00&to=2026-11-01T02:59:59");
        let expected = [
            ("2026-11-01T00:00:00-07:00", 0, 0),
            ("2026-11-01T01:00:00-07:00", 1, 1),
            ("2026-11-01T01:00:00-08:00", 1, 1),
            ("2026-11-01T02:00:00-08:00", 0, 0),
        ];
        assert_buckets(&world, &query, &expected);
        // On the events' own clocks both happened at a quarter past one.
        assert_buckets(&world, "interval=hour", &[("2026-11-01T01:00:00", 2, 2)]);
    }

    fn an_event_counts_wherever_it_may_lie_and_for_sure_where_it_must(world: World) {
        let world = world.with_source();
        let size = |size: Value, edtf: &str| {
            let mut more = dated(edtf);
            more["size"] = size;
            more
        };
        put(&world, "one of two days", size(json!({"low": 10, "high": 20}), "[2026-05-01..2026-05-02]"));
        put(&world, "both days", size(json!({"text": "thousands", "rule": "literal"}), "2026-05-01/2026-05-02"));
        put(&world, "up to the fourth", dated("[..2026-05-04]"));
        put(&world, "some day", json!({"when": null}));
        let answer = world.get("/v1/events/histogram?from=2026-05-01").ok();
        let size = |low: Value, high: Value, open_high: i64, unknown: i64| json!({"low": low, "high": high, "open_high": open_high, "unknown": unknown});
        let expected = json!([
            {"start": "2026-05-01", "definite": 1, "possible": 3, "size": size(json!(2_000), json!(20), 1, 1)},
            {"start": "2026-05-02", "definite": 1, "possible": 3, "size": size(json!(2_000), json!(20), 1, 1)},
            {"start": "2026-05-03", "definite": 0, "possible": 1, "size": size(Value::Null, Value::Null, 0, 1)},
            {"start": "2026-05-04", "definite": 0, "possible": 1, "size": size(Value::Null, Value::Null, 0, 1)},
        ]);
        assert_eq!(answer["data"], expected);
        assert_eq!((&answer["total"], &answer["undated"]), (&json!(3), &json!(0)), "a window leaves out what has no date");
        let all = world.get("/v1/events/histogram").ok();
        assert_eq!((&all["total"], &all["undated"]), (&json!(4), &json!(1)));
        assert_eq!(texts(&all, "/start"), ["2026-05-01", "2026-05-02", "2026-05-03", "2026-05-04"], "an open date tells its end");
        let empty = world.get("/v1/events/histogram?type=kettle").ok();
        assert_eq!((&empty["data"], &empty["total"]), (&json!([]), &json!(0)));
        // Nothing between two events is told as nothing.
        assert_buckets(&world, "from=2026-06-01&to=2026-06-02", &[("2026-06-01", 0, 0), ("2026-06-02", 0, 0)]);
    }

    fn buckets_are_told_apart_by_value(world: World) {
        let world = world.with_rally();
        let part = json!([{"actor": {"id": "union"}, "role": "organizer"}, {"actor": {"id": "union"}, "role": "speaker"}]);
        let mut more = dated("2026-03-14");
        more["actors"] = part;
        put(&world, "A meeting", more);
        let answer = world.get("/v1/events/histogram?group_by=actor&from=2026-03-14&to=2026-03-14").ok();
        let groups = &answer["data"][0]["groups"];
        assert_eq!(groups.as_array().map(Vec::len), Some(1), "{groups}");
        let told = [&groups[0]["value"], &groups[0]["name"], &groups[0]["possible"], &groups[0]["definite"]];
        assert_eq!(told, [&json!("union"), &json!("Old Union"), &json!(2), &json!(2)], "two roles are one event");
        let roles = world.get("/v1/events/histogram?group_by=role&from=2026-03-14&to=2026-03-14").ok();
        let roles: Vec<_> = roles["data"][0]["groups"].as_array().expect("groups").iter().map(|group| group["value"].clone()).collect();
        assert_eq!(roles, ["organizer", "speaker"]);
        let places = world.get("/v1/events/histogram?group_by=country&from=2026-03-14&to=2026-03-14").ok();
        let values: Vec<_> = places["data"][0]["groups"].as_array().expect("groups").iter().map(|group| group["value"].clone()).collect();
        assert_eq!(values, [json!("US"), Value::Null], "what has no place is told last");
    }

    fn facets_count_events_and_show_what_could_be_asked_for_instead(world: World) {
        let world = world.with_rally();
        put(&world, "Another vigil", json!({"type": "vigil", "status": "cancelled"}));
        assert_values(&world, "", "type", &[("vigil", 2), ("rally", 1)]);
        assert_values(&world, "type=rally", "type", &[("vigil", 2), ("rally", 1)]);
        assert_values(&world, "type=rally&facet_own=include", "type", &[("rally", 1)]);
        assert_values(&world, "type=rally", "status", &[("happened", 1)]);
        assert_values(&world, "status=cancelled", "type", &[("vigil", 1)]);
        assert_values(&world, "", "location", &[("land", 1), ("square", 1), ("state", 1), ("town", 1)]);
        assert_values(&world, "", "locality", &[("town", 1)]);
        assert_values(&world, "", "place_precision", &[("venue", 1)]);
        assert_values(&world, "role=organizer", "actor", &[("union", 1)]);
        assert_values(&world, "role=target", "actor", &[]);
        let cut = world.get("/v1/events/facets?facet=type,actor&facet_limit=1").ok();
        let numbers = |facet: &Value| ["distinct", "other", "missing", "total"].map(|name| facet[name].as_i64().expect("a number"));
        assert_eq!(numbers(&cut["data"][0]), [2, 1, 0, 3]);
        assert_eq!(numbers(&cut["data"][1]), [1, 0, 2, 3], "nobody is told of the others");
        assert_eq!(cut["data"][1]["values"][0]["name"], "Old Union");
        let usual = world.get("/v1/events/facets").ok();
        assert_eq!(texts(&usual, "/field"), ["type", "status", "verification", "country", "actor", "campaign", "issue"]);
    }

    fn one_place_is_meant_where_its_values_are_counted(world: World) {
        let world = world.with_town();
        world.put(Resource::Location, location("abroad", "country", None, json!({"country": "CA"})));
        let place = |slug: &str, point: Value| json!({"location": {"id": slug}, "point": point});
        let inside = json!({"lat": 34.0, "lon": -118.0});
        put(&world, "both", json!({"places": [place("square", Value::Null), place("abroad", Value::Null)]}));
        put(&world, "its own point", json!({"places": [place("town", inside), place("abroad", Value::Null)]}));
        assert_values(&world, "", "country", &[("CA", 2), ("US", 2)]);
        assert_values(&world, "bbox=-119,33,-117,35", "country", &[("US", 2)]);
        assert_values(&world, "bbox=-119,33,-117,35", "place_precision", &[("point", 1), ("venue", 1)]);
        assert_values(&world, "country=CA", "admin1", &[]);
        assert_values(&world, "country=CA", "country", &[("CA", 2), ("US", 2)]);
    }

    fn an_extent_is_the_smallest_box_and_countries_are_no_dots(world: World) {
        let world = world.with_town();
        let at = |lat: f64, lon: f64| json!({"places": [{"location": {"id": "land"}, "precision": "venue", "point": {"lat": lat, "lon": lon}}]});
        let nothing = world.get("/v1/events/extent").ok();
        assert_eq!((&nothing["time"], &nothing["bbox"], &nothing["total"]), (&Value::Null, &Value::Null, &json!(0)));
        put(&world, "A country", json!({"places": [{"location": {"id": "land"}}], "when": null}));
        put(&world, "A state", json!({"places": [{"location": {"id": "state"}, "point": {"lat": 1.0, "lon": 1.0}, "precision": "admin1"}], "when": null}));
        let dotless = world.get("/v1/events/extent").ok();
        assert_eq!((&dotless["bbox"], &dotless["with_point"], &dotless["undated"]), (&Value::Null, &json!(0), &json!(2)));
        put(&world, "Fiji", at(-17.0, 178.0));
        put(&world, "Samoa", at(-14.0, -172.0));
        let across = world.get("/v1/events/extent").ok();
        assert_eq!(across["bbox"], json!([178.0, -17.0, -172.0, -14.0]));
        put(&world, "The square", json!({"places": [{"location": {"id": "square"}}], "when": {"start": {"edtf": "2026-05-01"}, "time_zone": "UTC"}}));
        let all = world.get("/v1/events/extent").ok();
        assert_eq!(all["bbox"], json!([178.0, -17.0, -118.25, 34.05]));
        let one = world.get("/v1/events/extent?location=square").ok();
        assert_eq!(one["time"], json!({"earliest": "2026-05-01T00:00:00.000000Z", "latest": "2026-05-01T23:59:59.999999Z", "open_start": 0, "open_end": 0}));
        assert_eq!((&one["with_point"], &one["without_point"]), (&json!(1), &json!(0)));
    }

    fn what_cannot_be_counted_is_refused_and_named(world: World) {
        let world = world.founded();
        for (target, expected) in [
            ("histogram?interval=minute&group_by=title", vec![fault("group_by", "unknown_value"), fault("interval", "unknown_value")]),
            ("histogram?sort=when&limit=5&cursor=x&include=links&lang=es", vec![
                fault("cursor", "unknown_parameter"), fault("include", "unknown_parameter"), fault("lang", "unknown_parameter"),
                fault("limit", "unknown_parameter"), fault("sort", "unknown_parameter"),
            ]),
            ("histogram?interval=hour&from=0001&to=9999", vec![fault("interval", "too_many_buckets")]),
            ("histogram?interval=day&from=0001", vec![fault("interval", "too_many_buckets")]),
            ("histogram?interval=hour&from=2026&to=2026&group_by=type", vec![fault("group_by", "too_many_groups")]),
            ("histogram?facet=type", vec![fault("facet", "unknown_parameter")]),
            ("facets?facet=type,title", vec![fault("facet", "unknown_value")]),
            ("facets?facet=type,type", vec![fault("facet", "repeated")]),
            ("facets?facet=&facet_limit=101&facet_own=maybe", vec![
                fault("facet", "empty"), fault("facet_limit", "out_of_range"), fault("facet_own", "unknown_value"),
            ]),
            ("facets?facet_limit=0&type=picnic", vec![fault("facet_limit", "out_of_range"), fault("type", "unknown_value")]),
            ("extent?interval=day", vec![fault("interval", "unknown_parameter")]),
        ] {
            assert_eq!(faults(&world, &format!("/v1/events/{target}")), expected, "{target}");
        }
        let detail = world.get("/v1/events/histogram?interval=hour&from=2000&to=2020").json()["errors"][0]["detail"].to_string();
        assert!(detail.contains("interval=day"), "{detail}");
        assert_eq!(world.get("/v1/events/histogram?interval=year&from=0001&to=9999").status, 200);
    }

    fn counts_keep_their_validator_until_a_write_touches_them(world: World) {
        let world = world.with_rally();
        for target in ["histogram?type=rally&interval=year&group_by=actor", "facets?type=rally&facet=actor&facet_own=include", "extent?type=rally"] {
            let target = format!("/v1/events/{target}");
            let etag = |world: &World| world.get(&target).header("etag").expect("a validator");
            let before = etag(&world);
            put(&world, "A strike", json!({"type": "strike"}));
            assert_eq!(etag(&world), before, "{target}");
            let known = world.get_with(&target, &[("if-none-match", before.as_str())]);
            assert_eq!((known.status, known.body.as_str()), (304, ""), "{target}");
            let mut more = dated("2020-05-01");
            more["actors"] = json!([{"actor": {"id": "union"}, "role": "speaker"}]);
            put(&world, "A rally", more);
            assert_ne!(etag(&world), before, "{target}");
        }
        let renamed = |world: &World| world.get("/v1/events/facets?facet=actor").header("etag");
        let before = renamed(&world);
        world.put(Resource::Actor, json!({"slug": "union", "name": "New Union", "kind": "union"}));
        assert_ne!(renamed(&world), before, "the name is told");
    }

    fn what_is_hidden_counts_for_those_alone_who_may_see_it(world: World) {
        let world = world.with_rally();
        let insider = Client::of(&world, &[Scope::ReadRestricted]);
        let policy = json!({"embargo": true});
        let mut hidden = dated("2026-04-01");
        hidden["privacy"] = policy;
        hidden["actors"] = json!([{"actor": {"id": "union"}, "role": "target"}]);
        put(&world, "A whistle", hidden);
        let coarse = json!({"type": "vigil", "when": {"start": {"edtf": "2026-03-14"}}, "places": [{"location": {"id": "square"}}],
            "privacy": {"place": "admin1", "time": "month"}});
        put(&world, "A meeting", coarse);
        let both = |target: &str| {
            let target = format!("/v1/events/{target}");
            assert_ne!(world.get(&target).header("etag"), None);
            [world.get(&target).ok(), insider.get(&target).0]
        };
        let [public, whole] = both("facets?facet=role,location");
        assert_eq!(values(&public, "role"), [("organizer".to_owned(), 1)]);
        assert_eq!(values(&whole, "role"), [("organizer".to_owned(), 1), ("target".to_owned(), 1)]);
        let square = |answer: &Value| values(answer, "location").into_iter().find(|(slug, _)| slug == "square");
        assert_eq!([square(&public), square(&whole)].map(|found| found.map(|found| found.1)), [Some(1), Some(2)]);
        let [public, whole] = both("histogram?from=2026-03-14&to=2026-04-01");
        let day = |answer: &Value, day: usize| [answer["data"][day]["definite"].clone(), answer["data"][day]["possible"].clone()];
        assert_eq!([day(&public, 0), day(&whole, 0)], [[json!(1), json!(2)], [json!(2), json!(2)]], "the day is hidden");
        assert_eq!([day(&public, 18), day(&whole, 18)], [[json!(0), json!(0)], [json!(1), json!(1)]], "the event is hidden");
        let [public, whole] = both("extent");
        assert_eq!([&public["total"], &whole["total"]], [3, 4]);
        assert_eq!([&public["with_point"], &whole["with_point"]], [1, 2]);
        // A kept answer of the one is none for the other.
        assert_eq!(both("extent")[0]["total"], 3);
    }

    fn values_follow_corrections_and_what_comes_later(world: World) {
        let world = world.with_source();
        let guarded = json!({"actors": [{"actor": {"id": "guard"}, "role": "responder"}]});
        let guard = |kind: &str| {
            world.put(Resource::Actor, json!({"slug": "guard", "name": "Guard", "kind": kind}));
        };
        guard("police");
        put(&world, "Guarded", guarded.clone());
        let first = world.get("/v1/events").ok()["query"]["as_of"].as_i64().expect("a seq");
        assert_values(&world, "", "actor_kind", &[("police", 1)]);
        world.put(Resource::Actor, json!({"slug": "union", "name": "Union", "kind": "union"}));
        put(&world, "With others", json!({"actors": [{"actor": {"id": "union"}, "role": "organizer"}]}));
        assert_values(&world, "", "actor_kind", &[("police", 1), ("union", 1)]);
        guard("military");
        assert_values(&world, "", "actor_kind", &[("military", 1), ("union", 1)]);
        assert_values(&world, &format!("as_of={first}"), "actor_kind", &[("police", 1)]);
    }

    fn what_is_corrected_one_by_one_is_counted_as_it_is_then(world: World) {
        let world = world.with_source();
        let number = |n: i64| format!("019c1159-7000-7000-8000-{n:012}");
        let put_as = |n: i64, event_type: &str, day: &str, role: &str| {
            let id = number(n);
            let actors = json!([{"actor": {"id": "guard"}, "role": role}]);
            let document = json!({"id": id, "type": event_type, "when": {"start": {"edtf": day}, "time_zone": LA}, "actors": actors});
            put(&world, "One of many", document);
        };
        world.put(Resource::Actor, json!({"slug": "guard", "name": "Guard", "kind": "police"}));
        // So many that they lie in several segments.
        let many = 30;
        for n in 0..many {
            put_as(n, "rally", "2026-01-30", "responder");
        }
        for n in 0..many {
            // Counted before, so that what is kept of it would show.
            let left = many - n;
            assert_values(&world, "type=rally", "role", &[("responder", left)]);
            assert_eq!(values(&world.get("/v1/events/facets?facet=type").ok(), "type").iter().map(|(_, count)| count).sum::<i64>(), many);
            put_as(n, "march", "2026-01-31", "target");
            let mut expected = vec![("march", n + 1), ("rally", left - 1)];
            expected.retain(|(_, count)| *count > 0);
            expected.sort_by_key(|(name, count)| (-*count, *name));
            assert_values(&world, "", "type", &expected);
            let roles: i64 = values(&world.get("/v1/events/facets?facet=role").ok(), "role").iter().map(|(_, count)| count).sum();
            assert_eq!(roles, many);
            let mut days = vec![("2026-01-30", left - 1, left - 1), ("2026-01-31", n + 1, n + 1)];
            days.retain(|(_, count, _)| *count > 0);
            assert_buckets(&world, "", &days);
        }
    }

    fn what_has_none_of_the_values_shown_is_told_for_each_limit(world: World) {
        let world = world.with_source();
        world.put(Resource::Actor, json!({"slug": "guard", "name": "Guard", "kind": "police"}));
        // So many that they lie in several segments.
        for (times, roles) in [(12, &["responder", "target"][..]), (8, &["organizer"]), (5, &["participant"])] {
            let actors: Vec<Value> = roles.iter().map(|role| json!({"actor": {"id": "guard"}, "role": role})).collect();
            for _ in 0..times {
                put(&world, "One of many", json!({"actors": actors}));
            }
        }
        for (limit, other) in [(1, 13), (2, 13), (3, 5), (4, 0), (3, 5), (1, 13)] {
            let answer = world.get(&format!("/v1/events/facets?facet=role&facet_limit={limit}")).ok();
            assert_eq!(answer["data"][0]["other"], other, "{limit}");
        }
    }

    fn counts_are_those_of_the_moment_read(world: World) {
        let world = world.with_rally();
        let past = world.seq();
        put(&world, "Another rally", json!({"actors": [{"actor": {"id": "union"}, "role": "organizer"}]}));
        world.put(Resource::Actor, json!({"slug": "union", "name": "New Union", "kind": "union"}));
        let at = |seq: i64| world.get(&format!("/v1/events/facets?facet=actor&as_of={seq}")).ok()["data"][0]["values"][0].clone();
        assert_eq!([&at(past)["count"], &at(past)["name"]], [&json!(1), &json!("Old Union")]);
        assert_eq!([&at(world.seq())["count"], &at(world.seq())["name"]], [&json!(2), &json!("New Union")]);
        assert_eq!(world.get(&format!("/v1/events/extent?as_of={past}")).ok()["total"], 2);
        let answer = world.get("/v1/events/facets?facet=type&status=happened");
        let link = answer.header("link").expect("a link");
        assert!(link.contains(&format!("as_of={}", world.seq())) && link.contains("cite-as"), "{link}");
        assert_eq!(answer.ok()["query"], json!({"status": ["happened"], "facet": ["type"], "facet_limit": 10, "facet_own": "exclude", "as_of": world.seq()}));
    }
}
