//! The orders of a list of events.

use super::dictionary::SizeFacts;
use super::row::{Row, UNDATED};
use super::segment::Segment;
use crate::domain::codes;

codes! {
    /// The order of a list of events. Events that lack what it goes by come last either way; ties are broken by an internal
    /// number.
    pub enum Sort {
        /// By `when.start.earliest`, oldest first.
        When = "when",
        /// By `when.start.earliest`, newest first.
        WhenDescending = "-when",
        /// By when the version was recorded, oldest first.
        Recorded = "recorded",
        /// By when the version was recorded, newest first.
        RecordedDescending = "-recorded",
        /// By `size`, smallest first: its best number, else the lowest, else the highest.
        Size = "size",
        /// By `size`, largest first.
        SizeDescending = "-size",
        /// By how far the nearest place is from `near` that meets all that is asked of one, nearest first.
        Distance = "distance",
        /// By how well an event has the words that are asked for, best first; what it goes by is in no row, but worked out by
        /// [`super::answer::Answer::best`].
        Relevance = "relevance",
    }
}

/// Where an event stands in an order: ascending keys are the order of the page, and no two are equal.
pub type EventKey = (i64, i64);

/// Stands for what an event lacks: behind all others.
const LAST: i64 = i64::MAX;
/// Stands for any number of an event, in bounds; its negative is one too.
const ANY: i64 = i64::MAX;

/// Distances stand in no column: see [`super::nearest`].
impl Sort {
    /// The rows of a segment in this order or the opposite one, but that those which lack what it goes by come last either
    /// way; `None` where they stand so. Beside it, how many do not lack it.
    pub fn line(self, segment: &Segment) -> (Option<&[u16]>, usize) {
        match self {
            Self::When | Self::WhenDescending => (None, segment.bounds.dated),
            Self::Recorded | Self::RecordedDescending => (Some(&segment.by_seq), segment.rows()),
            Self::Size | Self::SizeDescending => (Some(&segment.by_size), segment.bounds.sized),
            Self::Distance | Self::Relevance => (None, 0),
        }
    }

    /// Whether what has more comes sooner.
    pub const fn is_descending(self) -> bool {
        matches!(self, Self::WhenDescending | Self::RecordedDescending | Self::SizeDescending | Self::Relevance)
    }

    fn key(self, value: Option<i64>, event_no: u32) -> EventKey {
        let event_no = i64::from(event_no);
        match value {
            Some(value) if self.is_descending() => (-value, -event_no),
            Some(value) => (value, event_no),
            None if self.is_descending() => (LAST, -event_no),
            None => (LAST, event_no),
        }
    }

    /// The key of a row of a segment; `sizes` are those of the dictionary.
    pub fn key_in(self, segment: &Segment, row: usize, sizes: &[SizeFacts]) -> EventKey {
        self.key(self.value_in(segment, row, sizes), segment.event_no[row])
    }

    /// A key that is no higher than that of a row of a segment, for which less has to be looked up.
    pub fn least_in(self, segment: &Segment, row: usize, sizes: &[SizeFacts]) -> EventKey {
        let (value, _) = self.key(self.value_in(segment, row, sizes), 0);
        (value, -ANY)
    }

    fn value_in(self, segment: &Segment, row: usize, sizes: &[SizeFacts]) -> Option<i64> {
        match self {
            Self::When | Self::WhenDescending => Some(segment.start[row]).filter(|start| *start != UNDATED),
            Self::Recorded | Self::RecordedDescending => Some(i64::from(segment.seq[row])),
            Self::Size | Self::SizeDescending => size_of(segment.size.get(row), sizes),
            Self::Distance | Self::Relevance => None,
        }
    }

    /// The key of a single row; `sizes` are those of the dictionary.
    pub fn key_of(self, row: &Row, sizes: &[SizeFacts]) -> EventKey {
        let value = match self {
            Self::When | Self::WhenDescending => Some(row.start).filter(|start| *start != UNDATED),
            Self::Recorded | Self::RecordedDescending => Some(i64::from(row.seq)),
            Self::Size | Self::SizeDescending => size_of(row.size, sizes),
            Self::Distance | Self::Relevance => None,
        };
        self.key(value, row.event_no)
    }

    /// Keys that all those of a segment lie between.
    pub fn bounds(self, segment: &Segment) -> (EventKey, EventKey) {
        let bounds = &segment.bounds;
        let (values, is_lacking) = match self {
            Self::When | Self::WhenDescending => {
                let dated = &segment.start[..bounds.dated];
                (dated.first().copied().zip(dated.last().copied()), bounds.dated < segment.rows())
            }
            Self::Recorded | Self::RecordedDescending => {
                (Some((i64::from(bounds.seq.0), i64::from(bounds.seq.1))), false)
            }
            Self::Size | Self::SizeDescending => (bounds.size, bounds.sized < segment.rows()),
            Self::Distance | Self::Relevance => (None, true),
        };
        let values = values.map(|(low, high)| if self.is_descending() { (-high, -low) } else { (low, high) });
        let (low, high) = values.unwrap_or((LAST, LAST));
        ((low, -ANY), (if is_lacking { LAST } else { high }, ANY))
    }
}

fn size_of(number: u32, sizes: &[SizeFacts]) -> Option<i64> {
    sizes.get(number as usize).map(|size| size.order)
}
