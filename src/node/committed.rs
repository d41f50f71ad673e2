//! What is committed of that which a group's operations name. It is asked for many operations at once, since a question
//! costs about as much as an answer; while the group holds the lock, none of it can change.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use uuid::Uuid;

use super::operation::{Command, Operation};
use crate::domain::resource::Resource;
use crate::domain::shared::ExternalId;
use crate::store::connection::AnyConnection;
use crate::store::error::StoreError;
use crate::store::imports::{ImportRecord, import_records};
use crate::store::write::{self, Newest};

type Result<T> = std::result::Result<T, StoreError>;

/// An id of another collection: scheme and id.
type Pair = (String, String);

/// Most values that one question names: each is a parameter.
const AT_ONCE: usize = 500;

/// Answers at hand. What was asked for and is not there has an answer too.
#[derive(Default)]
pub struct Committed {
    newest: HashMap<Uuid, Option<Newest>>,
    holders: HashMap<Pair, Vec<(Resource, Uuid)>>,
    imports: HashMap<Pair, Option<ImportRecord>>,
}

impl Committed {
    /// Asks for all that these operations will be checked against, as far as they name it by id.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub fn fetch<'a>(
        &mut self,
        conn: &mut AnyConnection,
        operations: impl Iterator<Item = &'a Operation>,
    ) -> Result<()> {
        let (mut ids, mut externals, mut imports) = (Vec::new(), Vec::new(), Vec::new());
        for command in operations.flat_map(|operation| &operation.commands) {
            match command {
                Command::Put { document, .. } | Command::Create { document, .. } | Command::Amend { document, .. } => {
                    ids.extend(id_of(document));
                    externals.extend(external_ids_of(document));
                }
                Command::Import { document, row } => {
                    imports.push((row.scheme.clone(), row.id.clone()));
                    externals.extend(external_ids_of(document));
                }
                Command::Lapse { scheme, row, .. } => imports.push((scheme.clone(), row.clone())),
                Command::Link { scheme, row, events, .. } => {
                    imports.push((scheme.clone(), row.clone()));
                    ids.extend(events);
                }
                Command::Replace { id, document, .. } => {
                    ids.push(*id);
                    externals.extend(external_ids_of(document));
                }
                Command::Retract { id, .. }
                | Command::Restore { id, .. }
                | Command::Redact { id, .. }
                | Command::Split { id, .. } => ids.push(*id),
                Command::Merge { id, into, .. } => ids.extend([*id, *into]),
                // It is found by its slug, in the index.
                Command::Ensure { .. } => {}
            }
        }
        self.fetch_imports(conn, imports)?;
        ids.extend(self.imports.values().flatten().map(|record| record.event));
        self.fetch_newest(conn, ids)?;
        self.fetch_holders(conn, externals)
    }

    /// The newest committed version of a member.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub fn newest(&mut self, conn: &mut AnyConnection, id: Uuid) -> Result<Option<Newest>> {
        self.fetch_newest(conn, vec![id])?;
        Ok(self.newest.get(&id).cloned().flatten())
    }

    /// The committed members of a resource that have this external id.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub fn holders(
        &mut self,
        conn: &mut AnyConnection,
        resource: Resource,
        external: &ExternalId,
    ) -> Result<impl Iterator<Item = Uuid>> {
        let pair = (external.scheme.clone(), external.id.clone());
        self.fetch_holders(conn, vec![pair.clone()])?;
        let holders = self.holders.get(&pair).into_iter().flatten();
        Ok(holders.filter(move |(of, _)| *of == resource).map(|(_, id)| *id))
    }

    /// What an imported row said when it was last taken over.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub fn import(&mut self, conn: &mut AnyConnection, scheme: &str, id: &str) -> Result<Option<ImportRecord>> {
        let pair = (scheme.to_owned(), id.to_owned());
        self.fetch_imports(conn, vec![pair.clone()])?;
        Ok(self.imports.get(&pair).copied().flatten())
    }

    fn fetch_newest(&mut self, conn: &mut AnyConnection, mut ids: Vec<Uuid>) -> Result<()> {
        ids.retain(|id| !self.newest.contains_key(id));
        self.newest.extend(ids.iter().map(|id| (*id, None)));
        for ids in ids.chunks(AT_ONCE) {
            let found = write::newest(conn, ids)?;
            self.newest.extend(found.into_iter().map(|newest| (newest.id, Some(newest))));
        }
        Ok(())
    }

    fn fetch_holders(&mut self, conn: &mut AnyConnection, mut pairs: Vec<Pair>) -> Result<()> {
        pairs.retain(|pair| !self.holders.contains_key(pair));
        for (scheme, ids) in by_scheme(&pairs) {
            for ids in ids.chunks(AT_ONCE) {
                for (id, resource, holder) in write::holders_of(conn, scheme, ids)? {
                    self.holders.entry((scheme.to_owned(), id)).or_default().push((resource, holder));
                }
            }
        }
        for pair in pairs {
            self.holders.entry(pair).or_default();
        }
        Ok(())
    }

    fn fetch_imports(&mut self, conn: &mut AnyConnection, mut pairs: Vec<Pair>) -> Result<()> {
        pairs.retain(|pair| !self.imports.contains_key(pair));
        for (scheme, ids) in by_scheme(&pairs) {
            for ids in ids.chunks(AT_ONCE) {
                let found = import_records(conn, scheme, ids)?;
                self.imports.extend(found.into_iter().map(|(id, record)| ((scheme.to_owned(), id), Some(record))));
            }
        }
        for pair in pairs {
            self.imports.entry(pair).or_default();
        }
        Ok(())
    }
}

/// The ids of each scheme, each once.
fn by_scheme(pairs: &[Pair]) -> HashMap<&str, Vec<&str>> {
    let mut schemes: HashMap<&str, Vec<&str>> = HashMap::new();
    let once: HashSet<&Pair> = pairs.iter().collect();
    for (scheme, id) in once {
        schemes.entry(scheme).or_default().push(id);
    }
    schemes
}

// What cannot be read here has a fault that is told later, or is asked for again by its right spelling.

fn id_of(document: &Value) -> Option<Uuid> {
    document.get("id")?.as_str()?.parse().ok()
}

fn external_ids_of(document: &Value) -> impl Iterator<Item = Pair> {
    let pairs = document.get("external_ids").and_then(Value::as_array).into_iter().flatten();
    // U+0000 has no place in text, and PostgreSQL cannot even be asked for it.
    let text = |value: &Value| value.as_str().filter(|text| !text.contains('\0')).map(str::to_owned);
    pairs.filter_map(move |pair| Some((text(pair.get("scheme")?)?, text(pair.get("id")?)?)))
}
