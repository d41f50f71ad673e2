//! Connections to either database.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use diesel::connection::SimpleConnection;
use diesel::{Connection as _, ConnectionError, PgConnection, SqliteConnection};
use thiserror::Error;

pub use super::any_connection::{AnyConnection, MultiBackend};

/// Where the data is: `sqlite://FILE` or `postgres://…`. Only this type opens connections, since a scheme that is taken
/// for a file name would silently start an empty database.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file, created when it does not exist.
    Sqlite(PathBuf),
    /// A PostgreSQL URI, kept as it was given.
    Postgres(String),
}

/// A database URL that cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DatabaseUrlError {
    /// Neither of the known schemes.
    #[error("the database URL starts with `{0}`; use sqlite://FILE or postgres://USER@HOST/DATABASE")]
    UnknownScheme(String),
    /// `sqlite://` and no file behind it.
    #[error("the database URL names no file; use sqlite://FILE, for example sqlite://marchline.db")]
    NoFile,
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        match url.split_once("://") {
            // In memory every connection would see a database of its own.
            Some(("sqlite", "" | ":memory:")) => Err(DatabaseUrlError::NoFile),
            Some(("sqlite", path)) => Ok(Self::Sqlite(PathBuf::from(path))),
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(url.to_owned())),
            // Never the whole URL: it may hold a password.
            Some((scheme, _)) => Err(DatabaseUrlError::UnknownScheme(format!("{scheme}://"))),
            None => Err(DatabaseUrlError::UnknownScheme(url.chars().take(12).collect())),
        }
    }
}

/// Without user and password, so that it may stand in a log.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(url) => {
                let rest = url.split_once("://").map_or("", |(_, rest)| rest);
                let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
                let shown = host.split(['?', '#']).next().unwrap_or_default();
                write!(f, "postgres://{shown}")
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// `busy_timeout`: how long a writer waits for another process's write, in milliseconds. `synchronous=FULL` makes an
/// acknowledged write survive a power cut; readers of a write-ahead log never wait for writers. The log grows to 64 MiB before
/// whoever commits copies it into the file, so that a page that changes often is copied seldom. Each connection keeps 16 MiB of
/// pages: of ten million documents the inner pages of the tree, but for those above the leaves.
const SQLITE_SETTINGS: &str = "PRAGMA busy_timeout = 30000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 16384; PRAGMA cache_size = -16384;";

/// What writers of SQLite need beside: 64 MiB of pages, so that what was touched lately is at hand.
const SQLITE_WRITER_SETTINGS: &str = "PRAGMA cache_size = -65536;";

/// A lost server is noticed within seconds rather than never, and a reader never waits for ever. No statement here runs so long
/// that compiling it pays.
const POSTGRES_SETTINGS: &str = "SET synchronous_commit = on; SET statement_timeout = '60s'; SET lock_timeout = '30s'; \
     SET idle_in_transaction_session_timeout = '60s'; SET client_min_messages = warning; SET time zone 'UTC'; SET jit = off;";

/// Writers look up by key. Their statements are planned once, often when the tables were as good as empty: a plan that reads
/// whole tables would then be kept while they grow, until the server takes statistics. Where there is no key to look up by,
/// the table is read all the same.
const POSTGRES_WRITER_SETTINGS: &str =
    "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;";

impl DatabaseUrl {
    /// Opens a connection with the settings that Marchline relies on.
    ///
    /// # Errors
    /// When the database cannot be reached or the file not opened.
    pub fn connect(&self) -> Result<AnyConnection, ConnectionError> {
        match self {
            Self::Sqlite(path) => {
                let mut connection = SqliteConnection::establish(&path.to_string_lossy())?;
                connection.batch_execute(SQLITE_SETTINGS).map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(AnyConnection::Sqlite(connection))
            }
            Self::Postgres(url) => {
                let mut connection = PgConnection::establish(url)?;
                connection.batch_execute(POSTGRES_SETTINGS).map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(AnyConnection::Postgres(connection))
            }
        }
    }

    /// Opens a connection for the one who writes a lot.
    ///
    /// # Errors
    /// When the database cannot be reached or the file not opened.
    pub fn connect_to_write(&self) -> Result<AnyConnection, ConnectionError> {
        let mut connection = self.connect()?;
        let settings = match &connection {
            AnyConnection::Sqlite(_) => SQLITE_WRITER_SETTINGS,
            AnyConnection::Postgres(_) => POSTGRES_WRITER_SETTINGS,
        };
        connection.batch_execute(settings).map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(connection)
    }
}

/// Opens a SQLite file for whoever looks at it as a file: nothing is set, so that nothing of it changes. It is created where
/// there is none.
///
/// # Errors
/// When the file cannot be opened.
pub fn sqlite_as_it_is(path: &Path) -> Result<AnyConnection, ConnectionError> {
    SqliteConnection::establish(&path.to_string_lossy()).map(AnyConnection::Sqlite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_two_schemes_are_known() {
        assert_eq!("sqlite://a/b.db".parse(), Ok(DatabaseUrl::Sqlite("a/b.db".into())));
        assert!(matches!("postgresql://h/d".parse(), Ok(DatabaseUrl::Postgres(_))));
        for wrong in [
            "postgre://h/d",
            "marchline.db",
            "",
            "sqlite:marchline.db",
            "mysql://h/d",
            "sqlite://",
            "sqlite://:memory:",
        ] {
            assert!(wrong.parse::<DatabaseUrl>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_shown_url_holds_no_password() {
        let url: Result<DatabaseUrl, _> = "postgres://me:secret@db:5432/marchline?sslpassword=x".parse();
        assert_eq!(url.map(|u| u.to_string()), Ok("postgres://db:5432/marchline".to_owned()));
    }
}
