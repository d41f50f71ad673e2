//! Where it was: the tree of locations above the row's spots, and the event's places.

use serde_json::{Value, json};

use super::columns::Column;
use super::row::{Findings, Row};
use crate::domain::input::MAX_NAME;
use crate::domain::resource::Resource;
use crate::import::entities::{Entities, KnownPlaces};
use crate::import::slugs::{normalised, slug, slug_with_digest};
use crate::import::states::State;
use crate::import::values::{number, phrase};

/// The places of a row.
pub struct Places {
    /// As the event has them.
    pub list: Vec<Value>,
    /// The zone, where it is sure.
    pub time_zone: Option<&'static str>,
    /// The name for a title: "Austin, TX".
    pub label: String,
}

/// A location on the way down the tree.
struct Node {
    slug: String,
    precision: &'static str,
}

/// What the geocoder says of the row's locality.
struct Resolved<'a> {
    point: Option<(f64, f64)>,
    county: &'a str,
}

/// Reads the places, and adds their locations. `online` makes them areas, since nobody met there.
pub fn places(
    row: &Row<'_>,
    state: Option<&'static State>,
    online: bool,
    known: &KnownPlaces,
    entities: &mut Entities,
    found: &mut Findings,
) -> Places {
    let resolved = resolved(row, state, found);
    let locality = phrase(row.get(Column::Locality), MAX_NAME);
    let mut node = country(known, entities);
    if let Some(state) = state {
        node = admin1(state, &node, known, entities);
        if !locality.is_empty() {
            node = local(state, &locality, &resolved, &node, entities);
        }
    }
    let point = resolved.point.filter(|_| node.precision != "country" && node.precision != "admin1");
    if resolved.point.is_some() && point.is_none() {
        found.lose(row, Column::Lat, "A row without a locality has no point: a state is not one.");
    }
    let place = |location: &str| {
        let mut place = json!({"location": {"id": location}, "role": if online { "area" } else { "site" }});
        place["precision"] = node.precision.into();
        if let Some((lat, lon)) = point {
            place["point"] = json!({"lat": lat, "lon": lon});
        }
        place
    };
    let mut spots: Vec<String> = Vec::new();
    for spot in row.list(Column::Location) {
        let slug = venue(state, &phrase(spot, MAX_NAME), &node, entities);
        if !spots.contains(&slug) {
            spots.push(slug);
        }
    }
    if spots.is_empty() {
        spots.push(node.slug.clone());
    }
    Places {
        list: spots.iter().map(|slug| place(slug)).collect(),
        time_zone: state.and_then(|state| state.time_zone_of(county_of(&locality, resolved.county))),
        label: match state {
            Some(state) if locality.is_empty() => state.name.to_owned(),
            Some(state) => format!("{locality}, {}", state.code),
            None => "the United States".to_owned(),
        },
    }
}

/// The county that decides about the time zone.
fn county_of<'a>(locality: &'a str, resolved: &'a str) -> &'a str {
    if resolved.is_empty() && is_county(locality) { locality } else { resolved }
}

fn country(known: &KnownPlaces, entities: &mut Entities) -> Node {
    let slug = known.get("US").map_or("us", String::as_str);
    if !known.contains_key("US") {
        entities.add(
            Resource::Location,
            slug,
            || json!({"slug": "us", "name": "United States", "kind": "country", "country": "US"}),
        );
    }
    Node { slug: slug.to_owned(), precision: "country" }
}

fn admin1(state: &'static State, above: &Node, known: &KnownPlaces, entities: &mut Entities) -> Node {
    let iso = state.iso();
    if let Some(slug) = known.get(&iso) {
        return Node { slug: slug.clone(), precision: "admin1" };
    }
    let slug = slug(&["us", state.code]);
    entities.add(Resource::Location, &slug, || {
        json!({"slug": slug, "name": state.name, "kind": "admin1", "parent_id": above.slug, "country": "US",
            "admin1": iso, "time_zone": state.time_zone()})
    });
    Node { slug, precision: "admin1" }
}

/// The county and the locality. Towns of one name in two counties of a state are two, so the county is part of a town's
/// slug.
fn local(
    state: &'static State,
    locality: &str,
    resolved: &Resolved<'_>,
    above: &Node,
    entities: &mut Entities,
) -> Node {
    if is_county(locality) {
        return county(state, locality, above, entities);
    }
    let resolved_county = phrase(resolved.county, MAX_NAME);
    let above = if resolved_county.is_empty() {
        above.slug.clone()
    } else {
        county(state, &resolved_county, above, entities).slug
    };
    let parts = ["us", state.code, locality, &resolved_county];
    let mut slug = slug(&parts);
    // A town and its county together may have the words of another county: "Round" in "Rock County".
    if entities.has(Resource::Location, &slug) {
        slug = slug_with_digest(&parts, &format!("town {} {}", normalised(locality), normalised(&resolved_county)));
    }
    // A second document of the same town goes out when its point is first known.
    let key = town_key(&slug, resolved.point.is_some());
    entities.add(Resource::Location, &key, || {
        let mut location = json!({"slug": slug, "name": locality, "kind": "locality", "parent_id": above,
            "country": "US", "admin1": state.iso(), "time_zone": state.time_zone_of(&resolved_county)});
        if let Some((lat, lon)) = resolved.point {
            location["point"] = json!({"lat": lat, "lon": lon});
        }
        location
    });
    Node { slug, precision: "locality" }
}

/// By what the documents of a town are known: one without its point, one with it.
fn town_key(slug: &str, has_point: bool) -> String {
    format!("{slug} {has_point}")
}

fn county(state: &'static State, name: &str, above: &Node, entities: &mut Entities) -> Node {
    let parts = ["us", state.code, name];
    let plain = slug(&parts);
    // Only a name that says so is sure not to be a town's, unless a town and its county have the same words together.
    let is_towns = |has_point| entities.has(Resource::Location, &town_key(&plain, has_point));
    let slug = if is_county(name) && !is_towns(true) && !is_towns(false) {
        plain
    } else {
        slug_with_digest(&parts, &format!("county {} {}", state.code, normalised(name)))
    };
    entities.add(Resource::Location, &slug, || {
        json!({"slug": slug, "name": name, "kind": "admin2", "parent_id": above.slug, "country": "US",
            "admin1": state.iso(), "time_zone": state.time_zone_of(name)})
    });
    Node { slug, precision: "admin2" }
}

fn is_county(name: &str) -> bool {
    let ends = |suffix: &str| {
        name.len() > suffix.len()
            && name.is_char_boundary(name.len() - suffix.len())
            && name[name.len() - suffix.len()..].eq_ignore_ascii_case(suffix)
    };
    [" county", " parish", " census area"].iter().any(|suffix| ends(suffix))
}

/// A spot of which only the name is known: it has no point.
fn venue(state: Option<&'static State>, name: &str, above: &Node, entities: &mut Entities) -> String {
    let slug = slug_with_digest(&[&above.slug, name], &format!("{} / {}", above.slug, normalised(name)));
    entities.add(Resource::Location, &slug, || {
        json!({"slug": slug, "name": name, "kind": "venue", "parent_id": above.slug, "country": "US",
            "admin1": state.map(State::iso)})
    });
    slug
}

fn resolved<'a>(row: &Row<'a>, state: Option<&'static State>, found: &mut Findings) -> Resolved<'a> {
    let elsewhere = row.get(Column::ResolvedState);
    if let (Some(state), Some(resolved)) = (state, State::parse(elsewhere))
        && state != resolved
    {
        found.error(
            row,
            Column::ResolvedState,
            elsewhere,
            "The geocoder found another state than the row names; its point and county are left aside.",
        );
        return Resolved { point: None, county: "" };
    }
    let lat = degrees(row, Column::Lat, 90.0, found);
    let lon = degrees(row, Column::Lon, 180.0, found);
    // Nobody lives at 0, 0: it is how geocoders say that they found nothing.
    let point = lat.zip(lon).filter(|point| *point != (0.0, 0.0));
    Resolved { point, county: row.get(Column::ResolvedCounty) }
}

fn degrees(row: &Row<'_>, column: Column, most: f64, found: &mut Findings) -> Option<f64> {
    let text = row.get(column);
    if text.is_empty() {
        return None;
    }
    let degrees = number(text).filter(|n| n.abs() <= most);
    if degrees.is_none() {
        found.error(row, column, text, "Expected degrees; taken as not reported.");
    }
    degrees
}
