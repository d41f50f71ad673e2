//! Windows of time by their words: what they mean for the dates of a document.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::Value;

/// First and last microsecond, on a wall clock.
type Wall = (NaiveDateTime, NaiveDateTime);

/// *Possible* is start.earliest ≤ to and end.latest ≥ from, *definite* start.latest ≤ to and end.earliest ≥ from; a
/// qualified date is definite only when the window holds the next coarser unit.
pub fn time_matches<'a>(when: &Value, filter: &impl Fn(&str) -> Option<&'a str>) -> bool {
    let zone: Option<Tz> = filter("time_zone").map(|name| name.parse().expect("a zone"));
    let definite = filter("overlap") == Some("definite");
    let edges = [("from", filter("from")), ("to", filter("to"))];
    if edges.iter().all(|(_, text)| text.is_none()) {
        return true;
    }
    if when["start"].is_null() {
        return false;
    }
    let end = if when["end"].is_null() { &when["start"] } else { &when["end"] };
    let own: Option<Tz> = when["time_zone"].as_str().map(|name| name.parse().expect("a zone"));
    edges.iter().all(|(side, text)| {
        let Some(text) = text else {
            return true;
        };
        let is_from = *side == "from";
        let date = if is_from { end } else { &when["start"] };
        // In UTC, from the bounds; or on the event's own wall clock, from the words of its date.
        let (edge, bounds, sure) = if text.ends_with('Z') || zone.is_some() {
            let edge = match text.parse::<DateTime<Utc>>() {
                Ok(instant) => (instant.naive_utc(), instant.naive_utc()),
                Err(_) => in_utc(span(text), zone),
            };
            let bound = |name: &str| text_instant(&date[name]);
            (edge, (bound("earliest"), bound("latest")), coarser(date).map(|unit| in_utc(unit, own)))
        } else {
            (span(text), local(date, own), coarser(date))
        };
        let sure = sure.unwrap_or(bounds);
        match (is_from, definite) {
            (true, false) => bounds.1 >= edge.0,
            (true, true) => sure.0 >= edge.0,
            (false, false) => bounds.0 <= edge.1,
            (false, true) => sure.1 <= edge.1,
        }
    })
}

pub fn text_instant(value: &Value) -> NaiveDateTime {
    value.as_str().expect("an instant").parse::<DateTime<Utc>>().expect("an instant").naive_utc()
}

/// A stretch of a zone's wall clock in UTC; without a zone, wherever on earth it may be.
pub fn in_utc((first, last): Wall, zone: Option<Tz>) -> Wall {
    match zone {
        None => (first - Duration::hours(14), last + Duration::hours(12)),
        Some(zone) => {
            // No unit begins or ends within a change of the clock in these zones.
            let utc =
                |local: NaiveDateTime| zone.from_local_datetime(&local).single().expect("one instant").naive_utc();
            (utc(first), utc(last))
        }
    }
}

/// The unit that a date with `?`, `~` or `%` may lie anywhere in.
fn coarser(date: &Value) -> Option<Wall> {
    let edtf = date["edtf"].as_str().expect("a date");
    let plain = edtf.strip_suffix(['?', '~', '%'])?;
    // A day gives its month, a month its year.
    Some(span(plain.rsplit_once('-').expect("a day or a month").0))
}

/// What a date of an event means on its own wall clock.
pub fn local(date: &Value, zone: Option<Tz>) -> Wall {
    let edtf = date["edtf"].as_str().expect("a date").trim_end_matches(['?', '~', '%']);
    if let Ok(instant) = edtf.parse::<DateTime<chrono::FixedOffset>>() {
        let wall = zone.map_or_else(|| instant.naive_local(), |zone| instant.with_timezone(&zone).naive_local());
        return (wall, wall + Duration::microseconds(999_999));
    }
    match edtf.strip_prefix('[').and_then(|set| set.strip_suffix(']')).and_then(|set| set.split_once("..")) {
        Some((first, last)) => {
            let end_of_time = span("9999");
            let first = if first.is_empty() { span("0001").0 } else { span(first).0 };
            (first, if last.is_empty() { end_of_time.1 } else { span(last).1 })
        }
        None => span(edtf),
    }
}

/// A year, month, day or local second.
pub fn span(text: &str) -> Wall {
    let tick = Duration::microseconds(1);
    if let Ok(second) = text.parse::<NaiveDateTime>() {
        return (second, second + Duration::seconds(1) - tick);
    }
    let number = |part: Option<&str>| part.map(|digits| digits.parse::<u32>().expect("digits"));
    let mut parts = text.split('-');
    let year: i32 = parts.next().and_then(|digits| digits.parse().ok()).unwrap_or_else(|| panic!("a date: {text}"));
    let (month, day) = (number(parts.next()), number(parts.next()));
    let first = NaiveDate::from_ymd_opt(year, month.unwrap_or(1), day.unwrap_or(1)).expect("a day");
    let next = match (month, day) {
        (_, Some(_)) => first + Duration::days(1),
        (Some(12) | None, None) => NaiveDate::from_ymd_opt(year + 1, 1, 1).expect("a day"),
        (Some(_), None) => first.with_month(first.month() + 1).expect("a month"),
    };
    (first.and_time(NaiveTime::MIN), next.and_time(NaiveTime::MIN) - tick)
}
