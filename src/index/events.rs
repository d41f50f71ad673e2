//! All versions of events as far as questions about them go: where each stands, and what became of it.

pub mod compare;
mod history;
mod links;
mod restore;

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashTable};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::answer::Answer;
use super::dictionary::{Dictionary, Term};
use super::entities::Entities;
use super::layers::{Layers, Merging};
use super::lookup::Lookup;
use super::row::{Row, apart};
use super::search::{Group, Search, Wanted};
use super::terms::Terms;
use crate::domain::content::Content;
use crate::domain::event::EventContent;
use crate::domain::privacy::{Clearance, PlaceLimit, TimeLimit};
use crate::store::document::{Audience, Document};
use crate::store::log::{Change, ChangeKind};
use links::Links;

pub use links::LinkFacts;

/// The limits of a privacy policy.
type Limits = (Option<PlaceLimit>, Option<TimeLimit>);

/// A version of an event as some reader is given it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventVersion {
    /// The event.
    pub id: Uuid,
    /// The version's number in the store.
    pub version_no: i64,
    /// The number of its row, another one where only some readers are given it.
    pub row: u32,
    /// The key of its document.
    pub key: i64,
    /// Its number among the event's versions.
    pub revision: i32,
}

/// A version that the public is not given.
#[derive(Debug, Serialize, Deserialize)]
struct Untold {
    id: Uuid,
    seq: u32,
    /// Whether everybody was given it until a later policy: its document is still the one for everybody.
    was_open: bool,
    /// How, where the event ceased by it.
    withdrawn: Option<Withdrawal>,
}

/// How an event ceased.
#[derive(Debug, Serialize, Deserialize)]
pub struct Withdrawal {
    /// Why, in the words of whoever did it.
    pub reason: Option<String>,
    /// Whether it was merged, split or withdrawn.
    pub kind: ChangeKind,
    /// What took its place, where it was merged or split.
    pub into: Vec<Uuid>,
}

/// A version in an event's history, as a reader may know it.
#[derive(Clone, Debug)]
pub enum PastVersion {
    /// It is given, and was written by this operation.
    Told(EventVersion, i64),
    /// The event was withdrawn by it, for this reason.
    Withdrawal(Option<String>),
    /// Nothing of it is told but that there is one.
    Hidden,
}

impl PastVersion {
    /// The version, if the reader is given it.
    pub const fn told(&self) -> Option<EventVersion> {
        match self {
            Self::Told(version, _) => Some(*version),
            Self::Withdrawal(_) | Self::Hidden => None,
        }
    }
}

/// All versions of all events. What is left out when it is saved is saved otherwise, or worked out again.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Events {
    /// The numbers of what they have in common.
    pub dictionary: Dictionary,
    /// The terms by what they name.
    #[serde(skip)]
    pub lookup: Lookup,
    /// Their rows.
    #[serde(skip)]
    pub layers: Layers,
    /// The newest version of each event, by the event's id.
    #[serde(skip)]
    newest: HashTable<u32>,
    #[serde(skip)]
    hasher: DefaultHashBuilder,
    /// The version before, of those that are not the first.
    previous: HashMap<u32, u32>,
    untold: HashMap<u32, Untold>,
    limits: HashMap<u32, Limits>,
    links: Links,
    versions: usize,
}

/// A number of the store as the index keeps it. What does not fit was refused when it was read: see `Index::catch_up`.
pub fn short(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX - 1)
}

impl Events {
    /// Takes in one change of the log; a tail of so many rows becomes a segment.
    pub fn apply(&mut self, change: Change, longest_tail: usize) {
        let (version, seq) = (short(change.version_no), short(change.seq));
        self.versions += 1;
        let previous = self.newest_of(change.id);
        if let Some(previous) = previous {
            self.layers.supersede(previous, seq);
            self.layers.supersede(apart(previous), seq);
            self.previous.insert(version, previous);
        }
        let limits = change.public.as_ref().and_then(|(_, document)| limits_of(&document.content));
        if change.restricted.is_some() {
            self.hide_earlier(previous, seq, limits, longest_tail);
        }
        for (event, audience) in documents_of(&change) {
            let numbers = [short(change.entity_no), version, seq];
            let row = Row::of(event, numbers, change.id, audience, &mut self.dictionary);
            self.links.add(row.version_no, &event.links);
            self.push(row, longest_tail);
        }
        self.limits.extend(limits.map(|limits| (version, limits)));
        if change.public.is_none() {
            let Change { kind, grounds, into, .. } = change;
            let withdrawn = kind.ends().then_some(Withdrawal { reason: grounds.reason, kind, into });
            self.untold.insert(version, Untold { id: change.id, seq, was_open: false, withdrawn });
            self.layers.set_untold(version);
        }
        self.set_newest(change.id, version);
    }

    fn push(&mut self, row: Row, longest_tail: usize) {
        self.layers.push(row);
        self.layers.seal(longest_tail, &self.dictionary);
    }

    /// Today's policy governs all earlier versions. What it would leave of one with other limits was never worked out, so
    /// the public is told nothing of it; `seq` is the operation that superseded the newest of them.
    fn hide_earlier(&mut self, newest: Option<u32>, seq: u32, limits: Option<Limits>, longest_tail: usize) {
        let (mut next, mut superseded_by) = (newest, seq);
        while let Some(version) = next {
            next = self.previous.get(&version).copied();
            let seq = self.seq(version);
            let told = limits.is_some() && self.limits.get(&version).copied() == limits;
            if !told && self.layers.has(version) {
                let was_open = !self.layers.has(apart(version));
                let untold = Untold { id: self.id(version), seq, was_open, withdrawn: None };
                if was_open {
                    self.set_apart(version, superseded_by, longest_tail);
                }
                self.layers.supersede(version, 0);
                self.untold.insert(version, untold);
                self.layers.set_untold(version);
            }
            superseded_by = seq;
        }
    }

    /// Keeps for readers of what is restricted a version that everybody was given. Rows never change, so it is a new one.
    fn set_apart(&mut self, version: u32, superseded_by: u32, longest_tail: usize) {
        if let Some(row) = self.layers.row(version) {
            let only = self.dictionary.number(Term::OnlyFor(Clearance::Restricted));
            self.links.set_apart(version);
            self.push(row.set_apart(only), longest_tail);
            self.layers.supersede(apart(version), superseded_by);
        }
    }

    fn id(&self, version: u32) -> Uuid {
        let told = self.layers.column(version, |row| row.id, |segment, row| segment.id[row]);
        told.or_else(|| Some(self.untold.get(&version)?.id)).unwrap_or_default()
    }

    fn seq(&self, version: u32) -> u32 {
        let told = self.layers.column(version, |row| row.seq, |segment, row| segment.seq[row]);
        told.or_else(|| Some(self.untold.get(&version)?.seq)).unwrap_or(u32::MAX)
    }

    fn newest_of(&self, id: Uuid) -> Option<u32> {
        self.newest.find(self.hasher.hash_one(id), |version| self.id(*version) == id).copied()
    }

    fn set_newest(&mut self, id: Uuid, version: u32) {
        // Taken out for the while, so that the ids behind its numbers can be looked up.
        let mut newest = std::mem::take(&mut self.newest);
        let hash = self.hasher.hash_one(id);
        match newest.find_mut(hash, |known| self.id(*known) == id) {
            Some(known) => *known = version,
            None => {
                newest.insert_unique(hash, version, |known| self.hasher.hash_one(self.id(*known)));
            }
        }
        self.newest = newest;
    }

    /// Takes the terms that are new into the look-up, with the names that entities have now.
    pub fn look_up(&mut self, entities: &Entities) {
        self.lookup.follow(&self.dictionary, entities);
    }

    /// How many versions there are, whether the public may see them or not.
    pub const fn count(&self) -> usize {
        self.versions
    }

    /// The bytes that versions take, but for those of the names that they have in common.
    pub fn bytes(&self) -> usize {
        self.layers.bytes() + self.newest.allocation_size() + self.previous.len() * 9
    }

    /// What should be merged now, of segments of all sizes where `all` is asked for.
    pub fn merging(&self, all: bool) -> Option<Merging> {
        self.layers.merging(all, &self.dictionary)
    }

    /// How many events a reader could see at an operation.
    pub fn total(&self, seq: i64, clearance: Clearance) -> usize {
        Answer::new(self, &Search::of_all(short(seq), clearance)).total()
    }

    /// How many of them name one of these entities.
    pub fn having(&self, entities: Vec<Arc<Terms>>, seq: i64, clearance: Clearance) -> usize {
        let groups = vec![Group { any: Some(Wanted::of(entities)), ..Group::default() }];
        Answer::new(self, &Search { groups, ..Search::of_all(short(seq), clearance) }).total()
    }
}

/// What readers are given of a version of an event, with those who are.
fn documents_of(change: &Change) -> impl Iterator<Item = (&EventContent, Audience)> {
    let others = if change.restricted.is_some() { Audience::Public } else { Audience::Everybody };
    let given = [(&change.public, others), (&change.restricted, Audience::Restricted)];
    given.into_iter().filter_map(|(document, audience)| {
        let (_, Document { content, .. }) = document.as_ref()?;
        match &**content {
            Content::Event(event) => Some((&**event, audience)),
            _ => None,
        }
    })
}

fn limits_of(content: &Content) -> Option<Limits> {
    match content {
        Content::Event(event) => event.privacy.as_ref().map(|policy| (policy.place, policy.time)),
        _ => None,
    }
}
