//! One operation, checked and written.

use std::sync::Arc;

use serde_json::Value;
use uuid::Uuid;

use super::catalog::{Pending, WriterCatalog};
use super::clock::{Clock, IdKind};
use super::operation::{Command, Done, Operation, Outcome, Refusal};
use crate::domain::actor::ActorContent;
use crate::domain::campaign::CampaignContent;
use crate::domain::catalog::{Catalog, Known};
use crate::domain::content::Content;
use crate::domain::event::EventContent;
use crate::domain::identity::{Identity, slug_from};
use crate::domain::input::Fault;
use crate::domain::place::LocationContent;
use crate::domain::public_version::{AncestorAt, public_version};
use crate::domain::resource::{Reference, Resource, Slug};
use crate::domain::source::SourceContent;
use crate::domain::timeline::TimelineContent;
use crate::index::Index;
use crate::query::check_saved_query;
use crate::store::connection::AnyConnection;
use crate::store::document::{Audience, Document};
use crate::store::error::StoreError;
use crate::store::log::ChangeKind;
use crate::store::rows::{self, Numbers};
use crate::store::write::{self, Counters, NewVersion, Newest};

/// What an operation is performed with.
pub struct Step<'a> {
    /// The writer's connection, inside a savepoint.
    pub conn: &'a mut AnyConnection,
    /// What is committed.
    pub index: &'a Index,
    /// Where ids come from.
    pub clock: &'a Clock,
    /// The numbers that are given; `head` is already that of this operation.
    pub counters: &'a mut Counters,
    /// Entities written in this transaction.
    pub pending: &'a mut Vec<Pending>,
}

/// Performs an operation. Where it answers an error, or that nothing had to be done, the caller takes back what was
/// written.
pub fn apply(mut step: Step<'_>, operation: &Operation) -> Result<Outcome, Refusal> {
    let head = step.counters.head;
    let (reason, made_by) = (operation.reason.as_deref(), operation.made_by.as_deref());
    write::insert_operation(step.conn, head.seq, head.recorded_at, reason, made_by)?;
    let mut done = Vec::with_capacity(operation.commands.len());
    let mut faults = Vec::new();
    for (position, command) in operation.commands.iter().enumerate() {
        let outcome = match command {
            Command::Put { resource, document } => step.put(*resource, document),
            Command::Retract { resource, id } => step.retract(*resource, *id),
        };
        match outcome {
            Ok(one) => done.push(one),
            Err(Refusal::Invalid(found)) if operation.commands.len() > 1 => {
                let at = |fault: Fault| Fault { pointer: format!("/{position}{}", fault.pointer), ..fault };
                faults.extend(found.into_iter().map(at));
            }
            Err(refusal) => return Err(refusal),
        }
    }
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults));
    }
    let changed = done.iter().any(|one| one.kind.is_some());
    Ok(Outcome { seq: changed.then_some(head.seq), done })
}

/// What the public is given of a document.
enum Published {
    /// All of it.
    Everything,
    /// Another version, as a policy says.
    Coarsened(Box<EventContent>),
    /// Nothing, as a policy says.
    Nothing,
}

/// A document that was read and found good.
struct Checked {
    identity: Identity,
    id: Uuid,
    content: Content,
    public: Published,
    newest: Option<Newest>,
    numbers: Numbers,
}

impl Step<'_> {
    fn put(&mut self, resource: Resource, document: &Value) -> Result<Done, Refusal> {
        let checked = self.check(resource, document)?;
        if let Some(newest) = &checked.newest
            && newest.document.as_ref().is_some_and(|old| old.content == checked.content)
        {
            return Ok(Done { id: checked.id, revision: newest.revision, kind: None });
        }
        let kind = match &checked.newest {
            None => ChangeKind::Created,
            Some(Newest { document: None, .. }) => ChangeKind::Restored,
            Some(_) => ChangeKind::Corrected,
        };
        Ok(self.write(checked, kind)?)
    }

    /// Reads the document against everything stored.
    fn check(&mut self, resource: Resource, document: &Value) -> Result<Checked, Refusal> {
        let mut faults = Vec::new();
        let identity = Identity::read(resource, document).unwrap_or_else(|found| {
            faults.extend(found);
            Identity::default()
        });
        let state = self.index.read();
        let catalog = WriterCatalog::new(&state, self.pending, self.conn);
        let id = id_of(&catalog, resource, &identity)
            .unwrap_or_else(|| self.clock.id(if hides_time(document) { IdKind::Random } else { IdKind::Timed }));
        let newest = write::newest(&mut catalog.conn(), resource, id)?;
        if newest.is_none() {
            faults.extend(identity_taken(&catalog, resource, &identity)?);
        }
        let mut content = read(resource, document, id, &catalog).unwrap_or_else(|found| {
            faults.extend(found);
            None
        });
        if let Some(failure) = catalog.failure() {
            return Err(failure.into());
        }
        let old = newest.as_ref().and_then(|newest| newest.document.as_ref());
        if let (Some(Content::Event(new)), Some(Content::Event(old))) = (&mut content, old.map(|old| &old.content)) {
            new.keep_evidence_ids(old);
        }
        let but = newest.as_ref().map(|newest| newest.entity_no);
        for (position, external) in content.iter().flat_map(Content::external_ids).enumerate() {
            if let Some(holder) = write::holder_of(&mut catalog.conn(), resource, external, but)? {
                let detail = format!("{resource} {holder} already has `{}:{}`.", external.scheme, external.id);
                faults.push(Fault { pointer: format!("/external_ids/{position}"), code: "external_id_taken", detail });
            }
        }
        match content {
            Some(content) if faults.is_empty() => {
                let public = published(&content, &|id, kind| catalog.ancestor(id, kind));
                let numbers = catalog.numbers();
                Ok(Checked { identity, id, content, public, newest, numbers })
            }
            _ => Err(Refusal::Invalid(faults)),
        }
    }

    fn write(&mut self, checked: Checked, kind: ChangeKind) -> Result<Done, StoreError> {
        let Checked { identity, id, content, public, newest, numbers } = checked;
        let resource = content.resource();
        let head = self.counters.head;
        let slug =
            content.name().map(|name| identity.slug.map_or_else(|| slug_from(name, id), |s| s.as_str().to_owned()));
        let slug = newest.as_ref().and_then(|n| n.document.as_ref()).and_then(|old| old.slug.clone()).or(slug);
        let (entity_no, revision, created_at) = if let Some(newest) = &newest {
            (newest.entity_no, newest.revision + 1, newest.created_at)
        } else {
            self.counters.entity_no += 1;
            write::insert_entity(self.conn, self.counters.entity_no, resource, id, slug.as_deref(), head.seq)?;
            (self.counters.entity_no, 1, head.recorded_at)
        };
        self.counters.version_no += 1;
        let no = self.counters.version_no;
        write::insert_version(self.conn, NewVersion { no, entity_no, revision, seq: head.seq, kind })?;
        rows::insert(self.conn, no, &content, &numbers)?;
        let document = Document {
            id,
            slug: slug.clone(),
            revision,
            seq: head.seq,
            created_at,
            recorded_at: head.recorded_at,
            content,
        };
        let documents = match public {
            Published::Everything => vec![(Audience::Everybody, document.clone())],
            Published::Nothing => vec![(Audience::Restricted, document.clone())],
            Published::Coarsened(event) => vec![
                (Audience::Public, document.map(|_| Content::Event(event))),
                (Audience::Restricted, document.clone()),
            ],
        };
        write::insert_documents(self.conn, no, &documents)?;
        if let Some(slug) = slug {
            let content = Some(Arc::new(document.content));
            self.pending.push(Pending { resource, known: Known { id, no: entity_no }, slug, content });
        }
        Ok(Done { id, revision, kind: Some(kind) })
    }

    fn retract(&mut self, resource: Resource, id: Uuid) -> Result<Done, Refusal> {
        let newest = write::newest(self.conn, resource, id)?.ok_or(Refusal::NotFound(resource, id))?;
        let Some(document) = newest.document else {
            return Ok(Done { id, revision: newest.revision, kind: None });
        };
        let revision = newest.revision + 1;
        self.counters.version_no += 1;
        let (no, entity_no, seq) = (self.counters.version_no, newest.entity_no, self.counters.head.seq);
        write::insert_version(self.conn, NewVersion { no, entity_no, revision, seq, kind: ChangeKind::Retracted })?;
        if let Some(slug) = document.slug {
            self.pending.push(Pending { resource, known: Known { id, no: entity_no }, slug, content: None });
        }
        Ok(Done { id, revision, kind: Some(ChangeKind::Retracted) })
    }
}

fn published(content: &Content, ancestor: AncestorAt<'_>) -> Published {
    let Content::Event(event) = content else {
        return Published::Everything;
    };
    match event.privacy.as_ref().map(|policy| public_version(event, policy, ancestor)) {
        None => Published::Everything,
        Some(None) => Published::Nothing,
        Some(Some(public)) => Published::Coarsened(Box::new(public)),
    }
}

/// The id of the member that a document means: its own, or that of the member with its slug.
fn id_of(catalog: &WriterCatalog<'_>, resource: Resource, identity: &Identity) -> Option<Uuid> {
    let by_slug = |slug: &Slug| Some(catalog.entity(resource, &Reference::Slug(slug.clone()))?.known.id);
    identity.id.or_else(|| identity.slug.as_ref().and_then(by_slug))
}

/// What is wrong with giving a new member this id and slug.
fn identity_taken(
    catalog: &WriterCatalog<'_>,
    resource: Resource,
    identity: &Identity,
) -> Result<Vec<Fault>, StoreError> {
    let mut faults = Vec::new();
    if let Some(id) = identity.id
        && let Some(other) = write::resource_of(&mut catalog.conn(), id)?
    {
        let detail = format!("This id belongs to another resource ({other}).");
        faults.push(Fault { pointer: "/id".into(), code: "id_taken", detail });
    }
    if let Some(slug) = &identity.slug
        && catalog.has_slug(resource, slug.as_str())
    {
        let detail = format!("Another {resource} has the slug `{}`.", slug.as_str());
        faults.push(Fault { pointer: "/slug".into(), code: "slug_taken", detail });
    }
    Ok(faults)
}

/// Whether the document asks for its time to be kept from the public; its id must not tell it either.
fn hides_time(document: &Value) -> bool {
    document.pointer("/privacy/time").is_some_and(|limit| !limit.is_null())
}

fn read(resource: Resource, document: &Value, id: Uuid, catalog: &dyn Catalog) -> Result<Option<Content>, Vec<Fault>> {
    Ok(Some(match resource {
        Resource::Event => Content::Event(Box::new(EventContent::read(document, id, catalog)?)),
        Resource::Actor => Content::Actor(ActorContent::read(document, id, catalog)?),
        Resource::Location => Content::Location(LocationContent::read(document, id, catalog)?),
        Resource::Source => Content::Source(SourceContent::read(document, id, catalog)?),
        Resource::Campaign => Content::Campaign(CampaignContent::read(document, catalog)?),
        Resource::Timeline => Content::Timeline(TimelineContent::read(document, catalog, &check_saved_query)?),
    }))
}
