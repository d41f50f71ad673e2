//! The answer to a question out of all segments and the tail: how many events, and which stand on a page.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::BinaryHeap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use thiserror::Error;

use super::aggregate::whole::{Whole, WholeCounts};
use super::aggregate::{Rest, are_many};
use super::bits::Bits;
use super::dictionary::{SizeFacts, Term};
use super::events::Events;
use super::found::{Found, KnownSets};
use super::layer::Layer;
use super::layers::TailRow;
use super::order::{EventKey, Sort};
use super::row::Row;
use super::search::{Known, NamedRows, Search};
use super::segment::Segment;
use super::terms::Terms;

/// A question asked of all events. The rows of a segment are found once, whatever is asked of them then.
pub struct Answer<'a> {
    pub(super) search: &'a Search,
    layers: &'a [Option<Layer>],
    tail: &'a [TailRow],
    known: Known<'a>,
    named: Cow<'a, HashMap<usize, Vec<NamedRows>>>,
    /// The term of rows that whoever asks is not given; none where there are no policies. It is looked up for each answer and
    /// not with the question, which may be asked again when there has come one.
    unseen: Terms,
    /// By the numbers of segments.
    found: RefCell<Vec<Option<Rc<Found<'a>>>>>,
    is_late: Cell<bool>,
}

/// When a question must have been answered.
pub type Deadline = std::time::Instant;

/// A question was not answered in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the question was not answered in time")]
pub struct Late;

/// Those of these rows that answer a question about the moment that it is planned for, whenever they could be seen.
pub fn among(events: &Events, search: &Search, rows: &[u32]) -> HashSet<u32> {
    let search = Search { seq: u32::MAX, ..search.clone() };
    let known = events.known();
    let named = search.named_rows(|version| events.layers.row_of(version));
    let mut segments: HashMap<usize, Option<Bits>> = HashMap::new();
    let mut answers = |row: &u32| {
        let Some((slot, position)) = events.layers.row_of(*row) else {
            return events.layers.tail_row(*row).is_some_and(|row| search.matches(row, known.sizes));
        };
        let found = segments.entry(slot).or_insert_with(|| {
            let layer = events.layers.slots.get(slot)?.as_ref()?.untouched();
            let named = named.get(&slot).map(Vec::as_slice);
            Some(search.find(&layer, named, &Terms::default(), known).rows().clone())
        });
        found.as_ref().is_some_and(|found| found.contains(usize::from(position)))
    };
    rows.iter().copied().filter(|row| answers(row)).collect()
}

/// Which part of an ordered answer is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    /// The order.
    pub sort: Sort,
    /// The key that it lies behind, or before; `None` for the first.
    pub from: Option<EventKey>,
    /// Whether it lies before `from`.
    pub backward: bool,
    /// Most events of it.
    pub limit: usize,
}

impl<'a> Answer<'a> {
    /// The answer to a question.
    pub fn new(events: &'a Events, search: &'a Search) -> Self {
        Self {
            search,
            layers: &events.layers.slots,
            tail: &events.layers.tail,
            known: events.known(),
            named: Cow::Owned(search.named_rows(|version| events.layers.row_of(version))),
            unseen: unseen_by(events, search),
            found: RefCell::default(),
            is_late: Cell::new(false),
        }
    }

    /// The same once it is complete.
    ///
    /// # Errors
    /// Where the time was over before: then not all segments were looked at, or not in all conditions.
    pub fn in_time<T>(&self, answer: T) -> Result<T, Late> {
        if self.is_late.get() || self.known.is_late() { Err(Late) } else { Ok(answer) }
    }

    pub(super) fn layers(&self) -> impl Iterator<Item = (usize, &'a Layer)> {
        self.layers.iter().enumerate().filter_map(|(slot, layer)| Some((slot, layer.as_ref()?)))
    }

    pub(super) fn rows(&self, slot: usize, layer: &'a Layer) -> Bits {
        self.find(slot, layer).rows().clone()
    }

    pub(super) fn find(&self, slot: usize, layer: &'a Layer) -> Rc<Found<'a>> {
        let found = self.found.borrow().get(slot).cloned().flatten();
        found.unwrap_or_else(|| {
            // When the time is over nothing more is found, and what was is not given.
            self.is_late.set(self.is_late.get() || self.known.is_late());
            let named = self.named.get(&slot).map(Vec::as_slice);
            let found = Rc::new(if self.is_late.get() {
                Found::new(layer, self.known, Bits::none(layer.segment.rows()), Vec::new())
            } else {
                self.search.find(layer, named, &self.unseen, self.known)
            });
            let mut known = self.found.borrow_mut();
            if known.is_empty() {
                known.resize(self.layers.len(), None);
            }
            known[slot] = Some(Rc::clone(&found));
            found
        })
    }

    /// The rows of each segment that are answers; and, where these are at least half of what whoever asks could see of it now, what is
    /// known of all that, and the rows of it that are missing. All cores look where there are many.
    pub(super) fn in_segments(&self) -> Vec<(&'a Layer, Bits, Option<Rest>)> {
        let Self { search, known, named, unseen, .. } = self;
        let look = |(slot, layer): (usize, &'a Layer)| {
            let named = named.get(&slot).map(Vec::as_slice);
            let rows = search.find(layer, named, unseen, *known).rows().clone();
            let missing = layer.few_missing(&rows, unseen);
            let rest = missing.map(|missing| (Whole::of(layer, search.clearance, known.whole), missing));
            (layer, rows, rest)
        };
        let layers: Vec<_> = self.layers().collect();
        if are_many(layers.iter().map(|(_, layer)| &*layer.segment)) {
            layers.into_par_iter().map(look).collect()
        } else {
            layers.into_iter().map(look).collect()
        }
    }

    /// How many events it has.
    pub fn total(&self) -> usize {
        let segments: usize = self.layers().map(|(slot, layer)| self.find(slot, layer).rows().count()).sum();
        segments + self.newest().count()
    }

    /// How many events another question finds, of which the only group, if any, is that one of this question.
    pub(super) fn total_of(&self, search: &Search, group: Option<usize>) -> usize {
        let alone = |rows: &Vec<NamedRows>| group.map(|group| rows[group].clone()).into_iter().collect();
        let other = Answer {
            search,
            layers: self.layers,
            tail: self.tail,
            known: self.known,
            named: Cow::Owned(self.named.iter().map(|(slot, rows)| (*slot, alone(rows))).collect()),
            unseen: self.unseen.clone(),
            found: RefCell::default(),
            is_late: Cell::new(false),
        };
        let total = other.total();
        self.is_late.set(self.is_late.get() || other.is_late.get());
        total
    }

    /// The rows of the tail that are answers.
    pub(super) fn newest(&self) -> impl Iterator<Item = &'a Row> {
        let visible = self.tail.iter().filter(|row| row.is_visible(self.search.seq));
        let given = visible.map(|row| &row.row).filter(|row| !row.terms.iter().any(|term| self.unseen.has(*term)));
        given.filter(|row| self.search.matches(row, self.known.sizes))
    }

    /// All rows that are answers.
    pub fn all(&self) -> HashSet<u32> {
        let rows = |(slot, layer): (usize, &'a Layer)| {
            let rows = self.rows(slot, layer);
            rows.ascending(0..layer.segment.rows()).map(|row| layer.segment.version_no[row]).collect::<Vec<_>>()
        };
        self.layers().flat_map(rows).chain(self.newest().map(|row| row.version_no)).collect()
    }

    /// The versions of a part in the order of the answer, with their keys, and whether there are more in the direction in
    /// which it was sought.
    pub fn slice(&self, slice: Slice) -> (Vec<(EventKey, u32)>, bool) {
        let mut best = Best { slice, heap: BinaryHeap::new() };
        if let Some(origin) = &self.search.origin {
            self.offer_nearest(origin, &mut best);
            return best.finish();
        }
        let sizes = self.known.sizes;
        for row in self.newest() {
            best.offer(slice.sort.key_of(row, sizes), row.version_no);
        }
        let mut layers: Vec<_> = self
            .layers()
            .map(|(slot, layer)| {
                let (low, high) = slice.sort.bounds(&layer.segment);
                let (low, high) = if slice.backward { (rank(high, true), rank(low, true)) } else { (low, high) };
                (low, high, slot, layer)
            })
            .collect();
        layers.sort_unstable_by_key(|(low, ..)| *low);
        for (low, high, slot, layer) in layers {
            if best.is_beyond(low) {
                break;
            }
            if slice.from.is_some_and(|from| high <= rank(from, slice.backward)) {
                continue;
            }
            let (found, segment) = (self.find(slot, layer), &*layer.segment);
            let rows = found.candidates();
            if rows.is_empty() {
                continue;
            }
            let key = |row| slice.sort.key_in(segment, row, sizes);
            let (line, _) = slice.sort.line(segment);
            if line.is_some() && rows.count() * FEW < segment.rows() {
                // Forward, most rows are behind the best that were met already.
                let is_behind =
                    |best: &Best, row| !slice.backward && best.is_beyond(slice.sort.least_in(segment, row, sizes));
                for row in rows.ascending(0..segment.rows()) {
                    if !is_behind(&best, row) && found.accepts(row) {
                        best.offer(key(row), segment.version_no[row]);
                    }
                }
                continue;
            }
            for (range, is_descending) in best.ranges(segment, &key) {
                let offer = |row: usize| !found.accepts(row) || best.offer(key(row), segment.version_no[row]);
                // Each further row of the range is worse than one that was too bad.
                let _all = match (line, is_descending) {
                    (None, false) => rows.ascending(range).all(offer),
                    (None, true) => rows.descending(range).all(offer),
                    (Some(line), false) => listed(&line[range], rows).all(offer),
                    (Some(line), true) => listed(&line[range], rows).rev().all(offer),
                };
            }
        }
        best.finish()
    }
}

fn unseen_by(events: &Events, search: &Search) -> Terms {
    let unseen = events.dictionary.find(&Term::OnlyFor(search.clearance.other()));
    Terms::of(unseen.into_iter().collect())
}

/// A question with all that is known for its answer, as it was when this was taken: so it is worked on beside those who write.
pub struct Pending {
    search: Search,
    layers: Vec<Option<Layer>>,
    tail: Vec<TailRow>,
    sizes: Vec<SizeFacts>,
    sets: Arc<KnownSets>,
    whole: Arc<WholeCounts>,
    named: HashMap<usize, Vec<NamedRows>>,
    unseen: Terms,
    deadline: Option<Deadline>,
}

impl Pending {
    /// Takes what is known; `deadline` is when it must have been answered, if ever.
    pub fn new(events: &Events, search: Search, deadline: Option<Deadline>) -> Self {
        Self {
            layers: events.layers.slots.clone(),
            tail: events.layers.tail.clone(),
            sizes: events.dictionary.sizes.values().to_vec(),
            sets: Arc::clone(&events.layers.sets),
            whole: Arc::clone(&events.layers.whole),
            named: search.named_rows(|version| events.layers.row_of(version)),
            unseen: unseen_by(events, &search),
            search,
            deadline,
        }
    }

    /// The answer, as far as there is time for it.
    pub fn answer(&self) -> Answer<'_> {
        Answer {
            search: &self.search,
            layers: &self.layers,
            tail: &self.tail,
            known: Known { sizes: &self.sizes, sets: &self.sets, whole: &self.whole, deadline: self.deadline },
            named: Cow::Borrowed(&self.named),
            unseen: self.unseen.clone(),
            found: RefCell::default(),
            is_late: Cell::new(false),
        }
    }
}

/// Of a segment's rows one in so many, or fewer, are looked at one by one; of more those that come first in its order.
const FEW: usize = 64;

/// The rows of a list that are in a set.
fn listed<'a>(line: &'a [u16], rows: &'a Bits) -> impl DoubleEndedIterator<Item = usize> + 'a {
    line.iter().map(|row| usize::from(*row)).filter(|row| rows.contains(*row))
}

/// A key such that lower ones come sooner in the direction of the search.
pub(super) const fn rank(key: EventKey, backward: bool) -> EventKey {
    if backward { (-key.0, -key.1) } else { key }
}

/// The best versions met so far: one more than are wanted, to tell whether there are more.
pub(super) struct Best {
    pub(super) slice: Slice,
    heap: BinaryHeap<(EventKey, u32)>,
}

impl Best {
    /// Takes a version if it is good enough; false if it, and whatever is worse, is not.
    pub(super) fn offer(&mut self, key: EventKey, version: u32) -> bool {
        let rank = rank(key, self.slice.backward);
        if self.slice.from.is_some_and(|from| rank <= self::rank(from, self.slice.backward)) {
            return true;
        }
        if self.is_beyond(rank) {
            return false;
        }
        self.heap.push((rank, version));
        if self.heap.len() > self.slice.limit + 1 {
            self.heap.pop();
        }
        true
    }

    /// Whether there are enough better ones than this.
    pub(super) fn is_beyond(&self, rank: EventKey) -> bool {
        self.heap.len() > self.slice.limit && self.heap.peek().is_some_and(|(worst, _)| *worst <= rank)
    }

    /// Where the rows of a segment stand in its order, in the direction of the search and from where it begins: ranges, and
    /// whether each is to be read backwards.
    fn ranges(&self, segment: &Segment, key: &dyn Fn(usize) -> EventKey) -> Vec<(Range<usize>, bool)> {
        let ((line, known), rows) = (self.slice.sort.line(segment), segment.rows());
        // Rows that lack what the order goes by come last in both directions.
        let mut ranges = if self.slice.sort.is_descending() {
            vec![(0..known, true), (known..rows, true)]
        } else {
            vec![(0..rows, false)]
        };
        if self.slice.backward {
            ranges.reverse();
            for (_, is_descending) in &mut ranges {
                *is_descending = !*is_descending;
            }
        }
        let Some(from) = self.slice.from.map(|from| rank(from, self.slice.backward)) else {
            return ranges;
        };
        let row = |position: usize| line.map_or(position, |line| usize::from(line[position]));
        let is_before = |position: usize| rank(key(row(position)), self.slice.backward) <= from;
        for (range, is_descending) in &mut ranges {
            // The rows that the search has passed stand at the end at which it begins.
            let (mut low, mut high) = (range.start, range.end);
            while low < high {
                let middle = low.midpoint(high);
                if is_before(middle) == *is_descending { high = middle } else { low = middle + 1 }
            }
            if *is_descending { range.end = low } else { range.start = low }
        }
        ranges
    }

    fn finish(self) -> (Vec<(EventKey, u32)>, bool) {
        let backward = self.slice.backward;
        let mut found = self.heap.into_sorted_vec();
        let has_more = found.len() > self.slice.limit;
        found.truncate(self.slice.limit);
        let mut found: Vec<_> = found.into_iter().map(|(key, version)| (rank(key, backward), version)).collect();
        if backward {
            found.reverse();
        }
        (found, has_more)
    }
}
