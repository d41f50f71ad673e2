//! The thread that gathers the words of events: those of the whole log where they are not known yet, and from then on, so many at
//! a time, those that were applied.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, TryRecvError, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use thiserror::Error;

use crate::index::Index;
use crate::index::build;
use crate::store::connection::{AnyConnection, DatabaseUrl};
use crate::store::error::StoreError;
use crate::store::log::{self as change_log, Head};
use crate::text::changed::{ChangedRow, changed_rows};
use crate::text::index::{MANY, TextIndex};
use crate::text::shelf::{Shelf, Taken, TextError, Title};
use crate::text::written::Written;

/// How often it is looked whether there is something to do.
const INTERVAL: Duration = Duration::from_millis(20);
/// How long it waits when something failed.
const PATIENCE: Duration = Duration::from_secs(1);
/// Rows that are written at once while the whole log is read.
const AT_ONCE: usize = MANY * 25;

/// A handle to the gatherer, which stops when it is dropped.
#[derive(Debug)]
pub struct Gatherer {
    _stop: Sender<()>,
}

impl Gatherer {
    /// Starts gathering; words are kept in a folder, or in memory where there is none.
    pub fn start(database: DatabaseUrl, index: Arc<Index>, folder: Option<PathBuf>) -> (Self, JoinHandle<()>) {
        let (stop, stopped) = channel();
        let thread = std::thread::spawn(move || {
            let mut wait = Duration::ZERO;
            let is_stopped = || stopped.try_recv() != Err(TryRecvError::Empty);
            let mut gathering = Gathering { database, folder, of: None };
            while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                wait = INTERVAL;
                if let Err(error) = gathering.step(&index, &is_stopped) {
                    log::error!("words cannot be gathered; they are gathered anew: {error}");
                    gathering.fail();
                    wait = PATIENCE;
                }
            }
        });
        (Self { _stop: stop }, thread)
    }
}

#[derive(Debug, Error)]
enum Failure {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Text(#[from] TextError),
}

struct Gathering {
    database: DatabaseUrl,
    folder: Option<PathBuf>,
    /// What is being gathered; nothing before there is a dataset.
    of: Option<Gathered>,
}

/// The words of one dataset.
struct Gathered {
    text: Arc<TextIndex>,
    shelf: Option<Shelf>,
    /// How far the log has been read, and up to where it is written.
    head: Head,
    written: Head,
    /// Rows that are not on the shelf yet, and how many are there without being written.
    pending: Vec<Arc<ChangedRow>>,
    unwritten: usize,
    /// The newest redaction of which nothing is left in what is written.
    redacted: i64,
}

impl Gathering {
    fn fail(&mut self) {
        if let Some(of) = self.of.take() {
            of.text.set_reached(0);
        }
    }

    fn step(&mut self, index: &Index, is_stopped: &dyn Fn() -> bool) -> Result<(), Failure> {
        if !index.is_ready() {
            return Ok(());
        }
        let (text, head, redacted) = {
            let state = index.read();
            (Arc::clone(&state.text), state.head, state.redacted)
        };
        let is_broken = text.take_broken();
        if is_broken || self.of.as_ref().is_none_or(|of| !Arc::ptr_eq(&of.text, &text)) {
            // The folder is let go before it is opened again.
            self.of = None;
            self.of = Some(self.begin(text, head, !is_broken)?);
        }
        let Some(of) = &mut self.of else {
            return Ok(());
        };
        if !of.text.is_current() {
            let mut conn = self.database.connect().map_err(StoreError::from)?;
            return of.gather(&mut conn, index, self.folder.as_ref(), is_stopped);
        }
        let is_purging = redacted > of.redacted;
        if let Some((rows, head)) = of.text.to_write(if is_purging { 1 } else { MANY }) {
            of.head = head;
            let written = of.put(&rows, self.folder.as_ref()).and_then(|()| of.commit())?;
            of.text.set_written(written, rows.len());
        }
        if is_purging { of.purge(redacted) } else { Ok(()) }
    }

    /// Begins with what is in the folder, if that is of use.
    fn begin(&self, text: Arc<TextIndex>, head: Head, is_trusted: bool) -> Result<Gathered, Failure> {
        let beginning = Head { seq: 0, ..head };
        let mut conn = self.database.connect().map_err(StoreError::from)?;
        let redacted = change_log::last_redaction(&mut conn)?;
        let (pending, unwritten) = (Vec::new(), 0);
        let mut of = Gathered { text, shelf: None, head: beginning, written: beginning, pending, unwritten, redacted };
        let Some(folder) = self.folder.as_ref().filter(|folder| folder.exists()) else {
            return Ok(of);
        };
        let mut is_usable = |title: &Title| {
            is_trusted
                && (title.dataset_id, title.epoch) == (head.dataset_id, head.epoch)
                && title.seq <= head.seq
                && title.redacted >= redacted
                && change_log::recorded_at(&mut conn, title.seq).is_ok_and(|at| at == Some(title.recorded_at))
        };
        if let Ok((shelf, title)) = Shelf::open(folder, &mut is_usable)? {
            if let Some(Title { seq, recorded_at, .. }) = title {
                of.head = Head { seq, recorded_at, ..head };
                of.written = of.head;
            }
            of.shelf = Some(shelf);
        }
        Ok(of)
    }
}

impl Gathered {
    /// Where words are written, an empty one where there was none.
    fn shelf(&mut self, folder: Option<&PathBuf>) -> Result<&mut Shelf, TextError> {
        if self.shelf.is_none() {
            let shelf = match folder.map(|folder| Shelf::open(folder, |_| false)).transpose()? {
                Some(Ok((shelf, _))) => shelf,
                Some(Err(Taken)) => {
                    log::warn!("another process has the folder of words; this one keeps them in memory");
                    Shelf::in_memory()?
                }
                None => Shelf::in_memory()?,
            };
            self.shelf = Some(shelf);
        }
        self.shelf.as_mut().ok_or_else(|| std::io::Error::from(std::io::ErrorKind::NotFound).into())
    }

    /// Reads the log as far as it is applied, and lets the words be those of all rows.
    fn gather(
        &mut self,
        conn: &mut AnyConnection,
        index: &Index,
        folder: Option<&PathBuf>,
        is_stopped: &dyn Fn() -> bool,
    ) -> Result<(), Failure> {
        let target = index.head();
        while self.head.seq < target.seq {
            if is_stopped() || !self.read(conn, target)? {
                return Ok(());
            }
            if self.pending.len() >= MANY {
                let rows = std::mem::take(&mut self.pending);
                self.put(&rows, folder)?;
            }
            if self.unwritten >= AT_ONCE {
                self.commit()?;
            }
            self.text.set_reached(self.head.seq);
        }
        let written = if self.shelf.is_some() && self.unwritten > 0 {
            let rows = std::mem::take(&mut self.pending);
            self.put(&rows, folder)?;
            Some(self.commit()?)
        } else {
            self.shelf.as_ref().map(Shelf::written).transpose()?
        };
        // What was applied meanwhile is little by now.
        index.while_nothing_is_applied(|state| {
            while self.head.seq < state.head.seq {
                if !self.read(conn, state.head)? {
                    return Ok(());
                }
            }
            if Arc::ptr_eq(&state.text, &self.text) {
                self.text.become_current(written, std::mem::take(&mut self.pending), state.head);
                // Should it fall behind again, it begins with what is written.
                self.head = self.written;
            }
            Ok(())
        })
    }

    /// Reads some of the log, up to `target` at most; false where a backup was restored, so that the words of what there was are of
    /// no use any more.
    fn read(&mut self, conn: &mut AnyConnection, target: Head) -> Result<bool, StoreError> {
        let mut changes = build::changes(conn, self.head.seq)?;
        if change_log::head(conn)?.epoch != self.head.epoch {
            return Ok(false);
        }
        changes.retain(|change| change.seq <= target.seq);
        match changes.last() {
            Some(last) => (self.head.seq, self.head.recorded_at) = (last.seq, last.recorded_at),
            // Across a gap of numbers that a restored backup left.
            None => self.head = target,
        }
        self.pending.extend(changed_rows(&changes));
        Ok(true)
    }

    fn put(&mut self, rows: &[Arc<ChangedRow>], folder: Option<&PathBuf>) -> Result<(), TextError> {
        self.shelf(folder)?.put(rows.iter().map(|row| &**row))?;
        self.unwritten += rows.len();
        Ok(())
    }

    /// Lets go of the words that a redaction, and whatever was redacted before, took out of all versions. What somebody merges or
    /// reads at this moment goes the next time.
    fn purge(&mut self, redacted: i64) -> Result<(), Failure> {
        let Some(shelf) = &mut self.shelf else {
            self.redacted = redacted;
            return Ok(());
        };
        let is_dropped = shelf.drop_deleted()?;
        self.text.set_written(shelf.written()?, 0);
        if is_dropped && shelf.collect()? {
            self.redacted = redacted;
            self.commit()?;
        }
        Ok(())
    }

    /// Writes what is on the shelf, up to where the log has been read.
    fn commit(&mut self) -> Result<Written, TextError> {
        let shelf = self.shelf.as_mut().ok_or(TextError::NotReady(self.head.seq))?;
        shelf.commit(Title::at(self.head, self.redacted))?;
        (self.written, self.unwritten) = (self.head, 0);
        shelf.written()
    }
}
