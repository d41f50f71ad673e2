//! Absolute links: what they begin with.

use std::num::NonZeroUsize;

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
}
