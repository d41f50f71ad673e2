//! Events that may be one: found behind every way of writing, told with reasons, decided by editors, and remembered.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;

use marchline::domain::resource::Resource;
use marchline::domain::scope::Scope;
use marchline::duplicates::search::Search;
use marchline::node::operation::{Command, Operation};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::concurrency::Second;
use crate::support::ccc::{Generated, Shape, rows};
use crate::support::client::Client;
use crate::support::http::{Answer, send};
use crate::support::imports::{catch_up, import};
use crate::support::on_both_databases;
use crate::support::program::Served;
use crate::support::schema::differences;
use crate::support::town::location;
use crate::support::world::{World, event};

/// A march on the square, with other members.
fn march(title: &str, more: Value) -> Value {
    let mut document = event(
        title,
        json!({
            "type": "march", "when": {"start": {"edtf": "2026-03-14"}}, "places": [{"location": {"id": "square"}}],
            "actors": [{"actor": {"id": "union"}, "role": "organizer"}],
        }),
    );
    for (name, value) in more.as_object().expect("members") {
        document[name] = value.clone();
    }
    document
}

const ONE: &str = "Workers march for higher wages";
const OTHER: &str = "Higher wages: workers take to the square";

/// The same march as another paper tells of it.
fn told_again(more: Value) -> Value {
    let mut document = march(
        OTHER,
        json!({
            "type": "rally", "when": {"start": {"edtf": "2026-03-14T18:00:00"}}, "sources": [{"id": "other-source"}],
        }),
    );
    for (name, value) in more.as_object().expect("members") {
        document[name] = value.clone();
    }
    document
}

impl World {
    /// The town, two papers, and a search; the search stops with what is returned beside.
    fn searched(self) -> (Self, Search) {
        let world = self.with_town();
        world.put(Resource::Source, json!({"slug": "other-source", "publisher": "The Other", "kind": "news"}));
        let search = search(&world);
        (world, search)
    }

    fn event(&self, document: Value) -> Uuid {
        self.put(Resource::Event, document).id
    }

    /// The pairs that a query finds, when everything that is written has been looked through.
    fn pairs(&self, query: &str) -> Vec<Value> {
        self.searched_through();
        list(self.get(&format!("/v1/duplicates?{query}")))
    }

    fn searched_through(&self) {
        let seq = self.seq();
        checked(self.base(), seq);
    }

    /// The only open pair.
    fn pair(&self) -> Value {
        let mut pairs = self.pairs("");
        assert_eq!(pairs.len(), 1, "{pairs:?}");
        pairs.remove(0)
    }
}

fn search(world: &World) -> Search {
    Search::start(world.database.parsed(), Arc::clone(&world.node.index))
}

/// How far a server says that the log was looked through.
fn served_through(base: &str) -> i64 {
    send(base, "GET", "/v1/duplicates?limit=1", &[]).ok()["checked_through"].as_i64().expect("a number")
}

/// Waits until a server says that the log was looked through up to an operation.
fn checked(base: &str, seq: i64) {
    while served_through(base) < seq {
        thread::yield_now();
    }
}

fn list(answer: Answer) -> Vec<Value> {
    answer.ok()["data"].as_array().expect("a list").clone()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name}: {value}"))
}

fn events(pair: &Value) -> Vec<Uuid> {
    pair["events"].as_array().expect("a list").iter().map(|event| text(event, "id").parse().expect("an id")).collect()
}

fn writer(world: &World) -> Client {
    Client::of(world, &[Scope::Write])
}

fn item(pair: &Value) -> String {
    format!("/v1/duplicates/{}", text(pair, "id"))
}

on_both_databases! {
    fn two_reports_of_one_march_are_proposed_with_reasons(world: World) {
        let (world, _search) = world.searched();
        let client = writer(&world);
        let id = |target: String| target.rsplit('/').next().expect("an id").parse::<Uuid>().expect("an id");
        let one = id(client.create("/v1/events", &march(ONE, json!({}))));
        assert_eq!(world.pairs(""), [Value::Null; 0]);
        let other = id(client.create("/v1/events", &told_again(json!({}))));
        let pair = world.pair();
        assert_eq!(events(&pair), [one, other], "the one that was recorded first comes first");
        assert_eq!((&pair["state"], &pair["decision"], &pair["seq"]), (&json!("open"), &Value::Null, &json!(world.seq())));
        assert_eq!((&pair["events"][1]["title"], &pair["events"][1]["type"]), (&json!(OTHER), &json!("rally")));
        let features: Vec<_> = pair["reasons"].as_array().expect("reasons").iter().map(|reason| text(reason, "feature")).collect();
        assert_eq!(features, ["type", "time", "distance", "actors", "title"], "none tells of the other's source");
        let sum = |of: &dyn Fn(&Value) -> f64| pair["reasons"].as_array().expect("reasons").iter().map(of).sum::<f64>();
        let number = |reason: &Value, name: &str| reason[name].as_f64().expect("a number");
        let score = sum(&|reason| number(reason, "value") * number(reason, "weight")) / sum(&|reason| number(reason, "weight"));
        assert!((number(&pair, "score") - score).abs() < 0.001, "the score can be worked out: {pair}");
        assert_eq!(world.get(&item(&pair)).ok(), pair);
        let page = world.get("/v1/duplicates").ok();
        assert_eq!((&page["page"]["total"], &page["query"]), (&json!(1), &json!({"event": [], "state": ["open"], "min_score": 0.0})));
    }

    fn what_is_not_one_event_is_not_proposed(world: World) {
        let (world, _search) = world.searched();
        world.put(Resource::Location, location("far", "locality", Some("state"), json!({"point": {"lat": 38.5, "lon": -121.5}})));
        let first = world.event(march(ONE, json!({})));
        let counter = json!([{"relation": "counter_of", "event": {"id": first}}]);
        for unlike in [
            told_again(json!({"when": {"start": {"edtf": "2026-03-17"}}})),
            told_again(json!({"places": [{"location": {"id": "far"}}]})),
            told_again(json!({"when": null})),
            march("Neighbours against the new jail", json!({"type": "sit_in", "actors": []})),
            march("Officers clear the square", json!({"type": "dispersal", "actors": []})),
            told_again(json!({"type": "counter_protest", "links": counter})),
        ] {
            let id = world.event(unlike.clone());
            assert_eq!(world.pairs(""), [Value::Null; 0], "{unlike}");
            world.retract(Resource::Event, id, "Another case");
        }
        let parts = vec![march(ONE, json!({})), march(ONE, json!({"when": {"start": {"edtf": "2026-03-14T18:00:00"}}}))];
        world.submit(Operation::one(Command::Split { id: first, parts, base: None })).expect("it can be split");
        assert_eq!(world.pairs(""), [Value::Null; 0], "whoever split an event has told its parts apart");
    }

    fn rows_of_a_file_are_compared_with_each_other_and_with_what_is_there(world: World) {
        let (world, _search) = world.searched();
        let take = |titles: [&str; 2]| {
            let row = |title: &str| format!("2026-03-14,Austin,TX,{title},march,Example Union,https://news.example/{title}");
            let header = "date,locality,state,title,event_type,actors,source1";
            let text = format!("{header}\n{}\n{}\n", row(titles[0]), row(titles[1]));
            let report = import(&world, &Generated { text, ..rows(1, 0, Shape::Phase3) }, &[]);
            assert_eq!(report["created"], 2, "{report}");
            catch_up(&world);
        };
        take(["Workers march for higher wages", "March for higher wages of workers"]);
        assert_eq!(world.pairs("").len(), 1);
        take(["Higher wages for workers", "Keep the library open"]);
        assert_eq!(world.pairs("").len(), 3, "each of the three with each other");
    }

    fn accepting_merges_and_is_told_by_the_history(world: World) {
        let (world, _search) = world.searched();
        let client = writer(&world);
        let (one, other) = (world.event(march(ONE, json!({}))), world.event(told_again(json!({}))));
        let pair = world.pair();
        let accept = format!("{}/accept?reason=One%20march", item(&pair));
        let send = || client.send("POST", &accept, &[("idempotency-key", "once")]);
        let answer = send();
        let etag = answer.header("etag");
        let survivor = answer.ok();
        assert_eq!((&survivor["id"], &survivor["revision"]), (&json!(one), &json!(2)), "the one recorded first stays");
        assert_eq!(survivor["sources"].as_array().map(Vec::len), Some(2));
        let again = send();
        assert_eq!((again.header("etag"), again.ok()), (etag, survivor.clone()), "done once, answered alike");
        assert_eq!(world.get(&format!("/v1/events/{other}")).status, 301);
        assert_eq!(world.pairs(""), [Value::Null; 0]);
        let accepted = &world.pairs("state=accepted")[0];
        assert_eq!((&accepted["id"], accepted["events"].as_array().map(Vec::len)), (&pair["id"], Some(2)));
        let decision = &accepted["decision"];
        assert_eq!((&decision["survivor"], &decision["reason"], &decision["by"]), (&json!(one), &json!("One march"), &json!("The desk")));
        let seq = world.seq();
        assert_eq!(client.send("POST", &accept, &[]).ok(), survivor, "what is accepted already stays so");
        let otherwise = client.post(&format!("{}/accept", item(&pair)), &json!({"into": other}));
        assert_eq!(otherwise.status, 409, "{}", otherwise.body);
        assert_eq!(client.send("POST", &format!("{}/reject", item(&pair)), &[]).status, 409);
        assert_eq!(world.seq(), seq);
    }

    fn which_one_stays_can_be_chosen_and_a_failed_merge_leaves_the_pair_open(world: World) {
        let (world, _search) = world.searched();
        let client = writer(&world);
        let (one, other) = (world.event(march(ONE, json!({}))), world.event(told_again(json!({}))));
        let accept = format!("{}/accept", item(&world.pair()));
        let into = json!({"into": other});
        assert_eq!(client.send_json("POST", &accept, &[("if-match", "\"7.1-0\"")], &into).status, 412);
        assert_eq!(world.pair()["state"], "open");
        assert_eq!(client.post(&accept, &into).ok()["id"], json!(other));
        assert_eq!(world.get(&format!("/v1/events/{one}")).status, 301);
    }

    fn whoever_merges_the_two_has_accepted(world: World) {
        let (world, _search) = world.searched();
        let (one, other) = (world.event(march(ONE, json!({}))), world.event(told_again(json!({}))));
        let pair = world.pair();
        writer(&world).post(&format!("/v1/events/{one}/merge"), &json!({"into": other})).ok();
        let accepted = world.pairs("state=accepted");
        assert_eq!((&accepted[0]["id"], &accepted[0]["decision"]["survivor"]), (&pair["id"], &json!(other)));
        world.retract(Resource::Event, other, "There was none");
        assert_eq!(world.pairs("state=accepted"), [Value::Null; 0]);
        assert_eq!(world.get(&item(&pair)).status, 404);
    }

    fn why_a_pair_was_rejected_is_hidden_with_what_was_compared(world: World) {
        let (world, _search) = world.searched();
        let client = writer(&world);
        let one = world.event(march(ONE, json!({})));
        world.event(told_again(json!({})));
        let pair = world.pair();
        client.send("POST", &format!("{}/reject?reason=One%20was%20in%20Elm%20Street", item(&pair)), &[]).ok();
        world.put(Resource::Event, march(ONE, json!({"id": one, "privacy": {"place": "admin1", "public_title": ONE}})));
        assert_eq!(world.pairs(""), [Value::Null; 0], "it is searched");
        let known = client.send("GET", "/v1/duplicates?state=rejected", &[]);
        assert!(!known.body.contains("Elm Street"), "{}", known.body);
    }

    fn a_rejection_is_remembered(world: World) {
        let (world, search_before) = world.searched();
        let client = writer(&world);
        let (one, other) = (world.event(march(ONE, json!({}))), world.event(told_again(json!({}))));
        let pair = world.pair();
        let rejected = client.send("POST", &format!("{}/reject?reason=Two%20unions&source=other-source", item(&pair)), &[]).ok();
        let decision = &rejected["decision"];
        assert_eq!((&rejected["state"], &decision["reason"], &decision["source"], &decision["by"], &decision["survivor"]),
            (&json!("rejected"), &json!("Two unions"), &json!("other-source"), &json!("The desk"), &Value::Null));
        let again = client.send("POST", &format!("{}/reject?reason=Otherwise", item(&pair)), &[]).ok();
        assert_eq!(again, rejected, "the first decision is the one that is kept");
        drop(search_before);
        let _search = search(&world);
        world.put(Resource::Event, told_again(json!({"id": other, "title": ONE})));
        assert_eq!(world.pairs(""), [Value::Null; 0]);
        let known = world.pairs("state=rejected");
        assert_eq!((known.len(), &known[0]["events"][1]["title"], &known[0]["decision"]), (1, &json!(ONE), decision));
        let third = world.event(march("Workers on the march for higher wages", json!({})));
        assert_eq!(world.pairs("").len(), 2, "the third is neither of them yet");
        client.post(&format!("/v1/events/{one}/merge"), &json!({"into": third})).ok();
        assert_eq!(world.pairs(""), [Value::Null; 0], "the third is what the first was, and so not the other");
        let known = world.pairs("state=rejected");
        assert_eq!((known.len(), events(&known[0]).into_iter().collect::<BTreeSet<_>>()), (1, BTreeSet::from([other, third])));
        client.send("POST", &format!("{}/accept", item(&known[0])), &[]).ok();
        assert_eq!(world.pairs("state=accepted,rejected").len(), 3, "who has changed his mind may merge all the same");
        assert_eq!(world.pairs("state=rejected"), [Value::Null; 0]);
    }

    fn a_correction_is_compared_anew(world: World) {
        let (world, _search) = world.searched();
        world.event(march(ONE, json!({})));
        let other = world.event(told_again(json!({})));
        let before = world.pair();
        world.put(Resource::Event, told_again(json!({"id": other, "title": ONE, "type": "march"})));
        let after = world.pair();
        assert_eq!(after["id"], before["id"]);
        assert!(after["score"].as_f64() > before["score"].as_f64(), "{before} {after}");
        world.put(Resource::Event, told_again(json!({"id": other, "title": "Neighbours against the new jail", "actors": []})));
        assert_eq!(world.pairs("state=open,accepted,rejected"), [Value::Null; 0]);
        world.put(Resource::Event, told_again(json!({"id": other})));
        assert_eq!(world.pair(), json!({"seq": world.seq(), "events": world.pair()["events"], "id": before["id"], "state": "open",
            "score": before["score"], "reasons": before["reasons"], "decision": null}));
    }

    fn what_is_hidden_is_in_no_pair(world: World) {
        let (world, first_search) = world.searched();
        let client = Client::of(&world, &[Scope::Write, Scope::ReadRestricted]);
        world.event(march(ONE, json!({})));
        let told = |query: &str| {
            world.searched_through();
            let mut page = world.get(&format!("/v1/duplicates?{query}")).ok();
            page["checked_through"] = Value::Null;
            page
        };
        let before = told("");
        let embargo = json!({"embargo": true});
        let hidden = world.event(told_again(json!({"privacy": embargo})));
        assert_eq!(told(""), before);
        let by_id = |id: Uuid| told(&format!("state=open,accepted,rejected&event={id}"))["data"].clone();
        assert_eq!(by_id(hidden), by_id(Uuid::max()));
        world.put(Resource::Event, told_again(json!({"id": hidden})));
        let pair = world.pair();
        // Hidden at once, and not only when the search comes along.
        drop(first_search);
        world.put(Resource::Event, told_again(json!({"id": hidden, "privacy": embargo})));
        let now = |target: &str| world.get(target);
        assert_eq!(now("/v1/duplicates").ok()["page"]["total"], 0);
        let (gone, never) = (now(&item(&pair)), now("/v1/duplicates/00000000-0000-8000-8000-000000000000"));
        assert_eq!((gone.status, never.status, &gone.json()["code"]), (404, 404, &never.json()["code"]));
        for decision in ["accept", "reject"] {
            assert_eq!(client.send("POST", &format!("{}/{decision}", item(&pair)), &[]).status, 404);
        }
        // What is told coarsely is compared coarsely.
        let coarse = json!({"place": "admin1", "public_title": "Workers for higher wages"});
        world.put(Resource::Event, told_again(json!({"id": hidden, "privacy": coarse})));
        assert_eq!(now("/v1/duplicates").ok()["page"]["total"], 0, "what it was found alike in is hidden now");
        let _search = search(&world);
        let pair = world.pair();
        let place = pair["reasons"].as_array().expect("reasons").iter().find(|reason| reason["feature"] == "distance");
        assert_eq!(place.expect("a place")["weight"], 1.0, "{pair}");
    }

    fn nodes_that_search_at_once_find_each_pair_once(world: World) {
        let (world, _search) = world.searched();
        let second = Second::start(&world.database);
        let _searches = [search(&world), Search::start(world.database.parsed(), Arc::clone(&second.node.index))];
        let put = |number: usize| Command::Put { resource: Resource::Event, document: march(ONE, json!({"summary": number.to_string()})) };
        let documents: Vec<_> = (0..8).map(put).collect();
        for command in documents {
            world.submit(Operation::one(command)).expect("a good document");
        }
        world.searched_through();
        checked(&second.base, world.seq());
        let found = list(world.get("/v1/duplicates?limit=500"));
        let pairs: BTreeSet<_> = found.iter().map(events).collect();
        assert_eq!((found.len(), pairs.len()), (28, 28), "eight events, each with each other");
        assert_eq!(list(send(&second.base, "GET", "/v1/duplicates?limit=500", &[])), found);
    }

    fn pairs_are_listed_page_by_page(world: World) {
        let (world, _search) = world.searched();
        for title in [ONE, "Workers for higher pay and wages", "Higher wages for workers", "Wages higher, workers say", OTHER] {
            world.event(march(title, json!({})));
        }
        let all = world.pairs("");
        let scores: Vec<_> = all.iter().map(|pair| pair["score"].as_f64().expect("a number")).collect();
        assert!(scores.len() > 4 && scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
        let (mut found, mut next) = (Vec::new(), Some(String::new()));
        while let Some(cursor) = next {
            let page = world.get(&format!("/v1/duplicates?limit=2{cursor}")).ok();
            assert_eq!(page["page"]["total"], json!(all.len()));
            found.extend(page["data"].as_array().expect("a list").clone());
            next = page["page"]["next"].as_str().map(|cursor| format!("&cursor={cursor}"));
        }
        assert_eq!(found, all);
        let at_least = scores[1];
        let best = world.pairs(&format!("min_score={at_least}"));
        assert_eq!(best.len(), scores.iter().filter(|score| **score >= at_least).count());
        let id = events(&all[0])[0];
        assert!(world.pairs(&format!("event={id}")).iter().all(|pair| events(pair).contains(&id)));
        assert!(world.pairs(&format!("event=!{id}")).iter().all(|pair| !events(pair).contains(&id)));
        let etag = world.get("/v1/duplicates").header("etag").expect("a validator");
        assert_eq!(world.get_with("/v1/duplicates", &[("if-none-match", &etag)]).status, 304);
    }

    fn a_server_searches_by_itself_and_stops_at_once(world: World) {
        let world = world.with_town();
        world.put(Resource::Source, json!({"slug": "other-source", "publisher": "The Other", "kind": "news"}));
        let served = Served::start(&world.database.url, &[]);
        let client = Client::at(&served.base, &world.database, &[Scope::Write]);
        client.create("/v1/events", &march(ONE, json!({})));
        client.create("/v1/events", &told_again(json!({})));
        catch_up(&world);
        checked(&served.base, world.seq());
        assert_eq!(list(send(&served.base, "GET", "/v1/duplicates", &[])).len(), 1);
        assert_eq!(served.stop(), Some(0));
        let document: Value = serde_json::from_str(&marchline::http::openapi::openapi_text()).expect("JSON");
        let schema = &document["components"]["schemas"]["DuplicateList"];
        let found = differences(&document, schema, &world.get("/v1/duplicates?state=!rejected").ok());
        assert!(found.is_empty(), "{found:#?}");
    }

    fn a_search_that_is_killed_goes_on_where_it_was(world: World) {
        let world = world.with_town();
        let days: Vec<String> = (1..=50).map(|day| format!("2026-{:02}-{:02}", 1 + day / 25, 1 + day % 25)).collect();
        for day in &days {
            for title in [ONE, OTHER, "Higher wages for workers"] {
                world.put(Resource::Event, march(title, json!({"when": {"start": {"edtf": day}}})));
            }
        }
        let mut through = 0;
        while through < world.seq() {
            let served = Served::start(&world.database.url, &[]);
            checked(&served.base, through + 1);
            through = served_through(&served.base);
            // Killed.
            drop(served);
        }
        let found = world.get("/v1/duplicates?limit=500").ok();
        let pairs: BTreeSet<_> = found["data"].as_array().expect("a list").iter().map(events).collect();
        assert_eq!((&found["page"]["total"], pairs.len()), (&json!(150), 150), "each day's three with each other");
    }

    fn nonsense_is_named(world: World) {
        let (world, _search) = world.searched();
        let client = writer(&world);
        let reader = Client::of(&world, &[Scope::ReadRestricted]);
        for (query, parameter, code) in [
            ("state=closed", "state", "unknown_value"), ("state=", "state", "empty"), ("state=open,,", "state", "empty_value"),
            ("event=rally", "event", "malformed"), ("min_score=2", "min_score", "out_of_range"),
            ("min_score=NaN", "min_score", "out_of_range"), ("min_score=x", "min_score", "out_of_range"),
            ("cursor=x", "cursor", "invalid_cursor"), ("limit=0", "limit", "out_of_range"),
            ("as_of=1", "as_of", "unknown_parameter"), ("sort=score", "sort", "unknown_parameter"),
        ] {
            let answer = world.get(&format!("/v1/duplicates?{query}"));
            assert_eq!((answer.status, answer.faults()), (400, vec![(parameter.to_owned(), code.to_owned())]), "{query}");
        }
        world.event(march(ONE, json!({})));
        world.event(told_again(json!({})));
        world.event(march(OTHER, json!({})));
        world.searched_through();
        let next = world.get("/v1/duplicates?limit=1").ok()["page"]["next"].as_str().expect("more").to_owned();
        let answer = world.get(&format!("/v1/duplicates?limit=1&min_score=0.1&cursor={next}"));
        assert_eq!((answer.status, &answer.json()["code"]), (400, &json!("cursor_mismatch")));
        let pair = item(&world.pairs("")[0]);
        for target in ["/v1/duplicates/x", "/v1/duplicates/00000000-0000-8000-8000-000000000000"] {
            assert_eq!(world.get(target).status, 404);
            for decision in ["accept", "reject"] {
                assert_eq!(client.send("POST", &format!("{target}/{decision}"), &[]).status, 404, "{target}");
            }
        }
        for decision in ["accept", "reject"] {
            let target = format!("{pair}/{decision}");
            assert_eq!(world.send("POST", &target, &[]).status, 401);
            assert_eq!(reader.send("POST", &target, &[]).status, 403);
            assert_eq!(client.send("GET", &target, &[]).status, 405);
            assert_eq!(client.send("POST", &format!("{target}?x=1&as_of=1"), &[]).faults().len(), 2);
        }
        for (body, at) in [(json!({"into": "x"}), "/into"), (json!({"into": Uuid::max()}), "/into"), (json!({"in": 1}), "/in"), (json!([]), "")] {
            let answer = client.post(&format!("{pair}/accept"), &body);
            assert_eq!((answer.status, answer.faults()[0].0.as_str()), (422, at), "{body}");
        }
        assert_eq!(client.post(&format!("{pair}/reject"), &json!({"reason": "It is a parameter"})).status, 422);
        let plain = Client::send_json(&client, "PATCH", &format!("{pair}/accept"), &[], &json!({}));
        assert_eq!(plain.status, 405);
        assert_eq!(world.pairs("").len(), 3, "nothing was decided");
    }
}
