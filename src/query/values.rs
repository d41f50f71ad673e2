//! Single values of parameters.

use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

use super::params::{Unread, shown};
use crate::domain::bounding_box::BoundingBox;
use crate::domain::has::Has;
use crate::domain::instant::Instant;
use crate::domain::place::{Point, is_admin1, is_country};
use crate::domain::resource::{Reference, Resource, Slug};
use crate::domain::shared::ExternalId;

/// Reads the id of an event.
///
/// # Errors
/// Where it is none.
pub fn read_id(text: &str) -> Result<Uuid, Unread> {
    match Reference::parse(Resource::Event, text) {
        Some(Reference::Id(id)) => Ok(id),
        _ => Err(Unread::new("malformed", format!("`{}` is not a UUID.", shown(text)))),
    }
}

/// Reads the code of a country.
///
/// # Errors
/// Where it is none.
pub fn read_country(text: &str) -> Result<String, Unread> {
    let malformed =
        || Unread::new("malformed", format!("`{}` is not an ISO 3166-1 alpha-2 code such as US.", shown(text)));
    is_country(text).then(|| text.to_owned()).ok_or_else(malformed)
}

/// Reads the code of a first-level division.
///
/// # Errors
/// Where it is none.
pub fn read_admin1(text: &str) -> Result<String, Unread> {
    let malformed = || Unread::new("malformed", format!("`{}` is not an ISO 3166-2 code such as US-CA.", shown(text)));
    is_admin1(text).then(|| text.to_owned()).ok_or_else(malformed)
}

/// Reads the slug of an issue.
///
/// # Errors
/// Where it is none.
pub fn read_issue(text: &str) -> Result<String, Unread> {
    let malformed = || Unread::new("malformed", format!("`{}` is not a slug such as civil-rights.", shown(text)));
    Slug::parse(text).map(|slug| slug.as_str().to_owned()).ok_or_else(malformed)
}

/// Reads the name of a part that an event may report.
///
/// # Errors
/// Where it is none.
pub fn read_has(text: &str) -> Result<Has, Unread> {
    let unknown = || format!("`{}` is not one of: {}.", shown(text), Has::CODES.join(", "));
    Has::parse(text).ok_or_else(|| Unread::new("unknown_value", unknown()))
}

/// Reads `scheme:id`, in the form in which external ids are stored. A scheme holds no colon, an id may.
///
/// # Errors
/// Where it is none.
pub fn read_external_id(text: &str) -> Result<ExternalId, Unread> {
    let stored = |part: &str| Some(part.nfc().collect::<String>().trim().to_owned()).filter(|part| !part.is_empty());
    let parts = text.split_once(':').and_then(|(scheme, id)| Some((stored(scheme)?, stored(id)?)));
    let malformed = || Unread::new("malformed", format!("`{}` is not of the form scheme:id.", shown(text)));
    parts.map(|(scheme, id)| ExternalId { scheme, id }).ok_or_else(malformed)
}

/// Reads an instant, or a date for its first one in UTC.
///
/// # Errors
/// Where it is neither.
pub fn read_instant(text: &str) -> Result<Instant, Unread> {
    let midnight = || Instant::parse(&format!("{text}T00:00:00Z"));
    let malformed = || {
        let hint = if text.contains(' ') { " In a URL a plus sign is written %2B." } else { "" };
        format!("`{}` is neither an RFC 3339 instant nor a date such as 2026-01-31.{hint}", shown(text))
    };
    Instant::parse(text).or_else(midnight).ok_or_else(|| Unread::new("malformed", malformed()))
}

/// Reads a point.
///
/// # Errors
/// Where it is none.
pub fn read_point(text: &str) -> Result<Point, Unread> {
    let numbers: Option<Vec<f64>> = text.split(',').map(|side| side.trim().parse().ok()).collect();
    let wrong = |detail: &str| Unread::new("invalid_point", detail);
    let Some([lat, lon]) = numbers.as_deref().and_then(|n| <[f64; 2]>::try_from(n).ok()) else {
        return Err(wrong("Expected two numbers: latitude,longitude in degrees."));
    };
    if !(-90.0..=90.0).contains(&lat) || !(-180.0..=180.0).contains(&lon) {
        return Err(wrong("The latitude lies from −90 to 90 degrees and comes first, the longitude from −180 to 180."));
    }
    Ok(Point { lat, lon })
}

/// Reads a box.
///
/// # Errors
/// Where it is none.
pub fn read_box(text: &str) -> Result<BoundingBox, Unread> {
    let wrong = |detail: &str| Unread::new("invalid_bbox", detail);
    let numbers: Option<Vec<f64>> = text.split(',').map(|side| side.trim().parse().ok()).collect();
    let Some([west, south, east, north]) = numbers.as_deref().and_then(|n| <[f64; 4]>::try_from(n).ok()) else {
        return Err(wrong("Expected four numbers: west,south,east,north in degrees."));
    };
    let (longitudes, latitudes) = (-180.0..=180.0, -90.0..=90.0);
    if ![west, east].iter().all(|lon| longitudes.contains(lon))
        || ![south, north].iter().all(|lat| latitudes.contains(lat))
    {
        return Err(wrong("Longitudes lie from −180 to 180 degrees, latitudes from −90 to 90."));
    }
    if south > north {
        return Err(wrong("The south lies north of the north; the order is west,south,east,north."));
    }
    Ok(BoundingBox { west, south, east, north })
}
