//! Which events may be one and the same: found behind the log, proposed to editors, never merged by itself.

pub mod profile;
pub mod score;
pub mod search;
pub mod standing;

mod candidates;
mod places;
mod titles;
