//! SQLite: a backup is a database of its own, which a restore puts in the place of the one that is there.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;

use diesel::Connection as _;

use super::files::{self, NewFile};
use super::{BackupError, Contents, Progress, Restored, Result};
use crate::node::clock::{Clock, IdKind};
use crate::store::connection::{AnyConnection, DatabaseUrl, sqlite_as_it_is};
use crate::store::error::StoreError;
use crate::store::log::{self, Head};
use crate::store::{backup, check, migrate, restores};

/// Refuses to write a backup over the database that it is of.
///
/// # Errors
/// Where both are one file.
pub fn refuse_itself(database: &Path, out: &Path) -> Result<()> {
    let identity = |path: &Path| fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()));
    if identity(out).is_some_and(|out| Some(out) == identity(database)) {
        return Err(BackupError::Refused(format!("{} is the database itself", out.display())));
    }
    Ok(())
}

/// Copies the database into an empty file, and compares the two.
///
/// # Errors
/// When one of them cannot be read or written, or they differ.
pub fn make(database: &DatabaseUrl, path: &Path, new: &Path, progress: &Progress) -> Result<Contents> {
    let foreign = || BackupError::Refused(format!("{} is no database of Marchline", path.display()));
    // To open it would create it.
    if !path.try_exists().map_err(BackupError::file(path))? {
        return Err(BackupError::Refused(format!("there is no {}", path.display())));
    }
    let mut conn = database.connect()?;
    let before = backup::head_if_any(&mut conn)?.ok_or_else(foreign)?;
    progress.writing("copying", new, Some(backup::bytes_to_copy(&mut conn)?));
    backup::copy_into(&mut conn, new)?;
    progress.step("comparing the copy with the database");
    let mut copy = sqlite_as_it_is(new)?;
    if let Some(what) = backup::damage(&mut copy)? {
        return Err(BackupError::damaged(new, what));
    }
    let head = log::head(&mut copy)?;
    let (operations, versions) = backup::counted(&mut copy, head.seq)?;
    // What was written since is behind the newest operation of the copy.
    let is_same = (head.dataset_id, head.epoch) == (before.dataset_id, before.epoch)
        && head.seq >= before.seq
        && (operations, versions) == backup::counted(&mut conn, head.seq)?;
    if !is_same {
        return Err(BackupError::damaged(new, "it has not as many operations and versions as the database"));
    }
    Ok(Contents { head, operations, versions })
}

/// Puts a copy of the backup, in which an epoch has begun, in the place of the database.
///
/// # Errors
/// When the backup is not whole or not of this program, or the database holds something or is in use.
pub fn restore(file: &Path, path: &Path, force: bool, clock: &Clock, progress: &Progress) -> Result<Restored> {
    // The file that a link names is replaced, not the link.
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if path.try_exists().map_err(BackupError::file(path))? {
        // What will be refused is refused before anything is copied.
        drop(Held::of(path, force)?);
    }
    let mut new = NewFile::claim(path)?;
    progress.writing("copying", new.path(), file.metadata().ok().map(|metadata| metadata.len()));
    let by_digest = files::is_digest_beside(file, &new.fill(file)?)?;
    progress.step("looking at the copy");
    let mut copy = opened(file, new.path(), clock)?;
    // A file that nothing vouches for is looked at as closely as can be.
    let findings = if by_digest { check::check_numbers(&mut copy)? } else { check::check(&mut copy)? };
    if let Some(what) = findings.differences.into_iter().next() {
        return Err(BackupError::damaged(file, what));
    }
    let held = Held::of(path, force)?;
    let begin = |copy: &mut AnyConnection| restores::begin_epoch(copy, held.head, clock.now());
    let restore = copy.transaction::<_, StoreError, _>(begin)?;
    backup::settle(&mut copy)?;
    drop(copy);
    held.replace(new, path)?;
    Ok(Restored { restore, operations: findings.operations, by_digest })
}

/// Opens the copy of a backup, as far as it is one, and brings its tables up to date.
fn opened(file: &Path, copy: &Path, clock: &Clock) -> Result<AnyConnection> {
    let damaged = |error: StoreError| BackupError::damaged(file, error.to_string());
    let mut conn = DatabaseUrl::Sqlite(copy.to_owned()).connect().map_err(StoreError::from).map_err(damaged)?;
    if let Some(what) = backup::damage(&mut conn).map_err(damaged)? {
        return Err(BackupError::damaged(file, what));
    }
    if backup::head_if_any(&mut conn).map_err(damaged)?.is_none() {
        return Err(BackupError::Refused(format!("{} is no backup of Marchline", file.display())));
    }
    let refused = |error| BackupError::Refused(format!("{}: {error}", file.display()));
    migrate::migrate(&mut conn, clock.id(IdKind::Timed)).map_err(refused)?;
    Ok(conn)
}

/// A database that nobody else can read or write meanwhile.
struct Held {
    // Closed in this order: to close a file takes its locks from it.
    _conn: AnyConnection,
    file: File,
    head: Option<Head>,
}

/// What stands at the beginning of a file that has lost its name to another.
const REPLACED: &[u8] = b"This database was replaced by a backup.\n";

impl Held {
    fn of(path: &Path, force: bool) -> Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let file = file.map_err(BackupError::file(path))?;
        let told = |what: String| BackupError::Refused(format!("{} {what}", path.display()));
        let held = backup::hold(path).map_err(|error| told(format!("cannot be replaced, move it away: {error}")))?;
        let Some(mut conn) = held else {
            return Err(told("is in use: stop what serves it, and restore then".to_owned()));
        };
        if !force && backup::holds_something(&mut conn)? {
            return Err(told("holds something already; --force replaces it".to_owned()));
        }
        let head = match backup::head_if_any(&mut conn) {
            Err(error) if force => {
                ::log::warn!("which epoch {} is at is not known: {error}", path.display());
                None
            }
            head => head?,
        };
        Ok(Self { _conn: conn, file, head })
    }

    /// Gives the name to another file. Whoever has opened this one meanwhile, and waits for it, would write to a file that has
    /// no name any more; so it must not look like a database from now on.
    fn replace(self, new: NewFile, path: &Path) -> Result<()> {
        let permissions = self.file.metadata().map(|metadata| metadata.permissions());
        permissions.and_then(|own| fs::set_permissions(new.path(), own)).map_err(BackupError::file(path))?;
        new.place(true, None)?;
        let is_nameless = self.file.metadata().is_ok_and(|metadata| metadata.nlink() == 0);
        if is_nameless && let Err(error) = self.file.write_all_at(REPLACED, 0) {
            ::log::warn!("{}: the file that was replaced: {error}", path.display());
        }
        Ok(())
    }
}
