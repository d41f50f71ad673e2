//! `q`: words that an event must have in its text or in the names of its actors and places, and those it must not have.

use super::params::{Unread, shown};
use super::plan::numbers;
use crate::index::search::{Group, Wanted};
use crate::index::sight::Sight;
use crate::text::part::Part;
use crate::text::shelf::TextError;
use crate::text::words::words;

/// Most letters of `q`.
pub const MAX_LENGTH: usize = 1_000;
/// Most words and phrases of `q`, and words of one phrase.
pub const MAX_PARTS: usize = 32;
/// Fewest letters that a prefix must have: fewer begin too many words to say anything.
pub const MIN_PREFIX: usize = 2;

/// What an event must have in its text or in the names of its actors and places.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TextQuery {
    /// It must have all of these.
    pub wanted: Vec<Part>,
    /// It must have none of these.
    pub excluded: Vec<Part>,
}

impl TextQuery {
    /// Reads words, `"phrases"`, `-excluded` ones and prefixes with a `*` behind them.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Unread> {
        if text.chars().count() > MAX_LENGTH {
            return Err(Unread::new("too_long", format!("At most {MAX_LENGTH} letters are allowed.")));
        }
        let text = text.replace(['“', '”', '„'], "\"");
        let (mut query, mut rest) = (Self::default(), text.trim_start());
        while !rest.is_empty() {
            let bare = rest.strip_prefix('-');
            let (part, left) = next(bare.unwrap_or(rest))?;
            let list = if bare.is_some() { &mut query.excluded } else { &mut query.wanted };
            list.extend(part.filter(|part| !list.contains(part)));
            rest = left.trim_start();
        }
        match query.wanted.len() + query.excluded.len() {
            0 => Err(Unread::new("no_words", "There is no word in it.")),
            1..=MAX_PARTS => Ok(query),
            _ => Err(Unread::new("too_many", format!("At most {MAX_PARTS} words and phrases are allowed."))),
        }
    }

    /// Whether nothing is asked.
    pub const fn is_empty(&self) -> bool {
        self.wanted.is_empty() && self.excluded.is_empty()
    }

    /// What an event must be to have what is wanted, and nothing of what is not, with the names of a moment.
    ///
    /// # Errors
    /// While the words of events are not known, and when they cannot be read.
    pub fn groups(&self, sight: Sight<'_>) -> Result<Vec<Group>, TextError> {
        let wanted = self.wanted.iter().map(|part| Ok(Group { any: Some(having(part, sight)?), ..Group::default() }));
        let excluded = self.excluded.iter().map(|part| Ok(Group { any: None, none: having(part, sight)? }));
        wanted.chain(excluded).collect()
    }
}

/// The first part of a text, none where it is no word, and what follows.
fn next(text: &str) -> Result<(Option<Part>, &str), Unread> {
    let star = |detail: &str| Unread::new("misplaced_star", detail);
    if let Some(quoted) = text.strip_prefix('"') {
        let unbalanced = || Unread::new("unbalanced_quotes", "A quotation mark opens a phrase that nothing closes.");
        let (phrase, rest) = quoted.split_once('"').ok_or_else(unbalanced)?;
        if phrase.contains('*') {
            return Err(star("A `*` cannot stand in a phrase."));
        }
        let words = words(phrase);
        if words.len() > MAX_PARTS {
            return Err(Unread::new("too_many", format!("At most {MAX_PARTS} words are allowed in a phrase.")));
        }
        let empty = || Unread::new("no_words", "There is a phrase without words.");
        return Ok((Some((!words.is_empty()).then(|| Part::phrase(&words)).ok_or_else(empty)?), rest));
    }
    let (word, rest) = text.split_at(text.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(text.len()));
    let prefix = word.strip_suffix('*');
    let words = words(word);
    if prefix.unwrap_or(word).contains('*') {
        return Err(star("A `*` stands only behind the beginning of a word."));
    }
    let part = match (&words[..], prefix) {
        ([], None) => None,
        ([word], None) => Some(Part::word(word)),
        // What is written with a hyphen or an apostrophe.
        (words, None) => Some(Part::phrase(words)),
        ([word], Some(_)) if word.chars().count() >= MIN_PREFIX => Some(Part::prefix(word)),
        ([] | [_], Some(_)) => {
            let detail = format!("A `*` needs at least {MIN_PREFIX} letters in front of it.");
            return Err(Unread::new("prefix_too_short", detail));
        }
        (_, Some(_)) => {
            let detail = format!("`{}` is more than one word; a prefix is a single one.", shown(word));
            return Err(star(&detail));
        }
    };
    Ok((part, rest))
}

/// What has a part: by its text, or by what it names.
fn having(part: &Part, sight: Sight<'_>) -> Result<Wanted, TextError> {
    let hits = sight.state.text.find(part)?;
    let (lookup, called) = (&sight.state.events.lookup, sight.state.entities.names.having(part, sight.names()));
    let mut entities = numbers(&lookup.actors, &lookup.actors.naming(called.iter().copied()));
    entities.extend(numbers(&lookup.places, &lookup.places.naming(called.iter().copied())));
    Ok(Wanted { text: Some(hits.into()), ..Wanted::of(entities) })
}
