//! Our own tables, through the writer.

use std::io::BufRead;

use super::loader::Loader;
use super::{Behalf, LoadError, Progress};
use crate::import::report::Report;
use crate::import::table::{Read, Table};
use crate::node::operation::Command;
use crate::node::writer::Writer;

/// Loads a table, and tells in the report what became of each row, also where it was not loaded to its end.
///
/// # Errors
/// When the file cannot be read as a table of ours, the store failed or loading was stopped; what was loaded stays, and loading again
/// completes it.
pub fn table(
    writer: &Writer,
    input: impl BufRead,
    behalf: &Behalf,
    progress: &Progress,
    report: &mut Report,
) -> Result<(), LoadError> {
    let mut rows = Table::open(input)?;
    let mut loader = Loader::new(writer, behalf, report);
    let read = each_row(&mut rows, &mut loader, progress);
    let written = loader.finish();
    // Of what was on its way when the store failed nobody can say what became of it.
    report.lines = report.accounted();
    read?;
    Ok(written?)
}

fn each_row(rows: &mut Table<impl BufRead>, loader: &mut Loader<'_>, progress: &Progress) -> Result<(), LoadError> {
    while let Some(read) = rows.next_row()? {
        if progress.is_stopped() {
            return Err(LoadError::Stopped);
        }
        progress.set_bytes(rows.bytes());
        progress.count_record();
        match read {
            Read::Event { line, bytes, document, is_under_policy } => {
                loader.submit(line, bytes, Command::Amend { document, is_under_policy })?;
            }
            Read::Refused(errors) => loader.refuse_for(errors),
        }
    }
    progress.set_bytes(rows.bytes());
    Ok(())
}
