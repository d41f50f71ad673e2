//! JSON written straight into a buffer, for text that needs no escapes.

use std::fmt::{Display, Write};

use uuid::Uuid;

/// A JSON text in the making; commas come by themselves.
#[derive(Default)]
pub struct Json {
    text: String,
}

impl Json {
    /// Begins anew.
    pub fn clear(&mut self) {
        self.text.clear();
    }

    /// What was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn comma(&mut self) {
        if !matches!(self.text.as_bytes().last(), None | Some(b'{' | b'[' | b':')) {
            self.text.push(',');
        }
    }

    /// Writes the name of a member; its value comes next.
    pub fn name(&mut self, name: &str) -> &mut Self {
        self.comma();
        self.quoted(name);
        self.text.push(':');
        self
    }

    /// Writes an object whose members `fill` writes.
    pub fn object(&mut self, fill: impl FnOnce(&mut Self)) {
        self.around('{', '}', fill);
    }

    /// Writes a list whose items `fill` writes.
    pub fn list(&mut self, fill: impl FnOnce(&mut Self)) {
        self.around('[', ']', fill);
    }

    fn around(&mut self, open: char, close: char, fill: impl FnOnce(&mut Self)) {
        self.comma();
        self.text.push(open);
        fill(self);
        self.text.push(close);
    }

    /// Writes a string.
    pub fn string(&mut self, text: &str) {
        self.comma();
        self.quoted(text);
    }

    /// Writes a string that `fill` puts together.
    pub fn string_of(&mut self, fill: impl FnOnce(&mut String)) {
        self.comma();
        self.text.push('"');
        let start = self.text.len();
        fill(&mut self.text);
        debug_assert!(needs_no_escape(&self.text[start..]), "{}", &self.text[start..]);
        self.text.push('"');
    }

    /// Writes a string as something shows itself.
    pub fn display(&mut self, shown: impl Display) {
        self.string_of(|text| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{shown}");
        });
    }

    fn quoted(&mut self, text: &str) {
        debug_assert!(needs_no_escape(text), "{text}");
        self.text.push('"');
        self.text.push_str(text);
        self.text.push('"');
    }

    /// Writes a number.
    pub fn number(&mut self, number: impl Display) {
        self.comma();
        // Writing to a string cannot fail.
        let _ = write!(self.text, "{number}");
    }

    /// Writes an id.
    pub fn id(&mut self, id: Uuid) {
        self.string(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()));
    }

    /// Writes `{"id": …}`.
    pub fn reference(&mut self, id: Uuid) {
        self.object(|o| o.name("id").id(id));
    }

    /// Writes a point, given in units of 0.00001 degrees.
    pub fn point(&mut self, lat: i32, lon: i32) {
        self.object(|o| {
            o.name("lat").number(Degrees(lat));
            o.name("lon").number(Degrees(lon));
        });
    }
}

fn needs_no_escape(text: &str) -> bool {
    !text.contains(|c: char| c.is_control() || matches!(c, '"' | '\\'))
}

/// An angle in units of 0.00001 degrees.
struct Degrees(i32);

impl Display for Degrees {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sign, units) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        write!(f, "{sign}{}.{:05}", units / 100_000, units % 100_000)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let mut json = Json::default();
        json.object(|o| {
            o.name("a").string("x");
            o.name("b").list(|l| {
                l.number(1);
                l.string_of(|text| text.extend(["y", "z"]));
                l.list(|_| {});
                l.object(|_| {});
            });
            o.name("c").point(-5, 1_234_567);
        });
        let expected = json!({"a": "x", "b": [1, "yz", [], {}], "c": {"lat": -0.00005, "lon": 12.34567}});
        assert_eq!(serde_json::from_str::<Value>(json.text()).expect("JSON"), expected);
    }
}
