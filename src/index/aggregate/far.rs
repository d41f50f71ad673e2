//! Where the rows of a segment lie on the map of the world, as exactly as tiles from afar tell.

#![expect(
    clippy::cast_possible_truncation,
    reason = "rows have 16 bits by design, and a segment has fewer than 2^32 points"
)]

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::tile::FAR;
use crate::domain::tile::{EXTENT, OnMap};
use crate::index::bits::Bits;
use crate::index::lookup::PlaceTerm;
use crate::index::segment::Segment;
use crate::index::terms::Terms;

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

/// Where places lie, by the numbers of their terms.
#[derive(Debug)]
pub struct PlacesAfar {
    /// The same as long as none moves. No others have it while the program runs.
    moves: u64,
    of: Vec<Packed>,
}

impl PlacesAfar {
    /// All places, known under a number of moves.
    pub fn of<'a>(places: impl Iterator<Item = &'a PlaceTerm>, moves: u64) -> Self {
        let mut of = Vec::new();
        for place in places {
            let number = place.number as usize;
            of.resize(of.len().max(number + 1), NO_PLACE);
            of[number] = match place.on_map {
                _ if place.precision.is_area() => NOWHERE,
                _ if place.is_own => OWN,
                on_map => on_map.map_or(NOWHERE, packed),
            };
        }
        Self { moves, of }
    }

    fn get(&self, term: u32) -> Packed {
        self.of.get(term as usize).copied().unwrap_or(NO_PLACE)
    }

    /// The terms of places that lie elsewhere than they did.
    fn moved(&self, before: &Self) -> Terms {
        let is_moved = |(_, (now, then)): &(u32, (&Packed, &Packed))| now != then;
        Terms::of((0..).zip(self.of.iter().zip(&before.of)).filter(is_moved).map(|(term, _)| term).collect())
    }
}

/// Where the rows of a segment lie, whatever of it is asked for.
#[derive(Debug)]
pub struct FarPlaces {
    /// The same as long as none moves. No others have it while the program runs.
    pub version: u64,
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

/// Where the rows of a segment lie, once somebody has asked for a tile from afar: four bytes a row.
#[derive(Debug, Default)]
pub struct KnownPlaces(Mutex<Option<(Arc<PlacesAfar>, Arc<FarPlaces>)>>);

impl KnownPlaces {
    /// Where they lie while places lie there. Rows of places that were moved are looked at again.
    pub fn get(&self, segment: &Segment, places: &Arc<PlacesAfar>) -> Arc<FarPlaces> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = known().clone();
        // Nobody waits meanwhile: whoever asks as well looks too.
        let found = match before {
            None => Arc::new(FarPlaces::of(segment, places)),
            Some((before, found)) if before.moves == places.moves => found,
            Some((before, found)) => {
                let moved = segment.any_of(&places.moved(&before));
                if moved.is_empty() { found } else { Arc::new(found.moved(&moved, segment, places)) }
            }
        };
        // With the places of now, so that former ones are given back.
        *known() = Some((Arc::clone(places), Arc::clone(&found)));
        found
    }
}

impl FarPlaces {
    /// Of all rows of a segment.
    fn of(segment: &Segment, places: &PlacesAfar) -> Self {
        let nowhere = vec![NOWHERE; segment.rows()].into();
        Self { version: 0, only: nowhere, several: Vec::new() }.moved(&Bits::all(segment.rows()), segment, places)
    }

    /// The same where some rows lie elsewhere.
    fn moved(&self, rows: &Bits, segment: &Segment, places: &PlacesAfar) -> Self {
        static VERSIONS: AtomicU64 = AtomicU64::new(1);
        let mut only = self.only.clone();
        let mut several: Vec<_> =
            self.several.iter().filter(|(row, ..)| !rows.contains((*row).into())).copied().collect();
        let (mut of_row, mut number) = (Vec::new(), 0);
        for row in rows.ascending(0..segment.rows()) {
            of_row.clear();
            let mut named = 0;
            for term in segment.named(row) {
                let place = places.get(term);
                named += usize::from(place != NO_PLACE);
                if place < NO_PLACE {
                    of_row.push((row as u16, place, PlaceOf::Term(term)));
                }
            }
            while segment.points.row.get(number).is_some_and(|own| usize::from(*own) <= row) {
                if usize::from(segment.points.row[number]) == row
                    && places.get(segment.points.term.get(number)) == OWN
                    && let Some(at) = segment.points.on_map(number)
                {
                    of_row.push((row as u16, packed(at), PlaceOf::Own(number as u32)));
                }
                number += 1;
            }
            only[row] = match *of_row {
                [] => NOWHERE,
                [(_, place, _)] if named == 1 => place,
                _ => SEVERAL,
            };
            if only[row] == SEVERAL {
                several.extend_from_slice(&of_row);
            }
        }
        several.sort_by_key(|(row, ..)| *row);
        Self { version: VERSIONS.fetch_add(1, Ordering::Relaxed), only, several }
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
