//! The links of an event, told from its side.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use xxhash_rust::xxh3::Xxh3Default;

use crate::domain::codes;
use crate::domain::vocabulary::{Confidence, LinkRelation};
use crate::index::State;
use crate::index::events::LinkFacts;
use crate::index::sight::Sight;
use crate::store::error::StoreError;

codes! {
    /// Which end of a link an event is.
    pub enum Direction {
        /// The event is the subject: it says this of the other.
        Outgoing = "outgoing",
        /// The event is the object: the other says this of it.
        Incoming = "incoming",
    }
}

/// A relation to another event.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventLink {
    /// The link's id, which follows from subject, relation and object.
    #[schema(example = "92fe6ce7-8f7d-8685-99c6-042552e6fed5")]
    pub id: Uuid,
    /// The relation, read from subject to object.
    #[schema(example = "response_to")]
    pub relation: LinkRelation,
    /// Whether this event is the subject (`outgoing`) or the object (`incoming`).
    #[schema(example = "outgoing")]
    pub direction: Direction,
    /// The other event.
    pub event: EventRef,
    /// How sure the relation is; null where it was not said.
    #[schema(example = "in_part")]
    pub confidence: Option<Confidence>,
    /// The subject's evidence for it; null where there is none.
    #[schema(example = json!(null))]
    pub evidence_id: Option<Uuid>,
}

/// An event, named by another one.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventRef {
    /// The event's id.
    #[schema(example = "019c1159-7000-7000-8000-0000000000e1")]
    pub id: Uuid,
    /// The event's title, in its own language.
    #[schema(example = "Immigration enforcement operations in Minneapolis")]
    pub title: String,
}

/// The id of a link: there is one link of a relation between two events.
pub fn link_id(subject: Uuid, relation: &str, object: Uuid) -> Uuid {
    let mut digest = Xxh3Default::new();
    digest.update(subject.as_bytes());
    digest.update(object.as_bytes());
    digest.update(relation.as_bytes());
    Uuid::new_v8(digest.digest128().to_be_bytes())
}

/// Titles of events that others name.
pub type Titles = HashMap<Uuid, String>;

#[derive(Deserialize)]
struct Titled {
    id: Uuid,
    title: String,
}

/// The titles of stored events.
///
/// # Errors
/// `Corrupt` for text that Marchline did not write.
pub fn titles(bodies: &[String]) -> Result<Titles, StoreError> {
    let titled = |body: &String| {
        let Titled { id, title } = serde_json::from_str(body)?;
        Ok((id, title))
    };
    bodies.iter().map(titled).collect()
}

/// The links of an event in both directions, as far as the other end can be seen.
pub fn links_of(sight: Sight<'_>, id: Uuid) -> impl Iterator<Item = (Direction, Uuid, LinkFacts)> {
    let Sight { state: State { events, .. }, seq, clearance } = sight;
    let own = sight.event(id);
    let outgoing = own.iter().flat_map(|own| events.links(own)).map(|link| (Direction::Outgoing, link.object, *link));
    let outgoing: Vec<_> = outgoing.collect();
    let incoming = events.links_to(id, seq, clearance).map(|(subject, link)| (Direction::Incoming, subject.id, link));
    outgoing.into_iter().chain(incoming).filter(move |(_, other, _)| sight.event(*other).is_some())
}

/// The links of an event as readers are given them; `titles` holds those of the other ends.
pub fn links(sight: Sight<'_>, id: Uuid, titles: &Titles) -> Vec<EventLink> {
    let link = |(direction, other, link): (Direction, Uuid, LinkFacts)| {
        let (subject, object) = if direction == Direction::Outgoing { (id, other) } else { (other, id) };
        Some(EventLink {
            id: link_id(subject, link.relation.code(), object),
            relation: link.relation,
            direction,
            event: EventRef { id: other, title: titles.get(&other)?.clone() },
            confidence: link.confidence,
            evidence_id: link.evidence_id,
        })
    };
    links_of(sight, id).filter_map(link).collect()
}
