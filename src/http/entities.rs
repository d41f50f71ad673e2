//! What lists and items of actors, locations, sources, campaigns and timelines have in common.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ask::Ask;
use super::paging::{PageInfo, Paging};
use super::problem::Problem;
use super::respond::{self, Fingerprint};
use crate::domain::resource::{Reference, Resource};
use crate::index::State;
use crate::index::entities::{Entity, EntityContent};
use crate::query::cursor::digest;
use crate::query::page::cut;
use crate::query::params::{Params, Unread, shown};
use crate::query::terms::Terms;
use crate::store::error::StoreError;
use crate::view::EntityHead;

const JSON: &str = "application/json";

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
    fn view(&self, head: EntityHead, state: &State, seq: i64) -> Result<Self::View, StoreError>;
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

struct EntityQuery {
    id: Terms<Uuid>,
    kind: Terms<&'static str>,
    q: Option<String>,
    echo: EntityQueryEcho,
}

impl EntityQuery {
    fn parse<C: Listed>(params: &mut Params) -> Self {
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

    fn matches<C: Listed>(&self, id: Uuid, content: &C) -> bool {
        let kind = content.kind().is_none_or(|kind| self.kind.accepts(&kind));
        let found = |q: &String| content.names().iter().any(|name| folded(name).contains(q));
        self.id.accepts(&id) && kind && self.q.as_ref().is_none_or(found)
    }
}

/// Text without case and accents.
fn folded(text: &str) -> String {
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// Answers a list.
pub async fn list<C: Listed>(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut ask = Ask::begin(&req, JSON).await?;
    let query = EntityQuery::parse::<C>(&mut ask.params);
    let paging = Paging::<String>::parse(&mut ask.params);
    let seq = ask.finish()?;
    let question = digest(&format!("{} {:?} {:?}", C::RESOURCE, query.echo, ask.as_of));
    let pinned = paging.pin(&ask, seq, question).await?;
    let seq = pinned.seq;
    let state = ask.service.index.read();
    let all = state.entities.all(C::RESOURCE, seq);
    let matching =
        all.filter(|(_, document)| C::of(&document.content).is_some_and(|content| query.matches(document.id, content)));
    let items = matching.map(|(entity, document)| (entity.slug.clone(), document.id)).collect();
    let page = cut(items, paging.part());
    let ids: Vec<Uuid> = page.items.iter().map(|(_, id)| *id).collect();
    let counts = event_counts(&state, C::RESOURCE, seq, &ids);
    let views = page.items.iter().filter_map(|(_, id)| view::<C>(&state, *id, seq, &counts).transpose());
    let data = views.collect::<Result<Vec<_>, StoreError>>()?;
    let mut print = Fingerprint::default();
    print.text(req.query_string()).text(&serde_json::to_string(&data).map_err(StoreError::from)?);
    let page_info = paging.info(&page, pinned);
    print.text(&format!("{:?}", page.total));
    let etag = print.weak();
    if respond::is_known(&req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    let mut links = vec![respond::link(&req, "first", None)];
    links.extend(page_info.next.as_deref().map(|cursor| respond::link(&req, "next", Some(cursor))));
    links.extend(page_info.previous.as_deref().map(|cursor| respond::link(&req, "prev", Some(cursor))));
    let echo = EntityQueryEcho { as_of: seq, ..query.echo };
    Ok(respond::page(&etag, &links, &C::list(data, page_info, echo)))
}

/// Answers one item, by id or slug.
pub async fn get<C: Listed>(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut ask = Ask::begin(&req, JSON).await?;
    let seq = ask.finish()?;
    let text = req.match_info().get("id").unwrap_or_default();
    let missing = || Problem::not_found(format!("{} `{}`", C::RESOURCE, shown(text)));
    let reference = Reference::parse(C::RESOURCE, text).ok_or_else(missing)?;
    let state = ask.service.index.read();
    let (id, entity) = state.entities.find(C::RESOURCE, &reference).ok_or_else(missing)?;
    let version = entity.at(seq).ok_or_else(missing)?;
    if version.document.is_none() {
        return Err(Problem::withdrawn(version.reason.as_deref()));
    }
    let counts = event_counts(&state, C::RESOURCE, seq, &[id]);
    let view = view::<C>(&state, id, seq, &counts)?.ok_or_else(missing)?;
    let mut print = Fingerprint::default();
    print.text(&serde_json::to_string(&view).map_err(StoreError::from)?);
    let etag = print.strong(version.revision);
    if respond::is_known(&req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    Ok(respond::json(&etag, &view))
}

fn view<C: Listed>(
    state: &State,
    id: Uuid,
    seq: i64,
    counts: &HashMap<Uuid, i64>,
) -> Result<Option<C::View>, StoreError> {
    let names = state.entities.at(seq);
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
    content.view(head, state, seq).map(Some)
}

/// How many events name each of these entities; for locations, also those below them.
fn event_counts(state: &State, resource: Resource, seq: i64, ids: &[Uuid]) -> HashMap<Uuid, i64> {
    let names = state.entities.at(seq);
    let mut terms: HashMap<Uuid, Vec<u32>> = ids.iter().map(|id| (*id, Vec::new())).collect();
    for (number, entity) in state.events.counting(resource) {
        let counted = if resource == Resource::Location { names.line(entity).collect() } else { vec![entity] };
        for id in counted {
            if let Some(terms) = terms.get_mut(&id) {
                terms.push(number);
            }
        }
    }
    let count = |terms| i64::try_from(state.events.having(terms, seq)).unwrap_or(i64::MAX);
    terms.into_iter().map(|(id, terms)| (id, count(terms))).collect()
}
