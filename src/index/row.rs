//! One version of an event, as far as questions about it go.

use uuid::Uuid;

use super::dictionary::{Dictionary, Shape, SizeClass, SizeFacts, Term};
use crate::domain::count::Toll;
use crate::domain::event::EventContent;
use crate::domain::has::{Has, Reported};
use crate::domain::place::Point;
use crate::domain::privacy::Clearance;
use crate::domain::window::TimeFacts;
use crate::store::document::Audience;

/// Stands for the start of undated events: behind all others.
pub const UNDATED: i64 = i64::MAX;
/// Stands for the shape and the size that an event does not have.
pub const NOTHING: u32 = u32::MAX;

/// In the number of a row: the version as only readers of what is restricted are given it. A version under a policy has two
/// rows, the other one for everybody else.
pub const APART: u32 = 1 << 31;

/// The number of the row of a version that only readers of what is restricted are given.
pub const fn apart(version: u32) -> u32 {
    version | APART
}

/// The version that the row under a number is of.
pub const fn version_of(number: u32) -> u32 {
    number & !APART
}

/// One version of an event as some readers are given it.
#[derive(Clone, Debug)]
pub struct Row {
    /// The event's id.
    pub id: Uuid,
    /// The event's number in the store.
    pub event_no: u32,
    /// The version's number in the store, with [`APART`] where the row has that.
    pub version_no: u32,
    /// The operation that wrote it.
    pub seq: u32,
    /// Microseconds of `start.earliest`, or [`UNDATED`].
    pub start: i64,
    /// The number of the shape of its dates, or [`NOTHING`].
    pub shape: u32,
    /// The number of its size, or [`NOTHING`].
    pub size: u32,
    /// The numbers of its terms, ascending, each once.
    pub terms: Box<[u32]>,
    /// Points of its own, each with its place's term.
    pub points: Box<[(u32, Point)]>,
}

impl Row {
    /// What is asked about an event, as an audience is given it.
    pub fn of(
        event: &EventContent,
        numbers: [u32; 3],
        id: Uuid,
        audience: Audience,
        dictionary: &mut Dictionary,
    ) -> Self {
        let [event_no, version, seq] = numbers;
        let (version_no, only) = match audience {
            Audience::Everybody => (version, None),
            Audience::Public => (version, Some(Clearance::Public)),
            Audience::Restricted => (apart(version), Some(Clearance::Restricted)),
        };
        let start = event.when.start.as_ref().map(|start| start.earliest.micros());
        let time = start.and_then(|start| Some(Shape::of(start, &TimeFacts::of(&event.when)?)));
        let size = event.size.as_ref().and_then(SizeFacts::of);
        let mut points = Vec::new();
        for place in &event.places {
            let term = dictionary.number(Term::Place(place.location, place.precision, place.point.is_some()));
            points.extend(place.point.map(|point| (term, point)));
        }
        let sized = size.as_ref().map(|size| Term::Size(SizeClass::of(size)));
        let wide = time.filter(Shape::is_wide).map(|_| Term::Wide);
        let more = sized.into_iter().chain(wide).chain(only.map(Term::OnlyFor));
        let mut terms: Vec<u32> = terms(event).chain(more).map(|term| dictionary.number(term)).collect();
        terms.sort_unstable();
        terms.dedup();
        Self {
            id,
            event_no,
            version_no,
            seq,
            // A date that cannot be read has no shape: it is found by no window, like none at all.
            start: start.filter(|_| time.is_some()).unwrap_or(UNDATED),
            shape: time.map_or(NOTHING, |shape| dictionary.shapes.number(shape)),
            size: size.map_or(NOTHING, |size| dictionary.sizes.number(size)),
            terms: terms.into(),
            points: points.into(),
        }
    }
}

fn terms(event: &EventContent) -> impl Iterator<Item = Term> {
    let evidence = event.evidence.iter().flat_map(|item| item.about.into_iter().chain([item.source]));
    let reported = Reported::of(event);
    let outcomes = event.outcomes.as_ref();
    let tolls = Toll::ALL.into_iter().filter_map(move |toll| Some(Term::Toll(toll, outcomes?.fewest(toll)?)));
    let single = [Term::Type(event.event_type), Term::Status(event.status), Term::Verification(event.verification)];
    (single.into_iter())
        .chain(event.tactics.iter().map(|tactic| Term::Tactic(*tactic)))
        .chain(Has::ALL.iter().filter(move |has| reported.contains(**has)).map(|has| Term::Has(*has)))
        .chain(event.issues.iter().map(|issue| Term::Issue(issue.clone())))
        .chain(event.actors.iter().map(|part| Term::Actor(part.actor, part.role)))
        .chain(event.places.iter().map(|p| Term::Place(p.location, p.precision, p.point.is_some())))
        .chain(event.campaigns.iter().map(|id| Term::Campaign(*id)))
        .chain(event.sources.iter().map(|id| Term::Source(*id)))
        .chain(evidence.map(Term::Mention))
        .chain(tolls)
}
