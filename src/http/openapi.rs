//! The OpenAPI document, made from the table of routes.

use serde::Serialize;
use utoipa::OpenApi;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ContactBuilder, ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi as Document, Ref, RefOr, ResponseBuilder,
    Schema, Server,
};

use super::gate;
use super::openapi30::downgraded;
use super::problem::MEDIA_TYPE;
use super::routes::Documented;

/// The OpenAPI document as indented JSON with a line feed at its end.
pub fn openapi_text() -> String {
    in_lines(&openapi())
}

/// The same in OpenAPI 3.0, for tools that read no other.
pub fn openapi_30_text() -> String {
    in_lines(&downgraded(serde_json::to_value(openapi()).unwrap_or_default()))
}

fn in_lines(document: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
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
        tag("changes", "What each operation changed, as a feed and as a stream."),
        tag("duplicates", "Which events may be one."),
        tag("imports", "Files that are taken over, as jobs; for those who write."),
        tag("coverage", "Who looked where, and when."),
        tag("vocabulary", "The codes."),
        tag("webhooks", "Subscriptions to the change log; for administrators."),
        tag("keys", "Keys by which clients are known; for administrators."),
        tag("ogc", "The dataset as OGC API Features, for GIS programs."),
        tag("service", "The service itself."),
    ]);
    let key = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("mk_ and 43 characters").description(Some(
        "A key of `marchline keys create` or `/v1/keys`. Any request may show one, which is then counted by itself where \
         requests are limited; a key that is not accepted is a 401 everywhere.",
    ));
    if let Some(components) = &mut document.components {
        components.add_security_scheme("key", SecurityScheme::Http(key.build()));
    }
    for (path, item) in &mut document.paths.paths {
        if !gate::is_health(path) {
            operations(item).for_each(add_problems_of_the_gate);
        }
    }
    let schemas = document.components.iter_mut().flat_map(|components| components.schemas.iter_mut());
    // Of a document that is sent, what is null may as well be left out.
    for (_, schema) in schemas.filter(|(name, _)| !name.ends_with("In")) {
        require_nullable(schema);
    }
    for operation in document.paths.paths.values_mut().filter_map(|path| path.get.as_mut()) {
        describe_citing(operation);
    }
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten()
}

/// Adds what any request may be told before it reaches its handler.
fn add_problems_of_the_gate(operation: &mut Operation) {
    for (status, description) in [
        ("401", "The key is not accepted, or one is needed and none was shown."),
        ("429", "More requests than the client may make; `Retry-After` says when the next one can be answered."),
    ] {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let problem = ResponseBuilder::new().description(description).content(MEDIA_TYPE, content);
        operation.responses.responses.insert(status.to_owned(), problem.into());
    }
}

/// Describes the headers by which an answer can be cited and checked: whatever can be asked of the past has them.
fn describe_citing(operation: &mut Operation) {
    let mut parameters = operation.parameters.iter().flatten();
    if !parameters.any(|parameter| parameter.name == "as_of") {
        return;
    }
    let Some(RefOr::T(answer)) = operation.responses.responses.get_mut("200") else {
        return;
    };
    let header = |description: &str| HeaderBuilder::new().description(Some(description)).build();
    let link = "`cite-as`: where this very answer is found whatever is written since. Lists also have their neighbouring \
        pages, as `first`, `next` and `prev`.";
    answer.headers.insert("Link".to_owned(), header(link));
    // What is streamed has none: its headers go out first.
    let is_streamed = operation.operation_id.as_deref().is_some_and(|id| id.starts_with("export_"));
    if answer.content.contains_key("application/json") && !is_streamed {
        let digest =
            "SHA-256 of the JSON text (RFC 9530). An answer with a content coding has it as `Unencoded-Digest`.";
        answer.headers.insert("Repr-Digest".to_owned(), header(digest));
    }
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
