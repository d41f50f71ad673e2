//! The question as it was understood, as it stands beside the answer.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The filters and the order of a list of events, as they were understood. What was not asked for is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(
    description = "The filters and the order of a list of events, as they were understood. A list holds the values \
                        one of which must match, and behind a `!` those none of which may. What was not asked for is \
                        left out."
)]
pub struct EventQueryEcho {
    /// The timeline whose events these are, by its id; only there where a timeline is asked for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "019c1159-7000-7005-8000-000000000001")]
    pub timeline: Option<Uuid>,
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
    /// Further types.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["march"]))]
    pub tactic: Vec<String>,
    /// Statuses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["!cancelled"]))]
    pub status: Vec<String>,
    /// Verifications.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["confirmed", "corroborated"]))]
    pub verification: Vec<String>,
    /// Actors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["ice"]))]
    pub actor: Vec<String>,
    /// Actors with all their parts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["dhs"]))]
    pub actor_within: Vec<String>,
    /// Kinds of actors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["police"]))]
    pub actor_kind: Vec<String>,
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
    /// How closely a place must be known at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "locality")]
    pub place_precision: Option<String>,
    /// Campaigns.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["ice-out"]))]
    pub campaign: Vec<String>,
    /// Issues.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["immigration"]))]
    pub issue: Vec<String>,
    /// Sources.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["parriva-2026-01-31"]))]
    pub source: Vec<String>,
    /// Fewest people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, example = 1000)]
    pub size_min: Option<i64>,
    /// Most people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, example = 5000)]
    pub size_max: Option<i64>,
    /// What an event reports.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["size", "!arrests"]))]
    pub has: Vec<String>,
    /// Events that an event is linked with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["019c1159-7000-7000-8000-0000000000e4"]))]
    pub linked_to: Vec<String>,
    /// An id that another collection gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "2020pb:nm-albuquerque-1")]
    pub external_id: Option<String>,
    /// The instant from which on the version was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "2026-01-31T00:00:00.000000Z")]
    pub recorded_since: Option<String>,
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
    /// Latitude and longitude of the point that a place must be near to, in degrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "34.05,-118.25")]
    pub near: Option<String>,
    /// How many metres away from it a place may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 20_037_508, example = 5000)]
    pub radius_m: Option<i64>,
    /// Polygons, as they were given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "POLYGON((-119 34,-118 34,-118 35,-119 34))")]
    pub within: Option<String>,
    /// The filter in CQL2, as it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "type = 'rally' OR size >= 1000")]
    pub filter: Option<String>,
    /// The form in which the filter is written, where that was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "cql2-text")]
    pub filter_lang: Option<String>,
    /// Words of the text and of names, as they were given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "\"no kings\" inmigración -curfew")]
    pub q: Option<String>,
    /// The order; not there where nothing is ordered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "-when")]
    pub sort: Option<String>,
    /// The vocabularies that events are translated to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["acled"]))]
    pub vocab: Vec<String>,
    /// How long the buckets of a histogram are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "day")]
    pub interval: Option<String>,
    /// By what the events of each bucket are told apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "type")]
    pub group_by: Option<String>,
    /// What the values of are counted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["type", "country"]))]
    pub facet: Vec<String>,
    /// Most values of each.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 100, example = 10)]
    pub facet_limit: Option<usize>,
    /// Whether the filter by what is counted holds for it too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "exclude")]
    pub facet_own: Option<String>,
    /// The operation that the answer was computed at.
    #[schema(example = 42, minimum = 0)]
    pub as_of: i64,
}

/// The filters of a list of coverage, as they were understood. A list holds the values one of which must match, and behind a
/// `!` those none of which may. What was not asked for is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct CoverageQueryEcho {
    /// Sources.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["parriva-2026-01-31"]))]
    pub source: Vec<String>,
    /// Locations.
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
    /// Begin of the window.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "2026-01-31")]
    pub from: Option<String>,
    /// End of the window, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "2026-01-31")]
    pub to: Option<String>,
    /// How an entry must meet places and window.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "possible")]
    pub overlap: Option<String>,
    /// The zone in which instants are read as days.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "America/Los_Angeles")]
    pub time_zone: Option<String>,
    /// The operation that the answer was computed at.
    #[schema(example = 42, minimum = 0)]
    pub as_of: i64,
}

impl From<EventQueryEcho> for CoverageQueryEcho {
    fn from(echo: EventQueryEcho) -> Self {
        let EventQueryEcho { source, location, country, admin1, from, to, overlap, time_zone, as_of, .. } = echo;
        Self { source, location, country, admin1, from, to, overlap, time_zone, as_of }
    }
}
