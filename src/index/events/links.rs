//! The links between events.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{EventVersion, Events, short};
use crate::domain::event::Link;
use crate::domain::vocabulary::{Confidence, LinkRelation};

/// A link from an event.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields of `domain::event::Link`")]
pub struct LinkFacts {
    pub relation: LinkRelation,
    pub object: Uuid,
    pub confidence: Option<Confidence>,
    pub evidence_id: Option<Uuid>,
}

/// The links of all versions.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Links {
    by_version: HashMap<u32, Box<[LinkFacts]>>,
    /// Versions by the events that they link to, in the order in which they were written.
    #[serde(skip)]
    to: HashMap<Uuid, Vec<u32>>,
}

impl Links {
    /// Takes in the links of a version.
    pub fn add(&mut self, version: u32, links: &[Link]) {
        let fact = |link: &Link| LinkFacts {
            relation: link.relation,
            object: link.event,
            confidence: link.confidence,
            evidence_id: link.evidence_id,
        };
        let links: Box<[LinkFacts]> = links.iter().map(fact).collect();
        for link in &links {
            self.to.entry(link.object).or_default().push(version);
        }
        if !links.is_empty() {
            self.by_version.insert(version, links);
        }
    }

    /// Works out what is not saved.
    pub fn restore(&mut self) {
        let mut versions: Vec<_> = self.by_version.iter().collect();
        versions.sort_unstable_by_key(|(version, _)| **version);
        for (version, links) in versions {
            for link in links {
                self.to.entry(link.object).or_default().push(*version);
            }
        }
    }

    /// Forgets the links of a version.
    pub fn remove(&mut self, version: u32) {
        self.by_version.remove(&version);
    }
}

impl Events {
    /// The events that an event is linked with at an operation, in either direction, where the public can see both.
    pub fn linked_with(&self, id: Uuid, seq: i64) -> impl Iterator<Item = EventVersion> {
        let own = self.public_at(id, seq);
        let objects = own.iter().flat_map(|own| self.links(own)).map(|link| link.object).collect::<Vec<_>>();
        let subjects = own.into_iter().flat_map(move |_| self.links_to(id, seq)).map(|(subject, _)| subject);
        objects.into_iter().filter_map(move |object| self.public_at(object, seq)).chain(subjects)
    }

    /// The events that are linked with any at an operation, in either direction, where the public can see both.
    pub fn linked(&self, seq: i64) -> impl Iterator<Item = EventVersion> {
        let current =
            move |version: &u32| self.public_at(self.id(*version), seq).filter(|own| short(own.version_no) == *version);
        let subjects = self.links.by_version.keys().filter_map(current);
        subjects.flat_map(move |subject| {
            let objects = self.links(&subject).iter().filter_map(|link| self.public_at(link.object, seq));
            let objects: Vec<EventVersion> = objects.collect();
            let own = (!objects.is_empty()).then_some(subject);
            objects.into_iter().chain(own)
        })
    }

    /// The links of a version.
    pub fn links(&self, version: &EventVersion) -> &[LinkFacts] {
        self.links.by_version.get(&short(version.version_no)).map_or(&[], |links| links)
    }

    /// The links that point to an event at an operation, with their subjects.
    pub fn links_to(&self, id: Uuid, seq: i64) -> impl Iterator<Item = (EventVersion, LinkFacts)> {
        let versions = self.links.to.get(&id).map_or(&[][..], Vec::as_slice);
        let current = versions.iter().filter_map(move |version| {
            let subject = self.public_at(self.id(*version), seq)?;
            (short(subject.version_no) == *version).then_some(subject)
        });
        current.flat_map(move |subject| {
            let links = self.links(&subject).iter().filter(move |link| link.object == id);
            links.map(|link| (subject, *link)).collect::<Vec<_>>()
        })
    }
}
