//! Documents as plain readers were given them, kept for the next reader. A version never changes, so that what was kept of
//! it is right as long as nothing that it names has another name.

use std::ops::Range;
use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::index::State;
use crate::index::events::{EventVersion, short};

/// A document with the names of some operations.
#[derive(Debug)]
pub struct Rendered {
    /// The text that readers are given.
    pub text: Arc<[u8]>,
    /// The operations whose names it has.
    names: Range<i64>,
    corrections: u64,
}

/// The state of the index that a version belongs to, and the version's number.
type Key = (u32, u32);

#[derive(Clone)]
struct Bytes;

impl Weighter<Key, Arc<Rendered>> for Bytes {
    fn weight(&self, _: &Key, rendered: &Arc<Rendered>) -> u64 {
        rendered.text.len() as u64 + OVERHEAD
    }
}

/// Bytes that a document takes beside its text: its own, and the table's.
const OVERHEAD: u64 = 128;
/// Bytes of a document as a table is laid out for it before any is known.
const TYPICAL: u64 = 2_048;

/// The documents that are kept, the least used of them dropped first.
pub struct Kept(Cache<Key, Arc<Rendered>, Bytes>);

impl Kept {
    /// Room for so many bytes.
    pub fn new(bytes: u64) -> Self {
        Self(Cache::with_weighter(usize::try_from(bytes / TYPICAL).unwrap_or(usize::MAX), bytes, Bytes))
    }

    /// The operations whose names a version has at an operation, and its document if it is kept with them.
    pub fn find(&self, state: &State, version: &EventVersion, seq: i64) -> (Range<i64>, Option<Arc<Rendered>>) {
        let kept = self.0.get(&key(state, version)).filter(|kept| kept.names.contains(&seq));
        let corrections = state.entities.corrections();
        if let Some(kept) = kept.as_ref().filter(|kept| kept.corrections == corrections) {
            return (kept.names.clone(), Some(Arc::clone(kept)));
        }
        let names = state.entities.at(seq).names_hold(state.events.named(version).into_iter());
        // Names that were corrected since are of other operations: the text still stands, but not as long as was thought.
        let kept = kept.filter(|kept| kept.names.start == names.start).map(|kept| {
            let kept = Arc::new(Rendered { text: Arc::clone(&kept.text), names: names.clone(), corrections });
            self.0.insert(key(state, version), Arc::clone(&kept));
            kept
        });
        (names, kept)
    }

    /// Keeps a document; not one with former names, which would take the place of one with those of today.
    pub fn keep(&self, state: &State, version: &EventVersion, text: Arc<[u8]>, names: Range<i64>) {
        if names.end == i64::MAX {
            let corrections = state.entities.corrections();
            self.0.insert(key(state, version), Arc::new(Rendered { text, names, corrections }));
        }
    }
}

fn key(state: &State, version: &EventVersion) -> Key {
    (state.generation, short(version.version_no))
}
