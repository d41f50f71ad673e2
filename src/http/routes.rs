//! The table of routes: every path, and who answers it. Routes and documentation are one list, so that no route can be
//! without its description.

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::OpenApi;

use super::ogc::{api, collections, events as features, landing, members, queryables};
use super::problem::{Code, Problem, ProblemDocument};
use super::write::decisions;
use super::write::operations::{
    self, actors as write_actors, campaigns as write_campaigns, events as write_events, locations as write_locations,
    sources as write_sources, timelines as write_timelines,
};
use super::{
    actors, aggregates, campaigns, changes, changes_stream, coverage, docs, duplicates, embed, event_parts, events,
    export, health, imports, keys, locations, metrics, root, schemas, sources, tiles, timeline_events, timelines,
    vocabulary, webhooks,
};

/// A path, and the methods that it answers by handlers of its own.
#[derive(Debug)]
pub struct Route {
    /// The path, with parameters in braces.
    pub path: &'static str,
    /// Methods in lower case, as the OpenAPI document has them.
    pub methods: &'static [&'static str],
}

macro_rules! routes {
    ($($path:literal => $($method:ident $module:ident::$handler:ident),+;)+) => {
        /// The operations of the table, described.
        #[derive(OpenApi)]
        #[openapi(paths($($($module::$handler),+),+), components(schemas(ProblemDocument)))]
        pub struct Documented;

        /// Every described path, in the order of the table.
        pub const ROUTES: &[Route] = &[$(Route { path: $path, methods: &[$(stringify!($method)),+] }),+];

        fn documented(config: &mut web::ServiceConfig) {
            $(config.service(
                answering($path, &[$(stringify!($method)),+])$(.route(web::$method().to($module::$handler)))+
            );)+
        }
    };
}

routes! {
    "/v1" => get root::get_dataset;
    "/v1/events" => get events::list_events, post write_events::create_event;
    "/v1/events.geojson" => get export::export_events_geojson;
    "/v1/events.csv" => get export::export_events_csv;
    "/v1/events.ndjson" => get export::export_events_ndjson;
    "/v1/events.ics" => get export::export_events_ics;
    "/v1/events.atom" => get export::export_events_atom;
    "/v1/events.timelinejs.json" => get export::export_events_timelinejs;
    "/v1/events.jsonld" => get export::export_events_jsonld;
    "/v1/events/histogram" => get aggregates::get_event_histogram;
    "/v1/events/facets" => get aggregates::get_event_facets;
    "/v1/events/extent" => get aggregates::get_event_extent;
    "/v1/tiles.json" => get tiles::get_event_tileset;
    "/v1/tiles/{z}/{x}/{y}.mvt" => get tiles::get_event_tile;
    "/v1/events/{id}" => get events::get_event, put write_events::replace_event, patch write_events::patch_event,
        delete write_events::retract_event;
    "/v1/events/{id}/restore" => post write_events::restore_event;
    "/v1/events/{id}/merge" => post write_events::merge_event;
    "/v1/events/{id}/redact" => post write_events::redact_event;
    "/v1/events/{id}/revisions" => get events::list_event_revisions;
    "/v1/events/{id}/revisions/{n}" => get events::get_event_revision;
    "/v1/events/{id}/links" => get events::get_event_links, post operations::create_link;
    "/v1/events/{id}/links/{part}" => get event_parts::get_link, delete operations::delete_link;
    "/v1/events/{id}/evidence" => get event_parts::list_evidence, post operations::create_evidence;
    "/v1/events/{id}/evidence/{part}" => get event_parts::get_evidence, put operations::replace_evidence,
        patch operations::patch_evidence, delete operations::delete_evidence;
    "/v1/events/{id}/split" => post operations::split_event;
    "/v1/actors" => get actors::list_actors, post write_actors::create_actor;
    "/v1/actors/{id}" => get actors::get_actor, put write_actors::replace_actor, patch write_actors::patch_actor,
        delete write_actors::retract_actor;
    "/v1/actors/{id}/restore" => post write_actors::restore_actor;
    "/v1/actors/{id}/merge" => post write_actors::merge_actor;
    "/v1/actors/{id}/redact" => post write_actors::redact_actor;
    "/v1/actors/{id}/revisions" => get actors::list_actor_revisions;
    "/v1/actors/{id}/revisions/{n}" => get actors::get_actor_revision;
    "/v1/locations" => get locations::list_locations, post write_locations::create_location;
    "/v1/locations/{id}" => get locations::get_location, put write_locations::replace_location, patch write_locations::patch_location,
        delete write_locations::retract_location;
    "/v1/locations/{id}/restore" => post write_locations::restore_location;
    "/v1/locations/{id}/merge" => post write_locations::merge_location;
    "/v1/locations/{id}/redact" => post write_locations::redact_location;
    "/v1/locations/{id}/revisions" => get locations::list_location_revisions;
    "/v1/locations/{id}/revisions/{n}" => get locations::get_location_revision;
    "/v1/sources" => get sources::list_sources, post write_sources::create_source;
    "/v1/sources/{id}" => get sources::get_source, put write_sources::replace_source, patch write_sources::patch_source,
        delete write_sources::retract_source;
    "/v1/sources/{id}/restore" => post write_sources::restore_source;
    "/v1/sources/{id}/merge" => post write_sources::merge_source;
    "/v1/sources/{id}/redact" => post write_sources::redact_source;
    "/v1/sources/{id}/revisions" => get sources::list_source_revisions;
    "/v1/sources/{id}/revisions/{n}" => get sources::get_source_revision;
    "/v1/campaigns" => get campaigns::list_campaigns, post write_campaigns::create_campaign;
    "/v1/campaigns/{id}" => get campaigns::get_campaign, put write_campaigns::replace_campaign, patch write_campaigns::patch_campaign,
        delete write_campaigns::retract_campaign;
    "/v1/campaigns/{id}/restore" => post write_campaigns::restore_campaign;
    "/v1/campaigns/{id}/merge" => post write_campaigns::merge_campaign;
    "/v1/campaigns/{id}/redact" => post write_campaigns::redact_campaign;
    "/v1/campaigns/{id}/revisions" => get campaigns::list_campaign_revisions;
    "/v1/campaigns/{id}/revisions/{n}" => get campaigns::get_campaign_revision;
    "/v1/timelines" => get timelines::list_timelines, post write_timelines::create_timeline;
    "/v1/timelines/{id}" => get timelines::get_timeline, put write_timelines::replace_timeline, patch write_timelines::patch_timeline,
        delete write_timelines::retract_timeline;
    "/v1/timelines/{id}/events" => get timeline_events::list_timeline_events;
    "/v1/timelines/{id}/events.geojson" => get timeline_events::export_timeline_geojson;
    "/v1/timelines/{id}/events.csv" => get timeline_events::export_timeline_csv;
    "/v1/timelines/{id}/events.ndjson" => get timeline_events::export_timeline_ndjson;
    "/v1/timelines/{id}/events.ics" => get timeline_events::export_timeline_ics;
    "/v1/timelines/{id}/events.atom" => get timeline_events::export_timeline_atom;
    "/v1/timelines/{id}/events.timelinejs.json" => get timeline_events::export_timeline_timelinejs;
    "/v1/timelines/{id}/events.jsonld" => get timeline_events::export_timeline_jsonld;
    "/v1/timelines/{id}/restore" => post write_timelines::restore_timeline;
    "/v1/timelines/{id}/merge" => post write_timelines::merge_timeline;
    "/v1/timelines/{id}/redact" => post write_timelines::redact_timeline;
    "/v1/timelines/{id}/revisions" => get timelines::list_timeline_revisions;
    "/v1/timelines/{id}/revisions/{n}" => get timelines::get_timeline_revision;
    "/v1/changes" => get changes::list_changes;
    "/v1/changes/stream" => get changes_stream::stream_changes;
    "/v1/duplicates" => get duplicates::list_duplicates;
    "/v1/duplicates/{id}" => get duplicates::get_duplicate;
    "/v1/duplicates/{id}/accept" => post decisions::accept_duplicate;
    "/v1/duplicates/{id}/reject" => post decisions::reject_duplicate;
    "/v1/imports" => get imports::list_imports, post imports::create_import;
    "/v1/imports/{id}" => get imports::get_import, delete imports::cancel_import;
    "/v1/coverage" => get coverage::list_coverage;
    "/v1/vocabulary" => get vocabulary::get_vocabulary;
    "/v1/keys" => get keys::list_keys, post keys::create_key;
    "/v1/keys/{id}" => get keys::get_key, delete keys::revoke_key;
    "/v1/webhooks" => get webhooks::list_webhooks, post webhooks::create_webhook;
    "/v1/webhooks/{id}" => get webhooks::get_webhook, patch webhooks::patch_webhook, delete webhooks::delete_webhook;
    "/v1/webhooks/{id}/failures" => get webhooks::list_webhook_failures;
    "/v1/webhooks/{id}/replay" => post webhooks::replay_webhook;
    "/v1/webhooks/{id}/rotate" => post webhooks::rotate_webhook;
    "/v1/webhooks/{id}/test" => post webhooks::test_webhook;
    "/ogc" => get landing::get_ogc_landing_page;
    "/ogc/conformance" => get landing::get_ogc_conformance;
    "/ogc/api" => get api::get_ogc_api;
    "/ogc/collections" => get collections::list_ogc_collections;
    "/ogc/collections/events" => get collections::get_ogc_events;
    "/ogc/collections/events/queryables" => get queryables::get_ogc_event_queryables;
    "/ogc/collections/events/items" => get features::list_ogc_event_items;
    "/ogc/collections/events/items/{id}" => get features::get_ogc_event_item;
    "/ogc/collections/locations" => get collections::get_ogc_locations;
    "/ogc/collections/locations/queryables" => get queryables::get_ogc_location_queryables;
    "/ogc/collections/locations/items" => get members::list_ogc_location_items;
    "/ogc/collections/locations/items/{id}" => get members::get_ogc_location_item;
    "/ogc/collections/campaigns" => get collections::get_ogc_campaigns;
    "/ogc/collections/campaigns/queryables" => get queryables::get_ogc_campaign_queryables;
    "/ogc/collections/campaigns/items" => get members::list_ogc_campaign_items;
    "/ogc/collections/campaigns/items/{id}" => get members::get_ogc_campaign_item;
    "/healthz" => get health::get_liveness;
    "/readyz" => get health::get_readiness;
    "/metrics" => get metrics::get_metrics;
    "/openapi.json" => get docs::get_openapi;
    "/openapi-3.0.json" => get docs::get_openapi_three_zero;
    "/schemas/events-csv.json" => get schemas::get_events_csv_schema;
}

/// Mounts everything. Pages for people stand below, since the OpenAPI document describes data.
pub fn mount(config: &mut web::ServiceConfig) {
    documented(config);
    config
        // Programs put paths of the standard behind the address that they were given, and ask for that with a slash.
        .service(answering("/ogc/", &["get"]).route(web::get().to(landing::get_ogc_landing_page)))
        .service(answering("/", &["get"]).route(web::get().to(docs::to_docs)))
        .service(answering("/docs", &["get"]).route(web::get().to(docs::to_docs)))
        .service(answering("/docs/{file:.*}", &["get"]).route(web::get().to(docs::page)))
        .service(answering("/embed/timelines/{id}", &["get"]).route(web::get().to(embed::timeline)))
        .default_service(web::to(async || Err::<HttpResponse, _>(Problem::not_found("such path"))));
}

/// A path that answers these methods by its handlers: it says so when asked (OPTIONS), and answers any other method with a
/// 405 that says so.
fn answering(path: &str, methods: &[&str]) -> actix_web::Resource {
    let known = allowed(methods);
    web::resource(path).default_service(web::to(move |req: HttpRequest| {
        let known = known.clone();
        async move {
            let allow = (header::ALLOW, HeaderValue::from_str(&known).unwrap_or(HeaderValue::from_static("OPTIONS")));
            if req.method() == Method::OPTIONS {
                return Ok(HttpResponse::NoContent().insert_header(allow).finish());
            }
            let problem = Problem::new(Code::MethodNotAllowed, format!("The methods of this path are {known}."));
            Err(problem.with_header(allow.0, allow.1))
        }
    }))
}

/// The methods of a path as `Allow` names them: HEAD wherever GET is, and OPTIONS everywhere.
fn allowed(methods: &[&str]) -> String {
    let with_head =
        methods.iter().flat_map(|method| if *method == "get" { vec!["get", "head"] } else { vec![*method] });
    with_head.chain(["options"]).map(str::to_uppercase).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_the_methods_it_answers_and_no_other() {
        assert_eq!(allowed(&["get"]), "GET, HEAD, OPTIONS");
        assert_eq!(allowed(&["get", "post"]), "GET, HEAD, POST, OPTIONS");
        assert_eq!(allowed(&["delete"]), "DELETE, OPTIONS");
    }
}
