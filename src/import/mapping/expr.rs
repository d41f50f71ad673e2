//! How a value is got from a record: where it stands, and what is done with it, step by step.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};

use super::countries::Country;
use super::row::{Path, Row};
use super::tables::{Otherwise, Table};
use crate::import::report::RowError;
use crate::import::values::number;

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

/// One thing done to each text of a value, or to all together.
#[derive(Clone, Debug)]
pub enum Step {
    /// In small letters.
    Lower,
    /// In capital letters.
    Upper,
    /// A number as it is written plainly: `1,200` and `1200.0` are `1200`.
    Number,
    /// The items of a list.
    Split(String),
    /// All texts as one.
    Join(String),
    /// One of the texts, counted from 0, or from the end where negative.
    Pick(i64),
    /// So many characters from the beginning.
    Take(usize),
    /// What stands before a mark; all of it where there is none.
    Before(String),
    /// What stands behind a mark; nothing where there is none.
    After(String),
    /// What stands between two marks; nothing where they are not there.
    Between(String, String),
    /// What is left without two marks and what stands between them.
    Without(String, String),
    /// Something put before it.
    Prefix(String),
    /// Nothing where it is one of these, in any case.
    Drop(Vec<String>),
    /// A day in one of these forms, as ISO 8601 writes it.
    Date(Vec<String>),
    /// What a table has for it.
    Table(String),
    /// The ISO code of a country, by code, number or name.
    Country,
    /// The ISO code of a country by its FIPS code.
    Fips,
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
        let (from, given) = self.start(field, &expr.start, row);
        let mut texts = given.clone();
        for step in &expr.steps {
            texts = self.step(step, &from, texts);
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
        if let Some(trace) = &mut self.notes.trace
            && !(given.is_empty() && texts.is_empty())
        {
            trace.push(Traced { field: field.to_owned(), from, given, value: texts.clone(), is_default });
        }
        texts
    }

    /// The first text of a value.
    pub fn one(&mut self, field: &str, expr: Option<&Expr>, row: &Row<'_>) -> Option<String> {
        self.all(field, expr?, row).into_iter().next()
    }

    /// Where a value comes from, in words, and the texts there.
    fn start(&mut self, field: &str, start: &Start, row: &Row<'_>) -> (String, Vec<String>) {
        if let Start::FirstOf(values) = start {
            for value in values {
                let texts = self.all(field, value, row);
                if !texts.is_empty() {
                    let from = value.start.paths().first().map(ToString::to_string);
                    return (from.unwrap_or_default(), texts);
                }
            }
            return (String::new(), Vec::new());
        }
        start.read(row)
    }

    /// Notes a value that could not be read.
    pub fn error(&mut self, column: &str, value: &str, reason: &str) {
        self.notes.errors.push(RowError::of_cell(self.line, column, value, reason));
    }

    fn step(&mut self, step: &Step, from: &str, texts: Vec<String>) -> Vec<String> {
        let each =
            |change: &dyn Fn(&str) -> Option<String>| texts.iter().filter_map(|text| change(text.trim())).collect();
        match step {
            Step::Lower => each(&|text| Some(text.to_lowercase())),
            Step::Upper => each(&|text| Some(text.to_uppercase())),
            Step::Number => self.try_each(from, &texts, "Expected a number.", |text| Some(number(text)?.to_string())),
            Step::Split(mark) => {
                let items = texts.iter().flat_map(|text| text.split(mark.as_str()));
                items.map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
            }
            Step::Join(_) if texts.is_empty() => texts,
            Step::Join(mark) => vec![texts.join(mark)],
            Step::Pick(position) => {
                let from_end =
                    usize::try_from(position.unsigned_abs()).ok().and_then(|back| texts.len().checked_sub(back));
                let position = if *position < 0 { from_end } else { usize::try_from(*position).ok() };
                position.and_then(|position| texts.get(position)).cloned().into_iter().collect()
            }
            Step::Take(count) => each(&|text| Some(text.chars().take(*count).collect())),
            Step::Before(mark) => each(&|text| Some(text.split(mark.as_str()).next()?.to_owned())),
            Step::After(mark) => each(&|text| Some(text.split_once(mark.as_str())?.1.to_owned())),
            Step::Between(open, close) => each(&|text| Some(between(text, open, close)?.1.to_owned())),
            Step::Without(open, close) => each(&|text| {
                Some(between(text, open, close).map_or_else(
                    || text.to_owned(),
                    |(front, _, behind)| format!("{} {}", front.trim_end(), behind.trim_start()),
                ))
            }),
            Step::Prefix(front) => each(&|text| (!text.is_empty()).then(|| format!("{front}{text}"))),
            Step::Drop(nothing) => {
                each(&|text| (!nothing.iter().any(|word| word.eq_ignore_ascii_case(text))).then(|| text.to_owned()))
            }
            Step::Date(forms) => {
                self.try_each(from, &texts, "Expected a day in a form that the mapping names.", |text| {
                    let day = forms.iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok())?;
                    (1..=9999).contains(&day.year()).then(|| day.to_string())
                })
            }
            Step::Country => self.try_each(from, &texts, "There is no such country.", |text| {
                Some(Country::parse(text)?.code.to_owned())
            }),
            Step::Fips => self.try_each(from, &texts, "There is no country with this FIPS code.", |text| {
                Some(Country::of_fips(text)?.code.to_owned())
            }),
            Step::Table(name) => self.look_up(name, from, texts),
        }
    }

    /// Changes each text; one that cannot be read is an error.
    fn try_each(
        &mut self,
        from: &str,
        texts: &[String],
        reason: &str,
        change: impl Fn(&str) -> Option<String>,
    ) -> Vec<String> {
        let mut changed = Vec::with_capacity(texts.len());
        for text in texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()) {
            match change(text) {
                Some(better) => changed.push(better),
                None => self.error(from, text, reason),
            }
        }
        changed
    }

    fn look_up(&mut self, name: &str, from: &str, texts: Vec<String>) -> Vec<String> {
        let Some(table) = self.tables.get(name) else {
            return texts;
        };
        let mut found = Vec::with_capacity(texts.len());
        for text in texts {
            let word = text.trim();
            if word.is_empty() {
                continue;
            }
            if let Some(values) = table.get(word) {
                found.extend(values);
                continue;
            }
            let reason = table.reason.as_deref();
            match table.otherwise {
                Otherwise::Keep => found.push(text),
                Otherwise::Drop => {}
                Otherwise::Lose => self.notes.lose(from, reason.unwrap_or("The mapping has nothing for the value.")),
                Otherwise::Error => self.error(from, word, reason.unwrap_or("The mapping does not know the value.")),
                Otherwise::Ignore => {
                    let reason = reason.unwrap_or("The mapping leaves the value aside.").to_owned();
                    self.notes.ignored.get_or_insert((from.to_owned(), reason));
                }
                Otherwise::Refuse => {
                    let reason = reason.unwrap_or("The mapping does not know the value.");
                    let error = RowError::of_cell(self.line, from, word, reason);
                    self.notes.refused.get_or_insert(error);
                }
            }
        }
        found
    }
}

impl Start {
    /// Where the value comes from, in words, and the texts there.
    fn read(&self, row: &Row<'_>) -> (String, Vec<String>) {
        match self {
            Self::Constant(texts) => ("a constant".to_owned(), texts.clone()),
            // Read one by one.
            Self::FirstOf(_) => (String::new(), Vec::new()),
            Self::From(paths) => {
                let mut found = paths.iter().map(|path| (path, row.texts(path)));
                let first = found.find(|(_, texts)| !texts.is_empty());
                first.map_or_else(
                    || (paths.first().map_or_else(String::new, Path::to_string), Vec::new()),
                    |(path, texts)| (path.to_string(), texts),
                )
            }
            Self::Template(pieces) => {
                let mut text = String::new();
                for piece in pieces {
                    match piece {
                        Piece::Words(words) => text.push_str(words),
                        Piece::Path(path) => match row.texts(path).first() {
                            Some(first) => text.push_str(first),
                            None => return ("a template".to_owned(), Vec::new()),
                        },
                    }
                }
                ("a template".to_owned(), vec![text])
            }
        }
    }

    /// The places it reads.
    pub fn paths(&self) -> Vec<&Path> {
        match self {
            Self::From(paths) => paths.iter().collect(),
            Self::Constant(_) => Vec::new(),
            Self::FirstOf(values) => values.iter().flat_map(|value| value.start.paths()).collect(),
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

/// What stands before a mark, between it and the next other one, and behind that.
fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let (front, rest) = text.split_once(open)?;
    let (inside, behind) = rest.split_once(close)?;
    Some((front, inside, behind))
}
