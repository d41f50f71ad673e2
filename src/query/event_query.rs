//! `EventQuery`: the filters and the order of one question about events, read and checked once.

use std::str::FromStr;

use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::params::{Params, Unread, shown};
use super::terms::Terms;
use crate::domain::codes;
use crate::domain::place::{Point, is_admin1, is_country};
use crate::domain::resource::{Reference, Resource, Slug};
use crate::domain::vocabulary::{ActorRole, Category, EventStatus, EventType};
use crate::domain::window::{Overlap, Window, WindowSide};

codes! {
    /// The order of a list of events. Undated events come last either way; ties are broken by an internal number.
    pub enum Sort {
        /// By `when.start.earliest`, oldest first.
        When = "when",
        /// By `when.start.earliest`, newest first.
        WhenDescending = "-when",
        /// By when the version was recorded, oldest first.
        Recorded = "recorded",
        /// By when the version was recorded, newest first.
        RecordedDescending = "-recorded",
    }
}

/// A box of latitudes and longitudes, in degrees; it crosses the antimeridian where `west` is greater than `east`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the four sides")]
pub struct BoundingBox {
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
}

impl BoundingBox {
    fn parse(text: &str) -> Result<Self, Unread> {
        let wrong = |detail: &str| Unread::new("invalid_bbox", detail);
        let numbers: Option<Vec<f64>> = text.split(',').map(|side| side.trim().parse().ok()).collect();
        let Some([west, south, east, north]) = numbers.as_deref().and_then(|n| <[f64; 4]>::try_from(n).ok()) else {
            return Err(wrong("Expected four numbers: west,south,east,north in degrees."));
        };
        let (longitudes, latitudes) = (-180.0..=180.0, -90.0..=90.0);
        if ![west, east].iter().all(|lon| longitudes.contains(lon))
            || ![south, north].iter().all(|lat| latitudes.contains(lat))
        {
            return Err(wrong("Longitudes lie from −180 to 180 degrees, latitudes from −90 to 90."));
        }
        if south > north {
            return Err(wrong("The south lies north of the north; the order is west,south,east,north."));
        }
        Ok(Self { west, south, east, north })
    }

    /// Whether a point lies in the box, its sides included.
    pub fn contains(&self, point: Point) -> bool {
        let between = if self.west <= self.east {
            (self.west..=self.east).contains(&point.lon)
        } else {
            point.lon >= self.west || point.lon <= self.east
        };
        between && (self.south..=self.north).contains(&point.lat)
    }
}

/// A question about events.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "the parameters of `GET /v1/events`, described in `http::params`")]
pub struct EventQuery {
    pub id: Terms<Uuid>,
    pub event_type: Terms<EventType>,
    pub category: Terms<Category>,
    pub status: Terms<EventStatus>,
    pub actor: Terms<Reference>,
    pub actor_within: Terms<Reference>,
    pub role: Terms<ActorRole>,
    pub location: Terms<Reference>,
    pub country: Terms<String>,
    pub admin1: Terms<String>,
    pub campaign: Terms<Reference>,
    pub issue: Terms<String>,
    pub window: Window,
    pub overlap: Option<Overlap>,
    pub bbox: Option<BoundingBox>,
    pub sort: Option<Sort>,
    echo: EventQueryEcho,
}

/// The filters and the order of a list of events, as they were understood. What was not asked for is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(
    description = "The filters and the order of a list of events, as they were understood. A list holds the values \
                        one of which must match, and behind a `!` those none of which may. What was not asked for is \
                        left out."
)]
pub struct EventQueryEcho {
    /// Ids of events.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["019c1159-7000-7000-8000-0000000000e4"]))]
    pub id: Vec<String>,
    /// Main types.
    #[serde(rename = "type", skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["rally", "march"]))]
    pub event_type: Vec<String>,
    /// Categories.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["demonstration"]))]
    pub category: Vec<String>,
    /// Statuses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["!cancelled"]))]
    pub status: Vec<String>,
    /// Actors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["ice"]))]
    pub actor: Vec<String>,
    /// Actors with all their parts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["dhs"]))]
    pub actor_within: Vec<String>,
    /// Roles of actors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["target"]))]
    pub role: Vec<String>,
    /// Locations with all that lies below them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["los-angeles"]))]
    pub location: Vec<String>,
    /// Countries.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["US"]))]
    pub country: Vec<String>,
    /// First-level divisions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["US-CA"]))]
    pub admin1: Vec<String>,
    /// Campaigns.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["ice-out"]))]
    pub campaign: Vec<String>,
    /// Issues.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["immigration"]))]
    pub issue: Vec<String>,
    /// Begin of the window.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "2026-01-31")]
    pub from: Option<String>,
    /// End of the window, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "2026-01-31")]
    pub to: Option<String>,
    /// How an event must meet the window.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "possible")]
    pub overlap: Option<String>,
    /// The zone in which the window's dates are read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "America/Los_Angeles")]
    pub time_zone: Option<String>,
    /// West, south, east and north of the box, in degrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "-118.3,34.0,-118.2,34.1")]
    pub bbox: Option<String>,
    /// The order.
    #[schema(example = "-when")]
    pub sort: String,
    /// The operation that the answer was computed at.
    #[schema(example = 42, minimum = 0)]
    pub as_of: i64,
}

impl EventQuery {
    /// Takes the parameters of a question; faults stay with `params`.
    pub fn parse(params: &mut Params) -> Self {
        let mut echo = EventQueryEcho::default();
        let id = terms(params, "id", read_id, ToString::to_string, &mut echo.id);
        let event_type = codes(params, "type", EventType::parse, EventType::code, &mut echo.event_type);
        let category = codes(params, "category", Category::parse, Category::code, &mut echo.category);
        let status = codes(params, "status", EventStatus::parse, EventStatus::code, &mut echo.status);
        let actor = references(params, "actor", Resource::Actor, &mut echo.actor);
        let actor_within = references(params, "actor_within", Resource::Actor, &mut echo.actor_within);
        let role = codes(params, "role", ActorRole::parse, ActorRole::code, &mut echo.role);
        let location = references(params, "location", Resource::Location, &mut echo.location);
        let country = terms(params, "country", read_country, Clone::clone, &mut echo.country);
        let admin1 = terms(params, "admin1", read_admin1, Clone::clone, &mut echo.admin1);
        let campaign = references(params, "campaign", Resource::Campaign, &mut echo.campaign);
        let issue = terms(params, "issue", read_issue, Clone::clone, &mut echo.issue);
        let window = window(params, &mut echo);
        let overlap = params.code("overlap", Overlap::parse, Overlap::CODES);
        echo.overlap = overlap.map(|overlap| overlap.code().to_owned());
        let bbox = params.read("bbox", |text| {
            echo.bbox = Some(text.to_owned());
            BoundingBox::parse(text)
        });
        let sort = params.code("sort", Sort::parse, Sort::CODES);
        echo.sort = String::from(sort.unwrap_or(Sort::WhenDescending).code());
        Self {
            id,
            event_type,
            category,
            status,
            actor,
            actor_within,
            role,
            location,
            country,
            admin1,
            campaign,
            issue,
            window,
            overlap,
            bbox,
            sort,
            echo,
        }
    }

    /// The order asked for: newest first where none is.
    pub fn order(&self) -> Sort {
        self.sort.unwrap_or(Sort::WhenDescending)
    }

    /// The question as it was understood, asked at an operation.
    pub fn echo(&self, as_of: i64) -> EventQueryEcho {
        EventQueryEcho { as_of, ..self.echo.clone() }
    }

    /// The question as one line of text: the same for questions that mean the same.
    pub fn canonical(&self) -> String {
        serde_json::to_string(&self.echo).unwrap_or_default()
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

fn read_id(text: &str) -> Result<Uuid, Unread> {
    match Reference::parse(Resource::Event, text) {
        Some(Reference::Id(id)) => Ok(id),
        _ => Err(Unread::new("malformed", format!("`{}` is not a UUID.", shown(text)))),
    }
}

fn read_country(text: &str) -> Result<String, Unread> {
    let malformed =
        || Unread::new("malformed", format!("`{}` is not an ISO 3166-1 alpha-2 code such as US.", shown(text)));
    is_country(text).then(|| text.to_owned()).ok_or_else(malformed)
}

fn read_admin1(text: &str) -> Result<String, Unread> {
    let malformed = || Unread::new("malformed", format!("`{}` is not an ISO 3166-2 code such as US-CA.", shown(text)));
    is_admin1(text).then(|| text.to_owned()).ok_or_else(malformed)
}

fn read_issue(text: &str) -> Result<String, Unread> {
    let malformed = || Unread::new("malformed", format!("`{}` is not a slug such as civil-rights.", shown(text)));
    Slug::parse(text).map(|slug| slug.as_str().to_owned()).ok_or_else(malformed)
}

fn window(params: &mut Params, echo: &mut EventQueryEcho) -> Window {
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
    window
}
