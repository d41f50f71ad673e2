//! All versions of actors, locations, sources, campaigns and timelines, in memory: they give events their names, also
//! as they were in the past.

use hashbrown::{HashMap, HashSet};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono_tz::Tz;
use uuid::Uuid;

pub use super::moment::{MAX_DEPTH, Moment};
use super::names::Names;
use super::said::Said;
use crate::domain::actor::ActorContent;
use crate::domain::campaign::CampaignContent;
use crate::domain::catalog::LocationFacts;
use crate::domain::content::Content;
use crate::domain::grounds::Grounds;
use crate::domain::instant::Instant;
use crate::domain::place::LocationContent;
use crate::domain::resource::{Reference, Resource};
use crate::domain::source::SourceContent;
use crate::domain::timeline::TimelineContent;
use crate::store::document::Document;
use crate::store::log::{Change, ChangeKind, Edition};

/// One version of an entity; `document` is `None` where the entity ceased.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields of `store::log::Change`")]
pub struct EntityVersion {
    pub seq: i64,
    pub revision: i32,
    pub recorded_at: Instant,
    pub kind: ChangeKind,
    pub grounds: Grounds,
    pub into: Vec<Uuid>,
    pub document: Option<Document<Arc<Content>>>,
    /// The operation that wrote it anew; 0 where it is as it was written.
    pub edition: i64,
}

/// An entity with all its versions, oldest first.
#[derive(Debug)]
pub struct Entity {
    /// What it is.
    pub resource: Resource,
    /// Its number in the store.
    pub no: i64,
    /// Its stable name.
    pub slug: String,
    /// Whether the public is told of it though nothing public names it.
    pub openly: bool,
    /// The operation of the first public version of an event that names it; `i64::MAX` where there is none.
    pub named_from: i64,
    /// Its versions.
    pub versions: Vec<EntityVersion>,
    /// How it is named.
    said: Said,
}

impl Entity {
    /// Whether the public is told of it at `seq` for its own sake, whatever it is that is a part of it.
    fn is_told(&self, seq: i64) -> bool {
        // Nothing names a timeline; whoever makes one does so for readers.
        let is_open = self.openly || self.resource == Resource::Timeline;
        // Also where `seq` is beyond all that there are.
        (self.named_from <= seq && self.named_from < i64::MAX) || (is_open && !self.until(seq).is_empty())
    }

    /// Whether it was ever a part of another entity, or merged into it, until `seq`.
    fn was_below(&self, other: Uuid, seq: i64) -> bool {
        let above = |document: &Document<Arc<Content>>| parent(&document.content) == Some(other);
        let is_below = |version: &EntityVersion| {
            version.document.as_ref().is_some_and(above)
                || (version.kind == ChangeKind::Merged && version.into.contains(&other))
        };
        self.until(seq).iter().any(is_below)
    }

    /// The versions up to `seq`, oldest first.
    pub fn until(&self, seq: i64) -> &[EntityVersion] {
        &self.versions[..self.versions.partition_point(|version| version.seq <= seq)]
    }

    /// The version that was current at `seq`.
    pub fn at(&self, seq: i64) -> Option<&EntityVersion> {
        self.until(seq).last()
    }

    /// Why it had ceased at `seq`: also where something was redacted of it since, for another reason.
    pub fn why_ended(&self, seq: i64) -> Option<&str> {
        let ended = self.until(seq).iter().rev().take_while(|version| version.document.is_none()).last()?;
        ended.grounds.reason.as_deref()
    }

    /// What was last known of it at `seq`: what names it keeps its name when it was withdrawn.
    pub fn known_at(&self, seq: i64) -> Option<&Document<Arc<Content>>> {
        self.until(seq).iter().rev().find_map(|version| version.document.as_ref())
    }
}

/// The values of a kind of entity, taken out of the general form.
pub trait EntityContent: Sized {
    /// The values, if the content is of this kind.
    fn of(content: &Content) -> Option<&Self>;
}

macro_rules! entity_content {
    ($($type:ty => $variant:ident),+) => {
        $(impl EntityContent for $type {
            fn of(content: &Content) -> Option<&Self> {
                match content {
                    Content::$variant(values) => Some(values),
                    _ => None,
                }
            }
        })+
    };
}

entity_content!(
    ActorContent => Actor, LocationContent => Location, SourceContent => Source, CampaignContent => Campaign,
    TimelineContent => Timeline
);

/// All entities of a dataset.
#[derive(Debug, Default)]
pub struct Entities {
    by_id: HashMap<Uuid, Entity>,
    by_slug: HashMap<(Resource, String), Uuid>,
    /// How many versions of a resource there are beside each member's first, and the operation of the last one.
    corrected: HashMap<Resource, (u64, i64)>,
    /// What was ever a part of an entity.
    parts: HashMap<Uuid, Vec<Uuid>>,
    /// What was merged into an entity. What was withdrawn before that still names what it was a part of then.
    taken_in: HashMap<Uuid, Vec<Uuid>>,
    /// The locations that ever had a code of their own.
    pub(super) coded: HashMap<String, Vec<Uuid>>,
    /// The sources that ever said what they monitor.
    monitoring: Vec<Uuid>,
    /// The operation of the last version that is not its member's first.
    last_corrected: i64,
    /// Whether it is kept of any how it is named now.
    is_said: AtomicBool,
    /// The words in names of actors and locations.
    pub names: Names,
}

impl Entities {
    /// Takes in one change of the log.
    pub fn apply(&mut self, change: Change) {
        let Some(slug) = change.slug else {
            return;
        };
        if change.redaction.is_some() {
            self.write_anew(change.id, &slug, &change.earlier, change.seq);
        }
        if self.by_id.contains_key(&change.id) && std::mem::take(self.is_said.get_mut()) {
            self.by_id.values_mut().for_each(|entity| entity.said = Said::default());
        }
        self.by_slug.insert((change.resource, slug.clone()), change.id);
        let entity = self.by_id.entry(change.id).or_insert_with(|| Entity {
            resource: change.resource,
            no: change.entity_no,
            slug,
            openly: change.openly,
            named_from: i64::MAX,
            versions: Vec::new(),
            said: Said::default(),
        });
        let is_new = entity.versions.is_empty();
        if !is_new {
            let (corrections, last) = self.corrected.entry(change.resource).or_default();
            *corrections += 1;
            // Out of a file they do not come in their order.
            *last = (*last).max(change.seq);
            self.last_corrected = self.last_corrected.max(change.seq);
        }
        if let Some((_, document)) = &change.public {
            self.names.note(change.id, &document.content);
            let note = |list: &mut Vec<Uuid>| {
                if is_new || !list.contains(&change.id) {
                    list.push(change.id);
                }
            };
            if let Some(parent) = parent(&document.content) {
                note(self.parts.entry(parent).or_default());
            }
            if matches!(&*document.content, Content::Source(source) if !source.coverage.is_empty()) {
                note(&mut self.monitoring);
            }
            if let Content::Location(location) = &*document.content {
                for code in location.country.iter().chain(&location.admin1) {
                    note(self.coded.entry(code.clone()).or_default());
                }
            }
        }
        if change.kind == ChangeKind::Merged {
            for into in &change.into {
                self.taken_in.entry(*into).or_default().push(change.id);
            }
        }
        entity.versions.push(EntityVersion {
            seq: change.seq,
            revision: change.revision,
            recorded_at: change.recorded_at,
            kind: change.kind,
            grounds: change.grounds,
            into: change.into,
            document: change.public.map(|(_, document)| document),
            edition: 0,
        });
    }

    /// Takes in what earlier versions of an entity say from an operation on, and the slug that it has from then on.
    fn write_anew(&mut self, id: Uuid, slug: &str, editions: &[Edition], by: i64) {
        let Some(entity) = self.by_id.get_mut(&id) else {
            return;
        };
        if entity.slug != slug {
            self.by_slug.remove(&(entity.resource, std::mem::replace(&mut entity.slug, slug.to_owned())));
        }
        for (_, document) in editions.iter().filter_map(|edition| edition.public.as_ref()) {
            let position = entity.versions.binary_search_by_key(&document.revision, |version| version.revision);
            if let Some(version) = position.ok().and_then(|position| entity.versions.get_mut(position)) {
                version.document = Some(document.clone());
                version.edition = by;
            }
        }
    }

    /// Takes in what is told from now on of operations.
    pub fn tell(&mut self, told: &std::collections::HashMap<i64, Grounds>) {
        for version in self.by_id.values_mut().flat_map(|entity| &mut entity.versions) {
            if let Some(grounds) = told.get(&version.seq) {
                version.grounds = grounds.clone();
            }
        }
    }

    /// Sets which operation wrote the newest version of an entity anew.
    pub fn set_edition(&mut self, id: Uuid, edition: i64) {
        if let Some(version) = self.by_id.get_mut(&id).and_then(|entity| entity.versions.last_mut()) {
            version.edition = edition;
        }
    }

    /// Notes what a public version of an event names that was written by an operation.
    pub fn note_named(&mut self, ids: impl Iterator<Item = Uuid>, seq: i64) {
        for id in ids {
            if let Some(entity) = self.by_id.get_mut(&id) {
                entity.named_from = entity.named_from.min(seq);
            }
        }
    }

    /// Sets the operation of the first public version of an event that names an entity.
    pub fn set_named_from(&mut self, id: Uuid, seq: i64) {
        if let Some(entity) = self.by_id.get_mut(&id) {
            entity.named_from = seq;
        }
    }

    /// Whether the public is told of an entity at `seq`: it was made openly, or something public has named it, or has named
    /// a part of it or what was merged into it.
    pub fn is_told(&self, id: Uuid, seq: i64) -> bool {
        // Without a set to keep for the many that need none.
        self.by_id.get(&id).is_some_and(|entity| entity.is_told(seq)) || self.is_told_below(id, seq)
    }

    fn is_told_below(&self, id: Uuid, seq: i64) -> bool {
        let mut met: HashSet<Uuid> = std::iter::once(id).collect();
        let mut waiting = vec![id];
        while let Some(id) = waiting.pop() {
            let below = [&self.parts, &self.taken_in].into_iter().filter_map(|of| of.get(&id)).flatten();
            for part in below {
                let Some(entity) = self.by_id.get(part).filter(|entity| entity.was_below(id, seq)) else {
                    continue;
                };
                if entity.is_told(seq) {
                    return true;
                }
                if met.insert(*part) {
                    waiting.push(*part);
                }
            }
        }
        false
    }

    /// How many versions there are beside each entity's first: while it stays the same, so do the names of what is known.
    pub fn corrections(&self) -> u64 {
        self.corrected.values().map(|(corrections, _)| corrections).sum()
    }

    /// The same of one resource alone, and the operation from which on its members are what they are now.
    pub fn corrected(&self, resource: Resource) -> (u64, i64) {
        self.corrected.get(&resource).copied().unwrap_or_default()
    }

    /// The operation of the last version that is not its member's first: from then on all are called as they are now.
    pub const fn last_corrected(&self) -> i64 {
        self.last_corrected
    }

    /// What is kept of how an entity is named since the last correction of any.
    pub(super) fn said(&self, id: Uuid) -> Option<&Said> {
        self.by_id.get(&id).map(|entity| &entity.said)
    }

    /// Notes that something is kept of it.
    pub(super) fn note_said(&self) {
        if !self.is_said.load(Ordering::Relaxed) {
            self.is_said.store(true, Ordering::Relaxed);
        }
    }

    /// The entity with this id, whatever became of it.
    pub fn get(&self, id: Uuid) -> Option<&Entity> {
        self.by_id.get(&id)
    }

    /// The entity a reference names, whatever became of it.
    pub fn find(&self, resource: Resource, reference: &Reference) -> Option<(Uuid, &Entity)> {
        let id = match reference {
            Reference::Id(id) => *id,
            Reference::Slug(slug) => self.with_slug(resource, slug.as_str())?,
        };
        self.by_id.get(&id).filter(|entity| entity.resource == resource).map(|entity| (id, entity))
    }

    /// The id of the entity with this slug, whatever became of it.
    pub fn with_slug(&self, resource: Resource, slug: &str) -> Option<Uuid> {
        self.by_slug.get(&(resource, slug.to_owned())).copied()
    }

    /// What was ever a part of an entity, or of what it took in.
    pub(super) fn parts(&self, id: Uuid) -> impl Iterator<Item = Uuid> {
        let mut owners = vec![id];
        let mut next = 0;
        while let Some(owner) = owners.get(next) {
            owners.extend(self.taken_in.get(owner).into_iter().flatten());
            next += 1;
        }
        owners.into_iter().filter_map(|owner| self.parts.get(&owner)).flatten().copied()
    }

    /// Every entity of a resource that existed at `seq`.
    pub fn all(&self, resource: Resource, seq: i64) -> impl Iterator<Item = (&Entity, &Document<Arc<Content>>)> {
        let of = self.by_id.values().filter(move |entity| entity.resource == resource);
        of.filter_map(move |entity| Some((entity, entity.at(seq)?.document.as_ref()?)))
    }

    /// The codes of countries and first-level divisions that locations ever had of their own.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.coded.keys().map(String::as_str)
    }

    /// The sources that ever said what they monitor: few of all that there are.
    pub fn monitoring(&self) -> &[Uuid] {
        &self.monitoring
    }

    /// All entities with their ids, whatever became of them.
    pub fn iter(&self) -> impl Iterator<Item = (Uuid, &Entity)> {
        self.by_id.iter().map(|(id, entity)| (*id, entity))
    }

    /// An entity as it was at `seq`.
    pub fn at(&self, seq: i64) -> Moment<'_> {
        Moment::new(self, seq)
    }
}

/// The entity that content names as the one it is a part of.
pub fn parent(content: &Content) -> Option<Uuid> {
    match content {
        Content::Actor(actor) => actor.parent,
        Content::Location(location) => location.parent,
        Content::Source(source) => source.syndicated_from,
        _ => None,
    }
}

/// Facts of a location whose ancestors' values `values` tells.
pub fn location_facts<'a>(line: impl Iterator<Item = &'a LocationContent>) -> Option<LocationFacts> {
    let mut line = line.peekable();
    let kind = line.peek()?.kind;
    let time_zone = line.find_map(|location| Tz::from_str(location.time_zone.as_deref()?).ok());
    Some(LocationFacts { kind, time_zone })
}
