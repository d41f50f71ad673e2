//! The `curl` examples of a page, tried out.
//!
//! Each is one line of an `sh` fence: `curl`, at most `-i` or `-I`, `-X METHOD`, `--json 'document'`, any number of
//! `-H 'Name: value'`, in which `$KEY` stands for a key with the scope `write` and `$ADMIN` for one with `admin`, and a URL on
//! `http://127.0.0.1:8080`. Behind `# →` may stand the status, unless it is 200, and then text that the answer holds. The
//! answer is the body; with `-i` and `-I` its headers too, as `name: value`.
//!
//! A `json` fence that follows, with prose between or not, is an excerpt of the last example's answer: somewhere in it stands
//! a value that has at least these members and, in this order, these items. The string `…` stands for anything.

use std::path::Path;

use serde_json::Value;

use super::http::{Answer, send, send_body};

/// One example and what is said of its answer.
#[derive(Debug, Default)]
struct Example {
    line: String,
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    document: Option<String>,
    with_headers: bool,
    status: u16,
    text: String,
    excerpts: Vec<Value>,
}

/// A page of the repository.
pub fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Tries all examples of a page on a server that holds the founding timeline, and tells how many there are.
pub fn try_out(base: &str, [key, admin]: [&str; 2], name: &str) -> usize {
    let examples = read(name, &page(name));
    for example in &examples {
        let given = example
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), value.replace("$KEY", key).replace("$ADMIN", admin)));
        let given: Vec<(String, String)> = given.collect();
        let given = given.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        // curl asks for no compression, unlike the client of the tests.
        let mut headers: Vec<_> = given.chain([("accept-encoding", "identity")]).collect();
        let answer = match &example.document {
            Some(document) => {
                headers.push(("content-type", "application/json"));
                send_body(base, &example.method, &example.target, &headers, document)
            }
            None => send(base, &example.method, &example.target, &headers),
        };
        let shown = format!("{name}: {}\n{}", example.line, whole(&answer));
        assert_eq!(answer.status, example.status, "{shown}");
        let held = if example.with_headers { whole(&answer) } else { answer.body.clone() };
        assert!(held.contains(&example.text), "no {} in {shown}", example.text);
        for excerpt in &example.excerpts {
            assert!(stands_in(&answer.json(), excerpt), "{excerpt:#} is not in {shown}");
        }
    }
    examples.len()
}

/// Headers and body, as curl prints them.
fn whole(answer: &Answer) -> String {
    let headers = answer.headers.iter().map(|(name, value)| format!("{name}: {value}\n"));
    headers.chain([answer.body.clone()]).collect()
}

fn read(name: &str, page: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    for fence in page.split("```").skip(1).step_by(2) {
        if let Some(shell) = fence.strip_prefix("sh\n") {
            examples.extend(shell.lines().filter(|line| line.starts_with("curl ")).map(|line| example(name, line)));
        } else if let Some(json) = fence.strip_prefix("json\n") {
            let excerpt = serde_json::from_str(json).unwrap_or_else(|error| panic!("{name}: {error}: {json}"));
            let last = examples.last_mut().unwrap_or_else(|| panic!("{name}: {json} follows no example"));
            last.excerpts.push(excerpt);
        }
    }
    examples
}

fn example(name: &str, line: &str) -> Example {
    let (call, told) = line.split_once("# →").map_or((line, ""), |(call, told)| (call, told.trim()));
    let (first, rest) = told.split_once(' ').unwrap_or((told, ""));
    let (status, text) = match first.parse() {
        Ok(status @ 200..600) => (status, rest),
        _ => (200, told),
    };
    let mut example = Example {
        line: line.to_owned(),
        method: "GET".to_owned(),
        status,
        text: text.to_owned(),
        ..Example::default()
    };
    let mut words = words(call).into_iter().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "-i" => example.with_headers = true,
            "-I" => (example.method, example.with_headers) = ("HEAD".to_owned(), true),
            "-X" => example.method = words.next().unwrap_or_else(|| panic!("{name}: no method behind -X: {line}")),
            "--json" => {
                example.document = words.next();
                if example.method == "GET" {
                    "POST".clone_into(&mut example.method);
                }
            }
            "-H" => {
                let header = words.next().and_then(|header| header.split_once(": ").map(owned));
                example.headers.push(header.unwrap_or_else(|| panic!("{name}: no header behind -H: {line}")));
            }
            url => {
                let target = url.strip_prefix("http://127.0.0.1:8080");
                let target = target.unwrap_or_else(|| panic!("{name}: neither an option nor a URL of ours: {line}"));
                // curl takes these for patterns.
                assert!(!target.contains(['[', ']', '{', '}']), "{name}: curl would not send it so: {line}");
                target.clone_into(&mut example.target);
            }
        }
    }
    assert!(!example.target.is_empty(), "{name}: no URL: {line}");
    example
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// The words of a line as a shell would part them, if quotes stand around whole words.
fn words(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let within = |quote| rest.strip_prefix(quote).and_then(|inner| inner.split_once(quote));
        let quoted = within('\'').or_else(|| within('"'));
        let (word, behind) = quoted.or_else(|| rest.split_once(' ')).unwrap_or((rest, ""));
        found.push(word.to_owned());
        rest = behind.trim_start();
    }
    found
}

/// Whether an excerpt is part of a value or of anything in it.
fn stands_in(value: &Value, excerpt: &Value) -> bool {
    holds(value, excerpt)
        || match value {
            Value::Object(members) => members.values().any(|member| stands_in(member, excerpt)),
            Value::Array(items) => items.iter().any(|item| stands_in(item, excerpt)),
            _ => false,
        }
}

fn holds(value: &Value, excerpt: &Value) -> bool {
    match (value, excerpt) {
        (_, Value::String(text)) if text == "…" => true,
        (Value::Object(members), Value::Object(wanted)) => {
            wanted.iter().all(|(name, wanted)| members.get(name).is_some_and(|member| holds(member, wanted)))
        }
        (Value::Array(items), Value::Array(wanted)) => {
            let mut items = items.iter();
            wanted.iter().all(|wanted| items.any(|item| holds(item, wanted)))
        }
        _ => value == excerpt,
    }
}
