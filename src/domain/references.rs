//! Ids written as `{"id": …}`, as documents name other things: for serde's `with`.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// Something else, by its id.
#[derive(Serialize, Deserialize)]
pub struct Reference {
    /// The id.
    pub id: Uuid,
}

macro_rules! as_references {
    ($(#[$meta:meta])* $name:ident, $ids:ty, $references:ty, $wrap:expr, $unwrap:expr) => {
        $(#[$meta])*
        pub mod $name {
            use super::*;

            #[expect(missing_docs, clippy::missing_errors_doc, reason = "serde's own form")]
            pub fn serialize<S: Serializer>(ids: &$ids, serializer: S) -> Result<S::Ok, S::Error> {
                $wrap(ids).serialize(serializer)
            }

            #[expect(missing_docs, clippy::missing_errors_doc, reason = "serde's own form")]
            pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$ids, D::Error> {
                <$references>::deserialize(deserializer).map($unwrap)
            }
        }
    };
}

as_references! {
    /// One.
    one, Uuid, Reference, |id: &Uuid| Reference { id: *id }, |reference| reference.id
}
as_references! {
    /// One or none.
    optional, Option<Uuid>, Option<Reference>, |id: &Option<Uuid>| id.map(|id| Reference { id }),
    |reference| reference.map(|reference| reference.id)
}
as_references! {
    /// A list.
    many, Vec<Uuid>, Vec<Reference>, |ids: &Vec<Uuid>| ids.iter().map(|id| Reference { id: *id }).collect::<Vec<_>>(),
    |references| references.into_iter().map(|reference| reference.id).collect()
}
