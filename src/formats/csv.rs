//! Events as a table (RFC 4180), one row an event. Its columns are those of `columns`.

use std::borrow::Cow;
use std::io::Write as _;
use std::sync::Arc;

use rayon::iter::ParallelIterator;
use rayon::slice::ParallelSlice;

use super::columns::{CAPTION, Cell, Column, columns};
use super::told::Told;
use super::{About, Writer};
use crate::store::error::StoreError;

/// Media type of tables.
pub const MEDIA_TYPE: &str = "text/csv; charset=utf-8";

/// Rows that one core writes before it looks for others: some tenths of a millisecond.
const SHARE: usize = 25;
/// Bytes of a row, about.
const TYPICAL: usize = 1_024;

/// Writes a table.
pub struct Table {
    about: Arc<About>,
    columns: Vec<&'static Column>,
}

impl Table {
    /// A table of a list.
    pub fn new(about: Arc<About>) -> Self {
        let captions = if about.has_captions { CAPTION } else { &[] };
        let columns = columns(&about.vocab).chain(captions).collect();
        Self { about, columns }
    }
}

impl Writer for Table {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), StoreError> {
        if self.about.bom {
            out.extend_from_slice("\u{feff}".as_bytes());
        }
        let names: Vec<&str> = self.columns.iter().map(|column| column.name).collect();
        out.extend_from_slice(names.join(",").as_bytes());
        out.extend_from_slice(b"\r\n");
        Ok(())
    }

    fn event(&mut self, document: &[u8], out: &mut Vec<u8>) -> Result<(), StoreError> {
        self.row(document, out)
    }

    fn events(&mut self, documents: &[Vec<u8>], out: &mut Vec<u8>) -> Result<(), StoreError> {
        let rows = |documents: &[Vec<u8>]| {
            let mut rows = Vec::with_capacity(documents.len() * TYPICAL);
            documents.iter().try_for_each(|document| self.row(document, &mut rows))?;
            Ok::<_, StoreError>(rows)
        };
        let shares = documents.par_chunks(SHARE).map(rows).collect::<Result<Vec<_>, _>>()?;
        for rows in shares {
            out.extend_from_slice(&rows);
        }
        Ok(())
    }

    fn end(&mut self, _: &mut Vec<u8>) {}

    /// A last line of one cell, which no row has: whoever counts cells sees it, and whoever reads it knows why.
    fn cut(&mut self, problem: &str, out: &mut Vec<u8>) {
        put_text(&format!("The table breaks off here: {problem}"), out);
        out.extend_from_slice(b"\r\n");
    }
}

impl Table {
    fn row(&self, document: &[u8], out: &mut Vec<u8>) -> Result<(), StoreError> {
        let event = Told::read(document)?;
        for (number, column) in self.columns.iter().enumerate() {
            if number > 0 {
                out.push(b',');
            }
            match (column.cell)(&event) {
                Cell::Text(text) => put_text(&text, out),
                // To memory nothing fails to be written.
                Cell::Plain(value) => drop(write!(out, "{value}")),
                Cell::Empty => {}
            }
        }
        out.extend_from_slice(b"\r\n");
        Ok(())
    }
}

fn put_text(text: &str, out: &mut Vec<u8>) {
    let text = if looks_like_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) };
    let is_bare = |b: u8| !matches!(b, b',' | b'"' | b'\r' | b'\n');
    // Semicolons too, for the spreadsheets of half of Europe, which split there.
    if text.bytes().all(|b| is_bare(b) && b != b';') && text.trim().len() == text.len() {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
    out.push(b'"');
}

/// Whether a spreadsheet would take a text for a formula, or would if the apostrophes in front of it were taken off.
fn looks_like_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

#[cfg(test)]
#[path = "csv_tests.rs"]
mod tests;
