//! Questions: how a query string becomes one validated `EventQuery`, and how that is answered. The same filter serves
//! lists, totals and every other face of a query.

pub mod aggregate;
pub mod coverage;
pub mod cursor;
pub mod echo;
pub mod event_query;
pub mod facets;
pub mod histogram;
pub mod page;
pub mod params;
pub mod plan;
mod polygon_text;
pub mod terms;

use std::collections::BTreeMap;

use crate::domain::input::{Fault, pointer_step};
use crate::store::connection::AnyConnection;
use crate::store::error::StoreError;
use crate::store::log;
use event_query::EventQuery;
use params::Params;

/// What the store alone can tell of a question: `Named::external_id` and `Named::recorded_since`.
///
/// # Errors
/// When the store cannot be asked.
pub fn stored(query: &EventQuery, conn: &mut AnyConnection) -> Result<(Option<Vec<i64>>, i64), StoreError> {
    let versions = query.external_id.as_ref().map(|external| log::versions_with(conn, external)).transpose()?;
    let since = query.recorded_since.map(|instant| log::seq_since(conn, instant)).transpose()?;
    Ok((versions, since.unwrap_or(0)))
}

/// What is wrong with a query that is to be saved, by parameter.
pub fn check_saved_query(query: &BTreeMap<String, String>) -> Vec<Fault> {
    let mut params = Params::from_pairs(query.iter().map(|(name, value)| (name.clone(), value.clone())).collect());
    let _ = EventQuery::parse(&mut params);
    let fault = |fault: params::ParamFault| Fault {
        pointer: format!("/{}", pointer_step(&fault.parameter)),
        code: fault.code,
        detail: fault.detail,
    };
    params.finish().into_iter().map(fault).collect()
}
