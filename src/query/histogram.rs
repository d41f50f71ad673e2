//! What a question about events by time asks beside its filters.

use chrono_tz::Tz;

use super::aggregate::Field;
use super::echo::EventQueryEcho;
use super::event_query::EventQuery;
use super::params::{ParamFault, Params};
use crate::domain::buckets::{Buckets, Interval, MAX_BUCKETS, TooMany};
use crate::domain::window::{Frame, WindowEdge};

/// Most counts of one value in one bucket that an answer may hold.
pub const MAX_CELLS: usize = 100_000;

/// Which buckets are counted, and by what the events of each are told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistogramQuery {
    /// How long the buckets are.
    pub interval: Interval,
    /// By what events are told apart.
    pub group_by: Option<Field>,
}

impl HistogramQuery {
    /// Takes the parameters; faults stay with `params`.
    pub fn parse(params: &mut Params) -> Self {
        Self {
            interval: params.code("interval", Interval::parse, Interval::CODES).unwrap_or(Interval::Day),
            group_by: params.code("group_by", Field::parse, Field::CODES),
        }
    }

    /// The whole question as it was understood.
    pub fn echo(&self, filters: EventQueryEcho) -> EventQueryEcho {
        EventQueryEcho {
            interval: Some(self.interval.code().to_owned()),
            group_by: self.group_by.map(|field| field.code().to_owned()),
            ..filters
        }
    }

    /// The buckets of a question: from `from` to `to`, and on a side that is not asked for as far as dates tell, which `told`
    /// finds in the calendar of a frame. `None` where nothing tells how far.
    ///
    /// # Errors
    /// The fault of an interval that is too fine.
    pub fn buckets(
        &self,
        query: &EventQuery,
        told: impl FnOnce(Frame) -> Option<(i64, i64)>,
    ) -> Result<Option<Buckets>, ParamFault> {
        let zone = zone_of(query);
        let frame = if zone.is_some() { Frame::Utc } else { Frame::Local };
        let [from, to] = [query.window.from, query.window.to];
        let told = if from.is_some() && to.is_some() { None } else { told(frame) };
        let from = from.map(|edge| in_frame(edge, frame, AHEAD)).or(told.map(|told| told.0));
        let to = to.map(|edge| in_frame(edge, frame, BEHIND)).or(told.map(|told| told.1));
        let Some((from, to)) = from.zip(to) else {
            return Ok(None);
        };
        // What dates tell may lie on the other side of the edge that is asked for, where it is open that they reach it.
        let (from, to) = if query.window.from.is_some() { (from, to.max(from)) } else { (from.min(to), to) };
        Buckets::between(self.interval, zone, from, to).map(Some).map_err(|TooMany { count, instead }| {
            let detail = format!(
                "There would be {count} buckets, and {MAX_BUCKETS} are the most: `interval={instead}` would do, or a \
                 shorter window by `from` and `to`."
            );
            ParamFault { parameter: "interval".to_owned(), code: "too_many_buckets", detail }
        })
    }
}

const HOUR: i64 = 3_600_000_000;
/// How far a calendar on earth is ahead of UTC, and how far one is behind, at most.
const AHEAD: i64 = -14 * HOUR;
const BEHIND: i64 = 12 * HOUR;

/// The zone of the buckets: the one asked for, or UTC where the window is told by an instant.
fn zone_of(query: &EventQuery) -> Option<Tz> {
    let edges = [query.window.from, query.window.to];
    let is_instant = edges.iter().flatten().any(|edge| edge.frame == Frame::Utc);
    query.time_zone.or(is_instant.then_some(Tz::UTC))
}

/// An edge in a calendar; a date of the events' own calendars, wherever on earth that may be.
fn in_frame(edge: WindowEdge, frame: Frame, reach: i64) -> i64 {
    if edge.frame == frame { edge.micros } else { edge.micros.saturating_add(reach) }
}
