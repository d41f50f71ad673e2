//! What a question means, by its words: an evaluation that knows nothing but the documents the API gives.

use std::cmp::Ordering;
use std::collections::HashMap;

use serde_json::Value;

use super::client::Client;
use super::http::{Answer, send};
use super::oracle_cql2::filter_matches;
use super::oracle_dates::{text_instant, time_matches};
use super::world::World;

/// Parameters with their values.
pub type Filters = Vec<(&'static str, String)>;

/// Filters that are lists and look at an event as a whole.
pub const OF_EVENTS: [&str; 11] =
    ["id", "type", "category", "tactic", "status", "verification", "campaign", "issue", "source", "has", "linked_to"];
/// Those that look at one participation.
const OF_ACTORS: [&str; 4] = ["actor", "actor_within", "actor_kind", "role"];
/// Those that look at one place.
const OF_PLACES: [&str; 3] = ["location", "country", "admin1"];

/// Places by how exactly they are known, the least exact first.
const PRECISIONS: [&str; 7] = ["country", "admin1", "admin2", "locality", "neighbourhood", "venue", "point"];

/// What the API gave a reader at one operation.
pub struct Moment {
    pub seq: i64,
    pub events: Vec<Value>,
    /// What the reader shows; nothing where anybody may be told the same.
    authorization: Option<String>,
    actors: HashMap<String, Value>,
    sources: HashMap<String, Value>,
}

impl Moment {
    /// Everything that anybody may read at one operation.
    pub fn read(world: &World, seq: i64) -> Self {
        Self::of(world, None, seq)
    }

    /// Everything that a client may read at one operation.
    pub fn read_by(client: &Client, world: &World, seq: i64) -> Self {
        Self::of(world, Some(client.authorization().to_owned()), seq)
    }

    fn of(world: &World, authorization: Option<String>, seq: i64) -> Self {
        let mut moment =
            Self { seq, events: vec![], authorization, actors: HashMap::default(), sources: HashMap::default() };
        let all = |moment: &Self, resource: &str| {
            let whole = moment.ask(world.base(), &format!("/v1/{resource}&limit=500&as_of={seq}"), &[]).ok();
            assert_eq!(whole["page"]["next"], Value::Null, "one page holds all there is");
            list(&whole, "data")
        };
        let by_id = |members: Vec<Value>| members.into_iter().map(|member| (text(&member["id"]), member)).collect();
        moment.events = all(&moment, "events?include=evidence,links,translations");
        moment.actors = by_id(all(&moment, "actors?count=exact"));
        moment.sources = by_id(all(&moment, "sources?count=exact"));
        moment
    }

    /// Asks a server something as the same reader.
    pub fn ask(&self, base: &str, target: &str, headers: &[(&str, &str)]) -> Answer {
        let shown = self.authorization.iter().map(|key| ("authorization", key.as_str()));
        let headers: Vec<_> = headers.iter().copied().chain(shown).collect();
        send(base, "GET", target, &headers)
    }

    /// The events that match, in the order of `sort`; those that documents tell no order of stand in any.
    pub fn answer(&self, filters: &Filters, sort: &str) -> Vec<&Value> {
        let mut events: Vec<&Value> = self.events.iter().filter(|event| self.matches(event, filters)).collect();
        events.sort_by(|a, b| order(sort, a, b));
        events
    }

    /// Whether an event matches.
    pub fn matches(&self, event: &Value, filters: &Filters) -> bool {
        let filter = |name: &str| filters.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        OF_EVENTS.iter().all(|name| Terms::of(filter(name)).accept(&self.values(name, event)[0]))
            && self.of_one(&OF_ACTORS, event, &filter, &[])
            && self.of_one(&OF_PLACES, event, &filter, &places_that_are(event, &filter))
            && size_matches(&event["size"], filter("size_min"), filter("size_max"))
            && filter("external_id").is_none_or(|wanted| external_ids(event).iter().any(|id| id == wanted))
            && filter("recorded_since").is_none_or(|since| is_recorded_since(event, since))
            && time_matches(&event["when"], &filter)
            && filter("filter").is_none_or(|text| filter_matches(self, event, text, &filter))
            && filter("q").is_none_or(|asked| self.has_words(event, asked))
    }

    /// What a filter that is a list looks at: the values of each participation or place, or of the event as a whole.
    pub fn values(&self, name: &str, event: &Value) -> Vec<Vec<String>> {
        if OF_ACTORS.contains(&name) {
            return list(event, "actors").iter().map(|part| self.of_actor(name, part)).collect();
        }
        if OF_PLACES.contains(&name) {
            return list(event, "places").iter().map(|place| of_place(name, &place["location"])).collect();
        }
        vec![match name {
            "tactic" => texts(event, "tactics", ""),
            "issue" => texts(event, "issues", ""),
            "campaign" => [texts(event, "campaigns", "/id"), texts(event, "campaigns", "/slug")].concat(),
            "source" => {
                let ids = texts(event, "sources", "/id");
                ids.iter().flat_map(|id| [id.clone(), text(&self.sources[id]["slug"])]).collect()
            }
            "linked_to" => texts(event, "links", "/event/id"),
            "has" => reported(event),
            _ => vec![text(&event[name])],
        }]
    }

    /// An actor that an event names.
    pub fn actor(&self, id: &Value) -> &Value {
        &self.actors[id.as_str().expect("an id")]
    }

    fn of_actor(&self, name: &str, part: &Value) -> Vec<String> {
        let actor = &part["actor"];
        match name {
            "actor" => vec![text(&actor["id"]), text(&actor["slug"])],
            "actor_within" => {
                let above = |actor: &&Value| self.actors.get(actor["parent_id"].as_str()?);
                let line = std::iter::successors(self.actors.get(&text(&actor["id"])), above);
                line.flat_map(|actor| [text(&actor["id"]), text(&actor["slug"])]).collect()
            }
            "actor_kind" => vec![text(&actor["kind"])],
            _ => vec![text(&part["role"])],
        }
    }

    /// Whether no participation or place is excluded by any filter, and one meets all that want something.
    fn of_one<'a>(
        &self,
        names: &[&str],
        event: &Value,
        filter: &impl Fn(&str) -> Option<&'a str>,
        more: &[Vec<bool>],
    ) -> bool {
        let filters: Vec<(Terms, Vec<Vec<String>>)> =
            names.iter().map(|name| (Terms::of(filter(name)), self.values(name, event))).collect();
        let none_is_excluded = filters.iter().all(|(terms, items)| !items.iter().any(|item| terms.exclude(item)));
        let nothing_is_wanted = more.is_empty() && filters.iter().all(|(terms, _)| terms.any.is_empty());
        none_is_excluded && (nothing_is_wanted || self.meeting(names, event, filter, more).contains(&true))
    }

    /// Which participations or places meet all filters that want something.
    fn meeting<'a>(
        &self,
        names: &[&str],
        event: &Value,
        filter: &impl Fn(&str) -> Option<&'a str>,
        more: &[Vec<bool>],
    ) -> Vec<bool> {
        let filters: Vec<(Terms, Vec<Vec<String>>)> =
            names.iter().map(|name| (Terms::of(filter(name)), self.values(name, event))).collect();
        let meets = |item: usize| {
            filters.iter().all(|(terms, items)| terms.want(&items[item])) && more.iter().all(|meets| meets[item])
        };
        (0..filters[0].1.len()).map(meets).collect()
    }

    /// Metres from `near` to the nearest place that meets all filters of places, within a hundredth.
    pub fn distance(&self, event: &Value, filters: &Filters) -> f64 {
        let filter = |name: &str| filters.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        let center: Vec<f64> =
            filter("near").expect("a point").split(',').map(|side| side.parse().expect("a number")).collect();
        let meeting = self.meeting(&OF_PLACES, event, &filter, &places_that_are(event, &filter));
        let places = list(event, "places").into_iter().zip(meeting).filter(|(_, meets)| *meets);
        let points = places.filter_map(|(place, _)| point(&place));
        points.map(|to| on_a_sphere((center[0], center[1]), to)).fold(f64::INFINITY, f64::min)
    }
}

/// How two events stand in an order: by its value, else by when they were created, the nearest to their number that a
/// document holds.
pub fn order(sort: &str, a: &Value, b: &Value) -> Ordering {
    let key = |event: &Value| match sort.trim_start_matches('-') {
        "recorded" => event["seq"].as_i64(),
        "size" => ["best", "low", "high"].iter().find_map(|name| event["size"][name].as_i64()),
        _ => Some(&event["when"]["start"])
            .filter(|start| start.is_object())
            .map(|start| text_instant(&start["earliest"]).and_utc().timestamp_micros()),
    };
    let turned = |order: Ordering| if sort.starts_with('-') { order.reverse() } else { order };
    let by_key = match (key(a), key(b)) {
        (Some(a), Some(b)) => turned(a.cmp(&b)),
        (a, b) => b.is_some().cmp(&a.is_some()),
    };
    by_key.then_with(|| turned(text_instant(&a["created_at"]).cmp(&text_instant(&b["created_at"]))))
}

/// The ids of an event at other collections, as `scheme:id`.
pub fn external_ids(event: &Value) -> Vec<String> {
    let written = |external: &Value| format!("{}:{}", text(&external["scheme"]), text(&external["id"]));
    list(event, "external_ids").iter().map(written).collect()
}

pub fn list(value: &Value, name: &str) -> Vec<Value> {
    value[name].as_array().unwrap_or_else(|| panic!("`{name}` is a list")).clone()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn texts(event: &Value, name: &str, pointer: &str) -> Vec<String> {
    list(event, name).iter().map(|item| text(item.pointer(pointer).expect("a member"))).collect()
}

fn of_place(name: &str, location: &Value) -> Vec<String> {
    match name {
        "location" => {
            let line = list(location, "path").into_iter().chain([location.clone()]);
            line.flat_map(|step| [text(&step["id"]), text(&step["slug"])]).collect()
        }
        _ => location[name].as_str().map(str::to_owned).into_iter().collect(),
    }
}

/// Latitude and longitude of a place, if it has a point.
pub fn point(place: &Value) -> Option<(f64, f64)> {
    Some((place["point"]["lat"].as_f64()?, place["point"]["lon"].as_f64()?))
}

/// For each filter of places that is no list, which of them meet it.
fn places_that_are<'a>(event: &Value, filter: &impl Fn(&str) -> Option<&'a str>) -> Vec<Vec<bool>> {
    let places = list(event, "places");
    let rank = |precision: &str| PRECISIONS.iter().position(|known| *known == precision).expect("a precision");
    let in_box = |place: &Value, sides: &[f64]| {
        let Some((lat, lon)) = point(place) else {
            return false;
        };
        let beyond =
            if sides[0] <= sides[2] { lon < sides[0] || lon > sides[2] } else { lon < sides[0] && lon > sides[2] };
        !beyond && lat >= sides[1] && lat <= sides[3]
    };
    let exact = filter("place_precision")
        .map(|least| places.iter().map(|place| rank(&text(&place["precision"])) >= rank(least)).collect());
    let inside = filter("bbox").map(|sides| {
        let sides: Vec<f64> = sides.split(',').map(|side| side.parse().expect("a number")).collect();
        places.iter().map(|place| in_box(place, &sides)).collect()
    });
    let near = filter("near").map(|center| {
        let degrees: Vec<f64> = center.split(',').map(|side| side.parse().expect("a number")).collect();
        let radius = filter("radius_m").map_or(f64::INFINITY, |metres| metres.parse().expect("a number"));
        let is_near =
            |place: &Value| point(place).is_some_and(|to| on_a_sphere((degrees[0], degrees[1]), to) <= radius);
        places.iter().map(is_near).collect()
    });
    let within = filter("within").map(|wkt| {
        let rings = rectangles(wkt);
        let holds =
            |(lat, lon): (f64, f64), ring: &[f64; 4]| lon > ring[0] && lon < ring[2] && lat > ring[1] && lat < ring[3];
        let lies = |at: (f64, f64)| holds(at, &rings[0]) && !holds(at, &rings[1]);
        // Longitudes of polygons go on behind the antimeridian.
        let is_in = |place: &Value| point(place).is_some_and(|(lat, lon)| lies((lat, lon)) || lies((lat, lon + 360.0)));
        places.iter().map(is_in).collect()
    });
    exact.into_iter().chain(inside).chain(near).chain(within).collect()
}

/// Metres between two points given as latitude and longitude, within a hundredth.
pub fn on_a_sphere(a: (f64, f64), b: (f64, f64)) -> f64 {
    let upright = |(lat, lon): (f64, f64)| {
        let (lat, lon) = (lat.to_radians(), lon.to_radians());
        [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
    };
    let (a, b) = (upright(a), upright(b));
    let chord = a.iter().zip(&b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
    2.0 * 6_371_000.0 * (chord / 2.0).min(1.0).asin()
}

/// The sides of a rectangle and of its hole, as west, south, east and north.
fn rectangles(wkt: &str) -> Vec<[f64; 4]> {
    let ring = |text: &str| {
        let corners =
            text.split(',').map(|corner| corner.trim().split(' ').map(|n| n.parse().expect("a number")).collect());
        let corners: Vec<Vec<f64>> = corners.collect();
        [corners[0][0], corners[0][1], corners[2][0], corners[2][1]]
    };
    wkt.trim_start_matches("POLYGON((").trim_end_matches("))").split("),(").map(ring).collect()
}

/// Whether there may have been so many: a best number alone is both bounds, one that is not told is 0 below and nothing
/// above.
fn size_matches(size: &Value, min: Option<&str>, max: Option<&str>) -> bool {
    if min.or(max).is_none() {
        return true;
    }
    let number = |name: &str| size[name].as_u64();
    let (low, high) = match (number("low"), number("high"), number("best")) {
        (None, None, None) => return false,
        (None, None, Some(best)) => (best, best),
        (low, high, best) => (low.or(best).unwrap_or(0), high.unwrap_or(u64::MAX)),
    };
    let bound = |text: &str| text.parse::<u64>().expect("a number");
    min.is_none_or(|min| high >= bound(min)) && max.is_none_or(|max| low <= bound(max))
}

fn is_recorded_since(event: &Value, since: &str) -> bool {
    // Both are written in UTC to the same digit, so that a day stands before all its instants.
    text(&event["recorded_at"]).as_str() >= since
}

/// The codes of `has` that an event answers to.
fn reported(event: &Value) -> Vec<String> {
    let outcomes = &event["outcomes"];
    let somebody = |count: &Value| ["some", "number"].iter().any(|state| count["state"] == *state);
    let on_a_side = |groups: &Value| groups.as_object().is_some_and(|groups| groups.values().any(somebody));
    let filled = |value: &Value| match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => true,
    };
    let codes = [
        ("date", filled(&event["when"]["start"])),
        ("end", filled(&event["when"]["end"])),
        ("place", filled(&event["places"])),
        ("point", list(event, "places").iter().any(|place| filled(&place["point"]))),
        ("arrests", somebody(&outcomes["arrests"])),
        ("detained", somebody(&outcomes["detained"])),
        ("injuries", on_a_side(&outcomes["injuries"])),
        ("deaths", on_a_side(&outcomes["deaths"])),
        ("property_damage", filled(&outcomes["property_damage"])),
        ("external_id", filled(&event["external_ids"])),
    ];
    let members = [
        "size",
        "actors",
        "issues",
        "demands",
        "campaigns",
        "summary",
        "translations",
        "outcomes",
        "evidence",
        "links",
    ];
    let codes = codes.into_iter().chain(members.map(|name| (name, filled(&event[name]))));
    codes.filter(|(_, holds)| *holds).map(|(code, _)| code.to_owned()).collect()
}

/// `a,b,!c`: a or b, and not c.
struct Terms {
    any: Vec<String>,
    none: Vec<String>,
}

impl Terms {
    fn of(filter: Option<&str>) -> Self {
        let (none, any): (Vec<&str>, Vec<&str>) =
            filter.into_iter().flat_map(|text| text.split(',')).partition(|value| value.starts_with('!'));
        let owned = |values: Vec<&str>| values.iter().map(|value| value.trim_start_matches('!').to_owned()).collect();
        Self { any: owned(any), none: owned(none) }
    }

    fn want(&self, values: &[String]) -> bool {
        self.any.is_empty() || values.iter().any(|value| self.any.contains(value))
    }

    fn exclude(&self, values: &[String]) -> bool {
        values.iter().any(|value| self.none.contains(value))
    }

    fn accept(&self, values: &[String]) -> bool {
        self.want(values) && !self.exclude(values)
    }
}
