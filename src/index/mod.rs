//! The timeline index: what this node knows, in memory, to answer queries. It applies the change log and nothing else,
//! in order, also its own writes, so that at any `seq` every node knows the same.

pub mod answer;
mod bits;
pub mod dictionary;
pub mod entities;
pub mod events;
mod layers;
mod merge;
pub mod order;
mod row;
pub mod search;
mod segment;

use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use tokio::sync::watch;
use uuid::Uuid;

use crate::domain::instant::Instant;
use crate::domain::resource::Resource;
use crate::metrics::Metrics;
use crate::store::connection::AnyConnection;
use crate::store::error::StoreError;
use crate::store::log::{self, Head};
use entities::Entities;
use events::Events;

/// Operations applied while readers wait.
const BATCH: i64 = 2_000;

/// What the node knows, up to `head.seq`. Since every version stays, whoever reads at an older `seq` is not disturbed
/// by what is applied meanwhile.
#[derive(Debug)]
pub struct State {
    /// How far the log has been applied.
    pub head: Head,
    /// Everything but events.
    pub entities: Entities,
    /// Events.
    pub events: Events,
}

impl State {
    fn empty(head: Head) -> Self {
        Self {
            head: Head { seq: 0, recorded_at: Instant::MIN, ..head },
            entities: Entities::default(),
            events: Events::default(),
        }
    }
}

/// The index, shared by all who read and the two who apply: the writer, and the follower of other nodes.
#[derive(Debug)]
pub struct Index {
    /// What the node counts and measures. It stands here because the index is what all parts of a node share.
    pub metrics: Arc<Metrics>,
    state: RwLock<State>,
    turn: Mutex<()>,
    heads: watch::Sender<Head>,
}

impl Index {
    /// An index that knows nothing yet.
    pub fn new() -> Self {
        let head = Head { dataset_id: Uuid::nil(), epoch: 0, seq: 0, recorded_at: Instant::MIN };
        let (state, heads) = (RwLock::new(State::empty(head)), watch::Sender::new(head));
        Self { metrics: Arc::default(), state, turn: Mutex::default(), heads }
    }

    /// What the node knows now.
    pub fn read(&self) -> RwLockReadGuard<'_, State> {
        // A thread that panicked while it applied left a prefix of the log behind, which is a valid state.
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far the log has been applied.
    pub fn head(&self) -> Head {
        *self.heads.borrow()
    }

    /// Tells whenever more of the log has been applied.
    pub fn watch(&self) -> watch::Receiver<Head> {
        self.heads.subscribe()
    }

    /// Applies what the log holds beyond what is known; all of it again where the dataset or its epoch is another one.
    ///
    /// # Errors
    /// When the log cannot be read; what was applied so far stays.
    pub fn catch_up(&self, conn: &mut AnyConnection) -> Result<Head, StoreError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let target = log::head(conn)?;
        let known = self.head();
        let mut is_new = known.seq == 0;
        if (target.dataset_id, target.epoch) != (known.dataset_id, known.epoch) || target.seq < known.seq {
            *self.state.write().unwrap_or_else(PoisonError::into_inner) = State::empty(target);
            is_new = true;
        }
        loop {
            let changes = log::changes(conn, self.read().head.seq, BATCH)?;
            // The index keeps numbers in 32 bits; no event has a higher one than its versions.
            if changes.last().is_some_and(|last| last.seq.max(last.version_no) >= i64::from(u32::MAX - 1)) {
                return Err(StoreError::corrupt("there are more operations or versions than one index holds"));
            }
            let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
            let Some(last) = changes.last() else {
                // Also across a gap of numbers that a restored backup left.
                if target.seq > state.head.seq {
                    state.head = target;
                }
                let head = state.head;
                self.heads.send_replace(head);
                drop(state);
                self.merge(is_new);
                return Ok(head);
            };
            let reached = Head { seq: last.seq, recorded_at: last.recorded_at, ..target };
            for change in changes {
                match change.resource {
                    Resource::Event => state.events.apply(change),
                    _ => state.entities.apply(change),
                }
            }
            state.head = reached;
            self.heads.send_replace(reached);
            drop(state);
            let is_last = reached.seq >= target.seq;
            self.merge(is_new && is_last);
            if is_last {
                return Ok(reached);
            }
        }
    }

    /// Merges what is due, or everything that is not in the order of time yet. Only what applies the log changes the state,
    /// and it is here: readers are kept waiting only while what was merged takes its place.
    fn merge(&self, all: bool) {
        loop {
            let merged = self.read().events.merged(all);
            let Some(merged) = merged else { return };
            self.state.write().unwrap_or_else(PoisonError::into_inner).events.install(merged);
        }
    }
}

impl Default for Index {
    fn default() -> Self {
        Self::new()
    }
}
