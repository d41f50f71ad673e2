//! Who asks: the key that a request shows (RFC 6750), verified before anything else is done for it.

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpMessage, HttpRequest};
use chrono::Utc;

use super::problem::{Code, Problem};
use crate::domain::api_key::Secret;
use crate::domain::instant::Instant;
use crate::domain::privacy::Clearance;
use crate::domain::scope::{Scope, Scopes};
use crate::node::reader::Reader;
use crate::store::keys::{self, ApiKey};

/// What the key of a request stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// The key's number in the store's tables.
    pub key_no: i64,
    /// What the public is told of who wrote with it.
    pub label: Option<String>,
    /// What it allows.
    pub scopes: Scopes,
}

impl Access {
    /// The access of a request; `None` where it shows no key. A bad key never comes so far: the gate turns it away.
    pub fn of(req: &HttpRequest) -> Option<Self> {
        req.extensions().get::<Self>().cloned()
    }
}

/// What whoever asks may be given of events under a policy.
pub fn clearance(req: &HttpRequest) -> Clearance {
    clearance_of(req.extensions().get::<Access>())
}

/// What an access allows of them.
pub fn clearance_of(access: Option<&Access>) -> Clearance {
    let is_restricted = access.is_some_and(|access| access.scopes.allow(Scope::ReadRestricted));
    if is_restricted { Clearance::Restricted } else { Clearance::Public }
}

/// The access of a request that needs a scope.
///
/// # Errors
/// 401 for a request without a key, 403 for one whose key does not have the scope.
pub fn require(req: &HttpRequest, scope: Scope) -> Result<Access, Problem> {
    let access = Access::of(req).ok_or_else(key_needed)?;
    if access.scopes.allow(scope) {
        return Ok(access);
    }
    let problem = Problem::new(Code::InsufficientScope, format!("The scope `{scope}` is needed."));
    Err(challenged(problem, &format!(", error=\"insufficient_scope\", scope=\"{scope}\"")))
}

/// Looks up the key that a request shows: one indexed statement, so that a key that is revoked is refused at once.
///
/// # Errors
/// 401 for a key that is not accepted, 503 where the database cannot be asked.
pub fn verify(headers: &HeaderMap, reader: &Reader) -> Result<Option<Access>, Problem> {
    let mut given = headers.get_all(header::AUTHORIZATION);
    let Some(value) = given.next() else {
        return Ok(None);
    };
    let credentials = value.to_str().ok().filter(|_| given.next().is_none()).and_then(|text| text.split_once(' '));
    let Some((_, key)) = credentials.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) else {
        return Err(challenged(unauthorized("Expected one header `Authorization: Bearer`, and a key behind it."), ""));
    };
    let found = match Secret::parse(key.trim()) {
        Some(secret) => reader.read(|conn| keys::of_secret(conn, &secret))?,
        None => None,
    };
    let access = found.ok_or_else(|| "There is no such key.".to_owned()).and_then(accepted);
    access.map(Some).map_err(|detail| challenged(unauthorized(detail), ", error=\"invalid_token\""))
}

/// What a key gives now, or why it gives nothing; whoever shows it may be told.
fn accepted(key: ApiKey) -> Result<Access, String> {
    let is_over = |at: &Instant| Some(*at) <= Instant::from_datetime(Utc::now());
    match (key.revoked_at, key.expires_at.filter(is_over)) {
        (Some(at), _) => Err(format!("The key was revoked at {at}.")),
        (None, Some(at)) => Err(format!("The key expired at {at}.")),
        (None, None) => Ok(Access { key_no: key.no, label: key.label, scopes: key.scopes }),
    }
}

/// What a request is told that must show a key and shows none.
pub fn key_needed() -> Problem {
    challenged(unauthorized("A key is needed, in the header `Authorization: Bearer`."), "")
}

fn unauthorized(detail: impl Into<String>) -> Problem {
    Problem::parameter(Code::Unauthorized, "Authorization", detail)
}

/// Adds the challenge that such an answer must have (RFC 6750, section 3).
fn challenged(problem: Problem, attributes: &str) -> Problem {
    match HeaderValue::from_str(&format!("Bearer realm=\"marchline\"{attributes}")) {
        Ok(challenge) => problem.with_header(header::WWW_AUTHENTICATE, challenge),
        Err(_) => problem,
    }
}
