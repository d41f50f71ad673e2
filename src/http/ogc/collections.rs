//! The collections: what is in them, and between which bounds.

use std::sync::Arc;

use actix_web::web::block;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::queryables::{QUERYABLES, SCHEMA};
use super::{CRS84, Here, Link, begin, give};
use crate::domain::bounding_box::Longitudes;
use crate::domain::campaign::CampaignContent;
use crate::domain::instant::Instant;
use crate::domain::place::LocationContent;
use crate::formats::flat::CollectionId;
use crate::formats::geojson::MEDIA_TYPE as GEOJSON;
use crate::http::ask::Ask;
use crate::http::counting::Counting;
use crate::http::entities::Listed;
use crate::http::errors::AggregateErrors;
use crate::http::params::{OgcFormParam, ReadHeaders, ReadParams};
use crate::http::problem::{Code, Problem};
use crate::http::respond::{self, JSON};
use crate::query::event_query::EventQuery;
use crate::query::named::Named;

impl CollectionId {
    /// Its name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Events => "Events",
            Self::Locations => "Locations",
            Self::Campaigns => "Campaigns",
        }
    }

    const fn description(self) -> &'static str {
        match self {
            Self::Events => {
                "What happened, or was announced to happen, with all the points it took place at; events of which no more than \
                 a country or first-level division is known have no geometry."
            }
            Self::Locations => {
                "Places of the tree country > admin1 > admin2 > locality > neighbourhood > venue, with the point that stands for \
                 each; countries and first-level divisions have none."
            }
            Self::Campaigns => "Named efforts that events belong to. They have no geometry.",
        }
    }

    /// The path of its features.
    pub fn items(self) -> String {
        format!("/ogc/collections/{self}/items")
    }

    /// The path of what filters of them can ask about.
    pub fn queryables(self) -> String {
        format!("/ogc/collections/{self}/queryables")
    }
}

/// The collections.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OgcCollections)]
pub struct Collections {
    /// Where to go from here.
    pub links: Vec<Link>,
    /// Each of them.
    pub collections: Vec<Collection>,
}

/// A collection of features.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OgcCollection)]
pub struct Collection {
    /// Its name in paths.
    #[schema(example = "events")]
    pub id: CollectionId,
    /// Its name for people.
    #[schema(example = "Events")]
    pub title: &'static str,
    /// What is in it.
    #[schema(example = "What happened.")]
    pub description: &'static str,
    /// What all of it lies between.
    pub extent: Extent,
    /// Always `feature`.
    #[serde(rename = "itemType")]
    #[schema(example = "feature")]
    pub item_type: &'static str,
    /// The reference systems in which coordinates can be given.
    #[schema(example = json!(["http://www.opengis.net/def/crs/OGC/1.3/CRS84"]))]
    pub crs: Vec<&'static str>,
    /// Where its features are, and what can be asked about them.
    pub links: Vec<Link>,
}

/// What a collection lies between. What is not known is left out.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = OgcExtent)]
pub struct Extent {
    /// On the map.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub spatial: Option<SpatialExtent>,
    /// In time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub temporal: Option<TemporalExtent>,
}

/// What a collection lies between on the map.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OgcSpatialExtent)]
pub struct SpatialExtent {
    /// One box: west, south, east and north in degrees; west is greater than east where it crosses the antimeridian.
    #[schema(example = json!([[-118.3, 34.0, -118.2, 34.1]]))]
    pub bbox: Vec<Vec<f64>>,
    /// The reference system of the box.
    #[schema(example = "http://www.opengis.net/def/crs/OGC/1.3/CRS84")]
    pub crs: &'static str,
}

/// What a collection lies between in time.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OgcTemporalExtent)]
pub struct TemporalExtent {
    /// One interval: the first and the last moment, RFC 3339 in UTC; null where that is open.
    #[schema(value_type = Vec<Vec<Option<String>>>, example = json!([["2026-01-30T08:00:00.000000Z", null]]))]
    pub interval: Vec<[Option<Instant>; 2]>,
    /// The calendar of the interval.
    #[schema(example = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian")]
    pub trs: &'static str,
}

const GREGORIAN: &str = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian";

impl Extent {
    fn of(sides: Option<Vec<f64>>, interval: Option<[Option<Instant>; 2]>) -> Self {
        let spatial = sides.map(|sides| SpatialExtent { bbox: vec![sides], crs: CRS84 });
        let temporal = interval.map(|interval| TemporalExtent { interval: vec![interval], trs: GREGORIAN });
        Self { spatial, temporal }
    }
}

impl Collection {
    /// A collection between bounds.
    fn of(id: CollectionId, extent: Extent, here: &Here) -> Self {
        let links = vec![
            here.link(&format!("/ogc/collections/{id}"), "self", JSON, "This collection"),
            here.link(&id.items(), "items", GEOJSON, "Its features"),
            here.link(&id.queryables(), QUERYABLES, SCHEMA, "What filters can ask about"),
            here.link(&format!("/v1/{id}"), "alternate", JSON, "The same with all that is known"),
        ];
        Self {
            id,
            title: id.title(),
            description: id.description(),
            extent,
            item_type: "feature",
            crs: vec![CRS84],
            links,
        }
    }
}

/// What a collection lies between, for a reader at an operation.
async fn extent(id: CollectionId, ask: &Ask, seq: i64) -> Result<Extent, Problem> {
    match id {
        CollectionId::Events => extent_of_events(ask, seq).await,
        CollectionId::Locations => {
            let points = of_all::<LocationContent, _>(ask, seq, LocationContent::dot);
            let mut longitudes = Longitudes::default();
            for point in &points {
                longitudes.add(point.lon);
            }
            let latitudes = || points.iter().map(|point| point.lat);
            let (south, north) = (latitudes().fold(90.0, f64::min), latitudes().fold(-90.0, f64::max));
            Ok(Extent::of(longitudes.bounds().map(|(west, east)| vec![west, south, east, north]), None))
        }
        CollectionId::Campaigns => {
            let times = of_all::<CampaignContent, _>(ask, seq, |campaign| campaign.when.bounds());
            let open = |at: Instant| Some(at).filter(|at| *at > Instant::MIN && *at < Instant::MAX);
            let first = times.iter().map(|(first, _)| *first).min();
            let last = times.iter().map(|(_, last)| *last).max();
            Ok(Extent::of(None, first.zip(last).map(|(first, last)| [open(first), open(last)])))
        }
    }
}

/// What all members of a resource that a reader sees say of something.
fn of_all<C: Listed, T>(ask: &Ask, seq: i64, of: impl Fn(&C) -> Option<T>) -> Vec<T> {
    let state = ask.service.index.read();
    let sight = ask.sight(&state, seq);
    sight.all(C::RESOURCE).filter_map(|(_, document)| of(C::of(&document.content)?)).collect()
}

/// Looks at all events, so it takes a turn.
async fn extent_of_events(ask: &Ask, seq: i64) -> Result<Extent, Problem> {
    let (turn, deadline, clearance) = (ask.turn().await?, ask.deadline(), ask.clearance);
    let (index, values) = (Arc::clone(&ask.service.index), Arc::clone(&ask.service.values));
    let work = move || {
        let _turn = turn;
        let (query, named) = (EventQuery::default(), Named::default());
        Counting { index: &index, query: &query, named: &named, seq, clearance, deadline, known: &values }.extent()
    };
    let extent = block(work).await.map_err(|_| Problem::new(Code::Unavailable, "The service is stopping."))??;
    let interval = extent.time.map(|time| {
        let closed = |instant, open: i64| Some(instant).filter(|_| open == 0);
        [closed(time.earliest, time.open_start), closed(time.latest, time.open_end)]
    });
    Ok(Extent::of(extent.bbox, interval))
}

/// The collections of features.
///
/// # Errors
/// Faults of the request; 503 where too much is counted.
#[utoipa::path(get, path = "/ogc/collections", operation_id = "list_ogc_collections", tag = "ogc",
    params(OgcFormParam, ReadParams, ReadHeaders),
    responses((status = 200, description = "The collections.", body = Collections),
        (status = 304, description = "They are those the client has."), AggregateErrors))]
pub async fn list_ogc_collections(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut ask = begin(&req, JSON).await?;
    let seq = ask.finish()?;
    let here = Here::of(&req, &ask.service.dataset);
    let mut collections = Vec::new();
    for id in CollectionId::ALL {
        collections.push(Collection::of(*id, extent(*id, &ask, seq).await?, &here));
    }
    let document = Collections { links: vec![here.itself(JSON)], collections };
    give(&req, JSON, &document, ask.clearance, &respond::permanent_link(&req, seq))
}

/// Answers with one.
async fn collection(req: HttpRequest, id: CollectionId) -> Result<HttpResponse, Problem> {
    let mut ask = begin(&req, JSON).await?;
    let seq = ask.finish()?;
    let here = Here::of(&req, &ask.service.dataset);
    let document = Collection::of(id, extent(id, &ask, seq).await?, &here);
    give(&req, JSON, &document, ask.clearance, &respond::permanent_link(&req, seq))
}

macro_rules! collection_handlers {
    ($($(#[$meta:meta])* $handler:ident at $path:literal is $id:ident;)+) => {$(
        $(#[$meta])*
        ///
        /// # Errors
        /// Faults of the request; 503 where too much is counted.
        #[utoipa::path(get, path = $path, tag = "ogc", params(OgcFormParam, ReadParams, ReadHeaders),
            responses((status = 200, description = "The collection.", body = Collection),
                (status = 304, description = "It is the one the client has."), AggregateErrors))]
        pub async fn $handler(req: HttpRequest) -> Result<HttpResponse, Problem> {
            collection(req, CollectionId::$id).await
        }
    )+};
}

collection_handlers! {
    /// Events as a collection of features.
    get_ogc_events at "/ogc/collections/events" is Events;
    /// Locations as a collection of features.
    get_ogc_locations at "/ogc/collections/locations" is Locations;
    /// Campaigns as a collection of features, which have no geometry.
    get_ogc_campaigns at "/ogc/collections/campaigns" is Campaigns;
}
