//! The shapes of answers, as files under `snapshots`: a change of any is seen in review. The clock and the ids are
//! fixed, and both databases must give the same.

use marchline::domain::resource::Resource;
use marchline::pages::frame::STYLE;
use serde_json::{Value, json};

use crate::support::on_both_databases;
use crate::support::paths::RALLY;
use crate::support::world::{Backend, Database, World, fixed_clock};

/// The founding timeline, recorded at fixed times.
struct Founding(World);

impl Founding {
    fn on(backend: Backend) -> Self {
        Self(World::with_clock(Database::new(backend), fixed_clock()).founded())
    }

    fn assert_shape(&self, name: &str, target: &str) {
        let mut value: Value = self.0.get(target).json();
        // What a cursor is made of is nobody's business but ours.
        if value["page"]["next"].is_string() {
            value["page"]["next"] = "…".into();
        }
        insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true, description => target}, {
            insta::assert_json_snapshot!(name, value);
        });
    }

    /// A page, an element a line, without its style.
    fn assert_page(&self, name: &str, target: &str) {
        let page = self.0.get(target).body.replace(STYLE, "…").replace("><", ">\n<");
        insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true, description => target}, {
            insta::assert_snapshot!(name, page);
        });
    }
}

on_both_databases! {
    fn the_shape_of_a_page(founding: Founding) {
        founding.assert_page("page", "/embed/timelines/ice-out-los-angeles");
        founding.assert_page("page_in_spanish", "/embed/timelines/ice-out-los-angeles?lang=es&limit=2");
    }

    fn the_shape_of_the_dataset(founding: Founding) {
        founding.assert_shape("dataset", "/v1");
    }

    fn the_shape_of_an_event(founding: Founding) {
        founding.assert_shape("event", &format!("{RALLY}?include=evidence,links,translations"));
    }

    fn the_shape_of_a_list(founding: Founding) {
        founding.assert_shape("event_list", "/v1/events?type=!rally&issue=immigration&from=2026-01&to=2026-01&limit=1");
    }

    fn the_shapes_of_what_is_counted(founding: Founding) {
        founding.assert_shape("event_histogram", "/v1/events/histogram?location=los-angeles&interval=day&group_by=type&time_zone=America/Los_Angeles");
        founding.assert_shape("event_facets", "/v1/events/facets?facet=type,locality,country&facet_limit=2");
        founding.assert_shape("event_extent", "/v1/events/extent?location=los-angeles");
        founding.assert_shape("problem_of_buckets", "/v1/events/histogram?interval=hour&from=0001&to=9999");
    }

    fn the_shape_of_a_history(founding: Founding) {
        founding.assert_shape("event_revisions", &format!("{RALLY}/revisions"));
        founding.0.put(Resource::Actor, json!({"slug": "ice", "name": "ICE", "kind": "agency"}));
        founding.assert_shape("actor_revisions", "/v1/actors/ice/revisions");
    }

    fn the_shape_of_a_neighbourhood(founding: Founding) {
        founding.assert_shape("event_links", &format!("{RALLY}/links?depth=1"));
    }

    fn the_shapes_of_the_other_resources(founding: Founding) {
        founding.assert_shape("actor", "/v1/actors/ice");
        founding.assert_shape("location", "/v1/locations/downtown-los-angeles");
        founding.assert_shape("source", "/v1/sources/parriva-2026-01-31");
        founding.assert_shape("campaign", "/v1/campaigns/ice-out");
        founding.assert_shape("timeline", "/v1/timelines/ice-out-los-angeles");
        founding.assert_shape("actor_list", "/v1/actors?kind=agency&q=customs");
    }

    fn the_shapes_of_problems(founding: Founding) {
        founding.assert_shape("problem_of_parameters", "/v1/events?typ=rally&limit=501");
        founding.assert_shape("problem_not_found", "/v1/actors/nobody");
    }

    fn the_shape_of_the_service(founding: Founding) {
        founding.assert_shape("health", "/healthz");
        founding.assert_shape("readiness", "/readyz");
    }
}
