//! Whole answers, streamed: every event that matches a question, at one operation, however much is written meanwhile.

use std::collections::VecDeque;
use std::sync::Arc;

use actix_web::http::header;
use actix_web::web::{Bytes, block};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream::{StreamExt, iter, try_unfold};
use tokio::sync::OwnedSemaphorePermit;

use super::ask::{Ask, Service};
use super::errors::ExportErrors;
use super::event_ask::EventAsk;
use super::params::{EventFilterParams, EventOrderParam, EventViewParams, ReadHeaders, ReadParams};
use super::problem::{Code, Problem};
use super::respond::{self, Fingerprint};
use super::selection::Selection;
use crate::domain::privacy::Clearance;
use crate::index::answer::{Answer, Pending};
use crate::index::order::{EventKey, Sort};
use crate::index::search::Search;
use crate::index::sight::Sight;
use crate::query::page::{Part, page_in};
use crate::view::geojson::{self, EventFeatures};
use crate::view::ready::EventView;

/// Events read in one go: some hundred kilobytes, a few milliseconds. Far fewer where the program is built for tests.
const CHUNK: usize = if cfg!(debug_assertions) { 16 } else { 200 };

/// Events that are looked for in one go where all of them have to be looked at for that.
const AHEAD: usize = 100 * CHUNK;

/// All events that match a query, as GeoJSON features with the point of their primary place.
#[utoipa::path(get, path = "/v1/events.geojson", operation_id = "export_events_geojson", tag = "events",
    params(EventFilterParams, EventOrderParam, EventViewParams, ReadParams, ReadHeaders),
    responses((status = 200, description = "All events, streamed.", body = EventFeatures,
        content_type = "application/geo+json",
        headers(("ETag", description = "Weak validator: another one after any write."),
                ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
        (status = 304, description = "Nothing was written since the client asked."), ExportErrors))]
pub async fn export_events_geojson(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut ask = Ask::begin(&req, geojson::MEDIA_TYPE).await?;
    let mut asked = EventAsk::parse(&mut ask);
    if asked.query.order() == Sort::Relevance {
        ask.params.fault("sort", "unsupported_here", "Only pages of a list go by relevance; a whole answer does not.");
    }
    let seq = asked.finish(&mut ask)?;
    let (search, counting, coverage, generation, etag) = {
        let state = ask.service.index.read();
        let sight = ask.sight(&state, seq);
        let (search, coverage) = (asked.plan(sight)?, asked.monitoring(sight));
        let mut print = Fingerprint::of(ask.clearance);
        // A later policy changes earlier answers too, so the newest operation is part of it.
        print.text(req.query_string()).number(seq).number(state.head.seq).number(state.head.epoch);
        let counting = Pending::new(&state.events, search.clone(), ask.deadline());
        (search, counting, coverage, state.generation, print.weak())
    };
    if respond::is_known(&req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    let busy = |_| Problem::unavailable("As many exports as this node makes at once are under way; ask again soon.");
    let turn = Arc::clone(&ask.service.exports).try_acquire_owned().map_err(busy)?;
    let count = move || {
        let answer = counting.answer();
        answer.in_time(answer.total())
    };
    let total = block(count).await.map_err(|_| Problem::new(Code::Unavailable, "The service is stopping."))??;
    let mut text = Vec::new();
    let EventAsk { query, view, .. } = asked;
    geojson::begin(&query.echo(seq), coverage.as_ref(), total, &mut text)?;
    let export = Export {
        service: ask.service.apart(),
        view,
        search,
        sort: query.order(),
        seq,
        clearance: ask.clearance,
        generation,
        from: None,
        ahead: VecDeque::new(),
        is_first: true,
        has_more: true,
        is_over: false,
        text,
        _turn: turn,
    };
    // The first events before the status, so that a store out of reach is told as such.
    let (first, export) = next_chunk(export).await?;
    let rest = try_unfold(export, async |export| {
        if export.is_over {
            return Ok::<_, Problem>(None);
        }
        next_chunk(export).await.map(Some)
    });
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "public, no-cache")).insert_header((header::ETAG, etag));
    response.insert_header((header::LINK, respond::permanent_link(&req, seq)));
    let body = iter([Ok(first)]).chain(rest);
    Ok(response.content_type(geojson::MEDIA_TYPE).streaming(body))
}

/// An answer on its way.
struct Export {
    service: Service,
    view: EventView,
    search: Search,
    sort: Sort,
    seq: i64,
    clearance: Clearance,
    generation: u32,
    from: Option<EventKey>,
    /// The next ones, as far as they are known.
    ahead: VecDeque<(EventKey, u32)>,
    is_first: bool,
    has_more: bool,
    is_over: bool,
    text: Vec<u8>,
    _turn: OwnedSemaphorePermit,
}

/// Reads on, away from the threads that answer short requests.
async fn next_chunk(mut export: Export) -> Result<(Bytes, Export), Problem> {
    let read = move || export.advance().map(|()| (Bytes::from(std::mem::take(&mut export.text)), export));
    block(read).await.map_err(|_| Problem::new(Code::Unavailable, "The service is stopping."))?
}

impl Export {
    fn advance(&mut self) -> Result<(), Problem> {
        let selection = {
            let state = self.service.index.read();
            if state.generation != self.generation {
                return Err(Problem::restored());
            }
            if self.ahead.is_empty() {
                let limit = if self.sort == Sort::Distance { AHEAD } else { CHUNK };
                let part = Part { from: self.from.as_ref(), backward: false, limit };
                let page = page_in(&Answer::new(&state.events, &self.search), self.sort, part, false);
                self.ahead = page.items.into();
                self.has_more = page.has_next;
            }
            let chunk: Vec<_> = self.ahead.drain(..CHUNK.min(self.ahead.len())).collect();
            self.from = chunk.last().map(|(key, _)| *key);
            self.is_over = self.ahead.is_empty() && !self.has_more;
            let versions = chunk.iter().filter_map(|(_, row)| state.events.of_row(*row));
            let sight = Sight { state: &state, seq: self.seq, clearance: self.clearance };
            Selection::of(&self.service, sight, &self.view, versions, &mut Fingerprint::default())
        };
        for document in selection.documents(&self.service, &self.view)? {
            if !std::mem::take(&mut self.is_first) {
                self.text.push(b',');
            }
            geojson::feature(&document, &mut self.text)?;
        }
        if self.is_over {
            geojson::end(&mut self.text);
        }
        Ok(())
    }
}
