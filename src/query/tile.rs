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
use crate::index::aggregate::tile::{FAR, Located, TileMap};
use crate::index::dictionary::Term;
use crate::index::lookup::PlaceTerm;
use crate::index::search::Wanted;
use crate::index::sight::Sight;

/// More time than any tile takes.
const LONG: Duration = Duration::from_mins(1);

/// The places of a tile that are dots on a map at the moment read. Where a question speaks of one place, that one alone is drawn.
pub fn tile_map(query: &EventQuery, named: &Named, sight: Sight<'_>, tile: Tile) -> TileMap {
    let lookup = &sight.state.events.lookup;
    let wanted = wanted_places(query, named, sight);
    let is_asked_for = |place: &PlaceTerm| wanted.as_ref().is_none_or(|wanted| wanted.names(place.number));
    let is_of_now = sight.is_of_now(Resource::Location);
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
        let mut spots = tile.spots(at);
        let spots = [spots.next(), spots.next()];
        if spots[0].is_some() && is_asked_for(place) {
            located.push((place.number, Located { spots, precision: place.precision }));
        }
    };
    let bounds = tile.bounds();
    if is_of_now {
        lookup.places.at(&lookup.in_box(&bounds)).for_each(&mut locate);
    } else {
        lookup.places.all().for_each(&mut locate);
    }
    let known_as = (wanted.is_none() && is_of_now).then(|| {
        let (generation, redacted, corrections) = stamp(sight.state);
        (generation, redacted, corrections, types.len())
    });
    let asked_with = wanted.as_ref().and_then(|wanted| wanted.own.as_ref());
    let is_own = |place: &&PlaceTerm| {
        let by_point = |wanted: &Wanted| wanted.own.as_ref().is_some_and(|(terms, _)| terms.has(place.number));
        place.is_own && !place.precision.is_area() && (is_asked_for(place) || wanted.as_ref().is_some_and(by_point))
    };
    let mut own = Vec::new();
    for place in lookup.places.all().filter(is_own) {
        let number = place.number as usize;
        own.resize(own.len().max(number + 1), None);
        own[number] = Some(place.precision);
    }
    let mut area = asked_with.map_or_else(Area::default, |(_, area)| area.clone());
    // A box is held against many points at once; the tile itself is looked for behind it.
    area.bbox.get_or_insert(bounds);
    TileMap {
        tile,
        located: located.into_iter().collect(),
        own,
        area,
        known_as,
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
