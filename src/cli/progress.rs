//! How far long work is: a bar on a terminal, plain lines elsewhere.

use std::io::IsTerminal;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Failure;

/// How often progress is told: a bar on a terminal, a line elsewhere.
const BAR: Duration = Duration::from_millis(100);
const LINE: Duration = Duration::from_secs(5);

/// Does the work on a thread of its own, and tells how far it is meanwhile: `now` gives what is done, of `length` where
/// that is known, and the same in words.
pub fn shown<T: Send>(
    now: impl Fn() -> (u64, String),
    length: Option<u64>,
    work: impl FnOnce() -> Result<T, Failure> + Send,
) -> Result<T, Failure> {
    let terminal = std::io::stderr().is_terminal();
    let target = if terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(length, target);
    let template = if length.is_some() { "{bar:40} {percent} % {msg} {eta} left" } else { "{spinner} {msg}" };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    std::thread::scope(|scope| {
        let (done, finished) = channel::<()>();
        let working = scope.spawn(move || {
            let _done = done;
            work()
        });
        let interval = if terminal { BAR } else { LINE };
        while finished.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
            let (position, words) = now();
            if !terminal {
                let share = length.map(|length| format!(", {} %", (position * 100 / length.max(1)).min(100)));
                err!("{words}{}", share.unwrap_or_default());
            }
            bar.set_position(position);
            bar.set_message(words);
        }
        bar.finish_and_clear();
        working.join().unwrap_or_else(|_| Err("the work panicked".into()))
    })
}
