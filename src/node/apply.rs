//! One operation, checked against everything stored and drafted.

use std::sync::Arc;

use serde_json::Value;
use uuid::Uuid;

use super::clock::{Clock, IdKind};
use super::draft::Draft;
use super::operation::{Command, Done, Operation, Outcome, Refusal};
use super::reading::{Checked, check};
use crate::domain::identity::{Identity, slug_from};
use crate::domain::input::Fault;
use crate::domain::resource::{Resource, Slug};
use crate::index::State;
use crate::store::batch::NewVersion;
use crate::store::connection::AnyConnection;
use crate::store::document::{Document, documents_of};
use crate::store::error::StoreError;
use crate::store::log::ChangeKind;
use crate::store::write::{Counters, Newest};

/// What an operation is performed with.
pub struct Step<'a> {
    /// The writer's connection, for look-ups.
    pub conn: &'a mut AnyConnection,
    /// What is committed.
    pub state: &'a State,
    /// Where ids come from.
    pub clock: &'a Clock,
    /// The numbers that are given; `head` is already that of this operation.
    pub counters: &'a mut Counters,
    /// What the group has written so far.
    pub draft: &'a mut Draft,
}

/// Performs an operation. Where it answers an error, or that nothing had to be done, the caller takes back what was
/// drafted.
pub fn apply(mut step: Step<'_>, operation: &Operation) -> Result<Outcome, Refusal> {
    let head = step.counters.head;
    step.draft.batch.add_operation(head.seq, head.recorded_at, operation.reason.clone(), operation.made_by.clone());
    let mut done = Vec::with_capacity(operation.commands.len());
    let mut faults = Vec::new();
    for (position, command) in operation.commands.iter().enumerate() {
        let outcome = match command {
            Command::Put { resource, document } => step.put(*resource, document),
            Command::Ensure { resource, document } => step.ensure(*resource, document),
            Command::Import { document, row } => step.import(document, row),
            Command::Link { scheme, row, relation, events } => step.link(scheme, row, *relation, events),
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

impl Step<'_> {
    pub(super) fn put(&mut self, resource: Resource, document: &Value) -> Result<Done, Refusal> {
        let kind = if hides_time(document) { IdKind::Random } else { IdKind::Timed };
        let fresh_id = || self.clock.id(kind);
        let checked = check(self.state, self.draft, self.conn, resource, document, &fresh_id)?;
        let old = checked.newest.as_ref();
        if let Some(newest) = old
            && newest.content.as_deref() == Some(&checked.content)
        {
            return Ok(Done::unchanged(checked.id, newest.revision));
        }
        let kind = match old.map(|newest| newest.content.is_some()) {
            None => ChangeKind::Created,
            Some(true) => ChangeKind::Corrected,
            Some(false) => ChangeKind::Restored,
        };
        self.refuse_second_version(checked.id)?;
        Ok(self.write(checked, kind)?)
    }

    /// One operation gives a member one version: there is no moment between two under one number.
    fn refuse_second_version(&self, id: Uuid) -> Result<(), Refusal> {
        if self.draft.drafted(id).is_none_or(|newest| newest.seq != self.counters.head.seq) {
            return Ok(());
        }
        let detail = "This operation has changed the member already.".to_owned();
        Err(Refusal::Invalid(vec![Fault { pointer: String::new(), code: "named_twice", detail }]))
    }

    fn ensure(&mut self, resource: Resource, document: &Value) -> Result<Done, Refusal> {
        let identity = Identity::read(resource, document).map_err(Refusal::Invalid)?;
        let slug = identity.slug.as_ref().map(Slug::as_str);
        let drafted = slug.and_then(|slug| self.draft.with_slug(resource, slug)).map(|newest| newest.id);
        let known = drafted.or_else(|| slug.and_then(|slug| self.state.entities.with_slug(resource, slug)));
        match known {
            Some(id) => Ok(Done::unchanged(id, 0)),
            None => self.put(resource, document),
        }
    }

    fn retract(&mut self, resource: Resource, id: Uuid) -> Result<Done, Refusal> {
        let newest = self.draft.newest(self.conn, id)?.filter(|newest| newest.resource == resource);
        let newest = newest.ok_or(Refusal::NotFound(resource, id))?;
        if newest.content.is_none() {
            return Ok(Done::unchanged(id, newest.revision));
        }
        self.refuse_second_version(id)?;
        let (revision, kind) = (newest.revision + 1, ChangeKind::Retracted);
        self.add_version(Newest { revision, seq: self.counters.head.seq, kind, content: None, ..newest });
        Ok(Done { id, revision, kind: Some(kind), conflict: false })
    }

    fn write(&mut self, checked: Checked, kind: ChangeKind) -> Result<Done, StoreError> {
        let Checked { identity, id, content, ancestors, newest, numbers } = checked;
        let resource = content.resource();
        let head = self.counters.head;
        let newest = newest.unwrap_or_else(|| {
            let given = identity.slug.map(|slug| slug.as_str().to_owned());
            let slug = content.name().map(|name| given.unwrap_or_else(|| slug_from(name, id)));
            self.counters.entity_no += 1;
            let entity_no = self.counters.entity_no;
            self.draft.batch.add_entity(entity_no, resource, id, slug.clone(), head.seq);
            Newest {
                resource,
                id,
                entity_no,
                slug,
                revision: 0,
                seq: head.seq,
                kind,
                created_at: head.recorded_at,
                content: None,
            }
        });
        let revision = newest.revision + 1;
        let content = Arc::new(content);
        let document = Document {
            id,
            slug: newest.slug.clone(),
            revision,
            seq: head.seq,
            created_at: newest.created_at,
            recorded_at: head.recorded_at,
            content: Arc::clone(&content),
        };
        let documents = documents_of(document, &|id, kind| ancestors.get(&(id, kind)).copied());
        let no =
            self.add_version(Newest { revision, seq: head.seq, kind, content: Some(Arc::clone(&content)), ..newest });
        self.draft.batch.add_content(no, &content, &documents, &numbers)?;
        Ok(Done { id, revision, kind: Some(kind), conflict: false })
    }

    /// Drafts a version and tells its number.
    fn add_version(&mut self, version: Newest) -> i64 {
        self.counters.version_no += 1;
        let (no, seq) = (self.counters.version_no, self.counters.head.seq);
        let Newest { entity_no, revision, kind, .. } = version;
        self.draft.batch.add_version(NewVersion { no, entity_no, revision, seq, kind });
        self.draft.add(version);
        no
    }
}

/// Whether the document asks for its time to be kept from the public; its id must not tell it either.
fn hides_time(document: &Value) -> bool {
    document.pointer("/privacy/time").is_some_and(|limit| !limit.is_null())
}
