//! The OpenAPI document, made from the table of routes.

use utoipa::OpenApi;
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{ContactBuilder, InfoBuilder, LicenseBuilder, OpenApi as Document, RefOr, Schema, Server};

use super::routes::Documented;

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
    let tag = |name: &str, description: &str| TagBuilder::new().name(name).description(Some(description)).build();
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
