//! What a record says of its places.

use serde_json::Value;

use super::build::Builder;
use super::places::{Told, placed};
use super::row::Row;
use super::spec::{Fields, Rule, column_of, field};
use super::us_towns;
use crate::domain::input::MAX_ITEMS;
use crate::domain::vocabulary::{LocationKind, PlacePrecision, PlaceRole};
use crate::import::slugs::normalised;
use crate::import::states::State;
use crate::import::values::number;

impl Builder<'_> {
    /// The places, the name of the first for a title, and its zone.
    pub fn places(&mut self) -> (Vec<Value>, String, Option<&'static str>) {
        let (mut places, mut label, mut zone) = (Vec::<Value>::new(), String::new(), None);
        for (each, row) in self.items(&self.mapping.places) {
            if each.is_fallback && !places.is_empty() {
                continue;
            }
            let told = self.told(&each.of, &row);
            let placed = match each.rule {
                Some(Rule::UsTowns) => Some(us_towns::placed(&told, self.known, self.entities)),
                _ => placed(&told, self.known, self.entities),
            };
            let Some(placed) = placed else { continue };
            if let Some(reason) = placed.lost_point {
                let column = column_of(&each.of, "lat", &row);
                self.reader.notes.lose(&column, reason);
            }
            if places.is_empty() {
                (label, zone) = (placed.label, placed.time_zone);
            }
            for place in placed.places {
                if places.len() < MAX_ITEMS && !places.contains(&place) {
                    places.push(place);
                }
            }
        }
        (places, label, zone)
    }

    fn told(&mut self, fields: &Fields, row: &Row<'_>) -> Told {
        let mut text = |name: &'static str| self.first("places", fields, name, row);
        let (kind, precision, role, radius) = (text("kind"), text("precision"), text("role"), text("radius_m"));
        let mut told = Told {
            slug: text("slug"),
            name: text("name"),
            country: text("country"),
            admin1: text("admin1"),
            admin2: text("admin2"),
            locality: text("locality"),
            neighbourhood: text("neighbourhood"),
            ..Told::default()
        };
        let found_in = text("found_in");
        told.venues = self.all("places", fields, "venue", row);
        if let Some(found_in) = found_in.filter(|found_in| is_elsewhere(&told, found_in)) {
            let column = column_of(fields, "found_in", row);
            let reason = "The geocoder found another state than the row names; its point and county are left aside.";
            self.reader.error(&column, &found_in, reason);
            told.admin2 = None;
        } else {
            let (lat, lon) = (self.degrees(fields, "lat", 90.0, row), self.degrees(fields, "lon", 180.0, row));
            // Nobody lives at 0, 0: it is how geocoders say that they found nothing.
            told.point = lat.zip(lon).filter(|point| *point != (0.0, 0.0));
        }
        told.radius_m = radius.and_then(|radius| radius.parse().ok()).filter(|radius: &f64| *radius >= 0.0);
        told.kind = self.code("places.kind", kind, LocationKind::parse);
        told.precision = self.code("places.precision", precision, PlacePrecision::parse);
        told.role = self.code("places.role", role, PlaceRole::parse);
        told
    }

    fn degrees(&mut self, fields: &Fields, name: &'static str, most: f64, row: &Row<'_>) -> Option<f64> {
        field(fields, name)?;
        let text = self.first("places", fields, name, row)?;
        // JSON may write a number with an exponent.
        let degrees = number(&text).or_else(|| text.parse().ok()).filter(|degrees: &f64| degrees.abs() <= most);
        if degrees.is_none() {
            let column = column_of(fields, name, row);
            self.reader.error(&column, &text, "Expected degrees; taken as not reported.");
        }
        degrees
    }
}

/// Whether a geocoder found a point in another first-level division than the record names. A state of the United States is known by its
/// letters and its name; what is no state says nothing.
fn is_elsewhere(told: &Told, found_in: &str) -> bool {
    let Some(admin1) = told.admin1.as_deref() else { return false };
    if told.country.as_deref() == Some("US") {
        return State::parse(admin1).zip(State::parse(found_in)).is_some_and(|(state, found)| state != found);
    }
    normalised(admin1) != normalised(found_in)
}
