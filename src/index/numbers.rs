//! Columns of numbers of which only some occur in a segment, in 16 bits each.

#![expect(clippy::cast_possible_truncation, reason = "a table has at most 2^16 numbers")]

/// A column of numbers. While it grows it holds them as they are; then as places in a table of those that occur, unless they
/// are too many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// The numbers that occur, each once.
    pub table: Vec<u32>,
    /// Where each number of the column stands in the table.
    pub short: Vec<u16>,
    /// The numbers themselves, where they have no table.
    pub long: Vec<u32>,
}

/// Most numbers of a table: as many as 16 bits tell apart.
const MOST: usize = 1 << 16;

impl Numbers {
    /// Takes in the next number, before it is packed.
    pub fn push(&mut self, number: u32) {
        self.long.push(number);
    }

    /// Makes it short where it can be, and gives back spare memory.
    pub fn pack(&mut self) {
        // One more than each number, so that what stands for none is the lowest one and not a table of 2^32.
        let above = |number: &u32| number.wrapping_add(1) as usize;
        let last = self.long.iter().map(above).max().unwrap_or(0);
        let mut occurs = vec![0_u64; last / 64 + 1];
        for number in self.long.iter().map(above) {
            occurs[number / 64] |= 1 << (number % 64);
        }
        let mut before = Vec::with_capacity(occurs.len());
        let all = occurs.iter().fold(0, |sum: usize, word| {
            before.push(sum);
            sum + word.count_ones() as usize
        });
        self.long.shrink_to_fit();
        if all > MOST {
            return;
        }
        let place = |number: usize| {
            before[number / 64] + (occurs[number / 64] & ((1 << (number % 64)) - 1)).count_ones() as usize
        };
        self.table = vec![0; all];
        self.short = std::mem::take(&mut self.long)
            .into_iter()
            .map(|number| {
                let place = place(above(&number));
                self.table[place] = number;
                place as u16
            })
            .collect();
    }

    /// How many numbers the column has.
    pub const fn len(&self) -> usize {
        self.short.len() + self.long.len()
    }

    /// The number at a position below [`Self::len`].
    pub fn get(&self, position: usize) -> u32 {
        match self.short.get(position) {
            Some(place) => self.table[usize::from(*place)],
            None => self.long[position],
        }
    }

    /// All numbers that occur; more than once where they have no table.
    pub fn occurring(&self) -> &[u32] {
        if self.long.is_empty() { &self.table } else { &self.long }
    }

    /// Whether each number that was read from a file can be told.
    pub fn is_whole(&self) -> bool {
        let has_one = self.short.is_empty() || self.long.is_empty();
        has_one && self.short.iter().all(|place| usize::from(*place) < self.table.len())
    }

    /// The bytes that it takes.
    pub const fn bytes(&self) -> usize {
        (self.table.len() + self.long.len()) * 4 + self.short.len() * 2
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn column(numbers: &[u32]) -> Numbers {
        let mut column = Numbers::default();
        for number in numbers {
            column.push(*number);
        }
        column.pack();
        column
    }

    proptest! {
        #[test]
        fn numbers_come_back(numbers in prop::collection::vec(prop_oneof![0_u32..900, Just(u32::MAX)], 0..300)) {
            let column = column(&numbers);
            prop_assert!(column.is_whole());
            prop_assert_eq!((0..column.len()).map(|at| column.get(at)).collect::<Vec<_>>(), numbers.clone());
            let (mut occurring, mut expected) = (column.occurring().to_vec(), numbers);
            occurring.sort_unstable();
            expected.sort_unstable();
            expected.dedup();
            prop_assert_eq!(occurring, expected);
        }
    }

    #[test]
    fn more_than_sixteen_bits_tell_apart_stay_as_they_are() {
        for (all, is_short) in [(1_u32 << 16, true), ((1 << 16) + 1, false)] {
            let numbers: Vec<u32> = (0..all).rev().collect();
            let column = column(&numbers);
            assert_eq!(column.short.len() == numbers.len(), is_short);
            assert!(numbers.iter().enumerate().all(|(at, number)| column.get(at) == *number));
        }
    }
}
