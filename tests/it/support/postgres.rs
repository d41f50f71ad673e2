//! The PostgreSQL that tests run on: `TEST_DATABASE_URL`, or a throw-away cluster that ends with this process.

use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

/// A throw-away cluster, which goes when this is dropped.
pub struct Cluster {
    /// The URL of a database of it.
    pub url: String,
    /// The cluster's script stops it when this closes, however this process ends.
    lifeline: ChildStdin,
    told: BufReader<ChildStdout>,
}

impl Cluster {
    /// Starts one.
    ///
    /// # Panics
    /// When there is no PostgreSQL to be had: tests are never skipped.
    pub fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/test-postgres");
        #[expect(clippy::zombie_processes, reason = "it ends after the last one who uses the cluster does")]
        let mut child = Command::new(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{script} cannot be run: {error}"));
        let lifeline = child.stdin.take().expect("stdin was piped");
        let told = BufReader::new(child.stdout.take().expect("stdout was piped"));
        let mut cluster = Self { url: String::new(), lifeline, told };
        cluster.url = cluster.line();
        assert!(
            cluster.url.starts_with("postgres://"),
            "There is no PostgreSQL to test on: the reason stands above. Install its server, or set TEST_DATABASE_URL."
        );
        cluster
    }

    /// Lets the server break off as in a crash (`stop`), or come back (`start`), and waits until it has.
    pub fn ask(&mut self, what: &str) {
        writeln!(self.lifeline, "{what}").expect("the script listens");
        assert_eq!(self.line(), what);
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.told.read_line(&mut line).expect("the script's output is text");
        line.trim().to_owned()
    }
}

/// The URL of a database in which others may be created.
pub fn admin_url() -> &'static str {
    static GIVEN: OnceLock<Option<String>> = OnceLock::new();
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    match GIVEN.get_or_init(|| std::env::var("TEST_DATABASE_URL").ok()) {
        Some(url) => url,
        None => &CLUSTER.get_or_init(Cluster::start).url,
    }
}
