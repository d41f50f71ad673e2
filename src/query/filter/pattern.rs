//! Patterns of `LIKE`: `%` stands for any letters, `_` for one, and a backslash takes the meaning from the next.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Most characters of a pattern.
pub const MAX_LENGTH: usize = 200;

/// A pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    pieces: Vec<Piece>,
    folding: Folding,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    Letter(char),
    One,
    Any,
}

/// What makes no difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Folding {
    /// Case.
    pub case: bool,
    /// Accents.
    pub accents: bool,
}

impl Folding {
    /// Text without that.
    pub fn fold(self, text: &str) -> String {
        let plain = if self.accents {
            text.nfd().filter(|letter| !is_combining_mark(*letter)).collect()
        } else {
            text.to_owned()
        };
        if self.case { plain.to_lowercase() } else { plain }
    }
}

impl Pattern {
    /// A pattern as it is written.
    pub fn like(text: &str, folding: Folding) -> Self {
        let mut pieces = Vec::new();
        let folded = folding.fold(text);
        let mut letters = folded.chars();
        while let Some(letter) = letters.next() {
            pieces.push(match letter {
                '%' if pieces.last() == Some(&Piece::Any) => continue,
                '%' => Piece::Any,
                '_' => Piece::One,
                '\\' => Piece::Letter(letters.next().unwrap_or('\\')),
                letter => Piece::Letter(letter),
            });
        }
        Self { pieces, folding }
    }

    /// The pattern that this text alone has.
    pub fn exactly(text: &str, folding: Folding) -> Self {
        Self { pieces: folding.fold(text).chars().map(Piece::Letter).collect(), folding }
    }

    /// Whether text has it. It takes as many steps as both have letters, multiplied, at most.
    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = self.folding.fold(text).chars().collect();
        let (mut at, mut piece) = (0, 0);
        // Behind the last `%`: its piece, and where what it stands for ends as yet.
        let mut back: Option<(usize, usize)> = None;
        while at < text.len() {
            match self.pieces.get(piece) {
                Some(Piece::Any) => {
                    back = Some((piece + 1, at));
                    piece += 1;
                }
                Some(Piece::One) => (at, piece) = (at + 1, piece + 1),
                Some(Piece::Letter(letter)) if *letter == text[at] => (at, piece) = (at + 1, piece + 1),
                _ => {
                    let Some((behind, end)) = back else {
                        return false;
                    };
                    back = Some((behind, end + 1));
                    (at, piece) = (end + 1, behind);
                }
            }
        }
        self.pieces[piece..].iter().all(|piece| *piece == Piece::Any)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn naive(pattern: &[Piece], text: &[char]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, _) => text.is_empty(),
            (Some((Piece::Any, rest)), _) => (0..=text.len()).any(|from| naive(rest, &text[from..])),
            (Some((Piece::One, rest)), Some((_, behind))) => naive(rest, behind),
            (Some((Piece::Letter(letter), rest)), Some((first, behind))) => letter == first && naive(rest, behind),
            (Some(_), None) => false,
        }
    }

    #[test]
    fn a_backslash_takes_the_meaning_away() {
        let like = |pattern: &str, text: &str| Pattern::like(pattern, Folding::default()).matches(text);
        assert!(like("a_c%", "abcdef") && like("%", "") && like("a\\_c", "a_c") && like("50\\%", "50%"));
        assert!(!like("a\\_c", "abc") && !like("a_c", "ac") && !like("", "a") && !like("A", "a"));
        let folded = Pattern::like("ÉT%", Folding { case: true, accents: true });
        assert!(folded.matches("etat") && folded.matches("Étude") && !folded.matches("tat"));
        assert!(Pattern::exactly("a%", Folding::default()).matches("a%"));
    }

    proptest! {
        #[test]
        fn it_is_what_it_is_letter_by_letter(pattern in "[ab%_]{0,8}", text in "[ab]{0,10}") {
            let pattern = Pattern::like(&pattern, Folding::default());
            prop_assert_eq!(pattern.matches(&text), naive(&pattern.pieces, &text.chars().collect::<Vec<_>>()));
        }
    }
}
