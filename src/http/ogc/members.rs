//! Locations and campaigns as features.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::web::block;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::asked::{self, MOST};
use super::page::{answer, in_header};
use super::{Here, Link, begin};
use crate::domain::bounding_box::BoundingBox;
use crate::domain::campaign::CampaignContent;
use crate::domain::instant::Instant;
use crate::domain::place::{LocationContent, Point, dot};
use crate::domain::window::{Overlap, TimeFacts, Window};
use crate::formats::flat::{CollectionId, FlatCampaign, FlatLocation};
use crate::formats::geojson::{CollectionType, FeatureType, GeometryType, MEDIA_TYPE as GEOJSON, PointGeometry};
use crate::http::ask::{Ask, now};
use crate::http::entities::{self, EntityQuery, Listed};
use crate::http::errors::{ItemErrors, ListErrors};
use crate::http::paging::Paging;
use crate::http::params::{
    LocationFilterParams, NamedFilterParams, OgcConditionParam, OgcFilterParams, OgcFormParam, OgcMemberParams,
    OgcPageParams, ReadHeaders, ReadParams,
};
use crate::http::problem::{Code, Problem};
use crate::http::respond::{self, Fingerprint, Text};
use crate::index::answer::{Deadline, Late};
use crate::index::sight::Sight;
use crate::query::cursor::digest;
use crate::query::filter::Filter;
use crate::query::filter::members::Filtered;
use crate::query::named::Named;
use crate::query::page::cut;
use crate::query::values::read_box;
use crate::store::error::StoreError;
use crate::view::campaign::Campaign;
use crate::view::location::Location;

/// Members of a piece that a filter is held against before others may write again: some hundred microseconds.
const PIECE: usize = 100;

/// A resource that is given as features without questions of its own.
trait Item: Listed + Filtered {
    /// Its collection.
    const COLLECTION: CollectionId;
    /// One as a feature.
    type Feature: Serialize;
    /// A page of them.
    type Page: Serialize;

    /// One as a feature.
    fn feature(view: &Self::View) -> Self::Feature;
    /// The same by itself, with links.
    fn alone(feature: Self::Feature, links: Vec<Link>) -> Self::Feature;
    /// A page of them.
    fn page(page: Page<Self::Feature>) -> Self::Page;
    /// Whether it lies in a box; what no member of the collection has a place in asks nothing.
    fn is_in(&self, bbox: &BoundingBox) -> bool;
    /// Whether it may lie in a window; what no member of the collection has a time in asks nothing.
    fn is_within(&self, window: &Window) -> bool;
}

/// What a page of any collection has.
struct Page<T> {
    time_stamp: Instant,
    number_matched: u64,
    number_returned: u64,
    links: Vec<Link>,
    features: Vec<T>,
}

macro_rules! features {
    ($(
        $(#[$page_meta:meta])* $page:ident as $page_name:ident;
        $(#[$item_meta:meta])* $item:ident as $item_name:ident of $flat:ident, $id:literal;
        $(#[$geometry_meta:meta])* geometry;
    )+) => {$(
        $(#[$page_meta])*
        #[derive(Serialize, ToSchema)]
        #[schema(as = $page_name)]
        pub struct $page {
            /// Always `FeatureCollection`.
            #[serde(rename = "type")]
            #[schema(example = "FeatureCollection")]
            pub collection_type: CollectionType,
            /// When the page was made, RFC 3339 in UTC.
            #[serde(rename = "timeStamp")]
            #[schema(value_type = String, format = DateTime, example = "2026-02-01T09:30:00.000000Z")]
            pub time_stamp: Instant,
            /// How many features there are in all, exactly.
            #[serde(rename = "numberMatched")]
            #[schema(example = 10, minimum = 0)]
            pub number_matched: u64,
            /// How many features this page has.
            #[serde(rename = "numberReturned")]
            #[schema(example = 10, minimum = 0)]
            pub number_returned: u64,
            /// Where this page and its neighbours are found.
            pub links: Vec<Link>,
            /// What is on this page, by slug.
            pub features: Vec<$item>,
        }

        $(#[$item_meta])*
        #[derive(Serialize, ToSchema)]
        #[schema(as = $item_name)]
        pub struct $item {
            /// Always `Feature`.
            #[serde(rename = "type")]
            #[schema(example = "Feature")]
            pub feature_type: FeatureType,
            /// Its id.
            #[schema(example = $id)]
            pub id: Uuid,
            $(#[$geometry_meta])*
            pub geometry: Option<PointGeometry>,
            /// What is told of it.
            pub properties: $flat,
            /// Where it is found; there where it is asked for by itself.
            #[serde(skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false)]
            pub links: Option<Vec<Link>>,
        }

        impl From<Page<$item>> for $page {
            fn from(page: Page<$item>) -> Self {
                let Page { time_stamp, number_matched, number_returned, links, features } = page;
                let collection_type = CollectionType::FeatureCollection;
                Self { collection_type, time_stamp, number_matched, number_returned, links, features }
            }
        }
    )+};
}

features! {
    /// A page of locations as features.
    LocationItems as OgcLocationItems;
    /// A location as a feature.
    LocationItem as OgcLocationItem of FlatLocation, "019c1159-7000-7001-8000-000000000006";
    /// The point that stands for it; null for countries and first-level divisions, and where none is known.
    geometry;
    /// A page of campaigns as features.
    CampaignItems as OgcCampaignItems;
    /// A campaign as a feature.
    CampaignItem as OgcCampaignItem of FlatCampaign, "019c1159-7000-7004-8000-0000000000c1";
    /// Always null: campaigns have no place.
    geometry;
}

impl Item for LocationContent {
    const COLLECTION: CollectionId = CollectionId::Locations;
    type Feature = LocationItem;
    type Page = LocationItems;

    fn feature(view: &Location) -> LocationItem {
        let at = |Point { lat, lon }| PointGeometry { geometry_type: GeometryType::Point, coordinates: [lon, lat] };
        LocationItem {
            feature_type: FeatureType::Feature,
            id: view.id,
            geometry: dot(view.kind, view.point).map(at),
            properties: FlatLocation::of(view),
            links: None,
        }
    }

    fn alone(feature: LocationItem, links: Vec<Link>) -> LocationItem {
        LocationItem { links: Some(links), ..feature }
    }

    fn page(page: Page<LocationItem>) -> LocationItems {
        page.into()
    }

    fn is_in(&self, bbox: &BoundingBox) -> bool {
        self.dot().is_some_and(|point| bbox.contains(point))
    }

    fn is_within(&self, _: &Window) -> bool {
        true
    }
}

impl Item for CampaignContent {
    const COLLECTION: CollectionId = CollectionId::Campaigns;
    type Feature = CampaignItem;
    type Page = CampaignItems;

    fn feature(view: &Campaign) -> CampaignItem {
        let (id, properties) = (view.id, FlatCampaign::of(view));
        CampaignItem { feature_type: FeatureType::Feature, id, geometry: None, properties, links: None }
    }

    fn alone(feature: CampaignItem, links: Vec<Link>) -> CampaignItem {
        CampaignItem { links: Some(links), ..feature }
    }

    fn page(page: Page<CampaignItem>) -> CampaignItems {
        page.into()
    }

    fn is_in(&self, _: &BoundingBox) -> bool {
        true
    }

    fn is_within(&self, window: &Window) -> bool {
        window.matches(TimeFacts::of(&self.when).as_ref(), Overlap::Possible)
    }
}

/// Answers with a page.
async fn list<C: Item>(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut ask = begin(&req, GEOJSON).await?;
    let paging = Paging::<String>::at_most(MOST, &mut ask.params);
    asked::crs(&mut ask.params, &["crs", "bbox-crs"]);
    asked::filter_language(&mut ask.params);
    asked::where_and_when(&mut ask.params);
    let bbox = ask.params.read("bbox", read_box);
    let ends = [ask.params.take("from"), ask.params.take("to")];
    // What is wrong with them was told of `datetime`.
    let window = Window::parse(ends[0].as_deref(), ends[1].as_deref(), None).unwrap_or_default();
    let query = EntityQuery::parse::<C>(&mut ask.params);
    let filter = Filter::<C::Property>::take(&mut ask.params, None);
    let named = filter.as_ref().map(|(filter, ..)| {
        Named::find_each(filter.questions(), &ask.service.index.read(), ask.clearance, &mut ask.params)
    });
    let seq = ask.finish()?;
    let written = filter.as_ref().map(|(_, text, language)| (text, language));
    let question = digest(&format!("features {} {:?} {bbox:?} {ends:?} {written:?}", C::RESOURCE, query.echo));
    let pinned = paging.pin(&ask, seq, question).await?;
    let (mut members, generation) = {
        let state = ask.service.index.read();
        let matching = ask.sight(&state, pinned.seq).all(C::RESOURCE).filter(|(_, document)| {
            C::of(&document.content).is_some_and(|content| {
                query.matches(document.id, content)
                    && bbox.is_none_or(|bbox| content.is_in(&bbox))
                    && content.is_within(&window)
            })
        });
        let members: Vec<_> = matching.map(|(entity, document)| (entity.slug.clone(), document.id)).collect();
        (members, state.generation)
    };
    if let Some(((filter, ..), named)) = filter.zip(named) {
        members = meeting::<C>(filter, named, members, &ask, pinned.seq, generation).await?;
    }
    let page = cut(members, paging.part());
    let state = ask.service.index.read();
    if state.generation != generation {
        return Err(Problem::restored());
    }
    let sight = ask.sight(&state, pinned.seq);
    let features = page.items.iter().filter_map(|(_, id)| feature::<C>(sight, *id).transpose());
    let features = features.collect::<Result<Vec<_>, StoreError>>()?;
    let (info, here) = (paging.info(&page, pinned), Here::of(&req, &ask.service.dataset));
    let links = here.page_links(&req, C::COLLECTION, &info);
    let header = format!("{}, {}", in_header(&links), respond::permanent_link(&req, pinned.seq));
    let page = Page {
        // Of the moment of the answer, and no part of what its validator is made of.
        time_stamp: now(),
        number_matched: info.total.unwrap_or_default(),
        number_returned: features.len() as u64,
        links,
        features,
    };
    let mut print = Fingerprint::of(ask.clearance);
    print.text(&serde_json::to_string(&(&page.links, &page.features)).map_err(StoreError::from)?);
    let etag = print.text(&format!("{:?}", info.total)).weak();
    if respond::is_known(&req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    let text = serde_json::to_vec(&C::page(page)).map_err(StoreError::from)?;
    Ok(answer(&etag, &header).body(text))
}

/// Those of these members that meet a filter. It may ask much of each, so it takes a turn, and holds up nobody who writes.
async fn meeting<C: Item>(
    filter: Filter<C::Property>,
    named: Vec<Named>,
    members: Vec<(String, Uuid)>,
    ask: &Ask,
    seq: i64,
    generation: u32,
) -> Result<Vec<(String, Uuid)>, Problem> {
    let (turn, deadline, clearance) = (ask.turn().await?, ask.deadline(), ask.clearance);
    let index = Arc::clone(&ask.service.index);
    let work = move || {
        let _turn = turn;
        let filter = filter.at(&named, &index, seq, clearance);
        let mut met = Vec::new();
        for piece in members.chunks(PIECE) {
            if deadline <= Deadline::now() {
                return Err(Problem::from(Late));
            }
            let state = index.read();
            if state.generation != generation {
                return Err(Problem::restored());
            }
            let names = state.entities.at(seq);
            met.extend(piece.iter().filter(|(_, id)| filter.is_met::<C>(*id, names)).cloned());
        }
        Ok(met)
    };
    block(work).await.map_err(|_| Problem::new(Code::Unavailable, "The service is stopping."))?
}

/// Answers with one, by id or slug.
async fn get<C: Item>(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut ask = begin(&req, GEOJSON).await?;
    let seq = ask.finish()?;
    let state = ask.service.index.read();
    let sight = ask.sight(&state, seq);
    let (id, _) = entities::find::<C>(sight, &req)?;
    if let Some(gone) = entities::gone(&state, &req, id, seq) {
        return Err(gone);
    }
    let feature = feature::<C>(sight, id)?.ok_or_else(|| Problem::not_found(format!("{} `{id}`", C::RESOURCE)))?;
    let revision = sight.names().version(id).map_or(0, |(_, version)| version.revision);
    let links = Here::of(&req, &ask.service.dataset).item_links(C::COLLECTION, id);
    let header = format!("{}, {}", in_header(&links), respond::permanent_link(&req, seq));
    let text = serde_json::to_vec(&C::alone(feature, links)).map_err(StoreError::from)?;
    let mut print = Fingerprint::of(ask.clearance);
    let etag = print.bytes(&text).strong(revision, state.head.epoch);
    if respond::is_known(&req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    Ok(respond::whole(&etag, &header, &Text::in_form(GEOJSON, text)))
}

/// A member as a feature, without the number of its events, which would have to be counted for each.
fn feature<C: Item>(sight: Sight<'_>, id: Uuid) -> Result<Option<C::Feature>, StoreError> {
    Ok(entities::view::<C>(sight, id, &HashMap::new())?.map(|view| C::feature(&view)))
}

macro_rules! item_handlers {
    ($content:ty, $filters:ident, $example:literal;
     $(#[$list_meta:meta])* $list:ident at $list_path:literal gives $page:ident;
     $(#[$get_meta:meta])* $get:ident at $get_path:literal gives $item:ident;) => {
        $(#[$list_meta])*
        #[utoipa::path(get, path = $list_path, tag = "ogc",
            params(OgcPageParams, OgcMemberParams, $filters, OgcConditionParam, OgcFilterParams, OgcFormParam, ReadParams,
                ReadHeaders),
            responses((status = 200, description = "A page of features, with links to its neighbours.", body = $page,
                content_type = "application/geo+json",
                headers(("ETag", description = "Weak validator of the page."),
                        ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
                (status = 304, description = "The page is the one the client has."), ListErrors))]
        pub async fn $list(req: HttpRequest) -> Result<HttpResponse, Problem> {
            list::<$content>(req).await
        }

        $(#[$get_meta])*
        #[utoipa::path(get, path = $get_path, tag = "ogc",
            params(("id" = String, Path, description = "Its id or slug.", example = $example), OgcFormParam, ReadParams, ReadHeaders),
            responses((status = 200, description = "The feature.", body = $item, content_type = "application/geo+json",
                headers(("ETag", description = "Strong validator of the feature."),
                        ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
                (status = 304, description = "It is the one the client has."), ItemErrors))]
        pub async fn $get(req: HttpRequest) -> Result<HttpResponse, Problem> {
            get::<$content>(req).await
        }
    };
}

item_handlers! {
    LocationContent, LocationFilterParams, "downtown-los-angeles";
    /// The locations of the dataset as features, by slug.
    list_ogc_location_items at "/ogc/collections/locations/items" gives LocationItems;
    /// One location as a feature.
    get_ogc_location_item at "/ogc/collections/locations/items/{id}" gives LocationItem;
}

item_handlers! {
    CampaignContent, NamedFilterParams, "ice-out";
    /// The campaigns of the dataset as features, by slug.
    list_ogc_campaign_items at "/ogc/collections/campaigns/items" gives CampaignItems;
    /// One campaign as a feature.
    get_ogc_campaign_item at "/ogc/collections/campaigns/items/{id}" gives CampaignItem;
}
