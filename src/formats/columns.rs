//! The columns of a table of events. `docs/exports.md` describes them for people, and [`schema`] for programs, from this one list.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;

use super::told::{Told, ToldPlace};
use crate::domain::count::{Count, CountState, Outcomes};
use crate::domain::crosswalk::Vocabulary;
use crate::domain::instant::Instant;
use crate::domain::rendition::Loss;
use crate::domain::when::TimePrecision;

/// What stands in a cell.
pub(super) enum Cell<'a> {
    /// Text, made safe where a spreadsheet would take it for a formula.
    Text(Cow<'a, str>),
    /// As it is.
    Plain(Plain),
    /// Not reported.
    Empty,
}

/// What needs no quotation marks.
#[derive(Clone, Copy, Debug)]
pub(super) enum Plain {
    Whole(i64),
    Number(f64),
    Flag(bool),
    Instant(Instant),
}

macro_rules! plain_values {
    ($($type:ty => $variant:ident),+) => {
        $(impl From<$type> for Plain {
            fn from(value: $type) -> Self {
                Self::$variant(value)
            }
        })+

        impl fmt::Display for Plain {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$variant(value) => fmt::Display::fmt(value, f)),+
                }
            }
        }
    };
}

plain_values!(i64 => Whole, f64 => Number, bool => Flag, Instant => Instant);

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text; lists and counts too.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// An instant.
    Instant,
}

/// A column: its name, what its cells are and mean, and what stands in them.
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) meaning: &'static str,
    pub(super) cell: for<'a> fn(&'a Told) -> Cell<'a>,
}

macro_rules! columns {
    ($($name:ident: $kind:ident, $meaning:literal, $cell:expr,)+) => {
        &[$(Column { name: stringify!($name), kind: Kind::$kind, meaning: $meaning, cell: $cell }),+]
    };
}

/// The columns of a table: those of every one, and behind them those of the vocabularies that are asked for.
pub(super) fn columns(vocabularies: &[Vocabulary]) -> impl Iterator<Item = &'static Column> {
    COLUMNS.iter().chain(vocabularies.iter().flat_map(|vocabulary| columns_of(*vocabulary)))
}

/// What a table is made of, as the *Table Schema* of Frictionless Data has it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TableSchema {
    /// The columns, in order.
    pub fields: Vec<TableField>,
    /// The column whose cells tell the rows apart.
    #[serde(rename = "primaryKey")]
    #[schema(example = "id")]
    pub primary_key: &'static str,
    /// What stands in a cell where nothing is reported.
    #[serde(rename = "missingValues")]
    #[schema(example = json!([""]))]
    pub missing_values: Vec<&'static str>,
}

/// A column of a table.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TableField {
    /// Its name, as it stands in the first line.
    #[schema(example = "size_low")]
    pub name: &'static str,
    /// What its cells are: `string`, `integer`, `number`, `boolean` or `datetime`.
    #[serde(rename = "type")]
    #[schema(example = "integer")]
    pub kind: &'static str,
    /// What they mean.
    #[schema(example = "fewest people")]
    pub description: &'static str,
}

/// What a table is made of for which these vocabularies are asked.
pub fn schema(vocabularies: &[Vocabulary]) -> TableSchema {
    let field = |column: &Column| TableField {
        name: column.name,
        kind: match column.kind {
            Kind::Text => "string",
            Kind::Integer => "integer",
            Kind::Number => "number",
            Kind::Boolean => "boolean",
            Kind::Instant => "datetime",
        },
        description: column.meaning,
    };
    TableSchema { fields: columns(vocabularies).map(field).collect(), primary_key: "id", missing_values: vec![""] }
}

/// The columns of every table.
const COLUMNS: &[Column] = columns! {
    id: Text, "the event's id", |e| text(e.id.to_string()),
    revision: Integer, "counts the event's versions from 1", |e| plain(Some(i64::from(e.revision))),
    recorded_at: Instant, "when this version was recorded", |e| plain(Some(e.recorded_at)),
    type: Text, "main type, a code of the vocabulary", |e| text(e.event_type.code()),
    category: Text, "the category that its type belongs to", |e| text(e.category.code()),
    tactics: Text, "list of further types", |e| list(e.tactics.iter().map(|tactic| [tactic.code()])),
    status: Text, "whether it happened", |e| text(e.status.code()),
    verification: Text, "how well it is attested", |e| text(e.verification.code()),
    verification_by: Text, "`rule` or `editor`", |e| text(e.verification_by.code()),
    title: Text, "title, in `language`", |e| text(&*e.title),
    summary: Text, "summary, in `language`", |e| optional(e.summary.as_deref()),
    language: Text, "BCP 47 tag", |e| optional(e.language.as_deref()),
    start: Text, "when it began, as ISO 8601-2 (EDTF)", |e| optional(e.when.start.as_ref().map(|date| &*date.edtf)),
    end: Text, "when it ended, as ISO 8601-2 (EDTF); empty: within the same unit as the start", |e| optional(e.when.end.as_ref().map(|date| &*date.edtf)),
    time_zone: Text, "IANA name of the zone that local dates and times are in", |e| optional(e.when.time_zone.as_deref()),
    time_precision: Text, "the coarser precision of the two ends", |e| optional(e.when.precision.map(TimePrecision::code)),
    time_approximate: Boolean, "whether a date is marked uncertain or approximate", |e| plain(e.when.start.as_ref().map(|_| e.when.approximate)),
    start_earliest: Instant, "the first one that `start` may mean", |e| plain(e.when.start.as_ref().map(|date| date.earliest)),
    start_latest: Instant, "the last one that `start` may mean", |e| plain(e.when.start.as_ref().map(|date| date.latest)),
    end_earliest: Instant, "the first one that `end` may mean", |e| plain(e.when.end.as_ref().map(|date| date.earliest)),
    end_latest: Instant, "the last one that `end` may mean", |e| plain(e.when.end.as_ref().map(|date| date.latest)),
    place: Text, "slug of the primary place", |e| optional(e.place().map(|place| &*place.location.slug)),
    place_name: Text, "its name", |e| optional(e.place().map(|place| &*place.location.name)),
    place_within: Text, "list of the names of what it lies in, from the country down", |e| list(e.place().iter().flat_map(|place| &place.location.path).map(|step| [&*step.name])),
    place_role: Text, "what it was to the event", |e| optional(e.place().map(|place| place.role.code())),
    place_precision: Text, "how exactly it is known: the point is only that of a venue where this says so", |e| optional(e.place().map(|place| place.precision.code())),
    lat: Number, "degrees north, of the primary place; empty where no point means the place", |e| plain(e.place().and_then(|place| Some(place.point?.lat))),
    lon: Number, "degrees east", |e| plain(e.place().and_then(|place| Some(place.point?.lon))),
    radius_m: Number, "metres around the point in which the place lies", |e| plain(e.place().and_then(|place| place.radius_m)),
    country: Text, "ISO 3166-1 alpha-2 code of the primary place's country", |e| optional(e.place().and_then(|place| place.location.country.as_deref())),
    admin1: Text, "ISO 3166-2 code of its first-level division", |e| optional(e.place().and_then(|place| place.location.admin1.as_deref())),
    more_places: Text, "list of the further places: slug, role, precision, latitude, longitude, radius in metres; the last three may be empty", |e| list(e.places.iter().skip(1).map(place_parts)),
    actors: Text, "list of who took part: slug, role", |e| list(e.actors.iter().map(|part| [&*part.actor.slug, part.role.code()])),
    actor_names: Text, "list of their names, in the same order", |e| list(e.actors.iter().map(|part| [&*part.actor.name])),
    issues: Text, "list of issues", |e| list(e.issues.iter().map(|issue| [issue])),
    demands: Text, "list of demands: stance, summary, and each of the words as reported", |e| list(e.demands.iter().map(|demand| {
        [demand.stance.code(), &demand.summary].into_iter().chain(demand.verbatim.iter().map(String::as_str))
    })),
    campaigns: Text, "list of slugs of campaigns", |e| list(e.campaigns.iter().map(|campaign| [&campaign.slug])),
    sources: Text, "list of ids of sources", |e| list(e.sources.iter().map(|source| [source.id.to_string()])),
    source_publishers: Text, "list of their publishers, in the same order", |e| list(e.sources.iter().map(|source| [&source.publisher])),
    source_urls: Text, "list of their addresses, in the same order; an item is empty where there is none", |e| list(e.sources.iter().map(|source| [source.url.as_deref().unwrap_or_default()])),
    size_text: Text, "how many took part, in the words of the source", |e| optional(e.size.as_ref().and_then(|size| size.text.as_deref())),
    size_low: Integer, "fewest people", |e| plain(e.size.as_ref().and_then(|size| size.low)),
    size_high: Integer, "most people; empty with `size_low` set is open upwards", |e| plain(e.size.as_ref().and_then(|size| size.high)),
    size_best: Integer, "the best single number", |e| plain(e.size.as_ref().and_then(|size| size.best)),
    size_basis: Text, "who or what the size goes back to", |e| optional(e.size.as_ref().map(|size| size.basis.code())),
    size_rule: Text, "the convention by which words became numbers", |e| optional(e.size.as_ref().and_then(|size| Some(size.rule?.code()))),
    size_order: Integer, "the order of magnitude, 0 to 4", |e| plain(e.size.as_ref().map(|size| i64::from(size.order))),
    arrests: Text, "count of people arrested", |e| count(e, |outcomes| outcomes.arrests),
    detained: Text, "count of people held", |e| count(e, |outcomes| outcomes.detained),
    injured_participants: Text, "count of people injured who took part", |e| count(e, |outcomes| outcomes.injuries.participants),
    injured_police: Text, "count of officers, agents and soldiers injured", |e| count(e, |outcomes| outcomes.injuries.police),
    injured_others: Text, "count of anyone else injured", |e| count(e, |outcomes| outcomes.injuries.others),
    injured_unspecified: Text, "count of people injured of whom it is not said", |e| count(e, |outcomes| outcomes.injuries.unspecified),
    killed_participants: Text, "count of people who died who took part", |e| count(e, |outcomes| outcomes.deaths.participants),
    killed_police: Text, "count of officers, agents and soldiers who died", |e| count(e, |outcomes| outcomes.deaths.police),
    killed_others: Text, "count of anyone else who died", |e| count(e, |outcomes| outcomes.deaths.others),
    killed_unspecified: Text, "count of people who died of whom it is not said", |e| count(e, |outcomes| outcomes.deaths.unspecified),
    property_damage: Text, "list of kinds of damage", |e| list(e.outcomes.iter().flat_map(|outcomes| &outcomes.property_damage).map(|kind| [kind])),
    participant_measures: Text, "list of what participants did", |e| list(e.outcomes.iter().flat_map(|outcomes| &outcomes.participant_measures).map(|kind| [kind])),
    police_measures: Text, "list of what officers did", |e| list(e.outcomes.iter().flat_map(|outcomes| &outcomes.police_measures).map(|kind| [kind])),
    external_ids: Text, "list of ids that other collections gave it: scheme, id", |e| list(e.external_ids.iter().map(|external| [&external.scheme, &external.id])),
    coarsened: Boolean, "whether the event is less exact than what is known, by a privacy policy", |e| plain(Some(e.privacy.as_ref().is_some_and(|privacy| privacy.coarsened))),
    policy: Boolean, "whether a privacy policy holds for the event; what it says a table does not carry", |e| plain(Some(e.privacy.is_some())),
};

/// What stands behind all others where an editor chose the events one by one.
pub(super) const CAPTION: &[Column] = columns! {
    caption: Text, "the words of a timeline's editor beside the event", |e| optional(e.caption.as_deref()),
};

const ACLED: &[Column] = columns! {
    acled_event_type: Text, "ACLED's event type; empty where it has no record of such an event", |e| optional(e.vocabulary.acled.as_ref().and_then(|told| told.event_type.as_deref())),
    acled_sub_event_type: Text, "ACLED's sub-event type; empty where the event's type does not tell it", |e| optional(e.vocabulary.acled.as_ref().and_then(|told| told.sub_event_type.as_deref())),
    acled_disorder_type: Text, "ACLED's disorder type; empty where it depends on a sub-event type that is not told", |e| optional(e.vocabulary.acled.as_ref().and_then(|told| told.disorder_type.as_deref())),
    acled_loses: Text, "list of what a record of ACLED could not say: field, value, why", |e| losses(e.vocabulary.acled.as_ref().map(|told| &*told.loses)),
};

const CCC: &[Column] = columns! {
    ccc_type: Text, "the words of CCC's files, joined by `; `; empty where they have no row for such an event", |e| optional(e.vocabulary.ccc.as_ref().and_then(|told| told.event_type.as_deref())),
    ccc_loses: Text, "list of what a row of CCC could not say: field, value, why", |e| losses(e.vocabulary.ccc.as_ref().map(|told| &*told.loses)),
};

const PLOVER: &[Column] = columns! {
    plover_event: Text, "PLOVER's event; empty where it has no code for such an event", |e| optional(e.vocabulary.plover.as_ref().and_then(|told| told.event.as_deref())),
    plover_mode: Text, "PLOVER's mode; empty where none fits", |e| optional(e.vocabulary.plover.as_ref().and_then(|told| told.mode.as_deref())),
    plover_loses: Text, "list of what a record of PLOVER could not say: field, value, why", |e| losses(e.vocabulary.plover.as_ref().map(|told| &*told.loses)),
};

const CAMEO: &[Column] = columns! {
    cameo_root: Text, "the two digits of CAMEO's root code; empty where it has no code for such an event", |e| optional(e.vocabulary.cameo.as_ref().and_then(|told| told.root.as_deref())),
    cameo_base: Text, "the three digits of CAMEO's base code", |e| optional(e.vocabulary.cameo.as_ref().and_then(|told| told.base.as_deref())),
    cameo_code: Text, "CAMEO's whole code, of three or four digits", |e| optional(e.vocabulary.cameo.as_ref().and_then(|told| told.code.as_deref())),
    cameo_loses: Text, "list of what a record of CAMEO could not say: field, value, why", |e| losses(e.vocabulary.cameo.as_ref().map(|told| &*told.loses)),
};

/// The columns that are there where a vocabulary is asked for.
const fn columns_of(vocabulary: Vocabulary) -> &'static [Column] {
    match vocabulary {
        Vocabulary::Acled => ACLED,
        Vocabulary::Ccc => CCC,
        Vocabulary::Plover => PLOVER,
        Vocabulary::Cameo => CAMEO,
    }
}

fn text<'a>(text: impl Into<Cow<'a, str>>) -> Cell<'a> {
    Cell::Text(text.into())
}

fn optional(given: Option<&str>) -> Cell<'_> {
    given.map_or(Cell::Empty, text)
}

fn plain(given: Option<impl Into<Plain>>) -> Cell<'static> {
    given.map_or(Cell::Empty, |value| Cell::Plain(value.into()))
}

/// Several items in one cell, each of one or several parts.
pub(super) fn list<'a, I, P>(items: impl Iterator<Item = I>) -> Cell<'a>
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
            for piece in part.as_ref().split_inclusive([';', ':', '\\']) {
                let (before, escaped) = piece.split_at(piece.trim_end_matches([';', ':', '\\']).len());
                cell.push_str(before);
                if !escaped.is_empty() {
                    cell.push('\\');
                    cell.push_str(escaped);
                }
            }
        }
    }
    if cell.is_empty() { Cell::Empty } else { Cell::Text(cell.into()) }
}

fn losses(loses: Option<&[Loss]>) -> Cell<'_> {
    let parts = |loss: &'_ Loss| [loss.field.to_string(), loss.value.clone().unwrap_or_default(), loss.why.to_string()];
    list(loses.unwrap_or_default().iter().map(parts))
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
pub(super) fn count_text(count: Count) -> String {
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
