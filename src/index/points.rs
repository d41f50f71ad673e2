//! Points as columns, so that a box is held against many of them at once.

use super::numbers::Numbers;
use crate::domain::area::Area;
use crate::domain::bounding_box::BoundingBox;
use crate::domain::place::Point;

/// Points under the numbers in which they came.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spots {
    /// Latitudes in degrees; none is in any box.
    pub lat: Vec<f64>,
    /// Longitudes in degrees.
    pub lon: Vec<f64>,
}

/// Points that are looked at together.
const TOGETHER: usize = 64;

impl Spots {
    /// Takes in the next point; `None` stands for a number without one.
    pub fn push(&mut self, point: Option<Point>) {
        let Point { lat, lon } = point.unwrap_or(Point { lat: f64::NAN, lon: f64::NAN });
        self.lat.push(lat);
        self.lon.push(lon);
    }

    /// The numbers of the points in a box, ascending.
    pub fn inside(&self, bbox: &BoundingBox, mut take: impl FnMut(usize)) {
        let BoundingBox { west, south, east, north } = *bbox;
        let crosses = u8::from(west > east);
        for (start, (lat, lon)) in self.lat.chunks(TOGETHER).zip(self.lon.chunks(TOGETHER)).enumerate() {
            let mut is_in = [0_u8; TOGETHER];
            // Without branches, so that the compiler makes it into instructions for many points at once.
            for ((is_in, lat), lon) in is_in.iter_mut().zip(lat).zip(lon) {
                let (behind, before) = (u8::from(*lon >= west), u8::from(*lon <= east));
                let between = (behind & before) | (crosses & (behind | before));
                *is_in = between & u8::from(*lat >= south) & u8::from(*lat <= north);
            }
            if is_in != [0; TOGETHER] {
                let numbers = is_in.iter().enumerate().filter(|(_, is_in)| **is_in != 0);
                numbers.for_each(|(number, _)| take(start * TOGETHER + number));
            }
        }
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
}

impl OwnPoints {
    /// Takes in the next point.
    pub fn push(&mut self, own: OwnPoint) {
        self.row.push(own.row);
        self.term.push(own.term);
        self.spots.push(Some(own.point));
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.row.len()
    }

    /// The bytes that they take.
    pub const fn bytes(&self) -> usize {
        self.row.len() * 18 + self.term.bytes()
    }

    /// A point.
    fn get(&self, number: usize) -> OwnPoint {
        let point = Point { lat: self.spots.lat[number], lon: self.spots.lon[number] };
        OwnPoint { row: self.row[number], term: self.term.get(number), point }
    }

    /// All points.
    pub fn iter(&self) -> impl Iterator<Item = OwnPoint> {
        (0..self.len()).map(|number| self.get(number))
    }

    /// The points of a row.
    pub fn of_row(&self, row: usize) -> impl Iterator<Item = OwnPoint> {
        let start = self.row.partition_point(|own| usize::from(*own) < row);
        (start..self.len())
            .take_while(move |number| usize::from(self.row[*number]) == row)
            .map(|number| self.get(number))
    }

    /// The points in an area; its box, where it has one, is held against many at once.
    pub fn inside(&self, area: &Area, mut take: impl FnMut(OwnPoint)) {
        let mut test = |number| {
            let own = self.get(number);
            if area.contains(own.point) {
                take(own);
            }
        };
        match &area.bbox {
            Some(bbox) => self.spots.inside(bbox, test),
            None => (0..self.len()).for_each(&mut test),
        }
    }

    /// Makes it short, when every point is in.
    pub fn pack(&mut self) {
        self.row.shrink_to_fit();
        self.term.pack();
        self.spots.lat.shrink_to_fit();
        self.spots.lon.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_box_holds_what_it_holds_point_by_point(
            points in prop::collection::vec(prop::option::weighted(0.9, (-9_i32..=9, -18_i32..=18)), 0..200),
            (south, north) in (-9_i32..=9, -9_i32..=9),
            (west, east) in (-18_i32..=18, -18_i32..=18),
        ) {
            let degrees = |tens: i32| f64::from(tens * 10);
            let points: Vec<Option<Point>> = points
                .into_iter()
                .map(|point| point.map(|(lat, lon)| Point { lat: degrees(lat), lon: degrees(lon) }))
                .collect();
            let bbox = BoundingBox { west: degrees(west), south: degrees(south), east: degrees(east), north: degrees(north) };
            let mut spots = Spots::default();
            for point in &points {
                spots.push(*point);
            }
            let mut found = Vec::new();
            spots.inside(&bbox, |number| found.push(number));
            let naive = (0..points.len()).filter(|number| points[*number].is_some_and(|point| bbox.contains(point)));
            prop_assert_eq!(found, naive.collect::<Vec<_>>());
        }
    }
}
