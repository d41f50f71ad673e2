//! What is told of a redaction.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::resource::Resource;

/// That a value was taken out of all versions of a member.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Redaction {
    /// What the member is.
    #[schema(example = "event")]
    pub resource: Resource,
    /// The member's id.
    #[schema(example = "019c1159-7000-7000-8000-0000000000e4")]
    pub id: Uuid,
    /// Its slug: another one than before where that had one of the texts; null where its resource has none.
    #[schema(required, example = json!(null))]
    pub slug: Option<String>,
    /// The version that says that it happened.
    #[schema(example = 3, minimum = 2)]
    pub revision: i32,
    /// The operation that did it.
    #[schema(example = 58, minimum = 1)]
    pub seq: i64,
}
