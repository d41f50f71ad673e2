//! The change log, read in order: what the index and every follower apply.

use std::sync::Arc;

use std::collections::HashMap;

use diesel::prelude::*;
use uuid::Uuid;

use super::connection::AnyConnection;
use super::document::{Audience, Document, Documents, key, version_of};
use super::error::StoreError;
use super::redaction::grounds_of;
use super::schema::{dataset, document, entity, external_id, lineage, operation, version};
use super::sql_types::{SqlId, SqlInstant};
use crate::domain::codes;
use crate::domain::content::Content;
use crate::domain::grounds::Grounds;
use crate::domain::instant::Instant;
use crate::domain::resource::Resource;
use crate::domain::shared::ExternalId;

codes! {
    /// What an operation did to one member of a resource.
    pub enum ChangeKind {
        /// It is new.
        Created = "created",
        /// It has a new version.
        Corrected = "corrected",
        /// It ceased: another one took it in.
        Merged = "merged",
        /// It ceased: several others took its place.
        Split = "split",
        /// It was withdrawn.
        Retracted = "retracted",
        /// It was withdrawn and is back.
        Restored = "restored",
        /// A value was removed from all its versions.
        Redacted = "redacted",
    }
}

/// What was done, out of what it left the member as: also of what has ceased a value can be redacted, and it stays as it is.
///
/// # Errors
/// `Corrupt` for a code that Marchline did not write.
pub fn done(kind: &str, redacts: bool) -> Result<ChangeKind, StoreError> {
    let kind = ChangeKind::parse(kind).ok_or_else(|| StoreError::corrupt(format!("unknown code `{kind}`")))?;
    Ok(if redacts { ChangeKind::Redacted } else { kind })
}

impl ChangeKind {
    /// Whether the member ceased by it.
    pub const fn ends(self) -> bool {
        matches!(self, Self::Merged | Self::Split | Self::Retracted)
    }
}

/// Where the log stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Which dataset this is.
    pub dataset_id: Uuid,
    /// Raised when a backup is restored, so that nothing from the lost future is taken for the present.
    pub epoch: i64,
    /// The newest operation.
    pub seq: i64,
    /// When it was recorded.
    pub recorded_at: Instant,
}

/// One member's part in an operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The operation.
    pub seq: i64,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// Why it was done, and by whom.
    pub grounds: Grounds,
    /// What was done.
    pub kind: ChangeKind,
    /// What it was done to.
    pub resource: Resource,
    /// The member's id.
    pub id: Uuid,
    /// The member's slug, where its resource has slugs.
    pub slug: Option<String>,
    /// The member's number in the store.
    pub entity_no: i64,
    /// The number of the version that was written.
    pub version_no: i64,
    /// Counts the member's versions from 1.
    pub revision: i32,
    /// What the public is given, and under which key; `None` where it is given nothing.
    pub public: Option<(i64, Document<Arc<Content>>)>,
    /// The whole for those who may read it, and under which key, where a privacy policy keeps something of it from the public.
    pub restricted: Option<(i64, Document<Arc<Content>>)>,
    /// What took the member's place, where it was merged or split.
    pub into: Vec<Uuid>,
    /// Whether the public is told of the member though nothing public names it.
    pub openly: bool,
    /// What readers are given of earlier versions from this operation on, oldest first; empty where that stays as it was. Whatever
    /// keeps something of a version looks here for those that were written anew, by a redaction or by another policy.
    pub earlier: Vec<Edition>,
    /// Where the operation took a value out of all versions: what is told of each of the operations that wrote the member before.
    pub redaction: Option<Vec<(i64, Grounds)>>,
}

/// A version whose documents a later operation wrote anew.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields of `Change`")]
pub struct Edition {
    pub version_no: i64,
    pub public: Option<(i64, Document<Arc<Content>>)>,
    pub restricted: Option<(i64, Document<Arc<Content>>)>,
}

impl Edition {
    /// A version with these documents.
    pub fn of(version_no: i64, documents: &Documents) -> Self {
        let document = |is_restricted: bool| {
            let of = documents.iter().find(|(audience, _)| (*audience == Audience::Restricted) == is_restricted);
            of.map(|(audience, document)| (key(&document.content, version_no, *audience), document.clone()))
        };
        Self { version_no, public: document(false), restricted: document(true) }
    }
}

/// Reads where the log stands.
///
/// # Errors
/// When the database cannot be asked.
pub fn head(conn: &mut AnyConnection) -> Result<Head, StoreError> {
    let columns = (dataset::dataset_id, dataset::epoch, dataset::seq, dataset::recorded_at);
    let (dataset_id, epoch, seq, recorded_at): (SqlId, i64, i64, SqlInstant) =
        dataset::table.select(columns).get_result(conn)?;
    Ok(Head { dataset_id: dataset_id.0, epoch, seq, recorded_at: recorded_at.0 })
}

/// Reason, source and author of an operation.
type GroundsRow = (Option<String>, Option<String>, Option<String>);

type ChangeRow =
    ((i64, i64, i32, String), (i64, String, SqlId, Option<String>, bool), (i64, SqlInstant, GroundsRow, bool));

fn grounds((reason, source, made_by): GroundsRow) -> Grounds {
    Grounds { reason, source, made_by }
}

/// The changes of at most `operations` operations behind `after`, in the order in which they happened.
///
/// # Errors
/// When the database cannot be asked, or holds what Marchline did not write.
pub fn changes(conn: &mut AnyConnection, after: i64, operations: i64) -> Result<Vec<Change>, StoreError> {
    stored_changes(conn, after, operations)?.parse()
}

/// Changes as they are stored: reading them and parsing them take about as long as each other.
#[derive(Default)]
pub struct StoredChanges {
    rows: Vec<ChangeRow>,
    bodies: Bodies,
    lineage: Lineage,
    editions: Editions,
    told: Told,
}

/// What is told of the operations before a redaction that wrote the member, by the version that says that it happened.
type Told = HashMap<i64, Vec<(i64, Grounds)>>;

/// The versions that each operation wrote the documents of anew, with their documents, by the number of the entity.
type Editions = HashMap<(i64, i64), Vec<(i64, OfVersion)>>;

/// The documents of one version.
type OfVersion = (Option<(i64, String)>, Option<(i64, String)>);

/// What took the place of members, by the version by which they ceased.
type Lineage = HashMap<i64, Vec<Uuid>>;

impl StoredChanges {
    /// The newest operation that they are of.
    pub fn last_seq(&self) -> Option<i64> {
        self.rows.last().map(|((_, seq, ..), ..)| *seq)
    }

    /// What they say.
    ///
    /// # Errors
    /// When it is not what Marchline writes.
    pub fn parse(self) -> Result<Vec<Change>, StoreError> {
        let Self { rows, mut bodies, mut lineage, mut editions, mut told } = self;
        let change = |row: ChangeRow| {
            let earlier = editions.remove(&(row.1.0, row.0.1)).unwrap_or_default();
            let earlier = earlier.into_iter().map(|of| edition(&row.1.1, of)).collect::<Result<_, _>>()?;
            let redaction = told.remove(&row.0.0);
            Ok(Change { earlier, redaction, ..change(row, &mut bodies, &mut lineage)? })
        };
        rows.into_iter().map(change).collect()
    }
}

/// The same, not parsed yet.
///
/// # Errors
/// When the database cannot be asked.
pub fn stored_changes(conn: &mut AnyConnection, after: i64, operations: i64) -> Result<StoredChanges, StoreError> {
    let seqs: Vec<i64> = operation::table
        .filter(operation::seq.gt(after))
        .order(operation::seq)
        .limit(operations)
        .select(operation::seq)
        .load(conn)?;
    let Some(last) = seqs.last() else {
        return Ok(StoredChanges::default());
    };
    let rows: Vec<ChangeRow> = version::table
        .inner_join(entity::table.on(entity::no.eq(version::entity_no)))
        .inner_join(operation::table.on(operation::seq.eq(version::seq)))
        .filter(version::seq.gt(after).and(version::seq.le(last)))
        // Numbers of versions are given under the same lock as those of operations, and so in the same order.
        .order(version::no)
        .select((
            (version::no, version::seq, version::revision, version::kind),
            (entity::no, entity::resource, entity::id, entity::slug, entity::openly),
            (
                operation::seq,
                operation::recorded_at,
                (operation::reason, operation::source, operation::made_by),
                operation::redacts,
            ),
        ))
        .load(conn)?;
    let bodies = bodies(conn, &rows)?;
    let lineage = lineage_of(conn, &rows)?;
    let editions = editions(conn, after, *last)?;
    let mut told = Told::new();
    for ((version_no, seq, ..), (entity_no, ..), (.., redacts)) in &rows {
        if *redacts {
            told.insert(*version_no, grounds_of(conn, *entity_no, *seq)?);
        }
    }
    Ok(StoredChanges { rows, bodies, lineage, editions, told })
}

/// Documents with their keys by version: those of the public, and those that are restricted.
#[derive(Default)]
struct Bodies {
    public: HashMap<i64, (i64, String)>,
    restricted: HashMap<i64, (i64, String)>,
}

fn bodies(conn: &mut AnyConnection, rows: &[ChangeRow]) -> Result<Bodies, StoreError> {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        return Ok(Bodies::default());
    };
    let versions = document::version_no.ge(first.0.0).and(document::version_no.le(last.0.0));
    let found: Vec<(i64, i16, i64, String)> = document::table
        .filter(versions)
        .select((document::version_no, document::audience, document::key, document::body))
        .load(conn)?;
    let mut bodies = Bodies::default();
    for (version_no, audience, key, body) in found {
        bodies.of(audience).insert(version_no, (key, body));
    }
    Ok(bodies)
}

impl Bodies {
    fn of(&mut self, audience: i16) -> &mut HashMap<i64, (i64, String)> {
        if audience == Audience::Restricted.column() { &mut self.restricted } else { &mut self.public }
    }

    fn take(&mut self, version_no: i64) -> OfVersion {
        (self.public.remove(&version_no), self.restricted.remove(&version_no))
    }
}

/// What was written anew behind `after`, up to `last`. Where a later operation wrote it once more it is that one's.
fn editions(conn: &mut AnyConnection, after: i64, last: i64) -> Result<Editions, StoreError> {
    let rows: Vec<(i64, i64, Option<i64>)> = version::table
        .filter(version::edition.gt(after).and(version::edition.le(last)))
        .order(version::no)
        .select((version::no, version::entity_no, version::edition))
        .load(conn)?;
    let mut bodies = Bodies::default();
    for numbers in rows.chunks(AT_ONCE) {
        let found: Vec<(i64, i16, i64, String)> = document::table
            .filter(document::version_no.eq_any(numbers.iter().map(|(no, ..)| *no)))
            .select((document::version_no, document::audience, document::key, document::body))
            .load(conn)?;
        for (version_no, audience, key, body) in found {
            bodies.of(audience).insert(version_no, (key, body));
        }
    }
    let mut editions = Editions::new();
    for (version_no, entity_no, edition) in rows {
        let of_operation = editions.entry((entity_no, edition.unwrap_or_default())).or_default();
        of_operation.push((version_no, bodies.take(version_no)));
    }
    Ok(editions)
}

/// Versions whose documents are read by one statement.
const AT_ONCE: usize = 500;

fn lineage_of(conn: &mut AnyConnection, rows: &[ChangeRow]) -> Result<Lineage, StoreError> {
    let leaves_others = |kind: &str| [ChangeKind::Merged.code(), ChangeKind::Split.code()].contains(&kind);
    let ceased: Vec<i64> = rows.iter().filter(|row| leaves_others(&row.0.3)).map(|row| row.0.0).collect();
    if ceased.is_empty() {
        return Ok(Lineage::default());
    }
    let found: Vec<(i64, SqlId)> = lineage::table
        .inner_join(entity::table.on(entity::no.eq(lineage::into_no)))
        .filter(lineage::version_no.eq_any(ceased))
        .order((lineage::version_no, lineage::position))
        .select((lineage::version_no, entity::id))
        .load(conn)?;
    let mut lineage = Lineage::default();
    for (version_no, id) in found {
        lineage.entry(version_no).or_default().push(id.0);
    }
    Ok(lineage)
}

type Stored = Option<(i64, Document<Arc<Content>>)>;

fn resource_of(code: &str) -> Result<Resource, StoreError> {
    Resource::parse(code).ok_or_else(|| StoreError::corrupt(format!("unknown code `{code}`")))
}

fn document_of(resource: Resource, body: Option<(i64, String)>) -> Result<Stored, StoreError> {
    body.map(|(key, body)| Ok((key, Document::from_body(resource, &body)?))).transpose()
}

fn edition(resource: &str, (version_no, (public, restricted)): (i64, OfVersion)) -> Result<Edition, StoreError> {
    let resource = resource_of(resource)?;
    let (public, restricted) = (document_of(resource, public)?, document_of(resource, restricted)?);
    Ok(Edition { version_no, public, restricted })
}

fn change(row: ChangeRow, bodies: &mut Bodies, lineage: &mut Lineage) -> Result<Change, StoreError> {
    let ((version_no, seq, revision, kind), (entity_no, resource, id, slug, openly), (_, recorded_at, told, _)) = row;
    let unknown = |what: &str| StoreError::corrupt(format!("unknown code `{what}`"));
    let resource = resource_of(&resource)?;
    let (public, restricted) = bodies.take(version_no);
    Ok(Change {
        seq,
        recorded_at: recorded_at.0,
        grounds: grounds(told),
        kind: ChangeKind::parse(&kind).ok_or_else(|| unknown(&kind))?,
        resource,
        id: id.0,
        slug,
        entity_no,
        version_no,
        revision,
        public: document_of(resource, public)?,
        restricted: document_of(resource, restricted)?,
        into: lineage.remove(&version_no).unwrap_or_default(),
        openly: openly && revision == 1,
        earlier: Vec::new(),
        redaction: None,
    })
}

/// Whether an event was ever written.
///
/// # Errors
/// When the database cannot be asked.
pub fn has_events(conn: &mut AnyConnection) -> Result<bool, StoreError> {
    let events = entity::table.filter(entity::resource.eq(Resource::Event.code()));
    Ok(events.select(entity::no).first::<i64>(conn).optional()?.is_some())
}

/// The newest operation that took a value out of all versions of a member; 0 where there is none.
///
/// # Errors
/// When the database cannot be asked.
pub fn last_redaction(conn: &mut AnyConnection) -> Result<i64, StoreError> {
    let redactions = operation::table.filter(operation::redacts.eq(true)).order(operation::seq.desc());
    Ok(redactions.select(operation::seq).first(conn).optional()?.unwrap_or(0))
}

/// The highest number that a version has.
///
/// # Errors
/// When the database cannot be asked.
pub fn last_version(conn: &mut AnyConnection) -> Result<i64, StoreError> {
    Ok(dataset::table.select(dataset::last_version_no).get_result(conn)?)
}

/// When the newest operation up to `seq` was recorded; `None` where there is none.
///
/// # Errors
/// When the database cannot be asked.
pub fn recorded_at(conn: &mut AnyConnection, seq: i64) -> Result<Option<Instant>, StoreError> {
    let found: Option<SqlInstant> = operation::table
        .filter(operation::seq.le(seq))
        .order(operation::seq.desc())
        .select(operation::recorded_at)
        .first(conn)
        .optional()?;
    Ok(found.map(|instant| instant.0))
}

/// The newest operation recorded at or before an instant; 0 where there is none.
///
/// # Errors
/// When the database cannot be asked.
pub fn seq_at(conn: &mut AnyConnection, instant: Instant) -> Result<i64, StoreError> {
    let found = operation::table
        .filter(operation::recorded_at.le(SqlInstant(instant)))
        .order(operation::recorded_at.desc())
        .select(operation::seq)
        .first(conn)
        .optional()?;
    Ok(found.unwrap_or(0))
}

/// The lowest number of an entity that an operation from `seq` on made, or the next one to be given. Entities are numbered in the
/// order in which they are made, by whatever node.
///
/// # Errors
/// When the database cannot be asked.
pub fn first_made_since(conn: &mut AnyConnection, seq: i64) -> Result<i64, StoreError> {
    let last: i64 = dataset::table.select(dataset::last_entity_no).get_result(conn)?;
    let (mut low, mut high) = (1, last + 1);
    while low < high {
        let middle = low.midpoint(high);
        let next = entity::table.filter(entity::no.ge(middle)).order(entity::no);
        match next.select((entity::no, entity::created_seq)).first::<(i64, i64)>(conn).optional()? {
            Some((no, made)) if made < seq => low = no + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}

/// The texts of the documents with these keys, in the order of the keys asked for.
///
/// # Errors
/// When the database cannot be asked, or a document is missing.
pub fn texts(conn: &mut AnyConnection, keys: &[i64]) -> Result<Vec<String>, StoreError> {
    let mut bodies: HashMap<i64, String> = match conn {
        // A statement with as many places as there are keys is made anew each time, which costs more than to look up one by one;
        // in one transaction, so that the file is locked once.
        AnyConnection::Sqlite(conn) => conn.transaction(|conn| {
            let found = keys.iter().map(|key| {
                let body = document::table.find(*key).select(document::body).get_result(conn).optional()?;
                Ok(body.map(|body| (*key, body)))
            });
            found.filter_map(Result::transpose).collect::<Result<_, StoreError>>()
        })?,
        AnyConnection::Postgres(conn) => {
            let rows = document::table.filter(document::key.eq_any(keys)).select((document::key, document::body));
            rows.load(conn)?.into_iter().collect()
        }
    };
    let mut text = |key: &i64| match bodies.remove(key) {
        Some(body) => Ok(body),
        None => moved(conn, *key),
    };
    keys.iter().map(&mut text).collect()
}

/// The document that a key was of, where the version's documents were written anew since the key was looked up.
fn moved(conn: &mut AnyConnection, key: i64) -> Result<String, StoreError> {
    let (version_no, is_restricted) = version_of(key);
    let found: Vec<(i16, String)> = document::table
        .filter(document::version_no.eq(version_no))
        .select((document::audience, document::body))
        .load(conn)?;
    let body = found.into_iter().find(|(audience, _)| (*audience == Audience::Restricted.column()) == is_restricted);
    body.map(|(_, body)| body).ok_or(StoreError::Withheld)
}

/// What is told of one version beside its document.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields of `Change`")]
pub struct VersionNote {
    pub revision: i32,
    pub seq: i64,
    pub recorded_at: Instant,
    pub kind: ChangeKind,
    pub grounds: Grounds,
}

type NoteRow = (i32, i64, (String, bool), SqlInstant, GroundsRow);

/// A member's versions up to an operation, oldest first.
///
/// # Errors
/// When the database cannot be asked.
pub fn history(conn: &mut AnyConnection, id: Uuid, seq: i64) -> Result<Vec<VersionNote>, StoreError> {
    let rows: Vec<NoteRow> = version::table
        .inner_join(entity::table.on(entity::no.eq(version::entity_no)))
        .inner_join(operation::table.on(operation::seq.eq(version::seq)))
        .filter(entity::id.eq(SqlId(id)).and(version::seq.le(seq)))
        .order(version::revision)
        .select((
            version::revision,
            version::seq,
            (version::kind, operation::redacts),
            operation::recorded_at,
            (operation::reason, operation::source, operation::made_by),
        ))
        .load(conn)?;
    let note = |(revision, seq, (kind, redacts), recorded_at, told): NoteRow| {
        let kind = done(&kind, redacts)?;
        Ok(VersionNote { revision, seq, recorded_at: recorded_at.0, kind, grounds: grounds(told) })
    };
    rows.into_iter().map(note).collect()
}

/// The versions of events that have an external id, whether they are current or not.
///
/// # Errors
/// When the database cannot be asked.
pub fn versions_with(conn: &mut AnyConnection, external: &ExternalId) -> Result<Vec<i64>, StoreError> {
    let versions = external_id::table
        .inner_join(version::table.on(version::no.eq(external_id::version_no)))
        .inner_join(entity::table.on(entity::no.eq(version::entity_no)))
        .filter(external_id::scheme.eq(&external.scheme).and(external_id::id.eq(&external.id)))
        .filter(entity::resource.eq(Resource::Event.code()))
        .select(version::no);
    Ok(versions.load(conn)?)
}

/// The first operation recorded at or after an instant; one behind the newest where there is none. `at` tells the newest
/// one recorded at or before an instant.
///
/// # Errors
/// When `at` fails.
pub fn seq_since(instant: Instant, at: impl FnOnce(Instant) -> Result<i64, StoreError>) -> Result<i64, StoreError> {
    let before = Instant::from_micros(instant.micros() - 1);
    before.map_or(Ok(0), at).map(|seq| seq + 1)
}
