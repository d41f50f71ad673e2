//! What became of each record of a file, in the form that scripts rely on.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// Most errors, and most notices, that a report keeps; the rest is counted only, so that memory stays bounded.
pub const MAX_KEPT: usize = 10_000;

/// Most characters of a value in an error.
const MAX_VALUE: usize = 200;

/// Columns whose values never stand in a report: people get hurt by lists of names.
const WITHHELD: [&str; 3] = ["notables", "notes", "coder"];

/// What became of a file. Every record read is counted once in `lines`, and once in exactly one of `created`, `corrected`,
/// `unchanged`, `collapsed`, `conflicting`, `ignored` and `refused`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
#[schema(as = ImportReport)]
pub struct Report {
    /// Records read; one that was broken in pieces counts once. Of a file that was not taken over to its end, those that were
    /// taken over or left aside.
    #[schema(example = 400, minimum = 0)]
    pub lines: u64,
    /// Records that became new events, or other members.
    #[schema(example = 380, minimum = 0)]
    pub created: u64,
    /// Records that made new versions of events, or of other members.
    #[schema(example = 3, minimum = 0)]
    pub corrected: u64,
    /// Records that say what they said when they were last imported.
    #[schema(example = 0, minimum = 0)]
    pub unchanged: u64,
    /// Records that were put together from broken pieces; they are counted elsewhere too.
    #[schema(example = 2, minimum = 0)]
    pub joined: u64,
    /// Records equal to an earlier one of the file.
    #[schema(example = 12, minimum = 0)]
    pub collapsed: u64,
    /// Records that changed although an editor had changed their event.
    #[schema(example = 1, minimum = 0)]
    pub conflicting: u64,
    /// Records that are left aside on purpose.
    #[schema(example = 1, minimum = 0)]
    pub ignored: u64,
    /// Records that could not be taken in; `errors` says why.
    #[schema(example = 3, minimum = 0)]
    pub refused: u64,
    /// Events that were withdrawn because the file no longer has them.
    #[schema(example = 2, minimum = 0)]
    pub retracted: u64,
    /// Events that the file no longer has, and that were not withdrawn because an editor has changed them. No record of the
    /// file stands for them.
    #[schema(example = 0, minimum = 0)]
    pub kept: u64,
    /// Events whose links to others of the file, or of earlier ones, were made anew; they are counted elsewhere too.
    #[schema(example = 4, minimum = 0)]
    pub linked: u64,
    /// Values that could not be read, each with the place and the reason; the first 10,000. A list of jobs leaves them out.
    pub errors: Vec<RowError>,
    /// How many errors there were in all.
    #[schema(example = 5, minimum = 0)]
    pub errors_total: u64,
    /// Cells, and records of JSON, whose text had been encoded twice, or in Windows-1252, and was repaired without loss.
    #[schema(example = 7, minimum = 0)]
    pub repaired: u64,
    /// What was put right or passed over without harm; the first 10,000. A list of jobs leaves them out.
    pub notices: Vec<RowError>,
    /// How many notices there were in all.
    #[schema(example = 9, minimum = 0)]
    pub notices_total: u64,
    /// What the file says and the events do not.
    #[schema(value_type = Vec<Loss>)]
    pub losses: Losses,
}

impl Report {
    /// Notes a value that could not be read.
    pub fn error(&mut self, error: RowError) {
        self.errors_total += 1;
        if self.errors.len() < MAX_KEPT {
            self.errors.push(error);
        }
    }

    /// Notes something that was put right.
    pub fn notice(&mut self, notice: RowError) {
        self.notices_total += 1;
        if self.notices.len() < MAX_KEPT {
            self.notices.push(notice);
        }
    }

    /// Notes a record that cannot be taken in.
    pub fn refuse(&mut self, error: RowError) {
        self.refused += 1;
        self.error(error);
    }

    /// How many records are accounted for: `lines`, once a file was read and written to its end.
    pub const fn accounted(&self) -> u64 {
        self.created + self.corrected + self.unchanged + self.collapsed + self.conflicting + self.ignored + self.refused
    }
}

/// One thing wrong with, or put right in, a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ImportError)]
pub struct RowError {
    /// The line of the file on which the record begins, from 1, the header's included.
    #[schema(example = 7, minimum = 1)]
    pub line: u64,
    /// The column; null where it is about the whole record.
    #[schema(example = "date")]
    pub column: Option<String>,
    /// The value, cut to 200 characters; null where it is about the whole record, or the value is about people.
    #[schema(example = "31/01")]
    pub value: Option<String>,
    /// What is wrong, or was done, in a sentence.
    #[schema(example = "Not a day.")]
    pub reason: String,
}

impl RowError {
    /// About a whole record.
    pub fn of_record(line: u64, reason: impl Into<String>) -> Self {
        Self { line, column: None, value: None, reason: reason.into() }
    }

    /// About one cell. Values of columns that are about people are withheld.
    pub fn of_cell(line: u64, column: &str, value: &str, reason: impl Into<String>) -> Self {
        let value = (!WITHHELD.contains(&column)).then(|| value.chars().take(MAX_VALUE).collect());
        Self { line, column: Some(column.to_owned()), value, reason: reason.into() }
    }
}

/// What is lost on purpose, or for want of a place: how many records, by column and reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Losses(BTreeMap<(Cow<'static, str>, Cow<'static, str>), u64>);

impl Losses {
    /// Counts one more record that loses something of a column.
    pub fn add(&mut self, column: impl Into<Cow<'static, str>>, reason: impl Into<Cow<'static, str>>) {
        *self.0.entry((column.into(), reason.into())).or_default() += 1;
    }

    /// Each loss as column, number of records and reason.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64, &str)> {
        self.0.iter().map(|((column, reason), rows)| (column.as_ref(), *rows, reason.as_ref()))
    }
}

/// What is lost of one column of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ImportLoss)]
pub struct Loss {
    /// The column.
    #[schema(example = "coder")]
    pub column: String,
    /// How many records lose something.
    #[schema(example = 400, minimum = 0)]
    pub rows: u64,
    /// Why, in a sentence.
    #[schema(example = "Not taken over.")]
    pub reason: String,
}

impl Serialize for Losses {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let loss = |(column, rows, reason): (&str, u64, &str)| Loss {
            column: column.to_owned(),
            rows,
            reason: reason.to_owned(),
        };
        serializer.collect_seq(self.iter().map(loss))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_has_the_keys_that_scripts_rely_on() {
        let mut report = Report { lines: 3, created: 1, ..Report::default() };
        report.refuse(RowError::of_cell(7, "date", "31/01", "Not a day."));
        report.losses.add("coder", "Not taken over.");
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(
            json["errors"][0],
            serde_json::json!({"line": 7, "column": "date", "value": "31/01", "reason": "Not a day."})
        );
        assert_eq!(json["losses"], serde_json::json!([{"column": "coder", "rows": 1, "reason": "Not taken over."}]));
        for key in
            ["lines", "created", "corrected", "unchanged", "joined", "collapsed", "conflicting", "ignored", "retracted"]
        {
            assert!(json[key].is_u64(), "{key}");
        }
        assert_eq!((report.refused, report.accounted()), (1, 2));
    }

    #[test]
    fn values_are_cut_and_those_about_people_withheld() {
        let long = "é".repeat(500);
        let error = RowError::of_cell(1, "title", &long, "Too long.");
        assert_eq!(error.value.unwrap().chars().count(), 200);
        for column in WITHHELD {
            assert_eq!(RowError::of_cell(1, column, "Jane Doe", "Odd.").value, None);
        }
    }

    #[test]
    fn errors_are_kept_up_to_a_limit_and_all_counted() {
        let mut report = Report::default();
        for line in 0..10_050 {
            report.error(RowError::of_record(line, "x"));
            report.notice(RowError::of_record(line, "x"));
        }
        assert_eq!((report.errors.len(), report.errors_total), (MAX_KEPT, 10_050));
        assert_eq!((report.notices.len(), report.notices_total), (MAX_KEPT, 10_050));
    }
}
