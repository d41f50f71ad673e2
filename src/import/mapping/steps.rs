//! What is done with the texts of a value, step by step.

use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate};

use super::countries::Country;
use super::expr::Reader;
use super::tables::Otherwise;
use crate::import::report::RowError;
use crate::import::states::State;
use crate::import::values::{flag, number, whole};

/// One thing done to each text of a value, or to all together.
#[derive(Clone, Debug)]
pub enum Step {
    /// In small letters.
    Lower,
    /// In capital letters.
    Upper,
    /// A number as it is written plainly: `1,200` and `1200.0` are `1200`.
    Number,
    /// A whole number of people, as it stands.
    Whole,
    /// `0` or `1`, however a spreadsheet writes them.
    Flag,
    /// The items of a list.
    Split(String),
    /// All texts as one.
    Join(String),
    /// One of the texts, counted from 0, or from the end where negative.
    Pick(i64),
    /// So many characters from the beginning.
    Take(usize),
    /// What stands before a mark; all of it where there is none.
    Before(String),
    /// What stands behind a mark; nothing where there is none.
    After(String),
    /// What stands between two marks; nothing where they are not there.
    Between(String, String),
    /// What is left without two marks and what stands between them.
    Without(String, String),
    /// Something put before it.
    Prefix(String),
    /// Nothing where it is one of these, in any case.
    Drop(Vec<String>),
    /// Each once, these first, in this order.
    Order(Vec<String>),
    /// A day in one of these forms, as ISO 8601 writes it.
    Date(Vec<String>),
    /// A day of one of these years, written as ISO 8601 does and in no other way. That there is none is an error too.
    Day(RangeInclusive<i32>),
    /// What a table has for it.
    Table(String),
    /// The ISO code of a country, by code, number or name.
    Country,
    /// The ISO code of a country by its FIPS code.
    Fips,
    /// The ISO code of a state or territory of the United States, by its two letters or its name.
    UsState,
    /// Who or what a size goes back to, by the words for it.
    Basis,
}

/// What becomes of a text; `None` where a step does not know it.
type Change<'a> = dyn Fn(&str) -> Option<String> + 'a;

impl Reader<'_> {
    /// What a step makes of the texts of a value.
    pub fn step(&mut self, step: &Step, from: &str, texts: Vec<String>) -> Vec<String> {
        let each = |change: &Change<'_>| texts.iter().filter_map(|text| change(text.trim())).collect();
        match step {
            Step::Lower => each(&|text| Some(text.to_lowercase())),
            Step::Upper => each(&|text| Some(text.to_uppercase())),
            Step::Split(mark) => {
                let items = texts.iter().flat_map(|text| text.split(mark.as_str()));
                items.map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
            }
            Step::Join(_) if texts.is_empty() => texts,
            Step::Join(mark) => vec![texts.join(mark)],
            Step::Pick(position) => {
                let from_end =
                    usize::try_from(position.unsigned_abs()).ok().and_then(|back| texts.len().checked_sub(back));
                let position = if *position < 0 { from_end } else { usize::try_from(*position).ok() };
                position.and_then(|position| texts.get(position)).cloned().into_iter().collect()
            }
            Step::Take(count) => each(&|text| Some(text.chars().take(*count).collect())),
            Step::Before(mark) => each(&|text| Some(text.split(mark.as_str()).next()?.to_owned())),
            Step::After(mark) => each(&|text| Some(text.split_once(mark.as_str())?.1.to_owned())),
            Step::Between(open, close) => each(&|text| Some(between(text, open, close)?.1.to_owned())),
            Step::Without(open, close) => each(&|text| {
                Some(between(text, open, close).map_or_else(
                    || text.to_owned(),
                    |(front, _, behind)| format!("{} {}", front.trim_end(), behind.trim_start()),
                ))
            }),
            Step::Prefix(front) => each(&|text| (!text.is_empty()).then(|| format!("{front}{text}"))),
            Step::Drop(nothing) => {
                each(&|text| (!nothing.iter().any(|word| word.eq_ignore_ascii_case(text))).then(|| text.to_owned()))
            }
            Step::Order(words) => in_order(words, texts),
            Step::Day(years) if texts.is_empty() => self.day(from, "", years).into_iter().collect(),
            Step::Day(years) => texts.iter().filter_map(|text| self.day(from, text.trim(), years)).collect(),
            Step::Table(name) => self.look_up(name, from, texts),
            Step::Basis => each(&|text| Some(super::amounts::basis(text).code().to_owned())),
            Step::Number | Step::Whole | Step::Flag | Step::Date(_) | Step::Country | Step::Fips | Step::UsState => {
                self.try_each(step, from, &texts)
            }
        }
    }

    /// Changes each text by a step that knows only some; one that it does not know is an error.
    fn try_each(&mut self, step: &Step, from: &str, texts: &[String]) -> Vec<String> {
        let (reason, change): (_, &Change<'_>) = match step {
            Step::Whole => ("Expected a whole number of people; taken as not reported.", &|text| {
                number(text).and_then(whole).map(|_| text.to_owned())
            }),
            Step::Flag => ("Expected 0 or 1; taken as not said.", &|text| Some(u8::from(flag(text)?).to_string())),
            Step::Date(forms) => ("Expected a day in a form that the mapping names.", &|text| {
                let day = forms.iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok())?;
                // "24" is no year of the first century.
                (1_000..=9_999).contains(&day.year()).then(|| day.to_string())
            }),
            Step::Country => ("There is no such country.", &|text| Some(Country::parse(text)?.code.to_owned())),
            Step::Fips => {
                ("There is no country with this FIPS code.", &|text| Some(Country::of_fips(text)?.code.to_owned()))
            }
            Step::UsState => {
                ("There is no such state or territory of the United States.", &|text| Some(State::parse(text)?.iso()))
            }
            _ => ("Expected a number.", &|text| Some(number(text)?.to_string())),
        };
        let mut changed = Vec::with_capacity(texts.len());
        for text in texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()) {
            match change(text) {
                Some(better) => changed.push(better),
                None => self.error(from, text, reason),
            }
        }
        changed
    }

    fn day(&mut self, from: &str, text: &str, years: &RangeInclusive<i32>) -> Option<String> {
        // Chrono also reads `2025-1-5`, `+2025-1-05` and more.
        let day: Option<NaiveDate> = text.parse().ok().filter(|day: &NaiveDate| day.to_string() == text);
        match day {
            Some(day) if years.contains(&day.year()) => return Some(day.to_string()),
            Some(_) => {
                self.error(from, text, &format!("The year is none of {} to {}.", years.start(), years.end()));
            }
            None if text.is_empty() => self.error(from, text, "The day is missing."),
            None => self.error(from, text, "Expected a day as `YYYY-MM-DD`."),
        }
        None
    }

    fn look_up(&mut self, name: &str, from: &str, texts: Vec<String>) -> Vec<String> {
        let Some(table) = self.tables.get(name) else {
            return texts;
        };
        let mut found = Vec::with_capacity(texts.len());
        for text in texts {
            let word = text.trim();
            if word.is_empty() {
                continue;
            }
            if let Some(values) = table.get(word) {
                found.extend(values);
                continue;
            }
            let reason = table.reason.as_deref();
            match table.otherwise {
                Otherwise::Keep => found.push(text),
                Otherwise::Drop => {}
                Otherwise::Lose => self.notes.lose(from, reason.unwrap_or("The mapping has nothing for the value.")),
                Otherwise::Error => self.error(from, word, reason.unwrap_or("The mapping does not know the value.")),
                Otherwise::Ignore => {
                    let reason = reason.unwrap_or("The mapping leaves the value aside.").to_owned();
                    self.notes.ignored.get_or_insert((from.to_owned(), reason));
                }
                Otherwise::Refuse => {
                    let reason = reason.unwrap_or("The mapping does not know the value.");
                    let error = RowError::of_cell(self.line, from, word, reason);
                    self.notes.refused.get_or_insert(error);
                }
            }
        }
        found
    }
}

/// Each text once: those that are named first, in the order of their names, the others behind them as they stand.
fn in_order(words: &[String], mut texts: Vec<String>) -> Vec<String> {
    texts.sort_by_key(|text| words.iter().position(|word| word == text).unwrap_or(words.len()));
    let mut once = Vec::with_capacity(texts.len());
    for text in texts {
        if !once.contains(&text) {
            once.push(text);
        }
    }
    once
}

/// What stands before a mark, between it and the next other one, and behind that.
fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let (front, rest) = text.split_once(open)?;
    let (inside, behind) = rest.split_once(close)?;
    Some((front, inside, behind))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::import::mapping::expr::Notes;

    fn step(step: Step, texts: &[&str]) -> (Vec<String>, Vec<String>) {
        let tables = HashMap::new();
        let mut reader = Reader { tables: &tables, line: 1, notes: Notes::default() };
        let texts = reader.step(&step, "column", texts.iter().map(|text| (*text).to_owned()).collect());
        (texts, reader.notes.errors.into_iter().map(|error| error.reason).collect())
    }

    #[test]
    fn a_day_is_written_in_one_way_and_is_there() {
        let day = |texts: &[&str]| step(Step::Day(1900..=2100), texts);
        assert_eq!(day(&["2025-01-05"]), (vec!["2025-01-05".into()], vec![]));
        for (text, reason) in [
            ("2025-1-5", "Expected a day as `YYYY-MM-DD`."),
            ("+2025-1-05", "Expected a day as `YYYY-MM-DD`."),
            ("0202-01-01", "The year is none of 1900 to 2100."),
        ] {
            assert_eq!(day(&[text]), (vec![], vec![reason.into()]), "{text}");
        }
        assert_eq!(day(&[]).1, ["The day is missing."]);
    }

    #[test]
    fn what_a_step_does_not_know_is_an_error_and_the_rest_stays() {
        let told = |one: Step, texts: &[&str]| {
            let (texts, errors) = step(one, texts);
            (texts.join(" "), errors.len())
        };
        assert_eq!(told(Step::Flag, &["1.0", "0", "2", "yes"]), ("1 0".into(), 2));
        assert_eq!(told(Step::Whole, &["200.0", "2.5", "lots"]), ("200.0".into(), 2));
        assert_eq!(told(Step::UsState, &["tx", "New York", "ZZ"]), ("US-TX US-NY".into(), 1));
    }

    #[test]
    fn those_that_are_named_come_first_and_each_once() {
        let words = ["march", "rally"].map(str::to_owned).to_vec();
        assert_eq!(step(Step::Order(words), &["x", "rally", "march", "rally"]).0, ["march", "rally", "x"]);
    }
}
