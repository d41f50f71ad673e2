//! Parts of the map that a place may lie in.

use std::sync::Arc;

use super::bounding_box::BoundingBox;
use super::circle::Circle;
use super::place::Point;
use super::polygon::Polygons;
use super::squares::{self, Lies, Squares};

/// What a point must lie in: all that is asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Area {
    /// A box.
    pub bbox: Option<BoundingBox>,
    /// A circle.
    pub near: Option<Circle>,
    /// Polygons, in one of which it must lie.
    pub within: Option<Arc<Polygons>>,
    /// What is known of the circle and the polygons; nothing where they are new.
    pub squares: Squares,
}

impl Area {
    /// Whether nothing is asked for.
    pub const fn is_everywhere(&self) -> bool {
        self.bbox.is_none() && self.near.is_none() && self.within.is_none()
    }

    /// Whether it has more edges than those of a box.
    pub const fn is_round(&self) -> bool {
        self.near.is_some() || self.within.is_some()
    }

    /// Whether a point lies in it, its edges included.
    pub fn contains(&self, point: Point) -> bool {
        self.bbox.is_none_or(|bbox| bbox.contains(point)) && (!self.is_round() || self.rounds(point))
    }

    /// Whether all points of a square lie in the circle and the polygons, or none does; `None` where that is not known.
    #[inline]
    pub fn round_square(&self, number: squares::Number) -> Option<bool> {
        self.squares.known(number)?.told()
    }

    /// Whether a point lies in the circle and the polygons.
    fn rounds(&self, point: Point) -> bool {
        let Self { near, within, squares, .. } = self;
        let lies = squares.of(point, |square| {
            let by_circle = near.map_or(Lies::Inside, |circle| circle.holds(square));
            by_circle.and(within.as_ref().map_or(Lies::Inside, |polygons| polygons.hold(square)))
        });
        lies.told().unwrap_or_else(|| {
            near.is_none_or(|circle| circle.contains(point))
                && within.as_ref().is_none_or(|polygons| polygons.contains(point))
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::circle::distance;

    fn degrees(most: i32) -> impl Strategy<Value = f64> {
        // Many of them stand on the edge of a square.
        prop_oneof![(-most..=most).prop_map(f64::from), -f64::from(most)..=f64::from(most)]
    }

    fn point() -> impl Strategy<Value = Point> {
        (degrees(90), degrees(180)).prop_map(|(lat, lon)| Point { lat, lon })
    }

    /// A ring around a point with corners at these distances in degrees, one behind the other.
    fn ring((lat, lon): (f64, f64), corners: &[f64]) -> Vec<(f64, f64)> {
        let count = f64::from(u32::try_from(corners.len()).expect("few"));
        let turns = (0_u32..).map(|number| f64::from(number) * std::f64::consts::TAU / count);
        let mut ring: Vec<_> =
            turns.zip(corners).map(|(turn, far)| (lon + far * turn.cos(), lat + far * turn.sin())).collect();
        ring.push(ring[0]);
        ring
    }

    proptest! {
        #[test]
        fn squares_tell_what_is_told_point_by_point(
            (center, edge, share) in (point(), point(), 0.98..1.02_f64),
            middle in (degrees(60), degrees(180)),
            corners in prop::collection::vec(0.5..29.0_f64, 3..9),
            sides in 0_u8..3,
            anywhere in prop::collection::vec(point(), 1..50),
            beside in prop::collection::vec((any::<prop::sample::Index>(), 0.0..1.0_f64, -1.5..1.5_f64, -1.5..1.5_f64), 1..200),
        ) {
            let near = (sides != 1).then_some(Circle { center, radius_m: 1.0 + distance(center, edge) * share });
            let ring = ring(middle, &corners);
            let polygons = Polygons::of(&vec![vec![ring.clone()]]).expect("a ring around its middle");
            let within = (sides != 0).then(|| Arc::new(polygons));
            let area = Area { near, within: within.clone(), ..Area::default() };
            // Most points lie beside an edge, where squares of all kinds do.
            let beside = beside.into_iter().map(|(number, along, north, east)| {
                let at = number.index(ring.len() - 1);
                let ((a, b), (c, d)) = (ring[at], ring[at + 1]);
                let (lon, lat) = if sides == 0 { (edge.lon, edge.lat) } else { (a + along * (c - a), b + along * (d - b)) };
                let lon = (lon + east + 540.0).rem_euclid(360.0) - 180.0;
                Point { lat: (lat + north).clamp(-90.0, 90.0), lon }
            });
            for point in anywhere.into_iter().chain(beside) {
                let naive = near.is_none_or(|circle| circle.contains(point))
                    && within.as_ref().is_none_or(|polygons| polygons.contains(point));
                prop_assert_eq!(area.contains(point), naive, "{:?}", point);
            }
        }
    }
}
