//! What an event may say, and why records of other vocabularies have no room for it.

use super::crosswalk::Vocabulary;

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
