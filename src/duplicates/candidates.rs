//! The events that one is compared with: those of about its time that are near it, or have a source in common with it.

use std::sync::Arc;

use hashbrown::HashSet;

use uuid::Uuid;

use super::places::{Spot, usual_radius};
use super::profile::Profile;
use super::score::DAY;
use crate::domain::area::Area;
use crate::domain::bounding_box::BoundingBox;
use crate::domain::event::EventContent;
use crate::domain::place::{LocationContent, Point};
use crate::domain::privacy::Clearance;
use crate::domain::vocabulary::LocationKind;
use crate::domain::window::{Frame, Overlap, Window, WindowEdge};
use crate::index::State;
use crate::index::answer::{Answer, Slice};
use crate::index::dictionary::Term;
use crate::index::entities::Moment;
use crate::index::events::{EventVersion, short};
use crate::index::lookup::{Lookup, united};
use crate::index::order::Sort;
use crate::index::search::{Group, InWindow, Search, Wanted};
use crate::index::terms::Terms;

/// Most events near by that one is compared with, the earliest first.
const MOST_NEAR: usize = 200;
/// Most events of the same sources.
const MOST_TOLD: usize = 100;
/// Metres in a degree of latitude.
const DEGREE: f64 = 111_195.0;

/// The events to compare one with, as they stood at the operation that wrote it, each by its version.
pub fn candidates(state: &State, seq: i64, event: &EventContent, profile: &Profile) -> Vec<EventVersion> {
    let ask = |wanted: Wanted, limit| {
        let groups = vec![Group { any: Some(wanted), ..Group::default() }];
        let public = Search::of_all(short(seq), Clearance::Public);
        let search = Search { groups, window: Some(about(state, profile.span)), ..public };
        let slice = Slice { sort: Sort::When, from: None, backward: false, limit };
        let (found, _) = Answer::new(&state.events, &search).slice(slice);
        found.into_iter().map(|(_, version)| version)
    };
    let near = ask(near(state, event, &profile.places), MOST_NEAR);
    let told = ask(told_by(state, &event.sources), MOST_TOLD);
    let versions: HashSet<u32> = near.chain(told).collect();
    versions.into_iter().filter_map(|version| state.events.of_row(version)).collect()
}

/// A day more on either side than the event may have been at.
fn about(state: &State, (first, last): (i64, i64)) -> InWindow {
    let edge = |micros| Some(WindowEdge { frame: Frame::Utc, micros });
    let window = Window { from: edge(first.saturating_sub(DAY)), to: edge(last.saturating_add(DAY)) };
    let dictionary = &state.events.dictionary;
    let shapes = dictionary.shapes.values();
    let shapes = shapes.iter().map(|shape| (shape.starts(&window, Overlap::Possible), shape.is_wide())).collect();
    InWindow { shapes, wide: Terms::of(dictionary.find(&Term::Wide).into_iter().collect()) }
}

fn told_by(state: &State, sources: &[Uuid]) -> Wanted {
    let terms = sources.iter().filter_map(|source| state.events.dictionary.find(&Term::Source(*source))).collect();
    Wanted::of(vec![Arc::new(Terms::of(terms))])
}

/// Whatever is in the same towns, or named by what they lie in; or about as near to the first place as places are known.
fn near(state: &State, event: &EventContent, spots: &[Spot]) -> Wanted {
    let names = state.entities.at(i64::MAX);
    let lookup = &state.events.lookup;
    let around: HashSet<Uuid> = event.places.iter().flat_map(|place| surroundings(place.location, names)).collect();
    let mut terms: Vec<u32> =
        lookup.places.at(&united(&lookup.places.naming(around))).map(|place| place.number).collect();
    let Some((point, radius)) = spots.first().and_then(Spot::around) else {
        return Wanted::of(vec![Arc::new(Terms::of(terms))]);
    };
    let bbox =
        box_around(point, 2.0 * radius.clamp(usual_radius(LocationKind::Venue), usual_radius(LocationKind::Admin2)));
    let Lookup { places, own, .. } = lookup;
    terms.extend(places.at(&lookup.in_box(&bbox)).map(|place| place.number));
    let area = Area { bbox: Some(bbox), ..Area::default() };
    Wanted { own: Some((Arc::clone(own), area)), ..Wanted::of(vec![Arc::new(Terms::of(terms))]) }
}

/// The town that a location is in with all its parts, and the counties above it; the location alone where it is in none.
fn surroundings(location: Uuid, names: Moment<'_>) -> HashSet<Uuid> {
    let kind = |id: Uuid| names.values::<LocationContent>(id).map(|(_, location)| location.kind);
    let town = names.line(location).find(|id| kind(*id) == Some(LocationKind::Locality));
    let mut found = match town {
        Some(town) => names.with_parts(&[town]),
        None => HashSet::from([location]),
    };
    found.extend(names.line(location).filter(|id| kind(*id) >= Some(LocationKind::Admin2)));
    found
}

/// A box that holds all points so many metres from one.
fn box_around(point: Point, metres: f64) -> BoundingBox {
    let high = metres / DEGREE;
    let (south, north) = ((point.lat - high).max(-90.0), (point.lat + high).min(90.0));
    let narrowest = south.abs().max(north.abs()).to_radians().cos();
    let wide = high / narrowest.max(f64::EPSILON);
    if wide >= 180.0 {
        return BoundingBox { west: -180.0, south, east: 180.0, north };
    }
    let turned = |lon: f64| {
        if lon > 180.0 {
            lon - 360.0
        } else if lon < -180.0 {
            lon + 360.0
        } else {
            lon
        }
    };
    BoundingBox { west: turned(point.lon - wide), south, east: turned(point.lon + wide), north }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::duplicates::places::metres_between;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_box_holds_what_is_near(lat in -90.0..90.0_f64, lon in -180.0..180.0_f64, up in -1.0..1.0_f64, aside in -1.0..1.0_f64, metres in 100.0..40_000.0_f64) {
            let from = Point { lat, lon };
            let bbox = box_around(from, metres);
            let wide: f64 = 10.0 * metres / DEGREE;
            let to = Point { lat: (lat + up * metres / DEGREE).clamp(-90.0, 90.0), lon: (lon + aside * wide + 540.0).rem_euclid(360.0) - 180.0 };
            if metres_between(from, to) < 0.99 * metres {
                prop_assert!(bbox.contains(to), "{bbox:?} {to:?}");
            }
        }
    }
}
