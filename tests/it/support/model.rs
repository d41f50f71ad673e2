//! A plain model of what is kept: members by their ids, as they must be read at one operation. It goes by the documentation
//! and knows nothing of the program's own code, so that whatever the program works out by other ways is held against it.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::{Value, json};

use super::model_documents::{each_reference, hand_over, listed, references, take_in};

/// The text of a UUID.
pub type Id = String;

/// What a write makes of a moment: the next one, the same one where nothing changes, or the status with which it is refused.
pub type Verdict = Result<Moment, u16>;

/// What became of a member.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    There,
    Withdrawn,
    Merged(Id),
    Split(Vec<Id>),
}

/// What the history tells of a version.
#[derive(Clone, Debug)]
pub struct Version {
    pub seq: i64,
    pub kind: &'static str,
    pub reason: String,
}

/// An event, an actor, a location, a source, a campaign or a timeline.
#[derive(Clone, Debug)]
pub struct Member {
    /// The list that it stands in, such as `events`.
    pub list: &'static str,
    /// Counts the members in the order in which they were created.
    pub number: usize,
    /// Events have none.
    pub slug: Option<String>,
    /// What was written last, with ids for all that it names.
    pub document: Value,
    pub standing: Standing,
    pub versions: Vec<Version>,
}

/// All members as they are at one operation.
#[derive(Clone, Debug, Default)]
pub struct Moment {
    pub seq: i64,
    pub members: BTreeMap<Id, Rc<Member>>,
}

impl Moment {
    /// All members that were ever created, in that order: ids are others in each run, and a seed must give the same story.
    pub fn known(&self) -> Vec<(&Id, &Member)> {
        let mut known: Vec<(&Id, &Member)> = self.members.iter().map(|(id, member)| (id, &**member)).collect();
        known.sort_by_key(|(_, member)| member.number);
        known
    }

    /// The members of a list that are there, in the order in which they were created.
    pub fn there(&self, list: &str) -> Vec<&Id> {
        let known = self.known().into_iter();
        known.filter(|(_, one)| one.list == list && one.standing == Standing::There).map(|(id, _)| id).collect()
    }

    pub fn is_there(&self, id: &str) -> bool {
        self.members.get(id).is_some_and(|member| member.standing == Standing::There)
    }

    /// What took in a member, over as many merges as there were; else itself.
    pub fn survivor<'a>(&'a self, mut id: &'a str) -> &'a str {
        while let Some(Standing::Merged(into)) = self.members.get(id).map(|member| &member.standing) {
            id = into;
        }
        id
    }

    /// A member, what it is a part of, and so on.
    pub fn line<'a>(&'a self, id: &'a str) -> Vec<&'a str> {
        let mut line = vec![id];
        while let Some(parent) =
            self.members.get(line[line.len() - 1]).and_then(|one| one.document["parent_id"].as_str())
        {
            line.push(self.survivor(parent));
        }
        line
    }

    /// The links that an event has, as (subject, relation, object), where both ends can be seen.
    pub fn links_of(&self, id: &str) -> BTreeSet<(&str, &str, &str)> {
        let mut links = BTreeSet::new();
        for subject in self.there("events") {
            for link in listed(&self.members[subject].document, "links") {
                let (relation, object) = (link["relation"].as_str(), link["event"]["id"].as_str());
                let (relation, object) = relation.zip(object).expect("a link");
                if (subject == id || object == id) && self.is_there(id) && self.is_there(object) {
                    links.insert((subject.as_str(), relation, object));
                }
            }
        }
        links
    }

    /// A new member.
    pub fn create(&self, list: &'static str, id: &str, slug: Option<&str>, document: &Value, reason: &str) -> Verdict {
        let mut next = self.next();
        next.add(list, id, slug, document, reason)?;
        Ok(next)
    }

    /// Another document of a member, made of the one that it has.
    pub fn change(&self, id: &str, reason: &str, edit: impl FnOnce(&mut Value)) -> Verdict {
        let member = self.current(id)?;
        let mut document = member.document.clone();
        edit(&mut document);
        let document = self.read(member.list, id, document, &references(&member.document))?;
        if document == member.document {
            return Ok(self.clone());
        }
        let mut next = self.next();
        next.write(id, document, "corrected", reason);
        next.without_circles()
    }

    /// A member is withdrawn.
    pub fn retract(&self, id: &str, reason: &str) -> Verdict {
        self.current(id)?;
        let mut next = self.next();
        next.end(id, Standing::Withdrawn, "retracted", reason);
        Ok(next)
    }

    /// A member that was withdrawn is given back what it had.
    pub fn restore(&self, id: &str, reason: &str) -> Verdict {
        let member = match self.current(id) {
            Ok(_) => return Err(409),
            Err(410) if self.members[id].standing == Standing::Withdrawn => &self.members[id],
            Err(status) => return Err(status),
        };
        let document = self.read(member.list, id, member.document.clone(), &BTreeSet::new())?;
        let mut next = self.next();
        next.write(id, document, "restored", reason);
        next.without_circles()
    }

    /// A member takes in another one.
    pub fn merge(&self, id: &str, into: &str, reason: &str) -> Verdict {
        let gone = self.current(id)?;
        let keeper = self.current(into).map_err(|_| 422_u16)?;
        if id == into || gone.list != keeper.list {
            return Err(422);
        }
        let mut next = self.next();
        let mut document = keeper.document.clone();
        take_in(&mut document, into, id, &gone.document);
        next.end(id, Standing::Merged(into.to_owned()), "merged", reason);
        next.judge(&mut document);
        next.write(into, document, "corrected", reason);
        next.follow(id, &[into.to_owned()], reason);
        next.without_circles()
    }

    /// Other events, with the ids that they were given, take the place of one.
    pub fn split(&self, id: &str, parts: &[(Id, Value)], reason: &str) -> Verdict {
        self.current(id)?;
        if parts.len() < 2 {
            return Err(422);
        }
        let into: Vec<Id> = parts.iter().map(|(part, _)| part.clone()).collect();
        let mut next = self.next();
        next.end(id, Standing::Split(into.clone()), "split", reason);
        for (part, document) in parts {
            next.add("events", part, None, document, reason)?;
        }
        next.follow(id, &into, reason);
        Ok(next)
    }

    /// A member that can be changed; else the status with which it is told what became of it.
    pub fn current(&self, id: &str) -> Result<&Member, u16> {
        let member = self.members.get(id).ok_or(404_u16)?;
        match member.standing {
            Standing::There => Ok(member),
            Standing::Merged(_) => Err(308),
            Standing::Withdrawn | Standing::Split(_) => Err(410),
        }
    }

    fn next(&self) -> Self {
        Self { seq: self.seq + 1, members: self.members.clone() }
    }

    fn add(
        &mut self,
        list: &'static str,
        id: &str,
        slug: Option<&str>,
        document: &Value,
        reason: &str,
    ) -> Result<(), u16> {
        let document = self.read(list, id, document.clone(), &BTreeSet::new())?;
        if slug.is_some() && self.members.values().any(|one| one.list == list && one.slug.as_deref() == slug) {
            return Err(422);
        }
        let (number, slug) = (self.members.len(), slug.map(str::to_owned));
        let member = Member { list, number, slug, document: Value::Null, standing: Standing::There, versions: vec![] };
        self.members.insert(id.to_owned(), Rc::new(member));
        self.write(id, document, "created", reason);
        Ok(())
    }

    /// A document with what its names mean now. What was named before may stay named, whatever became of it.
    fn read(&self, list: &str, id: &str, mut document: Value, kept: &BTreeSet<Id>) -> Result<Value, u16> {
        let mut unknown = false;
        each_reference(&mut document, &mut |named| {
            let text = named.as_str().expect("an id").to_owned();
            let may_be_named = |id: &str| self.is_there(id) || kept.contains(id);
            let meant = [text.as_str(), self.survivor(&text)].into_iter().find(|id| may_be_named(id));
            unknown |= meant.is_none();
            *named = json!(meant);
        });
        for name in ["sources", "campaigns", "coverage"] {
            if let Some(list) = document.get_mut(name) {
                *list = once(list.as_array().expect("a list")).into();
            }
        }
        let links = listed(&document, "links");
        let linked = |link: &Value| json!([link["relation"], link["event"]["id"]]);
        let is_double = once(&links.iter().map(linked).collect::<Vec<_>>()).len() < links.len();
        let to_itself = links.iter().any(|link| link["event"]["id"] == id);
        let holds = |other: &Member| {
            let ids = listed(&other.document, "external_ids");
            ids.iter().any(|one| listed(&document, "external_ids").contains(one))
        };
        let others = self.members.iter().filter(|(other, _)| *other != id).map(|(_, other)| other);
        let mut others = others.filter(|other| other.list == list && other.standing == Standing::There);
        let is_taken = others.any(|other| holds(other));
        if unknown || is_double || to_itself || is_taken {
            return Err(422);
        }
        self.judge(&mut document);
        Ok(document)
    }

    /// By rule, an event that two publishers report is corroborated.
    fn judge(&self, document: &mut Value) {
        let Some(sources) = document["sources"].as_array() else {
            return;
        };
        let named = sources.iter().filter_map(|source| self.members.get(source["id"].as_str()?));
        let there = named.filter(|source| source.standing == Standing::There);
        let publishers: BTreeSet<&str> = there.filter_map(|source| source.document["publisher"].as_str()).collect();
        document["verification"] = json!(if publishers.len() > 1 { "corroborated" } else { "reported" });
    }

    fn write(&mut self, id: &str, document: Value, kind: &'static str, reason: &str) {
        let seq = self.seq;
        let member = Rc::make_mut(self.members.get_mut(id).expect("a member"));
        (member.document, member.standing) = (document, Standing::There);
        member.versions.push(Version { seq, kind, reason: reason.to_owned() });
    }

    fn end(&mut self, id: &str, standing: Standing, kind: &'static str, reason: &str) {
        let document = self.members[id].document.clone();
        self.write(id, document, kind, reason);
        Rc::make_mut(self.members.get_mut(id).expect("a member")).standing = standing;
    }

    /// Whatever is there and names a member that ceased names what took its place.
    fn follow(&mut self, gone: &str, into: &[Id], reason: &str) {
        let names = |one: &Member| one.standing == Standing::There && references(&one.document).contains(gone);
        let following = self.members.iter().filter(|(id, one)| !into.contains(id) && names(one));
        let following: Vec<Id> = following.map(|(id, _)| id.clone()).collect();
        for id in &following {
            let mut document = self.members[id].document.clone();
            hand_over(&mut document, gone, into);
            self.judge(&mut document);
            self.write(id, document, "corrected", reason);
        }
    }

    /// Nothing is a part of itself, nor of what was withdrawn and was a part of it: that may come back.
    fn without_circles(self) -> Verdict {
        let above = |id: &str| self.members[id].document["parent_id"].as_str().map(|parent| self.survivor(parent));
        for start in self.members.keys() {
            let line = std::iter::successors(Some(start.as_str()), |id| above(id));
            if line.take(self.members.len() + 1).count() > self.members.len() {
                return Err(422);
            }
        }
        Ok(self)
    }
}

fn once(items: &[Value]) -> Vec<Value> {
    let mut kept: Vec<Value> = Vec::new();
    for item in items {
        if !kept.contains(item) {
            kept.push(item.clone());
        }
    }
    kept
}
