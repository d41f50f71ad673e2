//! The buckets of a histogram: stretches of a calendar that follow one another.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Offset, SecondsFormat, TimeZone, Utc};
use chrono_tz::Tz;
use xxhash_rust::xxh3::Xxh3;

use super::calendar::Span;
use super::code::codes;
use super::window::Frame;

codes! {
    /// How long the buckets of a histogram are.
    pub enum Interval {
        /// Hours. With a zone, an hour that its clock shows twice is two buckets, and one that it skips is none.
        Hour = "hour",
        /// Days.
        Day = "day",
        /// Weeks from Monday on (ISO 8601).
        Week = "week",
        /// Months.
        Month = "month",
        /// Years.
        Year = "year",
    }
}

/// Most buckets of a histogram: every year that there can be, or every hour of a year.
pub const MAX_BUCKETS: i64 = 10_000;

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600 * SECOND;
const DAY: i64 = 24 * HOUR;

impl Interval {
    /// Which of its units a reading of the clock lies in, counted from some unit on.
    fn unit_of(self, wall: i64) -> i64 {
        let months = || naive(wall).map_or(0, |at| i64::from(at.year()) * 12 + i64::from(at.month0()));
        match self {
            Self::Hour => wall.div_euclid(HOUR),
            Self::Day => wall.div_euclid(DAY),
            // 1970-01-01 was a Thursday.
            Self::Week => (wall.div_euclid(DAY) + 3).div_euclid(7),
            Self::Month => months(),
            Self::Year => months().div_euclid(12),
        }
    }

    /// The first reading of a unit.
    fn first_of(self, unit: i64) -> i64 {
        let of_month = |month: i64| {
            let year = i32::try_from(month.div_euclid(12)).ok();
            let month = u32::try_from(month.rem_euclid(12) + 1).ok();
            let day = year.zip(month).and_then(|(year, month)| NaiveDate::from_ymd_opt(year, month, 1));
            day.map_or(0, |day| day.and_time(NaiveTime::MIN).and_utc().timestamp_micros())
        };
        match self {
            Self::Hour => unit * HOUR,
            Self::Day => unit * DAY,
            Self::Week => (unit * 7 - 3) * DAY,
            Self::Month => of_month(unit),
            Self::Year => of_month(unit * 12),
        }
    }

    fn count(self, wall: Span) -> i64 {
        self.unit_of(wall.latest) - self.unit_of(wall.earliest) + 1
    }
}

/// Buckets in their order. Those of a zone are compared in UTC, those of no zone on each event's own wall clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buckets {
    /// The first microsecond of each, ascending.
    pub starts: Vec<i64>,
    /// The last one of each, ascending.
    pub ends: Vec<i64>,
    interval: Interval,
    zone: Option<Tz>,
}

/// There would be more than [`MAX_BUCKETS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany {
    /// How many there would be.
    pub count: i64,
    /// The finest interval that is coarse enough.
    pub instead: Interval,
}

impl Buckets {
    /// The buckets that touch a stretch of time, both ends included, in microseconds of UTC with a zone and of a wall clock
    /// without one.
    ///
    /// # Errors
    /// Where there would be too many.
    pub fn between(interval: Interval, zone: Option<Tz>, from: i64, to: i64) -> Result<Self, TooMany> {
        let wall = |micros| zone.map_or(micros, |zone| micros + offset(zone, micros));
        let wall = Span { earliest: wall(from), latest: wall(to.max(from)) }.clipped();
        let count = interval.count(wall);
        if count > MAX_BUCKETS {
            let fits = |coarser: &&Interval| **coarser > interval && coarser.count(wall) <= MAX_BUCKETS;
            let instead = Interval::ALL.iter().find(fits).copied().unwrap_or(Interval::Year);
            return Err(TooMany { count, instead });
        }
        let mut buckets = Self { starts: Vec::new(), ends: Vec::new(), interval, zone };
        match zone {
            Some(zone) if interval == Interval::Hour => buckets.add_hours(zone, from, to),
            _ => buckets.add_units(wall),
        }
        Ok(buckets)
    }

    fn push(&mut self, span: Span) {
        self.starts.push(span.earliest);
        self.ends.push(span.latest);
    }

    fn add_units(&mut self, wall: Span) {
        for unit in self.interval.unit_of(wall.earliest)..=self.interval.unit_of(wall.latest) {
            let span = Span { earliest: self.interval.first_of(unit), latest: self.interval.first_of(unit + 1) - 1 };
            let span = if self.zone.is_some() { span.to_utc(self.zone) } else { span };
            // A day that a zone's clock skipped altogether is an instant, and no bucket.
            if span.earliest < span.latest {
                self.push(span);
            }
        }
    }

    /// Hours of real time: while the clock shows one hour and is not set.
    fn add_hours(&mut self, zone: Tz, from: i64, to: i64) {
        let begun = from - (from + offset(zone, from)).rem_euclid(HOUR);
        let mut start = change_between(zone, begun, from).unwrap_or(begun);
        while start <= to {
            let full = start + HOUR - (start + offset(zone, start)).rem_euclid(HOUR);
            let next = change_between(zone, start, full - 1).unwrap_or(full);
            self.push(Span { earliest: start, latest: next - 1 });
            start = next;
        }
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// What tells their edges from those of any others.
    pub fn digest(&self) -> u128 {
        let mut hasher = Xxh3::new();
        for (start, end) in self.starts.iter().zip(&self.ends) {
            hasher.update(&start.to_le_bytes());
            hasher.update(&end.to_le_bytes());
        }
        hasher.update(&[u8::from(self.zone.is_some())]);
        hasher.digest128()
    }

    /// The calendar in which they are compared.
    pub const fn frame(&self) -> Frame {
        if self.zone.is_some() { Frame::Utc } else { Frame::Local }
    }

    /// The beginning of a bucket as readers are given it: a date, or a date and time, which is that of a zone if it has an
    /// offset.
    pub fn label(&self, bucket: usize) -> String {
        let start = self.starts[bucket];
        let Some(at) = naive(start) else { return String::new() };
        match self.zone {
            // RFC 3339 has no offsets to the second, which clocks had that went by the sun.
            Some(zone) if offset(zone, start) % (60 * SECOND) == 0 => {
                zone.from_utc_datetime(&at).to_rfc3339_opts(SecondsFormat::Secs, true)
            }
            Some(_) => Utc.from_utc_datetime(&at).to_rfc3339_opts(SecondsFormat::Secs, true),
            None if self.interval == Interval::Hour => at.format("%Y-%m-%dT%H:%M:%S").to_string(),
            None => at.date().to_string(),
        }
    }
}

/// How far a zone's clock is ahead of UTC at an instant, in microseconds.
fn offset(zone: Tz, utc: i64) -> i64 {
    naive(utc).map_or(0, |at| i64::from(zone.offset_from_utc_datetime(&at).fix().local_minus_utc()) * SECOND)
}

/// The first instant behind `first`, up to `last`, at which a zone's clock has another offset than at `first`, if it has
/// another one at `last`.
fn change_between(zone: Tz, first: i64, last: i64) -> Option<i64> {
    let before = offset(zone, first);
    if offset(zone, last) == before {
        return None;
    }
    let (mut low, mut high) = (first, last);
    while high - low > 1 {
        let middle = low.midpoint(high);
        if offset(zone, middle) == before { low = middle } else { high = middle }
    }
    Some(high)
}

fn naive(micros: i64) -> Option<NaiveDateTime> {
    DateTime::from_timestamp_micros(micros).map(|at| at.naive_utc())
}

#[cfg(test)]
#[path = "buckets_tests.rs"]
mod tests;
