//! Taking values out of what is stored: the rows of versions that are written anew, and what stands beside the timeline. And
//! the bytes: a SQLite file keeps those of a deleted row until they are written over.

use std::collections::HashMap;

use diesel::connection::SimpleConnection;
use diesel::deserialize::QueryableByName;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Integer;
use serde_json::Value;
use uuid::Uuid;

use super::any_connection::AnyConnection;
use super::error::StoreError;
use super::rows::Numbers;
use super::schema::{dataset, duplicate, entity, import_group, import_job, import_record, operation, version};
use super::sql_types::SqlId;
use crate::domain::grounds::Grounds;
use crate::domain::shared::ExternalId;

type Result<T> = std::result::Result<T, StoreError>;

/// What is told of something: its number or id, a reason, a source and an author.
type Told<I> = (I, Option<String>, Option<String>, Option<String>);

/// Members and rows that are looked up by one statement.
const AT_ONCE: usize = 500;

/// What a redaction changes beside the rows and documents of versions.
#[derive(Clone, Debug, Default)]
pub struct Cleaning {
    /// The versions whose rows are taken out, since others take their place.
    pub versions: Vec<i64>,
    /// The member, by the number of its entity, and the slug that it has from now on.
    pub slug: Option<(i64, String)>,
    /// What the history tells of operations from now on.
    pub grounds: Vec<(i64, Grounds)>,
    /// Ids of other collections, of which nothing remembers any more what they said.
    pub external_ids: Vec<ExternalId>,
    /// Rejected pairs of events, with what is told of the rejection from now on.
    pub rejections: Vec<(Uuid, Grounds)>,
    /// Imports, with what is told of each from now on.
    pub jobs: Vec<Job>,
}

/// What an import that was asked for over HTTP tells in words.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, AsChangeset)]
#[diesel(table_name = import_job, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the columns of `import_job`")]
pub struct Job {
    pub no: i64,
    pub failure: Option<String>,
    pub findings: Option<String>,
}

impl Cleaning {
    /// Changes it; the rows of versions are those of `Rows`.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn clean(&self, conn: &mut AnyConnection) -> Result<()> {
        if let Some((no, slug)) = &self.slug {
            diesel::update(entity::table.find(no)).set(entity::slug.eq(Some(slug))).execute(conn)?;
        }
        for (seq, Grounds { reason, source, .. }) in &self.grounds {
            let told = (operation::reason.eq(reason), operation::source.eq(source));
            diesel::update(operation::table.find(seq)).set(told).execute(conn)?;
        }
        for ExternalId { scheme, id } in &self.external_ids {
            let record = import_record::scheme.eq(scheme).and(import_record::id.eq(id));
            diesel::delete(import_record::table.filter(record)).execute(conn)?;
            let row = import_group::scheme.eq(scheme).and(import_group::id.eq(id));
            diesel::delete(import_group::table.filter(row)).execute(conn)?;
        }
        for (id, Grounds { reason, source, .. }) in &self.rejections {
            let told = (duplicate::rejected_reason.eq(reason), duplicate::rejected_source.eq(source));
            diesel::update(duplicate::table.find(SqlId(*id))).set(told).execute(conn)?;
        }
        for job in &self.jobs {
            diesel::update(import_job::table.find(job.no)).set(job).execute(conn)?;
        }
        if matches!(conn, AnyConnection::Sqlite(_)) {
            diesel::update(dataset::table).set(dataset::holds_redacted.eq(true)).execute(conn)?;
        }
        Ok(())
    }
}

/// What the history tells of the operations before `before` that wrote a member, oldest first.
///
/// # Errors
/// When the database cannot be asked.
pub fn grounds_of(conn: &mut AnyConnection, entity_no: i64, before: i64) -> Result<Vec<(i64, Grounds)>> {
    let rows: Vec<Told<i64>> = version::table
        .inner_join(operation::table.on(operation::seq.eq(version::seq)))
        .filter(version::entity_no.eq(entity_no).and(version::seq.lt(before)))
        .order(version::seq)
        .select((operation::seq, operation::reason, operation::source, operation::made_by))
        .load(conn)?;
    let told = |(seq, reason, source, made_by): Told<i64>| (seq, Grounds { reason, source, made_by });
    Ok(rows.into_iter().map(told).collect())
}

/// The numbers of members.
///
/// # Errors
/// When the database cannot be asked.
pub fn numbers(conn: &mut AnyConnection, ids: &[Uuid]) -> Result<Numbers> {
    let mut found = HashMap::new();
    for ids in ids.chunks(AT_ONCE) {
        let of = entity::table.filter(entity::id.eq_any(ids.iter().copied().map(SqlId)));
        let rows: Vec<(SqlId, i64)> = of.select((entity::id, entity::no)).load(conn)?;
        found.extend(rows.into_iter().map(|(id, no)| (id.0, no)));
    }
    Ok(found)
}

/// The rejected pairs that an event is one of, with what is told of each rejection.
///
/// # Errors
/// When the database cannot be asked.
pub fn rejections_with(conn: &mut AnyConnection, event: Uuid) -> Result<Vec<(Uuid, Grounds)>> {
    let of = duplicate::low.eq(SqlId(event)).or(duplicate::high.eq(SqlId(event)));
    let rows: Vec<Told<SqlId>> = duplicate::table
        .filter(of.and(duplicate::rejected_at.is_not_null()))
        .select((duplicate::id, duplicate::rejected_reason, duplicate::rejected_source, duplicate::rejected_by))
        .load(conn)?;
    let told = |(id, reason, source, made_by): Told<SqlId>| (id.0, Grounds { reason, source, made_by });
    Ok(rows.into_iter().map(told).collect())
}

/// The imports whose words are other ones by `scrub`, with those.
///
/// # Errors
/// When the database cannot be asked.
pub fn scrubbed_jobs(conn: &mut AnyConnection, scrub: &dyn Fn(&str) -> Option<String>) -> Result<Vec<Job>> {
    let nos: Vec<i64> = import_job::table.select(import_job::no).load(conn)?;
    let mut changed = Vec::new();
    // One at a time: what was found wrong with a large file is large.
    for no in nos {
        let columns = (import_job::no, import_job::failure, import_job::findings);
        let job: Option<Job> = import_job::table.find(no).select(columns).first(conn).optional()?;
        let Some(job) = job else {
            continue;
        };
        let failure = job.failure.as_deref().and_then(scrub).or_else(|| job.failure.clone());
        let mut findings = job.findings.as_deref().map(serde_json::from_str::<Value>).transpose()?;
        let is_other = findings.as_mut().is_some_and(|findings| scrub_value(findings, scrub));
        let findings =
            findings.filter(|_| is_other).map(|findings| findings.to_string()).or_else(|| job.findings.clone());
        let scrubbed = Job { no, failure, findings };
        if scrubbed != job {
            changed.push(scrubbed);
        }
    }
    Ok(changed)
}

fn scrub_value(value: &mut Value, scrub: &dyn Fn(&str) -> Option<String>) -> bool {
    match value {
        Value::String(text) => scrub(text).map(|scrubbed| *text = scrubbed).is_some(),
        // All of them, wherever the first one is.
        Value::Array(items) => items.iter_mut().fold(false, |changed, item| scrub_value(item, scrub) | changed),
        Value::Object(members) => members.values_mut().fold(false, |changed, item| scrub_value(item, scrub) | changed),
        _ => false,
    }
}

#[derive(QueryableByName)]
struct Checkpoint {
    #[diesel(sql_type = Integer)]
    busy: i32,
}

/// Makes sure that a SQLite file holds no bytes of what was redacted, and its write-ahead log neither: the file is written
/// anew, since a page may keep a copy of what was moved or deleted. Does nothing where that was done already, or the database
/// is PostgreSQL. False where somebody read all the time: it is to be tried again.
///
/// # Errors
/// When the database cannot do so now.
pub fn purge(conn: &mut AnyConnection) -> Result<bool> {
    let AnyConnection::Sqlite(_) = conn else {
        return Ok(true);
    };
    if !dataset::table.select(dataset::holds_redacted).get_result::<bool>(conn)? {
        return Ok(true);
    }
    // Others are not to wait for long: whoever reads an earlier state, such as an export, may do so for minutes.
    conn.batch_execute("PRAGMA busy_timeout = 1000")?;
    let purged = conn.batch_execute("VACUUM").map_err(StoreError::from).and_then(|()| is_log_empty(conn));
    conn.batch_execute("PRAGMA busy_timeout = 30000")?;
    if !purged? {
        return Ok(false);
    }
    // Only now: whoever is killed before this does it again.
    diesel::update(dataset::table).set(dataset::holds_redacted.eq(false)).execute(conn)?;
    Ok(true)
}

/// Copies the write-ahead log into the file and empties it, as far as nobody reads an earlier state.
fn is_log_empty(conn: &mut AnyConnection) -> Result<bool> {
    let AnyConnection::Sqlite(c) = conn else {
        return Ok(true);
    };
    let done: Checkpoint = sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(c)?;
    Ok(done.busy == 0)
}
