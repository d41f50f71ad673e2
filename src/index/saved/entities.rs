//! All versions of the entities as lines: what is known of a version, then its document as it is stored, which is empty
//! where the entity ceased.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::grounds::Grounds;
use crate::domain::instant::Instant;
use crate::domain::resource::Resource;
use crate::index::entities::Entities;
use crate::store::document::{Audience, Document};
use crate::store::log::{Change, ChangeKind};

/// What is known of a version beside its document.
#[derive(Serialize, Deserialize)]
struct Line {
    resource: Resource,
    id: Uuid,
    slug: String,
    entity_no: i64,
    seq: i64,
    revision: i32,
    recorded_at: Instant,
    kind: ChangeKind,
    grounds: Grounds,
    into: Vec<Uuid>,
    openly: bool,
    named_from: i64,
    edition: i64,
}

/// The entities as lines.
///
/// # Errors
/// Never for what the domain can hold.
pub fn bytes_of(entities: &Entities) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for (id, entity) in entities.iter() {
        for version in &entity.versions {
            let line = Line {
                resource: entity.resource,
                id,
                slug: entity.slug.clone(),
                entity_no: entity.no,
                seq: version.seq,
                revision: version.revision,
                recorded_at: version.recorded_at,
                kind: version.kind,
                grounds: version.grounds.clone(),
                into: version.into.clone(),
                openly: entity.openly,
                named_from: entity.named_from,
                edition: version.edition,
            };
            serde_json::to_writer(&mut bytes, &line)?;
            let body = version
                .document
                .as_ref()
                .map(|document| document.to_body(Audience::Everybody))
                .transpose()
                .map_err(io::Error::other)?;
            writeln!(bytes, "\n{}", body.unwrap_or_default())?;
        }
    }
    Ok(bytes)
}

/// The entities that lines tell of.
pub fn entities_of(bytes: &[u8]) -> Option<Entities> {
    let mut entities = Entities::default();
    let mut lines = std::str::from_utf8(bytes).ok()?.lines();
    while let Some(line) = lines.next() {
        let line: Line = serde_json::from_str(line).ok()?;
        let body = Some(lines.next()?).filter(|body| !body.is_empty());
        let document = body.map(|body| Document::from_body(line.resource, body)).transpose().ok()?;
        entities.apply(Change {
            seq: line.seq,
            recorded_at: line.recorded_at,
            grounds: line.grounds,
            kind: line.kind,
            resource: line.resource,
            id: line.id,
            slug: Some(line.slug),
            entity_no: line.entity_no,
            // Nothing asks for the number and the key of an entity's version.
            version_no: 0,
            revision: line.revision,
            public: document.map(|document| (0, document)),
            restricted: None,
            into: line.into,
            openly: line.openly,
            earlier: Vec::new(),
            redaction: None,
        });
        entities.set_named_from(line.id, line.named_from);
        entities.set_edition(line.id, line.edition);
    }
    Some(entities)
}
