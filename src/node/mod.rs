//! One running node: its writer, its index, and the thread that follows what other nodes and processes write.

mod apply;
mod catalog;
pub mod clock;
mod committed;
mod draft;
mod follower;
mod importing;
pub mod operation;
pub mod reader;
mod reading;
pub mod writer;

use std::sync::Arc;
use std::thread::JoinHandle;

use crate::index::Index;
use crate::store::connection::DatabaseUrl;
use crate::store::error::StoreError;
use crate::store::migrate::migrate;
use clock::{Clock, IdKind};
use follower::Follower;
use writer::Writer;

/// A node, ready to read and to write. When it is dropped, what was queued is written before it stops.
#[derive(Debug)]
pub struct Node {
    /// What the node knows.
    pub index: Arc<Index>,
    writer: Option<Writer>,
    threads: Vec<JoinHandle<()>>,
    follower: Option<Follower>,
}

impl Node {
    /// Brings the tables up to date, learns what the database holds, and starts.
    ///
    /// # Errors
    /// When the database cannot be reached or brought up to date.
    pub fn start(database: DatabaseUrl, clock: Clock) -> Result<Self, StoreError> {
        let mut conn = database.connect()?;
        migrate(&mut conn, clock.id(IdKind::Timed))?;
        let index = Arc::new(Index::new());
        index.catch_up(&mut conn)?;
        let (writer, thread) = Writer::start(database.clone(), Arc::clone(&index), clock)?;
        let (follower, following) = Follower::start(conn, database, Arc::clone(&index));
        let threads = vec![thread, following];
        Ok(Self { index, writer: Some(writer), threads, follower: Some(follower) })
    }

    /// The node's writer.
    pub fn writer(&self) -> Option<&Writer> {
        self.writer.as_ref()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // Both threads end when nobody can ask them for anything any more.
        self.writer = None;
        self.follower = None;
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                log::error!("a thread of the node panicked");
            }
        }
    }
}
