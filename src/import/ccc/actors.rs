//! Who took part, who called for it and whom it was directed at.

use serde_json::{Value, json};

use super::columns::Column;
use super::row::{Findings, Row};
use crate::domain::vocabulary::ActorRole;
use crate::import::actors::{Actor, body, group};
use crate::import::entities::Entities;
use crate::import::persons::Expecting;

/// Where the actors of these files are.
const COUNTRY: &str = "us";

/// The event's actors, each once in each role; their documents are added.
pub fn actors(row: &Row<'_>, entities: &mut Entities, found: &mut Findings) -> Vec<Value> {
    let mut list = List { members: Vec::new(), entities };
    for item in row.list(Column::Organizations) {
        match body(COUNTRY, item, Expecting::Bodies) {
            Ok(actor) => list.add(actor, ActorRole::Organizer),
            Err(reason) => found.lose(row, Column::Organizations, reason),
        }
    }
    for item in row.list(Column::Participants) {
        match group(COUNTRY, item) {
            Ok(actor) => list.add(actor, ActorRole::Participant),
            Err(reason) => found.lose(row, Column::Participants, reason),
        }
    }
    // The older column holds bodies and kinds of people in one list.
    for item in row.list(Column::Actors) {
        match group(COUNTRY, item).or_else(|_| body(COUNTRY, item, Expecting::Bodies)) {
            Ok(actor) if list.has(&actor) => {}
            Ok(actor) => list.add(actor, ActorRole::Participant),
            Err(reason) => found.lose(row, Column::Actors, reason),
        }
    }
    for item in row.list(Column::Targets) {
        match body(COUNTRY, item, Expecting::Anything) {
            Ok(actor) => list.add(actor, ActorRole::Target),
            Err(reason) => found.lose(row, Column::Targets, reason),
        }
    }
    let participation = |(slug, role): &(String, ActorRole)| json!({"actor": {"id": slug}, "role": role.code()});
    list.members.iter().map(participation).collect()
}

struct List<'a> {
    members: Vec<(String, ActorRole)>,
    entities: &'a mut Entities,
}

impl List<'_> {
    fn has(&self, actor: &Actor) -> bool {
        self.members.iter().any(|(slug, _)| *slug == actor.slug)
    }

    fn add(&mut self, actor: Actor, role: ActorRole) {
        if self.members.iter().any(|(slug, known)| *slug == actor.slug && *known == role) {
            return;
        }
        actor.add_to(self.entities);
        self.members.push((actor.slug, role));
    }
}
