//! What a running node counts and measures, as Prometheus reads it. Labels hold only what is one of few known values:
//! no addresses, no ids, no query strings.

mod labels;
mod sizes;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

pub use labels::{ImportFormat, WebhookOutcome, WriterOutcome};
pub use sizes::{ImportState, IndexSize, TextSize};

/// A label of one of few known values.
type Label = [(&'static str, &'static str); 1];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: &'static str,
    route: Arc<str>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answer {
    #[prometheus(flatten)]
    request: Request,
    status: u16,
}

#[derive(Debug, Default)]
struct TextGauges {
    written_rows: Gauge,
    recent_rows: Gauge,
    segments: Gauge,
    bytes: Gauge,
    lag: Gauge,
}

impl TextGauges {
    fn register(&self, registry: &mut Registry) {
        let help = "Rows whose words are written, each a version as one audience is given it";
        registry.register("text_written_rows", help, self.written_rows.clone());
        registry.register("text_recent_rows", "Rows whose words are in memory alone", self.recent_rows.clone());
        registry.register("text_segments", "Segments of the words that are written", self.segments.clone());
        registry.register_with_unit("text_written", "Size of what is written", Unit::Bytes, self.bytes.clone());
        registry.register(
            "text_lag_operations",
            "Applied operations whose words are not gathered yet",
            self.lag.clone(),
        );
    }
}

/// The counts and measures of one node. Names are those that `docs/operating.md` lists.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Microseconds that requests took, all together.
    answering: AtomicU64,
    http_requests: Family<Answer, Counter>,
    http_durations: Family<Request, Histogram>,
    index_events: Gauge,
    index_event_versions: Gauge,
    index_event_bytes: Gauge,
    index_entities: Family<Label, Gauge>,
    index_seq: Gauge,
    text: TextGauges,
    log_lag: Gauge<f64, AtomicU64>,
    duplicates_lag: Gauge<f64, AtomicU64>,
    writer_queue: Gauge,
    writer_group: Histogram,
    writer_durations: Histogram,
    writer_operations: Family<Label, Counter>,
    change_streams: Gauge,
    reader_connections: Gauge,
    reader_reconnects: Counter,
    import_records: Family<Label, Gauge>,
    import_read_bytes: Family<Label, Gauge>,
    import_file_bytes: Family<Label, Gauge>,
    import_told: Family<Label, Gauge>,
    webhook_messages: Family<Label, Counter>,
    webhook_lag: Gauge<f64, AtomicU64>,
    webhook_failing: Gauge<f64, AtomicU64>,
}

/// Bounds of durations in seconds: what the index answers takes less than a millisecond, what times out ten seconds.
const SECONDS: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Bounds of how many operations a group holds.
const OPERATIONS: [f64; 11] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0];

impl Metrics {
    /// Everything at zero.
    pub fn new() -> Self {
        let mut all = Self {
            registry: Registry::with_prefix("marchline"),
            answering: AtomicU64::default(),
            http_requests: Family::default(),
            http_durations: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            index_events: Gauge::default(),
            index_event_versions: Gauge::default(),
            index_event_bytes: Gauge::default(),
            index_entities: Family::default(),
            index_seq: Gauge::default(),
            text: TextGauges::default(),
            log_lag: Gauge::default(),
            duplicates_lag: Gauge::default(),
            writer_queue: Gauge::default(),
            writer_group: Histogram::new(OPERATIONS),
            writer_durations: Histogram::new(SECONDS),
            writer_operations: Family::default(),
            change_streams: Gauge::default(),
            reader_connections: Gauge::default(),
            reader_reconnects: Counter::default(),
            import_records: Family::default(),
            import_read_bytes: Family::default(),
            import_file_bytes: Family::default(),
            import_told: Family::default(),
            webhook_messages: Family::default(),
            webhook_lag: Gauge::default(),
            webhook_failing: Gauge::default(),
        };
        all.register();
        // What can be named beforehand starts at zero, so that its first rise is seen.
        for outcome in WriterOutcome::CODES {
            drop(all.writer_operations.get_or_create(&[("outcome", outcome)]));
        }
        for outcome in WebhookOutcome::CODES {
            drop(all.webhook_messages.get_or_create(&[("outcome", outcome)]));
        }
        for format in ImportFormat::ALL {
            all.set_import(*format, &ImportState::default());
        }
        all
    }

    /// Gives each metric its name; the registry adds `marchline_` in front, and a counter's `_total` or the unit behind.
    fn register(&mut self) {
        let build: Family<Label, Gauge> = Family::default();
        build.get_or_create(&[("version", env!("CARGO_PKG_VERSION"))]).set(1);
        let registry = &mut self.registry;
        registry.register("build_info", "The version of the program, always 1", build);
        registry.register("http_requests", "Requests that were answered", self.http_requests.clone());
        registry.register("index_events", "Events that the public can see", self.index_events.clone());
        registry.register("index_event_versions", "Versions of events in memory", self.index_event_versions.clone());
        let help = "Bytes that the versions of events take in memory";
        registry.register_with_unit("index_event", help, Unit::Bytes, self.index_event_bytes.clone());
        registry.register("index_entities", "Members of the other resources in memory", self.index_entities.clone());
        registry.register("index_seq", "Newest operation that was applied", self.index_seq.clone());
        let help = "Operations in the database that are not applied yet; NaN while the database cannot be asked";
        registry.register("log_lag_operations", help, self.log_lag.clone());
        let help = "Operations that duplicates were not looked for in yet; NaN while the database cannot be asked";
        registry.register("duplicates_lag_operations", help, self.duplicates_lag.clone());
        registry.register("writer_queue_operations", "Operations that wait for the writer", self.writer_queue.clone());
        registry.register("writer_group_operations", "Operations in one transaction", self.writer_group.clone());
        registry.register("writer_operations", "Operations that the writer answered", self.writer_operations.clone());
        registry.register("change_streams", "Open streams of changes", self.change_streams.clone());
        registry.register("reader_connections", "Open connections for reading", self.reader_connections.clone());
        let help = "Reads that failed on an open connection and were tried again on a new one";
        registry.register("reader_reconnects", help, self.reader_reconnects.clone());
        self.text.register(registry);
        self.register_imports();
        self.register_webhooks();
        let registry = &mut self.registry;
        let help = "Time from a request's head to its answer's head";
        registry.register_with_unit("http_request_duration", help, Unit::Seconds, self.http_durations.clone());
        let help = "Time of one transaction, with the wait for its lock";
        registry.register_with_unit("writer_group_duration", help, Unit::Seconds, self.writer_durations.clone());
    }

    fn register_imports(&mut self) {
        let registry = &mut self.registry;
        let help = "Records that the import which told last has handed to its writer";
        registry.register("import_records", help, self.import_records.clone());
        let help = "Bytes of its file that it has read";
        registry.register_with_unit("import_read", help, Unit::Bytes, self.import_read_bytes.clone());
        let help = "Bytes of its file; 0 where that is not known";
        registry.register_with_unit("import_file", help, Unit::Bytes, self.import_file_bytes.clone());
        let help = "When it told so; 0 where no import ever did";
        registry.register_with_unit("import_told_timestamp", help, Unit::Seconds, self.import_told.clone());
    }

    fn register_webhooks(&mut self) {
        let registry = &mut self.registry;
        registry.register("webhook_messages", "Messages of webhooks that were sent", self.webhook_messages.clone());
        let help = "Operations that the webhook which is most behind was not told of yet; NaN while the database cannot be asked";
        registry.register("webhook_lag_operations", help, self.webhook_lag.clone());
        let help = "Webhooks whose message failed last, or that have stopped by themselves; NaN while the database cannot be asked";
        registry.register("webhook_failing", help, self.webhook_failing.clone());
    }

    /// Counts an answer. `route` is the pattern that matched, never the path itself.
    pub fn request(&self, method: &str, route: &str, status: u16, took: Duration) {
        let request = Request { method: known_method(method), route: route.into() };
        self.http_durations.get_or_create(&request).observe(took.as_secs_f64());
        self.http_requests.get_or_create(&Answer { request, status }).inc();
        self.answering.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// How long requests took so far, all together.
    pub fn answering(&self) -> Duration {
        Duration::from_micros(self.answering.load(Ordering::Relaxed))
    }

    /// Notes how much the index holds.
    pub fn set_index(&self, size: &IndexSize) {
        self.index_events.set(whole(size.events));
        self.index_event_versions.set(whole(size.event_versions));
        self.index_event_bytes.set(whole(size.event_bytes));
        for (resource, members) in &size.entities {
            self.index_entities.get_or_create(&[("resource", resource.code())]).set(whole(*members));
        }
        self.index_seq.set(size.seq);
    }

    /// Notes how much there is of words, where operations are applied up to `seq`.
    pub fn set_text(&self, size: &TextSize, seq: i64) {
        let TextSize { written_rows, recent_rows, segments, bytes, reached } = *size;
        self.text.written_rows.set(i64::try_from(written_rows).unwrap_or(i64::MAX));
        self.text.recent_rows.set(whole(recent_rows));
        self.text.segments.set(whole(segments));
        self.text.bytes.set(i64::try_from(bytes).unwrap_or(i64::MAX));
        self.text.lag.set(reached.map_or(0, |reached| (seq - reached).max(0)));
    }

    /// Notes how far the index, and the search for duplicates, are behind the log; `None` where that cannot be known.
    pub fn set_lags(&self, index: Option<i64>, duplicates: Option<i64>) {
        let lag = |operations: i64| f64::from(u32::try_from(operations.max(0)).unwrap_or(u32::MAX));
        self.log_lag.set(index.map_or(f64::NAN, lag));
        self.duplicates_lag.set(duplicates.map_or(f64::NAN, lag));
    }

    /// Notes how far the webhook that is most behind is behind the log, and how many fail; `None` where that cannot be known.
    pub fn set_webhooks(&self, known: Option<(i64, usize)>) {
        let number = |count: i64| f64::from(u32::try_from(count.max(0)).unwrap_or(u32::MAX));
        self.webhook_lag.set(known.map_or(f64::NAN, |(lag, _)| number(lag)));
        self.webhook_failing.set(known.map_or(f64::NAN, |(_, failing)| number(whole(failing))));
    }

    /// Counts a message of a webhook that was sent.
    pub fn webhook(&self, outcome: WebhookOutcome) {
        self.webhook_messages.get_or_create(&[("outcome", outcome.code())]).inc();
    }

    /// Notes how far the import of a format is that told last.
    pub fn set_import(&self, format: ImportFormat, state: &ImportState) {
        let label = [("format", format.code())];
        self.import_records.get_or_create(&label).set(state.records);
        self.import_read_bytes.get_or_create(&label).set(state.read_bytes);
        self.import_file_bytes.get_or_create(&label).set(state.file_bytes);
        self.import_told.get_or_create(&label).set(state.told_at);
    }

    /// An operation waits for the writer.
    pub fn operation_queued(&self) {
        self.writer_queue.inc();
    }

    /// An operation waits no longer.
    pub fn operation_taken(&self) {
        self.writer_queue.dec();
    }

    /// Counts a transaction of the writer, whether it was committed or not.
    pub fn group(&self, operations: usize, took: Duration) {
        self.writer_group.observe(u32::try_from(operations).map_or(f64::INFINITY, f64::from));
        self.writer_durations.observe(took.as_secs_f64());
    }

    /// Counts an operation that the writer answered.
    pub fn operation(&self, outcome: WriterOutcome) {
        self.writer_operations.get_or_create(&[("outcome", outcome.code())]).inc();
    }

    /// A stream of changes was opened.
    pub fn stream_opened(&self) {
        self.change_streams.inc();
    }

    /// A stream of changes was closed.
    pub fn stream_closed(&self) {
        self.change_streams.dec();
    }

    /// A connection for reading was opened.
    pub fn reader_opened(&self) {
        self.reader_connections.inc();
    }

    /// A connection for reading was closed.
    pub fn reader_closed(&self) {
        self.reader_connections.dec();
    }

    /// Counts a read that is tried again on a new connection.
    pub fn reader_reconnects(&self) {
        self.reader_reconnects.inc();
    }

    /// All of it in the text format of `OpenMetrics` 1.0.
    ///
    /// # Errors
    /// When a metric cannot be written.
    pub fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

/// The methods of RFC 9110 and PATCH; whatever else a client makes up is one value.
fn known_method(method: &str) -> &'static str {
    const KNOWN: [&str; 9] = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "TRACE"];
    KNOWN.into_iter().find(|known| *known == method).unwrap_or("other")
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
