//! Bringing the tables up to date, under a lock, so that several processes may start at once.

use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use uuid::Uuid;

use super::connection::AnyConnection;
use super::error::StoreError;
use super::schema::dataset;
use super::sql_types::{SqlId, SqlInstant};
use crate::domain::instant::Instant;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// The advisory lock that PostgreSQL nodes take turns by; any constant does, as long as it stays the same.
const LOCK: i64 = 0x6d61_7263_686c_696e;

/// Brings the tables up to date and makes sure that the dataset has its id. `dataset_id` is used for a new dataset.
///
/// # Errors
/// When a migration fails, or the database is newer than this program.
pub fn migrate(conn: &mut AnyConnection, dataset_id: Uuid) -> Result<(), StoreError> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| StoreError::Migration(error.to_string());
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
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| StoreError::Migration(error.to_string());
    let known = MigrationSource::<DB>::migrations(&known).map_err(failed)?.len();
    let applied = conn.applied_migrations().map_err(failed)?.len();
    if applied > known {
        let what = format!("the database has {applied} migrations, this program knows {known}: use a newer marchline");
        return Err(StoreError::Migration(what));
    }
    Ok(())
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
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| StoreError::Migration(error.to_string());
    let pending = match conn {
        AnyConnection::Postgres(c) => c.has_pending_migration(POSTGRES),
        AnyConnection::Sqlite(c) => c.has_pending_migration(SQLITE),
    };
    Ok(!pending.map_err(failed)?)
}
