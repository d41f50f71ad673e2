//! The change feed as a stream of server-sent events (WHATWG HTML, section 9.2). Nothing is kept for a client but its place: the
//! next stretch is read when the connection has taken the one before.

use std::sync::Arc;
use std::time::{Duration, Instant as Timer};

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use futures_util::stream::{empty, unfold};
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::timeout;
use utoipa::ToSchema;

use super::access;
use super::ask::{Ask, Service};
use super::changes::following;
use super::errors::FeedErrors;
use super::feeds::Following;
use super::middleware::IsHead;
use super::params::{EventFilterParams, EventViewParams, StreamHeaders, StreamParams};
use super::problem::Problem;
use crate::feed::{Entry, Limits};
use crate::metrics::Metrics;
use crate::store::log::{self, Head};

const EVENT_STREAM: &str = "text/event-stream";

/// Seconds after which a client that is told nothing else is told that the connection stands, and whether a key is still
/// accepted is looked up again. Shorter where the program is built for tests.
const HEARTBEAT: Duration = Duration::from_secs(if cfg!(debug_assertions) { 1 } else { 15 });
/// How long a client waits for a node that has just started.
const STARTING: Duration = Duration::from_mins(1);
/// How long a client waits for a node that has not come to its place yet. Shorter where the program is built for tests.
const BEHIND: Duration = if cfg!(debug_assertions) { Duration::from_secs(3) } else { STARTING };
/// Milliseconds that clients are told to wait before they connect again.
const RETRY: u32 = 2_000;
/// Entries that are read at once.
const ENTRIES: usize = 100;
/// Bytes of documents behind which no further entry is read at once: what a client that reads slowly holds here, about.
const BYTES: usize = 32 << 10;

/// What a client is told whose place is of an epoch that is no more: a backup was restored.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reset {
    /// The epoch that the dataset has now.
    #[schema(example = 2, minimum = 1)]
    pub epoch: i64,
    /// The operation behind which the stream goes on. What the client keeps is to be read anew, at this one.
    #[schema(example = 1_048_633, minimum = 0)]
    pub seq: i64,
}

/// What each operation changes, as it happens: the entries of `/v1/changes` as server-sent events. `data` is the entry, `id` is
/// `<epoch>.<seq>`, and there is no event name, so that `onmessage` is given them. A client that connects again with
/// `Last-Event-ID` goes on where it was, on any node. An event named `reset` says that a backup was restored: its data is
/// `{epoch, seq}`, and what the client keeps is to be read anew `as_of` that `seq`. Comments come while nothing happens.
#[utoipa::path(get, path = "/v1/changes/stream", operation_id = "stream_changes", tag = "changes",
    params(EventFilterParams, EventViewParams, StreamParams, StreamHeaders),
    responses((status = 200, description = "The entries, without an end. The schema is that of the `data` of each event.",
        body = Entry, content_type = "text/event-stream",
        headers(("Dataset-Revision", description = "The newest operation this node knew when it began, as epoch.seq."))),
        FeedErrors))]
pub async fn stream_changes(req: HttpRequest) -> Result<HttpResponse, Problem> {
    until_ready(&req).await;
    let mut ask = Ask::begin(&req, EVENT_STREAM).await?;
    if ask.as_of.is_some() {
        ask.params.fault("as_of", "unknown_parameter", "A stream goes on from an operation: `after` names it.");
    }
    let following = following(&mut ask);
    let after = ask.params.number("after", 0, i64::MAX);
    let last = last_event_id(&mut ask, &req);
    let Head { epoch, .. } = ask.head;
    // A client that comes back still names where it began, which may be lost by now.
    let (parameter, (from_epoch, at)) = match last {
        Some(last) => ("Last-Event-ID", last),
        None => ("after", (epoch, after.unwrap_or(0))),
    };
    if from_epoch == epoch {
        refuse_what_never_was(&mut ask, parameter, at)?;
    }
    ask.finish()?;
    let mut response = HttpResponse::Ok();
    response.content_type(EVENT_STREAM);
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    // As it is: an encoder would hold events back until it has enough of them, and so would a proxy.
    response.insert_header((header::CONTENT_ENCODING, "identity")).insert_header(("x-accel-buffering", "no"));
    if req.extensions().contains::<IsHead>() {
        return Ok(response.streaming(empty::<Result<Bytes, Problem>>()));
    }
    let stream = Stream {
        heads: ask.service.index.watch(),
        following: Arc::new(following),
        epoch: from_epoch,
        at,
        told: at,
        shown: shown(&req),
        checked: Timer::now(),
        begun: Timer::now(),
        is_new: true,
        _open: Open::new(&ask.service.index.metrics),
        service: ask.service,
    };
    Ok(response.streaming(unfold(stream, |mut stream| async move {
        let text = stream.next().await?;
        Some((text, stream))
    })))
}

/// Waits while a node that has just started learns the dataset: a browser that is answered 503 never connects again.
async fn until_ready(req: &HttpRequest) {
    let Some(index) = req.app_data::<Data<Service>>().map(|service| Arc::clone(&service.index)) else {
        return;
    };
    let mut heads = index.watch();
    let ready = heads.wait_for(|head| head.epoch != 0 || index.is_stopping());
    // Where it is not ready by then, the answer says so.
    drop(timeout(STARTING, ready).await);
}

/// Holds a place against the operations that there are. One that this node alone has not reached is waited for by the stream.
///
/// # Errors
/// 410 for one that is lost; one that nobody can have been told is a fault of the parameter.
fn refuse_what_never_was(ask: &mut Ask, parameter: &str, seq: i64) -> Result<(), Problem> {
    if seq <= ask.service.index.head().seq {
        return ask.refuse_lost(parameter, seq);
    }
    ask.service.index.nudge.give();
    // A store that cannot be asked now may be by the time the node has come so far.
    if let Ok(newest) = ask.service.reader.read(log::head)
        && seq > newest.seq
    {
        ask.params.fault(parameter, "ahead_of_store", format!("The newest operation is {}.", newest.seq));
    }
    Ok(())
}

/// Takes the place that a client was told last, as epoch and operation.
fn last_event_id(ask: &mut Ask, req: &HttpRequest) -> Option<(i64, i64)> {
    let value = req.headers().get("last-event-id")?;
    let read = |text: &str| {
        let (epoch, seq) = text.trim().split_once('.')?;
        let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        Some((number(epoch)?, number(seq)?))
    };
    let place = value.to_str().ok().and_then(read);
    if place.is_none() {
        ask.params.fault("Last-Event-ID", "malformed", "Expected the id of an event of this stream, as epoch.seq.");
    }
    place
}

/// The header by which a client showed its key.
fn shown(req: &HttpRequest) -> Option<HeaderMap> {
    let value: HeaderValue = req.headers().get(header::AUTHORIZATION)?.clone();
    let mut headers = HeaderMap::with_capacity(1);
    headers.insert(header::AUTHORIZATION, value);
    Some(headers)
}

/// A stream that is counted while it is open.
struct Open(Arc<Metrics>);

impl Open {
    fn new(metrics: &Arc<Metrics>) -> Self {
        metrics.stream_opened();
        Self(Arc::clone(metrics))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.stream_closed();
    }
}

/// One client's place in the feed.
struct Stream {
    service: Data<Service>,
    following: Arc<Following>,
    heads: watch::Receiver<Head>,
    /// The epoch that its place is of.
    epoch: i64,
    /// The operation up to which has been looked for it.
    at: i64,
    /// The operation that it was told last.
    told: i64,
    /// The key that it shows.
    shown: Option<HeaderMap>,
    /// When that was looked up.
    checked: Timer,
    begun: Timer,
    is_new: bool,
    _open: Open,
}

impl Stream {
    /// What is to be sent next; `None` where the stream ends.
    async fn next(&mut self) -> Option<Result<Bytes, Problem>> {
        if std::mem::take(&mut self.is_new) {
            // With its place, so that it comes back to it though nothing has been told.
            return Some(Ok(Bytes::from(format!("retry: {RETRY}\nid: {}.{}\n\n", self.epoch, self.at))));
        }
        loop {
            if self.service.index.is_stopping() || !self.is_still_allowed() {
                return None;
            }
            let head = *self.heads.borrow_and_update();
            if head.epoch != self.epoch {
                (self.epoch, self.at, self.told) = (head.epoch, head.seq, head.seq);
                return Some(Ok(reset(head)));
            }
            if self.at < head.seq {
                match self.read().await {
                    Ok(Some(text)) => return Some(Ok(text)),
                    Ok(None) => continue,
                    // The client connects again, and finds another node or is told what is wrong.
                    Err(problem) => return Some(Err(problem)),
                }
            }
            if self.at > head.seq && self.begun.elapsed() >= BEHIND {
                return None;
            }
            match timeout(HEARTBEAT, self.heads.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return None,
                Err(_) => return Some(Ok(self.heartbeat())),
            }
        }
    }

    /// The next entries; `None` where those that were looked at have nothing that was asked for.
    async fn read(&mut self) -> Result<Option<Bytes>, Problem> {
        let limits = Limits { until: i64::MAX, entries: ENTRIES, bytes: BYTES };
        let stretch = self.service.feeds.read(&self.following, self.at, limits).await?;
        self.at = stretch.last_seq;
        let Some((last, _)) = stretch.entries.last() else {
            return Ok(None);
        };
        self.told = *last;
        let mut text = Vec::new();
        for (seq, entry) in &stretch.entries {
            text.extend_from_slice(format!("id: {}.{seq}\ndata: ", self.epoch).as_bytes());
            text.extend_from_slice(entry);
            text.extend_from_slice(b"\n\n");
        }
        Ok(Some(text.into()))
    }

    /// A comment. Where operations were passed over that have nothing for the client it comes with a new place, which
    /// dispatches nothing, so that they are not looked through again when it comes back.
    fn heartbeat(&mut self) -> Bytes {
        if std::mem::replace(&mut self.told, self.at) == self.at {
            return Bytes::from_static(b":\n\n");
        }
        Bytes::from(format!(":\nid: {}.{}\n\n", self.epoch, self.at))
    }

    /// Whether the client's key is accepted as it was when the stream began; looked up again from time to time.
    fn is_still_allowed(&mut self) -> bool {
        let Some(shown) = self.shown.as_ref().filter(|_| self.checked.elapsed() >= HEARTBEAT) else {
            return true;
        };
        self.checked = Timer::now();
        let access = access::verify(shown, &self.service.reader);
        access.is_ok_and(|access| access::clearance_of(access.as_ref()) == self.following.question.clearance)
    }
}

fn reset(Head { epoch, seq, .. }: Head) -> Bytes {
    let data = serde_json::to_string(&Reset { epoch, seq }).unwrap_or_default();
    Bytes::from(format!("event: reset\nid: {epoch}.{seq}\ndata: {data}\n\n"))
}
