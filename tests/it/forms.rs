//! Lists in other forms: what each holds, and what it says of what it cannot hold.

use std::io::Read;

use diesel::connection::SimpleConnection;
use marchline::domain::resource::Resource;
use marchline::domain::scope::Scope;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::support::client::Client;
use crate::support::http::open;
use crate::support::lists::{fault, faults};
use crate::support::on_both_databases;
use crate::support::program::{run, words};
use crate::support::random::{Generator, Random};
use crate::support::table;
use crate::support::world::{World, event};

/// How the names of the forms end.
const FORMS: [&str; 7] = ["geojson", "csv", "ndjson", "ics", "atom", "timelinejs.json", "jsonld"];

fn target(form: &str) -> String {
    format!("/v1/events.{form}")
}

fn text(world: &World, target: &str) -> String {
    let answer = world.get_with(target, &[("accept-encoding", "identity")]);
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

fn all(world: &World) -> Vec<Value> {
    world.get("/v1/events?limit=500").ok()["data"].as_array().expect("a list").clone()
}

/// Lines of a calendar, unfolded.
fn lines(calendar: &str) -> Vec<String> {
    calendar.replace("\r\n ", "").split_terminator("\r\n").map(str::to_owned).collect()
}

/// Events that are longer together than two sockets hold.
fn with_long_events(world: World) -> World {
    let world = world.with_source();
    let words = json!({"title": "Long", "summary": "☮".repeat(9_999)});
    let languages = ["ar", "de", "el", "es", "fr", "it", "ja", "ko"];
    let translations: Map<String, Value> = languages.iter().map(|tag| ((*tag).to_owned(), words.clone())).collect();
    let summary = "☮".repeat(9_999);
    for number in 0..320 {
        let more = json!({"summary": summary, "when": {"start": {"edtf": "2026-03-14"}}, "translations": if number < 40 { translations.clone() } else { Map::new() }});
        world.put(Resource::Event, event(&format!("Event {number}"), more));
    }
    world
}

on_both_databases! {
    fn lines_are_the_documents_of_the_list(world: World) {
        Generator::new(Random::new()).fill(&world, 60);
        let parts = "include=evidence,links,translations";
        let listed = world.get(&format!("/v1/events?limit=500&{parts}")).ok();
        let lines = text(&world, &format!("{}?{parts}", target("ndjson")));
        let given: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!(json!(given), listed["data"]);
        assert!(given.len() > 40 && lines.ends_with('\n'), "{}", given.len());
    }

    fn what_a_table_carries_comes_back_equal(world: World) {
        Generator::new(Random::new()).fill(&world, 80);
        let open = |events: Vec<Value>| events.into_iter().filter(|event| event["privacy"].is_null()).collect::<Vec<_>>();
        let before = open(all(&world));
        let rows = table::rows(&text(&world, &target("csv")));
        assert_eq!(rows.len(), all(&world).len());
        let by_id = |event: &Value| rows.iter().find(|row| event["id"] == row["id"].as_str()).expect("a row");
        for event in &before {
            world.put(Resource::Event, table::event(by_id(event)));
        }
        let said = |mut event: Value| {
            for name in ["revision", "seq", "recorded_at"] {
                event.as_object_mut().expect("an event").remove(name);
            }
            // A place that is given without a point and a radius has those of its location.
            for place in event["places"].as_array_mut().expect("places") {
                if place["point"].is_null() {
                    place["radius_m"] = Value::Null;
                }
            }
            // What says nothing at all is left out of the table.
            let nothing = json!({
                "arrests": null, "detained": null,
                "injuries": {"participants": null, "police": null, "others": null, "unspecified": null},
                "deaths": {"participants": null, "police": null, "others": null, "unspecified": null},
                "property_damage": [], "participant_measures": [], "police_measures": [],
            });
            if event["outcomes"] == nothing {
                event["outcomes"] = Value::Null;
            }
            event
        };
        assert!(before.len() > 40, "{}", before.len());
        for (before, after) in before.into_iter().zip(open(all(&world))) {
            assert_eq!(said(after), said(before));
        }
    }

    fn a_table_holds_no_formulas_and_begins_as_asked(world: World) {
        let world = world.with_source();
        world.put(Resource::Event, event("=HYPERLINK(\"http://example.org\",\"x\")", json!({"summary": "'@a"})));
        let plain = text(&world, &target("csv"));
        assert!(plain.contains("\"'=HYPERLINK(\"\"http://example.org\"\",\"\"x\"\")\",''@a,"), "{plain}");
        assert_eq!(table::rows(&plain)[0]["title"], "=HYPERLINK(\"http://example.org\",\"x\")");
        let marked = text(&world, &format!("{}?bom=1", target("csv")));
        assert_eq!(marked.strip_prefix('\u{feff}'), Some(plain.as_str()));
        assert_eq!(faults(&world, &format!("{}?bom=yes", target("csv"))), [fault("bom", "unknown_value")]);
        assert_eq!(faults(&world, &format!("{}?include=links", target("csv"))), [fault("include", "unknown_parameter")]);
    }

    fn a_table_says_where_its_columns_are_described(world: World) {
        let world = world.founded();
        for query in ["", "?vocab=plover,acled"] {
            let answer = world.get(&format!("{}{query}", target("csv")));
            let links = answer.header("link").expect("links");
            let page = links.split(", ").find_map(|link| link.strip_suffix("; rel=\"describedby\"")).expect("the page");
            let schema = world.get(page.trim_matches(['<', '>'])).ok();
            let fields: Vec<String> = schema["fields"].as_array().expect("fields").iter().map(|field| field["name"].as_str().expect("a name").to_owned()).collect();
            assert_eq!(fields, table::records(&answer.body)[0], "{query}");
        }
        assert!(!world.get(&target("ndjson")).header("link").expect("links").contains("describedby"));
        assert_eq!(faults(&world, "/schemas/events-csv.json?vocab=x&y=1"), [fault("vocab", "unknown_value"), fault("y", "unknown_parameter")]);
    }

    fn a_calendar_holds_days_and_times_and_says_what_it_left_out(world: World) {
        let world = world.with_town();
        let when = |start: &str, end: Value| json!({"when": {"start": {"edtf": start}, "end": end, "time_zone": "America/Los_Angeles"}});
        let place = |more: Value| {
            let mut more = more;
            more["places"] = json!([{"location": {"id": "square"}}]);
            more
        };
        world.put(Resource::Event, event("One day", when("2026-03-14", Value::Null)));
        world.put(Resource::Event, event("Two days~", when("2026-03-14~", json!({"edtf": "2026-03-15"}))));
        world.put(Resource::Event, event("By the clock", place(when("2026-03-14T18:00:00", json!({"edtf": "2026-03-14T20:30:00"})))));
        let mut planned = when("2026-12-01", Value::Null);
        planned["status"] = json!("planned");
        world.put(Resource::Event, event("Planned", planned));
        for (title, start) in [("A month", "2026-03"), ("Half-open", "[..2026-03-14]")] {
            world.put(Resource::Event, event(title, when(start, Value::Null)));
        }
        world.put(Resource::Event, event("Undated", json!({})));
        let lines = lines(&text(&world, &format!("{}?sort=recorded", target("ics"))));
        let of = |name: &str| lines.iter().filter(|line| line.starts_with(name)).map(String::as_str).collect::<Vec<_>>();
        assert_eq!(of("DTSTART"), ["DTSTART;VALUE=DATE:20260314", "DTSTART;VALUE=DATE:20260314", "DTSTART:20260315T010000Z", "DTSTART;VALUE=DATE:20261201"]);
        assert_eq!(of("DTEND"), ["DTEND;VALUE=DATE:20260315", "DTEND;VALUE=DATE:20260316", "DTEND:20260315T033000Z", "DTEND;VALUE=DATE:20261202"]);
        assert_eq!(of("STATUS"), ["STATUS:CONFIRMED", "STATUS:CONFIRMED", "STATUS:CONFIRMED", "STATUS:TENTATIVE"]);
        assert!(of("SUMMARY")[1].ends_with("(date approximate)") && of("SUMMARY")[3].ends_with("(planned)"), "{:?}", of("SUMMARY"));
        assert_eq!((of("GEO"), of("X-MARCHLINE-COUNT")), (vec!["GEO:34.05;-118.25"], vec!["X-MARCHLINE-COUNT:3"]));
        assert_eq!(lines.last().map(String::as_str), Some("END:VCALENDAR"));
    }

    fn a_calendar_ends_with_its_last_year_and_makes_no_other_time_of_what_lies_beyond(world: World) {
        let world = world.with_source();
        let when = |start: &str, end: Value, zone: &str| json!({"when": {"start": {"edtf": start}, "end": end, "time_zone": zone}});
        let (west, east) = ("America/Los_Angeles", "Asia/Tokyo");
        for (title, start, end, zone) in [
            ("The last day", "9999-12-31", Value::Null, west),
            ("The last two days", "9999-12-30", json!({"edtf": "9999-12-31"}), west),
            ("The last second", "9999-12-31T23:59:59Z", Value::Null, west),
            ("The last evening", "9999-12-31T23:30:00", Value::Null, west),
            ("Until the last evening", "9999-12-31T12:00:00", json!({"edtf": "9999-12-31T23:30:00"}), west),
            ("The first morning", "0001-01-01T00:30:00", Value::Null, east),
        ] {
            world.put(Resource::Event, event(title, when(start, end, zone)));
        }
        let lines = lines(&text(&world, &format!("{}?sort=recorded", target("ics"))));
        let of = |name: &str| lines.iter().filter(|line| line.starts_with(name)).map(String::as_str).collect::<Vec<_>>();
        assert_eq!(of("DTSTART"), ["DTSTART;VALUE=DATE:99991231", "DTSTART:99991231T235959Z"]);
        assert_eq!((of("DTEND"), of("X-MARCHLINE-COUNT")), (vec![], vec!["X-MARCHLINE-COUNT:4"]));
        // The event's own clock shows a year that can be told.
        let graph = world.get(&format!("{}?sort=recorded", target("jsonld"))).ok();
        let starts: Vec<&str> = graph["itemListElement"].as_array().expect("a list").iter().map(|node| node["startDate"].as_str().expect("a date")).collect();
        assert_eq!(starts[2..4], ["9999-12-31T23:59:59Z", "9999-12-31T23:30:00"]);
        assert_eq!(starts[5], "0001-01-01T00:30:00");
    }

    fn slides_and_linked_data_leave_out_what_has_no_date_and_count_it(world: World) {
        let world = world.founded();
        world.put(Resource::Event, event("<b>R&D</b>", json!({"when": {"start": {"edtf": "2026-03~"}}, "sources": [{"id": "parriva-2026-01-31"}]})));
        let slides = world.get(&target("timelinejs.json")).ok();
        let dated = all(&world).iter().filter(|event| event["when"]["start"]["edtf"].as_str().is_some_and(|edtf| !edtf.contains('['))).count();
        assert_eq!(slides["events"].as_array().map(Vec::len), Some(dated));
        assert_eq!((dated, &slides["left_out"]), (4, &json!(10)));
        let vague = &slides["events"][0];
        assert_eq!(vague["text"]["headline"], "&lt;b&gt;R&amp;D&lt;/b&gt; (date approximate)");
        assert_eq!((&vague["start_date"], &vague["display_date"]), (&json!({"year": 2026, "month": 3}), &json!("about 2026-03")));
        let graph = world.get(&target("jsonld")).ok();
        assert_eq!((&graph["numberOfItems"], &graph["marchline:leftOut"]), (&json!(4), &json!(10)));
        assert_eq!((&graph["itemListElement"][0]["startDate"], &graph["itemListElement"][0]["marchline:start"]), (&json!("2026"), &json!("2026-03~")));
    }

    fn a_feed_holds_what_was_recorded_last(world: World) {
        let world = world.founded();
        let ids = |feed: &str| feed.split("<id>urn:uuid:").skip(2).map(|rest| rest[..36].to_owned()).collect::<Vec<_>>();
        let listed = world.get("/v1/events?sort=-recorded").ok()["data"].as_array().expect("a list").clone();
        let recorded: Vec<String> = listed.iter().map(|event| event["id"].as_str().expect("an id").to_owned()).collect();
        assert_eq!(ids(&text(&world, &target("atom"))), recorded);
        assert_eq!(ids(&text(&world, &format!("{}?limit=2", target("atom")))), recorded[..2]);
        assert_eq!(faults(&world, &format!("{}?limit=501", target("atom"))), [fault("limit", "out_of_range")]);
        let feed = text(&world, &target("atom"));
        assert!(feed.contains("href=\"https://timeline.test/v1/events.atom\""), "{feed}");
        // The same question has the same id, and another one has another.
        let id = |feed: &str| feed.split("<id>").nth(1).expect("an id")[..45].to_owned();
        world.put(Resource::Event, event("New", json!({"sources": [{"id": "parriva-2026-01-31"}]})));
        assert_eq!(id(&feed), id(&text(&world, &target("atom"))));
        assert_ne!(id(&feed), id(&text(&world, &format!("{}?type=rally", target("atom")))));
    }

    fn what_is_hidden_is_in_no_form(world: World) {
        let world = world.with_source();
        world.put(Resource::Event, event("Whistle", json!({"privacy": {"embargo": true}, "when": {"start": {"edtf": "2026-03-14"}}})));
        let insider = Client::of(&world, &[Scope::ReadRestricted]);
        for form in FORMS {
            let public = text(&world, &target(form));
            assert!(!public.contains("Whistle"), "{form}: {public}");
            let whole = insider.send("GET", &target(form), &[("accept-encoding", "identity")]);
            assert!(whole.body.contains("Whistle"), "{form}: {}", whole.body);
            assert_eq!(whole.header("cache-control").as_deref(), Some("private, no-store"), "{form}");
        }
        for (restricted, expected) in [(false, 0), (true, 1)] {
            let arguments = ["export", "--format", "csv", "--query", "", "--restricted"];
            let (said, _) = words(&run(&world.database.url, &arguments[..5 + usize::from(restricted)]));
            assert_eq!(said.matches("Whistle").count(), expected);
        }
    }

    fn a_form_that_breaks_off_says_so(world: World) {
        let world = with_long_events(world);
        for form in FORMS {
            // A feed is bounded, and what is left of it may be under way already.
            let target = match form {
                "atom" => format!("{}?limit=320", target(form)),
                "geojson" | "ndjson" => format!("{}?include=translations", target(form)),
                _ => target(form),
            };
            let mut answer = open(world.base(), &target);
            let mut given = vec![0; 64];
            answer.read_exact(&mut given).expect("the beginning");
            let mut conn = world.database.parsed().connect().expect("the database is there");
            conn.batch_execute("ALTER TABLE document RENAME TO gone").expect("there are documents");
            let broken = answer.read_to_end(&mut given);
            conn.batch_execute("ALTER TABLE gone RENAME TO document").expect("they are back");
            assert!(broken.is_err(), "{form} looks whole");
            let text = String::from_utf8_lossy(&given);
            let last = text.lines().last().expect("a line");
            match form {
                "csv" => assert!(table::records(&text).last().expect("a record")[0].starts_with("The table breaks off here"), "{last}"),
                "ndjson" => assert_eq!(serde_json::from_str::<Value>(last).expect("JSON")["error"]["code"], "unavailable"),
                "ics" => assert!(!text.contains("END:VCALENDAR")),
                "atom" => assert!(last.starts_with("<!-- The feed breaks off here") && !text.contains("</feed>")),
                _ => assert!(serde_json::from_str::<Value>(&text).is_err()),
            }
        }
    }

    fn a_file_gets_its_name_when_it_is_whole(world: World) {
        let world = world.with_rally();
        let (folder, url) = (TempDir::new().expect("a folder"), &world.database.url);
        let file = folder.path().join("events.csv");
        let path = file.to_str().expect("a path of text");
        let export = |more: &[&str]| run(url, &[&["export", "--out", path], more].concat());
        let held = || std::fs::read_to_string(&file).expect("it is there");
        assert!(export(&["--format", "csv", "--query", ""]).status.success());
        let whole = held();
        assert!(whole.starts_with("id,") && whole.lines().count() == 3, "{whole}");
        let mut conn = world.database.parsed().connect().expect("the database is there");
        conn.batch_execute("UPDATE document SET body = substr(body, 2)").expect("there are documents");
        for more in [&["--format", "csv", "--query", ""][..], &[]] {
            let broken = export(more);
            assert_eq!(broken.status.code(), Some(1), "{:?}", words(&broken));
            assert_eq!(held(), whole, "what was there stays");
        }
        let left: Vec<_> = std::fs::read_dir(folder.path()).expect("it is there").collect();
        assert_eq!(left.len(), 1, "{left:?}");
        std::os::unix::fs::symlink(&file, folder.path().join("link")).expect("a link");
        let link = folder.path().join("link");
        let made = run("sqlite://unused.db", &["generate", "--events", "1", "--out", link.to_str().expect("text")]);
        assert!(made.status.success(), "{:?}", words(&made));
        assert!(link.is_symlink() && held().starts_with('{'), "what a link leads to is written");
    }

    fn whoever_has_an_answer_is_told_so_without_the_store(world: World) {
        let world = world.founded();
        for form in FORMS {
            let etag = world.get(&target(form)).header("etag").expect("a validator");
            let mut conn = world.database.parsed().connect().expect("the database is there");
            conn.batch_execute("ALTER TABLE operation RENAME TO gone").expect("there are operations");
            let known = world.get_with(&target(form), &[("if-none-match", &etag)]).status;
            let other = world.get_with(&target(form), &[("if-none-match", "W/\"0\"")]).status;
            conn.batch_execute("ALTER TABLE gone RENAME TO operation").expect("they are back");
            assert_eq!((known, other), (304, 503), "{form}");
        }
    }

    fn the_program_writes_what_the_service_gives(world: World) {
        let world = world.founded();
        for form in ["geojson", "csv", "ndjson", "ics", "atom", "timelinejs", "jsonld"] {
            let ending = if form == "timelinejs" { "timelinejs.json" } else { form };
            let given = text(&world, &format!("{}?type=rally,vigil&sort=when", target(ending)));
            let arguments = ["export", "--format", form, "--query", "type=rally,vigil&sort=when", "--dataset-name", "Test", "--dataset-licence", "CC0-1.0", "--public-url", "https://timeline.test/"];
            let output = run(&world.database.url, &arguments);
            assert_eq!((output.status.code(), words(&output).0), (Some(0), given), "{form}: {:?}", words(&output));
        }
        let output = run(&world.database.url, &["export", "--format", "csv", "--query", "typ=rally&as_of=999"]);
        let (said, complained) = words(&output);
        assert_eq!((output.status.code(), said.as_str()), (Some(2), ""));
        assert!(complained.contains("--query, typ: ") && complained.contains("--query, as_of: "), "{complained}");
        let past = run(&world.database.url, &["export", "--format", "ndjson", "--query", "as_of=0"]);
        assert_eq!((past.status.code(), words(&past).0.as_str()), (Some(0), ""));
    }
}
