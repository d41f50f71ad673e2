//! Who reads, and at which moment: what decides which version of an event is given, and with which names.

use uuid::Uuid;

use super::State;
use super::entities::Moment;
use super::events::EventVersion;
use crate::domain::privacy::Clearance;
use crate::domain::resource::Resource;

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
}
