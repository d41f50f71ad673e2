//! The change log, read in order: what the index and every follower apply.

mod changes;
mod documents;
mod moments;

use std::sync::Arc;

use diesel::prelude::*;
use uuid::Uuid;

pub use changes::{StoredChanges, changes, stored_changes};
pub use documents::{VersionNote, history, texts, versions_with};
pub use moments::{first_made_since, has_events, last_redaction, last_version, recorded_at, seq_at, seq_since};

use super::connection::AnyConnection;
use super::document::{Audience, Document, Documents, key};
use super::error::StoreError;
use super::schema::dataset;
use super::sql_types::{SqlId, SqlInstant};
use crate::domain::codes;
use crate::domain::content::Content;
use crate::domain::grounds::Grounds;
use crate::domain::instant::Instant;
use crate::domain::resource::Resource;

codes! {
    /// What an operation did to one member of a resource.
    pub enum ChangeKind {
        /// It is new.
        Created = "created",
        /// It has a new version.
        Corrected = "corrected",
        /// It ceased: another one took it in.
        Merged = "merged",
        /// It ceased: several others took its place.
        Split = "split",
        /// It was withdrawn.
        Retracted = "retracted",
        /// It was withdrawn and is back.
        Restored = "restored",
        /// A value was removed from all its versions.
        Redacted = "redacted",
    }
}

/// What was done, out of what it left the member as: also of what has ceased a value can be redacted, and it stays as it is.
///
/// # Errors
/// `Corrupt` for a code that Marchline did not write.
pub fn done(kind: &str, redacts: bool) -> Result<ChangeKind, StoreError> {
    let kind = ChangeKind::parse(kind).ok_or_else(|| StoreError::corrupt(format!("unknown code `{kind}`")))?;
    Ok(if redacts { ChangeKind::Redacted } else { kind })
}

impl ChangeKind {
    /// Whether the member ceased by it.
    pub const fn ends(self) -> bool {
        matches!(self, Self::Merged | Self::Split | Self::Retracted)
    }
}

/// Where the log stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Which dataset this is.
    pub dataset_id: Uuid,
    /// Raised when a backup is restored, so that nothing from the lost future is taken for the present.
    pub epoch: i64,
    /// The newest operation.
    pub seq: i64,
    /// When it was recorded.
    pub recorded_at: Instant,
}

/// One member's part in an operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The operation.
    pub seq: i64,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// Why it was done, and by whom.
    pub grounds: Grounds,
    /// What was done.
    pub kind: ChangeKind,
    /// What it was done to.
    pub resource: Resource,
    /// The member's id.
    pub id: Uuid,
    /// The member's slug, where its resource has slugs.
    pub slug: Option<String>,
    /// The member's number in the store.
    pub entity_no: i64,
    /// The number of the version that was written.
    pub version_no: i64,
    /// Counts the member's versions from 1.
    pub revision: i32,
    /// What the public is given, and under which key; `None` where it is given nothing.
    pub public: Option<(i64, Document<Arc<Content>>)>,
    /// The whole for those who may read it, and under which key, where a privacy policy keeps something of it from the public.
    pub restricted: Option<(i64, Document<Arc<Content>>)>,
    /// What took the member's place, where it was merged or split.
    pub into: Vec<Uuid>,
    /// Whether the public is told of the member though nothing public names it.
    pub openly: bool,
    /// What readers are given of earlier versions from this operation on, oldest first; empty where that stays as it was. Whatever
    /// keeps something of a version looks here for those that were written anew, by a redaction or by another policy.
    pub earlier: Vec<Edition>,
    /// Where the operation took a value out of all versions: what is told of each of the operations that wrote the member before.
    pub redaction: Option<Vec<(i64, Grounds)>>,
}

/// A version whose documents a later operation wrote anew.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields of `Change`")]
pub struct Edition {
    pub version_no: i64,
    pub public: Option<(i64, Document<Arc<Content>>)>,
    pub restricted: Option<(i64, Document<Arc<Content>>)>,
}

impl Edition {
    /// A version with these documents.
    pub fn of(version_no: i64, documents: &Documents) -> Self {
        let document = |is_restricted: bool| {
            let of = documents.iter().find(|(audience, _)| (*audience == Audience::Restricted) == is_restricted);
            of.map(|(audience, document)| (key(&document.content, version_no, *audience), document.clone()))
        };
        Self { version_no, public: document(false), restricted: document(true) }
    }
}

/// Reads where the log stands.
///
/// # Errors
/// When the database cannot be asked.
pub fn head(conn: &mut AnyConnection) -> Result<Head, StoreError> {
    let columns = (dataset::dataset_id, dataset::epoch, dataset::seq, dataset::recorded_at);
    let (dataset_id, epoch, seq, recorded_at): (SqlId, i64, i64, SqlInstant) =
        dataset::table.select(columns).get_result(conn)?;
    Ok(Head { dataset_id: dataset_id.0, epoch, seq, recorded_at: recorded_at.0 })
}

/// Reason, source and author of an operation.
type GroundsRow = (Option<String>, Option<String>, Option<String>);

fn grounds((reason, source, made_by): GroundsRow) -> Grounds {
    Grounds { reason, source, made_by }
}
