//! What every answer has, whoever gives it: a request id, the node's revision, a problem document where it is an error, a
//! line in the access log, and it is counted. HEAD is asked as GET, and its body left out by the protocol layer.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant as Timer;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{Error, HttpMessage};
use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, Ready, ready};
use uuid::Uuid;

use super::access;
use super::limits::Standing;
use super::links;
use super::problem::{MEDIA_TYPE, Problem};
use super::respond::{REPR_DIGEST, UNENCODED_DIGEST};
use super::site;
use crate::config::{AccessLog, DatasetSettings};
use crate::domain::privacy::Clearance;
use crate::index::Index;
use crate::pages::frame;
use crate::store::log::Head;

const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
/// Stands for the route where no pattern matched: what clients make up is no label and no word of a log.
const NO_ROUTE: &str = "-";
const DATASET_REVISION: HeaderName = HeaderName::from_static("dataset-revision");

/// Goes with a request that was HEAD, for answers that have no end.
pub struct IsHead;

/// The conventions, as a layer around all routes.
#[derive(Clone)]
pub struct Conventions {
    /// What the node knows.
    pub index: Arc<Index>,
    /// What the access log holds.
    pub access_log: AccessLog,
    /// Where the service is found.
    pub dataset: Arc<DatasetSettings>,
}

impl<S, B> Transform<S, ServiceRequest> for Conventions
where
    S: actix_web::dev::Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type InitError = ();
    type Transform = Layer<S>;
    type Future = Ready<Result<Self::Transform, Self::InitError>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(Layer { inner, conventions: self.clone() }))
    }
}

/// The layer around one worker's routes.
pub struct Layer<S> {
    inner: S,
    conventions: Conventions,
}

impl<S, B> actix_web::dev::Service<ServiceRequest> for Layer<S>
where
    S: actix_web::dev::Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Self::Error>>;

    forward_ready!(inner);

    fn call(&self, mut req: ServiceRequest) -> Self::Future {
        let started = Timer::now();
        let id = request_id(&req);
        let method = req.method().clone();
        if method == Method::HEAD {
            req.head_mut().method = Method::GET;
            req.extensions_mut().insert(IsHead);
        }
        let conventions = self.conventions.clone();
        let answer = AssertUnwindSafe(self.inner.call(req)).catch_unwind();
        async move {
            let answer = match answer.await {
                Ok(Ok(answer)) => problem_unless_ours(answer.map_into_boxed_body(), &id),
                Ok(Err(error)) => {
                    let status = error.as_response_error().status_code();
                    conventions.count(&method, NO_ROUTE, status, started);
                    return Err(error);
                }
                // The request went with the panic; the protocol layer sends the problem document without these headers.
                Err(_) => {
                    log::error!("a request panicked; request id {id}");
                    conventions.count(&method, NO_ROUTE, StatusCode::INTERNAL_SERVER_ERROR, started);
                    return Err(Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR).into());
                }
            };
            let answer = conventions.with_headers(answer, &id);
            let route = answer.request().match_pattern().unwrap_or_else(|| NO_ROUTE.to_owned());
            conventions.count(&method, &route, answer.status(), started);
            conventions.log(&answer, &method, &route, started, &id);
            Ok(answer)
        }
        .boxed_local()
    }
}

impl Conventions {
    fn with_headers(&self, mut answer: ServiceResponse<BoxBody>, id: &str) -> ServiceResponse<BoxBody> {
        let answered_for = answer.request().extensions().get::<Head>().copied();
        let head = answered_for.unwrap_or_else(|| self.index.head());
        let standing = answer.request().extensions().get::<Standing>().cloned();
        let is_restricted = access::clearance(answer.request()) == Clearance::Restricted;
        let path = site::path(answer.request(), &self.dataset);
        let headers = answer.headers_mut();
        links::place(headers, &path);
        if let Ok(id) = HeaderValue::from_str(id) {
            headers.insert(REQUEST_ID, id);
        }
        if let Ok(revision) = HeaderValue::from_str(&format!("{}.{}", head.epoch, head.seq)) {
            headers.insert(DATASET_REVISION, revision);
        }
        // The digest is of the text itself, and no longer of what is sent when that is compressed (RFC 9530, section 3).
        if headers.contains_key(header::CONTENT_ENCODING)
            && let Some(digest) = headers.remove(REPR_DIGEST).next()
        {
            headers.insert(UNENCODED_DIGEST, digest);
        }
        if let Some(standing) = &standing {
            standing.tell(headers);
        }
        if is_restricted {
            // Whatever it is, also what it says of a fault: nobody else may be given it out of a cache.
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        }
        // Answers differ by key; caches must know it before the first key is shown.
        headers.append(header::VARY, HeaderValue::from_static("Authorization, Accept"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        answer
    }

    fn count(&self, method: &Method, route: &str, status: StatusCode, started: Timer) {
        self.index.metrics.request(method.as_str(), route, status.as_u16(), started.elapsed());
    }

    fn log(&self, answer: &ServiceResponse<BoxBody>, method: &Method, route: &str, started: Timer, id: &str) {
        let req = answer.request();
        let (status, millis) = (answer.status().as_u16(), started.elapsed().as_secs_f64() * 1000.0);
        match self.access_log {
            AccessLog::Off => {}
            AccessLog::Brief => log::info!(target: "access", "{method} {route} {status} {millis:.1}ms {id}"),
            AccessLog::Full => {
                let address = req.peer_addr().map(|peer| peer.ip().to_string()).unwrap_or_default();
                let query = req.query_string().escape_debug();
                log::info!(target: "access", "{method} {route} {status} {millis:.1}ms {id} {address} ?{query}");
            }
        }
    }
}

/// The client's own id for the request, if it is one that may stand in a log; else a new one.
fn request_id(req: &ServiceRequest) -> String {
    let given = req.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let fit = |id: &&str| {
        (1..=100).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
    };
    given.filter(fit).map_or_else(|| Uuid::now_v7().to_string(), str::to_owned)
}

/// Turns an error that no handler of ours wrote into a problem document; errors of the service name the request.
fn problem_unless_ours(answer: ServiceResponse<BoxBody>, id: &str) -> ServiceResponse<BoxBody> {
    let status = answer.status();
    if !status.is_client_error() && !status.is_server_error() {
        return answer;
    }
    // Pages for people tell nothing of the inside either.
    if answer.headers().get(header::CONTENT_TYPE).is_some_and(|value| value == frame::MEDIA_TYPE) {
        return answer;
    }
    let problem = answer.response().error().and_then(|error| error.as_error::<Problem>());
    let is_document = answer.headers().get(header::CONTENT_TYPE).is_some_and(|value| value == MEDIA_TYPE);
    let mut response = match problem {
        _ if is_document && status.is_client_error() => return answer,
        Some(problem) => problem.response(status, Some(id)),
        None => Problem::of_status(status).response(status, Some(id)),
    };
    for name in [header::ALLOW, header::RETRY_AFTER] {
        if let Some(value) = answer.headers().get(&name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    let (request, _) = answer.into_parts();
    ServiceResponse::new(request, response)
}
