//! What lists of events answer, in short.

use serde_json::Value;

use super::world::World;

/// The text at a pointer of each item; `-` where there is none.
pub fn texts(list: &Value, pointer: &str) -> Vec<String> {
    let text = |item: &Value| item.pointer(pointer).and_then(Value::as_str).unwrap_or("-").to_owned();
    list["data"].as_array().expect("a list").iter().map(text).collect()
}

/// The titles of the events that match.
pub fn titles(world: &World, query: &str) -> Vec<String> {
    let list = world.get(&format!("/v1/events?{query}")).ok();
    let titles = texts(&list, "/title");
    assert_eq!(list["page"]["total"], titles.len(), "{query}");
    titles
}

/// A fault, as [`faults`] gives it.
pub fn fault(parameter: &str, code: &str) -> (String, String) {
    (parameter.to_owned(), code.to_owned())
}

/// The faults of a request that must be refused, in the order of their names.
pub fn faults(world: &World, target: &str) -> Vec<(String, String)> {
    let answer = world.get(target);
    assert_eq!(answer.status, 400, "{target}: {}", answer.body);
    let mut faults = answer.faults();
    faults.sort();
    faults
}
