//! Tiles of a map, as Mapbox Vector Tiles (version 2), and what tells a map where they are (`TileJSON` 3.0).

use std::collections::BTreeMap;

use mvt::{Error, Feature, GeomEncoder, GeomType, Layer};
use serde::Serialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::instant::Instant;
use crate::domain::tile::{DEEPEST, EXTENT, Spot};
use crate::domain::verification::Verification;
use crate::domain::vocabulary::{EventStatus, EventType};
use crate::domain::window::Frame;
use crate::index::aggregate::tile::{Dot, Shown};
use crate::index::dictionary::Shape;
use crate::store::error::StoreError;

/// The media type of tiles.
pub const MEDIA_TYPE: &str = "application/vnd.mapbox-vector-tile";

/// The layer of events that stand for themselves.
const EVENTS: &str = "events";
/// The layer of those that are counted together.
const CLUSTERS: &str = "clusters";

/// A tile as bytes; one on which there is nothing has none. `shapes` are those that dates refer to.
///
/// # Errors
/// Never for what is drawn.
pub fn encode(shown: &[(Spot, Shown)], shapes: &[Shape]) -> Result<Vec<u8>, StoreError> {
    encoded(shown, shapes).map_err(|error| StoreError::corrupt(error.to_string()))
}

fn encoded(shown: &[(Spot, Shown)], shapes: &[Shape]) -> Result<Vec<u8>, Error> {
    let mut tile = mvt::Tile::new(EXTENT.unsigned_abs());
    let (mut events, mut clusters) = (tile.create_layer(EVENTS), tile.create_layer(CLUSTERS));
    for (spot, shown) in shown {
        match shown {
            Shown::One(dot) => events = drawn(events, *spot, |feature| add_dot(feature, dot, shapes))?,
            Shown::Several { count, most } => {
                clusters = drawn(clusters, *spot, |feature| {
                    feature.add_tag_uint("count", u64::from(*count));
                    add_type(feature, *most);
                })?;
            }
        }
    }
    for layer in [events, clusters] {
        if layer.num_features() > 0 {
            tile.add_layer(layer)?;
        }
    }
    tile.to_bytes()
}

/// The layer with one more point.
fn drawn(layer: Layer, spot: Spot, tags: impl FnOnce(&mut Feature)) -> Result<Layer, Error> {
    let point = GeomEncoder::new(GeomType::Point).point(f64::from(spot.x), f64::from(spot.y))?.encode()?;
    let mut feature = layer.into_feature(point);
    tags(&mut feature);
    Ok(feature.into_layer())
}

fn add_dot(feature: &mut Feature, dot: &Dot, shapes: &[Shape]) {
    feature.add_tag_string("id", &dot.id.to_string());
    add_type(feature, dot.event_type);
    add_code(feature, "status", dot.status.map(EventStatus::code));
    add_code(feature, "verification", dot.verification.map(Verification::code));
    add_code(feature, "precision", Some(dot.precision.code()));
    let shape = dot.dates.and_then(|(start, number)| Some((start, shapes.get(number as usize)?)));
    if let Some((start, shape)) = shape {
        let [first, last, ..] = shape.bounds(start, Frame::Local);
        for (name, micros) in [("from", first), ("to", last)] {
            let day = Instant::clipped(micros).to_datetime().date_naive();
            feature.add_tag_string(name, &day.format("%Y-%m-%d").to_string());
        }
    }
}

fn add_type(feature: &mut Feature, event_type: Option<EventType>) {
    add_code(feature, "type", event_type.map(EventType::code));
    add_code(feature, "category", event_type.map(|event_type| event_type.category().code()));
}

fn add_code(feature: &mut Feature, name: &str, code: Option<&str>) {
    if let Some(code) = code {
        feature.add_tag_string(name, code);
    }
}

/// A tile, as documents of the service name its bytes.
pub struct VectorTile;

impl PartialSchema for VectorTile {
    fn schema() -> RefOr<Schema> {
        let bytes = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
        let bytes = bytes.format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
        bytes.description(Some("A Mapbox Vector Tile, version 2, with the layers `events` and `clusters`.")).into()
    }
}

impl ToSchema for VectorTile {}

/// Where the tiles of a question are, for a map.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TileSet {
    /// The version of this form.
    #[schema(example = "3.0.0")]
    pub tilejson: &'static str,
    /// The dataset's name.
    #[schema(example = "Marchline")]
    pub name: String,
    /// Whom to name on the map; only there where somebody has to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "The Marchline editors")]
    pub attribution: Option<String>,
    /// The address of a tile, in which `{z}`, `{x}` and `{y}` are to be replaced.
    #[schema(example = json!(["http://127.0.0.1:8080/v1/tiles/{z}/{x}/{y}.mvt"]))]
    pub tiles: Vec<String>,
    /// The lowest zoom level.
    #[schema(minimum = 0, example = 0)]
    pub minzoom: u8,
    /// The highest zoom level.
    #[schema(minimum = 0, example = 18)]
    pub maxzoom: u8,
    /// West, south, east and north of the map, in degrees: what the projection shows of the world.
    #[schema(min_items = 4, max_items = 4, example = json!([-180.0, -85.051_129, 180.0, 85.051_129]))]
    pub bounds: Vec<f64>,
    /// The layers.
    pub vector_layers: Vec<VectorLayer>,
}

/// A layer of tiles.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VectorLayer {
    /// Its name.
    #[schema(example = "events")]
    pub id: &'static str,
    /// What it shows.
    #[schema(example = "Events one by one.")]
    pub description: &'static str,
    /// What its features tell, by name, and in which form. What is not known of a feature it does not have.
    #[schema(value_type = BTreeMap<String, String>, example = json!({"id": "The event's id."}))]
    pub fields: BTreeMap<&'static str, &'static str>,
}

impl TileSet {
    /// The tiles at an address.
    pub fn at(address: String, name: String, attribution: Option<String>) -> Self {
        let of_all = [("type", "A code: the main type."), ("category", "A code: the category of that.")];
        let of_events = [
            ("id", "The event's id."),
            ("status", "A code: the status."),
            ("verification", "A code: how well the event is attested."),
            ("precision", "A code: how exactly the place is known."),
            ("from", "YYYY-MM-DD in its own calendar: the first day on which it may have taken place."),
            ("to", "YYYY-MM-DD: the last such day."),
        ];
        let of_clusters = [("count", "How many events there are.")];
        let vector_layers = vec![
            VectorLayer {
                id: EVENTS,
                description: "Places of events one by one.",
                fields: of_all.into_iter().chain(of_events).collect(),
            },
            VectorLayer {
                id: CLUSTERS,
                description: "Events near one another, in the middle of their places, and the type that most of them have.",
                fields: of_all.into_iter().chain(of_clusters).collect(),
            },
        ];
        Self {
            tilejson: "3.0.0",
            name,
            attribution,
            tiles: vec![address],
            minzoom: 0,
            maxzoom: DEEPEST,
            bounds: vec![-180.0, -85.051_129, 180.0, 85.051_129],
            vector_layers,
        }
    }
}
