//! Links between events that a file tells of as one happening: each counter-protest to what it opposes.
//!
//! Left aside: holding counter-protests back until the file has been read, so that they are written with their links. What
//! they oppose may come with a later file, and then there is only the event to be linked. So which rows stand together is
//! remembered beside the events, and links are made from that, exactly and again and again: whatever comes first, and
//! wherever an import was broken off, the same links come out.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::domain::vocabulary::LinkRelation;
use crate::import::mapped::Group;
use crate::node::operation::Command;
use crate::store::connection::{AnyConnection, DatabaseUrl};
use crate::store::error::StoreError;
use crate::store::import_groups::{GroupRow, Member, group_rows, members, opposed_groups, replace_group_rows};

/// So many rows are linked at a time, so that memory stays bounded.
const AT_ONCE: usize = 10_000;

/// Most events that one happening is believed to have; of more nobody can say who opposed whom.
const MOST: i64 = 100;

/// The rows of a collection that were taken over and are not linked yet.
pub struct Linker {
    scheme: String,
    conn: AnyConnection,
    rows: BTreeMap<String, Option<Group>>,
}

impl Linker {
    /// A linker with a connection of its own.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub fn new(database: &DatabaseUrl, scheme: &str) -> Result<Self, StoreError> {
        Ok(Self { scheme: scheme.to_owned(), conn: database.connect()?, rows: BTreeMap::new() })
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
        let known = group_rows(&mut self.conn, &self.scheme, &ids)?;
        self.remember(&rows, &known)?;
        let mut commands = Vec::new();
        let opposes = |row: &str| rows[row].as_ref().is_some_and(|group| group.opposes);
        for was in known.iter().filter(|was| was.opposes && !opposes(&was.id)) {
            commands.push(self.link(was.id.clone(), Vec::new()));
        }
        // Also of groups that were remembered already: whether they were linked is not known.
        let now = rows.values().flatten().map(|group| group.name.as_str());
        let names: BTreeSet<&str> = now.chain(known.iter().map(|was| was.name.as_str())).collect();
        let names: Vec<&str> = names.into_iter().collect();
        commands.extend(self.within(&names)?);
        Ok(commands)
    }

    /// Remembers where rows stand, as far as that is new.
    fn remember(&mut self, rows: &BTreeMap<String, Option<Group>>, known: &[GroupRow]) -> Result<(), StoreError> {
        let scheme = &self.scheme;
        let row = |(id, group): (&String, &Option<Group>)| {
            let Group { name, opposes } = group.clone()?;
            Some(GroupRow { scheme: scheme.clone(), id: id.clone(), name, opposes })
        };
        let mut now: Vec<GroupRow> = rows.iter().filter_map(row).collect();
        let gone: Vec<&str> = known.iter().filter(|was| !now.contains(was)).map(|was| was.id.as_str()).collect();
        now.retain(|row| !known.contains(row));
        if gone.is_empty() && now.is_empty() {
            return Ok(());
        }
        replace_group_rows(&mut self.conn, scheme, &gone, &now)
    }

    /// What links the events of these groups. Most groups have nobody who opposes anything, and are asked for no more.
    fn within(&mut self, names: &[&str]) -> Result<Vec<Command>, StoreError> {
        let mut sides: BTreeMap<String, (Vec<Member>, Vec<Uuid>)> = BTreeMap::new();
        for (name, rows) in opposed_groups(&mut self.conn, &self.scheme, names)? {
            if rows > MOST {
                log::warn!("{rows} rows are `{name}`, more than {MOST}: they are not linked");
            } else {
                sides.insert(name, Default::default());
            }
        }
        let names: Vec<&str> = sides.keys().map(String::as_str).collect();
        for member in members(&mut self.conn, &self.scheme, &names)? {
            if let Some((against, rest)) = sides.get_mut(&member.group) {
                if member.opposes { against.push(member) } else { rest.push(member.event) }
            }
        }
        let links = sides.into_values().flat_map(|(against, rest)| {
            against.into_iter().map(move |member| (member.row, rest.clone())).collect::<Vec<_>>()
        });
        Ok(links.map(|(row, events)| self.link(row, events)).collect())
    }

    fn link(&self, row: String, events: Vec<Uuid>) -> Command {
        Command::Link { scheme: self.scheme.clone(), row, relation: LinkRelation::CounterOf, events }
    }
}
