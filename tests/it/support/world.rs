//! A world: a database of its own, a node and, when asked for, a server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use diesel::connection::SimpleConnection;
use marchline::app;
use marchline::config::{AccessLog, Config, DatasetSettings, Duplicates, ReadAccess, Webhooks};
use marchline::domain::grounds::Grounds;
use marchline::domain::instant::Instant;
use marchline::domain::resource::Resource;
use marchline::domain::webhook::Targets;
use marchline::import::report::Report;
use marchline::index::Index;
use marchline::load;
use marchline::node::clock::Clock;
use marchline::node::operation::{Command, Done, Operation, Outcome, Refusal};
use marchline::node::writer::Writer;
use marchline::node::{Node, WriterSlot};
use marchline::store::connection::DatabaseUrl;
use marchline::webhooks::deliveries::Options;
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use super::http::{self, Answer};
use super::postgres::{self, Cluster};

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// A database that is there as long as this is.
pub struct Database {
    pub url: String,
    dir: TempDir,
    created: Option<String>,
}

impl Database {
    /// An empty database.
    pub fn new(backend: Backend) -> Self {
        let dir = TempDir::new().expect("a temporary folder");
        match backend {
            Backend::Sqlite => {
                let url = format!("sqlite://{}", dir.path().join("timeline.db").display());
                Self { url, dir, created: None }
            }
            Backend::Postgres => {
                let name = format!("t_{}", Uuid::now_v7().simple());
                administer(&format!("CREATE DATABASE {name}"));
                let (server, _) = postgres::admin_url().rsplit_once('/').expect("a URL with a database");
                Self { url: format!("{server}/{name}"), dir, created: Some(name) }
            }
        }
    }

    /// The database of a cluster that is there for it alone.
    pub fn of_cluster(cluster: &Cluster) -> Self {
        Self { url: cluster.url.clone(), dir: TempDir::new().expect("a temporary folder"), created: None }
    }

    /// The URL, parsed.
    pub fn parsed(&self) -> DatabaseUrl {
        self.url.parse().expect("a database URL")
    }

    /// A folder that goes with the database.
    pub fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }
}

fn administer(statement: &str) {
    let admin: DatabaseUrl = postgres::admin_url().parse().expect("a database URL");
    let mut conn = admin.connect().expect("PostgreSQL is reachable");
    conn.batch_execute(statement).expect("PostgreSQL does what it is told");
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(name) = &self.created {
            administer(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

/// A clock that advances a millisecond each time it is asked, from 2026-02-01T00:00:00Z, and ids that count.
pub fn fixed_clock() -> Clock {
    let start = Instant::parse("2026-02-01T00:00:00Z").expect("an instant").micros();
    let ticks = AtomicI64::new(0);
    let ids = AtomicU64::new(1);
    Clock::new(
        move || Instant::from_micros(start + 1_000 * ticks.fetch_add(1, Ordering::SeqCst)).expect("an instant"),
        move |_| Uuid::from_u64_pair(0x019c_1159_7000_7fff, 0x8000_0000_0000_0000 | ids.fetch_add(1, Ordering::SeqCst)),
    )
}

/// A server, which is stopped when this is dropped.
pub struct Running {
    pub base: String,
    index: Arc<Index>,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.index.stop_following();
        actix_web::rt::System::new().block_on(self.handle.stop(true));
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the server ends well");
        }
    }
}

/// A database with a node and a server on it.
pub struct World {
    // Dropped in this order: the server stops before its node, and that before its database goes.
    running: Running,
    pub node: Node,
    pub database: Database,
}

impl World {
    /// An empty world with the system's clock.
    pub fn on(backend: Backend) -> Self {
        Self::with_clock(Database::new(backend), Clock::system())
    }

    /// A world on a database, with a clock of one's own.
    pub fn with_clock(database: Database, clock: Clock) -> Self {
        let node = Node::start(database.parsed(), clock).expect("the node starts");
        let running = serve(&node.index, &node.lent, &database);
        Self { running, node, database }
    }

    /// Where the server listens.
    pub fn base(&self) -> &str {
        &self.running.base
    }

    /// Loads the founding timeline.
    pub fn founded(self) -> Self {
        let report = self.load_founding();
        assert_eq!((report.created, report.errors), (42, vec![]));
        self
    }

    /// Loads the founding timeline and tells what that did.
    pub fn load_founding(&self) -> Report {
        load::founding(self.writer()).expect("the store works")
    }

    /// The node's writer.
    pub fn writer(&self) -> &Writer {
        self.node.writer().expect("the writer runs")
    }

    /// Performs an operation.
    pub fn submit(&self, operation: Operation) -> Result<Outcome, Refusal> {
        self.writer().submit_and_wait(operation)
    }

    /// Puts a document that must be accepted.
    pub fn put(&self, resource: Resource, document: Value) -> Done {
        let outcome = self.submit(Operation::one(Command::Put { resource, document }));
        outcome.unwrap_or_else(|refusal| panic!("refused: {refusal}")).done[0]
    }

    /// Puts a document that must be refused, and tells where and why.
    pub fn refused(&self, resource: Resource, document: Value) -> Vec<(String, &'static str)> {
        match self.submit(Operation::one(Command::Put { resource, document })) {
            Err(Refusal::Invalid(faults)) => faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect(),
            other => panic!("not refused: {other:?}"),
        }
    }

    /// Withdraws a member.
    pub fn retract(&self, resource: Resource, id: Uuid, reason: &str) -> Outcome {
        let command = Command::Retract { resource, id, base: None };
        let operation = Operation { grounds: because(reason), ..Operation::one(command) };
        self.submit(operation).expect("the member exists")
    }

    /// Puts a source named `test-source`, which events need.
    pub fn with_source(self) -> Self {
        self.put(Resource::Source, json!({"slug": "test-source", "publisher": "The Test", "kind": "news"}));
        self
    }

    /// GET.
    pub fn get(&self, target: &str) -> Answer {
        self.get_with(target, &[])
    }

    /// GET with headers.
    pub fn get_with(&self, target: &str, headers: &[(&str, &str)]) -> Answer {
        http::send(self.base(), "GET", target, headers)
    }

    /// Any method.
    pub fn send(&self, method: &str, target: &str, headers: &[(&str, &str)]) -> Answer {
        http::send(self.base(), method, target, headers)
    }
}

/// Grounds that give a reason alone.
pub fn because(reason: &str) -> Grounds {
    Grounds { reason: Some(reason.to_owned()), ..Grounds::default() }
}

/// A valid event from `test-source`, with more members.
pub fn event(title: &str, more: Value) -> Value {
    let mut document = json!({"type": "rally", "title": title, "sources": [{"id": "test-source"}]});
    for (name, value) in more.as_object().expect("members") {
        document[name] = value.clone();
    }
    document
}

/// How webhooks are delivered in tests: to receivers on this machine, without anybody waiting long.
pub const WEBHOOKS: Options = Options {
    targets: Targets::Any,
    timeout: Duration::from_secs(30),
    first_retry: Duration::from_millis(5),
    give_up: Duration::from_hours(1),
};

/// The settings that tests run with.
pub fn config(database: &Database) -> Config {
    Config {
        database: database.parsed(),
        index_file: None,
        postgres_tools: None,
        bind: "127.0.0.1:0".to_owned(),
        document_cache: 1,
        workers: Some(1),
        question_timeout: Duration::from_mins(5),
        question_turns: None,
        shutdown_timeout: 5,
        access_log: AccessLog::Off,
        read_access: ReadAccess::Public,
        rate_limit: None,
        proxies: 0,
        duplicates: Duplicates::Off,
        import_limit: 1 << 20,
        import_folder: database.dir().to_owned(),
        webhooks: Webhooks::Off,
        webhook_options: WEBHOOKS,
        dataset: DatasetSettings {
            name: "Test".to_owned(),
            licence: Some("CC0-1.0".to_owned()),
            attribution: None,
            public_url: Some("https://timeline.test".to_owned()),
            forwarded: None,
        },
        log: "warn".to_owned(),
    }
}

/// Serves what an index knows, on a free port.
pub fn serve(index: &Arc<Index>, writer: &WriterSlot, database: &Database) -> Running {
    serve_with(config(database), index, writer)
}

/// The same with other settings.
pub fn serve_with(config: Config, index: &Arc<Index>, writer: &WriterSlot) -> Running {
    let (tell, told) = channel::<(SocketAddr, ServerHandle)>();
    let known = Arc::clone(index);
    let (index, writer) = (Arc::clone(index), Arc::clone(writer));
    let thread = std::thread::spawn(move || {
        actix_web::rt::System::new()
            .block_on(async move {
                let (server, addresses) = app::serve(&index, &writer, &config)?;
                tell.send((addresses[0], server.handle())).expect("the test waits");
                server.await
            })
            .expect("the server runs");
    });
    let (address, handle) = told.recv().expect("the server starts");
    Running { base: format!("http://{address}"), index: known, handle, thread: Some(thread) }
}
