//! What a client demands by header before anything is written.

use actix_web::HttpRequest;
use actix_web::http::header;

use super::super::problem::{Code, Problem};
use crate::query::params::Params;

/// The versions that a client expects (RFC 9110, section 13.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IfMatch {
    /// Any that there is.
    Any,
    /// One of these revisions, each of an epoch; both stand first in the validators of items.
    Revisions(Vec<(i32, i64)>),
}

impl IfMatch {
    /// Whether a revision is an expected one. In another epoch the same number is another version.
    ///
    /// # Errors
    /// 412 where it is not.
    pub fn check(&self, revision: i32, epoch: i64) -> Result<(), Problem> {
        match self {
            Self::Revisions(expected) if !expected.contains(&(revision, epoch)) => Err(Problem::stale(revision)),
            _ => Ok(()),
        }
    }

    /// The revision that a change is bound to, which was found to be an expected one; none where any would do.
    pub fn binds(&self, revision: i32) -> Option<i32> {
        (*self != Self::Any).then_some(revision)
    }

    /// The header's meaning; `None` where it is not of its form. A weak validator matches nothing, as do validators that
    /// this service never gave.
    fn parse(text: &str) -> Option<Self> {
        if text.trim() == "*" {
            return Some(Self::Any);
        }
        let mut revisions = Vec::new();
        for tag in text.split(',').map(str::trim) {
            let is_weak = tag.starts_with("W/");
            let opaque = tag.trim_start_matches("W/").strip_prefix('"')?.strip_suffix('"')?;
            if opaque.contains('"') {
                return None;
            }
            let version = opaque.split_once('-').and_then(|(version, _)| version.split_once('.'));
            let version = version.and_then(|(revision, epoch)| Some((revision.parse().ok()?, epoch.parse().ok()?)));
            revisions.extend(version.filter(|_| !is_weak));
        }
        Some(Self::Revisions(revisions))
    }
}

/// Reads `If-Match`.
pub fn if_match(req: &HttpRequest, params: &mut Params) -> Option<IfMatch> {
    let values: Vec<&str> =
        req.headers().get_all(header::IF_MATCH).map(|value| value.to_str().unwrap_or_default()).collect();
    if values.is_empty() {
        return None;
    }
    let matching = IfMatch::parse(&values.join(","));
    if matching.is_none() {
        params.fault("If-Match", "malformed", "Expected validators in quotes, as `ETag` gives them, or `*`.");
    }
    matching
}

/// What an update must state.
///
/// # Errors
/// 428 where it does not (RFC 6585).
pub fn required(matching: Option<&IfMatch>) -> Result<&IfMatch, Problem> {
    matching.ok_or_else(|| {
        let detail =
            "`If-Match` is required here, so that nobody's changes are lost: send the `ETag` of what you read.";
        Problem::parameter(Code::PreconditionRequired, "If-Match", detail)
    })
}

/// Longest idempotency key.
const LONGEST_KEY: usize = 255;

/// Reads `Idempotency-Key`.
pub fn idempotency_key(req: &HttpRequest, params: &mut Params) -> Option<String> {
    let mut values = req.headers().get_all("idempotency-key");
    let value = values.next()?;
    let key = value.to_str().ok().map(str::trim).filter(|_| values.next().is_none());
    let key = key.filter(|key| (1..=LONGEST_KEY).contains(&key.len()));
    if key.is_none() {
        params.fault("Idempotency-Key", "malformed", "Expected one key of 1 to 255 visible ASCII characters.");
    }
    key.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_strong_validators_of_this_service_match() {
        let revisions = |text| IfMatch::parse(text);
        assert_eq!(revisions("*"), Some(IfMatch::Any));
        assert_eq!(revisions("\"3.1-0a\", \"4.1-0b\""), Some(IfMatch::Revisions(vec![(3, 1), (4, 1)])));
        assert_eq!(revisions("W/\"3.1-0a\""), Some(IfMatch::Revisions(vec![])));
        assert_eq!(revisions("\"foreign\""), Some(IfMatch::Revisions(vec![])));
        assert_eq!(revisions("\"3-0a\""), Some(IfMatch::Revisions(vec![])));
        assert_eq!(revisions("3"), None);
        assert_eq!(revisions("\"3-0a"), None);
    }
}
