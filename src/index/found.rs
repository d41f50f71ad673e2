//! The rows of one segment that answer a question. What is cheap to tell of all rows at once is told at once; the rest is
//! told row by row while few are looked at, and of all rows as soon as many are.

use std::cell::{Cell, OnceCell};
use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::bits::Bits;
use super::layer::Layer;
use super::layers::TAIL;
use super::search::{Group, Known, NamedRows, Wanted};
use super::segment::Segment;
use super::terms::Terms;
use crate::domain::area::Area;

/// Rows that are asked one by one before all are. To gather the rows of many terms costs about as much as some hundred
/// questions about a row.
pub const PATIENCE: usize = if cfg!(debug_assertions) { 4 } else { 128 };

/// The rows of one segment that answer a question.
pub struct Found<'a> {
    layer: &'a Layer,
    known: Known<'a>,
    /// The rows that may be answers.
    candidates: Bits,
    /// What they have not been asked yet, with the rows that this names one by one.
    open: Vec<(&'a Group, NamedRows)>,
    exact: OnceCell<Bits>,
    asked: Cell<usize>,
}

impl<'a> Found<'a> {
    /// Rows of which `open` is still to be asked.
    pub fn new(layer: &'a Layer, known: Known<'a>, candidates: Bits, open: Vec<(&'a Group, NamedRows)>) -> Self {
        let open = if candidates.is_empty() { Vec::new() } else { open };
        Self { layer, known, candidates, open, exact: OnceCell::new(), asked: Cell::new(0) }
    }

    /// The rows that may be answers; [`Self::accepts`] tells which of them are.
    pub const fn candidates(&self) -> &Bits {
        &self.candidates
    }

    /// Whether a row that may be an answer is one.
    pub fn accepts(&self, row: usize) -> bool {
        if self.open.is_empty() {
            return true;
        }
        if let Some(exact) = self.exact.get() {
            return exact.contains(row);
        }
        self.asked.set(self.asked.get() + 1);
        if self.asked.get() > PATIENCE {
            return self.rows().contains(row);
        }
        self.open.iter().all(|(group, _)| group.accepts(&self.layer.segment, row))
    }

    /// The rows that are answers.
    pub fn rows(&self) -> &Bits {
        if self.open.is_empty() {
            return &self.candidates;
        }
        self.exact.get_or_init(|| {
            let segment = &*self.layer.segment;
            let mut rows = self.candidates.clone();
            for (group, named) in &self.open {
                if self.known.is_late() {
                    break;
                }
                if rows.count() <= PATIENCE {
                    rows.retain(|row| group.accepts(segment, row));
                } else {
                    group.keep(self.layer, self.known.sets, named, &mut rows);
                }
            }
            rows
        })
    }
}

impl Wanted {
    /// The rows of a segment that have something of what is wanted; `versions` are those that are wanted by their numbers.
    pub fn rows(&self, layer: &Layer, sets: &KnownSets, versions: &[u16]) -> Bits {
        let segment = &*layer.segment;
        let mut rows = self.terms.rows(segment);
        self.entities.iter().for_each(|terms| sets.add(layer, terms, &mut rows));
        if let Some((terms, area)) = &self.own {
            let points = &segment.points;
            let are_all = points.term.occurring().iter().all(|term| terms.has(*term));
            points.numbers_inside(area, |number| {
                if are_all || terms.has(points.term.get(number)) {
                    rows.insert(usize::from(points.row[number]));
                }
            });
        }
        for row in versions {
            rows.insert(usize::from(*row));
        }
        if let Some(hits) = self.many_hits() {
            let numbers = segment.version_no.iter().enumerate();
            numbers.filter(|(_, version)| hits.has(**version)).for_each(|(row, _)| rows.insert(row));
        }
        rows
    }

    fn accepts(&self, segment: &Segment, row: usize) -> bool {
        let own = |term: u32, terms: &Terms, area: &Area| {
            terms.has(term) && segment.points.of_row(row).any(|own| own.term == term && area.contains(own.point))
        };
        let has = |term: u32| self.names(term) || self.own.as_ref().is_some_and(|(terms, area)| own(term, terms, area));
        segment.named(row).any(has)
            || self.terms.list().iter().any(|term| segment.postings.has(*term, row, segment.rows()))
            || self.versions.contains(&segment.version_no[row])
            || self.text.as_ref().is_some_and(|hits| hits.has(segment.version_no[row]))
    }
}

impl Group {
    /// Keeps the rows of a segment that meet it, with those that it names one by one.
    pub fn keep(&self, layer: &Layer, sets: &KnownSets, (wanted, excluded): &NamedRows, rows: &mut Bits) {
        if let Some(any) = &self.any {
            rows.and(&any.rows(layer, sets, wanted));
        }
        if !self.none.is_nothing() {
            rows.and_not(&self.none.rows(layer, sets, excluded));
        }
    }

    fn accepts(&self, segment: &Segment, row: usize) -> bool {
        self.any.as_ref().is_none_or(|wanted| wanted.accepts(segment, row)) && !self.none.accepts(segment, row)
    }
}

/// Bytes of all sets that are kept.
const ROOM: u64 = 32 << 20;
/// Sets that a table is laid out for before any is known.
const TYPICAL: usize = 16_384;

/// The rows of a set: a list where that is shorter than a bit for each row of the segment.
enum Rows {
    Few(Box<[u16]>),
    Many(Bits),
}

impl Rows {
    fn of(terms: &Terms, segment: &Segment) -> Self {
        let rows = terms.rows(segment);
        if rows.count() * 16 > segment.rows() {
            return Self::Many(rows);
        }
        let list = rows.ascending(0..segment.rows()).filter_map(|row| u16::try_from(row).ok());
        Self::Few(list.collect())
    }

    fn add_to(&self, rows: &mut Bits) {
        match self {
            Self::Few(list) => list.iter().for_each(|row| rows.insert(usize::from(*row))),
            Self::Many(bits) => rows.or(bits.words()),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Few(list) => list.len() * 2,
            Self::Many(bits) => bits.words().len() * 8,
        }
    }
}

/// The segment and what tells the terms from all others.
type Key = (u64, u128);

#[derive(Clone)]
struct Bytes;

impl Weighter<Key, Arc<Rows>> for Bytes {
    fn weight(&self, _: &Key, rows: &Arc<Rows>) -> u64 {
        rows.bytes() as u64 + 128
    }
}

/// The rows that have one of several terms, by segment and terms: what lies in a country is asked for again and again, with
/// ever different other filters. A segment never changes, so that what is kept is right for ever.
pub struct KnownSets(Cache<Key, Arc<Rows>, Bytes>);

impl Default for KnownSets {
    fn default() -> Self {
        Self(Cache::with_weighter(TYPICAL, ROOM, Bytes))
    }
}

impl std::fmt::Debug for KnownSets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} sets", self.0.len())
    }
}

impl KnownSets {
    /// Adds the rows of a segment that have one of these terms.
    fn add(&self, layer: &Layer, terms: &Terms, rows: &mut Bits) {
        if !is_kept(layer, terms) {
            return rows.or(terms.rows(&layer.segment).words());
        }
        let key = (layer.id, terms.digest());
        let known = self.0.get(&key).unwrap_or_else(|| {
            let known = Arc::new(Rows::of(terms, &layer.segment));
            self.0.insert(key, Arc::clone(&known));
            known
        });
        known.add_to(rows);
    }

    /// Whether the rows of a segment that have one of these terms are known, or gathered in no time.
    pub fn have(&self, layer: &Layer, terms: &Terms) -> bool {
        !is_kept(layer, terms) || self.0.contains_key(&(layer.id, terms.digest()))
    }
}

/// Whether the rows of a segment that have one of these terms are kept. Those of a segment out of the tail are gathered in the time
/// of a look-up; and while many write, such segments come and go, and would take the room of others.
fn is_kept(layer: &Layer, terms: &Terms) -> bool {
    terms.are_several() && layer.segment.rows() > TAIL
}
