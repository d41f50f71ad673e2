//! A mapping as it is written, read with all its faults at once.

use std::collections::HashMap;

use serde_json::Value;

use super::expr::Expr;
use super::row::{Path, Row};
use super::tables::Table;
use crate::domain::input::{Fault, Reading};
use crate::import::records::Dialect;

/// What a file is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// Cells of columns.
    Cells(Dialect),
    /// The items of a list in one JSON document, at these member names.
    Json(Vec<String>),
    /// A JSON object a line.
    Ndjson,
}

/// The files that a mapping reads.
#[derive(Clone, Debug)]
pub struct Files {
    /// What they are made of.
    pub format: Format,
    /// Their columns, where they have no header.
    pub columns: Option<Vec<String>>,
    /// Columns without which a file is none of these, each under any of some names.
    pub required: Vec<Vec<String>>,
    /// Whether the first cell of each record is a day, which shows where a record begins.
    pub begins_with_a_day: bool,
    /// Words that stand for nothing.
    pub empty: Vec<String>,
}

/// What a list of things is made of: the records themselves, or the items of a list in each.
#[derive(Clone, Debug)]
pub struct Each<T> {
    /// The list, if it is one.
    pub list: Option<Path>,
    /// Whether it counts only where those before it gave nothing.
    pub is_fallback: bool,
    /// By which rule of its own it is made.
    pub rule: Option<Rule>,
    /// What is made of an item.
    pub of: T,
}

/// A rule for what columns and tables cannot say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Places: states, counties, towns and spots of the United States.
    UsTowns,
    /// Demands: claims in the forms of coders, and words from placards.
    CodedClaims,
}

/// By what records are told that have no id.
#[derive(Clone, Debug)]
pub struct Identity {
    /// What the record says; those that agree in the first are remembered together.
    pub by: Vec<Expr>,
    /// Columns that do not make a record another one.
    pub aside: Vec<String>,
}

/// Why a column is not taken over.
#[derive(Clone, Debug)]
pub struct Lost {
    /// The reason, in a sentence.
    pub reason: String,
    /// A column that may say the same; then nothing is lost.
    pub unless_as: Option<String>,
}

/// Named values.
pub type Fields = Vec<(&'static str, Expr)>;

/// The value with a name.
pub fn field<'a>(fields: &'a Fields, name: &str) -> Option<&'a Expr> {
    fields.iter().find(|(known, _)| *known == name).map(|(_, expr)| expr)
}

/// The column that a field is read from, for telling what is wrong there; its own name where it is read from none.
pub fn column_of(fields: &Fields, name: &'static str, row: &Row<'_>) -> String {
    let column = field(fields, name).map_or("", |expr| expr.start.column(row));
    if column.is_empty() { name.to_owned() } else { column.to_owned() }
}

/// Records that are left aside.
#[derive(Clone, Debug)]
pub struct Ignore {
    /// By what.
    pub of: Expr,
    /// Where it is one of these.
    pub when: Vec<String>,
    /// Or where it is none of these.
    pub unless: Vec<String>,
    /// Why.
    pub reason: String,
}

/// The collection itself, as a source.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// Its slug.
    pub slug: String,
    /// Who publishes it.
    pub publisher: String,
    /// Its title.
    pub title: Option<String>,
    /// Where it is.
    pub url: Option<String>,
}

/// How records become events.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "named as in mapping files; docs/importing.md says what each means")]
pub struct Mapping {
    pub scheme: String,
    pub about: Option<String>,
    /// Whether each record names an event that is no more, and says nothing else.
    pub deletes: bool,
    pub files: Files,
    pub dataset: Dataset,
    pub id: Vec<Expr>,
    pub identity: Option<Identity>,
    pub needed: Vec<Expr>,
    pub group: Option<Expr>,
    pub collapse: Vec<Expr>,
    pub ignore: Vec<Ignore>,
    pub event: Fields,
    pub size: Fields,
    pub outcomes: Fields,
    pub places: Vec<Each<Fields>>,
    pub actors: Vec<Each<Fields>>,
    pub sources: Vec<Each<Fields>>,
    pub campaigns: Vec<Each<Fields>>,
    pub demands: Vec<Each<Fields>>,
    pub evidence: Vec<Each<Fields>>,
    pub external_ids: Vec<Each<Fields>>,
    pub tables: HashMap<String, Table>,
    /// Why columns are not taken over, by name; `*` stands for those that nobody has thought of.
    pub lost: HashMap<String, Lost>,
}

/// One thing wrong with a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingFault {
    /// The line, where that is known.
    pub line: Option<usize>,
    /// The key, as a path of keys.
    pub key: String,
    /// What is wrong, in a sentence.
    pub detail: String,
}

impl std::fmt::Display for MappingFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.detail)
    }
}

impl Mapping {
    /// Reads a mapping.
    ///
    /// # Errors
    /// All its faults; of one that is no TOML, where that shows.
    pub fn parse(text: &str) -> Result<Self, Vec<MappingFault>> {
        let value: Value = toml::from_str(text).map_err(|error| {
            let line =
                error.span().and_then(|span| text.get(..span.start)).map(|front| front.matches('\n').count() + 1);
            vec![MappingFault { line, key: String::new(), detail: error.message().trim().to_owned() }]
        })?;
        let told = |fault: Fault| {
            let key = fault.pointer.trim_start_matches('/').replace('/', ".");
            MappingFault { line: None, key, detail: fault.detail }
        };
        Reading::plain(&value, super::reading::mapping).map_err(|faults| faults.into_iter().map(told).collect())
    }

    /// Every value of it, with the field that it is for.
    pub fn values(&self) -> Vec<(String, Option<&Path>, &Expr)> {
        let mut all: Vec<(String, Option<&Path>, &Expr)> = Vec::new();
        let numbered = |name: &'static str| move |expr| (name.to_owned(), None, expr);
        all.extend(self.id.iter().map(numbered("id")));
        all.extend(self.identity.iter().flat_map(|identity| &identity.by).map(numbered("identity.by")));
        all.extend(self.needed.iter().map(numbered("needed")));
        all.extend(self.group.iter().map(numbered("group")));
        all.extend(self.collapse.iter().map(numbered("collapse")));
        all.extend(self.ignore.iter().map(|ignore| ("ignore".to_owned(), None, &ignore.of)));
        for (name, fields) in [("event", &self.event), ("size", &self.size), ("outcomes", &self.outcomes)] {
            all.extend(fields.iter().map(|(field, expr)| (format!("{name}.{field}"), None, expr)));
        }
        for (name, list) in self.lists() {
            for item in list {
                let fields = item.of.iter();
                all.extend(fields.map(|(field, expr)| (format!("{name}.{field}"), item.list.as_ref(), expr)));
            }
        }
        all
    }

    fn lists(&self) -> [(&'static str, &Vec<Each<Fields>>); 7] {
        [
            ("places", &self.places),
            ("actors", &self.actors),
            ("sources", &self.sources),
            ("campaigns", &self.campaigns),
            ("demands", &self.demands),
            ("evidence", &self.evidence),
            ("external_ids", &self.external_ids),
        ]
    }

    /// Why a column is not taken over; `None` where the mapping does not say.
    pub fn why_lost(&self, name: &str) -> Option<&Lost> {
        self.lost.get(name)
    }

    /// Whether its files are made of JSON.
    pub const fn is_json(&self) -> bool {
        !matches!(self.files.format, Format::Cells(_))
    }
}
