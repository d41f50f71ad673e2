//! The thread that applies what others write: it looks at the log's head again and again.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::index::Index;
use crate::store::connection::{AnyConnection, DatabaseUrl};
use crate::store::error::StoreError;

/// How often the head is looked at: one row of one table, and the most that another process's write stays unseen.
const INTERVAL: Duration = Duration::from_millis(50);

/// A handle to the follower, which stops when it is dropped.
#[derive(Debug)]
pub struct Follower {
    _stop: Sender<()>,
}

impl Follower {
    /// Starts following.
    pub fn start(conn: AnyConnection, database: DatabaseUrl, index: Arc<Index>) -> (Self, JoinHandle<()>) {
        let (stop, stopped) = channel();
        let thread = std::thread::spawn(move || {
            let mut conn = Some(conn);
            while stopped.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
                let was_broken = conn.is_none();
                match follow(&mut conn, &database, &index) {
                    Ok(()) if was_broken => log::info!("following {database} again"),
                    Err(error) if !was_broken => log::error!("cannot follow {database}: {error}"),
                    _ => {}
                }
            }
        });
        (Self { _stop: stop }, thread)
    }
}

/// Catches up once; a connection that failed is replaced the next time.
fn follow(conn: &mut Option<AnyConnection>, database: &DatabaseUrl, index: &Index) -> Result<(), StoreError> {
    let mut open = match conn.take() {
        Some(open) => open,
        None => database.connect()?,
    };
    index.catch_up(&mut open)?;
    *conn = Some(open);
    Ok(())
}
