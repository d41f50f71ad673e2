//! The answer to a question out of all segments and the tail: how many events, and which stand on a page.

use std::cell::RefCell;
use std::collections::{BinaryHeap, HashMap};
use std::ops::Range;
use std::rc::Rc;

use super::bits::Bits;
use super::dictionary::{Class, SizeClass, Term, numbers_of};
use super::events::Events;
use super::layers::Layer;
use super::order::{EventKey, Sort};
use super::row::NOTHING;
use super::search::{NamedRows, Search, Terms};
use super::segment::Segment;

/// A question asked of all events. The rows of a segment are found once, whatever is asked of them then.
pub struct Answer<'a> {
    events: &'a Events,
    search: &'a Search,
    named: HashMap<usize, Vec<NamedRows>>,
    /// The term of rows that whoever asks is not given; none where there are no policies. It is looked up for each answer and
    /// not with the question, which may be asked again when there has come one.
    unseen: Terms,
    rows: RefCell<HashMap<usize, Rc<Bits>>>,
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
        let named = search.named_rows(|version| events.layers.row_of(version));
        let unseen = events.dictionary.find(&Term::OnlyFor(search.clearance.other()));
        let unseen = Terms::of(unseen.into_iter().collect());
        Self { events, search, named, unseen, rows: RefCell::default() }
    }

    fn layers(&self) -> impl Iterator<Item = (usize, &'a Layer)> {
        let slots = self.events.layers.slots.iter().enumerate();
        slots.filter_map(|(slot, layer)| Some((slot, layer.as_ref()?)))
    }

    fn rows(&self, slot: usize, layer: &Layer) -> Rc<Bits> {
        let found = self.rows.borrow().get(&slot).cloned();
        found.unwrap_or_else(|| {
            let named = self.named.get(&slot).map(Vec::as_slice);
            let mut rows = self.search.rows(layer, named, self.events.dictionary.sizes.values());
            if !self.unseen.is_empty() {
                rows.and_not(&self.unseen.rows(&layer.segment));
            }
            let rows = Rc::new(rows);
            self.rows.borrow_mut().insert(slot, Rc::clone(&rows));
            rows
        })
    }

    /// How many events it has.
    pub fn total(&self) -> usize {
        let segments: usize = self.layers().map(|(slot, layer)| self.rows(slot, layer).count()).sum();
        segments + self.tail().count()
    }

    fn tail(&self) -> impl Iterator<Item = &'a super::row::Row> {
        let visible = self.events.layers.tail.iter().filter(|row| row.is_visible(self.search.seq));
        let given = visible.map(|row| &row.row).filter(|row| !row.terms.iter().any(|term| self.unseen.has(*term)));
        given.filter(|row| self.search.matches(row, self.events.dictionary.sizes.values()))
    }

    /// The versions of a part in the order of the answer, with their keys, and whether there are more in the direction in
    /// which it was sought.
    pub fn slice(&self, slice: Slice) -> (Vec<(EventKey, u32)>, bool) {
        let mut best = Best { slice, heap: BinaryHeap::new() };
        let dictionary = &self.events.dictionary;
        for row in self.tail() {
            best.offer(slice.sort.key_of(row, dictionary), row.version_no);
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
            let (rows, segment) = (self.rows(slot, layer), &*layer.segment);
            let key = |row| slice.sort.key_in(segment, row, dictionary);
            if slice.sort.is_by_start() {
                for (range, is_descending) in best.ranges(segment, &key) {
                    let offer = |row: usize| best.offer(key(row), segment.version_no[row]);
                    // Each further row of the range is worse than one that was too bad.
                    let _all = if is_descending {
                        rows.descending(range).all(offer)
                    } else {
                        rows.ascending(range).all(offer)
                    };
                }
            } else if slice.sort.is_by_size() {
                self.offer_by_size(&mut best, &rows, segment);
            } else {
                rows.ascending(0..segment.rows()).for_each(|row| {
                    best.offer(key(row), segment.version_no[row]);
                });
            }
        }
        best.finish()
    }
}

impl Answer<'_> {
    /// Offers rows class by class, the best first, until no further one can be good enough.
    fn offer_by_size(&self, best: &mut Best, rows: &Bits, segment: &Segment) {
        let Slice { sort, backward, .. } = best.slice;
        let offer = |best: &mut Best, row: usize| {
            best.offer(sort.key_in(segment, row, &self.events.dictionary), segment.version_no[row]);
        };
        let without_size = |best: &mut Best| {
            rows.ascending(0..segment.rows())
                .filter(|row| segment.size[*row] == NOTHING)
                .for_each(|row| offer(best, row));
        };
        // What has no size comes last.
        if backward {
            without_size(best);
        }
        let is_ascending = sort.is_descending() == backward;
        let each = |best: &mut Best, (class, terms): (&Class, &Vec<(u32, SizeClass)>)| {
            let (low, high) = numbers_of(*class);
            let soonest = (if is_ascending { low } else { high.saturating_neg() }, i64::MIN);
            if best.is_beyond(soonest) {
                return false;
            }
            let numbers: Vec<u32> = terms.iter().map(|(number, _)| *number).collect();
            let mut sized = segment.any_of(&numbers, &|term| numbers.binary_search(&term).is_ok());
            sized.and(rows);
            sized.ascending(0..segment.rows()).for_each(|row| offer(best, row));
            true
        };
        let classes = &self.events.lookup.sizes;
        let is_open = if is_ascending {
            classes.iter().all(|class| each(best, class))
        } else {
            classes.iter().rev().all(|class| each(best, class))
        };
        if !backward && is_open && !best.is_beyond(LAST_OF_ALL) {
            without_size(best);
        }
    }
}

/// Below the keys of all that lack what an order goes by, and above those of all others.
const LAST_OF_ALL: EventKey = (i64::MAX, i64::MIN);

/// A key such that lower ones come sooner in the direction of the search.
const fn rank(key: EventKey, backward: bool) -> EventKey {
    if backward { (-key.0, -key.1) } else { key }
}

/// The best versions met so far: one more than are wanted, to tell whether there are more.
struct Best {
    slice: Slice,
    heap: BinaryHeap<(EventKey, u32)>,
}

impl Best {
    /// Takes a version if it is good enough; false if it, and whatever is worse, is not.
    fn offer(&mut self, key: EventKey, version: u32) -> bool {
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
    fn is_beyond(&self, rank: EventKey) -> bool {
        self.heap.len() > self.slice.limit && self.heap.peek().is_some_and(|(worst, _)| *worst <= rank)
    }

    /// The rows of a segment in the direction of the search, from where it begins: ranges, and whether each is to be read
    /// backwards.
    fn ranges(&self, segment: &Segment, key: &dyn Fn(usize) -> EventKey) -> Vec<(Range<usize>, bool)> {
        let (dated, rows) = (segment.bounds.dated, segment.rows());
        // Undated rows stand last in the segment, and last in both orders.
        let mut ranges = match self.slice.sort {
            Sort::When => vec![(0..rows, false)],
            _ => vec![(0..dated, true), (dated..rows, true)],
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
        let is_before = |row: usize| rank(key(row), self.slice.backward) <= from;
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
