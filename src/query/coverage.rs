//! What sources monitor of that which a question is about: entries of coverage, and whether there is a gap between them.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::event_query::EventQuery;
use super::named::Named;
use super::terms::Terms;
use crate::domain::codes;
use crate::domain::coverage::{CoverageEntry, Days};
use crate::domain::place::LocationContent;
use crate::domain::source::SourceContent;
use crate::domain::vocabulary::{Category, EventType, LocationKind};
use crate::domain::window::Overlap;
use crate::index::entities::{Entity, EntityContent, Moment};
use crate::index::sight::Sight;

codes! {
    /// Whether anybody looked.
    pub enum MonitoringState {
        /// On every day, everywhere that was asked for, some source did.
        Monitored = "monitored",
        /// Some source did, but not everywhere, not on every day, or not for all that was asked for.
        Partly = "partly",
        /// No source did: that nothing is found says nothing.
        Unmonitored = "unmonitored",
        /// No source says what it monitors, or the places that were asked for cannot be compared with what it says.
        Unknown = "unknown",
    }
}

/// Most gaps that are told.
const MOST_GAPS: usize = 100;

/// Whether sources monitored the places and days that a question names: where they did, nothing found means that nothing was
/// reported; where they did not, it means nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Monitoring {
    /// Whether anybody looked.
    #[schema(example = "partly")]
    pub state: MonitoringState,
    /// The days on which not all that was asked for was monitored, in the order of time: the first hundred stretches.
    pub gaps: Vec<CoverageGap>,
    /// How many such stretches there are.
    #[schema(example = 1, minimum = 0)]
    pub gap_count: usize,
    /// How many sources monitored any of it; `/v1/coverage` lists them.
    #[schema(example = 2, minimum = 0)]
    pub sources: usize,
}

/// A stretch of days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CoverageGap {
    /// The first day; null where the stretch has no beginning.
    #[schema(example = "2020-06-01")]
    pub from: Option<NaiveDate>,
    /// The last day; null where the stretch has no end.
    #[schema(example = "2020-06-30")]
    pub to: Option<NaiveDate>,
}

/// A region that a question names.
enum Region {
    /// A location, with all that lies below it; behind it what it lies in.
    Location(Vec<Uuid>),
    Country(String),
    Admin1(String),
}

/// Where a monitored place lies.
struct Place<'a> {
    /// Itself, then what it lies in.
    line: Vec<Uuid>,
    kind: LocationKind,
    country: Option<&'a str>,
    admin1: Option<&'a str>,
}

impl<'a> Place<'a> {
    fn of(location: Uuid, names: Moment<'a>) -> Option<Self> {
        Some(Self {
            line: names.line(location).collect(),
            kind: names.values::<LocationContent>(location)?.1.kind,
            country: names.inherited(location, |l| l.country.as_deref()),
            admin1: names.inherited(location, |l| l.admin1.as_deref()),
        })
    }
}

impl Region {
    /// Whether a place is all of it, or more.
    fn lies_in(&self, place: &Place<'_>) -> bool {
        let is = |kind, code: Option<&str>, wanted: &str| place.kind == kind && code == Some(wanted);
        match self {
            Self::Location(line) => place.line.first().is_some_and(|id| line.contains(id)),
            Self::Country(code) => is(LocationKind::Country, place.country, code),
            Self::Admin1(code) => {
                let country = code.split('-').next().unwrap_or_default();
                is(LocationKind::Admin1, place.admin1, code) || is(LocationKind::Country, place.country, country)
            }
        }
    }

    /// Whether a place is it, or a part of it.
    fn has_in_it(&self, place: &Place<'_>) -> bool {
        match self {
            Self::Location(line) => line.first().is_some_and(|id| place.line.contains(id)),
            Self::Country(code) => place.country == Some(code),
            Self::Admin1(code) => place.admin1 == Some(code),
        }
    }
}

/// An entry of coverage with whose it is.
pub struct Monitored<'a> {
    /// The source's id.
    pub source: Uuid,
    /// The source's slug.
    pub slug: &'a str,
    /// The source's values.
    pub content: &'a SourceContent,
    /// The entry's position in the source's list.
    pub position: usize,
    /// The entry.
    pub entry: &'a CoverageEntry,
    place: Place<'a>,
}

/// What a question asks to have been monitored, at one moment.
pub struct Watch<'a> {
    sight: Sight<'a>,
    sources: Terms<Uuid>,
    /// By `location`, `admin1` and `country`.
    regions: [Terms<Region>; 3],
    has_box: bool,
    days: Option<Days>,
    categories: Vec<Category>,
    issues: &'a [String],
}

impl<'a> Watch<'a> {
    /// Of a question about events, or about coverage alone.
    pub fn of(query: &'a EventQuery, named: &Named, sight: Sight<'a>) -> Self {
        let names = sight.names();
        let survivor = |id: &Uuid| names.survivor(*id);
        let types = EventType::ALL.iter().filter(|event_type| query.event_type.accepts(event_type));
        let mut categories: Vec<Category> = types.map(|event_type| event_type.category()).collect();
        categories.retain(|category| query.category.accepts(category));
        categories.sort_unstable();
        categories.dedup();
        let regions = [
            named.location.map(|id| Region::Location(names.line(names.survivor(*id)).collect())),
            query.admin1.map(|code| Region::Admin1(code.clone())),
            query.country.map(|code| Region::Country(code.clone())),
        ];
        Self {
            sight,
            sources: named.source.map(survivor),
            regions,
            has_box: !query.area.is_everywhere(),
            days: query.days,
            categories,
            issues: &query.issue.any,
        }
    }

    /// The sources that are asked for and say what they monitor.
    fn sources(&self) -> impl Iterator<Item = (Uuid, &'a Entity, &'a SourceContent)> {
        let (names, monitoring) = (self.sight.names(), self.sight.state.entities.monitoring());
        monitoring.iter().filter(|id| self.sources.accepts(id) && self.sight.has(**id)).filter_map(move |id| {
            let (entity, version) = names.version(*id)?;
            let content = SourceContent::of(&version.document.as_ref()?.content)?;
            (!content.coverage.is_empty()).then_some((*id, entity, content))
        })
    }

    /// The entries that say something of what is asked for: all that touch it, or those alone that take in all of it.
    pub fn entries(&self, overlap: Overlap) -> impl Iterator<Item = Monitored<'a>> {
        let (names, is_whole) = (self.sight.names(), overlap == Overlap::Definite);
        let is_then = move |days: Days| {
            self.days.is_none_or(|asked| if is_whole { days.holds(asked) } else { days.meets(asked) })
        };
        let is_there = move |place: &Place<'_>| {
            let touches = |region: &Region| region.lies_in(place) || (!is_whole && region.has_in_it(place));
            self.regions.iter().all(|regions| {
                let is_wanted = regions.any.is_empty() || regions.any.iter().any(touches);
                is_wanted && !regions.none.iter().any(|region| region.has_in_it(place))
            })
        };
        self.sources().flat_map(move |(source, entity, content)| {
            let entries = content.coverage.iter().enumerate().filter(move |(_, entry)| is_then(entry.days()));
            entries.filter_map(move |(position, entry)| {
                let place = Place::of(entry.location, names).filter(is_there)?;
                Some(Monitored { source, slug: &entity.slug, content, position, entry, place })
            })
        })
    }

    /// Whether what is asked for was monitored; nothing where neither a place nor a day is asked for.
    pub fn monitoring(&self) -> Option<Monitoring> {
        let names_a_place = self.has_box || self.regions.iter().any(|regions| !regions.any.is_empty());
        if !names_a_place && self.days.is_none() {
            return None;
        }
        let asked = self.days.unwrap_or(Days::new(None, None));
        if self.sources().next().is_none() {
            return Some(Monitoring::of(MonitoringState::Unknown, Vec::new(), 0));
        }
        let entries: Vec<_> = self.entries(Overlap::Possible).filter(|entry| self.looks_for_any(entry.entry)).collect();
        let mut sources: Vec<Uuid> = entries.iter().map(|entry| entry.source).collect();
        sources.sort_unstable();
        sources.dedup();
        Some(match sources.len() {
            0 => Monitoring::of(MonitoringState::Unmonitored, vec![asked], 0),
            count if self.has_box => Monitoring::of(MonitoringState::Unknown, Vec::new(), count),
            count => {
                let gaps = self.gaps(asked, &entries);
                let state = if gaps.is_empty() { MonitoringState::Monitored } else { MonitoringState::Partly };
                Monitoring::of(state, gaps, count)
            }
        })
    }

    fn looks_for_any(&self, entry: &CoverageEntry) -> bool {
        let any = |limits: &[Category]| limits.is_empty() || self.categories.iter().any(|one| limits.contains(one));
        let issues = entry.issues.is_empty() || self.issues.is_empty();
        any(&entry.categories) && (issues || self.issues.iter().any(|issue| entry.issues.contains(issue)))
    }

    /// The days on which some category was not looked for in all of some region. Of several filters by place the narrowest
    /// tells the regions: what was monitored in all of one was so in all that it has in common with others.
    fn gaps(&self, asked: Days, entries: &[Monitored<'_>]) -> Vec<Days> {
        let has_issues = |entry: &CoverageEntry| {
            let all = !self.issues.is_empty() && self.issues.iter().all(|issue| entry.issues.contains(issue));
            entry.issues.is_empty() || all
        };
        let narrowest = self.regions.iter().find(|regions| !regions.any.is_empty());
        let regions: Vec<Option<&Region>> =
            narrowest.map_or_else(|| vec![None], |regions| regions.any.iter().map(Some).collect());
        let mut gaps = Vec::new();
        for region in regions {
            let is_whole = |place| region.is_none_or(|region| region.lies_in(place));
            let there = entries.iter().filter(|entry| is_whole(&entry.place) && has_issues(entry.entry));
            let there: Vec<&CoverageEntry> = there.map(|entry| entry.entry).collect();
            for category in &self.categories {
                let looking = there.iter().filter(|e| e.categories.is_empty() || e.categories.contains(category));
                gaps.extend(asked.without(looking.map(|entry| entry.days()).collect()));
            }
        }
        Days::joined(gaps)
    }
}

impl Monitoring {
    fn of(state: MonitoringState, gaps: Vec<Days>, sources: usize) -> Self {
        let gap_count = gaps.len();
        let gap = |days: Days| CoverageGap { from: days.from(), to: days.to() };
        Self { state, gaps: gaps.into_iter().take(MOST_GAPS).map(gap).collect(), gap_count, sources }
    }
}
