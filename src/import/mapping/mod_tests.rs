use proptest::prelude::*;

use super::*;
use crate::domain::count::{Count, CountState};
use crate::domain::event::EventContent;
use crate::domain::size::SizeBasis;
use crate::domain::vocabulary::{ActorKind, ActorRole, EventType, LocationKind, PlacePrecision};
use crate::import::test_world::World;

/// Takes a file in as the writer would: a document with a fault would end the test.
fn import(format: &str, text: &str) -> (World, Vec<EventContent>, Report) {
    taken(&preset(format).expect("a preset"), text.as_bytes()).expect("a file of the format")
}

pub fn taken(mapping: &Mapping, bytes: &[u8]) -> Result<(World, Vec<EventContent>, Report), OpenError> {
    let (mut world, mut events) = (World::default(), Vec::new());
    let report = rehearse(mapping, bytes, |mapped| {
        if mapped.event.is_some() {
            events.push(world.put(mapped));
        }
    })?;
    assert_eq!(report.lines, report.accounted(), "each record is accounted for once");
    Ok((world, events, report))
}

#[test]
fn a_file_that_cannot_be_read_is_told_why() {
    let told = |format: &str, text: &str| {
        taken(&preset(format).expect("a preset"), text.as_bytes()).map(|_| ()).unwrap_err().to_string()
    };
    assert_eq!(told("2020pb", ""), "the file has no list of records: it is empty");
    assert_eq!(told("geojson", "[1]"), "the file has no list of records: there is no member `features`");
    assert_eq!(told("acled", ""), "the file has no header");
    assert_eq!(told("gdelt", ""), "the file has no rows");
    let no_row = "the file cannot be read: no line of it is a row of 61 cells";
    assert_eq!(told("gdelt", "{\n\"data\": []}\n"), no_row);
}

fn place_of(world: &World, event: &EventContent) -> (String, LocationKind, PlacePrecision, bool) {
    let place = &event.places[0];
    let location = &world.locations[&place.location];
    (location.name.clone(), location.kind, place.precision, place.point.is_some())
}

fn actors_of(world: &World, event: &EventContent) -> Vec<(String, ActorKind, ActorRole)> {
    let told = event.actors.iter().map(|part| (&world.actors[&part.actor], part.role));
    told.map(|(actor, role)| (actor.name.clone(), actor.kind, role)).collect()
}

fn start(event: &EventContent) -> &str {
    event.when.start.as_ref().map_or("", |start| &start.edtf)
}

#[test]
fn every_preset_can_be_read_and_its_tables_are_used() {
    for presets::Preset { name, text } in PRESETS {
        let mapping = Mapping::parse(text).unwrap_or_else(|faults| panic!("{name}: {faults:?}"));
        assert!(mapping.about.is_some(), "{name}");
        for table in mapping.tables.keys() {
            assert!(text.contains(&format!("table = \"{table}\"")), "{name} does not use its table {table}");
        }
        let manual = include_str!("../../../docs/importing.md");
        assert!(manual.contains(&format!("`{name}`")), "docs/importing.md tells of {name}");
    }
}

#[test]
fn the_manual_shows_a_mapping_that_can_be_read() {
    let manual = include_str!("../../../docs/importing.md");
    let shown = manual.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let mapping = Mapping::parse(shown).unwrap_or_else(|faults| panic!("{faults:?}"));
    let file =
        "nr;day;kind;headline;country;town;editor\n1;06.03.2024;demo;A title;Chile;Lota;me\n2;06.03.2024;fair;;;;\n";
    let (world, events, report) = taken(&mapping, file.as_bytes()).unwrap();
    assert_eq!((report.created, report.ignored, place_of(&world, &events[0]).0.as_str()), (1, 1, "Lota"));
}

const INCIDENTS: &str = r#"{"help": "[", "data": [
 {"id": "or-portland-1", "name": "Officers fire tear gas", "date": "2020-06-05", "date_text": "(Believed to be) 2020-06-05",
  "state": "Oregon", "city": "Portland", "description": "Gas at a vigil.", "tags": ["tear-gas", "journalist", "arrest", "child"],
  "geolocation": "45.5, -122.6", "links": [{"url": "https://video.example/1", "text": "Jane Roe's video"}], "edit_at": "x"},
 {"id": "x-unknown-1", "name": "Officers shove a crowd", "date": "", "date_text": "Unknown Date", "state": "Unknown Location",
  "city": "", "description": "", "tags": [], "geolocation": "", "links": []},
 {"id": "dc-1", "name": "Officers push", "date": "2020-13-01", "date_text": "2020-13-01", "state": "Washington DC",
  "city": "Washington", "tags": ["push"], "geolocation": "95, 10", "links": []},
 {"id": "dc-1", "name": "Officers push again", "state": "Washington DC", "links": []},
 {"name": "Without an id"}, 7, {"id": "or-portland-1" } ]}"#;

#[test]
fn dates_in_words_and_missing_ones_are_what_they_are() {
    let (world, events, report) = import("2020pb", INCIDENTS);
    assert_eq!((report.lines, report.created, report.refused), (7, 3, 4), "{report:?}");
    let [gas, shove, push] = events.as_slice() else { panic!("three") };
    assert_eq!((start(gas), gas.when.approximate, start(shove), start(push)), ("2020-06-05?", true, "", ""));
    assert_eq!(gas.when.time_zone, None, "a state of two zones decides nothing");
    assert_eq!((gas.event_type, &gas.tactics[..]), (EventType::UseOfForce, &[EventType::Arrests][..]));
    assert_eq!(place_of(&world, gas), ("Portland".into(), LocationKind::Locality, PlacePrecision::Point, true));
    assert_eq!(place_of(&world, push), ("Washington".into(), LocationKind::Locality, PlacePrecision::Locality, false));
    let victims = [
        ("Police".into(), ActorKind::Police, ActorRole::Initiator),
        ("Journalists".into(), ActorKind::Press, ActorRole::Victim),
    ];
    assert_eq!(actors_of(&world, gas), victims);
    assert_eq!(gas.outcomes.as_ref().unwrap().arrests, Some(Count::SOME));
    assert_eq!(world.sources[&gas.sources[0]].url.as_deref(), Some("https://video.example/1"));
    assert_eq!(world.sources[&shove.sources[0]].publisher, "2020PB");
    let told: Vec<_> = report.errors.iter().map(|error| (error.line, error.column.as_deref().unwrap_or(""))).collect();
    assert_eq!(told, [(3, "geolocation"), (3, "date"), (4, ""), (5, ""), (6, ""), (7, "")]);
    let lost: Vec<_> = report.losses.iter().map(|(column, rows, _)| (column, rows)).collect();
    assert!(lost.contains(&("tags", 1)) && lost.contains(&("links/*/text", 1)), "{lost:?}");
}

/// A row of GDELT's: id, root and base code, role of the first actor, kind, name and country of the place, article.
fn gdelt(id: &str, base: &str, role: &str, place: (&str, &str, &str), article: &str) -> String {
    let mut cells = vec![""; 61];
    let (kind, name, country) = place;
    for (at, cell) in [
        (0, id),
        (1, "20240306"),
        (6, "JANE ROE"),
        (12, role),
        (26, base),
        (27, base),
        (28, &base[..2]),
        (30, "-6.5"),
        (51, kind),
        (52, name),
        (53, country),
        (56, "12.5"),
        (57, "77.5"),
        (60, article),
    ] {
        cells[at] = cell;
    }
    cells.join("\t") + "\n"
}

#[test]
fn what_one_article_says_of_one_act_in_one_place_is_one_event() {
    let town = ("4", "Bengaluru, Karnataka, India", "IN");
    let text = [
        gdelt("1", "141", "COP", town, "https://a.example/1"),
        gdelt("2", "043", "", town, "https://a.example/1"),
        gdelt("3", "141", "", town, "https://a.example/1"),
        gdelt("4", "143", "", ("1", "Australia", "AS"), "https://a.example/1"),
        gdelt("5", "145", "", ("5", "Karnataka, India", "IN"), "https://a.example/1"),
        gdelt("6", "149", "", town, "https://a.example/2"),
        gdelt("7", "141", "", ("", "", "ZZ"), ""),
        "8\tbroken\n".to_owned(),
        "9\t\"a quote is no quote".to_owned() + &"\t".repeat(59) + "\n",
    ]
    .concat();
    let (world, events, report) = import("gdelt", &text);
    let counts = (report.lines, report.created, report.collapsed, report.ignored, report.refused);
    assert_eq!(counts, (9, 4, 1, 2, 2), "{report:?}");
    let ids: Vec<Vec<&str>> =
        events.iter().map(|event| event.external_ids.iter().map(|id| id.id.as_str()).collect()).collect();
    assert_eq!(ids, [vec!["1", "3"], vec!["4"], vec!["5"], vec!["7"]]);
    let kinds: Vec<EventType> = events.iter().map(|event| event.event_type).collect();
    assert_eq!(kinds, [EventType::Demonstration, EventType::Protest, EventType::Riot, EventType::Demonstration]);
    let places = [
        ("Bengaluru".into(), LocationKind::Locality, PlacePrecision::Locality, true),
        ("Australia".into(), LocationKind::Country, PlacePrecision::Country, false),
        ("Karnataka".into(), LocationKind::Admin1, PlacePrecision::Admin1, false),
    ];
    for (event, place) in events.iter().zip(places) {
        assert_eq!(place_of(&world, event), place);
    }
    assert_eq!(actors_of(&world, &events[0]), [("Police".into(), ActorKind::Police, ActorRole::Initiator)]);
    assert!(events.iter().all(|event| event.verification.code() == "reported"));
    assert!(events[0].evidence.iter().all(|evidence| evidence.confidence.is_some_and(|c| c.code() == "low")));
}

const ACLED: &str = "event_id_cnty,event_date,time_precision,event_type,sub_event_type,actor1,assoc_actor_1,actor2,iso,country,\
    admin1,admin2,location,latitude,longitude,geo_precision,source,notes,fatalities,tags\n";

#[test]
fn both_styles_of_size_tags_are_read_and_neither_precision_is_guessed() {
    let text = ACLED.to_owned()
        + "CHL1,06 March 2024,1,Protests,Peaceful protest,Protesters (Chile),Students (Chile); Labor Group (Chile),,152,Chile,Biobio,Concepcion,Concepcion,-36.8,-73.0,1,La Prensa; Radio Uno,\"On 6 March, students marched. [size=around 500]\",0,\n"
        + "CHL2,2024-03-06,2,Protests,Protest with intervention,Protesters (Chile),,Police Forces of Chile (2022-),152,Chile,Biobio,Concepcion,Concepcion,-36.8,-73.0,2,La Prensa,Words,3,crowd size=no report\n"
        + "CHL3,2024-03-06,3,Riots,Mob violence,Rioters (Chile),,Civilians (Chile),152,Chile,Biobio,Concepcion,Concepcion,-36.8,-73.0,3,,Words,4,crowd size=hundreds\n"
        + "CHL4,2024-03-06,9,Battles,Armed clash,,,,152,Chile,,,,,,,,,,\n"
        + "CHL5,never,9,Riots,Violent demonstration,Jane Roe,,,999,Chile,,,,,,9,,\"[size=no report]\",some,\n";
    let (world, events, report) = import("acled", &text);
    assert_eq!((report.lines, report.created, report.ignored, report.refused), (5, 4, 1, 0), "{report:?}");
    let [march, stopped, mob, riot] = events.as_slice() else { panic!("four") };
    assert_eq!(
        [start(march), start(stopped), start(mob), start(riot)],
        ["2024-03-06", "[2024-02-29..2024-03-12]", "2024-03", ""]
    );
    let places: Vec<_> = [march, stopped, mob].map(|event| place_of(&world, event)).to_vec();
    let expected = [
        ("Concepcion".into(), LocationKind::Locality, PlacePrecision::Locality, true),
        ("Concepcion".into(), LocationKind::Admin2, PlacePrecision::Admin2, true),
        ("Biobio".into(), LocationKind::Admin1, PlacePrecision::Admin1, false),
    ];
    assert_eq!(places, expected);
    let size = march.size.as_ref().unwrap();
    assert_eq!((size.text.as_deref(), size.low, size.basis), (Some("around 500"), Some(500), SizeBasis::Unknown));
    assert_eq!((stopped.size.as_ref(), mob.size.as_ref().unwrap().low, riot.size.as_ref()), (None, Some(200), None));
    let deaths = |event: &EventContent| event.outcomes.as_ref().and_then(|outcomes| outcomes.deaths.unspecified);
    assert_eq!((deaths(march), deaths(stopped)), (None, Some(Count::SOME)), "3 stands for nobody knows how many");
    assert_eq!(deaths(mob), Some(Count { state: CountState::Number, low: Some(4), high: Some(4) }));
    assert!(march.evidence.iter().any(|evidence| evidence.value == "fatalities 0"));
    assert!(actors_of(&world, stopped).contains(&(
        "Police Forces of Chile (2022-)".into(),
        ActorKind::Police,
        ActorRole::Responder
    )));
    assert!(actors_of(&world, riot).is_empty(), "a private person is never an actor");
    assert_eq!(march.title, "Demonstration in Concepcion, Concepcion");
    assert_eq!(march.summary.as_deref(), Some("On 6 March, students marched."));
    assert_eq!(march.sources.len(), 2);
}

#[test]
fn what_cannot_be_read_is_no_exact_place_and_no_other_year() {
    let row = |date: &str, geo: &str, iso: &str| {
        let rest = "Protests,Peaceful protest,Protesters (Chile),,";
        ACLED.to_owned()
            + &format!("CHL1,{date},1.0,{rest},{iso},Chile,Biobio,,Concepcion,-36.8,-73.0,{geo},La Prensa,Words,0,\n")
    };
    for (date, geo, iso, precision, told) in [
        ("2024-03-06", "1.0", "152.0", PlacePrecision::Locality, "2024-03-06"),
        ("06 March 2024", "3.0", "152", PlacePrecision::Admin1, "2024-03-06"),
        ("2024-03-06", "", "", PlacePrecision::Locality, "2024-03-06"),
        ("2024-03-06", "near", "152", PlacePrecision::Locality, "2024-03-06"),
        ("06-Mar-24", "1", "152", PlacePrecision::Locality, ""),
    ] {
        let (world, events, _) = import("acled", &row(date, geo, iso));
        assert_eq!((events[0].places[0].precision, start(&events[0])), (precision, told), "{date} {geo} {iso}");
        assert!(world.locations.values().any(|place| place.country.as_deref() == Some("CL")), "{iso}");
    }
}

#[test]
fn a_line_is_no_point_and_a_person_no_actor() {
    let text = r#"{"type": "FeatureCollection", "features": [
      {"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[13.4, 52.5], [13.41, 52.51]]},
       "properties": {"name": "March", "date": "2025-01-01", "type": "march", "city": "Berlin", "country": "de",
        "actors": [{"actor": {"name": "Xochitl Quetzal", "kind": "person"}, "role": "speaker"}]}}]}"#;
    let (world, events, report) = import("geojson", text);
    assert_eq!(
        place_of(&world, &events[0]),
        ("Berlin".into(), LocationKind::Locality, PlacePrecision::Locality, false)
    );
    assert_eq!(actors_of(&world, &events[0]), []);
    assert!(report.losses.iter().any(|loss| format!("{loss:?}").contains("kind that is not known")), "{report:?}");
}

#[test]
fn json_that_is_no_utf_8_is_read_as_windows_1252_and_that_is_told() {
    let text = r#"{"type": "FeatureCollection", "features": [
      {"type": "Feature", "geometry": null,
       "properties": {"name": "One", "date": "2025-01-01", "type": "march", "city": "Málaga", "country": "es"}},
      {"type": "Feature", "geometry": null,
       "properties": {"name": "Two", "date": "2025-01-01", "type": "march", "city": "Cádiz", "country": "es"}}]}"#;
    let (mut bytes, at) = (text.as_bytes().to_vec(), text.find('á').unwrap());
    bytes.splice(at..at + 2, [0xe1]);
    let (world, events, report) = taken(&preset("geojson").unwrap(), &bytes).unwrap();
    let places: Vec<_> = events.iter().map(|event| place_of(&world, event).0).collect();
    assert_eq!(places, ["Málaga", "Cádiz"]);
    let notices: Vec<_> = report.notices.iter().map(|notice| (notice.line, notice.reason.as_str())).collect();
    assert_eq!((report.repaired, notices), (1, vec![(1, text::WAS_1252)]));
}

#[test]
fn a_list_of_deleted_events_names_what_is_to_be_withdrawn() {
    let mut ids = Vec::new();
    let mapping = preset("acled-deleted").unwrap();
    let text: &[u8] = b"event_id_cnty,deleted_timestamp\nCHL1,1\n,2\n\"CHL2\",3\n";
    let report = rehearse(&mapping, text, |mapped| ids.push((mapped.identity, mapped.event))).unwrap();
    assert_eq!(ids, [("CHL1".to_owned(), None), ("CHL2".to_owned(), None)]);
    assert_eq!((report.lines, report.refused), (3, 1));
}

#[test]
fn deaths_are_ranges_and_violence_of_armed_groups_against_civilians_is_left_aside() {
    let text = "id,relid,type_of_violence,date_start,date_end,date_prec,country,adm_1,adm_2,where_coordinates,latitude,longitude,where_prec,side_a,side_b,dyad_name,best,high,low,source_original\n\
        1,R-1,1,2024-03-01 00:00:00.000,2024-03-04 00:00:00.000,3,Yemen (North Yemen),Aden,,Aden town,12.8,45.0,2,Government of Yemen,Ansarallah,Yemen - Ansarallah,5,9,3,Reuters;AFP\n\
        2,R-2,3,2024-03-01,2024-03-01,1,Yemen (North Yemen),Aden,,Aden town,12.8,45.0,6,Government of Yemen,Civilians,,0,0,0,\n\
        3,R-3,3,2024-03-01,2024-03-01,1,Mali,,,,,,1,IS,Civilians,,1,1,1,\n\
        4,R-4,7,2024-03-01,2024-03-01,1,Mali,,,,,,1,IS,Civilians,,1,1,1,\n";
    let (world, events, report) = import("ucdp", text);
    assert_eq!((report.created, report.ignored, report.refused), (2, 1, 1), "{report:?}");
    let [fight, shots] = events.as_slice() else { panic!("two") };
    assert_eq!((fight.event_type, shots.event_type), (EventType::Clash, EventType::LethalForce));
    assert_eq!((start(fight), start(shots)), ("[2024-03-01..2024-03-04]", "2024-03-01"));
    let deaths = |event: &EventContent| event.outcomes.as_ref().unwrap().deaths.unspecified.unwrap();
    assert_eq!((deaths(fight).low, deaths(fight).high, deaths(shots)), (Some(3), Some(9), Count::ZERO));
    assert_eq!((place_of(&world, fight).3, fight.places[0].radius_m), (true, Some(25_000.0)));
    assert_eq!(place_of(&world, shots), ("Yemen".into(), LocationKind::Country, PlacePrecision::Country, false));
}

#[test]
fn features_of_others_and_of_our_own_become_events() {
    let text = r#"{"type": "FeatureCollection", "features": [
      {"type": "Feature", "geometry": {"type": "Point", "coordinates": [-118.2, 34.0]},
       "properties": {"name": "Rally", "date": "2024-03-06", "type": "Rally", "city": "Los Angeles", "state": "CA", "country": "us", "url": "https://a.example/1", "colour": "red"}},
      {"type": "Feature", "geometry": null, "properties": {"name": "Nowhere", "type": "bake sale"}},
      {"type": "Feature", "id": "019c1159-7000-7000-8000-0000000000e4", "geometry": {"type": "Point", "coordinates": [1.0, 2.0]},
       "properties": {"type": "march", "tactics": ["rally"], "status": "planned", "title": "March", "when": {"start": {"edtf": "2024-03~"}},
        "places": [{"location": {"slug": "harbour", "name": "Harbour", "kind": "venue", "country": "US"}, "role": "origin", "point": {"lat": 2.0, "lon": 1.0}, "precision": "point"}],
        "actors": [{"actor": {"slug": "dockers", "name": "Dockers", "kind": "union"}, "role": "organizer"}],
        "sources": [{"id": "019c1159-7000-7000-8000-0000000000aa", "slug": "paper-1", "publisher": "The Paper", "url": null}],
        "size": {"text": "hundreds", "low": 200, "high": null, "best": null, "basis": "police", "rule": "literal"},
        "outcomes": {"arrests": {"state": "number", "low": 3, "high": 5}, "detained": {"state": "some", "low": 1, "high": null}},
        "external_ids": [{"scheme": "other", "id": "7"}]}}]}"#;
    let (world, events, report) = import("geojson", text);
    assert_eq!((report.created, report.refused), (2, 1), "{report:?}");
    let [rally, march] = events.as_slice() else { panic!("two") };
    assert_eq!(place_of(&world, rally), ("Los Angeles".into(), LocationKind::Locality, PlacePrecision::Point, true));
    assert_eq!((rally.event_type, rally.external_ids[0].id.as_str()), (EventType::Rally, "Rally, 2024-03-06"));
    assert_eq!((march.places.len(), place_of(&world, march).0.as_str()), (1, "Harbour"));
    assert_eq!(
        (start(march), march.status.code(), &march.tactics[..]),
        ("2024-03~", "planned", &[EventType::Rally][..])
    );
    let outcomes = march.outcomes.as_ref().unwrap();
    assert_eq!((outcomes.arrests.unwrap().high, outcomes.detained), (Some(5), Some(Count::SOME)));
    assert_eq!(march.external_ids[1].scheme, "other");
    assert!(report.losses.iter().any(|(column, ..)| column == "properties/colour"));
}

#[test]
fn all_faults_of_a_mapping_are_told_at_once_with_their_keys() {
    let faults = Mapping::parse(
        "scheme = \"Ours!\"\nid = { from = \"id\", value = \"x\" }\nmore = 1\n[files]\nformat = \"xls\"\n[dataset]\nslug = \"ours\"\n\
         [event]\ntype = { from = \"kind\", steps = [\"shout\", { table = \"none\" }, { date = \"%Q\" }] }\ntitel = \"name\"\n",
    )
    .unwrap_err();
    let keys: Vec<&str> = faults.iter().map(|fault| fault.key.as_str()).collect();
    for key in [
        "scheme",
        "files.format",
        "dataset.publisher",
        "id.from",
        "more",
        "event.titel",
        "event.type.steps.0",
        "event.type.steps.1.table",
    ] {
        assert!(keys.contains(&key), "{key} is not among {faults:?}");
    }
    let fault = Mapping::parse("scheme = \"a\"\nid = \"b\"\n[files\n").unwrap_err().remove(0);
    assert_eq!(fault.line, Some(3), "{fault}");
}

#[test]
fn one_record_is_explained() {
    let mapping = preset("2020pb").unwrap();
    let words = explain(&mapping, INCIDENTS.as_bytes(), 1).unwrap();
    for part in [
        "event.start = \"2020-06-05\", from date",
        "event.mark = \"?\", from date_text \"(Believed to be) 2020-06-05\"",
        "lost: tags",
        "\"edtf\": \"2020-06-05?\"",
    ] {
        assert!(words.contains(part), "{part} is not in {words}");
    }
    assert!(explain(&mapping, INCIDENTS.as_bytes(), 6).unwrap().contains("refused"));
}

#[test]
fn a_record_that_is_not_there_is_not_explained() {
    let why = |format: &str, text: &str, line| {
        explain(&preset(format).unwrap(), text.as_bytes(), line).map(|_| ()).unwrap_err().to_string()
    };
    assert_eq!(why("2020pb", INCIDENTS, 8), "line 8 is beyond the end: the file has 7 records");
    assert_eq!(why("2020pb", "{\"data\": []}", 6), "the file has no record on or before line 6");
    let deleted = "event_id_cnty,remarks\nCHL1,\"In\nthree\nlines\"\n\n";
    assert_eq!(why("acled-deleted", deleted, 1), "the file has no record on or before line 1");
    assert_eq!(why("acled-deleted", deleted, 6), "line 6 is beyond the end: the file has 5 lines");
    assert_eq!(why("acled-deleted", "", 1), "the file has no header");
    for line in 2..=5 {
        let words = explain(&preset("acled-deleted").unwrap(), deleted.as_bytes(), line).unwrap();
        assert!(words.starts_with("line 2: its event is withdrawn, CHL1"), "{words}");
    }
}

#[test]
fn the_real_files_are_accounted_for_where_they_are_at_hand() {
    for (format, file, expected) in [
        ("2020pb", "2020pb-incidents.json", [1_340, 1_340, 0, 0]),
        ("gdelt", "gdelt-2.0-events-sample.csv", [100, 0, 100, 0]),
    ] {
        // They stand beside the project, and are no part of it.
        let Ok(text) = std::fs::read(format!("{}/../shared/data/{file}", env!("CARGO_MANIFEST_DIR"))) else { continue };
        let (_, _, report) = taken(&preset(format).unwrap(), &text).unwrap();
        assert_eq!([report.lines, report.created, report.ignored, report.refused], expected, "{format}");
    }
}

proptest! {
    #[test]
    fn any_bytes_come_to_their_end_with_every_preset(
        cells in prop::collection::vec(prop::collection::vec("\\PC{0,12}|[0-9.,;:-]{0,8}|2024-03-06|14|141|Riots|Mob violence|1|3", 61..62), 0..4),
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        members in prop::collection::vec(("id|name|date|tags|state|properties|geometry|links|geolocation", "\\PC{0,12}"), 0..6),
    ) {
        for presets::Preset { name, .. } in PRESETS {
            let mapping = preset(name).unwrap();
            let _ = taken(&mapping, &bytes);
            let delimiter = if *name == "gdelt" { "\t" } else { "," };
            let header = mapping.values().iter().flat_map(|(_, _, expr)| expr.start.paths()).map(ToString::to_string).collect::<Vec<_>>();
            let lines = cells.iter().map(|row| row.join(delimiter)).collect::<Vec<_>>().join("\n");
            let text = if *name == "gdelt" { lines } else { format!("{}\n{lines}", header.join(",")) };
            let _ = taken(&mapping, text.as_bytes());
            let object: serde_json::Map<_, _> = members.iter().map(|(key, text)| (key.clone(), json!(text))).collect();
            let inner = json!({"id": "1", "properties": object.clone(), "geometry": {"coordinates": [1, object]}});
            let text = json!({"data": [object, inner], "features": [inner, object]}).to_string();
            let _ = taken(&mapping, text.as_bytes());
        }
    }
}
