//! What is set at once when somebody looks.

use crate::domain::resource::Resource;

/// How much the index holds.
#[derive(Clone, Debug, Default)]
pub struct IndexSize {
    /// Events that the public can see.
    pub events: usize,
    /// Versions of events, whether the public may see them or not.
    pub event_versions: usize,
    /// Bytes that the versions of events take, but for what they have in common.
    pub event_bytes: usize,
    /// Members of the other resources.
    pub entities: Vec<(Resource, usize)>,
    /// The newest operation that was applied.
    pub seq: i64,
}

/// How much there is of the words of events.
#[derive(Clone, Copy, Debug, Default)]
pub struct TextSize {
    /// Rows whose words are written, each a version as one audience is given it.
    pub written_rows: u64,
    /// Rows whose words are in memory alone.
    pub recent_rows: usize,
    /// Segments of what is written.
    pub segments: usize,
    /// Bytes of what is written.
    pub bytes: u64,
    /// The operation up to which words are gathered; `None` where that is all that was applied.
    pub reached: Option<i64>,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, Default)]
pub struct ImportState {
    /// Records handed to its writer.
    pub records: i64,
    /// Bytes of its file that were read.
    pub read_bytes: i64,
    /// Bytes of its file; 0 where that is not known.
    pub file_bytes: i64,
    /// When it told so, in seconds since 1970; 0 where no import ever did.
    pub told_at: i64,
}
