//! What is counted of events, as readers are given it.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::known;
use crate::domain::bounding_box::BoundingBox;
use crate::domain::content::Content;
use crate::domain::instant::Instant;
use crate::index::aggregate::extent::Extent;
use crate::index::aggregate::histogram::Bucket;
use crate::index::entities::Moment;
use crate::query::aggregate::{Field, Value};
use crate::query::echo::EventQueryEcho;
use crate::query::event_query::MAX_PEOPLE;
use crate::store::error::StoreError;

/// Events by time.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventHistogram {
    /// The buckets in their order, also those in which there is nothing: from the one that `from` lies in to that of `to`, or
    /// as far as the dates of the events go. None where no event has a date.
    pub data: Vec<HistogramBucket>,
    /// How many events match. One that may lie in several buckets counts in each of them, so that their sum may be more.
    #[schema(minimum = 0, example = 13)]
    pub total: i64,
    /// How many of them have no date, and so are in no bucket.
    #[schema(minimum = 0, example = 0)]
    pub undated: i64,
    /// The question as it was understood.
    pub query: EventQueryEcho,
}

/// A stretch of time, and what is counted in it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HistogramBucket {
    /// Where it begins: a date, or for hours a date and time, of each event's own calendar; with an offset where the buckets
    /// are those of a zone.
    #[schema(example = "2026-01-30")]
    pub start: String,
    /// Events that lie in it for sure.
    #[schema(minimum = 0, example = 1)]
    pub definite: i64,
    /// Events that may lie in it, those that do for sure included.
    #[schema(minimum = 0, example = 5)]
    pub possible: i64,
    /// How many people took part.
    pub size: HistogramSize,
    /// The same by the value of `group_by`, in the order of how many events have it. There with `group_by`; without values
    /// that no event of the bucket has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub groups: Option<Vec<HistogramGroup>>,
}

/// How many people took part in the events of a bucket.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HistogramSize {
    /// The fewest people of the events that lie in the bucket for sure, added up; null where none of them tells a number.
    #[schema(minimum = 0, example = 2000)]
    pub low: Option<i64>,
    /// The most people of the events that may lie in it, added up, but for those of which the most is open; null where none of
    /// them tells a number.
    #[schema(minimum = 0, example = json!(null))]
    pub high: Option<i64>,
    /// Events that may lie in it, of which the most people is open: there may have been any number more than `high`.
    #[schema(minimum = 0, example = 1)]
    pub open_high: i64,
    /// Events that may lie in it and tell no number of people.
    #[schema(minimum = 0, example = 4)]
    pub unknown: i64,
}

/// Those events of a bucket that have a value.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HistogramGroup {
    /// The value: a code or a slug; null for events that have none.
    #[schema(example = "rally")]
    pub value: Option<String>,
    /// Its name at the moment read; null where it is a code.
    #[schema(example = json!(null))]
    pub name: Option<String>,
    /// Events that lie in the bucket for sure.
    #[schema(minimum = 0, example = 1)]
    pub definite: i64,
    /// Events that may lie in it, those that do for sure included.
    #[schema(minimum = 0, example = 1)]
    pub possible: i64,
    /// How many people took part.
    pub size: HistogramSize,
}

/// Values of events with how many have them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventFacets {
    /// What was asked for, in that order.
    pub data: Vec<Facet>,
    /// The question as it was understood.
    pub query: EventQueryEcho,
}

/// The values of one field.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Facet {
    /// The field.
    #[schema(example = "type")]
    pub field: Field,
    /// The values that most events have, most frequent first.
    pub values: Vec<FacetValue>,
    /// How many values there are that any event has, those that are not given included.
    #[schema(minimum = 0, example = 9)]
    pub distinct: i64,
    /// Events that have a value, but none of those that are given.
    #[schema(minimum = 0, example = 2)]
    pub other: i64,
    /// Events that have no value.
    #[schema(minimum = 0, example = 0)]
    pub missing: i64,
    /// Events that were counted. One that has several values counts for each of them.
    #[schema(minimum = 0, example = 13)]
    pub total: i64,
}

/// A value with how many events have it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FacetValue {
    /// The value as a filter takes it: a code or a slug.
    #[schema(example = "rally")]
    pub value: String,
    /// The id of what has a name; null for codes.
    #[schema(example = json!(null))]
    pub id: Option<Uuid>,
    /// Its name at the moment read; null for codes.
    #[schema(example = json!(null))]
    pub name: Option<String>,
    /// How many events have it.
    #[schema(minimum = 1, example = 1)]
    pub count: i64,
}

/// What events lie between.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventExtent {
    /// Bounds in time; null where no event has a date that tells one.
    pub time: Option<TimeExtent>,
    /// West, south, east and north of the smallest box that holds every point of these events, in degrees; west is greater than
    /// east where it crosses the antimeridian. Null where there is no point: countries and first-level divisions have none.
    #[schema(min_items = 4, max_items = 4, example = json!([-118.3, 34.0, -118.2, 34.1]))]
    pub bbox: Option<Vec<f64>>,
    /// How many events match.
    #[schema(minimum = 0, example = 13)]
    pub total: i64,
    /// How many have a date.
    #[schema(minimum = 0, example = 13)]
    pub dated: i64,
    /// How many have none.
    #[schema(minimum = 0, example = 0)]
    pub undated: i64,
    /// How many have a point.
    #[schema(minimum = 0, example = 6)]
    pub with_point: i64,
    /// How many have none.
    #[schema(minimum = 0, example = 7)]
    pub without_point: i64,
    /// The question as it was understood.
    pub query: EventQueryEcho,
}

/// Bounds in time. Where a date is open, such as *up to a day*, its other bound stands for it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TimeExtent {
    /// The first moment that a date tells, RFC 3339 in UTC.
    #[schema(value_type = String, format = DateTime, example = "2026-01-30T08:00:00.000000Z")]
    pub earliest: Instant,
    /// The last one.
    #[schema(value_type = String, format = DateTime, example = "2026-02-01T07:59:59.999999Z")]
    pub latest: Instant,
    /// Events that may have begun at any time before what their dates tell.
    #[schema(minimum = 0, example = 4)]
    pub open_start: i64,
    /// Events that may go on for any time behind it.
    #[schema(minimum = 0, example = 0)]
    pub open_end: i64,
}

/// A number of events as it is sent.
pub fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl HistogramSize {
    fn of(bucket: &Bucket) -> Self {
        // A sum past this is one that no reader of JSON could keep exactly, nor a planet hold.
        let most = |sum: i128| i64::try_from(sum).unwrap_or(MAX_PEOPLE).min(MAX_PEOPLE);
        let told = |(sum, count): (i128, i64)| (count > 0).then(|| most(sum));
        Self { low: told(bucket.low), high: told(bucket.high), open_high: bucket.open_high, unknown: bucket.unknown }
    }
}

impl HistogramBucket {
    /// What was counted in a bucket.
    pub fn of(start: String, bucket: &Bucket, groups: Option<Vec<HistogramGroup>>) -> Self {
        let size = HistogramSize::of(bucket);
        Self { start, definite: bucket.definite, possible: bucket.possible, size, groups }
    }
}

impl HistogramGroup {
    /// What was counted of a value; nothing where there is nothing.
    pub fn of(named: Option<&Named>, bucket: &Bucket) -> Option<Self> {
        let value = named.map(|named| named.value.clone());
        let name = named.and_then(|named| named.name.clone());
        let (definite, possible, size) = (bucket.definite, bucket.possible, HistogramSize::of(bucket));
        (bucket.possible > 0).then_some(Self { value, name, definite, possible, size })
    }
}

/// A value with the name that it has at the moment read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// The value as a filter takes it.
    pub value: String,
    /// The id of what has a name.
    pub id: Option<Uuid>,
    /// The name.
    pub name: Option<String>,
}

impl Named {
    /// Looks up the name of a value.
    ///
    /// # Errors
    /// Where something is referred to that is not there.
    pub fn of(value: &Value, names: Moment<'_>) -> Result<Self, StoreError> {
        match value {
            Value::Code(code) => Ok(Self { value: code.clone(), id: None, name: None }),
            Value::Entity(id) => {
                let (slug, content) = known(names.known(*id), *id)?;
                let name = match content {
                    Content::Actor(actor) => &actor.name,
                    Content::Location(location) => &location.name,
                    Content::Campaign(campaign) => &campaign.name,
                    Content::Source(source) => source.title.as_ref().unwrap_or(&source.publisher),
                    Content::Timeline(_) | Content::Event(_) => {
                        return Ok(Self { value: slug.to_owned(), id: Some(*id), name: None });
                    }
                };
                Ok(Self { value: slug.to_owned(), id: Some(*id), name: Some(name.clone()) })
            }
        }
    }
}

impl EventExtent {
    /// What was found of so many events.
    pub fn of(extent: &Extent, total: usize, query: EventQueryEcho) -> Self {
        let time = extent.time.and_then(|(earliest, latest)| {
            Some(TimeExtent {
                earliest: Instant::from_micros(earliest)?,
                latest: Instant::from_micros(latest)?,
                open_start: number(extent.open_start),
                open_end: number(extent.open_end),
            })
        });
        let sides = |BoundingBox { west, south, east, north }| vec![west, south, east, north];
        Self {
            time,
            bbox: extent.bbox.map(sides),
            total: number(total),
            dated: number(extent.dated),
            undated: number(total - extent.dated),
            with_point: number(extent.with_point),
            without_point: number(total - extent.with_point),
            query,
        }
    }
}
