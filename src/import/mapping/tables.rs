//! Words and what they mean.

use std::collections::HashMap;

use crate::domain::crosswalk::{Vocabulary, crosswalk};
use crate::domain::vocabulary::EventType;

/// What a table does with what it does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Otherwise {
    /// It is lost, and told as an error.
    Error,
    /// The record is refused.
    Refuse,
    /// The record is left aside.
    Ignore,
    /// It is lost, and counted as a loss.
    Lose,
    /// It is left out.
    Drop,
    /// It stays as it is.
    Keep,
}

/// Words and what they mean.
#[derive(Clone, Debug)]
pub struct Table {
    /// By words in lower case, and without what a loose table has no regard to.
    pub entries: HashMap<String, Vec<String>>,
    /// Whether white space, hyphens and underscores make no difference.
    pub is_loose: bool,
    /// Whether a word is looked for by how it begins; the longest entry wins.
    pub by_start: bool,
    /// A vocabulary that is asked for what has no entry: only what means exactly one of our types is known.
    pub vocabulary: Option<Vocabulary>,
    /// What is done with what is not known.
    pub otherwise: Otherwise,
    /// What is told of it.
    pub reason: Option<String>,
}

impl Table {
    /// What a word means, in any case; `None` where the table does not know it.
    pub fn get(&self, word: &str) -> Option<Vec<String>> {
        let key = key(word, self.is_loose);
        if let Some(found) = self.entries.get(&key) {
            return Some(found.clone());
        }
        if self.by_start {
            let begins = self.entries.iter().filter(|(start, _)| key.starts_with(start.as_str()));
            if let Some((_, found)) = begins.max_by_key(|(start, _)| start.len()) {
                return Some(found.clone());
            }
        }
        let kind = meant_by(word, self.vocabulary?)?;
        Some(vec![kind.code().to_owned()])
    }
}

/// What a word is looked for by.
pub fn key(word: &str, is_loose: bool) -> String {
    let counts = |c: &char| !(c.is_whitespace() || matches!(c, '-' | '‐' | '‑' | '–' | '_'));
    if is_loose { word.chars().filter(counts).flat_map(char::to_lowercase).collect() } else { word.to_lowercase() }
}

/// The type that is exactly what a code of another vocabulary means.
fn meant_by(code: &str, vocabulary: Vocabulary) -> Option<EventType> {
    let is_meant = |kind: &&EventType| {
        let entry = crosswalk(**kind, vocabulary);
        entry.exact && entry.code.is_some_and(|known| known.eq_ignore_ascii_case(code))
    };
    EventType::ALL.iter().find(is_meant).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loose_table_has_no_regard_to_hyphens_and_white_space() {
        let table = |is_loose| Table {
            entries: [(key("Sit-in", is_loose), vec!["sit_in".to_owned()])].into(),
            is_loose,
            by_start: false,
            vocabulary: None,
            otherwise: Otherwise::Error,
            reason: None,
        };
        for word in ["sit-in", "SIT IN", "Sit_In", "sitin"] {
            assert!(table(true).get(word).is_some(), "{word}");
        }
        assert_eq!((table(false).get("SIT-IN").is_some(), table(false).get("sit in")), (true, None));
    }
}
