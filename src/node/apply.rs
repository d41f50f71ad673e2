//! One operation, checked against everything stored and drafted.

use std::sync::Arc;

use serde_json::Value;
use uuid::Uuid;

use super::catalog::Surroundings;
use super::clock::{Clock, IdKind};
use super::draft::Draft;
use super::operation::{Command, Done, Operation, Outcome, Refusal};
use super::reading::{Checked, Meant, check};
use crate::domain::content::Content;
use crate::domain::grounds::Grounds;
use crate::domain::identity::{Identity, slug_from};
use crate::domain::input::Fault;
use crate::domain::input_form::input_form;
use crate::domain::resource::{Resource, Slug};
use crate::index::State;
use crate::store::batch::NewVersion;
use crate::store::claims::{Claim, ClaimRow, Claimed, claimed};
use crate::store::connection::AnyConnection;
use crate::store::document::{Document, Documents, documents_of};
use crate::store::error::StoreError;
use crate::store::log::{Change, ChangeKind, Edition};
use crate::store::write::{Counters, Newest, last_content};

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
    /// What the history will tell of the operation.
    pub grounds: &'a Grounds,
    /// Whether the operation may name what is kept from the public.
    pub sees_hidden: bool,
    /// Whether the public is told of what the operation makes though nothing public names it.
    pub openly: bool,
    /// Whether what is being done may name actors, places, sources and campaigns that the public is not told of.
    pub names_all: bool,
}

/// Performs an operation. Where it answers an error, or that nothing had to be done, the caller takes back what was
/// drafted.
pub fn apply(mut step: Step<'_>, operation: &Operation) -> Result<Outcome, Refusal> {
    if let Some(answered) = operation.claim.as_ref().map(|claim| step.answered(claim)).transpose()?.flatten() {
        return Ok(answered);
    }
    let head = step.counters.head;
    step.draft.batch.add_operation(head.seq, head.recorded_at, step.grounds.clone(), operation.redacts());
    let mut done = Vec::with_capacity(operation.commands.len());
    let mut faults = operation.faults.clone();
    for (position, command) in operation.commands.iter().enumerate() {
        match step.perform(command) {
            Ok(all) => done.extend(all),
            Err(Refusal::Invalid(found)) if operation.commands.len() > 1 => {
                let at = |fault: Fault| Fault { pointer: format!("/{position}{}", fault.pointer), ..fault };
                faults.extend(found.into_iter().map(at));
            }
            Err(Refusal::Invalid(found)) => faults.extend(found),
            Err(refusal) => return Err(refusal),
        }
    }
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults));
    }
    let changed = done.iter().any(|one| one.kind.is_some());
    let outcome = Outcome { seq: changed.then_some(head.seq), done };
    if let Some(claim) = operation.claim.as_ref().filter(|_| changed) {
        let row = ClaimRow::new(claim, head.recorded_at, serde_json::to_string(&outcome).map_err(StoreError::from)?);
        step.draft.add_claim(claim.clone(), row, outcome.clone());
    }
    Ok(outcome)
}

impl Step<'_> {
    fn perform(&mut self, command: &Command) -> Result<Vec<Done>, Refusal> {
        // A file brings what it names, or finds it under the slug that it would have given it.
        self.names_all = self.sees_hidden || command.is_of_file();
        let one = match command {
            Command::Put { resource, document } => self.put_openly(*resource, document),
            Command::Create { resource, document } => self.create(*resource, document),
            Command::Replace { resource, id, base, document, part } => {
                self.current(*resource, *id, Some(*base))?;
                self.put(*resource, document).map(|done| Done { part: *part, ..done })
            }
            Command::Ensure { resource, document } => self.ensure(*resource, document),
            Command::Amend { document, is_under_policy } => self.amend(document, *is_under_policy),
            Command::Import { document, row } => self.import(document, row),
            Command::Lapse { scheme, row, force } => self.lapse(scheme, row, *force),
            Command::Link { scheme, row, relation, events } => self.link(scheme, row, *relation, events),
            Command::Retract { resource, id, base } => self.retract(*resource, *id, *base),
            Command::Restore { resource, id } => self.restore(*resource, *id),
            Command::Redact { resource, id, base, redaction } => self.redact(*resource, *id, *base, redaction),
            Command::Merge { resource, id, into, base } => return self.merge(*resource, *id, *into, *base),
            Command::Split { id, parts, base } => return self.split(*id, parts, *base),
        };
        one.map(|done| vec![done])
    }

    /// What was answered to a request with the same idempotency key.
    fn answered(&mut self, claim: &Claim) -> Result<Option<Outcome>, Refusal> {
        if let Some((digest, outcome)) = self.draft.claimed(claim) {
            return if digest == claim.digest { Ok(Some(outcome.clone())) } else { Err(Refusal::KeyReused) };
        }
        match claimed(self.conn, claim, self.counters.head.recorded_at)? {
            Claimed::Nothing => Ok(None),
            Claimed::Same(outcome) => Ok(Some(serde_json::from_str(&outcome).map_err(StoreError::from)?)),
            Claimed::Another => Err(Refusal::KeyReused),
        }
    }

    fn read(&mut self, resource: Resource, meant: Meant<'_>, document: &Value) -> Result<Checked, Refusal> {
        let kind = if hides_time(document) { IdKind::Random } else { IdKind::Timed };
        let fresh_id = || self.clock.id(kind);
        let Self { state, draft, sees_hidden, names_all, .. } = self;
        check(
            Surroundings { state, draft, sees_hidden: *sees_hidden, names_all: *names_all },
            self.conn,
            (resource, meant),
            document,
            &fresh_id,
        )
    }

    pub(super) fn create(&mut self, resource: Resource, document: &Value) -> Result<Done, Refusal> {
        let checked = self.read(resource, Meant::New, document)?;
        self.write(checked, ChangeKind::Created)
    }

    /// Puts a document over whatever has its id, unless that is kept from whoever asks.
    pub(super) fn put_openly(&mut self, resource: Resource, document: &Value) -> Result<Done, Refusal> {
        let id = document.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
        if let Some(id) = id.filter(|_| resource == Resource::Event)
            && self.is_kept_from_view(id)?
        {
            return Err(Refusal::Restricted(id));
        }
        self.put(resource, document)
    }

    /// Whether an event is under a privacy policy, or was when it ceased, and whoever asks may not read all of it.
    pub(super) fn is_kept_from_view(&mut self, event: Uuid) -> Result<bool, StoreError> {
        if self.sees_hidden {
            return Ok(false);
        }
        let content = self.last_values(Resource::Event, event)?;
        Ok(matches!(content.as_deref(), Some(Content::Event(event)) if event.privacy.is_some()))
    }

    /// What a member says, or said when it ceased.
    pub(super) fn last_values(&mut self, resource: Resource, id: Uuid) -> Result<Option<Arc<Content>>, StoreError> {
        let Some(newest) = self.draft.newest(self.conn, id)? else {
            return Ok(None);
        };
        match newest.content.or_else(|| self.draft.last_content(id)) {
            Some(content) => Ok(Some(content)),
            None => last_content(self.conn, resource, id),
        }
    }

    pub(super) fn put(&mut self, resource: Resource, document: &Value) -> Result<Done, Refusal> {
        let checked = self.read(resource, Meant::Any, document)?;
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
        self.write(checked, kind)
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

    fn retract(&mut self, resource: Resource, id: Uuid, base: Option<i32>) -> Result<Done, Refusal> {
        let (newest, _) = self.current(resource, id, base)?;
        self.end(&newest, ChangeKind::Retracted)?;
        Ok(Done::written(id, newest.revision + 1, ChangeKind::Retracted))
    }

    /// Lets a member cease, and tells the number of the version that says so.
    pub(super) fn end(&mut self, newest: &Newest, kind: ChangeKind) -> Result<i64, Refusal> {
        self.refuse_second_version(newest.id)?;
        let (revision, seq) = (newest.revision + 1, self.counters.head.seq);
        Ok(self.add_version(Newest { revision, seq, kind, content: None, ..newest.clone() }, &Vec::new()))
    }

    fn restore(&mut self, resource: Resource, id: Uuid) -> Result<Done, Refusal> {
        let newest = self.draft.newest(self.conn, id)?.filter(|newest| newest.resource == resource);
        let newest = newest.ok_or(Refusal::NotFound(resource, id))?;
        match newest.kind {
            ChangeKind::Retracted => {}
            kind if kind.ends() => return Err(Refusal::Ceased(resource, id)),
            _ => return Err(Refusal::NotWithdrawn(resource, id)),
        }
        let content = self.last_values(resource, id)?.ok_or(Refusal::NotFound(resource, id))?;
        let document = input_form(&content, id, newest.slug.as_deref()).map_err(StoreError::from)?;
        self.put(resource, &document)
    }

    pub(super) fn write(&mut self, checked: Checked, kind: ChangeKind) -> Result<Done, Refusal> {
        let Checked { identity, id, content, ancestors, newest, numbers } = checked;
        let resource = content.resource();
        let head = self.counters.head;
        let newest = newest.unwrap_or_else(|| {
            let given = identity.slug.map(|slug| slug.as_str().to_owned());
            let slug = content.name().map(|name| given.unwrap_or_else(|| slug_from(name, id)));
            self.counters.entity_no += 1;
            let (entity_no, seq) = (self.counters.entity_no, head.seq);
            let created_at = head.recorded_at;
            let new = Newest { resource, id, entity_no, slug, revision: 0, seq, kind, created_at, content: None };
            self.draft.add_entity(&new, self.is_open(resource));
            new
        });
        let earlier = self.new_editions(&newest, content.privacy())?;
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
        let documents = documents_of(document, content.privacy(), &|id, kind| ancestors.get(&(id, kind)).copied());
        let newest = Newest { revision, seq: head.seq, kind, content: Some(Arc::clone(&content)), ..newest };
        let no = self.add_version(newest, &documents);
        self.draft.batch.add_content(no, &content, &documents, &numbers)?;
        self.draft.add_editions(no, earlier)?;
        Ok(Done::written(id, revision, kind))
    }

    /// Whether the public is told of what is made: what of an event it may read decides its policy, and timelines are its own.
    const fn is_open(&self, resource: Resource) -> bool {
        self.openly || matches!(resource, Resource::Event | Resource::Timeline)
    }

    /// Drafts a version, of which readers are given these documents, and tells its number.
    pub(super) fn add_version(&mut self, version: Newest, documents: &Documents) -> i64 {
        self.counters.version_no += 1;
        let (no, head) = (self.counters.version_no, self.counters.head);
        let Newest { resource, id, entity_no, revision, kind, .. } = version;
        let Edition { public, restricted, .. } = Edition::of(no, documents);
        self.draft.batch.add_version(NewVersion { no, entity_no, revision, seq: head.seq, kind });
        self.draft.changes.push(Change {
            seq: head.seq,
            recorded_at: head.recorded_at,
            grounds: self.grounds.clone(),
            kind,
            resource,
            id,
            slug: version.slug.clone(),
            entity_no,
            version_no: no,
            revision,
            public,
            restricted,
            into: Vec::new(),
            openly: revision == 1 && self.is_open(resource),
            earlier: Vec::new(),
            redaction: None,
        });
        self.draft.add(version);
        no
    }
}

/// Whether the document asks for its time to be kept from the public; its id must not tell it either.
fn hides_time(document: &Value) -> bool {
    document.pointer("/privacy/time").is_some_and(|limit| !limit.is_null())
}
