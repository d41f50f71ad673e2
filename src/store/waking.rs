//! How nodes wake each other: `LISTEN` and `NOTIFY` on PostgreSQL. SQLite has nothing like it.

use diesel::connection::SimpleConnection;

use super::connection::AnyConnection;
use super::error::StoreError;

/// Asks to be told of commits from now on; false where the database cannot tell.
///
/// # Errors
/// When the database refuses.
pub fn listen(conn: &mut AnyConnection) -> Result<bool, StoreError> {
    let AnyConnection::Postgres(conn) = conn else {
        return Ok(false);
    };
    conn.batch_execute("LISTEN marchline")?;
    Ok(true)
}

/// Whether something was committed since this was asked last. The server is not asked: what it has sent is looked at.
///
/// # Errors
/// When the connection is broken.
pub fn was_told(conn: &mut AnyConnection) -> Result<bool, StoreError> {
    let AnyConnection::Postgres(conn) = conn else {
        return Ok(false);
    };
    let mut was_told = false;
    for notification in conn.notifications_iter() {
        notification?;
        was_told = true;
    }
    Ok(was_told)
}
