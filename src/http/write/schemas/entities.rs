//! Actors, locations, sources, campaigns and timelines as they are sent.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use utoipa::ToSchema;

use super::{ReferenceIn, WhenIn};
use crate::domain::place::Point;
use crate::domain::shared::ExternalId;
use crate::domain::timeline::TimelineEntry;
use crate::domain::vocabulary::{ActorKind, Category, LocationKind, SourceKind, SourceScale};

/// An actor to be written; never a private individual.
#[derive(ToSchema)]
pub struct ActorIn {
    /// Its stable, readable name; made of its name unless given. It never changes.
    #[schema(example = "city-council")]
    pub slug: Option<String>,
    /// Its name.
    #[schema(example = "City Council", min_length = 1, max_length = 300)]
    pub name: String,
    /// What kind of actor it is.
    pub kind: ActorKind,
    /// Other names.
    #[schema(example = json!(["Council"]))]
    pub aliases: Option<Vec<String>>,
    /// The actor that this one is a part of, by id or slug.
    #[schema(example = "city")]
    pub parent_id: Option<String>,
    /// The ids other collections gave it.
    pub external_ids: Option<Vec<ExternalId>>,
}

/// A location to be written.
#[derive(ToSchema)]
pub struct LocationIn {
    /// Its stable, readable name; made of its name unless given. It never changes.
    #[schema(example = "los-angeles")]
    pub slug: Option<String>,
    /// Its name.
    #[schema(example = "Los Angeles", min_length = 1, max_length = 300)]
    pub name: String,
    /// Its level.
    pub kind: LocationKind,
    /// The location it lies in, by id or slug.
    #[schema(example = "california")]
    pub parent_id: Option<String>,
    /// ISO 3166-1 alpha-2 code of its country; that of what it lies in unless given.
    #[schema(example = "US")]
    pub country: Option<String>,
    /// ISO 3166-2 code of its first-level division; that of what it lies in unless given.
    #[schema(example = "US-CA")]
    pub admin1: Option<String>,
    /// A point that stands for it.
    pub point: Option<Point>,
    /// Radius of the circle around the point in which it lies, in metres.
    #[schema(example = json!(null), minimum = 0)]
    pub radius_m: Option<f64>,
    /// IANA name of its time zone; that of what it lies in unless given.
    #[schema(example = "America/Los_Angeles")]
    pub time_zone: Option<String>,
    /// The ids other collections gave it.
    pub external_ids: Option<Vec<ExternalId>>,
}

/// A source to be written.
#[derive(ToSchema)]
pub struct SourceIn {
    /// Its stable, readable name; made of its publisher unless given. It never changes.
    #[schema(example = "parriva-2026-01-31")]
    pub slug: Option<String>,
    /// Who published it.
    #[schema(example = "Parriva", min_length = 1, max_length = 300)]
    pub publisher: String,
    /// Its title.
    #[schema(example = json!(null), max_length = 300)]
    pub title: Option<String>,
    /// Its address.
    #[schema(example = "https://news.example/rally")]
    pub url: Option<String>,
    /// What kind of source it is.
    pub kind: SourceKind,
    /// How far it reports from.
    pub scale: Option<SourceScale>,
    /// Its language (BCP 47).
    #[schema(example = "en")]
    pub language: Option<String>,
    /// When it was published: a day, or an RFC 3339 instant.
    #[schema(example = "2026-01-31")]
    pub published_at: Option<String>,
    /// When it was looked at: a day, or an RFC 3339 instant.
    #[schema(example = "2026-02-01")]
    pub retrieved_at: Option<String>,
    /// The address of a copy in an archive.
    #[schema(example = json!(null))]
    pub archive_url: Option<String>,
    /// A digest of its content, with the algorithm's name.
    #[schema(example = json!(null))]
    pub content_hash: Option<String>,
    /// The source it was taken over from, by id or slug.
    #[schema(example = json!(null))]
    pub syndicated_from: Option<String>,
    /// The places and days that it monitors.
    #[schema(example = json!([{"location": {"id": "los-angeles"}, "from": "2017-01-20"}]))]
    pub coverage: Option<Vec<CoverageIn>>,
}

/// A place that a source monitors, over some days.
#[derive(ToSchema)]
pub struct CoverageIn {
    /// The place, with all that lies below it.
    pub location: ReferenceIn,
    /// The first day.
    #[schema(example = "2017-01-20")]
    pub from: NaiveDate,
    /// The last day; left out where the source goes on.
    #[schema(example = "2021-01-31")]
    pub to: Option<NaiveDate>,
    /// The categories of events that it looks for; all unless said.
    #[schema(example = json!(["demonstration"]))]
    pub categories: Option<Vec<Category>>,
    /// Slugs of the issues that it looks for; all unless said.
    #[schema(example = json!(["immigration"]))]
    pub issues: Option<Vec<String>>,
    /// How closely it looks, in words: what it leaves out, how it finds events.
    #[schema(example = "Public gatherings that were reported by a local paper.", max_length = 10_000)]
    pub note: Option<String>,
}

/// A campaign to be written.
#[derive(ToSchema)]
pub struct CampaignIn {
    /// Its stable, readable name; made of its name unless given. It never changes.
    #[schema(example = "ice-out")]
    pub slug: Option<String>,
    /// Its name.
    #[schema(example = "ICE Out", min_length = 1, max_length = 300)]
    pub name: String,
    /// Other names.
    #[schema(example = json!([]))]
    pub aliases: Option<Vec<String>>,
    /// What it is.
    #[schema(example = json!(null), max_length = 10_000)]
    pub description: Option<String>,
    /// When it was.
    pub when: Option<WhenIn>,
}

/// A timeline to be written: with entries or with a query.
#[derive(ToSchema)]
pub struct TimelineIn {
    /// Its stable, readable name; made of its title unless given. It never changes.
    #[schema(example = "winter-protests")]
    pub slug: Option<String>,
    /// Its title, in `language`.
    #[schema(example = "Winter protests", min_length = 1, max_length = 300)]
    pub title: String,
    /// What it tells.
    #[schema(example = json!(null), max_length = 10_000)]
    pub description: Option<String>,
    /// The language of its words (BCP 47).
    #[schema(example = "en")]
    pub language: Option<String>,
    /// Its events in the editor's order.
    pub entries: Option<Vec<TimelineEntry>>,
    /// The parameters of `/v1/events` that select its events.
    #[schema(example = json!({"type": "rally"}))]
    pub query: Option<BTreeMap<String, String>>,
    /// The picture on its cover.
    #[schema(example = json!(null))]
    pub cover: Option<String>,
}
