//! The statements of the write protocol. The order in which they run, and why, is in `node::writer`.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use uuid::Uuid;

use super::connection::AnyConnection;
use super::document::{Audience, Document, key};
use super::error::StoreError;
use super::log::{ChangeKind, Head};
use super::rows::insert_batch;
use super::schema::{dataset, document, entity, external_id, operation, version};
use super::sql_types::{SqlId, SqlInstant};
use crate::domain::content::Content;
use crate::domain::instant::Instant;
use crate::domain::resource::Resource;
use crate::domain::shared::ExternalId;

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
    let columns = (
        dataset::dataset_id,
        dataset::epoch,
        dataset::seq,
        dataset::recorded_at,
        dataset::last_entity_no,
        dataset::last_version_no,
    );
    let (dataset_id, epoch, seq, recorded_at, entity_no, version_no): DatasetRow = match conn {
        AnyConnection::Postgres(c) => dataset::table.select(columns).for_update().first(c)?,
        AnyConnection::Sqlite(c) => dataset::table.select(columns).first(c)?,
    };
    let head = Head { dataset_id: dataset_id.0, epoch, seq, recorded_at: recorded_at.0 };
    Ok(Counters { head, entity_no, version_no })
}

/// Keeps the counters and commits.
///
/// # Errors
/// When the commit fails: then nothing of the group was written.
pub fn commit(conn: &mut AnyConnection, counters: &Counters) -> Result<()> {
    diesel::update(dataset::table)
        .set((
            dataset::seq.eq(counters.head.seq),
            dataset::recorded_at.eq(SqlInstant(counters.head.recorded_at)),
            dataset::last_entity_no.eq(counters.entity_no),
            dataset::last_version_no.eq(counters.version_no),
        ))
        .execute(conn)?;
    Ok(conn.batch_execute("COMMIT")?)
}

/// Gives up the whole group.
///
/// # Errors
/// When the connection is broken.
pub fn rollback(conn: &mut AnyConnection) -> Result<()> {
    Ok(conn.batch_execute("ROLLBACK")?)
}

/// Marks where one operation begins, so that it can fail alone.
///
/// # Errors
/// When the connection is broken.
pub fn savepoint(conn: &mut AnyConnection) -> Result<()> {
    Ok(conn.batch_execute("SAVEPOINT operation")?)
}

/// Keeps what was written since the savepoint.
///
/// # Errors
/// When the connection is broken.
pub fn release(conn: &mut AnyConnection) -> Result<()> {
    Ok(conn.batch_execute("RELEASE SAVEPOINT operation")?)
}

/// Takes back what was written since the savepoint.
///
/// # Errors
/// When the connection is broken.
pub fn rollback_to_savepoint(conn: &mut AnyConnection) -> Result<()> {
    Ok(conn.batch_execute("ROLLBACK TO SAVEPOINT operation; RELEASE SAVEPOINT operation")?)
}

/// Writes that an operation happened.
///
/// # Errors
/// When the database refuses.
pub fn insert_operation(
    conn: &mut AnyConnection,
    seq: i64,
    at: Instant,
    reason: Option<&str>,
    made_by: Option<&str>,
) -> Result<()> {
    diesel::insert_into(operation::table)
        .values((
            operation::seq.eq(seq),
            operation::recorded_at.eq(SqlInstant(at)),
            operation::reason.eq(reason),
            operation::made_by.eq(made_by),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes that an entity exists.
///
/// # Errors
/// When the database refuses.
pub fn insert_entity(
    conn: &mut AnyConnection,
    no: i64,
    resource: Resource,
    id: Uuid,
    slug: Option<&str>,
    seq: i64,
) -> Result<()> {
    diesel::insert_into(entity::table)
        .values((
            entity::no.eq(no),
            entity::resource.eq(resource.code()),
            entity::id.eq(SqlId(id)),
            entity::slug.eq(slug),
            entity::created_seq.eq(seq),
        ))
        .execute(conn)?;
    Ok(())
}

/// A version to be written.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the columns of `version`")]
pub struct NewVersion {
    pub no: i64,
    pub entity_no: i64,
    pub revision: i32,
    pub seq: i64,
    pub kind: ChangeKind,
}

/// Writes a version and ends the one before it.
///
/// # Errors
/// When the database refuses.
pub fn insert_version(conn: &mut AnyConnection, new: NewVersion) -> Result<()> {
    if new.revision > 1 {
        let previous =
            version::table.filter(version::entity_no.eq(new.entity_no).and(version::revision.eq(new.revision - 1)));
        diesel::update(previous).set(version::seq_to.eq(Some(new.seq))).execute(conn)?;
    }
    diesel::insert_into(version::table)
        .values((
            version::no.eq(new.no),
            version::entity_no.eq(new.entity_no),
            version::revision.eq(new.revision),
            version::seq.eq(new.seq),
            version::kind.eq(new.kind.code()),
        ))
        .execute(conn)?;
    Ok(())
}

#[derive(Insertable)]
#[diesel(table_name = document, treat_none_as_default_value = false)]
struct DocumentRow {
    key: i64,
    version_no: i64,
    audience: i16,
    body: String,
}

/// Writes the ready documents of a version.
///
/// # Errors
/// When the database refuses.
pub fn insert_documents(
    conn: &mut AnyConnection,
    version_no: i64,
    documents: &[(Audience, Document<Content>)],
) -> Result<()> {
    let row = |(audience, document): &(Audience, Document<Content>)| {
        Ok(DocumentRow {
            key: key(&document.content, version_no, *audience),
            version_no,
            audience: audience.column(),
            body: document.to_body()?,
        })
    };
    let rows = documents.iter().map(row).collect::<Result<Vec<_>>>()?;
    insert_batch!(conn, document::table, rows);
    Ok(())
}

/// The newest version of a member.
#[derive(Clone, Debug)]
pub struct Newest {
    /// Its entity's number.
    pub entity_no: i64,
    /// Its number among the member's versions.
    pub revision: i32,
    /// What it did.
    pub kind: ChangeKind,
    /// When the member was first recorded.
    pub created_at: Instant,
    /// The whole document; `None` where the member ceased.
    pub document: Option<Document<Content>>,
}

/// Reads the newest version of a member.
///
/// # Errors
/// When the database cannot be asked.
pub fn newest(conn: &mut AnyConnection, resource: Resource, id: Uuid) -> Result<Option<Newest>> {
    type Row = (i64, i64, i32, String, SqlInstant);
    let row: Option<Row> = version::table
        .inner_join(entity::table.on(entity::no.eq(version::entity_no)))
        .inner_join(operation::table.on(operation::seq.eq(entity::created_seq)))
        .filter(entity::id.eq(SqlId(id)).and(entity::resource.eq(resource.code())).and(version::seq_to.is_null()))
        .select((version::no, version::entity_no, version::revision, version::kind, operation::recorded_at))
        .first(conn)
        .optional()?;
    let Some((version_no, entity_no, revision, kind, created_at)) = row else {
        return Ok(None);
    };
    let body: Option<String> = document::table
        .filter(document::version_no.eq(version_no).and(document::audience.ne(Audience::Public.column())))
        .select(document::body)
        .first(conn)
        .optional()?;
    Ok(Some(Newest {
        entity_no,
        revision,
        kind: ChangeKind::parse(&kind).ok_or_else(|| StoreError::corrupt(format!("unknown code `{kind}`")))?,
        created_at: created_at.0,
        document: body.map(|body| Document::from_body(resource, &body)).transpose()?,
    }))
}

/// The resource that an id belongs to already.
///
/// # Errors
/// When the database cannot be asked.
pub fn resource_of(conn: &mut AnyConnection, id: Uuid) -> Result<Option<Resource>> {
    let code: Option<String> =
        entity::table.filter(entity::id.eq(SqlId(id))).select(entity::resource).first(conn).optional()?;
    Ok(code.and_then(|code| Resource::parse(&code)))
}

/// The number of an event that exists and has not ceased.
///
/// # Errors
/// When the database cannot be asked.
pub fn live_event(conn: &mut AnyConnection, id: Uuid) -> Result<Option<i64>> {
    let row: Option<(i64, String)> = version::table
        .inner_join(entity::table.on(entity::no.eq(version::entity_no)))
        .filter(entity::id.eq(SqlId(id)).and(entity::resource.eq(Resource::Event.code())))
        .filter(version::seq_to.is_null())
        .select((entity::no, version::kind))
        .first(conn)
        .optional()?;
    let lives = |kind: &str| ChangeKind::parse(kind).is_some_and(|kind| !kind.ends());
    Ok(row.filter(|(_, kind)| lives(kind)).map(|(no, _)| no))
}

/// Another current member of the resource that has this external id.
///
/// # Errors
/// When the database cannot be asked.
pub fn holder_of(
    conn: &mut AnyConnection,
    resource: Resource,
    external: &ExternalId,
    but: Option<i64>,
) -> Result<Option<Uuid>> {
    let id: Option<SqlId> = external_id::table
        .inner_join(version::table.on(version::no.eq(external_id::version_no)))
        .inner_join(entity::table.on(entity::no.eq(version::entity_no)))
        .filter(external_id::scheme.eq(&external.scheme).and(external_id::id.eq(&external.id)))
        .filter(version::seq_to.is_null().and(entity::resource.eq(resource.code())))
        .filter(entity::no.ne(but.unwrap_or(0)))
        .select(entity::id)
        .first(conn)
        .optional()?;
    Ok(id.map(|id| id.0))
}
