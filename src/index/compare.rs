//! Holding the index against the store, for `marchline check`: what it knows of every version, and whether that is so.

use std::collections::HashMap;
use std::sync::atomic::AtomicI64;

use uuid::Uuid;

use super::State;
use super::build;
use super::events::compare::EventComparison;
use super::saved::{SavedIndex, Unusable};
use crate::domain::resource::Resource;
use crate::store::connection::AnyConnection;
use crate::store::error::StoreError;
use crate::store::log;

/// Compares the index with the store: the one in a file, with what the log holds beyond it, or where there is none or it is
/// of no use, one that is built for this. What differs is told in sentences.
///
/// # Errors
/// When the database cannot be read; what is readable but wrong is a difference.
pub fn compare(conn: &mut AnyConnection, file: Option<&SavedIndex>) -> Result<Vec<String>, StoreError> {
    let target = log::head(conn)?;
    let mut differences = Vec::new();
    let loaded = file.and_then(|file| match file.load(conn, target) {
        Ok(state) => Some(state),
        Err(Unusable::Missing) => None,
        Err(why) => {
            differences.push(format!("the index file {}: {why}", file.path().display()));
            None
        }
    });
    let mut state = loaded.unwrap_or_else(|| State::empty(target));
    let compared = build::complete(&mut state, conn, target, &AtomicI64::new(0)).and_then(|()| walk(conn, &mut state));
    match compared {
        Ok(found) => differences.extend(found),
        Err(StoreError::Corrupt(what)) => differences.push(format!("no index can be built: {what}")),
        Err(error) => return Err(error),
    }
    Ok(differences)
}

/// Compares version by version, in the order of the log.
fn walk(conn: &mut AnyConnection, state: &mut State) -> Result<Vec<String>, StoreError> {
    let State { head, entities, events, .. } = state;
    let mut events = EventComparison::new(events);
    let mut differences = Vec::new();
    let mut named_from: HashMap<Uuid, i64> = HashMap::new();
    let (mut after, mut versions) = (0, 0);
    while after < head.seq {
        let changes = build::changes(conn, after)?;
        let Some(last) = changes.last() else {
            break;
        };
        after = last.seq;
        for change in changes.into_iter().filter(|change| change.seq <= head.seq) {
            let no = change.version_no;
            if change.resource == Resource::Event {
                let names = change.public.iter().flat_map(|(_, document)| document.content.references());
                for id in names {
                    named_from.entry(id).or_insert(change.seq);
                }
                let found = events.compare(&change);
                differences.extend(found.into_iter().map(|what| format!("version {no}: {what}")));
            } else {
                versions += 1;
                let known = entities.get(change.id).and_then(|entity| {
                    let is_same = (entity.resource, entity.no) == (change.resource, change.entity_no)
                        && change.slug.as_ref() == Some(&entity.slug)
                        && (change.revision > 1 || change.openly == entity.openly);
                    let revision = usize::try_from(change.revision - 1).ok()?;
                    entity.versions.get(revision).filter(|_| is_same)
                });
                let document = change.public.as_ref().map(|(_, document)| document);
                let is_known = known.is_some_and(|known| {
                    (known.seq, known.revision, known.kind) == (change.seq, change.revision, change.kind)
                        && known.recorded_at == change.recorded_at
                        && (&known.grounds, &known.into) == (&change.grounds, &change.into)
                        && known.document.as_ref() == document
                });
                if !is_known {
                    differences
                        .push(format!("version {no}: the index has another version of this {}", change.resource));
                }
            }
        }
    }
    let known: usize = entities.iter().map(|(_, entity)| entity.versions.len()).sum();
    if known != versions {
        differences.push(format!("the index has {known} versions of entities, the database {versions}"));
    }
    for (id, entity) in entities.iter() {
        if entity.named_from != named_from.get(&id).copied().unwrap_or(i64::MAX) {
            differences
                .push(format!("the index knows otherwise since when the public is told of {} {id}", entity.resource));
        }
    }
    differences.extend(events.finish());
    Ok(differences)
}
