//! Changes behind an operation, read as they are stored and parsed.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;
use uuid::Uuid;

use super::{Change, ChangeKind, Edition, GroundsRow, grounds};
use crate::domain::content::Content;
use crate::domain::grounds::Grounds;
use crate::domain::resource::Resource;
use crate::store::connection::AnyConnection;
use crate::store::document::{Audience, Document};
use crate::store::error::StoreError;
use crate::store::redaction::grounds_of;
use crate::store::schema::{document, entity, lineage, operation, version};
use crate::store::sql_types::{SqlId, SqlInstant};

type ChangeRow =
    ((i64, i64, i32, String), (i64, String, SqlId, Option<String>, bool), (i64, SqlInstant, GroundsRow, bool));

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
