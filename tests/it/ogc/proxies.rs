//! Absolute links: what they begin with.

use std::num::NonZeroUsize;

use marchline::domain::scope::Scope;
use serde_json::json;

use crate::support::client::Client;
use crate::support::http::send;
use crate::support::on_both_databases;
use crate::support::world::{World, config, serve_with};

/// What the links of a page begin with, and those of another form, where the service is asked so.
fn begins(world: &World, forwarded: Option<usize>, headers: &[(&str, &str)]) -> [String; 2] {
    let mut config = config(&world.database);
    config.dataset.public_url = None;
    config.dataset.forwarded = forwarded.and_then(NonZeroUsize::new);
    let running = serve_with(config, &world.node.index, &world.node.lent);
    let landing = send(&running.base, "GET", "/ogc", headers).ok();
    let links = landing["links"].as_array().expect("links");
    let href = |rel: &str| links.iter().find(|link| link["rel"] == rel).and_then(|link| link["href"].as_str());
    let begin =
        href("data").and_then(|href| href.strip_suffix("/ogc/collections")).expect("the collections").to_owned();
    assert_eq!(href("self"), Some(format!("{begin}/ogc").as_str()));
    let lines = send(&running.base, "GET", "/v1/events.ics", headers).body.replace("\r\n ", "");
    let line = lines.lines().find_map(|line| line.strip_prefix("URL:")).expect("an address");
    let other = line.split_once("/v1/").expect("the address of an event").0;
    [begin.as_str(), other].map(|begin| begin.replace(&running.base, "itself"))
}

on_both_databases! {
    fn links_begin_with_what_proxies_were_asked_for_where_they_are_believed(world: World) {
        let world = world.founded();
        let told = [("forwarded", "for=192.0.2.1;host=data.test;proto=https"), ("x-forwarded-prefix", "/protest")];
        let both = |begin: &str| [begin.to_owned(), begin.to_owned()];
        assert_eq!(begins(&world, None, &told), both("itself"));
        assert_eq!(begins(&world, Some(1), &told), both("https://data.test/protest"));
        assert_eq!(begins(&world, Some(1), &[("x-forwarded-host", "data.test"), ("x-forwarded-proto", "https")]), both("https://data.test"));
        assert_eq!(begins(&world, Some(1), &[]), both("itself"));
    }

    fn a_service_below_a_path_leads_to_itself(world: World) {
        let world = world.founded();
        let id = world.get("/v1/events?limit=1").ok()["data"][0]["id"].as_str().expect("an id").to_owned();
        let other = world.get("/v1/events?limit=2").ok()["data"][1]["id"].as_str().expect("an id").to_owned();
        Client::of(&world, &[Scope::Write, Scope::Admin]).post(&format!("/v1/events/{other}/merge"), &json!({"into": id})).ok();
        let mut settings = config(&world.database);
        settings.dataset.public_url = None;
        settings.dataset.forwarded = NonZeroUsize::new(1);
        let told: &[(&str, &str)] = &[("x-forwarded-prefix", "/protest")];
        let by_proxy = serve_with(settings.clone(), &world.node.index, &world.node.lent);
        settings.dataset.public_url = Some("https://data.test/protest".to_owned());
        let by_setting = serve_with(settings, &world.node.index, &world.node.lent);
        for (base, headers) in [(&by_proxy.base, told), (&by_setting.base, &[])] {
            let links = send(base, "GET", "/v1/events?limit=1", headers).header("link").expect("links");
            assert_eq!(links.matches("</protest/v1/events?").count(), links.matches('<').count(), "{links}");
            for (path, place) in [(format!("/v1/events/{other}"), format!("/protest/v1/events/{id}")), ("/".to_owned(), "/protest/docs/".to_owned())] {
                assert_eq!(send(base, "GET", &path, headers).header("location"), Some(place));
            }
            assert_eq!(send(base, "GET", "/v1", headers).ok()["links"]["events"], "/protest/v1/events");
            let feed = send(base, "GET", "/v1/changes?limit=1", headers);
            assert!(feed.header("link").expect("links").starts_with("</protest/v1/changes?limit=1&after=1>"));
            assert_eq!(feed.ok()["page"]["next"], "/protest/v1/changes?limit=1&after=1");
            for path in ["/openapi.json", "/openapi-3.0.json"] {
                assert_eq!(send(base, "GET", path, headers).ok()["servers"], json!([{"url": "/protest"}]));
            }
        }
        assert_eq!(send(&by_proxy.base, "GET", "/openapi.json", &[]).ok()["servers"], json!([{"url": "/"}]));
    }
}
