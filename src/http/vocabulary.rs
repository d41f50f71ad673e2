//! The codes that documents and filters use.

use actix_web::{HttpRequest, HttpResponse};

use super::ask::without_parameters;
use super::errors::ServiceErrors;
use super::params::ValidatorHeader;
use super::problem::Problem;
use super::respond::{self, Fingerprint, JSON, Text};
use crate::domain::vocabulary_document::{VocabularyDocument, document};
use crate::store::error::StoreError;

/// Every code with its words, and what ACLED, CCC, PLOVER and CAMEO call it. It belongs to the program, not to the
/// dataset, and so has no past to ask for.
#[utoipa::path(get, path = "/v1/vocabulary", operation_id = "get_vocabulary", tag = "vocabulary", params(ValidatorHeader),
    responses((status = 200, description = "The vocabulary.", body = VocabularyDocument,
        headers(("ETag", description = "Weak validator of the answer."))),
        (status = 304, description = "The answer is the one the client has."), ServiceErrors))]
pub async fn get_vocabulary(req: HttpRequest) -> Result<HttpResponse, Problem> {
    without_parameters(&req, JSON)?;
    let body = document();
    let mut print = Fingerprint::default();
    print.text(&serde_json::to_string(&body).map_err(StoreError::from)?);
    let etag = print.weak();
    if respond::is_known(&req, &etag) {
        return Ok(respond::not_modified(&etag));
    }
    Ok(respond::whole(&etag, "", &Text::json(&body)?))
}
