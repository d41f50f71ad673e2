//! A row as an event, and what the event refers to.

use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate};
use serde_json::{Map, Value, json};

use super::columns::Column;
use super::row::{Findings, Row};
use super::types::{event_type, in_order};
use super::{SCHEME, actors, amounts, claims, places, sources};
use crate::domain::input::{MAX_NAME, MAX_TITLE};
use crate::domain::vocabulary::{EventStatus, EventType};
use crate::import::entities::{Entities, KnownPlaces};
use crate::import::mapped::Group;
use crate::import::report::RowError;
use crate::import::slugs::normalised;
use crate::import::states::State;
use crate::import::values::phrase;

/// Years that are no slip; they also bound how many days are remembered.
const YEARS: RangeInclusive<i32> = 1900..=2100;

/// The day of a row, without which it is no event.
pub fn date(row: &Row<'_>) -> Result<NaiveDate, RowError> {
    let text = row.get(Column::Date);
    // The length first: chrono also reads `2025-1-5`, `+2025-01-05` and more.
    let date: Option<NaiveDate> = (text.len() == 10).then(|| text.parse().ok()).flatten();
    date.filter(|date| YEARS.contains(&date.year())).ok_or_else(|| {
        let reason = match date {
            Some(_) => "The year is none of 1900 to 2100.",
            None if text.is_empty() => "The day is missing.",
            None => "Expected a day as `YYYY-MM-DD`.",
        };
        refusal(row, Column::Date, reason)
    })
}

/// The state of a row; `None` where it names none.
pub fn state(row: &Row<'_>) -> Result<Option<&'static State>, RowError> {
    let text = row.get(Column::State);
    if text.is_empty() {
        return Ok(None);
    }
    State::parse(text)
        .map(Some)
        .ok_or_else(|| refusal(row, Column::State, "There is no such state or territory of the United States."))
}

fn refusal(row: &Row<'_>, column: Column, reason: &str) -> RowError {
    RowError::of_cell(row.record.line, column.name(row.header.layout), row.get(column), reason)
}

/// What every row needs to be mapped.
pub struct Mapping<'a> {
    /// The row.
    pub row: &'a Row<'a>,
    /// Its day.
    pub date: NaiveDate,
    /// Its state.
    pub state: Option<&'static State>,
    /// Its id.
    pub id: &'a str,
    /// Places that are there already.
    pub known: &'a KnownPlaces,
}

/// The event's document; documents that it refers to are added.
pub fn event(mapping: &Mapping<'_>, entities: &mut Entities, found: &mut Findings) -> Value {
    let row = mapping.row;
    let online = row.says_yes(Column::Online, found);
    let types = types(row, online, found);
    let main = types.first().copied().unwrap_or(EventType::Demonstration);
    let places = places::places(row, mapping.state, online, mapping.known, entities, found);
    let mut event = Map::new();
    let mut put = |name: &str, value: Value| event.insert(name.to_owned(), value);
    put("type", main.code().into());
    put("tactics", types.iter().skip(1).map(|tactic| tactic.code()).collect());
    put("status", status(row, found).code().into());
    put("title", title(row, main, &places.label, found).into());
    put("language", "en".into());
    put("when", json!({"start": {"edtf": mapping.date.to_string()}, "time_zone": places.time_zone}));
    put("places", places.list.into());
    put("actors", actors::actors(row, entities, found).into());
    put("issues", claims::issues(row).into());
    put("demands", claims::demands(row, found).into());
    put("sources", sources::sources(row, entities).into());
    if let Some(size) = amounts::size(row, found) {
        put("size", size);
    }
    if let Some(outcomes) = amounts::outcomes(row, found) {
        put("outcomes", outcomes);
    }
    put("external_ids", json!([{"scheme": SCHEME, "id": mapping.id}]));
    lose_the_rest(row, found);
    event.into()
}

fn types(row: &Row<'_>, online: bool, found: &mut Findings) -> Vec<EventType> {
    let mut types = Vec::new();
    for word in row.list(Column::Type) {
        match event_type(word) {
            Some(kind) => types.push(kind),
            None => found.error(row, Column::Type, word, "No type of event has this name; the word is lost."),
        }
    }
    if online {
        types.push(EventType::OnlineAction);
    }
    in_order(types)
}

/// CCC records what took place, so that only a plain 0 says otherwise.
fn status(row: &Row<'_>, found: &mut Findings) -> EventStatus {
    match row.flag(Column::Conf, found) {
        Some(false) => EventStatus::Unverified,
        Some(true) | None => EventStatus::Happened,
    }
}

fn title(row: &Row<'_>, main: EventType, place: &str, found: &mut Findings) -> String {
    let given = row.get(Column::Title);
    if given.is_empty() {
        // Only a locality of absurd length makes it too long.
        return phrase(&format!("{} in {place}", main.label().en), MAX_TITLE);
    }
    let title = phrase(given, MAX_TITLE);
    if title.len() < given.len() && phrase(given, usize::MAX) != title {
        found.error(row, Column::Title, given, "A title has at most 300 characters; it was cut.");
    }
    title
}

/// Names what the row says and the event does not.
fn lose_the_rest(row: &Row<'_>, found: &mut Findings) {
    const LOST: [(Column, &str); 6] = [
        (Column::Notables, "Names of speakers and people of note are not taken over: people get hurt by such lists."),
        (Column::Notes, "Free text of the coders is not taken over: it may name people."),
        (Column::Coder, "Who coded a row is not taken over."),
        (Column::Valence, "An editor's reading, left, right or other, is no fact of the event; lost on purpose."),
        (
            Column::Macroevent,
            "A counter-protest is linked to what it opposes; the id that they share is not taken over.",
        ),
        (Column::FipsCode, "Counties are known by state and name; the code has no place."),
    ];
    for (column, reason) in LOST {
        if !row.get(column).is_empty() {
            found.lose(row, column, reason);
        }
    }
    let resolved = row.get(Column::ResolvedLocality);
    if !resolved.is_empty() && !resolved.eq_ignore_ascii_case(row.get(Column::Locality)) {
        found.lose(row, Column::ResolvedLocality, "The row's own name of the locality stands.");
    }
}

/// The macroevent that a row stands in. A counter-protest is one by its main type, since that comes before all others.
pub fn group(row: &Row<'_>, event: &Value) -> Option<Group> {
    let text = row.get(Column::Macroevent);
    // Spreadsheets write `7` as `7.0`.
    let name = phrase(&normalised(text.strip_suffix(".0").unwrap_or(text)), MAX_NAME);
    let opposes = event["type"] == EventType::CounterProtest.code();
    (!name.is_empty()).then_some(Group { name, opposes })
}
