//! Reading other people's files: records from bytes, mapping to documents, and the report of what became of each record.
//!
//! Nothing here touches the store. A file's records become documents in the order in which they refer to each other, by a mapping
//! ([`mapping`]), or where they are tables of our own by rules of their own ([`table`]); whoever writes them says in the
//! [`report::Report`] what became of each.

mod actors;
mod bodies;
mod cells;
pub mod entities;
mod json_records;
mod lines;
pub mod mapped;
pub mod mapping;
mod persons;
pub mod records;
pub mod report;
pub mod slugs;
mod sources;
mod states;
pub mod table;
#[cfg(test)]
mod test_world;
pub mod text;
mod values;
mod words;
mod zones;
