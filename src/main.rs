//! The program `marchline`; all of it is in the library.

use std::process::ExitCode;

/// What one thread takes and another gives back costs it half of what it costs the C library's.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    marchline::cli::run(std::env::args_os())
}
