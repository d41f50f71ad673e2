//! What forms for people say in words, so that what is not sure is not shown as if it were.

use super::told::{Told, ToldPlace};
use crate::domain::count::{Count, CountState};
use crate::domain::size::Size;
use crate::domain::verification::Verification;
use crate::domain::vocabulary::{EventStatus, PlacePrecision};
use crate::domain::when::{EdtfDate, When};

/// A code in words.
pub fn plain(code: &str) -> String {
    code.replace('_', " ")
}

/// When an event was, as exactly as it is known.
pub fn when(when: &When) -> String {
    let Some(start) = &when.start else {
        return "date not reported".to_owned();
    };
    let zone = when.time_zone.as_deref().map(|zone| format!(" ({zone})")).unwrap_or_default();
    match &when.end {
        None => format!("{}{zone}", date(start)),
        Some(end) => format!("from {} to {}{zone}", date(start), date(end)),
    }
}

fn date(given: &EdtfDate) -> String {
    let text = given.edtf.as_str();
    let open = |mark: &str, words: &str| text.contains(mark).then(|| words.replace("{}", &text.replace(mark, "")));
    if let Some(inner) =
        text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).filter(|inner| !inner.contains(','))
    {
        let (from, to) = inner.split_once("..").unwrap_or((inner, inner));
        return match (from, to) {
            ("", to) => format!("{to} or before"),
            (from, "") => format!("{from} or later"),
            (from, to) => format!("some time from {from} to {to}"),
        };
    }
    open("~", "about {}")
        .or_else(|| open("?", "perhaps {}"))
        .or_else(|| open("%", "perhaps about {}"))
        .unwrap_or_else(|| text.to_owned())
}

/// How many took part, as exactly as it is known.
pub fn size(size: &Size) -> String {
    let numbers = match (size.low, size.high, size.best) {
        (Some(low), Some(high), None) if low == high => Some(low.to_string()),
        (Some(low), Some(high), best) => Some(with_best(format!("{low} to {high}"), best)),
        (Some(low), None, best) => Some(with_best(format!("{low} or more"), best)),
        (None, Some(high), best) => Some(with_best(format!("{high} or fewer"), best)),
        (None, None, best) => best.map(|best| best.to_string()),
    };
    let text = size.text.as_ref().map(|text| format!("“{text}”"));
    let said = [text, numbers].into_iter().flatten().collect::<Vec<_>>().join(", ");
    format!("{said} (basis: {})", plain(size.basis.code()))
}

fn with_best(range: String, best: Option<i64>) -> String {
    match best {
        Some(best) => format!("{best}, {range}"),
        None => range,
    }
}

/// A place with what it lies in.
pub fn place(place: &ToldPlace) -> String {
    let names = std::iter::once(&place.location.name).chain(place.location.path.iter().rev().map(|step| &step.name));
    names.map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// Whether the point of a place is the spot itself, and not the middle of something wider.
pub const fn is_spot(precision: PlacePrecision) -> bool {
    matches!(precision, PlacePrecision::Point | PlacePrecision::Venue)
}

fn count(what: &str, count: Option<Count>) -> Option<String> {
    let Count { state, low, high } = count?;
    Some(match (state, low, high) {
        (CountState::Zero, ..) => format!("{what}: none"),
        (_, Some(low), Some(high)) if low == high => format!("{what}: {low}"),
        (_, Some(low), Some(high)) => format!("{what}: {low} to {high}"),
        (_, Some(low), None) => format!("{what}: {low} or more"),
        _ => format!("{what}: some"),
    })
}

/// All that is said of an event, a paragraph each: the words of a timeline's editor, the summary, the facts.
pub fn said(event: &Told) -> Vec<String> {
    event.caption.iter().chain(&event.summary).cloned().chain(facts(event)).collect()
}

/// What is known of an event and how well, a sentence each.
pub fn facts(event: &Told) -> Vec<String> {
    let mut facts = vec![format!("What: {}", what(event)), format!("When: {}", when(&event.when))];
    for item in &event.places {
        let known = if is_spot(item.precision) {
            String::new()
        } else {
            format!(" (known to the {})", plain(item.precision.code()))
        };
        facts.push(format!("Where: {}{known}", place(item)));
    }
    facts.extend(event.size.as_ref().map(|given| format!("Size: {}", size(given))));
    if let Some(outcomes) = &event.outcomes {
        facts.extend([count("Arrests", outcomes.arrests), count("Detained", outcomes.detained)].into_iter().flatten());
    }
    facts.push(format!("Status: {}", plain(event.status.code())));
    facts.push(format!("Attested: {}", attested(event)));
    facts
}

fn what(event: &Told) -> String {
    let codes = std::iter::once(event.event_type).chain(event.tactics.iter().copied());
    codes.map(|code| plain(code.code())).collect::<Vec<_>>().join(", ")
}

fn attested(event: &Told) -> String {
    let publishers = event.sources.iter().map(|source| source.publisher.as_str()).collect::<Vec<_>>().join(", ");
    format!("{} ({publishers})", event.verification.code())
}

/// What must be seen beside a title: that the event is not sure, or not when it looks to be; nothing where all is plain.
pub fn caution(event: &Told) -> Option<String> {
    let mut words = Vec::new();
    match event.status {
        EventStatus::Happened | EventStatus::Ongoing => {}
        status => words.push(plain(status.code())),
    }
    if event.verification == Verification::Disputed {
        words.push("disputed".to_owned());
    }
    if event.when.approximate {
        words.push("date approximate".to_owned());
    }
    (!words.is_empty()).then(|| words.join(", "))
}

/// The title, with what must be seen beside it.
pub fn title(event: &Told) -> String {
    caution(event).map_or_else(|| event.title.clone(), |words| format!("{} ({words})", event.title))
}
