use std::collections::BTreeSet;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::instant::Instant;
use crate::domain::place::Point;
use crate::domain::vocabulary::{EventType, LocationKind};
use crate::duplicates::places::Spot;
use crate::duplicates::titles::Title;

/// Saturday, 14 March 2026, midnight in UTC, in microseconds.
const MIDNIGHT: i64 = 1_773_446_400_000_000;
const HOUR: i64 = 3_600_000_000;

fn id(number: u64) -> Uuid {
    Uuid::from_u64_pair(1, number)
}

fn set(numbers: &[u64]) -> BTreeSet<Uuid> {
    numbers.iter().copied().map(id).collect()
}

/// A march of a whole day on a square.
fn march(number: u64) -> Profile {
    Profile {
        id: id(number),
        created_at: Instant::clipped(MIDNIGHT + i64::try_from(number).unwrap()),
        event_type: EventType::March,
        tactics: vec![],
        titles: vec![Title::new(Some("en"), "workershigherwages")],
        span: (MIDNIGHT, MIDNIGHT + 24 * HOUR - 1),
        places: vec![Spot::new(&[11, 12, 13].map(id), "square", LocationKind::Venue, Some((34.05, -118.25)))],
        actors: set(&[21, 22]),
        sources: set(&[number]),
        linked: vec![],
    }
}

fn score(a: &Profile, b: &Profile) -> i32 {
    compare(a, b).unwrap().score
}

#[test]
fn one_march_told_twice_scores_high_and_another_one_does_not() {
    assert_eq!(score(&march(1), &march(2)), 1000);
    let told_otherwise = Profile {
        event_type: EventType::Rally,
        titles: vec![Title::new(None, "higherwagesworkerstake")],
        span: (MIDNIGHT + 18 * HOUR, MIDNIGHT + 18 * HOUR),
        ..march(2)
    };
    assert!(score(&march(1), &told_otherwise) >= THRESHOLD, "{:?}", compare(&march(1), &told_otherwise));
    let about_something_else =
        Profile { titles: vec![Title::new(Some("en"), "stopthenewjail")], actors: set(&[31]), ..march(2) };
    assert!(score(&march(1), &about_something_else) < THRESHOLD, "{:?}", compare(&march(1), &about_something_else));
}

#[test]
fn what_is_not_known_is_left_out_and_little_is_not_enough() {
    let features = |a: &Profile, b: &Profile| -> Vec<_> {
        compare(a, b).unwrap().reasons.iter().map(|reason| reason.feature).collect()
    };
    assert!(!features(&march(1), &march(2)).contains(&Feature::Sources), "different sources speak against nothing");
    let untold = |number| Profile { titles: vec![], actors: set(&[]), places: vec![], ..march(number) };
    assert_eq!(features(&untold(1), &untold(2)), [Feature::Type, Feature::Time]);
    assert!(score(&untold(1), &untold(2)) < THRESHOLD);
    let spanish = Profile { titles: vec![Title::new(Some("es"), "trabajadores")], ..march(2) };
    assert!(!features(&march(1), &spanish).contains(&Feature::Title), "titles of two languages are not compared");
}

#[test]
fn days_that_follow_one_another_lie_a_day_apart_and_hours_less() {
    let at = |first: i64, last: i64| {
        let other = Profile { span: (MIDNIGHT + first, MIDNIGHT + last), ..march(2) };
        let reasons = compare(&march(1), &other).unwrap().reasons;
        let time = reasons.iter().find(|reason| reason.feature == Feature::Time).unwrap();
        (time.value, time.weight)
    };
    assert_eq!(at(0, 24 * HOUR - 1), (1.0, 10.0));
    assert_eq!(at(24 * HOUR, 48 * HOUR - 1), (0.0, 60.0));
    assert_eq!(at(24 * HOUR, 24 * HOUR), (0.5, 35.0));
    assert_eq!(at(-200 * HOUR, 200 * HOUR), (1.0, 2.0));
}

#[test]
fn one_call_on_many_days_and_in_many_towns_makes_many_events() {
    let tomorrow = Profile { span: (MIDNIGHT + 24 * HOUR, MIDNIGHT + 48 * HOUR - 1), ..march(2) };
    assert!(score(&march(1), &tomorrow) < THRESHOLD);
    let in_town = |town: u64, lat: f64| {
        let spot = Spot::new(&[town + 100, town].map(id), "cityhall", LocationKind::Venue, Some((lat, -118.25)));
        Profile { places: vec![spot], sources: set(&[40]), ..march(town) }
    };
    assert!(score(&in_town(51, 34.05), &in_town(52, 34.08)) < THRESHOLD, "another town, 3 km away");
    assert!(score(&in_town(51, 34.05), &in_town(52, 34.0502)) >= THRESHOLD, "another name for the town");
    let end = Profile { id: id(3), created_at: march(3).created_at, ..in_town(51, 34.06) };
    assert!(score(&in_town(51, 34.05), &end) >= THRESHOLD, "the end of the march");
}

#[test]
fn what_is_told_apart_is_not_compared() {
    let counter = Profile { linked: vec![id(1)], ..march(2) };
    assert_eq!(compare(&march(1), &counter), None);
    assert_eq!(compare(&counter, &march(1)), None);
    let written_together = Profile { created_at: march(1).created_at, ..march(2) };
    assert_eq!(compare(&march(1), &written_together), None);
}

#[test]
fn a_score_is_what_its_reasons_come_to() {
    let other = Profile { event_type: EventType::Rally, actors: set(&[21, 31, 32]), ..march(2) };
    let likeness = compare(&march(1), &other).unwrap();
    let known: f64 = likeness.reasons.iter().map(|reason| reason.weight).sum();
    let alike: f64 = likeness.reasons.iter().map(|reason| reason.weight * reason.value).sum();
    assert!((f64::from(likeness.score) / 1000.0 - alike / known).abs() < 0.0006, "{likeness:?}");
}

fn types() -> impl Strategy<Value = EventType> {
    prop::sample::select(EventType::ALL)
}

prop_compose! {
    fn spot()(line in prop::collection::vec(10_u64..20, 1..4), name in "[a-z]{0,12}",
        level in prop::sample::select(LocationKind::ALL), lat in -90.0..90.0, lon in -180.0..180.0, known in any::<bool>()) -> Spot {
        let line: Vec<Uuid> = line.into_iter().map(id).collect();
        Spot::new(&line, &name, level, known.then_some((lat, lon)))
    }
}

prop_compose! {
    fn profile()(number in 1_u64..9, event_type in types(), tactics in prop::collection::vec(types(), 0..3),
        titles in prop::collection::vec((prop::option::of("en|es"), "\\PC{1,20}"), 0..3),
        start in 0..60 * HOUR, length in 0..800 * HOUR, places in prop::collection::vec(spot(), 0..3),
        actors in prop::collection::btree_set(20_u64..26, 0..4), sources in prop::collection::btree_set(30_u64..34, 1..3),
        linked in prop::collection::vec(1_u64..9, 0..2)) -> Profile {
        Profile {
            event_type, tactics, places,
            titles: titles.iter().map(|(language, words)| Title::new(language.as_deref(), words)).collect(),
            span: (MIDNIGHT + start, MIDNIGHT + start + length),
            actors: actors.into_iter().map(id).collect(),
            sources: sources.into_iter().map(id).collect(),
            linked: linked.into_iter().filter(|other| *other != number).map(id).collect(),
            ..march(number)
        }
    }
}

proptest! {
    #[test]
    fn a_score_is_a_share_and_the_same_from_both_sides(a in profile(), b in profile()) {
        let likeness = compare(&a, &b);
        prop_assert_eq!(&likeness, &compare(&b, &a));
        if let Some(likeness) = likeness {
            prop_assert!((0..=1000).contains(&likeness.score), "{likeness:?}");
            for reason in &likeness.reasons {
                prop_assert!((0.0..=1.0).contains(&reason.value) && reason.weight >= 0.0, "{reason:?}");
            }
        }
    }

    #[test]
    fn a_copy_is_the_same_event(original in profile()) {
        let copy = Profile { id: id(99), created_at: march(99).created_at, ..original.clone() };
        let expected = if original.titles.is_empty() { 480 } else { 1000 };
        prop_assert!(score(&original, &copy) >= expected, "{:?}", compare(&original, &copy));
    }

    #[test]
    fn the_order_of_actors_makes_no_difference(numbers in prop::collection::vec(20_u64..30, 0..6), other in profile()) {
        let of = |numbers: &mut dyn Iterator<Item = u64>| Profile { actors: numbers.map(id).collect(), ..march(50) };
        let (forward, backward) = (of(&mut numbers.iter().copied()), of(&mut numbers.iter().rev().copied()));
        prop_assert_eq!(compare(&forward, &other), compare(&backward, &other));
    }

    #[test]
    fn distance_is_symmetric_and_known_between_known_points(lat in -90.0..90.0, lon in -180.0..180.0) {
        use crate::duplicates::places::metres_between;
        let (a, b) = (Point { lat, lon }, Point { lat: -lat, lon: -lon });
        prop_assert!((metres_between(a, b) - metres_between(b, a)).abs() < 1e-6);
        let degree = metres_between(Point { lat: 0.0, lon }, Point { lat: 1.0, lon });
        prop_assert!((degree - 111_195.0).abs() < 1.0, "{degree}");
    }
}
