//! What other forms are made of, for programs that check them.

use actix_web::{HttpRequest, HttpResponse};

use super::ask::acceptable;
use super::errors::ServiceErrors;
use super::params::{ValidatorHeader, VocabParam};
use super::problem::Problem;
use super::respond::{self, Fingerprint, JSON, Text};
use crate::domain::crosswalk::Vocabulary;
use crate::formats::columns::{TableSchema, schema};
use crate::query::params::Params;
use crate::view::ready::asked_vocabularies;

/// Where the columns of a table are described for which these vocabularies are asked.
pub fn of_table(vocabularies: &[Vocabulary]) -> String {
    let codes: Vec<&str> = vocabularies.iter().map(|vocabulary| vocabulary.code()).collect();
    let asked = if codes.is_empty() { String::new() } else { format!("?vocab={}", codes.join(",")) };
    format!("/schemas/events-csv.json{asked}")
}

/// The columns of `/v1/events.csv` as a *Table Schema* of Frictionless Data.
#[utoipa::path(get, path = "/schemas/events-csv.json", operation_id = "get_events_csv_schema", tag = "events",
    params(VocabParam, ValidatorHeader),
    responses((status = 200, description = "The columns.", body = TableSchema,
        headers(("ETag", description = "Weak validator of the answer."))),
        (status = 304, description = "The answer is the one the client has."), ServiceErrors))]
pub async fn get_events_csv_schema(req: HttpRequest) -> Result<HttpResponse, Problem> {
    acceptable(&req, JSON)?;
    let mut params = Params::parse(req.query_string());
    let vocabularies = asked_vocabularies(&mut params);
    let faults = params.finish();
    if !faults.is_empty() {
        return Err(Problem::parameters(faults));
    }
    let text = Text::json(&schema(&vocabularies))?;
    let mut print = Fingerprint::default();
    print.text(env!("CARGO_PKG_VERSION")).text(&of_table(&vocabularies));
    let etag = print.weak();
    if respond::is_known(&req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    Ok(respond::whole(&etag, "", &text))
}
