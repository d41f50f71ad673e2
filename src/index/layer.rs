//! A segment with what became of its rows.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::aggregate::far::KnownPlaces;
use super::bits::Bits;
use super::segment::{Segment, Superseded};
use super::terms::Terms;

/// A segment with its size among segments, and what became of its rows.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Its size: 0 for those of the tail, then a fixed number of times as many rows each.
    pub level: u8,
    /// The rows.
    pub segment: Arc<Segment>,
    /// A number that no other segment has while the program runs.
    pub id: u64,
    /// Where the rows lie on the map of the world, once that was asked for.
    pub places: Arc<KnownPlaces>,
    /// Shared with questions that are being answered, like the rows: to copy it for each would take longer than many of them.
    superseded: Arc<Vec<Superseded>>,
    /// The rows that were not superseded.
    current: Arc<Bits>,
    /// The last operation that superseded one.
    last: u32,
}

impl Layer {
    /// A segment of which these rows were superseded.
    pub fn new(level: u8, segment: Arc<Segment>, superseded: Vec<Superseded>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let mut current = Bits::all(segment.rows());
        for (row, _) in &superseded {
            current.remove(usize::from(*row));
        }
        let last = superseded.iter().map(|(_, by)| *by).max().unwrap_or(0);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let places = Arc::default();
        Self { level, segment, id, places, superseded: Arc::new(superseded), current: Arc::new(current), last }
    }

    /// The same as if nothing of it had been superseded.
    pub fn untouched(&self) -> Self {
        let current = Arc::new(Bits::all(self.segment.rows()));
        Self { current, superseded: Arc::default(), last: 0, ..self.clone() }
    }

    /// Notes that a row was superseded.
    pub fn supersede(&mut self, row: u16, by: u32) {
        Arc::make_mut(&mut self.superseded).push((row, by));
        Arc::make_mut(&mut self.current).remove(usize::from(row));
        self.last = self.last.max(by);
    }

    /// The rows that were superseded, in the order in which that happened.
    pub fn superseded(&self) -> &[Superseded] {
        &self.superseded
    }

    /// The rows that are not told any more.
    pub fn gone(&self) -> HashSet<u16> {
        self.superseded.iter().filter(|(_, by)| *by == 0).map(|(row, _)| *row).collect()
    }

    /// The rows that could be seen at an operation, and were written at `since` or later.
    pub fn visible(&self, seq: u32, since: u32) -> Bits {
        let (first, last) = self.segment.bounds.seq;
        if last < since || first > seq {
            return Bits::none(self.segment.rows());
        }
        let mut rows = (*self.current).clone();
        if seq < self.last {
            // What is not told any more may have been superseded before, and that stands before it.
            for (row, by) in self.superseded.iter() {
                rows.set(usize::from(*row), *by > seq);
            }
        }
        if first < since || seq < last {
            self.segment.keep_written(since, seq, &mut rows);
        }
        rows
    }

    /// The rows that are missing among these of all that were not superseded and have none of some terms. `None` where these are not
    /// among them, or fewer than are missing.
    pub fn few_missing(&self, rows: &Bits, unseen: &Terms) -> Option<Bits> {
        let mut seen = (*self.current).clone();
        if !unseen.is_empty() {
            seen.and_not(&unseen.rows(&self.segment));
        }
        let (all, known) = (seen.count(), rows.count());
        seen.and_not(rows);
        let missing = seen.count();
        (known + missing == all && missing <= known).then_some(seen)
    }

    /// The bytes that it takes.
    pub fn bytes(&self) -> usize {
        self.segment.bytes() + self.superseded.len() * size_of::<Superseded>() + self.current.words().len() * 8
    }
}
