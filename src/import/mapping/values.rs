//! Values and tables as they are written in a mapping.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use chrono::format::{Item, StrftimeItems};
use serde_json::Value;

use super::expr::{Expr, Piece, Start};
use super::row::Path;
use super::spec::Fields;
use super::steps::Step;
use super::tables::{Otherwise, Table, key};
use crate::domain::crosswalk::Vocabulary;
use crate::domain::input::{Input, MAX_NAME, MAX_TEXT, Object};

/// A table.
pub fn table(o: &Object<'_>) -> Table {
    let by_start = o.optional("by_start").and_then(|i| i.flag()).unwrap_or(false);
    let vocabulary = o.optional("vocabulary").and_then(|i| i.code(Vocabulary::parse, "vocabulary"));
    let reason = o.optional("reason").and_then(|i| i.text(MAX_NAME));
    let otherwise = o
        .optional("otherwise")
        .and_then(|i| i.code(otherwise, "way with what is not known: error, refuse, ignore, lose, drop, keep"));
    let is_loose = o.optional("loose").and_then(|i| i.flag()).unwrap_or(false);
    let entries = o
        .optional("entries")
        .and_then(|i| i.object(|o| Some(o.each(|word, i| Some((key(word, is_loose), texts(&i)))))));
    Table {
        entries: entries.unwrap_or_default().into_iter().collect(),
        is_loose,
        by_start,
        vocabulary,
        otherwise: otherwise.unwrap_or(Otherwise::Error),
        reason,
    }
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
pub struct Context<'a> {
    /// Whether the files are made of JSON.
    pub json: bool,
    /// The tables there are.
    pub tables: &'a HashMap<String, Table>,
    /// The columns there are, where the mapping says so.
    pub columns: Option<&'a [String]>,
}

impl Context<'_> {
    /// Those of some named values that are there.
    pub fn fields(self, o: &Object<'_>, known: &'static [&'static str]) -> Fields {
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
    pub fn expr(self, i: Input<'_>) -> Option<Expr> {
        match i.raw() {
            Value::String(_) | Value::Array(_) => Some(Expr { start: Start::From(self.paths(&i)), ..Expr::default() }),
            _ => i.object(|o| {
                let from = o.optional("from").map(|i| Start::From(self.paths(&i)));
                let value = o.optional("value").map(|i| Start::Constant(texts(&i)));
                let template = o.optional("template").and_then(|i| Some(Start::Template(self.template(&i)?)));
                let first_of = o.optional("first_of").map(|i| Start::FirstOf(i.list(|i| self.expr(i))));
                let all_of = o.optional("all_of").map(|i| Start::AllOf(i.list(|i| self.expr(i))));
                let numbered = o.optional("numbered").and_then(|i| Some(Start::Numbered(self.front(&i)?)));
                let mut starts = [from, value, template, first_of, all_of, numbered].into_iter().flatten();
                let start = starts.next();
                if start.is_none() || starts.next().is_some() {
                    o.fault("from", "required", ONE_START);
                }
                let steps = o.list("steps", |i| self.step(i));
                let default = o.optional("default").map_or_else(Vec::new, |i| texts(&i));
                Some(Expr { start: start?, steps, default })
            }),
        }
    }

    /// What stands before the numbers of columns.
    fn front(self, i: &Input<'_>) -> Option<String> {
        if self.json {
            i.fault("not_here", "Only columns are numbered.");
        }
        Some(i.text(MAX_NAME)?.to_lowercase())
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
        if let Some(name) = i.raw().as_str() {
            let step = plain_step(name);
            if step.is_none() {
                i.fault("unknown_step", STEPS);
            }
            return step;
        }
        if i.raw().as_object().is_none_or(|step| step.len() != 1) {
            i.fault("unknown_step", STEPS);
            return None;
        }
        i.object(|o| {
            let mark = |name| o.optional(name).and_then(|i| mark(&i));
            let marks = |name| o.optional(name).and_then(|i| marks(&i));
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
                o.optional("order").map(|i| Step::Order(texts(&i))),
                o.optional("date").map(|i| Step::Date(forms(&i))),
                o.optional("day").and_then(|i| years(&i)).map(Step::Day),
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

const ONE_START: &str = "Expected exactly one of `from`, `value`, `template`, `first_of`, `all_of` and `numbered`.";

const STEPS: &str = "Expected one of: lower, upper, number, whole, flag, country, fips, us_state, basis, or one of these with what it \
                     takes: split, join, pick, take, before, after, between, without, prefix, drop, order, date, day, table.";

/// A step that takes nothing.
fn plain_step(name: &str) -> Option<Step> {
    Some(match name {
        "lower" => Step::Lower,
        "upper" => Step::Upper,
        "number" => Step::Number,
        "whole" => Step::Whole,
        "flag" => Step::Flag,
        "country" => Step::Country,
        "fips" => Step::Fips,
        "us_state" => Step::UsState,
        "basis" => Step::Basis,
        _ => return None,
    })
}

/// What parts texts. It may be white space.
fn mark(i: &Input<'_>) -> Option<String> {
    let mark = i.raw().as_str().filter(|mark| !mark.is_empty());
    if mark.is_none() {
        i.fault("empty", "Expected a text of at least one character.");
    }
    mark.map(str::to_owned)
}

fn marks(i: &Input<'_>) -> Option<(String, String)> {
    let both = i.list(|i| i.raw().as_str().filter(|mark| !mark.is_empty()).map(str::to_owned));
    let Ok([open, close]) = <[String; 2]>::try_from(both) else {
        i.fault("invalid", "Expected two texts of at least one character.");
        return None;
    };
    Some((open, close))
}

/// The first and the last year.
fn years(i: &Input<'_>) -> Option<RangeInclusive<i32>> {
    let both = i.list(|i| i.integer().and_then(|year| i32::try_from(year).ok()));
    let years = <[i32; 2]>::try_from(both).ok().filter(|[first, last]| (1..=9999).contains(first) && first <= last);
    let Some([first, last]) = years.filter(|[_, last]| *last <= 9999) else {
        i.fault("invalid", "Expected the first and the last year.");
        return None;
    };
    Some(first..=last)
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
