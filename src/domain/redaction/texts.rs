//! Texts in the values of a version. Each kind of content is taken apart by name here, so that a member that is added later
//! does not compile before somebody has decided about it.

use serde_json::{Map, Value};

use super::{Met, Redaction};
use crate::domain::actor::ActorContent;
use crate::domain::campaign::CampaignContent;
use crate::domain::content::Content;
use crate::domain::count::Outcomes;
use crate::domain::coverage::CoverageEntry;
use crate::domain::event::{Demand, EventContent, Evidence, Translation};
use crate::domain::place::LocationContent;
use crate::domain::privacy::PrivacyPolicy;
use crate::domain::resource::Resource;
use crate::domain::shared::ExternalId;
use crate::domain::size::Size;
use crate::domain::source::SourceContent;
use crate::domain::timeline::{TimelineContent, TimelineEntry};

/// The members of a resource in which texts stand.
pub const fn members(resource: Resource) -> &'static [&'static str] {
    match resource {
        Resource::Event => &[
            "/title",
            "/summary",
            "/translations",
            "/issues",
            "/demands",
            "/size",
            "/outcomes",
            "/evidence",
            "/external_ids",
            "/privacy",
        ],
        Resource::Actor => &["/name", "/aliases", "/external_ids"],
        Resource::Location => &["/name", "/external_ids"],
        Resource::Source => &["/publisher", "/title", "/url", "/archive_url", "/content_hash", "/coverage"],
        Resource::Campaign => &["/name", "/aliases", "/description"],
        Resource::Timeline => &["/title", "/description", "/entries", "/query", "/cover"],
    }
}

/// Takes the texts out of values.
pub fn blot(redaction: &Redaction, content: &mut Content, met: &mut Met) {
    let mut pass = Pass { redaction, met };
    match content {
        Content::Event(event) => pass.event(event),
        Content::Actor(actor) => pass.actor(actor),
        Content::Location(location) => pass.location(location),
        Content::Source(source) => pass.source(source),
        Content::Campaign(campaign) => pass.campaign(campaign),
        Content::Timeline(timeline) => pass.timeline(timeline),
    }
}

struct Pass<'a> {
    redaction: &'a Redaction,
    met: &'a mut Met,
}

impl Pass<'_> {
    /// Whether a text at a place has what is to go.
    fn meets(&mut self, at: &str, text: &str) -> bool {
        let Redaction { texts, within, .. } = self.redaction;
        if !within.is_empty() && !within.iter().any(|pattern| pattern.holds(at)) {
            return false;
        }
        let mut meets = false;
        for (found, wanted) in self.met.texts.iter_mut().zip(texts) {
            let is_in = text.contains(wanted.as_str());
            *found |= is_in;
            meets |= is_in;
        }
        meets
    }

    fn text(&mut self, at: &str, text: &mut String) {
        if self.meets(at, text) {
            *text = self.redaction.redacted(text);
        }
    }

    fn optional(&mut self, at: &str, text: &mut Option<String>) {
        if let Some(text) = text {
            self.text(at, text);
        }
    }

    fn each(&mut self, at: &str, texts: &mut [String]) {
        for (position, text) in texts.iter_mut().enumerate() {
            self.text(&format!("{at}/{position}"), text);
        }
    }

    /// Takes a text away that means nothing with a hole in it: an address, an id.
    fn whole(&mut self, at: &str, text: &mut Option<String>) {
        if text.as_deref().is_some_and(|text| self.meets_encoded(at, text)) {
            *text = None;
        }
    }

    /// The same of an address that may write it in another way (RFC 3986, section 2.1).
    fn meets_encoded(&mut self, at: &str, text: &str) -> bool {
        let bytes = percent_decoded(text);
        // Both, so that both are noted.
        self.meets(at, text) | self.meets(at, &String::from_utf8_lossy(&bytes))
    }

    fn items<T>(&mut self, at: &str, items: &mut Vec<T>, text: impl Fn(&T) -> &str) {
        let mut position = 0;
        items.retain(|item| {
            let here = format!("{at}/{position}");
            position += 1;
            !self.meets(&here, text(item))
        });
    }

    fn external_ids(&mut self, ids: &mut Vec<ExternalId>) {
        let mut position = 0;
        ids.retain(|ExternalId { scheme, id }| {
            let here = format!("/external_ids/{position}");
            position += 1;
            !(self.meets(&here, scheme) | self.meets(&here, id))
        });
    }

    /// Any value, with the names of its members.
    fn value(&mut self, at: &str, value: &mut Value) {
        match value {
            Value::String(text) => self.text(at, text),
            Value::Array(items) => {
                for (position, item) in items.iter_mut().enumerate() {
                    self.value(&format!("{at}/{position}"), item);
                }
            }
            Value::Object(members) => {
                let each = std::mem::take(members).into_iter().map(|(mut name, mut member)| {
                    self.value(&format!("{at}/{name}"), &mut member);
                    self.text(at, &mut name);
                    (name, member)
                });
                let redacted: Map<String, Value> = each.collect();
                *members = redacted;
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn event(&mut self, event: &mut EventContent) {
        let EventContent {
            event_type: _,
            tactics: _,
            status: _,
            verification: _,
            verification_by: _,
            title,
            summary,
            language: _,
            translations,
            when: _,
            places: _,
            actors: _,
            issues,
            demands,
            campaigns: _,
            sources: _,
            size,
            outcomes,
            evidence,
            links: _,
            external_ids,
            privacy,
        } = event;
        self.text("/title", title);
        self.optional("/summary", summary);
        for (language, Translation { title, summary }) in translations {
            self.text(&format!("/translations/{language}/title"), title);
            self.optional(&format!("/translations/{language}/summary"), summary);
        }
        self.items("/issues", issues, String::as_str);
        for (position, Demand { summary, verbatim, stance: _ }) in demands.iter_mut().enumerate() {
            self.text(&format!("/demands/{position}/summary"), summary);
            self.each(&format!("/demands/{position}/verbatim"), verbatim);
        }
        if let Some(Size { text, low: _, high: _, best: _, basis: _, rule: _, order: _ }) = size {
            self.optional("/size/text", text);
        }
        if let Some(outcomes) = outcomes {
            self.outcomes(outcomes);
        }
        for (position, item) in evidence.iter_mut().enumerate() {
            self.evidence(&format!("/evidence/{position}"), item);
        }
        self.external_ids(external_ids);
        if let Some(PrivacyPolicy { place: _, time: _, embargo: _, reason, public_title, public_summary }) = privacy {
            self.optional("/privacy/reason", reason);
            self.optional("/privacy/public_title", public_title);
            self.optional("/privacy/public_summary", public_summary);
        }
    }

    fn outcomes(&mut self, outcomes: &mut Outcomes) {
        let Outcomes {
            arrests: _,
            detained: _,
            injuries: _,
            deaths: _,
            property_damage,
            participant_measures,
            police_measures,
        } = outcomes;
        self.each("/outcomes/property_damage", property_damage);
        self.each("/outcomes/participant_measures", participant_measures);
        self.each("/outcomes/police_measures", police_measures);
    }

    fn evidence(&mut self, at: &str, item: &mut Evidence) {
        let Evidence {
            id: _,
            source: _,
            field: _,
            about: _,
            value,
            quote,
            locator,
            confidence: _,
            attributed_to,
            disputes: _,
        } = item;
        self.value(&format!("{at}/value"), value);
        self.optional(&format!("{at}/quote"), quote);
        self.optional(&format!("{at}/locator"), locator);
        self.optional(&format!("{at}/attributed_to"), attributed_to);
    }

    fn actor(&mut self, actor: &mut ActorContent) {
        let ActorContent { name, kind: _, aliases, parent: _, external_ids } = actor;
        self.text("/name", name);
        self.each("/aliases", aliases);
        self.external_ids(external_ids);
    }

    fn location(&mut self, location: &mut LocationContent) {
        let LocationContent {
            name,
            kind: _,
            parent: _,
            country: _,
            admin1: _,
            point: _,
            radius_m: _,
            time_zone: _,
            external_ids,
        } = location;
        self.text("/name", name);
        self.external_ids(external_ids);
    }

    fn source(&mut self, source: &mut SourceContent) {
        let SourceContent {
            publisher,
            title,
            url,
            kind: _,
            scale: _,
            language: _,
            published_at: _,
            retrieved_at: _,
            archive_url,
            content_hash,
            syndicated_from: _,
            coverage,
        } = source;
        self.text("/publisher", publisher);
        self.optional("/title", title);
        self.whole("/url", url);
        self.whole("/archive_url", archive_url);
        self.whole("/content_hash", content_hash);
        for (position, entry) in coverage.iter_mut().enumerate() {
            let CoverageEntry { location: _, from: _, to: _, categories: _, issues, note } = entry;
            self.items(&format!("/coverage/{position}/issues"), issues, String::as_str);
            self.optional(&format!("/coverage/{position}/note"), note);
        }
    }

    fn campaign(&mut self, campaign: &mut CampaignContent) {
        let CampaignContent { name, aliases, description, when: _ } = campaign;
        self.text("/name", name);
        self.each("/aliases", aliases);
        self.optional("/description", description);
    }

    fn timeline(&mut self, timeline: &mut TimelineContent) {
        let TimelineContent { title, description, language: _, entries, query, cover } = timeline;
        self.text("/title", title);
        self.optional("/description", description);
        for (position, TimelineEntry { event_id: _, caption }) in entries.iter_mut().enumerate() {
            self.optional(&format!("/entries/{position}/caption"), caption);
        }
        if let Some(query) = query {
            query.retain(|name, value| !self.meets_encoded(&format!("/query/{name}"), value));
        }
        self.whole("/cover", cover);
    }
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut position = 0;
    while let Some(byte) = bytes.get(position) {
        let escaped = bytes.get(position + 1..position + 3).filter(|_| *byte == b'%');
        let value = escaped.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        decoded.push(value.unwrap_or(*byte));
        position += if value.is_some() { 3 } else { 1 };
    }
    decoded
}
