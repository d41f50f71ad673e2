//! Webhooks, beside the timeline: no operation is written for them. Every node sees all of them, and whoever holds the lease of
//! one delivers its messages.

use chrono::Duration;
use diesel::prelude::*;
use uuid::Uuid;

use super::any_connection::AnyConnection;
use super::error::StoreError;
use super::schema::{api_key, webhook as table, webhook_failure as failure};
use super::sql_types::{SqlId, SqlInstant};
use crate::domain::instant::Instant;
use crate::domain::webhook::{SigningSecret, WebhookRequest, WebhookState};

type Result<T> = std::result::Result<T, StoreError>;

/// How long the secret before the present one goes on signing.
const ROTATION: Duration = Duration::hours(24);

/// A place in the change log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The epoch that the number belongs to.
    pub epoch: i64,
    /// The operation up to which everything was delivered, or passed.
    pub seq: i64,
}

#[derive(Insertable)]
#[diesel(table_name = table, treat_none_as_default_value = false)]
struct NewRow {
    id: SqlId,
    name: Option<String>,
    url: String,
    filter: String,
    restricted: bool,
    enabled: bool,
    key_no: i64,
    secret: Vec<u8>,
    created_at: SqlInstant,
    revision: i64,
    epoch: i64,
    position: i64,
    failures: i32,
    given_up: i32,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = table)]
struct Row {
    no: i64,
    id: SqlId,
    name: Option<String>,
    url: String,
    filter: String,
    restricted: bool,
    enabled: bool,
    secret: Vec<u8>,
    previous_secret: Option<Vec<u8>>,
    previous_until: Option<SqlInstant>,
    created_at: SqlInstant,
    revision: i64,
    epoch: i64,
    position: i64,
    stopped: Option<String>,
    failures: i32,
    given_up: i32,
    next_attempt_at: Option<SqlInstant>,
    last_success_at: Option<SqlInstant>,
    last_failure_at: Option<SqlInstant>,
    lease_node: Option<SqlId>,
    lease_until: Option<SqlInstant>,
}

/// The key of whoever answers for a webhook: its id, and when it ends.
type KeyRow = (SqlId, Option<SqlInstant>, Option<SqlInstant>);

/// A webhook as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the columns of `webhook`")]
pub struct Webhook {
    pub no: i64,
    pub id: Uuid,
    pub name: Option<String>,
    pub url: String,
    pub filter: String,
    pub restricted: bool,
    pub enabled: bool,
    /// The id of the key of whoever answers for it.
    pub key_id: Uuid,
    pub secret: SigningSecret,
    /// The secret before, and until when it signs too.
    pub previous: Option<(SigningSecret, Instant)>,
    pub created_at: Instant,
    pub revision: i64,
    pub position: Position,
    pub state: WebhookState,
    pub failures: i32,
    pub given_up: i32,
    pub next_attempt_at: Option<Instant>,
    pub last_success_at: Option<Instant>,
    pub last_failure_at: Option<Instant>,
    /// Who delivers, and until when others leave it to that node.
    pub lease: Option<(Uuid, Instant)>,
}

impl Webhook {
    /// All secrets that sign its messages now.
    pub fn secrets(&self) -> Vec<&SigningSecret> {
        [&self.secret].into_iter().chain(self.previous.iter().map(|(secret, _)| secret)).collect()
    }
}

/// The instant that lies so long behind another one.
pub(crate) fn after(now: Instant, by: Duration) -> Instant {
    let micros = now.micros().saturating_add(by.num_microseconds().unwrap_or(i64::MAX));
    Instant::from_micros(micros).unwrap_or(Instant::MAX)
}

fn told((row, key): (Row, KeyRow), now: Instant) -> Result<Webhook> {
    let stopped = row.stopped.as_deref().map(|code| {
        WebhookState::parse(code).ok_or_else(|| StoreError::corrupt(format!("a webhook has the state `{code}`")))
    });
    let (key_id, expires_at, revoked_at) = key;
    let is_key_lost = revoked_at.is_some() || expires_at.is_some_and(|at| at.0 <= now);
    let state = match stopped.transpose()? {
        _ if is_key_lost => WebhookState::KeyLost,
        _ if !row.enabled => WebhookState::Paused,
        Some(stopped) => stopped,
        None => WebhookState::Active,
    };
    let previous = row.previous_secret.map(SigningSecret::of).zip(row.previous_until.map(|at| at.0));
    Ok(Webhook {
        no: row.no,
        id: row.id.0,
        name: row.name,
        url: row.url,
        filter: row.filter,
        restricted: row.restricted,
        enabled: row.enabled,
        key_id: key_id.0,
        secret: SigningSecret::of(row.secret),
        previous: previous.filter(|(_, until)| *until > now),
        created_at: row.created_at.0,
        revision: row.revision,
        position: Position { epoch: row.epoch, seq: row.position },
        state,
        failures: row.failures,
        given_up: row.given_up,
        next_attempt_at: row.next_attempt_at.map(|at| at.0),
        last_success_at: row.last_success_at.map(|at| at.0),
        last_failure_at: row.last_failure_at.map(|at| at.0),
        lease: row.lease_node.map(|node| node.0).zip(row.lease_until.map(|at| at.0)),
    })
}

macro_rules! columns {
    () => {
        (Row::as_select(), (api_key::id, api_key::expires_at, api_key::revoked_at))
    };
}

/// A new secret, from the system.
fn random_secret() -> Result<SigningSecret> {
    SigningSecret::random().map_err(|error| StoreError::Unwritten(format!("no random bits: {error}")))
}

/// Makes a webhook that begins at a place in the log, for whoever has this key.
///
/// # Errors
/// When the system gives no random bits or the database refuses.
pub fn create(
    conn: &mut AnyConnection,
    request: WebhookRequest,
    id: Uuid,
    key_no: i64,
    position: Position,
    now: Instant,
) -> Result<Webhook> {
    let WebhookRequest { name, url, filter, restricted, enabled, after: _ } = request;
    let row = NewRow {
        id: SqlId(id),
        name,
        url,
        filter,
        restricted,
        enabled,
        key_no,
        secret: random_secret()?.bytes().to_vec(),
        created_at: SqlInstant(now),
        revision: 1,
        epoch: position.epoch,
        position: position.seq,
        failures: 0,
        given_up: 0,
    };
    diesel::insert_into(table::table).values(row).execute(conn)?;
    find(conn, id, now)?.ok_or_else(|| StoreError::corrupt("a webhook is gone that was just written"))
}

/// All webhooks, oldest first.
///
/// # Errors
/// When the database cannot be asked.
pub fn all(conn: &mut AnyConnection, now: Instant) -> Result<Vec<Webhook>> {
    let rows: Vec<(Row, KeyRow)> =
        table::table.inner_join(api_key::table).select(columns!()).order(table::no).load(conn)?;
    rows.into_iter().map(|row| told(row, now)).collect()
}

/// The webhook with this id.
///
/// # Errors
/// When the database cannot be asked.
pub fn find(conn: &mut AnyConnection, id: Uuid, now: Instant) -> Result<Option<Webhook>> {
    let row = table::table.inner_join(api_key::table).filter(table::id.eq(SqlId(id))).select(columns!());
    row.get_result::<(Row, KeyRow)>(conn).optional()?.map(|row| told(row, now)).transpose()
}

/// Writes what an administrator decided, who answers for it from then on; false where it was changed since that revision. One
/// that is switched on begins again whatever made it stop.
///
/// # Errors
/// When the database refuses.
pub fn change(conn: &mut AnyConnection, base: &Webhook, request: &WebhookRequest, key_no: i64) -> Result<bool> {
    let WebhookRequest { name, url, filter, restricted, enabled, after: _ } = request;
    let row = table::table.filter(table::no.eq(base.no).and(table::revision.eq(base.revision)));
    let decided = (
        table::name.eq(name),
        table::url.eq(url),
        table::filter.eq(filter),
        table::restricted.eq(restricted),
        table::enabled.eq(enabled),
        table::key_no.eq(key_no),
        table::revision.eq(table::revision + 1),
    );
    let afresh = (
        table::stopped.eq(None::<String>),
        table::given_up.eq(0),
        table::failures.eq(0),
        table::next_attempt_at.eq(None::<SqlInstant>),
    );
    let is_changed = diesel::update(row).set((decided, afresh)).execute(conn)? > 0;
    if is_changed {
        forget_present_failure(conn, base.no)?;
    }
    Ok(is_changed)
}

/// Moves a webhook to another place in the log; false where there is none.
///
/// # Errors
/// When the database refuses.
pub fn replay(conn: &mut AnyConnection, id: Uuid, to: Position) -> Result<bool> {
    let moved = (
        table::epoch.eq(to.epoch),
        table::position.eq(to.seq),
        table::failures.eq(0),
        table::next_attempt_at.eq(None::<SqlInstant>),
        table::revision.eq(table::revision + 1),
    );
    let of_id = table::table.filter(table::id.eq(SqlId(id)));
    diesel::update(of_id).set(moved).execute(conn)?;
    let no: Option<i64> = of_id.select(table::no).first(conn).optional()?;
    no.map(|no| forget_present_failure(conn, no)).transpose().map(|found| found.is_some())
}

/// Begins the time anew for which the message that failed last is tried again: it may have rested meanwhile, for days.
fn forget_present_failure(conn: &mut AnyConnection, webhook_no: i64) -> Result<()> {
    let present = failure::table.filter(failure::webhook_no.eq(webhook_no).and(failure::given_up_at.is_null()));
    diesel::delete(present).execute(conn)?;
    Ok(())
}

/// Gives a webhook a new secret; the present one goes on signing for a day. False where it was changed since that revision.
///
/// # Errors
/// When the system gives no random bits or the database refuses.
pub fn rotate(conn: &mut AnyConnection, base: &Webhook, now: Instant) -> Result<bool> {
    let row = table::table.filter(table::no.eq(base.no).and(table::revision.eq(base.revision)));
    let rotated = (
        table::secret.eq(random_secret()?.bytes().to_vec()),
        table::previous_secret.eq(Some(base.secret.bytes().to_vec())),
        table::previous_until.eq(Some(SqlInstant(after(now, ROTATION)))),
        table::revision.eq(table::revision + 1),
    );
    Ok(diesel::update(row).set(rotated).execute(conn)? > 0)
}

/// Removes a webhook and its failures; false where there is none.
///
/// # Errors
/// When the database refuses.
pub fn delete(conn: &mut AnyConnection, id: Uuid) -> Result<bool> {
    Ok(diesel::delete(table::table.filter(table::id.eq(SqlId(id)))).execute(conn)? > 0)
}
