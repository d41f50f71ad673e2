//! What a privacy policy keeps from the public, by every way there is to ask.

use diesel::connection::SimpleConnection;
use marchline::domain::resource::Resource;
use marchline::node::operation::{Command, Operation};
use marchline::store;
use serde_json::{Value, json};
use uuid::Version;

use crate::support::on_both_databases;
use crate::support::town::{self, location, rally};
use crate::support::world::{World, because, event};

/// Words of the rally that the public must not meet.
const SECRETS: [&str; 9] =
    ["whistle", "Geheim", "hidden-source", "The Insider", "secret-42", "kettled", "dozens of", "2026-03-14", "square"];

/// The rally with something in every member that may tell, and a policy.
pub fn told_under(policy: Value) -> Value {
    rally(json!({
        "title": "A whistle is blown", "summary": "The whistle was heard on the square.", "language": "en",
        "translations": {"de": {"title": "Geheim"}}, "sources": [{"id": "hidden-source"}],
        "demands": [{"summary": "whistle", "verbatim": ["whistle!"]}],
        "size": {"text": "dozens of", "rule": "ccc"}, "outcomes": {"arrests": {"state": "some"}, "police_measures": ["kettled"]},
        "evidence": [{"source": {"id": "hidden-source"}, "field": "places", "ref": {"id": "square"}, "quote": "whistle"}],
        "links": [{"relation": "follows", "event": {"id": town::VIGIL}}], "external_ids": [{"scheme": "x", "id": "secret-42"}],
        "privacy": policy,
    }))
}

/// A policy that leaves something.
pub fn coarse() -> Value {
    json!({"place": "admin1", "time": "month", "reason": "They face prosecution", "public_title": "A gathering", "public_summary": "People met."})
}

impl World {
    /// The town, its vigil, and a source that only the hidden rally has.
    pub fn with_secrets(self) -> Self {
        let world = self.with_town();
        world.put(Resource::Event, event("A vigil", json!({"id": town::VIGIL, "type": "vigil"})));
        world.put(Resource::Source, json!({"slug": "hidden-source", "publisher": "The Insider", "kind": "news", "url": "https://insider.example/1"}));
        world
    }
}

/// Everything that the API says of events, as text: what is in none of it is not told.
fn all_that_is_said(world: &World, as_of: &str) -> String {
    let whole = "include=evidence,links,translations";
    let [rally, vigil] = [town::RALLY, town::VIGIL].map(|id| format!("/v1/events/{id}"));
    let targets = [
        format!("/v1/events?{whole}{as_of}"),
        format!("{rally}?{whole}{as_of}"),
        format!("{vigil}?{whole}{as_of}"),
        format!("{rally}?lang=de{as_of}"),
        format!("{rally}/revisions?{}", as_of.trim_start_matches('&')),
        format!("{rally}/revisions/1?{whole}{as_of}"),
        format!("{rally}/revisions/2?{whole}{as_of}"),
        format!("{rally}/revisions/3?lang=de{as_of}"),
        format!("{rally}/links?depth=3{as_of}"),
        format!("{vigil}/links?depth=3{as_of}"),
        format!("/v1/timelines?limit=500{as_of}"),
    ];
    targets.iter().map(|target| world.get(target.trim_end_matches('?')).body).collect()
}

fn assert_nothing_is_told(world: &World, as_of: &str) {
    let said = all_that_is_said(world, as_of);
    for secret in SECRETS {
        assert!(!said.contains(secret), "`{secret}` is told{as_of}: {said}");
    }
}

fn total(world: &World, query: &str) -> Value {
    world.get(&format!("/v1/events?type=rally&{query}")).ok()["page"]["total"].clone()
}

/// What of the store does not fit.
fn check(world: &World) -> Vec<String> {
    let mut conn = world.database.parsed().connect().expect("the database is there");
    store::check::check(&mut conn).expect("it can be read").differences
}

on_both_databases! {
    fn the_public_is_given_the_coarse_version_alone(world: World) {
        let world = world.with_secrets();
        world.put(Resource::Event, told_under(coarse()));
        let event = world.get(&format!("/v1/events/{}?include=evidence,links,translations", town::RALLY)).ok();
        assert_eq!((&event["title"], &event["summary"]), (&json!("A gathering"), &json!("People met.")));
        assert_eq!(event["privacy"], json!({"coarsened": true, "reason": "They face prosecution"}));
        for empty in ["sources", "evidence", "links", "external_ids", "demands"] {
            assert_eq!(event[empty], json!([]), "{empty}");
        }
        assert_eq!(event["translations"], json!({}));
        let [place] = event["places"].as_array().expect("a list").as_slice() else { panic!("{event}") };
        assert_eq!((&place["location"]["slug"], &place["precision"]), (&json!("state"), &json!("admin1")));
        assert_eq!((&place["point"], &place["radius_m"]), (&Value::Null, &Value::Null));
        assert_eq!(place["location"]["path"].as_array().map(Vec::len), Some(1));
        let when = &event["when"];
        assert_eq!((&when["start"]["edtf"], &when["precision"]), (&json!("2026-03"), &json!("month")));
        // The zone would tell where, so the bounds are those of all zones.
        assert_eq!(when["time_zone"], Value::Null);
        assert_eq!(when["start"]["earliest"], "2026-02-28T10:00:00.000000Z");
        assert_eq!(when["start"]["latest"], "2026-04-01T11:59:59.999999Z");
        assert_eq!(event["outcomes"]["police_measures"], json!([]));
        assert_eq!(world.get("/v1/events?type=rally").ok()["data"][0]["title"], "A gathering");
        assert_nothing_is_told(&world, "");
    }

    fn without_a_public_title_the_type_stands_for_it(world: World) {
        let world = world.with_secrets();
        world.put(Resource::Event, told_under(json!({"place": "country", "time": "day"})));
        let event = world.get(&format!("/v1/events/{}", town::RALLY)).ok();
        assert_eq!((&event["title"], &event["summary"]), (&json!("Rally"), &Value::Null));
        assert_eq!((&event["places"][0]["location"]["slug"], &event["places"][0]["precision"]), (&json!("land"), &json!("country")));
        assert_eq!(event["when"]["start"]["edtf"], "2026-03-14");
    }

    fn filters_cannot_probe_for_what_is_kept_back(world: World) {
        let world = world.with_secrets();
        world.put(Resource::Event, told_under(coarse()));
        for found in ["location=state", "country=US", "admin1=US-CA", "from=2026-03-01&to=2026-03-31&overlap=definite", "from=2026-03-20&to=2026-03-20"] {
            assert_eq!(total(&world, found), 1, "{found}");
        }
        for not_found in [
            "location=square", "location=town", "bbox=-119,34,-118,35", "from=2026-03-14&to=2026-03-14&overlap=definite",
            "from=2026-03-13&to=2026-03-15&overlap=definite", "bbox=-180,-90,180,90",
        ] {
            assert_eq!(total(&world, not_found), 0, "{not_found}");
        }
        let count = |target: &str| world.get(target).ok()["event_count"].clone();
        assert_eq!(count("/v1/locations/state"), 1);
        for nothing in ["/v1/locations/square", "/v1/locations/town"] {
            assert_eq!(count(nothing), 0, "{nothing}");
        }
        let order = |sort: &str| world.get(&format!("/v1/events?sort={sort}")).ok()["data"][0]["id"].clone();
        world.put(Resource::Event, event("On the tenth", json!({"when": {"start": {"edtf": "2026-03-10"}, "time_zone": "America/Los_Angeles"}})));
        // By its public date it begins with the month.
        assert_eq!(order("when"), town::RALLY);
    }

    fn a_coarse_time_is_not_told_by_the_id(world: World) {
        let world = world.with_secrets();
        let put = |privacy: Value| world.put(Resource::Event, event("A rally", json!({"when": {"start": {"edtf": "2026-03-14"}}, "privacy": privacy}))).id;
        assert_eq!(put(json!({"time": "month"})).get_version(), Some(Version::Random));
        assert_eq!(put(json!({"place": "country"})).get_version(), Some(Version::SortRand));
        assert_eq!(put(Value::Null).get_version(), Some(Version::SortRand));
    }

    fn a_coarse_place_is_not_told_by_the_time_zone(world: World) {
        let world = world.with_secrets();
        // A zone of one county.
        world.put(Resource::Location, location("knox", "locality", Some("state"), json!({"time_zone": "America/Indiana/Knox"})));
        let mut hidden = told_under(json!({"place": "country"}));
        hidden["places"] = json!([{"location": {"id": "knox"}}]);
        hidden["when"] = json!({"start": {"edtf": "2026-03-20"}});
        world.put(Resource::Event, hidden);
        let told = || world.get(&format!("/v1/events/{}", town::RALLY)).body;
        assert!(!told().contains("Knox"), "{}", told());
        let mut undated = told_under(json!({"place": "country"}));
        undated["places"] = json!([{"location": {"id": "knox"}}]);
        undated["when"] = Value::Null;
        world.put(Resource::Event, undated);
        assert!(!told().contains("Knox") && told().contains("\"start\":null"), "{}", told());
    }

    fn days_that_fill_a_month_are_not_told_where_the_month_is(world: World) {
        let world = world.with_secrets();
        for (edtf, told) in [
            ("2026-01-X1", "2026-01"),
            ("[2026-03-01,2026-03-17,2026-03-31]", "2026-03"),
            ("[2026-01-01,2026-01-20..]", "[2026-01..]"),
            ("2026-01-XX", "2026-01-XX"),
            ("2026-01?", "2026-01?"),
            ("[2026-01,2026-03]", "[2026-01,2026-03]"),
            ("2026-01-11", "2026-01"),
        ] {
            let mut hidden = told_under(json!({"time": "month"}));
            hidden["when"] = json!({"start": {"edtf": edtf}});
            world.put(Resource::Event, hidden);
            let event = world.get(&format!("/v1/events/{}", town::RALLY)).ok();
            assert_eq!(event["when"]["start"]["edtf"], told, "{edtf}");
        }
    }

    fn the_history_shows_the_public_what_it_may_see(world: World) {
        let world = world.with_secrets();
        world.put(Resource::Event, told_under(coarse()));
        let mut corrected = told_under(coarse());
        corrected["summary"] = json!("Another whistle on the square.");
        corrected["when"]["start"]["edtf"] = json!("2026-03-15");
        world.put(Resource::Event, corrected);
        assert_nothing_is_told(&world, "");
        let history = world.get(&format!("/v1/events/{}/revisions", town::RALLY)).ok();
        assert!(history["data"].as_array().expect("a list").iter().all(|revision| revision["changes"] == json!([])), "{history}");
    }

    fn todays_policy_governs_all_earlier_versions(world: World) {
        let world = world.with_secrets();
        world.put(Resource::Event, told_under(Value::Null));
        let before = world.seq();
        assert!(all_that_is_said(&world, "").contains("whistle"));
        world.put(Resource::Event, told_under(coarse()));
        assert_nothing_is_told(&world, "");
        assert_nothing_is_told(&world, &format!("&as_of={before}"));
        assert_eq!(total(&world, &format!("location=square&as_of={before}")), 0);
    }

    fn a_version_from_before_the_policy_is_told_by_it_but_not_why_it_was_made(world: World) {
        let world = world.with_secrets();
        let put = |policy: Value, title: &str, reason: &str| {
            let mut document = told_under(policy);
            document["title"] = json!(title);
            let commands = vec![Command::Put { resource: Resource::Event, document }];
            world.submit(Operation { grounds: because(reason), ..Operation::of(commands) }).expect("a good document");
        };
        put(Value::Null, "A first whistle", "Heard on the square");
        put(Value::Null, "A whistle is blown", "The whistle was blown by one");
        put(coarse(), "A whistle is blown", "They face prosecution");
        assert_nothing_is_told(&world, "");
        let target = format!("/v1/events/{}/revisions", town::RALLY);
        for number in 1..=3 {
            assert_eq!(world.get(&format!("{target}/{number}")).ok()["title"], "A gathering");
        }
        let history = world.get(&target).ok();
        let reasons: Vec<_> = history["data"].as_array().expect("a list").iter().map(|revision| &revision["reason"]).collect();
        assert_eq!(reasons, [&Value::Null, &Value::Null, &json!("They face prosecution")]);
    }

    fn why_a_hidden_event_was_withdrawn_is_not_told_later(world: World) {
        let world = world.with_secrets();
        world.put(Resource::Event, told_under(json!({"embargo": true})));
        world.retract(Resource::Event, town::id(town::RALLY), "The whistle was a hoax");
        let target = format!("/v1/events/{}/revisions", town::RALLY);
        assert_eq!((world.get(&target).status, world.get(&format!("{target}/2")).status), (404, 404));
        world.put(Resource::Event, told_under(coarse()));
        assert_nothing_is_told(&world, "");
        let gone = world.get(&format!("{target}/2"));
        assert_eq!((gone.status, gone.body.contains("hoax")), (410, false), "{}", gone.body);
        assert_eq!(world.get(&target).ok()["data"].as_array().map(Vec::len), Some(3));
    }

    fn an_embargo_hides_the_event_by_every_way_to_ask(world: World) {
        let world = world.with_secrets();
        let links = json!([{"relation": "follows", "event": {"id": town::RALLY}}]);
        world.put(Resource::Event, told_under(json!({"embargo": true, "public_title": "whistle"})));
        world.put(Resource::Event, event("A vigil", json!({"id": town::VIGIL, "type": "vigil", "links": links})));
        world.put(Resource::Timeline, json!({"slug": "two", "title": "Two", "entries": [{"event_id": town::RALLY}, {"event_id": town::VIGIL}]}));
        for below in ["", "/revisions", "/revisions/1", "/links"] {
            let hidden = world.get(&format!("/v1/events/{}{below}", town::RALLY));
            let never = world.get(&format!("/v1/events/019c1159-7000-7000-8000-00000000dead{below}"));
            assert_eq!((hidden.status, &hidden.json()["code"]), (404, &never.json()["code"]), "{below}");
            assert_eq!(hidden.json()["detail"], never.json()["detail"].as_str().expect("words").replace("019c1159-7000-7000-8000-00000000dead", town::RALLY));
        }
        for query in ["", "location=square", &format!("id={}", town::RALLY), "sort=recorded"] {
            assert_eq!(total(&world, query), 0, "{query}");
        }
        assert_eq!(world.get("/v1").ok()["counts"]["events"], 1);
        assert_eq!(world.get(&format!("/v1/events/{}?include=links", town::VIGIL)).ok()["links"], json!([]));
        let near = world.get(&format!("/v1/events/{}/links", town::VIGIL)).ok();
        assert_eq!((near["nodes"].as_array().map(Vec::len), &near["edges"]), (Some(1), &json!([])));
        let timeline = world.get("/v1/timelines/two").ok();
        assert_eq!((timeline["entries"].as_array().map(Vec::len), &timeline["event_count"]), (Some(1), &json!(1)));
        for entity in ["/v1/locations/land", "/v1/sources/test-source"] {
            let shown = world.get(entity).ok()["event_count"].clone();
            assert_eq!(shown, u8::from(entity.contains("sources")), "{entity}");
        }
        assert!(!all_that_is_said(&world, "").contains("whistle"));
    }

    fn todays_policy_tells_of_earlier_versions_and_of_none_when_it_is_lifted(world: World) {
        let world = world.with_secrets();
        let titled = |policy: Value, title: &str| {
            let mut document = told_under(policy);
            document["title"] = json!(title);
            document
        };
        world.put(Resource::Event, titled(Value::Null, "First"));
        let first = world.seq();
        let as_of = |target: &str| world.get(&format!("{target}as_of={first}")).ok();
        let item = format!("/v1/events/{}?", town::RALLY);
        let open = world.get(&format!("{item}as_of={first}")).header("etag");
        world.put(Resource::Event, titled(coarse(), "Second"));
        let covered = world.get(&format!("{item}as_of={first}"));
        assert_ne!(covered.header("etag"), open, "it is another document now");
        let covered = covered.ok();
        assert_eq!((&covered["title"], &covered["revision"], &covered["seq"]), (&json!("A gathering"), &json!(1), &json!(first)));
        assert_eq!((&covered["places"][0]["location"]["slug"], &covered["when"]["start"]["edtf"]), (&json!("state"), &json!("2026-03")));
        assert_eq!(as_of("/v1/events?type=rally&")["data"], json!([covered]));
        for (filter, total) in [("location=state", 1), ("location=square", 0), ("bbox=-119,34,-118,35", 0), ("has=evidence", 0)] {
            assert_eq!(as_of(&format!("/v1/events?type=rally&{filter}&"))["page"]["total"], total, "{filter}");
        }
        assert_eq!(as_of("/v1/events.geojson?type=rally&")["features"][0]["properties"], covered);
        assert_nothing_is_told(&world, &format!("&as_of={first}"));
        // Another title for the public is one for all versions; so is a wider place.
        world.put(Resource::Event, titled(json!({"place": "country", "public_title": "A meeting"}), "Third"));
        let wider = as_of(&item);
        assert_eq!((&wider["title"], &wider["places"][0]["location"]["slug"]), (&json!("A meeting"), &json!("land")));
        // And where the policy is lifted, all are told.
        world.put(Resource::Event, titled(Value::Null, "Fourth"));
        let history = world.get(&format!("/v1/events/{}/revisions", town::RALLY)).ok();
        for (number, title) in (1..).zip(["First", "Second", "Third", "Fourth"]) {
            let version = world.get(&format!("/v1/events/{}/revisions/{number}", town::RALLY)).ok();
            assert_eq!((&version["title"], &version["privacy"]), (&json!(title), &Value::Null));
        }
        assert_eq!(history["data"].as_array().map(Vec::len), Some(4));
        assert_eq!(total(&world, &format!("location=square&as_of={first}")), 1);
        let findings = check(&world);
        assert!(findings.is_empty(), "{findings:?}");
    }

    fn check_finds_an_earlier_version_that_is_told_by_another_policy(world: World) {
        let world = world.with_secrets();
        world.put(Resource::Event, told_under(Value::Null));
        world.put(Resource::Event, told_under(coarse()));
        assert_eq!(check(&world), [""; 0]);
        let mut conn = world.database.parsed().connect().expect("the database is there");
        conn.batch_execute("UPDATE version SET edition = NULL").expect("there are versions");
        let found = check(&world);
        assert!(found.iter().any(|what| what.ends_with("an earlier version is told under another policy")), "{found:?}");
    }

    fn an_embargo_hides_earlier_versions_too(world: World) {
        let world = world.with_secrets();
        world.put(Resource::Event, told_under(Value::Null));
        let before = world.seq();
        world.put(Resource::Event, told_under(json!({"embargo": true})));
        assert_eq!(world.get(&format!("/v1/events/{}", town::RALLY)).status, 404);
        assert_eq!(world.get(&format!("/v1/events/{}?as_of={before}", town::RALLY)).status, 404);
        assert_nothing_is_told(&world, &format!("&as_of={before}"));
        assert_eq!(total(&world, &format!("as_of={before}")), 0);
        assert_eq!(world.get(&format!("/v1?as_of={before}")).ok()["counts"]["events"], 1);
    }

    fn nothing_about_a_hidden_write_can_be_inferred(world: World) {
        let world = world.with_secrets();
        let targets = ["/v1/events", "/v1/actors", "/v1/locations", "/v1/sources", "/v1/campaigns", "/v1/actors/union"];
        let tags = || targets.map(|target| world.get(target).header("etag"));
        let before = tags();
        let mut hidden = told_under(json!({"embargo": true}));
        hidden["sources"] = json!([{"id": "test-source"}]);
        hidden["evidence"] = json!([]);
        world.put(Resource::Event, hidden);
        assert_eq!(tags(), before);
    }

    fn a_hidden_event_that_is_withdrawn_stays_unknown(world: World) {
        let world = world.with_secrets();
        world.put(Resource::Event, told_under(json!({"embargo": true})));
        world.retract(Resource::Event, town::id(town::RALLY), "The whistle was a hoax");
        let answer = world.get(&format!("/v1/events/{}", town::RALLY));
        assert_eq!(answer.status, 404, "{}", answer.body);
        assert_nothing_is_told(&world, "");
    }

    fn an_embargo_ends_by_a_write(world: World) {
        let world = world.with_secrets();
        world.put(Resource::Event, told_under(json!({"embargo": true})));
        assert_eq!(total(&world, ""), 0);
        world.put(Resource::Event, told_under(Value::Null));
        assert_eq!(total(&world, ""), 1);
        let event = world.get(&format!("/v1/events/{}", town::RALLY)).ok();
        assert_eq!((&event["title"], &event["privacy"]), (&json!("A whistle is blown"), &Value::Null));
    }

    fn what_is_told_again_of_earlier_versions_is_found_again(world: World) {
        let world = world.with_secrets();
        let numbered = |policy: Value| {
            let mut event = told_under(policy);
            event["external_ids"] = json!([{"scheme": "desk", "id": "9"}]);
            event
        };
        world.put(Resource::Event, numbered(json!({"place": "locality", "reason": "safety"})));
        let covered = world.seq();
        let then = format!("external_id=desk:9&as_of={covered}");
        assert_eq!(total(&world, &then), 0);
        // Nothing governs it any more, and so nothing its earlier version.
        world.put(Resource::Event, numbered(Value::Null));
        let told = world.get(&format!("/v1/events/{}?as_of={covered}", town::RALLY)).ok();
        assert_eq!(told["external_ids"][0]["id"], "9");
        assert_eq!(total(&world, &then), 1);
    }
}
