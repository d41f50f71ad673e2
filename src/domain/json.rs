//! JSON from outside, read strictly: an object that names a member twice is refused, since nobody can say which of the
//! two was meant (RFC 8259, section 4).

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Reads one JSON value.
///
/// # Errors
/// For what is no JSON, and for members that are named twice; with line and column.
pub fn parse_strictly(text: &[u8]) -> serde_json::Result<Value> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = Strict.deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(Strict)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                return Err(A::Error::custom(format!("the member `{name}` is named twice")));
            }
            object.insert(name, members.next_value_seed(Strict)?);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_member_that_is_named_twice_is_refused_wherever_it_stands() {
        for text in [r#"{"a": 1, "a": 1}"#, r#"[{"b": {"a": null, "\u0061": 2}}]"#] {
            let error = parse_strictly(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains("`a` is named twice") && error.contains("line 1"), "{error}");
        }
        assert!(parse_strictly(br#"{"a": {"b": 1}, "b": {"a": 1}}"#).is_ok());
        assert!(parse_strictly(b"{} {}").is_err());
        assert!(parse_strictly(&b"[".repeat(100_000)).is_err());
    }

    proptest! {
        #[test]
        fn all_else_is_read_as_serde_reads_it(text in "[\\[\\]{}\",:0-9a.eE+-]{0,24}", number: f64) {
            for text in [text, number.to_string(), format!("{{\"a\": [{number:e}, null, true, \"\\u00e9\"]}}")] {
                let plain: Result<Value, _> = serde_json::from_str(&text);
                let is_twice = |error: &serde_json::Error| error.to_string().contains("named twice");
                match parse_strictly(text.as_bytes()) {
                    Ok(value) => prop_assert_eq!(plain.ok(), Some(value)),
                    Err(error) => prop_assert!(plain.is_err() || is_twice(&error), "{}: {}", text, error),
                }
            }
        }
    }
}
