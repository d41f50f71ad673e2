//! The words in the names and aliases of actors and locations, so that a search finds the few that have one.

use std::collections::BTreeMap;
use std::ops::Bound;

use hashbrown::HashSet;
use uuid::Uuid;

use super::entities::Moment;
use crate::domain::content::Content;
use crate::text::part::{Kind, Part};
use crate::text::words::Words;

/// The members that ever had a word in a name. What they are called at a moment is looked up when one is found.
#[derive(Debug, Default)]
pub struct Names {
    /// By words as they stand.
    plain: BTreeMap<String, Vec<Uuid>>,
    /// By stems.
    stems: BTreeMap<String, Vec<Uuid>>,
}

/// The words of the names that a member is found by.
fn names_of(content: &Content) -> Option<Words> {
    match content {
        Content::Actor(actor) => {
            Some(Words::of_names(std::iter::once(&actor.name).chain(&actor.aliases).map(String::as_str)))
        }
        Content::Location(location) => Some(Words::of_names(std::iter::once(location.name.as_str()))),
        _ => None,
    }
}

fn note(list: &mut BTreeMap<String, Vec<Uuid>>, words: &str, id: Uuid) {
    for word in words.split_ascii_whitespace() {
        let known = list.entry(word.to_owned()).or_default();
        if known.last() != Some(&id) {
            known.push(id);
        }
    }
}

impl Names {
    /// Takes in a version of a member.
    pub fn note(&mut self, id: Uuid, content: &Content) {
        if let Some(words) = names_of(content) {
            note(&mut self.plain, &words.plain, id);
            note(&mut self.stems, &words.stems, id);
        }
    }

    /// The members that have something in a name at a moment.
    pub fn having(&self, part: &Part, names: Moment<'_>) -> HashSet<Uuid> {
        let is_single = part.kind != Kind::Phrase || part.terms().count() == 1;
        let has = |id: &Uuid| {
            // What was never called otherwise needs no second look.
            let is_sure = || is_single && names.has_one_version(*id);
            let has_words = || names_of(names.known(*id)?.1).map(|words| part.is_in(&words));
            is_sure() || has_words() == Some(true)
        };
        self.candidates(part).into_iter().filter(has).collect()
    }

    fn candidates(&self, part: &Part) -> HashSet<Uuid> {
        let of = |list: &BTreeMap<String, Vec<Uuid>>, word: &str| list.get(word).cloned().unwrap_or_default();
        match part.kind {
            Kind::Word => part.terms().flat_map(|stem| of(&self.stems, stem)).collect(),
            // The word that the fewest have.
            Kind::Phrase => {
                part.terms().map(|word| of(&self.plain, word)).min_by_key(Vec::len).into_iter().flatten().collect()
            }
            Kind::Prefix => {
                let prefix = part.terms().next().unwrap_or_default();
                let from = (Bound::Included(prefix), Bound::Unbounded);
                let found = self.plain.range::<str, _>(from).take_while(|(word, _)| word.starts_with(prefix));
                found.flat_map(|(_, ids)| ids.iter().copied()).collect()
            }
        }
    }
}
