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
    let asked = Asked { moment, event, zone };
    truth(&parse(text, language).expect("a filter"), &|predicate| asked.predicate(predicate)) == Some(true)
}

/// What an expression is where `of` tells what its predicates are.
pub fn truth(expression: &Expression, of: &impl Fn(&Predicate) -> Option<bool>) -> Option<bool> {
    let all = |parts: &[Expression], one: bool| {
        let truths: Vec<_> = parts.iter().map(|part| truth(part, of)).collect();
        if truths.contains(&Some(one)) { Some(one) } else { truths.iter().all(Option::is_some).then_some(!one) }
    };
    match expression {
        Expression::And(parts) => all(parts, false),
        Expression::Or(parts) => all(parts, true),
        Expression::Not(inner) => truth(inner, of).map(|truth| !truth),
        Expression::Boolean(truth) => Some(*truth),
        Expression::Predicate(predicate) => of(predicate),
    }
}

struct Asked<'a> {
    moment: &'a Moment,
    event: &'a Value,
    zone: Option<Tz>,
}

/// A moment on the event's own clock, and in UTC.
type Clocks = (NaiveDateTime, NaiveDateTime);

impl Asked<'_> {
    fn predicate(&self, Predicate { name, operands, .. }: &Predicate) -> Option<bool> {
        let Word::Property(property) = &operands[0].value else { panic!("a property comes first in random filters") };
        let operands = &operands[1..];
        match property.as_str() {
            "size" | "size_low" | "size_high" => compared(self.size(property), name, operands),
            "arrests" | "detained" | "injuries" | "deaths" => compared(self.toll(property), name, operands),
            "start" | "end" | "when" => time(&self.event["when"], self.zone, property, name, operands),
            "recorded_at" | "created_at" => Some(told(&self.event[property.as_str()], name, operands)),
            "geometry" => {
                let points: Vec<(f64, f64)> = list(self.event, "places").iter().filter_map(point).collect();
                located(&points, name, operands)
            }
            "place_precision" => {
                let places = list(self.event, "places");
                let precisions: Vec<_> = places.iter().map(|place| text(&place["precision"])).collect();
                among(&precisions, name, operands)
            }
            // It is about the event as a whole, which always reports something or does not.
            "has" if name == "isnull" => Some(false),
            "has" => Some(is_one(&self.moment.values("has", self.event).concat(), name, operands)),
            "tactics" => among(&self.moment.values("tactic", self.event).concat(), name, operands),
            _ => among(&self.moment.values(property, self.event).concat(), name, operands),
        }
    }

    /// The fewest people that something happened to.
    fn toll(&self, property: &str) -> Option<f64> {
        let counts = &self.event["outcomes"][property];
        let sides = ["participants", "police", "others", "unspecified"].map(|side| &counts[side]["low"]);
        let lows = [&counts["low"]].into_iter().chain(sides).filter_map(Value::as_f64);
        lows.reduce(|all, low| all + low)
    }

    fn size(&self, property: &str) -> Option<f64> {
        let size = &self.event["size"];
        let number = |member: &str| size[member].as_f64();
        let (low, high, best) = (number("low"), number("high"), number("best"));
        let known = best.or(low).or(high);
        match property {
            "size" => known,
            "size_low" => known.map(|_| low.or(best).unwrap_or(0.0)),
            _ => known.map(|_| high.or(best.filter(|_| low.is_none())).unwrap_or(f64::INFINITY)),
        }
    }
}

/// Whether one of some values is what is asked for; nobody knows where there are none.
pub fn among(values: &[String], name: &str, operands: &[Operand]) -> Option<bool> {
    match name {
        "isnull" => Some(values.is_empty()),
        _ if values.is_empty() => None,
        _ => Some(is_one(values, name, operands)),
    }
}

fn is_one(values: &[String], name: &str, operands: &[Operand]) -> bool {
    let wanted = match &operands[0].value {
        Word::List(items) => items.iter().map(word).collect(),
        _ => vec![word(&operands[0])],
    };
    // Ids are like no pattern: slugs are.
    let is_id = |value: &String| value.len() == 36 && value.as_bytes()[8] == b'-';
    match name {
        "like" => values.iter().any(|value| !is_id(value) && is_like(&wanted[0], value)),
        "<>" => !values.contains(&wanted[0]),
        _ => values.iter().any(|value| wanted.contains(value)),
    }
}

/// How an instant stands to a timestamp.
pub fn told(own: &Value, name: &str, operands: &[Operand]) -> bool {
    let Word::Timestamp(instant) = &operands[0].value else { panic!("a timestamp") };
    holds(name, text_instant(own).cmp(&text_instant(&Value::from(instant.as_str()))))
}

/// How a date, or an end of it, stands to a time; `zone` is that of the question.
pub fn time(when: &Value, zone: Option<Tz>, property: &str, name: &str, operands: &[Operand]) -> Option<bool> {
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
    let Bounds { is_utc, from, to } = bounds(&operands[0], zone);
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

fn bounds(operand: &Operand, zone: Option<Tz>) -> Bounds {
    let of = |text: &str| {
        if text.ends_with('Z') {
            let instant = text_instant(&Value::from(text));
            return Bounds { is_utc: true, from: instant, to: instant };
        }
        let (from, to) = span(text);
        match zone {
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

/// Whether one of some points, of latitude and longitude, lies in a box.
pub fn located(points: &[(f64, f64)], name: &str, operands: &[Operand]) -> Option<bool> {
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

/// How a number stands to others.
pub fn compared(own: Option<f64>, name: &str, operands: &[Operand]) -> Option<bool> {
    if name == "isnull" {
        return Some(own.is_none());
    }
    let own = own?;
    let number = |operand: &Operand| if let Word::Number(number) = operand.value { number } else { panic!("a number") };
    Some(match name {
        "between" => (number(&operands[0])..=number(&operands[1])).contains(&own),
        _ => holds(name, own.total_cmp(&number(&operands[0]))),
    })
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
