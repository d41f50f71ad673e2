//! The description of the service, for programs and for people.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use utoipa_swagger_ui::{Config, serve};

use super::ask::{Service, without_parameters};
use super::errors::ServiceErrors;
use super::openapi::openapi_30_text;
use super::params::ValidatorHeader;
use super::problem::Problem;
use super::respond::{self, Fingerprint, JSON};
use super::site;
use crate::store::error::StoreError;

/// The description of this service in OpenAPI 3.1.
///
/// # Errors
/// Faults of the request.
#[utoipa::path(get, path = "/openapi.json", operation_id = "get_openapi", tag = "service", params(ValidatorHeader),
    responses((status = 200, description = "The OpenAPI document.", body = serde_json::Value),
        (status = 304, description = "The document is the one the client has."), ServiceErrors))]
pub async fn get_openapi(req: HttpRequest, service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    given(&req, &service, &service.openapi)
}

/// The same description in OpenAPI 3.0, for tools that read no other.
///
/// # Errors
/// Faults of the request.
#[utoipa::path(get, path = "/openapi-3.0.json", operation_id = "get_openapi_three_zero", tag = "service", params(ValidatorHeader),
    responses((status = 200, description = "The OpenAPI document.", body = serde_json::Value),
        (status = 304, description = "The document is the one the client has."), ServiceErrors))]
pub async fn get_openapi_three_zero(req: HttpRequest, service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    static TEXT: LazyLock<String> = LazyLock::new(openapi_30_text);
    given(&req, &service, &TEXT)
}

fn given(req: &HttpRequest, service: &Service, text: &str) -> Result<HttpResponse, Problem> {
    without_parameters(req, JSON)?;
    let path = site::path(req, &service.dataset);
    let text = if path.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(below(text, &path)?) };
    let mut print = Fingerprint::default();
    print.text(&text);
    let etag = print.weak();
    if respond::is_known(req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "public, no-cache")).insert_header((header::ETAG, etag));
    Ok(response.content_type(JSON).body(text.into_owned()))
}

/// The description of a service that is found below a path.
fn below(text: &str, path: &str) -> Result<String, StoreError> {
    let mut document: serde_json::Value = serde_json::from_str(text)?;
    document["servers"] = serde_json::json!([{"url": path}]);
    Ok(serde_json::to_string(&document)?)
}

/// Leads to the page.
pub async fn to_docs() -> HttpResponse {
    HttpResponse::TemporaryRedirect().insert_header((header::LOCATION, "/docs/")).finish()
}

/// The page and its files, all of them inside the program.
///
/// # Errors
/// 404 for a file that the page does not have.
pub async fn page(req: HttpRequest) -> Result<HttpResponse, Problem> {
    static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
        Arc::new(Config::from("../openapi.json").try_it_out_enabled(true).validator_url("none").use_base_layout())
    });
    let file = req.match_info().get("file").unwrap_or_default();
    match serve(file, Arc::clone(&CONFIG)) {
        Ok(Some(file)) => {
            Ok(HttpResponse::Ok().content_type(file.content_type).body(web::Bytes::from(file.bytes.into_owned())))
        }
        Ok(None) => Err(Problem::not_found("such page")),
        Err(error) => Err(StoreError::corrupt(error.to_string()).into()),
    }
}
