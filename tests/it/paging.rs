//! Pages that fit together whatever is written meanwhile, and filters against an evaluation of their own words.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use marchline::domain::resource::Resource;
use serde_json::{Value, json};

use crate::support::on_both_databases;
use crate::support::random::{Generator, ISSUES, Random, ZONES};
use crate::support::world::{World, event};

const SORTS: [&str; 4] = ["when", "-when", "recorded", "-recorded"];
const PARTS: &str = "include=evidence,links,translations";

fn items(list: &Value) -> &Vec<Value> {
    list["data"].as_array().expect("a list")
}

/// Walks a list from `target` to its end while `meanwhile` happens between the pages, and back to its beginning. Returns
/// the operation it was computed at and what was met on both ways.
fn walk(
    world: &World,
    target: &str,
    random: &mut Random,
    mut meanwhile: impl FnMut(&World),
) -> (i64, Vec<Value>, Vec<Value>, u64) {
    let first = world.get(&format!("{target}&limit={}", random.between(1, 9))).ok();
    let (seq, total) = (first["query"]["as_of"].as_i64().expect("a number"), first["page"]["total"].clone());
    let step = |world: &World, random: &mut Random, cursor: &Value| {
        let cursor = cursor.as_str().expect("a cursor");
        let page = world.get(&format!("{target}&limit={}&cursor={cursor}", random.between(1, 9))).ok();
        assert_eq!(page["query"]["as_of"], seq);
        assert_eq!(page["page"]["total"], total);
        assert!(!items(&page).is_empty(), "an empty page behind a cursor");
        page
    };
    assert_eq!(first["page"]["previous"], Value::Null);
    let mut forward = items(&first).clone();
    let mut page = first;
    while !page["page"]["next"].is_null() {
        meanwhile(world);
        page = step(world, random, &page["page"]["next"]);
        forward.extend(items(&page).iter().cloned());
    }
    let mut backward: Vec<Value> = items(&page).iter().rev().cloned().collect();
    while !page["page"]["previous"].is_null() {
        meanwhile(world);
        page = step(world, random, &page["page"]["previous"]);
        backward.extend(items(&page).iter().rev().cloned());
    }
    backward.reverse();
    (seq, forward, backward, total.as_u64().expect("a total"))
}

on_both_databases! {
    fn pages_hold_each_event_of_their_moment_once(world: World) {
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 40);
        for sort in SORTS {
            let target = format!("/v1/events?sort={sort}&{PARTS}");
            let mut random = generator.random.fork();
            let (seq, forward, backward, total) = walk(&world, &target, &mut random, |world| generator.live(world, 1));
            let whole = world.get(&format!("{target}&limit=500&as_of={seq}")).ok();
            assert!(world.node.index.head().seq > seq, "nothing was written between the pages");
            assert_eq!(whole["page"]["total"], total);
            assert_eq!(&forward, items(&whole), "sort={sort}");
            assert_eq!(&backward, items(&whole), "sort={sort}, backwards");
            assert_in_order(items(&whole), sort);
        }
    }

    fn pages_of_a_filtered_list_at_an_earlier_moment_fit_together(world: World) {
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 30);
        let then = world.node.index.head().seq;
        generator.live(&world, 20);
        let target = format!("/v1/events?category=demonstration,policing&as_of={then}");
        let whole = world.get(&format!("{target}&limit=500")).ok();
        let mut random = generator.random.fork();
        let (seq, forward, backward, _) = walk(&world, &target, &mut random, |world| generator.live(world, 1));
        assert_eq!(seq, then);
        assert_eq!((&forward, &backward), (items(&whole), items(&whole)));
    }

    fn pages_of_actors_hold_each_actor_of_their_moment_once(world: World) {
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 10);
        let mut random = generator.random.fork();
        let mut number = 100;
        let (seq, forward, backward, total) = walk(&world, "/v1/actors?kind=!press", &mut random, |world| {
            generator.live(world, 1);
            number -= 7;
            let actor = json!({"slug": format!("actor-{number}-late"), "name": "Late", "kind": "union"});
            world.put(Resource::Actor, actor);
        });
        let whole = world.get(&format!("/v1/actors?kind=!press&limit=500&as_of={seq}")).ok();
        assert_eq!((total, whole["page"]["total"].as_u64()), (8, Some(8)));
        assert_eq!((&forward, &backward), (items(&whole), items(&whole)));
        let slugs: Vec<&str> = forward.iter().filter_map(|actor| actor["slug"].as_str()).collect();
        assert!(slugs.is_sorted(), "{slugs:?}");
    }

    fn a_read_at_a_moment_is_the_same_for_ever(world: World) {
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 15);
        generator.live(&world, 15);
        let seq = world.node.index.head().seq;
        let newest = world.get("/v1/events?sort=-recorded&limit=6").ok();
        let mut targets: Vec<String> = ["events", "actors", "locations", "sources", "campaigns", "timelines"]
            .map(|resource| format!("/v1/{resource}?limit=500&as_of={seq}")).into();
        targets.push(format!("/v1?as_of={seq}"));
        targets.push(format!("/v1/actors/actor-0?as_of={seq}"));
        targets.push(format!("/v1/locations/country-0?as_of={seq}"));
        for event in items(&newest) {
            let id = event["id"].as_str().expect("an id");
            targets.push(format!("/v1/events/{id}?as_of={seq}&{PARTS}"));
            targets.push(format!("/v1/events/{id}/revisions?as_of={seq}"));
            targets.push(format!("/v1/events/{id}/links?depth=3&as_of={seq}"));
        }
        let before: Vec<_> = targets.iter().map(|target| world.get(target)).collect();
        generator.live(&world, 40);
        let mut changed = Vec::new();
        for (target, before) in targets.iter().zip(before) {
            let after = world.get(target);
            if (after.status, &after.body, after.header("etag")) != (before.status, &before.body, before.header("etag")) {
                changed.push(format!("{target}\nwas {}\nis  {}", before.body, after.body));
            }
        }
        assert!(changed.is_empty(), "{}", changed.join("\n"));
    }

    fn filters_mean_what_their_words_say(world: World) {
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 70);
        let mut moments = vec![world.node.index.head().seq];
        for _ in 0..2 {
            generator.live(&world, 25);
            moments.push(world.node.index.head().seq);
        }
        let moments: Vec<Moment> = moments.into_iter().map(|seq| Moment::read(&world, seq)).collect();
        let mut met = 0;
        for number in 0..150 {
            let moment = &moments[number % moments.len()];
            let filters = random_filters(&mut generator);
            let query: Vec<String> = filters.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let query = query.join("&");
            let sort = *generator.random.pick(&SORTS);
            let list = world.get(&format!("/v1/events?{query}&sort={sort}&limit=500&as_of={}", moment.seq)).ok();
            let ids = |events: &[&Value]| {
                let mut ids: Vec<String> = events.iter().map(|event| event["id"].to_string()).collect();
                ids.sort_unstable();
                ids
            };
            let expected: Vec<&Value> = moment.events.iter().filter(|event| moment.matches(event, &filters)).collect();
            let answered: Vec<&Value> = items(&list).iter().collect();
            assert_eq!(ids(&answered), ids(&expected), "{query} as_of={}", moment.seq);
            assert_eq!(list["page"]["total"], expected.len(), "{query}");
            assert_in_order(items(&list), sort);
            met += usize::from(!expected.is_empty() && expected.len() < moment.events.len());
        }
        assert!(met > 40, "only {met} queries told events apart");
    }

    fn an_exclusion_lets_pass_what_reports_nothing(world: World) {
        let world = world.with_source();
        world.put(Resource::Actor, json!({"slug": "police", "name": "Police", "kind": "police"}));
        world.put(Resource::Event, event("bare", json!({})));
        let actors = json!([{"actor": {"id": "police"}, "role": "target"}]);
        world.put(Resource::Event, event("full", json!({"actors": actors, "issues": ["labour"]})));
        for query in ["actor=!police", "role=!target", "issue=!labour", "actor_within=!police", "actor=!police&issue=!labour"] {
            let list = world.get(&format!("/v1/events?{query}")).ok();
            assert_eq!(list["data"][0]["title"], "bare", "{query}");
            assert_eq!(list["page"]["total"], 1, "{query}");
        }
    }
}

/// The order, as far as documents tell it: ties go by a number that they do not hold.
fn assert_in_order(events: &[Value], sort: &str) {
    let backward = sort.starts_with('-');
    let fits = |a: &Value, b: &Value| match sort.trim_start_matches('-') {
        "recorded" => (a["seq"].as_i64() <= b["seq"].as_i64()) ^ backward || a["seq"] == b["seq"],
        _ => match (a["when"]["start"]["earliest"].as_str(), b["when"]["start"]["earliest"].as_str()) {
            (Some(a), Some(b)) => (a < b) ^ backward || a == b,
            (a, b) => a.is_some() || b.is_none(),
        },
    };
    for pair in events.windows(2) {
        assert!(fits(&pair[0], &pair[1]), "sort={sort}: {} before {}", pair[0]["when"], pair[1]["when"]);
    }
}

type Filters = Vec<(&'static str, String)>;

/// Two to four filters, lists with exclusions among them.
fn random_filters(generator: &mut Generator) -> Filters {
    let names = [
        "type",
        "category",
        "status",
        "actor",
        "actor_within",
        "role",
        "location",
        "country",
        "admin1",
        "campaign",
        "issue",
        "window",
        "bbox",
    ];
    let wanted = generator.random.between(2, 4);
    let mut chosen: Vec<&str> = Vec::new();
    while chosen.len() < wanted {
        // Windows are half of what can go wrong.
        let name = if generator.random.chance(25) { "window" } else { *generator.random.pick(&names) };
        if !chosen.contains(&name) {
            chosen.push(name);
        }
    }
    let mut filters = Vec::new();
    for name in chosen {
        match name {
            "type" => {
                list(generator, &mut filters, "type", &["rally", "march", "strike", "clash", "raid", "statement"]);
            }
            "category" => list(
                generator,
                &mut filters,
                "category",
                &["demonstration", "policing", "policy", "enforcement", "statement"],
            ),
            "status" => list(generator, &mut filters, "status", &["planned", "happened", "ongoing", "cancelled"]),
            "role" => list(generator, &mut filters, "role", &["target", "organizer", "participant"]),
            "country" => list(generator, &mut filters, "country", &["US", "DE", "IN", "FR"]),
            "admin1" => list(generator, &mut filters, "admin1", &["US-0A", "US-1A", "DE-0A", "IN-1A"]),
            "issue" => list(generator, &mut filters, "issue", &ISSUES),
            "actor" => slugs(generator, &mut filters, "actor"),
            "actor_within" => slugs(generator, &mut filters, "actor_within"),
            "location" => slugs(generator, &mut filters, "location"),
            "campaign" => slugs(generator, &mut filters, "campaign"),
            "window" => window(&mut generator.random, &mut filters),
            _ => {
                let mut side = |range: usize| i32::try_from(generator.random.below(range)).expect("a small number");
                let (a, b, west, east) = (side(180) - 90, side(180) - 90, side(359) - 179, side(359) - 179);
                filters.push(("bbox", format!("{west}.5,{},{east},{}", a.min(b), a.max(b))));
            }
        }
    }
    filters
}

fn list(generator: &mut Generator, filters: &mut Filters, name: &'static str, values: &[&str]) {
    let mut chosen = generator.random.some(values, 2);
    chosen.push(*generator.random.pick(values));
    let sign = |value: &&str| format!("{}{value}", if generator.random.chance(30) { "!" } else { "" });
    let written: Vec<String> = chosen.iter().map(sign).collect();
    filters.push((name, written.join(",")));
}

fn slugs(generator: &mut Generator, filters: &mut Filters, name: &'static str) {
    let all = match name {
        "location" => generator.locations.clone(),
        "campaign" => generator.campaigns.clone(),
        _ => generator.actors.clone(),
    };
    list(generator, filters, name, &all.iter().map(String::as_str).collect::<Vec<_>>());
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

/// What the API gave at one operation, and what the words of a query mean for it.
struct Moment {
    seq: i64,
    events: Vec<Value>,
    /// Parents of actors, by slug.
    parents: HashMap<String, String>,
}

impl Moment {
    fn read(world: &World, seq: i64) -> Self {
        let all = |resource: &str| items(&world.get(&format!("/v1/{resource}?limit=500&as_of={seq}")).ok()).clone();
        let actors = all("actors");
        let slug_of = |id: &Value| actors.iter().find(|actor| actor["id"] == *id).map(|actor| text(&actor["slug"]));
        let parent = |actor: &Value| Some((text(&actor["slug"]), slug_of(&actor["parent_id"])?));
        let parents = actors.iter().filter_map(parent).collect();
        Self { seq, events: all("events"), parents }
    }

    fn matches(&self, event: &Value, filters: &Filters) -> bool {
        let filter = |name: &str| filters.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        let single = |name: &str| Terms::of(filter(name)).accept(&[text(&event[name])]);
        let each = |name: &str, values: Vec<String>| Terms::of(filter(name)).accept(&values);
        let list = |name: &str| event[name].as_array().expect("a list").clone();
        single("type")
            && single("category")
            && single("status")
            && each("issue", list("issues").iter().map(text).collect())
            && each("campaign", list("campaigns").iter().map(|campaign| text(&campaign["slug"])).collect())
            && self.actors_match(&list("actors"), &filter)
            && places_match(&list("places"), &filter)
            && time_matches(&event["when"], &filter)
    }

    fn line(&self, actor: &str) -> Vec<String> {
        let mut line = vec![actor.to_owned()];
        while let Some(parent) = self.parents.get(line.last().expect("one at least")) {
            line.push(parent.clone());
        }
        line
    }

    fn actors_match<'a>(&self, actors: &[Value], filter: &impl Fn(&str) -> Option<&'a str>) -> bool {
        let terms = ["actor", "actor_within", "role"].map(|name| Terms::of(filter(name)));
        let values = |part: &Value| {
            let slug = text(&part["actor"]["slug"]);
            [vec![slug.clone()], self.line(&slug), vec![text(&part["role"])]]
        };
        of_one(actors, &terms, values, None)
    }
}

/// Whether no item is excluded by any terms, and one item meets all terms that want something.
fn of_one<const N: usize>(
    items: &[Value],
    terms: &[Terms; N],
    values: impl Fn(&Value) -> [Vec<String>; N],
    more: Option<&dyn Fn(&Value) -> bool>,
) -> bool {
    let all = |item: &Value, test: &dyn Fn(&Terms, &[String]) -> bool| {
        terms.iter().zip(values(item)).all(|(terms, values)| test(terms, &values))
    };
    let passes = |item: &Value| all(item, &|terms, values| !terms.exclude(values));
    let meets = |item: &Value| all(item, &|terms, values| terms.want(values)) && more.is_none_or(|more| more(item));
    let nothing_wanted = more.is_none() && terms.iter().all(|terms| terms.any.is_empty());
    items.iter().all(passes) && (nothing_wanted || items.iter().any(meets))
}

fn places_match<'a>(places: &[Value], filter: &impl Fn(&str) -> Option<&'a str>) -> bool {
    let terms = ["location", "country", "admin1"].map(|name| Terms::of(filter(name)));
    let values = |place: &Value| {
        let location = &place["location"];
        let above = location["path"].as_array().expect("a list").iter().map(|step| text(&step["slug"]));
        let line: Vec<String> = above.chain([text(&location["slug"])]).collect();
        let code = |name: &str| location[name].as_str().map(str::to_owned).into_iter().collect();
        [line, code("country"), code("admin1")]
    };
    let bbox: Option<Vec<f64>> =
        filter("bbox").map(|text| text.split(',').map(|side| side.parse().expect("a number")).collect());
    let inside = bbox.map(|bbox| {
        move |place: &Value| {
            let (Some(lat), Some(lon)) = (place["point"]["lat"].as_f64(), place["point"]["lon"].as_f64()) else {
                return false;
            };
            let beyond =
                if bbox[0] <= bbox[2] { lon < bbox[0] || lon > bbox[2] } else { lon < bbox[0] && lon > bbox[2] };
            !beyond && lat >= bbox[1] && lat <= bbox[3]
        }
    });
    of_one(places, &terms, values, inside.as_ref().map(|inside| inside as &dyn Fn(&Value) -> bool))
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
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

/// First and last microsecond, on a wall clock.
type Wall = (NaiveDateTime, NaiveDateTime);

/// *Possible* is start.earliest ≤ to and end.latest ≥ from, *definite* start.latest ≤ to and end.earliest ≥ from; a
/// qualified date is definite only when the window holds the next coarser unit.
fn time_matches<'a>(when: &Value, filter: &impl Fn(&str) -> Option<&'a str>) -> bool {
    let zone: Option<Tz> = filter("time_zone").map(|name| name.parse().expect("a zone"));
    let definite = filter("overlap") == Some("definite");
    let edges = [("from", filter("from")), ("to", filter("to"))];
    if edges.iter().all(|(_, text)| text.is_none()) {
        return true;
    }
    if when["start"].is_null() {
        return false;
    }
    let end = if when["end"].is_null() { &when["start"] } else { &when["end"] };
    let own: Option<Tz> = when["time_zone"].as_str().map(|name| name.parse().expect("a zone"));
    edges.iter().all(|(side, text)| {
        let Some(text) = text else {
            return true;
        };
        let is_from = *side == "from";
        let date = if is_from { end } else { &when["start"] };
        // In UTC, from the bounds; or on the event's own wall clock, from the words of its date.
        let (edge, bounds, sure) = if text.ends_with('Z') || zone.is_some() {
            let edge = match text.parse::<DateTime<Utc>>() {
                Ok(instant) => (instant.naive_utc(), instant.naive_utc()),
                Err(_) => in_utc(span(text), zone),
            };
            let bound = |name: &str| text_instant(&date[name]);
            (edge, (bound("earliest"), bound("latest")), coarser(date).map(|unit| in_utc(unit, own)))
        } else {
            (span(text), local(date, own), coarser(date))
        };
        let sure = sure.unwrap_or(bounds);
        match (is_from, definite) {
            (true, false) => bounds.1 >= edge.0,
            (true, true) => sure.0 >= edge.0,
            (false, false) => bounds.0 <= edge.1,
            (false, true) => sure.1 <= edge.1,
        }
    })
}

fn text_instant(value: &Value) -> NaiveDateTime {
    value.as_str().expect("an instant").parse::<DateTime<Utc>>().expect("an instant").naive_utc()
}

/// A stretch of a zone's wall clock in UTC; without a zone, wherever on earth it may be.
fn in_utc((first, last): Wall, zone: Option<Tz>) -> Wall {
    match zone {
        None => (first - Duration::hours(14), last + Duration::hours(12)),
        Some(zone) => {
            // No unit begins or ends within a change of the clock in these zones.
            let utc =
                |local: NaiveDateTime| zone.from_local_datetime(&local).single().expect("one instant").naive_utc();
            (utc(first), utc(last))
        }
    }
}

/// The unit that a date with `?`, `~` or `%` may lie anywhere in.
fn coarser(date: &Value) -> Option<Wall> {
    let edtf = date["edtf"].as_str().expect("a date");
    let plain = edtf.strip_suffix(['?', '~', '%'])?;
    // A day gives its month, a month its year.
    Some(span(plain.rsplit_once('-').expect("a day or a month").0))
}

/// What a date of an event means on its own wall clock.
fn local(date: &Value, zone: Option<Tz>) -> Wall {
    let edtf = date["edtf"].as_str().expect("a date").trim_end_matches(['?', '~', '%']);
    if let Ok(instant) = edtf.parse::<DateTime<chrono::FixedOffset>>() {
        let wall = zone.map_or_else(|| instant.naive_local(), |zone| instant.with_timezone(&zone).naive_local());
        return (wall, wall + Duration::microseconds(999_999));
    }
    match edtf.strip_prefix('[').and_then(|set| set.strip_suffix(']')).and_then(|set| set.split_once("..")) {
        Some((first, last)) => {
            let end_of_time = span("9999");
            let first = if first.is_empty() { span("0001").0 } else { span(first).0 };
            (first, if last.is_empty() { end_of_time.1 } else { span(last).1 })
        }
        None => span(edtf),
    }
}

/// A year, month, day or local second.
fn span(text: &str) -> Wall {
    let tick = Duration::microseconds(1);
    if let Ok(second) = text.parse::<NaiveDateTime>() {
        return (second, second + Duration::seconds(1) - tick);
    }
    let number = |part: Option<&str>| part.map(|digits| digits.parse::<u32>().expect("digits"));
    let mut parts = text.split('-');
    let year: i32 = parts.next().and_then(|digits| digits.parse().ok()).unwrap_or_else(|| panic!("a date: {text}"));
    let (month, day) = (number(parts.next()), number(parts.next()));
    let first = NaiveDate::from_ymd_opt(year, month.unwrap_or(1), day.unwrap_or(1)).expect("a day");
    let next = match (month, day) {
        (_, Some(_)) => first + Duration::days(1),
        (Some(12) | None, None) => NaiveDate::from_ymd_opt(year + 1, 1, 1).expect("a day"),
        (Some(_), None) => first.with_month(first.month() + 1).expect("a month"),
    };
    (first.and_time(NaiveTime::MIN), next.and_time(NaiveTime::MIN) - tick)
}
