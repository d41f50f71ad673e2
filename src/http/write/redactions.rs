//! Redacting: taking a value out of all versions of a member, whatever became of it.

use actix_web::http::StatusCode;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};

use super::super::access;
use super::super::ask::reach;
use super::super::body;
use super::super::problem::Problem;
use super::documents::first;
use super::written::uncached;
use super::{JSON, Write, missing};
use crate::domain::redaction::Redaction;
use crate::domain::resource::Resource;
use crate::domain::scope::Scope;
use crate::node::operation::Command;
use crate::store::error::StoreError;
use crate::store::write::newest;
use crate::view;

/// Takes a value out of all versions of a member. It needs no `If-Match`: whatever is corrected meanwhile, what is asked for
/// is about that version too.
pub async fn redact(req: HttpRequest, payload: Payload, resource: Resource) -> Result<HttpResponse, Problem> {
    access::require(&req, Scope::Admin)?;
    let write = Write::begin(&req).await?;
    let body = body::json(&req, payload, &[JSON]).await?;
    let redaction = Redaction::read(resource, &body).map_err(Problem::document)?;
    let redact = async || {
        // Only now: by a slug that told something nothing is found any more.
        let id = write.id(resource)?;
        let found = write.service.reader.read(|conn| newest(conn, &[id]))?.pop();
        let found = found.filter(|newest| newest.resource == resource).ok_or_else(|| missing(resource, id))?;
        reach(&write.service.index, found.seq).await?;
        let base = match &write.matching {
            Some(matching) => matching.check(found.revision, write.epoch()).map(|()| matching.binds(found.revision))?,
            None => None,
        };
        Ok(write.submit(Command::Redact { resource, id, base, redaction }, &body).await?)
    };
    let outcome = write.once(&body, redact).await?;
    let done = first(&outcome)?;
    let slug = write.service.index.read().entities.get(done.id).map(|entity| entity.slug.clone());
    let seq = outcome.seq.ok_or_else(|| StoreError::corrupt("a redaction has no number"))?;
    let told = view::redaction::Redaction { resource, id: done.id, slug, revision: done.revision, seq };
    Ok(uncached(StatusCode::OK).json(told))
}
