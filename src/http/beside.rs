//! What keys and imports have in common: they stand beside the timeline, take no `seq`, and are told to those alone whose key
//! allows it.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use uuid::Uuid;

use super::access;
use super::ask::acceptable;
use super::paging::{PageInfo, Paging};
use super::problem::Problem;
use super::respond::{self, JSON};
use crate::domain::scope::Scope;
use crate::query::cursor::digest;
use crate::query::page::cut;
use crate::query::params::{Params, shown};

/// Lets those in whose key has a scope, and reads the parameters.
///
/// # Errors
/// 401 without a key, 403 without the scope, 406 for who does not take JSON.
pub fn begin(req: &HttpRequest, scope: Scope) -> Result<Params, Problem> {
    access::require(req, scope)?;
    acceptable(req, JSON)?;
    Ok(Params::parse(req.query_string()))
}

/// Lets those in whose key has a scope, to what has no parameters.
///
/// # Errors
/// The same, and 400 for any parameter.
pub fn admit(req: &HttpRequest, scope: Scope) -> Result<(), Problem> {
    finish(begin(req, scope)?)
}

/// Lets those in whose key has a scope, to a page of a list.
///
/// # Errors
/// The same, and 400 for parameters that cannot be honoured.
pub fn begin_page(req: &HttpRequest, scope: Scope) -> Result<Paging<i64>, Problem> {
    let mut params = begin(req, scope)?;
    let paging = Paging::parse(&mut params);
    finish(params)?;
    Ok(paging)
}

/// The page that is asked for of a list, whose rows are ordered by a number and told from other lists' by a name: the rows, where
/// the page lies, and an answer that links to its neighbours.
///
/// # Errors
/// 400 for a cursor of another list.
pub fn page<T>(
    req: &HttpRequest,
    paging: &Paging<i64>,
    name: &str,
    rows: Vec<(i64, T)>,
) -> Result<(impl Iterator<Item = T> + use<T>, PageInfo, HttpResponseBuilder), Problem> {
    let pinned = paging.pin_now(digest(name))?;
    let page = cut(rows, paging.part());
    let info = paging.info(&page, pinned);
    let mut response = kept_nowhere(HttpResponse::Ok());
    response.insert_header((header::LINK, respond::neighbour_links(req, &info)));
    Ok((page.items.into_iter().map(|(_, row)| row), info, response))
}

/// Ends the reading of parameters.
///
/// # Errors
/// 400 that names every parameter which cannot be honoured.
pub fn finish(params: Params) -> Result<(), Problem> {
    let faults = params.finish();
    if faults.is_empty() { Ok(()) } else { Err(Problem::parameters(faults)) }
}

/// The id that the path names.
///
/// # Errors
/// 404 for what cannot be one.
pub fn id_of(req: &HttpRequest, what: &str) -> Result<Uuid, Problem> {
    let text = req.match_info().get("id").unwrap_or_default();
    let id = Some(text).filter(|text| text.len() == 36).and_then(|text| Uuid::try_parse(text).ok());
    id.ok_or_else(|| missing(req, what))
}

/// What is answered where there is nothing of the id that the path names.
pub fn missing(req: &HttpRequest, what: &str) -> Problem {
    Problem::not_found(format!("{what} `{}`", shown(req.match_info().get("id").unwrap_or_default())))
}

/// An answer that nobody may keep.
pub fn kept_nowhere(mut response: HttpResponseBuilder) -> HttpResponseBuilder {
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    response
}
