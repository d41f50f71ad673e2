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
    /// None yet, but room for so many events: as they come, no id is asked for.
    pub fn with_room(events: usize) -> Self {
        let sizes = (0..usize::BITS).map(|halved| events >> halved).map(HashTable::<u32>::with_capacity);
        let main = sizes.into_iter().find(|table| table.capacity() <= events).unwrap_or_default();
        let more = HashTable::with_capacity(events - main.capacity());
        Self { main, more, hasher: DefaultHashBuilder::default() }
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

    /// The same for an event that has none yet.
    pub fn insert(&mut self, event: Uuid, version: u32, id_of: impl Fn(u32) -> Uuid) {
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

        #[test]
        fn they_take_eight_bytes_each_at_most(events in 2_000_u32..40_000) {
            let grown = |mut newest: Newest| {
                (0..events).for_each(|event| newest.insert(Uuid::from_u128(event.into()), event, |event| Uuid::from_u128(event.into())));
                newest.bytes()
            };
            for bytes in [grown(Newest::default()), grown(Newest::with_room(events as usize))] {
                prop_assert!(bytes <= events as usize * 8, "{bytes} bytes of {events}");
            }
        }
    }
}
