//! Webhooks, as those who administer them see them: their secret only in the answers that make it.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::instant::Instant;
use crate::domain::webhook::WebhookState;
use crate::store::webhook_deliveries::FailureRow;
use crate::store::webhooks;

/// A subscription to the change log.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Webhook {
    /// Its id.
    #[schema(example = "019c1159-7000-7008-8000-000000000001")]
    pub id: Uuid,
    /// What it is for, in words; null where nothing is said.
    #[schema(example = "The map of the city desk")]
    pub name: Option<String>,
    /// Where messages are sent.
    #[schema(example = "https://example.org/marchline")]
    pub url: String,
    /// Which changes are delivered, as the query string of a list of events; empty for all.
    #[schema(example = "type=rally,march&country=US")]
    pub filter: String,
    /// Whether what privacy policies keep from the public is delivered.
    #[schema(example = false)]
    pub restricted: bool,
    /// Whether anything is delivered, as administrators have decided.
    #[schema(example = true)]
    pub enabled: bool,
    /// How it stands.
    #[schema(example = "active")]
    pub state: WebhookState,
    /// The id of the key of whoever answers for it: that which changed it last. When it ends, nothing is delivered any more.
    #[schema(example = "019c1159-7000-7005-8000-000000000001")]
    pub key: Uuid,
    /// The operation up to which everything was delivered, or passed because it does not match.
    #[schema(example = 42, minimum = 0)]
    pub position: i64,
    /// The epoch that this number belongs to.
    #[schema(example = 1, minimum = 1)]
    pub epoch: i64,
    /// How often the message whose turn it is has failed; 0 while all is well.
    #[schema(example = 0, minimum = 0)]
    pub failures: i32,
    /// When that message is sent again; null where none has failed.
    #[schema(value_type = Option<String>, format = DateTime, example = json!(null))]
    pub next_attempt_at: Option<Instant>,
    /// When a message was delivered last; null before the first.
    #[schema(value_type = Option<String>, format = DateTime, example = "2026-02-01T09:30:00.000000Z")]
    pub last_success_at: Option<Instant>,
    /// When a message failed last; null where none ever did.
    #[schema(value_type = Option<String>, format = DateTime, example = json!(null))]
    pub last_failure_at: Option<Instant>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime, example = "2026-02-01T09:30:00.000000Z")]
    pub created_at: Instant,
    /// Until when the secret before signs too; null where it does not.
    #[schema(value_type = Option<String>, format = DateTime, example = json!(null))]
    pub previous_secret_until: Option<Instant>,
    /// The secret that signs the messages; only there in the answers that make one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    pub secret: Option<String>,
}

impl Webhook {
    /// A webhook without its secret.
    pub fn of(webhook: webhooks::Webhook) -> Self {
        Self {
            id: webhook.id,
            name: webhook.name,
            url: webhook.url,
            filter: webhook.filter,
            restricted: webhook.restricted,
            enabled: webhook.enabled,
            state: webhook.state,
            key: webhook.key_id,
            position: webhook.position.seq,
            epoch: webhook.position.epoch,
            failures: webhook.failures,
            next_attempt_at: webhook.next_attempt_at,
            last_success_at: webhook.last_success_at,
            last_failure_at: webhook.last_failure_at,
            created_at: webhook.created_at,
            previous_secret_until: webhook.previous.map(|(_, until)| until),
            secret: None,
        }
    }

    /// A webhook whose secret was made just now.
    pub fn with_secret(webhook: webhooks::Webhook) -> Self {
        Self { secret: Some(webhook.secret.reveal()), ..Self::of(webhook) }
    }
}

/// A webhook that is asked for, as the OpenAPI document describes it; `WebhookRequest` reads it.
#[derive(Clone, Debug, ToSchema)]
pub struct WebhookIn {
    /// What it is for, in words.
    #[schema(min_length = 1, max_length = 100, example = "The map of the city desk")]
    pub name: Option<String>,
    /// Where messages are sent: a public address with `https://`.
    #[schema(min_length = 1, max_length = 2000, example = "https://example.org/marchline")]
    pub url: String,
    /// Which changes are delivered, as the query string of a list of events; all unless given.
    #[schema(max_length = 2000, example = "type=rally,march&country=US")]
    pub filter: Option<String>,
    /// Whether what privacy policies keep from the public is delivered; not unless given.
    #[schema(example = false)]
    pub restricted: Option<bool>,
    /// Whether anything is delivered; it is unless given.
    #[schema(example = true)]
    pub enabled: Option<bool>,
    /// The operation behind which it begins; the newest unless given.
    #[schema(example = 0, minimum = 0)]
    pub after: Option<i64>,
}

/// What is changed about a webhook (RFC 7396).
#[derive(Clone, Debug, ToSchema)]
pub struct WebhookPatchIn {
    /// What it is for, in words.
    #[schema(min_length = 1, max_length = 100, example = "The map of the city desk")]
    pub name: Option<String>,
    /// Where messages are sent: a public address with `https://`.
    #[schema(nullable = false, min_length = 1, max_length = 2000, example = "https://example.org/marchline")]
    pub url: Option<String>,
    /// Which changes are delivered, as the query string of a list of events; null or empty for all.
    #[schema(max_length = 2000, example = "type=rally,march&country=US")]
    pub filter: Option<String>,
    /// Whether what privacy policies keep from the public is delivered.
    #[schema(example = false)]
    pub restricted: Option<bool>,
    /// Whether anything is delivered.
    #[schema(example = true)]
    pub enabled: Option<bool>,
}

/// Where a webhook begins again.
#[derive(Clone, Debug, ToSchema)]
pub struct ReplayIn {
    /// The operation behind which it begins: what came later is delivered, again too.
    #[schema(example = 0, minimum = 0)]
    pub after: i64,
}

/// A message that failed: one whose turn it still is, or one that was given up.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WebhookFailure {
    /// The operation that it tells; of a `timeline.reset`, the number that the epoch began with.
    #[schema(example = 42, minimum = 0)]
    pub seq: i64,
    /// The epoch of this number.
    #[schema(example = 1, minimum = 1)]
    pub epoch: i64,
    /// How often it was sent.
    #[schema(example = 3, minimum = 1)]
    pub attempts: i32,
    /// When it was sent first.
    #[schema(value_type = String, format = DateTime, example = "2026-02-01T09:30:00.000000Z")]
    pub first_attempt_at: Instant,
    /// When it was sent last.
    #[schema(value_type = String, format = DateTime, example = "2026-02-01T09:30:15.000000Z")]
    pub last_attempt_at: Instant,
    /// When it was given up; null while it is its turn.
    #[schema(value_type = Option<String>, format = DateTime, example = json!(null))]
    pub given_up_at: Option<Instant>,
    /// The status that was answered last; null where there was no answer.
    #[schema(example = 500)]
    pub status: Option<i32>,
    /// What went wrong last, in a sentence.
    #[schema(example = "The receiver answered 500.")]
    pub error: String,
}

impl WebhookFailure {
    /// A failure.
    pub fn of(row: FailureRow) -> Self {
        Self {
            seq: row.seq,
            epoch: row.epoch,
            attempts: row.attempts,
            first_attempt_at: row.first_attempt_at.0,
            last_attempt_at: row.last_attempt_at.0,
            given_up_at: row.given_up_at.map(|at| at.0),
            status: row.status,
            error: row.error,
        }
    }
}

/// What became of a message that was sent as a test.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WebhookTest {
    /// Whether the receiver took it.
    #[schema(example = true)]
    pub delivered: bool,
    /// The status that was answered; null where there was no answer.
    #[schema(example = 204)]
    pub status: Option<u16>,
    /// What went wrong, in a sentence; null where nothing did.
    #[schema(example = json!(null))]
    pub error: Option<String>,
}
