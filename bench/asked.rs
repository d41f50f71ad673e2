//! A question as `GET /v1/events` reads it from its query string, and its page out of the index.

use std::fs;
use std::path::Path;

use marchline::domain::privacy::Clearance;
use marchline::index::order::EventKey;
use marchline::index::sight::Sight;
use marchline::index::{Index, State};
use marchline::query::cursor::Cursor;
use marchline::query::event_query::EventQuery;
use marchline::query::named::Named;
use marchline::query::page::{Page, Part, page_of};
use marchline::query::params::{Params, Unread};
use marchline::query::plan::plan;
use marchline::store::connection::AnyConnection;

use super::setup::Failure;

pub use marchline::index::events::EventVersion;

/// Items of a page, as the server gives them where nobody asks for another number.
pub const LIMIT: usize = 50;

/// A question that was read.
pub struct Asked {
    pub query: EventQuery,
    pub named: Named,
    cursor: Option<Cursor<EventKey>>,
    /// The operation that it is asked at.
    pub seq: i64,
    /// The digest that its cursors bear.
    #[allow(dead_code, reason = "not every program here makes cursors")]
    pub digest: u64,
}

impl Asked {
    /// Reads a query string.
    ///
    /// # Errors
    /// Whatever the server would refuse.
    pub fn read(text: &str, state: &State, conn: &mut AnyConnection) -> Result<Self, Failure> {
        let mut params = Params::parse(text);
        let as_of = params.take("as_of");
        let query = EventQuery::parse(&mut params);
        let broken = || Unread::new("invalid_cursor", "This is not a cursor of this list.");
        let cursor: Option<Cursor<EventKey>> = params.read("cursor", |text| Cursor::decode(text).ok_or_else(broken));
        let named = Named::find(&query, state, Clearance::Public, &mut params).looked_up(&query, conn)?;
        let seq = as_of.as_deref().map_or(Ok(state.head.seq), str::parse)?;
        let digest = query.question();
        let faults = params.finish();
        if !faults.is_empty() || cursor.as_ref().is_some_and(|cursor| cursor.question != digest) {
            return Err(format!("the server would refuse `{text}`: {faults:?}").into());
        }
        Ok(Self { query, named, cursor, seq, digest })
    }

    /// Reads so many lines of a file, each a path with a query string.
    ///
    /// # Errors
    /// When the file cannot be read, and whatever the server would refuse.
    pub fn read_all(file: &Path, take: usize, index: &Index, conn: &mut AnyConnection) -> Result<Vec<Self>, Failure> {
        let state = index.read();
        let read = |line: &str| Self::read(line.split_once('?').map_or("", |(_, query)| query), &state, conn);
        fs::read_to_string(file)?.lines().take(take).map(read).collect()
    }

    /// Its page, with the total where that is asked for.
    ///
    /// # Errors
    /// Where it asks for words that are not known.
    pub fn page(&self, state: &State, limit: usize, counted: bool) -> Result<Page<EventKey, EventVersion>, Failure> {
        let sight = Sight { state, seq: self.seq, clearance: Clearance::Public };
        let search = plan(&self.query, &self.named, sight)?;
        let cursor = self.cursor.as_ref();
        let backward = cursor.is_some_and(|cursor| cursor.backward);
        let part = Part { from: cursor.map(|cursor| &cursor.key), backward, limit };
        Ok(page_of(&state.events, &search, self.query.order(), part, counted))
    }
}
