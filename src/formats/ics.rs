//! Events as a calendar (RFC 5545, RFC 7986).

use std::fmt::{Display, Write as _};
use std::sync::Arc;

use chrono::NaiveDate;

use super::dates::{Plain, Unit, plain};
use super::told::Told;
use super::{About, Writer, words};
use crate::domain::instant::Instant;
use crate::domain::vocabulary::EventStatus;
use crate::store::error::StoreError;

/// Media type of calendars.
pub const MEDIA_TYPE: &str = "text/calendar; charset=utf-8";

/// How long a reader may wait before it asks again.
const REFRESH: &str = "PT1H";

/// Bytes of a line, at most.
const WIDTH: usize = 75;

/// Why events are left out.
const WHY_LEFT_OUT: &str =
    "No day is known on which these began, or on which they ended; or it lies beyond the years of a calendar.";

/// Writes a calendar.
pub struct Calendar {
    about: Arc<About>,
    left_out: u64,
}

impl Calendar {
    /// The calendar of a list.
    pub const fn new(about: Arc<About>) -> Self {
        Self { about, left_out: 0 }
    }
}

impl Writer for Calendar {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), StoreError> {
        line(out, "BEGIN", "VCALENDAR");
        line(out, "VERSION", "2.0");
        line(out, "PRODID", concat!("-//Marchline//Marchline ", env!("CARGO_PKG_VERSION"), "//EN"));
        line(out, "CALSCALE", "GREGORIAN");
        line(out, "NAME", escaped(&self.about.name));
        line(out, "X-WR-CALNAME", escaped(&self.about.name));
        if let Some(description) = &self.about.description {
            line(out, "DESCRIPTION", escaped(description));
        }
        line(out, "REFRESH-INTERVAL;VALUE=DURATION", REFRESH);
        line(out, "X-PUBLISHED-TTL", REFRESH);
        line(out, "X-MARCHLINE-MATCHING", self.about.total);
        Ok(())
    }

    fn event(&mut self, document: &[u8], out: &mut Vec<u8>) -> Result<(), StoreError> {
        let event = Told::read(document)?;
        match stretch(&event) {
            Some(stretch) => self.put(&event, &stretch, out),
            None => self.left_out += 1,
        }
        Ok(())
    }

    /// How many were left out stands in a component of our own, which readers skip that do not know it: it is known only here,
    /// and properties of the calendar stand before its events.
    fn end(&mut self, out: &mut Vec<u8>) {
        if self.left_out > 0 {
            line(out, "BEGIN", "X-MARCHLINE-LEFT-OUT");
            line(out, "X-MARCHLINE-COUNT", self.left_out);
            line(out, "X-MARCHLINE-REASON", escaped(WHY_LEFT_OUT));
            line(out, "END", "X-MARCHLINE-LEFT-OUT");
        }
        line(out, "END", "VCALENDAR");
    }
}

impl Calendar {
    fn put(&self, event: &Told, (start, end): &(String, Option<String>), out: &mut Vec<u8>) {
        line(out, "BEGIN", "VEVENT");
        line(out, "UID", format_args!("{}@marchline", event.id));
        line(out, "DTSTAMP", utc(event.recorded_at));
        line(out, "LAST-MODIFIED", utc(event.recorded_at));
        line(out, "CREATED", utc(event.created_at));
        line(out, "SEQUENCE", event.revision - 1);
        out_line(out, &format!("DTSTART{start}"));
        if let Some(end) = end {
            out_line(out, &format!("DTEND{end}"));
        }
        let language = event.language.as_ref().map(|tag| format!(";LANGUAGE={tag}")).unwrap_or_default();
        line(out, format_args!("SUMMARY{language}"), escaped(&words::title(event)));
        line(out, "DESCRIPTION", escaped(&words::said(event).join("\n")));
        if let Some(place) = event.place() {
            line(out, "LOCATION", escaped(&words::place(place)));
            if let Some(point) = place.point.filter(|_| words::is_spot(place.precision)) {
                line(out, "GEO", format_args!("{};{}", point.lat, point.lon));
            }
        }
        line(out, "STATUS", status(event.status));
        let labels = std::iter::once(event.event_type.code()).chain(event.issues.iter().map(String::as_str));
        line(out, "CATEGORIES", labels.map(|label| escaped(&words::plain(label))).collect::<Vec<_>>().join(","));
        // They are what happens around people, and take nobody's time.
        line(out, "TRANSP", "TRANSPARENT");
        if let Some(url) = self.about.event_url(event.id) {
            line(out, "URL", url);
        }
        line(out, "END", "VEVENT");
    }
}

const fn status(status: EventStatus) -> &'static str {
    match status {
        EventStatus::Planned | EventStatus::Proposed | EventStatus::Unverified | EventStatus::Rescheduled => {
            "TENTATIVE"
        }
        EventStatus::Happened | EventStatus::Ongoing => "CONFIRMED",
        EventStatus::Cancelled => "CANCELLED",
    }
}

/// `DTSTART` and `DTEND` behind their names; both of one kind, and the end is the first day or moment that is free again.
fn stretch(event: &Told) -> Option<(String, Option<String>)> {
    let (start, end) = plain(event)?;
    let last = end.unwrap_or(start);
    if start.unit < Unit::Day || last.unit < Unit::Day {
        return None;
    }
    if start.unit > Unit::Day && last.unit > Unit::Day { times(start, last) } else { days(start, last) }
}

/// The last day that can be written has none behind it that could be the end. One day lasts to its end without.
fn days(start: Plain, last: Plain) -> Option<(String, Option<String>)> {
    let day = |day: NaiveDate| format!(";VALUE=DATE:{}", day.format("%Y%m%d"));
    let end = last.next_day().map(day);
    (end.is_some() || start.first == last.first).then(|| (day(start.first), end))
}

fn times(start: Plain, last: Plain) -> Option<(String, Option<String>)> {
    let (from, to) = (time(start)?, time(last)?);
    let end = (from.len() == to.len() && from < to).then(|| format!(":{to}"));
    Some((format!(":{from}"), end))
}

/// A time in UTC, or by the clock on the wall where the zone is not known; none where UTC has no such year.
fn time(at: Plain) -> Option<String> {
    let Unit::Time(clock) = at.unit else {
        return None;
    };
    if at.is_beyond {
        return None;
    }
    Some(at.instant.map_or_else(|| at.first.and_time(clock).format("%Y%m%dT%H%M%S").to_string(), utc))
}

fn utc(instant: Instant) -> String {
    instant.to_datetime().format("%Y%m%dT%H%M%SZ").to_string()
}

/// Text as a value: without characters that a line cannot hold.
fn escaped(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => value.extend(['\\', letter]),
            '\n' => value.push_str("\\n"),
            other if other.is_control() && other != '\t' => {}
            other => value.push(other),
        }
    }
    value
}

fn line(out: &mut Vec<u8>, name: impl Display, value: impl Display) {
    let mut text = String::new();
    let _ = write!(text, "{name}:{value}");
    out_line(out, &text);
}

/// Adds a line, folded where it is too long.
fn out_line(out: &mut Vec<u8>, text: &str) {
    let mut width = 0;
    for letter in text.chars() {
        if width + letter.len_utf8() > WIDTH {
            out.extend_from_slice(b"\r\n ");
            width = 1;
        }
        width += letter.len_utf8();
        out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
    }
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_folded_between_letters_and_come_back() {
        let text = format!("SUMMARY:{}", "☮ é".repeat(60));
        let mut out = Vec::new();
        out_line(&mut out, &text);
        let folded = String::from_utf8(out).expect("no letter is cut");
        assert!(folded.split("\r\n").all(|line| line.len() <= WIDTH));
        assert_eq!(folded.replace("\r\n ", "").trim_end_matches("\r\n"), text);
    }

    #[test]
    fn text_is_escaped() {
        assert_eq!(escaped("a;b,c\\d\ne\u{7}f"), "a\\;b\\,c\\\\d\\nef");
    }
}
