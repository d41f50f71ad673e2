//! Documents through the writer, one by one, with an account of what became of each.

use std::collections::VecDeque;

use serde_json::Value;
use tokio::sync::oneshot;

use super::{Behalf, IN_FLIGHT};
use crate::domain::resource::Resource;
use crate::import::report::{Report, RowError};
use crate::node::operation::{Command, Outcome, Refusal};
use crate::node::writer::Writer;
use crate::store::error::StoreError;
use crate::store::log::ChangeKind;

/// Most bytes of documents that are queued, so that a few very long ones take no more memory than many short ones.
const BYTES_IN_FLIGHT: usize = 64 << 20;

/// A document whose answer is awaited.
struct Waiting {
    line: u64,
    bytes: usize,
    answer: oneshot::Receiver<Result<Outcome, Refusal>>,
}

/// Loads documents one by one, as operations of their own.
pub struct Loader<'a> {
    writer: &'a Writer,
    behalf: &'a Behalf,
    report: &'a mut Report,
    waiting: VecDeque<Waiting>,
    bytes: usize,
}

impl<'a> Loader<'a> {
    /// A loader that writes through a node's writer.
    pub fn new(writer: &'a Writer, behalf: &'a Behalf, report: &'a mut Report) -> Self {
        Self { writer, behalf, report, waiting: VecDeque::new(), bytes: 0 }
    }

    /// Queues a document that was read from so many bytes; `line` names it in the report.
    ///
    /// # Errors
    /// When the store failed for an earlier one: loading again completes what is missing.
    pub fn put(&mut self, line: u64, bytes: usize, resource: Resource, document: Value) -> Result<(), StoreError> {
        self.submit(line, bytes, Command::Put { resource, document })
    }

    /// Queues a command about one member.
    ///
    /// # Errors
    /// When the store failed for an earlier one: loading again completes what is missing.
    pub fn submit(&mut self, line: u64, bytes: usize, command: Command) -> Result<(), StoreError> {
        self.report.lines += 1;
        let answer = self.writer.submit(self.behalf.operation(command));
        self.waiting.push_back(Waiting { line, bytes, answer });
        self.bytes += bytes;
        while self.waiting.len() >= IN_FLIGHT || self.bytes > BYTES_IN_FLIGHT {
            self.settle_one()?;
        }
        Ok(())
    }

    /// Notes a document that cannot even be queued.
    pub fn refuse(&mut self, line: u64, reason: impl Into<String>) {
        self.report.lines += 1;
        self.report.refuse(RowError::of_record(line, reason));
    }

    /// Notes a record that is refused for these reasons.
    pub fn refuse_for(&mut self, errors: Vec<RowError>) {
        self.report.lines += 1;
        self.report.refused += 1;
        for error in errors {
            self.report.error(error);
        }
    }

    /// Waits for everything that was queued.
    ///
    /// # Errors
    /// When the store failed.
    pub fn finish(mut self) -> Result<(), StoreError> {
        while !self.waiting.is_empty() {
            self.settle_one()?;
        }
        Ok(())
    }

    fn settle_one(&mut self) -> Result<(), StoreError> {
        let Some(Waiting { line, bytes, answer }) = self.waiting.pop_front() else {
            return Ok(());
        };
        self.bytes -= bytes;
        match answer.blocking_recv().unwrap_or(Err(Refusal::Store(StoreError::Stopped))) {
            Ok(outcome) => {
                for done in outcome.done {
                    match done.kind {
                        None => self.report.unchanged += 1,
                        Some(ChangeKind::Created) => self.report.created += 1,
                        Some(_) => self.report.corrected += 1,
                    }
                }
            }
            Err(Refusal::Store(error)) => return Err(error),
            Err(refusal) => self.report.refuse(RowError::of_record(line, refusal.to_string())),
        }
        Ok(())
    }
}
