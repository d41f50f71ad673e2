//! What a collection has told of before and its newest file does not have any more.
//!
//! Ids of rows are remembered as 64 bits each while the file is read, and then held against the records of rows, page by page.
//! Left aside: noting in the database which rows a file has, which would write a row for each that is unchanged. Two ids of one
//! digest would keep an event that is gone, and never withdraw one that is there.

use std::collections::{HashMap, HashSet};

use thiserror::Error;
use xxhash_rust::xxh3::xxh3_64;

use crate::import::mapped::Mapped;
use crate::store::connection::AnyConnection;
use crate::store::error::StoreError;
use crate::store::imports::{Imported, events_of_rows, ids_of_versions, imported_behind};

/// Records that are looked at at once.
const PAGE: i64 = 1_000;

/// Of what was imported before, one in so many may be withdrawn without force: 20 %. A file of another year, or half of one,
/// lacks more.
const ONE_IN: u64 = 5;

/// The ids of the rows that a file has.
#[derive(Debug, Default)]
pub struct Held(HashSet<u64>);

impl Held {
    /// Notes a row, and those that are taken for one with it.
    pub fn add_row(&mut self, scheme: &str, row: &Mapped) {
        let ids = row.event.iter().filter_map(|event| event["external_ids"].as_array()).flatten();
        let ids = ids.filter(|id| id["scheme"] == scheme).filter_map(|id| id["id"].as_str());
        self.0.extend(ids.chain([row.identity.as_str()]).map(|id| xxh3_64(id.as_bytes())));
    }

    fn has(&self, id: &str) -> bool {
        self.0.contains(&xxh3_64(id.as_bytes()))
    }
}

/// How much is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gone {
    /// Events that are told, of the whole collection.
    pub told: u64,
    /// Events without a row that are as their rows left them.
    pub untouched: u64,
    /// Events without a row that an editor has changed.
    pub edited: u64,
}

/// Why nothing was withdrawn that the file does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotSynchronised {
    /// Some of its rows cannot be told from those that are gone.
    #[error(
        "nothing was withdrawn: {gone} events have no row in the file, and {rows} rows were refused of which nobody can tell \
         whether they are these; mend the rows, or use force"
    )]
    Untold {
        /// Events without a row.
        gone: u64,
        /// Rows that were refused.
        rows: u64,
    },
    /// So much is gone that the file may not be a whole one.
    #[error(
        "nothing was withdrawn: the file lacks {gone} of the {of} events that were imported before, more than 20 %; use force if \
         that is meant"
    )]
    TooMany {
        /// Events without a row.
        gone: u64,
        /// Events that were there before the file.
        of: u64,
    },
}

impl Gone {
    /// Counts what is gone.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub fn count(conn: &mut AnyConnection, scheme: &str, held: &Held) -> Result<Self, StoreError> {
        let mut gone = Self::default();
        let mut page = Pages::new(scheme, held);
        while let Some((told, without_row)) = page.next(conn)? {
            gone.told += told;
            let edited = without_row.iter().filter(|row| row.is_edited).count() as u64;
            gone.edited += edited;
            gone.untouched += without_row.len() as u64 - edited;
        }
        Ok(gone)
    }

    /// Holds that it may be withdrawn, where the file has brought so many events and `untold` of its rows were refused
    /// before it was known which event they are about.
    ///
    /// # Errors
    /// Why not.
    pub const fn check(self, brought: u64, untold: u64) -> Result<(), NotSynchronised> {
        let (gone, of) = (self.untouched, self.told.saturating_sub(brought));
        if gone > 0 && untold > 0 {
            return Err(NotSynchronised::Untold { gone, rows: untold });
        }
        if gone * ONE_IN > of {
            return Err(NotSynchronised::TooMany { gone, of });
        }
        Ok(())
    }
}

/// The events of a collection that are told and whose rows its file does not have, page by page.
pub struct Pages<'a> {
    scheme: &'a str,
    held: &'a Held,
    behind: Option<String>,
}

impl<'a> Pages<'a> {
    /// From the first page on.
    pub const fn new(scheme: &'a str, held: &'a Held) -> Self {
        Self { scheme, held, behind: Some(String::new()) }
    }

    /// The next page: how many events of it are told, and those without a row. `None` at the end.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub fn next(&mut self, conn: &mut AnyConnection) -> Result<Option<(u64, Vec<Imported>)>, StoreError> {
        let Some(behind) = self.behind.take() else {
            return Ok(None);
        };
        let (rows, last) = imported_behind(conn, self.scheme, &behind, PAGE)?;
        self.behind = last;
        let told = rows.len() as u64;
        let mut gone: Vec<Imported> = rows.into_iter().filter(|row| !self.held.has(&row.id)).collect();
        // An event may have several rows: those that were taken for one, or of what it took in. It is gone with the last of them, and
        // counted once, under the first one that became it.
        let versions: Vec<i64> = gone.iter().map(|row| row.version_no).collect();
        let ids = ids_of_versions(conn, self.scheme, &versions)?;
        let events: HashMap<_, _> =
            events_of_rows(conn, self.scheme, &ids.iter().map(|(_, id)| id.as_str()).collect::<Vec<_>>())?
                .into_iter()
                .collect();
        gone.retain(|row| {
            let mut others = ids.iter().filter(|(version_no, id)| *version_no == row.version_no && *id != row.id);
            others.all(|(_, id)| !self.held.has(id) && (*id > row.id || events.get(id) != Some(&row.entity_no)))
        });
        Ok(Some((told, gone)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_in_five_may_go_and_not_one_more() {
        let gone = |untouched, told| Gone { told, untouched, edited: 0 };
        assert_eq!(gone(2, 10).check(0, 0), Ok(()));
        assert_eq!(gone(3, 14).check(0, 0), Err(NotSynchronised::TooMany { gone: 3, of: 14 }));
        assert_eq!(
            gone(2, 12).check(3, 0),
            Err(NotSynchronised::TooMany { gone: 2, of: 9 }),
            "what is new does not count"
        );
        assert_eq!(gone(1, 10).check(0, 1), Err(NotSynchronised::Untold { gone: 1, rows: 1 }));
        assert_eq!(gone(0, 10).check(10, 7), Ok(()), "where nothing is gone nothing need be told");
    }
}
