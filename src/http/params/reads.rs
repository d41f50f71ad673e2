//! Parameters and headers of what is read at a moment, or follows changes.

use serde_json::json;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};

use super::{Form, parameter, parameters, query};

parameters! {
    /// The moment of a read.
    ReadParams => vec![
        query("as_of", Form::Text, "The number of an operation, or an RFC 3339 instant: the answer is given as it would \
            have been then.", "42"),
    ]
}

parameters! {
    /// What a read may ask by header.
    ReadHeaders => vec![
        min_revision(),
        validator(),
    ]
}

parameters! {
    /// What a page about the program may ask by header.
    ValidatorHeader => vec![validator()]
}

fn min_revision() -> Parameter {
    parameter(
        ParameterIn::Header,
        "Min-Revision",
        Form::Pattern("^[0-9]+$"),
        "The number of an operation: the node \
        waits up to two seconds until it has reached it, and answers 503 if it does not.",
        json!("42"),
    )
}

fn validator() -> Parameter {
    parameter(
        ParameterIn::Header,
        "If-None-Match",
        Form::Free,
        "An `ETag` given before: the answer is 304 while it \
            still holds.",
        json!("W/\"6f1ed002ab559585\""),
    )
}

fn after() -> Parameter {
    query(
        "after",
        Form::Number(0, i64::MAX),
        "The number of an operation: what happened behind it is told; 0 unless given.",
        41,
    )
}

parameters! {
    /// Which page of the change feed.
    ChangePageParams => vec![
        after(),
        query("limit", Form::Number(1, 500), "Most entries of the page; 100 unless given. There may be fewer though more follow.",
            100),
    ]
}

parameters! {
    /// Where a stream of changes begins.
    StreamParams => vec![after()]
}

parameters! {
    /// Where a stream of changes goes on.
    StreamHeaders => vec![
        parameter(ParameterIn::Header, "Last-Event-ID", Form::Pattern(r"^[0-9]+\.[0-9]+$"), "The `id` of the last event that the \
            client was given: the stream goes on behind it, whatever `after` says. Where the node has not reached it yet the \
            stream begins and waits, for a minute at most.", json!("1.41")),
        min_revision(),
    ]
}
