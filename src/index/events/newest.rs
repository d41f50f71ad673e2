//! The newest version of each event, by the event's id, in little more room than the numbers take.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};
use uuid::Uuid;

/// Numbers of versions under the ids of their events, which are kept beside the versions: whoever asks tells which id a version has.
///
/// A table has twice as many places as before when it is full, and so may be hardly more than half full. What comes then is held in
/// a second table first, until that is as large and full as well.
#[derive(Debug, Default)]
pub struct Newest {
    main: HashTable<u32>,
    more: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Newest {
    /// None yet, but room for so many events, which [`Self::fill`] takes in.
    pub fn with_room(events: usize) -> Self {
        let half = |table: &HashTable<u32>| Some(HashTable::with_capacity(table.capacity() / 2));
        let mut sizes = std::iter::successors(Some(HashTable::with_capacity(events)), half);
        // The smallest table is larger than nothing, so that at the end there may be none.
        let main =
            sizes.by_ref().take(usize::BITS as usize).find(|table| table.capacity() <= events).unwrap_or_default();
        let more = HashTable::with_capacity(events - main.capacity());
        Self { main, more, hasher: DefaultHashBuilder::default() }
    }

    /// Takes in an event that has no version yet without asking for the id of any other; false where there is no room for it.
    pub fn fill(&mut self, event: Uuid, version: u32) -> bool {
        let table = [&mut self.main, &mut self.more].into_iter().find(|table| table.len() < table.capacity());
        let Some(table) = table else {
            return false;
        };
        // It is asked for the hashes of others only where it has to grow.
        table.insert_unique(self.hasher.hash_one(event), version, |_| 0);
        true
    }

    /// Events that have a version.
    pub fn len(&self) -> usize {
        self.main.len() + self.more.len()
    }

    /// The newest version of an event.
    pub fn get(&self, event: Uuid, id_of: impl Fn(u32) -> Uuid) -> Option<u32> {
        let (hash, is_of) = (self.hasher.hash_one(event), |version: &u32| id_of(*version) == event);
        self.main.find(hash, is_of).or_else(|| self.more.find(hash, is_of)).copied()
    }

    /// Sets the newest version of an event.
    pub fn set(&mut self, event: Uuid, version: u32, id_of: impl Fn(u32) -> Uuid) {
        let (hash, is_of) = (self.hasher.hash_one(event), |known: &u32| id_of(*known) == event);
        let Self { main, more, .. } = self;
        match main.find_mut(hash, is_of).or_else(|| more.find_mut(hash, is_of)) {
            Some(known) => *known = version,
            None => self.insert(event, version, id_of),
        }
    }

    fn insert(&mut self, event: Uuid, version: u32, id_of: impl Fn(u32) -> Uuid) {
        let Self { main, more, hasher } = self;
        let hash_of = |version: &u32| hasher.hash_one(id_of(*version));
        if main.len() == main.capacity() && more.len() >= main.capacity() {
            main.reserve(more.len().max(1), hash_of);
            for version in std::mem::take(more) {
                main.insert_unique(hash_of(&version), version, hash_of);
            }
        }
        let table = if main.len() < main.capacity() { main } else { more };
        table.insert_unique(hasher.hash_one(event), version, hash_of);
    }

    /// The bytes that it takes.
    pub fn bytes(&self) -> usize {
        self.main.allocation_size() + self.more.allocation_size()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    /// The event of a version: every third one is another version of the event a few before.
    fn id_of(version: u32) -> Uuid {
        Uuid::from_u128(if version % 3 == 2 { version / 2 } else { version }.into())
    }

    proptest! {
        #[test]
        fn each_event_has_the_version_that_was_set_last(room in 0_usize..200, versions in 0_u32..900) {
            let (mut newest, mut naive) = (Newest::with_room(room), HashMap::new());
            for version in 0..versions {
                newest.set(id_of(version), version, id_of);
                naive.insert(id_of(version), version);
            }
            for event in (0..versions + 9).map(|number| Uuid::from_u128(number.into())) {
                prop_assert_eq!(newest.get(event, id_of), naive.get(&event).copied());
            }
        }

        /// What comes from a file is all there, however many there are, and goes on as what came one by one.
        #[test]
        fn a_room_takes_as_many_as_it_was_made_for(events in 0_u32..3_000, later in 0_u32..900) {
            let id_of = |version: u32| Uuid::from_u128(version.into());
            let mut newest = Newest::with_room(events as usize);
            for version in 0..events {
                prop_assert!(newest.fill(id_of(version), version));
            }
            prop_assert_eq!(newest.len(), events as usize);
            for version in events..events + later {
                newest.set(id_of(version), version, id_of);
            }
            for version in 0..events + later {
                prop_assert_eq!(newest.get(id_of(version), id_of), Some(version));
            }
        }

        #[test]
        fn they_take_eight_bytes_each_at_most(events in 2_000_u32..40_000) {
            let id_of = |version: u32| Uuid::from_u128(version.into());
            let (mut grown, mut filled) = (Newest::default(), Newest::with_room(events as usize));
            for version in 0..events {
                grown.set(id_of(version), version, id_of);
                filled.fill(id_of(version), version);
            }
            for bytes in [grown.bytes(), filled.bytes()] {
                prop_assert!(bytes <= events as usize * 8, "{bytes} bytes of {events}");
            }
        }
    }
}
