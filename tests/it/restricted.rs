//! What those are given who may read what privacy policies keep from the public.

use diesel::connection::SimpleConnection;
use marchline::domain::resource::Resource;
use marchline::domain::scope::Scope;
use marchline::node::operation::{Command, Operation};
use serde_json::{Value, json};

use crate::privacy::{coarse, told_under};
use crate::support::client::Client;
use crate::support::http::Answer;
use crate::support::on_both_databases;
use crate::support::paths::every_data_path;
use crate::support::town;
use crate::support::world::{World, because, event};

const PARTS: &str = "include=evidence,links,translations";

/// Whoever may read everything.
fn insider(world: &World) -> Client {
    Client::of(world, &[Scope::ReadRestricted])
}

fn get(client: &Client, target: &str) -> Value {
    client.get(target).0
}

/// How many events a client is told of, and how many anybody is.
fn totals(world: &World, client: &Client, query: &str) -> [Value; 2] {
    let target = format!("/v1/events?type=rally&{query}");
    [get(client, &target), world.get(&target).ok()].map(|list| list["page"]["total"].clone())
}

/// Puts the rally, for a reason.
fn put(world: &World, policy: Value, title: &str, reason: &str) {
    let mut document = told_under(policy);
    document["title"] = json!(title);
    let commands = vec![Command::Put { resource: Resource::Event, document }];
    world.submit(Operation { grounds: because(reason), ..Operation::of(commands) }).expect("a good document");
}

fn rally(below: &str) -> String {
    format!("/v1/events/{}{below}", town::RALLY)
}

/// What of an answer caches and clients go by.
fn what_is_kept(answer: Answer) -> (u16, String, Option<String>, Option<String>) {
    let (etag, caching) = (answer.header("etag"), answer.header("cache-control"));
    (answer.status, answer.body, etag, caching)
}

on_both_databases! {
    fn the_whole_is_given_to_those_who_may_read_it(world: World) {
        let world = world.with_secrets();
        world.put(Resource::Event, told_under(coarse()));
        let insider = insider(&world);
        let event = get(&insider, &rally(&format!("?{PARTS}")));
        assert_eq!(event["title"], "A whistle is blown");
        assert_eq!(event["privacy"], json!({"coarsened": false, "reason": "They face prosecution"}));
        assert_eq!(event["places"][0]["location"]["slug"], "square");
        assert_eq!(event["places"][0]["point"], json!({"lat": 34.05, "lon": -118.25}));
        assert_eq!((&event["when"]["start"]["edtf"], &event["when"]["time_zone"]), (&json!("2026-03-14T18:00:00"), &json!("America/Los_Angeles")));
        assert_eq!((&event["evidence"][0]["quote"], &event["links"][0]["event"]["id"]), (&json!("whistle"), &json!(town::VIGIL)));
        assert_eq!((&event["translations"]["de"]["title"], &event["external_ids"][0]["id"]), (&json!("Geheim"), &json!("secret-42")));
        assert_eq!(get(&insider, &rally("?lang=de"))["title"], "Geheim");
        let list = get(&insider, &format!("/v1/events?type=rally&{PARTS}"));
        assert_eq!(list["data"], json!([event]));
        let collection = get(&insider, &format!("/v1/events.geojson?type=rally&{PARTS}"));
        assert_eq!(collection["features"][0]["geometry"]["coordinates"], json!([-118.25, 34.05]));
        assert_eq!(collection["features"][0]["properties"], event);
        let evidence = get(&insider, &rally("/evidence"));
        assert_eq!(evidence["data"], event["evidence"]);
        let one = event["evidence"][0]["id"].as_str().expect("an id");
        assert_eq!(get(&insider, &rally(&format!("/evidence/{one}"))), event["evidence"][0]);
        let one = event["links"][0]["id"].as_str().expect("an id");
        assert_eq!(get(&insider, &rally(&format!("/links/{one}"))), event["links"][0]);
        let from_the_other = get(&insider, &format!("/v1/events/{}/links/{one}", town::VIGIL));
        assert_eq!((&from_the_other["direction"], &from_the_other["event"]["title"]), (&json!("incoming"), &json!("A whistle is blown")));
        let near = get(&insider, &rally("/links"));
        assert_eq!((near["nodes"].as_array().map(Vec::len), near["edges"].as_array().map(Vec::len)), (Some(2), Some(1)));
        // What is the same for all is so.
        let vigil = format!("/v1/events/{}", town::VIGIL);
        assert_eq!(get(&insider, &vigil), world.get(&vigil).ok());
    }

    fn filters_and_counts_are_about_what_the_reader_is_given(world: World) {
        let world = world.with_secrets();
        world.put(Resource::Event, told_under(coarse()));
        world.put(Resource::Event, event("On the tenth", json!({"when": {"start": {"edtf": "2026-03-10"}}})));
        let insider = insider(&world);
        for query in [
            "location=square", "bbox=-119,34,-118,35", "from=2026-03-14&to=2026-03-14&overlap=definite", "external_id=x:secret-42",
            "source=hidden-source", "has=evidence", "has=links", "has=point", "place_precision=venue", "has=demands",
            &format!("linked_to={}", town::VIGIL), &format!("linked_to={}&sort=size", town::VIGIL),
        ] {
            assert_eq!(totals(&world, &insider, query), [json!(1), json!(0)], "{query}");
        }
        // The coarse form is not there beside the whole.
        let state_alone = "location=state&place_precision=admin1&has=!point";
        assert_eq!(totals(&world, &insider, state_alone), [json!(0), json!(1)], "{state_alone}");
        assert_eq!(totals(&world, &insider, ""), [json!(2), json!(2)]);
        let first = |list: Value| list["data"][0]["title"].clone();
        assert_eq!(first(get(&insider, "/v1/events?sort=when")), "On the tenth");
        assert_eq!(first(world.get("/v1/events?sort=when").ok()), "A gathering");
        for (target, expected) in [("/v1/locations/square", 1), ("/v1/locations/state", 1), ("/v1/sources/hidden-source", 1), ("/v1/actors/union", 1)] {
            assert_eq!(get(&insider, target)["event_count"], expected, "{target}");
        }
        assert_eq!(world.get("/v1/sources/hidden-source").ok()["event_count"], 0);
        let listed = get(&insider, "/v1/sources?q=insider");
        assert_eq!(listed["data"][0]["event_count"], 1);
    }

    fn what_is_under_an_embargo_is_there(world: World) {
        let world = world.with_secrets();
        world.put(Resource::Event, told_under(json!({"embargo": true})));
        let links = json!([{"relation": "response_to", "event": {"id": town::RALLY}}]);
        world.put(Resource::Event, event("A vigil", json!({"id": town::VIGIL, "type": "vigil", "links": links})));
        let entries = json!([{"event_id": town::RALLY}, {"event_id": town::VIGIL}]);
        world.put(Resource::Timeline, json!({"slug": "two", "title": "Two", "entries": entries}));
        let insider = insider(&world);
        assert_eq!(totals(&world, &insider, ""), [json!(1), json!(0)]);
        assert_eq!(totals(&world, &insider, &format!("id={}", town::RALLY)), [json!(1), json!(0)]);
        assert_eq!(get(&insider, &rally(""))["privacy"], json!({"coarsened": false, "reason": null}));
        assert_eq!(get(&insider, "/v1")["counts"]["events"], 2);
        assert_eq!(world.get("/v1").ok()["counts"]["events"], 1);
        let timeline = get(&insider, "/v1/timelines/two");
        assert_eq!((timeline["entries"].as_array().map(Vec::len), &timeline["event_count"]), (Some(2), &json!(2)));
        let about = format!("/v1/events?linked_to={}", town::RALLY);
        assert_eq!(get(&insider, &about)["data"][0]["id"], town::VIGIL);
        assert_eq!(world.get(&about).status, 400);
        world.retract(Resource::Event, town::id(town::RALLY), "The whistle was a hoax");
        let gone = insider.send("GET", &rally(""), &[]);
        assert_eq!(gone.status, 410);
        assert!(gone.json()["detail"].as_str().is_some_and(|detail| detail.contains("hoax")), "{}", gone.body);
        assert_eq!(world.get(&rally("")).status, 404);
        let history = get(&insider, &rally("/revisions"));
        assert_eq!((&history["data"][1]["kind"], &history["data"][1]["reason"]), (&json!("retracted"), &json!("The whistle was a hoax")));
        assert_eq!(get(&insider, &rally("/revisions/1"))["title"], "A whistle is blown");
    }

    fn earlier_versions_stay_readable(world: World) {
        let world = world.with_secrets();
        put(&world, Value::Null, "A first whistle", "Heard on the square");
        let open = world.seq();
        put(&world, coarse(), "A whistle is blown", "They face prosecution");
        let covered = world.seq();
        put(&world, json!({"place": "country"}), "A last whistle", "The state would tell");
        put(&world, json!({"embargo": true}), "No whistle", "All of it would tell");
        let insider = insider(&world);
        let history = get(&insider, &rally("/revisions"));
        let told = |name: &str| history["data"].as_array().expect("a list").iter().map(|revision| revision[name].clone()).collect::<Vec<_>>();
        assert_eq!(told("reason"), ["Heard on the square", "They face prosecution", "The state would tell", "All of it would tell"]);
        let retitled = json!({"pointer": "/title", "old": "A first whistle", "new": "A whistle is blown"});
        assert!(told("changes")[1].as_array().expect("a list").contains(&retitled), "{history}");
        for (number, title) in (1..).zip(["A first whistle", "A whistle is blown", "A last whistle", "No whistle"]) {
            assert_eq!(get(&insider, &rally(&format!("/revisions/{number}")))["title"], title);
        }
        assert_eq!(get(&insider, &rally("/revisions/1"))["privacy"], Value::Null, "there was none yet");
        for (seq, title) in [(open, "A first whistle"), (covered, "A whistle is blown")] {
            let list = get(&insider, &format!("/v1/events?location=square&has=links&type=rally&{PARTS}&as_of={seq}"));
            assert_eq!((&list["page"]["total"], &list["data"][0]["title"]), (&json!(1), &json!(title)), "{seq}");
            assert_eq!(list["data"][0]["links"][0]["event"]["id"], town::VIGIL);
            assert_eq!(totals(&world, &insider, &format!("as_of={seq}")), [json!(1), json!(0)]);
        }
        assert_eq!(world.get(&rally("/revisions")).status, 404);
    }

    fn nothing_that_is_kept_is_kept_for_both(world: World) {
        let world = world.founded();
        let hidden = json!({"type": "rally", "title": "A whistle", "privacy": {"embargo": true, "reason": "Threats"},
            "sources": [{"id": "parriva-2026-01-31"}], "actors": [{"actor": {"id": "ice"}, "role": "target"}]});
        world.put(Resource::Event, hidden);
        let insider = insider(&world);
        let targets: Vec<String> = every_data_path().into_iter().chain(["/v1/events?type=rally&limit=2".to_owned()]).collect();
        for target in targets {
            let before = what_is_kept(world.get(&target));
            let restricted = insider.send("GET", &target, &[]);
            assert_eq!(restricted.header("cache-control").as_deref(), Some("private, no-store"), "{target}");
            let vary = restricted.header("vary").expect("a header");
            assert!(vary.contains("Authorization"), "{target}: {vary}");
            let (etag, body) = (restricted.header("etag"), restricted.body.clone());
            if !target.starts_with("/v1/vocabulary") && !target.starts_with("/v1/duplicates") {
                assert_ne!(etag, before.2, "{target}");
            }
            let known = before.2.clone().expect("a validator");
            let again = insider.send("GET", &target, &[("if-none-match", &known)]);
            assert_eq!((again.status, again.body == body), if etag == before.2 { (304, false) } else { (200, true) }, "{target}");
            assert_eq!(again.header("cache-control").as_deref(), Some("private, no-store"), "{target}");
            // The public is given what it was given, whoever asked in between.
            assert_eq!(what_is_kept(world.get(&target)), before, "{target}");
        }
        assert!(insider.send("GET", "/v1/events", &[]).body.contains("A whistle"));
        // Nor do others learn by a fault that they may not keep what they are told of it.
        assert_eq!(insider.send("GET", "/v1/events?typ=rally", &[]).header("cache-control").as_deref(), Some("private, no-store"));
    }

    fn a_cursor_is_of_the_list_that_gave_it(world: World) {
        let world = world.with_secrets();
        world.put(Resource::Event, told_under(coarse()));
        let insider = insider(&world);
        let target = "/v1/events?limit=1";
        let next = |list: Value| list["page"]["next"].as_str().expect("a cursor").to_owned();
        let restricted = format!("{target}&cursor={}", next(get(&insider, target)));
        let public = format!("{target}&cursor={}", next(world.get(target).ok()));
        let refused = world.get(&restricted);
        assert_eq!((refused.status, refused.json()["code"].as_str()), (400, Some("cursor_mismatch")));
        // It is refused like a cursor of any other question.
        let other = world.get(&format!("{public}&type=rally"));
        assert_eq!(refused.json()["detail"], other.json()["detail"]);
        assert_eq!(insider.send("GET", &public, &[]).json()["code"], "cursor_mismatch");
        assert_eq!((get(&insider, &restricted)["page"]["total"].clone(), world.get(&public).status), (json!(2), 200));
        let sources = "/v1/sources?limit=1";
        let restricted = format!("{sources}&cursor={}", next(get(&insider, sources)));
        assert_eq!(world.get(&restricted).json()["code"], "cursor_mismatch");
    }

    fn the_scope_decides_and_a_key_that_is_revoked_gives_nothing(world: World) {
        let world = world.with_secrets();
        world.put(Resource::Event, told_under(coarse()));
        let title = |client: &Client| get(client, &rally(""))["title"].clone();
        assert_eq!(title(&Client::of(&world, &[Scope::Write])), "A gathering");
        assert_eq!(title(&Client::of(&world, &[Scope::Admin])), "A whistle is blown");
        let insider = insider(&world);
        assert_eq!(title(&insider), "A whistle is blown");
        let mut conn = world.database.parsed().connect().expect("the database is there");
        conn.batch_execute("UPDATE api_key SET revoked_at = created_at").expect("there are keys");
        let refused = insider.send("GET", &rally(""), &[]);
        assert_eq!(refused.status, 401);
        assert!(!refused.body.contains("whistle"), "{}", refused.body);
        assert_eq!(world.get(&rally("")).ok()["title"], "A gathering");
    }

    fn whoever_may_read_the_whole_writes_and_is_answered_with_it(world: World) {
        let world = world.with_secrets();
        world.put(Resource::Event, told_under(coarse()));
        let editor = Client::of(&world, &[Scope::Write, Scope::ReadRestricted]);
        let (mut event, etag) = editor.get(&rally(&format!("?{PARTS}")));
        event["title"] = json!("The whistle was blown twice");
        let answer = editor.put(&rally(""), &etag, &event);
        assert_eq!((answer.status, &answer.json()["title"]), (200, &event["title"]), "{}", answer.body);
        assert_eq!(answer.header("etag"), Some(editor.get(&rally("")).1));
        let (now, _) = editor.get(&rally(&format!("?{PARTS}")));
        for name in ["when", "places", "evidence", "links", "translations", "external_ids", "sources", "privacy"] {
            assert_eq!(now[name], event[name], "{name}");
        }
        assert_eq!(world.get(&rally("")).ok()["title"], "A gathering");
        let evidence = json!({"source": {"id": "hidden-source"}, "field": "when", "quote": "A second whistle"});
        let answer = editor.post(&rally("/evidence"), &evidence);
        assert_eq!((answer.status, &answer.json()["quote"]), (201, &json!("A second whistle")), "{}", answer.body);
        assert_eq!(answer.header("etag"), Some(editor.get(&rally("")).1));
        // The policy still stands.
        assert_eq!(world.get(&rally(&format!("?{PARTS}"))).ok()["evidence"], json!([]));
    }

    fn pairs_that_may_be_one_are_about_what_the_public_is_given(world: World) {
        let world = world.with_secrets();
        world.put(Resource::Event, told_under(json!({"embargo": true})));
        let insider = insider(&world);
        let (public, restricted) = (world.get("/v1/duplicates"), insider.send("GET", "/v1/duplicates", &[]));
        assert_eq!(public.body, restricted.body);
    }
}
