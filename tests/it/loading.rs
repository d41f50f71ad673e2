//! Two servers and a loader on one database: each answer is that of the revision it names, whoever is asked.

use std::process::Stdio;

use marchline::store::log;
use serde_json::Value;

use crate::support::http::send;
use crate::support::on_both_databases;
use crate::support::program::{Served, command};
use crate::support::world::World;

const TARGETS: [&str; 4] = [
    "/v1/events?sort=recorded&limit=3",
    "/v1/events?sort=-when&limit=5&status=!cancelled",
    "/v1/events?has=size&sort=-size&limit=4",
    "/v1/events?from=2015&to=2020&role=organizer&limit=2",
];

/// An answer given while the loader was at work.
struct Given {
    target: &'static str,
    list: Value,
    revision: i64,
}

/// Asks a node, which must know its revision when it answers.
fn ask(base: &str, target: &'static str) -> Given {
    let answer = send(base, "GET", target, &[]);
    let revision = answer.header("dataset-revision").expect("a revision");
    let revision = revision.split_once('.').expect("an epoch and a number").1.parse().expect("a number");
    Given { target, list: answer.ok(), revision }
}

on_both_databases! {
    fn each_node_answers_for_its_revision_while_another_process_loads(world: World) {
        let url = &world.database.url;
        let nodes = [(); 2].map(|()| Served::start(url, &["--index-file", "off"]));
        let mut given: Vec<Given> = TARGETS.iter().map(|target| ask(&nodes[0].base, target)).collect();
        let mut loader = command(url, &["generate", "--events", "400", "--seed", "7"]);
        let mut loader = loader.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the loader runs");
        let mut turn = 0;
        let ended = loop {
            given.push(ask(&nodes[turn % 2].base, TARGETS[turn / 2 % TARGETS.len()]));
            turn += 1;
            if let Some(ended) = loader.try_wait().expect("the loader is ours") {
                break ended;
            }
        };
        assert!(ended.success(), "{ended}");
        let mut conn = world.database.parsed().connect().expect("a connection");
        let newest = log::head(&mut conn).expect("a head").seq;
        let newest_text = newest.to_string();
        for (number, given) in given.iter().enumerate() {
            let moment = given.list["query"]["as_of"].as_i64().expect("a number");
            assert!(moment <= given.revision, "{}: {moment} at {}", given.target, given.revision);
            // At the revision that it was given at it is the same as at the one it names.
            for seq in [moment, given.revision] {
                let target = format!("{}&as_of={seq}", given.target);
                let other = &nodes[(number + 1) % 2].base;
                let again = send(other, "GET", &target, &[("min-revision", &newest_text)]).ok();
                assert_eq!(again["data"], given.list["data"], "{target}");
                assert_eq!(again["page"]["total"], given.list["page"]["total"], "{target}");
            }
        }
        let last = |base: &str| send(base, "GET", &format!("/v1/events?as_of={newest}"), &[]).ok();
        assert_eq!(last(&nodes[0].base), last(&nodes[1].base));
        assert_eq!(last(&nodes[0].base), last(world.base()));
        let ahead = send(&nodes[0].base, "GET", "/v1/events", &[("min-revision", &(newest + 1_000_000).to_string())]);
        assert_eq!((ahead.status, ahead.header("retry-after").is_some()), (503, true));
    }
}
