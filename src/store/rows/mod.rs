//! The typed rows of each resource: written once per version and read back by `check`. One file a resource; every
//! `insert` takes the numbers of the entities that the content names, every `load` the ids of those numbers.

mod event;
mod event_parts;
mod others;

use std::collections::HashMap;

use diesel::prelude::*;
use uuid::Uuid;

use event_parts as parts;

use super::connection::AnyConnection;
use super::error::StoreError;
use super::schema;
use super::sql_types::SqlInstant;
use crate::domain::content::Content;
use crate::domain::resource::Resource;
use crate::domain::shared::ExternalId;
use crate::domain::when::{EdtfDate, When};

/// From so many rows on PostgreSQL is sent them by `COPY`. For fewer one prepared statement a row costs less than reading a
/// `COPY` statement anew.
pub(super) const COPIED: usize = 4;

/// Rows of one statement on SQLite, where there is no way to save: with as many each time it is prepared once and kept.
pub(super) const KEPT: usize = 16;

/// Inserts rows, many in one statement. Batches are not in the common subset that `MultiConnection` covers.
macro_rules! insert_batch {
    ($conn:expr, $table:expr, $rows:expr) => {
        match $conn {
            $crate::store::connection::AnyConnection::Postgres(c) => {
                if $rows.len() >= $crate::store::rows::COPIED {
                    diesel::ExecuteCopyFromDsl::execute(diesel::copy_from($table).from_insertable(&$rows[..]), c)?;
                } else {
                    for row in &$rows {
                        diesel::insert_into($table).values(row).execute(c)?;
                    }
                }
            }
            $crate::store::connection::AnyConnection::Sqlite(c) => {
                let (whole, rest) = $rows.as_chunks::<{ $crate::store::rows::KEPT }>();
                for rows in whole {
                    diesel::insert_into($table).values(rows).execute(c)?;
                }
                for row in rest {
                    diesel::insert_into($table).values(row).execute(c)?;
                }
            }
        }
    };
}
pub(super) use insert_batch;

/// Declares the rows that wait to be written, table by table, in the order in which they refer to each other.
macro_rules! tables {
    ($($table:ident: $row:ty,)+) => {
        /// Typed rows that wait to be written.
        #[derive(Default)]
        pub struct Rows {
            $($table: Vec<$row>,)+
        }

        /// How many rows of each table there were at a moment.
        #[derive(Clone, Copy)]
        pub struct RowsMark {
            $($table: usize,)+
        }

        impl Rows {
            /// Remembers how many rows there are.
            pub fn mark(&self) -> RowsMark {
                RowsMark { $($table: self.$table.len(),)+ }
            }

            /// Takes back what was added since.
            pub fn truncate(&mut self, mark: RowsMark) {
                $(self.$table.truncate(mark.$table);)+
            }

            /// Writes all rows.
            ///
            /// # Errors
            /// When the database refuses.
            pub fn insert(&self, conn: &mut AnyConnection) -> Result<(), StoreError> {
                $(insert_batch!(conn, schema::$table::table, self.$table);)+
                Ok(())
            }
        }

        /// Takes the rows of versions out of all tables, those first that refer to others.
        ///
        /// # Errors
        /// When the database refuses.
        pub fn delete(conn: &mut AnyConnection, versions: &[i64]) -> Result<(), StoreError> {
            let mut steps: Vec<fn(&mut AnyConnection, &[i64]) -> QueryResult<usize>> = vec![$(|conn, versions| {
                use schema::$table::dsl;
                diesel::delete(dsl::$table.filter(dsl::version_no.eq_any(versions.iter().copied()))).execute(conn)
            },)+];
            steps.reverse();
            for versions in versions.chunks(KEPT) {
                for step in &steps {
                    step(conn, versions)?;
                }
            }
            Ok(())
        }
    };
}

tables! {
    alias: AliasRow,
    external_id: ExternalIdRow,
    actor_version: others::ActorRow,
    location_version: others::LocationRow,
    source_version: others::SourceRow,
    source_coverage: others::CoverageRow,
    campaign_version: others::CampaignRow,
    timeline_version: others::TimelineRow,
    timeline_entry: others::EntryRow,
    event_version: event::EventRow,
    event_tactic: parts::TacticRow,
    event_translation: parts::TranslationRow,
    event_place: parts::PlaceRow,
    event_actor: parts::ActorRow,
    event_issue: parts::IssueRow,
    event_demand: parts::DemandRow,
    event_demand_words: parts::WordsRow,
    event_campaign: parts::CampaignRow,
    event_source: parts::SourceRow,
    event_size: event::SizeRow,
    event_count: parts::CountRow,
    event_measure: parts::MeasureRow,
    evidence: parts::EvidenceRow,
    event_link: parts::LinkRow,
    event_privacy: event::PrivacyRow,
}

/// The numbers of the entities that a content names.
pub type Numbers = HashMap<Uuid, i64>;

impl Rows {
    /// Adds the rows of a version.
    ///
    /// # Errors
    /// When `numbers` lacks something that the content names.
    pub fn add(&mut self, version_no: i64, content: &Content, numbers: &Numbers) -> Result<(), StoreError> {
        match content {
            Content::Event(event) => event::add_event(self, version_no, event, numbers)?,
            Content::Actor(actor) => others::add_actor(self, version_no, actor, numbers)?,
            Content::Location(location) => others::add_location(self, version_no, location, numbers)?,
            Content::Source(source) => others::add_source(self, version_no, source, numbers)?,
            Content::Campaign(campaign) => others::add_campaign(self, version_no, campaign),
            Content::Timeline(timeline) => others::add_timeline(self, version_no, timeline, numbers)?,
        }
        Ok(())
    }
}

/// Reads the typed rows of a version back.
///
/// # Errors
/// When rows are missing or damaged.
pub fn load(conn: &mut AnyConnection, resource: Resource, version_no: i64) -> Result<Content, StoreError> {
    Ok(match resource {
        Resource::Event => Content::Event(Box::new(event::load_event(conn, version_no)?)),
        Resource::Actor => Content::Actor(others::load_actor(conn, version_no)?),
        Resource::Location => Content::Location(others::load_location(conn, version_no)?),
        Resource::Source => Content::Source(others::load_source(conn, version_no)?),
        Resource::Campaign => Content::Campaign(others::load_campaign(conn, version_no)?),
        Resource::Timeline => Content::Timeline(others::load_timeline(conn, version_no)?),
    })
}

/// A position in a list, as a column.
fn position(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(i32::MAX)
}

/// The number of an entity that was looked up when the content was read.
pub(super) fn number(numbers: &Numbers, id: Uuid) -> Result<i64, StoreError> {
    numbers.get(&id).copied().ok_or_else(|| StoreError::corrupt(format!("entity {id} has no number")))
}

fn code<T>(parse: fn(&str) -> Option<T>, text: &str) -> Result<T, StoreError> {
    parse(text).ok_or_else(|| StoreError::corrupt(format!("unknown code `{text}`")))
}

fn optional_code<T>(parse: fn(&str) -> Option<T>, text: Option<&str>) -> Result<Option<T>, StoreError> {
    text.map(|text| code(parse, text)).transpose()
}

/// The ids of entities by number, looked up for one version at a time.
pub(super) fn ids(conn: &mut AnyConnection, numbers: &[i64]) -> Result<HashMap<i64, Uuid>, StoreError> {
    let mut found = HashMap::new();
    for no in numbers {
        if !found.contains_key(no) {
            let id: super::sql_types::SqlId =
                schema::entity::table.filter(schema::entity::no.eq(no)).select(schema::entity::id).get_result(conn)?;
            found.insert(*no, id.0);
        }
    }
    Ok(found)
}

fn id_of(ids: &HashMap<i64, Uuid>, no: i64) -> Result<Uuid, StoreError> {
    ids.get(&no).copied().ok_or_else(|| StoreError::corrupt(format!("entity number {no} is missing")))
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = schema::alias, treat_none_as_default_value = false)]
struct AliasRow {
    version_no: i64,
    position: i32,
    name: String,
}

fn add_aliases(to: &mut Rows, version_no: i64, aliases: &[String]) {
    let row = |(i, name): (usize, &String)| AliasRow { version_no, position: position(i), name: name.clone() };
    let rows: Vec<_> = aliases.iter().enumerate().map(row).collect();
    to.alias.extend(rows);
}

fn load_aliases(conn: &mut AnyConnection, version_no: i64) -> Result<Vec<String>, StoreError> {
    use schema::alias::dsl;
    Ok(dsl::alias.filter(dsl::version_no.eq(version_no)).order(dsl::position).select(dsl::name).load(conn)?)
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = schema::external_id, treat_none_as_default_value = false)]
struct ExternalIdRow {
    version_no: i64,
    position: i32,
    scheme: String,
    id: String,
}

fn add_external_ids(to: &mut Rows, version_no: i64, ids: &[ExternalId]) {
    let row = |(i, e): (usize, &ExternalId)| ExternalIdRow {
        version_no,
        position: position(i),
        scheme: e.scheme.clone(),
        id: e.id.clone(),
    };
    let rows: Vec<_> = ids.iter().enumerate().map(row).collect();
    to.external_id.extend(rows);
}

fn load_external_ids(conn: &mut AnyConnection, version_no: i64) -> Result<Vec<ExternalId>, StoreError> {
    use schema::external_id::dsl;
    let query = dsl::external_id.filter(dsl::version_no.eq(version_no)).order(dsl::position);
    let rows: Vec<(String, String)> = query.select((dsl::scheme, dsl::id)).load(conn)?;
    Ok(rows.into_iter().map(|(scheme, id)| ExternalId { scheme, id }).collect())
}

/// The columns that hold one end of `when`.
type EdgeColumns = (Option<String>, Option<SqlInstant>, Option<SqlInstant>);

fn edge_columns(edge: Option<&EdtfDate>) -> EdgeColumns {
    match edge {
        None => (None, None, None),
        Some(e) => (Some(e.edtf.clone()), Some(SqlInstant(e.earliest)), Some(SqlInstant(e.latest))),
    }
}

fn edge(columns: EdgeColumns) -> Option<EdtfDate> {
    let (Some(edtf), Some(earliest), Some(latest)) = columns else {
        return None;
    };
    Some(EdtfDate { edtf, earliest: earliest.0, latest: latest.0 })
}

/// `when` from its columns: what can be derived from the two values is derived again, the bounds stay as frozen.
fn when(start: EdgeColumns, end: EdgeColumns, time_zone: Option<&str>) -> Result<When, StoreError> {
    let zone = optional_code(|name| name.parse().ok(), time_zone)?;
    let (start, end) = (edge(start), edge(end));
    let text = |edge: &Option<EdtfDate>| edge.as_ref().map(|e| e.edtf.clone());
    let derived = When::new(text(&start).as_deref(), text(&end).as_deref(), zone);
    let derived = derived.map_err(|_| StoreError::corrupt("a stored date is not valid".to_owned()))?;
    Ok(When { start, end, ..derived })
}
