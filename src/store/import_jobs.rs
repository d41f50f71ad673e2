//! Imports that were asked for over HTTP, beside the timeline: no operation is written for them. Every node sees all of them;
//! the file is on the node that was asked, which says every second that it is still there.

use chrono::Duration;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use uuid::Uuid;

use super::any_connection::AnyConnection;
use super::error::StoreError;
use super::schema::import_job as table;
use super::sql_types::{SqlId, SqlInstant};
use crate::domain::codes;
use crate::domain::instant::Instant;

type Result<T> = std::result::Result<T, StoreError>;

codes! {
    /// How an import stands.
    pub enum JobState {
        /// Its file is there, and others come first.
        Queued = "queued",
        /// It is taken over.
        Running = "running",
        /// The file was taken over to its end.
        Done = "done",
        /// It broke off; `failure` says why. What was taken over until then stays.
        Failed = "failed",
        /// It was cancelled. What was taken over until then stays.
        Cancelled = "cancelled",
    }
}

impl JobState {
    /// Whether nothing more becomes of it.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

/// How long a node may say nothing before its jobs are given up: twice as long as it may have to wait for a busy database.
const LEASE: Duration = Duration::seconds(60);

/// How long jobs are told.
const KEPT: Duration = Duration::days(30);

/// How long a request is remembered by its idempotency key, as everywhere.
const REMEMBERED: Duration = Duration::hours(24);

/// What is told of a job whose node has died.
pub const INTERRUPTED: &str = "It was interrupted; send it again: what was taken over is skipped.";

/// The instant that lies so long before another one.
fn before(now: Instant, by: Duration) -> SqlInstant {
    let micros = now.micros() - by.num_microseconds().unwrap_or(0);
    SqlInstant(Instant::from_micros(micros).unwrap_or(Instant::MIN))
}

/// A job that is asked for.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = table, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns of `import_job`")]
pub struct NewJob {
    pub id: SqlId,
    pub format: String,
    pub dry_run: bool,
    pub force: bool,
    pub sync: bool,
    pub state: String,
    pub created_at: SqlInstant,
    pub beat_at: SqlInstant,
    pub records: i64,
    pub read_bytes: i64,
    pub file_bytes: i64,
    pub key_no: i64,
    pub idempotency_key: Option<String>,
    pub digest: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = table)]
struct Row {
    no: i64,
    id: SqlId,
    format: String,
    dry_run: bool,
    force: bool,
    sync: bool,
    state: String,
    created_at: SqlInstant,
    started_at: Option<SqlInstant>,
    cancelled_at: Option<SqlInstant>,
    finished_at: Option<SqlInstant>,
    beat_at: SqlInstant,
    records: i64,
    read_bytes: i64,
    file_bytes: i64,
    failure: Option<String>,
    report: Option<String>,
    digest: String,
}

/// A job as it stands, without the single errors and notices of its report.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the columns of `import_job`")]
pub struct ImportJob {
    pub no: i64,
    pub id: Uuid,
    pub format: String,
    pub dry_run: bool,
    pub force: bool,
    pub sync: bool,
    pub state: JobState,
    pub created_at: Instant,
    pub started_at: Option<Instant>,
    pub cancelled_at: Option<Instant>,
    pub finished_at: Option<Instant>,
    pub records: i64,
    pub read_bytes: i64,
    pub file_bytes: i64,
    pub failure: Option<String>,
    pub report: Option<String>,
    pub digest: String,
}

impl Row {
    /// The job as it stands now: one whose node has said nothing for too long has failed.
    fn told(self, now: Instant) -> Result<ImportJob> {
        let state = JobState::parse(&self.state);
        let state = state.ok_or_else(|| StoreError::corrupt(format!("an import has the state `{}`", self.state)))?;
        let is_given_up = !state.is_over() && self.beat_at.0 < before(now, LEASE).0;
        Ok(ImportJob {
            no: self.no,
            id: self.id.0,
            format: self.format,
            dry_run: self.dry_run,
            force: self.force,
            sync: self.sync,
            state: if is_given_up { JobState::Failed } else { state },
            created_at: self.created_at.0,
            started_at: self.started_at.map(|at| at.0),
            cancelled_at: self.cancelled_at.map(|at| at.0),
            finished_at: if is_given_up { Some(self.beat_at.0) } else { self.finished_at.map(|at| at.0) },
            records: self.records,
            read_bytes: self.read_bytes,
            file_bytes: self.file_bytes,
            failure: if is_given_up { Some(INTERRUPTED.to_owned()) } else { self.failure },
            report: self.report,
            digest: self.digest,
        })
    }
}

/// Notes a job, and forgets those that ended long ago. Where the same idempotency key was sent with an earlier one, that is
/// given back, and nothing noted.
///
/// # Errors
/// When the database refuses.
pub fn create(conn: &mut AnyConnection, job: &NewJob, now: Instant) -> Result<Option<ImportJob>> {
    diesel::delete(table::table.filter(table::beat_at.lt(before(now, KEPT)))).execute(conn)?;
    if let Some(key) = &job.idempotency_key {
        let old = table::table.filter(table::key_no.eq(job.key_no).and(table::idempotency_key.eq(key)));
        let old = old.filter(table::created_at.lt(before(now, REMEMBERED)));
        diesel::update(old).set(table::idempotency_key.eq(None::<String>)).execute(conn)?;
    }
    match diesel::insert_into(table::table).values(job).execute(conn) {
        Ok(_) => Ok(None),
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
            let same = table::table.filter(table::key_no.eq(job.key_no));
            let same = same.filter(table::idempotency_key.eq(&job.idempotency_key)).select(Row::as_select());
            let row: Row = same.get_result(conn)?;
            row.told(now).map(Some)
        }
        Err(error) => Err(error.into()),
    }
}

/// All jobs, newest first.
///
/// # Errors
/// When the database cannot be asked.
pub fn all(conn: &mut AnyConnection, now: Instant) -> Result<Vec<ImportJob>> {
    let rows: Vec<Row> = table::table.select(Row::as_select()).order(table::no.desc()).load(conn)?;
    rows.into_iter().map(|row| row.told(now)).collect()
}

/// The job with this id.
///
/// # Errors
/// When the database cannot be asked.
pub fn find(conn: &mut AnyConnection, id: Uuid, now: Instant) -> Result<Option<ImportJob>> {
    let row = table::table.filter(table::id.eq(SqlId(id))).select(Row::as_select());
    row.get_result::<Row>(conn).optional()?.map(|row| row.told(now)).transpose()
}

/// The errors and notices of a job's report, as JSON; `None` while it has none.
///
/// # Errors
/// When the database cannot be asked.
pub fn findings(conn: &mut AnyConnection, id: Uuid) -> Result<Option<String>> {
    let found = table::table.filter(table::id.eq(SqlId(id))).select(table::findings);
    Ok(found.get_result::<Option<String>>(conn).optional()?.flatten())
}

/// Lets a job begin; false where it was cancelled, or given up.
///
/// # Errors
/// When the database refuses.
pub fn start(conn: &mut AnyConnection, id: Uuid, now: Instant) -> Result<bool> {
    let job = table::table.filter(table::id.eq(SqlId(id)).and(table::state.eq(JobState::Queued.code())));
    let job = job.filter(table::beat_at.ge(before(now, LEASE)));
    let running = (
        table::state.eq(JobState::Running.code()),
        table::started_at.eq(Some(SqlInstant(now))),
        table::beat_at.eq(SqlInstant(now)),
    );
    Ok(diesel::update(job).set(running).execute(conn)? > 0)
}

/// Says that a node still has the files of its jobs. One that was given up does not come back by that: others may have sent
/// its file again.
///
/// # Errors
/// When the database refuses.
pub fn beat(conn: &mut AnyConnection, ids: &[Uuid], now: Instant) -> Result<()> {
    let jobs = table::table.filter(table::id.eq_any(ids.iter().copied().map(SqlId)));
    let jobs = jobs.filter(table::beat_at.ge(before(now, LEASE)).and(table::finished_at.is_null()));
    diesel::update(jobs).set(table::beat_at.eq(SqlInstant(now))).execute(conn)?;
    Ok(())
}

/// How far a job has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsChangeset)]
#[diesel(table_name = table)]
pub struct Reached {
    /// Records that were handed to the writer.
    pub records: i64,
    /// Bytes of the file that were read.
    pub read_bytes: i64,
}

/// Says how far a running job has come, and tells whether it is to go on: it was neither cancelled nor given up.
///
/// # Errors
/// When the database refuses.
pub fn reached(conn: &mut AnyConnection, id: Uuid, reached: Reached, now: Instant) -> Result<bool> {
    diesel::update(table::table.filter(table::id.eq(SqlId(id)))).set(reached).execute(conn)?;
    let job = find(conn, id, now)?;
    Ok(job.is_some_and(|job| job.state == JobState::Running && job.cancelled_at.is_none()))
}

/// What became of a job.
#[derive(Clone, Debug)]
pub struct Ended {
    /// How it stands now.
    pub state: JobState,
    /// Why it broke off, in a sentence.
    pub failure: Option<String>,
    /// The report, as JSON, without errors and notices.
    pub report: String,
    /// The errors and notices, as JSON.
    pub findings: String,
    /// How far it came.
    pub reached: Reached,
}

/// Ends a job, unless it was given up.
///
/// # Errors
/// When the database refuses.
pub fn finish(conn: &mut AnyConnection, id: Uuid, ended: Ended, now: Instant) -> Result<()> {
    let Ended { state, failure, report, findings, reached } = ended;
    let job = table::table.filter(table::id.eq(SqlId(id)).and(table::finished_at.is_null()));
    let ended = (
        table::state.eq(state.code()),
        table::finished_at.eq(Some(SqlInstant(now))),
        table::beat_at.eq(SqlInstant(now)),
        table::failure.eq(failure),
        table::report.eq(Some(report)),
        table::findings.eq(Some(findings)),
        reached,
    );
    diesel::update(job.filter(table::beat_at.ge(before(now, LEASE)))).set(ended).execute(conn)?;
    Ok(())
}

/// Cancels a job: one that waits at once, one that runs when its node looks at it. Tells how it stands then.
///
/// # Errors
/// When the database refuses.
pub fn cancel(conn: &mut AnyConnection, id: Uuid, report: &str, now: Instant) -> Result<Option<ImportJob>> {
    let job = || table::table.filter(table::id.eq(SqlId(id))).filter(table::beat_at.ge(before(now, LEASE)));
    let waiting = job().filter(table::state.eq(JobState::Queued.code()));
    let over = (
        table::state.eq(JobState::Cancelled.code()),
        table::cancelled_at.eq(Some(SqlInstant(now))),
        table::finished_at.eq(Some(SqlInstant(now))),
        table::report.eq(Some(report)),
    );
    if diesel::update(waiting).set(over).execute(conn)? == 0 {
        let running = job().filter(table::state.eq(JobState::Running.code()));
        diesel::update(running).set(table::cancelled_at.eq(Some(SqlInstant(now)))).execute(conn)?;
    }
    find(conn, id, now)
}
