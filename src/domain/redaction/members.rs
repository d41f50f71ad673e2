//! Members that are taken away whole.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::Met;
use super::pattern::{Pattern, Step};
use crate::domain::content::Content;
use crate::domain::event::EventContent;
use crate::domain::input::Fault;
use crate::domain::place::{EventPlace, precision_of};
use crate::domain::resource::Resource;
use crate::domain::size::Size;
use crate::domain::vocabulary::{LocationKind, PlacePrecision};
use crate::domain::when::When;

/// The members of a resource that can be taken away; `*` is a position, an id of evidence, a language, or all there are.
pub const fn removable(resource: Resource) -> &'static [&'static str] {
    match resource {
        Resource::Event => &[
            "/tactics",
            "/tactics/*",
            "/summary",
            "/language",
            "/translations",
            "/translations/*",
            "/translations/*/summary",
            "/when",
            "/when/end",
            "/places",
            "/places/*",
            "/places/*/point",
            "/places/*/radius_m",
            "/actors",
            "/actors/*",
            "/issues",
            "/issues/*",
            "/demands",
            "/demands/*",
            "/demands/*/verbatim",
            "/demands/*/verbatim/*",
            "/campaigns",
            "/campaigns/*",
            "/sources/*",
            "/size",
            "/size/text",
            "/outcomes",
            "/outcomes/*",
            "/outcomes/*/*",
            "/evidence",
            "/evidence/*",
            "/evidence/*/value",
            "/evidence/*/quote",
            "/evidence/*/locator",
            "/evidence/*/confidence",
            "/evidence/*/attributed_to",
            "/links",
            "/links/*",
            "/external_ids",
            "/external_ids/*",
            "/privacy/reason",
            "/privacy/public_title",
            "/privacy/public_summary",
        ],
        Resource::Actor => &["/aliases", "/aliases/*", "/external_ids", "/external_ids/*"],
        Resource::Location => &["/point", "/radius_m", "/external_ids", "/external_ids/*"],
        Resource::Source => &[
            "/title",
            "/url",
            "/scale",
            "/language",
            "/published_at",
            "/retrieved_at",
            "/archive_url",
            "/content_hash",
            "/coverage",
            "/coverage/*",
            "/coverage/*/issues",
            "/coverage/*/note",
        ],
        Resource::Campaign => &["/aliases", "/aliases/*", "/description", "/when", "/when/end"],
        Resource::Timeline => &[
            "/description",
            "/language",
            "/entries",
            "/entries/*",
            "/entries/*/caption",
            "/query",
            "/query/*",
            "/cover",
        ],
    }
}

/// The values without these members.
///
/// # Errors
/// A fault where the values cannot be without one of them.
pub fn without(
    content: &Content,
    members: &[Pattern],
    met: &mut Met,
    kind_of: &dyn Fn(Uuid) -> Option<LocationKind>,
) -> Result<Content, Fault> {
    // From behind, so that the positions of others stay what they are.
    let mut order: Vec<usize> = (0..members.len()).collect();
    order.sort_by(|one, other| members[*other].steps().cmp(members[*one].steps()));
    let mut document = values(content);
    for position in order {
        let mut taken = Vec::new();
        take(&mut document, members[position].steps(), "", &mut taken);
        met.members[position] |= !taken.is_empty();
        for value in &taken {
            met.note_taken(value);
        }
    }
    if let Value::Object(own) = &mut document {
        if own.get("when").is_some_and(Value::is_null) {
            own.insert("when".to_owned(), serde_json::to_value(When::default()).unwrap_or_default());
        }
        // An event is read from ready documents, which have its policy under another name.
        if let Some(policy) = own.remove("privacy") {
            own.insert("policy".to_owned(), policy);
        }
    }
    let mut content = match content {
        Content::Event(_) => Content::Event(Box::new(read(document)?)),
        Content::Actor(_) => Content::Actor(read(document)?),
        Content::Location(_) => Content::Location(read(document)?),
        Content::Source(_) => Content::Source(read(document)?),
        Content::Campaign(_) => Content::Campaign(read(document)?),
        Content::Timeline(_) => Content::Timeline(read(document)?),
    };
    match &mut content {
        Content::Event(event) => mend_event(event, kind_of)?,
        Content::Campaign(campaign) => mend_when(&mut campaign.when),
        Content::Location(location) if location.point.is_none() => location.radius_m = None,
        _ => {}
    }
    Ok(content)
}

fn values(content: &Content) -> Value {
    let values = match content {
        Content::Event(event) => serde_json::to_value(event),
        Content::Actor(actor) => serde_json::to_value(actor),
        Content::Location(location) => serde_json::to_value(location),
        Content::Source(source) => serde_json::to_value(source),
        Content::Campaign(campaign) => serde_json::to_value(campaign),
        Content::Timeline(timeline) => serde_json::to_value(timeline),
    };
    // What the domain holds can always be written; what could not be would be refused when it is read back.
    values.unwrap_or_default()
}

fn read<T: DeserializeOwned>(document: Value) -> Result<T, Fault> {
    serde_json::from_value(document).map_err(|error| refused("required", format!("It cannot be taken away: {error}.")))
}

fn refused(code: &'static str, detail: impl Into<String>) -> Fault {
    Fault { pointer: "/members".to_owned(), code, detail: detail.into() }
}

/// Takes what is meant out of a value, if there is something.
fn take(value: &mut Value, steps: &[Step], at: &str, taken: &mut Vec<Value>) {
    let Some((step, rest)) = steps.split_first() else {
        return;
    };
    match value {
        Value::Object(members) if rest.is_empty() => take_members(members, step, at, taken),
        Value::Object(members) => {
            for (name, member) in members.iter_mut().filter(|(name, _)| step.is(name)) {
                take(member, rest, &format!("{at}/{name}"), taken);
            }
        }
        Value::Array(items) if rest.is_empty() => {
            let mut position = 0;
            items.retain(|item| {
                let is_meant = is_item(step, position, item);
                position += 1;
                taken.extend(is_meant.then(|| item.clone()));
                !is_meant
            });
        }
        Value::Array(items) => {
            for (position, item) in
                items.iter_mut().enumerate().filter(|(position, item)| is_item(step, *position, item))
            {
                take(item, rest, &format!("{at}/{position}"), taken);
            }
        }
        _ => {}
    }
}

fn is_item(step: &Step, position: usize, item: &Value) -> bool {
    match step {
        Step::Any => true,
        Step::At(own) => *own == position,
        Step::Named(id) => item.get("id").and_then(Value::as_str) == Some(id),
    }
}

/// Members whose own names are data: one that goes leaves nothing behind.
const NAMED_BY_DATA: [&str; 2] = ["/translations", "/query"];

fn take_members(members: &mut Map<String, Value>, step: &Step, at: &str, taken: &mut Vec<Value>) {
    let names: Vec<String> = members.keys().filter(|name| step.is(name)).cloned().collect();
    for name in names {
        let Some(member) = members.get_mut(&name) else {
            continue;
        };
        let is_data = NAMED_BY_DATA.contains(&format!("{at}/{name}").as_str());
        let empty = match member {
            Value::Array(_) => Value::Array(Vec::new()),
            Value::Object(_) if is_data && name == "translations" => Value::Object(Map::new()),
            Value::Object(counts) if at == "/outcomes" => {
                counts.keys().map(|name| (name.clone(), Value::Null)).collect()
            }
            _ => Value::Null,
        };
        if NAMED_BY_DATA.contains(&at) {
            taken.extend(members.remove(&name));
        } else if *member != empty {
            taken.push(std::mem::replace(member, empty));
        }
    }
}

/// Makes the rest of an event fit what is left of it.
fn mend_event(event: &mut EventContent, kind_of: &dyn Fn(Uuid) -> Option<LocationKind>) -> Result<(), Fault> {
    if event.sources.is_empty() {
        return Err(refused("required", "An event needs at least one source: in some version none would be left."));
    }
    for EventPlace { location, point, precision, radius_m, .. } in &mut event.places {
        if point.is_none() && *precision == PlacePrecision::Point {
            *precision = kind_of(*location).map_or(PlacePrecision::Country, precision_of);
            *radius_m = None;
        }
    }
    let ids: Vec<Uuid> = event.evidence.iter().map(|item| item.id).collect();
    for item in &mut event.evidence {
        item.disputes = item.disputes.filter(|id| ids.contains(id));
    }
    for link in &mut event.links {
        link.evidence_id = link.evidence_id.filter(|id| ids.contains(id));
    }
    let says_nothing = |size: &Size| size.text.is_none() && size.low.or(size.high).or(size.best).is_none();
    if let Some(size) = event.size.take_if(|size| !says_nothing(size)) {
        let rule = size.rule.filter(|_| size.text.is_some());
        event.size = Some(Size { rule, ..size });
    } else {
        event.size = None;
    }
    mend_when(&mut event.when);
    Ok(())
}

/// What is derived from the two ends, of what is left of them; their bounds stay as they were fixed.
fn mend_when(when: &mut When) {
    let text = |edge: &Option<crate::domain::when::EdtfDate>| edge.as_ref().map(|edge| edge.edtf.clone());
    let zone = when.time_zone.as_ref().and_then(|name| name.parse().ok());
    if let Ok(derived) = When::new(text(&when.start).as_deref(), text(&when.end).as_deref(), zone) {
        when.precision = derived.precision;
        when.approximate = derived.approximate;
    }
}
