//! What is counted of events, by the words of the guide: an evaluation that looks at one document after the other.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Duration, FixedOffset, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::oracle::{Filters, Moment};
use super::oracle_dates::time_matches;

/// Fields of which the values are counted, with the filter that each goes by.
pub const FIELDS: [(&str, &str); 19] = [
    ("type", "type"),
    ("category", "category"),
    ("tactic", "tactic"),
    ("status", "status"),
    ("verification", "verification"),
    ("actor", "actor"),
    ("actor_within", "actor_within"),
    ("actor_kind", "actor_kind"),
    ("role", "role"),
    ("location", "location"),
    ("admin2", "location"),
    ("locality", "location"),
    ("neighbourhood", "location"),
    ("venue", "location"),
    ("country", "country"),
    ("admin1", "admin1"),
    ("campaign", "campaign"),
    ("issue", "issue"),
    ("source", "source"),
];

/// The filter with this name.
fn value_of<'a>(filters: &'a Filters, name: &str) -> Option<&'a str> {
    filters.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
}

/// The same filters with another value of one, or without it.
fn with(filters: &Filters, name: &'static str, value: Option<String>) -> Filters {
    let others = filters.iter().filter(|(known, _)| *known != name).cloned();
    others.chain(value.map(|value| (name, value))).collect()
}

impl Moment {
    /// The events that have each value of a field; `own` for the filter by that field to be left out.
    fn by_value<'a>(
        &'a self,
        filters: &Filters,
        field: &str,
        own: bool,
    ) -> (Vec<&'a Value>, BTreeMap<String, BTreeSet<String>>) {
        let (_, filter) = FIELDS.iter().find(|(known, _)| *known == field).expect("a field");
        let base = if own { with(filters, filter, None) } else { filters.clone() };
        let events: Vec<&Value> = self.events.iter().filter(|event| self.matches(event, &base)).collect();
        let mut values: BTreeSet<String> =
            events.iter().flat_map(|event| self.values(filter, event)).flatten().collect();
        values.retain(|value| value.len() != 36);
        if field != *filter {
            let kinds = self.kinds_of_locations();
            values.retain(|slug| kinds.get(slug).is_some_and(|kind| kind == field));
        }
        let has = |value: &String| {
            let asked = with(filters, filter, Some(value.clone()));
            let having = events.iter().filter(|event| self.matches(event, &asked));
            having.map(|event| event["id"].to_string()).collect::<BTreeSet<_>>()
        };
        let by_value = values.iter().map(|value| (value.clone(), has(value))).filter(|(_, ids)| !ids.is_empty());
        let by_value = by_value.collect();
        (events, by_value)
    }

    fn kinds_of_locations(&self) -> BTreeMap<String, String> {
        let places = self.events.iter().flat_map(|event| event["places"].as_array().expect("a list"));
        let line = places.flat_map(|place| {
            let location = &place["location"];
            location["path"].as_array().expect("a list").iter().chain([location])
        });
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        line.map(|step| (text(&step["slug"]), text(&step["kind"]))).collect()
    }

    /// Holds the counts of one field against the events; `own` for the filter by that field to be left out.
    pub fn assert_facet(&self, filters: &Filters, facet: &Value, limit: usize, own: bool) {
        let field = facet["field"].as_str().expect("a field");
        let (events, by_value) = self.by_value(filters, field, own);
        let told = format!("{filters:?} {facet}");
        assert_eq!(facet["total"], events.len(), "{told}");
        assert_eq!(facet["distinct"], by_value.len(), "{told}");
        let given = facet["values"].as_array().expect("values");
        assert_eq!(given.len(), by_value.len().min(limit), "{told}");
        let mut shown = BTreeSet::new();
        for value in given {
            let name = value["value"].as_str().expect("a value");
            let having = by_value.get(name).unwrap_or_else(|| panic!("nobody has {name}: {told}"));
            assert_eq!(value["count"], having.len(), "{name}: {told}");
            shown.extend(having);
        }
        let counts: Vec<u64> = given.iter().map(|value| value["count"].as_u64().expect("a number")).collect();
        assert!(counts.is_sorted_by(|a, b| a >= b), "{told}");
        let names: Vec<&str> = given.iter().map(|value| value["value"].as_str().expect("a value")).collect();
        let least = counts.last().copied().unwrap_or(0);
        for (name, having) in by_value.iter().filter(|(name, _)| !names.contains(&name.as_str())) {
            assert!(having.len() as u64 <= least, "{name} is more frequent: {told}");
        }
        let all: BTreeSet<&String> = by_value.values().flatten().collect();
        assert_eq!(facet["other"], all.len() - shown.len(), "{told}");
        assert_eq!(facet["missing"], events.len() - all.len(), "{told}");
    }

    /// Holds buckets against the events.
    pub fn assert_histogram(&self, filters: &Filters, interval: &str, group_by: Option<&str>, answer: &Value) {
        let events: Vec<&Value> = self.events.iter().filter(|event| self.matches(event, filters)).collect();
        let told = format!("{filters:?} {interval} {group_by:?}");
        assert_eq!(answer["total"], events.len(), "{told}");
        let is_undated = |event: &&&Value| event["when"]["start"].is_null();
        assert_eq!(answer["undated"], events.iter().filter(is_undated).count(), "{told}");
        let zone = zone_of(filters);
        let buckets = answer["data"].as_array().expect("buckets");
        let starts: Vec<Start> = buckets.iter().map(|bucket| Start::read(&bucket["start"], zone)).collect();
        for pair in starts.windows(2) {
            assert_eq!(pair[0].end(interval), pair[1], "{told}: buckets follow one another");
        }
        let groups = group_by.map(|field| self.by_value(filters, field, false));
        for (bucket, start) in buckets.iter().zip(&starts) {
            let window = start.window(interval);
            let mut counted = counted(&events, &window);
            if let Some((events, by_value)) = &groups {
                counted["groups"] = groups_of(events, by_value, &window, &bucket["groups"]);
            }
            counted["start"] = bucket["start"].clone();
            assert_eq!(*bucket, counted, "{told}");
        }
        assert_reach(filters, &events, &starts, interval, buckets);
    }
}

/// The first and the last bucket are those that the window asks for; where it does not, those that some event reaches, and
/// none beyond.
fn assert_reach(filters: &Filters, events: &[&Value], starts: &[Start], interval: &str, buckets: &[Value]) {
    let told = format!("{filters:?} {interval} {buckets:?}");
    let is_dated = |event: &&&Value| !event["when"]["start"].is_null();
    let edges = [value_of(filters, "from"), value_of(filters, "to")];
    let Some((first, last)) = starts.first().zip(starts.last()) else {
        let is_told = edges.iter().all(Option::is_some) || events.iter().any(|event| is_dated(&event));
        assert!(!is_told, "no buckets: {told}");
        return;
    };
    let touches = |window: &Filters| {
        let filter = |name: &str| value_of(window, name);
        events.iter().filter(is_dated).any(|event| time_matches(&event["when"], &filter))
    };
    if edges[0].is_none() {
        let before = with(&first.window(interval), "to", None);
        assert!(touches(&before), "nothing from the first bucket on: {told}");
        assert!(edges[1].is_some() || buckets[0]["possible"] != 0, "nothing in the first bucket: {told}");
    }
    if edges[1].is_none() {
        assert!(
            edges[0].is_some() || buckets[buckets.len() - 1]["possible"] != 0,
            "nothing in the last bucket: {told}"
        );
    }
    for event in events.iter().filter(is_dated) {
        let when = &event["when"];
        let end = if when["end"].is_null() { &when["start"] } else { &when["end"] };
        let is_open = |value: &Value| {
            let text = value.as_str().expect("an instant");
            text.starts_with("0001-01-01T") || text.starts_with("9999-12-31T")
        };
        let lies = |side: &'static str, window: Filters| {
            let window = with(&window, if side == "from" { "to" } else { "from" }, None);
            time_matches(when, &|name: &str| value_of(&window, name))
        };
        // What begins before the first bucket is there only where the window asks for less than the dates.
        if edges[0].is_none() && !is_open(&when["start"]["earliest"]) {
            assert!(lies("from", first.window(interval)), "{when} {told}");
            assert!(!lies("to", first.before()), "{when} begins before the first bucket: {told}");
        }
        if edges[1].is_none() && !is_open(&end["latest"]) {
            let later = Start { ..last.end(interval) }.window(interval);
            assert!(!lies("from", later), "{when} ends behind the last bucket: {told}");
        }
    }
}

/// The zone of the buckets of a question.
fn zone_of(filters: &Filters) -> Option<Tz> {
    let edges = [value_of(filters, "from"), value_of(filters, "to")];
    let is_instant = edges.iter().flatten().any(|text| text.ends_with('Z'));
    value_of(filters, "time_zone").map(|name| name.parse().expect("a zone")).or(is_instant.then_some(Tz::UTC))
}

/// Where a bucket begins.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Start {
    zone: Option<Tz>,
    wall: NaiveDateTime,
    utc: DateTime<Utc>,
}

impl Start {
    fn read(text: &Value, zone: Option<Tz>) -> Self {
        let text = text.as_str().expect("a text");
        if zone.is_some() {
            let at: DateTime<FixedOffset> = text.parse().expect("a time with an offset");
            return Self { zone, wall: at.naive_local(), utc: at.to_utc() };
        }
        let midnight = || text.parse::<NaiveDate>().expect("a date").and_time(NaiveTime::MIN);
        let wall = text.parse().unwrap_or_else(|_| midnight());
        Self { zone, wall, utc: wall.and_utc() }
    }

    fn at(zone: Option<Tz>, wall: NaiveDateTime) -> Self {
        // No day begins within a change of the clock in the zones of these questions.
        let utc =
            zone.map_or_else(|| wall.and_utc(), |zone| zone.from_local_datetime(&wall).single().expect("one").to_utc());
        Self { zone, wall, utc }
    }

    /// Where the next one begins.
    fn end(&self, interval: &str) -> Self {
        let day = self.wall.date();
        let next = match interval {
            "hour" => {
                let utc = self.utc + Duration::hours(1);
                let wall = self.zone.map_or_else(|| utc.naive_utc(), |zone| utc.with_timezone(&zone).naive_local());
                return Self { zone: self.zone, wall, utc };
            }
            "day" => day + Duration::days(1),
            "week" => day - Duration::days(day.weekday().num_days_from_monday().into()) + Duration::days(7),
            "month" => day.with_day(1).expect("a day") + Months::new(1),
            _ => NaiveDate::from_ymd_opt(day.year() + 1, 1, 1).expect("a day"),
        };
        Self::at(self.zone, next.and_time(NaiveTime::MIN))
    }

    /// The bucket as a window that can be asked for.
    fn window(&self, interval: &str) -> Filters {
        let end = self.end(interval);
        if self.zone.is_some() {
            let last = end.utc - Duration::microseconds(1);
            let text = |at: DateTime<Utc>| at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
            return vec![("from", text(self.utc)), ("to", text(last))];
        }
        let text = |at: NaiveDateTime| at.format("%Y-%m-%dT%H:%M:%S").to_string();
        vec![("from", text(self.wall)), ("to", text(end.wall - Duration::seconds(1)))]
    }

    /// All that lies before it.
    fn before(&self) -> Filters {
        let text = match self.zone {
            Some(_) => (self.utc - Duration::microseconds(1)).format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string(),
            None => (self.wall - Duration::seconds(1)).format("%Y-%m-%dT%H:%M:%S").to_string(),
        };
        vec![("to", text)]
    }
}

/// What is to be counted of events in a window.
fn counted(events: &[&Value], window: &Filters) -> Value {
    let touching = |overlap: &str| -> Vec<&Value> {
        let asked = with(window, "overlap", Some(overlap.to_owned()));
        let filter = |name: &str| value_of(&asked, name);
        let dated = events.iter().copied().filter(|event| !event["when"]["start"].is_null());
        dated.filter(|event| time_matches(&event["when"], &filter)).collect()
    };
    let (sure, perhaps) = (touching("definite"), touching("possible"));
    let bounds = |event: &&Value| {
        let number = |name: &str| event["size"][name].as_i64();
        match (number("low"), number("high"), number("best")) {
            (None, None, best) => best.map(|best| (best, Some(best))),
            (low, None, _) => low.map(|low| (low, None)),
            (low, high, best) => Some((low.or(best).unwrap_or(0), high)),
        }
    };
    let sum = |numbers: Vec<i64>| (!numbers.is_empty()).then(|| numbers.iter().sum::<i64>());
    let told: Vec<(i64, Option<i64>)> = perhaps.iter().filter_map(bounds).collect();
    json!({
        "definite": sure.len(),
        "possible": perhaps.len(),
        "size": {
            "low": sum(sure.iter().filter_map(bounds).map(|(low, _)| low).collect()),
            "high": sum(told.iter().filter_map(|(_, high)| *high).collect()),
            "open_high": told.iter().filter(|(_, high)| high.is_none()).count(),
            "unknown": perhaps.len() - told.len(),
        },
    })
}

/// The groups of a bucket: in the order in which they were given, since that is one of all buckets together.
fn groups_of(
    events: &[&Value],
    by_value: &BTreeMap<String, BTreeSet<String>>,
    window: &Filters,
    given: &Value,
) -> Value {
    let id = |event: &Value| event["id"].to_string();
    let any: BTreeSet<&String> = by_value.values().flatten().collect();
    let of = |name: Option<&String>| {
        let is_in = |event: &&&Value| match name {
            Some(name) => by_value[name].contains(&id(event)),
            None => !any.contains(&id(event)),
        };
        let members: Vec<&Value> = events.iter().filter(is_in).copied().collect();
        let mut group = counted(&members, window);
        group["value"] = json!(name);
        group
    };
    let all = by_value.keys().map(Some).chain([None]).map(of).filter(|group| group["possible"] != 0);
    let mut all: BTreeMap<String, Value> = all.map(|group| (group["value"].to_string(), group)).collect();
    let given = given.as_array().expect("groups");
    let ordered: Vec<Value> = given
        .iter()
        .map(|given| {
            let mut group = all.remove(&given["value"].to_string()).unwrap_or_else(|| panic!("nobody has {given}"));
            group["name"] = given["name"].clone();
            group
        })
        .collect();
    assert!(all.is_empty(), "groups are missing: {all:?}");
    ordered.into()
}
