//! Actors, and their part in an event.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::catalog::Catalog;
use super::input::{Fault, Input, MAX_NAME, Reading};
use super::references;
use super::resource::Resource;
use super::shared::{ExternalId, aliases, external_ids, own_parent};
use super::vocabulary::{ActorKind, ActorRole};

/// The values of one version of an actor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the same fields, described for readers, are in `view::actor::Actor`")]
pub struct ActorContent {
    pub name: String,
    pub kind: ActorKind,
    pub aliases: Vec<String>,
    pub parent: Option<Uuid>,
    pub external_ids: Vec<ExternalId>,
}

impl ActorContent {
    /// Reads an actor from outside.
    ///
    /// # Errors
    /// Every fault of the document; `person_refused` for a private individual.
    pub fn read(document: &Value, id: Uuid, catalog: &dyn Catalog) -> Result<Self, Vec<Fault>> {
        Reading::document(document, catalog, |o| {
            let name = o.required("name").and_then(|i| i.text(MAX_NAME));
            let kind = o.required("kind").and_then(kind);
            Some(Self {
                aliases: aliases(o),
                parent: own_parent(o, Resource::Actor, id),
                external_ids: external_ids(o),
                name: name?,
                kind: kind?,
            })
        })
    }
}

fn kind(input: Input<'_>) -> Option<ActorKind> {
    if input.raw() == "person" {
        let reason = "A private individual is never an actor: being named in protest data gets people hurt. \
                      Use `public_official` for office holders, `participants` or `bystanders` for unnamed people.";
        input.fault("person_refused", reason);
        return None;
    }
    input.code(ActorKind::parse, "kind of actor")
}

/// An actor's part in an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the same fields, described for readers, are in `view::event::EventActorItem`")]
pub struct Participation {
    #[serde(with = "references::one")]
    pub actor: Uuid,
    pub role: ActorRole,
}

/// Reads one of an event's `actors`.
pub fn participation(input: Input<'_>) -> Option<Participation> {
    input.object(|o| {
        let actor = o.required("actor").and_then(|i| i.named(Resource::Actor));
        let role = o.required("role").and_then(|i| i.code(ActorRole::parse, "role of an actor"));
        Some(Participation { actor: actor?.id, role: role? })
    })
}
