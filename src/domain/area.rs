//! Parts of the map that a place may lie in.

use std::sync::Arc;

use super::bounding_box::BoundingBox;
use super::circle::Circle;
use super::place::Point;
use super::polygon::Polygons;

/// What a point must lie in: all that is asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Area {
    /// A box.
    pub bbox: Option<BoundingBox>,
    /// A circle.
    pub near: Option<Circle>,
    /// Polygons, in one of which it must lie.
    pub within: Option<Arc<Polygons>>,
}

impl Area {
    /// Whether nothing is asked for.
    pub const fn is_everywhere(&self) -> bool {
        self.bbox.is_none() && self.near.is_none() && self.within.is_none()
    }

    /// Whether a point lies in it, its edges included.
    pub fn contains(&self, point: Point) -> bool {
        self.bbox.is_none_or(|bbox| bbox.contains(point))
            && self.near.is_none_or(|circle| circle.contains(point))
            && self.within.as_ref().is_none_or(|polygons| polygons.contains(point))
    }
}
