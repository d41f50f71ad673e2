//! The versions of events that an answer gives: what they are told apart by, and their documents.

use std::sync::Arc;

use super::ask::Service;
use super::problem::Problem;
use super::respond::Fingerprint;
use crate::domain::event::EventContent;
use crate::domain::privacy::Clearance;
use crate::index::events::EventVersion;
use crate::index::sight::Sight;
use crate::store::document::Document;
use crate::store::error::StoreError;
use crate::store::{log, ready};
use crate::view::event::Include;
use crate::view::kept::Names;
use crate::view::links::{links_of, titles};
use crate::view::ready::EventView;

/// Versions at one operation, with what is known of their documents before the store is asked.
pub struct Selection {
    seq: i64,
    clearance: Clearance,
    generation: u32,
    versions: Vec<Chosen>,
    /// The keys of the events that they are linked with, where links are to be given.
    linked: Vec<i64>,
}

struct Chosen {
    version: EventVersion,
    names: Names,
    text: Option<Arc<[u8]>>,
}

impl Selection {
    /// Chooses versions; `print` takes in all that their documents are made of.
    pub fn of(
        service: &Service,
        sight: Sight<'_>,
        view: &EventView,
        versions: impl Iterator<Item = EventVersion>,
        print: &mut Fingerprint,
    ) -> Self {
        let Sight { state, seq, clearance } = sight;
        // A restored backup gives numbers of versions again that were given in the lost future.
        print.number(state.head.epoch);
        let mut linked = Vec::new();
        let choose = |version: EventVersion| {
            let (names, kept) = service.kept.find(state, &version, seq);
            print.number(version.version_no).number(version.edition).number(names.hold.start).number(names.edition);
            if view.has(Include::Links) {
                for (_, other, _) in links_of(sight, version.id) {
                    if let Some(other) = sight.event(other) {
                        print.number(other.version_no).number(other.edition);
                        linked.push(other.key);
                    }
                }
            }
            let text = kept.filter(|_| view.is_plain()).map(|kept| Arc::clone(&kept.text));
            Chosen { version, names, text }
        };
        let versions = versions.map(choose).collect();
        linked.sort_unstable();
        linked.dedup();
        Self { seq, clearance, generation: state.generation, versions, linked }
    }

    /// Their documents as readers are given them, in order.
    ///
    /// # Errors
    /// When the store cannot be asked, or holds another dataset by now.
    pub fn documents(self, service: &Service, view: &EventView) -> Result<Vec<Arc<[u8]>>, Problem> {
        let Self { seq, clearance, generation, versions, linked } = self;
        let missing: Vec<i64> =
            versions.iter().filter(|chosen| chosen.text.is_none()).map(|chosen| chosen.version.key).collect();
        let mut bodies = texts(service, &missing)?.into_iter();
        let titles = titles(&texts(service, &linked)?)?;
        let state = service.index.read();
        if state.generation != generation {
            return Err(Problem::restored());
        }
        let document = |Chosen { version, names, text }: Chosen| {
            if let Some(text) = text {
                return Ok(text);
            }
            let body = bodies.next().ok_or_else(|| StoreError::corrupt("a document is missing"))?;
            let mut text = Vec::with_capacity(body.len() * 2);
            let sight = Sight { state: &state, seq, clearance };
            view.render(&body, version.id, sight, &titles, &mut text)?;
            let text: Arc<[u8]> = text.into();
            if view.is_plain() {
                service.kept.keep(&state, &version, Arc::clone(&text), names);
            }
            Ok(text)
        };
        versions.into_iter().map(document).collect()
    }
}

/// The stored texts of events.
fn texts(service: &Service, keys: &[i64]) -> Result<Vec<String>, StoreError> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    service.reader.read(|conn| log::texts(conn, keys))
}

/// The stored events under these keys.
///
/// # Errors
/// When the store cannot be asked.
pub fn events(service: &Service, keys: &[i64]) -> Result<Vec<Document<EventContent>>, StoreError> {
    texts(service, keys)?.iter().map(|body| ready::read(body)).collect()
}
