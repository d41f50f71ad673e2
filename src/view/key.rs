//! Keys, as those who administer them see them: never the key itself but once, and never its hash.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::api_key::Secret;
use crate::domain::instant::Instant;
use crate::domain::scope::Scope;
use crate::store::keys::ApiKey;

/// A key by which a client is known.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Key {
    /// The id by which the key is administered.
    #[schema(example = "019c1159-7000-7005-8000-000000000001")]
    pub id: Uuid,
    /// Whose it is; only administrators see it.
    #[schema(example = "City desk")]
    pub name: String,
    /// What it allows.
    #[schema(example = json!(["write"]))]
    pub scopes: Vec<Scope>,
    /// What the public is told of who wrote with it; null where it is told nothing.
    #[schema(example = "The Daily Record")]
    pub label: Option<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime, example = "2026-02-01T09:30:00.000000Z")]
    pub created_at: Instant,
    /// When it stops being accepted; null where it never does by itself.
    #[schema(value_type = Option<String>, format = DateTime, example = "2027-02-01T09:30:00.000000Z")]
    pub expires_at: Option<Instant>,
    /// When it was revoked; null where it was not.
    #[schema(value_type = Option<String>, format = DateTime, example = json!(null))]
    pub revoked_at: Option<Instant>,
    /// The key itself, for `Authorization: Bearer`; only there in the answer that makes it, and nowhere kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "mk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    pub key: Option<String>,
}

impl Key {
    /// A key without the key itself.
    pub fn of(key: ApiKey) -> Self {
        let ApiKey { no: _, id, name, scopes, label, created_at, expires_at, revoked_at } = key;
        let scopes = scopes.as_slice().to_vec();
        Self { id, name, scopes, label, created_at, expires_at, revoked_at, key: None }
    }

    /// A key that was made just now, with the key itself.
    pub fn made(key: ApiKey, secret: Secret) -> Self {
        Self { key: Some(secret.reveal()), ..Self::of(key) }
    }
}

/// A key that is asked for, as the OpenAPI document describes it; `KeyRequest` reads it.
#[derive(Clone, Debug, ToSchema)]
pub struct KeyIn {
    /// Whose it is; only administrators see it.
    #[schema(min_length = 1, max_length = 100, example = "City desk")]
    pub name: String,
    /// What it allows.
    #[schema(min_items = 1, example = json!(["write"]))]
    pub scopes: Vec<Scope>,
    /// What the public is told of who wrote with it; nothing unless given.
    #[schema(max_length = 100, example = "The Daily Record")]
    pub label: Option<String>,
    /// When it stops being accepted; never by itself unless given.
    #[schema(format = DateTime, example = "2027-02-01T09:30:00.000000Z")]
    pub expires_at: Option<String>,
}
