//! Reading how many from words: "hundreds", "a few dozen", "about 300", "at least 1,000", "2 to 3 thousand".
//!
//! What is not understood up to and including the number is `None`, and so is a text with a second number that does
//! not belong to the first: an amount left out is better than one made up.

use super::quantity_words::{
    CLOSINGS, CONNECTORS, FILLERS, NOT_PEOPLE, OPENINGS, is_numeric, plural_unit, small, unit,
};

/// One thing wrong with the numbers of a size or a count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    /// The member at fault.
    pub field: &'static str,
    /// A stable code.
    pub code: &'static str,
    /// What is wrong, in a sentence.
    pub detail: String,
}

impl FieldFault {
    /// A fault of a member.
    pub fn new(field: &'static str, code: &'static str, detail: impl Into<String>) -> Self {
        Self { field, code, detail: detail.into() }
    }
}

/// Which way the words leave an amount open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// As it stands, or about so.
    Plain,
    /// That or more.
    AtLeast,
    /// More than that.
    MoreThan,
    /// That or fewer.
    AtMost,
    /// Fewer than that.
    FewerThan,
}

/// An amount as it was put in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    /// The least number named, or meant by a plural.
    pub low: i64,
    /// The greatest; `None` where a plural leaves it open.
    pub high: Option<i64>,
    /// Which way the words around it leave it open.
    pub bound: Bound,
}

/// Reads an amount. `plural` says what a bare plural means, given its unit: 12 for dozens, 10,000 for tens of
/// thousands.
pub fn amount(text: &str, plural: impl Fn(i64) -> (i64, Option<i64>)) -> Option<Amount> {
    let text = text.to_lowercase();
    let tokens = tokens(&text)?;
    let mut reader = Reader { rest: &tokens, plural: &plural };
    let (opened, between) = reader.opening();
    let first = reader.term()?;
    let closed = reader.closing();
    let (low, high) = match reader.second(between) {
        Some(second) => (first.raised_to(second), second.high),
        None => (first.low, first.high),
    };
    let closed = closed.or_else(|| reader.closing());
    let more = reader.rest.iter().any(|token| match token {
        Token::Number(..) => true,
        Token::Word(word) => is_numeric(word) || NOT_PEOPLE.split(' ').any(|other| other == *word),
        Token::Mark(_) => false,
    });
    (!more && high.is_none_or(|high| low <= high)).then_some(Amount { low, high, bound: closed.unwrap_or(opened) })
}

enum Token<'a> {
    Word(&'a str),
    /// All digits of a number, and the power of ten they are to be divided by.
    Number(i64, i64),
    Mark(char),
}

fn tokens(text: &str) -> Option<Vec<Token<'_>>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let span = |belongs: fn(char) -> bool| rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        let length = if next.is_ascii_digit() {
            let length = span(|c| c.is_ascii_digit() || matches!(c, ',' | '.'));
            let digits = rest[..length].trim_end_matches([',', '.']);
            let (value, divisor) = number(digits)?;
            // "10k", but not "4th".
            let suffix = rest[digits.len()..].split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
            let factor = match suffix {
                "" => 1,
                "k" => 1_000,
                "m" => 1_000_000,
                _ => return None,
            };
            tokens.push(Token::Number(value.checked_mul(factor)?, divisor));
            digits.len() + suffix.len()
        } else if next.is_alphabetic() {
            let length = span(char::is_alphabetic);
            tokens.push(Token::Word(&rest[..length]));
            length
        } else {
            match next {
                '-' | '‐' | '‑' | '–' | '—' => tokens.push(Token::Mark('-')),
                '+' | '<' | '>' | '≤' | '≥' => tokens.push(Token::Mark(next)),
                '~' | '≈' | '.' | ',' | ':' | '(' | ')' | '"' | '\'' | '’' => {}
                _ if next.is_whitespace() => {}
                _ => return None,
            }
            next.len_utf8()
        };
        rest = &rest[length..];
    }
    Some(tokens)
}

/// Digits in groups of three with commas, or with a decimal point. Three digits after a point are a fraction to some
/// readers and thousands to others, so they are neither here.
fn number(text: &str) -> Option<(i64, i64)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let grouped = whole.split(',').enumerate().all(|(at, group)| match at {
        0 => !whole.contains(',') || (1..=3).contains(&group.len()),
        _ => group.len() == 3,
    });
    if !grouped || fraction.len() == 3 || fraction.len() > 6 || fraction.contains([',', '.']) {
        return None;
    }
    let digits: String = whole.chars().filter(char::is_ascii_digit).chain(fraction.chars()).collect();
    Some((digits.parse().ok()?, 10_i64.pow(u32::try_from(fraction.len()).ok()?)))
}

/// A number or plural, and the unit it was given in: 1,000 for "3 thousand", 1 for "3".
#[derive(Clone, Copy)]
struct Term {
    low: i64,
    high: Option<i64>,
    unit: i64,
}

impl Term {
    /// The low end of a range that ends with `second`, whose unit may hold for both: "2 to 3 thousand".
    fn raised_to(self, second: Self) -> i64 {
        let raised = self.low.saturating_mul(second.unit);
        if self.unit == 1 && second.high.is_some_and(|high| raised <= high) { raised } else { self.low }
    }
}

struct Reader<'a, P> {
    rest: &'a [Token<'a>],
    plural: &'a P,
}

impl<P: Fn(i64) -> (i64, Option<i64>)> Reader<'_, P> {
    fn word(&self) -> Option<&str> {
        match self.rest.first() {
            Some(Token::Word(word)) => Some(word),
            _ => None,
        }
    }

    fn skip(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or_default();
    }

    /// Takes a phrase, whose words are parted by spaces.
    fn take(&mut self, phrase: &str) -> bool {
        let mut rest = self.rest.iter();
        let matches = phrase.split(' ').all(|wanted| match rest.next() {
            Some(Token::Word(word)) => *word == wanted,
            Some(Token::Mark(mark)) => wanted.chars().eq([*mark]),
            _ => false,
        });
        if matches {
            self.rest = rest.as_slice();
        }
        matches
    }

    fn opening(&mut self) -> (Bound, bool) {
        let (mut bound, mut between) = (Bound::Plain, false);
        loop {
            if let Some((_, found)) = OPENINGS.iter().find(|(phrase, _)| self.take(phrase)) {
                bound = *found;
            } else if self.take("between") {
                between = true;
            } else if !FILLERS.split(' ').any(|word| self.take(word)) {
                return (bound, between);
            }
        }
    }

    fn closing(&mut self) -> Option<Bound> {
        CLOSINGS.iter().find(|(phrase, _)| self.take(phrase)).map(|(_, bound)| *bound)
    }

    /// The far end of a range. Where none follows, nothing is taken.
    fn second(&mut self, between: bool) -> Option<Term> {
        let start = self.rest;
        let connected = (between && self.take("and")) || CONNECTORS.iter().any(|phrase| self.take(phrase));
        let term = connected.then(|| {
            self.opening();
            self.term()
        });
        let term = term.flatten();
        if term.is_none() {
            self.rest = start;
        }
        term
    }

    fn term(&mut self) -> Option<Term> {
        match self.rest {
            [Token::Number(value, divisor), ..] => self.digits(*value, *divisor),
            [Token::Word("few" | "several"), Token::Word(next), ..] => {
                let product = unit(next).or_else(|| plural_unit(next))?;
                self.skip(2);
                Some(self.plural(product))
            }
            [Token::Word(word), ..] => match plural_unit(word) {
                Some(product) => {
                    self.skip(1);
                    self.plurals(product)
                }
                None => self.spelled(),
            },
            _ => None,
        }
    }

    /// A number in digits and the units that follow it: "1.5 million".
    fn digits(&mut self, value: i64, divisor: i64) -> Option<Term> {
        self.skip(1);
        let mut product = 1_i64;
        while let Some(unit) = self.word().and_then(unit) {
            product = product.checked_mul(unit)?;
            self.skip(1);
        }
        let value = value.checked_mul(product)?;
        (value % divisor == 0).then(|| Term { low: value / divisor, high: Some(value / divisor), unit: product })
    }

    /// What is left of "hundreds of thousands" after its first word.
    fn plurals(&mut self, mut product: i64) -> Option<Term> {
        while let [Token::Word("of"), Token::Word(next), ..] = self.rest
            && let Some(further) = plural_unit(next)
        {
            product = product.checked_mul(further)?;
            self.skip(2);
        }
        Some(self.plural(product))
    }

    fn plural(&self, unit: i64) -> Term {
        let (low, high) = (self.plural)(unit);
        Term { low, high, unit }
    }

    /// A number in words, such as "two hundred fifty", "twenty-five", "a couple of dozen" or "dozen".
    fn spelled(&mut self) -> Option<Term> {
        let (mut total, mut part, mut last) = (0_i64, None::<i64>, 1);
        loop {
            if let Some(value) = self.word().and_then(small) {
                let before = part.unwrap_or(0);
                // "Two hundred five" and "twenty five", but not "five five".
                if before % 100 != 0 && !(value < 10 && before % 10 == 0 && before % 100 >= 20) {
                    return None;
                }
                (part, last) = (Some(before.checked_add(value)?), 1);
                self.skip(1);
                match self.rest {
                    [Token::Mark('-'), Token::Word(next), ..] if value >= 20 && small(next).is_some_and(|n| n < 10) => {
                        self.skip(1);
                    }
                    [Token::Word("of"), Token::Word(next), ..] if value == 2 && unit(next).is_some() => self.skip(1),
                    _ => {}
                }
            } else if let Some(unit) = self.word().and_then(unit) {
                let product = part.unwrap_or(1).checked_mul(unit)?;
                if unit < 1_000 {
                    part = Some(product);
                } else {
                    (total, part) = (total.checked_add(product)?, None);
                }
                last = unit;
                self.skip(1);
            } else {
                let value = total.checked_add(part.unwrap_or(0))?;
                return (total > 0 || part.is_some()).then_some(Term { low: value, high: Some(value), unit: last });
            }
        }
    }
}

#[cfg(test)]
#[path = "quantity_tests.rs"]
mod tests;
