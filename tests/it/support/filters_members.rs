//! Random filters of locations and campaigns in CQL2 text.

use serde_json::Value;

use super::filters_cql2::{SIGNS, joined, time};
use super::oracle_members::texts;
use super::random::Random;

const OF_LOCATIONS: [&str; 9] =
    ["id", "slug", "name", "kind", "location", "country", "admin1", "time_zone", "external_id"];
const OF_CAMPAIGNS: [&str; 4] = ["id", "slug", "name", "aliases"];

/// A filter that has to do with one of these documents, which are of one collection.
pub fn random_member_filter(random: &mut Random, documents: &[Value]) -> String {
    joined(random, 3, &mut |random| condition(random, documents))
}

fn condition(random: &mut Random, documents: &[Value]) -> String {
    let document = random.pick(documents);
    let is_location = document["kind"].is_string();
    match random.below(10) {
        0 => {
            let instant = document["recorded_at"].as_str().expect("an instant");
            format!("recorded_at {} TIMESTAMP('{instant}')", random.pick(&SIGNS))
        }
        1 if is_location => match random.below(4) {
            0 => format!("radius_m IS {}NULL", random.pick(&["", "NOT "])),
            1 => format!(
                "radius_m BETWEEN {} AND {}",
                random.pick(&["50", "50.5", "51"]),
                random.pick(&["50", "50.5", "51"])
            ),
            _ => format!("radius_m {} {}", random.pick(&SIGNS), random.pick(&["50", "50.5", "51"])),
        },
        2 if is_location => {
            let (lat, lon) = (document["point"]["lat"].as_f64(), document["point"]["lon"].as_f64());
            let (Some(lat), Some(lon)) = (lat, lon) else {
                return format!("geometry IS {}NULL", random.pick(&["", "NOT "]));
            };
            let function = *random.pick(&["S_INTERSECTS", "S_DISJOINT"]);
            let (west, east) = ((lon - 40.05).max(-180.0), (lon + 40.05).min(180.0));
            let (south, north) = ((lat - 30.05).max(-90.0), (lat + 30.05).min(90.0));
            format!("{function}(geometry, BBOX({west:.2}, {south:.2}, {east:.2}, {north:.2}))")
        }
        1..5 if !is_location => time(random),
        _ if is_location => name(random, documents, &OF_LOCATIONS),
        _ => name(random, documents, &OF_CAMPAIGNS),
    }
}

fn name(random: &mut Random, documents: &[Value], properties: &[&str]) -> String {
    let property = *random.pick(properties);
    let values: Vec<String> = documents.iter().flat_map(|document| texts(document, property)).collect();
    if values.is_empty() || random.chance(10) {
        return format!("{property} IS {}NULL", random.pick(&["", "NOT "]));
    }
    let value = random.pick(&values).clone();
    match random.below(5) {
        0 => format!("{property} IN ('{value}', '{}')", random.pick(&values)),
        1 => format!("{property} <> '{value}'"),
        2 if property != "id" => {
            let letters: Vec<char> = value.chars().collect();
            let (begin, end) = letters.split_at(letters.len() / 2);
            let text = |letters: &[char]| letters.iter().collect::<String>();
            if random.chance(50) {
                format!("{property} LIKE '{}%'", text(begin))
            } else {
                format!("{property} LIKE '%{}'", text(end))
            }
        }
        _ => format!("{property} = '{value}'"),
    }
}
