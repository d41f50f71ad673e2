//! Polygons as text: WKT or GeoJSON.

use serde_json::Value;

use super::params::{Unread, shown};
use crate::domain::polygon::{MAX_VERTICES, Polygons, Position, Rings};

/// Reads a polygon or several.
///
/// # Errors
/// Every fault: `malformed` for what is no such text, `too_many` for too many vertices, `invalid_polygon` for what is wrong
/// with the polygons.
pub fn read(text: &str) -> Result<Polygons, Vec<Unread>> {
    let text = text.trim();
    let rings = if text.starts_with('{') { from_geojson(text) } else { from_wkt(text) };
    let rings = rings.map_err(|detail| vec![Unread::new("malformed", detail)])?;
    let vertices = rings.iter().flatten().map(Vec::len).sum::<usize>();
    if vertices > MAX_VERTICES {
        let detail = format!("There are {vertices} vertices, and {MAX_VERTICES} are the most.");
        return Err(vec![Unread::new("too_many", detail)]);
    }
    let invalid =
        |faults: Vec<String>| faults.into_iter().map(|fault| Unread::new("invalid_polygon", sentence(&fault)));
    Polygons::of(&rings).map_err(|faults| invalid(faults).collect())
}

/// A fault as a sentence.
fn sentence(fault: &str) -> String {
    let mut letters = fault.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

fn from_geojson(text: &str) -> Result<Rings, String> {
    let document: Value = serde_json::from_str(text).map_err(|error| format!("No GeoJSON: {error}."))?;
    let geometry = if document["type"] == "Feature" { &document["geometry"] } else { &document };
    let coordinates = &geometry["coordinates"];
    let position = |value: &Value| -> Option<Position> {
        let numbers = value.as_array().filter(|numbers| (2..=3).contains(&numbers.len()))?;
        Some((numbers[0].as_f64()?, numbers[1].as_f64()?))
    };
    let ring = |value: &Value| value.as_array()?.iter().map(position).collect::<Option<Vec<_>>>();
    let polygon = |value: &Value| value.as_array()?.iter().map(ring).collect::<Option<Vec<_>>>();
    let rings = match geometry["type"].as_str() {
        Some("Polygon") => polygon(coordinates).map(|polygon| vec![polygon]),
        Some("MultiPolygon") => coordinates.as_array().and_then(|all| all.iter().map(polygon).collect()),
        _ => return Err("Expected a GeoJSON geometry of the type Polygon or MultiPolygon.".to_owned()),
    };
    rings.filter(has_rings).ok_or_else(|| "The coordinates are not those of a GeoJSON polygon.".to_owned())
}

fn has_rings(rings: &Rings) -> bool {
    !rings.is_empty() && rings.iter().all(|polygon| !polygon.is_empty())
}

fn from_wkt(text: &str) -> Result<Rings, String> {
    let upper = text.to_ascii_uppercase();
    let mut wkt = Wkt { rest: &upper };
    let rings = if wkt.takes("MULTIPOLYGON") {
        wkt.takes("Z");
        wkt.list(|wkt| wkt.list(|wkt| wkt.list(Wkt::position)))
    } else if wkt.takes("POLYGON") {
        wkt.takes("Z");
        wkt.list(|wkt| wkt.list(Wkt::position)).map(|polygon| vec![polygon])
    } else {
        let expected = "Expected WKT such as POLYGON((-119 34, -118 34, -118 35, -119 34)), MULTIPOLYGON, or GeoJSON";
        return Err(format!("{expected}, not `{}`.", shown(text)));
    };
    let rings = rings.filter(|_| wkt.rest.trim().is_empty()).filter(has_rings);
    rings.ok_or_else(|| {
        let column = text.len() - wkt.rest.len() + 1;
        format!("Not WKT at character {column}: positions are longitude and latitude, rings stand in parentheses.")
    })
}

/// WKT while it is read.
struct Wkt<'a> {
    rest: &'a str,
}

impl Wkt<'_> {
    fn takes(&mut self, token: &str) -> bool {
        let rest = self.rest.trim_start().strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// A list in parentheses.
    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        if !self.takes("(") {
            return None;
        }
        let mut items = vec![item(self)?];
        while self.takes(",") {
            items.push(item(self)?);
        }
        self.takes(")").then_some(items)
    }

    /// Longitude and latitude; a height is left aside.
    fn position(&mut self) -> Option<Position> {
        let position = (self.number()?, self.number()?);
        let _height = self.number();
        Some(position)
    }

    fn number(&mut self) -> Option<f64> {
        let rest = self.rest.trim_start();
        let is_in = |letter: char| letter.is_ascii_digit() || matches!(letter, '+' | '-' | '.' | 'E');
        let end = rest.find(|letter| !is_in(letter)).unwrap_or(rest.len());
        let number = rest[..end].parse().ok().filter(|number: &f64| number.is_finite())?;
        self.rest = &rest[end..];
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_forms_mean_the_same() {
        let polygon = read("POLYGON((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 2 1, 2 2, 1 1))").expect("WKT");
        let same =
            read(r#"{"type": "Polygon", "coordinates": [[[0,0],[4,0],[4,4],[0,4],[0,0]],[[1,1],[2,1],[2,2],[1,1]]]}"#);
        assert_eq!(Ok(&polygon), same.as_ref());
        let feature = r#"{"type": "Feature", "properties": {}, "geometry": {"type": "MultiPolygon", "coordinates": [[[[0,0,7],[4,0,7],[4,4,7],[0,0,7]]]]}}"#;
        assert_eq!(read(feature), read("multipolygon z (((0 0 7,4 0 7,4e0 4 7,0 0 7)))"));
    }

    #[test]
    fn what_is_no_polygon_is_refused() {
        for (text, code) in [
            ("", "malformed"),
            ("POINT(1 2)", "malformed"),
            ("POLYGON", "malformed"),
            ("POLYGON EMPTY", "malformed"),
            ("POLYGON((0 0, 4 0, 4 4, 0 0)", "malformed"),
            ("POLYGON((0 0, 4 0, 4 4, 0 0))x", "malformed"),
            ("POLYGON((0 0, 4 0, 4, 0 0))", "malformed"),
            ("POLYGON((0 0, 4 0, NaN 4, 0 0))", "malformed"),
            ("POLYGON((0 0, 1e999 0, 4 4, 0 0))", "malformed"),
            ("{", "malformed"),
            (r#"{"type": "Point", "coordinates": [1, 2]}"#, "malformed"),
            (r#"{"type": "Polygon"}"#, "malformed"),
            (r#"{"type": "Polygon", "coordinates": []}"#, "malformed"),
            (r#"{"type": "MultiPolygon", "coordinates": [[]]}"#, "malformed"),
            (r#"{"type": "Polygon", "coordinates": [[[0], [1]]]}"#, "malformed"),
            ("POLYGON((0 0, 4 4, 4 0, 0 4, 0 0))", "invalid_polygon"),
            ("POLYGON((0 0, 4 0, 4 4))", "invalid_polygon"),
        ] {
            let faults = read(text).expect_err(text);
            assert_eq!(faults[0].code, code, "{text}: {faults:?}");
        }
        let long = "0 0,".repeat(MAX_VERTICES);
        assert_eq!(read(&format!("POLYGON(({long}0 0))")).expect_err("too many")[0].code, "too_many");
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in "\\PC{0,60}|(MULTI)?POLYGON[ (),0-9.eE-]{0,80}") {
            let _ = read(&text);
        }
    }
}
