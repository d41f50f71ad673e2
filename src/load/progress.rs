//! How far an import is: asked by whoever shows it, and told to the database, so that every node's metrics can say it. And the
//! way to stop one.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use crate::metrics::ImportFormat;
use crate::node::clock::Clock;
use crate::store::connection::{AnyConnection, DatabaseUrl};
use crate::store::error::StoreError;
use crate::store::import_progress::{ImportProgress, tell};
use crate::store::sql_types::SqlInstant;

/// How often the database is told. Prometheus asks every 15 seconds or so.
const INTERVAL: Duration = Duration::from_secs(1);

/// How far a file has been read.
#[derive(Debug)]
pub struct Progress {
    format: ImportFormat,
    length: Option<u64>,
    bytes: AtomicU64,
    records: AtomicU64,
    stopped: AtomicBool,
}

impl Progress {
    /// At the beginning of a file of so many bytes, where that is known.
    pub const fn new(format: ImportFormat, length: Option<u64>) -> Self {
        let (bytes, records, stopped) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
        Self { format, length, bytes, records, stopped }
    }

    /// Bytes read, and records handed to the writer.
    pub fn now(&self) -> (u64, u64) {
        (self.bytes.load(Ordering::Relaxed), self.records.load(Ordering::Relaxed))
    }

    /// Notes that the file has been read up to here.
    pub fn set_bytes(&self, bytes: u64) {
        self.bytes.store(bytes, Ordering::Relaxed);
    }

    /// Notes that a record was handed to the writer.
    pub fn count_record(&self) {
        self.records.fetch_add(1, Ordering::Relaxed);
    }

    /// Lets the import stop before its next record.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Whether the import is to stop.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Does the work, and tells the database meanwhile how far it is, and when it has ended. That it cannot be told stops
    /// nothing.
    pub fn told<T>(&self, database: &DatabaseUrl, work: impl FnOnce() -> T) -> T {
        beside(database, |conn| self.tell(conn), work)
    }

    /// Tells the database how far it is.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn tell(&self, conn: &mut AnyConnection) -> Result<(), StoreError> {
        let (bytes, records) = self.now();
        let progress = ImportProgress {
            format: self.format.code().to_owned(),
            records: number(records),
            read_bytes: number(bytes),
            file_bytes: number(self.length.unwrap_or(0)),
            told_at: SqlInstant(Clock::system().now()),
        };
        tell(conn, &progress)
    }
}

/// A count as a column holds it.
pub fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Does the work, and something with the database beside it: every second, and once more when the work is done. A connection
/// that failed is replaced the next time.
pub fn beside<T>(
    database: &DatabaseUrl,
    mut each: impl FnMut(&mut AnyConnection) -> Result<(), StoreError> + Send,
    work: impl FnOnce() -> T,
) -> T {
    std::thread::scope(|scope| {
        let (done, ended) = channel::<()>();
        scope.spawn(move || {
            let mut conn: Option<AnyConnection> = None;
            loop {
                let last = ended.recv_timeout(INTERVAL) != Err(RecvTimeoutError::Timeout);
                let open = match conn.take() {
                    Some(open) => Ok(open),
                    None => database.connect().map_err(StoreError::from),
                };
                let told = open.and_then(|mut open| {
                    each(&mut open)?;
                    Ok(open)
                });
                match told {
                    Ok(open) => conn = Some(open),
                    Err(error) => log::warn!("how far the import is cannot be told: {error}"),
                }
                if last {
                    return;
                }
            }
        });
        let outcome = work();
        drop(done);
        outcome
    })
}
