//! What the writer knows while it checks an operation: everything committed, and what it has drafted since.

use std::cell::{RefCell, RefMut};
use std::sync::Arc;

use uuid::Uuid;

use super::draft::Draft;
use crate::domain::catalog::{Catalog, Known, LocationFacts};
use crate::domain::content::Content;
use crate::domain::resource::{Reference, Resource};
use crate::domain::vocabulary::LocationKind;
use crate::index::State;
use crate::index::entities::{location_facts, parent};
use crate::store::connection::AnyConnection;
use crate::store::error::StoreError;
use crate::store::rows::Numbers;

/// Committed and drafted members together: events from the database, all others from the index.
pub struct WriterCatalog<'a> {
    state: &'a State,
    draft: &'a Draft,
    conn: RefCell<&'a mut AnyConnection>,
    numbers: RefCell<Numbers>,
    failure: RefCell<Option<StoreError>>,
    fresh_id: &'a dyn Fn() -> Uuid,
}

/// Longer chains are circles that an earlier program let in.
const MAX_DEPTH: usize = 64;

impl<'a> WriterCatalog<'a> {
    /// A catalog for one document.
    pub fn new(
        state: &'a State,
        draft: &'a Draft,
        conn: &'a mut AnyConnection,
        fresh_id: &'a dyn Fn() -> Uuid,
    ) -> Self {
        let (numbers, failure) = (RefCell::default(), RefCell::default());
        Self { state, draft, conn: RefCell::new(conn), numbers, failure, fresh_id }
    }

    /// The connection, between look-ups.
    pub fn conn(&self) -> RefMut<'_, &'a mut AnyConnection> {
        self.conn.borrow_mut()
    }

    /// The numbers of everything that was found.
    pub fn into_numbers(self) -> Numbers {
        self.numbers.into_inner()
    }

    /// The failure that made something seem to be missing, if there was one.
    pub fn failure(&self) -> Option<StoreError> {
        self.failure.borrow_mut().take()
    }

    /// The id of the member with this slug, whatever became of it.
    pub fn with_slug(&self, resource: Resource, slug: &str) -> Option<Uuid> {
        let drafted = self.draft.with_slug(resource, slug).map(|newest| newest.id);
        drafted.or_else(|| self.state.entities.with_slug(resource, slug))
    }

    fn content(&self, id: Uuid) -> Option<Arc<Content>> {
        if let Some(newest) = self.draft.drafted(id) {
            return newest.content.clone();
        }
        let version = self.state.entities.get(id)?.versions.last()?;
        version.document.as_ref().map(|document| Arc::clone(&document.content))
    }

    fn known(&self, resource: Resource, id: Uuid) -> Option<Known> {
        if let Some(newest) = self.draft.drafted(id) {
            let lives = newest.resource == resource && newest.content.is_some();
            return lives.then_some(Known { id, no: newest.entity_no });
        }
        if resource == Resource::Event {
            let newest = self.draft.newest(&mut self.conn(), id).unwrap_or_else(|error| {
                self.failure.borrow_mut().get_or_insert(error);
                None
            })?;
            let lives = newest.resource == resource && newest.content.is_some();
            return lives.then_some(Known { id, no: newest.entity_no });
        }
        let entity = self.state.entities.get(id).filter(|entity| entity.resource == resource)?;
        entity.versions.last()?.document.as_ref()?;
        Some(Known { id, no: entity.no })
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
        let id = match reference {
            Reference::Id(id) => *id,
            Reference::Slug(slug) => self.with_slug(resource, slug.as_str())?,
        };
        let known = self.known(resource, id)?;
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

    fn topmost_child(&self, id: Uuid) -> Option<LocationKind> {
        let committed = self.state.entities.all(Resource::Location, i64::MAX).map(|(_, document)| document.id);
        let all = committed.chain(self.draft.members(Resource::Location));
        let kind = |child: Uuid| match &*self.content(child)? {
            Content::Location(location) if location.parent == Some(id) => Some(location.kind),
            _ => None,
        };
        all.filter_map(kind).min()
    }

    fn fresh_id(&self) -> Uuid {
        (self.fresh_id)()
    }

    fn would_close_circle(&self, child: Uuid, parent: Uuid) -> bool {
        child == parent || self.line(parent).any(|(id, _)| id == child)
    }
}
