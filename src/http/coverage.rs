//! Coverage: who monitors which places, and since when.

use actix_web::{HttpRequest, HttpResponse};

use super::ask::Ask;
use super::errors::ListErrors;
use super::paging::{Paging, list_document};
use super::params::{CoverageFilterParams, PageParams, ReadHeaders, ReadParams};
use super::problem::Problem;
use super::respond::{self, Fingerprint, JSON, Text};
use crate::domain::window::Overlap;
use crate::query::coverage::Watch;
use crate::query::cursor::digest;
use crate::query::echo::CoverageQueryEcho;
use crate::query::event_query::EventQuery;
use crate::query::named::Named;
use crate::query::page::cut;
use crate::store::error::StoreError;
use crate::view::coverage::Coverage;

list_document! {
    /// A page of coverage.
    CoverageList, Coverage, CoverageQueryEcho
}

/// The places and days that sources monitor, by the sources' slugs.
///
/// Where nobody looked, that nothing is found says nothing. Lists of events that name a place or a window tell under
/// `coverage` what these entries come to.
#[utoipa::path(get, path = "/v1/coverage", operation_id = "list_coverage", tag = "coverage",
    params(CoverageFilterParams, PageParams, ReadParams, ReadHeaders),
    responses((status = 200, description = "A page of coverage, with links to its neighbours in `Link`.", body = CoverageList,
        headers(("ETag", description = "Weak validator of the page."),
                ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
        (status = 304, description = "The page is the one the client has."), ListErrors))]
pub async fn list_coverage(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut ask = Ask::begin(&req, JSON).await?;
    let query = EventQuery::parse_coverage(&mut ask.params);
    let named = Named::find(&query, &ask.service.index.read(), ask.clearance, &mut ask.params);
    // By slug, and then in the order of the source's own list.
    let paging = Paging::<(String, usize)>::parse(&mut ask.params);
    let seq = ask.finish()?;
    let question = digest(&format!("coverage {:?}", query.echo(0)));
    let pinned = paging.pin(&ask, seq, question).await?;
    let seq = pinned.seq;
    let state = ask.service.index.read();
    let sight = ask.sight(&state, seq);
    let watch = Watch::of(&query, &named, sight);
    let entries = watch.entries(query.overlap.unwrap_or(Overlap::Possible));
    let items = entries.map(|entry| ((entry.slug.to_owned(), entry.position), entry)).collect();
    let page = cut(items, paging.part());
    let data = page.items.iter().map(|(_, monitored)| {
        Coverage::of((monitored.source, monitored.slug, monitored.content), monitored.entry, sight.names())
    });
    let data = data.collect::<Result<Vec<_>, StoreError>>()?;
    let mut print = Fingerprint::of(ask.clearance);
    print.text(req.query_string()).text(&serde_json::to_string(&data).map_err(StoreError::from)?);
    print.text(&format!("{:?}", page.total));
    let etag = print.weak();
    if respond::is_known(&req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    let page = paging.info(&page, pinned);
    let links = respond::page_links(&req, &page, seq);
    Ok(respond::whole(&etag, &links, &Text::json(&CoverageList { data, page, query: query.echo(seq).into() })?))
}
