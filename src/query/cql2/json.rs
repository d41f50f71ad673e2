//! CQL2 JSON: each part of it becomes what the same part of CQL2 text becomes.

use std::fmt::{Display, Write};

use serde_json::{Map, Value as Json};

use super::{
    Expression, Fault, MAX_DEPTH, MAX_PREDICATES, NO_ARITHMETIC, Operand, Place, Predicate, Value, check_length,
};
use crate::domain::json::parse_strictly;
use crate::query::params::shown;

/// Reads CQL2 JSON.
///
/// # Errors
/// The first thing that is wrong with it, where it is no JSON with the character at which that shows, else with a JSON pointer:
/// `too_long`, `too_deep`, `too_many`, `malformed` or `unsupported`.
pub fn parse_json(text: &str) -> Result<Expression, Fault> {
    check_length(text)?;
    let document = parse_strictly(text.as_bytes()).map_err(|error| unread(text, &error))?;
    Reader { at: String::new(), depth: 0, predicates: 0 }.expression(&document)
}

/// Why a text is no JSON that can be read.
fn unread(text: &str, error: &serde_json::Error) -> Fault {
    let lines = text.split_inclusive('\n').map(str::len);
    let bytes = lines.take(error.line().saturating_sub(1)).sum::<usize>() + error.column();
    let position = text.char_indices().take_while(|(at, _)| *at < bytes).count().max(1);
    let told = error.to_string();
    let told = told.split(" at line ").next().unwrap_or_default();
    if told.starts_with("recursion limit") {
        return Fault::new(position, "too_deep", TOO_DEEP);
    }
    Fault::new(position, "malformed", format!("This is no JSON: {told}."))
}

const TOO_DEEP: &str = "Operators, functions and lists lie in each other 32 deep at most.";
const _: () = assert!(MAX_DEPTH == 32, "TOO_DEEP names it");

/// The geometries of GeoJSON, with how deep their positions lie in lists.
const GEOMETRIES: [(&str, usize); 6] =
    [("Point", 0), ("LineString", 1), ("MultiPoint", 1), ("Polygon", 2), ("MultiLineString", 2), ("MultiPolygon", 3)];

const ARITHMETIC: [&str; 7] = ["+", "-", "*", "/", "%", "^", "div"];

struct Reader {
    /// The JSON pointer of what is read; the names in it are none that would have to be escaped.
    at: String,
    depth: usize,
    predicates: usize,
}

type Read<T> = Result<T, Fault>;

impl Reader {
    fn place(&self) -> Place {
        Place::Pointer(self.at.as_str().into())
    }

    fn fault<T>(&self, code: &'static str, detail: impl Into<String>) -> Read<T> {
        Err(Fault::new(self.place(), code, detail))
    }

    fn expected<T>(&self, what: &str, found: Option<&Json>) -> Read<T> {
        let found = match found {
            None => "nothing",
            Some(Json::Null) => "null",
            Some(Json::Bool(_)) => "true or false",
            Some(Json::Number(_)) => "a number",
            Some(Json::String(_)) => "text",
            Some(Json::Array(_)) => "a list",
            Some(Json::Object(_)) => "an object",
        };
        self.fault("malformed", format!("Expected {what}, not {found}."))
    }

    /// Reads what stands in a member, or at a place of a list.
    fn within<T>(&mut self, step: impl Display, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        let length = self.at.len();
        let _infallible = write!(self.at, "/{step}");
        let value = read(self);
        self.at.truncate(length);
        value
    }

    /// Reads all of a list.
    fn each<T>(&mut self, items: &[Json], mut read: impl FnMut(&mut Self, &Json) -> Read<T>) -> Read<Vec<T>> {
        items.iter().enumerate().map(|(number, item)| self.within(number, |reader| read(reader, item))).collect()
    }

    /// Reads all of a list that is a member of an object, one level deeper.
    fn list<T>(
        &mut self,
        object: &Map<String, Json>,
        member: &str,
        read: impl FnMut(&mut Self, &Json) -> Read<T>,
    ) -> Read<Vec<T>> {
        self.within(member, |reader| match object.get(member) {
            Some(Json::Array(items)) => reader.deeper(|reader| reader.each(items, read)),
            other => reader.expected("a list", other),
        })
    }

    /// Reads what lies one level deeper.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth == MAX_DEPTH {
            return self.fault("too_deep", TOO_DEEP);
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    /// The text that a member is.
    fn text<'j>(&mut self, object: &'j Map<String, Json>, member: &str) -> Read<&'j str> {
        self.within(member, |reader| match object.get(member) {
            Some(Json::String(text)) => Ok(text.as_str()),
            other => reader.expected("text", other),
        })
    }

    /// Refuses members that an object of its kind does not have.
    fn only(&self, object: &Map<String, Json>, members: &[&str]) -> Read<()> {
        match object.keys().find(|name| !members.contains(&name.as_str())) {
            Some(name) => self.fault("malformed", format!("The member `{}` does not belong here.", shown(name))),
            None => Ok(()),
        }
    }

    fn expression(&mut self, json: &Json) -> Read<Expression> {
        match json {
            Json::Bool(value) => Ok(Expression::Boolean(*value)),
            Json::Object(object) if object.contains_key("op") => self.operation(object),
            other => self.expected("an object with `op` and `args`, or true or false", Some(other)),
        }
    }

    fn operation(&mut self, object: &Map<String, Json>) -> Read<Expression> {
        let name = self.operator(object)?;
        match name.as_str() {
            "and" | "or" => {
                let parts = self.list(object, "args", Self::expression)?;
                self.counted(&name, parts.len(), 2..=usize::MAX)?;
                Ok(if name == "and" { Expression::And(parts) } else { Expression::Or(parts) })
            }
            "not" => {
                let mut parts = self.list(object, "args", Self::expression)?;
                self.counted(&name, parts.len(), 1..=1)?;
                Ok(Expression::Not(Box::new(parts.swap_remove(0))))
            }
            _ => self.predicate(object, name).map(Expression::Predicate),
        }
    }

    fn predicate(&mut self, object: &Map<String, Json>, name: String) -> Read<Predicate> {
        if self.predicates == MAX_PREDICATES {
            return self.fault("too_many", format!("A filter has {MAX_PREDICATES} comparisons at most."));
        }
        self.predicates += 1;
        let operands = self.list(object, "args", Self::operand)?;
        match name.as_str() {
            "=" | "<>" | "<" | "<=" | ">" | ">=" | "like" | "in" => self.counted(&name, operands.len(), 2..=2)?,
            "between" => self.counted(&name, operands.len(), 3..=3)?,
            "isnull" => self.counted(&name, operands.len(), 1..=1)?,
            _ => {}
        }
        if let ("in", [_, Operand { place, value }]) = (name.as_str(), operands.as_slice())
            && !matches!(value, Value::List(_))
        {
            return Err(Fault::new(place, "malformed", format!("Expected a list, not {}.", value.kind())));
        }
        Ok(Predicate { place: self.place(), name, operands })
    }

    /// The operator of an object, in lower case.
    fn operator(&mut self, object: &Map<String, Json>) -> Read<String> {
        self.only(object, &["op", "args"])?;
        let name = self.text(object, "op")?.to_ascii_lowercase();
        if ARITHMETIC.contains(&name.as_str()) { self.fault("unsupported", NO_ARITHMETIC) } else { Ok(name) }
    }

    fn counted(&mut self, name: &str, count: usize, allowed: std::ops::RangeInclusive<usize>) -> Read<()> {
        if allowed.contains(&count) {
            return Ok(());
        }
        let least = if allowed.end() > allowed.start() { " or more" } else { "" };
        let detail = format!("`{name}` has {}{least} arguments, not {count}.", allowed.start());
        self.within("args", |reader| reader.fault("malformed", detail))
    }

    fn operand(&mut self, json: &Json) -> Read<Operand> {
        let place = self.place();
        let value = match json {
            Json::String(text) => Value::Text(text.clone()),
            Json::Bool(value) => Value::Boolean(*value),
            Json::Number(number) => match number.as_f64() {
                Some(number) => Value::Number(number),
                None => return self.expected("a number that can be compared", Some(json)),
            },
            Json::Array(items) => Value::List(self.deeper(|reader| reader.each(items, Self::operand))?),
            Json::Object(object) => self.object(object)?,
            Json::Null => return self.fault("malformed", "Nothing is compared with null: `isNull` asks about it."),
        };
        Ok(Operand { place, value })
    }

    /// What an object stands for that is compared.
    fn object(&mut self, object: &Map<String, Json>) -> Read<Value> {
        let is = |member| object.contains_key(member);
        if is("op") {
            let name = self.operator(object)?;
            return Ok(Value::Call(name, self.list(object, "args", Self::operand)?));
        }
        if is("type") {
            return self.geometry(object);
        }
        let members = ["property", "date", "timestamp", "interval", "bbox"];
        let Some(member) = members.into_iter().find(|member| is(member)) else {
            let what =
                "an object with `op`, `property`, `date`, `timestamp`, `interval` or `bbox`, or a GeoJSON geometry";
            return self.fault("malformed", format!("Expected {what}."));
        };
        self.only(object, &[member])?;
        Ok(match member {
            "property" => Value::Property(self.text(object, member)?.to_owned()),
            "date" => Value::Date(self.text(object, member)?.to_owned()),
            "timestamp" => Value::Timestamp(self.text(object, member)?.to_owned()),
            function => Value::Call(function.to_owned(), self.list(object, function, Self::operand)?),
        })
    }

    /// A geometry, as WKT.
    fn geometry(&mut self, object: &Map<String, Json>) -> Read<Value> {
        self.only(object, &["type", "coordinates", "bbox"])?;
        let name = self.text(object, "type")?;
        let Some((_, depth)) = GEOMETRIES.into_iter().find(|(known, _)| *known == name) else {
            let all = GEOMETRIES.map(|(known, _)| known).join(", ");
            let detail = format!("`{}` is not one of the geometries that can be compared: {all}.", shown(name));
            return self.within("type", |reader| reader.fault("unsupported", detail));
        };
        let (mut wkt, is_point) = (name.to_ascii_uppercase(), depth == 0);
        wkt.push_str(if is_point { "(" } else { "" });
        self.within("coordinates", |reader| reader.coordinates(object.get("coordinates"), depth, &mut wkt))?;
        wkt.push_str(if is_point { ")" } else { "" });
        Ok(Value::Geometry(wkt))
    }

    /// A position, or lists of positions so many deep.
    fn coordinates(&mut self, json: Option<&Json>, depth: usize, wkt: &mut String) -> Read<()> {
        let Some(Json::Array(items)) = json else {
            return self.expected("a list", json);
        };
        if depth > 0 {
            wkt.push('(');
            for (number, item) in items.iter().enumerate() {
                wkt.push_str(if number > 0 { "," } else { "" });
                self.within(number, |reader| reader.coordinates(Some(item), depth - 1, wkt))?;
            }
            wkt.push(')');
            return Ok(());
        }
        let numbers = items.iter().map(Json::as_f64).collect::<Option<Vec<_>>>();
        let Some(numbers) = numbers.filter(|numbers| (2..=3).contains(&numbers.len())) else {
            return self.fault("malformed", "A position is a longitude and a latitude, and may be a height.");
        };
        for (number, side) in numbers.iter().enumerate() {
            let _infallible = write!(wkt, "{}{side}", if number > 0 { " " } else { "" });
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
