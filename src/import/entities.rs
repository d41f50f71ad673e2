//! Documents of what events refer to, each given out before the first event that does.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::domain::resource::Resource;

/// So many are remembered at least, and twice as many at most; one that was forgotten is given out again, which does no
/// harm.
const REMEMBERED: usize = 100_000;

/// Countries and first-level divisions that the dataset has already, by their ISO code (`US`, `US-CA`), as slugs. Others
/// get the slugs `us`, `us-ca` and so on.
pub type KnownPlaces = HashMap<String, String>;

/// What is given out with the row at hand, and what was given out before.
#[derive(Debug, Default)]
pub struct Entities {
    /// Documents of the row at hand, in the order in which they refer to each other.
    pub documents: Vec<(Resource, Value)>,
    young: HashSet<u64>,
    old: HashSet<u64>,
}

impl Entities {
    /// Adds a document, unless one with this key was given out.
    pub fn add(&mut self, resource: Resource, key: &str, document: impl FnOnce() -> Value) {
        let digest = digest_of(resource, key);
        if self.young.contains(&digest) {
            return;
        }
        let is_old = self.old.contains(&digest);
        if self.young.len() >= REMEMBERED {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(digest);
        if !is_old {
            self.documents.push((resource, document()));
        }
    }

    /// Whether a document with this key was given out, as far as that is remembered.
    pub fn has(&self, resource: Resource, key: &str) -> bool {
        let digest = digest_of(resource, key);
        self.young.contains(&digest) || self.old.contains(&digest)
    }
}

fn digest_of(resource: Resource, key: &str) -> u64 {
    xxh3_64_with_seed(key.as_bytes(), resource as u64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_is_given_out_once() {
        let mut entities = Entities::default();
        for _ in 0..2 {
            entities.add(Resource::Actor, "ice", || json!({}));
            entities.add(Resource::Location, "ice", || json!({}));
        }
        assert_eq!(entities.documents.len(), 2);
    }

    #[test]
    fn memory_is_bounded() {
        let mut entities = Entities::default();
        for n in 0..3 * REMEMBERED {
            entities.add(Resource::Actor, &n.to_string(), || json!({}));
            entities.add(Resource::Actor, "always used", || json!({}));
        }
        assert!(entities.young.len() + entities.old.len() <= 2 * REMEMBERED);
        assert_eq!(entities.documents.len(), 3 * REMEMBERED + 1);
    }
}
