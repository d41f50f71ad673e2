//! The index in a file, so that a node that starts need not read the whole log again. The file is bound to the store by its
//! dataset, its epoch and the operation up to which it knows the log; whatever is wrong with it, the index is built anew.
//!
//! The first block says what it is of, the second holds what is small of the events, the third the entities, each further
//! one a layer of rows.

mod blocks;
mod columns;
mod entities;
mod layer;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use super::events::Events;
use super::layer::Layer;
use super::{Index, State};
use crate::domain::instant::Instant;
use crate::store::connection::AnyConnection;
use crate::store::error::StoreError;
use crate::store::log::{self, Head};
use blocks::{NewFile, OldFile};

/// How the file begins. The number behind the name is to be raised whenever a file would be read or understood otherwise,
/// that is also when a row is made of an event in another way.
const MAGIC: &[u8] = b"marchline index 12\n";

/// Operations from which it is worth while to write the file again before the node stops: they take about two seconds to
/// apply.
const MANY: i64 = if cfg!(debug_assertions) { 50 } else { 100_000 };

/// Why a file is of no use.
#[derive(Debug, Error)]
pub enum Unusable {
    /// It is not there.
    #[error("there is none yet")]
    Missing,
    /// It is of another program.
    #[error("it is not of this version of the program")]
    OtherLayout,
    /// It is of another dataset, or of another epoch.
    #[error("it is of another dataset, or of another epoch")]
    OtherDataset,
    /// It knows what the store does not.
    #[error("it has operation {0}, which is not that of the database")]
    OtherLog(i64),
    /// It is not what was written.
    #[error("it is damaged")]
    Damaged,
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// The store cannot be asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a file is of.
#[derive(Serialize, Deserialize)]
struct Title {
    dataset_id: Uuid,
    epoch: i64,
    seq: i64,
    recorded_at: Instant,
    /// The newest operation that redacted something.
    redacted: i64,
    /// The newest such operation that the index had let go of before it was saved.
    purged: i64,
    /// Layers that follow.
    layers: usize,
    /// The highest number of a version.
    versions: u32,
    /// Terms that rows have.
    terms: usize,
}

/// A file that keeps an index.
#[derive(Debug)]
pub struct SavedIndex {
    path: PathBuf,
    seq: AtomicI64,
    /// The newest operation when it was last tried to write it.
    tried: AtomicI64,
    /// The newest redaction of which it holds nothing.
    purged: AtomicI64,
}

impl SavedIndex {
    /// The file at a path, which need not be there.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), seq: AtomicI64::new(0), tried: AtomicI64::new(0), purged: AtomicI64::new(0) }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the state that it keeps, where that is a state of the store's log as far as `head`.
    ///
    /// # Errors
    /// Why it is of no use.
    pub fn load(&self, conn: &mut AnyConnection, head: Head) -> Result<State, Unusable> {
        let file = OldFile::open(&self.path, MAGIC).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Unusable::Missing,
            _ => error.into(),
        })?;
        let mut file = file.ok_or(Unusable::OtherLayout)?;
        let title: Title = parsed(next(&mut file)?)?;
        if (title.dataset_id, title.epoch) != (head.dataset_id, head.epoch) {
            return Err(Unusable::OtherDataset);
        }
        let is_of_log = title.seq <= head.seq
            && log::recorded_at(conn, title.seq)? == Some(title.recorded_at)
            && log::last_version(conn)? >= i64::from(title.versions);
        if !is_of_log {
            return Err(Unusable::OtherLog(title.seq));
        }
        let state = read(file, &title)?;
        self.seq.store(title.seq, Ordering::Relaxed);
        self.tried.store(title.seq, Ordering::Relaxed);
        self.purged.store(title.purged, Ordering::Relaxed);
        Ok(state)
    }

    /// Writes the file anew, when the index has let go of what was redacted up to an operation; false where it is as new as the
    /// index, the index knows nothing, or another process is writing it.
    ///
    /// # Errors
    /// When it cannot be written; the old one stays.
    pub fn save(&self, index: &Index, purged: i64) -> io::Result<bool> {
        if [0, self.seq.load(Ordering::Relaxed)].contains(&index.head().seq) {
            return Ok(false);
        }
        self.tried.store(index.head().seq, Ordering::Relaxed);
        let Some(mut file) = NewFile::create(&self.path, MAGIC)? else {
            return Ok(false);
        };
        let snapshot = Snapshot::of(index, purged)?;
        file.put(&serde_json::to_vec(&snapshot.title)?)?;
        file.put(&snapshot.events)?;
        file.put(&snapshot.entities)?;
        for layer in &snapshot.layers {
            file.put(&layer::bytes_of(layer))?;
        }
        file.finish()?;
        self.seq.store(snapshot.title.seq, Ordering::Relaxed);
        self.purged.store(purged, Ordering::Relaxed);
        Ok(true)
    }

    /// Whether the index knows so much more than when it was last tried to write the file that it should be written before
    /// the node stops.
    pub fn is_behind(&self, index: &Index) -> bool {
        let (seq, tried) = (index.head().seq, self.tried.load(Ordering::Relaxed));
        seq - tried >= MANY.max(tried / 8)
    }

    /// Whether it may hold what was redacted: what it was written before, or between the index's letting go and that.
    pub fn holds_redacted(&self, index: &Index) -> bool {
        index.read().redacted > self.purged.load(Ordering::Relaxed)
    }

    /// Removes the file, where there is one.
    ///
    /// # Errors
    /// When it stays.
    pub fn remove(&self) -> io::Result<()> {
        self.seq.store(0, Ordering::Relaxed);
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// A state as it is written: what never changes is shared, all else is in bytes already.
struct Snapshot {
    title: Title,
    events: Vec<u8>,
    entities: Vec<u8>,
    layers: Vec<Layer>,
}

impl Snapshot {
    fn of(index: &Index, purged: i64) -> io::Result<Self> {
        // Nothing is applied meanwhile, but no reader is kept waiting either.
        let _turn = index.turn();
        let state = index.read();
        let Head { dataset_id, epoch, seq, recorded_at } = state.head;
        let layers = state.events.layers.snapshot(&state.events.dictionary);
        let (versions, terms) = (state.events.layers.last_version(), state.events.dictionary.terms().len());
        Ok(Self {
            title: Title {
                dataset_id,
                epoch,
                seq,
                recorded_at,
                redacted: state.redacted,
                purged,
                layers: layers.len(),
                versions,
                terms,
            },
            events: serde_json::to_vec(&state.events)?,
            entities: entities::bytes_of(&state.entities)?,
            layers,
        })
    }
}

fn next(file: &mut OldFile) -> Result<&[u8], Unusable> {
    file.take()?.ok_or(Unusable::Damaged)
}

fn parsed<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Unusable> {
    serde_json::from_slice(bytes).map_err(|_| Unusable::Damaged)
}

/// Reads what follows the title. Three threads beside each other: one reads layers, one parses entities, one parses what is
/// small of the events and then gives the layers their places.
fn read(mut file: OldFile, title: &Title) -> Result<State, Unusable> {
    let (events, entities) = (next(&mut file)?.to_vec(), next(&mut file)?.to_vec());
    thread::scope(|scope| {
        let (sender, layers) = channel();
        let reading = scope.spawn(move || read_layers(file, title, &sender));
        let entities = scope.spawn(move || entities::entities_of(&entities).ok_or(Unusable::Damaged));
        let mut events: Events = parsed(&events)?;
        let is_whole =
            events.dictionary.terms().len() == title.terms && events.restore(layers.into_iter(), title.versions);
        reading.join().unwrap_or(Err(Unusable::Damaged))?;
        let entities = entities.join().unwrap_or(Err(Unusable::Damaged))?;
        let Title { dataset_id, epoch, seq, recorded_at, .. } = *title;
        let head = Head { dataset_id, epoch, seq, recorded_at };
        let state = State { entities, events, ..State::empty(head) };
        let state = State { head, redacted: title.redacted, ..state };
        is_whole.then_some(state).ok_or(Unusable::Damaged)
    })
}

fn read_layers(mut file: OldFile, title: &Title, layers: &Sender<Layer>) -> Result<(), Unusable> {
    for _ in 0..title.layers {
        let layer = layer::layer_of(next(&mut file)?, title.versions, title.terms).ok_or(Unusable::Damaged)?;
        // Nobody takes it where the rest is damaged.
        if layers.send(layer).is_err() {
            break;
        }
    }
    file.is_read().then_some(()).ok_or(Unusable::Damaged)
}
