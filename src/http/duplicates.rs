//! Pairs of events that may be one. They have no past: each is told as it stands now.

use std::collections::{BTreeSet, HashMap};

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::aside::aside;
use super::ask::{Ask, Service};
use super::errors::{DuplicateErrors, DuplicateItemErrors};
use super::paging::{PageInfo, Paging};
use super::params::{DuplicateFilterParams, PageParams, ReadHeaders};
use super::problem::Problem;
use super::respond::{self, Fingerprint, JSON, Text};
use super::selection::events;
use crate::domain::resource::{Reference, Resource};
use crate::duplicates::standing::{DuplicateState, Standing, standing};
use crate::query::cursor::digest;
use crate::query::page::cut;
use crate::query::params::{Params, Unread, shown};
use crate::query::terms::Terms;
use crate::store::duplicates::{self, Kept};
use crate::store::error::StoreError;
use crate::store::log;
use crate::view::duplicate::{Decision, Duplicate, DuplicateEvent};

/// A page of pairs of events that may be one.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DuplicateList {
    /// The pairs of this page: the most alike first.
    pub data: Vec<Duplicate>,
    /// The operation up to which events were compared: pairs with what was written since may be missing.
    #[schema(example = 44, minimum = 0)]
    pub checked_through: i64,
    /// Where this page lies in the list.
    pub page: PageInfo,
    /// The question as it was understood.
    pub query: DuplicateQueryEcho,
}

/// The filters of a list of duplicates as they were understood.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DuplicateQueryEcho {
    /// Ids of events, of which one is in the pair; `!` excludes.
    #[schema(example = json!(["019c1159-7000-7000-8000-0000000000e4"]))]
    pub event: Vec<String>,
    /// What became of the pair.
    #[schema(example = json!(["open"]))]
    pub state: Vec<String>,
    /// The lowest score.
    #[schema(example = 0.0, minimum = 0, maximum = 1)]
    pub min_score: f64,
}

/// Which pairs.
struct DuplicateQuery {
    event: Terms<Uuid>,
    state: Terms<DuplicateState>,
    /// In thousandths.
    min_score: i32,
}

impl DuplicateQuery {
    fn parse(params: &mut Params) -> Self {
        let event = params.read("event", |text| Terms::parse(text, event_id)).unwrap_or_default();
        let unknown = |text: &str| {
            let detail = format!("`{}` is not one of: {}.", shown(text), DuplicateState::CODES.join(", "));
            Unread::new("unknown_value", detail)
        };
        let read = |text: &str| DuplicateState::parse(text).ok_or_else(|| unknown(text));
        let state = params.read("state", |text| Terms::parse(text, read));
        let open = || Terms { any: vec![DuplicateState::Open], none: Vec::new() };
        let min_score = params.read("min_score", |text| {
            let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
            share.ok_or_else(|| Unread::new("out_of_range", "Expected a number from 0 to 1."))
        });
        Self { event, state: state.unwrap_or_else(open), min_score: min_score.map_or(0, thousandths) }
    }

    fn echo(&self) -> DuplicateQueryEcho {
        DuplicateQueryEcho {
            event: self.event.written(ToString::to_string),
            state: self.state.written(ToString::to_string),
            min_score: share(self.min_score),
        }
    }

    fn accepts(&self, kept: &Kept, standing: &Standing) -> bool {
        self.state.accepts(&standing.state) && self.event.accepts_any_of(&kept.pair.events)
    }
}

/// The least score, in thousandths, that is a share or above it.
fn thousandths(share: f64) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "0 to 1000")]
    let thousandths = (share * 1000.0 - 1e-9).ceil() as i32;
    thousandths
}

fn share(thousandths: i32) -> f64 {
    f64::from(thousandths) / 1000.0
}

/// Reads the id of an event.
fn event_id(text: &str) -> Result<Uuid, Unread> {
    match Reference::parse(Resource::Event, text) {
        Some(Reference::Id(id)) => Ok(id),
        _ => Err(Unread::new("malformed", format!("`{}` is not a UUID.", shown(text)))),
    }
}

/// Pairs of events that may be one, the most alike first. Where an event has ceased or is hidden, so has its pair.
#[utoipa::path(get, path = "/v1/duplicates", operation_id = "list_duplicates", tag = "duplicates",
    params(DuplicateFilterParams, PageParams, ReadHeaders),
    responses((status = 200, description = "A page of pairs, with links to its neighbours in `Link`.", body = DuplicateList,
        headers(("ETag", description = "Weak validator of the page."), ("Link", description = "Neighbouring pages."),
                ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
        (status = 304, description = "The page is the one the client has."), DuplicateErrors))]
pub async fn list_duplicates(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut ask = begin(&req).await?;
    let query = DuplicateQuery::parse(&mut ask.params);
    let paging = Paging::<(i32, Uuid)>::parse(&mut ask.params);
    ask.finish()?;
    let echo = query.echo();
    let pinned = paging.pin_now(digest(&format!("duplicates {echo:?}")))?;
    let min_score = query.min_score;
    // How far the search is comes first: what it finds meanwhile is more than was promised.
    let all =
        aside(&ask.service, move |conn| Ok((duplicates::checked_through(conn)?, duplicates::all(conn, min_score)?)));
    let (checked_through, all) = all.await?;
    let page = {
        let state = ask.service.index.read();
        let standing = |kept: Kept| Some((standing(&state, &kept)?, kept));
        let pairs = all.into_iter().filter_map(standing).filter(|(standing, kept)| query.accepts(kept, standing));
        cut(pairs.map(|pair| ((-pair.1.score, pair.1.id), pair)).collect(), paging.part())
    };
    let info = paging.info(&page, pinned);
    let data = render(&ask.service, page.items.into_iter().map(|(_, pair)| pair).collect())?;
    let links = respond::neighbour_links(&req, &info);
    give(&req, &DuplicateList { data, checked_through, page: info, query: echo }, &links)
}

/// One pair.
#[utoipa::path(get, path = "/v1/duplicates/{id}", operation_id = "get_duplicate", tag = "duplicates",
    params(("id" = Uuid, Path, description = "The pair's id.", example = "7e1c3f60-7f3c-8f0a-9c55-1f0a2b6f3d11"), ReadHeaders),
    responses((status = 200, description = "The pair.", body = Duplicate,
        headers(("ETag", description = "Weak validator of the pair."),
                ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
        (status = 304, description = "The pair is the one the client has."), DuplicateItemErrors))]
pub async fn get_duplicate(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut ask = begin(&req).await?;
    ask.finish()?;
    give(&req, &one(&ask.service, &req)?, "")
}

/// Begins a read of what has no past.
async fn begin(req: &HttpRequest) -> Result<Ask, Problem> {
    let mut ask = Ask::begin(req, JSON).await?;
    if ask.as_of.is_some() {
        ask.params.fault("as_of", "unknown_parameter", "Duplicates are told as they stand now.");
    }
    Ok(ask)
}

/// The pair that the path names, as readers are given it.
///
/// # Errors
/// 404 where there is none.
pub fn one(service: &Service, req: &HttpRequest) -> Result<Duplicate, Problem> {
    let (standing, kept) = find(service, req)?;
    render(service, vec![(standing, kept)])?.pop().ok_or_else(|| missing(req))
}

/// The pair that the path names, and how it stands.
///
/// # Errors
/// 404 where there is none.
pub fn find(service: &Service, req: &HttpRequest) -> Result<(Standing, Kept), Problem> {
    let id = event_id(named_in(req)).map_err(|_| missing(req))?;
    let kept = service.reader.read(|conn| duplicates::find(conn, id))?.ok_or_else(|| missing(req))?;
    let standing = standing(&service.index.read(), &kept).ok_or_else(|| missing(req))?;
    Ok((standing, kept))
}

fn named_in(req: &HttpRequest) -> &str {
    req.match_info().get("id").unwrap_or_default()
}

fn missing(req: &HttpRequest) -> Problem {
    Problem::not_found(format!("duplicate `{}`", shown(named_in(req))))
}

/// Pairs as readers are given them.
fn render(service: &Service, pairs: Vec<(Standing, Kept)>) -> Result<Vec<Duplicate>, Problem> {
    let ids: Vec<Uuid> = pairs.iter().map(|(_, kept)| kept.id).collect();
    let reasons = service.reader.read(|conn| duplicates::reasons(conn, &ids))?;
    // An event may be in several pairs.
    let keys: BTreeSet<i64> =
        pairs.iter().flat_map(|(standing, _)| standing.versions.map(|version| version.key)).collect();
    let keys: Vec<i64> = keys.into_iter().collect();
    let documents: HashMap<i64, _> = keys.iter().copied().zip(events(service, &keys)?).collect();
    let render = |(standing, kept): (Standing, Kept)| {
        let mut events: Vec<_> = standing.versions.iter().filter_map(|version| documents.get(&version.key)).collect();
        events.sort_by_key(|document| (document.created_at, document.id));
        let reasons = reasons.iter().find(|(id, _)| *id == kept.id).map_or("[]", |(_, reasons)| reasons);
        Ok(Duplicate {
            id: kept.id,
            state: standing.state,
            score: share(kept.score),
            reasons: serde_json::from_str(reasons).map_err(StoreError::from)?,
            events: events.into_iter().cloned().map(DuplicateEvent::of).collect(),
            seq: kept.seq,
            decision: decision(service, &standing, kept)?,
        })
    };
    pairs.into_iter().map(render).collect()
}

/// What was decided: of what was accepted, the history of the events tells.
fn decision(service: &Service, standing: &Standing, kept: Kept) -> Result<Option<Decision>, Problem> {
    if standing.survivor.is_none() {
        let rejection = kept.rejection;
        return Ok(rejection.map(|rejection| Decision::of(rejection.at, rejection.grounds, None)));
    }
    let merged = |id: &Uuid| service.reader.read(|conn| log::history(conn, *id, i64::MAX));
    let notes = kept.pair.events.iter().filter(|id| standing.survivor != Some(**id)).map(merged);
    let notes = notes.collect::<Result<Vec<_>, _>>()?;
    let last = notes.into_iter().filter_map(|mut notes| notes.pop()).max_by_key(|note| note.seq);
    Ok(last.map(|note| Decision::of(note.recorded_at, note.grounds, standing.survivor)))
}

/// Answers with a document, where the client does not have it.
fn give(req: &HttpRequest, document: &impl Serialize, links: &str) -> Result<HttpResponse, Problem> {
    let text = serde_json::to_vec(document).map_err(StoreError::from)?;
    let mut print = Fingerprint::default();
    print.bytes(&text);
    let etag = print.weak();
    if respond::is_known(req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    Ok(respond::whole(&etag, links, &Text::of(text)))
}
