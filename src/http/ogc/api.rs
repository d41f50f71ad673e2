//! What can be asked at `/ogc`, as an OpenAPI 3.0 document: that part of the service's own document, with paths below `/ogc`, in the
//! older version that GIS programs read. They push down what stands there as a parameter.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};

use super::asked::MOST;
use super::{Here, give, without_past};
use crate::domain::privacy::Clearance;
use crate::http::ask::Service;
use crate::http::errors::ServiceErrors;
use crate::http::openapi::openapi;
use crate::http::openapi30::downgraded;
use crate::http::params::{OgcFormParam, ValidatorHeader};
use crate::http::problem::Problem;

/// Media type of the document.
pub const OPENAPI: &str = "application/vnd.oai.openapi+json;version=3.0";

/// Where the paths of the document begin.
const ROOT: &str = "/ogc";

/// The document without the address of the server.
static DOCUMENT: LazyLock<Value> = LazyLock::new(document);

/// The description of `/ogc` in OpenAPI 3.0.
///
/// # Errors
/// Faults of the request.
#[utoipa::path(get, path = "/ogc/api", operation_id = "get_ogc_api", tag = "ogc", params(OgcFormParam, ValidatorHeader),
    responses((status = 200, description = "The OpenAPI document.", body = serde_json::Value,
        content_type = "application/vnd.oai.openapi+json;version=3.0"),
        (status = 304, description = "The document is the one the client has."), ServiceErrors))]
pub async fn get_ogc_api(req: HttpRequest, service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    without_past(&req, OPENAPI)?;
    let here = Here::of(&req, &service.dataset);
    let mut document = DOCUMENT.clone();
    document["servers"] = json!([{"url": format!("{}{ROOT}", here.site())}]);
    give(&req, OPENAPI, &document, Clearance::Public, "")
}

fn document() -> Value {
    let mut whole = serde_json::to_value(openapi()).unwrap_or_default();
    let paths: Map<String, Value> =
        members(&mut whole["paths"]).filter_map(|(path, item)| Some((below(&path)?, item))).collect();
    let wanted = referred_to(&json!(paths), &whole["components"]["schemas"]);
    let schemas: Map<String, Value> =
        members(&mut whole["components"]["schemas"]).filter(|(name, _)| wanted.contains(name)).collect();
    let tags = whole["tags"].as_array().into_iter().flatten().filter(|tag| tag["name"] == "ogc");
    let mut document = downgraded(json!({
        "info": whole["info"],
        "servers": [{"url": ROOT}],
        "tags": tags.collect::<Vec<_>>(),
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": whole["components"]["securitySchemes"]},
    }));
    for limit in limits(&mut document) {
        limit["schema"]["maximum"] = MOST.into();
    }
    document
}

/// What says how long pages may be. GIS programs choose the length of theirs by the maximum, which Part 1 wants there; the service's own
/// document has none, since to whoever reads it by the letter it would say that more is refused.
fn limits(document: &mut Value) -> impl Iterator<Item = &mut Value> {
    let paths = document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    let parameters = paths.filter_map(|item| item.pointer_mut("/get/parameters")?.as_array_mut()).flatten();
    parameters.filter(|parameter| parameter["name"] == "limit")
}

/// The members of an object, taken out of it.
fn members(value: &mut Value) -> impl Iterator<Item = (String, Value)> + use<> {
    let members = if let Value::Object(members) = value.take() { members } else { Map::new() };
    members.into_iter()
}

/// A path below `/ogc`, as the standard has it.
fn below(path: &str) -> Option<String> {
    let below = path.strip_prefix(ROOT)?;
    Some(if below.is_empty() { "/".to_owned() } else { below.to_owned() })
}

/// The names of all schemas that a description refers to, and that these do.
fn referred_to(description: &Value, schemas: &Value) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    let mut open = names_in(description);
    while let Some(name) = open.pop() {
        if known.insert(name.clone()) {
            open.extend(names_in(&schemas[&name]));
        }
    }
    known
}

fn names_in(value: &Value) -> Vec<String> {
    let mut names = Vec::new();
    if let Some(name) = value["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/components/schemas/")) {
        names.push(name.to_owned());
    }
    match value {
        Value::Object(members) => names.extend(members.values().flat_map(names_in)),
        Value::Array(items) => names.extend(items.iter().flat_map(names_in)),
        _ => {}
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_all_that_it_refers_to_and_nothing_else() {
        let document = document();
        let used = referred_to(&document["paths"], &document["components"]["schemas"]);
        let schemas: BTreeSet<String> =
            document["components"]["schemas"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
        assert_eq!(used, schemas);
        assert!(used.contains("OgcEventItems") && !used.contains("EventList"), "{used:?}");
        let text = document.to_string();
        assert!(!text.contains("\"null\"") && !text.contains("\"examples\""), "what 3.0 does not know is left");
        assert!(document["paths"]["/collections/events/items"]["get"]["parameters"].is_array());
        assert!(document["paths"]["/"].is_object());
    }
}
