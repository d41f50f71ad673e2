//! The store: diesel and SQL, for SQLite and PostgreSQL alike, and no SQL anywhere else.

mod any_connection;
pub mod backup;
pub mod batch;
pub mod check;
pub mod claims;
pub mod connection;
pub mod document;
pub mod duplicates;
pub mod error;
pub mod export;
pub mod import_groups;
pub mod import_jobs;
pub mod import_progress;
pub mod imports;
pub mod keys;
pub mod log;
pub mod migrate;
pub mod operations;
pub mod ready;
pub mod referrers;
pub mod restores;
pub mod rows;
pub mod schema;
pub mod sql_types;
pub mod waking;
pub mod write;
