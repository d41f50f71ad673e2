//! The columns of a file of cells, by name.

use std::collections::{HashMap, HashSet};

use super::expr::{Expr, Start};
use super::spec::Mapping;

/// Where the columns of a file are.
#[derive(Clone, Debug, Default)]
pub struct Header {
    columns: HashMap<String, usize>,
    /// Those that are numbered, by what stands before the number.
    numbered: HashMap<String, Vec<usize>>,
}

impl Header {
    /// Reads a header. Of two columns with one name the first counts.
    pub fn of(names: &[String], mapping: &Mapping) -> Self {
        let mut header = Self::default();
        for (at, name) in names.iter().enumerate() {
            header.columns.entry(name.clone()).or_insert(at);
        }
        for (.., expr) in mapping.values() {
            expr.each_start(&mut |start| {
                if let Start::Numbered(front) = start {
                    let these = names.iter().enumerate().filter(|(_, name)| is_numbered(name, front));
                    header.numbered.insert(front.clone(), these.map(|(at, _)| at).collect());
                }
            });
        }
        header
    }

    /// Where a column is.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.get(name).copied()
    }

    /// Where the columns are that have numbers behind this name, in the order of the file.
    pub fn numbered(&self, front: &str) -> &[usize] {
        self.numbered.get(front).map_or(&[], Vec::as_slice)
    }

    /// Where all columns with numbers are.
    pub fn all_numbered(&self) -> HashSet<usize> {
        self.numbered.values().flatten().copied().collect()
    }

    /// The groups of columns without which a file is none of these, and which it lacks, each by its first name.
    pub fn missing(&self, required: &[Vec<String>]) -> Vec<String> {
        let is_missing = |names: &&Vec<String>| !names.iter().any(|name| self.columns.contains_key(name));
        required.iter().filter(is_missing).filter_map(|names| names.first().cloned()).collect()
    }

    /// The columns that values are made of, by position.
    pub fn used(&self, mapping: &Mapping) -> HashSet<usize> {
        let values = mapping.values();
        let paths = values.iter().flat_map(|(.., expr)| expr.start.paths());
        let named = paths.filter_map(|path| self.position(path.steps().first()?));
        named.chain(self.all_numbered()).collect()
    }
}

impl Expr {
    /// Calls a function with where it begins, and with where the values begin that it is made of.
    fn each_start(&self, visit: &mut impl FnMut(&Start)) {
        visit(&self.start);
        if let Start::FirstOf(values) | Start::AllOf(values) = &self.start {
            for value in values {
                value.each_start(visit);
            }
        }
    }
}

/// `source`, `source1` and `source_1` are numbered for `source`.
fn is_numbered(name: &str, front: &str) -> bool {
    let number = name.strip_prefix(front).map(|rest| rest.strip_prefix('_').unwrap_or(rest));
    number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_behind_a_name_or_not() {
        for name in ["source", "source_", "source1", "source_12"] {
            assert!(is_numbered(name, "source"), "{name}");
        }
        for name in ["sources", "source2x", "resource1", "source__1", ""] {
            assert!(!is_numbered(name, "source"), "{name}");
        }
    }
}
