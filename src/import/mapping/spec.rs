//! A mapping as it is written, read with all its faults at once.

use std::collections::HashMap;

use serde_json::Value;

use super::expr::Expr;
use super::row::Path;
use super::tables::Table;
use super::values::{Context, table};
use crate::domain::input::{Fault, MAX_NAME, MAX_TEXT, Object, Reading};
use crate::domain::resource::Slug;
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
    /// Columns without which a file is none of these.
    pub required: Vec<String>,
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
    /// What is made of an item.
    pub of: T,
}

/// Named values.
pub type Fields = Vec<(&'static str, Expr)>;

/// The value with a name.
pub fn field<'a>(fields: &'a Fields, name: &str) -> Option<&'a Expr> {
    fields.iter().find(|(known, _)| *known == name).map(|(_, expr)| expr)
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
    /// Why columns are not taken over, by name.
    pub lost: Vec<(String, String)>,
}

const EVENT: &[&str] = &[
    "type",
    "tactics",
    "status",
    "verification",
    "title",
    "summary",
    "language",
    "issues",
    "start",
    "end",
    "span",
    "mark",
    "time_zone",
];
const SIZE: &[&str] = &["text", "low", "high", "best", "basis", "rule"];
const OUTCOMES: &[&str] = &[
    "arrests",
    "detained",
    "injuries_participants",
    "injuries_police",
    "injuries_others",
    "injuries_unspecified",
    "deaths_participants",
    "deaths_police",
    "deaths_others",
    "deaths_unspecified",
    "property_damage",
    "participant_measures",
    "police_measures",
];
const PLACES: &[&str] = &[
    "slug",
    "name",
    "kind",
    "country",
    "admin1",
    "admin2",
    "locality",
    "neighbourhood",
    "venue",
    "lat",
    "lon",
    "precision",
    "radius_m",
    "role",
];
const ACTORS: &[&str] = &["slug", "name", "kind", "role", "names", "country"];
const SOURCES: &[&str] = &["any", "slug", "publisher", "title", "url", "kind"];
const CAMPAIGNS: &[&str] = &["slug", "name"];
const DEMANDS: &[&str] = &["summary", "verbatim", "stance"];
const EVIDENCE: &[&str] = &["field", "value", "quote", "locator", "confidence", "attributed_to", "source"];
const EXTERNAL_IDS: &[&str] = &["scheme", "id"];

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
        Reading::plain(&value, read).map_err(|faults| faults.into_iter().map(told).collect())
    }

    /// Every value of it, with the field that it is for.
    pub fn values(&self) -> Vec<(String, Option<&Path>, &Expr)> {
        let mut all: Vec<(String, Option<&Path>, &Expr)> = Vec::new();
        let numbered = |name: &'static str| move |expr| (name.to_owned(), None, expr);
        all.extend(self.id.iter().map(numbered("id")));
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

    /// Whether its files are made of JSON.
    pub const fn is_json(&self) -> bool {
        !matches!(self.files.format, Format::Cells(_))
    }
}

fn read(o: &Object<'_>) -> Option<Mapping> {
    let scheme = o.required("scheme").and_then(|i| {
        let scheme = i.text(MAX_NAME)?;
        if Slug::parse(&scheme).is_none() {
            i.fault("invalid_scheme", "Expected lower-case letters and digits joined by hyphens.");
        }
        Some(scheme)
    });
    let about = o.optional("about").and_then(|i| i.text(MAX_TEXT));
    let deletes = o.optional("deletes").and_then(|i| i.flag()).unwrap_or(false);
    let files = o.required("files").and_then(|i| i.object(files));
    let json = files.as_ref().is_some_and(|files| !matches!(files.format, Format::Cells(_)));
    let tables = o
        .optional("tables")
        .and_then(|i| i.object(|o| Some(o.each(|name, i| Some((name.to_owned(), i.object(|o| Some(table(o)))?))))));
    let tables: HashMap<String, Table> = tables.unwrap_or_default().into_iter().collect();
    let context = Context { json, tables: &tables, columns: files.as_ref().and_then(|files| files.columns.as_deref()) };
    let exprs = |name: &'static str| -> Vec<Expr> {
        o.optional(name).map_or_else(Vec::new, |i| match i.raw() {
            Value::Array(_) => i.list(|i| context.expr(i)),
            _ => context.expr(i).into_iter().collect(),
        })
    };
    let dataset = o.required("dataset").and_then(|i| i.object(dataset));
    let id = exprs("id");
    if id.is_empty() {
        o.fault("id", "required", "`id` is required: by what a record is known when it comes again.");
    }
    let collapse = exprs("collapse");
    let fields = |name: &'static str, known: &'static [&'static str]| -> Fields {
        o.optional(name).and_then(|i| i.object(|o| Some(context.fields(o, known)))).unwrap_or_default()
    };
    let lists = |name: &'static str, known: &'static [&'static str]| -> Vec<Each<Fields>> {
        o.list(name, |i| {
            i.object(|o| {
                let each = o.optional("each").and_then(|i| {
                    if !json {
                        i.fault("not_here", "Only JSON has lists of things within a record.");
                    }
                    Some(Path::parse(&i.text(MAX_NAME)?, json))
                });
                // What stands in an item has no column.
                let inner = Context { columns: None, ..context };
                let is_fallback = o.optional("fallback").and_then(|i| i.flag()).unwrap_or(false);
                Some(Each { list: each, is_fallback, of: inner.fields(o, known) })
            })
        })
    };
    let event = fields("event", EVENT);
    if !deletes && field(&event, "type").is_none() {
        o.fault("event", "required", "`event.type` is required.");
    }
    let ignore = o.list("ignore", |i| {
        i.object(|o| {
            let of = o.required("of").and_then(|i| context.expr(i));
            let words = |name| o.list(name, |i| i.text(MAX_NAME));
            let (when, unless) = (words("when"), words("unless"));
            if when.is_empty() == unless.is_empty() {
                o.fault("when", "required", "Expected either `when` or `unless`, with at least one word.");
            }
            let reason = o.required("reason").and_then(|i| i.text(MAX_NAME));
            Some(Ignore { of: of?, when, unless, reason: reason? })
        })
    });
    let size = fields("size", SIZE);
    let outcomes = fields("outcomes", OUTCOMES);
    let places = lists("places", PLACES);
    let actors = lists("actors", ACTORS);
    let sources = lists("sources", SOURCES);
    let campaigns = lists("campaigns", CAMPAIGNS);
    let demands = lists("demands", DEMANDS);
    let evidence = lists("evidence", EVIDENCE);
    let external_ids = lists("external_ids", EXTERNAL_IDS);
    let lost = o.optional("lost").and_then(|i| {
        i.object(|o| Some(o.each(|name, i| Some((Path::parse(name, json).steps().join("/"), i.text(MAX_NAME)?)))))
    });
    Some(Mapping {
        scheme: scheme?,
        about,
        deletes,
        files: files?,
        dataset: dataset?,
        id,
        collapse,
        ignore,
        event,
        size,
        outcomes,
        places,
        actors,
        sources,
        campaigns,
        demands,
        evidence,
        external_ids,
        lost: lost.unwrap_or_default(),
        tables,
    })
}

fn files(o: &Object<'_>) -> Option<Files> {
    let format = o.required("format").and_then(|i| {
        let format = i.text(MAX_NAME)?;
        if !["csv", "tsv", "json", "ndjson"].contains(&format.as_str()) {
            i.fault("unknown_code", "Expected one of: csv, tsv, json, ndjson.");
            return None;
        }
        Some(format)
    });
    let delimiter = o.optional("delimiter").and_then(|i| match i.raw().as_str().map(str::as_bytes) {
        Some([byte]) if !matches!(byte, b'"' | b'\n' | b'\r') => Some(*byte),
        _ => {
            i.fault("invalid", "Expected one ASCII character that is no quote.");
            None
        }
    });
    let quotes = o.optional("quotes").and_then(|i| i.flag());
    let records = o.optional("records").and_then(|i| Some(Path::parse(i.raw().as_str()?, true).steps().to_vec()));
    let names = |name| o.list(name, |i| Some(i.text(MAX_NAME)?.to_lowercase()));
    let columns = o.has("columns").then(|| names("columns"));
    let required = names("required");
    let empty = o.list("empty", |i| i.text(MAX_NAME));
    let format = match format?.as_str() {
        "json" => Format::Json(records.unwrap_or_default()),
        "ndjson" => Format::Ndjson,
        // Those who write tabs between cells mostly do not quote them.
        "tsv" => Format::Cells(Dialect { delimiter: delimiter.unwrap_or(b'\t'), quotes: quotes.unwrap_or(false) }),
        _ => Format::Cells(Dialect { delimiter: delimiter.unwrap_or(b','), quotes: quotes.unwrap_or(true) }),
    };
    Some(Files { format, columns, required, empty })
}

fn dataset(o: &Object<'_>) -> Option<Dataset> {
    let slug = o.required("slug").and_then(|i| {
        let slug = i.text(Slug::MAX)?;
        if Slug::parse(&slug).is_none() {
            i.fault("invalid_slug", "Expected lower-case letters and digits joined by hyphens.");
        }
        Some(slug)
    });
    let publisher = o.required("publisher").and_then(|i| i.text(MAX_NAME));
    let title = o.optional("title").and_then(|i| i.text(MAX_NAME));
    let url = o.optional("url").and_then(|i| i.text(MAX_TEXT));
    Some(Dataset { slug: slug?, publisher: publisher?, title, url })
}
