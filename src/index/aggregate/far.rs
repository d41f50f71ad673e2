//! Where the rows of a segment lie on the map of the world, as exactly as tiles from afar tell.

#![expect(
    clippy::cast_possible_truncation,
    reason = "rows have 16 bits by design, and a segment has fewer than 2^32 points"
)]

use std::sync::{Arc, Mutex, PoisonError};

use super::tile::FAR;
use crate::domain::tile::{EXTENT, OnMap};
use crate::index::bits::Bits;
use crate::index::lookup::PlaceTerm;
use crate::index::segment::Segment;

/// A position on the map in one number: its units to the east, then those to the south, of the deepest zoom level from afar.
type Packed = u32;
/// Stands for what has no place on the map.
const NOWHERE: Packed = Packed::MAX;
/// Stands for a row that names several places, of which some are.
const SEVERAL: Packed = Packed::MAX - 1;
/// Stands for a place of which each event says where it is.
const OWN: Packed = Packed::MAX - 2;
/// Stands for a term that names no place.
const NO_PLACE: Packed = Packed::MAX - 3;
/// Bits of the units along a side of the world.
const BITS: u32 = EXTENT.trailing_zeros() + FAR as u32;

fn packed(at: OnMap) -> Packed {
    (at.x >> (u32::BITS - BITS)) << BITS | at.y >> (u32::BITS - BITS)
}

/// The first position of a unit. A tile from afar shows all of the unit at one spot.
const fn unpacked(packed: Packed) -> OnMap {
    OnMap { x: packed >> BITS << (u32::BITS - BITS), y: packed << (u32::BITS - BITS) }
}

/// Moves that are remembered, or twice as many. Few where the program is built for tests.
const REMEMBERED: usize = if cfg!(debug_assertions) { 3 } else { 1_024 };

/// How a place lies that is known under a term.
fn position(place: &PlaceTerm) -> Packed {
    match place.on_map {
        _ if place.precision.is_area() => NOWHERE,
        _ if place.is_own => OWN,
        on_map => on_map.map_or(NOWHERE, packed),
    }
}

/// The term of a place that moved, and where it lay before.
pub type Move = (u32, Packed);

/// The places that moved lately, in the order in which they did.
#[derive(Clone, Debug, Default)]
pub struct Moves {
    forgotten: u64,
    latest: Vec<Move>,
}

impl Moves {
    /// Notes where a place lies and where it lay; false where that is the same from afar.
    pub fn note(&mut self, before: &PlaceTerm, now: &PlaceTerm) -> bool {
        let was = position(before);
        if was == position(now) {
            return false;
        }
        if self.latest.len() == 2 * REMEMBERED {
            self.latest.drain(..REMEMBERED);
            self.forgotten += REMEMBERED as u64;
        }
        self.latest.push((now.number, was));
        true
    }

    /// How many there ever were.
    const fn count(&self) -> u64 {
        self.forgotten + self.latest.len() as u64
    }

    /// Those behind so many; `None` where these are not all of them, or there were not so many.
    fn since(&self, count: u64) -> Option<&[Move]> {
        self.latest.get(usize::try_from(count.checked_sub(self.forgotten)?).ok()?..)
    }
}

/// Where places lie, by the numbers of their terms.
#[derive(Debug)]
pub struct PlacesAfar {
    moves: Moves,
    of: Vec<Packed>,
}

impl PlacesAfar {
    /// All places, and how they came to lie there.
    pub fn of<'a>(places: impl Iterator<Item = &'a PlaceTerm>, moves: Moves) -> Self {
        let mut of = Vec::new();
        for place in places {
            let number = place.number as usize;
            of.resize(of.len().max(number + 1), NO_PLACE);
            of[number] = position(place);
        }
        Self { moves, of }
    }

    fn get(&self, term: u32) -> Packed {
        self.of.get(term as usize).copied().unwrap_or(NO_PLACE)
    }

    /// What moved since places lay as they did for a version of [`FarPlaces`]; `None` where that is not known.
    pub fn moves_since(&self, version: u64) -> Option<&[Move]> {
        self.moves.since(version)
    }
}

/// Where the rows of a segment lie, whatever of it is asked for.
#[derive(Clone, Debug)]
pub struct FarPlaces {
    /// Moves that there were when one of the segment's rows moved last: the same as long as none does.
    pub version: u64,
    /// Moves that were looked at.
    seen: u64,
    /// By row: the only place that it names.
    only: Box<[Packed]>,
    /// Those of rows that name several, ascending by rows.
    several: Vec<(u16, Packed, PlaceOf)>,
}

/// What tells whether a place is drawn.
#[derive(Clone, Copy, Debug)]
pub enum PlaceOf {
    /// The term of a place that stands where its location does.
    Term(u32),
    /// The number of one of the segment's own points.
    Own(u32),
}

impl PlaceOf {
    /// Where it lies by a list of terms, ascending; `None` where it is not among them.
    fn lay(self, by_term: &[Move]) -> Option<Packed> {
        match self {
            Self::Term(term) => by_term.binary_search_by_key(&term, |(own, _)| *own).ok().map(|at| by_term[at].1),
            Self::Own(_) => None,
        }
    }
}

/// What became of a place.
struct Moved {
    term: u32,
    /// Where it lay before the first of some moves.
    was: Packed,
    now: Packed,
    /// Whether it has been on the map all the time: rows that name it and others have it among these.
    is_kept: bool,
}

/// What became of places by some moves, by their terms.
fn moved(moves: &[Move], places: &PlacesAfar) -> Vec<Moved> {
    let mut by_term = moves.to_vec();
    by_term.sort_by_key(|(term, _)| *term);
    let of_one = |of_one: &[Move]| {
        let ((term, was), now) = (of_one[0], places.get(of_one[0].0));
        let is_kept = now < NO_PLACE && of_one.iter().all(|(_, was)| *was < NO_PLACE);
        Moved { term, was, now, is_kept }
    };
    by_term.chunk_by(|(one, _), (other, _)| one == other).map(of_one).collect()
}

/// Where the rows of a segment lie, once somebody has asked for a tile from afar: four bytes a row.
#[derive(Debug, Default)]
pub struct KnownPlaces(Mutex<Option<Arc<FarPlaces>>>);

impl KnownPlaces {
    /// Where they lie while places lie there.
    pub fn get(&self, segment: &Segment, places: &PlacesAfar) -> Arc<FarPlaces> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = &mut *known()
            && let Some(moves) = places.moves.since(found.seen)
        {
            if !moves.is_empty() {
                Arc::make_mut(found).follow(moves, segment, places);
            }
            return Arc::clone(found);
        }
        // To look at all rows takes long. Nobody waits meanwhile: whoever asks as well looks too.
        let found = Arc::new(FarPlaces::of(segment, places));
        *known() = Some(Arc::clone(&found));
        found
    }
}

/// Hands out the places of a row that are on the map, where terms lie as is told, and says how many places it names.
fn each_place(
    segment: &Segment,
    row: usize,
    lies: impl Fn(u32) -> Packed,
    mut take: impl FnMut(Packed, PlaceOf),
) -> usize {
    let mut named = 0;
    for term in segment.named(row) {
        let place = lies(term);
        named += usize::from(place != NO_PLACE);
        if place == OWN {
            let points = &segment.points;
            for number in points.numbers_of_row(row).filter(|number| points.term.get(*number) == term) {
                if let Some(at) = points.on_map(number) {
                    take(packed(at), PlaceOf::Own(number as u32));
                }
            }
        } else if place < NO_PLACE {
            take(place, PlaceOf::Term(term));
        }
    }
    named
}

impl FarPlaces {
    /// Of all rows of a segment.
    fn of(segment: &Segment, places: &PlacesAfar) -> Self {
        let (only, now) = (vec![NOWHERE; segment.rows()].into(), places.moves.count());
        let mut of = Self { version: now, seen: now, only, several: Vec::new() };
        of.look_at(&Bits::all(segment.rows()), segment, places);
        of
    }

    /// Follows places that moved.
    fn follow(&mut self, moves: &[Move], segment: &Segment, places: &PlacesAfar) {
        self.seen = places.moves.count();
        let mut others = Bits::none(segment.rows());
        let mut lie = Vec::new();
        for Moved { term, is_kept, now, .. } in moved(moves, places) {
            let Some(handle) = segment.postings.handle(term) else {
                continue;
            };
            segment.postings.each(handle, segment.rows(), |row| {
                // The only place that it names is this one.
                if self.has_one(row) {
                    self.only[row] = now;
                } else if !is_kept || self.only[row] != SEVERAL {
                    others.insert(row);
                }
            });
            lie.push((term, now));
        }
        if lie.is_empty() {
            return;
        }
        self.version = self.seen;
        for (_, place, of) in &mut self.several {
            *place = of.lay(&lie).unwrap_or(*place);
        }
        if !others.is_empty() {
            self.several.retain(|(row, ..)| !others.contains((*row).into()));
            self.look_at(&others, segment, places);
        }
    }

    /// Looks at rows none of which is among those that name several places.
    fn look_at(&mut self, rows: &Bits, segment: &Segment, places: &PlacesAfar) {
        let mut of_row = Vec::new();
        for row in rows.ascending(0..segment.rows()) {
            of_row.clear();
            let named =
                each_place(segment, row, |term| places.get(term), |place, of| of_row.push((row as u16, place, of)));
            self.only[row] = match *of_row {
                [] => NOWHERE,
                [(_, place, _)] if named == 1 => place,
                _ => SEVERAL,
            };
            if self.only[row] == SEVERAL {
                self.several.extend_from_slice(&of_row);
            }
        }
        self.several.sort_by_key(|(row, ..)| *row);
    }

    /// Hands out where those of some rows lay, before some places moved, that name one of these, and tells which rows those are.
    pub fn each_former(
        &self,
        moves: &[Move],
        (segment, rows): (&Segment, &Bits),
        places: &PlacesAfar,
        mut take: impl FnMut(usize, OnMap),
    ) -> Bits {
        let moved = moved(moves, places);
        let former: Vec<Move> = moved.iter().map(|moved| (moved.term, moved.was)).collect();
        let [mut naming, mut others] = [0; 2].map(|_| Bits::none(segment.rows()));
        for Moved { term, was, is_kept, .. } in moved {
            let Some(handle) = segment.postings.handle(term) else {
                continue;
            };
            segment.postings.each_of(handle, rows, segment.rows(), |row| {
                naming.insert(row);
                if self.has_one(row) {
                    if was < NO_PLACE {
                        take(row, unpacked(was));
                    }
                } else if !is_kept || self.only[row] != SEVERAL {
                    others.insert(row);
                }
            });
        }
        for (row, place, of) in &self.several {
            let row = usize::from(*row);
            if naming.contains(row) && !others.contains(row) {
                take(row, unpacked(of.lay(&former).unwrap_or(*place)));
            }
        }
        let lay = |term: u32| PlaceOf::Term(term).lay(&former).unwrap_or_else(|| places.get(term));
        for row in others.ascending(0..segment.rows()) {
            each_place(segment, row, lay, |place, _| take(row, unpacked(place)));
        }
        naming
    }

    /// Whether a row names a single place, and that is on the map.
    pub fn has_one(&self, row: usize) -> bool {
        self.only[row] < SEVERAL
    }

    /// Where such a row lies; somewhere for any other one.
    pub fn only(&self, row: usize) -> OnMap {
        unpacked(self.only[row])
    }

    /// The rows that name several places, and where those of these are that are on the map, ascending by rows.
    pub fn several(&self) -> impl Iterator<Item = (usize, OnMap, PlaceOf)> {
        self.several.iter().map(|(row, place, of)| (usize::from(*row), unpacked(*place), *of))
    }

    /// Those of these rows that name several places, of which some are not drawn.
    pub fn partly(&self, rows: &Bits, draws: impl Fn(PlaceOf) -> bool) -> Bits {
        let mut partly = Bits::none(self.only.len());
        for (row, _, of) in &self.several {
            let row = usize::from(*row);
            if rows.contains(row) && !partly.contains(row) && !draws(*of) {
                partly.insert(row);
            }
        }
        partly
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::tile::Tile;

    proptest! {
        #[test]
        fn tiles_from_afar_show_a_unit_at_one_spot(x in any::<u32>(), y in any::<u32>()) {
            let at = OnMap { x, y };
            for tile in (0..=FAR).flat_map(Tile::all) {
                let spots = |at: OnMap| tile.spots(at).collect::<Vec<_>>();
                prop_assert_eq!(spots(at), spots(unpacked(packed(at))));
            }
        }
    }
}
