//! What a database is asked when it is backed up, and when a backup is restored into it.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::deserialize::QueryableByName;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};

use super::any_connection::AnyConnection;
use super::connection::sqlite_as_it_is;
use super::error::StoreError;
use super::export::begin_snapshot;
use super::log::{self, Head};
use super::schema::{operation, version};

type Result<T> = std::result::Result<T, StoreError>;

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn words(conn: &mut AnyConnection, query: &str) -> Result<Vec<String>> {
    let rows: Vec<Word> = match conn {
        AnyConnection::Postgres(c) => sql_query(query).load(c)?,
        AnyConnection::Sqlite(c) => sql_query(query).load(c)?,
    };
    Ok(rows.into_iter().map(|row| row.word).collect())
}

fn number(conn: &mut AnyConnection, query: &str) -> Result<i64> {
    let row: Number = match conn {
        AnyConnection::Postgres(c) => sql_query(query).get_result(c)?,
        AnyConnection::Sqlite(c) => sql_query(query).get_result(c)?,
    };
    Ok(row.number)
}

/// How many operations up to one there are, and how many versions they wrote.
///
/// # Errors
/// When the database cannot be asked.
pub fn counted(conn: &mut AnyConnection, seq: i64) -> Result<(i64, i64)> {
    let operations = operation::table.filter(operation::seq.le(seq)).count().get_result(conn)?;
    let versions = version::table.filter(version::seq.le(seq)).count().get_result(conn)?;
    Ok((operations, versions))
}

/// Writes a SQLite database as it is at one moment to a file, which must be empty. Others write on meanwhile.
///
/// # Errors
/// When the database cannot be read or the file not written.
pub fn copy_into(conn: &mut AnyConnection, file: &Path) -> Result<()> {
    let name = file.to_str().ok_or_else(|| StoreError::corrupt("the name of the file is no text"))?;
    Ok(conn.batch_execute(&format!("VACUUM INTO '{}'", name.replace('\'', "''")))?)
}

/// About how many bytes such a file will have.
///
/// # Errors
/// When the database cannot be asked.
pub fn bytes_to_copy(conn: &mut AnyConnection) -> Result<u64> {
    let pages = "SELECT (page_count - freelist_count) * page_size AS number \
         FROM pragma_page_count, pragma_freelist_count, pragma_page_size";
    Ok(u64::try_from(number(conn, pages)?).unwrap_or(0))
}

/// What SQLite finds wrong with a file first; `None` where it is whole.
///
/// # Errors
/// When the file is so damaged that it cannot be asked.
pub fn damage(conn: &mut AnyConnection) -> Result<Option<String>> {
    let found = words(conn, "SELECT integrity_check AS word FROM pragma_integrity_check LIMIT 1")?;
    Ok(found.into_iter().find(|word| word != "ok"))
}

/// Takes a SQLite file for oneself, creating it where there is none, until the connection ends; `None` where another
/// process has it open. Leaving the write-ahead log succeeds for the only connection that there is, and for no other.
///
/// # Errors
/// When it is no SQLite database, or cannot be opened.
pub fn hold(file: &Path) -> Result<Option<AnyConnection>> {
    let mut conn = sqlite_as_it_is(file)?;
    match conn.batch_execute("PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE") {
        Ok(()) => {}
        Err(error) if error.to_string().contains("locked") => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    // Whoever came between the two statements uses the log again.
    let mode = words(&mut conn, "SELECT journal_mode AS word FROM pragma_journal_mode")?;
    Ok((mode == ["delete"]).then_some(conn))
}

/// Where the log of a SQLite database stands; `None` where it has none.
///
/// # Errors
/// When it cannot be asked.
pub fn head_if_any(conn: &mut AnyConnection) -> Result<Option<Head>> {
    let tables =
        number(conn, "SELECT count(*) AS number FROM sqlite_schema WHERE type = 'table' AND name = 'dataset'")?;
    if tables == 0 { Ok(None) } else { log::head(conn).map(Some) }
}

/// Whether a SQLite database holds anything but what bringing its tables up to date leaves there.
///
/// # Errors
/// When it cannot be asked.
pub fn holds_something(conn: &mut AnyConnection) -> Result<bool> {
    let tables = "SELECT name AS word FROM sqlite_schema WHERE type = 'table' \
         AND name NOT IN ('dataset', '__diesel_schema_migrations') AND name NOT LIKE 'sqlite~_%' ESCAPE '~'";
    for table in words(conn, tables)? {
        let rows = format!("SELECT EXISTS (SELECT 1 FROM \"{}\") AS number", table.replace('"', "\"\""));
        if number(conn, &rows)? != 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Puts what was written to the log of a SQLite database into its file, so that the file is all there is.
///
/// # Errors
/// When that fails.
pub fn settle(conn: &mut AnyConnection) -> Result<()> {
    Ok(conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")?)
}

/// Begins a transaction on PostgreSQL that sees one moment, for as long as it takes, and tells the name by which other
/// connections can see the same.
///
/// # Errors
/// When the database cannot be asked.
pub fn share_snapshot(conn: &mut AnyConnection) -> Result<String> {
    wait_for_ever(conn)?;
    begin_snapshot(conn)?;
    let name = words(conn, "SELECT pg_export_snapshot() AS word")?;
    name.into_iter().next().ok_or_else(|| StoreError::corrupt("PostgreSQL has exported no snapshot"))
}

/// Lets a connection to PostgreSQL wait for work that is done beside it.
///
/// # Errors
/// When the database cannot be asked.
pub fn wait_for_ever(conn: &mut AnyConnection) -> Result<()> {
    Ok(conn.batch_execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")?)
}

/// How many tables a PostgreSQL database has, beside its own.
///
/// # Errors
/// When the database cannot be asked.
pub fn tables(conn: &mut AnyConnection) -> Result<i64> {
    let tables =
        "SELECT count(*) AS number FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')";
    number(conn, tables)
}
