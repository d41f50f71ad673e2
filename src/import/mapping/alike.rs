//! Which event a record is about where its collection gives no ids: that is told by what the record says, and by its place among
//! records that say the same.

use std::collections::{HashMap, HashSet, VecDeque};

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::header::Header;
use super::row::Row;
use super::spec::{Identity, Mapping};
use crate::import::slugs::normalised;

/// So many records are remembered, those together that agree in what comes first.
const REMEMBERED: usize = 1_000_000;

/// Most different records of one identity.
const MAX_ORDINAL: u16 = 1_000;

/// What a record is among those before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The first to say this; with its id.
    New(String),
    /// Equal to an earlier one.
    Again,
    /// It cannot be told any more.
    Forgotten,
    /// Too many records have one identity.
    TooMany,
}

impl Place {
    /// Why a record at this place cannot be told; `None` where it can.
    pub fn why_not(&self, identity: &Identity) -> Option<String> {
        let names: Vec<&str> = identity.by.iter().filter_map(|expr| Some(expr.start.paths().first()?.text())).collect();
        let first = names.first().copied().unwrap_or("value");
        match self {
            Self::New(_) | Self::Again => None,
            Self::Forgotten => Some(format!(
                "More than a million rows lie between this one and others of its {first}, so that it cannot be told which \
                 of them it is. Sort the file by {first}, or import it in parts."
            )),
            Self::TooMany => {
                let all = match names.as_slice() {
                    [front @ .., last] if !front.is_empty() => format!("{} and {last}", front.join(", ")),
                    _ => first.to_owned(),
                };
                Some(format!("More than 1,000 different rows have this {all}."))
            }
        }
    }
}

/// The records read so far, as far as they are remembered.
#[derive(Debug, Default)]
pub struct Alike {
    /// The columns that make a record another one, by position.
    counted: Vec<usize>,
    /// Those of them that are numbered: what they say counts, and not in which of them it stands.
    numbered: Vec<usize>,
    groups: HashMap<u64, Group>,
    /// The groups in the order in which they were first met.
    order: VecDeque<u64>,
    /// Groups that cannot give ordinals any more.
    forgotten: HashSet<u64>,
    records: usize,
}

/// The content of each record with an identity and an ordinal.
type Group = HashMap<(u64, u16), u64>;

impl Alike {
    /// Before the first record. What the mapping knows nothing of does not make a record another one.
    pub fn new(mapping: &Mapping, identity: &Identity, names: &[String], header: &Header) -> Self {
        let (used, numbered) = (header.used(mapping), header.all_numbered());
        let is_lost = |at: usize| mapping.why_lost(&names[at]).is_some() && header.position(&names[at]) == Some(at);
        let known = (0..names.len()).filter(|at| used.contains(at) || is_lost(*at));
        let (numbered, counted) =
            known.filter(|at| !identity.aside.contains(&names[*at])).partition(|at| numbered.contains(at));
        Self { counted, numbered, ..Self::default() }
    }

    /// Looks a record up by what identifies it, and remembers it.
    pub fn see(&mut self, row: &Row<'_>, parts: &[String]) -> Place {
        self.see_within(row, parts, REMEMBERED)
    }

    fn see_within(&mut self, row: &Row<'_>, parts: &[String], most: usize) -> Place {
        let parts: Vec<String> = parts.iter().map(|part| normalised(part)).collect();
        let key = parts.join("\u{1f}");
        let at_hand = xxh3_64(parts.first().map_or(&[], |first| first.as_bytes()));
        let (identity, content) = (xxh3_64(key.as_bytes()), self.content(row));
        if self.forgotten.contains(&at_hand) {
            return Place::Forgotten;
        }
        let order = &mut self.order;
        let group = self.groups.entry(at_hand).or_insert_with(|| {
            order.push_back(at_hand);
            Group::new()
        });
        let mut ordinal = 1;
        while let Some(earlier) = group.get(&(identity, ordinal)) {
            if *earlier == content {
                return Place::Again;
            }
            if ordinal == MAX_ORDINAL {
                return Place::TooMany;
            }
            ordinal += 1;
        }
        group.insert((identity, ordinal), content);
        self.records += 1;
        self.forget_beyond(most, at_hand);
        Place::New(id(&key, ordinal))
    }

    /// Forgets the groups that were met first. The one at hand stays, unless it is the only one.
    fn forget_beyond(&mut self, most: usize, at_hand: u64) {
        while self.records > most {
            let oldest = self.order.iter().position(|group| *group != at_hand).unwrap_or(0);
            let Some(group) = self.order.remove(oldest) else { return };
            self.records -= self.groups.remove(&group).map_or(0, |group| group.len());
            self.forgotten.insert(group);
        }
    }

    /// A digest of all that a record says.
    fn content(&self, row: &Row<'_>) -> u64 {
        let mut hasher = Xxh3::new();
        let mut add = |text: &str| {
            hasher.update(text.as_bytes());
            hasher.update(b"\x1f");
        };
        self.counted.iter().for_each(|at| add(row.cell(*at)));
        self.numbered.iter().map(|at| row.cell(*at)).filter(|text| !text.is_empty()).for_each(&mut add);
        hasher.digest()
    }
}

fn id(key: &str, ordinal: u16) -> String {
    let mut hasher = Xxh3::new();
    hasher.update(key.as_bytes());
    hasher.update(b"\x1f");
    hasher.update(ordinal.to_string().as_bytes());
    format!("{:032x}", hasher.digest128())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::mapping::preset;
    use crate::import::records::{Dialect, Next, Record, Records};

    const HEADER: &str = "date,locality,state,location,title,event_type,size_mean,notes,weather";

    /// What rows are among each other, where three are remembered.
    fn places(rows: &[&str]) -> Vec<Place> {
        let mapping = preset("ccc").expect("a preset");
        let identity = mapping.identity.as_ref().expect("records without ids");
        let text = format!("{HEADER}\n{}\n", rows.join("\n"));
        let mut records = Records::open(text.as_bytes(), Dialect::CSV, None, None).expect("a header");
        let names = records.header().to_vec();
        let header = Header::of(&names, &mapping);
        let mut alike = Alike::new(&mapping, identity, &names, &header);
        let mut record = Record::default();
        let mut see = |row: &&str| {
            assert_eq!(records.next(&mut record).expect("a line"), Next::Record, "{row}");
            let parts: Vec<String> = (0..5).map(|at| record.get(at).to_owned()).collect();
            alike.see_within(&Row::Cells(&record, &header, &[]), &parts, 3)
        };
        rows.iter().map(&mut see).collect()
    }

    #[test]
    fn ids_do_not_depend_on_case_and_white_space_and_differ_by_ordinal() {
        let one = places(&["2025-01-31,Austin,TX,Capitol,,rally,100,,"]);
        assert_eq!(one, places(&["2025-01-31, AUSTIN ,tx,capitol,,march,200,,"]));
        let Place::New(id) = &one[0] else { panic!("new") };
        assert_eq!(id, "8d8ad6a1a436ba69fc39e566f05b2b56", "stable for good");
        let two = places(&[
            "2025-01-31,Austin,TX,Capitol,,rally,100,,",
            "2025-01-31,Austin,TX,Capitol,,rally,200,,",
            "2025-01-31,Austin,TX,Capitol,,rally,100,What is aside,and unknown",
        ]);
        assert_eq!((&two[0], &two[2]), (&one[0], &Place::Again));
        assert!(matches!(&two[1], Place::New(other) if other != id));
    }

    #[test]
    fn days_met_first_are_forgotten_first_and_never_guessed_at() {
        let seen = places(&[
            "2025-01-01,a,TX,,,rally,,,",
            "2025-01-02,a,TX,,,rally,,,",
            "2025-01-02,b,TX,,,rally,,,",
            "2025-01-02,c,TX,,,rally,,,",
            "2025-01-01,b,TX,,,rally,,,",
            "2025-01-02,a,TX,,,rally,,,",
        ]);
        assert!(seen[..4].iter().all(|seen| matches!(seen, Place::New(_))));
        assert_eq!(seen[4..], [Place::Forgotten, Place::Again]);
        let mapping = preset("ccc").expect("a preset");
        let why = |place: Place| place.why_not(mapping.identity.as_ref().expect("records without ids"));
        assert!(why(Place::Forgotten).is_some_and(|why| why.contains("others of its date")));
        let many = "More than 1,000 different rows have this date, locality, state, location and title.";
        assert_eq!((why(Place::TooMany).as_deref(), why(Place::Again)), (Some(many), None));
    }
}
