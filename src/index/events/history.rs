//! The versions of one event: what the public could see of it, and when.

use uuid::Uuid;

use super::{EventVersion, Events, Withdrawal, short};
use crate::domain::instant::Instant;
use crate::index::row::UNDATED;
use crate::store::document;

impl Events {
    /// An event's versions up to an operation, newest first, whether the public may see them or not.
    pub(super) fn back_from(&self, id: Uuid, seq: i64) -> impl Iterator<Item = u32> {
        let all = std::iter::successors(self.newest_of(id), |version| self.previous.get(version).copied());
        all.filter(move |version| i64::from(self.seq(*version)) <= seq)
    }

    fn version(&self, version: u32, revision: usize) -> Option<EventVersion> {
        let start = self.layers.column(version, |row| row.start, |segment, row| segment.start[row])?;
        let start = Some(start).filter(|start| *start != UNDATED).and_then(Instant::from_micros);
        let version_no = i64::from(version);
        let revision = i32::try_from(revision).unwrap_or(i32::MAX);
        Some(EventVersion { id: self.id(version), version_no, key: document::public_key(start, version_no), revision })
    }

    /// An event's versions up to an operation, oldest first; `None` for those the public is not given.
    pub fn history(&self, id: Uuid, seq: i64) -> Vec<Option<EventVersion>> {
        let mut versions: Vec<u32> = self.back_from(id, seq).collect();
        versions.reverse();
        versions.iter().zip(1..).map(|(version, revision)| self.version(*version, revision)).collect()
    }

    /// An event the public could see at an operation.
    pub fn public_at(&self, id: Uuid, seq: i64) -> Option<EventVersion> {
        let mut versions = self.back_from(id, seq);
        let newest = versions.next()?;
        self.version(newest, versions.count() + 1)
    }

    /// The version under a number, if the public is given it.
    pub fn public_version(&self, version_no: i64) -> Option<EventVersion> {
        let version = short(version_no);
        let earlier = std::iter::successors(Some(version), |version| self.previous.get(version).copied());
        self.version(version, earlier.count())
    }

    /// How an event was withdrawn, where that was its state at an operation and the public had seen it.
    pub fn withdrawn(&self, id: Uuid, seq: i64) -> Option<&Withdrawal> {
        let newest = self.back_from(id, seq).next()?;
        let withdrawal = self.untold.get(&newest)?.withdrawn.as_ref()?;
        let was_public = self.back_from(id, seq).any(|version| !self.untold.contains_key(&version));
        was_public.then_some(withdrawal)
    }

    /// Whether the public could ever see an event.
    pub fn was_public(&self, id: Uuid) -> bool {
        self.back_from(id, i64::MAX).any(|version| !self.untold.contains_key(&version))
    }

    /// The entities that a version names, each once.
    pub fn named(&self, version: &EventVersion) -> Vec<Uuid> {
        let of = |terms: &[u32]| terms.iter().filter_map(|term| self.dictionary.term(*term).entity()).collect();
        let version = short(version.version_no);
        let named = self.layers.column(version, |row| of(&row.terms), |segment, row| of(segment.named(row)));
        let mut named: Vec<Uuid> = named.unwrap_or_default();
        named.sort_unstable();
        named.dedup();
        named
    }
}
