//! Entities as they were at one operation: what they are called, and what they are parts of.

use std::ops::Range;

use hashbrown::HashSet;
use uuid::Uuid;

use super::entities::{Entities, Entity, EntityContent, EntityVersion, parent};
use super::said::Said;
use crate::domain::content::Content;
use crate::domain::place::{LocationContent, Point};
use crate::domain::resource::{Reference, Resource};
use crate::store::log::ChangeKind;

/// The entities as they were at one `seq`.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    entities: &'a Entities,
    seq: i64,
}

/// Longer chains than this are circles that an earlier program let in: follow them no further.
pub const MAX_DEPTH: usize = 64;

impl<'a> Moment<'a> {
    pub(super) const fn new(entities: &'a Entities, seq: i64) -> Self {
        Self { entities, seq }
    }

    /// The operation whose state this is.
    pub const fn seq(self) -> i64 {
        self.seq
    }

    /// The id of the entity that a reference names.
    pub fn find(self, resource: Resource, reference: &Reference) -> Option<Uuid> {
        self.entities.find(resource, reference).map(|(id, _)| id)
    }

    /// An entity's version.
    pub fn version(self, id: Uuid) -> Option<(&'a Entity, &'a EntityVersion)> {
        let entity = self.entities.get(id)?;
        Some((entity, entity.at(self.seq)?))
    }

    /// What an entity is at this moment, all merges followed: itself where it was not merged.
    pub fn survivor(self, id: Uuid) -> Uuid {
        let next = |id: &Uuid| {
            let (_, version) = self.version(*id).filter(|(_, version)| version.kind == ChangeKind::Merged)?;
            version.into.first().copied()
        };
        std::iter::successors(Some(id), next).take(MAX_DEPTH).last().unwrap_or(id)
    }

    /// An entity's values, if it is of this kind.
    pub fn values<C: EntityContent>(self, id: Uuid) -> Option<(&'a Entity, &'a C)> {
        let entity = self.entities.get(id)?;
        Some((entity, C::of(&entity.known_at(self.seq)?.content)?))
    }

    /// An entity's stable name and what is known of it.
    pub fn known(self, id: Uuid) -> Option<(&'a str, &'a Content)> {
        let entity = self.entities.get(id)?;
        Some((&entity.slug, &*entity.known_at(self.seq)?.content))
    }

    /// Whether an entity was never called otherwise than it is.
    pub fn has_one_version(self, id: Uuid) -> bool {
        self.entities.get(id).is_some_and(|entity| entity.versions.len() == 1)
    }

    /// The entity that this one is a part of, or was when it was withdrawn.
    pub fn parent(self, id: Uuid) -> Option<Uuid> {
        parent(&self.entities.get(id)?.known_at(self.seq)?.content).map(|parent| self.survivor(parent))
    }

    /// The entity, its parent, and so on up to the root.
    pub fn line(self, id: Uuid) -> impl Iterator<Item = Uuid> + 'a {
        std::iter::successors(Some(id), move |id| self.parent(*id)).take(MAX_DEPTH)
    }

    /// A location's own value, or that of the nearest location it lies in which has one.
    pub fn inherited<T: ?Sized>(self, id: Uuid, value: impl Fn(&'a LocationContent) -> Option<&'a T>) -> Option<&'a T> {
        self.line(id).find_map(|id| value(self.values::<LocationContent>(id)?.1))
    }

    /// These entities and all that are parts of them, also those that were withdrawn: events that name them still do.
    pub fn with_parts(self, roots: &[Uuid]) -> HashSet<Uuid> {
        let mut found: HashSet<Uuid> = HashSet::new();
        let mut waiting = roots.to_vec();
        while let Some(id) = waiting.pop() {
            if found.insert(id) {
                waiting.extend(self.entities.parts(id).filter(|part| self.parent(*part) == Some(id)));
            }
        }
        found
    }

    /// The point that stands for a location, if any: none for what is no finer than a first-level division.
    pub fn point_of(self, location: Uuid) -> Option<Point> {
        let (_, location) = self.values::<LocationContent>(location)?;
        location.dot()
    }

    /// The operations from which, and up to which, these entities and all that they are parts of have the names that they
    /// have now; the first is included, the last is not, and is `i64::MAX` where they still have them. And the last operation that
    /// wrote one of these names anew: with it they are others, though of the same operations.
    pub fn names_hold(self, ids: impl Iterator<Item = Uuid>) -> (Range<i64>, i64) {
        ids.map(|id| self.line_holds(id)).fold((0..i64::MAX, 0), |(all, edition), (hold, own)| {
            (all.start.max(hold.start)..all.end.min(hold.end), edition.max(own))
        })
    }

    /// The same of one entity and what it is a part of.
    fn line_holds(self, id: Uuid) -> (Range<i64>, i64) {
        let said = self.said(id);
        if let Some(line) = said.and_then(|said| said.line(self.seq)) {
            return line;
        }
        let (mut held, mut edition) = (0..i64::MAX, 0);
        for entity in self.line(id).filter_map(|id| self.entities.get(id)) {
            let newer = entity.versions.partition_point(|version| version.seq <= self.seq);
            let seq = |version: &EntityVersion| version.seq;
            held.start = entity.versions[..newer].last().map_or(held.start, |version| held.start.max(seq(version)));
            held.end = entity.versions.get(newer).map_or(held.end, |version| held.end.min(seq(version)));
            // Of all of them: what was withdrawn keeps the name that it had before.
            edition = entity.versions[..newer].iter().map(|version| version.edition).fold(edition, i64::max);
        }
        if let Some(said) = said {
            said.keep_line(&held, edition);
            self.entities.note_said();
        }
        (held, edition)
    }

    /// What is kept of how an entity is named; `None` where some entity was named otherwise.
    fn said(self, id: Uuid) -> Option<&'a Said> {
        self.entities.said(id).filter(|_| self.seq >= self.entities.last_corrected())
    }

    /// How an entity is named, in the long form or the short one, if that is kept.
    pub fn text(self, id: Uuid, is_long: bool) -> Option<&'a [u8]> {
        self.said(id)?.text(is_long, self.seq)
    }

    /// Keeps how an entity is named.
    pub fn keep_text(self, id: Uuid, is_long: bool, text: &[u8]) {
        if let Some(said) = self.said(id) {
            let (held, _) = self.line_holds(id);
            said.keep_text(is_long, held.start, text);
            self.entities.note_said();
        }
    }

    /// The locations that have one of these codes, their own or that of the nearest location they lie in which has one.
    pub fn locations_with(self, codes: &[String], value: fn(&LocationContent) -> Option<&str>) -> HashSet<Uuid> {
        let own = |id: Uuid| value(self.values::<LocationContent>(id)?.1);
        let roots = codes.iter().filter_map(|code| Some((code, self.entities.coded.get(code)?)));
        let mut waiting: Vec<Uuid> =
            roots.flat_map(|(code, ids)| ids.iter().copied().filter(move |id| own(*id) == Some(code))).collect();
        let mut met: HashSet<Uuid> = HashSet::new();
        while let Some(id) = waiting.pop() {
            if met.insert(id) {
                let parts = self.entities.parts(id);
                waiting.extend(parts.filter(|part| self.parent(*part) == Some(id) && own(*part).is_none()));
            }
        }
        met
    }
}
