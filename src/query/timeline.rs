//! Which events a timeline shows: those of an editor's selection in the editor's order, or those that a saved query finds.

use std::collections::HashSet;

use uuid::Uuid;

use super::event_query::EventQuery;
use super::named::{Named, UNKNOWN_REFERENCE};
use super::params::Params;
use super::text::TextQuery;
use crate::domain::timeline::{TimelineContent, TimelineEntry};
use crate::index::events::EventVersion;
use crate::index::sight::Sight;
use crate::store::error::StoreError;

/// A timeline at one moment, as a question about events.
#[derive(Clone, Debug)]
pub struct AskedTimeline {
    /// Its slug.
    pub slug: String,
    /// Its values.
    pub content: TimelineContent,
    /// What its saved query asks; of a selection, only whose events they are.
    pub query: EventQuery,
    /// What the query names, found. A name that the reader is not told of stands for nobody: what only hidden events name is in
    /// no event that the reader is given, and whoever looks at a timeline cannot mend its query.
    pub named: Named,
}

impl AskedTimeline {
    /// A timeline as a reader sees it.
    ///
    /// # Errors
    /// When it is not there, or its query is one that this program cannot ask.
    pub fn of(id: Uuid, sight: Sight<'_>) -> Result<Self, StoreError> {
        let found = sight.names().values::<TimelineContent>(id);
        let (entity, content) = found.ok_or_else(|| StoreError::corrupt(format!("there is no timeline {id}")))?;
        let pairs = content.query.iter().flatten().map(|(name, value)| (name.clone(), value.clone()));
        let mut params = Params::from_pairs(pairs.collect());
        let mut query = if content.query.is_some() { EventQuery::parse(&mut params) } else { EventQuery::default() };
        query.echo.timeline = Some(id);
        let named = Named::find(&query, sight.state, sight.clearance, &mut params);
        if let Some(fault) = params.finish().into_iter().find(|fault| fault.code != UNKNOWN_REFERENCE) {
            let detail = format!("the query of timeline {id} cannot be asked: {}: {}", fault.parameter, fault.detail);
            return Err(StoreError::corrupt(detail));
        }
        Ok(Self { slug: entity.slug.clone(), content: content.clone(), query, named })
    }

    /// Whether an editor chose its events one by one.
    pub const fn is_selection(&self) -> bool {
        self.content.query.is_none()
    }

    /// Whether its query asks for words.
    pub fn asks_for_words(&self) -> bool {
        self.query.q != TextQuery::default()
    }
}

/// The events of a selection that a reader can see, in the editor's order. One that stands there twice is given where it stands
/// first, since other forms hold an event once.
pub fn selected<'a>(
    entries: &'a [TimelineEntry],
    sight: Sight<'_>,
) -> impl Iterator<Item = (&'a TimelineEntry, EventVersion)> {
    let mut given = HashSet::new();
    let new = entries.iter().filter(move |entry| given.insert(entry.event_id));
    new.filter_map(move |entry| Some((entry, sight.event(entry.event_id)?)))
}
