//! What runs for seconds every day, and for minutes where `TEST_SOAK` is set (`make soak`).

/// Whether there is time.
pub fn is_long() -> bool {
    std::env::var_os("TEST_SOAK").is_some_and(|value| !value.is_empty())
}

/// How often or how many: every day, and where there is time.
pub fn times(everyday: usize, long: usize) -> usize {
    if is_long() { long } else { everyday }
}

/// Tells whoever waits how far a long test has come.
pub fn progress(words: impl FnOnce() -> String) {
    if is_long() {
        eprintln!("{}: {}", std::thread::current().name().unwrap_or("soak"), words());
    }
}
