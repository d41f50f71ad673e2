//! The words of all rows, for those who search: what is on disk, and in memory what is newer.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use hashbrown::{HashMap, HashSet};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::changed::ChangedRow;
use super::hits::{Found, Hits};
use super::part::Part;
use super::shelf::TextError;
use super::written::Written;
use crate::metrics::TextSize;
use crate::store::log::Head;

/// Rows in memory from which it is worth while to write them to disk. Each of them is looked at by each search.
pub const MANY: usize = if cfg!(debug_assertions) { 24 } else { 4_000 };
/// Rows in memory from which they are dropped, since more come than are written: they are read from the log again.
const TOO_MANY: usize = MANY * 50;

/// Bytes of all sets of rows that are kept.
const ROOM: u64 = 64 << 20;
/// Sets that a table is laid out for before any is known.
const TYPICAL: usize = 256;

/// How far the words are those of all rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// They are not: they are being gathered, up to this operation so far.
    Behind(i64),
    /// They are: whatever is applied comes in at once.
    Current,
}

#[derive(Debug)]
struct Inner {
    standing: Standing,
    written: Option<Written>,
    /// Counts how often something was written.
    generation: u64,
    /// What is not written yet, in the order in which it came.
    recent: Vec<Arc<ChangedRow>>,
    /// Those of them that replace what may be written.
    rewritten: Arc<HashSet<u32>>,
    /// The newest operation of them.
    last: Option<Head>,
    /// Whether what is written could not be read.
    is_broken: bool,
}

impl Inner {
    fn behind(generation: u64) -> Self {
        Self {
            standing: Standing::Behind(0),
            written: None,
            generation,
            recent: Vec::new(),
            rewritten: Arc::default(),
            last: None,
            is_broken: false,
        }
    }

    fn note_rewritten(&mut self) {
        self.rewritten = Arc::new(self.recent.iter().filter(|row| row.is_rewritten).map(|row| row.row).collect());
    }
}

/// Sets of rows by when they were read and what they have.
type Known = Cache<(u64, Part), Arc<Found>, Bytes>;

#[derive(Clone)]
struct Bytes;

impl Weighter<(u64, Part), Arc<Found>> for Bytes {
    fn weight(&self, _: &(u64, Part), found: &Arc<Found>) -> u64 {
        (found.all.bytes() + found.titles.bytes()) as u64 + 256
    }
}

/// The words of all rows of one dataset.
pub struct TextIndex {
    inner: RwLock<Inner>,
    known: Known,
}

impl std::fmt::Debug for TextIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Inner { standing, written, recent, .. } = &*self.read();
        write!(f, "{standing:?}, {written:?} and {} more", recent.len())
    }
}

impl Default for TextIndex {
    fn default() -> Self {
        Self { inner: RwLock::new(Inner::behind(0)), known: Cache::with_weighter(TYPICAL, ROOM, Bytes) }
    }
}

impl TextIndex {
    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the words are those of all rows that are known.
    pub fn is_current(&self) -> bool {
        self.read().standing == Standing::Current
    }

    /// The operation up to which words are gathered, where they are not those of all rows yet.
    pub fn reached(&self) -> Option<i64> {
        match self.read().standing {
            Standing::Behind(seq) => Some(seq),
            Standing::Current => None,
        }
    }

    /// How much there is.
    pub fn size(&self) -> TextSize {
        let (written, recent_rows) = {
            let inner = self.read();
            (inner.written.clone(), inner.recent.len())
        };
        let written = written.map(|written| written.size()).unwrap_or_default();
        TextSize { recent_rows, reached: self.reached(), ..written }
    }

    /// Whether what is written could not be read, so that it is to be written anew; told once.
    pub fn take_broken(&self) -> bool {
        std::mem::take(&mut self.write().is_broken)
    }

    /// Notes how far the words are gathered.
    pub fn set_reached(&self, seq: i64) {
        self.write().standing = Standing::Behind(seq);
    }

    /// Takes in rows that were applied up to a place in the log. Where the words are behind they will be read from the log.
    pub fn push(&self, rows: Vec<Arc<ChangedRow>>, head: Head) {
        let mut inner = self.write();
        if inner.standing != Standing::Current {
            return;
        }
        inner.last = Some(head);
        if rows.is_empty() {
            return;
        }
        let is_rewriting = rows.iter().any(|row| row.is_rewritten);
        inner.recent.extend(rows);
        if inner.recent.len() > TOO_MANY {
            *inner = Inner::behind(inner.generation);
        } else if is_rewriting {
            inner.note_rewritten();
        }
    }

    /// The words are those of all rows from now on: what is written, and these.
    pub fn become_current(&self, written: Option<Written>, recent: Vec<Arc<ChangedRow>>, head: Head) {
        let mut inner = self.write();
        let generation = inner.generation + 1;
        *inner = Inner {
            standing: Standing::Current,
            written,
            generation,
            recent,
            rewritten: Arc::default(),
            last: Some(head),
            is_broken: false,
        };
        inner.note_rewritten();
    }

    /// What is not written yet, and the place in the log up to which it is; nothing where it is fewer rows.
    pub fn to_write(&self, fewest: usize) -> Option<(Vec<Arc<ChangedRow>>, Head)> {
        let inner = self.read();
        let is_due = inner.standing == Standing::Current && inner.recent.len() >= fewest;
        inner.last.filter(|_| is_due).map(|head| (inner.recent.clone(), head))
    }

    /// So many of the oldest rows in memory are written.
    pub fn set_written(&self, written: Written, rows: usize) {
        let mut inner = self.write();
        if inner.standing == Standing::Current {
            inner.generation += 1;
            inner.written = Some(written);
            inner.recent.drain(..rows);
            inner.note_rewritten();
        }
    }

    /// The rows that have something.
    ///
    /// # Errors
    /// While the words are behind, and when what is written cannot be read.
    pub fn find(&self, part: &Part) -> Result<Hits, TextError> {
        let (written, generation, rewritten, fresh) = {
            let inner = self.read();
            if let Standing::Behind(reached) = inner.standing {
                return Err(TextError::NotReady(reached));
            }
            let mut fresh = HashMap::new();
            for ChangedRow { row, words, is_rewritten } in inner.recent.iter().map(|row| &**row) {
                let place = words.as_ref().and_then(|words| part.place_in(words));
                if let Some(place) = place {
                    fresh.insert(*row, place);
                } else if *is_rewritten {
                    fresh.remove(row);
                }
            }
            (inner.written.clone(), inner.generation, Arc::clone(&inner.rewritten), fresh)
        };
        let found = match written {
            None => Arc::default(),
            Some(written) => {
                let key = (generation, part.clone());
                self.known.get(&key).map_or_else(|| self.look_up(&written, key), Ok)?
            }
        };
        Ok(Hits { found, rewritten, fresh })
    }

    fn look_up(&self, written: &Written, key: (u64, Part)) -> Result<Arc<Found>, TextError> {
        match written.find(&key.1) {
            Ok(found) => {
                let found = Arc::new(found);
                self.known.insert(key, Arc::clone(&found));
                Ok(found)
            }
            Err(error) => {
                let mut inner = self.write();
                *inner = Inner { is_broken: true, ..Inner::behind(inner.generation) };
                Err(error)
            }
        }
    }
}
