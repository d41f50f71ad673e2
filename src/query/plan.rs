//! A question at one moment: names turned into numbers of the index, ready to be held against events.

use std::borrow::Cow;
use std::sync::Arc;

use uuid::Uuid;

use super::event_query::EventQuery;
use super::filter;
use super::named::Named;
use super::terms::Terms;
use crate::domain::actor::ActorContent;
use crate::domain::area::Area;
use crate::domain::has::Has;
use crate::domain::place::Point;
use crate::domain::privacy::Clearance;
use crate::domain::resource::Resource;
use crate::domain::vocabulary::{ActorKind, ActorRole, EventType};
use crate::domain::window::{Overlap, Window};
use crate::index::State;
use crate::index::dictionary::Term;
use crate::index::entities::Moment;
use crate::index::events::{Events, short};
use crate::index::lookup::{ActorTerm, Kin, Kins, Numbered, PlaceTerm, Positions, TermsOf, united};
use crate::index::nearest::Origin;
use crate::index::order::Sort;
use crate::index::search::{Group, InWindow, Search, Sizes, Wanted};
use crate::index::sight::Sight;
use crate::index::terms::Terms as TermNumbers;
use crate::text::shelf::TextError;

/// The question as a reader asks it at one moment, in the numbers of the index.
///
/// # Errors
/// Where it asks for words, while those of events are not known, and when they cannot be read.
pub fn plan(query: &EventQuery, named: &Named, sight: Sight<'_>) -> Result<Search, TextError> {
    let Sight { seq, clearance, .. } = sight;
    let survivors = &named.surviving(sight.names());
    let planning = Planning::new(query, survivors, sight);
    let mut groups = planning.groups();
    groups.extend(query.q.groups(sight)?);
    Ok(Search {
        since: short(named.recorded_since),
        groups,
        window: planning.window(),
        sizes: planning.sizes(),
        filter: query.filter.as_ref().map(|filter| filter::tree(filter, named, sight)),
        origin: planning.origin(),
        ..Search::of_all(short(seq), clearance)
    })
}

/// What a question without words, dates and sizes asks on every side of an event.
pub(super) fn sides(query: &EventQuery, named: &Named, sight: Sight<'_>) -> Vec<Group> {
    Planning::new(query, &named.surviving(sight.names()), sight).groups()
}

/// What a participation must be that an answer is found by; `None` where any is.
pub(super) fn wanted_actors(query: &EventQuery, named: &Named, sight: Sight<'_>) -> Option<Wanted> {
    Planning::new(query, &named.surviving(sight.names()), sight).actors().any
}

/// What a place must be that an answer is found by; `None` where any is.
pub(super) fn wanted_places(query: &EventQuery, named: &Named, sight: Sight<'_>) -> Option<Wanted> {
    Planning::new(query, &named.surviving(sight.names()), sight).places().any
}

struct Planning<'a> {
    query: &'a EventQuery,
    named: &'a Named,
    state: &'a State,
    names: Moment<'a>,
    sight: Sight<'a>,
}

/// Most terms of a set that is not worth keeping for itself.
const SMALL: usize = 64;

/// What is asked of one side of an event: terms that are wanted, `None` where all are, and those that must not be.
type Condition<'a> = (Option<Kins<'a>>, Kins<'a>);

impl<'a> Planning<'a> {
    /// Of a question, with the names that still stand for something at the moment read.
    fn new(query: &'a EventQuery, named: &'a Named, sight: Sight<'a>) -> Self {
        Self { query, named, state: sight.state, names: sight.names(), sight }
    }

    /// What is asked on every side of an event but for its words.
    fn groups(&self) -> Vec<Group> {
        let Self { query, named, .. } = self;
        let groups = [
            self.versions(),
            self.linked_to(),
            self.external_id(),
            self.types(),
            self.terms(&query.tactic, |tactic| Term::Tactic(*tactic)),
            self.terms(&query.status, |status| Term::Status(*status)),
            self.terms(&query.verification, |verification| Term::Verification(*verification)),
            self.terms(&query.issue, |issue| Term::Issue(issue.clone())),
            self.terms(&named.campaign, |id| Term::Campaign(*id)),
            self.terms(&named.source, |id| Term::Source(*id)),
            self.has(),
            self.actors(),
            self.places(),
        ];
        groups.into_iter().filter(|group| !group.is_empty()).collect()
    }

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

    /// The store knows the ids of whole versions; where the public has a version of its own it is not given them.
    fn external_id(&self) -> Group {
        let Some(versions) = &self.named.external_id else {
            return Group::default();
        };
        let versions = versions.iter().flat_map(|version| Events::rows_of(*version)).collect();
        let is_public = self.sight.clearance == Clearance::Public;
        let none = self.numbers(is_public.then_some(Term::OnlyFor(Clearance::Public)).into_iter());
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
            let entities = vec![Arc::new(TermNumbers::of(entities))];
            Wanted { terms: TermNumbers::of(terms), entities, versions, ..Wanted::default() }
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
        if self.sight.is_of_now(Resource::Location) { place.point } else { self.names.point_of(place.location) }
    }

    /// `actor`, `actor_within`, `actor_kind` and `role`: all of one participation, and none of any.
    fn actors(&self) -> Group {
        let (roles, kinds) = (&self.query.role, &self.query.actor_kind);
        let (lookup, is_of_now) = (&self.state.events.lookup, self.sight.is_of_now(Resource::Actor));
        let actors = &lookup.actors;
        let within = |ids: &[Uuid]| {
            if is_of_now { actors.within(ids) } else { actors.naming(self.names.with_parts(ids)) }
        };
        let is_kind = |term: &ActorTerm, of: &[_]| {
            let kind = || Some(self.names.values::<ActorContent>(term.actor)?.1.kind);
            of.is_empty() || if is_of_now { term.kind } else { kind() }.is_some_and(|kind| of.contains(&kind))
        };
        let in_parts = |kinds: &[ActorKind], roles: &[ActorRole]| match (kinds, roles) {
            ([], []) => Kins::new(),
            _ if is_of_now => lookup.in_parts(kinds, roles),
            _ => chosen(actors, |term| is_kind(term, kinds) && (roles.is_empty() || roles.contains(&term.role))),
        };
        let is_of_parts = !kinds.any.is_empty() || !roles.any.is_empty();
        let mut excluded = in_parts(&kinds.none, &[]);
        excluded.extend(in_parts(&[], &roles.none));
        let (wanted, excluded) = together([
            condition(&self.named.actor, |ids| actors.naming(ids.iter().copied())),
            condition(&self.named.actor_within, within),
            (is_of_parts.then(|| in_parts(&kinds.any, &roles.any)), excluded),
        ]);
        Group {
            any: wanted.map(|kins| Wanted::of(numbers(actors, &kins))),
            none: Wanted::of(numbers(actors, &excluded)),
        }
    }

    /// `location`, `country`, `admin1`, `place_precision` and where it lies: all of one place, and none of any.
    fn places(&self) -> Group {
        let EventQuery { area, place_precision: least, .. } = self.query;
        let places = &self.state.events.lookup.places;
        let (named, excluded) = together(self.places_by_name());
        let none = Wanted::of(numbers(places, &excluded));
        let is_exact = |place: &PlaceTerm| least.is_none_or(|least| place.precision.rank() >= least.rank());
        let wanted = match (named, least) {
            (Some(kins), Some(_)) => Some(filtered(places, &kins, is_exact)),
            (None, Some(_)) => Some(chosen(places, is_exact)),
            (named, None) => named,
        };
        let any = if area.is_everywhere() {
            wanted.map(|kins| Wanted::of(numbers(places, &kins)))
        } else {
            Some(self.places_in(area, wanted))
        };
        Group { any, none }
    }

    /// Of these places, or of all, those in an area. A place that an event gives a point of its own is in it by that alone.
    fn places_in(&self, area: &Area, wanted: Option<Kins<'a>>) -> Wanted {
        let lookup = &self.state.events.lookup;
        let places = &lookup.places;
        let is_in = |place: &PlaceTerm| {
            let is_by_location = !place.is_own && !place.precision.is_area();
            is_by_location && self.point_of(place).is_some_and(|point| area.contains(point))
        };
        let inside = match (&wanted, area.bbox) {
            (None, Some(bbox)) if self.sight.is_of_now(Resource::Location) => {
                filtered(places, &[Cow::Owned(Kin::of(lookup.in_box(&bbox)))], is_in)
            }
            (None, _) => chosen(places, is_in),
            (Some(kins), _) => filtered(places, kins, is_in),
        };
        let has_own = |place: &PlaceTerm| place.is_own && !place.precision.is_area();
        let own = |kins: Kins<'_>| numbers(places, &filtered(places, &kins, has_own)).pop().unwrap_or_default();
        let own = wanted.map_or_else(|| Arc::clone(&lookup.own), own);
        Wanted { own: Some((own, area.clone())), ..Wanted::of(numbers(places, &inside)) }
    }

    /// From where the places of the answers are measured, where the order goes by that.
    fn origin(&self) -> Option<Origin> {
        let center = self.query.area.near.filter(|_| self.query.order() == Sort::Distance)?.center;
        let wanted = self.places().any?;
        let by_location = self.state.events.lookup.places.all().filter(|place| wanted.names(place.number));
        let spots = by_location.filter_map(|place| Some((place.number, self.point_of(place)?)));
        Some(Origin::new(center, spots, wanted.own.clone()))
    }

    /// `location`, `country` and `admin1`.
    fn places_by_name(&self) -> [Condition<'a>; 3] {
        let EventQuery { country, admin1, .. } = self.query;
        let (lookup, names) = (&self.state.events.lookup, self.names);
        let places = &lookup.places;
        if self.sight.is_of_now(Resource::Location) {
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

fn condition<'a, T>(terms: &Terms<T>, find: impl Fn(&[T]) -> Kins<'a>) -> Condition<'a> {
    let of = |asked: &[T]| if asked.is_empty() { Kins::new() } else { find(asked) };
    ((!terms.any.is_empty()).then(|| of(&terms.any)), of(&terms.none))
}

/// Several conditions on one side: what all of them want, and what any of them excludes.
fn together<const N: usize>(conditions: [Condition<'_>; N]) -> Condition<'_> {
    let (mut wanted, mut excluded) = (Vec::new(), Kins::new());
    for (any, none) in conditions {
        wanted.extend(any);
        excluded.extend(none);
    }
    if wanted.len() < 2 {
        return (wanted.pop(), excluded);
    }
    let mut wanted: Vec<Positions> = wanted.iter().map(|kins| united(kins)).collect();
    wanted.sort_unstable_by_key(Vec::len);
    let in_all = |mut fewest: Positions, more: Positions| {
        fewest.retain(|position| more.binary_search(position).is_ok());
        fewest
    };
    (wanted.into_iter().reduce(in_all).map(|common| vec![Cow::Owned(Kin::of(common))]), excluded)
}

/// Those of some terms for which a test holds.
fn filtered<'a, T>(all: &TermsOf<T>, kins: &[Cow<'_, Kin>], test: impl Fn(&T) -> bool) -> Kins<'a> {
    let positions = united(kins);
    let passed = all.at(&positions).map(test);
    vec![Cow::Owned(Kin::of(positions.iter().zip(passed).filter_map(|(at, passed)| passed.then_some(*at)).collect()))]
}

/// All terms of a kind for which a test holds.
fn chosen<'a, T>(all: &TermsOf<T>, test: impl Fn(&T) -> bool) -> Kins<'a> {
    let passed = (0_u32..).zip(all.all()).filter(|(_, term)| test(term));
    vec![Cow::Owned(Kin::of(passed.map(|(position, _)| position).collect()))]
}

/// The numbers of terms, in as few sets as that costs least.
pub(super) fn numbers<T: Numbered>(all: &TermsOf<T>, kins: &[Cow<'_, Kin>]) -> Vec<Arc<TermNumbers>> {
    // Many small ones are one set: each costs a look for itself in every segment.
    if kins.iter().all(|kin| kin.positions().len() <= SMALL) && kins.len() > 1 {
        return vec![Kin::of(united(kins)).numbers(all)];
    }
    kins.iter().map(|kin| kin.numbers(all)).collect()
}

fn of_events<I: IntoIterator<Item = u32>>(asked: &Terms<Uuid>, rows: impl Fn(Uuid) -> I) -> Group {
    let wanted = |ids: &[Uuid]| {
        let versions = ids.iter().flat_map(|id| rows(*id)).collect();
        Wanted { versions, ..Wanted::default() }
    };
    Group { any: (!asked.any.is_empty()).then(|| wanted(&asked.any)), none: wanted(&asked.none) }
}
