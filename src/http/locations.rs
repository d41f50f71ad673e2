//! Locations.

use actix_web::{HttpRequest, HttpResponse};

use super::entities::{self, EntityQueryEcho, Listed};
use super::errors::{ItemErrors, ListErrors};
use super::paging::{PageInfo, list_document};
use super::params::{LocationFilterParams, PageParams, ReadHeaders, ReadParams};
use super::problem::Problem;
use crate::domain::place::LocationContent;
use crate::domain::resource::Resource;
use crate::domain::vocabulary::LocationKind;
use crate::index::sight::Sight;
use crate::store::error::StoreError;
use crate::view::EntityHead;
use crate::view::location::Location;

list_document! {
    /// A page of locations.
    LocationList, Location, EntityQueryEcho
}

impl Listed for LocationContent {
    const RESOURCE: Resource = Resource::Location;
    const KINDS: &'static [&'static str] = LocationKind::CODES;
    type View = Location;
    type List = LocationList;

    fn kind(&self) -> Option<&'static str> {
        Some(self.kind.code())
    }

    fn names(&self) -> Vec<&str> {
        vec![&self.name]
    }

    fn view(&self, head: EntityHead, sight: Sight<'_>) -> Result<Location, StoreError> {
        Location::of(head, self, sight.names())
    }

    fn list(data: Vec<Location>, page: PageInfo, query: EntityQueryEcho) -> LocationList {
        LocationList { data, page, query }
    }
}

/// The locations of the dataset, by slug.
#[utoipa::path(get, path = "/v1/locations", operation_id = "list_locations", tag = "locations",
    params(LocationFilterParams, PageParams, ReadParams, ReadHeaders),
    responses((status = 200, description = "A page of locations, with links to its neighbours in `Link`.", body = LocationList,
        headers(("ETag", description = "Weak validator of the page."),
                ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
        (status = 304, description = "The page is the one the client has."), ListErrors))]
pub async fn list_locations(req: HttpRequest) -> Result<HttpResponse, Problem> {
    entities::list::<LocationContent>(req).await
}

/// One location.
#[utoipa::path(get, path = "/v1/locations/{id}", operation_id = "get_location", tag = "locations",
    params(("id" = String, Path, description = "The location's id or slug.", example = "los-angeles"), ReadParams, ReadHeaders),
    responses((status = 200, description = "The location.", body = Location,
        headers(("ETag", description = "Strong validator of the location."),
                ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
        (status = 304, description = "The location is the one the client has."), ItemErrors))]
pub async fn get_location(req: HttpRequest) -> Result<HttpResponse, Problem> {
    entities::get::<LocationContent>(req).await
}

entities::revision_handlers! {
    LocationContent as Location, "locations", "los-angeles";
    /// The versions of a location: when, why, and field by field what each changed.
    list_location_revisions at "/v1/locations/{id}/revisions";
    /// One version of a location, as readers were given it when it was written.
    get_location_revision at "/v1/locations/{id}/revisions/{n}";
}
