//! Files sent as jobs, and what becomes of them.

use marchline::domain::scope::Scope;
use marchline::http::openapi::openapi_text;
use serde_json::Value;

use super::client::key;
use super::http::{Answer, send, send_body};
use super::schema::differences;
use super::world::World;

/// A client that sends files.
pub struct Sender {
    pub base: String,
    authorization: String,
}

impl Sender {
    /// A client of a world's server, whose key may write.
    pub fn of(world: &World) -> Self {
        Self::with(world, &[Scope::Write])
    }

    /// A client whose key has these scopes.
    pub fn with(world: &World, scopes: &[Scope]) -> Self {
        let authorization = format!("Bearer {}", key(&world.database, scopes));
        Self { base: world.base().to_owned(), authorization }
    }

    /// The same client at another server.
    pub fn elsewhere(&self, base: &str) -> Self {
        Self { base: base.to_owned(), authorization: self.authorization.clone() }
    }

    /// Any request without a body.
    pub fn send(&self, method: &str, target: &str) -> Answer {
        send(&self.base, method, target, &[("authorization", &self.authorization)])
    }

    /// Sends a file.
    pub fn post(&self, query: &str, file: &str, more: &[(&str, &str)]) -> Answer {
        let headers = [&[("authorization", self.authorization.as_str()), ("content-type", "text/csv")], more].concat();
        send_body(&self.base, "POST", &format!("/v1/imports{query}"), &headers, file)
    }

    /// Sends a file that must be taken, and tells where its job is.
    pub fn begin(&self, query: &str, file: &str) -> String {
        let answer = self.post(query, file, &[]);
        assert_eq!(answer.status, 202, "{}", answer.body);
        let place = answer.header("location").expect("where the job is");
        assert_eq!(place, format!("/v1/imports/{}", answer.json()["id"].as_str().expect("an id")));
        place
    }

    /// A job as it stands.
    pub fn job(&self, place: &str) -> Value {
        self.send("GET", place).ok()
    }

    /// Asks for a job until it is as it should be.
    pub fn wait(&self, place: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        loop {
            let job = self.job(place);
            if is_so(&job) {
                return job;
            }
            std::thread::yield_now();
        }
    }

    /// Waits until a job has ended, and tells what became of it.
    pub fn ended(&self, place: &str) -> Value {
        let job = self.wait(place, |job| !job["finished_at"].is_null());
        let document: Value = serde_json::from_str(&openapi_text()).expect("JSON");
        let schema = &document["components"]["schemas"]["ImportJob"];
        let found = differences(&document, schema, &job);
        assert!(found.is_empty(), "{found:#?}");
        job
    }

    /// Sends a file and waits until its job has ended.
    pub fn import(&self, query: &str, file: &str) -> Value {
        self.ended(&self.begin(query, file))
    }
}
