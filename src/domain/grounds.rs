//! What an operation tells of itself.

use serde::{Deserialize, Serialize};

/// Why an operation was done, what gave occasion to it, and who did it: all of it only as far as it was said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grounds {
    /// Why, in the words of whoever did it.
    pub reason: Option<String>,
    /// The source that gave occasion: its id, slug or address, as whoever did it wrote it.
    pub source: Option<String>,
    /// The public label of the key that did it.
    pub made_by: Option<String>,
}
