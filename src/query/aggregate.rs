//! What events are counted by: the values of a field, in the terms of the index.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use super::event_query::EventQuery;
use super::known_values::{KnownValues, Whole};
use super::named::Named;
use super::plan::{wanted_actors, wanted_places};
use super::terms::Terms;
use crate::domain::actor::ActorContent;
use crate::domain::codes;
use crate::domain::place::LocationContent;
use crate::domain::vocabulary::LocationKind;
use crate::index::aggregate::extent::Dots;
use crate::index::aggregate::groups::{Groups, Pairs};
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
    pub values: Arc<Vec<Value>>,
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
    pub fn values(self, query: &EventQuery, named: &Named, sight: Sight<'_>, known: &KnownValues) -> Values {
        let Whole { values, terms, number, .. } = known.of(self, sight);
        let counted = |is_counted: &dyn Fn(u32) -> bool| -> Pairs {
            terms.iter().filter(|(term, _)| is_counted(*term)).copied().collect()
        };
        let count = u32::try_from(values.len()).unwrap_or(u32::MAX);
        let are_named = self.is_of_entities();
        let mut groups = Groups { count, own: None, are_named, terms: Arc::clone(&terms), known_as: number };
        if self.is_of_actors() {
            if let Some(wanted) = wanted_actors(query, named, sight) {
                (groups.terms, groups.known_as) = (Arc::new(counted(&|term| wanted.names(term))), None);
            }
        } else if self.is_of_places()
            && let Some(wanted) = wanted_places(query, named, sight)
        {
            (groups.terms, groups.known_as) = (Arc::new(counted(&|term| wanted.names(term))), None);
            groups.own = wanted
                .own
                .as_ref()
                .map(|(own, area)| (counted(&|term| own.has(term) && !wanted.names(term)), area.clone()));
        }
        Values { values, groups }
    }

    /// Takes in the values that terms stand for, from a number on.
    pub(super) fn gather(self, from: u32, sight: Sight<'_>, whole: &mut Whole) {
        let (events, names) = (&sight.state.events, sight.names());
        let code = |code: &str| vec![Value::Code(code.to_owned())];
        if self.is_of_actors() {
            for actor in events.lookup.actors.all().filter(|actor| actor.number >= from) {
                let values = match self {
                    Self::Role => code(actor.role.code()),
                    Self::ActorKind => {
                        let of_then = names.values::<ActorContent>(actor.actor);
                        of_then.map_or_else(Vec::new, |(_, actor)| code(actor.kind.code()))
                    }
                    Self::Actor => vec![Value::Entity(actor.actor)],
                    _ => names.line(actor.actor).map(Value::Entity).collect(),
                };
                whole.add(actor.number, values);
            }
        } else if self.is_of_places() {
            // A location has a term for each way in which it is known.
            let mut known: HashMap<Uuid, Vec<Value>> = HashMap::new();
            for place in events.lookup.places.all().filter(|place| place.number >= from) {
                let values = match self {
                    Self::PlacePrecision => code(place.precision.code()),
                    _ => known.entry(place.location).or_insert_with(|| self.of_location(place.location, names)).clone(),
                };
                whole.add(place.number, values);
            }
        } else {
            for (number, term) in (from..).zip(&events.dictionary.terms()[from as usize..]) {
                whole.add(number, self.of_event(term));
            }
        }
    }

    const fn is_of_actors(self) -> bool {
        matches!(self, Self::Actor | Self::ActorWithin | Self::ActorKind | Self::Role)
    }

    /// Whether the terms of its values name entities.
    const fn is_of_entities(self) -> bool {
        self.is_of_actors() || self.is_of_places() || matches!(self, Self::Campaign | Self::Source)
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
