//! A question at one moment, in the numbers of the index: whether one row answers it, and which rows of a segment do.

use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use super::aggregate::whole::WholeCounts;
use super::answer::Deadline;
use super::bits::Bits;
use super::dictionary::{SizeFacts, Starts};
use super::events::Events;
use super::found::{Found, KnownSets, PATIENCE};
use super::layer::Layer;
use super::nearest::Origin;
use super::row::Row;
use super::segment::Segment;
use super::terms::Terms;
use super::tree::Tree;
use crate::domain::area::Area;
use crate::domain::privacy::Clearance;
use crate::text::hits::Hits;

/// What an event may have to be an answer; one of it is enough.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// One of these terms.
    pub terms: Terms,
    /// One of the terms of one of these sets, each of which names an entity.
    pub entities: Vec<Arc<Terms>>,
    /// One of these places, with a point of the event's own in the area.
    pub own: Option<(Arc<Terms>, Area)>,
    /// It is one of these rows, by their numbers.
    pub versions: HashSet<u32>,
    /// Its text is one of these.
    pub text: Option<Arc<Hits>>,
}

/// What is asked about one side of an event.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// What it must have; `None` where nothing is asked.
    pub any: Option<Wanted>,
    /// What it must have nothing of.
    pub none: Wanted,
}

impl Wanted {
    fn matches(&self, row: &Row) -> bool {
        let own = |(terms, area): &(Arc<Terms>, Area)| {
            row.points.iter().any(|(term, point)| terms.has(*term) && area.contains(*point))
        };
        row.terms.iter().any(|term| self.terms.has(*term) || self.names(*term))
            || self.own.as_ref().is_some_and(own)
            || self.versions.contains(&row.version_no)
            || self.text.as_ref().is_some_and(|hits| hits.has(row.version_no))
    }

    /// Nothing but entities.
    pub fn of(entities: Vec<Arc<Terms>>) -> Self {
        Self { entities, ..Self::default() }
    }

    /// Whether a term names an entity that is wanted.
    pub fn names(&self, term: u32) -> bool {
        self.entities.iter().any(|terms| terms.has(term))
    }

    /// Whether nothing is.
    pub fn is_nothing(&self) -> bool {
        self.is_versions() && self.versions.is_empty() && self.text.as_ref().is_none_or(|hits| hits.is_empty())
    }

    /// The rows that are wanted by their numbers.
    fn by_number(&self) -> impl Iterator<Item = u32> {
        let few = self.text.as_ref().filter(|hits| hits.are_few());
        self.versions.iter().copied().chain(few.into_iter().flat_map(|hits| hits.iter()))
    }

    /// The rows whose text is wanted, where they are so many that each row is asked for.
    pub fn many_hits(&self) -> Option<&Hits> {
        self.text.as_deref().filter(|hits| !hits.are_few())
    }

    /// Whether nothing but versions is wanted.
    fn is_versions(&self) -> bool {
        let is_by_rows = self.terms.is_empty() && self.own.is_none() && self.many_hits().is_none();
        is_by_rows && self.entities.iter().all(|terms| terms.is_empty())
    }
}

impl Group {
    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.any.is_none() && self.none.is_nothing()
    }

    /// Whether a single row meets it.
    pub fn matches(&self, row: &Row) -> bool {
        self.any.as_ref().is_none_or(|wanted| wanted.matches(row)) && !self.none.matches(row)
    }

    /// The rows of a segment that it names one by one.
    pub fn named_in(&self, segment: &Segment) -> NamedRows {
        let rows = |wanted: &Wanted| {
            let versions =
                (0_u16..=u16::MAX).zip(&segment.version_no).filter(|(_, version)| wanted.versions.contains(*version));
            if wanted.versions.is_empty() { Vec::new() } else { versions.map(|(row, _)| row).collect() }
        };
        (self.any.as_ref().map(rows).unwrap_or_default(), rows(&self.none))
    }

    /// Whether few rows meet it, as a rule: those that have one of some entities, of which there are many.
    fn is_rare(&self) -> bool {
        self.any.as_ref().is_some_and(|wanted| wanted.terms.is_empty() && wanted.many_hits().is_none())
            && !self.is_wide(|_| true)
    }

    /// Whether it names so many entities, whose rows are `unknown`, that it is better asked about a row than about a segment.
    fn is_wide(&self, unknown: impl Fn(&Terms) -> bool) -> bool {
        let is_wide = |wanted: &Wanted| {
            let mut entities = wanted.entities.iter();
            wanted.many_hits().is_some() || entities.any(|terms| terms.are_many() && unknown(terms))
        };
        self.any.iter().chain([&self.none]).any(is_wide)
    }
}

/// Sizes that may lie between two numbers of people.
#[derive(Clone, Debug, Default)]
pub struct Sizes {
    /// The lowest number.
    pub min: i64,
    /// The highest number.
    pub max: i64,
    /// The terms of sizes that do.
    pub sure: Terms,
    /// The terms of sizes of which some do.
    pub perhaps: Terms,
}

/// Of a segment's rows one in so many, or fewer, are looked at one by one; of more the rows of all sizes are gathered.
const FEW_SIZED: usize = 8;

impl Sizes {
    fn has(&self, sizes: &[SizeFacts], size: u32) -> bool {
        sizes.get(size as usize).is_some_and(|size| size.overlaps(self.min, self.max))
    }

    /// Keeps the rows that have such a size.
    fn keep(&self, segment: &Segment, sizes: &[SizeFacts], rows: &mut Bits) {
        if rows.count() * FEW_SIZED < segment.rows() {
            return rows.retain(|row| self.has(sizes, segment.size.get(row)));
        }
        let mut perhaps = self.perhaps.rows(segment);
        perhaps.and(rows);
        perhaps.retain(|row| self.has(sizes, segment.size.get(row)));
        perhaps.or(self.sure.rows(segment).words());
        rows.and(&perhaps);
    }
}

/// What lies in a window.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InWindow {
    /// For each shape of dates, the starts with which it lies in the window, and whether it is wide.
    pub shapes: Vec<(Starts, bool)>,
    /// The term of wide dates.
    pub wide: Terms,
}

impl InWindow {
    /// Whether an event with these dates does.
    pub fn has(&self, shape: u32, start: i64) -> bool {
        self.shapes.get(shape as usize).is_some_and(|((first, last), _)| (*first..=*last).contains(&start))
    }

    /// Keeps the rows that lie in the window; false where none can.
    pub fn keep(&self, segment: &Segment, rows: &mut Bits) -> bool {
        let dated = &segment.start[..segment.bounds.dated];
        let (Some(first), Some(last)) = (dated.first(), dated.last()) else {
            return false;
        };
        let shapes = || segment.shape.occurring().iter().filter_map(|shape| self.shapes.get(*shape as usize));
        let (some, sure) = reach(shapes());
        if some.0 > *last || some.1 < *first {
            return false;
        }
        if sure.0 <= *first && *last <= sure.1 {
            rows.and(&Bits::range(segment.rows(), 0..dated.len()));
            return true;
        }
        let (some, sure) = reach(shapes().filter(|(_, is_wide)| !is_wide));
        let between = |(first, last)| if first <= last { segment.between(first, last) } else { 0..0 };
        let (perhaps, inside) = (between(some), between(sure));
        let mut kept = Bits::range(segment.rows(), inside.clone());
        // Between the two only the shape of each row tells.
        let outside = perhaps.filter(|row| !inside.contains(row));
        let wide = self.wide.rows(segment);
        for row in outside.chain(wide.ascending(0..segment.rows())) {
            if self.has(segment.shape.get(row), segment.start[row]) {
                kept.insert(row);
            } else {
                kept.remove(row);
            }
        }
        rows.and(&kept);
        true
    }
}

/// The starts with which some, and those with which all of these shapes lie in a window.
fn reach<'a>(shapes: impl Iterator<Item = &'a (Starts, bool)>) -> (Starts, Starts) {
    shapes.fold(((i64::MAX, i64::MIN), (i64::MIN, i64::MAX)), |(some, sure), (one, _)| {
        ((some.0.min(one.0), some.1.max(one.1)), (sure.0.max(one.0), sure.1.min(one.1)))
    })
}

/// A question at one moment.
#[derive(Clone, Debug)]
pub struct Search {
    /// The operation that is read at.
    pub seq: u32,
    /// What whoever asks may be given.
    pub clearance: Clearance,
    /// The first operation whose versions are wanted.
    pub since: u32,
    /// What an answer must be on every side.
    pub groups: Vec<Group>,
    /// The window; `None` where there is none.
    pub window: Option<InWindow>,
    /// The sizes that are wanted; `None` where any is, and none.
    pub sizes: Option<Sizes>,
    /// What must be met beside.
    pub filter: Option<Tree>,
    /// From where distances are measured; `None` where the order does not go by them.
    pub origin: Option<Origin>,
}

/// What is known beside the rows of segments.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The sizes of the dictionary.
    pub sizes: &'a [SizeFacts],
    /// Sets of rows that were asked for before.
    pub sets: &'a KnownSets,
    /// What was counted of whole segments before.
    pub whole: &'a Arc<WholeCounts>,
    /// When the question must have been answered, if ever.
    pub deadline: Option<Deadline>,
}

impl Known<'_> {
    /// Whether the time is over: then whatever is found further is not looked at.
    pub fn is_late(&self) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= Deadline::now())
    }
}

/// Rows that are looked at without waiting for a turn: about ten milliseconds of them, and none where the program is built for
/// tests, so that small data meets both ways.
const AT_ONCE: usize = if cfg!(debug_assertions) { 64 } else { 2_000_000 };
/// As many rows are looked at while the distance of one is worked out.
const NEAR: usize = 16;

/// The rows of one segment that a group names one by one: those it wants, and those it does not.
pub type NamedRows = (Vec<u16>, Vec<u16>);

impl Search {
    /// The question for all events that can be seen at an operation. There is no other beginning, so that none forgets who asks.
    pub const fn of_all(seq: u32, clearance: Clearance) -> Self {
        Self { seq, clearance, since: 0, groups: Vec::new(), window: None, sizes: None, filter: None, origin: None }
    }

    /// Whether it may take long: where rows have to be looked at one by one that are many.
    pub fn is_slow(&self, events: &Events) -> bool {
        let near = self.origin.as_ref().map_or(0, |_| NEAR);
        let is_round = |wanted: &Wanted| wanted.own.as_ref().is_some_and(|(_, area)| area.is_round());
        let own = self.groups.iter().filter(|group| group.any.as_ref().is_some_and(is_round)).count();
        let conditions = self.filter.as_ref().map_or(0, Tree::conditions);
        let words = self.groups.iter().flat_map(|group| group.any.iter().chain([&group.none]));
        let words = words.filter(|wanted| wanted.many_hits().is_some()).count();
        (near + own + conditions + words).saturating_mul(events.count()) > AT_ONCE
    }

    /// Whether one row, which can be seen, is an answer; `sizes` are those of the dictionary.
    pub fn matches(&self, row: &Row, sizes: &[SizeFacts]) -> bool {
        self.since <= row.seq
            && self.groups.iter().all(|group| group.matches(row))
            && self.window.as_ref().is_none_or(|window| window.has(row.shape, row.start))
            && self.sizes.as_ref().is_none_or(|wanted| wanted.has(sizes, row.size))
            && self.filter.as_ref().is_none_or(|filter| filter.matches(row))
    }

    /// The rows of a segment that are answers; `named` holds for each group what [`Self::named_rows`] found there, and
    /// `unseen` the terms of rows that whoever asks is not given.
    pub fn find<'a>(
        &'a self,
        layer: &'a Layer,
        named: Option<&[NamedRows]>,
        unseen: &Terms,
        known: Known<'a>,
    ) -> Found<'a> {
        static NONE: NamedRows = (Vec::new(), Vec::new());
        let named = |group: usize| named.map_or(&NONE, |named| &named[group]);
        let found = self.candidates(layer, named, unseen, known);
        let (rows, open) = found.unwrap_or_else(|| (Bits::none(layer.segment.rows()), Vec::new()));
        Found::new(layer, known, rows, open)
    }

    /// The rows that may be answers, and what they must still be asked; `None` where there are none.
    fn candidates<'a, 'n>(
        &'a self,
        layer: &Layer,
        named: impl Fn(usize) -> &'n NamedRows,
        unseen: &Terms,
        known: Known<'_>,
    ) -> Option<(Bits, Vec<(&'a Group, NamedRows)>)> {
        let segment = &*layer.segment;
        let is_nowhere = |(number, group): (usize, &Group)| {
            named(number).0.is_empty() && group.any.as_ref().is_some_and(Wanted::is_versions)
        };
        if self.groups.iter().enumerate().any(is_nowhere) {
            return None;
        }
        let mut rows = layer.visible(self.seq, self.since);
        if let Some(window) = &self.window
            && !window.keep(segment, &mut rows)
        {
            return None;
        }
        if !unseen.is_empty() {
            rows.and_not(&unseen.rows(segment));
        }
        let mut open = Vec::new();
        if rows.is_empty() {
            return None;
        }
        // What few rows have comes first, so that often nothing is left to ask for, or so little that it is asked row by row.
        let groups =
            |are_rare: bool| self.groups.iter().enumerate().filter(move |(_, group)| group.is_rare() == are_rare);
        let mut is_few = false;
        for (number, group) in groups(true).chain(groups(false)) {
            if known.is_late() {
                return None;
            }
            if is_few || group.is_wide(|terms| !known.sets.have(layer, terms)) {
                open.push((group, named(number).clone()));
                continue;
            }
            group.keep(layer, known.sets, named(number), &mut rows);
            let left = rows.count();
            if left == 0 {
                return None;
            }
            is_few = left <= PATIENCE;
        }
        if let Some(wanted) = &self.sizes {
            wanted.keep(segment, known.sizes, &mut rows);
        }
        if let Some(filter) = self.filter.as_ref().filter(|_| !rows.is_empty()) {
            rows.and(&filter.rows(layer, known));
        }
        Some((rows, open))
    }

    /// The rows that groups name one by one, by the number of their segment; `place` tells where a version is.
    pub fn named_rows(&self, place: impl Fn(u32) -> Option<(usize, u16)>) -> HashMap<usize, Vec<NamedRows>> {
        let mut named: HashMap<usize, Vec<NamedRows>> = HashMap::new();
        let none = || vec![NamedRows::default(); self.groups.len()];
        for (number, group) in self.groups.iter().enumerate() {
            for (slot, row) in group.any.iter().flat_map(Wanted::by_number).filter_map(&place) {
                named.entry(slot).or_insert_with(none)[number].0.push(row);
            }
            for (slot, row) in group.none.by_number().filter_map(&place) {
                named.entry(slot).or_insert_with(none)[number].1.push(row);
            }
        }
        named
    }
}
