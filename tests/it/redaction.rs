//! Redactions as those notice them who ask for one, who read, and who look into the files.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use marchline::domain::resource::Resource;
use marchline::domain::scope::Scope;
use marchline::http::routes::ROUTES;
use marchline::index::saved::SavedIndex;
use marchline::node::Start;
use marchline::node::clock::Clock;
use marchline::store::connection::AnyConnection;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::concurrency::Second;
use crate::support::client::Client;
use crate::support::feed::{Kept, apply, follow};
use crate::support::http::Answer;
use crate::support::on_both_databases;
use crate::support::program::run;
use crate::support::sql::words;
use crate::support::town;
use crate::support::world::{World, event};

/// The name that must not be told.
const NAME: &str = "Jane Roe";
const PARTS: &str = "include=evidence,links,translations";

fn admin(world: &World) -> Client {
    Client::of(world, &[Scope::Admin])
}

/// Somebody of whose doings the public is told.
fn writer(world: &World) -> Client {
    Client::of(world, &[Scope::Write])
}

/// Redacts something that is there, and tells the answer.
fn redact(client: &Client, target: &str, body: &Value) -> Value {
    let answer = client.post(&format!("{target}/redact"), body);
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

fn rally(below: &str) -> String {
    format!("/v1/events/{}{below}", town::RALLY)
}

/// An event with the name in every text that it has.
fn full_of_it() -> Value {
    event(
        "Jane Roe's vigil",
        json!({
            "id": town::RALLY,
            "summary": "Held for Jane Roe, by friends of Jane Roe.",
            "translations": {"es": {"title": "Vigilia por Jane Roe", "summary": "Jane Roe"}},
            "when": {"start": {"edtf": "2026-03-14"}},
            "issues": ["policing"],
            "demands": [{"summary": "for Jane Roe", "verbatim": ["Free Jane Roe"], "stance": "for"}],
            "size": {"text": "dozens of Jane Roe's neighbours", "low": 24},
            "outcomes": {"property_damage": ["Jane Roe's car"], "participant_measures": ["Jane Roe spoke"], "police_measures": ["Jane Roe was led away"]},
            "evidence": [{"id": "019c1159-7000-7006-8000-0000000e0001", "source": {"id": "test-source"}, "field": "title",
                "value": {"Jane Roe": ["saw", "Jane Roe"]}, "quote": "\"Jane Roe\", they said", "locator": "p. 3, Jane Roe", "attributed_to": "Jane Roe"}],
            "external_ids": [{"scheme": "list", "id": "Jane Roe/1"}, {"scheme": "list", "id": "42"}],
            "privacy": {"reason": "Jane Roe asked", "public_title": "A vigil for Jane Roe", "public_summary": "Jane Roe"},
        }),
    )
}

/// Everything that the API says to a reader as of some operations, by what was asked.
fn all_that_is_said(world: &World, client: Option<&Client>, seqs: &[i64]) -> BTreeMap<String, Answer> {
    let members = members(world);
    let mut said = BTreeMap::new();
    for route in ROUTES.iter().filter(|route| route.methods.contains(&"get") && route.path.starts_with("/v1")) {
        let of: Vec<&String> = match route.path.split('/').nth(2) {
            Some(resource) if route.path.contains("{id}") => members.get(resource).into_iter().flatten().collect(),
            _ => Vec::new(),
        };
        if route.path.ends_with("/stream") || (route.path.contains("{id}") && of.is_empty()) {
            continue;
        }
        let targets: Vec<String> = if of.is_empty() {
            vec![route.path.to_owned()]
        } else {
            of.iter().map(|id| route.path.replace("{id}", id)).collect()
        };
        for target in targets.iter().flat_map(|target| numbered(target)) {
            let has_past = !["/v1/vocabulary", "/v1/keys", "/v1/webhooks", "/v1/imports", "/v1/duplicates"]
                .iter()
                .any(|own| target.starts_with(own));
            let takes_parts = target.starts_with("/v1/events") || target == "/v1/changes";
            let moments = seqs.iter().map(|seq| format!("as_of={seq}")).filter(|_| has_past);
            for moment in moments.chain([String::new()]) {
                let parts = if takes_parts && is_event_view(&target) { PARTS } else { "" };
                let limit = if target == "/v1/changes" { "limit=500" } else { "" };
                let query: Vec<&str> =
                    [moment.as_str(), parts, limit].into_iter().filter(|part| !part.is_empty()).collect();
                let asked = format!("{target}?{}", query.join("&"));
                let asked = asked.trim_end_matches('?').to_owned();
                let answer = client.map_or_else(|| world.get(&asked), |client| client.send("GET", &asked, &[]));
                said.insert(asked, answer);
            }
        }
    }
    said
}

fn is_event_view(target: &str) -> bool {
    let rest = target.trim_start_matches("/v1/events");
    let below = rest.trim_start_matches('/').split('/').nth(1);
    !["/histogram", "/facets", "/extent"].contains(&rest) && (below.is_none() || target.contains("/revisions/"))
}

/// A path for each version that a member may have, where it takes one; none where it takes another part.
fn numbered(target: &str) -> Vec<String> {
    if target.contains("{part}") {
        return Vec::new();
    }
    if target.contains("{n}") {
        (1..6).map(|n| target.replace("{n}", &n.to_string())).collect()
    } else {
        vec![target.to_owned()]
    }
}

/// The members of all resources, by the name of the collection, also those that have ceased.
fn members(world: &World) -> BTreeMap<String, Vec<String>> {
    let mut conn = world.database.parsed().connect().expect("the database is there");
    let mut members: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let id = match &conn {
        AnyConnection::Sqlite(_) => "lower(hex(id))",
        AnyConnection::Postgres(_) => "id::text",
    };
    for word in words(&mut conn, &format!("SELECT resource || 's ' || {id} AS word FROM entity ORDER BY no")) {
        let (resource, id) = word.split_once(' ').expect("two words");
        let id: Uuid = id.parse().expect("an id");
        members.entry(resource.to_owned()).or_default().push(id.to_string());
    }
    members
}

/// Fails where a name is in something that the API says, to anybody.
fn assert_said_nowhere(world: &World, names: &[&str]) {
    let head = world.node.index.head().seq;
    let seqs: Vec<i64> = (0..=head).collect();
    for client in [None, Some(&admin(world))] {
        for (asked, answer) in all_that_is_said(world, client, &seqs) {
            assert_ne!(answer.status, 500, "{asked}: {}", answer.body);
            for name in names {
                assert!(!answer.body.contains(name), "{name} is said at {asked}: {}", answer.body);
            }
        }
    }
}

/// Fails where a name is in the database: in a row on PostgreSQL, in a byte of any file on SQLite.
fn assert_stored_nowhere(world: &World, names: &[&str]) {
    let mut conn = world.database.parsed().connect().expect("the database is there");
    if matches!(conn, AnyConnection::Postgres(_)) {
        let tables = "SELECT table_name::text AS word FROM information_schema.tables WHERE table_schema = 'public'";
        for table in words(&mut conn, tables) {
            for row in words(&mut conn, &format!("SELECT t::text AS word FROM {table} t")) {
                let told = names.iter().find(|name| row.contains(**name));
                assert!(told.is_none(), "{table} has {row}");
            }
        }
    }
    for file in std::fs::read_dir(world.database.dir()).expect("a folder") {
        let path = file.expect("a file").path();
        // By another process: one that closes a file of SQLite's gives up the locks that its connections hold on it, and whoever
        // opens the database next takes their shared memory away.
        let bytes = Command::new("cat").arg(&path).stderr(Stdio::null()).output().expect("cat is there").stdout;
        for name in names {
            let at = bytes.windows(name.len()).position(|some| some == name.as_bytes());
            let around = at.map(|at| {
                String::from_utf8_lossy(&bytes[at.saturating_sub(80)..(at + 80).min(bytes.len())]).into_owned()
            });
            assert!(at.is_none(), "{name} is in {}: {around:?}", path.display());
        }
    }
}

/// Fails where `check` finds something.
fn assert_consistent(world: &World) {
    let output = run(&world.database.url, &["check"]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.ends_with(" 0 differences\n"), "{told}");
}

on_both_databases! {
    fn a_name_goes_out_of_everything(world: World) {
        let world = world.with_town().with_source();
        let admin = admin(&world);
        world.put(Resource::Event, full_of_it());
        let target = rally("");
        let patched = |body: Value, reason: &str| {
            let answer = admin.patch(&format!("{target}?reason={reason}"), "*", &body);
            assert_eq!(answer.status, 200, "{}", answer.body);
        };
        patched(json!({"title": "Another title of Jane Roe"}), "Jane%20Roe%20asked%20for%20it");
        patched(json!({"privacy": null}), "Open");
        patched(json!({"title": "A vigil"}), "Without%20a%20name");
        let before = admin.get(&format!("{target}?{PARTS}"));
        assert_eq!(redact(&admin, &target, &json!({"text": [NAME]}))["revision"], 5);
        let (now, etag) = admin.get(&format!("{target}?{PARTS}"));
        assert_ne!(before.1, etag);
        assert_eq!(now["summary"], "Held for [redacted], by friends of [redacted].");
        assert_eq!(now["evidence"][0]["value"], json!({"[redacted]": ["saw", "[redacted]"]}));
        assert_eq!(now["external_ids"], json!([{"scheme": "list", "id": "42"}]));
        assert_eq!((&now["title"], &now["revision"], &now["when"]), (&json!("A vigil"), &json!(5), &before.0["when"]));
        let revisions = world.get(&rally("/revisions")).ok();
        let kinds: Vec<&Value> = revisions["data"].as_array().expect("a list").iter().map(|one| &one["kind"]).collect();
        assert_eq!(kinds, ["created", "corrected", "corrected", "corrected", "redacted"]);
        assert_eq!(revisions["data"][1]["reason"], "[redacted] asked for it");
        assert_eq!(revisions["data"][4]["changes"], json!([]));
        assert_eq!(world.get(&rally("/revisions/1")).ok()["title"], "[redacted]'s vigil");
        assert_said_nowhere(&world, &[NAME]);
        assert_stored_nowhere(&world, &[NAME]);
        assert_consistent(&world);
    }

    fn members_go_out_of_all_versions(world: World) {
        let world = world.with_town().with_source();
        let admin = admin(&world);
        let place = |lat: f64| json!({"location": {"id": "square"}, "point": {"lat": lat, "lon": -118.2501}});
        world.put(Resource::Event, event("rally", json!({"id": town::RALLY, "summary": "At her door.", "when": {"start": {"edtf": "2026-03-14T18:00:00"}, "end": {"edtf": "2026-03-14T20:00:00"}},
            "places": [place(34.0701)], "evidence": [{"id": "019c1159-7000-7006-8000-0000000e0001", "source": {"id": "test-source"}, "field": "places", "quote": "her door"}]})));
        world.put(Resource::Event, event("rally", json!({"id": town::RALLY, "places": [{"location": {"id": "town"}}, place(34.0702)]})));
        let near = "/v1/events?near=34.0701,-118.2501&radius_m=20";
        let first = world.get(&rally("/revisions")).ok()["data"][0]["seq"].as_i64().expect("a number");
        assert_eq!(world.get(&format!("{near}&as_of={first}")).ok()["page"]["total"], 1);
        redact(&admin, &rally(""), &json!({"members": ["/places/*/point", "/evidence", "/summary", "/when/end"]}));
        assert_eq!(world.get(&format!("{near}&as_of={first}")).ok()["page"]["total"], 0);
        let one = world.get(&format!("{}?{PARTS}", rally("/revisions/1"))).ok();
        assert_eq!((&one["summary"], &one["evidence"], &one["when"]["end"]), (&json!(null), &json!([]), &json!(null)));
        assert_eq!((&one["places"][0]["precision"], &one["places"][0]["location"]["slug"]), (&json!("venue"), &json!("square")));
        assert_eq!(one["when"]["start"]["edtf"], "2026-03-14T18:00:00");
        assert_said_nowhere(&world, &["34.0701", "34.0702", "her door"]);
        assert_consistent(&world);
    }

    fn what_is_refused_is_told(world: World) {
        let world = world.with_town().with_source();
        let (admin, writer) = (admin(&world), Client::of(&world, &[Scope::Write, Scope::ReadRestricted]));
        world.put(Resource::Event, event("rally", json!({"id": town::RALLY, "summary": "By Jane Roe."})));
        let target = rally("/redact");
        let body = json!({"text": [NAME]});
        assert_eq!(world.send("POST", &target, &[]).status, 401);
        assert_eq!(writer.post(&target, &body).status, 403);
        let refused = |body: Value| {
            let answer = admin.post(&target, &body);
            assert_eq!(answer.status, 422, "{}", answer.body);
            answer.faults()
        };
        let fault = |at: &str, code: &str| (at.to_owned(), code.to_owned());
        assert_eq!(refused(json!({"text": ["Nobody", NAME], "members": ["/size", "/summary"]})), [fault("/text/0", "not_found"), fault("/members/0", "not_found")]);
        assert_eq!(refused(json!({"text": ["x"], "replacement": "y", "members": ["/title", "size", "/nothing"]})),
            [fault("/text/0", "too_short"), fault("/members/0", "required"), fault("/members/1", "invalid_pointer"), fault("/members/2", "required")]);
        assert_eq!(refused(json!({})), [fault("/text", "required")]);
        assert_eq!(refused(json!({"text": [NAME], "replacement": "not Jane Roe", "within": ["/when"]})), [fault("/replacement", "carries_value"), fault("/within/0", "unknown_member")]);
        assert_eq!(refused(json!({"members": ["/sources/*"]})), [fault("/members", "required")]);
        assert_eq!(refused(json!({"text": [NAME], "within": ["/title"]})), [fault("/text/0", "not_found")]);
        assert_eq!(refused(json!([])), [fault("", "wrong_type")]);
        let told = admin.post(&format!("{target}?reason=Jane%20Roe%20asked"), &body);
        assert_eq!((told.status, told.faults()), (422, vec![fault("", "carries_value")]));
        assert_eq!(admin.send_json("POST", &target, &[("if-match", "\"7.1-0\"")], &body).status, 412);
        assert_eq!(admin.post("/v1/events/019c1159-7000-7000-8000-00000000ffff/redact", &body).status, 404);
        assert_eq!(admin.post(&format!("/v1/actors/{}/redact", town::RALLY), &body).status, 404);
        assert_eq!(world.get(&rally("")).ok()["revision"], 1, "nothing was written");
        let etag = world.get(&rally("")).header("etag").expect("a validator");
        assert_eq!(admin.send_json("POST", &target, &[("if-match", &etag)], &body).status, 200);
    }

    fn it_is_done_once_for_one_key(world: World) {
        let world = world.with_town().with_source();
        let admin = admin(&world);
        let location = writer(&world).create("/v1/actors", &json!({"name": "Friends of Jane Roe", "kind": "informal_group", "slug": "friends-of-jane-roe"}));
        let target = "/v1/actors/friends-of-jane-roe/redact";
        let once = || admin.send_json("POST", target, &[("idempotency-key", "k")], &json!({"text": [NAME]}));
        let (first, again) = (once(), once());
        assert_eq!((first.status, &first.body), (200, &again.body));
        let slug = first.json()["slug"].as_str().expect("a slug").to_owned();
        assert!(slug.starts_with("actor-"), "{slug}");
        assert_eq!(world.get("/v1/actors/friends-of-jane-roe").status, 404);
        let (actor, _) = admin.get(&location);
        assert_eq!((&actor["name"], &actor["slug"], &actor["revision"]), (&json!("Friends of [redacted]"), &json!(slug), &json!(2)));
        assert_eq!(world.get(&format!("/v1/actors/{slug}?as_of={}", first.json()["seq"].as_i64().expect("a number") - 1)).ok()["slug"], json!(slug));
        assert_said_nowhere(&world, &[NAME, "jane-roe"]);
        assert_stored_nowhere(&world, &[NAME, "jane-roe"]);
        assert_consistent(&world);
    }

    fn names_go_out_of_all_other_resources(world: World) {
        let world = world.with_town().with_source();
        let admin = admin(&world);
        let location = json!({"name": "House of Jane Roe", "kind": "venue", "slug": "house", "point": {"lat": 34.0511, "lon": -118.0}, "parent_id": "town", "external_ids": [{"scheme": "osm", "id": "way/777001"}]});
        let source = json!({"publisher": "Jane Roe's paper", "title": "Jane Roe", "kind": "news", "slug": "paper", "url": "https://paper.example/jane%20roe?of=Jane%20Roe",
            "coverage": [{"location": {"id": "town"}, "from": "2026-01-01", "note": "By Jane Roe"}]});
        let campaign = json!({"name": "Free Jane Roe", "aliases": ["Jane Roe now"], "description": "For Jane Roe.", "slug": "free-her"});
        world.put(Resource::Event, event("vigil", json!({"id": town::RALLY})));
        let timeline = json!({"title": "The days of Jane Roe", "slug": "days", "description": "Jane Roe", "entries": [{"event_id": town::RALLY, "caption": "Jane Roe speaks"}]});
        let all = [("locations", "house", location), ("sources", "paper", source), ("campaigns", "free-her", campaign), ("timelines", "days", timeline)];
        for (resource, slug, document) in &all {
            writer(&world).create(&format!("/v1/{resource}"), document);
            let name = if *resource == "timelines" { "title" } else if *resource == "sources" { "publisher" } else { "name" };
            admin.patch(&format!("/v1/{resource}/{slug}"), "*", &json!({name: "Another name"}));
        }
        world.put(Resource::Event, event("vigil", json!({"id": town::RALLY, "places": [{"location": {"id": "house"}}], "campaigns": [{"id": "free-her"}], "sources": [{"id": "paper"}]})));
        for (resource, slug, _) in &all {
            redact(&admin, &format!("/v1/{resource}/{slug}"), &json!({"text": [NAME]}));
        }
        redact(&admin, "/v1/locations/house", &json!({"members": ["/point", "/external_ids/*"]}));
        assert_eq!(world.get("/v1/sources/paper").ok()["url"], json!(null));
        assert_eq!(world.get("/v1/locations/house/revisions/1").ok()["name"], "House of [redacted]");
        assert_said_nowhere(&world, &[NAME, "34.0511", "way/777001"]);
        assert_stored_nowhere(&world, &[NAME, "way/777001"]);
        assert_consistent(&world);
    }

    fn what_has_ceased_can_be_redacted_and_stays_so(world: World) {
        let world = world.with_town().with_source();
        let admin = admin(&world);
        for id in [town::RALLY, town::VIGIL] {
            world.put(Resource::Event, event("Of Jane Roe", json!({"id": id})));
        }
        for slug in ["one", "two", "three"] {
            writer(&world).create("/v1/actors", &json!({"slug": slug, "name": "Jane Roe", "kind": "informal_group"}));
        }
        assert_eq!(admin.delete(&format!("{}?reason=Not%20a%20rally", rally("")), "*").status, 204);
        assert_eq!(admin.delete("/v1/actors/one?reason=A%20person,%20Jane%20Roe", "*").status, 204);
        assert_eq!(admin.post("/v1/actors/two/merge", &json!({"into": "three"})).status, 200);
        let merged = world.get("/v1/actors/two").status;
        let body = json!({"text": [NAME]});
        for target in [rally(""), format!("/v1/events/{}", town::VIGIL)] {
            redact(&admin, &target, &body);
        }
        for slug in ["one", "two", "three"] {
            redact(&admin, &format!("/v1/actors/{slug}"), &body);
        }
        let gone = world.get(&rally(""));
        assert_eq!(gone.status, 410);
        assert!(gone.body.contains("Not a rally"), "{}", gone.body);
        let kinds = |target: &str| -> Vec<Value> {
            world.get(target).ok()["data"].as_array().expect("versions").iter().map(|one| one["kind"].clone()).collect()
        };
        assert_eq!(kinds(&rally("/revisions")), ["created", "retracted", "redacted"]);
        assert_eq!(kinds("/v1/actors/one/revisions"), ["created", "retracted", "redacted"]);
        let one = world.get("/v1/actors/one");
        assert_eq!(one.status, 410);
        assert!(one.body.contains("A person, [redacted]"), "{}", one.body);
        assert_eq!(world.get("/v1/actors/two").status, merged);
        assert_eq!(kinds("/v1/actors/two/revisions"), ["created", "merged", "redacted"]);
        assert_consistent(&world);
        assert_said_nowhere(&world, &[NAME]);
        assert_stored_nowhere(&world, &[NAME]);
        // It comes back without the name.
        let answer = admin.send("POST", &rally("/restore"), &[]);
        assert_eq!((answer.status, &answer.json()["title"]), (200, &json!("Of [redacted]")));
        assert_eq!(admin.send("POST", "/v1/actors/one/restore", &[]).json()["name"], "[redacted]");
        assert_consistent(&world);
    }

    fn whoever_follows_is_told_that_it_happened(world: World) {
        let world = world.with_town().with_source();
        let admin = admin(&world);
        world.put(Resource::Event, event("Jane Roe", json!({"id": town::RALLY, "issues": ["jane-roe", "policing"]})));
        world.put(Resource::Event, event("Hidden Jane Roe", json!({"id": town::VIGIL, "privacy": {"embargo": true}})));
        let before = world.node.index.head().seq;
        redact(&admin, &rally(""), &json!({"text": [NAME, "jane-roe"]}));
        redact(&admin, &format!("/v1/events/{}", town::VIGIL), &json!({"text": [NAME]}));
        let (told, _) = follow(world.base(), &format!("after={before}&{PARTS}"), None);
        assert_eq!(told.len(), 1, "nothing is told of what is hidden: {told:?}");
        let item = &told[0]["items"][0];
        assert_eq!((&item["kind"], &item["matched"], &item["document"]["title"]), (&json!("redacted"), &json!("stayed"), &json!("[redacted]")));
        let (told, _) = follow(world.base(), &format!("after={before}&{PARTS}"), Some(&admin));
        assert_eq!(told.len(), 2);
        assert_eq!(told[1]["items"][0]["kind"], "redacted");
        // Whoever followed what it was found by has to let go of it.
        let (told, _) = follow(world.base(), &format!("after={before}&issue=policing"), None);
        assert_eq!(told[0]["items"][0]["matched"], "stayed");
        let (told, _) = follow(world.base(), &format!("after={before}&type=march"), None);
        assert_eq!((&told[0]["items"][0]["matched"], &told[0]["items"][0]["kind"]), (&json!("left"), &json!("redacted")));
        assert_eq!(world.get("/v1/events?issue=jane-roe").ok()["page"]["total"], 0);
        for reader in [None, Some(&admin)] {
            let (all, _) = follow(world.base(), "", reader);
            let mut kept = Kept::new();
            for entry in &all {
                apply(&mut kept, entry);
            }
            let events = kept.iter().filter(|((resource, _), _)| resource == "event");
            for ((_, id), document) in events {
                let target = format!("/v1/events/{id}");
                let now = reader.map_or_else(|| world.get(&target), |client| client.send("GET", &target, &[])).ok();
                assert_eq!(*document, now);
            }
        }
        assert_said_nowhere(&world, &[NAME, "jane-roe"]);
        assert_stored_nowhere(&world, &[NAME, "jane-roe"]);
        assert_consistent(&world);
    }

    fn other_nodes_and_their_files_let_go_of_it(world: World) {
        let world = world.with_town().with_source();
        let admin = admin(&world);
        world.put(Resource::Event, event("rally", json!({"id": town::RALLY, "issues": ["jane-roe"], "places": [{"location": {"id": "square"}, "point": {"lat": 34.25, "lon": -118.5}}]})));
        admin.create("/v1/actors", &json!({"slug": "crew", "name": "Jane Roe", "kind": "informal_group"}));
        let named = event("vigil", json!({"id": town::VIGIL, "actors": [{"actor": {"id": "crew"}, "role": "organizer"}]}));
        world.put(Resource::Event, named);
        let moment = world.node.index.head().seq;
        let file = world.database.dir().join("timeline.index");
        let start = || Start::new(world.database.parsed(), Clock::system()).expect("the database is there").finish(Some(SavedIndex::at(&file))).expect("it starts");
        // One that is off while it happens, one that runs with a file of its own, and one without.
        drop(start());
        let other = world.database.dir().join("other.index");
        drop(Start::new(world.database.parsed(), Clock::system()).expect("the database").finish(Some(SavedIndex::at(&other))).expect("it starts"));
        let second = Second::with_file(&world.database, Some(&other));
        let vigil = format!("/v1/events/{}?as_of={moment}", town::VIGIL);
        for base in [world.base(), second.base.as_str()] {
            assert!(crate::support::http::send(base, "GET", &vigil, &[]).body.contains(NAME));
        }
        let etag = world.get(&vigil).header("etag").expect("a validator");
        assert!(std::fs::read(&file).expect("a file").windows(8).any(|some| some == b"jane-roe"), "the test means nothing");
        redact(&admin, &rally(""), &json!({"text": ["jane-roe"], "members": ["/places/*/point"]}));
        let seq = redact(&admin, "/v1/actors/crew", &json!({"text": [NAME]}))["seq"].as_i64().expect("a number");
        let reached = seq.to_string();
        for base in [world.base(), second.base.as_str()] {
            let answer = crate::support::http::send(base, "GET", &vigil, &[("min-revision", &reached), ("if-none-match", &etag)]);
            assert_eq!(answer.status, 200, "the validator is that of something else");
            assert!(!answer.body.contains(NAME), "{}", answer.body);
            assert_eq!(crate::support::http::send(base, "GET", "/v1/events?issue=jane-roe", &[("min-revision", &reached)]).ok()["page"]["total"], 0);
        }
        drop(second);
        drop(start());
        assert_stored_nowhere(&world, &[NAME, "jane-roe"]);
        for file in [&file, &other] {
            let bytes = std::fs::read(file).expect("it was saved");
            let point = 34.25_f64.to_le_bytes();
            assert!(!bytes.windows(8).any(|some| some == point), "{} has the point", file.display());
        }
        assert_said_nowhere(&world, &[NAME, "jane-roe", "34.25"]);
        assert_consistent(&world);
        let output = run(&world.database.url, &["check", "--index-file", &file.display().to_string()]);
        assert!(String::from_utf8_lossy(&output.stdout).ends_with(" 0 differences\n"), "{}", String::from_utf8_lossy(&output.stdout));
    }
}
