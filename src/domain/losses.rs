//! What an event says that records of other vocabularies have no room for, and why they do not.
//!
//! Only what depends on the event is looked at. What every record elsewhere lacks, such as our ids, roles of actors, evidence and
//! links, would be the same sentence in each event.

use serde::Deserialize;

use super::count::{Count, Outcomes};
use super::crosswalk::Vocabulary;
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

/// Something that an event may say and a record elsewhere may have no room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    /// A further type.
    Tactic,
    /// It is to take place, or was called off.
    NotHappened,
    /// It goes on.
    Ongoing,
    /// Nobody confirms that it took place.
    Unverified,
    /// It is attested better, or worse, than by one report.
    Standing,
    /// No date.
    Undated,
    /// A time of day.
    Time,
    /// A month.
    Month,
    /// A season or anything coarser.
    Coarse,
    /// A date that is marked as uncertain or approximate.
    Approximate,
    /// Several days.
    Days,
    /// No place.
    Nowhere,
    /// A place outside the United States.
    Abroad,
    /// A place behind the first.
    FurtherPlace,
    /// More than two actors.
    Actors,
    /// An issue.
    Issue,
    /// A demand.
    Demand,
    /// A campaign.
    Campaign,
    /// How many took part.
    Size,
    /// Who says how many.
    Basis,
    /// A size that is open upwards.
    OpenSize,
    /// Arrests, damage, measures of either side, people injured who took part or were officers.
    Consequence,
    /// People held, and anybody else injured.
    OtherConsequence,
    /// Participants or officers who died.
    DeathsOfSide,
    /// Anybody else who died.
    DeathsOfOthers,
    /// Deaths of whom it is not said.
    Deaths,
}

use Aspect::{
    Abroad, Actors, Approximate, Basis, Campaign, Coarse, Consequence, Days, Deaths, DeathsOfOthers, DeathsOfSide,
    FurtherPlace, Issue, Month, NotHappened, Nowhere, Ongoing, OpenSize, OtherConsequence, Standing, Tactic, Time,
    Undated, Unverified,
};

/// Countries of which CCC's files hold events: the United States and their territories.
const OF_CCC: [&str; 6] = ["US", "PR", "GU", "VI", "AS", "MP"];

impl Aspect {
    /// The member of an event that says it.
    pub const fn field(self) -> &'static str {
        match self {
            Tactic => "tactics",
            NotHappened | Ongoing | Unverified => "status",
            Standing => "verification",
            Undated | Time | Month | Coarse | Approximate | Days => "when",
            Nowhere | Abroad | FurtherPlace => "places",
            Actors => "actors",
            Issue => "issues",
            Self::Demand => "demands",
            Campaign => "campaigns",
            Self::Size | Basis | OpenSize => "size",
            Consequence | OtherConsequence | DeathsOfSide | DeathsOfOthers | Deaths => "outcomes",
        }
    }

    /// Why a record of a vocabulary has no room for it; nothing where it has.
    pub const fn why(self, vocabulary: Vocabulary) -> Option<&'static str> {
        match vocabulary {
            Vocabulary::Acled => self.lacking_in_acled(),
            Vocabulary::Ccc => self.lacking_in_ccc(),
            Vocabulary::Plover => self.lacking_in_plover(),
            Vocabulary::Cameo => self.lacking_in_cameo(),
        }
    }

    const fn lacking_in_acled(self) -> Option<&'static str> {
        Some(match self {
            Tactic => "ACLED has one code for an event.",
            NotHappened => "ACLED records what happened.",
            Ongoing => "ACLED has a record for each day, and none says that it goes on.",
            Unverified => "ACLED has no mark for what nobody confirms.",
            Standing => "ACLED does not say how well an event is attested.",
            Undated => "An ACLED record needs a date.",
            Time => "ACLED dates to the day.",
            Coarse => "ACLED dates nothing more coarsely than to a month.",
            Days => "ACLED has a record for each day.",
            Nowhere => "An ACLED record needs a place.",
            FurtherPlace => "An ACLED record has one place.",
            Issue => "ACLED tells what it was about in its notes alone.",
            Self::Demand => "ACLED tells what was demanded in its notes alone.",
            Campaign => "ACLED does not say what events belong together.",
            Basis => "ACLED's tag for the size of a crowd does not say who counted.",
            Consequence | OtherConsequence => "ACLED has a number for deaths alone.",
            DeathsOfSide | DeathsOfOthers => "ACLED's number of deaths does not say whose.",
            Month | Approximate | Abroad | Actors | Self::Size | OpenSize | Deaths => return None,
        })
    }

    const fn lacking_in_ccc(self) -> Option<&'static str> {
        Some(match self {
            Tactic => "CCC's list of types has no word for it.",
            NotHappened => "CCC has rows for events that took place.",
            Ongoing => "CCC has a row for each day, and none says that it goes on.",
            Standing => "CCC says whether an event is known to have happened, and no more.",
            Undated | Month | Coarse => "A CCC row needs a day.",
            Time => "CCC dates to the day.",
            Approximate => "CCC has no mark for a date that is not sure.",
            Days => "CCC has a row for each day.",
            Nowhere => "A CCC row needs a town.",
            Abroad => "CCC has events in the United States alone.",
            FurtherPlace => "A CCC row has one town.",
            Campaign => "CCC's id for events that belong together joins a gathering and the one against it.",
            Basis => "CCC does not say who counted.",
            OpenSize => "CCC has no mark for a size that is open upwards.",
            OtherConsequence => "CCC has no column for it.",
            DeathsOfOthers | Deaths => "CCC counts deaths of participants and of police.",
            Unverified | Actors | Issue | Self::Demand | Self::Size | Consequence | DeathsOfSide => return None,
        })
    }

    const fn lacking_in_plover(self) -> Option<&'static str> {
        Some(match self {
            Tactic => "PLOVER has one event and one mode for an event.",
            NotHappened => "A PLOVER record does not say that it was yet to come or called off.",
            Ongoing => "A PLOVER record does not say that it goes on.",
            Unverified => "PLOVER has no mark for what nobody confirms.",
            Standing => "PLOVER does not say how well an event is attested.",
            Undated | Month | Coarse => "A PLOVER record needs a day.",
            Time => "PLOVER dates to the day.",
            Approximate => "PLOVER has no mark for a date that is not sure.",
            Days => "A PLOVER record has one day.",
            FurtherPlace => "A PLOVER record has one place.",
            Actors => "A PLOVER record has one who acts and one acted upon.",
            Issue => "PLOVER's contexts are a closed list that no issue is translated to.",
            Self::Demand => "PLOVER does not say what was demanded.",
            Campaign => "PLOVER does not say what events belong together.",
            Self::Size => "A PLOVER record does not say how many took part.",
            Consequence | OtherConsequence | DeathsOfSide | DeathsOfOthers | Deaths => {
                "A PLOVER record does not say what followed."
            }
            Nowhere | Abroad | Basis | OpenSize => return None,
        })
    }

    const fn lacking_in_cameo(self) -> Option<&'static str> {
        Some(match self {
            Tactic => "CAMEO has one code for an event.",
            NotHappened => "A CAMEO record does not say that it was yet to come or called off.",
            Ongoing => "A CAMEO record does not say that it goes on.",
            Unverified => "CAMEO has no mark for what nobody confirms.",
            Standing => "CAMEO does not say how well an event is attested.",
            Undated | Month | Coarse => "A CAMEO record needs a day.",
            Time => "CAMEO dates to the day.",
            Approximate => "CAMEO has no mark for a date that is not sure.",
            Days => "A CAMEO record has one day.",
            FurtherPlace => "A CAMEO record has one place of the action.",
            Actors => "A CAMEO record has one who acts and one acted upon.",
            Issue => "CAMEO does not say what it was about.",
            Self::Demand => "CAMEO does not say what was demanded.",
            Campaign => "CAMEO does not say what events belong together.",
            Self::Size => "A CAMEO record does not say how many took part.",
            Consequence | OtherConsequence | DeathsOfSide | DeathsOfOthers | Deaths => {
                "A CAMEO record does not say what followed."
            }
            Nowhere | Abroad | Basis | OpenSize => return None,
        })
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guide_says_of_each_what_is_lost() {
        let all = [
            Tactic,
            NotHappened,
            Ongoing,
            Unverified,
            Standing,
            Undated,
            Time,
            Month,
            Coarse,
            Approximate,
            Days,
            Nowhere,
            Abroad,
            FurtherPlace,
            Actors,
            Issue,
            Aspect::Demand,
            Campaign,
            Aspect::Size,
            Basis,
            OpenSize,
            Consequence,
            OtherConsequence,
            DeathsOfSide,
            DeathsOfOthers,
            Deaths,
        ];
        let guide = include_str!("../../docs/vocabularies.md");
        let rows = guide.lines().skip_while(|line| !line.starts_with("| what an event says |")).skip(2);
        let rows: Vec<Vec<&str>> = rows
            .take_while(|row| row.starts_with('|'))
            .map(|row| row.trim_matches('|').split('|').map(str::trim).collect())
            .collect();
        assert_eq!(rows.len(), all.len());
        for (aspect, row) in all.iter().zip(&rows) {
            assert_eq!(row[1], format!("`{}`", aspect.field()), "{row:?}");
            for (vocabulary, cell) in Vocabulary::ALL.iter().zip(&row[3..]) {
                let told = aspect.why(*vocabulary);
                assert_eq!(told.is_some(), cell.starts_with("lost"), "{row:?} in {vocabulary}");
                let is_sentence = |why: &str| why.ends_with('.') && !why.contains(". ") && why.len() < 140;
                assert!(told.is_none_or(is_sentence), "{told:?}");
            }
        }
    }
}
