//! Tables of our own, taken over again: what they carry comes back equal, and what they do not stays.

use std::io::Cursor;

use marchline::domain::resource::Resource;
use marchline::domain::scope::Scope;
use marchline::export;
use marchline::import::records::OpenError;
use marchline::import::report::{Report, RowError};
use marchline::load::{self, Behalf, LoadError, Progress};
use marchline::metrics::ImportFormat;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::imports::catch_up;
use crate::support::jobs::Sender;
use crate::support::on_both_databases;
use crate::support::paths::RALLY;
use crate::support::program;
use crate::support::random::{Generator, Random};
use crate::support::table::{Row, records, rows};
use crate::support::world::{Backend, World, event};

/// Two datasets: one that tables come from, and one that they go to.
struct Two(World, World);

impl Two {
    fn on(backend: Backend) -> Self {
        Self(World::on(backend), World::on(backend))
    }
}

/// All events as somebody is given them who may read everything.
fn table(world: &World, query: &str) -> String {
    let reader = Client::of(world, &[Scope::ReadRestricted]);
    let answer = reader.send("GET", &format!("/v1/events.csv?{query}"), &[("accept-encoding", "identity")]);
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

fn load_as(world: &World, format: ImportFormat, file: &[u8]) -> Result<Report, LoadError> {
    let (progress, mut report) = (Progress::new(format, None), Report::default());
    load::own(world.writer(), format, Cursor::new(file), &Behalf::default(), &progress, &mut report)?;
    Ok(report)
}

fn load(world: &World, file: &str) -> Report {
    load_as(world, ImportFormat::Marchline, file.as_bytes()).expect("a table of ours")
}

/// Gives one dataset all that events of another name.
fn lend_entities(from: &World, to: &World) {
    let mut lines = Vec::new();
    export::ndjson(&mut from.database.parsed().connect().expect("the database is there"), &mut lines)
        .expect("an export");
    let text = String::from_utf8(lines).expect("text");
    let entities: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with(r#"{"resource":"event""#) && !line.starts_with(r#"{"resource":"timeline""#))
        .collect();
    let report = load_as(to, ImportFormat::Ndjson, entities.join("\n").as_bytes()).expect("lines");
    assert_eq!((report.refused, report.errors), (0, vec![]));
    assert!(report.created > 5);
}

/// A table without the two columns that tell of versions, which are each dataset's own.
fn without_versions(text: &str) -> Vec<Vec<String>> {
    let all = records(text);
    let own: Vec<usize> = all[0]
        .iter()
        .enumerate()
        .filter(|(_, name)| ["revision", "recorded_at"].contains(&name.as_str()))
        .map(|(at, _)| at)
        .collect();
    assert_eq!(own.len(), 2);
    let keep = |record: Vec<String>| {
        record.into_iter().enumerate().filter(|(at, _)| !own.contains(at)).map(|(_, cell)| cell).collect()
    };
    all.into_iter().map(keep).collect()
}

/// A table with other cells, as a program that keeps to RFC 4180 would write it.
fn edited(text: &str, edit: impl Fn(&mut Row)) -> String {
    let header = records(text)[0].clone();
    let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
    let line = |cells: &mut dyn Iterator<Item = &str>| cells.map(quoted).collect::<Vec<_>>().join(",") + "\n";
    let mut out = line(&mut header.iter().map(String::as_str));
    for mut row in rows(text) {
        edit(&mut row);
        out += &line(&mut header.iter().map(|name| row[name].as_str()));
    }
    out
}

on_both_databases! {
    fn the_founding_timeline_comes_back_byte_for_byte(worlds: Two) {
        let Two(from, to) = worlds;
        let from = from.founded();
        let text = table(&from, "sort=when");
        lend_entities(&from, &to);
        let report = load(&to, &text);
        assert_eq!((report.created, report.lines, report.errors), (13, 13, vec![]));
        // Both datasets have recorded each event once; when, they tell by their own clocks.
        let same_clock = |text: &str| {
            let moments: Vec<String> = rows(text).iter().map(|row| row["recorded_at"].clone()).collect();
            moments.iter().fold(text.to_owned(), |text, moment| text.replace(moment, "then"))
        };
        assert_eq!(same_clock(&table(&to, "sort=when")), same_clock(&text));
        for world in [&from, &to] {
            let seq = world.seq();
            let again = load(world, &text);
            assert_eq!((again.unchanged, again.lines, world.seq()), (13, 13, seq));
        }
        assert_eq!(load(&to, &table(&from, "sort=when&bom=1&vocab=acled,ccc")).unchanged, 13);
        // What a table does not carry is not there, and where it was it stays.
        let parts = format!("{RALLY}?include=evidence,links,translations");
        let (before, after) = (from.get(&parts).ok(), to.get(&parts).ok());
        assert_eq!((&after["evidence"], &after["links"], &after["translations"]), (&json!([]), &json!([]), &json!({})));
        assert!(before["evidence"].as_array().is_some_and(|evidence| !evidence.is_empty()));
    }

    fn any_events_come_back_as_they_were(worlds: Two) {
        let Two(from, to) = worlds;
        let mut generator = Generator::new(Random::new());
        generator.fill(&from, 120);
        generator.go_on(&from, 20);
        let text = table(&from, "");
        let all = rows(&text);
        assert!(all.len() > 60, "{}", all.len());
        let seq = from.seq();
        let again = load(&from, &text);
        assert_eq!((again.unchanged, again.errors, from.seq()), (all.len() as u64, vec![], seq));
        lend_entities(&from, &to);
        let report = load(&to, &text);
        let hidden = all.iter().filter(|row| row["policy"] == "true").count() as u64;
        assert_eq!((report.created, report.refused), (all.len() as u64 - hidden, hidden), "{:?}", report.errors);
        assert!(report.errors.iter().all(|error| error.reason.starts_with("/privacy: ")), "{:?}", report.errors);
        // A place that is known by a region alone is given without a point, also where it has one; then it is given the location's
        // radius too, which all venues of these events have.
        let is_vague = |place: &Value| {
            let is_venue = place["location"]["slug"].as_str().is_some_and(|slug| slug.starts_with("venue-"));
            is_venue && place["point"].is_null() && place["radius_m"].is_null()
        };
        let listed = Client::of(&from, &[Scope::ReadRestricted]).get("/v1/events?limit=500").0;
        let listed = listed["data"].as_array().expect("a list").iter();
        let vague: Vec<&str> = listed.filter(|event| event["places"].as_array().expect("places").iter().any(is_vague)).map(|event| event["id"].as_str().expect("an id")).collect();
        let open = |text: &str| {
            let mut all = without_versions(text);
            let [id, policy] = ["id", "policy"].map(|name| all[0].iter().position(|known| known == name).expect("the column"));
            all.retain(|record| record[policy] != "true" && !vague.contains(&record[id].as_str()));
            // Events of one moment stand in the order in which a dataset knows them.
            all[1..].sort();
            all
        };
        assert!(open(&text).len() > 40, "{}", vague.len());
        assert_eq!(open(&table(&to, "")), open(&text));
    }

    fn an_edited_row_changes_what_it_says_and_nothing_else(world: World) {
        let world = world.founded();
        let parts = format!("{RALLY}?include=evidence,links,translations");
        let before = world.get(&parts).ok();
        let text = edited(&table(&world, "type=rally"), |row| {
            row.insert("title".to_owned(), "'=SUM(1) is a title".to_owned());
            row.insert("arrests".to_owned(), "some 2..10".to_owned());
            row.insert("size_low".to_owned(), "1500".to_owned());
            row.insert("issues".to_owned(), "immigration;housing".to_owned());
        });
        let report = load(&world, &text);
        assert_eq!((report.corrected, report.lines, report.errors), (1, 1, vec![]));
        let after = world.get(&parts).ok();
        assert_eq!(after["title"], "=SUM(1) is a title");
        assert_eq!(after["outcomes"]["arrests"], json!({"state": "some", "low": 2, "high": 10}));
        assert_eq!(after["size"]["low"], json!(1500));
        assert_eq!(after["issues"], json!(["immigration", "housing"]));
        for same in ["id", "when", "places", "actors", "sources", "evidence", "links", "translations", "external_ids", "verification"] {
            assert_eq!(after[same], before[same], "{same}");
        }
        assert_eq!(after["revision"], json!(2));
    }

    fn a_policy_is_not_carried_and_so_is_never_lost(worlds: Two) {
        let Two(from, to) = worlds;
        let from = from.founded();
        let policy = json!({"place": "country", "reason": "They face prosecution."});
        let editor = Client::of(&from, &[Scope::Write, Scope::ReadRestricted]);
        let etag = editor.get(RALLY).1;
        assert_eq!(editor.patch(RALLY, &etag, &json!({"privacy": policy})).status, 200);
        let (whole, public) = (table(&from, "type=rally"), from.get("/v1/events.csv?type=rally").body);
        // Whoever is given less than there is cannot write it over the rest.
        let refused = load(&from, &public);
        assert_eq!((refused.refused, refused.errors[0].column.as_deref()), (1, Some("coarsened")));
        assert_eq!(load(&from, &whole).unchanged, 1);
        let title = edited(&whole, |row| drop(row.insert("title".to_owned(), "Another title".to_owned())));
        assert_eq!(load(&from, &title).corrected, 1);
        let event = from.get(RALLY).ok();
        assert_eq!(event["privacy"]["coarsened"], true, "{event}");
        lend_entities(&from, &to);
        let refused = load(&to, &whole);
        assert_eq!((refused.refused, refused.created), (1, 0));
        assert!(refused.errors[0].reason.contains("privacy policy"), "{:?}", refused.errors);
        // What was withdrawn comes back with it.
        let (_, etag) = editor.get(RALLY);
        assert_eq!(editor.delete(RALLY, &etag).status, 204);
        assert_eq!(load(&from, &whole).corrected, 1);
        assert_eq!(from.get(RALLY).ok()["privacy"]["coarsened"], true);
        // A writer who may not read it all may not write it either.
        let behalf = Behalf { sees_hidden: false, ..Behalf::default() };
        let (progress, mut report) = (Progress::new(ImportFormat::Marchline, None), Report::default());
        load::own(from.writer(), ImportFormat::Marchline, title.as_bytes(), &behalf, &progress, &mut report).expect("a table");
        assert_eq!((report.refused, report.corrected), (1, 0));
    }

    fn a_row_that_cannot_be_read_is_refused_with_its_line_and_the_next_is_taken(world: World) {
        let world = world.founded();
        let good = table(&world, "type=rally");
        let header = good.lines().next().expect("a header");
        let row = |cells: &[(&str, &str)]| edited(&good, |row| cells.iter().for_each(|(name, cell)| drop(row.insert((*name).to_owned(), (*cell).to_owned())))).split_once('\n').expect("a row").1.to_owned();
        let file = [
            format!("{header}\n"),
            row(&[("size_low", "many"), ("arrests", "a few"), ("actors", "ice"), ("coarsened", "perhaps"), ("lat", "north")]),
            row(&[("type", "party")]),
            row(&[("place", "atlantis")]),
            row(&[("id", "7")]),
            "\"The table breaks off here: out of reach\"\r\n".to_owned(),
            "a\"b\"c\n".to_owned(),
            row(&[]),
        ].concat();
        let report = load(&world, &file);
        assert_eq!((report.lines, report.refused, report.unchanged), (7, 6, 1), "{:?}", report.errors);
        let told: Vec<(u64, Option<&str>)> = report.errors.iter().map(|error| (error.line, error.column.as_deref())).collect();
        let cells = ["coarsened", "lat", "actors", "size_low", "arrests"].map(|name| (2, Some(name)));
        // Cells are looked at before anything is written, and so are told first.
        assert_eq!(told[..7], [cells.as_slice(), &[(6, None), (7, None)]].concat());
        assert_eq!(told[7..], [(3, None), (4, None), (5, None)]);
        assert!(report.errors[5].reason.contains("The table breaks off here: out of reach"), "{:?}", report.errors[5]);
        let fails = |file: &[u8]| load_as(&world, ImportFormat::Marchline, file).expect_err("no table of ours");
        assert!(matches!(fails(b""), LoadError::Open(OpenError::Empty)));
        assert!(matches!(fails(b"\"a"), LoadError::Open(OpenError::Header(_))));
        match fails(b"id,title\r\n") {
            LoadError::Open(OpenError::MissingColumns(missing)) => assert!(missing.contains(&"sources".to_owned()) && !missing.contains(&"id".to_owned())),
            other => panic!("{other}"),
        }
    }

    fn what_is_said_of_a_place_is_read_also_where_none_is_named(world: World) {
        let world = world.with_source();
        world.put(Resource::Event, event("Nowhere", json!({})));
        let good = table(&world, "");
        assert_eq!(load(&world, &good).unchanged, 1);
        let faults = |cells: &[(&str, &str)]| {
            let text = edited(&good, |row| cells.iter().for_each(|(name, cell)| drop(row.insert((*name).to_owned(), (*cell).to_owned()))));
            let report = load(&world, &text);
            assert_eq!((report.lines, report.refused), (1, 1), "{cells:?}");
            let told = |error: &RowError| (error.line, error.column.clone().unwrap_or_default(), error.value.clone().unwrap_or_default(), error.reason.clone());
            report.errors.iter().map(told).collect::<Vec<_>>()
        };
        let told = |column: &str, value: &str, reason: &str| (2, column.to_owned(), value.to_owned(), reason.to_owned());
        let (no_number, no_place) = ("Expected a number.", "There is no `place` that this could be said of.");
        let bad = [("lat", "north"), ("lon", "west"), ("radius_m", "near")];
        let expected = bad.map(|(column, value)| told(column, value, no_number));
        assert_eq!(faults(&bad), expected);
        assert_eq!(faults(&[bad.as_slice(), &[("place", "square")]].concat()), expected);
        let lost = [("place_role", "site"), ("place_precision", "exact"), ("lat", "34.05"), ("lon", "-118.25"), ("radius_m", "50")];
        assert_eq!(faults(&lost), lost.map(|(column, value)| told(column, value, no_place)));
    }

    fn a_table_is_taken_over_http_and_by_the_program(world: World) {
        let world = world.founded();
        let text = edited(&table(&world, "type=rally,clash"), |row| drop(row.insert("summary".to_owned(), "Told\nanew.".to_owned())));
        let job = Sender::of(&world).import("?format=marchline", &text);
        assert_eq!((&job["state"], &job["report"]["corrected"], &job["report"]["refused"]), (&json!("done"), &json!(2), &json!(0)), "{job}");
        assert_eq!(world.get(RALLY).ok()["summary"], "Told\nanew.");
        let answer = Sender::of(&world).post("?format=marchline&sync=true&dry_run=true", &text, &[]);
        assert_eq!((answer.status, answer.faults().len()), (400, 2));
        let job = Sender::of(&world).import("?format=marchline", "id\r\n");
        assert_eq!(job["state"], "failed", "{job}");
        let path = world.database.dir().join("table.csv");
        std::fs::write(&path, table(&world, "")).expect("the file can be written");
        let path = path.display().to_string();
        let output = program::run(&world.database.url, &["import", "--format", "marchline", &path]);
        let (said, complained) = program::words(&output);
        assert_eq!(output.status.code(), Some(0), "{complained}");
        assert!(said.contains("13 unchanged") || said.contains("unchanged 13"), "{said}");
        let output = program::run(&world.database.url, &["import", "--format", "marchline", "--sync", &path]);
        assert_eq!(output.status.code(), Some(2));
        catch_up(&world);
        assert_eq!(world.get("/v1/events?limit=1").ok()["page"]["total"], 13);
        world.put(Resource::Event, json!({"type": "rally", "title": "x", "sources": [{"id": "parriva-2026-01-31"}]}));
    }
}
