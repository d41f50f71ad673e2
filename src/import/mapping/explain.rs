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

/// Why no record is explained.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// The file.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It has no record there, and none before.
    #[error("the file has no record on or before line {0}")]
    NoRecord(u64),
    /// It ends before.
    #[error("line {line} is beyond the end: the file has {length} {unit}")]
    BeyondEnd {
        /// What was asked for.
        line: u64,
        /// How long the file is.
        length: u64,
        /// In what.
        unit: &'static str,
    },
}

/// Tells how the record that begins on a line, or the last one before it, becomes an event.
///
/// # Errors
/// Where the file cannot be read, is none that the mapping reads, or has no such line or no record up to there.
pub fn explain(mapping: &Mapping, input: impl BufRead, line: u64) -> Result<String, ExplainError> {
    let mut rows = MappedRows::open(mapping, input, KnownPlaces::new())?;
    let mut told = None;
    loop {
        let mut report = Report::default();
        let (next, at) = rows.file.next().map_err(OpenError::from)?;
        let at = match &next {
            Next::End => break,
            Next::Refused(error) => error.line,
            Next::Record => at,
        };
        if at > line {
            return told.ok_or(ExplainError::NoRecord(line));
        }
        told = Some(if let Next::Refused(error) = next {
            format!("line {at}: refused: {}\n", error.reason)
        } else {
            let (outcome, notes) = rows.map(&mut report, true);
            in_words(at, &outcome, &notes)
        });
    }
    let (length, unit) = rows.file.length();
    match told {
        Some(_) if line > length => Err(ExplainError::BeyondEnd { line, length, unit }),
        told => told.ok_or(ExplainError::NoRecord(line)),
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
