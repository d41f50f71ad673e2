//! Holds a JSON value against a schema of the OpenAPI document. It knows the few keywords that the document uses, and
//! refuses any other, so that a schema that grows cannot slip through unread.

use marchline::domain::instant::Instant;
use serde_json::{Map, Value};
use uuid::Uuid;

/// Keywords that say something to people alone.
const WORDS: [&str; 5] = ["description", "example", "examples", "title", "deprecated"];

/// Everything in which a value differs from a schema; members that the schema does not name count too.
pub fn differences(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(document, schema, value, "", &mut found);
    found
}

/// The schema that a `$ref` into the document means.
pub fn resolve<'a>(document: &'a Value, reference: &str) -> &'a Value {
    let pointer = reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} leads out of the document"));
    document.pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere"))
}

fn compare(document: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    if schema == &Value::Bool(true) {
        return;
    }
    let schema = schema.as_object().unwrap_or_else(|| panic!("{at}: {schema} is no schema"));
    for (keyword, rule) in schema {
        let holds = match keyword.as_str() {
            known if WORDS.contains(&known) => true,
            "$ref" => {
                compare(document, resolve(document, rule.as_str().expect("a reference")), value, at, found);
                true
            }
            "oneOf" => {
                let matches = |one: &&Value| differences(document, one, value).is_empty();
                rule.as_array().expect("a list").iter().filter(matches).count() == 1
            }
            "type" => has_type(rule, value),
            "enum" => rule.as_array().expect("a list").contains(value),
            "const" => rule == value,
            "format" => has_format(rule.as_str().expect("a format"), value),
            "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().expect("a number")),
            "maximum" => value.as_f64().is_none_or(|number| number <= rule.as_f64().expect("a number")),
            "minItems" => value.as_array().is_none_or(|items| items.len() as u64 >= rule.as_u64().expect("a number")),
            "maxItems" => value.as_array().is_none_or(|items| items.len() as u64 <= rule.as_u64().expect("a number")),
            "required" => {
                let names = rule.as_array().expect("a list").iter().filter_map(Value::as_str);
                let missing: Vec<_> = names.filter(|name| value.is_object() && value.get(name).is_none()).collect();
                missing.is_empty()
            }
            "items" => {
                for (position, item) in value.as_array().into_iter().flatten().enumerate() {
                    compare(document, rule, item, &format!("{at}/{position}"), found);
                }
                true
            }
            "properties" | "additionalProperties" => true,
            "propertyNames" => {
                let names = value.as_object().into_iter().flat_map(Map::keys);
                names.map(|name| Value::String(name.clone())).all(|name| differences(document, rule, &name).is_empty())
            }
            unknown => panic!("{at}: the validator does not know `{unknown}`"),
        };
        if !holds {
            found.push(format!("{at}: {value} is against {keyword} {rule}"));
        }
    }
    members(document, schema, value, at, found);
}

fn members(document: &Value, schema: &Map<String, Value>, value: &Value, at: &str, found: &mut Vec<String>) {
    let (properties, others) = (schema.get("properties"), schema.get("additionalProperties"));
    let Some(members) = value.as_object().filter(|_| properties.is_some() || others.is_some()) else {
        return;
    };
    for (name, member) in members {
        let at = format!("{at}/{name}");
        match properties.and_then(|properties| properties.get(name)).or(others) {
            Some(schema) if schema != &Value::Bool(false) => compare(document, schema, member, &at, found),
            _ => found.push(format!("{at}: not in the schema")),
        }
    }
}

fn has_type(rule: &Value, value: &Value) -> bool {
    let one = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("`{other}` is no type of JSON Schema"),
    };
    match rule {
        Value::String(name) => one(name),
        _ => rule.as_array().expect("a list").iter().filter_map(Value::as_str).any(one),
    }
}

fn has_format(format: &str, value: &Value) -> bool {
    let text = value.as_str();
    match format {
        "uuid" => text.is_none_or(|text| text.len() == 36 && Uuid::try_parse(text).is_ok()),
        "date-time" => text.is_none_or(|text| Instant::parse(text).is_some()),
        "uri" => text.is_none_or(|text| url::Url::parse(text).is_ok()),
        "int32" => value.as_i64().is_none_or(|number| i32::try_from(number).is_ok()),
        "int64" | "double" | "binary" => true,
        other => panic!("the validator does not know the format `{other}`"),
    }
}
