//! Where the versions of events stand: the newest in a tail, all others in segments, which are merged as they grow.

#![expect(
    clippy::cast_possible_truncation,
    reason = "rows have 16 bits by design, and what a segment holds is fewer than 2^32"
)]

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::aggregate::whole::WholeCounts;
use super::dictionary::{Dictionary, SizeFacts};
use super::found::KnownSets;
use super::layer::Layer;
use super::merge::{NOWHERE, merge};
use super::row::{APART, Row};
use super::segment::{MAX_ROWS, Segment};

/// Rows that are looked at one by one before they become a segment.
pub const TAIL: usize = if cfg!(debug_assertions) { 1 << 3 } else { 1 << 8 };
/// Segments of one size that are merged into one of the next.
const FAN: usize = if cfg!(debug_assertions) { 3 } else { 4 };
/// The size from which segments wait to be merged into those that follow one another in time: the first of which one is full.
const FULL: u8 = if cfg!(debug_assertions) { 3 } else { 4 };
/// The size of segments that follow one another in time.
const BASE: u8 = FULL + 1;

/// Where a version stands.
#[derive(Clone, Copy, Debug)]
enum Place {
    Tail(usize),
    Segment(usize, u16),
    Untold,
}

/// Stands for no place, and for that of a version which is not told.
const NO_PLACE: u32 = u32::MAX;
const UNTOLD: u32 = u32::MAX - 1;

/// A row of the tail, and the operation that superseded it: `u32::MAX` while it is the newest, 0 where it is not told any
/// more.
#[derive(Clone, Debug)]
pub struct TailRow {
    /// The row.
    pub row: Row,
    by: u32,
}

impl TailRow {
    /// Whether it could be seen at an operation.
    pub const fn is_visible(&self, seq: u32) -> bool {
        self.row.seq <= seq && seq < self.by
    }
}

/// The rows of all versions. A version that not everybody is given alike has two, or one that some are given alone; see
/// [`APART`].
#[derive(Debug, Default)]
pub struct Layers {
    /// The newest rows, in the order in which they came.
    pub tail: Vec<TailRow>,
    /// The segments; a number stays with its segment, and is free when it was merged.
    pub slots: Vec<Option<Layer>>,
    /// Where each version stands, by its number.
    places: Vec<u32>,
    /// The same of what stands apart: few, so that they take no room where there are none.
    apart: HashMap<u32, u32>,
    /// Sets of rows that questions have asked for.
    pub sets: Arc<KnownSets>,
    /// What was counted of whole segments.
    pub whole: Arc<WholeCounts>,
}

/// Layers to be merged, as they were when that began.
#[derive(Debug)]
pub struct Merging {
    slots: Vec<usize>,
    inputs: Vec<Layer>,
    level: u8,
    sizes: Vec<SizeFacts>,
    /// The new number of each term, where they are numbered anew.
    terms: Option<Vec<u32>>,
}

/// Layers that replace others.
#[derive(Debug)]
pub struct Merged {
    slots: Vec<usize>,
    inputs: Vec<Layer>,
    pieces: Vec<Layer>,
    went: Vec<Vec<u32>>,
}

impl Merging {
    /// The same with terms under new numbers, for when all rows are merged.
    pub fn renumbered(self, terms: Vec<u32>) -> Self {
        Self { terms: Some(terms), ..self }
    }

    /// Merges; it takes long, and needs nothing but what was taken when it began.
    pub fn run(self) -> Merged {
        let Self { slots, inputs, level, sizes, terms } = self;
        let (pieces, went) = merge(&inputs, level, &sizes, terms.as_deref());
        Merged { slots, inputs, pieces, went }
    }
}

impl Layers {
    /// Takes in a row.
    pub fn push(&mut self, row: Row) {
        self.set_place(row.version_no, self.tail.len() as u32);
        self.tail.push(TailRow { row, by: u32::MAX });
    }

    /// Notes a version that the public is not given, or not any more.
    pub fn set_untold(&mut self, version: u32) {
        self.set_place(version, UNTOLD);
    }

    /// Whether a version has a row.
    pub fn has(&self, version: u32) -> bool {
        !matches!(self.place(version), None | Some(Place::Untold))
    }

    /// Whether a version is known to be one that the public is not given.
    pub fn is_untold(&self, version: u32) -> bool {
        matches!(self.place(version), Some(Place::Untold))
    }

    /// Notes the operation that superseded a version; 0 where it is not told any more.
    pub fn supersede(&mut self, version: u32, by: u32) {
        match self.place(version) {
            Some(Place::Tail(position)) => self.tail[position].by = by,
            Some(Place::Segment(slot, row)) => {
                if let Some(layer) = &mut self.slots[slot] {
                    layer.supersede(row, by);
                }
            }
            Some(Place::Untold) | None => {}
        }
    }

    /// Lets a row go, since another one may take its place.
    pub fn remove(&mut self, version: u32) {
        self.supersede(version, 0);
        if version & APART != 0 {
            self.apart.remove(&version);
        }
    }

    fn set_place(&mut self, version: u32, place: u32) {
        if version & APART != 0 {
            self.apart.insert(version, place);
            return;
        }
        let version = version as usize;
        if self.places.len() <= version {
            self.places.resize(version + 1, NO_PLACE);
        }
        self.places[version] = place;
    }

    /// Where a version stands: tail rows have numbers below those of the first segment's rows.
    fn place(&self, version: u32) -> Option<Place> {
        let place = if version & APART == 0 { self.places.get(version as usize) } else { self.apart.get(&version) };
        match *place? {
            NO_PLACE => None,
            UNTOLD => Some(Place::Untold),
            place if u16::try_from(place).is_ok() => Some(Place::Tail(place as usize)),
            place => Some(Place::Segment((place >> 16) as usize - 1, place as u16)),
        }
    }

    /// The segment and the row of a version, if it stands in one.
    pub fn row_of(&self, version: u32) -> Option<(usize, u16)> {
        match self.place(version)? {
            Place::Segment(slot, row) => Some((slot, row)),
            Place::Tail(_) | Place::Untold => None,
        }
    }

    /// The row of a version, if it stands in the tail.
    pub fn tail_row(&self, version: u32) -> Option<&Row> {
        match self.place(version)? {
            Place::Tail(position) => Some(&self.tail[position].row),
            Place::Segment(..) | Place::Untold => None,
        }
    }

    fn segment(&self, slot: usize) -> Option<&Segment> {
        self.slots.get(slot)?.as_ref().map(|layer| &*layer.segment)
    }

    /// A value of a version's row.
    pub fn column<T>(
        &self,
        version: u32,
        tail: impl Fn(&Row) -> T,
        segment: impl Fn(&Segment, usize) -> T,
    ) -> Option<T> {
        match self.place(version)? {
            Place::Tail(position) => Some(tail(&self.tail[position].row)),
            Place::Segment(slot, row) => Some(segment(self.segment(slot)?, usize::from(row))),
            Place::Untold => None,
        }
    }

    /// The operations that wrote the rows with a term that the public is given, or was.
    pub fn public_rows_having(&self, term: u32) -> impl Iterator<Item = u32> {
        let in_tail = self.tail.iter().filter(move |row| row.by != 0 && row.row.terms.contains(&term));
        let in_tail = in_tail.map(|row| (row.row.version_no, row.row.seq));
        let in_segments = self.slots.iter().flatten().flat_map(move |layer| {
            let (segment, gone) = (&*layer.segment, layer.gone());
            let handles = segment.postings.handles().filter(|(own, _)| *own == term);
            let mut found = Vec::new();
            for (_, handle) in handles {
                segment.postings.each(handle, segment.rows(), |row| {
                    if !gone.contains(&(row as u16)) {
                        found.push((segment.version_no[row], segment.seq[row]));
                    }
                });
            }
            found
        });
        in_tail.chain(in_segments).filter(|(number, _)| number & APART == 0).map(|(_, seq)| seq)
    }

    /// Makes a segment of the tail when it has so many rows, which must be fewer than a segment can have.
    pub fn seal(&mut self, rows: usize, dictionary: &Dictionary) {
        if self.tail.len() >= rows {
            let layer = sealed(std::mem::take(&mut self.tail), dictionary);
            self.put(layer);
        }
    }

    /// Gives a layer a number, and its rows their places.
    pub fn put(&mut self, layer: Layer) {
        let slot = self.slots.iter().position(Option::is_none).unwrap_or(self.slots.len());
        let gone = layer.gone();
        for (row, version) in (0_u16..=u16::MAX).zip(&layer.segment.version_no) {
            // A row that went while it was merged, or that another one has taken the place of, stays so.
            if !self.is_untold(*version) && !gone.contains(&row) {
                self.set_place(*version, ((slot as u32 + 1) << 16) | u32::from(row));
            }
        }
        if slot == self.slots.len() {
            self.slots.push(None);
        }
        self.slots[slot] = Some(layer);
    }

    /// The segments that should be merged now, and the size of what comes out; `all` for everything that is not in the
    /// order of time yet.
    fn due(&self, all: bool) -> Option<(Vec<usize>, u8)> {
        let with = |test: &dyn Fn(u8) -> bool| -> Vec<usize> {
            let slots = self.slots.iter().enumerate();
            slots
                .filter(|(_, layer)| layer.as_ref().is_some_and(|layer| test(layer.level)))
                .map(|(slot, _)| slot)
                .collect()
        };
        let rows =
            |slots: &[usize]| slots.iter().filter_map(|slot| self.segment(*slot)).map(Segment::rows).sum::<usize>();
        if all {
            let waiting = with(&|level| level < BASE);
            return (!waiting.is_empty()).then(|| (with(&|_| true), BASE));
        }
        for level in 0..FULL {
            let slots = with(&|own| own == level);
            if slots.len() >= FAN {
                return Some((slots, level + 1));
            }
        }
        let full = with(&|level| level == FULL);
        let is_due = rows(&full) >= MAX_ROWS.max(rows(&with(&|level| level == BASE)) / 4);
        is_due.then(|| (with(&|level| level >= FULL), BASE))
    }

    /// A segment with rows that are not told any more, to be written without them.
    pub fn purging(&self, dictionary: &Dictionary) -> Option<Merging> {
        let has_gone = |layer: &&Layer| layer.superseded().iter().any(|(_, by)| *by == 0);
        let (slot, layer) =
            (0..).zip(&self.slots).find_map(|(slot, layer)| Some((slot, layer.as_ref().filter(has_gone)?)))?;
        let (level, sizes) = (layer.level, dictionary.sizes.values().to_vec());
        Some(Merging { slots: vec![slot], inputs: vec![layer.clone()], level, sizes, terms: None })
    }

    /// The numbers of the terms that rows have.
    pub fn terms(&self) -> HashSet<u32> {
        let in_tail = self.tail.iter().filter(|row| row.by != 0).flat_map(|row| row.row.terms.iter().copied());
        let segments = self.slots.iter().flatten().map(|layer| &layer.segment);
        in_tail.chain(segments.flat_map(|segment| segment.postings.handles().map(|(term, _)| term))).collect()
    }

    /// What should be merged now. Others may read and apply meanwhile; only one merge may go on at a time.
    pub fn merging(&self, all: bool, dictionary: &Dictionary) -> Option<Merging> {
        let (slots, level) = self.due(all)?;
        let inputs = slots.iter().filter_map(|slot| self.slots[*slot].clone()).collect();
        Some(Merging { slots, inputs, level, sizes: dictionary.sizes.values().to_vec(), terms: None })
    }

    /// Puts what was merged in the place of what it was merged from, with what became of the rows meanwhile. Does nothing
    /// where that is gone, because the dataset is another one now.
    pub fn install(&mut self, merged: &mut Merged) {
        let Merged { slots, inputs, pieces, went } = merged;
        let layer = |slot: usize| self.slots.get(slot).and_then(Option::as_ref);
        let is_there =
            |(slot, input): (&usize, &Layer)| layer(*slot).is_some_and(|own| Arc::ptr_eq(&own.segment, &input.segment));
        if !slots.iter().zip(&*inputs).all(is_there) {
            return;
        }
        for ((slot, input), went) in slots.iter().zip(&*inputs).zip(&*went) {
            let superseded = self.slots[*slot].take().map(|layer| layer.superseded().to_vec()).unwrap_or_default();
            for (row, by) in superseded.into_iter().skip(input.superseded().len()) {
                let went = went[usize::from(row)];
                if went != NOWHERE {
                    pieces[went as usize >> 16].supersede(went as u16, by);
                }
            }
        }
        for piece in pieces.drain(..) {
            self.put(piece);
        }
    }

    /// All layers and one of the tail: nothing of it changes any more.
    pub fn snapshot(&self, dictionary: &Dictionary) -> Vec<Layer> {
        let tail = (!self.tail.is_empty()).then(|| sealed(self.tail.clone(), dictionary));
        self.slots.iter().flatten().cloned().chain(tail).collect()
    }

    /// None yet, but room for versions up to `last`, of which some have no row.
    pub fn restored(untold: impl Iterator<Item = u32>, last: u32) -> Self {
        let mut restored = Self { places: vec![NO_PLACE; last as usize + 1], ..Self::default() };
        untold.for_each(|version| restored.set_untold(version));
        restored
    }

    /// The highest number of a version.
    pub fn last_version(&self) -> u32 {
        (self.places.len() as u32).saturating_sub(1)
    }

    /// The bytes that rows and places take.
    pub fn bytes(&self) -> usize {
        let layers: usize = self.slots.iter().flatten().map(Layer::bytes).sum();
        let row = |row: &TailRow| size_of::<TailRow>() + row.row.terms.len() * 4 + row.row.points.len() * 24;
        let tail: usize = self.tail.iter().map(row).sum();
        layers + tail + self.places.len() * 4 + self.apart.len() * 9
    }
}

/// A layer of the rows of a tail.
fn sealed(mut tail: Vec<TailRow>, dictionary: &Dictionary) -> Layer {
    tail.retain(|row| row.by != 0);
    let superseded: HashMap<u32, u32> =
        tail.iter().filter(|row| row.by != u32::MAX).map(|row| (row.row.version_no, row.by)).collect();
    let told = tail.into_iter().map(|row| row.row).collect();
    let segment = Segment::of(told, dictionary);
    let rows = (0_u16..=u16::MAX).zip(&segment.version_no);
    let superseded = rows.filter_map(|(row, version)| Some((row, *superseded.get(version)?))).collect();
    let is_of = |level: &u8| segment.rows() >= TAIL * FAN.pow(u32::from(*level));
    let level = (1..=FULL).take_while(is_of).last().unwrap_or(0);
    Layer::new(level, Arc::new(segment), superseded)
}
