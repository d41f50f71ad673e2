//! Whole answers in every form, streamed: every event that matches a question, at one operation, however much is written
//! meanwhile.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header;
use actix_web::web::{Bytes, block};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream::{StreamExt, iter, try_unfold};
use tokio::sync::OwnedSemaphorePermit;

use super::ask::Ask;
use super::errors::ExportErrors;
use super::params::{
    EventFilterParams, EventOrderParam, EventViewParams, FeedParams, LangParam, ReadHeaders, ReadParams, TableParams,
};
use super::problem::{Code, Problem};
use super::respond::{self, Fingerprint};
use super::schemas::of_table;
use super::site::site;
use crate::formats::Form;
use crate::formats::geojson::EventFeatures;
use crate::formats::question::{Question, Surroundings};
use crate::formats::timelinejs::Slides;
use crate::formats::walk::{Cut, Whole};
use crate::store::log;

/// Declares the handler that answers in one form.
macro_rules! export_handlers {
    ($(
        $(#[$meta:meta])* $handler:ident at $path:literal is $form:ident, $media_type:literal: $body:ty,
        with $($params:ident),+;
    )+) => {$(
        $(#[$meta])*
        #[utoipa::path(get, path = $path, tag = "events",
            params(EventFilterParams, EventOrderParam, $($params,)+ ReadParams, ReadHeaders),
            responses((status = 200, description = "All events, streamed.", body = $body, content_type = $media_type,
                headers(("ETag", description = "Weak validator: another one after any write."),
                        ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
                (status = 304, description = "Nothing was written since the client asked."), ExportErrors))]
        pub async fn $handler(req: HttpRequest) -> Result<HttpResponse, Problem> {
            export(req, Form::$form).await
        }
    )+};
}

export_handlers! {
    /// All events that match a query, as GeoJSON features with the point of their primary place.
    export_events_geojson at "/v1/events.geojson" is Geojson, "application/geo+json": EventFeatures, with EventViewParams;
    /// All events that match a query, as a table: one row an event, columns as the guide to exports describes them.
    export_events_csv at "/v1/events.csv" is Csv, "text/csv; charset=utf-8": String, with LangParam, TableParams;
    /// All events that match a query whose day is known, as a calendar.
    export_events_ics at "/v1/events.ics" is Ics, "text/calendar; charset=utf-8": String, with LangParam;
    /// The events that match a query and were recorded last, as a feed. It is bounded, as feeds are.
    export_events_atom at "/v1/events.atom" is Atom, "application/atom+xml": String, with LangParam, FeedParams;
    /// All events that match a query and have a date that can be placed, as slides of `TimelineJS3`.
    export_events_timelinejs at "/v1/events.timelinejs.json" is Timelinejs, "application/json": Slides, with LangParam;
    /// All events that match a query and have a date, in the words of schema.org.
    export_events_jsonld at "/v1/events.jsonld" is Jsonld, "application/ld+json": Value, with LangParam;
    /// All events that match a query, as the documents of the list, one a line. An answer that breaks off ends with a line
    /// `{"error": …}` that holds the problem.
    export_events_ndjson at "/v1/events.ndjson" is Ndjson, "application/x-ndjson": String, with EventViewParams;
}

/// How long the connection stays open behind an answer that broke off, so that what says so is sent: whatever was not is thrown
/// away with it.
pub const LAST_WORDS: Duration = Duration::from_secs(1);

/// Answers with all that matches.
async fn export(req: HttpRequest, form: Form) -> Result<HttpResponse, Problem> {
    let mut ask = Ask::begin(&req, form.media_type()).await?;
    let question = Question::parse(form, &ask.service.index.read(), ask.clearance, &mut ask.params);
    let seq = ask.finish()?;
    give_whole(&req, &ask, form, question, seq, "events").await
}

/// Answers a question as a whole, at an operation; `name` is that of the file it may become.
///
/// # Errors
/// 503 where there is no turn or no time for it, or the store cannot be asked.
pub async fn give_whole(
    req: &HttpRequest,
    ask: &Ask,
    form: Form,
    mut question: Question,
    seq: i64,
    name: &str,
) -> Result<HttpResponse, Problem> {
    let service = &ask.service;
    let (dataset, site) = (&*service.dataset, site(req, &service.dataset));
    // From before anything is read; and a later policy changes earlier answers too, so the newest operation is part of it.
    let mut print = Fingerprint::of(ask.clearance);
    print.text(req.query_string()).number(seq).number(ask.head.seq).number(ask.head.epoch);
    let etag = print.text(form.code()).text(site.as_deref().unwrap_or_default()).weak();
    if respond::is_known(req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    let described_by = (form == Form::Csv && !question.has_captions()).then(|| of_table(question.vocabularies()));
    question.named = service.looked_up(&question.query, &question.named)?;
    let recorded_at = service.reader.read(|conn| log::recorded_at(conn, seq))?;
    let begun = {
        let state = service.index.read();
        let surroundings = Surroundings { dataset, site, target: req.uri().to_string(), recorded_at };
        let (sight, deadline) = (ask.sight(&state, seq), Some(ask.deadline()));
        question.begin(&service.index, service.reader.another(), sight, surroundings, deadline)?
    };
    let busy = |_| Problem::unavailable("As many exports as this node makes at once are under way; ask again soon.");
    let turn = Arc::clone(&ask.service.exports).try_acquire_owned().map_err(busy)?;
    let stopping = |_| Problem::new(Code::Unavailable, "The service is stopping.");
    let whole = block(move || begun.counted()).await.map_err(stopping)??;
    let export = Box::new(Export { whole, _turn: turn });
    // The first events before the status, so that a store out of reach is told as such.
    let (first, rest) = match next_piece(export).await {
        (_, Rest::Broken(problem)) => return Err(problem),
        piece => piece,
    };
    let rest = try_unfold(rest, async |rest| match rest {
        Rest::Broken(problem) => {
            tokio::time::sleep(LAST_WORDS).await;
            Err(problem)
        }
        Rest::Following(export) if export.whole.is_over() => Ok(None),
        Rest::Following(export) => Ok(Some(next_piece(export).await)),
    });
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "public, no-cache")).insert_header((header::ETAG, etag));
    let described = described_by.map(|page| format!(", <{page}>; rel=\"describedby\"")).unwrap_or_default();
    response.insert_header((header::LINK, respond::permanent_link(req, seq) + &described));
    response.insert_header((header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}.{}\"", form.extension())));
    Ok(response.content_type(form.media_type()).streaming(iter([Ok(first)]).chain(rest)))
}

/// An answer on its way.
struct Export {
    whole: Whole,
    _turn: OwnedSemaphorePermit,
}

/// What is still to come.
enum Rest {
    Following(Box<Export>),
    /// Nothing: the connection is closed without the end that the protocol gives an answer, so that no client takes it for whole.
    Broken(Problem),
}

/// Reads on, away from the threads that answer short requests.
async fn next_piece(mut export: Box<Export>) -> (Bytes, Rest) {
    let read = move || {
        let mut text = Vec::new();
        let rest = match export.whole.advance(&mut text).map_err(Problem::from) {
            Ok(()) => Rest::Following(export),
            Err(problem) => {
                export.whole.cut(&problem.text(), &mut text);
                Rest::Broken(problem)
            }
        };
        (Bytes::from(text), rest)
    };
    let stopping = |_| (Bytes::new(), Rest::Broken(Problem::new(Code::Unavailable, "The service is stopping.")));
    block(read).await.unwrap_or_else(stopping)
}

impl From<Cut> for Problem {
    fn from(cut: Cut) -> Self {
        match cut {
            Cut::Store(error) => error.into(),
            Cut::Restored => Self::restored(),
        }
    }
}
