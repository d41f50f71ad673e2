//! Where the rows of a segment lie on the map of the world, as exactly as tiles from afar tell.

#![expect(clippy::cast_possible_truncation, reason = "rows have 16 bits by design")]

use std::sync::{Arc, Mutex, PoisonError};

use super::tile::{FAR, Stamp, TileMap};
use crate::domain::tile::{EXTENT, OnMap};
use crate::index::bits::Bits;
use crate::index::segment::Segment;

/// A position on the map in one number: its units to the east, then those to the south, of the deepest zoom level from afar.
type Packed = u32;
/// Stands for a row that has no place on the map.
const NOWHERE: Packed = Packed::MAX;
/// Stands for one that names several places, of which some are.
const SEVERAL: Packed = Packed::MAX - 1;
/// Bits of the units along a side of the world.
const BITS: u32 = EXTENT.trailing_zeros() + FAR as u32;

fn packed(at: OnMap) -> Packed {
    (at.x >> (u32::BITS - BITS)) << BITS | at.y >> (u32::BITS - BITS)
}

/// The first position of a unit. A tile from afar shows all of the unit at one spot.
const fn unpacked(packed: Packed) -> OnMap {
    OnMap { x: packed >> BITS << (u32::BITS - BITS), y: packed << (u32::BITS - BITS) }
}

/// Where the rows of a segment lie while no location moves, whatever of it is asked for.
#[derive(Debug)]
pub struct FarPlaces {
    /// By row: the only place that it names.
    only: Box<[Packed]>,
    /// Those of rows that name several, ascending by rows.
    several: Box<[(u16, Packed, PlaceOf)]>,
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
pub struct KnownPlaces(Mutex<Option<(Stamp, Arc<FarPlaces>)>>);

impl KnownPlaces {
    /// Where they lie while places are known under a stamp.
    pub fn get(&self, stamp: Stamp, find: impl FnOnce() -> FarPlaces) -> Arc<FarPlaces> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, places)) = known().as_ref().filter(|(own, _)| *own == stamp) {
            return Arc::clone(places);
        }
        // Nobody waits meanwhile: whoever asks as well finds them too.
        let found = Arc::new(find());
        *known() = Some((stamp, Arc::clone(&found)));
        found
    }
}

impl FarPlaces {
    /// Of all rows of a segment; `map` is that of a tile from afar.
    pub fn of(segment: &Segment, map: &TileMap) -> Self {
        let (mut only, mut several, mut places) = (Vec::with_capacity(segment.rows()), Vec::new(), Vec::new());
        for row in 0..segment.rows() {
            places.clear();
            let named = map.each_on_map(segment, row, |at, of| places.push((row as u16, packed(at), of)));
            only.push(match *places {
                [] => NOWHERE,
                [(_, place, _)] if named == 1 => place,
                _ => SEVERAL,
            });
            if only.last() == Some(&SEVERAL) {
                several.extend_from_slice(&places);
            }
        }
        Self { only: only.into(), several: several.into() }
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

    /// These rows, of a segment that has so many.
    pub fn rows_with_several(&self, rows: usize) -> Bits {
        let mut several = Bits::none(rows);
        self.several.iter().for_each(|(row, ..)| several.insert((*row).into()));
        several
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
