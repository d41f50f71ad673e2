//! Every path of the API, so that a convention can be held against all of them.

use marchline::http::routes::PATHS;

/// The rally of the founding timeline.
pub const RALLY: &str = "/v1/events/019c1159-7000-7000-8000-0000000000e4";

/// Every path of the table of routes, with a member of the founding timeline in place of `{id}`.
pub fn every_path() -> Vec<String> {
    let filled = |path: &&str| {
        let member = match path.split('/').nth(2) {
            Some("events") => RALLY.trim_start_matches("/v1/events/"),
            Some("actors") => "ice",
            Some("locations") => "los-angeles",
            Some("sources") => "parriva-2026-01-31",
            Some("campaigns") => "ice-out",
            _ => "ice-out-los-angeles",
        };
        path.replace("{id}", member)
    };
    PATHS.iter().map(filled).collect()
}

/// Every path that gives JSON: all but the one for Prometheus, and other forms of the events.
pub fn every_json_path() -> Vec<String> {
    every_path().into_iter().filter(|path| path != "/metrics" && !path.starts_with("/v1/events.")).collect()
}

/// Every path that gives data of the dataset: all but those of the service itself.
pub fn every_data_path() -> Vec<String> {
    every_path().into_iter().filter(|path| path.starts_with("/v1")).collect()
}
