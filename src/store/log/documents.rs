//! Documents by their keys, and the versions that a member or an external id has.

use std::collections::HashMap;

use diesel::prelude::*;
use uuid::Uuid;

use super::{ChangeKind, GroundsRow, done, grounds};
use crate::domain::grounds::Grounds;
use crate::domain::instant::Instant;
use crate::domain::resource::Resource;
use crate::domain::shared::ExternalId;
use crate::store::connection::AnyConnection;
use crate::store::document::{Audience, version_of};
use crate::store::error::StoreError;
use crate::store::schema::{document, entity, external_id, operation, version};
use crate::store::sql_types::{SqlId, SqlInstant};

/// The texts of the documents with these keys, in the order of the keys asked for.
///
/// # Errors
/// When the database cannot be asked, or a document is missing.
pub fn texts(conn: &mut AnyConnection, keys: &[i64]) -> Result<Vec<String>, StoreError> {
    let mut bodies: HashMap<i64, String> = match conn {
        // A statement with as many places as there are keys is made anew each time, which costs more than to look up one by one;
        // in one transaction, so that the file is locked once.
        AnyConnection::Sqlite(conn) => conn.transaction(|conn| {
            let found = keys.iter().map(|key| {
                let body = document::table.find(*key).select(document::body).get_result(conn).optional()?;
                Ok(body.map(|body| (*key, body)))
            });
            found.filter_map(Result::transpose).collect::<Result<_, StoreError>>()
        })?,
        AnyConnection::Postgres(conn) => {
            let rows = document::table.filter(document::key.eq_any(keys)).select((document::key, document::body));
            rows.load(conn)?.into_iter().collect()
        }
    };
    let mut text = |key: &i64| match bodies.remove(key) {
        Some(body) => Ok(body),
        None => moved(conn, *key),
    };
    keys.iter().map(&mut text).collect()
}

/// The document that a key was of, where the version's documents were written anew since the key was looked up.
fn moved(conn: &mut AnyConnection, key: i64) -> Result<String, StoreError> {
    let (version_no, is_restricted) = version_of(key);
    let found: Vec<(i16, String)> = document::table
        .filter(document::version_no.eq(version_no))
        .select((document::audience, document::body))
        .load(conn)?;
    let body = found.into_iter().find(|(audience, _)| (*audience == Audience::Restricted.column()) == is_restricted);
    body.map(|(_, body)| body).ok_or(StoreError::Withheld)
}

/// What is told of one version beside its document.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields of `Change`")]
pub struct VersionNote {
    pub revision: i32,
    pub seq: i64,
    pub recorded_at: Instant,
    pub kind: ChangeKind,
    pub grounds: Grounds,
}

type NoteRow = (i32, i64, (String, bool), SqlInstant, GroundsRow);

/// A member's versions up to an operation, oldest first.
///
/// # Errors
/// When the database cannot be asked.
pub fn history(conn: &mut AnyConnection, id: Uuid, seq: i64) -> Result<Vec<VersionNote>, StoreError> {
    let rows: Vec<NoteRow> = version::table
        .inner_join(entity::table.on(entity::no.eq(version::entity_no)))
        .inner_join(operation::table.on(operation::seq.eq(version::seq)))
        .filter(entity::id.eq(SqlId(id)).and(version::seq.le(seq)))
        .order(version::revision)
        .select((
            version::revision,
            version::seq,
            (version::kind, operation::redacts),
            operation::recorded_at,
            (operation::reason, operation::source, operation::made_by),
        ))
        .load(conn)?;
    let note = |(revision, seq, (kind, redacts), recorded_at, told): NoteRow| {
        let kind = done(&kind, redacts)?;
        Ok(VersionNote { revision, seq, recorded_at: recorded_at.0, kind, grounds: grounds(told) })
    };
    rows.into_iter().map(note).collect()
}

/// The versions of events that have an external id, whether they are current or not.
///
/// # Errors
/// When the database cannot be asked.
pub fn versions_with(conn: &mut AnyConnection, external: &ExternalId) -> Result<Vec<i64>, StoreError> {
    let versions = external_id::table
        .inner_join(version::table.on(version::no.eq(external_id::version_no)))
        .inner_join(entity::table.on(entity::no.eq(version::entity_no)))
        .filter(external_id::scheme.eq(&external.scheme).and(external_id::id.eq(&external.id)))
        .filter(entity::resource.eq(Resource::Event.code()))
        .select(version::no);
    Ok(versions.load(conn)?)
}
