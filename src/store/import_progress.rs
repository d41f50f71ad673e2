//! How far imports have come, told by whoever runs them and read by whoever is asked.

use diesel::prelude::*;

use super::any_connection::AnyConnection;
use super::error::StoreError;
use super::schema::import_progress as table;
use super::sql_types::SqlInstant;

/// How far an import has come.
#[derive(Clone, Debug, PartialEq, Eq, Insertable, Queryable, AsChangeset)]
#[diesel(table_name = table)]
pub struct ImportProgress {
    /// The format of its file; one import of each is remembered.
    pub format: String,
    /// Records that were handed to the writer.
    pub records: i64,
    /// Bytes of the file that were read.
    pub read_bytes: i64,
    /// Bytes of the file; 0 where that is not known.
    pub file_bytes: i64,
    /// When this was so.
    pub told_at: SqlInstant,
}

/// Notes how far an import has come, in place of what was noted for its format before.
///
/// # Errors
/// When the database refuses.
pub fn tell(conn: &mut AnyConnection, progress: &ImportProgress) -> Result<(), StoreError> {
    let insert = diesel::insert_into(table::table).values(progress);
    match conn {
        AnyConnection::Postgres(c) => insert.on_conflict(table::format).do_update().set(progress).execute(c)?,
        AnyConnection::Sqlite(c) => insert.on_conflict(table::format).do_update().set(progress).execute(c)?,
    };
    Ok(())
}

/// What was told last of each format.
///
/// # Errors
/// When the database cannot be asked.
pub fn told(conn: &mut AnyConnection) -> Result<Vec<ImportProgress>, StoreError> {
    let columns = (table::format, table::records, table::read_bytes, table::file_bytes, table::told_at);
    Ok(table::table.select(columns).load(conn)?)
}
