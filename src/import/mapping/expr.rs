//! How a value is got from a record: where it stands, and what is done with it, step by step.

use std::collections::HashMap;

use super::row::{Path, Row};
use super::steps::Step;
use super::tables::Table;
use crate::import::report::RowError;

/// A value: texts from a record, changed by steps.
#[derive(Clone, Debug, Default)]
pub struct Expr {
    /// Where it begins.
    pub start: Start,
    /// What is done with it.
    pub steps: Vec<Step>,
    /// What it is where nothing is left.
    pub default: Vec<String>,
}

/// Where a value begins.
#[derive(Clone, Debug)]
pub enum Start {
    /// The first of these places that says something.
    From(Vec<Path>),
    /// What does not depend on the record.
    Constant(Vec<String>),
    /// Words with places among them; nothing where one of the places says nothing.
    Template(Vec<Piece>),
    /// The first of these values that says something.
    FirstOf(Vec<Expr>),
    /// All of these values, one behind the other, as far as those before do not say it already.
    AllOf(Vec<Expr>),
    /// All columns with this name and a number behind it, in the order of the file.
    Numbered(String),
}

impl Default for Start {
    fn default() -> Self {
        Self::Constant(Vec::new())
    }
}

/// A piece of a template.
#[derive(Clone, Debug)]
pub enum Piece {
    /// Words as they stand.
    Words(String),
    /// What stands at a place.
    Path(Path),
}

/// What is noted while a record is read.
#[derive(Debug, Default)]
pub struct Notes {
    /// Values that could not be read.
    pub errors: Vec<RowError>,
    /// What is lost, by column and reason.
    pub losses: Vec<(String, String)>,
    /// Why the record is left aside, with the column.
    pub ignored: Option<(String, String)>,
    /// Why the record is refused.
    pub refused: Option<RowError>,
    /// How each value came about, where somebody wants to know.
    pub trace: Option<Vec<Traced>>,
}

impl Notes {
    /// Notes a loss, once a record.
    pub fn lose(&mut self, column: &str, reason: &str) {
        if !self.losses.iter().any(|(known, why)| known == column && why == reason) {
            self.losses.push((column.to_owned(), reason.to_owned()));
        }
    }

    /// Tells how a value came about, where somebody wants to know.
    pub fn tell(&mut self, field: &str, from: &str, given: Vec<String>, value: Vec<String>, is_default: bool) {
        if let Some(trace) = &mut self.trace {
            trace.push(Traced { field: field.to_owned(), from: from.to_owned(), given, value, is_default });
        }
    }
}

/// How a value came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traced {
    /// The field that it is for.
    pub field: String,
    /// Where it comes from.
    pub from: String,
    /// What stood there.
    pub given: Vec<String>,
    /// What it became.
    pub value: Vec<String>,
    /// Whether that is the default.
    pub is_default: bool,
}

/// What values are read with.
pub struct Reader<'a> {
    /// The tables of the mapping.
    pub tables: &'a HashMap<String, Table>,
    /// The line of the record.
    pub line: u64,
    /// What is noted on the way.
    pub notes: Notes,
}

impl Reader<'_> {
    /// All texts of a value.
    pub fn all(&mut self, field: &str, expr: &Expr, row: &Row<'_>) -> Vec<String> {
        let (from, mut texts) = self.start(field, &expr.start, row);
        let given = self.notes.trace.as_ref().map(|_| texts.clone());
        for step in &expr.steps {
            texts = self.step(step, from, texts);
        }
        texts.retain_mut(|text| {
            let trimmed = text.trim();
            if trimmed.len() < text.len() {
                *text = trimmed.to_owned();
            }
            !text.is_empty()
        });
        let is_default = texts.is_empty() && !expr.default.is_empty();
        if is_default {
            texts.clone_from(&expr.default);
        }
        if let Some(given) = given.filter(|given| !(given.is_empty() && texts.is_empty())) {
            self.notes.tell(field, from, given, texts.clone(), is_default);
        }
        texts
    }

    /// The first text of a value.
    pub fn one(&mut self, field: &str, expr: Option<&Expr>, row: &Row<'_>) -> Option<String> {
        self.all(field, expr?, row).into_iter().next()
    }

    /// Where a value comes from, in words, and the texts there.
    fn start<'e>(&mut self, field: &str, start: &'e Start, row: &Row<'_>) -> (&'e str, Vec<String>) {
        match start {
            Start::Constant(texts) => ("a constant", texts.clone()),
            Start::From(paths) => {
                let mut found = paths.iter().map(|path| (path, row.texts(path)));
                let first = found.find(|(_, texts)| !texts.is_empty());
                first.map_or_else(
                    || (paths.first().map_or("", Path::text), Vec::new()),
                    |(path, texts)| (path.text(), texts),
                )
            }
            Start::Template(pieces) => ("a template", template(pieces, row).into_iter().collect()),
            Start::Numbered(front) => (front, row.numbered(front)),
            Start::FirstOf(values) => {
                for value in values {
                    let texts = self.all(field, value, row);
                    if !texts.is_empty() {
                        return (value.start.column(row), texts);
                    }
                }
                ("", Vec::new())
            }
            Start::AllOf(values) => {
                let mut texts: Vec<String> = Vec::new();
                for (position, value) in values.iter().enumerate() {
                    for text in self.all(field, value, row) {
                        if position == 0 || !texts.contains(&text) {
                            texts.push(text);
                        }
                    }
                }
                (start.column(row), texts)
            }
        }
    }

    /// Notes a value that could not be read.
    pub fn error(&mut self, column: &str, value: &str, reason: &str) {
        let error = RowError::of_cell(self.line, column, value, reason);
        // A cell may be read for more than one field.
        if !self.notes.errors.contains(&error) {
            self.notes.errors.push(error);
        }
    }
}

impl Start {
    /// The column that says what the value is: the first that says anything.
    pub fn column(&self, row: &Row<'_>) -> &str {
        let paths = self.paths();
        let says = paths.iter().find(|path| paths.len() == 1 || !row.texts(path).is_empty());
        says.or(paths.first()).map_or("", |path| path.text())
    }

    /// The places it reads.
    pub fn paths(&self) -> Vec<&Path> {
        match self {
            Self::From(paths) => paths.iter().collect(),
            Self::Constant(_) | Self::Numbered(_) => Vec::new(),
            Self::FirstOf(values) | Self::AllOf(values) => {
                values.iter().flat_map(|value| value.start.paths()).collect()
            }
            Self::Template(pieces) => pieces
                .iter()
                .filter_map(|piece| match piece {
                    Piece::Path(path) => Some(path),
                    Piece::Words(_) => None,
                })
                .collect(),
        }
    }
}

/// The words of a template with what stands at its places; `None` where one of these says nothing.
fn template(pieces: &[Piece], row: &Row<'_>) -> Option<String> {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Words(words) => text.push_str(words),
            Piece::Path(path) => text.push_str(row.texts(path).first()?),
        }
    }
    Some(text)
}
