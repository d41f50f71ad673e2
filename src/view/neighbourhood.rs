//! The neighbourhood of an event: events as nodes, links as edges.

use std::collections::{HashMap, HashSet, VecDeque};

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::links::{Direction, links_of};
use crate::domain::event::EventContent;
use crate::domain::vocabulary::{Confidence, EventType, LinkRelation};
use crate::domain::when::When;
use crate::index::sight::Sight;
use crate::store::document::Document;

/// Most events that a neighbourhood holds.
pub const MAX_NODES: usize = 500;

/// The events around one, and how they are linked.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Neighbourhood {
    /// The events, nearest first; the one asked for leads.
    pub nodes: Vec<GraphNode>,
    /// The links among them.
    pub edges: Vec<GraphEdge>,
    /// Whether every event within the depth is there; false where there were more than 500.
    #[schema(example = true)]
    pub complete: bool,
}

/// An event in a neighbourhood.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GraphNode {
    /// The event's id.
    #[schema(example = "019c1159-7000-7000-8000-0000000000e7")]
    pub id: Uuid,
    /// What it mainly was.
    #[serde(rename = "type")]
    #[schema(example = "dispersal_order")]
    pub event_type: EventType,
    /// The event's title, in its own language.
    #[schema(example = "Dispersal orders in downtown Los Angeles")]
    pub title: String,
    /// When it was.
    pub when: When,
}

/// A link in a neighbourhood, from subject to object.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
pub struct GraphEdge {
    /// The subject's id.
    #[schema(example = "019c1159-7000-7000-8000-0000000000e7")]
    pub from: Uuid,
    /// The object's id.
    #[schema(example = "019c1159-7000-7000-8000-0000000000e5")]
    pub to: Uuid,
    /// What the subject is to the object.
    #[schema(example = "response_to")]
    pub relation: LinkRelation,
    /// How sure it is; null where that was not said.
    #[schema(example = json!(null))]
    pub confidence: Option<Confidence>,
}

/// Which events lie within so many links of one, and the links among them.
pub struct Walk {
    /// The events' ids, nearest first.
    pub ids: Vec<Uuid>,
    edges: Vec<GraphEdge>,
    /// Whether there are no others as near.
    pub complete: bool,
}

/// Walks links in both directions, each event once, so that circles do no harm.
pub fn walk(sight: Sight<'_>, from: Uuid, depth: u32) -> Walk {
    let mut ids = vec![from];
    let mut distance = HashMap::from([(from, 0)]);
    let mut waiting = VecDeque::from([from]);
    let mut complete = true;
    while let Some(id) = waiting.pop_front() {
        let far = distance.get(&id).copied().unwrap_or_default();
        if far == depth {
            continue;
        }
        for (_, other, _) in links_of(sight, id) {
            if distance.contains_key(&other) {
                continue;
            }
            if ids.len() == MAX_NODES {
                complete = false;
                continue;
            }
            distance.insert(other, far + 1);
            ids.push(other);
            waiting.push_back(other);
        }
    }
    let mut seen = HashSet::new();
    let mut edges = Vec::new();
    for id in &ids {
        for (direction, other, link) in links_of(sight, *id) {
            if direction == Direction::Outgoing && distance.contains_key(&other) {
                let edge = GraphEdge { from: *id, to: other, relation: link.relation, confidence: link.confidence };
                if seen.insert(edge.clone()) {
                    edges.push(edge);
                }
            }
        }
    }
    Walk { ids, edges, complete }
}

impl Walk {
    /// Puts titles and times to the ids.
    pub fn render(self, documents: Vec<Document<EventContent>>) -> Neighbourhood {
        let node = |document: Document<EventContent>| GraphNode {
            id: document.id,
            event_type: document.content.event_type,
            title: document.content.title,
            when: document.content.when,
        };
        Neighbourhood { nodes: documents.into_iter().map(node).collect(), edges: self.edges, complete: self.complete }
    }
}
