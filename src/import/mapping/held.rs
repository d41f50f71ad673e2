//! What is remembered of a file's records: ids that stood in it, and events that are held back so that later records can join
//! them.

use std::collections::{HashMap, VecDeque};

use serde_json::json;
use xxhash_rust::xxh3::xxh3_64;

use super::alike::Alike;
use super::header::Header;
use super::spec::Mapping;
use crate::domain::input::MAX_ITEMS;
use crate::import::mapped::{Mapped, digest};

/// So many ids are remembered at least, and twice as many at most.
const REMEMBERED: usize = 500_000;

/// So many events are held back at most where records are put together: those of one article stand close to each other.
const HELD_BACK: usize = 10_000;

/// What is remembered of a file.
#[derive(Default)]
pub struct Memory {
    /// Records without ids, where the mapping is for such.
    pub alike: Option<Alike>,
    /// Events that are held back.
    pub waiting: Waiting,
    seen: Seen,
}

impl Memory {
    /// Before the first record of cells.
    pub fn new(mapping: &Mapping, names: &[String], header: &Header) -> Self {
        let alike = mapping.identity.as_ref().map(|identity| Alike::new(mapping, identity, names, header));
        Self { alike, ..Self::default() }
    }

    /// Notes a record. Tells of one that had the same id whether it said the same; ids that were worked out are each one's own.
    pub fn see(&mut self, identity: &str, hash: &str) -> Option<bool> {
        if self.alike.is_some() { None } else { self.seen.see(identity, hash) }
    }
}

/// What identities stood in the file, as far as they are remembered.
#[derive(Default)]
struct Seen {
    young: HashMap<u64, u64>,
    old: HashMap<u64, u64>,
}

impl Seen {
    /// Tells of a record that had the same id whether it said the same.
    fn see(&mut self, identity: &str, hash: &str) -> Option<bool> {
        let (id, content) = (xxh3_64(identity.as_bytes()), xxh3_64(hash.as_bytes()));
        if let Some(earlier) = self.young.get(&id).or_else(|| self.old.get(&id)) {
            return Some(*earlier == content);
        }
        if self.young.len() >= REMEMBERED {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(id, content);
        None
    }
}

/// Records that are mapped and not given out yet, in order.
#[derive(Default)]
pub struct Waiting {
    queue: VecDeque<(Mapped, Option<String>)>,
    /// Where those are that others may be put together with, counted from the first record of the file.
    places: HashMap<String, usize>,
    given: usize,
}

impl Waiting {
    /// Adds one, with what others are the same by.
    pub fn push(&mut self, mapped: Mapped, key: Option<&str>) {
        if let Some(key) = key {
            self.places.insert(key.to_owned(), self.given + self.queue.len());
        }
        self.queue.push_back((mapped, key.map(str::to_owned)));
    }

    /// Whether one may be given out.
    pub fn has_one(&self, is_held_back: bool) -> bool {
        self.queue.len() > if is_held_back { HELD_BACK } else { 0 }
    }

    /// Gives the first one out.
    pub fn pop(&mut self) -> Option<Mapped> {
        let (mapped, key) = self.queue.pop_front()?;
        self.given += 1;
        if let Some(key) = key {
            self.places.remove(&key);
        }
        Some(mapped)
    }

    /// Gives the event that stands for the same its further id. Tells whether there is one.
    pub fn join(&mut self, key: &str, scheme: &str, id: &str) -> bool {
        let Some(at) = self.places.get(key).and_then(|place| place.checked_sub(self.given)) else {
            return false;
        };
        let Some((mapped, _)) = self.queue.get_mut(at) else {
            return false;
        };
        let external = json!({"scheme": scheme, "id": id});
        if let Some(event) = &mut mapped.event
            && let Some(ids) = event["external_ids"].as_array_mut()
            && ids.len() < MAX_ITEMS
            && !ids.contains(&external)
        {
            ids.push(external);
            mapped.hash = digest(event);
        }
        true
    }
}
