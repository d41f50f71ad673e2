//! What records say and events do not: columns and members that no value is made of.

use serde_json::{Value, json};

use super::expr::Notes;
use super::header::Header;
use super::row::Row;
use super::spec::Mapping;

/// Why a column is lost that nobody has thought of.
const LEFT: &str = "Not taken over.";

/// A column whose words are lost.
#[derive(Clone, Debug)]
pub struct Left {
    at: usize,
    name: String,
    reason: String,
    /// The column that may say the same; then nothing is lost.
    unless_as: Option<usize>,
}

/// The columns that no value is made of, and those that the mapping gives up, with why.
pub fn left_columns(mapping: &Mapping, names: &[String], header: &Header) -> Vec<Left> {
    let used = header.used(mapping);
    let left = |(at, name): (usize, &String)| {
        let lost = mapping.why_lost(name).filter(|_| header.position(name) == Some(at));
        if lost.is_none() && (used.contains(&at) || name.is_empty()) {
            return None;
        }
        let unless_as = lost.and_then(|lost| header.position(lost.unless_as.as_deref()?));
        let reason = lost.map_or_else(|| why_left(mapping), |lost| lost.reason.clone());
        Some(Left { at, name: name.clone(), reason, unless_as })
    };
    names.iter().enumerate().filter_map(left).collect()
}

/// Why what nobody has thought of is lost.
fn why_left(mapping: &Mapping) -> String {
    mapping.why_lost("*").map_or_else(|| LEFT.to_owned(), |lost| lost.reason.clone())
}

/// Names what the record says and the event does not.
pub fn lose_the_rest(notes: &mut Notes, row: &Row<'_>, left: &[Left], used: &[Vec<String>], mapping: &Mapping) {
    match row {
        Row::Cells(..) => {
            for Left { at, name, reason, unless_as } in left {
                let says = row.cell(*at);
                if !says.is_empty() && unless_as.is_none_or(|other| !row.cell(other).eq_ignore_ascii_case(says)) {
                    notes.lose(name, reason);
                }
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
                let reason = mapping.why_lost(&name).map_or_else(|| why_left(mapping), |lost| lost.reason.clone());
                notes.lose(&name, &reason);
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
