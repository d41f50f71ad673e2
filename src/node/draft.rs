//! The group of operations that is being written: what it adds to everything committed, and the rows that will say so.

use std::cell::RefCell;
use std::collections::HashMap;

use uuid::Uuid;

use super::committed::Committed;
use super::operation::Operation;
use crate::domain::resource::Resource;
use crate::domain::shared::ExternalId;
use crate::store::batch::{Batch, BatchMark};
use crate::store::connection::AnyConnection;
use crate::store::error::StoreError;
use crate::store::imports::{ImportRecord, ImportRow};
use crate::store::write::Newest;

type Result<T> = std::result::Result<T, StoreError>;

/// What a group has written so far. Nothing is in the database before all of it is.
#[derive(Default)]
pub struct Draft {
    /// The rows.
    pub batch: Batch,
    versions: Vec<Newest>,
    by_id: HashMap<Uuid, Vec<usize>>,
    by_slug: HashMap<(Resource, String), Uuid>,
    by_external: HashMap<(Resource, ExternalId), Vec<Uuid>>,
    imports: Vec<ImportRow>,
    committed: RefCell<Committed>,
}

/// A moment to which a draft can go back.
#[derive(Clone, Copy)]
pub struct DraftMark {
    batch: BatchMark,
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
        DraftMark { batch: self.batch.mark(), versions: self.versions.len(), imports: self.imports.len() }
    }

    /// Takes back what was drafted since.
    pub fn truncate(&mut self, mark: DraftMark) {
        self.batch.truncate(mark.batch);
        self.imports.truncate(mark.imports);
        for version in self.versions.drain(mark.versions..).rev() {
            if let Some(own) = self.by_id.get_mut(&version.id) {
                own.pop();
            }
            if version.revision == 1
                && let Some(slug) = version.slug
            {
                self.by_slug.remove(&(version.resource, slug));
            }
            // External ids stay: whoever looks one up asks the version whether it has it.
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
            }));
        }
        let committed = self.committed.borrow_mut().import(conn, scheme, id)?;
        Ok(committed.map(|record| {
            let newest_revision = self.drafted(record.event).map_or(record.newest_revision, |newest| newest.revision);
            ImportRecord { newest_revision, ..record }
        }))
    }

    /// Notes what an imported row said; `known` tells whether there is a record of it already.
    pub fn add_import(&mut self, row: ImportRow, known: bool) {
        self.imports.push(row.clone());
        self.batch.add_import(row, known);
    }
}
