//! Where events were, compared as exactly as it is known.

use std::collections::HashSet;

use uuid::Uuid;

use super::titles::{alike, words};
use crate::domain::place::{EventPlace, LocationContent, Point};
use crate::domain::vocabulary::{LocationKind, PlacePrecision};
use crate::index::entities::Moment;

/// One place of an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Spot {
    /// The location and all that it lies in, finest first.
    line: Vec<Uuid>,
    /// The town among them.
    town: Option<Uuid>,
    /// The location's name, without case and accents.
    name: String,
    /// How fine the place is.
    level: LocationKind,
    /// The point that stands for it, how fine that is, and how many metres off it may be.
    point: Option<(Point, LocationKind, f64)>,
}

/// How two places compare.
#[derive(Clone, Debug, PartialEq)]
pub struct Nearness {
    /// 0 to 1.
    pub value: f64,
    /// How much it says that they are near, 0 to 1: less, the less exactly they are known.
    pub exactness: f64,
    /// Whether they are in one town.
    pub in_one_town: bool,
    /// The same in words.
    pub detail: String,
}

/// How much it says that two events were at one place of a level: many are in one city, few in one spot.
const fn exactness(level: LocationKind) -> f64 {
    match level {
        LocationKind::Country => 0.02,
        LocationKind::Admin1 => 0.05,
        LocationKind::Admin2 => 0.15,
        LocationKind::Locality => 0.3,
        LocationKind::Neighbourhood => 0.6,
        LocationKind::Venue => 1.0,
    }
}

/// The level that a precision comes to.
const fn level_of(precision: PlacePrecision) -> LocationKind {
    match precision {
        PlacePrecision::Country => LocationKind::Country,
        PlacePrecision::Admin1 => LocationKind::Admin1,
        PlacePrecision::Admin2 => LocationKind::Admin2,
        PlacePrecision::Locality => LocationKind::Locality,
        PlacePrecision::Neighbourhood => LocationKind::Neighbourhood,
        PlacePrecision::Point | PlacePrecision::Venue => LocationKind::Venue,
    }
}

/// Metres between two records of one place of a level, where no radius is given.
pub const fn usual_radius(level: LocationKind) -> f64 {
    match level {
        LocationKind::Venue => 250.0,
        LocationKind::Neighbourhood => 750.0,
        LocationKind::Locality => 1_500.0,
        LocationKind::Admin2 | LocationKind::Admin1 | LocationKind::Country => 20_000.0,
    }
}

impl Spot {
    /// A place with the names of a moment; `None` where its location is not known.
    pub fn of(place: &EventPlace, names: Moment<'_>) -> Option<Self> {
        let (_, location) = names.values::<LocationContent>(place.location)?;
        let own = place.point.map(|point| (point, level_of(place.precision)));
        let point = own.or_else(|| Some((names.point_of(place.location)?, location.kind)));
        let is_town = |id: &Uuid| {
            let location = names.values::<LocationContent>(*id);
            location.is_some_and(|(_, location)| location.kind == LocationKind::Locality)
        };
        Some(Self {
            line: names.line(place.location).collect(),
            town: names.line(place.location).find(is_town),
            name: words(&location.name).concat(),
            level: location.kind.max(level_of(place.precision)),
            point: point
                .filter(|_| !place.precision.is_area())
                .map(|(point, level)| (point, level, place.radius_m.unwrap_or(0.0).max(usual_radius(level)))),
        })
    }

    /// A place of a level, perhaps with a point as fine as that.
    #[cfg(test)]
    pub fn new(line: &[Uuid], name: &str, level: LocationKind, point: Option<(f64, f64)>) -> Self {
        let point = point.map(|(lat, lon)| (Point { lat, lon }, level, usual_radius(level)));
        Self { line: line.to_vec(), town: line.get(1).copied(), name: name.to_owned(), level, point }
    }

    /// The point that stands for it, and how many metres off it may be.
    pub fn around(&self) -> Option<(Point, f64)> {
        self.point.map(|(point, _, radius)| (point, radius))
    }

    /// How two places compare.
    fn beside(&self, other: &Self) -> Nearness {
        let coarser = self.level.min(other.level);
        if let Some(near) = self.distance(other, LocationKind::Neighbourhood) {
            return near;
        }
        let near = |value, level, detail: &str| Nearness {
            value,
            exactness: exactness(level),
            in_one_town: self.is_in_town_of(other),
            detail: detail.to_owned(),
        };
        if self.line.first() == other.line.first() {
            return near(1.0, coarser, "They name one place.");
        }
        let lies_in = |a: &Self, b: &Self| b.line.first().is_some_and(|place| a.line.contains(place));
        if lies_in(self, other) || lies_in(other, self) {
            return near(1.0, coarser, "The place of one lies in that of the other.");
        }
        if coarser >= LocationKind::Neighbourhood && self.line.get(1) == other.line.get(1) {
            let detail = "They name two spots of one place, compared by name.";
            return near(alike(&self.name, &other.name), LocationKind::Neighbourhood, detail);
        }
        let apart = || near(0.0, LocationKind::Venue, "They name different places.");
        self.distance(other, LocationKind::Country).unwrap_or_else(apart)
    }

    fn is_in_town_of(&self, other: &Self) -> bool {
        self.town.is_some() && self.town == other.town
    }

    /// How far apart two points of a level at least are; `None` where there are none.
    fn distance(&self, other: &Self, least: LocationKind) -> Option<Nearness> {
        let ((a, a_level, a_radius), (b, b_level, b_radius)) = self.point.zip(other.point)?;
        let level = a_level.min(b_level);
        if level < least {
            return None;
        }
        let (metres, radius) = (metres_between(a, b), a_radius.max(b_radius));
        let detail = format!("About {metres:.0} m apart, known to {radius:.0} m.");
        let value = (radius / metres.max(radius)).powi(2);
        Some(Nearness { value, exactness: exactness(level), in_one_town: self.is_in_town_of(other), detail })
    }
}

/// How the two places compare by which two events are nearest; `None` where one has none.
pub fn nearest(a: &[Spot], b: &[Spot]) -> Option<Nearness> {
    let pairs = a.iter().flat_map(|a| b.iter().map(move |b| a.beside(b)));
    let rank = |near: &Nearness| (near.value, near.value * near.exactness);
    pairs.max_by(|one, other| rank(one).0.total_cmp(&rank(other).0).then(rank(one).1.total_cmp(&rank(other).1)))
}

/// The words of the names of all that an event's places lie in, and their codes.
pub fn names_of(places: &[EventPlace], names: Moment<'_>) -> HashSet<String> {
    let lines = places.iter().flat_map(|place| names.line(place.location));
    let locations = lines.filter_map(|id| Some(names.values::<LocationContent>(id)?.1));
    let texts = locations.flat_map(|location| {
        [Some(&location.name), location.admin1.as_ref(), location.country.as_ref()].into_iter().flatten()
    });
    texts.flat_map(|text| words(text)).collect()
}

/// Metres between two points on a sphere of the Earth's mean radius (IUGG), within half a per cent of those on the ellipsoid.
pub fn metres_between(a: Point, b: Point) -> f64 {
    let half_sine = |from: f64, to: f64| ((to - from).to_radians() / 2.0).sin().powi(2);
    let across = a.lat.to_radians().cos() * b.lat.to_radians().cos() * half_sine(a.lon, b.lon);
    2.0 * 6_371_008.8 * (half_sine(a.lat, b.lat) + across).clamp(0.0, 1.0).sqrt().asin()
}
