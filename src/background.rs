//! Threads that work behind those who answer requests, and give way to them.

use std::thread::{Builder, JoinHandle};

/// By how much such a thread is nicer than the one that starts it (setpriority(2)): of a core that it shares with a thread that answers
/// it has about a fifth. What it does in groups it does in larger ones then, which cost less.
#[cfg(target_os = "linux")]
const GIVEN_WAY: i32 = 7;

/// Starts a thread under a name of at most 15 bytes, by which the system's tools tell it (`top -H`). The threads that it starts inherit
/// its priority: it must not be the first to ask for those of `rayon`, which questions share.
///
/// # Panics
/// When the system has no thread to give, as [`std::thread::spawn`] does.
pub fn spawn<T: Send + 'static>(name: &str, work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    let working = move || {
        give_way();
        work()
    };
    #[expect(clippy::expect_used, reason = "a node that cannot start its threads is none")]
    Builder::new().name(name.to_owned()).spawn(working).expect("the system has no thread to give")
}

/// Takes the calling thread back behind the others. It is Linux that knows of priorities of threads: elsewhere they are of a whole
/// process (POSIX.1-2017, `nice`), which is left as it is.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(GIVEN_WAY) {
        log::debug!("a thread works at the priority of those who answer: {error}");
    }
}
