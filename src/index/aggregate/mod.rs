//! What is counted of all events that match a question: by value, by time, and what they lie between. What matches is found
//! and counted beside those who write, since segments never change.

pub mod extent;
pub mod far;
mod grid;
pub mod groups;
pub mod histogram;
mod met;
pub mod tile;
pub mod whole;

use std::iter::{Enumerate, Skip, StepBy};
use std::slice;
use std::sync::Arc;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::answer::{Answer, Deadline, Late, Pending};
use super::bits::Bits;
use super::dictionary::Shape;
use super::events::Events;
use super::layer::Layer;
use super::row::NOTHING;
use super::search::Search;
use super::segment::Segment;
use crate::domain::window::Frame;
use far::KnownPlaces;
use histogram::People;
use whole::Whole;

/// All rows of a segment that can be seen, and which of them are missing elsewhere.
pub type Rest = (Whole, Bits);

/// The rows of a segment that match.
#[derive(Clone, Debug)]
struct Piece {
    segment: Arc<Segment>,
    rows: Bits,
    /// Where these are at least half of the rows that can be seen: all of those, and the ones that are missing here.
    rest: Option<Rest>,
    /// Where all rows of the segment lie, where it is one that stays.
    places: Option<Arc<KnownPlaces>>,
}

impl Piece {
    /// All rows that can be seen, where these are they.
    fn whole(&self) -> Option<&Whole> {
        self.rest.as_ref().filter(|(_, missing)| missing.is_empty()).map(|(whole, _)| whole)
    }

    fn rows(&self) -> impl Iterator<Item = usize> {
        self.rows.ascending(0..self.segment.rows())
    }
}

/// Some of the pieces, with their numbers.
type Share<'a> = StepBy<Skip<Enumerate<slice::Iter<'a, Piece>>>>;

/// So many rows are looked at in the time that it takes to hand them to several cores. Few where the program is built for tests.
const MANY: usize = if cfg!(debug_assertions) { 1 << 4 } else { 1 << 18 };

/// Whether segments have so many rows that all cores look at them.
pub fn are_many<'a>(segments: impl Iterator<Item = &'a Segment>) -> bool {
    segments.map(Segment::rows).sum::<usize>() >= MANY
}

/// All events that match a question, each once.
#[derive(Clone, Debug)]
pub struct Matched(Vec<Piece>);

/// The events of a question, to be found beside those who write.
pub struct ToMatch {
    pending: Pending,
    /// What is newest becomes a small segment, so that there is one way to count.
    tail: Segment,
}

impl ToMatch {
    /// Takes what is known.
    pub fn new(events: &Events, search: Search, deadline: Deadline) -> Self {
        let pending = Pending::new(events, search, Some(deadline));
        let tail = Segment::of(pending.answer().newest().cloned().collect(), &events.dictionary);
        Self { pending, tail }
    }

    /// Finds them.
    ///
    /// # Errors
    /// Where the time is over.
    pub fn find(self) -> Result<Matched, Late> {
        Matched::of(&self.pending.answer(), self.tail)
    }
}

impl Matched {
    /// The events of an answer; `tail` is the segment that its newest rows make.
    ///
    /// # Errors
    /// Where the time is over.
    fn of(answer: &Answer<'_>, tail: Segment) -> Result<Self, Late> {
        let piece = |(layer, rows, rest): (&Layer, _, _)| Piece {
            segment: Arc::clone(&layer.segment),
            rows,
            rest,
            places: Some(Arc::clone(&layer.places)),
        };
        let tail = Piece { rows: Bits::all(tail.rows()), segment: Arc::new(tail), rest: None, places: None };
        let found = answer.in_segments().into_iter().map(piece);
        let pieces = found.chain([tail]).filter(|piece| !piece.rows.is_empty()).collect();
        answer.in_time(Self(pieces))
    }

    /// What is seen in all pieces. Where there are many rows each core looks at a share, and what one sees is put together `with`
    /// what others do. The pieces go round the shares with their numbers, so that these are about as large.
    fn share<T: Send>(&self, look: impl Fn(Share<'_>) -> T + Sync, with: impl Fn(T, T) -> T + Sync) -> T {
        let share = |number, shares| look(self.0.iter().enumerate().skip(number).step_by(shares));
        if !are_many(self.0.iter().map(|piece| &*piece.segment)) {
            return share(0, 1);
        }
        let shares = rayon::current_num_threads();
        let seen = (1..shares).into_par_iter().map(|number| share(number, shares));
        let (first, others) = rayon::join(|| share(0, shares), || seen.reduce_with(&with));
        others.into_iter().fold(first, with)
    }

    /// How many there are.
    pub fn total(&self) -> usize {
        self.0.iter().map(|piece| piece.rows.count()).sum()
    }
}

/// What the numbers of shapes and sizes in rows stand for.
#[derive(Clone, Debug)]
pub struct Numbers {
    shapes: Vec<Shape>,
    /// What each size adds to a histogram; the last one is of events that tell none.
    people: Vec<People>,
}

impl Numbers {
    /// Those of now.
    pub fn of(events: &Events) -> Self {
        let dictionary = &events.dictionary;
        let people = dictionary.sizes.values().iter().map(Some).chain([None]).map(People::of).collect();
        Self { shapes: dictionary.shapes.values().to_vec(), people }
    }

    fn people(&self, size: u32) -> &People {
        &self.people[(size as usize).min(self.people.len() - 1)]
    }

    /// The bounds of a row's dates; `None` where it has none.
    fn bounds(&self, segment: &Segment, row: usize, frame: Frame) -> Option<[i64; 4]> {
        let shape = Some(segment.shape.get(row)).filter(|shape| *shape != NOTHING)?;
        Some(self.shapes.get(shape as usize)?.bounds(segment.start[row], frame))
    }
}
