//! Who refers to a member. Nothing but a merge or a split asks, so that no index is kept up for it: each question reads a
//! table of relations once.

use std::collections::BTreeSet;

use diesel::prelude::*;
use uuid::Uuid;

use super::connection::AnyConnection;
use super::error::StoreError;
use super::schema::{
    actor_version, entity, event_actor, event_campaign, event_link, event_place, event_source, evidence,
    location_version, source_coverage, source_version, timeline_entry, version,
};
use super::sql_types::SqlId;
use crate::domain::resource::Resource;

/// Adds the ids of members whose newest versions refer to an entity by a column of a table.
macro_rules! add {
    ($conn:expr, $no:expr, $found:expr, $($table:ident.$column:ident),+) => {
        {$(
            let ids: Vec<SqlId> = $table::table
                .inner_join(version::table.on(version::no.eq($table::version_no)))
                .inner_join(entity::table.on(entity::no.eq(version::entity_no)))
                .filter($table::$column.eq($no).and(version::seq_to.is_null()))
                .select(entity::id)
                .load($conn)?;
            $found.extend(ids.into_iter().map(|id| id.0));
        )+}
    };
}

/// The members whose newest versions refer to one, each once.
///
/// # Errors
/// When the database cannot be asked.
pub fn referrers(conn: &mut AnyConnection, resource: Resource, no: i64) -> Result<Vec<Uuid>, StoreError> {
    let mut found = BTreeSet::new();
    // Columns that may be null are compared as what may be null.
    let some = Some(no);
    match resource {
        Resource::Event => add!(conn, no, found, event_link.object_no, timeline_entry.event_no),
        Resource::Actor => {
            add!(conn, no, found, event_actor.actor_no);
            add!(conn, some, found, actor_version.parent_no, evidence.about_no);
        }
        Resource::Location => {
            add!(conn, no, found, event_place.location_no, source_coverage.location_no);
            add!(conn, some, found, location_version.parent_no, evidence.about_no);
        }
        Resource::Source => {
            add!(conn, no, found, event_source.source_no, evidence.source_no);
            add!(conn, some, found, source_version.syndicated_from_no);
        }
        Resource::Campaign => add!(conn, no, found, event_campaign.campaign_no),
        Resource::Timeline => {}
    }
    Ok(found.into_iter().collect())
}
