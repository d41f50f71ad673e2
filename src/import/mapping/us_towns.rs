//! Where it was in the United States: states, counties and towns told apart, and spots of which only the name is known.
//!
//! The rule `us_towns` of a mapping's places. Towns of one name in two counties are two, counties decide about time zones, and the point
//! is that of the town, whatever the spots in it.

use serde_json::json;

use super::places::{Placed, Told};
use crate::domain::input::MAX_NAME;
use crate::domain::resource::Resource;
use crate::domain::vocabulary::PlaceRole;
use crate::import::entities::{Entities, KnownPlaces};
use crate::import::slugs::{normalised, slug, slug_with_digest};
use crate::import::states::State;
use crate::import::values::phrase;

/// A location on the way down the tree.
struct Node {
    slug: String,
    precision: &'static str,
}

/// The places of a record, one for each spot, and the locations above them.
pub fn placed(told: &Told, known: &KnownPlaces, entities: &mut Entities) -> Placed {
    let state = told.admin1.as_deref().and_then(State::parse);
    let locality = phrase(told.locality.as_deref().unwrap_or_default(), MAX_NAME);
    let county = told.admin2.as_deref().unwrap_or_default();
    let mut node = country(known, entities);
    if let Some(state) = state {
        node = admin1(state, &node, known, entities);
        if !locality.is_empty() {
            node = local(state, &locality, county, told.point, &node, entities);
        }
    }
    let point = told.point.filter(|_| node.precision != "country" && node.precision != "admin1");
    let role = told.role.unwrap_or(PlaceRole::Site).code();
    let place = |location: &str| {
        let mut place = json!({"location": {"id": location}, "role": role, "precision": node.precision});
        if let Some((lat, lon)) = point {
            place["point"] = json!({"lat": lat, "lon": lon});
        }
        place
    };
    let mut spots: Vec<String> = Vec::new();
    for spot in &told.venues {
        let slug = venue(state, &phrase(spot, MAX_NAME), &node, entities);
        if !spots.contains(&slug) {
            spots.push(slug);
        }
    }
    if spots.is_empty() {
        spots.push(node.slug.clone());
    }
    Placed {
        places: spots.iter().map(|slug| place(slug)).collect(),
        time_zone: state.and_then(|state| state.time_zone_of(county_of(&locality, county))),
        label: match state {
            Some(state) if locality.is_empty() => state.name.to_owned(),
            Some(state) => format!("{locality}, {}", state.code),
            None => "the United States".to_owned(),
        },
        lost_point: (told.point.is_some() && point.is_none())
            .then_some("A row without a locality has no point: a state is not one."),
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
    county_name: &str,
    point: Option<(f64, f64)>,
    above: &Node,
    entities: &mut Entities,
) -> Node {
    if is_county(locality) {
        return county(state, locality, above, entities);
    }
    let resolved_county = phrase(county_name, MAX_NAME);
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
    let key = town_key(&slug, point.is_some());
    entities.add(Resource::Location, &key, || {
        let mut location = json!({"slug": slug, "name": locality, "kind": "locality", "parent_id": above,
            "country": "US", "admin1": state.iso(), "time_zone": state.time_zone_of(&resolved_county)});
        if let Some((lat, lon)) = point {
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
