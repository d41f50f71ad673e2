//! A mapping as it is written, read with all its faults at once.

use std::collections::HashMap;

use chrono::format::{Item, StrftimeItems};
use serde_json::Value;

use super::expr::{Expr, Otherwise, Piece, Start, Step, Table};
use super::row::Path;
use crate::domain::crosswalk::Vocabulary;
use crate::domain::input::{Fault, Input, MAX_NAME, MAX_TEXT, Object, Reading};
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
    pub each: Option<Path>,
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
                all.extend(fields.map(|(field, expr)| (format!("{name}.{field}"), item.each.as_ref(), expr)));
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
        .and_then(|i| i.object(|o| Some(o.each(|name, i| Some((name.to_owned(), i.object(table)?))))));
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
                Some(Each { each, is_fallback, of: inner.fields(o, known) })
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

fn table(o: &Object<'_>) -> Option<Table> {
    let by_start = o.optional("by_start").and_then(|i| i.flag()).unwrap_or(false);
    let vocabulary = o.optional("vocabulary").and_then(|i| i.code(Vocabulary::parse, "vocabulary"));
    let reason = o.optional("reason").and_then(|i| i.text(MAX_NAME));
    let otherwise = o
        .optional("otherwise")
        .and_then(|i| i.code(otherwise, "way with what is not known: error, refuse, ignore, lose, drop, keep"));
    let entries = o
        .optional("entries")
        .and_then(|i| i.object(|o| Some(o.each(|word, i| Some((word.to_lowercase(), texts(&i)))))));
    Some(Table {
        entries: entries.unwrap_or_default().into_iter().collect(),
        by_start,
        vocabulary,
        otherwise: otherwise.unwrap_or(Otherwise::Error),
        reason,
    })
}

fn otherwise(code: &str) -> Option<Otherwise> {
    Some(match code {
        "error" => Otherwise::Error,
        "refuse" => Otherwise::Refuse,
        "ignore" => Otherwise::Ignore,
        "lose" => Otherwise::Lose,
        "drop" => Otherwise::Drop,
        "keep" => Otherwise::Keep,
        _ => return None,
    })
}

/// A text, or a list of some.
fn texts(i: &Input<'_>) -> Vec<String> {
    match i.raw() {
        Value::Array(_) => i.list(|i| i.text(MAX_TEXT)),
        _ => i.text(MAX_TEXT).into_iter().collect(),
    }
}

/// What values are read in.
#[derive(Clone, Copy)]
struct Context<'a> {
    json: bool,
    tables: &'a HashMap<String, Table>,
    columns: Option<&'a [String]>,
}

impl Context<'_> {
    fn fields(self, o: &Object<'_>, known: &'static [&'static str]) -> Fields {
        known.iter().filter_map(|name| Some((*name, self.expr(o.optional(name)?)?))).collect()
    }

    fn path(self, i: &Input<'_>, text: &str) -> Path {
        let path = Path::parse(text, self.json);
        if let Some(columns) = self.columns
            && !path.steps().iter().all(|name| columns.contains(name))
        {
            i.fault("unknown_column", format!("`{text}` is none of the columns."));
        }
        path
    }

    fn paths(self, i: &Input<'_>) -> Vec<Path> {
        match i.raw() {
            Value::Array(_) => i.list(|i| Some(self.path(&i, &i.text(MAX_NAME)?))),
            _ => i.text(MAX_NAME).map(|text| self.path(i, &text)).into_iter().collect(),
        }
    }

    /// A path alone, several of which the first counts that says something, or a value with steps.
    fn expr(self, i: Input<'_>) -> Option<Expr> {
        match i.raw() {
            Value::String(_) | Value::Array(_) => Some(Expr { start: Start::From(self.paths(&i)), ..Expr::default() }),
            _ => i.object(|o| {
                let from = o.optional("from").map(|i| Start::From(self.paths(&i)));
                let value = o.optional("value").map(|i| Start::Constant(texts(&i)));
                let template = o.optional("template").and_then(|i| Some(Start::Template(self.template(&i)?)));
                let first_of = o.optional("first_of").map(|i| Start::FirstOf(i.list(|i| self.expr(i))));
                let mut starts = [from, value, template, first_of].into_iter().flatten();
                let start = starts.next();
                if start.is_none() || starts.next().is_some() {
                    o.fault("from", "required", "Expected exactly one of `from`, `value`, `template` and `first_of`.");
                }
                let steps = o.list("steps", |i| self.step(i));
                let default = o.optional("default").map_or_else(Vec::new, |i| texts(&i));
                Some(Expr { start: start?, steps, default })
            }),
        }
    }

    /// Words with `{places}` among them.
    fn template(self, i: &Input<'_>) -> Option<Vec<Piece>> {
        let text = i.text(MAX_TEXT)?;
        let (mut pieces, mut rest) = (Vec::new(), text.as_str());
        while let Some((words, behind)) = rest.split_once('{') {
            if !words.is_empty() {
                pieces.push(Piece::Words(words.to_owned()));
            }
            let Some((path, behind)) = behind.split_once('}') else {
                i.fault("invalid", "A `{` has no `}`.");
                return None;
            };
            pieces.push(Piece::Path(self.path(i, path)));
            rest = behind;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Words(rest.to_owned()));
        }
        Some(pieces)
    }

    fn step(self, i: Input<'_>) -> Option<Step> {
        const KNOWN: &str = "Expected one of: lower, upper, number, country, fips, or one of these with what it takes: split, \
                             join, pick, take, before, after, between, without, prefix, drop, date, table.";
        if let Some(name) = i.raw().as_str() {
            let step = match name {
                "lower" => Step::Lower,
                "upper" => Step::Upper,
                "number" => Step::Number,
                "country" => Step::Country,
                "fips" => Step::Fips,
                _ => {
                    i.fault("unknown_step", KNOWN);
                    return None;
                }
            };
            return Some(step);
        }
        if i.raw().as_object().is_none_or(|step| step.len() != 1) {
            i.fault("unknown_step", KNOWN);
            return None;
        }
        i.object(|o| {
            let mark = |name| {
                let i = o.optional(name)?;
                let mark = i.raw().as_str().filter(|mark| !mark.is_empty());
                if mark.is_none() {
                    i.fault("empty", "Expected a text of at least one character.");
                }
                mark.map(str::to_owned)
            };
            let marks = |name| {
                let i = o.optional(name)?;
                let both = i.list(|i| i.raw().as_str().filter(|mark| !mark.is_empty()).map(str::to_owned));
                let Ok([open, close]) = <[String; 2]>::try_from(both) else {
                    i.fault("invalid", "Expected two texts of at least one character.");
                    return None;
                };
                Some((open, close))
            };
            let take = || {
                let i = o.optional("take")?;
                usize::try_from(i.integer()?).ok().filter(|count| *count > 0).or_else(|| {
                    i.fault("out_of_range", "Expected a number from 1.");
                    None
                })
            };
            // Each is asked for, so that what is none of them is told.
            let steps = [
                mark("split").map(Step::Split),
                mark("join").map(Step::Join),
                o.optional("pick").and_then(|i| i.integer()).map(Step::Pick),
                take().map(Step::Take),
                mark("before").map(Step::Before),
                mark("after").map(Step::After),
                marks("between").map(|(open, close)| Step::Between(open, close)),
                marks("without").map(|(open, close)| Step::Without(open, close)),
                mark("prefix").map(Step::Prefix),
                o.optional("drop").map(|i| Step::Drop(texts(&i))),
                o.optional("date").map(|i| Step::Date(forms(&i))),
                o.optional("table").and_then(|i| self.table(&i)).map(Step::Table),
            ];
            steps.into_iter().flatten().next()
        })
    }

    fn table(self, i: &Input<'_>) -> Option<String> {
        let name = i.text(MAX_NAME)?;
        if !self.tables.contains_key(&name) {
            i.fault("unknown_table", format!("There is no table `{name}`."));
        }
        Some(name)
    }
}

/// Forms of days.
fn forms(i: &Input<'_>) -> Vec<String> {
    let forms = texts(i);
    for form in &forms {
        if StrftimeItems::new(form).any(|item| matches!(item, Item::Error)) {
            i.fault("invalid", format!("`{form}` is no form of a day, such as `%Y-%m-%d`."));
        }
    }
    forms
}
