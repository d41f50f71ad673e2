//! What sources monitor, as readers are given it: with the source, and as an entry of a list of its own.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::reference::LocationRef;
use crate::domain::coverage::CoverageEntry;
use crate::domain::source::SourceContent;
use crate::domain::vocabulary::{Category, SourceScale};
use crate::index::entities::Moment;
use crate::store::error::StoreError;

/// A place that a source monitors, over some days.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SourceCoverage {
    /// The place, with all that lies below it.
    pub location: LocationRef<'static>,
    /// The first day, in the place's own calendar.
    #[schema(example = "2017-01-20")]
    pub from: NaiveDate,
    /// The last day; null where the source goes on.
    #[schema(example = json!(null))]
    pub to: Option<NaiveDate>,
    /// The categories of events that it looks for; empty for all.
    #[schema(example = json!(["demonstration"]))]
    pub categories: Vec<Category>,
    /// Slugs of the issues that it looks for; empty for all.
    #[schema(example = json!([]))]
    pub issues: Vec<String>,
    /// How closely it looks, in words: what it leaves out, how it finds events; null where nothing was written.
    #[schema(example = "Public gatherings that were reported by a local paper.")]
    pub note: Option<String>,
}

impl SourceCoverage {
    /// Puts the place's names in.
    ///
    /// # Errors
    /// When the place is missing.
    pub fn of(entry: &CoverageEntry, names: Moment<'_>) -> Result<Self, StoreError> {
        let CoverageEntry { location, from, to, categories, issues, note } = entry.clone();
        let location = LocationRef::of(names, location)?.into_owned();
        Ok(Self { location, from, to, categories, issues, note })
    }
}

/// The source of an entry of coverage.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CoverageSource {
    /// The source's id.
    #[schema(example = "019c1159-7000-7003-8000-000000000001")]
    pub id: Uuid,
    /// The source's stable, readable name.
    #[schema(example = "parriva-2026-01-31")]
    pub slug: String,
    /// Who published it.
    #[schema(example = "Parriva")]
    pub publisher: String,
    /// Its title; null where it is not known.
    #[schema(example = json!(null))]
    pub title: Option<String>,
    /// Its address; null where it is not known.
    #[schema(example = json!(null))]
    pub url: Option<String>,
    /// How far it reports from; null where that is not known.
    #[schema(example = "local")]
    pub scale: Option<SourceScale>,
    /// Its language (BCP 47); null where it is not known.
    #[schema(example = json!(null))]
    pub language: Option<String>,
}

/// That a source monitors a place, over some days.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Coverage {
    /// Who monitors.
    pub source: CoverageSource,
    /// The place, with all that lies below it.
    pub location: LocationRef<'static>,
    /// The first day, in the place's own calendar.
    #[schema(example = "2017-01-20")]
    pub from: NaiveDate,
    /// The last day; null where the source goes on.
    #[schema(example = json!(null))]
    pub to: Option<NaiveDate>,
    /// The categories of events that it looks for; empty for all.
    #[schema(example = json!(["demonstration"]))]
    pub categories: Vec<Category>,
    /// Slugs of the issues that it looks for; empty for all.
    #[schema(example = json!([]))]
    pub issues: Vec<String>,
    /// How closely it looks, in words: what it leaves out, how it finds events; null where nothing was written.
    #[schema(example = "Public gatherings that were reported by a local paper.")]
    pub note: Option<String>,
}

impl Coverage {
    /// Puts the parts together.
    ///
    /// # Errors
    /// When the place is missing.
    pub fn of(
        (id, slug, source): (Uuid, &str, &SourceContent),
        entry: &CoverageEntry,
        names: Moment<'_>,
    ) -> Result<Self, StoreError> {
        let SourceCoverage { location, from, to, categories, issues, note } = SourceCoverage::of(entry, names)?;
        let source = CoverageSource {
            id,
            slug: slug.to_owned(),
            publisher: source.publisher.clone(),
            title: source.title.clone(),
            url: source.url.clone(),
            scale: source.scale,
            language: source.language.clone(),
        };
        Ok(Self { source, location, from, to, categories, issues, note })
    }
}
