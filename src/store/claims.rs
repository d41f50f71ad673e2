//! Idempotency keys (draft-ietf-httpapi-idempotency-key-header): what came of requests that bore one.

use chrono::Duration;
use diesel::prelude::*;

use super::connection::AnyConnection;
use super::error::StoreError;
use super::schema::{idempotency, import_job};
use super::sql_types::SqlInstant;
use crate::domain::instant::Instant;

/// A key that a client sent along with a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Claim {
    /// The number of the API key that it was sent with: clients cannot meet each other's keys.
    pub key_no: i64,
    /// The key.
    pub key: String,
    /// Digest of all that was asked for.
    pub digest: String,
}

/// What is known of the key of a request.
#[derive(Clone, Debug)]
pub enum Claimed {
    /// No write was sent with it; a file at most, by the same request.
    Nothing,
    /// The same write was, and this is what the writer answered, as JSON.
    Same(String),
    /// Another request was, be it a write or a file.
    Another,
}

/// What is kept of a request.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = idempotency, treat_none_as_default_value = false)]
pub struct ClaimRow {
    key_no: i64,
    key: String,
    digest: String,
    recorded_at: SqlInstant,
    outcome: String,
}

impl ClaimRow {
    /// What is to be kept of a request that was accepted at an instant.
    pub fn new(claim: &Claim, recorded_at: Instant, outcome: String) -> Self {
        let Claim { key_no, key, digest } = claim.clone();
        Self { key_no, key, digest, recorded_at: SqlInstant(recorded_at), outcome }
    }

    /// When the request was accepted.
    pub const fn recorded_at(&self) -> Instant {
        self.recorded_at.0
    }
}

/// How long a request is remembered.
const LASTS: Duration = Duration::hours(24);

/// The instant before which requests are forgotten.
fn oldest(now: Instant) -> SqlInstant {
    SqlInstant(Instant::from_micros(now.micros() - LASTS.num_microseconds().unwrap_or(0)).unwrap_or(Instant::MIN))
}

/// What is known of the key of a request, from the 24 hours before `now`.
///
/// # Errors
/// When the database cannot be asked.
pub fn claimed(conn: &mut AnyConnection, claim: &Claim, now: Instant) -> Result<Claimed, StoreError> {
    let write: Option<(String, String)> = idempotency::table
        .filter(idempotency::key_no.eq(claim.key_no).and(idempotency::key.eq(&claim.key)))
        .filter(idempotency::recorded_at.ge(oldest(now)))
        .select((idempotency::digest, idempotency::outcome))
        .first(conn)
        .optional()?;
    if let Some((digest, outcome)) = write {
        return Ok(if digest == claim.digest { Claimed::Same(outcome) } else { Claimed::Another });
    }
    // Files are no part of the timeline, and stand elsewhere.
    let file: Option<String> = import_job::table
        .filter(import_job::key_no.eq(claim.key_no).and(import_job::idempotency_key.eq(&claim.key)))
        .filter(import_job::created_at.ge(oldest(now)))
        .select(import_job::digest)
        .first(conn)
        .optional()?;
    Ok(if file.is_some_and(|digest| digest != claim.digest) { Claimed::Another } else { Claimed::Nothing })
}

/// Forgets requests that lie more than 24 hours before `now`.
///
/// # Errors
/// When the database refuses.
pub fn drop_expired(conn: &mut AnyConnection, now: Instant) -> Result<(), StoreError> {
    diesel::delete(idempotency::table.filter(idempotency::recorded_at.lt(oldest(now)))).execute(conn)?;
    Ok(())
}
