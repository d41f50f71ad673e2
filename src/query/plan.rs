//! A question at one moment: names turned into numbers of the index, ready to be held against events.

use std::sync::Arc;

use uuid::Uuid;

use super::event_query::EventQuery;
use super::params::{Params, shown};
use super::terms::Terms;
use crate::domain::actor::ActorContent;
use crate::domain::bounding_box::BoundingBox;
use crate::domain::has::Has;
use crate::domain::place::Point;
use crate::domain::privacy::Clearance;
use crate::domain::resource::{Reference, Resource};
use crate::domain::vocabulary::EventType;
use crate::domain::window::{Overlap, Window};
use crate::index::State;
use crate::index::dictionary::Term;
use crate::index::entities::Moment;
use crate::index::events::{Events, short};
use crate::index::lookup::{ActorTerm, PlaceTerm, Positions, TermsOf};
use crate::index::search::{Group, InWindow, Search, Sizes, Wanted};
use crate::index::sight::Sight;
use crate::index::terms::Terms as TermNumbers;

/// What a question names, found.
#[derive(Clone, Debug, Default)]
pub struct Named {
    location: Terms<Uuid>,
    actor: Terms<Uuid>,
    actor_within: Terms<Uuid>,
    campaign: Terms<Uuid>,
    source: Terms<Uuid>,
    /// The versions that have the external id asked for; `None` where none is.
    pub external_id: Option<Vec<i64>>,
    /// The first operation recorded at or after the instant asked for; 0 where none is.
    pub recorded_since: i64,
}

impl Named {
    /// Looks up what the question names but for what the store has to tell. A name that nothing ever had is a fault,
    /// `unknown_reference`: such a filter cannot be honoured. What existed at another time only is known, and simply matches
    /// nothing.
    pub fn find(query: &EventQuery, state: &State, clearance: Clearance, params: &mut Params) -> Self {
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
            ..Self::default()
        };
        let linked_to = query.linked_to.any.iter().chain(&query.linked_to.none);
        for id in linked_to.filter(|id| !state.events.was_seen(**id, clearance)) {
            params.fault("linked_to", "unknown_reference", format!("There is no event `{id}`."));
        }
        named
    }

    /// The same at one moment, where what was merged means what took it in.
    fn surviving(&self, names: Moment<'_>) -> Self {
        let follow = |ids: &[Uuid]| ids.iter().map(|id| names.survivor(*id)).collect();
        let of = |terms: &Terms<Uuid>| Terms { any: follow(&terms.any), none: follow(&terms.none) };
        Self {
            location: of(&self.location),
            actor: of(&self.actor),
            actor_within: of(&self.actor_within),
            campaign: of(&self.campaign),
            source: of(&self.source),
            external_id: self.external_id.clone(),
            recorded_since: self.recorded_since,
        }
    }
}

/// The question as a reader asks it at one moment, in the numbers of the index.
pub fn plan(query: &EventQuery, named: &Named, sight: Sight<'_>) -> Search {
    let Sight { state, seq, clearance } = sight;
    let names = sight.names();
    let named = &named.surviving(names);
    let planning = Planning { query, named, state, names, sight };
    let groups = [
        planning.versions(),
        planning.linked_to(),
        planning.external_id(),
        planning.types(),
        planning.terms(&query.tactic, |tactic| Term::Tactic(*tactic)),
        planning.terms(&query.status, |status| Term::Status(*status)),
        planning.terms(&query.verification, |verification| Term::Verification(*verification)),
        planning.terms(&query.issue, |issue| Term::Issue(issue.clone())),
        planning.terms(&named.campaign, |id| Term::Campaign(*id)),
        planning.terms(&named.source, |id| Term::Source(*id)),
        planning.has(),
        planning.actors(),
        planning.places(),
    ];
    Search {
        since: short(named.recorded_since),
        groups: groups.into_iter().filter(|group| !group.is_empty()).collect(),
        window: planning.window(),
        sizes: planning.sizes(),
        ..Search::of_all(short(seq), clearance)
    }
}

struct Planning<'a> {
    query: &'a EventQuery,
    named: &'a Named,
    state: &'a State,
    names: Moment<'a>,
    sight: Sight<'a>,
}

/// What is asked of one side of an event: positions of the terms that are wanted, `None` where all are, and of those that must
/// not be.
type Condition = (Option<Positions>, Positions);

impl Planning<'_> {
    fn numbers(&self, terms: impl Iterator<Item = Term>) -> TermNumbers {
        TermNumbers::of(terms.filter_map(|term| self.state.events.dictionary.find(&term)).collect())
    }

    fn terms<T>(&self, asked: &Terms<T>, term: impl Fn(&T) -> Term) -> Group {
        let wanted = || Wanted { terms: self.numbers(asked.any.iter().map(&term)), ..Wanted::default() };
        Group {
            any: (!asked.any.is_empty()).then(wanted),
            none: Wanted { terms: self.numbers(asked.none.iter().map(&term)), ..Wanted::default() },
        }
    }

    /// `type` and `category`: both are about the main type.
    fn types(&self) -> Group {
        let (types, categories) = (&self.query.event_type, &self.query.category);
        let is_wanted = |t: &&EventType| types.accepts(t) && categories.accepts(&t.category());
        if types.is_empty() && categories.is_empty() {
            return Group::default();
        }
        let terms = self.numbers(EventType::ALL.iter().filter(is_wanted).map(|t| Term::Type(*t)));
        Group { any: Some(Wanted { terms, ..Wanted::default() }), ..Group::default() }
    }

    fn versions(&self) -> Group {
        of_events(&self.query.id, |id| self.sight.event(id).into_iter().map(|version| version.row))
    }

    fn linked_to(&self) -> Group {
        let (events, Sight { seq, clearance, .. }) = (&self.state.events, self.sight);
        let linked = |id| {
            let others = events.linked_with(events.survivor(id, seq), seq, clearance);
            others.map(|other| other.row).collect::<Vec<_>>()
        };
        of_events(&self.query.linked_to, linked)
    }

    /// The store knows the ids of whole versions; where a policy applies the public is not given them.
    fn external_id(&self) -> Group {
        let Some(versions) = &self.named.external_id else {
            return Group::default();
        };
        let versions = versions.iter().flat_map(|version| Events::rows_of(*version)).collect();
        let is_kept_back = (self.sight.clearance == Clearance::Public).then_some(Term::Policy);
        let none = self.numbers(is_kept_back.into_iter());
        let any = Some(Wanted { versions, ..Wanted::default() });
        Group { any, none: Wanted { terms: none, ..Wanted::default() } }
    }

    fn has(&self) -> Group {
        let side = |asked: &[Has]| {
            let events = &self.state.events;
            let terms = asked.iter().filter_map(|part| events.dictionary.find(&Term::Has(*part))).collect();
            let places = asked.contains(&Has::Point).then(|| events.lookup.places.all()).into_iter().flatten();
            let entities = places.filter(|place| self.is_on_the_map(place)).map(|place| place.number).collect();
            let Sight { seq, clearance, .. } = self.sight;
            let linked = asked.contains(&Has::Links).then(|| events.linked(seq, clearance));
            let versions = linked.into_iter().flatten().map(|version| version.row).collect();
            Wanted { terms: TermNumbers::of(terms), entities: TermNumbers::of(entities), own: None, versions }
        };
        let Terms { any, none } = &self.query.has;
        let any = (!any.is_empty()).then(|| side(any));
        Group { any, none: side(none) }
    }

    /// Whether a place of an event has a point.
    fn is_on_the_map(&self, place: &PlaceTerm) -> bool {
        !place.precision.is_area() && (place.is_own || self.point_of(place).is_some())
    }

    /// The point that stands for a place's location.
    fn point_of(&self, place: &PlaceTerm) -> Option<Point> {
        if self.is_of_now(Resource::Location) { place.point } else { self.names.point_of(place.location) }
    }

    /// Whether the members of a resource were at the moment what they are now.
    fn is_of_now(&self, resource: Resource) -> bool {
        self.sight.seq >= self.state.entities.corrected(resource).1
    }

    /// `actor`, `actor_within`, `actor_kind` and `role`: all of one participation, and none of any.
    fn actors(&self) -> Group {
        let (roles, kinds) = (&self.query.role, &self.query.actor_kind);
        let (actors, is_of_now) = (&self.state.events.lookup.actors, self.is_of_now(Resource::Actor));
        let within = |ids: &[Uuid]| {
            if is_of_now { actors.within(ids) } else { actors.naming(self.names.with_parts(ids)) }
        };
        let conditions = [
            condition(&self.named.actor, |ids| actors.naming(ids.iter().copied())),
            condition(&self.named.actor_within, within),
        ];
        let (wanted, excluded) = together(conditions);
        let is_asked = !roles.any.is_empty() || !kinds.any.is_empty() || wanted.is_some();
        if !is_asked && roles.none.is_empty() && kinds.none.is_empty() && excluded.is_empty() {
            return Group::default();
        }
        let kind = |term: &ActorTerm| {
            if is_of_now { term.kind } else { Some(self.names.values::<ActorContent>(term.actor)?.1.kind) }
        };
        let is_kind = |term: &ActorTerm, of: &[_]| !of.is_empty() && kind(term).is_some_and(|kind| of.contains(&kind));
        let is_wanted = |term: &&ActorTerm| {
            (roles.any.is_empty() || roles.any.contains(&term.role))
                && (kinds.any.is_empty() || is_kind(term, &kinds.any))
        };
        let wanted = || numbers(actors, wanted.as_deref(), is_wanted, |term| term.number);
        let is_excluded = |term: &&ActorTerm| roles.none.contains(&term.role) || is_kind(term, &kinds.none);
        let mut none: Vec<u32> = actors.at(&excluded).map(|term| term.number).collect();
        if !roles.none.is_empty() || !kinds.none.is_empty() {
            none.extend(actors.all().filter(is_excluded).map(|term| term.number));
        }
        Group {
            any: is_asked.then(|| Wanted { entities: wanted(), ..Wanted::default() }),
            none: Wanted { entities: TermNumbers::of(none), ..Wanted::default() },
        }
    }

    /// `location`, `country`, `admin1`, `bbox` and `place_precision`: all of one place, and none of any.
    fn places(&self) -> Group {
        let EventQuery { bbox, place_precision: least, .. } = self.query;
        let places = &self.state.events.lookup.places;
        let (wanted, excluded) = together(self.places_by_name());
        if wanted.is_none() && excluded.is_empty() && bbox.is_none() && least.is_none() {
            return Group::default();
        }
        let is_exact = |place: &&PlaceTerm| least.is_none_or(|least| place.precision.rank() >= least.rank());
        let number = |place: &PlaceTerm| place.number;
        // Where a box is asked for, a place that the event gives a point of its own is in it by that point alone.
        let by_point = |bbox: BoundingBox| {
            if wanted.is_none() && self.is_of_now(Resource::Location) {
                let inside = self.state.events.lookup.in_box(&bbox);
                return numbers(places, Some(&inside), is_exact, number);
            }
            let is_in = |place: &&PlaceTerm| {
                let is_by_location = !place.is_own && !place.precision.is_area();
                is_by_location && self.point_of(place).is_some_and(|point| bbox.contains(point))
            };
            numbers(places, wanted.as_deref(), |place| is_exact(place) && is_in(place), number)
        };
        let with_own_point = || {
            if wanted.is_none() && least.is_none() {
                return Arc::clone(&self.state.events.lookup.own);
            }
            let has_own = |place: &&PlaceTerm| place.is_own && !place.precision.is_area() && is_exact(place);
            Arc::new(numbers(places, wanted.as_deref(), has_own, number))
        };
        let is_asked = bbox.is_some() || least.is_some() || wanted.is_some();
        let any = || Wanted {
            entities: bbox.map_or_else(|| numbers(places, wanted.as_deref(), is_exact, number), by_point),
            own: bbox.map(|bbox| (with_own_point(), bbox)),
            ..Wanted::default()
        };
        let none = TermNumbers::of(places.at(&excluded).map(|place| place.number).collect());
        Group { any: is_asked.then(any), none: Wanted { entities: none, ..Wanted::default() } }
    }

    /// `location`, `country` and `admin1`.
    fn places_by_name(&self) -> [Condition; 3] {
        let EventQuery { country, admin1, .. } = self.query;
        let (lookup, names) = (&self.state.events.lookup, self.names);
        let places = &lookup.places;
        if self.is_of_now(Resource::Location) {
            return [
                condition(&self.named.location, |ids| places.within(ids)),
                condition(country, |codes| lookup.in_countries(codes)),
                condition(admin1, |codes| lookup.in_divisions(codes)),
            ];
        }
        let with = |codes: &[String], code| places.naming(names.locations_with(codes, code));
        [
            condition(&self.named.location, |ids| places.naming(names.with_parts(ids))),
            condition(country, |codes| with(codes, |location| location.country.as_deref())),
            condition(admin1, |codes| with(codes, |location| location.admin1.as_deref())),
        ]
    }

    fn window(&self) -> Option<InWindow> {
        let window: Window = self.query.window;
        window.from.or(window.to)?;
        let overlap = self.query.overlap.unwrap_or(Overlap::Possible);
        let shapes = self.state.events.dictionary.shapes.values();
        let shapes = shapes.iter().map(|shape| (shape.starts(&window, overlap), shape.is_wide())).collect();
        Some(InWindow { shapes, wide: self.numbers([Term::Wide].into_iter()) })
    }

    fn sizes(&self) -> Option<Sizes> {
        let (min, max) = (self.query.size_min, self.query.size_max);
        min.or(max)?;
        let (min, max) = (min.unwrap_or(0), max.unwrap_or(i64::MAX));
        let terms = || self.state.events.lookup.sizes.iter();
        let numbers = |told: Option<bool>| {
            TermNumbers::of(
                terms().filter(|(_, size)| size.overlaps(min, max) == told).map(|(number, _)| *number).collect(),
            )
        };
        Some(Sizes { min, max, sure: numbers(Some(true)), perhaps: numbers(None) })
    }
}

fn condition<T>(terms: &Terms<T>, positions: impl Fn(&[T]) -> Positions) -> Condition {
    let of = |asked: &[T]| if asked.is_empty() { Positions::new() } else { positions(asked) };
    ((!terms.any.is_empty()).then(|| of(&terms.any)), of(&terms.none))
}

/// Several conditions on one side: what all of them want, and what any of them excludes.
fn together<const N: usize>(conditions: [Condition; N]) -> Condition {
    let (mut wanted, mut excluded): (Vec<Positions>, Positions) = Default::default();
    for (any, none) in conditions {
        wanted.extend(any);
        excluded.extend(none);
    }
    wanted.sort_unstable_by_key(Vec::len);
    let in_all = |mut fewest: Positions, more: Positions| {
        fewest.retain(|position| more.binary_search(position).is_ok());
        fewest
    };
    (wanted.into_iter().reduce(in_all), excluded)
}

/// The numbers of those terms at some positions, or of all, for which a test holds.
fn numbers<T>(
    terms: &TermsOf<T>,
    positions: Option<&[u32]>,
    test: impl Fn(&&T) -> bool,
    number: impl Fn(&T) -> u32,
) -> TermNumbers {
    TermNumbers::of(match positions {
        Some(positions) => terms.at(positions).filter(test).map(number).collect(),
        None => terms.all().filter(test).map(number).collect(),
    })
}

fn of_events<I: IntoIterator<Item = u32>>(asked: &Terms<Uuid>, rows: impl Fn(Uuid) -> I) -> Group {
    let wanted = |ids: &[Uuid]| {
        let versions = ids.iter().flat_map(|id| rows(*id)).collect();
        Wanted { versions, ..Wanted::default() }
    };
    Group { any: (!asked.any.is_empty()).then(|| wanted(&asked.any)), none: wanted(&asked.none) }
}
