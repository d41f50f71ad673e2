//! What a group of operations writes, gathered so that each table is written once.

use diesel::prelude::*;

use super::any_connection::AnyConnection;
use super::claims::{ClaimRow, drop_expired};
use super::document::{Documents, key};
use super::error::StoreError;
use super::imports::{ImportRow, update_import_record};
use super::log::ChangeKind;
use super::redaction::Cleaning;
use super::rows::{self, Numbers, Rows, RowsMark, insert_batch};
use super::schema::{document, entity, idempotency, import_record, lineage, operation, version};
use super::sql_types::{SqlId, SqlInstant};
use super::write::Newest;
use crate::domain::content::Content;
use crate::domain::grounds::Grounds;
use crate::domain::instant::Instant;

type Result<T> = std::result::Result<T, StoreError>;

#[derive(Insertable)]
#[diesel(table_name = operation, treat_none_as_default_value = false)]
struct OperationRow {
    seq: i64,
    recorded_at: SqlInstant,
    reason: Option<String>,
    made_by: Option<String>,
    source: Option<String>,
    redacts: bool,
}

#[derive(Insertable)]
#[diesel(table_name = entity, treat_none_as_default_value = false)]
struct EntityRow {
    no: i64,
    resource: &'static str,
    id: SqlId,
    slug: Option<String>,
    created_seq: i64,
    openly: bool,
}

#[derive(Insertable)]
#[diesel(table_name = version, treat_none_as_default_value = false)]
struct VersionRow {
    no: i64,
    entity_no: i64,
    revision: i32,
    seq: i64,
    seq_to: Option<i64>,
    kind: &'static str,
    edition: Option<i64>,
}

#[derive(Insertable)]
#[diesel(table_name = document, treat_none_as_default_value = false)]
struct DocumentRow {
    key: i64,
    version_no: i64,
    audience: i16,
    body: String,
}

#[derive(Insertable)]
#[diesel(table_name = lineage, treat_none_as_default_value = false)]
struct LineageRow {
    version_no: i64,
    position: i32,
    into_no: i64,
}

/// A version to be written.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the columns of `version`")]
pub struct NewVersion {
    pub no: i64,
    pub entity_no: i64,
    pub revision: i32,
    pub seq: i64,
    pub kind: ChangeKind,
}

/// An earlier version whose documents are written anew: its number, and the operation that does so.
#[derive(Clone, Copy)]
struct NewEdition {
    version_no: i64,
    seq: i64,
}

/// Rows that wait to be written.
#[derive(Default)]
pub struct Batch {
    operations: Vec<OperationRow>,
    entities: Vec<EntityRow>,
    versions: Vec<VersionRow>,
    editions: Vec<NewEdition>,
    cleanings: Vec<Cleaning>,
    rows: Rows,
    documents: Vec<DocumentRow>,
    lineage: Vec<LineageRow>,
    claims: Vec<ClaimRow>,
    new_imports: Vec<ImportRow>,
    changed_imports: Vec<ImportRow>,
}

/// How many rows there were at a moment.
#[derive(Clone, Copy)]
pub struct BatchMark {
    operations: usize,
    entities: usize,
    versions: usize,
    editions: usize,
    cleanings: usize,
    rows: RowsMark,
    documents: usize,
    lineage: usize,
    claims: usize,
    new_imports: usize,
    changed_imports: usize,
}

impl Batch {
    /// Remembers how many rows there are.
    pub fn mark(&self) -> BatchMark {
        BatchMark {
            operations: self.operations.len(),
            entities: self.entities.len(),
            versions: self.versions.len(),
            editions: self.editions.len(),
            cleanings: self.cleanings.len(),
            rows: self.rows.mark(),
            documents: self.documents.len(),
            lineage: self.lineage.len(),
            claims: self.claims.len(),
            new_imports: self.new_imports.len(),
            changed_imports: self.changed_imports.len(),
        }
    }

    /// Takes back what was added since.
    pub fn truncate(&mut self, mark: BatchMark) {
        self.operations.truncate(mark.operations);
        self.entities.truncate(mark.entities);
        self.versions.truncate(mark.versions);
        self.editions.truncate(mark.editions);
        self.cleanings.truncate(mark.cleanings);
        self.rows.truncate(mark.rows);
        self.documents.truncate(mark.documents);
        self.lineage.truncate(mark.lineage);
        self.claims.truncate(mark.claims);
        self.new_imports.truncate(mark.new_imports);
        self.changed_imports.truncate(mark.changed_imports);
    }

    /// Adds that an operation happened; `redacts` tells whether it took a value out of all versions of a member.
    pub fn add_operation(&mut self, seq: i64, at: Instant, grounds: Grounds, redacts: bool) {
        let Grounds { reason, source, made_by } = grounds;
        self.operations.push(OperationRow { seq, recorded_at: SqlInstant(at), reason, made_by, source, redacts });
    }

    /// Adds that an entity exists; `openly` tells whether the public knows of it before anything public names it.
    pub fn add_entity(&mut self, new: &Newest, openly: bool) {
        let Newest { resource, id, entity_no: no, slug, seq, .. } = new;
        let (resource, slug) = (resource.code(), slug.clone());
        self.entities.push(EntityRow { no: *no, resource, id: SqlId(*id), slug, created_seq: *seq, openly });
    }

    /// Adds a version, which ends the one before it.
    pub fn add_version(&mut self, new: NewVersion) {
        let NewVersion { no, entity_no, revision, seq, kind } = new;
        self.versions.push(VersionRow { no, entity_no, revision, seq, seq_to: None, kind: kind.code(), edition: None });
    }

    /// Adds the values of a version, as typed rows and as ready documents.
    ///
    /// # Errors
    /// When `numbers` lacks something that the content names.
    pub fn add_content(
        &mut self,
        version_no: i64,
        content: &Content,
        documents: &Documents,
        numbers: &Numbers,
    ) -> Result<()> {
        self.rows.add(version_no, content, numbers)?;
        self.add_documents(version_no, documents)
    }

    /// Adds the ready documents of an earlier version, in the place of those that it has.
    ///
    /// # Errors
    /// Never for what the domain can hold.
    pub fn add_edition(&mut self, version_no: i64, seq: i64, documents: &Documents) -> Result<()> {
        self.editions.push(NewEdition { version_no, seq });
        self.add_documents(version_no, documents)
    }

    /// Adds the rows of an earlier version, in the place of those that a redaction takes out.
    ///
    /// # Errors
    /// When `numbers` lacks something that the content names.
    pub fn add_rows(&mut self, version_no: i64, content: &Content, numbers: &Numbers) -> Result<()> {
        self.rows.add(version_no, content, numbers)
    }

    /// Adds what a redaction changes beside what it writes anew.
    pub fn add_cleaning(&mut self, cleaning: Cleaning) {
        self.cleanings.push(cleaning);
    }

    /// Whether it takes something out that is stored.
    pub fn redacts(&self) -> bool {
        !self.cleanings.is_empty()
    }

    fn add_documents(&mut self, version_no: i64, documents: &Documents) -> Result<()> {
        for (audience, document) in documents {
            self.documents.push(DocumentRow {
                key: key(&document.content, version_no, *audience),
                version_no,
                audience: audience.column(),
                body: document.to_body(*audience)?,
            });
        }
        Ok(())
    }

    /// Adds what took the place of a member that ceased by a version, as numbers of entities.
    pub fn add_lineage(&mut self, version_no: i64, into: &[i64]) {
        let row = |(position, into_no): (i32, &i64)| LineageRow { version_no, position, into_no: *into_no };
        self.lineage.extend((0..).zip(into).map(row));
    }

    /// Adds what came of a request that bears an idempotency key.
    pub fn add_claim(&mut self, row: ClaimRow) {
        self.claims.push(row);
    }

    /// Adds what an imported row said; `known` tells whether there is a record of it already.
    pub fn add_import(&mut self, row: ImportRow, known: bool) {
        if known { self.changed_imports.push(row) } else { self.new_imports.push(row) }
    }

    /// Writes everything.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn insert(&mut self, conn: &mut AnyConnection) -> Result<()> {
        self.end_within();
        insert_batch!(conn, operation::table, self.operations);
        insert_batch!(conn, entity::table, self.entities);
        for new in self.versions.iter().filter(|new| new.revision > 1) {
            // Also one that this batch does not hold.
            let previous =
                version::table.filter(version::entity_no.eq(new.entity_no).and(version::revision.eq(new.revision - 1)));
            diesel::update(previous).set(version::seq_to.eq(Some(new.seq))).execute(conn)?;
        }
        insert_batch!(conn, version::table, self.versions);
        for cleaning in &self.cleanings {
            rows::delete(conn, &cleaning.versions)?;
            cleaning.clean(conn)?;
        }
        self.rows.insert(conn)?;
        for NewEdition { version_no, seq } in &self.editions {
            diesel::delete(document::table.filter(document::version_no.eq(version_no))).execute(conn)?;
            diesel::update(version::table.find(version_no)).set(version::edition.eq(Some(*seq))).execute(conn)?;
        }
        insert_batch!(conn, document::table, self.documents);
        insert_batch!(conn, lineage::table, self.lineage);
        if let Some(newest) = self.claims.last() {
            drop_expired(conn, newest.recorded_at())?;
        }
        insert_batch!(conn, idempotency::table, self.claims);
        insert_batch!(conn, import_record::table, self.new_imports);
        for row in &self.changed_imports {
            update_import_record(conn, row)?;
        }
        Ok(())
    }

    /// Ends versions that another one of the batch supersedes.
    fn end_within(&mut self) {
        let ends: std::collections::HashMap<(i64, i32), i64> =
            self.versions.iter().map(|new| ((new.entity_no, new.revision - 1), new.seq)).collect();
        for version in &mut self.versions {
            version.seq_to = ends.get(&(version.entity_no, version.revision)).copied();
        }
    }
}
