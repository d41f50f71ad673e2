//! Sources.

use actix_web::{HttpRequest, HttpResponse};

use super::entities::{self, EntityQueryEcho, Listed};
use super::errors::{ItemErrors, ListErrors};
use super::paging::{PageInfo, list_document};
use super::params::{PageParams, ReadHeaders, ReadParams, SourceFilterParams};
use super::problem::Problem;
use crate::domain::resource::Resource;
use crate::domain::source::SourceContent;
use crate::domain::vocabulary::SourceKind;
use crate::index::sight::Sight;
use crate::store::error::StoreError;
use crate::view::EntityHead;
use crate::view::source::Source;

list_document! {
    /// A page of sources.
    SourceList, Source, EntityQueryEcho
}

impl Listed for SourceContent {
    const RESOURCE: Resource = Resource::Source;
    const KINDS: &'static [&'static str] = SourceKind::CODES;
    type View = Source;
    type List = SourceList;

    fn kind(&self) -> Option<&'static str> {
        Some(self.kind.code())
    }

    fn names(&self) -> Vec<&str> {
        std::iter::once(&self.publisher).chain(&self.title).map(String::as_str).collect()
    }

    fn view(&self, head: EntityHead, sight: Sight<'_>) -> Result<Source, StoreError> {
        Source::of(head, self, sight.names())
    }

    fn list(data: Vec<Source>, page: PageInfo, query: EntityQueryEcho) -> SourceList {
        SourceList { data, page, query }
    }
}

/// The sources of the dataset, by slug.
#[utoipa::path(get, path = "/v1/sources", operation_id = "list_sources", tag = "sources",
    params(SourceFilterParams, PageParams, ReadParams, ReadHeaders),
    responses((status = 200, description = "A page of sources, with links to its neighbours in `Link`.", body = SourceList,
        headers(("ETag", description = "Weak validator of the page."),
                ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
        (status = 304, description = "The page is the one the client has."), ListErrors))]
pub async fn list_sources(req: HttpRequest) -> Result<HttpResponse, Problem> {
    entities::list::<SourceContent>(req).await
}

/// One source.
#[utoipa::path(get, path = "/v1/sources/{id}", operation_id = "get_source", tag = "sources",
    params(("id" = String, Path, description = "The source's id or slug.", example = "parriva-2026-01-31"), ReadParams, ReadHeaders),
    responses((status = 200, description = "The source.", body = Source,
        headers(("ETag", description = "Strong validator of the source."),
                ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
        (status = 304, description = "The source is the one the client has."), ItemErrors))]
pub async fn get_source(req: HttpRequest) -> Result<HttpResponse, Problem> {
    entities::get::<SourceContent>(req).await
}

entities::revision_handlers! {
    SourceContent as Source, "sources", "parriva-2026-01-31";
    /// The versions of a source: when, why, and field by field what each changed.
    list_source_revisions at "/v1/sources/{id}/revisions";
    /// One version of a source, as readers were given it when it was written.
    get_source_revision at "/v1/sources/{id}/revisions/{n}";
}
