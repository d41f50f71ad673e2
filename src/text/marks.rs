//! Where in a text something stands that was asked for.

use std::ops::Range;

use super::part::{Kind, Part};
use super::words::{Rules, located};

/// The bytes of a text that have one of these parts, in order; what touches or overlaps is one.
pub fn marks(parts: &[Part], text: &str, rules: Rules) -> Vec<Range<usize>> {
    let words = located(text);
    let mut found: Vec<Range<usize>> = parts.iter().flat_map(|part| part.marks(&words, rules)).collect();
    found.sort_unstable_by_key(|range| (range.start, range.end));
    let mut marks: Vec<Range<usize>> = Vec::with_capacity(found.len());
    for range in found {
        match marks.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => marks.push(range),
        }
    }
    marks
}

impl Part {
    /// Where it stands among the words of a text.
    fn marks(&self, words: &[(Range<usize>, String)], rules: Rules) -> Vec<Range<usize>> {
        let sought: Vec<&str> = self.terms().collect();
        let single = |is_meant: &dyn Fn(&str) -> bool| {
            words.iter().filter(|(_, word)| is_meant(word)).map(|(at, _)| at.clone()).collect()
        };
        match self.kind {
            Kind::Word => single(&|word| rules.stems(word).any(|stem| sought.contains(&stem.as_str()))),
            Kind::Prefix => single(&|word| sought.iter().any(|prefix| word.starts_with(prefix))),
            Kind::Phrase => {
                let is_meant = |run: &&[(Range<usize>, String)]| run.iter().map(|(_, word)| word).eq(&sought);
                let runs = words.windows(sought.len().max(1)).filter(is_meant);
                runs.filter_map(|run| Some(run.first()?.0.start..run.last()?.0.end)).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::words::{Words, words};

    fn shown<'t>(parts: &[Part], text: &'t str, rules: Rules) -> Vec<&'t str> {
        marks(parts, text, rules).into_iter().map(|at| &text[at]).collect()
    }

    #[test]
    fn words_phrases_and_beginnings_are_marked_as_they_stand() {
        let text = "Los INMIGRANTES, por la Inmigración: ¡no más redadas!";
        assert_eq!(shown(&[Part::word("inmigracion")], text, Rules::Spanish), ["INMIGRANTES", "Inmigración"]);
        assert_eq!(shown(&[Part::word("inmigracion")], text, Rules::None), ["Inmigración"]);
        assert_eq!(shown(&[Part::phrase(&words("NO MAS"))], text, Rules::Either), ["no más"]);
        assert_eq!(
            shown(&[Part::prefix("re"), Part::prefix("in")], text, Rules::None),
            ["INMIGRANTES", "Inmigración", "redadas"]
        );
        assert_eq!(
            shown(&[Part::phrase(&words("no mas")), Part::phrase(&words("mas redadas"))], text, Rules::None),
            ["no más redadas"]
        );
        assert!(shown(&[Part::phrase(&words("mas no"))], text, Rules::Either).is_empty());
    }

    proptest! {
        #[test]
        fn what_is_marked_is_what_is_found(text in "[aás. ]{0,20}", asked in "[as]{1,3}", kind in 0..3, rules in 0..4) {
            let rules = [Rules::English, Rules::Spanish, Rules::Either, Rules::None][usize::try_from(rules).unwrap()];
            let part = match kind {
                0 => Part::word(&asked),
                1 => Part::prefix(&asked),
                _ => Part::phrase(&asked.chars().map(String::from).collect::<Vec<_>>()),
            };
            let mut scanned = Words::default();
            scanned.add(&text, rules);
            prop_assert_eq!(!shown(std::slice::from_ref(&part), &text, rules).is_empty(), part.is_in(&scanned));
        }
    }
}
