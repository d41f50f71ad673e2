//! Terms by what they name, worked out of the dictionary and the entities, so that a question about a few places or actors
//! does not look at all of them.

use hashbrown::HashMap;

use uuid::Uuid;

use super::dictionary::{Dictionary, SizeClass, Term};
use super::entities::Entities;
use crate::domain::place::Point;
use crate::domain::vocabulary::{ActorRole, PlacePrecision};

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
}

/// Terms of one kind, in the order of their numbers, and by what they name.
#[derive(Debug)]
pub struct TermsOf<T> {
    all: Vec<T>,
    of: HashMap<Uuid, Vec<u32>>,
}

impl<T> Default for TermsOf<T> {
    fn default() -> Self {
        Self { all: Vec::new(), of: HashMap::new() }
    }
}

impl<T> TermsOf<T> {
    fn push(&mut self, id: Uuid, term: T) {
        let position = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.of.entry(id).or_default().push(position);
        self.all.push(term);
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &T> {
        self.all.iter()
    }

    /// Those that name one of these.
    pub fn naming<'a>(&'a self, ids: impl Iterator<Item = Uuid> + 'a) -> impl Iterator<Item = &'a T> {
        ids.filter_map(|id| self.of.get(&id)).flatten().filter_map(|position| self.all.get(*position as usize))
    }
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
    known: usize,
    corrections: u64,
}

impl Lookup {
    /// Takes in what is new.
    pub fn follow(&mut self, dictionary: &Dictionary, entities: &Entities) {
        if self.corrections != entities.corrections() {
            self.corrections = entities.corrections();
            let names = entities.at(i64::MAX);
            for place in &mut self.places.all {
                place.point = names.point_of(place.location);
            }
        }
        for (number, term) in (0_u32..).zip(dictionary.terms()).skip(self.known) {
            match *term {
                Term::Actor(actor, role) => self.actors.push(actor, ActorTerm { number, actor, role }),
                Term::Place(location, precision, is_own) => {
                    let point = entities.at(i64::MAX).point_of(location);
                    self.places.push(location, PlaceTerm { number, location, precision, is_own, point });
                }
                Term::Size(class) => self.sizes.push((number, class)),
                _ => {}
            }
        }
        self.known = dictionary.terms().len();
    }
}
