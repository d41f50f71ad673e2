//! A file of the Crowd Counting Consortium, through the writer. Reading and mapping run on a thread of their own, beside
//! the writer's. A run that was interrupted is completed by running it again: what was taken over is skipped.

use std::collections::VecDeque;
use std::io::BufRead;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use tokio::sync::oneshot;

use super::links::Linker;
use super::{IN_FLIGHT, LoadError, Progress};
use crate::domain::content::Content;
use crate::domain::resource::Resource;
use crate::domain::vocabulary::LocationKind;
use crate::import::ccc::{Group, KnownPlaces, Mapped, Rows, SCHEME};
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

/// Takes a file over into a node's database.
///
/// # Errors
/// When the file cannot be read as one of CCC's, or the store failed; what was taken over stays.
pub fn ccc(
    node: &Node,
    database: &DatabaseUrl,
    input: impl BufRead + Send,
    options: Options,
    progress: &Progress,
) -> Result<Report, LoadError> {
    let writer = node.writer().ok_or(StoreError::Stopped)?;
    let known = known_places(&node.index.read());
    let linker = Linker::new(database, SCHEME)?;
    let mut taking = Taking { writer, options, linker, waiting: VecDeque::new(), report: Report::default() };
    let mapped = mapped_beside(input, known, progress, |row| {
        progress.count_record();
        taking.take(row)
    })?;
    taking.settle()?;
    taking.link()?;
    taking.settle()?;
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
        progress.count_record();
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
                progress.set_bytes(rows.bytes());
                if sender.send(mapped).is_err() {
                    // Whoever writes has given up, and tells why.
                    return Ok(report);
                }
            }
            progress.set_bytes(rows.bytes());
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
    report.linked += written.linked;
    for error in written.errors {
        report.error(error);
    }
    report
}

type Answer = oneshot::Receiver<Result<Outcome, Refusal>>;

/// What an operation is about.
enum About {
    /// What a row's event names.
    Entity { line: u64 },
    /// A row, with its id and the group it stands in.
    Row { line: u64, id: String, group: Option<Group> },
    /// Links between rows.
    Links,
}

/// Rows on their way to the store.
struct Taking<'a> {
    writer: &'a Writer,
    options: Options,
    linker: Linker,
    waiting: VecDeque<(About, Answer)>,
    report: Report,
}

impl Taking<'_> {
    fn take(&mut self, row: Mapped) -> Result<(), StoreError> {
        let line = row.line;
        let imported = ImportedRow {
            scheme: SCHEME.to_owned(),
            digest: digest(&row),
            id: row.identity.clone(),
            force: self.options.force,
        };
        for (resource, document) in row.entities {
            // Each on its own: an event that is refused must not take the places with it that later rows name.
            self.submit(About::Entity { line }, Command::Ensure { resource, document })?;
        }
        let about = About::Row { line, id: row.identity, group: row.group };
        self.submit(about, Command::Import { document: row.event, row: imported })?;
        if self.linker.is_full() { self.link() } else { Ok(()) }
    }

    /// Links the rows that are stored by now.
    fn link(&mut self) -> Result<(), StoreError> {
        for command in self.linker.commands()? {
            self.submit(About::Links, command)?;
        }
        Ok(())
    }

    fn submit(&mut self, about: About, command: Command) -> Result<(), StoreError> {
        self.waiting.push_back((about, self.writer.submit(Operation::one(command))));
        if self.waiting.len() >= IN_FLIGHT { self.settle_one() } else { Ok(()) }
    }

    /// Waits for everything that was submitted.
    fn settle(&mut self) -> Result<(), StoreError> {
        while !self.waiting.is_empty() {
            self.settle_one()?;
        }
        Ok(())
    }

    fn settle_one(&mut self) -> Result<(), StoreError> {
        let Some((about, answer)) = self.waiting.pop_front() else {
            return Ok(());
        };
        match (answer.blocking_recv().unwrap_or(Err(Refusal::Store(StoreError::Stopped))), about) {
            (Err(Refusal::Store(error)), _) => return Err(error),
            (Err(refusal), About::Row { line, .. }) => {
                self.report.refuse(RowError::of_record(line, refusal.to_string()));
            }
            (Err(refusal), About::Entity { line }) => {
                self.report.error(RowError::of_record(line, refusal.to_string()));
            }
            // An event that was withdrawn meanwhile, by whoever else writes.
            (Err(refusal), About::Links) => log::warn!("events were not linked: {refusal}"),
            (Ok(outcome), About::Row { id, group, .. }) => {
                self.count(&outcome);
                // A row that was left aside says nothing yet.
                if outcome.done.iter().all(|done| !done.conflict) {
                    self.linker.add(id, group);
                }
            }
            (Ok(outcome), About::Links) => self.report.linked += u64::from(outcome.seq.is_some()),
            (Ok(_), About::Entity { .. }) => {}
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
