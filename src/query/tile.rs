//! Where the places that a question asks for lie in a tile.

use hashbrown::HashMap;

use super::event_query::EventQuery;
use super::named::Named;
use super::plan::wanted_places;
use crate::domain::area::Area;
use crate::domain::resource::Resource;
use crate::domain::tile::Tile;
use crate::domain::verification::Verification;
use crate::domain::vocabulary::{EventStatus, EventType};
use crate::index::aggregate::tile::{Located, TileMap};
use crate::index::dictionary::Term;
use crate::index::lookup::PlaceTerm;
use crate::index::search::Wanted;
use crate::index::sight::Sight;

/// The places of a tile that are dots on a map at the moment read. Where a question speaks of one place, that one alone is drawn.
pub fn tile_map(query: &EventQuery, named: &Named, sight: Sight<'_>, tile: Tile) -> TileMap {
    let lookup = &sight.state.events.lookup;
    let wanted = wanted_places(query, named, sight);
    let is_asked_for = |place: &PlaceTerm| wanted.as_ref().is_none_or(|wanted| wanted.names(place.number));
    let is_of_now = sight.is_of_now(Resource::Location);
    let mut located = HashMap::new();
    let mut locate = |place: &PlaceTerm| {
        let of_then = || sight.names().point_of(place.location).filter(|_| !place.is_own && !place.precision.is_area());
        let point = if is_of_now { place.spot() } else { of_then() };
        let mut spots = point.into_iter().flat_map(|point| tile.spots(point));
        let spots = [spots.next(), spots.next()];
        if spots[0].is_some() && is_asked_for(place) {
            located.insert(place.number, Located { spots, precision: place.precision });
        }
    };
    let bounds = tile.bounds();
    if is_of_now {
        lookup.places.at(&lookup.in_box(&bounds)).for_each(&mut locate);
    } else {
        lookup.places.all().for_each(&mut locate);
    }
    let asked_with = wanted.as_ref().and_then(|wanted| wanted.own.as_ref());
    let is_own = |place: &&PlaceTerm| {
        let by_point = |wanted: &Wanted| wanted.own.as_ref().is_some_and(|(terms, _)| terms.has(place.number));
        place.is_own && !place.precision.is_area() && (is_asked_for(place) || wanted.as_ref().is_some_and(by_point))
    };
    let own = lookup.places.all().filter(is_own).map(|place| (place.number, place.precision)).collect();
    let mut area = asked_with.map_or_else(Area::default, |(_, area)| area.clone());
    // A box is held against many points at once; the tile itself is looked for behind it.
    area.bbox.get_or_insert(bounds);
    TileMap {
        tile,
        located,
        own,
        area,
        types: codes(sight, EventType::ALL, Term::Type),
        statuses: codes(sight, EventStatus::ALL, Term::Status),
        verifications: codes(sight, Verification::ALL, Term::Verification),
    }
}

/// The terms of codes, in the order of the vocabulary; without those that no event has.
fn codes<T: Copy>(sight: Sight<'_>, all: &[T], term: fn(T) -> Term) -> Vec<(u32, T)> {
    let dictionary = &sight.state.events.dictionary;
    all.iter().filter_map(|code| Some((dictionary.find(&term(*code))?, *code))).collect()
}
