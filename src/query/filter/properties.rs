//! What can be asked of each property.

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
    /// A number.
    Number,
    /// An instant.
    Instant,
    /// A stretch of time.
    Stretch,
    /// Points.
    Geometry,
}

impl Property {
    /// What its values are.
    pub const fn kind(self) -> Kind {
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

    /// The parameter that asks about it.
    pub const fn parameter(self) -> &'static str {
        match self {
            Self::Tactics => "tactic",
            property => property.code(),
        }
    }

    /// All codes that its values may be; `None` where there is no end of them.
    pub const fn codes(self) -> Option<&'static [&'static str]> {
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

    /// The moments of which the first and the last one are compared.
    pub const fn moments(self) -> Option<(Moment, Moment)> {
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
