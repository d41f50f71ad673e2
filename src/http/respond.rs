//! Answers: JSON with validators, a digest, and links to where else they are found.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use data_encoding::BASE64;
use serde::Serialize;
use sha2::{Digest, Sha256};
use url::form_urlencoded;
use uuid::Uuid;
use xxhash_rust::xxh3::Xxh3Default;

use super::paging::PageInfo;
use crate::domain::privacy::Clearance;
use crate::store::error::StoreError;

/// The media type of documents.
pub const JSON: &str = "application/json";

/// The digest of an answer as it is sent (RFC 9530, section 3): of the JSON text where no content coding is applied.
pub const REPR_DIGEST: HeaderName = HeaderName::from_static("repr-digest");
/// The digest of the same text where one is.
pub const UNENCODED_DIGEST: HeaderName = HeaderName::from_static("unencoded-digest");

/// A digest of what an answer is made of.
#[derive(Default)]
pub struct Fingerprint(Xxh3Default);

impl Fingerprint {
    /// Of an answer to a reader: those with another clearance are never told that they have it already.
    pub fn of(clearance: Clearance) -> Self {
        let mut print = Self::default();
        if clearance == Clearance::Restricted {
            print.text("restricted");
        }
        print
    }

    /// Takes in a number.
    pub fn number(&mut self, number: i64) -> &mut Self {
        self.0.update(&number.to_le_bytes());
        self
    }

    /// Takes in text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    /// Takes in bytes.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.number(i64::try_from(bytes.len()).unwrap_or(i64::MAX)).0.update(bytes);
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

    /// A strong validator of one member; its revision and the epoch stand first, for those who update it.
    pub fn strong(&self, revision: i32, epoch: i64) -> String {
        format!("\"{revision}.{epoch}-{:016x}\"", self.digest())
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

/// What an answer consists of, with its digest: kept together, so that it is digested once, however often it is given.
pub struct Text {
    media_type: &'static str,
    bytes: Bytes,
    digest: String,
}

impl Text {
    /// Text that is JSON already.
    pub fn of(bytes: impl Into<Bytes>) -> Self {
        Self::in_form(JSON, bytes)
    }

    /// Bytes of a media type.
    pub fn in_form(media_type: &'static str, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let digest = format!("sha-256=:{}:", BASE64.encode(&Sha256::digest(&bytes)));
        Self { media_type, bytes, digest }
    }

    /// A document as text.
    ///
    /// # Errors
    /// Never for what readers are given.
    pub fn json(document: &impl Serialize) -> Result<Self, StoreError> {
        Ok(Self::of(serde_json::to_vec(document)?))
    }

    /// How many bytes it has.
    pub const fn size(&self) -> usize {
        self.bytes.len()
    }
}

/// An answer with its links, that caches may keep but must ask about before each use: a later policy governs earlier
/// versions too.
pub fn json(etag: &str, links: &str, text: &Text) -> HttpResponse {
    let mut response = with_validators(HttpResponse::Ok(), etag);
    if !links.is_empty() {
        response.insert_header((header::LINK, links));
    }
    response.insert_header((REPR_DIGEST, text.digest.as_str()));
    response.content_type(text.media_type).body(text.bytes.clone())
}

fn with_validators(mut response: actix_web::HttpResponseBuilder, etag: &str) -> actix_web::HttpResponseBuilder {
    response.insert_header((header::CACHE_CONTROL, "public, no-cache"));
    if let Ok(etag) = HeaderValue::from_str(etag) {
        response.insert_header((header::ETAG, etag));
    }
    response
}

/// The same path and query with another id in the place of the one that the path names.
pub fn with_id(req: &HttpRequest, id: Uuid) -> String {
    let mut path = req.match_pattern().unwrap_or_default().replacen("{id}", &id.to_string(), 1);
    for name in ["part", "n"] {
        path = path.replacen(&format!("{{{name}}}"), req.match_info().get(name).unwrap_or_default(), 1);
    }
    let separator = if req.query_string().is_empty() { "" } else { "?" };
    format!("{path}{separator}{}", req.query_string())
}

/// The links of a page: to its neighbours, and to itself as it is now.
pub fn page_links(req: &HttpRequest, page: &PageInfo, seq: i64) -> String {
    format!("{}, {}", neighbour_links(req, page), permanent_link(req, seq))
}

/// The links of a page to its neighbours: all there are where a list has no past.
pub fn neighbour_links(req: &HttpRequest, page: &PageInfo) -> String {
    let to = |relation, cursor: Option<&str>| link(req, relation, "cursor", cursor);
    let mut links = vec![to("first", None)];
    links.extend(page.next.as_deref().map(|cursor| to("next", Some(cursor))));
    links.extend(page.previous.as_deref().map(|cursor| to("prev", Some(cursor))));
    links.join(", ")
}

/// The link by which an answer is to be cited (RFC 8574): the same question at the operation that it was answered at, so
/// that what was read is found again, byte for byte, whatever is written since.
pub fn permanent_link(req: &HttpRequest, seq: i64) -> String {
    link(req, "cite-as", "as_of", Some(&seq.to_string()))
}

/// A `Link` (RFC 8288) to the same path with another value of one parameter, or without it; relative so that it holds
/// behind any proxy.
fn link(req: &HttpRequest, relation: &str, name: &str, value: Option<&str>) -> String {
    let pairs = form_urlencoded::parse(req.query_string().as_bytes()).filter(|(known, _)| known != name);
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .extend_pairs(value.map(|value| (name, value)))
        .finish();
    let separator = if query.is_empty() { "" } else { "?" };
    format!("<{}{separator}{query}>; rel=\"{relation}\"", req.path())
}
