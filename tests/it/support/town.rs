//! A small dataset: a union that rallies on a square of a town.

use marchline::domain::resource::Resource;
use serde_json::{Value, json};
use uuid::Uuid;

use super::world::{World, event};

/// The id of the rally on the square.
pub const RALLY: &str = "019c1159-7000-7000-8000-000000000a01";
/// The id of a vigil that names nothing but its source.
pub const VIGIL: &str = "019c1159-7000-7000-8000-000000000a02";

/// A location below another one.
pub fn location(slug: &str, kind: &str, parent: Option<&str>, more: Value) -> Value {
    let mut document = json!({"slug": slug, "name": slug, "kind": kind, "parent_id": parent});
    for (name, value) in more.as_object().expect("members") {
        document[name] = value.clone();
    }
    document
}

/// The rally, with more members.
pub fn rally(more: Value) -> Value {
    let mut document = event(
        "A rally on the square",
        json!({
            "id": RALLY, "when": {"start": {"edtf": "2026-03-14T18:00:00"}}, "places": [{"location": {"id": "square"}}],
            "actors": [{"actor": {"id": "union"}, "role": "organizer"}], "campaigns": [{"id": "spring"}],
        }),
    );
    for (name, value) in more.as_object().expect("members") {
        document[name] = value.clone();
    }
    document
}

impl World {
    /// Puts a country with a state, a town and a square, a union, a campaign and a source; no event.
    pub fn with_town(self) -> Self {
        let world = self.with_source();
        let locations = [
            location("land", "country", None, json!({"country": "US", "point": {"lat": 40.0, "lon": -100.0}})),
            location(
                "state",
                "admin1",
                Some("land"),
                json!({"admin1": "US-CA", "point": {"lat": 37.0, "lon": -120.0}}),
            ),
            location("town", "locality", Some("state"), json!({"time_zone": "America/Los_Angeles"})),
            location("square", "venue", Some("town"), json!({"point": {"lat": 34.05, "lon": -118.25}})),
        ];
        for document in locations {
            world.put(Resource::Location, document);
        }
        world
            .put(Resource::Actor, json!({"slug": "union", "name": "Old Union", "kind": "union", "aliases": ["Unión"]}));
        world.put(Resource::Campaign, json!({"slug": "spring", "name": "Spring", "aliases": ["Primavera"]}));
        world
    }

    /// The same with the rally and the vigil.
    pub fn with_rally(self) -> Self {
        let world = self.with_town();
        world.put(Resource::Event, rally(json!({})));
        world.put(Resource::Event, event("A vigil", json!({"id": VIGIL, "type": "vigil"})));
        world
    }

    /// The newest operation.
    pub fn seq(&self) -> i64 {
        self.node.index.head().seq
    }
}

/// An id, parsed.
pub fn id(text: &str) -> Uuid {
    text.parse().expect("a UUID")
}
