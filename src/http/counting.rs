//! Counting the events of a question.

use crate::domain::privacy::Clearance;
use crate::domain::tile::Tile;
use crate::index::aggregate::groups::Counts;
use crate::index::aggregate::histogram::Bucket;
use crate::index::aggregate::{Numbers, ToMatch};
use crate::index::answer::Deadline;
use crate::index::sight::Sight;
use crate::index::{Index, State};
use crate::query::aggregate::{FacetOwn, Field, Values, dots};
use crate::query::event_query::EventQuery;
use crate::query::facets::FacetQuery;
use crate::query::histogram::{HistogramQuery, MAX_CELLS};
use crate::query::known_values::KnownValues;
use crate::query::named::Named as FoundNames;
use crate::query::params::ParamFault;
use crate::query::plan::plan;
use crate::query::tile::{on_tile, tile_map};
use crate::view::aggregate::{
    EventExtent, EventFacets, EventHistogram, Facet, FacetValue, HistogramBucket, HistogramGroup, Named, number,
};
use crate::view::tile::encode;

use super::problem::Problem;
use crate::store::error::StoreError;

/// A question about events at one operation, to be counted.
pub struct Counting<'a> {
    /// What the node knows.
    pub index: &'a Index,
    /// Which events.
    pub query: &'a EventQuery,
    /// What the question names.
    pub named: &'a FoundNames,
    /// The operation.
    pub seq: i64,
    /// What whoever asks may be given.
    pub clearance: Clearance,
    /// When it must have been answered.
    pub deadline: Deadline,
    /// The values of fields that are known.
    pub known: &'a KnownValues,
}

/// One field to be counted.
struct FacetCount {
    field: Field,
    values: Values,
    /// Where the filter by this field is left out: the events without it.
    other: Option<ToMatch>,
}

impl Counting<'_> {
    fn sight<'s>(&self, state: &'s State) -> Sight<'s> {
        Sight { state, seq: self.seq, clearance: self.clearance }
    }

    fn to_match(&self, state: &State, query: &EventQuery, named: &FoundNames) -> Result<ToMatch, Problem> {
        let search = plan(query, named, self.sight(state)).map_err(StoreError::from)?;
        Ok(ToMatch::new(&state.events, search, self.deadline))
    }

    /// Events by time.
    ///
    /// # Errors
    /// 400 where there would be too many buckets, or too many values in them; 503 where the time is over.
    pub fn histogram(&self, asked: &HistogramQuery) -> Result<EventHistogram, Problem> {
        let (to_match, numbers, values, generation) = {
            let state = self.index.read();
            let to_match = self.to_match(&state, self.query, self.named)?;
            let values =
                asked.group_by.map(|field| field.values(self.query, self.named, self.sight(&state), self.known));
            (to_match, Numbers::of(&state.events), values, state.generation)
        };
        let matched = to_match.find()?;
        let buckets = asked.buckets(self.query, |frame| matched.told_between(&numbers, frame));
        let buckets = buckets.map_err(|fault| Problem::parameters(vec![fault]))?;
        let mut data = Vec::new();
        if let Some(buckets) = buckets {
            let groups = match &values {
                None => None,
                Some(values) => {
                    let chosen = chosen(values, &values.groups.count(&matched), usize::MAX);
                    refuse_too_many(chosen.len(), buckets.len())?;
                    let counted = matched.by_time_and_value(&buckets, &numbers, &values.groups, &chosen);
                    Some(in_order(self.named_values(values, &chosen, generation)?, counted))
                }
            };
            for (at, bucket) in matched.by_time(&buckets, &numbers).iter().enumerate() {
                let of_bucket = |groups: &GroupedBuckets| {
                    groups.iter().filter_map(|(named, of)| HistogramGroup::of(named.as_ref(), &of[at])).collect()
                };
                data.push(HistogramBucket::of(buckets.label(at), bucket, groups.as_ref().map(of_bucket)));
            }
        }
        let query = asked.echo(self.query.echo(self.seq));
        Ok(EventHistogram { data, total: number(matched.total()), undated: number(matched.undated()), query })
    }

    /// The most frequent values of fields.
    ///
    /// # Errors
    /// Where the dataset was replaced meanwhile, or the time is over.
    pub fn facets(&self, asked: &FacetQuery) -> Result<EventFacets, Problem> {
        let (counts, all, generation) = {
            let state = self.index.read();
            let count = |field: &Field| {
                let without = || field.left_out_of(self.query, self.named);
                let other = (asked.own == FacetOwn::Exclude).then(without).flatten();
                let (query, named) = other.as_ref().map_or((self.query, self.named), |(query, named)| (query, named));
                let values = field.values(query, named, self.sight(&state), self.known);
                let other = other.is_some().then(|| self.to_match(&state, query, named)).transpose()?;
                Ok(FacetCount { field: *field, values, other })
            };
            let counts = asked.fields.iter().map(count).collect::<Result<Vec<_>, Problem>>()?;
            (counts, self.to_match(&state, self.query, self.named)?, state.generation)
        };
        let all = all.find()?;
        let facet = |FacetCount { field, values, other }: FacetCount| {
            let matched = other.map_or_else(|| Ok(all.clone()), ToMatch::find)?;
            let counts = values.groups.count(&matched);
            let chosen = chosen(&values, &counts, asked.limit);
            let shown = values.groups.having(&matched, &chosen, &counts);
            let named = self.named_values(&values, &chosen, generation)?.into_iter();
            let count = |value: &u32| number(counts.of[*value as usize]);
            let value = |(Named { value, id, name }, count)| FacetValue { value, id, name, count };
            let mut given: Vec<FacetValue> = named.zip(chosen.iter().map(count)).map(value).collect();
            given.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
            let total = matched.total();
            Ok(Facet {
                field,
                values: given,
                distinct: number(counts.of.iter().filter(|count| **count > 0).count()),
                other: number(counts.any - shown),
                missing: number(total - counts.any),
                total: number(total),
            })
        };
        let data = counts.into_iter().map(facet).collect::<Result<Vec<_>, Problem>>()?;
        Ok(EventFacets { data, query: asked.echo(self.query.echo(self.seq)) })
    }

    /// What events lie between.
    ///
    /// # Errors
    /// 503 where the time is over, or it asks for words that are not known yet.
    pub fn extent(&self) -> Result<EventExtent, Problem> {
        let (to_match, numbers, dots) = {
            let state = self.index.read();
            let to_match = self.to_match(&state, self.query, self.named)?;
            (to_match, Numbers::of(&state.events), dots(self.sight(&state)))
        };
        let matched = to_match.find()?;
        Ok(EventExtent::of(&matched.extent(&numbers, &dots), matched.total(), self.query.echo(self.seq)))
    }

    /// A tile of a map with what it shows of events, as bytes.
    ///
    /// # Errors
    /// 503 where the dataset was replaced meanwhile, the time is over, or it asks for words that are not known yet.
    pub fn tile(&self, tile: Tile) -> Result<Vec<u8>, Problem> {
        let query = &on_tile(self.query, tile);
        let (to_match, map, generation) = {
            let state = self.index.read();
            let map = tile_map(query, self.named, self.sight(&state), tile);
            (self.to_match(&state, query, self.named)?, map, state.generation)
        };
        let shown = to_match.find()?.drawn(&map);
        let state = self.index.read();
        if state.generation != generation {
            return Err(Problem::restored());
        }
        Ok(encode(&shown, state.events.dictionary.shapes.values())?)
    }

    /// The names of values at the moment read.
    fn named_values(&self, values: &Values, chosen: &[u32], generation: u32) -> Result<Vec<Named>, Problem> {
        let state = self.index.read();
        if state.generation != generation {
            return Err(Problem::restored());
        }
        let names = self.sight(&state).names();
        let named = |value: &u32| Ok(Named::of(&values.values[*value as usize], names)?);
        chosen.iter().map(named).collect()
    }
}

/// The numbers of the values that most events have, ascending. Of values that as many events have, codes come before what has
/// a name, in the order of the codes or ids.
fn chosen(values: &Values, counts: &Counts, limit: usize) -> Vec<u32> {
    let rank = |value: &u32| (usize::MAX - counts.of[*value as usize], &values.values[*value as usize]);
    let mut chosen: Vec<u32> = (0..values.groups.count).filter(|value| counts.of[*value as usize] > 0).collect();
    if chosen.len() > limit {
        chosen.select_nth_unstable_by(limit, |a, b| rank(a).cmp(&rank(b)));
        chosen.truncate(limit);
    }
    chosen.sort_unstable();
    chosen
}

/// Buckets by the value that their events have; none for those that have no value.
type GroupedBuckets = Vec<(Option<Named>, Vec<Bucket>)>;

/// Puts the values in order that most events have in all buckets together; behind them the events that have none.
fn in_order(named: Vec<Named>, counted: Vec<Vec<Bucket>>) -> GroupedBuckets {
    let weight = |buckets: &[Bucket]| buckets.iter().map(|bucket| bucket.possible).sum::<i64>();
    let mut groups: GroupedBuckets = named.into_iter().map(Some).chain([None]).zip(counted).collect();
    groups.sort_by_cached_key(|(named, buckets)| (named.is_none(), -weight(buckets), named.clone()));
    groups
}

fn refuse_too_many(values: usize, buckets: usize) -> Result<(), Problem> {
    if values.saturating_mul(buckets) <= MAX_CELLS {
        return Ok(());
    }
    let detail = format!(
        "There would be {values} values in {buckets} buckets, and {MAX_CELLS} counts are the most: a coarser `interval`, a \
         shorter window or more filters would do."
    );
    Err(Problem::parameters(vec![ParamFault { parameter: "group_by".to_owned(), code: "too_many_groups", detail }]))
}
