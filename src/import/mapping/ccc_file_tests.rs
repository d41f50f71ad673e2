//! Files of the Crowd Counting Consortium as a whole: what is read, told again and refused.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use proptest::prelude::*;

use super::ccc_tests::{ccc, import, one, rehearse};
use super::generator::{Shape, corrected_rows, rows};
use super::*;
use crate::domain::event::EventContent;
use crate::domain::vocabulary::EventType;

fn tally(values: impl Iterator<Item = String>) -> BTreeMap<String, u64> {
    values.fold(BTreeMap::new(), |mut tally, value| {
        *tally.entry(value).or_default() += 1;
        tally
    })
}

/// Whether an error refused its row, as the guide tells them.
fn refuses(error: &RowError) -> bool {
    error.column.as_deref().is_none_or(|column| ["date", "state"].contains(&column))
}

#[test]
fn files_of_both_layouts_give_what_their_generator_knows() {
    for (seed, shape) in [(1, Shape::Phase3), (2, Shape::Compiled), (3, Shape::Phase3), (4, Shape::Compiled)] {
        let generated = rows(seed, 2_000, shape);
        let (world, events, report) = import(generated.text.as_bytes());
        let state = |event: &EventContent| world.locations[&event.places[0].location].admin1.clone().expect("a state");
        assert_eq!(tally(events.iter().map(state)), generated.by_state);
        assert_eq!(tally(events.iter().map(|e| e.when.start.as_ref().expect("a day").edtf.clone())), generated.by_day);
        assert_eq!(tally(events.iter().map(|e| e.event_type.code().to_owned())), generated.by_type);
        assert_eq!(report.lines, generated.records);
        assert_eq!((report.created, report.collapsed), (generated.events, generated.collapsed));
        assert_eq!(
            (report.refused, report.joined, report.repaired),
            (generated.refused, generated.joined, generated.repaired)
        );
        assert_eq!(report.accounted(), report.lines);
        let refused_lines: BTreeSet<u64> =
            report.errors.iter().filter(|error| refuses(error)).map(|e| e.line).collect();
        assert_eq!(refused_lines, generated.refused_lines);
        let text = serde_json::to_string(&report).unwrap();
        assert!(!text.contains("Jane Roe"), "names stay out of the report");
        assert!(world.actors.values().all(|actor| !actor.name.contains("Roe") && !actor.name.contains("Musk")));
    }
}

#[test]
fn rows_of_one_macroevent_stand_together() {
    let generated = rows(6, 600, Shape::Compiled);
    let mut sides: HashMap<String, (u64, u64)> = HashMap::new();
    rehearse(generated.text.as_bytes(), |mapped| {
        if let Some(group) = mapped.group {
            let (against, rest) = sides.entry(group.name).or_default();
            *if group.opposes { against } else { rest } += 1;
        }
    })
    .unwrap();
    assert!(generated.links > 10);
    assert_eq!(sides.values().map(|(against, rest)| against * rest).sum::<u64>(), generated.links);
    assert_eq!(sides.values().filter(|(a, r)| a * r > 0).map(|(a, r)| a + r).sum::<u64>(), generated.linked);
    assert_eq!(sides.values().filter(|(_, rest)| *rest > 0).map(|(a, _)| a).sum::<u64>(), generated.opposing);
}

#[test]
fn reading_again_gives_the_same_ids_and_digests() {
    let generated = rows(5, 300, Shape::Phase3);
    let read = |text: &str| {
        let mut found = Vec::new();
        rehearse(text.as_bytes(), |mapped| found.push((mapped.identity, mapped.hash))).unwrap();
        found
    };
    let first = read(&generated.text);
    assert_eq!(first, read(&generated.text));
    // Another way to write the same, and what is not taken over, change nothing; a correction changes its row alone.
    assert_eq!(
        first,
        read(&generated.text.replace("\r\n", "\n").replace(",JR,", ",XY,").replace(",39153.0,", ",39153,"))
    );
    let generated = corrected_rows(5, 300, Shape::Phase3);
    let corrected = read(&generated.text);
    let differing = first.iter().zip(&corrected).filter(|(a, b)| a != b).count();
    assert_eq!(u64::try_from(differing).unwrap(), generated.corrected);
    assert!(first.iter().zip(&corrected).all(|(a, b)| a.0 == b.0));
}

#[test]
fn bad_rows_name_their_line_column_value_and_reason() {
    let text = "date,locality,state,event_type,notes,weather\n2025-13-01,a,TX,rally,Jane,\n2025-01-01,a,Texarkana,rally,,rain\n\
                0202-01-01,a,TX,rally,,\n,,,,,\n2025-01-01,,,rally,,sun\n";
    let (_, events, report) = import(text.as_bytes());
    let errors: Vec<_> =
        report.errors.iter().map(|e| (e.line, e.column.as_deref().unwrap(), e.value.as_deref().unwrap())).collect();
    assert_eq!(errors, [(2, "date", "2025-13-01"), (3, "state", "Texarkana"), (4, "date", "0202-01-01")]);
    assert_eq!((report.refused, report.ignored, events.len(), report.accounted()), (3, 1, 1, report.lines));
    assert_eq!(report.losses.iter().map(|(column, rows, _)| (column, rows)).collect::<Vec<_>>(), [("weather", 1)]);
}

/// Every column that the mapping reads.
fn columns() -> Vec<String> {
    let mapping = ccc();
    let values = mapping.values();
    let names: HashSet<String> =
        values.iter().flat_map(|(.., expr)| expr.start.paths()).map(ToString::to_string).collect();
    names.into_iter().collect()
}

#[test]
fn both_layouts_are_read_and_what_is_missing_is_named() {
    let compiled = "date,locality,state,location_detail,type,injuries_crowd,source_1,source_99\n\
                    2025-01-01,Austin,TX,Capitol,march,lots,a.test,b.test\n";
    let (world, events, report) = import(compiled.as_bytes());
    assert_eq!((events[0].event_type, events[0].sources.len()), (EventType::March, 2));
    assert_eq!(world.locations[&events[0].places[0].location].name, "Capitol");
    assert_eq!(report.errors[0].column.as_deref(), Some("injuries_crowd"));
    let Err(OpenError::MissingColumns(missing)) = rehearse(b"date,city\n", |_| {}) else { panic!("missing") };
    assert_eq!(missing, ["locality", "state", "event_type"]);
    // A column that says nothing loses nothing.
    let twice = "date,locality,state,type,weather,date\n2025-01-01,Austin,TX,march,,2025-01-02\n";
    let lost = import(twice.as_bytes()).2.losses;
    assert_eq!(lost.iter().map(|(column, rows, _)| (column, rows)).collect::<Vec<_>>(), [("date", 1)]);
}

#[test]
fn a_row_is_explained_with_its_place_among_alike_rows() {
    let file = "date,locality,state,title,event_type,online,resolved_state,notes\n2025-01-01,Austin,TX,One,\"March; x\",1,OK,Words\n\
                2025-01-01,Austin,TX,One,rally,,,\n2025-01-01,Austin,Texarkana,,rally,,,\n";
    let told = |line| explain(&ccc(), file.as_bytes(), line).unwrap();
    for part in [
        "line 2: an event, ",
        "needed = \"US-TX\", from state \"TX\"",
        "from its place among alike records \"2025-01-01\", \"Austin\", \"TX\", \"\", \"One\"",
        "event.type = \"march\", \"online_action\", from event_type",
        "places.role = \"area\", from online \"1\"",
        "error in event_type: No type of event has this name",
        "error in resolved_state: The geocoder found another state",
        "lost: notes",
    ] {
        assert!(told(2).contains(part), "{part} is not in {}", told(2));
    }
    let ids = [2, 3].map(|line| told(line).lines().next().unwrap().rsplit(' ').next().unwrap().to_owned());
    assert_ne!(ids[0], ids[1]);
    assert!(told(4).starts_with("line 4: refused: There is no such state"), "{}", told(4));
}

/// Databases hold the ids and the digests: another one would make every row another event, or a corrected one.
/// Databases hold the ids and the digests: another one would make every row another event, or a corrected one.
#[test]
fn ids_and_digests_stay_those_that_databases_hold() {
    for (shape, expected) in
        [(Shape::Phase3, "e1fc52feb6b4879e5f879b9218db007a"), (Shape::Compiled, "266f3f8c72cdf413c50c486c34d1c668")]
    {
        let mut all = String::new();
        rehearse(rows(11, 300, shape).text.as_bytes(), |mapped| all += &(mapped.identity + &mapped.hash)).unwrap();
        assert_eq!(digest_of(&all), expected, "{shape:?}");
    }
}

proptest! {
    #[test]
    fn no_bytes_panic_and_each_record_is_accounted_for_once(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let text = [b"date,locality,state,event_type,title,targets\n", bytes.as_slice()].concat();
        let (_, _, report) = import(&text);
        prop_assert_eq!(report.accounted(), report.lines);
        let _ = rehearse(bytes.as_slice(), |_| {});
    }
}

proptest! {
    // A file is much to read without optimisation.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_damaged_file_gives_good_documents_or_errors(
        seed in 0_u64..50,
        compiled in any::<bool>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(&b"\"\r\n,;\0\xff\xc3\x81-1 aZ"[..])), 0..60),
    ) {
        let shape = if compiled { Shape::Compiled } else { Shape::Phase3 };
        let mut text = rows(seed, 20, shape).text.into_bytes();
        let header = text.iter().position(|b| *b == b'\n').unwrap() + 1;
        for (place, byte) in damage {
            let at = header + place.index(text.len() - header);
            text[at] = byte;
        }
        let (_, _, report) = import(&text);
        prop_assert_eq!(report.accounted(), report.lines);
    }

    #[test]
    fn any_cell_makes_a_good_document(
        column in prop::sample::select(columns()),
        value in "\\PC{0,40}|[0-9.,;+-]{0,12}|[A-Za-z ;,.]{0,60}",
    ) {
        let cells = [(column.as_str(), value.as_str())];
        let essential = matches!(column.as_str(), "date" | "state");
        if !essential && !value.trim().is_empty() {
            one(&cells);
        }
    }
}
