//! What events lie between, by the words of the guide.

use chrono::{Datelike, NaiveDateTime};
use serde_json::{Value, json};

use super::oracle::{Filters, Moment};
use super::oracle_dates::text_instant;

impl Moment {
    /// Holds bounds against the events.
    pub fn assert_extent(&self, filters: &Filters, answer: &Value) {
        let events: Vec<&Value> = self.events.iter().filter(|event| self.matches(event, filters)).collect();
        let points = |event: &Value| -> Vec<(f64, f64)> {
            let places = event["places"].as_array().expect("a list").iter();
            let point = |place: &Value| Some((place["point"]["lon"].as_f64()?, place["point"]["lat"].as_f64()?));
            places.filter_map(point).collect()
        };
        let with_point = events.iter().filter(|event| !points(event).is_empty()).count();
        let all: Vec<(f64, f64)> = events.iter().flat_map(|event| points(event)).collect();
        let dates: Vec<&Value> =
            events.iter().map(|event| &event["when"]).filter(|when| !when["start"].is_null()).collect();
        let mut answer = answer.clone();
        answer.as_object_mut().expect("an object").remove("query");
        let expected = json!({
            "time": time_of(&dates),
            "bbox": box_of(&all, &answer["bbox"]),
            "total": events.len(),
            "dated": dates.len(),
            "undated": events.len() - dates.len(),
            "with_point": with_point,
            "without_point": events.len() - with_point,
        });
        assert_eq!(answer, expected, "{filters:?}");
    }
}

/// Bounds in time: where a date is open, its other bound stands for it.
fn time_of(dates: &[&Value]) -> Value {
    let told = |when: &&Value| {
        let end = if when["end"].is_null() { &when["start"] } else { &when["end"] };
        let [begin, begun, not_over, over] =
            [&when["start"]["earliest"], &when["start"]["latest"], &end["earliest"], &end["latest"]];
        let (is_open, is_endless) = (text_instant(begin).year() == 1, text_instant(over).year() == 9999);
        let first = if is_open { text_instant(begun).min(text_instant(over)) } else { text_instant(begin) };
        let last = if is_endless { text_instant(not_over).max(text_instant(begin)) } else { text_instant(over) };
        (first.min(last), last, is_open, is_endless)
    };
    let told: Vec<_> = dates.iter().map(told).collect();
    let written = |at: NaiveDateTime| at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
    match (told.iter().map(|told| told.0).min(), told.iter().map(|told| told.1).max()) {
        (Some(first), Some(last)) => json!({
            "earliest": written(first),
            "latest": written(last),
            "open_start": told.iter().filter(|told| told.2).count(),
            "open_end": told.iter().filter(|told| told.3).count(),
        }),
        _ => Value::Null,
    }
}

/// The smallest box around points: of all that begin at one of them and end at another, the narrowest that holds all. Where
/// `given` is as narrow, but for what is lost in reckoning, it is that one.
fn box_of(points: &[(f64, f64)], given: &Value) -> Value {
    let longitudes = || points.iter().map(|(lon, _)| *lon);
    let width = |west: f64, east: f64| if west <= east { east - west } else { east - west + 360.0 };
    let mut boxes: Vec<(f64, bool, f64, f64)> = Vec::new();
    for west in longitudes() {
        for east in longitudes() {
            let holds = |lon: f64| if west <= east { west <= lon && lon <= east } else { lon >= west || lon <= east };
            if longitudes().all(holds) {
                boxes.push((width(west, east), west > east, west, east));
            }
        }
    }
    let is_given = |(_, _, west, east): &(f64, bool, f64, f64)| given[0] == *west && given[2] == *east;
    let given = boxes.iter().find(|one| is_given(one)).copied();
    let narrowest = boxes.into_iter().reduce(|a, b| if (b.0, b.1) < (a.0, a.1) { b } else { a });
    let narrowest = narrowest.map(|narrowest| given.filter(|given| given.0 <= narrowest.0 + 1e-9).unwrap_or(narrowest));
    let latitudes = || points.iter().map(|(_, lat)| *lat);
    let (south, north) = (latitudes().fold(90.0, f64::min), latitudes().fold(-90.0, f64::max));
    narrowest.map_or(Value::Null, |(.., west, east)| json!([west, south, east, north]))
}
