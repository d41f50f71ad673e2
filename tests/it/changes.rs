//! The change feed: what it tells, to whom, and that what is made of it is what the lists say.

use std::collections::BTreeSet;

use marchline::domain::resource::Resource;
use marchline::domain::scope::Scope;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::feed::{Kept, Reader, apply, ask, follow, seq};
use crate::support::filters::random_filters;
use crate::support::on_both_databases;
use crate::support::oracle::Moment;
use crate::support::random::{Generator, Random};
use crate::support::world::{World, event};

const LISTS: [&str; 6] = ["event", "actor", "location", "source", "campaign", "timeline"];

/// The ids of all that a list has at an operation.
fn listed(world: &World, list: &str, query: &str, at: i64, reader: Reader<'_>) -> BTreeSet<String> {
    let whole = ask(world.base(), &format!("/v1/{list}s?{query}&limit=500&as_of={at}"), reader).ok();
    assert_eq!(whole["page"]["next"], Value::Null, "one page holds all there is");
    let ids = whole["data"].as_array().expect("a list").iter().map(|one| one["id"].as_str().expect("an id").to_owned());
    ids.collect()
}

fn ids(kept: &Kept, list: &str) -> BTreeSet<String> {
    kept.keys().filter(|(resource, _)| resource == list).map(|(_, id)| id.clone()).collect()
}

/// The items of the entry of an operation, without what every document says.
fn items(entries: &[Value], at: i64) -> Vec<Value> {
    let entry = entries.iter().find(|entry| seq(entry) == at);
    let items = entry.into_iter().flat_map(|entry| entry["items"].as_array().expect("items"));
    let short = |item: &Value| json!([item["id"], item["kind"], item["matched"], item["document"]["title"]]);
    items.map(short).collect()
}

fn restless(world: &World) -> Generator {
    let mut generator = Generator::new(Random::new());
    generator.fill(world, 20);
    for _ in 0..2 {
        generator.live(world, 40);
        generator.cover(world, 8);
    }
    generator
}

on_both_databases! {
    fn folded_to_any_operation_it_is_the_state_then(world: World) {
        let mut random = restless(&world).random.fork();
        let insider = Client::of(&world, &[Scope::ReadRestricted]);
        for reader in [None, Some(&insider)] {
            let (entries, looked) = follow(world.base(), &format!("limit={}", random.between(1, 60)), reader);
            assert_eq!(looked.last(), Some(&world.seq()));
            if reader.is_some() {
                let told: Vec<i64> = entries.iter().map(seq).collect();
                assert_eq!(told, (1..=world.seq()).collect::<Vec<_>>(), "every operation is told");
            }
            let mut kept = Kept::new();
            for entry in &entries {
                apply(&mut kept, entry);
                let at = seq(entry);
                if at != world.seq() && !random.chance(15) {
                    continue;
                }
                for list in LISTS {
                    assert_eq!(ids(&kept, list), listed(&world, list, "", at, reader), "{list}s at {at}");
                }
                for item in entry["items"].as_array().expect("items").iter().filter(|item| item["document"].is_object()) {
                    let place = format!("/v1/{}s/{}?as_of={at}", item["resource"].as_str().expect("text"), item["id"].as_str().expect("an id"));
                    assert_eq!(item["document"], ask(world.base(), &place, reader).ok(), "{place}");
                }
            }
        }
    }

    fn filtered_it_is_the_list_at_any_operation(world: World) {
        let mut random = restless(&world).random.fork();
        let insider = Client::of(&world, &[Scope::ReadRestricted]);
        for number in 0..24 {
            let reader = [None, Some(&insider)][number % 2];
            let newest = match reader {
                None => Moment::read(&world, world.seq()),
                Some(client) => Moment::read_by(client, &world, world.seq()),
            };
            let filters = random_filters(&mut random, &newest);
            let written = |(name, value): &(&str, String)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC));
            let query = filters.iter().map(written).collect::<Vec<_>>().join("&");
            let (entries, looked) = follow(world.base(), &format!("{query}&limit=7"), reader);
            let mut kept = Kept::new();
            let mut told = entries.iter().peekable();
            for at in 1..=world.seq() {
                if told.peek().is_some_and(|entry| seq(entry) == at) {
                    apply(&mut kept, told.next().expect("an entry"));
                }
                if looked.contains(&at) || random.chance(8) {
                    assert_eq!(ids(&kept, "event"), listed(&world, "event", &query, at, reader), "{filters:?} at {at}");
                }
            }
            assert!(entries.iter().flat_map(|entry| entry["items"].as_array().expect("items")).all(|item| item["resource"] == "event"));
        }
    }

    fn what_happens_to_an_event_has_a_kind_and_a_meaning(world: World) {
        let world = world.with_source();
        let client = Client::of(&world, &[Scope::Write]);
        let id = |place: &str| place.rsplit('/').next().expect("an id").to_owned();
        let [first, second] = ["One", "Two"].map(|title| client.create("/v1/events", &event(title, json!({}))));
        client.patch(&first, "*", &json!({"title": "One, corrected", "type": "march"}));
        client.delete(&first, "*");
        client.send("POST", &format!("{first}/restore"), &[]);
        client.post(&format!("{first}/merge"), &json!({"into": id(&second)}));
        let parts = client.post(&format!("{second}/split"), &json!({"parts": [event("Part", json!({})), event("Another", json!({}))]})).ok();
        let (entries, _) = follow(world.base(), "", None);
        let [one, two] = [&first, &second].map(|place| id(place));
        assert_eq!(items(&entries, 2), [json!([one, "created", "entered", "One"])]);
        assert_eq!(items(&entries, 4), [json!([one, "corrected", "stayed", "One, corrected"])]);
        assert_eq!(items(&entries, 5), [json!([one, "retracted", "left", null])]);
        assert_eq!(items(&entries, 6), [json!([one, "restored", "entered", "One, corrected"])]);
        let merged = items(&entries, 7);
        assert!(merged.contains(&json!([one, "merged", "left", null])), "{merged:?}");
        assert!(merged.contains(&json!([two, "corrected", "stayed", "Two"])), "{merged:?}");
        let split = items(&entries, 8);
        assert!(split.contains(&json!([two, "split", "left", null])), "{split:?}");
        assert!(split.contains(&json!([parts["data"][0]["id"], "created", "entered", "Part"])), "{split:?}");
        let (marches, _) = follow(world.base(), "type=march", None);
        assert_eq!(items(&marches, 4), [json!([one, "corrected", "entered", "One, corrected"])]);
        let (rallies, _) = follow(world.base(), "type=rally", None);
        assert_eq!(items(&rallies, 4), [json!([one, "corrected", "left", "One, corrected"])]);
        assert_eq!(items(&rallies, 1), Vec::<Value>::new(), "a filter of events leaves out all else");
    }

    fn the_public_is_told_nothing_of_what_is_hidden(world: World) {
        let world = world.with_source();
        let insider = Client::of(&world, &[Scope::ReadRestricted]);
        let embargo = json!({"embargo": true, "reason": "A court says so"});
        let limits = |title: &str| json!({"time": "month", "reason": "They face prosecution", "public_title": title});
        let id = "019c1159-7000-7000-8000-000000000001";
        let put = |title: &str, kind: &str, privacy: Value| {
            world.put(Resource::Event, event(title, json!({"id": id, "type": kind, "when": {"start": {"edtf": "2026-01-03"}},
                "privacy": privacy})));
            world.seq()
        };
        let hidden = put("Secret", "rally", embargo.clone());
        let shown = put("Secret", "march", limits("Known"));
        let unchanged = put("Secret and more", "march", limits("Known"));
        let open = put("Open", "clash", Value::Null);
        let closed = put("Open", "clash", embargo);
        let (entries, looked) = follow(world.base(), "", None);
        assert_eq!(items(&entries, hidden), Vec::<Value>::new());
        assert_eq!(items(&entries, unchanged), Vec::<Value>::new());
        assert_eq!(items(&entries, closed), [json!([id, "retracted", "left", null])]);
        assert_eq!(looked.last(), Some(&closed), "also what told nothing was looked at");
        // What today's policy hides is not told of the past, and by no filter what it was.
        assert_eq!(items(&entries, shown), Vec::<Value>::new());
        assert_eq!(items(&entries, open), Vec::<Value>::new());
        for kind in ["rally", "march", "clash", "vigil"] {
            let (entries, _) = follow(world.base(), &format!("type={kind}"), None);
            assert_eq!(items(&entries, closed), [json!([id, "retracted", "left", null])], "{kind}");
            assert_eq!(entries.len(), 1);
        }
        let text = ask(world.base(), "/v1/changes?include=evidence,links,translations", None).body;
        assert!(!text.contains("Secret") && !text.contains("court") && !text.contains("prosecution"), "{text}");
        let (entries, _) = follow(world.base(), "", Some(&insider));
        assert_eq!(items(&entries, hidden), [json!([id, "created", "entered", "Secret"])]);
        assert_eq!(items(&entries, unchanged), [json!([id, "corrected", "stayed", "Secret and more"])]);
        assert_eq!(items(&entries, closed), [json!([id, "corrected", "stayed", "Open"])]);
        // It comes to be for the public when the embargo ends.
        let ended = put("Open", "clash", limits("Known again"));
        let (entries, _) = follow(world.base(), "", None);
        assert_eq!(items(&entries, ended), [json!([id, "created", "entered", "Known again"])]);
    }

    fn a_poller_goes_on_where_the_page_ended(world: World) {
        let world = world.founded();
        let page = world.get("/v1/changes?limit=40&type=rally").ok();
        let last = world.get("/v1/changes?after=42").ok();
        assert_eq!(last, json!({"data": [], "page": {"next": "/v1/changes?after=42", "last_seq": 42}}));
        assert_eq!(page["page"]["next"], format!("/v1/changes?limit=40&type=rally&after={}", page["page"]["last_seq"]));
        let answer = world.get("/v1/changes?limit=1");
        assert_eq!(answer.json()["page"]["last_seq"], 1);
        let etag = answer.header("etag").expect("a validator");
        assert_eq!(world.get_with("/v1/changes?limit=1", &[("if-none-match", &etag)]).status, 304);
        let head = world.send("HEAD", "/v1/changes?limit=1", &[("accept-encoding", "identity")]);
        assert_eq!((head.status, head.header("etag"), head.body), (200, Some(etag), String::new()));
        let earlier = world.get("/v1/changes?as_of=7&after=5").ok();
        assert_eq!(earlier["page"]["last_seq"], 7);
        let spanish = world.get("/v1/changes?lang=es&include=evidence&type=rally").ok();
        assert!(spanish["data"][0]["items"][0]["document"]["evidence"].is_array(), "{spanish}");
    }

    fn what_cannot_be_honoured_is_named(world: World) {
        let world = world.founded();
        let faults = |query: &str| {
            let answer = world.get(&format!("/v1/changes?{query}"));
            assert_eq!(answer.status, 400, "{}", answer.body);
            answer.faults().into_iter().map(|(name, code)| format!("{name} {code}")).collect::<Vec<_>>()
        };
        assert_eq!(faults("after=43"), ["after ahead_of_store"]);
        assert_eq!(faults("after=-1&limit=0"), ["limit out_of_range", "after out_of_range"]);
        assert_eq!(faults("sort=when&cursor=x"), ["sort unknown_parameter", "cursor unknown_parameter"]);
        assert_eq!(faults("actor=nobody&type=picnic"), ["type unknown_value", "actor unknown_reference"]);
        assert_eq!(world.get_with("/v1/changes", &[("accept", "text/csv")]).status, 406);
        assert_eq!(world.send("POST", "/v1/changes", &[]).status, 405);
    }
}
