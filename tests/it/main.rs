//! What a user would notice, on SQLite and on PostgreSQL alike. One binary: what the tests share is built once.
#![allow(clippy::expect_used, clippy::panic, reason = "what fails here fails the test")]

mod support;

mod again;
mod backup;
mod bad_input;
mod cli;
mod concurrency;
mod conventions;
mod crash;
mod documents;
mod duplicates;
mod filters;
mod founding;
mod generate;
mod geojson;
mod guides;
mod hidden;
mod history;
mod import_ccc;
mod import_large;
mod imports;
mod index;
mod keys;
mod kills;
mod limits;
mod lineage;
mod loading;
mod metrics;
mod openapi;
mod paging;
mod parity;
mod privacy;
mod questions;
mod reading;
mod restricted;
mod rows;
mod saved;
mod settings;
mod shapes;
mod soak;
mod sync;
mod writing;
