//! What readers are given: stored documents with the names put in. The one place where what is stored becomes what is
//! sent, for JSON answers and every other form.

pub mod actor;
pub mod aggregate;
pub mod campaign;
pub mod coverage;
pub mod duplicate;
pub mod event;
pub mod highlight;
pub mod history;
pub mod import_job;
pub mod kept;
pub mod key;
pub mod links;
pub mod location;
pub mod member;
pub mod neighbourhood;
pub mod ready;
pub mod redaction;
pub mod reference;
pub mod sent_back;
pub mod source;
pub mod tile;
pub mod timeline;
pub mod webhook;

use utoipa::openapi::Object;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType};
use uuid::Uuid;

use crate::domain::instant::Instant;
use crate::store::error::StoreError;

/// What every document but an event's starts with, and how many events name its subject.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the same fields, described for readers, are in each view")]
pub struct EntityHead {
    pub id: Uuid,
    pub slug: String,
    pub revision: i32,
    pub seq: i64,
    pub recorded_at: Instant,
    pub event_count: i64,
}

/// The schema of a member that may hold any JSON; utoipa's derive gives such a member no example.
pub fn any_json(meaning: &str, example: &str) -> Object {
    let any = ObjectBuilder::new().schema_type(SchemaType::AnyValue);
    any.description(Some(meaning)).examples([example]).build()
}

/// A name that must be there: references are checked when they are written, and nothing is ever deleted.
fn known<T>(found: Option<T>, id: Uuid) -> Result<T, StoreError> {
    found.ok_or_else(|| StoreError::corrupt(format!("{id} is referred to and missing")))
}
