//! Tiles of a map of the world in the Web Mercator projection (EPSG:3857), cut as OGC's `WebMercatorQuad` and everybody's web
//! maps cut it: 2^z by 2^z squares, the first one in the north-west.

use std::f64::consts::PI;

use super::bounding_box::BoundingBox;
use super::place::Point;

/// How far maps are cut: a tile is some 150 metres wide then.
pub const DEEPEST: u8 = 18;
/// Units along a side of a tile, as the Mapbox Vector Tile specification advises.
pub const EXTENT: i32 = 4_096;
/// Units around a tile in which it shows what its neighbours do, so that a dot at an edge is drawn whole by programs that draw
/// each tile for itself.
pub const MARGIN: i32 = 256;

/// A tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tile {
    zoom: u8,
    column: u32,
    row: u32,
}

/// A spot of a tile or of its margin, in units to the east and to the south of its north-west corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "to the east, and to the south")]
pub struct Spot {
    pub x: i16,
    pub y: i16,
}

/// A position on the map, to the east and to the south of its north-western corner, where the world is 2^32 units wide: more
/// than a tile of the deepest zoom level tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "to the east, and to the south")]
pub struct OnMap {
    pub x: u32,
    pub y: u32,
}

impl OnMap {
    /// Where a point lies; `None` where it is nearer to a pole than the projection reaches.
    pub fn of(point: Point) -> Option<Self> {
        Some(Self { x: x_of(point.lon), y: y_of(point.lat)? })
    }
}

/// Units along a side of the world.
const WORLD: f64 = 4_294_967_296.0;

/// How far to the east a longitude lies on the map. The eastern edge of the world is its western one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of the world, and so of 2^32")]
pub fn x_of(lon: f64) -> u32 {
    let lon = if lon >= 180.0 { lon - 360.0 } else { lon };
    ((lon + 180.0) / 360.0 * WORLD) as u32
}

/// How far to the south a latitude lies on the map; `None` where that ends before.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of the world, and so of 2^32")]
pub fn y_of(lat: f64) -> Option<u32> {
    let sine = lat.to_radians().sin();
    let y = (0.5 - ((1.0 + sine) / (1.0 - sine)).ln() / (4.0 * PI)) * WORLD;
    (0.0..WORLD).contains(&y).then_some(y as u32)
}

impl Tile {
    /// The tile of a zoom level in a column, from the west, and a row, from the north; `None` where there is no such tile.
    pub fn at(zoom: u8, column: u32, row: u32) -> Option<Self> {
        let is_there = zoom <= DEEPEST && column.max(row) < 1 << zoom;
        is_there.then_some(Self { zoom, column, row })
    }

    /// All tiles of a zoom level, if there are any.
    pub fn all(zoom: u8) -> impl Iterator<Item = Self> {
        let across = 1 << zoom.min(DEEPEST);
        (0..across).flat_map(move |column| (0..across).filter_map(move |row| Self::at(zoom, column, row)))
    }

    /// How often the world was halved.
    pub const fn zoom(self) -> u8 {
        self.zoom
    }

    /// The tiles along a side of the world.
    fn across(self) -> f64 {
        f64::from(1_u32 << self.zoom)
    }

    /// Where it shows a position: nowhere where that lies elsewhere; twice where the margin goes once around the world. In the tile
    /// proper, without margins, a position lies in one tile of a zoom level.
    #[inline]
    pub fn spots(self, at: OnMap) -> impl Iterator<Item = Spot> {
        let x = self.behind(at.x, self.column);
        let around = if x < EXTENT / 2 { EXTENT << self.zoom } else { -(EXTENT << self.zoom) };
        let y = unit(self.behind(at.y, self.row));
        [unit(x), unit(x + around)].into_iter().filter_map(move |x| Some(Spot { x: x?, y: y? }))
    }

    /// How many units a position lies behind the edge of a tile in a column or a row. At the deepest zoom level the world has 2^30.
    #[expect(clippy::cast_possible_wrap, reason = "see above")]
    #[inline]
    const fn behind(self, position: u32, tiles: u32) -> i32 {
        let finer = u32::BITS - EXTENT.trailing_zeros() - self.zoom as u32;
        (position >> finer) as i32 - (tiles as i32) * EXTENT
    }

    /// What holds all points that it shows, also in its margin.
    pub fn bounds(self) -> BoundingBox {
        let margin = f64::from(MARGIN) / f64::from(EXTENT);
        let lat = |rows: f64| (PI * (1.0 - 2.0 * rows / self.across())).sinh().atan().to_degrees();
        let (row, column) = (f64::from(self.row), f64::from(self.column));
        let (north, south) = (lat(row - margin), lat(row + 1.0 + margin));
        // Half of the world and a margin on both sides is more than a box across the antimeridian can say.
        if self.zoom < 2 {
            return BoundingBox { west: -180.0, south, east: 180.0, north };
        }
        let lon = |columns: f64| (columns / self.across()).rem_euclid(1.0) * 360.0 - 180.0;
        BoundingBox { west: lon(column - margin), south, east: lon(column + 1.0 + margin), north }
    }
}

impl Spot {
    /// Whether it lies in the tile itself.
    pub fn is_inside(self) -> bool {
        [self.x, self.y].iter().all(|units| (0..EXTENT).contains(&i32::from(*units)))
    }
}

/// A number of units, where it lies on a tile or in its margin.
#[expect(clippy::cast_possible_truncation, reason = "these are few")]
#[inline]
fn unit(units: i32) -> Option<i16> {
    (-MARGIN..EXTENT + MARGIN).contains(&units).then_some(units as i16)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tile(zoom: u8, column: u32, row: u32) -> Tile {
        Tile::at(zoom, column, row).expect("there is such a tile")
    }

    fn spots_of(tile: Tile, point: Point) -> impl Iterator<Item = Spot> {
        OnMap::of(point).into_iter().flat_map(move |at| tile.spots(at))
    }

    fn spots(tile: Tile, lat: f64, lon: f64) -> Vec<(i32, i32)> {
        spots_of(tile, Point { lat, lon }).map(|spot| (spot.x.into(), spot.y.into())).collect()
    }

    #[test]
    fn tiles_are_those_of_everybody_else() {
        assert_eq!(Tile::at(0, 0, 0).map(Tile::zoom), Some(0));
        assert_eq!((Tile::at(0, 1, 0), Tile::at(3, 0, 8), Tile::at(19, 0, 0)), (None, None, None));
        assert_eq!(spots(tile(0, 0, 0), 0.0, 0.0), [(EXTENT / 2, EXTENT / 2)]);
        // Los Angeles, as the slippy map tilenames of OpenStreetMap have it.
        let los_angeles = Point { lat: 34.0522, lon: -118.2437 };
        assert!(spots_of(tile(10, 175, 408), los_angeles).all(Spot::is_inside));
        assert_eq!(spots_of(tile(10, 175, 408), los_angeles).count(), 1);
        assert_eq!(spots_of(tile(10, 175, 409), los_angeles).count(), 0);
    }

    #[test]
    fn the_map_ends_before_the_poles_and_goes_on_behind_the_antimeridian() {
        let world = tile(0, 0, 0);
        for lat in [85.051_129, 85.06, 90.0, -85.051_129, -90.0] {
            assert_eq!(spots(world, lat, 0.0), [], "{lat}");
        }
        assert_eq!(spots(world, 85.051_128, 0.0), [(EXTENT / 2, 0)]);
        assert_eq!(spots(world, 0.0, 180.0), spots(world, 0.0, -180.0), "one meridian");
        assert_eq!(spots(world, 0.0, 180.0), [(0, EXTENT / 2), (EXTENT, EXTENT / 2)]);
        let (first, last) = (tile(3, 0, 4), tile(3, 7, 4));
        assert_eq!((spots(first, -0.1, 179.9), spots(last, -0.1, 179.9)), (vec![(-10, 9)], vec![(4_086, 9)]));
    }

    proptest! {
        #[test]
        fn a_point_lies_in_one_tile_of_each_zoom_and_within_the_bounds_of_all_that_show_it(
            lat in -85.0_f64..=85.0, lon in -180.0_f64..=180.0, zoom in 0_u8..=5,
        ) {
            let point = Point { lat, lon };
            let mut inside = 0;
            for tile in Tile::all(zoom) {
                inside += spots_of(tile, point).filter(|spot| spot.is_inside()).count();
                prop_assert!(spots_of(tile, point).count() == 0 || tile.bounds().contains(point));
            }
            prop_assert_eq!(inside, 1);
        }

        #[test]
        fn neighbours_show_what_is_near_their_edge_at_the_same_spot(
            zoom in 1_u8..=18, share in 0_u32..1_000, units in -600.0_f64..600.0,
        ) {
            let across = 1_u32 << zoom;
            let column = u32::try_from(u64::from(share) * u64::from(across) / 1_000).expect("a column");
            let (here, there) = (tile(zoom, column, across / 2), tile(zoom, (column + 1) % across, across / 2));
            // Just south of the equator, and so far from the edge between the two.
            let edge = (f64::from(column + 1) + units / f64::from(EXTENT)) / f64::from(across);
            let point = Point { lat: -0.000_1, lon: edge.rem_euclid(1.0) * 360.0 - 180.0 };
            let near_the_edge = |x: &i32| (-MARGIN..MARGIN).contains(x);
            let shown = |tile: Tile, edge: i32| spots_of(tile, point).map(|spot| i32::from(spot.x) - edge).find(near_the_edge);
            prop_assert_eq!(shown(here, EXTENT), shown(there, 0));
            prop_assert!(shown(here, EXTENT).is_some() || units.abs() > 255.0);
        }
    }
}
