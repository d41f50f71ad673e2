//! What filters can ask about, as JSON Schemas.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};

use super::{Here, give, without_past};
use crate::domain::privacy::Clearance;
use crate::formats::flat::CollectionId;
use crate::http::ask::Service;
use crate::http::errors::ServiceErrors;
use crate::http::params::{OgcFormParam, ValidatorHeader};
use crate::http::problem::Problem;
use crate::query::filter::members::{CampaignProperty, LocationProperty};
use crate::query::filter::{Asked, Kind, Naming, Property};

/// Media type of JSON Schemas.
pub const SCHEMA: &str = "application/schema+json";

/// What the schema is to a collection.
pub const QUERYABLES: &str = "http://www.opengis.net/def/rel/ogc/1.0/queryables";

/// The schema of one property.
fn described<P: Asked>(id: CollectionId, property: P) -> Value {
    let mut schema = match property.kind() {
        Kind::Names => match property.codes() {
            Some(codes) => json!({"type": "string", "enum": codes}),
            None if property.naming() == Naming::Ids => {
                json!({"type": "string", "format": "uuid", "x-ogc-role": "id"})
            }
            None => json!({"type": "string"}),
        },
        Kind::Number => json!({"type": "integer", "minimum": 0}),
        Kind::Metres => json!({"type": "number", "minimum": 0}),
        Kind::Instant => json!({"type": "string", "format": "date-time"}),
        // As CQL2 JSON has intervals: both ends.
        Kind::Stretch => {
            json!({"type": "array", "items": {"type": "string", "format": "date-time"}, "minItems": 2, "maxItems": 2})
        }
        Kind::Geometry => {
            let format = if id == CollectionId::Events { "geometry-multipoint" } else { "geometry-point" };
            json!({"format": format, "x-ogc-role": "primary-geometry"})
        }
    };
    schema["title"] = property.to_string().into();
    schema["description"] = meaning(property).into();
    schema
}

/// How a property is asked about.
fn meaning<P: Asked>(property: P) -> &'static str {
    match property.kind() {
        Kind::Names if property.naming() == Naming::Ids => "Asked by =, <> and IN.",
        Kind::Names => "Asked by =, <>, IN and LIKE; of several values one must meet the condition.",
        Kind::Number => "A number of people, asked by comparisons, BETWEEN and IN.",
        Kind::Metres => "A number of metres, asked by comparisons, BETWEEN and IN.",
        Kind::Instant => "A moment, asked by comparisons with DATE and TIMESTAMP and by functions of time.",
        Kind::Stretch => "A stretch of time, asked by functions of time.",
        Kind::Geometry => "Points, asked by S_INTERSECTS and S_DISJOINT.",
    }
}

/// Answers with the schema of a collection.
fn answer<P: Asked>(req: &HttpRequest, service: &Service, id: CollectionId) -> Result<HttpResponse, Problem> {
    without_past(req, SCHEMA)?;
    let here = Here::of(req, &service.dataset);
    let properties = P::ALL.iter().map(|property| (property.to_string(), described(id, *property)));
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("{}{}", here.site(), id.queryables()),
        "type": "object",
        "title": id.title(),
        "properties": properties.collect::<Map<_, _>>(),
        "additionalProperties": false,
    });
    give(req, SCHEMA, &schema, Clearance::Public, "")
}

macro_rules! queryables_handlers {
    ($($(#[$meta:meta])* $handler:ident at $path:literal tells $property:ident of $id:ident;)+) => {$(
        $(#[$meta])*
        ///
        /// # Errors
        /// Faults of the request.
        #[utoipa::path(get, path = $path, tag = "ogc", params(OgcFormParam, ValidatorHeader),
            responses((status = 200, description = "The JSON Schema.", body = serde_json::Value,
                content_type = "application/schema+json"),
                (status = 304, description = "It is the one the client has."), ServiceErrors))]
        pub async fn $handler(req: HttpRequest, service: web::Data<Service>) -> Result<HttpResponse, Problem> {
            answer::<$property>(&req, &service, CollectionId::$id)
        }
    )+};
}

queryables_handlers! {
    /// What filters of events can ask about.
    get_ogc_event_queryables at "/ogc/collections/events/queryables" tells Property of Events;
    /// What filters of locations can ask about.
    get_ogc_location_queryables at "/ogc/collections/locations/queryables" tells LocationProperty of Locations;
    /// What filters of campaigns can ask about.
    get_ogc_campaign_queryables at "/ogc/collections/campaigns/queryables" tells CampaignProperty of Campaigns;
}
