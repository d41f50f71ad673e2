//! Pages for people: HTML that any site can frame, in English and Spanish, without scripts.

mod amounts;
mod dates;
mod facts;
pub mod frame;
mod labels;
pub mod notice;
pub mod timeline;
pub mod tongue;
