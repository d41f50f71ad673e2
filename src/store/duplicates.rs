//! Pairs of events that may be one: what was found, what was rejected, and how far the log has been looked through. They
//! stand beside the timeline: no operation is written for them.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::upsert::excluded;
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_128;

use super::any_connection::AnyConnection;
use super::error::StoreError;
use super::schema::{duplicate, duplicate_progress};
use super::sql_types::{SqlId, SqlInstant};
use super::write::rollback;
use crate::domain::grounds::Grounds;
use crate::domain::instant::Instant;

type Result<T> = std::result::Result<T, StoreError>;

/// Most ids that one statement names: each is a parameter.
const AT_ONCE: usize = 500;

/// Two events and the versions of them that were compared, in the order of their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The events.
    pub events: [Uuid; 2],
    /// The numbers of their versions.
    pub versions: [i64; 2],
}

impl Pair {
    /// A pair of events, each with its version.
    pub fn of(one: (Uuid, i64), other: (Uuid, i64)) -> Self {
        let (low, high) = if one.0 < other.0 { (one, other) } else { (other, one) };
        Self { events: [low.0, high.0], versions: [low.1, high.1] }
    }

    /// The pair's own id, which follows from its events: whoever finds it again finds the same.
    pub fn id(&self) -> Uuid {
        let bytes = self.events.map(Uuid::into_bytes).concat();
        Uuid::new_v8(xxh3_128(&bytes).to_be_bytes())
    }

    /// The other one of the two events.
    pub fn beside(&self, event: Uuid) -> Uuid {
        if self.events[0] == event { self.events[1] } else { self.events[0] }
    }
}

/// A pair that is proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The two events.
    pub pair: Pair,
    /// The operation that gave occasion to compare them.
    pub seq: i64,
    /// How alike they are, in thousandths.
    pub score: i32,
    /// In what, as JSON.
    pub reasons: String,
}

/// That a pair is not one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// When it was said.
    pub at: Instant,
    /// Why, and by whom.
    pub grounds: Grounds,
}

/// A pair as it is kept, without its reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its id.
    pub id: Uuid,
    /// The two events.
    pub pair: Pair,
    /// The operation that gave occasion to compare them last.
    pub seq: i64,
    /// How alike they are, in thousandths.
    pub score: i32,
    /// That it was rejected, if it was.
    pub rejection: Option<Rejection>,
}

/// What a stretch of the log comes to.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Pairs that are alike enough.
    pub proposals: Vec<Proposal>,
    /// The ids of pairs that are not any more.
    pub unlike: Vec<Uuid>,
    /// Events that another one took in, and which.
    pub merged: Vec<(Uuid, Uuid)>,
}

type IdRow = (SqlId, SqlId, SqlId, i64, i64);
type KeptRow = (IdRow, i64, i32, Option<SqlInstant>, (Option<String>, Option<String>, Option<String>));

fn pair((_, low, high, low_version, high_version): IdRow) -> Pair {
    Pair { events: [low.0, high.0], versions: [low_version, high_version] }
}

fn kept((ids, seq, score, at, (made_by, reason, source)): KeptRow) -> Kept {
    let rejection = at.map(|at| Rejection { at: at.0, grounds: Grounds { reason, source, made_by } });
    Kept { id: ids.0.0, pair: pair(ids), seq, score, rejection }
}

macro_rules! kept_columns {
    () => {
        (
            (duplicate::id, duplicate::low, duplicate::high, duplicate::low_version, duplicate::high_version),
            duplicate::seq,
            duplicate::score,
            duplicate::rejected_at,
            (duplicate::rejected_by, duplicate::rejected_reason, duplicate::rejected_source),
        )
    };
}

/// The operation up to which the log has been looked through; 0 where that was not begun.
///
/// # Errors
/// When the database cannot be asked.
pub fn checked_through(conn: &mut AnyConnection) -> Result<i64> {
    let seq = duplicate_progress::table.select(duplicate_progress::seq).get_result(conn).optional()?;
    Ok(seq.unwrap_or(0))
}

/// All pairs that score so many thousandths at least, in no order, whether they were rejected or not.
///
/// # Errors
/// When the database cannot be asked.
pub fn all(conn: &mut AnyConnection, min_score: i32) -> Result<Vec<Kept>> {
    let rows: Vec<KeptRow> =
        duplicate::table.filter(duplicate::score.ge(min_score)).select(kept_columns!()).load(conn)?;
    Ok(rows.into_iter().map(kept).collect())
}

/// The pair with this id.
///
/// # Errors
/// When the database cannot be asked.
pub fn find(conn: &mut AnyConnection, id: Uuid) -> Result<Option<Kept>> {
    let row: Option<KeptRow> =
        duplicate::table.filter(duplicate::id.eq(SqlId(id))).select(kept_columns!()).get_result(conn).optional()?;
    Ok(row.map(kept))
}

/// The reasons of pairs, as JSON, by their ids.
///
/// # Errors
/// When the database cannot be asked.
pub fn reasons(conn: &mut AnyConnection, ids: &[Uuid]) -> Result<Vec<(Uuid, String)>> {
    let mut found = Vec::new();
    for ids in ids.chunks(AT_ONCE) {
        let ids: Vec<SqlId> = ids.iter().copied().map(SqlId).collect();
        let rows = duplicate::table.filter(duplicate::id.eq_any(ids)).select((duplicate::id, duplicate::reasons));
        found.extend(rows.load::<(SqlId, String)>(conn)?.into_iter().map(|(id, reasons)| (id.0, reasons)));
    }
    Ok(found)
}

/// The pairs, not rejected, that one of these events is in.
///
/// # Errors
/// When the database cannot be asked.
pub fn proposed_with(conn: &mut AnyConnection, events: &[Uuid]) -> Result<Vec<Pair>> {
    let mut found = Vec::new();
    for events in events.chunks(AT_ONCE) {
        let ids: Vec<SqlId> = events.iter().copied().map(SqlId).collect();
        let of = duplicate::low.eq_any(ids.clone()).or(duplicate::high.eq_any(ids));
        let rows = duplicate::table.filter(of.and(duplicate::rejected_at.is_null())).select((
            duplicate::id,
            duplicate::low,
            duplicate::high,
            duplicate::low_version,
            duplicate::high_version,
        ));
        found.extend(rows.load::<IdRow>(conn)?.into_iter().map(pair));
    }
    Ok(found)
}

/// Keeps what the log from `after` to `through` comes to, together with how far that is; `false`, and nothing is kept, where
/// somebody else has been there.
///
/// # Errors
/// When the database refuses; then nothing was kept, and the connection is of no more use.
pub fn keep(conn: &mut AnyConnection, (after, through): (i64, i64), found: &Found) -> Result<bool> {
    conn.batch_execute(match conn {
        AnyConnection::Sqlite(_) => "BEGIN IMMEDIATE",
        AnyConnection::Postgres(_) => "BEGIN",
    })?;
    if !advance(conn, after, through)? {
        rollback(conn)?;
        return Ok(false);
    }
    for (gone, into) in &found.merged {
        hand_over(conn, *gone, *into)?;
    }
    for ids in found.unlike.chunks(AT_ONCE) {
        let ids: Vec<SqlId> = ids.iter().copied().map(SqlId).collect();
        let unlike = duplicate::table.filter(duplicate::id.eq_any(ids).and(duplicate::rejected_at.is_null()));
        diesel::delete(unlike).execute(conn)?;
    }
    for proposal in &found.proposals {
        propose(conn, proposal)?;
    }
    conn.batch_execute("COMMIT")?;
    Ok(true)
}

/// Moves on from a position; `false` where it is another one by now.
fn advance(conn: &mut AnyConnection, after: i64, through: i64) -> Result<bool> {
    if after > 0 {
        let there = duplicate_progress::table.filter(duplicate_progress::seq.eq(after));
        let moved = diesel::update(there).set(duplicate_progress::seq.eq(through)).execute(conn)?;
        return Ok(moved == 1);
    }
    let row = (duplicate_progress::id.eq(1_i16), duplicate_progress::seq.eq(through));
    let insert = diesel::insert_into(duplicate_progress::table).values(row);
    let begun = match conn {
        AnyConnection::Postgres(c) => insert.on_conflict_do_nothing().execute(c)?,
        AnyConnection::Sqlite(c) => insert.on_conflict_do_nothing().execute(c)?,
    };
    Ok(begun == 1)
}

/// Keeps a proposal in place of what was known of its pair. A pair that was rejected stays so, in the versions that were compared
/// then: where one of these is hidden now, so is why.
fn propose(conn: &mut AnyConnection, proposal: &Proposal) -> Result<()> {
    let Proposal { pair, seq, score, reasons } = proposal;
    let rejected =
        duplicate::table.filter(duplicate::id.eq(SqlId(pair.id())).and(duplicate::rejected_at.is_not_null()));
    if diesel::select(diesel::dsl::exists(rejected)).get_result(conn)? {
        return Ok(());
    }
    let row = (
        duplicate::id.eq(SqlId(pair.id())),
        duplicate::low.eq(SqlId(pair.events[0])),
        duplicate::high.eq(SqlId(pair.events[1])),
        duplicate::low_version.eq(pair.versions[0]),
        duplicate::high_version.eq(pair.versions[1]),
        duplicate::seq.eq(*seq),
        duplicate::score.eq(*score),
        duplicate::reasons.eq(reasons),
    );
    let insert = diesel::insert_into(duplicate::table).values(row);
    let newer = (
        duplicate::low_version.eq(excluded(duplicate::low_version)),
        duplicate::high_version.eq(excluded(duplicate::high_version)),
        duplicate::seq.eq(excluded(duplicate::seq)),
        duplicate::score.eq(excluded(duplicate::score)),
        duplicate::reasons.eq(excluded(duplicate::reasons)),
    );
    match conn {
        AnyConnection::Postgres(c) => insert.on_conflict(duplicate::id).do_update().set(newer).execute(c)?,
        AnyConnection::Sqlite(c) => insert.on_conflict(duplicate::id).do_update().set(newer).execute(c)?,
    };
    Ok(())
}

/// What an event was told apart from, whatever took it in is told apart from too.
fn hand_over(conn: &mut AnyConnection, gone: Uuid, into: Uuid) -> Result<()> {
    let of = duplicate::low.eq(SqlId(gone)).or(duplicate::high.eq(SqlId(gone)));
    let rows: Vec<(KeptRow, String)> = duplicate::table
        .filter(of.and(duplicate::rejected_at.is_not_null()))
        .select((kept_columns!(), duplicate::reasons))
        .load(conn)?;
    for (row, reasons) in rows {
        let Kept { pair, seq, score, rejection, .. } = kept(row);
        let [low, high] = [0, 1].map(|side| {
            let event = pair.events[side];
            (if event == gone { into } else { event }, pair.versions[side])
        });
        if low.0 == high.0 {
            continue;
        }
        let pair = Pair::of(low, high);
        propose(conn, &Proposal { pair, seq, score, reasons })?;
        if let Some(rejection) = rejection {
            reject(conn, pair.id(), &rejection)?;
        }
    }
    Ok(())
}

/// Remembers that a pair is not one event, where nobody has said so before; `false` where there is no such pair.
///
/// # Errors
/// When the database refuses.
pub fn reject(conn: &mut AnyConnection, id: Uuid, rejection: &Rejection) -> Result<bool> {
    let Rejection { at, grounds: Grounds { reason, source, made_by } } = rejection;
    let open = duplicate::table.filter(duplicate::id.eq(SqlId(id)).and(duplicate::rejected_at.is_null()));
    let columns = (
        duplicate::rejected_at.eq(SqlInstant(*at)),
        duplicate::rejected_by.eq(made_by.as_deref()),
        duplicate::rejected_reason.eq(reason.as_deref()),
        duplicate::rejected_source.eq(source.as_deref()),
    );
    let rejected = diesel::update(open).set(columns).execute(conn)?;
    Ok(rejected > 0 || find(conn, id)?.is_some())
}
