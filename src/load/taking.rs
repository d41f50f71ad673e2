//! Rows of another collection on their way to the store, and what comes of them.

use std::collections::VecDeque;

use tokio::sync::oneshot;

use super::collection::{Target, counted};
use super::links::Linker;
use super::sync::{Held, Pages};
use super::{IN_FLIGHT, LoadError, Options, Progress};
use crate::domain::grounds::Grounds;
use crate::import::mapped::{Group, Mapped};
use crate::import::report::{Report, RowError};
use crate::node::operation::{Command, ImportedRow, Operation, Outcome, Refusal};
use crate::store::error::StoreError;
use crate::store::log::ChangeKind;

/// What the history tells of an event whose row is gone.
const GONE: &str = "Its row is no longer in the file of its collection.";

/// What it tells where the collection names it among those that it has deleted.
const TOLD_GONE: &str = "Its collection has deleted it.";

/// Digest of all that a row says, as it is kept.
pub fn digest(row: &Mapped) -> i64 {
    // The first half of 128 bits in hexadecimal; what is not hexadecimal would have been made by another program.
    let half = row.hash.get(..16).and_then(|half| u64::from_str_radix(half, 16).ok());
    half.unwrap_or_default().cast_signed()
}

type Answer = oneshot::Receiver<Result<Outcome, Refusal>>;

/// What an operation is about.
enum About {
    /// What a row's event names.
    Entity { line: u64 },
    /// A row, with its id and the group it stands in.
    Row { line: u64, id: String, group: Option<Group> },
    /// A row that the file does not have any more, or that it says to be gone, there.
    Gone { line: Option<u64>, id: String },
    /// Links between rows.
    Links,
}

/// Rows on their way to the store.
pub struct Taking<'a> {
    target: Target<'a>,
    scheme: &'a str,
    options: &'a Options,
    linker: Linker,
    held: Held,
    waiting: VecDeque<(About, Answer)>,
    /// Events that this file has brought, or brought back.
    brought: u64,
    /// What came of those that were answered.
    pub report: Report,
}

impl<'a> Taking<'a> {
    /// Before the first row.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub fn new(target: Target<'a>, scheme: &'a str, options: &'a Options) -> Result<Self, StoreError> {
        let linker = Linker::new(target.database, scheme)?;
        let (held, waiting, report) = (Held::default(), VecDeque::new(), Report::default());
        Ok(Self { target, scheme, options, linker, held, waiting, brought: 0, report })
    }

    /// Takes a row.
    ///
    /// # Errors
    /// When the store failed.
    pub fn take(&mut self, row: Mapped) -> Result<(), StoreError> {
        let line = row.line;
        let imported = ImportedRow {
            scheme: self.scheme.to_owned(),
            digest: digest(&row),
            id: row.identity.clone(),
            force: self.options.force,
        };
        if self.options.sync {
            self.held.add_row(self.scheme, &row);
        }
        for (resource, document) in row.entities {
            // Each on its own: an event that is refused must not take the places with it that later rows name.
            self.submit(About::Entity { line }, Command::Ensure { resource, document })?;
        }
        if let Some(document) = row.event {
            let about = About::Row { line, id: row.identity, group: row.group };
            self.submit(about, Command::Import { document, row: imported })?;
        } else {
            let (scheme, force) = (imported.scheme, imported.force);
            let command = Command::Lapse { scheme, row: imported.id, force };
            self.submit(About::Gone { line: Some(line), id: row.identity }, command)?;
        }
        if self.linker.is_full() { self.link() } else { Ok(()) }
    }

    /// Does what is to be done once all rows were taken; `untold` of them were refused before it was known which event they
    /// are about.
    ///
    /// # Errors
    /// When the store failed, it was stopped, or what is gone may not be withdrawn.
    pub fn complete(&mut self, untold: u64, progress: &Progress) -> Result<(), LoadError> {
        self.settle()?;
        self.link()?;
        self.settle()?;
        if self.options.sync {
            self.withdraw(untold, progress)?;
            // Nothing is to be linked with what is gone.
            self.link()?;
            self.settle()?;
        }
        Ok(())
    }

    /// Withdraws the events whose rows the file does not have.
    fn withdraw(&mut self, untold: u64, progress: &Progress) -> Result<(), LoadError> {
        let Target { database, .. } = self.target;
        counted(database, self.scheme, &self.held, self.brought, untold, self.options)?;
        let mut conn = database.connect().map_err(StoreError::from)?;
        let held = std::mem::take(&mut self.held);
        let mut pages = Pages::new(self.scheme, &held);
        while let Some((_, gone)) = pages.next(&mut conn)? {
            for row in gone {
                if progress.is_stopped() {
                    return Err(LoadError::Stopped);
                }
                let (scheme, force) = (self.scheme.to_owned(), self.options.force);
                let command = Command::Lapse { scheme, row: row.id.clone(), force };
                self.submit(About::Gone { line: None, id: row.id }, command)?;
            }
            // The next page must not be read before this one is written: its events would be counted twice.
            self.settle()?;
        }
        Ok(())
    }

    /// Links the rows that are stored by now.
    fn link(&mut self) -> Result<(), StoreError> {
        for command in self.linker.commands()? {
            self.submit(About::Links, command)?;
        }
        Ok(())
    }

    fn submit(&mut self, about: About, command: Command) -> Result<(), StoreError> {
        let mut operation = self.options.behalf.operation(command);
        if let About::Gone { line, .. } = about {
            operation = because_it_is_gone(operation, if line.is_some() { TOLD_GONE } else { GONE });
        }
        self.waiting.push_back((about, self.target.writer.submit(operation)));
        if self.waiting.len() >= IN_FLIGHT { self.settle_one() } else { Ok(()) }
    }

    /// Waits for everything that was submitted.
    ///
    /// # Errors
    /// When the store failed.
    pub fn settle(&mut self) -> Result<(), StoreError> {
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
            (Err(Refusal::NotImported(..)), About::Gone { line: Some(_), .. }) => self.report.ignored += 1,
            (Err(refusal), About::Row { line, .. } | About::Gone { line: Some(line), .. }) => {
                self.report.refuse(RowError::of_record(line, refusal.to_string()));
            }
            (Err(refusal), About::Entity { line }) => {
                self.report.error(RowError::of_record(line, refusal.to_string()));
            }
            // An event that was withdrawn meanwhile, by whoever else writes.
            (Err(refusal), About::Links) => log::warn!("events were not linked: {refusal}"),
            (Err(refusal), About::Gone { line: None, id }) => {
                log::warn!("the event of row {id} was not withdrawn: {refusal}");
            }
            (Ok(outcome), About::Row { id, group, .. }) => {
                self.count(&outcome);
                // A row that was left aside says nothing yet.
                if outcome.done.iter().all(|done| !done.conflict) {
                    self.linker.add(id, group);
                }
            }
            (Ok(outcome), About::Gone { line, id }) => {
                if line.is_some() {
                    self.count_told_gone(&outcome);
                }
                self.count_gone(&outcome, id, line.is_some());
            }
            (Ok(outcome), About::Links) => self.report.linked += u64::from(outcome.seq.is_some()),
            (Ok(_), About::Entity { .. }) => {}
        }
        Ok(())
    }

    fn count(&mut self, outcome: &Outcome) {
        for done in &outcome.done {
            self.brought += u64::from(matches!(done.kind, Some(ChangeKind::Created | ChangeKind::Restored)));
            let counter = match done.kind {
                None if done.conflict => &mut self.report.conflicting,
                None => &mut self.report.unchanged,
                Some(ChangeKind::Created) => &mut self.report.created,
                Some(_) => &mut self.report.corrected,
            };
            *counter += 1;
        }
    }

    /// Counts a record that says that its event is no more.
    fn count_told_gone(&mut self, outcome: &Outcome) {
        let counter = if outcome.done.iter().any(|done| done.conflict) {
            &mut self.report.conflicting
        } else if outcome.seq.is_some() {
            &mut self.report.corrected
        } else {
            &mut self.report.unchanged
        };
        *counter += 1;
    }

    fn count_gone(&mut self, outcome: &Outcome, id: String, has_record: bool) {
        if outcome.done.iter().any(|done| done.conflict) {
            // No record of the file stands for it, unless one says that it is gone.
            self.report.kept += u64::from(!has_record);
        } else if outcome.seq.is_some() {
            self.report.retracted += 1;
            // It stands in no group any more.
            self.linker.add(id, None);
        }
    }
}

/// An operation that withdraws what is gone: the history says so, before what it was told to say.
fn because_it_is_gone(operation: Operation, why: &str) -> Operation {
    let Grounds { reason, source, made_by } = operation.grounds;
    let reason = Some(reason.map_or_else(|| why.to_owned(), |reason| format!("{why} {reason}")));
    Operation { grounds: Grounds { reason, source, made_by }, ..operation }
}
