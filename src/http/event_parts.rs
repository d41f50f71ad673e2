//! Evidence and links of an event, read as things of their own.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::ask::Ask;
use super::errors::ItemErrors;
use super::events::{find, select_one};
use super::params::{ReadHeaders, ReadParams};
use super::problem::Problem;
use super::respond::{self, JSON, Text};
use super::write::parts::{Part, missing, part_id};
use crate::store::error::StoreError;
use crate::view::event::{EvidenceItem, Include};
use crate::view::links::EventLink;
use crate::view::ready::EventView;

/// What is said of one event.
#[derive(Serialize, ToSchema)]
pub struct EvidenceList {
    /// The evidence, in the event's order.
    pub data: Vec<EvidenceItem>,
}

/// The evidence of an event.
#[utoipa::path(get, path = "/v1/events/{id}/evidence", operation_id = "list_evidence", tag = "events",
    params(("id" = Uuid, Path, description = "The event's id.", example = "019c1159-7000-7000-8000-0000000000e4"),
        ReadParams, ReadHeaders),
    responses((status = 200, description = "Who says what about which field.", body = EvidenceList,
        headers(("ETag", description = "Strong validator of the event."))),
        (status = 304, description = "The evidence is what the client has."), ItemErrors))]
pub async fn list_evidence(req: HttpRequest) -> Result<HttpResponse, Problem> {
    given(req, Part::Evidence, |data| Ok(json!({"data": data}))).await
}

/// One piece of evidence of an event.
#[utoipa::path(get, path = "/v1/events/{id}/evidence/{part}", operation_id = "get_evidence", tag = "events",
    params(("id" = Uuid, Path, description = "The event's id.", example = "019c1159-7000-7000-8000-0000000000e4"),
        ("part" = Uuid, Path, description = "The evidence's id.", example = "019c1159-7000-7006-8000-0000000e0401"),
        ReadParams, ReadHeaders),
    responses((status = 200, description = "Who says what about which field.", body = EvidenceItem,
        headers(("ETag", description = "Strong validator of the event."))),
        (status = 304, description = "The evidence is what the client has."), ItemErrors))]
pub async fn get_evidence(req: HttpRequest) -> Result<HttpResponse, Problem> {
    one(req, Part::Evidence).await
}

/// One link of an event.
#[utoipa::path(get, path = "/v1/events/{id}/links/{part}", operation_id = "get_link", tag = "events",
    params(("id" = Uuid, Path, description = "The event's id.", example = "019c1159-7000-7000-8000-0000000000e4"),
        ("part" = Uuid, Path, description = "The link's id.", example = "92fe6ce7-8f7d-8685-99c6-042552e6fed5"),
        ReadParams, ReadHeaders),
    responses((status = 200, description = "The relation to the other event.", body = EventLink,
        headers(("ETag", description = "Strong validator of the event."))),
        (status = 304, description = "The link is the one the client has."), ItemErrors))]
pub async fn get_link(req: HttpRequest) -> Result<HttpResponse, Problem> {
    one(req, Part::Link).await
}

async fn one(req: HttpRequest, part: Part) -> Result<HttpResponse, Problem> {
    let id = part_id(&req, part)?.to_string();
    given(req, part, |items| items.into_iter().find(|item| item["id"] == id.as_str()).ok_or_else(|| missing(part, &id)))
        .await
}

/// Answers with what `select` makes of the list of an event's parts.
async fn given(
    req: HttpRequest,
    part: Part,
    select: impl FnOnce(Vec<Value>) -> Result<Value, Problem>,
) -> Result<HttpResponse, Problem> {
    let mut ask = Ask::begin(&req, JSON).await?;
    let seq = ask.finish()?;
    let include = match part {
        Part::Evidence => Include::Evidence,
        Part::Link => Include::Links,
    };
    let view = EventView { include: vec![include], ..EventView::default() };
    let (selection, etag) = {
        let state = ask.service.index.read();
        let sight = ask.sight(&state, seq);
        let version = find(sight, &req)?;
        select_one(&ask.service, sight, &view, version)
    };
    if respond::is_known(&req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    let text = selection.documents(&ask.service, &view)?.concat();
    let mut event: Value = serde_json::from_slice(&text).map_err(StoreError::from)?;
    let parts = match event[part.list()].take() {
        Value::Array(parts) => parts,
        _ => Vec::new(),
    };
    Ok(respond::json(&etag, &respond::permanent_link(&req, seq), &Text::json(&select(parts)?)?))
}
