//! The one writer of a node: a thread with one connection. It takes what is queued into one transaction: first the lock
//! on the `dataset` row, which gives numbers in commit order whatever node writes; then each operation is checked against
//! everything committed anywhere and everything drafted since, and numbered when it succeeds, so that numbers are dense;
//! then the whole draft is written, table by table. An operation is answered when it is committed and this node's index
//! has applied it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant as Timer};

use tokio::sync::oneshot;

use super::apply::{Step, apply};
use super::clock::Clock;
use super::draft::Draft;
use super::operation::{Operation, Outcome, Refusal};
use crate::background;
use crate::domain::instant::Instant;
use crate::index::Index;
use crate::metrics::{Metrics, WriterOutcome};
use crate::store::connection::{AnyConnection, DatabaseUrl};
use crate::store::error::StoreError;
use crate::store::redaction::purge;
use crate::store::write::{self, Counters};

/// How long a group gathers operations. Writing and committing them takes about as long again, so that the lock is held for
/// 50 ms at most before other nodes get their turn.
const GATHERING: Duration = Duration::from_millis(20);

/// Most operations that wait at hand beside the queue, so that what they name can be asked for at once.
const AT_HAND: usize = 64;

/// How long nothing is to be written before it is tried again to take out of the file what was redacted.
const RETRY: Duration = Duration::from_secs(5);

type Answer = Result<Outcome, Refusal>;
type Answered = Vec<(Job, Answer)>;

struct Job {
    operation: Operation,
    answer: oneshot::Sender<Answer>,
}

/// A handle to the writer; clones share it, and it stops when the last is gone.
#[derive(Clone, Debug)]
pub struct Writer {
    jobs: Sender<Job>,
    metrics: Arc<Metrics>,
}

impl Writer {
    /// Starts the writer.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub fn start(database: DatabaseUrl, index: Arc<Index>, clock: Clock) -> Result<(Self, JoinHandle<()>), StoreError> {
        let conn = database.connect_to_write()?;
        let (jobs, queue) = channel();
        let metrics = Arc::clone(&index.metrics);
        Ok((Self { jobs, metrics }, background::spawn("writer", move || run(database, conn, index, clock, &queue))))
    }

    /// Queues an operation; the answer comes when it is committed and can be read here.
    pub fn submit(&self, operation: Operation) -> oneshot::Receiver<Answer> {
        let (answer, receiver) = oneshot::channel();
        self.metrics.operation_queued();
        // Where the writer has stopped the job is dropped with its sender, and the receiver says so.
        if self.jobs.send(Job { operation, answer }).is_err() {
            self.metrics.operation_taken();
        }
        receiver
    }

    /// Queues an operation and waits; not for threads that serve requests.
    ///
    /// # Errors
    /// Why the operation was not accepted.
    pub fn submit_and_wait(&self, operation: Operation) -> Answer {
        self.submit(operation).blocking_recv().unwrap_or(Err(Refusal::Store(StoreError::Stopped)))
    }
}

fn run(database: DatabaseUrl, conn: AnyConnection, index: Arc<Index>, clock: Clock, queue: &Receiver<Job>) {
    let metrics = Arc::clone(&index.metrics);
    let (answers, answered) = channel::<Answered>();
    std::thread::scope(move |scope| {
        // Telling those who wait, and letting go of what they sent, takes a thread's time: beside the next group's.
        scope.spawn(move || {
            for (job, answer) in answered.into_iter().flatten() {
                metrics.operation(outcome(&answer));
                // Whoever asked may have gone; what was committed stays.
                drop(job.answer.send(answer));
            }
        });
        Worker { database, conn: Some(conn), index, clock, answers, holds_redacted: true }.run(queue);
    });
}

struct Worker {
    database: DatabaseUrl,
    conn: Option<AnyConnection>,
    index: Arc<Index>,
    clock: Clock,
    answers: Sender<Answered>,
    /// Whether the file may hold bytes of what was redacted; also by a writer that was killed before it could see to that.
    holds_redacted: bool,
}

impl Worker {
    fn run(mut self, queue: &Receiver<Job>) {
        let mut source = Source { at_hand: VecDeque::new(), queue: Some(queue) };
        self.purge();
        while let Some(is_asked) = source.wait(&self.index.metrics, self.holds_redacted.then_some(RETRY)) {
            if !is_asked {
                self.purge();
                continue;
            }
            let mut group = Vec::new();
            match self.write_group(&mut source, &mut group) {
                Ok(()) => self.answer(group),
                // One operation that the database refuses must not take the others with it: each gets its own transaction.
                // After any other failure, a commit's above all, an operation may be stored already: it is not repeated.
                Err(error @ StoreError::Refused(_)) if group.len() > 1 => {
                    log::warn!("a group of {} operations is written one by one: {error}", group.len());
                    for (job, _) in group {
                        self.write_alone(job);
                    }
                }
                Err(error) => self.fail(group, &error),
            }
        }
    }

    fn write_alone(&mut self, job: Job) {
        let mut group = Vec::new();
        match self.write_group(&mut Source { at_hand: VecDeque::from([job]), queue: None }, &mut group) {
            Ok(()) => self.answer(group),
            Err(error) => self.fail(group, &error),
        }
    }

    fn answer(&self, group: Answered) {
        // The other end lasts as long as this one.
        drop(self.answers.send(group));
    }

    fn fail(&self, group: Answered, error: &StoreError) {
        log::error!("{} operations were not written: {error}", group.len());
        let failed = |(job, _)| (job, Err(StoreError::Unwritten(error.to_string()).into()));
        self.answer(group.into_iter().map(failed).collect());
    }

    /// Writes one group. The operations that it is made of end up in `group`, and all at hand where the failure was none of
    /// theirs; the answers hold only if the whole succeeds.
    fn write_group(&mut self, source: &mut Source<'_>, group: &mut Answered) -> Result<(), StoreError> {
        let started = Timer::now();
        let written = self.try_group(source, group);
        if let Err(error) = &written {
            // Whatever the connection was in the middle of ends with it.
            self.conn = None;
            if !matches!(error, StoreError::Refused(_)) {
                let failed = |job| (job, Err(Refusal::Store(StoreError::Stopped)));
                group.extend(source.at_hand.drain(..).map(failed));
            }
        }
        self.index.metrics.group(group.len(), started.elapsed());
        written
    }

    fn try_group(&mut self, source: &mut Source<'_>, group: &mut Answered) -> Result<(), StoreError> {
        let conn = match &mut self.conn {
            Some(conn) => conn,
            none => none.insert(self.database.connect_to_write()?),
        };
        let mut counters = write::begin(conn)?;
        // Under the lock nothing else can commit: once the index has caught up, it is the committed state.
        self.index.catch_up(conn)?;
        let started = Timer::now();
        let before = counters.head;
        let mut draft = Draft::default();
        let mut prepared = 0;
        while started.elapsed() < GATHERING || group.is_empty() {
            if prepared == 0 {
                source.fill(&self.index.metrics);
                draft.prepare(conn, source.at_hand.iter().map(|job| &job.operation))?;
                prepared = source.at_hand.len();
            }
            // What must not find a draft begins the next group.
            if !group.is_empty() && source.at_hand.front().is_some_and(|job| job.operation.asks_for_referrers()) {
                break;
            }
            let Some(job) = source.at_hand.pop_front() else {
                break;
            };
            prepared -= 1;
            let answer = perform(conn, &self.index, &self.clock, &mut counters, &mut draft, &job.operation);
            if matches!(answer, Err(Refusal::Regroup)) && !group.is_empty() {
                source.at_hand.push_front(job);
                break;
            }
            let broken = matches!(answer, Err(Refusal::Store(_)));
            group.push((job, answer));
            // What others looked up of what it takes out is not true any more.
            if draft.batch.redacts() {
                break;
            }
            if broken {
                return Err(StoreError::Unwritten("a look-up failed".to_owned()));
            }
        }
        if counters.head == before {
            return write::rollback(conn);
        }
        draft.batch.insert(conn).map_err(|error| match error {
            StoreError::Database(error) => StoreError::Refused(error),
            other => other,
        })?;
        write::commit(conn, &counters)?;
        let redacts = draft.batch.redacts();
        // What is committed is accepted, whatever happens now: the follower applies what this cannot.
        if let Err(error) = self.index.take_in(conn, before, draft.changes) {
            log::error!("operation {} is committed and not applied yet: {error}", counters.head.seq);
            self.conn = None;
        }
        if redacts {
            // Before whoever asked for it is answered.
            self.holds_redacted = true;
            self.purge();
        }
        Ok(())
    }

    /// Sees to it that no bytes stay of what was redacted. Where that cannot be done it is tried again when nobody writes.
    fn purge(&mut self) {
        if !self.holds_redacted {
            return;
        }
        let connected = match &mut self.conn {
            Some(conn) => Ok(conn),
            none => self.database.connect_to_write().map_err(StoreError::from).map(|conn| none.insert(conn)),
        };
        match connected.and_then(purge) {
            Ok(true) => self.holds_redacted = false,
            Ok(false) => {
                log::warn!("the file may hold bytes of what was redacted while somebody reads an earlier state");
            }
            Err(error) => log::warn!("the file may hold bytes of what was redacted: {error}"),
        }
    }
}

/// Where a group's operations come from.
struct Source<'a> {
    /// Those that come next, taken from the queue.
    at_hand: VecDeque<Job>,
    queue: Option<&'a Receiver<Job>>,
}

impl Source<'_> {
    /// Waits for an operation, perhaps not for ever: whether there is one. `None` when nobody can send any more.
    fn wait(&mut self, metrics: &Metrics, longest: Option<Duration>) -> Option<bool> {
        if self.at_hand.is_empty() {
            let queue = self.queue?;
            let job = match longest.map(|longest| queue.recv_timeout(longest)) {
                Some(Err(RecvTimeoutError::Timeout)) => return Some(false),
                Some(job) => job.ok()?,
                None => queue.recv().ok()?,
            };
            metrics.operation_taken();
            self.at_hand.push_back(job);
        }
        Some(true)
    }

    /// Takes what is queued, as far as there is room.
    fn fill(&mut self, metrics: &Metrics) {
        while self.at_hand.len() < AT_HAND
            && let Some(job) = self.queue.and_then(|queue| queue.try_recv().ok())
        {
            metrics.operation_taken();
            self.at_hand.push_back(job);
        }
    }
}

/// What became of an operation, as it is counted.
fn outcome(answer: &Answer) -> WriterOutcome {
    match answer {
        Ok(outcome) if outcome.seq.is_some() => WriterOutcome::Accepted,
        Ok(_) => WriterOutcome::Unchanged,
        Err(Refusal::Store(_)) => WriterOutcome::Failed,
        Err(_) => WriterOutcome::Refused,
    }
}

/// Performs one operation on the draft; a refusal leaves the draft as it was.
fn perform(
    conn: &mut AnyConnection,
    index: &Index,
    clock: &Clock,
    counters: &mut Counters,
    draft: &mut Draft,
    operation: &Operation,
) -> Answer {
    let last = counters.head.recorded_at;
    let mut next = *counters;
    next.head.seq += 1;
    next.head.recorded_at = clock.now().max(Instant::from_micros(last.micros() + 1).unwrap_or(Instant::MAX));
    let mark = draft.mark();
    let state = index.read();
    let answer = apply(
        Step {
            conn,
            state: &state,
            clock,
            counters: &mut next,
            draft,
            grounds: &operation.grounds,
            sees_hidden: operation.sees_hidden,
            openly: operation.openly,
            names_all: operation.sees_hidden,
        },
        operation,
    );
    match &answer {
        Ok(outcome) if outcome.seq == Some(next.head.seq) => *counters = next,
        _ => draft.truncate(&mark),
    }
    answer
}
