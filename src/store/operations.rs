//! The change log without its documents: which operations there were, and what each wrote.

use std::collections::HashMap;

use diesel::prelude::*;
use uuid::Uuid;

use super::connection::AnyConnection;
use super::error::StoreError;
use super::log::{ChangeKind, done};
use super::schema::{entity, event_privacy, operation, version};
use super::sql_types::{SqlId, SqlInstant};
use crate::domain::instant::Instant;
use crate::domain::resource::Resource;

/// An operation, and what it wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its number.
    pub seq: i64,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// The versions that it wrote, in order.
    pub versions: Vec<Written>,
}

/// A version that an operation wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields of `store::log::Change`")]
pub struct Written {
    pub version_no: i64,
    pub resource: Resource,
    pub id: Uuid,
    pub revision: i32,
    pub kind: ChangeKind,
}

type WrittenRow = ((i64, i64, i32, (String, bool)), (String, SqlId));

/// At most `limit` operations behind `after` and up to `until`, in the order in which they happened.
///
/// # Errors
/// When the database cannot be asked, or holds what Marchline did not write.
pub fn operations(conn: &mut AnyConnection, after: i64, until: i64, limit: i64) -> Result<Vec<Operation>, StoreError> {
    let found: Vec<(i64, SqlInstant)> = operation::table
        .filter(operation::seq.gt(after).and(operation::seq.le(until)))
        .order(operation::seq)
        .limit(limit)
        .select((operation::seq, operation::recorded_at))
        .load(conn)?;
    let Some((last, _)) = found.last() else {
        return Ok(Vec::new());
    };
    let rows: Vec<WrittenRow> = version::table
        .inner_join(entity::table.on(entity::no.eq(version::entity_no)))
        .inner_join(operation::table.on(operation::seq.eq(version::seq)))
        .filter(version::seq.gt(after).and(version::seq.le(last)))
        .order(version::no)
        .select((
            (version::no, version::seq, version::revision, (version::kind, operation::redacts)),
            (entity::resource, entity::id),
        ))
        .load(conn)?;
    let operation =
        |(seq, recorded_at): (i64, SqlInstant)| Operation { seq, recorded_at: recorded_at.0, versions: Vec::new() };
    let mut operations: Vec<Operation> = found.into_iter().map(operation).collect();
    for row in rows {
        let (seq, written) = written(row)?;
        if let Ok(position) = operations.binary_search_by_key(&seq, |operation| operation.seq) {
            operations[position].versions.push(written);
        }
    }
    Ok(operations)
}

fn written(
    ((version_no, seq, revision, (kind, redacts)), (resource, id)): WrittenRow,
) -> Result<(i64, Written), StoreError> {
    let unknown = |code: &str| StoreError::corrupt(format!("unknown code `{code}`"));
    let resource = Resource::parse(&resource).ok_or_else(|| unknown(&resource))?;
    let kind = done(&kind, redacts)?;
    Ok((seq, Written { version_no, resource, id: id.0, revision, kind }))
}

/// A privacy policy as it was written with a version: all that it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenPolicy {
    place: Option<String>,
    time: Option<String>,
    /// Whether the public is given nothing.
    pub embargo: bool,
    texts: [Option<String>; 3],
}

type PolicyRow = (i64, Option<String>, Option<String>, bool, Option<String>, Option<String>, Option<String>);

/// The policies that these versions were written with, by their numbers.
///
/// # Errors
/// When the database cannot be asked.
pub fn policies(conn: &mut AnyConnection, versions: &[i64]) -> Result<HashMap<i64, WrittenPolicy>, StoreError> {
    if versions.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<PolicyRow> = event_privacy::table
        .filter(event_privacy::version_no.eq_any(versions))
        .select((
            event_privacy::version_no,
            event_privacy::place,
            event_privacy::time,
            event_privacy::embargo,
            event_privacy::reason,
            event_privacy::public_title,
            event_privacy::public_summary,
        ))
        .load(conn)?;
    let policy = |(version_no, place, time, embargo, reason, title, summary): PolicyRow| {
        (version_no, WrittenPolicy { place, time, embargo, texts: [reason, title, summary] })
    };
    Ok(rows.into_iter().map(policy).collect())
}
