//! Random questions about the events of a moment.

use chrono::{Duration, NaiveDate};
use marchline::domain::has::Has;
use marchline::domain::verification::Verification;
use marchline::domain::vocabulary::{ActorKind, ActorRole, Category, EventStatus, EventType, PlacePrecision};
use serde_json::Value;

use super::cql2_json::in_json;
use super::filters_cql2::random_expression;
use super::oracle::{Filters, Moment, external_ids, on_a_sphere};
use super::oracle_text::words;
use super::random::{ISSUES, Random, ZONES};

/// What a question is made of: parameters, and two groups of them.
const NAMES: [&str; 28] = [
    "id",
    "type",
    "category",
    "tactic",
    "status",
    "verification",
    "actor",
    "actor_within",
    "actor_kind",
    "role",
    "location",
    "country",
    "admin1",
    "place_precision",
    "campaign",
    "issue",
    "source",
    "has",
    "linked_to",
    "external_id",
    "recorded_since",
    "bbox",
    "near",
    "within",
    "q",
    "size",
    "window",
    "filter",
];

/// Two to six filters. Most questions are such that one event, picked at random, is an answer; the others are left to
/// chance, which mostly answers with nothing.
pub fn random_filters(random: &mut Random, moment: &Moment) -> Filters {
    let liked = random.chance(75).then(|| random.pick(&moment.events));
    let wanted = random.between(2, 6);
    let (mut filters, mut chosen) = (Filters::new(), Vec::new());
    while chosen.len() < wanted {
        // Windows are half of what can go wrong; `has` is twenty filters in one, and `filter` all of them.
        let name = match random.below(12) {
            0..2 => "window",
            2..4 => "has",
            4..6 => "filter",
            _ => *random.pick(&NAMES),
        };
        if chosen.contains(&name) {
            continue;
        }
        let mut more = filters.clone();
        add(random, moment, liked, name, &mut more);
        if liked.is_none_or(|event| moment.matches(event, &more)) {
            filters = more;
            chosen.push(name);
        }
    }
    filters
}

fn add(random: &mut Random, moment: &Moment, liked: Option<&Value>, name: &'static str, filters: &mut Filters) {
    let other = random.pick(&moment.events);
    let event = liked.filter(|_| random.chance(60)).unwrap_or(other);
    match name {
        "window" => window(random, filters),
        "size" => size(random, event, filters),
        "bbox" => {
            let mut side = |range: usize| i32::try_from(random.below(range)).expect("a small number");
            let (a, b, west, east) = (side(180) - 90, side(180) - 90, side(359) - 179, side(359) - 179);
            filters.push(("bbox", format!("{west}.5,{},{east},{}", a.min(b), a.max(b))));
        }
        "near" => near(random, moment, event, filters),
        "within" => {
            let mut side = |from: i32, to: usize| from + i32::try_from(random.below(to)).expect("a small number");
            let (west, south) = (side(-179, 200), side(-89, 120));
            let (east, north) = (side(west + 10, 140), side(south + 10, 50));
            let ring = |w: i32, s: i32, e: i32, n: i32| {
                format!("({w}.05 {s}.05,{e}.05 {s}.05,{e}.05 {n}.05,{w}.05 {n}.05,{w}.05 {s}.05)")
            };
            let hole = ring(west + 3, south + 3, west + 7, south + 7);
            filters.push((name, format!("POLYGON({},{hole})", ring(west, south, east.min(359), north.min(89)))));
        }
        "filter" => {
            let text = random_expression(random, moment, event, 3);
            if random.chance(40) {
                filters.extend([(name, in_json(&text)), ("filter_lang", "cql2-json".to_owned())]);
            } else {
                filters.push((name, text));
            }
        }
        "q" => filters.push((name, text(random, moment, event))),
        "place_precision" => filters.push((name, (*random.pick(PlacePrecision::CODES)).to_owned())),
        "external_id" => {
            let mut ids = external_ids(event);
            ids.push("test:nobody's".to_owned());
            filters.push((name, random.pick(&ids).clone()));
        }
        "recorded_since" => {
            let instant = event["recorded_at"].as_str().expect("an instant");
            let day = &instant[..10];
            filters.push((name, if random.chance(80) { instant } else { day }.to_owned()));
        }
        _ => list(random, moment, event, name, filters),
    }
}

/// A circle, mostly around a place of the event, that no place lies so near the edge of that a sphere and an ellipsoid differ.
fn near(random: &mut Random, moment: &Moment, event: &Value, filters: &mut Filters) {
    let point = |place: &Value| Some((place["point"]["lat"].as_f64()?, place["point"]["lon"].as_f64()?));
    let points = |event: &Value| -> Vec<(f64, f64)> {
        event["places"].as_array().expect("a list").iter().filter_map(point).collect()
    };
    let (lat, lon) = points(event).first().copied().unwrap_or((12.5, 179.5));
    filters.push(("near", format!("{lat},{lon}")));
    let metres = i32::try_from(random.between(1, 9_000)).expect("a small number") * 1_000;
    let is_clear = |to: (f64, f64)| !(0.99..1.01).contains(&(on_a_sphere((lat, lon), to) / f64::from(metres)));
    if moment.events.iter().flat_map(points).all(is_clear) {
        filters.push(("radius_m", metres.to_string()));
    }
}

/// One to three values: mostly of the event, the others of any event or of the list of codes.
fn list(random: &mut Random, moment: &Moment, event: &Value, name: &'static str, filters: &mut Filters) {
    let own: Vec<String> = moment.values(name, event).concat();
    let mut all: Vec<String> = moment.events.iter().flat_map(|event| moment.values(name, event)).flatten().collect();
    all.extend(codes(name).iter().map(|code| (*code).to_owned()));
    let mut values = Vec::new();
    for _ in 0..random.between(1, 3) {
        let values_of = if own.is_empty() || random.chance(40) { &all } else { &own };
        values.push(format!("{}{}", if random.chance(35) { "!" } else { "" }, random.pick(values_of)));
    }
    filters.push((name, values.join(",")));
}

/// Values that a filter takes, whether an event has them or not.
pub fn codes(name: &str) -> &'static [&'static str] {
    match name {
        "type" | "tactic" => EventType::CODES,
        "category" => Category::CODES,
        "status" => EventStatus::CODES,
        "verification" => Verification::CODES,
        "actor_kind" => ActorKind::CODES,
        "role" => ActorRole::CODES,
        "has" => Has::CODES,
        "country" => &["FR"],
        "admin1" => &["US-9Z"],
        "issue" => &ISSUES,
        "place_precision" => PlacePrecision::CODES,
        _ => &[],
    }
}

/// One to three words, phrases or beginnings of words, mostly of the event's own.
fn text(random: &mut Random, moment: &Moment, event: &Value) -> String {
    let mut parts = Vec::new();
    for _ in 0..random.between(1, 3) {
        let of = if random.chance(70) { event } else { random.pick(&moment.events) };
        let texts = moment.texts(of).concat();
        let words = words(&random.pick(&texts).0);
        let Some(at) = words.len().checked_sub(1).map(|last| random.between(0, last)) else {
            continue;
        };
        let word = &words[at];
        let beginning: String = word.chars().take(random.between(2, 4)).collect();
        let part = match random.below(6) {
            0 if beginning.chars().count() > 1 => format!("{beginning}*"),
            1 => format!("\"{}\"", words[at..(at + random.between(1, 3)).min(words.len())].join(" ")),
            2 => format!("{word}s"),
            3 => word.to_uppercase(),
            4 => (*random.pick(&["inmigrante", "march", "inmigracion", "-inmigrante", "se-puede"])).to_owned(),
            _ => word.clone(),
        };
        parts.push(if random.chance(25) && !part.starts_with('-') { format!("-{part}") } else { part });
    }
    if parts.is_empty() { "plaza".to_owned() } else { parts.join(" ") }
}

/// One bound or both, often just at a number of the event.
fn size(random: &mut Random, event: &Value, filters: &mut Filters) {
    let mut bound = || {
        let own = event["size"][*random.pick(&["low", "high", "best"])].as_u64().filter(|_| random.chance(80));
        let number = own.unwrap_or_else(|| u64::try_from(random.below(20_000)).expect("a number"));
        (number + 1).saturating_sub(u64::try_from(random.below(3)).expect("a number"))
    };
    let (a, b) = (bound(), bound());
    let which = random.below(3);
    if which != 0 {
        filters.push(("size_min", a.min(b).to_string()));
    }
    if which != 1 {
        filters.push(("size_max", a.max(b).to_string()));
    }
}

fn window(random: &mut Random, filters: &mut Filters) {
    let base = NaiveDate::from_ymd_opt(2025, 10, 1).expect("a day");
    let from = base + Duration::days(i64::try_from(random.below(100)).expect("a number"));
    let to = from + Duration::days(i64::try_from(random.below(60)).expect("a number"));
    let (mut lower, mut upper) = match random.below(4) {
        0 => (format!("{from}T04:30:00Z"), format!("{to}T23:15:00.000001Z")),
        1 => (from.format("%Y-%m").to_string(), to.format("%Y-%m").to_string()),
        2 => (format!("{from}T04:30:00Z"), format!("{}", to + Duration::days(2))),
        _ => (from.to_string(), to.to_string()),
    };
    let ends = random.below(5);
    if ends != 0 {
        filters.push(("from", std::mem::take(&mut lower)));
    }
    if ends != 1 {
        filters.push(("to", std::mem::take(&mut upper)));
    }
    if random.chance(40) {
        filters.push(("time_zone", (*random.pick(&ZONES)).to_owned()));
    }
    if random.chance(60) {
        filters.push(("overlap", (*random.pick(&["possible", "definite", "definite"])).to_owned()));
    }
}
