//! What a change of the log means for the text of rows.

use std::sync::Arc;

use super::words::EventWords;
use crate::domain::content::Content;
use crate::index::events::short;
use crate::index::row::{APART, apart};
use crate::store::document::Document;
use crate::store::log::Change;

/// The text of a row, as it is from an operation on.
#[derive(Debug)]
pub struct ChangedRow {
    /// The row's number.
    pub row: u32,
    /// Its words; `None` where there is no such row any more.
    pub words: Option<EventWords>,
    /// Whether the row, or another one under its number, may have had other words before.
    pub is_rewritten: bool,
}

type Stored = Option<(i64, Document<Arc<Content>>)>;

/// The rows that changes write. Versions that are written anew (because a policy has them told otherwise, or a value is taken
/// out of all of them) come in a change's `earlier`: whatever rewrites versions has to tell of them there, and their former
/// words are found no more from that operation on.
pub fn changed_rows(changes: &[Change]) -> Vec<Arc<ChangedRow>> {
    let mut rows = Vec::new();
    for change in changes {
        for edition in &change.earlier {
            push(&mut rows, edition.version_no, [&edition.public, &edition.restricted], true);
        }
        push(&mut rows, change.version_no, [&change.public, &change.restricted], false);
    }
    rows
}

fn push(rows: &mut Vec<Arc<ChangedRow>>, version_no: i64, documents: [&Stored; 2], is_rewritten: bool) {
    let version = short(version_no);
    for (row, document) in [version, apart(version)].into_iter().zip(documents) {
        let event = document.as_ref().and_then(|(_, document)| match &*document.content {
            Content::Event(event) => Some(event),
            _ => None,
        });
        if event.is_some() || (is_rewritten && version < APART) {
            let words = event.map(|event| EventWords::of(event));
            rows.push(Arc::new(ChangedRow { row, words, is_rewritten }));
        }
    }
}
