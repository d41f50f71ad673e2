//! `filter`: a tree of conditions, each of which is about one property of an event, or of a member of another collection.
//!
//! A condition is true, false or unknown: unknown where the event has no value of the property, and whatever is not true does
//! not match. Where an event has several values, a condition is true if one of them meets it, and false if none does.
//!
//! What is asked of events becomes sets of the index (`plan`); members of other collections are looked at one by one (`members`).

mod conditions;
pub mod members;
mod pattern;
mod plan;
mod properties;
mod times;
mod values;

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashSet};

use chrono_tz::Tz;
use uuid::Uuid;

use super::cql2::{self, Expression, Fault, Language, Place};
use super::event_query::EventQuery;
use super::params::Params;
use crate::domain::codes;
use crate::domain::instant::Instant;
use pattern::Pattern;
pub use plan::tree;
pub use properties::{Asked, Kind, Naming};
pub use times::Moment;
use times::Stretch;

codes! {
    /// What a filter can ask about.
    pub enum Property {
        /// The event's id.
        Id = "id",
        /// The main type.
        Type = "type",
        /// The category of the main type.
        Category = "category",
        /// Further types.
        Tactics = "tactics",
        /// The status.
        Status = "status",
        /// How well the event is established.
        Verification = "verification",
        /// Actors that take part themselves, by id or slug.
        Actor = "actor",
        /// Actors that take part, or of which a part does, by id or slug.
        ActorWithin = "actor_within",
        /// Kinds of actors that take part.
        ActorKind = "actor_kind",
        /// Roles in which actors take part.
        Role = "role",
        /// Locations, with all that lies below them, by id or slug.
        Location = "location",
        /// Countries, by their codes.
        Country = "country",
        /// First-level divisions, by their codes.
        Admin1 = "admin1",
        /// How exactly places are known: from `country`, the least, to `point`.
        PlacePrecision = "place_precision",
        /// The points of places.
        Geometry = "geometry",
        /// Campaigns, by id or slug.
        Campaign = "campaign",
        /// Issues.
        Issue = "issue",
        /// Sources, by id or slug.
        Source = "source",
        /// What the event reports.
        Has = "has",
        /// People: the best number, else the lowest, else the highest.
        Size = "size",
        /// The fewest people that there may have been.
        SizeLow = "size_low",
        /// The most people that there may have been; without end where that is open.
        SizeHigh = "size_high",
        /// The first moment in which the event may have begun.
        Start = "start",
        /// The last moment in which it may have been going on.
        End = "end",
        /// From `start` to `end`.
        When = "when",
        /// When the version was recorded.
        RecordedAt = "recorded_at",
        /// When the event was first recorded.
        CreatedAt = "created_at",
        /// The fewest people that were arrested.
        Arrests = "arrests",
        /// The fewest people that were held without arrest.
        Detained = "detained",
        /// The fewest people that were injured, on all sides of which something is reported.
        Injuries = "injuries",
        /// The fewest people that died, on all sides of which something is reported.
        Deaths = "deaths",
    }
}

/// A filter of what has such properties.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter<P = Property> {
    tree: Tree<P>,
    /// What its conditions ask as parameters do.
    questions: Vec<Question>,
}

/// A condition that a parameter asks too.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Where it stands.
    pub place: Place,
    /// The question with this parameter alone.
    pub query: Box<EventQuery>,
}

/// Conditions that depend on each other.
#[derive(Clone, Debug, PartialEq)]
enum Tree<P> {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Is(P, Test),
}

/// What is asked of a property.
#[derive(Clone, Debug, PartialEq)]
enum Test {
    /// Whether it has no value.
    Null,
    /// A question, by its number.
    Question(usize),
    /// Whether it is one of no values.
    Nothing,
    /// Whether it is one of these.
    Ids(BTreeSet<Uuid>),
    /// Whether it is one of these.
    Texts(BTreeSet<String>),
    /// Whether it is like this.
    Like(Pattern),
    /// How it compares with a number.
    Number(Comparison, f64),
    /// Whether moments lie in these stretches, all of them.
    Times(Vec<(Moment, Stretch)>),
}

/// How two values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    /// Whether what stands so to a value meets it.
    const fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

impl<P: Asked> Filter<P> {
    /// Takes `filter` and `filter_lang`, with the text and its language as they were given; faults stay with `params`.
    pub fn take(params: &mut Params, zone: Option<Tz>) -> Option<(Self, String, Option<Language>)> {
        let language = params.code("filter_lang", Language::parse, Language::CODES);
        let text = params.take("filter")?;
        if params.is_faulty("filter_lang") {
            return None;
        }
        match Self::parse(&text, language.unwrap_or(Language::Text), zone) {
            Ok(filter) => Some((filter, text, language)),
            Err(faults) => {
                for fault in faults {
                    params.fault("filter", fault.code, fault.told());
                }
                None
            }
        }
    }

    /// Reads CQL2; `zone` is that of the question's dates, if it names one.
    ///
    /// # Errors
    /// All that is wrong with it: the first thing that makes it no CQL2, else every condition that cannot be honoured.
    pub fn parse(text: &str, language: Language, zone: Option<Tz>) -> Result<Self, Vec<Fault>> {
        let expression = cql2::parse(text, language).map_err(|fault| vec![fault])?;
        Self::of(&expression, zone)
    }

    /// The filter that an expression is.
    ///
    /// # Errors
    /// Every condition that cannot be honoured.
    pub fn of(expression: &Expression, zone: Option<Tz>) -> Result<Self, Vec<Fault>> {
        let mut conditions = conditions::Conditions::new(zone);
        let tree = conditions.tree(expression);
        let conditions::Conditions { mut faults, questions, .. } = conditions;
        // What stands for two conditions says the same of both.
        faults.dedup();
        if faults.is_empty() { Ok(Self { tree, questions }) } else { Err(faults) }
    }

    /// What its conditions ask as parameters do.
    pub fn questions(&self) -> &[Question] {
        &self.questions
    }

    /// The instants that versions must have been recorded behind or before, or events made, each once.
    pub fn instants(&self) -> HashSet<(Moment, Instant)> {
        let mut instants = HashSet::new();
        self.tree.each(&mut |test| {
            if let Test::Times(times) = test {
                let told = times.iter().filter(|(moment, _)| matches!(moment, Moment::Recorded | Moment::Created));
                instants
                    .extend(told.flat_map(|(moment, stretch)| stretch.instants().map(|instant| (*moment, instant))));
            }
        });
        instants
    }

    /// Whether what matches depends on the links of other events.
    pub fn asks_for_links(&self) -> bool {
        self.questions.iter().any(|question| question.query.asks_for_links())
    }
}

impl<P: Copy> Tree<P> {
    /// The same with other tests.
    fn map(&self, to: &impl Fn(P, &Test) -> Test) -> Self {
        let parts = |parts: &[Self]| parts.iter().map(|part| part.map(to)).collect();
        match self {
            Self::All(all) => Self::All(parts(all)),
            Self::Any(any) => Self::Any(parts(any)),
            Self::Not(inner) => Self::Not(Box::new(inner.map(to))),
            Self::Is(property, test) => Self::Is(*property, to(*property, test)),
        }
    }

    fn each(&self, take: &mut impl FnMut(&Test)) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.each(take)),
            Self::Not(inner) => inner.each(take),
            Self::Is(_, test) => take(test),
        }
    }
}
