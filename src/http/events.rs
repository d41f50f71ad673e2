//! Events.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::ask::{Ask, Service, acceptable, answers_for};
use super::errors::{ItemErrors, ListErrors};
use super::event_ask::{EventAsk, event_view};
use super::given_pages::GivenPage;
use super::paging::{Paging, list_document, list_text};
use super::params::{DepthParam, EventFilterParams, EventViewParams, PageParams, ReadHeaders, ReadParams};
use super::problem::Problem;
use super::respond::{self, Fingerprint};
use super::selection::{Selection, events};
use crate::domain::resource::{Reference, Resource};
use crate::index::State;
use crate::index::events::EventVersion;
use crate::index::order::EventKey;
use crate::query::echo::EventQueryEcho;
use crate::query::page::page_of;
use crate::query::params::shown;
use crate::store::error::StoreError;
use crate::store::log::{self, VersionNote};
use crate::view::event::Event;
use crate::view::history::{Revision, difference};
use crate::view::neighbourhood::{Neighbourhood, walk};
use crate::view::ready::EventView;

const JSON: &str = "application/json";

list_document! {
    /// A page of events.
    EventList, Event, EventQueryEcho
}

/// The events that match a query, newest first unless `sort` says otherwise.
#[utoipa::path(get, path = "/v1/events", operation_id = "list_events", tag = "events",
    params(EventFilterParams, EventViewParams, PageParams, ReadParams, ReadHeaders),
    responses((status = 200, description = "A page of events, with links to its neighbours in `Link`.", body = EventList,
        headers(("ETag", description = "Weak validator of the page."), ("Link", description = "Neighbouring pages."),
                ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
        (status = 304, description = "The page is the one the client has."), ListErrors))]
pub async fn list_events(req: HttpRequest) -> Result<HttpResponse, Problem> {
    if let Some(answer) = answered(&req)? {
        return Ok(answer.respond(&req));
    }
    let mut ask = Ask::begin(&req, JSON).await?;
    let mut asked = EventAsk::parse(&mut ask);
    let paging = Paging::<EventKey>::parse(&mut ask.params);
    let seq = asked.finish(&mut ask)?;
    // From before anything is read: what is written meanwhile makes the page look older than it is, never newer.
    let head = ask.head;
    let EventAsk { query, view, .. } = &asked;
    let question = query.question(ask.as_of.as_deref());
    let pinned = paging.pin(&ask, seq, question).await?;
    let seq = pinned.seq;
    let (page, selection, etag) = {
        let state = ask.service.index.read();
        let search = asked.plan(&state, seq);
        let page = page_of(&state.events, &search, query.order(), paging.part(), paging.is_counted());
        let mut print = Fingerprint::default();
        print.text(&format!("{view:?} {:?} {:?}", req.query_string(), page.total));
        let versions = page.items.iter().map(|(_, version)| *version);
        let selection = Selection::of(&ask.service, (&state, seq), view, versions, &mut print);
        (page, selection, print.weak())
    };
    if respond::is_known(&req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    if let Some(answer) = ask.service.pages.with(&req, &etag, head).filter(|_| takes_earlier(&req)) {
        return Ok(answer.respond(&req));
    }
    let documents = selection.documents(&ask.service, view)?;
    let page = paging.info(&page, pinned);
    let mut links = vec![respond::link(&req, "first", None)];
    links.extend(page.next.as_deref().map(|cursor| respond::link(&req, "next", Some(cursor))));
    links.extend(page.previous.as_deref().map(|cursor| respond::link(&req, "prev", Some(cursor))));
    let text = list_text(&documents, &page, &query.echo(seq))?;
    Ok(ask.service.pages.keep(&req, head, etag, links, text).respond(&req))
}

/// The page that a request asks for, if it was given lately and nothing was written since.
fn answered(req: &HttpRequest) -> Result<Option<Arc<GivenPage>>, Problem> {
    acceptable(req, JSON)?;
    let Some(service) = req.app_data::<web::Data<Service>>().filter(|_| takes_earlier(req)) else {
        return Ok(None);
    };
    let head = service.index.head();
    let answer = service.pages.at(req, head);
    if answer.is_some() {
        answers_for(req, head);
    }
    Ok(answer)
}

/// Whether a client takes a page that was computed at an earlier operation and is the same at this one; not one that asks
/// for a revision.
fn takes_earlier(req: &HttpRequest) -> bool {
    !req.headers().contains_key("min-revision")
}

/// One event.
#[utoipa::path(get, path = "/v1/events/{id}", operation_id = "get_event", tag = "events",
    params(("id" = Uuid, Path, description = "The event's id.", example = "019c1159-7000-7000-8000-0000000000e4"),
        EventViewParams, ReadParams, ReadHeaders),
    responses((status = 200, description = "The event.", body = Event,
        headers(("ETag", description = "Strong validator of the event."),
                ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
        (status = 304, description = "The event is the one the client has."), ItemErrors))]
pub async fn get_event(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut ask = Ask::begin(&req, JSON).await?;
    let view = event_view(&mut ask.params);
    let seq = ask.finish()?;
    let (selection, etag) = {
        let state = ask.service.index.read();
        let version = find(&state, &req, seq)?;
        let mut print = Fingerprint::default();
        print.text(&format!("{view:?}"));
        let selection = Selection::of(&ask.service, (&state, seq), &view, [version].into_iter(), &mut print);
        (selection, print.strong(version.revision))
    };
    if respond::is_known(&req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    Ok(respond::json_text(&etag, selection.documents(&ask.service, &view)?.concat()))
}

/// The versions of one event.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RevisionList {
    /// The versions, oldest first.
    pub data: Vec<Revision>,
}

/// The versions of an event: when, why, and field by field what each changed.
#[utoipa::path(get, path = "/v1/events/{id}/revisions", operation_id = "list_event_revisions", tag = "events",
    params(("id" = Uuid, Path, description = "The event's id.", example = "019c1159-7000-7000-8000-0000000000e4"),
        ReadParams, ReadHeaders),
    responses((status = 200, description = "The versions, oldest first.", body = RevisionList),
        (status = 304, description = "The versions are those the client has."), ItemErrors))]
pub async fn list_event_revisions(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut ask = Ask::begin(&req, JSON).await?;
    let seq = ask.finish()?;
    let view = EventView::whole();
    let (id, told, selection, etag) = {
        let state = ask.service.index.read();
        let newest = find(&state, &req, seq)?;
        let versions = state.events.history(newest.id, seq);
        let mut print = Fingerprint::default();
        print.text("revisions");
        // Names are those of the moment read in every version, so that a rename does not look like a correction.
        let selection =
            Selection::of(&ask.service, (&state, seq), &view, versions.iter().flatten().copied(), &mut print);
        let told: Vec<bool> = versions.iter().map(Option::is_some).collect();
        (newest.id, told, selection, print.strong(newest.revision))
    };
    if respond::is_known(&req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    let notes = ask.service.reader.read(|conn| log::history(conn, id, seq))?;
    let mut revisions: Vec<Revision> = notes.into_iter().map(revision).collect();
    let documents = selection.documents(&ask.service, &view)?;
    let mut documents = documents.iter().map(|text| serde_json::from_slice::<Value>(text).map_err(StoreError::from));
    let mut previous = None;
    for (revision, is_told) in revisions.iter_mut().zip(told) {
        let current = is_told.then(|| documents.next()).flatten().transpose()?;
        if let (Some(old), Some(new)) = (&previous, &current) {
            revision.changes = difference(old, new);
        }
        previous = current.or(previous);
    }
    Ok(respond::json(&etag, &RevisionList { data: revisions }))
}

/// The events around an event, as far as `depth` links away.
#[utoipa::path(get, path = "/v1/events/{id}/links", operation_id = "get_event_links", tag = "events",
    params(("id" = Uuid, Path, description = "The event's id.", example = "019c1159-7000-7000-8000-0000000000e7"),
        DepthParam, ReadParams, ReadHeaders),
    responses((status = 200, description = "Events as nodes, links as edges.", body = Neighbourhood),
        (status = 304, description = "The neighbourhood is the one the client has."), ItemErrors))]
pub async fn get_event_links(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut ask = Ask::begin(&req, JSON).await?;
    let depth = ask.params.number("depth", 1, 10).unwrap_or(1);
    let seq = ask.finish()?;
    let (walk, keys, etag) = {
        let state = ask.service.index.read();
        let version = find(&state, &req, seq)?;
        let walk = walk(&state, seq, version.id, depth);
        let nodes = walk.ids.iter().filter_map(|id| state.events.public_at(*id, seq));
        let mut print = Fingerprint::default();
        print.text("links").number(depth.into());
        let keys: Vec<i64> = nodes
            .map(|version| {
                print.number(version.version_no);
                version.key
            })
            .collect();
        (walk, keys, print.weak())
    };
    if respond::is_known(&req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    Ok(respond::json(&etag, &walk.render(events(&ask.service, &keys)?)))
}

/// The event that the path names, as the public could see it; 410 where it was withdrawn.
fn find(state: &State, req: &HttpRequest, seq: i64) -> Result<EventVersion, Problem> {
    let text = req.match_info().get("id").unwrap_or_default();
    let missing = || Problem::not_found(format!("event `{}`", shown(text)));
    let Some(Reference::Id(id)) = Reference::parse(Resource::Event, text) else {
        return Err(missing());
    };
    if let Some(found) = state.events.public_at(id, seq) {
        return Ok(found);
    }
    // Whatever the public never saw stays unknown, also when it is withdrawn.
    let gone = state.events.withdrawn(id, seq);
    Err(gone.map_or_else(missing, |withdrawal| Problem::withdrawn(withdrawal.reason.as_deref())))
}

fn revision(version: VersionNote) -> Revision {
    Revision {
        revision: version.revision,
        seq: version.seq,
        recorded_at: version.recorded_at,
        kind: version.kind,
        reason: version.reason,
        source: None,
        by: version.made_by,
        changes: Vec::new(),
    }
}
