//! Files held against what was imported before: what they do not have any more is withdrawn, carefully.

use std::io::{BufReader, Cursor, Error, Read};

use marchline::domain::resource::Resource;
use marchline::domain::scope::Scope;
use marchline::import::report::Report;
use marchline::load::{Collection, LoadError, Options, Progress, Target, take_over};
use marchline::metrics::ImportFormat;
use marchline::store::check::check;
use marchline::store::sync_turn::SyncTurn;
use serde_json::{Value, json};

use crate::support::ccc::{Generated, Shape, rows};
use crate::support::client::Client;
use crate::support::imports::{catch_up, edit, import, import_in_vain, total};
use crate::support::jobs::Sender;
use crate::support::on_both_databases;
use crate::support::world::{World, event};

const HEADER: &str = "date,locality,state,title,event_type,macroevent,size_text,source1\n";

/// A file of rallies with these numbers.
fn rallies(numbers: impl IntoIterator<Item = u32>) -> Generated {
    let row = |number| format!("2026-01-30,Austin,TX,Rally {number},rally,,,https://news.example/{number}\n");
    let text = HEADER.to_owned() + &numbers.into_iter().map(row).collect::<String>();
    of_text(text)
}

fn of_text(text: String) -> Generated {
    Generated { text, ..rows(1, 0, Shape::Phase3) }
}

/// Where a rally is told.
fn place(world: &World, number: u32) -> String {
    let list = world.get("/v1/events?limit=500").ok();
    let title = format!("Rally {number}");
    let event = list["data"].as_array().expect("a list").iter().find(|event| event["title"] == title.as_str());
    format!("/v1/events/{}", event.expect("it is told")["id"].as_str().expect("an id"))
}

fn counts<const N: usize>(report: &Value, names: [&str; N]) -> [u64; N] {
    names.map(|name| report[name].as_u64().expect("a count"))
}

const ALL: [&str; 6] = ["created", "corrected", "unchanged", "conflicting", "retracted", "kept"];

/// Takes a file over in this process.
fn take(world: &World, input: impl Read + Send, progress: &Progress) -> (Report, Result<(), LoadError>) {
    let database = world.database.parsed();
    let target = Target { writer: world.writer(), index: &world.node.index, database: &database };
    let (mut report, options) = (Report::default(), Options { sync: true, ..Options::default() });
    let collection = Collection::of(ImportFormat::Ccc).expect("a preset");
    let taken = take_over(target, &collection, BufReader::new(input), &options, progress, &mut report);
    (report, taken)
}

/// A file that cannot be read to its end.
struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(Error::other("the disk is gone"))
    }
}

on_both_databases! {
    fn one_file_of_a_collection_is_synchronised_at_a_time(world: World) {
        import(&world, &rallies(0..10), &[]);
        catch_up(&world);
        let nine = rallies(0..9);
        // As another node has it, which need not be on this machine.
        let turn = SyncTurn::take(&world.database.parsed(), "ccc").expect("the database is there").expect("nobody has it");
        let (report, error) = import_in_vain(&world, &nine, &["--sync"]);
        assert!(error.contains("another import with sync is under way"), "{error}");
        assert_eq!(report["lines"], 0, "{report}");
        let job = Sender::of(&world).import("?format=ccc&sync=true", &nine.text);
        assert_eq!(job["state"], "failed", "{job}");
        assert!(job["failure"].as_str().is_some_and(|why| why.contains("Another import with sync")), "{job}");
        assert_eq!(total(&world, ""), 10);
        assert_eq!(import(&world, &nine, &[])["unchanged"], 9, "who withdraws nothing need not wait");
        assert_eq!(import(&world, &nine, &["--sync", "--dry-run"])["retracted"], 1);
        drop(turn);
        assert_eq!(import(&world, &nine, &["--sync"])["retracted"], 1);
        assert!(SyncTurn::take(&world.database.parsed(), "ccc").expect("the database is there").is_some(), "it ends with the import");
    }

    fn what_the_file_does_not_have_is_withdrawn_and_comes_back_with_its_row(world: World) {
        import(&world, &rallies(0..10), &[]);
        catch_up(&world);
        let (gone, seq) = (place(&world, 3), world.node.index.head().seq);
        let nine = rallies((0..10).filter(|number| *number != 3));
        assert_eq!(counts(&import(&world, &nine, &["--sync", "--dry-run"]), ALL), [0, 0, 9, 0, 1, 0]);
        assert_eq!(counts(&import(&world, &nine, &[]), ALL), [0, 0, 9, 0, 0, 0], "only where that is asked for");
        catch_up(&world);
        assert_eq!(world.node.index.head().seq, seq);

        assert_eq!(counts(&import(&world, &nine, &["--sync"]), ALL), [0, 0, 9, 0, 1, 0]);
        catch_up(&world);
        let answer = world.get(&gone);
        assert!(answer.status == 410 && answer.body.contains("no longer in the file"), "{}", answer.body);
        assert_eq!((total(&world, ""), world.node.index.head().seq), (9, seq + 1));
        assert_eq!(counts(&import(&world, &nine, &["--sync"]), ALL), [0, 0, 9, 0, 0, 0], "once");

        let job = Sender::of(&world).import("?format=ccc&sync=true", &rallies(0..10).text);
        assert_eq!((&job["state"], counts(&job["report"], ALL)), (&json!("done"), [0, 1, 9, 0, 0, 0]), "{job}");
        let back = world.get(&gone).ok();
        assert_eq!((&back["title"], &back["revision"]), (&json!("Rally 3"), &json!(3)));
        assert_eq!(world.get(&format!("{gone}/revisions")).ok()["data"][2]["kind"], "restored");
        let job = Sender::of(&world).import("?format=ccc&sync=true&reason=Weekly.", &nine.text);
        assert_eq!(counts(&job["report"], ALL), [0, 0, 9, 0, 1, 0]);
        let history = world.get(&format!("{gone}/revisions")).ok()["data"][3].clone();
        assert!(history["reason"].as_str().is_some_and(|why| why.contains("no longer in the file") && why.ends_with("Weekly.")), "{history}");
        assert_eq!(history["by"], "The desk");
        let mut conn = world.database.parsed().connect().expect("the database is there");
        assert_eq!(check(&mut conn).expect("it can be read").differences, [""; 0]);
    }

    fn what_an_editor_has_changed_is_kept_unless_forced(world: World) {
        import(&world, &rallies(0..10), &[]);
        catch_up(&world);
        let (edited, withdrawn) = (place(&world, 3), place(&world, 4));
        edit(&world, edited.trim_start_matches("/v1/events/"), "An editor's words.");
        world.retract(Resource::Event, withdrawn.trim_start_matches("/v1/events/").parse().expect("an id"), "It was none.");
        let eight = rallies((0..10).filter(|number| ![3, 4].contains(number)));
        for dry in [&["--sync", "--dry-run"][..], &["--sync"]] {
            assert_eq!(counts(&import(&world, &eight, dry), ALL), [0, 0, 8, 0, 0, 1], "{dry:?}");
        }
        catch_up(&world);
        assert_eq!(world.get(&edited).status, 200);
        for (dry, gone) in [(&["--sync", "--force", "--dry-run"][..], 200), (&["--sync", "--force"], 410)] {
            assert_eq!(counts(&import(&world, &eight, dry), ALL), [0, 0, 8, 0, 1, 0], "{dry:?}");
            catch_up(&world);
            assert_eq!(world.get(&edited).status, gone);
        }
        assert_eq!(counts(&import(&world, &rallies(0..10), &["--sync"]), ALL), [0, 1, 9, 0, 0, 0]);
        catch_up(&world);
        assert_eq!((world.get(&edited).status, world.get(&withdrawn).status), (200, 410), "what an editor withdrew stays so");
        let restored = world.get(&edited).ok();
        assert_eq!(restored["summary"], Value::Null, "as its row says");
    }

    fn what_took_in_another_goes_with_the_last_of_their_rows(world: World) {
        import(&world, &rallies(0..10), &[]);
        catch_up(&world);
        let client = Client::of(&world, &[Scope::Write]);
        let row = |place: &String| world.get(place).ok()["external_ids"][0]["id"].to_string();
        let [mut low, mut high] = [[3, 4], [5, 6]].map(|pair| pair.map(|number| place(&world, number)));
        low.sort_by_key(row);
        high.sort_by_key(row);
        // In the one pair what stays has the row that comes first, in the other the one that comes last.
        for (gone, kept) in [(&low[1], &low[0]), (&high[0], &high[1])] {
            let merged = client.post(&format!("{gone}/merge"), &json!({"into": kept.trim_start_matches("/v1/events/")}));
            assert_eq!(merged.status, 200, "{}", merged.body);
        }
        let six = rallies((0..10).filter(|number| ![3, 4, 5, 6].contains(number)));
        assert_eq!(counts(&import(&world, &six, &["--sync"]), ALL), [0, 0, 6, 0, 0, 2], "an editor has merged them");
        assert_eq!(counts(&import(&world, &six, &["--sync", "--force"]), ALL), [0, 0, 6, 0, 2, 0]);
        catch_up(&world);
        for kept in [&low[0], &high[1]] {
            assert_eq!(world.get(kept).status, 410);
        }
    }

    fn a_policy_outlives_whatever_a_file_does_to_its_event(world: World) {
        import(&world, &rallies(0..10), &[]);
        catch_up(&world);
        let (hidden, client) = (place(&world, 3), Client::of(&world, &[Scope::Write, Scope::ReadRestricted]));
        let restricted = json!({"privacy": {"embargo": true, "reason": "safety"}, "translations": {"es": {"title": "Mitin"}}});
        let patched = client.send_json("PATCH", &hidden, &[("if-match", "*")], &restricted);
        assert_eq!(patched.status, 200, "{}", patched.body);
        let change = |size: &str| of_text(rallies(0..10).text.replace("Rally 3,rally,,,", &format!("Rally 3,rally,,{size},")));
        for (size, options) in [("about 200", &["--force"][..]), ("about 300", &["--force", "--sync"])] {
            assert_eq!(import(&world, &change(size), options)["corrected"], 1, "{size}");
            catch_up(&world);
            assert_eq!((world.get(&hidden).status, total(&world, "")), (404, 9), "{size}");
        }
        let nine = rallies((0..10).filter(|number| *number != 3));
        assert_eq!(import(&world, &nine, &["--sync", "--force"])["retracted"], 1);
        assert_eq!(import(&world, &rallies(0..10), &[])["corrected"], 1, "it comes back with its row");
        catch_up(&world);
        assert_eq!((world.get(&hidden).status, total(&world, "")), (404, 9));
        let (whole, _) = client.get(&format!("{hidden}?include=translations"));
        assert_eq!((&whole["title"], &whole["privacy"]["reason"]), (&json!("Rally 3"), &json!("safety")), "{whole}");
        assert_eq!(whole["translations"]["es"]["title"], "Mitin");
    }

    fn more_than_a_fifth_is_not_withdrawn_unless_forced(world: World) {
        import(&world, &rallies(0..10), &[]);
        catch_up(&world);
        let seq = world.node.index.head().seq;
        // What is new in the file makes it no better.
        let other = rallies((3..10).chain(100..130));
        let (report, said) = import_in_vain(&world, &other, &["--sync", "--dry-run"]);
        assert_eq!(counts(&report, ALL), [30, 0, 7, 0, 0, 0]);
        assert!(said.contains("lacks 3 of the 10 events"), "{said}");
        catch_up(&world);
        assert_eq!(world.node.index.head().seq, seq);

        let (report, said) = import_in_vain(&world, &other, &["--sync"]);
        assert_eq!(counts(&report, ALL), [30, 0, 7, 0, 0, 0]);
        assert!(said.contains("nothing was withdrawn: the file lacks 3 of the 10 events") && said.contains("force"), "{said}");
        catch_up(&world);
        assert_eq!(total(&world, ""), 40);

        let job = Sender::of(&world).import("?format=ccc&sync=true", &rallies(5..6).text);
        assert_eq!((&job["state"], counts(&job["report"], ALL)), (&json!("failed"), [0, 0, 1, 0, 0, 0]), "{job}");
        assert!(job["failure"].as_str().is_some_and(|why| why.starts_with("Nothing was withdrawn: the file lacks 39 of the 40")), "{job}");
        assert_eq!(total(&world, ""), 40);
        let job = Sender::of(&world).import("?format=ccc&sync=true&force=true", &rallies(5..6).text);
        assert_eq!((&job["state"], counts(&job["report"], ALL)), (&json!("done"), [0, 0, 1, 0, 39, 0]), "{job}");
        assert_eq!(total(&world, ""), 1);
    }

    fn what_came_from_elsewhere_is_left_alone(world: World) {
        let world = world.with_source();
        world.put(Resource::Event, event("An editor's", json!({})));
        world.put(Resource::Event, event("Another collection's", json!({"external_ids": [{"scheme": "elsewhere", "id": "1"}]})));
        // An editor may say which row an event is; that makes it none that was imported.
        world.put(Resource::Event, event("Of a row", json!({"external_ids": [{"scheme": "ccc", "id": "0"}]})));
        import(&world, &rallies(0..10), &[]);
        assert_eq!(counts(&import(&world, &rallies(2..10), &["--sync"]), ALL), [0, 0, 8, 0, 2, 0]);
        catch_up(&world);
        assert_eq!(total(&world, ""), 11);
    }

    fn a_file_that_was_not_read_to_its_end_withdraws_nothing(world: World) {
        import(&world, &rallies(0..10), &[]);
        catch_up(&world);
        let part = rallies(0..9).text;
        let (report, taken) = take(&world, Cursor::new(&part).chain(Broken), &Progress::new(ImportFormat::Ccc, None));
        assert!(matches!(taken, Err(LoadError::Open(_) | LoadError::Read(_))), "{taken:?}");
        assert_eq!((report.lines, report.retracted), (report.unchanged, 0));
        let progress = Progress::new(ImportFormat::Ccc, None);
        progress.stop();
        let (report, taken) = take(&world, Cursor::new(&part), &progress);
        assert!(matches!(taken, Err(LoadError::Stopped)), "{taken:?}");
        assert_eq!((report.lines, report.retracted), (0, 0));
        assert_eq!(total(&world, ""), 10);
        let (report, taken) = take(&world, Cursor::new(&part), &Progress::new(ImportFormat::Ccc, None));
        assert!(taken.is_ok(), "{taken:?}");
        assert_eq!((report.lines, report.retracted), (9, 1));
    }

    fn a_row_that_cannot_be_told_may_be_any_that_is_gone(world: World) {
        import(&world, &rallies(0..10), &[]);
        let bad = of_text(rallies(1..10).text + "30/01/2026,Austin,TX,Rally 0,rally,,,\n");
        let (report, said) = import_in_vain(&world, &bad, &["--sync"]);
        assert_eq!((counts(&report, ALL), &report["refused"]), ([0, 0, 9, 0, 0, 0], &json!(1)));
        assert!(said.contains("1 rows were refused") && said.contains("mend the rows"), "{said}");
        let whole = of_text(rallies(0..10).text + "30/01/2026,Austin,TX,Rally 0,rally,,,\n");
        assert_eq!(counts(&import(&world, &whole, &["--sync"]), ALL), [0, 0, 10, 0, 0, 0], "where nothing is gone it is no matter");
        assert_eq!(counts(&import(&world, &bad, &["--sync", "--force"]), ALL), [0, 0, 9, 0, 1, 0]);
    }

    fn nothing_is_linked_with_what_is_gone(world: World) {
        let against = "2026-01-30,Austin,TX,Against,Rally; Counter-Protest,7,,https://news.example/a\n";
        let opposed = "2026-01-30,Austin,TX,Opposed,rally,7,,https://news.example/o\n";
        let both = of_text(rallies(0..8).text + against + opposed);
        assert_eq!(counts(&import(&world, &both, &[]), ["created", "linked"]), [10, 1]);
        let one = of_text(rallies(0..8).text + against);
        assert_eq!(counts(&import(&world, &one, &["--sync"]), ["retracted", "linked", "corrected"]), [1, 1, 0]);
        catch_up(&world);
        let seq = world.node.index.head().seq;
        assert_eq!(counts(&import(&world, &one, &["--sync"]), ["retracted", "linked", "corrected"]), [0, 0, 0]);
        catch_up(&world);
        assert_eq!((world.node.index.head().seq, total(&world, "has=links")), (seq, 0));
        assert_eq!(counts(&import(&world, &both, &["--sync"]), ["retracted", "linked", "corrected"]), [0, 1, 1]);
        catch_up(&world);
        assert_eq!(total(&world, "has=links"), 2);
    }
}
