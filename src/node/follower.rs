//! The thread that applies what others write. It looks at the log's head again and again, and at once where another node has
//! told that it committed, or somebody here waits for an operation.

use std::sync::Arc;
use std::sync::mpsc::{Sender, TryRecvError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant as Timer};

use crate::index::Index;
use crate::store::connection::{AnyConnection, DatabaseUrl};
use crate::store::error::StoreError;
use crate::store::waking;

/// How often the head is looked at: one row of one table, and the most that another process's write stays unseen.
const INTERVAL: Duration = Duration::from_millis(50);
/// How often it is looked whether another node has told of a write: what has come in on the connection, nothing is sent.
const LISTENING: Duration = Duration::from_millis(2);

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
            let mut following = Following { conn: Some(conn), is_listening: false, database, looked: None };
            while stopped.try_recv() == Err(TryRecvError::Empty) {
                let was_broken = following.conn.is_none();
                match following.look(&index) {
                    Ok(()) if was_broken => log::info!("following {} again", following.database),
                    Err(error) if !was_broken => log::error!("cannot follow {}: {error}", following.database),
                    _ => {}
                }
            }
        });
        (Self { _stop: stop }, thread)
    }
}

struct Following {
    /// A connection that failed is replaced the next time.
    conn: Option<AnyConnection>,
    /// Whether other nodes tell on it that they have written.
    is_listening: bool,
    database: DatabaseUrl,
    /// When the head was looked at; never on a connection that is new.
    looked: Option<Timer>,
}

impl Following {
    /// Waits a while, and catches up where there may be something.
    fn look(&mut self, index: &Index) -> Result<(), StoreError> {
        let is_nudged = index.nudge.wait(if self.is_listening { LISTENING } else { INTERVAL });
        let mut conn = if let Some(conn) = self.conn.take() {
            conn
        } else {
            (self.is_listening, self.looked) = (false, None);
            self.database.connect()?
        };
        let is_due = self.looked.is_none_or(|looked| looked.elapsed() >= INTERVAL);
        if waking::was_told(&mut conn)? || is_nudged || is_due {
            if self.looked.is_none() {
                // Before the head is looked at, so that nothing is written in between unheard.
                self.is_listening = waking::listen(&mut conn)?;
            }
            index.catch_up(&mut conn)?;
            self.looked = Some(Timer::now());
        }
        self.conn = Some(conn);
        Ok(())
    }
}
