//! The location as readers are given it.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::EntityHead;
use super::reference::PathStep;
use crate::domain::instant::Instant;
use crate::domain::place::{LocationContent, Point};
use crate::domain::shared::ExternalId;
use crate::domain::vocabulary::LocationKind;
use crate::index::entities::Moment;
use crate::store::error::StoreError;

/// A place in the tree country > admin1 > admin2 > locality > neighbourhood > venue.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Location {
    /// The location's id.
    #[schema(example = "019c1159-7000-7001-8000-000000000006")]
    pub id: Uuid,
    /// The location's stable, readable name.
    #[schema(example = "downtown-los-angeles")]
    pub slug: String,
    /// Counts this location's versions from 1.
    #[schema(example = 1, minimum = 1)]
    pub revision: i32,
    /// The operation that wrote this version.
    #[schema(example = 6, minimum = 1)]
    pub seq: i64,
    /// When this version was recorded.
    #[schema(value_type = String, format = DateTime, example = "2026-02-01T09:30:00.000000Z")]
    pub recorded_at: Instant,
    /// The location's name.
    #[schema(example = "Downtown Los Angeles")]
    pub name: String,
    /// The location's level.
    #[schema(example = "neighbourhood")]
    pub kind: LocationKind,
    /// The location it lies in; null at the top.
    #[schema(example = "019c1159-7000-7001-8000-000000000004")]
    pub parent_id: Option<Uuid>,
    /// What it lies in, from the country down; the location itself is not in it.
    pub path: Vec<PathStep<'static>>,
    /// ISO 3166-1 alpha-2 code of its country, its own or that of what it lies in; null where none is known.
    #[schema(example = "US")]
    pub country: Option<String>,
    /// ISO 3166-2 code of its first-level division, its own or that of what it lies in; null where none is known.
    #[schema(example = "US-CA")]
    pub admin1: Option<String>,
    /// A point that stands for it; null where none is known.
    pub point: Option<Point>,
    /// Radius of the circle around the point in which it lies, in metres; null where it is not known.
    #[schema(example = json!(null))]
    pub radius_m: Option<f64>,
    /// IANA name of its time zone, its own or that of what it lies in; null where none is known.
    #[schema(example = "America/Los_Angeles")]
    pub time_zone: Option<String>,
    /// The ids other collections gave it.
    pub external_ids: Vec<ExternalId>,
    /// How many events took place in it or in anything below it.
    #[schema(example = 5, minimum = 0)]
    pub event_count: i64,
}

impl Location {
    /// Puts the parts together, with the names that the locations above have at that moment.
    ///
    /// # Errors
    /// When a location above is missing.
    pub fn of(head: EntityHead, location: &LocationContent, names: Moment<'_>) -> Result<Self, StoreError> {
        let EntityHead { id, slug, revision, seq, recorded_at, event_count } = head;
        Ok(Self {
            id,
            slug,
            revision,
            seq,
            recorded_at,
            name: location.name.clone(),
            kind: location.kind,
            parent_id: location.parent,
            path: PathStep::path(names, id)?.into_iter().map(PathStep::into_owned).collect(),
            country: names.inherited(id, |l| l.country.as_deref()).map(str::to_owned),
            admin1: names.inherited(id, |l| l.admin1.as_deref()).map(str::to_owned),
            point: location.point,
            radius_m: location.radius_m,
            time_zone: names.inherited(id, |l| l.time_zone.as_deref()).map(str::to_owned),
            external_ids: location.external_ids.clone(),
            event_count,
        })
    }
}
