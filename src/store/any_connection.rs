//! One connection type for both databases.
#![allow(missing_docs, reason = "diesel's derive writes items without any")]
#![allow(clippy::pedantic, reason = "diesel's derive writes the code of this file")]

use diesel::{PgConnection, SqliteConnection};

/// A connection to SQLite or PostgreSQL.
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    /// PostgreSQL.
    Postgres(PgConnection),
    /// SQLite.
    Sqlite(SqliteConnection),
}
