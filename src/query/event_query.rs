//! `EventQuery`: the filters and the order of one question about events, read and checked once.

use std::str::FromStr;
use std::sync::Arc;

use chrono_tz::Tz;
use uuid::Uuid;

use super::cursor::digest;
use super::echo::EventQueryEcho;
use super::filter::Filter;
use super::params::{Params, Unread, shown};
use super::polygon_text;
use super::terms::Terms;
use super::text::TextQuery;
use super::values::{
    read_admin1, read_box, read_country, read_external_id, read_has, read_id, read_instant, read_issue, read_point,
};
use crate::domain::area::Area;
use crate::domain::circle::Circle;
use crate::domain::coverage::Days;
use crate::domain::has::Has;
use crate::domain::instant::Instant;
use crate::domain::resource::{Reference, Resource};
use crate::domain::shared::ExternalId;
use crate::domain::verification::Verification;
use crate::domain::vocabulary::{ActorKind, ActorRole, Category, EventStatus, EventType, PlacePrecision};
use crate::domain::window::{Overlap, Window, WindowEdge, WindowSide};
use crate::index::order::Sort;

/// A question about events.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "the parameters of `GET /v1/events`, described in `http::params`")]
pub struct EventQuery {
    pub id: Terms<Uuid>,
    pub event_type: Terms<EventType>,
    pub category: Terms<Category>,
    pub tactic: Terms<EventType>,
    pub status: Terms<EventStatus>,
    pub verification: Terms<Verification>,
    pub actor: Terms<Reference>,
    pub actor_within: Terms<Reference>,
    pub actor_kind: Terms<ActorKind>,
    pub role: Terms<ActorRole>,
    pub location: Terms<Reference>,
    pub country: Terms<String>,
    pub admin1: Terms<String>,
    pub place_precision: Option<PlacePrecision>,
    pub campaign: Terms<Reference>,
    pub issue: Terms<String>,
    pub source: Terms<Reference>,
    pub size_min: Option<i64>,
    pub size_max: Option<i64>,
    pub has: Terms<Has>,
    pub linked_to: Terms<Uuid>,
    pub external_id: Option<ExternalId>,
    pub recorded_since: Option<Instant>,
    pub window: Window,
    /// The days of the window, as calendars of places have them.
    pub days: Option<Days>,
    pub time_zone: Option<Tz>,
    pub overlap: Option<Overlap>,
    pub area: Area,
    pub filter: Option<Arc<Filter>>,
    pub q: TextQuery,
    pub sort: Option<Sort>,
    pub(super) echo: EventQueryEcho,
}

impl EventQuery {
    /// Takes the parameters of a question; faults stay with `params`.
    pub fn parse(params: &mut Params) -> Self {
        let mut query = Self::filters(params);
        query.sort = params.code("sort", Sort::parse, Sort::CODES);
        if query.sort == Some(Sort::Relevance) && query.q.wanted.is_empty() && !params.is_faulty("q") {
            params.fault("sort", "needs_words", "`relevance` needs `q` with a word that must be there.");
        }
        query.echo.sort = Some(query.order().code().to_owned());
        if query.order() == Sort::Distance && query.area.near.is_none() && !params.is_faulty("near") {
            params.fault("near", "missing", "`sort=distance` needs `near`, the point from which it is measured.");
        }
        query
    }

    /// Takes the filters alone, for what has an order of its own or none; faults stay with `params`.
    pub fn filters(params: &mut Params) -> Self {
        let mut echo = EventQueryEcho::default();
        let id = terms(params, "id", read_id, ToString::to_string, &mut echo.id);
        let event_type = codes(params, "type", EventType::parse, EventType::code, &mut echo.event_type);
        let category = codes(params, "category", Category::parse, Category::code, &mut echo.category);
        let tactic = codes(params, "tactic", EventType::parse, EventType::code, &mut echo.tactic);
        let status = codes(params, "status", EventStatus::parse, EventStatus::code, &mut echo.status);
        let verification =
            codes(params, "verification", Verification::parse, Verification::code, &mut echo.verification);
        let actor = references(params, "actor", Resource::Actor, &mut echo.actor);
        let actor_within = references(params, "actor_within", Resource::Actor, &mut echo.actor_within);
        let actor_kind = codes(params, "actor_kind", ActorKind::parse, ActorKind::code, &mut echo.actor_kind);
        let role = codes(params, "role", ActorRole::parse, ActorRole::code, &mut echo.role);
        let location = references(params, "location", Resource::Location, &mut echo.location);
        let country = terms(params, "country", read_country, Clone::clone, &mut echo.country);
        let admin1 = terms(params, "admin1", read_admin1, Clone::clone, &mut echo.admin1);
        let place_precision = params.code("place_precision", PlacePrecision::parse, PlacePrecision::CODES);
        echo.place_precision = place_precision.map(|precision| precision.code().to_owned());
        let campaign = references(params, "campaign", Resource::Campaign, &mut echo.campaign);
        let issue = terms(params, "issue", read_issue, Clone::clone, &mut echo.issue);
        let source = references(params, "source", Resource::Source, &mut echo.source);
        let (size_min, size_max) = size(params, &mut echo);
        let has = terms(params, "has", read_has, ToString::to_string, &mut echo.has);
        let linked_to = terms(params, "linked_to", read_id, ToString::to_string, &mut echo.linked_to);
        let external_id = params.read("external_id", read_external_id);
        echo.external_id = external_id.as_ref().map(|external| format!("{}:{}", external.scheme, external.id));
        let recorded_since = params.read("recorded_since", read_instant);
        echo.recorded_since = recorded_since.map(|instant| instant.to_string());
        let (window, days, time_zone) = window(params, &mut echo);
        let overlap = params.code("overlap", Overlap::parse, Overlap::CODES);
        echo.overlap = overlap.map(|overlap| overlap.code().to_owned());
        let area = area(params, &mut echo);
        let filter = filter(params, time_zone, &mut echo);
        let q = text(params, &mut echo);
        Self {
            id,
            event_type,
            category,
            tactic,
            status,
            verification,
            actor,
            actor_within,
            actor_kind,
            role,
            location,
            country,
            admin1,
            place_precision,
            campaign,
            issue,
            source,
            size_min,
            size_max,
            has,
            linked_to,
            external_id,
            recorded_since,
            window,
            days,
            time_zone,
            overlap,
            area,
            filter,
            q,
            sort: None,
            echo,
        }
    }

    /// Takes the parameters of a question about coverage, which are those that name sources, places and days.
    pub fn parse_coverage(params: &mut Params) -> Self {
        let mut echo = EventQueryEcho::default();
        let source = references(params, "source", Resource::Source, &mut echo.source);
        let location = references(params, "location", Resource::Location, &mut echo.location);
        let country = terms(params, "country", read_country, Clone::clone, &mut echo.country);
        let admin1 = terms(params, "admin1", read_admin1, Clone::clone, &mut echo.admin1);
        let (window, days, _) = window(params, &mut echo);
        let overlap = params.code("overlap", Overlap::parse, Overlap::CODES);
        echo.overlap = overlap.map(|overlap| overlap.code().to_owned());
        Self { location, country, admin1, source, window, days, overlap, echo, ..Self::default() }
    }

    /// Whether any filter is asked for. How an event must meet a window is none by itself.
    pub fn has_filters(&self) -> bool {
        let Self { overlap, sort, echo, .. } = Self::default();
        Self { overlap, sort, echo, ..self.clone() } != Self::default()
    }

    /// Whether what matches depends on the links of other events.
    pub fn asks_for_links(&self) -> bool {
        let has_links = |has: &Terms<Has>| has.any.contains(&Has::Links) || has.none.contains(&Has::Links);
        let in_filter = self.filter.as_ref().is_some_and(|filter| filter.asks_for_links());
        !self.linked_to.is_empty() || has_links(&self.has) || in_filter
    }

    /// The order asked for: newest first where none is.
    pub fn order(&self) -> Sort {
        self.sort.unwrap_or(Sort::WhenDescending)
    }

    /// The question as it was understood, asked at an operation.
    pub fn echo(&self, as_of: i64) -> EventQueryEcho {
        EventQueryEcho { as_of, ..self.echo.clone() }
    }

    /// The filters as they were understood, as text.
    pub fn text(&self) -> String {
        serde_json::to_string(&self.echo).unwrap_or_default()
    }

    /// The digest that cursors bear: the same for questions that mean the same.
    pub fn question(&self) -> u64 {
        digest(&format!("events {}", self.text()))
    }
}

fn terms<T>(
    params: &mut Params,
    name: &'static str,
    read: impl Fn(&str) -> Result<T, Unread>,
    write: impl Fn(&T) -> String,
    echo: &mut Vec<String>,
) -> Terms<T> {
    let terms = params.read(name, |text| Terms::parse(text, read)).unwrap_or_default();
    *echo = terms.written(write);
    terms
}

fn codes<T: Copy>(
    params: &mut Params,
    name: &'static str,
    parse: fn(&str) -> Option<T>,
    code: fn(T) -> &'static str,
    echo: &mut Vec<String>,
) -> Terms<T> {
    let read = |text: &str| {
        let unknown = || Unread::new("unknown_value", format!("`{}` is no {name}; see /v1/vocabulary.", shown(text)));
        parse(text).ok_or_else(unknown)
    };
    terms(params, name, read, |value| code(*value).to_owned(), echo)
}

fn references(params: &mut Params, name: &'static str, resource: Resource, echo: &mut Vec<String>) -> Terms<Reference> {
    let read = |text: &str| {
        let malformed = || Unread::new("malformed", format!("`{}` is neither an id nor a slug.", shown(text)));
        Reference::parse(resource, text).ok_or_else(malformed)
    };
    terms(params, name, read, ToString::to_string, echo)
}

/// The largest number of people that can be asked for: the largest that every reader of JSON keeps exactly.
pub const MAX_PEOPLE: i64 = (1 << 53) - 1;

fn size(params: &mut Params, echo: &mut EventQueryEcho) -> (Option<i64>, Option<i64>) {
    let (min, max) = (params.number("size_min", 0, MAX_PEOPLE), params.number("size_max", 0, MAX_PEOPLE));
    if min.zip(max).is_some_and(|(min, max)| min > max) {
        params.fault("size_min", "min_above_max", "`size_min` is greater than `size_max`.");
    }
    (echo.size_min, echo.size_max) = (min, max);
    (min, max)
}

fn window(params: &mut Params, echo: &mut EventQueryEcho) -> (Window, Option<Days>, Option<Tz>) {
    let zone = params.read("time_zone", |name| {
        let unknown = || Unread::new("unknown_time_zone", format!("`{}` is not in the IANA database.", shown(name)));
        Tz::from_str(name).map_err(|_| unknown())
    });
    let (from, to) = (params.take("from"), params.take("to"));
    let window = match Window::parse(from.as_deref(), to.as_deref(), zone) {
        Ok(window) => window,
        Err(faults) => {
            for fault in faults {
                let side = match fault.side {
                    WindowSide::From => "from",
                    WindowSide::To => "to",
                };
                params.fault(side, fault.code, fault.detail);
            }
            Window::default()
        }
    };
    *echo = EventQueryEcho { from, to, time_zone: zone.map(|zone| zone.name().to_owned()), ..std::mem::take(echo) };
    let day = |edge: Option<WindowEdge>| edge.map(|edge| edge.day(zone));
    let days = window.from.or(window.to).map(|_| Days::new(day(window.from), day(window.to)));
    (window, days, zone)
}

/// Words of the text.
fn text(params: &mut Params, echo: &mut EventQueryEcho) -> TextQuery {
    let text = params.read("q", |text| Ok((TextQuery::parse(text)?, text.trim().to_owned()))).unzip();
    echo.q = text.1;
    text.0.unwrap_or_default()
}

/// Metres of the largest circle: half of the Earth's circumference.
pub const MAX_RADIUS: i64 = 20_037_508;

/// Where a place must lie: `bbox`, `near` with `radius_m`, and `within`.
fn area(params: &mut Params, echo: &mut EventQueryEcho) -> Area {
    let bbox = params.read("bbox", |text| {
        echo.bbox = Some(text.to_owned());
        read_box(text)
    });
    let center = params.read("near", read_point);
    let radius_m = params.number("radius_m", 1, MAX_RADIUS);
    if radius_m.is_some() && center.is_none() && !params.is_faulty("near") {
        params.fault("near", "missing", "`radius_m` needs `near`, the point from which it is measured.");
    }
    echo.near = center.map(|center| format!("{},{}", center.lat, center.lon));
    echo.radius_m = radius_m;
    #[expect(clippy::cast_precision_loss, reason = "eight digits at most")]
    let near = center.map(|center| Circle { center, radius_m: radius_m.unwrap_or(MAX_RADIUS) as f64 });
    let within = params.take("within").and_then(|text| match polygon_text::read(&text) {
        Ok(polygons) => {
            echo.within = Some(text);
            Some(Arc::new(polygons))
        }
        Err(faults) => {
            for Unread { code, detail } in faults {
                params.fault("within", code, detail);
            }
            None
        }
    });
    Area { bbox, near, within, ..Area::default() }
}

fn filter(params: &mut Params, zone: Option<Tz>, echo: &mut EventQueryEcho) -> Option<Arc<Filter>> {
    let (filter, text, language) = Filter::take(params, zone)?;
    echo.filter = Some(text);
    echo.filter_lang = language.map(|language| language.code().to_owned());
    Some(Arc::new(filter))
}
