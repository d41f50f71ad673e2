//! Where it was: the tree of locations above a place, cut off where it is not known any closer.

use serde_json::{Value, json};

use super::countries::Country;
use crate::domain::input::MAX_NAME;
use crate::domain::place::{is_admin1, is_country};
use crate::domain::resource::{Resource, Slug};
use crate::domain::vocabulary::{LocationKind, PlacePrecision, PlaceRole};
use crate::import::entities::{Entities, KnownPlaces};
use crate::import::slugs::{normalised, slug, slug_with_digest};
use crate::import::states::State;
use crate::import::values::phrase;

/// What a record says of a place.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// The location's own slug, where the collection has one.
    pub slug: Option<String>,
    /// Its name, where it stands in no tree.
    pub name: Option<String>,
    /// Its kind, where it stands in no tree.
    pub kind: Option<LocationKind>,
    /// The country: an ISO code.
    pub country: Option<String>,
    /// The first-level division: a name, or an ISO code.
    pub admin1: Option<String>,
    /// The second-level division.
    pub admin2: Option<String>,
    /// The town.
    pub locality: Option<String>,
    /// The part of the town.
    pub neighbourhood: Option<String>,
    /// The spots; where a place is one, the first.
    pub venues: Vec<String>,
    /// Latitude and longitude.
    pub point: Option<(f64, f64)>,
    /// How closely it is known.
    pub precision: Option<PlacePrecision>,
    /// Metres around the point.
    pub radius_m: Option<f64>,
    /// What it was to the event.
    pub role: Option<PlaceRole>,
}

/// The places of an event that a record tells at once.
pub struct Placed {
    /// As the event has them.
    pub places: Vec<Value>,
    /// Their name for a title.
    pub label: String,
    /// Their zone, where that is sure.
    pub time_zone: Option<&'static str>,
    /// Why a point was left out.
    pub lost_point: Option<&'static str>,
}

/// The tree as far as it is built.
struct Tree<'a> {
    known: &'a KnownPlaces,
    entities: &'a mut Entities,
    country: Option<String>,
    admin1: Option<String>,
    above: Option<String>,
    /// The parts of slugs below.
    parts: Vec<String>,
    label: String,
    lowest: PlacePrecision,
}

/// A place, and the locations above it; `None` where nothing is said of it.
pub fn placed(told: &Told, known: &KnownPlaces, entities: &mut Entities) -> Option<Placed> {
    let mut tree = Tree {
        known,
        entities,
        country: None,
        admin1: None,
        above: None,
        parts: Vec::new(),
        label: String::new(),
        lowest: PlacePrecision::Country,
    };
    // The finest precision comes first.
    let reaches = |level: PlacePrecision| told.precision.is_none_or(|precision| precision <= level);
    let name =
        |text: &Option<String>| text.as_deref().map(|text| phrase(text, MAX_NAME)).filter(|name| !name.is_empty());
    let state = us_state(told);
    if let (Some(own), Some(name)) = (told.slug.as_deref().filter(|own| Slug::parse(own).is_some()), name(&told.name)) {
        tree.own(own, &name, told);
    } else {
        if let Some(country) = told.country.as_deref().filter(|code| is_country(code)) {
            tree.country(country);
        }
        if let Some(name) = name(&told.admin1).filter(|_| reaches(PlacePrecision::Admin1)) {
            tree.admin1(&name, state);
        }
        if let Some(name) = name(&told.admin2).filter(|_| reaches(PlacePrecision::Admin2)) {
            tree.admin2(&name);
        }
        if let Some(name) = name(&told.locality).filter(|_| reaches(PlacePrecision::Locality)) {
            tree.locality(&name);
        }
        if let Some(name) = name(&told.neighbourhood).filter(|_| reaches(PlacePrecision::Neighbourhood)) {
            tree.spot(&name, LocationKind::Neighbourhood, PlacePrecision::Neighbourhood);
        }
        if let Some(name) =
            name(&told.venues.first().cloned()).or_else(|| name(&told.name)).filter(|_| reaches(PlacePrecision::Venue))
        {
            tree.spot(&name, LocationKind::Venue, PlacePrecision::Venue);
        }
        if tree.above.is_none()
            && let Some((lat, lon)) = told.point.filter(|_| reaches(PlacePrecision::Venue))
        {
            tree.spot(&format!("{lat}, {lon}"), LocationKind::Venue, PlacePrecision::Venue);
        }
    }
    let location = tree.above?;
    let is_region = |precision| matches!(precision, PlacePrecision::Country | PlacePrecision::Admin1);
    let precision = match told.precision {
        Some(PlacePrecision::Point) if told.point.is_none() => tree.lowest,
        Some(precision) => precision,
        // Nobody says what a point beside a region is: that of its middle is no spot.
        None if told.point.is_some() && !is_region(tree.lowest) => PlacePrecision::Point,
        None => tree.lowest,
    };
    let point = told.point.filter(|_| !is_region(precision));
    let role = told.role.unwrap_or(PlaceRole::Site).code();
    let mut place = json!({"location": {"id": location}, "role": role, "precision": precision.code()});
    if let Some((lat, lon)) = point {
        place["point"] = json!({"lat": lat, "lon": lon});
        if let Some(radius) = told.radius_m {
            place["radius_m"] = radius.into();
        }
    }
    Some(Placed {
        places: vec![place],
        label: tree.label,
        time_zone: state.and_then(|state| state.time_zone_of(told.admin2.as_deref().unwrap_or_default())),
        lost_point: (told.point.is_some() && point.is_none())
            .then_some("A point that stands for a country or a first-level division is no spot."),
    })
}

/// The state or territory of the United States that is meant.
fn us_state(told: &Told) -> Option<&'static State> {
    let admin1 = told.admin1.as_deref().filter(|_| told.country.as_deref() == Some("US"))?;
    State::parse(admin1.strip_prefix("US-").unwrap_or(admin1))
}

impl Tree<'_> {
    /// A location that has a slug of its own.
    fn own(&mut self, own: &str, name: &str, told: &Told) {
        let kind = told.kind.unwrap_or(LocationKind::Venue);
        let country = told.country.as_deref().filter(|code| is_country(code));
        let admin1 = told.admin1.as_deref().filter(|code| is_admin1(code));
        self.entities.add(
            Resource::Location,
            own,
            || json!({"slug": own, "name": name, "kind": kind.code(), "country": country, "admin1": admin1}),
        );
        self.lowest = crate::domain::place::precision_of(kind);
        self.above = Some(own.to_owned());
        name.clone_into(&mut self.label);
    }

    fn country(&mut self, code: &str) {
        let name = Country::parse(code).map_or(code, |country| country.name);
        let own = code.to_lowercase();
        let slug = self.known.get(code).cloned().unwrap_or_else(|| own.clone());
        if !self.known.contains_key(code) {
            self.entities.add(
                Resource::Location,
                &slug,
                || json!({"slug": slug, "name": name, "kind": "country", "country": code}),
            );
        }
        self.country = Some(code.to_owned());
        self.parts.push(own);
        self.below(slug, name, PlacePrecision::Country);
    }

    fn admin1(&mut self, text: &str, state: Option<&'static State>) {
        let code = state.map(State::iso).or_else(|| is_admin1(text).then(|| text.to_owned()));
        let name = state.map_or(text, |state| state.name);
        let part = state.map_or(text, |state| state.code);
        self.admin1.clone_from(&code);
        self.parts.push(part.to_owned());
        let known = code.as_ref().and_then(|code| self.known.get(code));
        let slug = known.cloned().unwrap_or_else(|| slug(&self.parts.iter().map(String::as_str).collect::<Vec<_>>()));
        if known.is_none() {
            let (parent, country) = (&self.above, &self.country);
            self.entities.add(Resource::Location, &slug, || {
                json!({"slug": slug, "name": name, "kind": "admin1", "parent_id": parent, "country": country,
                    "admin1": code, "time_zone": state.and_then(State::time_zone)})
            });
        }
        self.below(slug, name, PlacePrecision::Admin1);
    }

    fn admin2(&mut self, name: &str) {
        let slug = self.with_digest(name, "county");
        self.add(slug, name, LocationKind::Admin2, PlacePrecision::Admin2);
    }

    /// A town. One right below a country may have the name of a division, so that its slug must tell them apart.
    fn locality(&mut self, name: &str) {
        let mut parts: Vec<&str> = self.parts.iter().map(String::as_str).collect();
        parts.push(name);
        let is_told_apart = self.lowest == PlacePrecision::Admin1 && self.parts.len() == 2;
        let slug = if is_told_apart { slug(&parts) } else { self.with_digest(name, "locality") };
        self.add(slug, name, LocationKind::Locality, PlacePrecision::Locality);
    }

    fn spot(&mut self, name: &str, kind: LocationKind, precision: PlacePrecision) {
        let above = self.above.clone().unwrap_or_default();
        let slug = slug_with_digest(&[&above, name], &format!("{above} / {}", normalised(name)));
        self.add(slug, name, kind, precision);
    }

    fn with_digest(&self, name: &str, what: &str) -> String {
        let mut parts: Vec<&str> = self.parts.iter().map(String::as_str).collect();
        parts.push(name);
        let above = self.above.as_deref().unwrap_or_default();
        slug_with_digest(&parts, &format!("{what} {above} {}", normalised(name)))
    }

    fn add(&mut self, slug: String, name: &str, kind: LocationKind, precision: PlacePrecision) {
        let (parent, country, admin1) = (&self.above, &self.country, &self.admin1);
        self.entities.add(Resource::Location, &slug, || {
            json!({"slug": slug, "name": name, "kind": kind.code(), "parent_id": parent, "country": country,
                "admin1": admin1})
        });
        self.below(slug, name, precision);
    }

    fn below(&mut self, slug: String, name: &str, precision: PlacePrecision) {
        self.above = Some(slug);
        self.lowest = precision;
        // "Austin, Texas", and no more than that.
        self.label = match self.label.split(", ").next() {
            Some(above) if !above.is_empty() && precision <= PlacePrecision::Locality => format!("{name}, {above}"),
            _ => name.to_owned(),
        };
    }
}
