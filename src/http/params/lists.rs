//! Parameters of other lists, and of pages.

use serde_json::json;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};

use super::{ADMIN1, CODE, COUNTRY, Form, ID, REFERENCE, parameters, query};
use crate::domain::window::Overlap;
use crate::duplicates::standing::DuplicateState;
use crate::http::paging::Count;

parameters! {
    /// Which page of a list.
    PageParams => vec![
        query("limit", Form::Number(1, 500), "Most items of the page; 50 unless given.", 50),
        query("cursor", Form::Text, "`page.next` or `page.previous` of another page of the same list; the page is computed \
            at the moment of that one.", "WzEsNDIsOTk3LGZhbHNlLFsxLDJdXQ"),
        query("count", Form::Code(Count::CODES), "`none` leaves the total out.", "exact"),
    ]
}

parameters! {
    /// Filters of the list of coverage.
    CoverageFilterParams => vec![
        query("source", Form::Terms(REFERENCE), "Ids or slugs of sources; `!` excludes.", json!(["parriva-2026-01-31"])),
        query("location", Form::Terms(REFERENCE), "Ids or slugs of locations: entries for these, for what they lie in, and for \
            what lies in them; `!` excludes entries for these and what lies in them.", json!(["los-angeles"])),
        query("country", Form::Terms(COUNTRY), "ISO 3166-1 alpha-2 codes, in the same way.", json!(["US"])),
        query("admin1", Form::Terms(ADMIN1), "ISO 3166-2 codes, in the same way.", json!(["US-CA"])),
        query("from", Form::Text, "Begin of a window of days: a date or EDTF value, or an RFC 3339 instant for its day.",
            "2026-01-31"),
        query("to", Form::Text, "End of the window, inclusive. Forms as for `from`.", "2026-01-31"),
        query("overlap", Form::Code(Overlap::CODES), "`possible` (unless given): entries that touch the places and days asked \
            for. `definite`: only those that by themselves take in the whole of a place and of the window.", "possible"),
        query("time_zone", Form::Text, "An IANA zone in which instants are read as days, instead of UTC.",
            "America/Los_Angeles"),
    ]
}

parameters! {
    /// Filters of the list of duplicates.
    DuplicateFilterParams => vec![
        query("event", Form::Terms(ID), "Ids of events, of which one is in the pair; `!` excludes.",
            json!(["019c1159-7000-7000-8000-0000000000e4"])),
        query("state", Form::TermsOf(DuplicateState::CODES), "What became of the pair; `open` unless given.",
            json!(["open", "rejected"])),
        query("min_score", Form::Share, "The lowest score, from 0 to 1.", 0.8),
    ]
}

fn entity_filters(kind: &str) -> Vec<Parameter> {
    let kinds = query("kind", Form::Terms(CODE), "Kinds, as in `/v1/vocabulary`; `!` excludes.", json!([kind]));
    NamedFilterParams::into_params(|| None).into_iter().chain([kinds]).collect()
}

parameters! {
    /// Filters of the list of actors.
    ActorFilterParams => entity_filters("agency")
}

parameters! {
    /// Filters of the list of locations.
    LocationFilterParams => entity_filters("locality")
}

parameters! {
    /// Filters of the list of sources.
    SourceFilterParams => entity_filters("news")
}

parameters! {
    /// Filters of a list of things that have no kind.
    NamedFilterParams => vec![
        query("id", Form::Terms(ID), "Ids; `!` excludes.", json!(["019c1159-7000-7004-8000-000000000001"])),
        query("q", Form::Text, "Text that stands in a name or alias; case and accents make no difference.", "shutdown"),
    ]
}
