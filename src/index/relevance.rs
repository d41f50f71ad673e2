//! The order of relevance: which of the events that have the words of a question are likeliest to be meant.
//!
//! Each word counts for more the fewer events have it, and four times as much in a title. How many have it is counted among the
//! events that whoever asks can see at the moment read, so that the order is the same on every node, whenever it is asked for, and
//! tells nothing of what is hidden.

use std::collections::BinaryHeap;

use super::answer::Answer;
use super::order::EventKey;
use super::search::Search;
use crate::text::hits::Hits;

/// Most events that are told in this order.
pub const BEST: usize = if cfg!(debug_assertions) { 20 } else { 1_000 };

/// How much more a word counts in a title.
const IN_TITLE: i64 = 4;
/// What a word counts that all events have.
const ANYWHERE: f64 = 1_000.0;

/// A word with what it counts.
type Weighted<'a> = (&'a Hits, i64);

impl<'a> Answer<'a> {
    /// The best events, best first, with their keys; of those that are alike the one that was written later.
    pub fn best(&self) -> Vec<(EventKey, u32)> {
        let words = self.weighted();
        let mut heap: BinaryHeap<(EventKey, u32)> = BinaryHeap::new();
        let mut offer = |version: u32, event: u32| {
            let score: i64 = words.iter().map(|(hits, weight)| weight * at(hits, version)).sum();
            let key = (-score, -i64::from(event));
            if heap.len() < BEST {
                heap.push((key, version));
            } else if let Some(mut worst) = heap.peek_mut().filter(|worst| key < worst.0) {
                *worst = (key, version);
            }
        };
        self.newest().for_each(|row| offer(row.version_no, row.event_no));
        for (slot, layer) in self.layers() {
            let (rows, segment) = (self.rows(slot, layer), &*layer.segment);
            for row in rows.ascending(0..segment.rows()) {
                offer(segment.version_no[row], segment.event_no[row]);
            }
        }
        heap.into_sorted_vec()
    }

    /// The words that are wanted.
    fn weighted(&self) -> Vec<Weighted<'a>> {
        let groups = self.search.groups.iter().enumerate();
        let words = groups.filter_map(|(number, group)| Some((number, group.any.as_ref()?.text.as_deref()?)));
        let words: Vec<(usize, &Hits)> = words.collect();
        if let [(_, hits)] = words[..] {
            return vec![(hits, 1)];
        }
        let Search { seq, clearance, .. } = *self.search;
        let all = Search::of_all(seq, clearance);
        let events = self.total_of(&all, None);
        let having = |number: usize| {
            let groups = vec![self.search.groups[number].clone()];
            self.total_of(&Search { groups, ..all.clone() }, Some(number))
        };
        words.into_iter().map(|(number, hits)| (hits, weight(having(number), events))).collect()
    }
}

/// How much a word counts that so many of all events have.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "some thousands, from counts of events"
)]
fn weight(having: usize, events: usize) -> i64 {
    let rarity = ((events + 1) as f64 / (having + 1) as f64).log2();
    (ANYWHERE * (1.0 + rarity)).round() as i64
}

fn at(hits: &Hits, version: u32) -> i64 {
    if hits.has_in_title(version) { IN_TITLE } else { 1 }
}
