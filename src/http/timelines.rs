//! Timelines.

use actix_web::{HttpRequest, HttpResponse};

use super::entities::{self, EntityQueryEcho, Listed};
use super::errors::{ItemErrors, ListErrors};
use super::paging::{PageInfo, list_document};
use super::params::{NamedFilterParams, PageParams, ReadHeaders, ReadParams};
use super::problem::Problem;
use crate::domain::resource::Resource;
use crate::domain::timeline::TimelineContent;
use crate::index::sight::Sight;
use crate::store::error::StoreError;
use crate::view::EntityHead;
use crate::view::timeline::Timeline;

list_document! {
    /// A page of timelines.
    TimelineList, Timeline, EntityQueryEcho
}

impl Listed for TimelineContent {
    const RESOURCE: Resource = Resource::Timeline;
    const KINDS: &'static [&'static str] = &[];
    type View = Timeline;
    type List = TimelineList;

    fn kind(&self) -> Option<&'static str> {
        None
    }

    fn names(&self) -> Vec<&str> {
        vec![&self.title]
    }

    fn view(&self, head: EntityHead, sight: Sight<'_>) -> Result<Timeline, StoreError> {
        Ok(Timeline::of(head, self, |id| sight.event(id).is_some()))
    }

    fn list(data: Vec<Timeline>, page: PageInfo, query: EntityQueryEcho) -> TimelineList {
        TimelineList { data, page, query }
    }
}

/// The timelines of the dataset, by slug.
#[utoipa::path(get, path = "/v1/timelines", operation_id = "list_timelines", tag = "timelines",
    params(NamedFilterParams, PageParams, ReadParams, ReadHeaders),
    responses((status = 200, description = "A page of timelines, with links to its neighbours in `Link`.", body = TimelineList,
        headers(("ETag", description = "Weak validator of the page."),
                ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
        (status = 304, description = "The page is the one the client has."), ListErrors))]
pub async fn list_timelines(req: HttpRequest) -> Result<HttpResponse, Problem> {
    entities::list::<TimelineContent>(req).await
}

/// One timeline.
#[utoipa::path(get, path = "/v1/timelines/{id}", operation_id = "get_timeline", tag = "timelines",
    params(("id" = String, Path, description = "The timeline's id or slug.", example = "ice-out-los-angeles"), ReadParams, ReadHeaders),
    responses((status = 200, description = "The timeline.", body = Timeline,
        headers(("ETag", description = "Strong validator of the timeline."),
                ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
        (status = 304, description = "The timeline is the one the client has."), ItemErrors))]
pub async fn get_timeline(req: HttpRequest) -> Result<HttpResponse, Problem> {
    entities::get::<TimelineContent>(req).await
}

entities::revision_handlers! {
    TimelineContent as Timeline, "timelines", "ice-out-los-angeles";
    /// The versions of a timeline: when, why, and field by field what each changed.
    list_timeline_revisions at "/v1/timelines/{id}/revisions";
    /// One version of a timeline, as readers were given it when it was written.
    get_timeline_revision at "/v1/timelines/{id}/revisions/{n}";
}
