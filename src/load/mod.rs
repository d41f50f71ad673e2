//! Documents from files, read like any input and put through the writer. Loading again changes nothing.

mod ccc;
mod links;
mod progress;

pub use ccc::{Options, ccc, rehearse_ccc};
pub use progress::Progress;

use std::collections::VecDeque;
use std::io::BufRead;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use tokio::sync::oneshot;

use crate::domain::resource::Resource;
use crate::generate::Synthetic;
use crate::import::records::OpenError;
use crate::node::operation::{Command, Operation, Outcome, Refusal};
use crate::node::writer::Writer;
use crate::store::error::StoreError;
use crate::store::log::ChangeKind;

/// What became of the documents of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Members that are new.
    pub created: u64,
    /// Members that have a new version.
    pub corrected: u64,
    /// Members that were equal already.
    pub unchanged: u64,
    /// Documents that were refused, each with the place in the file and the reason.
    pub refused: Vec<String>,
}

/// Documents that are queued before the first answer is awaited; the writer takes them into groups.
const IN_FLIGHT: usize = 512;

/// Loads documents one by one, as operations of their own.
pub struct Loader<'a> {
    writer: &'a Writer,
    waiting: VecDeque<(String, oneshot::Receiver<Result<Outcome, Refusal>>)>,
    report: Report,
}

impl<'a> Loader<'a> {
    /// A loader that writes through a node's writer.
    pub fn new(writer: &'a Writer) -> Self {
        Self { writer, waiting: VecDeque::new(), report: Report::default() }
    }

    /// Queues a document; `place` names it in the report.
    ///
    /// # Errors
    /// When the store failed for an earlier one: loading again completes what is missing.
    pub fn put(&mut self, place: String, resource: Resource, document: Value) -> Result<(), StoreError> {
        let answer = self.writer.submit(Operation::one(Command::Put { resource, document }));
        self.waiting.push_back((place, answer));
        if self.waiting.len() >= IN_FLIGHT { self.settle_one() } else { Ok(()) }
    }

    /// Notes a document that cannot even be queued.
    pub fn refuse(&mut self, place: &str, reason: &str) {
        self.report.refused.push(format!("{place}: {reason}"));
    }

    /// Waits for everything that was queued.
    ///
    /// # Errors
    /// When the store failed.
    pub fn finish(mut self) -> Result<Report, StoreError> {
        while !self.waiting.is_empty() {
            self.settle_one()?;
        }
        Ok(self.report)
    }

    fn settle_one(&mut self) -> Result<(), StoreError> {
        let Some((place, answer)) = self.waiting.pop_front() else {
            return Ok(());
        };
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
            Err(refusal) => self.refuse(&place, &refusal.to_string()),
        }
        Ok(())
    }
}

/// The founding timeline, in the order in which its parts refer to each other.
const FOUNDING: [(Resource, &str); 6] = [
    (Resource::Location, include_str!("../../data/founding/locations.json")),
    (Resource::Actor, include_str!("../../data/founding/actors.json")),
    (Resource::Source, include_str!("../../data/founding/sources.json")),
    (Resource::Campaign, include_str!("../../data/founding/campaigns.json")),
    (Resource::Event, include_str!("../../data/founding/events.json")),
    (Resource::Timeline, include_str!("../../data/founding/timelines.json")),
];

/// Licence of the founding timeline.
pub const FOUNDING_LICENCE: &str = "CC0-1.0";

/// Loads the founding timeline.
///
/// # Errors
/// When the store failed.
pub fn founding(writer: &Writer) -> Result<Report, StoreError> {
    let mut loader = Loader::new(writer);
    for (resource, text) in FOUNDING {
        let documents: Vec<Value> = serde_json::from_str(text)?;
        for (position, document) in documents.into_iter().enumerate() {
            loader.put(format!("{resource} {position}"), resource, document)?;
        }
    }
    loader.finish()
}

/// Loads a file of one JSON object a line: `{"resource": …, "document": …}`.
///
/// # Errors
/// When the file cannot be read or the store failed; what was loaded stays, and loading again completes it.
pub fn ndjson(writer: &Writer, mut input: impl BufRead, progress: &Progress) -> Result<Report, LoadError> {
    let mut loader = Loader::new(writer);
    let (mut line, mut bytes) = (Vec::new(), 0);
    for number in 1_u64.. {
        line.clear();
        let read = input.read_until(b'\n', &mut line)?;
        if read == 0 {
            break;
        }
        bytes += read as u64;
        progress.set_bytes(bytes);
        if line.trim_ascii().is_empty() {
            continue;
        }
        progress.count_record();
        let place = format!("line {number}");
        match read_line(&line) {
            Ok((resource, document)) => loader.put(place, resource, document)?,
            Err(reason) => loader.refuse(&place, &reason),
        }
    }
    Ok(loader.finish()?)
}

/// Loads synthetic documents, and counts those that it has queued.
///
/// # Errors
/// When the store failed; what was loaded stays, and loading again completes it.
pub fn synthetic(writer: &Writer, world: &Synthetic, queued: &AtomicU64) -> Result<Report, StoreError> {
    let mut loader = Loader::new(writer);
    world.each(|resource, document| {
        let number = queued.fetch_add(1, Ordering::Relaxed) + 1;
        loader.put(format!("document {number}"), resource, serde_json::from_str(document)?)
    })?;
    loader.finish()
}

/// Why a file was not loaded to its end.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file.
    #[error("the file cannot be read: {0}")]
    Read(#[from] std::io::Error),
    /// The file is not one of this kind.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn read_line(line: &[u8]) -> Result<(Resource, Value), String> {
    let mut value: Value = serde_json::from_slice(line).map_err(|error| format!("not JSON: {error}"))?;
    let resource = value.get("resource").and_then(Value::as_str).and_then(Resource::parse);
    let resource = resource.ok_or("`resource` must be event, actor, location, source, campaign or timeline")?;
    match value.get_mut("document").map(Value::take) {
        Some(document @ Value::Object(_)) => Ok((resource, document)),
        _ => Err("`document` must be an object".to_owned()),
    }
}
