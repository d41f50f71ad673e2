//! The campaign as readers are given it.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::EntityHead;
use crate::domain::campaign::CampaignContent;
use crate::domain::instant::Instant;
use crate::domain::when::When;

/// A named effort that events belong to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Campaign {
    /// The campaign's id.
    #[schema(example = "019c1159-7000-7004-8000-0000000000c1")]
    pub id: Uuid,
    /// The campaign's stable, readable name.
    #[schema(example = "ice-out")]
    pub slug: String,
    /// Counts this campaign's versions from 1.
    #[schema(example = 1, minimum = 1)]
    pub revision: i32,
    /// The operation that wrote this version.
    #[schema(example = 28, minimum = 1)]
    pub seq: i64,
    /// When this version was recorded.
    #[schema(value_type = String, format = DateTime, example = "2026-02-01T09:30:00.000000Z")]
    pub recorded_at: Instant,
    /// The campaign's name.
    #[schema(example = "ICE Out")]
    pub name: String,
    /// Other names.
    #[schema(example = json!(["National Shutdown"]))]
    pub aliases: Vec<String>,
    /// What it is; null where nothing was written.
    #[schema(example = "A national day of action.")]
    pub description: Option<String>,
    /// When it was.
    pub when: When,
    /// How many events belong to it.
    #[schema(example = 4, minimum = 0)]
    pub event_count: i64,
}

impl Campaign {
    /// Puts the parts together.
    pub fn of(head: EntityHead, campaign: &CampaignContent) -> Self {
        let EntityHead { id, slug, revision, seq, recorded_at, event_count } = head;
        let CampaignContent { name, aliases, description, when } = campaign.clone();
        Self { id, slug, revision, seq, recorded_at, name, aliases, description, when, event_count }
    }
}
