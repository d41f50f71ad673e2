//! Rows of an event: its own, and those of `event_parts`.

use diesel::prelude::*;

use super::event_parts as parts;
use super::{Numbers, Rows, add_external_ids, code, edge_columns, load_external_ids, optional_code, when};
use crate::domain::event::EventContent;
use crate::domain::privacy::{PlaceLimit, PrivacyPolicy, TimeLimit};
use crate::domain::size::{Size, SizeBasis, SizeRule};
use crate::domain::verification::{Verification, VerificationBy};
use crate::domain::vocabulary::{EventStatus, EventType};
use crate::store::connection::AnyConnection;
use crate::store::error::StoreError;
use crate::store::schema;
use crate::store::sql_types::SqlInstant;

type Result<T> = std::result::Result<T, StoreError>;

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = schema::event_version, treat_none_as_default_value = false)]
pub(super) struct EventRow {
    version_no: i64,
    event_type: String,
    status: String,
    verification: String,
    verification_by: String,
    title: String,
    summary: Option<String>,
    language: Option<String>,
    start_edtf: Option<String>,
    start_earliest: Option<SqlInstant>,
    start_latest: Option<SqlInstant>,
    end_edtf: Option<String>,
    end_earliest: Option<SqlInstant>,
    end_latest: Option<SqlInstant>,
    time_zone: Option<String>,
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = schema::event_size, treat_none_as_default_value = false)]
pub(super) struct SizeRow {
    version_no: i64,
    words: Option<String>,
    low: Option<i64>,
    high: Option<i64>,
    best: Option<i64>,
    basis: String,
    rule: Option<String>,
    size_order: i32,
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = schema::event_privacy, treat_none_as_default_value = false)]
pub(super) struct PrivacyRow {
    version_no: i64,
    place: Option<String>,
    time: Option<String>,
    embargo: bool,
    reason: Option<String>,
    public_title: Option<String>,
    public_summary: Option<String>,
}

pub(super) fn add_event(to: &mut Rows, version_no: i64, event: &EventContent, numbers: &Numbers) -> Result<()> {
    let (start_edtf, start_earliest, start_latest) = edge_columns(event.when.start.as_ref());
    let (end_edtf, end_earliest, end_latest) = edge_columns(event.when.end.as_ref());
    let row = EventRow {
        version_no,
        event_type: event.event_type.code().to_owned(),
        status: event.status.code().to_owned(),
        verification: event.verification.code().to_owned(),
        verification_by: event.verification_by.code().to_owned(),
        title: event.title.clone(),
        summary: event.summary.clone(),
        language: event.language.clone(),
        start_edtf,
        start_earliest,
        start_latest,
        end_edtf,
        end_earliest,
        end_latest,
        time_zone: event.when.time_zone.clone(),
    };
    to.event_version.push(row);
    add_size(to, version_no, event.size.as_ref());
    add_privacy(to, version_no, event.privacy.as_ref());
    add_external_ids(to, version_no, &event.external_ids);
    parts::add_classification(to, version_no, event);
    parts::add_references(to, version_no, event, numbers)?;
    parts::add_demands(to, version_no, &event.demands);
    parts::add_outcomes(to, version_no, event.outcomes.as_ref());
    parts::add_evidence(to, version_no, &event.evidence, numbers)?;
    parts::add_links(to, version_no, &event.links, numbers)
}

pub(super) fn load_event(conn: &mut AnyConnection, version_no: i64) -> Result<EventContent> {
    use schema::event_version::dsl;
    let row: EventRow =
        dsl::event_version.filter(dsl::version_no.eq(version_no)).select(EventRow::as_select()).get_result(conn)?;
    let references = parts::load_references(conn, version_no)?;
    Ok(EventContent {
        event_type: code(EventType::parse, &row.event_type)?,
        tactics: parts::load_tactics(conn, version_no)?,
        status: code(EventStatus::parse, &row.status)?,
        verification: code(Verification::parse, &row.verification)?,
        verification_by: code(VerificationBy::parse, &row.verification_by)?,
        title: row.title,
        summary: row.summary,
        language: row.language,
        translations: parts::load_translations(conn, version_no)?,
        when: when(
            (row.start_edtf, row.start_earliest, row.start_latest),
            (row.end_edtf, row.end_earliest, row.end_latest),
            row.time_zone.as_deref(),
        )?,
        places: references.places,
        actors: references.actors,
        issues: parts::load_issues(conn, version_no)?,
        demands: parts::load_demands(conn, version_no)?,
        campaigns: references.campaigns,
        sources: references.sources,
        size: load_size(conn, version_no)?,
        outcomes: parts::load_outcomes(conn, version_no)?,
        evidence: parts::load_evidence(conn, version_no)?,
        links: parts::load_links(conn, version_no)?,
        external_ids: load_external_ids(conn, version_no)?,
        privacy: load_privacy(conn, version_no)?,
    })
}

fn add_size(to: &mut Rows, version_no: i64, size: Option<&Size>) {
    let row = |size: &Size| SizeRow {
        version_no,
        words: size.text.clone(),
        low: size.low,
        high: size.high,
        best: size.best,
        basis: size.basis.code().to_owned(),
        rule: size.rule.map(|rule| rule.code().to_owned()),
        size_order: size.order,
    };
    to.event_size.extend(size.map(row).into_iter().collect::<Vec<_>>());
}

fn load_size(conn: &mut AnyConnection, version_no: i64) -> Result<Option<Size>> {
    use schema::event_size::dsl;
    let query = dsl::event_size.filter(dsl::version_no.eq(version_no)).select(SizeRow::as_select());
    let row: Option<SizeRow> = query.get_result(conn).optional()?;
    let size = |row: SizeRow| {
        Ok(Size {
            text: row.words,
            low: row.low,
            high: row.high,
            best: row.best,
            basis: code(SizeBasis::parse, &row.basis)?,
            rule: optional_code(SizeRule::parse, row.rule.as_deref())?,
            order: row.size_order,
        })
    };
    row.map(size).transpose()
}

fn add_privacy(to: &mut Rows, version_no: i64, policy: Option<&PrivacyPolicy>) {
    let row = |policy: &PrivacyPolicy| PrivacyRow {
        version_no,
        place: policy.place.map(|limit| limit.code().to_owned()),
        time: policy.time.map(|limit| limit.code().to_owned()),
        embargo: policy.embargo,
        reason: policy.reason.clone(),
        public_title: policy.public_title.clone(),
        public_summary: policy.public_summary.clone(),
    };
    to.event_privacy.extend(policy.map(row).into_iter().collect::<Vec<_>>());
}

fn load_privacy(conn: &mut AnyConnection, version_no: i64) -> Result<Option<PrivacyPolicy>> {
    use schema::event_privacy::dsl;
    let query = dsl::event_privacy.filter(dsl::version_no.eq(version_no)).select(PrivacyRow::as_select());
    let row: Option<PrivacyRow> = query.get_result(conn).optional()?;
    let policy = |row: PrivacyRow| {
        Ok(PrivacyPolicy {
            place: optional_code(PlaceLimit::parse, row.place.as_deref())?,
            time: optional_code(TimeLimit::parse, row.time.as_deref())?,
            embargo: row.embargo,
            reason: row.reason,
            public_title: row.public_title,
            public_summary: row.public_summary,
        })
    };
    row.map(policy).transpose()
}
