//! Events that are near one another on a tile, counted in cells.

#![expect(clippy::cast_possible_truncation, reason = "a segment has at most 2^16 rows, and a tile has few cells")]

use super::Piece;
use super::tile::{Dot, FAR, Part, Shown, TileMap};
use super::whole::Weighed;
use crate::domain::tile::{EXTENT, MARGIN, Spot};
use crate::domain::vocabulary::{EventType, PlacePrecision};
use crate::index::bits::Bits;
use crate::index::terms::Terms;

/// Units along a side of the cells in which events are counted together: 32 by 32 cells a tile. Margins are whole cells, so that
/// two tiles show the same in the margin that they share.
const CELL: i32 = 128;
/// Cells along a side of a tile with its margins.
const SIDE: u16 = ((EXTENT + 2 * MARGIN) / CELL) as u16;
/// A row that was met in no cell yet.
const NOWHERE: u16 = u16::MAX;

/// The cells of a tile and its margins, row by row.
pub(super) struct Grid {
    cells: Vec<Cell>,
    /// How many events of each type each cell has.
    types: Vec<u32>,
}

#[derive(Clone, Debug, Default)]
struct Cell {
    /// Its events, each counted once.
    events: u32,
    /// Their places.
    dots: u32,
    /// The spots of these, added up.
    sum: (i64, i64),
    /// One of the events: the only one, where it has one.
    one: Option<One>,
}

/// An event at the first of its spots in a cell.
#[derive(Clone, Copy, Debug)]
pub(super) struct One {
    pub piece: u32,
    pub row: u16,
    pub precision: PlacePrecision,
    spot: Spot,
}

/// What the cells have that have something.
#[derive(Debug)]
pub struct Cells {
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

impl Cell {
    fn count(&mut self, one: One) {
        self.events += 1;
        self.one.get_or_insert(one);
    }

    fn add(&mut self, other: &Self) {
        self.events += other.events;
        self.dots += other.dots;
        self.sum.0 += other.sum.0;
        self.sum.1 += other.sum.1;
        self.one = self.one.or(other.one);
    }
}

impl Grid {
    pub fn of(types: usize) -> Self {
        let cells = usize::from(SIDE).pow(2);
        Self { cells: vec![Cell::default(); cells], types: vec![0; cells * types] }
    }

    /// With what was counted of other pieces.
    pub fn with(mut self, other: Self) -> Self {
        self.cells.iter_mut().zip(&other.cells).for_each(|(own, other)| own.add(other));
        self.types.iter_mut().zip(other.types).for_each(|(own, other)| *own += other);
        self
    }

    /// Counts the events of the piece with a number.
    pub fn take(&mut self, number: usize, piece: &Piece, map: &TileMap, located: &Terms) {
        match piece.whole.as_ref().zip(map.known_as) {
            Some((whole, stamp)) if map.tile.zoom() <= FAR => {
                let cells = whole.cells((map.tile, stamp), || {
                    let mut own = Self::of(map.types.len());
                    own.count(number, piece, map, located);
                    own.cells()
                });
                self.add(number, &cells);
            }
            _ => self.count(number, piece, map, located),
        }
    }

    /// Those that have something, of a single piece.
    fn cells(self) -> Cells {
        let by_number = (0..).zip(self.cells).filter(|(_, cell)| cell.dots > 0).collect();
        let counted = (0_u32..).zip(self.types).filter_map(|(at, count)| Some((at, count.checked_sub(1)? as u16)));
        let (types, counts): (Vec<_>, Vec<_>) = counted.unzip();
        Cells { by_number, types: types.into(), counts: counts.into() }
    }

    fn add(&mut self, number: usize, cells: &Cells) {
        for (at, cell) in &cells.by_number {
            let one = cell.one.map(|one| One { piece: number as u32, ..one });
            self.cells[usize::from(*at)].add(&Cell { one, ..cell.clone() });
        }
        for (at, count) in cells.types.iter().zip(&cells.counts) {
            self.types[*at as usize] += u32::from(*count) + 1;
        }
    }

    fn count(&mut self, number: usize, piece: &Piece, map: &TileMap, located: &Terms) {
        // Nearly all events have one place in a tile. The others are looked at again, so that none counts twice in a cell.
        let (mut met_in, mut again) = (vec![NOWHERE; piece.segment.rows()], Vec::new());
        map.each_part(piece, located, |Part { spot, precision, rows }| {
            let at = cell_of(spot);
            let (cell, mut dots) = (&mut self.cells[usize::from(at)], 0);
            rows.each_of(piece, |row| {
                dots += 1;
                let one = One { piece: number as u32, row: row as u16, precision, spot };
                if met_in[row] == NOWHERE {
                    met_in[row] = at;
                    cell.count(one);
                } else {
                    again.push((at, one));
                }
            });
            cell.dots += dots;
            cell.sum.0 += i64::from(spot.x) * i64::from(dots);
            cell.sum.1 += i64::from(spot.y) * i64::from(dots);
        });
        again.sort_unstable_by_key(|(cell, one)| (one.row, *cell, one.spot, one.precision));
        again.dedup_by_key(|(cell, one)| (one.row, *cell));
        again.retain(|(at, one)| {
            let cell = &mut self.cells[usize::from(*at)];
            let is_counted = met_in[usize::from(one.row)] == *at;
            if is_counted {
                // Which of its spots was met first is chance.
                let is_first = |known: &One| (known.spot, known.precision) <= (one.spot, one.precision);
                cell.one = cell.one.filter(is_first).or(Some(*one));
            } else {
                cell.count(*one);
            }
            !is_counted
        });
        self.count_types(piece, map, &met_in, &again);
    }

    /// Counts the types of events by the cell in which each was met first, and by those in which it was met again, ascending by
    /// rows.
    fn count_types(&mut self, piece: &Piece, map: &TileMap, met_in: &[u16], again: &[(u16, One)]) {
        let drawn = Bits::that(met_in, |cell| *cell != NOWHERE);
        let mut is_again = Bits::none(met_in.len());
        for (_, one) in again {
            is_again.insert(one.row.into());
        }
        let types = map.types.len();
        let mut count = |cell: u16, position: usize| self.types[usize::from(cell) * types + position] += 1;
        for (position, (term, _)) in map.types.iter().enumerate() {
            let Some(handle) = piece.segment.postings.handle(*term) else {
                continue;
            };
            piece.segment.postings.each_of(handle, &drawn, met_in.len(), |row| {
                count(met_in[row], position);
                if is_again.contains(row) {
                    let from = again.partition_point(|(_, one)| usize::from(one.row) < row);
                    let more = again[from..].iter().take_while(|(_, one)| usize::from(one.row) == row);
                    more.for_each(|(cell, _)| count(*cell, position));
                }
            });
        }
    }

    /// What is shown of it: several events in the middle of their places.
    pub fn shown(self, named: &[(u32, EventType)], dot: impl Fn(One) -> Dot) -> impl Iterator<Item = (Spot, Shown)> {
        let Self { cells, types } = self;
        cells.into_iter().enumerate().filter_map(move |(number, cell)| {
            let one = cell.one?;
            if cell.events == 1 {
                return Some((one.spot, Shown::One(dot(one))));
            }
            let middle = |sum: i64| sum.div_euclid(i64::from(cell.dots)) as i16;
            let counts = types[number * named.len()..].iter().zip(named).filter(|(count, _)| **count > 0);
            let most = counts.reduce(|most, one| if one.0 > most.0 { one } else { most }).map(|(_, (_, most))| *most);
            let spot = Spot { x: middle(cell.sum.0), y: middle(cell.sum.1) };
            Some((spot, Shown::Several { count: cell.events, most }))
        })
    }
}

/// The number of the cell that a spot lies in.
fn cell_of(spot: Spot) -> u16 {
    let line = |units: i16| u16::try_from((i32::from(units) + MARGIN) / CELL).unwrap_or(0);
    line(spot.y) * SIDE + line(spot.x)
}
