use serde_json::json;

use super::*;
use crate::query::cql2::{Language, parse};

/// The same without the places where it stood.
fn meant(expression: Expression) -> Expression {
    let all = |parts: Vec<Expression>| parts.into_iter().map(meant).collect();
    match expression {
        Expression::And(parts) => Expression::And(all(parts)),
        Expression::Or(parts) => Expression::Or(all(parts)),
        Expression::Not(inner) => Expression::Not(Box::new(meant(*inner))),
        Expression::Boolean(value) => Expression::Boolean(value),
        Expression::Predicate(Predicate { name, operands, .. }) => {
            Expression::Predicate(Predicate { place: 0.into(), name, operands: without_places(operands) })
        }
    }
}

fn without_places(operands: Vec<Operand>) -> Vec<Operand> {
    let meant = |value| match value {
        Value::List(items) => Value::List(without_places(items)),
        Value::Call(name, items) => Value::Call(name, without_places(items)),
        other => other,
    };
    operands.into_iter().map(|operand| Operand { place: 0.into(), value: meant(operand.value) }).collect()
}

#[test]
fn it_says_what_text_says() {
    let size = json!({"property": "size"});
    for (text, json) in [
        ("TRUE", json!(true)),
        ("size >= 10.5", json!({"op": ">=", "args": [size, 10.5]})),
        ("-3 < \"size\"", json!({"op": "<", "args": [-3, size]})),
        ("size BETWEEN 1 AND 2", json!({"op": "between", "args": [size, 1, 2]})),
        ("size IN (1, 2)", json!({"op": "in", "args": [size, [1, 2]]})),
        ("size IS NULL", json!({"op": "isNull", "args": [size]})),
        ("size IS NOT NULL", json!({"op": "not", "args": [{"op": "isNull", "args": [size]}]})),
        (
            "size = 1 AND NOT (size = 2 OR size <> 3) AND FALSE",
            json!({"op": "and", "args": [{"op": "=", "args": [size, 1]},
                {"op": "not", "args": [{"op": "or", "args": [{"op": "=", "args": [size, 2]}, {"op": "<>", "args": [size, 3]}]}]}, false]}),
        ),
        (
            "CASEI(actor) LIKE CASEI('it''s \\ é%')",
            json!({"op": "like", "args": [{"op": "casei", "args": [{"property": "actor"}]}, {"op": "casei", "args": ["it's \\ é%"]}]}),
        ),
        ("start > DATE('2026-01-31')", json!({"op": ">", "args": [{"property": "start"}, {"date": "2026-01-31"}]})),
        (
            "T_FINISHEDBY(when, TIMESTAMP('2026-01-31T18:00:00Z'))",
            json!({"op": "t_finishedBy", "args": [{"property": "when"}, {"timestamp": "2026-01-31T18:00:00Z"}]}),
        ),
        (
            "T_DURING(when, INTERVAL('2026-01-31', '..'))",
            json!({"op": "t_during", "args": [{"property": "when"}, {"interval": ["2026-01-31", ".."]}]}),
        ),
        (
            "S_INTERSECTS(geometry, BBOX(-119, 33, -117.5, 35))",
            json!({"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": [-119, 33, -117.5, 35]}]}),
        ),
        (
            "S_DISJOINT(geometry, POINT(-118.25 34.05))",
            json!({"op": "s_disjoint", "args": [{"property": "geometry"}, {"type": "Point", "coordinates": [-118.25, 34.05]}]}),
        ),
        (
            "S_INTERSECTS(POLYGON((0 0,4 0,4 4,0 0),(1 1,2 1,2 2,1 1)), geometry)",
            json!({"op": "s_intersects", "args": [{"type": "Polygon", "bbox": [0, 0, 4, 4],
                "coordinates": [[[0, 0], [4, 0], [4, 4], [0, 0]], [[1, 1], [2, 1], [2, 2], [1, 1]]]}, {"property": "geometry"}]}),
        ),
        (
            "S_INTERSECTS(geometry, MULTIPOLYGON(((0 0 7,4 0 7,4 4 7,0 0 7))))",
            json!({"op": "s_intersects", "args": [{"property": "geometry"},
                {"type": "MultiPolygon", "coordinates": [[[[0, 0, 7], [4, 0, 7], [4, 4, 7], [0, 0, 7]]]]}]}),
        ),
        ("A_CONTAINS(tactics, ('march'))", json!({"op": "a_contains", "args": [{"property": "tactics"}, ["march"]]})),
    ] {
        let of = |text: &str, language| parse(text, language).map_or_else(|fault| panic!("{text}: {fault:?}"), meant);
        assert_eq!(of(&json.to_string(), Language::Json), of(text, Language::Text), "{text}");
    }
}

#[test]
fn a_fault_is_named_with_its_place() {
    let told = |text: &str| {
        let fault = parse_json(text).expect_err(text);
        (fault.place.to_string(), fault.code)
    };
    for (text, place, code) in [
        ("", "character 1", "malformed"),
        ("type = 'rally'", "character 2", "malformed"),
        (r#"{"op": "é" "args"}"#, "character 12", "malformed"),
        (r#"{"op": "=", "op": "<"}"#, "character 16", "malformed"),
        (r#"{"op": "=", "args": [1, 1e999]}"#, "character 29", "malformed"),
        ("5", "the root", "malformed"),
        ("{}", "the root", "malformed"),
        (r#"{"op": "and"}"#, "/args", "malformed"),
        (r#"{"op": "and", "args": [true]}"#, "/args", "malformed"),
        (r#"{"op": 5, "args": [true]}"#, "/op", "malformed"),
        (r#"{"op": "not", "args": [true, true]}"#, "/args", "malformed"),
        (r#"{"op": "or", "args": [true, {"property": "a"}]}"#, "/args/1", "malformed"),
        (r#"{"op": "or", "args": [true, {"op": "=", "args": [1]}]}"#, "/args/1/args", "malformed"),
        (r#"{"op": "=", "args": [{"property": 5}, 1]}"#, "/args/0/property", "malformed"),
        (r#"{"op": "=", "args": [{"property": "a", "date": "b"}, 1]}"#, "/args/0", "malformed"),
        (r#"{"op": "=", "args": [{"property": "a"}, null]}"#, "/args/1", "malformed"),
        (r#"{"op": "=", "args": [{}, 1]}"#, "/args/0", "malformed"),
        (r#"{"op": "=", "args": [1, 1], "lang": "en"}"#, "the root", "malformed"),
        (r#"{"op": "in", "args": [{"property": "a"}, 1]}"#, "/args/1", "malformed"),
        (r#"{"op": "=", "args": [{"op": "+", "args": [1, 1]}, 2]}"#, "/args/0", "unsupported"),
        (r#"{"op": "f", "args": [{"interval": "2026"}]}"#, "/args/0/interval", "malformed"),
        (r#"{"op": "f", "args": [{"type": "Circle", "coordinates": []}]}"#, "/args/0/type", "unsupported"),
        (r#"{"op": "f", "args": [{"type": "Point", "coordinates": [1]}]}"#, "/args/0/coordinates", "malformed"),
        (
            r#"{"op": "f", "args": [{"type": "Polygon", "coordinates": [[[0, 0], 5]]}]}"#,
            "/args/0/coordinates/0/1",
            "malformed",
        ),
        (r#"{"op": "f", "args": [{"type": "Point", "coordinates": [1, 1], "crs": {}}]}"#, "/args/0", "malformed"),
    ] {
        assert_eq!(told(text), (place.to_owned(), code), "{text}");
    }
}

#[test]
fn what_is_too_much_is_refused() {
    let code = |text: &str| parse_json(text).expect_err("too much").code;
    let deep = |times: usize| format!("{}true{}", r#"{"op":"not","args":["#.repeat(times), "]}".repeat(times));
    assert!(parse_json(&deep(MAX_DEPTH)).is_ok());
    assert_eq!(code(&deep(MAX_DEPTH + 1)), "too_deep");
    assert_eq!(code(&deep(1_000)), "too_deep");
    assert_eq!(code(&format!(r#"{{"op":"in","args":[1,{}{}]}}"#, "[".repeat(40), "]".repeat(40))), "too_deep");
    assert_eq!(code(&"[".repeat(30_000)), "too_deep");
    let many =
        |times: usize| format!(r#"{{"op":"or","args":[{}]}}"#, [r#"{"op":"=","args":[1,1]}"#].repeat(times).join(","));
    assert!(parse_json(&many(MAX_PREDICATES)).is_ok());
    assert_eq!(code(&many(MAX_PREDICATES + 1)), "too_many");
    assert_eq!(code(&format!("true{}", " ".repeat(crate::query::cql2::MAX_LENGTH))), "too_long");
}
