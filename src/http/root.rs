//! What the dataset is.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ask::Ask;
use super::errors::DatasetErrors;
use super::params::{ReadHeaders, ReadParams};
use super::problem::Problem;
use super::respond::{self, Fingerprint, JSON, Text};
use super::site;
use crate::domain::instant::Instant;
use crate::domain::resource::Resource;
use crate::store::error::StoreError;
use crate::store::log;

/// What the dataset is, how much it holds, and where to go from here.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the name that the contract gives the id")]
pub struct Dataset {
    /// The dataset's name.
    #[schema(example = "Marchline")]
    pub name: String,
    /// The licence its data may be used under, as an SPDX expression or in words; null where none was stated.
    #[schema(example = "CC0-1.0")]
    pub licence: Option<String>,
    /// Whom to name when using it; null where nobody has to be.
    #[schema(example = json!(null))]
    pub attribution: Option<String>,
    /// Tells this dataset from any other.
    #[schema(example = "019c1159-7000-7fff-8000-000000000000")]
    pub dataset_id: Uuid,
    /// Raised when a backup is restored.
    #[schema(example = 1, minimum = 1)]
    pub epoch: i64,
    /// The operation that this answer was computed at.
    #[schema(example = 42, minimum = 0)]
    pub seq: i64,
    /// When that operation was recorded; null where there is none yet.
    #[schema(value_type = Option<String>, format = DateTime, example = "2026-02-01T09:30:00.000000Z")]
    pub recorded_at: Option<Instant>,
    /// How much it holds.
    pub counts: DatasetCounts,
    /// Where to go from here.
    pub links: DatasetLinks,
}

/// How much a dataset holds.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DatasetCounts {
    /// Events.
    #[schema(example = 13, minimum = 0)]
    pub events: u64,
    /// Actors.
    #[schema(example = 16, minimum = 0)]
    pub actors: u64,
    /// Locations.
    #[schema(example = 10, minimum = 0)]
    pub locations: u64,
    /// Sources.
    #[schema(example = 1, minimum = 0)]
    pub sources: u64,
    /// Campaigns.
    #[schema(example = 1, minimum = 0)]
    pub campaigns: u64,
    /// Timelines.
    #[schema(example = 1, minimum = 0)]
    pub timelines: u64,
}

/// Paths of the service.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DatasetLinks {
    /// Events.
    #[schema(example = "/v1/events")]
    pub events: String,
    /// Actors.
    #[schema(example = "/v1/actors")]
    pub actors: String,
    /// Locations.
    #[schema(example = "/v1/locations")]
    pub locations: String,
    /// Sources.
    #[schema(example = "/v1/sources")]
    pub sources: String,
    /// Campaigns.
    #[schema(example = "/v1/campaigns")]
    pub campaigns: String,
    /// Timelines.
    #[schema(example = "/v1/timelines")]
    pub timelines: String,
    /// The places and days that sources monitor.
    #[schema(example = "/v1/coverage")]
    pub coverage: String,
    /// The codes that documents and filters use.
    #[schema(example = "/v1/vocabulary")]
    pub vocabulary: String,
    /// The description of this service.
    #[schema(example = "/openapi.json")]
    pub openapi: String,
    /// The same, for people.
    #[schema(example = "/docs/")]
    pub docs: String,
}

impl DatasetLinks {
    /// Of a service that is found below a path.
    fn below(path: &str) -> Self {
        let at = |place: &str| format!("{path}{place}");
        Self {
            events: at("/v1/events"),
            actors: at("/v1/actors"),
            locations: at("/v1/locations"),
            sources: at("/v1/sources"),
            campaigns: at("/v1/campaigns"),
            timelines: at("/v1/timelines"),
            coverage: at("/v1/coverage"),
            vocabulary: at("/v1/vocabulary"),
            openapi: at("/openapi.json"),
            docs: at("/docs/"),
        }
    }
}

/// What the dataset is, how much it holds, and where to go from here.
#[utoipa::path(get, path = "/v1", operation_id = "get_dataset", tag = "dataset", params(ReadParams, ReadHeaders),
    responses((status = 200, description = "The dataset.", body = Dataset,
        headers(("ETag", description = "Weak validator of the answer."),
                ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
        (status = 304, description = "The answer is the one the client has."), DatasetErrors))]
pub async fn get_dataset(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut ask = Ask::begin(&req, JSON).await?;
    let seq = ask.finish()?;
    let recorded_at = ask.service.reader.read(|conn| log::recorded_at(conn, seq))?;
    let state = ask.service.index.read();
    let sight = ask.sight(&state, seq);
    let count = |resource| sight.all(resource).count() as u64;
    let settings = &ask.service.dataset;
    let dataset = Dataset {
        name: settings.name.clone(),
        licence: settings.licence.clone(),
        attribution: settings.attribution.clone(),
        dataset_id: state.head.dataset_id,
        epoch: state.head.epoch,
        seq,
        recorded_at,
        counts: DatasetCounts {
            events: state.events.total(seq, ask.clearance) as u64,
            actors: count(Resource::Actor),
            locations: count(Resource::Location),
            sources: count(Resource::Source),
            campaigns: count(Resource::Campaign),
            timelines: count(Resource::Timeline),
        },
        links: DatasetLinks::below(&site::path(&req, settings)),
    };
    let mut print = Fingerprint::of(ask.clearance);
    print.text(&serde_json::to_string(&dataset).map_err(StoreError::from)?);
    let etag = print.weak();
    if respond::is_known(&req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    Ok(respond::whole(&etag, &respond::permanent_link(&req, seq), &Text::json(&dataset)?))
}
