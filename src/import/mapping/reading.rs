//! A mapping as it is written, part by part.

use std::collections::HashMap;

use serde_json::Value;

use super::expr::Expr;
use super::row::Path;
use super::spec::{Dataset, Each, Fields, Files, Format, Identity, Ignore, Lost, Mapping, Rule, field};
use super::tables::Table;
use super::values::{Context, table};
use crate::domain::input::{Input, MAX_NAME, MAX_TEXT, Object};
use crate::domain::resource::Slug;
use crate::import::records::Dialect;

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
const SIZE: &[&str] = &["text", "low", "high", "best", "order", "basis", "rule", "plurals"];
const OUTCOMES: &[&str] = &[
    "arrests",
    "arrests_any",
    "detained",
    "detained_any",
    "injuries_participants",
    "injuries_participants_any",
    "injuries_police",
    "injuries_police_any",
    "injuries_others",
    "injuries_others_any",
    "injuries_unspecified",
    "injuries_unspecified_any",
    "deaths_participants",
    "deaths_police",
    "deaths_others",
    "deaths_unspecified",
    "property_damage",
    "property_damage_any",
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
    "found_in",
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
const DEMANDS: &[&str] = &["summary", "verbatim", "mixed", "heading", "stance"];
const EVIDENCE: &[&str] = &["field", "value", "quote", "locator", "confidence", "attributed_to", "source"];
const EXTERNAL_IDS: &[&str] = &["scheme", "id"];

/// A whole mapping.
pub fn mapping(o: &Object<'_>) -> Option<Mapping> {
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
    let identity = o.optional("identity").and_then(|i| i.object(|o| identity(o, context)));
    if id.is_empty() != o.has("identity") {
        o.fault("id", "required", "Expected either `id` or `identity`: by what a record is known when it comes again.");
    }
    let needed = exprs("needed");
    let group = o.optional("group").and_then(|i| context.expr(i));
    let collapse = exprs("collapse");
    let fields = |name: &'static str, known: &'static [&'static str]| -> Fields {
        o.optional(name).and_then(|i| i.object(|o| Some(context.fields(o, known)))).unwrap_or_default()
    };
    let lists = |name: &'static str, known: &'static [&'static str]| -> Vec<Each<Fields>> {
        o.list(name, |i| i.object(|o| Some(each(o, context, known, name))))
    };
    let event = fields("event", EVENT);
    if !deletes && field(&event, "type").is_none() {
        o.fault("event", "required", "`event.type` is required.");
    }
    let ignore = o.list("ignore", |i| i.object(|o| ignore(o, context)));
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
        i.object(|o| Some(o.each(|name, i| Some((Path::parse(name, json).steps().join("/"), lost(i)?)))))
    });
    Some(Mapping {
        scheme: scheme?,
        about,
        deletes,
        files: files?,
        dataset: dataset?,
        id,
        identity,
        needed,
        group,
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
        lost: lost.unwrap_or_default().into_iter().collect(),
        tables,
    })
}

/// By what records are told that have no id.
fn identity(o: &Object<'_>, context: Context<'_>) -> Option<Identity> {
    if context.json {
        o.fault("by", "not_here", "Only records of cells can be told by their place among alike ones.");
    }
    let by = o.list("by", |i| context.expr(i));
    if by.is_empty() {
        o.fault("by", "required", "Expected what the records say that are told by it.");
    }
    let aside = o.list("aside", |i| Some(i.text(MAX_NAME)?.to_lowercase()));
    (!by.is_empty()).then_some(Identity { by, aside })
}

/// What an item of a list is made of.
fn each(o: &Object<'_>, context: Context<'_>, known: &'static [&'static str], name: &str) -> Each<Fields> {
    let list = o.optional("each").and_then(|i| {
        if !context.json {
            i.fault("not_here", "Only JSON has lists of things within a record.");
        }
        Some(Path::parse(&i.text(MAX_NAME)?, context.json))
    });
    let rule = o.optional("rule").and_then(|i| {
        let rule = match (name, i.raw().as_str()) {
            ("places", Some("us_towns")) => Some(Rule::UsTowns),
            ("demands", Some("coded_claims")) => Some(Rule::CodedClaims),
            _ => None,
        };
        if rule.is_none() {
            i.fault("unknown_rule", "Expected `us_towns` for places, or `coded_claims` for demands.");
        }
        rule
    });
    // What stands in an item has no column.
    let inner = if list.is_some() { Context { columns: None, ..context } } else { context };
    let is_fallback = o.optional("fallback").and_then(|i| i.flag()).unwrap_or(false);
    let of = inner.fields(o, known);
    if rule == Some(Rule::CodedClaims) && field(&of, "heading").is_none() {
        o.fault("heading", "required", "`heading` is required: under it stand words that belong to no single claim.");
    }
    Each { list, is_fallback, rule, of }
}

fn ignore(o: &Object<'_>, context: Context<'_>) -> Option<Ignore> {
    let of = o.required("of").and_then(|i| context.expr(i));
    let words = |name| o.list(name, |i| i.text(MAX_NAME));
    let (when, unless) = (words("when"), words("unless"));
    if when.is_empty() == unless.is_empty() {
        o.fault("when", "required", "Expected either `when` or `unless`, with at least one word.");
    }
    let reason = o.required("reason").and_then(|i| i.text(MAX_NAME));
    Some(Ignore { of: of?, when, unless, reason: reason? })
}

/// A reason alone, or with the column that may say the same.
fn lost(i: Input<'_>) -> Option<Lost> {
    if i.raw().is_string() {
        return Some(Lost { reason: i.text(MAX_NAME)?, unless_as: None });
    }
    i.object(|o| {
        let reason = o.required("reason").and_then(|i| i.text(MAX_NAME));
        let unless_as = o.optional("unless_as").and_then(|i| Some(i.text(MAX_NAME)?.to_lowercase()));
        Some(Lost { reason: reason?, unless_as })
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
    let required = o.list("required", |i| match i.raw() {
        Value::Array(_) => Some(i.list(|i| Some(i.text(MAX_NAME)?.to_lowercase()))),
        _ => Some(vec![i.text(MAX_NAME)?.to_lowercase()]),
    });
    let begins = o.optional("begins").map(|i| {
        if i.raw().as_str() != Some("day") {
            i.fault("unknown_code", "Expected `day`: the first cell of each record is one.");
        }
    });
    let empty = o.list("empty", |i| i.text(MAX_NAME));
    let format = match format?.as_str() {
        "json" => Format::Json(records.unwrap_or_default()),
        "ndjson" => Format::Ndjson,
        // Those who write tabs between cells mostly do not quote them.
        "tsv" => Format::Cells(Dialect { delimiter: delimiter.unwrap_or(b'\t'), quotes: quotes.unwrap_or(false) }),
        _ => Format::Cells(Dialect { delimiter: delimiter.unwrap_or(b','), quotes: quotes.unwrap_or(true) }),
    };
    Some(Files { format, columns, required, begins_with_a_day: begins.is_some(), empty })
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
