//! What an event says that records of other vocabularies may have no room for.
//!
//! Only what depends on the event is looked at. What every record elsewhere lacks, such as our ids, roles of actors, evidence and
//! links, would be the same sentence in each event.

use serde::Deserialize;

use super::aspects::Aspect::{
    self, Abroad, Actors, Approximate, Basis, Campaign, Coarse, Consequence, Days, Deaths, DeathsOfOthers,
    DeathsOfSide, FurtherPlace, Issue, Month, NotHappened, Nowhere, Ongoing, OpenSize, OtherConsequence, Standing,
    Tactic, Time, Undated, Unverified,
};
use super::count::{Count, Outcomes};
use super::event::Demand;
use super::event_type::EventType;
use super::size::{Size, SizeBasis};
use super::verification::Verification;
use super::vocabulary::EventStatus;
use super::when::{EdtfDate, TimePrecision, When};

/// An event as readers are given it, as far as other vocabularies may have room for it.
#[derive(Clone, Debug, Deserialize)]
#[expect(missing_docs, reason = "the same fields, described for readers, are in `view::event::Event`")]
pub struct Facts {
    #[serde(rename = "type")]
    pub event_type: EventType,
    pub tactics: Vec<EventType>,
    pub status: EventStatus,
    pub verification: Verification,
    pub when: When,
    pub places: Vec<PlaceFacts>,
    pub actors: Vec<ActorFacts>,
    pub issues: Vec<String>,
    pub demands: Vec<Demand>,
    pub campaigns: Vec<NameFacts>,
    pub size: Option<Size>,
    pub outcomes: Option<Outcomes>,
}

/// A place of an event.
#[derive(Clone, Debug, Deserialize)]
#[expect(missing_docs, reason = "the same fields, described for readers, are in `view::event::EventPlaceItem`")]
pub struct PlaceFacts {
    pub location: LocationFacts,
}

/// A location.
#[derive(Clone, Debug, Deserialize)]
#[expect(missing_docs, reason = "the same fields, described for readers, are in `view::reference::LocationRef`")]
pub struct LocationFacts {
    pub slug: String,
    pub country: Option<String>,
}

/// An actor's part in an event.
#[derive(Clone, Debug, Deserialize)]
#[expect(missing_docs, reason = "the same fields, described for readers, are in `view::event::EventActorItem`")]
pub struct ActorFacts {
    pub actor: NameFacts,
}

/// Something with a name.
#[derive(Clone, Debug, Deserialize)]
#[expect(missing_docs, reason = "the same fields, described for readers, are in `view::reference::NamedRef`")]
pub struct NameFacts {
    pub slug: String,
}

/// Countries of which CCC's files hold events: the United States and their territories.
const OF_CCC: [&str; 6] = ["US", "PR", "GU", "VI", "AS", "MP"];

/// All that an event says of what is looked at, in the order of its members.
pub fn said(event: &Facts) -> Vec<(Aspect, Option<String>)> {
    let mut said = Vec::new();
    let mut say = |aspect: Aspect, value: &str| said.push((aspect, Some(value.to_owned())));
    event.tactics.iter().for_each(|tactic| say(Tactic, tactic.code()));
    match event.status {
        EventStatus::Happened => {}
        EventStatus::Ongoing => say(Ongoing, event.status.code()),
        EventStatus::Unverified => say(Unverified, event.status.code()),
        EventStatus::Planned | EventStatus::Proposed | EventStatus::Cancelled | EventStatus::Rescheduled => {
            say(NotHappened, event.status.code());
        }
    }
    if event.verification != Verification::Reported {
        say(Standing, event.verification.code());
    }
    let dated = dates(&event.when);
    let date = event.when.start.as_ref().map(|start| in_words(start, event.when.end.as_ref()));
    said.extend(dated.into_iter().map(|aspect| (aspect, date.clone())));
    match event.places.as_slice() {
        [] => said.push((Nowhere, None)),
        [first, further @ ..] => {
            let country = first.location.country.as_deref();
            said.extend(country.filter(|code| !OF_CCC.contains(code)).map(|code| (Abroad, Some(code.to_owned()))));
            said.extend(further.iter().map(|place| (FurtherPlace, Some(place.location.slug.clone()))));
        }
    }
    if event.actors.len() > 2 {
        let names: Vec<&str> = event.actors.iter().map(|part| &*part.actor.slug).collect();
        said.push((Actors, Some(names.join(", "))));
    }
    said.extend(event.issues.iter().map(|issue| (Issue, Some(issue.clone()))));
    said.extend(event.demands.iter().map(|demand| (Aspect::Demand, Some(demand.summary.clone()))));
    said.extend(event.campaigns.iter().map(|campaign| (Campaign, Some(campaign.slug.clone()))));
    event.size.iter().for_each(|size| said.extend(sizes(size)));
    event.outcomes.iter().for_each(|outcomes| said.extend(consequences(outcomes)));
    said
}

fn in_words(start: &EdtfDate, end: Option<&EdtfDate>) -> String {
    end.map_or_else(|| start.edtf.clone(), |end| format!("{}/{}", start.edtf, end.edtf))
}

fn dates(when: &When) -> Vec<Aspect> {
    let precision = when.precision.map(|precision| match precision {
        TimePrecision::Time => Some(Time),
        TimePrecision::Day => None,
        TimePrecision::Month => Some(Month),
        _ => Some(Coarse),
    });
    let both = when.start.as_ref().zip(when.end.as_ref());
    let is_long = both.is_some_and(|(start, end)| day(start) != day(end));
    let approximate = when.approximate.then_some(Approximate);
    precision.unwrap_or(Some(Undated)).into_iter().chain(approximate).chain(is_long.then_some(Days)).collect()
}

/// The day that a date begins with, if it names one, and all of it otherwise.
fn day(date: &EdtfDate) -> &str {
    date.edtf.get(..10).unwrap_or(&date.edtf)
}

fn sizes(size: &Size) -> impl Iterator<Item = (Aspect, Option<String>)> {
    let Size { text, low, high, best, basis, .. } = size;
    let range = || {
        let bound = |bound: &Option<i64>| bound.map(|people| people.to_string()).unwrap_or_default();
        best.map_or_else(|| format!("{}..{}", bound(low), bound(high)), |best| best.to_string())
    };
    let whole = (Aspect::Size, Some(text.clone().unwrap_or_else(range)));
    let basis = (*basis != SizeBasis::Unknown).then(|| (Basis, Some(basis.code().to_owned())));
    let open = low.filter(|_| high.is_none()).map(|low| (OpenSize, Some(format!("{low}.."))));
    [Some(whole), basis, open].into_iter().flatten()
}

fn consequences(outcomes: &Outcomes) -> impl Iterator<Item = (Aspect, Option<String>)> {
    let Outcomes { arrests, detained, injuries, deaths, .. } = outcomes;
    let counts: [(Aspect, &str, &Option<Count>); 10] = [
        (Consequence, "arrests", arrests),
        (OtherConsequence, "detained", detained),
        (Consequence, "injuries.participants", &injuries.participants),
        (Consequence, "injuries.police", &injuries.police),
        (OtherConsequence, "injuries.others", &injuries.others),
        (OtherConsequence, "injuries.unspecified", &injuries.unspecified),
        (DeathsOfSide, "deaths.participants", &deaths.participants),
        (DeathsOfSide, "deaths.police", &deaths.police),
        (DeathsOfOthers, "deaths.others", &deaths.others),
        (Deaths, "deaths.unspecified", &deaths.unspecified),
    ];
    let lists = [
        ("property_damage", &outcomes.property_damage),
        ("participant_measures", &outcomes.participant_measures),
        ("police_measures", &outcomes.police_measures),
    ];
    let counts = counts.into_iter().filter(|(.., count)| count.is_some()).map(|(aspect, name, _)| (aspect, name));
    let lists = lists.into_iter().filter(|(_, list)| !list.is_empty()).map(|(name, _)| (Consequence, name));
    counts.chain(lists).map(|(aspect, name)| (aspect, Some(name.to_owned()))).collect::<Vec<_>>().into_iter()
}
