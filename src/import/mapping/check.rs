//! What the writer would say against a document, known before it is written: a dry run tells the same.

use uuid::Uuid;

use serde_json::Value;

use crate::domain::catalog::{Catalog, Known, LocationFacts};
use crate::domain::event::EventContent;
use crate::domain::resource::{Reference, Resource};
use crate::domain::vocabulary::LocationKind;

/// A catalog that has whatever is asked for: what a record refers to goes out before its event.
struct Everything;

impl Catalog for Everything {
    fn find(&self, _: Resource, _: &Reference) -> Option<Known> {
        Some(Known { id: Uuid::nil(), no: 0 })
    }

    fn location(&self, _: Uuid) -> Option<LocationFacts> {
        Some(LocationFacts { kind: LocationKind::Locality, time_zone: None })
    }

    fn publisher(&self, _: Uuid) -> Option<String> {
        None
    }

    fn topmost_child(&self, _: Uuid) -> Option<LocationKind> {
        None
    }

    fn fresh_id(&self) -> Uuid {
        Uuid::new_v4()
    }

    fn would_close_circle(&self, _: Uuid, _: Uuid) -> bool {
        false
    }
}

/// All faults of an event in one sentence; `None` where it has none.
pub fn faults_of(event: &Value) -> Option<String> {
    let faults = EventContent::read(event, Uuid::max(), &Everything).err()?;
    let told =
        faults.iter().take(10).map(|fault| format!("{}: {}", fault.pointer.trim_start_matches('/'), fault.detail));
    Some(told.collect::<Vec<_>>().join(" "))
}
