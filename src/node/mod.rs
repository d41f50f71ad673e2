//! One running node: its writer, its index, and the thread that follows what other nodes and processes write.

mod apply;
mod catalog;
pub mod clock;
mod committed;
mod draft;
mod follower;
mod importing;
mod keeper;
pub mod operation;
pub mod reader;
mod reading;
pub mod writer;

use std::sync::Arc;
use std::thread::JoinHandle;

use crate::index::Index;
use crate::index::saved::SavedIndex;
use crate::store::connection::AnyConnection;
use crate::store::connection::DatabaseUrl;
use crate::store::error::StoreError;
use crate::store::migrate::migrate;
use clock::{Clock, IdKind};
use follower::Follower;
use keeper::Keeper;
use writer::Writer;

/// A node that has reached its database and does not know yet what that holds.
pub struct Start {
    /// What the node will know: empty until then.
    pub index: Arc<Index>,
    database: DatabaseUrl,
    clock: Clock,
    conn: AnyConnection,
}

impl Start {
    /// Brings the tables up to date.
    ///
    /// # Errors
    /// When the database cannot be reached or brought up to date.
    pub fn new(database: DatabaseUrl, clock: Clock) -> Result<Self, StoreError> {
        let mut conn = database.connect()?;
        migrate(&mut conn, clock.id(IdKind::Timed))?;
        Ok(Self { index: Arc::new(Index::new()), database, clock, conn })
    }

    /// Learns what the database holds, out of a file as far as one helps, and starts. The file is written anew when much has
    /// been learnt since, and when the node stops.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn finish(mut self, file: Option<SavedIndex>) -> Result<Node, StoreError> {
        let Self { index, database, clock, .. } = self;
        index.start(&mut self.conn, file.as_ref())?;
        let (writer, writing) = Writer::start(database.clone(), Arc::clone(&index), clock)?;
        let (follower, following) = Follower::start(self.conn, database, Arc::clone(&index));
        let (keeper, keeping) = Keeper::start(Arc::clone(&index), file);
        let threads = vec![writing, following];
        Ok(Node { index, writer: Some(writer), follower: Some(follower), threads, keeper: Some((keeper, keeping)) })
    }
}

/// A node, ready to read and to write. When it is dropped, what was queued is written before it stops.
#[derive(Debug)]
pub struct Node {
    /// What the node knows.
    pub index: Arc<Index>,
    writer: Option<Writer>,
    follower: Option<Follower>,
    threads: Vec<JoinHandle<()>>,
    keeper: Option<(Keeper, JoinHandle<()>)>,
}

impl Node {
    /// Brings the tables up to date, learns what the database holds, and starts.
    ///
    /// # Errors
    /// When the database cannot be reached or brought up to date.
    pub fn start(database: DatabaseUrl, clock: Clock) -> Result<Self, StoreError> {
        Start::new(database, clock)?.finish(None)
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
        self.threads.drain(..).for_each(join);
        // Last, so that all that was written is saved.
        if let Some((keeper, keeping)) = self.keeper.take() {
            drop(keeper);
            join(keeping);
        }
    }
}

fn join(thread: JoinHandle<()>) {
    if thread.join().is_err() {
        log::error!("a thread of the node panicked");
    }
}
