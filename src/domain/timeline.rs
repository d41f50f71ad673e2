//! Timelines: an editor's ordered selection of events, or a saved query.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::catalog::Catalog;
use super::input::{Fault, MAX_NAME, MAX_TEXT, MAX_TITLE, Reading};
use super::language::language;
use super::resource::Resource;

/// The values of one version of a timeline; exactly one of `entries` and `query` says what it shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the same fields, described for readers, are in `view::timeline::Timeline`")]
pub struct TimelineContent {
    pub title: String,
    pub description: Option<String>,
    pub language: Option<String>,
    pub entries: Vec<TimelineEntry>,
    pub query: Option<BTreeMap<String, String>>,
    pub cover: Option<String>,
}

/// One event of a timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TimelineEntry {
    /// The event's id.
    #[schema(example = "019c11cf-4c00-7000-8000-0000000000e4")]
    pub event_id: Uuid,
    /// The editor's words beside the event; null where there are none.
    #[schema(example = "The rally downtown")]
    pub caption: Option<String>,
}

impl TimelineContent {
    /// Reads a timeline from outside. `check_query` refuses a saved query that could not be asked.
    ///
    /// # Errors
    /// Every fault of the document.
    pub fn read(
        document: &Value,
        catalog: &dyn Catalog,
        check_query: &dyn Fn(&BTreeMap<String, String>) -> Vec<Fault>,
    ) -> Result<Self, Vec<Fault>> {
        Reading::document(document, catalog, |o| {
            let title = o.required("title").and_then(|i| i.text(MAX_TITLE));
            let entries = o.list("entries", |i| {
                i.object(|e| {
                    let event = e.required("event_id").and_then(|i| i.reference(Resource::Event));
                    let caption = e.optional("caption").and_then(|i| i.text(MAX_TEXT));
                    Some(TimelineEntry { event_id: event?.id, caption })
                })
            });
            let query = o.optional("query").and_then(|i| {
                i.object(|q| {
                    let pairs = q.each(|name, value| Some((name.to_owned(), value.text(MAX_TEXT)?)));
                    Some(pairs.into_iter().collect::<BTreeMap<_, _>>())
                })
            });
            for fault in query.as_ref().map(check_query).unwrap_or_default() {
                o.fault(&format!("query{}", fault.pointer), fault.code, fault.detail);
            }
            if query.is_some() && !entries.is_empty() {
                o.fault("query", "both_given", "A timeline has entries or a query, not both.");
            }
            Some(Self {
                description: o.optional("description").and_then(|i| i.text(MAX_TEXT)),
                language: o.optional("language").and_then(|i| language(&i)),
                entries,
                query,
                cover: o.optional("cover").and_then(|i| i.text(MAX_NAME)),
                title: title?,
            })
        })
    }
}
