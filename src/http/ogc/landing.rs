//! Where GIS programs begin: the landing page, and what is conformed to.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::api::OPENAPI;
use super::{Here, Link, give, without_past};
use crate::domain::privacy::Clearance;
use crate::http::ask::Service;
use crate::http::errors::ServiceErrors;
use crate::http::params::{OgcFormParam, ValidatorHeader};
use crate::http::problem::Problem;
use crate::http::respond::JSON;

/// Where GIS programs begin.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OgcLandingPage)]
pub struct LandingPage {
    /// The dataset's name.
    #[schema(example = "Marchline")]
    pub title: String,
    /// What is found here.
    #[schema(example = "Events of protest, with where and when they were.")]
    pub description: String,
    /// Whom to name when using it; left out where nobody has to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "The Marchline authors")]
    pub attribution: Option<String>,
    /// Where to go from here.
    pub links: Vec<Link>,
}

/// What is conformed to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OgcConformance)]
pub struct Conformance {
    /// The conformance classes, by their addresses.
    #[serde(rename = "conformsTo")]
    #[schema(example = json!(["http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"]))]
    pub conforms_to: Vec<&'static str>,
}

/// What is conformed to, and nothing beside: `docs/ogc.md` says what is not, and why.
const CONFORMANCE: &[&str] = &[
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-json",
    "http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/accent-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/temporal-functions",
];

/// Where GIS programs begin: a dataset as OGC API Features.
///
/// # Errors
/// Faults of the request.
#[utoipa::path(get, path = "/ogc", operation_id = "get_ogc_landing_page", tag = "ogc", params(OgcFormParam, ValidatorHeader),
    responses((status = 200, description = "The landing page.", body = LandingPage),
        (status = 304, description = "The page is the one the client has."), ServiceErrors))]
pub async fn get_ogc_landing_page(req: HttpRequest, service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    without_past(&req, JSON)?;
    let (here, settings) = (Here::of(&req, &service.dataset), &service.dataset);
    let page = LandingPage {
        title: settings.name.clone(),
        description:
            "Events of protest, with where and when they were, the locations they name, and the campaigns they \
            belong to."
                .to_owned(),
        attribution: settings.attribution.clone(),
        links: vec![
            here.itself(JSON),
            here.link("/ogc/api", "service-desc", OPENAPI, "What can be asked here, for programs"),
            here.link("/docs/", "service-doc", "text/html", "What can be asked of the service, for people"),
            here.link("/ogc/conformance", "conformance", JSON, "What is conformed to"),
            here.link("/ogc/collections", "data", JSON, "The collections"),
        ],
    };
    give(&req, JSON, &page, Clearance::Public, "")
}

/// The parts of OGC's standards that are conformed to.
///
/// # Errors
/// Faults of the request.
#[utoipa::path(get, path = "/ogc/conformance", operation_id = "get_ogc_conformance", tag = "ogc",
    params(OgcFormParam, ValidatorHeader),
    responses((status = 200, description = "The conformance classes.", body = Conformance),
        (status = 304, description = "They are those the client has."), ServiceErrors))]
pub async fn get_ogc_conformance(req: HttpRequest) -> Result<HttpResponse, Problem> {
    without_past(&req, JSON)?;
    give(&req, JSON, &Conformance { conforms_to: CONFORMANCE.to_vec() }, Clearance::Public, "")
}
