//! How far an import is: asked by whoever shows it, and told to the database, so that every node's metrics can say it.

use std::sync::atomic::{AtomicU64, Ordering};
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
}

impl Progress {
    /// At the beginning of a file of so many bytes, where that is known.
    pub const fn new(format: ImportFormat, length: Option<u64>) -> Self {
        Self { format, length, bytes: AtomicU64::new(0), records: AtomicU64::new(0) }
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

    /// Does the work, and tells the database meanwhile how far it is, and when it has ended. That it cannot be told stops
    /// nothing.
    pub fn told<T>(&self, database: &DatabaseUrl, work: impl FnOnce() -> T) -> T {
        std::thread::scope(|scope| {
            let (done, ended) = channel::<()>();
            scope.spawn(move || {
                let mut conn = None;
                loop {
                    let last = ended.recv_timeout(INTERVAL) != Err(RecvTimeoutError::Timeout);
                    if let Err(error) = self.tell(database, &mut conn) {
                        log::warn!("how far the import is cannot be told: {error}");
                        conn = None;
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

    fn tell(&self, database: &DatabaseUrl, conn: &mut Option<AnyConnection>) -> Result<(), StoreError> {
        let conn = match conn {
            Some(conn) => conn,
            none => none.insert(database.connect()?),
        };
        let (bytes, records) = self.now();
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
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
