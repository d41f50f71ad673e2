//! How an entity is named now, kept beside it for the next document that names it: most documents name what many others do,
//! and to walk from a place up to its country takes longer than to copy what was found. A correction of any entity forgets all.

use std::ops::Range;
use std::sync::OnceLock;

/// How one entity is named since the last correction of any.
#[derive(Debug, Default)]
pub struct Said {
    /// The operation since which it and all that it is a part of are named so, and the last one that wrote a name anew.
    line: OnceLock<(i64, i64)>,
    /// As text, in the long form and in the short one, each with the operation that it is told from.
    texts: [OnceLock<(i64, Box<[u8]>)>; 2],
}

impl Said {
    /// From when on it and all that it is a part of are named as they are at an operation, for ever as far as is known, and
    /// the last operation that wrote one of these names anew.
    pub fn line(&self, seq: i64) -> Option<(Range<i64>, i64)> {
        let (start, edition) = self.line.get().filter(|(start, _)| *start <= seq)?;
        Some((*start..i64::MAX, *edition))
    }

    /// Keeps that, where it is for ever.
    pub fn keep_line(&self, hold: &Range<i64>, edition: i64) {
        if hold.end == i64::MAX {
            self.line.get_or_init(|| (hold.start, edition));
        }
    }

    /// How it is named at an operation.
    pub fn text(&self, is_long: bool, seq: i64) -> Option<&[u8]> {
        self.texts[usize::from(is_long)].get().filter(|(start, _)| *start <= seq).map(|(_, text)| &**text)
    }

    /// Keeps how it is named since an operation.
    pub fn keep_text(&self, is_long: bool, start: i64, text: &[u8]) {
        self.texts[usize::from(is_long)].get_or_init(|| (start, Box::from(text)));
    }
}
