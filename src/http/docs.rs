//! The description of the service, for programs and for people.

use std::sync::{Arc, LazyLock};

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use utoipa::OpenApi;
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::{ContactBuilder, InfoBuilder, LicenseBuilder, OpenApi as Document, RefOr, Schema, Server};
use utoipa_swagger_ui::{Config, serve};

use super::ask::Ask;
use super::errors::ServiceErrors;
use super::problem::Problem;
use super::respond::{self, Fingerprint};
use super::routes::Documented;
use crate::store::error::StoreError;

/// The description of this service in OpenAPI 3.1.
///
/// # Errors
/// Faults of the request.
#[utoipa::path(get, path = "/openapi.json", operation_id = "get_openapi", tag = "service",
    responses((status = 200, description = "The OpenAPI document.", body = serde_json::Value),
        (status = 304, description = "The document is the one the client has."), ServiceErrors))]
pub async fn get_openapi(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut ask = Ask::begin(&req, "application/json").await?;
    ask.finish()?;
    let mut print = Fingerprint::default();
    let text = LazyLock::force(&TEXT);
    print.text(text);
    let etag = print.weak();
    if respond::is_known(&req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "public, no-cache")).insert_header((header::ETAG, etag));
    Ok(response.content_type("application/json").body(text.clone()))
}

/// The document as text, as it is served and committed.
static TEXT: LazyLock<String> = LazyLock::new(openapi_text);

/// The OpenAPI document as indented JSON with a line feed at its end.
pub fn openapi_text() -> String {
    let mut text = serde_json::to_string_pretty(&openapi()).unwrap_or_default();
    text.push('\n');
    text
}

/// The OpenAPI document.
pub fn openapi() -> Document {
    let mut document = Documented::openapi();
    let licence = LicenseBuilder::new().name("MIT OR Apache-2.0").identifier(Some("MIT OR Apache-2.0")).build();
    document.info = InfoBuilder::new()
        .title("Marchline")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "An open timeline of protest: what happened, when, where, who took part, who says so, and what was known at the \
             time. `null` means *not reported* and is never zero. Lists take values joined by commas, `!` in front of a \
             value excludes it. Every error is a problem document (RFC 9457) that names all faults at once.",
        ))
        .license(Some(licence))
        .contact(Some(ContactBuilder::new().name(Some("The Marchline authors")).build()))
        .build();
    document.servers = Some(vec![Server::new("/")]);
    let tag = |name: &str, description: &str| {
        utoipa::openapi::tag::TagBuilder::new().name(name).description(Some(description)).build()
    };
    document.tags = Some(vec![
        tag("dataset", "What the dataset is."),
        tag("events", "What happened."),
        tag("actors", "Who took part."),
        tag("locations", "Where."),
        tag("sources", "Who says so."),
        tag("campaigns", "What events belong to."),
        tag("timelines", "Editors' selections."),
        tag("vocabulary", "The codes."),
        tag("service", "The service itself."),
    ]);
    for schema in document.components.iter_mut().flat_map(|components| components.schemas.values_mut()) {
        require_nullable(schema);
    }
    document
}

/// Makes every member that may be null a required one: it says *not reported* by being null, and is never left out. What
/// is left out unless asked for is never null.
fn require_nullable(schema: &mut RefOr<Schema>) {
    let RefOr::T(Schema::Object(object)) = schema else {
        return;
    };
    let is_null = |kind: &SchemaType| match kind {
        SchemaType::Type(kind) => *kind == Type::Null,
        SchemaType::Array(kinds) => kinds.contains(&Type::Null),
        SchemaType::AnyValue => true,
    };
    let may_be_null = |schema: &RefOr<Schema>| match schema {
        RefOr::T(Schema::Object(member)) => is_null(&member.schema_type),
        RefOr::T(Schema::Array(member)) => is_null(&member.schema_type),
        RefOr::T(Schema::OneOf(either)) => either.items.iter().any(|item| match item {
            RefOr::T(Schema::Object(item)) => is_null(&item.schema_type),
            _ => false,
        }),
        _ => false,
    };
    for (name, member) in &object.properties {
        if may_be_null(member) && !object.required.contains(name) {
            object.required.push(name.clone());
        }
    }
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
        Arc::new(Config::from("/openapi.json").try_it_out_enabled(true).validator_url("none").use_base_layout())
    });
    let file = req.match_info().get("file").unwrap_or_default();
    match serve(file, Arc::clone(&CONFIG)) {
        Ok(Some(file)) => Ok(HttpResponse::Ok()
            .content_type(file.content_type)
            .body(actix_web::web::Bytes::from(file.bytes.into_owned()))),
        Ok(None) => Err(Problem::not_found("such page")),
        Err(error) => Err(StoreError::corrupt(error.to_string()).into()),
    }
}
