//! OGC API Features. Tests of `core` bear the names of the abstract tests of Part 1, those of `filtering` stand for Part 3.

mod conditions;
mod core;
mod filtering;
mod members;
mod paging;
mod proxies;

use serde_json::Value;

use crate::support::http::Answer;
use crate::support::world::World;

/// Where readers find the service, as tests set it.
const SITE: &str = "https://timeline.test";
const EVENTS: &str = "/ogc/collections/events/items";
const GEOJSON: &str = "application/geo+json";
const COLLECTIONS: [&str; 3] = ["events", "locations", "campaigns"];

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or_else(|| panic!("no list: {value}"), Vec::as_slice)
}

/// The address that a relation leads to, as the path of a server.
fn linked(document: &Value, rel: &str) -> Option<String> {
    let link = list(&document["links"]).iter().find(|link| link["rel"] == rel)?;
    let href = link["href"].as_str().expect("an address");
    Some(href.strip_prefix(SITE).unwrap_or_else(|| panic!("{href} is not absolute")).to_owned())
}

/// What is found where a relation leads.
fn follow(world: &World, document: &Value, rel: &str) -> Answer {
    let target = linked(document, rel).unwrap_or_else(|| panic!("no {rel} in {document}"));
    let answer = world.get(&target);
    assert_eq!(answer.status, 200, "{target}: {}", answer.body);
    answer
}

/// The ids of the features of a page.
fn ids(page: &Value) -> Vec<String> {
    list(&page["features"]).iter().map(|feature| feature["id"].as_str().expect("an id").to_owned()).collect()
}

/// A page of features, after what every page keeps was held against it.
fn page(world: &World, target: &str) -> Value {
    let answer = world.get(target);
    assert_eq!(answer.header("content-type").as_deref(), Some(GEOJSON), "{target}: {}", answer.body);
    let page = answer.ok();
    assert_eq!(page["type"], "FeatureCollection", "{target}");
    assert_eq!(page["numberReturned"], list(&page["features"]).len(), "{target}");
    page
}
