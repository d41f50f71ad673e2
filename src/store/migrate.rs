//! Bringing the tables up to date, under a lock, so that several processes may start at once.

use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use uuid::Uuid;

use super::connection::AnyConnection;
use super::error::StoreError;
use super::restores::{self, Restore};
use super::schema::dataset;
use super::sql_types::{SqlId, SqlInstant};
use crate::domain::instant::Instant;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// The advisory lock that PostgreSQL nodes take turns by; any constant does, as long as it stays the same.
const LOCK: i64 = 0x6d61_7263_686c_696e;

fn failed(error: Box<dyn std::error::Error + Send + Sync>) -> StoreError {
    StoreError::Migration(error.to_string())
}

/// Keeps every process that starts on a PostgreSQL database from going on until this connection ends: each brings the
/// tables up to date first.
///
/// # Errors
/// When another process holds the lock for too long.
pub fn keep_others_out(conn: &mut AnyConnection) -> Result<(), StoreError> {
    Ok(conn.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})"))?)
}

/// Ends the restore of a dump into a PostgreSQL database, in one transaction: notes the migrations that had been applied to
/// it, applies those that came since, and begins an epoch.
///
/// # Errors
/// When the database refuses; then none of it is done.
pub fn begin_restored(conn: &mut AnyConnection, applied: &[String], now: Instant) -> Result<Restore, StoreError> {
    conn.transaction(|conn| {
        if let AnyConnection::Postgres(c) = conn {
            for version in applied {
                sql_query("INSERT INTO __diesel_schema_migrations (version) VALUES ($1)")
                    .bind::<Text, _>(version)
                    .execute(c)?;
            }
            c.run_pending_migrations(POSTGRES).map(drop).map_err(failed)?;
        }
        restores::begin_epoch(conn, None, now)
    })
}

/// Brings the tables up to date and makes sure that the dataset has its id. `dataset_id` is used for a new dataset.
///
/// # Errors
/// When a migration fails, or the database is newer than this program.
pub fn migrate(conn: &mut AnyConnection, dataset_id: Uuid) -> Result<(), StoreError> {
    match conn {
        AnyConnection::Postgres(c) => {
            c.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})"))?;
            let outcome = c.run_pending_migrations(POSTGRES).map(drop).map_err(failed);
            let outcome = outcome.and_then(|()| refuse_newer(c, POSTGRES));
            c.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})"))?;
            outcome?;
        }
        // One transaction around all: another process waits for it and then finds nothing left to do.
        AnyConnection::Sqlite(c) => c.immediate_transaction(|c| {
            c.run_pending_migrations(SQLITE).map(drop).map_err(failed)?;
            refuse_newer(c, SQLITE)
        })?,
    }
    ensure_dataset(conn, dataset_id)
}

/// A database that a later version of this program has migrated must not be written by this one.
fn refuse_newer<C, DB>(conn: &mut C, known: EmbeddedMigrations) -> Result<(), StoreError>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
    EmbeddedMigrations: MigrationSource<DB>,
{
    let known = MigrationSource::<DB>::migrations(&known).map_err(failed)?.len();
    refuse_more(conn.applied_migrations().map_err(failed)?.len(), known)
}

fn refuse_more(applied: usize, known: usize) -> Result<(), StoreError> {
    if applied > known {
        let what = format!("the database has {applied} migrations, this program knows {known}: use a newer marchline");
        return Err(StoreError::Migration(what));
    }
    Ok(())
}

/// Refuses the dump of a PostgreSQL database to which more migrations were applied than this program knows.
///
/// # Errors
/// When there are more.
pub fn refuse_newer_dump(applied: usize) -> Result<(), StoreError> {
    let known = MigrationSource::<diesel::pg::Pg>::migrations(&POSTGRES).map_err(failed)?.len();
    refuse_more(applied, known)
}

fn ensure_dataset(conn: &mut AnyConnection, dataset_id: Uuid) -> Result<(), StoreError> {
    let row = (
        dataset::id.eq(1_i16),
        dataset::dataset_id.eq(SqlId(dataset_id)),
        dataset::epoch.eq(1_i64),
        dataset::seq.eq(0_i64),
        dataset::recorded_at.eq(SqlInstant(Instant::MIN)),
        dataset::last_entity_no.eq(0_i64),
        dataset::last_version_no.eq(0_i64),
    );
    match conn {
        AnyConnection::Postgres(c) => {
            diesel::insert_into(dataset::table).values(row).on_conflict_do_nothing().execute(c)?
        }
        AnyConnection::Sqlite(c) => {
            diesel::insert_into(dataset::table).values(row).on_conflict_do_nothing().execute(c)?
        }
    };
    Ok(())
}

/// Whether every migration this program knows has been applied.
///
/// # Errors
/// When the database cannot be asked.
pub fn is_current(conn: &mut AnyConnection) -> Result<bool, StoreError> {
    let pending = match conn {
        AnyConnection::Postgres(c) => c.has_pending_migration(POSTGRES),
        AnyConnection::Sqlite(c) => c.has_pending_migration(SQLITE),
    };
    Ok(!pending.map_err(failed)?)
}
