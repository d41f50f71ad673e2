//! The change feed, by pages, streams and webhooks, over a backup that is restored: nobody goes on as if nothing had happened.

use std::path::Path;

use diesel::connection::SimpleConnection;
use marchline::domain::scope::Scope;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::desk::{Desk, pairs};
use crate::support::feed::{Stream, seq};
use crate::support::http::send;
use crate::support::on_both_databases;
use crate::support::program::{Served, run, words};
use crate::support::random::backend_of;
use crate::support::receiver::Receiver;
use crate::support::world::{Backend, Database, World, event};

fn serve(database: &Database) -> Served {
    Served::start(&database.url, &["--webhook-private", "on"])
}

fn succeed(url: &str, arguments: &[&str]) {
    let output = run(url, arguments);
    assert_eq!(output.status.code(), Some(0), "{}", words(&output).1);
}

/// The database of a world of which nothing else goes on.
fn left_alone(world: World) -> (Backend, Database) {
    (backend_of(&world), world.database)
}

/// The database that a backup was restored into: in the place of the one that it was made of, where that is a file.
fn restored(database: Database, backend: Backend, file: &Path) -> Database {
    let file = file.to_str().expect("a path of text");
    let database = match backend {
        Backend::Sqlite => {
            succeed(&database.url, &["restore", file, "--force"]);
            database
        }
        Backend::Postgres => {
            let new = Database::new(backend);
            succeed(&new.url, &["restore", file]);
            new
        }
    };
    let mut conn = database.parsed().connect().expect("the database is there");
    // The node that had the leases when the backup was made is gone.
    conn.batch_execute("UPDATE webhook SET lease_until = created_at").expect("the time has come");
    database
}

/// Writes some events, and tells their operations.
fn write(client: &Client, title: &str, count: usize) -> Vec<i64> {
    (0..count).map(|_| seq(&client.post("/v1/events", &event(title, json!({}))).json())).collect()
}

on_both_databases! {
    fn whoever_follows_is_told_that_a_backup_was_restored(world: World) {
        let world = world.with_source();
        let (backend, database) = left_alone(world);
        let served = serve(&database);
        let client = Client::at(&served.base, &database, &[Scope::Write]);
        let admin = Client::at(&served.base, &database, &[Scope::Admin]);
        let (desk, receiver) = (Desk { client: admin.elsewhere(&served.base) }, Receiver::new());
        let (webhook, _) = desk.subscribe(&receiver, json!({"after": 1}));
        let told = write(&client, "Kept", 3);
        let kept = told[2];
        assert_eq!(receiver.seqs(3), told);
        desk.wait(&webhook, |webhook| webhook["position"] == kept);
        let before = send(&served.base, "GET", "/v1/events", &[]).ok();
        let file = database.dir().join("backup");
        succeed(&database.url, &["backup", "--out", file.to_str().expect("a path of text")]);

        let lost = write(&client, "Lost", 3);
        assert_eq!(receiver.seqs(3), lost);
        let page = |base: &str, target: &str| send(base, "GET", target, &[]);
        let next = |after: i64| {
            let page = page(&served.base, &format!("/v1/changes?after={after}&limit=1")).ok();
            page["page"]["next"].as_str().expect("a path").to_owned()
        };
        let (good, bad) = (next(kept - 1), next(kept));
        let mut stream = Stream::open(&served.base, &format!("/v1/changes/stream?after={kept}"), &[]).expect("a stream");
        let place = (0..3).map(|_| stream.event().id.expect("a place")).last().expect("three of them");
        let mut silent = Stream::open(&served.base, &format!("/v1/changes/stream?after={}", lost[2]), &[]).expect("a stream");
        let begun = silent.block().expect("a stream").expect("its place").id.expect("its place");
        assert_eq!([&place, &begun], [&format!("1.{}", lost[2]); 2]);
        assert_eq!(served.stop(), Some(0));

        let database = restored(database, backend, &file);
        let served = serve(&database);
        let base = &served.base;
        // A page that was begun before: where it lies in what is lost there is nothing to go on from.
        assert_eq!(page(base, &good).ok()["data"], json!([]), "nothing is behind it");
        let gone = page(base, &bad);
        assert_eq!((gone.status, gone.faults()), (410, pairs(&[("after", "revision_lost")])));
        assert_eq!(page(base, &bad.replace("/v1/changes", "/v1/changes/stream").replace("limit=1&", "")).status, 410);

        // A stream: the URL names what is lost, and the header an epoch that is no more.
        for (after, place) in [(kept, &place), (lost[2], &begun), (lost[0], &format!("1.{kept}"))] {
            let target = format!("/v1/changes/stream?after={after}");
            let mut stream = Stream::open(base, &target, &[("last-event-id", place)]).expect("a stream");
            let sent = stream.event();
            let Value::Object(reset) = sent.json() else { panic!("{sent:?}") };
            assert_eq!((sent.event.as_deref(), &reset["epoch"]), (Some("reset"), &json!(2)));
            assert_eq!(sent.id, Some(format!("2.{}", reset["seq"])));
            // What a client does then: it reads anew what it keeps, at that operation.
            let anew = page(base, &format!("/v1/events?as_of={}", reset["seq"])).ok();
            assert_eq!((&anew["data"], &anew["page"]["total"]), (&before["data"], &json!(3)));
            let written = write(&client.elsewhere(base), "Since", 1)[0];
            let sent = stream.event();
            assert_eq!((&sent.id, seq(&sent.json())), (&Some(format!("2.{written}")), written));
            // The others are told the same at another operation.
            let undone = client.elsewhere(base).send("DELETE", &path_of(sent.data.as_deref()), &[("if-match", "*")]);
            assert_eq!(undone.status, 204, "{}", undone.body);
        }

        // A receiver: where the backup had it, which is behind what it was told.
        let reset = receiver.next().json();
        assert_eq!((&reset["type"], &reset["data"]["kept_through"]), (&json!("timeline.reset"), &json!(kept)));
        let first = receiver.next();
        assert_eq!(first.seq(), reset["data"]["seq"].as_i64().expect("a number") + 1);
        assert!(first.body.contains("Since"), "{}", first.body);
        let desk = Desk { client: admin.elsewhere(base) };
        let refused = desk.client.post("/v1/webhooks", &json!({"url": receiver.url, "after": lost[0]}));
        assert_eq!((refused.status, refused.faults()), (422, pairs(&[("/after", "revision_lost")])));
    }
}

/// Where the event of an entry is.
fn path_of(entry: Option<&str>) -> String {
    let entry: Value = serde_json::from_str(entry.expect("data")).expect("JSON");
    format!("/v1/events/{}", entry["items"][0]["id"].as_str().expect("an id"))
}
