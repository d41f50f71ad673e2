//! Files of the Crowd Counting Consortium, through the command line, asked over HTTP.

use std::fmt::Write as _;

use marchline::domain::resource::Resource;
use marchline::store::check::check;
use serde_json::{Value, json};

use crate::support::ccc::{Generated, Shape, rows};
use crate::support::imports::{assert_figures, assert_links, assert_report, catch_up, edit, import};
use crate::support::world::World;
use crate::support::{on_both_databases, program};

/// Rows of a generated file: enough for several groups, and all known troubles.
const ROWS: usize = 400;

on_both_databases! {
    fn a_messy_file_is_taken_over_to_the_last_row(world: World) {
        for (seed, shape) in [(1, Shape::Phase3), (2, Shape::Compiled)] {
            let world = World::on(crate::support::random::backend_of(&world));
            let file = rows(seed, ROWS, shape);
            let report = import(&world, &file, &[]);
            assert_report(&report, &file);
            catch_up(&world);
            assert_figures(&world, &file);
            assert_links(&world, &file);
            assert_eq!(report["linked"], file.opposing);
            let mut conn = world.database.parsed().connect().expect("the database is there");
            assert_eq!(check(&mut conn).expect("it can be read").differences, [""; 0]);
        }
    }

    fn a_second_run_changes_nothing(world: World) {
        let file = rows(3, 60, Shape::Phase3);
        import(&world, &file, &[]);
        catch_up(&world);
        let seq = world.node.index.head().seq;
        let dry = import(&world, &file, &["--dry-run"]);
        let again = import(&world, &file, &[]);
        for report in [dry, again] {
            assert_eq!((&report["unchanged"], &report["created"]), (&json!(file.events), &json!(0)));
            assert_eq!(report["linked"], 0);
        }
        catch_up(&world);
        assert_eq!(world.node.index.head().seq, seq);
    }

    fn a_dry_run_writes_nothing(world: World) {
        let file = rows(4, 40, Shape::Compiled);
        let report = import(&world, &file, &["--dry-run"]);
        assert_eq!(report["created"], file.events);
        catch_up(&world);
        assert_eq!(world.node.index.head().seq, 0);
    }

    fn a_row_is_explained_and_nothing_is_written(world: World) {
        let file = rows(4, 40, Shape::Compiled);
        let path = world.database.dir().join("rows.csv");
        std::fs::write(&path, &file.text).expect("the file can be written");
        let path = path.display().to_string();
        let told = program::run(&world.database.url, &["import", "--format", "ccc", "--explain", "2", &path]);
        let (said, complained) = program::words(&told);
        assert!(told.status.success(), "{complained}");
        for part in ["line 2: an event, ", "from its place among alike records", "lost: notes: ", "\"scheme\": \"ccc\""] {
            assert!(said.contains(part), "{part} is not in {said}");
        }
        assert!(!said.contains("Date guessed"), "notes of coders are not shown");
        catch_up(&world);
        assert_eq!(world.node.index.head().seq, 0);
    }

    fn a_corrected_row_makes_a_revision_unless_an_editor_was_there(world: World) {
        let header = "date,locality,state,location,title,event_type,size_text,size_low,size_high,size_mean,size_cat,source1";
        let file = |arrests: &str| {
            let row = |title: &str| format!("2026-01-30,Austin,TX,Capitol,{title},rally,{arrests},,,,,https://news.example/1");
            Generated { text: format!("{header}\n{}\n{}\n", row("One"), row("Two")), ..rows(1, 0, Shape::Phase3) }
        };
        let first = import(&world, &file("about 100"), &[]);
        assert_eq!(first["created"], 2, "{first}");
        catch_up(&world);
        let list = world.get("/v1/events?sort=recorded").ok();
        let edited = list["data"][0]["id"].as_str().expect("an id").to_owned();
        let title = list["data"][0]["title"].clone();
        edit(&world, &edited, "An editor's words.");
        let second = import(&world, &file("about 200"), &[]);
        assert_eq!((&second["corrected"], &second["conflicting"]), (&json!(1), &json!(1)), "{second}");
        catch_up(&world);
        let kept = world.get(&format!("/v1/events/{edited}")).ok();
        assert_eq!((&kept["summary"], &kept["revision"]), (&json!("An editor's words."), &json!(2)), "{title}");
        let forced = import(&world, &file("about 200"), &["--force"]);
        assert_eq!((&forced["corrected"], &forced["unchanged"]), (&json!(1), &json!(1)), "{forced}");
        catch_up(&world);
        assert_eq!(world.get(&format!("/v1/events/{edited}")).ok()["revision"], 3);
    }

    fn a_counter_protest_is_linked_to_what_it_opposes_whichever_comes_first(world: World) {
        let take = |events: &[(&str, &str, &str, &str)], more: &[&str], corrected: u64, linked: u64| {
            let mut text = "date,locality,state,title,event_type,macroevent,size_text,source1\n".to_owned();
            for (title, kind, macroevent, size) in events {
                let row = format!("2026-01-30,Austin,TX,{title},{kind},{macroevent},{size},https://news.example/1");
                writeln!(text, "{row}").expect("a text can be written to");
            }
            let report = import(&world, &Generated { text, ..rows(1, 0, Shape::Phase3) }, more);
            assert_eq!((&report["corrected"], &report["linked"]), (&json!(corrected), &json!(linked)), "{events:?}");
            catch_up(&world);
        };
        let opposed = |title: &str| {
            let list = world.get("/v1/events?include=links").ok();
            let event = list["data"].as_array().expect("a list").iter().find(|event| event["title"] == title);
            let links = event.expect("the event")["links"].as_array().expect("links").clone();
            assert!(links.iter().all(|link| link["relation"] == "counter_of"), "{links:?}");
            let of = |direction: &str| {
                let these = links.iter().filter(|link| link["direction"] == direction);
                let title = |link: &Value| link["event"]["title"].as_str().expect("a title").to_owned();
                let mut titles: Vec<_> = these.map(title).collect();
                titles.sort();
                titles
            };
            (of("outgoing"), of("incoming"))
        };
        let titles = |titles: &[&str]| titles.iter().map(|title| (*title).to_owned()).collect::<Vec<_>>();
        let against = |size| ("Against", "Rally; Counter-Protest", "7", size);
        let one = ("One", "rally", "7.0", "dozens");
        take(&[against("dozens")], &[], 0, 0);
        assert_eq!(opposed("Against"), (vec![], vec![]));
        take(&[one, ("Elsewhere", "rally", "8", "")], &[], 0, 1);
        assert_eq!(opposed("Against"), (titles(&["One"]), vec![]));
        assert_eq!(opposed("One"), (vec![], titles(&["Against"])));
        let seq = world.node.index.head().seq;
        take(&[one], &[], 0, 0);
        take(&[against("dozens")], &[], 0, 0);
        assert_eq!(world.node.index.head().seq, seq, "nothing is written twice");

        take(&[against("hundreds")], &[], 1, 0);
        assert_eq!(opposed("Against").0, titles(&["One"]), "a corrected row keeps its links");
        take(&[("Two", "march", "7", "")], &[], 0, 1);
        assert_eq!(opposed("Against").0, titles(&["One", "Two"]));
        take(&[("One", "rally", "8", "dozens")], &[], 0, 1);
        assert_eq!(opposed("Against").0, titles(&["Two"]), "it belongs elsewhere now");
        take(&[("Against", "Rally; Counter-Protest", "", "hundreds")], &[], 0, 1);
        assert_eq!(opposed("Against").0, titles(&[]));
        take(&[against("hundreds")], &[], 0, 1);
        assert_eq!(opposed("Against").0, titles(&["Two"]));

        let id = |title: &str| {
            let list = world.get("/v1/events").ok();
            let event = list["data"].as_array().expect("a list").iter().find(|event| event["title"] == title);
            event.expect("the event")["id"].as_str().expect("an id").to_owned()
        };
        edit(&world, &id("Against"), "An editor's words.");
        take(&[("Three", "vigil", "7", "")], &[], 0, 0);
        assert_eq!(opposed("Against").0, titles(&["Two"]), "what an editor has changed is left alone");
        world.retract(Resource::Event, id("Two").parse().expect("an id"), "It was none.");
        take(&[against("thousands")], &["--force"], 1, 1);
        assert_eq!(opposed("Against").0, titles(&["Three"]), "nothing links to what has ceased");
    }

    fn an_export_loads_into_an_empty_database_with_equal_content(world: World) {
        let world = world.founded();
        let lines = |world: &World| {
            let output = program::run(&world.database.url, &["export", "--format", "ndjson"]);
            assert!(output.status.success(), "{:?}", program::words(&output));
            program::words(&output).0
        };
        let exported = lines(&world);
        let path = world.database.dir().join("all.ndjson");
        std::fs::write(&path, &exported).expect("the file can be written");
        let other = World::on(crate::support::random::backend_of(&world));
        let output = program::run(&other.database.url, &["import", "--format", "ndjson", &path.display().to_string()]);
        assert!(output.status.success(), "{:?}", program::words(&output));
        assert_eq!(lines(&other), exported);
    }
}
