//! Where the places that a question asks for lie in a tile.

use std::time::{Duration, Instant};

use super::event_query::EventQuery;
use super::known_values::stamp;
use super::named::Named;
use super::plan::{plan, wanted_places};
use crate::domain::area::Area;
use crate::domain::privacy::Clearance;
use crate::domain::resource::Resource;
use crate::domain::tile::{OnMap, Tile};
use crate::domain::verification::Verification;
use crate::domain::vocabulary::{EventStatus, EventType};
use crate::index::Index;
use crate::index::aggregate::ToMatch;
use crate::index::aggregate::tile::{FAR, Located, Place, TileMap};
use crate::index::dictionary::Term;
use crate::index::lookup::PlaceTerm;
use crate::index::sight::Sight;
use crate::index::terms::Terms;

/// More time than any tile takes.
const LONG: Duration = Duration::from_mins(1);

/// The question as a tile answers it: from near by the box that places are asked in is cut down to the tile, since no place
/// beyond that is drawn.
pub fn on_tile(query: &EventQuery, tile: Tile) -> EventQuery {
    let mut query = query.clone();
    if tile.zoom() > FAR {
        query.area.bbox = query.area.bbox.map(|bbox| bbox.cut(&tile.bounds()));
    }
    query
}

/// The places of a tile that are dots on a map at the moment read. Where a question speaks of one place, that one alone is drawn.
pub fn tile_map(query: &EventQuery, named: &Named, sight: Sight<'_>, tile: Tile) -> TileMap {
    let lookup = &sight.state.events.lookup;
    let wanted = wanted_places(query, named, sight);
    let is_asked_for = |place: &PlaceTerm| wanted.as_ref().is_none_or(|wanted| wanted.names(place.number));
    let is_of_now = sight.is_of_now(Resource::Location);
    let is_far = tile.zoom() <= FAR;
    let types = codes(sight, EventType::ALL, Term::Type);
    let mut located = Vec::new();
    let mut locate = |place: &PlaceTerm| {
        if place.is_own || place.precision.is_area() {
            return;
        }
        let of_then = || sight.names().point_of(place.location).and_then(OnMap::of);
        let Some(at) = (if is_of_now { place.on_map } else { of_then() }) else {
            return;
        };
        let is_drawn = is_asked_for(place);
        if is_far || (is_drawn && tile.spots(at).next().is_some()) {
            located.push((place.number, Located { at, place: Place { precision: place.precision, is_drawn } }));
        }
    };
    let bounds = tile.bounds();
    if is_of_now && !is_far {
        lookup.places.at(&lookup.in_box(&bounds)).for_each(&mut locate);
    } else {
        lookup.places.all().for_each(&mut locate);
    }
    let asked_with = wanted.as_ref().and_then(|wanted| wanted.own.as_ref());
    let by_point = |place: &PlaceTerm| asked_with.is_some_and(|(terms, _)| terms.has(place.number));
    let mut own = Vec::new();
    for place in lookup.places.all().filter(|place| place.is_own && !place.precision.is_area()) {
        let is_drawn = is_asked_for(place) || by_point(place);
        if is_far || is_drawn {
            let number = place.number as usize;
            own.resize(own.len().max(number + 1), None);
            own[number] = Some(Place { precision: place.precision, is_drawn });
        }
    }
    let mut area = asked_with.map_or_else(Area::default, |(_, area)| area.clone());
    // A box is held against many points at once; the tile itself is looked for behind it.
    area.bbox.get_or_insert(bounds);
    let places = is_far.then(|| lookup.places.all().map(|place| place.number).collect());
    TileMap {
        tile,
        located: located.into_iter().collect(),
        own,
        area,
        stamp: is_of_now.then(|| {
            let (generation, redacted, corrections) = stamp(sight.state);
            (generation, redacted, corrections, types.len())
        }),
        draws_all: wanted.is_none(),
        places: Terms::of(places.unwrap_or_default()),
        types,
        statuses: codes(sight, EventStatus::ALL, Term::Status),
        verifications: codes(sight, Verification::ALL, Term::Verification),
    }
}

/// Counts what tiles from afar show of whole segments, so that whoever opens a map first does not wait for that.
pub fn count_ahead(index: &Index) {
    let (query, named) = (EventQuery::default(), Named::default());
    for tile in (0..=FAR).flat_map(Tile::all) {
        let (to_match, map) = {
            let state = index.read();
            let sight = Sight { state: &state, seq: state.head.seq, clearance: Clearance::Public };
            let Ok(search) = plan(&query, &named, sight) else { return };
            (ToMatch::new(&state.events, search, Instant::now() + LONG), tile_map(&query, &named, sight, tile))
        };
        if let Ok(matched) = to_match.find() {
            drop(matched.drawn(&map));
        }
    }
}

/// The terms of codes, in the order of the vocabulary; without those that no event has.
fn codes<T: Copy>(sight: Sight<'_>, all: &[T], term: fn(T) -> Term) -> Vec<(u32, T)> {
    let dictionary = &sight.state.events.dictionary;
    all.iter().filter_map(|code| Some((dictionary.find(&term(*code))?, *code))).collect()
}
