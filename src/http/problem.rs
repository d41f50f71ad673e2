//! Errors as clients see them: problem documents (RFC 9457), from one table of codes. What went wrong inside is logged
//! here, once, and never sent.

use std::fmt;

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::respond::with_id;
use crate::domain::input::Fault;
use crate::index::answer::Late;
use crate::query::params::ParamFault;
use crate::store::error::StoreError;
use crate::store::log::ChangeKind;

/// Media type of problem documents.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Declares the table of codes: each with its status and title.
macro_rules! problem_codes {
    ($($(#[$meta:meta])* $variant:ident = $code:literal, $status:ident, $title:literal;)+) => {
        /// What can be wrong, as a stable code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $($(#[$meta])* $variant),+
        }

        impl Code {
            /// The code as it is written.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The status it is sent with.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status),+ }
            }

            /// A title, the same for every occurrence.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }
        }
    };
}

problem_codes! {
    /// Parameters or headers that cannot be honoured.
    InvalidRequest = "invalid_request", BAD_REQUEST, "The request cannot be honoured";
    /// A cursor of another question.
    CursorMismatch = "cursor_mismatch", BAD_REQUEST, "The cursor belongs to another query";
    /// A body that is no JSON.
    MalformedJson = "malformed_json", BAD_REQUEST, "The body is no JSON";
    /// A request that needs a key, or a key that is not accepted.
    Unauthorized = "unauthorized", UNAUTHORIZED, "A key that is accepted is needed";
    /// A key that does not have the scope.
    InsufficientScope = "insufficient_scope", FORBIDDEN, "The key does not allow this";
    /// No such path, or nothing with this id.
    NotFound = "not_found", NOT_FOUND, "There is nothing here";
    /// A path that exists, asked in a way it does not know.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "This path does not know the method";
    /// A form in which the answer cannot be given.
    NotAcceptable = "not_acceptable", NOT_ACCEPTABLE, "The answer cannot be given in the form asked for";
    /// Something that another one took in, asked for.
    Merged = "merged", MOVED_PERMANENTLY, "It was merged into another one";
    /// Something that another one took in, to be changed.
    MergedAway = "merged", PERMANENT_REDIRECT, "It was merged into another one";
    /// Something that is not in the state that this takes.
    Conflict = "conflict", CONFLICT, "It is not in the state that this takes";
    /// A version that is not the newest any more.
    Stale = "precondition_failed", PRECONDITION_FAILED, "It was changed since it was read";
    /// A change that does not say of which version.
    PreconditionRequired = "precondition_required", PRECONDITION_REQUIRED, "The version to be changed must be named";
    /// An idempotency key of another request.
    KeyReused = "idempotency_key_reused", UNPROCESSABLE_ENTITY, "The idempotency key belongs to another request";
    /// A body that did not come in time.
    RequestTimeout = "request_timeout", REQUEST_TIMEOUT, "The request came too slowly";
    /// Something withdrawn.
    Gone = "gone", GONE, "It was withdrawn";
    /// A cursor from before a backup was restored.
    CursorExpired = "cursor_expired", GONE, "The cursor is from an earlier state of the dataset";
    /// The number of an operation that was lost when a backup was restored.
    RevisionLost = "revision_lost", GONE, "The revision was lost when a backup was restored";
    /// A body that is too long.
    TooLarge = "content_too_large", PAYLOAD_TOO_LARGE, "The request is too large";
    /// A body of a kind that is not read here.
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The body's media type is not read here";
    /// A body that is JSON and not what it must be.
    InvalidDocument = "invalid_document", UNPROCESSABLE_ENTITY, "The document is not what it must be";
    /// One request too many.
    RateLimited = "rate_limited", TOO_MANY_REQUESTS, "Too many requests";
    /// Any other fault of the request.
    Refused = "refused", BAD_REQUEST, "The request was refused";
    /// A fault of ours.
    Internal = "internal_error", INTERNAL_SERVER_ERROR, "Something went wrong here";
    /// The database is out of reach, for now.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "The service cannot answer at the moment";
    /// A question that takes longer than may be.
    TooSlow = "took_too_long", SERVICE_UNAVAILABLE, "The question takes longer than this node allows";
    /// The node does not know yet what the database holds.
    NotReady = "not_ready", SERVICE_UNAVAILABLE, "This node is not ready yet";
    /// The node has not come so far yet.
    RevisionNotReached = "revision_not_reached", SERVICE_UNAVAILABLE, "This node has not reached the revision yet";
}

/// A problem document (RFC 9457).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// Always `about:blank`: `code` tells problems apart.
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    pub problem_type: &'static str,
    /// What kind of problem it is, in words; the same for every occurrence.
    #[schema(example = "The request cannot be honoured")]
    pub title: &'static str,
    /// The HTTP status.
    #[schema(example = 400)]
    pub status: u16,
    /// What went wrong this time.
    #[schema(example = "1 fault: there is no such parameter here.")]
    pub detail: String,
    /// What kind of problem it is, as a stable code.
    #[schema(example = "invalid_request")]
    pub code: &'static str,
    /// Every single fault; empty where there is nothing to point at.
    pub errors: Vec<ProblemItem>,
    /// The id of the request, to be named when reporting a fault of the service; only there for such faults.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "01HV5Q5N7W")]
    pub request_id: Option<String>,
    /// The ids of the events that took its place, where it was split; only there then.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["019c1159-7000-7000-8000-0000000000e4"]))]
    pub parts: Vec<String>,
}

/// One fault of a request.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProblemItem {
    /// The member of the body, as a JSON pointer; only there for faults of a body.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "/when/start/edtf")]
    pub pointer: Option<String>,
    /// The parameter or header; only there for faults of parameters and headers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "typ")]
    pub parameter: Option<String>,
    /// What is wrong, as a stable code.
    #[schema(example = "unknown_parameter")]
    pub code: String,
    /// What is wrong, in a sentence.
    #[schema(example = "There is no such parameter here; did you mean `type`?")]
    pub detail: String,
}

/// An error on its way to the client.
#[derive(Debug)]
pub struct Problem {
    code: Code,
    detail: String,
    errors: Vec<ProblemItem>,
    parts: Vec<String>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    /// A problem with what went wrong this time.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), errors: Vec::new(), parts: Vec::new(), headers: Vec::new() }
    }

    /// Parameters or headers that cannot be honoured, all of them at once.
    pub fn parameters(faults: Vec<ParamFault>) -> Self {
        let named: Vec<_> = faults.iter().map(|fault| fault.parameter.as_str()).collect();
        let detail = match named.len() {
            1 => format!("The parameter `{}` cannot be honoured.", named[0]),
            n => format!("{n} faults: {}.", named.join(", ")),
        };
        let item = |fault: ParamFault| ProblemItem {
            pointer: None,
            parameter: Some(fault.parameter),
            code: fault.code.to_owned(),
            detail: fault.detail,
        };
        Self { errors: faults.into_iter().map(item).collect(), ..Self::new(Code::InvalidRequest, detail) }
    }

    /// A problem of one parameter, with a code of its own.
    pub fn parameter(code: Code, parameter: &str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let (parameter, code_text) = (Some(parameter.to_owned()), code.code().to_owned());
        let item = ProblemItem { pointer: None, parameter, code: code_text, detail: detail.clone() };
        Self { errors: vec![item], ..Self::new(code, detail) }
    }

    /// A body that is not what it must be, with all its faults.
    pub fn document(faults: Vec<Fault>) -> Self {
        let detail = match faults.as_slice() {
            [fault] => fault.detail.clone(),
            several => format!("{} faults.", several.len()),
        };
        let item = |fault: Fault| ProblemItem {
            pointer: Some(fault.pointer),
            parameter: None,
            code: fault.code.to_owned(),
            detail: fault.detail,
        };
        Self { errors: faults.into_iter().map(item).collect(), ..Self::new(Code::InvalidDocument, detail) }
    }

    /// Nothing with this id or slug.
    pub fn not_found(what: impl fmt::Display) -> Self {
        Self::new(Code::NotFound, format!("There is no {what}."))
    }

    /// Something that has ceased: where to ask instead if it was merged, what took its place if it was split.
    pub fn ceased(req: &HttpRequest, kind: ChangeKind, reason: Option<&str>, into: &[Uuid]) -> Self {
        let survivor = into.first().filter(|_| kind == ChangeKind::Merged);
        let path = survivor.and_then(|id| Some((id, HeaderValue::from_str(&with_id(req, *id)).ok()?)));
        match (kind, path) {
            (_, Some((id, path))) => {
                // Clients make a GET of what else they sent when they are told 301, and send it again when they are told 308.
                let code = if req.method() == Method::GET { Code::Merged } else { Code::MergedAway };
                Self::new(code, format!("It was merged into `{id}`.")).with_header(header::LOCATION, path)
            }
            (ChangeKind::Split, None) => {
                let parts: Vec<String> = into.iter().map(Uuid::to_string).collect();
                let detail = format!("It was split into {}.", parts.join(", "));
                Self { parts, ..Self::new(Code::Gone, detail) }
            }
            _ => Self::withdrawn(reason),
        }
    }

    /// A change of another version than the newest.
    pub fn stale(revision: i32) -> Self {
        Self::parameter(Code::Stale, "If-Match", format!("It is at revision {revision} by now."))
    }

    /// The same problem with its faults at other places of the body.
    pub fn map_pointers(mut self, place: impl Fn(&str) -> String) -> Self {
        for pointer in self.errors.iter_mut().filter_map(|item| item.pointer.as_mut()) {
            *pointer = place(pointer);
        }
        self
    }

    /// Something that was withdrawn, and why.
    pub fn withdrawn(reason: Option<&str>) -> Self {
        let reason = reason.unwrap_or("no reason was given");
        Self::new(Code::Gone, format!("It was withdrawn: {}.", reason.trim_end_matches('.')))
    }

    /// What kind of problem it is.
    pub const fn code(&self) -> Code {
        self.code
    }

    /// What went wrong this time, and all that is wrong, in sentences.
    pub fn sentences(&self) -> String {
        let details = self.errors.iter().map(|item| item.detail.as_str()).filter(|detail| *detail != self.detail);
        std::iter::once(self.detail.as_str()).chain(details).collect::<Vec<_>>().join(" ")
    }

    /// Adds a header.
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The node has not come so far; trying again in a second may help.
    pub fn not_reached(seq: i64, reached: i64) -> Self {
        Self::new(Code::RevisionNotReached, format!("Revision {seq} was asked for; this node is at {reached}."))
            .with_header(header::RETRY_AFTER, HeaderValue::from_static("1"))
    }

    /// This cannot be answered now; trying again in a second may help.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(Code::Unavailable, detail).with_header(header::RETRY_AFTER, HeaderValue::from_static("1"))
    }

    /// What was read belongs to a dataset that is no longer served.
    pub fn restored() -> Self {
        Self::unavailable("The dataset was restored while this was read; ask again.")
    }

    /// The node has only just started; trying again in a second may help.
    pub fn not_ready(detail: impl Into<String>) -> Self {
        Self::new(Code::NotReady, detail).with_header(header::RETRY_AFTER, HeaderValue::from_static("1"))
    }

    /// What any refused request is told whose answer was not written by us.
    pub fn of_status(status: StatusCode) -> Self {
        let code = match status {
            StatusCode::NOT_FOUND => Code::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
            StatusCode::NOT_ACCEPTABLE => Code::NotAcceptable,
            StatusCode::REQUEST_TIMEOUT => Code::RequestTimeout,
            StatusCode::PAYLOAD_TOO_LARGE => Code::TooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMediaType,
            StatusCode::SERVICE_UNAVAILABLE => Code::Unavailable,
            other if other.is_server_error() => Code::Internal,
            _ => Code::Refused,
        };
        Self::new(code, format!("{}.", code.title()))
    }

    fn document_as(&self, status: StatusCode, request_id: Option<&str>) -> ProblemDocument {
        ProblemDocument {
            problem_type: "about:blank",
            title: self.code.title(),
            status: status.as_u16(),
            detail: self.detail.clone(),
            code: self.code.code(),
            errors: self.errors.clone(),
            request_id: request_id.filter(|_| status.is_server_error()).map(str::to_owned),
            parts: self.parts.clone(),
        }
    }

    /// The problem document as text, for answers that have begun.
    pub fn text(&self) -> String {
        serde_json::to_string(&self.document_as(self.code.status(), None)).unwrap_or_default()
    }

    /// The answer, naming the request where the fault is ours.
    pub fn response(&self, status: StatusCode, request_id: Option<&str>) -> HttpResponse {
        let document = self.document_as(status, request_id);
        let mut response = HttpResponse::build(status);
        for header in &self.headers {
            response.insert_header(header.clone());
        }
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        response.content_type(MEDIA_TYPE).body(serde_json::to_string(&document).unwrap_or_default())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.code(), self.detail)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        self.response(self.status_code(), None)
    }
}

impl From<Late> for Problem {
    fn from(Late: Late) -> Self {
        let detail = "So much was looked at that the time was over; a shorter window or fewer conditions would do.";
        Self::new(Code::TooSlow, detail)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if let StoreError::NotReady(what) = &error {
            log::warn!("a request cannot be answered yet: {what}");
            return Self::not_ready("The words of events are being gathered; /readyz tells how far that is.");
        }
        log::error!("a request failed: {error}");
        match error {
            StoreError::Corrupt(_) | StoreError::Migration(_) => Self::of_status(StatusCode::INTERNAL_SERVER_ERROR),
            StoreError::Database(_)
            | StoreError::Connection(_)
            | StoreError::Unwritten(_)
            | StoreError::Refused(_)
            | StoreError::Withheld
            | StoreError::NotReady(_)
            | StoreError::Stopped => Self::of_status(StatusCode::SERVICE_UNAVAILABLE)
                .with_header(header::RETRY_AFTER, HeaderValue::from_static("1")),
        }
    }
}
