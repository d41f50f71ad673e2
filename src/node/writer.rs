//! The one writer of a node: a thread with one connection. It takes what is queued into one transaction: first the lock
//! on the `dataset` row, which gives numbers in commit order whatever node writes; then each operation in a savepoint of
//! its own, checked against everything committed anywhere and numbered when it succeeds, so that numbers are dense.
//! An operation is answered when it is committed and this node's index has applied it.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant as Timer};

use tokio::sync::oneshot;

use super::apply::{Step, apply};
use super::catalog::Pending;
use super::clock::Clock;
use super::operation::{Operation, Outcome, Refusal};
use crate::domain::instant::Instant;
use crate::index::Index;
use crate::store::connection::{AnyConnection, DatabaseUrl};
use crate::store::error::StoreError;
use crate::store::write::{self, Counters};

/// Longest time that one group holds the lock before other nodes get their turn.
const LONGEST_GROUP: Duration = Duration::from_millis(50);

type Answer = Result<Outcome, Refusal>;

struct Job {
    operation: Operation,
    answer: oneshot::Sender<Answer>,
}

/// A handle to the writer; clones share it, and it stops when the last is gone.
#[derive(Clone, Debug)]
pub struct Writer {
    jobs: Sender<Job>,
}

impl Writer {
    /// Starts the writer.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub fn start(database: DatabaseUrl, index: Arc<Index>, clock: Clock) -> Result<(Self, JoinHandle<()>), StoreError> {
        let conn = database.connect()?;
        let (jobs, queue) = channel();
        let worker = Worker { database, conn: Some(conn), index, clock };
        Ok((Self { jobs }, std::thread::spawn(move || worker.run(&queue))))
    }

    /// Queues an operation; the answer comes when it is committed and can be read here.
    pub fn submit(&self, operation: Operation) -> oneshot::Receiver<Answer> {
        let (answer, receiver) = oneshot::channel();
        // Where the writer has stopped the job is dropped with its sender, and the receiver says so.
        drop(self.jobs.send(Job { operation, answer }));
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
            let mut answers = Vec::new();
            let written = self.group(first, queue, &mut answers);
            if let Err(error) = &written {
                log::error!("a group of {} operations was not written: {error}", answers.len());
                self.conn = None;
            }
            for (answer, outcome) in answers {
                // Whoever asked may have gone; what was committed stays.
                drop(answer.send(match &written {
                    Ok(()) => outcome,
                    Err(error) => Err(Refusal::Store(StoreError::Unwritten(error.to_string()))),
                }));
            }
        }
    }

    /// Writes one group; what it answers holds only if the group as a whole succeeds.
    fn group(
        &mut self,
        first: Job,
        queue: &Receiver<Job>,
        answers: &mut Vec<(oneshot::Sender<Answer>, Answer)>,
    ) -> Result<(), StoreError> {
        let mut job = Some(first);
        let outcome = (|| {
            let conn = match &mut self.conn {
                Some(conn) => conn,
                none => none.insert(self.database.connect()?),
            };
            let mut counters = write::begin(conn)?;
            // Under the lock nothing else can commit: once the index has caught up, it is the committed state.
            self.index.catch_up(conn)?;
            let started = Timer::now();
            let before = counters.head.seq;
            let mut pending = Vec::new();
            while let Some(Job { operation, answer }) = job.take() {
                match perform(conn, &self.index, &self.clock, &mut counters, &mut pending, &operation) {
                    Ok(outcome) => answers.push((answer, outcome)),
                    Err(error) => {
                        answers.push((answer, Err(Refusal::Store(StoreError::Stopped))));
                        return Err(error);
                    }
                }
                if started.elapsed() < LONGEST_GROUP {
                    job = queue.try_recv().ok();
                }
            }
            if counters.head.seq == before {
                return write::rollback(conn);
            }
            write::commit(conn, &counters)?;
            self.index.catch_up(conn)?;
            Ok(())
        })();
        if let Some(job) = job {
            answers.push((job.answer, Err(Refusal::Store(StoreError::Stopped))));
        }
        outcome
    }
}

/// Performs one operation inside the group's transaction. An `Err` means that the connection is broken; a refusal leaves
/// the group as it was.
fn perform(
    conn: &mut AnyConnection,
    index: &Index,
    clock: &Clock,
    counters: &mut Counters,
    pending: &mut Vec<Pending>,
    operation: &Operation,
) -> Result<Answer, StoreError> {
    let last = counters.head.recorded_at;
    let mut next = *counters;
    next.head.seq += 1;
    next.head.recorded_at = clock.now().max(Instant::from_micros(last.micros() + 1).unwrap_or(Instant::MAX));
    let known = pending.len();
    write::savepoint(conn)?;
    let step = Step { conn, index, clock, counters: &mut next, pending };
    let answer = apply(step, operation);
    match &answer {
        Ok(outcome) if outcome.seq.is_some() => {
            write::release(conn)?;
            *counters = next;
        }
        _ => {
            write::rollback_to_savepoint(conn)?;
            pending.truncate(known);
        }
    }
    Ok(answer)
}
