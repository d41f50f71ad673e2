//! Numbers of terms.

use std::sync::OnceLock;

use xxhash_rust::xxh3::xxh3_128;

use super::bits::Bits;
use super::segment::Segment;

/// Numbers of terms.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    list: Vec<u32>,
    bits: Vec<u64>,
    digest: OnceLock<u128>,
}

impl PartialEq for Terms {
    fn eq(&self, other: &Self) -> bool {
        self.list == other.list
    }
}

/// So many numbers are looked up one by one; more have a bit each.
const FEW: usize = if cfg!(debug_assertions) { 1 } else { 8 };
/// More numbers than these are many.
const MANY: usize = if cfg!(debug_assertions) { 2 } else { 64 };

impl Terms {
    /// A set of numbers in any order.
    pub fn of(mut list: Vec<u32>) -> Self {
        list.sort_unstable();
        list.dedup();
        let mut bits = Vec::new();
        if let Some(last) = list.last().filter(|_| list.len() > FEW) {
            bits = vec![0; *last as usize / 64 + 1];
            for term in &list {
                bits[*term as usize / 64] |= 1 << (term % 64);
            }
        }
        Self { list, bits, digest: OnceLock::new() }
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether there are so many that their rows in a segment are not gathered for a few questions about rows.
    pub const fn are_many(&self) -> bool {
        self.list.len() > MANY
    }

    /// Whether there are so many that it pays to keep their rows.
    pub const fn are_several(&self) -> bool {
        self.list.len() > FEW
    }

    /// The numbers, ascending.
    pub fn list(&self) -> &[u32] {
        &self.list
    }

    /// What tells the set from any other.
    pub fn digest(&self) -> u128 {
        *self.digest.get_or_init(|| {
            let mut bytes = vec![0; self.list.len() * 4];
            bytes.as_chunks_mut().0.iter_mut().zip(&self.list).for_each(|(four, term)| *four = term.to_le_bytes());
            xxh3_128(&bytes)
        })
    }

    /// Whether a number is in.
    pub fn has(&self, term: u32) -> bool {
        if self.bits.is_empty() {
            return self.list.contains(&term);
        }
        self.bits.get(term as usize / 64).is_some_and(|word| word & 1 << (term % 64) != 0)
    }

    /// The rows of a segment that have one of them.
    pub fn rows(&self, segment: &Segment) -> Bits {
        segment.any_of(self)
    }
}
