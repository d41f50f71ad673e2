//! The one writer of a node: a thread with one connection. It takes what is queued into one transaction: first the lock
//! on the `dataset` row, which gives numbers in commit order whatever node writes; then each operation is checked against
//! everything committed anywhere and everything drafted since, and numbered when it succeeds, so that numbers are dense;
//! then the whole draft is written, table by table. An operation is answered when it is committed and this node's index
//! has applied it.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant as Timer};

use tokio::sync::oneshot;

use super::apply::{Step, apply};
use super::clock::Clock;
use super::draft::Draft;
use super::operation::{Operation, Outcome, Refusal};
use crate::domain::instant::Instant;
use crate::index::Index;
use crate::metrics::{Metrics, WriterOutcome};
use crate::store::connection::{AnyConnection, DatabaseUrl};
use crate::store::error::StoreError;
use crate::store::write::{self, Counters};

/// How long a group gathers operations. Writing and committing them takes about as long again, so that the lock is held for
/// 50 ms at most before other nodes get their turn.
const GATHERING: Duration = Duration::from_millis(20);

type Answer = Result<Outcome, Refusal>;

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
        let conn = database.connect()?;
        let (jobs, queue) = channel();
        let metrics = Arc::clone(&index.metrics);
        let worker = Worker { database, conn: Some(conn), index, clock };
        Ok((Self { jobs, metrics }, std::thread::spawn(move || worker.run(&queue))))
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

struct Worker {
    database: DatabaseUrl,
    conn: Option<AnyConnection>,
    index: Arc<Index>,
    clock: Clock,
}

impl Worker {
    fn run(mut self, queue: &Receiver<Job>) {
        while let Ok(first) = queue.recv() {
            self.index.metrics.operation_taken();
            let mut group = Vec::new();
            match self.write_group(&mut Source { next: Some(first), queue: Some(queue) }, &mut group) {
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
        match self.write_group(&mut Source { next: Some(job), queue: None }, &mut group) {
            Ok(()) => self.answer(group),
            Err(error) => self.fail(group, &error),
        }
    }

    fn answer(&self, group: Vec<(Job, Answer)>) {
        for (job, answer) in group {
            self.index.metrics.operation(outcome(&answer));
            // Whoever asked may have gone; what was committed stays.
            drop(job.answer.send(answer));
        }
    }

    fn fail(&self, group: Vec<(Job, Answer)>, error: &StoreError) {
        log::error!("{} operations were not written: {error}", group.len());
        let failed = |(job, _)| (job, Err(StoreError::Unwritten(error.to_string()).into()));
        self.answer(group.into_iter().map(failed).collect());
    }

    /// Writes one group. Every operation that was taken ends up in `group`; the answers hold only if the whole succeeds.
    fn write_group(&mut self, source: &mut Source<'_>, group: &mut Vec<(Job, Answer)>) -> Result<(), StoreError> {
        let started = Timer::now();
        let written = self.try_group(source, group);
        if written.is_err() {
            // Whatever the connection was in the middle of ends with it.
            self.conn = None;
        }
        let failed = |job| (job, Err(Refusal::Store(StoreError::Stopped)));
        group.extend(source.next.take().map(failed));
        self.index.metrics.group(group.len(), started.elapsed());
        written
    }

    fn try_group(&mut self, source: &mut Source<'_>, group: &mut Vec<(Job, Answer)>) -> Result<(), StoreError> {
        let conn = match &mut self.conn {
            Some(conn) => conn,
            none => none.insert(self.database.connect()?),
        };
        let mut counters = write::begin(conn)?;
        // Under the lock nothing else can commit: once the index has caught up, it is the committed state.
        self.index.catch_up(conn)?;
        let started = Timer::now();
        let before = counters.head.seq;
        let mut draft = Draft::default();
        while let Some(job) = source.next.take() {
            let answer = perform(conn, &self.index, &self.clock, &mut counters, &mut draft, &job.operation);
            let broken = matches!(answer, Err(Refusal::Store(_)));
            group.push((job, answer));
            if broken {
                return Err(StoreError::Unwritten("a look-up failed".to_owned()));
            }
            if started.elapsed() < GATHERING {
                source.next = source.queue.and_then(|queue| queue.try_recv().ok());
                if source.next.is_some() {
                    self.index.metrics.operation_taken();
                }
            }
        }
        if counters.head.seq == before {
            return write::rollback(conn);
        }
        draft.batch.insert(conn).map_err(|error| match error {
            StoreError::Database(error) => StoreError::Refused(error),
            other => other,
        })?;
        write::commit(conn, &counters)?;
        // What is committed is accepted, whatever happens now: the follower applies what this cannot.
        if let Err(error) = self.index.catch_up(conn) {
            log::error!("operation {} is committed and not applied yet: {error}", counters.head.seq);
            self.conn = None;
        }
        Ok(())
    }
}

/// Where a group's operations come from.
struct Source<'a> {
    next: Option<Job>,
    queue: Option<&'a Receiver<Job>>,
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
    let answer = apply(Step { conn, state: &state, clock, counters: &mut next, draft }, operation);
    match &answer {
        Ok(outcome) if outcome.seq.is_some() => *counters = next,
        _ => draft.truncate(mark),
    }
    answer
}
