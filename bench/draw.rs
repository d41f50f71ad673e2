//! Random questions about what a dataset holds. Each is drawn around one event: most of its filters are true of that one,
//! so that most questions have answers, and what many events have is asked for often.

use chrono::{Days, NaiveDate};
use fastrand::Rng;
use marchline::domain::actor::ActorContent;
use marchline::domain::content::Content;
use marchline::domain::event::EventContent;
use marchline::domain::has::{Has, Reported};
use marchline::domain::instant::Instant;
use marchline::domain::place::LocationContent;
use marchline::index::State;
use marchline::store::connection::AnyConnection;
use marchline::store::log;
use uuid::Uuid;

use super::setup::Failure;

/// Events around which questions are drawn.
const EVENTS: usize = 4_000;
/// Operations that are read at one place of the log to find such events.
const NEIGHBOURS: i64 = 8;

/// How many filters a question has.
const FILTERS: [(usize, u32); 5] = [(0, 8), (1, 32), (2, 32), (3, 18), (4, 10)];

/// The filters, and how often each is drawn. `id` and `external_id` are left out: their answer is one event.
const NAMES: [(&str, u32); 22] = [
    ("window", 14),
    ("type", 12),
    ("location", 10),
    ("actor", 8),
    ("country", 6),
    ("actor_within", 6),
    ("issue", 6),
    ("bbox", 6),
    ("has", 6),
    ("category", 5),
    ("admin1", 5),
    ("source", 5),
    ("size", 5),
    ("status", 4),
    ("verification", 4),
    ("actor_kind", 4),
    ("role", 4),
    ("campaign", 4),
    ("tactic", 3),
    ("place_precision", 2),
    ("recorded_since", 2),
    ("linked_to", 1),
];

const SORTS: [(&str, u32); 6] =
    [("", 50), ("when", 15), ("-recorded", 10), ("recorded", 5), ("-size", 14), ("size", 6)];

/// An event as it was at one moment.
pub struct Known {
    pub id: Uuid,
    /// The operation that wrote it.
    pub seq: i64,
    pub recorded_at: Instant,
    pub content: EventContent,
}

/// What questions are drawn from.
pub struct World<'a> {
    state: &'a State,
    pub events: Vec<Known>,
}

/// A question that was drawn.
pub struct Drawn {
    /// Its filters, as a query string.
    pub filters: String,
    /// The same with its order.
    pub text: String,
    /// Its order; empty for the one that need not be asked for.
    pub sort: &'static str,
    /// The event that it was drawn around, which mostly is an answer.
    pub about: Uuid,
    /// The operation that wrote that event.
    pub since: i64,
}

impl<'a> World<'a> {
    /// Picks events all over the log.
    ///
    /// # Errors
    /// When the log cannot be read, or holds no event.
    pub fn pick(conn: &mut AnyConnection, state: &'a State, rng: &mut Rng) -> Result<Self, Failure> {
        let mut events = Vec::with_capacity(EVENTS);
        for _ in 0..EVENTS {
            let changes = log::changes(conn, rng.i64(0..state.head.seq.max(1)), NEIGHBOURS)?;
            events.extend(changes.into_iter().filter_map(|change| {
                let (_, document) = change.public?;
                let Content::Event(content) = &*document.content else { return None };
                let (id, seq, recorded_at) = (change.id, change.seq, change.recorded_at);
                Some(Known { id, seq, recorded_at, content: (**content).clone() })
            }));
            if events.len() >= EVENTS {
                break;
            }
        }
        if events.is_empty() { Err("there are no events to ask for".into()) } else { Ok(Self { state, events }) }
    }

    /// Any of its events.
    pub fn any(&self, rng: &mut Rng) -> &Known {
        &self.events[rng.usize(..self.events.len())]
    }

    /// Draws a question.
    pub fn draw(&self, rng: &mut Rng) -> Drawn {
        let about = self.any(rng);
        let wanted = weighted(rng, &FILTERS);
        let mut asked: Vec<(&str, String)> = Vec::new();
        let mut drawn: Vec<&str> = Vec::new();
        while drawn.len() < wanted {
            let name = weighted(rng, &NAMES);
            if drawn.contains(&name) {
                continue;
            }
            let event = if rng.u32(..100) < 80 { about } else { self.any(rng) };
            let filter = self.filter(rng, name, event);
            // Where the event has nothing of the kind, another filter is drawn.
            if !filter.is_empty() {
                drawn.push(name);
                asked.extend(filter);
            }
        }
        let sort = weighted(rng, &SORTS);
        let filters = joined(&asked);
        asked.extend((!sort.is_empty()).then(|| ("sort", sort.to_owned())));
        Drawn { text: joined(&asked), filters, sort, about: about.id, since: about.seq }
    }

    /// Draws a question of what every other server here can be asked too: types, countries and actors of which one is enough, a
    /// window between two instants, and the order of time.
    pub fn draw_plain(&self, rng: &mut Rng) -> String {
        let event = self.any(rng);
        let mut asked: Vec<(&str, String)> = Vec::new();
        for (name, percent) in [("type", 45), ("country", 35), ("actor", 25)] {
            if rng.u32(..100) < percent {
                asked.extend(self.values(rng, name, &event.content).map(|values| (name, values.join(","))));
            }
        }
        if let Some((from, to)) = (rng.u32(..100) < 45).then(|| days(rng, &event.content)).flatten() {
            asked.extend([("from", format!("{from}T00:00:00Z")), ("to", format!("{to}T23:59:59Z"))]);
        }
        asked.extend((rng.u32(..10) < 3).then(|| ("sort", "when".to_owned())));
        joined(&asked)
    }

    /// The parameters of one filter that is true of an event; an exclusion mostly is. None where the event has no such value.
    fn filter(&self, rng: &mut Rng, name: &'static str, event: &Known) -> Vec<(&'static str, String)> {
        let one = |value: Option<String>| value.map(|value| (name, value)).into_iter().collect();
        match name {
            "window" => window(rng, &event.content),
            "size" => size(rng, &event.content),
            "bbox" => one(self.around(rng, &event.content)),
            "place_precision" => one(event.content.places.first().map(|place| place.precision.code().to_owned())),
            "recorded_since" => one(Some(event.recorded_at.to_string())),
            _ => one(self.list(rng, name, &event.content)),
        }
    }

    /// One to three values, the first of them the event's; one list in eight excludes what another event has.
    fn list(&self, rng: &mut Rng, name: &str, event: &EventContent) -> Option<String> {
        let excludes = rng.u32(..8) == 0;
        let first = if excludes { &self.any(rng).content } else { event };
        let mark = if excludes { "!" } else { "" };
        let marked: Vec<String> = self.values(rng, name, first)?.iter().map(|value| format!("{mark}{value}")).collect();
        Some(marked.join(","))
    }

    /// One to three values, the first of them an event's.
    fn values(&self, rng: &mut Rng, name: &str, event: &EventContent) -> Option<Vec<String>> {
        let mut values = vec![self.value(rng, name, event)?];
        for _ in 1..weighted(rng, &[(1, 60), (2, 25), (3, 15)]) {
            let other = &self.any(rng).content;
            values.extend(self.value(rng, name, other));
        }
        values.sort_unstable();
        values.dedup();
        Some(values)
    }

    /// A value that an event has.
    fn value(&self, rng: &mut Rng, name: &str, event: &EventContent) -> Option<String> {
        let now = self.state.entities.at(self.state.head.seq);
        let slug = |id: Uuid| self.state.entities.get(id).map(|entity| entity.slug.clone());
        let actor = rng.choice(&event.actors).map(|part| (part.actor, part.role.code()));
        let place = rng.choice(&event.places).map(|place| place.location);
        let above = |id: Option<Uuid>| id.map(|id| now.line(id).collect::<Vec<_>>()).unwrap_or_default();
        let code = |code: &'static str| Some(code.to_owned());
        let of_place = |value: fn(&LocationContent) -> Option<&String>| {
            above(place).into_iter().find_map(|id| value(now.values::<LocationContent>(id)?.1).cloned())
        };
        match name {
            "type" => code(event.event_type.code()),
            "category" => code(event.event_type.category().code()),
            "tactic" => rng.choice(&event.tactics).and_then(|tactic| code(tactic.code())),
            "status" => code(event.status.code()),
            "verification" => code(event.verification.code()),
            "actor" => actor.and_then(|(id, _)| slug(id)),
            "actor_within" => rng.choice(above(actor.map(|(id, _)| id))).and_then(slug),
            "actor_kind" => code(now.values::<ActorContent>(actor?.0)?.1.kind.code()),
            "role" => code(actor?.1),
            "location" => rng.choice(above(place)).and_then(slug),
            "country" => of_place(|location| location.country.as_ref()),
            "admin1" => of_place(|location| location.admin1.as_ref()),
            "campaign" => rng.choice(&event.campaigns).and_then(|id| slug(*id)),
            "issue" => rng.choice(&event.issues).cloned(),
            "source" => rng.choice(&event.sources).and_then(|id| slug(*id)),
            "has" => {
                let reported = Reported::of(event);
                let all = Has::ALL.iter().filter(|has| reported.contains(**has));
                rng.choice(all.collect::<Vec<_>>()).and_then(|has| code(has.code()))
            }
            "linked_to" => rng.choice(&event.links).map(|link| link.event.to_string()),
            _ => None,
        }
    }

    /// A box around an event's place, from a town to a continent.
    fn around(&self, rng: &mut Rng, event: &EventContent) -> Option<String> {
        let place = event.places.first()?;
        let now = self.state.entities.at(self.state.head.seq);
        let point = place.point.or_else(|| now.point_of(place.location)).filter(|_| !place.precision.is_area())?;
        let (high, wide) = (spread(rng, 0.05, 20.0), spread(rng, 0.05, 40.0));
        let shift = rng.f64() - 0.5;
        let (lat, lon) = (point.lat + high * shift, point.lon + wide * shift);
        let (west, east) = ((lon - wide).max(-180.0), (lon + wide).min(180.0));
        let (south, north) = ((lat - high).max(-90.0), (lat + high).min(90.0));
        Some(format!("{west:.4},{south:.4},{east:.4},{north:.4}"))
    }
}

/// A window around an event's start, from a day to ten years; one in five is open to one side.
fn window(rng: &mut Rng, event: &EventContent) -> Vec<(&'static str, String)> {
    let Some((from, to)) = days(rng, event) else { return Vec::new() };
    let mut asked = Vec::new();
    let open = rng.u32(..10);
    // An instant in UTC in one of five, else dates of the events' own calendars.
    let (first, last) = if rng.u32(..5) == 0 { ("T00:00:00Z", "T23:59:59Z") } else { ("", "") };
    asked.extend((open != 0).then(|| ("from", format!("{from}{first}"))));
    asked.extend((open != 1).then(|| ("to", format!("{to}{last}"))));
    asked.extend((rng.u32(..4) == 0).then(|| ("overlap", "definite".to_owned())));
    if let Some(zone) = event.when.time_zone.as_ref().filter(|_| rng.u32(..10) == 0) {
        asked.push(("time_zone", zone.clone()));
    }
    asked
}

/// The first and the last day of a window around an event's start.
fn days(rng: &mut Rng, event: &EventContent) -> Option<(NaiveDate, NaiveDate)> {
    // The last day that it may mean: the first is that of the year 1 where only an end is known.
    let day: NaiveDate = event.when.start.as_ref()?.latest.to_datetime().date_naive();
    let days = spread(rng, 1.0, 3_650.0);
    let before = days * rng.f64();
    let from = day.checked_sub_days(whole(before)).unwrap_or(day);
    Some((from, day.checked_add_days(whole(days - before)).unwrap_or(day)))
}

fn size(rng: &mut Rng, event: &EventContent) -> Vec<(&'static str, String)> {
    let people = event.size.as_ref().and_then(|size| size.best.or(size.low).or(size.high));
    let Some(people) = people else { return Vec::new() };
    let (least, most) = (("size_min", (people / 2).to_string()), ("size_max", people.saturating_mul(2).to_string()));
    match rng.u32(..3) {
        0 => vec![least],
        1 => vec![most],
        _ => vec![least, most],
    }
}

/// A number between two, each order of magnitude as likely as another.
fn spread(rng: &mut Rng, low: f64, high: f64) -> f64 {
    low * (high / low).powf(rng.f64())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few thousand days at most")]
fn whole(days: f64) -> Days {
    Days::new(days.max(0.0) as u64)
}

fn joined(asked: &[(&str, String)]) -> String {
    let pairs: Vec<String> = asked.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// One of several, each as often as its weight says.
pub fn weighted<T: Copy>(rng: &mut Rng, among: &[(T, u32)]) -> T {
    let all: u32 = among.iter().map(|(_, weight)| weight).sum();
    let mut left = rng.u32(..all);
    for (value, weight) in among {
        if left < *weight {
            return *value;
        }
        left -= weight;
    }
    among[0].0
}
