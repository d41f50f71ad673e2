//! Events as linked data: `Event`s of schema.org. The context stands in the document, so that nobody has to fetch one. What
//! schema.org has no word for has one of our own.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::dates::{Plain, Unit, plain};
use super::markup::web_address;
use super::told::{Told, ToldPlace};
use super::{About, Writer, words};
use crate::domain::vocabulary::{ActorRole, EventStatus, PlacePrecision};
use crate::store::error::StoreError;

/// Media type of linked data.
pub const MEDIA_TYPE: &str = "application/ld+json";

/// Writes a list of events.
pub struct Graph {
    about: Arc<About>,
    given: u64,
    left_out: u64,
}

impl Graph {
    /// The graph of a list.
    pub const fn new(about: Arc<About>) -> Self {
        Self { about, given: 0, left_out: 0 }
    }

    fn node(&self, event: &Told) -> Option<Value> {
        let (start, end) = plain(event)?;
        let mut object = Map::new();
        let mut put = |name: &str, value: Value| {
            if !matches!(&value, Value::Null) && value.as_array().is_none_or(|items| !items.is_empty()) {
                object.insert(name.to_owned(), value);
            }
        };
        put("@id", json!(format!("urn:uuid:{}", event.id)));
        put("@type", json!("Event"));
        put("name", json!(event.title));
        put("description", json!(words::said(event).join("\n")));
        put("inLanguage", json!(event.language));
        put("startDate", json!(date(start)));
        put("endDate", json!(end.map(date)));
        put("eventStatus", json!(status(event.status)));
        put("location", event.places.iter().map(place).collect());
        let organizers = event.actors.iter().filter(|part| part.role == ActorRole::Organizer);
        put("organizer", organizers.map(|part| json!({"@type": "Organization", "name": part.actor.name})).collect());
        put("about", event.issues.iter().map(|issue| json!({"@type": "Thing", "name": words::plain(issue)})).collect());
        let types = std::iter::once(event.event_type).chain(event.tactics.iter().copied());
        put("keywords", types.map(|code| json!(words::plain(code.code()))).collect());
        let series = event.campaigns.iter().map(|campaign| json!({"@type": "EventSeries", "name": campaign.name}));
        put("superEvent", series.collect());
        let external = event.external_ids.iter();
        put(
            "identifier",
            external.map(|id| json!({"@type": "PropertyValue", "propertyID": id.scheme, "value": id.id})).collect(),
        );
        let source = event.sources.iter().map(|source| {
            let publisher = json!({"@type": "Organization", "name": source.publisher});
            let mut work = json!({"@type": "CreativeWork", "publisher": publisher});
            for (name, value) in [("name", &source.title), ("url", &source.url)] {
                if let Some(value) = value {
                    work[name] = json!(value);
                }
            }
            work
        });
        put("subjectOf", source.collect());
        put("url", json!(self.about.event_url(event.id)));
        put("dateModified", json!(event.recorded_at));
        put("marchline:status", json!(event.status));
        put("marchline:verification", json!(event.verification));
        put("marchline:start", json!(event.when.start.as_ref().map(|date| &date.edtf)));
        put("marchline:end", json!(event.when.end.as_ref().map(|date| &date.edtf)));
        put("marchline:approximate", json!(event.when.approximate));
        put("marchline:size", json!(event.size.as_ref().map(words::size)));
        Some(object.into())
    }
}

/// An ISO 8601 date. One that is not sure is given as the next coarser unit, of which it is; a year has none.
fn date(date: Plain) -> String {
    let Plain { first, unit, is_qualified, instant, .. } = date;
    match unit {
        Unit::Time(_) if is_qualified => first.to_string(),
        Unit::Time(clock) => instant.map_or_else(
            || first.and_time(clock).format("%Y-%m-%dT%H:%M:%S").to_string(),
            |instant| instant.to_datetime().format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        ),
        Unit::Day if !is_qualified => first.to_string(),
        Unit::Month if is_qualified => first.format("%Y").to_string(),
        Unit::Day | Unit::Month => first.format("%Y-%m").to_string(),
        Unit::Year => first.format("%Y").to_string(),
    }
}

/// What schema.org calls a status; nothing where it has no word for it.
const fn status(status: EventStatus) -> Option<&'static str> {
    match status {
        EventStatus::Planned | EventStatus::Happened | EventStatus::Ongoing => {
            Some("https://schema.org/EventScheduled")
        }
        EventStatus::Cancelled => Some("https://schema.org/EventCancelled"),
        EventStatus::Rescheduled => Some("https://schema.org/EventRescheduled"),
        EventStatus::Proposed | EventStatus::Unverified => None,
    }
}

/// A place as what it is known to be: the point of a town is one of a `City`, and of no spot in it.
fn place(place: &ToldPlace) -> Value {
    let kind = match place.precision {
        PlacePrecision::Point | PlacePrecision::Venue | PlacePrecision::Neighbourhood => "Place",
        PlacePrecision::Locality => "City",
        PlacePrecision::Admin2 => "AdministrativeArea",
        PlacePrecision::Admin1 => "State",
        PlacePrecision::Country => "Country",
    };
    let mut object = json!({"@type": kind, "name": words::place(place), "marchline:precision": place.precision});
    let mut address = Map::new();
    for (name, value) in [("addressCountry", &place.location.country), ("addressRegion", &place.location.admin1)] {
        if let Some(value) = value {
            address.insert(name.to_owned(), json!(value));
        }
    }
    if !address.is_empty() {
        address.insert("@type".to_owned(), json!("PostalAddress"));
        object["address"] = address.into();
    }
    if let Some(point) = place.point {
        let middle = json!({"@type": "GeoCoordinates", "latitude": point.lat, "longitude": point.lon});
        object["geo"] = match place.radius_m {
            Some(radius) => json!({"@type": "GeoCircle", "geoMidpoint": middle, "geoRadius": radius}),
            None => middle,
        };
    }
    object
}

impl Writer for Graph {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), StoreError> {
        let reference = json!({"@type": "@id"});
        let context = json!({
            "@vocab": "https://schema.org/", "marchline": "urn:marchline:",
            "eventStatus": reference, "url": reference
        });
        out.extend_from_slice(br#"{"@context":"#);
        serde_json::to_writer(&mut *out, &context)?;
        out.extend_from_slice(br#","@type":"ItemList","name":"#);
        serde_json::to_writer(&mut *out, &self.about.name)?;
        if let Some(description) = &self.about.description {
            out.extend_from_slice(br#","description":"#);
            serde_json::to_writer(&mut *out, description)?;
        }
        if let Some(cover) = self.about.cover.as_deref().and_then(web_address) {
            out.extend_from_slice(br#","image":"#);
            serde_json::to_writer(&mut *out, cover)?;
        }
        out.extend_from_slice(br#","itemListElement":["#);
        Ok(())
    }

    fn event(&mut self, document: &[u8], out: &mut Vec<u8>) -> Result<(), StoreError> {
        let Some(event) = self.node(&Told::read(document)?) else {
            self.left_out += 1;
            return Ok(());
        };
        if self.given > 0 {
            out.push(b',');
        }
        self.given += 1;
        Ok(serde_json::to_writer(out, &event)?)
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        let Self { given, left_out, .. } = self;
        out.extend_from_slice(format!("],\"numberOfItems\":{given},\"marchline:leftOut\":{left_out}}}\n").as_bytes());
    }
}
