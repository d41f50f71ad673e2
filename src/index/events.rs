//! All versions of events as far as queries ask about them.

use std::collections::HashMap;

use uuid::Uuid;

use crate::domain::content::Content;
use crate::domain::event::EventContent;
use crate::domain::has::Reported;
use crate::domain::instant::Instant;
use crate::domain::place::Point;
use crate::domain::privacy::{PlaceLimit, TimeLimit};
use crate::domain::shared::ExternalId;
use crate::domain::size::{size_number, size_range};
use crate::domain::verification::Verification;
use crate::domain::vocabulary::{ActorRole, Confidence, EventStatus, EventType, LinkRelation, PlacePrecision};
use crate::domain::window::TimeFacts;
use crate::store::log::{Change, ChangeKind};

/// One version of an event.
#[derive(Debug)]
#[expect(missing_docs, reason = "the fields of `store::log::Change`")]
pub struct EventVersion {
    pub id: Uuid,
    pub event_no: i64,
    pub version_no: i64,
    pub revision: i32,
    pub seq: i64,
    /// The operation that superseded this version; `i64::MAX` while it is the newest.
    pub seq_to: i64,
    pub recorded_at: Instant,
    pub kind: ChangeKind,
    pub reason: Option<String>,
    pub made_by: Option<String>,
    /// What the public is given, and the key of its document; `None` where that is nothing.
    pub public: Option<(i64, EventFacts)>,
    /// How coarse a policy makes what the public is given; `None` where there is none.
    limits: Option<Limits>,
}

/// The limits of a privacy policy.
type Limits = (Option<PlaceLimit>, Option<TimeLimit>);

fn limits(content: &Content) -> Option<Limits> {
    match content {
        Content::Event(event) => event.privacy.as_ref().map(|policy| (policy.place, policy.time)),
        _ => None,
    }
}

impl EventVersion {
    /// Whether this was the event's newest version at `seq`.
    pub const fn is_at(&self, seq: i64) -> bool {
        self.seq <= seq && (seq < self.seq_to || self.seq_to == i64::MAX)
    }
}

/// What filters, sorting and links need of an event.
#[derive(Debug)]
#[expect(missing_docs, reason = "the fields of `domain::event::EventContent`")]
pub struct EventFacts {
    pub event_type: EventType,
    pub tactics: Box<[EventType]>,
    pub status: EventStatus,
    pub verification: Verification,
    /// Microseconds of `start.earliest`; `None` for undated events.
    pub start: Option<i64>,
    pub time: Option<TimeFacts>,
    pub places: Box<[PlaceFacts]>,
    pub actors: Box<[(Uuid, ActorRole)]>,
    pub campaigns: Box<[Uuid]>,
    pub issues: Box<[String]>,
    pub sources: Box<[Uuid]>,
    /// Fewest and most people; `None` where no number is known.
    pub size_range: Option<(i64, i64)>,
    /// The number of people that the event is ordered by.
    pub size_number: Option<i64>,
    pub external_ids: Box<[ExternalId]>,
    pub reported: Reported,
    pub links: Box<[LinkFacts]>,
    /// Everything but events that the document names, each once.
    pub named: Box<[Uuid]>,
}

/// What filters need of one place.
#[derive(Debug)]
#[expect(missing_docs, reason = "the fields of `domain::place::EventPlace`")]
pub struct PlaceFacts {
    pub location: Uuid,
    pub point: Option<Point>,
    pub precision: PlacePrecision,
}

/// A link from the event.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the fields of `domain::event::Link`")]
pub struct LinkFacts {
    pub relation: LinkRelation,
    pub object: Uuid,
    pub confidence: Option<Confidence>,
    pub evidence_id: Option<Uuid>,
}

impl EventFacts {
    fn of(event: &EventContent) -> Self {
        let place = |p: &crate::domain::place::EventPlace| PlaceFacts {
            location: p.location,
            point: p.point,
            precision: p.precision,
        };
        let link = |l: &crate::domain::event::Link| LinkFacts {
            relation: l.relation,
            object: l.event,
            confidence: l.confidence,
            evidence_id: l.evidence_id,
        };
        Self {
            event_type: event.event_type,
            tactics: event.tactics.clone().into(),
            status: event.status,
            verification: event.verification,
            start: event.when.start.as_ref().map(|start| start.earliest.micros()),
            time: TimeFacts::of(&event.when),
            places: event.places.iter().map(place).collect(),
            actors: event.actors.iter().map(|part| (part.actor, part.role)).collect(),
            campaigns: event.campaigns.clone().into(),
            issues: event.issues.clone().into(),
            sources: event.sources.clone().into(),
            size_range: event.size.as_ref().and_then(size_range),
            size_number: event.size.as_ref().and_then(size_number),
            external_ids: event.external_ids.clone().into(),
            reported: Reported::of(event),
            links: event.links.iter().map(link).collect(),
            named: named(event),
        }
    }
}

fn named(event: &EventContent) -> Box<[Uuid]> {
    let evidence = event.evidence.iter().flat_map(|item| item.about.into_iter().chain([item.source]));
    let mut ids: Vec<Uuid> = (event.places.iter().map(|place| place.location))
        .chain(event.actors.iter().map(|part| part.actor))
        .chain(event.campaigns.iter().copied())
        .chain(event.sources.iter().copied())
        .chain(evidence)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids.into()
}

/// All versions of all events.
#[derive(Debug, Default)]
pub struct Events {
    versions: Vec<EventVersion>,
    by_id: HashMap<Uuid, Vec<usize>>,
    /// Versions by the events that they link to.
    linking_to: HashMap<Uuid, Vec<usize>>,
}

impl Events {
    /// Takes in one change of the log.
    pub fn apply(&mut self, change: Change) {
        let row = self.versions.len();
        let own = self.by_id.entry(change.id).or_default();
        if let Some(previous) = own.last() {
            self.versions[*previous].seq_to = change.seq;
        }
        let limits = change.public.as_ref().and_then(|(_, document)| limits(&document.content));
        if change.has_policy {
            // Today's policy governs all earlier versions. What it would leave of one with other limits was never worked
            // out, so nothing is told of it.
            for earlier in own.iter().copied() {
                let earlier = &mut self.versions[earlier];
                earlier.public = earlier.public.take().filter(|_| limits.is_some() && earlier.limits == limits);
            }
        }
        own.push(row);
        let public = change.public.and_then(|(key, document)| match &*document.content {
            Content::Event(event) => Some((key, EventFacts::of(event))),
            _ => None,
        });
        for link in public.iter().flat_map(|(_, facts)| &facts.links) {
            self.linking_to.entry(link.object).or_default().push(row);
        }
        self.versions.push(EventVersion {
            id: change.id,
            event_no: change.entity_no,
            version_no: change.version_no,
            revision: change.revision,
            seq: change.seq,
            seq_to: i64::MAX,
            recorded_at: change.recorded_at,
            kind: change.kind,
            reason: change.reason,
            made_by: change.made_by,
            public,
            limits,
        });
    }

    /// How many versions there are, whether the public may see them or not.
    pub const fn count(&self) -> usize {
        self.versions.len()
    }

    /// The events that the public could see at `seq`, in the order in which these versions were recorded.
    pub fn visible(&self, seq: i64) -> impl Iterator<Item = (&EventVersion, i64, &EventFacts)> {
        let known = self.versions.partition_point(|version| version.seq <= seq);
        let current = self.versions[..known].iter().filter(move |version| version.is_at(seq));
        current.filter_map(|version| version.public.as_ref().map(|(key, facts)| (version, *key, facts)))
    }

    /// An event's versions up to `seq`, oldest first, whether the public may see them or not.
    pub fn versions(&self, id: Uuid, seq: i64) -> impl DoubleEndedIterator<Item = &EventVersion> {
        let rows = self.by_id.get(&id).map_or(&[][..], Vec::as_slice);
        rows.iter().map(|row| &self.versions[*row]).filter(move |version| version.seq <= seq)
    }

    /// The version of an event that was the newest at `seq`.
    pub fn at(&self, id: Uuid, seq: i64) -> Option<&EventVersion> {
        self.versions(id, seq).next_back()
    }

    /// An event the public could see at `seq`.
    pub fn public_at(&self, id: Uuid, seq: i64) -> Option<(&EventVersion, i64, &EventFacts)> {
        let version = self.at(id, seq)?;
        version.public.as_ref().map(|(key, facts)| (version, *key, facts))
    }

    /// Whether the public could ever see an event.
    pub fn was_public(&self, id: Uuid) -> bool {
        self.versions(id, i64::MAX).any(|version| version.public.is_some())
    }

    /// The events that an event is linked with at `seq`, in either direction, where the public can see both.
    pub fn linked_with(&self, id: Uuid, seq: i64) -> impl Iterator<Item = Uuid> {
        let own = self.public_at(id, seq);
        let objects = own.into_iter().flat_map(|(_, _, facts)| facts.links.iter().map(|link| link.object));
        let subjects = own.into_iter().flat_map(move |_| self.links_to(id, seq)).map(|(subject, _)| subject.id);
        objects.chain(subjects).filter(move |other| self.public_at(*other, seq).is_some())
    }

    /// The links that point to an event at `seq`, with their subjects.
    pub fn links_to(&self, id: Uuid, seq: i64) -> impl Iterator<Item = (&EventVersion, &LinkFacts)> {
        let rows = self.linking_to.get(&id).map_or(&[][..], Vec::as_slice);
        let current = rows.iter().map(|row| &self.versions[*row]).filter(move |version| version.is_at(seq));
        current.flat_map(move |version| {
            let links = version.public.iter().flat_map(|(_, facts)| &facts.links);
            links.filter(move |link| link.object == id).map(move |link| (version, link))
        })
    }
}
