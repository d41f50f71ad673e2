//! Sets of rows of one segment.

use std::ops::Range;

/// Bits of a word.
const WORD: usize = u64::BITS as usize;

/// A set of rows, one bit each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// No row out of so many.
    pub fn none(rows: usize) -> Self {
        Self { words: vec![0; rows.div_ceil(WORD)] }
    }

    /// The rows of stored words.
    pub fn of(words: &[u64]) -> Self {
        Self { words: words.to_vec() }
    }

    /// Every row out of so many.
    pub fn all(rows: usize) -> Self {
        let mut words = vec![u64::MAX; rows.div_ceil(WORD)];
        if let Some(last) = words.last_mut().filter(|_| !rows.is_multiple_of(WORD)) {
            *last = (1 << (rows % WORD)) - 1;
        }
        Self { words }
    }

    /// Every row of a range out of so many.
    pub fn range(rows: usize, range: Range<usize>) -> Self {
        let mut bits = Self::none(rows);
        for (position, word) in bits.words.iter_mut().enumerate() {
            *word = within(position, &range);
        }
        bits
    }

    /// Every row of which the value in a column meets a test, without a branch that a processor would have to guess.
    pub fn that<T>(column: &[T], test: impl Fn(&T) -> bool) -> Self {
        let word = |rows: &[T]| rows.iter().rev().fold(0, |word, value| word << 1 | u64::from(test(value)));
        Self { words: column.chunks(WORD).map(word).collect() }
    }

    /// Every row of which the value in a column lies in a range, both ends included.
    pub fn between(column: &[u32], first: u32, last: u32) -> Self {
        if first > last {
            return Self::none(column.len());
        }
        // In two steps, each of which the compiler makes into instructions for many rows at once.
        let width = last.wrapping_sub(first);
        let word = |rows: &[u32]| {
            let mut is_in = [0_u8; WORD];
            for (is_in, value) in is_in.iter_mut().zip(rows) {
                *is_in = u8::from(value.wrapping_sub(first) <= width);
            }
            // Gathers the lowest bits of eight bytes in the highest byte.
            let gathered = |eight: &[u8; 8]| u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
            let (eights, _) = is_in.as_chunks::<8>();
            eights.iter().rev().fold(0, |word, eight| word << 8 | gathered(eight))
        };
        Self { words: column.chunks(WORD).map(word).collect() }
    }

    /// The words, for a set that is stored.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// Puts a row in.
    pub fn insert(&mut self, row: usize) {
        self.words[row / WORD] |= 1 << (row % WORD);
    }

    /// Takes a row out.
    pub fn remove(&mut self, row: usize) {
        self.words[row / WORD] &= !(1 << (row % WORD));
    }

    /// Puts a row in or takes it out, without a branch that a processor would have to guess.
    pub fn set(&mut self, row: usize, is_in: bool) {
        let word = &mut self.words[row / WORD];
        *word = *word & !(1 << (row % WORD)) | u64::from(is_in) << (row % WORD);
    }

    /// Whether a row is in.
    pub fn contains(&self, row: usize) -> bool {
        self.words[row / WORD] & 1 << (row % WORD) != 0
    }

    /// Puts all rows of another set in.
    pub fn or(&mut self, words: &[u64]) {
        self.words.iter_mut().zip(words).for_each(|(own, other)| *own |= other);
    }

    /// Puts the rows in that are in two other sets, and tells how many these are.
    pub fn or_both(&mut self, one: &Self, other: &[u64]) -> usize {
        let both = one.words.iter().zip(other).map(|(one, other)| one & other);
        let count = |(own, both): (&mut u64, u64)| {
            *own |= both;
            both.count_ones() as usize
        };
        self.words.iter_mut().zip(both).map(count).sum()
    }

    /// Hands out the rows that are in another set too, ascending.
    pub fn each_in(&self, words: &[u64], mut take: impl FnMut(usize)) {
        for (position, (own, other)) in self.words.iter().zip(words).enumerate() {
            let mut both = own & other;
            while both != 0 {
                take(position * WORD + both.trailing_zeros() as usize);
                both &= both - 1;
            }
        }
    }

    /// Keeps the rows that are in both.
    pub fn and(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(own, other)| *own &= other);
    }

    /// Takes all rows of another set out.
    pub fn and_not(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(own, other)| *own &= !other);
    }

    /// Keeps the rows for which a test holds.
    pub fn retain(&mut self, test: impl Fn(usize) -> bool) {
        for (position, word) in self.words.iter_mut().enumerate() {
            let mut left = *word;
            while left != 0 {
                let bit = left.trailing_zeros();
                left &= left - 1;
                if !test(position * WORD + bit as usize) {
                    *word &= !(1 << bit);
                }
            }
        }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// How many rows there are.
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// How many there are before a row.
    pub fn count_before(&self, row: usize) -> usize {
        let words = self.words.iter().enumerate().take(row.div_ceil(WORD));
        words.map(|(position, word)| (word & within(position, &(0..row))).count_ones() as usize).sum()
    }

    /// The rows of a range, ascending.
    pub fn ascending(&self, range: Range<usize>) -> impl Iterator<Item = usize> {
        let words = range.start / WORD..range.end.div_ceil(WORD).min(self.words.len());
        words.flat_map(move |position| {
            let mut word = self.words[position] & within(position, &range);
            std::iter::from_fn(move || {
                let bit = (word != 0).then(|| word.trailing_zeros())?;
                word &= word - 1;
                Some(position * WORD + bit as usize)
            })
        })
    }

    /// The rows of a range, descending.
    pub fn descending(&self, range: Range<usize>) -> impl Iterator<Item = usize> {
        let words = range.start / WORD..range.end.div_ceil(WORD).min(self.words.len());
        words.rev().flat_map(move |position| {
            let mut word = self.words[position] & within(position, &range);
            std::iter::from_fn(move || {
                let bit = (word != 0).then(|| u64::BITS - 1 - word.leading_zeros())?;
                word &= !(1 << bit);
                Some(position * WORD + bit as usize)
            })
        })
    }
}

/// The bits of a word that lie in a range of rows.
fn within(position: usize, range: &Range<usize>) -> u64 {
    let first = position * WORD;
    let low = range.start.saturating_sub(first).min(WORD);
    let high = range.end.saturating_sub(first).min(WORD);
    if low >= high {
        return 0;
    }
    (u64::MAX >> (WORD - (high - low))) << low
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn bits(rows: usize, members: &BTreeSet<usize>) -> Bits {
        let mut bits = Bits::none(rows);
        members.iter().filter(|row| **row < rows).for_each(|row| bits.insert(*row));
        bits
    }

    proptest! {
        #[test]
        fn values_of_a_column_are_compared_with_both_ends(
            column in prop::collection::vec(prop_oneof![0_u32..9, Just(u32::MAX)], 0..200),
            first in 0_u32..9,
            last in prop_oneof![0_u32..9, Just(u32::MAX)],
        ) {
            let within = (0..column.len()).filter(|row| (first..=last).contains(&column[*row])).collect();
            prop_assert_eq!(Bits::between(&column, first, last), bits(column.len(), &within));
            prop_assert_eq!(Bits::that(&column, |value| (first..=last).contains(value)), bits(column.len(), &within));
        }

        #[test]
        fn they_are_sets(
            rows in 1_usize..300,
            a in prop::collection::btree_set(0_usize..300, 0..80),
            b in prop::collection::btree_set(0_usize..300, 0..80),
            from in 0_usize..310,
            length in 0_usize..310,
        ) {
            let keep = |set: BTreeSet<usize>| set.into_iter().filter(|row| *row < rows).collect::<BTreeSet<_>>();
            let (a, b) = (keep(a), keep(b));
            let range = from.min(rows)..(from + length).min(rows);
            let (one, other) = (bits(rows, &a), bits(rows, &b));
            let list = |bits: &Bits| bits.ascending(0..rows).collect::<BTreeSet<_>>();
            prop_assert_eq!(list(&one), a.clone());
            prop_assert_eq!(one.count(), a.len());
            prop_assert_eq!(one.is_empty(), a.is_empty());
            let mut both = one.clone();
            both.and(&other);
            prop_assert_eq!(list(&both), &a & &b);
            let mut each = Vec::new();
            one.each_in(other.words(), |row| each.push(row));
            prop_assert_eq!(each, (&a & &b).into_iter().collect::<Vec<_>>());
            let mut only = one.clone();
            only.and_not(&other);
            prop_assert_eq!(list(&only), &a - &b);
            let mut kept = one.clone();
            kept.retain(|row| b.contains(&row));
            prop_assert_eq!(&kept, &both);
            let mut either = one.clone();
            either.or(other.words());
            prop_assert_eq!(list(&either), &a | &b);
            let inside: Vec<usize> = a.iter().copied().filter(|row| range.contains(row)).collect();
            prop_assert_eq!(one.ascending(range.clone()).collect::<Vec<_>>(), inside.clone());
            prop_assert_eq!(one.descending(range.clone()).collect::<Vec<_>>(), inside.into_iter().rev().collect::<Vec<_>>());
            prop_assert_eq!(Bits::range(rows, range.clone()), bits(rows, &range.clone().collect()));
            prop_assert_eq!(Bits::all(rows), Bits::range(rows, 0..rows));
            for row in 0..rows {
                prop_assert_eq!(one.contains(row), a.contains(&row));
            }
        }
    }
}
