//! A client that writes.

use marchline::domain::api_key::KeyRequest;
use marchline::domain::instant::Instant;
use marchline::domain::scope::Scope;
use marchline::store::keys;
use serde_json::{Value, json};
use uuid::Uuid;

use super::http::{Answer, send, try_send, try_send_body};
use super::world::{Database, World};

/// A new key with these scopes and the label `The desk`.
pub fn key(database: &Database, scopes: &[Scope]) -> String {
    let scopes: Vec<&str> = scopes.iter().map(|scope| scope.code()).collect();
    let now = Instant::parse("2026-02-01T00:00:00Z").expect("an instant");
    let request = KeyRequest::read(&json!({"name": "test", "label": "The desk", "scopes": scopes}), now);
    let mut conn = database.parsed().connect().expect("the database is there");
    let (_, secret) =
        keys::create(&mut conn, request.expect("a request"), Uuid::now_v7(), now).expect("the key is new");
    secret.reveal()
}

/// A client with a key.
pub struct Client {
    base: String,
    authorization: String,
}

impl Client {
    /// A client of a world's server, whose key has these scopes and the label `The desk`.
    pub fn of(world: &World, scopes: &[Scope]) -> Self {
        Self::at(world.base(), &world.database, scopes)
    }

    /// A client of any server on a database.
    pub fn at(base: &str, database: &Database, scopes: &[Scope]) -> Self {
        Self { base: base.to_owned(), authorization: format!("Bearer {}", key(database, scopes)) }
    }

    /// What the client shows.
    pub fn authorization(&self) -> &str {
        &self.authorization
    }

    /// The same client at another server.
    pub fn elsewhere(&self, base: &str) -> Self {
        Self { base: base.to_owned(), authorization: self.authorization.clone() }
    }

    /// Sends a request without a body.
    pub fn send(&self, method: &str, target: &str, headers: &[(&str, &str)]) -> Answer {
        send(&self.base, method, target, &self.headers(headers))
    }

    /// Sends a request with a body.
    pub fn send_json(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        self.try_send_json(method, target, headers, body).expect("an answer")
    }

    /// The same to a server that may be gone.
    pub fn try_send_json(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Result<Answer, ureq::Error> {
        let media_type = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
        let headers = [&[("content-type", media_type)], headers].concat();
        try_send_body(&self.base, method, target, &self.headers(&headers), &body.to_string())
    }

    /// GET from a server that may be gone.
    pub fn try_get(&self, target: &str) -> Result<Answer, ureq::Error> {
        try_send(&self.base, "GET", target, &self.headers(&[]))
    }

    /// POST.
    pub fn post(&self, target: &str, body: &Value) -> Answer {
        self.send_json("POST", target, &[], body)
    }

    /// PUT on what has this validator.
    pub fn put(&self, target: &str, etag: &str, body: &Value) -> Answer {
        self.send_json("PUT", target, &[("if-match", etag)], body)
    }

    /// PATCH on what has this validator.
    pub fn patch(&self, target: &str, etag: &str, body: &Value) -> Answer {
        self.send_json("PATCH", target, &[("if-match", etag)], body)
    }

    /// DELETE on what has this validator.
    pub fn delete(&self, target: &str, etag: &str) -> Answer {
        self.send("DELETE", target, &[("if-match", etag)])
    }

    /// GET of something that is there: its document and its validator.
    pub fn get(&self, target: &str) -> (Value, String) {
        let answer = self.send("GET", target, &[]);
        let etag = answer.header("etag").expect("a validator");
        (answer.ok(), etag)
    }

    /// Creates something, and tells where it is.
    pub fn create(&self, target: &str, body: &Value) -> String {
        let answer = self.post(target, body);
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.header("location").expect("where it is")
    }

    fn headers<'a>(&'a self, headers: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        [&[("authorization", self.authorization.as_str())], headers].concat()
    }
}
