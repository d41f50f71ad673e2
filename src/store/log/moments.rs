//! Which operation a moment means, and how far numbers have come.

use diesel::prelude::*;

use crate::domain::instant::Instant;
use crate::domain::resource::Resource;
use crate::store::connection::AnyConnection;
use crate::store::error::StoreError;
use crate::store::schema::{dataset, entity, operation};
use crate::store::sql_types::SqlInstant;

/// Whether an event was ever written.
///
/// # Errors
/// When the database cannot be asked.
pub fn has_events(conn: &mut AnyConnection) -> Result<bool, StoreError> {
    let events = entity::table.filter(entity::resource.eq(Resource::Event.code()));
    Ok(events.select(entity::no).first::<i64>(conn).optional()?.is_some())
}

/// The newest operation that took a value out of all versions of a member; 0 where there is none.
///
/// # Errors
/// When the database cannot be asked.
pub fn last_redaction(conn: &mut AnyConnection) -> Result<i64, StoreError> {
    let redactions = operation::table.filter(operation::redacts.eq(true)).order(operation::seq.desc());
    Ok(redactions.select(operation::seq).first(conn).optional()?.unwrap_or(0))
}

/// The highest number that a version has.
///
/// # Errors
/// When the database cannot be asked.
pub fn last_version(conn: &mut AnyConnection) -> Result<i64, StoreError> {
    Ok(dataset::table.select(dataset::last_version_no).get_result(conn)?)
}

/// When the newest operation up to `seq` was recorded; `None` where there is none.
///
/// # Errors
/// When the database cannot be asked.
pub fn recorded_at(conn: &mut AnyConnection, seq: i64) -> Result<Option<Instant>, StoreError> {
    let found: Option<SqlInstant> = operation::table
        .filter(operation::seq.le(seq))
        .order(operation::seq.desc())
        .select(operation::recorded_at)
        .first(conn)
        .optional()?;
    Ok(found.map(|instant| instant.0))
}

/// The newest operation recorded at or before an instant; 0 where there is none.
///
/// # Errors
/// When the database cannot be asked.
pub fn seq_at(conn: &mut AnyConnection, instant: Instant) -> Result<i64, StoreError> {
    let found = operation::table
        .filter(operation::recorded_at.le(SqlInstant(instant)))
        .order(operation::recorded_at.desc())
        .select(operation::seq)
        .first(conn)
        .optional()?;
    Ok(found.unwrap_or(0))
}

/// The lowest number of an entity that an operation from `seq` on made, or the next one to be given. Entities are numbered in the
/// order in which they are made, by whatever node.
///
/// # Errors
/// When the database cannot be asked.
pub fn first_made_since(conn: &mut AnyConnection, seq: i64) -> Result<i64, StoreError> {
    let last: i64 = dataset::table.select(dataset::last_entity_no).get_result(conn)?;
    let (mut low, mut high) = (1, last + 1);
    while low < high {
        let middle = low.midpoint(high);
        let next = entity::table.filter(entity::no.ge(middle)).order(entity::no);
        match next.select((entity::no, entity::created_seq)).first::<(i64, i64)>(conn).optional()? {
            Some((no, made)) if made < seq => low = no + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}

/// The first operation recorded at or after an instant; one behind the newest where there is none. `at` tells the newest
/// one recorded at or before an instant.
///
/// # Errors
/// When `at` fails.
pub fn seq_since(instant: Instant, at: impl FnOnce(Instant) -> Result<i64, StoreError>) -> Result<i64, StoreError> {
    let before = Instant::from_micros(instant.micros() - 1);
    before.map_or(Ok(0), at).map(|seq| seq + 1)
}
