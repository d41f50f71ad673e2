//! Comparing what is stored with itself: numbers without gaps, versions in their order, documents equal to their rows.

use diesel::prelude::*;

use super::connection::AnyConnection;
use super::document::{Audience, Document};
use super::error::StoreError;
use super::log::{self, ChangeKind};
use super::rows;
use super::schema::{dataset, document, entity, operation, version};
use crate::domain::content::Content;
use crate::domain::resource::Resource;

/// What was looked at, and what does not fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Operations looked at.
    pub operations: usize,
    /// Versions looked at.
    pub versions: usize,
    /// What does not fit, in sentences.
    pub differences: Vec<String>,
}

/// Versions looked at in one go.
const BATCH: i64 = 1_000;

/// Compares everything.
///
/// # Errors
/// When the database cannot be read; what is readable but wrong is a difference.
pub fn check(conn: &mut AnyConnection) -> Result<Findings, StoreError> {
    let mut findings = Findings::default();
    check_numbers(conn, &mut findings)?;
    let mut after = 0;
    loop {
        let rows: Vec<VersionRow> = version::table
            .inner_join(entity::table.on(entity::no.eq(version::entity_no)))
            .filter(version::no.gt(after))
            .order(version::no)
            .limit(BATCH)
            .select((
                version::no,
                version::entity_no,
                version::revision,
                version::seq,
                version::seq_to,
                version::kind,
                entity::resource,
            ))
            .load(conn)?;
        let Some(last) = rows.last() else {
            return Ok(findings);
        };
        after = last.0;
        for row in rows {
            findings.versions += 1;
            let no = row.0;
            match check_version(conn, row) {
                Ok(differences) => {
                    findings.differences.extend(differences.into_iter().map(|d| format!("version {no}: {d}")));
                }
                Err(StoreError::Corrupt(what)) => findings.differences.push(format!("version {no}: {what}")),
                Err(error) => return Err(error),
            }
        }
    }
}

type VersionRow = (i64, i64, i32, i64, Option<i64>, String, String);

fn check_numbers(conn: &mut AnyConnection, findings: &mut Findings) -> Result<(), StoreError> {
    let seqs: Vec<i64> = operation::table.order(operation::seq).select(operation::seq).load(conn)?;
    findings.operations = seqs.len();
    let head = log::head(conn)?;
    if seqs.last().copied().unwrap_or(0) > head.seq {
        findings.differences.push("operations are newer than the dataset says".to_owned());
    }
    // Only a restored backup leaves a gap, and it begins an epoch.
    let gaps = seqs.windows(2).filter(|pair| pair[1] != pair[0] + 1).count();
    let allowed = usize::try_from(head.epoch - 1).unwrap_or(usize::MAX);
    if gaps > allowed {
        findings.differences.push(format!("{gaps} gaps between operations, {allowed} epochs ended"));
    }
    let counters: (i64, i64) =
        dataset::table.select((dataset::last_entity_no, dataset::last_version_no)).first(conn)?;
    let entities: Option<i64> = entity::table.select(diesel::dsl::max(entity::no)).first(conn)?;
    let versions: Option<i64> = version::table.select(diesel::dsl::max(version::no)).first(conn)?;
    if (entities.unwrap_or(0), versions.unwrap_or(0)) != counters {
        findings.differences.push("the counters of the dataset are not those of its rows".to_owned());
    }
    Ok(())
}

fn check_version(conn: &mut AnyConnection, row: VersionRow) -> Result<Vec<String>, StoreError> {
    let (no, entity_no, revision, seq, seq_to, kind, resource) = row;
    let unknown = |code: &str| StoreError::corrupt(format!("unknown code `{code}`"));
    let resource = Resource::parse(&resource).ok_or_else(|| unknown(&resource))?;
    let kind = ChangeKind::parse(&kind).ok_or_else(|| unknown(&kind))?;
    let mut differences = Vec::new();
    let next: Option<i64> = version::table
        .filter(version::entity_no.eq(entity_no).and(version::revision.eq(revision + 1)))
        .select(version::seq)
        .first(conn)
        .optional()?;
    if next != seq_to {
        differences.push(format!("superseded by operation {next:?}, but says {seq_to:?}"));
    }
    let documents: Vec<(i16, String)> =
        document::table.filter(document::version_no.eq(no)).select((document::audience, document::body)).load(conn)?;
    if kind.ends() {
        if !documents.is_empty() {
            differences.push("it ended its member and still has documents".to_owned());
        }
        return Ok(differences);
    }
    let whole = documents.iter().find(|(audience, _)| *audience != Audience::Public.column());
    let Some((_, body)) = whole else {
        differences.push("its document is missing".to_owned());
        return Ok(differences);
    };
    let document: Document<Content> = Document::from_body(resource, body)?;
    if (document.revision, document.seq) != (revision, seq) {
        differences.push("its document names another revision or operation".to_owned());
    }
    if document.content != rows::load(conn, resource, no)? {
        differences.push("its document and its rows differ".to_owned());
    }
    Ok(differences)
}
