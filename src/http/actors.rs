//! Actors.

use actix_web::{HttpRequest, HttpResponse};

use super::entities::{self, EntityQueryEcho, Listed};
use super::errors::{ItemErrors, ListErrors};
use super::paging::{PageInfo, list_document};
use super::params::{ActorFilterParams, PageParams, ReadHeaders, ReadParams};
use super::problem::Problem;
use crate::domain::actor::ActorContent;
use crate::domain::resource::Resource;
use crate::domain::vocabulary::ActorKind;
use crate::index::sight::Sight;
use crate::store::error::StoreError;
use crate::view::EntityHead;
use crate::view::actor::Actor;

list_document! {
    /// A page of actors.
    ActorList, Actor, EntityQueryEcho
}

impl Listed for ActorContent {
    const RESOURCE: Resource = Resource::Actor;
    const KINDS: &'static [&'static str] = ActorKind::CODES;
    type View = Actor;
    type List = ActorList;

    fn kind(&self) -> Option<&'static str> {
        Some(self.kind.code())
    }

    fn names(&self) -> Vec<&str> {
        std::iter::once(&self.name).chain(&self.aliases).map(String::as_str).collect()
    }

    fn view(&self, head: EntityHead, _: Sight<'_>) -> Result<Actor, StoreError> {
        Ok(Actor::of(head, self))
    }

    fn list(data: Vec<Actor>, page: PageInfo, query: EntityQueryEcho) -> ActorList {
        ActorList { data, page, query }
    }
}

/// The actors of the dataset, by slug.
#[utoipa::path(get, path = "/v1/actors", operation_id = "list_actors", tag = "actors",
    params(ActorFilterParams, PageParams, ReadParams, ReadHeaders),
    responses((status = 200, description = "A page of actors, with links to its neighbours in `Link`.", body = ActorList,
        headers(("ETag", description = "Weak validator of the page."),
                ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
        (status = 304, description = "The page is the one the client has."), ListErrors))]
pub async fn list_actors(req: HttpRequest) -> Result<HttpResponse, Problem> {
    entities::list::<ActorContent>(req).await
}

/// One actor.
#[utoipa::path(get, path = "/v1/actors/{id}", operation_id = "get_actor", tag = "actors",
    params(("id" = String, Path, description = "The actor's id or slug.", example = "ice"), ReadParams, ReadHeaders),
    responses((status = 200, description = "The actor.", body = Actor,
        headers(("ETag", description = "Strong validator of the actor."),
                ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
        (status = 304, description = "The actor is the one the client has."), ItemErrors))]
pub async fn get_actor(req: HttpRequest) -> Result<HttpResponse, Problem> {
    entities::get::<ActorContent>(req).await
}

entities::revision_handlers! {
    ActorContent as Actor, "actors", "ice";
    /// The versions of an actor: when, why, and field by field what each changed.
    list_actor_revisions at "/v1/actors/{id}/revisions";
    /// One version of an actor, as readers were given it when it was written.
    get_actor_revision at "/v1/actors/{id}/revisions/{n}";
}
