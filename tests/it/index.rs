//! The index as segments: how it came to know something makes no difference to what it answers.

use std::collections::BTreeSet;

use marchline::domain::scope::Scope;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::concurrency::Second;
use crate::support::client::Client;
use crate::support::filters::random_filters;
use crate::support::on_both_databases;
use crate::support::oracle::Moment;
use crate::support::random::{Generator, Random};
use crate::support::world::World;

const SORTS: [&str; 6] = ["when", "-when", "recorded", "-recorded", "size", "-size"];

/// What there was to be seen at some operations, by anybody and by those who may read what is restricted.
pub fn moments(world: &World, seqs: Vec<i64>) -> Vec<Moment> {
    let insider = Client::of(world, &[Scope::ReadRestricted]);
    let both = |seq| [Moment::read(world, seq), Moment::read_by(&insider, world, seq)];
    seqs.into_iter().flat_map(both).collect()
}

/// Asks a world's server and others the same random questions: all must answer alike.
pub fn ask_alike(world: &World, others: &[&str], random: &mut Random, moments: &[Moment]) {
    let newest = world.node.index.head().seq.to_string();
    let mut totals = BTreeSet::new();
    for number in 0..80 {
        let moment = &moments[number % moments.len()];
        let filters = random_filters(random, moment);
        let written =
            |(name, value): &(&str, String)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC));
        let query = filters.iter().map(written).collect::<Vec<_>>().join("&");
        let sort = random.pick(&SORTS);
        let target = format!("/v1/events?{query}&sort={sort}&limit=7&as_of={}", moment.seq);
        let ask = |base: &str| {
            let answer = moment.ask(base, &target, &[("Min-Revision", &newest)]);
            assert_eq!(answer.status, 200, "{target}: {}", answer.body);
            (answer.header("etag"), answer.body)
        };
        let answer = ask(world.base());
        for other in others {
            assert_eq!(answer, ask(other), "{target}");
        }
        totals.insert(moment.answer(&filters, sort).len());
    }
    assert!(totals.len() > 5, "the questions hardly differ: {totals:?}");
}

on_both_databases! {
    fn a_node_that_starts_now_answers_like_one_that_lived_through_it(world: World) {
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 60);
        let mut seqs = vec![world.node.index.head().seq];
        // The second node follows from here, the third reads everything at once: each has other segments.
        let second = Second::start(&world.database);
        for _ in 0..3 {
            generator.live(&world, 50);
            generator.cover(&world, 12);
            seqs.push(world.node.index.head().seq);
        }
        let third = Second::start(&world.database);
        ask_alike(&world, &[&second.base, &third.base], &mut generator.random, &moments(&world, seqs));
    }
}
