//! Whoever follows the change feed, and keeps what it tells of.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};

use serde_json::Value;

use super::client::Client;
use super::http::{Answer, open_with, send};

/// Who reads: anybody, or a client with a key.
pub type Reader<'a> = Option<&'a Client>;

/// The headers of a reader.
pub fn headers(reader: Reader<'_>) -> Vec<(&str, &str)> {
    reader.iter().map(|client| ("authorization", client.authorization())).collect()
}

/// GET as a reader.
pub fn ask(base: &str, target: &str, reader: Reader<'_>) -> Answer {
    send(base, "GET", target, &headers(reader))
}

/// What was told to match, by resource and id.
pub type Kept = BTreeMap<(String, String), Value>;

/// Takes in an entry.
pub fn apply(kept: &mut Kept, entry: &Value) {
    for item in entry["items"].as_array().expect("items") {
        let text = |name: &str| item[name].as_str().expect("text").to_owned();
        let key = (text("resource"), text("id"));
        if item["matched"] == "left" {
            kept.remove(&key);
        } else {
            assert!(item["document"].is_object(), "{item}");
            kept.insert(key, item["document"].clone());
        }
    }
}

/// All entries behind an operation, page by page, with the operations up to which the pages looked.
pub fn follow(base: &str, query: &str, reader: Reader<'_>) -> (Vec<Value>, Vec<i64>) {
    let (mut entries, mut looked) = (Vec::new(), vec![0]);
    let mut target = format!("/v1/changes?{query}");
    loop {
        let page = ask(base, &target, reader).ok();
        let last = page["page"]["last_seq"].as_i64().expect("a number");
        let told = page["data"].as_array().expect("entries");
        if told.is_empty() && looked.last() == Some(&last) {
            return (entries, looked);
        }
        assert!(last > looked[looked.len() - 1], "it goes on: {page}");
        entries.extend(told.iter().cloned());
        looked.push(last);
        page["page"]["next"].as_str().expect("a path").clone_into(&mut target);
    }
}

/// The operation of an entry.
pub fn seq(entry: &Value) -> i64 {
    entry["seq"].as_i64().expect("a number")
}

/// A server-sent event.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sent {
    pub id: Option<String>,
    pub event: Option<String>,
    pub data: Option<String>,
}

impl Sent {
    /// What it says.
    pub fn json(&self) -> Value {
        serde_json::from_str(self.data.as_deref().expect("data")).expect("JSON")
    }
}

/// An open stream of server-sent events, read block by block.
pub struct Stream(BufReader<Box<dyn Read + Send>>);

impl Stream {
    /// Opens one; the status where there is none.
    pub fn open(base: &str, target: &str, headers: &[(&str, &str)]) -> Result<Self, String> {
        let answer = open_with(base, target, headers).map_err(|error| error.to_string())?;
        let kind = answer.headers().get("content-type").and_then(|value| value.to_str().ok());
        if answer.status() != 200 {
            return Err(answer.status().to_string());
        }
        assert_eq!(kind, Some("text/event-stream"));
        Ok(Self(BufReader::new(Box::new(answer.into_body().into_reader()))))
    }

    /// The next block, be it a comment; `None` where the stream has ended as it should.
    pub fn block(&mut self) -> std::io::Result<Option<Sent>> {
        let (mut sent, mut is_any) = (Sent::default(), false);
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line)? == 0 {
                return Ok(None);
            }
            let line = line.trim_end_matches('\n');
            if line.is_empty() && is_any {
                return Ok(Some(sent));
            }
            is_any = true;
            match line.split_once(": ") {
                Some(("id", value)) => sent.id = Some(value.to_owned()),
                Some(("event", value)) => sent.event = Some(value.to_owned()),
                Some(("data", value)) => sent.data = Some(value.to_owned()),
                _ => {}
            }
        }
    }

    /// The next event that has data.
    pub fn event(&mut self) -> Sent {
        loop {
            let sent = self.block().expect("a stream").expect("more of it");
            if sent.data.is_some() {
                return sent;
            }
        }
    }
}
