//! Which events a reader of the feed wants to be told of.

use hashbrown::{HashMap, HashSet};
use uuid::Uuid;

use super::Matched;
use crate::domain::privacy::Clearance;
use crate::domain::resource::Resource;
use crate::index::State;
use crate::index::answer::{Answer, among};
use crate::index::events::EventVersion;
use crate::index::sight::Sight;
use crate::query::event_query::EventQuery;
use crate::query::named::Named;
use crate::query::params::Params;
use crate::query::plan::plan;
use crate::query::terms::Terms;
use crate::store::connection::AnyConnection;
use crate::store::error::StoreError;
use crate::store::operations::{Operation, Written};

/// A filter of events whose names were found; one that asks for nothing lets every resource pass.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    query: EventQuery,
    named: Named,
}

impl Filter {
    /// A filter of the parameters of a question; faults stay with `params`.
    pub fn parse(state: &State, clearance: Clearance, params: &mut Params) -> Self {
        let query = EventQuery::filters(params);
        let named = Named::find(&query, state, clearance, params);
        Self { query, named }
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        !self.query.has_filters()
    }

    /// The filter as it was understood, as text: the same for filters that mean the same.
    pub fn text(&self) -> String {
        self.query.text()
    }

    /// The filter, to be held against versions that were written or replaced by these operations.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub(super) fn over(&self, operations: &[Operation], conn: &mut AnyConnection) -> Result<Stretch, StoreError> {
        let mut query = self.query.clone();
        let ids = std::mem::take(&mut query.id);
        let asks_for_links = query.asks_for_links();
        let may_differ = |operation: &&Operation| {
            let is_correction = |written: &Written| written.resource != Resource::Event && written.revision > 1;
            asks_for_links || operation.versions.iter().any(is_correction)
        };
        let breaks = operations.iter().filter(may_differ).map(|operation| operation.seq).collect();
        let last = operations.last().map_or(0, |operation| operation.seq);
        let is_empty = self.is_empty();
        Ok(Stretch {
            is_empty,
            ids,
            query,
            named: self.named.looked_up(&self.query, conn)?,
            breaks,
            last,
            versions: HashMap::new(),
        })
    }
}

/// A filter over one stretch of the log. What it means depends on the names of the moment; planning it anew for each operation
/// would take longer than anything else, so that it is planned once for all operations between two that change a name.
pub(super) struct Stretch {
    is_empty: bool,
    /// Ids are compared as they stand: in a plan they would be versions of one moment.
    ids: Terms<Uuid>,
    query: EventQuery,
    named: Named,
    /// The operations from which on the filter may mean something else.
    breaks: Vec<i64>,
    /// The last operation.
    last: i64,
    /// The rows that are to be looked at, by the moment for which the filter is planned.
    versions: HashMap<i64, Vec<u32>>,
}

/// Which versions match a filter, by the moment that they were looked at.
pub(super) struct Matches {
    stretch: Stretch,
    rows: HashSet<(i64, u32)>,
    /// The events that came to match, or ceased to, by operations that did not write them: by the names of what they name.
    pub moved: Moved,
}

/// Events that came to match, or ceased to, by the operation by which they did.
type Moved = HashMap<i64, Vec<(EventVersion, Matched)>>;

impl Stretch {
    /// The last operation at which the filter means what it means at this one.
    fn moment(&self, seq: i64) -> i64 {
        let next = self.breaks.partition_point(|at| *at <= seq);
        self.breaks.get(next).map_or(self.last, |at| at - 1)
    }

    /// Asks about a version, as it was at an operation.
    pub fn ask(&mut self, version: &EventVersion, seq: i64) {
        if !self.is_empty && self.ids.accepts(&version.id) {
            self.versions.entry(self.moment(seq)).or_default().push(version.row);
        }
    }

    /// Finds out which of the versions match.
    ///
    /// # Errors
    /// Where the filter asks for words, while those of events are not known.
    pub fn answer(self, state: &State, clearance: Clearance) -> Result<Matches, StoreError> {
        let mut rows = HashSet::new();
        for (moment, versions) in &self.versions {
            let search = plan(&self.query, &self.named, Sight { state, seq: *moment, clearance })?;
            rows.extend(among(&state.events, &search, versions).into_iter().map(|row| (*moment, row)));
        }
        let moved = if self.is_empty { HashMap::new() } else { self.moved(state, clearance)? };
        Ok(Matches { stretch: self, rows, moved })
    }

    /// The events that are the same right before and right behind an operation, and match only once.
    fn moved(&self, state: &State, clearance: Clearance) -> Result<Moved, StoreError> {
        let mut moved = Moved::new();
        for at in &self.breaks {
            let plan_at = |seq| plan(&self.query, &self.named, Sight { state, seq, clearance });
            let (before, after) = (plan_at(at - 1)?, plan_at(*at)?);
            if before.groups == after.groups && before.filter == after.filter {
                continue;
            }
            let [before, after] = [before, after].map(|search| Answer::new(&state.events, &search).all());
            let is_same = |version: &EventVersion| {
                let row = |seq| state.events.seen_at(version.id, seq, clearance).map(|seen| seen.row);
                row(at - 1) == Some(version.row) && row(*at) == Some(version.row) && self.ids.accepts(&version.id)
            };
            let entered = after.difference(&before).map(|row| (*row, Matched::Entered));
            let left = before.difference(&after).map(|row| (*row, Matched::Left));
            let versions = entered.chain(left).filter_map(|(row, matched)| Some((state.events.of_row(row)?, matched)));
            let mut versions: Vec<_> = versions.filter(|(version, _)| is_same(version)).collect();
            versions.sort_unstable_by_key(|(version, _)| version.version_no);
            moved.insert(*at, versions);
        }
        Ok(moved)
    }
}

impl Matches {
    /// Whether a version matches at an operation, for which it was asked about.
    pub fn has(&self, version: &EventVersion, seq: i64) -> bool {
        self.stretch.is_empty || self.rows.contains(&(self.stretch.moment(seq), version.row))
    }
}
