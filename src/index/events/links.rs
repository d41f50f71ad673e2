//! The links between events.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{EventVersion, Events};
use crate::domain::event::Link;
use crate::domain::privacy::Clearance;
use crate::domain::vocabulary::{Confidence, LinkRelation};
use crate::index::row::version_of;

/// A link from an event.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields of `domain::event::Link`")]
pub struct LinkFacts {
    pub relation: LinkRelation,
    pub object: Uuid,
    pub confidence: Option<Confidence>,
    pub evidence_id: Option<Uuid>,
}

/// The links of all versions, by the numbers of their rows.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Links {
    by_row: HashMap<u32, Box<[LinkFacts]>>,
    /// Rows by the events that they link to, in the order in which their versions were written, each once.
    #[serde(skip)]
    to: HashMap<Uuid, Vec<u32>>,
}

impl Links {
    /// Takes in the links of a row.
    pub fn add(&mut self, row: u32, links: &[Link]) {
        let fact = |link: &Link| LinkFacts {
            relation: link.relation,
            object: link.event,
            confidence: link.confidence,
            evidence_id: link.evidence_id,
        };
        let links: Box<[LinkFacts]> = links.iter().map(fact).collect();
        note_objects(&mut self.to, row, &links);
        if !links.is_empty() {
            self.by_row.insert(row, links);
        }
    }

    /// Works out what is not saved.
    pub fn restore(&mut self) {
        let mut rows: Vec<_> = self.by_row.iter().collect();
        rows.sort_unstable_by_key(|(row, _)| version_of(**row));
        for (row, links) in rows {
            note_objects(&mut self.to, *row, links);
        }
    }

    /// Forgets the links of a row.
    pub fn remove(&mut self, row: u32) {
        for link in self.by_row.remove(&row).into_iter().flatten() {
            if let Some(rows) = self.to.get_mut(&link.object) {
                rows.retain(|own| *own != row);
            }
        }
    }
}

/// Notes a row with the events that it links to: once with each, however many links there are to it.
fn note_objects(to: &mut HashMap<Uuid, Vec<u32>>, row: u32, links: &[LinkFacts]) {
    for link in links {
        let rows = to.entry(link.object).or_default();
        // Behind all of them, but for a version that was written anew.
        let at = rows.iter().rposition(|own| version_of(*own) <= version_of(row)).map_or(0, |last| last + 1);
        if at == 0 || rows[at - 1] != row {
            rows.insert(at, row);
        }
    }
}

impl Events {
    /// The events that an event is linked with at an operation, in either direction, where the reader can see both.
    pub fn linked_with(&self, id: Uuid, seq: i64, clearance: Clearance) -> impl Iterator<Item = EventVersion> {
        let own = self.seen_at(id, seq, clearance);
        let objects = own.iter().flat_map(|own| self.links(own)).map(|link| link.object).collect::<Vec<_>>();
        let subjects = own.into_iter().flat_map(move |_| self.links_to(id, seq, clearance)).map(|(subject, _)| subject);
        objects.into_iter().filter_map(move |object| self.seen_at(object, seq, clearance)).chain(subjects)
    }

    /// The events that are linked with any at an operation, in either direction, where the reader can see both.
    pub fn linked(&self, seq: i64, clearance: Clearance) -> impl Iterator<Item = EventVersion> {
        let subjects = self.links.by_row.keys().filter_map(move |row| self.current(*row, seq, clearance));
        subjects.flat_map(move |subject| {
            let objects = self.links(&subject).iter().filter_map(|link| self.seen_at(link.object, seq, clearance));
            let objects: Vec<EventVersion> = objects.collect();
            let own = (!objects.is_empty()).then_some(subject);
            objects.into_iter().chain(own)
        })
    }

    /// The version that a row is of, where that is what a reader is given of its event at an operation.
    fn current(&self, row: u32, seq: i64, clearance: Clearance) -> Option<EventVersion> {
        let current = self.seen_at(self.id(version_of(row)), seq, clearance)?;
        (current.row == row).then_some(current)
    }

    /// The links of a version.
    pub fn links(&self, version: &EventVersion) -> &[LinkFacts] {
        self.links.by_row.get(&version.row).map_or(&[], |links| links)
    }

    /// The links that point to an event at an operation, with their subjects.
    pub fn links_to(
        &self,
        id: Uuid,
        seq: i64,
        clearance: Clearance,
    ) -> impl Iterator<Item = (EventVersion, LinkFacts)> {
        let rows = self.links.to.get(&id).map_or(&[][..], Vec::as_slice);
        let current = rows.iter().filter_map(move |row| self.current(*row, seq, clearance));
        current.flat_map(move |subject| {
            let links = self.links(&subject).iter().filter(move |link| link.object == id);
            links.map(|link| (subject, *link)).collect::<Vec<_>>()
        })
    }
}
