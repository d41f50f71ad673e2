//! One record, whatever the file is made of, and where values stand in it.

use std::fmt;

use serde_json::Value;

use super::header::Header;
use crate::import::records::Record;

/// Most texts that one place of a record may give.
const MOST: usize = 1_000;

/// Where a value stands: a column's name, or the way to a member of a JSON object, `*` meaning each item of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    text: String,
    steps: Vec<String>,
}

impl Path {
    /// Reads a path; `is_json` tells whether it leads through objects.
    pub fn parse(text: &str, is_json: bool) -> Self {
        if !is_json {
            return Self { text: text.to_owned(), steps: vec![text.trim().to_lowercase()] };
        }
        let plain = |step: &str| step.replace("~1", "/").replace("~0", "~");
        let steps = text.trim_start_matches('/').split('/').filter(|step| !step.is_empty()).map(plain).collect();
        Self { text: text.to_owned(), steps }
    }

    /// As it is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its steps, one for a column.
    pub fn steps(&self) -> &[String] {
        &self.steps
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A record.
#[derive(Clone, Copy)]
pub enum Row<'a> {
    /// Cells, and where each column is.
    Cells(&'a Record, &'a Header, &'a [String]),
    /// A value, and the words that say nothing.
    Json(&'a Value, &'a [String]),
}

impl<'a> Row<'a> {
    /// The texts at a place, those that say nothing left out.
    pub fn texts(&self, path: &Path) -> Vec<String> {
        let mut found = Vec::new();
        match self {
            Self::Cells(record, header, empty) => {
                let at = path.steps.first().and_then(|name| header.position(name));
                push(&mut found, at.map_or("", |at| record.get(at)), empty);
            }
            Self::Json(value, empty) => each(value, &path.steps, &mut |value| scalars(value, &mut found, empty)),
        }
        found
    }

    /// What the columns say that are numbered behind a name.
    pub fn numbered(&self, front: &str) -> Vec<String> {
        let mut found = Vec::new();
        if let Self::Cells(record, header, empty) = self {
            header.numbered(front).iter().for_each(|at| push(&mut found, record.get(*at), empty));
        }
        found
    }

    /// A cell without white space at its ends; empty where it says nothing.
    pub fn cell(&self, position: usize) -> &'a str {
        match self {
            Self::Cells(record, _, empty) => {
                let cell = record.get(position).trim();
                if empty.iter().any(|nothing| nothing == cell) { "" } else { cell }
            }
            Self::Json(..) => "",
        }
    }

    /// The items of a list at a place, as records of their own.
    pub fn items(&self, path: &Path) -> Vec<Row<'a>> {
        let mut items = Vec::new();
        if let Self::Json(value, empty) = self {
            each(value, &path.steps, &mut |value| match value {
                Value::Array(list) => items.extend(list.iter().take(MOST).map(|item| Row::Json(item, empty))),
                Value::Null => {}
                one => items.push(Row::Json(one, empty)),
            });
        }
        items.truncate(MOST);
        items
    }
}

fn each<'a>(value: &'a Value, steps: &[String], visit: &mut dyn FnMut(&'a Value)) {
    let Some((step, rest)) = steps.split_first() else {
        visit(value);
        return;
    };
    match value {
        Value::Array(items) if step == "*" => items.iter().take(MOST).for_each(|item| each(item, rest, visit)),
        Value::Array(items) => {
            // A list of lists, such as that of the points of a line, has no number at that place.
            let is_meant = |item: &&Value| !(rest.is_empty() && item.is_array());
            if let Some(item) = step.parse::<usize>().ok().and_then(|at| items.get(at)).filter(is_meant) {
                each(item, rest, visit);
            }
        }
        Value::Object(members) => {
            if let Some(member) = members.get(step) {
                each(member, rest, visit);
            }
        }
        _ => {}
    }
}

/// The texts of a value that is one, or a list of some.
fn scalars(value: &Value, found: &mut Vec<String>, empty: &[String]) {
    match value {
        Value::String(text) => push(found, text, empty),
        Value::Number(number) => push(found, &number.to_string(), empty),
        Value::Bool(flag) => push(found, if *flag { "true" } else { "false" }, empty),
        Value::Array(items) => {
            for item in items.iter().take(MOST).filter(|item| !item.is_array()) {
                scalars(item, found, empty);
            }
        }
        Value::Null | Value::Object(_) => {}
    }
}

fn push(found: &mut Vec<String>, text: &str, empty: &[String]) {
    // Records of cells are rid of control characters already.
    let is_control = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    let clean = text.trim();
    if clean.is_empty() || found.len() >= MOST || empty.iter().any(|nothing| nothing == clean) {
        return;
    }
    found.push(if clean.contains(is_control) { clean.replace(is_control, "") } else { clean.to_owned() });
}
