//! Parts that several resources share.

use std::str::FromStr;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::input::{Input, MAX_NAME, Object};
use super::resource::Resource;
use super::when::{Side, When};

/// An id that another collection gave to the same thing; unique per scheme within a resource.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct ExternalId {
    /// Whose id it is.
    #[schema(example = "2020pb")]
    pub scheme: String,
    /// The id as that collection writes it.
    #[schema(example = "nm-albuquerque-1")]
    pub id: String,
}

/// Reads `external_ids`.
pub fn external_ids(o: &Object<'_>) -> Vec<ExternalId> {
    let mut seen: Vec<ExternalId> = Vec::new();
    let all = o.list("external_ids", |i| {
        i.object(|e| {
            let scheme = e.required("scheme").and_then(|i| i.text(MAX_NAME));
            let id = e.required("id").and_then(|i| i.text(MAX_NAME));
            let scheme = scheme?;
            if scheme.contains(':') {
                e.fault("scheme", "invalid_scheme", "A scheme holds no colon, so that `scheme:id` can be split.");
            }
            Some(ExternalId { scheme, id: id? })
        })
    });
    for (position, external) in all.into_iter().enumerate() {
        if seen.contains(&external) {
            let detail = "The same external id stands here twice.";
            o.fault(&format!("external_ids/{position}"), "duplicate_id", detail);
        }
        seen.push(external);
    }
    seen
}

/// Reads `aliases`.
pub fn aliases(o: &Object<'_>) -> Vec<String> {
    o.list("aliases", |i| i.text(MAX_NAME))
}

/// Reads an IANA time zone name.
pub fn time_zone(o: &Object<'_>) -> Option<Tz> {
    o.optional("time_zone").and_then(|i| zone(&i))
}

fn zone(input: &Input<'_>) -> Option<Tz> {
    let name = input.text(100)?;
    let zone = Tz::from_str(&name).ok();
    if zone.is_none() {
        input.fault("unknown_time_zone", format!("`{name}` is not a time zone of the IANA database."));
    }
    zone
}

/// Reads `parent_id` of the tree that `resource` forms, where `id` is the child.
pub fn own_parent(o: &Object<'_>, resource: Resource, id: Uuid) -> Option<Uuid> {
    let parent = o.optional("parent_id")?.reference(resource)?;
    if o.catalog().would_close_circle(id, parent.id) {
        o.fault("parent_id", "circle", format!("This {resource} would lie below itself."));
    }
    Some(parent.id)
}

/// Reads `when`; `default_zone` is asked where the document names no zone.
pub fn when(o: &Object<'_>, default_zone: impl FnOnce() -> Option<Tz>) -> Option<When> {
    let Some(input) = o.optional("when") else {
        return When::new(None, None, default_zone()).ok();
    };
    input.object(|w| {
        let zone = match w.optional("time_zone") {
            Some(given) => zone(&given),
            // Null says that there is none; only what is left out is derived.
            None if w.has("time_zone") => None,
            None => default_zone(),
        };
        let (start, end) = (edge(w, "start"), edge(w, "end"));
        match When::new(start.as_deref(), end.as_deref(), zone) {
            Ok(when) => Some(when),
            Err(faults) => {
                for fault in faults {
                    let side = match fault.side {
                        Side::Start => "start",
                        Side::End => "end",
                    };
                    w.fault(&format!("{side}/edtf"), fault.code, fault.detail);
                }
                None
            }
        }
    })
}

fn edge(w: &Object<'_>, name: &'static str) -> Option<String> {
    w.optional(name)?.object(|side| side.required("edtf")?.text(MAX_NAME))
}
