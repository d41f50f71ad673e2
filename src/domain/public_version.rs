//! The public version of an event that has a privacy policy.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate};
use uuid::Uuid;

use super::count::Outcomes;
use super::event::EventContent;
use super::place::{EventPlace, precision_of};
use super::privacy::{PlaceLimit, PrivacyPolicy, TimeLimit};
use super::size::Size;
use super::vocabulary::LocationKind;
use super::when::{EdtfDate, When};
use super::window::TimeFacts;

/// Finds the ancestor of a location at a level of the tree, itself included.
pub type AncestorAt<'a> = &'a dyn Fn(Uuid, LocationKind) -> Option<Uuid>;

/// The public version of an event with a policy, or `None` while it is under embargo. It is built from what is allowed,
/// so that a field added later stays hidden until somebody decides about it: free text comes from the policy alone;
/// evidence, links, external ids and sources would tell and are left out.
pub fn public_version(event: &EventContent, policy: &PrivacyPolicy, ancestor: AncestorAt<'_>) -> Option<EventContent> {
    if policy.embargo {
        return None;
    }
    Some(EventContent {
        event_type: event.event_type,
        tactics: event.tactics.clone(),
        status: event.status,
        verification: event.verification,
        verification_by: event.verification_by,
        title: policy.public_title.clone().unwrap_or_else(|| event.event_type.label().en.to_owned()),
        summary: policy.public_summary.clone(),
        language: event.language.clone(),
        translations: BTreeMap::new(),
        when: coarse_when(&event.when, policy),
        places: coarse_places(&event.places, policy.place, ancestor),
        actors: event.actors.clone(),
        issues: event.issues.clone(),
        demands: Vec::new(),
        campaigns: event.campaigns.clone(),
        sources: Vec::new(),
        size: event.size.clone().map(|size| Size { text: None, ..size }),
        outcomes: event.outcomes.clone().map(|outcomes| Outcomes {
            property_damage: Vec::new(),
            participant_measures: Vec::new(),
            police_measures: Vec::new(),
            ..outcomes
        }),
        evidence: Vec::new(),
        links: Vec::new(),
        external_ids: Vec::new(),
        privacy: Some(PrivacyPolicy { public_title: None, public_summary: None, ..policy.clone() }),
    })
}

fn coarse_places(places: &[EventPlace], limit: Option<PlaceLimit>, ancestor: AncestorAt<'_>) -> Vec<EventPlace> {
    let Some(limit) = limit else {
        return places.to_vec();
    };
    let levels: &[LocationKind] = match limit {
        PlaceLimit::Locality => {
            &[LocationKind::Locality, LocationKind::Admin2, LocationKind::Admin1, LocationKind::Country]
        }
        PlaceLimit::Admin1 => &[LocationKind::Admin1, LocationKind::Country],
        PlaceLimit::Country => &[LocationKind::Country],
    };
    let mut kept: Vec<EventPlace> = Vec::new();
    for place in places {
        // A place with no ancestor coarse enough is not told at all.
        let found = levels.iter().find_map(|level| Some((ancestor(place.location, *level)?, *level)));
        if let Some((location, level)) = found {
            let coarse =
                EventPlace { location, role: place.role, point: None, precision: precision_of(level), radius_m: None };
            if !kept.contains(&coarse) {
                kept.push(coarse);
            }
        }
    }
    kept
}

fn coarse_when(when: &When, policy: &PrivacyPolicy) -> When {
    // A zone, and an offset in a time, tell where: without them the bounds widen to all zones there are.
    let tells_offset =
        |date: &EdtfDate| date.edtf.split_once('T').is_some_and(|(_, time)| time.contains(['Z', '+', '-']));
    let hides_place = policy.place.is_some();
    let day_at_most = (hides_place && when.start.iter().chain(&when.end).any(tells_offset)).then_some(TimeLimit::Day);
    let limit = policy.time.or(day_at_most);
    if !hides_place && limit.is_none() {
        return when.clone();
    }
    let Some(facts) = TimeFacts::of(when) else {
        // Without a date only the zone is left, which may be that of the place.
        let time_zone = when.time_zone.clone().filter(|_| !hides_place);
        return When { time_zone, ..when.clone() };
    };
    let local = facts.local;
    let start = when.start.as_ref().and_then(|d| coarse(&d.edtf, local.start_earliest, local.start_latest, limit));
    let end = when.end.as_ref().and_then(|d| coarse(&d.edtf, local.end_earliest, local.end_latest, limit));
    let zone = when.time_zone.as_ref().filter(|_| !hides_place).and_then(|name| name.parse().ok());
    // A value that cannot be made coarser is not told at all.
    When::new(start.as_deref(), end.as_deref(), zone).or_else(|_| When::new(None, None, zone)).unwrap_or_default()
}

/// The value in whole units: itself where it already consists of them.
fn coarse(edtf: &str, earliest: i64, latest: i64, limit: Option<TimeLimit>) -> Option<String> {
    let Some(limit) = limit else {
        return Some(edtf.to_owned());
    };
    let day = |micros| DateTime::from_timestamp_micros(micros).map(|moment| moment.date_naive());
    let open_start = day(earliest)?.year() <= 1;
    let open_end = day(latest)?.year() >= 9999;
    let (first, last) = (unit(day(earliest)?, limit), unit(day(latest)?, limit));
    let whole = |text: &str| When::new(Some(text), None, None).ok().and_then(|w| TimeFacts::of(&w)).map(|f| f.local);
    let text = match (open_start, open_end) {
        (true, true) => return None,
        (true, false) => format!("[..{last}]"),
        (false, true) => format!("[{first}..]"),
        (false, false) if first == last => first,
        (false, false) => format!("[{first}..{last}]"),
    };
    let same = whole(&text).is_some_and(|bounds| bounds.start_earliest == earliest && bounds.start_latest == latest);
    // Of days that fill a month some may be left out, as in `2026-01-X1`.
    let tells_days = limit == TimeLimit::Month && names_days(edtf);
    Some(if same && !tells_days { edtf.to_owned() } else { text })
}

/// Whether a date, or one of a set, has a day.
fn names_days(edtf: &str) -> bool {
    let dates = edtf.split(['[', ']', '{', '}', ',']).flat_map(|part| part.split(".."));
    let mut days = dates.filter_map(|date| date.trim_start_matches('-').split('-').nth(2));
    days.any(|day| !day.starts_with("XX"))
}

fn unit(day: NaiveDate, limit: TimeLimit) -> String {
    match limit {
        TimeLimit::Day => day.format("%Y-%m-%d").to_string(),
        TimeLimit::Month => day.format("%Y-%m").to_string(),
    }
}
