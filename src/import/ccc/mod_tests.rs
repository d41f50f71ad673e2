use std::collections::{BTreeMap, BTreeSet, HashMap};

use proptest::prelude::*;
use uuid::Uuid;

use super::columns::Column;
use super::generator::{Shape, corrected_rows, rows};
use super::*;
use crate::domain::event::EventContent;
use crate::domain::resource::Resource;
use crate::domain::size::SizeRule;
use crate::domain::vocabulary::{ActorKind, EventStatus, EventType, PlacePrecision, Stance};
use crate::import::test_world::World;

impl World {
    fn actor(&self, id: Uuid) -> (&str, ActorKind) {
        let actor = &self.actors[&id];
        (&actor.name, actor.kind)
    }
}

fn import(text: &[u8]) -> (World, Vec<EventContent>, Report) {
    let (mut world, mut events) = (World::default(), Vec::new());
    let report = rehearse(text, |mapped| events.push(world.put(mapped))).expect("a file of this format");
    (world, events, report)
}

/// Imports one row of the given columns beside the usual ones.
fn one(columns: &[(&str, &str)]) -> (World, EventContent, Report) {
    let mut cells = vec![("date", "2025-06-14"), ("locality", "Austin"), ("state", "TX"), ("event_type", "rally")];
    for (name, value) in columns {
        cells.retain(|(known, _)| known != name);
        cells.push((name, value));
    }
    let line = |cells: Vec<&str>| {
        cells.iter().map(|c| format!("\"{}\"", c.replace('"', "\"\""))).collect::<Vec<_>>().join(",")
    };
    let header = line(cells.iter().map(|(name, _)| *name).collect());
    let text = format!("{header}\n{}\n", line(cells.iter().map(|(_, value)| *value).collect()));
    let (world, mut events, report) = import(text.as_bytes());
    (world, events.pop().expect("an event"), report)
}

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
fn places_are_a_tree_and_the_point_is_the_localitys() {
    let (world, event, _) = one(&[
        ("resolved_county", "Travis County"),
        ("lat", "30.27"),
        ("lon", "-97.74"),
        ("location", "State Capitol; Wooldridge Square; state capitol"),
    ]);
    assert_eq!(event.places.len(), 2);
    let place = &event.places[0];
    assert_eq!((place.precision, place.point.map(|p| p.lat)), (PlacePrecision::Locality, Some(30.27)));
    let path: Vec<_> = std::iter::successors(Some(place.location), |id| world.locations[id].parent).collect();
    let tree: Vec<_> =
        path.iter().map(|id| (world.locations[id].kind.code(), world.locations[id].name.as_str())).collect();
    assert_eq!(
        tree,
        [
            ("venue", "State Capitol"),
            ("locality", "Austin"),
            ("admin2", "Travis County"),
            ("admin1", "Texas"),
            ("country", "United States")
        ]
    );
    assert_eq!((world.locations[&path[0]].point, world.locations[&path[1]].point.is_some()), (None, true));
    assert_eq!(event.when.time_zone.as_deref(), Some("America/Chicago"));
    assert_eq!(event.title, "Rally in Austin, TX");
}

#[test]
fn a_row_without_coordinates_keeps_what_it_knows() {
    let (_, event, report) = one(&[("lat", ""), ("lon", "NA")]);
    assert_eq!(
        (event.places[0].precision, event.places[0].point, report.errors_total),
        (PlacePrecision::Locality, None, 0)
    );
    assert_eq!(event.when.time_zone, None, "Texas has two zones");
    let (world, event, _) = one(&[("locality", ""), ("lat", "31"), ("lon", "-99")]);
    assert_eq!((event.places[0].precision, event.places[0].point), (PlacePrecision::Admin1, None));
    assert_eq!(world.locations[&event.places[0].location].name, "Texas");
    let (_, event, _) = one(&[("locality", "Travis County")]);
    assert_eq!(event.places[0].precision, PlacePrecision::Admin2);
    let (_, event, report) = one(&[("resolved_state", "OK"), ("lat", "36"), ("lon", "-97")]);
    assert_eq!((event.places[0].point, report.errors[0].column.as_deref()), (None, Some("resolved_state")));
}

#[test]
fn towns_of_one_name_in_two_counties_are_two() {
    let text = "date,locality,state,event_type,resolved_county\n2025-01-01,Franklin,NJ,rally,Somerset County\n\
                2025-01-01,Franklin,NJ,rally,Gloucester County\n";
    let (world, events, _) = import(text.as_bytes());
    assert_ne!(events[0].places[0].location, events[1].places[0].location);
    assert!(world.entities.contains_key(&(Resource::Location, "us-nj-franklin-somerset-county".into())));
}

#[test]
fn places_that_are_there_already_are_used() {
    let text: &[u8] = b"date,locality,state,event_type\n2025-01-01,Austin,TX,rally\n";
    let known = [("US", "united-states"), ("US-TX", "texas")].map(|(iso, slug)| (iso.to_owned(), slug.to_owned()));
    let mut rows = Rows::open(text, known.into()).unwrap();
    let mapped = rows.next(&mut Report::default()).unwrap().unwrap();
    let locations: Vec<_> = mapped.entities.iter().filter(|(resource, _)| *resource == Resource::Location).collect();
    assert_eq!((locations.len(), &locations[0].1["parent_id"]), (1, &"texas".into()));
}

#[test]
fn actors_have_their_parts_and_private_persons_none() {
    let (world, event, report) = one(&[
        ("organizations", "Indivisible Austin; Jane Roe; SEIU Local 1"),
        ("participants", "students; family of John Doe"),
        ("targets", "ICE; Elon Musk; Sen. Ted Cruz; Tesla"),
        ("notables", "A singer"),
    ]);
    let actors: Vec<_> = event.actors.iter().map(|p| (world.actor(p.actor), p.role.code())).collect();
    assert_eq!(
        actors,
        [
            (("Indivisible Austin", ActorKind::Organization), "organizer"),
            (("SEIU Local 1", ActorKind::Union), "organizer"),
            (("Students", ActorKind::Participants), "participant"),
            (("U.S. Immigration and Customs Enforcement", ActorKind::Agency), "target"),
            (("Senator Ted Cruz", ActorKind::PublicOfficial), "target"),
            (("Tesla", ActorKind::Unknown), "target"),
        ]
    );
    let lost: Vec<_> = report.losses.iter().map(|(column, rows, _)| (column, rows)).collect();
    assert_eq!(lost, [("notables", 1), ("organizations", 1), ("participants", 1), ("targets", 1)]);
}

#[test]
fn the_older_actors_column_adds_what_is_not_named_otherwise() {
    let (world, event, _) =
        one(&[("actors", "nurses; Indivisible; Sunrise Movement"), ("organizations", "indivisible")]);
    let actors: Vec<_> = event.actors.iter().map(|p| (world.actor(p.actor).0, p.role.code())).collect();
    assert_eq!(actors, [("indivisible", "organizer"), ("Nurses", "participant"), ("Sunrise Movement", "participant")]);
}

#[test]
fn demands_keep_stance_and_words() {
    let (_, event, _) = one(&[("claims_summary", "against ICE"), ("claims_verbatim", "Abolish ICE; No más")]);
    assert_eq!(event.demands.len(), 1);
    assert_eq!(
        (event.demands[0].stance, event.demands[0].verbatim.as_slice()),
        (Stance::Against, &["Abolish ICE".to_owned(), "No más".to_owned()][..])
    );
    let (_, event, _) = one(&[("claims", "for peace; against war; No more; in memory of the dead")]);
    let demands: Vec<_> =
        event.demands.iter().map(|d| (d.summary.as_str(), d.stance.code(), d.verbatim.len())).collect();
    assert_eq!(
        demands,
        [
            ("for peace", "for", 0),
            ("against war", "against", 0),
            ("in memory of the dead", "none", 0),
            ("words from placards and chants", "none", 1)
        ]
    );
    let (_, event, _) = one(&[("issues", "Civil Rights; migration"), ("issues_major", "civil rights; …")]);
    assert_eq!(event.issues, ["civil-rights", "migration"]);
}

#[test]
fn sizes_keep_words_numbers_and_the_rule_between_them() {
    let size = |columns: &[(&str, &str)]| {
        one(columns).1.size.map(|s| (s.low, s.high, s.best, s.rule.map(SizeRule::code), s.basis.code(), s.order))
    };
    let numbers = |text| [("size_text", text), ("size_low", "200.0"), ("size_high", "200.0"), ("size_mean", "200.0")];
    assert_eq!(size(&numbers("hundreds")), Some((Some(200), Some(200), Some(200), Some("ccc"), "unknown", 2)));
    assert_eq!(size(&numbers("200; count video")), Some((Some(200), Some(200), Some(200), None, "image", 2)));
    assert_eq!(size(&[("size_text", "dozens")]), Some((Some(24), Some(24), None, Some("ccc"), "unknown", 1)));
    assert_eq!(size(&[("size_cat", "4.0")]), Some((Some(10_000), None, None, None, "unknown", 4)));
    assert_eq!(size(&[("size_cat", "0")]), None);
    assert_eq!(size(&[("size_low", "300"), ("size_high", "200")]), None);
    assert_eq!(size(&[("size_mean", "12.5")]), Some((None, None, Some(13), None, "unknown", 1)));
    let (_, _, report) = one(&[("size_low", "300"), ("size_high", "200"), ("size_mean", "lots")]);
    assert_eq!(
        report.errors.iter().filter_map(|e| e.column.as_deref()).collect::<Vec<_>>(),
        ["size_high", "size_mean"]
    );
}

#[test]
fn outcomes_tell_none_from_not_reported() {
    let outcomes = |columns: &[(&str, &str)]| one(columns).1.outcomes;
    assert_eq!(outcomes(&[("arrests", ""), ("arrests_any", "0")]), None);
    let arrests =
        |columns: &[(&str, &str)]| outcomes(columns).and_then(|o| o.arrests).map(|c| (c.state.code(), c.low, c.high));
    assert_eq!(arrests(&[("arrests", "more than 5")]), Some(("some", Some(6), None)));
    assert_eq!(arrests(&[("arrests_any", "1.0")]), Some(("some", Some(1), None)));
    assert_eq!(arrests(&[("arrests", "0")]), Some(("none", Some(0), Some(0))));
    let all = outcomes(&[
        ("injuries_police", "2"),
        ("participant_casualties_any", "1"),
        ("participant_deaths", "1"),
        ("property_damage_any", "1"),
        ("police_measures", "riot gear; tear gas"),
        ("chemical_agents", "1; tear gas"),
    ])
    .unwrap();
    assert_eq!(all.injuries.police.and_then(|c| c.low), Some(2));
    assert_eq!((all.injuries.participants, all.deaths.participants.and_then(|c| c.low)), (None, Some(1)));
    assert_eq!((all.property_damage, all.police_measures.len()), (vec!["unspecified".to_owned()], 3));
}

#[test]
fn status_types_and_sources_follow_their_columns() {
    let (_, event, _) = one(&[("conf", "0.0"), ("event_type", "March; bake sale;rally"), ("online", "1")]);
    assert_eq!((event.status, event.event_type.code()), (EventStatus::Unverified, "march"));
    assert_eq!(event.tactics.iter().copied().map(EventType::code).collect::<Vec<_>>(), ["rally", "online_action"]);
    assert_eq!(event.places[0].role.code(), "area");
    let (_, event, report) = one(&[("conf", ""), ("event_type", "bake sale")]);
    assert_eq!((event.status, event.event_type.code()), (EventStatus::Happened, "demonstration"));
    assert_eq!(report.errors[0].value.as_deref(), Some("bake sale"));
    let (world, event, _) =
        one(&[("source1", "https://a.test/1"), ("source2", "a.test"), ("source_3", "https://a.test/1")]);
    assert_eq!((event.sources.len(), event.verification.code(), world.sources.len()), (2, "reported", 2));
    let (world, event, _) = one(&[]);
    assert_eq!(world.sources[&event.sources[0]].publisher, "Crowd Counting Consortium");
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

#[test]
fn a_town_and_its_county_are_not_taken_for_another_county() {
    let header = "date,locality,state,event_type,resolved_county\n";
    let town = "2025-06-14,Round,TX,rally,Rock County\n";
    let county = "2025-06-15,Round Rock County,TX,march,\n";
    let below = "2025-06-16,Hutto,TX,vigil,Round Rock County\n";
    for rows in [[town, county, below], [county, town, below], [below, town, county]] {
        let (world, events, report) = import((header.to_owned() + &rows.concat()).as_bytes());
        assert_eq!((events.len(), report.errors), (3, vec![]));
        let name = |event: &EventContent| {
            let location = &world.locations[&event.places[0].location];
            (location.name.clone(), location.kind.code())
        };
        let mut told: Vec<_> = events.iter().map(name).collect();
        told.sort();
        let expected = [("Hutto", "locality"), ("Round", "locality"), ("Round Rock County", "admin2")];
        assert_eq!(told, expected.map(|(name, kind)| (name.to_owned(), kind)), "{rows:?}");
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
        column in prop::sample::select(Column::ALL),
        value in "\\PC{0,40}|[0-9.,;+-]{0,12}|[A-Za-z ;,.]{0,60}",
    ) {
        let name = column.name(Layout::Phase3);
        let cells = [(name, value.as_str())];
        let essential = matches!(column, Column::Date | Column::State);
        if !essential && !value.trim().is_empty() {
            one(&cells);
        }
    }
}
