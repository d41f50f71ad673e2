//! Events as GeoJSON (RFC 7946).

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{About, Writer};
use crate::domain::codes;
use crate::domain::place::Point;
use crate::query::coverage::Monitoring;
use crate::query::echo::EventQueryEcho;
use crate::store::error::StoreError;
use crate::view::event::Event;

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

/// Writes a collection.
pub struct Features {
    about: Arc<About>,
    is_first: bool,
}

impl Features {
    /// The collection of a list.
    pub const fn new(about: Arc<About>) -> Self {
        Self { about, is_first: true }
    }
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

impl Writer for Features {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), StoreError> {
        out.extend_from_slice(br#"{"type":"FeatureCollection","query":"#);
        serde_json::to_writer(&mut *out, &self.about.query)?;
        if let Some(coverage) = &self.about.coverage {
            out.extend_from_slice(br#","coverage":"#);
            serde_json::to_writer(&mut *out, coverage)?;
        }
        out.extend_from_slice(format!(r#","total":{},"features":["#, self.about.total).as_bytes());
        Ok(())
    }

    fn event(&mut self, document: &[u8], out: &mut Vec<u8>) -> Result<(), StoreError> {
        let Located { id, places } = serde_json::from_slice(document)?;
        let geometry = places
            .first()
            .and_then(|place| place.point)
            .map(|point| PointGeometry { geometry_type: GeometryType::Point, coordinates: [point.lon, point.lat] });
        if !std::mem::take(&mut self.is_first) {
            out.push(b',');
        }
        out.extend_from_slice(format!(r#"{{"type":"Feature","id":"{id}","geometry":"#).as_bytes());
        serde_json::to_writer(&mut *out, &geometry)?;
        out.extend_from_slice(br#","properties":"#);
        out.extend_from_slice(document);
        out.push(b'}');
        Ok(())
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"]}\n");
    }
}
