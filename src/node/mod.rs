//! One running node: its writer, its index, and the thread that follows what other nodes and processes write.

mod amending;
mod apply;
mod catalog;
pub mod clock;
mod committed;
mod draft;
mod editions;
mod follower;
mod gatherer;
mod importing;
mod keeper;
mod lineage;
pub mod moments;
pub mod operation;
pub mod reader;
mod reading;
mod redacting;
pub mod writer;

use std::sync::{Arc, OnceLock, Weak};
use std::thread::JoinHandle;

use crate::index::Index;
use crate::index::saved::SavedIndex;
use crate::store::connection::AnyConnection;
use crate::store::connection::DatabaseUrl;
use crate::store::error::StoreError;
use crate::store::migrate::migrate;
use crate::text::shelf::folder_beside;
use clock::{Clock, IdKind};
use follower::Follower;
use gatherer::Gatherer;
use keeper::Keeper;
use writer::Writer;

/// Where those who serve find a node's writer: there is none before the node knows what its database holds, and none any more
/// when it stops.
pub type WriterSlot = Arc<OnceLock<Weak<Writer>>>;

/// A node that has reached its database and does not know yet what that holds.
pub struct Start {
    /// What the node will know: empty until then.
    pub index: Arc<Index>,
    /// Where its writer will be.
    pub lent: WriterSlot,
    database: DatabaseUrl,
    clock: Clock,
    conn: AnyConnection,
    purpose: Purpose,
}

/// What a node is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Serving,
    /// Writing alone: nobody searches, so that no words are gathered.
    Loading,
}

impl Start {
    /// Brings the tables up to date.
    ///
    /// # Errors
    /// When the database cannot be reached or brought up to date.
    pub fn new(database: DatabaseUrl, clock: Clock) -> Result<Self, StoreError> {
        let mut conn = database.connect()?;
        migrate(&mut conn, clock.id(IdKind::Timed))?;
        Ok(Self {
            index: Arc::new(Index::new()),
            lent: WriterSlot::default(),
            database,
            clock,
            conn,
            purpose: Purpose::Serving,
        })
    }

    /// Learns what the database holds, out of a file as far as one helps, and starts. The file is written anew when much has
    /// been learnt since, and when the node stops.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn finish(mut self, file: Option<SavedIndex>) -> Result<Node, StoreError> {
        let Self { index, lent, database, clock, .. } = self;
        let (writer, writing) = Writer::start(database.clone(), Arc::clone(&index), clock)?;
        let writer = Arc::new(writer);
        // Before the node is ready, so that whoever is told that it is can write; only this sets it.
        drop(lent.set(Arc::downgrade(&writer)));
        index.start(&mut self.conn, file.as_ref())?;
        let (follower, following) = Follower::start(self.conn, database.clone(), Arc::clone(&index));
        let words = (self.purpose == Purpose::Serving).then(|| {
            let folder = file.as_ref().map(|file| folder_beside(file.path()));
            Gatherer::start(database, Arc::clone(&index), folder)
        });
        let (gatherer, gathering) = words.unzip();
        let (keeper, keeping) = Keeper::start(Arc::clone(&index), file);
        let threads = [writing, following].into_iter().chain(gathering).collect();
        Ok(Node {
            index,
            lent,
            writer: Some(writer),
            follower: Some(follower),
            gatherer,
            threads,
            keeper: Some((keeper, keeping)),
        })
    }
}

/// A node, ready to read and to write. When it is dropped, what was queued is written before it stops.
#[derive(Debug)]
pub struct Node {
    /// What the node knows.
    pub index: Arc<Index>,
    /// Where those who serve find its writer.
    pub lent: WriterSlot,
    writer: Option<Arc<Writer>>,
    follower: Option<Follower>,
    gatherer: Option<Gatherer>,
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

    /// The same for what writes alone, and searches nothing.
    ///
    /// # Errors
    /// When the database cannot be reached or brought up to date.
    pub fn for_loading(database: DatabaseUrl, clock: Clock) -> Result<Self, StoreError> {
        Start { purpose: Purpose::Loading, ..Start::new(database, clock)? }.finish(None)
    }

    /// The node's writer.
    pub fn writer(&self) -> Option<&Writer> {
        self.writer.as_deref()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // These threads end when nobody can ask them for anything any more.
        self.writer = None;
        self.follower = None;
        self.gatherer = None;
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
