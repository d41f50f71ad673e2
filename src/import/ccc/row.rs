//! One row by its columns, and what is found out about it on the way.

use super::columns::{Column, Header};
use crate::import::records::Record;
use crate::import::report::{Report, RowError};
use crate::import::values::{flag, items, number, whole};

/// A record read by a header.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    /// The cells.
    pub record: &'a Record,
    /// Where they stand.
    pub header: &'a Header,
}

impl<'a> Row<'a> {
    /// A cell without white space at its ends; empty where the file has no such column. `NA` is how R writes an empty
    /// cell.
    pub fn get(&self, column: Column) -> &'a str {
        self.header.position(column).map_or("", |position| cell(self.record, position))
    }

    /// The items of a cell that holds a list.
    pub fn list(&self, column: Column) -> impl Iterator<Item = &'a str> + use<'a> {
        items(self.get(column))
    }

    /// The source cells that say something.
    pub fn sources(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let record = self.record;
        self.header.sources.iter().map(move |position| cell(record, *position)).filter(|text| !text.is_empty())
    }

    /// What a 0/1 column says; `None` where it says nothing that can be read.
    pub fn flag(&self, column: Column, found: &mut Findings) -> Option<bool> {
        let value = self.get(column);
        if value.is_empty() {
            return None;
        }
        let flag = flag(value);
        if flag.is_none() {
            found.error(self, column, value, "Expected 0 or 1; taken as not said.");
        }
        flag
    }

    /// Whether a 0/1 column says 1.
    pub fn says_yes(&self, column: Column, found: &mut Findings) -> bool {
        self.flag(column, found) == Some(true)
    }

    /// A whole number of people.
    pub fn people(&self, column: Column, found: &mut Findings) -> Option<i64> {
        let value = self.get(column);
        if value.is_empty() {
            return None;
        }
        let people = number(value).and_then(whole);
        if people.is_none() {
            found.error(self, column, value, "Expected a whole number of people; taken as not reported.");
        }
        people
    }
}

fn cell(record: &Record, position: usize) -> &str {
    match record.get(position).trim() {
        "NA" => "",
        text => text,
    }
}

/// What is found out about a row while it is mapped; counted in the report once the row is through.
#[derive(Default)]
pub struct Findings {
    errors: Vec<RowError>,
    losses: Vec<(&'static str, &'static str)>,
}

impl Findings {
    /// Notes a cell that could not be read; the rest of the row goes in.
    pub fn error(&mut self, row: &Row<'_>, column: Column, value: &str, reason: &str) {
        self.errors.push(RowError::of_cell(row.record.line, column.name(row.header.layout), value, reason));
    }

    /// Notes that something of a column is lost; once a row.
    pub fn lose(&mut self, row: &Row<'_>, column: Column, reason: &'static str) {
        self.lose_named(column.name(row.header.layout), reason);
    }

    /// The same for a column by name.
    pub fn lose_named(&mut self, name: &'static str, reason: &'static str) {
        if !self.losses.contains(&(name, reason)) {
            self.losses.push((name, reason));
        }
    }

    /// Puts everything into the report, and forgets it.
    pub fn settle(&mut self, report: &mut Report) {
        for error in self.errors.drain(..) {
            report.error(error);
        }
        for (column, reason) in self.losses.drain(..) {
            report.losses.add(column, reason);
        }
    }
}
