//! What a client is told of what it has written.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentType, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder};
use uuid::Uuid;

use super::super::ask::Service;
use super::super::entities;
use super::super::events::event_at;
use super::super::problem::Problem;
use super::super::respond::Fingerprint;
use crate::domain::resource::Resource;
use crate::domain::{actor, campaign, place, source, timeline};
use crate::index::State;
use crate::store::error::StoreError;
use crate::store::log;
use crate::store::write::whole_text;
use crate::view::event::Include;
use crate::view::links::{Titles, links_of, titles};
use crate::view::ready::EventView;

/// A member's document with its validator.
pub struct Written {
    /// The validator.
    pub etag: String,
    /// The JSON text.
    pub text: Vec<u8>,
}

impl Written {
    /// The member as an operation left it. Whoever wrote it is given the whole of it.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub fn at(service: &Service, resource: Resource, id: Uuid, revision: i32, seq: i64) -> Result<Self, Problem> {
        if resource != Resource::Event {
            let state = service.index.read();
            let (etag, text) = entity_text(&state, resource, id, seq)?;
            return Ok(Self { etag, text });
        }
        let is_public = {
            let state = service.index.read();
            let version = state.events.public_at(id, seq).filter(|version| version.revision == revision);
            version.is_some_and(|version| !state.events.is_coarsened(&version))
        };
        let view = EventView::default();
        if is_public {
            let (etag, text) = event_at(service, id, &view, seq)?;
            return Ok(Self { etag, text });
        }
        let body = service.reader.read(|conn| whole_text(conn, id, revision))?;
        let body = body.ok_or_else(|| StoreError::corrupt("a document is missing"))?;
        let mut text = Vec::with_capacity(body.len() * 2);
        view.render(&body, id, (&service.index.read(), seq), &Titles::default(), &mut text)?;
        let mut print = Fingerprint::default();
        print.text(&String::from_utf8_lossy(&text));
        Ok(Self { etag: print.strong(revision, service.index.head().epoch), text })
    }

    /// Answers with the document.
    pub fn respond(self, status: StatusCode, location: Option<&str>) -> HttpResponse {
        let mut response = uncached(status);
        if let Ok(etag) = HeaderValue::from_str(&self.etag) {
            response.insert_header((header::ETAG, etag));
        }
        if let Some(location) = location {
            response.insert_header((header::LOCATION, location));
        }
        response.content_type(ContentType::json()).body(self.text)
    }
}

/// An answer that is for whoever asked alone.
pub fn uncached(status: StatusCode) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CACHE_CONTROL, "private, no-store"));
    response
}

/// A version of a member as its readers see it at an operation, with every part there is and nothing kept from them.
///
/// # Errors
/// When the store cannot be asked.
pub fn whole_view(
    service: &Service,
    resource: Resource,
    id: Uuid,
    revision: i32,
    seq: i64,
) -> Result<serde_json::Value, Problem> {
    let text = if resource == Resource::Event {
        let view = EventView { include: Include::ALL.to_vec(), lang: None };
        let titles = linked_titles(service, id, seq)?;
        let body = service.reader.read(|conn| whole_text(conn, id, revision))?;
        let body = body.ok_or_else(|| StoreError::corrupt("a document is missing"))?;
        let mut text = Vec::with_capacity(body.len() * 2);
        view.render(&body, id, (&service.index.read(), seq), &titles, &mut text)?;
        text
    } else {
        entity_text(&service.index.read(), resource, id, seq)?.1
    };
    Ok(serde_json::from_slice(&text).map_err(StoreError::from)?)
}

fn linked_titles(service: &Service, id: Uuid, seq: i64) -> Result<Titles, Problem> {
    let mut keys: Vec<i64> = {
        let state = service.index.read();
        let others = links_of(&state, seq, id).filter_map(|(_, other, _)| state.events.public_at(other, seq));
        others.map(|version| version.key).collect()
    };
    keys.sort_unstable();
    keys.dedup();
    if keys.is_empty() {
        return Ok(Titles::default());
    }
    Ok(titles(&service.reader.read(|conn| log::texts(conn, &keys))?)?)
}

fn entity_text(state: &State, resource: Resource, id: Uuid, seq: i64) -> Result<(String, Vec<u8>), Problem> {
    match resource {
        Resource::Actor => entities::item::<actor::ActorContent>(state, id, seq),
        Resource::Location => entities::item::<place::LocationContent>(state, id, seq),
        Resource::Source => entities::item::<source::SourceContent>(state, id, seq),
        Resource::Campaign => entities::item::<campaign::CampaignContent>(state, id, seq),
        Resource::Timeline => entities::item::<timeline::TimelineContent>(state, id, seq),
        // Its document is in the store.
        Resource::Event => Err(Problem::not_found(format!("event `{id}`"))),
    }
}
