//! Writing over HTTP: what a client sends is there at once, changes are of the version that was read, and nothing is lost.

use marchline::domain::scope::Scope;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::http::{Answer, send, send_body};
use crate::support::on_both_databases;
use crate::support::paths::RALLY;
use crate::support::world::{World, event};

const LISTS: [&str; 6] = ["/v1/locations", "/v1/actors", "/v1/sources", "/v1/campaigns", "/v1/events", "/v1/timelines"];

fn writer(world: &World) -> Client {
    Client::of(world, &[Scope::Write])
}

/// The place of every member of a list.
fn places(world: &World, list: &str) -> Vec<String> {
    let answer = world.get(&format!("{list}?limit=500")).ok();
    let items = answer["data"].as_array().expect("a list").iter();
    items.map(|item| format!("{list}/{}", item["id"].as_str().expect("an id"))).collect()
}

on_both_databases! {
    fn what_was_created_is_there_at_once(world: World) {
        let world = world.founded();
        let client = writer(&world);
        let sent = json!({"type": "vigil", "title": " Vigil at the pier ", "sources": [{"id": "parriva-2026-01-31"}],
            "when": {"start": {"edtf": "2026-02-01"}}, "places": [{"location": {"id": "los-angeles"}}],
            "actors": [{"actor": {"id": "lapd"}, "role": "responder"}], "size": {"text": "dozens", "rule": "ccc"}});
        let answer = client.post("/v1/events?reason=Seen%20there&source=parriva-2026-01-31", &sent);
        assert_eq!(answer.status, 201, "{}", answer.body);
        let (place, etag) = (answer.header("location").expect("a place"), answer.header("etag"));
        let revision = answer.header("dataset-revision");
        let created = answer.json();
        assert_eq!(created["title"], "Vigil at the pier");
        assert_eq!(created["actors"][0]["actor"]["name"], "Los Angeles Police Department");
        assert_eq!(created["size"]["low"], 24);
        let read = world.get(&place);
        assert_eq!((read.header("etag"), read.header("dataset-revision")), (etag.clone(), revision));
        assert_eq!(read.ok(), created);
        assert_eq!(world.get_with(&place, &[("if-none-match", &etag.expect("a validator"))]).status, 304);
        assert_eq!(world.get("/v1/events?type=vigil&from=2026-02-01").ok()["page"]["total"], 1);
        let history = world.get(&format!("{place}/revisions")).ok();
        let told = &history["data"][0];
        assert_eq!((&told["reason"], &told["source"], &told["by"]),
            (&json!("Seen there"), &json!("parriva-2026-01-31"), &json!("The desk")));
    }

    fn everything_that_was_read_can_be_sent_back(world: World) {
        let world = world.founded();
        let client = writer(&world);
        for place in LISTS.iter().flat_map(|list| places(&world, list)) {
            for query in ["", "?include=evidence,links,translations"] {
                if !query.is_empty() && !place.starts_with("/v1/events") {
                    continue;
                }
                let (document, etag) = client.get(&format!("{place}{query}"));
                let answer = client.put(&place, &etag, &document);
                assert_eq!(answer.status, 200, "{place}{query}: {}", answer.body);
                assert_eq!(answer.json()["revision"], document["revision"], "{place}{query}: nothing was changed");
            }
        }
    }

    fn one_edited_member_is_the_only_change(world: World) {
        let world = world.founded();
        let client = writer(&world);
        for place in LISTS.iter().flat_map(|list| places(&world, list)) {
            let whole = if place.starts_with("/v1/events") { "?include=evidence,links,translations" } else { "" };
            let (before, _) = client.get(&format!("{place}{whole}"));
            let (mut document, etag) = client.get(&place);
            let name = ["title", "name", "publisher"].into_iter().find(|name| document[*name].is_string());
            let name = name.expect("a name");
            document[name] = "Another name".into();
            let answer = client.put(&format!("{place}?reason=A%20test"), &etag, &document);
            assert_eq!(answer.status, 200, "{place}: {}", answer.body);
            let (mut after, _) = client.get(&format!("{place}{whole}"));
            assert_eq!((&after[name], after["revision"].as_i64()), (&json!("Another name"),
                before["revision"].as_i64().map(|revision| revision + 1)), "{place}");
            for given in [name, "revision", "seq", "recorded_at"] {
                after[given] = before[given].clone();
            }
            assert_eq!(without_names(after), without_names(before), "{place}");
        }
    }

    fn a_patch_changes_what_it_names(world: World) {
        let world = world.founded();
        let client = writer(&world);
        let (before, etag) = client.get(RALLY);
        let patch = json!({"title": "A rally", "summary": null, "when": {"start": {"edtf": "2026-01-29"}},
            "tactics": ["vigil"], "size": {"best": 3000}});
        let answer = client.patch(RALLY, &etag, &patch);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let (after, _) = client.get(RALLY);
        assert_eq!(after, answer.json());
        assert_eq!((&after["title"], &after["summary"], &after["tactics"]),
            (&json!("A rally"), &json!(null), &json!(["vigil"])));
        assert_eq!((&after["when"]["start"]["edtf"], &after["when"]["end"]), (&json!("2026-01-29"), &before["when"]["end"]));
        assert_eq!((&after["size"]["best"], &after["size"]["low"]), (&json!(3000), &before["size"]["low"]));
        for same in ["places", "actors", "sources", "issues", "verification", "outcomes", "external_ids"] {
            assert_eq!(after[same], before[same], "{same}");
        }
        let whole = "?include=evidence,links,translations";
        let (whole, etag) = client.get(&format!("{RALLY}{whole}"));
        assert_ne!(whole["evidence"], json!([]), "what a patch does not name stays");
        let answer = client.patch(RALLY, &etag, &json!({"evidence": null, "links": null, "translations": null}));
        assert_eq!(answer.status, 200, "{}", answer.body);
        let (whole, _) = client.get(&format!("{RALLY}?include=evidence,translations"));
        assert_eq!((&whole["evidence"], &whole["translations"]), (&json!([]), &json!({})));
    }

    fn a_change_is_of_the_version_that_was_read(world: World) {
        let world = world.founded();
        let client = writer(&world);
        let (document, etag) = client.get(RALLY);
        let without = client.send_json("PUT", RALLY, &[], &document);
        assert_eq!((without.status, without.faults()), (428, vec![("If-Match".into(), "precondition_required".into())]));
        assert_eq!(client.patch(RALLY, &etag, &json!({"title": "First"})).status, 200);
        for (method, body) in [("PUT", Some(&document)), ("PATCH", Some(&document)), ("DELETE", None)] {
            let headers = [("if-match", etag.as_str())];
            let answer = match body {
                Some(body) => client.send_json(method, RALLY, &headers, body),
                None => client.send(method, RALLY, &headers),
            };
            assert_eq!((answer.status, answer.json()["code"].as_str()), (412, Some("precondition_failed")), "{method}");
        }
        let weak = format!("W/{}", client.get(RALLY).1);
        assert_eq!(client.patch(RALLY, &weak, &json!({"title": "Second"})).status, 412);
        assert_eq!(client.patch(RALLY, "nonsense", &json!({"title": "Second"})).status, 400);
        // Revision 2 of another epoch is another version.
        let current = client.get(RALLY).1;
        assert!(current.starts_with("\"2.1-"), "{current}");
        assert_eq!(client.patch(RALLY, &current.replace("2.1-", "2.2-"), &json!({"title": "Second"})).status, 412);
        assert_eq!(client.patch(RALLY, "*", &json!({"title": "Second"})).status, 200);
        assert_eq!(client.get(RALLY).0["title"], "Second");
    }

    fn what_the_service_gives_cannot_be_sent_otherwise(world: World) {
        let world = world.founded();
        let client = writer(&world);
        let (mut document, etag) = client.get(&format!("{RALLY}?include=evidence,links"));
        document["revision"] = 9.into();
        document["category"] = "policing".into();
        document["when"]["start"]["latest"] = "2030-01-01T00:00:00Z".into();
        document["places"][0]["location"]["name"] = "Elsewhere".into();
        document["actors"][0]["actor"]["kind"] = "press".into();
        document["sources"][0]["publisher"] = "Nobody".into();
        document["created_at"] = "2020-01-01T00:00:00.000000Z".into();
        let answer = client.put(RALLY, &etag, &document);
        assert_eq!(answer.status, 422, "{}", answer.body);
        let mut faults = answer.faults();
        faults.sort();
        let read_only = |pointer: &str| (pointer.to_owned(), "read_only".to_owned());
        assert_eq!(faults, ["/actors/0/actor/kind", "/category", "/created_at", "/places/0/location/name", "/revision",
            "/sources/0/publisher", "/when/start/latest"].map(read_only));
        assert_eq!(client.get(RALLY).0["revision"], 1);
        let renamed = client.patch("/v1/actors/ice", "*", &json!({"slug": "another"}));
        assert_eq!((renamed.status, renamed.faults()), (422, vec![read_only("/slug")]));
        let new = client.post("/v1/actors", &json!({"id": "019c1159-7000-7002-8000-000000000002", "revision": 1,
            "name": "Someone", "kind": "union"}));
        assert_eq!((new.status, new.faults()), (422, vec![read_only("/id"), read_only("/revision")]));
    }

    fn what_is_read_only_hides_no_other_fault(world: World) {
        let world = world.founded();
        let client = writer(&world);
        let named = |answer: Answer| {
            assert_eq!(answer.status, 422, "{}", answer.body);
            let mut pointers: Vec<String> = answer.faults().into_iter().map(|(pointer, _)| pointer).collect();
            pointers.sort();
            pointers
        };
        let wrong = json!({"type": "picnic", "title": "x", "foo": 1, "seq": 4, "sources": [{"id": "parriva-2026-01-31"}]});
        assert_eq!(named(client.post("/v1/events", &wrong)), ["/foo", "/seq", "/type"]);
        assert_eq!(named(client.patch(RALLY, "*", &json!({"revision": 99, "foo": 1, "title": 5}))), ["/foo", "/revision", "/title"]);
        // What only the store knows is told too, and nothing that is not so.
        assert_eq!(named(client.patch(RALLY, "*", &json!({"seq": 99, "sources": [{"id": "nobody"}]}))), ["/seq", "/sources/0/id"]);
        for resource in ["events", "actors", "locations", "sources", "campaigns", "timelines"] {
            for member in world.get(&format!("/v1/{resource}?limit=50")).ok()["data"].as_array().expect("members") {
                let path = format!("/v1/{resource}/{}", member["id"].as_str().expect("an id"));
                assert_eq!(named(client.patch(&path, "*", &json!({"revision": 99}))), ["/revision"], "{path}");
            }
        }
        let parts = json!({"parts": [wrong, {"type": "rally", "title": "y", "sources": [{"id": "parriva-2026-01-31"}]}]});
        assert_eq!(named(client.post(&format!("{RALLY}/split"), &parts)), ["/parts/0/foo", "/parts/0/seq", "/parts/0/type"]);
    }

    fn a_fault_is_told_once(world: World) {
        let world = world.founded();
        let client = writer(&world);
        let mut document = json!({"type": "rally", "title": "x", "sources": {}, "size": {"low": 1.5}});
        let told = |document: &Value| client.post("/v1/events", document).faults();
        assert_eq!(told(&document), [("/sources".to_owned(), "wrong_type".to_owned()), ("/size/low".to_owned(), "wrong_type".to_owned())]);
        document["size"] = json!({});
        document["sources"] = json!([]);
        assert_eq!(told(&document), [("/sources".to_owned(), "required".to_owned()), ("/size/text".to_owned(), "empty".to_owned())]);
    }

    fn all_faults_of_a_document_are_told_at_once(world: World) {
        let world = world.founded();
        let client = writer(&world);
        let answer = client.post("/v1/events", &json!({"type": "picnic", "titel": "x", "when": {"start": {"edtf": "soon"}},
            "places": [{"location": {"id": "atlantis"}}], "sources": [], "size": {"low": -1}}));
        assert_eq!(answer.status, 422, "{}", answer.body);
        assert_eq!(answer.json()["code"], "invalid_document");
        let pointers: Vec<String> = answer.faults().into_iter().map(|(pointer, _)| pointer).collect();
        for pointer in ["/type", "/title", "/titel", "/when/start/edtf", "/places/0/location/id", "/sources", "/size/low"] {
            assert!(pointers.iter().any(|known| known == pointer), "{pointer}: {pointers:?}");
        }
        let person = client.post("/v1/actors", &json!({"name": "Jane Roe", "kind": "person"}));
        assert_eq!((person.status, person.faults()), (422, vec![("/kind".into(), "person_refused".into())]));
        let taken = client.post("/v1/actors", &json!({"slug": "ice", "name": "Another", "kind": "agency"}));
        assert_eq!((taken.status, taken.faults()), (422, vec![("/slug".into(), "slug_taken".into())]));
    }

    fn a_withdrawn_member_is_gone_until_it_is_restored(world: World) {
        let world = world.founded();
        let client = writer(&world);
        let total = |query: &str| world.get(&format!("/v1/events{query}")).ok()["page"]["total"].as_i64();
        let (before, etag) = client.get(RALLY);
        let seq = world.node.index.head().seq;
        let answer = client.delete(&format!("{RALLY}?reason=It%20was%20a%20hoax"), &etag);
        assert_eq!((answer.status, answer.body.as_str()), (204, ""));
        let gone = world.get(RALLY);
        assert_eq!((gone.status, gone.json()["detail"].as_str()), (410, Some("It was withdrawn: It was a hoax.")));
        assert_eq!((total(""), total(&format!("?as_of={seq}"))), (Some(12), Some(13)));
        assert_eq!(client.patch(RALLY, "*", &json!({"title": "x"})).status, 410);
        assert_eq!(client.delete(RALLY, "*").status, 410);
        let restored = client.send("POST", &format!("{RALLY}/restore?reason=It%20was%20none"), &[]);
        assert_eq!(restored.status, 200, "{}", restored.body);
        let (mut after, _) = client.get(RALLY);
        assert_eq!(after["revision"], 3);
        for given in ["revision", "seq", "recorded_at"] {
            after[given] = before[given].clone();
        }
        assert_eq!(after, before);
        assert_eq!(total(""), Some(13));
        let again = client.send("POST", &format!("{RALLY}/restore"), &[]);
        assert_eq!((again.status, again.json()["code"].as_str()), (409, Some("conflict")));
        let history = world.get(&format!("{RALLY}/revisions")).ok();
        let kinds: Vec<&str> = history["data"].as_array().expect("a list").iter()
            .map(|version| version["kind"].as_str().expect("a kind")).collect();
        assert_eq!(kinds, ["created", "retracted", "restored"]);
    }

    fn an_event_that_names_what_was_withdrawn_can_still_be_edited(world: World) {
        let world = world.founded();
        let client = writer(&world);
        let (rally, etag) = client.get(RALLY);
        let actor = rally["actors"][0]["actor"]["id"].as_str().expect("an actor").to_owned();
        assert_eq!(client.delete(&format!("/v1/actors/{actor}"), "*").status, 204);
        assert_eq!(client.patch(RALLY, &etag, &json!({"title": "Edited"})).status, 200);
        assert_eq!(client.get(RALLY).0["actors"], rally["actors"]);
        let new = client.post("/v1/events", &json!({"type": "rally", "title": "New",
            "sources": [{"id": "parriva-2026-01-31"}], "actors": [{"actor": {"id": actor}, "role": "target"}]}));
        assert_eq!((new.status, new.faults()),
            (422, vec![("/actors/0/actor/id".into(), "unknown_reference".into())]));
    }

    fn nothing_becomes_a_part_of_itself_by_way_of_what_was_withdrawn(world: World) {
        let client = writer(&world);
        let actor = |slug: &str, parent: Option<&str>| {
            client.create("/v1/actors", &json!({"slug": slug, "name": slug, "kind": "union", "parent_id": parent}));
        };
        actor("whole", None);
        actor("part", Some("whole"));
        actor("branch", Some("part"));
        assert_eq!(client.delete("/v1/actors/part", "*").status, 204);
        let circle = client.patch("/v1/actors/whole", "*", &json!({"parent_id": "branch"}));
        assert_eq!((circle.status, circle.faults()), (422, vec![("/parent_id".into(), "circle".into())]));
        assert_eq!(client.send("POST", "/v1/actors/part/restore", &[]).status, 200);
    }

    fn the_same_request_with_the_same_key_is_done_once(world: World) {
        let world = world.with_source();
        let client = writer(&world);
        let key = [("idempotency-key", "one")];
        let document = event("Once", json!({}));
        let first = client.send_json("POST", "/v1/events", &key, &document);
        assert_eq!(first.status, 201, "{}", first.body);
        let place = first.header("location").expect("a place");
        assert_eq!(client.patch(&place, "*", &json!({"title": "Edited since"})).status, 200);
        let again = client.send_json("POST", "/v1/events", &key, &document);
        assert_eq!((again.status, again.header("location"), again.header("etag"), &again.body),
            (201, first.header("location"), first.header("etag"), &first.body));
        let other = client.send_json("POST", "/v1/events", &key, &event("Twice", json!({})));
        assert_eq!((other.status, other.faults()),
            (422, vec![("Idempotency-Key".into(), "idempotency_key_reused".into())]));
        let elsewhere = client.send_json("POST", "/v1/events?reason=x", &key, &document);
        assert_eq!(elsewhere.status, 422, "another request");
        let others = writer(&world).send_json("POST", "/v1/events", &key, &document);
        assert_eq!(others.status, 201, "keys of other clients are others");
        assert_ne!(others.header("location"), first.header("location"));
        let refused = client.send_json("POST", "/v1/events", &[("idempotency-key", "two")], &json!({"type": "rally"}));
        assert_eq!(refused.status, 422);
        let mended = client.send_json("POST", "/v1/events", &[("idempotency-key", "two")], &document);
        assert_eq!(mended.status, 201, "what was refused holds no key");
    }

    fn whoever_may_not_write_is_told_so(world: World) {
        let world = world.founded();
        let document = json!({"name": "A union", "kind": "union"}).to_string();
        let json = ("content-type", "application/json");
        let none = send_body(world.base(), "POST", "/v1/actors", &[json], &document);
        assert_eq!((none.status, none.json()["code"].as_str()), (401, Some("unauthorized")));
        let reader = Client::of(&world, &[Scope::ReadRestricted]);
        let answer = reader.post("/v1/actors", &json!({"name": "A union", "kind": "union"}));
        assert_eq!((answer.status, answer.json()["code"].as_str()), (403, Some("insufficient_scope")));
        let client = writer(&world);
        let odd = client.post("/v1/actors?as_of=1&reson=x", &json!({"name": "A union", "kind": "union"}));
        let mut faults = odd.faults();
        faults.sort();
        assert_eq!((odd.status, faults), (400, vec![("as_of".into(), "unknown_parameter".into()),
            ("reson".into(), "unknown_parameter".into())]));
        let headers = [("if-match", "*"), ("content-type", "text/plain")];
        let answer = client.send_json("PUT", RALLY, &headers[..1], &json!([]));
        assert_eq!((answer.status, answer.faults()), (422, vec![(String::new(), "wrong_type".into())]));
        assert_eq!(world.get("/v1/actors").ok()["page"]["total"], 16);
    }

    fn what_a_policy_hides_is_changed_by_those_who_may_read_it(world: World) {
        let world = world.founded();
        let client = writer(&world);
        let hidden = json!({"type": "rally", "title": "Secret title", "sources": [{"id": "parriva-2026-01-31"}],
            "when": {"start": {"edtf": "2026-02-01T10:00:00"}}, "places": [{"location": {"id": "downtown-los-angeles"}}],
            "privacy": {"place": "admin1", "time": "month", "reason": "Threats"}});
        let answer = client.post("/v1/events", &hidden);
        assert_eq!(answer.status, 201, "{}", answer.body);
        assert_eq!(answer.json()["title"], "Secret title", "whoever wrote it is told what was written");
        let place = answer.header("location").expect("a place");
        assert_ne!(world.get(&place).ok()["title"], "Secret title");
        let refused = client.patch(&place, "*", &json!({"status": "cancelled"}));
        assert_eq!((refused.status, refused.json()["code"].as_str()), (403, Some("insufficient_scope")));
        let trusted = Client::of(&world, &[Scope::Write, Scope::ReadRestricted]);
        let changed = trusted.patch(&place, "*", &json!({"status": "cancelled"}));
        assert_eq!((changed.status, &changed.json()["title"]), (200, &json!("Secret title")));
        let public = world.get(&place).ok();
        assert_eq!((&public["status"], &public["privacy"]["coarsened"]), (&json!("cancelled"), &json!(true)));
        let mut embargoed = hidden;
        embargoed["privacy"] = json!({"embargo": true});
        let place = client.create("/v1/events", &embargoed);
        assert_eq!(world.get(&place).status, 404);
        for (method, target) in [("PATCH", place.clone()), ("POST", format!("{place}/merge"))] {
            let body = json!({"into": RALLY.trim_start_matches("/v1/events/")});
            let answer = client.send_json(method, &target, &[("if-match", "*"), ("idempotency-key", "k")], &body);
            assert_eq!(answer.status, 404, "{method} {target}: {}", answer.body);
        }
        assert_eq!(trusted.patch(&place, "*", &json!({"privacy": null})).status, 200);
        assert_eq!(world.get(&place).ok()["title"], "Secret title");
    }

    fn a_policy_is_never_lifted_by_the_way(world: World) {
        let world = world.founded();
        let (client, trusted) = (writer(&world), Client::of(&world, &[Scope::Write, Scope::ReadRestricted]));
        let hidden = |policy: Value| json!({"type": "rally", "title": "Secret title", "privacy": policy,
            "sources": [{"id": "parriva-2026-01-31"}], "when": {"start": {"edtf": "2026-02-01T10:00:00"}}});
        let place = trusted.create("/v1/events", &hidden(json!({"time": "month", "reason": "Threats"})));
        let changed = trusted.patch(&place, "*", &json!({"privacy": {"reason": "Prosecution"}}));
        assert_eq!(changed.status, 200, "{}", changed.body);
        let public = world.get(&place).ok();
        assert_eq!((&public["when"]["start"]["edtf"], &public["privacy"]["reason"]),
            (&json!("2026-02"), &json!("Prosecution")), "the limit of the time stays");
        // What the public is given of it is not what may be sent back.
        let coarse = world.get(&place).ok();
        let answer = trusted.put(&place, "*", &coarse);
        assert_eq!(answer.status, 422, "{}", answer.body);
        assert!(answer.faults().contains(&("/privacy/coarsened".into(), "read_only".into())), "{}", answer.body);
        // What those are given who may read the whole is, and leaves the policy as it was but for what they change in it.
        let (mut whole, etag) = trusted.get(&place);
        whole["title"] = json!("Another secret title");
        let answer = trusted.put(&place, &etag, &whole);
        assert_eq!((answer.status, &answer.json()["title"]), (200, &json!("Another secret title")), "{}", answer.body);
        let read_back = trusted.send("GET", &place, &[("if-none-match", &answer.header("etag").expect("a validator"))]);
        assert_eq!(read_back.status, 304, "what was answered is what is read");
        let (mut whole, etag) = trusted.get(&place);
        whole["privacy"]["reason"] = json!("Threats");
        assert_eq!(trusted.put(&place, &etag, &whole).status, 200);
        let public = world.get(&place).ok();
        assert_eq!((&public["when"]["start"]["edtf"], &public["title"], &public["privacy"]["reason"]),
            (&json!("2026-02"), &json!("Rally"), &json!("Threats")));

        // Nor is what was withdrawn brought back, or told, by those who may not read it.
        let embargoed = trusted.create("/v1/events", &hidden(json!({"embargo": true})));
        for (place, status) in [(&place, 403), (&embargoed, 404)] {
            assert_eq!(trusted.delete(place, "*").status, 204);
            let answer = client.send("POST", &format!("{place}/restore"), &[]);
            assert_eq!(answer.status, status, "{}", answer.body);
            assert!(!answer.body.contains("Secret"), "{}", answer.body);
            assert_eq!(trusted.send("POST", &format!("{place}/restore"), &[]).status, 200);
        }

        // To whoever may not know of an event there is none to be linked to; for whoever may, its link is answered.
        let id = embargoed.trim_start_matches("/v1/events/");
        let link = json!({"relation": "follows", "event": {"id": id}});
        let answer = client.post(&format!("{RALLY}/links"), &link);
        assert_eq!((answer.status, answer.faults()), (422, vec![("/event/id".into(), "unknown_reference".into())]));
        let answer = trusted.post(&format!("{RALLY}/links"), &link);
        assert_eq!((answer.status, &answer.json()["event"]["id"]), (201, &json!(id)), "{}", answer.body);
        // And it stays when others are added by those who do not see it.
        let other = places(&world, "/v1/events").into_iter().find(|place| place != RALLY).expect("another");
        let visible = json!({"relation": "escalation_of", "event": {"id": other.trim_start_matches("/v1/events/")}});
        assert_eq!(client.post(&format!("{RALLY}/links"), &visible).status, 201);
        assert_eq!(trusted.patch(&embargoed, "*", &json!({"privacy": null})).status, 200);
        let links = world.get(&format!("{RALLY}?include=links")).ok();
        let ends: Vec<&Value> = links["links"].as_array().expect("links").iter().map(|link| &link["event"]["id"]).collect();
        assert!(ends.contains(&&json!(id)), "{links}");
    }

    fn a_request_that_was_sent_before_is_answered_whatever_happened_since(world: World) {
        let world = world.founded();
        let client = writer(&world);
        let (_, etag) = client.get(RALLY);
        let evidence = json!({"source": {"id": "parriva-2026-01-31"}, "field": "size", "value": "many"});
        let requests = [
            ("POST", format!("{RALLY}/evidence"), evidence, 201),
            ("PATCH", RALLY.to_owned(), json!({"title": "Once"}), 200),
            ("DELETE", RALLY.to_owned(), json!(null), 204),
            ("POST", format!("{RALLY}/restore"), json!(null), 200),
        ];
        let mut etag = etag;
        let mut sent = Vec::new();
        for (number, (method, target, body, status)) in requests.into_iter().enumerate() {
            let key = format!("key-{number}");
            let send = move |client: &Client, etag: &str| {
                let headers = [("if-match", etag), ("idempotency-key", key.as_str())];
                if body.is_null() { client.send(method, &target, &headers) } else { client.send_json(method, &target, &headers, &body) }
            };
            let answer = send(&client, &etag);
            assert_eq!(answer.status, status, "{method}: {}", answer.body);
            sent.push((send, etag.clone(), answer));
            etag = sent.last().and_then(|(_, _, answer)| answer.header("etag")).unwrap_or(etag);
        }
        let head = world.node.index.head().seq;
        for (send, etag, answer) in &sent {
            let again = send(&client, etag);
            assert_eq!((again.status, &again.body, again.header("location")),
                (answer.status, &answer.body, answer.header("location")));
        }
        assert_eq!(world.node.index.head().seq, head, "nothing was done again");
    }

    fn evidence_and_links_are_written_on_their_own(world: World) {
        let world = world.founded();
        let client = writer(&world);
        let sent = json!({"source": {"id": "parriva-2026-01-31"}, "field": "size", "value": "thousands", "quote": "A crowd"});
        let target = format!("{RALLY}/evidence");
        let key = [("idempotency-key", "evidence")];
        let added = client.send_json("POST", &target, &key, &sent);
        assert_eq!(added.status, 201, "{}", added.body);
        let place = added.header("location").expect("a place");
        assert_eq!(world.get(&place).ok(), added.json());
        let again = client.send_json("POST", &target, &key, &sent);
        assert_eq!((again.status, &again.body, again.header("location")), (201, &added.body, added.header("location")));
        let (mut item, etag) = client.get(&place);
        assert_eq!(item["quote"], "A crowd");
        item["quote"] = "A large crowd".into();
        let replaced = client.put(&place, &etag, &item);
        assert_eq!((replaced.status, &replaced.json()["quote"]), (200, &json!("A large crowd")), "{}", replaced.body);
        let patched = client.patch(&place, "*", &json!({"locator": "¶2"}));
        assert_eq!((patched.status, &patched.json()["quote"]), (200, &json!("A large crowd")));
        let wrong = client.post(&target, &json!({"source": {"id": "nobody"}, "field": "size", "colour": 1}));
        let mut faults = wrong.faults();
        faults.sort();
        assert_eq!((wrong.status, faults), (422, vec![("/colour".into(), "unknown_member".into()),
            ("/source/id".into(), "unknown_reference".into())]));
        let listed = world.get(&target).ok();
        let ids: Vec<&Value> = listed["data"].as_array().expect("a list").iter().map(|item| &item["id"]).collect();
        assert!(ids.contains(&&item["id"]), "{listed}");
        assert_eq!(client.delete(&place, "*").status, 204);
        assert_eq!(world.get(&place).status, 404);

        let other = places(&world, "/v1/events").into_iter().find(|place| place != RALLY).expect("another");
        let id = other.trim_start_matches("/v1/events/");
        let link = json!({"relation": "escalation_of", "event": {"id": id}, "confidence": "low"});
        let added = client.post(&format!("{RALLY}/links"), &link);
        assert_eq!(added.status, 201, "{}", added.body);
        let place = added.header("location").expect("a place");
        assert_eq!(world.get(&place).ok(), added.json());
        let twice = client.post(&format!("{RALLY}/links"), &link);
        assert_eq!(twice.status, 422, "{}", twice.body);
        let incoming = place.replace(RALLY, &other);
        assert_eq!(world.get(&incoming).ok()["direction"], "incoming");
        assert_eq!(client.delete(&incoming, "*").status, 404, "a link is its subject's");
        assert_eq!(client.delete(&place, "*").status, 204);
        assert_eq!(world.get(&place).status, 404);
    }

    fn the_same_evidence_twice_is_two_pieces_of_it(world: World) {
        let world = world.founded();
        let client = writer(&world);
        let target = format!("{RALLY}/evidence");
        let sent = json!({"source": {"id": "parriva-2026-01-31"}, "field": "size", "quote": "A crowd"});
        let mut places = Vec::new();
        for _ in 0..3 {
            let added = client.post(&target, &sent);
            assert_eq!(added.status, 201, "{}", added.body);
            places.push(added.header("location").expect("a place"));
            assert_eq!(world.get(&places[places.len() - 1]).ok(), added.json());
        }
        assert!(places[0] != places[1] && places[1] != places[2] && places[0] != places[2], "{places:?}");
        assert_eq!(client.patch(&places[1], "*", &json!({"quote": "Another crowd"})).status, 200);
        assert_eq!(world.get(&places[2]).ok()["quote"], "A crowd");

        // A document that names no ids finds those it had again, each once, and one more where it says it once more.
        let whole = format!("{RALLY}?include=evidence");
        let (mut document, etag) = client.get(&whole);
        let ids = |document: &Value| -> Vec<Value> {
            document["evidence"].as_array().expect("a list").iter().map(|item| item["id"].clone()).collect()
        };
        let before = ids(&document);
        let items = document["evidence"].as_array_mut().expect("a list");
        for item in &mut *items {
            item.as_object_mut().expect("an object").remove("id");
        }
        items.push(items[items.len() - 1].clone());
        // A link may name a piece of evidence by its id.
        document["links"] = json!([]);
        let replaced = client.put(RALLY, &etag, &document);
        assert_eq!(replaced.status, 200, "{}", replaced.body);
        let mut after = ids(&client.get(&whole).0);
        let added = after.pop().expect("one more");
        assert_eq!(after, before);
        assert!(!before.contains(&added), "{added}");
    }

    fn evidence_that_another_disputes_keeps_the_id_it_was_sent_with(world: World) {
        let world = world.founded();
        let client = writer(&world);
        let (mut document, etag) = client.get(&format!("{RALLY}?include=evidence"));
        let id = "019c1159-7000-7006-8000-00000000cafe";
        let items = document["evidence"].as_array_mut().expect("a list");
        items.truncate(1);
        items[0]["id"] = id.into();
        items.push(json!({"source": {"id": "parriva-2026-01-31"}, "field": "size", "quote": "None", "disputes": id}));
        document["links"] = json!([]);
        let replaced = client.put(RALLY, &etag, &document);
        assert_eq!(replaced.status, 200, "{}", replaced.body);
        let (document, _) = client.get(&format!("{RALLY}?include=evidence"));
        assert_eq!((&document["evidence"][0]["id"], &document["evidence"][1]["disputes"]), (&json!(id), &json!(id)));
    }

    fn a_link_to_nothing_is_a_fault_of_the_document(world: World) {
        let world = world.founded();
        let client = writer(&world);
        let link = json!({"relation": "part_of", "event": {}});
        let answer = client.post(&format!("{RALLY}/links"), &link);
        assert_eq!((answer.status, answer.faults()), (422, vec![("/event/id".into(), "required".into())]));
        for method in ["PUT", "PATCH"] {
            let (mut document, etag) = client.get(RALLY);
            document["links"] = json!([link]);
            let answer = client.send_json(method, RALLY, &[("if-match", &etag)], &document);
            let faults = vec![("/links/0/event/id".into(), "required".into())];
            assert_eq!((answer.status, answer.faults()), (422, faults), "{method}");
        }
    }

    fn a_value_nested_too_deeply_is_refused(world: World) {
        let world = world.founded();
        let client = writer(&world);
        let evidence = |levels: usize| {
            let value = (0..levels).fold(json!(1), |inner, level| if level % 2 == 0 { json!([inner]) } else { json!({"in": inner}) });
            json!({"source": {"id": "parriva-2026-01-31"}, "field": "size", "value": value})
        };
        let target = format!("{RALLY}/evidence");
        assert_eq!(client.post(&target, &evidence(32)).status, 201);
        for levels in [33, 100, 126] {
            let answer = client.post(&target, &evidence(levels));
            assert_eq!((answer.status, answer.faults()), (422, vec![("/value".into(), "too_deep".into())]), "{levels}");
        }
        // What cannot be read again would stop the node for ever.
        assert_eq!(world.get("/readyz").status, 200);
        client.create("/v1/actors", &json!({"name": "A union", "kind": "union"}));
    }

    fn every_path_that_takes_writes_says_so(world: World) {
        let world = world.founded();
        let answer = send(world.base(), "OPTIONS", RALLY, &[]);
        let allow = answer.header("allow").expect("methods");
        for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE"] {
            assert!(allow.contains(method), "{allow}");
        }
        assert_eq!(send(world.base(), "POST", RALLY, &[]).status, 405);
    }
}

/// A document without the names of what it refers to, which are not its own.
fn without_names(mut document: Value) -> Value {
    match &mut document {
        Value::Object(members) => {
            members.retain(|name, _| !["path", "name", "publisher", "title"].contains(&name.as_str()));
            for value in members.values_mut() {
                *value = without_names(value.take());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = without_names(item.take())),
        _ => {}
    }
    document
}
