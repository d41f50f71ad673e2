//! Events, locations and campaigns in flat members, as programs for maps have columns: text, numbers, instants and booleans, and
//! no lists. Several values are one text, joined by `; `, which every file format of theirs can hold. What can be asked about
//! under the same name means the same there.

use serde::Serialize;
use utoipa::ToSchema;

use super::told::Told;
use crate::domain::codes;
use crate::domain::count::{Count, Outcomes};
use crate::domain::instant::Instant;
use crate::domain::place::Point;
use crate::domain::size::Size;
use crate::domain::verification::Verification;
use crate::domain::vocabulary::{Category, EventStatus, EventType, LocationKind, PlacePrecision};
use crate::domain::when::TimePrecision;
use crate::index::dictionary::SizeFacts;
use crate::view::campaign::Campaign;
use crate::view::location::Location;

codes! {
    /// What a geometry of several positions is.
    pub enum MultiPointType {
        /// Positions.
        MultiPoint = "MultiPoint",
    }
}

codes! {
    /// A collection of features.
    pub enum CollectionId {
        /// What happened.
        Events = "events",
        /// Where.
        Locations = "locations",
        /// What events belong to.
        Campaigns = "campaigns",
    }
}

/// Positions on a map.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MultiPoint {
    /// Always `MultiPoint`.
    #[serde(rename = "type")]
    #[schema(example = "MultiPoint")]
    pub geometry_type: MultiPointType,
    /// Longitude, then latitude of each, in degrees on WGS 84.
    #[schema(example = json!([[-118.2468, 34.0407]]))]
    pub coordinates: Vec<[f64; 2]>,
}

impl MultiPoint {
    /// All dots of an event on a map; none where nothing is known but countries and first-level divisions.
    pub fn of(event: &Told) -> Option<Self> {
        let points = event.places.iter().filter_map(|place| place.point);
        let mut coordinates: Vec<[f64; 2]> = Vec::new();
        for Point { lat, lon } in points {
            if !coordinates.contains(&[lon, lat]) {
                coordinates.push([lon, lat]);
            }
        }
        (!coordinates.is_empty()).then_some(Self { geometry_type: MultiPointType::MultiPoint, coordinates })
    }
}

/// An event in flat members. Several values are joined by `; `; null means *not reported*, never zero.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FlatEvent {
    /// A title, in `language`.
    #[schema(example = "“ICE Out” rally in downtown Los Angeles")]
    pub title: String,
    /// A summary, in `language`; null where there is none.
    #[schema(example = "A largely peaceful rally on two days.")]
    pub summary: Option<String>,
    /// The language of title and summary as given here (BCP 47); null where it was not said.
    #[schema(example = "en")]
    pub language: Option<String>,
    /// What it mainly was.
    #[serde(rename = "type")]
    #[schema(example = "rally")]
    pub event_type: EventType,
    /// The category that its type belongs to.
    #[schema(example = "demonstration")]
    pub category: Category,
    /// What else it was; null where nothing else is told.
    #[schema(example = "march; vigil")]
    pub tactics: Option<String>,
    /// Whether it happened.
    #[schema(example = "happened")]
    pub status: EventStatus,
    /// How well it is attested.
    #[schema(example = "reported")]
    pub verification: Verification,
    /// The first moment in which it may have begun, RFC 3339 in UTC; null where it is undated.
    #[schema(value_type = Option<String>, format = DateTime, example = "2026-01-30T08:00:00.000000Z")]
    pub start: Option<Instant>,
    /// The last moment in which it may have been going on, RFC 3339 in UTC; null where it is undated.
    #[schema(value_type = Option<String>, format = DateTime, example = "2026-02-01T07:59:59.999999Z")]
    pub end: Option<Instant>,
    /// When it began as it is known: an ISO 8601-2 date, date-time or set; null where it is undated.
    #[schema(example = "2026-01-30")]
    pub start_edtf: Option<String>,
    /// When it ended, in the same way; null where it ended within the same unit.
    #[schema(example = "2026-01-31")]
    pub end_edtf: Option<String>,
    /// The coarser precision of the two; null where it is undated.
    #[schema(example = "day")]
    pub time_precision: Option<TimePrecision>,
    /// Whether a date is marked uncertain or approximate.
    #[schema(example = false)]
    pub time_approximate: bool,
    /// IANA name of the zone that local dates are in; null where it is not known.
    #[schema(example = "America/Los_Angeles")]
    pub time_zone: Option<String>,
    /// The slugs of its places; the first is the primary one.
    #[schema(example = "downtown-los-angeles")]
    pub place: Option<String>,
    /// The names of its places.
    #[schema(example = "Downtown Los Angeles")]
    pub place_name: Option<String>,
    /// How exactly the primary place is known; null where there is none.
    #[schema(example = "neighbourhood")]
    pub precision: Option<PlacePrecision>,
    /// Radius of the circle around the primary place's point in which it was, in metres; null where it is not known.
    #[schema(example = json!(null))]
    pub radius_m: Option<f64>,
    /// ISO 3166-1 alpha-2 codes of the countries of its places.
    #[schema(example = "US")]
    pub country: Option<String>,
    /// ISO 3166-2 codes of the first-level divisions of its places.
    #[schema(example = "US-CA")]
    pub admin1: Option<String>,
    /// The slugs of actors that took part.
    #[schema(example = "ice; lapd")]
    pub actor: Option<String>,
    /// Their names.
    #[schema(example = "Immigration and Customs Enforcement; Los Angeles Police Department")]
    pub actor_name: Option<String>,
    /// The slugs of the campaigns it belongs to.
    #[schema(example = "ice-out")]
    pub campaign: Option<String>,
    /// The slugs of what it was about.
    #[schema(example = "immigration")]
    pub issue: Option<String>,
    /// The ids of its sources.
    #[schema(example = "019c1159-7000-7003-8000-000000000001")]
    pub source: Option<String>,
    /// Who published them.
    #[schema(example = "Parriva")]
    pub source_publisher: Option<String>,
    /// Where they are found.
    #[schema(example = "https://parriva.example/rally")]
    pub source_url: Option<String>,
    /// People: the best number, else the lowest, else the highest; null where no number is told.
    #[schema(minimum = 0, example = 2000)]
    pub size: Option<i64>,
    /// The fewest people that there may have been; null where no number is told.
    #[schema(minimum = 0, example = 2000)]
    pub size_low: Option<i64>,
    /// The most people that there may have been; null where no number is told, or where it is open upwards.
    #[schema(minimum = 0, example = json!(null))]
    pub size_high: Option<i64>,
    /// The size in the words of the source; null where only numbers are given.
    #[schema(example = "thousands")]
    pub size_text: Option<String>,
    /// The fewest people that were arrested; null where nothing is reported.
    #[schema(minimum = 0, example = 3)]
    pub arrests_min: Option<i64>,
    /// The fewest people that were detained; null where nothing is reported.
    #[schema(minimum = 0, example = json!(null))]
    pub detained_min: Option<i64>,
    /// The ids that other collections gave it, as scheme:id.
    #[schema(example = "marchline-founding:E4")]
    pub external_id: Option<String>,
    /// Whether something is kept from this reader.
    #[schema(example = false)]
    pub coarsened: bool,
    /// Counts this event's versions from 1.
    #[schema(example = 1, minimum = 1)]
    pub revision: i32,
    /// When the event was first recorded, RFC 3339 in UTC.
    #[schema(value_type = String, format = DateTime, example = "2026-02-01T09:30:00.000000Z")]
    pub created_at: Instant,
    /// When this version was recorded, RFC 3339 in UTC.
    #[schema(value_type = String, format = DateTime, example = "2026-02-01T09:30:00.000000Z")]
    pub recorded_at: Instant,
}

impl FlatEvent {
    /// The members of an event.
    pub fn of(event: &Told) -> Self {
        let place = event.place();
        let size = event.size.as_ref().and_then(SizeFacts::of);
        let (start, end) = event.when.bounds().unzip();
        Self {
            title: event.title.clone(),
            summary: event.summary.clone(),
            language: event.language.clone(),
            event_type: event.event_type,
            category: event.category,
            tactics: joined(event.tactics.iter().map(|tactic| tactic.code())),
            status: event.status,
            verification: event.verification,
            start,
            end,
            start_edtf: event.when.start.as_ref().map(|date| date.edtf.clone()),
            end_edtf: event.when.end.as_ref().map(|date| date.edtf.clone()),
            time_precision: event.when.precision,
            time_approximate: event.when.approximate,
            time_zone: event.when.time_zone.clone(),
            place: joined(event.places.iter().map(|place| &*place.location.slug)),
            place_name: joined(event.places.iter().map(|place| &*place.location.name)),
            precision: place.map(|place| place.precision),
            radius_m: place.and_then(|place| place.radius_m),
            country: joined(event.places.iter().filter_map(|place| place.location.country.as_deref())),
            admin1: joined(event.places.iter().filter_map(|place| place.location.admin1.as_deref())),
            actor: joined(event.actors.iter().map(|part| &*part.actor.slug)),
            actor_name: joined(event.actors.iter().map(|part| &*part.actor.name)),
            campaign: joined(event.campaigns.iter().map(|campaign| &*campaign.slug)),
            issue: joined(event.issues.iter().map(String::as_str)),
            source: joined(event.sources.iter().map(|source| source.id.to_string())),
            source_publisher: joined(event.sources.iter().map(|source| &*source.publisher)),
            source_url: joined(event.sources.iter().filter_map(|source| source.url.as_deref())),
            size: size.map(|size| size.order),
            size_low: size.map(|size| size.low),
            size_high: size.map(|size| size.high).filter(|high| *high < i64::MAX),
            size_text: event.size.as_ref().and_then(|Size { text, .. }| text.clone()),
            arrests_min: least(event, |outcomes| outcomes.arrests),
            detained_min: least(event, |outcomes| outcomes.detained),
            external_id: joined(event.external_ids.iter().map(|known| format!("{}:{}", known.scheme, known.id))),
            coarsened: event.privacy.as_ref().is_some_and(|privacy| privacy.coarsened),
            revision: event.revision,
            created_at: event.created_at,
            recorded_at: event.recorded_at,
        }
    }
}

/// A location in flat members.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FlatLocation {
    /// The location's stable, readable name.
    #[schema(example = "downtown-los-angeles")]
    pub slug: String,
    /// The location's name.
    #[schema(example = "Downtown Los Angeles")]
    pub name: String,
    /// The location's level.
    #[schema(example = "neighbourhood")]
    pub kind: LocationKind,
    /// The names of what it lies in, from the country down, joined by `; `; null at the top.
    #[schema(example = "United States; California; Los Angeles")]
    pub within: Option<String>,
    /// ISO 3166-1 alpha-2 code of its country; null where none is known.
    #[schema(example = "US")]
    pub country: Option<String>,
    /// ISO 3166-2 code of its first-level division; null where none is known.
    #[schema(example = "US-CA")]
    pub admin1: Option<String>,
    /// Radius of the circle around the point in which it lies, in metres; null where it is not known.
    #[schema(example = json!(null))]
    pub radius_m: Option<f64>,
    /// IANA name of its time zone; null where none is known.
    #[schema(example = "America/Los_Angeles")]
    pub time_zone: Option<String>,
    /// The ids that other collections gave it, as scheme:id, joined by `; `.
    #[schema(example = "geonames:5368361")]
    pub external_id: Option<String>,
    /// Counts this location's versions from 1.
    #[schema(example = 1, minimum = 1)]
    pub revision: i32,
    /// When this version was recorded, RFC 3339 in UTC.
    #[schema(value_type = String, format = DateTime, example = "2026-02-01T09:30:00.000000Z")]
    pub recorded_at: Instant,
}

impl FlatLocation {
    /// The members of a location.
    pub fn of(location: &Location) -> Self {
        let Location { slug, name, kind, country, admin1, radius_m, time_zone, .. } = location.clone();
        Self {
            slug,
            name,
            kind,
            within: joined(location.path.iter().map(|step| &*step.name)),
            country,
            admin1,
            radius_m,
            time_zone,
            external_id: joined(location.external_ids.iter().map(|known| format!("{}:{}", known.scheme, known.id))),
            revision: location.revision,
            recorded_at: location.recorded_at,
        }
    }
}

/// A campaign in flat members.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FlatCampaign {
    /// The campaign's stable, readable name.
    #[schema(example = "ice-out")]
    pub slug: String,
    /// The campaign's name.
    #[schema(example = "ICE Out")]
    pub name: String,
    /// Other names, joined by `; `; null where there are none.
    #[schema(example = "National Shutdown")]
    pub aliases: Option<String>,
    /// What it is; null where nothing was written.
    #[schema(example = "A national day of action.")]
    pub description: Option<String>,
    /// The first moment in which it may have begun, RFC 3339 in UTC; null where it is undated.
    #[schema(value_type = Option<String>, format = DateTime, example = "2026-01-30T08:00:00.000000Z")]
    pub start: Option<Instant>,
    /// The last moment in which it may have been going on, RFC 3339 in UTC; null where it is undated.
    #[schema(value_type = Option<String>, format = DateTime, example = "2026-02-01T07:59:59.999999Z")]
    pub end: Option<Instant>,
    /// When it began as it is known: an ISO 8601-2 date, date-time or set; null where it is undated.
    #[schema(example = "2026-01-30")]
    pub start_edtf: Option<String>,
    /// When it ended, in the same way; null where it ended within the same unit.
    #[schema(example = json!(null))]
    pub end_edtf: Option<String>,
    /// Counts this campaign's versions from 1.
    #[schema(example = 1, minimum = 1)]
    pub revision: i32,
    /// When this version was recorded, RFC 3339 in UTC.
    #[schema(value_type = String, format = DateTime, example = "2026-02-01T09:30:00.000000Z")]
    pub recorded_at: Instant,
}

impl FlatCampaign {
    /// The members of a campaign.
    pub fn of(campaign: &Campaign) -> Self {
        let Campaign { slug, name, description, when, revision, recorded_at, .. } = campaign.clone();
        let (start, end) = when.bounds().unzip();
        Self {
            slug,
            name,
            aliases: joined(campaign.aliases.iter().map(String::as_str)),
            description,
            start,
            end,
            start_edtf: when.start.map(|date| date.edtf),
            end_edtf: when.end.map(|date| date.edtf),
            revision,
            recorded_at,
        }
    }
}

/// Values as one text, each once; `None` where there are none.
fn joined<T: AsRef<str>>(values: impl Iterator<Item = T>) -> Option<String> {
    let mut known: Vec<T> = Vec::new();
    for value in values {
        if !known.iter().any(|known| known.as_ref() == value.as_ref()) {
            known.push(value);
        }
    }
    let texts: Vec<&str> = known.iter().map(AsRef::as_ref).collect();
    (!texts.is_empty()).then(|| texts.join("; "))
}

fn least(event: &Told, of: fn(&Outcomes) -> Option<Count>) -> Option<i64> {
    event.outcomes.as_ref().and_then(of).and_then(|count| count.low)
}
