//! The events of timelines: as a list, and as a whole in every form.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse};

use super::ask::{Ask, PATIENCE, Service, await_words};
use super::entities;
use super::errors::TimelineEventErrors;
use super::event_ask::EventAsk;
use super::events::{ChosenPage, EventList, choose_page, give_page};
use super::export::give_whole;
use super::given_pages::answered;
use super::paging::{PageInfo, Paging, list_text};
use super::params::{EventViewParams, LangParam, PageParams, ReadHeaders, ReadParams, TableParams};
use super::problem::Problem;
use super::respond::{Fingerprint, JSON};
use super::selection::Selection;
use crate::domain::timeline::{TimelineContent, TimelineEntry};
use crate::formats::Form;
use crate::formats::geojson::EventFeatures;
use crate::formats::question::{Manner, Question};
use crate::formats::timelinejs::Slides;
use crate::index::events::EventVersion;
use crate::index::order::EventKey;
use crate::query::coverage::Monitoring;
use crate::query::cursor::digest;
use crate::query::page::cut;
use crate::query::timeline::{AskedTimeline, selected};
use crate::view::ready::EventView;
use crate::view::timeline::put_caption;

/// A page of a timeline's events, before their documents are read.
pub struct TimelinePage {
    /// The timeline.
    pub timeline: AskedTimeline,
    /// The operation that it is read at.
    pub seq: i64,
    /// Where the page lies.
    pub page: PageInfo,
    /// Whether what a saved query names was monitored.
    pub coverage: Option<Monitoring>,
    /// What all of it is made of.
    pub print: Fingerprint,
    /// Its events.
    pub contents: Contents,
}

/// Events of a timeline, with what its editor wrote beside them.
pub struct Contents {
    view: EventView,
    selection: Selection,
    /// Beside each of them; none for a saved query.
    captions: Vec<Option<String>>,
}

impl TimelinePage {
    /// Finds the page that is asked for, when all parameters have been taken.
    ///
    /// # Errors
    /// Faults of parameters; 404 where there is no such timeline, 410 or a redirection where it has ceased; 503.
    pub async fn find(
        req: &HttpRequest,
        ask: &mut Ask,
        view: EventView,
        paging: &Paging<EventKey>,
    ) -> Result<Self, Problem> {
        let seq = ask.finish()?;
        let id = entities::named::<TimelineContent>(&ask.service.index.read(), ask.clearance, req)?;
        let pinned = paging.pin(ask, seq, digest(&format!("timeline {id}"))).await?;
        let seq = pinned.seq;
        let timeline = timeline_at(req, ask, seq).await?;
        if !timeline.is_selection() {
            let AskedTimeline { query, named, .. } = &timeline;
            let named = ask.service.looked_up(query, named)?;
            let asked = EventAsk { query: query.clone(), view, named };
            let ChosenPage { page, selection, coverage, mut print } = choose_page(ask, &asked, paging, seq).await?;
            print.text(&query.text());
            let (page, view) = (paging.info(&page, pinned), asked.view);
            let contents = Contents { view, selection, captions: Vec::new() };
            return Ok(Self { timeline, seq, page, coverage, print, contents });
        }
        let state = ask.service.index.read();
        let sight = ask.sight(&state, seq);
        let place = |(position, (entry, version)): (i64, (&TimelineEntry, EventVersion))| {
            ((position, 0), (entry.caption.clone(), version))
        };
        let chosen: Vec<(EventKey, _)> = (0..).zip(selected(&timeline.content.entries, sight)).map(place).collect();
        let page = cut(chosen, paging.part());
        let captions: Vec<_> = page.items.iter().map(|(_, (caption, _))| caption.clone()).collect();
        let mut print = Fingerprint::of(ask.clearance);
        print.text(&format!("{view:?} {:?} {:?} {captions:?}", req.query_string(), page.total));
        let versions = page.items.iter().map(|(_, (_, version))| *version);
        let selection = Selection::of(&ask.service, sight, &view, versions, &mut print);
        let page = paging.info(&page, pinned);
        drop(state);
        let contents = Contents { view, selection, captions };
        Ok(Self { timeline, seq, page, coverage: None, print, contents })
    }
}

impl Contents {
    /// Their documents, in order.
    ///
    /// # Errors
    /// When the store cannot be asked, or holds another dataset by now.
    pub fn documents(self, service: &Service) -> Result<Vec<Arc<[u8]>>, Problem> {
        let Self { view, selection, captions } = self;
        let mut documents = selection.documents(service, &view)?;
        for (document, caption) in documents.iter_mut().zip(captions) {
            if let Some(caption) = caption {
                let mut text = document.to_vec();
                put_caption(&caption, &mut text)?;
                *document = text.into();
            }
        }
        Ok(documents)
    }
}

/// The timeline that the path names, as it was at an operation; waits for the words of events where its query asks for some.
async fn timeline_at(req: &HttpRequest, ask: &Ask, seq: i64) -> Result<AskedTimeline, Problem> {
    let timeline = {
        let state = ask.service.index.read();
        let sight = ask.sight(&state, seq);
        AskedTimeline::of(entities::present::<TimelineContent>(sight, req)?, sight)?
    };
    if timeline.asks_for_words() {
        await_words(&ask.service.index, PATIENCE).await;
    }
    Ok(timeline)
}

/// The events of a timeline: an editor's selection in the editor's order, or what a saved query finds in its order.
#[utoipa::path(get, path = "/v1/timelines/{id}/events", operation_id = "list_timeline_events", tag = "timelines",
    params(("id" = String, Path, description = "The timeline's id or slug.", example = "ice-out-los-angeles"),
        EventViewParams, PageParams, ReadParams, ReadHeaders),
    responses((status = 200, description = "A page of events, with links to its neighbours in `Link`.", body = EventList,
        headers(("ETag", description = "Weak validator of the page."),
                ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
        (status = 304, description = "The page is the one the client has."), TimelineEventErrors))]
pub async fn list_timeline_events(req: HttpRequest) -> Result<HttpResponse, Problem> {
    if let Some(answer) = answered(&req, JSON)? {
        return Ok(answer.respond(&req));
    }
    let mut ask = Ask::begin(&req, JSON).await?;
    let view = EventView::parse(&mut ask.params);
    let paging = Paging::<EventKey>::parse(&mut ask.params);
    let found = TimelinePage::find(&req, &mut ask, view, &paging).await?;
    let TimelinePage { timeline, seq, page, coverage, print, contents } = found;
    give_page(&req, &ask, &print.weak(), seq, &page, || {
        let documents = contents.documents(&ask.service)?;
        Ok(list_text(&documents, &page, &timeline.query.echo(seq), coverage.as_ref())?)
    })
}

/// Declares the handler that answers with a timeline in one form.
macro_rules! timeline_handlers {
    ($(
        $(#[$meta:meta])* $handler:ident at $path:literal is $form:ident, $media_type:literal: $body:ty,
        with $($params:ident),+;
    )+) => {$(
        $(#[$meta])*
        #[utoipa::path(get, path = $path, tag = "timelines",
            params(("id" = String, Path, description = "The timeline's id or slug.", example = "ice-out-los-angeles"),
                $($params,)+ ReadParams, ReadHeaders),
            responses((status = 200, description = "All its events, streamed.", body = $body, content_type = $media_type,
                headers(("ETag", description = "Weak validator: another one after any write."),
                        ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
                (status = 304, description = "Nothing was written since the client asked."), TimelineEventErrors))]
        pub async fn $handler(req: HttpRequest) -> Result<HttpResponse, Problem> {
            export(req, Form::$form).await
        }
    )+};
}

timeline_handlers! {
    /// The events of a timeline, as GeoJSON features with the point of their primary place.
    export_timeline_geojson at "/v1/timelines/{id}/events.geojson" is Geojson, "application/geo+json": EventFeatures, with EventViewParams;
    /// The events of a timeline, as a table: one row an event. Behind the columns of the guide to exports stands `caption`, where an
    /// editor chose the events.
    export_timeline_csv at "/v1/timelines/{id}/events.csv" is Csv, "text/csv; charset=utf-8": String, with LangParam, TableParams;
    /// The events of a timeline whose day is known, as a calendar.
    export_timeline_ics at "/v1/timelines/{id}/events.ics" is Ics, "text/calendar; charset=utf-8": String, with LangParam;
    /// The events of a timeline, as a feed: an editor's selection in the editor's order, or of what a saved query finds the 50 that
    /// were recorded last.
    export_timeline_atom at "/v1/timelines/{id}/events.atom" is Atom, "application/atom+xml": String, with LangParam;
    /// The events of a timeline that have a date which can be placed, as slides of `TimelineJS3`. Its title, description and cover
    /// are the first one.
    export_timeline_timelinejs at "/v1/timelines/{id}/events.timelinejs.json" is Timelinejs, "application/json": Slides, with LangParam;
    /// The events of a timeline that have a date, in the words of schema.org.
    export_timeline_jsonld at "/v1/timelines/{id}/events.jsonld" is Jsonld, "application/ld+json": Value, with LangParam;
    /// The events of a timeline, as the documents of the list, one a line. An answer that breaks off ends with a line `{"error": …}`
    /// that holds the problem.
    export_timeline_ndjson at "/v1/timelines/{id}/events.ndjson" is Ndjson, "application/x-ndjson": String, with EventViewParams;
}

/// Answers with all events of a timeline.
async fn export(req: HttpRequest, form: Form) -> Result<HttpResponse, Problem> {
    let mut ask = Ask::begin(&req, form.media_type()).await?;
    let manner = Manner::parse(form, &mut ask.params);
    let seq = ask.finish()?;
    let timeline = timeline_at(&req, &ask, seq).await?;
    let name = timeline.slug.clone();
    let question = Question::of_timeline(manner, timeline).map_err(|fault| Problem::parameters(vec![fault]))?;
    give_whole(&req, &ask, form, question, seq, &name).await
}
