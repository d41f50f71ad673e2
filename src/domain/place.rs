//! Locations, and the places of an event.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::catalog::Catalog;
use super::input::{Fault, Input, MAX_NAME, Object, Reading};
use super::references;
use super::resource::Resource;
use super::shared::{ExternalId, external_ids, own_parent, time_zone};
use super::vocabulary::{LocationKind, PlacePrecision, PlaceRole};

/// A position on the WGS 84 ellipsoid.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Point {
    /// Latitude in degrees, −90 to 90.
    #[schema(example = 34.0407, minimum = -90, maximum = 90)]
    pub lat: f64,
    /// Longitude in degrees, −180 to 180.
    #[schema(example = -118.2468, minimum = -180, maximum = 180)]
    pub lon: f64,
}

impl Point {
    fn read(o: &Object<'_>) -> Option<Self> {
        let lat = o.required("lat").and_then(|i| i.number(-90.0, 90.0));
        let lon = o.required("lon").and_then(|i| i.number(-180.0, 180.0));
        Some(Self { lat: lat?, lon: lon? })
    }
}

/// The values of one version of a location.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the same fields, described for readers, are in `view::location::Location`")]
pub struct LocationContent {
    pub name: String,
    pub kind: LocationKind,
    pub parent: Option<Uuid>,
    pub country: Option<String>,
    pub admin1: Option<String>,
    pub point: Option<Point>,
    pub radius_m: Option<f64>,
    pub time_zone: Option<String>,
    pub external_ids: Vec<ExternalId>,
}

impl LocationContent {
    /// The point that stands for it on a map, if any: none for what is no finer than a first-level division.
    pub fn dot(&self) -> Option<Point> {
        dot(self.kind, self.point)
    }

    /// Reads a location from outside.
    ///
    /// # Errors
    /// Every fault of the document.
    pub fn read(document: &Value, id: Uuid, catalog: &dyn Catalog) -> Result<Self, Vec<Fault>> {
        Reading::document(document, catalog, |o| {
            let name = o.required("name").and_then(|i| i.text(MAX_NAME));
            let kind = o.required("kind").and_then(|i| i.code(LocationKind::parse, "kind of location"));
            let parent = own_parent(o, Resource::Location, id);
            if let (Some(kind), Some(above)) = (kind, parent.and_then(|parent| catalog.location(parent)))
                && above.kind >= kind
            {
                o.fault("parent_id", "wrong_level", format!("A {kind} cannot lie below a {}.", above.kind));
            }
            let below = catalog.location(id).and_then(|_| catalog.topmost_child(id));
            if let (Some(kind), Some(below)) = (kind, below.filter(|below| kind.is_some_and(|kind| *below <= kind))) {
                o.fault("kind", "wrong_level", format!("A {below} lies below it, and cannot lie below a {kind}."));
            }
            Some(Self {
                parent,
                country: o.optional("country").and_then(|i| matching(&i, is_country, "an ISO 3166-1 alpha-2 code")),
                admin1: o.optional("admin1").and_then(|i| matching(&i, is_admin1, "an ISO 3166-2 code")),
                point: o.optional("point").and_then(|i| i.object(Point::read)),
                radius_m: o.optional("radius_m").and_then(|i| i.number(0.0, MAX_RADIUS_M)),
                time_zone: time_zone(o).map(|zone| zone.name().to_owned()),
                external_ids: external_ids(o),
                name: name?,
                kind: kind?,
            })
        })
    }
}

/// The point that stands on a map for a location of a kind.
pub fn dot(kind: LocationKind, point: Option<Point>) -> Option<Point> {
    point.filter(|_| kind > LocationKind::Admin1)
}

/// Half of the Earth's circumference: no two points are farther apart.
const MAX_RADIUS_M: f64 = 20_037_508.0;

fn matching(input: &Input<'_>, test: fn(&str) -> bool, what: &str) -> Option<String> {
    let text = input.text(10)?;
    if !test(&text) {
        input.fault("invalid_code", format!("`{text}` is not {what}."));
        return None;
    }
    Some(text)
}

/// Whether the text has the form of an ISO 3166-1 alpha-2 code (`US`).
pub fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase())
}

/// Whether the text has the form of an ISO 3166-2 code (`US-CA`).
pub fn is_admin1(text: &str) -> bool {
    text.split_once('-').is_some_and(|(country, part)| {
        is_country(country)
            && (1..=3).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    })
}

/// One place of an event. `point` and `radius_m` are kept only where the event reports its own; otherwise a reader is
/// given the location's, as it stands at the moment read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the same fields, described for readers, are in `view::event::EventPlaceItem`")]
pub struct EventPlace {
    #[serde(with = "references::one")]
    pub location: Uuid,
    pub role: PlaceRole,
    pub point: Option<Point>,
    pub precision: PlacePrecision,
    pub radius_m: Option<f64>,
}

/// The precision that a location of this kind gives without more being said.
pub const fn precision_of(kind: LocationKind) -> PlacePrecision {
    match kind {
        LocationKind::Country => PlacePrecision::Country,
        LocationKind::Admin1 => PlacePrecision::Admin1,
        LocationKind::Admin2 => PlacePrecision::Admin2,
        LocationKind::Locality => PlacePrecision::Locality,
        LocationKind::Neighbourhood => PlacePrecision::Neighbourhood,
        LocationKind::Venue => PlacePrecision::Venue,
    }
}

/// Reads one of an event's `places`.
pub fn event_place(input: Input<'_>) -> Option<EventPlace> {
    input.object(|o| {
        let location = o.required("location").and_then(|i| i.named(Resource::Location));
        let role = o.optional("role").and_then(|i| i.code(PlaceRole::parse, "role of a place"));
        let point = o.optional("point").and_then(|i| i.object(Point::read));
        let given = o.optional("precision").map(|i| i.code(PlacePrecision::parse, "precision of a place"));
        let radius_m = o.optional("radius_m").and_then(|i| i.number(0.0, MAX_RADIUS_M));
        let location = location?;
        let by_kind = || o.catalog().location(location.id).map(|facts| precision_of(facts.kind));
        let precision = match (given, point) {
            (Some(given), _) => given,
            (None, Some(_)) => Some(PlacePrecision::Point),
            (None, None) => by_kind(),
        }?;
        if precision == PlacePrecision::Point && point.is_none() {
            o.fault("precision", "no_point", "The precision is `point`, but the event gives no point.");
        }
        Some(EventPlace { location: location.id, role: role.unwrap_or(PlaceRole::Site), point, precision, radius_m })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_countries_and_their_parts_have_the_iso_form() {
        assert!(is_country("US") && !is_country("us") && !is_country("USA"));
        assert!(is_admin1("US-CA") && is_admin1("FR-75C") && !is_admin1("US-") && !is_admin1("CA"));
    }
}
