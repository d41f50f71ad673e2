//! The versions of one event: what a reader could see of it, and when.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::{EventVersion, Events, PastVersion, Withdrawal, short};
use crate::domain::instant::Instant;
use crate::domain::privacy::Clearance;
use crate::index::entities::MAX_DEPTH;
use crate::index::row::{APART, Row, UNDATED, apart, version_of};
use crate::store::document;
use crate::store::log::ChangeKind;

impl Events {
    /// An event's versions up to an operation, newest first, whether a reader may see them or not.
    pub(super) fn back_from(&self, id: Uuid, seq: i64) -> impl Iterator<Item = u32> {
        let all = std::iter::successors(self.newest_of(id), |version| self.previous.get(version).copied());
        all.filter(move |version| i64::from(self.seq(*version)) <= seq)
    }

    /// The row of a version that a reader is given; none where the version is kept from the reader, or the event ceased by it.
    fn row_for(&self, version: u32, clearance: Clearance) -> Option<u32> {
        let whole = Some(apart(version)).filter(|row| clearance == Clearance::Restricted && self.layers.has(*row));
        whole.or_else(|| Some(version).filter(|row| self.layers.has(*row)))
    }

    /// The numbers of the rows that may be of a version, whoever is given them.
    pub fn rows_of(version_no: i64) -> [u32; 2] {
        let version = short(version_no);
        [version, apart(version)]
    }

    /// The numbers of the rows that may be of an event, whoever is given them, at whatever time.
    pub fn rows_of_event(&self, id: Uuid) -> impl Iterator<Item = u32> {
        self.back_from(id, i64::MAX).flat_map(|version| [version, apart(version)])
    }

    fn version(&self, row: u32, revision: usize) -> Option<EventVersion> {
        let start = self.layers.column(row, |row| row.start, |segment, row| segment.start[row])?;
        let start = Some(start).filter(|start| *start != UNDATED).and_then(Instant::from_micros);
        let version = version_of(row);
        let version_no = i64::from(version);
        let key = document::event_key(start, version_no, row & APART != 0);
        let edition = self.editions.get(&version).copied().unwrap_or_default().into();
        let revision = i32::try_from(revision).unwrap_or(i32::MAX);
        Some(EventVersion { id: self.id(version), version_no, row, key, revision, edition })
    }

    /// An event's versions up to an operation, oldest first; none where the reader sees no trace of it at that operation.
    pub fn history(&self, id: Uuid, seq: i64, clearance: Clearance) -> Vec<PastVersion> {
        if self.seen_at(id, seq, clearance).is_none() && self.withdrawn(id, seq, clearance).is_none() {
            return Vec::new();
        }
        let mut versions: Vec<u32> = self.back_from(id, seq).collect();
        versions.reverse();
        let (mut was_told, mut was_explained) = (false, false);
        let past = |(version, revision)| {
            if let Some(told) = self.row_for(version, clearance).and_then(|row| self.version(row, revision)) {
                (was_told, was_explained) = (true, self.is_explained(version, clearance));
                return PastVersion::Told { version: told, seq: self.seq(version).into(), is_explained: was_explained };
            }
            let withdrawal = self.untold.get(&version).and_then(|untold| untold.withdrawn.as_ref());
            // That what nobody knew of was withdrawn is not told either.
            let Some(by) = withdrawal.filter(|_| was_told) else {
                return PastVersion::Hidden;
            };
            let reason = by.reason.clone().filter(|_| was_explained);
            PastVersion::Withdrawal { reason, is_explained: was_explained }
        };
        versions.into_iter().zip(1..).map(past).collect()
    }

    /// An event that a reader could see at an operation.
    pub fn seen_at(&self, id: Uuid, seq: i64, clearance: Clearance) -> Option<EventVersion> {
        let mut versions = self.back_from(id, seq);
        let newest = self.row_for(versions.next()?, clearance)?;
        self.version(newest, versions.count() + 1)
    }

    /// A version as a reader is given it now, whatever superseded it.
    pub fn given(&self, version_no: i64, revision: i32, clearance: Clearance) -> Option<EventVersion> {
        self.version(self.row_for(short(version_no), clearance)?, usize::try_from(revision).ok()?)
    }

    /// The version of the same event before this one.
    pub fn before(&self, version_no: i64) -> Option<i64> {
        self.previous.get(&short(version_no)).copied().map(i64::from)
    }

    /// The version that a row is of, as it is given.
    pub fn of_row(&self, row: u32) -> Option<EventVersion> {
        let earlier = std::iter::successors(Some(version_of(row)), |version| self.previous.get(version).copied());
        self.version(row, earlier.count())
    }

    /// The version under a number, if the public is given it.
    pub fn public_version(&self, version_no: i64) -> Option<EventVersion> {
        self.of_row(short(version_no))
    }

    /// How an event ceased, where that was its state at an operation, whether anybody had seen it or not.
    pub fn ceased(&self, id: Uuid, seq: i64) -> Option<&Withdrawal> {
        self.untold.get(&self.back_from(id, seq).next()?)?.withdrawn.as_ref()
    }

    /// The same, where the reader could see it before, with the reason where that is told.
    pub fn withdrawn(&self, id: Uuid, seq: i64, clearance: Clearance) -> Option<(&Withdrawal, Option<&str>)> {
        // Something may have been redacted of it since, for another reason.
        let ended = self.back_from(id, seq).map_while(|version| self.untold.get(&version)?.withdrawn.as_ref());
        let withdrawal = ended.last()?;
        let last = self.back_from(id, seq).find(|version| self.row_for(*version, clearance).is_some())?;
        let reason = withdrawal.reason.as_deref().filter(|_| self.is_explained(last, clearance));
        Some((withdrawal, reason))
    }

    /// Whether a reader is told why a version was written.
    fn is_explained(&self, version: u32, clearance: Clearance) -> bool {
        clearance == Clearance::Restricted || !self.unexplained.contains(&version)
    }

    /// What an event is at an operation, all merges followed: itself where it was not merged.
    pub fn survivor(&self, id: Uuid, seq: i64) -> Uuid {
        let next = |id: &Uuid| {
            let gone = self.ceased(*id, seq).filter(|gone| gone.kind == ChangeKind::Merged)?;
            gone.into.first().copied()
        };
        std::iter::successors(Some(id), next).take(MAX_DEPTH).last().unwrap_or(id)
    }

    /// Whether a reader could ever see an event.
    pub fn was_seen(&self, id: Uuid, clearance: Clearance) -> bool {
        self.back_from(id, i64::MAX).any(|version| self.row_for(version, clearance).is_some())
    }

    /// Whether the public is given less of a version than it says.
    pub fn is_coarsened(&self, version: &EventVersion) -> bool {
        self.coarse.contains(&short(version.version_no))
    }

    /// The entities that a version names, each once.
    pub fn named(&self, version: &EventVersion) -> Vec<Uuid> {
        let in_tail = |row: &Row| row.terms.to_vec();
        let terms = self.layers.column(version.row, in_tail, |segment, row| segment.named(row).collect());
        let terms = terms.unwrap_or_default().into_iter();
        let mut named: Vec<Uuid> = terms.filter_map(|term| self.dictionary.term(term).entity()).collect();
        named.sort_unstable();
        named.dedup();
        named
    }

    /// The entities that the public versions of an event up to an operation name, each with the operation that wrote the
    /// version.
    pub fn public_names(&self, id: Uuid, seq: i64) -> HashSet<(Uuid, i64)> {
        let told = self.back_from(id, seq).filter_map(|row| self.version(row, 0));
        told.flat_map(|version| {
            let seq = self.seq(version.row).into();
            self.named(&version).into_iter().map(move |named| (named, seq))
        })
        .collect()
    }

    /// The operation that wrote the first public version which names each of these entities; `i64::MAX` where none does.
    /// It looks at all terms, and is for what seldom happens.
    pub fn first_named(&self, ids: &[Uuid]) -> HashMap<Uuid, i64> {
        let mut first: HashMap<Uuid, i64> = ids.iter().map(|id| (*id, i64::MAX)).collect();
        if first.is_empty() {
            return first;
        }
        for (term, id) in (0_u32..).zip(self.dictionary.terms()).filter_map(|(n, term)| Some((n, term.entity()?))) {
            if let Some(first) = first.get_mut(&id) {
                let seqs = self.layers.public_rows_having(term);
                *first = seqs.map(i64::from).min().unwrap_or(i64::MAX).min(*first);
            }
        }
        first
    }
}
