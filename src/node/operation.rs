//! What the writer is asked to do, and what it answers.

use serde_json::Value;
use thiserror::Error;
use uuid::Uuid;

use crate::domain::input::Fault;
use crate::domain::resource::Resource;
use crate::domain::vocabulary::LinkRelation;
use crate::store::error::StoreError;
use crate::store::log::ChangeKind;

/// One operation: all of it happens, under one `seq`, or none.
#[derive(Clone, Debug)]
pub struct Operation {
    /// What is to be done, in this order.
    pub commands: Vec<Command>,
    /// Why, for the history.
    pub reason: Option<String>,
    /// The author's public label, for the history.
    pub made_by: Option<String>,
}

impl Operation {
    /// An operation of one command.
    pub fn one(command: Command) -> Self {
        Self { commands: vec![command], reason: None, made_by: None }
    }
}

/// One step of an operation.
#[derive(Clone, Debug)]
pub enum Command {
    /// Makes the member that the document names by `id`, else by `slug`, equal to the document; creates it where there is
    /// none. Does nothing where it is equal already.
    Put {
        /// What it is.
        resource: Resource,
        /// The document from outside.
        document: Value,
    },
    /// Creates the member that the document names by its slug where there is none; leaves it as it is where there is one.
    Ensure {
        /// What it is.
        resource: Resource,
        /// The document from outside.
        document: Value,
    },
    /// Takes over a row of another collection as an event.
    Import {
        /// The event's document.
        document: Value,
        /// Which row it is, and what it says.
        row: ImportedRow,
    },
    /// Makes the links of one relation that an imported event has those to these events, unless an editor has changed it.
    Link {
        /// The collection that the event was imported from.
        scheme: String,
        /// The id there of the row that it is.
        row: String,
        /// The relation.
        relation: LinkRelation,
        /// The events that it has this relation to.
        events: Vec<Uuid>,
    },
    /// Withdraws a member.
    Retract {
        /// What it is.
        resource: Resource,
        /// Its id.
        id: Uuid,
    },
}

/// A row of another collection's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedRow {
    /// The collection, as the scheme of its external ids.
    pub scheme: String,
    /// The row's id there.
    pub id: String,
    /// Digest of all that the row says.
    pub digest: i64,
    /// Whether it is written over an event that an editor has changed since.
    pub force: bool,
}

/// What became of one command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// The member.
    pub id: Uuid,
    /// Its newest version.
    pub revision: i32,
    /// What was done; `None` where nothing had to be, or nothing could be.
    pub kind: Option<ChangeKind>,
    /// Whether a changed row was left aside, since an editor has changed its event.
    pub conflict: bool,
}

impl Done {
    /// Something that needed no change.
    pub const fn unchanged(id: Uuid, revision: i32) -> Self {
        Self { id, revision, kind: None, conflict: false }
    }
}

/// What became of an accepted operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Its number; `None` where nothing had to be done.
    pub seq: Option<i64>,
    /// Command by command.
    pub done: Vec<Done>,
}

/// Why an operation was not accepted; nothing of it was done.
#[derive(Debug, Error)]
pub enum Refusal {
    /// The documents are not what they must be. Pointers start with the number of the command where there are several.
    #[error("{}", .0.iter().map(|f| format!("{}: {}", f.pointer, f.detail)).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<Fault>),
    /// The member to be withdrawn does not exist.
    #[error("there is no {0} {1}")]
    NotFound(Resource, Uuid),
    /// The row whose event is to be linked was never imported.
    #[error("no event was imported for {0}:{1}")]
    NotImported(String, String),
    /// The store failed; trying again may help.
    #[error(transparent)]
    Store(#[from] StoreError),
}
