//! The versions of a member, and what each changed.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::Object;

use super::any_json;

use crate::domain::input::pointer_step;
use crate::domain::instant::Instant;
use crate::store::log::ChangeKind;

/// One version of a member and what it changed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Revision {
    /// Counts the member's versions from 1.
    #[schema(example = 2, minimum = 1)]
    pub revision: i32,
    /// The operation that wrote it.
    #[schema(example = 57, minimum = 1)]
    pub seq: i64,
    /// When it was recorded.
    #[schema(value_type = String, format = DateTime, example = "2026-02-01T09:30:00.000000Z")]
    pub recorded_at: Instant,
    /// What was done.
    #[schema(example = "corrected")]
    pub kind: ChangeKind,
    /// Why, in the words of whoever did it; null where nothing was said.
    #[schema(example = "The organizers corrected the hour.")]
    pub reason: Option<String>,
    /// The source that gave occasion; null where none was named.
    #[schema(example = json!(null))]
    pub source: Option<String>,
    /// The public label of the key that did it; null where it has none.
    #[schema(example = json!(null))]
    pub by: Option<String>,
    /// Field by field what differs from the version before; empty for the first.
    pub changes: Vec<FieldChange>,
}

/// One value that a version changed.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct FieldChange {
    /// The value's place in the document, as a JSON pointer (RFC 6901). Lists are compared as wholes.
    #[schema(example = "/title")]
    pub pointer: String,
    /// The value before; null where there was none.
    #[schema(schema_with = old_value)]
    pub old: Value,
    /// The value since; null where there is none.
    #[schema(schema_with = new_value)]
    pub new: Value,
}

fn old_value() -> Object {
    any_json("The value before; null where there was none.", "Rally downtown")
}

fn new_value() -> Object {
    any_json("The value since; null where there is none.", "Rally in downtown Los Angeles")
}

/// Members that every version has anew, and those that tell of other members: how many events name it, and the names of
/// what it lies in.
const NOT_ITS_OWN: [&str; 5] = ["revision", "seq", "recorded_at", "event_count", "path"];

/// What differs between two versions of one document.
pub fn difference(old: &Value, new: &Value) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    compare(String::new(), old, new, &mut changes);
    changes.retain(|change| !NOT_ITS_OWN.contains(&change.pointer.trim_start_matches('/')));
    changes
}

fn compare(pointer: String, old: &Value, new: &Value, changes: &mut Vec<FieldChange>) {
    match (old, new) {
        (Value::Object(before), Value::Object(after)) => {
            let gone = before.keys().filter(|name| !after.contains_key(*name));
            for name in after.keys().chain(gone) {
                let value = |members: &serde_json::Map<String, Value>| members.get(name).cloned().unwrap_or_default();
                compare(format!("{pointer}/{}", pointer_step(name)), &value(before), &value(after), changes);
            }
        }
        _ if old != new => changes.push(FieldChange { pointer, old: old.clone(), new: new.clone() }),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn objects_are_compared_member_by_member_and_lists_as_wholes() {
        let old = json!({"revision": 1, "title": "a", "when": {"start": {"edtf": "2026-01"}}, "tactics": ["march"]});
        let new = json!({"revision": 2, "title": "a", "when": {"start": null}, "tactics": ["march", "vigil"]});
        let change = |pointer: &str, old, new| FieldChange { pointer: pointer.to_owned(), old, new };
        let expected = [
            change("/when/start", json!({"edtf": "2026-01"}), json!(null)),
            change("/tactics", json!(["march"]), json!(["march", "vigil"])),
        ];
        assert_eq!(difference(&old, &new), expected);
    }
}
