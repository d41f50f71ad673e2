//! Points as columns, so that a box is held against many of them at once.

use super::numbers::Numbers;
use crate::domain::area::Area;
use crate::domain::bounding_box::BoundingBox;
use crate::domain::place::Point;
use crate::domain::squares;
use crate::domain::tile::{OnMap, x_of, y_of};

/// Points under the numbers in which they came: in steps of a ten-millionth of a degree, about a centimetre, and beside that those
/// few that are told more exactly.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spots {
    /// Latitudes in steps; [`NONE`] is in no box.
    pub lat: Vec<i32>,
    /// Longitudes in steps.
    pub lon: Vec<i32>,
    /// The numbers of points between steps, ascending.
    pub finer: Vec<u32>,
    /// Latitude and longitude of each of these in degrees.
    pub exact: Vec<[f64; 2]>,
}

/// The latitude of a number that has no point.
const NONE: i32 = i32::MIN;
/// Steps of a degree.
const DEGREE: u32 = 10_000_000;
const STEPS: f64 = DEGREE as f64;
/// Points that are looked at together.
const TOGETHER: usize = 64;

impl Spots {
    /// Takes in the next point; `None` stands for a number without one.
    pub fn push(&mut self, point: Option<Point>) {
        let number = self.lat.len();
        let (lat, lon) = point.map_or((NONE, 0), |point| (step_of(point.lat), step_of(point.lon)));
        self.lat.push(lat);
        self.lon.push(lon);
        if let Some(point) = point.filter(|point| *point != at_steps(lat, lon)) {
            self.finer.extend(u32::try_from(number));
            self.exact.push([point.lat, point.lon]);
        }
    }

    /// The point under a number that has one.
    fn get(&self, number: usize) -> Point {
        let finer = self.finer.binary_search_by(|finer| (*finer as usize).cmp(&number));
        finer.map_or_else(
            |_| at_steps(self.lat[number], self.lon[number]),
            |at| Point { lat: self.exact[at][0], lon: self.exact[at][1] },
        )
    }

    /// The square of a degree in which the point under a number lies, unless it is about an edge of one.
    #[inline]
    fn square(&self, number: usize) -> Option<squares::Number> {
        let (east, by_east) = degree(self.lon[number], 180)?;
        let (north, by_north) = degree(self.lat[number], 90)?;
        // A point between two steps lies less than one beside them.
        let is_inside = |steps: u32| (1..DEGREE - 1).contains(&steps);
        (is_inside(by_east) && is_inside(by_north)).then(|| squares::number(east, north))
    }

    /// How far to the east of the map of the world the point under a number lies.
    fn x(&self, number: usize) -> u32 {
        if self.finer.is_empty() { x_at(self.lon[number]) } else { x_of(self.get(number).lon) }
    }

    /// The numbers of the points in a box, ascending.
    pub fn inside(&self, bbox: &BoundingBox, mut take: impl FnMut(usize)) {
        // What lies between two steps may lie on either side of an edge that does too.
        let (outer, inner) = (Steps::around(bbox, 1), Steps::around(bbox, -1));
        for (start, (lat, lon)) in self.lat.chunks(TOGETHER).zip(self.lon.chunks(TOGETHER)).enumerate() {
            // By how many of the two boxes it is held.
            let mut held = [0_u8; TOGETHER];
            // Without branches, so that the compiler makes it into instructions for many points at once.
            for ((held, lat), lon) in held.iter_mut().zip(lat).zip(lon) {
                *held = outer.hold(*lat, *lon) + inner.hold(*lat, *lon);
            }
            if held == [0; TOGETHER] {
                continue;
            }
            for (number, held) in held.iter().enumerate().filter(|(_, held)| **held != 0) {
                let all = start * TOGETHER + number;
                if *held == 2 || bbox.contains(self.get(all)) {
                    take(all);
                }
            }
        }
    }

    /// The bytes that they take.
    const fn bytes(&self) -> usize {
        self.lat.len() * 8 + self.finer.len() * 20
    }

    /// Gives back spare memory, when every point is in.
    fn pack(&mut self) {
        self.lat.shrink_to_fit();
        self.lon.shrink_to_fit();
        self.finer.shrink_to_fit();
        self.exact.shrink_to_fit();
    }
}

#[expect(clippy::cast_possible_truncation, reason = "180 degrees have fewer than 2^31 steps")]
fn step_of(degrees: f64) -> i32 {
    (degrees * STEPS).round() as i32
}

/// The whole degrees, and the steps behind them, of degrees in steps that begin so many degrees below 0.
#[inline]
fn degree(steps: i32, below: i64) -> Option<(usize, u32)> {
    let steps = u32::try_from(i64::from(steps) + below * i64::from(DEGREE)).ok()?;
    Some(((steps / DEGREE) as usize, steps % DEGREE))
}

/// How far to the east of the map of the world a longitude in steps lies: in whole numbers, which is several times as fast as to divide
/// degrees twice.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of the world, which is 2^32 wide")]
fn x_at(steps: i32) -> u32 {
    const HALF: i64 = 1_800_000_000;
    (((i64::from(steps) + HALF) as u64) << 32).div_euclid(2 * HALF as u64) as u32
}

fn at_steps(lat: i32, lon: i32) -> Point {
    Point { lat: f64::from(lat) / STEPS, lon: f64::from(lon) / STEPS }
}

/// A box in steps.
struct Steps {
    west: i32,
    south: i32,
    east: i32,
    north: i32,
    crosses: bool,
}

impl Steps {
    /// A box and so many steps around it, or without so many.
    fn around(bbox: &BoundingBox, by: i32) -> Self {
        let BoundingBox { west, south, east, north } = *bbox;
        // A step more, for what is rounded.
        let (lower, upper) =
            (|degrees| step_of(degrees) - by - by.signum(), |degrees| step_of(degrees) + by + by.signum());
        Self { west: lower(west), south: lower(south), east: upper(east), north: upper(north), crosses: west > east }
    }

    /// 1 where it has a point, and 0 where it has not.
    fn hold(&self, lat: i32, lon: i32) -> u8 {
        let (behind, before) = (u8::from(lon >= self.west), u8::from(lon <= self.east));
        let between = (behind & before) | (u8::from(self.crosses) & (behind | before));
        between & u8::from(lat >= self.south) & u8::from(lat <= self.north)
    }
}

/// A point of an event's own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OwnPoint {
    /// The row.
    pub row: u16,
    /// The term of the place.
    pub term: u32,
    /// The point.
    pub point: Point,
}

/// Points of the events' own, by row.
#[derive(Debug, Default, PartialEq)]
pub struct OwnPoints {
    /// The rows, ascending.
    pub row: Vec<u16>,
    /// The terms of the places.
    pub term: Numbers,
    /// The points.
    pub spots: Spots,
    /// How far to the south each lies on a map of the world; [`OFF_MAP`] for one that does not.
    pub y: Vec<u32>,
}

/// Stands for a point that is nearer to a pole than a map reaches, and for the last centimetre before it.
const OFF_MAP: u32 = u32::MAX;

impl OwnPoints {
    /// Takes in the next point.
    pub fn push(&mut self, own: OwnPoint) {
        self.row.push(own.row);
        self.term.push(own.term);
        self.spots.push(Some(own.point));
        self.y.push(y_of(own.point.lat).unwrap_or(OFF_MAP));
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.row.len()
    }

    /// The bytes that they take.
    pub const fn bytes(&self) -> usize {
        self.row.len() * 6 + self.spots.bytes() + self.term.bytes()
    }

    /// A point.
    fn get(&self, number: usize) -> OwnPoint {
        OwnPoint { row: self.row[number], term: self.term.get(number), point: self.spots.get(number) }
    }

    /// Where a point lies on a map of the world, if it does.
    pub fn on_map(&self, number: usize) -> Option<OnMap> {
        let y = Some(self.y[number]).filter(|y| *y != OFF_MAP)?;
        Some(OnMap { x: self.spots.x(number), y })
    }

    /// All points.
    pub fn iter(&self) -> impl Iterator<Item = OwnPoint> {
        (0..self.len()).map(|number| self.get(number))
    }

    /// The points of a row.
    pub fn of_row(&self, row: usize) -> impl Iterator<Item = OwnPoint> {
        self.numbers_of_row(row).map(|number| self.get(number))
    }

    /// The numbers of the points of a row.
    pub fn numbers_of_row(&self, row: usize) -> impl Iterator<Item = usize> {
        let start = self.row.partition_point(|own| usize::from(*own) < row);
        (start..self.len()).take_while(move |number| usize::from(self.row[*number]) == row)
    }

    /// The numbers of the points of a row in an area.
    pub fn numbers_inside_of(&self, row: usize, area: &Area) -> impl Iterator<Item = usize> {
        self.numbers_of_row(row).filter(|number| self.is_in(*number, area))
    }

    /// Whether the point under a number lies in an area.
    pub fn is_in(&self, number: usize, area: &Area) -> bool {
        area.contains(self.spots.get(number))
    }

    /// The numbers of the points in an area; its box, where it has one, is held against many at once.
    pub fn numbers_inside(&self, area: &Area, mut take: impl FnMut(usize)) {
        let rest = Area { bbox: None, ..area.clone() };
        let is_in_rest = |number: &usize| {
            let told = self.spots.square(*number).and_then(|square| rest.round_square(square));
            told.unwrap_or_else(|| rest.contains(self.spots.get(*number)))
        };
        match (&area.bbox, rest.is_everywhere()) {
            (None, true) => (0..self.len()).for_each(take),
            (None, false) => (0..self.len()).filter(is_in_rest).for_each(take),
            (Some(bbox), true) => self.spots.inside(bbox, take),
            (Some(bbox), false) => self.spots.inside(bbox, |number| {
                if is_in_rest(&number) {
                    take(number);
                }
            }),
        }
    }

    /// Makes it short, when every point is in.
    pub fn pack(&mut self) {
        self.row.shrink_to_fit();
        self.term.pack();
        self.spots.pack();
        self.y.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::circle::Circle;

    /// Degrees up to so many tens of them, beside which some lie by parts of a step.
    fn degrees(tens: i32) -> impl Strategy<Value = f64> {
        let about = (-tens..=tens, prop_oneof![6 => Just(0), 1 => -9_i32..=9]);
        let most = f64::from(tens * 10);
        about.prop_map(move |(tens, parts)| (f64::from(tens * 10) + f64::from(parts) * 4e-8).clamp(-most, most))
    }

    proptest! {
        #[test]
        fn steps_lie_on_the_map_where_their_degrees_do(steps in -1_800_000_000..=1_800_000_000_i32) {
            // What is rounded may lie on the other side of the edge of a unit.
            let away = x_at(steps).wrapping_sub(x_of(f64::from(steps) / STEPS));
            prop_assert!(away.wrapping_add(1) <= 2, "{away}");
        }

        #[test]
        fn an_area_holds_what_it_holds_point_by_point(
            points in prop::collection::vec((degrees(9), degrees(18)), 1..200),
            (lat, lon, radius_m) in (degrees(9), degrees(18), 1.0..20_000_000.0_f64),
            bbox in prop::option::of((degrees(9), degrees(9), degrees(18), degrees(18))),
        ) {
            let mut own = OwnPoints::default();
            for (row, (lat, lon)) in (0..).zip(&points) {
                own.push(OwnPoint { row, term: 0, point: Point { lat: *lat, lon: *lon } });
            }
            let near = Some(Circle { center: Point { lat, lon }, radius_m });
            let bbox = bbox.map(|(south, north, west, east)| BoundingBox { west, south, east, north });
            let area = Area { bbox, near, ..Area::default() };
            // The second time the squares are known.
            for _ in 0..2 {
                let mut found = Vec::new();
                own.numbers_inside(&area, |number| found.push(number));
                let naive = (0..points.len()).filter(|number| {
                    let (lat, lon) = points[*number];
                    let point = Point { lat, lon };
                    bbox.is_none_or(|bbox| bbox.contains(point)) && near.is_some_and(|circle| circle.contains(point))
                });
                prop_assert_eq!(found, naive.collect::<Vec<_>>());
            }
        }

        #[test]
        fn a_box_holds_what_it_holds_point_by_point(
            points in prop::collection::vec(prop::option::weighted(0.9, (degrees(9), degrees(18))), 0..200),
            (south, north) in (degrees(9), degrees(9)),
            (west, east) in (degrees(18), degrees(18)),
        ) {
            let points: Vec<Option<Point>> =
                points.into_iter().map(|point| point.map(|(lat, lon)| Point { lat, lon })).collect();
            let bbox = BoundingBox { west, south, east, north };
            let mut spots = Spots::default();
            for point in &points {
                spots.push(*point);
            }
            for (number, point) in points.iter().enumerate().filter_map(|(number, point)| Some((number, (*point)?))) {
                prop_assert_eq!(spots.get(number), point);
            }
            let mut found = Vec::new();
            spots.inside(&bbox, |number| found.push(number));
            let naive = (0..points.len()).filter(|number| points[*number].is_some_and(|point| bbox.contains(point)));
            prop_assert_eq!(found, naive.collect::<Vec<_>>());
        }
    }
}
