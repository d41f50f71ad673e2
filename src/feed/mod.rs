//! The change feed: what each operation changed, for a reader and a filter. It is read out of the log whenever somebody asks,
//! so that one can go on from any operation there ever was, on any node, and nothing is kept for anybody.

mod documents;
pub mod filter;
mod told;

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use utoipa::openapi::Object;
use uuid::Uuid;

use crate::domain::codes;
use crate::domain::instant::Instant;
use crate::domain::privacy::Clearance;
use crate::domain::resource::Resource;
use crate::index::Index;
use crate::node::reader::Reader;
use crate::store::error::StoreError;
use crate::store::log::ChangeKind;
use crate::store::operations::{Operation, operations};
use crate::view::any_json;
use crate::view::ready::EventView;
use documents::Documents;
use filter::Filter;
use told::Told;

codes! {
    /// What a change means for the set of members that match a filter; without a filter that is all there are.
    pub enum Matched {
        /// It matches now, and did not before.
        Entered = "entered",
        /// It matched before, and does now.
        Stayed = "stayed",
        /// It matched before, and does not now.
        Left = "left",
    }
}

/// What one operation changed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Change)]
pub struct Entry {
    /// The operation.
    #[schema(example = 57, minimum = 1)]
    pub seq: i64,
    /// When it was recorded.
    #[schema(value_type = String, format = DateTime, example = "2026-02-01T09:30:00.000000Z")]
    pub recorded_at: Instant,
    /// What it did to each member, in the order in which that was written.
    pub items: Vec<Item>,
}

/// What an operation did to one member.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChangeItem)]
pub struct Item {
    /// What the member is.
    #[schema(example = "event")]
    pub resource: Resource,
    /// The member's id.
    #[schema(example = "019c1159-7000-7000-8000-0000000000e4")]
    pub id: Uuid,
    /// The number of the version that was written, among the member's versions.
    #[schema(example = 2, minimum = 1)]
    pub revision: i32,
    /// What was done. Where a policy comes or goes, what that means for this reader: an event that comes to be seen is
    /// `created`, one that is seen no more is `retracted`.
    #[schema(example = "corrected")]
    pub kind: ChangeKind,
    /// What that means for the set of members that match the filters.
    #[schema(example = "stayed")]
    pub matched: Matched,
    /// The member as it was right behind the operation, in the form of its resource; null where it ceased or is seen no more.
    #[schema(schema_with = document)]
    pub document: Option<Box<RawValue>>,
}

fn document() -> Object {
    let meaning = "The member as it was right behind the operation, in the form of its resource; null where it ceased or \
        is seen no more.";
    any_json(meaning, "an event, an actor, a location, a source, a campaign or a timeline")
}

/// What is asked of the feed.
#[derive(Debug)]
pub struct Question {
    /// What of it.
    pub filter: Filter,
    /// How events are to be given.
    pub view: EventView,
    /// What whoever asks may be given.
    pub clearance: Clearance,
}

/// How much is read at once.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The last operation that is looked at.
    pub until: i64,
    /// Most entries.
    pub entries: usize,
    /// Bytes of documents behind which no further entry is begun.
    pub bytes: usize,
}

/// A stretch of the feed.
#[derive(Debug)]
pub struct Part {
    /// What there is, in order.
    pub entries: Vec<Entry>,
    /// The operation up to which has been looked: the next stretch begins behind it.
    pub last_seq: i64,
}

/// Operations that are looked at for one stretch, however few of them match. Few where the program is built for tests.
const OPERATIONS: i64 = if cfg!(debug_assertions) { 64 } else { 1_000 };

/// The entries behind an operation; `None` where another dataset has come in the place of the one that was read. A reader who
/// may see everything, and asks for everything, is given an entry for every operation.
///
/// # Errors
/// When the database cannot be asked.
pub fn read(
    index: &Index,
    reader: &Reader,
    question: &Question,
    after: i64,
    limits: Limits,
) -> Result<Option<Part>, StoreError> {
    let known = index.head();
    let until = limits.until.min(known.seq);
    let operations = reader.read(|conn| operations(conn, after, until, OPERATIONS))?;
    let whole = usize::try_from(OPERATIONS).is_ok_and(|most| operations.len() == most);
    let reached = operations.last().map_or(until, |last| if whole { last.seq } else { until }).max(after);
    let Some(told) = Told::of(index, reader, question, &operations, known.epoch)? else {
        return Ok(None);
    };
    let everything = question.clearance == Clearance::Restricted && question.filter.is_empty();
    let mut documents = Documents::new(index, reader, question, known.epoch);
    let mut part = Part { entries: Vec::new(), last_seq: reached };
    for (Operation { seq, recorded_at, .. }, told) in operations.iter().zip(told.operations) {
        if part.entries.len() == limits.entries || documents.bytes >= limits.bytes {
            part.last_seq = seq - 1;
            break;
        }
        if told.is_empty() && !everything {
            continue;
        }
        let Some(items) = documents.items(*seq, told)? else {
            return Ok(None);
        };
        part.entries.push(Entry { seq: *seq, recorded_at: *recorded_at, items });
    }
    Ok(Some(part))
}
