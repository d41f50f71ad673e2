//! Holding the words on disk against the store, for `marchline check`: each row's words with their places, and nothing else.

use std::collections::BTreeSet;
use std::path::Path;

use hashbrown::{HashMap, HashSet};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::changed::changed_rows;
use super::shelf::{Saved, TextError};
use super::words::EventWords;
use crate::index::build;
use crate::store::connection::AnyConnection;
use crate::store::error::StoreError;
use crate::store::log;

/// What tells the words of a row from any others: a sum over all of them, so that they can be met in any order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum(u64);

impl Sum {
    /// Takes in a word of a field at a place.
    pub fn add(&mut self, field: usize, word: &[u8], place: u32) {
        let seed = (u64::from(place) << 8) | field as u64;
        self.0 = self.0.wrapping_add(xxh3_64_with_seed(word, seed));
    }

    /// The sum of what a row says. Fields count titles before all else, and words as they stand before stems, which have no places.
    fn of(words: &EventWords) -> Self {
        let mut sum = Self::default();
        for (at, words) in [&words.title, &words.body].into_iter().enumerate() {
            let plain = (0_u32..).zip(words.plain.split_ascii_whitespace());
            plain.for_each(|(place, word)| sum.add(at, word.as_bytes(), place));
            let stems: BTreeSet<&str> = words.stems.split_ascii_whitespace().collect();
            for stem in stems {
                sum.add(at + 2, stem.as_bytes(), 0);
            }
        }
        sum
    }
}

/// Compares the words in a folder with what the store says. What differs is told in sentences; where there is no folder nothing
/// does.
///
/// # Errors
/// When the database cannot be read; what is readable but wrong is a difference.
pub fn compare(conn: &mut AnyConnection, folder: &Path) -> Result<Vec<String>, StoreError> {
    let told = |what: String| vec![format!("the words in {}: {what}", folder.display())];
    let saved = match Saved::open(folder) {
        Ok(None) => return Ok(Vec::new()),
        Ok(Some(saved)) => saved,
        Err(error) => return Ok(told(error.to_string())),
    };
    let (title, head) = (saved.title, log::head(conn)?);
    if (title.dataset_id, title.epoch) != (head.dataset_id, head.epoch) {
        return Ok(told("they are of another dataset, or of another epoch".to_owned()));
    }
    if title.seq > head.seq || log::recorded_at(conn, title.seq)? != Some(title.recorded_at) {
        return Ok(told(format!("they have operation {}, which is not that of the database", title.seq)));
    }
    let (expected, rewritten) = said(conn, title.seq)?;
    match held_against(&saved, &expected, &rewritten) {
        Ok(rows) if rows.is_empty() => Ok(Vec::new()),
        Ok(rows) => Ok(rows.into_iter().flat_map(told).collect()),
        Err(error) => Ok(told(error.to_string())),
    }
}

/// What the store says of each row up to an operation, and the rows that later ones have written anew.
fn said(conn: &mut AnyConnection, seq: i64) -> Result<(HashMap<u32, Sum>, HashSet<u32>), StoreError> {
    let (mut expected, mut rewritten) = (HashMap::new(), HashSet::new());
    let mut after = 0;
    loop {
        let mut changes = build::changes(conn, after)?;
        let Some(last) = changes.last() else {
            return Ok((expected, rewritten));
        };
        after = last.seq;
        let later = changes.split_off(changes.partition_point(|change| change.seq <= seq));
        for row in changed_rows(&changes) {
            match &row.words {
                Some(words) => expected.insert(row.row, Sum::of(words)),
                None => expected.remove(&row.row),
            };
        }
        rewritten.extend(changed_rows(&later).into_iter().filter(|row| row.is_rewritten).map(|row| row.row));
    }
}

fn held_against(
    saved: &Saved,
    expected: &HashMap<u32, Sum>,
    rewritten: &HashSet<u32>,
) -> Result<Vec<String>, TextError> {
    let mut differences = saved.damaged()?;
    let found = saved.written.sums()?;
    let mut rows: Vec<u32> = expected.keys().chain(found.keys()).copied().collect();
    rows.sort_unstable();
    rows.dedup();
    for row in rows.into_iter().filter(|row| !rewritten.contains(row)) {
        match (expected.get(&row), found.get(&row).map(Vec::as_slice)) {
            (Some(expected), Some([found])) if expected == found => {}
            (Some(_), None | Some([])) => differences.push(format!("row {row} is missing")),
            (Some(_), Some([_])) => differences.push(format!("row {row} has other words")),
            (Some(_), Some(_)) => differences.push(format!("row {row} is there more than once")),
            (None, _) => differences.push(format!("row {row} is not in the database")),
        }
    }
    Ok(differences)
}
