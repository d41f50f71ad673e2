//! The source as readers are given it.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::EntityHead;
use super::coverage::SourceCoverage;
use crate::domain::instant::Instant;
use crate::domain::source::SourceContent;
use crate::domain::vocabulary::{SourceKind, SourceScale};
use crate::index::entities::Moment;
use crate::store::error::StoreError;

/// A publication or record that says something about events.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Source {
    /// The source's id.
    #[schema(example = "019c1159-7000-7003-8000-000000000001")]
    pub id: Uuid,
    /// The source's stable, readable name.
    #[schema(example = "parriva-2026-01-31")]
    pub slug: String,
    /// Counts this source's versions from 1.
    #[schema(example = 1, minimum = 1)]
    pub revision: i32,
    /// The operation that wrote this version.
    #[schema(example = 27, minimum = 1)]
    pub seq: i64,
    /// When this version was recorded.
    #[schema(value_type = String, format = DateTime, example = "2026-02-01T09:30:00.000000Z")]
    pub recorded_at: Instant,
    /// Who published it.
    #[schema(example = "Parriva")]
    pub publisher: String,
    /// Its title; null where it is not known.
    #[schema(example = json!(null))]
    pub title: Option<String>,
    /// Its address; null where it is not known.
    #[schema(example = json!(null))]
    pub url: Option<String>,
    /// What kind of source it is.
    #[schema(example = "news")]
    pub kind: SourceKind,
    /// How far it reports from; null where that is not known.
    #[schema(example = "local")]
    pub scale: Option<SourceScale>,
    /// Its language (BCP 47); null where it is not known.
    #[schema(example = json!(null))]
    pub language: Option<String>,
    /// When it was published: a day, or an RFC 3339 instant in UTC where the hour is known.
    #[schema(example = "2026-01-31")]
    pub published_at: Option<String>,
    /// When it was looked at: a day, or an RFC 3339 instant in UTC where the hour is known.
    #[schema(example = json!(null))]
    pub retrieved_at: Option<String>,
    /// The address of a copy in an archive; null where there is none.
    #[schema(example = json!(null))]
    pub archive_url: Option<String>,
    /// A digest of its content, with the algorithm's name; null where none was taken.
    #[schema(example = json!(null))]
    pub content_hash: Option<String>,
    /// The source it was taken over from; null where it speaks for itself.
    #[schema(example = json!(null))]
    pub syndicated_from: Option<Uuid>,
    /// The places and days that it monitors; empty where that is not known.
    pub coverage: Vec<SourceCoverage>,
    /// How many events it reports.
    #[schema(example = 13, minimum = 0)]
    pub event_count: i64,
}

impl Source {
    /// Puts the parts together, with the names that places have at that moment.
    ///
    /// # Errors
    /// When a place is missing.
    pub fn of(head: EntityHead, source: &SourceContent, names: Moment<'_>) -> Result<Self, StoreError> {
        let EntityHead { id, slug, revision, seq, recorded_at, event_count } = head;
        let coverage = source.coverage.iter().map(|entry| SourceCoverage::of(entry, names));
        let coverage = coverage.collect::<Result<_, _>>()?;
        let source = source.clone();
        Ok(Self {
            id,
            slug,
            revision,
            seq,
            recorded_at,
            publisher: source.publisher,
            title: source.title,
            url: source.url,
            kind: source.kind,
            scale: source.scale,
            language: source.language,
            published_at: source.published_at,
            retrieved_at: source.retrieved_at,
            archive_url: source.archive_url,
            content_hash: source.content_hash,
            syndicated_from: source.syndicated_from,
            coverage,
            event_count,
        })
    }
}
