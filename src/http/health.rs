//! Whether the service is alive, and whether it is ready to answer.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::ask::{Service, await_words, without_parameters};
use super::errors::ServiceErrors;
use super::problem::{Code, Problem};
use super::respond::JSON;
use crate::store::{log, migrate};

/// The state of the service.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`: anything else is a problem document.
    #[schema(example = "ok")]
    pub status: &'static str,
}

/// A commit is followed by its application within milliseconds; a node that takes longer is behind.
const PATIENCE: Duration = Duration::from_secs(1);

const OK: Health = Health { status: "ok" };

/// Whether the process is alive.
#[utoipa::path(get, path = "/healthz", operation_id = "get_liveness", tag = "service",
    responses((status = 200, description = "The process is alive.", body = Health), ServiceErrors))]
pub async fn get_liveness(req: HttpRequest) -> Result<HttpResponse, Problem> {
    without_parameters(&req, JSON)?;
    Ok(HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(OK))
}

/// Whether the service can answer: the database is reachable, its tables are current, the index has caught up, and the words
/// of all events are known.
#[utoipa::path(get, path = "/readyz", operation_id = "get_readiness", tag = "service",
    responses((status = 200, description = "The service can answer.", body = Health), ServiceErrors))]
pub async fn get_readiness(req: HttpRequest, service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    without_parameters(&req, JSON)?;
    let (current, head) = service.reader.read(|conn| Ok((migrate::is_current(conn)?, log::head(conn)?)))?;
    if !current {
        return Err(Problem::new(Code::Unavailable, "The database's tables are not those of this program."));
    }
    let caught_up =
        |known: &log::Head| (known.dataset_id, known.epoch) == (head.dataset_id, head.epoch) && known.seq >= head.seq;
    let patience = if service.index.is_ready() { PATIENCE } else { Duration::ZERO };
    let mut heads = service.index.watch();
    if !matches!(tokio::time::timeout(patience, heads.wait_for(caught_up)).await, Ok(Ok(_))) {
        let (applied, all) = (service.index.applied(), head.seq);
        return Err(Problem::not_ready(format!(
            "The index has not caught up with the database: {applied} of {all} operations are applied."
        )));
    }
    if let Some(reached) = await_words(&service.index, PATIENCE).await {
        return Err(Problem::not_ready(format!(
            "The words of events are still being gathered, up to operation {reached} of {} so far; all but `q` is answered.",
            head.seq
        )));
    }
    Ok(HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(OK))
}
