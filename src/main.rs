//! The program `marchline`; all of it is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    marchline::cli::run(std::env::args_os())
}
