//! What the writer is asked to do, and what it answers.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;
use uuid::Uuid;

use crate::domain::grounds::Grounds;
use crate::domain::input::Fault;
use crate::domain::redaction::Redaction;
use crate::domain::resource::Resource;
use crate::domain::vocabulary::LinkRelation;
use crate::store::claims::Claim;
use crate::store::error::StoreError;
use crate::store::log::ChangeKind;

/// One operation: all of it happens, under one `seq`, or none.
#[derive(Clone, Debug)]
pub struct Operation {
    /// What is to be done, in this order.
    pub commands: Vec<Command>,
    /// What is wrong with it already: it is refused then, with whatever else is found.
    pub faults: Vec<Fault>,
    /// What the history tells of it.
    pub grounds: Grounds,
    /// The idempotency key of the request that asks for it.
    pub claim: Option<Claim>,
    /// Whether it may name what is kept from the public.
    pub sees_hidden: bool,
    /// Whether the public is told of what it makes though nothing public names it.
    pub openly: bool,
}

impl Operation {
    /// An operation of one command.
    pub fn one(command: Command) -> Self {
        Self::of(vec![command])
    }

    /// An operation of several commands, of which nothing more is told.
    pub fn of(commands: Vec<Command>) -> Self {
        Self { commands, faults: Vec::new(), grounds: Grounds::default(), claim: None, sees_hidden: true, openly: true }
    }

    /// Says on whose behalf it is: what those make who may read what is hidden, they may be preparing for a hidden event, so
    /// that the public is not told of it before something public names it.
    pub const fn set_sees_hidden(&mut self, sees_hidden: bool) {
        (self.sees_hidden, self.openly) = (sees_hidden, !sees_hidden);
    }

    /// Whether it looks for members by what they refer to, which only the store can tell: nothing may be drafted then.
    pub fn asks_for_referrers(&self) -> bool {
        self.commands.iter().any(|command| matches!(command, Command::Merge { .. } | Command::Split { .. }))
    }

    /// Whether it takes a value out of all versions of a member.
    pub fn redacts(&self) -> bool {
        self.commands.iter().any(|command| matches!(command, Command::Redact { .. }))
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
    /// Creates a member.
    Create {
        /// What it is.
        resource: Resource,
        /// The document from outside.
        document: Value,
    },
    /// Makes a member equal to the document. Does nothing where it is equal already.
    Replace {
        /// What it is.
        resource: Resource,
        /// Its id.
        id: Uuid,
        /// The revision that it must be at.
        base: i32,
        /// The document from outside.
        document: Value,
        /// The part of the member that all this is about.
        part: Option<Uuid>,
    },
    /// Creates the member that the document names by its slug where there is none; leaves it as it is where there is one.
    Ensure {
        /// What it is.
        resource: Resource,
        /// The document from outside.
        document: Value,
    },
    /// Makes the event that the document names by its id equal to the document in all that a table of ours carries, and leaves
    /// the rest as it is; creates it where there is none. Does nothing where it is equal already.
    Amend {
        /// The document from outside.
        document: Value,
        /// Whether a privacy policy holds for the event where the table is from: it must have one here then.
        is_under_policy: bool,
    },
    /// Takes over a row of another collection as an event.
    Import {
        /// The event's document.
        document: Value,
        /// Which row it is, and what it says.
        row: ImportedRow,
    },
    /// Withdraws the event of a row that its collection's file does not have any more.
    Lapse {
        /// The collection.
        scheme: String,
        /// The row's id there.
        row: String,
        /// Whether that is done also where an editor has changed the event since.
        force: bool,
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
        /// The revision that it must be at, if it matters.
        base: Option<i32>,
    },
    /// Gives a withdrawn member the values back that it had.
    Restore {
        /// What it is.
        resource: Resource,
        /// Its id.
        id: Uuid,
    },
    /// Takes a value out of all versions of a member, whatever became of it. An operation that does so does nothing else.
    Redact {
        /// What it is.
        resource: Resource,
        /// Its id.
        id: Uuid,
        /// The revision that it must be at, if it matters.
        base: Option<i32>,
        /// What goes.
        redaction: Redaction,
    },
    /// Lets one member take in another, which ceases. Whatever refers to the one that ceases refers to the other then.
    Merge {
        /// What they are.
        resource: Resource,
        /// The one that ceases.
        id: Uuid,
        /// The one that stays.
        into: Uuid,
        /// The revision that the one that ceases must be at, if it matters.
        base: Option<i32>,
    },
    /// Puts several events in the place of one, which ceases. Whatever refers to it refers to all of them then.
    Split {
        /// The one that ceases.
        id: Uuid,
        /// The documents of the others.
        parts: Vec<Value>,
        /// The revision that the one that ceases must be at, if it matters.
        base: Option<i32>,
    },
}

impl Command {
    /// Whether it is what a file says that is loaded.
    pub const fn is_of_file(&self) -> bool {
        matches!(self, Self::Put { .. } | Self::Ensure { .. } | Self::Import { .. } | Self::Link { .. })
    }
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

/// What became of one member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The member.
    pub id: Uuid,
    /// Its newest version.
    pub revision: i32,
    /// What was done; `None` where nothing had to be, or nothing could be.
    pub kind: Option<ChangeKind>,
    /// Whether a changed row was left aside, since an editor has changed its event.
    pub conflict: bool,
    /// The part of the member that it is about, where it is about one.
    pub part: Option<Uuid>,
}

impl Done {
    /// Something that needed no change.
    pub const fn unchanged(id: Uuid, revision: i32) -> Self {
        Self { id, revision, kind: None, conflict: false, part: None }
    }

    /// A new version.
    pub const fn written(id: Uuid, revision: i32, kind: ChangeKind) -> Self {
        Self { kind: Some(kind), ..Self::unchanged(id, revision) }
    }
}

/// What became of an accepted operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Its number; `None` where nothing had to be done.
    pub seq: Option<i64>,
    /// Command by command. A merge and a split tell of all that they touched, first of what ceased.
    pub done: Vec<Done>,
}

/// Why an operation was not accepted; nothing of it was done.
#[derive(Debug, Error)]
pub enum Refusal {
    /// The documents are not what they must be. Pointers start with the number of the command where there are several.
    #[error("{}", .0.iter().map(|f| format!("{}: {}", f.pointer, f.detail)).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<Fault>),
    /// The member does not exist.
    #[error("there is no {0} {1}")]
    NotFound(Resource, Uuid),
    /// The member has ceased.
    #[error("the {0} {1} has ceased")]
    Ceased(Resource, Uuid),
    /// The member is not withdrawn.
    #[error("the {0} {1} is not withdrawn")]
    NotWithdrawn(Resource, Uuid),
    /// The member is at another revision than the one that is to be changed.
    #[error("it is at revision {0}")]
    Stale(i32),
    /// The idempotency key was sent with another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The event is under a privacy policy, and whoever asks may not read all of it.
    #[error("the event {0} is under a privacy policy: changing it takes the scope `read:restricted`")]
    Restricted(Uuid),
    /// The row that is meant was never imported.
    #[error("no event was imported for {0}:{1}")]
    NotImported(String, String),
    /// It writes anew what may be drafted only: it must begin a group. No caller is ever answered so.
    #[error("it must begin a group of operations")]
    Regroup,
    /// The store failed; trying again may help.
    #[error(transparent)]
    Store(#[from] StoreError),
}
