//! What a tile of a map shows of events.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use uuid::Uuid;

use super::groups::Rows;
use super::{Matched, Piece};
use crate::domain::area::Area;
use crate::domain::tile::{EXTENT, MARGIN, Spot, Tile};
use crate::domain::verification::Verification;
use crate::domain::vocabulary::{EventStatus, EventType, PlacePrecision};
use crate::index::row::UNDATED;
use crate::index::segment::Segment;
use crate::index::terms::Terms;

/// From this zoom level on, where a tile is some two kilometres wide, events are shown one by one.
pub const SINGLE: u8 = 14;
/// Most dots of a tile: one with more is shown as from farther away. Fewer where the program is built for tests.
const MOST: usize = if cfg!(debug_assertions) { 12 } else { 2_048 };

/// Units along a side of the cells in which events are counted together: 32 by 32 cells a tile. Margins are whole cells, so that
/// two tiles show the same in the margin that they share.
const CELL: i32 = 128;
/// Cells along a side of a tile with its margins.
#[expect(clippy::cast_possible_truncation, reason = "36")]
const SIDE: u16 = ((EXTENT + 2 * MARGIN) / CELL) as u16;
/// A row that was met in no cell yet.
const NOWHERE: u16 = u16::MAX;

/// Where the places of a question lie in a tile, and what the codes of events are called in the index.
#[derive(Debug)]
pub struct TileMap {
    /// The tile.
    pub tile: Tile,
    /// The places on it that stand where their location does, by their terms.
    pub located: HashMap<u32, Located>,
    /// Places that count with a point of the event's own, by their terms.
    pub own: HashMap<u32, PlacePrecision>,
    /// What such a point must lie in.
    pub area: Area,
    /// The terms of main types.
    pub types: Vec<(u32, EventType)>,
    /// The terms of statuses.
    pub statuses: Vec<(u32, EventStatus)>,
    /// The terms that say how well an event is attested.
    pub verifications: Vec<(u32, Verification)>,
}

/// A place on a tile: there once, or twice where the tile is the world.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "where it is shown, and how exactly it is known")]
pub struct Located {
    pub spots: [Option<Spot>; 2],
    pub precision: PlacePrecision,
}

/// What stands at one spot of a tile.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// Several events near one another.
    Several {
        /// How many.
        count: u32,
        /// The type that most of them have; of as many, the first of the vocabulary.
        most: Option<EventType>,
    },
    /// One event.
    One(Dot),
}

/// A place of an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Dot {
    /// The event's id.
    pub id: Uuid,
    /// Its main type.
    pub event_type: Option<EventType>,
    /// Its status.
    pub status: Option<EventStatus>,
    /// How well it is attested.
    pub verification: Option<Verification>,
    /// How exactly the place is known.
    pub precision: PlacePrecision,
    /// When it began at the earliest, in microseconds of UTC, and the number of the shape of its dates; `None` where it has none.
    pub dates: Option<(i64, u32)>,
}

/// Rows that have a place at a spot.
struct Part {
    spot: Spot,
    precision: PlacePrecision,
    rows: Rows,
}

impl Matched {
    /// What a tile shows of them.
    pub fn drawn(&self, map: &TileMap) -> Vec<(Spot, Shown)> {
        let singles = (map.tile.zoom() >= SINGLE).then(|| self.singles(map)).flatten();
        singles.unwrap_or_else(|| self.cells(map))
    }

    /// Every place for itself; `None` where there are too many.
    fn singles(&self, map: &TileMap) -> Option<Vec<(Spot, Shown)>> {
        // A place may be named twice, and known more exactly once.
        let (mut dots, located) =
            (BTreeMap::<(Spot, Uuid), (PlacePrecision, usize, usize)>::new(), map.located_terms());
        for (number, piece) in self.0.iter().enumerate() {
            for Part { spot, precision, rows } in map.parts(piece, &located) {
                rows.each(piece, |row| {
                    if piece.rows.contains(row) && dots.len() <= MOST {
                        let dot = dots.entry((spot, piece.segment.id[row])).or_insert((precision, number, row));
                        dot.0 = dot.0.min(precision);
                    }
                });
            }
        }
        let dot = |((spot, _), (precision, piece, row)): ((Spot, Uuid), (PlacePrecision, usize, usize))| {
            (spot, Shown::One(map.dot(&self.0[piece].segment, row, precision)))
        };
        (dots.len() <= MOST).then(|| dots.into_iter().map(dot).collect())
    }

    /// Events that are near one another, counted together.
    fn cells(&self, map: &TileMap) -> Vec<(Spot, Shown)> {
        let (mut grid, located) = (Grid::of(map.types.len()), map.located_terms());
        for (number, piece) in self.0.iter().enumerate() {
            let parts = map.parts(piece, &located);
            if !parts.is_empty() {
                grid.take(number, piece, &parts, &map.types_of(piece));
            }
        }
        let dot = |one: One| map.dot(&self.0[one.piece].segment, one.row, one.precision);
        let mut shown: Vec<_> = grid.shown(map, dot).collect();
        shown.sort_unstable_by_key(|(spot, _)| *spot);
        shown
    }
}

/// The cells of a tile and its margins, row by row.
struct Grid {
    cells: Vec<Cell>,
    /// How many events of each type each cell has, those of none last.
    types: Vec<u32>,
}

#[derive(Clone, Default)]
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
#[derive(Clone, Copy)]
struct One {
    piece: usize,
    row: usize,
    spot: Spot,
    precision: PlacePrecision,
}

impl Grid {
    fn of(types: usize) -> Self {
        let cells = usize::from(SIDE).pow(2);
        Self { cells: vec![Cell::default(); cells], types: vec![0; cells * (types + 1)] }
    }

    /// Counts the events of a piece; `types` has the number of each row's main type.
    fn take(&mut self, number: usize, piece: &Piece, parts: &[Part], types: &[u8]) {
        // Nearly all events have one place in a tile. The others are looked at again, so that none counts twice in a cell.
        let (mut met_in, mut again) = (vec![NOWHERE; types.len()], Vec::new());
        for Part { spot, precision, rows } in parts {
            let (cell, mut dots) = (cell_of(*spot), 0);
            rows.each(piece, |row| {
                if piece.rows.contains(row) {
                    dots += 1;
                    let one = One { piece: number, row, spot: *spot, precision: *precision };
                    if met_in[row] == NOWHERE {
                        met_in[row] = cell;
                        self.count(cell, types[row], one);
                    } else {
                        again.push((cell, one));
                    }
                }
            });
            let cell = &mut self.cells[usize::from(cell)];
            cell.dots += dots;
            cell.sum.0 += i64::from(spot.x) * i64::from(dots);
            cell.sum.1 += i64::from(spot.y) * i64::from(dots);
        }
        again.sort_unstable_by_key(|(cell, one)| (*cell, one.row, one.spot, one.precision));
        again.dedup_by_key(|(cell, one)| (*cell, one.row));
        for (cell, one) in again {
            if met_in[one.row] == cell {
                let known = &mut self.cells[usize::from(cell)].one;
                // Which of its spots was met first is chance.
                *known = known.filter(|known| (known.spot, known.precision) <= (one.spot, one.precision)).or(Some(one));
            } else {
                self.count(cell, types[one.row], one);
            }
        }
    }

    fn count(&mut self, cell: u16, event_type: u8, one: One) {
        let number = usize::from(cell);
        let types = self.types.len() / self.cells.len();
        self.types[number * types + usize::from(event_type)] += 1;
        let cell = &mut self.cells[number];
        cell.events += 1;
        cell.one.get_or_insert(one);
    }

    /// What is shown of it: several events in the middle of their places.
    fn shown(self, map: &TileMap, dot: impl Fn(One) -> Dot) -> impl Iterator<Item = (Spot, Shown)> {
        let Self { cells, types } = self;
        let of_each = types.len() / cells.len();
        cells.into_iter().enumerate().filter_map(move |(number, cell)| {
            let one = cell.one?;
            if cell.events == 1 {
                return Some((one.spot, Shown::One(dot(one))));
            }
            let middle = |sum: i64| i32::try_from(sum.div_euclid(i64::from(cell.dots))).unwrap_or(EXTENT);
            let named = types[number * of_each..][..of_each].iter().zip(&map.types).filter(|(count, _)| **count > 0);
            let most = named.reduce(|most, one| if one.0 > most.0 { one } else { most }).map(|(_, (_, most))| *most);
            let spot = Spot { x: middle(cell.sum.0), y: middle(cell.sum.1) };
            Some((spot, Shown::Several { count: cell.events, most }))
        })
    }
}

/// The number of the cell that a spot lies in.
fn cell_of(spot: Spot) -> u16 {
    let line = |units: i32| u16::try_from((units + MARGIN) / CELL).unwrap_or(0);
    line(spot.y) * SIDE + line(spot.x)
}

impl TileMap {
    fn located_terms(&self) -> Terms {
        Terms::of(self.located.keys().copied().collect())
    }

    /// The places of a piece that lie on the tile, with their rows.
    fn parts(&self, piece: &Piece, located: &Terms) -> Vec<Part> {
        let mut parts = Vec::new();
        for (term, handle) in piece.segment.postings.handles_of(located) {
            let Some(Located { spots, precision }) = self.located.get(&term) else { continue };
            let part = |spot: &Spot| Part { spot: *spot, precision: *precision, rows: Rows::Of(handle) };
            parts.extend(spots.iter().flatten().map(part));
        }
        if !self.own.is_empty() {
            piece.segment.points.inside(&self.area, |own| {
                let Some(precision) = self.own.get(&own.term) else { return };
                let part = |spot| Part { spot, precision: *precision, rows: Rows::One(own.row.into()) };
                parts.extend(self.tile.spots(own.point).map(part));
            });
        }
        parts
    }

    /// For each row the position of its main type in `types`; behind the last where it has none.
    fn types_of(&self, piece: &Piece) -> Vec<u8> {
        let none = u8::try_from(self.types.len()).unwrap_or(u8::MAX);
        let mut types = vec![none; piece.segment.rows()];
        for (position, (term, _)) in (0..none).zip(&self.types) {
            for (_, handle) in piece.segment.postings.handles_of(&Terms::of(vec![*term])) {
                Rows::Of(handle).each(piece, |row| types[row] = position);
            }
        }
        types
    }

    fn dot(&self, segment: &Segment, row: usize, precision: PlacePrecision) -> Dot {
        fn code<T: Copy>(segment: &Segment, row: usize, codes: &[(u32, T)]) -> Option<T> {
            let has = |(term, _): &&(u32, T)| segment.postings.has(*term, row, segment.rows());
            codes.iter().find(has).map(|(_, code)| *code)
        }
        Dot {
            id: segment.id[row],
            event_type: code(segment, row, &self.types),
            status: code(segment, row, &self.statuses),
            verification: code(segment, row, &self.verifications),
            precision,
            dates: (segment.start[row] != UNDATED).then(|| (segment.start[row], segment.shape.get(row))),
        }
    }
}
