//! Terms by what they name, worked out of the dictionary and the entities, so that a question about a few places or actors
//! does not look at all of them, and one about many finds them listed.

use std::borrow::Cow;
use std::hash::Hash;
use std::sync::{Arc, OnceLock};

use hashbrown::HashMap;

use uuid::Uuid;

use super::aggregate::far::{Moves, PlacesAfar};
use super::dictionary::{Dictionary, SizeClass, Term};
use super::entities::{Entities, Moment};
use super::points::Spots;
use super::terms::Terms;
use crate::domain::actor::ActorContent;
use crate::domain::bounding_box::BoundingBox;
use crate::domain::place::{LocationContent, Point};
use crate::domain::resource::Resource;
use crate::domain::tile::OnMap;
use crate::domain::vocabulary::{ActorKind, ActorRole, PlacePrecision};

/// A term that names a place.
#[derive(Clone, Copy, Debug)]
pub struct PlaceTerm {
    /// Its number.
    pub number: u32,
    /// The location.
    pub location: Uuid,
    /// How exactly the place is known.
    pub precision: PlacePrecision,
    /// Whether the event gives a point of its own.
    pub is_own: bool,
    /// The point that stands for the location now, if any.
    pub point: Option<Point>,
    /// Where that is on a map of the world, if it is there.
    pub on_map: Option<OnMap>,
}

impl PlaceTerm {
    /// The same where another point stands for the location, or none.
    fn at(self, point: Option<Point>) -> Self {
        Self { point, on_map: point.and_then(OnMap::of), ..self }
    }

    /// The point that stands for it now on the map; none where the event gives one of its own.
    pub fn spot(&self) -> Option<Point> {
        self.point.filter(|_| !self.is_own && !self.precision.is_area())
    }
}

/// A term that names a participation.
#[derive(Clone, Copy, Debug)]
pub struct ActorTerm {
    /// Its number.
    pub number: u32,
    /// The actor.
    pub actor: Uuid,
    /// The actor's part.
    pub role: ActorRole,
    /// What the actor is now.
    pub kind: Option<ActorKind>,
}

/// A term of a kind that is looked up.
pub trait Numbered {
    /// Its number in the index.
    fn number(&self) -> u32;
}

impl Numbered for PlaceTerm {
    fn number(&self) -> u32 {
        self.number
    }
}

impl Numbered for ActorTerm {
    fn number(&self) -> u32 {
        self.number
    }
}

/// Positions of terms among those of one kind, ascending.
pub type Positions = Vec<u32>;

/// Terms that are asked for together.
#[derive(Clone, Debug, Default)]
pub struct Kin {
    positions: Positions,
    numbers: OnceLock<Arc<Terms>>,
}

impl Kin {
    /// Terms at some positions, ascending.
    pub fn of(positions: Positions) -> Self {
        Self { positions, numbers: OnceLock::new() }
    }

    /// Takes in a term behind all others. In a circle one comes again.
    fn push(&mut self, position: u32) {
        if self.positions.last() != Some(&position) {
            self.positions.push(position);
            self.numbers = OnceLock::new();
        }
    }

    /// Where they stand among those of their kind.
    pub fn positions(&self) -> &[u32] {
        &self.positions
    }

    /// Their numbers, worked out once.
    pub fn numbers<T: Numbered>(&self, all: &TermsOf<T>) -> Arc<Terms> {
        let numbers = || Arc::new(Terms::of(all.at(&self.positions).map(Numbered::number).collect()));
        Arc::clone(self.numbers.get_or_init(numbers))
    }
}

/// Several of them, of which some are kept and some were made for a question.
pub type Kins<'a> = Vec<Cow<'a, Kin>>;

/// Terms of one kind, in the order of their numbers, and by what they name.
#[derive(Debug)]
pub struct TermsOf<T> {
    all: Vec<T>,
    of: HashMap<Uuid, Kin>,
    /// Those that name an entity, or what is a part of it now.
    within: HashMap<Uuid, Kin>,
}

impl<T> Default for TermsOf<T> {
    fn default() -> Self {
        Self { all: Vec::new(), of: HashMap::new(), within: HashMap::new() }
    }
}

impl<T> TermsOf<T> {
    /// Takes in the next term, and tells its position.
    fn push(&mut self, id: Uuid, names: Moment<'_>, term: T) -> u32 {
        let position = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.of.entry(id).or_default().push(position);
        note(&mut self.within, names.line(id), position);
        self.all.push(term);
        position
    }

    /// Works out anew what is a part of what.
    fn nest(&mut self, id: impl Fn(&T) -> Uuid, names: Moment<'_>) {
        self.within.clear();
        for (position, term) in (0_u32..).zip(&self.all) {
            note(&mut self.within, names.line(id(term)), position);
        }
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &T> {
        self.all.iter()
    }

    /// Those at some positions.
    pub fn at<'a>(&'a self, positions: &'a [u32]) -> impl Iterator<Item = &'a T> {
        positions.iter().filter_map(|position| self.all.get(*position as usize))
    }

    /// Those that name one of these.
    pub fn naming(&self, ids: impl IntoIterator<Item = Uuid>) -> Kins<'_> {
        listed(&self.of, ids)
    }

    /// Those that name one of these, or what is a part of one now.
    pub fn within(&self, ids: &[Uuid]) -> Kins<'_> {
        listed(&self.within, ids.iter().copied())
    }
}

/// Notes a position for each key.
fn note<K: Eq + Hash>(lists: &mut HashMap<K, Kin>, keys: impl IntoIterator<Item = K>, position: u32) {
    for key in keys {
        lists.entry(key).or_default().push(position);
    }
}

fn listed<K: Eq + Hash>(lists: &HashMap<K, Kin>, keys: impl IntoIterator<Item = K>) -> Kins<'_> {
    keys.into_iter().filter_map(|key| lists.get(&key)).map(Cow::Borrowed).collect()
}

/// The positions of all of them.
pub fn united(kins: &[Cow<'_, Kin>]) -> Positions {
    let mut positions: Positions = kins.iter().flat_map(|kin| kin.positions()).copied().collect();
    if kins.len() > 1 {
        positions.sort_unstable();
        positions.dedup();
    }
    positions
}

/// The terms that name places and actors, and those of sizes.
#[derive(Debug, Default)]
pub struct Lookup {
    /// Places.
    pub places: TermsOf<PlaceTerm>,
    /// Actors.
    pub actors: TermsOf<ActorTerm>,
    /// Sizes: the terms, ascending, with their classes.
    pub sizes: Vec<(u32, SizeClass)>,
    /// The terms of places that events give points of their own.
    pub own: Arc<Terms>,
    /// The points of places, by position, that stand for their locations now; none where the event gives one of its own.
    spots: Spots,
    countries: HashMap<String, Kin>,
    divisions: HashMap<String, Kin>,
    /// Participations by what actors are now, by the part that they have, and by both.
    parts: HashMap<(Option<ActorKind>, Option<ActorRole>), Kin>,
    known: usize,
    locations: u64,
    actors_known: u64,
    /// What moved of the places.
    moves: Moves,
    afar: OnceLock<Arc<PlacesAfar>>,
}

impl Lookup {
    /// Takes in what is new.
    pub fn follow(&mut self, dictionary: &Dictionary, entities: &Entities) {
        let names = entities.at(i64::MAX);
        let (locations, _) = entities.corrected(Resource::Location);
        if self.locations != locations {
            self.locations = locations;
            self.place_anew(names);
        }
        let (actors, _) = entities.corrected(Resource::Actor);
        if self.actors_known != actors {
            self.actors_known = actors;
            self.actors.all.iter_mut().for_each(|term| term.kind = kind_of(names, term.actor));
            self.actors.nest(|term| term.actor, names);
            self.parts.clear();
            for (position, term) in (0_u32..).zip(&self.actors.all) {
                note(&mut self.parts, parts_of(term), position);
            }
        }
        let mut has_own = false;
        for (number, term) in (0_u32..).zip(dictionary.terms()).skip(self.known) {
            match *term {
                Term::Actor(actor, role) => {
                    let kind = kind_of(names, actor);
                    let term = ActorTerm { number, actor, role, kind };
                    let position = self.actors.push(actor, names, term);
                    note(&mut self.parts, parts_of(&term), position);
                }
                Term::Place(location, precision, is_own) => {
                    has_own |= is_own;
                    let term = PlaceTerm { number, location, precision, is_own, point: None, on_map: None };
                    let term = term.at(names.point_of(location));
                    let position = self.places.push(location, names, term);
                    self.spots.push(term.spot());
                    self.note_codes(location, position, names);
                    self.afar = OnceLock::new();
                }
                Term::Size(class) => self.sizes.push((number, class)),
                _ => {}
            }
        }
        self.known = dictionary.terms().len();
        if has_own {
            let own = self.places.all().filter(|place| place.is_own && !place.precision.is_area());
            self.own = Arc::new(Terms::of(own.map(|place| place.number).collect()));
        }
    }

    /// Works out anew where places are.
    fn place_anew(&mut self, names: Moment<'_>) {
        for place in &mut self.places.all {
            let now = place.at(names.point_of(place.location));
            if self.moves.note(place, &now) {
                self.afar = OnceLock::new();
            }
            *place = now;
        }
        self.places.nest(|place| place.location, names);
        self.spots = Spots::default();
        self.places.all.iter().for_each(|place| self.spots.push(place.spot()));
        self.countries.clear();
        self.divisions.clear();
        let locations: Vec<Uuid> = self.places.all.iter().map(|place| place.location).collect();
        for (position, location) in (0_u32..).zip(locations) {
            self.note_codes(location, position, names);
        }
    }

    fn note_codes(&mut self, location: Uuid, position: u32, names: Moment<'_>) {
        let nearest = |code: fn(&LocationContent) -> Option<&String>| {
            names.line(location).find_map(|id| code(names.values::<LocationContent>(id)?.1)).cloned()
        };
        note(&mut self.countries, nearest(|location| location.country.as_ref()), position);
        note(&mut self.divisions, nearest(|location| location.admin1.as_ref()), position);
    }

    /// Where all places lie now, as exactly as tiles from afar tell.
    pub fn afar(&self) -> Arc<PlacesAfar> {
        Arc::clone(self.afar.get_or_init(|| Arc::new(PlacesAfar::of(self.places.all(), self.moves.clone()))))
    }

    /// The positions of places that are in a box by the points that stand for their locations now.
    pub fn in_box(&self, bbox: &BoundingBox) -> Positions {
        let mut positions = Positions::new();
        self.spots.inside(bbox, |position| positions.extend(u32::try_from(position)));
        positions
    }

    /// The places that lie in one of these countries now.
    pub fn in_countries(&self, codes: &[String]) -> Kins<'_> {
        codes.iter().filter_map(|code| self.countries.get(code)).map(Cow::Borrowed).collect()
    }

    /// The places that lie in one of these first-level divisions now.
    pub fn in_divisions(&self, codes: &[String]) -> Kins<'_> {
        codes.iter().filter_map(|code| self.divisions.get(code)).map(Cow::Borrowed).collect()
    }

    /// The participations of actors that are of one of these kinds now, in one of these roles; an empty list stands for all.
    pub fn in_parts(&self, kinds: &[ActorKind], roles: &[ActorRole]) -> Kins<'_> {
        fn or_all<T: Copy>(asked: &[T]) -> impl Iterator<Item = Option<T>> {
            asked.iter().copied().map(Some).chain(asked.is_empty().then_some(None))
        }
        listed(&self.parts, or_all(roles).flat_map(|role| or_all(kinds).map(move |kind| (kind, role))))
    }
}

fn parts_of(term: &ActorTerm) -> impl IntoIterator<Item = (Option<ActorKind>, Option<ActorRole>)> + use<> {
    let (kind, role) = (term.kind, Some(term.role));
    [(None, role)].into_iter().chain(kind.into_iter().flat_map(move |kind| [(Some(kind), None), (Some(kind), role)]))
}

fn kind_of(names: Moment<'_>, actor: Uuid) -> Option<ActorKind> {
    Some(names.values::<ActorContent>(actor)?.1.kind)
}
