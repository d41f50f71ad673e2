//! The values of fields with the terms that stand for them, kept for the next question: to gather those of some ten thousand
//! places takes longer than to count events. What comes later is added; a correction of any entity, or a redaction, forgets all.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::aggregate::{Field, Value};
use crate::index::State;
use crate::index::aggregate::groups::Pairs;
use crate::index::sight::Sight;

/// All values of a field, whatever is asked.
#[derive(Clone, Debug, Default)]
pub struct Whole {
    /// The values, in the order of their numbers.
    pub values: Arc<Vec<Value>>,
    /// The terms of each.
    pub terms: Arc<Pairs>,
    /// What all of it is known under, while values keep their numbers; `None` where it is of this moment alone.
    pub number: Option<u64>,
    numbers: Arc<HashMap<Value, u32>>,
}

impl Whole {
    fn numbered() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self { number: Some(NEXT.fetch_add(1, Ordering::Relaxed)), ..Self::default() }
    }

    /// Takes in a term that is behind all others, and what it stands for.
    pub fn add(&mut self, term: u32, values: impl IntoIterator<Item = Value>) {
        for value in values {
            let next = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
            let own = Arc::make_mut(&mut self.values);
            let number = *Arc::make_mut(&mut self.numbers).entry(value).or_insert_with_key(|value| {
                own.push(value.clone());
                next
            });
            Arc::make_mut(&mut self.terms).push((term, number));
        }
    }
}

/// The state of the index, its last redaction, and how many corrections of entities it knows.
type Stamp = (u32, i64, u64);

/// What must be the same for what was gathered of entities to be right.
fn stamp(state: &State) -> Stamp {
    (state.generation, state.redacted, state.entities.corrections())
}

struct Known {
    stamp: Stamp,
    /// The terms that were looked at.
    terms: u32,
    whole: Whole,
}

/// The values of fields as they are now.
#[derive(Default)]
pub struct KnownValues(Mutex<HashMap<Field, Known>>);

impl KnownValues {
    /// The values of a field at a moment.
    pub fn of(&self, field: Field, sight: Sight<'_>) -> Whole {
        let state = sight.state;
        let last = u32::try_from(state.events.dictionary.terms().len()).unwrap_or(u32::MAX);
        // Issues have no versions, and what nobody is to know any more must not lie about.
        if sight.seq < state.entities.last_corrected() || field == Field::Issue {
            let mut whole = Whole::default();
            field.gather(0, sight, &mut whole);
            return whole;
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || Known { stamp: stamp(state), terms: 0, whole: Whole::numbered() };
        let known = known.entry(field).or_insert_with(fresh);
        if known.stamp != stamp(state) {
            *known = fresh();
        }
        if known.terms < last {
            // Also of entities that are newer than the moment read.
            field.gather(known.terms, Sight { seq: i64::MAX, ..sight }, &mut known.whole);
            known.terms = last;
        }
        known.whole.clone()
    }
}
