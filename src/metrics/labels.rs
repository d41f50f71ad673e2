//! The few values that labels hold.

use crate::domain::codes;

codes! {
    /// What became of an operation that the writer took.
    pub enum WriterOutcome {
        /// It was committed under a number.
        Accepted = "accepted",
        /// Nothing had to be done.
        Unchanged = "unchanged",
        /// It was not what it must be.
        Refused = "refused",
        /// The store failed.
        Failed = "failed",
    }
}

codes! {
    /// A format of files that are imported.
    pub enum ImportFormat {
        /// Documents of our own.
        Ndjson = "ndjson",
        /// Tables of our own.
        Marchline = "marchline",
        /// The Crowd Counting Consortium's.
        Ccc = "ccc",
        /// Incidents of 2020PB.
        Pb2020 = "2020pb",
        /// ACLED's exports.
        Acled = "acled",
        /// ACLED's list of events that it has deleted.
        AcledDeleted = "acled-deleted",
        /// GDELT 2.0 event exports.
        Gdelt = "gdelt",
        /// Features of GeoJSON.
        Geojson = "geojson",
        /// UCDP's georeferenced events.
        Ucdp = "ucdp",
        /// Files with a mapping of one's own.
        Mapping = "mapping",
    }
}

impl ImportFormat {
    /// Whether it is what we give ourselves, and no other collection's.
    pub const fn is_own(self) -> bool {
        matches!(self, Self::Ndjson | Self::Marchline)
    }

    /// The codes of those that need nothing but the file.
    pub const SENT: &'static [&'static str] = match Self::CODES.split_last() {
        Some((_, front)) => front,
        None => &[],
    };
}

codes! {
    /// What became of a message of a webhook.
    pub enum WebhookOutcome {
        /// The receiver took it.
        Delivered = "delivered",
        /// It failed and is sent again.
        Failed = "failed",
        /// It failed for the last time.
        GivenUp = "given_up",
        /// The receiver wants no more.
        Gone = "gone",
    }
}
