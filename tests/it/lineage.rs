//! Merges and splits: ids that ceased lead on, nothing counts twice, and whatever referred to them follows.

use diesel::connection::SimpleConnection;
use marchline::domain::resource::Resource;
use marchline::domain::scope::Scope;
use marchline::node::operation::{Command, ImportedRow, Operation};
use marchline::store::check::check;
use marchline::store::log::ChangeKind;
use marchline::store::write;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::lists::titles;
use crate::support::on_both_databases;
use crate::support::world::{World, event};

fn writer(world: &World) -> Client {
    Client::of(world, &[Scope::Write])
}

fn id(place: &str) -> &str {
    place.rsplit('/').next().expect("an id")
}

fn kinds(world: &World, place: &str) -> Vec<String> {
    let history = world.get(&format!("{place}/revisions")).ok();
    let versions = history["data"].as_array().expect("a list").iter();
    versions.map(|version| version["kind"].as_str().expect("a kind").to_owned()).collect()
}

on_both_databases! {
    fn a_merged_event_leads_to_its_survivor(world: World) {
        let world = world.with_source();
        let client = writer(&world);
        client.create("/v1/sources", &json!({"slug": "second", "publisher": "Second", "kind": "news"}));
        let other = client.create("/v1/events", &event("Linked", json!({})));
        let kept = client.create("/v1/events", &event("Kept", json!({
            "external_ids": [{"scheme": "a", "id": "1"}], "evidence": [{"source": {"id": "test-source"}, "field": "title"}]})));
        let gone = client.create("/v1/events", &event("Gone", json!({
            "sources": [{"id": "second"}], "external_ids": [{"scheme": "b", "id": "2"}],
            "evidence": [{"source": {"id": "second"}, "field": "size", "value": "many"}],
            "links": [{"relation": "follows", "event": {"id": id(&other)}}, {"relation": "part_of", "event": {"id": id(&kept)}}]})));
        let pointing = client.create("/v1/events", &event("Pointing", json!({
            "links": [{"relation": "caused_by", "event": {"id": id(&gone)}}]})));
        let timeline = client.create("/v1/timelines", &json!({"title": "A line", "entries": [
            {"event_id": id(&gone), "caption": "First"}, {"event_id": id(&kept), "caption": "Second"}]}));
        let before = world.node.index.head().seq;

        let merged = client.post(&format!("{gone}/merge?reason=The%20same"), &json!({"into": id(&kept)}));
        assert_eq!(merged.status, 200, "{}", merged.body);
        let survivor = merged.json();
        assert_eq!((&survivor["title"], &survivor["revision"]), (&json!("Kept"), &json!(2)));
        assert_eq!(merged.header("etag"), world.get(&kept).header("etag"));

        for path in ["", "/evidence", "/links"] {
            let answer = world.get(&format!("{gone}{path}?as_of={}", world.node.index.head().seq));
            assert_eq!(answer.status, 301, "{path}");
            let place = answer.header("location").expect("where it is now");
            assert!(place.starts_with(&format!("{kept}{path}?as_of=")), "{place}");
            assert_eq!(world.get(&place).status, 200);
        }
        assert_eq!(world.get(&format!("{gone}?as_of={before}")).ok()["title"], "Gone");
        let moved = client.patch(&gone, "*", &json!({"title": "x"}));
        assert_eq!((moved.status, moved.header("location")), (308, Some(kept.clone())));

        assert_eq!(titles(&world, "sort=recorded&external_id=b:2"), ["Kept"]);
        assert_eq!(titles(&world, "source=second"), ["Kept"]);
        assert_eq!(titles(&world, &format!("linked_to={}", id(&gone))).len(), 2, "as many as are linked with what took it in");
        let all = world.get("/v1/events").ok();
        assert_eq!(all["page"]["total"], 3);
        let (whole, _) = client.get(&format!("{kept}?include=evidence,links"));
        assert_eq!(whole["evidence"].as_array().map(Vec::len), Some(2));
        let links: Vec<(&Value, &Value, &Value)> = whole["links"].as_array().expect("links").iter()
            .map(|link| (&link["relation"], &link["direction"], &link["event"]["title"])).collect();
        assert_eq!(links, [(&json!("follows"), &json!("outgoing"), &json!("Linked")),
            (&json!("caused_by"), &json!("incoming"), &json!("Pointing"))]);
        let entries = &world.get(&timeline).ok()["entries"];
        assert_eq!(*entries, json!([{"event_id": id(&kept), "caption": "First"}]));
        assert_eq!(kinds(&world, &pointing), ["created", "corrected"]);
        assert_eq!(kinds(&world, &kept), ["created", "corrected"]);

        // A merge of a survivor is followed as well.
        let last = client.create("/v1/events", &event("Last", json!({})));
        assert_eq!(client.post(&format!("{kept}/merge"), &json!({"into": id(&last)})).status, 200);
        assert_eq!(world.get(&gone).header("location"), Some(last.clone()));
        assert_eq!(world.get(&kept).header("location"), Some(last.clone()));
        let restored = client.send("POST", &format!("{gone}/restore"), &[]);
        assert_eq!(restored.status, 308, "what was merged is not withdrawn: {}", restored.body);
        let named = client.post("/v1/events", &event("New", json!({
            "links": [{"relation": "follows", "event": {"id": id(&gone)}}]})));
        assert_eq!(named.status, 201, "a merged id means its survivor: {}", named.body);
        let links = world.get(&format!("{}?include=links", named.header("location").expect("a place"))).ok();
        assert_eq!(links["links"][0]["event"]["id"], id(&last));
    }

    fn a_link_to_what_was_merged_away_is_one_to_its_survivor(world: World) {
        let world = world.with_source();
        let client = writer(&world);
        let [subject, gone, kept] = ["Subject", "Gone", "Kept"].map(|title| client.create("/v1/events", &event(title, json!({}))));
        assert_eq!(client.post(&format!("{gone}/merge"), &json!({"into": id(&kept)})).status, 200);
        for relation in ["follows", "caused_by"] {
            let link = json!({"relation": relation, "event": {"id": id(&gone)}});
            let added = client.post(&format!("{subject}/links"), &link);
            assert_eq!((added.status, &added.json()["event"]["id"]), (201, &json!(id(&kept))), "{}", added.body);
            assert_eq!(world.get(&added.header("location").expect("a place")).ok(), added.json());
        }
        // Seen from there, each of the two is told once.
        let links = world.get(&format!("{kept}?include=links")).ok();
        let relations: Vec<&Value> = links["links"].as_array().expect("links").iter().map(|link| &link["relation"]).collect();
        assert_eq!(relations, ["follows", "caused_by"]);
    }

    fn a_merged_entity_is_named_by_its_survivor(world: World) {
        let world = world.with_source();
        let client = writer(&world);
        let make = |list: &str, slug: &str, more: Value| {
            let mut document = more;
            document["slug"] = slug.into();
            client.create(list, &document)
        };
        make("/v1/actors", "right", json!({"name": "Union", "kind": "union", "aliases": ["U"]}));
        make("/v1/actors", "wrong", json!({"name": "Uniom", "kind": "union", "external_ids": [{"scheme": "x", "id": "1"}]}));
        make("/v1/actors", "part", json!({"name": "Branch", "kind": "union", "parent_id": "wrong"}));
        make("/v1/locations", "here", json!({"name": "Here", "kind": "locality"}));
        make("/v1/locations", "also-here", json!({"name": "Here too", "kind": "locality"}));
        make("/v1/sources", "other", json!({"publisher": "The Tset", "kind": "news"}));
        let both = client.create("/v1/events", &event("Both", json!({
            "actors": [{"actor": {"id": "wrong"}, "role": "organizer"}, {"actor": {"id": "right"}, "role": "organizer"}],
            "places": [{"location": {"id": "also-here"}}, {"location": {"id": "here"}}],
            "sources": [{"id": "test-source"}, {"id": "other"}],
            "evidence": [{"source": {"id": "other"}, "field": "actors", "ref": {"id": "wrong"}}]})));
        client.create("/v1/events", &event("One", json!({
            "actors": [{"actor": {"id": "wrong"}, "role": "target"}], "sources": [{"id": "other"}]})));
        let before = world.node.index.head().seq;
        for (gone, kept) in [("/v1/actors/wrong", "right"), ("/v1/locations/also-here", "here"), ("/v1/sources/other", "test-source")] {
            let merged = client.post(&format!("{gone}/merge"), &json!({"into": kept}));
            assert_eq!(merged.status, 200, "{gone}: {}", merged.body);
            let answer = world.get(gone);
            assert_eq!(answer.status, 301, "{gone}");
            let survivor = world.get(&answer.header("location").expect("a place")).ok();
            assert_eq!(survivor["slug"], kept);
        }
        let union = world.get("/v1/actors/right").ok();
        assert_eq!((&union["aliases"], &union["event_count"]), (&json!(["U", "Uniom"]), &json!(2)));
        assert_eq!(union["external_ids"], json!([{"scheme": "x", "id": "1"}]));
        assert_eq!(world.get("/v1/actors/part").ok()["parent_id"], union["id"]);
        let (event, _) = client.get(&format!("{both}?include=evidence"));
        let names = |list: &str, pointer: &str| -> Vec<String> {
            let items = event[list].as_array().expect("a list").iter();
            items.map(|item| item.pointer(pointer).and_then(Value::as_str).expect("a name").to_owned()).collect()
        };
        assert_eq!(names("actors", "/actor/slug"), ["right"]);
        assert_eq!(names("places", "/location/slug"), ["here"]);
        assert_eq!(names("sources", "/publisher"), ["The Test"]);
        assert_eq!(names("evidence", "/ref/slug"), ["right"]);
        assert_eq!(names("evidence", "/source/publisher"), ["The Test"]);
        assert_eq!(titles(&world, "actor=right&sort=recorded"), ["Both", "One"]);
        let past = titles(&world, &format!("actor=wrong&sort=recorded&as_of={before}"));
        assert_eq!(past, ["Both", "One"], "as it was");
        for (merged, found) in [("actor=wrong", 2), ("actor_within=wrong", 2), ("location=also-here", 1), ("source=other", 2)] {
            assert_eq!(titles(&world, merged).len(), found, "{merged}: a merged name means what took it in");
        }
        let ended = world.get("/v1/actors/wrong/revisions/2");
        assert_eq!((ended.status, ended.header("location")), (410, None), "{}", ended.body);
        assert_eq!(kinds(&world, &both), ["created", "corrected", "corrected", "corrected"]);
    }

    fn a_split_event_names_its_parts(world: World) {
        let world = world.with_source();
        let client = writer(&world);
        let gone = client.create("/v1/events", &event("Whole", json!({"external_ids": [{"scheme": "a", "id": "1"}]})));
        let timeline = client.create("/v1/timelines", &json!({"title": "A line", "entries": [{"event_id": id(&gone), "caption": "It"}]}));
        let pointing = client.create("/v1/events", &event("Pointing", json!({
            "links": [{"relation": "follows", "event": {"id": id(&gone)}}]})));
        let one = json!({"parts": [event("Only", json!({}))]});
        let refused = client.post(&format!("{gone}/split"), &one);
        assert_eq!((refused.status, refused.faults()), (422, vec![("/parts".into(), "too_few".into())]));
        let faulty = json!({"parts": [event("First", json!({})), {"type": "rally"}]});
        let refused = client.post(&format!("{gone}/split"), &faulty);
        let pointers: Vec<String> = refused.faults().into_iter().map(|(pointer, _)| pointer).collect();
        assert_eq!((refused.status, pointers), (422, vec!["/parts/1/title".to_owned(), "/parts/1/sources".to_owned()]));
        assert_eq!(world.get(&gone).status, 200, "nothing was done");
        let parts = json!({"parts": [event("First", json!({"external_ids": [{"scheme": "a", "id": "1"}]})), event("Second", json!({}))]});
        let split = client.send_json("POST", &format!("{gone}/split"), &[("idempotency-key", "split")], &parts);
        assert_eq!(split.status, 200, "{}", split.body);
        let made = split.json();
        let ids: Vec<&str> = made["data"].as_array().expect("parts").iter().map(|part| part["id"].as_str().expect("an id")).collect();
        let answer = world.get(&gone);
        assert_eq!((answer.status, &answer.json()["parts"]), (410, &json!(ids)));
        let mut left = titles(&world, "type=rally");
        left.sort();
        assert_eq!(left, ["First", "Pointing", "Second"]);
        assert_eq!(world.get(&timeline).ok()["entries"],
            json!([{"event_id": ids[0], "caption": "It"}, {"event_id": ids[1], "caption": "It"}]));
        let links = world.get(&format!("{pointing}?include=links")).ok();
        let linked: Vec<&Value> = links["links"].as_array().expect("links").iter().map(|link| &link["event"]["id"]).collect();
        assert_eq!(linked, ids);
        let again = client.send_json("POST", &format!("{gone}/split"), &[("idempotency-key", "split")], &parts);
        assert_eq!((again.status, again.body), (200, split.body));
        assert_eq!(client.post(&format!("{gone}/split"), &parts).status, 410);
        let mut conn = world.database.parsed().connect().expect("the database is there");
        assert_eq!(check(&mut conn).expect("the store can be read").differences, [""; 0]);
        conn.batch_execute("DELETE FROM lineage").expect("rows");
        let differences = check(&mut conn).expect("the store can be read").differences;
        assert!(differences.iter().any(|one| one.ends_with("it is `split`, and 0 members took the place of its own")),
            "{differences:?}");
    }

    fn what_cannot_be_merged_is_refused(world: World) {
        let world = world.with_source();
        let client = writer(&world);
        let one = client.create("/v1/events", &event("One", json!({})));
        let two = client.create("/v1/events", &event("Two", json!({})));
        let refused = |place: &str, body: Value| {
            let answer = client.post(&format!("{place}/merge"), &body);
            assert_eq!(answer.status, 422, "{body}: {}", answer.body);
            answer.faults()
        };
        let fault = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
        assert_eq!(refused(&one, json!({"into": id(&one)})), fault("/into", "self_reference"));
        assert_eq!(refused(&one, json!({"into": "nobody"})), fault("/into", "unknown_reference"));
        assert_eq!(refused(&one, json!({"into": "019c1159-7000-7000-8000-0000000000ff"})), fault("/into", "unknown_reference"));
        assert_eq!(refused(&one, json!({})), fault("/into", "required"));
        assert_eq!(refused(&one, json!({"into": id(&two), "why": 1})), fault("/why", "unknown_member"));
        client.create("/v1/locations", &json!({"slug": "state", "name": "State", "kind": "admin1"}));
        client.create("/v1/locations", &json!({"slug": "town", "name": "Town", "kind": "locality", "parent_id": "state"}));
        client.create("/v1/locations", &json!({"slug": "street", "name": "Street", "kind": "venue", "parent_id": "town"}));
        let circle = client.post("/v1/locations/state/merge", &json!({"into": "street"}));
        assert_eq!(circle.status, 422, "{}", circle.body);
        assert_eq!(world.get("/v1/locations/state").status, 200);
        let trusted = Client::of(&world, &[Scope::Write, Scope::ReadRestricted]);
        let hidden = client.create("/v1/events", &event("Hidden", json!({"privacy": {"time": "day"}})));
        let answer = trusted.post(&format!("{hidden}/merge"), &json!({"into": id(&two)}));
        assert_eq!((answer.status, answer.faults()), (422, fault("/into", "policy_differs")));
        let stale = client.send_json("POST", &format!("{one}/merge"), &[("if-match", "\"7-0\"")], &json!({"into": id(&two)}));
        assert_eq!(stale.status, 412);
        assert_eq!(world.get("/v1/events").ok()["page"]["total"], 3);
    }

    fn what_is_written_beside_a_merge_follows_too(world: World) {
        let world = world.with_source();
        let client = writer(&world);
        for slug in ["kept", "gone"] {
            client.create("/v1/actors", &json!({"slug": slug, "name": slug, "kind": "union"}));
        }
        let [kept, gone] = ["kept", "gone"].map(|slug| entity_id(&world, &format!("/v1/actors/{slug}")));
        let named = |title: &str, slug: &str| {
            let document = event(title, json!({"actors": [{"actor": {"id": slug}, "role": "organizer"}]}));
            Operation::one(Command::Create { resource: Resource::Event, document })
        };
        let merge = Command::Merge { resource: Resource::Actor, id: gone, into: kept, base: None };
        // All of them are queued before the first is answered, so that the writer may take them together.
        let operations = [named("Before", "gone"), Operation::one(merge), named("Behind", "gone")];
        let answers: Vec<_> = operations.into_iter().map(|operation| world.writer().submit(operation)).collect();
        for answer in answers {
            answer.blocking_recv().expect("an answer").expect("accepted");
        }
        let mut found = titles(&world, "actor=kept");
        found.sort();
        assert_eq!(found, ["Before", "Behind"]);
    }

    fn a_link_or_evidence_that_meets_a_merge_is_told_as_it_was_written(world: World) {
        let world = world.with_source();
        let client = writer(&world);
        let [subject, kept, gone] = ["Subject", "Kept", "Gone"].map(|title| client.create("/v1/events", &event(title, json!({}))));
        let queued = |count: usize| {
            let line = format!("marchline_writer_queue_operations {count}\n");
            while !world.get("/metrics").body.contains(&line) {
                std::thread::yield_now();
            }
        };
        // Nobody can write until all of them are in the queue, and the merge is the first.
        let mut conn = world.database.parsed().connect().expect("the database is there");
        write::begin(&mut conn).expect("the lock");
        let [into, merged] = [&kept, &gone].map(|place| id(place).parse().expect("an id"));
        let merge = Command::Merge { resource: Resource::Event, id: merged, into, base: None };
        let merge = world.writer().submit(Operation::one(merge));
        queued(0);
        let link = json!({"relation": "follows", "event": {"id": id(&gone)}});
        let evidence = json!({"source": {"id": "test-source"}, "field": "title"});
        let send = |path: &str, body: &Value| {
            client.send_json("POST", path, &[("idempotency-key", "once")], body)
        };
        let [linked, shown] = std::thread::scope(|scope| {
            let linking = scope.spawn(|| send(&format!("{subject}/links"), &link));
            queued(1);
            let showing = scope.spawn(|| client.post(&format!("{gone}/evidence"), &evidence));
            queued(2);
            conn.batch_execute("ROLLBACK").expect("the lock is given back");
            [linking, showing].map(|thread| thread.join().expect("an answer"))
        });
        merge.blocking_recv().expect("an answer").expect("it is merged");
        assert_eq!(linked.status, 201, "{}", linked.body);
        assert_eq!(linked.json()["event"], json!({"id": id(&kept), "title": "Kept"}));
        let place = linked.header("location").expect("where it is");
        assert_eq!(world.get(&place).ok(), linked.json());
        let again = send(&format!("{subject}/links"), &link);
        assert_eq!((again.status, again.header("location"), again.json()), (201, Some(place), linked.json()));
        assert_eq!(shown.status, 308, "{}", shown.body);
        assert!(shown.header("location").is_some_and(|to| to.starts_with(&format!("{kept}/evidence"))), "{:?}", shown.headers);
    }

    fn a_survivor_that_is_hidden_is_not_told(world: World) {
        let world = world.with_source();
        let trusted = Client::of(&world, &[Scope::Write, Scope::ReadRestricted]);
        let public = trusted.create("/v1/events", &event("Public", json!({})));
        let hidden = trusted.create("/v1/events", &event("Hidden", json!({"privacy": {"embargo": true}})));
        assert_eq!(trusted.post(&format!("{public}/merge"), &json!({"into": id(&hidden)})).status, 200);
        for method in ["GET", "DELETE"] {
            let answer = writer(&world).send(method, &public, &[("if-match", "*")]);
            assert_eq!((answer.status, answer.header("location")), (410, None), "{}", answer.body);
            assert!(!answer.body.contains(id(&hidden)), "{}", answer.body);
        }
        let refused = writer(&world).post(&format!("{}/merge", trusted.create("/v1/events", &event("Third", json!({})))),
            &json!({"into": id(&hidden)}));
        assert_eq!((refused.status, refused.faults()), (422, vec![("/into".to_owned(), "unknown_reference".to_owned())]));
    }

    fn an_import_knows_what_was_merged(world: World) {
        let world = world.with_source();
        let client = writer(&world);
        for slug in ["kept", "gone"] {
            client.create("/v1/actors", &json!({"slug": slug, "name": slug, "kind": "union"}));
        }
        let import = |title: &str, digest: i64, force: bool| {
            let document = event(title, json!({"actors": [{"actor": {"id": "gone"}, "role": "organizer"}],
                "external_ids": [{"scheme": "file", "id": "1"}]}));
            let row = ImportedRow { scheme: "file".to_owned(), id: "1".to_owned(), digest, force };
            let outcome = world.submit(Operation::one(Command::Import { document, row })).expect("accepted");
            (outcome.done[0].kind, outcome.done[0].conflict)
        };
        assert_eq!(import("First", 1, false), (Some(ChangeKind::Created), false));
        assert_eq!(client.post("/v1/actors/gone/merge", &json!({"into": "kept"})).status, 200);
        // The merge changed the event, and nobody edited it; the name that the file still has means the survivor.
        assert_eq!(import("Second", 2, false), (Some(ChangeKind::Corrected), false));
        assert_eq!(titles(&world, "actor=kept"), ["Second"]);
        let list = world.get("/v1/events").ok();
        let imported = format!("/v1/events/{}", list["data"][0]["id"].as_str().expect("an id"));
        let other = client.create("/v1/events", &event("Other", json!({})));
        assert_eq!(client.post(&format!("{imported}/merge"), &json!({"into": id(&other)})).status, 200);
        // What an editor merged away is not brought back, by no means.
        assert_eq!(import("Third", 3, true), (None, true));
        assert_eq!(titles(&world, "type=rally"), ["Other"]);
    }

    fn an_import_takes_nothing_from_what_took_in_another(world: World) {
        let world = world.with_source();
        let client = writer(&world);
        let import = |title: &str, digest: i64| {
            let document = event(title, json!({"external_ids": [{"scheme": "file", "id": "1"}]}));
            let row = ImportedRow { scheme: "file".to_owned(), id: "1".to_owned(), digest, force: false };
            world.submit(Operation::one(Command::Import { document, row })).expect("accepted").done[0].conflict
        };
        assert!(!import("First", 1));
        let kept = world.get("/v1/events").ok()["data"][0]["id"].clone();
        let other = client.create("/v1/events", &event("Other", json!({"external_ids": [{"scheme": "archive", "id": "7"}]})));
        assert_eq!(client.post(&format!("{other}/merge"), &json!({"into": kept})).status, 200);
        assert!(import("Second", 2), "an editor has changed it");
        assert_eq!(titles(&world, "external_id=archive:7"), ["First"]);
    }
}

fn entity_id(world: &World, place: &str) -> Uuid {
    world.get(place).ok()["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}
