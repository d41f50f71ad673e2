//! The search: a follower of the log, beside those who read and write. How far it has come is kept in the database with what
//! was found, so that a kill loses nothing, and so that of several nodes each stretch of the log is looked through by whoever
//! is first.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant as Timer};

use uuid::Uuid;

use super::candidates::candidates;
use super::profile::Profile;
use super::score::{Likeness, THRESHOLD, compare};
use crate::domain::content::Content;
use crate::domain::event::EventContent;
use crate::domain::instant::Instant;
use crate::domain::privacy::Clearance;
use crate::domain::resource::Resource;
use crate::index::Index;
use crate::index::events::EventVersion;
use crate::store::connection::{AnyConnection, DatabaseUrl};
use crate::store::duplicates::{Found, Pair, Proposal, checked_through, keep, proposed_with};
use crate::store::error::StoreError;
use crate::store::log::{self, Change, ChangeKind};
use crate::store::ready;

/// How often it is looked whether something was written.
const INTERVAL: Duration = Duration::from_millis(100);
/// Operations that are looked through at once.
const OPERATIONS: i64 = 64;
/// Most pairs that one version of an event is proposed in, the best ones.
const BEST: usize = 10;

/// The search, which stops when this is dropped.
#[derive(Debug)]
pub struct Search {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Search {
    /// Starts searching.
    pub fn start(database: DatabaseUrl, index: Arc<Index>) -> Self {
        let (stop, stopped) = channel();
        let thread = std::thread::spawn(move || run(&database, &index, &stopped));
        Self { stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Search {
    fn drop(&mut self) {
        self.stop = None;
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            ::log::error!("the search for duplicates panicked");
        }
    }
}

/// How much is taken from those who read and write while there is much to look through.
struct Pace {
    /// How long requests had taken together when that was looked at last.
    answering: Duration,
    since: Timer,
}

impl Pace {
    /// How long to rest behind some work: half of one core is taken at most, and a tenth of it where requests took more than a quarter
    /// of the time since the last one.
    fn rest(&mut self, worked: Duration, answering: Duration, now: Timer) -> Duration {
        let since = now.saturating_duration_since(std::mem::replace(&mut self.since, now));
        let answered = answering.saturating_sub(std::mem::replace(&mut self.answering, answering));
        worked * if answered * 4 > since { 9 } else { 1 }
    }
}

fn run(database: &DatabaseUrl, index: &Index, stopped: &Receiver<()>) {
    let (mut conn, mut was_broken) = (None, false);
    let mut known = None;
    let mut rest = INTERVAL;
    let mut pace = Pace { answering: Duration::ZERO, since: Timer::now() };
    while stopped.recv_timeout(rest) == Err(RecvTimeoutError::Timeout) {
        rest = INTERVAL;
        let head = index.head();
        if !index.is_ready() || known == Some(head) {
            continue;
        }
        let begun = Timer::now();
        match step(&mut conn, database, index) {
            Ok(reached) => {
                if reached >= head.seq {
                    known = Some(head);
                } else {
                    rest = pace.rest(begun.elapsed(), index.metrics.answering(), Timer::now());
                }
                was_broken = false;
            }
            Err(error) => {
                if !was_broken {
                    ::log::error!("duplicates cannot be looked for in {database}: {error}");
                }
                was_broken = true;
            }
        }
    }
}

/// Looks through the next stretch of the log, and tells how far it has been looked through. A connection that failed is
/// replaced the next time.
fn step(conn: &mut Option<AnyConnection>, database: &DatabaseUrl, index: &Index) -> Result<i64, StoreError> {
    let mut open = match conn.take() {
        Some(open) => open,
        None => database.connect()?,
    };
    let after = checked_through(&mut open)?;
    let head = index.head().seq;
    let mut reached = after;
    if after < head {
        let mut changes = log::changes(&mut open, after, OPERATIONS)?;
        changes.retain(|change| change.seq <= head);
        // There is none across the gap of numbers that a restored backup leaves.
        reached = changes.last().map_or(head, |change| change.seq);
        let found = Comparing { index, conn: &mut open, profiles: HashMap::new() }.look_through(changes)?;
        if !keep(&mut open, (after, reached), &found)? {
            reached = after;
        }
    }
    *conn = Some(open);
    Ok(reached)
}

/// A stretch of the log that is looked through.
struct Comparing<'a> {
    index: &'a Index,
    conn: &'a mut AnyConnection,
    /// What the versions met so far are compared by; `None` for those that are not.
    profiles: HashMap<i64, Option<Arc<Profile>>>,
}

impl Comparing<'_> {
    fn look_through(&mut self, changes: Vec<Change>) -> Result<Found, StoreError> {
        let of_events: Vec<Change> = changes.into_iter().filter(|change| change.resource == Resource::Event).collect();
        let ids: Vec<Uuid> = of_events.iter().map(|change| change.id).collect();
        let proposed = proposed_with(self.conn, &ids)?;
        let mut found = Found::default();
        for change in of_events {
            match (change.kind, change.into.first()) {
                (ChangeKind::Merged, Some(into)) => found.merged.push((change.id, *into)),
                _ => self.look_at(&change, &proposed, &mut found)?,
            }
        }
        Ok(found)
    }

    /// Compares the version that a change wrote with those that were written before it. Of two events the one that was
    /// written last is compared with the other, so that each pair is compared once, whichever came first.
    fn look_at(&mut self, change: &Change, proposed: &[Pair], found: &mut Found) -> Result<(), StoreError> {
        let Some((_, document)) = &change.public else {
            return Ok(());
        };
        let Content::Event(event) = &*document.content else {
            return Ok(());
        };
        let Some((own, others)) = self.others(change, event, document.created_at, proposed) else {
            return Ok(());
        };
        self.profile(&others)?;
        let is_known = |pair: &Pair| proposed.iter().any(|known| known.events == pair.events);
        let mut alike: Vec<(Pair, Likeness)> = Vec::new();
        for other in &others {
            let pair = Pair::of((change.id, change.version_no), (other.id, other.version_no));
            let profiles = own.as_ref().zip(self.profiles.get(&other.version_no).and_then(Option::as_ref));
            let likeness = profiles.and_then(|(own, other)| compare(own, other));
            match likeness.filter(|likeness| likeness.score >= THRESHOLD) {
                Some(likeness) => alike.push((pair, likeness)),
                None if is_known(&pair) => found.unlike.push(pair.id()),
                None => {}
            }
        }
        alike.sort_by_key(|(pair, likeness)| (-likeness.score, pair.id()));
        for (rank, (pair, likeness)) in alike.into_iter().enumerate() {
            if rank < BEST || is_known(&pair) {
                let Likeness { score, reasons } = likeness;
                let reasons = serde_json::to_string(&reasons)?;
                found.proposals.push(Proposal { pair, seq: change.seq, score, reasons });
            }
        }
        Ok(())
    }

    /// What a version is compared by, if it has a date, and the versions that it is compared with: those near by, and those
    /// that its event is proposed with. `None` where it is not what readers are given now.
    fn others(
        &self,
        change: &Change,
        event: &EventContent,
        created_at: Instant,
        proposed: &[Pair],
    ) -> Option<(Option<Profile>, Vec<EventVersion>)> {
        let state = self.index.read();
        let newest = |id: Uuid| state.events.seen_at(id, i64::MAX, Clearance::Public);
        newest(change.id).filter(|newest| newest.version_no == change.version_no)?;
        let own = Profile::of(change.id, created_at, event, state.entities.at(i64::MAX));
        let near = own.iter().flat_map(|own| candidates(&state, change.seq, event, own)).map(|version| version.id);
        let known = proposed.iter().filter(|pair| pair.events.contains(&change.id)).map(|pair| pair.beside(change.id));
        let mut ids: Vec<Uuid> = near.chain(known).filter(|id| *id != change.id).collect();
        ids.sort_unstable();
        ids.dedup();
        let others = ids.into_iter().filter_map(newest).filter(|other| other.version_no < change.version_no).collect();
        Some((own, others))
    }

    /// Makes sure that it is known what versions are compared by.
    fn profile(&mut self, versions: &[EventVersion]) -> Result<(), StoreError> {
        let is_new = |version: &&EventVersion| !self.profiles.contains_key(&version.version_no);
        let new: Vec<EventVersion> = versions.iter().filter(is_new).copied().collect();
        let keys: Vec<i64> = new.iter().map(|version| version.key).collect();
        let texts = log::texts(self.conn, &keys)?;
        let state = self.index.read();
        let names = state.entities.at(i64::MAX);
        for (version, text) in new.into_iter().zip(texts) {
            let document = ready::read(&text)?;
            let profile = Profile::of(version.id, document.created_at, &document.content, names);
            self.profiles.insert(version.version_no, profile.map(Arc::new));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_is_taken_while_others_are_answered() {
        let (begun, worked) = (Timer::now(), Duration::from_millis(20));
        let mut pace = Pace { answering: Duration::ZERO, since: begun };
        // Milliseconds that requests took so far, and those that passed since the last look.
        let mut now = begun;
        for (answering, passed, times) in [(0, 40, 1), (10, 40, 1), (21, 40, 9), (9_000, 400, 9), (9_100, 400, 1)] {
            now += Duration::from_millis(passed);
            assert_eq!(pace.rest(worked, Duration::from_millis(answering), now), worked * times, "{answering}");
        }
    }
}
