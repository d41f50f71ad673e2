//! Which event a row is about: CCC gives no ids, so it is told by what the row says, and by its place among rows that say
//! the same.

use std::collections::{HashMap, VecDeque};

use chrono::NaiveDate;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::columns::Column;
use super::row::Row;
use crate::import::slugs::normalised;

/// What identifies a row, in this order.
const IDENTITY: [Column; 5] = [Column::Date, Column::Locality, Column::State, Column::Location, Column::Title];

/// Columns that do not make a row another one.
const ASIDE: [Column; 2] = [Column::Notes, Column::Coder];

/// So many rows are remembered, day by day: several times as many as all that were ever published.
const REMEMBERED: usize = 1_000_000;

/// Most different rows of one identity.
const MAX_ORDINAL: u16 = 1_000;

/// What a row is among those before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The first to say this; with its id.
    New(String),
    /// Equal to an earlier one.
    Again,
    /// It cannot be told any more.
    Forgotten,
    /// Too many rows have one identity.
    TooMany,
}

/// The rows read so far, as far as they are remembered.
#[derive(Debug, Default)]
pub struct Identities {
    days: HashMap<NaiveDate, Day>,
    /// The days in the order in which they were first met.
    order: VecDeque<NaiveDate>,
    rows: usize,
}

#[derive(Debug, Default)]
struct Day {
    /// The content of the row with an identity and an ordinal.
    rows: HashMap<(u64, u16), u64>,
    /// A day that was forgotten cannot give ordinals any more.
    forgotten: bool,
}

impl Identities {
    /// Looks a row up, and remembers it.
    pub fn see(&mut self, row: &Row<'_>, date: NaiveDate) -> Seen {
        self.see_within(row, date, REMEMBERED)
    }

    fn see_within(&mut self, row: &Row<'_>, date: NaiveDate, most: usize) -> Seen {
        let key = key(row, date);
        let (identity, content) = (xxh3_64(key.as_bytes()), content(row));
        if !self.days.contains_key(&date) {
            self.order.push_back(date);
        }
        let day = self.days.entry(date).or_default();
        if day.forgotten {
            return Seen::Forgotten;
        }
        let mut ordinal = 1;
        while let Some(earlier) = day.rows.get(&(identity, ordinal)) {
            if *earlier == content {
                return Seen::Again;
            }
            if ordinal == MAX_ORDINAL {
                return Seen::TooMany;
            }
            ordinal += 1;
        }
        day.rows.insert((identity, ordinal), content);
        self.rows += 1;
        self.forget_beyond(most, date);
        Seen::New(id(&key, ordinal))
    }

    /// Forgets the days that were met first. The day at hand stays, unless it is the only one.
    fn forget_beyond(&mut self, most: usize, at_hand: NaiveDate) {
        while self.rows > most {
            let oldest = self.order.iter().position(|day| *day != at_hand).unwrap_or(0);
            let Some(day) = self.order.remove(oldest).and_then(|date| self.days.get_mut(&date)) else { return };
            self.rows -= day.rows.len();
            *day = Day { rows: HashMap::new(), forgotten: true };
        }
    }
}

/// What identifies a row, as one text.
fn key(row: &Row<'_>, date: NaiveDate) -> String {
    let mut key = date.to_string();
    for column in &IDENTITY[1..] {
        key.push('\u{1f}');
        key.push_str(&normalised(row.get(*column)));
    }
    key
}

fn id(key: &str, ordinal: u16) -> String {
    let mut hasher = Xxh3::new();
    hasher.update(key.as_bytes());
    hasher.update(b"\x1f");
    hasher.update(ordinal.to_string().as_bytes());
    format!("{:032x}", hasher.digest128())
}

/// A digest of all that the row says.
fn content(row: &Row<'_>) -> u64 {
    let mut hasher = Xxh3::new();
    let mut add = |text: &str| {
        hasher.update(text.as_bytes());
        hasher.update(b"\x1f");
    };
    for column in Column::ALL.iter().filter(|column| !ASIDE.contains(column)) {
        add(row.get(*column));
    }
    row.sources().for_each(add);
    hasher.digest()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::ccc::test_rows::{HEADER, with_row};

    fn ids(rows: &[&str]) -> Vec<Seen> {
        let mut identities = Identities::default();
        let see = |row: &&str| {
            with_row(HEADER, row, |row| identities.see_within(row, row.get(Column::Date).parse().unwrap(), 3))
        };
        rows.iter().map(see).collect()
    }

    #[test]
    fn ids_do_not_depend_on_case_and_white_space_and_differ_by_ordinal() {
        let one = ids(&["2025-01-31,Austin,TX,Capitol,,rally,100"]);
        assert_eq!(one, ids(&["2025-01-31, AUSTIN ,tx,capitol,,march,200"]));
        let Seen::New(id) = &one[0] else { panic!("new") };
        assert_eq!(id, "8d8ad6a1a436ba69fc39e566f05b2b56", "stable for good");
        let two = ids(&[
            "2025-01-31,Austin,TX,Capitol,,rally,100",
            "2025-01-31,Austin,TX,Capitol,,rally,200",
            "2025-01-31,Austin,TX,Capitol,,rally,100",
        ]);
        assert_eq!((&two[0], &two[2]), (&one[0], &Seen::Again));
        assert!(matches!(&two[1], Seen::New(other) if other != id));
    }

    #[test]
    fn days_met_first_are_forgotten_first_and_never_guessed_at() {
        let seen = ids(&[
            "2025-01-01,a,TX,,,rally,",
            "2025-01-02,a,TX,,,rally,",
            "2025-01-02,b,TX,,,rally,",
            "2025-01-02,c,TX,,,rally,",
            "2025-01-01,b,TX,,,rally,",
            "2025-01-02,a,TX,,,rally,",
        ]);
        assert!(seen[..4].iter().all(|seen| matches!(seen, Seen::New(_))));
        assert_eq!(seen[4..], [Seen::Forgotten, Seen::Again]);
    }
}
