//! Events as features.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::asked::{self, MOST};
use super::page::{Head, Rest, in_header, stream};
use super::{Here, Link, begin};
use crate::domain::instant::Instant;
use crate::formats::flat::{CollectionId, FlatEvent, MultiPoint};
use crate::formats::geojson::{CollectionType, FeatureType, MEDIA_TYPE as GEOJSON};
use crate::formats::told::Told;
use crate::http::errors::{ItemErrors, ListErrors};
use crate::http::event_ask::EventAsk;
use crate::http::events::{find, find_page, select_one};
use crate::http::paging::Paging;
use crate::http::params::{
    LangParam, OgcEventParams, OgcFilterParams, OgcFormParam, OgcPageParams, ReadHeaders, ReadParams,
};
use crate::http::problem::Problem;
use crate::http::respond::{self, Fingerprint, Text};
use crate::index::order::EventKey;
use crate::store::error::StoreError;
use crate::view::ready::EventView;

/// A page of events as features.
#[derive(Serialize, ToSchema)]
#[schema(as = OgcEventItems)]
pub struct EventItems {
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
    #[schema(example = 13, minimum = 0)]
    pub number_matched: u64,
    /// Where this page and its neighbours are found.
    pub links: Vec<Link>,
    /// The events of this page, newest first.
    pub features: Vec<EventItem>,
    /// How many features this page has.
    #[serde(rename = "numberReturned")]
    #[schema(example = 13, minimum = 0)]
    pub number_returned: u64,
}

/// An event as a feature.
#[derive(Serialize, ToSchema)]
#[schema(as = OgcEventItem)]
pub struct EventItem {
    /// Always `Feature`.
    #[serde(rename = "type")]
    #[schema(example = "Feature")]
    pub feature_type: FeatureType,
    /// The event's id.
    #[schema(example = "019c1159-7000-7000-8000-0000000000e4")]
    pub id: Uuid,
    /// All points of its places; null where no more is known than countries and first-level divisions.
    pub geometry: Option<MultiPoint>,
    /// What is told of it.
    pub properties: FlatEvent,
    /// Where it is found; there for a single event.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub links: Option<Vec<Link>>,
}

impl EventItem {
    /// An event, given as readers are given it.
    fn read(document: &[u8]) -> Result<Self, StoreError> {
        let event = Told::read(document)?;
        Ok(Self {
            feature_type: FeatureType::Feature,
            id: event.id,
            geometry: MultiPoint::of(&event),
            properties: FlatEvent::of(&event),
            links: None,
        })
    }
}

fn write(document: &[u8], out: &mut Vec<u8>) -> Result<(), StoreError> {
    Ok(serde_json::to_writer(out, &EventItem::read(document)?)?)
}

/// The events that match a query as features, newest first, with all their points. Every filter of `/v1/events` is a parameter here.
#[utoipa::path(get, path = "/ogc/collections/events/items", operation_id = "list_ogc_event_items", tag = "ogc",
    params(OgcPageParams, OgcEventParams, OgcFilterParams, LangParam, OgcFormParam, ReadParams, ReadHeaders),
    responses((status = 200, description = "A page of features, with links to its neighbours.", body = EventItems,
        content_type = "application/geo+json",
        headers(("ETag", description = "Weak validator of the page: another one after any write."),
                ("Content-Crs", description = "The reference system of the coordinates."),
                ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
        (status = 304, description = "Nothing was written since the client asked."), ListErrors))]
pub async fn list_ogc_event_items(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut ask = begin(&req, GEOJSON).await?;
    let paging = Paging::<EventKey>::at_most(MOST, &mut ask.params);
    asked::crs(&mut ask.params, &["crs", "bbox-crs"]);
    asked::filter_language(&mut ask.params);
    asked::where_and_when(&mut ask.params);
    let mut asked = EventAsk::in_words(&mut ask);
    let seq = asked.finish(&mut ask)?;
    let pinned = paging.pin(&ask, seq, asked.query.question()).await?;
    let here = Here::of(&req, &ask.service.dataset);
    // From before anything is read, as that of a whole answer.
    let mut print = Fingerprint::of(ask.clearance);
    print.text(req.query_string()).number(pinned.seq).number(ask.head.seq).number(ask.head.epoch);
    let etag = print.text(here.site()).weak();
    if respond::is_known(&req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    let (page, _, generation) = find_page(&ask, &asked, &paging, pinned.seq).await?;
    let info = paging.info(&page, pinned);
    let links = here.page_links(&req, CollectionId::Events, &info);
    let rest = Rest {
        service: ask.service.clone(),
        rows: page.items.into_iter().map(|(_, row)| row).collect::<Vec<_>>().into_iter(),
        view: asked.view,
        seq: pinned.seq,
        clearance: ask.clearance,
        generation,
        written: 0,
        is_over: false,
    };
    let link = format!("{}, {}", in_header(&links), respond::permanent_link(&req, pinned.seq));
    stream(&Head::of(&info, &links), rest, write, &etag, &link)
}

/// One event as a feature.
#[utoipa::path(get, path = "/ogc/collections/events/items/{id}", operation_id = "get_ogc_event_item", tag = "ogc",
    params(("id" = Uuid, Path, description = "The event's id.", example = "019c1159-7000-7000-8000-0000000000e4"),
        LangParam, OgcFormParam, ReadParams, ReadHeaders),
    responses((status = 200, description = "The event.", body = EventItem, content_type = "application/geo+json",
        headers(("ETag", description = "Strong validator of the event."),
                ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
        (status = 304, description = "The event is the one the client has."), ItemErrors))]
pub async fn get_ogc_event_item(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut ask = begin(&req, GEOJSON).await?;
    let view = EventView::in_words(&mut ask.params);
    let seq = ask.finish()?;
    let (selection, etag) = {
        let state = ask.service.index.read();
        let sight = ask.sight(&state, seq);
        select_one(&ask.service, sight, &view, find(sight, &req)?)
    };
    if respond::is_known(&req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    let document = selection.documents(&ask.service, &view)?.concat();
    let mut item = EventItem::read(&document)?;
    let here = Here::of(&req, &ask.service.dataset);
    let links = here.item_links(CollectionId::Events, item.id);
    let header = format!("{}, {}", in_header(&links), respond::permanent_link(&req, seq));
    item.links = Some(links);
    let text = serde_json::to_vec(&item).map_err(StoreError::from)?;
    Ok(respond::whole(&etag, &header, &Text::in_form(GEOJSON, text)))
}
