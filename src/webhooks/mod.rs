//! Webhooks: subscriptions to the change log. What is delivered is what the feed gives behind a webhook's position, one entry after
//! the other; no message is kept anywhere. [`deliveries`] delivers, [`sender`] sends.

mod ahead;
pub mod deliveries;
mod lanes;
pub mod message;
pub mod sender;
pub mod trial;

use crate::domain::privacy::Clearance;
use crate::feed::Question;
use crate::feed::filter::Filter;
use crate::index::State;
use crate::query::params::{ParamFault, Params};
use crate::view::ready::EventView;

/// What a webhook asks of the feed.
///
/// # Errors
/// Every fault of the filter.
pub fn question(filter: &str, restricted: bool, state: &State) -> Result<Question, Vec<ParamFault>> {
    let clearance = if restricted { Clearance::Restricted } else { Clearance::Public };
    let mut params = Params::parse(filter);
    let filter = Filter::parse(state, clearance, &mut params);
    let faults = params.finish();
    if faults.is_empty() { Ok(Question { filter, view: EventView::default(), clearance }) } else { Err(faults) }
}
