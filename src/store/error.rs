//! What can go wrong in the store. Its text is for the log; clients are told that something failed, and when.

use thiserror::Error;

/// A failure of the store.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The database refused a statement, or went away.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
    /// The database could not be reached.
    #[error("connection: {0}")]
    Connection(#[from] diesel::ConnectionError),
    /// The tables could not be brought up to date.
    #[error("migration: {0}")]
    Migration(String),
    /// What was read contradicts what Marchline writes.
    #[error("the stored data is damaged: {0}")]
    Corrupt(String),
    /// The group of operations that this one was written with could not be committed.
    #[error("not written: {0}")]
    Unwritten(String),
    /// The database refused what was drafted; nothing of it was committed.
    #[error("the draft was refused: {0}")]
    Refused(diesel::result::Error),
    /// A document was written anew since its key was looked up, and nothing of it is for whoever asks.
    #[error("a policy that has just been written keeps a document back")]
    Withheld,
    /// What is needed for an answer is still being gathered.
    #[error("not ready: {0}")]
    NotReady(String),
    /// The writer was stopped before it could answer.
    #[error("the writer has stopped")]
    Stopped,
}

impl StoreError {
    /// Data that contradicts what Marchline writes.
    pub fn corrupt(what: impl Into<String>) -> Self {
        Self::Corrupt(what.into())
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Corrupt(error.to_string())
    }
}
