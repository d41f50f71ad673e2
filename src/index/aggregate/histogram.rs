//! Events by time.

use super::groups::Groups;
use super::whole::{Told, Weighed};
use super::{Matched, Numbers, Piece, Share};
use crate::domain::buckets::Buckets;
use crate::domain::window::Frame;
use crate::index::dictionary::SizeFacts;
use crate::index::postings::position_from;

/// What is counted of the events of one bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// Events that lie in it for sure.
    pub definite: i64,
    /// Events that may lie in it.
    pub possible: i64,
    /// Fewest people of the events that do for sure, and how many of these tell a number.
    pub low: (i128, i64),
    /// Most people of the events that may, and how many of these tell one.
    pub high: (i128, i64),
    /// Events that may lie in it, of which the most people is open.
    pub open_high: i64,
    /// Events that may lie in it and tell no number of people.
    pub unknown: i64,
}

impl Bucket {
    fn add(&mut self, other: &Self) {
        self.definite += other.definite;
        self.possible += other.possible;
        self.low.0 += other.low.0;
        self.low.1 += other.low.1;
        self.high.0 += other.high.0;
        self.high.1 += other.high.1;
        self.open_high += other.open_high;
        self.unknown += other.unknown;
    }

    /// Adds so many times what an event with a size adds to the buckets that it lies in for sure.
    fn add_sure(&mut self, people: &People, times: i64) {
        self.definite += times;
        self.low.0 += i128::from(times) * i128::from(people.low.0);
        self.low.1 += times * people.low.1;
    }

    /// The same of those that it may lie in.
    fn add_perhaps(&mut self, people: &People, times: i64) {
        self.possible += times;
        self.high.0 += i128::from(times) * i128::from(people.high.0);
        self.high.1 += times * people.high.1;
        self.open_high += times * people.open_high;
        self.unknown += times * people.unknown;
    }
}

/// What a size adds to a bucket, as numbers alone: sizes of all kinds come one behind the other, and a processor would guess wrong which
/// one is next.
#[derive(Clone, Debug, Default)]
pub struct People {
    low: (i64, i64),
    high: (i64, i64),
    open_high: i64,
    unknown: i64,
}

impl People {
    /// Of a size, or of none.
    pub fn of(size: Option<&SizeFacts>) -> Self {
        match size {
            None => Self { unknown: 1, ..Self::default() },
            Some(SizeFacts { low, high: i64::MAX, .. }) => Self { low: (*low, 1), open_high: 1, ..Self::default() },
            Some(SizeFacts { low, high, .. }) => Self { low: (*low, 1), high: (*high, 1), ..Self::default() },
        }
    }
}

/// What is counted in some buckets, by how they differ.
#[derive(Debug)]
pub struct Steps {
    /// By how much each bucket differs from the one before, from events that lie in several.
    steps: Box<[(u32, Bucket)]>,
    /// What lies in it alone: most events are of one day.
    alone: Box<[(u32, Bucket)]>,
}

impl Weighed for Steps {
    fn bytes(&self) -> usize {
        size_of_val(&*self.steps) + size_of_val(&*self.alone)
    }
}

/// Buckets while they are counted.
struct Sums {
    /// As in [`Steps`]; one more than there are buckets.
    steps: Vec<Bucket>,
    alone: Vec<Bucket>,
}

impl Sums {
    fn of(buckets: &Buckets) -> Self {
        Self { steps: vec![Bucket::default(); buckets.len() + 1], alone: vec![Bucket::default(); buckets.len()] }
    }

    fn add(&mut self, (first, end): (usize, usize), add: impl Fn(&mut Bucket, i64)) {
        if first + 1 == end {
            add(&mut self.alone[first], 1);
        } else if first < end {
            add(&mut self.steps[first], 1);
            add(&mut self.steps[end], -1);
        }
    }

    fn with(mut self, other: Self) -> Self {
        for (own, other) in [(&mut self.steps, other.steps), (&mut self.alone, other.alone)] {
            own.iter_mut().zip(other).for_each(|(own, other)| own.add(&other));
        }
        self
    }

    fn add_steps(&mut self, steps: &Steps) {
        for (own, other) in [(&mut self.steps, &steps.steps), (&mut self.alone, &steps.alone)] {
            other.iter().for_each(|(at, bucket)| own[*at as usize].add(bucket));
        }
    }

    /// Those that are not nothing.
    fn steps(self) -> Steps {
        let is_something = |(_, bucket): &(u32, Bucket)| *bucket != Bucket::default();
        let something = |buckets: Vec<Bucket>| (0..).zip(buckets).filter(is_something).collect();
        Steps { steps: something(self.steps), alone: something(self.alone) }
    }

    fn summed(self) -> Vec<Bucket> {
        let mut sum = Bucket::default();
        let add = |(step, alone): (Bucket, Bucket)| {
            sum.add(&step);
            let mut all = sum;
            all.add(&alone);
            all
        };
        self.steps.into_iter().zip(self.alone).map(add).collect()
    }
}

/// Where events of one shape lie.
#[derive(Clone, Copy, Default)]
struct Lying {
    /// How many edges lie before each of their four bounds.
    before: [usize; 4],
    /// The first and the last start with which they do.
    starts: (i64, i64),
}

impl Lying {
    /// Where an event lies that starts at some moment, among buckets by their first and their last moments, of which as many
    /// follow one another as `pace` tells; `offsets` are its bounds behind its start.
    fn of(starts: &[i64], ends: &[i64], pace: f64, offsets: [i64; 4], start: i64) -> Self {
        let [begin, end, begun, not_over] = offsets;
        // A bucket that ends before the event begins is out, and so is one that begins after it ends.
        let edges =
            [(ends, begin), (starts, end.saturating_add(1)), (ends, begun), (starts, not_over.saturating_add(1))];
        let mut lying = Self { before: [0; 4], starts: (i64::MIN, i64::MAX) };
        for (before, (edges, offset)) in lying.before.iter_mut().zip(edges) {
            *before = position(edges, start.saturating_add(offset), pace);
            let (first, last) = &mut lying.starts;
            if let Some(edge) = before.checked_sub(1).and_then(|last| edges.get(last)) {
                *first = edge.saturating_sub(offset).saturating_add(1).max(*first);
            }
            if let Some(edge) = edges.get(*before) {
                *last = edge.saturating_sub(offset).min(*last);
            }
        }
        lying
    }
}

/// Counting in progress.
struct Tally<'a> {
    buckets: &'a Buckets,
    numbers: &'a Numbers,
    /// Buckets in a microsecond.
    pace: f64,
    /// Where the last row of each shape lay, since the next one mostly lies there too.
    lying: Vec<Lying>,
}

impl<'a> Tally<'a> {
    #[expect(clippy::cast_precision_loss, reason = "it is about how many")]
    fn new(buckets: &'a Buckets, numbers: &'a Numbers) -> Self {
        // Nothing starts between the first and the last one yet.
        let nowhere = Lying { starts: (i64::MAX, i64::MIN), ..Lying::default() };
        let (count, first, last) = (buckets.len(), buckets.starts.first(), buckets.starts.last());
        let took = first.zip(last).map_or(0, |(first, last)| last - first);
        let pace = if took > 0 { (count - 1) as f64 / took as f64 } else { 0.0 };
        Self { buckets, numbers, pace, lying: vec![nowhere; numbers.shapes.len()] }
    }

    fn add(&mut self, piece: &Piece, row: usize, sums: &mut Sums) {
        let (segment, number) = (&*piece.segment, piece.segment.shape.get(row) as usize);
        let Some(lying) = self.lying.get_mut(number) else {
            // It has no dates.
            return;
        };
        let start = segment.start[row];
        if !(lying.starts.0..=lying.starts.1).contains(&start) {
            let offsets = self.numbers.shapes[number].bounds(0, self.buckets.frame());
            *lying = Lying::of(&self.buckets.starts, &self.buckets.ends, self.pace, offsets, start);
        }
        let [out, end, unsure, sure_end] = lying.before;
        let people = self.numbers.people(segment.size.get(row));
        sums.add((out, end), |bucket, times| bucket.add_perhaps(people, times));
        sums.add((unsure, sure_end), |bucket, times| bucket.add_sure(people, times));
    }
}

/// How many edges lie before a value. It is found at once where each follows the one before as fast as `pace` tells in edges a
/// microsecond, as hours, days and weeks do, and otherwise not far from there.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "it is about where"
)]
fn position(edges: &[i64], value: i64, pace: f64) -> usize {
    let is_before = |edge: &i64| *edge < value;
    let behind = edges.first().map_or(0, |first| value.saturating_sub(*first));
    let near = if behind > 0 { edges.len().min(1 + ((behind - 1) as f64 * pace) as usize) } else { 0 };
    if edges[..near].last().is_none_or(is_before) {
        position_from(edges, near, is_before)
    } else {
        edges[..near].partition_point(is_before)
    }
}

impl Matched {
    /// The first and the last moment that dates tell, in the calendar of a frame: where a date is open, its other bound. `None`
    /// where there is no date.
    pub fn told_between(&self, numbers: &Numbers, frame: Frame) -> Told {
        let wider = |(first, last): (i64, i64), (from, to): (i64, i64)| (first.min(from), last.max(to));
        let told = |piece: &Piece| {
            let bounds = piece.rows().filter_map(|row| numbers.bounds(&piece.segment, row, frame));
            bounds.filter_map(super::extent::told).reduce(wider)
        };
        let told = |(_, piece): (usize, &Piece)| match piece.whole() {
            Some(whole) => whole.told(frame, || told(piece)),
            None => told(piece),
        };
        self.share(
            |pieces| pieces.filter_map(told).reduce(wider),
            |one, other| one.into_iter().chain(other).reduce(wider),
        )
    }

    /// How many have no date.
    pub fn undated(&self) -> usize {
        let dated = |piece: &Piece| piece.rows.count_before(piece.segment.bounds.dated);
        self.total() - self.0.iter().map(dated).sum::<usize>()
    }

    /// What is counted in each bucket.
    pub fn by_time(&self, buckets: &Buckets, numbers: &Numbers) -> Vec<Bucket> {
        let digest = buckets.digest();
        let count = |pieces: Share<'_>| {
            let (mut tally, mut sums) = (Tally::new(buckets, numbers), Sums::of(buckets));
            for (_, piece) in pieces {
                let mut count = |sums: &mut Sums| piece.rows().for_each(|row| tally.add(piece, row, sums));
                match piece.whole() {
                    None => count(&mut sums),
                    Some(whole) => sums.add_steps(&whole.steps(digest, || {
                        let mut own = Sums::of(buckets);
                        count(&mut own);
                        own.steps()
                    })),
                }
            }
            sums
        };
        self.share(count, Sums::with).summed()
    }

    /// The same of the events that have each of some values, of which the numbers are ascending; the last is of those that
    /// have no value.
    pub fn by_time_and_value(
        &self,
        buckets: &Buckets,
        numbers: &Numbers,
        groups: &Groups,
        values: &[u32],
    ) -> Vec<Vec<Bucket>> {
        let mut tally = Tally::new(buckets, numbers);
        let mut all: Vec<Sums> = values.iter().map(|_| Sums::of(buckets)).collect();
        let mut none = Sums::of(buckets);
        // One behind the other: what several shares would hold of all values could be much.
        for piece in &self.0 {
            let mut without = piece.clone();
            groups.each(piece, |group, rows| {
                let mut of_value = values.binary_search(&group).ok().map(|value| &mut all[value]);
                for row in rows.iter().map(|row| usize::from(*row)) {
                    without.rows.remove(row);
                    if let Some(sums) = &mut of_value {
                        tally.add(piece, row, sums);
                    }
                }
            });
            without.rows().for_each(|row| tally.add(piece, row, &mut none));
        }
        all.into_iter().chain([none]).map(Sums::summed).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn offset() -> impl Strategy<Value = i64> {
        prop_oneof![4 => -40_i64..40, 1 => Just(i64::MAX), 1 => Just(i64::MIN), 1 => Just(i64::MIN + 7)]
    }

    proptest! {
        #[test]
        fn what_is_known_of_the_event_before_holds_as_long_as_it_says(
            edges in prop::collection::btree_set(-60_i64..60, 0..12),
            pace in prop_oneof![0.0..0.5, Just(0.5)],
            offsets in [offset(), offset(), offset(), offset()],
            events in prop::collection::vec(-70_i64..70, 1..30),
        ) {
            let starts: Vec<i64> = edges.into_iter().map(|edge| edge * 2).collect();
            let ends: Vec<i64> = starts.iter().map(|start| start + 1).collect();
            let mut lying = Lying { starts: (i64::MAX, i64::MIN), ..Lying::default() };
            for start in events {
                if !(lying.starts.0..=lying.starts.1).contains(&start) {
                    lying = Lying::of(&starts, &ends, pace, offsets, start);
                    prop_assert!((lying.starts.0..=lying.starts.1).contains(&start));
                }
                let [begin, end, begun, not_over] = offsets.map(|offset| start.saturating_add(offset));
                let before = |edges: &[i64], value: i64| edges.iter().filter(|edge| **edge < value).count();
                let naive = [
                    before(&ends, begin),
                    before(&starts, end.saturating_add(1)),
                    before(&ends, begun),
                    before(&starts, not_over.saturating_add(1)),
                ];
                prop_assert_eq!(lying.before, naive);
            }
        }
    }
}
