//! Events by the values that they have.

use super::{Matched, Piece};
use crate::domain::area::Area;
use crate::index::bits::Bits;
use crate::index::segment::Handle;

/// Values under numbers from 0 on, and the terms by which an event has them.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    /// How many values there are.
    pub count: u32,
    /// Terms with a value that whoever has the term has, ascending; a term may stand for several.
    pub terms: Vec<(u32, u32)>,
    /// Terms of places that only count with a point of the event's own in the area, in the same form.
    pub own: Option<(Vec<(u32, u32)>, Area)>,
}

/// Rows that have a value by one term.
#[derive(Clone, Copy)]
pub(super) enum Rows {
    Of(Handle),
    One(usize),
}

impl Rows {
    /// Hands out the rows, also those that do not match.
    pub fn each(self, piece: &Piece, mut take: impl FnMut(usize)) {
        match self {
            Self::Of(handle) => piece.segment.postings.each(handle, piece.segment.rows(), take),
            Self::One(row) => take(row),
        }
    }
}

/// How many events have each value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    /// By the number of the value.
    pub of: Vec<usize>,
    /// How many have any value.
    pub any: usize,
}

impl Groups {
    /// Counts events.
    pub fn count(&self, matched: &Matched) -> Counts {
        let mut of = vec![0; self.count as usize];
        let any = self.union(matched, |group, rows| {
            of[group as usize] += rows.len();
            true
        });
        Counts { of, any }
    }

    /// How many events have one of these values, of which the numbers are ascending.
    pub fn having(&self, matched: &Matched, values: &[u32]) -> usize {
        self.union(matched, |group, _| values.binary_search(&group).is_ok())
    }

    /// How many events have one of the values that are taken.
    fn union(&self, matched: &Matched, mut take: impl FnMut(u32, &[u16]) -> bool) -> usize {
        let mut having = 0;
        for piece in &matched.0 {
            let mut met = Bits::none(piece.segment.rows());
            self.each(piece, |group, rows| {
                if take(group, rows) {
                    for row in rows {
                        met.insert(usize::from(*row));
                    }
                }
            });
            having += met.count();
        }
        having
    }

    /// Hands out the values that rows of a piece have, each once and with these rows, which are in any order.
    pub(super) fn each(&self, piece: &Piece, mut take: impl FnMut(u32, &[u16])) {
        let postings = &piece.segment.postings;
        let mut parts: Vec<(u32, Rows)> = Vec::new();
        for (term, handle) in postings.handles() {
            parts.extend(standing_for(&self.terms, term).map(|group| (group, Rows::Of(handle))));
        }
        if let Some((terms, area)) = &self.own {
            piece.segment.points.inside(area, |own| {
                if piece.rows.contains(own.row.into()) {
                    parts.extend(standing_for(terms, own.term).map(|group| (group, Rows::One(own.row.into()))));
                }
            });
        }
        parts.sort_unstable_by_key(|(group, _)| *group);
        let (mut met, mut rows) = (Bits::none(piece.segment.rows()), Vec::new());
        for parts in parts.chunk_by(|(a, _), (b, _)| a == b) {
            let mut add = |row: usize| {
                if piece.rows.contains(row) && !met.contains(row) {
                    met.insert(row);
                    // A segment's rows have 16 bits.
                    rows.extend(u16::try_from(row));
                }
            };
            for (_, part) in parts {
                part.each(piece, &mut add);
            }
            if !rows.is_empty() {
                take(parts[0].0, &rows);
            }
            rows.drain(..).for_each(|row| met.remove(usize::from(row)));
        }
    }
}

/// The values that a term stands for.
fn standing_for(terms: &[(u32, u32)], term: u32) -> impl Iterator<Item = u32> {
    let first = terms.partition_point(|(known, _)| *known < term);
    terms[first..].iter().take_while(move |(known, _)| *known == term).map(|(_, group)| *group)
}
