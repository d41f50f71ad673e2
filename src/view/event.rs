//! The event as readers are given it: the shape of what `view::ready` writes.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::Object;
use uuid::Uuid;

use super::any_json;
use super::highlight::Highlight;
use super::links::EventLink;
use super::reference::{ActorRef, LocationRef, NamedRef, SourceRef};
use crate::domain::codes;
use crate::domain::count::Outcomes;
use crate::domain::event::{Demand, Translation};
use crate::domain::instant::Instant;
use crate::domain::place::Point;
use crate::domain::rendition::Renditions;
use crate::domain::shared::ExternalId;
use crate::domain::size::Size;
use crate::domain::verification::{Verification, VerificationBy};
use crate::domain::vocabulary::{ActorRole, Category, Confidence, EventStatus, EventType, PlacePrecision, PlaceRole};
use crate::domain::when::When;

codes! {
    /// Parts of an event that are given on request.
    pub enum Include {
        /// Who says what about which field.
        Evidence = "evidence",
        /// Relations to other events.
        Links = "links",
        /// Title and summary in other languages.
        Translations = "translations",
    }
}

/// Something that happened, or was announced to happen. `evidence`, `links` and `translations` are there when `include`
/// asks for them, `highlights` when `highlight` does, `vocabulary` when `vocab` does, `caption` where a timeline has one; every
/// other member always is, and null means *not reported*, never zero.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Event {
    /// The event's id.
    #[schema(example = "019c1159-7000-7000-8000-0000000000e4")]
    pub id: Uuid,
    /// Counts this event's versions from 1.
    #[schema(example = 1, minimum = 1)]
    pub revision: i32,
    /// The operation that wrote this version.
    #[schema(example = 42, minimum = 1)]
    pub seq: i64,
    /// When the event was first recorded.
    #[schema(value_type = String, format = DateTime, example = "2026-02-01T09:30:00.000000Z")]
    pub created_at: Instant,
    /// When this version was recorded.
    #[schema(value_type = String, format = DateTime, example = "2026-02-01T09:30:00.000000Z")]
    pub recorded_at: Instant,
    /// What it mainly was.
    #[serde(rename = "type")]
    #[schema(example = "rally")]
    pub event_type: EventType,
    /// The category that its type belongs to.
    #[schema(example = "demonstration")]
    pub category: Category,
    /// What else it was.
    #[schema(example = json!(["march"]))]
    pub tactics: Vec<EventType>,
    /// Whether it happened.
    #[schema(example = "happened")]
    pub status: EventStatus,
    /// How well it is attested.
    #[schema(example = "reported")]
    pub verification: Verification,
    /// Whether a rule or an editor decided that.
    #[schema(example = "rule")]
    pub verification_by: VerificationBy,
    /// A title, in `language`.
    #[schema(example = "“ICE Out” rally in downtown Los Angeles")]
    pub title: String,
    /// A summary, in `language`; null where there is none.
    #[schema(example = "A largely peaceful rally on two days.")]
    pub summary: Option<String>,
    /// The language of title and summary as given here (BCP 47); null where it was not said.
    #[schema(example = "en")]
    pub language: Option<String>,
    /// Title and summary in other languages, by BCP 47 tag. There with `include=translations`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub translations: Option<BTreeMap<String, Translation>>,
    /// When it was.
    pub when: When,
    /// Where it was; the first is the primary place.
    pub places: Vec<EventPlaceItem>,
    /// Who took part.
    pub actors: Vec<EventActorItem>,
    /// What it was about, as slugs.
    #[schema(example = json!(["immigration"]))]
    pub issues: Vec<String>,
    /// What participants asked for.
    pub demands: Vec<Demand>,
    /// The campaigns it belongs to.
    pub campaigns: Vec<NamedRef<'static>>,
    /// Who reports it.
    pub sources: Vec<SourceRef<'static>>,
    /// How many people took part; null where nothing was reported.
    pub size: Option<Size>,
    /// What followed; null where nothing was reported.
    pub outcomes: Option<Outcomes>,
    /// Who says what about which field. There with `include=evidence`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub evidence: Option<Vec<EvidenceItem>>,
    /// Relations to other events, told from this one's side. There with `include=links`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub links: Option<Vec<EventLink>>,
    /// Where the words of the question stand, at most ten pieces of text. There in lists with `highlight=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub highlights: Option<Vec<Highlight>>,
    /// The ids other collections gave it.
    pub external_ids: Vec<ExternalId>,
    /// Whether something is kept from this reader, and why from others; null where nothing is kept from anybody.
    pub privacy: Option<PrivacyNotice>,
    /// What it is called in other vocabularies, and what they leave unsaid of it. There with `vocab`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub vocabulary: Option<Renditions>,
    /// The words of a timeline's editor beside the event. There among the events of a timeline, where the editor wrote some.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "Two views of the order stand side by side.")]
    pub caption: Option<String>,
}

/// A place of an event.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventPlaceItem {
    /// The location.
    pub location: LocationRef<'static>,
    /// What it was to the event.
    #[schema(example = "site")]
    pub role: PlaceRole,
    /// The event's own point, else the location's; null where no point means the place: always for countries and
    /// first-level divisions.
    pub point: Option<Point>,
    /// How exact the place is known.
    #[schema(example = "neighbourhood")]
    pub precision: PlacePrecision,
    /// Radius of the circle around the point in which the place lies, in metres; null where it was not reported.
    #[schema(example = json!(null))]
    pub radius_m: Option<f64>,
}

/// An actor's part in an event.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventActorItem {
    /// The actor.
    pub actor: ActorRef<'static>,
    /// The actor's part.
    #[schema(example = "target")]
    pub role: ActorRole,
}

/// Who says what about one field of an event.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EvidenceItem {
    /// The evidence's id.
    #[schema(example = "019c1159-7000-7006-8000-000000e04001")]
    pub id: Uuid,
    /// The source that says it.
    pub source: SourceRef<'static>,
    /// The field of the event that it speaks of.
    #[schema(example = "size")]
    pub field: String,
    /// The actor or place meant, where `field` is `actors` or `places`.
    #[serde(rename = "ref")]
    pub about: Option<NamedRef<'static>>,
    /// The value of the field as this source says, in any JSON form; null where the quotation alone says it.
    #[schema(schema_with = evidence_value)]
    pub value: Value,
    /// The source's own words; null where they are not kept.
    #[schema(example = json!(null))]
    pub quote: Option<String>,
    /// Where in the source, such as a paragraph or a second.
    #[schema(example = "¶3, ¶5")]
    pub locator: Option<String>,
    /// How sure it is.
    #[schema(example = "high")]
    pub confidence: Option<Confidence>,
    /// Whom the source names as saying it; null where it speaks for itself.
    #[schema(example = "local reporting")]
    pub attributed_to: Option<String>,
    /// Another piece of evidence of this event that it contradicts.
    #[schema(example = json!(null))]
    pub disputes: Option<Uuid>,
}

fn evidence_value() -> Object {
    let meaning =
        "The value of the field as this source says, in any JSON form; null where the quotation alone says it.";
    any_json(meaning, "thousands")
}

/// What a privacy policy means for this reader: who shows a key with the scope `read:restricted` is given the whole.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PrivacyNotice {
    /// Whether this document is less exact than what is known; false for readers who are given the whole.
    #[schema(example = true)]
    pub coarsened: bool,
    /// Why; null where no reason was given.
    #[schema(example = "Participants face prosecution.")]
    pub reason: Option<String>,
}
