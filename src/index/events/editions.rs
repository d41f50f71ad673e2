//! Earlier versions as a later policy has them given: rows that take the place of others.

use std::collections::HashMap;

use uuid::Uuid;

use super::{Events, Given, Untold, short};
use crate::index::row::{Row, apart};
use crate::store::log::Edition;

impl Events {
    /// The earlier versions of an event, with the operations that superseded them; `by` superseded the last one.
    fn ends(&self, newest: Option<u32>, by: u32) -> HashMap<u32, u32> {
        let earlier = std::iter::successors(newest, |version| self.previous.get(version).copied());
        let mut by = by;
        earlier.map(|version| (version, std::mem::replace(&mut by, self.seq(version)))).collect()
    }

    /// Takes in what readers are given of earlier versions of an event from an operation on; `newest` is the last of them.
    pub(super) fn write_anew(
        &mut self,
        editions: &[Edition],
        (id, event_no): (Uuid, u32),
        newest: Option<u32>,
        by: u32,
        longest_tail: usize,
    ) {
        let ends = self.ends(newest, by);
        for edition in editions {
            let version = short(edition.version_no);
            let Some(end) = ends.get(&version).copied() else {
                continue;
            };
            let seq = self.seq(version);
            for number in [version, apart(version)] {
                self.links.remove(number);
                self.layers.remove(number);
            }
            self.untold.remove(&version);
            self.editions.insert(version, by);
            if edition.public.is_none() {
                self.untold.insert(version, Untold { id, seq, withdrawn: None });
                self.layers.set_untold(version);
            }
            let given = Given { public: edition.public.as_ref(), restricted: edition.restricted.as_ref() };
            self.take_in(given, (id, [event_no, version, seq]), longest_tail);
            for number in [version, apart(version)] {
                self.layers.supersede(number, end);
            }
        }
    }

    /// Takes in what readers are given of a version.
    pub(super) fn take_in(&mut self, given: Given<'_>, (id, numbers): (Uuid, [u32; 3]), longest_tail: usize) {
        let version = numbers[1];
        self.coarse.remove(&version);
        self.unexplained.remove(&version);
        if let Some(policies) = given.policies() {
            self.coarse.insert(version);
            if policies.written != Some(policies.now) {
                self.unexplained.insert(version);
            }
        }
        for (event, audience) in given.events() {
            let row = Row::of(event, numbers, id, audience, &mut self.dictionary);
            self.links.add(row.version_no, &event.links);
            self.push(row, longest_tail);
        }
    }
}
