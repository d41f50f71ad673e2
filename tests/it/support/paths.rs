//! Every path of the API, so that a convention can be held against all of them.

use marchline::http::routes::ROUTES;

/// The rally of the founding timeline.
pub const RALLY: &str = "/v1/events/019c1159-7000-7000-8000-0000000000e4";

/// A piece of its evidence, and one of its links.
const EVIDENCE: &str = "019c1159-7000-7006-8000-0000000e0401";
const LINK: &str = "92fe6ce7-8f7d-8685-99c6-042552e6fed5";

/// Whether a path is for those who have a key.
fn takes_a_key(path: &str) -> bool {
    ["/v1/keys", "/v1/imports", "/v1/webhooks"].iter().any(|beginning| path.starts_with(beginning))
}

/// Every path of the table of routes that anybody may read, but for pairs of duplicates, of which the founding timeline has
/// none, and the stream of changes, which has no end.
pub fn public_paths() -> impl Iterator<Item = &'static str> {
    let is_public = |path: &&str| !takes_a_key(path) && !["/v1/duplicates/{id}", "/v1/changes/stream"].contains(path);
    ROUTES.iter().filter(|route| route.methods.contains(&"get")).map(|route| route.path).filter(is_public)
}

/// A path of the table of routes, with a member of the founding timeline in place of `{id}`, and its first version in place
/// of `{n}`.
pub fn filled(path: &str) -> String {
    let below = path.strip_prefix("/ogc/collections").unwrap_or(path.strip_prefix("/v1").unwrap_or(path));
    let member = match below.split('/').nth(1) {
        Some("events") => RALLY.trim_start_matches("/v1/events/"),
        Some("actors") => "ice",
        Some("locations") => "los-angeles",
        Some("sources") => "parriva-2026-01-31",
        Some("campaigns") => "ice-out",
        _ => "ice-out-los-angeles",
    };
    let part = if path.contains("/evidence/") { EVIDENCE } else { LINK };
    // The tile of Los Angeles.
    let path = path.replace("{z}", "10").replace("{x}", "175").replace("{y}", "408");
    path.replace("{id}", member).replace("{n}", "1").replace("{part}", part)
}

/// Each of them, filled.
pub fn every_path() -> Vec<String> {
    public_paths().map(filled).collect()
}

/// Every path that gives JSON as such: all but the one for Prometheus, other forms of the events, tiles, and what OGC has media
/// types for.
pub fn every_json_path() -> Vec<String> {
    let is_other = |path: &str| {
        let of_ogc =
            path.starts_with("/ogc") && ["/api", "/items", "/queryables"].iter().any(|part| path.contains(part));
        path == "/metrics" || path.contains("/events.") || path.starts_with("/v1/tiles/") || of_ogc
    };
    every_path().into_iter().filter(|path| !is_other(path)).collect()
}

/// Every path that gives data of the dataset: all but those of the service itself.
pub fn every_data_path() -> Vec<String> {
    every_path().into_iter().filter(|path| path.starts_with("/v1")).collect()
}

/// Every path that can be asked of the past: the vocabulary belongs to the program, and duplicates are told as they stand.
pub fn every_path_with_a_past() -> Vec<String> {
    let has_none = ["/v1/vocabulary", "/v1/duplicates"];
    every_data_path().into_iter().filter(|path| !has_none.contains(&path.as_str())).collect()
}
