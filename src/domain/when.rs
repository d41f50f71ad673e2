//! When an event was: two ends, each an EDTF text with the bounds it had when it was written.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::calendar::Span;
pub use super::calendar::TimePrecision;
use super::code::codes;
use super::edtf::{self, DateValue, Reading};
use super::instant::Instant;

/// One end of `when`: a date as it is known, and what that means in UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EdtfDate {
    /// ISO 8601-2 date, date-time or set (EDTF levels 0–2), in canonical spelling.
    #[schema(example = "2026-01-30")]
    pub edtf: String,
    /// First instant it may mean: RFC 3339, UTC, microseconds. Fixed when this version was written.
    #[schema(value_type = String, format = DateTime, example = "2026-01-30T08:00:00.000000Z")]
    pub earliest: Instant,
    /// Last instant it may mean, inclusive: RFC 3339, UTC, microseconds. Fixed when this version was written.
    #[schema(value_type = String, format = DateTime, example = "2026-01-31T07:59:59.999999Z")]
    pub latest: Instant,
}

/// When an event was, as precisely as it is known. All null: undated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct When {
    /// When it began; null if undated.
    #[schema(required)]
    pub start: Option<EdtfDate>,
    /// When it ended; null if within the same unit as the start.
    #[schema(required)]
    pub end: Option<EdtfDate>,
    /// The coarser precision of the two ends; null if undated.
    #[schema(required)]
    pub precision: Option<TimePrecision>,
    /// Whether a date is marked uncertain (`?`), approximate (`~`) or both (`%`).
    #[schema(example = false)]
    pub approximate: bool,
    /// IANA name of the zone that local dates and times are in; null if not known: then the bounds hold them wherever
    /// on earth they were.
    #[schema(required, example = "America/Chicago")]
    pub time_zone: Option<String>,
}

codes! {
    /// The end of `when` that a fault is in, by its JSON name.
    pub enum Side {
        /// `start`.
        Start = "start",
        /// `end`.
        End = "end",
    }
}

/// What is wrong with one end of a `when`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhenFault {
    /// Where.
    pub side: Side,
    /// `invalid_edtf`, `out_of_range`, `open_interval`, `interval_with_end`, `end_without_start` or `end_before_start`.
    pub code: &'static str,
    /// What is wrong, in a sentence.
    pub detail: String,
}

impl When {
    /// The first and the last moment that the dates may mean, ends included; `None` where it is undated.
    pub fn bounds(&self) -> Option<(Instant, Instant)> {
        let start = self.start.as_ref()?;
        Some((start.earliest, self.end.as_ref().unwrap_or(start).latest))
    }

    /// Reads both ends, local ones in `zone`. An interval in `start` is split; all faults are told at once.
    ///
    /// # Errors
    /// Every [`WhenFault`] found.
    pub fn new(start: Option<&str>, end: Option<&str>, zone: Option<Tz>) -> Result<Self, Vec<WhenFault>> {
        let mut faults = Faults::default();
        let start_reading = faults.read(Side::Start, start);
        let end_reading = faults.read(Side::End, end);
        if let (Some(Reading::Interval { .. }), Some(_)) = (&start_reading, end) {
            faults.add(Side::Start, "interval_with_end", "An interval holds its own end: leave out `end`.");
        }
        if let Some(Reading::Interval { .. }) = end_reading {
            faults.add(Side::End, "interval_with_end", "An end is one date: write an interval as `start`, alone.");
        }
        if let (None, Some(_)) = (start, end) {
            faults.add(
                Side::End,
                "end_without_start",
                "An end needs a start; one not known is a set such as `[..2026]`.",
            );
        }
        let ends = match (start_reading, end_reading) {
            (Some(Reading::Interval { start, end }), None) | (Some(Reading::One(start)), Some(Reading::One(end))) => {
                Some((start, Some(end)))
            }
            (Some(Reading::One(start)), None) => Some((start, None)),
            _ => None,
        };
        if let Some((start, Some(end))) = &ends
            && ends_before(start, end, zone)
        {
            faults.add(Side::End, "end_before_start", "The end lies before the start.");
        }
        if faults.0.is_empty() { Ok(Self::of(ends, zone)) } else { Err(faults.0) }
    }

    fn of(ends: Option<(DateValue, Option<DateValue>)>, zone: Option<Tz>) -> Self {
        let (start, end) = ends.map_or((None, None), |(start, end)| (Some(start), end));
        let both = || start.iter().chain(&end);
        Self {
            precision: both().map(|date| date.precision).max(),
            approximate: both().any(|date| date.qualified),
            time_zone: zone.map(|zone| zone.name().to_owned()),
            start: start.as_ref().map(|date| EdtfDate::of(date, zone)),
            end: end.as_ref().map(|date| EdtfDate::of(date, zone)),
        }
    }
}

impl EdtfDate {
    fn of(date: &DateValue, zone: Option<Tz>) -> Self {
        let Span { earliest, latest } = date.utc(zone);
        Self { edtf: date.text.clone(), earliest: Instant::clipped(earliest), latest: Instant::clipped(latest) }
    }
}

/// Whether no possible end lies after any possible start. Two local dates without a zone share their calendar, though
/// it is not known where it lies in UTC.
fn ends_before(start: &DateValue, end: &DateValue, zone: Option<Tz>) -> bool {
    let one_calendar = zone.is_none() && !start.is_absolute() && !end.is_absolute();
    let place = |date: &DateValue| if one_calendar { date.local(None) } else { date.utc(zone) };
    place(end).latest < place(start).earliest
}

#[derive(Default)]
struct Faults(Vec<WhenFault>);

impl Faults {
    fn add(&mut self, side: Side, code: &'static str, detail: impl Into<String>) {
        self.0.push(WhenFault { side, code, detail: detail.into() });
    }

    fn read(&mut self, side: Side, text: Option<&str>) -> Option<Reading> {
        edtf::read(text?).map_err(|fault| self.add(side, fault.code, fault.detail)).ok()
    }
}

#[cfg(test)]
#[path = "when_tests.rs"]
mod tests;
