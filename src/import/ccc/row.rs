//! One row by its columns, and what is found out about it on the way.

use super::super::records::Record;
use super::super::report::{Report, RowError};
use super::columns::{Column, Header};

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

/// The items of a list separated by `;`.
pub fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim).filter(|item| !item.is_empty())
}

/// A number as spreadsheets write it: `1`, `1.0`, `39153.0`, `1,200`.
pub fn number(text: &str) -> Option<f64> {
    let digits = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | ',');
    if !text.chars().all(digits) || text.len() > 30 {
        return None;
    }
    if text.contains(',') {
        let (first, groups) = text.split_once(',')?;
        let whole = groups.split('.').next().unwrap_or_default();
        if !(1..=3).contains(&first.len()) || whole.split(',').any(|group| group.len() != 3) {
            return None;
        }
        return text.replace(',', "").parse().ok();
    }
    text.parse().ok()
}

/// A 0 or 1, as spreadsheets write it.
pub fn flag(text: &str) -> Option<bool> {
    match number(text).and_then(whole) {
        Some(0) => Some(false),
        Some(1) => Some(true),
        _ => None,
    }
}

/// Most people that a number is believed to be of: more than have ever lived in the United States are a slip.
const MAX_PEOPLE: f64 = 1e9;

#[expect(clippy::cast_possible_truncation, reason = "whole and within bounds")]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && (0.0..=MAX_PEOPLE).contains(&number)).then_some(number as i64)
}

/// The whole number nearest to a mean.
pub fn rounded(number: f64) -> Option<i64> {
    whole(number.round())
}

/// Text on one line, with single spaces, of at most so many characters.
pub fn phrase(text: &str, max: usize) -> String {
    let mut line = String::with_capacity(text.len());
    let mut length = 0;
    for word in text.split_whitespace() {
        length += word.chars().count() + usize::from(!line.is_empty());
        if length > max {
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    // A single word that is too long.
    if line.is_empty() { text.trim().chars().take(max).collect() } else { line }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_spreadsheets_write_them() {
        for (text, value) in
            [("1.0", 1.0), ("39153.0", 39_153.0), ("1,200", 1_200.0), ("-97.5", -97.5), ("12,345,678.5", 12_345_678.5)]
        {
            assert_eq!(number(text), Some(value), "{text}");
        }
        for text in ["", "1,2", "inf", "NaN", "1e5", "dozens", "1,2345", ",100"] {
            assert_eq!(number(text), None, "{text}");
        }
        assert_eq!((whole(2.5), whole(-1.0), whole(2e9), rounded(2.5)), (None, None, None, Some(3)));
    }

    #[test]
    fn lists_and_phrases_are_tidied() {
        assert_eq!(items(" a ;; b; ").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(phrase(" a\n b  c ", 10), "a b c");
        assert_eq!(phrase("long words here", 10), "long words");
        assert_eq!(phrase("abcdef", 3), "abc");
    }
}
