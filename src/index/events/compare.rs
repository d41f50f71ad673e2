//! Holding what is known of events against their versions in the store.

use std::collections::HashMap;

use super::{Events, Given, short};
use crate::domain::event::EventContent;
use crate::index::dictionary::Dictionary;
use crate::index::row::{Row, apart};
use crate::index::segment::Segment;
use crate::store::document::Audience;
use crate::store::log::Change;

/// A comparison that is going on: versions are to be given in the order of the log.
pub struct EventComparison<'a> {
    events: &'a Events,
    /// The numbers of what the store's versions have in common.
    dictionary: Dictionary,
    /// Where each version stands, with how many terms its row has.
    terms: Vec<Vec<u16>>,
    superseded: HashMap<(usize, u16), u32>,
    versions: usize,
}

impl<'a> EventComparison<'a> {
    /// Begins a comparison.
    pub fn new(events: &'a mut Events) -> Self {
        // All rows the same way.
        events.layers.seal(1, &events.dictionary);
        let (mut terms, mut superseded) = (Vec::new(), HashMap::new());
        for (slot, layer) in events.layers.slots.iter().enumerate() {
            let mut of_rows = Vec::new();
            if let Some(layer) = layer {
                of_rows.resize(layer.segment.rows(), 0);
                for (_, handle) in layer.segment.postings.handles() {
                    layer.segment.postings.each(handle, layer.segment.rows(), |row| of_rows[row] += 1);
                }
                superseded.extend(layer.superseded().iter().map(|(row, by)| ((slot, *row), *by)));
            }
            terms.push(of_rows);
        }
        Self { events, dictionary: Dictionary::default(), terms, superseded, versions: 0 }
    }

    /// What differs from the next version of the store.
    pub fn compare(&mut self, change: &Change) -> Vec<String> {
        self.versions += 1;
        let (events, version) = (self.events, short(change.version_no));
        let mut history: Vec<u32> = events.back_from(change.id, i64::MAX).collect();
        history.reverse();
        let at = history.iter().position(|own| *own == version);
        let Some(at) = at.filter(|at| usize::try_from(change.revision) == Ok(at + 1)) else {
            return vec![format!("the index does not have it as revision {} of event {}", change.revision, change.id)];
        };
        let next = history.get(at + 1).map(|next| events.seq(*next));
        let mut differences = Vec::new();
        for (event, audience) in Given::of(change).events() {
            differences.extend(self.compare_row(change, event, audience, next));
        }
        if change.public.is_none() {
            differences.extend(self.compare_untold(change));
        }
        if events.layers.has(version) && change.public.is_none() {
            differences.push("the index tells of it, and the public is given nothing".to_owned());
        }
        if events.layers.has(apart(version)) && change.restricted.is_none() {
            differences.push("the index keeps it from the public, and no policy does".to_owned());
        }
        differences
    }

    /// What differs where the public is given nothing.
    fn compare_untold(&self, change: &Change) -> Option<String> {
        let withdrawn = change.kind.ends().then_some((change.kind, &change.grounds.reason, &change.into));
        let is_known = self.events.untold.get(&short(change.version_no)).is_some_and(|untold| {
            (untold.id, i64::from(untold.seq)) == (change.id, change.seq)
                && untold.withdrawn.as_ref().map(|own| (own.kind, &own.reason, &own.into)) == withdrawn
        });
        (!is_known).then(|| "the index knows it otherwise".to_owned())
    }

    /// What differs between the row for an audience and the version that it was made of.
    fn compare_row(
        &mut self,
        change: &Change,
        event: &EventContent,
        audience: Audience,
        next: Option<u32>,
    ) -> Vec<String> {
        let numbers = [short(change.entity_no), short(change.version_no), short(change.seq)];
        let expected = Row::of(event, numbers, change.id, audience, &mut self.dictionary);
        let Some(place) = self.events.layers.row_of(expected.version_no) else {
            return vec!["the index does not have what readers are given of it".to_owned()];
        };
        let (slot, row) = (place.0, usize::from(place.1));
        let Some(layer) = &self.events.layers.slots[slot] else {
            return vec!["the index has lost it".to_owned()];
        };
        let segment = &*layer.segment;
        let (own, all) = (&self.events.dictionary, &self.dictionary);
        let is_same = [
            ("id", segment.id[row] == expected.id),
            ("event's number", segment.event_no[row] == expected.event_no),
            ("operation", segment.seq[row] == expected.seq),
            ("start", segment.start[row] == expected.start),
            (
                "dates",
                own.shapes.values().get(segment.shape.get(row) as usize)
                    == all.shapes.values().get(expected.shape as usize),
            ),
            (
                "size",
                own.sizes.values().get(segment.size.get(row) as usize)
                    == all.sizes.values().get(expected.size as usize),
            ),
            ("terms", self.has_terms(segment, row, self.terms[slot][row], &expected)),
            ("points", self.has_points(segment, row, &expected)),
            ("successor", self.superseded.get(&(slot, place.1)).copied() == next),
        ];
        is_same
            .iter()
            .filter(|(_, is_same)| !is_same)
            .map(|(what, _)| format!("the index differs from it in its {what}"))
            .collect()
    }

    /// The number that a term of the store has in the index.
    fn known(&self, term: u32) -> Option<u32> {
        self.events.dictionary.find(self.dictionary.term(term))
    }

    fn has_terms(&self, segment: &Segment, row: usize, count: u16, expected: &Row) -> bool {
        let Some(mut terms) = expected.terms.iter().map(|term| self.known(*term)).collect::<Option<Vec<u32>>>() else {
            return false;
        };
        terms.sort_unstable();
        let named = terms.iter().filter(|term| self.events.dictionary.term(**term).entity().is_some());
        terms.len() == usize::from(count)
            && named.copied().eq(segment.named(row))
            && terms.iter().all(|term| segment.postings.has(*term, row, segment.rows()))
    }

    fn has_points(&self, segment: &Segment, row: usize, expected: &Row) -> bool {
        let expected = expected.points.iter().map(|(term, point)| (self.known(*term), *point));
        expected.eq(segment.points.of_row(row).map(|own| (Some(own.term), own.point)))
    }

    /// What differs in all.
    pub fn finish(self) -> Vec<String> {
        let mut differences = Vec::new();
        if self.versions != self.events.versions {
            let (known, versions) = (self.events.versions, self.versions);
            differences.push(format!("the index has {known} versions of events, the database {versions}"));
        }
        differences
    }
}
