//! Pages of features as the standard has them, and how those are written that hold events: piece by piece, so that a page of any
//! length takes the same memory.

use std::vec::IntoIter;

use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use futures_util::stream::{StreamExt, iter, try_unfold};
use serde::Serialize;
use url::form_urlencoded;
use uuid::Uuid;

use super::{CRS84, Here, Link};
use crate::domain::instant::Instant;
use crate::domain::privacy::Clearance;
use crate::formats::flat::CollectionId;
use crate::formats::geojson::MEDIA_TYPE as GEOJSON;
use crate::http::ask::{Service, now};
use crate::http::export::LAST_WORDS;
use crate::http::paging::PageInfo;
use crate::http::problem::Problem;
use crate::http::respond::{Fingerprint, JSON};
use crate::http::selection::Selection;
use crate::index::sight::Sight;
use crate::store::error::StoreError;
use crate::view::ready::EventView;

/// Events of a piece: some hundred kilobytes, a few milliseconds. Far fewer where the program is built for tests.
const PIECE: usize = if cfg!(debug_assertions) { 16 } else { 200 };

impl Here {
    /// The links of a page of features.
    pub fn page_links(&self, req: &HttpRequest, id: CollectionId, page: &PageInfo) -> Vec<Link> {
        let mut links = vec![self.itself(GEOJSON)];
        let pairs = form_urlencoded::parse(req.query_string().as_bytes()).filter(|(name, _)| name != "cursor");
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let mut to = |cursor: Option<&str>, rel, title| {
            if let Some(cursor) = cursor {
                let separator = if query.is_empty() { "" } else { "&" };
                links.push(self.link(
                    &format!("{}?{query}{separator}cursor={cursor}", req.path()),
                    rel,
                    GEOJSON,
                    title,
                ));
            }
        };
        to(page.next.as_deref(), "next", "The next page");
        to(page.previous.as_deref(), "prev", "The previous page");
        links.push(self.link(&format!("/ogc/collections/{id}"), "collection", JSON, "The collection"));
        links.push(self.link(&format!("/v1/{id}"), "alternate", JSON, "The same with all that is known"));
        links
    }

    /// The links of a single feature.
    pub fn item_links(&self, id: CollectionId, item: Uuid) -> Vec<Link> {
        vec![
            self.itself(GEOJSON),
            self.link(&format!("/ogc/collections/{id}"), "collection", JSON, "The collection"),
            self.link(&format!("/v1/{id}/{item}"), "alternate", JSON, "The same with all that is known"),
        ]
    }
}

/// Links as `Link` (RFC 8288) has them.
pub fn in_header(links: &[Link]) -> String {
    let link = |link: &Link| format!("<{}>; rel=\"{}\"; type=\"{}\"", link.href, link.rel, link.media_type);
    links.iter().map(link).collect::<Vec<_>>().join(", ")
}

/// What stands in front of the features of a page.
#[derive(Serialize)]
pub struct Head<'a> {
    #[serde(rename = "type")]
    collection_type: &'static str,
    #[serde(rename = "timeStamp")]
    time_stamp: Instant,
    #[serde(rename = "numberMatched")]
    number_matched: Option<u64>,
    links: &'a [Link],
}

impl<'a> Head<'a> {
    /// That of a page, made now.
    pub fn of(page: &PageInfo, links: &'a [Link]) -> Self {
        Self { collection_type: "FeatureCollection", time_stamp: now(), number_matched: page.total, links }
    }

    /// The beginning of the page.
    fn write(&self) -> Result<Vec<u8>, StoreError> {
        let mut text = serde_json::to_vec(self)?;
        text.pop();
        text.extend_from_slice(b",\"features\":[");
        Ok(text)
    }
}

/// The events of a page that are not written yet.
pub struct Rest {
    /// What they are read from.
    pub service: Data<Service>,
    /// Their rows.
    pub rows: IntoIter<u32>,
    /// How they are given.
    pub view: EventView,
    /// The operation they are read at.
    pub seq: i64,
    /// What whoever asks may be given.
    pub clearance: Clearance,
    /// The state of the index that the page was found in.
    pub generation: u32,
    /// How many were written.
    pub written: u64,
    /// Whether the end was written, or nothing more can be.
    pub is_over: bool,
}

impl Rest {
    /// Adds the next ones, each by `feature`, and the end behind the last.
    fn write(&mut self, feature: Feature, out: &mut Vec<u8>) -> Result<(), Problem> {
        let chosen = {
            let state = self.service.index.read();
            if state.generation != self.generation {
                return Err(Problem::restored());
            }
            let sight = Sight { state: &state, seq: self.seq, clearance: self.clearance };
            // A policy that came meanwhile hides some of them.
            let versions = self.rows.by_ref().take(PIECE).filter_map(|row| state.events.of_row(row));
            Selection::of(&self.service, sight, &self.view, versions, &mut Fingerprint::default())
        };
        for document in chosen.documents(&self.service, &self.view)? {
            if self.written > 0 {
                out.push(b',');
            }
            feature(&document, out)?;
            self.written += 1;
        }
        if self.rows.as_slice().is_empty() {
            out.extend_from_slice(format!("],\"numberReturned\":{}}}", self.written).as_bytes());
            self.is_over = true;
        }
        Ok(())
    }
}

/// Writes an event, given as readers are given it.
pub type Feature = fn(&[u8], &mut Vec<u8>) -> Result<(), StoreError>;

/// Answers with a page of events. Pieces are read by this thread, as short pages are, when the connection has taken the one before.
///
/// # Errors
/// When the first events cannot be read; later ones end the connection without an end of the answer.
pub fn stream(
    head: &Head<'_>,
    mut rest: Rest,
    feature: Feature,
    etag: &str,
    link: &str,
) -> Result<HttpResponse, Problem> {
    let mut first = head.write()?;
    rest.write(feature, &mut first)?;
    let others = try_unfold(rest, move |mut rest| async move {
        if rest.is_over {
            return Ok(None);
        }
        let mut piece = Vec::new();
        // A piece of which all is hidden by now would be the end of the answer.
        while piece.is_empty() {
            if let Err(problem) = rest.write(feature, &mut piece) {
                tokio::time::sleep(LAST_WORDS).await;
                return Err(problem);
            }
        }
        Ok(Some((Bytes::from(piece), rest)))
    });
    Ok(answer(etag, link).streaming(iter([Ok(Bytes::from(first))]).chain(others)))
}

/// An answer of features. It has no digest: the moment of the answer is part of it.
pub fn answer(etag: &str, link: &str) -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "public, no-cache")).insert_header((header::ETAG, etag));
    response.insert_header((header::LINK, link)).insert_header(("content-crs", format!("<{CRS84}>")));
    response.content_type(GEOJSON);
    response
}
