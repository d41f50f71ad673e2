//! A question at one moment: names turned into sets of ids, ready to be held against events.

use std::collections::HashSet;

use uuid::Uuid;

use super::event_query::{BoundingBox, EventQuery, Sort};
use super::params::{Params, shown};
use super::terms::Terms;
use crate::domain::actor::ActorContent;
use crate::domain::has::Has;
use crate::domain::place::Point;
use crate::domain::resource::{Reference, Resource};
use crate::domain::vocabulary::ActorKind;
use crate::domain::window::Overlap;
use crate::index::State;
use crate::index::entities::Moment;
use crate::index::events::{EventFacts, EventVersion, Events, PlaceFacts};

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
    events: &'a Events,
    named: &'a Named,
    /// One place must meet all of these at once, and none may be excluded by any.
    places: Vec<Condition>,
    /// The same for one participation.
    actors: Vec<Condition>,
    /// The events that an answer is linked with one of, and with none of.
    linked: Condition,
}

/// The entities that a question names.
#[derive(Debug)]
pub struct Named {
    location: Terms<Uuid>,
    actor: Terms<Uuid>,
    actor_within: Terms<Uuid>,
    campaign: Terms<Uuid>,
    source: Terms<Uuid>,
}

impl Named {
    /// Looks up what the question names. A name that nothing ever had is a fault, `unknown_reference`: such a filter cannot
    /// be honoured. What existed at another time only is known, and simply matches nothing.
    pub fn find(query: &EventQuery, state: &State, params: &mut Params) -> Self {
        let mut ids = |parameter: &'static str, resource, terms: &Terms<Reference>| {
            let mut id = |reference: &Reference| {
                let found = state.entities.find(resource, reference).map(|(id, _)| id);
                if found.is_none() {
                    let detail = format!("There is no {resource} `{}`.", shown(&reference.to_string()));
                    params.fault(parameter, "unknown_reference", detail);
                }
                found
            };
            let any = terms.any.iter().filter_map(&mut id).collect();
            Terms { any, none: terms.none.iter().filter_map(&mut id).collect() }
        };
        let named = Self {
            location: ids("location", Resource::Location, &query.location),
            actor: ids("actor", Resource::Actor, &query.actor),
            actor_within: ids("actor_within", Resource::Actor, &query.actor_within),
            campaign: ids("campaign", Resource::Campaign, &query.campaign),
            source: ids("source", Resource::Source, &query.source),
        };
        let linked_to = query.linked_to.any.iter().chain(&query.linked_to.none);
        for id in linked_to.filter(|id| !state.events.was_public(**id)) {
            params.fault("linked_to", "unknown_reference", format!("There is no event `{id}`."));
        }
        named
    }
}

impl<'a> Plan<'a> {
    /// The question at one moment.
    pub fn new(query: &'a EventQuery, named: &'a Named, state: &'a State, seq: i64) -> Self {
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
        let linked = |ids: &[Uuid]| ids.iter().flat_map(|id| state.events.linked_with(*id, seq)).collect();
        Self {
            query,
            names,
            events: &state.events,
            named,
            places: vec![
                Condition::new(&named.location, below),
                Condition::new(&query.country, in_country),
                Condition::new(&query.admin1, in_admin1),
            ],
            actors: vec![Condition::new(&named.actor, set), Condition::new(&named.actor_within, parts)],
            linked: Condition::new(&query.linked_to, linked),
        }
    }

    /// Whether an event, as the public may see it, is an answer.
    pub fn matches(&self, version: &EventVersion, event: &EventFacts) -> bool {
        let query = self.query;
        query.id.accepts(&version.id)
            && query.event_type.accepts(&event.event_type)
            && query.category.accepts(&event.event_type.category())
            && query.tactic.accepts_any_of(&event.tactics)
            && query.status.accepts(&event.status)
            && query.verification.accepts(&event.verification)
            && query.recorded_since.is_none_or(|since| version.recorded_at >= since)
            && query.external_id.as_ref().is_none_or(|wanted| event.external_ids.contains(wanted))
            && self.named.campaign.accepts_any_of(&event.campaigns)
            && self.named.source.accepts_any_of(&event.sources)
            && query.issue.accepts_any_of(&event.issues)
            && self.size_matches(event)
            && self.linked.wants(version.id)
            && !self.linked.none.contains(&version.id)
            && self.reports_what_is_asked(version.id, event)
            && query.window.matches(event.time.as_ref(), query.overlap.unwrap_or(Overlap::Possible))
            && self.place_matches(&event.places)
            && self.actor_matches(event)
    }

    fn size_matches(&self, event: &EventFacts) -> bool {
        let (min, max) = (self.query.size_min, self.query.size_max);
        let overlaps = |(low, high)| min.is_none_or(|min| high >= min) && max.is_none_or(|max| low <= max);
        min.or(max).is_none() || event.size_range.is_some_and(overlaps)
    }

    fn reports_what_is_asked(&self, id: Uuid, event: &EventFacts) -> bool {
        let Terms { any, none } = &self.query.has;
        let reports = |has: &Has| match has {
            Has::Point => event.places.iter().any(|place| self.point_of(place).is_some()),
            Has::Links => self.events.linked_with(id, self.names.seq()).next().is_some(),
            _ => event.reported.contains(*has),
        };
        (any.is_empty() || any.iter().any(reports)) && !none.iter().any(reports)
    }

    fn point_of(&self, place: &PlaceFacts) -> Option<Point> {
        self.names.point_of(place.location, place.point, place.precision)
    }

    fn place_matches(&self, places: &[PlaceFacts]) -> bool {
        let excluded = |place: &PlaceFacts| self.places.iter().any(|c| c.none.contains(&place.location));
        if places.iter().any(excluded) {
            return false;
        }
        let (bbox, least) = (self.query.bbox, self.query.place_precision);
        if bbox.is_none() && least.is_none() && self.places.iter().all(|condition| condition.any.is_none()) {
            return true;
        }
        places.iter().any(|place| {
            let in_box = |bbox: BoundingBox| self.point_of(place).is_some_and(|point| bbox.contains(point));
            bbox.is_none_or(in_box)
                && least.is_none_or(|least| place.precision.rank() >= least.rank())
                && self.places.iter().all(|condition| condition.wants(place.location))
        })
    }

    fn actor_matches(&self, event: &EventFacts) -> bool {
        let (role, kind) = (&self.query.role, &self.query.actor_kind);
        let is_one_of = |actor: Uuid, kinds: &[ActorKind]| {
            let known = self.names.values::<ActorContent>(actor);
            known.is_some_and(|(_, values)| kinds.contains(&values.kind))
        };
        let excluded = |(actor, part): &(Uuid, _)| {
            role.none.contains(part)
                || is_one_of(*actor, &kind.none)
                || self.actors.iter().any(|condition| condition.none.contains(actor))
        };
        if event.actors.iter().any(excluded) {
            return false;
        }
        if role.any.is_empty() && kind.any.is_empty() && self.actors.iter().all(|condition| condition.any.is_none()) {
            return true;
        }
        event.actors.iter().any(|(actor, part)| {
            (role.any.is_empty() || role.any.contains(part))
                && (kind.any.is_empty() || is_one_of(*actor, &kind.any))
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

/// Where an event stands in an order: ascending keys are the order of the page.
pub type EventKey = (i64, i64);

/// The key of an event in an order.
pub fn sort_key(sort: Sort, version: &EventVersion, event: &EventFacts) -> EventKey {
    match sort {
        Sort::When => (event.start.unwrap_or(i64::MAX), version.event_no),
        Sort::WhenDescending => (event.start.map_or(i64::MAX, |start| -start), -version.event_no),
        Sort::Recorded => (version.seq, version.event_no),
        Sort::RecordedDescending => (-version.seq, -version.event_no),
        Sort::Size => (event.size_number.unwrap_or(i64::MAX), version.event_no),
        Sort::SizeDescending => (event.size_number.map_or(i64::MAX, |number| -number), -version.event_no),
    }
}
