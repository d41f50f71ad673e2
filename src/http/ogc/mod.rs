//! The dataset for GIS programs: OGC API Features, Part 1 (OGC 17-069r4) and the parts of Part 3 (OGC 19-079r2) that hold here.
//! One file a resource of the standard; filters are those of `EventQuery`, whatever they are called here.

pub mod api;
pub mod asked;
pub mod collections;
pub mod events;
pub mod landing;
pub mod members;
mod page;
pub mod queryables;

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::ask::{Ask, accepts};
use super::problem::{Code, Problem};
use super::respond::{self, Fingerprint, JSON, Text};
use super::site::site;
use crate::config::DatasetSettings;
use crate::domain::privacy::Clearance;
use crate::query::params::{Params, shown};
use crate::store::error::StoreError;

/// Longitude and latitude on WGS 84, the one reference system in which coordinates are given.
pub const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";

/// A link to something of the service, absolute.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = OgcLink)]
pub struct Link {
    /// Where it leads.
    #[schema(example = "https://timeline.example.org/ogc/collections/events/items")]
    pub href: String,
    /// What is there to this, as the registries of IANA and OGC name it.
    #[schema(example = "items")]
    pub rel: String,
    /// The media type of what is there.
    #[serde(rename = "type")]
    #[schema(example = "application/geo+json")]
    pub media_type: String,
    /// What is there, in words.
    #[schema(example = "The events")]
    pub title: String,
}

/// Where a request found the service.
pub struct Here {
    site: String,
    asked: String,
}

impl Here {
    /// Where this one did; links are relative where that is not known.
    pub fn of(req: &HttpRequest, settings: &DatasetSettings) -> Self {
        let site = site(req, settings).unwrap_or_default();
        let asked = req.uri().path_and_query().map_or_else(|| req.path().to_owned(), ToString::to_string);
        Self { asked: format!("{site}{asked}"), site }
    }

    /// The address of the service.
    pub fn site(&self) -> &str {
        &self.site
    }

    /// A link to a path of the service.
    pub fn link(&self, path: &str, rel: &str, media_type: &str, title: &str) -> Link {
        link_to(format!("{}{path}", self.site), rel, media_type, title)
    }

    /// The link of an answer to itself.
    pub fn itself(&self, media_type: &str) -> Link {
        link_to(self.asked.clone(), "self", media_type, "This document")
    }
}

fn link_to(href: String, rel: &str, media_type: &str, title: &str) -> Link {
    let [rel, media_type, title] = [rel, media_type, title].map(str::to_owned);
    Link { href, rel, media_type, title }
}

/// Begins a read of what has a past; `f` chooses the form before `Accept` does.
///
/// # Errors
/// As `Ask::begin`.
async fn begin(req: &HttpRequest, media_type: &str) -> Result<Ask, Problem> {
    let mut ask = Ask::begin_in_any_form(req).await?;
    choose(&mut ask.params, req, media_type)?;
    Ok(ask)
}

/// Checks a request for what has no past and no parameters but `f`.
///
/// # Errors
/// 406 for another form, 400 for any other parameter.
fn without_past(req: &HttpRequest, media_type: &str) -> Result<(), Problem> {
    let mut params = Params::parse(req.query_string());
    choose(&mut params, req, media_type)?;
    let faults = params.finish();
    if faults.is_empty() { Ok(()) } else { Err(Problem::parameters(faults)) }
}

/// Takes `f`. Whoever accepts JSON accepts what is written in it.
fn choose(params: &mut Params, req: &HttpRequest, media_type: &str) -> Result<(), Problem> {
    let refused = |detail: String| Err(Problem::new(Code::NotAcceptable, detail));
    match params.take("f").as_deref() {
        Some("json") => Ok(()),
        Some("html") => {
            refused("There are no pages here: browsers show the JSON, and /docs/ is written for people.".to_owned())
        }
        Some(other) => {
            params.fault("f", "unknown_value", format!("`{}` is not one of: json.", shown(other)));
            Ok(())
        }
        None if accepts(req, media_type) || accepts(req, JSON) => Ok(()),
        None => refused(format!("The answer can only be given as {media_type}.")),
    }
}

/// Answers with a document.
///
/// # Errors
/// Never for what readers are given.
fn give(
    req: &HttpRequest,
    media_type: &'static str,
    document: &impl Serialize,
    clearance: Clearance,
    links: &str,
) -> Result<HttpResponse, Problem> {
    let text = serde_json::to_vec(document).map_err(StoreError::from)?;
    let mut print = Fingerprint::of(clearance);
    let etag = print.bytes(&text).weak();
    if respond::is_known(req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    Ok(respond::whole(&etag, links, &Text::in_form(media_type, text)))
}
