//! A page out of an ordered answer.

use crate::index::answer::{Answer, Slice};
use crate::index::events::{EventVersion, Events};
use crate::index::order::{EventKey, Sort};
use crate::index::search::Search;

/// Which part of the answer a page is.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a, K> {
    /// The key the page lies behind, or before; `None` for the first page.
    pub from: Option<&'a K>,
    /// Whether the page lies before `from`.
    pub backward: bool,
    /// Most items of the page.
    pub limit: usize,
}

/// A page, and whether there is more on either side of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Page<K, T> {
    /// The items with their keys, in order.
    pub items: Vec<(K, T)>,
    /// Whether there are items before it.
    pub has_previous: bool,
    /// Whether there are items behind it.
    pub has_next: bool,
    /// How many items the whole answer has; `None` where that was not asked.
    pub total: Option<usize>,
}

/// Cuts a page out of all items; keys are unique.
pub fn cut<K: Ord, T>(mut items: Vec<(K, T)>, part: Part<'_, K>) -> Page<K, T> {
    items.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    let total = items.len();
    let (start, end) = match (part.from, part.backward) {
        (None, _) => (0, part.limit.min(total)),
        (Some(key), false) => {
            let start = items.partition_point(|(k, _)| k <= key);
            (start, start.saturating_add(part.limit).min(total))
        }
        (Some(key), true) => {
            let end = items.partition_point(|(k, _)| k < key);
            (end.saturating_sub(part.limit), end)
        }
    };
    items.truncate(end);
    let items = items.split_off(start);
    Page { items, has_previous: start > 0, has_next: end < total, total: Some(total) }
}

/// The page of a question about events; `counted` where the total is asked for too.
pub fn page_of(
    events: &Events,
    search: &Search,
    sort: Sort,
    part: Part<'_, EventKey>,
    counted: bool,
) -> Page<EventKey, EventVersion> {
    page_in(&Answer::new(events, search), sort, part, counted).with_versions(events)
}

/// The page of an answer: the numbers of the rows that stand on it.
pub fn page_in(answer: &Answer<'_>, sort: Sort, part: Part<'_, EventKey>, counted: bool) -> Page<EventKey, u32> {
    let total = counted.then(|| answer.total());
    if sort == Sort::Relevance {
        return Page { total, ..cut(answer.best(), part) };
    }
    let Part { from, backward, limit } = part;
    let (items, has_more) = answer.slice(Slice { sort, from: from.copied(), backward, limit });
    // What lies on the other side of a position, itself included: it belongs to the page that gave it.
    let beside = |(value, event_no): &EventKey| {
        let from = Some((*value, if backward { event_no - 1 } else { event_no + 1 }));
        !answer.slice(Slice { sort, from, backward: !backward, limit: 1 }).0.is_empty()
    };
    let has_beside = from.is_some_and(beside);
    let (has_previous, has_next) = if backward { (has_more, has_beside) } else { (has_beside, has_more) };
    Page { items, has_previous, has_next, total }
}

impl Page<EventKey, u32> {
    /// The same with the versions that the rows are of.
    pub fn with_versions(self, events: &Events) -> Page<EventKey, EventVersion> {
        let Self { items, has_previous, has_next, total } = self;
        let version = |(key, row): (EventKey, u32)| Some((key, events.of_row(row)?));
        Page { items: items.into_iter().filter_map(version).collect(), has_previous, has_next, total }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn pages_forward_and_back_give_each_item_once(keys in prop::collection::btree_set(0_i64..500, 0..60), limit in 1_usize..9) {
            let all = || keys.iter().rev().map(|key| (*key, ())).collect::<Vec<_>>();
            let mut forward = Vec::new();
            let mut page = cut(all(), Part { from: None, backward: false, limit });
            loop {
                prop_assert_eq!(page.total, Some(keys.len()));
                forward.extend(page.items.iter().map(|(key, ())| *key));
                let Some(last) = page.items.last().map(|(key, ())| *key).filter(|_| page.has_next) else { break };
                page = cut(all(), Part { from: Some(&last), backward: false, limit });
            }
            prop_assert_eq!(&forward, &keys.iter().copied().collect::<Vec<_>>());
            let mut backward: Vec<i64> = page.items.iter().map(|(key, ())| *key).collect();
            while let Some(first) = page.items.first().map(|(key, ())| *key).filter(|_| page.has_previous) {
                page = cut(all(), Part { from: Some(&first), backward: true, limit });
                backward.splice(0..0, page.items.iter().map(|(key, ())| *key));
            }
            prop_assert_eq!(backward.len(), keys.len());
            prop_assert_eq!(backward.into_iter().collect::<BTreeSet<_>>(), keys);
        }
    }
}
