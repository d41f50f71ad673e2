//! The words of CQL2 text.

use super::Fault;

/// A word, with the character at which it begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// The character, from 1.
    pub position: usize,
    /// The word.
    pub word: Word,
}

/// What stands in a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Word {
    /// A name or a keyword.
    Name(String),
    /// A name in double quotes, which is no keyword.
    Quoted(String),
    /// Text in single quotes.
    Text(String),
    /// A number without a sign.
    Number(f64),
    /// A geometry, as WKT.
    Geometry(String),
    /// An operator, a comma or a parenthesis.
    Sign(&'static str),
    /// The end of the text.
    End,
}

impl Word {
    /// As it is shown in a message.
    pub fn shown(&self) -> String {
        match self {
            Self::Name(name) => format!("`{}`", super::super::params::shown(name)),
            Self::Quoted(_) => "a quoted name".to_owned(),
            Self::Text(_) => "text".to_owned(),
            Self::Number(number) => format!("`{number}`"),
            Self::Geometry(_) => "a geometry".to_owned(),
            Self::Sign(sign) => format!("`{sign}`"),
            Self::End => "the end".to_owned(),
        }
    }
}

/// Longer ones stand before those that they begin with.
const SIGNS: [&str; 15] = ["<>", "<=", ">=", "<", ">", "=", "(", ")", ",", "+", "-", "*", "/", "%", "^"];

const GEOMETRIES: [&str; 7] =
    ["POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION"];

/// The words of a text, with one for its end.
///
/// # Errors
/// The first character that belongs to no word.
pub fn tokens(text: &str) -> Result<Vec<Token>, Fault> {
    let mut lexer = Lexer { rest: text, position: 1 };
    let mut tokens = Vec::new();
    loop {
        lexer.pass(char::is_whitespace);
        let position = lexer.position;
        let word = lexer.word()?;
        let is_end = word == Word::End;
        tokens.push(Token { position, word });
        if is_end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    rest: &'a str,
    position: usize,
}

impl<'a> Lexer<'a> {
    /// Passes so many bytes.
    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        self.position += taken.chars().count();
        taken
    }

    /// Passes all letters for which a test holds.
    fn pass(&mut self, test: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|letter| !test(letter)).unwrap_or(self.rest.len());
        self.take(end)
    }

    fn word(&mut self) -> Result<Word, Fault> {
        let Some(first) = self.rest.chars().next() else {
            return Ok(Word::End);
        };
        match first {
            '\'' => self.quoted('\'').map(Word::Text),
            '"' => self.quoted('"').map(Word::Quoted),
            _ if first.is_ascii_digit() || first == '.' => self.number(),
            _ if is_name(first) => self.name(),
            _ => {
                let sign = SIGNS.into_iter().find(|sign| self.rest.starts_with(sign));
                let hint = if first == '!' { " Not equal is written <>." } else { "" };
                let unknown =
                    || Fault::new(self.position, "malformed", format!("`{first}` has no meaning here.{hint}"));
                let sign = sign.ok_or_else(unknown)?;
                self.take(sign.len());
                Ok(Word::Sign(sign))
            }
        }
    }

    /// What stands in quotes; a quote in it is written twice, in text also behind a backslash.
    fn quoted(&mut self, quote: char) -> Result<String, Fault> {
        let start = self.position;
        let mut text = String::new();
        self.take(1);
        loop {
            let part = self.pass(|letter| letter != quote && letter != '\\');
            text.push_str(part);
            let mut next = self.rest.chars();
            match (next.next(), next.next()) {
                (Some('\\'), Some('\'')) if quote == '\'' => {
                    self.take(2);
                    text.push('\'');
                }
                (Some('\\'), _) => {
                    self.take(1);
                    text.push('\\');
                }
                (Some(_), Some(twice)) if twice == quote => {
                    self.take(2);
                    text.push(quote);
                }
                (Some(_), _) => {
                    self.take(1);
                    return Ok(text);
                }
                (None, _) => return Err(Fault::new(start, "malformed", "The quote that begins here does not end.")),
            }
        }
    }

    fn number(&mut self) -> Result<Word, Fault> {
        let start = self.position;
        let digits = |lexer: &mut Self| lexer.pass(|letter| letter.is_ascii_digit()).to_owned();
        let mut text = digits(self);
        if self.rest.starts_with('.') {
            text += self.take(1);
            text += &digits(self);
        }
        if self.rest.starts_with(['e', 'E']) {
            text += self.take(1);
            if self.rest.starts_with(['+', '-']) {
                text += self.take(1);
            }
            text += &digits(self);
        }
        let number = text.parse().ok().filter(|number: &f64| number.is_finite() && !self.rest.starts_with(is_name));
        number.map(Word::Number).ok_or_else(|| Fault::new(start, "malformed", "What begins here is not a number."))
    }

    fn name(&mut self) -> Result<Word, Fault> {
        let start = self.position;
        let name = self.pass(|letter| is_name(letter) || letter.is_ascii_digit() || letter == '.');
        if !GEOMETRIES.iter().any(|geometry| name.eq_ignore_ascii_case(geometry)) {
            return Ok(Word::Name(name.to_owned()));
        }
        // A geometry is read as a whole: from its name to the parenthesis that closes it.
        let body = self.rest.trim_start();
        let body = body.strip_prefix(['Z', 'z']).unwrap_or(body).trim_start();
        if !body.starts_with('(') {
            return Ok(Word::Name(name.to_owned()));
        }
        let mut depth = 0_usize;
        for (at, letter) in self.rest.char_indices() {
            match letter {
                '(' => depth += 1,
                ')' if depth == 1 => return Ok(Word::Geometry(format!("{name}{}", self.take(at + 1)))),
                ')' => depth -= 1,
                _ => {}
            }
        }
        Err(Fault::new(start, "malformed", "The geometry that begins here does not end."))
    }
}

fn is_name(letter: char) -> bool {
    letter.is_alphabetic() || letter == '_' || letter == ':'
}
