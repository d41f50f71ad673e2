//! Boxes on the map.

use super::place::Point;

/// A box of latitudes and longitudes, in degrees; it crosses the antimeridian where `west` is greater than `east`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the four sides")]
pub struct BoundingBox {
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
}

impl BoundingBox {
    /// Whether a point lies in the box, its sides included.
    pub fn contains(&self, point: Point) -> bool {
        let between = if self.west <= self.east {
            (self.west..=self.east).contains(&point.lon)
        } else {
            point.lon >= self.west || point.lon <= self.east
        };
        between && (self.south..=self.north).contains(&point.lat)
    }
}
