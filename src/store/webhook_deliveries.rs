//! What becomes of the messages of webhooks: who delivers them, how far that is, and which of them failed. Whatever moves a
//! position does so only from where it was read, for whoever holds the lease.

use chrono::Duration;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use uuid::Uuid;

use super::any_connection::AnyConnection;
use super::error::StoreError;
use super::schema::{webhook as table, webhook_failure as failure};
use super::sql_types::{SqlId, SqlInstant};
use super::webhooks::{Position, Webhook, after};
use crate::domain::instant::Instant;
use crate::domain::webhook::WebhookState;

type Result<T> = std::result::Result<T, StoreError>;

/// How long messages that were given up are told.
const KEPT: Duration = Duration::days(30);

/// A message that failed.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = failure)]
#[expect(missing_docs, reason = "the columns of `webhook_failure`")]
pub struct FailureRow {
    pub no: i64,
    pub epoch: i64,
    pub seq: i64,
    pub attempts: i32,
    pub first_attempt_at: SqlInstant,
    pub last_attempt_at: SqlInstant,
    pub given_up_at: Option<SqlInstant>,
    pub status: Option<i32>,
    pub error: String,
}

/// The messages of a webhook that failed, newest first: one that is tried again, and those that were given up.
///
/// # Errors
/// When the database cannot be asked.
pub fn failures(conn: &mut AnyConnection, webhook_no: i64) -> Result<Vec<FailureRow>> {
    let rows = failure::table.filter(failure::webhook_no.eq(webhook_no)).order(failure::no.desc());
    Ok(rows.select(FailureRow::as_select()).load(conn)?)
}

/// The failure of a webhook whose message was not given up.
macro_rules! present {
    ($webhook_no:expr) => {
        failure::table.filter(failure::webhook_no.eq($webhook_no).and(failure::given_up_at.is_null()))
    };
}

/// The row of a webhook as it was read: its position is the same, no administrator has changed it, and no other node delivers.
macro_rules! unmoved {
    ($webhook:expr, $node:expr, $now:expr) => {
        table::table
            .filter(table::no.eq($webhook.no).and(table::revision.eq($webhook.revision)))
            .filter(table::epoch.eq($webhook.position.epoch).and(table::position.eq($webhook.position.seq)))
            .filter(
                table::lease_until
                    .is_null()
                    .or(table::lease_until.lt(Some(SqlInstant($now))))
                    .or(table::lease_node.eq(Some(SqlId($node)))),
            )
    };
}

/// Nobody delivers.
macro_rules! released {
    () => {
        (table::lease_node.eq(None::<SqlId>), table::lease_until.eq(None::<SqlInstant>))
    };
}

/// Takes the lease of a webhook, to deliver what is behind its position; false where another node was first, or an administrator
/// has changed it.
///
/// # Errors
/// When the database refuses.
pub fn claim(conn: &mut AnyConnection, webhook: &Webhook, node: Uuid, until: Instant, now: Instant) -> Result<bool> {
    let lease = (table::lease_node.eq(Some(SqlId(node))), table::lease_until.eq(Some(SqlInstant(until))));
    Ok(diesel::update(unmoved!(webhook, node, now)).set(lease).execute(conn)? > 0)
}

/// Moves webhooks past operations that they are not told of.
///
/// # Errors
/// When the database refuses; then the connection is of no more use.
pub fn pass(conn: &mut AnyConnection, passed: &[(Webhook, i64)], node: Uuid, now: Instant) -> Result<()> {
    in_transaction(conn, |conn| {
        for (webhook, through) in passed {
            let moved = (
                table::position.eq(*through),
                table::failures.eq(0),
                table::next_attempt_at.eq(None::<SqlInstant>),
                released!(),
            );
            let is_moved = diesel::update(unmoved!(webhook, node, now)).set(moved).execute(conn)? > 0;
            // What failed and may not be told any more is passed, too.
            if is_moved && webhook.failures > 0 {
                diesel::delete(present!(webhook.no)).execute(conn)?;
            }
        }
        Ok(())
    })
}

/// Stops a webhook, for whoever holds its lease or where nobody does.
///
/// # Errors
/// When the database refuses.
pub fn stop(conn: &mut AnyConnection, webhook: &Webhook, state: WebhookState, node: Uuid, now: Instant) -> Result<()> {
    let stopped = (table::stopped.eq(Some(state.code())), released!());
    diesel::update(unmoved!(webhook, node, now)).set(stopped).execute(conn)?;
    Ok(())
}

/// A message that was sent.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Whose it is, as it was read.
    pub webhook: Webhook,
    /// The node that holds the lease.
    pub node: Uuid,
    /// Where the webhook stands when the message is delivered, which is how it is known.
    pub to: Position,
}

/// Moves a webhook behind a message that was delivered, in one statement: nowhere, where an administrator has changed it meanwhile
/// or the lease was lost. The lease is kept for the next message.
///
/// # Errors
/// When the database refuses; then the connection is of no more use.
pub fn delivered(conn: &mut AnyConnection, attempt: &Attempt, lease_until: Instant, now: Instant) -> Result<()> {
    let Attempt { webhook, node, to } = attempt;
    in_transaction(conn, |conn| {
        let moved = (
            table::epoch.eq(to.epoch),
            table::position.eq(to.seq),
            table::failures.eq(0),
            table::given_up.eq(0),
            table::next_attempt_at.eq(None::<SqlInstant>),
            table::last_success_at.eq(Some(SqlInstant(now))),
            table::lease_until.eq(Some(SqlInstant(lease_until))),
        );
        let row = unmoved!(webhook, *node, now).filter(table::lease_node.eq(Some(SqlId(*node))));
        if diesel::update(row).set(moved).execute(conn)? == 0 {
            return release(conn, attempt);
        }
        diesel::delete(failure::table.filter(failure::webhook_no.eq(webhook.no)).filter(of(*to))).execute(conn)?;
        diesel::delete(present!(webhook.no)).execute(conn)?;
        Ok(())
    })
}

/// What becomes of a message that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is tried again.
    Again(Instant),
    /// It is given up, and the next one's turn comes; unless there were too many of them.
    GivenUp {
        /// Whether the webhook stops.
        stops: bool,
    },
    /// The receiver wants no more.
    Gone,
}

/// Why a message failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The status that was answered, if there was an answer.
    pub status: Option<u16>,
    /// What went wrong, in a sentence.
    pub error: String,
}

/// When a message was tried first that is not given up; `None` for one that was not tried yet.
///
/// # Errors
/// When the database cannot be asked.
pub fn first_attempt(conn: &mut AnyConnection, attempt: &Attempt) -> Result<Option<Instant>> {
    let row = present!(attempt.webhook.no).filter(of(attempt.to)).select(failure::first_attempt_at);
    Ok(row.get_result::<SqlInstant>(conn).optional()?.map(|at| at.0))
}

/// Notes that a message failed, and what becomes of it; nothing, where an administrator has changed the webhook meanwhile or the
/// lease was lost.
///
/// # Errors
/// When the database refuses; then the connection is of no more use.
pub fn failed(
    conn: &mut AnyConnection,
    attempt: &Attempt,
    fault: &Fault,
    verdict: Verdict,
    now: Instant,
) -> Result<()> {
    let Attempt { webhook, node, to } = attempt;
    in_transaction(conn, |conn| {
        let row = unmoved!(webhook, *node, now).filter(table::lease_node.eq(Some(SqlId(*node))));
        let at = (table::last_failure_at.eq(Some(SqlInstant(now))), released!());
        let noted = match verdict {
            Verdict::Again(next) => diesel::update(row)
                .set((at, table::failures.eq(table::failures + 1), table::next_attempt_at.eq(Some(SqlInstant(next)))))
                .execute(conn)?,
            Verdict::GivenUp { stops } => diesel::update(row)
                .set((
                    at,
                    table::epoch.eq(to.epoch),
                    table::position.eq(to.seq),
                    table::failures.eq(0),
                    table::given_up.eq(table::given_up + 1),
                    table::next_attempt_at.eq(None::<SqlInstant>),
                    table::stopped.eq(stops.then_some(WebhookState::Failing.code())),
                ))
                .execute(conn)?,
            Verdict::Gone => diesel::update(row)
                .set((at, table::failures.eq(table::failures + 1), table::stopped.eq(Some(WebhookState::Gone.code()))))
                .execute(conn)?,
        };
        if noted == 0 {
            return release(conn, attempt);
        }
        note(conn, attempt, fault, matches!(verdict, Verdict::GivenUp { .. }), now)
    })
}

/// Writes a failure beside the webhook's others, and forgets those that were given up long ago.
fn note(conn: &mut AnyConnection, attempt: &Attempt, fault: &Fault, is_given_up: bool, now: Instant) -> Result<()> {
    let Attempt { webhook, to, .. } = attempt;
    let of_webhook = || failure::table.filter(failure::webhook_no.eq(webhook.no));
    let old = SqlInstant(after(now, -KEPT));
    diesel::delete(of_webhook().filter(failure::given_up_at.lt(Some(old)))).execute(conn)?;
    // One that was given up before and is sent again begins anew; another one that was to be sent again is no more.
    diesel::delete(of_webhook().filter(of(*to)).filter(failure::given_up_at.is_not_null())).execute(conn)?;
    diesel::delete(present!(webhook.no).filter(failure::epoch.ne(to.epoch).or(failure::seq.ne(to.seq))))
        .execute(conn)?;
    let outcome = (
        failure::last_attempt_at.eq(SqlInstant(now)),
        failure::given_up_at.eq(is_given_up.then_some(SqlInstant(now))),
        failure::status.eq(fault.status.map(i32::from)),
        failure::error.eq(&fault.error),
    );
    let again = diesel::update(of_webhook().filter(of(*to)));
    if again.set((outcome, failure::attempts.eq(failure::attempts + 1))).execute(conn)? == 0 {
        let first = (
            failure::webhook_no.eq(webhook.no),
            failure::epoch.eq(to.epoch),
            failure::seq.eq(to.seq),
            failure::attempts.eq(1),
            failure::first_attempt_at.eq(SqlInstant(now)),
        );
        diesel::insert_into(failure::table).values((first, outcome)).execute(conn)?;
    }
    Ok(())
}

/// The failure of the message that leads to a position.
fn of(to: Position) -> diesel::dsl::And<diesel::dsl::Eq<failure::epoch, i64>, diesel::dsl::Eq<failure::seq, i64>> {
    failure::epoch.eq(to.epoch).and(failure::seq.eq(to.seq))
}

/// Gives the lease back, whatever else has changed.
fn release(conn: &mut AnyConnection, attempt: &Attempt) -> Result<()> {
    let held =
        table::table.filter(table::no.eq(attempt.webhook.no).and(table::lease_node.eq(Some(SqlId(attempt.node)))));
    diesel::update(held).set(released!()).execute(conn)?;
    Ok(())
}

/// Gives back all leases of a node.
///
/// # Errors
/// When the database refuses.
pub fn release_all(conn: &mut AnyConnection, node: Uuid) -> Result<()> {
    let held = table::table.filter(table::lease_node.eq(Some(SqlId(node))));
    diesel::update(held).set(released!()).execute(conn)?;
    Ok(())
}

fn in_transaction(conn: &mut AnyConnection, work: impl FnOnce(&mut AnyConnection) -> Result<()>) -> Result<()> {
    conn.batch_execute(match conn {
        AnyConnection::Sqlite(_) => "BEGIN IMMEDIATE",
        AnyConnection::Postgres(_) => "BEGIN",
    })?;
    work(conn)?;
    Ok(conn.batch_execute("COMMIT")?)
}
