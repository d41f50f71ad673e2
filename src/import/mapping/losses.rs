//! What records say and events do not: columns and members that no value is made of.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::expr::Notes;
use super::row::Row;
use super::spec::Mapping;

/// Why a column is lost that nobody has thought of.
pub const LEFT: &str = "Not taken over.";

/// The columns that no value is made of, with why.
pub fn left_columns(
    mapping: &Mapping,
    header: &[String],
    columns: &HashMap<String, usize>,
) -> Vec<(usize, String, String)> {
    let values = mapping.values();
    let used: HashSet<&str> = values
        .iter()
        .flat_map(|(_, _, expr)| expr.start.paths())
        .filter_map(|path| path.steps().first().map(String::as_str))
        .collect();
    let left = |(at, name): (usize, &String)| {
        let is_used = used.contains(name.as_str()) && columns.get(name) == Some(&at);
        (!is_used).then(|| (at, name.clone(), why_lost(mapping, name)))
    };
    header.iter().enumerate().filter_map(left).collect()
}

fn why_lost(mapping: &Mapping, name: &str) -> String {
    mapping.lost.iter().find(|(lost, _)| lost == name).map_or_else(|| LEFT.to_owned(), |(_, reason)| reason.clone())
}

/// Names what the record says and the event does not.
pub fn lose_the_rest(
    notes: &mut Notes,
    row: &Row<'_>,
    left: &[(usize, String, String)],
    used: &[Vec<String>],
    mapping: &Mapping,
) {
    match row {
        Row::Cells(record, ..) => {
            for (_, name, reason) in left.iter().filter(|(at, ..)| !record.get(*at).trim().is_empty()) {
                notes.lose(name, reason);
            }
        }
        Row::Json(value, _) => lose_members(value, &mut Vec::new(), used, mapping, notes),
    }
}

/// Most levels of objects whose members are looked at for what is lost.
const LEVELS: usize = 6;

fn lose_members(value: &Value, way: &mut Vec<String>, used: &[Vec<String>], mapping: &Mapping, notes: &mut Notes) {
    let is_used = |way: &[String]| used.iter().any(|path| path == way);
    let leads_on = |way: &[String]| used.iter().any(|path| path.len() > way.len() && path[..way.len()] == *way);
    let mut step = |name: &str, inner: &Value, way: &mut Vec<String>| {
        way.push(name.to_owned());
        let says = !(inner.is_null() || inner == "" || inner == &json!([]) || inner == &json!({}));
        if says && !is_used(way) {
            if leads_on(way) && way.len() < LEVELS {
                lose_members(inner, way, used, mapping, notes);
            } else {
                let name = way.join("/");
                notes.lose(&name, &why_lost(mapping, &name));
            }
        }
        way.pop();
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, inner)| step(name, inner, way)),
        // Of a list that is read by position nothing is said.
        Value::Array(items) if used.iter().any(|path| path.len() > way.len() && path[way.len()] == "*") => {
            items.iter().take(1_000).for_each(|item| step("*", item, way));
        }
        _ => {}
    }
}
