//! Reading what followed from an event: arrests, injuries, deaths, damage and what each side did.

use super::count::{ByGroup, Count, CountState, Outcomes};
use super::input::{Input, MAX_NAME, Object};

/// Reads `outcomes`.
pub fn outcomes(input: Input<'_>) -> Option<Outcomes> {
    input.object(|o| {
        let words = |name| o.list(name, |i| i.text(MAX_NAME));
        Some(Outcomes {
            arrests: count(o, "arrests"),
            detained: count(o, "detained"),
            injuries: by_group(o, "injuries"),
            deaths: by_group(o, "deaths"),
            property_damage: words("property_damage"),
            participant_measures: words("participant_measures"),
            police_measures: words("police_measures"),
        })
    })
}

fn by_group(o: &Object<'_>, name: &'static str) -> ByGroup {
    let groups = o.optional(name).and_then(|i| {
        i.object(|g| {
            Some(ByGroup {
                participants: count(g, "participants"),
                police: count(g, "police"),
                others: count(g, "others"),
                unspecified: count(g, "unspecified"),
            })
        })
    });
    groups.unwrap_or_default()
}

fn count(o: &Object<'_>, name: &'static str) -> Option<Count> {
    o.optional(name)?.object(|c| {
        let state = c.required("state").and_then(|i| i.code(CountState::parse, "state of a count"));
        let low = c.optional("low").and_then(|i| i.integer());
        let high = c.optional("high").and_then(|i| i.integer());
        match Count::new(state?, low, high) {
            Ok(count) => Some(count),
            Err(faults) => {
                for fault in faults {
                    c.fault(fault.field, fault.code, fault.detail);
                }
                None
            }
        }
    })
}
