//! Events.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::ask::{Ask, Service};
use super::errors::{ItemErrors, ListErrors};
use super::paging::{Paging, list_document};
use super::params::{DepthParam, EventFilterParams, EventViewParams, PageParams, ReadHeaders, ReadParams};
use super::problem::Problem;
use super::respond::{self, Fingerprint};
use crate::domain::content::Content;
use crate::domain::event::EventContent;
use crate::domain::language;
use crate::domain::resource::{Reference, Resource};
use crate::index::State;
use crate::index::events::EventVersion;
use crate::index::order::EventKey;
use crate::query::cursor::digest;
use crate::query::echo::EventQueryEcho;
use crate::query::event_query::EventQuery;
use crate::query::page::page_of;
use crate::query::params::{Params, Unread, shown};
use crate::query::plan::{Named, plan};
use crate::store::document::Document;
use crate::store::error::StoreError;
use crate::store::log::{self, VersionNote};
use crate::view::event::{Event, EventView, Include, expect_one};
use crate::view::history::{Revision, difference};
use crate::view::links::{Titles, links_of, titles};
use crate::view::neighbourhood::{Neighbourhood, walk};

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
    let mut ask = Ask::begin(&req, JSON).await?;
    let query = EventQuery::parse(&mut ask.params);
    let view = event_view(&mut ask.params);
    let paging = Paging::<EventKey>::parse(&mut ask.params);
    let mut named = Named::find(&query, &ask.service.index.read(), &mut ask.params);
    let seq = ask.finish()?;
    if let Some(external) = &query.external_id {
        named.external_id = Some(ask.service.reader.read(|conn| log::versions_with(conn, external))?);
    }
    if let Some(instant) = query.recorded_since {
        named.recorded_since = ask.service.reader.read(|conn| log::seq_since(conn, instant))?;
    }
    let question = digest(&format!("events {} {:?}", query.canonical(), ask.as_of));
    let pinned = paging.pin(&ask, seq, question).await?;
    let seq = pinned.seq;
    let (page, linked, etag) = {
        let state = ask.service.index.read();
        let search = plan(&query, &named, &state, seq);
        let page = page_of(&state.events, &search, query.order(), paging.part(), paging.is_counted());
        let versions: Vec<EventVersion> = page.items.iter().map(|(_, version)| *version).collect();
        let mut print = Fingerprint::default();
        print.text(&format!("{view:?} {:?} {:?}", req.query_string(), page.total));
        let linked = fingerprint(&mut print, &state, seq, &view, &versions);
        (page, linked, print.weak())
    };
    if respond::is_known(&req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    let keys: Vec<i64> = page.items.iter().map(|(_, version)| version.key).collect();
    let documents = events(&ask.service, &keys)?;
    let titles = titles(events(&ask.service, &linked)?);
    let state = ask.service.index.read();
    let render = |document| view.render(document, &state, seq, &titles);
    let data = documents.into_iter().map(render).collect::<Result<Vec<_>, _>>()?;
    let page = paging.info(&page, pinned);
    let mut links = vec![respond::link(&req, "first", None)];
    links.extend(page.next.as_deref().map(|cursor| respond::link(&req, "next", Some(cursor))));
    links.extend(page.previous.as_deref().map(|cursor| respond::link(&req, "prev", Some(cursor))));
    Ok(respond::page(&etag, &links, &EventList { data, page, query: query.echo(seq) }))
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
    let (id, key, linked, etag) = {
        let state = ask.service.index.read();
        let version = find(&state, &req, seq)?;
        let mut print = Fingerprint::default();
        print.text(&format!("{view:?}"));
        let linked = fingerprint(&mut print, &state, seq, &view, &[version]);
        (version.id, version.key, linked, print.strong(version.revision))
    };
    if respond::is_known(&req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    let document = expect_one(events(&ask.service, &[key])?, id)?;
    let titles = titles(events(&ask.service, &linked)?);
    let state = ask.service.index.read();
    Ok(respond::json(&etag, &view.render(document, &state, seq, &titles)?))
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
    let (id, keys, etag) = {
        let state = ask.service.index.read();
        let newest = find(&state, &req, seq)?;
        let versions = state.events.history(newest.id, seq);
        let keys: Vec<Option<i64>> = versions.iter().map(|version| version.map(|version| version.key)).collect();
        let mut print = Fingerprint::default();
        print.text("revisions");
        fingerprint(&mut print, &state, seq, &whole(), &[newest]);
        (newest.id, keys, print.strong(newest.revision))
    };
    if respond::is_known(&req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    let notes = ask.service.reader.read(|conn| log::history(conn, id, seq))?;
    let mut revisions: Vec<Revision> = notes.into_iter().map(revision).collect();
    let documents = events(&ask.service, &keys.iter().flatten().copied().collect::<Vec<_>>())?;
    let state = ask.service.index.read();
    // Names are those of the moment read in every version, so that a rename does not look like a correction.
    let render = |document| {
        let event = whole().render(document, &state, seq, &Titles::new())?;
        serde_json::to_value(event).map_err(StoreError::from)
    };
    let mut rendered = documents.into_iter().map(render);
    let mut previous = None;
    for (revision, key) in revisions.iter_mut().zip(keys) {
        let current = key.and_then(|_| rendered.next()).transpose()?;
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

/// Takes in all that an answer about these events is made of, and tells the keys of the events they are linked with.
fn fingerprint(
    print: &mut Fingerprint,
    state: &State,
    seq: i64,
    view: &EventView,
    versions: &[EventVersion],
) -> Vec<i64> {
    let names = state.entities.at(seq);
    let mut linked = Vec::new();
    for version in versions {
        print.number(version.version_no);
        // A place is given with the names of all that it lies in.
        for id in state.events.named(version).into_iter().flat_map(|id| names.line(id)) {
            print.number(names.version(id).map_or(0, |(_, version)| version.seq));
        }
        if view.has(Include::Links) {
            for (_, other, _) in links_of(state, seq, version.id) {
                if let Some(other) = state.events.public_at(other, seq) {
                    print.number(other.version_no);
                    linked.push(other.key);
                }
            }
        }
    }
    linked.sort_unstable();
    linked.dedup();
    linked
}

/// The stored documents of events.
fn events(service: &Service, keys: &[i64]) -> Result<Vec<Document<EventContent>>, StoreError> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let documents = service.reader.read(|conn| log::documents(conn, Resource::Event, keys))?;
    let event = |document: Document<Arc<Content>>| match &*document.content {
        Content::Event(event) => Ok(document.map(|_| (**event).clone())),
        _ => Err(StoreError::corrupt("an event's document holds something else")),
    };
    documents.into_iter().map(event).collect()
}

/// Every part of an event that has a history.
fn whole() -> EventView {
    EventView { include: vec![Include::Evidence, Include::Translations], lang: None }
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

/// Takes `include` and `lang`.
fn event_view(params: &mut Params) -> EventView {
    let include = params.read("include", |text| {
        let part = |name: &str| {
            let unknown = || format!("`{}` is not one of: evidence, links, translations.", shown(name));
            Include::parse(name).ok_or_else(|| Unread::new("unknown_value", unknown()))
        };
        text.split(',').map(part).collect::<Result<Vec<_>, _>>()
    });
    let lang = params.read("lang", |tag| {
        let malformed = || Unread::new("malformed", format!("`{}` is not a BCP 47 language tag.", shown(tag)));
        language::normalised(tag).ok_or_else(malformed)
    });
    EventView { include: include.unwrap_or_default(), lang }
}
