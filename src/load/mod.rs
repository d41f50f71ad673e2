//! Documents from files, read like any input and put through the writer. Loading again changes nothing.

mod collection;
pub mod jobs;
mod links;
mod loader;
mod ndjson;
mod progress;
mod sync;
mod table;
mod taking;

pub use collection::{Collection, Target, rehearse, take_over};
pub use ndjson::ndjson;
pub use progress::Progress;
pub use sync::NotSynchronised;

use std::io::BufRead;

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;

use crate::domain::grounds::Grounds;
use crate::domain::resource::Resource;
use crate::generate::Synthetic;
use crate::import::records::OpenError;
use crate::import::report::Report;
use crate::metrics::ImportFormat;
use crate::node::operation::{Command, Operation};
use crate::node::writer::Writer;
use crate::store::error::StoreError;
use loader::Loader;

/// Operations that are queued before the first answer is awaited; the writer takes them into groups.
const IN_FLIGHT: usize = 512;

/// On whose behalf a file is loaded.
#[derive(Clone, Debug)]
pub struct Behalf {
    /// What the history tells of it.
    pub grounds: Grounds,
    /// Whether whoever asks may read, and so change, what privacy policies keep from the public.
    pub sees_hidden: bool,
}

impl Default for Behalf {
    /// Whoever has the database at hand.
    fn default() -> Self {
        Self { grounds: Grounds::default(), sees_hidden: true }
    }
}

impl Behalf {
    /// A command as an operation of its own.
    fn operation(&self, command: Command) -> Operation {
        let Self { grounds, sees_hidden } = self.clone();
        let mut operation = Operation { grounds, ..Operation::one(command) };
        operation.set_sees_hidden(sees_hidden);
        operation
    }
}

/// How a file of another collection is taken over.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Whether changed rows are written over events that an editor has changed since.
    pub force: bool,
    /// Whether events are withdrawn whose rows the file does not have any more.
    pub sync: bool,
    /// On whose behalf.
    pub behalf: Behalf,
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

/// Loads the founding timeline; `line` in the report is the number of a document.
///
/// # Errors
/// When the store failed.
pub fn founding(writer: &Writer) -> Result<Report, StoreError> {
    // Nothing in it is hidden.
    let (mut report, behalf) = (Report::default(), Behalf { sees_hidden: false, ..Behalf::default() });
    let mut loader = Loader::new(writer, &behalf, &mut report);
    let mut number = 0;
    for (resource, text) in FOUNDING {
        let documents: Vec<Value> = serde_json::from_str(text)?;
        for document in documents {
            number += 1;
            loader.put(number, 0, resource, document)?;
        }
    }
    loader.finish()?;
    Ok(report)
}

/// Loads synthetic documents, and counts those that it has queued; `line` in the report is the number of a document.
///
/// # Errors
/// When the store failed; what was loaded stays, and loading again completes it.
pub fn synthetic(writer: &Writer, world: &Synthetic, queued: &AtomicU64) -> Result<Report, StoreError> {
    let (mut report, behalf) = (Report::default(), Behalf::default());
    let mut loader = Loader::new(writer, &behalf, &mut report);
    world.each(|resource, document| {
        let number = queued.fetch_add(1, Ordering::Relaxed) + 1;
        loader.put(number, document.len(), resource, serde_json::from_str(document)?)
    })?;
    loader.finish()?;
    Ok(report)
}

/// Loads a file of our own: a table, or lines of documents.
///
/// # Errors
/// When the file cannot be read as one, the store failed or loading was stopped; what was loaded stays.
pub fn own(
    writer: &Writer,
    format: ImportFormat,
    input: impl BufRead,
    behalf: &Behalf,
    progress: &Progress,
    report: &mut Report,
) -> Result<(), LoadError> {
    match format {
        ImportFormat::Marchline => table::table(writer, input, behalf, progress, report),
        _ => ndjson(writer, input, behalf, progress, report),
    }
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
    /// Somebody wants it to stop.
    #[error("it was stopped")]
    Stopped,
    /// Another file of the same collection is being synchronised.
    #[error(
        "another import with sync is under way for this collection, and nothing was read; try again when it has ended"
    )]
    BeingSynchronised,
    /// The file was taken over, and nothing withdrawn that it does not have.
    #[error(transparent)]
    NotSynchronised(#[from] NotSynchronised),
}
