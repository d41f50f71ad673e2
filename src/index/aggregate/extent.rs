//! What events lie between, in time and on the map.

use std::sync::Arc;

use hashbrown::HashMap;

use super::{Matched, Numbers};
use crate::domain::bounding_box::{BoundingBox, Longitudes};
use crate::domain::instant::Instant;
use crate::domain::place::Point;
use crate::domain::window::Frame;
use crate::index::bits::Bits;
use crate::index::terms::Terms;

/// The first and the last moment that the bounds of dates tell: where a date is open, its other bound stands for it. `None`
/// for what tells nothing.
pub fn told([begin, end, begun, not_over]: [i64; 4]) -> Option<(i64, i64)> {
    let (is_open_before, is_open_behind) = (is_first(begin), is_last(end));
    let from = if is_open_before { begun.min(end) } else { begin };
    let to = if is_open_behind { not_over.max(begin) } else { end };
    (!is_last(from) && !is_first(to)).then_some((from.min(to), to))
}

const fn is_first(micros: i64) -> bool {
    micros <= Instant::MIN.micros()
}

const fn is_last(micros: i64) -> bool {
    micros >= Instant::MAX.micros()
}

/// What all events lie between.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extent {
    /// The first and the last microsecond of UTC that dates tell; `None` where no event has a date.
    pub time: Option<(i64, i64)>,
    /// Events that may have begun earlier than any date says.
    pub open_start: usize,
    /// Events that may go on later than any date says.
    pub open_end: usize,
    /// The smallest box that holds all points; `None` where there is none.
    pub bbox: Option<BoundingBox>,
    /// Events with a date.
    pub dated: usize,
    /// Events with a point.
    pub with_point: usize,
}

/// The terms of places that are dots on a map.
#[derive(Clone, Debug, Default)]
pub struct Dots {
    /// Those that stand where their location does.
    pub located: HashMap<u32, Point>,
    /// Those that an event gives a point of its own.
    pub own: Arc<Terms>,
}

impl Matched {
    /// What they lie between.
    pub fn extent(&self, numbers: &Numbers, dots: &Dots) -> Extent {
        let mut extent = Extent { time: self.told_between(numbers, Frame::Utc), ..Extent::default() };
        let mut points = Points::default();
        for piece in &self.0 {
            let segment = &*piece.segment;
            for row in piece.rows() {
                if let Some([begin, end, ..]) = numbers.bounds(segment, row, Frame::Utc) {
                    extent.dated += 1;
                    extent.open_start += usize::from(is_first(begin));
                    extent.open_end += usize::from(is_last(end));
                }
            }
            let mut with_point = Bits::none(segment.rows());
            let own = segment.points.iter().filter(|own| dots.own.has(own.term));
            for own in own.filter(|own| piece.rows.contains(own.row.into())) {
                with_point.insert(own.row.into());
                points.add(own.point);
            }
            for (term, handle) in segment.postings.handles() {
                let Some(point) = dots.located.get(&term) else { continue };
                let mut is_met = false;
                segment.postings.each(handle, segment.rows(), |row| {
                    if piece.rows.contains(row) {
                        with_point.insert(row);
                        is_met = true;
                    }
                });
                if is_met {
                    points.add(*point);
                }
            }
            extent.with_point += with_point.count();
        }
        extent.bbox = points.bounds();
        extent
    }
}

/// Points while they are gathered.
#[derive(Default)]
struct Points {
    latitudes: Option<(f64, f64)>,
    longitudes: Longitudes,
}

impl Points {
    fn add(&mut self, point: Point) {
        let (south, north) = self.latitudes.unwrap_or((point.lat, point.lat));
        self.latitudes = Some((south.min(point.lat), north.max(point.lat)));
        self.longitudes.add(point.lon);
    }

    fn bounds(&self) -> Option<BoundingBox> {
        let ((south, north), (west, east)) = self.latitudes.zip(self.longitudes.bounds())?;
        Some(BoundingBox { west, south, east, north })
    }
}
