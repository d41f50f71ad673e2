//! What became of a pair that was proposed: told by its events as they are now, and by what was rejected. Nothing else is
//! kept of what was accepted, so that a merge is known for what it is, whoever did it and however it ended.

use uuid::Uuid;

use crate::domain::codes;
use crate::domain::privacy::Clearance;
use crate::index::State;
use crate::index::events::EventVersion;
use crate::store::duplicates::Kept;

codes! {
    /// What became of a pair of events that may be one.
    pub enum DuplicateState {
        /// Nobody has decided yet.
        Open = "open",
        /// One was merged into the other, or both into a third one.
        Accepted = "accepted",
        /// They are two.
        Rejected = "rejected",
    }
}

/// How a pair stands.
#[derive(Clone, Debug)]
pub struct Standing {
    /// What became of it.
    pub state: DuplicateState,
    /// The event that took in the other, where they were merged.
    pub survivor: Option<Uuid>,
    /// The two events as readers are given them: as they are now, or, where they were merged, as they were compared.
    pub versions: [EventVersion; 2],
}

/// How a pair stands; `None` where the public is not given both events, or not in the versions that were compared: nothing
/// may be told of what is hidden now, nor of what it was found alike in.
pub fn standing(state: &State, kept: &Kept) -> Option<Standing> {
    let events = &state.events;
    let [low, high] = kept.pair.events;
    let compared = kept.pair.versions.map(|version| {
        // What was written anew for another policy was compared as it was before.
        events.public_version(version).filter(|version| version.edition == 0)
    });
    let [Some(one), Some(other)] = compared else {
        return None;
    };
    let seq = state.head.seq;
    let public_at = |id| events.seen_at(id, seq, Clearance::Public);
    if let (Some(low), Some(high)) = (public_at(low), public_at(high)) {
        let state = if kept.rejection.is_some() { DuplicateState::Rejected } else { DuplicateState::Open };
        return Some(Standing { state, survivor: None, versions: [low, high] });
    }
    let survivor = events.survivor(low, seq);
    let is_one = survivor == events.survivor(high, seq) && public_at(survivor).is_some();
    is_one.then_some(Standing { state: DuplicateState::Accepted, survivor: Some(survivor), versions: [one, other] })
}
