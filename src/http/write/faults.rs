//! What a client is told whose operation was refused.

use super::super::problem::{Code, Problem};
use crate::domain::input::Fault;
use crate::node::operation::Refusal;
use crate::store::error::StoreError;

/// The problem document of a refusal.
pub fn problem(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Invalid(faults) => Problem::document(faults),
        Refusal::Stale(revision) => Problem::stale(revision),
        Refusal::NotFound(resource, id) => Problem::not_found(format!("{resource} `{id}`")),
        Refusal::Ceased(..) => Problem::withdrawn(None),
        Refusal::NotWithdrawn(..) => Problem::new(Code::Conflict, "It is not withdrawn, so it cannot be restored."),
        Refusal::KeyReused => {
            let detail = "Another request was sent with this key in the last 24 hours.";
            Problem::parameter(Code::KeyReused, "Idempotency-Key", detail)
        }
        Refusal::Restricted(_) => Problem::new(Code::InsufficientScope, "The scope `read:restricted` is needed."),
        Refusal::NotImported(scheme, row) => Problem::not_found(format!("event imported for {scheme}:{row}")),
        Refusal::Regroup => StoreError::Unwritten(refusal.to_string()).into(),
        Refusal::Store(error) => error.into(),
    }
}

/// A pointer into a whole document as one into the item of a list that was sent alone.
pub fn in_item(pointer: &str, list: &str) -> String {
    match pointer.strip_prefix(&format!("/{list}/")).map(|rest| rest.split_once('/')) {
        Some(Some((_, member))) => format!("/{member}"),
        Some(None) => String::new(),
        None => pointer.to_owned(),
    }
}

/// A member that is the service's to give, and was sent.
pub fn read_only(pointer: &str) -> Problem {
    let detail = "The service gives this member; it may be left out, or sent back as it was.".to_owned();
    Problem::document(vec![Fault { pointer: pointer.to_owned(), code: "read_only", detail }])
}
