//! What the words of a question found in an event: pieces of its texts and of names, cut into what was asked for and what was
//! not. Nothing is marked up, so that nothing has to be escaped but by whoever shows it.

use std::collections::HashSet;
use std::ops::Range;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::codes;
use crate::domain::content::Content;
use crate::domain::event::EventContent;
use crate::index::entities::Moment;
use crate::text::marks::marks;
use crate::text::part::Part;
use crate::text::words::{EventText, Rules, TextField, texts_of};

/// Most pieces of one event.
pub const MOST: usize = 10;
/// Most pieces of one text.
const MOST_OF_TEXT: usize = 3;
/// Most characters of a piece.
const LENGTH: usize = 200;
/// Most of them in front of the first that was asked for.
const BEFORE: usize = 60;

codes! {
    /// Where the words of a question are found.
    pub enum HighlightField {
        /// In a title.
        Title = "title",
        /// In a summary.
        Summary = "summary",
        /// In a demand.
        Demands = "demands",
        /// In a name or an alias of an actor.
        Actors = "actors",
        /// In the name of a location.
        Places = "places",
    }
}

/// A piece of a text in which something stands that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Highlight {
    /// What the text is to the event.
    #[schema(example = "title")]
    pub field: HighlightField,
    /// The language that the text is in (BCP 47); null where it was not said.
    #[schema(example = "en")]
    pub language: Option<String>,
    /// The actor or the location of which it is a name; null where it is none.
    #[serde(rename = "ref")]
    #[schema(example = json!(null))]
    pub about: Option<Uuid>,
    /// The character of the text at which the piece begins, from 0.
    #[schema(example = 0, minimum = 0)]
    pub offset: usize,
    /// The piece, at most 200 characters, from its beginning to its end.
    pub fragment: Vec<HighlightRun>,
}

/// Some characters of a text, as they stand there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct HighlightRun {
    /// The characters. They are plain text and no HTML.
    #[schema(example = "ICE Out")]
    pub text: String,
    /// Whether they were asked for.
    #[schema(example = true)]
    pub hit: bool,
}

/// A text that may have what was asked for.
struct Asked<'a> {
    field: HighlightField,
    language: Option<&'a str>,
    about: Option<Uuid>,
    text: &'a str,
}

/// The pieces of an event's texts, and of names of the moment, that have something of what was asked for.
pub fn highlights(parts: &[Part], event: &EventContent, names: Moment<'_>) -> Vec<Highlight> {
    let texts = texts_of(event).map(|EventText { field, language, text }| {
        let field = match field {
            TextField::Title => HighlightField::Title,
            TextField::Summary => HighlightField::Summary,
            TextField::Demand => HighlightField::Demands,
        };
        Asked { field, language, about: None, text }
    });
    let actors = event.actors.iter().map(|part| part.actor);
    let mut seen = HashSet::new();
    let about = actors.chain(event.places.iter().map(|place| place.location)).filter(|id| seen.insert(*id));
    texts.chain(about.flat_map(|id| names_of(id, names))).flat_map(|text| pieces(parts, &text)).take(MOST).collect()
}

/// The names of an actor or a location, whose language nobody tells.
fn names_of(id: Uuid, names: Moment<'_>) -> Vec<Asked<'_>> {
    let name = |field, text| Asked { field, language: None, about: Some(id), text };
    match names.known(id) {
        Some((_, Content::Actor(actor))) => {
            let all = std::iter::once(&actor.name).chain(&actor.aliases);
            all.map(|text| name(HighlightField::Actors, text.as_str())).collect()
        }
        Some((_, Content::Location(location))) => vec![name(HighlightField::Places, location.name.as_str())],
        _ => Vec::new(),
    }
}

fn pieces(parts: &[Part], asked: &Asked<'_>) -> Vec<Highlight> {
    let Asked { field, language, about, text } = *asked;
    let marks = marks(parts, text, Rules::of(language));
    let (mut pieces, mut left, mut behind) = (Vec::new(), marks.as_slice(), 0);
    while let Some(piece) = around(text, left, behind).filter(|_| pieces.len() < MOST_OF_TEXT) {
        let inside = left.partition_point(|mark| mark.start < piece.end);
        let offset = text[..piece.start].chars().count();
        let fragment = runs(text, &piece, &left[..inside]);
        pieces.push(Highlight { field, language: language.map(str::to_owned), about, offset, fragment });
        (left, behind) = (&left[inside..], piece.end);
    }
    pieces
}

/// The bytes of the piece that the first of some marks stands in, between two words where there are such, and behind where the
/// last piece ended; nothing where there is no mark.
fn around(text: &str, marks: &[Range<usize>], behind: usize) -> Option<Range<usize>> {
    let first = marks.first()?;
    let at = |from: usize, characters: usize| text[from..].char_indices().nth(characters).map(|(at, _)| from + at);
    if at(behind, LENGTH).is_none() {
        return Some(behind..text.len());
    }
    let mut start = behind;
    if let Some((cut, _)) = text[behind..first.start].char_indices().rev().nth(BEFORE - 1) {
        let words = text[behind + cut..first.start].split_once(char::is_whitespace);
        start = first.start - words.map_or(first.start - behind - cut, |(_, words)| words.len());
    }
    let Some(end) = at(start, LENGTH) else {
        return Some(start..text.len());
    };
    let whole = marks.iter().rev().find(|mark| mark.end <= end).map_or(end, |mark| mark.end);
    let end = match marks[1..].iter().find(|mark| mark.start < end && mark.end > end) {
        Some(cut) => cut.start,
        None => text[whole..end].rfind(char::is_whitespace).map_or(end, |space| whole + space),
    };
    Some(start..end)
}

/// A piece of a text, cut where marks begin and end.
fn runs(text: &str, piece: &Range<usize>, marks: &[Range<usize>]) -> Vec<HighlightRun> {
    let mut runs = Vec::new();
    let mut push = |bytes: Range<usize>, hit| {
        if !bytes.is_empty() {
            runs.push(HighlightRun { text: text[bytes].to_owned(), hit });
        }
    };
    let mut behind = piece.start;
    for mark in marks {
        push(behind..mark.start, false);
        behind = mark.end.min(piece.end);
        push(mark.start..behind, true);
    }
    push(behind..piece.end, false);
    runs
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(parts: &[Part], text: &str) -> Vec<(usize, String)> {
        let asked = Asked { field: HighlightField::Summary, language: Some("en"), about: None, text };
        let written = |run: &HighlightRun| if run.hit { format!("[{}]", run.text) } else { run.text.clone() };
        pieces(parts, &asked).iter().map(|piece| (piece.offset, piece.fragment.iter().map(written).collect())).collect()
    }

    #[test]
    fn a_short_text_is_one_piece_and_a_long_one_is_cut_between_words() {
        let parts = [Part::word("march"), Part::phrase(&["no".to_owned(), "kings".to_owned()])];
        assert_eq!(shown(&parts, "Marching: <b>No Kings</b> é"), [(0, "[Marching]: <b>[No Kings]</b> é".to_owned())]);
        assert_eq!(shown(&parts, "nothing of it"), []);
        let filler = "words upon words ".repeat(20);
        let long = format!("é {filler}they march {filler}no kings");
        let shown = shown(&parts, &long);
        assert_eq!(shown.len(), 2);
        let (offset, first) = &shown[0];
        assert!(first.starts_with("words upon") || first.starts_with("upon words"), "{first}");
        assert!(first.contains(" they [march] words") && first.chars().count() <= LENGTH + 2, "{first}");
        assert!(long.chars().skip(*offset).collect::<String>().starts_with(&first[..10]), "{offset} {first}");
        assert!(shown[1].1.ends_with("[no kings]"), "{shown:?}");
    }

    proptest! {
        #[test]
        fn pieces_are_bounded_and_stand_in_the_text(text in "([ab\u{e9}]{1,9}[ ,.]){0,90}", asked in "[ab]{2,3}") {
            let parts = [Part::prefix(&asked), Part::word(&asked)];
            let about = Asked { field: HighlightField::Title, language: None, about: None, text: &text };
            let pieces = pieces(&parts, &about);
            prop_assert_eq!(pieces.is_empty(), marks(&parts, &text, Rules::Either).is_empty());
            let mut behind = 0;
            for piece in &pieces {
                let whole: String = piece.fragment.iter().map(|run| run.text.as_str()).collect();
                let length = whole.chars().count();
                prop_assert!(length <= LENGTH && piece.offset >= behind && piece.fragment.iter().any(|run| run.hit));
                prop_assert_eq!(text.chars().skip(piece.offset).take(length).collect::<String>(), whole);
                behind = piece.offset + length;
            }
        }
    }
}
