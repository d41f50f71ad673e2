//! The English words that amounts are made of.

use super::quantity::Bound;

/// What may stand before an amount and says which way it is open.
pub const OPENINGS: &[(&str, Bound)] = &[
    ("at least", Bound::AtLeast),
    ("no fewer than", Bound::AtLeast),
    ("no less than", Bound::AtLeast),
    ("minimum", Bound::AtLeast),
    ("≥", Bound::AtLeast),
    ("more than", Bound::MoreThan),
    ("greater than", Bound::MoreThan),
    ("over", Bound::MoreThan),
    ("above", Bound::MoreThan),
    ("upwards of", Bound::MoreThan),
    ("upward of", Bound::MoreThan),
    ("in excess of", Bound::MoreThan),
    (">", Bound::MoreThan),
    ("up to", Bound::AtMost),
    ("at most", Bound::AtMost),
    ("no more than", Bound::AtMost),
    ("as many as", Bound::AtMost),
    ("maximum", Bound::AtMost),
    ("≤", Bound::AtMost),
    ("fewer than", Bound::FewerThan),
    ("less than", Bound::FewerThan),
    ("under", Bound::FewerThan),
    ("below", Bound::FewerThan),
    ("<", Bound::FewerThan),
    ("close to", Bound::Plain),
];

/// What may stand after an amount and says which way it is open.
pub const CLOSINGS: &[(&str, Bound)] = &[
    ("or more", Bound::AtLeast),
    ("and more", Bound::AtLeast),
    ("- plus", Bound::AtLeast),
    ("plus", Bound::AtLeast),
    ("+", Bound::AtLeast),
    ("or fewer", Bound::AtMost),
    ("or less", Bound::AtMost),
    ("or so", Bound::Plain),
];

/// What may stand between the two ends of a range.
pub const CONNECTORS: &[&str] = &["to", "-", "or", "possibly", "perhaps", "maybe", "if not"];

/// Words that may stand before an amount without changing it.
pub const FILLERS: &str = "a an the of about around approximately approx roughly some nearly almost estimated \
    estimate est ca circa perhaps maybe possibly probably likely reportedly only just from crowd crowds group groups \
    total number numbering numbered people protesters participants demonstrators marchers attendees";

/// What a number is of where it is not of people.
pub const NOT_PEOPLE: &str = "percent cars vehicles trucks boats tractors bikes hours minutes days miles blocks feet \
    cities towns locations places signs candles";

/// The unit of a plural that stands alone, as in "hundreds".
pub fn plural_unit(word: &str) -> Option<i64> {
    match word {
        "tens" => Some(10),
        _ => unit(word.strip_suffix('s')?),
    }
}

/// The unit that a number is multiplied by, as in "two hundred".
pub fn unit(word: &str) -> Option<i64> {
    match word {
        "dozen" => Some(12),
        "score" => Some(20),
        "hundred" => Some(100),
        "thousand" => Some(1_000),
        "million" => Some(1_000_000),
        _ => None,
    }
}

/// A number below 100 that is one word.
pub fn small(word: &str) -> Option<i64> {
    const ONES: &str = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen \
        sixteen seventeen eighteen nineteen";
    const TENS: &str = "twenty thirty forty fifty sixty seventy eighty ninety";
    let value = |list: &str, first, step| {
        (first..).step_by(step).zip(list.split(' ')).find(|(_, w)| *w == word).map(|(n, _)| n)
    };
    if word == "couple" { Some(2) } else { value(ONES, 0, 1).or_else(|| value(TENS, 20, 10)) }
}

/// Whether a word is part of a number.
pub fn is_numeric(word: &str) -> bool {
    plural_unit(word).or_else(|| unit(word)).or_else(|| small(word)).is_some()
}
