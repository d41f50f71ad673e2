//! Who reads, and at which moment: what decides which version of an event is given, and with which names.

use std::sync::Arc;

use uuid::Uuid;

use super::State;
use super::entities::{Entity, Moment};
use super::events::EventVersion;
use crate::domain::content::Content;
use crate::domain::privacy::Clearance;
use crate::domain::resource::{Reference, Resource};
use crate::store::document::Document;

/// What a reader can see at one operation.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// What the node knows.
    pub state: &'a State,
    /// The operation.
    pub seq: i64,
    /// What the reader may be given.
    pub clearance: Clearance,
}

impl<'a> Sight<'a> {
    /// The names of the moment.
    pub fn names(self) -> Moment<'a> {
        self.state.entities.at(self.seq)
    }

    /// Whether the members of a resource were what they are now.
    pub fn is_of_now(self, resource: Resource) -> bool {
        self.seq >= self.state.entities.corrected(resource).1
    }

    /// An event, if the reader can see it.
    pub fn event(self, id: Uuid) -> Option<EventVersion> {
        self.state.events.seen_at(id, self.seq, self.clearance)
    }

    /// Whether the reader is told of an entity.
    pub fn has(self, id: Uuid) -> bool {
        self.clearance == Clearance::Restricted || self.state.entities.is_told(id, self.seq)
    }

    /// The entity that a reference names, if the reader is told of it, whatever became of it.
    pub fn find(self, resource: Resource, reference: &Reference) -> Option<(Uuid, &'a Entity)> {
        self.state.entities.find(resource, reference).filter(|(id, _)| self.has(*id))
    }

    /// Every entity of a resource that there is for the reader.
    pub fn all(self, resource: Resource) -> impl Iterator<Item = (&'a Entity, &'a Document<Arc<Content>>)> {
        self.state.entities.all(resource, self.seq).filter(move |(_, document)| self.has(document.id))
    }
}
