//! The Common Query Language (OGC 21-065r2) as a tree of words: what is asked, and where each part of it stands. What the words
//! mean for events is said in `query::filter`.

pub mod json;
mod lexer;
mod parser;

use std::fmt;
use std::sync::Arc;

use crate::domain::codes;

codes! {
    /// The forms in which a filter is written.
    pub enum Language {
        /// CQL2 text.
        Text = "cql2-text",
        /// CQL2 JSON.
        Json = "cql2-json",
    }
}

/// Most characters of a filter.
pub const MAX_LENGTH: usize = 32_768;
/// How deep parentheses, functions and `NOT` may lie in each other.
pub const MAX_DEPTH: usize = 32;
/// Most comparisons and other predicates of a filter.
pub const MAX_PREDICATES: usize = 100;

/// What is said of sums and products in either form.
const NO_ARITHMETIC: &str = "There is no arithmetic in filters here.";

/// Where something stands in a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// At a character of the text, from 1.
    Character(usize),
    /// At a JSON pointer (RFC 6901).
    Pointer(Arc<str>),
}

impl From<usize> for Place {
    fn from(position: usize) -> Self {
        Self::Character(position)
    }
}

impl From<&Self> for Place {
    fn from(place: &Self) -> Self {
        place.clone()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Character(position) => write!(f, "character {position}"),
            Self::Pointer(pointer) if pointer.is_empty() => f.write_str("the root"),
            Self::Pointer(pointer) => f.write_str(pointer),
        }
    }
}

/// What is wrong with a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where it is.
    pub place: Place,
    /// A stable code.
    pub code: &'static str,
    /// What is wrong, in a sentence.
    pub detail: String,
}

impl Fault {
    /// A fault.
    pub fn new(place: impl Into<Place>, code: &'static str, detail: impl Into<String>) -> Self {
        Self { place: place.into(), code, detail: detail.into() }
    }

    /// Where something is wrong, and what.
    pub fn told(&self) -> String {
        format!("At {}: {}", self.place, self.detail)
    }
}

/// What is true, false or unknown of an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// All of these.
    And(Vec<Expression>),
    /// One of these.
    Or(Vec<Expression>),
    /// Not this.
    Not(Box<Expression>),
    /// What is always true, or always false.
    Boolean(bool),
    /// An operator or a function with what it is asked of.
    Predicate(Predicate),
}

/// An operator or a function with what it is asked of.
#[derive(Clone, Debug, PartialEq)]
pub struct Predicate {
    /// Where it stands.
    pub place: Place,
    /// Its name, in lower case: `=`, `<>`, `<`, `<=`, `>`, `>=`, `between`, `in`, `like`, `isnull`, or that of a function.
    pub name: String,
    /// What it is asked of: of `in` the second one is a list.
    pub operands: Vec<Operand>,
}

/// What is compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Operand {
    /// Where it stands.
    pub place: Place,
    /// What it is.
    pub value: Value,
}

/// A property, a value, or a function of such.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A property, by its name.
    Property(String),
    /// Text.
    Text(String),
    /// A number.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// `DATE('…')`.
    Date(String),
    /// `TIMESTAMP('…')`.
    Timestamp(String),
    /// A geometry, as WKT.
    Geometry(String),
    /// A list.
    List(Vec<Operand>),
    /// A function, by its name in lower case.
    Call(String, Vec<Operand>),
}

impl Value {
    /// What it is, as it is called in a message.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Property(_) => "a property",
            Self::Text(_) => "text",
            Self::Number(_) => "a number",
            Self::Boolean(_) => "true or false",
            Self::Date(_) => "a date",
            Self::Timestamp(_) => "a timestamp",
            Self::Geometry(_) => "a geometry",
            Self::List(_) => "a list",
            Self::Call(..) => "a function",
        }
    }
}

/// Reads a filter.
///
/// # Errors
/// The first thing that is wrong with it: `too_long`, `too_deep`, `too_many`, `malformed` or `unsupported`.
pub fn parse(text: &str, language: Language) -> Result<Expression, Fault> {
    match language {
        Language::Text => parse_text(text),
        Language::Json => json::parse_json(text),
    }
}

/// Reads CQL2 text.
///
/// # Errors
/// As of `parse`.
pub fn parse_text(text: &str) -> Result<Expression, Fault> {
    check_length(text)?;
    parser::read(lexer::tokens(text)?)
}

fn check_length(text: &str) -> Result<(), Fault> {
    let length = text.chars().count();
    if length > MAX_LENGTH {
        let detail = format!("The filter has {length} characters, and {MAX_LENGTH} are the most.");
        return Err(Fault::new(MAX_LENGTH + 1, "too_long", detail));
    }
    Ok(())
}
