//! Rows of one piece while they are met on a tile.

#![expect(clippy::cast_possible_truncation, reason = "a segment has at most 2^16 rows, and a tile has few cells")]

use crate::domain::tile::{EXTENT, MARGIN, Spot};
use crate::index::bits::Bits;

/// Units along a side of the cells in which events are counted together: 32 by 32 cells a tile. Margins are whole cells, so that
/// two tiles show the same in the margin that they share.
const CELL: i32 = 128;
/// Cells along a side of a tile with its margins.
const SIDE: u16 = ((EXTENT + 2 * MARGIN) / CELL) as u16;
/// Cells of a tile with its margins.
pub const CELLS: usize = SIDE as usize * SIDE as usize;

/// The number of the cell that a spot lies in, row by row.
#[inline]
pub fn cell_of(spot: Spot) -> u16 {
    let line = |units: i16| u16::try_from((i32::from(units) + MARGIN) / CELL).unwrap_or(0);
    line(spot.y) * SIDE + line(spot.x)
}

/// What a cell has of one piece or of several.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// Its events, each counted once.
    pub events: i64,
    /// Their places.
    pub dots: i64,
    /// The spots of these, added up.
    pub sum: (i64, i64),
    /// The numbers of the events, added up: where it has one, that of this one.
    pub numbers: i64,
}

impl Cell {
    /// Adds what another one has so many times.
    pub const fn add(&mut self, times: i64, other: &Self) {
        self.events += times * other.events;
        self.dots += times * other.dots;
        self.sum.0 += times * other.sum.0;
        self.sum.1 += times * other.sum.1;
        self.numbers += times * other.numbers;
    }
}

/// Where rows of a piece were met. As little is held of a cell as can be, since each row goes to one.
#[derive(Default)]
pub struct Met {
    /// The rows.
    pub rows: Bits,
    /// By row: the cell in which it was met first.
    pub cell: Vec<u16>,
    firsts: Vec<Firsts>,
    /// All further spots: nearly all events have one place in a tile.
    again: Vec<(u16, Spot)>,
}

/// What a cell has of rows that were met there first.
#[derive(Clone, Copy, Default)]
struct Firsts {
    /// Their numbers added up, and 2^32 times how many they are. A segment has too few rows for the one to run into the other.
    rows: u64,
    /// Their spots added up, each from the corner of the margin on: to the south, and 2^32 times to the east, for the same reason.
    sum: u64,
}

impl Met {
    /// Begins with another piece, which has so many rows.
    pub fn clear(&mut self, rows: usize) {
        self.rows = Bits::none(rows);
        self.cell.resize(rows, 0);
        self.firsts.clear();
        self.firsts.resize(CELLS, Firsts::default());
        self.again.clear();
    }

    /// Meets a row at a spot.
    pub fn meet(&mut self, row: usize, spot: Spot) {
        if self.rows.contains(row) {
            self.again.push((row as u16, spot));
        } else {
            self.meet_first(row, spot);
        }
    }

    /// Meets a row at all its spots that was not met before.
    #[inline]
    pub fn meet_new(&mut self, row: usize, mut spots: impl Iterator<Item = Spot>) {
        if let Some(spot) = spots.next() {
            self.meet_first(row, spot);
            spots.for_each(|spot| self.again.push((row as u16, spot)));
        }
    }

    #[inline]
    fn meet_first(&mut self, row: usize, spot: Spot) {
        self.rows.insert(row);
        let cell = cell_of(spot);
        self.cell[row] = cell;
        let firsts = &mut self.firsts[usize::from(cell)];
        firsts.rows += 1 << 32 | row as u64;
        let units = |units: i16| u64::from((i32::from(units) + MARGIN).unsigned_abs());
        firsts.sum += units(spot.x) << 32 | units(spot.y);
    }

    /// Hands out what cells have of the rows that were met, in parts. Tells the further cells of rows that lie in several, ascending
    /// by rows.
    pub fn each_cell(&mut self, mut take: impl FnMut(u16, &Cell)) -> Vec<(u16, u16)> {
        let low = |sum: u64| (sum & u64::from(u32::MAX)).cast_signed();
        for (number, Firsts { rows, sum }) in (0..).zip(&self.firsts).filter(|(_, firsts)| firsts.rows > 0) {
            let count = low(rows >> 32);
            let units = |sum| low(sum) - count * i64::from(MARGIN);
            let sum = (units(sum >> 32), units(*sum));
            take(number, &Cell { events: count, dots: count, sum, numbers: low(*rows) });
        }
        // None counts twice in a cell. As a rule they came in few ascending runs, of which this sort makes one in a single pass.
        self.again.sort_by_key(|(row, _)| *row);
        let mut more: Vec<(u16, u16)> = Vec::new();
        for of_row in self.again.chunk_by(|(row, _), (other, _)| row == other) {
            let first = more.len();
            for (row, spot) in of_row {
                let cell = cell_of(*spot);
                let is_known = self.cell[usize::from(*row)] == cell || more[first..].contains(&(*row, cell));
                let (events, numbers) = if is_known { (0, 0) } else { (1, (*row).into()) };
                take(cell, &Cell { events, dots: 1, sum: (spot.x.into(), spot.y.into()), numbers });
                if !is_known {
                    more.push((*row, cell));
                }
            }
        }
        more
    }
}
