//! Campaigns.

use actix_web::{HttpRequest, HttpResponse};

use super::entities::{self, EntityQueryEcho, Listed};
use super::errors::{ItemErrors, ListErrors};
use super::paging::{PageInfo, list_document};
use super::params::{NamedFilterParams, PageParams, ReadHeaders, ReadParams};
use super::problem::Problem;
use crate::domain::campaign::CampaignContent;
use crate::domain::resource::Resource;
use crate::index::sight::Sight;
use crate::store::error::StoreError;
use crate::view::EntityHead;
use crate::view::campaign::Campaign;

list_document! {
    /// A page of campaigns.
    CampaignList, Campaign, EntityQueryEcho
}

impl Listed for CampaignContent {
    const RESOURCE: Resource = Resource::Campaign;
    const KINDS: &'static [&'static str] = &[];
    type View = Campaign;
    type List = CampaignList;

    fn kind(&self) -> Option<&'static str> {
        None
    }

    fn names(&self) -> Vec<&str> {
        std::iter::once(&self.name).chain(&self.aliases).map(String::as_str).collect()
    }

    fn view(&self, head: EntityHead, _: Sight<'_>) -> Result<Campaign, StoreError> {
        Ok(Campaign::of(head, self))
    }

    fn list(data: Vec<Campaign>, page: PageInfo, query: EntityQueryEcho) -> CampaignList {
        CampaignList { data, page, query }
    }
}

/// The campaigns of the dataset, by slug.
#[utoipa::path(get, path = "/v1/campaigns", operation_id = "list_campaigns", tag = "campaigns",
    params(NamedFilterParams, PageParams, ReadParams, ReadHeaders),
    responses((status = 200, description = "A page of campaigns, with links to its neighbours in `Link`.", body = CampaignList,
        headers(("ETag", description = "Weak validator of the page."),
                ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
        (status = 304, description = "The page is the one the client has."), ListErrors))]
pub async fn list_campaigns(req: HttpRequest) -> Result<HttpResponse, Problem> {
    entities::list::<CampaignContent>(req).await
}

/// One campaign.
#[utoipa::path(get, path = "/v1/campaigns/{id}", operation_id = "get_campaign", tag = "campaigns",
    params(("id" = String, Path, description = "The campaign's id or slug.", example = "ice-out"), ReadParams, ReadHeaders),
    responses((status = 200, description = "The campaign.", body = Campaign,
        headers(("ETag", description = "Strong validator of the campaign."),
                ("Dataset-Revision", description = "The newest operation this node knows, as epoch.seq."))),
        (status = 304, description = "The campaign is the one the client has."), ItemErrors))]
pub async fn get_campaign(req: HttpRequest) -> Result<HttpResponse, Problem> {
    entities::get::<CampaignContent>(req).await
}

entities::revision_handlers! {
    CampaignContent as Campaign, "campaigns", "ice-out";
    /// The versions of a campaign: when, why, and field by field what each changed.
    list_campaign_revisions at "/v1/campaigns/{id}/revisions";
    /// One version of a campaign, as readers were given it when it was written.
    get_campaign_revision at "/v1/campaigns/{id}/revisions/{n}";
}
