//! The rows of each term of a segment.

#![expect(clippy::cast_possible_truncation, reason = "rows have 16 bits by design")]

use super::bits::Bits;
use super::starts::Starts;
use super::terms::Terms;

/// The rows of each term. A term that many rows have is a bit a row, any other one a list, as in Roaring bitmaps; all lie
/// in one piece, since tens of thousands of small sets a segment would cost more for themselves than for what they hold.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Postings {
    /// The terms that have lists, ascending.
    pub terms: Vec<u32>,
    /// Where the list of each begins in `rows`, and where the last one ends.
    pub starts: Starts,
    /// The lists.
    pub rows: Vec<u16>,
    /// The terms that have bits, ascending.
    pub dense_terms: Vec<u32>,
    /// Their bits.
    pub dense: Vec<u64>,
}

impl Postings {
    /// Takes in the rows of the next term, both ascending; `size` is how many rows the segment has.
    pub fn push(&mut self, term: u32, rows: &[u16], size: usize) {
        if self.starts.len() == 0 {
            self.starts.push(0);
        }
        if rows.len() * 16 > size {
            let mut bits = Bits::none(size);
            for row in rows {
                bits.insert(usize::from(*row));
            }
            self.dense_terms.push(term);
            self.dense.extend_from_slice(bits.words());
        } else if !rows.is_empty() {
            self.terms.push(term);
            self.rows.extend_from_slice(rows);
            self.starts.push(self.rows.len());
        }
    }

    fn list(&self, position: usize) -> &[u16] {
        &self.rows[self.starts.get(position)..self.starts.get(position + 1)]
    }

    fn bits(&self, position: usize, size: usize) -> &[u64] {
        let words = size.div_ceil(64);
        &self.dense[position * words..(position + 1) * words]
    }

    /// All terms, lists first, with where their rows are.
    pub fn handles(&self) -> impl Iterator<Item = (u32, Handle)> {
        let lists = self.terms.iter().enumerate().map(|(position, term)| (*term, Handle::List(position)));
        lists.chain(self.dense_terms.iter().enumerate().map(|(position, term)| (*term, Handle::Dense(position))))
    }

    /// Hands out those of some terms that have rows, with where their rows are.
    pub fn each_handle(&self, terms: &Terms, mut take: impl FnMut(u32, Handle)) {
        positions(terms, &self.terms, |position| take(self.terms[position], Handle::List(position)));
        positions(terms, &self.dense_terms, |position| take(self.dense_terms[position], Handle::Dense(position)));
    }

    /// Where the rows of a term are, if any has it.
    pub fn handle(&self, term: u32) -> Option<Handle> {
        let dense = || self.dense_terms.binary_search(&term).map(Handle::Dense);
        self.terms.binary_search(&term).map(Handle::List).or_else(|_| dense()).ok()
    }

    /// Whether a row has a term; `size` is how many rows the segment has.
    pub fn has(&self, term: u32, row: usize, size: usize) -> bool {
        self.handle(term).is_some_and(|handle| match handle {
            Handle::List(position) => self.list(position).binary_search(&(row as u16)).is_ok(),
            Handle::Dense(position) => self.bits(position, size)[row / 64] & 1 << (row % 64) != 0,
        })
    }

    /// How many of some rows have a term; they are put into `met`.
    pub fn count(&self, handle: Handle, rows: &Bits, met: &mut Bits, size: usize) -> usize {
        match handle {
            Handle::List(position) => {
                let having = self.list(position).iter().map(|row| usize::from(*row)).filter(|row| rows.contains(*row));
                having.map(|row| met.insert(row)).count()
            }
            Handle::Dense(position) => met.or_both(rows, self.bits(position, size)),
        }
    }

    /// Hands out the rows of a term; `size` is how many rows the segment has.
    pub fn each(&self, handle: Handle, size: usize, mut take: impl FnMut(usize)) {
        match handle {
            Handle::List(position) => self.list(position).iter().for_each(|row| take(usize::from(*row))),
            Handle::Dense(position) => Bits::of(self.bits(position, size)).ascending(0..size).for_each(take),
        }
    }

    /// Hands out those of some rows that have a term; `size` is how many rows the segment has.
    pub fn each_of(&self, handle: Handle, rows: &Bits, size: usize, mut take: impl FnMut(usize)) {
        match handle {
            Handle::List(position) => {
                let list = self.list(position).iter().map(|row| usize::from(*row));
                list.filter(|row| rows.contains(*row)).for_each(take);
            }
            Handle::Dense(position) => rows.each_in(self.bits(position, size), &mut take),
        }
    }

    /// The rows that have one of these terms; `size` is how many rows the segment has.
    pub fn any_of(&self, terms: &Terms, size: usize) -> Bits {
        let mut bits = Bits::none(size);
        positions(terms, &self.dense_terms, |position| bits.or(self.bits(position, size)));
        positions(terms, &self.terms, |position| {
            for row in self.list(position) {
                bits.insert(usize::from(*row));
            }
        });
        bits
    }

    /// Gives back spare memory, when every term is in.
    pub fn pack(&mut self) {
        self.terms.shrink_to_fit();
        self.starts.pack();
        self.rows.shrink_to_fit();
        self.dense_terms.shrink_to_fit();
        self.dense.shrink_to_fit();
    }

    /// The bytes that they take.
    pub const fn bytes(&self) -> usize {
        let numbers = self.terms.len() + self.dense_terms.len();
        self.dense.len() * 8 + numbers * 4 + self.rows.len() * 2 + self.starts.bytes()
    }
}

/// Where the rows of a term are.
#[derive(Clone, Copy, Debug)]
pub enum Handle {
    /// In a list.
    List(usize),
    /// In bits.
    Dense(usize),
}

/// Where terms stand among a segment's own, both ascending. A look-up costs about as much as the test of eight terms.
fn positions(terms: &Terms, own: &[u32], mut take: impl FnMut(usize)) {
    if terms.list().len() * 8 >= own.len() {
        return (0..own.len()).filter(|at| terms.has(own[*at])).for_each(take);
    }
    let mut from = 0;
    for term in terms.list() {
        from = position_from(own, from, |own| own < term);
        match own.get(from) {
            None => return,
            Some(own) if own == term => take(from),
            Some(_) => {}
        }
    }
}

/// The first position from one on that is not before what is sought. It is not far behind, as a rule: steps that double find
/// about where.
pub fn position_from<T>(own: &[T], from: usize, is_before: impl Fn(&T) -> bool) -> usize {
    let mut step = 1;
    while own.get(from + step).is_some_and(&is_before) {
        step *= 2;
    }
    let (low, high) = (from + step / 2, own.len().min(from + step + 1));
    low + own[low.min(high)..high].partition_point(is_before)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_of_terms_are_those_of_each_of_them(
            lists in prop::collection::btree_map(0_u32..400, prop::collection::btree_set(0_u16..300, 0..40), 0..80),
            asked in prop::collection::vec(0_u32..400, 0..60),
        ) {
            let lists: BTreeMap<u32, BTreeSet<u16>> = lists;
            let mut postings = Postings::default();
            for (term, rows) in &lists {
                postings.push(*term, &rows.iter().copied().collect::<Vec<_>>(), 300);
            }
            let naive: BTreeSet<usize> =
                asked.iter().filter_map(|term| lists.get(term)).flatten().map(|row| usize::from(*row)).collect();
            let found = postings.any_of(&Terms::of(asked), 300);
            prop_assert_eq!(found.ascending(0..300).collect::<BTreeSet<_>>(), naive);
        }
    }
}
