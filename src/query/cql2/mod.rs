//! The Common Query Language (OGC 21-065r2) as a tree of words: what is asked, and where each part of it stands in the text.
//! What the words mean for events is said in `query::filter`.

mod lexer;
mod parser;

/// Most characters of a filter.
pub const MAX_LENGTH: usize = 32_768;
/// How deep parentheses, functions and `NOT` may lie in each other.
pub const MAX_DEPTH: usize = 32;
/// Most comparisons and other predicates of a filter.
pub const MAX_PREDICATES: usize = 100;

/// What is wrong with a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The character at which it is, from 1.
    pub position: usize,
    /// A stable code.
    pub code: &'static str,
    /// What is wrong, in a sentence.
    pub detail: String,
}

impl Fault {
    /// A fault.
    pub fn new(position: usize, code: &'static str, detail: impl Into<String>) -> Self {
        Self { position, code, detail: detail.into() }
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
    /// The character at which it begins.
    pub position: usize,
    /// Its name, in lower case: `=`, `<>`, `<`, `<=`, `>`, `>=`, `between`, `in`, `like`, `isnull`, or that of a function.
    pub name: String,
    /// What it is asked of: of `in` the second one is a list.
    pub operands: Vec<Operand>,
}

/// What is compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Operand {
    /// The character at which it begins.
    pub position: usize,
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
    /// A list in parentheses.
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

/// Reads CQL2 text.
///
/// # Errors
/// The first thing that is wrong with it: `too_long`, `too_deep`, `too_many`, `malformed` or `unsupported`.
pub fn parse(text: &str) -> Result<Expression, Fault> {
    let length = text.chars().count();
    if length > MAX_LENGTH {
        let detail = format!("The filter has {length} characters, and {MAX_LENGTH} are the most.");
        return Err(Fault::new(MAX_LENGTH + 1, "too_long", detail));
    }
    parser::read(lexer::tokens(text)?)
}
