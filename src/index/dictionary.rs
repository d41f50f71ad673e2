//! What events have in common, each under a number: the terms that filters ask for, the shapes of their dates, their sizes.

use std::hash::Hash;

use hashbrown::HashMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::domain::count::Toll;
use crate::domain::has::Has;
use crate::domain::privacy::Clearance;
use crate::domain::size::{Size, size_number, size_range};
use crate::domain::verification::Verification;
use crate::domain::vocabulary::{ActorRole, EventStatus, EventType, PlacePrecision};
use crate::domain::window::{Frame, Overlap, TimeFacts, Window};

/// Something that an event has or has not; each occurrence of one is the same number everywhere in the index.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Term {
    /// Its main type.
    Type(EventType),
    /// A further type.
    Tactic(EventType),
    /// Its status.
    Status(EventStatus),
    /// How well it is attested.
    Verification(Verification),
    /// A part that is reported.
    Has(Has),
    /// An issue.
    Issue(String),
    /// A participation.
    Actor(Uuid, ActorRole),
    /// A place: the location, how exactly it is known, and whether the event gives a point of its own.
    Place(Uuid, PlacePrecision, bool),
    /// A campaign.
    Campaign(Uuid),
    /// A source.
    Source(Uuid),
    /// An entity that only its evidence names.
    Mention(Uuid),
    /// Readers with this clearance alone are given it; what has no such term is for all.
    OnlyFor(Clearance),
    /// About how many people took part.
    Size(SizeClass),
    /// Its dates are less exact than most, see [`Shape::is_wide`].
    Wide,
    /// The fewest people that something happened to. Few events tell of any, so that it is no column.
    Toll(Toll, i64),
}

impl Term {
    /// The entity that it names.
    pub const fn entity(&self) -> Option<Uuid> {
        match self {
            Self::Actor(id, _) | Self::Place(id, ..) | Self::Campaign(id) | Self::Source(id) | Self::Mention(id) => {
                Some(*id)
            }
            _ => None,
        }
    }
}

/// Microseconds of the longest month, and a day for the offsets of its zone.
const MONTH: i64 = 32 * 86_400_000_000;

/// The bounds of an event's dates, in microseconds behind its `start.earliest` in UTC: events of one day in one zone have
/// the same. That of a single microsecond is the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Shape {
    offsets: [i64; 8],
}

/// The starts for which an event of a shape lies in a window, both included; empty where the first is above the second.
pub type Starts = (i64, i64);

impl Shape {
    /// The bounds that windows compare.
    pub fn of(start: i64, time: &TimeFacts) -> Self {
        let frames = [&time.local, &time.utc];
        let mut offsets = [0; 8];
        for (frame, four) in frames.into_iter().zip(offsets.chunks_exact_mut(4)) {
            let bounds =
                [frame.start_earliest, frame.end_latest, frame.definite_start_latest, frame.definite_end_earliest];
            for (offset, bound) in four.iter_mut().zip(bounds) {
                *offset = bound.saturating_sub(start);
            }
        }
        Self { offsets }
    }

    /// Whether its bounds are more than a month apart. Few events are so, and their rows are looked at one by one where the
    /// edges of a window are near for them, which are then far for all others.
    pub fn is_wide(&self) -> bool {
        let (first, last) =
            self.offsets.iter().fold((0, 0), |(low, high), offset| ((*offset).min(low), (*offset).max(high)));
        last.saturating_sub(first) > MONTH
    }

    /// The bounds of an event of this shape with a start, in one calendar: its first and its last possible moment, then by
    /// which it has begun for sure, and until when it is not over for sure.
    pub const fn bounds(&self, start: i64, frame: Frame) -> [i64; 4] {
        let [a, b, c, d, ..] = match frame {
            Frame::Local => self.offsets,
            Frame::Utc => {
                let [.., a, b, c, d] = self.offsets;
                [a, b, c, d, 0, 0, 0, 0]
            }
        };
        [start.saturating_add(a), start.saturating_add(b), start.saturating_add(c), start.saturating_add(d)]
    }

    /// The starts for which an event of this shape lies in a window.
    pub fn starts(&self, window: &Window, overlap: Overlap) -> Starts {
        let offset = |frame: usize, end: usize| self.offsets[frame * 4 + end];
        let (begun, not_over) = match overlap {
            Overlap::Possible => (0, 1),
            Overlap::Definite => (2, 3),
        };
        let from =
            window.from.map_or(i64::MIN, |edge| edge.micros.saturating_sub(offset(edge.frame as usize, not_over)));
        let to = window.to.map_or(i64::MAX, |edge| edge.micros.saturating_sub(offset(edge.frame as usize, begun)));
        (from, to)
    }
}

/// A size as filters and orders compare it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SizeFacts {
    /// Fewest people.
    pub low: i64,
    /// Most people; `i64::MAX` where that is open.
    pub high: i64,
    /// The number that orders go by: the best one, else the lowest, else the highest.
    pub order: i64,
}

impl SizeFacts {
    /// The numbers of a size; `None` where it has none.
    pub fn of(size: &Size) -> Option<Self> {
        let ((low, high), order) = size_range(size).zip(size_number(size))?;
        Some(Self { low, high, order })
    }

    /// Whether it may lie between two numbers of people, both included.
    pub const fn overlaps(&self, min: i64, max: i64) -> bool {
        self.low <= max && self.high >= min
    }
}

/// About how many: numbers of which the first three binary digits and the length are the same share a class, so that a
/// class is at most a quarter wide. Classes are in the order of their numbers.
pub type Class = u8;

/// The class of a number of people.
pub const fn class_of(number: i64) -> Class {
    if number <= 0 {
        return 0;
    }
    let length = number.ilog2();
    let digits = if length < 2 { number << (2 - length) } else { number >> (length - 2) };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "252 at most")]
    let class = (1 + length * 4) as u8 + (digits & 3) as u8;
    class
}

/// The classes of the numbers of a size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SizeClass {
    /// That of the fewest people.
    pub low: Class,
    /// That of the most people.
    pub high: Class,
}

impl SizeClass {
    /// The classes of a size.
    pub const fn of(size: &SizeFacts) -> Self {
        Self { low: class_of(size.low), high: class_of(size.high) }
    }

    /// Whether sizes of these classes may lie between two numbers of people; `None` where only the size itself tells.
    pub fn overlaps(self, min: i64, max: i64) -> Option<bool> {
        let (min, max) = (class_of(min), class_of(max));
        if self.low > max || self.high < min {
            return Some(false);
        }
        (self.low < max && self.high > min).then_some(true)
    }
}

/// Values under numbers that never change, in the order in which they were met.
#[derive(Debug)]
pub struct Numbered<T> {
    values: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self { values: Vec::new(), numbers: HashMap::new() }
    }
}

impl<T: Clone + Eq + Hash> Numbered<T> {
    /// The number of a value, a new one if it was not met before.
    pub fn number(&mut self, value: T) -> u32 {
        let next = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        if let Some(number) = self.numbers.get(&value) {
            return *number;
        }
        self.values.push(value.clone());
        self.numbers.insert(value, next);
        next
    }

    /// The number of a value that was met.
    pub fn find(&self, value: &T) -> Option<u32> {
        self.numbers.get(value).copied()
    }

    /// The value under a number.
    pub fn value(&self, number: u32) -> &T {
        &self.values[number as usize]
    }

    /// All values, in the order of their numbers.
    pub fn values(&self) -> &[T] {
        &self.values
    }
}

/// As the list of the values.
impl<T: Serialize> Serialize for Numbered<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.values.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de> + Clone + Eq + Hash> Deserialize<'de> for Numbered<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let values = Vec::deserialize(deserializer)?;
        let numbers = values.iter().cloned().zip(0..).collect();
        Ok(Self { values, numbers })
    }
}

/// The numbers of all terms, shapes and sizes.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Dictionary {
    terms: Numbered<Term>,
    /// The shapes of dates.
    pub shapes: Numbered<Shape>,
    /// The sizes.
    pub sizes: Numbered<SizeFacts>,
}

impl Dictionary {
    /// The number of a term.
    pub fn number(&mut self, term: Term) -> u32 {
        self.terms.number(term)
    }

    /// The term under a number.
    pub fn term(&self, number: u32) -> &Term {
        self.terms.value(number)
    }

    /// All terms, in the order of their numbers.
    pub fn terms(&self) -> &[Term] {
        self.terms.values()
    }

    /// The number of a term that was met.
    pub fn find(&self, term: &Term) -> Option<u32> {
        self.terms.find(term)
    }

    /// Numbers all terms anew: those of `order` by their places in it. Tells the new number of each.
    pub fn reorder(&mut self, order: &[u32]) -> Vec<u32> {
        let mut reordered = Numbered::default();
        let mut new = vec![0; order.len()];
        for old in order {
            new[*old as usize] = reordered.number(self.term(*old).clone());
        }
        self.terms = reordered;
        new
    }

    /// Forgets the names of the issues of which that is wanted; their numbers stay.
    pub fn forget_issues(&mut self, is_unwanted: impl Fn(u32) -> bool) {
        for (number, term) in (0..).zip(&mut self.terms.values) {
            if matches!(term, Term::Issue(name) if !name.is_empty()) && is_unwanted(number) {
                self.terms.numbers.remove(term);
                *term = Term::Issue(String::new());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The lowest and the highest number of people that a class may hold.
    const fn numbers_of(class: Class) -> (i64, i64) {
        const fn first(class: Class) -> i64 {
            if class == 0 {
                return i64::MIN;
            }
            let (length, digits) = ((class as u32 - 1) / 4, 4 + (class as i64 - 1) % 4);
            if length > 62 {
                i64::MAX
            } else if length < 2 {
                (digits >> (2 - length)) + if digits & ((1 << (2 - length)) - 1) == 0 { 0 } else { 1 }
            } else {
                digits << (length - 2)
            }
        }
        let last = first(class.saturating_add(1));
        (first(class), if last == i64::MAX { last } else { last - 1 })
    }

    fn people() -> impl Strategy<Value = i64> {
        (0_u32..64, any::<i64>()).prop_map(|(shift, number)| (number & i64::MAX) >> shift)
    }

    proptest! {
        #[test]
        fn a_class_holds_its_numbers_and_classes_are_in_their_order(one in people(), other in people()) {
            let (low, high) = numbers_of(class_of(one));
            prop_assert!((low..=high).contains(&one), "{one} is not within {low} to {high}");
            prop_assert_eq!(one < other && class_of(one) != class_of(other), class_of(one) < class_of(other));
        }

        #[test]
        fn classes_tell_no_more_than_the_size(low in people(), more in people(), min in people(), max in people()) {
            let size = SizeFacts { low, high: low.saturating_add(more), order: low };
            let told = SizeClass::of(&size).overlaps(min, max);
            prop_assert!(told.is_none_or(|told| told == size.overlaps(min, max)), "{size:?} from {min} to {max}: {told:?}");
        }
    }

    #[test]
    fn a_class_is_at_most_a_quarter_wide() {
        for number in [1_i64, 2, 3, 20, 200, 2_000, 19_999, 1 << 40] {
            let (low, high) = numbers_of(class_of(number));
            assert!((high - low) * 4 <= low, "{number}: {low} to {high}");
        }
        assert_eq!(numbers_of(class_of(i64::MAX)).1, i64::MAX);
    }
}
