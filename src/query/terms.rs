//! Values of list parameters: `a,b,!c` means (a or b) and not c.

use super::params::Unread;

/// Most values of one parameter.
pub const MAX_TERMS: usize = 500;

/// Values of which one must match, and values none of which may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms<T> {
    /// One of these must match, unless there are none.
    pub any: Vec<T>,
    /// None of these may match.
    pub none: Vec<T>,
}

impl<T> Default for Terms<T> {
    fn default() -> Self {
        Self { any: Vec::new(), none: Vec::new() }
    }
}

impl<T> Terms<T> {
    /// Reads a list of values.
    ///
    /// # Errors
    /// What is wrong with the first value that cannot be read.
    pub fn parse(text: &str, read: impl Fn(&str) -> Result<T, Unread>) -> Result<Self, Unread> {
        let mut terms = Self::default();
        if text.split(',').count() > MAX_TERMS {
            return Err(Unread::new("too_many", format!("At most {MAX_TERMS} values are allowed.")));
        }
        for value in text.split(',') {
            let (list, value) = match value.strip_prefix('!') {
                Some(excluded) => (&mut terms.none, excluded),
                None => (&mut terms.any, value),
            };
            if value.is_empty() {
                return Err(Unread::new("empty_value", "There is an empty value in the list."));
            }
            list.push(read(value)?);
        }
        Ok(terms)
    }

    /// The same with other values.
    pub fn map<U>(&self, to: impl Fn(&T) -> U) -> Terms<U> {
        Terms { any: self.any.iter().map(&to).collect(), none: self.none.iter().map(&to).collect() }
    }

    /// Whether nothing is asked.
    pub const fn is_empty(&self) -> bool {
        self.any.is_empty() && self.none.is_empty()
    }

    /// Whether a single value passes.
    pub fn accepts(&self, value: &T) -> bool
    where
        T: PartialEq,
    {
        (self.any.is_empty() || self.any.contains(value)) && !self.none.contains(value)
    }

    /// Whether a list of values passes: one of it is wanted, none of it is excluded. An empty list passes a pure
    /// exclusion.
    pub fn accepts_any_of(&self, values: &[T]) -> bool
    where
        T: PartialEq,
    {
        let wanted = self.any.is_empty() || values.iter().any(|value| self.any.contains(value));
        wanted && !values.iter().any(|value| self.none.contains(value))
    }

    /// The list as it is written, in its order of meaning: wanted values, then excluded ones.
    pub fn written(&self, write: impl Fn(&T) -> String) -> Vec<String> {
        let excluded = self.none.iter().map(|value| format!("!{}", write(value)));
        self.any.iter().map(&write).chain(excluded).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Terms<String> {
        Terms::parse(text, |value| Ok(value.to_owned())).expect("a list")
    }

    #[test]
    fn a_or_b_and_not_c() {
        let terms = terms("a,b,!c");
        let list = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
        assert!(terms.accepts_any_of(&list("a")) && terms.accepts_any_of(&list("bx")));
        assert!(!terms.accepts_any_of(&list("ac")) && !terms.accepts_any_of(&list("x")) && !terms.accepts_any_of(&[]));
    }

    #[test]
    fn nothing_reported_passes_a_pure_exclusion() {
        assert!(terms("!c").accepts_any_of(&[]));
    }

    #[test]
    fn an_empty_value_is_refused() {
        for text in ["a,,b", "!", "a,"] {
            assert!(Terms::parse(text, |value| Ok(value.to_owned())).is_err(), "{text}");
        }
    }
}
