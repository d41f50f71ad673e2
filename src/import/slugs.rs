//! Slugs made of names: the same name always makes the same slug.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use xxhash_rust::xxh3::xxh3_64;

use crate::domain::resource::Slug;

/// Hexadecimal digits of a digest behind a slug.
const DIGITS: usize = 12;

/// A slug of parts, such as `us`, `ca` and `Los Ángeles` for `us-ca-los-angeles`. Accents are dropped. Where letters
/// cannot be written in ASCII, or the slug would be too long, a digest of the parts stands behind it.
pub fn slug(parts: &[&str]) -> String {
    let mut text = String::with_capacity(48);
    let mut complete = true;
    for part in parts {
        complete &= push_words(&mut text, part);
    }
    if complete && !text.is_empty() && text.len() <= Slug::MAX && Slug::parse(&text).is_some() {
        return text;
    }
    with_digest(&text, &key(parts))
}

/// A slug of parts with a digest of `of` behind it, for what its words alone do not tell from others.
pub fn slug_with_digest(parts: &[&str], of: &str) -> String {
    let mut text = String::with_capacity(64);
    for part in parts {
        push_words(&mut text, part);
    }
    with_digest(&text, of)
}

fn with_digest(text: &str, of: &str) -> String {
    let mut head = text;
    while head.len() > Slug::MAX - DIGITS - 1 {
        head = head.rsplit_once('-').map_or("", |(front, _)| front);
    }
    let digest = format!("{:016x}", xxh3_64(of.as_bytes()));
    let hyphen = if head.is_empty() { "" } else { "-" };
    format!("{head}{hyphen}{}", &digest[..DIGITS])
}

/// Adds the words of a name; `false` where a letter or digit had to be left out, or nothing is left of it.
fn push_words(slug: &mut String, name: &str) -> bool {
    let before = slug.len();
    let mut complete = true;
    let mut between = true;
    let mut push = |c: char| {
        if c.is_ascii_alphanumeric() {
            if between && !slug.is_empty() {
                slug.push('-');
            }
            between = false;
            slug.push(c.to_ascii_lowercase());
        } else if matches!(c, '\'' | '’' | '.') {
            // "St. Paul's" and "St Pauls" are one name.
        } else if !is_combining_mark(c) {
            complete &= !c.is_alphanumeric();
            between = true;
        }
    };
    if name.is_ascii() {
        name.chars().for_each(&mut push);
    } else {
        name.nfkd().for_each(&mut push);
    }
    complete && (slug.len() > before || name.trim().is_empty())
}

/// A name as identity sees it: without regard to case, form and white space.
pub fn normalised(name: &str) -> String {
    let lower = if name.is_ascii() { name.to_ascii_lowercase() } else { name.nfc().collect::<String>().to_lowercase() };
    let mut text = String::with_capacity(lower.len());
    for word in lower.split_whitespace() {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

fn key(parts: &[&str]) -> String {
    parts.iter().map(|part| normalised(part)).collect::<Vec<_>>().join("\u{1f}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_become_slugs() {
        assert_eq!(slug(&["us", "CA", "Los Ángeles"]), "us-ca-los-angeles");
        assert_eq!(slug(&["St. Paul's"]), slug(&["St Pauls"]));
        assert_eq!(slug(&["  A & B  "]), "a-b");
    }

    #[test]
    fn what_words_do_not_tell_gets_a_digest() {
        assert_ne!(slug(&["北京"]), slug(&["東京"]));
        assert_ne!(slug(&["us", "TX", "+"]), slug(&["us", "TX"]), "a town is not its state");
        assert_ne!(slug(&["us", "Café 北京"]), slug(&["us", "Café"]));
        let long = "word ".repeat(50);
        assert_ne!(slug(&[&long]), slug(&[&format!("{long} more")]));
        assert_eq!(slug(&[&long]), slug(&[&long.to_uppercase()]));
    }

    proptest! {
        #[test]
        fn every_slug_is_one(name in "\\PC{0,150}", text in any::<String>()) {
            for slug in [slug(&[&name]), slug(&["us", &text]), slug_with_digest(&[&name], &text)] {
                prop_assert!(Slug::parse(&slug).is_some(), "{}", slug);
            }
        }
    }
}
