//! Documents as they are sent, described for the OpenAPI document. They are read by `domain`; what is left out here is
//! derived, or not reported.
#![expect(dead_code, reason = "read by the generator of the OpenAPI document only")]

mod entities;
mod event;

use serde_json::json;
use utoipa::openapi::schema::AdditionalProperties;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

pub use entities::{ActorIn, CampaignIn, LocationIn, SourceIn, TimelineIn};
pub use event::{EventIn, EvidenceIn, LinkIn};

/// Something stored, by its id or slug.
#[derive(ToSchema)]
pub struct ReferenceIn {
    /// Its id, or its slug where it has one.
    #[schema(example = "ice", min_length = 1)]
    pub id: String,
}

/// When something was.
#[derive(ToSchema)]
pub struct WhenIn {
    /// When it began.
    pub start: Option<DateIn>,
    /// When it ended, if not within the same unit.
    pub end: Option<DateIn>,
    /// IANA name of the zone of local dates and times; that of the primary place unless said.
    #[schema(example = "America/Chicago")]
    pub time_zone: Option<String>,
}

/// A date as it is known.
#[derive(ToSchema)]
pub struct DateIn {
    /// ISO 8601-2 date, date-time or set (EDTF levels 0–2); an interval as `start` gives both ends.
    #[schema(example = "2026-01-30", min_length = 1)]
    pub edtf: String,
}

/// What one member is merged into.
#[derive(ToSchema)]
pub struct MergeIn {
    /// The member that stays, by id or slug.
    #[schema(example = "ice", min_length = 1)]
    pub into: String,
}

/// How the two events of a pair are merged.
#[derive(ToSchema)]
pub struct AcceptIn {
    /// The id of the event that stays; the one that was recorded first unless given.
    #[schema(nullable = false, example = "019c1159-7000-7000-8000-0000000000e4")]
    pub into: Option<Uuid>,
}

/// What is taken out of all versions of a member: texts, members, or both.
#[derive(ToSchema)]
pub struct RedactionIn {
    /// Texts, each of 2 characters at least. Every occurrence in any text of any version goes, letter by letter as it stands here
    /// (NFC). An external id, an issue or an address that has one goes whole.
    #[schema(nullable = false, max_items = 1000, example = json!(["Jane Roe"]))]
    pub text: Option<Vec<String>>,
    /// What stands in the place of a text.
    #[schema(nullable = false, min_length = 1, max_length = 100, default = "[redacted]", example = "[redacted]")]
    pub replacement: Option<String>,
    /// JSON pointers to the members in which texts are looked for, in which `*` is any step; all of them unless given.
    #[schema(nullable = false, max_items = 1000, example = json!(["/summary"]))]
    pub within: Option<Vec<String>>,
    /// JSON pointers to members that go whole: null from then on, or an empty list; an item is taken out of its list. A step is a
    /// name, a position, the id of a piece of evidence, or `*` for all that there are. A position is that in each version.
    #[schema(nullable = false, max_items = 1000, example = json!(["/places/*/point"]))]
    pub members: Option<Vec<String>>,
}

/// What one event is split into.
#[derive(ToSchema)]
pub struct SplitIn {
    /// The events that take its place.
    #[schema(min_items = 2)]
    pub parts: Vec<EventIn>,
}

/// A merge patch (RFC 7396) of the document: members that are to be changed, null for those that are to go.
pub struct MergePatch;

impl PartialSchema for MergePatch {
    fn schema() -> RefOr<Schema> {
        let meaning =
            "A merge patch (RFC 7396) of the document: members that are to be changed, null for those that are to go.";
        let object = ObjectBuilder::new().additional_properties(Some(AdditionalProperties::FreeForm(true)));
        object.description(Some(meaning)).examples([json!({"summary": null})]).into()
    }
}

impl ToSchema for MergePatch {}
