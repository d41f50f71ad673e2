//! The table of routes: every path, and who answers it. Routes and documentation are one list, so that no route can be
//! without its description.

use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::OpenApi;

use super::problem::{Code, Problem, ProblemDocument};
use super::{
    actors, campaigns, docs, events, export, health, locations, metrics, root, sources, timelines, vocabulary,
};

macro_rules! routes {
    ($($path:literal => $module:ident::$handler:ident,)+) => {
        /// The operations of the table, described.
        #[derive(OpenApi)]
        #[openapi(paths($($module::$handler),+), components(schemas(ProblemDocument)))]
        pub struct Documented;

        /// Every described path, in the order of the table.
        pub const PATHS: &[&str] = &[$($path),+];

        fn documented(config: &mut web::ServiceConfig) {
            $(config.service(read_only($path).route(web::get().to($module::$handler)));)+
        }
    };
}

routes! {
    "/v1" => root::get_dataset,
    "/v1/events" => events::list_events,
    "/v1/events.geojson" => export::export_events_geojson,
    "/v1/events/{id}" => events::get_event,
    "/v1/events/{id}/revisions" => events::list_event_revisions,
    "/v1/events/{id}/links" => events::get_event_links,
    "/v1/actors" => actors::list_actors,
    "/v1/actors/{id}" => actors::get_actor,
    "/v1/locations" => locations::list_locations,
    "/v1/locations/{id}" => locations::get_location,
    "/v1/sources" => sources::list_sources,
    "/v1/sources/{id}" => sources::get_source,
    "/v1/campaigns" => campaigns::list_campaigns,
    "/v1/campaigns/{id}" => campaigns::get_campaign,
    "/v1/timelines" => timelines::list_timelines,
    "/v1/timelines/{id}" => timelines::get_timeline,
    "/v1/vocabulary" => vocabulary::get_vocabulary,
    "/healthz" => health::get_liveness,
    "/readyz" => health::get_readiness,
    "/metrics" => metrics::get_metrics,
    "/openapi.json" => docs::get_openapi,
}

/// Mounts everything. Pages for people stand below, since the OpenAPI document describes data.
pub fn mount(config: &mut web::ServiceConfig) {
    documented(config);
    config
        .service(read_only("/").route(web::get().to(docs::to_docs)))
        .service(read_only("/docs").route(web::get().to(docs::to_docs)))
        .service(read_only("/docs/{file:.*}").route(web::get().to(docs::page)))
        .default_service(web::to(async || Err::<HttpResponse, _>(Problem::not_found("such path"))));
}

/// A path that is read only: it says so when asked (OPTIONS), and answers any other method with a 405 that says so.
fn read_only(path: &str) -> actix_web::Resource {
    web::resource(path).default_service(web::to(async |req: HttpRequest| {
        let allow = header::HeaderValue::from_static("GET, HEAD, OPTIONS");
        if req.method() == Method::OPTIONS {
            return Ok(HttpResponse::NoContent().insert_header((header::ALLOW, allow)).finish());
        }
        let problem = Problem::new(Code::MethodNotAllowed, "This path knows GET, HEAD and OPTIONS.");
        Err(problem.with_header(header::ALLOW, allow))
    }))
}
