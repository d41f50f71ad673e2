//! PostgreSQL: a backup is an archive that its own tools write and read.

use std::path::Path;

use super::files;
use super::tools::Tools;
use super::{BackupError, Contents, Progress, Restored, Result};
use crate::node::clock::Clock;
use crate::store::connection::DatabaseUrl;
use crate::store::{backup, check, log, migrate};

/// Writes the archive, reads it again, and compares it with the database at the same moment.
///
/// # Errors
/// When there are no tools, one of them fails, or the two differ.
pub fn make(
    database: &DatabaseUrl,
    url: &str,
    new: &Path,
    tools: Option<&Path>,
    progress: &Progress,
) -> Result<Contents> {
    let tools = Tools::find(tools)?;
    let mut conn = database.connect()?;
    let snapshot = backup::share_snapshot(&mut conn)?;
    let head = log::head(&mut conn)?;
    let (operations, versions) = backup::counted(&mut conn, head.seq)?;
    progress.writing("copying", new, None);
    tools.dump(url, &snapshot, new)?;
    progress.step("comparing the copy with the database");
    let archive = tools.read(new)?;
    let is_same = archive.dataset == Some((head.dataset_id, head.epoch, head.seq))
        && archive.rows_of("operation") == Some(operations)
        && archive.rows_of("version") == Some(versions);
    if !is_same {
        return Err(BackupError::damaged(new, "it has not as many operations and versions as the database"));
    }
    Ok(Contents { head, operations, versions })
}

/// Restores the archive into a database without tables. Whoever starts on that database meanwhile waits, and is refused
/// where this ends in the middle: the tables are there then, and the list of migrations that comes with the epoch is not.
///
/// # Errors
/// When the archive is not whole or not of this program, or the database has tables.
pub fn restore(
    file: &Path,
    database: &DatabaseUrl,
    url: &str,
    tools: Option<&Path>,
    clock: &Clock,
    progress: &Progress,
) -> Result<Restored> {
    let tools = Tools::find(tools)?;
    progress.step("reading the backup");
    let by_digest = files::is_digest_beside(file, &files::digest(file)?)?;
    let archive = tools.read(file)?;
    if archive.dataset.is_none() {
        return Err(BackupError::Refused(format!("{} is no backup of Marchline", file.display())));
    }
    let refused = |error| BackupError::Refused(format!("{}: {error}", file.display()));
    migrate::refuse_newer_dump(archive.migrations.len()).map_err(refused)?;
    let mut conn = database.connect()?;
    backup::wait_for_ever(&mut conn)?;
    migrate::keep_others_out(&mut conn)?;
    if backup::tables(&mut conn)? != 0 {
        let what = format!("{database} holds tables already; restore into a new database (createdb)");
        return Err(BackupError::Refused(what));
    }
    progress.step("restoring");
    tools.restore(file, url)?;
    let restore = migrate::begin_restored(&mut conn, &archive.migrations, clock.now())?;
    progress.step("looking at what was restored");
    let findings = check::check_numbers(&mut conn)?;
    match findings.differences.into_iter().next() {
        None => Ok(Restored { restore, operations: findings.operations, by_digest }),
        Some(what) => Err(BackupError::damaged(file, format!("it was restored, and does not fit together: {what}"))),
    }
}
