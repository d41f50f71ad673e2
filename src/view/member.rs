//! Any member but an event as readers are given it.

use std::sync::Arc;

use uuid::Uuid;

use super::EntityHead;
use super::actor::Actor;
use super::campaign::Campaign;
use super::location::Location;
use super::source::Source;
use super::timeline::Timeline;
use crate::domain::content::Content;
use crate::domain::resource::Resource;
use crate::index::dictionary::Term;
use crate::index::sight::Sight;
use crate::index::terms::Terms;
use crate::store::error::StoreError;

/// How many events that a reader sees name an entity; for a location, also those below it.
pub fn event_count(sight: Sight<'_>, resource: Resource, id: Uuid) -> i64 {
    let events = &sight.state.events;
    let lookup = &events.lookup;
    let one = |term| vec![Arc::new(Terms::of(events.dictionary.find(&term).into_iter().collect()))];
    let terms = match resource {
        Resource::Actor => lookup.actors.naming([id]).iter().map(|kin| kin.numbers(&lookup.actors)).collect(),
        Resource::Location => {
            let is_of_now = sight.is_of_now(Resource::Location);
            let parts = || lookup.places.naming(sight.names().with_parts(&[id]));
            let places = if is_of_now { lookup.places.within(&[id]) } else { parts() };
            places.iter().map(|kin| kin.numbers(&lookup.places)).collect()
        }
        Resource::Source => one(Term::Source(id)),
        Resource::Campaign => one(Term::Campaign(id)),
        Resource::Event | Resource::Timeline => Vec::new(),
    };
    i64::try_from(events.having(terms, sight.seq, sight.clearance)).unwrap_or(i64::MAX)
}

/// A member as JSON text, as a reader sees it at an operation; `None` where it was not there.
///
/// # Errors
/// When something it refers to is missing.
pub fn text(sight: Sight<'_>, id: Uuid) -> Result<Option<Vec<u8>>, StoreError> {
    let Some((entity, version)) = sight.names().version(id) else {
        return Ok(None);
    };
    let Some(document) = &version.document else {
        return Ok(None);
    };
    let head = EntityHead {
        id,
        slug: entity.slug.clone(),
        revision: version.revision,
        seq: version.seq,
        recorded_at: version.recorded_at,
        event_count: event_count(sight, entity.resource, id),
    };
    let text = match &*document.content {
        Content::Actor(actor) => serde_json::to_vec(&Actor::of(head, actor)),
        Content::Location(location) => serde_json::to_vec(&Location::of(head, location, sight.names())?),
        Content::Source(source) => serde_json::to_vec(&Source::of(head, source, sight.names())?),
        Content::Campaign(campaign) => serde_json::to_vec(&Campaign::of(head, campaign)),
        Content::Timeline(timeline) => {
            serde_json::to_vec(&Timeline::of(head, timeline, |id| sight.event(id).is_some()))
        }
        Content::Event(_) => return Ok(None),
    };
    Ok(Some(text?))
}
