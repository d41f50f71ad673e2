//! The squares of a degree that the world has, and how each lies to an area: so that most points of many are told by their square.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

use super::bounding_box::BoundingBox;
use super::place::Point;

/// Squares from west to east.
const ACROSS: usize = 360;
/// Squares from south to north.
const UP: usize = 180;

/// How all points of a square lie to an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lies {
    /// All lie in it.
    Inside,
    /// None does.
    Outside,
    /// Some may.
    OnEdge,
}

impl Lies {
    /// Whether all lie in it or none does; `None` where that is not told by the square.
    pub const fn told(self) -> Option<bool> {
        match self {
            Self::Inside => Some(true),
            Self::Outside => Some(false),
            Self::OnEdge => None,
        }
    }

    /// How they lie to what two areas have in common.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Outside, _) | (_, Self::Outside) => Self::Outside,
            (Self::Inside, Self::Inside) => Self::Inside,
            _ => Self::OnEdge,
        }
    }
}

/// Stands for a square that was not looked at yet.
const UNKNOWN: u8 = 0;
const STATES: [Lies; 3] = [Lies::Inside, Lies::Outside, Lies::OnEdge];

/// The number of a square: those from west to east, row by row from the south.
pub type Number = usize;

/// The number of the square so many degrees to the east and to the north of the corner of the world.
#[inline]
pub const fn number(east: usize, north: usize) -> Number {
    north * ACROSS + east
}

/// What is known of the squares of an area, shared by all its copies. Each is looked at when the first of its points is asked for.
#[derive(Clone, Debug, Default)]
pub struct Squares(Arc<OnceLock<Box<[AtomicU8]>>>);

/// What is known of an area is no part of what it is.
impl PartialEq for Squares {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Squares {
    /// How a square lies, if that is known.
    #[inline]
    pub fn known(&self, number: Number) -> Option<Lies> {
        // Whoever looks at the same time finds the same.
        let state = self.0.get()?.get(number)?.load(Ordering::Relaxed);
        STATES.get(usize::from(state.checked_sub(1)?)).copied()
    }

    /// How the square of a point lies.
    pub fn of(&self, point: Point, look: impl FnOnce(&BoundingBox) -> Lies) -> Lies {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "degrees, counted from a corner of the world"
        )]
        let step = |degrees: f64, most: usize| (degrees as usize).min(most - 1);
        let (east, north) = (step(point.lon + 180.0, ACROSS), step(point.lat + 90.0, UP));
        if let Some(lies) = self.known(number(east, north)) {
            return lies;
        }
        #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
        let (west, south) = (east as f64 - 180.0, north as f64 - 90.0);
        let lies = look(&BoundingBox { west, south, east: west + 1.0, north: south + 1.0 });
        let states = self.0.get_or_init(|| (0..ACROSS * UP).map(|_| AtomicU8::new(UNKNOWN)).collect());
        states[number(east, north)].store(1 + lies as u8, Ordering::Relaxed);
        lies
    }
}
