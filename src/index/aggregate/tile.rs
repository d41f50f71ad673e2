//! What a tile of a map shows of events.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::grid::{Grid, One};
use super::groups::Rows;
use super::{Matched, Piece, Share};
use crate::domain::area::Area;
use crate::domain::tile::{Spot, Tile};
use crate::domain::verification::Verification;
use crate::domain::vocabulary::{EventStatus, EventType, PlacePrecision};
use crate::index::row::UNDATED;
use crate::index::segment::Segment;
use crate::index::terms::Terms;

/// Up to this zoom level a good part of all events may lie on a tile, and so what is counted of whole segments is kept.
pub const FAR: u8 = 2;
/// From this zoom level on, where a tile is some two kilometres wide, events are shown one by one.
pub const SINGLE: u8 = 14;
/// Most dots of a tile: one with more is shown as from farther away. Fewer where the program is built for tests.
const MOST: usize = if cfg!(debug_assertions) { 12 } else { 2_048 };

/// Where one row in so many, or fewer, is asked for where it is, rows are looked at one by one; otherwise the lists of all places.
const FEW: usize = 8;

/// Where the places of a question lie in a tile, and what the codes of events are called in the index.
#[derive(Debug)]
pub struct TileMap {
    /// The tile.
    pub tile: Tile,
    /// The places on it that stand where their location does.
    pub located: ByTerm<Located>,
    /// By the number of the term: how exactly a place is known that counts with a point of the event's own.
    pub own: Vec<Option<PlacePrecision>>,
    /// What such a point must lie in.
    pub area: Area,
    /// What all of this is known under while places stay where they are; `None` where not all places are drawn.
    pub known_as: Option<Stamp>,
    /// The terms of main types.
    pub types: Vec<(u32, EventType)>,
    /// The terms of statuses.
    pub statuses: Vec<(u32, EventStatus)>,
    /// The terms that say how well an event is attested.
    pub verifications: Vec<(u32, Verification)>,
}

/// What must be the same for a tile to show the same events at the same spots: the state of the index, its last redaction, how
/// many corrections of entities it knows, and how many types.
pub type Stamp = (u32, i64, u64, usize);

/// What is known of some terms. There are many, and all of a segment are looked up one behind the other.
#[derive(Debug, Default)]
pub struct ByTerm<T> {
    /// One more than where each term stands in the list; 0 for any other one.
    at: Vec<u32>,
    list: Vec<(u32, T)>,
}

impl<T> ByTerm<T> {
    fn get(&self, term: u32) -> Option<&T> {
        let at = self.at.get(term as usize)?.checked_sub(1)?;
        Some(&self.list[at as usize].1)
    }

    fn terms(&self) -> Terms {
        Terms::of(self.list.iter().map(|(term, _)| *term).collect())
    }
}

impl<T> FromIterator<(u32, T)> for ByTerm<T> {
    fn from_iter<I: IntoIterator<Item = (u32, T)>>(terms: I) -> Self {
        let list: Vec<(u32, T)> = terms.into_iter().collect();
        let mut at = vec![0; list.iter().map(|(term, _)| *term as usize + 1).max().unwrap_or(0)];
        for (number, (term, _)) in (1..).zip(&list) {
            at[*term as usize] = number;
        }
        Self { at, list }
    }
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
pub(super) struct Part {
    pub spot: Spot,
    pub precision: PlacePrecision,
    pub rows: Rows,
}

impl Matched {
    /// What a tile shows of them.
    pub fn drawn(&self, map: &TileMap) -> Vec<(Spot, Shown)> {
        let singles = (map.tile.zoom() >= SINGLE).then(|| self.singles(map)).flatten();
        singles.unwrap_or_else(|| self.cells(map))
    }

    /// Every place for itself; `None` where there are too many.
    fn singles(&self, map: &TileMap) -> Option<Vec<(Spot, Shown)>> {
        let located = map.located.terms();
        let look = |pieces: Share<'_>| {
            let mut dots = BTreeMap::new();
            for (number, piece) in pieces {
                map.each_part(piece, &located, |Part { spot, precision, rows }| {
                    rows.each_of(piece, |row| {
                        if dots.len() <= MOST {
                            add_place(&mut dots, (spot, piece.segment.id[row]), (precision, number, row));
                        }
                    });
                });
            }
            dots
        };
        let dots = self.share(look, |mut all, other| {
            for (at, place) in other {
                add_place(&mut all, at, place);
            }
            all
        });
        let dot = |((spot, _), (precision, piece, row)): ((Spot, Uuid), Place)| {
            (spot, Shown::One(map.dot(&self.0[piece].segment, row, precision)))
        };
        (dots.len() <= MOST).then(|| dots.into_iter().map(dot).collect())
    }

    /// Events that are near one another, counted together.
    fn cells(&self, map: &TileMap) -> Vec<(Spot, Shown)> {
        let located = map.located.terms();
        let look = |pieces: Share<'_>| {
            let mut grid = Grid::of(map.types.len());
            pieces.for_each(|(number, piece)| grid.take(number, piece, map, &located));
            grid
        };
        let grid = self.share(look, Grid::with);
        let dot = |one: One| map.dot(&self.0[one.piece as usize].segment, one.row.into(), one.precision);
        let mut shown: Vec<_> = grid.shown(&map.types, dot).collect();
        shown.sort_unstable_by_key(|(spot, _)| *spot);
        shown
    }
}

/// How exactly a place is known, and the piece and the row that it is of.
type Place = (PlacePrecision, usize, usize);

/// Adds the place of an event at a spot, which may be named there twice, and known more exactly once.
fn add_place(dots: &mut BTreeMap<(Spot, Uuid), Place>, at: (Spot, Uuid), place: Place) {
    let known = dots.entry(at).or_insert(place);
    known.0 = known.0.min(place.0);
}

impl TileMap {
    /// Hands out the places of a piece that lie on the tile, with their rows.
    pub(super) fn each_part(&self, piece: &Piece, located: &Terms, mut take: impl FnMut(Part)) {
        let segment = &*piece.segment;
        if piece.rows.count() * FEW < segment.rows().min(located.list().len()) {
            for row in piece.rows() {
                segment.named(row).for_each(|term| self.at_place(term, Rows::One(row), &mut take));
                if !self.own.is_empty() {
                    segment
                        .points
                        .numbers_inside_of(row, &self.area)
                        .for_each(|number| self.at_own(segment, number, &mut take));
                }
            }
            return;
        }
        segment.postings.each_handle(located, |term, handle| self.at_place(term, Rows::Of(handle), &mut take));
        if !self.own.is_empty() {
            segment.points.numbers_inside(&self.area, |number| {
                if piece.rows.contains(segment.points.row[number].into()) {
                    self.at_own(segment, number, &mut take);
                }
            });
        }
    }

    /// Hands out where the place of a term lies on the tile, if it does, with rows that have it.
    fn at_place(&self, term: u32, rows: Rows, take: impl FnMut(Part)) {
        if let Some(Located { spots, precision }) = self.located.get(term) {
            let part = |spot: &Spot| Part { spot: *spot, precision: *precision, rows };
            spots.iter().flatten().map(part).for_each(take);
        }
    }

    /// Hands out where one of a segment's own points lies on the tile, if it does and its place is asked for.
    fn at_own(&self, segment: &Segment, number: usize, take: impl FnMut(Part)) {
        let points = &segment.points;
        let precision = self.own.get(points.term.get(number) as usize).copied().flatten();
        if let Some((precision, at)) = precision.zip(points.on_map(number)) {
            let part = |spot| Part { spot, precision, rows: Rows::One(points.row[number].into()) };
            self.tile.spots(at).map(part).for_each(take);
        }
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
