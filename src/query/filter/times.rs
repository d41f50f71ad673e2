//! Moments and stretches of time, and how they lie to each other (Allen's relations, as CQL2 names them).
//!
//! The time of an event is the whole stretch in which it may have been going on: from the first moment in which it may have
//! begun to the last one in which it may have ended. So `T_INTERSECTS(when, …)` is what `from` and `to` ask.

use chrono_tz::Tz;

use super::Comparison;
use crate::domain::instant::Instant;
use crate::domain::window::{Frame, Window, WindowEdge};
use crate::index::dictionary::{Shape, Starts};

/// A moment of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Moment {
    /// The first one in which it may have begun.
    Start,
    /// The last one in which it may have been going on.
    End,
    /// When its version was recorded.
    Recorded,
    /// When it was first recorded.
    Created,
}

/// Microseconds between two, both included, in one calendar; empty where the first is above the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    frame: Frame,
    first: i64,
    last: i64,
}

/// What a date, a timestamp or an interval stands for: its first and its last microsecond. An open end lies before or behind
/// all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    first: WindowEdge,
    last: WindowEdge,
}

const BEFORE_ALL: WindowEdge = WindowEdge { frame: Frame::Utc, micros: i64::MIN };
const BEHIND_ALL: WindowEdge = WindowEdge { frame: Frame::Utc, micros: i64::MAX };

fn before(edge: WindowEdge) -> Stretch {
    Stretch { frame: edge.frame, first: i64::MIN, last: edge.micros.saturating_sub(1) }
}

fn until(edge: WindowEdge) -> Stretch {
    Stretch { frame: edge.frame, first: i64::MIN, last: edge.micros }
}

fn from(edge: WindowEdge) -> Stretch {
    Stretch { frame: edge.frame, first: edge.micros, last: i64::MAX }
}

fn behind(edge: WindowEdge) -> Stretch {
    Stretch { frame: edge.frame, first: edge.micros.saturating_add(1), last: i64::MAX }
}

fn at(edge: WindowEdge) -> Stretch {
    Stretch { frame: edge.frame, first: edge.micros, last: edge.micros }
}

impl Span {
    /// An instant: one microsecond.
    pub const fn at(instant: Instant) -> Self {
        let edge = WindowEdge { frame: Frame::Utc, micros: instant.micros() };
        Self { first: edge, last: edge }
    }

    /// What a date is the whole of, in each event's own calendar or in that of a zone.
    ///
    /// # Errors
    /// What is wrong with it: a code and a sentence.
    pub fn of(text: &str, zone: Option<Tz>) -> Result<Self, (&'static str, String)> {
        let window = Window::parse(Some(text), Some(text), zone);
        let window = window.map_err(|mut faults| {
            let fault = faults.swap_remove(0);
            (fault.code, fault.detail)
        })?;
        Ok(Self { first: window.from.unwrap_or(BEFORE_ALL), last: window.to.unwrap_or(BEHIND_ALL) })
    }

    /// From the first moment of one to the last of another; `None` stands for an open end.
    pub fn between(first: Option<Self>, last: Option<Self>) -> Self {
        Self { first: first.map_or(BEFORE_ALL, |span| span.first), last: last.map_or(BEHIND_ALL, |span| span.last) }
    }

    /// Whether it ends before it begins, as far as that can be told.
    pub fn is_turned(&self) -> bool {
        self.first.frame == self.last.frame && self.first.micros > self.last.micros
    }

    /// Where a moment lies that is so compared with it: a date is met by each of its moments.
    pub fn compared(&self, comparison: Comparison) -> Vec<Stretch> {
        match comparison {
            Comparison::Equal => vec![from(self.first), until(self.last)],
            Comparison::Less => vec![before(self.first)],
            Comparison::LessOrEqual => vec![until(self.last)],
            Comparison::Greater => vec![behind(self.last)],
            Comparison::GreaterOrEqual => vec![from(self.first)],
        }
    }

    /// Where the first and the last moment of something lie that has this relation to it; `None` for what is none.
    pub fn related(&self, relation: &str) -> Option<Vec<(End, Stretch)>> {
        let Self { first, last } = *self;
        Some(match relation {
            "t_after" => vec![(End::First, behind(last))],
            "t_before" => vec![(End::Last, before(first))],
            "t_contains" => vec![(End::First, before(first)), (End::Last, behind(last))],
            "t_during" => vec![(End::First, behind(first)), (End::Last, before(last))],
            "t_equals" => vec![(End::First, at(first)), (End::Last, at(last))],
            "t_finishedby" => vec![(End::First, before(first)), (End::Last, at(last))],
            "t_finishes" => vec![(End::First, behind(first)), (End::Last, at(last))],
            "t_intersects" => vec![(End::First, until(last)), (End::Last, from(first))],
            "t_meets" => vec![(End::Last, at(first))],
            "t_metby" => vec![(End::First, at(last))],
            "t_overlappedby" => {
                vec![(End::First, behind(first)), (End::First, before(last)), (End::Last, behind(last))]
            }
            "t_overlaps" => vec![(End::First, before(first)), (End::Last, behind(first)), (End::Last, before(last))],
            "t_startedby" => vec![(End::First, at(first)), (End::Last, behind(last))],
            "t_starts" => vec![(End::First, at(first)), (End::Last, before(last))],
            _ => return None,
        })
    }
}

/// Which end of a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Its first moment.
    First,
    /// Its last moment.
    Last,
}

/// The relation that the second has to the first, where the first has this one to the second.
pub fn turned(relation: &str) -> &str {
    match relation {
        "t_after" => "t_before",
        "t_before" => "t_after",
        "t_contains" => "t_during",
        "t_during" => "t_contains",
        "t_finishedby" => "t_finishes",
        "t_finishes" => "t_finishedby",
        "t_meets" => "t_metby",
        "t_metby" => "t_meets",
        "t_overlappedby" => "t_overlaps",
        "t_overlaps" => "t_overlappedby",
        "t_startedby" => "t_starts",
        "t_starts" => "t_startedby",
        same => same,
    }
}

impl Stretch {
    /// The instants from which on, and up to which, it goes, as far as it has such ends.
    pub fn instants(self) -> impl Iterator<Item = Instant> {
        [self.begin(), self.end()].into_iter().flatten()
    }

    /// The instant from which on it goes; `None` where it has no begin.
    pub fn begin(self) -> Option<Instant> {
        (self.first != i64::MIN).then(|| Instant::clipped(self.first))
    }

    /// The first instant behind it; `None` where it has no end.
    pub fn end(self) -> Option<Instant> {
        (self.last < Instant::MAX.micros()).then(|| Instant::clipped(self.last + 1))
    }

    /// The starts with which an event of a shape has a moment in it.
    pub fn starts(self, moment: Moment, shape: &Shape) -> Starts {
        let [start, end, ..] = shape.bounds(0, self.frame);
        let offset = if moment == Moment::End { end } else { start };
        let moved =
            |micros: i64| if micros == i64::MIN || micros == i64::MAX { micros } else { micros.saturating_sub(offset) };
        (moved(self.first), moved(self.last))
    }
}
