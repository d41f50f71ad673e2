//! A file of 50,000 rows. Without optimisation this takes minutes, so `cargo test` leaves it out; `make test` runs it as
//! it is released.

use serde_json::{Value, json};

use crate::support::ccc::{Shape, corrected_rows, is_corrected, rows};
use crate::support::imports::{assert_figures, assert_links, assert_report, catch_up, edit, import, import_measured};
use crate::support::world::{Backend, World};

const ROWS: usize = 50_000;

/// Events that an editor changes between two imports.
const EDITED: u64 = 7;

fn a_large_file(backend: Backend) {
    let file = rows(17, ROWS, Shape::Phase3);
    let world = World::on(backend);
    let (report, memory) = import_measured(&world, &file, &[]);
    assert_bounded(backend, memory);
    assert_report(&report, &file);
    catch_up(&world);
    assert_figures(&world, &file);
    assert_links(&world, &file);

    let edit = |id: String| {
        let revision = edit(&world, &id, "An editor's words.");
        (id, revision)
    };
    let edited: Vec<(String, i32)> = to_be_corrected(&world).into_iter().map(edit).collect();
    let later = corrected_rows(17, ROWS, Shape::Phase3);
    let report = import(&world, &later, &[]);
    let expected = [
        ("created", 0),
        ("corrected", later.corrected - EDITED),
        ("conflicting", EDITED),
        ("unchanged", later.events - later.corrected),
        ("collapsed", later.collapsed),
        ("refused", later.refused),
    ];
    for (name, count) in expected {
        assert_eq!(report[name], count, "{name}");
    }
    catch_up(&world);
    assert_figures(&world, &later);
    assert_links(&world, &later);
    for (id, revision) in &edited {
        let event = world.get(&format!("/v1/events/{id}")).ok();
        assert_eq!((&event["summary"], &event["revision"]), (&json!("An editor's words."), &json!(revision)));
    }
}

/// Holds that the memory, in MiB, that ten times as many rows take is no matter of the file.
fn assert_bounded(backend: Backend, memory: u64) {
    let world = World::on(backend);
    let few = rows(17, ROWS / 10, Shape::Phase3);
    let (_, for_few) = import_measured(&world, &few, &[]);
    // SQLite keeps up to 64 MiB of pages at hand; the rest is what the index knows of the events.
    assert!(memory < for_few + 64 + 24, "{memory} MiB, and {for_few} MiB for a tenth of it");
    // How far reading runs ahead is chance; in a short run it may have no time to take what it may.
    let for_few = (0..5).map(|_| import_measured(&world, &few, &["--dry-run"]).1).max().unwrap_or_default();
    let (_, for_all) = import_measured(&world, &rows(17, ROWS, Shape::Phase3), &["--dry-run"]);
    assert!(for_all < for_few + 8, "reading takes {for_all} MiB, and {for_few} MiB for a tenth of it");
}

/// The ids of events that the corrected file tells anew.
fn to_be_corrected(world: &World) -> Vec<String> {
    let list = world.get("/v1/events?limit=500").ok();
    let number = |event: &Value| event["title"].as_str()?.strip_prefix("Event ")?.parse().ok();
    let events = list["data"].as_array().expect("a list").iter();
    let chosen =
        events.filter(|event| number(event).is_some_and(is_corrected)).take(usize::try_from(EDITED).expect("few"));
    chosen.map(|event| event["id"].as_str().expect("an id").to_owned()).collect()
}

#[test]
#[ignore = "takes minutes without optimisation: make test runs it"]
fn a_large_file_in_sqlite() {
    a_large_file(Backend::Sqlite);
}

#[test]
#[ignore = "takes minutes without optimisation: make test runs it"]
fn a_large_file_in_postgres() {
    a_large_file(Backend::Postgres);
}
