//! How entities are named now, kept for the next document that names them: most documents name what many others do, and to
//! walk from a place up to its country takes longer than to copy what was found. A correction of any entity forgets all.

use std::ops::Range;
use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use uuid::Uuid;

/// Bytes of all texts that are kept.
const ROOM: u64 = 16 << 20;
/// Bytes of a text as a table is laid out for it before any is known.
const TYPICAL: usize = 256;
/// Entities of which is kept since when they are named so.
const LINES: usize = 1 << 16;

/// A text, with the operation that it is told from.
type Text = (i64, Arc<[u8]>);

#[derive(Clone)]
struct Bytes;

impl Weighter<(Uuid, bool), Text> for Bytes {
    fn weight(&self, _: &(Uuid, bool), (_, text): &Text) -> u64 {
        text.len() as u64 + 96
    }
}

/// How entities are named since the last correction of any.
pub struct Said {
    /// As text, in the long form or the short one.
    texts: Cache<(Uuid, bool), Text, Bytes>,
    /// The operation since which an entity and all that it is a part of are named so, and the last one that wrote a name anew.
    lines: Cache<Uuid, (i64, i64)>,
}

impl Default for Said {
    fn default() -> Self {
        let room = usize::try_from(ROOM).unwrap_or(usize::MAX);
        Self { texts: Cache::with_weighter(room / TYPICAL, ROOM, Bytes), lines: Cache::new(LINES) }
    }
}

impl std::fmt::Debug for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} names", self.lines.len())
    }
}

impl Said {
    /// Forgets all.
    pub fn clear(&self) {
        if !self.lines.is_empty() || !self.texts.is_empty() {
            self.lines.clear();
            self.texts.clear();
        }
    }

    /// From when on an entity and all that it is a part of are named as they are at an operation, for ever as far as is known,
    /// and the last operation that wrote one of these names anew.
    pub fn line(&self, id: Uuid, seq: i64) -> Option<(Range<i64>, i64)> {
        let (start, edition) = self.lines.get(&id).filter(|(start, _)| *start <= seq)?;
        Some((start..i64::MAX, edition))
    }

    /// Keeps that, where it is for ever.
    pub fn keep_line(&self, id: Uuid, hold: &Range<i64>, edition: i64) {
        if hold.end == i64::MAX {
            self.lines.insert(id, (hold.start, edition));
        }
    }

    /// How an entity is named at an operation.
    pub fn text(&self, id: Uuid, is_long: bool, seq: i64) -> Option<Arc<[u8]>> {
        self.texts.get(&(id, is_long)).filter(|(start, _)| *start <= seq).map(|(_, text)| text)
    }

    /// Keeps how an entity is named since an operation.
    pub fn keep_text(&self, id: Uuid, is_long: bool, start: i64, text: &[u8]) {
        self.texts.insert((id, is_long), (start, Arc::from(text)));
    }
}
