//! The service: everything mounted and bound.

use std::net::SocketAddr;
use std::sync::Arc;

use actix_cors::Cors;
use actix_web::dev::Server;
use actix_web::middleware::Compress;
use actix_web::rt::signal::unix::{SignalKind, signal};
use actix_web::{App, HttpServer, rt, web};
use tokio::sync::Semaphore;

use crate::config::Config;
use crate::http::ask::{Imports, Service};
use crate::http::feeds::Feeds;
use crate::http::gate::Gate;
use crate::http::given_pages::GivenPages;
use crate::http::limits::Limits;
use crate::http::middleware::Conventions;
use crate::http::openapi::openapi_text;
use crate::http::routes::mount;
use crate::http::turns::Turns;
use crate::index::Index;
use crate::load::jobs::Jobs;
use crate::node::WriterSlot;
use crate::node::moments::Moments;
use crate::node::reader::Reader;
use crate::query::known_values::KnownValues;
use crate::store::connection::DatabaseUrl;
use crate::view::kept::Kept;
use crate::webhooks::trial::Trials;

/// Seconds that a client has to send its request's head.
const REQUEST_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);

/// Whole answers that are streamed at once, each with a connection of its own.
const EXPORTS: usize = 8;

/// Binds the address and mounts everything; the server runs when it is awaited, and stops on SIGTERM or SIGINT after
/// the requests that are open have been answered.
///
/// # Errors
/// When the address cannot be bound.
pub fn serve(index: &Arc<Index>, writer: &WriterSlot, config: &Config) -> std::io::Result<(Server, Vec<SocketAddr>)> {
    let (database, dataset) = (config.database.clone(), Arc::new(config.dataset.clone()));
    let kept = Arc::new(Kept::new(config.document_cache << 20));
    // A page holds fifty documents and is asked for again within seconds or not at all.
    let pages = Arc::new(GivenPages::new((config.document_cache << 20) / 4));
    let exports = Arc::new(Semaphore::new(EXPORTS));
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let counts = Arc::new(Semaphore::new(config.question_turns.unwrap_or((processors / 2).max(1))));
    let question_timeout = config.question_timeout;
    let feeds = Arc::new(Feeds::new(Arc::clone(index), &reader(&database, index)));
    let openapi: Arc<str> = openapi_text().into();
    let jobs = Jobs::start(Arc::clone(index), Arc::clone(writer), database.clone());
    let (limit, folder) = (config.import_limit, config.import_folder.clone());
    let imports = Arc::new(Imports { jobs, limit, folder });
    let webhooks = Arc::new(Trials::new(&config.webhook_options));
    let turns = Arc::new(Turns::default());
    let moments = Arc::new(Moments::default());
    let values = Arc::new(KnownValues::default());
    let (known, writer) = (Arc::clone(index), Arc::clone(writer));
    let everything = move |routes: &mut web::ServiceConfig| {
        let service = Service {
            index: Arc::clone(&known),
            writer: Arc::clone(&writer),
            reader: reader(&database, &known),
            moments: Arc::clone(&moments),
            values: Arc::clone(&values),
            kept: Arc::clone(&kept),
            pages: Arc::clone(&pages),
            feeds: Arc::clone(&feeds),
            exports: Arc::clone(&exports),
            counts: Arc::clone(&counts),
            question_timeout,
            imports: Arc::clone(&imports),
            webhooks: Arc::clone(&webhooks),
            turns: Arc::clone(&turns),
            dataset: Arc::clone(&dataset),
            openapi: Arc::clone(&openapi),
        };
        routes.app_data(web::Data::new(service));
        mount(routes);
    };
    rt::spawn(end_streams(Arc::clone(index)));
    serve_routes(index, config, everything)
}

/// Ends the streams of changes as soon as the process is told to stop, which would wait for them in vain.
async fn end_streams(index: Arc<Index>) {
    match signal(SignalKind::terminate()) {
        Ok(mut told) => {
            told.recv().await;
            index.stop_following();
        }
        Err(error) => log::warn!("streams will not end when the process is told to stop: {error}"),
    }
}

/// A reader whose connection is counted among the node's.
fn reader(database: &DatabaseUrl, index: &Index) -> Reader {
    Reader::new(database.clone()).counted(Arc::clone(&index.metrics))
}

/// The same server around other routes, which each worker mounts for itself: `bench/` measures with it what a server
/// costs whose answers cost nothing.
///
/// # Errors
/// When the address cannot be bound.
pub fn serve_routes(
    index: &Arc<Index>,
    config: &Config,
    routes: impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static,
) -> std::io::Result<(Server, Vec<SocketAddr>)> {
    let dataset = Arc::new(config.dataset.clone());
    let conventions = Conventions { index: Arc::clone(index), access_log: config.access_log, dataset };
    let limits = config.rate_limit.map(|limit| Arc::new(Limits::new(limit)));
    let gate = Gate { read_access: config.read_access, limits, proxies: config.proxies };
    let build = move || {
        // The last one is the outermost: whatever the gate turns away is an answer like any other.
        let app = App::new().wrap(gate.clone()).wrap(Compress::default()).wrap(cors()).wrap(conventions.clone());
        app.configure(routes.clone())
    };
    let mut server = HttpServer::new(build).shutdown_timeout(config.shutdown_timeout);
    if let Some(workers) = config.workers {
        server = server.workers(workers);
    }
    let server = server.client_request_timeout(REQUEST_TIMEOUT).bind(&config.bind)?;
    let addresses = server.addrs();
    Ok((server.run(), addresses))
}

/// Any page may ask, and see the headers that this takes: keys go by a header that a page must set itself, and nothing is
/// ever allowed by a cookie.
fn cors() -> Cors {
    Cors::default()
        .allow_any_origin()
        .send_wildcard()
        .block_on_origin_mismatch(false)
        .allowed_methods(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"])
        .allow_any_header()
        .expose_headers([
            "Link",
            "Location",
            "WWW-Authenticate",
            "ETag",
            "Repr-Digest",
            "Unencoded-Digest",
            "Dataset-Revision",
            "Request-Id",
            "Retry-After",
            "RateLimit",
            "RateLimit-Policy",
        ])
        .max_age(86_400)
}
