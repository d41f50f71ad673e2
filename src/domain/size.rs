//! How many took part, in the words of the source and in numbers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::code::codes;
use super::quantity::{self, Bound, FieldFault};

codes! {
    /// Who or what a size goes back to.
    pub enum SizeBasis {
        /// People were counted one by one, or by grid.
        Count = "count",
        /// The organizers say so.
        Organizer = "organizer",
        /// The police or another authority says so.
        Police = "police",
        /// A reporter estimated it.
        Press = "press",
        /// It was worked out from pictures or film.
        Image = "image",
        /// It is the number of those who said they would come.
        Rsvp = "rsvp",
        /// Someone who was there says so.
        Eyewitness = "eyewitness",
        /// The source does not tell.
        Unknown = "unknown",
    }
}

codes! {
    /// The convention by which words such as "hundreds" became numbers.
    pub enum SizeRule {
        /// The Crowd Counting Consortium's: two of the unit, so dozens 24, hundreds 200, thousands 2,000, tens of
        /// thousands 20,000.
        Ccc = "ccc",
        /// Count Love's: one of the unit, so hundreds 100, thousands 1,000, tens of thousands 10,000, and dozens 20.
        CountLove = "count_love",
        /// The least that the plural can mean, two of the unit, and open upwards.
        Literal = "literal",
    }
}

impl SizeRule {
    /// What a bare plural means as (low, high), given its unit: 12 for dozens, 10,000 for tens of thousands.
    pub const fn plural(self, unit: i64) -> (i64, Option<i64>) {
        let two = unit.saturating_mul(2);
        match self {
            Self::Ccc => (two, Some(two)),
            Self::CountLove if unit == 12 => (20, Some(20)),
            Self::CountLove => (unit, Some(unit)),
            Self::Literal => (two, None),
        }
    }
}

/// How many people took part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Size {
    /// The size in the words of the source; null where only numbers are given.
    #[schema(required = true, example = "hundreds of people")]
    pub text: Option<String>,
    /// Fewest people; null where not reported.
    #[schema(required = true, minimum = 0, example = 200)]
    pub low: Option<i64>,
    /// Most people; null with `low` set means open upwards.
    #[schema(required = true, minimum = 0, example = 400)]
    pub high: Option<i64>,
    /// The best single number of people; null where none is named. Alone, it counts as low and high.
    #[schema(required = true, minimum = 0, example = 300)]
    pub best: Option<i64>,
    /// Who or what the size goes back to.
    #[schema(example = "press")]
    pub basis: SizeBasis,
    /// The convention by which the words became numbers; null where they did not.
    #[schema(required = true, example = "ccc")]
    pub rule: Option<SizeRule>,
    /// Order of magnitude as CCC's `size_cat`: 0 unknown, 1 below 100 people, 2 below 1,000, 3 below 10,000, 4
    /// from 10,000.
    #[schema(minimum = 0, maximum = 4, example = 2)]
    pub order: i32,
}

/// What a size is made of; the rest is derived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SizeParts {
    /// The words of the source.
    pub text: Option<String>,
    /// Fewest people.
    pub low: Option<i64>,
    /// Most people.
    pub high: Option<i64>,
    /// The best single number of people.
    pub best: Option<i64>,
    /// Who or what it goes back to.
    pub basis: SizeBasis,
    /// How words become numbers, if they may.
    pub rule: Option<SizeRule>,
}

/// One thing wrong with a size.
pub type SizeFault = FieldFault;

impl Size {
    /// A size from its parts. Numbers given win over those that the words would make by the rule; a rule that had no
    /// words to work on, or made no numbers of them, is dropped.
    ///
    /// # Errors
    /// Every fault: `empty` where nothing is said, `negative`, and `range` where low, best and high are out of order.
    pub fn new(parts: SizeParts) -> Result<Self, Vec<SizeFault>> {
        let SizeParts { text, mut low, mut high, best, basis, mut rule } = parts;
        let text = text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
        if low.or(high).or(best).is_none()
            && let Some((least, most)) = text.as_deref().zip(rule).and_then(|(text, rule)| words_to_numbers(text, rule))
        {
            (low, high) = (Some(least), most);
        }
        if text.is_none() || low.or(high).or(best).is_none() {
            rule = None;
        }
        let faults = faults(text.as_deref(), low, high, best);
        if faults.is_empty() {
            Ok(Self { order: order(low, high, best), text, low, high, best, basis, rule })
        } else {
            Err(faults)
        }
    }
}

fn faults(text: Option<&str>, low: Option<i64>, high: Option<i64>, best: Option<i64>) -> Vec<SizeFault> {
    let mut faults = Vec::new();
    if text.is_none() && low.or(high).or(best).is_none() {
        let detail = "A size needs words or a number; leave `size` null where nothing is reported.";
        faults.push(SizeFault::new("text", "empty", detail));
    }
    for (field, value) in [("low", low), ("high", high), ("best", best)] {
        if value.is_some_and(|n| n < 0) {
            faults.push(SizeFault::new(field, "negative", "A number of people is 0 or more."));
        }
    }
    let above = |value: Option<i64>, limit: Option<i64>| value.zip(limit).is_some_and(|(value, limit)| value > limit);
    if above(low, high) {
        faults.push(SizeFault::new("high", "range", "`high` is below `low`."));
    } else if above(low, best) {
        faults.push(SizeFault::new("best", "range", "`best` is below `low`."));
    } else if above(best, high) {
        faults.push(SizeFault::new("best", "range", "`best` is above `high`."));
    }
    faults
}

/// The order of magnitude of the best number, else of the mean of low and high, else of low.
fn order(low: Option<i64>, high: Option<i64>, best: Option<i64>) -> i32 {
    // Twice the number, so that a mean stays whole.
    let twice = match (best, low, high) {
        (Some(best), ..) => i128::from(best) * 2,
        (None, Some(low), Some(high)) => i128::from(low) + i128::from(high),
        (None, Some(low), None) => i128::from(low) * 2,
        (None, None, _) => return 0,
    };
    match twice {
        ..200 => 1,
        200..2_000 => 2,
        2_000..20_000 => 3,
        _ => 4,
    }
}

/// The least and most people that the words mean by a rule; `None` where they name no number or one that is not sure,
/// as "several" does. Most is `None` where it is open. Bounds in words are taken as round: "more than 500" is from 500.
/// Several reports parted by `;` are taken together, and those without a number passed over.
pub fn words_to_numbers(text: &str, rule: SizeRule) -> Option<(i64, Option<i64>)> {
    let reports = text.split(';').filter_map(|report| {
        let amount = quantity::amount(report, |unit| rule.plural(unit))?;
        Some(match amount.bound {
            Bound::Plain => (amount.low, amount.high),
            Bound::AtLeast | Bound::MoreThan => (amount.low, None),
            Bound::AtMost | Bound::FewerThan => (0, Some(amount.high?)),
        })
    });
    reports.reduce(|(low, high), (other_low, other_high)| {
        (low.min(other_low), high.zip(other_high).map(|(a, b)| a.max(b)))
    })
}

/// The least and most people there may have been, for filters; an open high is `i64::MAX`. `None` where no number is
/// known, so that no filter matches.
pub fn size_range(size: &Size) -> Option<(i64, i64)> {
    match (size.low, size.high, size.best) {
        (Some(low), high, _) => Some((low, high.unwrap_or(i64::MAX))),
        (None, Some(high), best) => Some((best.unwrap_or(0), high)),
        (None, None, best) => best.map(|best| (best, best)),
    }
}

/// The number by which sizes are ordered: the best, else the least, else the most; `None` where there is none.
pub fn size_number(size: &Size) -> Option<i64> {
    size.best.or(size.low).or(size.high)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOTHING: SizeParts =
        SizeParts { text: None, low: None, high: None, best: None, basis: SizeBasis::Press, rule: None };

    fn in_words(text: &str, rule: SizeRule) -> Size {
        Size::new(SizeParts { text: Some(text.into()), rule: Some(rule), ..NOTHING }).expect("a size in words")
    }

    #[test]
    fn each_rule_reads_plurals_by_its_own_convention() {
        for (text, ccc, count_love) in [
            ("dozens", 24, 20),
            ("hundreds", 200, 100),
            ("thousands", 2_000, 1_000),
            ("tens of thousands", 20_000, 10_000),
            ("hundreds of thousands", 200_000, 100_000),
        ] {
            assert_eq!(words_to_numbers(text, SizeRule::Ccc), Some((ccc, Some(ccc))), "{text}");
            assert_eq!(words_to_numbers(text, SizeRule::CountLove), Some((count_love, Some(count_love))), "{text}");
            assert_eq!(words_to_numbers(text, SizeRule::Literal), Some((ccc, None)), "{text}");
        }
    }

    #[test]
    fn bounds_in_words_leave_the_size_open() {
        assert_eq!(words_to_numbers("at least 1,000", SizeRule::Ccc), Some((1_000, None)));
        assert_eq!(words_to_numbers("more than 500", SizeRule::Literal), Some((500, None)));
        assert_eq!(words_to_numbers("up to 2,000", SizeRule::Literal), Some((0, Some(2_000))));
        assert_eq!(words_to_numbers("up to thousands", SizeRule::Literal), None);
        assert_eq!(words_to_numbers("several", SizeRule::Ccc), None);
    }

    #[test]
    fn several_reports_are_taken_together() {
        assert_eq!(words_to_numbers("hundreds; 450; count video", SizeRule::Ccc), Some((200, Some(450))));
        assert_eq!(words_to_numbers("150; hundreds", SizeRule::Literal), Some((150, None)));
    }

    #[test]
    fn the_report_of_thousands_stays_open_upwards() {
        let size = in_words("thousands", SizeRule::Literal);
        assert_eq!((size.low, size.high, size.best, size.order), (Some(2_000), None, None, 3));
        assert_eq!(size_range(&size), Some((2_000, i64::MAX)));
    }

    #[test]
    fn numbers_given_win_over_words() {
        let parts = SizeParts { text: Some("hundreds".into()), best: Some(350), rule: Some(SizeRule::Ccc), ..NOTHING };
        let size = Size::new(parts).unwrap();
        assert_eq!((size.low, size.high, size.best), (None, None, Some(350)));
        assert_eq!(size_range(&size), Some((350, 350)));
    }

    #[test]
    fn words_without_a_number_keep_no_rule_and_match_no_filter() {
        let size = in_words("a large crowd", SizeRule::Ccc);
        assert_eq!((size.rule, size.low, size.order), (None, None, 0));
        assert_eq!(size_range(&size), None);
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let codes = |parts| Size::new(parts).unwrap_err().iter().map(|f| (f.field, f.code)).collect::<Vec<_>>();
        assert_eq!(codes(SizeParts { text: Some("  ".into()), ..NOTHING }), [("text", "empty")]);
        assert_eq!(
            codes(SizeParts { low: Some(-1), high: Some(-2), ..NOTHING }),
            [("low", "negative"), ("high", "negative"), ("high", "range")]
        );
        assert_eq!(codes(SizeParts { low: Some(10), best: Some(5), ..NOTHING }), [("best", "range")]);
        assert_eq!(codes(SizeParts { high: Some(10), best: Some(50), ..NOTHING }), [("best", "range")]);
    }

    #[test]
    fn the_order_is_that_of_the_mean_where_nothing_better_is_known() {
        let order = |low, high, best| Size::new(SizeParts { low, high, best, ..NOTHING }).unwrap().order;
        assert_eq!(order(Some(50), Some(149), None), 1);
        assert_eq!(order(Some(50), Some(150), None), 2);
        assert_eq!(order(Some(50), Some(150), Some(60)), 1);
        assert_eq!(order(Some(10_000), None, None), 4);
    }

    #[test]
    fn every_key_stands_in_json() {
        let size = Size::new(SizeParts { best: Some(3), ..NOTHING }).unwrap();
        let json = r#"{"text":null,"low":null,"high":null,"best":3,"basis":"press","rule":null,"order":1}"#;
        assert_eq!(serde_json::to_string(&size).unwrap(), json);
        assert_eq!(serde_json::from_str::<Size>(json).unwrap(), size);
    }

    proptest! {
        #[test]
        fn the_order_never_falls_as_the_best_number_grows(a in 0_i64..200_000, b in 0_i64..200_000) {
            let order = |best| Size::new(SizeParts { best: Some(best), ..NOTHING }).unwrap().order;
            prop_assert!(order(a.min(b)) <= order(a.max(b)));
        }

        #[test]
        fn a_valid_size_reads_back_unchanged(
            text in prop::option::of("[a-z 0-9]{1,12}"), rule in prop::option::of(prop::sample::select(SizeRule::ALL)),
            low in prop::option::of(0_i64..5_000),
            high in prop::option::of(0_i64..5_000),
            best in prop::option::of(0_i64..5_000),
        ) {
            if let Ok(size) = Size::new(SizeParts { text, low, high, best, basis: SizeBasis::Count, rule }) {
                let Size { text, low, high, best, basis, rule, .. } = size.clone();
                prop_assert_eq!(Size::new(SizeParts { text, low, high, best, basis, rule }), Ok(size.clone()));
                if let Some((least, most)) = size_range(&size) {
                    prop_assert!(least <= most && best.is_none_or(|best| (least..=most).contains(&best)));
                }
            }
        }

        #[test]
        fn words_are_read_without_a_panic(text in any::<String>(), rule in prop::sample::select(SizeRule::ALL)) {
            let _ = words_to_numbers(&text, rule);
        }
    }
}
