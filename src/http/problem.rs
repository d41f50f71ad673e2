//! Errors as clients see them: problem documents (RFC 9457), from one table of codes. What went wrong inside is logged
//! here, once, and never sent.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::query::params::ParamFault;
use crate::store::error::StoreError;

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
    /// No such path, or nothing with this id.
    NotFound = "not_found", NOT_FOUND, "There is nothing here";
    /// A path that exists, asked in a way it does not know.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "This path does not know the method";
    /// A form in which the answer cannot be given.
    NotAcceptable = "not_acceptable", NOT_ACCEPTABLE, "The answer cannot be given in the form asked for";
    /// Something withdrawn.
    Gone = "gone", GONE, "It was withdrawn";
    /// A cursor from before a backup was restored.
    CursorExpired = "cursor_expired", GONE, "The cursor is from an earlier state of the dataset";
    /// A body that is too long.
    TooLarge = "content_too_large", PAYLOAD_TOO_LARGE, "The request is too large";
    /// A body of a kind that is not read here.
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The body's media type is not read here";
    /// Any other fault of the request.
    Refused = "refused", BAD_REQUEST, "The request was refused";
    /// A fault of ours.
    Internal = "internal_error", INTERNAL_SERVER_ERROR, "Something went wrong here";
    /// The database is out of reach, for now.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "The service cannot answer at the moment";
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
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    /// A problem with what went wrong this time.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), errors: Vec::new(), headers: Vec::new() }
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

    /// Nothing with this id or slug.
    pub fn not_found(what: impl fmt::Display) -> Self {
        Self::new(Code::NotFound, format!("There is no {what}."))
    }

    /// Something that was withdrawn, and why.
    pub fn withdrawn(reason: Option<&str>) -> Self {
        let reason = reason.unwrap_or("no reason was given");
        Self::new(Code::Gone, format!("It was withdrawn: {}.", reason.trim_end_matches('.')))
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
            StatusCode::PAYLOAD_TOO_LARGE => Code::TooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMediaType,
            StatusCode::SERVICE_UNAVAILABLE => Code::Unavailable,
            other if other.is_server_error() => Code::Internal,
            _ => Code::Refused,
        };
        Self::new(code, format!("{}.", code.title()))
    }

    /// The answer, naming the request where the fault is ours.
    pub fn response(&self, status: StatusCode, request_id: Option<&str>) -> HttpResponse {
        let document = ProblemDocument {
            problem_type: "about:blank",
            title: self.code.title(),
            status: status.as_u16(),
            detail: self.detail.clone(),
            code: self.code.code(),
            errors: self.errors.clone(),
            request_id: request_id.filter(|_| status.is_server_error()).map(str::to_owned),
        };
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

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        log::error!("a request failed: {error}");
        match error {
            StoreError::Corrupt(_) | StoreError::Migration(_) => Self::of_status(StatusCode::INTERNAL_SERVER_ERROR),
            StoreError::Database(_)
            | StoreError::Connection(_)
            | StoreError::Unwritten(_)
            | StoreError::Refused(_)
            | StoreError::Stopped => Self::of_status(StatusCode::SERVICE_UNAVAILABLE)
                .with_header(header::RETRY_AFTER, HeaderValue::from_static("1")),
        }
    }
}
