//! What the writer knows while it checks an operation: everything committed, and what it has written since.

use std::cell::{RefCell, RefMut};
use std::sync::Arc;

use uuid::Uuid;

use crate::domain::catalog::{Catalog, Known, LocationFacts};
use crate::domain::content::Content;
use crate::domain::resource::{Reference, Resource};
use crate::domain::vocabulary::LocationKind;
use crate::index::State;
use crate::index::entities::{location_facts, parent};
use crate::store::connection::AnyConnection;
use crate::store::error::StoreError;
use crate::store::rows::Numbers;
use crate::store::write;

/// An entity written in the transaction that is not committed yet.
#[derive(Clone, Debug)]
pub struct Pending {
    /// What it is.
    pub resource: Resource,
    /// Its id and number.
    pub known: Known,
    /// Its slug.
    pub slug: String,
    /// Its values; `None` where it ceased.
    pub content: Option<Arc<Content>>,
}

/// Committed and pending entities together; events are looked up in the database, which also shows the pending ones.
pub struct WriterCatalog<'a> {
    state: &'a State,
    pending: &'a [Pending],
    conn: RefCell<&'a mut AnyConnection>,
    numbers: RefCell<Numbers>,
    failure: RefCell<Option<StoreError>>,
}

/// Longer chains are circles that an earlier program let in.
const MAX_DEPTH: usize = 64;

impl<'a> WriterCatalog<'a> {
    /// A catalog for one operation.
    pub fn new(state: &'a State, pending: &'a [Pending], conn: &'a mut AnyConnection) -> Self {
        Self { state, pending, conn: RefCell::new(conn), numbers: RefCell::default(), failure: RefCell::default() }
    }

    /// The connection, between look-ups.
    pub fn conn(&self) -> RefMut<'_, &'a mut AnyConnection> {
        self.conn.borrow_mut()
    }

    /// The numbers of everything that was found.
    pub fn numbers(&self) -> Numbers {
        self.numbers.borrow().clone()
    }

    /// The failure that made something seem to be missing, if there was one.
    pub fn failure(&self) -> Option<StoreError> {
        self.failure.borrow_mut().take()
    }

    /// An entity that is not an event, whatever became of it.
    pub fn entity(&self, resource: Resource, reference: &Reference) -> Option<Pending> {
        let is_meant = |entity: &&Pending| match reference {
            Reference::Id(id) => entity.known.id == *id,
            Reference::Slug(slug) => entity.resource == resource && entity.slug == slug.as_str(),
        };
        if let Some(entity) = self.pending.iter().rev().find(is_meant) {
            return (entity.resource == resource).then(|| entity.clone());
        }
        let (id, entity) = self.state.entities.find(resource, reference)?;
        let document = entity.versions.last().and_then(|version| version.document.as_ref());
        Some(Pending {
            resource,
            known: Known { id, no: entity.no },
            slug: entity.slug.clone(),
            content: document.map(|document| Arc::new(document.content.clone())),
        })
    }

    /// Whether a slug is taken.
    pub fn has_slug(&self, resource: Resource, slug: &str) -> bool {
        let pending = self.pending.iter().any(|entity| entity.resource == resource && entity.slug == slug);
        pending || self.state.entities.has_slug(resource, slug)
    }

    fn content(&self, id: Uuid) -> Option<Arc<Content>> {
        if let Some(entity) = self.pending.iter().rev().find(|entity| entity.known.id == id) {
            return entity.content.clone();
        }
        let version = self.state.entities.get(id)?.versions.last()?;
        version.document.as_ref().map(|document| Arc::new(document.content.clone()))
    }

    fn line(&self, id: Uuid) -> impl Iterator<Item = (Uuid, Arc<Content>)> {
        let start = self.content(id).map(|content| (id, content));
        let up = |(_, content): &(Uuid, Arc<Content>)| {
            let id = parent(content)?;
            Some((id, self.content(id)?))
        };
        std::iter::successors(start, up).take(MAX_DEPTH)
    }

    /// The ancestor of a location at a level of the tree, itself included.
    pub fn ancestor(&self, id: Uuid, kind: LocationKind) -> Option<Uuid> {
        let at_level = |content: &Content| matches!(content, Content::Location(location) if location.kind == kind);
        self.line(id).find(|(_, content)| at_level(content)).map(|(id, _)| id)
    }
}

impl Catalog for WriterCatalog<'_> {
    fn find(&self, resource: Resource, reference: &Reference) -> Option<Known> {
        let known = match (resource, reference) {
            (Resource::Event, Reference::Id(id)) => match write::live_event(&mut self.conn(), *id) {
                Ok(no) => no.map(|no| Known { id: *id, no }),
                Err(error) => {
                    self.failure.borrow_mut().get_or_insert(error);
                    None
                }
            },
            (Resource::Event, Reference::Slug(_)) => None,
            _ => self.entity(resource, reference).filter(|entity| entity.content.is_some()).map(|entity| entity.known),
        }?;
        self.numbers.borrow_mut().insert(known.id, known.no);
        Some(known)
    }

    fn location(&self, id: Uuid) -> Option<LocationFacts> {
        let line: Vec<Arc<Content>> = self.line(id).map(|(_, content)| content).collect();
        let locations = line.iter().filter_map(|content| match &**content {
            Content::Location(location) => Some(location),
            _ => None,
        });
        location_facts(locations)
    }

    fn publisher(&self, id: Uuid) -> Option<String> {
        let publisher = |content: &Content| match content {
            Content::Source(source) => Some(source.publisher.clone()),
            _ => None,
        };
        self.line(id).last().and_then(|(_, content)| publisher(&content))
    }

    fn would_close_circle(&self, child: Uuid, parent: Uuid) -> bool {
        child == parent || self.line(parent).any(|(id, _)| id == child)
    }
}
