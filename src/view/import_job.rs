//! Imports as those who write see them.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::instant::Instant;
use crate::import::report::Report;
use crate::metrics::ImportFormat;
use crate::store::error::StoreError;
use crate::store::import_jobs::{self, JobState};

/// A file that is taken over.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ImportJob {
    /// Its id.
    #[schema(example = "019c1159-7000-7007-8000-000000000001")]
    pub id: Uuid,
    /// What the file is.
    #[schema(example = "ccc")]
    pub format: ImportFormat,
    /// How it stands.
    #[schema(example = "done")]
    pub state: JobState,
    /// Whether it only tells what it would do.
    #[schema(example = false)]
    pub dry_run: bool,
    /// Whether changed rows are written over events that an editor has changed since.
    #[schema(example = false)]
    pub force: bool,
    /// Whether events are withdrawn that the file does not have any more.
    #[schema(example = true)]
    pub sync: bool,
    /// When the file had come.
    #[schema(value_type = String, format = DateTime, example = "2026-02-01T09:30:00.000000Z")]
    pub created_at: Instant,
    /// When its turn came; null before.
    #[schema(value_type = Option<String>, format = DateTime, example = "2026-02-01T09:30:01.000000Z")]
    pub started_at: Option<Instant>,
    /// When it ended; null before.
    #[schema(value_type = Option<String>, format = DateTime, example = "2026-02-01T09:31:00.000000Z")]
    pub finished_at: Option<Instant>,
    /// How far it has come.
    pub progress: ImportJobProgress,
    /// Why it failed, in a sentence; null where it did not.
    #[schema(example = json!(null))]
    pub failure: Option<String>,
    /// What became of each record; null until it has ended, and where nothing is known of that.
    #[schema(value_type = Option<Report>)]
    pub report: Option<Value>,
}

/// How far an import has come, told every second.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct ImportJobProgress {
    /// Records that were handed to the writer.
    #[schema(example = 400, minimum = 0)]
    pub records: i64,
    /// Bytes of the file that were read.
    #[schema(example = 120_000, minimum = 0)]
    pub read_bytes: i64,
    /// Bytes of the file.
    #[schema(example = 120_000, minimum = 0)]
    pub file_bytes: i64,
}

impl ImportJob {
    /// A job, with the errors and notices of its report where they are given.
    ///
    /// # Errors
    /// When what is stored was not written by Marchline.
    pub fn of(job: import_jobs::ImportJob, findings: Option<&str>) -> Result<Self, StoreError> {
        let format = ImportFormat::parse(&job.format);
        let format = format.ok_or_else(|| StoreError::corrupt(format!("an import has the format `{}`", job.format)))?;
        let mut report: Option<Value> = job.report.as_deref().map(serde_json::from_str).transpose()?;
        let findings: Option<Map<String, Value>> = findings.map(serde_json::from_str).transpose()?;
        if let Some(report) = report.as_mut().and_then(Value::as_object_mut) {
            report.extend(findings.unwrap_or_default());
        }
        let import_jobs::ImportJob { records, read_bytes, file_bytes, .. } = job;
        Ok(Self {
            id: job.id,
            format,
            state: job.state,
            dry_run: job.dry_run,
            force: job.force,
            sync: job.sync,
            created_at: job.created_at,
            started_at: job.started_at,
            finished_at: job.finished_at,
            progress: ImportJobProgress { records, read_bytes, file_bytes },
            failure: job.failure,
            report,
        })
    }
}
