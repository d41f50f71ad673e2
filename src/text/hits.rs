//! Rows that have something in their text.

use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use super::part::Place;
use crate::index::row::APART;

/// Of as many numbers as rows may have one in so many, or fewer, are also listed. Where the program is built for tests, some are
/// and some are not.
const FEW: usize = if cfg!(debug_assertions) { 8 } else { 64 };

/// A set of rows, by their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowSet {
    /// A bit for the row of each version.
    bits: Vec<u64>,
    /// Those that stand apart, which are few.
    apart: HashSet<u32>,
    count: usize,
}

impl RowSet {
    /// Puts a row in.
    pub fn insert(&mut self, row: u32) {
        if row & APART != 0 {
            self.apart.insert(row);
            return;
        }
        let (word, bit) = (row as usize / 64, 1 << (row % 64));
        if self.bits.len() <= word {
            self.bits.resize(word + 1, 0);
        }
        self.count += usize::from(self.bits[word] & bit == 0);
        self.bits[word] |= bit;
    }

    /// Whether a row is in.
    pub fn has(&self, row: u32) -> bool {
        if row & APART != 0 {
            return self.apart.contains(&row);
        }
        self.bits.get(row as usize / 64).is_some_and(|word| word & 1 << (row % 64) != 0)
    }

    /// Whether there are so few that they are better looked up one by one than asked for row by row.
    pub fn are_few(&self) -> bool {
        self.count * FEW <= self.bits.len() * 64
    }

    /// The rows.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        let rows = (0_u32..).step_by(64).zip(&self.bits).flat_map(|(first, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros())?;
                left &= left - 1;
                Some(first + bit)
            })
        });
        rows.chain(self.apart.iter().copied())
    }

    /// The bytes that it takes.
    pub fn bytes(&self) -> usize {
        self.bits.len() * 8 + self.apart.len() * 5
    }
}

/// The rows on disk that have something, and those of them that have it in a title.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// All of them.
    pub all: RowSet,
    /// Those that have it in a title.
    pub titles: RowSet,
}

/// The rows that have something, at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// Those on disk.
    pub found: Arc<Found>,
    /// Those of them that were written anew since: what is on disk says nothing of them.
    pub rewritten: Arc<HashSet<u32>>,
    /// Those that are not on disk yet.
    pub fresh: HashMap<u32, Place>,
}

impl Hits {
    /// Whether a row has it.
    pub fn has(&self, row: u32) -> bool {
        (self.found.all.has(row) && !self.rewritten.contains(&row)) || self.fresh.contains_key(&row)
    }

    /// Whether a row has it in a title.
    pub fn has_in_title(&self, row: u32) -> bool {
        (self.found.titles.has(row) && !self.rewritten.contains(&row)) || self.fresh.get(&row) == Some(&Place::Title)
    }

    /// Whether there are so few that they are better looked up one by one than asked for row by row.
    pub fn are_few(&self) -> bool {
        self.found.all.are_few()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// The rows; one may come twice.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        let found = self.found.all.iter().filter(|row| !self.rewritten.contains(row));
        found.chain(self.fresh.keys().copied())
    }
}
