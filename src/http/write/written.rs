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
use crate::domain::crosswalk::Vocabulary;
use crate::domain::privacy::Clearance;
use crate::domain::resource::Resource;
use crate::domain::{actor, campaign, place, source, timeline};
use crate::index::events::EventVersion;
use crate::index::sight::Sight;
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
    /// The member as an operation left it. Whoever wrote it is given the whole of it, also where no other reader with the same
    /// clearance is.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub fn at(
        service: &Service,
        (resource, id): (Resource, Uuid),
        revision: i32,
        seq: i64,
        clearance: Clearance,
    ) -> Result<Self, Problem> {
        if resource != Resource::Event {
            let state = service.index.read();
            let (etag, text) = entity_text(Sight { state: &state, seq, clearance }, resource, id)?;
            return Ok(Self { etag, text });
        }
        let is_given = {
            let state = service.index.read();
            let is_whole =
                |version: &EventVersion| clearance == Clearance::Restricted || !state.events.is_coarsened(version);
            let version = state.events.seen_at(id, seq, clearance).filter(|version| version.revision == revision);
            version.is_some_and(|version| is_whole(&version))
        };
        let view = EventView::default();
        if is_given {
            let (etag, text) = event_at(service, id, &view, seq, clearance)?;
            return Ok(Self { etag, text });
        }
        let body = service.reader.read(|conn| whole_text(conn, id, revision))?;
        let body = body.ok_or_else(|| StoreError::corrupt("a document is missing"))?;
        let mut text = Vec::with_capacity(body.len() * 2);
        let sight = Sight { state: &service.index.read(), seq, clearance };
        view.render(&body, id, sight, &Titles::default(), &mut text)?;
        let mut print = Fingerprint::of(clearance);
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
    (resource, id): (Resource, Uuid),
    revision: i32,
    seq: i64,
    clearance: Clearance,
) -> Result<serde_json::Value, Problem> {
    let text = if resource == Resource::Event {
        let view =
            EventView { include: Include::ALL.to_vec(), vocab: Vocabulary::ALL.to_vec(), ..EventView::default() };
        let titles = linked_titles(service, id, seq, clearance)?;
        let body = service.reader.read(|conn| whole_text(conn, id, revision))?;
        let body = body.ok_or_else(|| StoreError::corrupt("a document is missing"))?;
        let mut text = Vec::with_capacity(body.len() * 2);
        let sight = Sight { state: &service.index.read(), seq, clearance };
        view.render(&body, id, sight, &titles, &mut text)?;
        text
    } else {
        entity_text(Sight { state: &service.index.read(), seq, clearance }, resource, id)?.1
    };
    Ok(serde_json::from_slice(&text).map_err(StoreError::from)?)
}

fn linked_titles(service: &Service, id: Uuid, seq: i64, clearance: Clearance) -> Result<Titles, Problem> {
    let mut keys: Vec<i64> = {
        let sight = Sight { state: &service.index.read(), seq, clearance };
        let others = links_of(sight, id).filter_map(|(_, other, _)| sight.event(other));
        others.map(|version| version.key).collect()
    };
    keys.sort_unstable();
    keys.dedup();
    if keys.is_empty() {
        return Ok(Titles::default());
    }
    Ok(titles(&service.reader.read(|conn| log::texts(conn, &keys))?)?)
}

fn entity_text(sight: Sight<'_>, resource: Resource, id: Uuid) -> Result<(String, Vec<u8>), Problem> {
    match resource {
        Resource::Actor => entities::item::<actor::ActorContent>(sight, id),
        Resource::Location => entities::item::<place::LocationContent>(sight, id),
        Resource::Source => entities::item::<source::SourceContent>(sight, id),
        Resource::Campaign => entities::item::<campaign::CampaignContent>(sight, id),
        Resource::Timeline => entities::item::<timeline::TimelineContent>(sight, id),
        // Its document is in the store.
        Resource::Event => Err(Problem::not_found(format!("event `{id}`"))),
    }
}
