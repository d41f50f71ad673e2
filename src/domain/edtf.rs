//! Dates as text: ISO 8601-2 (EDTF levels 0–2), as `edtf-core` reads them, in terms of the local calendar.

use chrono::NaiveDate;
use chrono_tz::Tz;
use edtf_core::{
    Bound, BoundDate, Date, DateTime, Edtf, Interval, IntervalEndpoint, Precision, Set, SetElement, SetKind, TimeShift,
};

use super::calendar::{Span, TimePrecision};

/// Bytes of a text, also of its canonical spelling: without a limit, reading a set of rare leap days costs seconds.
const LONGEST_TEXT: usize = 1_500;

/// Why a text is no date we take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EdtfFault {
    pub code: &'static str,
    pub detail: String,
}

impl EdtfFault {
    fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }

    fn out_of_range() -> Self {
        Self::new("out_of_range", "Years go from 0001 to 9999.")
    }
}

/// What a text turned out to be.
#[derive(Clone, Debug)]
pub(crate) enum Reading {
    One(DateValue),
    /// An interval, taken apart into its two ends.
    Interval {
        start: DateValue,
        end: DateValue,
    },
}

/// One date, date-time or set.
#[derive(Clone, Debug)]
pub(crate) struct DateValue {
    /// The canonical spelling.
    pub text: String,
    pub precision: TimePrecision,
    /// Whether `?`, `~` or `%` stands anywhere in it.
    pub qualified: bool,
    /// Its own wall clock, from first to last possible microsecond.
    wall: Span,
    /// How many seconds that clock is ahead of UTC, if the text says so.
    offset: Option<i64>,
}

impl DateValue {
    /// Whether it names an instant by itself, without the help of a zone.
    pub const fn is_absolute(&self) -> bool {
        self.offset.is_some()
    }

    /// Where it lies in UTC, if its wall clock is that of `zone`.
    pub fn utc(&self, zone: Option<Tz>) -> Span {
        self.utc_of(self.wall, zone)
    }

    /// Where it lies on the wall clock of the event: of its zone, else the one it is written in.
    pub fn local(&self, zone: Option<Tz>) -> Span {
        self.on_wall(zone).clipped()
    }

    /// Its places in the local calendar and in UTC as far as one can be sure of them: a qualified date may be anywhere
    /// in the next coarser unit.
    pub fn sure(&self, zone: Option<Tz>) -> (Span, Span) {
        if !self.qualified {
            return (self.local(zone), self.utc(zone));
        }
        let unit = self.precision.coarser();
        (self.on_wall(zone).widened(unit).clipped(), self.utc_of(self.wall.widened(unit), zone))
    }

    fn on_wall(&self, zone: Option<Tz>) -> Span {
        match (self.offset, zone) {
            (Some(offset), Some(zone)) => self.wall.ahead(-offset).to_wall(zone),
            _ => self.wall,
        }
    }

    fn utc_of(&self, wall: Span, zone: Option<Tz>) -> Span {
        self.offset.map_or_else(|| wall.to_utc(zone), |offset| wall.ahead(-offset)).clipped()
    }
}

/// Reads a date, date-time, set or interval.
pub(crate) fn read(text: &str) -> Result<Reading, EdtfFault> {
    check_length(text)?;
    let edtf = Edtf::parse(text).map_err(|error| {
        // The text is ASCII up to the fault, so bytes are columns.
        let column = error.offset + 1;
        EdtfFault::new("invalid_edtf", format!("Not an ISO 8601-2 date, at column {column}: {}.", error.message))
    })?;
    match edtf {
        Edtf::Interval(interval) => {
            let (start, end) = ends_of(&interval)?;
            Ok(Reading::Interval { start: value_of(&start)?, end: value_of(&end)? })
        }
        one => value_of(&one).map(Reading::One),
    }
}

fn check_length(text: &str) -> Result<(), EdtfFault> {
    if text.len() > LONGEST_TEXT {
        return Err(EdtfFault::new("invalid_edtf", format!("A date has at most {LONGEST_TEXT} characters.")));
    }
    Ok(())
}

/// The two ends of an interval as values of their own. An open or unknown end is some day not before the start, an open
/// or unknown start some day not after the end.
fn ends_of(interval: &Interval) -> Result<(Edtf, Edtf), EdtfFault> {
    use IntervalEndpoint::{Date, OnOrAfter, OnOrBefore, Open, Unknown};
    let some_day = |element| Edtf::Set(Set { kind: SetKind::OneMember, elements: vec![element] });
    let until = |date| some_day(SetElement::OnOrBefore(date));
    let since = |date| some_day(SetElement::OnOrAfter(date));
    Ok(match (interval.start, interval.end) {
        (Date(start), Date(end)) => (Edtf::Date(start), Edtf::Date(end)),
        (Date(start), OnOrAfter(end)) => (Edtf::Date(start), since(end)),
        (Date(start), Open | Unknown) => (Edtf::Date(start), since(start)),
        (OnOrBefore(start), Date(end)) => (until(start), Edtf::Date(end)),
        (OnOrBefore(start), OnOrAfter(end)) => (until(start), since(end)),
        (Open | Unknown, Date(end)) => (until(end), Edtf::Date(end)),
        // What is left binds neither end: `..1985/..` may have ended before 1985 or after.
        _ => {
            return Err(EdtfFault::new(
                "open_interval",
                "An interval needs a plain date at one end when the other is open or unknown; \
                 for one bound alone write a set such as `[..1985]` or `[1985..]`.",
            ));
        }
    })
}

fn value_of(edtf: &Edtf) -> Result<DateValue, EdtfFault> {
    let (wall, precision, offset) = match edtf {
        Edtf::Date(date) => (span_of(date)?, precision_of(date), None),
        Edtf::DateTime(at) => (second_of(at)?, TimePrecision::Time, offset_of(at)),
        Edtf::Set(set) => hull_of(set)?,
        // `read` has taken it apart.
        Edtf::Interval(_) => return Err(EdtfFault::new("invalid_edtf", "An interval is no single date.")),
    };
    let text = edtf.to_string();
    // What is stored must be readable again, and a canonical spelling may be the longer one.
    check_length(&text)?;
    Ok(DateValue { text, precision, qualified: edtf.is_uncertain() || edtf.is_approximate(), wall, offset })
}

/// The days of a date. A mask like `000X` is taken as long as one of its years is in range, and then cut to the range.
fn span_of(date: &Date) -> Result<Span, EdtfFault> {
    let in_range = match date.year.value() {
        Some(year) => (1..=9999).contains(&year),
        None => date.year.has_unspecified(),
    };
    if !in_range {
        return Err(EdtfFault::out_of_range());
    }
    let (first, last) = days_of(date).ok_or_else(EdtfFault::out_of_range)?;
    Ok(Span::of_days(first, last))
}

fn days_of(date: &Date) -> Option<(NaiveDate, NaiveDate)> {
    let bounds = Edtf::Date(*date).bounds();
    match (bounds.earliest, bounds.latest) {
        (Bound::Date(first), Bound::Date(last)) => Some((day_of(first)?, day_of(last)?)),
        _ => None,
    }
}

fn day_of(bound: BoundDate) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(bound.year).ok()?, bound.month.into(), bound.day.into())
}

/// Masks like `2026-XX-31` count as the smallest whole unit that covers what they may mean: here a year.
fn precision_of(date: &Date) -> TimePrecision {
    let mut covered = *date;
    if date.precision() == Precision::Season {
        if !date.year.has_unspecified() {
            return TimePrecision::Season;
        }
        // Winter reaches into the next year; it is the mask that counts.
        covered.month = None;
    }
    days_of(&covered).map_or(TimePrecision::Millennium, |(first, last)| TimePrecision::covering(first, last))
}

/// The whole second of a date-time. A leap second is read as the second before it, so that it stays on its day.
fn second_of(at: &DateTime) -> Result<Span, EdtfFault> {
    let day = span_of(&at.date)?;
    let time = at.time;
    let minutes = i64::from(time.hour) * 60 + i64::from(time.minute);
    Ok(day.second(minutes * 60 + i64::from(time.second.min(59))))
}

fn offset_of(at: &DateTime) -> Option<i64> {
    at.time.shift.map(|shift| match shift {
        TimeShift::Utc => 0,
        TimeShift::Offset { minutes, .. } => i64::from(minutes) * 60,
    })
}

/// From the first possible day of any member to the last of any, and the precision of the coarsest.
fn hull_of(set: &Set) -> Result<(Span, TimePrecision, Option<i64>), EdtfFault> {
    let mut hull: Option<(Span, TimePrecision)> = None;
    for element in &set.elements {
        let (span, precision) = match element {
            SetElement::Date(date) => (span_of(date)?, precision_of(date)),
            SetElement::OnOrBefore(date) => {
                (Span { earliest: Span::EVER.earliest, ..span_of(date)? }, precision_of(date))
            }
            SetElement::OnOrAfter(date) => (Span { latest: Span::EVER.latest, ..span_of(date)? }, precision_of(date)),
            SetElement::Range(first, last) => (span_of(first)?.hull(span_of(last)?), precision_of(first)),
        };
        hull = Some(hull.map_or((span, precision), |(all, coarsest)| (all.hull(span), coarsest.max(precision))));
    }
    hull.map(|(span, precision)| (span, precision, None))
        .ok_or_else(|| EdtfFault::new("invalid_edtf", "A set needs a member."))
}
