//! What webhooks deliver: everything that matches, in order, whatever else happens, and nothing that is hidden.

use std::sync::Arc;
use std::time::Duration;

use diesel::Connection;
use diesel::connection::SimpleConnection;
use marchline::domain::instant::Instant;
use marchline::domain::resource::Resource;
use marchline::domain::webhook::{SigningSecret, Targets};
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

use crate::support::desk::{Desk, assert_described, connect, deliver, deliver_with, is_signed, pairs, rallies, tell};
use crate::support::on_both_databases;
use crate::support::program::Served;
use crate::support::receiver::{Message, Receiver, Reply};
use crate::support::world::{WEBHOOKS, World, event};

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

    fn the_time_for_which_a_message_is_tried_begins_anew_when_its_webhook_goes_on(world: World) {
        let world = world.with_source();
        let (desk, receiver) = (Desk::of(&world), Receiver::new().first(&[Reply::Status(410), Reply::Status(503)]));
        let (path, _) = desk.subscribe(&receiver, json!({}));
        let seqs = rallies(&world, 2);
        let deliveries = deliver(&world);
        desk.wait(&path, |webhook| webhook["state"] == "gone");
        // Since then days have passed.
        let mut conn = connect(&world);
        let days = match conn {
            AnyConnection::Sqlite(_) => "172800000000",
            AnyConnection::Postgres(_) => "interval '2 days'",
        };
        conn.batch_execute(&format!("UPDATE webhook_failure SET first_attempt_at = first_attempt_at - {days}")).expect("there is one");
        assert_eq!(desk.patch(&path, json!({"enabled": true})).ok()["state"], "active");
        desk.wait(&path, |webhook| webhook["position"] == seqs[1]);
        drop(deliveries);
        let received: Vec<i64> = receiver.rest().iter().map(Message::seq).collect();
        assert_eq!(received, [seqs[0], seqs[0], seqs[0], seqs[1]]);
        assert_eq!(desk.failures(&path), [json!(null); 0]);
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

    fn a_restored_backup_is_told_and_what_is_written_since(world: World) {
        let world = world.with_source();
        let (desk, receiver) = (Desk::of(&world), Receiver::new());
        let (path, _) = desk.subscribe(&receiver, json!({}));
        let kept = rallies(&world, 1)[0];
        let begin = |conn: &mut AnyConnection| begin_epoch(conn, None, Instant::MIN);
        connect(&world).transaction::<_, StoreError, _>(begin).expect("an epoch");
        rallies(&world, 1);
        // And another one, before anything was told of the first.
        connect(&world).transaction::<_, StoreError, _>(begin).expect("an epoch");
        let seq = rallies(&world, 1)[0];
        let deliveries = deliver(&world);
        let (reset, change) = (receiver.next(), receiver.next());
        let data = json!({"epoch": 3, "seq": seq - 1, "kept_through": kept});
        assert_eq!((&reset.json()["type"], &reset.json()["data"]), (&json!("timeline.reset"), &data));
        assert_eq!(change.seq(), seq);
        assert!(change.header("webhook-id").ends_with(&format!(".3.{seq}")));
        let webhook = desk.wait(&path, |webhook| webhook["position"] == seq);
        assert_eq!(webhook["epoch"], 3);
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

    fn a_filter_that_names_what_was_hidden_since_stops_its_webhook(world: World) {
        let world = world.with_source();
        let (desk, receiver) = (Desk::of(&world), Receiver::new());
        let id = world.put(Resource::Event, event("A whistle", json!({"type": "rally"}))).id;
        let (path, _) = desk.subscribe(&receiver, json!({"filter": format!("linked_to={id}")}));
        let _deliveries = deliver(&world);
        world.put(Resource::Event, event("A whistle", json!({"id": id, "type": "rally", "privacy": {"embargo": true}})));
        desk.wait(&path, |webhook| webhook["state"] == "filter_lost");
        let refused = desk.patch(&path, json!({"enabled": true}));
        assert_eq!((refused.status, refused.faults()), (422, pairs(&[("/filter", "unknown_reference")])));
        assert_eq!(desk.patch(&path, json!({"restricted": true})).ok()["state"], "active");
        assert_eq!(receiver.rest().len(), 0);
    }
}
