//! A document of OpenAPI 3.1 as one of 3.0.3, for tools that read no other. Its schemas are an older dialect of JSON Schema with words
//! of their own, so each keyword is put into these; one that has no counterpart is left out, so that what the newer document takes
//! the older one takes too.
//!
//! Where a reference may be null `nullable` stands beside `allOf` and the type of what is referred to, which is how generators read it.
//! To the letter of 3.0.3 such a schema takes no null; but what does to the letter, generators do not read.

use serde_json::{Map, Value, json};

type Members = Map<String, Value>;

/// The version that is written.
const VERSION: &str = "3.0.3";

/// Where licences are found by their SPDX identifiers.
const LICENCES: &str = "https://spdx.org/licenses/";

/// Keywords of schemas that 3.0 does not have, and that no other says.
const LEFT_OUT: [&str; 20] = [
    "$anchor",
    "$comment",
    "$defs",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$schema",
    "$vocabulary",
    "contains",
    "contentSchema",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "if",
    "maxContains",
    "minContains",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// The document in OpenAPI 3.0.3.
pub fn downgraded(mut document: Value) -> Value {
    let Value::Object(members) = &mut document else {
        return document;
    };
    members.insert("openapi".to_owned(), VERSION.into());
    members.shift_remove("jsonSchemaDialect");
    if let Some(Value::Object(info)) = members.get_mut("info") {
        info.shift_remove("summary");
        if let Some(Value::Object(licence)) = info.get_mut("license") {
            name_by_url(licence);
        }
    }
    if let Some(Value::Object(components)) = members.get_mut("components") {
        components.shift_remove("pathItems");
    }
    // The tools that know them take them by this name.
    if let Some(webhooks) = members.shift_remove("webhooks") {
        members.insert("x-webhooks".to_owned(), webhooks);
    }
    members.entry("paths").or_insert_with(|| json!({}));
    without_roles(members);
    around_schemas(&mut document);
    let schemas = document.pointer("/components/schemas").cloned().unwrap_or_default();
    with_types(&mut document, &schemas);
    document
}

/// Gives each reference that may be null the type of what it refers to: `nullable` counts only beside a type.
fn with_types(value: &mut Value, schemas: &Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| with_types(item, schemas)),
        Value::Object(members) => {
            if members.get("nullable").is_some_and(|nullable| *nullable == true) && !members.contains_key("type") {
                let reference = members.get("allOf").and_then(|all| all[0]["$ref"].as_str());
                let name = reference.and_then(|reference| reference.rsplit('/').next()).unwrap_or_default();
                let kind = schemas[name]["type"].as_str().unwrap_or("object").to_owned();
                members.insert("type".to_owned(), kind.into());
            }
            for (name, value) in members {
                if !matches!(name.as_str(), "example" | "examples") {
                    with_types(value, schemas);
                }
            }
        }
        _ => {}
    }
}

/// A licence has an address in 3.0, and no identifier.
fn name_by_url(licence: &mut Members) {
    let Some(Value::String(identifier)) = licence.shift_remove("identifier") else {
        return;
    };
    // An expression of several has no page of its own.
    let page = if identifier.contains(' ') { LICENCES.to_owned() } else { format!("{LICENCES}{identifier}.html") };
    licence.entry("url").or_insert_with(|| page.into());
}

/// Only OAuth and `OpenID` have scopes in 3.0.
fn without_roles(document: &mut Members) {
    let schemes = document.get("components").and_then(|components| components["securitySchemes"].as_object()).cloned();
    let has_scopes = |name: &str| {
        let scheme = schemes.as_ref().and_then(|schemes| schemes.get(name));
        scheme.is_some_and(|scheme| scheme["type"] == "oauth2" || scheme["type"] == "openIdConnect")
    };
    let clear = |requirements: &mut Value| {
        for (name, scopes) in
            requirements.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut).flatten()
        {
            if !has_scopes(name) {
                *scopes = json!([]);
            }
        }
    };
    document.get_mut("security").into_iter().for_each(clear);
    let paths = document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flat_map(Members::values_mut);
    let operations = paths.filter_map(Value::as_object_mut).flat_map(Members::values_mut);
    operations.filter_map(|operation| operation.get_mut("security")).for_each(clear);
}

/// Goes through all that is no schema, down to the schemas.
fn around_schemas(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(around_schemas),
        Value::Object(members) => {
            // What stands beside a reference is ignored.
            if members.get("$ref").is_some_and(Value::is_string) {
                members.retain(|name, _| name == "$ref");
            }
            for (name, value) in members {
                match (name.as_str(), value) {
                    ("schema", value) => schema(value),
                    ("schemas", Value::Object(named)) => named.values_mut().for_each(schema),
                    // These are values, and nobody's description.
                    ("example" | "examples", _) => {}
                    (_, value) => around_schemas(value),
                }
            }
        }
        _ => {}
    }
}

fn schema(value: &mut Value) {
    let Value::Object(members) = value else {
        *value = if *value == json!(false) { json!({"not": {}}) } else { json!({}) };
        return;
    };
    below(members);
    members.retain(|name, _| !LEFT_OUT.contains(&name.as_str()));
    if members.shift_remove("patternProperties").is_some() {
        members.shift_remove("additionalProperties");
    }
    if members.shift_remove("prefixItems").is_some() {
        members.shift_remove("items");
    }
    if let Some(constant) = members.shift_remove("const") {
        members.insert("enum".to_owned(), json!([constant]));
    }
    if let Some(Value::Array(examples)) = members.shift_remove("examples")
        && let Some(first) = examples.into_iter().next()
    {
        members.entry("example").or_insert(first);
    }
    content(members);
    bound(members, "minimum", "exclusiveMinimum", |given, exclusive| given > exclusive);
    bound(members, "maximum", "exclusiveMaximum", |given, exclusive| given < exclusive);
    let may_be_null = [one_type(members), alternatives(members, "oneOf"), alternatives(members, "anyOf")];
    if may_be_null.contains(&true) {
        members.insert("nullable".to_owned(), json!(true));
    }
    if members.get("type").is_some_and(|kind| kind == "array") {
        members.entry("items").or_insert_with(|| json!({}));
    }
    if members.len() > 1
        && let Some(reference) = members.shift_remove("$ref")
    {
        also(members, json!({"$ref": reference}));
    }
}

/// The schemas within a schema.
fn below(members: &mut Members) {
    for (name, value) in members {
        match (name.as_str(), value) {
            ("properties", Value::Object(named)) => named.values_mut().for_each(schema),
            ("oneOf" | "anyOf" | "allOf", Value::Array(items)) => items.iter_mut().for_each(schema),
            // These may be a boolean in 3.0 too.
            ("additionalProperties", Value::Bool(_)) => {}
            ("items" | "not" | "additionalProperties", value) => schema(value),
            _ => {}
        }
    }
}

/// Adds a schema that holds beside what is there.
fn also(members: &mut Members, schema: Value) {
    match members.entry("allOf").or_insert_with(|| json!([])) {
        Value::Array(all) => all.push(schema),
        other => *other = json!([schema]),
    }
}

/// Bytes within text.
fn content(members: &mut Members) {
    let (encoding, media_type) = (members.shift_remove("contentEncoding"), members.shift_remove("contentMediaType"));
    let format = match encoding.as_ref().and_then(Value::as_str) {
        Some("base64" | "base64url") => "byte",
        None if media_type.is_some_and(|media_type| media_type == "application/octet-stream") => "binary",
        _ => return,
    };
    members.entry("format").or_insert_with(|| format.into());
}

/// An exclusive bound is a number in 3.1, and in 3.0 says so of the other one. Where both are given the closer one stays.
fn bound(members: &mut Members, inclusive: &str, exclusive: &str, is_closer: fn(f64, f64) -> bool) {
    let Some(number) = members.get(exclusive).filter(|bound| bound.is_number()).cloned() else {
        return;
    };
    let given = members.get(inclusive).and_then(Value::as_f64);
    if given.zip(number.as_f64()).is_some_and(|(given, number)| is_closer(given, number)) {
        members.shift_remove(exclusive);
        return;
    }
    members.insert(inclusive.to_owned(), number);
    members.insert(exclusive.to_owned(), json!(true));
}

/// Leaves a schema one type, and tells whether it may be null beside that.
fn one_type(members: &mut Members) -> bool {
    let kinds = match members.get("type") {
        Some(Value::Array(kinds)) => kinds.clone(),
        Some(kind) if *kind == "null" => vec![kind.clone()],
        _ => return false,
    };
    let others: Vec<&Value> = kinds.iter().filter(|kind| **kind != "null").collect();
    let may_be_null = others.len() < kinds.len();
    match others.as_slice() {
        [] => {
            // Any type does: none but null is left.
            members.insert("type".to_owned(), json!("object"));
            members.insert("enum".to_owned(), json!([null]));
        }
        [one] => {
            members.insert("type".to_owned(), (*one).clone());
        }
        several => {
            let mut each: Vec<Value> = several.iter().map(|kind| json!({"type": kind})).collect();
            each.iter_mut().for_each(schema);
            if may_be_null {
                for one in &mut each {
                    one["nullable"] = json!(true);
                }
            }
            members.shift_remove("type");
            let any = json!({"anyOf": each});
            match any {
                Value::Object(any) if !members.contains_key("anyOf") => members.extend(any),
                any => also(members, any),
            }
            return false;
        }
    }
    may_be_null
}

/// Takes null out of two alternatives, and tells whether it was one; the other is none any more then. Where there are more, null is a
/// schema like the others.
fn alternatives(members: &mut Members, keyword: &str) -> bool {
    let is_null = |item: &Value| item["enum"] == json!([null]);
    let Some(Value::Array(items)) = members.get_mut(keyword) else {
        return false;
    };
    let others = items.iter().filter(|item| !is_null(item)).count();
    if others == items.len() || others > 1 {
        return false;
    }
    let only = items.iter().find(|item| !is_null(item)).cloned();
    members.shift_remove(keyword);
    match only {
        Some(Value::Object(only)) if only.keys().all(|name| !members.contains_key(name)) => members.extend(only),
        Some(only) => also(members, only),
        None => drop(members.insert("enum".to_owned(), json!([null]))),
    }
    true
}

#[cfg(test)]
#[path = "openapi30_tests.rs"]
mod tests;
