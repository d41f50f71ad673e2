//! The local calendar: its units, stretches of its wall clock, and where they lie in UTC.

use chrono::{DateTime, Datelike, MappedLocalTime, Months, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone};
use chrono_tz::{GapInfo, Tz};

use super::code::codes;
use super::instant::Instant;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// The local time of the Line Islands, the furthest ahead of UTC: there every date begins first.
const FURTHEST_AHEAD: i64 = 14 * 3_600 * SECOND;
/// The local time of Baker Island, the furthest behind: there every date ends last.
const FURTHEST_BEHIND: i64 = 12 * 3_600 * SECOND;

codes! {
    /// How finely a date is known, from fine to coarse: the smallest whole calendar unit that covers it.
    ///
    /// Decades, centuries and millennia go by their digits, as in ISO 8601-2: `202X` is 2020–2029, `20XX` 2000–2099.
    pub enum TimePrecision {
        /// To the second.
        Time = "time",
        /// A calendar day.
        Day = "day",
        /// A calendar month.
        Month = "month",
        /// A season, quarter, third or half of a year (ISO 8601-2 codes 21–41).
        Season = "season",
        /// A calendar year.
        Year = "year",
        /// Ten years with equal leading digits.
        Decade = "decade",
        /// A hundred years with equal leading digits.
        Century = "century",
        /// A thousand years with equal first digit, or anything coarser.
        Millennium = "millennium",
    }
}

impl TimePrecision {
    /// The finest unit of whole days of which one holds both days.
    pub(crate) fn covering(first: NaiveDate, last: NaiveDate) -> Self {
        [Self::Day, Self::Month, Self::Year, Self::Decade, Self::Century]
            .into_iter()
            .find(|unit| unit.first_day(first) == unit.first_day(last))
            .unwrap_or(Self::Millennium)
    }

    /// The next coarser unit: the one a window must hold before a qualified date is sure to lie in it.
    pub(crate) const fn coarser(self) -> Option<Self> {
        Some(match self {
            Self::Time => Self::Day,
            Self::Day => Self::Month,
            Self::Month | Self::Season => Self::Year,
            Self::Year => Self::Decade,
            Self::Decade => Self::Century,
            Self::Century => Self::Millennium,
            Self::Millennium => return None,
        })
    }

    /// How many months one unit has; days and times have none.
    const fn months(self) -> u16 {
        match self {
            Self::Time | Self::Day => 0,
            Self::Month => 1,
            Self::Season | Self::Year => 12,
            Self::Decade => 120,
            Self::Century => 1_200,
            Self::Millennium => 12_000,
        }
    }

    /// The first day of the unit that `day` lies in. Season codes overlap one another, so a season counts as its year.
    fn first_day(self, day: NaiveDate) -> Option<NaiveDate> {
        match self.months() {
            0 => Some(day),
            1 => day.with_day(1),
            months => {
                let year_of_unit = day.year().rem_euclid(i32::from(months / 12));
                NaiveDate::from_ymd_opt(day.year() - year_of_unit, 1, 1)
            }
        }
    }

    /// The last day of the unit that `day` lies in.
    fn last_day(self, day: NaiveDate) -> Option<NaiveDate> {
        match self.months() {
            0 => Some(day),
            months => self.first_day(day)?.checked_add_months(Months::new(months.into()))?.pred_opt(),
        }
    }
}

/// A stretch of time, both ends inclusive, in microseconds since 1970-01-01T00:00:00: of UTC, or of a wall clock that
/// is read as if it were UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub earliest: i64,
    pub latest: i64,
}

impl Span {
    /// Unbounded on both sides; no shift or conversion brings its ends into the years 0001–9999.
    pub const EVER: Self = Self { earliest: i64::MIN, latest: i64::MAX };

    /// From the beginning of the first day to the end of the last.
    pub fn of_days(first: NaiveDate, last: NaiveDate) -> Self {
        let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc().timestamp_micros();
        Self { earliest: midnight(first), latest: midnight(last) + DAY - 1 }
    }

    /// The whole second that begins so many seconds after the stretch does.
    pub const fn second(self, second: i64) -> Self {
        let earliest = self.earliest + second * SECOND;
        Self { earliest, latest: earliest + SECOND - 1 }
    }

    /// The shortest stretch that holds both.
    pub fn hull(self, other: Self) -> Self {
        Self { earliest: self.earliest.min(other.earliest), latest: self.latest.max(other.latest) }
    }

    /// Cut to the years 0001–9999.
    pub fn clipped(self) -> Self {
        let clip = |micros| Instant::clipped(micros).micros();
        Self { earliest: clip(self.earliest), latest: clip(self.latest) }
    }

    /// The same stretch as read on a clock that is so many seconds ahead.
    pub fn ahead(self, seconds: i64) -> Self {
        let shift = seconds * SECOND;
        Self { earliest: self.earliest.saturating_add(shift), latest: self.latest.saturating_add(shift) }
    }

    /// Where this stretch of a wall clock lies in UTC.
    ///
    /// In a zone: the first and the last microsecond at which the clock there (IANA tz) shows a reading of the stretch.
    /// What the clock skipped altogether, like 2011-12-30 in Apia, is the instant of the jump, twice.
    /// Without one: from where the date begins first on earth, at UTC+14, to where it ends last, at UTC−12.
    pub fn to_utc(self, zone: Option<Tz>) -> Self {
        let Some(zone) = zone else {
            return Self {
                earliest: self.earliest.saturating_sub(FURTHEST_AHEAD),
                latest: self.latest.saturating_add(FURTHEST_BEHIND),
            };
        };
        let earliest = match instants_of(zone, self.earliest) {
            Reading::Shown { first, .. } => first,
            Reading::Skipped { jump } => jump,
        };
        let latest = match instants_of(zone, self.latest) {
            Reading::Shown { last, .. } => last,
            Reading::Skipped { jump } => jump - 1,
        };
        // Only a stretch that was skipped altogether ends before it begins.
        Self { earliest, latest: latest.max(earliest) }
    }

    /// What the clock of a zone shows during this stretch of UTC, which must see no change of that clock.
    pub fn to_wall(self, zone: Tz) -> Self {
        let Some(utc) = naive(self.earliest) else { return self };
        self.ahead(zone.offset_from_utc_datetime(&utc).fix().local_minus_utc().into())
    }

    /// Lengthened on both sides to whole units, or without end where there is no unit.
    pub fn widened(self, unit: Option<TimePrecision>) -> Self {
        let Some(unit) = unit else { return Self::EVER };
        let day = |micros| naive(micros).map(|at| at.date());
        let first = day(self.earliest).and_then(|day| unit.first_day(day));
        let last = day(self.latest).and_then(|day| unit.last_day(day));
        Self {
            earliest: first.map_or(self.earliest, |day| Self::of_days(day, day).earliest),
            latest: last.map_or(self.latest, |day| Self::of_days(day, day).latest),
        }
    }
}

/// When a clock showed one reading.
enum Reading {
    /// The first and the last instant; two where the clock was set back over it.
    Shown { first: i64, last: i64 },
    /// The clock was set forward over it at this instant.
    Skipped { jump: i64 },
}

fn instants_of(zone: Tz, reading: i64) -> Reading {
    // An open end has no reading, and needs none.
    let Some(local) = naive(reading) else {
        return Reading::Shown { first: reading, last: reading };
    };
    let minus = |micros: i64, offset: chrono_tz::TzOffset| micros - i64::from(offset.fix().local_minus_utc()) * SECOND;
    let (a, b) = match zone.offset_from_local_datetime(&local) {
        MappedLocalTime::Single(offset) => (offset, offset),
        MappedLocalTime::Ambiguous(a, b) => (a, b),
        MappedLocalTime::None => {
            return match GapInfo::new(&local, &zone).and_then(|gap| gap.begin) {
                Some((begin, offset)) => Reading::Skipped { jump: minus(begin.and_utc().timestamp_micros(), offset) },
                // Not reached: a gap has a clock before it. Read as UTC it is at most a day off.
                None => Reading::Shown { first: reading, last: reading },
            };
        }
    };
    let (a, b) = (minus(reading, a), minus(reading, b));
    Reading::Shown { first: a.min(b), last: a.max(b) }
}

/// The calendar value of a reading; `None` for an open end.
fn naive(micros: i64) -> Option<NaiveDateTime> {
    DateTime::from_timestamp_micros(micros).map(|at| at.naive_utc())
}
