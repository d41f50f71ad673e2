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

    /// The part of it that lies in another one; itself where one of them crosses the antimeridian, so that there may be two.
    #[must_use]
    pub fn cut(self, other: &Self) -> Self {
        let cut = Self {
            west: self.west.max(other.west),
            south: self.south.max(other.south),
            east: self.east.min(other.east),
            north: self.north.min(other.north),
        };
        let crosses = |one: &Self| one.west > one.east;
        if crosses(&self) || crosses(other) {
            self
        } else if crosses(&cut) {
            // Nothing lies in both.
            Self { south: 90.0, north: -90.0, ..self }
        } else {
            cut
        }
    }
}

/// Slices of the globe from pole to pole, in which longitudes are gathered: a tenth of a degree each.
const SLICES: usize = 3_600;

/// Longitudes, to find the shortest stretch that holds all of them, be it across the antimeridian.
#[derive(Clone, Debug)]
pub struct Longitudes(Vec<Option<(f64, f64)>>);

impl Default for Longitudes {
    fn default() -> Self {
        Self(vec![None; SLICES])
    }
}

impl Longitudes {
    /// Takes in a longitude in degrees, from −180 to 180.
    pub fn add(&mut self, lon: f64) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the number of a slice, or near it"
        )]
        let slice = ((lon + 180.0) * 10.0) as usize;
        let slice = &mut self.0[slice.min(SLICES - 1)];
        let (low, high) = slice.unwrap_or((lon, lon));
        *slice = Some((low.min(lon), high.max(lon)));
    }

    /// The west and the east of the stretch: what is left of the circle without its widest gap. Where two gaps are as wide
    /// the one at the antimeridian is left out. A gap within one slice is not looked for: it decides nothing unless there
    /// are points all around the globe.
    pub fn bounds(&self) -> Option<(f64, f64)> {
        let slices: Vec<(f64, f64)> = self.0.iter().copied().flatten().collect();
        let (first, last) = (slices.first()?.0, slices.last()?.1);
        let gaps = slices.windows(2).map(|pair| (pair[1].0 - pair[0].1, (pair[1].0, pair[0].1)));
        let around = (first + 360.0 - last, (first, last));
        let widest = gaps.fold(around, |widest, gap| if gap.0 > widest.0 { gap } else { widest });
        Some(widest.1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bounds(all: &[f64]) -> Option<(f64, f64)> {
        let mut longitudes = Longitudes::default();
        for lon in all {
            longitudes.add(*lon);
        }
        longitudes.bounds()
    }

    #[test]
    fn the_shortest_stretch_may_cross_the_antimeridian() {
        assert_eq!(bounds(&[]), None);
        assert_eq!(bounds(&[13.4]), Some((13.4, 13.4)));
        assert_eq!(bounds(&[-118.25, 13.4]), Some((-118.25, 13.4)));
        assert_eq!(bounds(&[178.0, -179.0, 179.5]), Some((178.0, -179.0)));
        assert_eq!(bounds(&[180.0, -180.0]), Some((180.0, -180.0)));
        assert_eq!(bounds(&[0.0, -180.0]), Some((-180.0, 0.0)));
        assert_eq!(bounds(&[13.41, 13.49]), Some((13.41, 13.49)));
    }

    proptest! {
        #[test]
        fn what_is_cut_holds_the_same_in_what_it_is_cut_to(
            sides in prop::array::uniform8(-9_i32..=9),
            lat in -9_i32..=9,
            lon in -9_i32..=9,
        ) {
            let [west, south, east, north, w, s, e, n] = sides.map(|side| f64::from(side * 10));
            let (own, other) =
                (BoundingBox { west, south, east, north }, BoundingBox { west: w, south: s, east: e, north: n });
            let point = Point { lat: f64::from(lat * 10), lon: f64::from(lon * 10) };
            if other.contains(point) {
                prop_assert_eq!(own.cut(&other).contains(point), own.contains(point));
            }
        }

        #[test]
        fn no_shorter_stretch_holds_all(all in prop::collection::vec(-1_800_i32..=1_800, 1..12)) {
            let mut all: Vec<f64> = all.into_iter().map(|lon| f64::from(lon) / 10.0).collect();
            let (west, east) = bounds(&all).expect("there are some");
            let held = BoundingBox { west, south: 0.0, east, north: 0.0 };
            let is_held = |lon: &f64| held.contains(Point { lat: 0.0, lon: *lon });
            prop_assert!(all.iter().all(is_held));
            all.sort_unstable_by(f64::total_cmp);
            let width = |west: f64, east: f64| if west <= east { east - west } else { east - west + 360.0 };
            all.dedup_by(|a, b| (*a - *b).abs() < 1e-9);
            // A single one is a stretch of no width; of several, one before and behind each gap.
            let between = |at: usize| if all.len() == 1 { 0.0 } else { width(all[at], all[(at + all.len() - 1) % all.len()]) };
            // From −180 to 180 is the whole way round, and back none.
            let shortest = (0..all.len()).map(between).fold(360.0, f64::min);
            prop_assert!(width(west, east) <= shortest + 1e-9, "{west} to {east}, {shortest}");
        }
    }
}
