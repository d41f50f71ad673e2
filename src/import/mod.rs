//! Reading other people's files: records from bytes, mapping to documents, and the report of what became of each record.
//!
//! Nothing here touches the store. A preset (so far [`ccc`]) turns a file into documents in the order in which they refer
//! to each other; whoever writes them says in the [`report::Report`] what became of each.

pub mod ccc;
mod cells;
mod lines;
pub mod records;
pub mod report;
pub mod slugs;
pub mod text;
