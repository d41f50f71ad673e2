//! Files of any collection as documents, by a mapping: a declarative file that says which column or member goes to which field.
//!
//! A mapping (`spec`) names values (`expr`): where each stands in a record (`row`) and by which small steps it becomes
//! what we write. `build` makes the event of them. What a mapping cannot say it does not say: there are no conditions
//! and no functions of its own, so that whoever reads one knows what it does. For what columns and tables cannot tell there are a few
//! rules with names, each in a file of its own: `alike`, `us_towns`, `demands`. `docs/importing.md` is its manual.

mod alike;
mod amounts;
mod build;
mod check;
mod countries;
mod demands;
mod explain;
mod expr;
mod header;
mod held;
mod losses;
mod places;
mod presets;
mod reading;
mod row;
mod spec;
mod steps;
mod tables;
mod us_towns;
mod values;
mod when;
mod whereabouts;
mod who;

use std::io::{self, BufRead};

use serde_json::json;
use xxhash_rust::xxh3::xxh3_128;

pub use explain::{ExplainError, explain};
pub use presets::{PRESETS, preset};
pub use spec::{Mapping, MappingFault};

use super::entities::{Entities, KnownPlaces};
use super::json_records::{JsonRecord, JsonRecords};
use super::mapped::{Mapped, digest};
use super::records::{Next, OpenError, Record, Records};
use super::report::{Report, RowError};
use super::text;
use alike::Place;
use build::Builder;
use expr::{Notes, Reader};
use header::Header;
use held::Memory;
use losses::{Left, left_columns, lose_the_rest};
use row::Row;
use spec::Format;

/// The records of a file that has a mapping, one by one, in bounded memory.
pub struct MappedRows<'m, R> {
    mapping: &'m Mapping,
    file: File<R>,
    known: KnownPlaces,
    entities: Entities,
    memory: Memory,
    /// Which columns of cells are lost.
    left: Vec<Left>,
    /// Ways to members that values are made of.
    used: Vec<Vec<String>>,
    /// Whether there was a record that could be read.
    has_record: bool,
    ended: bool,
}

/// A file, as it is read.
enum File<R> {
    Cells { records: Box<Records<R>>, record: Box<Record>, header: Header },
    Json { records: JsonRecords<R>, record: JsonRecord },
}

impl<R: BufRead> File<R> {
    /// Reads the next record, and tells its line.
    fn next(&mut self) -> std::io::Result<(Next, u64)> {
        match self {
            Self::Cells { records, record, .. } => {
                let next = records.next(record)?;
                Ok((next, record.line))
            }
            Self::Json { records, record } => {
                let next = records.next(record)?;
                Ok((next, record.line))
            }
        }
    }

    /// How much was read so far, in what the places of records are counted by.
    fn length(&self) -> (u64, &'static str) {
        match self {
            Self::Cells { records, .. } => (records.lines(), "lines"),
            Self::Json { records, .. } => records.length(),
        }
    }
}

/// What became of a record.
enum Outcome {
    Mapped(Box<Mapped>, Option<String>),
    Collapsed,
    Ignored,
    Refused,
}

impl<'m, R: BufRead> MappedRows<'m, R> {
    /// Reads up to the first record. `known` names the countries and first-level divisions that are there already.
    ///
    /// # Errors
    /// Where the file is none that the mapping reads.
    pub fn open(mapping: &'m Mapping, input: R, known: KnownPlaces) -> Result<Self, OpenError> {
        let files = &mapping.files;
        let (mut left, mut memory) = (Vec::new(), Memory::default());
        let file = match &files.format {
            Format::Cells(dialect) => {
                let begins = files.begins_with_a_day.then_some(is_day as fn(&[u8]) -> bool);
                let records = Records::open(input, *dialect, files.columns.clone(), begins)?;
                let header = Header::of(records.header(), mapping);
                let missing = header.missing(&files.required);
                if !missing.is_empty() {
                    return Err(OpenError::MissingColumns(missing));
                }
                left = left_columns(mapping, records.header(), &header);
                memory = Memory::new(mapping, records.header(), &header);
                File::Cells { records: Box::new(records), record: Box::default(), header }
            }
            Format::Json(path) => {
                File::Json { records: JsonRecords::list(input, path)?, record: JsonRecord::default() }
            }
            Format::Ndjson => File::Json { records: JsonRecords::lines(input), record: JsonRecord::default() },
        };
        let values = mapping.values();
        let used = values.iter().flat_map(|(_, each, expr)| {
            let front: Vec<String> =
                each.map_or_else(Vec::new, |each| each.steps().iter().cloned().chain(["*".to_owned()]).collect());
            expr.start.paths().into_iter().map(move |path| front.iter().chain(path.steps()).cloned().collect())
        });
        Ok(Self {
            mapping,
            file,
            known,
            entities: Entities::default(),
            memory,
            left,
            used: used.collect(),
            has_record: false,
            ended: false,
        })
    }

    /// Reads one record, and accounts for it unless it is one to be given out.
    fn read(&mut self, report: &mut Report) -> io::Result<()> {
        match self.file.next()?.0 {
            Next::End => self.end()?,
            Next::Refused(error) => {
                report.lines += 1;
                report.refuse(error);
            }
            Next::Record => {
                report.lines += 1;
                self.has_record = true;
                match self.map(report, false).0 {
                    Outcome::Mapped(mapped, None) => self.memory.waiting.push(*mapped, None),
                    Outcome::Mapped(mapped, Some(key)) => self.memory.waiting.push(*mapped, Some(&key)),
                    Outcome::Collapsed => report.collapsed += 1,
                    Outcome::Ignored => report.ignored += 1,
                    // It is counted with its error.
                    Outcome::Refused => {}
                }
            }
        }
        Ok(())
    }

    /// A header shows that a file is one of these. Where there is none, only a record can.
    fn end(&mut self) -> io::Result<()> {
        self.ended = true;
        match &self.mapping.files.columns {
            Some(columns) if !self.has_record => {
                let reason = format!("no line of it is a row of {} cells", columns.len());
                Err(io::Error::new(io::ErrorKind::InvalidData, reason))
            }
            _ => Ok(()),
        }
    }

    fn map(&mut self, report: &mut Report, is_traced: bool) -> (Outcome, Notes) {
        let empty = self.mapping.files.empty.as_slice();
        let (row, line) = match &mut self.file {
            File::Cells { record, header, .. } => {
                report.repaired += record.repaired;
                if record.joined {
                    report.joined += 1;
                    report.notice(RowError::of_record(record.line, JOINED));
                }
                record.notices.drain(..).for_each(|notice| report.notice(notice));
                if record.is_blank() {
                    return (Outcome::Ignored, Notes::default());
                }
                let line = record.line;
                (Row::Cells(record, header, empty), line)
            }
            File::Json { record, .. } => {
                if record.was_1252 {
                    report.repaired += 1;
                    report.notice(RowError::of_record(record.line, text::WAS_1252));
                }
                (Row::Json(&record.value, empty), record.line)
            }
        };
        let notes = Notes { trace: is_traced.then(Vec::new), ..Notes::default() };
        let reader = Reader { tables: &self.mapping.tables, line, notes };
        let (mapping, known, entities) = (self.mapping, &self.known, &mut self.entities);
        let mut builder = Builder { mapping, row, reader, known, entities };
        let outcome = outcome(&mut builder, &mut self.memory);
        let mut notes = std::mem::take(&mut builder.reader.notes);
        if matches!(outcome, Outcome::Mapped(..)) {
            lose_the_rest(&mut notes, &row, &self.left, &self.used, mapping);
        }
        if let Some(error) = &notes.refused {
            report.refuse(error.clone());
        }
        notes.errors.iter().for_each(|error| report.error(error.clone()));
        if let Some((column, reason)) = &notes.ignored {
            report.losses.add(column.clone(), reason.clone());
        }
        for (column, reason) in &notes.losses {
            report.losses.add(column.clone(), reason.clone());
        }
        (outcome, notes)
    }
}

/// Which event a record is about, that event, and whether an earlier record has told it.
fn outcome(builder: &mut Builder<'_>, memory: &mut Memory) -> Outcome {
    builder.leave_aside();
    if builder.reader.notes.ignored.is_some() {
        return Outcome::Ignored;
    }
    if builder.lacks_something() {
        return Outcome::Refused;
    }
    let identity = match which(builder, memory) {
        Ok(identity) => identity,
        Err(outcome) => return outcome,
    };
    let line = builder.reader.line;
    if builder.mapping.deletes {
        let hash = digest(&json!({"deleted": identity}));
        let mapped = Mapped { line, hash, identity, entities: Vec::new(), event: None, group: None };
        return Outcome::Mapped(Box::new(mapped), None);
    }
    let same_by = builder.same_by();
    if let Some(key) = &same_by
        && memory.waiting.join(key, &builder.mapping.scheme, &identity)
    {
        return Outcome::Collapsed;
    }
    let event = builder.event(&identity);
    let notes = &builder.reader.notes;
    let Some(event) = event else {
        // Its entities may be named by those that come, and do no harm.
        return if notes.refused.is_some() { Outcome::Refused } else { Outcome::Ignored };
    };
    let hash = digest(&event);
    match memory.see(&identity, &hash) {
        None => {}
        Some(true) => return Outcome::Collapsed,
        Some(false) => {
            return refused(builder, "An earlier record of the file has the same id and says something else.");
        }
    }
    let entities = std::mem::take(&mut builder.entities.documents);
    let group = builder.group(&event);
    let mapped = Mapped { line, hash, identity, entities, event: Some(event), group };
    Outcome::Mapped(Box::new(mapped), same_by)
}

/// The id of the event that a record is about; or what becomes of a record where that cannot be told, or is told already.
fn which(builder: &mut Builder<'_>, memory: &mut Memory) -> Result<String, Outcome> {
    let mapping = builder.mapping;
    let (Some(identity), Some(alike)) = (&mapping.identity, &mut memory.alike) else {
        return builder.id().ok_or_else(|| refused(builder, "The record has no id of at most 300 characters."));
    };
    let parts = builder.told_by(&identity.by);
    let place = alike.see(&builder.row, &parts);
    if let Some(reason) = place.why_not(identity) {
        return Err(refused(builder, &reason));
    }
    match place {
        Place::New(id) => {
            builder.reader.notes.tell("id", "its place among alike records", parts, vec![id.clone()], false);
            Ok(id)
        }
        _ => Err(Outcome::Collapsed),
    }
}

fn refused(builder: &mut Builder<'_>, reason: &str) -> Outcome {
    builder.reader.notes.refused = Some(RowError::of_record(builder.reader.line, reason));
    Outcome::Refused
}

impl<R: BufRead> MappedRows<'_, R> {
    /// The next record that says something new; `None` at the end of the file. Records that do not are accounted for in the
    /// report. One that is given out is in `lines` only: the caller says what became of it.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn next(&mut self, report: &mut Report) -> io::Result<Option<Mapped>> {
        while !self.ended && !self.memory.waiting.has_one(!self.mapping.collapse.is_empty()) {
            self.read(report)?;
        }
        Ok(self.memory.waiting.pop())
    }

    /// Bytes read so far, for showing how far it is.
    pub fn bytes(&self) -> u64 {
        match &self.file {
            File::Cells { records, .. } => records.bytes(),
            File::Json { records, .. } => records.bytes(),
        }
    }
}

const JOINED: &str = "The record was broken in pieces, which were joined.";

/// Whether a cell is a day, and so the first one of a record.
fn is_day(cell: &[u8]) -> bool {
    let is_of_day = |(at, byte): (usize, &u8)| if at == 4 || at == 7 { *byte == b'-' } else { byte.is_ascii_digit() };
    cell.len() == 10 && cell.iter().enumerate().all(is_of_day)
}

/// A digest of a text, as an id.
fn digest_of(text: &str) -> String {
    format!("{:032x}", xxh3_128(text.as_bytes()))
}

/// Reads a file to its end without writing anything, for a first look and for tests that must not panic.
///
/// # Errors
/// Where the file cannot be read, or is none that the mapping reads.
pub fn rehearse(mapping: &Mapping, input: impl BufRead, mut each: impl FnMut(Mapped)) -> Result<Report, OpenError> {
    let mut report = Report::default();
    let mut rows = MappedRows::open(mapping, input, KnownPlaces::new())?;
    while let Some(mapped) = rows.next(&mut report)? {
        report.created += 1;
        each(mapped);
    }
    Ok(report)
}

#[cfg(test)]
#[path = "mod_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "../../../tests/it/support/ccc.rs"]
mod generator;

#[cfg(test)]
mod ccc_tests;

#[cfg(test)]
mod ccc_file_tests;

#[cfg(test)]
mod rules_tests;
