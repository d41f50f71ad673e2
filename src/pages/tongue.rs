//! The languages that pages speak.

use crate::domain::event_type::BilingualLabel;
use crate::domain::language;

/// A language of the page itself; what an event says may be in any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tongue {
    /// English.
    English,
    /// Spanish.
    Spanish,
}

impl Tongue {
    /// Its BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
        }
    }

    /// The one that a language tag asks for, if pages speak it.
    pub fn of(tag: &str) -> Option<Self> {
        let tongues = [Self::English, Self::Spanish];
        let best = language::best(tag, tongues.iter().map(|tongue| tongue.tag()))?;
        tongues.into_iter().find(|tongue| tongue.tag() == best)
    }

    /// The first that a reader's browser asks for (RFC 9110, section 12.5.4), if pages speak any.
    pub fn accepted(header: &str) -> Option<Self> {
        let weighed = header.split(',').filter_map(|range| {
            let (tag, parameters) = range.split_once(';').unwrap_or((range, "q=1"));
            let weight = parameters.trim().strip_prefix("q=")?.trim().parse::<f32>().ok()?;
            Some((weight, Self::of(tag.trim())?)).filter(|(weight, _)| *weight > 0.0)
        });
        let first = |best: Option<(f32, Self)>, next: (f32, Self)| match best {
            Some(best) if best.0 >= next.0 => Some(best),
            _ => Some(next),
        };
        weighed.fold(None, first).map(|(_, tongue)| tongue)
    }

    /// The text in this language.
    pub const fn pick<'a>(self, english: &'a str, spanish: &'a str) -> &'a str {
        match self {
            Self::English => english,
            Self::Spanish => spanish,
        }
    }

    /// The label in this language.
    pub const fn label(self, label: BilingualLabel) -> &'static str {
        self.pick(label.en, label.es)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_asks_for_the_language_that_it_begins_with() {
        assert_eq!(Tongue::of("es-MX"), Some(Tongue::Spanish));
        assert_eq!(Tongue::of("EN"), Some(Tongue::English));
        assert_eq!(Tongue::of("eu"), None);
    }

    #[test]
    fn a_browser_is_given_what_it_likes_best_of_what_there_is() {
        let accepted = |header| Tongue::accepted(header);
        assert_eq!(accepted("es-AR,es;q=0.9,en;q=0.8"), Some(Tongue::Spanish));
        assert_eq!(accepted("fr, es;q=0.5, en;q=0.6"), Some(Tongue::English));
        assert_eq!(accepted("en;q=0, es;q=0.1"), Some(Tongue::Spanish));
        for nothing in ["", "*", "fr", "en;q=x", ";;,,"] {
            assert_eq!(accepted(nothing), None, "{nothing}");
        }
    }
}
