//! Dates that forms without uncertainty can hold: a year, a month, a day or a time.

use chrono::{Datelike, Days, NaiveDate, NaiveTime};

use super::told::Told;
use crate::domain::instant::Instant;
use crate::domain::when::EdtfDate;

/// A year, a month, a day or a time, as its own calendar and clock show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plain {
    /// Its first day.
    pub first: NaiveDate,
    /// How much of that day is known.
    pub unit: Unit,
    /// Whether it is marked uncertain, approximate or both.
    pub is_qualified: bool,
    /// The instant it is, where it is a time and its zone is known.
    pub instant: Option<Instant>,
    /// Whether it is a time that lies in UTC before the year 1 or behind 9999, so that no instant tells it.
    pub is_beyond: bool,
}

/// The last year that is written with four digits.
const LAST_YEAR: i32 = 9999;

/// How finely a date is known, from coarse to fine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// A year.
    Year,
    /// A month.
    Month,
    /// A day.
    Day,
    /// A time of the day.
    Time(NaiveTime),
}

impl Plain {
    /// Takes a date that is one of these; seasons, decades, masks and sets are not.
    pub fn of(date: &EdtfDate) -> Option<Self> {
        let text = date.edtf.trim_end_matches(['?', '~', '%']);
        let is_qualified = text.len() < date.edtf.len();
        let (day, time) = text.split_once('T').map_or((text, None), |(day, time)| (day, Some(time)));
        let number = |from: usize, length: usize| {
            let digits = day.get(from..from + length)?;
            digits.parse::<u32>().ok().filter(|_| digits.bytes().all(|b| b.is_ascii_digit()))
        };
        let ymd = |month, day| NaiveDate::from_ymd_opt(i32::try_from(number(0, 4)?).ok()?, month, day);
        let is_dashed = |at: usize| day.as_bytes().get(at) == Some(&b'-');
        let (first, unit) = match (day.len(), time) {
            (4, None) => (ymd(1, 1)?, Unit::Year),
            (7, None) if is_dashed(4) => (ymd(number(5, 2)?, 1)?, Unit::Month),
            (10, _) if is_dashed(4) && is_dashed(7) => {
                let unit = match time {
                    None => Unit::Day,
                    Some(time) => Unit::Time(NaiveTime::parse_from_str(time.get(..8)?, "%H:%M:%S").ok()?),
                };
                (ymd(number(5, 2)?, number(8, 2)?)?, unit)
            }
            _ => return None,
        };
        // A time without a zone may be as many instants as there are zones.
        let is_instant = date.latest.micros() - date.earliest.micros() < 1_000_000;
        // Bounds are cut to the years of instants; one that is cut on both sides has nothing of its own left.
        let is_cut = date.latest == Instant::MIN || date.earliest == Instant::MAX;
        let is_time = matches!(unit, Unit::Time(_));
        let instant = Some(date.earliest).filter(|_| is_time && is_instant && !is_cut);
        Some(Self { first, unit, is_qualified, instant, is_beyond: is_time && is_cut })
    }

    /// The day behind it, where it is no longer than one; none behind the last year.
    pub fn next_day(self) -> Option<NaiveDate> {
        self.first.checked_add_days(Days::new(1)).filter(|day| day.year() <= LAST_YEAR)
    }
}

/// When an event began and ended, where both are plain; the end is none where the event has none of its own.
pub fn plain(event: &Told) -> Option<(Plain, Option<Plain>)> {
    let start = Plain::of(event.when.start.as_ref()?)?;
    match &event.when.end {
        None => Some((start, None)),
        Some(end) => Some((start, Some(Plain::of(end)?))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::when::When;

    fn of(text: &str, zone: Option<chrono_tz::Tz>) -> Option<(String, Unit, bool, bool)> {
        let when = When::new(Some(text), None, zone).expect("a date");
        let Plain { first, unit, is_qualified, instant, .. } = Plain::of(&when.start.expect("a start"))?;
        Some((first.to_string(), unit, is_qualified, instant.is_some()))
    }

    #[test]
    fn years_months_days_and_times_are_plain() {
        let first = |day: &str, unit, qualified| Some((day.to_owned(), unit, qualified, false));
        assert_eq!(of("2026", None), first("2026-01-01", Unit::Year, false));
        assert_eq!(of("2026-02~", None), first("2026-02-01", Unit::Month, true));
        assert_eq!(of("2026-02-03?", None), first("2026-02-03", Unit::Day, true));
        let six = Unit::Time(NaiveTime::from_hms_opt(18, 0, 0).expect("a time"));
        assert_eq!(of("2026-02-03T18:00:00", None), first("2026-02-03", six, false));
        assert_eq!(of("2026-02-03T18:00:00Z", None), Some(("2026-02-03".to_owned(), six, false, true)));
        let berlin = Some(chrono_tz::Europe::Berlin);
        assert_eq!(of("2026-02-03T18:00:00", berlin), Some(("2026-02-03".to_owned(), six, false, true)));
    }

    #[test]
    fn a_time_beyond_the_years_of_instants_is_none() {
        let (west, east) = (Some(chrono_tz::America::Los_Angeles), Some(chrono_tz::Asia::Tokyo));
        for (text, zone, expected) in [
            ("9999-12-31T23:30:00", west, (false, true)),
            ("9999-12-31T23:30:00-08:00", None, (false, true)),
            ("0001-01-01T00:00:00", east, (false, true)),
            ("9999-12-31T23:59:59Z", None, (true, false)),
            ("0001-01-01T00:00:00Z", None, (true, false)),
            ("9999-12-31T23:59:59", None, (false, false)),
            ("9999-12-31", west, (false, false)),
        ] {
            let start = When::new(Some(text), None, zone).expect("a date").start.expect("a start");
            let date = Plain::of(&start).expect("a plain one");
            assert_eq!((date.instant.is_some(), date.is_beyond), expected, "{text}");
        }
    }

    #[test]
    fn the_last_day_has_none_behind_it() {
        let next = |text: &str| {
            let start = When::new(Some(text), None, None).expect("a date").start.expect("a start");
            Plain::of(&start).expect("a plain one").next_day().map(|day| day.to_string())
        };
        assert_eq!((next("9999-12-30").as_deref(), next("9999-12-31")), (Some("9999-12-31"), None));
    }

    #[test]
    fn what_is_open_or_coarse_is_not() {
        for text in
            ["[..2026-01-31]", "[2026-01-31..]", "202X", "2026-XX-31", "2026-21", "{2026-01-01,2026-01-02}", "?2026-01"]
        {
            assert_eq!(of(text, None), None, "{text}");
        }
    }
}
