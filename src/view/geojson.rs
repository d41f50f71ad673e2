//! Events as GeoJSON (RFC 7946).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::event::Event;
use crate::domain::codes;
use crate::domain::place::Point;
use crate::query::coverage::Monitoring;
use crate::query::echo::EventQueryEcho;
use crate::store::error::StoreError;

/// Media type of GeoJSON.
pub const MEDIA_TYPE: &str = "application/geo+json";

codes! {
    /// What a collection is.
    pub enum CollectionType {
        /// A list of features.
        FeatureCollection = "FeatureCollection",
    }
}

codes! {
    /// What a member of a collection is.
    pub enum FeatureType {
        /// Something with a place.
        Feature = "Feature",
    }
}

codes! {
    /// What a geometry is.
    pub enum GeometryType {
        /// A position.
        Point = "Point",
    }
}

/// All events that match a query, as features.
#[derive(Serialize, ToSchema)]
pub struct EventFeatures {
    /// Always `FeatureCollection`.
    #[serde(rename = "type")]
    #[schema(example = "FeatureCollection")]
    pub collection_type: CollectionType,
    /// The question as it was understood.
    pub query: EventQueryEcho,
    /// Where the question names a place or a window: whether that was monitored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub coverage: Option<Monitoring>,
    /// How many features there are, exactly.
    #[schema(example = 13, minimum = 0)]
    pub total: u64,
    /// The events, in order.
    pub features: Vec<EventFeature>,
}

/// An event as a feature.
#[derive(Serialize, ToSchema)]
pub struct EventFeature {
    /// Always `Feature`.
    #[serde(rename = "type")]
    #[schema(example = "Feature")]
    pub feature_type: FeatureType,
    /// The event's id.
    #[schema(example = "019c1159-7000-7000-8000-0000000000e4")]
    pub id: Uuid,
    /// The point of the event's primary place; null where it has none, so that nothing known by country or first-level
    /// division alone looks like a spot on a map.
    pub geometry: Option<PointGeometry>,
    /// The event with all its places.
    pub properties: Event,
}

/// A position on a map.
#[derive(Serialize, ToSchema)]
pub struct PointGeometry {
    /// Always `Point`.
    #[serde(rename = "type")]
    #[schema(example = "Point")]
    pub geometry_type: GeometryType,
    /// Longitude, then latitude, in degrees on WGS 84.
    #[schema(example = json!([-118.2468, 34.0407]))]
    pub coordinates: [f64; 2],
}

/// Begins a collection.
///
/// # Errors
/// Never for what a query can hold.
pub fn begin(
    query: &EventQueryEcho,
    coverage: Option<&Monitoring>,
    total: usize,
    out: &mut Vec<u8>,
) -> Result<(), StoreError> {
    out.extend_from_slice(br#"{"type":"FeatureCollection","query":"#);
    serde_json::to_writer(&mut *out, query)?;
    if let Some(coverage) = coverage {
        out.extend_from_slice(br#","coverage":"#);
        serde_json::to_writer(&mut *out, coverage)?;
    }
    out.extend_from_slice(format!(r#","total":{total},"features":["#).as_bytes());
    Ok(())
}

/// Ends a collection.
pub fn end(out: &mut Vec<u8>) {
    out.extend_from_slice(b"]}\n");
}

#[derive(Deserialize)]
struct Located {
    id: Uuid,
    places: Vec<LocatedPlace>,
}

#[derive(Deserialize)]
struct LocatedPlace {
    point: Option<Point>,
}

/// Adds an event, given as readers are given it.
///
/// # Errors
/// Never for a document of ours.
pub fn feature(document: &[u8], out: &mut Vec<u8>) -> Result<(), StoreError> {
    let Located { id, places } = serde_json::from_slice(document)?;
    let geometry = places
        .first()
        .and_then(|place| place.point)
        .map(|point| PointGeometry { geometry_type: GeometryType::Point, coordinates: [point.lon, point.lat] });
    out.extend_from_slice(format!(r#"{{"type":"Feature","id":"{id}","geometry":"#).as_bytes());
    serde_json::to_writer(&mut *out, &geometry)?;
    out.extend_from_slice(br#","properties":"#);
    out.extend_from_slice(document);
    out.push(b'}');
    Ok(())
}
