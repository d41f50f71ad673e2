//! Conditions that depend on each other, in the numbers of the index: a row meets them or does not, as do the rows of a segment.

use super::bits::Bits;
use super::layer::Layer;
use super::row::Row;
use super::search::{Group, InWindow, Known};
use super::terms::Terms;

/// Conditions that depend on each other.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    /// All of these: what is in none of them is met by every row.
    All(Vec<Self>),
    /// One of these: none where there are none.
    Any(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
    /// What an event has.
    Group(Box<Group>),
    /// One of these sizes.
    Sizes(Terms),
    /// Its dates.
    Window(InWindow),
    /// The version was written by an operation from one to another.
    Recorded(u32, u32),
    /// The number of the event lies from one to another: events are numbered in the order in which they are made.
    Numbered(u32, u32),
}

impl Tree {
    /// Whether a single row meets it.
    pub fn matches(&self, row: &Row) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.matches(row)),
            Self::Any(parts) => parts.iter().any(|part| part.matches(row)),
            Self::Not(inner) => !inner.matches(row),
            Self::Group(group) => group.matches(row),
            Self::Sizes(sizes) => sizes.has(row.size),
            Self::Window(window) => window.has(row.shape, row.start),
            Self::Recorded(first, last) => (*first..=*last).contains(&row.seq),
            Self::Numbered(first, last) => (*first..=*last).contains(&row.event_no),
        }
    }

    /// The rows of a segment that meet it.
    pub fn rows(&self, layer: &Layer, known: Known<'_>) -> Bits {
        let segment = &*layer.segment;
        let mut rows = Bits::all(segment.rows());
        match self {
            Self::All(parts) => {
                for part in parts {
                    if rows.is_empty() || known.is_late() {
                        break;
                    }
                    rows.and(&part.rows(layer, known));
                }
            }
            Self::Any(parts) => {
                rows = Bits::none(segment.rows());
                for part in parts {
                    if known.is_late() {
                        break;
                    }
                    rows.or(part.rows(layer, known).words());
                }
            }
            Self::Not(inner) => rows.and_not(&inner.rows(layer, known)),
            Self::Group(group) => {
                let named = group.named_in(segment);
                group.keep(layer, known.sets, &named, &mut rows);
            }
            Self::Sizes(sizes) => rows.retain(|row| sizes.has(segment.size.get(row))),
            Self::Window(window) => {
                if !window.keep(segment, &mut rows) {
                    return Bits::none(segment.rows());
                }
            }
            Self::Recorded(first, last) => rows = Bits::between(&segment.seq, *first, *last),
            Self::Numbered(first, last) => rows = Bits::between(&segment.event_no, *first, *last),
        }
        rows
    }

    /// How many conditions there are.
    pub fn conditions(&self) -> usize {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Self::conditions).sum(),
            Self::Not(inner) => inner.conditions(),
            _ => 1,
        }
    }
}
