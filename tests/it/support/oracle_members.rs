//! What a filter of locations or campaigns means, worked out from their documents alone.

use marchline::query::cql2::{Language, Predicate, Value as Word, parse};
use serde_json::Value;

use super::oracle::list;
use super::oracle_cql2::{among, compared, located, time, told, truth};

/// Whether a location or a campaign, as `/v1` gives it, matches a filter in CQL2 text.
pub fn member_matches(document: &Value, text: &str) -> bool {
    truth(&parse(text, Language::Text).expect("a filter"), &|predicate| met(document, predicate)) == Some(true)
}

fn met(document: &Value, Predicate { name, operands, .. }: &Predicate) -> Option<bool> {
    let Word::Property(property) = &operands[0].value else { panic!("a property comes first in random filters") };
    let operands = &operands[1..];
    match property.as_str() {
        "radius_m" => compared(document["radius_m"].as_f64(), name, operands),
        "recorded_at" => Some(told(&document["recorded_at"], name, operands)),
        "start" | "end" | "when" => time(&document["when"], None, property, name, operands),
        "geometry" => {
            let is_dot = !["country", "admin1"].contains(&document["kind"].as_str().expect("a kind"));
            let coordinate = |member: &str| document["point"][member].as_f64().filter(|_| is_dot);
            let points: Vec<_> = coordinate("lat").zip(coordinate("lon")).into_iter().collect();
            located(&points, name, operands)
        }
        _ => among(&texts(document, property), name, operands),
    }
}

/// The values of a property that is compared as text.
pub fn texts(document: &Value, property: &str) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match property {
        "aliases" => list(document, "aliases").iter().filter_map(text).collect(),
        "external_id" => {
            let of = |known: &Value| Some(format!("{}:{}", text(&known["scheme"])?, text(&known["id"])?));
            list(document, "external_ids").iter().filter_map(of).collect()
        }
        "location" => {
            let mut steps = list(document, "path");
            steps.push(document.clone());
            steps.iter().flat_map(|step| ["id", "slug"].map(|member| text(&step[member]))).flatten().collect()
        }
        _ => text(&document[property]).into_iter().collect(),
    }
}
