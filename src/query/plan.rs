//! A question at one moment: names turned into numbers of the index, ready to be held against events.

use hashbrown::HashSet;

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
use crate::index::lookup::{ActorTerm, PlaceTerm, TermsOf};
use crate::index::search::{Group, InWindow, Search, Sizes, Terms as TermNumbers, Wanted};
use crate::index::sight::Sight;

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
        // What existed at another time only is known, and so is what the public is told of by now.
        let everything = Sight { state, seq: i64::MAX, clearance };
        let mut ids = |parameter: &'static str, resource, terms: &Terms<Reference>| {
            let mut id = |reference: &Reference| {
                let found = everything.find(resource, reference).map(|(id, _)| id);
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

/// Either of two conditions on the same side: a value must be wanted by each that wants something.
type Condition = (Option<HashSet<Uuid>>, HashSet<Uuid>);

impl Planning<'_> {
    fn numbers(&self, terms: impl Iterator<Item = Term>) -> TermNumbers {
        TermNumbers::of(terms.filter_map(|term| self.state.events.dictionary.find(&term)).collect())
    }

    fn terms<T>(&self, asked: &Terms<T>, term: impl Fn(&T) -> Term) -> Group {
        let wanted = || Wanted { terms: self.numbers(asked.any.iter().map(&term)), ..Wanted::default() };
        Group {
            any: (!asked.any.is_empty()).then(wanted),
            none: self.numbers(asked.none.iter().map(&term)),
            not: HashSet::new(),
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
        Group { any: Some(Wanted { versions, ..Wanted::default() }), none, not: HashSet::new() }
    }

    fn has(&self) -> Group {
        let side = |asked: &[Has]| {
            let dictionary = &self.state.events.dictionary;
            let by_itself = asked.iter().filter_map(|part| dictionary.find(&Term::Has(*part)));
            let places =
                asked.contains(&Has::Point).then(|| self.state.events.lookup.places.all()).into_iter().flatten();
            let on_the_map = places.filter(|place| self.is_on_the_map(place)).map(|place| place.number);
            let terms = TermNumbers::of(by_itself.chain(on_the_map).collect());
            let Sight { seq, clearance, .. } = self.sight;
            let linked = asked.contains(&Has::Links).then(|| self.state.events.linked(seq, clearance));
            (terms, linked.into_iter().flatten().map(|version| version.row).collect::<HashSet<u32>>())
        };
        let Terms { any, none } = &self.query.has;
        if any.is_empty() && none.is_empty() {
            return Group::default();
        }
        let wanted = || {
            let (terms, versions) = side(any);
            Wanted { terms, versions, own: None }
        };
        let any = (!any.is_empty()).then(wanted);
        let (none, not) = side(none);
        Group { any, none, not }
    }

    /// Whether a place of an event has a point.
    fn is_on_the_map(&self, place: &PlaceTerm) -> bool {
        !place.precision.is_area() && (place.is_own || self.point_of(place).is_some())
    }

    /// The point that stands for a place's location.
    fn point_of(&self, place: &PlaceTerm) -> Option<Point> {
        let has_names_of_now = self.sight.seq >= self.state.entities.last_correction();
        if has_names_of_now { place.point } else { self.names.point_of(place.location) }
    }

    /// `actor`, `actor_within`, `actor_kind` and `role`: all of one participation, and none of any.
    fn actors(&self) -> Group {
        let (roles, kinds) = (&self.query.role, &self.query.actor_kind);
        let parts = |ids: &[Uuid]| self.names.with_parts(ids);
        let conditions = [
            condition(&self.named.actor, |ids| ids.iter().copied().collect()),
            condition(&self.named.actor_within, parts),
        ];
        let is_asked =
            !roles.any.is_empty() || !kinds.any.is_empty() || conditions.iter().any(|(any, _)| any.is_some());
        if !is_asked && roles.is_empty() && kinds.is_empty() && conditions.iter().all(|(_, none)| none.is_empty()) {
            return Group::default();
        }
        let kind = |actor: Uuid| Some(self.names.values::<ActorContent>(actor)?.1.kind);
        let is_kind = |actor: Uuid, of: &[_]| !of.is_empty() && kind(actor).is_some_and(|kind| of.contains(&kind));
        let wanted = |term: &ActorTerm| {
            (roles.any.is_empty() || roles.any.contains(&term.role))
                && (kinds.any.is_empty() || is_kind(term.actor, &kinds.any))
                && is_wanted_by_all(&conditions, term.actor)
        };
        let excluded = |term: &ActorTerm| {
            roles.none.contains(&term.role)
                || is_kind(term.actor, &kinds.none)
                || conditions.iter().any(|(_, none)| none.contains(&term.actor))
        };
        let actors = &self.state.events.lookup.actors;
        let numbers = |candidates: Candidates<'_, ActorTerm>, test: &dyn Fn(&ActorTerm) -> bool| {
            TermNumbers::of(candidates.filter(|term| test(term)).map(|term| term.number).collect())
        };
        let excludes = !roles.none.is_empty() || !kinds.none.is_empty();
        let none = if excludes { Box::new(actors.all()) } else { excluded_by(actors, &conditions) };
        Group {
            any: is_asked
                .then(|| Wanted { terms: numbers(wanted_by(actors, &conditions), &wanted), ..Wanted::default() }),
            none: numbers(none, &excluded),
            not: HashSet::new(),
        }
    }

    /// `location`, `country`, `admin1`, `bbox` and `place_precision`: all of one place, and none of any.
    fn places(&self) -> Group {
        let EventQuery { country, admin1, bbox, place_precision: least, .. } = self.query;
        let conditions = [
            condition(&self.named.location, |ids| self.names.with_parts(ids)),
            condition(country, |codes| self.names.locations_with(codes, |location| location.country.as_deref())),
            condition(admin1, |codes| self.names.locations_with(codes, |location| location.admin1.as_deref())),
        ];
        let is_asked = bbox.is_some() || least.is_some() || conditions.iter().any(|(any, _)| any.is_some());
        if !is_asked && conditions.iter().all(|(_, none)| none.is_empty()) {
            return Group::default();
        }
        let is_wanted = |place: &PlaceTerm| {
            least.is_none_or(|least| place.precision.rank() >= least.rank())
                && is_wanted_by_all(&conditions, place.location)
        };
        // Where a box is asked for, a place that the event gives a point of its own is in it by that point alone.
        let by_location = |place: &PlaceTerm| {
            let is_in = |bbox: BoundingBox| {
                let point = || self.point_of(place).filter(|_| !place.is_own && !place.precision.is_area());
                point().is_some_and(|point| bbox.contains(point))
            };
            is_wanted(place) && bbox.is_none_or(is_in)
        };
        let by_own_point = |place: &PlaceTerm| place.is_own && is_wanted(place) && self.is_on_the_map(place);
        let places = &self.state.events.lookup.places;
        let wanted_where = |test: &dyn Fn(&PlaceTerm) -> bool| {
            let candidates = wanted_by(places, &conditions);
            TermNumbers::of(candidates.filter(|place| test(place)).map(|place| place.number).collect())
        };
        let wanted = || Wanted {
            terms: wanted_where(&by_location),
            own: bbox.map(|bbox| (wanted_where(&by_own_point), bbox)),
            versions: HashSet::new(),
        };
        let none = TermNumbers::of(excluded_by(places, &conditions).map(|place| place.number).collect());
        Group { any: is_asked.then(wanted), none, not: HashSet::new() }
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

fn condition<T>(terms: &Terms<T>, expand: impl Fn(&[T]) -> HashSet<Uuid>) -> Condition {
    let none = if terms.none.is_empty() { HashSet::new() } else { expand(&terms.none) };
    ((!terms.any.is_empty()).then(|| expand(&terms.any)), none)
}

/// Terms that may be wanted, or excluded.
type Candidates<'a, T> = Box<dyn Iterator<Item = &'a T> + 'a>;

/// The terms that conditions on what they name leave to be looked at: all where there is none.
fn wanted_by<'a, T>(terms: &'a TermsOf<T>, conditions: &'a [Condition]) -> Candidates<'a, T> {
    let fewest = conditions.iter().filter_map(|(any, _)| any.as_ref()).min_by_key(|any| any.len());
    match fewest {
        Some(any) => Box::new(terms.naming(any.iter().copied())),
        None => Box::new(terms.all()),
    }
}

/// The terms that conditions on what they name exclude.
fn excluded_by<'a, T>(terms: &'a TermsOf<T>, conditions: &'a [Condition]) -> Candidates<'a, T> {
    Box::new(terms.naming(conditions.iter().flat_map(|(_, none)| none.iter().copied())))
}

fn is_wanted_by_all(conditions: &[Condition], id: Uuid) -> bool {
    conditions.iter().all(|(any, _)| any.as_ref().is_none_or(|any| any.contains(&id)))
}

fn of_events<I: IntoIterator<Item = u32>>(asked: &Terms<Uuid>, rows: impl Fn(Uuid) -> I) -> Group {
    let set = |ids: &[Uuid]| ids.iter().flat_map(|id| rows(*id)).collect();
    let wanted = || Wanted { versions: set(&asked.any), ..Wanted::default() };
    Group { any: (!asked.any.is_empty()).then(wanted), none: TermNumbers::default(), not: set(&asked.none) }
}
