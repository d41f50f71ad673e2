//! When synthetic events happen, and how well that is known.

use std::fmt::Write;

use chrono::{Datelike, Days, NaiveDate};
use fastrand::Rng;

use super::draw::{Kind, Seed, happens, weighted};
use super::json::Json;

/// The days on which events happen: so many from the first on.
const FIRST_DAY: Option<NaiveDate> = NaiveDate::from_ymd_opt(2000, 1, 1);
const DAYS: u64 = 9_678;

/// One event in so many comes to be known out of its time, and is written among those of a later one.
const LATE_PERCENT: u32 = 10;
const UNCERTAIN_PERCENT: u32 = 10;
const TIMED_PERCENT: u32 = 30;

/// The day of an event by its place in the order in which events come to be known, of so many.
pub fn day(seed: Seed, number: u64, events: u64) -> NaiveDate {
    // Of its own, since the chance of the event's other parts must not hang on how many there are.
    let mut rng = seed.rng(Kind::Event, u64::MAX - number);
    let known = if happens(&mut rng, LATE_PERCENT) { rng.u64(..=number) } else { number };
    // Events grow more frequent from year to year: half of the time has passed with a quarter of them.
    let share = ((known << 36) / events).isqrt();
    FIRST_DAY.unwrap_or_default() + Days::new((DAYS * share) >> 18)
}

/// How a date that is not certain is written.
#[derive(Clone, Copy)]
enum Doubt {
    Approximate,
    Uncertain,
    Month,
    ApproximateMonth,
    Year,
    OneOf,
    Until,
    Undated,
}

const DOUBTS: [(Doubt, u32); 8] = [
    (Doubt::Approximate, 25),
    (Doubt::Uncertain, 15),
    (Doubt::Month, 22),
    (Doubt::ApproximateMonth, 5),
    (Doubt::Year, 10),
    (Doubt::OneOf, 15),
    (Doubt::Until, 4),
    (Doubt::Undated, 4),
];

/// Writes `when` of an event on a day; nothing where it is undated.
pub fn write(json: &mut Json, rng: &mut Rng, day: NaiveDate) {
    if happens(rng, UNCERTAIN_PERCENT) {
        let doubt = weighted(rng, &DOUBTS);
        let last = day + Days::new(rng.u64(1..6));
        if !matches!(doubt, Doubt::Undated) {
            json.name("when").object(|when| edge(when, "start", |text| doubtful(text, doubt, day, last)));
        }
        return;
    }
    let starts = happens(rng, TIMED_PERCENT).then(|| (rng.u32(7..20), super::draw::one(rng, &[0, 0, 15, 30, 45])));
    let lasts = happens(rng, 12).then(|| rng.u32(1..5));
    json.name("when").object(|when| {
        edge(when, "start", |text| moment(text, day, starts));
        match (starts, lasts) {
            (Some((hour, minute)), Some(hours)) => {
                edge(when, "end", |text| moment(text, day, Some((hour + hours.min(23 - hour), minute))));
            }
            (None, Some(days)) => edge(when, "end", |text| moment(text, day + Days::new(days.into()), None)),
            _ => {}
        }
    });
}

fn edge(when: &mut Json, name: &str, fill: impl FnOnce(&mut String)) {
    when.name(name).object(|edge| edge.name("edtf").string_of(fill));
}

// Writing to a string cannot fail.

fn moment(text: &mut String, day: NaiveDate, time: Option<(u32, u32)>) {
    let _ = write!(text, "{:04}-{:02}-{:02}", day.year(), day.month(), day.day());
    if let Some((hour, minute)) = time {
        let _ = write!(text, "T{hour:02}:{minute:02}:00");
    }
}

fn doubtful(text: &mut String, doubt: Doubt, day: NaiveDate, last: NaiveDate) {
    let month = |text: &mut String| write!(text, "{:04}-{:02}", day.year(), day.month());
    match doubt {
        Doubt::Approximate | Doubt::Uncertain => {
            moment(text, day, None);
            text.push(if matches!(doubt, Doubt::Approximate) { '~' } else { '?' });
        }
        Doubt::Month => {
            let _ = month(text);
        }
        Doubt::ApproximateMonth => {
            let _ = month(text);
            text.push('~');
        }
        Doubt::Year => {
            let _ = write!(text, "{:04}", day.year());
        }
        Doubt::OneOf => {
            text.push('[');
            moment(text, day, None);
            text.push_str("..");
            moment(text, last, None);
            text.push(']');
        }
        Doubt::Until => {
            text.push_str("[..");
            moment(text, day, None);
            text.push(']');
        }
        Doubt::Undated => {}
    }
}
