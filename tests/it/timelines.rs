//! The events of timelines: as a list, in every form, and on the command line.

use marchline::domain::resource::Resource;
use marchline::domain::scope::Scope;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::lists::{fault, faults, texts};
use crate::support::on_both_databases;
use crate::support::program::{run, words};
use crate::support::table;
use crate::support::world::{World, event};

/// How the names of the forms end.
const FORMS: [&str; 7] = ["geojson", "csv", "ndjson", "ics", "atom", "timelinejs.json", "jsonld"];

fn text(world: &World, target: &str) -> String {
    let answer = world.get_with(target, &[("accept-encoding", "identity")]);
    assert_eq!(answer.status, 200, "{target}: {}", answer.body);
    answer.body
}

/// The ids of the events in a form, in order.
fn ids(form: &str, text: &str) -> Vec<String> {
    let json = || serde_json::from_str::<Value>(text).expect("JSON");
    let listed = |list: &Value, name: &str| {
        let items = list.as_array().expect("a list").iter();
        items.map(|item| item[name].as_str().expect("an id").trim_start_matches("urn:uuid:").to_owned()).collect()
    };
    match form {
        "geojson" => listed(&json()["features"], "id"),
        "csv" => table::rows(text).iter().map(|row| row["id"].clone()).collect(),
        "ndjson" => text
            .lines()
            .map(|line| listed(&json!([serde_json::from_str::<Value>(line).expect("JSON")]), "id").remove(0))
            .collect(),
        "ics" => text.split("UID:").skip(1).map(|rest| rest[..36].to_owned()).collect(),
        "atom" => text.split("<id>urn:uuid:").skip(2).map(|rest| rest[..36].to_owned()).collect(),
        "timelinejs.json" => listed(&json()["events"], "unique_id"),
        _ => listed(&json()["itemListElement"], "@id"),
    }
}

/// Events on days of March 2026, which every form can hold, by their titles.
fn dated(world: &World, titles: &[&str]) -> Vec<Uuid> {
    let put = |(day, title): (usize, &&str)| {
        let when = json!({"start": {"edtf": format!("2026-03-{:02}", day + 1)}});
        world.put(Resource::Event, event(title, json!({"when": when, "summary": format!("About {title}")}))).id
    };
    titles.iter().enumerate().map(put).collect()
}

fn timeline(world: &World, slug: &str, more: Value) {
    let mut document = json!({"slug": slug, "title": format!("The {slug} <line>"), "description": "What it tells.",
        "cover": "https://example.org/cover.jpg", "language": "en"});
    for (name, value) in more.as_object().expect("members") {
        document[name] = value.clone();
    }
    world.put(Resource::Timeline, document);
}

/// Four events, of which an editor has chosen three, in an order of the editor's own.
fn chosen(world: &World) -> Vec<Uuid> {
    let ids = dated(world, &["One", "Two", "Three", "Four"]);
    let entry = |position: usize, caption: Value| json!({"event_id": ids[position], "caption": caption});
    timeline(
        world,
        "chosen",
        json!({"entries": [entry(2, json!("Seen & heard")), entry(0, Value::Null), entry(3, json!("The end"))]}),
    );
    ids
}

fn listed(world: &World, target: &str) -> Vec<String> {
    texts(&world.get(target).ok(), "/id")
}

on_both_databases! {
    fn every_form_of_a_selection_has_its_events_in_the_editors_order(world: World) {
        let world = world.with_source();
        let events = chosen(&world);
        let expected: Vec<String> = [events[2], events[0], events[3]].iter().map(Uuid::to_string).collect();
        let list = world.get("/v1/timelines/chosen/events").ok();
        assert_eq!(texts(&list, "/id"), expected);
        assert_eq!(texts(&list, "/caption"), ["Seen & heard", "-", "The end"]);
        assert_eq!((&list["page"]["total"], list["data"][1].get("caption")), (&json!(3), None));
        let id = world.get("/v1/timelines/chosen").ok()["id"].clone();
        assert_eq!(list["query"]["timeline"], id);
        for form in FORMS {
            let given = text(&world, &format!("/v1/timelines/chosen/events.{form}"));
            assert_eq!(ids(form, &given), expected, "{form}: {given}");
            let caption = if matches!(form, "atom" | "timelinejs.json") { "Seen &amp;" } else { "Seen & heard" };
            assert!(given.contains(caption) && given.contains("The end"), "{form}: {given}");
            let by_id = text(&world, &format!("/v1/timelines/{}/events.{form}", id.as_str().expect("an id")));
            assert_eq!(ids(form, &by_id), expected, "{form}");
        }
        let rows = table::rows(&text(&world, "/v1/timelines/chosen/events.csv"));
        assert_eq!(rows.iter().map(|row| row["caption"].as_str()).collect::<Vec<_>>(), ["Seen & heard", "", "The end"]);
        let plain = table::rows(&text(&world, "/v1/events.csv"));
        assert!(!plain[0].contains_key("caption"));
    }

    fn pages_of_a_selection_lead_through_it_and_back(world: World) {
        let world = world.with_source();
        chosen(&world);
        let whole = listed(&world, "/v1/timelines/chosen/events");
        let first = world.get("/v1/timelines/chosen/events?limit=2").ok();
        assert_eq!(texts(&first, "/id"), whole[..2]);
        let next = first["page"]["next"].as_str().expect("a cursor");
        // The cursor holds the moment: what the editor does meanwhile, a withdrawal too, is of a later one.
        let id = world.get("/v1/timelines/chosen").ok()["id"].as_str().expect("an id").parse().expect("a UUID");
        world.retract(Resource::Timeline, id, "Too early");
        let second = world.get(&format!("/v1/timelines/chosen/events?limit=2&cursor={next}")).ok();
        assert_eq!((texts(&second, "/id"), texts(&second, "/caption")), (whole[2..].to_vec(), vec!["The end".to_owned()]));
        let back = second["page"]["previous"].as_str().expect("a cursor");
        let again = world.get(&format!("/v1/timelines/{id}/events?limit=2&cursor={back}")).ok();
        assert_eq!(again["data"], first["data"]);
        timeline(&world, "other", json!({}));
        assert_eq!(faults(&world, &format!("/v1/timelines/other/events?cursor={next}")), [fault("cursor", "cursor_mismatch")]);
    }

    fn a_saved_query_is_that_query(world: World) {
        let world = world.with_source();
        dated(&world, &["One", "Two", "Three"]);
        world.put(Resource::Event, event("A vigil", json!({"type": "vigil", "when": {"start": {"edtf": "2026-03-02"}}})));
        timeline(&world, "saved", json!({"query": {"type": "rally", "from": "2026-03-02", "sort": "when"}}));
        let plain = world.get("/v1/events?type=rally&from=2026-03-02&sort=when").ok();
        let list = world.get("/v1/timelines/saved/events").ok();
        assert_eq!((&list["data"], &list["page"]["total"], &list["coverage"]), (&plain["data"], &json!(2), &plain["coverage"]));
        let mut query = list["query"].clone();
        query.as_object_mut().expect("an object").remove("timeline").expect("whose they are");
        assert_eq!(query, plain["query"]);
        let expected = texts(&plain, "/id");
        for form in FORMS {
            assert_eq!(ids(form, &text(&world, &format!("/v1/timelines/saved/events.{form}"))), expected, "{form}");
        }
        let first = world.get("/v1/timelines/saved/events?limit=1").ok();
        let cursor = first["page"]["next"].as_str().expect("a cursor");
        assert_eq!(listed(&world, &format!("/v1/timelines/saved/events?limit=1&cursor={cursor}")), expected[1..]);
        // Without an order of its own a feed has what was recorded last, as that of a list has.
        timeline(&world, "all", json!({"query": {}}));
        let feed = ids("atom", &text(&world, "/v1/timelines/all/events.atom"));
        assert_eq!(feed, listed(&world, "/v1/events?sort=-recorded"));
        let before = world.seq();
        timeline(&world, "saved", json!({"query": {"type": "vigil"}}));
        assert_eq!(texts(&world.get("/v1/timelines/saved/events").ok(), "/title"), ["A vigil"]);
        assert_eq!(listed(&world, &format!("/v1/timelines/saved/events?as_of={before}")), expected);
    }

    fn words_of_a_saved_query_are_found(world: World) {
        let world = world.with_source();
        dated(&world, &["Bread", "Roses"]);
        timeline(&world, "words", json!({"query": {"q": "roses"}}));
        assert_eq!(texts(&world.get("/v1/timelines/words/events").ok(), "/title"), ["Roses"]);
        assert!(text(&world, "/v1/timelines/words/events.csv").contains("Roses"));
        timeline(&world, "best", json!({"query": {"q": "roses", "sort": "relevance"}}));
        assert_eq!(texts(&world.get("/v1/timelines/best/events").ok(), "/title"), ["Roses"]);
        assert_eq!(faults(&world, "/v1/timelines/best/events.csv"), [fault("sort", "unsupported_here")]);
    }

    fn a_name_that_a_reader_is_not_told_of_stands_for_nobody(world: World) {
        let world = world.with_source();
        let events = dated(&world, &["Open"]);
        let insider = Client::of(&world, &[Scope::Write, Scope::ReadRestricted]);
        insider.create("/v1/actors", &json!({"slug": "whistle", "name": "Whistle", "kind": "union"}));
        let part = json!([{"actor": {"id": "whistle"}, "role": "organizer"}]);
        world.put(Resource::Event, event("Hidden", json!({"actors": part, "privacy": {"embargo": true}})));
        timeline(&world, "any", json!({"query": {"actor": "whistle"}}));
        timeline(&world, "none", json!({"query": {"actor": "!whistle"}}));
        timeline(&world, "nobody", json!({"query": {"filter": "actor = 'never-was'"}}));
        assert_eq!(faults(&world, "/v1/events?actor=whistle"), [fault("actor", "unknown_reference")]);
        assert_eq!(listed(&world, "/v1/timelines/any/events"), [""; 0]);
        assert_eq!(listed(&world, "/v1/timelines/none/events"), [events[0].to_string()]);
        assert_eq!(listed(&world, "/v1/timelines/nobody/events"), [""; 0]);
        assert_eq!(ids("csv", &text(&world, "/v1/timelines/any/events.csv")), [""; 0]);
        assert_eq!(texts(&insider.get("/v1/timelines/any/events").0, "/title"), ["Hidden"]);
    }

    fn what_is_hidden_or_withdrawn_is_left_out_and_what_was_merged_is_followed(world: World) {
        let world = world.with_source();
        let events = chosen(&world);
        let client = Client::of(&world, &[Scope::Write]);
        let insider = Client::of(&world, &[Scope::ReadRestricted]);
        let whole = world.seq();
        let when = json!({"start": {"edtf": "2026-03-03"}});
        world.put(Resource::Event, event("Whistle", json!({"id": events[2], "when": when, "privacy": {"embargo": true}})));
        world.retract(Resource::Event, events[0], "Entered twice");
        let merged = client.post(&format!("/v1/events/{}/merge", events[3]), &json!({"into": events[1]}));
        assert_eq!(merged.status, 200, "{}", merged.body);
        let entries = world.get("/v1/timelines/chosen").ok()["entries"].clone();
        assert_eq!(entries, json!([{"event_id": events[1], "caption": "The end"}]));
        let list = world.get("/v1/timelines/chosen/events").ok();
        assert_eq!((texts(&list, "/id"), texts(&list, "/caption")), (vec![events[1].to_string()], vec!["The end".to_owned()]));
        for form in FORMS {
            let target = format!("/v1/timelines/chosen/events.{form}");
            let public = text(&world, &target);
            assert_eq!(ids(form, &public), [events[1].to_string()], "{form}");
            assert!(!public.contains("Whistle") && !public.contains("Seen"), "{form}: {public}");
            let whole = insider.send("GET", &target, &[("accept-encoding", "identity")]);
            assert_eq!(ids(form, &whole.body), [events[2].to_string(), events[1].to_string()], "{form}");
            assert!(whole.body.contains("Whistle"), "{form}");
            assert_eq!(whole.header("cache-control").as_deref(), Some("private, no-store"), "{form}");
        }
        // Of earlier moments only what today's policy allows.
        let before = listed(&world, &format!("/v1/timelines/chosen/events?as_of={whole}"));
        assert_eq!(before, [events[0].to_string(), events[3].to_string()]);
    }

    fn whoever_does_not_see_an_entry_does_not_take_it_away(world: World) {
        let world = world.with_source();
        let events = chosen(&world);
        world.put(Resource::Event, event("Whistle", json!({"id": events[0], "privacy": {"embargo": true}})));
        let client = Client::of(&world, &[Scope::Write]);
        let insider = Client::of(&world, &[Scope::Write, Scope::ReadRestricted]);
        let entry = |position: usize, caption: Value| json!({"event_id": events[position], "caption": caption});
        let (first, last) = (entry(2, json!("Seen & heard")), entry(3, json!("The end")));
        let (seen, etag) = client.get("/v1/timelines/chosen");
        assert_eq!(seen["entries"], json!([first, last]));
        let patched = client.patch("/v1/timelines/chosen", &etag, &json!({"entries": [first, last, entry(1, Value::Null)]}));
        assert_eq!(patched.ok()["entries"], json!([first, last, entry(1, Value::Null)]));
        let (whole, etag) = insider.get("/v1/timelines/chosen");
        assert_eq!(whole["entries"], json!([first, entry(0, Value::Null), last, entry(1, Value::Null)]));
        // Whoever sees it may, and a query takes the place of all.
        let fewer = insider.patch("/v1/timelines/chosen", &etag, &json!({"entries": [last, entry(0, Value::Null)]}));
        assert_eq!(fewer.ok()["entries"], json!([last, entry(0, Value::Null)]));
        let (_, etag) = client.get("/v1/timelines/chosen");
        let emptied = client.patch("/v1/timelines/chosen", &etag, &json!({"entries": []}));
        assert_eq!((emptied.status, &emptied.json()["entries"]), (200, &json!([])), "{}", emptied.body);
        let asking = client.patch("/v1/timelines/chosen", &emptied.header("etag").expect("a validator"), &json!({"entries": [], "query": {"type": "rally"}}));
        assert_eq!(asking.status, 200, "{}", asking.body);
        assert_eq!(insider.get("/v1/timelines/chosen").0["entries"], json!([]));
    }

    fn an_event_that_is_named_twice_is_given_once(world: World) {
        let world = world.with_source();
        let events = dated(&world, &["One", "Two"]);
        let entry = |position: usize, caption: &str| json!({"event_id": events[position], "caption": caption});
        timeline(&world, "twice", json!({"entries": [entry(0, "First"), entry(1, "Second"), entry(0, "Again")]}));
        let list = world.get("/v1/timelines/twice/events").ok();
        assert_eq!((texts(&list, "/caption"), &list["page"]["total"]), (vec!["First".to_owned(), "Second".to_owned()], &json!(2)));
        for form in FORMS {
            assert_eq!(ids(form, &text(&world, &format!("/v1/timelines/twice/events.{form}"))).len(), 2, "{form}");
        }
    }

    fn a_form_tells_of_the_timeline_where_it_has_a_place_for_it(world: World) {
        let world = world.with_source();
        chosen(&world);
        let slides = world.get("/v1/timelines/chosen/events.timelinejs.json").ok();
        assert_eq!(slides["title"], json!({"text": {"headline": "The chosen &lt;line&gt;", "text": "<p>What it tells.</p>"}, "media": {"url": "https://example.org/cover.jpg"}}));
        assert!(slides["events"][0]["text"]["text"].as_str().is_some_and(|text| text.starts_with("<p>Seen &amp; heard</p><p>About Three</p>")), "{slides}");
        let calendar = text(&world, "/v1/timelines/chosen/events.ics");
        assert!(calendar.contains("NAME:The chosen <line>\r\n") && calendar.contains("\r\nDESCRIPTION:What it tells.\r\n"), "{calendar}");
        let feed = text(&world, "/v1/timelines/chosen/events.atom");
        for part in ["<title>The chosen &lt;line&gt;</title>", "<subtitle>What it tells.</subtitle>", "<logo>https://example.org/cover.jpg</logo>", "href=\"https://timeline.test/v1/timelines/chosen/events.atom\""] {
            assert!(feed.contains(part), "{part}: {feed}");
        }
        let graph = world.get("/v1/timelines/chosen/events.jsonld").ok();
        assert_eq!((&graph["name"], &graph["description"], &graph["image"]), (&json!("The chosen <line>"), &json!("What it tells."), &json!("https://example.org/cover.jpg")));
        let file = world.get("/v1/timelines/chosen/events.csv").header("content-disposition");
        assert_eq!(file.as_deref(), Some("inline; filename=\"chosen.csv\""));
    }

    fn a_timeline_takes_no_filters_and_is_there_or_is_not(world: World) {
        let world = world.founded();
        for form in ["", ".csv", ".atom"] {
            let target = format!("/v1/timelines/ice-out-los-angeles/events{form}");
            assert_eq!(faults(&world, &format!("{target}?type=rally&sort=when")), [fault("sort", "unknown_parameter"), fault("type", "unknown_parameter")]);
            let spanish = world.get(&format!("{target}?lang=es"));
            assert!(spanish.status == 200 && spanish.body.contains("Manifestación"), "{form}");
            let (etag, again) = (spanish.header("etag").expect("a validator"), format!("{target}?lang=es"));
            assert_eq!(world.get_with(&again, &[("if-none-match", &etag)]).status, 304, "{form}");
            assert_eq!(world.get(&format!("/v1/timelines/nowhere/events{form}")).status, 404);
            assert_eq!(world.get(&format!("/v1/timelines/a.b/events{form}")).status, 404);
        }
        assert_eq!(faults(&world, "/v1/timelines/ice-out-los-angeles/events.atom?limit=2"), [fault("limit", "unknown_parameter")]);
        let client = Client::of(&world, &[Scope::Write]);
        timeline(&world, "kept", json!({}));
        timeline(&world, "gone", json!({}));
        assert_eq!(client.post("/v1/timelines/gone/merge", &json!({"into": "kept"})).status, 200);
        let kept = world.get("/v1/timelines/kept").ok()["id"].as_str().expect("an id").to_owned();
        for form in ["", ".csv"] {
            let moved = world.get(&format!("/v1/timelines/gone/events{form}?lang=es"));
            assert_eq!((moved.status, moved.header("location")), (301, Some(format!("/v1/timelines/{kept}/events{form}?lang=es"))));
        }
        world.retract(Resource::Timeline, kept.parse().expect("a UUID"), "Not needed");
        for form in ["", ".csv"] {
            assert_eq!(world.get(&format!("/v1/timelines/kept/events{form}")).status, 410);
        }
    }

    fn the_validator_of_a_page_follows_captions_and_the_order(world: World) {
        let world = world.with_source();
        let events = chosen(&world);
        let etag = || world.get("/v1/timelines/chosen/events").header("etag").expect("a validator");
        let before = etag();
        dated(&world, &["Unrelated"]);
        assert_eq!(etag(), before);
        let entry = |position: usize, caption: &str| json!({"event_id": events[position], "caption": caption});
        let mut seen = vec![before];
        for entries in [json!([entry(2, "Other words"), entry(0, "x")]), json!([entry(0, "x"), entry(2, "Other words")])] {
            timeline(&world, "chosen", json!({"entries": entries}));
            assert!(!seen.contains(&etag()));
            seen.push(etag());
        }
    }

    fn the_program_writes_what_the_service_gives(world: World) {
        let world = world.founded();
        for form in ["geojson", "csv", "ndjson", "ics", "atom", "timelinejs", "jsonld"] {
            let ending = if form == "timelinejs" { "timelinejs.json" } else { form };
            let given = text(&world, &format!("/v1/timelines/ice-out-los-angeles/events.{ending}?lang=es"));
            let arguments = ["export", "--format", form, "--timeline", "ice-out-los-angeles", "--query", "lang=es", "--dataset-name", "Test", "--dataset-licence", "CC0-1.0", "--public-url", "https://timeline.test/"];
            let output = run(&world.database.url, &arguments);
            assert_eq!((output.status.code(), words(&output).0), (Some(0), given), "{form}: {:?}", words(&output));
        }
        let output = run(&world.database.url, &["export", "--format", "csv", "--timeline", "nowhere", "--query", "type=rally"]);
        let (said, complained) = words(&output);
        assert_eq!((output.status.code(), said.as_str()), (Some(2), ""));
        assert!(complained.contains("--timeline: There is no timeline `nowhere`.") && complained.contains("--query, type: "), "{complained}");
    }
}
