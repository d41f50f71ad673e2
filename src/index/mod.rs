//! The timeline index: what this node knows, in memory, to answer queries. It applies the change log and nothing else,
//! in order, so that at any `seq` every node knows the same. Its own writes it knows before the log is read.

pub mod aggregate;
pub mod answer;
mod arrange;
mod bits;
pub mod build;
pub mod compare;
pub mod dictionary;
pub mod entities;
pub mod events;
mod found;
mod layer;
mod layers;
#[cfg(test)]
mod layers_tests;
pub mod lookup;
mod merge;
mod moment;
pub mod names;
pub mod nearest;
pub mod nudge;
mod numbers;
pub mod order;
mod points;
mod postings;
pub mod relevance;
pub mod row;
mod said;
pub mod saved;
pub mod search;
mod segment;
pub mod sight;
mod starts;
pub mod terms;
pub mod tree;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use ::log::Level;
use tokio::sync::watch;
use uuid::Uuid;

use crate::domain::grounds::Grounds;
use crate::domain::instant::Instant;
use crate::domain::resource::Resource;
use crate::metrics::Metrics;
use crate::store::connection::AnyConnection;
use crate::store::error::StoreError;
use crate::store::log::{self, Change, Head};
use crate::store::restores::{self, Restore};
use crate::text::changed::changed_rows;
use crate::text::index::TextIndex;
use entities::Entities;
use events::Events;
use layers::TAIL;
use nudge::Nudge;
use saved::{SavedIndex, Unusable};

/// What the node knows, up to `head.seq`. Since every version stays, whoever reads at an older `seq` is not disturbed
/// by what is applied meanwhile.
#[derive(Debug)]
pub struct State {
    /// How far the log has been applied.
    pub head: Head,
    /// Counts how often this node began anew, so that nothing kept of a former dataset is taken for this one's.
    pub generation: u32,
    /// The backups that were restored: none, mostly.
    pub restores: Vec<Restore>,
    /// The newest operation that took a value out of all versions of a member; 0 where none did.
    pub redacted: i64,
    /// Everything but events.
    pub entities: Entities,
    /// Events.
    pub events: Events,
    /// The words of events.
    pub text: Arc<TextIndex>,
}

impl State {
    fn empty(head: Head) -> Self {
        Self {
            head: Head { seq: 0, recorded_at: Instant::MIN, ..head },
            generation: 0,
            restores: Vec::new(),
            redacted: 0,
            entities: Entities::default(),
            events: Events::default(),
            text: Arc::default(),
        }
    }

    /// Takes in changes that follow what is known; a tail of so many rows becomes a segment.
    fn apply(&mut self, changes: Vec<Change>, longest_tail: usize) {
        for change in changes {
            (self.head.seq, self.head.recorded_at) = (change.seq, change.recorded_at);
            self.note_redaction(&change);
            match change.resource {
                Resource::Event => self.apply_event(change, longest_tail),
                _ => self.entities.apply(change),
            }
        }
        self.events.look_up(&self.entities);
    }
}

impl State {
    /// Takes in what is told otherwise of earlier operations, where a change is a redaction; what its member says is written
    /// anew as the change is applied.
    fn note_redaction(&mut self, change: &Change) {
        if let Some(told) = &change.redaction {
            let told: HashMap<i64, Grounds> = told.iter().cloned().collect();
            self.entities.tell(&told);
            self.events.tell(&told);
            self.redacted = change.seq;
        }
    }
}

/// An entity that a public version of an event names, and the operation that wrote the version.
type Naming = (Uuid, i64);

impl State {
    fn apply_event(&mut self, change: Change, longest_tail: usize) {
        if change.earlier.is_empty() {
            if let Some((_, document)) = &change.public {
                self.entities.note_named(document.content.references().into_iter(), change.seq);
            }
            return self.events.apply(change, longest_tail);
        }
        let (id, seq) = (change.id, change.seq);
        let before = self.events.public_names(id, seq);
        self.events.apply(change, longest_tail);
        let since = self.events.public_names(id, seq);
        for (named, seq) in &since {
            self.entities.note_named([*named].into_iter(), *seq);
        }
        let is_first =
            |(named, seq): &Naming| self.entities.get(*named).is_some_and(|entity| entity.named_from == *seq);
        let lost: Vec<Uuid> =
            before.difference(&since).filter(|naming| is_first(naming)).map(|(named, _)| *named).collect();
        for (named, seq) in self.events.first_named(&lost) {
            self.entities.set_named_from(named, seq);
        }
    }
}

/// The index, shared by all who read and the two who apply: the writer, and the follower of other nodes.
#[derive(Debug)]
pub struct Index {
    /// What the node counts and measures. It stands here because the index is what all parts of a node share.
    pub metrics: Arc<Metrics>,
    /// For the follower, from whoever waits for an operation.
    pub nudge: Nudge,
    state: RwLock<State>,
    /// Whose turn it is to change the state: whoever holds it may read without a change in between.
    turn: Mutex<()>,
    heads: watch::Sender<Head>,
    is_stopping: AtomicBool,
    applied: AtomicI64,
}

impl Index {
    /// An index that knows nothing yet.
    pub fn new() -> Self {
        let head = Head { dataset_id: Uuid::nil(), epoch: 0, seq: 0, recorded_at: Instant::MIN };
        let (state, heads) = (RwLock::new(State::empty(head)), watch::Sender::new(head));
        Self {
            metrics: Arc::default(),
            nudge: Nudge::default(),
            state,
            turn: Mutex::default(),
            heads,
            is_stopping: AtomicBool::new(false),
            applied: AtomicI64::default(),
        }
    }

    /// What the node knows now.
    pub fn read(&self) -> RwLockReadGuard<'_, State> {
        // A thread that panicked while it applied left a prefix of the log behind, which is a valid state.
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far the log has been applied.
    pub fn head(&self) -> Head {
        *self.heads.borrow()
    }

    /// Whether it knows a dataset: all of the log up to the moment when it was asked for the first time.
    pub fn is_ready(&self) -> bool {
        self.head().epoch != 0
    }

    /// How far the log has been applied last: to what is known, or to a state that is being built and nobody can read yet.
    pub fn applied(&self) -> i64 {
        self.applied.load(Ordering::Relaxed)
    }

    /// Tells whenever more of the log has been applied.
    pub fn watch(&self) -> watch::Receiver<Head> {
        self.heads.subscribe()
    }

    /// Tells whoever waits for more that the node is about to stop.
    pub fn stop_following(&self) {
        self.is_stopping.store(true, Ordering::Relaxed);
        self.heads.send_modify(|_| ());
    }

    /// Whether it is.
    pub fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Relaxed)
    }

    /// Learns everything, out of a file as far as one helps.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn start(&self, conn: &mut AnyConnection, file: Option<&SavedIndex>) -> Result<Head, StoreError> {
        let _turn = self.turn();
        let target = log::head(conn)?;
        let state = file.and_then(|file| match file.load(conn, target) {
            Ok(state) => Some(state),
            Err(why) => {
                // That there is none is how a node starts for the first time.
                let level = if matches!(why, Unusable::Missing) { Level::Info } else { Level::Warn };
                ::log::log!(level, "the index is built anew; {}: {why}", file.path().display());
                None
            }
        });
        self.replace(conn, state.unwrap_or_else(|| State::empty(target)), target)
    }

    /// Applies what the log holds beyond what is known. Where the dataset or its epoch is another one, all of it is read
    /// anew; who reads meanwhile is given what was known before.
    ///
    /// # Errors
    /// When the log cannot be read; what was applied so far stays.
    pub fn catch_up(&self, conn: &mut AnyConnection) -> Result<Head, StoreError> {
        let _turn = self.turn();
        let (known, target) = (self.head(), log::head(conn)?);
        if (target.dataset_id, target.epoch) != (known.dataset_id, known.epoch) || target.seq < known.seq {
            return self.replace(conn, State::empty(target), target);
        }
        loop {
            let reached = self.head();
            if reached.seq >= target.seq {
                return Ok(reached);
            }
            let changes = build::changes(conn, reached.seq)?;
            if changes.is_empty() {
                // Across a gap of numbers that a restored backup left.
                self.write().head = target;
                return Ok(self.reached(target));
            }
            self.apply(changes);
        }
    }

    /// Applies what this node has just committed behind `before`: what the log says, without asking it. Where others have
    /// applied or committed meanwhile, the log is asked.
    ///
    /// # Errors
    /// When the log cannot be read; what was applied so far stays.
    pub fn take_in(&self, conn: &mut AnyConnection, before: Head, own: Vec<Change>) -> Result<Head, StoreError> {
        #[cfg(debug_assertions)]
        build::compare_with_log(conn, before.seq, &own)?;
        {
            let _turn = self.turn();
            if self.head() == before {
                return Ok(self.apply(build::checked(own)?));
            }
        }
        self.catch_up(conn)
    }

    /// Applies changes that follow what is known.
    fn apply(&self, changes: Vec<Change>) -> Head {
        let text = Arc::clone(&self.read().text);
        // Before anybody has to wait; whether words are wanted does not change while it is this one's turn.
        let rows = if text.is_current() { changed_rows(&changes) } else { Vec::new() };
        let mut state = self.write();
        state.apply(changes, TAIL);
        text.push(rows, state.head);
        self.reached(state.head)
    }

    fn reached(&self, head: Head) -> Head {
        self.applied.store(head.seq, Ordering::Relaxed);
        self.heads.send_replace(head);
        head
    }

    /// Puts another state in the place of this one, when the log up to `target` has been applied to it.
    fn replace(&self, conn: &mut AnyConnection, mut state: State, target: Head) -> Result<Head, StoreError> {
        build::complete(&mut state, conn, target, &self.applied)?;
        // A backup that is restored begins an epoch, and so what is known of them holds until the next one does.
        state.restores = restores::all(conn)?;
        state.events.locate();
        let head = state.head;
        let mut current = self.write();
        state.generation = current.generation + 1;
        let old = std::mem::replace(&mut *current, state);
        drop(current);
        self.heads.send_replace(head);
        drop(old);
        Ok(head)
    }

    /// Lets go of what only versions said that a redaction wrote anew: rows that stay in segments until these are merged, and
    /// terms that no row has any more. Only the thread that merges may do so.
    pub fn purge(&self) {
        loop {
            let merging = self.read().events.purging();
            let Some(merging) = merging else {
                break;
            };
            let mut merged = merging.run();
            let _turn = self.turn();
            self.write().events.layers.install(&mut merged);
        }
        let _turn = self.turn();
        self.write().events.forget_terms();
    }

    /// Does something while nothing is applied; others may read.
    pub fn while_nothing_is_applied<T>(&self, what: impl FnOnce(&State) -> T) -> T {
        let _turn = self.turn();
        what(&self.read())
    }

    /// Merges what is due, beside those who read and apply; false where nothing is. Only one thread may do so.
    pub fn merge(&self) -> bool {
        let merging = self.read().events.merging(false);
        let Some(merging) = merging else {
            return false;
        };
        let mut merged = merging.run();
        {
            let _turn = self.turn();
            self.write().events.layers.install(&mut merged);
        }
        // What was replaced is given back only now, when nobody waits.
        drop(merged);
        true
    }
}

impl Default for Index {
    fn default() -> Self {
        Self::new()
    }
}
