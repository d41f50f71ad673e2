//! Imports that were asked for over HTTP: one at a time on a node, on a thread of its own, through the node's writer, so that
//! whoever else reads and writes goes on. What becomes of them stands in the database, for every node to tell.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::JoinHandle;

use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

use super::progress::{beside, number};
use super::{Collection, LoadError, Options, Progress, Target, own, rehearse, take_over};
use crate::background;
use crate::import::report::Report;
use crate::index::Index;
use crate::metrics::ImportFormat;
use crate::node::WriterSlot;
use crate::node::clock::Clock;
use crate::store::connection::{AnyConnection, DatabaseUrl};
use crate::store::error::StoreError;
use crate::store::import_jobs::{self, Ended, JobState, Reached};

/// Most jobs of a node that are not over: one that runs, and those that wait or are being sent. Each takes room on the disk.
const AT_ONCE: usize = 5;

/// What is told of a job whose node was stopped.
const STOPPED: &str = "The service was stopped; send it again: what was taken over is skipped.";

/// What is told of a job that met a fault of the service.
const FAULT: &str = "The service failed, and has logged why; send it again: what was taken over is skipped.";

/// A job whose file is there.
pub struct Asked {
    /// The job.
    pub id: Uuid,
    /// The format of its file.
    pub format: ImportFormat,
    /// Whether it only tells what it would do.
    pub dry_run: bool,
    /// How the file is taken over, and on whose behalf.
    pub options: Options,
    /// The file, which has no name.
    pub file: File,
    /// How many bytes it has.
    pub bytes: u64,
    /// Its turn, which is given back when it is over.
    pub turn: OwnedSemaphorePermit,
}

/// What the thread that takes files over works with.
struct Shared {
    index: Arc<Index>,
    writer: WriterSlot,
    database: DatabaseUrl,
    clock: Clock,
    /// The jobs of this node that are not over.
    own: Mutex<BTreeSet<Uuid>>,
    /// The job that runs.
    running: Mutex<Option<Arc<Progress>>>,
    is_stopping: AtomicBool,
}

/// The imports of a node. When this is dropped, the one that runs stops before its next record.
pub struct Jobs {
    turns: Arc<Semaphore>,
    queue: Option<Sender<Asked>>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What stands there is whole at any moment.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Jobs {
    /// Begins to wait for files.
    pub fn start(index: Arc<Index>, writer: WriterSlot, database: DatabaseUrl) -> Self {
        let shared = Arc::new(Shared {
            index,
            writer,
            database,
            clock: Clock::system(),
            own: Mutex::default(),
            running: Mutex::default(),
            is_stopping: AtomicBool::new(false),
        });
        let (queue, asked) = channel();
        let own = Arc::clone(&shared);
        let thread = background::spawn("imports", move || own.run(&asked));
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)), queue: Some(queue), shared, thread: Some(thread) }
    }

    /// A turn for a job; `None` where as many wait as may.
    pub fn turn(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.turns).try_acquire_owned().ok()
    }

    /// Queues a job that the database knows.
    ///
    /// # Errors
    /// When the node is stopping.
    pub fn submit(&self, asked: Asked) -> Result<(), StoreError> {
        let id = asked.id;
        locked(&self.shared.own).insert(id);
        let sent = self.queue.as_ref().is_some_and(|queue| queue.send(asked).is_ok());
        if sent {
            return Ok(());
        }
        locked(&self.shared.own).remove(&id);
        Err(StoreError::Stopped)
    }

    /// Lets the job that runs stop before its next record, and those that wait not begin. Waits for nothing.
    pub fn stop(&self) {
        self.shared.is_stopping.store(true, Ordering::SeqCst);
        if let Some(running) = &*locked(&self.shared.running) {
            running.stop();
        }
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        self.stop();
        self.queue = None;
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            log::error!("the thread that imports files panicked");
        }
    }
}

impl Shared {
    fn run(&self, queue: &Receiver<Asked>) {
        for asked in queue {
            let id = asked.id;
            match catch_unwind(AssertUnwindSafe(|| self.take(asked))) {
                Ok(Ok(())) => {}
                // Nobody says any more that it is there, and so it is given up.
                Ok(Err(error)) => log::error!("what became of the import {id} cannot be told: {error}"),
                Err(_) => log::error!("the import {id} panicked"),
            }
            *locked(&self.running) = None;
            locked(&self.own).remove(&id);
        }
    }

    /// Takes one file over.
    fn take(&self, asked: Asked) -> Result<(), StoreError> {
        let (id, _turn) = (asked.id, &asked.turn);
        let progress = Arc::new(Progress::new(asked.format, Some(asked.bytes)));
        *locked(&self.running) = Some(Arc::clone(&progress));
        // Whoever stops the node does so before or after this, and is seen either way.
        if self.is_stopping.load(Ordering::SeqCst) {
            progress.stop();
        } else if !import_jobs::start(&mut self.database.connect()?, id, self.clock.now())? {
            return Ok(());
        }
        let mut report = Report::default();
        let taken = beside(
            &self.database,
            |conn| self.tell(conn, &asked, &progress),
            || self.load(&asked, &progress, &mut report),
        );
        let (state, failure) = match taken {
            Ok(()) => (JobState::Done, None),
            Err(LoadError::Stopped) if self.is_stopping.load(Ordering::SeqCst) => {
                (JobState::Failed, Some(STOPPED.into()))
            }
            Err(LoadError::Stopped) => (JobState::Cancelled, None),
            Err(LoadError::Store(error)) => {
                log::error!("the import {id} failed: {error}");
                (JobState::Failed, Some(FAULT.into()))
            }
            Err(error) => (JobState::Failed, Some(sentence(&error.to_string()))),
        };
        log::info!("the import {id} is {state}");
        let ended = Ended { state, failure, reached: reached(&progress), ..told(report)? };
        import_jobs::finish(&mut self.database.connect()?, id, ended, self.clock.now())
    }

    fn load(&self, asked: &Asked, progress: &Progress, report: &mut Report) -> Result<(), LoadError> {
        let writer = self.writer.get().and_then(Weak::upgrade).ok_or(StoreError::Stopped)?;
        let mut file = asked.file.try_clone()?;
        file.rewind()?;
        let (input, options, database) = (BufReader::new(file), &asked.options, &self.database);
        let Some(collection) = Collection::of(asked.format) else {
            return own(&writer, asked.format, input, &options.behalf, progress, report);
        };
        if asked.dry_run {
            return rehearse(database, &collection, input, options, progress, report);
        }
        let target = Target { writer: &writer, index: &self.index, database };
        take_over(target, &collection, input, options, progress, report)
    }

    /// Says that the jobs of this node are still there, and how far the one is that runs; stops it where somebody wants that.
    fn tell(&self, conn: &mut AnyConnection, asked: &Asked, progress: &Progress) -> Result<(), StoreError> {
        let now = self.clock.now();
        let own: Vec<Uuid> = locked(&self.own).iter().copied().collect();
        import_jobs::beat(conn, &own, now)?;
        if !import_jobs::reached(conn, asked.id, reached(progress), now)? {
            progress.stop();
        }
        if asked.dry_run { Ok(()) } else { progress.tell(conn) }
    }
}

fn reached(progress: &Progress) -> Reached {
    let (bytes, records) = progress.now();
    Reached { records: number(records), read_bytes: number(bytes) }
}

/// A report as it is kept, of a job that has not ended: its counts, and its errors and notices apart, so that a list of jobs
/// need not read these.
///
/// # Errors
/// Never for a report.
pub fn told(mut report: Report) -> Result<Ended, StoreError> {
    let findings =
        json!({"errors": std::mem::take(&mut report.errors), "notices": std::mem::take(&mut report.notices)});
    Ok(Ended {
        state: JobState::Running,
        failure: None,
        report: serde_json::to_string(&report)?,
        findings: findings.to_string(),
        reached: Reached { records: 0, read_bytes: 0 },
    })
}

/// What went wrong, as a sentence.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}
