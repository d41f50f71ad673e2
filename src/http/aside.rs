//! What takes longer than a short read.

use actix_web::web::block;

use super::ask::Service;
use super::problem::{Code, Problem};
use crate::store::connection::AnyConnection;
use crate::store::error::StoreError;

/// Works with the store away from the threads that answer short requests, on a connection of its own: a write may wait for
/// its turn, and a read may be long.
///
/// # Errors
/// When the store cannot be asked, or refuses.
pub async fn aside<T: Send + 'static>(
    service: &Service,
    work: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, Problem> {
    let reader = service.reader.another();
    let outcome = block(move || reader.write_aside(work)).await;
    Ok(outcome.map_err(|_| Problem::new(Code::Unavailable, "The service is stopping."))??)
}
