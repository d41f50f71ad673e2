//! What lists and items of actors, locations, sources, campaigns and timelines have in common.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ask::Ask;
use super::paging::{PageInfo, Paging};
use super::problem::Problem;
use super::respond::{self, Fingerprint, JSON, Text};
use super::revisions::{self, RevisionList};
use crate::domain::folded::folded;
use crate::domain::privacy::Clearance;
use crate::domain::resource::{Reference, Resource};
use crate::index::State;
use crate::index::entities::{Entity, EntityContent, EntityVersion};
use crate::index::sight::Sight;
use crate::query::cursor::digest;
use crate::query::page::cut;
use crate::query::params::{Params, Unread, shown};
use crate::query::terms::Terms;
use crate::store::error::StoreError;
use crate::store::log;
use crate::view::EntityHead;
use crate::view::history::{FieldChange, difference};
use crate::view::member::event_count;

/// A resource that is read like all others but events.
pub trait Listed: EntityContent {
    /// Which resource.
    const RESOURCE: Resource;
    /// The codes of its kinds; none where it has no kinds.
    const KINDS: &'static [&'static str];
    /// The document of one.
    type View: Serialize;
    /// The document of a list.
    type List: Serialize;

    /// Its kind.
    fn kind(&self) -> Option<&'static str>;
    /// The names by which `q` finds it.
    fn names(&self) -> Vec<&str>;
    /// The document of one.
    ///
    /// # Errors
    /// When something it refers to is missing.
    fn view(&self, head: EntityHead, sight: Sight<'_>) -> Result<Self::View, StoreError>;
    /// The document of a list.
    fn list(data: Vec<Self::View>, page: PageInfo, query: EntityQueryEcho) -> Self::List;
}

/// The filters of a list, as they were understood. What was not asked for is left out.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct EntityQueryEcho {
    /// Ids, one of which must match; behind a `!` those none of which may.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["019c1159-7000-7002-8000-000000000002"]))]
    pub id: Vec<String>,
    /// Kinds, one of which must match; behind a `!` those none of which may.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["agency"]))]
    pub kind: Vec<String>,
    /// Text that stands in a name or alias.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "customs")]
    pub q: Option<String>,
    /// The operation that the answer was computed at.
    #[schema(example = 42, minimum = 0)]
    pub as_of: i64,
}

/// Which entities.
pub struct EntityQuery {
    id: Terms<Uuid>,
    kind: Terms<&'static str>,
    q: Option<String>,
    /// As it was understood.
    pub echo: EntityQueryEcho,
}

impl EntityQuery {
    /// Takes the parameters; faults stay with `params`.
    pub fn parse<C: Listed>(params: &mut Params) -> Self {
        let read_id = |text: &str| match Reference::parse(Resource::Event, text) {
            Some(Reference::Id(id)) => Ok(id),
            _ => Err(Unread::new("malformed", format!("`{}` is not a UUID.", shown(text)))),
        };
        let read_kind = |text: &str| {
            let known = C::KINDS.iter().find(|kind| **kind == text).copied();
            known.ok_or_else(|| {
                Unread::new("unknown_value", format!("`{}` is no kind; see /v1/vocabulary.", shown(text)))
            })
        };
        let id = params.read("id", |text| Terms::parse(text, read_id)).unwrap_or_default();
        let kind = if C::KINDS.is_empty() { None } else { params.read("kind", |text| Terms::parse(text, read_kind)) };
        let kind = kind.unwrap_or_default();
        let q = params.take("q");
        let echo = EntityQueryEcho {
            id: id.written(ToString::to_string),
            kind: kind.written(|kind| (*kind).to_owned()),
            q: q.clone(),
            as_of: 0,
        };
        Self { id, kind, q: q.map(|text| folded(&text)), echo }
    }

    /// Whether an entity is one of them.
    pub fn matches<C: Listed>(&self, id: Uuid, content: &C) -> bool {
        let kind = content.kind().is_none_or(|kind| self.kind.accepts(&kind));
        let found = |q: &String| content.names().iter().any(|name| folded(name).contains(q));
        self.id.accepts(&id) && kind && self.q.as_ref().is_none_or(found)
    }
}

/// Answers a list.
pub async fn list<C: Listed>(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut ask = Ask::begin(&req, JSON).await?;
    let query = EntityQuery::parse::<C>(&mut ask.params);
    let paging = Paging::<String>::parse(&mut ask.params);
    let seq = ask.finish()?;
    let question = digest(&format!("{} {:?}", C::RESOURCE, query.echo));
    let pinned = paging.pin(&ask, seq, question).await?;
    let seq = pinned.seq;
    let state = ask.service.index.read();
    let sight = ask.sight(&state, seq);
    let all = sight.all(C::RESOURCE);
    let matching =
        all.filter(|(_, document)| C::of(&document.content).is_some_and(|content| query.matches(document.id, content)));
    let items = matching.map(|(entity, document)| (entity.slug.clone(), document.id)).collect();
    let page = cut(items, paging.part());
    let ids: Vec<Uuid> = page.items.iter().map(|(_, id)| *id).collect();
    let counts = event_counts(sight, C::RESOURCE, &ids);
    let views = page.items.iter().filter_map(|(_, id)| view::<C>(sight, *id, &counts).transpose());
    let data = views.collect::<Result<Vec<_>, StoreError>>()?;
    let mut print = Fingerprint::of(ask.clearance);
    print.text(req.query_string()).text(&serde_json::to_string(&data).map_err(StoreError::from)?);
    let page_info = paging.info(&page, pinned);
    print.text(&format!("{:?}", page.total));
    let etag = print.weak();
    if respond::is_known(&req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    let links = respond::page_links(&req, &page_info, seq);
    let echo = EntityQueryEcho { as_of: seq, ..query.echo };
    Ok(respond::whole(&etag, &links, &Text::json(&C::list(data, page_info, echo))?))
}

/// Answers one item, by id or slug.
pub async fn get<C: Listed>(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut ask = Ask::begin(&req, JSON).await?;
    let seq = ask.finish()?;
    let state = ask.service.index.read();
    let sight = ask.sight(&state, seq);
    give_one::<C>(&req, sight, present::<C>(sight, &req)?, seq)
}

/// The member that the path names, which is there at an operation.
///
/// # Errors
/// 404 where there is none; where it has ceased 410, or a redirection to what took it in.
pub fn present<C: Listed>(sight: Sight<'_>, req: &HttpRequest) -> Result<Uuid, Problem> {
    let (id, _) = find::<C>(sight, req)?;
    gone(sight.state, req, id, sight.seq).map_or(Ok(id), Err)
}

/// The member that the path names, whatever became of it.
///
/// # Errors
/// 404 where there never was one.
pub fn named<C: Listed>(state: &State, clearance: Clearance, req: &HttpRequest) -> Result<Uuid, Problem> {
    Ok(find::<C>(Sight { state, seq: i64::MAX, clearance }, req)?.0)
}

/// Answers the versions of one, by id or slug; also of one that was withdrawn.
pub async fn revisions<C: Listed>(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut ask = Ask::begin(&req, JSON).await?;
    let seq = ask.finish()?;
    let (id, changes, etag) = {
        let state = ask.service.index.read();
        let (id, versions) = find::<C>(ask.sight(&state, seq), &req)?;
        let change = |version: &EntityVersion| changes::<C>(ask.sight(&state, version.seq), id);
        let changes = versions.iter().map(change).collect::<Result<Vec<_>, StoreError>>()?;
        let newest = versions.last().map_or(0, |version| version.revision);
        let mut print = Fingerprint::of(ask.clearance);
        print.text("revisions").text(&serde_json::to_string(&changes).map_err(StoreError::from)?);
        (id, changes, print.strong(newest, state.head.epoch))
    };
    if respond::is_known(&req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    let notes = ask.service.reader.read(|conn| log::history(conn, id, seq))?;
    let text = Text::json(&RevisionList::of(notes, changes))?;
    Ok(respond::whole(&etag, &respond::permanent_link(&req, seq), &text))
}

/// Answers one version of one, as readers were given it when it was written.
pub async fn revision<C: Listed>(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut ask = Ask::begin(&req, JSON).await?;
    let seq = ask.finish()?;
    let state = ask.service.index.read();
    let (id, versions) = find::<C>(ask.sight(&state, seq), &req)?;
    let version = revisions::position(&req).and_then(|position| versions.get(position));
    let version = version.ok_or_else(|| revisions::no_version(&req, C::RESOURCE))?;
    // Also of one that was merged: another member's version has nothing to do with this one.
    if version.document.is_none() {
        return Err(Problem::withdrawn(version.grounds.reason.as_deref()));
    }
    give_one::<C>(&req, ask.sight(&state, version.seq), id, seq)
}

/// The member that the path names, with its versions up to an operation: one at least.
///
/// # Errors
/// 404 where there is none.
pub fn find<'a, C: Listed>(sight: Sight<'a>, req: &HttpRequest) -> Result<(Uuid, &'a [EntityVersion]), Problem> {
    let reference = Reference::parse(C::RESOURCE, req.match_info().get("id").unwrap_or_default());
    let found = reference.and_then(|reference| sight.find(C::RESOURCE, &reference));
    let found = found.map(|(id, entity)| (id, entity.until(sight.seq)));
    found.filter(|(_, versions)| !versions.is_empty()).ok_or_else(|| missing::<C>(req))
}

fn missing<C: Listed>(req: &HttpRequest) -> Problem {
    Problem::not_found(format!("{} `{}`", C::RESOURCE, shown(req.match_info().get("id").unwrap_or_default())))
}

/// Answers with a version as it was at the operation that `then` sees.
fn give_one<C: Listed>(req: &HttpRequest, then: Sight<'_>, id: Uuid, seq: i64) -> Result<HttpResponse, Problem> {
    let (etag, text) = item::<C>(then, id)?;
    if respond::is_known(req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    Ok(respond::whole(&etag, &respond::permanent_link(req, seq), &Text::of(text)))
}

/// What is told of a member that has ceased.
pub fn gone(state: &State, req: &HttpRequest, id: Uuid, seq: i64) -> Option<Problem> {
    let names = state.entities.at(seq);
    let (entity, version) = names.version(id).filter(|(_, version)| version.document.is_none())?;
    let into: Vec<Uuid> = version.into.iter().map(|id| names.survivor(*id)).collect();
    Some(Problem::ceased(req, version.kind, entity.why_ended(seq), &into))
}

/// The document of one as a reader sees it at an operation, behind its validator.
///
/// # Errors
/// 404 where there was none.
pub fn item<C: Listed>(sight: Sight<'_>, id: Uuid) -> Result<(String, Vec<u8>), Problem> {
    let missing = || Problem::not_found(format!("{} `{id}`", C::RESOURCE));
    let counts = event_counts(sight, C::RESOURCE, &[id]);
    let (_, version) = sight.names().version(id).ok_or_else(missing)?;
    let view = view::<C>(sight, id, &counts)?.ok_or_else(missing)?;
    let text = serde_json::to_vec(&view).map_err(StoreError::from)?;
    let mut print = Fingerprint::of(sight.clearance);
    print.bytes(&text);
    Ok((print.strong(version.revision, sight.state.head.epoch), text))
}

/// What an operation changed of a member, as readers saw it before and behind it.
fn changes<C: Listed>(sight: Sight<'_>, id: Uuid) -> Result<Vec<FieldChange>, StoreError> {
    let seen = |seq| {
        let view = view::<C>(Sight { seq, ..sight }, id, &HashMap::new())?;
        view.map(|view| serde_json::to_value(&view)).transpose().map_err(StoreError::from)
    };
    let both = seen(sight.seq - 1)?.zip(seen(sight.seq)?);
    Ok(both.map_or_else(Vec::new, |(old, new)| difference(&old, &new)))
}

/// One as a reader sees it, with the number of its events where that was counted; nothing where it is not there.
///
/// # Errors
/// When something it refers to is missing.
pub fn view<C: Listed>(sight: Sight<'_>, id: Uuid, counts: &HashMap<Uuid, i64>) -> Result<Option<C::View>, StoreError> {
    let names = sight.names();
    let (Some((entity, content)), Some((_, version))) = (names.values::<C>(id), names.version(id)) else {
        return Ok(None);
    };
    let Entity { slug, .. } = entity;
    let head = EntityHead {
        id,
        slug: slug.clone(),
        revision: version.revision,
        seq: version.seq,
        recorded_at: version.recorded_at,
        event_count: counts.get(&id).copied().unwrap_or(0),
    };
    content.view(head, sight).map(Some)
}

/// How many events that a reader sees name each of these entities.
fn event_counts(sight: Sight<'_>, resource: Resource, ids: &[Uuid]) -> HashMap<Uuid, i64> {
    ids.iter().map(|id| (*id, event_count(sight, resource, *id))).collect()
}

/// Declares the two handlers that tell the versions of a resource.
macro_rules! revision_handlers {
    ($content:ty as $view:ty, $tag:literal, $example:literal;
     $(#[$list_meta:meta])* $list:ident at $list_path:literal;
     $(#[$item_meta:meta])* $item:ident at $item_path:literal;) => {
        $(#[$list_meta])*
        #[utoipa::path(get, path = $list_path, tag = $tag,
            params(("id" = String, Path, description = "Its id or slug.", example = $example), ReadParams, ReadHeaders),
            responses((status = 200, description = "The versions, oldest first; also of one that was withdrawn.",
                body = $crate::http::revisions::RevisionList),
                (status = 304, description = "The versions are those the client has."), ItemErrors))]
        pub async fn $list(req: HttpRequest) -> Result<HttpResponse, Problem> {
            entities::revisions::<$content>(req).await
        }

        $(#[$item_meta])*
        #[utoipa::path(get, path = $item_path, tag = $tag,
            params(("id" = String, Path, description = "Its id or slug.", example = $example),
                ("n" = i32, Path, description = "The version's number.", minimum = 1, example = 1), ReadParams, ReadHeaders),
            responses((status = 200, description = "The version.", body = $view,
                headers(("ETag", description = "Strong validator of the version."),
                        ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
                (status = 304, description = "The version is the one the client has."), ItemErrors))]
        pub async fn $item(req: HttpRequest) -> Result<HttpResponse, Problem> {
            entities::revision::<$content>(req).await
        }
    };
}
pub(crate) use revision_handlers;
