//! The index as segments: how it came to know something makes no difference to what it answers.

use std::collections::BTreeSet;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::concurrency::Second;
use crate::support::filters::random_filters;
use crate::support::http::send;
use crate::support::on_both_databases;
use crate::support::oracle::Moment;
use crate::support::random::{Generator, Random};
use crate::support::world::World;

const SORTS: [&str; 6] = ["when", "-when", "recorded", "-recorded", "size", "-size"];

on_both_databases! {
    fn a_node_that_starts_now_answers_like_one_that_lived_through_it(world: World) {
        let mut generator = Generator::new(Random::new());
        generator.fill(&world, 60);
        let mut moments = vec![world.node.index.head().seq];
        // The second node follows from here, the third reads everything at once: each has other segments.
        let second = Second::start(&world.database);
        for _ in 0..3 {
            generator.live(&world, 60);
            moments.push(world.node.index.head().seq);
        }
        let third = Second::start(&world.database);
        let newest = world.node.index.head().seq.to_string();
        let moments: Vec<Moment> = moments.into_iter().map(|seq| Moment::read(&world, seq)).collect();
        let mut totals = BTreeSet::new();
        for number in 0..60 {
            let moment = &moments[number % moments.len()];
            let filters = random_filters(&mut generator.random, moment);
            let written = |(name, value): &(&str, String)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC));
            let query = filters.iter().map(written).collect::<Vec<_>>().join("&");
            let sort = generator.random.pick(&SORTS);
            let target = format!("/v1/events?{query}&sort={sort}&limit=7&as_of={}", moment.seq);
            let answers = [world.base(), &second.base, &third.base].map(|base| {
                let answer = send(base, "GET", &target, &[("Min-Revision", &newest)]);
                assert_eq!(answer.status, 200, "{target}: {}", answer.body);
                (answer.header("etag"), answer.body)
            });
            assert_eq!(answers[0], answers[1], "{target}");
            assert_eq!(answers[0], answers[2], "{target}");
            totals.insert(moment.answer(&filters, sort).len());
        }
        assert!(totals.len() > 5, "the questions hardly differ: {totals:?}");
    }
}
