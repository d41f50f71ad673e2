//! Where lists begin that lie one behind the other, in 16 bits each.

#![expect(clippy::cast_possible_truncation, reason = "lists have fewer than 2^32 members together")]

/// Places that ascend: where each list begins, and where the last one ends. While it grows it holds them as they are; then by
/// how far each lies behind the first of its block, unless one lies too far.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Starts {
    /// The first place of each block.
    pub first: Vec<u32>,
    /// How far each place lies behind the first of its block.
    pub short: Vec<u16>,
    /// The places themselves, where they have no blocks.
    pub long: Vec<u32>,
}

/// Places of a block. Lists of terms have at most 4,096 rows each, so that 16 bits tell where 16 of them begin.
const BLOCK: usize = 16;

impl Starts {
    /// Takes in the next place, before it is packed.
    pub fn push(&mut self, place: usize) {
        self.long.push(place as u32);
    }

    /// Makes it short where it can be, and gives back spare memory.
    pub fn pack(&mut self) {
        let offsets =
            self.long.chunks(BLOCK).flat_map(|block| block.iter().map(|place| u16::try_from(place - block[0])));
        if let Ok(short) = offsets.collect::<Result<Vec<_>, _>>() {
            self.first = self.long.iter().step_by(BLOCK).copied().collect();
            self.short = short;
            self.long = Vec::new();
        }
        self.first.shrink_to_fit();
        self.short.shrink_to_fit();
        self.long.shrink_to_fit();
    }

    /// How many places there are.
    pub const fn len(&self) -> usize {
        self.short.len() + self.long.len()
    }

    /// The place under a number below [`Self::len`].
    pub fn get(&self, number: usize) -> usize {
        match self.short.get(number) {
            Some(offset) => self.first[number / BLOCK] as usize + usize::from(*offset),
            None => self.long[number] as usize,
        }
    }

    /// Whether those that were read from a file are those of so many lists, which have so many members together.
    pub fn are_of(&self, lists: usize, members: usize) -> bool {
        let blocks = self.short.len().div_ceil(BLOCK);
        if self.first.len() != blocks || !(self.short.is_empty() || self.long.is_empty()) {
            return false;
        }
        let mut places = (0..self.len()).map(|number| self.get(number));
        match self.len() {
            0 => lists == 0 && members == 0,
            len => {
                let is_sorted = places.clone().is_sorted();
                is_sorted && len == lists + 1 && places.next() == Some(0) && self.get(len - 1) == members
            }
        }
    }

    /// The bytes that they take.
    pub const fn bytes(&self) -> usize {
        (self.first.len() + self.long.len()) * 4 + self.short.len() * 2
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn places_come_back(members in prop::collection::vec(prop_oneof![6 => 0_usize..4_097, 1 => 0_usize..9_000], 0..60)) {
            let (mut starts, mut places) = (Starts::default(), vec![0]);
            starts.push(0);
            for members in &members {
                places.push(places[places.len() - 1] + members);
                starts.push(places[places.len() - 1]);
            }
            let places_of = |starts: &Starts| (0..starts.len()).map(|number| starts.get(number)).collect::<Vec<_>>();
            prop_assert_eq!(places_of(&starts), places.clone());
            starts.pack();
            prop_assert_eq!(places_of(&starts), places.clone());
            prop_assert!(starts.long.is_empty() || members.iter().any(|members| *members > 4_096));
            let all = places[places.len() - 1];
            prop_assert!(starts.are_of(members.len(), all));
            prop_assert!(!starts.are_of(members.len() + 1, all) && !starts.are_of(members.len(), all + 1));
        }
    }
}
