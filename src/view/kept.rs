//! Documents as plain readers were given them, kept for the next reader. A version never changes but by a later policy or a
//! redaction, which give it another edition; so what was kept of an edition is right as long as nothing that it names has
//! another name. Behind a redaction nothing is kept: what nobody can be given any more must not lie about either.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::index::State;
use crate::index::events::EventVersion;

/// A document with the names of some operations.
#[derive(Debug)]
pub struct Rendered {
    /// The text that readers are given.
    pub text: Arc<[u8]>,
    names: Names,
}

/// What is known of the names in a document.
#[derive(Clone, Debug)]
pub struct Names {
    /// The operations that have them.
    pub hold: Range<i64>,
    /// The last operation that wrote one of them anew.
    pub edition: i64,
    /// How many corrections were known when that was looked up: one more, and it may be fewer operations.
    corrections: u64,
}

/// The state of the index that a version belongs to, the number of its row, so that who may not be given the same does not
/// share it, and the operation that wrote it anew.
type Key = (u32, u32, i64);

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
pub struct Kept {
    cache: Cache<Key, Arc<Rendered>, Bytes>,
    /// The last redaction that was known when it was looked into.
    redacted: AtomicI64,
}

impl Kept {
    /// Room for so many bytes.
    pub fn new(bytes: u64) -> Self {
        let cache = Cache::with_weighter(usize::try_from(bytes / TYPICAL).unwrap_or(usize::MAX), bytes, Bytes);
        Self { cache, redacted: AtomicI64::new(0) }
    }

    /// The names of a version at an operation, and its document if it is kept with them.
    pub fn find(&self, state: &State, version: &EventVersion, seq: i64) -> (Names, Option<Arc<Rendered>>) {
        if self.redacted.fetch_max(state.redacted, Ordering::Relaxed) < state.redacted {
            self.cache.clear();
        }
        let kept = self.cache.get(&key(state, version)).filter(|kept| kept.names.hold.contains(&seq));
        let corrections = state.entities.corrections();
        if let Some(kept) = kept.as_ref().filter(|kept| kept.names.corrections == corrections) {
            return (kept.names.clone(), Some(Arc::clone(kept)));
        }
        let (hold, edition) = state.entities.at(seq).names_hold(state.events.named(version).into_iter());
        let names = Names { hold, edition, corrections };
        // Names that were corrected since are of other operations: the text still stands, but not as long as was thought.
        let is_same =
            |kept: &Arc<Rendered>| (kept.names.hold.start, kept.names.edition) == (names.hold.start, names.edition);
        let kept = kept.filter(is_same).map(|kept| {
            let kept = Arc::new(Rendered { text: Arc::clone(&kept.text), names: names.clone() });
            self.cache.insert(key(state, version), Arc::clone(&kept));
            kept
        });
        (names, kept)
    }

    /// Keeps a document with the names that were found for it, however long ago; not one with former names, which would take
    /// the place of one with those of today.
    pub fn keep(&self, state: &State, version: &EventVersion, text: Arc<[u8]>, names: Names) {
        if names.hold.end == i64::MAX {
            self.cache.insert(key(state, version), Arc::new(Rendered { text, names }));
        }
    }
}

fn key(state: &State, version: &EventVersion) -> Key {
    (state.generation, version.row, version.edition)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::domain::content::Content;
    use crate::domain::grounds::Grounds;
    use crate::domain::instant::Instant;
    use crate::domain::privacy::Clearance;
    use crate::domain::resource::Resource;
    use crate::domain::when::When;
    use crate::index::entities::Entities;
    use crate::index::events::Events;
    use crate::store::document::Document;
    use crate::store::log::{Change, ChangeKind, Head};

    const ACTOR: Uuid = Uuid::from_u128(1);
    const EVENT: Uuid = Uuid::from_u128(2);

    fn change(seq: i64, id: Uuid, resource: Resource, content: Content) -> Change {
        let (revision, recorded_at, slug) =
            (1, Instant::MIN, (resource == Resource::Actor).then(|| "union".to_owned()));
        let content = Arc::new(content);
        let document =
            Document { id, slug: slug.clone(), revision, seq, created_at: recorded_at, recorded_at, content };
        Change {
            seq,
            recorded_at,
            grounds: Grounds::default(),
            kind: ChangeKind::Created,
            resource,
            id,
            slug,
            entity_no: 1,
            version_no: seq,
            revision,
            public: Some((seq, document)),
            restricted: None,
            into: Vec::new(),
            openly: true,
            earlier: Vec::new(),
            redaction: None,
        }
    }

    fn named(seq: i64, name: &str) -> Change {
        let actor = json!({"name": name, "kind": "union", "aliases": [], "parent": null, "external_ids": []});
        change(seq, ACTOR, Resource::Actor, Content::Actor(serde_json::from_value(actor).unwrap()))
    }

    fn event() -> Change {
        let event = json!({
            "type": "rally", "tactics": [], "status": "happened", "verification": "reported", "verification_by": "rule",
            "title": "A rally", "summary": null, "language": null, "translations": {}, "places": [],
            "when": When::new(None, None, None).unwrap(), "actors": [{"actor": {"id": ACTOR}, "role": "organizer"}],
            "issues": [], "demands": [], "campaigns": [], "sources": [], "size": null, "outcomes": null, "evidence": [],
            "links": [], "external_ids": [], "policy": null,
        });
        change(2, EVENT, Resource::Event, Content::Event(Box::new(serde_json::from_value(event).unwrap())))
    }

    #[test]
    fn a_name_that_changes_while_a_document_is_read_is_not_missed() {
        let head = Head { dataset_id: Uuid::nil(), epoch: 1, seq: 2, recorded_at: Instant::MIN };
        let mut state = State {
            head,
            generation: 0,
            restores: Vec::new(),
            redacted: 0,
            entities: Entities::default(),
            events: Events::default(),
            text: Arc::default(),
        };
        state.entities.apply(named(1, "Before"));
        state.events.apply(event(), 9);
        let version = state.events.seen_at(EVENT, 2, Clearance::Public).unwrap();
        let kept = Kept::new(1 << 20);
        let (names, none) = kept.find(&state, &version, 2);
        assert!(none.is_none());
        state.entities.apply(named(3, "After"));
        kept.keep(&state, &version, Arc::from(&b"Before"[..]), names);
        assert!(kept.find(&state, &version, 3).1.is_none(), "the former name is given as the one of now");
        let (names, then) = kept.find(&state, &version, 2);
        assert_eq!(names.hold, 1..3);
        assert_eq!(then.map(|then| then.text.to_vec()), Some(b"Before".to_vec()));
    }
}
