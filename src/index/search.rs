//! A question at one moment, in the numbers of the index: whether one row answers it, and which rows of a segment do.

use std::collections::{HashMap, HashSet};

use super::bits::Bits;
use super::dictionary::Starts;
use super::layers::Layer;
use super::row::{NOTHING, Row};
use super::segment::Segment;
use crate::domain::bounding_box::BoundingBox;

/// Numbers of terms.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    list: Vec<u32>,
    bits: Vec<u64>,
}

/// So many numbers are looked up one by one; more have a bit each.
const FEW: usize = 16;

impl Terms {
    /// A set of numbers in any order.
    pub fn of(mut list: Vec<u32>) -> Self {
        list.sort_unstable();
        list.dedup();
        let mut bits = Vec::new();
        if let Some(last) = list.last().filter(|_| list.len() > FEW) {
            bits = vec![0; *last as usize / 64 + 1];
            for term in &list {
                bits[*term as usize / 64] |= 1 << (term % 64);
            }
        }
        Self { list, bits }
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The numbers, ascending.
    pub fn list(&self) -> &[u32] {
        &self.list
    }

    /// Whether a number is in.
    pub fn has(&self, term: u32) -> bool {
        if self.bits.is_empty() {
            return self.list.contains(&term);
        }
        self.bits.get(term as usize / 64).is_some_and(|word| word & 1 << (term % 64) != 0)
    }

    fn rows(&self, segment: &Segment) -> Bits {
        segment.any_of(&self.list, &|term| self.has(term))
    }
}

/// What an event may have to be an answer; one of it is enough.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// One of these terms.
    pub terms: Terms,
    /// One of these places, with a point of the event's own in the box.
    pub own: Option<(Terms, BoundingBox)>,
    /// It is one of these versions.
    pub versions: HashSet<u32>,
}

/// What is asked about one side of an event.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// What it must have; `None` where nothing is asked.
    pub any: Option<Wanted>,
    /// Terms of which it must have none.
    pub none: Terms,
    /// Versions that it must not be.
    pub not: HashSet<u32>,
}

impl Wanted {
    fn matches(&self, row: &Row) -> bool {
        let own = |(terms, bbox): &(Terms, BoundingBox)| {
            row.points.iter().any(|(term, point)| terms.has(*term) && bbox.contains(*point))
        };
        row.terms.iter().any(|term| self.terms.has(*term))
            || self.own.as_ref().is_some_and(own)
            || self.versions.contains(&row.version_no)
    }

    fn rows(&self, segment: &Segment, versions: &[u16]) -> Bits {
        let mut rows = self.terms.rows(segment);
        if let Some((terms, bbox)) = &self.own {
            let inside = segment.points.iter().filter(|own| bbox.contains(own.point) && terms.has(own.term));
            for own in inside {
                rows.insert(usize::from(own.row));
            }
        }
        for row in versions {
            rows.insert(usize::from(*row));
        }
        rows
    }

    /// Whether nothing but versions is wanted.
    const fn is_versions(&self) -> bool {
        self.terms.is_empty() && self.own.is_none()
    }
}

impl Group {
    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.any.is_none() && self.none.is_empty() && self.not.is_empty()
    }

    fn matches(&self, row: &Row) -> bool {
        self.any.as_ref().is_none_or(|wanted| wanted.matches(row))
            && !self.not.contains(&row.version_no)
            && !row.terms.iter().any(|term| self.none.has(*term))
    }
}

/// A question at one moment.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// The operation that is read at.
    pub seq: u32,
    /// The first operation whose versions are wanted.
    pub since: u32,
    /// What an answer must be on every side.
    pub groups: Vec<Group>,
    /// For each shape of dates, the starts with which it lies in the window; `None` where there is no window.
    pub window: Option<Vec<Starts>>,
    /// For each size, whether it is wanted; `None` where any is, and none.
    pub sizes: Option<Vec<bool>>,
}

/// The rows of one segment that a group names one by one: those it wants, and those it does not.
pub type NamedRows = (Vec<u16>, Vec<u16>);

impl Search {
    /// Whether one row, which can be seen, is an answer.
    pub fn matches(&self, row: &Row) -> bool {
        self.since <= row.seq
            && self.groups.iter().all(|group| group.matches(row))
            && self.window.as_ref().is_none_or(|starts| lies_in(starts, row.shape, row.start))
            && self.sizes.as_ref().is_none_or(|sizes| is_wanted(sizes, row.size))
    }

    /// The rows of a segment that are answers; `named` holds for each group what [`Self::named_rows`] found there.
    pub fn rows(&self, layer: &Layer, named: Option<&[NamedRows]>) -> Bits {
        static NONE: NamedRows = (Vec::new(), Vec::new());
        let segment = &*layer.segment;
        let named = |group: usize| named.map_or(&NONE, |named| &named[group]);
        let is_nowhere = |(number, group): (usize, &Group)| {
            named(number).0.is_empty() && group.any.as_ref().is_some_and(Wanted::is_versions)
        };
        if self.groups.iter().enumerate().any(is_nowhere) {
            return Bits::none(segment.rows());
        }
        let mut rows = segment.visible(&layer.superseded, self.seq, self.since);
        if let Some(starts) = &self.window
            && !keep_within(starts, segment, &mut rows)
        {
            return Bits::none(segment.rows());
        }
        for (number, group) in self.groups.iter().enumerate() {
            if let Some(wanted) = &group.any {
                rows.and(&wanted.rows(segment, &named(number).0));
            }
            if rows.is_empty() {
                return rows;
            }
            if !group.none.is_empty() {
                rows.and_not(&group.none.rows(segment));
            }
            for row in &named(number).1 {
                rows.remove(usize::from(*row));
            }
        }
        if let Some(sizes) = &self.sizes {
            rows.retain(|row| is_wanted(sizes, segment.size[row]));
        }
        rows
    }

    /// The rows that groups name one by one, by the number of their segment; `place` tells where a version is.
    pub fn named_rows(&self, place: impl Fn(u32) -> Option<(usize, u16)>) -> HashMap<usize, Vec<NamedRows>> {
        let mut named: HashMap<usize, Vec<NamedRows>> = HashMap::new();
        let none = || vec![NamedRows::default(); self.groups.len()];
        for (number, group) in self.groups.iter().enumerate() {
            for (slot, row) in group.any.iter().flat_map(|any| &any.versions).filter_map(|version| place(*version)) {
                named.entry(slot).or_insert_with(none)[number].0.push(row);
            }
            for (slot, row) in group.not.iter().filter_map(|version| place(*version)) {
                named.entry(slot).or_insert_with(none)[number].1.push(row);
            }
        }
        named
    }
}

fn lies_in(starts: &[Starts], shape: u32, start: i64) -> bool {
    starts.get(shape as usize).is_some_and(|(first, last)| (*first..=*last).contains(&start))
}

fn is_wanted(sizes: &[bool], size: u32) -> bool {
    size != NOTHING && sizes.get(size as usize).is_some_and(|wanted| *wanted)
}

/// Keeps the rows that lie in the window; false where none can.
fn keep_within(starts: &[Starts], segment: &Segment, rows: &mut Bits) -> bool {
    let dated = &segment.start[..segment.bounds.dated];
    let (Some(first), Some(last)) = (dated.first(), dated.last()) else {
        return false;
    };
    let shapes = || segment.bounds.shapes.iter().filter_map(|shape| starts.get(*shape as usize));
    let some = shapes().fold((i64::MAX, i64::MIN), |all, one| (all.0.min(one.0), all.1.max(one.1)));
    let sure = shapes().fold((i64::MIN, i64::MAX), |all, one| (all.0.max(one.0), all.1.min(one.1)));
    if some.0 > *last || some.1 < *first {
        return false;
    }
    if sure.0 <= *first && *last <= sure.1 {
        rows.and(&Bits::range(segment.rows(), 0..dated.len()));
        return true;
    }
    rows.and(&Bits::range(segment.rows(), segment.between(some.0, some.1)));
    // Between the two only the shape of each row tells.
    let inside = if sure.0 <= sure.1 { segment.between(sure.0, sure.1) } else { 0..0 };
    rows.retain(|row| inside.contains(&row) || lies_in(starts, segment.shape[row], segment.start[row]));
    true
}
