//! Files of the Crowd Counting Consortium (CCC) as documents: one row is one event on one day in the United States.
//!
//! What becomes of each column, and what is lost, is told in `docs/importing-ccc.md`.

mod actors;
mod amounts;
mod claims;
mod columns;
mod event;
mod identity;
mod places;
mod row;
mod sources;
#[cfg(test)]
mod test_rows;
mod types;

use std::io::{self, BufRead};

pub use columns::Layout;

use super::entities::{Entities, KnownPlaces};
use super::mapped::{Mapped, Rows as _, digest};
use super::records::{Next, OpenError, Record, Records};
use super::report::{Report, RowError};
use columns::Header;
use event::Mapping;
use identity::{Identities, Seen};
use row::{Findings, Row};

/// The scheme of the ids that events get in `external_ids`.
pub const SCHEME: &str = "ccc";

/// The rows of a file, one by one, in bounded memory.
pub struct Rows<R> {
    records: Records<R>,
    header: Header,
    known: KnownPlaces,
    record: Record,
    entities: Entities,
    identities: Identities,
    findings: Findings,
    begun: bool,
}

impl<R: BufRead> Rows<R> {
    /// Reads the header. `known` names the countries and states that are there already.
    ///
    /// # Errors
    /// Where the file is none of this format.
    pub fn open(input: R, known: KnownPlaces) -> Result<Self, OpenError> {
        let records = Records::open(input, begins_with_a_day)?;
        let header = Header::read(records.header())?;
        Ok(Self {
            records,
            header,
            known,
            record: Record::default(),
            entities: Entities::default(),
            identities: Identities::default(),
            findings: Findings::default(),
            begun: false,
        })
    }

    /// Which of the two layouts the file has.
    pub const fn layout(&self) -> Layout {
        self.header.layout
    }

    /// Gives out entities again that were given out before. To be called where they were not written after all.
    pub fn forget_entities(&mut self) {
        self.entities.forget();
    }

    fn map(&mut self, report: &mut Report) -> Option<Mapped> {
        let record = &mut self.record;
        report.repaired += record.repaired;
        if record.joined {
            report.joined += 1;
            report.notice(RowError::of_record(record.line, "The record was broken in pieces, which were joined."));
        }
        record.notices.drain(..).for_each(|notice| report.notice(notice));
        if record.is_blank() {
            report.ignored += 1;
            return None;
        }
        let row = Row { record, header: &self.header };
        let identified = event::date(&row).and_then(|date| {
            let state = event::state(&row)?;
            Ok((date, state, self.identities.see(&row, date)))
        });
        let (date, state, seen) = match identified {
            Ok(identified) => identified,
            Err(error) => {
                report.refuse(error);
                return None;
            }
        };
        let identity = match seen {
            Seen::New(identity) => identity,
            Seen::Again => {
                report.collapsed += 1;
                return None;
            }
            Seen::Forgotten | Seen::TooMany => {
                let reason = if seen == Seen::Forgotten { FORGOTTEN } else { TOO_MANY };
                report.refuse(RowError::of_record(row.record.line, reason));
                return None;
            }
        };
        for (position, name) in &self.header.unknown {
            if !row.record.get(*position).trim().is_empty() {
                report.losses.add_column(name, "The column is unknown, or stands there twice.", 1);
            }
        }
        let mapping = Mapping { row: &row, date, state, id: &identity, known: &self.known };
        let event = event::event(&mapping, &mut self.entities, &mut self.findings);
        self.findings.settle(report);
        let entities = std::mem::take(&mut self.entities.documents);
        let group = event::group(&row, &event);
        Some(Mapped { line: row.record.line, hash: digest(&event), identity, entities, event: Some(event), group })
    }
}

impl<R: BufRead> super::mapped::Rows for Rows<R> {
    fn bytes(&self) -> u64 {
        self.records.bytes()
    }

    fn next(&mut self, report: &mut Report) -> io::Result<Option<Mapped>> {
        if !self.begun {
            self.begun = true;
            for (_, name) in &self.header.unknown {
                report.losses.add_column(name, "The column is unknown, or stands there twice.", 0);
            }
        }
        loop {
            match self.records.next(&mut self.record)? {
                Next::End => return Ok(None),
                Next::Refused(error) => {
                    report.lines += 1;
                    report.refuse(error);
                }
                Next::Record => {
                    report.lines += 1;
                    if let Some(mapped) = self.map(report) {
                        return Ok(Some(mapped));
                    }
                }
            }
        }
    }
}

const FORGOTTEN: &str = "More than a million rows lie between this one and others of its day, so that it cannot be told \
                         which of them it is. Sort the file by date, or import it in parts.";
const TOO_MANY: &str = "More than 1,000 different rows have this date, locality, state, location and title.";

/// Whether a cell is a day, as the first cell of a row is.
fn begins_with_a_day(cell: &[u8]) -> bool {
    cell.len() == 10
        && cell
            .iter()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { *byte == b'-' } else { byte.is_ascii_digit() })
}

/// Reads a file to its end without writing anything, for a first look and for tests that must not panic.
///
/// # Errors
/// Where the file cannot be read, or is none of this format.
pub fn rehearse(input: impl BufRead, mut each: impl FnMut(Mapped)) -> Result<Report, OpenError> {
    let mut report = Report::default();
    let mut rows = Rows::open(input, KnownPlaces::new())?;
    while let Some(mapped) = rows.next(&mut report)? {
        report.created += 1;
        each(mapped);
    }
    Ok(report)
}

#[cfg(test)]
#[path = "../../../tests/it/support/ccc.rs"]
mod generator;

#[cfg(test)]
#[path = "mod_tests.rs"]
mod tests;
