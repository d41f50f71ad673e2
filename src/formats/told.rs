//! The event as forms need it, read back out of what readers are given.

use serde::Deserialize;
use uuid::Uuid;

use crate::domain::count::Outcomes;
use crate::domain::event::Demand;
use crate::domain::instant::Instant;
use crate::domain::place::Point;
use crate::domain::rendition::Renditions;
use crate::domain::shared::ExternalId;
use crate::domain::size::Size;
use crate::domain::verification::{Verification, VerificationBy};
use crate::domain::vocabulary::{ActorRole, Category, EventStatus, EventType, PlacePrecision, PlaceRole};
use crate::domain::when::When;
use crate::store::error::StoreError;

/// An event; the same fields, described for readers, are in `view::event::Event`.
#[derive(Clone, Debug, Deserialize)]
#[expect(missing_docs, reason = "the same fields, described for readers, are in `view::event::Event`")]
pub struct Told {
    pub id: Uuid,
    pub revision: i32,
    pub created_at: Instant,
    pub recorded_at: Instant,
    #[serde(rename = "type")]
    pub event_type: EventType,
    pub category: Category,
    pub tactics: Vec<EventType>,
    pub status: EventStatus,
    pub verification: Verification,
    pub verification_by: VerificationBy,
    pub title: String,
    pub summary: Option<String>,
    pub language: Option<String>,
    pub when: When,
    pub places: Vec<ToldPlace>,
    pub actors: Vec<ToldActor>,
    pub issues: Vec<String>,
    pub demands: Vec<Demand>,
    pub campaigns: Vec<Named>,
    pub sources: Vec<ToldSource>,
    pub size: Option<Size>,
    pub outcomes: Option<Outcomes>,
    pub external_ids: Vec<ExternalId>,
    pub privacy: Option<Withheld>,
    #[serde(default)]
    pub vocabulary: Renditions,
    #[serde(default)]
    pub caption: Option<String>,
}

/// A place of an event.
#[derive(Clone, Debug, Deserialize)]
#[expect(missing_docs, reason = "the same fields, described for readers, are in `view::event::EventPlaceItem`")]
pub struct ToldPlace {
    pub location: Located,
    pub role: PlaceRole,
    pub point: Option<Point>,
    pub precision: PlacePrecision,
    pub radius_m: Option<f64>,
}

/// A location, with what it lies in from the country down.
#[derive(Clone, Debug, Deserialize)]
#[expect(missing_docs, reason = "the same fields, described for readers, are in `view::reference::LocationRef`")]
pub struct Located {
    pub slug: String,
    pub name: String,
    pub country: Option<String>,
    pub admin1: Option<String>,
    pub path: Vec<Named>,
}

/// An actor's part in an event.
#[derive(Clone, Debug, Deserialize)]
#[expect(missing_docs, reason = "the same fields, described for readers, are in `view::event::EventActorItem`")]
pub struct ToldActor {
    pub actor: Named,
    pub role: ActorRole,
}

/// Something with a name.
#[derive(Clone, Debug, Deserialize)]
#[expect(missing_docs, reason = "the same fields, described for readers, are in `view::reference::NamedRef`")]
pub struct Named {
    pub slug: String,
    pub name: String,
}

/// A source.
#[derive(Clone, Debug, Deserialize)]
#[expect(missing_docs, reason = "the same fields, described for readers, are in `view::reference::SourceRef`")]
pub struct ToldSource {
    pub id: Uuid,
    pub publisher: String,
    pub title: Option<String>,
    pub url: Option<String>,
}

/// What a privacy policy keeps from the reader.
#[derive(Clone, Debug, Deserialize)]
#[expect(missing_docs, reason = "the same fields, described for readers, are in `view::event::PrivacyNotice`")]
pub struct Withheld {
    pub coarsened: bool,
}

impl Told {
    /// Reads a document as readers are given it.
    ///
    /// # Errors
    /// Never for a document of ours.
    pub fn read(document: &[u8]) -> Result<Self, StoreError> {
        Ok(serde_json::from_slice(document)?)
    }

    /// The primary place.
    pub fn place(&self) -> Option<&ToldPlace> {
        self.places.first()
    }
}
