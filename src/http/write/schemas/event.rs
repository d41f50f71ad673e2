//! Events as they are sent.

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::Object;
use uuid::Uuid;

use super::{ReferenceIn, WhenIn};
use crate::domain::count::CountState;
use crate::domain::place::Point;
use crate::domain::privacy::{PlaceLimit, TimeLimit};
use crate::domain::shared::ExternalId;
use crate::domain::size::{SizeBasis, SizeRule};
use crate::domain::verification::{Verification, VerificationBy};
use crate::domain::vocabulary::{
    ActorRole, Confidence, EventStatus, EventType, LinkRelation, PlacePrecision, PlaceRole, Stance,
};
use crate::view::any_json;

/// An event to be written. Members that the service gives may be sent back as they were.
#[derive(ToSchema)]
pub struct EventIn {
    /// What it mainly was.
    #[schema(rename = "type", example = "rally")]
    pub event_type: EventType,
    /// What else it was.
    pub tactics: Option<Vec<EventType>>,
    /// Whether it happened; `happened` unless said.
    pub status: Option<EventStatus>,
    /// How well it is attested; worked out by rule unless said.
    pub verification: Option<Verification>,
    /// Whether a rule or an editor decides that.
    pub verification_by: Option<VerificationBy>,
    /// A title, in `language`.
    #[schema(example = "Rally at the city hall", min_length = 1, max_length = 300)]
    pub title: String,
    /// A summary, in `language`.
    #[schema(example = "A largely peaceful rally.", max_length = 10_000)]
    pub summary: Option<String>,
    /// The language of title and summary (BCP 47).
    #[schema(example = "en")]
    pub language: Option<String>,
    /// Title and summary in other languages, by BCP 47 tag.
    pub translations: Option<BTreeMap<String, TranslationIn>>,
    /// When it was; undated unless said.
    pub when: Option<WhenIn>,
    /// Where it was; the first is the primary place.
    #[schema(example = json!([{"location": {"id": "los-angeles"}, "role": "site"}]))]
    pub places: Option<Vec<EventPlaceIn>>,
    /// Who took part.
    #[schema(example = json!([{"actor": {"id": "ice"}, "role": "target"}]))]
    pub actors: Option<Vec<EventActorIn>>,
    /// What it was about, as slugs.
    #[schema(example = json!(["immigration"]))]
    pub issues: Option<Vec<String>>,
    /// What participants asked for.
    pub demands: Option<Vec<DemandIn>>,
    /// The campaigns it belongs to.
    #[schema(example = json!([{"id": "ice-out"}]))]
    pub campaigns: Option<Vec<ReferenceIn>>,
    /// Who reports it.
    #[schema(min_items = 1, example = json!([{"id": "parriva-2026-01-31"}]))]
    pub sources: Vec<ReferenceIn>,
    /// How many people took part.
    pub size: Option<SizeIn>,
    /// What followed.
    pub outcomes: Option<OutcomesIn>,
    /// Who says what about which field. Left out of a whole document that replaces another, it stays as it is.
    #[schema(example = json!([{"source": {"id": "parriva-2026-01-31"}, "field": "size", "quote": "thousands"}]))]
    pub evidence: Option<Vec<EvidenceIn>>,
    /// Relations to other events, of which this one is the subject. Left out of a whole document that replaces another, they
    /// stay as they are.
    #[schema(example = json!([{"relation": "part_of", "event": {"id": "019c1159-7000-7000-8000-0000000000e2"}}]))]
    pub links: Option<Vec<LinkIn>>,
    /// The ids other collections gave it.
    pub external_ids: Option<Vec<ExternalId>>,
    /// What is kept from the public; null for nothing. Left out of a whole document that replaces another, it stays as it is.
    pub privacy: Option<PrivacyIn>,
}

/// A title and summary in another language.
#[derive(ToSchema)]
pub struct TranslationIn {
    /// The title.
    #[schema(example = "Concentración", min_length = 1, max_length = 300)]
    pub title: String,
    /// The summary.
    #[schema(example = json!(null), max_length = 10_000)]
    pub summary: Option<String>,
}

/// A place of an event.
#[derive(ToSchema)]
#[schema(example = json!({"location": {"id": "los-angeles"}, "role": "site"}))]
pub struct EventPlaceIn {
    /// The location.
    pub location: ReferenceIn,
    /// What it was to the event; `site` unless said.
    pub role: Option<PlaceRole>,
    /// A point of the event's own; that of the location is not copied.
    pub point: Option<Point>,
    /// How exact the place is known; follows from the point or the location's level unless said.
    pub precision: Option<PlacePrecision>,
    /// Radius of the circle around the point in which the place lies, in metres.
    #[schema(example = json!(null), minimum = 0)]
    pub radius_m: Option<f64>,
}

/// An actor's part in an event.
#[derive(ToSchema)]
#[schema(example = json!({"actor": {"id": "ice"}, "role": "target"}))]
pub struct EventActorIn {
    /// The actor.
    pub actor: ReferenceIn,
    /// The actor's part.
    pub role: ActorRole,
}

/// What participants asked for.
#[derive(ToSchema)]
pub struct DemandIn {
    /// The demand in neutral words.
    #[schema(example = "against federal immigration enforcement", min_length = 1, max_length = 10_000)]
    pub summary: String,
    /// Words from placards and chants, as they were reported.
    #[schema(example = json!([]))]
    pub verbatim: Option<Vec<String>>,
    /// For or against what the summary names, or neither.
    pub stance: Option<Stance>,
}

/// How many people took part.
#[derive(ToSchema)]
pub struct SizeIn {
    /// The size in the words of the source.
    #[schema(example = "hundreds of people", max_length = 300)]
    pub text: Option<String>,
    /// Fewest people.
    #[schema(example = 200, minimum = 0)]
    pub low: Option<i64>,
    /// Most people; left out with `low` given, it is open.
    #[schema(example = 400, minimum = 0)]
    pub high: Option<i64>,
    /// The best single number of people.
    #[schema(example = 300, minimum = 0)]
    pub best: Option<i64>,
    /// Who or what the size goes back to; `unknown` unless said.
    pub basis: Option<SizeBasis>,
    /// The convention by which the words become numbers.
    pub rule: Option<SizeRule>,
}

/// How many people something happened to.
#[derive(ToSchema)]
#[schema(example = json!({"state": "number", "low": 3, "high": 3}))]
pub struct CountIn {
    /// Whether there were none, some, or a known number.
    pub state: CountState,
    /// Fewest people.
    #[schema(example = 3, minimum = 0)]
    pub low: Option<i64>,
    /// Most people.
    #[schema(example = 3, minimum = 0)]
    pub high: Option<i64>,
}

/// A count for each side.
#[derive(ToSchema)]
pub struct ByGroupIn {
    /// People who took part.
    pub participants: Option<CountIn>,
    /// Officers, agents and soldiers.
    pub police: Option<CountIn>,
    /// Anyone else.
    pub others: Option<CountIn>,
    /// People of whom it is not said which side they were on.
    pub unspecified: Option<CountIn>,
}

/// What followed from an event.
#[derive(ToSchema)]
pub struct OutcomesIn {
    /// People arrested.
    pub arrests: Option<CountIn>,
    /// People held without being arrested, or before it.
    pub detained: Option<CountIn>,
    /// People injured, by side.
    pub injuries: Option<ByGroupIn>,
    /// People who died, by side.
    pub deaths: Option<ByGroupIn>,
    /// Kinds of property damage.
    #[schema(example = json!([]))]
    pub property_damage: Option<Vec<String>>,
    /// What participants did.
    #[schema(example = json!([]))]
    pub participant_measures: Option<Vec<String>>,
    /// What officers did.
    #[schema(example = json!(["dispersal order"]))]
    pub police_measures: Option<Vec<String>>,
}

/// Who says what about one field of an event.
#[derive(ToSchema)]
#[schema(example = json!({"source": {"id": "parriva-2026-01-31"}, "field": "size", "quote": "thousands"}))]
pub struct EvidenceIn {
    /// The source that says it.
    pub source: ReferenceIn,
    /// The field of the event that it speaks of.
    #[schema(example = "size")]
    pub field: String,
    /// The actor or place meant, where `field` is `actors` or `places`.
    #[schema(rename = "ref")]
    pub about: Option<ReferenceIn>,
    /// The value of the field as this source says, in any JSON form.
    #[schema(required = false, schema_with = evidence_value)]
    pub value: Value,
    /// The source's own words.
    #[schema(example = json!(null), max_length = 10_000)]
    pub quote: Option<String>,
    /// Where in the source, such as a paragraph or a second.
    #[schema(example = "¶3", max_length = 300)]
    pub locator: Option<String>,
    /// How sure it is.
    pub confidence: Option<Confidence>,
    /// Whom the source names as saying it.
    #[schema(example = "local reporting", max_length = 300)]
    pub attributed_to: Option<String>,
    /// Another piece of evidence of the same event that it contradicts.
    #[schema(example = json!(null))]
    pub disputes: Option<Uuid>,
}

fn evidence_value() -> Object {
    any_json("The value of the field as this source says, in any JSON form.", "thousands")
}

/// A relation to another event, of which the event is the subject.
#[derive(ToSchema)]
#[schema(example = json!({"relation": "part_of", "event": {"id": "019c1159-7000-7000-8000-0000000000e2"}}))]
pub struct LinkIn {
    /// The relation, read from subject to object.
    pub relation: LinkRelation,
    /// The other event.
    pub event: ReferenceIn,
    /// How sure the relation is.
    pub confidence: Option<Confidence>,
    /// The event's evidence for it.
    #[schema(example = json!(null))]
    pub evidence_id: Option<Uuid>,
}

/// What of an event is kept from the public.
#[derive(ToSchema)]
pub struct PrivacyIn {
    /// The finest level at which the public learns where.
    pub place: Option<PlaceLimit>,
    /// The finest unit at which the public learns when.
    pub time: Option<TimeLimit>,
    /// Whether the event is not public at all yet.
    #[schema(example = false)]
    pub embargo: Option<bool>,
    /// The reason, as the public may read it.
    #[schema(example = "Participants face prosecution.", max_length = 300)]
    pub reason: Option<String>,
    /// The title the public is given instead of the event's own.
    #[schema(example = "A rally", max_length = 300)]
    pub public_title: Option<String>,
    /// The summary the public is given instead of the event's own.
    #[schema(example = json!(null), max_length = 10_000)]
    pub public_summary: Option<String>,
}
