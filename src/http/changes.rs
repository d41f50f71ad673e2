//! The change feed.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use url::form_urlencoded;
use utoipa::ToSchema;

use super::ask::Ask;
use super::errors::FeedErrors;
use super::feeds::{Following, Stretch};
use super::params::{ChangePageParams, EventFilterParams, EventViewParams, ReadHeaders, ReadParams};
use super::problem::Problem;
use super::respond::{self, Fingerprint, JSON, Text};
use super::site;
use crate::feed::filter::Filter;
use crate::feed::{Entry, Limits, Question};
use crate::store::error::StoreError;
use crate::view::ready::EventView;

/// Entries of a page where `limit` asks for no number.
const DEFAULT_LIMIT: usize = 100;
/// Most entries of a page.
const MAX_LIMIT: usize = 500;
/// Bytes of documents behind which a page takes no further entry.
const BYTES: usize = 1 << 20;

/// A page of the change feed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeList {
    /// The entries, in the order in which they happened; empty where there is nothing newer.
    pub data: Vec<Entry>,
    /// Where to go on.
    pub page: ChangePage,
}

/// Where a page of the change feed ends.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChangePage {
    /// The path and query to go on from; it is there on the last page too, so that whoever polls asks for it again.
    #[schema(example = "/v1/changes?after=57")]
    pub next: String,
    /// The operation up to which this page has looked. It may be later than that of the last entry, where those behind it have
    /// nothing that was asked for, and earlier than the newest.
    #[schema(example = 57, minimum = 0)]
    pub last_seq: i64,
}

/// What each operation changed, oldest first. Without filters every resource is told of; with filters of events, the events
/// alone that matched before or match since. Whoever goes on from `page.next` misses nothing and is told nothing twice.
#[utoipa::path(get, path = "/v1/changes", operation_id = "list_changes", tag = "changes",
    params(EventFilterParams, EventViewParams, ChangePageParams, ReadParams, ReadHeaders),
    responses((status = 200, description = "A page of the feed.", body = ChangeList,
        headers(("ETag", description = "Weak validator of the page."),
                ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
        (status = 304, description = "The page is the one the client has."), FeedErrors))]
pub async fn list_changes(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut ask = Ask::begin(&req, JSON).await?;
    let limit = ask.params.number("limit", 1, MAX_LIMIT).unwrap_or(DEFAULT_LIMIT);
    let following = following(&mut ask);
    let after = after(&mut ask).await?;
    let until = ask.finish()?;
    let limits = Limits { until, entries: limit, bytes: BYTES };
    let stretch = ask.service.feeds.read(&Arc::new(following), after.unwrap_or(0), limits).await?;
    let next = next(&req, stretch.last_seq);
    let path = site::path(&req, &ask.service.dataset);
    let page = ChangePage { next: format!("{path}{next}"), last_seq: stretch.last_seq };
    let text = page_text(&stretch, &page)?;
    let mut print = Fingerprint::of(ask.clearance);
    print.text(req.query_string()).bytes(&text);
    let etag = print.weak();
    if respond::is_known(&req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    let links = format!("<{next}>; rel=\"next\", {}", respond::permanent_link(&req, until));
    Ok(respond::whole(&etag, &links, &Text::of(text)))
}

/// Takes the filters, and how events are to be given; faults stay with the request's.
pub fn following(ask: &mut Ask) -> Following {
    let view = EventView::parse(&mut ask.params);
    let filter = Filter::parse(&ask.service.index.read(), ask.clearance, &mut ask.params);
    Following::new(Question { filter, view, clearance: ask.clearance })
}

/// Takes `after`: the operation behind which entries are wanted.
///
/// # Errors
/// 410 for one that is lost, 503 where the node does not reach it in time.
async fn after(ask: &mut Ask) -> Result<Option<i64>, Problem> {
    let Some(after) = ask.params.number("after", 0, i64::MAX) else {
        return Ok(None);
    };
    match ask.reach_if_stored(after).await? {
        Some(newest) => ask.params.fault("after", "ahead_of_store", format!("The newest operation is {newest}.")),
        None => ask.refuse_lost("after", after)?,
    }
    Ok(Some(after))
}

/// The path and query of the page behind an operation; without `as_of`, so that a page says the same when it is asked for at
/// the operation that it was answered at.
fn next(req: &HttpRequest, after: i64) -> String {
    let pairs = form_urlencoded::parse(req.query_string().as_bytes())
        .filter(|(known, _)| !["after", "as_of"].contains(&&**known));
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs).append_pair("after", &after.to_string());
    format!("{}?{}", req.path(), query.finish())
}

fn page_text(stretch: &Stretch, page: &ChangePage) -> Result<Vec<u8>, StoreError> {
    let mut text = b"{\"data\":[".to_vec();
    for (number, (_, entry)) in stretch.entries.iter().enumerate() {
        if number > 0 {
            text.push(b',');
        }
        text.extend_from_slice(entry);
    }
    text.extend_from_slice(b"],\"page\":");
    serde_json::to_writer(&mut text, page)?;
    text.push(b'}');
    Ok(text)
}
