//! Sources: publications and records that say something about events.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use super::catalog::Catalog;
use super::coverage::{CoverageEntry, coverage};
use super::input::{Fault, Input, MAX_NAME, MAX_TEXT, Reading};
use super::instant::Instant;
use super::language::language;
use super::resource::Resource;
use super::vocabulary::{SourceKind, SourceScale};

/// The values of one version of a source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the same fields, described for readers, are in `view::source::Source`")]
pub struct SourceContent {
    pub publisher: String,
    pub title: Option<String>,
    pub url: Option<String>,
    pub kind: SourceKind,
    pub scale: Option<SourceScale>,
    pub language: Option<String>,
    pub published_at: Option<String>,
    pub retrieved_at: Option<String>,
    pub archive_url: Option<String>,
    pub content_hash: Option<String>,
    pub syndicated_from: Option<Uuid>,
    /// Left out where there is none, as in documents from before there was coverage.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coverage: Vec<CoverageEntry>,
}

impl SourceContent {
    /// Reads a source from outside.
    ///
    /// # Errors
    /// Every fault of the document.
    pub fn read(document: &Value, id: Uuid, catalog: &dyn Catalog) -> Result<Self, Vec<Fault>> {
        Reading::document(document, catalog, |o| {
            let publisher = o.required("publisher").and_then(|i| i.text(MAX_NAME));
            let kind = o.required("kind").and_then(|i| i.code(SourceKind::parse, "kind of source"));
            let syndicated_from = o.optional("syndicated_from").and_then(|i| i.reference(Resource::Source));
            if syndicated_from.is_some_and(|from| catalog.would_close_circle(id, from.id)) {
                o.fault("syndicated_from", "circle", "This source would be syndicated from itself.");
            }
            Some(Self {
                title: o.optional("title").and_then(|i| i.text(MAX_NAME)),
                url: o.optional("url").and_then(web_address),
                scale: o.optional("scale").and_then(|i| i.code(SourceScale::parse, "scale of a source")),
                language: o.optional("language").and_then(|i| language(&i)),
                published_at: o.optional("published_at").and_then(moment),
                retrieved_at: o.optional("retrieved_at").and_then(moment),
                archive_url: o.optional("archive_url").and_then(web_address),
                content_hash: o.optional("content_hash").and_then(|i| i.text(MAX_NAME)),
                syndicated_from: syndicated_from.map(|known| known.id),
                coverage: coverage(o),
                publisher: publisher?,
                kind: kind?,
            })
        })
    }
}

/// A day, or an instant written in UTC: a report of a day gives no hour, and none is made up.
fn moment(input: Input<'_>) -> Option<String> {
    let text = input.text(40)?;
    if text.len() == 10 && text.parse::<NaiveDate>().is_ok() {
        return Some(text);
    }
    let instant = Instant::parse(&text);
    if instant.is_none() {
        input.fault("invalid_date", format!("`{text}` is neither a day (2026-01-31) nor an RFC 3339 instant."));
    }
    instant.map(|i| i.to_string())
}

fn web_address(input: Input<'_>) -> Option<String> {
    let text = input.text(MAX_TEXT)?;
    if !Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
        input.fault("invalid_url", "Expected an http or https URL.");
        return None;
    }
    Some(text)
}
