//! Coverage: the places and days that a source monitors, so that nothing having been reported differs from nobody having
//! looked.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::event::{issue, once_each};
use super::input::{Input, MAX_TEXT, Object};
use super::references;
use super::resource::Resource;
use super::vocabulary::Category;

/// One place that a source monitors, over some days; without `to` it still does. Without categories or issues it looks at
/// events of all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the same fields, described for readers, are in `view::coverage::SourceCoverage`")]
pub struct CoverageEntry {
    #[serde(with = "references::one")]
    pub location: Uuid,
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
    pub categories: Vec<Category>,
    pub issues: Vec<String>,
    pub note: Option<String>,
}

impl CoverageEntry {
    /// The days over which the place is monitored.
    pub fn days(&self) -> Days {
        Days::new(Some(self.from), self.to)
    }
}

/// Reads `coverage`. Entries may overlap: what they say adds up.
pub fn coverage(o: &Object<'_>) -> Vec<CoverageEntry> {
    once_each(o.list("coverage", |i| i.object(entry)))
}

fn entry(o: &Object<'_>) -> Option<CoverageEntry> {
    let location = o.required("location").and_then(|i| i.named(Resource::Location));
    let from = o.required("from").and_then(day);
    let to = o.optional("to").map(day);
    if from.zip(to.flatten()).is_some_and(|(from, to)| from > to) {
        o.fault("from", "from_after_to", "`from` lies after `to`.");
    }
    let categories = once_each(o.list("categories", |i| i.code(Category::parse, "category of events")));
    let issues = once_each(o.list("issues", issue));
    let note = o.optional("note").and_then(|i| i.text(MAX_TEXT));
    Some(CoverageEntry { location: location?.id, from: from?, to: to.flatten(), categories, issues, note })
}

fn day(input: Input<'_>) -> Option<NaiveDate> {
    let text = input.text(40)?;
    let day = text.parse::<NaiveDate>().ok().filter(|day| text.len() == 10 && day.year() > 0);
    if day.is_none() {
        input.fault("invalid_date", format!("`{text}` is not a day such as 2026-01-31."));
    }
    day
}

/// A stretch of days, the first and the last included. It may be open on either side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Days {
    first: i32,
    last: i32,
}

/// The days, counted from the year 1, that stand for an open side: far outside the years 1 to 9999.
const OPEN: (i32, i32) = (-10_000_000, 10_000_000);

impl Days {
    /// From one day to another; a missing one leaves its side open.
    pub fn new(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Self {
        let number = |day: NaiveDate| day.num_days_from_ce();
        Self { first: from.map_or(OPEN.0, number), last: to.map_or(OPEN.1, number) }
    }

    /// The first day; none where that side is open.
    pub fn from(self) -> Option<NaiveDate> {
        NaiveDate::from_num_days_from_ce_opt(self.first).filter(|_| self.first != OPEN.0)
    }

    /// The last day; none where that side is open.
    pub fn to(self) -> Option<NaiveDate> {
        NaiveDate::from_num_days_from_ce_opt(self.last).filter(|_| self.last != OPEN.1)
    }

    /// Whether it has a day in common with another.
    pub const fn meets(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// Whether it has all days of another.
    pub const fn holds(self, other: Self) -> bool {
        self.first <= other.first && other.last <= self.last
    }

    /// The same days in as few stretches as there can be, in the order of time.
    pub fn joined(mut stretches: Vec<Self>) -> Vec<Self> {
        stretches.sort_unstable();
        let mut joined: Vec<Self> = Vec::with_capacity(stretches.len());
        for days in stretches {
            match joined.last_mut().filter(|before| days.first <= before.last + 1) {
                Some(before) => before.last = before.last.max(days.last),
                None => joined.push(days),
            }
        }
        joined
    }

    /// The days that are in none of these stretches, in the order of time.
    pub fn without(self, stretches: Vec<Self>) -> Vec<Self> {
        let mut gaps = Vec::new();
        let mut next = self.first;
        for days in Self::joined(stretches).into_iter().filter(|days| self.meets(*days)) {
            if next < days.first {
                gaps.push(Self { first: next, last: days.first - 1 });
            }
            next = days.last + 1;
        }
        if next <= self.last {
            gaps.push(Self { first: next, ..self });
        }
        gaps
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn stretch(span: std::ops::Range<i32>) -> impl Strategy<Value = Days> {
        (span.clone(), 0..9).prop_map(|(first, more)| Days { first, last: first + more })
    }

    fn days_of(stretches: &[Days]) -> Vec<i32> {
        stretches.iter().flat_map(|days| days.first..=days.last).collect()
    }

    proptest! {
        #[test]
        fn gaps_are_the_days_that_no_stretch_has(
            window in stretch(0..40), stretches in prop::collection::vec(stretch(-10..50), 0..12)
        ) {
            let had: BTreeSet<i32> = days_of(&stretches).into_iter().collect();
            let missing: Vec<i32> = (window.first..=window.last).filter(|day| !had.contains(day)).collect();
            let gaps = window.without(stretches.clone());
            prop_assert_eq!(days_of(&gaps), missing);
            let joined = Days::joined(stretches);
            prop_assert_eq!(days_of(&joined), had.into_iter().collect::<Vec<_>>());
            for pair in [gaps.windows(2), joined.windows(2)].into_iter().flatten() {
                prop_assert!(pair[0].last + 1 < pair[1].first, "they do not touch");
            }
            for days in gaps {
                prop_assert!(window.holds(days) && window.meets(days));
            }
        }
    }

    #[test]
    fn open_sides_stay_open() {
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let always = Days::new(None, None);
        let since = Days::new(day("2017-01-01"), None);
        assert_eq!(always.without(vec![since]), [Days::new(None, day("2016-12-31"))]);
        assert_eq!(always.without(vec![since, Days::new(None, day("2016-12-31"))]), []);
        assert_eq!((since.from(), since.to()), (day("2017-01-01"), None));
        assert_eq!(always.without(vec![]), [always]);
    }
}
