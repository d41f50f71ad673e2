//! Pages that any site can frame.

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use url::form_urlencoded;

use super::ask::Ask;
use super::paging::Paging;
use super::problem::{Code, Problem};
use super::respond;
use super::timeline_events::TimelinePage as Found;
use crate::domain::privacy::Clearance;
use crate::formats::told::Told;
use crate::index::order::EventKey;
use crate::pages::frame;
use crate::pages::notice::{self, Why};
use crate::pages::timeline::TimelinePage;
use crate::pages::tongue::Tongue;
use crate::query::params::Params;
use crate::store::error::StoreError;
use crate::store::log;
use crate::view::ready::EventView;

/// A timeline as a page. A reader who cannot be given it is told so in words where a browser asks; programs are given the problem
/// document as everywhere.
pub async fn timeline(req: HttpRequest) -> Result<HttpResponse, Problem> {
    match page(&req).await {
        Err(problem) if !problem.status_code().is_redirection() && asks_for_html(&req) => Ok(refusal(&req, &problem)),
        answer => answer,
    }
}

async fn page(req: &HttpRequest) -> Result<HttpResponse, Problem> {
    let mut ask = Ask::begin(req, frame::MEDIA_TYPE).await?;
    // A page in a frame is part of another site: nobody's key opens more of it.
    ask.clearance = Clearance::Public;
    let mut view = EventView::in_words(&mut ask.params);
    let paging = Paging::<EventKey>::parse(&mut ask.params);
    let (lang, accepted) = (view.lang.clone(), accepted(req));
    let tongue = lang.as_deref().map_or(accepted, Tongue::of).unwrap_or(Tongue::English);
    view.lang = lang.clone().or_else(|| accepted.map(|tongue| tongue.tag().to_owned()));
    let Found { timeline, seq, page, mut print, contents, .. } = Found::find(req, &mut ask, view, &paging).await?;
    let dataset = &*ask.service.dataset;
    print.text(&format!("{tongue:?} {:?} {dataset:?}", timeline.content)).text(frame::STYLE);
    let etag = print.weak();
    if respond::is_known(req, &etag) {
        let mut response = respond::not_modified(&etag);
        vary(&mut response);
        return Ok(response);
    }
    let documents = contents.documents(&ask.service)?;
    let events = documents.iter().map(|document| Told::read(document)).collect::<Result<Vec<_>, StoreError>>()?;
    let html = TimelinePage {
        tongue,
        dataset,
        slug: &timeline.slug,
        timeline: &timeline.content,
        events: &events,
        total: page.total,
        neighbours: [&page.previous, &page.next].map(|cursor| cursor.as_deref().map(|cursor| beside(req, cursor))),
        lang: lang.as_deref(),
        as_of: ask.as_of,
        seq,
        recorded_at: ask.service.reader.read(|conn| log::recorded_at(conn, seq))?,
    };
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "public, no-cache")).insert_header((header::ETAG, etag));
    response.insert_header((header::LINK, respond::permanent_link(req, seq)));
    Ok(as_page(response.finish(), tongue, html.html()))
}

/// The address of another page of the same, relative to this one.
fn beside(req: &HttpRequest, cursor: &str) -> String {
    let pairs = form_urlencoded::parse(req.query_string().as_bytes()).filter(|(name, _)| name != "cursor");
    let query =
        form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).append_pair("cursor", cursor).finish();
    format!("?{query}")
}

/// An answer that is a page, with all that a browser must know of it.
fn as_page(response: HttpResponse, tongue: Tongue, html: String) -> HttpResponse {
    let mut response = response.set_body(html).map_into_boxed_body();
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&frame::POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    for (name, value) in [
        (header::CONTENT_TYPE, frame::MEDIA_TYPE),
        (header::CONTENT_LANGUAGE, tongue.tag()),
        (header::REFERRER_POLICY, "no-referrer"),
        // A page that is isolated from all others may frame it too.
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    vary(&mut response);
    response
}

fn vary(response: &mut HttpResponse) {
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept-Language"));
}

/// The first language that the reader's browser asks for, of those that pages speak.
fn accepted(req: &HttpRequest) -> Option<Tongue> {
    Tongue::accepted(req.headers().get(header::ACCEPT_LANGUAGE)?.to_str().ok()?)
}

/// Whether a client names HTML among what it takes, as browsers do and programs do not.
fn asks_for_html(req: &HttpRequest) -> bool {
    let accepted = req.headers().get_all(header::ACCEPT).filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|range| {
        let mut parts = range.split(';').map(|part| part.trim().to_ascii_lowercase());
        let is_html = parts.next().is_some_and(|media_type| media_type == "text/html");
        // Named with a weight of nothing it is refused (RFC 9110, section 12.5.1).
        is_html && !parts.any(|part| part.strip_prefix("q=").and_then(|weight| weight.parse().ok()) == Some(0.0))
    })
}

/// A problem in words.
fn refusal(req: &HttpRequest, problem: &Problem) -> HttpResponse {
    let why = match problem.code() {
        Code::NotFound => Why::Missing,
        Code::Gone => Why::Withdrawn,
        _ if problem.status_code().is_client_error() => Why::Misunderstood,
        _ => Why::Unavailable,
    };
    let asked = Params::parse(req.query_string()).take("lang").and_then(|lang| Tongue::of(&lang));
    let tongue = asked.or_else(|| accepted(req)).unwrap_or(Tongue::English);
    as_page(problem.error_response(), tongue, notice::page(tongue, why, &problem.sentences()))
}
