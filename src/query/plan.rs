//! A question at one moment: names turned into sets of ids, ready to be held against events.

use std::collections::HashSet;

use uuid::Uuid;

use super::event_query::{EventQuery, Sort};
use super::params::{ParamFault, shown};
use super::terms::Terms;
use crate::domain::resource::{Reference, Resource};
use crate::domain::window::Overlap;
use crate::index::State;
use crate::index::entities::Moment;
use crate::index::events::{EventFacts, EventVersion, PlaceFacts};

/// A condition on one id of a place or a participation.
#[derive(Debug, Default)]
struct Condition {
    any: Option<HashSet<Uuid>>,
    none: HashSet<Uuid>,
}

/// A question, ready to be asked.
#[derive(Debug)]
pub struct Plan<'a> {
    query: &'a EventQuery,
    names: Moment<'a>,
    campaign: Terms<Uuid>,
    /// One place must meet all of these at once, and none may be excluded by any.
    places: Vec<Condition>,
    /// The same for one participation.
    actors: Vec<Condition>,
}

impl<'a> Plan<'a> {
    /// Looks up what the question names.
    ///
    /// # Errors
    /// `unknown_reference` for every name that nothing ever had: such a filter cannot be honoured. What existed at
    /// another time only is known, and simply matches nothing.
    pub fn new(query: &'a EventQuery, state: &'a State, seq: i64) -> Result<Self, Vec<ParamFault>> {
        let mut lookup = Lookup { state, faults: Vec::new() };
        let location = lookup.ids("location", Resource::Location, &query.location);
        let actor = lookup.ids("actor", Resource::Actor, &query.actor);
        let actor_within = lookup.ids("actor_within", Resource::Actor, &query.actor_within);
        let campaign = lookup.ids("campaign", Resource::Campaign, &query.campaign);
        if !lookup.faults.is_empty() {
            return Err(lookup.faults);
        }
        let names = state.entities.at(seq);
        let set = |ids: &[Uuid]| ids.iter().copied().collect::<HashSet<_>>();
        let below = |ids: &[Uuid]| names.with_parts(Resource::Location, ids);
        let parts = |ids: &[Uuid]| names.with_parts(Resource::Actor, ids);
        let in_country = |codes: &[String]| {
            names.locations_where(|location| location.country.as_deref(), |code| codes.iter().any(|c| c == code))
        };
        let in_admin1 = |codes: &[String]| {
            names.locations_where(|location| location.admin1.as_deref(), |code| codes.iter().any(|c| c == code))
        };
        Ok(Self {
            query,
            names,
            places: vec![
                Condition::new(&location, below),
                Condition::new(&query.country, in_country),
                Condition::new(&query.admin1, in_admin1),
            ],
            actors: vec![Condition::new(&actor, set), Condition::new(&actor_within, parts)],
            campaign,
        })
    }

    /// Whether an event, as the public may see it, is an answer.
    pub fn matches(&self, id: Uuid, event: &EventFacts) -> bool {
        let query = self.query;
        query.id.accepts(&id)
            && query.event_type.accepts(&event.event_type)
            && query.category.accepts(&event.event_type.category())
            && query.status.accepts(&event.status)
            && self.campaign.accepts_any_of(&event.campaigns)
            && query.issue.accepts_any_of(&event.issues)
            && query.window.matches(event.time.as_ref(), query.overlap.unwrap_or(Overlap::Possible))
            && self.place_matches(&event.places)
            && self.actor_matches(event)
    }

    fn place_matches(&self, places: &[PlaceFacts]) -> bool {
        let excluded = |place: &PlaceFacts| self.places.iter().any(|c| c.none.contains(&place.location));
        if places.iter().any(excluded) {
            return false;
        }
        let bbox = self.query.bbox;
        if bbox.is_none() && self.places.iter().all(|condition| condition.any.is_none()) {
            return true;
        }
        places.iter().any(|place| {
            let in_box = bbox.is_none_or(|bbox| {
                let point = self.names.point_of(place.location, place.point, place.precision);
                point.is_some_and(|point| bbox.contains(point))
            });
            in_box && self.places.iter().all(|condition| condition.wants(place.location))
        })
    }

    fn actor_matches(&self, event: &EventFacts) -> bool {
        let role = &self.query.role;
        let excluded = |(actor, part): &(Uuid, _)| {
            role.none.contains(part) || self.actors.iter().any(|condition| condition.none.contains(actor))
        };
        if event.actors.iter().any(excluded) {
            return false;
        }
        if role.any.is_empty() && self.actors.iter().all(|condition| condition.any.is_none()) {
            return true;
        }
        event.actors.iter().any(|(actor, part)| {
            (role.any.is_empty() || role.any.contains(part))
                && self.actors.iter().all(|condition| condition.wants(*actor))
        })
    }
}

impl Condition {
    fn new<T>(terms: &Terms<T>, expand: impl Fn(&[T]) -> HashSet<Uuid>) -> Self {
        let none = if terms.none.is_empty() { HashSet::new() } else { expand(&terms.none) };
        Self { any: (!terms.any.is_empty()).then(|| expand(&terms.any)), none }
    }

    fn wants(&self, id: Uuid) -> bool {
        self.any.as_ref().is_none_or(|wanted| wanted.contains(&id))
    }
}

struct Lookup<'a> {
    state: &'a State,
    faults: Vec<ParamFault>,
}

impl Lookup<'_> {
    fn ids(&mut self, parameter: &str, resource: Resource, terms: &Terms<Reference>) -> Terms<Uuid> {
        let mut ids = |references: &[Reference]| {
            references.iter().filter_map(|reference| self.id(parameter, resource, reference)).collect()
        };
        Terms { any: ids(&terms.any), none: ids(&terms.none) }
    }

    fn id(&mut self, parameter: &str, resource: Resource, reference: &Reference) -> Option<Uuid> {
        let found = self.state.entities.find(resource, reference).map(|(id, _)| id);
        if found.is_none() {
            let detail = format!("There is no {resource} `{}`.", shown(&reference.to_string()));
            self.faults.push(ParamFault { parameter: parameter.to_owned(), code: "unknown_reference", detail });
        }
        found
    }
}

/// Where an event stands in an order: ascending keys are the order of the page.
pub type EventKey = (i64, i64);

/// The key of an event in an order.
pub fn sort_key(sort: Sort, version: &EventVersion, event: &EventFacts) -> EventKey {
    match sort {
        Sort::When => (event.start.unwrap_or(i64::MAX), version.event_no),
        Sort::WhenDescending => (event.start.map_or(i64::MAX, |start| -start), -version.event_no),
        Sort::Recorded => (version.seq, version.event_no),
        Sort::RecordedDescending => (-version.seq, -version.event_no),
    }
}
