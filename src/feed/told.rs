//! What a reader is told of an operation. The public is told by what it may be given now, as everywhere: today's policy
//! governs all earlier versions. What it may be given no more it may have been given before, under any filter; so that an
//! event leaves for all when its policy comes, whatever they asked for, and nobody learns by a filter what it was.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::filter::Matches;
use super::{Matched, Question};
use crate::domain::privacy::Clearance;
use crate::domain::resource::Resource;
use crate::index::events::EventVersion;
use crate::index::sight::Sight;
use crate::index::{Index, State};
use crate::node::reader::Reader;
use crate::store::error::StoreError;
use crate::store::log::{self, ChangeKind};
use crate::store::operations::{Operation, Written, WrittenPolicy, policies};

/// What is told of one member.
pub struct Change {
    pub resource: Resource,
    pub id: Uuid,
    pub revision: i32,
    pub kind: ChangeKind,
    pub matched: Matched,
    /// The version whose document is given, of an event.
    pub event: Option<EventVersion>,
    /// Whether a document is given.
    pub is_given: bool,
}

impl Change {
    /// An event that came to match, or ceased to, without a version of its own: by what it names.
    const fn by_names(event: EventVersion, matched: Matched) -> Self {
        let EventVersion { id, revision, .. } = event;
        let (resource, kind) = (Resource::Event, ChangeKind::Corrected);
        Self { resource, id, revision, kind, matched, event: Some(event), is_given: true }
    }
}

/// What is told of the operations of a stretch, in order.
pub struct Told {
    pub operations: Vec<Vec<Change>>,
}

/// A version of an event, and the one before it.
struct Step<'a> {
    seq: i64,
    written: &'a Written,
    previous: Option<i64>,
    old: Option<EventVersion>,
    new: Option<EventVersion>,
    /// Whether the event had been withdrawn before, and whoever reads knew of it.
    was_withdrawn: bool,
    /// Whether the public is given less of either version than it says.
    is_coarsened: bool,
}

impl Told {
    /// Works out what a reader is told; `None` where another dataset came in between.
    pub fn of(
        index: &Index,
        reader: &Reader,
        question: &Question,
        operations: &[Operation],
        epoch: i64,
    ) -> Result<Option<Self>, StoreError> {
        let clearance = question.clearance;
        let mut stretch = reader.read(|conn| question.filter.over(operations, conn))?;
        let (steps, matches) = {
            let state = index.read();
            if state.head.epoch != epoch {
                return Ok(None);
            }
            let steps = steps(&state, operations, clearance);
            for Step { seq, old, new, .. } in &steps {
                let asked = [(old, seq - 1), (new, *seq)];
                for (version, at) in asked.into_iter().filter_map(|(version, at)| Some((version.as_ref()?, at))) {
                    stretch.ask(version, at);
                }
            }
            (steps, stretch.answer(&state, clearance)?)
        };
        let unseen = Unseen::of(&steps, &matches, clearance, reader)?;
        let mut steps = steps.into_iter().peekable();
        let state = index.read();
        let of_operation = |operation: &Operation| {
            let sight = Sight { state: &state, seq: operation.seq, clearance };
            let mut given = Vec::new();
            let change = |written: &Written| match written.resource {
                Resource::Event => steps.next().and_then(|step| {
                    given.extend(step.new.map(|event| (event, unseen.has_other_policy(&step))));
                    unseen.told(&step, &matches)
                }),
                _ if question.filter.is_empty() => entity_change(sight, written),
                _ => None,
            };
            let written: Vec<Change> = operation.versions.iter().filter_map(change).collect();
            let shown =
                if question.filter.is_empty() { shown_by(sight, &given, &operation.versions) } else { Vec::new() };
            let moved = matches.moved.get(&operation.seq).into_iter().flatten();
            let moved = moved.map(|(event, matched)| Change::by_names(*event, *matched));
            shown.into_iter().chain(written).chain(moved).collect()
        };
        let operations = operations.iter().map(of_operation).collect();
        Ok((state.head.epoch == epoch).then_some(Self { operations }))
    }
}

fn steps<'a>(state: &State, operations: &'a [Operation], clearance: Clearance) -> Vec<Step<'a>> {
    let events = &state.events;
    let step = |seq, written: &'a Written| {
        let previous = events.before(written.version_no);
        let old = previous.and_then(|previous| events.given(previous, written.revision - 1, clearance));
        let new = events.given(written.version_no, written.revision, clearance);
        let was_withdrawn = events.withdrawn(written.id, seq - 1, clearance).is_some();
        let is_coarsened = old.iter().chain(&new).any(|version| events.is_coarsened(version));
        Step { seq, written, previous, old, new, was_withdrawn, is_coarsened }
    };
    let versions = operations.iter().flat_map(|operation| operation.versions.iter().map(move |w| (operation.seq, w)));
    versions
        .filter(|(_, written)| written.resource == Resource::Event)
        .map(|(seq, written)| step(seq, written))
        .collect()
}

/// What the index does not know of versions that the public is not given, or not as they are.
#[derive(Default)]
struct Unseen {
    /// The policies that versions were written with: what the public was given of them before a later one.
    policies: HashMap<i64, WrittenPolicy>,
    /// Those whose public documents say what the ones before said.
    unchanged: HashSet<i64>,
}

impl Unseen {
    fn of(steps: &[Step<'_>], matches: &Matches, clearance: Clearance, reader: &Reader) -> Result<Self, StoreError> {
        if clearance == Clearance::Restricted {
            return Ok(Self::default());
        }
        let versions = |step: &Step<'_>| step.previous.into_iter().chain([step.written.version_no]);
        let versions: Vec<i64> = steps.iter().flat_map(versions).collect();
        let policies = reader.read(|conn| policies(conn, &versions))?;
        let pairs = steps.iter().filter_map(|step| {
            let (old, new) = step.old.zip(step.new)?;
            let (before, after) = (matches.has(&old, step.seq - 1), matches.has(&new, step.seq));
            (before && after && step.is_coarsened).then_some((old, new))
        });
        let pairs: Vec<(EventVersion, EventVersion)> = pairs.collect();
        let mut keys: Vec<i64> = pairs.iter().flat_map(|(old, new)| [old.key, new.key]).collect();
        keys.sort_unstable();
        keys.dedup();
        let texts = if keys.is_empty() { Vec::new() } else { reader.read(|conn| log::texts(conn, &keys))? };
        let said = texts.iter().map(|text| says(text)).collect::<Result<Vec<_>, _>>()?;
        let said: HashMap<i64, serde_json::Value> = keys.into_iter().zip(said).collect();
        let says_the_same = |(old, new): &&(EventVersion, EventVersion)| said.get(&old.key) == said.get(&new.key);
        let unchanged = pairs.iter().filter(says_the_same).map(|(_, new)| new.version_no).collect();
        Ok(Self { policies, unchanged })
    }

    /// Whether the public was given nothing of a version when it was written.
    fn was_hidden(&self, version_no: i64) -> bool {
        self.policies.get(&version_no).is_some_and(|policy| policy.embargo)
    }

    /// Whether a version was written with another policy than the one before it.
    fn has_other_policy(&self, step: &Step<'_>) -> bool {
        let policy = |version_no: &i64| self.policies.get(version_no);
        step.previous.is_some_and(|previous| policy(&previous) != policy(&step.written.version_no))
    }

    /// What is told of a step, if anything is. Where its policy is another one, somebody may have been given the version before
    /// otherwise than it is given now, and by any filter.
    fn told(&self, step: &Step<'_>, matches: &Matches) -> Option<Change> {
        let Step { seq, written, previous, old, new, .. } = *step;
        let did = old.is_some_and(|old| matches.has(&old, seq - 1));
        let does = new.is_some_and(|new| matches.has(&new, seq));
        let redacts = written.kind == ChangeKind::Redacted;
        // What a redaction took out, versions may have matched by.
        let is_other = self.has_other_policy(step) || redacts;
        let was_given = previous.is_some_and(|previous| !self.was_hidden(previous)) && !step.was_withdrawn;
        let (kind, matched) = match (old, new) {
            (Some(_), Some(_)) if !is_other && self.unchanged.contains(&written.version_no) => return None,
            // Whoever has what it was before it ceased is to forget it too.
            (None, None) if redacts && step.was_withdrawn => (written.kind, Matched::Left),
            (None, None) if is_other && was_given && self.was_hidden(written.version_no) => {
                (ended(written.kind), Matched::Left)
            }
            (_, Some(_)) if is_other && was_given && !does => {
                (if redacts { written.kind } else { ChangeKind::Corrected }, Matched::Left)
            }
            (Some(_), Some(_)) if is_other && !was_given && does => (begun(step), Matched::Entered),
            (None, Some(_)) if does => (begun(step), Matched::Entered),
            (_, None) if did => (ended(written.kind), Matched::Left),
            (_, Some(_)) if did && does => (written.kind, Matched::Stayed),
            (_, Some(_)) if does => (written.kind, Matched::Entered),
            (_, Some(_)) if did => (written.kind, Matched::Left),
            _ => return None,
        };
        let Written { resource, id, revision, .. } = *written;
        Some(Change { resource, id, revision, kind, matched, event: new, is_given: new.is_some() })
    }
}

/// How an event ceased for a reader: a policy that hides it says no more than that it is not there any more.
const fn ended(kind: ChangeKind) -> ChangeKind {
    if kind.ends() { kind } else { ChangeKind::Retracted }
}

/// How an event came to be for a reader who was not given the version before.
const fn begun(step: &Step<'_>) -> ChangeKind {
    match step.written.kind {
        ChangeKind::Restored if step.was_withdrawn => ChangeKind::Restored,
        _ => ChangeKind::Created,
    }
}

/// What a stored document says, but for what every version has anew.
fn says(text: &str) -> Result<serde_json::Value, StoreError> {
    let mut document: serde_json::Value = serde_json::from_str(text)?;
    if let Some(members) = document.as_object_mut() {
        for own in ["revision", "seq", "recorded_at"] {
            members.remove(own);
        }
    }
    Ok(document)
}

fn entity_change(sight: Sight<'_>, written: &Written) -> Option<Change> {
    let Written { resource, id, revision, kind, .. } = *written;
    let (matched, kind) = match (is_there(sight, id, sight.seq - 1), is_there(sight, id, sight.seq)) {
        (false, false) if kind == ChangeKind::Redacted && sight.has(id) => (Matched::Left, kind),
        (false, false) => return None,
        (false, true) if kind == ChangeKind::Restored => (Matched::Entered, kind),
        (false, true) => (Matched::Entered, ChangeKind::Created),
        (true, true) => (Matched::Stayed, kind),
        (true, false) => (Matched::Left, kind),
    };
    Some(Change { resource, id, revision, kind, matched, event: None, is_given: matched != Matched::Left })
}

/// Whether an entity is there at an operation for whoever looks.
fn is_there(sight: Sight<'_>, id: Uuid, seq: i64) -> bool {
    let sight = Sight { seq, ..sight };
    sight.has(id) && sight.names().version(id).is_some_and(|(_, version)| version.document.is_some())
}

/// The entities that the public is told of from an operation on since its events name them, or a part of them, but that it did
/// not write. Where an event has another policy, that is told of its earlier versions too: so are the entities that nothing
/// but a name makes public, though they are there at earlier operations by now.
fn shown_by(sight: Sight<'_>, given: &[(EventVersion, bool)], written: &[Written]) -> Vec<Change> {
    let names = sight.names();
    let named = |(event, is_other): &(EventVersion, bool)| {
        let ids = sight.state.events.named(event).into_iter().flat_map(|id| names.line(id));
        ids.map(|id| (id, *is_other)).collect::<Vec<_>>()
    };
    let mut ids: Vec<(Uuid, bool)> = given.iter().flat_map(named).collect();
    // Of two the one with another policy stays.
    ids.sort_unstable_by_key(|(id, is_other)| (*id, !is_other));
    ids.dedup_by_key(|(id, _)| *id);
    let is_new = |(id, is_other): &(Uuid, bool)| {
        let needs_a_name = || sight.state.entities.get(*id).is_some_and(|entity| !entity.openly);
        !written.iter().any(|written| written.id == *id)
            && is_there(sight, *id, sight.seq)
            && (!is_there(sight, *id, sight.seq - 1) || (*is_other && needs_a_name()))
    };
    let change = |(id, _): (Uuid, bool)| {
        let (entity, version) = names.version(id)?;
        let (resource, revision, kind) = (entity.resource, version.revision, ChangeKind::Created);
        Some(Change { resource, id, revision, kind, matched: Matched::Entered, event: None, is_given: true })
    };
    ids.into_iter().filter(is_new).filter_map(change).collect()
}
