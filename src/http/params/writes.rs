//! Parameters and headers of what writes.

use serde_json::json;
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterIn};

use super::{Form, parameter, parameters, query};
use crate::metrics::ImportFormat;

parameters! {
    /// What the history tells of a write.
    WriteParams => vec![
        query("reason", Form::Text, "Why, for the history; at most 300 characters.", "The organizers corrected the hour."),
        query("source", Form::Text, "The source that gave occasion: its id, slug or address; at most 300 characters.",
            "parriva-2026-01-31"),
    ]
}

fn format() -> Parameter {
    let mut format = query(
        "format",
        Form::Code(ImportFormat::SENT),
        "What the file is: `ndjson`, one object \
        `{\"resource\": …, \"document\": …}` a line, as exports are; `marchline`, a table as `/v1/events.csv` gives it; or a file of another \
        collection.",
        "ccc",
    );
    format.required = Required::True;
    format
}

parameters! {
    /// How a file is imported.
    ImportParams => vec![
        format(),
        query("dry_run", Form::Flag, "Whether the report only tells what would be done, and nothing is written; not unless given. \
            For files of other collections.", true),
        query("force", Form::Flag, "Whether changed rows are written over events that an editor has changed since, and with `sync` \
            whatever is gone is withdrawn; not unless given. For files of other collections.", false),
        query("sync", Form::Flag, "Whether events are withdrawn that were imported before and that the file does not have any \
            more; not unless given. For files of other collections.", true),
    ]
}

fn if_match(required: Required) -> Parameter {
    let meaning =
        "The `ETag` of what was read: the request is refused with 412 where it was changed since. `*` for any.";
    let mut header = parameter(ParameterIn::Header, "If-Match", Form::Text, meaning, json!("\"1.1-6f1ed002ab559585\""));
    header.required = required;
    header
}

parameters! {
    /// Which version a change is of, where that may be left open.
    MatchHeader => vec![if_match(Required::False)]
}

parameters! {
    /// Which version a change is of.
    RequiredMatchHeader => vec![if_match(Required::True)]
}

parameters! {
    /// What makes a request safe to repeat.
    IdempotencyHeader => vec![
        parameter(ParameterIn::Header, "Idempotency-Key", Form::Pattern("^[!-~]{1,255}$"), "A key of the client's own: the same \
            request with the same key is done once in 24 hours and answered alike each time, on every node.",
            json!("8e03978e-40d5-43e8-bc93-6894a57f9324")),
    ]
}
