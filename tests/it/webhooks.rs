//! Webhooks: made, changed, tried out and stopped over HTTP.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection;
use marchline::domain::scope::Scope;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::desk::{Desk, assert_described, connect, deliver, is_signed, pairs, rallies};
use crate::support::http::send;
use crate::support::on_both_databases;
use crate::support::receiver::{Receiver, Reply};
use crate::support::world::World;

const UNKNOWN: &str = "019c1159-7000-7000-8000-00000000dead";

on_both_databases! {
    fn a_new_secret_signs_beside_the_one_before(world: World) {
        let world = world.with_source();
        let (desk, receiver) = (Desk::of(&world), Receiver::new());
        let (path, first) = desk.subscribe(&receiver, json!({}));
        let rotated = desk.client.post(&format!("{path}/rotate"), &Value::Null);
        assert_described(&rotated, "/v1/webhooks/{id}/rotate", "post");
        let rotated = rotated.ok();
        let second = rotated["secret"].as_str().expect("a secret");
        assert!(second.starts_with("whsec_") && second != first && rotated["previous_secret_until"].is_string());
        let _deliveries = deliver(&world);
        rallies(&world, 1);
        let message = receiver.next();
        assert_eq!(message.header("webhook-signature").split(' ').count(), 2);
        assert!(is_signed(&message, &first) && is_signed(&message, second));
        connect(&world).batch_execute("UPDATE webhook SET previous_until = created_at").expect("a day has gone by");
        rallies(&world, 1);
        let message = receiver.next();
        assert!(!is_signed(&message, &first) && is_signed(&message, second));
        assert_eq!(desk.get(&path)["previous_secret_until"], Value::Null);
    }

    fn a_webhook_stops_when_it_is_deleted_or_paused_or_its_key_ends_or_its_receiver_has_enough(world: World) {
        let world = world.with_source();
        let (desk, witness) = (Desk::of(&world), Receiver::new());
        desk.subscribe(&witness, json!({}));
        let receivers: Vec<Receiver> = (0..4).map(|_| Receiver::new()).collect();
        let owner = Desk::of(&world);
        let [deleted, paused, owned, gone] = [0, 1, 2, 3].map(|number| {
            let desk = if number == 2 { &owner } else { &desk };
            desk.subscribe(&receivers[number], json!({})).0
        });
        let deliveries = deliver(&world);
        let [first] = rallies(&world, 1)[..] else { panic!("one") };
        for receiver in &receivers {
            assert_eq!(receiver.seqs(1), [first]);
        }
        receivers[3].reply(Reply::Status(410));
        assert_eq!(desk.client.send("DELETE", &deleted, &[]).status, 204);
        assert_eq!(desk.client.send("GET", &deleted, &[]).status, 404);
        assert_eq!(desk.patch(&paused, json!({"enabled": false})).ok()["state"], "paused");
        let key = desk.get(&owned)["key"].as_str().expect("an id").to_owned();
        assert_eq!(desk.client.send("DELETE", &format!("/v1/keys/{key}"), &[]).status, 204);
        assert_eq!(desk.get(&owned)["state"], "key_lost");
        let more = rallies(&world, 3);
        desk.wait(&gone, |webhook| webhook["state"] == "gone");
        witness.seqs(4);
        drop(deliveries);
        assert_eq!([0, 1, 2, 3].map(|number| receivers[number].rest().len()), [0, 0, 0, 1]);

        // Whoever changes one answers for it; and it goes on where it stood.
        receivers[3].reply(Reply::Status(200));
        let _deliveries = deliver(&world);
        for (path, receiver) in [(&paused, 1), (&owned, 2), (&gone, 3)] {
            assert_eq!(desk.patch(path, json!({"enabled": true})).ok()["state"], "active");
            assert_eq!(receivers[receiver].seqs(3), more);
        }
    }

    fn a_test_tells_what_the_receiver_answers(world: World) {
        let (desk, receiver) = (Desk::of(&world), Receiver::new());
        let (path, secret) = desk.subscribe(&receiver, json!({}));
        let test = || {
            let answer = desk.client.post(&format!("{path}/test"), &Value::Null);
            assert_described(&answer, "/v1/webhooks/{id}/test", "post");
            answer.ok()
        };
        assert_eq!(test(), json!({"delivered": true, "status": 204, "error": null}));
        let message = receiver.next();
        assert_eq!(message.json()["type"], "timeline.test");
        assert!(is_signed(&message, &secret));
        receiver.reply(Reply::Status(500));
        assert_eq!(test(), json!({"delivered": false, "status": 500, "error": "The receiver answered 500."}));
        drop(receiver);
        let told = test();
        assert_eq!((&told["delivered"], &told["status"]), (&json!(false), &Value::Null));
        assert_eq!(desk.get(&path)["failures"], 0);
    }

    fn all_faults_of_a_webhook_are_named(world: World) {
        let world = world.with_source();
        let desk = Desk::of(&world);
        let post = |document: Value| desk.client.post("/v1/webhooks", &document);
        for (document, faults) in [
            (json!({}), vec![("/url", "required")]),
            (json!([]), vec![("", "wrong_type")]),
            (json!({"url": "ftp://x/", "filter": "typ=rally&actor=nobody&limit=3&sort=when", "after": 9999, "restricted": 1, "id": 3}),
                vec![("/url", "invalid_url"), ("/filter", "unknown_reference"), ("/filter", "unknown_parameter"),
                    ("/filter", "unknown_parameter"), ("/filter", "unknown_parameter"), ("/restricted", "wrong_type"),
                    ("/id", "unknown_member"), ("/after", "out_of_range")]),
            (json!({"url": "https://example.org/", "filter": 3, "after": -1, "name": ""}),
                vec![("/name", "empty"), ("/filter", "wrong_type"), ("/after", "out_of_range")]),
            (json!({"url": "https://example.org/", "filter": "type=rally&type=march", "after": "x"}),
                vec![("/filter", "repeated"), ("/after", "wrong_type")]),
        ] {
            let answer = post(document.clone());
            let (told, expected) = (BTreeSet::from_iter(answer.faults()), BTreeSet::from_iter(pairs(&faults)));
            assert_eq!((answer.status, told), (422, expected), "{document}");
            assert_eq!(answer.faults().len(), faults.len(), "{document}: {}", answer.body);
        }
        let answer = post(json!({"url": "https://example.org/", "filter": "actor=nobody"}));
        assert!(answer.body.contains("`actor`"), "{}", answer.body);
        let made = post(json!({"url": "https://example.org/hook", "filter": " ", "name": "Map", "enabled": false}));
        assert_described(&made, "/v1/webhooks", "post");
        let path = made.header("location").expect("where it is");
        let told = desk.client.send("GET", &path, &[]);
        assert_described(&told, "/v1/webhooks/{id}", "get");
        let told = told.ok();
        assert_eq!((&told["filter"], &told["state"], told.get("secret")), (&json!(""), &json!("paused"), None));
        assert_eq!(told["position"], world.node.index.head().seq, "it begins with what comes next");
        let list = desk.client.send("GET", "/v1/webhooks?limit=1", &[]);
        assert_described(&list, "/v1/webhooks", "get");
        assert_eq!(list.ok()["data"], json!([told]));
        for (patch, faults) in [
            (json!({"url": null}), vec![("/url", "required")]),
            (json!({"after": 0, "filter": "x=1"}), vec![("/filter", "unknown_parameter"), ("/after", "unknown_member")]),
            (json!("x"), vec![("", "wrong_type")]),
        ] {
            let answer = desk.patch(&path, patch);
            assert_eq!((answer.status, answer.faults()), (422, pairs(&faults)));
        }
        assert_eq!(desk.patch(&path, json!({"name": null, "filter": "type=!riot"})).ok()["filter"], "type=!riot");
        for (body, faults) in [(json!({}), ("/after", "required")), (json!({"after": 9999}), ("/after", "out_of_range")),
            (json!({"after": "x"}), ("/after", "wrong_type")), (json!({"after": 0, "x": 1}), ("/x", "unknown_member"))] {
            let answer = desk.client.post(&format!("{path}/replay"), &body);
            assert_eq!((answer.status, answer.faults()), (422, pairs(&[faults])));
        }
    }

    fn webhooks_are_for_administrators_alone(world: World) {
        let desk = Desk::of(&world);
        let writer = Client::of(&world, &[Scope::Write, Scope::ReadRestricted]);
        let below = |part: &str| format!("/v1/webhooks/{UNKNOWN}{part}");
        let requests = [("GET", "/v1/webhooks".to_owned()), ("POST", "/v1/webhooks".to_owned()), ("GET", below("")), ("PATCH", below("")),
            ("DELETE", below("")), ("GET", below("/failures")), ("POST", below("/replay")), ("POST", below("/rotate")), ("POST", below("/test"))];
        for (method, path) in &requests {
            assert_eq!(send(world.base(), method, path, &[]).status, 401, "{method} {path}");
            let refused = writer.send(method, path, &[]);
            assert_eq!((refused.status, &refused.json()["code"]), (403, &json!("insufficient_scope")), "{method} {path}");
            let answer = desk.client.send_json(method, &format!("{path}?as_of=1"), &[], &json!({}));
            assert_eq!((answer.status, answer.faults()), (400, pairs(&[("as_of", "unknown_parameter")])), "{method} {path}");
            if path.contains(UNKNOWN) {
                for path in [path.clone(), path.replace(UNKNOWN, "x")] {
                    let answer = desk.client.send_json(method, &path, &[], &json!({"after": 0}));
                    assert_eq!((answer.status, &answer.json()["code"]), (404, &json!("not_found")), "{method} {path}");
                }
            }
        }
    }
}
