//! Polygons with holes, as WKT or GeoJSON. Edges are straight lines between longitudes and latitudes, as GeoJSON has it.

use super::bounding_box::BoundingBox;
use super::place::Point;
use super::squares::Lies;

/// Most vertices of all polygons together.
pub const MAX_VERTICES: usize = 10_000;

/// A position as (longitude, latitude), in degrees. Longitudes may go on behind the antimeridian, to ±360.
pub type Position = (f64, f64);

/// Polygons as they were read: of each its outer ring, then its holes.
pub type Rings = Vec<Vec<Vec<Position>>>;

/// Polygons that do not overlap, ready to be looked up.
#[derive(Clone, Debug, PartialEq)]
pub struct Polygons {
    /// The edges that touch each band of latitudes.
    bands: Vec<Vec<Edge>>,
    south: f64,
    north: f64,
}

/// From a position to the next one.
type Edge = (Position, Position);

/// Bands have no more edges together than so many times as many as there are.
const SPREAD: usize = 16;

impl Polygons {
    /// Polygons out of rings.
    ///
    /// # Errors
    /// All that is wrong with them, a sentence each.
    pub fn of(polygons: &Rings) -> Result<Self, Vec<String>> {
        let mut faults = Vec::new();
        for (name, ring) in named(polygons) {
            check_ring(&name, ring, &mut faults);
        }
        if faults.is_empty() {
            check_crossings(polygons, &mut faults);
        }
        if faults.is_empty() {
            check_nesting(polygons, &mut faults);
        }
        if faults.is_empty() { Ok(Self::banded(polygons.iter().flatten())) } else { Err(faults) }
    }

    fn banded<'a>(rings: impl Iterator<Item = &'a Vec<Position>>) -> Self {
        let edges: Vec<Edge> = rings.flat_map(|ring| edges(ring)).collect();
        let latitudes = || edges.iter().map(|edge| edge.0.1);
        let (south, north) = (latitudes().fold(90.0, f64::min), latitudes().fold(-90.0, f64::max));
        let mut polygons = Self { bands: vec![Vec::new(); edges.len().max(1)], south, north };
        loop {
            let touched = edges.iter().map(|edge| polygons.touched(edge).count()).sum::<usize>();
            if polygons.bands.len() == 1 || touched <= edges.len() * SPREAD {
                break;
            }
            polygons.bands.truncate(polygons.bands.len().div_ceil(2));
        }
        for edge in edges {
            for band in polygons.touched(&edge) {
                polygons.bands[band].push(edge);
            }
        }
        polygons
    }

    fn band(&self, lat: f64) -> usize {
        let share = (lat - self.south) / (self.north - self.south);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "the number of a band, or near it"
        )]
        let band = (share * self.bands.len() as f64) as usize;
        band.min(self.bands.len() - 1)
    }

    fn touched(&self, (a, b): &Edge) -> std::ops::RangeInclusive<usize> {
        self.band(a.1.min(b.1))..=self.band(a.1.max(b.1))
    }

    /// Whether a point lies in one of them, edges included and holes left out.
    pub fn contains(&self, point: Point) -> bool {
        if point.lat < self.south || point.lat > self.north {
            return false;
        }
        let band = &self.bands[self.band(point.lat)];
        TURNS.iter().any(|turn| holds(band, (point.lon + turn, point.lat)))
    }

    /// How a box that does not cross the antimeridian lies to them: where no edge touches it, as its middle does.
    pub fn hold(&self, square: &BoundingBox) -> Lies {
        if square.north < self.south || square.south > self.north {
            return Lies::Outside;
        }
        let edges = || self.bands[self.band(square.south)..=self.band(square.north)].iter().flatten();
        if TURNS.iter().any(|turn| edges().any(|edge| touches(edge, square, *turn))) {
            return Lies::OnEdge;
        }
        let middle = Point { lat: square.south.midpoint(square.north), lon: square.west.midpoint(square.east) };
        if self.contains(middle) { Lies::Inside } else { Lies::Outside }
    }
}

/// Longitudes go on behind the antimeridian.
const TURNS: [f64; 3] = [0.0, -360.0, 360.0];
/// Degrees by which an edge may miss a box and still be taken to touch it, for what is rounded.
const TOUCH: f64 = 1e-9;

/// Whether an edge may touch a box whose longitudes are turned so far: it lies beside none of its sides, and its line has not all corners
/// on one side.
fn touches((a, b): &Edge, square: &BoundingBox, turn: f64) -> bool {
    let (west, east) = (square.west + turn - TOUCH, square.east + turn + TOUCH);
    let (south, north) = (square.south - TOUCH, square.north + TOUCH);
    let is_beside = a.0.max(b.0) < west || a.0.min(b.0) > east || a.1.max(b.1) < south || a.1.min(b.1) > north;
    let corners = [(west, south), (west, north), (east, south), (east, north)];
    let is_left = |corner: &Position| side_of(*a, *b, *corner) > 0.0;
    let is_right = |corner: &Position| side_of(*a, *b, *corner) < 0.0;
    !is_beside && !corners.iter().all(is_left) && !corners.iter().all(is_right)
}

/// Whether a position lies within edges or on one of them: a line from it to the east crosses an odd number.
fn holds(edges: &[Edge], at: Position) -> bool {
    let mut is_inside = false;
    for (a, b) in edges {
        let side = side_of(*a, *b, at);
        if side == 0.0 && lies_between(*a, *b, at) {
            return true;
        }
        if (a.1 > at.1) != (b.1 > at.1) && (side > 0.0) == (b.1 > a.1) {
            is_inside = !is_inside;
        }
    }
    is_inside
}

/// Above 0 where a position lies to the left of an edge, below 0 to the right, 0 on the line of it.
fn side_of(a: Position, b: Position, at: Position) -> f64 {
    (b.0 - a.0) * (at.1 - a.1) - (at.0 - a.0) * (b.1 - a.1)
}

/// Whether a position on the line of an edge lies on the edge.
fn lies_between(a: Position, b: Position, at: Position) -> bool {
    let is_in = |a: f64, b: f64, at: f64| (a.min(b)..=a.max(b)).contains(&at);
    is_in(a.0, b.0, at.0) && is_in(a.1, b.1, at.1)
}

/// The edges of a ring, without those from a position to itself.
fn edges(ring: &[Position]) -> impl Iterator<Item = Edge> {
    ring.windows(2).map(|pair| (pair[0], pair[1])).filter(|(a, b)| a != b)
}

/// All rings with what they are called.
fn named(polygons: &Rings) -> impl Iterator<Item = (String, &Vec<Position>)> {
    let of_polygon = |(number, polygon)| {
        let name = move |ring| match ring {
            0 => format!("the outer ring of polygon {number}"),
            hole => format!("hole {hole} of polygon {number}"),
        };
        (0_usize..).map(name).zip(polygon)
    };
    (1_usize..).zip(polygons).flat_map(of_polygon)
}

fn check_ring(name: &str, ring: &[Position], faults: &mut Vec<String>) {
    if ring.len() < 4 {
        faults.push(format!("{name} has {} positions; a ring needs four, of which the last is the first", ring.len()));
        return;
    }
    if ring.first() != ring.last() {
        faults.push(format!("{name} is not closed: its last position is not its first"));
    }
    let is_out = |(lon, lat): &&Position| !(-360.0..=360.0).contains(lon) || !(-90.0..=90.0).contains(lat);
    if let Some((lon, lat)) = ring.iter().find(is_out) {
        faults.push(format!(
            "{name} has the position {lon} {lat}; longitudes lie from −360 to 360, latitudes from −90 to 90"
        ));
    }
    let (first, other) = (ring[0], ring.iter().find(|at| **at != ring[0]));
    if other.is_none_or(|other| ring.iter().all(|at| side_of(first, *other, *at) == 0.0)) {
        faults.push(format!("{name} has no area"));
    }
}

/// An edge with the ring it is of, and its place there.
struct OwnedEdge {
    edge: Edge,
    ring: usize,
    place: usize,
    count: usize,
}

impl OwnedEdge {
    fn west(&self) -> f64 {
        self.edge.0.0.min(self.edge.1.0)
    }

    fn east(&self) -> f64 {
        self.edge.0.0.max(self.edge.1.0)
    }

    fn is_level_with(&self, other: &Self) -> bool {
        let ((a, b), (c, d)) = (self.edge, other.edge);
        a.1.min(b.1) <= c.1.max(d.1) && c.1.min(d.1) <= a.1.max(b.1)
    }

    /// Whether the other one is the next of the same ring, or the one before, which share a position.
    fn is_beside(&self, other: &Self) -> bool {
        let apart = self.place.abs_diff(other.place);
        self.ring == other.ring && (apart == 1 || apart + 1 == self.count)
    }

    /// Where they meet, about; where one begins if they lie on one line.
    fn meeting(&self, other: &Self) -> Position {
        let ((a, b), (c, d)) = (self.edge, other.edge);
        let (from, to) = (side_of(c, d, a), side_of(c, d, b));
        let share = from / (from - to);
        let rounded = |degrees: f64| (degrees * 1e6).round() / 1e6;
        if share.is_finite() { (rounded(a.0 + share * (b.0 - a.0)), rounded(a.1 + share * (b.1 - a.1))) } else { c }
    }

    /// Whether they meet where they must not: edges of one ring nowhere but where they follow one another, edges of two rings
    /// in no more than a position of one of them.
    fn crosses(&self, other: &Self) -> bool {
        let ((a, b), (c, d)) = (self.edge, other.edge);
        let (c_side, d_side) = (side_of(a, b, c), side_of(a, b, d));
        let (a_side, b_side) = (side_of(c, d, a), side_of(c, d, b));
        let are_on_both_sides = |one: f64, other: f64| (one > 0.0 && other < 0.0) || (one < 0.0 && other > 0.0);
        if are_on_both_sides(c_side, d_side) && are_on_both_sides(a_side, b_side) {
            return true;
        }
        let is_on = |side: f64, a, b, at| side == 0.0 && lies_between(a, b, at);
        let touching = [is_on(c_side, a, b, c), is_on(d_side, a, b, d), is_on(a_side, c, d, a), is_on(b_side, c, d, b)];
        if c_side == 0.0 && d_side == 0.0 {
            // On one line: they may meet in a single position.
            let meets: Vec<Position> =
                [c, d, a, b].into_iter().zip(touching).filter(|(_, is_on)| *is_on).map(|(at, _)| at).collect();
            let is_more = meets.iter().any(|at| *at != meets[0]);
            return is_more || (!meets.is_empty() && self.ring == other.ring && !self.is_beside(other));
        }
        touching.contains(&true) && self.ring == other.ring && !self.is_beside(other)
    }
}

/// Most crossings that are told.
const MAX_TOLD: usize = 20;

fn check_crossings(polygons: &Rings, faults: &mut Vec<String>) {
    let mut all: Vec<OwnedEdge> = Vec::new();
    for (ring, positions) in polygons.iter().flatten().enumerate() {
        let of_ring: Vec<Edge> = edges(positions).collect();
        let count = of_ring.len();
        all.extend(of_ring.into_iter().enumerate().map(|(place, edge)| OwnedEdge { edge, ring, place, count }));
    }
    all.sort_unstable_by(|a, b| a.west().total_cmp(&b.west()));
    let names: Vec<String> = named(polygons).map(|(name, _)| name).collect();
    for (number, one) in all.iter().enumerate() {
        let near = all[number + 1..].iter().take_while(|other| other.west() <= one.east());
        for other in near.filter(|other| one.is_level_with(other) && one.crosses(other)) {
            if faults.len() == MAX_TOLD {
                return;
            }
            let (lon, lat) = one.meeting(other);
            let (a, b) = (&names[one.ring.min(other.ring)], &names[one.ring.max(other.ring)]);
            faults.push(if a == b {
                format!("{a} crosses or touches itself near {lon} {lat}")
            } else {
                format!("{b} crosses {a} near {lon} {lat}")
            });
        }
    }
}

/// Holes lie in their polygon, and neither holes nor polygons in one another. No two rings cross.
fn check_nesting(polygons: &Rings, faults: &mut Vec<String>) {
    let is_in = |ring: &[Position], outer: &[Position]| {
        let edges: Vec<Edge> = edges(outer).collect();
        let is_on = |at: &Position| edges.iter().any(|(a, b)| side_of(*a, *b, *at) == 0.0 && lies_between(*a, *b, *at));
        // Where all positions lie on the other ring the middles of the edges tell.
        let middles = ring.windows(2).map(|pair| (pair[0].0.midpoint(pair[1].0), pair[0].1.midpoint(pair[1].1)));
        let deciding = ring.iter().copied().chain(middles).find(|at| !is_on(at));
        deciding.is_none_or(|at| holds(&edges, at))
    };
    for (number, polygon) in (1..).zip(polygons) {
        let Some((outer, holes)) = polygon.split_first() else { continue };
        for (hole, ring) in (1..).zip(holes) {
            if !is_in(ring, outer) {
                faults.push(format!("hole {hole} of polygon {number} lies outside of it"));
            }
            let others = (1..).zip(holes).filter(|(other, _)| *other != hole);
            for (other, _) in others.filter(|(_, other)| is_in(ring, other)) {
                faults.push(format!("hole {hole} of polygon {number} lies in hole {other}"));
            }
        }
        for (other, others) in (1..).zip(polygons).filter(|(other, _)| *other != number) {
            let Some((around, holes)) = others.split_first() else { continue };
            if is_in(outer, around) && !holes.iter().any(|hole| is_in(outer, hole)) {
                faults.push(format!("polygon {number} lies in polygon {other}"));
            }
        }
    }
    faults.truncate(MAX_TOLD);
}

#[cfg(test)]
#[path = "polygon_tests.rs"]
mod tests;
