//! Rows of actors, locations, sources, campaigns and timelines.

use std::collections::BTreeMap;

use diesel::prelude::*;
use uuid::Uuid;

use super::{
    Numbers, Rows, add_aliases, add_external_ids, code, edge_columns, id_of, ids, load_aliases, load_external_ids,
    number, optional_code, position, when,
};
use crate::domain::actor::ActorContent;
use crate::domain::campaign::CampaignContent;
use crate::domain::coverage::CoverageEntry;
use crate::domain::place::{LocationContent, Point};
use crate::domain::source::SourceContent;
use crate::domain::timeline::{TimelineContent, TimelineEntry};
use crate::domain::vocabulary::{ActorKind, LocationKind, SourceKind, SourceScale};
use crate::store::connection::AnyConnection;
use crate::store::error::StoreError;
use crate::store::schema;
use crate::store::sql_types::SqlInstant;

type Result<T> = std::result::Result<T, StoreError>;

fn parent_id(conn: &mut AnyConnection, no: Option<i64>) -> Result<Option<Uuid>> {
    no.map(|no| id_of(&ids(conn, &[no])?, no)).transpose()
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = schema::actor_version, treat_none_as_default_value = false)]
pub(super) struct ActorRow {
    version_no: i64,
    name: String,
    kind: String,
    parent_no: Option<i64>,
}

pub(super) fn add_actor(to: &mut Rows, version_no: i64, actor: &ActorContent, numbers: &Numbers) -> Result<()> {
    let row = ActorRow {
        version_no,
        name: actor.name.clone(),
        kind: actor.kind.code().to_owned(),
        parent_no: actor.parent.map(|id| number(numbers, id)).transpose()?,
    };
    to.actor_version.push(row);
    add_aliases(to, version_no, &actor.aliases);
    add_external_ids(to, version_no, &actor.external_ids);
    Ok(())
}

pub(super) fn load_actor(conn: &mut AnyConnection, version_no: i64) -> Result<ActorContent> {
    use schema::actor_version::dsl;
    let row: ActorRow =
        dsl::actor_version.filter(dsl::version_no.eq(version_no)).select(ActorRow::as_select()).get_result(conn)?;
    Ok(ActorContent {
        name: row.name,
        kind: code(ActorKind::parse, &row.kind)?,
        aliases: load_aliases(conn, version_no)?,
        parent: parent_id(conn, row.parent_no)?,
        external_ids: load_external_ids(conn, version_no)?,
    })
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = schema::location_version, treat_none_as_default_value = false)]
pub(super) struct LocationRow {
    version_no: i64,
    name: String,
    kind: String,
    parent_no: Option<i64>,
    country: Option<String>,
    admin1: Option<String>,
    lat: Option<f64>,
    lon: Option<f64>,
    radius_m: Option<f64>,
    time_zone: Option<String>,
}

pub(super) fn add_location(to: &mut Rows, version_no: i64, place: &LocationContent, numbers: &Numbers) -> Result<()> {
    let row = LocationRow {
        version_no,
        name: place.name.clone(),
        kind: place.kind.code().to_owned(),
        parent_no: place.parent.map(|id| number(numbers, id)).transpose()?,
        country: place.country.clone(),
        admin1: place.admin1.clone(),
        lat: place.point.map(|p| p.lat),
        lon: place.point.map(|p| p.lon),
        radius_m: place.radius_m,
        time_zone: place.time_zone.clone(),
    };
    to.location_version.push(row);
    add_external_ids(to, version_no, &place.external_ids);
    Ok(())
}

pub(super) fn load_location(conn: &mut AnyConnection, version_no: i64) -> Result<LocationContent> {
    use schema::location_version::dsl;
    let row: LocationRow = dsl::location_version
        .filter(dsl::version_no.eq(version_no))
        .select(LocationRow::as_select())
        .get_result(conn)?;
    Ok(LocationContent {
        name: row.name,
        kind: code(LocationKind::parse, &row.kind)?,
        parent: parent_id(conn, row.parent_no)?,
        country: row.country,
        admin1: row.admin1,
        point: row.lat.zip(row.lon).map(|(lat, lon)| Point { lat, lon }),
        radius_m: row.radius_m,
        time_zone: row.time_zone,
        external_ids: load_external_ids(conn, version_no)?,
    })
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = schema::source_version, treat_none_as_default_value = false)]
pub(super) struct SourceRow {
    version_no: i64,
    publisher: String,
    title: Option<String>,
    url: Option<String>,
    kind: String,
    scale: Option<String>,
    language: Option<String>,
    published_at: Option<String>,
    retrieved_at: Option<String>,
    archive_url: Option<String>,
    content_hash: Option<String>,
    syndicated_from_no: Option<i64>,
}

pub(super) fn add_source(to: &mut Rows, version_no: i64, source: &SourceContent, numbers: &Numbers) -> Result<()> {
    let row = SourceRow {
        version_no,
        publisher: source.publisher.clone(),
        title: source.title.clone(),
        url: source.url.clone(),
        kind: source.kind.code().to_owned(),
        scale: source.scale.map(|scale| scale.code().to_owned()),
        language: source.language.clone(),
        published_at: source.published_at.clone(),
        retrieved_at: source.retrieved_at.clone(),
        archive_url: source.archive_url.clone(),
        content_hash: source.content_hash.clone(),
        syndicated_from_no: source.syndicated_from.map(|id| number(numbers, id)).transpose()?,
    };
    to.source_version.push(row);
    let row = |(i, entry): (usize, &CoverageEntry)| {
        Ok(CoverageRow {
            version_no,
            position: position(i),
            location_no: number(numbers, entry.location)?,
            from_day: entry.from.to_string(),
            to_day: entry.to.map(|day| day.to_string()),
            categories: serde_json::to_string(&entry.categories)?,
            issues: serde_json::to_string(&entry.issues)?,
            note: entry.note.clone(),
        })
    };
    let rows = source.coverage.iter().enumerate().map(row).collect::<Result<Vec<_>>>()?;
    to.source_coverage.extend(rows);
    Ok(())
}

pub(super) fn load_source(conn: &mut AnyConnection, version_no: i64) -> Result<SourceContent> {
    use schema::source_version::dsl;
    let row: SourceRow =
        dsl::source_version.filter(dsl::version_no.eq(version_no)).select(SourceRow::as_select()).get_result(conn)?;
    Ok(SourceContent {
        publisher: row.publisher,
        title: row.title,
        url: row.url,
        kind: code(SourceKind::parse, &row.kind)?,
        scale: optional_code(SourceScale::parse, row.scale.as_deref())?,
        language: row.language,
        published_at: row.published_at,
        retrieved_at: row.retrieved_at,
        archive_url: row.archive_url,
        content_hash: row.content_hash,
        syndicated_from: parent_id(conn, row.syndicated_from_no)?,
        coverage: load_coverage(conn, version_no)?,
    })
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = schema::source_coverage, treat_none_as_default_value = false)]
pub(super) struct CoverageRow {
    version_no: i64,
    position: i32,
    location_no: i64,
    from_day: String,
    to_day: Option<String>,
    categories: String,
    issues: String,
    note: Option<String>,
}

fn load_coverage(conn: &mut AnyConnection, version_no: i64) -> Result<Vec<CoverageEntry>> {
    use schema::source_coverage::dsl;
    let rows: Vec<CoverageRow> = dsl::source_coverage
        .filter(dsl::version_no.eq(version_no))
        .order(dsl::position)
        .select(CoverageRow::as_select())
        .load(conn)?;
    let ids = ids(conn, &rows.iter().map(|row| row.location_no).collect::<Vec<_>>())?;
    let day = |text: &str| text.parse().map_err(|_| StoreError::corrupt(format!("`{text}` is no day")));
    let entry = |row: CoverageRow| {
        Ok(CoverageEntry {
            location: id_of(&ids, row.location_no)?,
            from: day(&row.from_day)?,
            to: row.to_day.as_deref().map(day).transpose()?,
            categories: serde_json::from_str(&row.categories)?,
            issues: serde_json::from_str(&row.issues)?,
            note: row.note,
        })
    };
    rows.into_iter().map(entry).collect()
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = schema::campaign_version, treat_none_as_default_value = false)]
pub(super) struct CampaignRow {
    version_no: i64,
    name: String,
    description: Option<String>,
    start_edtf: Option<String>,
    start_earliest: Option<SqlInstant>,
    start_latest: Option<SqlInstant>,
    end_edtf: Option<String>,
    end_earliest: Option<SqlInstant>,
    end_latest: Option<SqlInstant>,
    time_zone: Option<String>,
}

pub(super) fn add_campaign(to: &mut Rows, version_no: i64, campaign: &CampaignContent) {
    let (start_edtf, start_earliest, start_latest) = edge_columns(campaign.when.start.as_ref());
    let (end_edtf, end_earliest, end_latest) = edge_columns(campaign.when.end.as_ref());
    let row = CampaignRow {
        version_no,
        name: campaign.name.clone(),
        description: campaign.description.clone(),
        start_edtf,
        start_earliest,
        start_latest,
        end_edtf,
        end_earliest,
        end_latest,
        time_zone: campaign.when.time_zone.clone(),
    };
    to.campaign_version.push(row);
    add_aliases(to, version_no, &campaign.aliases);
}

pub(super) fn load_campaign(conn: &mut AnyConnection, version_no: i64) -> Result<CampaignContent> {
    use schema::campaign_version::dsl;
    let row: CampaignRow = dsl::campaign_version
        .filter(dsl::version_no.eq(version_no))
        .select(CampaignRow::as_select())
        .get_result(conn)?;
    Ok(CampaignContent {
        name: row.name,
        description: row.description,
        aliases: load_aliases(conn, version_no)?,
        when: when(
            (row.start_edtf, row.start_earliest, row.start_latest),
            (row.end_edtf, row.end_earliest, row.end_latest),
            row.time_zone.as_deref(),
        )?,
    })
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = schema::timeline_version, treat_none_as_default_value = false)]
pub(super) struct TimelineRow {
    version_no: i64,
    title: String,
    description: Option<String>,
    language: Option<String>,
    query: Option<String>,
    cover: Option<String>,
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = schema::timeline_entry, treat_none_as_default_value = false)]
pub(super) struct EntryRow {
    version_no: i64,
    position: i32,
    event_no: i64,
    caption: Option<String>,
}

pub(super) fn add_timeline(
    to: &mut Rows,
    version_no: i64,
    timeline: &TimelineContent,
    numbers: &Numbers,
) -> Result<()> {
    let row = TimelineRow {
        version_no,
        title: timeline.title.clone(),
        description: timeline.description.clone(),
        language: timeline.language.clone(),
        query: timeline.query.as_ref().map(serde_json::to_string).transpose()?,
        cover: timeline.cover.clone(),
    };
    to.timeline_version.push(row);
    let entry = |(i, entry): (usize, &TimelineEntry)| {
        let event_no = number(numbers, entry.event_id)?;
        Ok(EntryRow { version_no, position: position(i), event_no, caption: entry.caption.clone() })
    };
    let rows = timeline.entries.iter().enumerate().map(entry).collect::<Result<Vec<_>>>()?;
    to.timeline_entry.extend(rows);
    Ok(())
}

pub(super) fn load_timeline(conn: &mut AnyConnection, version_no: i64) -> Result<TimelineContent> {
    use schema::timeline_entry::dsl as entry;
    use schema::timeline_version::dsl;
    let row: TimelineRow = dsl::timeline_version
        .filter(dsl::version_no.eq(version_no))
        .select(TimelineRow::as_select())
        .get_result(conn)?;
    let rows: Vec<EntryRow> = entry::timeline_entry
        .filter(entry::version_no.eq(version_no))
        .order(entry::position)
        .select(EntryRow::as_select())
        .load(conn)?;
    let ids = ids(conn, &rows.iter().map(|row| row.event_no).collect::<Vec<_>>())?;
    let entries =
        rows.into_iter().map(|row| Ok(TimelineEntry { event_id: id_of(&ids, row.event_no)?, caption: row.caption }));
    let query = row.query.as_deref().map(serde_json::from_str::<BTreeMap<String, String>>).transpose()?;
    Ok(TimelineContent {
        title: row.title,
        description: row.description,
        language: row.language,
        entries: entries.collect::<Result<_>>()?,
        query,
        cover: row.cover,
    })
}
