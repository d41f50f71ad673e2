//! What Marchline is about, without I/O and without a framework: events and all they are made of.

pub mod actor;
pub mod bounding_box;
mod calendar;
pub mod campaign;
pub mod catalog;
mod code;
pub mod content;
pub mod count;
pub mod crosswalk;
mod edtf;
pub mod event;
pub mod event_type;
pub mod has;
pub mod identity;
pub mod input;
pub mod input_form;
pub mod instant;
pub mod language;
mod outcomes;
pub mod place;
pub mod privacy;
pub mod public_version;
pub mod quantity;
mod quantity_words;
pub mod references;
pub mod resource;
pub mod shared;
pub mod size;
pub mod source;
pub mod timeline;
pub mod verification;
pub mod vocabulary;
pub mod vocabulary_document;
pub mod when;
pub mod window;

pub(crate) use code::{code_schema, codes};
