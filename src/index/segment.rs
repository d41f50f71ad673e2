//! Rows in the order of their start, as columns, with the rows of each term.

#![expect(
    clippy::cast_possible_truncation,
    reason = "rows have 16 bits by design, and what a segment holds is fewer than 2^32"
)]

use std::ops::Range;

use uuid::Uuid;

use super::bits::Bits;
use super::dictionary::{Dictionary, SizeFacts};
use super::numbers::Numbers;
use super::points::{OwnPoint, OwnPoints};
use super::postings::Postings;
use super::row::{Row, UNDATED};
use super::starts::Starts;
use super::terms::Terms;

/// Most rows of a segment: a row's number has 16 bits. Far fewer where the program is built for tests, so that small data
/// meets many segments.
pub const MAX_ROWS: usize = if cfg!(debug_assertions) { 1 << 6 } else { 1 << 16 };

/// Of a segment's rows one in so many, or fewer, are taken out one by one; otherwise the whole column is compared.
const FEW_WRITTEN: usize = 8;

/// Rows, which never change: what is superseded is noted beside them.
#[derive(Debug, Default, PartialEq)]
pub struct Segment {
    /// Ids of events.
    pub id: Vec<Uuid>,
    /// Numbers of events.
    pub event_no: Vec<u32>,
    /// Numbers of versions.
    pub version_no: Vec<u32>,
    /// Operations that wrote the versions.
    pub seq: Vec<u32>,
    /// Starts, ascending; ties go by the number of the event, then of the version.
    pub start: Vec<i64>,
    /// Numbers of shapes.
    pub shape: Numbers,
    /// Numbers of sizes.
    pub size: Numbers,
    /// Rows in the order of their sizes, those without one last; ties go by the number of the event.
    pub by_size: Vec<u16>,
    /// Rows in the order of the operations that wrote them; ties go by the number of the event.
    pub by_seq: Vec<u16>,
    /// The rows of each term.
    pub postings: Postings,
    /// Where the terms that name entities begin for each row in `named`, and where the last ones end.
    pub named_starts: Starts,
    /// The terms that name entities, row by row, those of a row ascending.
    pub named: Numbers,
    /// Points of the events' own, by row.
    pub points: OwnPoints,
    /// What all of it lies between.
    pub bounds: Bounds,
}

/// A row that was superseded, and the operation that did it; 0 for a row that is not told any more.
pub type Superseded = (u16, u32);

/// Bounds of a segment's columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// How many rows are dated.
    pub dated: usize,
    /// The lowest and the highest operation.
    pub seq: (u32, u32),
    /// The lowest and the highest number that orders by size go by; `None` where no row has one.
    pub size: Option<(i64, i64)>,
    /// How many rows have a size.
    pub sized: usize,
}

impl Segment {
    /// A segment of rows in any order, at most [`MAX_ROWS`].
    pub fn of(mut rows: Vec<Row>, dictionary: &Dictionary) -> Self {
        rows.sort_unstable_by_key(|row| (row.start, row.event_no, row.version_no));
        let mut segment = Self::default();
        let mut pairs = Vec::new();
        for (number, row) in (0_u16..=u16::MAX).zip(&rows) {
            pairs.extend(row.terms.iter().map(|term| (*term, number)));
            let named = row.terms.iter().filter(|term| dictionary.term(**term).entity().is_some()).copied();
            let own = row.points.iter().map(|(term, point)| OwnPoint { row: number, term: *term, point: *point });
            segment.push(row, named, own);
        }
        pairs.sort_unstable();
        for group in pairs.chunk_by(|(a, _), (b, _)| a == b) {
            let list: Vec<u16> = group.iter().map(|(_, row)| *row).collect();
            segment.postings.push(group[0].0, &list, rows.len());
        }
        segment.finished(dictionary.sizes.values())
    }

    /// Takes in the columns of the next row.
    fn push(&mut self, row: &Row, named: impl Iterator<Item = u32>, points: impl Iterator<Item = OwnPoint>) {
        if self.named_starts.len() == 0 {
            self.named_starts.push(0);
        }
        self.id.push(row.id);
        self.event_no.push(row.event_no);
        self.version_no.push(row.version_no);
        self.seq.push(row.seq);
        self.start.push(row.start);
        self.shape.push(row.shape);
        self.size.push(row.size);
        named.for_each(|term| self.named.push(term));
        self.named_starts.push(self.named.len());
        points.for_each(|own| self.points.push(own));
    }

    /// Takes in a row of another segment under a new number, and its terms as `renumber` tells.
    pub fn push_from(&mut self, other: &Self, row: usize, renumber: impl Fn(u32) -> u32) {
        let number = self.rows() as u16;
        let points = other.points.of_row(row).map(|own| OwnPoint { row: number, term: renumber(own.term), ..own });
        let mut named: Vec<u32> = other.named(row).map(&renumber).collect();
        named.sort_unstable();
        self.push(&other.columns(row), named.into_iter(), points);
    }

    /// A row without its terms and points.
    fn columns(&self, row: usize) -> Row {
        Row {
            id: self.id[row],
            event_no: self.event_no[row],
            version_no: self.version_no[row],
            seq: self.seq[row],
            start: self.start[row],
            shape: self.shape.get(row),
            size: self.size.get(row),
            terms: Box::default(),
            points: Box::default(),
        }
    }

    /// Works out the orders and the bounds, when every row is in, and gives back spare memory.
    pub fn finished(mut self, sizes: &[SizeFacts]) -> Self {
        self.shape.pack();
        self.size.pack();
        self.named.pack();
        self.points.pack();
        let order_of = |row: usize| sizes.get(self.size.get(row) as usize).map(|size| size.order);
        let orders = || (0..self.rows()).filter_map(order_of);
        self.bounds = Bounds {
            dated: self.start.partition_point(|start| *start != UNDATED),
            seq: (self.seq.iter().copied().min().unwrap_or(0), self.seq.iter().copied().max().unwrap_or(0)),
            size: orders().min().zip(orders().max()),
            sized: orders().count(),
        };
        self.by_size = self.ordered(|row| order_of(row).map_or((1, 0), |order| (0, order)));
        self.by_seq = self.ordered(|row| (0, i64::from(self.seq[row])));
        self.id.shrink_to_fit();
        self.event_no.shrink_to_fit();
        self.version_no.shrink_to_fit();
        self.seq.shrink_to_fit();
        self.start.shrink_to_fit();
        self.named_starts.pack();
        self.postings.pack();
        self
    }

    /// The rows in the order of a value.
    fn ordered(&self, value: impl Fn(usize) -> (u8, i64)) -> Vec<u16> {
        let mut order: Vec<_> = (0..self.rows()).map(|row| (value(row), self.event_no[row], row as u16)).collect();
        order.sort_unstable();
        order.into_iter().map(|(.., row)| row).collect()
    }

    /// How many rows there are.
    pub const fn rows(&self) -> usize {
        self.id.len()
    }

    /// The bytes of its columns and rows of terms.
    pub const fn bytes(&self) -> usize {
        let words = self.event_no.len() + self.version_no.len() + self.seq.len();
        self.id.len() * 16
            + self.start.len() * 8
            + words * 4
            + (self.by_size.len() + self.by_seq.len()) * 2
            + self.postings.bytes()
            + self.named_starts.bytes()
            + self.shape.bytes()
            + self.size.bytes()
            + self.named.bytes()
            + self.points.bytes()
    }

    /// The terms of a row that name entities.
    pub fn named(&self, row: usize) -> impl Iterator<Item = u32> {
        (self.named_starts.get(row)..self.named_starts.get(row + 1)).map(|place| self.named.get(place))
    }

    /// The rows behind a position in the order of starts.
    pub fn position(&self, start: i64, event_no: u32) -> usize {
        let first = self.start.partition_point(|own| *own < start);
        let tied = self.start[first..].partition_point(|own| *own == start);
        first + self.event_no[first..first + tied].partition_point(|own| *own < event_no)
    }

    /// The rows that have one of these terms.
    pub fn any_of(&self, terms: &Terms) -> Bits {
        self.postings.any_of(terms, self.rows())
    }

    /// Keeps the rows that operations from `first` to `last` wrote, both included.
    pub fn keep_written(&self, first: u32, last: u32, rows: &mut Bits) {
        let (from, to) = (self.written_before(first), self.written_before(last.saturating_add(1)));
        let (before, behind) = (&self.by_seq[..from], &self.by_seq[to.max(from)..]);
        // As a rule a moment of the past lies behind most of what was written, and few rows have to be taken out.
        if (before.len() + behind.len()) * FEW_WRITTEN < self.rows() {
            before.iter().chain(behind).for_each(|row| rows.remove(usize::from(*row)));
        } else {
            rows.and(&Bits::between(&self.seq, first, last));
        }
    }

    /// How many rows were written before an operation.
    fn written_before(&self, seq: u32) -> usize {
        self.by_seq.partition_point(|row| self.seq[usize::from(*row)] < seq)
    }

    /// The rows of which the starts lie between two, both included.
    pub fn between(&self, first: i64, last: i64) -> Range<usize> {
        let dated = &self.start[..self.bounds.dated];
        dated.partition_point(|start| *start < first)..dated.partition_point(|start| *start <= last)
    }
}
