//! Dates that forms without uncertainty can hold: a year, a month, a day or a time.

use chrono::{Days, NaiveDate, NaiveTime};

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
}

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
        let instant = matches!(unit, Unit::Time(_)).then_some(date.earliest).filter(|_| is_instant);
        Some(Self { first, unit, is_qualified, instant })
    }

    /// The day behind it, where it is no longer than one.
    pub fn next_day(self) -> Option<NaiveDate> {
        self.first.checked_add_days(Days::new(1))
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
        let Plain { first, unit, is_qualified, instant } = Plain::of(&when.start.expect("a start"))?;
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
    fn what_is_open_or_coarse_is_not() {
        for text in
            ["[..2026-01-31]", "[2026-01-31..]", "202X", "2026-XX-31", "2026-21", "{2026-01-01,2026-01-02}", "?2026-01"]
        {
            assert_eq!(of(text, None), None, "{text}");
        }
    }
}
