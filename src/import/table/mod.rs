//! Tables of our own, as `/v1/events.csv` gives them and `docs/exports.md` describes them, read back as the events that they are of.
//!
//! A mapping (`import::mapping`) could not say it: it makes events of what other collections hold, with ids, slugs and titles made for
//! them, and puts right what is written amiss. Here every value is to come back as it was, or be refused.

mod cells;
mod row;

use std::io::BufRead;

use serde_json::Value;

use super::records::OpenError;
use super::report::RowError;
use cells::{Next, Records};
use row::{NEEDED, Row};

/// The rows of a table behind its header.
pub struct Table<R> {
    records: Records<R>,
    /// Where each column that is read stands, in the order of [`NEEDED`].
    positions: Vec<usize>,
    width: usize,
}

/// What a row of a table is.
#[derive(Clone, Debug, PartialEq)]
pub enum Read {
    /// An event.
    Event {
        /// The line that the row begins on.
        line: u64,
        /// How many bytes the row has.
        bytes: usize,
        /// The event in the form in which it is written, without what a table does not carry.
        document: Value,
        /// Whether a privacy policy holds for it, which a table does not carry.
        is_under_policy: bool,
    },
    /// No event, for these reasons.
    Refused(Vec<RowError>),
}

impl<R: BufRead> Table<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// Where there is none, or it lacks columns.
    pub fn open(input: R) -> Result<Self, OpenError> {
        let mut records = Records::new(input);
        let header = match records.next(MAX_COLUMNS)? {
            Next::Record { cells, .. } => cells,
            Next::Refused(error) => return Err(OpenError::Header(error.reason)),
            Next::End => return Err(OpenError::Empty),
        };
        let place = |name: &&str| header.iter().position(|known| known == name);
        let missing: Vec<String> =
            NEEDED.iter().filter(|name| place(name).is_none()).map(|name| (*name).to_owned()).collect();
        if !missing.is_empty() {
            return Err(OpenError::MissingColumns(missing));
        }
        Ok(Self { records, positions: NEEDED.iter().filter_map(place).collect(), width: header.len() })
    }

    /// The next row; `None` at the end.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn next_row(&mut self) -> std::io::Result<Option<Read>> {
        Ok(match self.records.next(self.width)? {
            Next::End => None,
            Next::Refused(error) => Some(Read::Refused(vec![error])),
            Next::Record { line, cells, .. } if cells.len() != self.width => {
                // Where a table broke off its last line says why.
                let first = cells.first().map(|cell| cell.chars().take(200).collect::<String>()).unwrap_or_default();
                let reason = format!("Expected {} cells, found {}; the first is `{first}`.", self.width, cells.len());
                Some(Read::Refused(vec![RowError::of_record(line, reason)]))
            }
            Next::Record { line, cells, bytes } => Some(match Row::new(line, &cells, &self.positions).event() {
                Ok((document, is_under_policy)) => Read::Event { line, bytes, document, is_under_policy },
                Err(errors) => Read::Refused(errors),
            }),
        })
    }

    /// Bytes read so far.
    pub const fn bytes(&self) -> u64 {
        self.records.bytes
    }
}

/// Most columns of a table, whatever others it has than ours.
const MAX_COLUMNS: usize = 1_000;

/// Reads a table to its end without writing anything, for tests that must not panic.
///
/// # Errors
/// Where it cannot be read, or is none of ours.
pub fn rehearse(input: impl BufRead, mut each: impl FnMut(Read)) -> Result<(), OpenError> {
    let mut table = Table::open(input)?;
    while let Some(read) = table.next_row()? {
        each(read);
    }
    Ok(())
}

#[cfg(test)]
#[path = "mod_tests.rs"]
mod tests;
