//! Messages that are sent to try a webhook out, whatever its position.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::deliveries::Options;
use super::sender::Sender;

/// Tests that are under way at once: each keeps a thread of those that short writes wait for, too.
const AT_ONCE: usize = 4;

/// How webhooks are tested on a node.
#[derive(Debug)]
pub struct Trials {
    sender: Arc<Sender>,
    turns: Arc<Semaphore>,
}

impl Trials {
    /// Tests that are sent as other messages are.
    pub fn new(options: &Options) -> Self {
        let sender = Arc::new(Sender::new(options.targets, options.timeout));
        Self { sender, turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Who sends them.
    pub fn sender(&self) -> Arc<Sender> {
        Arc::clone(&self.sender)
    }

    /// A turn for a test; `None` where as many are under way as may be.
    pub fn turn(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.turns).try_acquire_owned().ok()
    }
}
