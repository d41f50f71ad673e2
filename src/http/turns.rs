//! Turns: who may change a member next, among those for whom any version of it will do.

use tokio::sync::{Mutex, MutexGuard};
use uuid::Uuid;

/// How many members can be changed at once. Two that share a place wait for each other for nothing, which only costs time.
const PLACES: usize = 256;

/// Whose turn it is, member by member; first come, first served.
#[derive(Debug)]
pub struct Turns([Mutex<()>; PLACES]);

impl Default for Turns {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Mutex::default()))
    }
}

impl Turns {
    /// Waits for one's turn at a member, which lasts until the guard is dropped.
    pub async fn wait(&self, id: Uuid) -> MutexGuard<'_, ()> {
        // The last bits of an id are random in every version that is given here.
        self.0[usize::from(id.as_bytes()[15]) % PLACES].lock().await
    }
}
