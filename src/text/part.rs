//! What is asked of a text: a word, a phrase, or how a word begins.

use memchr::memmem;

use super::words::{EventWords, Words, stems};

/// One thing that a text must have, or must not have.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Part {
    /// How it is asked.
    pub kind: Kind,
    /// What is sought in the text, between spaces as words stand there; one of them is enough.
    needles: Vec<String>,
}

/// How something is asked of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A word in any of its forms.
    Word,
    /// Words that follow one another, each as it stands.
    Phrase,
    /// The beginning of a word.
    Prefix,
}

impl Part {
    /// A word in any of its forms.
    pub fn word(folded: &str) -> Self {
        Self { kind: Kind::Word, needles: stems(folded).map(|stem| format!(" {stem} ")).into() }
    }

    /// Words that follow one another in one text.
    pub fn phrase(folded: &[String]) -> Self {
        Self { kind: Kind::Phrase, needles: vec![format!(" {} ", folded.join(" "))] }
    }

    /// The beginning of a word.
    pub fn prefix(folded: &str) -> Self {
        Self { kind: Kind::Prefix, needles: vec![format!(" {folded}")] }
    }

    /// Whether texts have it.
    pub fn is_in(&self, words: &Words) -> bool {
        let text = if self.kind == Kind::Word { &words.stems } else { &words.plain };
        self.needles.iter().any(|needle| memmem::find(text.as_bytes(), needle.as_bytes()).is_some())
    }

    /// Whether an event has it, and that in its title.
    pub fn place_in(&self, words: &EventWords) -> Option<Place> {
        if self.is_in(&words.title) {
            return Some(Place::Title);
        }
        self.is_in(&words.body).then_some(Place::Body)
    }

    /// The words that are sought: stems of which one is enough, words that follow one another, or the beginning of one.
    pub fn terms(&self) -> impl Iterator<Item = &str> {
        self.needles.iter().flat_map(|needle| needle.split_ascii_whitespace())
    }
}

/// Where in an event something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a title.
    Title,
    /// In a summary or a demand, and in no title.
    Body,
}
