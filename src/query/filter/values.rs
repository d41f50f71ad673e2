//! The values that properties are compared with.

use chrono_tz::Tz;

use super::conditions::{Conditions, Read};
use super::pattern::Folding;
use super::times::{Moment, Span};
use super::{Asked, Test};
use crate::domain::instant::Instant;
use crate::query::cql2::{Operand, Place, Value};
use crate::query::params::shown;

impl Conditions {
    pub(super) fn area(&mut self, value: &Operand) -> Read<Test> {
        let place = &value.place;
        match &value.value {
            Value::Geometry(text) if is_polygon(text) => self.question(place, "within", text.clone()),
            Value::Geometry(text) if begins(text, "POINT") => {
                let inner =
                    text["POINT".len()..].trim().trim_start_matches(['(', 'z', 'Z']).trim_start_matches([' ', '(']);
                let numbers: Vec<&str> = inner.trim_end_matches(')').split_whitespace().collect();
                match numbers.as_slice() {
                    [lon, lat] | [lon, lat, _] => self.question(place, "bbox", format!("{lon},{lat},{lon},{lat}")),
                    _ => self.fault(place, "malformed", "A point is written POINT(longitude latitude)."),
                }
            }
            Value::Call(name, sides) if name == "bbox" || name == "envelope" => {
                let side = |side: &Operand| if let Value::Number(number) = side.value { Some(number) } else { None };
                let sides: Option<Vec<f64>> = sides.iter().map(side).collect();
                let Some([west, south, east, north] | [west, south, _, east, north, _]) = sides.as_deref() else {
                    return self.fault(place, "malformed", "A box is written BBOX(west, south, east, north).");
                };
                self.question(place, "bbox", format!("{west},{south},{east},{north}"))
            }
            other => self.fault(
                place,
                "unsupported",
                format!("Expected POINT, POLYGON, MULTIPOLYGON or BBOX here, not {}.", other.kind()),
            ),
        }
    }

    pub(super) fn number<P: Asked>(&mut self, property: P, value: &Operand) -> Read<f64> {
        match value.value {
            Value::Number(number) => Some(number),
            ref other => self.fault(
                &value.place,
                "wrong_type",
                format!("`{property}` is compared with numbers, not with {}.", other.kind()),
            ),
        }
    }

    pub(super) fn text<P: Asked>(&mut self, property: P, value: &Operand, folding: Folding) -> Read<String> {
        let (value, folded_by) = unfolded(value);
        match &value.value {
            // What is folded on one side alone is compared as it comes out.
            Value::Text(text) if folding == Folding::default() => Some(folded_by.fold(text)),
            Value::Text(text) => Some(text.clone()),
            other => self.fault(
                &value.place,
                "wrong_type",
                format!("`{property}` is compared with text in single quotes, not with {}.", other.kind()),
            ),
        }
    }

    /// The time that a date or a timestamp is.
    pub(super) fn moment<P: Asked>(&mut self, property: P, value: &Operand) -> Read<Span> {
        let place = &value.place;
        match &value.value {
            Value::Date(text) if Instant::parse(text).is_none() => self.span(property, place, text),
            Value::Date(_) => self.fault(place, "wrong_type", "An instant is written TIMESTAMP('2026-01-31T18:00:00Z')."),
            Value::Timestamp(text) => match Instant::parse(text) {
                Some(instant) => Some(Span::at(instant)),
                None => self.fault(place, "malformed", format!("`{}` is not an RFC 3339 instant such as 2026-01-31T18:00:00Z.", shown(text))),
            },
            other => self.fault(place, "wrong_type", format!("`{property}` is compared with DATE('2026-01-31') or TIMESTAMP('2026-01-31T18:00:00Z'), not with {}.", other.kind())),
        }
    }

    pub(super) fn interval<P: Asked>(&mut self, property: P, place: &Place, ends: &[Operand]) -> Read<Span> {
        let [first, last] = ends else {
            return self.fault(place, "malformed", "An interval is written INTERVAL('2026-01-01', '2026-01-31').");
        };
        let mut end = |operand: &Operand| match &operand.value {
            Value::Text(text) if text == ".." => Some(None),
            Value::Text(text) => self.span(property, &operand.place, text).map(Some),
            Value::Date(_) | Value::Timestamp(_) => self.moment(property, operand).map(Some),
            other => self.fault(
                &operand.place,
                "unsupported",
                format!("An interval has text for its ends, not {}.", other.kind()),
            ),
        };
        let (first, last) = (end(first), end(last));
        let span = Span::between(first?, last?);
        if span.is_turned() {
            self.fault(place, "from_after_to", "The interval ends before it begins.")
        } else {
            Some(span)
        }
    }

    pub(super) fn span<P: Asked>(&mut self, property: P, place: &Place, text: &str) -> Read<Span> {
        // A version is not recorded in any calendar of its event's.
        let is_told = matches!(property.moments(), Some((Moment::Recorded | Moment::Created, _)));
        let zone = self.zone.or(is_told.then_some(Tz::UTC));
        match Span::of(text, zone) {
            Ok(span) => Some(span),
            Err((code, detail)) => self.fault(place, code, detail),
        }
    }
}

/// What stands in all of `CASEI` and `ACCENTI`, and what makes no difference by them.
pub fn unfolded(operand: &Operand) -> (&Operand, Folding) {
    let (mut operand, mut folding) = (operand, Folding::default());
    while let Some((inner, more)) = folded(operand, folding) {
        (operand, folding) = (inner, more);
    }
    (operand, folding)
}

/// What stands in `CASEI` or `ACCENTI`, and what makes no difference by it.
fn folded(operand: &Operand, folding: Folding) -> Option<(&Operand, Folding)> {
    match &operand.value {
        Value::Call(name, arguments) if name == "casei" => {
            Some((arguments.first()?, Folding { case: true, ..folding }))
        }
        Value::Call(name, arguments) if name == "accenti" => {
            Some((arguments.first()?, Folding { accents: true, ..folding }))
        }
        _ => None,
    }
}

fn begins(text: &str, name: &str) -> bool {
    text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
}

fn is_polygon(text: &str) -> bool {
    begins(text, "POLYGON") || begins(text, "MULTIPOLYGON")
}
