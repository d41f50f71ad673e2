//! What filters can ask about, as a JSON Schema.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

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

/// What filters in CQL2 can ask about: a JSON Schema, of which each property is one.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OgcQueryables)]
pub struct Schema {
    /// The version of JSON Schema.
    #[serde(rename = "$schema")]
    #[schema(example = "https://json-schema.org/draft/2020-12/schema")]
    pub schema: &'static str,
    /// Where this is found.
    #[serde(rename = "$id")]
    #[schema(example = "https://timeline.example.org/ogc/collections/events/queryables")]
    pub id: String,
    /// Always `object`.
    #[serde(rename = "type")]
    #[schema(example = "object")]
    pub schema_type: &'static str,
    /// What it is of.
    #[schema(example = "Events")]
    pub title: &'static str,
    /// The properties.
    #[schema(value_type = std::collections::BTreeMap<String, serde_json::Value>, example = json!({"type": {"type": "string"}}))]
    pub properties: Map<String, Value>,
    /// Whether filters can ask about anything else.
    #[serde(rename = "additionalProperties")]
    #[schema(example = false)]
    pub additional_properties: bool,
}

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
    schema["description"] = meaning(property.kind()).into();
    schema
}

/// How a kind of property is asked about.
const fn meaning(kind: Kind) -> &'static str {
    match kind {
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
    responses((status = 200, description = "The JSON Schema.", body = Schema, content_type = "application/schema+json"),
        (status = 304, description = "It is the one the client has."), ServiceErrors))]
pub async fn get_ogc_event_queryables(req: HttpRequest, service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    without_past(&req, SCHEMA)?;
    let here = Here::of(&req, &service.dataset);
    let schema = Schema {
        schema: "https://json-schema.org/draft/2020-12/schema",
        id: format!("{}{}", here.site(), QUERYABLES.path),
        schema_type: "object",
        title: "Events",
        properties: Property::ALL.iter().map(|property| (property.code().to_owned(), described(*property))).collect(),
        additional_properties: false,
    };
    give(&req, SCHEMA, &schema, Clearance::Public, "")
}
