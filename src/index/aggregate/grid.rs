//! Events that are near one another on a tile, counted in cells.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "a segment has at most 2^16 rows, and a tile few cells"
)]

use super::Piece;
use super::far::{FarPlaces, PlaceOf};
use super::met::{CELLS, Cell, Met};
use super::tile::{Dot, Part, Shown, TileMap};
use super::whole::Weighed;
use crate::domain::tile::Spot;
use crate::domain::vocabulary::EventType;
use crate::index::bits::Bits;
use crate::index::terms::Terms;

/// The cells of a tile and its margins.
pub(super) struct Grid {
    cells: Vec<Cell>,
    /// How many events of each type each cell has: all cells of the first type, then those of the next one.
    types: Vec<i32>,
    met: Met,
}

/// What the cells have of one segment that have something.
#[derive(Debug)]
pub struct Cells {
    /// The version of [`FarPlaces`] by which rows were counted.
    pub version: u64,
    by_number: Box<[(u16, Cell)]>,
    /// Where the counts of types stand that are not nothing, among those of all cells.
    types: Box<[u32]>,
    /// One less than each of these: as many as a segment has rows.
    counts: Box<[u16]>,
}

impl Weighed for Cells {
    fn bytes(&self) -> usize {
        size_of_val(&*self.by_number) + size_of_val(&*self.types) + size_of_val(&*self.counts)
    }
}

/// A cell of one piece as it is among those of others, where the number of an event is that of its piece and then that of its row.
const fn numbered(piece: usize, cell: &Cell) -> Cell {
    Cell { numbers: cell.numbers + cell.events * ((piece as i64) << 16), ..*cell }
}

impl Grid {
    pub fn of(types: usize) -> Self {
        Self { cells: vec![Cell::default(); CELLS], types: vec![0; CELLS * types], met: Met::default() }
    }

    /// With what was counted of other pieces.
    pub fn with(mut self, other: Self) -> Self {
        self.cells.iter_mut().zip(&other.cells).for_each(|(own, other)| own.add(1, other));
        self.types.iter_mut().zip(other.types).for_each(|(own, other)| *own += other);
        self
    }

    /// Counts the events of the piece with a number.
    pub fn take(&mut self, number: usize, piece: &Piece, map: &TileMap, located: &Terms) {
        let Some((known, afar)) = piece.places.as_ref().zip(map.afar.as_ref()) else {
            self.met.clear(piece.segment.rows());
            map.each_part(piece, located, |Part { spot, rows, .. }| {
                rows.each_of(piece, |row| self.met.meet(row, spot));
            });
            return self.add_met(number, piece, map, 1);
        };
        let places = known.get(&piece.segment, afar);
        let (one, draws) = ((number, piece), |of| map.draws(&piece.segment, of));
        let Some((whole, missing)) = &piece.rest else {
            return self.count(one, &piece.rows, &places, draws, map, 1);
        };
        // Fewer rows are missing than match: these are taken off what all have.
        let cells = whole.cells((map.tile, map.types.len()), places.version, |known| {
            let mut seen = piece.rows.clone();
            seen.or(missing.words());
            let moves = known.and_then(|known| Some((known, afar.moves_since(known.version)?)));
            let mut own = Self::of(map.types.len());
            let rows = match moves {
                None => seen,
                // As it was before, without the rows that moved.
                Some((known, moves)) => {
                    own.add(0, known);
                    own.met.clear(piece.segment.rows());
                    let meet = |row, at| map.tile.spots(at).for_each(|spot| own.met.meet(row, spot));
                    let moved = places.each_former(moves, (&piece.segment, &seen), afar, meet);
                    own.add_met(0, piece, map, -1);
                    moved
                }
            };
            own.count((0, piece), &rows, &places, |_| true, map, 1);
            own.cells(places.version)
        });
        self.add(number, &cells);
        let mut off = missing.clone();
        if !map.draws_all {
            let partly = places.partly(&piece.rows, draws);
            off.or(partly.words());
            self.count(one, &partly, &places, draws, map, 1);
        }
        if !off.is_empty() {
            self.count(one, &off, &places, |_| true, map, -1);
        }
    }

    /// Counts some rows so many times; of several places that a row names, those that are drawn. That a row with one place matches is
    /// due to that one, where any is asked for.
    fn count(
        &mut self,
        (number, piece): (usize, &Piece),
        rows: &Bits,
        places: &FarPlaces,
        draws: impl Fn(PlaceOf) -> bool,
        map: &TileMap,
        times: i64,
    ) {
        self.met.clear(piece.segment.rows());
        for row in rows.ascending(0..piece.segment.rows()).filter(|row| places.has_one(*row)) {
            self.met.meet_new(row, map.tile.spots(places.only(row)));
        }
        for (row, at, of) in places.several().filter(|(row, ..)| rows.contains(*row)) {
            if draws(of) {
                map.tile.spots(at).for_each(|spot| self.met.meet(row, spot));
            }
        }
        self.add_met(number, piece, map, times);
    }

    /// Adds the rows that were met so many times.
    fn add_met(&mut self, number: usize, piece: &Piece, map: &TileMap, times: i64) {
        let Self { cells, types, met } = self;
        let more = met.each_cell(|at, cell| cells[usize::from(at)].add(times, &numbered(number, cell)));
        let Met { rows, cell, .. } = met;
        let mut have_more = Bits::none(cell.len());
        for (row, _) in &more {
            have_more.insert((*row).into());
        }
        let times = times as i32;
        for (of_type, (term, _)) in types.chunks_mut(CELLS).zip(&map.types) {
            let Some(handle) = piece.segment.postings.handle(*term) else {
                continue;
            };
            piece.segment.postings.each_of(handle, rows, cell.len(), |row| {
                of_type[usize::from(cell[row])] += times;
                if have_more.contains(row) {
                    let from = more.partition_point(|(own, _)| usize::from(*own) < row);
                    let of_row = more[from..].iter().take_while(|(own, _)| usize::from(*own) == row);
                    of_row.for_each(|(_, cell)| of_type[usize::from(*cell)] += times);
                }
            });
        }
    }

    /// Those that have something, of a single piece, whose rows lie as they do for a version.
    fn cells(self, version: u64) -> Cells {
        let by_number = (0..).zip(self.cells).filter(|(_, cell)| cell.dots > 0).collect();
        let counted = (0_u32..).zip(self.types).filter(|(_, count)| *count > 0);
        let (types, counts): (Vec<_>, Vec<_>) = counted.map(|(at, count)| (at, (count - 1) as u16)).unzip();
        Cells { version, by_number, types: types.into(), counts: counts.into() }
    }

    fn add(&mut self, number: usize, cells: &Cells) {
        for (at, cell) in &cells.by_number {
            self.cells[usize::from(*at)].add(1, &numbered(number, cell));
        }
        for (at, count) in cells.types.iter().zip(&cells.counts) {
            self.types[*at as usize] += i32::from(*count) + 1;
        }
    }

    /// What is shown of it: several events in the middle of their places. `dot` shows the row of a piece that is alone in a cell.
    pub fn shown(
        self,
        named: &[(u32, EventType)],
        dot: impl Fn((usize, usize), u16) -> Option<(Spot, Dot)>,
    ) -> impl Iterator<Item = (Spot, Shown)> {
        let Self { cells, types, .. } = self;
        (0_u16..).zip(cells).filter(|(_, cell)| cell.events > 0).filter_map(move |(at, cell)| {
            if cell.events == 1 {
                let number = cell.numbers.unsigned_abs() as usize;
                return dot((number >> 16, number & 0xffff), at).map(|(spot, dot)| (spot, Shown::One(dot)));
            }
            let middle = |sum: i64| sum.div_euclid(cell.dots) as i16;
            let counts = types[usize::from(at)..].iter().step_by(CELLS).zip(named).filter(|(count, _)| **count > 0);
            let most = counts.reduce(|most, one| if one.0 > most.0 { one } else { most }).map(|(_, (_, most))| *most);
            let spot = Spot { x: middle(cell.sum.0), y: middle(cell.sum.1) };
            Some((spot, Shown::Several { count: u32::try_from(cell.events).unwrap_or(u32::MAX), most }))
        })
    }
}
