//! Random questions for words. A word is drawn out of the text of an event that is drawn, so that words come as often as they
//! stand in texts.

use std::collections::{HashMap, HashSet};

use fastrand::Rng;
use marchline::text::words::{stems, texts_of, words};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::draw::{Known, World, weighted};

/// A word is rare when one in so many events has it, or fewer.
const RARE: usize = 100;
/// Events that are drawn before it is said that there are no such words.
const PATIENCE: usize = 1_000;

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// One word that is rare.
    Rare,
    /// One or two words of any kind.
    Any,
    /// One to three words of any kind, in the order of relevance.
    Best,
}

/// A question for words: its query string, and the operation that wrote the event that has them.
pub type DrawnWords = (String, i64);

/// The words of the events of a world.
pub struct Vocabulary<'a> {
    world: &'a World<'a>,
    /// In how many of these events a word stands, by its English stem.
    events: HashMap<String, usize>,
}

impl<'a> Vocabulary<'a> {
    /// Reads all that the events say.
    pub fn of(world: &'a World<'a>) -> Self {
        let mut events: HashMap<String, usize> = HashMap::new();
        for event in &world.events {
            let distinct: HashSet<String> = words_of(event).iter().map(|word| stem(word)).collect();
            for stem in distinct {
                *events.entry(stem).or_default() += 1;
            }
        }
        Self { world, events }
    }

    /// Draws a question; none where there are no such words.
    pub fn draw(&self, rng: &mut Rng, wanted: Wanted) -> Option<DrawnWords> {
        let (count, order) = match wanted {
            Wanted::Rare => (1, ""),
            Wanted::Any => (weighted(rng, &[(1, 70), (2, 30)]), ""),
            Wanted::Best => (weighted(rng, &[(1, 40), (2, 40), (3, 20)]), "&sort=relevance"),
        };
        for _ in 0..PATIENCE {
            let event = self.world.any(rng);
            let mut words = words_of(event);
            words.retain(|word| wanted != Wanted::Rare || self.is_rare(word));
            if words.is_empty() {
                continue;
            }
            let words: Vec<String> = (0..count).map(|_| words[rng.usize(..words.len())].clone()).collect();
            let text = utf8_percent_encode(&words.join(" "), NON_ALPHANUMERIC).to_string();
            return Some((format!("q={text}{order}"), event.seq));
        }
        None
    }

    fn is_rare(&self, word: &str) -> bool {
        self.events.get(&stem(word)).is_none_or(|events| events * RARE <= self.world.events.len())
    }
}

fn words_of(event: &Known) -> Vec<String> {
    texts_of(&event.content).flat_map(|text| words(text.text)).collect()
}

fn stem(word: &str) -> String {
    let [english, ..] = stems(word);
    english
}
