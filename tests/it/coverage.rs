//! Coverage: that nobody looked differs from nothing having been found.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use marchline::domain::resource::Resource;
use marchline::domain::scope::Scope;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::http::send;
use crate::support::lists::{fault, faults, texts};
use crate::support::on_both_databases;
use crate::support::random::Random;
use crate::support::town::{id, location};
use crate::support::world::World;

fn source(slug: &str, coverage: Value) -> Value {
    json!({"slug": slug, "publisher": slug, "kind": "dataset", "coverage": coverage})
}

fn entry(place: &str, from: &str, to: Option<&str>, more: Value) -> Value {
    let mut entry = json!({"location": {"id": place}, "from": from, "to": to});
    for (name, value) in more.as_object().expect("members") {
        entry[name] = value.clone();
    }
    entry
}

/// A town in a state of a land, and another land; a data set on the land's demonstrations, a desk in the town, and a paper that
/// looked at the other land for a while.
fn monitored(world: World) -> World {
    let world = world.with_town();
    world.put(Resource::Location, location("far", "country", None, json!({"country": "DE"})));
    world.put(Resource::Location, location("village", "locality", Some("state"), json!({})));
    let whole = entry("land", "2017-01-01", None, json!({"categories": ["demonstration"], "note": "Crowds alone."}));
    world.put(Resource::Source, source("a-dataset", json!([whole])));
    let years = json!([
        entry("town", "2020-01-01", Some("2020-12-31"), json!({})),
        entry("town", "2022-01-01", None, json!({"issues": ["labour"]}))
    ]);
    world.put(Resource::Source, source("b-desk", years));
    world.put(Resource::Source, source("c-paper", json!([entry("far", "2019-03-01", Some("2019-03-31"), json!({}))])));
    world
}

/// The entries that a list gives, each as the slugs of its source and place and its first day.
fn listed(world: &World, query: &str) -> Vec<String> {
    let list = world.get(&format!("/v1/coverage?{query}")).ok();
    let columns = ["/source/slug", "/location/slug", "/from"].map(|pointer| texts(&list, pointer));
    assert_eq!(list["page"]["total"], columns[0].len(), "{query}");
    (0..columns[0].len()).map(|row| columns.each_ref().map(|column| column[row].as_str()).join(" ")).collect()
}

/// The ends of a gap; nothing on a side that is open.
type Gap = (Option<String>, Option<String>);

/// What a question about events is told of its places and days: the state, and the gaps.
fn told(world: &World, query: &str) -> (String, Vec<Gap>) {
    let list = world.get(&format!("/v1/events?{query}")).ok();
    let coverage = &list["coverage"];
    let gaps = coverage["gaps"].as_array().unwrap_or_else(|| panic!("{query}: {list}"));
    assert_eq!(coverage["gap_count"], gaps.len(), "{query}");
    let end = |gap: &Value, name: &str| gap[name].as_str().map(str::to_owned);
    let gaps = gaps.iter().map(|gap| (end(gap, "from"), end(gap, "to"))).collect();
    (coverage["state"].as_str().expect("a state").to_owned(), gaps)
}

fn state(world: &World, query: &str) -> String {
    told(world, query).0
}

fn gap(from: &str, to: &str) -> Gap {
    let end = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    (end(from), end(to))
}

const WHOLE: &str = "a-dataset land 2017-01-01";
const TOWN_ONCE: &str = "b-desk town 2020-01-01";
const TOWN_NOW: &str = "b-desk town 2022-01-01";
const FAR: &str = "c-paper far 2019-03-01";
/// Without a body there is nothing to decompress.
const PLAIN: (&str, &str) = ("accept-encoding", "identity");
const NOTHING: [&str; 0] = [];

on_both_databases! {
    fn a_list_tells_who_looks_where(world: World) {
        let world = monitored(world);
        assert_eq!(listed(&world, ""), [WHOLE, TOWN_ONCE, TOWN_NOW, FAR]);
        let list = world.get("/v1/coverage?source=a-dataset").ok();
        let only = &list["data"][0];
        assert_eq!(only["location"]["country"], "US");
        assert_eq!((&only["to"], &only["categories"], &only["issues"], &only["note"]),
            (&Value::Null, &json!(["demonstration"]), &json!([]), &json!("Crowds alone.")));
        assert_eq!(only["source"]["publisher"], "a-dataset");
        assert_eq!(list["query"], json!({"source": ["a-dataset"], "as_of": world.seq()}));
        assert_eq!(world.get("/v1/sources/a-dataset").ok()["coverage"][0]["location"], only["location"]);
        assert_eq!(world.get("/v1/sources/test-source").ok()["coverage"], json!([]));
    }

    fn filters_are_of_places_and_days(world: World) {
        let world = monitored(world);
        for (query, expected) in [
            ("source=!b-desk", &[WHOLE, FAR][..]),
            ("location=town", &[WHOLE, TOWN_ONCE, TOWN_NOW]),
            ("location=square", &[WHOLE, TOWN_ONCE, TOWN_NOW]),
            ("location=village", &[WHOLE]),
            ("location=land", &[WHOLE, TOWN_ONCE, TOWN_NOW]),
            ("location=land&overlap=definite", &[WHOLE]),
            ("location=square&overlap=definite", &[WHOLE, TOWN_ONCE, TOWN_NOW]),
            ("location=village,far", &[WHOLE, FAR]),
            ("location=!town", &[WHOLE, FAR]),
            ("location=!land", &[FAR]),
            ("country=US", &[WHOLE, TOWN_ONCE, TOWN_NOW]),
            ("country=US&overlap=definite", &[WHOLE]),
            ("country=!US", &[FAR]),
            ("country=FR", &NOTHING),
            ("admin1=US-CA", &[WHOLE, TOWN_ONCE, TOWN_NOW]),
            ("admin1=US-CA&overlap=definite", &[WHOLE]),
            ("admin1=US-NY", &[WHOLE]),
            ("location=town&country=DE", &NOTHING),
            ("from=2021", &[WHOLE, TOWN_NOW]),
            ("from=2021&to=2021", &[WHOLE]),
            ("to=2019-03-01", &[WHOLE, FAR]),
            ("to=2019-02-28", &[WHOLE]),
            ("to=2016", &NOTHING),
            ("from=2020-12-31&to=2020-12-31", &[WHOLE, TOWN_ONCE]),
            ("from=2020-12-31&to=2021-01-01&overlap=definite", &[WHOLE]),
            ("from=2019-04-01T02:00:00%2B04:00&to=2019-04-01T02:00:00%2B04:00", &[WHOLE, FAR]),
            ("from=2019-04-01T02:00:00%2B04:00&time_zone=Asia/Dubai", &[WHOLE, TOWN_ONCE, TOWN_NOW]),
        ] {
            assert_eq!(listed(&world, query), expected, "{query}");
        }
        assert_eq!(faults(&world, "/v1/coverage?location=nowhere&source=x!&from=2020&to=2019&type=rally&country=us"), [
            fault("country", "malformed"), fault("from", "from_after_to"), fault("location", "unknown_reference"),
            fault("source", "malformed"), fault("type", "unknown_parameter")]);
    }

    fn a_list_of_coverage_keeps_the_conventions(world: World) {
        let world = monitored(world);
        let first = world.get("/v1/coverage?limit=3");
        let (etag, link) = (first.header("etag").expect("a validator"), first.header("link").expect("links"));
        let first = first.ok();
        let next = first["page"]["next"].as_str().expect("another page").to_owned();
        assert!(link.contains(&format!("cursor={next}")) && link.contains("rel=\"cite-as\""), "{link}");
        // Pages belong to the moment of the first one.
        world.put(Resource::Source, source("b-a-new-one", json!([entry("far", "2020-01-01", None, json!({}))])));
        let second = world.get(&format!("/v1/coverage?limit=3&cursor={next}")).ok();
        assert_eq!((texts(&second, "/source/slug"), &second["page"]["total"]), (vec!["c-paper".to_owned()], &json!(4)));
        let back = second["page"]["previous"].as_str().expect("the page before").to_owned();
        assert_eq!(world.get(&format!("/v1/coverage?limit=3&cursor={back}")).ok()["data"], first["data"]);
        assert_eq!(world.get(&format!("/v1/coverage?source=a-dataset&cursor={next}")).json()["code"], "cursor_mismatch");
        assert_eq!(world.get_with("/v1/coverage?limit=3", &[("if-none-match", &etag)]).status, 200, "another one came");
        let etag = world.get("/v1/coverage?country=US").header("etag").expect("a validator");
        world.put(Resource::Source, source("c-paper", json!([])));
        assert_eq!(world.get_with("/v1/coverage?country=US", &[("if-none-match", &etag)]).status, 304, "it is the same");
        let head = send(world.base(), "HEAD", "/v1/coverage?country=US", &[PLAIN]);
        assert_eq!((head.status, head.header("etag"), head.body.as_str()), (200, Some(etag), ""));
        assert_eq!(world.get("/v1/coverage?count=none").ok()["page"]["total"], Value::Null);
    }

    fn what_was_known_of_coverage_stays_readable(world: World) {
        let world = world.with_town();
        let nothing = world.seq();
        let window = "location=town&from=2019&to=2019";
        assert_eq!(told(&world, window), ("unknown".to_owned(), vec![]));
        world.put(Resource::Source, source("a", json!([entry("land", "2018-01-01", Some("2019-06-30"), json!({}))])));
        let half = world.seq();
        world.put(Resource::Source, source("a", json!([entry("land", "2018-01-01", None, json!({}))])));
        let whole = world.seq();
        world.retract(Resource::Source, id(world.get("/v1/sources/a").ok()["id"].as_str().expect("an id")), "A mistake");
        assert_eq!((listed(&world, ""), state(&world, window)), (vec![], "unknown".to_owned()));
        assert_eq!(state(&world, &format!("{window}&as_of={whole}")), "monitored");
        assert_eq!(told(&world, &format!("{window}&as_of={half}")), ("partly".to_owned(), vec![gap("2019-07-01", "2019-12-31")]));
        assert_eq!(state(&world, &format!("{window}&as_of={nothing}")), "unknown");
        assert_eq!(listed(&world, &format!("as_of={half}")), ["a land 2018-01-01"]);
        assert_eq!(world.get(&format!("/v1/coverage?as_of={half}")).ok()["data"][0]["to"], "2019-06-30");
        let history = world.get("/v1/sources/a/revisions").ok();
        let change = &history["data"][1]["changes"][0];
        assert_eq!((&change["pointer"], &change["old"][0]["to"], &change["new"][0]["to"]),
            (&json!("/coverage"), &json!("2019-06-30"), &Value::Null));
    }

    fn all_faults_of_coverage_are_told_at_once(world: World) {
        let world = world.with_town();
        let wrong = json!([
            {"location": {"id": "atlantis"}, "from": "2020-02-30", "to": "2020"},
            {"location": {"id": "town"}, "from": "2020-01-02", "to": "2020-01-01"},
            {"location": "town", "categories": ["demonstration", "dancing"], "issues": ["Not A Slug"], "since": "2020"},
            {"location": {"id": "union"}, "from": "2020-1-1", "note": ""},
            {"from": "0000-01-01"}, 7,
        ]);
        let mut found = world.refused(Resource::Source, source("a", wrong));
        found.sort();
        let expected = [
            ("/coverage/0/from", "invalid_date"), ("/coverage/0/location/id", "unknown_reference"),
            ("/coverage/0/to", "invalid_date"), ("/coverage/1/from", "from_after_to"),
            ("/coverage/2/categories/1", "unknown_code"), ("/coverage/2/from", "required"),
            ("/coverage/2/issues/0", "invalid_slug"), ("/coverage/2/location", "wrong_type"),
            ("/coverage/2/since", "unknown_member"), ("/coverage/3/from", "invalid_date"),
            ("/coverage/3/location/id", "unknown_reference"), ("/coverage/3/note", "empty"),
            ("/coverage/4/from", "invalid_date"), ("/coverage/4/location", "required"), ("/coverage/5", "wrong_type"),
        ];
        assert_eq!(found, expected.map(|(pointer, code)| (pointer.to_owned(), code)));
        // What overlaps adds up; what is said twice is said once.
        let twice = entry("town", "2020-01-01", None, json!({"categories": ["policing", "policing"]}));
        let overlapping = entry("town", "2019-01-01", Some("2021-01-01"), json!({}));
        world.put(Resource::Source, source("a", json!([twice, overlapping, twice])));
        assert_eq!(listed(&world, ""), ["a town 2020-01-01", "a town 2019-01-01"]);
        assert_eq!(world.get("/v1/sources/a").ok()["coverage"][0]["categories"], json!(["policing"]));
    }

    fn coverage_is_written_as_it_is_read(world: World) {
        let world = monitored(world);
        let client = Client::of(&world, &[Scope::Write]);
        let place = "/v1/sources/b-desk";
        let (read, etag) = client.get(place);
        let same = client.put(place, &etag, &read);
        assert_eq!((same.status, &same.json()["revision"]), (200, &json!(1)), "{}", same.body);
        let mut edited = read.clone();
        edited["coverage"][0]["to"] = "2021-12-31".into();
        edited["coverage"].as_array_mut().expect("a list").push(entry("village", "2023-05-01", None, json!({})));
        let answer = client.put(place, &etag, &edited);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let (now, etag) = client.get(place);
        assert_eq!(now["coverage"][1], read["coverage"][1]);
        assert_eq!((&now["coverage"][0]["to"], &now["coverage"][2]["location"]["name"]), (&json!("2021-12-31"), &json!("village")));
        let mut renamed = now.clone();
        renamed["coverage"][0]["location"]["name"] = "Another".into();
        assert_eq!(client.put(place, &etag, &renamed).faults(), [fault("/coverage/0/location/name", "read_only")]);
        let patched = client.patch(place, &etag, &json!({"coverage": [entry("far", "2024-01-01", None, json!({}))]}));
        assert_eq!(patched.status, 200, "{}", patched.body);
        assert_eq!(listed(&world, "source=b-desk"), ["b-desk far 2024-01-01"]);
    }

    fn merges_unite_coverage_and_lead_it_on(world: World) {
        let world = monitored(world);
        let client = Client::of(&world, &[Scope::Write]);
        let of = |place: &str| world.get(place).ok()["id"].as_str().expect("an id").to_owned();
        let before = world.seq();
        let merged = client.post("/v1/sources/b-desk/merge", &json!({"into": of("/v1/sources/a-dataset")}));
        assert_eq!(merged.status, 200, "{}", merged.body);
        assert_eq!(listed(&world, "country=US"), [WHOLE, "a-dataset town 2020-01-01", "a-dataset town 2022-01-01"]);
        assert_eq!(listed(&world, "source=b-desk&location=village").len(), 1, "the name leads to what took it in");
        let merged = client.post("/v1/locations/town/merge", &json!({"into": of("/v1/locations/village")}));
        assert_eq!(merged.status, 200, "{}", merged.body);
        let now = ["a-dataset land 2017-01-01", "a-dataset village 2020-01-01", "a-dataset village 2022-01-01"];
        assert_eq!(listed(&world, "location=village"), now);
        assert_eq!(listed(&world, "location=town"), now);
        assert_eq!(listed(&world, &format!("location=town&as_of={before}")), [WHOLE, TOWN_ONCE, TOWN_NOW]);
        // What monitors a place that was withdrawn still did so.
        world.retract(Resource::Location, id(&of("/v1/locations/far")), "It never was");
        assert_eq!(listed(&world, "location=far"), [FAR]);
        assert_eq!(state(&world, "location=far&from=2019-03-10&to=2019-03-12"), "monitored");
    }

    fn an_answer_says_whether_anybody_looked(world: World) {
        let world = monitored(world);
        let partly = |gaps| ("partly".to_owned(), gaps);
        let is = |state: &str| (state.to_owned(), vec![]);
        let unmonitored = |from: &str, to: &str| ("unmonitored".to_owned(), vec![gap(from, to)]);
        for (query, expected) in [
            ("country=US&category=demonstration&from=2018", is("monitored")),
            ("location=square&type=rally,vigil&from=2018-05-01&to=2018-05-01", is("monitored")),
            ("location=village&type=riot&from=2018&to=2018", unmonitored("2018-01-01", "2018-12-31")),
            ("location=village&from=2018&to=2018", partly(vec![gap("2018-01-01", "2018-12-31")])),
            ("location=town&from=2019-12-30&to=2020-01-03", partly(vec![gap("2019-12-30", "2019-12-31")])),
            ("location=town&from=2020&to=2020", is("monitored")),
            ("location=town,village&from=2020&to=2020", partly(vec![gap("2020-01-01", "2020-12-31")])),
            ("location=town&issue=labour&from=2022", is("monitored")),
            ("location=town&issue=labour,housing&from=2022", partly(vec![gap("2022-01-01", "")])),
            ("location=far", partly(vec![gap("", "2019-02-28"), gap("2019-04-01", "")])),
            ("location=far&from=2020", unmonitored("2020-01-01", "")),
            ("country=FR", unmonitored("", "")),
            ("admin1=US-CA&category=demonstration&to=2017-01-02", partly(vec![gap("", "2016-12-31")])),
            ("location=far&source=b-desk", unmonitored("", "")),
            ("location=town&source=b-desk&from=2020-12-31&to=2021-01-01", partly(vec![gap("2021-01-01", "2021-01-01")])),
            ("location=town&source=test-source", is("unknown")),
            // Without a place it is about whatever place anybody looks at.
            ("from=2019-03-01&to=2019-03-31", is("monitored")),
            ("from=2019-03-01&to=2019-03-31&country=!DE", partly(vec![gap("2019-03-01", "2019-03-31")])),
            ("from=2018&to=2018&country=!US", unmonitored("2018-01-01", "2018-12-31")),
            ("to=2016-12-31", unmonitored("", "2016-12-31")),
            ("from=2016-12-31T23:00:00Z&to=2016-12-31T23:30:00Z", unmonitored("2016-12-31", "2016-12-31")),
            ("from=2016-12-31T23:00:00Z&to=2016-12-31T23:30:00Z&time_zone=Europe/Berlin&type=rally", is("monitored")),
            // No zone leads out of the years that there are.
            ("location=far&from=0001-01-01T00:00:00Z&to=0001-01-02&time_zone=America/Los_Angeles", unmonitored("0001-01-01", "0001-01-02")),
            ("location=far&from=9999-12-31T23:59:59Z&time_zone=Pacific/Kiritimati", unmonitored("9999-12-31", "")),
            // A box is not a place that could be compared; but if nobody looked anywhere, nobody looked there.
            ("bbox=-119,34,-118,35", is("unknown")),
            ("bbox=-119,34,-118,35&to=2016", unmonitored("", "2016-12-31")),
        ] {
            assert_eq!(told(&world, query), expected, "{query}");
        }
        let list = world.get("/v1/events?location=town&from=2020&to=2020").ok();
        assert_eq!((&list["page"]["total"], &list["coverage"]["sources"]), (&json!(0), &json!(2)));
        for query in ["", "?type=rally&source=b-desk", "?country=!US"] {
            assert!(world.get(&format!("/v1/events{query}")).ok().get("coverage").is_none(), "{query}: nothing is named");
        }
        let features = world.get("/v1/events.geojson?location=far&from=2020").ok();
        assert_eq!(features["coverage"]["state"], "unmonitored");
        assert!(world.get("/v1/events.geojson").ok().get("coverage").is_none());
    }

    fn a_kept_page_is_not_given_when_coverage_has_changed(world: World) {
        let world = monitored(world).founded();
        let target = "/v1/events?location=far&from=2020&to=2020";
        let etag = world.get(target).header("etag").expect("a validator");
        assert_eq!(world.get_with(target, &[("if-none-match", &etag)]).status, 304);
        world.put(Resource::Source, source("d", json!([entry("town", "2020-01-01", None, json!({}))])));
        assert_eq!(world.get_with(target, &[("if-none-match", &etag)]).status, 304, "that says nothing of this place");
        world.put(Resource::Source, source("c-paper", json!([entry("far", "2020-01-01", None, json!({}))])));
        let answer = world.get_with(target, &[("if-none-match", &etag)]);
        assert_eq!((answer.status, &answer.json()["coverage"]["state"]), (200, &json!("monitored")));
        assert_eq!(send(world.base(), "HEAD", target, &[PLAIN]).header("etag"), answer.header("etag"));
        // A place that comes to lie elsewhere is monitored by others.
        let village = "/v1/events?location=village&type=rally&from=2018&to=2018";
        let etag = world.get(village).header("etag").expect("a validator");
        assert_eq!(state(&world, "location=village&type=rally&from=2018&to=2018"), "monitored");
        world.put(Resource::Location, location("village", "locality", Some("far"), json!({})));
        let answer = world.get_with(village, &[("if-none-match", &etag)]);
        assert_eq!((answer.status, &answer.json()["coverage"]["state"]), (200, &json!("unmonitored")));
    }

    fn gaps_are_the_days_on_which_nobody_looked(world: World) {
        let world = world.with_town();
        let mut random = Random::new();
        let first: NaiveDate = "2026-01-01".parse().expect("a day");
        let mut day = |most: usize| first + Days::new(u64::try_from(random.below(most)).expect("a number"));
        for _ in 0..12 {
            let mut looked = BTreeSet::new();
            let mut entries = Vec::new();
            for place in ["town", "land", "square", "state", "town"] {
                let (from, to) = (day(60), day(60));
                let (from, to) = (from.min(to), from.max(to));
                entries.push(entry(place, &from.to_string(), Some(&to.to_string()), json!({})));
                if place != "square" {
                    looked.extend(from.iter_days().take_while(|day| *day <= to));
                }
            }
            world.put(Resource::Source, source("a", json!(entries)));
            let (from, to) = (day(60), day(60));
            let (from, to) = (from.min(to), from.max(to));
            let missing: Vec<NaiveDate> =
                from.iter_days().take_while(|day| *day <= to).filter(|day| !looked.contains(day)).collect();
            let (state, gaps) = told(&world, &format!("location=town&from={from}&to={to}"));
            let days = gaps.iter().flat_map(|(from, to)| {
                let end = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<NaiveDate>().ok()).expect("a day");
                let last = end(to);
                end(from).iter_days().take_while(move |day| *day <= last)
            });
            assert_eq!(days.collect::<Vec<_>>(), missing, "{entries:?} from {from} to {to}");
            assert_eq!(state == "monitored", missing.is_empty(), "{entries:?} from {from} to {to}");
        }
    }
}
