//! Reading the log for a state that nobody can see yet: one thread reads, one parses, and one applies.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, ScopedJoinHandle};

use super::State;
use super::layers::TAIL;
use super::row::APART;
use super::segment::MAX_ROWS;
use crate::store::connection::AnyConnection;
use crate::store::error::StoreError;
use crate::store::log::{self, Change, Head, StoredChanges};

/// Operations read at once.
const BATCH: i64 = 2_000;
/// Batches read ahead.
const AHEAD: usize = 4;

/// What follows an operation in the log, a batch of it.
///
/// # Errors
/// When the log cannot be read.
pub fn changes(conn: &mut AnyConnection, after: i64) -> Result<Vec<Change>, StoreError> {
    checked(log::changes(conn, after, BATCH)?)
}

/// Refuses changes whose numbers the index cannot hold.
///
/// # Errors
/// Where there are such.
pub fn checked(changes: Vec<Change>) -> Result<Vec<Change>, StoreError> {
    // The index keeps numbers in 32 bits, and those of versions in 31; no event has a higher one than its versions.
    let is_beyond = |last: &Change| last.seq >= i64::from(u32::MAX - 1) || last.version_no >= i64::from(APART);
    if changes.last().is_some_and(is_beyond) {
        return Err(StoreError::corrupt("there are more operations or versions than one index holds"));
    }
    Ok(changes)
}

/// In debug builds, and so in tests, what a writer takes for its changes is compared with what the log says of them.
///
/// # Errors
/// When the log cannot be read.
///
/// # Panics
/// When they differ.
#[cfg(debug_assertions)]
pub fn compare_with_log(conn: &mut AnyConnection, after: i64, own: &[Change]) -> Result<(), StoreError> {
    let mut stored = log::changes(conn, after, i64::MAX)?;
    // Others may have committed since, and have written anew what this one wrote.
    stored.truncate(own.len());
    if own.last().is_none_or(|last| last.seq == log::head(conn).map_or(0, |head| head.seq)) {
        assert_eq!(own, stored, "the log says something else than what was written");
    }
    Ok(())
}

/// Applies the log up to `target` at least to a state. One that knew nothing is in the order of time then.
///
/// # Errors
/// When the log cannot be read.
pub fn complete(
    state: &mut State,
    conn: &mut AnyConnection,
    target: Head,
    applied: &AtomicI64,
) -> Result<(), StoreError> {
    let after = state.head.seq;
    thread::scope(|scope| {
        let (stored, to_parse) = sync_channel(AHEAD);
        let (parsed, to_apply) = sync_channel(AHEAD);
        let reading = scope.spawn(move || read(conn, after, target.seq, &stored));
        let parsing = scope.spawn(move || parse(to_parse, &parsed));
        for batch in to_apply {
            // Far more rows at once than while others read, since the tail need not be short yet.
            state.apply(batch, MAX_ROWS);
            applied.store(state.head.seq, Ordering::Relaxed);
        }
        let ended = |thread: ScopedJoinHandle<'_, _>| thread.join().unwrap_or(Err(StoreError::Stopped));
        ended(parsing).and(ended(reading))
    })?;
    if target.seq > state.head.seq {
        // Across a gap of numbers that a restored backup left.
        state.head = target;
    }
    state.events.look_up(&state.entities);
    // Where all rows are new, none stays in the tail, so that all can be arranged.
    state.events.layers.seal(if after == 0 { 1 } else { TAIL }, &state.events.dictionary);
    if after == 0
        && let Some(merging) = state.events.arranging(&state.entities)
    {
        state.events.layers.install(&mut merging.run());
    }
    Ok(())
}

// Whoever finds that nobody takes what it sends ends without a fault: the other one tells why.

fn read(
    conn: &mut AnyConnection,
    mut after: i64,
    target: i64,
    stored: &SyncSender<StoredChanges>,
) -> Result<(), StoreError> {
    while after < target {
        let batch = log::stored_changes(conn, after, BATCH)?;
        let Some(last) = batch.last_seq() else {
            break;
        };
        after = last;
        if stored.send(batch).is_err() {
            break;
        }
    }
    Ok(())
}

fn parse(stored: Receiver<StoredChanges>, parsed: &SyncSender<Vec<Change>>) -> Result<(), StoreError> {
    for batch in stored {
        if parsed.send(checked(batch.parse()?)?).is_err() {
            break;
        }
    }
    Ok(())
}
