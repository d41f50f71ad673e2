//! Files that are taken over, as jobs: sent to any node, told by every node.

use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use xxhash_rust::xxh3::Xxh3Default;

use super::access::{self, Access};
use super::aside::aside;
use super::ask::{Ask, Service, now};
use super::beside::{admit, begin_page, id_of, kept_nowhere, missing, page};
use super::errors::{ImportCancelErrors, ImportErrors, ImportItemErrors, ImportListErrors};
use super::paging::list_document;
use super::params::{IdempotencyHeader, ImportParams, PageParams, WriteParams};
use super::problem::{Code, Problem};
use super::respond::JSON;
use super::upload::{Uploaded, receive};
use super::write::faults::problem;
use super::write::grounds;
use super::write::preconditions::idempotency_key;
use crate::domain::instant::Instant;
use crate::domain::scope::Scope;
use crate::import::report::Report;
use crate::load::jobs::{Asked, told};
use crate::load::{Behalf, Collection, Options};
use crate::metrics::ImportFormat;
use crate::node::operation::Refusal;
use crate::query::params::Params;
use crate::store::claims::{Claim, Claimed, claimed};
use crate::store::import_jobs::{self, JobState, NewJob};
use crate::store::sql_types::{SqlId, SqlInstant};
use crate::view::import_job::ImportJob;

/// What is said to be missing.
const RESOURCE: &str = "import";

/// The list of imports has no filters.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ImportQueryEcho {}

list_document! {
    /// A page of imports.
    ImportJobList, ImportJob, ImportQueryEcho
}

/// The file, byte by byte.
// Generated clients send bytes where the format says so, and text in UTF-8 otherwise.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "read by the generator of the OpenAPI document only")]
struct File(Vec<u8>);

/// What is asked for.
struct Wanted {
    format: ImportFormat,
    dry_run: bool,
    options: Options,
}

/// Takes a file over as a job: it is answered when the file has come, and taken over when its turn comes.
#[utoipa::path(post, path = "/v1/imports", operation_id = "create_import", tag = "imports",
    params(ImportParams, WriteParams, IdempotencyHeader),
    request_body(content((inline(File) = "application/octet-stream"), (inline(File) = "text/csv"),
        (inline(File) = "application/x-ndjson")),
        description = "The file itself; it is read by `format`, whatever media type it is sent with."),
    security(("key" = ["write"])),
    responses((status = 202, description = "The file has come; `Location` tells what becomes of it.", body = ImportJob,
        headers(("Location", description = "Where the import is told."))), ImportErrors))]
pub async fn create_import(req: HttpRequest, payload: Payload) -> Result<HttpResponse, Problem> {
    let access = access::require(&req, Scope::Write)?;
    let mut ask = Ask::begin(&req, JSON).await?;
    let Wanted { format, dry_run, mut options } = wanted(&mut ask.params);
    let sees_hidden = access.scopes.allow(Scope::ReadRestricted);
    options.behalf = Behalf { grounds: grounds(&mut ask, &access), sees_hidden };
    let idempotency_key = idempotency_key(&req, &mut ask.params);
    ask.finish()?;
    let service = ask.service;
    let turn = service.imports.jobs.turn().ok_or_else(busy)?;
    let uploaded = receive(&req, payload, &service.imports.folder, service.imports.limit).await?;
    let (id, now, digest) = (Uuid::now_v7(), now(), digest_of(&req, &uploaded));
    refuse_reused(&service, &access, idempotency_key.as_deref(), &digest, now)?;
    let job = NewJob {
        id: SqlId(id),
        format: format.code().to_owned(),
        dry_run,
        force: options.force,
        sync: options.sync,
        state: JobState::Queued.code().to_owned(),
        created_at: SqlInstant(now),
        beat_at: SqlInstant(now),
        records: 0,
        read_bytes: 0,
        file_bytes: i64::try_from(uploaded.bytes).unwrap_or(i64::MAX),
        key_no: access.key_no,
        idempotency_key,
        digest: digest.clone(),
    };
    match aside(&service, move |conn| import_jobs::create(conn, &job, now)).await? {
        Some(earlier) if earlier.digest != digest => return Err(problem(Refusal::KeyReused)),
        Some(earlier) => return taken(&service, earlier.id),
        None => {}
    }
    let Uploaded { file, bytes, .. } = uploaded;
    service.imports.jobs.submit(Asked { id, format, dry_run, options, file, bytes, turn })?;
    log::info!("the import {id} is queued");
    taken(&service, id)
}

/// The imports there are, newest first, with the counts of their reports; the errors and notices are told by each import
/// itself. They are kept for 30 days.
#[utoipa::path(get, path = "/v1/imports", operation_id = "list_imports", tag = "imports", params(PageParams),
    security(("key" = ["write"])),
    responses((status = 200, description = "A page of imports, with links to its neighbours in `Link`.", body = ImportJobList,
        headers(("Link", description = "Neighbouring pages."))), ImportListErrors))]
pub async fn list_imports(req: HttpRequest, service: Data<Service>) -> Result<HttpResponse, Problem> {
    let paging = begin_page(&req, Scope::Write)?;
    let jobs = service.reader.read(|conn| import_jobs::all(conn, now()))?;
    let (jobs, page, mut response) =
        page(&req, &paging, "imports", jobs.into_iter().map(|job| (-job.no, job)).collect())?;
    let data = jobs.map(|job| ImportJob::of(job, None)).collect::<Result<_, _>>()?;
    Ok(response.json(ImportJobList { data, page, query: ImportQueryEcho {} }))
}

/// One import, with its whole report once it has ended.
#[utoipa::path(get, path = "/v1/imports/{id}", operation_id = "get_import", tag = "imports",
    params(("id" = Uuid, Path, description = "The import's id.", example = "019c1159-7000-7007-8000-000000000001")),
    security(("key" = ["write"])),
    responses((status = 200, description = "The import.", body = ImportJob), ImportItemErrors))]
pub async fn get_import(req: HttpRequest, service: Data<Service>) -> Result<HttpResponse, Problem> {
    admit(&req, Scope::Write)?;
    let id = id_of(&req, RESOURCE)?;
    let job = job(&service, id)?.ok_or_else(|| missing(&req, RESOURCE))?;
    Ok(kept_nowhere(HttpResponse::Ok()).json(job))
}

/// Cancels an import. One that waits is cancelled at once, one that runs within a second or two, between two records: what was
/// taken over stays, and the report says how far that is.
#[utoipa::path(delete, path = "/v1/imports/{id}", operation_id = "cancel_import", tag = "imports",
    params(("id" = Uuid, Path, description = "The import's id.", example = "019c1159-7000-7007-8000-000000000001")),
    security(("key" = ["write"])),
    responses((status = 202, description = "The import as it stands; it is told there when it has stopped.", body = ImportJob),
        ImportCancelErrors))]
pub async fn cancel_import(req: HttpRequest, service: Data<Service>) -> Result<HttpResponse, Problem> {
    admit(&req, Scope::Write)?;
    let id = id_of(&req, RESOURCE)?;
    let nothing = told(Report::default())?.report;
    let cancelled = aside(&service, move |conn| import_jobs::cancel(conn, id, &nothing, now())).await?;
    let cancelled = cancelled.ok_or_else(|| missing(&req, RESOURCE))?;
    if matches!(cancelled.state, JobState::Done | JobState::Failed) {
        return Err(Problem::new(Code::Conflict, "The import has ended already."));
    }
    log::info!("the import {id} is to be cancelled");
    taken(&service, id)
}

/// Takes what is asked for; faults stay with the parameters.
fn wanted(params: &mut Params) -> Wanted {
    let format = params.code("format", sent, ImportFormat::SENT);
    if format.is_none() && !params.is_faulty("format") {
        params.fault("format", "required", format!("Expected one of: {}.", ImportFormat::SENT.join(", ")));
    }
    let mut flag = |name, why_not: &str| {
        let is_set = params.code(name, |text| text.parse().ok(), &["true", "false"]).unwrap_or(false);
        if is_set && format.is_some_and(ImportFormat::is_own) {
            params.fault(name, "not_for_format", why_not);
        }
        is_set
    };
    let dry_run = flag("dry_run", "Documents refer to each other, so that only writing them tells what they do.");
    let force = flag("force", "Documents are always written over what is there.");
    let sync = flag("sync", "Documents belong to no collection that could be synchronised.");
    if sync && format.and_then(Collection::of).is_some_and(|collection| collection.lists_deletions()) {
        params.fault("sync", "not_for_format", "A list of deletions lacks whatever is still there.");
    }
    // Without a format it comes to nothing.
    let format = format.unwrap_or(ImportFormat::Ndjson);
    Wanted { format, dry_run, options: Options { force, sync, behalf: Behalf::default() } }
}

/// The format with this code, if it needs nothing but the file.
fn sent(code: &str) -> Option<ImportFormat> {
    ImportFormat::parse(code).filter(|format| *format != ImportFormat::Mapping)
}

/// The digest of a whole request, by which it is known when it is sent again.
fn digest_of(req: &HttpRequest, uploaded: &Uploaded) -> String {
    let mut digest = Xxh3Default::new();
    for part in [req.query_string().as_bytes(), &uploaded.digest.to_le_bytes()] {
        digest.update(&part.len().to_le_bytes());
        digest.update(part);
    }
    format!("{:032x}", digest.digest128())
}

/// Holds that an idempotency key was not sent with another request.
fn refuse_reused(
    service: &Service,
    access: &Access,
    key: Option<&str>,
    digest: &str,
    now: Instant,
) -> Result<(), Problem> {
    let Some(key) = key else {
        return Ok(());
    };
    let claim = Claim { key_no: access.key_no, key: key.to_owned(), digest: digest.to_owned() };
    match service.reader.read(|conn| claimed(conn, &claim, now))? {
        Claimed::Nothing => Ok(()),
        Claimed::Same(_) | Claimed::Another => Err(problem(Refusal::KeyReused)),
    }
}

fn job(service: &Service, id: Uuid) -> Result<Option<ImportJob>, Problem> {
    let Some(job) = service.reader.read(|conn| import_jobs::find(conn, id, now()))? else {
        return Ok(None);
    };
    let findings = service.reader.read(|conn| import_jobs::findings(conn, id))?;
    Ok(Some(ImportJob::of(job, findings.as_deref())?))
}

/// What is answered to whoever wants something to become of a job.
fn taken(service: &Service, id: Uuid) -> Result<HttpResponse, Problem> {
    let job = job(service, id)?.ok_or_else(|| Problem::new(Code::Internal, "The import is gone."))?;
    let mut response = kept_nowhere(HttpResponse::Accepted());
    Ok(response.insert_header((header::LOCATION, format!("/v1/imports/{id}"))).json(job))
}

fn busy() -> Problem {
    let detail = "As many imports wait here as may; try again when one of them has ended.";
    Problem::new(Code::Unavailable, detail).with_header(header::RETRY_AFTER, HeaderValue::from_static("30"))
}
