//! The group of operations that is being written: what it adds to everything committed, and the rows that will say so.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use uuid::Uuid;

use super::committed::Committed;
use super::editions::NewEdition;
use super::operation::{Operation, Outcome};
use crate::domain::content::Content;
use crate::domain::grounds::Grounds;
use crate::domain::resource::Resource;
use crate::domain::shared::ExternalId;
use crate::store::batch::{Batch, BatchMark};
use crate::store::claims::{Claim, ClaimRow};
use crate::store::connection::AnyConnection;
use crate::store::error::StoreError;
use crate::store::imports::{ImportRecord, ImportRow};
use crate::store::log::{Change, ChangeKind, Edition};
use crate::store::write::Newest;

type Result<T> = std::result::Result<T, StoreError>;

/// What a group has written so far. Nothing is in the database before all of it is.
#[derive(Default)]
pub struct Draft {
    /// The rows.
    pub batch: Batch,
    /// What the log will say of them.
    pub changes: Vec<Change>,
    versions: Vec<Newest>,
    by_id: HashMap<Uuid, Vec<usize>>,
    by_slug: HashMap<(Resource, String), Uuid>,
    by_external: HashMap<(Resource, ExternalId), Vec<Uuid>>,
    imports: Vec<ImportRow>,
    claims: HashMap<(i64, String), (String, Outcome)>,
    merged: HashMap<Uuid, Uuid>,
    unlisted: HashSet<Uuid>,
    committed: RefCell<Committed>,
}

/// A moment to which a draft can go back.
#[derive(Clone, Copy)]
pub struct DraftMark {
    batch: BatchMark,
    changes: usize,
    versions: usize,
    imports: usize,
}

impl Draft {
    /// Asks at once for what is committed of that which these operations name.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub fn prepare<'a>(&self, conn: &mut AnyConnection, operations: impl Iterator<Item = &'a Operation>) -> Result<()> {
        self.committed.borrow_mut().fetch(conn, operations)
    }

    /// Remembers this moment.
    pub fn mark(&self) -> DraftMark {
        let (changes, versions, imports) = (self.changes.len(), self.versions.len(), self.imports.len());
        DraftMark { batch: self.batch.mark(), changes, versions, imports }
    }

    /// Takes back what was drafted since.
    pub fn truncate(&mut self, mark: &DraftMark) {
        self.batch.truncate(mark.batch);
        self.changes.truncate(mark.changes);
        self.imports.truncate(mark.imports);
        for version in self.versions.drain(mark.versions..).rev() {
            if let Some(own) = self.by_id.get_mut(&version.id) {
                own.pop();
            }
            if version.kind == ChangeKind::Merged {
                self.merged.remove(&version.id);
            }
            if version.revision == 1 {
                self.unlisted.remove(&version.id);
                if let Some(slug) = version.slug {
                    self.by_slug.remove(&(version.resource, slug));
                }
            }
            // External ids stay: whoever looks one up asks the version whether it has it.
        }
    }

    /// Notes a new member; `openly` tells whether the public knows of it before anything public names it.
    pub fn add_entity(&mut self, new: &Newest, openly: bool) {
        self.batch.add_entity(new, openly);
        if !openly {
            self.unlisted.insert(new.id);
        }
    }

    /// Whether this group has made a member that the public is not told of yet.
    pub fn is_unlisted(&self, id: Uuid) -> bool {
        self.unlisted.contains(&id)
    }

    /// Notes what readers are given of earlier versions from a version of this group on.
    ///
    /// # Errors
    /// Never for what the domain can hold.
    pub fn add_editions(&mut self, version_no: i64, editions: Vec<NewEdition>) -> Result<()> {
        let Some(change) = self.changes.iter_mut().rfind(|change| change.version_no == version_no) else {
            return Ok(());
        };
        for (no, documents) in editions {
            self.batch.add_edition(no, change.seq, &documents)?;
            change.earlier.push(Edition::of(no, &documents));
        }
        Ok(())
    }

    /// Notes that a version of this group took a value out of all earlier ones, and what is told from now on of the operations
    /// that wrote those.
    pub fn add_redaction(&mut self, version_no: i64, told: Vec<(i64, Grounds)>) {
        if let Some(change) = self.changes.iter_mut().rfind(|change| change.version_no == version_no) {
            change.redaction = Some(told);
        }
    }

    /// Notes a version.
    pub fn add(&mut self, version: Newest) {
        self.by_id.entry(version.id).or_default().push(self.versions.len());
        if let Some(slug) = &version.slug {
            self.by_slug.insert((version.resource, slug.clone()), version.id);
        }
        for external in version.content.iter().flat_map(|content| content.external_ids()) {
            self.by_external.entry((version.resource, external.clone())).or_default().push(version.id);
        }
        self.versions.push(version);
    }

    /// The newest version of a member that this group has written.
    pub fn drafted(&self, id: Uuid) -> Option<&Newest> {
        self.by_id.get(&id)?.last().map(|position| &self.versions[*position])
    }

    /// The values that this group gave a member last.
    pub fn last_content(&self, id: Uuid) -> Option<Arc<Content>> {
        let own = self.by_id.get(&id).into_iter().flatten().rev();
        own.filter_map(|position| self.versions.get(*position)).find_map(|version| version.content.clone())
    }

    /// Remembers what came of a request with an idempotency key.
    pub fn add_claim(&mut self, claim: Claim, row: ClaimRow, outcome: Outcome) {
        self.batch.add_claim(row);
        self.claims.insert((claim.key_no, claim.key), (claim.digest, outcome));
    }

    /// What came of a request of this group with this idempotency key, and the digest of what it asked for.
    pub fn claimed(&self, claim: &Claim) -> Option<(&str, &Outcome)> {
        let (digest, outcome) = self.claims.get(&(claim.key_no, claim.key.clone()))?;
        Some((digest, outcome))
    }

    /// Notes what takes the place of a member that ceased by a version of this group: numbers of entities, and ids.
    pub fn add_lineage(&mut self, version_no: i64, into: &[(i64, Uuid)]) {
        let (numbers, ids): (Vec<_>, Vec<_>) = into.iter().copied().unzip();
        self.batch.add_lineage(version_no, &numbers);
        if let Some(change) = self.changes.iter_mut().rfind(|change| change.version_no == version_no) {
            change.into = ids;
        }
    }

    /// Remembers that one member took in another.
    pub fn note_merged(&mut self, id: Uuid, into: Uuid) {
        self.merged.insert(id, into);
    }

    /// What took in a member that ceased in this group.
    pub fn merged_into(&self, id: Uuid) -> Option<Uuid> {
        self.merged.get(&id).copied().filter(|_| self.drafted(id).is_some_and(|newest| newest.content.is_none()))
    }

    /// The members of a resource that this group has written.
    pub fn members(&self, resource: Resource) -> impl Iterator<Item = Uuid> {
        self.versions.iter().filter(move |version| version.resource == resource).map(|version| version.id)
    }

    /// The member with this slug that this group has created.
    pub fn with_slug(&self, resource: Resource, slug: &str) -> Option<&Newest> {
        self.drafted(*self.by_slug.get(&(resource, slug.to_owned()))?)
    }

    /// The newest version of a member, written by this group or before.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub fn newest(&self, conn: &mut AnyConnection, id: Uuid) -> Result<Option<Newest>> {
        match self.drafted(id) {
            Some(newest) => Ok(Some(newest.clone())),
            None => self.committed.borrow_mut().newest(conn, id),
        }
    }

    /// A current member of a resource that has this external id, other than `but`.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub fn holder(
        &self,
        conn: &mut AnyConnection,
        resource: Resource,
        external: &ExternalId,
        but: Option<Uuid>,
    ) -> Result<Option<Uuid>> {
        let has_it = |id: &&Uuid| {
            let content = self.drafted(**id).and_then(|newest| newest.content.as_ref());
            content.is_some_and(|content| content.external_ids().contains(external))
        };
        let drafted = self.by_external.get(&(resource, external.clone())).into_iter().flatten();
        if let Some(id) = drafted.filter(|id| Some(**id) != but).find(has_it) {
            return Ok(Some(*id));
        }
        let mut committed = self.committed.borrow_mut();
        let mut holders = committed.holders(conn, resource, external)?;
        Ok(holders.find(|id| Some(*id) != but && self.drafted(*id).is_none()))
    }

    /// What an imported row said when it was last taken over.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub fn import_record(&self, conn: &mut AnyConnection, scheme: &str, id: &str) -> Result<Option<ImportRecord>> {
        let drafted = self.imports.iter().rev().find(|row| row.scheme == scheme && row.id == id);
        if let Some(row) = drafted {
            let newest = self.versions.iter().rev().find(|newest| newest.entity_no == row.entity_no);
            return Ok(newest.map(|newest| ImportRecord {
                event: newest.id,
                revision: row.revision,
                digest: row.digest,
                newest_revision: newest.revision,
                newest_kind: newest.kind,
            }));
        }
        let committed = self.committed.borrow_mut().import(conn, scheme, id)?;
        Ok(committed.map(|record| {
            let drafted = self.drafted(record.event).map(|newest| (newest.revision, newest.kind));
            let (newest_revision, newest_kind) = drafted.unwrap_or((record.newest_revision, record.newest_kind));
            ImportRecord { newest_revision, newest_kind, ..record }
        }))
    }

    /// Notes what an imported row said; `known` tells whether there is a record of it already.
    pub fn add_import(&mut self, row: ImportRow, known: bool) {
        self.imports.push(row.clone());
        self.batch.add_import(row, known);
    }
}
