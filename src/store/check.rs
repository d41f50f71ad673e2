//! Comparing what is stored with itself: numbers without gaps, versions in their order, documents equal to their rows and
//! no wider than their policy. It looks at everything within one transaction, so that nothing changes meanwhile.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use uuid::Uuid;

use super::connection::AnyConnection;
use super::document::{Document, documents_of, key};
use super::error::StoreError;
use super::export::begin_snapshot;
use super::log::{self, ChangeKind};
use super::schema::{dataset, document, entity, lineage, operation, version};
use super::sql_types::{SqlId, SqlInstant};
use super::{restores, rows};
use crate::domain::content::Content;
use crate::domain::instant::Instant;
use crate::domain::privacy::PrivacyPolicy;
use crate::domain::resource::Resource;
use crate::domain::vocabulary::LocationKind;

type Result<T> = std::result::Result<T, StoreError>;

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

/// Compares everything, as it is at one moment.
///
/// # Errors
/// When the database cannot be read; what is readable but wrong is a difference.
pub fn check(conn: &mut AnyConnection) -> Result<Findings> {
    begin_snapshot(conn)?;
    let findings = check_within(conn);
    conn.batch_execute("ROLLBACK")?;
    findings
}

/// Compares everything, inside a transaction that the caller holds.
///
/// # Errors
/// When the database cannot be read.
pub fn check_within(conn: &mut AnyConnection) -> Result<Findings> {
    let mut findings = check_numbers(conn)?;
    let mut tree = Tree::default();
    let mut after = 0;
    loop {
        let rows: Vec<VersionRow> = version::table
            .inner_join(entity::table.on(entity::no.eq(version::entity_no)))
            .filter(version::no.gt(after))
            .order(version::no)
            .limit(BATCH)
            .select((VersionColumns::as_select(), (entity::resource, entity::id, entity::slug, entity::created_seq)))
            .load(conn)?;
        let Some((last, _)) = rows.last() else {
            return Ok(findings);
        };
        after = last.no;
        for row in rows {
            findings.versions += 1;
            let no = row.0.no;
            let differences = match check_version(conn, row, &mut tree) {
                Err(StoreError::Corrupt(what)) => vec![what],
                other => other?,
            };
            findings.differences.extend(differences.into_iter().map(|what| format!("version {no}: {what}")));
        }
    }
}

/// Compares the numbers of operations and the counters alone, which takes a moment even where there is much.
///
/// # Errors
/// When the database cannot be read.
pub fn check_numbers(conn: &mut AnyConnection) -> Result<Findings> {
    let mut findings = Findings::default();
    check_counters(conn, &mut findings)?;
    check_operations(conn, &mut findings)?;
    Ok(findings)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = version)]
struct VersionColumns {
    no: i64,
    entity_no: i64,
    revision: i32,
    seq: i64,
    seq_to: Option<i64>,
    kind: String,
    edition: Option<i64>,
}

type VersionRow = (VersionColumns, (String, SqlId, Option<String>, i64));

/// Locations as they were when the version being looked at was written: versions are looked at in that order.
#[derive(Default)]
struct Tree(HashMap<Uuid, (LocationKind, Option<Uuid>)>);

impl Tree {
    /// Longer chains are circles.
    const MAX_DEPTH: usize = 64;

    fn ancestor(&self, id: Uuid, kind: LocationKind) -> Option<Uuid> {
        let line = std::iter::successors(Some(id), |id| self.0.get(id)?.1).take(Self::MAX_DEPTH);
        line.into_iter().find(|id| self.0.get(id).is_some_and(|(own, _)| *own == kind))
    }
}

fn check_counters(conn: &mut AnyConnection, findings: &mut Findings) -> Result<()> {
    let counters: (i64, i64) =
        dataset::table.select((dataset::last_entity_no, dataset::last_version_no)).get_result(conn)?;
    let entities: Option<i64> = entity::table.select(diesel::dsl::max(entity::no)).get_result(conn)?;
    let versions: Option<i64> = version::table.select(diesel::dsl::max(version::no)).get_result(conn)?;
    if (entities.unwrap_or(0), versions.unwrap_or(0)) != counters {
        findings.differences.push("the counters of the dataset are not those of its rows".to_owned());
    }
    Ok(())
}

fn check_operations(conn: &mut AnyConnection, findings: &mut Findings) -> Result<()> {
    let rows: Vec<(i64, SqlInstant)> =
        operation::table.order(operation::seq).select((operation::seq, operation::recorded_at)).load(conn)?;
    findings.operations = rows.len();
    let head = log::head(conn)?;
    let mut different = |what: String| findings.differences.push(what);
    // Only a restored backup leaves numbers out, and it says which; several may have been restored one after another.
    let restores = restores::all(conn)?;
    let jumps: HashMap<i64, i64> = restores.iter().map(|restore| (restore.from_seq, restore.to_seq)).collect();
    let landed = |seq| std::iter::successors(Some(seq), |seq| jumps.get(seq).copied()).last().unwrap_or(seq);
    let mut newest = 0;
    for (seq, _) in &rows {
        if *seq != landed(newest) + 1 {
            different(format!("operation {seq} follows operation {newest}"));
        }
        newest = *seq;
    }
    if head.seq != landed(newest) {
        different(format!("the newest operation is {newest}, and the dataset is at {}", head.seq));
    }
    if restores.last().map_or(1, |restore| restore.epoch) != head.epoch {
        different(format!("no backup was restored that began epoch {}", head.epoch));
    }
    for pair in rows.windows(2).filter(|pair| pair[1].1.0 <= pair[0].1.0) {
        different(format!("operation {} was not recorded after the one before it", pair[1].0));
    }
    let empty: Vec<i64> = operation::table
        .left_join(version::table.on(version::seq.eq(operation::seq)))
        .filter(version::no.is_null())
        .select(operation::seq)
        .load(conn)?;
    for seq in empty {
        different(format!("operation {seq} changed nothing"));
    }
    Ok(())
}

fn check_version(conn: &mut AnyConnection, row: VersionRow, tree: &mut Tree) -> Result<Vec<String>> {
    let (version, (resource, id, slug, created_seq)) = row;
    let unknown = |code: &str| StoreError::corrupt(format!("unknown code `{code}`"));
    let resource = Resource::parse(&resource).ok_or_else(|| unknown(&resource))?;
    let kind = ChangeKind::parse(&version.kind).ok_or_else(|| unknown(&version.kind))?;
    let mut differences = Vec::new();
    let next: Option<i64> = version::table
        .filter(version::entity_no.eq(version.entity_no).and(version::revision.eq(version.revision + 1)))
        .select(version::seq)
        .first(conn)
        .optional()?;
    if next != version.seq_to {
        differences.push(format!("superseded by operation {next:?}, but says {:?}", version.seq_to));
    }
    if kind.ends() {
        if !stored_documents(conn, version.no)?.is_empty() {
            differences.push("it ended its member and still has documents".to_owned());
        }
        let into: i64 = lineage::table.filter(lineage::version_no.eq(version.no)).count().get_result(conn)?;
        let is_right = match kind {
            ChangeKind::Merged => into == 1,
            ChangeKind::Split => into > 1,
            _ => into == 0,
        };
        if !is_right {
            differences.push(format!("it is `{kind}`, and {into} members took the place of its own"));
        }
        // It governs what it was before: something may have been redacted since.
        let policy = match last_with_values(conn, &version)? {
            Some(last) => rows::load(conn, resource, last)?.privacy().cloned(),
            None => None,
        };
        let created_at = recorded_at(conn, created_seq)?;
        differences.extend(check_editions(conn, &version, (resource, id.0, slug, created_at), policy.as_ref(), tree)?);
        return Ok(differences);
    }
    let content = Arc::new(rows::load(conn, resource, version.no)?);
    if let Content::Event(event) = &*content {
        let mut ids = HashSet::new();
        let twice = event.evidence.iter().filter(|item| !ids.insert(item.id));
        differences.extend(twice.map(|item| format!("two pieces of its evidence have the id {}", item.id)));
    }
    if let Content::Location(location) = &*content {
        tree.0.insert(id.0, (location.kind, location.parent));
    }
    let policy = content.privacy().cloned();
    let whole = Document {
        id: id.0,
        slug,
        revision: version.revision,
        seq: version.seq,
        created_at: recorded_at(conn, created_seq)?,
        recorded_at: recorded_at(conn, version.seq)?,
        content,
    };
    if version.edition.is_none() {
        differences.extend(check_documents(conn, version.no, whole.clone(), policy.as_ref(), tree)?);
    }
    let member = (resource, id.0, whole.slug, whole.created_at);
    differences.extend(check_editions(conn, &version, member, policy.as_ref(), tree)?);
    if is_governed_otherwise(conn, &version, resource, policy.as_ref())? {
        differences.push("an earlier version is told under another policy".to_owned());
    }
    Ok(differences)
}

/// The newest version before one by which a member ceased that has values.
fn last_with_values(conn: &mut AnyConnection, ended: &VersionColumns) -> Result<Option<i64>> {
    let ends: Vec<&str> = ChangeKind::ALL.iter().filter(|kind| kind.ends()).map(|kind| kind.code()).collect();
    let before = version::entity_no.eq(ended.entity_no).and(version::revision.lt(ended.revision));
    let versions = version::table.filter(before.and(version::kind.ne_all(ends))).order(version::revision.desc());
    Ok(versions.select(version::no).first(conn).optional()?)
}

/// What differs in the documents that a version's operation wrote anew of earlier ones. They are looked at when that operation
/// is reached: places lie in others as they did then.
fn check_editions(
    conn: &mut AnyConnection,
    version: &VersionColumns,
    (resource, id, slug, created_at): (Resource, Uuid, Option<String>, Instant),
    policy: Option<&PrivacyPolicy>,
    tree: &Tree,
) -> Result<Vec<String>> {
    let editions: Vec<(i64, i32, i64)> = version::table
        .filter(version::entity_no.eq(version.entity_no).and(version::edition.eq(version.seq)))
        .select((version::no, version::revision, version::seq))
        .load(conn)?;
    let mut differences = Vec::new();
    for (no, revision, seq) in editions {
        let (content, recorded_at) = (Arc::new(rows::load(conn, resource, no)?), recorded_at(conn, seq)?);
        let earlier = Document { id, slug: slug.clone(), revision, seq, created_at, recorded_at, content };
        let found = check_documents(conn, no, earlier, policy, tree)?;
        differences.extend(found.into_iter().map(|what| format!("of version {no}, {what}")));
    }
    Ok(differences)
}

/// Whether a version has another policy than the one before it, and did not have the documents of all earlier ones written
/// anew.
fn is_governed_otherwise(
    conn: &mut AnyConnection,
    version: &VersionColumns,
    resource: Resource,
    policy: Option<&PrivacyPolicy>,
) -> Result<bool> {
    let ends: Vec<&str> = ChangeKind::ALL.iter().filter(|kind| kind.ends()).map(|kind| kind.code()).collect();
    let earlier = version::entity_no.eq(version.entity_no).and(version::revision.lt(version.revision));
    let earlier: Vec<(i64, Option<i64>)> = version::table
        .filter(earlier.and(version::kind.ne_all(ends)))
        .order(version::revision.desc())
        .select((version::no, version::edition))
        .load(conn)?;
    let (Resource::Event, Some((before, _))) = (resource, earlier.first()) else {
        return Ok(false);
    };
    let is_other = rows::load(conn, resource, *before)?.privacy() != policy;
    Ok(is_other && earlier.iter().any(|(_, edition)| edition.is_none_or(|edition| edition < version.seq)))
}

type StoredDocument = (i16, i64, String);

fn stored_documents(conn: &mut AnyConnection, version_no: i64) -> Result<Vec<StoredDocument>> {
    Ok(document::table
        .filter(document::version_no.eq(version_no))
        .order(document::audience)
        .select((document::audience, document::key, document::body))
        .load(conn)?)
}

/// What differs between the documents that a version has and those that it must have under a policy.
fn check_documents(
    conn: &mut AnyConnection,
    version_no: i64,
    whole: Document<Arc<Content>>,
    policy: Option<&PrivacyPolicy>,
    tree: &Tree,
) -> Result<Vec<String>> {
    let (mut differences, resource) = (Vec::new(), whole.content.resource());
    let mut stored = stored_documents(conn, version_no)?;
    for (audience, expected) in documents_of(whole, policy, &|id, kind| tree.ancestor(id, kind)) {
        let found = stored.iter().position(|(column, ..)| *column == audience.column());
        let Some((_, found_key, body)) = found.map(|position| stored.swap_remove(position)) else {
            differences.push(format!("its document for {audience:?} is missing"));
            continue;
        };
        if found_key != key(&expected.content, version_no, audience) {
            differences.push(format!("its document for {audience:?} has another key"));
        }
        if Document::from_body(resource, &body)? != expected {
            differences.push(format!("its document for {audience:?} and its rows differ"));
        }
    }
    differences.extend(stored.iter().map(|(audience, ..)| format!("a document for audience {audience} should not be")));
    Ok(differences)
}

fn recorded_at(conn: &mut AnyConnection, seq: i64) -> Result<Instant> {
    let recorded: SqlInstant =
        operation::table.filter(operation::seq.eq(seq)).select(operation::recorded_at).get_result(conn)?;
    Ok(recorded.0)
}
