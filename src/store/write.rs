//! The statements of the write protocol. The order in which they run, and why, is in `node::writer`.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use uuid::Uuid;

use super::connection::AnyConnection;
use super::document::{Audience, Document};
use super::error::StoreError;
use super::log::{ChangeKind, Head};
use super::schema::{dataset, document, entity, external_id, operation, version};
use super::sql_types::{SqlId, SqlInstant};
use crate::domain::content::Content;
use crate::domain::instant::Instant;
use crate::domain::resource::Resource;

type Result<T> = std::result::Result<T, StoreError>;

/// The numbers that the next rows get; kept in the row that every writer locks.
#[derive(Clone, Copy, Debug)]
pub struct Counters {
    /// The newest operation, and the instant that the next one must lie behind.
    pub head: Head,
    /// The newest entity.
    pub entity_no: i64,
    /// The newest version.
    pub version_no: i64,
}

type DatasetRow = (SqlId, i64, i64, SqlInstant, i64, i64);

/// Begins the transaction of a group of operations and takes the lock that all writers take turns by.
///
/// # Errors
/// When the lock cannot be had in time.
pub fn begin(conn: &mut AnyConnection) -> Result<Counters> {
    conn.batch_execute(match conn {
        AnyConnection::Sqlite(_) => "BEGIN IMMEDIATE",
        AnyConnection::Postgres(_) => "BEGIN",
    })?;
    counters(conn)
}

/// Reads the counters in a transaction, and locks them for the rest of it.
///
/// # Errors
/// When the lock cannot be had in time.
pub fn counters(conn: &mut AnyConnection) -> Result<Counters> {
    let columns = (
        dataset::dataset_id,
        dataset::epoch,
        dataset::seq,
        dataset::recorded_at,
        dataset::last_entity_no,
        dataset::last_version_no,
    );
    let (dataset_id, epoch, seq, recorded_at, entity_no, version_no): DatasetRow = match conn {
        AnyConnection::Postgres(c) => dataset::table.select(columns).for_update().get_result(c)?,
        AnyConnection::Sqlite(c) => dataset::table.select(columns).get_result(c)?,
    };
    let head = Head { dataset_id: dataset_id.0, epoch, seq, recorded_at: recorded_at.0 };
    Ok(Counters { head, entity_no, version_no })
}

/// Keeps the counters and commits; nodes that listen are told of it.
///
/// # Errors
/// When the commit fails: then nothing of the group was written.
pub fn commit(conn: &mut AnyConnection, counters: &Counters) -> Result<()> {
    keep(conn, counters)?;
    let commit = match conn {
        AnyConnection::Postgres(_) => "NOTIFY marchline; COMMIT",
        AnyConnection::Sqlite(_) => "COMMIT",
    };
    Ok(conn.batch_execute(commit)?)
}

/// Keeps the counters.
///
/// # Errors
/// When the database refuses.
pub fn keep(conn: &mut AnyConnection, counters: &Counters) -> Result<()> {
    diesel::update(dataset::table)
        .set((
            dataset::seq.eq(counters.head.seq),
            dataset::recorded_at.eq(SqlInstant(counters.head.recorded_at)),
            dataset::last_entity_no.eq(counters.entity_no),
            dataset::last_version_no.eq(counters.version_no),
        ))
        .execute(conn)?;
    Ok(())
}

/// Gives up the whole group.
///
/// # Errors
/// When the connection is broken.
pub fn rollback(conn: &mut AnyConnection) -> Result<()> {
    Ok(conn.batch_execute("ROLLBACK")?)
}

/// The newest version of a member.
#[derive(Clone, Debug)]
pub struct Newest {
    /// What it is.
    pub resource: Resource,
    /// Its id.
    pub id: Uuid,
    /// Its entity's number.
    pub entity_no: i64,
    /// Its slug, where its resource has slugs.
    pub slug: Option<String>,
    /// Its number among the member's versions.
    pub revision: i32,
    /// The operation that wrote it.
    pub seq: i64,
    /// What it did.
    pub kind: ChangeKind,
    /// When the member was first recorded.
    pub created_at: Instant,
    /// Its values, all of them; `None` where the member ceased.
    pub content: Option<Arc<Content>>,
}

type NewestRow = ((i64, i32, i64, String), (i64, SqlId, String, Option<String>), SqlInstant);

/// Reads the newest versions of members of any resource, those that there are.
///
/// # Errors
/// When the database cannot be asked.
pub fn newest(conn: &mut AnyConnection, ids: &[Uuid]) -> Result<Vec<Newest>> {
    let rows: Vec<NewestRow> = version::table
        .inner_join(entity::table.on(entity::no.eq(version::entity_no)))
        .inner_join(operation::table.on(operation::seq.eq(entity::created_seq)))
        .filter(entity::id.eq_any(ids.iter().copied().map(SqlId)).and(version::seq_to.is_null()))
        .select((
            (version::no, version::revision, version::seq, version::kind),
            (entity::no, entity::id, entity::resource, entity::slug),
            operation::recorded_at,
        ))
        .load(conn)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let bodies: Vec<(i64, String)> = document::table
        .filter(document::version_no.eq_any(rows.iter().map(|row| row.0.0)))
        .filter(document::audience.ne(Audience::Public.column()))
        .select((document::version_no, document::body))
        .load(conn)?;
    let mut bodies: HashMap<i64, String> = bodies.into_iter().collect();
    rows.into_iter().map(|row| newest_of(row, &mut bodies)).collect()
}

fn newest_of(row: NewestRow, bodies: &mut HashMap<i64, String>) -> Result<Newest> {
    let ((version_no, revision, seq, kind), (entity_no, id, resource, slug), created_at) = row;
    let unknown = |code: &str| StoreError::corrupt(format!("unknown code `{code}`"));
    let resource = Resource::parse(&resource).ok_or_else(|| unknown(&resource))?;
    let content = bodies.remove(&version_no).map(|body| Document::from_body(resource, &body));
    Ok(Newest {
        resource,
        id: id.0,
        entity_no,
        slug,
        revision,
        seq,
        kind: ChangeKind::parse(&kind).ok_or_else(|| unknown(&kind))?,
        created_at: created_at.0,
        content: content.transpose()?.map(|document| document.content),
    })
}

/// The values that a member had last; `None` where it never had any.
///
/// # Errors
/// When the database cannot be asked, or holds what Marchline did not write.
pub fn last_content(conn: &mut AnyConnection, resource: Resource, id: Uuid) -> Result<Option<Arc<Content>>> {
    let body: Option<String> = document::table
        .inner_join(version::table.on(version::no.eq(document::version_no)))
        .inner_join(entity::table.on(entity::no.eq(version::entity_no)))
        .filter(entity::id.eq(SqlId(id)).and(entity::resource.eq(resource.code())))
        .filter(document::audience.ne(Audience::Public.column()))
        .order(version::revision.desc())
        .select(document::body)
        .first(conn)
        .optional()?;
    Ok(body.map(|body| Document::from_body(resource, &body)).transpose()?.map(|document| document.content))
}

/// The numbers of a member's versions that have values, with their whole documents, oldest first.
///
/// # Errors
/// When the database cannot be asked, or holds what Marchline did not write.
pub fn whole_documents(
    conn: &mut AnyConnection,
    resource: Resource,
    entity_no: i64,
) -> Result<Vec<(i64, Document<Arc<Content>>)>> {
    let rows: Vec<(i64, String)> = document::table
        .inner_join(version::table.on(version::no.eq(document::version_no)))
        .filter(version::entity_no.eq(entity_no))
        .filter(document::audience.ne(Audience::Public.column()))
        .order(version::revision)
        .select((version::no, document::body))
        .load(conn)?;
    rows.into_iter().map(|(no, body)| Ok((no, Document::from_body(resource, &body)?))).collect()
}

/// The whole text of a version, as those read it whom no privacy policy concerns.
///
/// # Errors
/// When the database cannot be asked.
pub fn whole_text(conn: &mut AnyConnection, id: Uuid, revision: i32) -> Result<Option<String>> {
    let found = document::table
        .inner_join(version::table.on(version::no.eq(document::version_no)))
        .inner_join(entity::table.on(entity::no.eq(version::entity_no)))
        .filter(entity::id.eq(SqlId(id)).and(version::revision.eq(revision)))
        .filter(document::audience.ne(Audience::Public.column()))
        .select(document::body)
        .first(conn)
        .optional()?;
    Ok(found)
}

/// Current members that have one of these external ids of a scheme: the external id, and the member.
///
/// # Errors
/// When the database cannot be asked, or holds what Marchline did not write.
pub fn holders_of(conn: &mut AnyConnection, scheme: &str, ids: &[&str]) -> Result<Vec<(String, Resource, Uuid)>> {
    let rows: Vec<(String, String, SqlId)> = external_id::table
        .inner_join(version::table.on(version::no.eq(external_id::version_no)))
        .inner_join(entity::table.on(entity::no.eq(version::entity_no)))
        .filter(external_id::scheme.eq(scheme).and(external_id::id.eq_any(ids)).and(version::seq_to.is_null()))
        .select((external_id::id, entity::resource, entity::id))
        .load(conn)?;
    let holder = |(external, resource, id): (String, String, SqlId)| {
        let unknown = || StoreError::corrupt(format!("unknown code `{resource}`"));
        Ok((external, Resource::parse(&resource).ok_or_else(unknown)?, id.0))
    };
    rows.into_iter().map(holder).collect()
}
