//! Events.

use actix_web::web::block;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ask::{Ask, Service};
use super::errors::{ItemErrors, ListErrors};
use super::event_ask::EventAsk;
use super::given_pages::{answered, takes_earlier};
use super::paging::{PageInfo, Paging, list_text};
use super::params::{
    DepthParam, EventFilterParams, EventOrderParam, EventViewParams, HighlightParam, PageParams, ReadHeaders,
    ReadParams,
};
use super::problem::{Code, Problem};
use super::respond::{self, Fingerprint, JSON, Text};
use super::revisions::{self, RevisionList};
use super::selection::{Selection, events};
use crate::domain::privacy::Clearance;
use crate::domain::resource::{Reference, Resource};
use crate::index::State;
use crate::index::answer::{Answer, Pending};
use crate::index::events::{EventVersion, PastVersion};
use crate::index::order::EventKey;
use crate::index::sight::Sight;
use crate::query::coverage::Monitoring;
use crate::query::echo::EventQueryEcho;
use crate::query::page::{Page, Part, page_in};
use crate::query::params::shown;
use crate::store::error::StoreError;
use crate::store::log;
use crate::view::event::Event;
use crate::view::history::difference;
use crate::view::neighbourhood::{Neighbourhood, walk};
use crate::view::ready::EventView;

/// A page of events.
#[derive(Serialize, ToSchema)]
pub struct EventList {
    /// The items of this page, in order.
    pub data: Vec<Event>,
    /// Where this page lies in the list.
    pub page: PageInfo,
    /// The question as it was understood.
    pub query: EventQueryEcho,
    /// Where the question names a place or a window: whether that was monitored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub coverage: Option<Monitoring>,
}

/// The events that match a query, newest first unless `sort` says otherwise.
#[utoipa::path(get, path = "/v1/events", operation_id = "list_events", tag = "events",
    params(EventFilterParams, EventOrderParam, EventViewParams, HighlightParam, PageParams, ReadParams, ReadHeaders),
    responses((status = 200, description = "A page of events, with links to its neighbours in `Link`.", body = EventList,
        headers(("ETag", description = "Weak validator of the page."),
                ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
        (status = 304, description = "The page is the one the client has."), ListErrors))]
pub async fn list_events(req: HttpRequest) -> Result<HttpResponse, Problem> {
    if let Some(answer) = answered(&req, JSON)? {
        return Ok(answer.respond(&req));
    }
    let mut ask = Ask::begin(&req, JSON).await?;
    let mut asked = EventAsk::parse(&mut ask);
    asked.view.highlight(&asked.query.q, &mut ask.params);
    let paging = Paging::<EventKey>::parse(&mut ask.params);
    let seq = asked.finish(&mut ask)?;
    let EventAsk { query, view, .. } = &asked;
    let pinned = paging.pin(&ask, seq, query.question()).await?;
    let seq = pinned.seq;
    let ChosenPage { page, selection, coverage, print } = choose_page(&ask, &asked, &paging, seq).await?;
    let page = paging.info(&page, pinned);
    give_page(&req, &ask, &print.weak(), seq, &page, || {
        let documents = selection.documents(&ask.service, view)?;
        Ok(list_text(&documents, &page, &asked.echo(seq), coverage.as_ref())?)
    })
}

/// A page as it was found, before its documents are read.
pub struct ChosenPage {
    /// What stands on it.
    pub page: Page<EventKey, EventVersion>,
    /// The versions of that.
    pub selection: Selection,
    /// Whether what the question names was monitored.
    pub coverage: Option<Monitoring>,
    /// What all of it is made of.
    pub print: Fingerprint,
}

/// Finds a page of the events that match a question.
///
/// # Errors
/// 503 where there is no turn or no time for it, or the dataset was restored meanwhile.
pub async fn choose_page(
    ask: &Ask,
    asked: &EventAsk,
    paging: &Paging<EventKey>,
    seq: i64,
) -> Result<ChosenPage, Problem> {
    loop {
        let (rows, coverage, generation) = find_page(ask, asked, paging, seq).await?;
        let state = ask.service.index.read();
        if state.generation != generation {
            return Err(Problem::restored());
        }
        let (sight, found) = (ask.sight(&state, seq), rows.items.len());
        let page = rows.with_versions(&state.events);
        // A policy that came meanwhile hides one of them: the page is another one now.
        if page.items.len() < found {
            continue;
        }
        let mut print = Fingerprint::of(ask.clearance);
        print.text(&format!("{:?} {:?} {:?} {coverage:?}", asked.view, ask.query_string(), page.total));
        let versions = page.items.iter().map(|(_, version)| *version);
        let selection = Selection::of(&ask.service, sight, &asked.view, versions, &mut print);
        return Ok(ChosenPage { page, selection, coverage, print });
    }
}

/// Answers with a page of a list, whose text is made only where the client does not have it and it was not given lately.
///
/// # Errors
/// Those of making it.
pub fn give_page(
    req: &HttpRequest,
    ask: &Ask,
    etag: &str,
    seq: i64,
    page: &PageInfo,
    text: impl FnOnce() -> Result<Vec<u8>, Problem>,
) -> Result<HttpResponse, Problem> {
    if respond::is_known(req, etag) {
        return Ok(respond::not_modified(etag));
    }
    // From before anything was read: what was written meanwhile makes the page look older than it is, never newer.
    let (head, is_public) = (ask.head, ask.clearance == Clearance::Public);
    if is_public
        && takes_earlier(req)
        && let Some(answer) = ask.service.pages.with(req, etag, head)
    {
        return Ok(answer.respond(req));
    }
    let (text, links) = (Text::of(text()?), respond::page_links(req, page, seq));
    if !is_public {
        return Ok(respond::whole(etag, &links, &text));
    }
    Ok(ask.service.pages.keep(req, head, etag.to_owned(), links, text).respond(req))
}

/// The rows that stand on a page, with what was monitored and which dataset that is of: at once where that costs little, else
/// when it is its turn, beside those who write and away from the threads that answer short requests.
///
/// # Errors
/// 503 where there is no turn, or the time is over.
pub async fn find_page(
    ask: &Ask,
    asked: &EventAsk,
    paging: &Paging<EventKey>,
    seq: i64,
) -> Result<(Page<EventKey, u32>, Option<Monitoring>, u32), Problem> {
    let (sort, counted) = (asked.query.order(), paging.is_counted());
    let (pending, coverage, generation) = {
        let state = ask.service.index.read();
        let sight = ask.sight(&state, seq);
        let (search, coverage) = (asked.plan(sight)?, asked.monitoring(sight));
        if !search.is_slow(&state.events) {
            let page = page_in(&Answer::new(&state.events, &search), sort, paging.part(), counted);
            return Ok((page, coverage, state.generation));
        }
        (Pending::new(&state.events, search, Some(ask.deadline())), coverage, state.generation)
    };
    let (turn, part) = (ask.turn().await?, paging.part());
    let (from, backward, limit) = (part.from.copied(), part.backward, part.limit);
    let work = move || {
        let (_turn, answer) = (turn, pending.answer());
        let page = page_in(&answer, sort, Part { from: from.as_ref(), backward, limit }, counted);
        answer.in_time(page)
    };
    let page = block(work).await.map_err(|_| Problem::new(Code::Unavailable, "The service is stopping."))??;
    Ok((page, coverage, generation))
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
    let view = EventView::parse(&mut ask.params);
    let seq = ask.finish()?;
    let chosen = {
        let state = ask.service.index.read();
        let sight = ask.sight(&state, seq);
        let version = find(sight, &req)?;
        select_one(&ask.service, sight, &view, version)
    };
    give_one(&req, &ask.service, &view, chosen, seq)
}

/// A version with the names of an operation, and its validator.
pub fn select_one(service: &Service, sight: Sight<'_>, view: &EventView, version: EventVersion) -> (Selection, String) {
    let mut print = Fingerprint::of(sight.clearance);
    print.text(&format!("{view:?}"));
    let selection = Selection::of(service, sight, view, [version].into_iter(), &mut print);
    (selection, print.strong(version.revision, sight.state.head.epoch))
}

/// An event's document at an operation as a reader is given it, behind its validator.
///
/// # Errors
/// 404 where there was none, and when the store cannot be asked.
pub fn event_at(
    service: &Service,
    id: Uuid,
    view: &EventView,
    seq: i64,
    clearance: Clearance,
) -> Result<(String, Vec<u8>), Problem> {
    let (selection, etag) = {
        let state = service.index.read();
        let sight = Sight { state: &state, seq, clearance };
        let version = sight.event(id).ok_or_else(|| Problem::not_found(format!("event `{id}`")))?;
        select_one(service, sight, view, version)
    };
    Ok((etag, selection.documents(service, view)?.concat()))
}

/// Answers with it, where the client does not have it.
fn give_one(
    req: &HttpRequest,
    service: &Service,
    view: &EventView,
    (selection, etag): (Selection, String),
    seq: i64,
) -> Result<HttpResponse, Problem> {
    if respond::is_known(req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    let text = Text::of(selection.documents(service, view)?.concat());
    Ok(respond::whole(&etag, &respond::permanent_link(req, seq), &text))
}

/// The versions of an event: when, why, and field by field what each changed.
#[utoipa::path(get, path = "/v1/events/{id}/revisions", operation_id = "list_event_revisions", tag = "events",
    params(("id" = Uuid, Path, description = "The event's id.", example = "019c1159-7000-7000-8000-0000000000e4"),
        ReadParams, ReadHeaders),
    responses((status = 200, description = "The versions, oldest first; also of an event that was withdrawn.",
        body = RevisionList),
        (status = 304, description = "The versions are those the client has."), ItemErrors))]
pub async fn list_event_revisions(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut ask = Ask::begin(&req, JSON).await?;
    let seq = ask.finish()?;
    let view = EventView::whole();
    let (id, versions, selection, etag) = {
        let state = ask.service.index.read();
        let id = id_in(&req)?;
        let versions = state.events.history(id, seq, ask.clearance);
        let newest = i32::try_from(versions.len()).ok().filter(|count| *count > 0).ok_or_else(|| no_event(&req))?;
        let mut print = Fingerprint::of(ask.clearance);
        print.text("revisions");
        // Names are those of the moment read in every version, so that a rename does not look like a correction.
        let told = versions.iter().filter_map(PastVersion::told);
        let selection = Selection::of(&ask.service, ask.sight(&state, seq), &view, told, &mut print);
        (id, versions, selection, print.strong(newest, state.head.epoch))
    };
    if respond::is_known(&req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    let mut notes = ask.service.reader.read(|conn| log::history(conn, id, seq))?;
    let documents = selection.documents(&ask.service, &view)?;
    let mut documents = documents.iter().map(|text| serde_json::from_slice::<Value>(text).map_err(StoreError::from));
    let mut previous = None;
    let mut changes = Vec::new();
    for (note, version) in notes.iter_mut().zip(&versions) {
        let is_explained = match version {
            PastVersion::Told { is_explained, .. } | PastVersion::Withdrawal { is_explained, .. } => *is_explained,
            PastVersion::Hidden => false,
        };
        if !is_explained {
            note.grounds.reason = None;
            note.grounds.source = None;
        }
        let current = version.told().and_then(|_| documents.next()).transpose()?;
        let both = previous.as_ref().zip(current.as_ref());
        changes.push(both.map_or_else(Vec::new, |(old, new)| difference(old, new)));
        previous = current.or(previous);
    }
    let text = Text::json(&RevisionList::of(notes, changes))?;
    Ok(respond::whole(&etag, &respond::permanent_link(&req, seq), &text))
}

/// One version of an event, as readers were given it when it was written.
#[utoipa::path(get, path = "/v1/events/{id}/revisions/{n}", operation_id = "get_event_revision", tag = "events",
    params(("id" = Uuid, Path, description = "The event's id.", example = "019c1159-7000-7000-8000-0000000000e4"),
        ("n" = i32, Path, description = "The version's number.", minimum = 1, example = 1),
        EventViewParams, ReadParams, ReadHeaders),
    responses((status = 200, description = "The version.", body = Event,
        headers(("ETag", description = "Strong validator of the version."),
                ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
        (status = 304, description = "The version is the one the client has."), ItemErrors))]
pub async fn get_event_revision(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut ask = Ask::begin(&req, JSON).await?;
    let view = EventView::parse(&mut ask.params);
    let seq = ask.finish()?;
    let (selection, etag) = {
        let state = ask.service.index.read();
        let versions = state.events.history(id_in(&req)?, seq, ask.clearance);
        let version = revisions::position(&req).and_then(|position| versions.get(position));
        match version {
            Some(PastVersion::Told { version, seq, .. }) => {
                select_one(&ask.service, ask.sight(&state, *seq), &view, *version)
            }
            Some(PastVersion::Withdrawal { reason, .. }) => return Err(Problem::withdrawn(reason.as_deref())),
            Some(PastVersion::Hidden) | None => return Err(revisions::no_version(&req, Resource::Event)),
        }
    };
    give_one(&req, &ask.service, &view, (selection, etag), seq)
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
        let sight = ask.sight(&state, seq);
        let version = find(sight, &req)?;
        let walk = walk(sight, version.id, depth);
        let nodes = walk.ids.iter().filter_map(|id| sight.event(*id));
        let mut print = Fingerprint::of(ask.clearance);
        print.text("links").number(depth.into()).number(state.head.epoch).number(walk.complete.into());
        let keys: Vec<i64> = nodes
            .map(|version| {
                print.number(version.version_no).number(version.edition);
                version.key
            })
            .collect();
        (walk, keys, print.weak())
    };
    if respond::is_known(&req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    let text = Text::json(&walk.render(events(&ask.service, &keys)?))?;
    Ok(respond::whole(&etag, &respond::permanent_link(&req, seq), &text))
}

/// The event that the path names, as a reader could see it; 410 where it was withdrawn.
///
/// # Errors
/// 404 where there is none; where it has ceased 410, or a redirection to what took it in.
pub fn find(sight: Sight<'_>, req: &HttpRequest) -> Result<EventVersion, Problem> {
    let id = id_in(req)?;
    if let Some(found) = sight.event(id) {
        return Ok(found);
    }
    Err(gone(sight, req, id).unwrap_or_else(|| no_event(req)))
}

/// What is told of an event that has ceased; nothing where the reader could never see it.
pub fn gone(sight: Sight<'_>, req: &HttpRequest, id: Uuid) -> Option<Problem> {
    let Sight { state: State { events, .. }, seq, clearance } = sight;
    let (gone, reason) = events.withdrawn(id, seq, clearance)?;
    // What a reader cannot see took the place of nothing that the reader could.
    let survivors = gone.into.iter().map(|id| events.survivor(*id, seq));
    let into: Vec<Uuid> = survivors.filter(|id| events.was_seen(*id, clearance)).collect();
    Some(Problem::ceased(req, gone.kind, reason, &into))
}

/// The id in the path; what is none names no event.
fn id_in(req: &HttpRequest) -> Result<Uuid, Problem> {
    match Reference::parse(Resource::Event, named_in(req)) {
        Some(Reference::Id(id)) => Ok(id),
        _ => Err(no_event(req)),
    }
}

fn no_event(req: &HttpRequest) -> Problem {
    Problem::not_found(format!("event `{}`", shown(named_in(req))))
}

fn named_in(req: &HttpRequest) -> &str {
    req.match_info().get("id").unwrap_or_default()
}
