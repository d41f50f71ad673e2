//! Whether an event lies in a window of time: possibly, or for sure.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::calendar::Span;
use super::code::codes;
use super::edtf::{self, Reading};
use super::instant::Instant;
use super::when::{EdtfDate, When};

codes! {
    /// How sure it must be that an event touches a window.
    pub enum Overlap {
        /// It may: some reading of its dates does.
        Possible = "possible",
        /// It does: every reading of its dates does.
        Definite = "definite",
    }
}

/// The calendar in which an edge of a window is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Frame {
    /// The wall clock of each event's own place.
    Local,
    /// UTC.
    Utc,
}

/// One edge of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WindowEdge {
    /// What its microseconds count.
    pub frame: Frame,
    /// Microseconds since 1970-01-01T00:00:00 in that frame; the edge belongs to the window.
    pub micros: i64,
}

impl WindowEdge {
    /// The day it is on, of the years 1 to 9999: of the wall clock, or of a zone's, UTC unless given.
    pub fn day(self, zone: Option<Tz>) -> NaiveDate {
        let at = Instant::clipped(self.micros).to_datetime();
        let day = match self.frame {
            Frame::Local => at.date_naive(),
            Frame::Utc => at.with_timezone(&zone.unwrap_or(Tz::UTC)).date_naive(),
        };
        let [first, last] = [Instant::MIN, Instant::MAX].map(|instant| instant.to_datetime().date_naive());
        day.clamp(first, last)
    }
}

/// A stretch of time to look for events in. A missing edge leaves that side open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Window {
    /// The first microsecond.
    pub from: Option<WindowEdge>,
    /// The last microsecond.
    pub to: Option<WindowEdge>,
}

codes! {
    /// The edge of a window that a fault is in, by the name of its query parameter.
    pub enum WindowSide {
        /// `from`.
        From = "from",
        /// `to`.
        To = "to",
    }
}

/// What is wrong with one edge of a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowFault {
    /// Where.
    pub side: WindowSide,
    /// `invalid_edtf`, `out_of_range`, `open_interval`, `interval_in_window` or `from_after_to`.
    pub code: &'static str,
    /// What is wrong, in a sentence.
    pub detail: String,
}

impl Window {
    /// Reads both edges, each the whole of its value: `to=2026-01` is to the last microsecond of January.
    ///
    /// An RFC 3339 instant is UTC. A date, a local date-time or a set is the events' own local calendar, or with `zone`
    /// the calendar of that zone, compared in UTC.
    ///
    /// # Errors
    /// Every [`WindowFault`] found.
    pub fn parse(from: Option<&str>, to: Option<&str>, zone: Option<Tz>) -> Result<Self, Vec<WindowFault>> {
        let mut faults = Vec::new();
        let mut edge =
            |side: WindowSide, text: Option<&str>| edge(side, text?, zone).map_err(|fault| faults.push(fault)).ok();
        let window = Self { from: edge(WindowSide::From, from), to: edge(WindowSide::To, to) };
        if let (Some(from), Some(to)) = (window.from, window.to)
            && from.frame == to.frame
            && from.micros > to.micros
        {
            let detail = "`from` lies after `to`.".to_owned();
            faults.push(WindowFault { side: WindowSide::From, code: "from_after_to", detail });
        }
        if faults.is_empty() { Ok(window) } else { Err(faults) }
    }

    /// Whether an event touches the window. One without dates touches only the window without edges.
    pub fn matches(&self, facts: Option<&TimeFacts>, overlap: Overlap) -> bool {
        let Some(facts) = facts else {
            return self.from.is_none() && self.to.is_none();
        };
        self.to.is_none_or(|to| facts.of_frame(to.frame).begun(overlap) <= to.micros)
            && self.from.is_none_or(|from| facts.of_frame(from.frame).not_over(overlap) >= from.micros)
    }
}

fn edge(side: WindowSide, text: &str, zone: Option<Tz>) -> Result<WindowEdge, WindowFault> {
    let pick = |span: Span| match side {
        WindowSide::From => span.earliest,
        WindowSide::To => span.latest,
    };
    let fault = |code, detail: String| WindowFault { side, code, detail };
    match edtf::read(text) {
        Ok(Reading::One(date)) if date.is_absolute() || zone.is_some() => {
            Ok(WindowEdge { frame: Frame::Utc, micros: pick(date.utc(zone)) })
        }
        Ok(Reading::One(date)) => Ok(WindowEdge { frame: Frame::Local, micros: pick(date.local(None)) }),
        Ok(Reading::Interval { start, end }) => {
            let detail = format!("One date is wanted, not an interval: write from={} and to={}.", start.text, end.text);
            Err(fault("interval_in_window", detail))
        }
        // EDTF has no fractions of a second and no offsets beyond 14 hours; RFC 3339 has both.
        Err(refused) => match Instant::parse(text) {
            Some(instant) => Ok(WindowEdge { frame: Frame::Utc, micros: instant.micros() }),
            None if text.contains(' ') => {
                Err(fault(refused.code, format!("{} In a URL a plus sign is written %2B.", refused.detail)))
            }
            None => Err(fault(refused.code, refused.detail)),
        },
    }
}

/// The bounds of an event's dates as windows compare them, worked out once: a test is at most two comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeFacts {
    /// On the event's own wall clock, which nothing shifts or widens for want of a zone.
    pub local: FrameFacts,
    /// In UTC, as frozen in the event's `when`.
    pub utc: FrameFacts,
}

/// Bounds in one frame, in microseconds since 1970-01-01T00:00:00, all inclusive. An absent end has the start's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameFacts {
    /// First microsecond the start may mean.
    pub start_earliest: i64,
    /// Last microsecond the start may mean.
    pub start_latest: i64,
    /// First microsecond the end may mean.
    pub end_earliest: i64,
    /// Last microsecond the end may mean.
    pub end_latest: i64,
    /// `start_latest`, or the end of the next coarser unit if the start is qualified (`?`, `~`, `%`).
    pub definite_start_latest: i64,
    /// `end_earliest`, or the beginning of the next coarser unit if the end is qualified.
    pub definite_end_earliest: i64,
}

impl TimeFacts {
    /// The facts of a `when`; `None` if it is undated.
    ///
    /// Also `None` for a date that [`When::new`] would have refused: such a value was not made by this program.
    pub fn of(when: &When) -> Option<Self> {
        let zone = when.time_zone.as_deref().and_then(|name| name.parse().ok());
        let start = EndFacts::of(when.start.as_ref()?, zone)?;
        let end = match &when.end {
            Some(end) => EndFacts::of(end, zone)?,
            None => start,
        };
        Some(Self { local: FrameFacts::of(start.local, end.local), utc: FrameFacts::of(start.utc, end.utc) })
    }

    const fn of_frame(&self, frame: Frame) -> &FrameFacts {
        match frame {
            Frame::Local => &self.local,
            Frame::Utc => &self.utc,
        }
    }
}

impl FrameFacts {
    const fn of(start: Placed, end: Placed) -> Self {
        Self {
            start_earliest: start.written.earliest,
            start_latest: start.written.latest,
            end_earliest: end.written.earliest,
            end_latest: end.written.latest,
            definite_start_latest: start.sure.latest,
            definite_end_earliest: end.sure.earliest,
        }
    }

    /// The first microsecond by which it may have begun, or by which it has.
    const fn begun(&self, overlap: Overlap) -> i64 {
        match overlap {
            Overlap::Possible => self.start_earliest,
            Overlap::Definite => self.definite_start_latest,
        }
    }

    /// The last microsecond at which it may not be over, or at which it is not.
    const fn not_over(&self, overlap: Overlap) -> i64 {
        match overlap {
            Overlap::Possible => self.end_latest,
            Overlap::Definite => self.definite_end_earliest,
        }
    }
}

/// One end of an event in both frames.
#[derive(Clone, Copy)]
struct EndFacts {
    local: Placed,
    utc: Placed,
}

/// One end in one frame: as written, and with the room a qualifier gives it.
#[derive(Clone, Copy)]
struct Placed {
    written: Span,
    sure: Span,
}

impl EndFacts {
    fn of(end: &EdtfDate, zone: Option<Tz>) -> Option<Self> {
        let Ok(Reading::One(date)) = edtf::read(&end.edtf) else { return None };
        let frozen = Span { earliest: end.earliest.micros(), latest: end.latest.micros() };
        let (sure_local, sure_utc) = date.sure(zone);
        Some(Self {
            local: Placed { written: date.local(zone), sure: sure_local },
            // Zone rules change; the bounds as they were written do not.
            utc: Placed { written: frozen, sure: if date.qualified { frozen.hull(sure_utc) } else { frozen } },
        })
    }
}

#[cfg(test)]
#[path = "window_tests.rs"]
mod tests;
