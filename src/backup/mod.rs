//! Backups: the whole database in one file, as it is at one moment, and the way back. A backup is a SQLite database or
//! an archive of `pg_dump`, with its SHA-256 in a file beside it, so that the databases' own tools can read both.

mod archive;
mod files;
mod postgres;
mod sqlite;
mod tools;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use thiserror::Error;

use crate::node::clock::Clock;
use crate::store::connection::DatabaseUrl;
use crate::store::error::StoreError;
use crate::store::log::Head;
use crate::store::restores::Restore;
use files::NewFile;

/// Why there is no backup, or why one was not restored.
#[derive(Debug, Error)]
pub enum BackupError {
    /// What was asked for is not done; the sentence says why, and what to do.
    #[error("{0}")]
    Refused(String),
    /// The backup is not what was written.
    #[error("{} is damaged: {what}", .file.display())]
    Damaged {
        /// Which file.
        file: PathBuf,
        /// What does not fit.
        what: String,
    },
    /// A file cannot be read or written.
    #[error("{}: {error}", .file.display())]
    File {
        /// Which file.
        file: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A tool of PostgreSQL failed, and said why.
    #[error("{0}")]
    Tool(String),
    /// The database cannot be asked or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<diesel::ConnectionError> for BackupError {
    fn from(error: diesel::ConnectionError) -> Self {
        Self::Store(error.into())
    }
}

impl BackupError {
    fn file(file: &Path) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::File { file: file.to_owned(), error }
    }

    fn damaged(file: &Path, what: impl Into<String>) -> Self {
        Self::Damaged { file: file.to_owned(), what: what.into() }
    }
}

type Result<T> = std::result::Result<T, BackupError>;

/// How far a backup or a restore is.
#[derive(Debug, Default)]
pub struct Progress(Mutex<Step>);

#[derive(Debug, Default)]
struct Step {
    what: &'static str,
    /// The file that is being written, and about how many bytes it will have, where that is known.
    file: Option<PathBuf>,
    of: Option<u64>,
}

impl Progress {
    fn step(&self, what: &'static str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Step { what, ..Step::default() };
    }

    fn writing(&self, what: &'static str, file: &Path, of: Option<u64>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Step { what, file: Some(file.to_owned()), of };
    }

    /// What is being done, in words.
    pub fn words(&self) -> String {
        let step = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let written = step.file.as_ref().and_then(|file| file.metadata().ok()).map(|metadata| metadata.len());
        let mebibytes = |bytes: u64| format!("{} MiB", bytes >> 20);
        let written = written.map(|bytes| format!(", {}", mebibytes(bytes))).unwrap_or_default();
        let of = step.of.map(|bytes| format!(" of about {}", mebibytes(bytes))).unwrap_or_default();
        format!("{}{written}{of}", step.what)
    }
}

/// What a backup holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contents {
    /// Where the log stood at its moment.
    pub head: Head,
    /// How many operations it has.
    pub operations: i64,
    /// How many versions.
    pub versions: i64,
}

/// A backup that was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// What it holds.
    pub contents: Contents,
    /// Bytes of the file.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal digits.
    pub digest: String,
}

/// Backs a database up to a file, while others write. The file gets its name when all of it is on the disk and was compared
/// with the database; a file that is there already is replaced with `force` only. `tools` is the folder of PostgreSQL's
/// programs, which are looked for where none is named.
///
/// # Errors
/// Why there is no backup: then whatever had the name before is still there.
pub fn make(
    database: &DatabaseUrl,
    out: &Path,
    force: bool,
    tools: Option<&Path>,
    progress: &Progress,
) -> Result<Made> {
    if !force && out.try_exists().map_err(BackupError::file(out))? {
        return Err(BackupError::Refused(format!("{} is there already; --force replaces it", out.display())));
    }
    if let DatabaseUrl::Sqlite(path) = database {
        sqlite::refuse_itself(path, out)?;
    }
    let new = NewFile::claim(out)?;
    let contents = match database {
        DatabaseUrl::Sqlite(path) => sqlite::make(database, path, new.path(), progress)?,
        DatabaseUrl::Postgres(url) => postgres::make(database, url, new.path(), tools, progress)?,
    };
    progress.step("reading the file for its digest");
    let digest = files::digest(new.path())?;
    let bytes = new.place(force, Some(&digest))?;
    Ok(Made { contents, bytes, digest })
}

/// A backup that was restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The epoch that began.
    pub restore: Restore,
    /// How many operations the database has.
    pub operations: usize,
    /// Whether the digest of the backup was there to be compared.
    pub by_digest: bool,
}

/// Restores a backup into a database that holds nothing, where `force` is not said, and begins an epoch. The database is
/// either what it was before, or all of the backup.
///
/// # Errors
/// Why it was not restored.
pub fn restore(
    file: &Path,
    database: &DatabaseUrl,
    force: bool,
    tools: Option<&Path>,
    progress: &Progress,
) -> Result<Restored> {
    let clock = Clock::system();
    match (kind(file)?, database) {
        (Kind::Sqlite, DatabaseUrl::Sqlite(path)) => sqlite::restore(file, path, force, &clock, progress),
        (Kind::Postgres, DatabaseUrl::Postgres(url)) => {
            if force {
                let why =
                    "--force is for SQLite; on PostgreSQL restore into a new database, and drop the old one after";
                return Err(BackupError::Refused(why.to_owned()));
            }
            postgres::restore(file, database, url, tools, &clock, progress)
        }
        (kind, _) => {
            let of = if matches!(kind, Kind::Sqlite) { "SQLite" } else { "PostgreSQL" };
            let what = format!("{} is the backup of a {of} database, and {database} is none", file.display());
            Err(BackupError::Refused(format!("{what}; export and import lead from one to the other")))
        }
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Sqlite,
    Postgres,
}

/// What a file is, by how it begins.
fn kind(path: &Path) -> Result<Kind> {
    let mut begin = Vec::new();
    let file = File::open(path).map_err(BackupError::file(path))?;
    file.take(16).read_to_end(&mut begin).map_err(BackupError::file(path))?;
    if begin == b"SQLite format 3\0" {
        Ok(Kind::Sqlite)
    } else if begin.starts_with(b"PGDMP") {
        Ok(Kind::Postgres)
    } else {
        Err(BackupError::Refused(format!("{} is no backup of Marchline", path.display())))
    }
}
