//! How alike two events are: the mean of what can be compared, each by its weight. The weights are those with which editors
//! of such data work (same day, same place, same words); none is learnt, so that every score can be worked out by hand.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::places::nearest;
use super::profile::Profile;
use super::titles::alike_titles;
use crate::domain::codes;

codes! {
    /// What two events are compared by.
    pub enum Feature {
        /// What kind of event it is.
        Type = "type",
        /// When it was.
        Time = "time",
        /// Where it was.
        Distance = "distance",
        /// Who took part.
        Actors = "actors",
        /// What the title says beside the type and the place.
        Title = "title",
        /// Who tells of it.
        Sources = "sources",
    }
}

/// How two events compare in one respect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    /// What is compared.
    #[schema(example = "title")]
    pub feature: Feature,
    /// How alike they are in it: 0 is not at all, 1 is the same.
    #[schema(example = 0.92, minimum = 0, maximum = 1)]
    pub value: f64,
    /// How much it counts.
    #[schema(example = 40.0, minimum = 0, maximum = 60)]
    pub weight: f64,
    /// The same in words.
    #[schema(example = "The words of the titles are alike to 0.92.")]
    pub detail: String,
}

/// How two events compare.
#[derive(Clone, Debug, PartialEq)]
pub struct Likeness {
    /// In thousandths: 0 is not at all, 1000 is the same.
    pub score: i32,
    /// In what.
    pub reasons: Vec<Reason>,
}

/// The score in thousandths from which on a pair is proposed.
pub const THRESHOLD: i32 = 700;

/// What must be known at least, as a sum of weights: where less is, the rest counts as unlike.
const LEAST_KNOWN: f64 = 45.0;

/// Microseconds of a day: events that lie further apart are not compared.
pub const DAY: i64 = 86_400_000_000;

/// How two events compare, in whatever order they are given; `None` where they are told apart already.
pub fn compare(a: &Profile, b: &Profile) -> Option<Likeness> {
    if a.id == b.id || a.is_told_apart(b) {
        return None;
    }
    let (a, b) = if a.id < b.id { (a, b) } else { (b, a) };
    let always = [by_type(a, b), by_time(a, b)].map(Some);
    let found = always.into_iter().chain([by_place(a, b), by_actors(a, b), by_title(a, b), by_sources(a, b)]);
    let reasons: Vec<Reason> = found.flatten().collect();
    let known: f64 = reasons.iter().map(|reason| reason.weight).sum();
    let alike: f64 = reasons.iter().map(|reason| reason.weight * reason.value).sum();
    #[expect(clippy::cast_possible_truncation, reason = "0 to 1000")]
    let score = (1000.0 * alike / known.max(LEAST_KNOWN)).round() as i32;
    Some(Likeness { score, reasons })
}

/// A reason with its numbers as readers are given them, so that they come to the score that is told.
fn reason(feature: Feature, value: f64, weight: f64, detail: impl Into<String>) -> Reason {
    let rounded = |number: f64| (number * 100.0).round() / 100.0;
    Reason { feature, value: rounded(value), weight: rounded(weight), detail: detail.into() }
}

/// What agreement in time or place weighs where it is known exactly.
const AGREEMENT: f64 = 20.0;

/// What it weighs that two events were on different days, or in different towns: more than that all else is the same, since
/// vigils are held day after day, and one call brings out a hundred towns.
const CONTRADICTION: f64 = 60.0;

/// Agreement weighs only as far as it is known exactly, a contradiction in full.
fn weighed(value: f64, exactness: f64, contradiction: f64) -> f64 {
    AGREEMENT * exactness * value + contradiction * (1.0 - value)
}

fn by_type(a: &Profile, b: &Profile) -> Reason {
    let (one, other) = (a.event_type, b.event_type);
    let (value, detail) = if one == other {
        (1.0, format!("Both are `{one}`."))
    } else if a.tactics.contains(&other) || b.tactics.contains(&one) {
        (0.8, format!("One is `{one}`, the other `{other}`, and one was both."))
    } else if one.category() == other.category() {
        (0.5, format!("`{one}` and `{other}` are both `{}`.", one.category()))
    } else {
        (0.0, format!("`{one}` is `{}`, `{other}` is `{}`.", one.category(), other.category()))
    };
    reason(Feature::Type, value, 10.0, detail)
}

fn by_time(a: &Profile, b: &Profile) -> Reason {
    #[expect(clippy::cast_precision_loss, reason = "microseconds of ten thousand years are told to a second")]
    let hours = |micros: i64| micros as f64 / 3_600_000_000.0;
    // Two days that follow one another lie a day apart, though the one ends where the other begins.
    let middles = hours((a.span.0 - b.span.0 + a.span.1 - b.span.1).abs()) / 2.0;
    let may_coincide = a.span.0.max(b.span.0) <= a.span.1.min(b.span.1);
    let gap = if may_coincide { 0.0 } else { middles };
    let longer = hours((a.span.1 - a.span.0).max(b.span.1 - b.span.0));
    // A day is up to 50 hours long where it is not known where on Earth it was.
    let exactness = match longer {
        hours if hours <= 1.0 => 1.0,
        hours if hours <= 50.0 => 0.5,
        _ => 0.1,
    };
    let value = (1.0 - gap / 24.0).max(0.0);
    let detail = if may_coincide {
        "They may have been at the same time.".to_owned()
    } else {
        format!("About {gap:.1} hours lie between them.")
    };
    reason(Feature::Time, value, weighed(value, exactness, CONTRADICTION), detail)
}

fn by_place(a: &Profile, b: &Profile) -> Option<Reason> {
    let near = nearest(&a.places, &b.places)?;
    // Of one march one paper names the start, the other the end.
    let contradiction = if near.in_one_town { AGREEMENT } else { CONTRADICTION };
    let weight = weighed(near.value, near.exactness, contradiction);
    Some(reason(Feature::Distance, near.value, weight, near.detail))
}

fn by_actors(a: &Profile, b: &Profile) -> Option<Reason> {
    let (fewer, shared) = (a.actors.len().min(b.actors.len()), a.actors.intersection(&b.actors).count());
    if fewer == 0 {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "actors of an event")]
    let value = shared as f64 / fewer as f64;
    let detail = format!("{shared} of {fewer} named by one are named by the other.");
    Some(reason(Feature::Actors, value, 10.0, detail))
}

fn by_title(a: &Profile, b: &Profile) -> Option<Reason> {
    let alike = alike_titles(&a.titles, &b.titles)?;
    // Words of one language that have nothing to do with each other still have a fifth of their letters in common.
    let value = ((alike - 0.2) / 0.8).max(0.0);
    let detail =
        format!("What the titles say beside type and place has {:.0} % of its letters in common.", alike * 100.0);
    Some(reason(Feature::Title, value, 40.0, detail))
}

/// One in common speaks for it; none in common speaks against nothing, since different people tell of one event.
fn by_sources(a: &Profile, b: &Profile) -> Option<Reason> {
    let shared = a.sources.intersection(&b.sources).count();
    (shared > 0).then(|| reason(Feature::Sources, 1.0, 10.0, format!("Sources in common: {shared}.")))
}

#[cfg(test)]
#[path = "score_tests.rs"]
mod tests;
