//! What filters can ask about, as a JSON Schema.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};

use super::{Here, give, without_past};
use crate::domain::privacy::Clearance;
use crate::http::ask::Service;
use crate::http::errors::ServiceErrors;
use crate::http::params::{OgcFormParam, ValidatorHeader};
use crate::http::problem::Problem;
use crate::query::filter::{Kind, Property};

/// Media type of JSON Schemas.
pub const SCHEMA: &str = "application/schema+json";

/// Where the schema is found, and what it is to a collection.
pub struct Queryables {
    /// The path.
    pub path: &'static str,
    /// The relation.
    pub rel: &'static str,
}

/// Those of events.
pub const QUERYABLES: Queryables =
    Queryables { path: "/ogc/collections/events/queryables", rel: "http://www.opengis.net/def/rel/ogc/1.0/queryables" };

/// The schema of one property.
fn described(property: Property) -> Value {
    let mut schema = match property.kind() {
        Kind::Names => match property.codes() {
            Some(codes) => json!({"type": "string", "enum": codes}),
            None if property == Property::Id => json!({"type": "string", "format": "uuid", "x-ogc-role": "id"}),
            None => json!({"type": "string"}),
        },
        Kind::Number => json!({"type": "integer", "minimum": 0}),
        Kind::Instant => json!({"type": "string", "format": "date-time"}),
        // As CQL2 JSON has intervals: both ends.
        Kind::Stretch => {
            json!({"type": "array", "items": {"type": "string", "format": "date-time"}, "minItems": 2, "maxItems": 2})
        }
        Kind::Geometry => json!({"format": "geometry-multipoint", "x-ogc-role": "primary-geometry"}),
    };
    schema["title"] = property.code().into();
    schema["description"] = meaning(property).into();
    schema
}

/// How a property is asked about.
const fn meaning(property: Property) -> &'static str {
    match property.kind() {
        _ if matches!(property, Property::Id) => "Asked by =, <> and IN.",
        Kind::Names => "Asked by =, <>, IN and LIKE; of several values one must meet the condition.",
        Kind::Number => "A number of people, asked by comparisons, BETWEEN and IN.",
        Kind::Instant => "A moment, asked by comparisons with DATE and TIMESTAMP and by functions of time.",
        Kind::Stretch => "A stretch of time, asked by functions of time.",
        Kind::Geometry => "Points, asked by S_INTERSECTS and S_DISJOINT.",
    }
}

/// What filters of events can ask about.
///
/// # Errors
/// Faults of the request.
#[utoipa::path(get, path = "/ogc/collections/events/queryables", operation_id = "get_ogc_event_queryables", tag = "ogc",
    params(OgcFormParam, ValidatorHeader),
    responses((status = 200, description = "The JSON Schema.", body = serde_json::Value, content_type = "application/schema+json"),
        (status = 304, description = "It is the one the client has."), ServiceErrors))]
pub async fn get_ogc_event_queryables(req: HttpRequest, service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    without_past(&req, SCHEMA)?;
    let here = Here::of(&req, &service.dataset);
    let properties = Property::ALL.iter().map(|property| (property.code().to_owned(), described(*property)));
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("{}{}", here.site(), QUERYABLES.path),
        "type": "object",
        "title": "Events",
        "properties": properties.collect::<Map<_, _>>(),
        "additionalProperties": false,
    });
    give(&req, SCHEMA, &schema, Clearance::Public, "")
}
