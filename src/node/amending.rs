//! Events as our own tables have them. These do not carry all of an event, and what they leave out stays.

use serde_json::Value;
use uuid::Uuid;

use super::apply::Step;
use super::operation::{Done, Refusal};
use crate::domain::content::Content;
use crate::domain::input::Fault;
use crate::domain::input_form::input_form;
use crate::domain::place::LocationContent;
use crate::domain::resource::{Reference, Resource};
use crate::domain::vocabulary::PlacePrecision;
use crate::index::entities::Moment;
use crate::store::error::StoreError;

/// What a table does not carry.
const LEFT_OUT: [&str; 4] = ["translations", "evidence", "links", "privacy"];

impl Step<'_> {
    /// Makes an event equal to a document in all that a table carries; creates it where there is none.
    pub(super) fn amend(&mut self, document: &Value, is_under_policy: bool) -> Result<Done, Refusal> {
        let mut document = document.clone();
        let id = document["id"].as_str().and_then(|id| id.parse().ok());
        let stored = id.map(|id| self.last_form(id)).transpose()?.flatten().unwrap_or_default();
        if is_under_policy && stored["privacy"].is_null() {
            let detail = "A privacy policy holds for the event, which a table does not carry and which it does not have here: \
                as an export of lines (`ndjson`) it can be taken over whole.";
            let fault = Fault { pointer: "/privacy".to_owned(), code: "not_carried", detail: detail.to_owned() };
            return Err(Refusal::Invalid(vec![fault]));
        }
        if let Some(members) = document.as_object_mut() {
            for name in LEFT_OUT {
                members.insert(name.to_owned(), stored[name].clone());
            }
            if members.get("outcomes").is_some_and(Value::is_null) && says_nothing(&stored["outcomes"]) {
                members.insert("outcomes".to_owned(), stored["outcomes"].clone());
            }
        }
        let names = self.state.entities.at(self.state.head.seq);
        for (position, place) in document["places"].as_array_mut().into_iter().flatten().enumerate() {
            leave_to_location(place, &stored["places"][position], names);
        }
        self.put_openly(Resource::Event, &document)
    }

    /// An event as it stands, or stood when it ceased, in the form in which it is read.
    pub(super) fn last_form(&mut self, event: Uuid) -> Result<Option<Value>, StoreError> {
        match self.last_values(Resource::Event, event)? {
            Some(content) if matches!(*content, Content::Event(_)) => Ok(Some(input_form(&content, event, None)?)),
            _ => Ok(None),
        }
    }
}

/// Takes out of a place what readers are given of its location: all of it where the event has the place already, and else a point
/// that is the location's.
fn leave_to_location(place: &mut Value, stored: &Value, names: Moment<'_>) {
    let reference = place["location"]["id"].as_str().and_then(|text| Reference::parse(Resource::Location, text));
    let Some(location) = reference.and_then(|reference| names.find(Resource::Location, &reference)) else {
        return;
    };
    let point = names.point_of(location).map(|point| (point.lat, point.lon));
    let radius = names.values::<LocationContent>(location).and_then(|(_, location)| location.radius_m);
    let (own_point, own_radius) = (point_in(stored), stored["radius_m"].as_f64());
    let is_area = precision_in(stored).is_some_and(PlacePrecision::is_area);
    let given_point = own_point.or(point).filter(|_| !is_area);
    let given_radius = own_radius.or(radius.filter(|_| own_point.is_none()));
    let is_same = stored["location"]["id"] == location.to_string()
        && ["role", "precision"].iter().all(|name| place[name] == stored[name])
        && (point_in(place), place["radius_m"].as_f64()) == (given_point, given_radius);
    if is_same {
        *place = stored.clone();
        return;
    }
    let is_spot = precision_in(place) == Some(PlacePrecision::Point);
    if !is_spot && point.is_some() && point_in(place) == point {
        place["point"] = Value::Null;
        if place["radius_m"].as_f64() == radius {
            place["radius_m"] = Value::Null;
        }
    }
}

fn point_in(place: &Value) -> Option<(f64, f64)> {
    place["point"]["lat"].as_f64().zip(place["point"]["lon"].as_f64())
}

fn precision_in(place: &Value) -> Option<PlacePrecision> {
    place["precision"].as_str().and_then(PlacePrecision::parse)
}

/// Whether no member of a value, however deep, says anything.
fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().all(says_nothing),
        Value::Object(members) => members.values().all(says_nothing),
        _ => false,
    }
}
