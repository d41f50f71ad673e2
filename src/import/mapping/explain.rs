//! How one record became an event, in words.

use std::fmt::Write as _;
use std::io::BufRead;

use serde_json::Value;

use super::expr::Notes;
use super::{MappedRows, Mapping, Outcome};
use crate::import::entities::KnownPlaces;
use crate::import::mapped::Mapped;
use crate::import::records::{Next, OpenError};
use crate::import::report::Report;

/// Most characters of a value that are shown.
const SHOWN: usize = 200;

/// Tells how the record that begins on a line, or the last one before it, becomes an event; `None` where the file has no
/// record there.
///
/// # Errors
/// Where the file cannot be read, or is none that the mapping reads.
pub fn explain(mapping: &Mapping, input: impl BufRead, line: u64) -> Result<Option<String>, OpenError> {
    let mut rows = MappedRows::open(mapping, input, KnownPlaces::new())?;
    let mut told = None;
    loop {
        let mut report = Report::default();
        let (next, at) = rows.file.next()?;
        let at = match (&next, at) {
            (Next::End, _) => return Ok(told),
            (Next::Refused(error), _) => error.line,
            (Next::Record, at) => at,
        };
        if at > line {
            return Ok(told);
        }
        told = Some(if let Next::Refused(error) = next {
            format!("line {at}: refused: {}\n", error.reason)
        } else {
            let (outcome, notes) = rows.map(&mut report, true);
            in_words(at, &outcome, &notes)
        });
    }
}

fn in_words(line: u64, outcome: &Outcome, notes: &Notes) -> String {
    let mut text = String::new();
    // A text can always be written to.
    let mut tell = |words: std::fmt::Arguments<'_>| {
        let _ = writeln!(text, "{words}");
    };
    match (outcome, &notes.refused, &notes.ignored) {
        (Outcome::Mapped(mapped, _), ..) if mapped.event.is_none() => {
            tell(format_args!("line {line}: its event is withdrawn, {}", mapped.identity));
        }
        (Outcome::Mapped(mapped, _), ..) => tell(format_args!("line {line}: an event, {}", mapped.identity)),
        (Outcome::Collapsed, ..) => tell(format_args!("line {line}: the same as an earlier record")),
        (_, Some(error), _) => tell(format_args!("line {line}: refused: {}", error.reason)),
        (_, _, Some((column, reason))) => tell(format_args!("line {line}: left aside by {column}: {reason}")),
        _ => tell(format_args!("line {line}: left aside: it says nothing")),
    }
    for traced in notes.trace.iter().flatten() {
        let given = shown(&traced.given);
        let value = if traced.value.is_empty() { "nothing".to_owned() } else { shown(&traced.value) };
        let by_default = if traced.is_default { " (default)" } else { "" };
        if traced.given == traced.value {
            tell(format_args!("  {} = {value}, from {}", traced.field, traced.from));
        } else {
            tell(format_args!("  {} = {value}{by_default}, from {} {given}", traced.field, traced.from));
        }
    }
    for error in &notes.errors {
        let column = error.column.as_deref().unwrap_or_default();
        tell(format_args!("  error in {column}: {}", error.reason));
    }
    for (column, reason) in &notes.losses {
        tell(format_args!("  lost: {column}: {reason}"));
    }
    if let Outcome::Mapped(mapped, _) = outcome {
        let Mapped { entities, event, .. } = &**mapped;
        let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default();
        for (resource, document) in entities {
            tell(format_args!("{resource}: {document}"));
        }
        if let Some(event) = event {
            tell(format_args!("event: {}", pretty(event)));
        }
    }
    text
}

fn shown(texts: &[String]) -> String {
    let quoted = texts.iter().map(|text| format!("{:?}", text.chars().take(SHOWN).collect::<String>()));
    quoted.collect::<Vec<_>>().join(", ")
}
