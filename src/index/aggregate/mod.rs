//! What is counted of all events that match a question: by value, by time, and what they lie between. What matches is found
//! while nobody can write, as a total is; it is counted from then on beside those who write, since segments never change.

pub mod extent;
pub mod groups;
pub mod histogram;

use std::sync::Arc;

use super::answer::Answer;
use super::bits::Bits;
use super::dictionary::{Shape, SizeFacts};
use super::events::Events;
use super::row::NOTHING;
use super::segment::Segment;
use crate::domain::window::Frame;

/// The rows of a segment that match.
#[derive(Clone, Debug)]
struct Piece {
    segment: Arc<Segment>,
    rows: Bits,
}

impl Piece {
    fn rows(&self) -> impl Iterator<Item = usize> {
        self.rows.ascending(0..self.segment.rows())
    }
}

/// All events that match a question, each once.
#[derive(Clone, Debug)]
pub struct Matched(Vec<Piece>);

impl Matched {
    /// The events of an answer.
    pub fn of(answer: &Answer<'_>) -> Self {
        let layers = answer.layers().map(|(slot, layer)| {
            let rows = answer.rows(slot, layer);
            Piece { segment: Arc::clone(&layer.segment), rows }
        });
        // What is newest becomes a small segment, so that there is one way to count.
        let tail = Segment::of(answer.tail().cloned().collect(), &answer.events.dictionary);
        let tail = Piece { rows: Bits::all(tail.rows()), segment: Arc::new(tail) };
        Self(layers.chain([tail]).filter(|piece| !piece.rows.is_empty()).collect())
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
    sizes: Vec<SizeFacts>,
}

impl Numbers {
    /// Those of now.
    pub fn of(events: &Events) -> Self {
        let dictionary = &events.dictionary;
        Self { shapes: dictionary.shapes.values().to_vec(), sizes: dictionary.sizes.values().to_vec() }
    }

    /// The bounds of a row's dates; `None` where it has none.
    fn bounds(&self, segment: &Segment, row: usize, frame: Frame) -> Option<[i64; 4]> {
        let shape = Some(segment.shape[row]).filter(|shape| *shape != NOTHING)?;
        Some(self.shapes.get(shape as usize)?.bounds(segment.start[row], frame))
    }
}
