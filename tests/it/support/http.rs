//! A small HTTP client that takes every status as an answer.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// An answer of the service.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    /// What came; of a tile, which is no text, as much as can be read as such.
    pub body: String,
    pub bytes: Vec<u8>,
}

impl Answer {
    /// A header's value; several of one name are joined by commas.
    pub fn header(&self, name: &str) -> Option<String> {
        let values: Vec<_> = self.headers.iter().filter(|(known, _)| known == name).map(|(_, v)| v.clone()).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("not JSON ({error}): {}", self.body))
    }

    /// The answer of a request that must succeed.
    pub fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.json()
    }

    /// The `errors` of a problem document, as (parameter or pointer, code).
    pub fn faults(&self) -> Vec<(String, String)> {
        assert_eq!(self.header("content-type").as_deref(), Some("application/problem+json"), "{}", self.body);
        let text = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
        let problem = self.json();
        let errors = problem["errors"].as_array().expect("errors is a list");
        let place =
            |item: &Value| if item["pointer"].is_null() { text(item, "parameter") } else { text(item, "pointer") };
        errors.iter().map(|item| (place(item), text(item, "code"))).collect()
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(Duration::from_mins(1)))
        .build()
        .into()
}

/// Asks for something that may have no end, and leaves it to the caller to read it.
pub fn open_with(
    base: &str,
    target: &str,
    headers: &[(&str, &str)],
) -> Result<ureq::http::Response<ureq::Body>, ureq::Error> {
    agent().run(head(base, "GET", target, headers).body(()).expect("a request"))
}

/// Asks for something that must be there, as it is, and leaves it to the caller to read it.
pub fn open(base: &str, target: &str) -> impl Read + use<> {
    let answer =
        agent().get(format!("{base}{target}")).header("accept-encoding", "identity").call().expect("an answer");
    assert_eq!(answer.status(), 200);
    answer.into_body().into_reader()
}

/// Sends a request. `target` may be a path with a query.
pub fn send(base: &str, method: &str, target: &str, headers: &[(&str, &str)]) -> Answer {
    let request = head(base, method, target, headers).body(()).expect("a request");
    answer(agent().run(request).expect("an answer")).expect("a body of text")
}

/// Sends a request to a server that may be gone: there is an answer only where all of it has come.
pub fn try_send(base: &str, method: &str, target: &str, headers: &[(&str, &str)]) -> Result<Answer, ureq::Error> {
    answer(agent().run(head(base, method, target, headers).body(()).expect("a request"))?)
}

/// Sends a request with a body.
pub fn send_body(base: &str, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    try_send_body(base, method, target, headers, body).expect("an answer")
}

/// Sends a request with a body to a server that may be gone: there is an answer only where all of it has come.
pub fn try_send_body(
    base: &str,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<Answer, ureq::Error> {
    let request = head(base, method, target, headers).body(body.to_owned()).expect("a request");
    answer(agent().run(request)?)
}

fn head(base: &str, method: &str, target: &str, headers: &[(&str, &str)]) -> ureq::http::request::Builder {
    let request = ureq::http::Request::builder().method(method).uri(format!("{base}{target}"));
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
}

fn answer(mut answer: ureq::http::Response<ureq::Body>) -> Result<Answer, ureq::Error> {
    let headers = answer
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    let (status, headers) = (answer.status().as_u16(), headers.collect());
    let bytes = answer.body_mut().with_config().limit(100 << 20).read_to_vec()?;
    let is_tile = answer.headers().get("content-type").is_some_and(|form| form == "application/vnd.mapbox-vector-tile");
    let body = String::from_utf8_lossy(&bytes).into_owned();
    assert!(is_tile || body.as_bytes() == bytes, "not UTF-8: {body}");
    Ok(Answer { status, headers, body, bytes })
}

/// Sends bytes as they are and reads until the server closes: for requests that no client library would send.
pub fn send_raw(base: &str, request: &[u8]) -> String {
    let address = base.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout");
    stream.write_all(request).expect("the server reads");
    let mut answer = Vec::new();
    // A server that resets the connection after its answer has still answered.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}
