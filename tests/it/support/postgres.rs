//! The PostgreSQL that tests run on: `TEST_DATABASE_URL`, or a throw-away cluster that ends with this process.

use std::io::{BufRead, BufReader};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::OnceLock;

struct Cluster {
    url: String,
    /// The cluster's script stops it when this closes, however this process ends.
    _lifeline: Option<ChildStdin>,
}

/// The URL of a database in which others may be created.
///
/// # Panics
/// When there is no PostgreSQL to be had: tests are never skipped.
pub fn admin_url() -> &'static str {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    &CLUSTER.get_or_init(start).url
}

fn start() -> Cluster {
    if let Ok(url) = std::env::var("TEST_DATABASE_URL") {
        return Cluster { url, _lifeline: None };
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/test-postgres");
    #[expect(clippy::zombie_processes, reason = "it ends after this process does")]
    let mut child = Command::new(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{script} cannot be run: {error}"));
    let lifeline = child.stdin.take();
    let mut url = String::new();
    let output = child.stdout.take().expect("stdout was piped");
    BufReader::new(output).read_line(&mut url).expect("the script's output is text");
    assert!(
        url.starts_with("postgres://"),
        "There is no PostgreSQL to test on: the reason stands above. Install its server, or set TEST_DATABASE_URL."
    );
    Cluster { url: url.trim().to_owned(), _lifeline: lifeline }
}
