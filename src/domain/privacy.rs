//! Privacy policies: what of an event is kept from the public.

use serde::{Deserialize, Serialize};

use super::codes;
use super::input::{MAX_NAME, MAX_TEXT, MAX_TITLE, Object};

codes! {
    /// The finest level at which the public learns where.
    pub enum PlaceLimit {
        /// The town.
        Locality = "locality",
        /// The state or province.
        Admin1 = "admin1",
        /// The country.
        Country = "country",
    }
}

codes! {
    /// The finest unit at which the public learns when.
    pub enum TimeLimit {
        /// The day.
        Day = "day",
        /// The month.
        Month = "month",
    }
}

/// What a reader may be given of events that have a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Clearance {
    /// What the policy leaves.
    Public,
    /// The whole: the reader has the scope `read:restricted`.
    Restricted,
}

impl Clearance {
    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::Public => Self::Restricted,
            Self::Restricted => Self::Public,
        }
    }
}

/// What of an event is kept from readers without the scope `read:restricted`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivacyPolicy {
    /// Limit of places; null where they may be told.
    pub place: Option<PlaceLimit>,
    /// Limit of times; null where they may be told.
    pub time: Option<TimeLimit>,
    /// Whether the event is not public at all yet.
    pub embargo: bool,
    /// The reason, as the public may read it.
    pub reason: Option<String>,
    /// The title the public is given instead of the event's own.
    pub public_title: Option<String>,
    /// The summary the public is given instead of the event's own.
    pub public_summary: Option<String>,
}

impl PrivacyPolicy {
    /// Reads `privacy`.
    pub fn read(o: &Object<'_>) -> Option<Self> {
        Some(Self {
            place: o.optional("place").and_then(|i| i.code(PlaceLimit::parse, "limit of places")),
            time: o.optional("time").and_then(|i| i.code(TimeLimit::parse, "limit of times")),
            embargo: o.optional("embargo").and_then(|i| i.flag()).unwrap_or_default(),
            reason: o.optional("reason").and_then(|i| i.text(MAX_NAME)),
            public_title: o.optional("public_title").and_then(|i| i.text(MAX_TITLE)),
            public_summary: o.optional("public_summary").and_then(|i| i.text(MAX_TEXT)),
        })
    }
}
