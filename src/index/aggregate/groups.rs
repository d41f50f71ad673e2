//! Events by the values that they have.

use std::cmp::Ordering;
use std::ops::Add;
use std::sync::Arc;

use xxhash_rust::xxh3::Xxh3;

use super::whole::OfValues;
use super::{Matched, Piece, Share};
use crate::domain::area::Area;
use crate::index::bits::Bits;
use crate::index::postings::{Handle, position_from};

/// A term and a value that whoever has the term has, ascending by terms; a term may stand for several values.
pub type Pairs = Vec<(u32, u32)>;

/// Values under numbers from 0 on, and the terms by which an event has them.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    /// How many values there are.
    pub count: u32,
    /// Terms with their values.
    pub terms: Arc<Pairs>,
    /// Terms of places that only count with a point of the event's own in the area.
    pub own: Option<(Pairs, Area)>,
    /// Whether all of the terms name entities, which stand in rows too.
    pub are_named: bool,
    /// What all values of a field are known under, where these are all.
    pub known_as: Option<u64>,
}

/// Rows that have a value by one term: all of a term, or one that matches.
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

    /// Hands out those rows that match.
    pub fn each_of(self, piece: &Piece, mut take: impl FnMut(usize)) {
        match self {
            Self::Of(handle) => piece.segment.postings.each_of(handle, &piece.rows, piece.segment.rows(), take),
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

impl Counts {
    fn with(mut self, other: Self) -> Self {
        self.of.iter_mut().zip(other.of).for_each(|(own, other)| *own += other);
        self.any += other.any;
        self
    }
}

/// Of a segment's rows one in so many, or fewer, are looked at one by one; of more the lists of all terms.
const FEW: usize = 8;

impl Groups {
    /// Counts events.
    pub fn count(&self, matched: &Matched) -> Counts {
        let first = self.are_named.then(|| First::of(&self.terms));
        let count = |pieces: Share<'_>| {
            let mut of = vec![0; self.count as usize];
            let any = pieces.map(|(_, piece)| self.count_piece(piece, first.as_ref(), &mut of)).sum();
            Counts { of, any }
        };
        matched.share(count, Counts::with)
    }

    /// How many events of a piece have any value.
    fn count_piece(&self, piece: &Piece, first: Option<&First<'_>>, of: &mut [usize]) -> usize {
        match (piece.whole(), self.known_as, first) {
            (Some(whole), Some(number), _) => {
                let counted = whole.values(number, || self.of_whole(piece));
                counted.of.iter().for_each(|(group, rows)| of[*group as usize] += *rows as usize);
                counted.any
            }
            (_, _, Some(first)) if piece.rows.count() * FEW < piece.segment.rows() => {
                self.count_by_rows(piece, first, of)
            }
            _ => self.count_by_terms(piece, |group, rows| of[group as usize] += rows),
        }
    }

    /// How many events have one of some values, of which the numbers are ascending; `counts` is what was counted of all.
    pub fn having(&self, matched: &Matched, values: &[u32], counts: &Counts) -> usize {
        if counts.of.iter().sum::<usize>() == counts.any {
            // None has two values.
            return values.iter().map(|value| counts.of[*value as usize]).sum();
        }
        if counts.of.iter().filter(|count| **count > 0).count() == values.len() {
            return counts.any;
        }
        let mut is_chosen = vec![false; self.count as usize];
        for value in values {
            is_chosen[*value as usize] = true;
        }
        let chosen = |pairs: &Pairs| pairs.iter().filter(|(_, value)| is_chosen[*value as usize]).copied().collect();
        let own = self.own.as_ref().map(|(pairs, area)| (chosen(pairs), area.clone()));
        let chosen = Self { terms: Arc::new(chosen(&self.terms)), own, ..*self };
        let known_as = self.known_as.map(|number| digest(number, values));
        let count = |piece: &Piece| {
            let count = || chosen.count_by_terms(piece, |_, _| ());
            match piece.whole().zip(known_as) {
                Some((whole, number)) => whole.values(number, || OfValues { of: Box::default(), any: count() }).any,
                None => count(),
            }
        };
        matched.share(|pieces| pieces.map(|(_, piece)| count(piece)).sum::<usize>(), usize::add)
    }

    fn of_whole(&self, piece: &Piece) -> OfValues {
        let mut of = Vec::new();
        let any = self.count_by_terms(piece, |group, rows| of.push((group, u32::try_from(rows).unwrap_or(u32::MAX))));
        OfValues { of: of.into_boxed_slice(), any }
    }

    /// Row by row; how many have any value.
    fn count_by_rows(&self, piece: &Piece, first: &First<'_>, of: &mut [usize]) -> usize {
        let segment = &*piece.segment;
        let (mut met, mut any) = (Vec::new(), 0);
        for row in piece.rows() {
            for term in segment.named(row) {
                let own = self.own.iter().filter(|(_, area)| {
                    segment.points.of_row(row).any(|own| own.term == term && area.contains(own.point))
                });
                let by_own = own.flat_map(|(pairs, _)| standing_for(pairs, term));
                for group in first.standing_for(term).chain(by_own) {
                    if !met.contains(&group) {
                        met.push(group);
                        of[group as usize] += 1;
                    }
                }
            }
            any += usize::from(!met.is_empty());
            met.clear();
        }
        any
    }

    /// Term by term; how many rows have any value.
    fn count_by_terms(&self, piece: &Piece, mut take: impl FnMut(u32, usize)) -> usize {
        let (size, parts) = (piece.segment.rows(), self.parts(piece));
        // The last value that each row was met with.
        let (mut any, mut last) = (Bits::none(size), Vec::new());
        for (number, parts) in (1_u32..).zip(parts.chunk_by(|(a, _), (b, _)| a == b)) {
            if let [(group, Rows::Of(handle))] = parts {
                take(*group, piece.segment.postings.count(*handle, &piece.rows, &mut any, size));
                continue;
            }
            last.resize(size, 0);
            let mut rows = 0;
            for (_, part) in parts {
                part.each(piece, |row| {
                    if piece.rows.contains(row) && last[row] != number {
                        last[row] = number;
                        rows += 1;
                        any.insert(row);
                    }
                });
            }
            take(parts[0].0, rows);
        }
        any.count()
    }

    /// Hands out the values that rows of a piece have, each once and with these rows, which are in any order.
    pub(super) fn each(&self, piece: &Piece, mut take: impl FnMut(u32, &[u16])) {
        let (mut met, mut rows) = (Bits::none(piece.segment.rows()), Vec::new());
        for parts in self.parts(piece).chunk_by(|(a, _), (b, _)| a == b) {
            gather(piece, parts, &mut met, &mut rows);
            if !rows.is_empty() {
                take(parts[0].0, &rows);
            }
        }
    }

    /// Where the rows of each value are, ascending by values.
    fn parts(&self, piece: &Piece) -> Vec<(u32, Rows)> {
        let postings = &piece.segment.postings;
        let mut parts: Vec<(u32, Rows)> = Vec::new();
        common(&postings.terms, &self.terms, |at, group| parts.push((group, Rows::Of(Handle::List(at)))));
        common(&postings.dense_terms, &self.terms, |at, group| parts.push((group, Rows::Of(Handle::Dense(at)))));
        if let Some((terms, area)) = &self.own {
            let points = &piece.segment.points;
            points.numbers_inside(area, |number| {
                let row = usize::from(points.row[number]);
                if piece.rows.contains(row) {
                    let groups = standing_for(terms, points.term.get(number));
                    parts.extend(groups.map(|group| (group, Rows::One(row))));
                }
            });
        }
        parts.sort_unstable_by_key(|(group, _)| *group);
        parts
    }
}

/// What some of the values are known under that are all known under a number.
fn digest(number: u64, values: &[u32]) -> u64 {
    let mut hasher = Xxh3::new();
    hasher.update(&number.to_le_bytes());
    for value in values {
        hasher.update(&value.to_le_bytes());
    }
    hasher.digest()
}

/// Puts the rows of a piece that have one value into `rows`, each once. `met` is empty before and behind.
fn gather(piece: &Piece, parts: &[(u32, Rows)], met: &mut Bits, rows: &mut Vec<u16>) {
    rows.clear();
    for (_, part) in parts {
        part.each(piece, |row| {
            if piece.rows.contains(row) && !met.contains(row) {
                met.insert(row);
                // A segment's rows have 16 bits.
                rows.extend(u16::try_from(row));
            }
        });
    }
    for row in rows {
        met.remove(usize::from(*row));
    }
}

/// Tells where terms stand that are in both lists, each with its values; both are ascending.
fn common(own: &[u32], pairs: &Pairs, mut take: impl FnMut(usize, u32)) {
    let (mut at, mut of) = (0, 0);
    while let (Some(term), Some((other, group))) = (own.get(at), pairs.get(of)) {
        match term.cmp(other) {
            Ordering::Less => at = position_from(own, at, |term| term < other),
            Ordering::Greater => of = position_from(pairs, of, |(other, _)| other < term),
            Ordering::Equal => {
                take(at, *group);
                of += 1;
            }
        }
    }
}

/// Where the pairs of each term begin.
struct First<'a> {
    pairs: &'a Pairs,
    first: Vec<u32>,
}

impl<'a> First<'a> {
    fn of(pairs: &'a Pairs) -> Self {
        let last = pairs.last().map_or(0, |(term, _)| *term as usize + 1);
        let mut first = vec![u32::MAX; last];
        for (at, (term, _)) in (0..).zip(pairs) {
            let first = &mut first[*term as usize];
            *first = at.min(*first);
        }
        Self { pairs, first }
    }

    fn standing_for(&self, term: u32) -> impl Iterator<Item = u32> {
        let first = self.first.get(term as usize).map_or(usize::MAX, |first| *first as usize);
        let pairs = self.pairs.get(first..).unwrap_or_default();
        pairs.iter().take_while(move |(known, _)| *known == term).map(|(_, group)| *group)
    }
}

/// The values that a term stands for.
fn standing_for(terms: &[(u32, u32)], term: u32) -> impl Iterator<Item = u32> {
    let first = terms.partition_point(|(known, _)| *known < term);
    terms[first..].iter().take_while(move |(known, _)| *known == term).map(|(_, group)| *group)
}
