//! An event as far as it is compared with others.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::places::{Spot, names_of};
use super::titles::{Title, titles};
use crate::domain::actor::ActorContent;
use crate::domain::event::EventContent;
use crate::domain::instant::Instant;
use crate::domain::vocabulary::{ActorKind, EventType, LinkRelation};
use crate::index::entities::Moment;

/// Most places of an event that are looked at.
const MOST_PLACES: usize = 8;

/// An event as far as it is compared with others.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// The event.
    pub id: Uuid,
    /// When it was recorded first: what one operation creates is told apart by whoever wrote it.
    pub created_at: Instant,
    /// What it mainly was.
    pub event_type: EventType,
    /// What else it was.
    pub tactics: Vec<EventType>,
    /// Its titles.
    pub titles: Vec<Title>,
    /// First and last microsecond that it may have been at.
    pub span: (i64, i64),
    /// Its places.
    pub places: Vec<Spot>,
    /// Those who took part and have a name.
    pub actors: BTreeSet<Uuid>,
    /// Its sources.
    pub sources: BTreeSet<Uuid>,
    /// The events that its links tell it apart from.
    pub linked: Vec<Uuid>,
}

impl Profile {
    /// An event with the names of a moment; `None` where it has no date: nothing would tell it from others of its kind.
    pub fn of(id: Uuid, created_at: Instant, event: &EventContent, names: Moment<'_>) -> Option<Self> {
        let start = event.when.start.as_ref()?;
        let end = event.when.end.as_ref().unwrap_or(start);
        let has_name = |actor: &Uuid| {
            let kind = names.values::<ActorContent>(*actor).map(|(_, actor)| actor.kind);
            !kind.is_none_or(is_anybody)
        };
        let tells_apart = |relation| !matches!(relation, LinkRelation::DuplicateOf | LinkRelation::SameCampaign);
        Some(Self {
            id,
            created_at,
            event_type: event.event_type,
            tactics: event.tactics.clone(),
            titles: titles(event, &names_of(&event.places, names)),
            span: (start.earliest.micros(), end.latest.micros()),
            places: event.places.iter().take(MOST_PLACES).filter_map(|place| Spot::of(place, names)).collect(),
            actors: event.actors.iter().map(|part| part.actor).filter(has_name).collect(),
            sources: event.sources.iter().copied().collect(),
            linked: event.links.iter().filter(|link| tells_apart(link.relation)).map(|link| link.event).collect(),
        })
    }

    /// Whether an editor has said already that they are two.
    pub fn is_told_apart(&self, other: &Self) -> bool {
        self.created_at == other.created_at || self.linked.contains(&other.id) || other.linked.contains(&self.id)
    }
}

/// Whether actors of a kind are whoever happened to be there.
const fn is_anybody(kind: ActorKind) -> bool {
    matches!(kind, ActorKind::Participants | ActorKind::CounterParticipants | ActorKind::Bystanders | ActorKind::Press)
}
