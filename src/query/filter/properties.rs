//! What can be asked of each property.

use std::fmt::Display;

use super::Property;
use super::times::Moment;
use crate::domain::count::Toll;
use crate::domain::has::Has;
use crate::domain::verification::Verification;
use crate::domain::vocabulary::{ActorKind, ActorRole, Category, EventStatus, EventType, PlacePrecision};

/// What the values of a property are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Codes, slugs or ids, of which an event may have several.
    Names,
    /// A number of people.
    Number,
    /// A number of metres.
    Metres,
    /// An instant.
    Instant,
    /// A stretch of time.
    Stretch,
    /// Points.
    Geometry,
}

/// What the values of a property are that is asked by names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// Ids, compared as they are.
    Ids,
    /// What a parameter of events asks: whether it is one of some values is a question with that parameter alone.
    Question(&'static str),
    /// Text, which is one of the codes where there are such, and else what this parameter of events takes, or any.
    Text(Option<&'static str>),
}

/// The properties of a collection that filters ask about.
pub trait Asked: Copy + PartialEq + Display + Send + 'static {
    /// All of them.
    const ALL: &'static [Self];

    /// The property of this name.
    fn parse(name: &str) -> Option<Self>;
    /// What its values are.
    fn kind(self) -> Kind;
    /// The same of names.
    fn naming(self) -> Naming;
    /// All codes that its values may be; `None` where there is no end of them.
    fn codes(self) -> Option<&'static [&'static str]>;
    /// Where a code stands among the others, if they have an order.
    fn rank(self, code: &str) -> Option<u8>;
    /// The moments of which the first and the last one are compared.
    fn moments(self) -> Option<(Moment, Moment)>;

    /// Whether its codes have an order.
    fn is_ordered(self) -> bool {
        self.codes().is_some_and(|codes| codes.iter().all(|code| self.rank(code).is_some()))
    }
}

/// The names of those properties for which something holds, as a message lists them.
pub fn listed<P: Asked>(is_meant: impl Fn(P) -> bool) -> String {
    let names = P::ALL.iter().filter(|property| is_meant(**property)).map(ToString::to_string);
    let names = names.collect::<Vec<_>>().join(", ");
    if names.is_empty() { "none".to_owned() } else { names }
}

impl Property {
    /// What happened to people that it tells the number of.
    pub const fn toll(self) -> Option<Toll> {
        Some(match self {
            Self::Arrests => Toll::Arrests,
            Self::Detained => Toll::Detained,
            Self::Injuries => Toll::Injuries,
            Self::Deaths => Toll::Deaths,
            _ => return None,
        })
    }
}

impl Asked for Property {
    const ALL: &'static [Self] = Self::ALL;

    fn parse(name: &str) -> Option<Self> {
        Self::parse(name)
    }

    fn kind(self) -> Kind {
        match self {
            Self::Geometry => Kind::Geometry,
            Self::Size
            | Self::SizeLow
            | Self::SizeHigh
            | Self::Arrests
            | Self::Detained
            | Self::Injuries
            | Self::Deaths => Kind::Number,
            Self::Start | Self::End | Self::RecordedAt | Self::CreatedAt => Kind::Instant,
            Self::When => Kind::Stretch,
            _ => Kind::Names,
        }
    }

    fn naming(self) -> Naming {
        match self {
            Self::Id => Naming::Ids,
            // As a parameter it means *at least*.
            Self::PlacePrecision => Naming::Text(None),
            Self::Tactics => Naming::Question("tactic"),
            property => Naming::Question(property.code()),
        }
    }

    fn codes(self) -> Option<&'static [&'static str]> {
        Some(match self {
            Self::Type | Self::Tactics => EventType::CODES,
            Self::Category => Category::CODES,
            Self::Status => EventStatus::CODES,
            Self::Verification => Verification::CODES,
            Self::ActorKind => ActorKind::CODES,
            Self::Role => ActorRole::CODES,
            Self::PlacePrecision => PlacePrecision::CODES,
            Self::Has => Has::CODES,
            _ => return None,
        })
    }

    fn rank(self, code: &str) -> Option<u8> {
        PlacePrecision::parse(code).filter(|_| self == Self::PlacePrecision).map(PlacePrecision::rank)
    }

    fn moments(self) -> Option<(Moment, Moment)> {
        Some(match self {
            Self::Start => (Moment::Start, Moment::Start),
            Self::End => (Moment::End, Moment::End),
            Self::When => (Moment::Start, Moment::End),
            Self::RecordedAt => (Moment::Recorded, Moment::Recorded),
            Self::CreatedAt => (Moment::Created, Moment::Created),
            _ => return None,
        })
    }
}
