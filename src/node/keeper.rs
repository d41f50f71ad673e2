//! The thread that keeps the index in order: it merges segments beside those who read and apply, and saves the index.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::index::Index;
use crate::index::saved::SavedIndex;

/// How often it is looked whether something is to be done.
const INTERVAL: Duration = Duration::from_millis(20);

/// A handle to the keeper. When it is dropped, the index is saved once more, and the keeper stops.
#[derive(Debug)]
pub struct Keeper {
    _stop: Sender<()>,
}

impl Keeper {
    /// Starts keeping.
    pub fn start(index: Arc<Index>, file: Option<SavedIndex>) -> (Self, JoinHandle<()>) {
        let (stop, stopped) = channel();
        let thread = std::thread::spawn(move || {
            let mut purged = 0;
            while stopped.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
                while index.merge() {}
                purge(&index, file.as_ref(), &mut purged);
                if let Some(file) = file.as_ref().filter(|file| file.is_behind(&index)) {
                    save(file, &index, purged);
                }
            }
            purge(&index, file.as_ref(), &mut purged);
            if let Some(file) = &file {
                save(file, &index, purged);
            }
        });
        (Self { _stop: stop }, thread)
    }
}

/// Lets go of what was redacted since this was done last: in the index, and in a file that was saved before.
fn purge(index: &Index, file: Option<&SavedIndex>, purged: &mut i64) {
    let redacted = index.read().redacted;
    if redacted <= *purged {
        return;
    }
    *purged = redacted;
    index.purge();
    if let Some(file) = file.filter(|file| file.holds_redacted(index)) {
        // At once, and whether another can be written or not.
        if let Err(error) = file.remove() {
            log::warn!("{} may hold what was redacted, and cannot be removed: {error}", file.path().display());
        }
        save(file, index, redacted);
    }
}

/// Saves the index. Where that fails nothing is lost but time.
fn save(file: &SavedIndex, index: &Index, purged: i64) {
    match file.save(index, purged) {
        Ok(false) => {}
        Ok(true) => log::info!("the index is saved in {}", file.path().display()),
        Err(error) => log::warn!("the index cannot be saved in {}: {error}", file.path().display()),
    }
}
