//! The actor as readers are given it.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::EntityHead;
use crate::domain::actor::ActorContent;
use crate::domain::instant::Instant;
use crate::domain::shared::ExternalId;
use crate::domain::vocabulary::ActorKind;

/// A body or an unnamed group that takes part in events; never a private individual.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Actor {
    /// The actor's id.
    #[schema(example = "019c1159-7000-7002-8000-000000000002")]
    pub id: Uuid,
    /// The actor's stable, readable name.
    #[schema(example = "ice")]
    pub slug: String,
    /// Counts this actor's versions from 1.
    #[schema(example = 1, minimum = 1)]
    pub revision: i32,
    /// The operation that wrote this version.
    #[schema(example = 12, minimum = 1)]
    pub seq: i64,
    /// When this version was recorded.
    #[schema(value_type = String, format = DateTime, example = "2026-02-01T09:30:00.000000Z")]
    pub recorded_at: Instant,
    /// The actor's name.
    #[schema(example = "U.S. Immigration and Customs Enforcement")]
    pub name: String,
    /// What kind of actor it is.
    #[schema(example = "agency")]
    pub kind: ActorKind,
    /// Other names.
    #[schema(example = json!(["ICE"]))]
    pub aliases: Vec<String>,
    /// The actor that this one is a part of; null where there is none.
    #[schema(example = "019c1159-7000-7002-8000-000000000001")]
    pub parent_id: Option<Uuid>,
    /// The ids other collections gave it.
    pub external_ids: Vec<ExternalId>,
    /// How many events name it, its parts not counted.
    #[schema(example = 5, minimum = 0)]
    pub event_count: i64,
}

impl Actor {
    /// Puts the parts together.
    pub fn of(head: EntityHead, actor: &ActorContent) -> Self {
        let EntityHead { id, slug, revision, seq, recorded_at, event_count } = head;
        Self {
            id,
            slug,
            revision,
            seq,
            recorded_at,
            name: actor.name.clone(),
            kind: actor.kind,
            aliases: actor.aliases.clone(),
            parent_id: actor.parent,
            external_ids: actor.external_ids.clone(),
            event_count,
        }
    }
}
