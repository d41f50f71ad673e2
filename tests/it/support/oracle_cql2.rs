//! What a filter means, by its words: true, false or unknown of a document. Its text is read as the program reads it, which
//! stories hold; what it asks is worked out from documents alone.

use std::cmp::Ordering;

use chrono::NaiveDateTime;
use chrono_tz::Tz;
use marchline::query::cql2::{Expression, Language, Operand, Predicate, Value as Word, parse};
use serde_json::Value;

use super::oracle::{Moment, list, point};
use super::oracle_dates::{in_utc, local, span, text_instant};

/// Whether an event matches a filter, by the parameters beside it.
pub fn filter_matches<'a>(
    moment: &Moment,
    event: &Value,
    text: &str,
    beside: &impl Fn(&str) -> Option<&'a str>,
) -> bool {
    let zone = beside("time_zone").map(|name| name.parse().expect("a zone"));
    let language = beside("filter_lang").map_or(Language::Text, |code| Language::parse(code).expect("a language"));
    Asked { moment, event, zone }.truth(&parse(text, language).expect("a filter")) == Some(true)
}

struct Asked<'a> {
    moment: &'a Moment,
    event: &'a Value,
    zone: Option<Tz>,
}

/// A moment on the event's own clock, and in UTC.
type Clocks = (NaiveDateTime, NaiveDateTime);

impl Asked<'_> {
    fn truth(&self, expression: &Expression) -> Option<bool> {
        let all = |parts: &[Expression], one: bool| {
            let truths: Vec<_> = parts.iter().map(|part| self.truth(part)).collect();
            if truths.contains(&Some(one)) { Some(one) } else { truths.iter().all(Option::is_some).then_some(!one) }
        };
        match expression {
            Expression::And(parts) => all(parts, false),
            Expression::Or(parts) => all(parts, true),
            Expression::Not(inner) => self.truth(inner).map(|truth| !truth),
            Expression::Boolean(truth) => Some(*truth),
            Expression::Predicate(predicate) => self.predicate(predicate),
        }
    }

    fn predicate(&self, Predicate { name, operands, .. }: &Predicate) -> Option<bool> {
        let Word::Property(property) = &operands[0].value else { panic!("a property comes first in random filters") };
        let operands = &operands[1..];
        match property.as_str() {
            "size" | "size_low" | "size_high" => self.number(property, name, operands),
            "start" | "end" | "when" => self.time(property, name, operands),
            "recorded_at" => {
                let Word::Timestamp(instant) = &operands[0].value else { panic!("a timestamp") };
                let (own, other) =
                    (text_instant(&self.event["recorded_at"]), text_instant(&Value::from(instant.as_str())));
                Some(holds(name, own.cmp(&other)))
            }
            "geometry" => self.geometry(name, operands),
            _ => self.text(property, name, operands),
        }
    }

    fn text(&self, property: &str, name: &str, operands: &[Operand]) -> Option<bool> {
        let values: Vec<String> = match property {
            "place_precision" => list(self.event, "places").iter().map(|place| text(&place["precision"])).collect(),
            "tactics" => self.moment.values("tactic", self.event).concat(),
            _ => self.moment.values(property, self.event).concat(),
        };
        if name == "isnull" {
            return Some(values.is_empty() && property != "has");
        }
        if values.is_empty() && property != "has" {
            return None;
        }
        let wanted = match &operands[0].value {
            Word::List(items) => items.iter().map(word).collect(),
            _ => vec![word(&operands[0])],
        };
        // Ids are like no pattern: slugs are.
        let is_id = |value: &String| value.len() == 36 && value.as_bytes()[8] == b'-';
        Some(match name {
            "like" => values.iter().any(|value| !is_id(value) && is_like(&wanted[0], value)),
            "<>" => !values.contains(&wanted[0]),
            _ => values.iter().any(|value| wanted.contains(value)),
        })
    }

    fn number(&self, property: &str, name: &str, operands: &[Operand]) -> Option<bool> {
        let size = &self.event["size"];
        let number = |member: &str| size[member].as_f64();
        let (low, high, best) = (number("low"), number("high"), number("best"));
        let known = best.or(low).or(high);
        let own = match property {
            "size" => known,
            "size_low" => known.map(|_| low.or(best).unwrap_or(0.0)),
            _ => known.map(|_| high.or(best.filter(|_| low.is_none())).unwrap_or(f64::INFINITY)),
        };
        if name == "isnull" {
            return Some(own.is_none());
        }
        let own = own?;
        let number =
            |operand: &Operand| if let Word::Number(number) = operand.value { number } else { panic!("a number") };
        Some(match name {
            "between" => (number(&operands[0])..=number(&operands[1])).contains(&own),
            _ => holds(name, own.total_cmp(&number(&operands[0]))),
        })
    }

    fn time(&self, property: &str, name: &str, operands: &[Operand]) -> Option<bool> {
        let when = &self.event["when"];
        if name == "isnull" {
            return Some(when["start"].is_null());
        }
        if when["start"].is_null() {
            return None;
        }
        let end = if when["end"].is_null() { &when["start"] } else { &when["end"] };
        let own: Option<Tz> = when["time_zone"].as_str().map(|name| name.parse().expect("a zone"));
        let begins: Clocks = (local(&when["start"], own).0, text_instant(&when["start"]["earliest"]));
        let ends: Clocks = (local(end, own).1, text_instant(&end["latest"]));
        let (first, last) = match property {
            "start" => (begins, begins),
            "end" => (ends, ends),
            _ => (begins, ends),
        };
        let Bounds { is_utc, from, to } = self.bounds(&operands[0]);
        let on = |clocks: Clocks| if is_utc { clocks.1 } else { clocks.0 };
        let (first, last) = (on(first), on(last));
        Some(match name {
            "=" => first >= from && first <= to,
            "<>" => first < from || first > to,
            "<" => first < from,
            "<=" => first <= to,
            ">=" => first >= from,
            "t_intersects" => first <= to && last >= from,
            "t_disjoint" => first > to || last < from,
            ">" | "t_after" => first > to,
            "t_before" => last < from,
            "t_during" => first > from && last < to,
            "t_contains" => first < from && last > to,
            other => panic!("{other} is no word of random filters"),
        })
    }

    fn bounds(&self, operand: &Operand) -> Bounds {
        let of = |text: &str| {
            if text.ends_with('Z') {
                let instant = text_instant(&Value::from(text));
                return Bounds { is_utc: true, from: instant, to: instant };
            }
            let (from, to) = span(text);
            match self.zone {
                None => Bounds { is_utc: false, from, to },
                Some(zone) => {
                    let (from, to) = in_utc((from, to), Some(zone));
                    Bounds { is_utc: true, from, to }
                }
            }
        };
        match &operand.value {
            Word::Date(text) | Word::Timestamp(text) => of(text),
            Word::Call(_, ends) => {
                let (from, to) = (of(&word(&ends[0])), of(&word(&ends[1])));
                Bounds { to: to.to, ..from }
            }
            other => panic!("{other:?} is no time"),
        }
    }

    fn geometry(&self, name: &str, operands: &[Operand]) -> Option<bool> {
        let points: Vec<(f64, f64)> = list(self.event, "places").iter().filter_map(point).collect();
        if name == "isnull" {
            return Some(points.is_empty());
        }
        if points.is_empty() {
            return None;
        }
        let Word::Call(_, sides) = &operands[0].value else { panic!("a box") };
        let side = |at: usize| if let Word::Number(number) = sides[at].value { number } else { panic!("a number") };
        let is_in = |(lat, lon): &(f64, f64)| (side(0)..=side(2)).contains(lon) && (side(1)..=side(3)).contains(lat);
        Some(points.iter().any(is_in) == (name == "s_intersects"))
    }
}

struct Bounds {
    is_utc: bool,
    from: NaiveDateTime,
    to: NaiveDateTime,
}

fn holds(sign: &str, order: Ordering) -> bool {
    match sign {
        "=" => order.is_eq(),
        "<>" => order.is_ne(),
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        ">=" => order.is_ge(),
        other => panic!("{other} is no sign"),
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn word(operand: &Operand) -> String {
    if let Word::Text(text) = &operand.value { text.clone() } else { panic!("text") }
}

/// Patterns of random filters begin or end with `%`, or do neither.
fn is_like(pattern: &str, value: &str) -> bool {
    match (pattern.strip_prefix('%'), pattern.strip_suffix('%')) {
        (Some(end), _) => value.ends_with(end),
        (None, Some(start)) => value.starts_with(start),
        (None, None) => value == pattern,
    }
}
