//! What the writer knows while it checks an operation: everything committed, and what it has drafted since.

use std::cell::{RefCell, RefMut};
use std::collections::HashSet;
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
use crate::store::log::ChangeKind;
use crate::store::rows::Numbers;
use crate::store::write::Newest;

/// What a document is read against.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// What is committed.
    pub state: &'a State,
    /// What the group has written so far.
    pub draft: &'a Draft,
    /// Whether events may be named that are not public yet: to whoever may not know of them there are none.
    pub sees_hidden: bool,
    /// Whether actors, places, sources and campaigns may be named that the public is not told of.
    pub names_all: bool,
}

impl<'a> Surroundings<'a> {
    /// All of it.
    pub const fn whole(state: &'a State, draft: &'a Draft) -> Self {
        Self { state, draft, sees_hidden: true, names_all: true }
    }
}

/// Committed and drafted members together: events from the database, all others from the index.
pub struct WriterCatalog<'a> {
    state: &'a State,
    draft: &'a Draft,
    sees_hidden: bool,
    names_all: bool,
    conn: RefCell<&'a mut AnyConnection>,
    numbers: RefCell<Numbers>,
    failure: RefCell<Option<StoreError>>,
    /// Members that may be named though they have ceased.
    kept: RefCell<HashSet<Uuid>>,
    fresh_id: &'a dyn Fn() -> Uuid,
}

/// Longer chains are circles that an earlier program let in.
const MAX_DEPTH: usize = 64;

impl<'a> WriterCatalog<'a> {
    /// A catalog for one document.
    pub fn new(surroundings: Surroundings<'a>, conn: &'a mut AnyConnection, fresh_id: &'a dyn Fn() -> Uuid) -> Self {
        let Surroundings { state, draft, sees_hidden, names_all } = surroundings;
        let (numbers, failure, kept) = (RefCell::default(), RefCell::default(), RefCell::default());
        Self { state, draft, sees_hidden, names_all, conn: RefCell::new(conn), numbers, failure, kept, fresh_id }
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

    /// Lets these members be named though they may have ceased.
    pub fn keep(&self, ids: impl Iterator<Item = Uuid>) {
        self.kept.borrow_mut().extend(ids);
    }

    /// What took in a member that was merged.
    fn merged_into(&self, resource: Resource, id: Uuid) -> Option<Uuid> {
        if let Some(into) = self.draft.merged_into(id) {
            return Some(into);
        }
        let (kind, into) = if resource == Resource::Event {
            let ceased = self.state.events.ceased(id, i64::MAX)?;
            (ceased.kind, &ceased.into)
        } else {
            let version = self.state.entities.get(id)?.versions.last()?;
            (version.kind, &version.into)
        };
        into.first().copied().filter(|_| kind == ChangeKind::Merged)
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
            return self.may_be_named(resource, newest).then_some(Known { id, no: newest.entity_no });
        }
        if resource == Resource::Event {
            let newest = self.draft.newest(&mut self.conn(), id).unwrap_or_else(|error| {
                self.failure.borrow_mut().get_or_insert(error);
                None
            })?;
            return self.may_be_named(resource, &newest).then_some(Known { id, no: newest.entity_no });
        }
        let entity = self.state.entities.get(id).filter(|entity| entity.resource == resource)?;
        let lives = entity.versions.last()?.document.is_some();
        let may_be_named = lives && (self.names_all || self.state.entities.is_told(id, i64::MAX));
        (may_be_named || self.kept.borrow().contains(&id)).then_some(Known { id, no: entity.no })
    }

    fn may_be_named(&self, resource: Resource, newest: &Newest) -> bool {
        let is_hidden = |content: &Arc<Content>| match &**content {
            Content::Event(event) => event.privacy.as_ref().is_some_and(|policy| policy.embargo),
            _ => false,
        };
        let may_be_known = |content| {
            if resource == Resource::Event { self.sees_hidden || !is_hidden(content) } else { self.is_open(newest.id) }
        };
        let is_there = newest.content.as_ref().is_some_and(may_be_known);
        newest.resource == resource && (is_there || self.kept.borrow().contains(&newest.id))
    }

    /// Whether a member that this group has written may be named by whoever asks.
    fn is_open(&self, id: Uuid) -> bool {
        self.names_all
            || !self.draft.is_unlisted(id)
                && self.state.entities.get(id).is_none_or(|_| self.state.entities.is_told(id, i64::MAX))
    }

    fn line(&self, id: Uuid) -> impl Iterator<Item = (Uuid, Arc<Content>)> {
        let start = self.content(id).map(|content| (id, content));
        let up = |(_, content): &(Uuid, Arc<Content>)| {
            let id = parent(content)?;
            Some((id, self.content(id)?))
        };
        std::iter::successors(start, up).take(MAX_DEPTH)
    }

    /// What a member is a part of, or was when it was withdrawn: it may come back, and is named as it was meanwhile.
    fn last_parent(&self, id: Uuid) -> Option<Uuid> {
        let committed = || Some(Arc::clone(&self.state.entities.get(id)?.known_at(i64::MAX)?.content));
        let drafted = self.draft.drafted(id).and_then(|newest| newest.content.clone());
        let content = drafted.or_else(|| self.draft.last_content(id)).or_else(committed)?;
        let (resource, above) = (content.resource(), parent(&content)?);
        std::iter::successors(Some(above), |id| self.merged_into(resource, *id)).take(MAX_DEPTH).last()
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
        // An id that was merged away means the member that took it in.
        let survivors = std::iter::successors(Some(id), |id| self.merged_into(resource, *id)).take(MAX_DEPTH);
        let known = self.known(resource, id).or_else(|| self.known(resource, survivors.last()?))?;
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
        let up = |id: &Uuid| self.last_parent(*id);
        std::iter::successors(Some(parent), up).take(MAX_DEPTH).any(|id| id == child)
    }
}
