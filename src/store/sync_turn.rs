//! Whose turn it is to synchronise a collection. Two files that are synchronised at once would each withdraw what the other one
//! brings.

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use diesel::{ConnectionError, sql_query};
use xxhash_rust::xxh3::xxh3_64;

use super::connection::{AnyConnection, DatabaseUrl};
use super::error::StoreError;

/// A turn, which others wait for until this is dropped or the process ends, however it does.
pub enum SyncTurn {
    /// On SQLite, the lock on a file beside the database.
    File(File),
    /// On PostgreSQL, the session that has the lock.
    Session(Box<AnyConnection>),
}

impl SyncTurn {
    /// The turn for a collection, by the scheme of its ids; `None` where another import has it.
    ///
    /// # Errors
    /// When the database cannot be reached, or the file beside it not be opened.
    pub fn take(database: &DatabaseUrl, scheme: &str) -> Result<Option<Self>, StoreError> {
        match database {
            DatabaseUrl::Sqlite(path) => Self::by_file(path, scheme),
            DatabaseUrl::Postgres(_) => Self::by_session(database.connect()?, scheme),
        }
    }

    /// The file stays: were it removed, somebody could lock it who opened it before, and somebody else a new one.
    fn by_file(database: &Path, scheme: &str) -> Result<Option<Self>, StoreError> {
        let mut path = OsString::from(database);
        path.push(format!(".sync-{scheme}"));
        let failed = |error| {
            let shown = Path::new(&path).display();
            StoreError::Connection(ConnectionError::BadConnection(format!("{shown}: {error}")))
        };
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self::File(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    fn by_session(mut conn: AnyConnection, scheme: &str) -> Result<Option<Self>, StoreError> {
        let AnyConnection::Postgres(session) = &mut conn else {
            return Ok(None);
        };
        let name = xxh3_64(format!("marchline sync {scheme}").as_bytes()).cast_signed();
        let lock = sql_query("SELECT pg_try_advisory_lock($1) AS taken").bind::<BigInt, _>(name);
        let Taken { taken } = lock.get_result(session)?;
        Ok(taken.then(|| Self::Session(Box::new(conn))))
    }
}

impl Drop for SyncTurn {
    fn drop(&mut self) {
        if let Self::Session(conn) = self {
            // A server notices the end of a session a moment later than whoever ended it goes on; what fails here it does then.
            let _ = conn.batch_execute("SELECT pg_advisory_unlock_all()");
        }
    }
}

#[derive(QueryableByName)]
struct Taken {
    #[diesel(sql_type = Bool)]
    taken: bool,
}
