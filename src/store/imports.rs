//! What imported rows said when they were last taken over.

use diesel::prelude::*;

use super::any_connection::AnyConnection;
use super::error::StoreError;
use super::log::ChangeKind;
use super::schema::{entity, external_id, import_record, version};
use super::sql_types::SqlId;
use uuid::Uuid;

/// Ids that are asked for at once: fewer than either database takes in one statement.
const AT_ONCE: usize = 10_000;

/// A row of a source's file, as it was last taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportRecord {
    /// The event that it became.
    pub event: Uuid,
    /// The event's revision that it wrote.
    pub revision: i32,
    /// Digest of what it said.
    pub digest: i64,
    /// The event's newest revision.
    pub newest_revision: i32,
    /// What that did.
    pub newest_kind: ChangeKind,
}

impl ImportRecord {
    /// Whether the event has changed since by another hand than that of an import.
    pub const fn is_edited(&self) -> bool {
        self.newest_revision != self.revision
    }

    /// Whether an import has withdrawn the event, since its file did not have the row any more.
    pub fn has_lapsed(&self) -> bool {
        !self.is_edited() && self.newest_kind == ChangeKind::Retracted
    }
}

/// Reads the record of a row.
///
/// # Errors
/// When the database cannot be asked.
pub fn import_record(conn: &mut AnyConnection, scheme: &str, id: &str) -> Result<Option<ImportRecord>, StoreError> {
    Ok(import_records(conn, scheme, &[id])?.pop().map(|(_, record)| record))
}

/// Reads the records of rows of one collection, those that there are, each with the row's id.
///
/// # Errors
/// When the database cannot be asked.
pub fn import_records(
    conn: &mut AnyConnection,
    scheme: &str,
    ids: &[&str],
) -> Result<Vec<(String, ImportRecord)>, StoreError> {
    let rows: Vec<(String, SqlId, i32, i64, i32, String)> = import_record::table
        .inner_join(entity::table.on(entity::no.eq(import_record::entity_no)))
        .inner_join(version::table.on(version::entity_no.eq(entity::no)))
        .filter(import_record::scheme.eq(scheme).and(import_record::id.eq_any(ids)).and(version::seq_to.is_null()))
        .select((
            import_record::id,
            entity::id,
            import_record::revision,
            import_record::digest,
            version::revision,
            version::kind,
        ))
        .load(conn)?;
    let record = |(row, event, revision, digest, newest_revision, kind): (String, SqlId, i32, i64, i32, String)| {
        let newest_kind = kind_of(&kind)?;
        Ok((row, ImportRecord { event: event.0, revision, digest, newest_revision, newest_kind }))
    };
    rows.into_iter().map(record).collect()
}

fn kind_of(code: &str) -> Result<ChangeKind, StoreError> {
    ChangeKind::parse(code).ok_or_else(|| StoreError::corrupt(format!("unknown code `{code}`")))
}

/// A row that was taken over and whose event is still told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The row's id.
    pub id: String,
    /// The number of its event.
    pub entity_no: i64,
    /// Whether its event has changed since by another hand than that of an import.
    pub is_edited: bool,
    /// The number of its event's newest version.
    pub version_no: i64,
}

/// The next rows of a collection behind an id, in the order of their ids: those whose events are still told, and the last id
/// that was looked at, `None` at the end.
///
/// # Errors
/// When the database cannot be asked.
pub fn imported_behind(
    conn: &mut AnyConnection,
    scheme: &str,
    behind: &str,
    at_once: i64,
) -> Result<(Vec<Imported>, Option<String>), StoreError> {
    let rows: Vec<(String, i64, i32, i64, i32, String)> = import_record::table
        .inner_join(entity::table.on(entity::no.eq(import_record::entity_no)))
        .inner_join(version::table.on(version::entity_no.eq(entity::no)))
        .filter(import_record::scheme.eq(scheme).and(import_record::id.gt(behind)).and(version::seq_to.is_null()))
        .order(import_record::id)
        .limit(at_once)
        .select((
            import_record::id,
            import_record::entity_no,
            import_record::revision,
            version::no,
            version::revision,
            version::kind,
        ))
        .load(conn)?;
    let last = rows.last().map(|row| row.0.clone());
    let mut found = Vec::with_capacity(rows.len());
    for (id, entity_no, revision, version_no, newest_revision, kind) in rows {
        if !kind_of(&kind)?.ends() {
            found.push(Imported { id, entity_no, is_edited: newest_revision != revision, version_no });
        }
    }
    Ok((found, last))
}

/// The ids of one scheme that versions of events have, each with the version's number.
///
/// # Errors
/// When the database cannot be asked.
pub fn ids_of_versions(
    conn: &mut AnyConnection,
    scheme: &str,
    versions: &[i64],
) -> Result<Vec<(i64, String)>, StoreError> {
    let rows = external_id::table
        .filter(external_id::version_no.eq_any(versions).and(external_id::scheme.eq(scheme)))
        .select((external_id::version_no, external_id::id));
    Ok(rows.load(conn)?)
}

/// The numbers of the events that rows of a collection became, with the rows' ids; of those of which there is a record.
///
/// # Errors
/// When the database cannot be asked.
pub fn events_of_rows(conn: &mut AnyConnection, scheme: &str, ids: &[&str]) -> Result<Vec<(String, i64)>, StoreError> {
    let mut found = Vec::new();
    for ids in ids.chunks(AT_ONCE) {
        let rows = import_record::table.filter(import_record::scheme.eq(scheme).and(import_record::id.eq_any(ids)));
        found.extend(rows.select((import_record::id, import_record::entity_no)).load::<(String, i64)>(conn)?);
    }
    Ok(found)
}

/// What an imported row said, and which revision of which event it wrote.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = import_record, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns of `import_record`")]
pub struct ImportRow {
    pub scheme: String,
    pub id: String,
    pub entity_no: i64,
    pub revision: i32,
    pub digest: i64,
}

/// Writes a record anew.
///
/// # Errors
/// When the database refuses.
pub fn update_import_record(conn: &mut AnyConnection, row: &ImportRow) -> Result<(), StoreError> {
    let record = import_record::table.filter(import_record::scheme.eq(&row.scheme).and(import_record::id.eq(&row.id)));
    diesel::update(record)
        .set((
            import_record::entity_no.eq(row.entity_no),
            import_record::revision.eq(row.revision),
            import_record::digest.eq(row.digest),
        ))
        .execute(conn)?;
    Ok(())
}
