//! How many came, and what followed.

use serde_json::{Map, Value, json};

use super::columns::Column;
use super::row::{Findings, Row};
use crate::domain::count::Count;
use crate::domain::input::{MAX_ITEMS, MAX_NAME};
use crate::domain::size::{SizeBasis, SizeRule, words_to_numbers};
use crate::import::values::{flag, number, phrase, rounded};

/// The event's size; `None` where nothing is reported.
pub fn size(row: &Row<'_>, found: &mut Findings) -> Option<Value> {
    let text = phrase(row.get(Column::SizeText), MAX_NAME);
    let (mut low, mut high) = (row.people(Column::SizeLow, found), row.people(Column::SizeHigh, found));
    if low.zip(high).is_some_and(|(low, high)| low > high) {
        found.error(
            row,
            Column::SizeHigh,
            row.get(Column::SizeHigh),
            "`size_high` is below `size_low`; both are taken as not reported.",
        );
        (low, high) = (None, None);
    }
    let best = mean(row, low, high, found);
    if low.or(high).or(best).is_none() && text.is_empty() {
        (low, high) = bounds_of_order(row, found)?;
    }
    let mut size = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            size.insert(name.to_owned(), value);
        }
    };
    put("low", low.map(Value::from));
    put("high", high.map(Value::from));
    put("best", best.map(Value::from));
    put("basis", Some(basis(&text).code().into()));
    if !text.is_empty() {
        put("rule", numbers_from_words(&text, low.or(high).or(best).is_some()).then(|| SizeRule::Ccc.code().into()));
        put("text", Some(text.into()));
    }
    Some(size.into())
}

/// Whether the numbers come from words by the rule of the data set: always where there are no others, and where the words
/// hold a plural such as "hundreds", which means another number by another rule.
fn numbers_from_words(text: &str, has_numbers: bool) -> bool {
    // Seldom are there no numbers, and seldom a plural; reading the words takes longest of all cells.
    if has_numbers && !text.split(|c: char| !c.is_alphabetic()).any(|word| word.ends_with(['s', 'S'])) {
        return false;
    }
    let by_rule = words_to_numbers(text, SizeRule::Ccc);
    by_rule.is_some() && (!has_numbers || by_rule != words_to_numbers(text, SizeRule::CountLove))
}

fn mean(row: &Row<'_>, low: Option<i64>, high: Option<i64>, found: &mut Findings) -> Option<i64> {
    let text = row.get(Column::SizeMean);
    if text.is_empty() {
        return None;
    }
    let mean = number(text).and_then(rounded);
    let fits = |mean: &i64| low.is_none_or(|low| low <= *mean) && high.is_none_or(|high| *mean <= high);
    let good = mean.filter(fits);
    if good.is_none() {
        found.error(row, Column::SizeMean, text, "Expected a number between `size_low` and `size_high`; passed over.");
    }
    good
}

/// What an order of magnitude says where nothing else does.
fn bounds_of_order(row: &Row<'_>, found: &mut Findings) -> Option<(Option<i64>, Option<i64>)> {
    let text = row.get(Column::SizeCat);
    match number(text).and_then(rounded) {
        Some(0) => None,
        Some(1) => Some((Some(1), Some(99))),
        Some(2) => Some((Some(100), Some(999))),
        Some(3) => Some((Some(1_000), Some(9_999))),
        Some(4) => Some((Some(10_000), None)),
        _ => {
            if !text.is_empty() {
                found.error(row, Column::SizeCat, text, "Expected an order from 0 to 4; taken as not reported.");
            }
            None
        }
    }
}

/// Who or what the size goes back to, where the words name one source of it.
fn basis(text: &str) -> SizeBasis {
    let lower = text.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let image = has(&["video", "photo", "image", "picture", "footage", "livestream"]);
    let found = [
        (image, SizeBasis::Image),
        (!image && has(&["count"]) && !has(&["county", "counter", "country"]), SizeBasis::Count),
        (has(&["police", "sheriff", "authorities"]), SizeBasis::Police),
        (has(&["organizer"]), SizeBasis::Organizer),
        (has(&["rsvp"]), SizeBasis::Rsvp),
    ];
    let mut named = found.iter().filter(|(is_named, _)| *is_named).map(|(_, basis)| *basis);
    named.next().filter(|_| named.next().is_none()).unwrap_or(SizeBasis::Unknown)
}

/// What followed; `None` where nothing is reported.
pub fn outcomes(row: &Row<'_>, found: &mut Findings) -> Option<Value> {
    let arrests = count(row, Column::Arrests, found).or(row.says_yes(Column::ArrestsAny, found).then_some(Count::SOME));
    let deaths = [count(row, Column::ParticipantDeaths, found), count(row, Column::PoliceDeaths, found)];
    let injuries = [
        hurt(row, Column::ParticipantInjuries, Column::ParticipantInjuriesAny, deaths[0], found),
        hurt(row, Column::PoliceInjuries, Column::PoliceInjuriesAny, deaths[1], found),
    ];
    let mut outcomes = Map::new();
    if let Some(arrests) = arrests {
        outcomes.insert("arrests".into(), json!(arrests));
    }
    for (name, [participants, police]) in [("injuries", injuries), ("deaths", deaths)] {
        if participants.or(police).is_some() {
            outcomes.insert(name.into(), json!({"participants": participants, "police": police}));
        }
    }
    for (name, list) in [
        ("property_damage", property_damage(row, found)),
        ("participant_measures", phrases(row, Column::ParticipantMeasures)),
        ("police_measures", police_measures(row)),
    ] {
        if !list.is_empty() {
            outcomes.insert(name.into(), list.into());
        }
    }
    (!outcomes.is_empty()).then(|| outcomes.into())
}

fn count(row: &Row<'_>, column: Column, found: &mut Findings) -> Option<Count> {
    let words = row.get(column);
    if words.is_empty() {
        return None;
    }
    let count = Count::parse_words(words);
    if count.is_none() {
        found.error(row, column, words, "Expected a number, or words for one; taken as not reported.");
    }
    count
}

/// Injuries. That there were casualties says nothing of injuries where there were deaths.
fn hurt(row: &Row<'_>, column: Column, any: Column, deaths: Option<Count>, found: &mut Findings) -> Option<Count> {
    let injuries = count(row, column, found);
    let says_some = row.says_yes(any, found) && deaths.is_none_or(|deaths| deaths == Count::ZERO);
    injuries.or(says_some.then_some(Count::SOME))
}

/// Kinds of damage; where it is said only that there was some, its kind is `unspecified`.
fn property_damage(row: &Row<'_>, found: &mut Findings) -> Vec<String> {
    let says_some = |text: &str| flag(text) == Some(true) || text.eq_ignore_ascii_case("yes");
    let says_none = |text: &str| flag(text) == Some(false) || text.eq_ignore_ascii_case("no");
    let mut kinds = phrases(row, Column::PropertyDamage);
    let some = kinds.iter().any(|kind| says_some(kind)) || row.says_yes(Column::PropertyDamageAny, found);
    kinds.retain(|kind| !says_some(kind) && !says_none(kind));
    if kinds.is_empty() && some {
        kinds.push("unspecified".to_owned());
    }
    kinds
}

/// What the police did. The older column for chemical agents holds 0 or 1, or names them.
fn police_measures(row: &Row<'_>) -> Vec<String> {
    let mut measures = phrases(row, Column::PoliceMeasures);
    for agent in phrases(row, Column::ChemicalAgents) {
        let measure = match flag(&agent) {
            Some(false) => continue,
            Some(true) => "chemical agents".to_owned(),
            None => agent,
        };
        if !measures.contains(&measure) {
            measures.push(measure);
        }
    }
    measures
}

fn phrases(row: &Row<'_>, column: Column) -> Vec<String> {
    row.list(column).take(MAX_ITEMS - 1).map(|item| phrase(item, MAX_NAME)).collect()
}
