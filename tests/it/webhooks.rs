//! Webhooks: made and changed over HTTP, delivered in order, signed, and none of them in the way of another one.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use data_encoding::BASE64;
use diesel::Connection;
use diesel::connection::SimpleConnection;
use marchline::domain::instant::Instant;
use marchline::domain::resource::Resource;
use marchline::domain::scope::Scope;
use marchline::domain::webhook::{SigningSecret, Targets};
use marchline::http::openapi::openapi_text;
use marchline::node::Node;
use marchline::node::clock::Clock;
use marchline::store::connection::AnyConnection;
use marchline::store::error::StoreError;
use marchline::store::restores::begin_epoch;
use marchline::store::webhook_deliveries::claim;
use marchline::store::webhooks;
use marchline::webhooks::deliveries::{Deliveries, Options};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::http::{Answer, send};
use crate::support::on_both_databases;
use crate::support::program::Served;
use crate::support::receiver::{Message, Receiver, Reply};
use crate::support::schema::differences;
use crate::support::world::{WEBHOOKS, World, event};

const UNKNOWN: &str = "019c1159-7000-7000-8000-00000000dead";

/// Whoever administers the webhooks of a world.
struct Desk {
    client: Client,
}

impl Desk {
    fn of(world: &World) -> Self {
        Self { client: Client::of(world, &[Scope::Admin]) }
    }

    /// Makes a webhook, and tells its path and its secret.
    fn subscribe(&self, receiver: &Receiver, more: Value) -> (String, String) {
        let mut document = json!({"url": receiver.url});
        json_patch::merge(&mut document, &more);
        let answer = self.client.post("/v1/webhooks", &document);
        assert_eq!(answer.status, 201, "{}", answer.body);
        let secret = answer.json()["secret"].as_str().expect("a secret").to_owned();
        (answer.header("location").expect("where it is"), secret)
    }

    fn get(&self, path: &str) -> Value {
        self.client.send("GET", path, &[]).ok()
    }

    fn patch(&self, path: &str, patch: Value) -> Answer {
        self.client.send_json("PATCH", path, &[], &patch)
    }

    /// Asks for a webhook until it is as it should be.
    fn wait(&self, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        loop {
            let webhook = self.get(path);
            if is_so(&webhook) {
                return webhook;
            }
            std::thread::yield_now();
        }
    }

    fn failures(&self, path: &str) -> Vec<Value> {
        self.get(&format!("{path}/failures"))["data"].as_array().expect("a list").clone()
    }
}

fn deliver(world: &World) -> Deliveries {
    deliver_with(world, WEBHOOKS)
}

fn deliver_with(world: &World, options: Options) -> Deliveries {
    Deliveries::start(world.database.parsed(), Arc::clone(&world.node.index), options)
}

fn connect(world: &World) -> AnyConnection {
    world.database.parsed().connect().expect("the database is there")
}

/// Writes an event of a type, and tells its operation.
fn tell(world: &World, title: &str, kind: &str) -> i64 {
    world.put(Resource::Event, event(title, json!({"type": kind})));
    world.node.index.head().seq
}

/// Writes some rallies, and tells their operations.
fn rallies(world: &World, count: usize) -> Vec<i64> {
    (0..count).map(|number| tell(world, &format!("Rally {number}"), "rally")).collect()
}

/// Whether one of a message's signatures was made with a secret.
fn is_signed(message: &Message, secret: &str) -> bool {
    let bytes = BASE64.decode(secret.strip_prefix("whsec_").expect("a secret").as_bytes()).expect("base64");
    let timestamp = message.header("webhook-timestamp").parse().expect("a number");
    let expected = SigningSecret::of(bytes).sign(message.header("webhook-id"), timestamp, &message.body);
    message.header("webhook-signature").split(' ').any(|signature| signature == expected)
}

fn pairs(faults: &[(&str, &str)]) -> Vec<(String, String)> {
    faults.iter().map(|(at, code)| ((*at).to_owned(), (*code).to_owned())).collect()
}

/// Holds an answer against what the OpenAPI document says of it.
fn assert_described(answer: &Answer, path: &str, method: &str) {
    let document: Value = serde_json::from_str(&openapi_text()).expect("the document is JSON");
    let described = &document["paths"][path][method]["responses"][answer.status.to_string()];
    let schema = &described["content"][answer.header("content-type").expect("a media type")]["schema"];
    assert_eq!(differences(&document, schema, &answer.json()), [""; 0], "{method} {path}: {}", answer.body);
}

on_both_databases! {
    fn every_entry_that_matches_comes_once_in_order_and_signed(world: World) {
        let world = world.with_source();
        let (desk, receiver, all) = (Desk::of(&world), Receiver::new(), Receiver::new());
        let (path, secret) = desk.subscribe(&receiver, json!({"filter": "type=rally"}));
        desk.subscribe(&all, json!({}));
        let deliveries = deliver(&world);
        let mut seqs = Vec::new();
        for kind in ["rally", "vigil", "rally", "march", "rally"] {
            seqs.push((kind, tell(&world, kind, kind)));
        }
        let wanted: Vec<i64> = seqs.iter().filter(|(kind, _)| *kind == "rally").map(|(_, seq)| *seq).collect();
        let messages: Vec<Message> = wanted.iter().map(|_| receiver.next()).collect();
        assert_eq!(messages.iter().map(Message::seq).collect::<Vec<_>>(), wanted);
        assert_eq!(all.seqs(5), seqs.iter().map(|(_, seq)| *seq).collect::<Vec<_>>());
        let webhook = desk.wait(&path, |webhook| webhook["position"] == world.node.index.head().seq);
        assert_eq!((&webhook["state"], &webhook["failures"]), (&json!("active"), &json!(0)));
        assert!(!webhook["last_success_at"].is_null() && webhook["secret"].is_null(), "{webhook}");
        drop(deliveries);
        assert_eq!((receiver.rest().len(), all.rest().len()), (0, 0));

        let id = path.rsplit('/').next().expect("an id");
        for (message, seq) in messages.iter().zip(&wanted) {
            assert!(is_signed(message, &secret), "{message:?}");
            assert!(!is_signed(message, &SigningSecret::of(vec![7; 32]).reveal()));
            assert_eq!(message.header("webhook-id"), format!("{id}.1.{seq}"));
            assert_eq!(message.header("content-type"), "application/json");
            let body = message.json();
            assert_eq!((&body["type"], &body["timestamp"]), (&json!("timeline.change"), &body["data"]["recorded_at"]));
            let item = &body["data"]["items"][0];
            assert_eq!((&item["resource"], &item["kind"], &item["matched"]), (&json!("event"), &json!("created"), &json!("entered")));
            assert_eq!(item["document"]["type"], "rally");
        }
        let metrics = world.get("/metrics").body;
        for line in ["marchline_webhook_messages_total{outcome=\"delivered\"} 8", "marchline_webhook_lag_operations 0", "marchline_webhook_failing 0"] {
            assert!(metrics.contains(line), "no {line} in {metrics}");
        }
    }

    fn a_message_that_fails_comes_again_and_the_next_one_waits_for_it(world: World) {
        let world = world.with_source();
        let (desk, receiver) = (Desk::of(&world), Receiver::new().first(&[Reply::Status(500), Reply::Status(302), Reply::Status(404)]));
        let (path, _) = desk.subscribe(&receiver, json!({}));
        let seqs = rallies(&world, 2);
        let deliveries = deliver(&world);
        assert_eq!(receiver.seqs(5), [seqs[0], seqs[0], seqs[0], seqs[0], seqs[1]]);
        let webhook = desk.wait(&path, |webhook| webhook["position"] == seqs[1]);
        assert_eq!((&webhook["failures"], &webhook["next_attempt_at"]), (&json!(0), &Value::Null));
        assert!(!webhook["last_failure_at"].is_null(), "{webhook}");
        drop(deliveries);
        assert_eq!((receiver.rest().len(), desk.failures(&path)), (0, vec![]));
        let metrics = world.get("/metrics").body;
        assert!(metrics.contains("marchline_webhook_messages_total{outcome=\"failed\"} 3"), "{metrics}");
    }

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

    fn receivers_that_behave_badly_are_in_nobodys_way(world: World) {
        let world = world.with_source();
        let desk = Desk::of(&world);
        let secret = Receiver::new();
        let bad = [
            Receiver::answering(Reply::Status(500)),
            Receiver::answering(Reply::Redirect(secret.url.clone())),
            Receiver::answering(Reply::Long(10 << 20)),
        ];
        let paths: Vec<String> = bad.iter().map(|receiver| desk.subscribe(receiver, json!({})).0).collect();
        let good = Receiver::new();
        let (path, _) = desk.subscribe(&good, json!({}));
        let deliveries = deliver(&world);
        let mut seqs = rallies(&world, 1);
        for path in [&path, &paths[2]] {
            desk.wait(path, |webhook| webhook["position"] == seqs[0]);
        }
        for (path, status, words) in [(&paths[0], 500, "answered 500"), (&paths[1], 307, "redirects are not followed")] {
            desk.wait(path, |webhook| webhook["failures"].as_i64() > Some(1));
            let failures = desk.failures(path);
            let [failure] = failures.as_slice() else { panic!("{failures:?}") };
            assert_eq!((&failure["seq"], &failure["status"], &failure["given_up_at"]), (&json!(seqs[0]), &json!(status), &Value::Null));
            assert!(failure["error"].as_str().is_some_and(|error| error.contains(words)), "{failure}");
        }
        let stalling: Vec<Receiver> = (0..20).map(|_| Receiver::answering(Reply::Stall)).collect();
        for receiver in &stalling {
            desk.subscribe(receiver, json!({}));
        }
        seqs.extend(rallies(&world, 1));
        // As many as may be under way at once, but for those that are kept for quick receivers.
        stalling[0].next();
        seqs.extend(rallies(&world, 10));
        assert_eq!(good.seqs(12), seqs);
        desk.wait(&path, |webhook| webhook["position"] == seqs[11]);
        desk.wait(&paths[2], |webhook| webhook["position"] == seqs[11]);
        let metrics = world.get("/metrics").body;
        assert!(metrics.contains("marchline_webhook_lag_operations 12"), "{metrics}");
        // Those who stall are let go, so that nobody waits until they are given up.
        drop(stalling);
        drop(deliveries);
        assert_eq!((secret.rest().len(), bad[2].rest().len()), (0, 12));
    }

    fn what_was_given_up_is_listed_and_comes_when_it_is_replayed(world: World) {
        let world = world.with_source();
        let (desk, receiver) = (Desk::of(&world), Receiver::answering(Reply::Status(503)));
        let (path, _) = desk.subscribe(&receiver, json!({}));
        let before = world.node.index.head().seq;
        let seqs = rallies(&world, 7);
        let deliveries = deliver_with(&world, Options { give_up: Duration::ZERO, ..WEBHOOKS });
        let webhook = desk.wait(&path, |webhook| webhook["state"] == "failing");
        assert_eq!(webhook["position"], seqs[4], "five in a row are too many");
        let list = desk.client.send("GET", &format!("{path}/failures?limit=3"), &[]);
        assert_described(&list, "/v1/webhooks/{id}/failures", "get");
        let list = list.ok();
        assert_eq!((&list["page"]["total"], &list["data"][0]["seq"]), (&json!(5), &json!(seqs[4])));
        assert!(list["data"][2]["given_up_at"].is_string(), "{list}");
        let next = list["page"]["next"].as_str().expect("more");
        let next = desk.get(&format!("{path}/failures?limit=3&cursor={next}"));
        assert_eq!(next["data"].as_array().map(Vec::len), Some(2));
        assert!(world.get("/metrics").body.contains("marchline_webhook_failing 1"));

        receiver.reply(Reply::Status(200));
        assert_eq!(receiver.rest().len(), 5);
        let replayed = desk.client.post(&format!("{path}/replay"), &json!({"after": before}));
        assert_described(&replayed, "/v1/webhooks/{id}/replay", "post");
        assert_eq!(replayed.ok()["position"], before);
        let changed = desk.patch(&path, json!({"enabled": true}));
        assert_described(&changed, "/v1/webhooks/{id}", "patch");
        assert_eq!(changed.ok()["state"], "active");
        assert_eq!(receiver.seqs(7), seqs);
        desk.wait(&path, |webhook| webhook["position"] == seqs[6]);
        assert_eq!(desk.failures(&path), [json!(null); 0]);
        drop(deliveries);
        assert_eq!(receiver.rest().len(), 0);
    }

    fn a_position_outlives_the_node(world: World) {
        let world = world.with_source();
        let (desk, receiver) = (Desk::of(&world), Receiver::new());
        let (path, _) = desk.subscribe(&receiver, json!({}));
        let first = deliver(&world);
        let seqs = rallies(&world, 2);
        assert_eq!(receiver.seqs(2), seqs);
        drop(first);
        assert_eq!(desk.get(&path)["position"], seqs[1], "what is under way comes to its end");
        let seqs = rallies(&world, 2);
        let node = Node::start(world.database.parsed(), Clock::system()).expect("another node");
        let second = Deliveries::start(world.database.parsed(), Arc::clone(&node.index), WEBHOOKS);
        assert_eq!(receiver.seqs(2), seqs);
        drop(second);
        assert_eq!(receiver.rest().len(), 0);
    }

    fn two_nodes_deliver_each_entry_once(world: World) {
        let world = world.with_source();
        let desk = Desk::of(&world);
        let receivers: Vec<Receiver> = (0..4).map(|_| Receiver::new()).collect();
        for receiver in &receivers {
            desk.subscribe(receiver, json!({}));
        }
        let node = Node::start(world.database.parsed(), Clock::system()).expect("another node");
        let both = [deliver(&world), Deliveries::start(world.database.parsed(), Arc::clone(&node.index), WEBHOOKS)];
        let seqs = rallies(&world, 15);
        for receiver in &receivers {
            assert_eq!(receiver.seqs(15), seqs);
        }
        drop(both);
        assert!(receivers.iter().all(|receiver| receiver.rest().is_empty()));
    }

    fn a_node_that_is_killed_leaves_its_webhooks_to_another(world: World) {
        let world = world.with_source();
        let (desk, receiver) = (Desk::of(&world), Receiver::answering(Reply::Stall));
        let (path, _) = desk.subscribe(&receiver, json!({}));
        let seqs = rallies(&world, 2);
        let mut served = Served::start(&world.database.url, &["--webhook-private", "on", "--webhook-timeout", "300"]);
        let message = receiver.next();
        served.child.kill().expect("it is killed");
        served.child.wait().expect("it has ended");

        let id = path.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id");
        let mut conn = connect(&world);
        let now = Clock::system().now();
        let held = webhooks::find(&mut conn, id, now).expect("it is read").expect("it is there");
        let (_, until) = held.lease.expect("it held the lease");
        let (other, later) = (Uuid::now_v7(), Instant::from_micros(until.micros() + 1).expect("an instant"));
        assert!(!claim(&mut conn, &held, other, until, until).expect("it is asked"), "nobody else delivers until then");
        assert!(claim(&mut conn, &held, other, until, later).expect("it is asked"), "but after that");
        connect(&world).batch_execute("UPDATE webhook SET lease_until = created_at").expect("the time has come");
        receiver.reply(Reply::Status(200));
        let deliveries = deliver(&world);
        let again = receiver.next();
        assert_eq!((again.header("webhook-id"), &again.body), (message.header("webhook-id"), &message.body));
        assert_eq!(receiver.seqs(1), [seqs[1]]);
        drop(deliveries);
        assert_eq!(desk.get(&path)["position"], seqs[1]);
    }

    fn the_public_is_told_nothing_of_what_is_hidden(world: World) {
        let world = world.with_source();
        let (desk, public, restricted) = (Desk::of(&world), Receiver::new(), Receiver::new());
        desk.subscribe(&public, json!({}));
        desk.subscribe(&restricted, json!({"restricted": true}));
        let hidden = |title: &str, policy: Value| {
            world.put(Resource::Event, event(title, json!({"type": "rally", "privacy": policy})));
            world.node.index.head().seq
        };
        let embargo = hidden("A whistle", json!({"embargo": true}));
        let coarse = hidden("A drum", json!({"place": "country", "time": "day", "public_title": "A gathering"}));
        let open = tell(&world, "A march", "march");
        let deliveries = deliver(&world);
        assert_eq!(restricted.seqs(3), [embargo, coarse, open]);
        let told = [public.next(), public.next()];
        assert_eq!(told.each_ref().map(Message::seq), [coarse, open]);
        assert!(told[0].body.contains("A gathering") && !told[0].body.contains("drum"), "{}", told[0].body);
        drop(deliveries);
        assert_eq!(public.rest().len(), 0);
    }

    fn what_was_hidden_since_it_failed_is_not_told_any_more(world: World) {
        let world = world.with_source();
        let (desk, receiver) = (Desk::of(&world), Receiver::answering(Reply::Status(500)));
        let (path, _) = desk.subscribe(&receiver, json!({"filter": "type=rally"}));
        let id = world.put(Resource::Event, event("A whistle", json!({"type": "rally"}))).id;
        let deliveries = deliver_with(&world, Options { first_retry: Duration::from_millis(1), ..WEBHOOKS });
        desk.wait(&path, |webhook| webhook["failures"].as_i64() > Some(0));
        drop(deliveries);
        world.put(Resource::Event, event("A whistle", json!({"id": id, "type": "rally", "privacy": {"embargo": true}})));
        receiver.rest();
        receiver.reply(Reply::Status(200));
        let _deliveries = deliver(&world);
        let head = world.node.index.head().seq;
        desk.wait(&path, |webhook| webhook["position"] == head && webhook["failures"] == 0);
        assert!(receiver.rest().iter().all(|message| !message.body.contains("A whistle")));
        assert_eq!(desk.failures(&path), [json!(null); 0]);
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

    fn a_restored_backup_is_told_and_what_is_written_since(world: World) {
        let world = world.with_source();
        let (desk, receiver) = (Desk::of(&world), Receiver::new());
        let (path, _) = desk.subscribe(&receiver, json!({}));
        let kept = rallies(&world, 1)[0];
        let begin = |conn: &mut AnyConnection| begin_epoch(conn, None, Instant::MIN);
        connect(&world).transaction::<_, StoreError, _>(begin).expect("an epoch");
        let seq = rallies(&world, 1)[0];
        let deliveries = deliver(&world);
        let (reset, change) = (receiver.next(), receiver.next());
        let data = json!({"epoch": 2, "seq": seq - 1, "kept_through": kept});
        assert_eq!((&reset.json()["type"], &reset.json()["data"]), (&json!("timeline.reset"), &data));
        assert_eq!(change.seq(), seq);
        assert!(change.header("webhook-id").ends_with(&format!(".2.{seq}")));
        let webhook = desk.wait(&path, |webhook| webhook["position"] == seq);
        assert_eq!(webhook["epoch"], 2);
        drop(deliveries);
        assert_eq!(receiver.rest().len(), 0);
        let lost = desk.client.post(&format!("{path}/replay"), &json!({"after": kept + 1}));
        assert_eq!((lost.status, lost.faults()), (422, pairs(&[("/after", "revision_lost")])));
    }

    fn a_private_address_is_not_connected_to_whatever_name_leads_there(world: World) {
        let world = world.with_source();
        let (desk, receiver) = (Desk::of(&world), Receiver::new());
        let port = receiver.url.rsplit_once(':').and_then(|(_, rest)| rest.split_once('/')).expect("a port").0.to_owned();
        let hosts = ["localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]"];
        let paths = hosts.map(|host| {
            let url = format!("https://{host}:{port}/hook");
            desk.subscribe(&receiver, json!({"url": url})).0
        });
        let plain = desk.subscribe(&receiver, json!({})).0;
        rallies(&world, 1);
        let deliveries = deliver_with(&world, Options { targets: Targets::Public, ..WEBHOOKS });
        for path in paths {
            desk.wait(&path, |webhook| webhook["failures"].as_i64() > Some(0));
            let failure = desk.failures(&path)[0].clone();
            let error = failure["error"].as_str().expect("words");
            assert!(error.contains("no public address") || error.contains("not one of the public"), "{path}: {error}");
        }
        desk.wait(&plain, |webhook| webhook["failures"].as_i64() > Some(0));
        assert!(desk.failures(&plain)[0]["error"].as_str().is_some_and(|error| error.contains("https://")));
        drop(deliveries);
        assert_eq!(receiver.rest().len(), 0);
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
