//! Events as a table (RFC 4180), one row an event. The columns are described in `docs/exports.md`.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

use super::told::{Told, ToldPlace};
use super::{About, Writer};
use crate::domain::count::{Count, CountState, Outcomes};
use crate::domain::instant::Instant;
use crate::domain::when::TimePrecision;
use crate::store::error::StoreError;

/// Media type of tables.
pub const MEDIA_TYPE: &str = "text/csv; charset=utf-8";

/// What stands in a cell.
enum Cell<'a> {
    /// Text, made safe where a spreadsheet would take it for a formula.
    Text(Cow<'a, str>),
    /// A number, a boolean or an instant, as it is.
    Plain(String),
    /// Not reported.
    Empty,
}

/// A column: its name, and what stands in it.
struct Column {
    name: &'static str,
    cell: for<'a> fn(&'a Told) -> Cell<'a>,
}

macro_rules! columns {
    ($($name:ident: $cell:expr,)+) => {
        const COLUMNS: &[Column] = &[$(Column { name: stringify!($name), cell: $cell }),+];
    };
}

columns! {
    id: |e| text(e.id.to_string()),
    revision: |e| Cell::Plain(e.revision.to_string()),
    recorded_at: |e| Cell::Plain(e.recorded_at.to_string()),
    type: |e| text(e.event_type.code()),
    category: |e| text(e.category.code()),
    tactics: |e| list(e.tactics.iter().map(|tactic| [tactic.code()])),
    status: |e| text(e.status.code()),
    verification: |e| text(e.verification.code()),
    verification_by: |e| text(e.verification_by.code()),
    title: |e| text(&*e.title),
    summary: |e| optional(e.summary.as_deref()),
    language: |e| optional(e.language.as_deref()),
    start: |e| optional(e.when.start.as_ref().map(|date| &*date.edtf)),
    end: |e| optional(e.when.end.as_ref().map(|date| &*date.edtf)),
    time_zone: |e| optional(e.when.time_zone.as_deref()),
    time_precision: |e| optional(e.when.precision.map(TimePrecision::code)),
    time_approximate: |e| plain(e.when.start.as_ref().map(|_| e.when.approximate)),
    start_earliest: |e| instant(e.when.start.as_ref().map(|date| date.earliest)),
    start_latest: |e| instant(e.when.start.as_ref().map(|date| date.latest)),
    end_earliest: |e| instant(e.when.end.as_ref().map(|date| date.earliest)),
    end_latest: |e| instant(e.when.end.as_ref().map(|date| date.latest)),
    place: |e| optional(e.place().map(|place| &*place.location.slug)),
    place_name: |e| optional(e.place().map(|place| &*place.location.name)),
    place_within: |e| list(e.place().iter().flat_map(|place| &place.location.path).map(|step| [&*step.name])),
    place_role: |e| optional(e.place().map(|place| place.role.code())),
    place_precision: |e| optional(e.place().map(|place| place.precision.code())),
    lat: |e| plain(e.place().and_then(|place| Some(place.point?.lat))),
    lon: |e| plain(e.place().and_then(|place| Some(place.point?.lon))),
    radius_m: |e| plain(e.place().and_then(|place| place.radius_m)),
    country: |e| optional(e.place().and_then(|place| place.location.country.as_deref())),
    admin1: |e| optional(e.place().and_then(|place| place.location.admin1.as_deref())),
    more_places: |e| list(e.places.iter().skip(1).map(place_parts)),
    actors: |e| list(e.actors.iter().map(|part| [&*part.actor.slug, part.role.code()])),
    actor_names: |e| list(e.actors.iter().map(|part| [&*part.actor.name])),
    issues: |e| list(e.issues.iter().map(|issue| [issue])),
    demands: |e| list(e.demands.iter().map(|demand| {
        [demand.stance.code(), &demand.summary].into_iter().chain(demand.verbatim.iter().map(String::as_str))
    })),
    campaigns: |e| list(e.campaigns.iter().map(|campaign| [&campaign.slug])),
    sources: |e| list(e.sources.iter().map(|source| [source.id.to_string()])),
    source_publishers: |e| list(e.sources.iter().map(|source| [&source.publisher])),
    source_urls: |e| list(e.sources.iter().map(|source| [source.url.as_deref().unwrap_or_default()])),
    size_text: |e| optional(e.size.as_ref().and_then(|size| size.text.as_deref())),
    size_low: |e| plain(e.size.as_ref().and_then(|size| size.low)),
    size_high: |e| plain(e.size.as_ref().and_then(|size| size.high)),
    size_best: |e| plain(e.size.as_ref().and_then(|size| size.best)),
    size_basis: |e| optional(e.size.as_ref().map(|size| size.basis.code())),
    size_rule: |e| optional(e.size.as_ref().and_then(|size| Some(size.rule?.code()))),
    size_order: |e| plain(e.size.as_ref().map(|size| size.order)),
    arrests: |e| count(e, |outcomes| outcomes.arrests),
    detained: |e| count(e, |outcomes| outcomes.detained),
    injured_participants: |e| count(e, |outcomes| outcomes.injuries.participants),
    injured_police: |e| count(e, |outcomes| outcomes.injuries.police),
    injured_others: |e| count(e, |outcomes| outcomes.injuries.others),
    injured_unspecified: |e| count(e, |outcomes| outcomes.injuries.unspecified),
    killed_participants: |e| count(e, |outcomes| outcomes.deaths.participants),
    killed_police: |e| count(e, |outcomes| outcomes.deaths.police),
    killed_others: |e| count(e, |outcomes| outcomes.deaths.others),
    killed_unspecified: |e| count(e, |outcomes| outcomes.deaths.unspecified),
    property_damage: |e| list(e.outcomes.iter().flat_map(|outcomes| &outcomes.property_damage).map(|kind| [kind])),
    participant_measures: |e| list(e.outcomes.iter().flat_map(|outcomes| &outcomes.participant_measures).map(|kind| [kind])),
    police_measures: |e| list(e.outcomes.iter().flat_map(|outcomes| &outcomes.police_measures).map(|kind| [kind])),
    external_ids: |e| list(e.external_ids.iter().map(|external| [&external.scheme, &external.id])),
    coarsened: |e| plain(Some(e.privacy.as_ref().is_some_and(|privacy| privacy.coarsened))),
}

/// What stands behind all others where an editor chose the events one by one.
const CAPTION: Column = Column { name: "caption", cell: |e| optional(e.caption.as_deref()) };

fn text<'a>(text: impl Into<Cow<'a, str>>) -> Cell<'a> {
    Cell::Text(text.into())
}

fn optional(given: Option<&str>) -> Cell<'_> {
    given.map_or(Cell::Empty, text)
}

fn plain(given: Option<impl ToString>) -> Cell<'static> {
    given.map_or(Cell::Empty, |value| Cell::Plain(value.to_string()))
}

fn instant(given: Option<Instant>) -> Cell<'static> {
    plain(given)
}

/// Several items in one cell, each of one or several parts.
fn list<'a, I, P>(items: impl Iterator<Item = I>) -> Cell<'a>
where
    I: IntoIterator<Item = P>,
    P: AsRef<str>,
{
    let mut cell = String::new();
    for (number, item) in items.enumerate() {
        if number > 0 {
            cell.push(';');
        }
        for (number, part) in item.into_iter().enumerate() {
            if number > 0 {
                cell.push(':');
            }
            for letter in part.as_ref().chars() {
                if matches!(letter, ';' | ':' | '\\') {
                    cell.push('\\');
                }
                cell.push(letter);
            }
        }
    }
    if cell.is_empty() { Cell::Empty } else { Cell::Text(cell.into()) }
}

fn place_parts(place: &ToldPlace) -> [String; 6] {
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let (lat, lon) = (place.point.map(|point| point.lat), place.point.map(|point| point.lon));
    let codes = [place.role.code(), place.precision.code()].map(str::to_owned);
    let [role, precision] = codes;
    [place.location.slug.clone(), role, precision, number(lat), number(lon), number(place.radius_m)]
}

fn count(event: &Told, of: fn(&Outcomes) -> Option<Count>) -> Cell<'static> {
    event.outcomes.as_ref().and_then(of).map_or(Cell::Empty, |count| Cell::Text(count_text(count).into()))
}

/// A count as it stands in a cell.
fn count_text(count: Count) -> String {
    let Count { state, low, high } = count;
    let low = low.unwrap_or(0);
    match (state, high) {
        (CountState::Zero, _) => "0".to_owned(),
        (CountState::Number, Some(high)) if high != low => format!("{low}..{high}"),
        (CountState::Number, _) => low.to_string(),
        (CountState::Some, None) if low <= 1 => "some".to_owned(),
        (CountState::Some, None) => format!("some {low}.."),
        (CountState::Some, Some(high)) => format!("some {low}..{high}"),
    }
}

/// Writes a table.
pub struct Table {
    about: Arc<About>,
}

impl Table {
    /// A table of a list.
    pub const fn new(about: Arc<About>) -> Self {
        Self { about }
    }

    fn columns(&self) -> impl Iterator<Item = &'static Column> {
        COLUMNS.iter().chain(self.about.has_captions.then_some(&CAPTION))
    }
}

impl Writer for Table {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), StoreError> {
        if self.about.bom {
            out.extend_from_slice("\u{feff}".as_bytes());
        }
        let names: Vec<&str> = self.columns().map(|column| column.name).collect();
        out.extend_from_slice(names.join(",").as_bytes());
        out.extend_from_slice(b"\r\n");
        Ok(())
    }

    fn event(&mut self, document: &[u8], out: &mut Vec<u8>) -> Result<(), StoreError> {
        let event = Told::read(document)?;
        for (number, column) in self.columns().enumerate() {
            if number > 0 {
                out.push(b',');
            }
            match (column.cell)(&event) {
                Cell::Text(text) => put_text(&text, out),
                Cell::Plain(value) => out.extend_from_slice(value.as_bytes()),
                Cell::Empty => {}
            }
        }
        out.extend_from_slice(b"\r\n");
        Ok(())
    }

    fn end(&mut self, _: &mut Vec<u8>) {}

    /// A last line of one cell, which no row has: whoever counts cells sees it, and whoever reads it knows why.
    fn cut(&mut self, problem: &str, out: &mut Vec<u8>) {
        let mut line = String::new();
        let _ = write!(line, "The table breaks off here: {problem}");
        put_text(&line, out);
        out.extend_from_slice(b"\r\n");
    }
}

fn put_text(text: &str, out: &mut Vec<u8>) {
    let text = if looks_like_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) };
    let is_bare = |b: u8| !matches!(b, b',' | b'"' | b'\r' | b'\n');
    // Semicolons too, for the spreadsheets of half of Europe, which split there.
    if text.bytes().all(|b| is_bare(b) && b != b';') && text.trim().len() == text.len() {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
    out.push(b'"');
}

/// Whether a spreadsheet would take a text for a formula, or would if the apostrophes in front of it were taken off.
fn looks_like_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

#[cfg(test)]
#[path = "csv_tests.rs"]
mod tests;
