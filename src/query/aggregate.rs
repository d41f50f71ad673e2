//! What events are counted by: the values of a field, in the terms of the index.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use super::event_query::EventQuery;
use super::named::Named;
use super::plan::{wanted_actors, wanted_places};
use super::terms::Terms;
use crate::domain::actor::ActorContent;
use crate::domain::area::Area;
use crate::domain::codes;
use crate::domain::place::LocationContent;
use crate::domain::vocabulary::LocationKind;
use crate::index::aggregate::extent::Dots;
use crate::index::aggregate::groups::Groups;
use crate::index::dictionary::Term;
use crate::index::entities::Moment;
use crate::index::sight::Sight;

codes! {
    /// What events are counted by. All but the levels of locations are filters too, and a value of one counts the events that
    /// the filter finds with it.
    pub enum Field {
        /// The main type.
        Type = "type",
        /// The category of the main type.
        Category = "category",
        /// Further types.
        Tactic = "tactic",
        /// The status.
        Status = "status",
        /// How well an event is established.
        Verification = "verification",
        /// Actors that take part themselves.
        Actor = "actor",
        /// Actors that take part, or of which a part does.
        ActorWithin = "actor_within",
        /// Kinds of actors.
        ActorKind = "actor_kind",
        /// Roles in which actors take part.
        Role = "role",
        /// Locations of all levels, each with all that lies below it.
        Location = "location",
        /// Of these, second-level divisions.
        Admin2 = "admin2",
        /// Of these, towns and the like.
        Locality = "locality",
        /// Of these, neighbourhoods.
        Neighbourhood = "neighbourhood",
        /// Of these, venues.
        Venue = "venue",
        /// Countries, by their codes.
        Country = "country",
        /// First-level divisions, by their codes.
        Admin1 = "admin1",
        /// How exactly places are known.
        PlacePrecision = "place_precision",
        /// Campaigns.
        Campaign = "campaign",
        /// Issues.
        Issue = "issue",
        /// Sources.
        Source = "source",
    }
}

codes! {
    /// Whether the filter by a field holds where the field's values are counted.
    pub enum FacetOwn {
        /// It does not, so that the other values are counted too that could be asked for instead.
        Exclude = "exclude",
        /// It does, like every other filter.
        Include = "include",
    }
}

/// A value that events have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// A code or a slug.
    Code(String),
    /// Something with a name.
    Entity(Uuid),
}

/// The values of a field with the terms that stand for them.
#[derive(Debug, Default)]
pub struct Values {
    /// The values, in the order of their numbers.
    pub values: Vec<Value>,
    /// The terms.
    pub groups: Groups,
}

impl Field {
    /// The same question without the filter by this field, if it has one.
    pub fn left_out_of(self, query: &EventQuery, named: &Named) -> Option<(EventQuery, Named)> {
        fn is_asked<T>(terms: &mut Terms<T>) -> bool {
            !std::mem::take(terms).is_empty()
        }
        let (mut query, mut named) = (query.clone(), named.clone());
        let was_asked = match self {
            Self::Type => is_asked(&mut query.event_type),
            Self::Category => is_asked(&mut query.category),
            Self::Tactic => is_asked(&mut query.tactic),
            Self::Status => is_asked(&mut query.status),
            Self::Verification => is_asked(&mut query.verification),
            Self::Actor => is_asked(&mut named.actor),
            Self::ActorWithin => is_asked(&mut named.actor_within),
            Self::ActorKind => is_asked(&mut query.actor_kind),
            Self::Role => is_asked(&mut query.role),
            Self::Location | Self::Admin2 | Self::Locality | Self::Neighbourhood | Self::Venue => {
                is_asked(&mut named.location)
            }
            Self::Country => is_asked(&mut query.country),
            Self::Admin1 => is_asked(&mut query.admin1),
            Self::PlacePrecision => query.place_precision.take().is_some(),
            Self::Campaign => is_asked(&mut named.campaign),
            Self::Issue => is_asked(&mut query.issue),
            Self::Source => is_asked(&mut named.source),
        };
        was_asked.then_some((query, named))
    }

    /// The values that events may have. Where a question speaks of one participation or one place, that one alone counts.
    pub fn values(self, query: &EventQuery, named: &Named, sight: Sight<'_>) -> Values {
        let events = &sight.state.events;
        let mut gathered = Gathered::default();
        match self {
            Self::Actor | Self::ActorWithin | Self::ActorKind | Self::Role => {
                let wanted = wanted_actors(query, named, sight);
                let is_wanted = |term| wanted.as_ref().is_none_or(|wanted| wanted.names(term));
                for actor in events.lookup.actors.all().filter(|actor| is_wanted(actor.number)) {
                    let code = |code: &str| vec![Value::Code(code.to_owned())];
                    let values = match self {
                        Self::Role => code(actor.role.code()),
                        Self::ActorKind => {
                            let of_now = sight.names().values::<ActorContent>(actor.actor);
                            of_now.map_or_else(Vec::new, |(_, actor)| code(actor.kind.code()))
                        }
                        Self::Actor => vec![Value::Entity(actor.actor)],
                        _ => sight.names().line(actor.actor).map(Value::Entity).collect(),
                    };
                    gathered.add(actor.number, values);
                }
            }
            _ if self.is_of_places() => self.add_places(query, named, sight, &mut gathered),
            _ => {
                for (number, term) in (0..).zip(events.dictionary.terms()) {
                    gathered.add(number, self.of_event(term));
                }
            }
        }
        gathered.finish()
    }

    const fn is_of_places(self) -> bool {
        self.level().is_some() || matches!(self, Self::Location | Self::Country | Self::Admin1 | Self::PlacePrecision)
    }

    /// The level of the locations that count.
    const fn level(self) -> Option<LocationKind> {
        Some(match self {
            Self::Admin2 => LocationKind::Admin2,
            Self::Locality => LocationKind::Locality,
            Self::Neighbourhood => LocationKind::Neighbourhood,
            Self::Venue => LocationKind::Venue,
            _ => return None,
        })
    }

    /// The value that a term says by itself.
    fn of_event(self, term: &Term) -> Option<Value> {
        let code = |code: &str| Some(Value::Code(code.to_owned()));
        match (self, term) {
            (Self::Type, Term::Type(of)) | (Self::Tactic, Term::Tactic(of)) => code(of.code()),
            (Self::Category, Term::Type(of)) => code(of.category().code()),
            (Self::Status, Term::Status(status)) => code(status.code()),
            (Self::Verification, Term::Verification(verification)) => code(verification.code()),
            (Self::Issue, Term::Issue(issue)) => code(issue),
            (Self::Campaign, Term::Campaign(id)) | (Self::Source, Term::Source(id)) => Some(Value::Entity(*id)),
            _ => None,
        }
    }

    fn add_places(self, query: &EventQuery, named: &Named, sight: Sight<'_>, gathered: &mut Gathered) {
        let wanted = wanted_places(query, named, sight);
        let own = wanted.as_ref().and_then(|wanted| wanted.own.as_ref());
        gathered.own = own.map(|(_, area)| (Vec::new(), area.clone()));
        // A location has a term for each way in which it is known.
        let mut known: HashMap<Uuid, Vec<Value>> = HashMap::new();
        for place in sight.state.events.lookup.places.all() {
            let by_location = wanted.as_ref().is_none_or(|wanted| wanted.names(place.number));
            let by_own_point = own.is_some_and(|(terms, _)| terms.has(place.number));
            if !by_location && !by_own_point {
                continue;
            }
            let values = match self {
                Self::PlacePrecision => vec![Value::Code(place.precision.code().to_owned())],
                _ => known
                    .entry(place.location)
                    .or_insert_with(|| self.of_location(place.location, sight.names()))
                    .clone(),
            };
            if by_location {
                gathered.add(place.number, values);
            } else {
                gathered.add_own(place.number, values);
            }
        }
    }

    fn of_location(self, location: Uuid, names: Moment<'_>) -> Vec<Value> {
        let code = |code: Option<&str>| code.map(|code| Value::Code(code.to_owned())).into_iter().collect();
        let kind = |id: Uuid| names.values::<LocationContent>(id).map(|(_, location)| location.kind);
        match self {
            Self::Country => code(names.inherited(location, |location| location.country.as_deref())),
            Self::Admin1 => code(names.inherited(location, |location| location.admin1.as_deref())),
            _ => {
                let level = self.level();
                let line = names.line(location).filter(|id| level.is_none() || level == kind(*id));
                line.map(Value::Entity).collect()
            }
        }
    }
}

/// Values while they are gathered.
#[derive(Default)]
struct Gathered {
    numbers: HashMap<Value, u32>,
    values: Vec<Value>,
    terms: Vec<(u32, u32)>,
    own: Option<(Vec<(u32, u32)>, Area)>,
}

impl Gathered {
    fn number(&mut self, value: Value) -> u32 {
        let next = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        let values = &mut self.values;
        *self.numbers.entry(value).or_insert_with_key(|value| {
            values.push(value.clone());
            next
        })
    }

    fn add(&mut self, term: u32, values: impl IntoIterator<Item = Value>) {
        for value in values {
            let number = self.number(value);
            self.terms.push((term, number));
        }
    }

    fn add_own(&mut self, term: u32, values: impl IntoIterator<Item = Value>) {
        for value in values {
            let number = self.number(value);
            self.own.iter_mut().for_each(|(terms, _)| terms.push((term, number)));
        }
    }

    fn finish(mut self) -> Values {
        self.terms.sort_unstable();
        self.own.iter_mut().for_each(|(terms, _)| terms.sort_unstable());
        let count = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        Values { values: self.values, groups: Groups { count, terms: self.terms, own: self.own } }
    }
}

/// The places that are dots on a map at the moment read.
pub fn dots(sight: Sight<'_>) -> Dots {
    let names = sight.names();
    let on_the_map = || sight.state.events.lookup.places.all().filter(|place| !place.precision.is_area());
    let located = on_the_map().filter(|place| !place.is_own);
    Dots {
        located: located.filter_map(|place| Some((place.number, names.point_of(place.location)?))).collect(),
        own: Arc::clone(&sight.state.events.lookup.own),
    }
}
