//! A world in memory that takes in what was mapped.

use std::collections::HashMap;

use uuid::Uuid;

use super::mapped::Mapped;
use crate::domain::actor::ActorContent;
use crate::domain::catalog::{Catalog, Known, LocationFacts};
use crate::domain::event::EventContent;
use crate::domain::identity::Identity;
use crate::domain::place::LocationContent;
use crate::domain::resource::{Reference, Resource};
use crate::domain::source::SourceContent;
use crate::domain::vocabulary::LocationKind;

/// Documents read as the writer reads them: what is refused here would be refused there.
#[derive(Default)]
pub struct World {
    pub entities: HashMap<(Resource, String), Uuid>,
    pub locations: HashMap<Uuid, LocationContent>,
    pub actors: HashMap<Uuid, ActorContent>,
    pub sources: HashMap<Uuid, SourceContent>,
}

impl Catalog for World {
    fn find(&self, resource: Resource, reference: &Reference) -> Option<Known> {
        let id = *self.entities.get(&(resource, reference.to_string()))?;
        Some(Known { id, no: 0 })
    }

    fn location(&self, id: Uuid) -> Option<LocationFacts> {
        let location = self.locations.get(&id)?;
        let time_zone = location.time_zone.as_ref().and_then(|zone| zone.parse().ok());
        let time_zone = time_zone.or_else(|| self.location(location.parent?)?.time_zone);
        Some(LocationFacts { kind: location.kind, time_zone })
    }

    fn publisher(&self, id: Uuid) -> Option<String> {
        self.sources.get(&id).map(|source| source.publisher.clone())
    }

    fn would_close_circle(&self, child: Uuid, parent: Uuid) -> bool {
        child == parent
    }

    fn topmost_child(&self, id: Uuid) -> Option<LocationKind> {
        self.locations.values().filter(|location| location.parent == Some(id)).map(|location| location.kind).min()
    }

    fn fresh_id(&self) -> Uuid {
        Uuid::new_v4()
    }
}

impl World {
    /// Takes a record in, which must be without a fault.
    pub fn put(&mut self, mapped: Mapped) -> EventContent {
        for (resource, document) in mapped.entities {
            let slug = Identity::read(resource, &document).expect("a good slug").slug.expect("a slug");
            let id = *self.entities.entry((resource, slug.as_str().to_owned())).or_insert_with(Uuid::new_v4);
            match resource {
                Resource::Location => {
                    let content = LocationContent::read(&document, id, self).expect("a good location");
                    self.locations.insert(id, content);
                }
                Resource::Actor => {
                    self.actors.insert(id, ActorContent::read(&document, id, self).expect("a good actor"));
                }
                Resource::Source => {
                    self.sources.insert(id, SourceContent::read(&document, id, self).expect("a good source"));
                }
                other => panic!("{other} is not made"),
            }
        }
        let event = mapped.event.expect("an event");
        EventContent::read(&event, Uuid::new_v4(), self)
            .unwrap_or_else(|faults| panic!("line {}: {faults:?} in {event}", mapped.line))
    }
}
