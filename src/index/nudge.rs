//! A nudge for the thread that applies what others write: somebody waits for it.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Whether somebody waits.
#[derive(Debug, Default)]
pub struct Nudge {
    is_given: Mutex<bool>,
    bell: Condvar,
}

impl Nudge {
    /// Tells the one who waits for it to look at once.
    pub fn give(&self) {
        *self.is_given.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.bell.notify_one();
    }

    /// Waits until it is given, or for so long; whether it was given. It is used up by that.
    pub fn wait(&self, longest: Duration) -> bool {
        let is_given = self.is_given.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.bell.wait_timeout_while(is_given, longest, |is_given| !*is_given);
        let (mut is_given, _) = waited.unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *is_given)
    }
}
