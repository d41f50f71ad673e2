//! What imported rows said when they were last taken over.

use diesel::prelude::*;

use super::any_connection::AnyConnection;
use super::error::StoreError;
use super::schema::{entity, import_record, version};
use super::sql_types::SqlId;
use uuid::Uuid;

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
    let rows: Vec<(String, SqlId, i32, i64, i32)> = import_record::table
        .inner_join(entity::table.on(entity::no.eq(import_record::entity_no)))
        .inner_join(version::table.on(version::entity_no.eq(entity::no)))
        .filter(import_record::scheme.eq(scheme).and(import_record::id.eq_any(ids)).and(version::seq_to.is_null()))
        .select((import_record::id, entity::id, import_record::revision, import_record::digest, version::revision))
        .load(conn)?;
    let record = |(row, event, revision, digest, newest_revision): (String, SqlId, i32, i64, i32)| {
        (row, ImportRecord { event: event.0, revision, digest, newest_revision })
    };
    Ok(rows.into_iter().map(record).collect())
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
