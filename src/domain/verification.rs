//! How well an event is established, and who says so.

use super::code::codes;

codes! {
    /// How well an event is established.
    pub enum Verification {
        /// One publisher reports it.
        Reported = "reported",
        /// Two or more distinct publishers report it.
        Corroborated = "corroborated",
        /// An editor is satisfied that it happened as described.
        Confirmed = "confirmed",
        /// Sources contradict each other on whether or how it happened.
        Disputed = "disputed",
    }
}

codes! {
    /// Who set an event's verification.
    pub enum VerificationBy {
        /// Counted from its publishers, and fixed when this version was written.
        Rule = "rule",
        /// Judged by an editor.
        Editor = "editor",
    }
}

/// What the number of distinct publishers says: two or more corroborate an event, fewer report it.
///
/// The caller gives the publisher each source goes back to: where a source names `syndicated_from`, the publisher at
/// the end of that chain, so that one wire report printed by many papers counts once. Names are compared without
/// regard to case and surrounding white space; an empty name is nobody's.
pub fn by_rule<'a>(publishers: impl Iterator<Item = &'a str>) -> Verification {
    let mut names = publishers.map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty());
    let first = names.next();
    if names.any(|name| first.as_deref() != Some(name.as_str())) {
        Verification::Corroborated
    } else {
        Verification::Reported
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_publisher_under_two_spellings_does_not_corroborate_itself() {
        assert_eq!(by_rule(["Parriva", " PARRIVA ", ""].into_iter()), Verification::Reported);
        assert_eq!(by_rule(["El Ñandú", "el ñandú"].into_iter()), Verification::Reported);
        assert_eq!(by_rule(std::iter::empty()), Verification::Reported);
    }

    #[test]
    fn a_second_publisher_corroborates_wherever_it_stands() {
        assert_eq!(by_rule(["Parriva", "Parriva", "LA Taco"].into_iter()), Verification::Corroborated);
    }

    proptest! {
        #[test]
        fn the_rule_counts_distinct_names_in_any_order(mut names in prop::collection::vec("[ab]{0,2}", 0..5)) {
            let distinct: HashSet<_> = names.iter().filter(|n| !n.is_empty()).cloned().collect();
            let ruled = by_rule(names.iter().map(String::as_str));
            prop_assert_eq!(ruled == Verification::Corroborated, distinct.len() >= 2);
            names.reverse();
            prop_assert_eq!(by_rule(names.iter().map(String::as_str)), ruled);
        }
    }
}
