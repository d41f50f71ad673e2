//! Imported rows that tell of one happening from several sides.

use diesel::dsl::count_star;
use diesel::prelude::*;
use uuid::Uuid;

use super::any_connection::AnyConnection;
use super::error::StoreError;
use super::schema::{entity, event_version, import_group, import_record, version};
use super::sql_types::SqlId;
use super::write;

type Result<T> = std::result::Result<T, StoreError>;

/// Most ids that one statement names: each is a parameter.
const AT_ONCE: usize = 500;

/// A row's place in a group.
#[derive(Clone, Debug, PartialEq, Eq, Insertable, Queryable)]
#[diesel(table_name = import_group)]
pub struct GroupRow {
    /// The collection.
    pub scheme: String,
    /// The row's id there.
    pub id: String,
    /// The group's name there.
    pub name: String,
    /// Whether the row is against the others of its group.
    pub opposes: bool,
}

/// An event that stands in a group by a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The group's name.
    pub group: String,
    /// The row's id.
    pub row: String,
    /// The event.
    pub event: Uuid,
    /// Whether it is against the others.
    pub opposes: bool,
}

/// What is known of these rows of a collection.
///
/// # Errors
/// When the database cannot be asked.
pub fn group_rows(conn: &mut AnyConnection, scheme: &str, ids: &[&str]) -> Result<Vec<GroupRow>> {
    let mut found = Vec::new();
    for ids in ids.chunks(AT_ONCE) {
        let rows = import_group::table.filter(import_group::scheme.eq(scheme).and(import_group::id.eq_any(ids)));
        let columns = (import_group::scheme, import_group::id, import_group::name, import_group::opposes);
        found.extend(rows.select(columns).load::<GroupRow>(conn)?);
    }
    Ok(found)
}

/// Forgets what is known of rows of a collection, and notes others, all at once.
///
/// # Errors
/// When the database refuses; then nothing was changed, and the connection is of no more use.
pub fn replace_group_rows(conn: &mut AnyConnection, scheme: &str, forget: &[&str], rows: &[GroupRow]) -> Result<()> {
    // Whoever writes takes turns by this lock; the counters stay as they are.
    let counters = write::begin(conn)?;
    for ids in forget.chunks(AT_ONCE) {
        let known = import_group::table.filter(import_group::scheme.eq(scheme).and(import_group::id.eq_any(ids)));
        diesel::delete(known).execute(conn)?;
    }
    for row in rows {
        diesel::insert_into(import_group::table).values(row).execute(conn)?;
    }
    write::commit(conn, &counters)
}

/// Which of these groups have a row that is against the others, each with how many rows it has.
///
/// # Errors
/// When the database cannot be asked.
pub fn opposed_groups(conn: &mut AnyConnection, scheme: &str, names: &[&str]) -> Result<Vec<(String, i64)>> {
    let mut found = Vec::new();
    for names in names.chunks(AT_ONCE) {
        let rows = import_group::table.filter(import_group::scheme.eq(scheme).and(import_group::name.eq_any(names)));
        let opposed: Vec<String> =
            rows.filter(import_group::opposes).select(import_group::name).distinct().load(conn)?;
        let all = import_group::table.filter(import_group::scheme.eq(scheme).and(import_group::name.eq_any(opposed)));
        let sizes = all.group_by(import_group::name).select((import_group::name, count_star()));
        found.extend(sizes.load::<(String, i64)>(conn)?);
    }
    Ok(found)
}

/// The events that stand in these groups, in the order of their rows' ids. Events that ceased are left out.
///
/// # Errors
/// When the database cannot be asked.
pub fn members(conn: &mut AnyConnection, scheme: &str, names: &[&str]) -> Result<Vec<Member>> {
    let mut found = Vec::new();
    for names in names.chunks(AT_ONCE) {
        let record = import_record::scheme.eq(import_group::scheme).and(import_record::id.eq(import_group::id));
        let rows: Vec<(String, String, SqlId, bool)> = import_group::table
            .inner_join(import_record::table.on(record))
            .inner_join(entity::table.on(entity::no.eq(import_record::entity_no)))
            .inner_join(version::table.on(version::entity_no.eq(entity::no)))
            .inner_join(event_version::table.on(event_version::version_no.eq(version::no)))
            .filter(import_group::scheme.eq(scheme).and(import_group::name.eq_any(names)))
            .filter(version::seq_to.is_null())
            .order(import_group::id)
            .select((import_group::name, import_group::id, entity::id, import_group::opposes))
            .load(conn)?;
        let member = |(group, row, event, opposes): (String, String, SqlId, bool)| Member {
            group,
            row,
            event: event.0,
            opposes,
        };
        found.extend(rows.into_iter().map(member));
    }
    Ok(found)
}
