//! The order by distance. No column holds distances, since each question measures from another point: they are worked out for
//! the rows that answer it, on a sphere for nearly all, which is many times faster and tells which rows cannot be among the
//! nearest, and along the ellipsoid for those that are left.

use std::sync::Arc;

use hashbrown::HashMap;

use super::answer::{Answer, Best, rank};
use super::order::EventKey;
use super::terms::Terms;
use crate::domain::area::Area;
use crate::domain::circle::{about, distance};
use crate::domain::place::Point;

/// From where distances are measured, and to which places.
#[derive(Clone, Debug)]
pub struct Origin {
    center: Point,
    /// The places that events have by their location alone, by their terms.
    spots: HashMap<u32, Spot>,
    /// The places that events give points of their own, and where these must lie.
    own: Option<(Arc<Terms>, Area)>,
}

/// A point, with what its distance is at least and at most, in micrometres.
#[derive(Clone, Copy, Debug)]
struct Spot {
    point: Point,
    least: i64,
    most: i64,
}

/// Micrometres, so that distances are whole numbers, of which only equal places have the same.
#[expect(clippy::cast_possible_truncation, reason = "20,037,508 m at most")]
fn micrometres(metres: f64) -> i64 {
    (metres * 1e6).round() as i64
}

impl Origin {
    /// Measures from a point to places with their points, and to the events' own points.
    pub fn new(center: Point, spots: impl Iterator<Item = (u32, Point)>, own: Option<(Arc<Terms>, Area)>) -> Self {
        let mut origin = Self { center, spots: HashMap::new(), own };
        origin.spots = spots.map(|(term, point)| (term, origin.spot(point))).collect();
        origin
    }

    fn spot(&self, point: Point) -> Spot {
        let (least, most) = about(self.center, point);
        Spot { point, least: micrometres(least), most: micrometres(most) }
    }

    /// The places of an event that answer the question.
    fn spots(&self, terms: impl Iterator<Item = u32>, own: impl Iterator<Item = (u32, Point)>, into: &mut Vec<Spot>) {
        into.clear();
        into.extend(terms.filter_map(|term| self.spots.get(&term)));
        if let Some((wanted, area)) = &self.own {
            let inside = own.filter(|(term, point)| wanted.has(*term) && area.contains(*point));
            into.extend(inside.map(|(_, point)| self.spot(point)));
        }
    }

    /// Offers an event with these places.
    fn offer(&self, spots: &[Spot], event_no: u32, version: u32, best: &mut Best) {
        let (Some(least), Some(most)) =
            (spots.iter().map(|spot| spot.least).min(), spots.iter().map(|spot| spot.most).min())
        else {
            return;
        };
        let backward = best.slice.backward;
        // What its key is at least and at most, in the direction of the search.
        let (soonest, latest) = if backward { (-most, -least) } else { (least, most) };
        let is_passed = |from: EventKey| (latest, i64::MAX) <= rank(from, backward);
        if best.is_beyond((soonest, i64::MIN)) || best.slice.from.is_some_and(is_passed) {
            return;
        }
        let perhaps = spots.iter().filter(|spot| spot.least <= most);
        let exact = perhaps.map(|spot| micrometres(distance(self.center, spot.point))).min();
        best.offer((exact.unwrap_or(most), i64::from(event_no)), version);
    }
}

impl Answer<'_> {
    /// Offers all events of the answer by how far they are.
    pub(super) fn offer_nearest(&self, origin: &Origin, best: &mut Best) {
        let mut spots = Vec::new();
        for row in self.newest() {
            origin.spots(row.terms.iter().copied(), row.points.iter().copied(), &mut spots);
            origin.offer(&spots, row.event_no, row.version_no, best);
        }
        for (slot, layer) in self.layers() {
            let (found, segment) = (self.find(slot, layer), &*layer.segment);
            for row in found.rows().ascending(0..segment.rows()) {
                let own = segment.points.of_row(row).map(|own| (own.term, own.point));
                origin.spots(segment.named(row), own, &mut spots);
                origin.offer(&spots, segment.event_no[row], segment.version_no[row], best);
            }
        }
    }
}
