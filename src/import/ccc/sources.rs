//! Who says so: each source cell as a source.

use serde_json::{Value, json};

use super::row::Row;
use crate::domain::resource::Resource;
use crate::domain::vocabulary::SourceKind;
use crate::import::entities::Entities;
use crate::import::sources::source;

/// The slug of the data set as a source.
const DATASET: &str = "ccc";

/// The event's sources. The data set itself is named only where a row names none: beside a newspaper it would make two
/// publishers of one report, and the event corroborated.
pub fn sources(row: &Row<'_>, entities: &mut Entities) -> Vec<Value> {
    let mut slugs: Vec<String> = Vec::new();
    for cell in row.sources() {
        let slug = source(cell, entities);
        if !slugs.contains(&slug) {
            slugs.push(slug);
        }
    }
    if slugs.is_empty() {
        entities.add(
            Resource::Source,
            DATASET,
            || json!({"slug": DATASET, "publisher": "Crowd Counting Consortium", "kind": SourceKind::Dataset.code()}),
        );
        slugs.push(DATASET.to_owned());
    }
    slugs.into_iter().map(|slug| json!({"id": slug})).collect()
}
