//! What reading a document needs to know of what is already stored.

use chrono_tz::Tz;
use uuid::Uuid;

use super::resource::{Reference, Resource};
use super::vocabulary::LocationKind;

/// Something stored, found by a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its public id.
    pub id: Uuid,
    /// Its number in the store's tables.
    pub no: i64,
}

/// What an event needs to know of a location it names.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LocationFacts {
    /// Its level in the tree.
    pub kind: LocationKind,
    /// Its own zone, or that of the nearest ancestor which has one.
    pub time_zone: Option<Tz>,
}

/// What is stored, as a document that refers to it sees it.
pub trait Catalog {
    /// The member of `resource` that `reference` names, if it exists and was not retracted.
    fn find(&self, resource: Resource, reference: &Reference) -> Option<Known>;

    /// Facts of a location found before.
    fn location(&self, id: Uuid) -> Option<LocationFacts>;

    /// Who speaks in a source found before: the publisher at the end of its `syndicated_from` chain.
    fn publisher(&self, id: Uuid) -> Option<String>;

    /// The level of the topmost location right below a location that exists.
    fn topmost_child(&self, id: Uuid) -> Option<LocationKind>;

    /// An id for a part of the document that names none.
    fn fresh_id(&self) -> Uuid;

    /// Whether making `parent` the parent of `child` would close a circle.
    fn would_close_circle(&self, child: Uuid, parent: Uuid) -> bool;
}

/// The catalog of those who refer to nothing.
pub struct Nothing;

impl Catalog for Nothing {
    fn find(&self, _: Resource, _: &Reference) -> Option<Known> {
        None
    }

    fn location(&self, _: Uuid) -> Option<LocationFacts> {
        None
    }

    fn publisher(&self, _: Uuid) -> Option<String> {
        None
    }

    fn topmost_child(&self, _: Uuid) -> Option<LocationKind> {
        None
    }

    fn fresh_id(&self) -> Uuid {
        Uuid::new_v4()
    }

    fn would_close_circle(&self, _: Uuid, _: Uuid) -> bool {
        false
    }
}
