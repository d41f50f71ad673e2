//! Cursors: a position in the answer to one question at one `seq`.

use data_encoding::BASE64URL_NOPAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

/// Where a page begins or ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor<K> {
    /// The dataset's epoch when the first page was given.
    pub epoch: i64,
    /// The operation that all pages are computed at.
    pub seq: i64,
    /// Digest of the question.
    pub question: u64,
    /// Whether the page lies before the position rather than behind it.
    pub backward: bool,
    /// The last key of the page before, or the first of the page behind.
    pub key: K,
}

/// Longest cursor that is looked at, in bytes.
const MAX_LENGTH: usize = 600;

impl<K: Serialize + DeserializeOwned> Cursor<K> {
    /// The cursor as text.
    pub fn encode(&self) -> String {
        let parts = (self.epoch, self.seq, self.question, self.backward, &self.key);
        // Numbers, a flag and a key of numbers or text always have a JSON form.
        BASE64URL_NOPAD.encode(&serde_json::to_vec(&parts).unwrap_or_default())
    }

    /// Reads a cursor; `None` for what this program did not write.
    pub fn decode(text: &str) -> Option<Self> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let (epoch, seq, question, backward, key) = serde_json::from_slice(&bytes).ok()?;
        Some(Self { epoch, seq, question, backward, key }).filter(|cursor| cursor.seq >= 0)
    }
}

/// The digest of a question, to tell whether a cursor belongs to it.
pub fn digest(question: &str) -> u64 {
    xxh3_64(question.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cursor_comes_back_as_it_went(epoch: i64, seq in 0..i64::MAX, question: u64, backward: bool, a: i64, b: i64) {
            let cursor = Cursor { epoch, seq, question, backward, key: (a, b) };
            prop_assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
        }

        #[test]
        fn no_text_is_too_strange(text in ".{0,80}") {
            let _ = Cursor::<(i64, i64)>::decode(&text);
        }
    }
}
