//! Reading documents: one connection a thread, opened when first needed and again when it broke.

use std::cell::RefCell;
use std::sync::Arc;

use crate::metrics::Metrics;
use crate::store::connection::{AnyConnection, DatabaseUrl};
use crate::store::error::StoreError;

/// A thread's own connection. Short bounded reads run on it directly: handing them to a pool costs more than they do.
pub struct Reader {
    database: DatabaseUrl,
    metrics: Option<Arc<Metrics>>,
    conn: RefCell<Option<AnyConnection>>,
}

impl Reader {
    /// A reader that connects when it is first used.
    pub const fn new(database: DatabaseUrl) -> Self {
        Self { database, metrics: None, conn: RefCell::new(None) }
    }

    /// Another reader of the same database.
    pub fn another(&self) -> Self {
        Self { database: self.database.clone(), metrics: self.metrics.clone(), conn: RefCell::new(None) }
    }

    /// The same reader, whose connections are counted among the node's; for one that has not read yet.
    pub fn counted(mut self, metrics: Arc<Metrics>) -> Self {
        self.metrics = Some(metrics);
        self
    }

    /// Writes what is no part of the timeline, once, on a connection of its own, since that may wait for other writers.
    ///
    /// # Errors
    /// When the database cannot be reached or refuses.
    pub fn write_aside<T>(
        &self,
        write: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        write(&mut self.database.connect()?)
    }

    fn count(&self, event: impl Fn(&Metrics)) {
        if let Some(metrics) = &self.metrics {
            event(metrics);
        }
    }

    /// Reads; a failure on a connection that has been open for a while is tried once more on a new one, since reading
    /// twice does no harm.
    ///
    /// # Errors
    /// When the database cannot be reached or refuses.
    pub fn read<T>(&self, read: impl Fn(&mut AnyConnection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut slot = self.conn.borrow_mut();
        if let Some(mut conn) = slot.take() {
            match read(&mut conn) {
                Ok(value) => {
                    *slot = Some(conn);
                    return Ok(value);
                }
                Err(error) => {
                    log::warn!("reading again on a new connection: {error}");
                    self.count(Metrics::reader_closed);
                    self.count(Metrics::reader_reconnects);
                }
            }
        }
        let mut conn = self.database.connect()?;
        let value = read(&mut conn)?;
        *slot = Some(conn);
        self.count(Metrics::reader_opened);
        Ok(value)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if self.conn.get_mut().is_some() {
            self.count(Metrics::reader_closed);
        }
    }
}
