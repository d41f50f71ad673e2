//! An event as a record of another vocabulary would have it: its codes there, and what of this very event they leave unsaid.
//!
//! The codes are those of the crosswalk of its type. What a record cannot hold is looked for in the event as its reader is
//! given it, so that nothing is told of what is kept from him.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::aspects::Aspect;
use super::crosswalk::{CrosswalkEntry, Vocabulary, crosswalk};
use super::event_type::EventType;
use super::losses::{Facts, said};

/// What an event is called in the vocabularies that were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Renditions {
    /// In ACLED. There with `vocab=acled`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub acled: Option<AcledRendition>,
    /// In the files of the Crowd Counting Consortium. There with `vocab=ccc`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub ccc: Option<CccRendition>,
    /// In PLOVER. There with `vocab=plover`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub plover: Option<PloverRendition>,
    /// In CAMEO. There with `vocab=cameo`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub cameo: Option<CameoRendition>,
}

/// An event as ACLED would have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AcledRendition {
    /// ACLED's event type; null where it has no record of such an event.
    #[schema(required = true, example = "Protests")]
    pub event_type: Option<Cow<'static, str>>,
    /// ACLED's sub-event type; null where the event's type does not tell it.
    #[schema(required = true, example = "Peaceful protest")]
    pub sub_event_type: Option<Cow<'static, str>>,
    /// ACLED's disorder type; null where it depends on a sub-event type that is not told.
    #[schema(required = true, example = "Demonstrations")]
    pub disorder_type: Option<Cow<'static, str>>,
    /// What of this event a record there cannot say.
    pub loses: Vec<Loss>,
}

/// An event as the Crowd Counting Consortium would have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CccRendition {
    /// The words of the file's cell, those for tactics behind that for the type, joined by `; `; null where it has no row for
    /// such an event.
    #[serde(rename = "type")]
    #[schema(required = true, example = "rally; march")]
    pub event_type: Option<Cow<'static, str>>,
    /// What of this event a row there cannot say.
    pub loses: Vec<Loss>,
}

/// An event as PLOVER would have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PloverRendition {
    /// PLOVER's event; null where it has no code for such an event.
    #[schema(required = true, example = "PROTEST")]
    pub event: Option<Cow<'static, str>>,
    /// PLOVER's mode; null where none fits.
    #[schema(required = true, example = "demo")]
    pub mode: Option<Cow<'static, str>>,
    /// What of this event a record there cannot say.
    pub loses: Vec<Loss>,
}

/// An event as CAMEO would have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CameoRendition {
    /// The two digits of the root code; null where CAMEO has no code for such an event.
    #[schema(required = true, example = "14")]
    pub root: Option<Cow<'static, str>>,
    /// The three digits of the base code; null where there is none.
    #[schema(required = true, example = "141")]
    pub base: Option<Cow<'static, str>>,
    /// The whole code, of three or four digits; null where there is none.
    #[schema(required = true, example = "141")]
    pub code: Option<Cow<'static, str>>,
    /// What of this event a record there cannot say.
    pub loses: Vec<Loss>,
}

/// Something that an event says and a record of another vocabulary cannot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Loss {
    /// The member of the event that says it.
    #[schema(example = "tactics")]
    pub field: Cow<'static, str>,
    /// What goes unsaid; null where the event lacks what a record needs.
    #[schema(required = true, example = "march")]
    pub value: Option<String>,
    /// Why, in a sentence.
    #[schema(example = "ACLED has one code for an event.")]
    pub why: Cow<'static, str>,
}

impl Renditions {
    /// An event in some vocabularies.
    pub fn of(event: &Facts, vocabularies: &[Vocabulary]) -> Self {
        let mut all = Self::default();
        for vocabulary in vocabularies {
            match vocabulary {
                Vocabulary::Acled => all.acled = Some(AcledRendition::of(event)),
                Vocabulary::Ccc => all.ccc = Some(CccRendition::of(event)),
                Vocabulary::Plover => all.plover = Some(PloverRendition::of(event)),
                Vocabulary::Cameo => all.cameo = Some(CameoRendition::of(event)),
            }
        }
        all
    }
}

impl AcledRendition {
    fn of(event: &Facts) -> Self {
        let CrosswalkEntry { code, .. } = crosswalk(event.event_type, Vocabulary::Acled);
        let (event_type, sub_event_type) = in_two(code);
        let disorder_type = match (event_type, sub_event_type) {
            (Some("Protests"), Some("Excessive force against protesters")) => {
                Some("Political violence; Demonstrations")
            }
            (Some("Protests"), _) => Some("Demonstrations"),
            (Some("Riots"), Some("Mob violence")) => Some("Political violence"),
            (Some("Strategic developments"), _) => Some("Strategic developments"),
            _ => None,
        };
        let [event_type, sub_event_type, disorder_type] = [event_type, sub_event_type, disorder_type].map(given);
        Self { event_type, sub_event_type, disorder_type, loses: losses(event, Vocabulary::Acled, &[]) }
    }
}

impl CccRendition {
    /// The cell takes several words, so that a tactic with a word of its own is not lost.
    fn of(event: &Facts) -> Self {
        let word = |event_type: &EventType| crosswalk(*event_type, Vocabulary::Ccc);
        let own: Vec<EventType> = event.tactics.iter().copied().filter(|tactic| word(tactic).exact).collect();
        let cell = word(&event.event_type).code.map(|first| {
            let words = std::iter::once(first).chain(own.iter().filter_map(|tactic| word(tactic).code));
            Cow::Owned(words.collect::<Vec<_>>().join("; "))
        });
        Self { event_type: cell, loses: losses(event, Vocabulary::Ccc, &own) }
    }
}

impl PloverRendition {
    fn of(event: &Facts) -> Self {
        let (code, mode) = in_two(crosswalk(event.event_type, Vocabulary::Plover).code);
        Self { event: given(code), mode: given(mode), loses: losses(event, Vocabulary::Plover, &[]) }
    }
}

impl CameoRendition {
    fn of(event: &Facts) -> Self {
        let code = crosswalk(event.event_type, Vocabulary::Cameo).code;
        let digits = |count: usize| given(code.and_then(|code| code.get(..count)));
        Self { root: digits(2), base: digits(3), code: given(code), loses: losses(event, Vocabulary::Cameo, &[]) }
    }
}

fn given(code: Option<&'static str>) -> Option<Cow<'static, str>> {
    code.map(Cow::Borrowed)
}

/// The two halves of a code that has two.
fn in_two(code: Option<&'static str>) -> (Option<&'static str>, Option<&'static str>) {
    match code.and_then(|code| code.split_once('/')) {
        Some((first, second)) => (Some(first), Some(second)),
        None => (code, None),
    }
}

/// What a record of the vocabulary leaves unsaid of an event; `told` are the tactics that it does say. Where there is no code there
/// is no record, and only why is worth saying.
fn losses(event: &Facts, vocabulary: Vocabulary, told: &[EventType]) -> Vec<Loss> {
    let CrosswalkEntry { code, loss, .. } = crosswalk(event.event_type, vocabulary);
    let mut losses: Vec<Loss> =
        loss.map(|why| lost("type", Some(event.event_type.code().to_owned()), why)).into_iter().collect();
    if code.is_some() {
        let is_told = |(aspect, value): &(Aspect, Option<String>)| {
            *aspect == Aspect::Tactic && told.iter().any(|tactic| value.as_deref() == Some(tactic.code()))
        };
        let unsaid = said(event).into_iter().filter(|said| !is_told(said));
        losses.extend(unsaid.filter_map(|(aspect, value)| Some(lost(aspect.field(), value, aspect.why(vocabulary)?))));
    }
    losses
}

fn lost(field: &'static str, value: Option<String>, why: &'static str) -> Loss {
    Loss { field: Cow::Borrowed(field), value, why: Cow::Borrowed(why) }
}

#[cfg(test)]
#[path = "rendition_tests.rs"]
mod tests;
