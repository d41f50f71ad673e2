//! The parameters that every list has: `limit`, `cursor` and `count`.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use super::ask::Ask;
use super::problem::{Code, Problem};
use crate::domain::codes;
use crate::domain::privacy::Clearance;
use crate::query::coverage::Monitoring;
use crate::query::cursor::{Cursor, digest};
use crate::query::page::{Page, Part};
use crate::query::params::{Params, Unread};
use crate::store::error::StoreError;

codes! {
    /// Whether a list tells how many items there are in all.
    pub enum Count {
        /// It does.
        Exact = "exact",
        /// It leaves the total out.
        Without = "none",
    }
}

/// Items of a page where `limit` asks for no number.
pub const DEFAULT_LIMIT: u32 = 50;
/// Most items of a page.
const MAX_LIMIT: u32 = 500;

/// Where a page lies in its list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PageInfo {
    /// Most items of this page.
    #[schema(example = 50, minimum = 1, maximum = 500)]
    pub limit: u32,
    /// The `cursor` of the next page; null on the last one, and, with `sort=relevance`, behind the best 1,000.
    #[schema(example = json!(null))]
    pub next: Option<String>,
    /// The `cursor` of the previous page; null on the first one.
    #[schema(example = json!(null))]
    pub previous: Option<String>,
    /// How many items there are in all, exactly; null with `count=none`.
    #[schema(example = 13, minimum = 0)]
    pub total: Option<u64>,
}

/// Which page is asked for.
#[derive(Debug)]
pub struct Paging<K> {
    limit: u32,
    cursor: Option<Cursor<K>>,
    count: Count,
}

/// The moment and the question that the cursors of a page belong to.
#[derive(Clone, Copy, Debug)]
pub struct Pinned {
    epoch: i64,
    /// The operation that the page is computed at.
    pub seq: i64,
    question: u64,
}

impl<K: Serialize + DeserializeOwned + Clone> Paging<K> {
    /// Takes the parameters; faults stay with `params`.
    pub fn parse(params: &mut Params) -> Self {
        let limit = params.number("limit", 1, MAX_LIMIT).unwrap_or(DEFAULT_LIMIT);
        let count = params.code("count", Count::parse, Count::CODES).unwrap_or(Count::Exact);
        Self { limit, cursor: cursor(params), count }
    }

    /// Takes `limit` and `cursor` where asking for more items than `most` is asking for so many.
    pub fn at_most(most: u32, params: &mut Params) -> Self {
        let limit = params.read("limit", |text| {
            let is_number = text.bytes().all(|b| b.is_ascii_digit()) && text.bytes().any(|b| b != b'0');
            let none = || Unread::new("out_of_range", "Expected a whole number from 1 on.");
            is_number.then(|| text.parse().map_or(most, |limit: u32| limit.min(most))).ok_or_else(none)
        });
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        Self { limit, cursor: cursor(params), count: Count::Exact }
    }

    /// The moment the page is computed at: that of its cursor, so that pages fit together whatever is written meanwhile.
    ///
    /// # Errors
    /// 400 for a cursor of another question or of a reader who may be given more or less, 410 for one of another epoch.
    pub async fn pin(&self, ask: &Ask, seq: i64, question: u64) -> Result<Pinned, Problem> {
        let epoch = ask.service.index.head().epoch;
        // Readers with another clearance ask another question by the same words: the list differs, and so do its places.
        let question = match ask.clearance {
            Clearance::Public => question,
            Clearance::Restricted => digest(&format!("restricted {question}")),
        };
        let Some(cursor) = &self.cursor else {
            return Ok(Pinned { epoch, seq, question });
        };
        // A cursor says itself at which operation it goes on, so that a page is the same text with and without `as_of`.
        if cursor.question != question || ask.as_of.is_some_and(|seq| seq != cursor.seq) {
            return Err(other_question());
        }
        if cursor.epoch != epoch {
            let detail = "A backup was restored since this cursor was given; begin without it.";
            return Err(Problem::parameter(Code::CursorExpired, "cursor", detail));
        }
        if ask.reach_if_stored(cursor.seq).await?.is_some() {
            return Err(Problem::parameter(Code::CursorMismatch, "cursor", "This is not a cursor of this list."));
        }
        Ok(Pinned { epoch, seq: cursor.seq, question })
    }

    /// The same for a list without a past, which each page shows as it is now.
    ///
    /// # Errors
    /// 400 for a cursor of another question.
    pub fn pin_now(&self, question: u64) -> Result<Pinned, Problem> {
        match &self.cursor {
            Some(cursor) if cursor.question != question => Err(other_question()),
            _ => Ok(Pinned { epoch: 0, seq: 0, question }),
        }
    }

    /// The part of the answer that is asked for.
    pub fn part(&self) -> Part<'_, K> {
        let cursor = self.cursor.as_ref();
        Part {
            from: cursor.map(|cursor| &cursor.key),
            backward: cursor.is_some_and(|cursor| cursor.backward),
            limit: self.limit as usize,
        }
    }

    /// Whether the total is asked for.
    pub fn is_counted(&self) -> bool {
        self.count == Count::Exact
    }

    /// Where the page lies, with cursors to its neighbours.
    pub fn info<T>(&self, page: &Page<K, T>, pinned: Pinned) -> PageInfo {
        let Pinned { epoch, seq, question } = pinned;
        let cursor = |key: &K, backward| Cursor { epoch, seq, question, backward, key: key.clone() }.encode();
        let first = page.items.first().filter(|_| page.has_previous);
        let last = page.items.last().filter(|_| page.has_next);
        PageInfo {
            limit: self.limit,
            next: last.map(|(key, _)| cursor(key, false)),
            previous: first.map(|(key, _)| cursor(key, true)),
            total: page.total.filter(|_| self.is_counted()).map(|total| total as u64),
        }
    }
}

fn cursor<K: Serialize + DeserializeOwned>(params: &mut Params) -> Option<Cursor<K>> {
    let broken = || Unread::new("invalid_cursor", "This is not a cursor of this list.");
    params.read("cursor", |text| Cursor::decode(text).ok_or_else(broken))
}

fn other_question() -> Problem {
    let detail = "The cursor was given for other filters, another order or another as_of; begin without it.";
    Problem::parameter(Code::CursorMismatch, "cursor", detail)
}

/// The document of a list of events, which are text already.
///
/// # Errors
/// Never for what a query can hold.
pub fn list_text(
    data: &[Arc<[u8]>],
    page: &PageInfo,
    query: &impl Serialize,
    coverage: Option<&Monitoring>,
) -> Result<Vec<u8>, StoreError> {
    let length: usize = data.iter().map(|text| text.len() + 1).sum();
    let mut text = Vec::with_capacity(length + 2_048);
    text.extend_from_slice(b"{\"data\":[");
    for (number, document) in data.iter().enumerate() {
        if number > 0 {
            text.push(b',');
        }
        text.extend_from_slice(document);
    }
    text.extend_from_slice(b"],\"page\":");
    serde_json::to_writer(&mut text, page)?;
    text.extend_from_slice(b",\"query\":");
    serde_json::to_writer(&mut text, query)?;
    if let Some(coverage) = coverage {
        text.extend_from_slice(b",\"coverage\":");
        serde_json::to_writer(&mut text, coverage)?;
    }
    text.push(b'}');
    Ok(text)
}

/// Declares the document of a list.
macro_rules! list_document {
    ($(#[$meta:meta])* $name:ident, $item:ty, $query:ty) => {
        $(#[$meta])*
        #[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
        pub struct $name {
            /// The items of this page, in order.
            pub data: Vec<$item>,
            /// Where this page lies in the list.
            pub page: $crate::http::paging::PageInfo,
            /// The question as it was understood.
            pub query: $query,
        }
    };
}
pub(crate) use list_document;
