//! The events of a whole answer, read piece by piece at one operation, however much is written meanwhile.

use std::collections::VecDeque;
use std::panic::resume_unwind;
use std::sync::{Arc, RwLockReadGuard};
use std::thread;

use thiserror::Error;

use super::Writer;
use crate::domain::privacy::Clearance;
use crate::domain::timeline::TimelineEntry;
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
use crate::view::timeline::put_caption;

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
pub enum Wanted {
    /// Those that match.
    Matching(Box<Matching>),
    /// Those that are named, as far as the reader can see them.
    Named(VecDeque<TimelineEntry>),
}

/// Events that match a question.
#[derive(Clone, Debug)]
pub struct Matching {
    /// What they must match.
    pub search: Search,
    /// Their order.
    pub sort: Sort,
    /// Most of them; all where there is none.
    pub limit: Option<usize>,
}

/// An event that is read next, with what the editor of a timeline wrote beside it.
type Next = (EventVersion, Option<String>);

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
    /// How far it has come among those that match.
    reached: Reached,
    is_over: bool,
}

/// A position among the events that match.
#[derive(Default)]
struct Reached {
    from: Option<EventKey>,
    /// The next ones, as far as they are known.
    ahead: VecDeque<(EventKey, u32)>,
    is_last_page: bool,
    given: usize,
}

impl Walk {
    /// Begins at the first event. What is wanted was planned with what `sight` sees.
    pub fn new(index: Arc<Index>, reader: Reader, wanted: Wanted, view: EventView, sight: Sight<'_>) -> Self {
        let Sight { state, seq, clearance } = sight;
        let (generation, reached) = (state.generation, Reached::default());
        Self { index, reader, wanted, view, seq, clearance, generation, reached, is_over: false }
    }

    /// The documents of the next events as readers are given them; none behind the last.
    fn next(&mut self) -> Result<Vec<Vec<u8>>, Cut> {
        let (next, linked) = {
            let index = Arc::clone(&self.index);
            let state = self.state(&index)?;
            let next = self.next_events(&state);
            let linked = self.linked(&next, &state);
            (next, linked)
        };
        let keys: Vec<i64> = next.iter().map(|(version, _)| version.key).collect();
        let bodies = self.texts(&keys)?;
        let titles = titles(&self.texts(&linked)?)?;
        let state = self.state(&self.index)?;
        let document = |((version, caption), body): (&Next, &String)| {
            let mut text = Vec::with_capacity(body.len() * 2);
            self.view.render(body, version.id, self.sight(&state), &titles, &mut text)?;
            if let Some(caption) = caption {
                put_caption(caption, &mut text)?;
            }
            Ok(text)
        };
        next.iter().zip(&bodies).map(document).collect()
    }

    /// What the node knows, if it is still what the answer began with.
    fn state<'a>(&self, index: &'a Index) -> Result<RwLockReadGuard<'a, State>, Cut> {
        let state = index.read();
        if state.generation == self.generation { Ok(state) } else { Err(Cut::Restored) }
    }

    const fn sight<'a>(&self, state: &'a State) -> Sight<'a> {
        Sight { state, seq: self.seq, clearance: self.clearance }
    }

    fn next_events(&mut self, state: &State) -> Vec<Next> {
        match &mut self.wanted {
            Wanted::Matching(matching) => {
                let versions = self.reached.advance(matching, state);
                let left = matching.limit.map(|limit| limit - self.reached.given);
                self.is_over = left == Some(0) || self.reached.is_at_end();
                versions.into_iter().map(|version| (version, None)).collect()
            }
            Wanted::Named(entries) => {
                let chunk: Vec<_> = entries.drain(..CHUNK.min(entries.len())).collect();
                self.is_over = entries.is_empty();
                // Each is looked for anew: a policy may have come since the answer began.
                let sight = self.sight(state);
                let next = chunk.into_iter();
                next.filter_map(|entry| Some((sight.event(entry.event_id)?, entry.caption))).collect()
            }
        }
    }

    /// The keys of the events that these are linked with, where links are to be given.
    fn linked(&self, next: &[Next], state: &State) -> Vec<i64> {
        if !self.view.has(Include::Links) {
            return Vec::new();
        }
        let sight = self.sight(state);
        let others = next.iter().flat_map(|(version, _)| links_of(sight, version.id)).map(|(_, other, _)| other);
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

impl Reached {
    /// The next ones.
    fn advance(&mut self, matching: &Matching, state: &State) -> Vec<EventVersion> {
        let Matching { search, sort, limit } = matching;
        if self.ahead.is_empty() {
            let limit = if *sort == Sort::Distance { AHEAD } else { CHUNK };
            let part = Part { from: self.from.as_ref(), backward: false, limit };
            let page = page_in(&Answer::new(&state.events, search), *sort, part, false);
            self.ahead = page.items.into();
            self.is_last_page = !page.has_next;
        }
        let left = limit.map_or(usize::MAX, |limit| limit - self.given);
        let chunk: Vec<_> = self.ahead.drain(..CHUNK.min(left).min(self.ahead.len())).collect();
        self.from = chunk.last().map(|(key, _)| *key);
        self.given += chunk.len();
        chunk.into_iter().filter_map(|(_, row)| state.events.of_row(row)).collect()
    }

    /// Whether none is left.
    fn is_at_end(&self) -> bool {
        self.ahead.is_empty() && self.is_last_page
    }
}

/// The documents of a piece, or why there are no more.
type Documents = Result<Vec<Vec<u8>>, Cut>;

/// A whole answer in one form, on its way.
pub struct Whole {
    walk: Walk,
    writer: Box<dyn Writer>,
    /// What was read while the piece before was written, if anything was.
    ahead: Option<Documents>,
    has_begun: bool,
    is_over: bool,
    total: u64,
    given: u64,
}

impl Whole {
    /// The events of a walk in a form.
    pub fn new(walk: Walk, writer: Box<dyn Writer>, total: u64) -> Self {
        Self { walk, writer, ahead: None, has_begun: false, is_over: false, total, given: 0 }
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
        self.is_over
    }

    /// Adds the next piece. Some forms take longer to write than events to read, so that both are done at once, a piece
    /// apart; no more than that is read of what nobody may want.
    ///
    /// # Errors
    /// When the database cannot be read any more, or holds another dataset.
    pub fn advance(&mut self, out: &mut Vec<u8>) -> Result<(), Cut> {
        if !std::mem::replace(&mut self.has_begun, true) {
            self.writer.begin(out)?;
        }
        let Self { walk, writer, ahead, .. } = self;
        let documents = ahead.take().unwrap_or_else(|| walk.next())?;
        let mut write = || writer.events(&documents, out);
        if walk.is_over {
            write()?;
            self.is_over = true;
            self.writer.end(out);
        } else {
            let next = thread::scope(|scope| {
                // Where there can be no further thread, the next piece is read when it is asked for.
                let next = thread::Builder::new().spawn_scoped(scope, || walk.next()).ok();
                write().map(|()| next.map(|next| next.join().unwrap_or_else(|panic| resume_unwind(panic))))
            });
            self.ahead = next?;
        }
        self.given += documents.len() as u64;
        Ok(())
    }

    /// Tells a reader that the answer breaks off here, and why; nothing is left to be written then.
    pub fn cut(&mut self, problem: &str, out: &mut Vec<u8>) {
        self.is_over = true;
        self.writer.cut(problem, out);
    }
}
