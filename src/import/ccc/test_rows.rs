//! Rows for tests of single columns.

use super::columns::Header;
use super::row::Row;
use crate::import::records::{Next, Record, Records};

/// A header with what most tests need.
pub const HEADER: &str = "date,locality,state,location,title,event_type,size_mean";

/// Calls a function with the row that a line is.
pub fn with_row<T>(header: &str, line: &str, work: impl FnOnce(&Row<'_>) -> T) -> T {
    let text = format!("{header}\n{line}\n");
    let mut records = Records::open(text.as_bytes(), |_| false).expect("a header");
    let header = Header::read(records.header()).expect("a header");
    let mut record = Record::default();
    assert_eq!(records.next(&mut record).expect("a line"), Next::Record, "{line}");
    work(&Row { record: &record, header: &header })
}
