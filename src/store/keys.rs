//! Keys by which clients are known, beside the timeline: no operation is written for them.

use diesel::prelude::*;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::any_connection::AnyConnection;
use super::error::StoreError;
use super::schema::api_key;
use super::sql_types::{SqlId, SqlInstant};
use crate::domain::api_key::{KeyRequest, Secret};
use crate::domain::instant::Instant;
use crate::domain::scope::Scopes;

type Result<T> = std::result::Result<T, StoreError>;

/// A key as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its number in the store's tables, never given again.
    pub no: i64,
    /// Its id, by which it is administered.
    pub id: Uuid,
    /// Whose it is, for those who administer keys.
    pub name: String,
    /// What it allows.
    pub scopes: Scopes,
    /// What the public is told of who wrote with it.
    pub label: Option<String>,
    /// When it was made.
    pub created_at: Instant,
    /// When it stops being accepted.
    pub expires_at: Option<Instant>,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
}

#[derive(Insertable)]
#[diesel(table_name = api_key, treat_none_as_default_value = false)]
struct NewRow {
    id: SqlId,
    name: String,
    hash: Vec<u8>,
    scopes: String,
    label: Option<String>,
    created_at: SqlInstant,
    expires_at: Option<SqlInstant>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = api_key)]
struct Row {
    no: i64,
    id: SqlId,
    name: String,
    scopes: String,
    label: Option<String>,
    created_at: SqlInstant,
    expires_at: Option<SqlInstant>,
    revoked_at: Option<SqlInstant>,
}

impl TryFrom<Row> for ApiKey {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        let Row { no, id, name, scopes, label, created_at, expires_at, revoked_at } = row;
        let known = Scopes::parse(&scopes);
        Ok(Self {
            no,
            id: id.0,
            name,
            scopes: known.ok_or_else(|| StoreError::corrupt(format!("key {no} has the scopes `{scopes}`")))?,
            label,
            created_at: created_at.0,
            expires_at: expires_at.map(|at| at.0),
            revoked_at: revoked_at.map(|at| at.0),
        })
    }
}

/// Makes a key out of 256 random bits. Nobody can be told the key again: only its hash is kept.
///
/// # Errors
/// When the system gives no random bits or the database refuses.
pub fn create(conn: &mut AnyConnection, request: KeyRequest, id: Uuid, now: Instant) -> Result<(ApiKey, Secret)> {
    let mut bits = [0; 32];
    getrandom::fill(&mut bits).map_err(|error| StoreError::Unwritten(format!("no random bits: {error}")))?;
    let secret = Secret::of(&bits);
    let KeyRequest { name, scopes, label, expires_at } = request;
    let row = NewRow {
        id: SqlId(id),
        name,
        hash: secret.hash().to_vec(),
        scopes: scopes.to_string(),
        label,
        created_at: SqlInstant(now),
        expires_at: expires_at.map(SqlInstant),
    };
    diesel::insert_into(api_key::table).values(row).execute(conn)?;
    let key = find(conn, id)?.ok_or_else(|| StoreError::corrupt("a key is gone that was just written"))?;
    Ok((key, secret))
}

/// All keys, oldest first.
///
/// # Errors
/// When the database cannot be asked.
pub fn all(conn: &mut AnyConnection) -> Result<Vec<ApiKey>> {
    let rows: Vec<Row> = api_key::table.select(Row::as_select()).order(api_key::no).load(conn)?;
    rows.into_iter().map(ApiKey::try_from).collect()
}

/// The key with this id.
///
/// # Errors
/// When the database cannot be asked.
pub fn find(conn: &mut AnyConnection, id: Uuid) -> Result<Option<ApiKey>> {
    let row = api_key::table.filter(api_key::id.eq(SqlId(id))).select(Row::as_select());
    row.get_result(conn).optional()?.map(ApiKey::try_from).transpose()
}

/// The key that somebody shows, whether it is still accepted or not: found by its hash, and the whole hash compared in
/// constant time.
///
/// # Errors
/// When the database cannot be asked.
pub fn of_secret(conn: &mut AnyConnection, secret: &Secret) -> Result<Option<ApiKey>> {
    let hash = secret.hash();
    let row = api_key::table.filter(api_key::hash.eq(hash.as_slice())).select((api_key::hash, Row::as_select()));
    let found: Option<(Vec<u8>, Row)> = row.get_result(conn).optional()?;
    let same = found.filter(|(kept, _)| kept.ct_eq(&hash).into());
    same.map(|(_, row)| row.try_into()).transpose()
}

/// Revokes a key for good; `false` where there is none with this id. One that was revoked before keeps its instant.
///
/// # Errors
/// When the database refuses.
pub fn revoke(conn: &mut AnyConnection, id: Uuid, now: Instant) -> Result<bool> {
    let key = api_key::table.filter(api_key::id.eq(SqlId(id)).and(api_key::revoked_at.is_null()));
    let revoked = diesel::update(key).set(api_key::revoked_at.eq(SqlInstant(now))).execute(conn)?;
    Ok(revoked > 0 || find(conn, id)?.is_some())
}
