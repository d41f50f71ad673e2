//! Links between events that a file tells of as one happening: each counter-protest to what it opposes.
//!
//! Left aside: holding counter-protests back until the file has been read, so that they are written with their links. What
//! they oppose may come with a later file, and then there is only the event to be linked. So which rows stand together is
//! remembered beside the events, and links are made from that, exactly and again and again: whatever comes first, and
//! wherever an import was broken off, the same links come out.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::vocabulary::LinkRelation;
use crate::import::ccc::Group;
use crate::node::operation::Command;
use crate::store::connection::{AnyConnection, DatabaseUrl};
use crate::store::error::StoreError;
use crate::store::import_groups::{GroupRow, group_rows, members, replace_group_rows};

/// So many rows are linked at a time, so that memory stays bounded.
const AT_ONCE: usize = 10_000;

/// Most events that one happening is believed to have; of more nobody can say who opposed whom.
const MOST: usize = 100;

/// The rows of a collection that were taken over and are not linked yet.
pub struct Linker {
    scheme: &'static str,
    conn: AnyConnection,
    rows: BTreeMap<String, Option<Group>>,
}

impl Linker {
    /// A linker with a connection of its own.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub fn new(database: &DatabaseUrl, scheme: &'static str) -> Result<Self, StoreError> {
        Ok(Self { scheme, conn: database.connect()?, rows: BTreeMap::new() })
    }

    /// Notes a row that is stored.
    pub fn add(&mut self, row: String, group: Option<Group>) {
        self.rows.insert(row, group);
    }

    /// Whether it is time to link what was noted.
    pub fn is_full(&self) -> bool {
        self.rows.len() >= AT_ONCE
    }

    /// Remembers where the noted rows stand, and tells what is to be done so that the links say it.
    ///
    /// # Errors
    /// When the database failed.
    pub fn commands(&mut self) -> Result<Vec<Command>, StoreError> {
        let rows = std::mem::take(&mut self.rows);
        let ids: Vec<&str> = rows.keys().map(String::as_str).collect();
        let known = group_rows(&mut self.conn, self.scheme, &ids)?;
        self.remember(&rows, &known)?;
        let mut commands = Vec::new();
        let opposes = |row: &str| rows[row].as_ref().is_some_and(|group| group.opposes);
        for was in known.iter().filter(|was| was.opposes && !opposes(&was.id)) {
            commands.push(self.link(was.id.clone(), Vec::new()));
        }
        // Also of groups that were remembered already: whether they were linked is not known.
        let now = rows.values().flatten().map(|group| group.name.as_str());
        let names: BTreeSet<&str> = now.chain(known.iter().map(|was| was.name.as_str())).collect();
        for name in names {
            commands.extend(self.within(name)?);
        }
        Ok(commands)
    }

    /// Remembers where rows stand, as far as that is new.
    fn remember(&mut self, rows: &BTreeMap<String, Option<Group>>, known: &[GroupRow]) -> Result<(), StoreError> {
        let scheme = self.scheme;
        let row = |(id, group): (&String, &Option<Group>)| {
            let Group { name, opposes } = group.clone()?;
            Some(GroupRow { scheme: scheme.to_owned(), id: id.clone(), name, opposes })
        };
        let mut now: Vec<GroupRow> = rows.iter().filter_map(row).collect();
        let gone: Vec<&str> = known.iter().filter(|was| !now.contains(was)).map(|was| was.id.as_str()).collect();
        now.retain(|row| !known.contains(row));
        if gone.is_empty() && now.is_empty() {
            return Ok(());
        }
        replace_group_rows(&mut self.conn, scheme, &gone, &now)
    }

    /// What links the events of one happening.
    fn within(&mut self, name: &str) -> Result<Vec<Command>, StoreError> {
        let members = members(&mut self.conn, self.scheme, name, MOST + 1)?;
        if members.len() > MOST {
            log::warn!("more than {MOST} rows are `{name}`: they are not linked");
            return Ok(Vec::new());
        }
        let (against, rest): (Vec<_>, Vec<_>) = members.into_iter().partition(|member| member.opposes);
        let opposed: Vec<_> = rest.iter().map(|member| member.event).collect();
        Ok(against.into_iter().map(|member| self.link(member.row, opposed.clone())).collect())
    }

    fn link(&self, row: String, events: Vec<uuid::Uuid>) -> Command {
        Command::Link { scheme: self.scheme.to_owned(), row, relation: LinkRelation::CounterOf, events }
    }
}
