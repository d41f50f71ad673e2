//! All versions of events as far as questions about them go: where each stands, and what became of it.

#![expect(
    clippy::cast_possible_truncation,
    reason = "rows have 16 bits by design, and what a segment holds is fewer than 2^32"
)]

use std::collections::HashMap;

use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;
use uuid::Uuid;

use super::answer::Answer;
use super::dictionary::{Dictionary, Term};
use super::merge::merge;
use super::row::{Row, UNDATED};
use super::search::{Group, Search, Terms, Wanted};
use super::segment::{MAX_ROWS, Segment};
use crate::domain::content::Content;
use crate::domain::event::Link;
use crate::domain::instant::Instant;
use crate::domain::privacy::{PlaceLimit, TimeLimit};
use crate::domain::resource::Resource;
use crate::domain::vocabulary::{Confidence, LinkRelation};
use crate::store::document;
use crate::store::log::Change;

/// Rows that are looked at one by one before they become a segment.
const TAIL: usize = if cfg!(debug_assertions) { 1 << 3 } else { 1 << 8 };
/// Segments of one size that are merged into one of the next.
const FAN: usize = if cfg!(debug_assertions) { 3 } else { 8 };
/// The size from which segments wait to be merged into those that follow one another in time.
const FULL: u8 = 3;
/// The size of segments that follow one another in time.
const BASE: u8 = 4;

/// The limits of a privacy policy.
type Limits = (Option<PlaceLimit>, Option<TimeLimit>);

/// A link from an event.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the fields of `domain::event::Link`")]
pub struct LinkFacts {
    pub relation: LinkRelation,
    pub object: Uuid,
    pub confidence: Option<Confidence>,
    pub evidence_id: Option<Uuid>,
}

/// A version of an event that the public is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventVersion {
    /// The event.
    pub id: Uuid,
    /// The version's number in the store.
    pub version_no: i64,
    /// The key of its document.
    pub key: i64,
    /// Its number among the event's versions.
    pub revision: i32,
}

/// A version that the public is not given.
#[derive(Debug)]
struct Untold {
    id: Uuid,
    seq: u32,
    /// How, where the event was withdrawn by it.
    withdrawn: Option<Withdrawal>,
}

/// An event's withdrawal.
#[derive(Debug)]
pub struct Withdrawal {
    /// Why, in the words of whoever did it.
    pub reason: Option<String>,
}

/// Where a version stands.
#[derive(Clone, Copy, Debug)]
enum Place {
    Tail(usize),
    Segment(usize, u16),
    Untold,
}

/// A segment with its size among segments.
#[derive(Debug)]
pub struct Layer {
    /// Its size: 0 for those of the tail, then `FAN` times as many rows each.
    pub level: u8,
    /// The rows.
    pub segment: Segment,
}

/// A row of the tail, and the operation that superseded it: `u32::MAX` while it is the newest, 0 where it is not told any
/// more.
#[derive(Debug)]
pub struct TailRow {
    /// The row.
    pub row: Row,
    by: u32,
}

impl TailRow {
    /// Whether it could be seen at an operation.
    pub const fn is_visible(&self, seq: u32) -> bool {
        self.row.seq <= seq && seq < self.by
    }
}

/// All versions of all events.
#[derive(Debug, Default)]
pub struct Events {
    /// The numbers of what they have in common.
    pub dictionary: Dictionary,
    /// The newest rows, in the order in which they came.
    pub tail: Vec<TailRow>,
    /// The segments; a number stays with its segment, and is free when it was merged.
    pub layers: Vec<Option<Layer>>,
    /// Where each version stands, by its number.
    places: Vec<u32>,
    /// The newest version of each event, by the event's id.
    newest: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// The version before, of those that are not the first.
    previous: HashMap<u32, u32>,
    untold: HashMap<u32, Untold>,
    limits: HashMap<u32, Limits>,
    links: HashMap<u32, Box<[LinkFacts]>>,
    /// Versions by the events that they link to.
    linking_to: HashMap<Uuid, Vec<u32>>,
    versions: usize,
}

/// Stands for no place, and for that of a version which is not told.
const NO_PLACE: u32 = u32::MAX;
const UNTOLD: u32 = u32::MAX - 1;

/// A number of the store as the index keeps it. What does not fit was refused when it was read: see `Index::catch_up`.
pub fn short(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX - 1)
}

impl Events {
    /// Takes in one change of the log.
    pub fn apply(&mut self, change: Change) {
        let (version, seq) = (short(change.version_no), short(change.seq));
        self.versions += 1;
        let previous = self.newest_of(change.id);
        if let Some(previous) = previous {
            self.supersede(previous, seq);
            self.previous.insert(version, previous);
        }
        let content = change.public.as_ref().map(|(_, document)| &*document.content);
        let limits = content.and_then(limits_of);
        if change.has_policy {
            self.hide_earlier(previous, limits);
        }
        if let Some(Content::Event(event)) = content {
            let numbers = [short(change.entity_no), version, seq];
            let row = Row::of(event, numbers, change.id, &mut self.dictionary);
            self.add_links(version, &event.links);
            self.limits.extend(limits.map(|limits| (version, limits)));
            self.set_place(version, self.tail.len() as u32);
            self.tail.push(TailRow { row, by: u32::MAX });
        } else {
            let withdrawn = change.kind.ends().then_some(Withdrawal { reason: change.reason });
            self.untold.insert(version, Untold { id: change.id, seq, withdrawn });
            self.set_place(version, UNTOLD);
        }
        self.set_newest(change.id, version);
        if self.tail.len() >= TAIL {
            self.seal();
        }
    }

    /// Today's policy governs all earlier versions. What it would leave of one with other limits was never worked out, so
    /// nothing is told of it.
    fn hide_earlier(&mut self, newest: Option<u32>, limits: Option<Limits>) {
        let mut next = newest;
        while let Some(version) = next {
            next = self.previous.get(&version).copied();
            let told = limits.is_some() && self.limits.get(&version).copied() == limits;
            if !told && !matches!(self.place(version), None | Some(Place::Untold)) {
                let untold = Untold { id: self.id(version), seq: self.seq(version), withdrawn: None };
                self.supersede(version, 0);
                self.untold.insert(version, untold);
                self.set_place(version, UNTOLD);
                self.links.remove(&version);
            }
        }
    }

    fn add_links(&mut self, version: u32, links: &[Link]) {
        let fact = |link: &Link| LinkFacts {
            relation: link.relation,
            object: link.event,
            confidence: link.confidence,
            evidence_id: link.evidence_id,
        };
        let links: Box<[LinkFacts]> = links.iter().map(fact).collect();
        for link in &links {
            self.linking_to.entry(link.object).or_default().push(version);
        }
        if !links.is_empty() {
            self.links.insert(version, links);
        }
    }

    fn supersede(&mut self, version: u32, by: u32) {
        match self.place(version) {
            Some(Place::Tail(position)) => self.tail[position].by = by,
            Some(Place::Segment(slot, row)) => {
                if let Some(layer) = &mut self.layers[slot] {
                    layer.segment.superseded.push((row, by));
                }
            }
            Some(Place::Untold) | None => {}
        }
    }

    fn set_place(&mut self, version: u32, place: u32) {
        let version = version as usize;
        if self.places.len() <= version {
            self.places.resize(version + 1, NO_PLACE);
        }
        self.places[version] = place;
    }

    /// Where a version stands: tail rows have numbers below those of the first segment's rows.
    fn place(&self, version: u32) -> Option<Place> {
        match *self.places.get(version as usize)? {
            NO_PLACE => None,
            UNTOLD => Some(Place::Untold),
            place if u16::try_from(place).is_ok() => Some(Place::Tail(place as usize)),
            place => Some(Place::Segment((place >> 16) as usize - 1, place as u16)),
        }
    }

    /// The segment and the row of a version, if it stands in one.
    pub fn row_of(&self, version: u32) -> Option<(usize, u16)> {
        match self.place(version)? {
            Place::Segment(slot, row) => Some((slot, row)),
            Place::Tail(_) | Place::Untold => None,
        }
    }

    fn segment(&self, slot: usize) -> Option<&Segment> {
        self.layers.get(slot)?.as_ref().map(|layer| &layer.segment)
    }

    fn column<T>(
        &self,
        version: u32,
        tail: impl Fn(&Row) -> T,
        segment: impl Fn(&Segment, usize) -> T,
        untold: impl Fn(&Untold) -> T,
    ) -> Option<T> {
        match self.place(version)? {
            Place::Tail(position) => Some(tail(&self.tail[position].row)),
            Place::Segment(slot, row) => Some(segment(self.segment(slot)?, usize::from(row))),
            Place::Untold => self.untold.get(&version).map(untold),
        }
    }

    fn id(&self, version: u32) -> Uuid {
        self.column(version, |row| row.id, |segment, row| segment.id[row], |untold| untold.id).unwrap_or_default()
    }

    fn seq(&self, version: u32) -> u32 {
        self.column(version, |row| row.seq, |segment, row| segment.seq[row], |untold| untold.seq).unwrap_or(u32::MAX)
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

    /// An event's versions up to an operation, newest first, whether the public may see them or not.
    fn back_from(&self, id: Uuid, seq: i64) -> impl Iterator<Item = u32> {
        let all = std::iter::successors(self.newest_of(id), |version| self.previous.get(version).copied());
        all.filter(move |version| i64::from(self.seq(*version)) <= seq)
    }

    fn version(&self, version: u32, revision: usize) -> Option<EventVersion> {
        let start =
            self.column(version, |row| Some(row.start), |segment, row| Some(segment.start[row]), |_| None)??;
        let start = Some(start).filter(|start| *start != UNDATED).and_then(Instant::from_micros);
        let version_no = i64::from(version);
        let revision = i32::try_from(revision).unwrap_or(i32::MAX);
        Some(EventVersion { id: self.id(version), version_no, key: document::public_key(start, version_no), revision })
    }

    /// An event's versions up to an operation, oldest first; `None` for those the public is not given.
    pub fn history(&self, id: Uuid, seq: i64) -> Vec<Option<EventVersion>> {
        let mut versions: Vec<u32> = self.back_from(id, seq).collect();
        versions.reverse();
        versions.iter().zip(1..).map(|(version, revision)| self.version(*version, revision)).collect()
    }

    /// An event the public could see at an operation.
    pub fn public_at(&self, id: Uuid, seq: i64) -> Option<EventVersion> {
        let mut versions = self.back_from(id, seq);
        let newest = versions.next()?;
        self.version(newest, versions.count() + 1)
    }

    /// The version under a number, if the public is given it.
    pub fn public_version(&self, version_no: i64) -> Option<EventVersion> {
        let version = short(version_no);
        let earlier = std::iter::successors(Some(version), |version| self.previous.get(version).copied());
        self.version(version, earlier.count())
    }

    /// How an event was withdrawn, where that was its state at an operation and the public had seen it.
    pub fn withdrawn(&self, id: Uuid, seq: i64) -> Option<&Withdrawal> {
        let newest = self.back_from(id, seq).next()?;
        let withdrawal = self.untold.get(&newest)?.withdrawn.as_ref()?;
        let was_public = self.back_from(id, seq).any(|version| !self.untold.contains_key(&version));
        was_public.then_some(withdrawal)
    }

    /// Whether the public could ever see an event.
    pub fn was_public(&self, id: Uuid) -> bool {
        self.back_from(id, i64::MAX).any(|version| !self.untold.contains_key(&version))
    }

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
        let subjects = self.links.keys().filter_map(current);
        subjects.flat_map(move |subject| {
            let objects = self.links(&subject).iter().filter_map(|link| self.public_at(link.object, seq));
            let objects: Vec<EventVersion> = objects.collect();
            let own = (!objects.is_empty()).then_some(subject);
            objects.into_iter().chain(own)
        })
    }

    /// The entities that a version names, each once.
    pub fn named(&self, version: &EventVersion) -> Vec<Uuid> {
        let of = |terms: &[u32]| terms.iter().filter_map(|term| self.dictionary.term(*term).entity()).collect();
        let named = self.column(
            short(version.version_no),
            |row| of(&row.terms),
            |segment, row| of(segment.named(row)),
            |_| Vec::new(),
        );
        let mut named: Vec<Uuid> = named.unwrap_or_default();
        named.sort_unstable();
        named.dedup();
        named
    }

    /// The links of a version.
    pub fn links(&self, version: &EventVersion) -> &[LinkFacts] {
        self.links.get(&short(version.version_no)).map_or(&[], |links| links)
    }

    /// The links that point to an event at an operation, with their subjects.
    pub fn links_to(&self, id: Uuid, seq: i64) -> impl Iterator<Item = (EventVersion, LinkFacts)> {
        let versions = self.linking_to.get(&id).map_or(&[][..], Vec::as_slice);
        let current = versions.iter().filter_map(move |version| {
            let subject = self.public_at(self.id(*version), seq)?;
            (short(subject.version_no) == *version).then_some(subject)
        });
        current.flat_map(move |subject| {
            let links = self.links(&subject).iter().filter(move |link| link.object == id);
            links.map(|link| (subject, *link)).collect::<Vec<_>>()
        })
    }

    /// How many versions there are, whether the public may see them or not.
    pub const fn count(&self) -> usize {
        self.versions
    }

    /// The bytes that versions take, but for those of the names that they have in common.
    pub fn bytes(&self) -> usize {
        let segments: usize = self.layers.iter().flatten().map(|layer| layer.segment.bytes()).sum();
        let row = |row: &TailRow| size_of::<TailRow>() + row.row.terms.len() * 4 + row.row.points.len() * 24;
        let tail: usize = self.tail.iter().map(row).sum();
        segments + tail + self.places.len() * 4 + self.newest.allocation_size() + self.previous.len() * 9
    }

    /// Makes a segment of the tail.
    fn seal(&mut self) {
        let tail = std::mem::take(&mut self.tail);
        let superseded: HashMap<u32, u32> =
            tail.iter().filter(|row| row.by != u32::MAX).map(|row| (row.row.version_no, row.by)).collect();
        let told = tail.into_iter().filter(|row| row.by != 0).map(|row| row.row).collect();
        let mut segment = Segment::of(told, &self.dictionary);
        for (row, version) in (0_u16..=u16::MAX).zip(&segment.version_no) {
            segment.superseded.extend(superseded.get(version).map(|by| (row, *by)));
        }
        self.put(0, segment);
    }

    fn put(&mut self, level: u8, segment: Segment) {
        let slot = self.layers.iter().position(Option::is_none).unwrap_or(self.layers.len());
        for (row, version) in (0_u32..).zip(&segment.version_no) {
            self.places[*version as usize] = ((slot as u32 + 1) << 16) | row;
        }
        if slot == self.layers.len() {
            self.layers.push(None);
        }
        self.layers[slot] = Some(Layer { level, segment });
    }

    /// The segments that should be merged now, and the size of what comes out; `all` for everything that is not in the
    /// order of time yet.
    fn due(&self, all: bool) -> Option<(Vec<usize>, u8)> {
        let with = |test: &dyn Fn(u8) -> bool| -> Vec<usize> {
            let slots = self.layers.iter().enumerate();
            slots
                .filter(|(_, layer)| layer.as_ref().is_some_and(|layer| test(layer.level)))
                .map(|(slot, _)| slot)
                .collect()
        };
        let rows =
            |slots: &[usize]| slots.iter().filter_map(|slot| self.segment(*slot)).map(Segment::rows).sum::<usize>();
        if all {
            let waiting = with(&|level| level < BASE);
            return (!waiting.is_empty()).then(|| (with(&|_| true), BASE));
        }
        for level in 0..FULL {
            let slots = with(&|own| own == level);
            if slots.len() >= FAN {
                return Some((slots, level + 1));
            }
        }
        let full = with(&|level| level == FULL);
        let is_due = rows(&full) >= MAX_ROWS.max(rows(&with(&|level| level == BASE)) / 4);
        is_due.then(|| (with(&|level| level >= FULL), BASE))
    }

    /// Merges what should be merged: the numbers of the segments, and what replaces them. Nothing may be applied until it is
    /// installed.
    pub fn merged(&self, all: bool) -> Option<Merged> {
        let (slots, level) = self.due(all)?;
        let segments = slots.iter().filter_map(|slot| self.segment(*slot));
        let inputs: Vec<_> = segments.map(|segment| (segment, 0..segment.rows())).collect();
        Some(Merged { segments: merge(&inputs, &self.dictionary), slots, level })
    }

    /// Puts what was merged in the place of what it was merged from.
    pub fn install(&mut self, merged: Merged) {
        // First all that is new: a number that becomes free must not be taken by it.
        for segment in merged.segments {
            self.put(merged.level, segment);
        }
        for slot in merged.slots {
            self.layers[slot] = None;
        }
    }

    /// The terms by which an event counts for an entity of a resource: their numbers and their entities.
    pub fn counting(&self, resource: Resource) -> impl Iterator<Item = (u32, Uuid)> {
        let all = (0_u32..).zip(self.dictionary.terms());
        all.filter_map(move |(number, term)| match (resource, term) {
            (Resource::Actor, Term::Actor(id, _))
            | (Resource::Location, Term::Place(id, ..))
            | (Resource::Source, Term::Source(id))
            | (Resource::Campaign, Term::Campaign(id)) => Some((number, *id)),
            _ => None,
        })
    }

    /// How many events the public could see at an operation.
    pub fn total(&self, seq: i64) -> usize {
        Answer::new(self, &Search { seq: short(seq), ..Search::default() }).total()
    }

    /// How many of them have one of these terms.
    pub fn having(&self, terms: Vec<u32>, seq: i64) -> usize {
        let any = Some(Wanted { terms: Terms::of(terms), ..Wanted::default() });
        let groups = vec![Group { any, ..Group::default() }];
        Answer::new(self, &Search { seq: short(seq), groups, ..Search::default() }).total()
    }
}

/// Segments that replace others.
#[derive(Debug)]
pub struct Merged {
    slots: Vec<usize>,
    level: u8,
    segments: Vec<Segment>,
}

fn limits_of(content: &Content) -> Option<Limits> {
    match content {
        Content::Event(event) => event.privacy.as_ref().map(|policy| (policy.place, policy.time)),
        _ => None,
    }
}
