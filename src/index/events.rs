//! All versions of events as far as questions about them go: where each stands, and what became of it.

pub mod compare;
mod editions;
mod history;
mod links;
mod newest;
mod restore;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::answer::Answer;
use super::arrange::arranged;
use super::dictionary::Dictionary;
use super::entities::Entities;
use super::layers::{Layers, Merging};
use super::lookup::Lookup;
use super::row::{Row, apart};
use super::search::{Group, Known, Search, Wanted};
use super::terms::Terms;
use crate::domain::content::Content;
use crate::domain::event::EventContent;
use crate::domain::grounds::Grounds;
use crate::domain::privacy::{Clearance, PlaceLimit, PrivacyPolicy, TimeLimit};
use crate::store::document::{Audience, Document};
use crate::store::log::{Change, ChangeKind};
use links::Links;
use newest::Newest;

pub use links::LinkFacts;

/// The limits of a privacy policy.
type Limits = (Option<PlaceLimit>, Option<TimeLimit>, bool);

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
    /// The operation that wrote anew what readers are given of it, for another policy; 0 where it is as it was written.
    pub edition: i64,
}

/// A version that the public is not given.
#[derive(Debug, Serialize, Deserialize)]
struct Untold {
    id: Uuid,
    seq: u32,
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
    /// It is given, and was written by this operation; not why, where that was said under another policy.
    #[expect(missing_docs, reason = "said above")]
    Told { version: EventVersion, seq: i64, is_explained: bool },
    /// The event was withdrawn by it, for this reason.
    #[expect(missing_docs, reason = "said above")]
    Withdrawal { reason: Option<String>, is_explained: bool },
    /// Nothing of it is told but that there is one.
    Hidden,
}

impl PastVersion {
    /// The version, if the reader is given it.
    pub const fn told(&self) -> Option<EventVersion> {
        match self {
            Self::Told { version, .. } => Some(*version),
            Self::Withdrawal { .. } | Self::Hidden => None,
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
    newest: Newest,
    /// The version before, of those that are not the first.
    previous: HashMap<u32, u32>,
    /// Versions that the public is not given.
    untold: HashMap<u32, Untold>,
    /// Versions of which the public is given less than they say.
    coarse: HashSet<u32>,
    /// Those of them that were written under another policy: why, the public is not told.
    unexplained: HashSet<u32>,
    /// The operations that wrote versions anew.
    editions: HashMap<u32, u32>,
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
        let event_no = short(change.entity_no);
        self.write_anew(&change.earlier, (change.id, event_no), previous, seq, longest_tail);
        self.take_in(Given::of(&change), (change.id, [event_no, version, seq]), longest_tail);
        if change.public.is_none() {
            let Change { kind, grounds, into, .. } = change;
            let withdrawn = kind.ends().then_some(Withdrawal { reason: grounds.reason, kind, into });
            self.untold.insert(version, Untold { id: change.id, seq, withdrawn });
            self.layers.set_untold(version);
        }
        self.set_newest(change.id, version);
    }

    /// Takes in what is told from now on of operations.
    pub fn tell(&mut self, told: &HashMap<i64, Grounds>) {
        for untold in self.untold.values_mut() {
            if let Some((withdrawn, grounds)) = untold.withdrawn.as_mut().zip(told.get(&i64::from(untold.seq))) {
                withdrawn.reason.clone_from(&grounds.reason);
            }
        }
    }

    fn push(&mut self, row: Row, longest_tail: usize) {
        self.layers.push(row);
        self.layers.seal(longest_tail, &self.dictionary);
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
        self.newest.get(id, |version| self.id(version))
    }

    fn set_newest(&mut self, id: Uuid, version: u32) {
        // Taken out for the while, so that the ids behind its numbers can be looked up.
        let mut newest = std::mem::take(&mut self.newest);
        newest.set(id, version, |known| self.id(known));
        self.newest = newest;
    }

    /// Takes the terms that are new into the look-up, with the names that entities have now.
    pub fn look_up(&mut self, entities: &Entities) {
        self.lookup.follow(&self.dictionary, entities);
    }

    /// Looks where all rows lie for tiles from afar.
    pub fn locate(&self) {
        let afar = self.lookup.afar();
        let layers: Vec<_> = self.layers.slots.iter().flatten().collect();
        layers.into_par_iter().for_each(|layer| drop(layer.places.get(&layer.segment, &afar)));
    }

    /// How many versions there are, whether the public may see them or not.
    pub const fn count(&self) -> usize {
        self.versions
    }

    /// The bytes that versions take, but for those of the names that they have in common.
    pub fn bytes(&self) -> usize {
        self.layers.bytes() + self.newest.bytes() + self.previous.len() * 9
    }

    /// What should be merged now, of segments of all sizes where `all` is asked for.
    pub fn merging(&self, all: bool) -> Option<Merging> {
        self.layers.merging(all, &self.dictionary)
    }

    /// What is to be merged so that all stands in the order of time and of `arrange`, where some does not yet.
    pub fn arranging(&mut self, entities: &Entities) -> Option<Merging> {
        let merging = self.layers.merging(true, &self.dictionary)?;
        let terms = self.dictionary.reorder(&arranged(&self.dictionary, entities));
        self.lookup = Lookup::default();
        self.look_up(entities);
        Some(merging.renumbered(terms))
    }

    /// What is to be merged so that rows go which are not told any more.
    pub fn purging(&self) -> Option<Merging> {
        self.layers.purging(&self.dictionary)
    }

    /// Forgets the names of issues that no row has: whoever took one out of all versions wants nobody to know of it.
    pub fn forget_terms(&mut self) {
        let used = self.layers.terms();
        self.dictionary.forget_issues(|number| !used.contains(&number));
    }

    /// What is known beside the rows of segments.
    pub fn known(&self) -> Known<'_> {
        let Layers { sets, whole, .. } = &self.layers;
        Known { sizes: self.dictionary.sizes.values(), sets, whole, deadline: None }
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

/// The documents of a version of an event.
#[derive(Clone, Copy)]
struct Given<'a> {
    public: Option<&'a Stored>,
    restricted: Option<&'a Stored>,
}

/// A document with its key.
type Stored = (i64, Document<Arc<Content>>);

/// The policies that a version was written with and is given by.
struct Policies {
    written: Option<Limits>,
    now: Limits,
}

impl<'a> Given<'a> {
    fn of(change: &'a Change) -> Self {
        Self { public: change.public.as_ref(), restricted: change.restricted.as_ref() }
    }

    /// What readers are given, with those who are.
    fn events(self) -> impl Iterator<Item = (&'a EventContent, Audience)> {
        let others = if self.restricted.is_some() { Audience::Public } else { Audience::Everybody };
        let given = [(self.public, others), (self.restricted, Audience::Restricted)];
        given.into_iter().filter_map(|(document, audience)| match document?.1.content.as_ref() {
            Content::Event(event) => Some((event.as_ref(), audience)),
            _ => None,
        })
    }

    /// Its policies, where the public is given less of it than it says.
    fn policies(self) -> Option<Policies> {
        let limits = |(_, document): &Stored| document.content.privacy().map(limits_of);
        Some(Policies { written: limits(self.restricted?), now: limits(self.public?)? })
    }
}

fn limits_of(policy: &PrivacyPolicy) -> Limits {
    (policy.place, policy.time, policy.embargo)
}
