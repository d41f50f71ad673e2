//! A stored document in the form in which it could be sent again: what is derived is left out, references are objects.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::content::Content;

/// The document that, read as input, gives these values again.
///
/// # Errors
/// Never for what the domain can hold.
pub fn input_form(content: &Content, id: Uuid, slug: Option<&str>) -> serde_json::Result<Value> {
    let mut members = match content {
        Content::Event(event) => serde_json::to_value(event)?,
        Content::Actor(actor) => serde_json::to_value(actor)?,
        Content::Location(location) => serde_json::to_value(location)?,
        Content::Source(source) => serde_json::to_value(source)?,
        Content::Campaign(campaign) => serde_json::to_value(campaign)?,
        Content::Timeline(timeline) => serde_json::to_value(timeline)?,
    };
    if let Value::Object(members) = &mut members {
        rename(members, "parent", "parent_id");
        if let Some(Value::Object(when)) = members.get_mut("when") {
            only_edtf(when);
        }
        if matches!(content, Content::Event(_)) {
            event_form(members);
        }
    }
    let mut document = json!({"id": id});
    if let (Value::Object(document), Value::Object(members)) = (&mut document, members) {
        document.extend(slug.map(|slug| ("slug".to_owned(), slug.into())));
        document.extend(members);
    }
    Ok(document)
}

fn event_form(event: &mut Map<String, Value>) {
    if event.get("verification_by").is_some_and(|by| by == "rule") {
        event.remove("verification");
        event.remove("verification_by");
    }
    if let Some(Value::Object(size)) = event.get_mut("size") {
        size.remove("order");
    }
}

/// Bounds, precision and the rest follow from the two values and the zone.
fn only_edtf(when: &mut Map<String, Value>) {
    when.retain(|name, _| ["start", "end", "time_zone"].contains(&name.as_str()));
    for side in ["start", "end"] {
        if let Some(Value::Object(edge)) = when.get_mut(side) {
            edge.retain(|name, _| name == "edtf");
        }
    }
}

fn rename(members: &mut Map<String, Value>, from: &str, to: &str) {
    if let Some(value) = members.remove(from) {
        members.insert(to.to_owned(), value);
    }
}
