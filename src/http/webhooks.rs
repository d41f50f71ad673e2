//! Webhooks, for administrators: subscriptions to the change log, where they stand, and what could not be delivered.

use actix_web::http::header;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::access;
use super::aside::aside;
use super::ask::{Service, now};
use super::beside::{admit, begin_page, id_of, kept_nowhere, missing, page};
use super::body;
use super::errors::{KeyErrors, KeyInErrors, WebhookChangeErrors, WebhookItemErrors};
use super::paging::list_document;
use super::params::PageParams;
use super::problem::{Code, Problem};
use super::respond::JSON;
use crate::domain::input::{Fault, Reading};
use crate::domain::scope::Scope;
use crate::domain::webhook::WebhookRequest;
use crate::store::connection::AnyConnection;
use crate::store::log::Head;
use crate::store::webhook_deliveries as deliveries;
use crate::store::webhooks::{self as store, Position};
use crate::view::webhook::{ReplayIn, Webhook, WebhookFailure, WebhookIn, WebhookPatchIn, WebhookTest};
use crate::webhooks::message;
use crate::webhooks::question;
use crate::webhooks::sender::Outcome;

/// What is said to be missing.
const RESOURCE: &str = "webhook";
/// Media types of a change.
const PATCHES: &[&str] = &["application/merge-patch+json", JSON];

/// The list of webhooks has no filters.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WebhookQueryEcho {}

list_document! {
    /// A page of webhooks.
    WebhookList, Webhook, WebhookQueryEcho
}

/// The list of failures has no filters.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WebhookFailureQueryEcho {}

list_document! {
    /// A page of messages that failed.
    WebhookFailureList, WebhookFailure, WebhookFailureQueryEcho
}

/// The webhooks there are, oldest first.
#[utoipa::path(get, path = "/v1/webhooks", operation_id = "list_webhooks", tag = "webhooks", params(PageParams),
    security(("key" = ["admin"])),
    responses((status = 200, description = "A page of webhooks, with links to its neighbours in `Link`.", body = WebhookList,
        headers(("Link", description = "Neighbouring pages."))), KeyErrors))]
pub async fn list_webhooks(req: HttpRequest, service: Data<Service>) -> Result<HttpResponse, Problem> {
    let paging = begin_page(&req, Scope::Admin)?;
    let webhooks = service.reader.read(|conn| store::all(conn, now()))?;
    let rows = webhooks.into_iter().map(|webhook| (webhook.no, webhook)).collect();
    let (rows, page, mut response) = page(&req, &paging, "webhooks", rows)?;
    let data = rows.map(Webhook::of).collect();
    Ok(response.json(WebhookList { data, page, query: WebhookQueryEcho {} }))
}

/// Makes a webhook. The answer holds the secret that signs its messages, which is not shown again.
#[utoipa::path(post, path = "/v1/webhooks", operation_id = "create_webhook", tag = "webhooks", request_body = WebhookIn,
    security(("key" = ["admin"])),
    responses((status = 201, description = "The webhook, with its secret in `secret`.", body = Webhook,
        headers(("Location", description = "Where the webhook is administered."))), KeyInErrors))]
pub async fn create_webhook(
    req: HttpRequest,
    payload: Payload,
    service: Data<Service>,
) -> Result<HttpResponse, Problem> {
    admit(&req, Scope::Admin)?;
    let access = access::require(&req, Scope::Admin)?;
    let document = body::json(&req, payload, &[JSON]).await?;
    let head = known(&service)?;
    let request = read(&service, &document, Some(head))?;
    let position = Position { epoch: head.epoch, seq: request.after.unwrap_or(head.seq) };
    let make =
        move |conn: &mut AnyConnection| store::create(conn, request, Uuid::now_v7(), access.key_no, position, now());
    let webhook = aside(&service, make).await?;
    log::info!("the webhook {} was made", webhook.id);
    let location = format!("/v1/webhooks/{}", webhook.id);
    let mut response = kept_nowhere(HttpResponse::Created());
    Ok(response.insert_header((header::LOCATION, location)).json(Webhook::with_secret(webhook)))
}

/// One webhook.
#[utoipa::path(get, path = "/v1/webhooks/{id}", operation_id = "get_webhook", tag = "webhooks",
    params(("id" = Uuid, Path, description = "The webhook's id.", example = "019c1159-7000-7008-8000-000000000001")),
    security(("key" = ["admin"])),
    responses((status = 200, description = "The webhook, without its secret.", body = Webhook), WebhookItemErrors))]
pub async fn get_webhook(req: HttpRequest, service: Data<Service>) -> Result<HttpResponse, Problem> {
    admit(&req, Scope::Admin)?;
    Ok(kept_nowhere(HttpResponse::Ok()).json(Webhook::of(found(&req, &service)?)))
}

/// Changes a webhook (RFC 7396): the key that does so answers for it from then on, and one that had stopped begins again.
#[utoipa::path(patch, path = "/v1/webhooks/{id}", operation_id = "patch_webhook", tag = "webhooks",
    params(("id" = Uuid, Path, description = "The webhook's id.", example = "019c1159-7000-7008-8000-000000000001")),
    request_body(content = WebhookPatchIn, content_type = "application/merge-patch+json"),
    security(("key" = ["admin"])),
    responses((status = 200, description = "The webhook as it is now.", body = Webhook), WebhookChangeErrors))]
pub async fn patch_webhook(
    req: HttpRequest,
    payload: Payload,
    service: Data<Service>,
) -> Result<HttpResponse, Problem> {
    admit(&req, Scope::Admin)?;
    let access = access::require(&req, Scope::Admin)?;
    let patch = body::json(&req, payload, PATCHES).await?;
    if !patch.is_object() {
        let fault = Fault { pointer: String::new(), code: "wrong_type", detail: "Expected an object.".to_owned() };
        return Err(Problem::document(vec![fault]));
    }
    known(&service)?;
    let webhook = found(&req, &service)?;
    let mut document = json!({"name": webhook.name, "url": webhook.url, "filter": webhook.filter,
        "restricted": webhook.restricted, "enabled": webhook.enabled});
    json_patch::merge(&mut document, &patch);
    let request = read(&service, &document, None)?;
    let change = move |conn: &mut AnyConnection| store::change(conn, &webhook, &request, access.key_no);
    if !aside(&service, change).await? {
        return Err(changed_meanwhile());
    }
    Ok(kept_nowhere(HttpResponse::Ok()).json(Webhook::of(found(&req, &service)?)))
}

/// Deletes a webhook, with what is known of its failures. A message that is under way still arrives.
#[utoipa::path(delete, path = "/v1/webhooks/{id}", operation_id = "delete_webhook", tag = "webhooks",
    params(("id" = Uuid, Path, description = "The webhook's id.", example = "019c1159-7000-7008-8000-000000000001")),
    security(("key" = ["admin"])),
    responses((status = 204, description = "The webhook is deleted."), WebhookItemErrors))]
pub async fn delete_webhook(req: HttpRequest, service: Data<Service>) -> Result<HttpResponse, Problem> {
    admit(&req, Scope::Admin)?;
    let id = id_of(&req, RESOURCE)?;
    if !aside(&service, move |conn| store::delete(conn, id)).await? {
        return Err(missing(&req, RESOURCE));
    }
    log::info!("the webhook {id} was deleted");
    Ok(kept_nowhere(HttpResponse::NoContent()).finish())
}

/// Gives a webhook a new secret, which the answer alone holds. For 24 hours messages bear a signature of the one before, too.
#[utoipa::path(post, path = "/v1/webhooks/{id}/rotate", operation_id = "rotate_webhook", tag = "webhooks",
    params(("id" = Uuid, Path, description = "The webhook's id.", example = "019c1159-7000-7008-8000-000000000001")),
    security(("key" = ["admin"])),
    responses((status = 200, description = "The webhook, with its new secret in `secret`.", body = Webhook), WebhookChangeErrors))]
pub async fn rotate_webhook(req: HttpRequest, service: Data<Service>) -> Result<HttpResponse, Problem> {
    admit(&req, Scope::Admin)?;
    let webhook = found(&req, &service)?;
    let id = webhook.id;
    if !aside(&service, move |conn| store::rotate(conn, &webhook, now())).await? {
        return Err(changed_meanwhile());
    }
    log::info!("the webhook {id} has a new secret");
    Ok(kept_nowhere(HttpResponse::Ok()).json(Webhook::with_secret(found(&req, &service)?)))
}

/// Moves a webhook to another place in the log: what came behind it is delivered, again too.
#[utoipa::path(post, path = "/v1/webhooks/{id}/replay", operation_id = "replay_webhook", tag = "webhooks",
    params(("id" = Uuid, Path, description = "The webhook's id.", example = "019c1159-7000-7008-8000-000000000001")),
    request_body = ReplayIn, security(("key" = ["admin"])),
    responses((status = 200, description = "The webhook as it is now.", body = Webhook), WebhookChangeErrors))]
pub async fn replay_webhook(
    req: HttpRequest,
    payload: Payload,
    service: Data<Service>,
) -> Result<HttpResponse, Problem> {
    admit(&req, Scope::Admin)?;
    let id = id_of(&req, RESOURCE)?;
    let document = body::json(&req, payload, &[JSON]).await?;
    let head = known(&service)?;
    let after = Reading::plain(&document, |o| o.required("after")?.integer()).map_err(Problem::document)?;
    let faults: Vec<Fault> = begins(&service, head, after).into_iter().collect();
    if !faults.is_empty() {
        return Err(Problem::document(faults));
    }
    let to = Position { epoch: head.epoch, seq: after };
    if !aside(&service, move |conn| store::replay(conn, id, to)).await? {
        return Err(missing(&req, RESOURCE));
    }
    log::info!("the webhook {id} begins again behind operation {after}");
    Ok(kept_nowhere(HttpResponse::Ok()).json(Webhook::of(found(&req, &service)?)))
}

/// Sends a message of the type `timeline.test` now, and tells what the receiver answered. Nothing else changes by it.
#[utoipa::path(post, path = "/v1/webhooks/{id}/test", operation_id = "test_webhook", tag = "webhooks",
    params(("id" = Uuid, Path, description = "The webhook's id.", example = "019c1159-7000-7008-8000-000000000001")),
    security(("key" = ["admin"])),
    responses((status = 200, description = "What became of the message.", body = WebhookTest), WebhookItemErrors))]
pub async fn test_webhook(req: HttpRequest, service: Data<Service>) -> Result<HttpResponse, Problem> {
    admit(&req, Scope::Admin)?;
    let webhook = found(&req, &service)?;
    // A test may take as long as a receiver: only so many at once.
    let turn = service.webhooks.turn().ok_or_else(|| Problem::unavailable("Other tests are under way."))?;
    let sender = service.webhooks.sender();
    let send = move || {
        let _turn = turn;
        let at = now();
        let message = message::test(webhook.id, Uuid::now_v7(), at)?;
        Ok::<_, serde_json::Error>(sender.send(&webhook.url, &webhook.secrets(), &message, at))
    };
    let outcome = actix_web::web::block(send).await;
    let outcome = outcome.map_err(|_| Problem::unavailable("The service is stopping."))?;
    let outcome = outcome.map_err(crate::store::error::StoreError::from)?;
    let told = match outcome {
        Outcome::Delivered(status) => WebhookTest { delivered: true, status: Some(status), error: None },
        Outcome::Gone(fault) | Outcome::Failed(fault) => {
            WebhookTest { delivered: false, status: fault.status, error: Some(fault.error) }
        }
    };
    Ok(kept_nowhere(HttpResponse::Ok()).json(told))
}

/// The messages of a webhook that failed, newest first: one whose turn it still is, and those that were given up, which are kept
/// for 30 days. One that is delivered after all goes.
#[utoipa::path(get, path = "/v1/webhooks/{id}/failures", operation_id = "list_webhook_failures", tag = "webhooks",
    params(("id" = Uuid, Path, description = "The webhook's id.", example = "019c1159-7000-7008-8000-000000000001"), PageParams),
    security(("key" = ["admin"])),
    responses((status = 200, description = "A page of failures, with links to its neighbours in `Link`.",
        body = WebhookFailureList, headers(("Link", description = "Neighbouring pages."))), WebhookItemErrors))]
pub async fn list_webhook_failures(req: HttpRequest, service: Data<Service>) -> Result<HttpResponse, Problem> {
    let paging = begin_page(&req, Scope::Admin)?;
    let webhook = found(&req, &service)?;
    let failures = service.reader.read(|conn| deliveries::failures(conn, webhook.no))?;
    let rows = failures.into_iter().map(|failure| (-failure.no, failure)).collect();
    let (rows, page, mut response) = page(&req, &paging, &format!("failures of {}", webhook.id), rows)?;
    let data = rows.map(WebhookFailure::of).collect();
    Ok(response.json(WebhookFailureList { data, page, query: WebhookFailureQueryEcho {} }))
}

/// The webhook that the path names.
fn found(req: &HttpRequest, service: &Service) -> Result<store::Webhook, Problem> {
    let id = id_of(req, RESOURCE)?;
    service.reader.read(|conn| store::find(conn, id, now()))?.ok_or_else(|| missing(req, RESOURCE))
}

fn changed_meanwhile() -> Problem {
    Problem::new(Code::Conflict, "The webhook was changed at the same moment; look at it and send the change again.")
}

/// Where the log stands, by which filters are read and positions are held.
fn known(service: &Service) -> Result<Head, Problem> {
    if service.index.is_ready() {
        return Ok(service.index.head());
    }
    Err(Problem::not_ready("The index is being built; /readyz tells how far it is."))
}

/// Reads what is decided about a webhook, with all faults; `head` is given where it may begin anywhere before.
fn read(service: &Service, document: &Value, head: Option<Head>) -> Result<WebhookRequest, Problem> {
    let restricted = document.get("restricted").and_then(Value::as_bool).unwrap_or(false);
    let check = |filter: &str| {
        let faults = question(filter, restricted, &service.index.read()).err().unwrap_or_default();
        faults.into_iter().map(|fault| (fault.code, format!("`{}`: {}", fault.parameter, fault.detail))).collect()
    };
    let read = WebhookRequest::read(document, service.webhooks.sender().targets(), head.is_some(), check);
    let after = document.get("after").and_then(Value::as_i64);
    let begins = head.zip(after).and_then(|(head, after)| begins(service, head, after));
    match (read, begins) {
        (Ok(request), None) => Ok(request),
        (read, begins) => Err(Problem::document(read.err().unwrap_or_default().into_iter().chain(begins).collect())),
    }
}

/// What is wrong with beginning behind an operation.
fn begins(service: &Service, head: Head, after: i64) -> Option<Fault> {
    let fault = |code, detail| Some(Fault { pointer: "/after".to_owned(), code, detail });
    if !(0..=head.seq).contains(&after) {
        return fault("out_of_range", format!("Expected the number of an operation, from 0 to {}.", head.seq));
    }
    let is_lost = service.index.read().restores.iter().any(|restore| restore.lost(after));
    if is_lost {
        fault("revision_lost", format!("Operation {after} was lost when a backup was restored."))
    } else {
        None
    }
}
