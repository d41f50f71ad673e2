//! The timeline as readers are given it.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::EntityHead;
use crate::domain::instant::Instant;
use crate::domain::timeline::{TimelineContent, TimelineEntry};
use crate::store::error::StoreError;

/// An editor's ordered selection of events, or a saved query.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Timeline {
    /// The timeline's id.
    #[schema(example = "019c1159-7000-7005-8000-000000000001")]
    pub id: Uuid,
    /// The timeline's stable, readable name.
    #[schema(example = "ice-out-los-angeles")]
    pub slug: String,
    /// Counts this timeline's versions from 1.
    #[schema(example = 1, minimum = 1)]
    pub revision: i32,
    /// The operation that wrote this version.
    #[schema(example = 42, minimum = 1)]
    pub seq: i64,
    /// When this version was recorded.
    #[schema(value_type = String, format = DateTime, example = "2026-02-01T09:30:00.000000Z")]
    pub recorded_at: Instant,
    /// The timeline's title, in `language`.
    #[schema(example = "ICE Out in Los Angeles")]
    pub title: String,
    /// What it tells; null where nothing was written.
    #[schema(example = "Two days in January 2026.")]
    pub description: Option<String>,
    /// The language of its words (BCP 47); null where it was not said.
    #[schema(example = "en")]
    pub language: Option<String>,
    /// Its events in the editor's order, as far as they can be seen; empty where `query` selects them.
    pub entries: Vec<TimelineEntry>,
    /// The parameters of `/v1/events` that select its events; null where `entries` lists them.
    #[schema(example = json!(null))]
    pub query: Option<BTreeMap<String, String>>,
    /// The picture on its cover; null where there is none.
    #[schema(example = json!(null))]
    pub cover: Option<String>,
    /// How many events its entries hold; for a saved query 0, since asking it tells.
    #[schema(example = 13, minimum = 0)]
    pub event_count: i64,
}

impl Timeline {
    /// Puts the parts together; `visible` tells which events the reader may see.
    pub fn of(head: EntityHead, timeline: &TimelineContent, visible: impl Fn(Uuid) -> bool) -> Self {
        let EntityHead { id, slug, revision, seq, recorded_at, .. } = head;
        let TimelineContent { title, description, language, mut entries, query, cover } = timeline.clone();
        entries.retain(|entry| visible(entry.event_id));
        let event_count = i64::try_from(entries.len()).unwrap_or(i64::MAX);
        Self { id, slug, revision, seq, recorded_at, title, description, language, entries, query, cover, event_count }
    }
}

/// Adds the words of a timeline's editor to an event's document.
///
/// # Errors
/// Never for text.
pub fn put_caption(caption: &str, document: &mut Vec<u8>) -> Result<(), StoreError> {
    document.pop();
    document.extend_from_slice(br#","caption":"#);
    serde_json::to_writer(&mut *document, caption)?;
    document.push(b'}');
    Ok(())
}
