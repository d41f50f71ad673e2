//! What was known when: the versions of every member, and answers that are found again and can be checked.

use data_encoding::BASE64;
use marchline::domain::grounds::Grounds;
use marchline::domain::resource::Resource;
use marchline::node::operation::{Command, Operation};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::filters::random_filters;
use crate::support::http::{Answer, send_raw};
use crate::support::on_both_databases;
use crate::support::oracle::Moment;
use crate::support::paths::{every_data_path, every_path_with_a_past};
use crate::support::random::{Generator, Random};
use crate::support::town::{self, location, rally};
use crate::support::world::{World, event};

/// What a digest is compared under: the client asks for compression otherwise.
const PLAIN: &[(&str, &str)] = &[("accept-encoding", "identity")];

/// The digest of a text as a header holds it.
fn digest(text: impl AsRef<[u8]>) -> String {
    format!("sha-256=:{}:", BASE64.encode(&Sha256::digest(text)))
}

/// Where an answer says that it is to be cited.
fn permanent(answer: &Answer) -> String {
    let links = answer.header("link").expect("links");
    let link = links.split(", ").find(|link| link.ends_with("rel=\"cite-as\"")).expect("a permanent link");
    link.trim_start_matches('<').split_once('>').expect("a target").0.to_owned()
}

/// The versions of a member of the town, with a correction of each resource that has a reason.
fn corrections() -> Vec<(Resource, &'static str, Value, Value)> {
    let change = |pointer: &str, old: Value, new: Value| json!({"pointer": pointer, "old": old, "new": new});
    vec![
        (
            Resource::Actor,
            "actors/union",
            json!({"slug": "union", "name": "New Union", "kind": "union", "aliases": []}),
            json!([
                change("/name", json!("Old Union"), json!("New Union")),
                change("/aliases", json!(["Unión"]), json!([]))
            ]),
        ),
        (
            Resource::Location,
            "locations/square",
            location(
                "square",
                "venue",
                Some("state"),
                json!({"name": "The Square", "point": {"lat": 34.05, "lon": -118.3}}),
            ),
            json!([
                change("/name", json!("square"), json!("The Square")),
                change("/parent_id", json!("town"), json!("state")),
                change("/point/lon", json!(-118.25), json!(-118.3)),
                // It had the town's.
                change("/time_zone", json!("America/Los_Angeles"), Value::Null),
            ]),
        ),
        (
            Resource::Source,
            "sources/test-source",
            json!({"slug": "test-source", "publisher": "The Test", "kind": "news", "title": "Late edition"}),
            json!([change("/title", Value::Null, json!("Late edition"))]),
        ),
        (
            Resource::Campaign,
            "campaigns/spring",
            json!({"slug": "spring", "name": "Spring", "aliases": ["Primavera"], "description": "Of 2026."}),
            json!([change("/description", Value::Null, json!("Of 2026."))]),
        ),
        (
            Resource::Timeline,
            "timelines/two",
            json!({"slug": "two", "title": "Two", "entries": [{"event_id": town::VIGIL, "caption": "Later"}]}),
            json!([change(
                "/entries",
                json!([{"event_id": town::RALLY, "caption": null}, {"event_id": town::VIGIL, "caption": null}]),
                json!([{"event_id": town::VIGIL, "caption": "Later"}])
            )]),
        ),
    ]
}

impl World {
    /// The town with its rally and a timeline.
    fn with_timeline(self) -> Self {
        let world = self.with_rally();
        let entries = json!([{"event_id": town::RALLY}, {"event_id": town::VIGIL}]);
        world.put(Resource::Timeline, json!({"slug": "two", "title": "Two", "entries": entries}));
        world
    }

    /// Puts a document, with a reason and an author.
    fn correct(&self, resource: Resource, document: Value) {
        let commands = vec![Command::Put { resource, document }];
        let (reason, made_by) = (Some("They wrote to us".to_owned()), Some("Desk".to_owned()));
        self.submit(Operation {
            grounds: Grounds { reason, made_by, ..Grounds::default() },
            ..Operation::of(commands)
        })
        .expect("a good document");
    }

    /// Writes that touch every resource, and what each list shows.
    fn touch_everything(&self) {
        for (resource, _, document, _) in corrections() {
            self.put(resource, document);
        }
        self.put(
            Resource::Event,
            rally(json!({"title": "Corrected", "links": [{"relation": "follows", "event": {"id": town::VIGIL}}]})),
        );
        self.put(
            Resource::Event,
            event("Another rally", json!({"actors": [{"actor": {"id": "union"}, "role": "speaker"}]})),
        );
        self.put(Resource::Actor, json!({"slug": "another", "name": "Another", "kind": "union"}));
        self.put(Resource::Location, location("another", "country", None, json!({})));
        self.put(Resource::Source, json!({"slug": "another", "publisher": "Another", "kind": "news"}));
        self.put(Resource::Campaign, json!({"slug": "another", "name": "Another"}));
        self.put(Resource::Timeline, json!({"slug": "another", "title": "Another", "entries": []}));
        self.retract(Resource::Event, town::id(town::VIGIL), "Entered twice");
    }
}

/// Lists, items and forms of the town in many ways, first pages and later ones.
fn questions(world: &World) -> Vec<String> {
    let mut targets = vec![
        "/v1".to_owned(),
        "/v1/events".to_owned(),
        "/v1/events?limit=1".to_owned(),
        "/v1/events?type=rally,!riot&include=links,evidence&lang=es&sort=when".to_owned(),
        "/v1/events?actor_within=union&count=none".to_owned(),
        "/v1/events.geojson?has=place".to_owned(),
        "/v1/actors?q=uni%C3%B3n&kind=union".to_owned(),
        "/v1/locations?limit=2".to_owned(),
        "/v1/sources".to_owned(),
        "/v1/campaigns".to_owned(),
        "/v1/timelines".to_owned(),
        format!("/v1/events/{}?include=links", town::RALLY),
        format!("/v1/events/{}/links?depth=2", town::VIGIL),
        format!("/v1/events/{}/revisions", town::RALLY),
        format!("/v1/events/{}/revisions/1", town::RALLY),
    ];
    for (_, path, ..) in corrections() {
        targets.extend(["", "/revisions", "/revisions/1"].map(|below| format!("/v1/{path}{below}")));
    }
    for list in ["/v1/events?limit=1", "/v1/locations?limit=2"] {
        let next = world.get(list).ok()["page"]["next"].as_str().expect("a next page").to_owned();
        targets.push(format!("{list}&cursor={next}"));
    }
    targets
}

on_both_databases! {
    fn the_versions_of_every_resource_tell_what_each_changed(world: World) {
        let world = world.with_timeline();
        let id = |slug: &str| world.get(&format!("/v1/locations/{slug}")).ok()["id"].clone();
        let (in_town, in_state) = (id("town"), id("state"));
        // Other members change meanwhile: their names, and how many events there are.
        world.put(Resource::Location, location("town", "locality", Some("state"), json!({"name": "A Town", "time_zone": "America/Los_Angeles"})));
        world.put(Resource::Event, rally(json!({"title": "Moved"})));
        world.put(Resource::Event, event("Another", json!({"actors": [{"actor": {"id": "union"}, "role": "speaker"}]})));
        for (resource, path, document, mut expected) in corrections() {
            world.correct(resource, document);
            let history = world.get(&format!("/v1/{path}/revisions")).ok();
            let [first, second] = history["data"].as_array().expect("a list").as_slice() else { panic!("{history}") };
            assert_eq!((&first["revision"], &first["kind"], &first["changes"]), (&json!(1), &json!("created"), &json!([])), "{path}");
            assert_eq!([&first["reason"], &first["source"], &first["by"]], [&Value::Null; 3], "{path}");
            let item = world.get(&format!("/v1/{path}")).ok();
            for name in ["revision", "seq", "recorded_at"] {
                assert_eq!(second[name], item[name], "{name} of {path}");
            }
            assert_eq!((&second["kind"], &second["reason"], &second["by"]), (&json!("corrected"), &json!("They wrote to us"), &json!("Desk")));
            for change in expected.as_array_mut().expect("a list").iter_mut().filter(|change| change["pointer"] == "/parent_id") {
                (change["old"], change["new"]) = (in_town.clone(), in_state.clone());
            }
            assert_eq!(second["changes"], expected, "{path}");
        }
    }

    fn each_version_is_given_as_it_was_when_it_was_written(world: World) {
        let world = world.with_timeline();
        let whole = "include=evidence,links,translations&lang=es";
        let mut items: Vec<_> = corrections().into_iter().map(|(_, path, ..)| (format!("/v1/{path}"), "")).collect();
        items.push((format!("/v1/events/{}", town::RALLY), ""));
        items.push((format!("/v1/events/{}", town::RALLY), whole));
        let read = |(path, query): &(String, &str), below: &str, more: &str| world.get_with(&format!("{path}{below}?{query}{more}"), PLAIN);
        let at_writing = |item: &(String, &str)| {
            let seq = read(item, "", "").ok()["seq"].clone();
            let more = format!("{}as_of={seq}", if item.1.is_empty() { "" } else { "&" });
            read(item, "", &more)
        };
        let firsts: Vec<Answer> = items.iter().map(at_writing).collect();
        world.touch_everything();
        let seconds: Vec<Answer> = items.iter().map(at_writing).collect();
        world.put(Resource::Actor, json!({"slug": "union", "name": "Newest Union", "kind": "union"}));
        world.put(Resource::Event, event("One more", json!({"actors": [{"actor": {"id": "union"}, "role": "speaker"}]})));
        for (item, (first, second)) in items.iter().zip(firsts.iter().zip(&seconds)) {
            for (number, then) in [(1, first), (2, second)] {
                let given = read(item, &format!("/revisions/{number}"), "");
                assert_eq!((given.status, &given.body), (200, &then.body), "{number} of {item:?}");
                let etag = given.header("etag").expect("a validator");
                assert!(etag.starts_with(&format!("\"{number}.")), "{etag}");
                let target = format!("{}/revisions/{number}?{}", item.0, item.1);
                assert_eq!(world.get_with(&target, &[("if-none-match", etag.as_str())]).status, 304, "{target}");
            }
        }
    }

    fn a_version_that_there_never_was_is_not_found(world: World) {
        let world = world.with_timeline();
        let before = world.seq();
        world.put(Resource::Event, rally(json!({"title": "Corrected"})));
        for (resource, _, document, _) in corrections() {
            world.put(resource, document);
        }
        let paths = corrections().into_iter().map(|(_, path, ..)| path.to_owned()).chain([format!("events/{}", town::RALLY)]);
        for path in paths {
            for number in ["0", "3", "01", "+1", "-1", "1.0", "abc", "99999999999999999999", "%31%20"] {
                let answer = world.get(&format!("/v1/{path}/revisions/{number}"));
                assert_eq!((answer.status, &answer.json()["code"]), (404, &json!("not_found")), "{path} {number}");
            }
            assert_eq!(world.get(&format!("/v1/{path}/revisions/2")).status, 200, "{path}");
            assert_eq!(world.get(&format!("/v1/{path}/revisions/2?as_of={before}")).status, 404, "{path}");
            assert_eq!(world.get(&format!("/v1/{path}/revisions?as_of={before}")).ok()["data"].as_array().map(Vec::len), Some(1), "{path}");
            assert_eq!(world.get(&format!("/v1/{path}/revisions?as_of=0")).status, 404, "{path}");
        }
    }

    fn who_cites_what_was_withdrawn_is_told_when_and_why(world: World) {
        let world = world.with_timeline();
        world.put(Resource::Actor, json!({"slug": "lonely", "name": "Lonely", "kind": "press"}));
        world.put(Resource::Location, location("lonely", "country", None, json!({})));
        world.put(Resource::Source, json!({"slug": "lonely", "publisher": "Lonely", "kind": "news"}));
        world.put(Resource::Campaign, json!({"slug": "lonely", "name": "Lonely"}));
        let members = [
            (Resource::Actor, "actors/lonely".to_owned()), (Resource::Location, "locations/lonely".to_owned()),
            (Resource::Source, "sources/lonely".to_owned()), (Resource::Campaign, "campaigns/lonely".to_owned()),
            (Resource::Timeline, "timelines/two".to_owned()), (Resource::Event, format!("events/{}", town::RALLY)),
        ];
        for (resource, path) in members {
            let item = world.get(&format!("/v1/{path}")).ok();
            world.retract(resource, town::id(item["id"].as_str().expect("an id")), "Entered twice");
            let gone = |target: &str| {
                let answer = world.get(target);
                assert_eq!((answer.status, &answer.json()["code"]), (410, &json!("gone")), "{target}");
                assert!(answer.body.contains("Entered twice"), "{}", answer.body);
            };
            gone(&format!("/v1/{path}"));
            gone(&format!("/v1/{path}/revisions/2"));
            assert_eq!(world.get(&format!("/v1/{path}/revisions/1")).ok()["seq"], item["seq"], "{path}");
            let history = world.get(&format!("/v1/{path}/revisions")).ok();
            let [_, last] = history["data"].as_array().expect("a list").as_slice() else { panic!("{history}") };
            let expected = (&json!("retracted"), &json!("Entered twice"), &json!(world.seq()), &json!([]));
            assert_eq!((&last["kind"], &last["reason"], &last["seq"], &last["changes"]), expected, "{path}");
            assert!(last["recorded_at"].is_string(), "{path}");
        }
    }

    fn every_answer_has_the_digest_of_its_text(world: World) {
        let world = world.founded();
        for target in every_data_path().into_iter().filter(|path| !path.contains("/events.")) {
            // A page is given from memory the second time.
            for _ in 0..2 {
                let answer = world.get_with(&target, PLAIN);
                assert_eq!(answer.header("repr-digest"), Some(digest(&answer.bytes)), "{target}");
                assert_eq!(answer.header("unencoded-digest"), None, "{target}");
                let head = world.send("HEAD", &target, PLAIN);
                assert_eq!(head.header("repr-digest"), answer.header("repr-digest"), "{target}");
                let etag = answer.header("etag").expect("a validator");
                let known = world.get_with(&target, &[("if-none-match", etag.as_str())]);
                assert_eq!((known.status, known.header("repr-digest"), known.header("unencoded-digest")), (304, None, None), "{target}");
            }
        }
        assert_eq!(world.get_with("/v1/events?x=1", PLAIN).header("repr-digest"), None);
    }

    fn a_compressed_answer_has_the_digest_under_the_name_that_says_so(world: World) {
        let world = world.founded();
        for target in ["/v1/events", "/v1/actors", "/v1/actors/ice"] {
            let plain = world.get_with(target, PLAIN);
            // The client of the tests takes gzip, and undoes it.
            let compressed = world.get(target);
            assert_eq!(compressed.body, plain.body);
            assert_eq!(compressed.header("unencoded-digest"), Some(digest(&plain.body)), "{target}");
            for method in ["GET", "HEAD"] {
                let request = format!("{method} {target} HTTP/1.1\r\nHost: test\r\nAccept-Encoding: zstd\r\nConnection: close\r\n\r\n");
                let answer = send_raw(world.base(), request.as_bytes());
                let headers = answer.split("\r\n\r\n").next().unwrap_or_default().to_lowercase();
                assert!(headers.contains("content-encoding: zstd") && headers.contains("unencoded-digest: sha-256=:"), "{headers}");
                // What is sent has another digest.
                assert!(!headers.contains("\r\nrepr-digest:"), "{method} {target}: {headers}");
            }
        }
    }

    fn a_permanent_link_gives_the_same_bytes_whatever_is_written(world: World) {
        let world = world.with_timeline();
        let given: Vec<(String, Answer)> =
            questions(&world).into_iter().map(|target| (target.clone(), world.get_with(&target, PLAIN))).collect();
        let same = |(target, answer): &(String, Answer)| {
            assert_eq!(answer.status, 200, "{target}: {}", answer.body);
            let cited = world.get_with(&permanent(answer), PLAIN);
            assert_eq!((cited.status, &cited.body), (200, &answer.body), "{target} at {}", permanent(answer));
            assert_eq!(cited.header("repr-digest"), answer.header("repr-digest"), "{target}");
            assert_eq!(permanent(&cited), permanent(answer), "{target}");
        };
        given.iter().for_each(same);
        world.touch_everything();
        given.iter().for_each(same);
        let changed = given.iter().filter(|(target, answer)| world.get_with(target, PLAIN).body != answer.body).count();
        assert!(changed >= 20, "{changed} of {} answers are others now", given.len());
    }

    fn a_permanent_link_keeps_the_question_and_names_the_operation(world: World) {
        let world = world.with_rally();
        let seq = world.seq();
        let cited = |target: &str| permanent(&world.get(target));
        assert_eq!(cited("/v1/events"), format!("/v1/events?as_of={seq}"));
        assert_eq!(cited("/v1/events?type=rally&limit=1"), format!("/v1/events?type=rally&limit=1&as_of={seq}"));
        assert_eq!(cited(&format!("/v1/events?as_of={seq}&limit=1")), format!("/v1/events?limit=1&as_of={seq}"));
        let recorded = world.get("/v1/actors/union").ok();
        let at = recorded["recorded_at"].as_str().expect("an instant");
        assert_eq!(cited(&format!("/v1/actors?as_of={at}&q=old+union")), format!("/v1/actors?q=old+union&as_of={}", recorded["seq"]));
        assert_eq!(cited(&format!("/v1/actors/union?as_of={at}")), format!("/v1/actors/union?as_of={}", recorded["seq"]));
    }

    fn a_page_that_is_given_again_is_cited_at_the_operation_that_it_names(world: World) {
        let world = world.with_rally();
        let target = "/v1/events?type=rally&limit=1";
        let first = world.get_with(target, PLAIN);
        world.put(Resource::Actor, json!({"slug": "bystander", "name": "Someone else", "kind": "press"}));
        let again = world.get_with(target, PLAIN);
        assert_eq!((&again.body, permanent(&again)), (&first.body, permanent(&first)));
        assert!(permanent(&again).ends_with(&format!("as_of={}", again.json()["query"]["as_of"])));
        assert_eq!(world.get_with(&permanent(&again), PLAIN).body, again.body);
    }

    fn pages_of_a_permanent_link_lead_on_at_the_same_operation(world: World) {
        let world = world.with_town();
        for number in 0..5 {
            world.put(Resource::Event, event(&format!("Rally {number}"), json!({})));
        }
        let mut plain = world.get_with("/v1/events?limit=2", PLAIN);
        let first = permanent(&plain);
        world.put(Resource::Event, event("Later", json!({})));
        let mut pages = 0;
        while let Some(cursor) = plain.json()["page"]["next"].as_str() {
            plain = world.get_with(&format!("/v1/events?limit=2&cursor={cursor}"), PLAIN);
            let target = format!("{first}&cursor={cursor}");
            let cited = world.get_with(&target, PLAIN);
            assert_eq!((cited.status, &cited.body, permanent(&cited)), (200, &plain.body, permanent(&plain)), "{target}");
            pages += 1;
        }
        assert_eq!(pages, 2);
        assert!(!plain.body.contains("Later"));
    }

    fn random_questions_can_be_cited(world: World) {
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 40);
        for _ in 0..30 {
            generator.live(&world, 1);
            let moment = Moment::read(&world, world.node.index.head().seq);
            let filters = random_filters(&mut generator.random, &moment);
            let written = |(name, value): &(&str, String)| format!("&{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC));
            let query: String = filters.iter().map(written).collect();
            let answer = world.get_with(&format!("/v1/events?limit={}{query}", generator.random.between(1, 6)), PLAIN);
            assert_eq!(answer.status, 200, "{}", answer.body);
            let cited = world.get_with(&permanent(&answer), PLAIN);
            assert_eq!((&cited.body, cited.header("repr-digest")), (&answer.body, Some(digest(&answer.body))), "{}", permanent(&answer));
        }
    }

    fn every_answer_with_a_past_says_how_it_is_cited(world: World) {
        let world = world.founded();
        for target in every_path_with_a_past() {
            assert_eq!(permanent(&world.get(&target)), format!("{target}?as_of=42"), "{target}");
        }
    }
}
