//! The event: what is stored of it, and how it is read from outside.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::actor::{Participation, participation};
use super::catalog::Catalog;
use super::count::Outcomes;
use super::input::{Fault, Input, MAX_NAME, MAX_TEXT, MAX_TITLE, Object, Reading};
use super::language::language;
use super::outcomes::outcomes;
use super::place::{EventPlace, event_place};
use super::privacy::PrivacyPolicy;
use super::references;
use super::resource::{Resource, Slug};
use super::shared::{ExternalId, external_ids, when};
use super::size::{Size, SizeBasis, SizeParts, SizeRule};
use super::verification::{Verification, VerificationBy, by_rule};
use super::vocabulary::{Confidence, EventStatus, EventType, LinkRelation, Stance};
use super::when::When;

/// The values of one version of an event. Actors, places, sources and campaigns stand as ids; their names are put in
/// when the event is read. It is read from ready documents, where `privacy` is what readers are told of the `policy`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the same fields, described for readers, are in `view::event::Event`")]
pub struct EventContent {
    #[serde(rename = "type")]
    pub event_type: EventType,
    pub tactics: Vec<EventType>,
    pub status: EventStatus,
    pub verification: Verification,
    pub verification_by: VerificationBy,
    pub title: String,
    pub summary: Option<String>,
    pub language: Option<String>,
    pub translations: BTreeMap<String, Translation>,
    pub when: When,
    pub places: Vec<EventPlace>,
    pub actors: Vec<Participation>,
    pub issues: Vec<String>,
    pub demands: Vec<Demand>,
    #[serde(with = "references::many")]
    pub campaigns: Vec<Uuid>,
    #[serde(with = "references::many")]
    pub sources: Vec<Uuid>,
    pub size: Option<Size>,
    pub outcomes: Option<Outcomes>,
    pub evidence: Vec<Evidence>,
    pub links: Vec<Link>,
    pub external_ids: Vec<ExternalId>,
    #[serde(rename(deserialize = "policy"))]
    pub privacy: Option<PrivacyPolicy>,
}

/// An event's title and summary in another language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Translation {
    /// The title in this language.
    #[schema(example = "Concentración «ICE Out» en el centro de Los Ángeles")]
    pub title: String,
    /// The summary in this language; null where there is none.
    #[schema(example = "Una concentración mayormente pacífica.")]
    pub summary: Option<String>,
}

/// What participants asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Demand {
    /// The demand in neutral words.
    #[schema(example = "against federal immigration enforcement")]
    pub summary: String,
    /// Words from placards and chants, as they were reported.
    #[schema(example = json!([]))]
    pub verbatim: Vec<String>,
    /// Whether the participants stand for or against what the summary names, or neither.
    #[schema(example = "against")]
    pub stance: Stance,
}

/// Who says what about one field of an event. Conflicting values stand side by side; evidence never changes the
/// event's own values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the same fields, described for readers, are in `view::event::EvidenceItem`")]
pub struct Evidence {
    pub id: Uuid,
    #[serde(with = "references::one")]
    pub source: Uuid,
    pub field: String,
    #[serde(rename = "ref", with = "references::optional")]
    pub about: Option<Uuid>,
    pub value: Value,
    pub quote: Option<String>,
    pub locator: Option<String>,
    pub confidence: Option<Confidence>,
    pub attributed_to: Option<String>,
    pub disputes: Option<Uuid>,
}

/// A relation of this event, its subject, to another one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the same fields, described for readers, are in `view::event::EventLink`")]
pub struct Link {
    pub relation: LinkRelation,
    #[serde(with = "references::one")]
    pub event: Uuid,
    pub confidence: Option<Confidence>,
    pub evidence_id: Option<Uuid>,
}

/// Top-level fields that evidence may speak of.
const EVIDENCE_FIELDS: [&str; 15] = [
    "type",
    "tactics",
    "status",
    "title",
    "summary",
    "when",
    "places",
    "actors",
    "issues",
    "demands",
    "campaigns",
    "size",
    "outcomes",
    "links",
    "verification",
];

impl EventContent {
    /// Reads an event from outside; `id` is the event's own, which its links must not name.
    ///
    /// # Errors
    /// Every fault of the document.
    pub fn read(document: &Value, id: Uuid, catalog: &dyn Catalog) -> Result<Self, Vec<Fault>> {
        Reading::document(document, catalog, |event| read_event(event, id))
    }

    /// Gives evidence that says the same as before the id it had, so that a document which names no ids of its evidence
    /// can be sent again. An id is given once: the same said twice is two pieces of evidence. What is referred to by the
    /// id it has now keeps that.
    pub fn keep_evidence_ids(&mut self, old: &Self) {
        for position in 0..self.evidence.len() {
            let item = &self.evidence[position];
            let is_taken = |id: Uuid| self.evidence.iter().any(|other| other.id == id);
            let is_referred_to = self.evidence.iter().any(|other| other.disputes == Some(item.id))
                || self.links.iter().any(|link| link.evidence_id == Some(item.id));
            if is_referred_to || old.evidence.iter().any(|old| old.id == item.id) {
                continue;
            }
            let is_same = |old: &&Evidence| Evidence { id: item.id, ..(*old).clone() } == *item;
            if let Some(same) = old.evidence.iter().filter(is_same).find(|old| !is_taken(old.id)) {
                self.evidence[position].id = same.id;
            }
        }
    }
}

fn read_event(o: &Object<'_>, id: Uuid) -> Option<EventContent> {
    let event_type = o.required("type").and_then(|i| i.code(EventType::parse, "type of event"));
    let title = o.required("title").and_then(|i| i.text(MAX_TITLE));
    let sources: Vec<Uuid> = once_each(o.list("sources", |i| Some(i.named(Resource::Source)?.id)));
    // Sources that were given and cannot be read have a fault of their own.
    let given = o.optional("sources").is_some_and(|i| i.raw().as_array().is_none_or(|list| !list.is_empty()));
    if sources.is_empty() && !given {
        o.fault("sources", "required", "An event needs at least one source.");
    }
    let places = o.list("places", event_place);
    let when = when(o, || zone_of(&places, o.catalog()));
    let (verification, verification_by) = verification(o, &sources);
    let evidence = o.list("evidence", |i| i.object(read_evidence));
    check_evidence_ids(o, &evidence);
    let links = o.list("links", |i| i.object(|l| read_link(l, id, &evidence)));
    check_links(o, &links);
    let language = o.optional("language").and_then(|i| language(&i));
    let summary = o.optional("summary").and_then(|i| i.text(MAX_TEXT));
    let translations = o.optional("translations").and_then(translations).unwrap_or_default();
    let status = o.optional("status").and_then(|i| i.code(EventStatus::parse, "status"));
    let tactics = once_each(o.list("tactics", |i| i.code(EventType::parse, "type of event")));
    let actors = o.list("actors", participation);
    let issues = once_each(o.list("issues", issue));
    let demands = o.list("demands", |i| i.object(demand));
    let campaigns = once_each(o.list("campaigns", |i| Some(i.named(Resource::Campaign)?.id)));
    let size = o.optional("size").and_then(|i| i.object(size));
    let outcomes = o.optional("outcomes").and_then(outcomes);
    let external_ids = external_ids(o);
    let privacy = o.optional("privacy").and_then(|i| i.object(PrivacyPolicy::read));
    // Only now: a member that cannot be read must not keep the others from being looked at.
    Some(EventContent {
        event_type: event_type?,
        tactics,
        status: status.unwrap_or(EventStatus::Happened),
        verification,
        verification_by,
        title: title?,
        summary,
        language,
        translations,
        when: when?,
        places,
        actors,
        issues,
        demands,
        campaigns,
        sources,
        size,
        outcomes,
        evidence,
        links,
        external_ids,
        privacy,
    })
}

/// Keeps the first of equal items, in order.
pub fn once_each<T: PartialEq>(items: Vec<T>) -> Vec<T> {
    let mut kept = Vec::with_capacity(items.len());
    for item in items {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept
}

/// The zone of the primary place, which an event takes that names none itself.
fn zone_of(places: &[EventPlace], catalog: &dyn Catalog) -> Option<Tz> {
    catalog.location(places.first()?.location)?.time_zone
}

fn verification(o: &Object<'_>, sources: &[Uuid]) -> (Verification, VerificationBy) {
    let by = o.optional("verification_by").and_then(|i| i.code(VerificationBy::parse, "verification_by"));
    let given = o.optional("verification").and_then(|i| i.code(Verification::parse, "verification"));
    let publishers: Vec<String> = sources.iter().filter_map(|id| o.catalog().publisher(*id)).collect();
    let ruled = by_rule(publishers.iter().map(String::as_str));
    match (given, by) {
        (Some(value), Some(VerificationBy::Editor) | None) => (value, VerificationBy::Editor),
        (Some(value), Some(VerificationBy::Rule)) if value != ruled => {
            o.fault(
                "verification",
                "not_by_rule",
                format!("By rule this event is `{ruled}`; an editor may say otherwise."),
            );
            (ruled, VerificationBy::Rule)
        }
        _ => (ruled, VerificationBy::Rule),
    }
}

fn translations(input: Input<'_>) -> Option<BTreeMap<String, Translation>> {
    input.object(|o| {
        let each = o.each(|tag, item| {
            let Some(tag) = super::language::normalised(tag) else {
                item.fault("invalid_language", format!("`{tag}` is not a BCP 47 language tag."));
                return None;
            };
            let translation = item.object(|t| {
                let summary = t.optional("summary").and_then(|i| i.text(MAX_TEXT));
                Some(Translation { title: t.required("title")?.text(MAX_TITLE)?, summary })
            })?;
            Some((tag, translation))
        });
        Some(each.into_iter().collect())
    })
}

pub(super) fn issue(input: Input<'_>) -> Option<String> {
    let text = input.text(Slug::MAX)?;
    if Slug::parse(&text).is_none() {
        input
            .fault("invalid_slug", format!("`{text}` is not a slug: lower-case letters and digits joined by hyphens."));
        return None;
    }
    Some(text)
}

fn demand(o: &Object<'_>) -> Option<Demand> {
    let verbatim = o.list("verbatim", |i| i.text(MAX_TEXT));
    let stance = o.optional("stance").and_then(|i| i.code(Stance::parse, "stance")).unwrap_or(Stance::Neither);
    let summary = o.required("summary").and_then(|i| i.text(MAX_TEXT));
    Some(Demand { summary: summary?, verbatim, stance })
}

fn size(o: &Object<'_>) -> Option<Size> {
    let parts = SizeParts {
        text: o.optional("text").and_then(|i| i.text(MAX_NAME)),
        low: o.optional("low").and_then(|i| i.integer()),
        high: o.optional("high").and_then(|i| i.integer()),
        best: o.optional("best").and_then(|i| i.integer()),
        basis: o.optional("basis").and_then(|i| i.code(SizeBasis::parse, "size basis")).unwrap_or(SizeBasis::Unknown),
        rule: o.optional("rule").and_then(|i| i.code(SizeRule::parse, "size rule")),
    };
    match Size::new(parts) {
        Ok(size) => Some(size),
        Err(faults) => {
            // Numbers that were given and cannot be read have a fault of their own.
            let is_empty = ["low", "high", "best"].into_iter().all(|name| o.optional(name).is_none());
            for fault in faults.into_iter().filter(|fault| is_empty || fault.code != "empty") {
                o.fault(fault.field, fault.code, fault.detail);
            }
            None
        }
    }
}

fn read_evidence(o: &Object<'_>) -> Option<Evidence> {
    let field = o.required("field").and_then(|i| {
        let field = i.text(MAX_NAME)?;
        if !EVIDENCE_FIELDS.contains(&field.as_str()) {
            i.fault("unknown_field", format!("Evidence speaks of one of: {}.", EVIDENCE_FIELDS.join(", ")));
            return None;
        }
        Some(field)
    });
    let about = o.optional("ref").and_then(|i| match field.as_deref() {
        Some("actors") => i.named(Resource::Actor),
        Some("places") => i.named(Resource::Location),
        _ => {
            i.fault("no_ref_here", "`ref` names the actor or place meant, so `field` must be `actors` or `places`.");
            None
        }
    });
    let id = o.optional("id").map_or_else(|| Some(o.catalog().fresh_id()), |i| i.uuid());
    let source = o.required("source").and_then(|i| i.named(Resource::Source));
    let quote = o.optional("quote").and_then(|i| i.text(MAX_TEXT));
    let locator = o.optional("locator").and_then(|i| i.text(MAX_NAME));
    let confidence = o.optional("confidence").and_then(|i| i.code(Confidence::parse, "confidence"));
    let attributed_to = o.optional("attributed_to").and_then(|i| i.text(MAX_NAME));
    let disputes = o.optional("disputes").and_then(|i| i.uuid());
    let value = o.optional("value").map_or(Some(Value::Null), |i| i.any());
    Some(Evidence {
        id: id?,
        source: source?.id,
        field: field?,
        about: about.map(|known| known.id),
        value: value?,
        quote,
        locator,
        confidence,
        attributed_to,
        disputes,
    })
}

fn check_evidence_ids(o: &Object<'_>, evidence: &[Evidence]) {
    for (position, item) in evidence.iter().enumerate() {
        if evidence[..position].iter().any(|earlier| earlier.id == item.id) {
            o.fault(&format!("evidence/{position}/id"), "duplicate_id", "Another piece of evidence has this id.");
        }
        if item.disputes.is_some_and(|id| id == item.id || !evidence.iter().any(|other| other.id == id)) {
            let detail = "`disputes` names another piece of evidence of the same event.";
            o.fault(&format!("evidence/{position}/disputes"), "unknown_reference", detail);
        }
    }
}

fn check_links(o: &Object<'_>, links: &[Link]) {
    for (position, link) in links.iter().enumerate() {
        if links[..position].iter().any(|earlier| (earlier.relation, earlier.event) == (link.relation, link.event)) {
            let detail = "There is another link of this relation to the same event.";
            o.fault(&format!("links/{position}"), "duplicate_link", detail);
        }
    }
}

fn read_link(o: &Object<'_>, subject: Uuid, evidence: &[Evidence]) -> Option<Link> {
    let relation = o.required("relation").and_then(|i| i.code(LinkRelation::parse, "relation"));
    let object = o.required("event").and_then(|i| i.object(|e| e.required("id")?.reference(Resource::Event)));
    if object.is_some_and(|known| known.id == subject) {
        o.fault("event", "self_reference", "An event cannot be linked to itself.");
    }
    let evidence_id = o.optional("evidence_id").and_then(|i| {
        let id = i.uuid()?;
        if !evidence.iter().any(|item| item.id == id) {
            i.fault("unknown_reference", "`evidence_id` names a piece of evidence of the same event.");
        }
        Some(id)
    });
    let confidence = o.optional("confidence").and_then(|i| i.code(Confidence::parse, "confidence"));
    Some(Link { relation: relation?, event: object?.id, confidence, evidence_id })
}
