//! Decisions about pairs of events that may be one.

use actix_web::http::StatusCode;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use serde_json::Value;
use uuid::Uuid;

use super::super::aside::aside;
use super::super::ask::now;
use super::super::body::json_if_any;
use super::super::duplicates::{find, one};
use super::super::errors::DecisionErrors;
use super::super::params::{IdempotencyHeader, MatchHeader, WriteParams};
use super::super::problem::{Code, Problem};
use super::documents::survivor;
use super::schemas::AcceptIn;
use super::written::uncached;
use super::{JSON, Write};
use crate::domain::input::{Fault, Object, Reading};
use crate::domain::resource::Resource;
use crate::duplicates::standing::{DuplicateState, Standing};
use crate::node::operation::{Command, Done, Outcome};
use crate::store::duplicates::{Kept, Rejection, reject};
use crate::view::duplicate::Duplicate;
use crate::view::event::Event;

/// Merges the two events of a pair, whatever was said of it before. A pair that was accepted stays as it is, and is answered
/// alike.
#[utoipa::path(post, path = "/v1/duplicates/{id}/accept", operation_id = "accept_duplicate", tag = "duplicates",
    summary = "Merges the two events of a pair.",
    params(("id" = Uuid, Path, description = "The pair's id.", example = "7e1c3f60-7f3c-8f0a-9c55-1f0a2b6f3d11"),
        WriteParams, MatchHeader, IdempotencyHeader),
    request_body(content = Option<AcceptIn>, description = "Which one stays; may be left out."),
    responses((status = 200, description = "The event that stays, as it is now.", body = Event,
        headers(("ETag", description = "Strong validator of it."))), DecisionErrors), security(("key" = ["write"])))]
pub async fn accept_duplicate(req: HttpRequest, payload: Payload) -> Result<HttpResponse, Problem> {
    let write = Write::begin(&req).await?;
    let body = json_if_any(&req, payload, &[JSON]).await?;
    let read = if body.is_null() { Ok(AcceptIn { into: None }) } else { Reading::plain(&body, accept_in) };
    let AcceptIn { into } = read.map_err(Problem::document)?;
    let accept = async || {
        let (standing, kept) = find(&write.service, &req)?;
        if let Some(into) = into.filter(|into| !kept.pair.events.contains(into)) {
            let detail = format!("`{into}` is none of the two.");
            return Err(Problem::document(vec![Fault {
                pointer: "/into".to_owned(),
                code: "unknown_reference",
                detail,
            }]));
        }
        match standing.survivor {
            Some(survivor) => accepted(&write, survivor, into),
            None => write.merge_pair(&kept, into, &body).await,
        }
    };
    let outcome = write.once(&body, accept).await?;
    survivor(&write, Resource::Event, &outcome)
}

/// What a body says.
fn accept_in(o: &Object<'_>) -> Option<AcceptIn> {
    let into = match o.optional("into") {
        Some(into) => Some(into.uuid()?),
        None => None,
    };
    Some(AcceptIn { into })
}

/// What came of a pair that was accepted before.
fn accepted(write: &Write, survivor: Uuid, into: Option<Uuid>) -> Result<Outcome, Problem> {
    if into.is_some_and(|into| into != survivor) {
        return Err(Problem::new(Code::Conflict, format!("They were merged into `{survivor}` already.")));
    }
    let state = write.service.index.read();
    let version = state.events.seen_at(survivor, state.head.seq, write.clearance()).ok_or_else(ceased)?;
    let done = Done::unchanged(survivor, version.revision);
    Ok(Outcome { seq: None, done: vec![done, done] })
}

/// Says that the two events of a pair are two. The first to say so is remembered; the pair is never proposed again.
#[utoipa::path(post, path = "/v1/duplicates/{id}/reject", operation_id = "reject_duplicate", tag = "duplicates",
    summary = "Says that the two events of a pair are two.",
    params(("id" = Uuid, Path, description = "The pair's id.", example = "7e1c3f60-7f3c-8f0a-9c55-1f0a2b6f3d11"), WriteParams),
    responses((status = 200, description = "The pair as it is now.", body = Duplicate), DecisionErrors),
    security(("key" = ["write"])))]
pub async fn reject_duplicate(req: HttpRequest, payload: Payload) -> Result<HttpResponse, Problem> {
    let write = Write::begin(&req).await?;
    let body = json_if_any(&req, payload, &[JSON]).await?;
    if !body.is_null() {
        Reading::plain(&body, |_| Some(())).map_err(Problem::document)?;
    }
    let (Standing { state, .. }, kept) = find(&write.service, &req)?;
    if state == DuplicateState::Accepted {
        return Err(Problem::new(Code::Conflict, "They were merged already; what was merged by mistake can be split."));
    }
    let at = now();
    let rejection = Rejection { at, grounds: write.grounds.clone() };
    // Where the search has found meanwhile that they are not alike, there is no pair any more.
    aside(&write.service, move |conn| reject(conn, kept.id, &rejection)).await?;
    Ok(uncached(StatusCode::OK).json(one(&write.service, &req)?))
}

impl Write {
    /// Merges the events of a pair: into the one that is named, else into the one that was recorded first.
    async fn merge_pair(&self, kept: &Kept, into: Option<Uuid>, body: &Value) -> Result<Outcome, Problem> {
        let merge = async || {
            let resource = Resource::Event;
            let [low, high] = kept.pair.events;
            let (one, other) = (self.member(resource, low).await?.newest, self.member(resource, high).await?.newest);
            let into = into.unwrap_or(if one.entity_no < other.entity_no { low } else { high });
            let id = kept.pair.beside(into);
            let base = self.base(resource, id, self.matching.as_ref()).await?;
            Ok(self.submit(Command::Merge { resource, id, into, base }, body).await?)
        };
        let is_gone = |problem: &Problem| {
            [StatusCode::NOT_FOUND, StatusCode::GONE, StatusCode::PERMANENT_REDIRECT].contains(&problem.status_code())
        };
        merge().await.map_err(|problem: Problem| if is_gone(&problem) { ceased() } else { problem })
    }
}

fn ceased() -> Problem {
    Problem::new(Code::Conflict, "One of the two has just ceased; ask for the pair again.")
}
