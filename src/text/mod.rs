//! Text search: which rows of events have a word, a phrase or the beginning of a word in their titles, summaries or demands.
//!
//! Text becomes words in one way only ([`words`]), whether it is written to disk ([`shelf`]), scanned in memory because it is
//! new ([`index`]), or asked for ([`part`]). A row is that of the timeline index: one version as one audience is given it. Names
//! of actors and places are no part of it: [`crate::index::names`] knows them as they were at any operation.

pub mod changed;
pub mod compare;
pub mod hits;
pub mod index;
pub mod marks;
pub mod part;
pub mod shelf;
pub mod words;
pub mod written;
