//! Whether a name may be a person's. A private individual is never an actor, so when in doubt the answer is yes.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::words::{BODY, CAPITALISED, FAMILY, GIVEN, HONORIFICS, PARTICLES, PEOPLE};

/// How a name is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expecting {
    /// The column holds bodies: a name is a person's where a given or a family name shows it.
    Bodies,
    /// The column holds anything: a name is a person's where it only looks like one.
    Anything,
}

/// Whether the name may be a person's.
pub fn may_be_person(name: &str, expecting: Expecting) -> bool {
    let words: Vec<Word<'_>> = name.split(|c: char| c.is_whitespace() || c == '/').filter_map(Word::new).collect();
    let Some(first) = words.first() else { return true };
    let second = words.get(1);
    if HONORIFICS.contains(first.lower.as_str()) && second.is_none_or(|word| word.is_capitalised() && !word.is_body()) {
        return true;
    }
    if first.is_given() && second.is_none_or(|word| !word.is_body()) {
        return true;
    }
    // "Smith, John".
    if first.comma && second.is_some_and(Word::is_given) {
        return true;
    }
    if words.iter().any(Word::is_body) {
        return names_within(&words);
    }
    match expecting {
        Expecting::Bodies => {
            let last = words.last().filter(|_| (2..=3).contains(&words.len()));
            last.is_some_and(|last| FAMILY.contains(last.lower.as_str())) || names_within(&words)
        }
        Expecting::Anything => {
            (2..=4).contains(&words.len()) && words.iter().all(Word::could_be_of_a_name) || names_within(&words)
        }
    }
}

/// Whether somewhere in it a given name stands before another name, as in "family of Jane Roe".
fn names_within(words: &[Word<'_>]) -> bool {
    words.windows(2).skip(1).any(|pair| pair[0].is_given() && pair[1].is_capitalised() && !pair[1].is_body())
}

/// Whether the words are a kind of people and nothing more: at least one word for people, and no capitals but at the
/// start and in names of peoples, faiths and parties.
pub fn is_kind_of_people(name: &str) -> bool {
    let words: Vec<Word<'_>> = name.split(|c: char| c.is_whitespace() || c == '/').filter_map(Word::new).collect();
    let people = |word: &Word<'_>| PEOPLE.contains(word.lower.as_str());
    let plain = |(position, word): (usize, &Word<'_>)| {
        let known = people(word) || CAPITALISED.contains(word.lower.as_str());
        known || (!word.is_given() && (position == 0 || !word.is_capitalised()))
    };
    words.iter().any(people) && words.iter().enumerate().all(plain)
}

/// A word of a name, without the signs around it.
struct Word<'a> {
    text: &'a str,
    lower: String,
    comma: bool,
}

impl<'a> Word<'a> {
    fn new(raw: &'a str) -> Option<Self> {
        let text = raw.trim_matches(|c: char| !c.is_alphanumeric());
        let lower = if text.is_ascii() { text.to_ascii_lowercase() } else { without_accents(text) };
        (!text.is_empty()).then_some(Self { text, lower, comma: raw.ends_with(',') })
    }

    fn is_capitalised(&self) -> bool {
        self.text.chars().next().is_some_and(char::is_uppercase)
    }

    fn is_body(&self) -> bool {
        let lower = self.lower.as_str();
        let known = |word: &str| BODY.contains(word) || PEOPLE.contains(word) || CAPITALISED.contains(word);
        known(lower)
            || lower.split('-').any(|part| part != lower && known(part))
            || lower.chars().any(|c| c.is_ascii_digit())
    }

    fn is_given(&self) -> bool {
        let own = self.lower.strip_suffix("'s").unwrap_or(&self.lower);
        GIVEN.contains(own) || own.split_once('-').is_some_and(|(first, _)| GIVEN.contains(first))
    }

    fn could_be_of_a_name(&self) -> bool {
        let letters = self.text.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '-' | '\'' | '’'));
        letters && (self.is_capitalised() || PARTICLES.contains(self.lower.as_str()))
    }
}

/// In lower case, so that "José" is found as "jose".
fn without_accents(text: &str) -> String {
    let plain = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    plain.map(|c| if c == '’' { '\'' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_persons_are_seen_wherever_they_stand() {
        for name in [
            "Jane Roe",
            "jane roe",
            "John Q. Public",
            "Dr. Smith",
            "Officer Daniel Pantaleo",
            "Smith, John",
            "Mary-Jane O’Neil",
            "José de la Cruz",
            "family of Jane Roe",
            "Xochitl Ramirez",
            "Rev. Doe",
            "Jennifer",
            "Jane Roe of Indivisible Austin",
            "",
            "…",
        ] {
            assert!(may_be_person(name, Expecting::Bodies), "{name}");
            assert!(may_be_person(name, Expecting::Anything), "{name}");
        }
        for name in ["Xochitl Quetzal", "Vo Van Kiet", "Elon Musk"] {
            assert!(may_be_person(name, Expecting::Anything), "{name}");
        }
    }

    #[test]
    fn names_of_bodies_are_none_of_persons() {
        for name in [
            "Indivisible Austin",
            "Black Lives Matter",
            "Planned Parenthood",
            "50501",
            "ICE",
            "Sister District Project",
            "Party for Socialism and Liberation",
            "Sunrise Movement",
            "Austin Justice Coalition",
            "Starbucks",
            "Proud Boys",
            "Students for Justice in Palestine",
            "United Auto Workers",
            "Moms Demand Action",
            "Supreme Court",
        ] {
            assert!(!may_be_person(name, Expecting::Bodies), "{name}");
            assert!(!may_be_person(name, Expecting::Anything), "{name}");
        }
        for name in ["Code Pink", "Extinction Rebellion", "Showing Up"] {
            assert!(!may_be_person(name, Expecting::Bodies), "{name}");
        }
    }

    #[test]
    fn kinds_of_people_hold_no_names() {
        for name in [
            "students",
            "High school students",
            "faith leaders",
            "Jewish students",
            "families of victims",
            "LGBTQ people",
            "postal workers",
        ] {
            assert!(is_kind_of_people(name), "{name}");
        }
        for name in
            ["family of Tyre Nichols", "students of Lincoln High", "jane and friends", "Jane Roe", "", "crowdsourcing"]
        {
            assert!(!is_kind_of_people(name), "{name}");
        }
    }
}
