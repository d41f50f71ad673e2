//! A client that writes one thing after another, and remembers what it was answered.

use marchline::domain::scope::Scope;
use serde_json::{Value, json};

use super::client::Client;
use super::http::Answer;
use super::random::Random;
use super::world::{Database, event};

/// A request, and the answer where one came.
struct Entry {
    method: &'static str,
    target: String,
    body: Value,
    answer: Option<Answer>,
}

/// Each of its requests changes something, and has an idempotency key of its own.
pub struct Scribe {
    name: String,
    client: Client,
    random: Random,
    /// An event to which all scribes add evidence.
    shared: String,
    /// Its own events.
    own: Vec<String>,
    entries: Vec<Entry>,
}

impl Scribe {
    /// So many of them at a server whose database holds `test-source` and the shared event.
    pub fn team(number: usize, base: &str, database: &Database, shared: &str, random: &mut Random) -> Vec<Self> {
        let scribe = |number| Self {
            name: format!("scribe-{number}"),
            client: Client::at(base, database, &[Scope::Write]),
            random: random.fork(),
            shared: shared.to_owned(),
            own: Vec::new(),
            entries: Vec::new(),
        };
        (0..number).map(scribe).collect()
    }

    /// Turns to another server of the same database.
    pub fn move_to(&mut self, base: &str) {
        self.client = self.client.elsewhere(base);
    }

    /// Writes something. False where no answer came.
    pub fn write(&mut self) -> bool {
        let title = format!("{} {}", self.name, self.entries.len());
        let (method, target, body) = match self.random.below(4) {
            0 | 1 if !self.own.is_empty() => {
                ("PATCH", self.random.pick(&self.own).clone(), json!({"title": title, "issues": [self.name]}))
            }
            2 => {
                let evidence = json!({"source": {"id": "test-source"}, "field": "size", "value": title});
                ("POST", format!("{}/evidence", self.shared), evidence)
            }
            _ => ("POST", "/v1/events".to_owned(), event(&title, json!({"when": {"start": {"edtf": "2026-01-30"}}}))),
        };
        let number = self.entries.len();
        self.entries.push(Entry { method, target, body, answer: None });
        match self.send(number) {
            Ok(answer) => self.note(number, answer),
            Err(_) => return false,
        }
        true
    }

    /// Sends the requests again that were not answered, and tells how many there were.
    pub fn settle(&mut self) -> usize {
        let unanswered: Vec<usize> = (0..self.entries.len()).filter(|n| self.entries[*n].answer.is_none()).collect();
        for number in &unanswered {
            let answer = self.send(*number).expect("an answer");
            self.note(*number, answer);
        }
        unanswered.len()
    }

    /// How many requests it has made, each of which is one operation.
    pub fn operations(&self) -> usize {
        self.entries.len()
    }

    /// Holds that a server knows all that was acknowledged from the `first` request on, word by word, and answers each request
    /// as it was answered before.
    pub fn hold(&self, first: usize, base: &str) {
        let client = self.client.elsewhere(base);
        for (number, entry) in self.entries.iter().enumerate().skip(first) {
            let acknowledged = entry.answer.as_ref().expect("all requests are answered");
            let place = match (acknowledged.header("location"), acknowledged.json()["revision"].as_i64()) {
                (place, Some(revision)) => format!("{}/revisions/{revision}", place.unwrap_or(entry.target.clone())),
                (place, None) => place.expect("where the evidence is"),
            };
            let newest = acknowledged.header("dataset-revision").expect("a revision");
            let (_, newest) = newest.split_once('.').expect("an epoch and an operation");
            let kept = client.send("GET", &place, &[("min-revision", newest)]);
            assert_eq!((kept.status, &kept.body), (200, &acknowledged.body), "{} {place}", self.name);
            let again = self.send(number).expect("an answer");
            assert_eq!(content(&again), content(acknowledged), "{} again", entry.target);
        }
    }

    fn note(&mut self, number: usize, answer: Answer) {
        let entry = &mut self.entries[number];
        let expected = if entry.method == "POST" { 201 } else { 200 };
        assert_eq!(answer.status, expected, "{} {}: {}", entry.method, entry.target, answer.body);
        if entry.target == "/v1/events" {
            self.own.extend(answer.header("location"));
        }
        entry.answer = Some(answer);
    }

    fn send(&self, number: usize) -> Result<Answer, ureq::Error> {
        let Entry { method, target, body, .. } = &self.entries[number];
        let key = format!("{}-{number}", self.name);
        let headers = [("idempotency-key", key.as_str()), ("if-match", "*")];
        let headers = if *method == "PATCH" { &headers[..] } else { &headers[..1] };
        self.client.try_send_json(method, target, headers, body)
    }
}

/// What of an answer does not depend on when it is given.
fn content(answer: &Answer) -> (u16, &str, Option<String>, Option<String>) {
    (answer.status, &answer.body, answer.header("location"), answer.header("etag"))
}
