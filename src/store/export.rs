//! The newest state of everything, in an order in which it can be loaded again.

use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::any_connection::AnyConnection;
use super::document::{Audience, Document};
use super::error::StoreError;
use super::schema::{document, entity, version};
use crate::domain::content::Content;
use crate::domain::resource::Resource;

/// Begins a transaction in which everything is read as it was at its beginning, whatever is written meanwhile.
///
/// # Errors
/// When the database cannot be asked.
pub fn begin_snapshot(conn: &mut AnyConnection) -> Result<(), StoreError> {
    Ok(conn.batch_execute(match conn {
        AnyConnection::Sqlite(_) => "BEGIN",
        AnyConnection::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    })?)
}

/// Documents read in one go.
const BATCH: i64 = 500;

/// Hands every newest whole document of a resource to `take`, in the order in which the members were created; those that
/// ceased have none.
///
/// # Errors
/// When the database cannot be read, or `take` fails.
pub fn newest_documents<E: From<StoreError>>(
    conn: &mut AnyConnection,
    resource: Resource,
    mut take: impl FnMut(Document<Arc<Content>>) -> Result<(), E>,
) -> Result<(), E> {
    let mut after = 0_i64;
    loop {
        let rows: Vec<(i64, String)> = entity::table
            .inner_join(version::table.on(version::entity_no.eq(entity::no)))
            .inner_join(document::table.on(document::version_no.eq(version::no)))
            .filter(entity::resource.eq(resource.code()).and(entity::no.gt(after)))
            .filter(version::seq_to.is_null().and(document::audience.ne(Audience::Public.column())))
            .order(entity::no)
            .limit(BATCH)
            .select((entity::no, document::body))
            .load(conn)
            .map_err(StoreError::from)?;
        let Some((last, _)) = rows.last() else {
            return Ok(());
        };
        after = *last;
        for (_, body) in rows {
            take(Document::from_body(resource, &body)?)?;
        }
    }
}
