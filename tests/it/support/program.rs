//! The program as a user runs it.

use super::http::send;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// A command of the program on a database, with nothing else of this process's settings.
pub fn command(database_url: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_marchline"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MARCHLINE_") || name == "RUST_LOG") {
        command.env_remove(name);
    }
    command.args(arguments).env("DATABASE_URL", database_url).env("MARCHLINE_RATE_LIMIT", "off").stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub fn run(database_url: &str, arguments: &[&str]) -> Output {
    command(database_url, arguments).output().expect("the program runs")
}

/// What a command wrote to standard output and to standard error.
pub fn words(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

/// Runs a command to its end, and tells the most memory in MiB that it has held at one time. It is looked at every few
/// milliseconds: what the system tells at the end counts the process that began it.
pub fn run_measured(database_url: &str, arguments: &[&str]) -> (Output, u64) {
    let mut command = command(database_url, arguments);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs");
    let status = format!("/proc/{}/status", child.id());
    let (done, ended) = channel::<()>();
    let waiting = std::thread::spawn(move || {
        let _done = done;
        child.wait_with_output().expect("the program ends")
    });
    let mut most = None;
    while ended.recv_timeout(Duration::from_millis(5)) == Err(RecvTimeoutError::Timeout) {
        most = most_held(&status).or(most);
    }
    let most = most.expect("the system tells what a process holds, in /proc");
    (waiting.join().expect("no panic"), most / 1024)
}

/// The most memory in KiB that a process has held so far; `None` where it has ended.
fn most_held(status: &str) -> Option<u64> {
    let status = std::fs::read_to_string(status).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// Asks a child that has not been waited for to stop (SIGTERM).
pub fn terminate(child: &Child) {
    let pid = libc::pid_t::try_from(child.id()).expect("a process id");
    // SAFETY: the process is our child and has not been waited for, so that the id is still its own.
    #[expect(unsafe_code, reason = "no signal can be sent without")]
    unsafe {
        libc::kill(pid, libc::SIGTERM)
    };
}

/// A server of its own process, killed when this is dropped.
pub struct Served {
    pub base: String,
    pub child: Child,
    /// What it logged until it was ready.
    pub log: String,
}

impl Served {
    /// Starts `marchline serve` with more arguments and waits until it is ready.
    pub fn start(database_url: &str, arguments: &[&str]) -> Self {
        Self::start_with(database_url, arguments, &[])
    }

    /// The same with more variables in its environment.
    pub fn start_with(database_url: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = command(database_url, &["serve"]);
        let command = command.args(arguments).env("MARCHLINE_BIND", "127.0.0.1:0").stderr(Stdio::piped());
        let command = command.envs(environment.iter().copied());
        let mut child = command.spawn().expect("the program runs");
        let mut log = BufReader::new(child.stderr.take().expect("stderr was piped"));
        let mut seen = String::new();
        let mut base = None;
        // It listens before it knows what the database holds.
        while !seen.contains(", at operation ") {
            let mut line = String::new();
            assert!(log.read_line(&mut line).expect("the log is text") > 0, "the server ended: {seen}");
            base = base.or(line.trim_end().split_once("listening on ").map(|(_, base)| base.to_owned()));
            seen.push_str(&line);
        }
        let base = base.expect("it listens before");
        // The log is read to its end, so that the server never waits for room in the pipe.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Self { base, child, log: seen }
    }

    /// Asks it to stop (SIGTERM) and waits; tells the exit code.
    pub fn stop(mut self) -> Option<i32> {
        // It says where it listens before it minds signals; once it answers it does both.
        send(&self.base, "GET", "/healthz", &[]);
        terminate(&self.child);
        self.child.wait().expect("the server ends").code()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes lines to a file.
pub fn write_lines(path: &Path, lines: impl IntoIterator<Item = String>) {
    let text: String = lines.into_iter().map(|line| line + "\n").collect();
    std::fs::write(path, text).expect("the file can be written");
}
