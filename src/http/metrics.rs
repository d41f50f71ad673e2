//! What the node counts and measures, for Prometheus.

use std::sync::Arc;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};

use super::ask::{Service, acceptable, now, without_parameters};
use super::errors::ServiceErrors;
use super::problem::Problem;
use crate::domain::privacy::Clearance;
use crate::domain::resource::Resource;
use crate::domain::webhook::WebhookState;
use crate::index::Index;
use crate::index::sight::Sight;
use crate::metrics::{ImportFormat, ImportState, IndexSize};
use crate::store::duplicates::checked_through;
use crate::store::error::StoreError;
use crate::store::import_progress::{ImportProgress, told};
use crate::store::log::{Head, head};
use crate::store::webhooks::{Webhook, all};

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// The older format, of which what we write is a part: no time stamps, no exemplars, and the last line is a comment there.
const PLAIN: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What the node counts and measures, for Prometheus.
#[utoipa::path(get, path = "/metrics", operation_id = "get_metrics", tag = "service",
    responses((status = 200, description = "The metrics; as `text/plain` for those who do not take OpenMetrics.",
        content((String = "application/openmetrics-text; version=1.0.0; charset=utf-8"),
            (String = "text/plain; version=0.0.4; charset=utf-8"))), ServiceErrors))]
pub async fn get_metrics(req: HttpRequest, service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    let media_type = match acceptable(&req, "application/openmetrics-text") {
        Ok(()) => OPEN_METRICS,
        Err(_) => PLAIN,
    };
    without_parameters(&req, media_type.split(';').next().unwrap_or_default())?;
    let metrics = &service.index.metrics;
    // Asked for first: what is applied meanwhile is no lag.
    let newest = service.reader.read(|conn| Ok((head(conn)?, told(conn)?, checked_through(conn)?, all(conn, now())?)));
    let (size, known) = measure(&service.index);
    metrics.set_index(&size);
    let text = Arc::clone(&service.index.read().text);
    metrics.set_text(&text.size(), size.seq);
    if let Err(error) = &newest {
        log::warn!("the lag behind the log cannot be told: {error}");
    }
    for import in newest.iter().flat_map(|(_, imports, ..)| imports) {
        let ImportProgress { records, read_bytes, file_bytes, .. } = *import;
        let told_at = import.told_at.0.to_datetime().timestamp();
        if let Some(format) = ImportFormat::parse(&import.format) {
            metrics.set_import(format, &ImportState { records, read_bytes, file_bytes, told_at });
        }
    }
    metrics.set_webhooks(newest.as_ref().ok().map(|(newest, .., webhooks)| standing(newest, webhooks)));
    let newest = newest.ok().map(|(newest, _, through, _)| (lag(&newest, &known), newest.seq - through));
    metrics.set_lags(newest.map(|(index, _)| index), newest.map(|(_, duplicates)| duplicates));
    let text = metrics.text().map_err(|error| StoreError::corrupt(error.to_string()))?;
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    response.insert_header((header::CONTENT_TYPE, HeaderValue::from_static(media_type)));
    Ok(response.body(text))
}

/// How much there is and how far it goes, at one moment.
fn measure(index: &Index) -> (IndexSize, Head) {
    let state = index.read();
    let seq = state.head.seq;
    let clearance = Clearance::Public;
    let sight = Sight { state: &state, seq, clearance };
    let others = Resource::ALL.iter().filter(|resource| resource.has_slug());
    let size = IndexSize {
        events: state.events.total(seq, clearance),
        event_versions: state.events.count(),
        event_bytes: state.events.bytes(),
        entities: others.map(|resource| (*resource, sight.all(*resource).count())).collect(),
        seq,
    };
    (size, state.head)
}

/// How far the webhook that is most behind is behind the log, and how many fail. One of another epoch has one message to come.
fn standing(newest: &Head, webhooks: &[Webhook]) -> (i64, usize) {
    let behind = |webhook: &Webhook| {
        if webhook.position.epoch == newest.epoch { newest.seq - webhook.position.seq } else { 1 }
    };
    let active = webhooks.iter().filter(|webhook| webhook.state == WebhookState::Active);
    let fails = |webhook: &&Webhook| match webhook.state {
        WebhookState::Active => webhook.failures > 0,
        WebhookState::Paused => false,
        WebhookState::Gone | WebhookState::Failing | WebhookState::FilterLost | WebhookState::KeyLost => true,
    };
    (active.map(behind).max().unwrap_or(0), webhooks.iter().filter(fails).count())
}

/// What is still to be applied: all of it where the dataset was replaced or a backup was restored.
fn lag(newest: &Head, known: &Head) -> i64 {
    let same = (newest.dataset_id, newest.epoch) == (known.dataset_id, known.epoch);
    if same { newest.seq - known.seq } else { newest.seq }
}
