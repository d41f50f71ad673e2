//! Circles on the globe.

use geographiclib_rs::{Geodesic, InverseGeodesic};

use super::bounding_box::BoundingBox;
use super::place::Point;
use super::squares::Lies;

/// All points that are so near to one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Circle {
    /// The middle.
    pub center: Point,
    /// Metres along the ellipsoid.
    pub radius_m: f64,
}

/// The mean radius of the Earth, in metres.
const EARTH: f64 = 6_371_008.8;
/// How far a distance on a sphere of that radius may be off, as a share of itself; it is 0.56 % at most.
const SLACK: f64 = 0.006;

/// Metres to any point of a square of a degree from its middle, at most: half a degree along a meridian, and half of one along a parallel.
const REACH: f64 = 112_000.0;

impl Circle {
    /// How a square of a degree lies to it: by its middle, which no point of it is farther from than some distance.
    pub fn holds(self, square: &BoundingBox) -> Lies {
        let middle = Point { lat: square.south.midpoint(square.north), lon: square.west.midpoint(square.east) };
        let (least, most) = about(self.center, middle);
        if most + REACH <= self.radius_m {
            Lies::Inside
        } else if least - REACH > self.radius_m {
            Lies::Outside
        } else {
            Lies::OnEdge
        }
    }

    /// Whether a point lies in it. A sphere decides what is not near the edge, which is many times faster.
    pub fn contains(self, point: Point) -> bool {
        let (least, most) = about(self.center, point);
        least <= self.radius_m && (most <= self.radius_m || distance(self.center, point) <= self.radius_m)
    }
}

/// What the shortest way between two points is at least and at most as long as, in metres, as a sphere tells it.
pub fn about(a: Point, b: Point) -> (f64, f64) {
    let metres = on_a_sphere(a, b);
    (metres * (1.0 - SLACK), metres * (1.0 + SLACK))
}

/// The shortest way between two points along the WGS 84 ellipsoid, in metres.
pub fn distance(a: Point, b: Point) -> f64 {
    Geodesic::wgs84().inverse(a.lat, a.lon, b.lat, b.lon)
}

fn on_a_sphere(a: Point, b: Point) -> f64 {
    let half = |from: f64, to: f64| ((to - from).to_radians() / 2.0).sin().powi(2);
    let cosines = a.lat.to_radians().cos() * b.lat.to_radians().cos();
    let haversine = half(a.lat, b.lat) + cosines * half(a.lon, b.lon);
    2.0 * EARTH * haversine.min(1.0).sqrt().asin()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_distance_is_that_along_the_ellipsoid() {
        let (los_angeles, berlin) = (Point { lat: 34.05, lon: -118.25 }, Point { lat: 52.52, lon: 13.405 });
        let metres = distance(los_angeles, berlin);
        assert!((9_330_000.0..9_335_000.0).contains(&metres), "{metres}");
        // A degree along the equator, and one along a meridian at the pole.
        let degree = distance(Point { lat: 0.0, lon: 179.5 }, Point { lat: 0.0, lon: -179.5 });
        assert!((degree - 111_319.491).abs() < 0.01, "{degree}");
        let degree = distance(Point { lat: 89.0, lon: 0.0 }, Point { lat: 90.0, lon: 50.0 });
        assert!((degree - 111_693.9).abs() < 0.5, "{degree}");
    }

    proptest! {
        #[test]
        fn a_circle_holds_what_is_as_near(
            lat in -90.0..90.0_f64, lon in -180.0..180.0_f64, other in -90.0..90.0_f64, far in -180.0..180.0_f64, share in 0.9..1.1_f64,
        ) {
            let (center, point) = (Point { lat, lon }, Point { lat: other, lon: far });
            let metres = distance(center, point);
            let circle = Circle { center, radius_m: metres * share };
            prop_assert_eq!(circle.contains(point), metres <= circle.radius_m);
            let (least, most) = about(center, point);
            prop_assert!(least <= metres && metres <= most, "{metres} is not within {least} to {most}");
        }
    }
}
