//! The OpenAPI document is true: of the code it is made from, of what the server takes, and of what it answers.

use std::collections::BTreeSet;

use marchline::http::openapi::{openapi_30_text, openapi_text};
use marchline::http::routes::ROUTES;
use serde_json::{Map, Value};

use crate::support::http::Answer;
use crate::support::on_both_databases;
use crate::support::paths::{RALLY, every_path, filled, public_paths};
use crate::support::schema::{differences, resolve};
use crate::support::world::World;

fn document() -> Value {
    serde_json::from_str(&openapi_text()).expect("the document is JSON")
}

fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap_or_else(|| panic!("not an object: {value}"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not text: {value}"))
}

/// The operations with their paths.
fn operations(document: &Value) -> impl Iterator<Item = (&str, &Value)> {
    object(&document["paths"])
        .iter()
        .flat_map(|(path, item)| object(item).values().map(move |one| (path.as_str(), one)))
}

/// The operations that anybody may ask for, but for that of a pair of duplicates, of which the founding timeline has none, and
/// the stream of changes, which has no end.
fn public_operations(document: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let all = operations(document).filter(|(path, _)| !["/v1/duplicates/{id}", "/v1/changes/stream"].contains(path));
    all.filter(|(_, operation)| operation.get("security").is_none())
}

/// An example as it stands in a query: a list is one value with commas.
fn written(example: &Value) -> String {
    let one = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let value =
        example.as_array().map_or_else(|| one(example), |items| items.iter().map(one).collect::<Vec<_>>().join(","));
    percent_encoding::utf8_percent_encode(&value, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Properties of every schema, also of those that stand within others: (where, the property, whether it is required).
fn properties<'a>(at: &str, schema: &'a Value, found: &mut Vec<(String, &'a Value, bool)>) {
    let Some(schema) = schema.as_object() else { return };
    let required = schema.get("required").map(list).unwrap_or_default();
    for (name, property) in schema.get("properties").into_iter().flat_map(object) {
        let at = format!("{at}.{name}");
        properties(&at, property, found);
        found.push((at, property, required.iter().any(|one| one == name)));
    }
    for below in ["items", "additionalProperties"].iter().filter_map(|keyword| schema.get(*keyword)) {
        properties(at, below, found);
    }
}

fn all_properties(document: &Value) -> Vec<(String, &Value, bool)> {
    let mut found = Vec::new();
    for (name, schema) in object(&document["components"]["schemas"]) {
        properties(name, schema, &mut found);
    }
    assert!(found.len() > 100, "the schemas are read");
    found
}

/// Whether a schema, or what its items or members are, is that of a component, which has examples of its own.
fn refers(schema: &Value) -> bool {
    schema.get("$ref").is_some()
        || list(&schema["oneOf"]).iter().any(refers)
        || ["items", "additionalProperties"].iter().any(|keyword| schema.get(*keyword).is_some_and(refers))
}

fn may_be_null(schema: &Value) -> bool {
    schema["type"] == "null"
        || list(&schema["type"]).contains(&"null".into())
        || list(&schema["oneOf"]).iter().any(may_be_null)
}

/// The schema by which an operation describes an answer.
fn schema_of<'a>(document: &'a Value, path: &str, answer: &Answer) -> &'a Value {
    let media_type = answer.header("content-type").expect("a media type");
    let described = &document["paths"][path]["get"]["responses"][answer.status.to_string()];
    let content = &described["content"][&media_type]["schema"];
    assert!(content.is_object(), "{path} does not describe {} as {media_type}", answer.status);
    content
}

#[test]
fn the_committed_document_is_the_one_of_the_code() {
    let committed = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/openapi.json"));
    assert!(
        committed.is_ok_and(|committed| committed == openapi_text()),
        "openapi/openapi.json is not up to date: run `make openapi`"
    );
}

#[test]
fn the_committed_document_in_3_0_is_the_one_of_the_code() {
    let committed = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/openapi-3.0.json"));
    assert!(
        committed.is_ok_and(|committed| committed == openapi_30_text()),
        "openapi/openapi-3.0.json is not up to date: run `make openapi`"
    );
}

#[test]
fn the_older_document_says_the_same_of_paths_and_members() {
    let (newer, older) = (document(), serde_json::from_str::<Value>(&openapi_30_text()).expect("JSON"));
    assert_eq!((&older["openapi"], newer["openapi"] == "3.1.0"), (&"3.0.3".into(), true));
    let ids = |document: &Value| {
        operations(document).map(|(path, one)| (path.to_owned(), one["operationId"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(ids(&older), ids(&newer));
    let members = |document: &Value| {
        all_properties(document).into_iter().map(|(at, _, required)| (at, required)).collect::<Vec<_>>()
    };
    assert_eq!(members(&older), members(&newer));
    let nullable = |document: &Value, may_be_null: fn(&Value) -> bool| {
        let all = all_properties(document).into_iter();
        all.filter(|(_, schema, _)| may_be_null(schema)).map(|(at, ..)| at).collect::<Vec<_>>()
    };
    let told = nullable(&older, |schema| schema["nullable"] == true);
    assert!(told.len() > 50, "{told:?}");
    assert_eq!(told, nullable(&newer, may_be_null));
}

#[test]
fn every_route_is_described_and_every_description_is_a_route() {
    let document = document();
    let methods = |item: &Value| object(item).keys().cloned().collect::<BTreeSet<_>>();
    let described: Vec<_> =
        object(&document["paths"]).iter().map(|(path, item)| (path.as_str(), methods(item))).collect();
    let routes: Vec<_> = ROUTES
        .iter()
        .map(|route| (route.path, route.methods.iter().map(|method| (*method).to_owned()).collect()))
        .collect();
    assert_eq!(described, routes);
    assert_eq!(document["openapi"], "3.1.0");
}

#[test]
fn every_operation_has_an_id_of_its_own_and_words() {
    let document = document();
    let ids: Vec<_> = operations(&document).map(|(_, operation)| text(&operation["operationId"])).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
    assert!(ids.iter().all(|id| id.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')), "{ids:?}");
    let tags: Vec<_> = list(&document["tags"]).iter().map(|tag| text(&tag["name"])).collect();
    for (path, operation) in operations(&document) {
        assert!(operation["summary"].is_string(), "{path} has no summary");
        let own = list(&operation["tags"]);
        assert!(!own.is_empty() && own.iter().all(|tag| tags.contains(&text(tag))), "{path}: {own:?}");
    }
}

#[test]
fn every_operation_lists_the_problems_it_may_answer() {
    let document = document();
    for (path, operation) in operations(&document) {
        let more: &[&str] = match path {
            "/healthz" | "/readyz" => &[],
            "/v1/keys/{id}" | "/v1/imports/{id}" => &["401", "403", "404", "429"],
            path if path.starts_with("/v1/webhooks/{id}") => &["401", "403", "404", "429"],
            // Also of what has ceased.
            path if path.ends_with("/redact") => &["401", "403", "404", "412", "422", "429"],
            path if path.contains("{id}") => &["401", "404", "410", "429"],
            _ => &["401", "429"],
        };
        for status in ["400", "405", "406", "500", "503"].iter().chain(more) {
            let schema = &operation["responses"][*status]["content"]["application/problem+json"]["schema"];
            assert_eq!(schema["$ref"], "#/components/schemas/Problem", "{status} of {path}");
        }
        for (status, response) in object(&operation["responses"]) {
            assert!(response["description"].is_string(), "{status} of {path} has no description");
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn walk(document: &Value, value: &Value, count: &mut u32) {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            resolve(document, reference);
            *count += 1;
        }
        match value {
            Value::Object(members) => members.values().for_each(|member| walk(document, member, count)),
            Value::Array(items) => items.iter().for_each(|item| walk(document, item, count)),
            _ => {}
        }
    }
    let (document, mut count) = (document(), 0);
    walk(&document, &document, &mut count);
    assert!(count > 100, "the document is read");
}

#[test]
fn every_property_has_a_sentence_and_an_example() {
    let document = document();
    let mut lacking = Vec::new();
    for (at, property, _) in all_properties(&document) {
        let described = property["description"].is_string()
            || list(&property["oneOf"]).iter().any(|one| one["description"].is_string());
        if !described {
            lacking.push(format!("{at} has no description"));
        }
        if !refers(property) && property.get("example").or(property.get("examples")).is_none() {
            lacking.push(format!("{at} has no example"));
        }
    }
    assert!(lacking.is_empty(), "{lacking:#?}");
}

#[test]
fn every_schema_has_words() {
    let document = document();
    for (name, schema) in object(&document["components"]["schemas"]) {
        assert!(schema["description"].as_str().is_some_and(|words| words.len() > 5), "{name} has no description");
    }
}

#[test]
fn a_member_that_may_be_null_is_always_there() {
    let document = document();
    let properties = all_properties(&document);
    // Of what is sent, whatever is null may be left out.
    let is_sent = |at: &str| at.split('.').next().is_some_and(|name| name.ends_with("In"));
    let given = properties.iter().filter(|(at, ..)| !is_sent(at));
    let optional: Vec<_> =
        given.filter(|(_, schema, required)| may_be_null(schema) && !required).map(|(at, ..)| at).collect();
    assert!(optional.is_empty(), "every key is always present, so these must be `required`: {optional:?}");
}

#[test]
fn schemas_are_as_generators_like_them() {
    fn walk(at: &str, value: &Value) {
        match value {
            Value::Object(members) => {
                for keyword in
                    ["allOf", "anyOf", "prefixItems", "not", "discriminator", "nullable", "patternProperties"]
                {
                    assert!(!members.contains_key(keyword), "{at} has {keyword}");
                }
                if let Some(one_of) = members.get("oneOf").and_then(Value::as_array) {
                    let nullable_reference =
                        one_of.len() == 2 && one_of[0]["type"] == "null" && one_of[1].get("$ref").is_some();
                    assert!(nullable_reference, "{at} has a oneOf that is no nullable reference");
                }
                for (name, member) in
                    members.iter().filter(|(name, _)| !["example", "examples"].contains(&name.as_str()))
                {
                    walk(&format!("{at}/{name}"), member);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| walk(at, item)),
            _ => {}
        }
    }
    walk("", &document()["components"]["schemas"]);
}

#[test]
fn every_parameter_has_words_an_example_and_a_schema() {
    let document = document();
    for (path, operation) in operations(&document) {
        for parameter in list(&operation["parameters"]) {
            let name = text(&parameter["name"]);
            assert!(parameter["description"].is_string() && parameter["schema"].is_object(), "{name} of {path}");
            assert!(
                parameter.get("example").or(parameter.get("examples")).is_some(),
                "{name} of {path} has no example"
            );
            assert_eq!(parameter["in"] == "path", path.contains(&format!("{{{name}}}")), "{name} of {path}");
        }
    }
}

on_both_databases! {
    fn every_documented_parameter_is_taken(world: World) {
        let (world, document) = (world.founded(), document());
        let mut sent = 0;
        for (path, operation) in public_operations(&document) {
            let target = filled(path);
            for parameter in list(&operation["parameters"]) {
                let (name, example) = (text(&parameter["name"]), &parameter["example"]);
                // How far away says nothing without from where, and nothing is shown without words.
                let beside = match name {
                    "radius_m" => "near=0,0&",
                    "highlight" => "q=rally&",
                    _ => "",
                };
                let answer = match text(&parameter["in"]) {
                    "query" => world.get(&format!("{target}?{beside}{name}={}", written(example))),
                    "header" => world.get_with(&target, &[(name, text(example))]),
                    _ => world.get(&filled(&path.replace(&format!("{{{name}}}"), &written(example)))),
                };
                sent += 1;
                if name == "cursor" {
                    let faults = answer.faults();
                    assert!(faults.iter().all(|(at, code)| at == "cursor" && code != "unknown_parameter"), "{path}: {faults:?}");
                } else {
                    assert!([200, 304].contains(&answer.status), "the example of {name} at {path}: {}", answer.body);
                }
            }
        }
        assert!(sent > 50, "the examples are sent");
    }

    fn no_parameter_is_taken_that_is_not_documented(world: World) {
        let (world, document) = (world.founded(), document());
        let in_query = |operation: &Value| -> Vec<String> {
            let parameters = list(&operation["parameters"]).iter().filter(|parameter| parameter["in"] == "query");
            parameters.map(|parameter| text(&parameter["name"]).to_owned()).collect()
        };
        let mut names: BTreeSet<String> = operations(&document).flat_map(|(_, operation)| in_query(operation)).collect();
        // Names that the contract knows for later, and names that other services use.
        names.extend(["filter", "page", "offset", "format", "fields", "pretty",
            "access_token", "api_key", "callback", "debug"].map(str::to_owned));
        for (path, operation) in public_operations(&document).filter(|(path, _)| path.starts_with("/v1") || *path == "/openapi.json") {
            let documented = in_query(operation);
            for name in names.iter().filter(|name| !documented.contains(name)) {
                let answer = world.get(&format!("{}?{name}=1", filled(path)));
                assert_eq!(answer.status, 400, "{path} takes {name}");
                assert_eq!(answer.faults(), [(name.clone(), "unknown_parameter".to_owned())], "{path}");
            }
        }
    }

    fn every_answer_is_as_its_schema_says(world: World) {
        let (world, document) = (world.founded(), document());
        let whole = "include=evidence,links,translations&vocab=acled,ccc,plover,cameo";
        let more = [
            ("/schemas/events-csv.json", "/schemas/events-csv.json?vocab=acled,cameo".to_owned()),
            ("/v1/events", format!("/v1/events?limit=500&{whole}")),
            ("/v1/events", "/v1/events?limit=2&count=none&type=rally,clash&from=2026&overlap=possible&bbox=-180,-90,180,90&time_zone=UTC".to_owned()),
            ("/v1/events", "/v1/events?size_min=0&size_max=5000&has=size,!point&external_id=x:y&recorded_since=2026-01-31&sort=size".to_owned()),
            ("/v1/events", "/v1/events?as_of=0".to_owned()),
            ("/v1/events/histogram", "/v1/events/histogram?interval=week&group_by=actor&time_zone=UTC".to_owned()),
            ("/v1/events/facets", "/v1/events/facets?facet=type,source,actor_within&facet_limit=1&facet_own=include".to_owned()),
            ("/v1/events/extent", "/v1/events/extent?type=raid".to_owned()),
            ("/v1/events/{id}", format!("{RALLY}?{whole}&lang=es")),
            ("/v1/events/{id}/links", format!("{RALLY}/links?depth=10")),
            ("/v1/actors", "/v1/actors?limit=3&kind=!unknown&q=e".to_owned()),
            ("/v1", "/v1?as_of=0".to_owned()),
            // Problems.
            ("/v1/events", "/v1/events?x=1&limit=0".to_owned()),
            ("/v1/events/{id}", "/v1/events/nothing".to_owned()),
            ("/v1/actors/{id}", "/v1/actors/nobody?x=1".to_owned()),
        ];
        let plain = public_paths().zip(every_path());
        for (path, target) in plain.chain(more) {
            let answer = world.get(&target);
            let schema = schema_of(&document, path, &answer);
            let is_text = schema["type"] == "string";
            let body = if is_text { answer.body.clone().into() } else { answer.json() };
            let found = differences(&document, schema, &body);
            assert!(found.is_empty(), "{target}: {found:#?}");
        }
    }

    fn every_headers_promise_is_kept(world: World) {
        let (world, document) = (world.founded(), document());
        for (path, operation) in public_operations(&document) {
            // As it is: compressed, its digest has another name.
            let answer = world.get_with(&filled(path), &[("accept-encoding", "identity")]);
            let promised = operation["responses"]["200"].get("headers").map(object);
            for name in promised.into_iter().flat_map(Map::keys) {
                assert!(answer.header(&name.to_lowercase()).is_some(), "{path} promises {name}");
            }
        }
    }

    fn the_document_is_served_as_it_is_committed(world: World) {
        let answer = world.get("/openapi.json");
        assert_eq!((answer.status, answer.header("content-type").as_deref()), (200, Some("application/json")));
        assert_eq!(answer.body, openapi_text());
    }

    fn the_document_in_3_0_is_served_as_it_is_committed(world: World) {
        let answer = world.get("/openapi-3.0.json");
        assert_eq!((answer.status, answer.header("content-type").as_deref()), (200, Some("application/json")));
        assert_eq!(answer.body, openapi_30_text());
        let etag = answer.header("etag").expect("a validator");
        assert_eq!(world.get_with("/openapi-3.0.json", &[("if-none-match", &etag)]).status, 304);
        assert_eq!(world.get_with("/openapi.json", &[("if-none-match", &etag)]).status, 200);
        assert_eq!(world.get("/openapi-3.0.json?x=1").faults(), [("x".to_owned(), "unknown_parameter".to_owned())]);
    }

    fn its_page_fetches_nothing_from_outside(world: World) {
        let page = world.get("/docs/");
        assert_eq!(page.status, 200);
        assert!(page.header("content-type").is_some_and(|media_type| media_type.starts_with("text/html")));
        let sources = ["src=\"", "href=\""].iter().flat_map(|attribute| page.body.split(attribute).skip(1));
        for source in sources.filter_map(|rest| rest.split('"').next()) {
            assert!(!source.contains("//"), "{source} is fetched from outside");
            let target = if source.starts_with('/') { source.to_owned() } else { format!("/docs/{}", source.trim_start_matches("./")) };
            // Its icon is no text, so that only its head is looked at.
            assert_eq!(world.send("HEAD", &target, &[("accept-encoding", "identity")]).status, 200, "{target}");
        }
        let root = world.get("/");
        assert!(root.status == 307 && root.header("location").as_deref() == Some("/docs/"), "{root:?}");
    }
}
