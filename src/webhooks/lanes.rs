//! Who may deliver now: so many at once, and of those who are slow or failing only some, so that they never keep the others from
//! their turn.

use std::collections::HashMap;
use std::time::Duration;

/// Messages that are sent at once.
const AT_ONCE: usize = 16;
/// Of them, those to receivers that are not known to be quick.
const UNPROVEN: usize = 12;
/// And of these, those to receivers that are known not to be.
const SLOW: usize = 8;
/// What a quick receiver takes at most.
const QUICK: Duration = Duration::from_secs(1);

/// What is known of a receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pace {
    /// It took its last message quickly.
    Quick,
    /// Nothing yet.
    New,
    /// It did not.
    Slow,
}

/// Whose messages are under way, and whose turn it was last.
#[derive(Debug, Default)]
pub struct Lanes {
    under_way: HashMap<i64, Pace>,
    paces: HashMap<i64, Pace>,
    /// When it was a webhook's turn, by a count.
    turns: HashMap<i64, u64>,
    count: u64,
}

impl Lanes {
    /// Whether nothing is under way.
    pub fn is_empty(&self) -> bool {
        self.under_way.is_empty()
    }

    fn pace(&self, webhook: i64, is_failing: bool) -> Pace {
        let known = self.paces.get(&webhook).copied().unwrap_or(Pace::New);
        if is_failing { Pace::Slow } else { known }
    }

    /// Whether a message of this webhook may be sent now.
    pub fn has_room(&self, webhook: i64, is_failing: bool) -> bool {
        let count = |is_counted: fn(Pace) -> bool| self.under_way.values().filter(|pace| is_counted(**pace)).count();
        let has_place = match self.pace(webhook, is_failing) {
            Pace::Quick => true,
            Pace::New => count(|pace| pace != Pace::Quick) < UNPROVEN,
            Pace::Slow => count(|pace| pace != Pace::Quick) < UNPROVEN && count(|pace| pace == Pace::Slow) < SLOW,
        };
        has_place && self.under_way.len() < AT_ONCE && !self.under_way.contains_key(&webhook)
    }

    /// A message of this webhook is under way.
    pub fn enter(&mut self, webhook: i64, is_failing: bool) {
        self.count += 1;
        self.turns.insert(webhook, self.count);
        self.under_way.insert(webhook, self.pace(webhook, is_failing));
    }

    /// A message of this webhook is under way no more.
    pub fn leave(&mut self, webhook: i64, is_delivered: bool, took: Duration) {
        self.under_way.remove(&webhook);
        let pace = if is_delivered && took <= QUICK { Pace::Quick } else { Pace::Slow };
        self.paces.insert(webhook, pace);
    }

    /// Orders webhooks by how long ago their last turn is, the longest first.
    pub fn turn(&self, webhook: i64) -> u64 {
        self.turns.get(&webhook).copied().unwrap_or(0)
    }

    /// Forgets webhooks that are not there any more.
    pub fn keep(&mut self, is_there: impl Fn(i64) -> bool) {
        self.paces.retain(|webhook, _| is_there(*webhook));
        self.turns.retain(|webhook, _| is_there(*webhook));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lets as many of these webhooks in as there is room for.
    fn fill(lanes: &mut Lanes, webhooks: std::ops::Range<i64>, is_failing: bool) -> usize {
        let mut count = 0;
        for webhook in webhooks {
            if lanes.has_room(webhook, is_failing) {
                lanes.enter(webhook, is_failing);
                count += 1;
            }
        }
        count
    }

    #[test]
    fn those_who_stall_leave_room_for_new_ones_and_both_for_those_who_are_quick() {
        let mut lanes = Lanes::default();
        for webhook in 0..100 {
            lanes.enter(webhook, false);
            lanes.leave(webhook, true, Duration::from_millis(3));
        }
        assert_eq!(fill(&mut lanes, 200..300, true), SLOW);
        assert_eq!(fill(&mut lanes, 300..400, false), UNPROVEN - SLOW);
        assert_eq!(fill(&mut lanes, 0..100, false), AT_ONCE - UNPROVEN);
        assert!(!lanes.has_room(99, false));
        lanes.leave(0, true, QUICK);
        assert!(lanes.has_room(99, false) && !lanes.has_room(399, false) && !lanes.has_room(299, true));
        assert!(!lanes.has_room(1, false), "one message of a webhook at a time");
        lanes.leave(200, false, Duration::from_secs(15));
        assert!(lanes.has_room(399, false) && lanes.has_room(299, true));
    }

    #[test]
    fn a_receiver_is_quick_as_long_as_it_was_the_last_time() {
        let mut lanes = Lanes::default();
        for (is_delivered, took, pace) in [
            (true, QUICK, Pace::Quick),
            (true, QUICK * 2, Pace::Slow),
            (true, QUICK, Pace::Quick),
            (false, QUICK, Pace::Slow),
        ] {
            lanes.enter(1, false);
            lanes.leave(1, is_delivered, took);
            assert_eq!(lanes.pace(1, false), pace);
        }
        assert_eq!((lanes.pace(2, false), lanes.pace(2, true)), (Pace::New, Pace::Slow));
    }

    #[test]
    fn whoever_waits_longest_comes_first() {
        let mut lanes = Lanes::default();
        for webhook in [1, 2, 1] {
            lanes.enter(webhook, false);
        }
        assert!(lanes.turn(3) < lanes.turn(2) && lanes.turn(2) < lanes.turn(1));
        lanes.keep(|webhook| webhook == 1);
        assert_eq!(lanes.turn(2), 0);
    }
}
