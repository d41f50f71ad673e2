//! What titles say, compared.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::domain::event::EventContent;
use crate::domain::folded::folded;
use crate::domain::vocabulary::EventType;

/// A title in one language, as far as it says more than the event's type and place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title {
    /// The language without its region; `None` where it is not known.
    language: Option<String>,
    /// The words, without case and accents, in their order.
    words: String,
}

#[cfg(test)]
impl Title {
    /// A title of these words.
    pub fn new(language: Option<&str>, words: &str) -> Self {
        Self { language: language.map(str::to_owned), words: words.to_owned() }
    }
}

/// Words that tell nothing apart, in the languages of the vocabulary.
const SMALL: [&str; 31] = [
    "a",
    "al",
    "an",
    "and",
    "at",
    "by",
    "con",
    "contra",
    "de",
    "del",
    "el",
    "en",
    "for",
    "from",
    "in",
    "la",
    "las",
    "los",
    "of",
    "on",
    "para",
    "por",
    "the",
    "to",
    "un",
    "una",
    "with",
    "y",
    "against",
    "s",
    "demonstrators",
];

/// Words that any title may have.
static COMMON: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let labels = EventType::ALL.iter().map(|kind| kind.label()).flat_map(|label| [label.en, label.es]);
    labels.flat_map(words).chain(SMALL.map(str::to_owned)).collect()
});

/// The words of a text, without case and accents.
pub fn words(text: &str) -> Vec<String> {
    let folded = folded(text);
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The titles of an event; `places` are the words of the places it names.
pub fn titles(event: &EventContent, places: &HashSet<String>) -> Vec<Title> {
    let own = (event.language.as_deref(), &event.title);
    let translated = event.translations.iter().map(|(tag, words)| (Some(tag.as_str()), &words.title));
    let title = |(language, text): (Option<&str>, &String)| {
        let telling = words(text).into_iter().filter(|word| !COMMON.contains(word) && !places.contains(word));
        let words: String = telling.collect();
        let language = language.and_then(|tag| tag.split('-').next()).map(str::to_owned);
        (!words.is_empty()).then_some(Title { language, words })
    };
    [own].into_iter().chain(translated).filter_map(title).collect()
}

/// How alike two texts are, 0 to 1: of the pairs of letters that follow one another in either, the share that is in both.
pub fn alike(a: &str, b: &str) -> f64 {
    strsim::sorensen_dice(a, b)
}

/// How alike the titles are in the language in which they are most; `None` where they have none in common.
pub fn alike_titles(a: &[Title], b: &[Title]) -> Option<f64> {
    let is_comparable = |a: &Title, b: &Title| a.language == b.language || a.language.is_none() || b.language.is_none();
    let pairs = a.iter().flat_map(|a| b.iter().map(move |b| (a, b)));
    pairs.filter(|(a, b)| is_comparable(a, b)).map(|(a, b)| alike(&a.words, &b.words)).max_by(f64::total_cmp)
}
