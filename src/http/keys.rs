//! Keys, for those who administer them.

use actix_web::http::header;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::aside::aside;
use super::ask::{Service, now};
use super::beside::{admit, begin_page, id_of, kept_nowhere, missing, page};
use super::body;
use super::errors::{KeyErrors, KeyInErrors, KeyItemErrors};
use super::paging::list_document;
use super::params::PageParams;
use super::problem::Problem;
use super::respond::JSON;
use crate::domain::api_key::KeyRequest;
use crate::domain::scope::Scope;
use crate::store::connection::AnyConnection;
use crate::store::keys;
use crate::view::key::{Key, KeyIn};

/// What is said to be missing.
const RESOURCE: &str = "key";

/// The list of keys has no filters.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct KeyQueryEcho {}

list_document! {
    /// A page of keys.
    KeyList, Key, KeyQueryEcho
}

/// The keys there are, oldest first, also those that are no longer accepted.
#[utoipa::path(get, path = "/v1/keys", operation_id = "list_keys", tag = "keys", params(PageParams),
    security(("key" = ["admin"])),
    responses((status = 200, description = "A page of keys, with links to its neighbours in `Link`.", body = KeyList,
        headers(("Link", description = "Neighbouring pages."))), KeyErrors))]
pub async fn list_keys(req: HttpRequest, service: Data<Service>) -> Result<HttpResponse, Problem> {
    let paging = begin_page(&req, Scope::Admin)?;
    let rows = service.reader.read(keys::all)?.into_iter().map(|key| (key.no, key)).collect();
    let (rows, page, mut response) = page(&req, &paging, "keys", rows)?;
    Ok(response.json(KeyList { data: rows.map(Key::of).collect(), page, query: KeyQueryEcho {} }))
}

/// Makes a key. The answer is the only one that ever holds it.
#[utoipa::path(post, path = "/v1/keys", operation_id = "create_key", tag = "keys", request_body = KeyIn,
    security(("key" = ["admin"])),
    responses((status = 201, description = "The key, with the key itself in `key`.", body = Key,
        headers(("Location", description = "Where the key is administered."))), KeyInErrors))]
pub async fn create_key(req: HttpRequest, payload: Payload, service: Data<Service>) -> Result<HttpResponse, Problem> {
    admit(&req, Scope::Admin)?;
    let document = body::json(&req, payload, &[JSON]).await?;
    let now = now();
    let request = KeyRequest::read(&document, now).map_err(Problem::document)?;
    let make = move |conn: &mut AnyConnection| keys::create(conn, request, Uuid::now_v7(), now);
    let (key, secret) = aside(&service, make).await?;
    let location = format!("/v1/keys/{}", key.id);
    log::info!("the key {} was made", key.id);
    let mut response = kept_nowhere(HttpResponse::Created());
    Ok(response.insert_header((header::LOCATION, location)).json(Key::made(key, secret)))
}

/// One key.
#[utoipa::path(get, path = "/v1/keys/{id}", operation_id = "get_key", tag = "keys",
    params(("id" = Uuid, Path, description = "The key's id.", example = "019c1159-7000-7005-8000-000000000001")),
    security(("key" = ["admin"])),
    responses((status = 200, description = "The key, without the key itself.", body = Key), KeyItemErrors))]
pub async fn get_key(req: HttpRequest, service: Data<Service>) -> Result<HttpResponse, Problem> {
    admit(&req, Scope::Admin)?;
    let id = id_of(&req, RESOURCE)?;
    let key = service.reader.read(|conn| keys::find(conn, id))?.ok_or_else(|| missing(&req, RESOURCE))?;
    Ok(kept_nowhere(HttpResponse::Ok()).json(Key::of(key)))
}

/// Revokes a key for good. It is refused from the next request on; what was written with it stays.
#[utoipa::path(delete, path = "/v1/keys/{id}", operation_id = "revoke_key", tag = "keys",
    params(("id" = Uuid, Path, description = "The key's id.", example = "019c1159-7000-7005-8000-000000000001")),
    security(("key" = ["admin"])),
    responses((status = 204, description = "The key is revoked, now or before."), KeyItemErrors))]
pub async fn revoke_key(req: HttpRequest, service: Data<Service>) -> Result<HttpResponse, Problem> {
    admit(&req, Scope::Admin)?;
    let (id, now) = (id_of(&req, RESOURCE)?, now());
    if !aside(&service, move |conn| keys::revoke(conn, id, now)).await? {
        return Err(missing(&req, RESOURCE));
    }
    log::info!("the key {id} was revoked");
    Ok(kept_nowhere(HttpResponse::NoContent()).finish())
}
