//! Text as words: without case and accents, in the order in which they stand, and as stems by the rules of their language.

use std::fmt::Write;
use std::ops::Range;

use frostem::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::domain::event::EventContent;

/// Letters of a word that are looked at; what is longer is no word of any language.
const LONGEST: usize = 64;

/// The words of a text, without case and accents: runs of letters and digits.
pub fn words(text: &str) -> Vec<String> {
    located(text).into_iter().map(|(_, word)| word).collect()
}

/// The same, each with the bytes of the text that it is made of. Of a letter that stands for several, such as ½, two words may be.
pub fn located(text: &str) -> Vec<(Range<usize>, String)> {
    let mut words = Vec::new();
    let (mut word, mut letters, mut bytes) = (String::new(), 0, 0..0);
    let mut take = |at: Range<usize>, c: char| {
        // Marks make no difference; some scripts have marks that are letters as well.
        if is_combining_mark(c) {
            bytes.end = if word.is_empty() { bytes.end } else { at.end };
            return;
        }
        if !c.is_alphanumeric() {
            letters = 0;
            if !word.is_empty() {
                words.push((bytes.clone(), std::mem::take(&mut word)));
            }
            return;
        }
        bytes = if word.is_empty() { at } else { bytes.start..at.end };
        if letters < LONGEST {
            letters += 1;
            word.extend(c.to_lowercase());
        }
    };
    for (at, char) in text.char_indices().chain([(text.len(), ' ')]) {
        let at = at..at + char.len_utf8();
        if char.is_ascii() {
            take(at, char);
        } else {
            std::iter::once(char).nfkd().for_each(|char| take(at.clone(), char));
        }
    }
    words
}

/// By which rules the words of a text are brought to their stems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rules {
    /// Those of English.
    English,
    /// Those of Spanish.
    Spanish,
    /// Both, where the language was not told.
    Either,
    /// None, in any other language.
    None,
}

impl Rules {
    /// The rules for a language tag.
    pub fn of(language: Option<&str>) -> Self {
        match language.map(|tag| tag.split('-').next().unwrap_or_default()) {
            Some("en") => Self::English,
            Some("es") => Self::Spanish,
            None | Some("und" | "mul") => Self::Either,
            Some(_) => Self::None,
        }
    }

    /// The stems of a word by these rules.
    pub fn stems(self, word: &str) -> impl Iterator<Item = String> {
        let rules: &[char] = match self {
            Self::English => &[ENGLISH],
            Self::Spanish => &[SPANISH],
            Self::Either => &[ENGLISH, SPANISH],
            Self::None => &[UNCHANGED],
        };
        rules.iter().map(move |rules| stem(word, *rules))
    }
}

/// What stands in front of a stem, so that stems of different rules are told apart.
const ENGLISH: char = 'e';
const SPANISH: char = 's';
const UNCHANGED: char = 'o';

fn stem(word: &str, rules: char) -> String {
    let mut marked = String::with_capacity(word.len() + 1);
    marked.push(rules);
    match rules {
        ENGLISH => marked.push_str(&Stemmer::new(Algorithm::English).stem(word)),
        SPANISH => marked.push_str(&Stemmer::new(Algorithm::Spanish).stem(word)),
        _ => marked.push_str(word),
    }
    marked
}

/// The stems of a word that is asked for, whose language nobody tells: one for each of the rules that text may be under.
pub fn stems(word: &str) -> [String; 3] {
    [ENGLISH, SPANISH, UNCHANGED].map(|rules| stem(word, rules))
}

/// Texts as words, each between spaces: both the form in which they are scanned and the one in which they are written to disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// The words in their order, with a word that none is between two texts.
    pub plain: String,
    /// Their stems.
    pub stems: String,
}

/// Stands between two texts, so that no phrase reaches across.
const BETWEEN: &str = "| ";

impl Default for Words {
    fn default() -> Self {
        Self { plain: " ".to_owned(), stems: " ".to_owned() }
    }
}

impl Words {
    /// Takes in a text.
    pub fn add(&mut self, text: &str, rules: Rules) {
        if self.plain.len() > 1 {
            self.plain.push_str(BETWEEN);
        }
        for folded in words(text) {
            for stem in rules.stems(&folded) {
                let _infallible = write!(self.stems, "{stem} ");
            }
            let _infallible = write!(self.plain, "{folded} ");
        }
    }

    /// Names, whose language nobody tells.
    pub fn of_names<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let mut words = Self::default();
        names.for_each(|name| words.add(name, Rules::Either));
        words
    }
}

/// What is searched of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventWords {
    /// Its titles in all languages.
    pub title: Words,
    /// Its summaries in all languages, and its demands.
    pub body: Words,
}

/// What a text is to an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextField {
    /// Its title in one language.
    Title,
    /// Its summary in one language.
    Summary,
    /// A demand, in neutral words or as it was reported.
    Demand,
}

/// A text of an event that is searched.
#[derive(Clone, Copy, Debug)]
pub struct EventText<'a> {
    /// What it is.
    pub field: TextField,
    /// The language that it is in, as far as that was told.
    pub language: Option<&'a str>,
    /// The text.
    pub text: &'a str,
}

/// The texts of an event that are searched, in all languages.
pub fn texts_of(event: &EventContent) -> impl Iterator<Item = EventText<'_>> {
    let own = event.language.as_deref();
    let text = |field, language, text| EventText { field, language, text };
    let title = std::iter::once(text(TextField::Title, own, event.title.as_str()));
    let summary = event.summary.iter().map(move |summary| text(TextField::Summary, own, summary));
    let translated = event.translations.iter().flat_map(move |(language, translation)| {
        let summary = translation.summary.iter().map(move |summary| text(TextField::Summary, Some(language), summary));
        std::iter::once(text(TextField::Title, Some(language), translation.title.as_str())).chain(summary)
    });
    let demands = event.demands.iter().flat_map(|demand| std::iter::once(&demand.summary).chain(&demand.verbatim));
    title.chain(summary).chain(translated).chain(demands.map(move |demand| text(TextField::Demand, own, demand)))
}

impl EventWords {
    /// The words of an event.
    pub fn of(event: &EventContent) -> Self {
        let mut words = Self::default();
        for EventText { field, language, text } in texts_of(event) {
            let of = if field == TextField::Title { &mut words.title } else { &mut words.body };
            of.add(text, Rules::of(language));
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::folded::folded;

    #[test]
    fn words_are_runs_of_letters_and_digits_without_case_and_accents() {
        assert_eq!(
            words("¡No KINGS! «Inmigración», women’s #NoKings2 (1º)"),
            ["no", "kings", "inmigracion", "women", "s", "nokings2", "1o"]
        );
    }

    #[test]
    fn spanish_words_of_one_family_have_one_stem() {
        let stem = |word: &str| stems(&words(word)[0])[1].clone();
        assert_eq!(stem("inmigración"), stem("inmigrantes"));
        assert_eq!(stem("inmigración"), stem("INMIGRACION"));
    }

    #[test]
    fn each_word_is_told_with_where_it_stands() {
        let text = "¡Inmigracio\u{301}n! ½ (ﬁn)";
        let found: Vec<_> = located(text).into_iter().map(|(at, word)| (&text[at], word)).collect();
        let word = |there, word: &str| (there, word.to_owned());
        assert_eq!(
            found,
            [word("Inmigracio\u{301}n", "inmigracion"), word("½", "1"), word("½", "2"), word("ﬁn", "fin")]
        );
    }

    proptest! {
        #[test]
        fn words_are_those_of_the_folded_text(text in ".{0,80}") {
            let whole = folded(&text);
            let expected: Vec<&str> = whole.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
            prop_assert_eq!(words(&text), expected);
        }
    }
}
