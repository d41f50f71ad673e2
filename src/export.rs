//! Everything that is stored, as lines that can be loaded again. Documents are whole: an export is for those who keep the
//! dataset, not for the public.

use std::sync::Arc;

use std::collections::HashSet;
use std::io::Write;

use serde_json::{Value, json};
use thiserror::Error;
use uuid::Uuid;

use crate::domain::content::Content;
use crate::domain::input_form::input_form;
use crate::domain::resource::Resource;
use crate::index::entities::parent;
use crate::store::connection::AnyConnection;
use crate::store::document::Document;
use crate::store::error::StoreError;
use crate::store::export::{begin_snapshot, newest_documents};

/// Why an export did not come to its end.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The output.
    #[error("the output cannot be written: {0}")]
    Write(#[from] std::io::Error),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<serde_json::Error> for ExportError {
    fn from(error: serde_json::Error) -> Self {
        // Why text cannot be written is told as it is.
        if error.is_io() { Self::Write(error.into()) } else { Self::Store(error.into()) }
    }
}

/// Resources in the order in which they refer to each other.
const ORDER: [Resource; 6] =
    [Resource::Location, Resource::Actor, Resource::Source, Resource::Campaign, Resource::Event, Resource::Timeline];

/// Writes every newest document as `{"resource": …, "document": …}`, one a line, and tells how many there are. What
/// refers to something that only follows is written without that reference first, and once more, whole, behind all others.
///
/// # Errors
/// When the database cannot be read or the output not written. The connection is of no use for anything else afterwards.
pub fn ndjson(conn: &mut AnyConnection, output: &mut impl Write) -> Result<u64, ExportError> {
    begin_snapshot(conn)?;
    let mut written = HashSet::new();
    let mut again = Vec::new();
    for resource in ORDER {
        newest_documents(conn, resource, |document: Document<Arc<Content>>| {
            let mut form = input_form(&document.content, document.id, document.slug.as_deref())?;
            if !waiting_for(&document.content).iter().all(|id| written.contains(id)) {
                again.push((resource, form.clone()));
                without_references_ahead(&mut form, &written);
            }
            written.insert(document.id);
            write_line(output, resource, &form)
        })?;
    }
    for (resource, form) in &again {
        write_line(output, *resource, form)?;
    }
    Ok(written.len() as u64)
}

/// What must be there before this document: others of its own resource.
fn waiting_for(content: &Content) -> Vec<Uuid> {
    match content {
        Content::Event(event) => event.links.iter().map(|link| link.event).collect(),
        other => parent(other).into_iter().collect(),
    }
}

fn without_references_ahead(form: &mut Value, written: &HashSet<Uuid>) {
    let is_written =
        |value: &Value| value.as_str().and_then(|id| id.parse().ok()).is_some_and(|id| written.contains(&id));
    if let Some(Value::Array(links)) = form.get_mut("links") {
        links.retain(|link| is_written(&link["event"]["id"]));
    }
    for parent in ["parent_id", "syndicated_from"] {
        if let Some(id) = form.get_mut(parent).filter(|id| !is_written(id)) {
            *id = Value::Null;
        }
    }
}

fn write_line(output: &mut impl Write, resource: Resource, document: &Value) -> Result<(), ExportError> {
    serde_json::to_writer(&mut *output, &json!({"resource": resource, "document": document}))?;
    Ok(output.write_all(b"\n")?)
}
