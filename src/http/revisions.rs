//! The versions of a member: when each was written, why and by whom, and what it changed.

use actix_web::HttpRequest;
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::Problem;
use crate::domain::resource::Resource;
use crate::query::params::shown;
use crate::store::log::VersionNote;
use crate::view::history::{FieldChange, Revision};

/// The versions of a member.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RevisionList {
    /// The versions, oldest first.
    pub data: Vec<Revision>,
}

impl RevisionList {
    /// Versions with what each changed, in the same order.
    pub fn of(notes: Vec<VersionNote>, changes: impl IntoIterator<Item = Vec<FieldChange>>) -> Self {
        Self { data: notes.into_iter().zip(changes).map(|(note, changes)| revision(note, changes)).collect() }
    }
}

fn revision(note: VersionNote, changes: Vec<FieldChange>) -> Revision {
    Revision {
        revision: note.revision,
        seq: note.seq,
        recorded_at: note.recorded_at,
        kind: note.kind,
        reason: note.grounds.reason,
        source: note.grounds.source,
        by: note.grounds.made_by,
        changes,
    }
}

/// The position among a member's versions that the path names; `None` for what is no number from 1. A version has one
/// address, so that the number is written in one way.
pub fn position(req: &HttpRequest) -> Option<usize> {
    let text = req.match_info().get("n")?;
    let number: usize = text.parse().ok()?;
    number.checked_sub(1).filter(|_| number.to_string() == text)
}

/// No version with the number that the path names, or none that the reader is given.
pub fn no_version(req: &HttpRequest, resource: Resource) -> Problem {
    let named = |name| shown(req.match_info().get(name).unwrap_or_default());
    Problem::not_found(format!("version `{}` of {resource} `{}`", named("n"), named("id")))
}
