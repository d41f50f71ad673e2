//! What words mean: an evaluation that goes by the documents, and by what the documentation says of words.

use frostem::{Algorithm, Stemmer};
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::oracle::Moment;

/// The words of a text.
pub fn words(text: &str) -> Vec<String> {
    let folded: String = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// A text with its language; `None` where that was not told.
pub type Text = (String, Option<String>);

impl Moment {
    /// Everything that an event is found by: titles first, then other texts, then names.
    pub fn texts(&self, event: &Value) -> [Vec<Text>; 3] {
        let [mut titles, mut others, mut names] = [vec![], vec![], vec![]];
        let own = event["language"].as_str().map(str::to_owned);
        let add = |list: &mut Vec<Text>, text: &Value, language: &Option<String>| {
            list.extend(text.as_str().map(|text| (text.to_owned(), language.clone())));
        };
        add(&mut titles, &event["title"], &own);
        add(&mut others, &event["summary"], &own);
        for (language, translation) in event["translations"].as_object().expect("translations") {
            add(&mut titles, &translation["title"], &Some(language.clone()));
            add(&mut others, &translation["summary"], &Some(language.clone()));
        }
        for demand in event["demands"].as_array().expect("demands") {
            let verbatim = demand["verbatim"].as_array().expect("a list").iter();
            verbatim.chain([&demand["summary"]]).for_each(|text| add(&mut others, text, &own));
        }
        for part in event["actors"].as_array().expect("actors") {
            add(&mut names, &part["actor"]["name"], &None);
            let aliases = self.actor(&part["actor"]["id"])["aliases"].as_array().expect("a list").iter();
            aliases.for_each(|alias| add(&mut names, alias, &None));
        }
        for place in event["places"].as_array().expect("places") {
            add(&mut names, &place["location"]["name"], &None);
        }
        [titles, others, names]
    }

    /// Whether an event has all the words that are asked for, and none that must not be.
    pub fn has_words(&self, event: &Value, asked: &str) -> bool {
        let texts = self.texts(event).concat();
        parts(asked).iter().all(|(part, is_excluded)| texts.iter().any(|text| has(text, part)) != *is_excluded)
    }
}

impl Moment {
    /// Holds what is shown of an event's texts against them: it is pieces of them, what is marked was asked for, and all that
    /// was is marked.
    pub fn assert_highlights(&self, event: &Value, asked: &str) {
        let (texts, wanted) = (self.texts(event).concat(), parts(asked));
        let wanted: Vec<&str> =
            wanted.iter().filter(|(_, is_excluded)| !is_excluded).map(|(part, _)| part.as_str()).collect();
        let shown = event["highlights"].as_array().expect("highlights");
        let mut marked: Vec<Text> = Vec::new();
        for piece in shown {
            let runs = piece["fragment"].as_array().expect("runs");
            let text = |run: &Value| run["text"].as_str().expect("a text").to_owned();
            let (whole, language) = (runs.iter().map(text).collect::<String>(), piece["language"].as_str());
            let offset = usize::try_from(piece["offset"].as_u64().expect("a number")).expect("a small number");
            let stands = |(text, own): &Text| {
                own.as_deref() == language && text.chars().skip(offset).collect::<String>().starts_with(&whole)
            };
            assert!(texts.iter().any(stands), "{piece} of {texts:?}");
            let hits = runs.iter().filter(|run| run["hit"] == true);
            marked.extend(hits.map(|run| (text(run), language.map(str::to_owned))));
        }
        let is_meant = |text: &Text| wanted.iter().any(|part| has(text, part));
        assert!(marked.iter().all(is_meant), "{marked:?} for {asked}");
        let is_marked = |part: &&str| marked.iter().any(|text| has(text, part));
        assert!(shown.len() == 10 || wanted.iter().all(is_marked), "{marked:?} for {asked}");
    }
}

/// What is asked for, and whether it must not be.
pub fn parts(asked: &str) -> Vec<(String, bool)> {
    let (mut parts, mut quoted) = (Vec::new(), false);
    let mut part = String::new();
    for c in asked.chars().chain([' ']) {
        quoted ^= c == '"';
        if c != ' ' || quoted {
            part.push(c);
        } else if !part.is_empty() {
            let whole = std::mem::take(&mut part);
            let bare = whole.strip_prefix('-');
            parts.push((bare.unwrap_or(&whole).to_owned(), bare.is_some()));
        }
    }
    parts
}

/// Whether a text has a word, a phrase, or a word that begins so.
pub fn has((text, language): &Text, part: &str) -> bool {
    let (text, asked) = (words(text), words(part));
    if part.ends_with('*') {
        return text.iter().any(|word| word.starts_with(&asked[0]));
    }
    if part.starts_with('"') || asked.len() > 1 {
        return text.windows(asked.len()).any(|window| window == asked);
    }
    let same = |rules: Algorithm, word: &str| {
        let stem = |word: &str| Stemmer::new(rules).stem(word).into_owned();
        stem(word) == stem(&asked[0])
    };
    let rules = match language.as_deref().map(|tag| &tag[..2]) {
        Some("en") => vec![Algorithm::English],
        Some("es") => vec![Algorithm::Spanish],
        None => vec![Algorithm::English, Algorithm::Spanish],
        Some(_) => return text.contains(&asked[0]),
    };
    text.iter().any(|word| rules.iter().any(|rules| same(*rules, word)))
}
