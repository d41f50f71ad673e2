//! The preset for files of the Crowd Counting Consortium.

use std::collections::HashSet;
use std::sync::Arc;

use uuid::Uuid;

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

pub fn ccc() -> Arc<Mapping> {
    preset("ccc").expect("a preset")
}

pub fn rehearse(text: &[u8], each: impl FnMut(Mapped)) -> Result<Report, OpenError> {
    super::rehearse(&ccc(), text, each)
}

pub fn import(text: &[u8]) -> (World, Vec<EventContent>, Report) {
    let (mut world, mut events) = (World::default(), Vec::new());
    let report = rehearse(text, |mapped| events.push(world.put(mapped))).expect("a file of this format");
    (world, events, report)
}

/// Imports one row of the given columns beside the usual ones.
pub fn one(columns: &[(&str, &str)]) -> (World, EventContent, Report) {
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
    let mapping = ccc();
    let mut rows = MappedRows::open(&mapping, text, known.into()).unwrap();
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

#[test]
fn every_type_that_a_word_can_mean_has_its_rank() {
    let mapping = ccc();
    let kind = spec::field(&mapping.event, "type").expect("a type");
    let [steps::Step::Order(ranks)] = kind.steps.as_slice() else { panic!("an order") };
    let meant: HashSet<&String> = mapping.tables["types"].entries.values().flatten().collect();
    assert_eq!(ranks.iter().collect::<HashSet<_>>(), meant);
    assert!(ranks.iter().all(|code| EventType::parse(code).is_some()));
    let types = |text| {
        let (_, event, _) = one(&[("event_type", text)]);
        let all: Vec<_> = std::iter::once(event.event_type).chain(event.tactics).map(EventType::code).collect();
        all.join(" ")
    };
    for (text, expected) in [
        ("rally; march", "march rally"),
        ("March; RALLY;march", "march rally"),
        ("protest; Counter-Protest", "counter_protest protest"),
        ("sit in; civil disobedience; protest", "sit_in civil_disobedience protest"),
    ] {
        assert_eq!(types(text), expected, "{text}");
    }
}
