//! Questions: how a query string becomes one validated `EventQuery`, and how that is answered. The same filter serves
//! lists, totals and every other face of a query.

pub mod aggregate;
pub mod coverage;
pub mod cql2;
pub mod cursor;
pub mod echo;
pub mod event_query;
pub mod facets;
pub mod filter;
pub mod histogram;
pub mod known_values;
pub mod named;
pub mod page;
pub mod params;
pub mod plan;
mod polygon_text;
pub mod terms;
pub mod text;
pub mod tile;
pub mod timeline;
pub mod values;

use std::collections::BTreeMap;

use crate::domain::input::{Fault, pointer_step};
use event_query::EventQuery;
use params::Params;

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
