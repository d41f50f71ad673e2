//! Where the places that a question asks for lie in a tile.

use std::time::{Duration, Instant};

use rayon::ThreadPoolBuilder;

use super::event_query::EventQuery;
use super::named::Named;
use super::plan::{plan, wanted_places};
use crate::domain::area::Area;
use crate::domain::privacy::Clearance;
use crate::domain::resource::Resource;
use crate::domain::tile::{OnMap, Tile};
use crate::domain::verification::Verification;
use crate::domain::vocabulary::{EventStatus, EventType, PlacePrecision};
use crate::index::Index;
use crate::index::aggregate::ToMatch;
use crate::index::aggregate::tile::{FAR, Located, TileMap};
use crate::index::dictionary::Term;
use crate::index::lookup::{Lookup, PlaceTerm};
use crate::index::sight::Sight;

/// More time than any tile takes.
const LONG: Duration = Duration::from_mins(1);

/// The question as a tile answers it: what places are asked in is cut down to the tile, since no place beyond that is drawn. From
/// afar it is left as it is, so that what whole segments show is of use, unless it is round and the tile a small part of the world.
pub fn on_tile(query: &EventQuery, tile: Tile) -> EventQuery {
    let mut query = query.clone();
    let (area, bounds) = (&mut query.area, tile.bounds());
    if tile.zoom() > FAR || (area.is_round() && tile.zoom() == FAR) {
        area.bbox = match area.bbox {
            Some(bbox) => Some(bbox.cut(&bounds)),
            None => area.is_round().then_some(bounds),
        };
    }
    query
}

/// The places of a tile that are dots on a map at the moment read. Where a question speaks of one place, that one alone is drawn.
pub fn tile_map(query: &EventQuery, named: &Named, sight: Sight<'_>, tile: Tile) -> TileMap {
    let lookup = &sight.state.events.lookup;
    let wanted = wanted_places(query, named, sight);
    let is_drawn = |place: &PlaceTerm| wanted.as_ref().is_none_or(|wanted| wanted.names(place.number));
    let is_of_now = sight.is_of_now(Resource::Location);
    let types = codes(sight, EventType::ALL, Term::Type);
    let mut located = Vec::new();
    let mut locate = |place: &PlaceTerm| {
        if place.is_own || place.precision.is_area() {
            return;
        }
        let of_then = || sight.names().point_of(place.location).and_then(OnMap::of);
        if let Some(at) = (if is_of_now { place.on_map } else { of_then() })
            && tile.spots(at).next().is_some()
            && is_drawn(place)
        {
            located.push((place.number, Located { at, precision: place.precision }));
        }
    };
    let bounds = tile.bounds();
    if is_of_now {
        lookup.places.at(&lookup.in_box(&bounds)).for_each(&mut locate);
    } else {
        lookup.places.all().for_each(&mut locate);
    }
    let asked_with = wanted.as_ref().and_then(|wanted| wanted.own.as_ref());
    let is_asked_with = |place: &PlaceTerm| asked_with.is_some_and(|(terms, _)| terms.has(place.number));
    let mut area = asked_with.map_or_else(Area::default, |(_, area)| area.clone());
    // A box is held against many points at once; the tile itself is looked for behind it.
    area.bbox.get_or_insert(bounds);
    TileMap {
        tile,
        located: located.into_iter().collect(),
        own: own_places(lookup, |place| is_drawn(place) || is_asked_with(place)),
        area,
        afar: (is_of_now && tile.zoom() <= FAR).then(|| lookup.afar()),
        draws_all: wanted.is_none(),
        types,
        statuses: codes(sight, EventStatus::ALL, Term::Status),
        verifications: codes(sight, Verification::ALL, Term::Verification),
    }
}

/// By the numbers of terms: how exactly places are known that are drawn where events say that they are.
fn own_places(lookup: &Lookup, is_drawn: impl Fn(&PlaceTerm) -> bool) -> Vec<Option<PlacePrecision>> {
    let mut own = Vec::new();
    for place in lookup.places.all().filter(|place| place.is_own && !place.precision.is_area() && is_drawn(place)) {
        let number = place.number as usize;
        own.resize(own.len().max(number + 1), None);
        own[number] = Some(place.precision);
    }
    own
}

/// Counts what tiles from afar show of whole segments, so that whoever opens a map first does not wait for that. On one core: who asks
/// meanwhile has the others.
pub fn count_ahead(index: &Index) {
    let alone = match ThreadPoolBuilder::new().num_threads(1).build() {
        Ok(alone) => alone,
        Err(error) => return log::warn!("tiles are not counted ahead: {error}"),
    };
    let (query, named) = (EventQuery::default(), Named::default());
    for tile in (0..=FAR).flat_map(Tile::all) {
        let (to_match, map) = {
            let state = index.read();
            let sight = Sight { state: &state, seq: state.head.seq, clearance: Clearance::Public };
            let Ok(search) = plan(&query, &named, sight) else { return };
            (ToMatch::new(&state.events, search, Instant::now() + LONG), tile_map(&query, &named, sight, tile))
        };
        alone.install(|| drop(to_match.find().map(|matched| matched.drawn(&map))));
    }
}

/// The terms of codes, in the order of the vocabulary; without those that no event has.
fn codes<T: Copy>(sight: Sight<'_>, all: &[T], term: fn(T) -> Term) -> Vec<(u32, T)> {
    let dictionary = &sight.state.events.dictionary;
    all.iter().filter_map(|code| Some((dictionary.find(&term(*code))?, *code))).collect()
}
