//! Whoever administers webhooks, and what their messages must be.

use std::sync::Arc;

use data_encoding::BASE64;
use marchline::domain::resource::Resource;
use marchline::domain::scope::Scope;
use marchline::domain::webhook::SigningSecret;
use marchline::http::openapi::openapi_text;
use marchline::store::connection::AnyConnection;
use marchline::webhooks::deliveries::{Deliveries, Options};
use serde_json::{Value, json};

use super::client::Client;
use super::http::Answer;
use super::receiver::{Message, Receiver};
use super::schema::differences;
use super::world::{WEBHOOKS, World, event};

/// Whoever administers the webhooks of a world.
pub struct Desk {
    pub client: Client,
}

impl Desk {
    pub fn of(world: &World) -> Self {
        Self { client: Client::of(world, &[Scope::Admin]) }
    }

    /// Makes a webhook, and tells its path and its secret.
    pub fn subscribe(&self, receiver: &Receiver, more: Value) -> (String, String) {
        let mut document = json!({"url": receiver.url});
        json_patch::merge(&mut document, &more);
        let answer = self.client.post("/v1/webhooks", &document);
        assert_eq!(answer.status, 201, "{}", answer.body);
        let secret = answer.json()["secret"].as_str().expect("a secret").to_owned();
        (answer.header("location").expect("where it is"), secret)
    }

    pub fn get(&self, path: &str) -> Value {
        self.client.send("GET", path, &[]).ok()
    }

    pub fn patch(&self, path: &str, patch: Value) -> Answer {
        self.client.send_json("PATCH", path, &[], &patch)
    }

    /// Asks for a webhook until it is as it should be.
    pub fn wait(&self, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        loop {
            let webhook = self.get(path);
            if is_so(&webhook) {
                return webhook;
            }
            std::thread::yield_now();
        }
    }

    pub fn failures(&self, path: &str) -> Vec<Value> {
        self.get(&format!("{path}/failures"))["data"].as_array().expect("a list").clone()
    }
}

pub fn deliver(world: &World) -> Deliveries {
    deliver_with(world, WEBHOOKS)
}

pub fn deliver_with(world: &World, options: Options) -> Deliveries {
    Deliveries::start(world.database.parsed(), Arc::clone(&world.node.index), options)
}

pub fn connect(world: &World) -> AnyConnection {
    world.database.parsed().connect().expect("the database is there")
}

/// Writes an event of a type, and tells its operation.
pub fn tell(world: &World, title: &str, kind: &str) -> i64 {
    world.put(Resource::Event, event(title, json!({"type": kind})));
    world.node.index.head().seq
}

/// Writes some rallies, and tells their operations.
pub fn rallies(world: &World, count: usize) -> Vec<i64> {
    (0..count).map(|number| tell(world, &format!("Rally {number}"), "rally")).collect()
}

/// Whether one of a message's signatures was made with a secret.
pub fn is_signed(message: &Message, secret: &str) -> bool {
    let bytes = BASE64.decode(secret.strip_prefix("whsec_").expect("a secret").as_bytes()).expect("base64");
    let timestamp = message.header("webhook-timestamp").parse().expect("a number");
    let expected = SigningSecret::of(bytes).sign(message.header("webhook-id"), timestamp, &message.body);
    message.header("webhook-signature").split(' ').any(|signature| signature == expected)
}

pub fn pairs(faults: &[(&str, &str)]) -> Vec<(String, String)> {
    faults.iter().map(|(at, code)| ((*at).to_owned(), (*code).to_owned())).collect()
}

/// Holds an answer against what the OpenAPI document says of it.
pub fn assert_described(answer: &Answer, path: &str, method: &str) {
    let document: Value = serde_json::from_str(&openapi_text()).expect("the document is JSON");
    let described = &document["paths"][path][method]["responses"][answer.status.to_string()];
    let schema = &described["content"][answer.header("content-type").expect("a media type")]["schema"];
    assert_eq!(differences(&document, schema, &answer.json()), [""; 0], "{method} {path}: {}", answer.body);
}
