//! Backups that were restored: each begins an epoch, and leaves out the numbers that the lost future may have given.

use diesel::prelude::*;

use super::any_connection::AnyConnection;
use super::error::StoreError;
use super::log::Head;
use super::schema::{dataset, restore};
use super::sql_types::SqlInstant;
use super::write;
use crate::domain::instant::Instant;

/// How many numbers a restored backup leaves out, so that no operation that was written since it was made is taken for one
/// that is written now.
pub const JUMP: i64 = 1 << 20;

/// A backup that was restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restore {
    /// The epoch that it began.
    pub epoch: i64,
    /// The newest operation of the backup.
    pub from_seq: i64,
    /// The number that the epoch began with; the first operation has the next one.
    pub to_seq: i64,
    /// When that was.
    pub restored_at: Instant,
}

impl Restore {
    /// Whether an operation of this number, if there was one, is lost.
    pub const fn lost(&self, seq: i64) -> bool {
        self.from_seq < seq && seq < self.to_seq
    }

    /// Why an operation that is lost is not there.
    pub fn why(&self, seq: i64) -> String {
        let Self { epoch, from_seq, to_seq, restored_at } = self;
        format!(
            "Operation {seq} is lost: a backup was restored at {restored_at}, which began epoch {epoch}. \
             Operation {from_seq} is the last one before, and what is written since has numbers behind {to_seq}."
        )
    }
}

/// All that were restored, in the order in which that was done.
///
/// # Errors
/// When the database cannot be asked.
pub fn all(conn: &mut AnyConnection) -> Result<Vec<Restore>, StoreError> {
    let rows: Vec<(i64, i64, i64, SqlInstant)> = restore::table
        .order(restore::epoch)
        .select((restore::epoch, restore::from_seq, restore::to_seq, restore::restored_at))
        .load(conn)?;
    let restore =
        |(epoch, from_seq, to_seq, at): (_, _, _, SqlInstant)| Restore { epoch, from_seq, to_seq, restored_at: at.0 };
    Ok(rows.into_iter().map(restore).collect())
}

/// Begins the epoch of a backup that is being restored, behind everything that the database in its place has numbered,
/// where that is of the same dataset. It is part of a transaction, and locks all other writers out until that ends.
///
/// # Errors
/// When the database cannot be written.
pub fn begin_epoch(conn: &mut AnyConnection, replaced: Option<Head>, now: Instant) -> Result<Restore, StoreError> {
    let mut counters = write::counters(conn)?;
    let Head { dataset_id, epoch, seq, .. } = counters.head;
    let replaced = replaced.filter(|replaced| replaced.dataset_id == dataset_id);
    let beyond = replaced.map_or(seq, |replaced| if replaced.seq < seq + JUMP { seq } else { replaced.seq });
    let restored = Restore {
        epoch: replaced.map_or(epoch, |replaced| replaced.epoch.max(epoch)) + 1,
        from_seq: seq,
        to_seq: beyond + JUMP,
        restored_at: now,
    };
    diesel::update(dataset::table).set(dataset::epoch.eq(restored.epoch)).execute(conn)?;
    diesel::insert_into(restore::table)
        .values((
            restore::epoch.eq(restored.epoch),
            restore::from_seq.eq(restored.from_seq),
            restore::to_seq.eq(restored.to_seq),
            restore::restored_at.eq(SqlInstant(now)),
        ))
        .execute(conn)?;
    counters.head.seq = restored.to_seq;
    write::keep(conn, &counters)?;
    Ok(restored)
}
