//! Pairs of events that may be one, as readers are given them.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::event::EventContent;
use crate::domain::grounds::Grounds;
use crate::domain::instant::Instant;
use crate::domain::vocabulary::EventType;
use crate::domain::when::When;
use crate::duplicates::score::Reason;
use crate::duplicates::standing::DuplicateState;
use crate::store::document::Document;

/// Two events that may be one.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Duplicate {
    /// The pair's id, which follows from those of its events.
    #[schema(example = "7e1c3f60-7f3c-8f0a-9c55-1f0a2b6f3d11")]
    pub id: Uuid,
    /// What became of the pair.
    #[schema(example = "open")]
    pub state: DuplicateState,
    /// How alike the events are, 0 to 1: the mean of the values of `reasons`, each by its weight, where weights of less than
    /// 45 in all are filled up to that by 0.
    #[schema(example = 0.871, minimum = 0, maximum = 1)]
    pub score: f64,
    /// What they were compared by. What is known of one of them only is left out.
    pub reasons: Vec<Reason>,
    /// The two events, first the one that was recorded first; where they were merged, as they were compared.
    pub events: Vec<DuplicateEvent>,
    /// The operation that gave occasion to compare them last.
    #[schema(example = 44, minimum = 1)]
    pub seq: i64,
    /// What was decided; null while nothing is.
    pub decision: Option<Decision>,
}

/// An event that may be the same as another one.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DuplicateEvent {
    /// The event's id.
    #[schema(example = "019c1159-7000-7000-8000-0000000000e4")]
    pub id: Uuid,
    /// The number of the version that is shown here.
    #[schema(example = 1, minimum = 1)]
    pub revision: i32,
    /// What it mainly was.
    #[serde(rename = "type")]
    #[schema(example = "rally")]
    pub event_type: EventType,
    /// The event's title, in its own language.
    #[schema(example = "ICE Out rally in downtown Los Angeles")]
    pub title: String,
    /// When it was.
    pub when: When,
}

/// What was decided about a pair.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Decision {
    /// When it was decided; of a pair that was accepted, when the last of the two was merged.
    #[schema(value_type = String, format = DateTime, example = "2026-02-01T09:30:00.000000Z")]
    pub at: Instant,
    /// The public label of the key that decided; null where it has none.
    #[schema(example = "The Daily Record")]
    pub by: Option<String>,
    /// Why, in the words of whoever did; null where that was not said.
    #[schema(example = "The same march, told by two papers.")]
    pub reason: Option<String>,
    /// The source that gave occasion; null where none was named.
    #[schema(example = json!(null))]
    pub source: Option<String>,
    /// The event that took the other in; null where the pair was rejected.
    #[schema(example = "019c1159-7000-7000-8000-0000000000e4")]
    pub survivor: Option<Uuid>,
}

impl Decision {
    /// A decision with what was said of it.
    pub fn of(at: Instant, grounds: Grounds, survivor: Option<Uuid>) -> Self {
        let Grounds { reason, source, made_by } = grounds;
        Self { at, by: made_by, reason, source, survivor }
    }
}

impl DuplicateEvent {
    /// An event's short form.
    pub fn of(document: Document<EventContent>) -> Self {
        let Document { id, revision, content, .. } = document;
        Self { id, revision, event_type: content.event_type, title: content.title, when: content.when }
    }
}
