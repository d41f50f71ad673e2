//! The events of a whole answer, read piece by piece at one operation, however much is written meanwhile.

use std::collections::VecDeque;
use std::sync::{Arc, RwLockReadGuard};

use thiserror::Error;

use super::Writer;
use crate::domain::privacy::Clearance;
use crate::index::answer::Answer;
use crate::index::events::EventVersion;
use crate::index::order::{EventKey, Sort};
use crate::index::search::Search;
use crate::index::sight::Sight;
use crate::index::{Index, State};
use crate::node::reader::Reader;
use crate::query::page::{Part, page_in};
use crate::store::error::StoreError;
use crate::store::log;
use crate::view::event::Include;
use crate::view::links::{links_of, titles};
use crate::view::ready::EventView;

/// Events read in one go: some hundred kilobytes, a few milliseconds. Far fewer where the program is built for tests.
const CHUNK: usize = if cfg!(debug_assertions) { 16 } else { 200 };

/// Events that are looked for in one go where all of them have to be looked at for that.
const AHEAD: usize = 100 * CHUNK;

/// Why an answer did not come to its end.
#[derive(Debug, Error)]
pub enum Cut {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database holds another dataset by now.
    #[error("a backup was restored meanwhile")]
    Restored,
}

/// Which events, in which order.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// What they must match.
    pub search: Search,
    /// Their order.
    pub sort: Sort,
    /// Most of them; all where there is none.
    pub limit: Option<usize>,
}

/// Reads the events of an answer, with a connection of its own.
pub struct Walk {
    index: Arc<Index>,
    reader: Reader,
    wanted: Wanted,
    view: EventView,
    seq: i64,
    clearance: Clearance,
    /// The state of the index that the answer began with.
    generation: u32,
    from: Option<EventKey>,
    /// The next ones, as far as they are known.
    ahead: VecDeque<(EventKey, u32)>,
    has_more: bool,
    left: usize,
    is_over: bool,
}

impl Walk {
    /// Begins at the first event. What is wanted was planned with what `sight` sees.
    pub fn new(index: Arc<Index>, reader: Reader, wanted: Wanted, view: EventView, sight: Sight<'_>) -> Self {
        let Sight { state, seq, clearance } = sight;
        let (generation, left) = (state.generation, wanted.limit.unwrap_or(usize::MAX));
        let (from, ahead) = (None, VecDeque::new());
        let (has_more, is_over) = (true, false);
        Self { index, reader, wanted, view, seq, clearance, generation, from, ahead, has_more, left, is_over }
    }

    /// The documents of the next events as readers are given them; none behind the last.
    fn next(&mut self) -> Result<Vec<Vec<u8>>, Cut> {
        let (versions, linked) = {
            let index = Arc::clone(&self.index);
            let state = self.state(&index)?;
            let versions = self.next_versions(&state);
            let linked = self.linked(&versions, &state);
            (versions, linked)
        };
        let keys: Vec<i64> = versions.iter().map(|version| version.key).collect();
        let bodies = self.texts(&keys)?;
        let titles = titles(&self.texts(&linked)?)?;
        let state = self.state(&self.index)?;
        let document = |(version, body): (&EventVersion, &String)| {
            let mut text = Vec::with_capacity(body.len() * 2);
            self.view.render(body, version.id, self.sight(&state), &titles, &mut text)?;
            Ok(text)
        };
        versions.iter().zip(&bodies).map(document).collect()
    }

    /// What the node knows, if it is still what the answer began with.
    fn state<'a>(&self, index: &'a Index) -> Result<RwLockReadGuard<'a, State>, Cut> {
        let state = index.read();
        if state.generation == self.generation { Ok(state) } else { Err(Cut::Restored) }
    }

    const fn sight<'a>(&self, state: &'a State) -> Sight<'a> {
        Sight { state, seq: self.seq, clearance: self.clearance }
    }

    fn next_versions(&mut self, state: &State) -> Vec<EventVersion> {
        if self.ahead.is_empty() {
            let limit = if self.wanted.sort == Sort::Distance { AHEAD } else { CHUNK };
            let part = Part { from: self.from.as_ref(), backward: false, limit };
            let page = page_in(&Answer::new(&state.events, &self.wanted.search), self.wanted.sort, part, false);
            self.ahead = page.items.into();
            self.has_more = page.has_next;
        }
        let chunk: Vec<_> = self.ahead.drain(..CHUNK.min(self.left).min(self.ahead.len())).collect();
        self.from = chunk.last().map(|(key, _)| *key);
        self.left -= chunk.len();
        self.is_over = self.left == 0 || self.ahead.is_empty() && !self.has_more;
        chunk.into_iter().filter_map(|(_, row)| state.events.of_row(row)).collect()
    }

    /// The keys of the events that these are linked with, where links are to be given.
    fn linked(&self, versions: &[EventVersion], state: &State) -> Vec<i64> {
        if !self.view.has(Include::Links) {
            return Vec::new();
        }
        let sight = self.sight(state);
        let others = versions.iter().flat_map(|version| links_of(sight, version.id)).map(|(_, other, _)| other);
        let mut keys: Vec<i64> = others.filter_map(|other| Some(sight.event(other)?.key)).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    fn texts(&self, keys: &[i64]) -> Result<Vec<String>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        self.reader.read(|conn| log::texts(conn, keys))
    }
}

/// A whole answer in one form, on its way.
pub struct Whole {
    walk: Walk,
    writer: Box<dyn Writer>,
    has_begun: bool,
    total: u64,
    given: u64,
}

impl Whole {
    /// The events of a walk in a form.
    pub fn new(walk: Walk, writer: Box<dyn Writer>, total: u64) -> Self {
        Self { walk, writer, has_begun: false, total, given: 0 }
    }

    /// How many events there are to be read.
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// How many have been read.
    pub const fn given(&self) -> u64 {
        self.given
    }

    /// Whether nothing is left to be written.
    pub const fn is_over(&self) -> bool {
        self.walk.is_over
    }

    /// Adds the next piece.
    ///
    /// # Errors
    /// When the database cannot be read any more, or holds another dataset.
    pub fn advance(&mut self, out: &mut Vec<u8>) -> Result<(), Cut> {
        if !std::mem::replace(&mut self.has_begun, true) {
            self.writer.begin(out)?;
        }
        let documents = self.walk.next()?;
        self.given += documents.len() as u64;
        for document in documents {
            self.writer.event(&document, out)?;
        }
        if self.walk.is_over {
            self.writer.end(out);
        }
        Ok(())
    }

    /// Tells a reader that the answer breaks off here, and why; nothing is left to be written then.
    pub fn cut(&mut self, problem: &str, out: &mut Vec<u8>) {
        self.walk.is_over = true;
        self.writer.cut(problem, out);
    }
}
