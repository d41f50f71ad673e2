use super::*;
use crate::http::openapi::openapi;

fn older(mut given: Value) -> Value {
    schema(&mut given);
    given
}

#[test]
fn null_is_a_word_of_its_own() {
    assert_eq!(older(json!({"type": ["string", "null"]})), json!({"type": "string", "nullable": true}));
    assert_eq!(older(json!({"type": "null"})), json!({"type": "object", "enum": [null], "nullable": true}));
    assert_eq!(
        older(json!({"type": ["array", "null"], "items": {"type": ["integer", "null"]}})),
        json!({"type": "array", "items": {"type": "integer", "nullable": true}, "nullable": true})
    );
    assert_eq!(
        older(json!({"type": ["string", "integer", "array", "null"]})),
        json!({"anyOf": [
            {"type": "string", "nullable": true}, {"type": "integer", "nullable": true},
            {"type": "array", "items": {}, "nullable": true},
        ]})
    );
}

#[test]
fn a_reference_that_may_be_null_stands_beside_the_word() {
    let reference = json!({"$ref": "#/components/schemas/Size"});
    assert_eq!(
        older(json!({"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Size", "description": "How many."}]})),
        json!({"description": "How many.", "allOf": [reference], "nullable": true})
    );
    assert_eq!(
        older(json!({"description": "Own.", "anyOf": [reference, {"type": "null"}]})),
        json!({"description": "Own.", "nullable": true, "allOf": [reference]})
    );
    assert_eq!(
        older(json!({"oneOf": [{"type": "string"}, reference, {"type": "null"}]})),
        json!({"oneOf": [{"type": "string"}, reference, {"type": "object", "enum": [null], "nullable": true}]})
    );
    assert_eq!(
        older(
            json!({"oneOf": [{"const": null}, {"type": "string", "description": "Theirs."}], "description": "Ours."})
        ),
        json!({"description": "Ours.", "allOf": [{"type": "string", "description": "Theirs."}], "nullable": true})
    );
}

#[test]
fn a_reference_that_may_be_null_has_the_type_of_what_it_refers_to() {
    let schemas = json!({"Code": {"type": "string"}, "A": {"properties": {
        "code": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Code"}]},
        "other": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Elsewhere"}]},
    }}});
    let older = downgraded(json!({"openapi": "3.1.0", "components": {"schemas": schemas}}));
    let of = |name: &str| older["components"]["schemas"]["A"]["properties"][name].clone();
    let reference = json!({"$ref": "#/components/schemas/Code"});
    assert_eq!(of("code"), json!({"type": "string", "nullable": true, "allOf": [reference]}));
    assert_eq!(of("other")["type"], "object");
}

#[test]
fn what_stands_beside_a_reference_is_not_lost() {
    let reference = json!({"$ref": "#/components/schemas/Size"});
    assert_eq!(older(reference.clone()), reference);
    let described = json!({"$ref": "#/components/schemas/Size", "description": "How many.", "examples": [{"low": 1}]});
    assert_eq!(older(described), json!({"description": "How many.", "example": {"low": 1}, "allOf": [reference]}));
}

#[test]
fn values_and_bounds_have_their_older_names() {
    assert_eq!(older(json!({"const": "Feature"})), json!({"enum": ["Feature"]}));
    assert_eq!(older(json!({"examples": ["a", "b"]})), json!({"example": "a"}));
    assert_eq!(older(json!({"example": "own", "examples": ["a"]})), json!({"example": "own"}));
    assert_eq!(older(json!({"examples": []})), json!({}));
    assert_eq!(older(json!({"exclusiveMinimum": 0})), json!({"minimum": 0, "exclusiveMinimum": true}));
    assert_eq!(older(json!({"minimum": 5, "exclusiveMinimum": 0})), json!({"minimum": 5}));
    assert_eq!(older(json!({"maximum": 5, "exclusiveMaximum": 5})), json!({"maximum": 5, "exclusiveMaximum": true}));
    assert_eq!(
        older(json!({"type": "string", "contentEncoding": "base64"})),
        json!({"type": "string", "format": "byte"})
    );
    let bytes = json!({"type": "string", "contentMediaType": "application/octet-stream"});
    assert_eq!(older(bytes), json!({"type": "string", "format": "binary"}));
    let text = json!({"type": "string", "contentMediaType": "text/csv"});
    assert_eq!(older(text), json!({"type": "string"}));
}

#[test]
fn what_has_no_counterpart_is_left_out_and_refuses_nothing() {
    assert_eq!(older(json!(true)), json!({}));
    assert_eq!(older(json!(false)), json!({"not": {}}));
    let tuple = json!({"type": "array", "prefixItems": [{"type": "string"}], "items": false});
    assert_eq!(older(tuple), json!({"type": "array", "items": {}}));
    let map =
        json!({"type": "object", "patternProperties": {"^x": {}}, "additionalProperties": false, "propertyNames": {}});
    assert_eq!(older(map), json!({"type": "object"}));
    assert_eq!(older(json!({"additionalProperties": false})), json!({"additionalProperties": false}));
    assert_eq!(older(json!({"if": {}, "then": {}, "$comment": "x", "title": "T"})), json!({"title": "T"}));
}

#[test]
fn the_document_around_schemas_is_put_into_older_words() {
    let newer = json!({
        "openapi": "3.1.0", "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {"title": "T", "summary": "S", "version": "1", "license": {"name": "MIT", "identifier": "MIT"}},
        "webhooks": {"told": {"post": {"requestBody": {"content": {"application/json": {"schema": {"const": 1}}}}}}},
        "components": {
            "pathItems": {"a": {}}, "schemas": {"A": {"examples": [1]}},
            "responses": {"B": {"$ref": "#/components/responses/C", "description": "ignored"}},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}, "login": {"type": "oauth2", "flows": {}}},
        },
        "paths": {"/a": {"get": {
            "security": [{"key": ["write"]}, {"login": ["read"]}],
            "responses": {"default": {"content": {"application/json": {"schema": {"type": ["string", "null"]}, "example": {"schema": {"const": 1}}}}}},
        }}},
    });
    assert_eq!(
        downgraded(newer),
        json!({
            "openapi": "3.0.3",
            "info": {"title": "T", "version": "1", "license": {"name": "MIT", "url": "https://spdx.org/licenses/MIT.html"}},
            "x-webhooks": {"told": {"post": {"requestBody": {"content": {"application/json": {"schema": {"enum": [1]}}}}}}},
            "components": {
                "schemas": {"A": {"example": 1}}, "responses": {"B": {"$ref": "#/components/responses/C"}},
                "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}, "login": {"type": "oauth2", "flows": {}}},
            },
            "paths": {"/a": {"get": {
                "security": [{"key": []}, {"login": ["read"]}],
                "responses": {"default": {"content": {"application/json": {"schema": {"type": "string", "nullable": true}, "example": {"schema": {"const": 1}}}}}},
            }}},
        })
    );
    assert_eq!(downgraded(json!([])), json!([]));
}

/// Names of members outside examples and names that we chose.
fn keywords(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| keywords(item, found)),
        Value::Object(members) => {
            for (name, value) in members {
                found.push(name.clone());
                match (name.as_str(), value) {
                    ("example" | "enum", _) => {}
                    ("properties" | "schemas", Value::Object(named)) => {
                        named.values().for_each(|value| keywords(value, found));
                    }
                    (_, value) => keywords(value, found),
                }
            }
        }
        _ => {}
    }
}

#[test]
fn our_document_has_no_word_of_the_newer_one() {
    let document = downgraded(serde_json::to_value(openapi()).unwrap());
    let mut found = Vec::new();
    keywords(&document, &mut found);
    for newer in
        LEFT_OUT.into_iter().chain(["const", "examples", "identifier", "webhooks", "contentEncoding", "prefixItems"])
    {
        assert!(!found.iter().any(|name| name == newer), "{newer}");
    }
    assert!(!document.to_string().contains("\"null\""));
}
