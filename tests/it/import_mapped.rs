//! Files of other collections by a mapping, through the command line and over HTTP.

use serde_json::{Value, json};

use crate::support::imports::{catch_up, edit, total};
use crate::support::jobs::Sender;
use crate::support::on_both_databases;
use crate::support::program;
use crate::support::world::World;

/// Runs the program on a file, and tells its exit code and what it said on both streams.
fn run(world: &World, text: impl AsRef<[u8]>, arguments: &[&str]) -> (Option<i32>, String, String) {
    let path = world.database.dir().join("rows");
    std::fs::write(&path, text).expect("the file can be written");
    let path = path.display().to_string();
    let arguments: Vec<&str> = ["import", &path].into_iter().chain(arguments.iter().copied()).collect();
    let output = program::run(&world.database.url, &arguments);
    let (out, err) = program::words(&output);
    (output.status.code(), out, err)
}

/// Imports a file, and tells the counts of its report that are not 0.
fn import(world: &World, text: &str, arguments: &[&str]) -> Value {
    let report = world.database.dir().join("report.json").display().to_string();
    let all: Vec<&str> = arguments.iter().copied().chain(["--report", &report]).collect();
    let (code, _, err) = run(world, text, &all);
    assert_eq!(code, Some(0), "{err}");
    catch_up(world);
    let report: Value = serde_json::from_str(&std::fs::read_to_string(&report).expect("a report")).expect("JSON");
    counts(&report)
}

fn counts(report: &Value) -> Value {
    let names =
        ["lines", "created", "corrected", "unchanged", "collapsed", "conflicting", "ignored", "refused", "retracted"];
    let told = names.iter().filter(|name| report[**name] != 0);
    told.map(|name| ((*name).to_owned(), report[*name].clone())).collect::<serde_json::Map<_, _>>().into()
}

const ACLED: &str = "event_id_cnty,event_date,time_precision,sub_event_type,actor1,iso,country,admin1,location,latitude,longitude,\
    geo_precision,source,notes,fatalities\n";

fn acled(id: &str, notes: &str) -> String {
    format!(
        "{id},06 March 2024,1,Peaceful protest,Protesters (Chile),152,Chile,Biobio,Concepcion,-36.8,-73.0,1,La Prensa,{notes},0\n"
    )
}

fn place(world: &World, id: &str) -> String {
    let list = world.get(&format!("/v1/events?external_id=acled:{id}")).ok();
    format!("/v1/events/{}", list["data"][0]["id"].as_str().expect("the event is told"))
}

on_both_databases! {
    fn a_changed_row_is_a_correction_and_on_an_edited_event_a_conflict(world: World) {
        let file = |notes: &str| ACLED.to_owned() + &acled("CHL1", notes) + &acled("CHL2", notes);
        let dry = import(&world, &file("One."), &["--format", "acled", "--dry-run"]);
        assert_eq!((dry, total(&world, "")), (json!({"lines": 2, "created": 2}), 0));
        assert_eq!(import(&world, &file("One."), &["--format", "acled"]), json!({"lines": 2, "created": 2}));
        let first = place(&world, "CHL1");
        edit(&world, first.trim_start_matches("/v1/events/"), "An editor's words.");
        catch_up(&world);
        assert_eq!(import(&world, &file("One."), &["--format", "acled"]), json!({"lines": 2, "unchanged": 2}));
        let changed = json!({"lines": 2, "corrected": 1, "conflicting": 1});
        assert_eq!(import(&world, &file("Two."), &["--format", "acled"]), changed);
        assert_eq!(world.get(&first).ok()["summary"], "An editor's words.");
        assert_eq!(import(&world, &file("Two."), &["--format", "acled", "--force"]), json!({"lines": 2, "corrected": 1, "unchanged": 1}));
        assert_eq!(world.get(&first).ok()["summary"], "Two.");
        assert_eq!(total(&world, "country=CL&bbox=-74,-37,-72,-36&type=demonstration&from=2024-03-06&to=2024-03-06"), 2);
    }

    fn what_the_collection_has_deleted_is_withdrawn(world: World) {
        let file = ACLED.to_owned() + &acled("CHL1", "") + &acled("CHL2", "") + &acled("CHL3", "");
        import(&world, &file, &["--format", "acled"]);
        let (second, third) = (place(&world, "CHL2"), place(&world, "CHL3"));
        edit(&world, third.trim_start_matches("/v1/events/"), "An editor's words.");
        catch_up(&world);
        let deleted = "event_id_cnty,deleted_timestamp\nCHL2,1\nCHL3,1\nCHL9,1\n";
        let told = json!({"lines": 3, "corrected": 1, "conflicting": 1, "ignored": 1, "retracted": 1});
        assert_eq!(import(&world, deleted, &["--format", "acled-deleted", "--dry-run"]), told);
        assert_eq!(import(&world, deleted, &["--format", "acled-deleted"]), told);
        assert_eq!((world.get(&second).status, world.get(&third).status), (410, 200));
        assert_eq!(import(&world, deleted, &["--format", "acled-deleted"]), json!({"lines": 3, "unchanged": 1, "conflicting": 1, "ignored": 1}));
        let first = place(&world, "CHL1");
        let (code, _, err) = run(&world, deleted, &["--format", "acled-deleted", "--sync", "--force"]);
        assert_eq!((code, world.get(&first).status), (Some(2), 200), "{err}");
        assert!(err.contains("a list of deletions"), "{err}");
    }

    fn rows_of_one_article_are_one_event_with_all_their_ids(world: World) {
        let row = |id: &str, root: &str, article: &str| {
            let mut cells = vec![""; 61];
            for (at, cell) in [(0, id), (1, "20240306"), (26, "141"), (27, "141"), (28, root), (51, "4"),
                (52, "Pune, Maharashtra, India"), (53, "IN"), (56, "18.5"), (57, "73.8"), (60, article)] {
                cells[at] = cell;
            }
            cells.join("\t") + "\n"
        };
        let text = row("1", "14", "https://a.example/1") + &row("2", "14", "https://a.example/1")
            + &row("3", "04", "https://a.example/1") + &row("4", "14", "https://b.example/1") + "5\tshort\n";
        let sender = Sender::of(&world);
        let job = sender.import("?format=gdelt", &text);
        let told = json!({"lines": 5, "created": 2, "collapsed": 1, "ignored": 1, "refused": 1});
        assert_eq!((&job["state"], counts(&job["report"])), (&json!("done"), told), "{job}");
        let list = world.get("/v1/events?external_id=gdelt:2").ok();
        let event = &list["data"][0];
        assert_eq!(event["external_ids"], json!([{"scheme": "gdelt", "id": "1"}, {"scheme": "gdelt", "id": "2"}]));
        assert_eq!((&event["verification"], &event["places"][0]["precision"]), (&json!("reported"), &json!("locality")));
        assert_eq!(counts(&sender.import("?format=gdelt", &text)["report"])["unchanged"], 2);
        // Another one of them comes first, and then the first one again: nobody has edited the event.
        for ids in [["2", "1"], ["1", "2"], ["2", "1"]] {
            let turned: String = ids.map(|id| row(id, "14", "https://a.example/1")).concat();
            let told = counts(&sender.import("?format=gdelt", &turned)["report"]);
            assert!(told["conflicting"].is_null(), "{ids:?}: {told}");
            assert_eq!(world.get("/v1/events?external_id=gdelt:2").ok()["page"]["total"], 1, "{ids:?}");
        }
        let other = row("4", "14", "https://b.example/1");
        let synced = sender.import("?format=gdelt&sync=true&force=true", &other);
        assert_eq!(counts(&synced["report"]), json!({"lines": 1, "unchanged": 1, "retracted": 1}));
        // It comes back, whichever of its rows comes first.
        let turned = row("2", "14", "https://a.example/1") + &row("1", "14", "https://a.example/1");
        assert_eq!(counts(&sender.import("?format=gdelt", &turned)["report"])["corrected"], 1);
        // A further report of it that comes first is of the same event, which is not gone.
        let first = row("9", "14", "https://b.example/1") + &other;
        let told = counts(&sender.import("?format=gdelt&sync=true&force=true", &(turned + &first))["report"]);
        assert_eq!(told, json!({"lines": 4, "corrected": 1, "unchanged": 1, "collapsed": 2}));
        assert_eq!(world.get("/v1/events?external_id=gdelt:9").ok()["data"][0]["external_ids"].as_array().map(Vec::len), Some(2));
        // What was one event and is two now is not given up for one of them.
        let two = row("4", "14", "https://b.example/1") + &row("9", "14", "https://c.example/1");
        let told = counts(&sender.import("?format=gdelt", &two)["report"]);
        assert_eq!(told, json!({"lines": 2, "unchanged": 1, "conflicting": 1}));
        assert_eq!(world.get("/v1/events?external_id=gdelt:4").ok()["page"]["total"], 1);
        let answer = sender.post("?format=mapping", &text, &[]);
        assert_eq!(answer.status, 400, "a mapping of one's own is for the command line");
    }

    fn a_column_is_lost_as_soon_as_one_record_says_something_there(world: World) {
        let header = "event_id_cnty,event_date,sub_event_type,country,notes,weather,mood\n";
        let file = header.to_owned() + "CHL1,06 March 2024,Peaceful protest,Chile,,,\nCHL2,06 March 2024,Peaceful protest,Chile,,rain,\n";
        let path = world.database.dir().join("report.json");
        let (code, said, err) = run(&world, &file, &["--format", "acled", "--report", &path.display().to_string()]);
        assert!(code == Some(0) && said.contains("lost: weather (1 records)") && !said.contains("mood"), "{said}{err}");
        let report: Value = serde_json::from_str(&std::fs::read_to_string(&path).expect("a report")).expect("JSON");
        let unknown: Vec<&Value> = report["losses"].as_array().expect("losses").iter().filter(|loss| loss["column"] == "weather" || loss["column"] == "mood").collect();
        assert_eq!(unknown.len(), 1, "{report}");
        assert_eq!((&unknown[0]["column"], &unknown[0]["rows"]), (&json!("weather"), &json!(1)));
    }

    fn a_file_of_rows_without_a_header_is_refused_as_a_whole_where_it_has_none(world: World) {
        for (file, reason) in [
            (&b""[..], "the file has no rows"),
            (&b"\xff\xfe1\0\t\x002\0\n\0"[..], "the file is in UTF-16; save it as UTF-8"),
            (&b"\xfe\xff\x001\0\t\x002\0\n"[..], "the file is in UTF-16; save it as UTF-8"),
            (&b"[{\"GLOBALEVENTID\": 1}]\n"[..], "no line of it is a row of 61 cells"),
        ] {
            for more in [&["--format", "gdelt"][..], &["--format", "gdelt", "--dry-run"]] {
                let (code, out, err) = run(&world, file, more);
                assert!(code == Some(1) && err.contains(reason), "{out}{err}");
                assert!(!out.contains("header") && !err.contains("header"), "{out}{err}");
            }
        }
        let job = Sender::of(&world).import("?format=gdelt", "1\tshort\n");
        assert_eq!((&job["state"], counts(&job["report"])), (&json!("failed"), json!({"lines": 1, "refused": 1})), "{job}");
        assert_eq!(job["report"]["errors"][0]["reason"], "Expected 61 cells, found 2.");
    }

    fn a_file_of_which_every_row_is_refused_is_a_failure(world: World) {
        let (header, whole) = ("event_id_cnty,event_date,sub_event_type,country,notes\n", "CHL1,06 March 2024,Peaceful protest,Chile,\n");
        for (rows, refused, expected) in [("CHL2,cut\nCHL3,short\n".to_owned(), 2, 1), (format!("{whole}CHL2,cut\n"), 1, 0), (String::new(), 0, 0)] {
            let (code, said, _) = run(&world, format!("{header}{rows}"), &["--format", "acled"]);
            assert!(said.contains(&format!("refused {refused},")), "{said}");
            assert_eq!(code, Some(expected), "{said}");
        }
    }

    fn a_mapping_of_ones_own_reads_a_file(world: World) {
        let mapping = world.database.dir().join("my.toml").display().to_string();
        let write = |text: &str| std::fs::write(&mapping, text).expect("the mapping can be written");
        write("scheme = \"ours\"\nid = \"nr\"\n[files]\nformat = \"csv\"\ndelimiter = \";\"\nrequired = [\"nr\"]\n\
               [dataset]\nslug = \"ours\"\npublisher = \"Our desk\"\n\
               [event]\ntype = { value = \"rally\" }\ntitle = \"title\"\nstart = { from = \"day\", steps = [{ date = \"%d.%m.%Y\" }] }\n");
        let text = "nr;title;day;weather\n1;\"One; two\";06.03.2024;rain\n2;Three;31.02.2024;\n;Four;06.03.2024;\n";
        let mapped = ["--mapping", &mapping];
        assert_eq!(import(&world, text, &mapped), json!({"lines": 3, "created": 2, "refused": 1}));
        let list = world.get("/v1/events?from=2024-03-06&to=2024-03-06&overlap=definite").ok();
        assert_eq!(list["data"][0]["title"], "One; two");
        let (code, said, _) = run(&world, text, &["--mapping", &mapping, "--explain", "2"]);
        assert_eq!(code, Some(0));
        assert!(said.contains("event.start = \"2024-03-06\", from day \"06.03.2024\"") && said.contains("lost: weather"), "{said}");
        let (code, said, complained) = run(&world, text, &["--mapping", &mapping, "--explain", "5"]);
        assert_eq!((code, said.as_str()), (Some(1), ""));
        assert!(complained.contains("line 5 is beyond the end: the file has 4 lines"), "{complained}");
        let (code, _, said) = run(&world, "title;day\nx;y\n", &mapped);
        assert!(code == Some(1) && said.contains("the header lacks nr"), "{said}");
        write("scheme = \"Ours\"\n[files]\nformat = \"xls\"\n");
        let (code, _, said) = run(&world, text, &mapped);
        assert_eq!(code, Some(2));
        assert!(["scheme: ", "files.format: ", "id: ", "dataset: "].iter().all(|key| said.contains(key)), "{said}");
        assert_eq!(run(&world, text, &[]).0, Some(2), "a format or a mapping is needed");
        assert_eq!(run(&world, text, &["--format", "ccc", "--mapping", &mapping]).0, Some(2));
    }
}
