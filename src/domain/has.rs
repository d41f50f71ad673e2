//! What an event reports, whatever it says of it.

use super::code::codes;
use super::count::{ByGroup, Count, CountState};
use super::event::EventContent;

codes! {
    /// Something that an event may report.
    pub enum Has {
        /// It is dated.
        Date = "date",
        /// An end of its own is named.
        End = "end",
        /// It names a place.
        Place = "place",
        /// One of its places is given with a point.
        Point = "point",
        /// Something is said of how many took part, be it in words.
        Size = "size",
        /// It names an actor.
        Actors = "actors",
        /// It names an issue.
        Issues = "issues",
        /// It names a demand.
        Demands = "demands",
        /// It belongs to a campaign.
        Campaigns = "campaigns",
        /// There is a summary.
        Summary = "summary",
        /// There are words in another language.
        Translations = "translations",
        /// Something is said of what followed, be it that there was none.
        Outcomes = "outcomes",
        /// Somebody was arrested.
        Arrests = "arrests",
        /// Somebody was held without arrest.
        Detained = "detained",
        /// Somebody was injured, on whatever side.
        Injuries = "injuries",
        /// Somebody died, on whatever side.
        Deaths = "deaths",
        /// Damage was done.
        PropertyDamage = "property_damage",
        /// There is evidence.
        Evidence = "evidence",
        /// It is linked with another event, in either direction.
        Links = "links",
        /// Another collection has an id for it.
        ExternalId = "external_id",
    }
}

/// What an event reports by itself. `point` and `links` are never among it: they also depend on what locations and other
/// events are at the moment read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reported(u32);

impl Reported {
    /// What an event reports.
    pub fn of(event: &EventContent) -> Self {
        let reported = Has::ALL.iter().filter(|has| reports(event, **has));
        Self(reported.fold(0, |bits, has| bits | bit(*has)))
    }

    /// Whether it reports this.
    pub const fn contains(self, has: Has) -> bool {
        self.0 & bit(has) != 0
    }
}

const fn bit(has: Has) -> u32 {
    1 << has as u32
}

fn reports(event: &EventContent, has: Has) -> bool {
    let outcomes = event.outcomes.as_ref();
    match has {
        Has::Date => event.when.start.is_some(),
        Has::End => event.when.end.is_some(),
        Has::Place => !event.places.is_empty(),
        Has::Size => event.size.is_some(),
        Has::Actors => !event.actors.is_empty(),
        Has::Issues => !event.issues.is_empty(),
        Has::Demands => !event.demands.is_empty(),
        Has::Campaigns => !event.campaigns.is_empty(),
        Has::Summary => event.summary.is_some(),
        Has::Translations => !event.translations.is_empty(),
        Has::Outcomes => outcomes.is_some(),
        Has::Arrests => outcomes.is_some_and(|outcomes| anybody(outcomes.arrests)),
        Has::Detained => outcomes.is_some_and(|outcomes| anybody(outcomes.detained)),
        Has::Injuries => outcomes.is_some_and(|outcomes| on_any_side(&outcomes.injuries)),
        Has::Deaths => outcomes.is_some_and(|outcomes| on_any_side(&outcomes.deaths)),
        Has::PropertyDamage => outcomes.is_some_and(|outcomes| !outcomes.property_damage.is_empty()),
        Has::Evidence => !event.evidence.is_empty(),
        Has::ExternalId => !event.external_ids.is_empty(),
        Has::Point | Has::Links => false,
    }
}

/// Whether there was somebody; a null count says nothing of it.
fn anybody(count: Option<Count>) -> bool {
    count.is_some_and(|count| count.state != CountState::Zero)
}

fn on_any_side(groups: &ByGroup) -> bool {
    [groups.participants, groups.police, groups.others, groups.unspecified].into_iter().any(anybody)
}
