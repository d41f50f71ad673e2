//! Bodies of requests: the whole of one, or why it is not taken.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::web::{Bytes, BytesMut, Payload};
use futures_util::StreamExt;
use serde_json::Value;

use super::problem::{Code, Problem};
use crate::domain::json::parse_strictly;
use crate::query::params::shown;

/// Most bytes of a body: an event with all its evidence takes some tens of thousands.
pub const MAX_BYTES: usize = 1 << 20;
/// How long a client may take to send one.
const PATIENCE: Duration = Duration::from_secs(30);

/// Reads a body of JSON that has one of these media types.
///
/// # Errors
/// 415 for another media type, charset or coding, 413 for a body that is too long, 408 for one that comes too slowly, 400
/// for what is no JSON.
pub async fn json(req: &HttpRequest, payload: Payload, media_types: &[&str]) -> Result<Value, Problem> {
    check_type(req, media_types)?;
    parsed(&in_time(req, payload).await?)
}

/// The same where a body may be left out; null stands for none.
///
/// # Errors
/// The same.
pub async fn json_if_any(req: &HttpRequest, payload: Payload, media_types: &[&str]) -> Result<Value, Problem> {
    let bytes = in_time(req, payload).await?;
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    check_type(req, media_types)?;
    parsed(&bytes)
}

async fn in_time(req: &HttpRequest, payload: Payload) -> Result<Bytes, Problem> {
    let whole = tokio::time::timeout(PATIENCE, whole(req, payload)).await;
    whole.map_err(|_| Problem::new(Code::RequestTimeout, "The body did not come in time."))?
}

fn parsed(bytes: &Bytes) -> Result<Value, Problem> {
    parse_strictly(bytes).map_err(|error| {
        let detail = if bytes.is_empty() { "The body is empty.".to_owned() } else { format!("Not JSON: {error}.") };
        Problem::new(Code::MalformedJson, detail)
    })
}

fn check_type(req: &HttpRequest, media_types: &[&str]) -> Result<(), Problem> {
    let text = |name: HeaderName| req.headers().get(name).map(|value: &HeaderValue| value.to_str().unwrap_or_default());
    if let Some(coding) = text(header::CONTENT_ENCODING).filter(|coding| !coding.eq_ignore_ascii_case("identity")) {
        let detail = format!("A body in the coding `{}` is not read here.", shown(coding));
        return Err(Problem::new(Code::UnsupportedMediaType, detail));
    }
    let mut parts = text(header::CONTENT_TYPE).unwrap_or_default().split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default();
    let is_taken = media_types.iter().any(|taken| media_type.eq_ignore_ascii_case(taken));
    let is_utf8 = |parameter: &str| match parameter.split_once('=') {
        Some((name, value)) if name.eq_ignore_ascii_case("charset") => {
            value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    };
    if is_taken && parts.all(is_utf8) {
        return Ok(());
    }
    let detail = format!("Expected a `Content-Type` of {}, in UTF-8.", media_types.join(" or "));
    Err(Problem::parameter(Code::UnsupportedMediaType, "Content-Type", detail))
}

async fn whole(req: &HttpRequest, mut payload: Payload) -> Result<Bytes, Problem> {
    let too_large = || Problem::new(Code::TooLarge, format!("A body may have {MAX_BYTES} bytes at most."));
    let announced = req.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: u64| length > MAX_BYTES as u64) {
        return Err(too_large());
    }
    let mut bytes = BytesMut::new();
    while let Some(part) = payload.next().await {
        let part = part.map_err(|_| Problem::new(Code::Refused, "The body broke off."))?;
        if bytes.len() + part.len() > MAX_BYTES {
            return Err(too_large());
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes.freeze())
}
