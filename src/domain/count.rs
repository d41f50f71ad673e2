//! How many were arrested, held, hurt or killed, and what else followed from an event.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::code::codes;
use super::quantity::{self, Bound, FieldFault};
use super::size::SizeRule;

codes! {
    /// What is known of a number.
    pub enum CountState {
        /// It is known that there were none.
        Zero = "none",
        /// There were some, and how many in all is not said.
        Some = "some",
        /// The number, or a range for it, is known.
        Number = "number",
    }
}

/// How many people something happened to. Where a count is null nothing is reported, which never means none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Count {
    /// Whether there were none, some, or a known number.
    #[schema(example = "number")]
    pub state: CountState,
    /// Fewest people: 0 for `none`, at least 1 for `some`.
    #[schema(required = true, minimum = 0, example = 3)]
    pub low: Option<i64>,
    /// Most people: 0 for `none`; null where it is open, as it may be for `some`.
    #[schema(required = true, minimum = 0, example = 3)]
    pub high: Option<i64>,
}

/// One thing wrong with a count.
pub type CountFault = FieldFault;

impl Count {
    /// None at all.
    pub const ZERO: Self = Self { state: CountState::Zero, low: Some(0), high: Some(0) };
    /// Some, it is not said how many.
    pub const SOME: Self = Self { state: CountState::Some, low: Some(1), high: None };

    /// A count in its one form: `none` is 0 to 0; `some` is from `low`, or 1, and open unless `high` is given; a
    /// `number` needs `low`, which `high` equals unless given, and is written `none` where it is 0.
    ///
    /// # Errors
    /// Every fault: `negative`, `range` where high is below low, `required` where a number has no low, and
    /// `contradiction` where the numbers do not fit the state.
    pub fn new(state: CountState, low: Option<i64>, high: Option<i64>) -> Result<Self, Vec<CountFault>> {
        let mut faults = Vec::new();
        for (field, value) in [("low", low), ("high", high)] {
            match (state, value) {
                (_, Some(..=-1)) => faults.push(CountFault::new(field, "negative", "A number of people is 0 or more.")),
                (CountState::Zero, Some(1..)) => {
                    faults.push(CountFault::new(field, "contradiction", "With `none` it can only be 0."));
                }
                (CountState::Some, Some(0)) => {
                    faults.push(CountFault::new(field, "contradiction", "With `some` there was at least 1."));
                }
                _ => {}
            }
        }
        if low.zip(high).is_some_and(|(low, high)| low > high) {
            faults.push(CountFault::new("high", "range", "`high` is below `low`."));
        }
        if state == CountState::Number && low.is_none() {
            faults.push(CountFault::new(
                "low",
                "required",
                "A number needs `low`; write `some` where it is not known.",
            ));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(match state {
            CountState::Zero => Self::ZERO,
            CountState::Some => Self { state, low: low.or(Some(1)), high },
            CountState::Number => low.map_or(Self::SOME, |low| Self::between(low, high.unwrap_or(low))),
        })
    }

    const fn between(low: i64, high: i64) -> Self {
        if high == 0 { Self::ZERO } else { Self { state: CountState::Number, low: Some(low), high: Some(high) } }
    }

    const fn from(low: i64) -> Self {
        Self { state: CountState::Some, low: Some(if low > 1 { low } else { 1 }), high: None }
    }

    /// The count that words name, as the cells of data sets hold them: "3", "none", "more than 5", "unspecified",
    /// "several", "about 10". Plurals mean the least they can. `None` where the words name no count.
    ///
    /// Unlike with crowds, "more than 5" is taken to the letter: at least 6.
    pub fn parse_words(words: &str) -> Option<Self> {
        let plain = words.trim().to_lowercase();
        match plain.as_str() {
            "none" | "no" | "nil" | "nobody" | "no one" => return Some(Self::ZERO),
            "yes"
            | "some"
            | "any"
            | "unspecified"
            | "unspecified number"
            | "an unspecified number"
            | "at least some" => return Some(Self::SOME),
            "several" | "multiple" | "many" | "numerous" | "few" | "a few" | "a handful" | "a number" => {
                return Some(Self::from(2));
            }
            _ => {}
        }
        let amount = quantity::amount(&plain, |unit| SizeRule::Literal.plural(unit))?;
        Some(match (amount.bound, amount.high) {
            (Bound::Plain, Some(high)) => Self::between(amount.low, high),
            (Bound::Plain | Bound::AtLeast, _) => Self::from(amount.low),
            (Bound::MoreThan, _) => Self::from(amount.low.saturating_add(1)),
            (Bound::AtMost, Some(high)) => Self::between(0, high),
            (Bound::FewerThan, Some(high)) => Self::between(0, high.saturating_sub(1).max(0)),
            // "Up to hundreds" bounds nothing.
            (Bound::AtMost | Bound::FewerThan, None) => return None,
        })
    }
}

/// A count for each side, each null where nothing is reported.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ByGroup {
    /// People who took part.
    #[schema(required = true)]
    pub participants: Option<Count>,
    /// Officers, agents and soldiers.
    #[schema(required = true)]
    pub police: Option<Count>,
    /// Anyone else: bystanders, journalists, the people acted against.
    #[schema(required = true)]
    pub others: Option<Count>,
    /// People of whom it is not said which side they were on.
    #[schema(required = true)]
    pub unspecified: Option<Count>,
}

/// What followed from an event; null where nothing is reported.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Outcomes {
    /// People arrested.
    #[schema(required = true)]
    pub arrests: Option<Count>,
    /// People held without being arrested, or before it.
    #[schema(required = true)]
    pub detained: Option<Count>,
    /// People injured, by side.
    pub injuries: ByGroup,
    /// People who died, by side.
    pub deaths: ByGroup,
    /// Kinds of property damage; empty where none is reported.
    #[schema(example = json!(["broken windows"]))]
    pub property_damage: Vec<String>,
    /// What participants did; empty where nothing is reported.
    #[schema(example = json!(["objects thrown"]))]
    pub participant_measures: Vec<String>,
    /// What officers did; empty where nothing is reported.
    #[schema(example = json!(["dispersal order", "pepper balls"]))]
    pub police_measures: Vec<String>,
}

/// What happened to people, of which events report a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Toll {
    /// They were arrested.
    Arrests,
    /// They were held without being arrested, or before it.
    Detained,
    /// They were injured, on whatever side.
    Injuries,
    /// They died, on whatever side.
    Deaths,
}

impl Toll {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Arrests, Self::Detained, Self::Injuries, Self::Deaths];
}

impl Outcomes {
    /// The fewest people that it happened to, on all sides of which something is reported; `None` where that is none.
    pub fn fewest(&self, toll: Toll) -> Option<i64> {
        let of_group = |groups: &ByGroup| [groups.participants, groups.police, groups.others, groups.unspecified];
        let counts = match toll {
            Toll::Arrests => [self.arrests, None, None, None],
            Toll::Detained => [self.detained, None, None, None],
            Toll::Injuries => of_group(&self.injuries),
            Toll::Deaths => of_group(&self.deaths),
        };
        counts.into_iter().flatten().filter_map(|count| count.low).reduce(i64::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "compared with options throughout")]
    fn count(state: CountState, low: i64, high: impl Into<Option<i64>>) -> Option<Count> {
        Some(Count { state, low: Some(low), high: high.into() })
    }

    #[test]
    fn each_state_has_one_form() {
        use CountState::{Number, Zero};
        for (state, low, high, expected) in [
            (Zero, None, None, count(Zero, 0, 0)),
            (Zero, Some(0), Some(0), count(Zero, 0, 0)),
            (CountState::Some, None, None, count(CountState::Some, 1, None)),
            (CountState::Some, Some(5), Some(9), count(CountState::Some, 5, 9)),
            (Number, Some(3), None, count(Number, 3, 3)),
            (Number, Some(0), Some(4), count(Number, 0, 4)),
            (Number, Some(0), None, count(Zero, 0, 0)),
        ] {
            assert_eq!(Count::new(state, low, high).ok(), expected, "{state} {low:?} {high:?}");
        }
    }

    #[test]
    fn numbers_that_do_not_fit_are_all_told() {
        let codes = |state, low, high| {
            Count::new(state, low, high).unwrap_err().iter().map(|f| (f.field, f.code)).collect::<Vec<_>>()
        };
        assert_eq!(codes(CountState::Zero, Some(1), Some(2)), [("low", "contradiction"), ("high", "contradiction")]);
        assert_eq!(codes(CountState::Some, None, Some(0)), [("high", "contradiction")]);
        assert_eq!(codes(CountState::Number, None, Some(-4)), [("high", "negative"), ("low", "required")]);
        assert_eq!(codes(CountState::Number, Some(9), Some(4)), [("high", "range")]);
    }

    #[test]
    fn the_words_of_data_sets_become_counts() {
        use CountState::Number;
        for (words, expected) in [
            ("0", Some(Count::ZERO)),
            ("None", Some(Count::ZERO)),
            ("zero", Some(Count::ZERO)),
            ("0.0", Some(Count::ZERO)),
            ("unspecified", Some(Count::SOME)),
            ("3", count(Number, 3, 3)),
            (" 2.0 ", count(Number, 2, 2)),
            ("about 10", count(Number, 10, 10)),
            ("2-4", count(Number, 2, 4)),
            ("up to 5", count(Number, 0, 5)),
            ("fewer than 5", count(Number, 0, 4)),
            ("at least 2", count(CountState::Some, 2, None)),
            ("more than 5", count(CountState::Some, 6, None)),
            ("10+", count(CountState::Some, 10, None)),
            ("several", count(CountState::Some, 2, None)),
            ("dozens", count(CountState::Some, 24, None)),
            ("one person", count(Number, 1, 1)),
            ("", None),
            ("unknown", None),
            ("pepper spray", None),
            ("-3", None),
        ] {
            assert_eq!(Count::parse_words(words), expected, "{words}");
        }
    }

    #[test]
    fn every_key_stands_in_json() {
        let outcomes = Outcomes { arrests: Some(Count::SOME), ..Outcomes::default() };
        let groups = serde_json::json!({"participants": null, "police": null, "others": null, "unspecified": null});
        let json = serde_json::json!({
            "arrests": {"state": "some", "low": 1, "high": null}, "detained": null,
            "injuries": groups, "deaths": groups,
            "property_damage": [], "participant_measures": [], "police_measures": [],
        });
        assert_eq!(serde_json::to_value(&outcomes).unwrap(), json);
        assert_eq!(serde_json::from_value::<Outcomes>(json).unwrap(), outcomes);
    }

    proptest! {
        #[test]
        fn a_count_reads_back_unchanged(
            state in prop::sample::select(CountState::ALL),
            low in prop::option::of(-2_i64..9),
            high in prop::option::of(-2_i64..9),
        ) {
            if let Ok(count) = Count::new(state, low, high) {
                prop_assert_eq!(Count::new(count.state, count.low, count.high), Ok(count));
                prop_assert_eq!(count.state == CountState::Zero, count.high == Some(0));
            }
        }

        #[test]
        fn words_make_only_valid_counts(
            words in any::<String>(),
            known in "(at least|over|under|about|up to)? ?[0-9]{1,3}(\\+|-[0-9]{1,3})?",
        ) {
            for words in [words, known] {
                if let Some(count) = Count::parse_words(&words) {
                    prop_assert_eq!(Count::new(count.state, count.low, count.high), Ok(count), "{}", words);
                }
            }
        }
    }
}
