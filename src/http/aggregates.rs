//! What is counted of events: by time, by value, and what they lie between. Such a question may look at all events there are,
//! so it is answered away from the threads that answer short requests, a few at once.

use std::sync::Arc;

use actix_web::web::block;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::ask::Ask;
use super::counting::Counting;
use super::errors::AggregateErrors;
use super::event_ask::EventAsk;
use super::given_pages::{answered, takes_earlier};
use super::params::{EventFilterParams, FacetParams, HistogramParams, ReadHeaders, ReadParams};
use super::problem::{Code, Problem};
use super::respond::{self, Fingerprint, JSON, Text};
use crate::domain::privacy::Clearance;
use crate::query::echo::EventQueryEcho;
use crate::query::facets::FacetQuery;
use crate::query::histogram::HistogramQuery;
use crate::query::params::Params;
use crate::store::error::StoreError;
use crate::view::aggregate::{EventExtent, EventFacets, EventHistogram};

/// The events that match a query by time: how many lie in each hour, day, week, month or year, for sure and possibly.
#[utoipa::path(get, path = "/v1/events/histogram", operation_id = "get_event_histogram", tag = "events",
    params(EventFilterParams, HistogramParams, ReadParams, ReadHeaders),
    responses((status = 200, description = "The buckets, in order.", body = EventHistogram,
        headers(("ETag", description = "Weak validator of the counts."),
                ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
        (status = 304, description = "The counts are those the client has."), AggregateErrors))]
pub async fn get_event_histogram(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let counted = |query: &HistogramQuery, counting: &Counting<'_>| counting.histogram(query);
    answer(req, HistogramQuery::parse, counted, |answer| &answer.query).await
}

/// How many of the events that match a query have which types, places, actors and so on: the most frequent values of each.
#[utoipa::path(get, path = "/v1/events/facets", operation_id = "get_event_facets", tag = "events",
    params(EventFilterParams, FacetParams, ReadParams, ReadHeaders),
    responses((status = 200, description = "The values with their counts.", body = EventFacets,
        headers(("ETag", description = "Weak validator of the counts."),
                ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
        (status = 304, description = "The counts are those the client has."), AggregateErrors))]
pub async fn get_event_facets(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let counted = |query: &FacetQuery, counting: &Counting<'_>| counting.facets(query);
    answer(req, FacetQuery::parse, counted, |answer| &answer.query).await
}

/// What the events that match a query lie between, in time and on the map.
#[utoipa::path(get, path = "/v1/events/extent", operation_id = "get_event_extent", tag = "events",
    params(EventFilterParams, ReadParams, ReadHeaders),
    responses((status = 200, description = "The bounds.", body = EventExtent,
        headers(("ETag", description = "Weak validator of the bounds."),
                ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
        (status = 304, description = "The bounds are those the client has."), AggregateErrors))]
pub async fn get_event_extent(req: HttpRequest) -> Result<HttpResponse, Problem> {
    answer(req, |_| (), |(), counting| counting.extent(), |answer| &answer.query).await
}

/// Answers with JSON: `parse` takes what a question asks beside its filters, `count` answers it, and `echo` finds the question in
/// the answer.
async fn answer<Q: Send + 'static, D: Serialize + 'static>(
    req: HttpRequest,
    parse: fn(&mut Params) -> Q,
    count: fn(&Q, &Counting<'_>) -> Result<D, Problem>,
    echo: fn(&D) -> &EventQueryEcho,
) -> Result<HttpResponse, Problem> {
    let json = move |query: &Q, counting: &Counting<'_>| {
        let answer = count(query, counting)?;
        let bytes = serde_json::to_vec(&answer).map_err(StoreError::from)?;
        // All but the question, which stands last and names the operation.
        let question = serde_json::to_vec(echo(&answer)).map_err(StoreError::from)?;
        Ok(Counted { told: bytes.len() - question.len() - 1, bytes })
    };
    counted(req, JSON, parse, json).await
}

/// What was counted, as it is sent.
pub struct Counted {
    /// All of it.
    pub bytes: Vec<u8>,
    /// How many of its first bytes are told apart from those of other answers.
    pub told: usize,
}

/// Answers a question about events in a form: `parse` takes what it asks beside its filters, and `count` answers it, away from
/// the threads that answer short requests.
pub async fn counted<Q: Send + 'static>(
    req: HttpRequest,
    media_type: &'static str,
    parse: impl FnOnce(&mut Params) -> Q,
    count: impl FnOnce(&Q, &Counting<'_>) -> Result<Counted, Problem> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    if let Some(answer) = answered(&req, media_type)? {
        return Ok(answer.respond(&req));
    }
    let mut ask = Ask::begin(&req, media_type).await?;
    let mut asked = EventAsk::filters(&mut ask);
    let query = parse(&mut ask.params);
    let seq = asked.finish(&mut ask)?;
    // From before anything is read: what is written meanwhile makes the answer look older than it is, never newer.
    let (head, clearance) = (ask.head, ask.clearance);
    let turn = ask.turn().await?;
    let (index, values) = (Arc::clone(&ask.service.index), Arc::clone(&ask.service.values));
    let deadline = ask.deadline();
    let mut print = Fingerprint::of(clearance);
    print.text(req.path()).text(req.query_string());
    let work = move || {
        let _turn = turn;
        let EventAsk { query: filters, named, .. } = &asked;
        let counting = Counting { index: &index, query: filters, named, seq, clearance, deadline, known: &values };
        let Counted { bytes, told } = count(&query, &counting)?;
        print.bytes(&bytes[..told]);
        Ok::<_, Problem>((Text::in_form(media_type, bytes), print.weak()))
    };
    let (text, etag) = block(work).await.map_err(|_| Problem::new(Code::Unavailable, "The service is stopping."))??;
    if respond::is_known(&req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    let links = respond::permanent_link(&req, seq);
    if clearance == Clearance::Public && takes_earlier(&req) {
        return Ok(ask.service.pages.keep(&req, head, etag, links, text).respond(&req));
    }
    Ok(respond::whole(&etag, &links, &text))
}
