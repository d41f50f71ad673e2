//! Answers: JSON with validators, and pages with links.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentType, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use url::form_urlencoded;
use xxhash_rust::xxh3::Xxh3Default;

/// A digest of what an answer is made of.
#[derive(Default)]
pub struct Fingerprint(Xxh3Default);

impl Fingerprint {
    /// Takes in a number.
    pub fn number(&mut self, number: i64) -> &mut Self {
        self.0.update(&number.to_le_bytes());
        self
    }

    /// Takes in text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.number(i64::try_from(text.len()).unwrap_or(i64::MAX)).0.update(text.as_bytes());
        self
    }

    /// The digest.
    pub fn digest(&self) -> u64 {
        self.0.digest()
    }

    /// A weak validator (RFC 9110, section 8.8.1): answers that it calls equal may still name another `as_of`.
    pub fn weak(&self) -> String {
        format!("W/\"{:016x}\"", self.digest())
    }

    /// A strong validator of one member; its revision stands first, for those who update it.
    pub fn strong(&self, revision: i32) -> String {
        format!("\"{revision}-{:016x}\"", self.digest())
    }
}

/// Whether the client has this answer already (RFC 9110, section 13.1.2: compared weakly).
pub fn is_known(req: &HttpRequest, etag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let own = opaque(etag);
    let mut lists = req.headers().get_all(header::IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
    lists.any(|list| list.trim() == "*" || list.split(',').any(|tag| opaque(tag) == own))
}

/// 304, where the client has the answer already.
pub fn not_modified(etag: &str) -> HttpResponse {
    with_validators(HttpResponse::build(StatusCode::NOT_MODIFIED), etag).finish()
}

/// An answer that caches may keep but must ask about before each use: a later policy governs earlier versions too.
pub fn json(etag: &str, body: &impl Serialize) -> HttpResponse {
    with_validators(HttpResponse::Ok(), etag).json(body)
}

/// The same, of JSON text.
pub fn json_text(etag: &str, text: Vec<u8>) -> HttpResponse {
    with_validators(HttpResponse::Ok(), etag).content_type(ContentType::json()).body(text)
}

/// A page of JSON text with links to its neighbours.
pub fn text_page(etag: &str, links: &[String], text: Bytes) -> HttpResponse {
    let mut response = with_validators(HttpResponse::Ok(), etag);
    response.insert_header((header::LINK, links.join(", ")));
    response.content_type(ContentType::json()).body(text)
}

/// A page with links to its neighbours.
pub fn page(etag: &str, links: &[String], body: &impl Serialize) -> HttpResponse {
    let mut response = with_validators(HttpResponse::Ok(), etag);
    response.insert_header((header::LINK, links.join(", ")));
    response.json(body)
}

fn with_validators(mut response: actix_web::HttpResponseBuilder, etag: &str) -> actix_web::HttpResponseBuilder {
    response.insert_header((header::CACHE_CONTROL, "public, no-cache"));
    if let Ok(etag) = HeaderValue::from_str(etag) {
        response.insert_header((header::ETAG, etag));
    }
    response
}

/// A `Link` (RFC 8288) to the same list at another cursor, relative so that it holds behind any proxy.
pub fn link(req: &HttpRequest, relation: &str, cursor: Option<&str>) -> String {
    let pairs = form_urlencoded::parse(req.query_string().as_bytes()).filter(|(name, _)| name != "cursor");
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .extend_pairs(cursor.map(|cursor| ("cursor", cursor)))
        .finish();
    let separator = if query.is_empty() { "" } else { "?" };
    format!("<{}{separator}{query}>; rel=\"{relation}\"", req.path())
}
