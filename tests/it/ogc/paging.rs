//! Pages of features: together they hold each feature once, as of one moment, whatever is written between.

use std::collections::BTreeSet;

use marchline::domain::resource::Resource;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{EVENTS, ids, linked, list, page};
use crate::support::filters::random_filters;
use crate::support::lists::{fault, faults};
use crate::support::on_both_databases;
use crate::support::oracle::Moment;
use crate::support::random::{Generator, Random};
use crate::support::world::World;

/// The ids of a list of the service.
fn listed(world: &World, query: &str) -> Vec<String> {
    let whole = world.get(&format!("/v1/events?limit=500&{query}")).ok();
    list(&whole["data"]).iter().map(|event| event["id"].as_str().expect("an id").to_owned()).collect()
}

/// Walks from a page to the last one; `between` is done before each further page.
fn walk(world: &World, target: &str, mut between: impl FnMut()) -> Vec<Value> {
    let mut pages = vec![page(world, target)];
    while let Some(next) = pages.last().and_then(|page| linked(page, "next")) {
        between();
        pages.push(page(world, &next));
    }
    pages
}

on_both_databases! {
    fn a_walk_gives_each_feature_once_in_spite_of_writes_between(world: World) {
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 70);
        let mut most = 0;
        for number in 0..10 {
            let seq = world.node.index.head().seq;
            let moment = Moment::read(&world, seq);
            // The first walks are through everything, so that some have several pages of several pieces.
            let filters = if number < 3 { Vec::new() } else { random_filters(&mut generator.random, &moment) };
            let written = |(name, value): &(&str, String)| format!("&{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC));
            let query: String = filters.iter().map(written).collect();
            // Here the form of a filter is named as the standard names it.
            let asked = query.replace("&filter_lang=", "&filter-lang=");
            let limit = generator.random.between(1, 40);
            let pages = walk(&world, &format!("{EVENTS}?limit={limit}{asked}"), || generator.go_on(&world, 2));
            let walked: Vec<String> = pages.iter().flat_map(ids).collect();
            assert_eq!(walked, listed(&world, &format!("as_of={seq}{query}")), "{query}");
            assert_eq!(walked.iter().collect::<BTreeSet<_>>().len(), walked.len(), "{query}");
            assert!(pages.iter().all(|page| page["numberMatched"] == walked.len()), "{query}");
            most = most.max(pages.len());
            // And back.
            let mut back = Vec::new();
            let mut before = pages.last().and_then(|page| linked(page, "prev"));
            while let Some(target) = before {
                let page = page(&world, &target);
                back.splice(0..0, ids(&page));
                before = linked(&page, "prev");
            }
            assert_eq!(back, walked[..back.len()], "{query}");
        }
        assert!(most > 2, "{most} pages at most");
    }

    fn a_feature_is_as_it_was_at_the_moment_of_the_walk(world: World) {
        let world = world.with_rally();
        let first = page(&world, &format!("{EVENTS}?limit=1"));
        let next = linked(&first, "next").expect("a second page");
        let before = page(&world, &next);
        let id = ids(&before)[0].clone();
        world.put(Resource::Event, json!({"id": id, "type": "strike", "title": "Another title", "sources": [{"id": "test-source"}]}));
        assert_eq!(page(&world, &next)["features"], before["features"]);
        let feature = world.get(&format!("{EVENTS}/{id}")).ok();
        assert_eq!(feature["properties"]["title"], "Another title");
        // A cursor belongs to its question.
        let cursor = next.split("cursor=").nth(1).expect("a cursor");
        assert_eq!(faults(&world, &format!("{EVENTS}?limit=1&type=rally&cursor={cursor}")), [fault("cursor", "cursor_mismatch")]);
    }

    fn long_pages_are_whole(world: World) {
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 120);
        let whole = page(&world, &format!("{EVENTS}?limit=10000"));
        assert_eq!(ids(&whole), listed(&world, ""));
        assert_eq!(linked(&whole, "next"), None);
    }
}
