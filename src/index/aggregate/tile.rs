//! What a tile of a map shows of events.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use super::far::{PlaceOf, PlacesAfar};
use super::grid::Grid;
use super::groups::Rows;
use super::met::cell_of;
use super::{Matched, Piece, Share};
use crate::domain::area::Area;
use crate::domain::tile::{OnMap, Spot, Tile};
use crate::domain::verification::Verification;
use crate::domain::vocabulary::{EventStatus, EventType, PlacePrecision};
use crate::index::row::UNDATED;
use crate::index::segment::Segment;
use crate::index::terms::Terms;

/// Up to this zoom level a good part of all events may lie on a tile. So it is kept where rows lie, and what is counted of whole segments.
pub const FAR: u8 = 2;
/// From this zoom level on, where a tile is some two kilometres wide, events are shown one by one.
pub const SINGLE: u8 = 14;
/// Most dots of a tile: one with more is shown as from farther away. Fewer where the program is built for tests.
const MOST: usize = if cfg!(debug_assertions) { 12 } else { 2_048 };

/// Where one row in so many, or fewer, is asked for where it is, rows are looked at one by one; otherwise the lists of all places.
const FEW: usize = 8;

/// Where places lie, which of them a tile shows for a question, and what the codes of events are called in the index.
#[derive(Debug)]
pub struct TileMap {
    /// The tile.
    pub tile: Tile,
    /// The places on the tile that are drawn and stand where their location does.
    pub located: ByTerm<Located>,
    /// By the number of the term: how exactly a place is known of which each event says where it is, where it may be drawn.
    pub own: Vec<Option<PlacePrecision>>,
    /// What such a point must lie in to be drawn.
    pub area: Area,
    /// From afar, where all places lie now; `None` for a moment of the past.
    pub afar: Option<Arc<PlacesAfar>>,
    /// Whether all places are drawn.
    pub draws_all: bool,
    /// The terms of main types.
    pub types: Vec<(u32, EventType)>,
    /// The terms of statuses.
    pub statuses: Vec<(u32, EventStatus)>,
    /// The terms that say how well an event is attested.
    pub verifications: Vec<(u32, Verification)>,
}

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

/// Where a place lies, and how exactly it is known.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "said above")]
pub struct Located {
    pub at: OnMap,
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
        let dot = |((spot, _), (precision, piece, row)): ((Spot, Uuid), Found)| {
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
        let dot = |(piece, row): (usize, usize), cell| map.dot_in(&self.0[piece].segment, row, cell);
        let mut shown: Vec<_> = grid.shown(&map.types, dot).collect();
        shown.sort_unstable_by_key(|(spot, _)| *spot);
        shown
    }
}

/// How exactly a place is known, and the piece and the row that it is of.
type Found = (PlacePrecision, usize, usize);

/// Adds the place of an event at a spot, which may be named there twice, and known more exactly once.
fn add_place(dots: &mut BTreeMap<(Spot, Uuid), Found>, at: (Spot, Uuid), place: Found) {
    let known = dots.entry(at).or_insert(place);
    known.0 = known.0.min(place.0);
}

impl TileMap {
    /// Hands out the places of a piece that are drawn, with their rows.
    pub(super) fn each_part(&self, piece: &Piece, located: &Terms, mut take: impl FnMut(Part)) {
        let segment = &*piece.segment;
        if piece.rows.count() * FEW < segment.rows().min(located.list().len()) {
            for row in piece.rows() {
                let part = |spot, precision| take(Part { spot, precision, rows: Rows::One(row) });
                self.each_drawn(segment, row, part);
            }
            return;
        }
        segment.postings.each_handle(located, |term, handle| {
            if let Some(Located { at, precision }) = self.located.get(term).copied() {
                let part = |spot| Part { spot, precision, rows: Rows::Of(handle) };
                self.tile.spots(at).map(part).for_each(&mut take);
            }
        });
        if !self.own.is_empty() {
            segment.points.numbers_inside(&self.area, |number| {
                let row = usize::from(segment.points.row[number]);
                if piece.rows.contains(row)
                    && let Some(Located { at, precision }) = self.own_place(segment, number)
                {
                    let part = |spot| Part { spot, precision, rows: Rows::One(row) };
                    self.tile.spots(at).map(part).for_each(&mut take);
                }
            });
        }
    }

    /// Hands out the spots at which a row is drawn.
    fn each_drawn(&self, segment: &Segment, row: usize, mut take: impl FnMut(Spot, PlacePrecision)) {
        let located = segment.named(row).filter_map(|term| self.located.get(term).copied());
        let own = segment.points.numbers_inside_of(row, &self.area).filter_map(|own| self.own_place(segment, own));
        for Located { at, precision } in located.chain(own) {
            self.tile.spots(at).for_each(|spot| take(spot, precision));
        }
    }

    /// Whether a place of a segment is drawn.
    pub(super) fn draws(&self, segment: &Segment, place: PlaceOf) -> bool {
        self.draws_all
            || match place {
                PlaceOf::Term(term) => self.located.get(term).is_some(),
                PlaceOf::Own(number) => {
                    let number = number as usize;
                    self.own_place(segment, number).is_some() && segment.points.is_in(number, &self.area)
                }
            }
    }

    /// Where one of a segment's own points lies on the map, if it may be drawn.
    fn own_place(&self, segment: &Segment, number: usize) -> Option<Located> {
        let precision = (*self.own.get(segment.points.term.get(number) as usize)?)?;
        Some(Located { at: segment.points.on_map(number)?, precision })
    }

    /// The only event of a cell, at the first of its spots there.
    fn dot_in(&self, segment: &Segment, row: usize, cell: u16) -> Option<(Spot, Dot)> {
        let mut first: Option<(Spot, PlacePrecision)> = None;
        self.each_drawn(segment, row, |spot, precision| {
            if cell_of(spot) == cell {
                first = Some(first.map_or((spot, precision), |first| first.min((spot, precision))));
            }
        });
        first.map(|(spot, precision)| (spot, self.dot(segment, row, precision)))
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
