//! The versions of one event: what the public could see of it, and when.

use uuid::Uuid;

use super::{EventVersion, Events, PastVersion, Withdrawal, short};
use crate::domain::instant::Instant;
use crate::index::entities::MAX_DEPTH;
use crate::index::row::UNDATED;
use crate::store::document;
use crate::store::log::ChangeKind;

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

    /// An event's versions up to an operation, oldest first; none where the public sees no trace of it at that operation.
    pub fn history(&self, id: Uuid, seq: i64) -> Vec<PastVersion> {
        if self.public_at(id, seq).is_none() && self.withdrawn(id, seq).is_none() {
            return Vec::new();
        }
        let mut versions: Vec<u32> = self.back_from(id, seq).collect();
        versions.reverse();
        let mut was_told = false;
        let past = |(version, revision)| {
            if let Some(told) = self.version(version, revision) {
                was_told = true;
                return PastVersion::Told(told, self.seq(version).into());
            }
            let withdrawal = self.untold.get(&version).and_then(|untold| untold.withdrawn.as_ref());
            // That what nobody knew of was withdrawn is not told either.
            withdrawal.filter(|_| was_told).map_or(PastVersion::Hidden, |by| PastVersion::Withdrawal(by.reason.clone()))
        };
        versions.into_iter().zip(1..).map(past).collect()
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

    /// How an event ceased, where that was its state at an operation, whether the public had seen it or not.
    pub fn ceased(&self, id: Uuid, seq: i64) -> Option<&Withdrawal> {
        self.untold.get(&self.back_from(id, seq).next()?)?.withdrawn.as_ref()
    }

    /// The same, where the public had seen it.
    pub fn withdrawn(&self, id: Uuid, seq: i64) -> Option<&Withdrawal> {
        let withdrawal = self.ceased(id, seq)?;
        let was_public = self.back_from(id, seq).any(|version| !self.untold.contains_key(&version));
        was_public.then_some(withdrawal)
    }

    /// What an event is at an operation, all merges followed: itself where it was not merged.
    pub fn survivor(&self, id: Uuid, seq: i64) -> Uuid {
        let next = |id: &Uuid| {
            let gone = self.ceased(*id, seq).filter(|gone| gone.kind == ChangeKind::Merged)?;
            gone.into.first().copied()
        };
        std::iter::successors(Some(id), next).take(MAX_DEPTH).last().unwrap_or(id)
    }

    /// Whether the public could ever see an event.
    pub fn was_public(&self, id: Uuid) -> bool {
        self.back_from(id, i64::MAX).any(|version| !self.untold.contains_key(&version))
    }

    /// Whether the public is given less of a version than it says.
    pub fn is_coarsened(&self, version: &EventVersion) -> bool {
        self.limits.contains_key(&short(version.version_no))
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
