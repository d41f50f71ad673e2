use proptest::prelude::*;

use super::super::columns::{Kind, count_text, list};
use super::*;
use crate::domain::count::{Count, CountState};
use crate::domain::crosswalk::Vocabulary;

fn cell(given: &str) -> String {
    let mut out = Vec::new();
    put_text(given, &mut out);
    String::from_utf8(out).expect("text")
}

/// What the documentation tells a reader to do with a text cell.
fn read_back(cell: &str) -> String {
    let plain = cell.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).map(|inner| inner.replace("\"\"", "\""));
    let text = plain.unwrap_or_else(|| cell.to_owned());
    let behind = text.trim_start_matches('\'');
    if behind.len() < text.len() && behind.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        return text[1..].to_owned();
    }
    text
}

fn split(cell: &str) -> Vec<Vec<String>> {
    let (mut items, mut is_escaped) = (vec![vec![String::new()]], false);
    for letter in cell.chars() {
        let parts = items.last_mut().expect("an item");
        match letter {
            _ if std::mem::take(&mut is_escaped) => parts.last_mut().expect("a part").push(letter),
            '\\' => is_escaped = true,
            ';' => items.push(vec![String::new()]),
            ':' => parts.push(String::new()),
            _ => parts.last_mut().expect("a part").push(letter),
        }
    }
    items
}

#[test]
fn text_that_looks_like_a_formula_begins_with_an_apostrophe() {
    assert_eq!(cell("=1+1"), "'=1+1");
    assert_eq!(cell("@everyone, \"now\""), "\"'@everyone, \"\"now\"\"\"");
    assert_eq!(cell("'=1"), "''=1");
    assert_eq!(cell("'Hands off' rally"), "'Hands off' rally");
    assert_eq!(cell("a;b"), "\"a;b\"");
}

#[test]
fn counts_keep_what_is_known() {
    let count = |state, low, high| count_text(Count::new(state, low, high).expect("a count"));
    assert_eq!(count(CountState::Zero, None, None), "0");
    assert_eq!(count(CountState::Number, Some(3), None), "3");
    assert_eq!(count(CountState::Number, Some(3), Some(5)), "3..5");
    assert_eq!(count(CountState::Some, None, None), "some");
    assert_eq!(count(CountState::Some, Some(2), None), "some 2..");
    assert_eq!(count(CountState::Some, None, Some(10)), "some 1..10");
}

#[test]
fn the_columns_are_those_of_the_guide() {
    let guide = include_str!("../../docs/exports.md");
    let rows = guide.lines().skip_while(|line| !line.starts_with("| column |")).skip(2);
    let told: Vec<(&str, &str)> = rows
        .map_while(|row| row.strip_prefix("| `"))
        .filter_map(|row| Some((row.split('`').next()?, row.trim_end_matches(" |").rsplit(" | ").next()?)))
        .collect();
    let meaning = |column: &Column| match column.kind {
        Kind::Text => column.meaning.to_owned(),
        Kind::Integer | Kind::Number => format!("number: {}", column.meaning),
        Kind::Boolean => format!("boolean: {}", column.meaning),
        Kind::Instant => format!("instant: {}", column.meaning),
    };
    let columns: Vec<(&str, String)> = columns(&[]).map(|column| (column.name, meaning(column))).collect();
    assert_eq!(told.len(), columns.len());
    for (told, column) in told.iter().zip(&columns) {
        assert_eq!((told.0, told.1), (column.0, &*column.1));
    }
}

#[test]
fn the_columns_of_vocabularies_are_those_of_the_guide() {
    let guide = include_str!("../../docs/exports.md");
    let rows = guide.lines().skip_while(|line| !line.starts_with("| with `vocab` |")).skip(2);
    let cells = rows.map_while(|row| row.strip_prefix("| ")?.split(" | ").next());
    let mut told: Vec<&str> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    let mut columns: Vec<&str> =
        columns(Vocabulary::ALL).map(|column| column.name).skip(columns(&[]).count()).collect();
    told.sort_unstable();
    columns.sort_unstable();
    assert_eq!(told, columns);
}

proptest! {
    #[test]
    fn every_text_comes_back(text in "['=+@\\t\\r\\n,;\"a-]{0,8}|\\PC*") {
        prop_assert_eq!(read_back(&cell(&text)), text);
    }

    #[test]
    fn every_list_comes_back(items in prop::collection::vec(prop::collection::vec("[a;:\\\\é]{0,4}", 1..4), 1..4)) {
        let text = match list(items.iter()) {
            Cell::Text(text) => text.into_owned(),
            _ => String::new(),
        };
        prop_assert_eq!(split(&text), items);
    }
}
