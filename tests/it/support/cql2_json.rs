//! Filters written in CQL2 JSON, from what their text was read as.

use marchline::query::cql2::{Expression, Language, Operand, Predicate, Value as Word, parse};
use serde_json::{Value, json};

/// A filter in CQL2 text as CQL2 JSON, which is read as the text is.
pub fn in_json(text: &str) -> String {
    let written = json_of(&parse(text, Language::Text).expect("CQL2 text"));
    let json = written.to_string();
    assert_eq!(json_of(&parse(&json, Language::Json).expect("CQL2 JSON")), written, "{text}");
    json
}

/// An expression in CQL2 JSON. Geometries are not among those that are drawn.
fn json_of(expression: &Expression) -> Value {
    let all = |parts: &[Expression]| parts.iter().map(json_of).collect::<Vec<_>>();
    match expression {
        Expression::And(parts) => json!({"op": "and", "args": all(parts)}),
        Expression::Or(parts) => json!({"op": "or", "args": all(parts)}),
        Expression::Not(inner) => json!({"op": "not", "args": [json_of(inner)]}),
        Expression::Boolean(value) => json!(value),
        Expression::Predicate(Predicate { name, operands, .. }) => {
            let name = if name == "isnull" { "isNull" } else { name };
            json!({"op": name, "args": operands.iter().map(operand).collect::<Vec<_>>()})
        }
    }
}

fn operand(operand: &Operand) -> Value {
    let all = |items: &[Operand]| items.iter().map(self::operand).collect::<Vec<_>>();
    match &operand.value {
        Word::Property(name) => json!({"property": name}),
        Word::Text(text) => json!(text),
        Word::Number(number) => json!(number),
        Word::Boolean(value) => json!(value),
        Word::Date(text) => json!({"date": text}),
        Word::Timestamp(text) => json!({"timestamp": text}),
        Word::List(items) => json!(all(items)),
        Word::Call(name, items) if name == "interval" || name == "bbox" => json!({name: all(items)}),
        Word::Call(name, items) => json!({"op": name, "args": all(items)}),
        Word::Geometry(text) => panic!("{text} is drawn"),
    }
}
