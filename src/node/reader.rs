//! Reading documents: one connection a thread, opened when first needed and again when it broke.

use std::cell::RefCell;

use crate::store::connection::{AnyConnection, DatabaseUrl};
use crate::store::error::StoreError;

/// A thread's own connection. Short bounded reads run on it directly: handing them to a pool costs more than they do.
pub struct Reader {
    database: DatabaseUrl,
    conn: RefCell<Option<AnyConnection>>,
}

impl Reader {
    /// A reader that connects when it is first used.
    pub const fn new(database: DatabaseUrl) -> Self {
        Self { database, conn: RefCell::new(None) }
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
                Err(error) => log::warn!("reading again on a new connection: {error}"),
            }
        }
        let mut conn = self.database.connect()?;
        let value = read(&mut conn)?;
        *slot = Some(conn);
        Ok(value)
    }
}
