//! A file of the Crowd Counting Consortium, through the writer. Reading and mapping run on a thread of their own, beside
//! the writer's. A run that was interrupted is completed by running it again: what was taken over is skipped.

use std::collections::VecDeque;
use std::io::BufRead;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use tokio::sync::oneshot;

use super::{IN_FLIGHT, LoadError};
use crate::domain::content::Content;
use crate::domain::resource::Resource;
use crate::domain::vocabulary::LocationKind;
use crate::import::ccc::{KnownPlaces, Mapped, Rows, SCHEME};
use crate::import::records::OpenError;
use crate::import::report::{Report, RowError};
use crate::index::State;
use crate::node::Node;
use crate::node::operation::{Command, ImportedRow, Operation, Outcome, Refusal};
use crate::node::reader::Reader;
use crate::node::writer::Writer;
use crate::store::connection::DatabaseUrl;
use crate::store::error::StoreError;
use crate::store::imports::import_record;
use crate::store::log::ChangeKind;

/// How a file is taken over.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Whether changed rows are written over events that an editor has changed since.
    pub force: bool,
}

/// How far a file has been read, to be asked from another thread.
#[derive(Debug, Default)]
pub struct Progress {
    bytes: AtomicU64,
    rows: AtomicU64,
}

impl Progress {
    /// Bytes read, and rows written.
    pub fn now(&self) -> (u64, u64) {
        (self.bytes.load(Ordering::Relaxed), self.rows.load(Ordering::Relaxed))
    }
}

/// Takes a file over.
///
/// # Errors
/// When the file cannot be read as one of CCC's, or the store failed; what was taken over stays.
pub fn ccc(
    node: &Node,
    input: impl BufRead + Send,
    options: Options,
    progress: &Progress,
) -> Result<Report, LoadError> {
    let writer = node.writer().ok_or(StoreError::Stopped)?;
    let known = known_places(&node.index.read());
    let mut taking = Taking { writer, options, waiting: VecDeque::new(), report: Report::default() };
    let mapped = mapped_beside(input, known, progress, |row| {
        progress.rows.fetch_add(1, Ordering::Relaxed);
        taking.take(row)
    })?;
    while !taking.waiting.is_empty() {
        taking.settle_one()?;
    }
    Ok(together(mapped, taking.report))
}

/// Tells what taking a file over would do, and writes nothing.
///
/// # Errors
/// When the file cannot be read as one of CCC's, or the database not be asked.
pub fn rehearse_ccc(
    database: &DatabaseUrl,
    input: impl BufRead + Send,
    options: Options,
    progress: &Progress,
) -> Result<Report, LoadError> {
    let reader = Reader::new(database.clone());
    let mut report = Report::default();
    let mapped = mapped_beside(input, KnownPlaces::new(), progress, |row| {
        progress.rows.fetch_add(1, Ordering::Relaxed);
        match reader.read(|conn| import_record(conn, SCHEME, &row.identity))? {
            None => report.created += 1,
            Some(record) if record.digest == digest(&row) => report.unchanged += 1,
            Some(record) if record.newest_revision != record.revision && !options.force => report.conflicting += 1,
            Some(_) => report.corrected += 1,
        }
        Ok(())
    })?;
    Ok(together(mapped, report))
}

/// The slugs of countries and first-level divisions that the dataset has already.
fn known_places(state: &State) -> KnownPlaces {
    let mut known = KnownPlaces::new();
    for (entity, document) in state.entities.all(Resource::Location, state.head.seq) {
        let Content::Location(location) = &*document.content else {
            continue;
        };
        let code = match location.kind {
            LocationKind::Country => location.country.as_ref(),
            LocationKind::Admin1 => location.admin1.as_ref(),
            _ => None,
        };
        known.extend(code.map(|code| (code.clone(), entity.slug.clone())));
    }
    known
}

/// Reads and maps a file on a thread of its own, and hands each row to `take` on this one.
fn mapped_beside(
    input: impl BufRead + Send,
    known: KnownPlaces,
    progress: &Progress,
    mut take: impl FnMut(Mapped) -> Result<(), StoreError>,
) -> Result<Report, LoadError> {
    let (sender, rows): (SyncSender<Mapped>, Receiver<Mapped>) = sync_channel(IN_FLIGHT);
    std::thread::scope(|scope| {
        let reading = scope.spawn(move || -> Result<Report, OpenError> {
            let mut report = Report::default();
            let mut rows = Rows::open(input, known)?;
            while let Some(mapped) = rows.next(&mut report)? {
                progress.bytes.store(rows.bytes(), Ordering::Relaxed);
                if sender.send(mapped).is_err() {
                    // Whoever writes has given up, and tells why.
                    break;
                }
            }
            Ok(report)
        });
        let written = rows.iter().try_for_each(&mut take);
        drop(rows);
        let report = reading.join().map_err(|_| StoreError::Stopped)??;
        written?;
        Ok(report)
    })
}

/// Digest of all that a row says, as it is kept.
fn digest(row: &Mapped) -> i64 {
    // The first half of 128 bits in hexadecimal; what is not hexadecimal would have been made by another program.
    let half = row.hash.get(..16).and_then(|half| u64::from_str_radix(half, 16).ok());
    half.unwrap_or_default().cast_signed()
}

fn together(mapped: Report, written: Report) -> Report {
    let mut report = mapped;
    report.created += written.created;
    report.corrected += written.corrected;
    report.unchanged += written.unchanged;
    report.conflicting += written.conflicting;
    report.refused += written.refused;
    for error in written.errors {
        report.error(error);
    }
    report
}

type Answer = oneshot::Receiver<Result<Outcome, Refusal>>;

/// Rows on their way to the store.
struct Taking<'a> {
    writer: &'a Writer,
    options: Options,
    waiting: VecDeque<(u64, bool, Answer)>,
    report: Report,
}

impl Taking<'_> {
    fn take(&mut self, row: Mapped) -> Result<(), StoreError> {
        let imported = ImportedRow {
            scheme: SCHEME.to_owned(),
            digest: digest(&row),
            id: row.identity,
            force: self.options.force,
        };
        for (resource, document) in row.entities {
            // Each on its own: an event that is refused must not take the places with it that later rows name.
            self.submit(row.line, false, Command::Ensure { resource, document })?;
        }
        self.submit(row.line, true, Command::Import { document: row.event, row: imported })
    }

    fn submit(&mut self, line: u64, is_row: bool, command: Command) -> Result<(), StoreError> {
        self.waiting.push_back((line, is_row, self.writer.submit(Operation::one(command))));
        if self.waiting.len() >= IN_FLIGHT { self.settle_one() } else { Ok(()) }
    }

    fn settle_one(&mut self) -> Result<(), StoreError> {
        let Some((line, is_row, answer)) = self.waiting.pop_front() else {
            return Ok(());
        };
        match answer.blocking_recv().unwrap_or(Err(Refusal::Store(StoreError::Stopped))) {
            Err(Refusal::Store(error)) => return Err(error),
            Err(refusal) if is_row => self.report.refuse(RowError::of_record(line, refusal.to_string())),
            Err(refusal) => self.report.error(RowError::of_record(line, refusal.to_string())),
            Ok(outcome) if is_row => self.count(&outcome),
            Ok(_) => {}
        }
        Ok(())
    }

    fn count(&mut self, outcome: &Outcome) {
        for done in &outcome.done {
            let counter = match done.kind {
                None if done.conflict => &mut self.report.conflicting,
                None => &mut self.report.unchanged,
                Some(ChangeKind::Created) => &mut self.report.created,
                Some(_) => &mut self.report.corrected,
            };
            *counter += 1;
        }
    }
}
